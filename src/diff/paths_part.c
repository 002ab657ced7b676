/*
 * paths_part.c - the part of the graph that lies between two nodes, copied out with numbers of its
 * own. Whatever is asked about paths afterwards costs as much as this part, whatever surrounds it.
 */
#include "diff/paths.h"
#include "diff/sweep.h"
#include "graph/axes.h"

/* More terms in one sum are not counted exactly: a limb of a long number times this fits a word. */
#define PART_TIMES ((uint64_t)1 << 33)

enum { PART_REACHED = 1, PART_LEADS = 2, PART_BETWEEN = 3 };

typedef struct part_span {
    const ew_edge *edge;  /* those whose head is above `from` and not above `to` */
    size_t before, count; /* `before` edges stand before them */
    ew_node from, to;
    uint32_t *mark; /* by id from `from` on: PART_…, later the node's number */
} part_span;

/* How many edges have a head at or below n. */
static size_t part_edges_to(const ew_edge *edge, size_t count, ew_node n)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (edge[middle].to <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Edges that return (a recurrence at another step) are no part of a path. */
static bool part_up(const part_span *s, size_t i)
{
    return s->edge[i].from >= s->from && s->edge[i].from < s->edge[i].to;
}

static bool part_inside(const part_span *s, size_t i)
{
    const ew_edge *e = &s->edge[i];
    return part_up(s, i) && s->mark[e->from - s->from] == PART_BETWEEN && s->mark[e->to - s->from] == PART_BETWEEN;
}

/* Heads come after feet, so one pass each way is enough. */
static void part_reach(const part_span *s)
{
    s->mark[0] |= PART_REACHED;
    s->mark[s->to - s->from] |= PART_LEADS;
    for (size_t i = 0; i < s->count; i++)
        if (part_up(s, i) && (s->mark[s->edge[i].from - s->from] & PART_REACHED))
            s->mark[s->edge[i].to - s->from] |= PART_REACHED;
    for (size_t i = s->count; i-- > 0;)
        if (part_up(s, i) && (s->mark[s->edge[i].to - s->from] & PART_LEADS))
            s->mark[s->edge[i].from - s->from] |= PART_LEADS;
}

static bool part_room(const part_span *s, memory *m, paths_part *part)
{
    size_t nodes = 0, edges = 0;
    for (size_t i = 0; i <= s->to - s->from; i++) nodes += s->mark[i] == PART_BETWEEN;
    for (size_t i = 0; i < s->count; i++) edges += part_inside(s, i);
    part->nodes = nodes;
    part->edges = edges;
    if (nodes == 0) return true;
    part->id = block_new(m, nodes, sizeof *part->id);
    part->first = block_new(m, nodes + 1, sizeof *part->first);
    part->foot = block_new(m, edges, sizeof *part->foot);
    part->head = block_new(m, edges, sizeof *part->head);
    part->edge = block_new(m, edges, sizeof *part->edge);
    part->out = block_new(m, edges, sizeof *part->out);
    return part->id && part->first && part->foot && part->head && part->edge && part->out;
}

/* Edges first: they are told by the marks that numbers then replace. */
static void part_number(const part_span *s, paths_part *part)
{
    size_t node = 0, edge = 0;
    for (size_t i = 0; i < s->count; i++)
        if (part_inside(s, i)) part->edge[edge++] = (uint32_t)(s->before + i);
    for (size_t i = 0; i <= s->to - s->from; i++) {
        if (s->mark[i] != PART_BETWEEN) continue;
        part->id[node] = s->from + (ew_node)i;
        s->mark[i] = (uint32_t)node++;
    }
    for (size_t i = 0; i < edge; i++) {
        const ew_edge *e = &s->edge[part->edge[i] - s->before];
        part->foot[i] = s->mark[e->from - s->from];
        part->head[i] = s->mark[e->to - s->from];
    }
}

/* How many terms the index sum has that an edge's user is: 1 where it is none, 0 where that is not known. */
static uint64_t part_terms(const ew_graph *g, ew_node user)
{
    const graph_node *node = node_at(g, user);
    uint64_t terms = 1;
    if (!op_is_reduction(node->op) && node->op != OP_SCATTER) return 1;
    size_t own = op_is_reduction(node->op) ? node_rank(g, user) : 0;
    for (size_t q = own; q < shape_rank(g, node->domain); q++) {
        int64_t size = shape_sizes(g, node->domain)[q];
        if (!size_is_known(size) || !size || terms > PART_TIMES / (uint64_t)size) return 0;
        terms *= (uint64_t)size;
    }
    return terms;
}

static bool part_times(const ew_graph *g, const part_span *s, memory *m, paths_part *part)
{
    bool sums = false;
    for (size_t i = 0; i < part->edges; i++) sums = sums || part_terms(g, s->edge[part->edge[i] - s->before].user) != 1;
    if (!sums) return true;
    part->times = block_new(m, part->edges, sizeof *part->times);
    for (size_t i = 0; part->times && i < part->edges; i++) {
        part->times[i] = part_terms(g, s->edge[part->edge[i] - s->before].user);
        if (!part->times[i]) part->unknown = true;
    }
    return part->times != NULL;
}

/* Edges by foot, in their own order: going down, each foot's place moves to its first edge. */
static void part_leaving(paths_part *part)
{
    for (size_t i = 0; i < part->edges; i++) part->first[part->foot[i]]++;
    for (size_t n = 0; n < part->nodes; n++) part->first[n + 1] += part->first[n];
    for (size_t i = part->edges; i-- > 0;) part->out[--part->first[part->foot[i]]] = (uint32_t)i;
}

static bool part_longest(memory *m, paths_part *part)
{
    uint32_t *length = block_new(m, part->nodes, sizeof *length);
    if (!length) return false;
    for (size_t i = 0; i < part->edges; i++)
        if (length[part->head[i]] <= length[part->foot[i]]) length[part->head[i]] = length[part->foot[i]] + 1;
    part->longest = length[part->nodes - 1];
    block_free(m, length, part->nodes);
    return true;
}

bool paths_part_fill(ew_graph *g, ew_node from, ew_node to, size_t edges, memory *m, paths_part *part)
{
    part_span s = {.from = from, .to = to};
    if (from > to) return true;
    if (edges) {
        const ew_edge *all = ((derived *)g->derived)->edges.at;
        s.before = part_edges_to(all, edges, from);
        s.count = part_edges_to(all, edges, to) - s.before;
        s.edge = all + s.before;
    }
    size_t span = (size_t)(to - from) + 1;
    s.mark = block_new(m, span, sizeof *s.mark);
    if (!s.mark) return false;
    part_reach(&s);
    bool ok = part_room(&s, m, part);
    if (ok && part->nodes) {
        part_number(&s, part);
        part_leaving(part);
        ok = part_longest(m, part) && part_times(g, &s, m, part);
    }
    block_free(m, s.mark, span);
    return ok;
}

void paths_part_free(memory *m, paths_part *part)
{
    block_free(m, part->id, part->nodes);
    block_free(m, part->first, part->nodes + 1);
    block_free(m, part->foot, part->edges);
    block_free(m, part->head, part->edges);
    block_free(m, part->edge, part->edges);
    if (part->times) block_free(m, part->times, part->edges);
    block_free(m, part->out, part->edges);
}
