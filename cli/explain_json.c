/*
 * explain_json.c - the whole derivation as one JSON object: nodes, edges, sweeps, paths, cost.
 *
 * It is written as it is computed, one sweep at a time. Above OMIT_NODES nodes the forward sweeps and
 * the paths, whose size is a product, are left out and named in "omitted".
 */
#include "explain.h"
#include "numbers.h"
#include "paths.h"
#include "pathwise.h"
#include "sweeps.h"

#include <stdlib.h>
#include <string.h>

enum { OMIT_NODES = 10000, TEXT_BYTES = 1 << 16, MOST_OPERATIONS = 256, MOST_ELEMENTS = 1000 };

struct object {
    struct cli *c;
    struct cli_json j;
    ew_graph *g;
    const ew_explain_options *o;
    size_t nodes, edges;
    ew_node *node;           /* the seen ones */
    struct numbers *value;   /* by seen node, or NULL */
    double *partial;         /* by edge, or NULL */
    struct numbers *reverse; /* by seen node, or NULL */
    bool short_of;           /* forward and paths are left out */
    bool indexed;            /* and so are paths here */
    char *buffer;            /* for texts */
};

/* ---- What is computed beforehand ------------------------------------------------------------------- */

static struct numbers *sweep_values(struct object *x, ew_node n, bool forward)
{
    ew_error e;
    ew_node *slopes = cli_room(x->c, x->nodes, sizeof *slopes);
    struct numbers *values = NULL;
    if (slopes && (forward ? ew_forward(x->g, n, slopes, &e) : ew_reverse(x->g, n, slopes, &e)) != EW_OK)
        cli_fail_error(x->c, &e);
    else if (slopes)
        values = numbers_new(x->c, x->g, slopes, x->nodes, x->o->in, MOST_ELEMENTS);
    free(slopes);
    return values;
}

/* On edges between single numbers only. */
static double *partial_values(struct object *x)
{
    size_t edges;
    return x->indexed ? NULL : cli_partials(x->c, x->g, x->o->in, &edges);
}

static bool gather(struct object *x)
{
    ew_error e = {0};
    x->nodes = ew_node_count(x->g);
    x->edges = ew_edge_count(x->g, &e);
    x->short_of = x->nodes > OMIT_NODES;
    x->indexed = cli_array_any(x->g);
    if (e.status) cli_fail_error(x->c, &e);
    x->buffer = cli_room(x->c, TEXT_BYTES, 1);
    x->node = cli_room(x->c, x->nodes, sizeof *x->node);
    if (x->c->status) return false;
    for (size_t i = 0; i < x->nodes; i++) x->node[i] = ew_node_at(x->g, i);
    for (size_t i = 0; i < x->o->wrt_count && !x->c->status; i++) /* may it be derived by? */
        if (ew_diff(x->g, x->o->of, x->o->wrt[i], EW_REVERSE, &e) == EW_NONE) cli_fail_error(x->c, &e);
    if (x->c->status || !x->o->in) return !x->c->status;
    x->value = numbers_new(x->c, x->g, x->node, x->nodes, x->o->in, MOST_ELEMENTS);
    x->partial = x->value ? partial_values(x) : NULL;
    x->reverse = x->c->status ? NULL : sweep_values(x, x->o->of, false);
    return !x->c->status;
}

static void release(struct object *x)
{
    free(x->buffer);
    free(x->node);
    numbers_free(x->value);
    free(x->partial);
    numbers_free(x->reverse);
}

/* ---- Parts ---------------------------------------------------------------------------------------------- */

static void say_inputs(struct object *x)
{
    if (!x->value) return;
    json_key(&x->j, "inputs");
    json_begin_object(&x->j);
    for (size_t i = 0; i < ew_input_count(x->g); i++) {
        ew_node n = ew_input_at(x->g, i).node;
        const struct array *a = &x->value->at[ew_node_index(x->g, n)];
        if (!a->values) continue;
        json_key(&x->j, ew_node_name(x->g, n));
        cli_array_json(&x->j, a);
    }
    json_close(&x->j);
}

static bool is_operation(const char *op)
{
    static const char *const others[] = {"input", "param", "constant", "copy"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(op, others[i]) == 0) return false;
    return true;
}

/* By name, in order of first appearance. */
static void say_operations(struct object *x)
{
    const char *names[MOST_OPERATIONS];
    uint64_t counts[MOST_OPERATIONS] = {0};
    size_t count = 0, k;
    for (size_t i = 0; i < x->nodes; i++) {
        const char *op = ew_node_op(x->g, x->node[i]);
        if (!is_operation(op)) continue;
        for (k = 0; k < count && strcmp(names[k], op) != 0;) k++;
        if (k == MOST_OPERATIONS) continue;
        if (k == count) names[count++] = op;
        counts[k]++;
    }
    json_key(&x->j, "operations");
    json_begin_object(&x->j);
    for (k = 0; k < count; k++) json_key_whole(&x->j, names[k], counts[k]);
    json_close(&x->j);
}

