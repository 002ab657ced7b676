/*
 * paths_rank.c - where the line runs between the K largest paths and the rest.
 *
 * One pass from above finds the largest product from each node to the end, and the edge it takes.
 * Every other edge costs a loss, log2 of how much smaller the largest product becomes; a path's loss
 * is the sum over its edges. Losses are never negative and the best way on costs exactly 0, so that
 * rounding never makes a path look better than its beginning: with plain products a search among
 * 2^200 paths that differ by rounding alone would not end.
 *
 * A path is told by where it leaves the best way for the last time. Best first: take the path of
 * least loss; walking on from its last leaving, each edge that leaves the best way makes a new path.
 * The K-th loss is where the line runs. Memory is a few times K, time K times length at most.
 *
 * Equal products may come out with losses that differ in their last bits (3·5 and 15·1), so the line
 * is a band as wide as rounding: within it the order of the text decides (paths_list.c).
 */
#include <float.h>

#include "diff/paths.h"

typedef struct rank_path {
    double loss;
    uint32_t node; /* where it is back on the best way for good */
} rank_path;

typedef struct rank_search {
    memory *m;
    const paths_part *part;
    const double *loss;
    const uint32_t *best; /* by node: the edge of the best way on */
    size_t most;
    ARRAY(rank_path) open; /* heap, the least loss on top: paths not yet walked */
    ARRAY(double) least;   /* heap, the greatest on top: the `most` least losses so far */
} rank_search;

/* ---- Two heaps --------------------------------------------------------------------------------- */

static void rank_open_sink(rank_search *s, size_t i)
{
    rank_path *h = s->open.at, x = h[i];
    for (size_t child; (child = 2 * i + 1) < s->open.count; i = child) {
        if (child + 1 < s->open.count && h[child + 1].loss < h[child].loss) child++;
        if (h[child].loss >= x.loss) break;
        h[i] = h[child];
    }
    h[i] = x;
}

static rank_path rank_open_take(rank_search *s)
{
    rank_path top = s->open.at[0];
    s->open.at[0] = s->open.at[--s->open.count];
    if (s->open.count) rank_open_sink(s, 0);
    return top;
}

