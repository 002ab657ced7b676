/*
 * view.c - nodes over the axes of something else (view.h).
 */
#include "diff/sweep.h"
#include "diff/view.h"

view view_none(void)
{
    return (view){EW_NONE, 0};
}

view view_of(ew_graph *g, ew_node n)
{
    (void)g;
    return (view){n, 0};
}

view view_number(ew_graph *g, double value)
{
    return (view){graph_number(g, value), 0};
}

view view_argument(ew_graph *g, ew_node n, size_t k)
{
    ew_node a = node_arg(g, n, k);
    uint16_t map = use_map(g, n, k);
    if (node_at(g, a)->op != OP_STATE) return (view){a, map};
    ew_node loop = node_state(g, a)->loop;
    return (view){derived_is_open(g, loop) ? a : loop, map};
}

uint32_t view_axes(const ew_graph *g, view v)
{
    uint32_t mask = 0;
    if (v.node == EW_NONE) return 0;
    for (size_t p = 0; p < node_rank(g, v.node); p++) mask |= 1u << map_plain_axis(g, v.map, p);
    return mask;
}

view view_move(ew_graph *g, view v, const uint16_t *to)
{
    uint16_t axis[AXES_MOST];
    if (v.node == EW_NONE) return v;
    size_t rank = node_rank(g, v.node);
    for (size_t p = 0; p < rank; p++) axis[p] = to[map_plain_axis(g, v.map, p)];
    v.map = graph_map_plain(g, axis, rank);
    return v.map == UINT16_MAX ? view_none() : v;
}

uint16_t shape_join(ew_graph *g, uint16_t a, uint16_t b)
{
    int64_t sizes[2 * AXES_MOST];
    size_t rank = 0;
    if (a == UINT16_MAX || b == UINT16_MAX) return UINT16_MAX;
    for (size_t p = 0; p < shape_rank(g, a); p++) sizes[rank++] = shape_sizes(g, a)[p];
    for (size_t p = 0; p < shape_rank(g, b); p++) sizes[rank++] = shape_sizes(g, b)[p];
    return graph_shape_of(g, sizes, rank);
}

/* ---- Operations -------------------------------------------------------------------------------- */

/* The axes in `mask`, in their order: a shape, and where each stands in it. */
static uint16_t view_part(ew_graph *g, uint16_t shape, uint32_t mask, uint16_t *number, uint16_t *axis, size_t *rank)
{
    int64_t sizes[AXES_MOST];
    *rank = 0;
    for (size_t a = 0; a < shape_rank(g, shape); a++) {
        if (!(mask & 1u << a)) continue;
        sizes[*rank] = shape_sizes(g, shape)[a];
        number[a] = (uint16_t)*rank;
        axis[(*rank)++] = (uint16_t)a;
    }
    return graph_shape_of(g, sizes, *rank);
}

static view view_each(ew_graph *g, uint16_t shape, op o, const view *x, size_t count)
{
    uint16_t number[AXES_MOST] = {0}, axis[AXES_MOST] = {0}, maps[3];
    ew_node args[3];
    uint32_t mask = 0;
    size_t rank;
    for (size_t k = 0; k < count; k++) mask |= view_axes(g, x[k]);
    uint16_t part = view_part(g, shape, mask, number, axis, &rank);
    for (size_t k = 0; k < count; k++) {
        view moved = view_move(g, x[k], number);
        args[k] = moved.node;
        maps[k] = moved.map;
    }
    view made = {graph_each(g, o, args, maps, count, part), 0};
    if (made.node == EW_NONE) return made;
    if (node_rank(g, made.node)) made.map = graph_map_plain(g, axis, rank);
    return made.map == UINT16_MAX ? view_none() : made;
}

/* Argument k of an unnamed node of operation o, seen over the same shape; EW_NONE: it is none. */
static view view_inside(ew_graph *g, view v, op o, size_t k)
{
    const graph_node *node = node_at(g, v.node);
    if (node->op != o || node->name) return view_none();
    ew_node a = node_arg(g, v.node, k);
    uint16_t map = graph_map_compose(g, v.map, use_map(g, v.node, k), node_rank(g, a));
    return map == UINT16_MAX ? view_none() : (view){a, map};
}

view view_real(ew_graph *g, view v)
{
    bool whole = v.node != EW_NONE && node_is_const(g, v.node) && node_at(g, v.node)->type == TYPE_WHOLE;
    return whole ? (view){graph_real(g, node_value(g, v.node)), 0} : v;
}

static bool view_equal(view a, view b)
{
    return a.node == b.node && a.map == b.map;
}

static view view_choice(ew_graph *g, uint16_t shape, view x, view y, view w)
{
    if (node_is_const(g, x.node)) return node_value(g, x.node) != 0 ? y : w;
    if (view_equal(y, w)) return y;
    view c = view_inside(g, y, OP_IF, 0);
    if (c.node != EW_NONE && view_equal(c, x)) y = view_inside(g, y, OP_IF, 1); /* the same condition twice */
    view args[3] = {x, view_real(g, y), view_real(g, w)};
    return y.node == EW_NONE ? y : view_each(g, shape, OP_IF, args, 3);
}

