/*
 * arrays.c - builders of nodes with axes, and of recurrences (axes.h says what each means).
 */
#include "graph/axes.h"

#include <string.h>

ew_node graph_index(ew_graph *g, int64_t size, int64_t start)
{
    ew_node from = graph_whole(g, start);
    uint16_t shape = graph_shape_of(g, &size, 1);
    node_spec s = {.op = OP_INDEX, .args = &from, .count = 1, .shape = shape, .place = NO_PLACE};
    return graph_make(g, &s);
}

ew_node graph_size(ew_graph *g, int64_t unknown)
{
    return graph_leaf(g, OP_SIZE, 0, (uint32_t)(-1 - unknown), TYPE_INT, 0, NO_PLACE);
}

ew_node graph_each(ew_graph *g, op o, const ew_node *args, const uint16_t *maps, size_t count, uint16_t shape)
{
    node_spec s = {.op = o, .args = args, .maps = maps, .count = count, .shape = shape, .place = NO_PLACE};
    return graph_make(g, &s);
}

ew_node graph_reduce(ew_graph *g, op o, ew_node body, uint16_t map, uint16_t shape, uint16_t domain)
{
    node_spec s = {
        .op = o, .args = &body, .maps = &map, .count = 1, .shape = shape, .domain = domain, .place = NO_PLACE};
    return graph_make(g, &s);
}

ew_node graph_at(ew_graph *g, ew_node array, uint16_t map, uint16_t shape, uint8_t flags)
{
    if (array == EW_NONE) return EW_NONE;
    if (map == 0 && shape == node_at(g, array)->shape) return array;
    if (!shape && !node_at(g, array)->shape) return array;
    node_spec s = {
        .op = OP_AT, .args = &array, .maps = &map, .count = 1, .shape = shape, .flags = flags, .place = NO_PLACE};
    return graph_make(g, &s);
}

ew_node graph_spread(ew_graph *g, ew_node n, uint16_t map, uint16_t shape)
{
    if (n == EW_NONE || shape == UINT16_MAX) return EW_NONE;
    const graph_node *node = node_at(g, n);
    if (shape == node->shape && (map == 0 || !shape)) return n;
    if (node_is_const(g, n)) return n;
    ew_node args[8];
    uint16_t maps[8];
    bool each = !node->name && !op_is_leaf(node->op) && !op_is_structure(node->op) && node->count <= 8;
    if (!each) return graph_each(g, OP_COPY, &n, &map, 1, shape);
    size_t count = node->count;
    op o = (op)node->op;
    for (size_t k = 0; k < count; k++) {
        args[k] = node_arg(g, n, k);
        maps[k] = graph_map_compose(g, map, use_map(g, n, k), node_rank(g, args[k]));
    }
    return graph_each(g, o, args, maps, count, shape);
}

/* ---- Regions ------------------------------------------------------------------------------------ */

uint32_t graph_region_new(ew_graph *g, bool down, int64_t low, int64_t high)
{
    graph_region r = {(uint32_t)g->states.count, 0, low, high, down, EW_NONE};
    if (array_push(&g->memory, &g->regions, r)) return (uint32_t)g->regions.count - 1;
    report_memory(&g->report);
    return UINT32_MAX;
}

ew_node graph_state_add(ew_graph *g, uint32_t region, int type, uint16_t shape, uint16_t axis, int64_t offset)
{
    if (!report_ok(&g->report)) return EW_NONE;
    graph_region *r = &g->regions.at[region];
    if (r->count == 0) r->first = (uint32_t)g->states.count; /* regions inside are made between */
    graph_state s = {EW_NONE, EW_NONE, EW_NONE, region, UINT32_MAX, axis, 0, offset};
    if (r->first + r->count != g->states.count || !array_push(&g->memory, &g->states, s)) {
        report_memory(&g->report);
        return EW_NONE;
    }
    r->count++;
    ew_node n = graph_leaf(g, OP_STATE, 0, (uint32_t)g->states.count - 1, type, shape, NO_PLACE);
    g->states.at[g->states.count - 1].state = n;
    return n;
}

