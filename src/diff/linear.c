/*
 * linear.c - edges as linear maps (linear.h): the rules of pointwise operations are in rules.c, those of
 * reductions here.
 */
#include "diff/linear.h"

#include <math.h>

#include "diff/sweep.h"

static void linear_identity(spot *at, size_t rank)
{
    for (size_t p = 0; p < rank; p++) at[p] = spot_axis(p);
}

/* ---- Reductions -------------------------------------------------------------------------------- */

/* Longer products are made by two recurrences, from both ends. */
enum { PROD_SHORT = 16 };

static view linear_op2(ew_graph *g, uint16_t shape, op o, view x, view y)
{
    return view_op(g, shape, o, x, y, view_none());
}

/* The product over the last axis of `shape` of all but the element itself, by what it says. */
static view prod_others_short(ew_graph *g, uint16_t shape, view x)
{
    size_t last = shape_rank(g, shape) - 1;
    int64_t size = shape_sizes(g, shape)[last];
    uint16_t more = graph_shape_of(g, &size, 1), domain = shape_join(g, shape, more);
    uint16_t to[AXES_MOST];
    if (domain == UINT16_MAX) return view_none();
    for (size_t a = 0; a < last; a++) to[a] = (uint16_t)a;
    to[last] = (uint16_t)(last + 1);
    view self = linear_op2(g, domain, OP_EQ, view_index(g, domain, last), view_index(g, domain, last + 1));
    view body = view_op(g, domain, OP_IF, self, view_number(g, 1), view_move(g, x, to));
    ew_node each = view_node(g, body, domain);
    return (view){graph_reduce(g, OP_PROD, each, 0, shape, domain), 0};
}

/* p[r] = the product of all x before r (down: after r). */
static view prod_before(ew_graph *g, uint16_t shape, view x, bool down)
{
    size_t rank = shape_rank(g, shape), last = rank - 1;
    int64_t size = shape_sizes(g, shape)[last];
    spot to[AXES_MOST];
    linear_identity(to, rank);
    to[last].offset = down ? 1 : -1;
    uint32_t region = graph_region_new(g, down, 0, size - 1);
    if (region == UINT32_MAX) return view_none();
    ew_node state = graph_state_add(g, region, node_at(g, x.node)->type, shape, (uint16_t)last, 0);
    view before = view_fetch(g, (view){state, 0}, to, shape), factor = view_fetch(g, x, to, shape);
    view first = view_number(g, down ? (double)(size - 1) : 0);
    view is_first = linear_op2(g, shape, OP_EQ, view_index(g, shape, last), first);
    view product = linear_op2(g, shape, OP_MUL, before, factor);
    view definition = view_op(g, shape, OP_IF, is_first, view_number(g, 1), product);
    if (!graph_state_define(g, state, view_node(g, definition, shape))) return view_none();
    if (!graph_region_close(g, region, EW_NONE, NULL, NULL)) return view_none();
    return (view){node_state(g, state)->loop, 0};
}

static view prod_others(ew_graph *g, uint16_t shape, view x)
{
    int64_t size = shape_sizes(g, shape)[shape_rank(g, shape) - 1];
    if (!size_is_known(size) || size <= PROD_SHORT) return prod_others_short(g, shape, x);
    return linear_op2(g, shape, OP_MUL, prod_before(g, shape, x, false), prod_before(g, shape, x, true));
}

/* The product of all others is exact whatever is 0: nothing is divided. Axis by axis, from the last. */
static view linear_prod(ew_graph *g, uint16_t domain, size_t own, view x)
{
    view factor = view_number(g, 1);
    int64_t sizes[AXES_MOST];
    size_t rank = shape_rank(g, domain);
    for (size_t a = 0; a < rank; a++) sizes[a] = shape_sizes(g, domain)[a];
    for (; rank > own && x.node != EW_NONE; rank--) {
        uint16_t shape = graph_shape_of(g, sizes, rank), rest = graph_shape_of(g, sizes, rank - 1);
        if (shape == UINT16_MAX || rest == UINT16_MAX) return view_none();
        factor = linear_op2(g, domain, OP_MUL, prod_others(g, shape, x), factor);
        x = (view){graph_reduce(g, OP_PROD, view_node(g, x, shape), 0, rest, shape), 0};
    }
    return factor;
}

