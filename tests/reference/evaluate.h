/*
 * evaluate.h - what a graph with axes means, one element at a time: the reference that executors are
 * compared with. Include it in one test program; it is all static.
 *
 * A value is asked for at a place and asks for what it needs, no more: the branch of an `if` that is taken,
 * the places that a recurrence's own definition names. Each is computed once. Nothing is planned, ordered or
 * fused, so it shares no mistake with what it checks. Ints are doubles here (exact to 2^53).
 */
#ifndef TESTS_REFERENCE_EVALUATE_H
#define TESTS_REFERENCE_EVALUATE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/axes.h"

typedef struct reference {
    const ew_graph *g;
    const double *in;
    double **value; /* by node, by element */
    char **state;   /* 0: not yet, 1: being computed, 2: there */
    size_t *offset; /* of inputs, then params, in `in` */
    bool failed;
    char fault[256]; /* why */
    size_t depth;
} reference;

static double reference_at(reference *r, ew_node n, const int64_t *place);

static double reference_fail(reference *r, const char *why, ew_node n)
{
    if (!r->failed) snprintf(r->fault, sizeof r->fault, "%s at node %u", why, (unsigned)n);
    r->failed = true;
    return NAN;
}

/* The place of argument k of node n when the user is at `place` of its domain. */
static bool reference_map(reference *r, ew_node n, uint16_t map, size_t rank, const int64_t *place, int64_t *to);

static double reference_arg(reference *r, ew_node n, size_t k, const int64_t *place)
{
    int64_t to[AXES_MOST];
    ew_node a = node_arg(r->g, n, k);
    reference_map(r, n, use_map(r->g, n, k), node_rank(r->g, a), place, to);
    return reference_at(r, a, to);
}

static bool reference_map(reference *r, ew_node n, uint16_t map, size_t rank, const int64_t *place, int64_t *to)
{
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(r->g, map, p);
        if (d.gather) {
            to[p] = (int64_t)reference_arg(r, n, d.gather, place);
            continue;
        }
        to[p] = d.offset;
        for (size_t t = 0; t < d.terms; t++) to[p] += d.factor[t] * place[d.axis[t]];
    }
    return true;
}

static bool reference_inside(const reference *r, ew_node array, const int64_t *place)
{
    for (size_t p = 0; p < node_rank(r->g, array); p++)
        if (place[p] < 0 || place[p] >= node_size(r->g, array, p)) return false;
    return true;
}

static double reference_access(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    ew_node array = node_arg(r->g, n, 0);
    int64_t to[AXES_MOST];
    if ((node->flags & NODE_WHEN) && reference_arg(r, n, node->count - 1u, place) == 0) return 0;
    reference_map(r, n, use_map(r->g, n, 0), node_rank(r->g, array), place, to);
    if (reference_inside(r, array, to)) return reference_at(r, array, to);
    return node->flags & NODE_ZERO ? 0 : reference_fail(r, "an access outside", n);
}

/* Walks all places of axes `from` … `rank - 1` of a domain; false after the last. */
static bool reference_next(const int64_t *sizes, size_t from, size_t rank, int64_t *place)
{
    for (size_t p = rank; p-- > from;) {
        if (++place[p] < sizes[p]) return true;
        place[p] = 0;
    }
    return false;
}

static bool reference_empty(const int64_t *sizes, size_t from, size_t rank)
{
    for (size_t p = from; p < rank; p++)
        if (sizes[p] == 0) return true;
    return false;
}

static double reference_scatter(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    size_t rank = shape_rank(r->g, node->domain), own = node_rank(r->g, n);
    const int64_t *sizes = shape_sizes(r->g, node->domain);
    int64_t at[AXES_MOST] = {0}, to[AXES_MOST];
    double sum = 0;
    if (reference_empty(sizes, 0, rank)) return 0;
    do {
        reference_map(r, n, node->target, own, at, to);
        if (memcmp(to, place, own * sizeof *to) == 0) sum += reference_arg(r, n, 0, at);
    } while (reference_next(sizes, 0, rank, at));
    return sum;
}