static bool rank_open_add(rank_search *s, rank_path x)
{
    size_t i = s->open.count;
    if (!array_push(s->m, &s->open, x)) return false;
    rank_path *h = s->open.at;
    for (; i > 0 && x.loss < h[(i - 1) / 2].loss; i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
    h[i] = x;
    return true;
}

static bool rank_full(const rank_search *s)
{
    return s->least.count == s->most;
}

/* Adds a loss; if there are enough, in place of the greatest. */
static bool rank_least_add(rank_search *s, double x)
{
    size_t i = s->least.count;
    if (!rank_full(s)) {
        if (!array_push(s->m, &s->least, x)) return false;
        double *h = s->least.at;
        for (; i > 0 && x > h[(i - 1) / 2]; i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
        h[i] = x;
        return true;
    }
    double *h = s->least.at;
    i = 0;
    for (size_t child; (child = 2 * i + 1) < s->least.count; i = child) {
        if (child + 1 < s->least.count && h[child + 1] > h[child]) child++;
        if (h[child] <= x) break;
        h[i] = h[child];
    }
    h[i] = x;
    return true;
}

/* ---- The K-th loss ----------------------------------------------------------------------------- */

/* Drops what has meanwhile proved too large; fewer than `most` stay. */
static void rank_open_thin(rank_search *s)
{
    size_t count = 0;
    if (!rank_full(s) || s->open.count / 2 <= s->most || s->open.count < 64) return;
    for (size_t i = 0; i < s->open.count; i++)
        if (s->open.at[i].loss < s->least.at[0]) s->open.at[count++] = s->open.at[i];
    s->open.count = count;
    for (size_t i = count / 2; i-- > 0;) rank_open_sink(s, i);
}

static bool rank_found(rank_search *s, rank_path x)
{
    if (!(x.loss < HUGE_VAL) || (rank_full(s) && x.loss >= s->least.at[0])) return true;
    if (!rank_least_add(s, x.loss) || !rank_open_add(s, x)) return false;
    rank_open_thin(s);
    return true;
}

/* The paths that leave x on the way from x.node on. */
static bool rank_walk(rank_search *s, rank_path x)
{
    const paths_part *part = s->part;
    for (uint32_t n = x.node; n + 1 < part->nodes; n = part->head[s->best[n]])
        for (uint32_t k = part->first[n]; k < part->first[n + 1]; k++) {
            uint32_t edge = part->out[k];
            rank_path next = {x.loss + s->loss[edge], part->head[edge]};
            if (edge != s->best[n] && !rank_found(s, next)) return false;
        }
    return true;
}

static bool rank_search_all(rank_search *s)
{
    rank_path whole = {0, 0};
    bool ok = rank_found(s, whole);
    while (ok && s->open.count) {
        rank_path x = rank_open_take(s);
        if (rank_full(s) && x.loss >= s->least.at[0]) break;
        ok = rank_walk(s, x);
    }
    return ok;
}

/* A loss is off by at most half a bit of the product for each edge, and of the sums. */
static void rank_line(const rank_search *s, paths_rank *rank)
{
    double line = s->least.at[0], band = (double)(s->part->longest + 2) * 4 * DBL_EPSILON * (1 + line);
    rank->sure = line - band;
    rank->tie = line + band;
    rank->ties = s->most;
    for (size_t i = 0; i < s->least.count; i++) rank->ties -= s->least.at[i] < rank->sure;
}

/* ---- Losses ------------------------------------------------------------------------------------ */

static bool rank_less(paths_scaled a, paths_scaled b)
{
    if (a.m == 0 || b.m == 0) return a.m < b.m;
    return a.e != b.e ? a.e < b.e : a.m < b.m;
}

/* Edges from above, so that of equal ones the first in the order of the text stays. */
static void rank_best(const paths_part *part, const double *partials, const uint8_t *kind, paths_scaled *size,
                      uint32_t *best)
{
    size[part->nodes - 1] = paths_scale(1, 0);
    for (size_t i = part->edges; i-- > 0;) {
        if (kind[i] || size[part->head[i]].m == 0) continue;
        paths_scaled s = paths_times(size[part->head[i]], fabs(partials[part->edge[i]]));
        if (rank_less(s, size[part->foot[i]])) continue;
        size[part->foot[i]] = s;
        best[part->foot[i]] = (uint32_t)i;
    }
}

static void rank_losses(const paths_part *part, const double *partials, const uint8_t *kind, const paths_scaled *size,
                        const uint32_t *best, double *loss)
{
    for (size_t i = 0; i < part->edges; i++) {
        paths_scaled whole = size[part->foot[i]];
        loss[i] = HUGE_VAL;
        if (kind[i] || size[part->head[i]].m == 0) continue;
        paths_scaled s = paths_times(size[part->head[i]], fabs(partials[part->edge[i]]));
        double x = (double)(whole.e - s.e) + log2(whole.m / s.m);
        loss[i] = best[part->foot[i]] == i || x < 0 ? 0 : x;
    }
}

bool paths_rank_fill(memory *m, const paths_part *part, const double *partials, const uint8_t *kind, size_t most,
                     paths_rank *rank)
{
    paths_scaled *size = block_new(m, part->nodes, sizeof *size);
    uint32_t *best = block_new(m, part->nodes, sizeof *best);
    rank_search s = {.m = m, .part = part, .loss = rank->loss, .best = best, .most = most};
    bool ok = size && best;
    if (ok) {
        rank_best(part, partials, kind, size, best);
        rank_losses(part, partials, kind, size, best, rank->loss);
        ok = rank_search_all(&s);
    }
    if (ok) rank_line(&s, rank);
    block_free(m, size, part->nodes);
    block_free(m, best, part->nodes);
    array_free(m, &s.open);
    array_free(m, &s.least);
    return ok;
}
