/*
 * layout_place.c - x and y of every item, after Brandes and Köpf, "Fast and Simple Horizontal
 * Coordinate Assignment" (2001).
 *
 * Items are joined to vertical blocks along the links to their median neighbours, four times: with
 * the neighbours below or above, taking from the left or from the right. Each time the blocks are
 * set as close as their widths allow; an item's x is the mean of the two middle ones of its four. A
 * long edge is one straight block, since links between dummies win over those that cross them. All
 * four keep the order and the distances, and so does the mean of the middle two.
 *
 * Blocks are set by longest paths over the blocks, from the left, and then drawn towards what
 * stands on their right; this leaves out the paper's classes and with them its known mistake.
 */
#include <math.h>

#include "draw/layout_inside.h"

typedef struct place_work {
    layout_work *w;
    uint8_t *crossed; /* by link: crosses a link between two dummies */
    uint32_t *root, *next; /* by item: the first of its block, and the next one, in a ring */
    uint32_t *waits;       /* by root: items of the block that stand right of another block not yet set */
    uint32_t *queue;       /* roots in the order they were set */
    double *x, *four[4];
    bool up, right;        /* neighbours are above; mirrored */
} place_work;

/* ---- Links that may not be straight --------------------------------------------------------- */

static bool place_inner(const layout_work *w, const layout_link *k)
{
    return !layout_is_node(w, k->low) && !layout_is_node(w, k->high);
}

static uint32_t place_inner_below(const layout_work *w, uint32_t item)
{
    for (size_t k = w->down_first[item]; k < w->down_first[item + 1]; k++)
        if (place_inner(w, &w->links.at[w->down[k]])) return w->links.at[w->down[k]].low;
    return LAYOUT_NONE;
}

static void place_mark(place_work *p, uint32_t item, uint32_t from, uint32_t to)
{
    layout_work *w = p->w;
    for (size_t k = w->down_first[item]; k < w->down_first[item + 1]; k++) {
        const layout_link *link = &w->links.at[w->down[k]];
        uint32_t place = w->items.at[link->low].place;
        if (!place_inner(w, link) && (place < from || place > to)) p->crossed[w->down[k]] = 1;
    }
}

/* Between rank r and the one below: what leaves the gap between two neighbouring inner links. */
static void place_mark_row(place_work *p, size_t r)
{
    layout_work *w = p->w;
    size_t first = w->rank_first[r], count = layout_row_count(w, r), done = 0;
    uint32_t from = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t below = place_inner_below(w, w->order[first + i]);
        if (below == LAYOUT_NONE && i + 1 < count) continue;
        uint32_t to = below == LAYOUT_NONE ? LAYOUT_NONE : w->items.at[below].place;
        for (; done <= i; done++) place_mark(p, w->order[first + done], from, to);
        from = below == LAYOUT_NONE ? from : to;
    }
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static inline uint32_t place_item(const place_work *p, size_t rank, size_t i) /* i-th from our left */
{
    const layout_work *w = p->w;
    return w->order[p->right ? w->rank_first[rank + 1] - 1 - i : w->rank_first[rank] + i];
}

static inline uint32_t place_of(const place_work *p, uint32_t item)
{
    const layout_item *i = &p->w->items.at[item];
    return p->right ? (uint32_t)(layout_row_count(p->w, i->rank) - 1 - i->place) : i->place;
}

/* Joins `item` to its median neighbour if that is still free and lies right of *last, the place up
 * to which the row before is taken (one more than the place, so that 0 is nothing). */
static void place_join(place_work *p, uint32_t item, uint32_t *last)
{
    const layout_work *w = p->w;
    const size_t *first = p->up ? w->up_first : w->down_first;
    const uint32_t *list = (p->up ? w->up : w->down) + first[item];
    size_t count = first[item + 1] - first[item];
    size_t low = count ? (count - 1) / 2 : 0, high = count / 2;
    for (size_t m = low; count && m <= high; m++) {
        uint32_t link = list[p->right ? count - 1 - m : m];
        uint32_t other = p->up ? w->links.at[link].high : w->links.at[link].low;
        if (p->next[item] != item || p->crossed[link] || place_of(p, other) < *last) continue;
        p->next[other] = item;
        p->root[item] = p->root[other];
        p->next[item] = p->root[item];
        *last = place_of(p, other) + 1;
    }
}

