/*
 * sequence.c - users before arguments, circles as one (sequence.h).
 *
 * A node belongs to the circle of a region if it needs a state and a definition needs it. Bodies are nested or
 * apart, so each node has an innermost region, each region a parent: of a region inside another, only some states may
 * be in the outer circle (tangents that nothing outside needs are not). Level by level, regions count as single
 * items; an item's key is its highest id, raised above the keys of what it needs, so that without regions the
 * order is simply that of ids.
 */
#include "diff/sequence.h"

#include <stdlib.h>

size_t sequence_edges(const ew_graph *g, ew_node n)
{
    const graph_node *node = node_at(g, n);
    return node->op == OP_LOOP ? 1 : node->count;
}

ew_node sequence_edge(const ew_graph *g, ew_node n, size_t k)
{
    if (node_at(g, n)->op == OP_LOOP) return type_is_real(node_at(g, n)->type) ? node_state(g, n)->definition : EW_NONE;
    if (node_at(g, n)->op == OP_DIFF)
        return k == 0 ? node_arg(g, n, k) : EW_NONE; /* what it derives, as steps.c does */
    return node_is_edge(g, n, k) ? node_arg(g, n, k) : EW_NONE;
}

ew_node sequence_behind(const ew_graph *g, ew_node n)
{
    const graph_node *node = node_at(g, n);
    if (node->op != OP_STATE || !type_is_real(node->type)) return EW_NONE;
    const graph_state *s = node_state(g, n);
    return s->loop == EW_NONE ? EW_NONE : s->definition;
}

size_t sequence_find(const ew_node *nodes, size_t count, ew_node n)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (nodes[middle] < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && nodes[low] == n ? low : count;
}

typedef struct sequence_region {
    uint32_t region, parent; /* parent: index in regions + 1; 0: none */
    uint32_t depth, last;    /* how many regions it lies in, and the last of those met */
    uint64_t key;
} sequence_region;

typedef struct sequence {
    ew_graph *g;
    const ew_node *nodes;
    size_t count;
    ARRAY(sequence_region) regions;
    uint32_t *inner; /* by node: index in regions + 1 */
    uint64_t *key;
    uint8_t *mark;
    sequence_items *out;
} sequence;

static size_t sequence_at(const sequence *o, ew_node n)
{
    return n == EW_NONE ? o->count : sequence_find(o->nodes, o->count, n);
}

static bool sequence_is_state(const sequence *o, size_t i, uint32_t region)
{
    ew_node n = o->nodes[i];
    return sequence_behind(o->g, n) != EW_NONE && node_state(o->g, n)->region == region;
}

/* ---- Bodies ------------------------------------------------------------------------------------- */

enum { SEQUENCE_BELOW = 1, SEQUENCE_ABOVE = 2, SEQUENCE_INSIDE = 3 };

static bool sequence_raise(uint8_t *mark, uint8_t bit)
{
    bool change = !(*mark & bit);
    *mark |= bit;
    return change;
}

/* The definition behind a state as seen from a region: not that of a region around it, which is closed later. */
static size_t sequence_beneath(const sequence *o, ew_node n, uint32_t region)
{
    ew_node behind = sequence_behind(o->g, n);
    if (behind == EW_NONE) return o->count;
    const graph_region *r = &o->g->regions.at[region];
    return node_state(o->g, n)->loop < o->g->states.at[r->first].loop + r->count ? sequence_at(o, behind) : o->count;
}

/* What node i needs, one step: does an argument have the bit? */
static bool sequence_any_edge(const sequence *o, size_t i, uint8_t bit, uint32_t region)
{
    ew_node n = o->nodes[i];
    size_t behind = sequence_beneath(o, n, region);
    if (behind < o->count) return o->mark[behind] & bit;
    for (size_t k = 0; k < sequence_edges(o->g, n); k++) {
        size_t at = sequence_at(o, sequence_edge(o->g, n, k));
        if (at < o->count && (o->mark[at] & bit)) return true;
    }
    return false;
}

static bool sequence_mark_edges(const sequence *o, size_t i, uint8_t bit, uint32_t region)
{
    ew_node n = o->nodes[i];
    bool change = false;
    size_t behind = sequence_beneath(o, n, region);
    if (behind < o->count) change = sequence_raise(&o->mark[behind], bit);
    for (size_t k = 0; k < sequence_edges(o->g, n); k++) {
        size_t at = sequence_at(o, sequence_edge(o->g, n, k));
        if (at < o->count && sequence_raise(&o->mark[at], bit)) change = true;
    }
    return change;
}

