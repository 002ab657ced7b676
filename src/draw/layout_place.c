/*
 * layout_place.c - x of every item, y of every row.
 *
 * Each item has a wish: a node wants to stand in the middle of its neighbours, a label in the
 * middle of its line, and all dummies of one long edge want the same x, so that the line is
 * straight. A row takes the places nearest to its wishes (weighted least squares) that keep its
 * order and distances: neighbours that would overlap are pooled, one pass over the row. Dummies
 * weigh much, nodes little: nodes make way for straight lines.
 *
 * Sweeps up and down do this row by row, first looking only at the rows already set, so that the
 * width is that of the fullest rows, then at both sides. The number of sweeps is fixed. What stands beside an input's
 * long line may drift away from it, sweep by sweep: the strips that stay empty in all rows are closed at the end.
 *
 * (Brandes and Köpf's blocks were tried first: straight lines, but on graphs with many skipping
 * edges the picture grew to eight times the width of its fullest row.)
 */
#include <math.h>

#include "draw/layout_inside.h"

enum {
    PLACE_SWEEPS = 20,
    PLACE_MOST = 100,
    PLACE_WORK = 200000,
    PLACE_FIRST = 8,
    PLACE_LAST = 4,
    PLACE_STRAIGHT = 50,
    PLACE_EMPTY = 2
};

enum { PLACE_NODE, PLACE_LINE, PLACE_BEND }; /* BEND: the label, or where a line turns to its end */

typedef struct place_pool {
    double wish, weight; /* of all its items, as if all stood at the first's place */
    size_t count;
} place_pool;

typedef struct place_work {
    layout_work *w;
    place_pool *pool; /* room for a row */
    uint8_t *kind;    /* by item */
    uint8_t *minor;   /* by item: an input, or the line of one */
    double *line;     /* by item: the x that its line wants; by the first dummy of the edge */
    size_t sweeps;    /* how many there will be: more for small pictures */
    bool up, both;    /* the sweep's direction; whether neighbours on both sides count */
} place_work;

double layout_distance(const layout_work *w, uint32_t a, uint32_t b)
{
    const layout_item *i = &w->items.at[a], *k = &w->items.at[b];
    double gap = w->l->gap_x;
    if (!layout_is_node(w, a) && !layout_is_node(w, b)) gap *= 0.6;
    return (i->width + k->width) / 2 + gap;
}

/* ---- Long lines ------------------------------------------------------------------------------ */

/* The straight part of edge e: chain[*first .. *end). In a roomy picture the line turns on the
 * rows of labels next to its ends. */
static bool place_straight(const layout_work *w, size_t e, size_t *first, size_t *end)
{
    *first = w->chain_first[e];
    *end = w->chain_first[e + 1];
    if (*first == *end) return false;
    if (w->l->roomy) {
        if (*end - *first < 3) return false;
        ++*first;
        --*end;
    }
    return true;
}

static void place_kinds(place_work *p)
{
    const layout_work *w = p->w;
    size_t first, end;
    for (size_t i = 0; i < w->items.count; i++) p->kind[i] = layout_is_node(w, (uint32_t)i) ? PLACE_NODE : PLACE_BEND;
    for (size_t e = 0; e < w->l->edge_count; e++)
        if (place_straight(w, e, &first, &end))
            for (size_t k = first; k < end; k++) p->kind[w->chain.at[k]] = PLACE_LINE;
}

/* Where the whole line goes: after those of its dummies that had to move aside; and, early on,
 * back between its ends. */
static void place_bent(place_work *p, size_t e, size_t first, size_t end, size_t sweep)
{
    const layout_work *w = p->w;
    const layout_edge *edge = &w->l->edges[e];
    double from = w->items.at[edge->from].x, to = w->items.at[edge->to].x;
    double low = from < to ? from : to, high = from < to ? to : from;
    double x = p->line[w->chain.at[first]], left = 0, right = 0;
    for (size_t k = first; k < end; k++) {
        double d = w->items.at[w->chain.at[k]].x - x;
        if (d < left) left = d;
        if (d > right) right = d;
    }
    x += left + right;
    double inside = x < low ? low : x > high ? high : x;
    if (sweep + PLACE_LAST < p->sweeps) x += (inside - x) * 0.4;
    for (size_t k = first; k < end; k++) p->line[w->chain.at[k]] = x;
}