static void place_blocks(place_work *p)
{
    const layout_work *w = p->w;
    for (size_t i = 0; i < w->items.count; i++) p->root[i] = p->next[i] = (uint32_t)i;
    for (size_t k = 1; k < w->rank_count; k++) {
        size_t rank = p->up ? w->rank_count - 1 - k : k;
        uint32_t last = 0;
        for (size_t i = 0; i < layout_row_count(w, rank); i++) place_join(p, place_item(p, rank, i), &last);
    }
}

/* ---- Setting blocks ------------------------------------------------------------------------- */

static uint32_t place_beside(const place_work *p, uint32_t item) /* on our right, or LAYOUT_NONE */
{
    uint32_t place = place_of(p, item);
    size_t rank = p->w->items.at[item].rank;
    return place + 1 < layout_row_count(p->w, rank) ? place_item(p, rank, place + 1) : LAYOUT_NONE;
}

static void place_push(place_work *p, uint32_t root, size_t *count)
{
    uint32_t item = root;
    do { /* what stands on the right of the block has one fewer to wait for */
        uint32_t beside = place_beside(p, item);
        if (beside != LAYOUT_NONE) {
            uint32_t other = p->root[beside];
            double x = p->x[root] + layout_distance(p->w, item, beside);
            if (p->x[other] < x) p->x[other] = x;
            if (--p->waits[other] == 0) p->queue[(*count)++] = other;
        }
        item = p->next[item];
    } while (item != root);
}

static void place_pull(place_work *p, uint32_t root)
{
    uint32_t item = root;
    double x = HUGE_VAL;
    do {
        uint32_t beside = place_beside(p, item);
        if (beside != LAYOUT_NONE) {
            double most = p->x[p->root[beside]] - layout_distance(p->w, item, beside);
            if (most < x) x = most;
        }
        item = p->next[item];
    } while (item != root);
    if (x < HUGE_VAL && x > p->x[root]) p->x[root] = x;
}

static void place_set(place_work *p)
{
    const layout_work *w = p->w;
    size_t items = w->items.count, count = 0;
    for (size_t i = 0; i < items; i++) p->waits[i] = 0, p->x[i] = 0;
    for (size_t i = 0; i < items; i++)
        if (place_of(p, (uint32_t)i) > 0) p->waits[p->root[i]]++;
    for (size_t i = 0; i < items; i++)
        if (p->root[i] == i && p->waits[i] == 0) p->queue[count++] = (uint32_t)i;
    for (size_t i = 0; i < count; i++) place_push(p, p->queue[i], &count);
    for (size_t i = count; i-- > 0;) place_pull(p, p->queue[i]);
}

/* ---- The four together ---------------------------------------------------------------------- */

static void place_one(place_work *p, size_t which)
{
    p->up = which & 1;
    p->right = which & 2;
    place_blocks(p);
    place_set(p);
    for (size_t i = 0; i < p->w->items.count; i++) {
        double x = p->x[p->root[i]];
        p->four[which][i] = p->right ? -x : x;
    }
}

static void place_extent(const layout_work *w, const double *x, double *left, double *right)
{
    *left = HUGE_VAL;
    *right = -HUGE_VAL;
    for (size_t i = 0; i < w->items.count; i++) {
        double half = w->items.at[i].width / 2;
        if (x[i] - half < *left) *left = x[i] - half;
        if (x[i] + half > *right) *right = x[i] + half;
    }
}

/* Moves the three wider ones over the narrowest: those set from the left by their left side. */
static void place_meet(place_work *p)
{
    double left[4], right[4];
    size_t narrow = 0;
    for (size_t k = 0; k < 4; k++) {
        place_extent(p->w, p->four[k], &left[k], &right[k]);
        if (right[k] - left[k] < right[narrow] - left[narrow]) narrow = k;
    }
    for (size_t k = 0; k < 4; k++) {
        double shift = k & 2 ? right[narrow] - right[k] : left[narrow] - left[k];
        for (size_t i = 0; i < p->w->items.count; i++) p->four[k][i] += shift;
    }
}

