/*
 * rebuild.c - substitution over a graph, regions included (rebuild.h).
 *
 * Ids grow from arguments to users, so one ascending pass over what the roots need suffices; a STATE depends on
 * its region's LOOPs, so whether it must be made anew is found by passes until nothing changes.
 */
#include "diff/rebuild.h"

#include <string.h>

#include "diff/view.h"

enum { REBUILD_REACHED = 1, REBUILD_CHANGED = 2, REBUILD_KEPT = 4, REBUILD_BY = 8 /* some DIFF is by it */ };

typedef struct rebuild {
    ew_graph *g;
    size_t count;  /* nodes before */
    uint8_t *mark; /* by node */
    ew_node *to;
    ARRAY(ew_node) stack;
    ARRAY(uint32_t) regions; /* the new one of each region; UINT32_MAX: not made anew */
} rebuild;

/* ---- What is needed ------------------------------------------------------------------------------ */

static bool rebuild_reach(rebuild *b, ew_node n)
{
    if (b->mark[n] & REBUILD_REACHED) return true;
    b->mark[n] |= REBUILD_REACHED;
    return array_push(&b->g->memory, &b->stack, n) || report_memory(&b->g->report);
}

static bool rebuild_reach_all(rebuild *b, const ew_node *roots, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) ok = rebuild_reach(b, roots[i]);
    while (ok && b->stack.count) {
        ew_node n = b->stack.at[--b->stack.count];
        const graph_node *node = node_at(b->g, n);
        if (b->mark[n] & (REBUILD_KEPT | REBUILD_CHANGED)) continue;
        if (node->op == OP_STATE && node_state(b->g, n)->loop != EW_NONE)
            ok = rebuild_reach(b, node_state(b->g, n)->loop);
        for (size_t k = 0; ok && k < node_at(b->g, n)->count; k++) ok = rebuild_reach(b, node_arg(b->g, n, k));
    }
    return ok;
}

static bool rebuild_changes(const rebuild *b, ew_node n)
{
    const graph_node *node = node_at(b->g, n);
    if (node->op == OP_STATE) {
        ew_node loop = node_state(b->g, n)->loop;
        return loop != EW_NONE && (b->mark[loop] & REBUILD_CHANGED);
    }
    for (size_t k = 0; k < node->count; k++)
        if (b->mark[node_arg(b->g, n, k)] & REBUILD_CHANGED) return true;
    return false;
}

static void rebuild_spread(rebuild *b)
{
    for (bool again = true; again;) {
        again = false;
        for (ew_node n = 0; n < b->count; n++) {
            if ((b->mark[n] & (REBUILD_REACHED | REBUILD_CHANGED | REBUILD_KEPT)) != REBUILD_REACHED) continue;
            if (!rebuild_changes(b, n)) continue;
            b->mark[n] |= REBUILD_CHANGED;
            again = true;
        }
    }
}

/* ---- Making -------------------------------------------------------------------------------------- */

/* All states of a region at once: they stand side by side. */
static bool rebuild_states(rebuild *b, uint32_t region)
{
    ew_graph *g = b->g;
    graph_region r = g->regions.at[region];
    while (b->regions.count <= region) {
        uint32_t none = UINT32_MAX;
        if (!array_push(&g->memory, &b->regions, none)) return report_memory(&g->report);
    }
    if (b->regions.at[region] != UINT32_MAX) return true;
    uint32_t made = graph_region_new(g, r.down, r.low, r.high);
    if (made == UINT32_MAX) return false;
    b->regions.at[region] = made;
    for (uint32_t k = 0; k < r.count; k++) {
        graph_state s = g->states.at[r.first + k];
        ew_node state = graph_state_like(g, made, s.state, node_at(g, s.state)->shape);
        if (state == EW_NONE) return false;
        b->to[s.state] = state;
    }
    return true;
}

static bool rebuild_loops(rebuild *b, uint32_t region)
{
    ew_graph *g = b->g;
    graph_region r = g->regions.at[region];
    if (g->states.at[r.first].loop != EW_NONE && b->to[g->states.at[r.first].loop] != g->states.at[r.first].loop)
        return true;
    for (uint32_t k = 0; k < r.count; k++) {
        graph_state s = g->states.at[r.first + k];
        if (!graph_state_define(g, b->to[s.state], b->to[s.definition])) return false;
    }
    ew_node until = r.until == EW_NONE ? EW_NONE : b->to[r.until];
    if (!graph_region_close(g, b->regions.at[region], until, NULL, NULL)) return false;
    for (uint32_t k = 0; k < r.count; k++) {
        graph_state s = g->states.at[r.first + k];
        b->to[s.loop] = node_state(g, b->to[s.state])->loop;
    }
    return true;
}

