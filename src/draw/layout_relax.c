/*
 * layout_relax.c - draws the labels of a roomy picture towards the middle of their lines.
 *
 * The blocks of layout_place.c stand a label straight above a node or below one, so that its line
 * bends all at once. On each row of labels the wish is the middle of the line; the row's order and
 * distances stay. The places nearest to all wishes (in weighted least squares) are found by pooling
 * neighbours that would overlap, one pass over the row. What only passes by has so much weight that
 * it hardly moves.
 */
#include "draw/layout_inside.h"

typedef struct relax_pool {
    double wish, weight; /* of all its items, as if all stood at the first's place */
    size_t count;
} relax_pool;

double layout_distance(const layout_work *w, uint32_t a, uint32_t b)
{
    const layout_item *i = &w->items.at[a], *k = &w->items.at[b];
    double gap = w->l->gap_x;
    if (!layout_is_node(w, a) && !layout_is_node(w, b)) gap *= 0.6;
    return (i->width + k->width) / 2 + gap;
}

/* A label joins an item below (if its edge is not in a lane) and the target above. */
static void relax_wish(const layout_work *w, uint32_t item, double *wish, double *weight)
{
    size_t down = w->down_first[item], up = w->up_first[item];
    bool ends = w->up_first[item + 1] > up && layout_is_node(w, w->links.at[w->up[up]].high);
    *wish = w->items.at[item].x;
    *weight = 1000;
    if (!ends || w->down_first[item + 1] == down) return;
    uint32_t low = w->links.at[w->down[down]].low, high = w->links.at[w->up[up]].high;
    *wish = (w->items.at[low].x + w->items.at[high].x) / 2;
    *weight = 1;
}

static void relax_row(layout_work *w, size_t r, relax_pool *pool)
{
    const uint32_t *row = w->order + w->rank_first[r];
    size_t count = layout_row_count(w, r), pools = 0;
    double before = 0; /* distances up to here */
    for (size_t i = 0; i < count; i++) {
        relax_pool p = {.count = 1};
        relax_wish(w, row[i], &p.wish, &p.weight);
        if (i) before += layout_distance(w, row[i - 1], row[i]);
        p.wish -= before;
        for (; pools && pool[pools - 1].wish > p.wish; pools--) {
            relax_pool *q = &pool[pools - 1];
            p.wish = (p.wish * p.weight + q->wish * q->weight) / (p.weight + q->weight);
            p.weight += q->weight;
            p.count += q->count;
        }
        pool[pools++] = p;
    }
    before = 0;
    for (size_t i = 0, k = 0, used = 0; i < count; i++, used++) {
        if (i) before += layout_distance(w, row[i - 1], row[i]);
        if (used == pool[k].count) used = 0, k++;
        w->items.at[row[i]].x = pool[k].wish + before;
    }
}

bool layout_relax(layout_work *w)
{
    size_t widest = 1;
    if (!w->l->roomy) return true;
    for (size_t r = 1; r < w->rank_count; r += 2)
        if (layout_row_count(w, r) > widest) widest = layout_row_count(w, r);
    relax_pool *pool = block_new(w->m, widest, sizeof *pool);
    if (!pool) return false;
    for (size_t r = 1; r < w->rank_count; r += 2) relax_row(w, r, pool);
    block_free(w->m, pool, widest);
    return true;
}
