/*
 * plan_json.c - `explain --plan --json`: how it would be computed, and at what cost, beside the derivation.
 *
 *     "plan": {"mode": "reverse", "value": {"operations": 3, …}, "gradient": {…}, "steps": [{"operations": 8, "depth":
 * 0, "text": "d[n, k] = map 2 x 2: load mul into sum"}, …]}
 *
 * "gradient" is the value and its derivatives in one program, of an output that is one number; without sizes of arrays
 * only "mode" is there. The steps are those of the larger program, where it has axes; their texts are for people.
 */
#include "arrays.h"
#include "explain.h"
#include "sweeps.h"

#include <stdlib.h>
#include <string.h>

/* ---- Its steps ---------------------------------------------------------------------------------------- */

struct steps {
    char *at;
    size_t used, size;
};

static int steps_keep(void *context, const char *bytes, size_t count)
{
    struct steps *s = context;
    if (count >= s->size - s->used) {
        size_t size = 2 * s->size + count;
        char *more = realloc(s->at, size);
        if (!more) return 1;
        s->at = more;
        s->size = size;
    }
    memcpy(s->at + s->used, bytes, count);
    s->used += count;
    s->at[s->used] = '\0';
    return 0;
}

/* "         8    d = map …": operations, or none of a loop; two spaces, two more for each loop around it; the step. */
static void say_step(struct cli_json *j, const char *line)
{
    enum { COUNT_COLUMNS = 10 };
    size_t depth = strspn(line + COUNT_COLUMNS, " ");
    json_begin_object(j);
    if (strspn(line, " ") < COUNT_COLUMNS) json_key_number(j, "operations", strtod(line, NULL));
    json_key_whole(j, "depth", depth / 2 - 1);
    json_key_text(j, "text", line + COUNT_COLUMNS + depth);
    json_close(j);
}

static void say_steps(struct cli *c, struct cli_json *j, const ew_program *p)
{
    ew_error e;
    struct steps s = {cli_room(c, 1, 1), 0, 1};
    if (s.at && ew_plan(p, steps_keep, &s, &e) != EW_OK) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    char *line = s.at && !c->status ? strchr(s.at, '\n') : NULL; /* the first sums up */
    json_key(j, "steps");
    json_begin_array(j);
    while (line && line[1]) {
        char *end = strchr(++line, '\n');
        if (end) *end = '\0';
        say_step(j, line);
        line = end;
    }
    json_close(j);
    free(s.at);
}

/* ---- Programs ----------------------------------------------------------------------------------------- */

/* `of` and its first `count` derivatives; NULL: not without sizes, or a form is not derived. */
static ew_program *plan_program(struct cli *c, ew_graph *g, const ew_explain_options *o, size_t count)
{
    ew_error e;
    ew_node *nodes = cli_room(c, count + 1, sizeof *nodes);
    if (!nodes) return NULL;
    bool ok = true;
    nodes[0] = o->of;
    for (size_t k = 0; ok && k < count; k++) {
        nodes[k + 1] = ew_diff(g, o->of, o->wrt[k], EW_AUTO, &e);
        ok = nodes[k + 1] != EW_NONE;
    }
    ew_program *p = ok ? ew_prepare_nodes(g, nodes, count + 1, &e) : NULL;
    if (!p && e.status == EW_LIMIT) cli_fail_error(c, &e);
    free(nodes);
    return p;
}

static void say_program(struct cli_json *j, const char *key, const ew_program *p)
{
    ew_cost cost = ew_program_cost(p);
    json_key(j, key);
    json_begin_object(j);
    json_key_whole(j, "instructions", cost.instructions);
    json_key_number(j, "operations", cost.operations);
    if (cost.batches) json_key_whole(j, "batches", cost.batches);
    json_key_whole(j, "bytes", cost.bytes);
    json_close(j);
}

static bool sizes_known(const ew_graph *g)
{
    for (size_t i = 0; i < ew_node_count(g); i++)
        if (cli_array_count_of(g, ew_node_at(g, i)) == SIZE_MAX) return false;
    return true;
}

void explain_plan_json(struct cli *c, struct cli_json *j, ew_graph *g, const ew_explain_options *o)
{
    size_t forward = sweeps_forward(g, o->wrt, o->wrt_count), reverse = cli_array_count_of(g, o->of);
    bool known = sizes_known(g), slopes = o->wrt_count && ew_node_rank(g, o->of) == 0;
    json_key(j, "plan");
    json_begin_object(j);
    if (o->wrt_count) json_key_text(j, "mode", forward < reverse ? "forward" : "reverse");
    ew_program *value = known ? plan_program(c, g, o, 0) : NULL;
    ew_program *gradient = value && slopes ? plan_program(c, g, o, o->wrt_count) : NULL;
    if (value) say_program(j, "value", value);
    if (gradient) say_program(j, "gradient", gradient);
    if (value && cli_array_any(g)) say_steps(c, j, gradient ? gradient : value);
    json_close(j);
    ew_free(value);
    ew_free(gradient);
}
