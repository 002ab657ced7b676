/*
 * unfold.c - what a diff of the text is made of, in its place: for people.
 *
 * In a program of scalars a diff is worked out as the text is read, so what it is made of are nodes as any others,
 * with generated names, edges, paths. A program with indices keeps a DIFF, to be worked out when it is known what is
 * asked for: nothing leads through it. Here every named node that needs a DIFF gets a twin that needs none and takes
 * its name over; names are not looked through, so each equation stays what it is in the text (a sum that is linear in
 * a derivative is one sweep only where the text has it in one equation), and generated names stay with their parts.
 * What is run fast is the graph with the DIFFs.
 *
 * Not where a recurrence needs a DIFF, whose steps would carry tangents along, nor where it would be long.
 */
#include "diff/resolve.h"
#include "graph/uses.h"

enum { UNFOLD_MOST = 100 }; /* more nodes are seen */

static bool unfold_any(const ew_graph *g)
{
    for (ew_node n = 0; n < g->nodes.count; n++)
        if (node_at(g, n)->op == OP_DIFF) return true;
    return false;
}

static bool unfold_circles(const resolve *r)
{
    for (ew_node n = 0; n < r->count; n++)
        if (node_at(r->g, n)->op == OP_LOOP && r->needs[n]) return true;
    return false;
}

/* ---- Names --------------------------------------------------------------------------------------- */

/* How many axes of n can have index names. */
static size_t unfold_axes(const ew_graph *g, ew_node n)
{
    return op_is_reduction(node_at(g, n)->op) ? shape_rank(g, node_at(g, n)->domain) : node_rank(g, n);
}

/* The index names of n for what was made of it. */
static bool unfold_indices(ew_graph *g, ew_node n, ew_node made)
{
    uint32_t names[2 * AXES_MOST];
    size_t rank = node_rank(g, made);
    if (!rank && !unfold_axes(g, made)) return true;
    if (node_at(g, n)->shape != node_at(g, made)->shape) return true;
    if (node_at(g, n)->op == node_at(g, made)->op && unfold_axes(g, n) == unfold_axes(g, made))
        rank = unfold_axes(g, n);
    for (size_t q = 0; q < rank; q++) names[q] = graph_index_name(g, n, q);
    return graph_set_index_names(g, made, names, rank);
}

ew_node resolve_named(resolve *r, ew_node n, ew_node made)
{
    ew_graph *g = r->g;
    graph_node old = *node_at(g, n);
    made = rebuild_shaped(g, made, n);
    if (resolve_stays(r, n)) made = graph_name_node(g, old.name, made, old.place);
    if (made == EW_NONE || made < r->count) return made;
    return unfold_indices(g, n, made) ? made : EW_NONE;
}

/* Axis q of n is called so, unless another one is. */
static void unfold_call(uint32_t *names, size_t axes, int q, uint32_t name)
{
    if (q < 0 || (size_t)q >= axes || names[q]) return;
    for (size_t i = 0; i < axes; i++)
        if (names[i] == name) return;
    names[q] = name;
}

/* Does the map of use k lead from n's axes to the argument's? */
static bool unfold_leads(const ew_graph *g, ew_node n, size_t k)
{
    unsigned o = node_at(g, n)->op;
    if (o == OP_LOOP) return k == node_at(g, n)->extra - g->regions.at[node_state(g, n)->region].first;
    return !op_is_leaf(o) && o != OP_JOIN && o != OP_SCATTER;
}

/* Indices of n are called as those of what it uses. */
static bool unfold_below(ew_graph *g, ew_node n)
{
    uint32_t names[2 * AXES_MOST] = {0}, any = 0;
    size_t axes = unfold_axes(g, n);
    for (size_t k = 0; k < node_at(g, n)->count; k++)
        for (size_t p = 0; unfold_leads(g, n, k) && p < node_rank(g, node_arg(g, n, k)); p++) {
            uint32_t name = graph_index_name(g, node_arg(g, n, k), p);
            if (name) unfold_call(names, axes, map_plain_axis(g, use_map(g, n, k), p), name);
            any |= name;
        }
    return !any || graph_set_index_names(g, n, names, axes);
}

/* … and those of argument k, where it is new, as n's. */
static bool unfold_above(ew_graph *g, ew_node n, size_t k)
{
    ew_node a = node_arg(g, n, k);
    uint32_t names[AXES_MOST] = {0}, any = 0;
    size_t axes = unfold_axes(g, n), rank = node_rank(g, a);
    for (size_t p = 0; p < rank; p++) {
        int q = map_plain_axis(g, use_map(g, n, k), p);
        uint32_t name = q >= 0 && (size_t)q < axes ? graph_index_name(g, n, (size_t)q) : 0;
        if (name) unfold_call(names, rank, (int)p, name);
        any |= name;
    }
    return !any || graph_set_index_names(g, a, names, rank);
}

