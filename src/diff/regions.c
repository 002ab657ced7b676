/*
 * regions.c - circles of equations whose definitions need a derivative are made anew.
 *
 * Regions inside others come before these. Derivatives inside the circle are taken by their steps (steps.c); those by
 * something outside it are carried along (carry.h): the new region has the states of the old one, then the tangents.
 */
#include <string.h>

#include "diff/resolve.h"

/* rebuild_nodes while a region is resolved: its states, and those of regions around it, stay what they are. */
static bool remake_nodes(ew_graph *g, uint32_t region, const rebuild_pair *pairs, size_t pairs_count, ew_node *roots,
                         size_t count)
{
    size_t keep_count = g->nodes.count;
    uint8_t *keep = block_new(&g->memory, keep_count, sizeof *keep);
    if (!keep) return report_memory(&g->report);
    derived *d = g->derived;
    d->inside = g->states.at[g->regions.at[region].first].loop;
    for (ew_node n = 0; n < keep_count; n++) keep[n] = carry_open(g, n);
    d->inside = EW_NONE;
    bool ok = rebuild_nodes(g, pairs, pairs_count, keep, keep_count, roots, count);
    block_free(&g->memory, keep, keep_count);
    return ok;
}

/* A region that is being made anew: `to` has its definitions, its condition, then those of the tangents. */
typedef struct remake {
    ew_graph *g;
    derived *d;
    graph_region old;
    uint32_t region, made;
    ew_node *to;
    rebuild_pair *pairs; /* from old states and place-holders to the new states */
    size_t room, count, pairs_count;
} remake;

static bool remake_pair(remake *m, ew_node from, ew_node to)
{
    m->pairs[m->pairs_count++] = (rebuild_pair){from, to};
    return to != EW_NONE;
}

static ew_node remake_state(remake *m, ew_node like)
{
    return graph_state_like(m->g, m->made, like, node_at(m->g, like)->shape);
}

/* A tangent is a state, or 0: of an order that no step needs. */
static bool remake_tangent(remake *m, const carry_item *x)
{
    if (x->cut || x->zero) {
        ew_node zero = view_node(m->g, view_number(m->g, 0), node_at(m->g, x->state)->shape);
        return remake_pair(m, x->state, zero);
    }
    m->to[m->count++] = x->definition;
    return remake_pair(m, x->state, remake_state(m, x->state));
}

static bool remake_states(remake *m)
{
    bool ok = true;
    for (uint32_t k = 0; ok && k < m->old.count; k++) {
        ew_node state = m->g->states.at[m->old.first + k].state;
        ok = remake_pair(m, state, remake_state(m, state));
    }
    for (size_t i = 0; ok && i < m->d->carry.items.count; i++) {
        carry_item x = m->d->carry.items.at[i];
        if (x.used && x.region == m->region) ok = remake_tangent(m, &x);
    }
    return ok;
}

/* The definitions of the new states, in their order. */
static bool remake_define(remake *m)
{
    ew_graph *g = m->g;
    uint32_t own = m->old.count, until = m->old.until != EW_NONE;
    graph_region made = g->regions.at[m->made];
    bool ok = remake_nodes(g, m->region, m->pairs, m->pairs_count, m->to, m->count);
    for (uint32_t k = 0; ok && k < made.count; k++)
        ok = graph_state_define(g, g->states.at[made.first + k].state, m->to[k < own ? k : k + until]);
    return ok && graph_region_close(g, m->made, until ? m->to[own] : EW_NONE, NULL, NULL);
}

/* Regions inside this one were made before it: seen from outside they use its arrays. */
static bool remake_inside(remake *m, size_t count)
{
    ew_graph *g = m->g;
    derived *d = m->d;
    ew_node *roots = block_new(&g->memory, count, sizeof *roots);
    bool ok = roots || report_memory(&g->report);
    for (size_t i = 0; ok && i < m->pairs_count; i++)
        if (node_at(g, m->pairs[i].to)->op == OP_STATE) m->pairs[i].to = node_state(g, m->pairs[i].to)->loop;
    for (size_t i = 0; ok && i < count; i++) roots[i] = d->pairs.at[i].to;
    ok = ok && remake_nodes(g, m->region, m->pairs, m->pairs_count, roots, count);
    for (size_t i = 0; ok && i < count; i++) d->pairs.at[i].to = roots[i];
    block_free(&g->memory, roots, roots ? count : 0);
    return ok;
}

