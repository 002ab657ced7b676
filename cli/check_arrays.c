/*
 * check_arrays.c - the rows of check in programs with arrays: element by element where they are few, else along
 * random directions, in forward mode (J v), in reverse mode (w J) and by differences of w · y(x + t v).
 *
 * Differences are of the program as it runs, with whatever stands in stop held at the values that it has (ew_hold).
 * So inputs alone can be varied.
 */
#include "check.h"
#include "sweeps.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PAIRS = 1000, DIRECTIONS = 3 };

/* w · y as a function of one number: how far x has gone along v, or of one element of x. */
struct ray {
    ew_program *program; /* y */
    double *in, *out;
    const double *base;   /* where it starts */
    const double *v, *w;  /* NULL: element `place` alone, element `of` alone */
    size_t offset, count; /* of x in `in` */
    size_t place, of, of_count;
};

static double ray_value(const void *context, double t)
{
    const struct ray *r = context;
    double sum = 0;
    if (!r->v) r->in[r->offset + r->place] = t;
    for (size_t e = 0; r->v && e < r->count; e++) r->in[r->offset + e] = r->base[r->offset + e] + t * r->v[e];
    bool ran = ew_run(r->program, NULL, r->in, r->out) == EW_OK;
    for (size_t e = 0; r->w && e < r->of_count; e++) sum += r->w[e] * r->out[e];
    if (!r->v) r->in[r->offset + r->place] = r->base[r->offset + r->place];
    return !ran ? NAN : r->w ? sum : r->out[r->of];
}

struct arrays_check {
    struct checking *k;
    struct ray ray;
    ew_graph *held; /* the graph that is run: its stops are inputs */
    size_t *offset; /* of its inputs */
    double *base;   /* their values */
    bool rough;     /* f32 on the way */
};

/* ---- What is needed ----------------------------------------------------------------------------------------- */

/* What `of` is computed from: any f32? Arguments have smaller numbers. */
static bool look_down(struct arrays_check *a)
{
    struct checking *k = a->k;
    size_t count = (size_t)k->of + 1;
    bool *needed = cli_room(k->c, count, sizeof *needed);
    if (!needed) return false;
    memset(needed, 0, count * sizeof *needed);
    needed[k->of] = true;
    for (size_t i = count; i-- > 0;) {
        ew_node n = (ew_node)i;
        if (!needed[i]) continue;
        a->rough = a->rough || ew_node_type(k->g, n) == EW_F32;
        for (size_t p = 0; p < ew_node_arg_count(k->g, n); p++) needed[ew_node_arg(k->g, n, p)] = true;
    }
    free(needed);
    return !k->c->status;
}

static bool only_inputs(struct checking *k)
{
    for (size_t i = 0; i < k->wrt_count; i++)
        if (cli_input_index(k->g, k->wrt[i]) == SIZE_MAX)
            cli_fail(k->c, FAULT_NOT_INPUT, ew_node_name(k->g, k->wrt[i]), NULL);
    return !k->c->status;
}

/* The values of the graph h with its stops held: those of g's inputs, and what the stops have there. */
static double *held_values(struct checking *k, const ew_graph *h)
{
    size_t inputs = ew_input_count(h), count = 0, more = 0;
    size_t *offset = cli_array_input_offsets(k->c, k->g), *own = offset ? cli_array_input_offsets(k->c, h) : NULL;
    ew_node *nodes = own ? cli_room(k->c, inputs, sizeof *nodes) : NULL;
    double *in = nodes ? cli_room(k->c, own[inputs], sizeof *in) : NULL;
    for (size_t i = 0; in && i < inputs; i++)
        if (cli_input_index(k->g, ew_input_at(h, i).node) == SIZE_MAX) nodes[count++] = ew_input_at(h, i).node;
    double *values = in && count ? cli_run(k->c, k->g, nodes, count, k->in) : NULL;
    for (size_t i = 0; in && !k->c->status && i < inputs; i++) {
        size_t at = cli_input_index(k->g, ew_input_at(h, i).node), size = own[i + 1] - own[i];
        const double *from = at == SIZE_MAX ? values + more : k->in + offset[at];
        if (at == SIZE_MAX) more += size;
        if (size) memcpy(in + own[i], from, size * sizeof *in);
    }
    free(values);
    free(nodes);
    free(own);
    free(offset);
    if (!k->c->status) return in;
    free(in);
    return NULL;
}

static bool ray_new(struct arrays_check *a)
{
    ew_error e;
    struct checking *k = a->k;
    ew_graph *h = ew_hold(k->g, &e);
    a->ray.program = h ? ew_prepare_nodes(h, &k->of, 1, &e) : NULL;
    if (!a->ray.program) cli_fail_error(k->c, &e);
    a->held = h;
    a->offset = h && !k->c->status ? cli_array_input_offsets(k->c, h) : NULL;
    a->base = a->offset ? held_values(k, h) : NULL;
    if (!a->base) return false;
    size_t inputs = ew_input_count(h);
    a->ray.base = a->base;
    a->ray.of_count = ew_out_count(a->ray.program);
    a->ray.in = cli_room(k->c, a->offset[inputs], sizeof *a->ray.in);
    a->ray.out = cli_room(k->c, a->ray.of_count, sizeof *a->ray.out);
    if (!a->ray.in || !a->ray.out) return false;
    memcpy(a->ray.in, a->base, a->offset[inputs] * sizeof *a->ray.in);
    return true;
}

static void aim(struct arrays_check *a, ew_node wrt)
{
    size_t input = cli_input_index(a->held, wrt);
    a->ray.offset = a->offset[input];
    a->ray.count = a->offset[input + 1] - a->offset[input];
}