static void say_argument(struct object *x, ew_node n)
{
    double v;
    const char *name = ew_node_name(x->g, n);
    if (!name) ew_node_label(x->g, n, x->buffer, TEXT_BYTES);
    if (ew_node_is_constant(x->g, n, &v))
        json_value(&x->j, ew_node_type(x->g, n), v);
    else
        json_text(&x->j, name ? name : x->buffer);
}

/* A size that is not known has its name, or null. */
static void say_axes(struct object *x, ew_node n)
{
    size_t rank = ew_node_rank(x->g, n);
    if (!rank) return;
    json_key(&x->j, "indices");
    json_begin_array(&x->j);
    ew_node_label(x->g, n, x->buffer, TEXT_BYTES); /* "h[n, j]" */
    char *bracket = strchr(x->buffer, '['), *save = NULL;
    char *index = bracket ? strtok_r(bracket, "[], ", &save) : NULL;
    for (; index; index = strtok_r(NULL, "[], ", &save)) json_text(&x->j, index);
    json_close(&x->j);
    json_key(&x->j, "shape");
    json_begin_array(&x->j);
    for (size_t p = 0; p < rank; p++) {
        const char *name = ew_node_size_name(x->g, n, p);
        if (ew_node_size(x->g, n, p) != SIZE_MAX)
            json_whole(&x->j, ew_node_size(x->g, n, p));
        else if (name)
            json_text(&x->j, name);
        else
            json_nothing(&x->j);
    }
    json_close(&x->j);
}

static void say_node(struct object *x, size_t i)
{
    ew_node n = x->node[i];
    json_begin_object(&x->j);
    json_key_text(&x->j, "name", ew_node_name(x->g, n));
    json_key_text(&x->j, "op", ew_node_op(x->g, n));
    json_key(&x->j, "args");
    json_begin_array(&x->j);
    for (size_t k = 0; k < ew_node_arg_count(x->g, n); k++) say_argument(x, ew_node_arg(x->g, n, k));
    json_close(&x->j);
    ew_node_text(x->g, n, x->buffer, TEXT_BYTES);
    json_key_text(&x->j, "text", x->buffer);
    say_axes(x, n);
    if (x->value && x->value->at[i].values) {
        json_key(&x->j, "value");
        cli_array_json(&x->j, &x->value->at[i]);
    }
    json_close(&x->j);
}

static void say_edge(struct object *x, size_t i)
{
    ew_edge e = ew_edge_at(x->g, i);
    json_begin_object(&x->j);
    json_key_text(&x->j, "from", ew_node_name(x->g, e.from));
    json_key_text(&x->j, "to", ew_node_name(x->g, e.to));
    json_key_whole(&x->j, "arg", e.arg);
    if (x->partial) json_key_number(&x->j, "partial", x->partial[i]);
    ew_edge_rule(x->g, i, x->buffer, TEXT_BYTES);
    json_key_text(&x->j, "rule", x->buffer);
    json_close(&x->j);
}

static void say_graph(struct object *x)
{
    json_key(&x->j, "nodes");
    json_begin_array(&x->j);
    for (size_t i = 0; i < x->nodes; i++) say_node(x, i);
    json_close(&x->j);
    json_key(&x->j, "edges");
    json_begin_array(&x->j);
    for (size_t i = 0; i < x->edges; i++) say_edge(x, i);
    json_close(&x->j);
}

static void say_by_node(struct object *x, const struct numbers *values)
{
    json_begin_object(&x->j);
    for (size_t i = 0; i < x->nodes; i++) {
        if (!values->at[i].values) continue;
        json_key(&x->j, ew_node_name(x->g, x->node[i]));
        cli_array_json(&x->j, &values->at[i]);
    }
    json_close(&x->j);
}

static void say_sweeps(struct object *x)
{
    if (!x->value) return;
    if (!x->short_of) {
        json_key(&x->j, "forward");
        json_begin_object(&x->j);
        for (size_t i = 0; i < x->o->wrt_count && !x->c->status; i++) {
            struct numbers *values = sweep_values(x, x->o->wrt[i], true);
            json_key(&x->j, ew_node_name(x->g, x->o->wrt[i]));
            if (values) say_by_node(x, values);
            numbers_free(values);
        }
        json_close(&x->j);
    }
    json_key(&x->j, "reverse");
    say_by_node(x, x->reverse);
}