/* What has no type of its own, such as `if c then 1/2 else 0`, has the type that it had where it was made first. */
static ew_node rebuild_typed(ew_graph *g, const node_spec *s, int type)
{
    uint8_t real = g->real, beside = g->beside;
    bool places = g->places;
    if (type == TYPE_F64 || type == TYPE_F32) g->real = g->beside = (uint8_t)type;
    g->places = type == TYPE_INT;
    ew_node made = graph_make(g, s);
    g->real = real;
    g->beside = beside;
    g->places = places;
    return made;
}

ew_node rebuild_shaped(ew_graph *g, ew_node made, ew_node from)
{
    uint16_t shape = node_at(g, from)->shape;
    if (made == EW_NONE || node_rank(g, made) || !shape) return made;
    if (type_is_real(node_at(g, from)->type)) return view_node(g, view_of(g, made), shape);
    node_spec s = {.op = OP_AT, .args = &made, .count = 1, .shape = shape, .place = node_at(g, from)->place};
    return graph_make(g, &s);
}

static bool rebuild_is_number(const ew_graph *g, ew_node n)
{
    while ((node_at(g, n)->op == OP_AT || node_at(g, n)->op == OP_COPY) && node_at(g, n)->count == 1)
        n = node_arg(g, n, 0);
    return node_is_const(g, n);
}

static ew_node rebuild_opaque(ew_graph *g, ew_node made)
{
    if (made == EW_NONE || !rebuild_is_number(g, made)) return made;
    int64_t once = 1;
    uint16_t own = node_at(g, made)->shape, domain = shape_join(g, own, graph_shape_of(g, &once, 1));
    if (domain == UINT16_MAX) return EW_NONE;
    return graph_reduce(g, OP_SUM, view_real(g, view_of(g, made)).node, 0, own, domain);
}

/* The copy has the number of the first node that it stands for, where other operations have a domain: copies with
 * different numbers are different nodes. */
ew_node rebuild_apart(ew_graph *g, ew_node made, ew_node from)
{
    enum { HALF = 15 };
    made = rebuild_opaque(g, rebuild_shaped(g, made, from));
    if (made == EW_NONE) return EW_NONE;
    graph_node old = *node_at(g, from);
    bool again = old.op == OP_COPY && old.extra;
    uint32_t number = from + 1;
    view v = view_of(g, made);
    node_spec s = {.op = OP_COPY,
                   .args = &v.node,
                   .maps = &v.map,
                   .count = 1,
                   .shape = old.shape,
                   .domain = again ? old.domain : (uint16_t)(number & ((1u << HALF) - 1)),
                   .target = again ? old.target : (uint16_t)(number >> HALF & ((1u << HALF) - 1)),
                   .place = old.place};
    return graph_make(g, &s);
}

static bool rebuild_plain(rebuild *b, ew_node n)
{
    ew_graph *g = b->g;
    graph_node node = *node_at(g, n);
    size_t count = node.count;
    ew_node *args = block_new(&g->memory, count, sizeof *args);
    uint16_t *maps = block_new(&g->memory, count, sizeof *maps);
    bool ok = args && maps;
    if (!ok) report_memory(&g->report);
    for (size_t k = 0; ok && k < count; k++) {
        ew_node arg = node_arg(g, n, k);
        bool shaped = node.op == OP_JOIN || node.op == OP_LOOP; /* which lie in their arguments' axes */
        args[k] = shaped ? rebuild_shaped(g, b->to[arg], arg) : b->to[arg];
        maps[k] = node_rank(g, args[k]) || node.op == OP_JOIN ? use_map(g, n, k) : 0;
    }
    node_spec s = {.op = (op)node.op,
                   .args = args,
                   .maps = maps,
                   .count = count,
                   .shape = node.shape,
                   .domain = node.domain,
                   .target = node.target,
                   .flags = node.flags & (NODE_ZERO | NODE_WHEN | NODE_TEXT),
                   .place = node.place};
    if (ok) b->to[n] = rebuild_typed(g, &s, node.type);
    if (ok && (b->mark[n] & REBUILD_BY)) b->to[n] = rebuild_apart(g, b->to[n], n);
    block_free(&g->memory, args, args ? count : 0);
    block_free(&g->memory, maps, maps ? count : 0);
    return ok && b->to[n] != EW_NONE;
}