/* What stood for the old region's arrays stands for the new one's. */
static bool remake_tell(remake *m)
{
    ew_graph *g = m->g;
    derived *d = m->d;
    size_t before = d->pairs.count;
    if (!array_reserve(&g->memory, &d->pairs, 2 * m->old.count)) return report_memory(&g->report);
    for (uint32_t k = 0; k < m->old.count; k++) {
        graph_state s = g->states.at[m->old.first + k];
        ew_node loop = node_state(g, m->pairs[k].to)->loop;
        d->pairs.at[d->pairs.count++] = (rebuild_pair){s.state, loop};
        d->pairs.at[d->pairs.count++] = (rebuild_pair){s.loop, loop};
    }
    carry_end(g, m->region, d->pairs.at[d->pairs.count - 1].to);
    return before == 0 || remake_inside(m, before);
}

/* A region with the same states and the tangents that its definitions `to` use. */
static bool resolve_region(ew_graph *g, derived *d, uint32_t region, const ew_node *to, size_t count)
{
    remake m = {.g = g, .d = d, .old = g->regions.at[region], .region = region, .count = count};
    m.room = count + carry_count(g, region);
    m.to = block_new(&g->memory, m.room, sizeof *m.to);
    m.pairs = block_new(&g->memory, m.room, sizeof *m.pairs);
    bool ok = (m.to && m.pairs) || report_memory(&g->report);
    if (ok) memcpy(m.to, to, count * sizeof *to);
    m.made = ok ? graph_region_new(g, m.old.down, m.old.low, m.old.high) : UINT32_MAX;
    ok = ok && m.made != UINT32_MAX && remake_states(&m) && remake_define(&m) && remake_tell(&m);
    block_free(&g->memory, m.to, m.to ? m.room : 0);
    block_free(&g->memory, m.pairs, m.pairs ? m.room : 0);
    return ok;
}

/* Until nothing more is learnt of what is carried along. */
static bool resolve_attempts(ew_graph *g, uint32_t region, const ew_node *from, ew_node *to, size_t count)
{
    ew_node loop = g->states.at[g->regions.at[region].first].loop;
    bool again = true, ok = carry_begin(g, region, from, count);
    while (ok && again) {
        memcpy(to, from, count * sizeof *to);
        ok = resolve_nodes(g, loop, to, count) && carry_define(g, to, &again);
    }
    return ok;
}

/* Resolves the definitions of a region that needs it. */
static bool resolve_definitions(ew_graph *g, derived *d, uint32_t region)
{
    graph_region r = g->regions.at[region];
    size_t count = r.count + (r.until != EW_NONE);
    ew_node *from = block_new(&g->memory, count, sizeof *from), *to = block_new(&g->memory, count, sizeof *to);
    bool ok = (from && to) || report_memory(&g->report);
    for (uint32_t k = 0; ok && k < r.count; k++) from[k] = g->states.at[r.first + k].definition;
    if (ok && r.until != EW_NONE) from[r.count] = r.until;
    if (d->pairs.count) ok = ok && remake_nodes(g, region, d->pairs.at, d->pairs.count, from, count);
    ok = ok && resolve_attempts(g, region, from, to, count) && resolve_region(g, d, region, to, count);
    block_free(&g->memory, from, from ? count : 0);
    block_free(&g->memory, to, to ? count : 0);
    return ok;
}

bool resolve_regions(ew_graph *g)
{
    derived *d = g->derived;
    size_t count = g->nodes.count, pairs = d->pairs.count;
    d->before = (ew_node)count;
    uint8_t *needs = block_new(&g->memory, count, sizeof *needs);
    bool ok = needs || report_memory(&g->report);
    if (ok) resolve_marks(g, needs, count);
    for (ew_node n = 0; ok && n < count; n++) { /* LOOPs by id: those inside first */
        if (node_at(g, n)->op != OP_LOOP || !needs[n]) continue;
        const graph_state *s = node_state(g, n);
        if (g->states.at[g->regions.at[s->region].first].loop != n || n < d->resolved) continue;
        ok = resolve_definitions(g, d, s->region);
    }
    if (ok) d->resolved = (ew_node)count;
    if (!ok) d->pairs.count = pairs; /* circles inside one that cannot be made use states that never are arrays */
    if (!ok) carry_drop(g);
    block_free(&g->memory, needs, needs ? count : 0);
    return ok;
}
