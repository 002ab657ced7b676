/*
 * layout_order.c - who stands beside whom: few crossings, and the order of the text where it can
 * be kept.
 *
 * The first order is that of a walk from the outputs down, arguments from left to right; a tree
 * has no crossing then. Sweeps up and down set each item at the mean place of its neighbours in the
 * row before, exchanges of neighbours follow, and the best order seen is kept. The number of rounds
 * falls with the size, never with time.
 */
#include <string.h>

#include "draw/layout_inside.h"

enum { ORDER_ROUNDS = 16, ORDER_WORK = 600000, ORDER_PAIRS = 400 };

/* ---- Links by item -------------------------------------------------------------------------- */

static void order_fill(const layout_work *w, size_t *first, uint32_t *list, bool up)
{
    for (size_t i = 0; i < w->links.count; i++) first[(up ? w->links.at[i].low : w->links.at[i].high) + 1]++;
    for (size_t i = 0; i < w->items.count; i++) first[i + 1] += first[i];
    for (size_t i = w->links.count; i-- > 0;) {
        uint32_t item = up ? w->links.at[i].low : w->links.at[i].high;
        list[--first[item + 1]] = (uint32_t)i;
    }
    /* first[item + 1] is now the start of `item`: shift back */
    for (size_t i = 0; i < w->items.count; i++) first[i] = first[i + 1];
    first[w->items.count] = w->links.count;
}

bool layout_link_items(layout_work *w)
{
    size_t items = w->items.count, links = w->links.count;
    w->up_first = block_new(w->m, items + 1, sizeof *w->up_first);
    w->down_first = block_new(w->m, items + 1, sizeof *w->down_first);
    w->up = block_new(w->m, links, sizeof *w->up);
    w->down = block_new(w->m, links, sizeof *w->down);
    w->order = block_new(w->m, items, sizeof *w->order);
    w->rank_first = block_new(w->m, w->rank_count + 1, sizeof *w->rank_first);
    if (!w->up_first || !w->down_first || !w->up || !w->down || !w->order || !w->rank_first) return false;
    order_fill(w, w->up_first, w->up, true);
    order_fill(w, w->down_first, w->down, false);
    for (size_t i = 0; i < items; i++) w->rank_first[w->items.at[i].rank + 1]++;
    for (size_t r = 0; r < w->rank_count; r++) w->rank_first[r + 1] += w->rank_first[r];
    return true;
}

static inline uint32_t order_other(const layout_work *w, uint32_t link, bool up)
{
    return up ? w->links.at[link].high : w->links.at[link].low;
}

/* ---- The first order ------------------------------------------------------------------------ */

typedef struct order_walk {
    layout_work *w;
    size_t *filled; /* by rank */
    uint8_t *seen;  /* by item */
    uint32_t *stack;
    size_t count;
} order_walk;

static void order_put(order_walk *walk, uint32_t item)
{
    layout_item *i = &walk->w->items.at[item];
    i->place = (uint32_t)walk->filled[i->rank]++;
    walk->w->order[walk->w->rank_first[i->rank] + i->place] = item;
}

/* Everything below `item` that has no place yet. Each link is pushed at most once. */
static void order_walk_down(order_walk *walk, uint32_t item)
{
    layout_work *w = walk->w;
    walk->stack[walk->count++] = item;
    while (walk->count) {
        uint32_t at = walk->stack[--walk->count];
        if (walk->seen[at]) continue;
        walk->seen[at] = 1;
        order_put(walk, at);
        for (size_t k = w->down_first[at + 1]; k-- > w->down_first[at];)
            walk->stack[walk->count++] = order_other(w, w->down[k], false);
    }
}

static bool order_first(layout_work *w)
{
    size_t items = w->items.count, room = w->links.count + 1;
    order_walk walk = {w, block_new(w->m, w->rank_count, sizeof(size_t)), block_new(w->m, items, 1),
                       block_new(w->m, room, sizeof(uint32_t)), 0};
    bool ok = walk.filled && walk.seen && walk.stack;
    for (size_t i = 0; ok && i < items; i++)
        if (w->up_first[i] == w->up_first[i + 1]) order_walk_down(&walk, (uint32_t)i);
    block_free(w->m, walk.stack, room);
    block_free(w->m, walk.seen, items);
    block_free(w->m, walk.filled, w->rank_count);
    return ok;
}

