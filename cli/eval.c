/*
 * eval.c - values of outputs, of every named node, or of any expressions.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* What is asked: names (or texts) with types and values, in order. */
struct answer {
    size_t count;
    const char **names;
    ew_type *types;
    double *values;
};

static bool answer_new(struct cli *c, struct answer *a, size_t count)
{
    *a = (struct answer){.count = count};
    a->names = cli_room(c, count, sizeof *a->names);
    a->types = a->names ? cli_room(c, count, sizeof *a->types) : NULL;
    return a->types != NULL;
}

static void answer_free(struct answer *a)
{
    free(a->names);
    free(a->types);
    free(a->values);
}

/* JSON cannot have a key twice. */
static bool is_first(const struct answer *a, size_t i)
{
    if (a->count > 1000) return true; /* lists of names, which are different */
    for (size_t k = 0; k < i; k++)
        if (strcmp(a->names[k], a->names[i]) == 0) return false;
    return true;
}

static void say_json(struct cli *c, const struct answer *a)
{
    struct cli_json j = cli_json_begin(c);
    json_key(&j, "values");
    json_object(&j);
    for (size_t i = 0; i < a->count; i++) {
        if (!is_first(a, i)) continue;
        json_key(&j, a->names[i]);
        json_value(&j, a->types[i], a->values[i]);
    }
    cli_json_end(&j);
}

static void say_lines(struct cli *c, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        cli_put(c, a->names[i]);
        cli_put(c, " = ");
        if (a->types[i] == EW_BOOL)
            cli_put(c, a->values[i] != 0 ? "true" : "false");
        else
            cli_put_number(c, a->values[i]);
        cli_put(c, "\n");
    }
}

static void say_answer(struct cli *c, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (!cli_finite(c, a->names[i], a->values[i])) return;
    (c->json ? say_json : say_lines)(c, a);
}

static void eval_nodes(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in)
{
    struct answer a;
    if (answer_new(c, &a, count) && (a.values = cli_run(c, g, nodes, count, in)) != NULL) {
        for (size_t i = 0; i < count; i++) {
            a.names[i] = ew_node_name(g, nodes[i]);
            a.types[i] = ew_node_type(g, nodes[i]);
        }
        say_answer(c, &a);
    }
    answer_free(&a);
}

/* All named nodes, or the outputs. */
static void eval_named(struct cli *c, ew_graph *g, const double *in)
{
    size_t count = c->all ? ew_node_count(g) : ew_output_count(g);
    ew_node *nodes = cli_room(c, count, sizeof *nodes);
    if (!nodes) return;
    for (size_t i = 0; i < count; i++) nodes[i] = c->all ? ew_node_at(g, i) : ew_output_at(g, i);
    eval_nodes(c, g, nodes, count, in);
    free(nodes);
}

static void eval_expressions(struct cli *c, ew_graph *g, const double *in)
{
    ew_error e;
    struct answer a;
    ew_program *p = ew_prepare(g, c->outputs, &e);
    if (!p) {
        e.file[0] = '\0'; /* the place is in the list, not in the program */
        e.status = EW_USE;
        cli_fail_error(c, &e);
        return;
    }
    if (answer_new(c, &a, ew_out_count(p)) && (a.values = cli_room(c, a.count, sizeof *a.values)) != NULL) {
        for (size_t i = 0; i < a.count; i++) {
            a.names[i] = ew_out_name(p, i);
            ew_node n = ew_expression(g, a.names[i], NULL);
            a.types[i] = n == EW_NONE ? EW_F64 : ew_node_type(g, n);
        }
        if (ew_run(p, NULL, in, a.values) == EW_OK) {
            say_answer(c, &a);
        } else {
            ew_run_error(p, NULL, &e);
            cli_fail_error(c, &e);
        }
    }
    answer_free(&a);
    ew_free(p);
}

int cli_eval(struct cli *c)
{
    ew_graph *g = cli_graph(c);
    double *in = g ? cli_values(c, g) : NULL;
    if (in && c->outputs)
        eval_expressions(c, g, in);
    else if (in)
        eval_named(c, g, in);
    free(in);
    ew_graph_free(g);
    return c->status;
}
