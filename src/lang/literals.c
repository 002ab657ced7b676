/*
 * literals.c - array literals: [a, b, …], whose elements may be any expressions.
 */
#include <string.h>

#include "lang/machine.h"

/* [a, b, …]: one more axis before those that the elements have left. */
static bool literal_join(machine *m, const piece *p, const value *e, value *v)
{
    uint32_t ids[AXES_MOST];
    int64_t sizes[AXES_MOST];
    size_t rank = 0, open = e[0].open, first = e[0].rank - open;
    memory *hook = &m->g->memory;
    for (size_t k = 0; k < p->count; k++) {
        if (!value_join(m, ids, &rank, &e[k])) return false;
        bool same = e[k].open == open;
        for (size_t q = 0; same && q < open; q++)
            same = node_size(m->g, e[k].node, e[k].rank - open + q) == node_size(m->g, e[0].node, first + q);
        if (!same) return eval_error(m, E_RAGGED, p, NULL, NULL, NULL);
    }
    if (rank + open + 1 > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    for (size_t q = 0; q < rank; q++) sizes[q] = m->indices.at[ids[q]].size;
    sizes[rank] = p->count;
    for (size_t q = 0; q < open; q++) sizes[rank + 1 + q] = node_size(m->g, e[0].node, first + q);
    ew_node *args = block_new(hook, p->count, sizeof *args);
    uint16_t *maps = block_new(hook, p->count, sizeof *maps);
    map_draft *d = block_new(hook, rank + open + 1, sizeof *d);
    bool ok = args && maps && d;
    if (!ok) eval_memory(m);
    for (size_t k = 0; ok && k < p->count; k++) { /* an element has all axes but the new one */
        int64_t own[AXES_MOST];
        memcpy(own, sizes, rank * sizeof *own);
        memcpy(own + rank, sizes + rank + 1, open * sizeof *own);
        uint16_t map = value_map(m, ids, rank, &e[k]), shape = graph_shape_of(m->g, own, rank + open);
        ew_node n = e[k].node;
        bool equal = map == 0 && shape == node_at(m->g, n)->shape;
        args[k] = equal ? n : graph_each(m->g, OP_COPY, &n, &map, 1, shape);
        for (size_t q = 0; q <= rank + open; q++)
            d[q] = (map_draft){.terms = 1, .axis = {(uint16_t)(q < rank ? q : q - 1)}, .factor = {1}};
        d[rank] = (map_draft){.offset = (int64_t)k};
        maps[k] = graph_map_of(m->g, d, rank + open + 1);
    }
    node_spec s = {.op = OP_JOIN, .args = args, .maps = maps, .count = p->count, .place = p->place};
    if (ok) s.shape = graph_shape_of(m->g, sizes, rank + open + 1);
    ok = ok && value_new(m, graph_make(m->g, &s), ids, rank, v);
    block_free(hook, args, args ? p->count : 0);
    block_free(hook, maps, maps ? p->count : 0);
    block_free(hook, d, d ? rank + open + 1 : 0);
    if (!ok) return false;
    v->rank = (uint16_t)(rank + open + 1);
    v->open = (uint16_t)(open + 1);
    v->part = eval_part(m, p, v->node);
    return report_ok(&m->g->report);
}

bool access_array(machine *m, const piece *p)
{
    value v;
    if (!literal_join(m, p, m->stack.at + (m->stack.count - p->count), &v)) return false;
    m->stack.count -= p->count;
    eval_top(m)->at++;
    return eval_push(m, v);
}
