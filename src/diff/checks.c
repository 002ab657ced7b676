/*
 * checks.c - checks of gathered places (inside.c) that the program makes anyway are taken away.
 *
 * A sweep cannot know what else will be computed: a loss and its gradient are prepared together, and the loss reads
 * the embedding at the same places. So derivatives check all that they gather, and when all of a program is known, a
 * check falls away where an access at the same place to an array no longer is SURE to be made: at all its places,
 * whatever the values are. What is sure is said carefully: nothing in branches, in products on a path (a sum may leave
 * out what is 0), in arrays that are read at places, in circles that stop. A check too many costs a look at an int.
 */
#include <string.h>

#include "diff/sweep.h"

typedef struct checks {
    ew_graph *g;
    size_t count;
    uint8_t *sure;  /* by node */
    ew_node *first; /* by node: the first check of such places, or EW_NONE */
    ew_node *next;  /* by check: the next one */
    ARRAY(rebuild_pair) pairs;
} checks;

/* Has n, or what it is a reduction of, no place at all? Then its arguments are not looked at. */
static bool checks_is_empty(const ew_graph *g, ew_node n)
{
    const graph_node *node = node_at(g, n);
    bool domain = op_is_reduction(node->op) || node->op == OP_SCATTER;
    size_t count;
    return !shape_elements(g, domain ? node->domain : node->shape, &count) || count == 0;
}

/* Is argument k of a node computed at all its places if the node is? */
static bool checks_follow(const ew_graph *g, ew_node n, size_t k)
{
    const graph_node *node = node_at(g, n);
    switch (node->op) {
    case OP_IF:
    case OP_AND:
    case OP_OR: return k == 0;
    case OP_AT: return k > 0;
    case OP_MUL0:
    case OP_DIFF: return false;
    case OP_LOOP: return g->regions.at[node_state(g, n)->region].until == EW_NONE;
    default: return true;
    }
}

static void checks_sure(checks *c, const ew_node *roots, size_t count)
{
    const ew_graph *g = c->g;
    for (size_t i = 0; i < count; i++) c->sure[roots[i]] = 1;
    for (ew_node n = (ew_node)c->count; n-- > 0;) {
        if (!c->sure[n] || op_is_leaf(node_at(g, n)->op) || checks_is_empty(g, n)) continue;
        for (size_t k = 0; k < node_at(g, n)->count; k++)
            if (checks_follow(g, n, k)) c->sure[node_arg(g, n, k)] = 1;
    }
}

/* Do two accesses have one condition, at the same places of what they gather? Both have one. */
static bool checks_same_when(const ew_graph *g, ew_node check, ew_node at, size_t gather)
{
    size_t x = node_at(g, check)->count - 1u, y = node_at(g, at)->count - 1u;
    ew_node when = node_arg(g, check, x), place = node_arg(g, check, 1);
    int to[AXES_MOST];
    if (when != node_arg(g, at, y)) return false;
    for (size_t a = 0; a < AXES_MOST; a++) to[a] = -1;
    for (size_t q = 0; q < node_rank(g, place); q++)
        to[map_plain_axis(g, use_map(g, check, 1), q)] = map_plain_axis(g, use_map(g, at, gather), q);
    for (size_t q = 0; q < node_rank(g, when); q++) {
        int own = map_plain_axis(g, use_map(g, check, x), q), other = map_plain_axis(g, use_map(g, at, y), q);
        if (to[own] >= 0 && to[own] != other) return false;
        for (int a = 0; a < AXES_MOST; a++)
            if (a != own && to[a] == other) return false;
        to[own] = other;
    }
    return true;
}

/* Does the access, which is sure, gather by its argument at that axis what the check looks at? */
static bool checks_covers(const ew_graph *g, ew_node check, ew_node at, size_t axis, size_t gather)
{
    ew_node numbers = node_arg(g, check, 0);
    if (node_size(g, node_arg(g, at, 0), axis) > node_size(g, numbers, node_rank(g, numbers) - 1)) return false;
    if (!(node_at(g, at)->flags & NODE_WHEN)) return true;
    return (node_at(g, check)->flags & NODE_WHEN) && checks_same_when(g, check, at, gather);
}

/* The check needs none: it is the place itself. */
static bool checks_drop(checks *c, ew_node check)
{
    ew_graph *g = c->g;
    rebuild_pair pair = {check, graph_spread(g, node_arg(g, check, 1), use_map(g, check, 1), node_at(g, check)->shape)};
    if (pair.to == EW_NONE) return false;
    return array_push(&g->memory, &c->pairs, pair) || report_memory(&g->report);
}

/* Drops the checks that access `at` makes; those are taken out of their list. */
static bool checks_at(checks *c, ew_node at)
{
    const ew_graph *g = c->g;
    for (size_t p = 0; p < node_rank(g, node_arg(g, at, 0)); p++) {
        size_t gather = map_axis(g, use_map(g, at, 0), p).gather;
        if (!gather) continue;
        for (ew_node *i = &c->first[node_arg(g, at, gather)]; *i != EW_NONE;) {
            ew_node check = *i;
            bool covered = checks_covers(g, check, at, p, gather);
            if (covered && !checks_drop(c, check)) return false;
            if (covered)
                *i = c->next[check];
            else
                i = &c->next[check];
        }
    }
    return true;
}

static bool checks_find(checks *c)
{
    const ew_graph *g = c->g;
    bool ok = true;
    for (ew_node n = 0; n < c->count; n++) c->first[n] = EW_NONE;
    for (ew_node n = 0; n < c->count; n++) {
        if (!node_is_checked(g, n)) continue;
        c->next[n] = c->first[node_arg(g, n, 1)];
        c->first[node_arg(g, n, 1)] = n;
    }
    for (ew_node n = 0; ok && n < c->count; n++) {
        const graph_node *node = node_at(g, n);
        if (!c->sure[n] || node->op != OP_AT || (node->flags & NODE_ZERO) || node_is_checked(g, n)) continue;
        if (!checks_is_empty(g, n)) ok = checks_at(c, n);
    }
    return ok;
}

bool diff_checks(ew_graph *g, ew_node *nodes, size_t count)
{
    const derived *d = g->derived;
    if (!d || !d->checks || !report_ok(&g->report)) return report_ok(&g->report);
    checks c = {.g = g, .count = g->nodes.count};
    c.sure = block_new(&g->memory, c.count, sizeof *c.sure);
    c.first = block_new(&g->memory, c.count, sizeof *c.first);
    c.next = block_new(&g->memory, c.count, sizeof *c.next);
    bool ok = (c.sure && c.first && c.next) || report_memory(&g->report);
    if (ok) checks_sure(&c, nodes, count);
    ok = ok && checks_find(&c);
    if (ok && c.pairs.count) ok = rebuild_nodes(g, c.pairs.at, c.pairs.count, NULL, 0, nodes, count);
    block_free(&g->memory, c.sure, c.sure ? c.count : 0);
    block_free(&g->memory, c.first, c.first ? c.count : 0);
    block_free(&g->memory, c.next, c.next ? c.count : 0);
    array_free(&g->memory, &c.pairs);
    return ok;
}
