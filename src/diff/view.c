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
    int64_t sizes[AXES_MOST] = {0};
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

view view_derivative(ew_graph *g, uint16_t shape, view v, int type)
{
    if (v.node == EW_NONE || node_is_const(g, v.node)) return view_real(g, v);
    if (type_is_real(node_at(g, v.node)->type)) return v;
    uint8_t beside = g->beside;
    view args[2] = {v, {graph_real(g, 1), 0}};
    g->beside = type_is_soft(type) ? g->real : (uint8_t)type; /* of literals alone: as what declares none */
    v = view_each(g, shape, OP_MUL, args, 2);
    g->beside = beside;
    return v;
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

/* Those of the shape's axes in `mask` that v has, as they stand in its node: the same sum seen over other axes is the
 * same node. */
static uint16_t view_own(ew_graph *g, uint16_t shape, view v, uint32_t mask, uint16_t *number, uint16_t *axis,
                         size_t *rank)
{
    int64_t sizes[AXES_MOST] = {0};
    *rank = 0;
    for (size_t p = 0; p < node_rank(g, v.node); p++) {
        uint16_t a = (uint16_t)map_plain_axis(g, v.map, p);
        if (!(mask & 1u << a)) continue;
        mask &= ~(1u << a);
        sizes[*rank] = shape_sizes(g, shape)[a];
        number[a] = (uint16_t)*rank;
        axis[(*rank)++] = a;
    }
    return graph_shape_of(g, sizes, *rank);
}

/* The sum of v as it stands, over axes that it has. */
static view view_reduce(ew_graph *g, uint16_t shape, view v, uint32_t mask)
{
    uint16_t number[AXES_MOST] = {0}, axis[AXES_MOST] = {0};
    size_t rank, all;
    if (v.node == EW_NONE) return v;
    uint16_t own = view_own(g, shape, v, ~mask, number, axis, &rank);
    uint16_t reduced_number[AXES_MOST] = {0}, reduced_axis[AXES_MOST] = {0};
    uint16_t reduced = view_own(g, shape, v, mask, reduced_number, reduced_axis, &all);
    for (size_t i = 0; i < all; i++) number[reduced_axis[i]] = (uint16_t)(rank + i);
    view body = view_move(g, v, number);
    uint16_t domain = shape_join(g, own, reduced);
    view made = {graph_reduce(g, OP_SUM, body.node, body.map, own, domain), 0};
    if (made.node == EW_NONE) return made;
    made.map = graph_map_plain(g, axis, rank);
    return made.map == UINT16_MAX ? view_none() : made;
}

/*
 * A sum goes inside what is the same along its axes: products on a path, signs, conditions, and further sums.
 *
 *     sum(i: sum(a: w[i, a]·M[a, j]))  =  sum(a: sum(i: w[i, a])·M[a, j])
 *
 * The right side needs no product for each i, and may share its sum over w with others. What a factor of exactly 0 wins
 * against is the same on both sides, but where terms cancel.
 */
enum { INWARD_STEPS = 8, INWARD_LARGER = 8 };

typedef struct inward_step {
    op o;
    view other;      /* the factor, the condition */
    uint16_t shape;  /* outside the step, */
    uint32_t summed; /* SUM: its own axes, inside */
} inward_step;

typedef struct inward {
    inward_step step[INWARD_STEPS];
    size_t steps;
    uint16_t shape;
    view v;
    uint32_t mask;
    bool sums;
} inward;

/* The body of an unnamed sum, whose axes come after those of the shape. */
static bool inward_sum(ew_graph *g, inward *in, inward_step *s)
{
    const graph_node *node = node_at(g, in->v.node);
    size_t own = shape_rank(g, node->shape), all = shape_rank(g, node->domain), rank = shape_rank(g, in->shape);
    int64_t sizes[2 * AXES_MOST];
    uint16_t to[AXES_MOST], map = use_map(g, in->v.node, 0);
    if (rank + all - own > AXES_MOST) return false;
    for (size_t a = 0; a < rank; a++) sizes[a] = shape_sizes(g, in->shape)[a];
    for (size_t a = own; a < all; a++) sizes[rank + a - own] = shape_sizes(g, node->domain)[a];
    for (size_t a = 0; a < all; a++)
        to[a] = (uint16_t)(a < own ? (size_t)map_plain_axis(g, in->v.map, a) : rank + a - own);
    view body = {node_arg(g, in->v.node, 0), map};
    if (!map_is_plain(g, map)) return false;
    s->summed = (uint32_t)(((uint64_t)1 << (rank + all - own)) - 1) & ~(uint32_t)(((uint64_t)1 << rank) - 1);
    in->shape = graph_shape_of(g, sizes, rank + all - own);
    in->v = in->shape == UINT16_MAX ? view_none() : view_move(g, body, to);
    in->sums = true;
    return in->v.node != EW_NONE;
}

/* One step further inside; false: there is none, or no memory. */
static bool inward_go(ew_graph *g, inward *in)
{
    const graph_node *node = node_at(g, in->v.node);
    inward_step s = {.o = (op)node->op, .shape = in->shape, .other = view_none()};
    if (node->name || in->steps == INWARD_STEPS) return false;
    if (s.o == OP_SUM) {
        if (!inward_sum(g, in, &s)) return false;
    } else if (s.o == OP_NEG) {
        in->v = view_inside(g, in->v, OP_NEG, 0);
    } else if (s.o == OP_MUL0 || (s.o == OP_IF && node_is_value(g, node_arg(g, in->v.node, 2), 0))) {
        view x = view_inside(g, in->v, s.o, s.o == OP_IF), y = view_inside(g, in->v, s.o, s.o != OP_IF);
        if (x.node == EW_NONE || y.node == EW_NONE) return false;
        bool second = s.o == OP_MUL0 && !(view_axes(g, x) & in->mask);
        s.other = second ? x : y;
        in->v = second ? y : x;
        if (view_axes(g, s.other) & in->mask) return false;
    } else {
        return false;
    }
    in->step[in->steps++] = s;
    return in->v.node != EW_NONE && !(in->mask & ~view_axes(g, in->v)); /* an axis that only the shape has stays */
}

static double view_elements(const ew_graph *g, uint16_t shape, uint32_t axes)
{
    double n = 1;
    for (size_t a = 0; a < shape_rank(g, shape); a++)
        if (axes & 1u << a) n *= (double)shape_sizes(g, shape)[a];
    return n;
}

/* Back outside: everything that was passed, of the sum. */
static view inward_back(ew_graph *g, const inward *in, view v)
{
    for (size_t i = in->steps; i-- > 0 && v.node != EW_NONE;) {
        const inward_step *s = &in->step[i];
        uint16_t inside = i + 1 < in->steps ? in->step[i + 1].shape : in->shape;
        uint32_t has = view_axes(g, v);
        if (s->o == OP_SUM && (s->summed & ~has)) v = view_times_sizes(g, inside, v, s->summed & ~has);
        if (s->o == OP_SUM)
            v = view_reduce(g, inside, v, s->summed & has);
        else if (s->o == OP_NEG)
            v = view_op(g, s->shape, OP_NEG, v, view_none(), view_none());
        else if (s->o == OP_IF)
            v = view_op(g, s->shape, OP_IF, s->other, v, view_number(g, 0));
        else
            v = view_op(g, s->shape, OP_MUL0, v, s->other, view_none());
    }
    return v;
}

/* Is v `if a == place then x else 0`, for one of the axes in the mask? */
static bool sum_is_of_one(ew_graph *g, view v, uint32_t mask, size_t *axis, int64_t *place)
{
    if (node_at(g, v.node)->op != OP_IF || !node_is_value(g, node_arg(g, v.node, 2), 0)) return false;
    view when = view_inside(g, v, OP_IF, 0);
    if (when.node == EW_NONE || node_at(g, when.node)->op != OP_EQ || node_rank(g, when.node) != 1) return false;
    ew_node index = node_arg(g, when.node, 0), number = node_arg(g, when.node, 1);
    if (node_at(g, index)->op != OP_INDEX || node_at(g, number)->op != OP_CONST) return false;
    *axis = (size_t)map_plain_axis(g, when.map, 0);
    *place = (int64_t)node_value(g, number) - (int64_t)node_value(g, node_arg(g, index, 0));
    return (mask & 1u << *axis) != 0;
}

/* The sum over axis a, of which one place counts, is x there: in a circle the others may not be made yet. */
static view sum_of_one(ew_graph *g, uint16_t shape, view x, size_t axis, int64_t place)
{
    spot to[AXES_MOST];
    if (x.node == EW_NONE || place < 0 || place >= shape_sizes(g, shape)[axis]) return view_number(g, 0);
    for (size_t a = 0; a < shape_rank(g, shape); a++) to[a] = a == axis ? spot_fixed(place) : spot_axis(a);
    return view_fetch(g, x, to, shape);
}

view view_sum(ew_graph *g, uint16_t shape, view v, uint32_t mask)
{
    size_t axis;
    int64_t place;
    if (v.node == EW_NONE || !mask) return v;
    if (sum_is_of_one(g, v, mask, &axis, &place) && size_is_known(shape_sizes(g, shape)[axis]))
        return view_sum(g, shape, sum_of_one(g, shape, view_inside(g, v, OP_IF, 1), axis, place), mask & ~(1u << axis));
    uint32_t has = view_axes(g, v);
    if (mask & ~has) v = view_times_sizes(g, shape, v, mask & ~has);
    if (!(mask & has) || v.node == EW_NONE) return v;
    inward in = {.shape = shape, .v = v, .mask = mask & has}, last = in;
    while (inward_go(g, &in)) last = in;
    if (!report_ok(&g->report)) return view_none();
    double few = view_elements(g, shape, has), all = view_elements(g, last.shape, view_axes(g, last.v));
    if (!last.steps || (last.sums && all > INWARD_LARGER * few)) return view_reduce(g, shape, v, mask & has);
    return inward_back(g, &last, view_reduce(g, last.shape, last.v, mask & has));
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