static bool unfold_spread(ew_graph *g, ew_node before)
{
    bool ok = true;
    for (ew_node n = before; ok && n < g->nodes.count; n++)
        if (!op_is_leaf(node_at(g, n)->op) && node_at(g, n)->op != OP_LOOP) ok = unfold_below(g, n);
    for (ew_node n = (ew_node)g->nodes.count; ok && n-- > before;)
        for (size_t k = 0; ok && !op_is_leaf(node_at(g, n)->op) && k < node_at(g, n)->count; k++) {
            ew_node a = node_arg(g, n, k);
            if (a >= before && unfold_leads(g, n, k) && !op_is_leaf(node_at(g, a)->op)) ok = unfold_above(g, n, k);
        }
    return ok;
}

/* ---- What is seen from now on ---------------------------------------------------------------------- */

/* By node: is it used by something that the text names, or an output? */
static void unfold_used(const ew_graph *g, uint8_t *used)
{
    for (size_t i = 0; i < g->outputs.count; i++) used[g->outputs.at[i]] = 1;
    for (ew_node n = (ew_node)g->nodes.count; n-- > 0;) {
        used[n] |= node_at(g, n)->name != 0;
        for (size_t k = 0; used[n] && !op_is_leaf(node_at(g, n)->op) && k < node_at(g, n)->count; k++)
            used[node_arg(g, n, k)] = 1;
    }
}

/* A generated name goes over to the twin of its node, if that is used; else nothing has it any more. */
static void unfold_generated(ew_graph *g, uint32_t name, ew_node twin, const uint8_t *used)
{
    g->names.at[name].node = EW_NONE;
    if (twin == EW_NONE || !used[twin]) return;
    graph_node *node = &g->nodes.at[twin];
    if (node->name || op_is_leaf(node->op) || graph_is_quiet(g, twin)) return;
    node->name = name;
    node->flags |= NODE_GENERATED;
    g->names.at[name].node = twin;
}

/* The twins' names in place of those of the nodes that they stand for. */
static bool unfold_names(resolve *r)
{
    ew_graph *g = r->g;
    size_t count = g->nodes.count;
    uint32_t *names = block_new(&g->memory, r->count, sizeof *names);
    uint8_t *used = block_new(&g->memory, count, 1);
    bool ok = (names && used) || report_memory(&g->report);
    for (ew_node n = 0; ok && n < r->count; n++) {
        if (!r->needs[n]) continue;
        names[n] = node_at(g, n)->flags & NODE_GENERATED ? node_at(g, n)->name : 0;
        g->nodes.at[n].name = 0;
    }
    if (ok) unfold_used(g, used);
    for (ew_node n = 0; ok && n < r->count; n++)
        if (names[n]) unfold_generated(g, names[n], r->twin[n], used);
    block_free(&g->memory, names, names ? r->count : 0);
    block_free(&g->memory, used, used ? count : 0);
    return ok;
}

static bool unfold_commit(resolve *r)
{
    ew_graph *g = r->g;
    for (size_t i = 0; i < g->outputs.count; i++)
        if (resolve_needs(r, g->outputs.at[i])) g->outputs.at[i] = r->twin[g->outputs.at[i]];
    size_t seen = g->seen.count;
    return unfold_names(r) && unfold_spread(g, (ew_node)r->count) && graph_finish(g) &&
           g->seen.count <= seen + UNFOLD_MOST;
}

/* Outputs, and what the text names. */
static size_t unfold_roots(const ew_graph *g, ew_node *roots)
{
    size_t count = 0;
    for (size_t i = 0; i < g->outputs.count; i++) roots[count++] = g->outputs.at[i];
    for (ew_node n = 0; n < g->nodes.count; n++)
        if (node_at(g, n)->name && !(node_at(g, n)->flags & NODE_GENERATED)) roots[count++] = n;
    return count;
}

bool diff_unfold(ew_graph *g)
{
    if (!unfold_any(g)) return true;
    resolve r = {.g = g, .mode = g->mode, .inside = EW_NONE, .names = true};
    size_t room = g->nodes.count + g->outputs.count;
    if (!derived_of(g)) return false;
    ew_node *roots = block_new(&g->memory, room, sizeof *roots);
    bool ok = roots || report_memory(&g->report);
    ok = ok && resolve_begin(&r, roots, unfold_roots(g, roots)) && !unfold_circles(&r) && resolve_run(&r);
    ok = ok && unfold_commit(&r);
    resolve_end(&r);
    block_free(&g->memory, roots, roots ? room : 0);
    return ok && report_ok(&g->report);
}