ew_node graph_state_like(ew_graph *g, uint32_t region, ew_node like, uint16_t shape)
{
    graph_state s = *node_state(g, like);
    ew_node made = graph_state_add(g, region, node_at(g, like)->type, shape, s.axis, s.offset);
    if (made != EW_NONE) node_state(g, made)->orders = s.orders;
    return made;
}

bool graph_state_define(ew_graph *g, ew_node state, ew_node definition)
{
    if (state == EW_NONE || definition == EW_NONE || !report_ok(&g->report)) return false;
    node_state(g, state)->definition = definition;
    if (node_at(g, definition)->op == OP_LOOP) node_state(g, definition)->around = node_at(g, state)->extra;
    for (ew_node n = definition; node_at(g, n)->op == OP_LOOP; n = node_state(g, n)->definition)
        node_state(g, n)->orders |= 1u << node_state(g, state)->axis;
    return true;
}

bool graph_region_close(ew_graph *g, uint32_t region, ew_node until, const uint32_t *names, const uint32_t *places)
{
    graph_region r = g->regions.at[region];
    size_t count = r.count + (until != EW_NONE);
    if (!report_ok(&g->report)) return false;
    ew_node *args = block_new(&g->memory, count, sizeof *args);
    if (!args) return report_memory(&g->report);
    for (size_t k = 0; k < r.count; k++) args[k] = g->states.at[r.first + k].definition;
    if (until != EW_NONE) args[r.count] = until;
    g->regions.at[region].until = until;
    for (size_t k = 0; report_ok(&g->report) && k < r.count; k++) {
        const graph_state *s = &g->states.at[r.first + k];
        node_spec spec = {.op = OP_LOOP,
                          .args = args,
                          .count = count,
                          .shape = node_at(g, s->state)->shape,
                          .name = names ? names[k] : 0,
                          .place = places ? places[k] : NO_PLACE};
        uint32_t extra = r.first + (uint32_t)k;
        spec.domain = (uint16_t)(extra & 0xFFFF);
        spec.target = (uint16_t)(extra >> 16);
        int type = node_at(g, s->state)->type;
        ew_node n = graph_make(g, &spec);
        if (n == EW_NONE) break;
        g->nodes.at[n].extra = extra;
        g->nodes.at[n].type = (uint8_t)type;
        g->states.at[extra].loop = n;
    }
    block_free(&g->memory, args, count);
    return report_ok(&g->report);
}

/* ---- Names of indices ------------------------------------------------------------------------------ */

static size_t indexed_slot(const ew_graph *g, ew_node n)
{
    size_t low = 0, high = g->indexed.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->indexed.at[middle].node < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool graph_set_index_names(ew_graph *g, ew_node n, const uint32_t *names, size_t rank)
{
    if (!report_ok(&g->report) || n == EW_NONE) return false;
    size_t at = indexed_slot(g, n);
    if (at < g->indexed.count && g->indexed.at[at].node == n) return true;
    graph_indexed entry = {n, (uint32_t)g->index_names.count, (uint32_t)rank};
    if (!array_reserve(&g->memory, &g->index_names, rank) || !array_reserve(&g->memory, &g->indexed, 1))
        return report_memory(&g->report);
    memmove(g->indexed.at + at + 1, g->indexed.at + at, (g->indexed.count - at) * sizeof entry);
    g->indexed.at[at] = entry;
    g->indexed.count++;
    if (rank) memcpy(g->index_names.at + g->index_names.count, names, rank * sizeof *names);
    g->index_names.count += rank;
    return true;
}

uint32_t graph_index_name(const ew_graph *g, ew_node n, size_t axis)
{
    size_t at = indexed_slot(g, n);
    if (at >= g->indexed.count || g->indexed.at[at].node != n || axis >= g->indexed.at[at].count) return 0;
    return g->index_names.at[g->indexed.at[at].first + axis];
}
