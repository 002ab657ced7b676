/*
 * layout_rank.c - the layer of every node, and the items that stand in the rows.
 *
 * Layers are longest paths from below; then, from above downwards, a node with more users than
 * arguments moves up to just below its lowest user: an input of a late step stands beside it.
 *
 * An edge over several rows gets a dummy in each. There can be as many as nodes · layers, so they
 * have a budget: the shortest edges get theirs first, the rest run in lanes (layout_lanes).
 */
#include "draw/layout_inside.h"

enum { RANK_BUDGET_ROOMY = 8000, RANK_BUDGET = 24000, RANK_DUMMY_WIDTH = 6 };

typedef struct rank_degree {
    uint32_t in, out, ceiling; /* ceiling: the layer of the lowest user */
} rank_degree;

static void rank_longest(layout *l, rank_degree *d)
{
    for (size_t i = 0; i < l->node_count; i++) {
        l->nodes[i].layer = 0;
        d[i].ceiling = LAYOUT_NONE;
    }
    for (size_t e = 0; e < l->edge_count; e++) { /* sorted by `to`: `from` is final here */
        layout_node *from = &l->nodes[l->edges[e].from], *to = &l->nodes[l->edges[e].to];
        d[l->edges[e].from].out++;
        d[l->edges[e].to].in++;
        if (to->layer <= from->layer) to->layer = from->layer + 1;
    }
}

static void rank_tighten(layout *l, rank_degree *d)
{
    uint32_t top = 0;
    size_t e = l->edge_count;
    for (size_t i = 0; i < l->node_count; i++)
        if (l->nodes[i].layer > top) top = l->nodes[i].layer;
    for (size_t i = l->node_count; i-- > 0;) {
        layout_node *n = &l->nodes[i];
        bool stays = n->wish == LAYOUT_BOTTOM && d[i].in == 0;
        if (n->wish == LAYOUT_TOP && d[i].out == 0 && d[i].in > 0) n->layer = top;
        if (!stays && d[i].out > d[i].in) n->layer = d[i].ceiling - 1;
        for (; e > 0 && l->edges[e - 1].to == i; e--) {
            rank_degree *from = &d[l->edges[e - 1].from];
            if (n->layer < from->ceiling) from->ceiling = n->layer;
        }
    }
}

static bool rank_layers(layout_work *w)
{
    layout *l = w->l;
    rank_degree *d = block_new(w->m, l->node_count, sizeof *d);
    uint32_t top = 0;
    if (!d) return false;
    rank_longest(l, d);
    rank_tighten(l, d);
    block_free(w->m, d, l->node_count);
    for (size_t i = 0; i < l->node_count; i++)
        if (l->nodes[i].layer > top) top = l->nodes[i].layer;
    w->rank_count = l->roomy ? 2 * (size_t)top + 1 : (size_t)top + 1;
    return true;
}

static bool rank_nodes(layout_work *w)
{
    layout *l = w->l;
    if (!array_reserve(w->m, &w->items, l->node_count)) return false;
    for (size_t i = 0; i < l->node_count; i++) {
        uint32_t rank = l->roomy ? 2 * l->nodes[i].layer : l->nodes[i].layer;
        layout_item item = {rank, 0, l->nodes[i].width, l->nodes[i].height, 0};
        w->items.at[w->items.count++] = item;
    }
    return true;
}

static size_t rank_span(const layout_work *w, size_t e) /* rows between the two ends */
{
    const layout_edge *edge = &w->l->edges[e];
    return w->items.at[edge->to].rank - w->items.at[edge->from].rank - 1;
}

/* The longest span whose edges, with all shorter ones, keep within the budget of dummies. */
static bool rank_longest_span(layout_work *w, size_t *longest)
{
    size_t budget = w->l->roomy ? RANK_BUDGET_ROOMY : RANK_BUDGET, used = 0, s;
    size_t *count = block_new(w->m, w->rank_count, sizeof *count);
    if (!count) return false;
    for (size_t e = 0; e < w->l->edge_count; e++) count[rank_span(w, e)]++;
    for (s = 0; s < w->rank_count; s++) {
        if (count[s] && s > 1 && count[s] > (budget - used) / s) break;
        used += s > 1 ? count[s] * s : 0;
    }
    *longest = s ? s - 1 : 0;
    block_free(w->m, count, w->rank_count);
    return true;
}

/* One dummy of an edge; the one just below the target of a roomy picture is as large as the label. */
static bool rank_dummy(layout_work *w, size_t e, uint32_t rank, uint32_t *below)
{
    const layout_edge *edge = &w->l->edges[e];
    layout_item item = {rank, 0, RANK_DUMMY_WIDTH, 0, 0};
    uint32_t id = (uint32_t)w->items.count;
    if (w->l->roomy && rank + 1 == w->items.at[edge->to].rank) {
        if (edge->width > item.width) item.width = edge->width;
        item.height = edge->height;
    }
    if (w->items.count >= LAYOUT_NONE - 1) return false;
    if (!array_push(w->m, &w->items, item) || !array_push(w->m, &w->chain, id)) return false;
    layout_link link = {*below, id};
    if (*below != LAYOUT_NONE && !array_push(w->m, &w->links, link)) return false;
    *below = id;
    return true;
}

static bool rank_edge(layout_work *w, size_t e, size_t longest)
{
    const layout_edge *edge = &w->l->edges[e];
    uint32_t rank = w->items.at[edge->from].rank + 1, top = w->items.at[edge->to].rank, below = edge->from;
    if (rank_span(w, e) > longest) {
        w->lane[e] = 0; /* which one, layout_lanes says */
        below = LAYOUT_NONE;
        rank = w->l->roomy ? top - 1 : top;
    }
    for (; rank < top; rank++)
        if (!rank_dummy(w, e, rank, &below)) return false;
    layout_link link = {below, edge->to};
    return below == LAYOUT_NONE || array_push(w->m, &w->links, link);
}

bool layout_rank(layout_work *w)
{
    size_t longest, edges = w->l->edge_count;
    if (!rank_layers(w) || !rank_nodes(w) || !rank_longest_span(w, &longest)) return false;
    w->chain_first = block_new(w->m, edges + 1, sizeof *w->chain_first);
    w->lane = block_new(w->m, edges, sizeof *w->lane);
    if (!w->chain_first || !w->lane) return false;
    for (size_t e = 0; e < edges; e++) {
        w->lane[e] = LAYOUT_NONE;
        w->chain_first[e] = w->chain.count;
        if (!rank_edge(w, e, longest)) return false;
    }
    w->chain_first[edges] = w->chain.count;
    return true;
}