view view_op(ew_graph *g, uint16_t shape, op o, view x, view y, view w)
{
    size_t count = ops_row(o)->count ? ops_row(o)->count : 2;
    view args[3] = {x, y, w};
    if (x.node == EW_NONE || (count > 1 && y.node == EW_NONE) || (count > 2 && w.node == EW_NONE)) return view_none();
    if (!shape) return (view){graph_simple(g, o, x.node, y.node, w.node), 0};
    switch (o) {
    case OP_MUL:
    case OP_MUL0:
        if (view_is(g, x, 1)) return y;
        if (view_is(g, y, 1)) return x;
        if (view_is(g, x, -1)) return view_op(g, shape, OP_NEG, y, view_none(), view_none());
        if (view_is(g, y, -1)) return view_op(g, shape, OP_NEG, x, view_none(), view_none());
        if (o == OP_MUL0 && (view_is(g, x, 0) || view_is(g, y, 0))) return view_number(g, 0);
        break;
    case OP_DIV:
        if (view_is(g, y, 1)) return x;
        break;
    case OP_NEG: {
        view inside = view_inside(g, x, OP_NEG, 0);
        if (inside.node != EW_NONE) return inside;
        break;
    }
    case OP_POW:
        if (view_is(g, y, 1)) return x;
        if (view_is(g, y, 0)) return view_number(g, 1);
        break;
    case OP_IF: return view_choice(g, shape, x, y, w);
    default: break;
    }
    return view_each(g, shape, o, args, count);
}

/* ---- Sums over axes ---------------------------------------------------------------------------- */

/* v times the sizes of the axes in `mask`: the sum of what is the same along them. */
static view view_times_sizes(ew_graph *g, uint16_t shape, view v, uint32_t mask)
{
    double known = 1;
    if (view_is(g, v, 0)) return v;
    for (size_t a = 0; a < shape_rank(g, shape); a++) {
        int64_t size = shape_sizes(g, shape)[a];
        if (!(mask & 1u << a)) continue;
        if (size_is_known(size))
            known *= (double)size;
        else
            v = view_op(g, shape, OP_MUL0, v, view_of(g, graph_size(g, size)), view_none());
    }
    return view_op(g, shape, OP_MUL0, v, view_number(g, known), view_none());
}

view view_sum(ew_graph *g, uint16_t shape, view v, uint32_t mask)
{
    uint16_t number[AXES_MOST] = {0}, axis[AXES_MOST] = {0};
    size_t rank, all;
    if (v.node == EW_NONE || !mask) return v;
    uint32_t has = view_axes(g, v);
    if (mask & ~has) v = view_times_sizes(g, shape, v, mask & ~has);
    if (!(mask & has) || v.node == EW_NONE) return v;
    uint16_t own = view_part(g, shape, has & ~mask, number, axis, &rank);
    uint16_t reduced_number[AXES_MOST] = {0}, reduced_axis[AXES_MOST] = {0};
    uint16_t reduced = view_part(g, shape, has & mask, reduced_number, reduced_axis, &all);
    for (size_t i = 0; i < all; i++) number[reduced_axis[i]] = (uint16_t)(rank + i);
    view body = view_move(g, v, number);
    uint16_t domain = shape_join(g, own, reduced);
    view made = {graph_reduce(g, OP_SUM, body.node, body.map, own, domain), 0};
    if (made.node == EW_NONE) return made;
    made.map = graph_map_plain(g, axis, rank);
    return made.map == UINT16_MAX ? view_none() : made;
}

view view_product_sum(ew_graph *g, uint16_t shape, view x, view y, uint32_t mask)
{
    if (x.node == EW_NONE || y.node == EW_NONE) return view_none();
    uint32_t in_x = view_axes(g, x), in_y = view_axes(g, y), both = mask & in_x & in_y;
    if (view_is(g, x, 0) || view_is(g, y, 0)) return view_number(g, 0);
    x = view_sum(g, shape, x, mask & in_x & ~both);
    y = view_sum(g, shape, y, mask & in_y & ~both);
    view product = view_op(g, shape, OP_MUL0, x, y, view_none());
    product = view_sum(g, shape, product, mask & (both | ~(in_x | in_y)));
    return product;
}

/* ---- Back to nodes ----------------------------------------------------------------------------- */

ew_node view_node(ew_graph *g, view v, uint16_t shape)
{
    if (v.node == EW_NONE || shape == UINT16_MAX) return EW_NONE;
    const graph_node *node = node_at(g, v.node);
    if (node->shape == shape && (v.map == 0 || !shape)) return v.node;
    if (node->shape == 0 && shape) { /* a scalar everywhere: constants too, which an operation would fold */
        v = view_real(g, v);
        node_spec s = {.op = OP_AT, .args = &v.node, .count = 1, .shape = shape, .place = NO_PLACE};
        return graph_make(g, &s);
    }
    return graph_spread(g, v.node, v.map, shape);
}

view view_index(ew_graph *g, uint16_t shape, size_t axis)
{
    uint16_t to = (uint16_t)axis;
    view v = {graph_index(g, shape_sizes(g, shape)[axis], 0), 0};
    return view_move(g, v, &to);
}