/* Shared evenly by all that have the value; nan wins: then nothing equals it, and 0/0 is the nan due. */
static view linear_extreme(ew_graph *g, uint16_t domain, size_t own, view x, view z)
{
    view wins = linear_op2(g, domain, OP_EQ, x, z);
    uint32_t reduced = 0;
    for (size_t a = own; a < shape_rank(g, domain); a++) reduced |= 1u << a;
    return linear_op2(g, domain, OP_DIV, wins, view_sum(g, domain, wins, reduced));
}

static view linear_logsumexp(ew_graph *g, uint16_t domain, view x, view z)
{
    view none = view_none(), nothing = linear_op2(g, domain, OP_EQ, z, view_number(g, -HUGE_VAL));
    view share = view_op(g, domain, OP_EXP, linear_op2(g, domain, OP_SUB, x, z), none, none);
    return view_op(g, domain, OP_IF, nothing, view_number(g, 0), share);
}

static view linear_reduction(ew_graph *g, ew_node n)
{
    graph_node node = *node_at(g, n);
    size_t own = shape_rank(g, node.shape);
    view x = view_argument(g, n, 0), z = {n, 0};
    switch (node.op) {
    case OP_SUM: return view_number(g, 1);
    case OP_PROD: return linear_prod(g, node.domain, own, x);
    case OP_LEAST:
    case OP_GREATEST: return linear_extreme(g, node.domain, own, x, z);
    default: return linear_logsumexp(g, node.domain, x, z);
    }
}

/* ---- Edges ------------------------------------------------------------------------------------- */

view linear_factor(ew_graph *g, ew_node n, size_t k)
{
    unsigned o = node_at(g, n)->op;
    if (op_is_reduction(o)) return linear_reduction(g, n);
    return op_is_structure(o) ? view_number(g, 1) : diff_partial_each(g, n, k);
}

/* A place that is gathered is checked as the access checks it. */
static void linear_checks(ew_graph *g, ew_node n, ew_node array, linear *l)
{
    for (size_t p = 0; p < l->from_rank; p++) {
        spot *at = &l->from[p];
        if (at->gather.node == EW_NONE || at->checked.node != EW_NONE) continue;
        at->checked = view_checked(g, n, array, p, at->gather, l->when, l->domain);
    }
}

void linear_places(ew_graph *g, ew_node n, size_t k, linear *l)
{
    graph_node node = *node_at(g, n);
    ew_node a = node_arg(g, n, k);
    uint16_t map = use_map(g, n, k);
    bool join = node.op == OP_JOIN, scatter = node.op == OP_SCATTER;
    l->domain = join ? node_at(g, a)->shape : scatter || op_is_reduction(node.op) ? node.domain : node.shape;
    l->to_rank = shape_rank(g, node.shape);
    l->from_rank = node_rank(g, a);
    linear_identity(l->to, l->to_rank);
    linear_identity(l->from, l->from_rank);
    for (size_t p = 0; p < l->to_rank && (join || scatter); p++)
        l->to[p] = spot_of_use(g, n, join ? map : node.target, p);
    for (size_t p = 0; p < l->from_rank && !join; p++) l->from[p] = spot_of_use(g, n, map, p);
}

bool linear_edge(ew_graph *g, ew_node n, size_t k, linear *l)
{
    graph_node node = *node_at(g, n);
    ew_node a = node_arg(g, n, k);
    linear_places(g, n, k, l);
    l->when = view_none();
    l->otherwise = node.op == OP_IF && k == 2;
    if (node.flags & NODE_WHEN) l->when = view_argument(g, n, node.count - 1u);
    if (node.op == OP_AT && !(node.flags & NODE_ZERO)) linear_checks(g, n, a, l);
    if (node.op == OP_IF && node.shape) l->when = view_argument(g, n, 0);
    l->factor = l->when.node == EW_NONE ? linear_factor(g, n, k) : view_number(g, 1);
    return l->factor.node != EW_NONE && report_ok(&g->report);
}
