/*
 * inside.c - places that an array of ints has, in derivatives: diff(f, x[k[o]]), diff(y[k[o]], x[j]).
 *
 * Such a place picks from a derivative, or is compared with others; nothing there reads the array that it is of. So
 * that one outside is the fault that it is anywhere else, derivatives use the place as read from an array of numbers,
 * of the same size: an access that gives the place itself, or ends the run in the words of the access that it comes
 * from (node_stands_for, axes.h). No array is computed for it. An access in a branch counts where its condition holds.
 * A derivative that is 0 by structure has no such place, and no fault.
 *
 * Where the program reads the array there anyway the check is taken away again, for all of what is prepared together
 * (checks.c).
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

/* ---- Places that are checked ------------------------------------------------------------------------- */

/* Does the node stand in the text itself, as far as it is read? */
static bool inside_text(const ew_graph *g, ew_node n)
{
    return (node_at(g, n)->flags & NODE_TEXT) || !g->seen.count || n <= g->seen.at[g->seen.count - 1];
}

/* As many places along axis `axis` as the array has, and one along those before it: each is its own number. */
static ew_node inside_numbers(ew_graph *g, ew_node array, size_t axis)
{
    int64_t sizes[AXES_MOST];
    uint16_t own = (uint16_t)axis;
    for (size_t p = 0; p < axis; p++) sizes[p] = 1;
    sizes[axis] = node_size(g, array, axis);
    ew_node numbers = graph_index(g, sizes[axis], 0);
    if (!axis || numbers == EW_NONE) return numbers;
    return view_node(g, (view){numbers, graph_map_plain(g, &own, 1)}, graph_shape_of(g, sizes, axis + 1));
}

bool node_is_checked(const ew_graph *g, ew_node n)
{
    return node_stands_for(g, n) != EW_NONE;
}

view view_checked(ew_graph *g, ew_node at, ew_node array, size_t axis, view place, view when, uint16_t shape)
{
    uint16_t number[AXES_MOST] = {0}, own[AXES_MOST] = {0};
    int64_t sizes[AXES_MOST];
    uint32_t mask = view_axes(g, place) | view_axes(g, when);
    size_t rank = 0;
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
    ew_node args[3] = {inside_numbers(g, array, axis), place.node, when.node};
    uint16_t maps[3] = {graph_map_of(g, drafts, axis + 1), place.map, when.map};
    block_free(&g->memory, drafts, AXES_MOST);
    node_spec s = {.op = OP_AT,
                   .args = args,
                   .maps = maps,
                   .count = when.node == EW_NONE ? 2 : 3,
                   .shape = graph_shape_of(g, sizes, rank),
                   .flags = (uint8_t)((when.node == EW_NONE ? 0 : NODE_WHEN) | (inside_text(g, at) ? NODE_TEXT : 0)),
                   .place = node_at(g, at)->place};
    bool state = node_at(g, array)->op == OP_STATE && node_state(g, array)->loop != EW_NONE;
    spec_stand_for(&s, state ? node_state(g, array)->loop : array);
    derived *d = derived_of(g);
    if (!d) return view_none();
    d->checks = true;
    view made = {graph_make(g, &s), graph_map_plain(g, own, rank)};
    return made.map == UINT16_MAX ? view_none() : made;
}

/* ---- Where a derivative is read ------------------------------------------------------------------------ */

/* Is n the check of a place of that axis? */
static bool inside_stands(const ew_graph *g, ew_node n, ew_node array, size_t axis)
{
    return node_stands_for(g, n) == array && node_rank(g, node_arg(g, n, 0)) == axis + 1;
}

/* Does node n read x at that place of its axis, or check it, whatever the values are? reads: of the nodes before it. */
static bool inside_reads(const ew_graph *g, ew_node n, ew_node x, size_t axis, ew_node place, const uint8_t *reads)
{
    const graph_node *node = node_at(g, n);
    if (op_is_leaf(node->op)) return false;
    if (node->op == OP_IF) return reads[node_arg(g, n, 0)] || (reads[node_arg(g, n, 1)] && reads[node_arg(g, n, 2)]);
    if (node->op == OP_AT && node_arg(g, n, 0) == x && !(node->flags & (NODE_ZERO | NODE_WHEN))) {
        map_draft m = map_axis(g, use_map(g, n, 0), axis);
        if (m.gather && node_arg(g, n, m.gather) == place) return true;
    }
    if (inside_stands(g, n, x, axis) && node_arg(g, n, 1) == place && !(node->flags & NODE_WHEN)) return true;
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

view resolve_inside(resolve *r, ew_node at, const spot *places, view when, uint16_t shape, view v)
{
    ew_graph *g = r->g;
    ew_node array = node_arg(g, at, 0);
    bool told = node_at(g, at)->op != OP_AT || (node_at(g, at)->flags & NODE_ZERO);
    for (size_t p = 0; !told && v.node != EW_NONE && p < node_rank(g, array); p++) {
        size_t axis;
        if (!map_axis(g, use_map(g, at, 0), p).gather || places[p].gather.node == EW_NONE) continue;
        ew_node side = inside_side(r, array, p, &axis);
        if (side == EW_NONE) continue;
        ew_node x = r->inside != EW_NONE && r->circle[side] ? side : resolve_twin(r, side);
        if (x == EW_NONE) return view_none();
        if (inside_is_read(g, v.node, x, axis, places[p].gather.node)) continue;
        view place = view_checked(g, at, x, axis, places[p].gather, when, shape);
        view is = view_op(g, shape, OP_GE, place, view_number(g, 0), view_none());
        v = view_op(g, shape, OP_IF, is, v, view_number(g, 0));
    }
    return v;
}