static void place_lines(place_work *p, size_t sweep)
{
    size_t first, end;
    for (size_t e = 0; e < p->w->l->edge_count; e++)
        if (place_straight(p->w, e, &first, &end)) place_bent(p, e, first, end, sweep);
}

/* ---- Wishes ---------------------------------------------------------------------------------- */

static void place_minors(place_work *p)
{
    const layout_work *w = p->w;
    for (size_t r = 0; r < w->rank_count; r++)
        for (size_t i = w->rank_first[r]; i < w->rank_first[r + 1]; i++) {
            uint32_t item = w->order[i];
            size_t down = w->down_first[item], count = w->down_first[item + 1] - down;
            if (layout_is_node(w, item))
                p->minor[item] = count == 0;
            else
                p->minor[item] = count && p->minor[w->links.at[w->down[down]].low];
        }
}

static double place_above(const layout_work *w, uint32_t item, size_t *count)
{
    double sum = 0;
    for (size_t k = w->up_first[item]; k < w->up_first[item + 1]; k++) sum += w->items.at[w->links.at[w->up[k]].high].x;
    *count = w->up_first[item + 1] - w->up_first[item];
    return sum;
}

/* Inputs count only where there is nothing else: x1 + x2 + x3 + … goes straight up, with its
 * inputs at the side, instead of leaning over by half an input in each step. */
static double place_below(const place_work *p, uint32_t item, size_t *count)
{
    const layout_work *w = p->w;
    double sum = 0, major = 0;
    size_t majors = 0;
    for (size_t k = w->down_first[item]; k < w->down_first[item + 1]; k++) {
        uint32_t low = w->links.at[w->down[k]].low;
        sum += w->items.at[low].x;
        if (p->minor[low]) continue;
        major += w->items.at[low].x;
        majors++;
    }
    *count = majors ? majors : w->down_first[item + 1] - w->down_first[item];
    return majors ? major : sum;
}

static place_pool place_wish(const place_work *p, uint32_t item)
{
    const layout_work *w = p->w;
    place_pool wish = {w->items.at[item].x, 0.01, 1};
    size_t above, below;
    double high = place_above(w, item, &above), low = place_below(p, item, &below);
    if (p->kind[item] == PLACE_LINE) {
        wish.wish = p->line[item];
        wish.weight = PLACE_STRAIGHT;
    } else if (above && below && p->both) {
        wish.wish = p->kind[item] == PLACE_NODE ? (high + low) / (double)(above + below)
                                                : (high / (double)above + low / (double)below) / 2;
        wish.weight = 1;
    } else if ((p->up || p->both) && below) { /* an upward sweep looks down */
        wish.wish = low / (double)below;
        wish.weight = 1;
    } else if ((!p->up || p->both) && above) {
        wish.wish = high / (double)above;
        wish.weight = 1;
    }
    if (p->kind[item] == PLACE_NODE && p->minor[item]) wish.weight *= 0.05;
    return wish;
}

static void place_row(place_work *p, size_t r)
{
    layout_work *w = p->w;
    const uint32_t *row = w->order + w->rank_first[r];
    size_t count = layout_row_count(w, r), pools = 0;
    double before = 0; /* distances up to here */
    for (size_t i = 0; i < count; i++) {
        place_pool next = place_wish(p, row[i]);
        if (i) before += layout_distance(w, row[i - 1], row[i]);
        next.wish -= before;
        for (; pools && p->pool[pools - 1].wish > next.wish; pools--) {
            const place_pool *q = &p->pool[pools - 1];
            next.wish = (next.wish * next.weight + q->wish * q->weight) / (next.weight + q->weight);
            next.weight += q->weight;
            next.count += q->count;
        }
        p->pool[pools++] = next;
    }
    before = 0;
    for (size_t i = 0, k = 0, used = 0; i < count; i++, used++) {
        if (i) before += layout_distance(w, row[i - 1], row[i]);
        if (used == p->pool[k].count) used = 0, k++;
        w->items.at[row[i]].x = p->pool[k].wish + before;
    }
}