static void sequence_body(const sequence *o, uint32_t region)
{
    bool again = true;
    for (size_t i = 0; i < o->count; i++) o->mark[i] = 0;
    for (size_t i = 0; i < o->count; i++) {
        if (!sequence_is_state(o, i, region)) continue;
        o->mark[i] = SEQUENCE_INSIDE;
        size_t at = sequence_at(o, sequence_behind(o->g, o->nodes[i]));
        if (at < o->count) o->mark[at] |= SEQUENCE_ABOVE;
    }
    while (again) { /* once more for each region inside, at most */
        again = false;
        for (size_t i = 0; i < o->count; i++)
            if (!(o->mark[i] & SEQUENCE_BELOW) && sequence_any_edge(o, i, SEQUENCE_BELOW, region)) {
                o->mark[i] |= SEQUENCE_BELOW;
                again = true;
            }
    }
    for (again = true; again;) {
        again = false;
        for (size_t i = o->count; i-- > 0;)
            if ((o->mark[i] & SEQUENCE_ABOVE) && sequence_mark_edges(o, i, SEQUENCE_ABOVE, region)) again = true;
    }
}

static int sequence_outer(const void *a, const void *b)
{
    const sequence_region *x = a, *y = b;
    if (x->depth != y->depth) return x->depth < y->depth ? -1 : 1;
    return (x->region > y->region) - (x->region < y->region);
}

/* The region that node i is a state of, in the list; its end: of none there. */
static size_t sequence_region_at(const sequence *o, size_t i)
{
    size_t r = 0, count = o->regions.count;
    if (sequence_behind(o->g, o->nodes[i]) == EW_NONE) return count;
    while (r < count && o->regions.at[r].region != node_state(o->g, o->nodes[i])->region) r++;
    return r;
}

static bool sequence_collect(sequence *o)
{
    for (size_t i = 0; i < o->count; i++) {
        if (sequence_behind(o->g, o->nodes[i]) == EW_NONE || sequence_region_at(o, i) < o->regions.count) continue;
        sequence_region entry = {.region = node_state(o->g, o->nodes[i])->region};
        if (!array_push(&o->g->memory, &o->regions, entry)) return report_memory(&o->g->report);
    }
    return true;
}

/* Those around before those inside: a region lies in another if one of its states is in that one's body. */
static void sequence_depths(sequence *o)
{
    for (uint32_t r = 0; r < o->regions.count; r++) {
        sequence_body(o, o->regions.at[r].region);
        for (size_t i = 0; i < o->count; i++) {
            size_t q = o->mark[i] == SEQUENCE_INSIDE ? sequence_region_at(o, i) : o->regions.count;
            if (q == o->regions.count || q == r || o->regions.at[q].last == r + 1) continue;
            o->regions.at[q].last = r + 1;
            o->regions.at[q].depth++;
        }
    }
    if (o->regions.count) qsort(o->regions.at, o->regions.count, sizeof *o->regions.at, sequence_outer);
}

static bool sequence_regions(sequence *o)
{
    if (!sequence_collect(o)) return false;
    sequence_depths(o);
    for (size_t r = 0; r < o->regions.count; r++) {
        sequence_region *entry = &o->regions.at[r];
        sequence_body(o, entry->region);
        for (size_t i = 0; i < o->count; i++) {
            if (o->mark[i] != SEQUENCE_INSIDE) continue;
            if (sequence_is_state(o, i, entry->region) && o->inner[i] > entry->parent) entry->parent = o->inner[i];
            o->inner[i] = (uint32_t)r + 1;
            entry->key = (uint64_t)o->nodes[i] << 20;
        }
    }
    return true;
}

/* ---- Levels ------------------------------------------------------------------------------------- */

typedef struct sequence_entry {
    uint64_t key;
    uint32_t node, region; /* region: index + 1; 0: a node */
} sequence_entry;

static int sequence_later(const void *a, const void *b)
{
    const sequence_entry *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? 1 : -1;
    return (x->node < y->node) - (x->node > y->node);
}

/* Where node i counts at a level: 0, itself; a region of that level + 1; UINT32_MAX: it is not there. */
static uint32_t sequence_child(const sequence *o, size_t i, uint32_t level)
{
    uint32_t r = o->inner[i];
    if (r == level) return 0;
    while (r && o->regions.at[r - 1].parent != level) r = o->regions.at[r - 1].parent;
    return r ? r : UINT32_MAX;
}

static uint64_t *sequence_key(sequence *o, size_t i, uint32_t child)
{
    return child ? &o->regions.at[child - 1].key : &o->key[i];
}

/* The definition behind a state that needs no state of that region by edges: no circle leads back to it, and it is
 * needed as an argument is. */
