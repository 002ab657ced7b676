/*
 * layout.c - the steps of the layout one after the other, and the sort that they share.
 */
#include "draw/layout_inside.h"

static void layout_sift(layout_key *k, size_t at, size_t count)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) return;
        if (child + 1 < count &&
            (k[child].key < k[child + 1].key || (k[child].key <= k[child + 1].key && k[child].tie < k[child + 1].tie)))
            child++;
        if (k[at].key > k[child].key || (k[at].key >= k[child].key && k[at].tie >= k[child].tie)) return;
        layout_key t = k[at];
        k[at] = k[child];
        k[child] = t;
        at = child;
    }
}

/* A heap sort: qsort of some C libraries allocates behind the hook, and orders ties as it likes. */
void layout_sort(layout_key *keys, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) layout_sift(keys, i, count);
    for (size_t i = count; i-- > 1;) {
        layout_key t = keys[0];
        keys[0] = keys[i];
        keys[i] = t;
        layout_sift(keys, 0, i);
    }
}

static void layout_done(layout_work *w)
{
    size_t items = w->items.count, links = w->links.count, edges = w->l->edge_count;
    block_free(w->m, w->rank_first, w->rank_count + 1);
    block_free(w->m, w->order, items);
    block_free(w->m, w->up_first, items + 1);
    block_free(w->m, w->down_first, items + 1);
    block_free(w->m, w->up, links);
    block_free(w->m, w->down, links);
    block_free(w->m, w->chain_first, edges + 1);
    block_free(w->m, w->lane, edges);
    block_free(w->m, w->row_y, w->rank_count);
    block_free(w->m, w->row_height, w->rank_count);
    array_free(w->m, &w->chain);
    array_free(w->m, &w->links);
    array_free(w->m, &w->items);
}

bool layout_run(layout *l)
{
    layout_work w = {.l = l, .m = l->m};
    l->width = l->height = 2 * l->margin;
    if (l->node_count == 0) return true;
    bool ok = layout_rank(&w) && layout_lanes(&w) && layout_link_items(&w) && layout_order(&w) && layout_place(&w) &&
              layout_route(&w);
    layout_done(&w);
    return ok;
}

void layout_free(layout *l)
{
    array_free(l->m, &l->points);
}
