/*
 * eval.c - values of outputs, of every named node, or of any expressions: shown, as JSON, or as a file of
 * arrays (-o FILE.npy and its kin).
 */
#include "arrays.h"
#include "edgewise-data.h"

#include <stdlib.h>
#include <string.h>

/* What is asked: names (or texts) with arrays, in order. */
struct answer {
    const ew_graph *g; /* or NULL */
    size_t count;
    const char **names;
    struct array *arrays;
    double *values;
};

static bool answer_new(struct cli *c, const ew_graph *g, struct answer *a, size_t count)
{
    *a = (struct answer){.g = g, .count = count};
    a->names = cli_room(c, count, sizeof *a->names);
    a->arrays = a->names ? cli_room(c, count, sizeof *a->arrays) : NULL;
    return a->arrays != NULL;
}

static void answer_free(struct answer *a)
{
    free(a->names);
    free(a->arrays);
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
    json_begin_object(&j);
    for (size_t i = 0; i < a->count; i++) {
        if (!is_first(a, i)) continue;
        json_key(&j, a->names[i]);
        cli_array_json(&j, &a->arrays[i]);
    }
    cli_json_end(&j);
}

static void say_lines(struct cli *c, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) cli_array_show(c, a->names[i], &a->arrays[i]);
}

/* ---- Files of arrays ------------------------------------------------------------------------------------ */

bool cli_data_file(const char *path)
{
    static const char *const endings[] = {".npy", ".npz", ".csv", ".safetensors"};
    size_t n = path ? strlen(path) : 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t m = strlen(endings[i]);
        if (n > m && strcmp(path + n - m, endings[i]) == 0) return true;
    }
    return false;
}

static void write_data(struct cli *c, const struct answer *a)
{
    ew_error e;
    size_t count = 0;
    ew_options options = cli_library(c);
    ew_data_array *arrays = cli_room(c, a->count, sizeof *arrays);
    if (!arrays) return;
    for (size_t i = 0; i < a->count; i++) {
        const struct array *from = &a->arrays[i];
        const double *values = from->whole ? NULL : from->values;
        if (is_first(a, i))
            arrays[count++] = (ew_data_array){a->names[i], from->type, from->rank, from->size, values, from->whole};
    }
    if (ew_data_write(c->output, arrays, count, &options, &e) != EW_OK) cli_fail_error(c, &e);
    free(arrays);
}

/* ---- What is asked --------------------------------------------------------------------------------------- */

static void say_answer(struct cli *c, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (!cli_array_finite(c, a->g, a->names[i], &a->arrays[i])) return;
    (cli_data_file(c->output) ? write_data : c->json ? say_json : say_lines)(c, a);
}

void cli_answer(struct cli *c, const char **names, struct array *arrays, size_t count)
{
    const struct answer a = {NULL, count, names, arrays, NULL};
    say_answer(c, &a);
}

/* Bools are shown as such: the graph knows. */
static ew_type type_of(ew_graph *g, const ew_array_info *info, ew_node n)
{
    if (n == EW_NONE) n = ew_expression(g, info->name, NULL);
    return n == EW_NONE ? info->type : ew_node_type(g, n);
}

/* The outputs of a program that was prepared for the answer; `nodes`: they are named nodes, or NULL. */
static void eval_program(struct cli *c, ew_graph *g, const ew_program *p, const ew_node *nodes, const double *in)
{
    struct answer a;
    int64_t *whole;
    if (answer_new(c, g, &a, ew_out_arrays(p)) && (a.values = cli_run_program(c, p, in, &whole)) != NULL) {
        for (size_t i = 0; i < a.count; i++) {
            ew_array_info info = ew_out_array(p, i);
            struct array *to = &a.arrays[i];
            *to = (struct array){.rank = info.rank, .values = a.values + info.offset};
            to->type = type_of(g, &info, nodes ? nodes[i] : EW_NONE);
            if (info.type == EW_INT && to->type == EW_INT) to->whole = whole + info.offset;
            for (size_t k = 0; k < info.rank; k++) to->size[k] = info.size[k];
            a.names[i] = nodes ? ew_node_name(g, nodes[i]) : info.name;
        }
        say_answer(c, &a);
    }
    answer_free(&a);
}

/* All named nodes, or the outputs. */
static void eval_named(struct cli *c, ew_graph *g, const double *in)
{
    ew_error e;
    size_t count = c->all ? ew_node_count(g) : ew_output_count(g);
    ew_node *nodes = cli_room(c, count, sizeof *nodes);
    if (!nodes) return;
    for (size_t i = 0; i < count; i++) nodes[i] = c->all ? ew_node_at(g, i) : ew_output_at(g, i);
    ew_program *p = ew_prepare_nodes(g, nodes, count, &e);
    if (p)
        eval_program(c, g, p, nodes, in);
    else
        cli_fail_error(c, &e);
    ew_free(p);
    free(nodes);
}

static void eval_expressions(struct cli *c, ew_graph *g, const double *in)
{
    ew_error e;
    ew_program *p = ew_prepare(g, c->outputs, &e);
    if (p) {
        eval_program(c, g, p, NULL, in);
    } else {
        cli_fail_listed(c, &e);
    }
    ew_free(p);
}

int cli_eval(struct cli *c)
{
    if (c->all && c->outputs) return cli_fail(c, FAULT_EITHER, "--all", "--outputs");
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