/* ---- Crossings ------------------------------------------------------------------------------ */

typedef struct order_room {
    layout_key *keys; /* room for a row, or for the links of an item */
    size_t key_count;
    size_t *tree; /* Fenwick tree over a row */
    size_t tree_count;
    uint32_t *best; /* the best order so far */
} order_room;

/* Sorts the links of each item by the place of their other end. */
static void order_sort_links(layout_work *w, order_room *room, size_t *first, uint32_t *list, bool up)
{
    for (size_t i = 0; i < w->items.count; i++) {
        size_t count = first[i + 1] - first[i];
        uint32_t *at = list + first[i];
        for (size_t k = 0; k < count; k++) {
            layout_key key = {w->items.at[order_other(w, at[k], up)].place, at[k], at[k]};
            room->keys[k] = key;
        }
        if (count > 1) layout_sort(room->keys, count);
        for (size_t k = 0; k < count; k++) at[k] = room->keys[k].what;
    }
}

/* Crossings between rank r and the next, with links already sorted: inversions, by the tree. */
static size_t order_crossings_at(const layout_work *w, order_room *room, size_t r)
{
    size_t crossings = 0, seen = 0, n = layout_row_count(w, r + 1);
    memset(room->tree, 0, (n + 1) * sizeof *room->tree);
    for (size_t i = w->rank_first[r]; i < w->rank_first[r + 1]; i++) {
        uint32_t item = w->order[i];
        size_t begin = w->up_first[item], end = w->up_first[item + 1];
        for (size_t k = begin; k < end; k++) { /* links of one item do not cross each other */
            size_t before = 0, place = w->items.at[w->links.at[w->up[k]].high].place;
            for (size_t t = place + 1; t > 0; t &= t - 1) before += room->tree[t];
            crossings += seen - before;
        }
        for (size_t k = begin; k < end; k++, seen++) {
            size_t place = w->items.at[w->links.at[w->up[k]].high].place;
            for (size_t t = place + 1; t <= n; t += t & (~t + 1)) room->tree[t]++;
        }
    }
    return crossings;
}

static size_t order_crossings(layout_work *w, order_room *room)
{
    size_t crossings = 0;
    order_sort_links(w, room, w->up_first, w->up, true);
    order_sort_links(w, room, w->down_first, w->down, false);
    for (size_t r = 0; r + 1 < w->rank_count; r++) crossings += order_crossings_at(w, room, r);
    return crossings;
}

/* ---- Sweeps --------------------------------------------------------------------------------- */

/* The mean place of the neighbours; without any, that of the item to the left. */
static double order_mean(const layout_work *w, uint32_t item, bool up, double otherwise)
{
    const size_t *first = up ? w->up_first : w->down_first;
    const uint32_t *list = up ? w->up : w->down;
    double sum = 0;
    size_t count = first[item + 1] - first[item];
    for (size_t k = first[item]; k < first[item + 1]; k++) sum += w->items.at[order_other(w, list[k], up)].place;
    return count ? sum / (double)count : otherwise;
}

static void order_row(layout_work *w, order_room *room, size_t r, bool up)
{
    uint32_t *row = w->order + w->rank_first[r];
    size_t count = layout_row_count(w, r);
    double last = -1;
    for (size_t i = 0; i < count; i++) {
        last = order_mean(w, row[i], up, last);
        layout_key key = {last, (uint32_t)i, row[i]};
        room->keys[i] = key;
    }
    layout_sort(room->keys, count);
    for (size_t i = 0; i < count; i++) {
        row[i] = room->keys[i].what;
        w->items.at[row[i]].place = (uint32_t)i;
    }
}

static void order_sweep(layout_work *w, order_room *room, bool up)
{
    if (up)
        for (size_t r = w->rank_count - 1; r-- > 0;) order_row(w, room, r, true);
    else
        for (size_t r = 1; r < w->rank_count; r++) order_row(w, room, r, false);
}