static double place_middle(double a, double b, double c, double d)
{
    double least = a < b ? a : b, most = a < b ? b : a;
    double less = c < d ? c : d, more = c < d ? d : c;
    least = less < least ? less : least;
    most = more > most ? more : most;
    return (a + b + c + d - least - most) / 2;
}

static bool place_room(place_work *p)
{
    memory *m = p->w->m;
    size_t items = p->w->items.count;
    p->crossed = block_new(m, p->w->links.count, 1);
    p->root = block_new(m, items, sizeof *p->root);
    p->next = block_new(m, items, sizeof *p->next);
    p->waits = block_new(m, items, sizeof *p->waits);
    p->queue = block_new(m, items, sizeof *p->queue);
    p->x = block_new(m, items, sizeof *p->x);
    bool ok = p->crossed && p->root && p->next && p->waits && p->queue && p->x;
    for (int k = 0; k < 4; k++) ok = (p->four[k] = block_new(m, items, sizeof(double))) && ok;
    return ok;
}

static void place_done(place_work *p)
{
    memory *m = p->w->m;
    size_t items = p->w->items.count;
    for (int k = 0; k < 4; k++) block_free(m, p->four[k], items);
    block_free(m, p->x, items);
    block_free(m, p->queue, items);
    block_free(m, p->waits, items);
    block_free(m, p->next, items);
    block_free(m, p->root, items);
    block_free(m, p->crossed, p->w->links.count);
}

static bool place_x(layout_work *w)
{
    place_work p = {.w = w};
    bool ok = place_room(&p);
    if (ok) {
        for (size_t r = 1; r < w->rank_count; r++) place_mark_row(&p, r);
        for (size_t k = 0; k < 4; k++) place_one(&p, k);
        place_meet(&p);
        for (size_t i = 0; i < w->items.count; i++)
            w->items.at[i].x = place_middle(p.four[0][i], p.four[1][i], p.four[2][i], p.four[3][i]);
    }
    place_done(&p);
    return ok;
}

/* The width of everything, labels included. */
static void place_frame(layout_work *w)
{
    w->left = HUGE_VAL;
    w->right = -HUGE_VAL;
    for (size_t i = 0; i < w->items.count; i++) {
        const layout_item *item = &w->items.at[i];
        if (item->x - item->width / 2 < w->left) w->left = item->x - item->width / 2;
        if (item->x + item->width / 2 > w->right) w->right = item->x + item->width / 2;
    }
}

/* ---- y -------------------------------------------------------------------------------------- */

/* How far apart rank r and the next are: more where edges run far to the side. */
static double place_gap(const layout_work *w, size_t r)
{
    double far = 0, gap = w->l->gap_y;
    for (size_t i = w->rank_first[r]; i < w->rank_first[r + 1]; i++)
        for (size_t k = w->up_first[w->order[i]]; k < w->up_first[w->order[i] + 1]; k++) {
            const layout_link *link = &w->links.at[w->up[k]];
            double d = fabs(w->items.at[link->high].x - w->items.at[link->low].x);
            if (d > far) far = d;
        }
    double wish = far * 0.12;
    return wish < gap ? gap : wish > 3 * gap ? 3 * gap : wish;
}

static bool place_y(layout_work *w)
{
    w->row_y = block_new(w->m, w->rank_count, sizeof *w->row_y);
    w->row_height = block_new(w->m, w->rank_count, sizeof *w->row_height);
    if (!w->row_y || !w->row_height) return false;
    for (size_t i = 0; i < w->items.count; i++) {
        const layout_item *item = &w->items.at[i];
        if (item->height > w->row_height[item->rank]) w->row_height[item->rank] = item->height;
    }
    double y = w->l->margin;
    for (size_t r = w->rank_count; r-- > 0;) {
        w->row_y[r] = y + w->row_height[r] / 2;
        y += w->row_height[r] + (r ? place_gap(w, r - 1) : 0);
    }
    w->l->height = y + w->l->margin;
    return true;
}

bool layout_place(layout_work *w)
{
    if (!place_x(w) || !layout_relax(w)) return false;
    place_frame(w);
    return place_y(w);
}