static double reference_join(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    size_t own = node_rank(r->g, n);
    for (size_t k = 0; k < node->count; k++) {
        ew_node a = node_arg(r->g, n, k);
        size_t rank = node_rank(r->g, a);
        int64_t at[AXES_MOST] = {0}, to[AXES_MOST];
        if (reference_empty(shape_sizes(r->g, node_at(r->g, a)->shape), 0, rank)) continue;
        do {
            reference_map(r, n, use_map(r->g, n, k), own, at, to);
            if (memcmp(to, place, own * sizeof *to) == 0) return reference_at(r, a, at);
        } while (reference_next(shape_sizes(r->g, node_at(r->g, a)->shape), 0, rank, at));
    }
    return reference_fail(r, "a gap in a join", n);
}

static double reference_first(op o)
{
    switch (o) {
    case OP_PROD:
    case OP_ALL: return 1;
    case OP_LEAST: return INFINITY;
    case OP_GREATEST:
    case OP_LOGSUMEXP: return -INFINITY;
    default: return 0;
    }
}

/* One step of a reduction; `count` is how many came before. */
static void reference_join_in(op o, double x, size_t count, double *best, double *result)
{
    switch (o) {
    case OP_SUM: *result += x; break;
    case OP_PROD: *result *= x; break;
    case OP_LEAST: *result = isnan(*result) || isnan(x) ? NAN : x < *result ? x : *result; break;
    case OP_GREATEST: *result = isnan(*result) || isnan(x) ? NAN : x > *result ? x : *result; break;
    case OP_ALL: *result = *result != 0 && x != 0; break;
    case OP_ANY: *result = *result != 0 || x != 0; break;
    default: /* ARGMIN, ARGMAX: the first of the best */
        if (count == 0 || (!isnan(*best) && !(o == OP_ARGMIN ? x >= *best : x <= *best))) {
            *best = x;
            *result = (double)count;
        }
    }
}

static double reference_lse(reference *r, ew_node n, const int64_t *sizes, size_t from, size_t rank, int64_t *at)
{
    double most = -INFINITY, sum = 0;
    do {
        double x = reference_arg(r, n, 0, at);
        most = isnan(x) || isnan(most) ? NAN : x > most ? x : most;
    } while (reference_next(sizes, from, rank, at));
    if (isnan(most) || isinf(most)) return most;
    do sum += exp(reference_arg(r, n, 0, at) - most);
    while (reference_next(sizes, from, rank, at));
    return most + log(sum);
}

static double reference_reduce(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    op o = (op)node->op;
    size_t rank = shape_rank(r->g, node->domain), own = node_rank(r->g, n), count = 0;
    const int64_t *sizes = shape_sizes(r->g, node->domain);
    int64_t at[AXES_MOST] = {0};
    double result = reference_first(o), best = 0;
    memcpy(at, place, own * sizeof *at);
    if (reference_empty(sizes, own, rank))
        return o == OP_ARGMIN || o == OP_ARGMAX ? reference_fail(r, "argmin over nothing", n) : result;
    if (o == OP_LOGSUMEXP) return reference_lse(r, n, sizes, own, rank, at);
    do reference_join_in(o, reference_arg(r, n, 0, at), count++, &best, &result);
    while (reference_next(sizes, own, rank, at));
    return result;
}

static double reference_each(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    op o = (op)node->op;
    double x[3] = {0};
    if (o == OP_IF) return reference_arg(r, n, reference_arg(r, n, 0, place) != 0 ? 1 : 2, place);
    if (o == OP_AND || o == OP_OR) {
        bool first = reference_arg(r, n, 0, place) != 0;
        return first == (o == OP_OR) ? first : reference_arg(r, n, 1, place) != 0;
    }
    bool ints = (ops_row(o)->flags & OP_INTS) && node->type == TYPE_INT;
    for (size_t k = 0; k < node->count; k++) {
        size_t at = ops_row(o)->count == 0 && k ? 1 : k;
        x[at] = reference_arg(r, n, k, place);
        if (node->type == TYPE_F32) x[at] = (double)(float)x[at];
        if (ops_row(o)->count == 0 && k) x[0] = ops_value(o, x[0], x[1], 0);
    }
    if (ops_row(o)->count == 0) return x[0];
    int bad = 0;
    if (ints) {
        double v = (double)ops_int(o, (int64_t)x[0], (int64_t)x[1], (int64_t)x[2], &bad);
        return bad ? reference_fail(r, "an int overflows", n) : v;
    }
    return ops_value(o, x[0], x[1], x[2]);
}