/* Rounding of the value, from the sizes of what the inputs contribute. */
static double noise_of(const struct arrays_check *a, double value, double size)
{
    double noise = 4 * (a->rough ? FLT_EPSILON : DBL_EPSILON) * (fabs(value) + size);
    return isfinite(noise) ? noise : 0;
}

static void measure(struct arrays_check *a, struct checked *r, double at, double size)
{
    struct curve curve = {ray_value, &a->ray, at, 0};
    curve.noise = noise_of(a, ray_value(&a->ray, at), size);
    r->found = differences(&curve);
    a->k->singular = !isfinite(r->mode[FORWARD]) || !isfinite(r->mode[REVERSE]);
    check_judge(a->k, r, a->rough);
}

/* ---- Element by element ---------------------------------------------------------------------------------------- */

/* Row-major: the elements of `of`, then those of one input. */
static void compare_elements(struct arrays_check *a, struct checked *r, const double *forward, const double *reverse)
{
    for (size_t o = 0; o < a->ray.of_count; o++)
        for (size_t e = 0; e < a->ray.count; e++, r++, forward++, reverse++) {
            double x = a->ray.base[a->ray.offset + e];
            a->ray.of = r->of_element = o;
            a->ray.place = r->wrt_element = e;
            r->mode[FORWARD] = *forward;
            r->mode[REVERSE] = *reverse;
            r->size = fabs(*reverse);
            measure(a, r, x, fabs(*reverse * x));
        }
}

static bool elements_of(struct arrays_check *a, ew_node wrt, struct checked *rows)
{
    ew_error e;
    struct checking *k = a->k;
    ew_node nodes[2] = {ew_diff(k->g, k->of, wrt, EW_FORWARD, &e), EW_NONE};
    if (nodes[0] != EW_NONE) nodes[1] = ew_diff(k->g, k->of, wrt, EW_REVERSE, &e);
    if (nodes[1] == EW_NONE) cli_fail_error(k->c, &e);
    double *values = nodes[1] == EW_NONE ? NULL : cli_run(k->c, k->g, nodes, 2, k->in);
    aim(a, wrt);
    for (size_t i = 0; i < a->ray.of_count * a->ray.count; i++) rows[i].wrt = wrt;
    if (values) compare_elements(a, rows, values, values + cli_array_count_of(k->g, nodes[0]));
    free(values);
    return !k->c->status;
}

/* ---- Along directions -------------------------------------------------------------------------------------------- */

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

/* J v by one forward sweep, w J by one reverse sweep. */
static void compare_along(struct arrays_check *a, ew_node wrt, struct checked *r, const double *v, const double *w)
{
    ew_error e;
    struct checking *k = a->k;
    ew_node nodes[2] = {sweeps_along(k->g, k->of, wrt, r->direction, &e), EW_NONE};
    if (nodes[0] != EW_NONE) nodes[1] = sweeps_back(k->g, k->of, wrt, r->direction, &e);
    if (nodes[1] == EW_NONE) cli_fail_error(k->c, &e);
    double *values = nodes[1] == EW_NONE ? NULL : cli_run(k->c, k->g, nodes, 2, k->in);
    if (!values) return;
    const double *back = values + cli_array_count_of(k->g, nodes[0]);
    double size = 0;
    r->mode[FORWARD] = dot(values, w, a->ray.of_count);
    r->mode[REVERSE] = dot(back, v, a->ray.count);
    for (size_t i = 0; i < a->ray.count; i++) {
        size += fabs(back[i] * a->ray.base[a->ray.offset + i]);
        r->size += fabs(back[i] * v[i]);
    }
    a->ray.v = v;
    a->ray.w = w;
    measure(a, r, 0, size);
    memcpy(a->ray.in + a->ray.offset, a->ray.base + a->ray.offset, a->ray.count * sizeof *v);
    free(values);
}

static bool directions_of(struct arrays_check *a, ew_node wrt, struct checked *rows)
{
    struct checking *k = a->k;
    aim(a, wrt);
    double *v = cli_room(k->c, a->ray.count, sizeof *v), *w = cli_room(k->c, a->ray.of_count, sizeof *w);
    for (unsigned d = 0; v && w && d < DIRECTIONS && !k->c->status; d++) {
        rows[d].wrt = wrt;
        rows[d].direction = d + 1;
        sweeps_direction(k->g, wrt, d + 1, v);
        sweeps_direction(k->g, k->of, d + 1, w);
        compare_along(a, wrt, &rows[d], v, w);
    }
    free(v);
    free(w);
    return !k->c->status;
}

/* ---- Both ----------------------------------------------------------------------------------------------------------
 */

static bool check_rows(struct arrays_check *a)
{
    struct checking *k = a->k;
    size_t sum = sweeps_forward(k->g, k->wrt, k->wrt_count), of = a->ray.of_count, used = 0;
    bool whole = sum == 0 || of <= MOST_PAIRS / sum;
    k->count = whole ? of * sum : k->wrt_count * DIRECTIONS;
    k->row = cli_room(k->c, k->count, sizeof *k->row);
    if (!k->row) return false;
    memset(k->row, 0, k->count * sizeof *k->row);
    for (size_t i = 0; i < k->wrt_count && !k->c->status; i++) {
        (whole ? elements_of : directions_of)(a, k->wrt[i], k->row + used);
        used += whole ? of * cli_array_count_of(k->g, k->wrt[i]) : DIRECTIONS;
    }
    return !k->c->status;
}

bool check_arrays(struct checking *k)
{
    struct arrays_check a = {.k = k};
    bool ok = only_inputs(k) && look_down(&a) && ray_new(&a) && check_rows(&a);
    ew_free(a.ray.program);
    free(a.ray.in);
    free(a.ray.out);
    free(a.offset);
    free(a.base);
    ew_graph_free(a.held);
    return ok;
}