/* ---- Paths and cost ---------------------------------------------------------------------------------- */

/* sum = sum + more, both in decimals. What is no plain number (a logarithm) stays or wins. */
static char *add_decimals(struct cli *c, char *sum, const char *more)
{
    size_t m = strlen(sum), n = strlen(more), k = (m > n ? m : n) + 1;
    if (sum[strspn(sum, "0123456789")]) return sum;
    if (more[strspn(more, "0123456789")]) n = m = 0, k = strlen(more) + 1;
    char *result = cli_room(c, k + 1, 1);
    if (!result) return sum;
    if (!n) {
        strcpy(result, more);
        free(sum);
        return result;
    }
    unsigned carry = 0;
    result[k] = '\0';
    for (size_t i = 1; i <= k; i++) {
        carry += (i <= m ? (unsigned)(sum[m - i] - '0') : 0) + (i <= n ? (unsigned)(more[n - i] - '0') : 0);
        result[k - i] = (char)('0' + carry % 10);
        carry /= 10;
    }
    if (result[0] == '0') memmove(result, result + 1, k);
    free(sum);
    return result;
}

static void say_path_list(struct object *x, ew_node wrt, char **total)
{
    char buffer[48];
    ew_paths *paths = cli_paths_new(x->c, x->g, wrt, x->o->of, x->partial, (size_t)x->c->most);
    if (x->c->status) return;
    *total = add_decimals(x->c, *total, cli_paths_count(paths, buffer));
    json_begin_object(&x->j);
    paths_json(&x->j, x->g, paths, wrt, x->o->of, x->partial,
               x->reverse ? x->reverse->at[ew_node_index(x->g, wrt)].values : NULL);
    json_close(&x->j);
    ew_paths_free(paths);
}

/* The edges that one reverse sweep touches: those that lead to `of`. */
static uint64_t edges_below(struct object *x)
{
    uint64_t count = 0;
    bool *leads = cli_room(x->c, x->nodes, sizeof *leads);
    if (!leads) return 0;
    memset(leads, 0, x->nodes * sizeof *leads);
    leads[ew_node_index(x->g, x->o->of)] = true;
    for (size_t i = x->edges; i-- > 0;) {
        ew_edge e = ew_edge_at(x->g, i);
        if (!leads[ew_node_index(x->g, e.to)]) continue;
        leads[ew_node_index(x->g, e.from)] = true;
        count++;
    }
    free(leads);
    return count;
}

static void say_cost(struct object *x, const char *paths)
{
    json_key(&x->j, "cost");
    json_begin_object(&x->j);
    json_key_whole(&x->j, "edges", edges_below(x));
    if (!x->short_of && !x->indexed) json_key_text(&x->j, "paths", paths);
    size_t forward = sweeps_forward(x->g, x->o->wrt, x->o->wrt_count), reverse = cli_array_count_of(x->g, x->o->of);
    if (forward != SIZE_MAX) json_key_whole(&x->j, "forward_sweeps", forward);
    if (reverse != SIZE_MAX) json_key_whole(&x->j, "reverse_sweeps", reverse);
    json_close(&x->j);
}

static void say_paths(struct object *x)
{
    char *total = strdup("0");
    if (!total) cli_fail(x->c, FAULT_MEMORY, NULL, NULL);
    if (total && !x->short_of && !x->indexed) {
        json_key(&x->j, "paths");
        json_begin_array(&x->j);
        for (size_t i = 0; i < x->o->wrt_count && !x->c->status; i++) say_path_list(x, x->o->wrt[i], &total);
        json_close(&x->j);
    }
    if (total) say_cost(x, total);
    free(total);
    if (!x->short_of && !x->indexed) return;
    json_key(&x->j, "omitted");
    json_begin_array(&x->j);
    if (x->short_of) json_text(&x->j, "forward");
    json_text(&x->j, "paths");
    json_close(&x->j);
}

void explain_json(struct cli *c, ew_graph *g, ew_explain_options *o)
{
    struct object x = {.c = c, .g = g, .o = o};
    if (gather(&x)) {
        x.j = cli_json_begin(c);
        json_key_text(&x.j, "of", ew_node_name(g, o->of));
        say_inputs(&x);
        say_operations(&x);
        say_graph(&x);
        say_sweeps(&x);
        say_paths(&x);
        if (o->nudge && !c->status) explain_nudge_json(c, &x.j, g, o);
        if (c->plan) explain_plan_json(c, &x.j, g, o);
        cli_json_end(&x.j);
    }
    release(&x);
}