/* ---- Sweeps ---------------------------------------------------------------------------------- */

/* To begin with every row is packed, its middle at 0. */
static void place_pack(place_work *p)
{
    layout_work *w = p->w;
    for (size_t r = 0; r < w->rank_count; r++) {
        const uint32_t *row = w->order + w->rank_first[r];
        size_t count = layout_row_count(w, r);
        double x = 0;
        for (size_t i = 0; i < count; i++) {
            if (i) x += layout_distance(w, row[i - 1], row[i]);
            w->items.at[row[i]].x = x;
        }
        for (size_t i = 0; i < count; i++) w->items.at[row[i]].x -= x / 2;
    }
    for (size_t i = 0; i < w->items.count; i++) p->line[i] = w->items.at[i].x;
}

static void place_sweep(place_work *p, size_t sweep)
{
    size_t ranks = p->w->rank_count;
    p->up = sweep % 2 == 0;
    p->both = sweep >= PLACE_FIRST;
    place_lines(p, sweep);
    for (size_t r = 0; r < ranks; r++) place_row(p, p->up ? r : ranks - 1 - r);
}

/* No strip in which nothing stands is wider than PLACE_EMPTY gaps. Lines stay straight: all on its right moves alike.
 */
static bool place_close(layout_work *w)
{
    size_t count = w->items.count;
    double most = PLACE_EMPTY * w->l->gap_x, right = HUGE_VAL, moved = 0;
    layout_key *keys = block_new(w->m, count, sizeof *keys);
    if (!keys) return false;
    for (size_t i = 0; i < count; i++)
        keys[i] = (layout_key){w->items.at[i].x - w->items.at[i].width / 2, (uint32_t)i, 0};
    layout_sort(keys, count);
    for (size_t i = 0; i < count; i++) {
        layout_item *item = &w->items.at[keys[i].tie];
        if (keys[i].key - right > most) moved += keys[i].key - right - most;
        if (i == 0 || keys[i].key + item->width > right) right = keys[i].key + item->width;
        item->x -= moved;
    }
    block_free(w->m, keys, count);
    return true;
}

static bool place_x(layout_work *w)
{
    size_t widest = 1, items = w->items.count;
    for (size_t r = 0; r < w->rank_count; r++)
        if (layout_row_count(w, r) > widest) widest = layout_row_count(w, r);
    place_work p = {.w = w, .sweeps = PLACE_WORK / (items + 1)};
    if (p.sweeps < PLACE_SWEEPS) p.sweeps = PLACE_SWEEPS;
    if (p.sweeps > PLACE_MOST) p.sweeps = PLACE_MOST;
    p.pool = block_new(w->m, widest, sizeof *p.pool);
    p.kind = block_new(w->m, items, sizeof *p.kind);
    p.minor = block_new(w->m, items, sizeof *p.minor);
    p.line = block_new(w->m, items, sizeof *p.line);
    bool ok = p.pool && p.kind && p.minor && p.line;
    if (ok) {
        place_kinds(&p);
        place_minors(&p);
        place_pack(&p);
        for (size_t i = 0; i < p.sweeps; i++) place_sweep(&p, i);
        for (size_t r = 1; w->l->roomy && r < w->rank_count; r += 2) place_row(&p, r); /* labels, once more */
        ok = place_close(w);
    }
    block_free(w->m, p.line, items);
    block_free(w->m, p.minor, items);
    block_free(w->m, p.kind, items);
    block_free(w->m, p.pool, widest);
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

/* ---- y --------------------------------------------------------------------------------------- */

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
    if (!place_x(w)) return false;
    place_frame(w);
    return place_y(w);
}