static size_t sequence_before(const sequence *o, size_t i)
{
    size_t at = sequence_at(o, sequence_behind(o->g, o->nodes[i]));
    if (at == o->count) return at;
    uint32_t region = node_state(o->g, o->nodes[i])->region, r = o->inner[at];
    while (r && o->regions.at[r - 1].region != region) r = o->regions.at[r - 1].parent;
    return r ? o->count : at;
}

/* Node i needs node `at`: its key is the higher one. */
static bool sequence_raise_key(sequence *o, size_t i, size_t at, uint32_t level)
{
    uint32_t child = sequence_child(o, i, level);
    uint32_t other = at < o->count ? sequence_child(o, at, level) : UINT32_MAX;
    if (other == UINT32_MAX || (child && other == child)) return false;
    uint64_t least = *sequence_key(o, at, other) + 1, *key = sequence_key(o, i, child);
    if (*key >= least) return false;
    *key = least;
    return true;
}

static bool sequence_keys(sequence *o, uint32_t level)
{
    bool change = false;
    for (size_t i = 0; i < o->count; i++) {
        if (sequence_child(o, i, level) == UINT32_MAX) continue;
        change |= sequence_raise_key(o, i, sequence_before(o, i), level);
        for (size_t k = 0; k < sequence_edges(o->g, o->nodes[i]); k++)
            change |= sequence_raise_key(o, i, sequence_at(o, sequence_edge(o->g, o->nodes[i], k)), level);
    }
    return change;
}

static bool sequence_push(sequence *o, uint32_t kind, uint32_t id)
{
    sequence_item item = {kind, id};
    return array_push(&o->g->memory, o->out, item) || report_memory(&o->g->report);
}

/* Recursion as deep as regions are nested: each has an axis more than the one around it. */
static bool sequence_level(sequence *o, uint32_t level, size_t depth)
{
    ARRAY(sequence_entry) entries = {0};
    bool ok = depth <= AXES_MOST || report_plain(&o->g->report, E_LIMIT_AXES, "32", NULL);
    for (size_t i = 0; i < o->count; i++) o->key[i] = (uint64_t)o->nodes[i] << 20;
    while (ok && sequence_keys(o, level)) continue;
    for (size_t i = 0; ok && i < o->count; i++) {
        sequence_entry e = {o->key[i], o->nodes[i], 0};
        if (o->inner[i] == level && !array_push(&o->g->memory, &entries, e)) ok = report_memory(&o->g->report);
    }
    for (size_t r = 0; ok && r < o->regions.count; r++) {
        sequence_entry e = {o->regions.at[r].key, o->regions.at[r].region, (uint32_t)r + 1};
        if (o->regions.at[r].parent != level) continue;
        if (!array_push(&o->g->memory, &entries, e)) ok = report_memory(&o->g->report);
    }
    if (entries.count) qsort(entries.at, entries.count, sizeof *entries.at, sequence_later);
    for (size_t i = 0; ok && i < entries.count; i++) {
        const sequence_entry *e = &entries.at[i];
        if (!e->region)
            ok = sequence_push(o, SEQUENCE_NODE, e->node);
        else
            ok = sequence_push(o, SEQUENCE_OPEN, e->node) && sequence_level(o, e->region, depth + 1) &&
                 sequence_push(o, SEQUENCE_CLOSE, e->node);
    }
    array_free(&o->g->memory, &entries);
    return ok;
}

static bool sequence_plain(sequence *o)
{
    for (size_t i = o->count; i-- > 0;)
        if (!sequence_push(o, SEQUENCE_NODE, o->nodes[i])) return false;
    return true;
}

bool sequence_make(ew_graph *g, const ew_node *nodes, size_t count, sequence_items *out)
{
    sequence o = {.g = g, .nodes = nodes, .count = count, .out = out};
    bool any = false, ok = true;
    for (size_t i = 0; i < count; i++) any = any || sequence_behind(g, nodes[i]) != EW_NONE;
    if (!any) return sequence_plain(&o);
    o.inner = block_new(&g->memory, count, sizeof *o.inner);
    o.key = block_new(&g->memory, count, sizeof *o.key);
    o.mark = block_new(&g->memory, count, sizeof *o.mark);
    if (!o.inner || !o.key || !o.mark) ok = report_memory(&g->report);
    ok = ok && sequence_regions(&o) && sequence_level(&o, 0, 0);
    array_free(&g->memory, &o.regions);
    block_free(&g->memory, o.inner, count);
    block_free(&g->memory, o.key, count);
    block_free(&g->memory, o.mark, count);
    return ok;
}

ew_node sequence_around(const ew_graph *g, ew_node state)
{
    ew_node loop = node_state(g, state)->loop;
    for (size_t i = 0; loop != EW_NONE && i < g->states.count; i++)
        if (g->states.at[i].definition == loop) return g->states.at[i].state;
    return EW_NONE;
}