/* ---- Exchanges ------------------------------------------------------------------------------ */

/* Crossings of the links of a (on the left) with those of b, on one side: less those if exchanged. */
static ptrdiff_t order_gain(const layout_work *w, uint32_t a, uint32_t b, bool up)
{
    const size_t *first = up ? w->up_first : w->down_first;
    const uint32_t *list = up ? w->up : w->down;
    ptrdiff_t gain = 0;
    if ((first[a + 1] - first[a]) * (first[b + 1] - first[b]) > ORDER_PAIRS) return 0;
    for (size_t i = first[a]; i < first[a + 1]; i++)
        for (size_t k = first[b]; k < first[b + 1]; k++) {
            uint32_t x = w->items.at[order_other(w, list[i], up)].place;
            uint32_t y = w->items.at[order_other(w, list[k], up)].place;
            gain += (x > y) - (x < y);
        }
    return gain;
}

static bool order_exchange(layout_work *w)
{
    bool changed = false;
    for (size_t r = 0; r < w->rank_count; r++)
        for (size_t i = w->rank_first[r]; i + 1 < w->rank_first[r + 1]; i++) {
            uint32_t a = w->order[i], b = w->order[i + 1];
            if (order_gain(w, a, b, true) + order_gain(w, a, b, false) <= 0) continue;
            w->order[i] = b;
            w->order[i + 1] = a;
            w->items.at[a].place++;
            w->items.at[b].place--;
            changed = true;
        }
    return changed;
}

/* ---- All together --------------------------------------------------------------------------- */

static void order_restore(layout_work *w, const uint32_t *best)
{
    memcpy(w->order, best, w->items.count * sizeof *w->order);
    for (size_t r = 0; r < w->rank_count; r++)
        for (size_t i = w->rank_first[r]; i < w->rank_first[r + 1]; i++)
            w->items.at[w->order[i]].place = (uint32_t)(i - w->rank_first[r]);
}

static void order_rounds(layout_work *w, order_room *room)
{
    size_t size = w->items.count + w->links.count, best = order_crossings(w, room), idle = 0;
    size_t rounds = ORDER_WORK / (size + 1);
    if (rounds > ORDER_ROUNDS) rounds = ORDER_ROUNDS;
    if (rounds < 3) rounds = 3;
    memcpy(room->best, w->order, w->items.count * sizeof *w->order);
    for (size_t i = 0; i < rounds && best > 0 && idle < 5; i++) {
        order_sweep(w, room, i % 2 == 0);
        for (int k = 0; k < 4 && order_exchange(w); k++) {
        }
        size_t now = order_crossings(w, room);
        idle = now < best ? 0 : idle + 1;
        if (now >= best) continue;
        best = now;
        memcpy(room->best, w->order, w->items.count * sizeof *w->order);
    }
    order_restore(w, room->best);
    order_sort_links(w, room, w->up_first, w->up, true);
    order_sort_links(w, room, w->down_first, w->down, false);
}

static size_t order_widest(const layout_work *w)
{
    size_t widest = 1;
    for (size_t r = 0; r < w->rank_count; r++)
        if (layout_row_count(w, r) > widest) widest = layout_row_count(w, r);
    return widest;
}

bool layout_order(layout_work *w)
{
    size_t row = order_widest(w), most = row;
    for (size_t i = 0; i < w->items.count; i++) {
        size_t up = w->up_first[i + 1] - w->up_first[i], down = w->down_first[i + 1] - w->down_first[i];
        most = up > most ? up : most;
        most = down > most ? down : most;
    }
    order_room room = {block_new(w->m, most, sizeof(layout_key)), most, block_new(w->m, row + 1, sizeof(size_t)),
                       row + 1, block_new(w->m, w->items.count, sizeof(uint32_t))};
    bool ok = room.keys && room.tree && room.best && order_first(w);
    if (ok) order_rounds(w, &room);
    block_free(w->m, room.best, w->items.count);
    block_free(w->m, room.tree, room.tree_count);
    block_free(w->m, room.keys, room.key_count);
    return ok;
}
