/*
 * layout_lane.c - lanes for the edges that are too long to run through the picture.
 *
 * Long edges from one node, or to one node, share a lane: it is a trunk with branches. Two trunks
 * share a lane if one ends before the other begins. Trunks are taken by their lower end and given
 * the lane that has been free the longest.
 */
#include "draw/layout_inside.h"

typedef struct lane_trunk {
    uint32_t low, high; /* ranks */
    uint32_t used;      /* long edges at this end of the node */
    uint32_t lane;
} lane_trunk;

static bool lane_is_long(const layout_work *w, size_t e)
{
    return w->lane[e] != LAYOUT_NONE;
}

/* The trunk of edge e: number `from` for all from that node, nodes + `to` for all to that node. */
static size_t lane_trunk_of(const layout_work *w, const lane_trunk *t, size_t e)
{
    size_t from = w->l->edges[e].from, to = w->l->node_count + w->l->edges[e].to;
    return t[from].used >= t[to].used ? from : to;
}

static void lane_spans(layout_work *w, lane_trunk *t)
{
    layout *l = w->l;
    for (size_t i = 0; i < 2 * l->node_count; i++) t[i].low = t[i].lane = LAYOUT_NONE;
    for (size_t e = 0; e < l->edge_count; e++) {
        if (!lane_is_long(w, e)) continue;
        t[l->edges[e].from].used++;
        t[l->node_count + l->edges[e].to].used++;
    }
    for (size_t e = 0; e < l->edge_count; e++) {
        if (!lane_is_long(w, e)) continue;
        lane_trunk *trunk = &t[lane_trunk_of(w, t, e)];
        uint32_t low = w->items.at[l->edges[e].from].rank, high = w->items.at[l->edges[e].to].rank;
        if (low < trunk->low) trunk->low = low;
        if (high > trunk->high) trunk->high = high;
    }
}

/* `keys` are trunks by lower end; `heap` holds the lanes in use by where they end: a sorted list
 * would do, but there may be thousands. */
static void lane_heap_up(layout_key *heap, size_t at)
{
    while (at && heap[at].key < heap[(at - 1) / 2].key) {
        layout_key t = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = t;
        at = (at - 1) / 2;
    }
}

static void lane_heap_down(layout_key *heap, size_t count)
{
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < count && heap[child + 1].key < heap[child].key) child++;
        if (child >= count || heap[at].key <= heap[child].key) return;
        layout_key t = heap[at];
        heap[at] = heap[child];
        heap[child] = t;
        at = child;
    }
}

static void lane_share(layout_work *w, lane_trunk *t, layout_key *keys, size_t count, layout_key *heap)
{
    for (size_t i = 0; i < count; i++) {
        lane_trunk *trunk = &t[keys[i].what];
        if (w->lane_count && heap[0].key < trunk->low) {
            trunk->lane = heap[0].what;
            heap[0].key = trunk->high;
            lane_heap_down(heap, w->lane_count);
        } else {
            trunk->lane = (uint32_t)w->lane_count;
            layout_key k = {trunk->high, 0, trunk->lane};
            heap[w->lane_count] = k;
            lane_heap_up(heap, w->lane_count++);
        }
    }
}

bool layout_lanes(layout_work *w)
{
    size_t trunks = 2 * w->l->node_count, count = 0, longs = 0;
    for (size_t e = 0; e < w->l->edge_count; e++) longs += lane_is_long(w, e);
    if (!longs) return true;
    lane_trunk *t = block_new(w->m, trunks, sizeof *t);
    layout_key *keys = block_new(w->m, trunks, sizeof *keys);
    layout_key *heap = block_new(w->m, trunks, sizeof *heap);
    bool ok = t && keys && heap;
    if (ok) {
        lane_spans(w, t);
        for (size_t i = 0; i < trunks; i++) {
            layout_key k = {t[i].low, (uint32_t)i, (uint32_t)i};
            if (t[i].low != LAYOUT_NONE) keys[count++] = k;
        }
        layout_sort(keys, count);
        lane_share(w, t, keys, count, heap);
        for (size_t e = 0; e < w->l->edge_count; e++)
            if (lane_is_long(w, e)) w->lane[e] = t[lane_trunk_of(w, t, e)].lane;
    }
    block_free(w->m, heap, trunks);
    block_free(w->m, keys, trunks);
    block_free(w->m, t, trunks);
    return ok;
}