static bool rebuild_one(rebuild *b, ew_node n)
{
    const graph_node *node = node_at(b->g, n);
    if (node->op == OP_STATE) return rebuild_states(b, node_state(b->g, n)->region);
    if (node->op == OP_LOOP) {
        uint32_t region = node_state(b->g, n)->region;
        return rebuild_states(b, region) && rebuild_loops(b, region);
    }
    return rebuild_plain(b, n);
}

static bool rebuild_run(rebuild *b, const rebuild_pair *pairs, size_t pairs_count, ew_node *roots, size_t count)
{
    for (size_t i = 0; i < pairs_count; i++) b->mark[pairs[i].from] |= REBUILD_CHANGED;
    if (!rebuild_reach_all(b, roots, count)) return false;
    rebuild_spread(b);
    for (ew_node n = 0; n < b->count; n++) b->to[n] = n;
    for (size_t i = 0; i < pairs_count; i++) {
        b->to[pairs[i].from] = pairs[i].to;
        b->mark[pairs[i].from] = 0;
    }
    for (ew_node n = 0; n < b->count; n++)
        if (node_at(b->g, n)->op == OP_DIFF) b->mark[node_arg(b->g, n, 1)] |= REBUILD_BY;
    for (ew_node n = 0; n < b->count; n++)
        if ((b->mark[n] & REBUILD_CHANGED) && !rebuild_one(b, n)) return false;
    for (size_t i = 0; i < count; i++) roots[i] = rebuild_shaped(b->g, b->to[roots[i]], roots[i]);
    return report_ok(&b->g->report);
}

bool rebuild_nodes(ew_graph *g, const rebuild_pair *pairs, size_t pairs_count, const uint8_t *keep, size_t keep_count,
                   ew_node *roots, size_t count)
{
    rebuild b = {.g = g, .count = g->nodes.count};
    if (!report_ok(&g->report)) return false;
    b.mark = block_new(&g->memory, b.count, sizeof *b.mark);
    b.to = block_new(&g->memory, b.count, sizeof *b.to);
    bool ok = (b.mark && b.to) || report_memory(&g->report);
    for (size_t n = 0; ok && keep && n < keep_count; n++)
        if (keep[n]) b.mark[n] = REBUILD_KEPT;
    ok = ok && rebuild_run(&b, pairs, pairs_count, roots, count);
    block_free(&g->memory, b.mark, b.mark ? b.count : 0);
    block_free(&g->memory, b.to, b.to ? b.count : 0);
    array_free(&g->memory, &b.stack);
    array_free(&g->memory, &b.regions);
    return ok;
}

/* ---- Bodies -------------------------------------------------------------------------------------- */

/* As rebuild_changes, but a state of a region around this one, closed later, is what it is. */
static bool body_needs(const rebuild *b, ew_node n, ew_node own_loop)
{
    if (node_at(b->g, n)->op == OP_STATE && node_state(b->g, n)->loop > own_loop) return false;
    return rebuild_changes(b, n);
}

static void body_marks(rebuild *b, uint32_t region)
{
    ew_node own_loop = b->g->states.at[b->g->regions.at[region].first].loop;
    for (bool again = true; again;) {
        again = false;
        for (ew_node n = 0; n < b->count; n++) {
            const graph_node *node = node_at(b->g, n);
            if (b->mark[n] & REBUILD_CHANGED) continue;
            bool state = node->op == OP_STATE && node_state(b->g, n)->region == region;
            if (!state && !body_needs(b, n, own_loop)) continue;
            b->mark[n] |= REBUILD_CHANGED;
            again = true;
        }
    }
}

bool rebuild_body(ew_graph *g, uint32_t region, uint8_t *body, size_t count)
{
    graph_region r = g->regions.at[region];
    rebuild b = {.g = g, .count = g->nodes.count};
    b.mark = block_new(&g->memory, b.count, sizeof *b.mark);
    bool ok = b.mark || report_memory(&g->report);
    for (uint32_t k = 0; ok && k < r.count; k++) ok = rebuild_reach_all(&b, &g->states.at[r.first + k].definition, 1);
    if (ok) body_marks(&b, region);
    for (size_t n = 0; ok && n < count && n < b.count; n++)
        body[n] = b.mark[n] == (REBUILD_REACHED | REBUILD_CHANGED) && node_at(g, (ew_node)n)->op != OP_STATE;
    for (uint32_t k = 0; ok && k < r.count; k++) {
        ew_node loop = g->states.at[r.first + k].loop;
        if (loop != EW_NONE && loop < count) body[loop] = 0;
    }
    block_free(&g->memory, b.mark, b.mark ? b.count : 0);
    array_free(&g->memory, &b.stack);
    return ok;
}
