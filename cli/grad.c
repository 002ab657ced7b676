/*
 * grad.c - a value and its derivatives, by a sweep or by multiplying path by path.
 *
 * `auto` takes the side with fewer sweeps: of one number by any number of others that is one reverse sweep. The
 * derivative of an array by an array has the axes of both, in this order.
 */
#include "arrays.h"
#include "pathwise.h"
#include "sweeps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More numbers than this are nothing to be listed: 4 GiB of them. */
#define MOST_NUMBERS ((size_t)1 << 29)
#define MOST_PATHS 1e7

/* What one answer is made of. */
struct gradient {
    ew_node of;
    ew_node *wrt;
    size_t count;
    const char *mode;
    struct array value;
    struct array *slopes; /* by wrt */
};

/* ---- The answer ------------------------------------------------------------------------------------------ */

static void say_json(struct cli *c, ew_graph *g, const struct gradient *d)
{
    struct cli_json j = cli_json_begin(c);
    json_key_text(&j, "of", ew_node_name(g, d->of));
    json_key(&j, "value");
    cli_array_json(&j, &d->value);
    json_key(&j, "gradient");
    json_begin_object(&j);
    for (size_t i = 0; i < d->count; i++) {
        json_key(&j, ew_node_name(g, d->wrt[i]));
        cli_array_json(&j, &d->slopes[i]);
    }
    json_close(&j);
    json_key_text(&j, "mode", d->mode);
    cli_json_end(&j);
}

static void slope_name(ew_graph *g, const struct gradient *d, size_t i, char name[256])
{
    snprintf(name, 256, "∂%.100s/∂%.100s", ew_node_name(g, d->of), ew_node_name(g, d->wrt[i]));
}

static void say_lines(struct cli *c, ew_graph *g, const struct gradient *d)
{
    char name[256];
    cli_array_show(c, ew_node_name(g, d->of), &d->value);
    for (size_t i = 0; i < d->count; i++) {
        slope_name(g, d, i, name);
        cli_array_show(c, name, &d->slopes[i]);
    }
    const char *mode = strcmp(d->mode, "paths") == 0     ? cli_tr(c, "path by path")
                       : strcmp(d->mode, "forward") == 0 ? cli_tr(c, "forward")
                                                         : cli_tr(c, "reverse");
    cli_say(c, "mode: {1}", mode, NULL, NULL);
    cli_put(c, "\n");
}

/* Into a file of arrays, under the names that the language has for them: "e", "diff(e, b)". */
static void write_arrays(struct cli *c, ew_graph *g, const struct gradient *d)
{
    enum { NAME_BYTES = 256 };
    const char *of = ew_node_name(g, d->of), **names = cli_room(c, d->count + 1, sizeof *names);
    char(*texts)[NAME_BYTES] = names ? cli_room(c, d->count, sizeof *texts) : NULL;
    struct array *arrays = texts ? cli_room(c, d->count + 1, sizeof *arrays) : NULL;
    for (size_t i = 0; arrays && i < d->count; i++) {
        snprintf(texts[i], NAME_BYTES, "diff(%.100s, %.100s)", of, ew_node_name(g, d->wrt[i]));
        names[i + 1] = texts[i];
        arrays[i + 1] = d->slopes[i];
    }
    if (arrays) {
        names[0] = of;
        arrays[0] = d->value;
        cli_answer(c, names, arrays, d->count + 1);
    }
    free(arrays);
    free(texts);
    free(names);
}

static void say_gradient(struct cli *c, ew_graph *g, const struct gradient *d)
{
    char name[256];
    if (!cli_array_finite(c, g, ew_node_name(g, d->of), &d->value)) return;
    for (size_t i = 0; i < d->count; i++) {
        slope_name(g, d, i, name);
        if (!cli_array_finite(c, g, name, &d->slopes[i])) return;
    }
    (cli_data_file(c->output) ? write_arrays : c->json ? say_json : say_lines)(c, g, d);
}

/* ---- By a sweep ------------------------------------------------------------------------------------------- */

/* Before anything is made: a derivative of too many numbers would only fill the memory. */
static bool can_be_listed(struct cli *c, ew_graph *g, const struct gradient *d)
{
    size_t of = cli_array_count_of(g, d->of), sum = 0;
    for (size_t i = 0; i < d->count && !c->status; i++) {
        size_t by = cli_array_count_of(g, d->wrt[i]);
        if (by && of > MOST_NUMBERS / by)
            cli_fail(c, FAULT_MANY_NUMBERS, ew_node_name(g, d->of), ew_node_name(g, d->wrt[i]));
        else
            sum += by * of;
        if (sum > MOST_NUMBERS) cli_fail(c, FAULT_MANY_NUMBERS, ew_node_name(g, d->of), ew_node_name(g, d->wrt[i]));
    }
    return !c->status;
}

