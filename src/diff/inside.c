/*
 * inside.c - a derivative is read at a place that an array of ints has: diff(f, x[k[o]]).
 *
 * Such a place is compared with others, or picks from sums over all places; nothing there reads x. So that one outside
 * x is the fault that it is anywhere else, what the derivative is depends on a read of x at that place, whose value
 * does not matter. It is left out where the derivative reads x there itself (a compact Jacobian block).
 */
#include "diff/resolve.h"

/* The side of the DIFF that axis p of n is an axis of, through names and accesses in which it stands alone; EW_NONE:
 * that cannot be said. *axis: which of its axes. */
static ew_node inside_side(const resolve *r, ew_node n, size_t p, size_t *axis)
{
    const ew_graph *g = r->g;
    for (ew_node a; node_at(g, n)->op != OP_DIFF; n = a) {
        size_t q = 0;
        if (node_at(g, n)->op != OP_COPY && node_at(g, n)->op != OP_AT) return EW_NONE;
        a = node_arg(g, n, 0);
        while (q < node_rank(g, a) && map_plain_axis(g, use_map(g, n, 0), q) != (int)p) q++;
        if (q == node_rank(g, a)) return EW_NONE;
        p = q;
    }
    ew_node y = node_arg(g, n, 0), x = node_arg(g, n, 1);
    size_t rank = node_rank(g, y);
    *axis = p < rank ? p : p - rank;
    return p < rank ? y : x;
}

/* Does node n read x at that place of its axis whatever the values are? reads: of the nodes before it. */
static bool inside_reads(const ew_graph *g, ew_node n, ew_node x, size_t axis, ew_node place, const uint8_t *reads)
{
    const graph_node *node = node_at(g, n);
    if (op_is_leaf(node->op)) return false;
    if (node->op == OP_IF) return reads[node_arg(g, n, 0)] || (reads[node_arg(g, n, 1)] && reads[node_arg(g, n, 2)]);
    if (node->op == OP_AT && node_arg(g, n, 0) == x && !(node->flags & (NODE_ZERO | NODE_WHEN))) {
        map_draft m = map_axis(g, use_map(g, n, 0), axis);
        if (m.gather && node_arg(g, n, m.gather) == place) return true;
    }
    bool lazy = node->op == OP_AND || node->op == OP_OR;
    for (size_t k = 0; k < (lazy ? 1u : node->count); k++)
        if (reads[node_arg(g, n, k)]) return true;
    return false;
}

static bool inside_is_read(ew_graph *g, ew_node v, ew_node x, size_t axis, ew_node place)
{
    size_t count = (size_t)v + 1;
    uint8_t *reads = block_new(&g->memory, count, sizeof *reads);
    if (!reads) return report_memory(&g->report);
    for (ew_node n = 0; n < count; n++) reads[n] = inside_reads(g, n, x, axis, place, reads);
    bool is = reads[v];
    block_free(&g->memory, reads, count);
    return is;
}

/* x at that place, and at 0 along its other axes, where `when` (node EW_NONE: everywhere) holds. */
static view inside_read(ew_graph *g, ew_node x, size_t axis, view place, view when, uint16_t shape, uint32_t begins)
{
    uint16_t number[AXES_MOST] = {0}, own[AXES_MOST] = {0};
    int64_t sizes[AXES_MOST];
    uint32_t mask = view_axes(g, place) | view_axes(g, when);
    size_t rank = 0, x_rank = node_rank(g, x);
    map_draft *drafts = block_new(&g->memory, AXES_MOST, sizeof *drafts);
    if (!drafts) return report_memory(&g->report), view_none();
    for (size_t a = 0; a < shape_rank(g, shape); a++) {
        if (!(mask & 1u << a)) continue;
        sizes[rank] = shape_sizes(g, shape)[a];
        number[a] = (uint16_t)rank;
        own[rank++] = (uint16_t)a;
    }
    drafts[axis].gather = 1;
    place = view_move(g, place, number);
    when = view_move(g, when, number);
    ew_node args[3] = {x, place.node, when.node};
    uint16_t maps[3] = {graph_map_of(g, drafts, x_rank), place.map, when.map};
    block_free(&g->memory, drafts, AXES_MOST);
    node_spec s = {.op = OP_AT,
                   .args = args,
                   .maps = maps,
                   .count = when.node == EW_NONE ? 2 : 3,
                   .shape = graph_shape_of(g, sizes, rank),
                   .flags = when.node == EW_NONE ? NODE_TEXT : NODE_TEXT | NODE_WHEN,
                   .place = begins};
    view made = {graph_make(g, &s), graph_map_plain(g, own, rank)};
    return made.map == UINT16_MAX ? view_none() : made;
}

/* True at every place, but not without the read. */
static view inside_true(ew_graph *g, uint16_t shape, view v)
{
    view none = view_none();
    return view_op(g, shape, OP_OR, view_op(g, shape, OP_EQ, v, v, none), view_op(g, shape, OP_NE, v, v, none), none);
}

view resolve_inside(resolve *r, ew_node at, const spot *places, view when, uint16_t shape, view v)
{
    ew_graph *g = r->g;
    ew_node array = node_arg(g, at, 0);
    bool told = node_at(g, at)->op != OP_AT || (node_at(g, at)->flags & NODE_ZERO);
    for (size_t p = 0; !told && v.node != EW_NONE && p < node_rank(g, array); p++) {
        size_t axis;
        if (!map_axis(g, use_map(g, at, 0), p).gather || places[p].gather.node == EW_NONE) continue;
        ew_node side = inside_side(r, array, p, &axis);
        if (side == EW_NONE || (r->inside != EW_NONE && r->circle[side])) continue;
        ew_node x = resolve_twin(r, side);
        if (x == EW_NONE) return view_none();
        if (inside_is_read(g, v.node, x, axis, places[p].gather.node)) continue;
        view read = inside_read(g, x, axis, places[p].gather, when, shape, node_at(g, at)->place);
        if (read.node == EW_NONE) return read;
        v = view_op(g, shape, OP_IF, inside_true(g, shape, read), v, view_number(g, 0));
    }
    return v;
}
