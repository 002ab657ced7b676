/*
 * nudge_json.c - explain --nudge as JSON: each node before and after, what the derivatives predict, the change, the
 * gap between the two. An array has them element by element; one of more than MOST_ELEMENTS is left out.
 *
 * Between single numbers the prediction is made of whole forward sweeps, each of which serves all nodes; of arrays a
 * sweep is the derivative by every element, so it is made for each node along the nudge alone (ew_along).
 */
#include "explain.h"
#include "numbers.h"
#include "pathwise.h"

#include <stdlib.h>

enum { MOST_ELEMENTS = 1000 };

struct forecast {
    struct cli *c;
    ew_graph *g;
    const ew_explain_options *o;
    size_t nodes;
    ew_node *node;                          /* the seen ones */
    struct numbers *before, *after, *along; /* along: by node, of arrays */
    double *predicted;                      /* by node, of single numbers */
};

static struct numbers *moved_values(const struct forecast *f)
{
    struct numbers *after = NULL;
    size_t *offset = cli_array_input_offsets(f->c, f->g), count = offset ? offset[ew_input_count(f->g)] : 0;
    double *in = offset ? cli_room(f->c, count, sizeof *in) : NULL;
    for (size_t i = 0; in && i < count; i++) in[i] = f->o->in[i] + f->o->nudge[i];
    if (in) after = numbers_new(f->c, f->g, f->node, f->nodes, in, MOST_ELEMENTS);
    free(in);
    free(offset);
    return after;
}

static void predict_by(struct forecast *f, ew_node input, double change)
{
    ew_error e;
    ew_node *slopes = cli_room(f->c, f->nodes, sizeof *slopes);
    struct numbers *values = NULL;
    if (slopes && ew_forward(f->g, input, slopes, &e) != EW_OK)
        cli_fail_error(f->c, &e);
    else if (slopes)
        values = numbers_new(f->c, f->g, slopes, f->nodes, f->o->in, 1);
    for (size_t i = 0; values && i < f->nodes; i++) f->predicted[i] += cli_along(*values->at[i].values, change);
    numbers_free(values);
    free(slopes);
}

static void predict_numbers(struct forecast *f)
{
    f->predicted = cli_room(f->c, f->nodes, sizeof *f->predicted);
    for (size_t i = 0; f->predicted && i < f->nodes; i++) f->predicted[i] = 0;
    for (size_t k = 0; f->predicted && k < ew_input_count(f->g) && !f->c->status; k++) {
        ew_input_info info = ew_input_at(f->g, k);
        if (f->o->nudge[k] != 0 && info.type != EW_INT) predict_by(f, info.node, f->o->nudge[k]);
    }
}

static void predict_arrays(struct forecast *f)
{
    ew_error e = {0};
    ew_node *slopes = cli_room(f->c, f->nodes, sizeof *slopes), none = ew_constant(f->g, 0);
    for (size_t i = 0; slopes && i < f->nodes && !f->c->status; i++) {
        slopes[i] = f->before->at[i].values ? ew_along(f->g, f->node[i], f->o->nudge, &e) : EW_NONE;
        if (e.status) cli_fail_error(f->c, &e);
        if (slopes[i] == EW_NONE) slopes[i] = none;
    }
    if (slopes && !f->c->status) f->along = numbers_new(f->c, f->g, slopes, f->nodes, f->o->in, MOST_ELEMENTS);
    free(slopes);
}

static bool forecast_make(struct forecast *f)
{
    f->nodes = ew_node_count(f->g);
    f->node = cli_room(f->c, f->nodes, sizeof *f->node);
    for (size_t i = 0; f->node && i < f->nodes; i++) f->node[i] = ew_node_at(f->g, i);
    if (f->node) f->before = numbers_new(f->c, f->g, f->node, f->nodes, f->o->in, MOST_ELEMENTS);
    if (f->before) f->after = moved_values(f);
    if (f->after) (cli_array_any(f->g) ? predict_arrays : predict_numbers)(f);
    return !f->c->status;
}

static double predicted_at(const struct forecast *f, size_t i, size_t e)
{
    if (!f->along) return f->predicted[i];
    const struct array *a = &f->along->at[i];
    return a->values[cli_array_count(a) > 1 ? e : 0];
}

enum what { PREDICTED, CHANGE, GAP };

/* Under `key` the numbers of node i that no array holds, element by element, into `room`. */
static void say_made(struct forecast *f, struct cli_json *j, size_t i, const char *key, enum what what, double *room)
{
    struct array a = f->before->at[i];
    for (size_t e = 0; e < cli_array_count(&a); e++) {
        double change = f->after->at[i].values[e] - a.values[e], due = predicted_at(f, i, e);
        room[e] = what == PREDICTED ? due : what == CHANGE ? change : change - due;
    }
    a.values = room;
    a.whole = NULL;
    a.type = EW_F64;
    json_key(j, key);
    cli_array_json(j, &a);
}

static void say_node(struct forecast *f, struct cli_json *j, size_t i, double *room)
{
    json_key(j, ew_node_name(f->g, f->node[i]));
    json_begin_object(j);
    json_key(j, "before");
    cli_array_json(j, &f->before->at[i]);
    json_key(j, "after");
    cli_array_json(j, &f->after->at[i]);
    say_made(f, j, i, "predicted", PREDICTED, room);
    say_made(f, j, i, "change", CHANGE, room);
    say_made(f, j, i, "gap", GAP, room);
    json_close(j);
}

void explain_nudge_json(struct cli *c, struct cli_json *j, ew_graph *g, const ew_explain_options *o)
{
    struct forecast f = {.c = c, .g = g, .o = o};
    double *room = cli_room(c, MOST_ELEMENTS, sizeof *room);
    json_key(j, "nudge");
    json_begin_object(j);
    if (room && forecast_make(&f))
        for (size_t i = 0; i < f.nodes; i++)
            if (f.before->at[i].values && f.after->at[i].values) say_node(&f, j, i, room);
    json_close(j);
    numbers_free(f.before);
    numbers_free(f.after);
    numbers_free(f.along);
    free(f.predicted);
    free(f.node);
    free(room);
}