static void take_arrays(ew_graph *g, struct gradient *d, const ew_node *nodes, const double *values,
                        const int64_t *whole, const size_t *offset)
{
    d->value = cli_array_ran(g, nodes[0], values, whole, 0);
    for (size_t i = 0; i < d->count; i++) d->slopes[i] = cli_array_of(g, nodes[i + 1], values + offset[i + 1]);
}

/* The value and the derivatives in one program. */
static void by_sweep(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    ew_error e;
    int mode = strcmp(d->mode, "forward") == 0 ? EW_FORWARD : EW_REVERSE;
    ew_node *nodes = cli_room(c, d->count + 1, sizeof *nodes);
    for (size_t i = 0; nodes && i < d->count && !c->status; i++) {
        nodes[i + 1] = ew_diff(g, d->of, d->wrt[i], mode, &e);
        if (nodes[i + 1] == EW_NONE) cli_fail_error(c, &e);
    }
    if (nodes) nodes[0] = d->of;
    size_t *offset = nodes && !c->status ? cli_array_offsets(c, g, nodes, d->count + 1) : NULL;
    int64_t *whole;
    double *values = offset ? cli_run_whole(c, g, nodes, d->count + 1, in, &whole) : NULL;
    if (values) {
        take_arrays(g, d, nodes, values, whole, offset);
        say_gradient(c, g, d);
    }
    free(values);
    free(offset);
    free(nodes);
}

/* ---- Every path multiplied on its own ----------------------------------------------------------------------- */

/* Between the elements of arrays; the sums of a row-major derivative lie one after another. */
static void by_array_paths(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    ew_error e;
    size_t of = cli_array_count_of(g, d->of), at = 0;
    int64_t *whole;
    double *value = can_be_listed(c, g, d) ? cli_run_whole(c, g, &d->of, 1, in, &whole) : NULL;
    double *slopes = value ? cli_room(c, of * sweeps_forward(g, d->wrt, d->count) + 1, sizeof *slopes) : NULL;
    for (size_t i = 0; slopes && i < d->count && !c->status; i++) {
        ew_node all = ew_diff(g, d->of, d->wrt[i], EW_AUTO, &e); /* for its axes, and the same complaints */
        if (all == EW_NONE || ew_pathwise(g, d->of, d->wrt[i], in, MOST_PATHS, slopes + at, &e) != EW_OK) {
            cli_fail_error(c, &e);
            break;
        }
        d->slopes[i] = cli_array_of(g, all, slopes + at);
        at += of * cli_array_count_of(g, d->wrt[i]);
    }
    if (slopes && !c->status) {
        d->value = cli_array_ran(g, d->of, value, whole, 0);
        say_gradient(c, g, d);
    }
    free(value);
    free(slopes);
}

static void by_paths(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    ew_error e;
    if (cli_array_any(g)) {
        by_array_paths(c, g, d, in);
        return;
    }
    for (size_t i = 0; i < d->count && !c->status; i++) /* the same complaints as a sweep */
        if (ew_diff(g, d->of, d->wrt[i], EW_REVERSE, &e) == EW_NONE) cli_fail_error(c, &e);
    int64_t *whole;
    double *value = c->status ? NULL : cli_run_whole(c, g, &d->of, 1, in, &whole);
    double *slopes = value ? cli_pathwise(c, g, d->of, d->wrt, d->count, in) : NULL;
    if (slopes) {
        d->value = cli_array_ran(g, d->of, value, whole, 0);
        for (size_t i = 0; i < d->count; i++) d->slopes[i] = (struct array){.type = EW_F64, .values = slopes + i};
        say_gradient(c, g, d);
    }
    free(value);
    free(slopes);
}

/* ---- The verb ------------------------------------------------------------------------------------------------- */

static const char *mode_of(struct cli *c, ew_graph *g, const struct gradient *d)
{
    if (c->mode && strcmp(c->mode, "auto") != 0) return c->mode;
    size_t of = cli_array_count_of(g, d->of);
    return of > 1 && sweeps_forward(g, d->wrt, d->count) < of ? "forward" : "reverse";
}

static void gradient(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    d->mode = mode_of(c, g, d);
    d->slopes = cli_room(c, d->count, sizeof *d->slopes);
    bool paths = strcmp(d->mode, "paths") == 0, forced = c->mode && strcmp(c->mode, "forward") == 0;
    bool ok = d->slopes && (paths || can_be_listed(c, g, d));
    if (ok && forced) ok = sweeps_forward_note(c, g, d->of, d->wrt, d->count, in);
    if (ok) (paths ? by_paths : by_sweep)(c, g, d, in);
    free(d->slopes);
}

int cli_grad(struct cli *c)
{
    struct gradient d = {0};
    ew_graph *g = cli_graph(c);
    double *in = g ? cli_values(c, g) : NULL;
    d.of = in ? cli_of(c, g) : EW_NONE;
    d.wrt = d.of != EW_NONE ? cli_wrt(c, g, &d.count) : NULL;
    if (d.wrt) gradient(c, g, &d, in);
    free(d.wrt);
    free(in);
    ew_graph_free(g);
    return c->status;
}