static double reference_compute(reference *r, ew_node n, const int64_t *place, size_t element)
{
    const ew_graph *g = r->g;
    const graph_node *node = node_at(g, n);
    if (node->op == OP_CONST || type_is_soft(node->type)) return node_value(g, n);
    if (node->op == OP_INPUT) return r->in[r->offset[node->args] + element];
    if (node->op == OP_PARAM) return r->in[r->offset[g->inputs.count + node->args] + element];
    if (node->op == OP_INDEX) return node_value(g, node_arg(g, n, 0)) + (double)place[0];
    if (node->op == OP_STATE || node->op == OP_LOOP) return reference_at(r, node_state(g, n)->definition, place);
    if (node->op == OP_AT) return reference_access(r, n, place);
    if (node->op == OP_SCATTER) return reference_scatter(r, n, place);
    if (node->op == OP_JOIN) return reference_join(r, n, place);
    if (op_is_reduction(node->op)) return reference_reduce(r, n, place);
    if (op_is_structure(node->op)) return reference_fail(r, "no value (size or diff)", n);
    return reference_each(r, n, place);
}

static double reference_at(reference *r, ew_node n, const int64_t *place)
{
    const graph_node *node = node_at(r->g, n);
    size_t count, element = 0;
    if (r->failed) return NAN;
    if (!shape_elements(r->g, node->shape, &count)) return reference_fail(r, "unknown sizes", n);
    for (size_t p = 0; p < node_rank(r->g, n); p++) {
        if (place[p] < 0 || place[p] >= node_size(r->g, n, p)) return reference_fail(r, "a use outside", n);
        element = element * (size_t)node_size(r->g, n, p) + (size_t)place[p];
    }
    if (!r->value[n]) {
        r->value[n] = calloc(count ? count : 1, sizeof(double));
        r->state[n] = calloc(count ? count : 1, 1);
    }
    if (r->state[n][element] == 2) return r->value[n][element];
    if (r->state[n][element] == 1) return reference_fail(r, "a circle", n);
    if (++r->depth > 20000) return reference_fail(r, "too deep for the reference", n);
    r->state[n][element] = 1;
    double v = reference_compute(r, n, place, element);
    if (node->type == TYPE_F32) v = (double)(float)v;
    r->depth--;
    r->state[n][element] = 2;
    return r->value[n][element] = v;
}

static void reference_begin(reference *r, const ew_graph *g, const double *in)
{
    *r = (reference){.g = g, .in = in};
    size_t inputs = g->inputs.count + g->params.count, at = 0;
    r->value = calloc(g->nodes.count + 1, sizeof *r->value);
    r->state = calloc(g->nodes.count + 1, sizeof *r->state);
    r->offset = calloc(inputs + 1, sizeof *r->offset);
    for (size_t i = 0; i < inputs; i++) {
        ew_node n = i < g->inputs.count ? g->inputs.at[i].node : g->params.at[i - g->inputs.count].node;
        size_t count = 0;
        shape_elements(g, node_at(g, n)->shape, &count);
        r->offset[i] = at;
        at += count;
    }
}

static void reference_end(reference *r)
{
    for (size_t i = 0; i < r->g->nodes.count; i++) {
        free(r->value[i]);
        free(r->state[i]);
    }
    free(r->value);
    free(r->state);
    free(r->offset);
}

/* All elements of node n, row-major, for inputs, then params, one after another in `in`. */
static bool reference_run(const ew_graph *g, const double *in, ew_node n, double *out)
{
    reference r;
    int64_t place[AXES_MOST] = {0};
    size_t count = 0, rank = node_rank(g, n);
    if (!shape_elements(g, node_at(g, n)->shape, &count)) return false;
    reference_begin(&r, g, in);
    for (size_t e = 0; e < count && !r.failed; e++) {
        out[e] = reference_at(&r, n, place);
        reference_next(shape_sizes(g, node_at(g, n)->shape), 0, rank, place);
    }
    bool ok = !r.failed;
    reference_end(&r);
    return ok;
}

#endif
