/*
 * axes.c - shapes and maps: each kept once and known by a number (axes.h).
 *
 * Both lists are short (a program has tens of shapes, hundreds of maps at most), so they are searched from
 * the end; a program that needs more than 65,534 of either is told so.
 */
#include "graph/axes.h"

#include <string.h>

static uint16_t axes_limit(ew_graph *g, const char *most)
{
    report_plain(&g->report, E_LIMIT_AXES, most, NULL);
    return UINT16_MAX;
}

static uint16_t axes_memory(ew_graph *g)
{
    report_memory(&g->report);
    return UINT16_MAX;
}

/* ---- Shapes ------------------------------------------------------------------------------------ */

uint16_t graph_shape_of(ew_graph *g, const int64_t *sizes, size_t rank)
{
    if (rank == 0) return 0;
    if (rank > AXES_MOST) return axes_limit(g, "32");
    for (size_t i = g->shapes.count; i-- > 1;) {
        const graph_shape *s = &g->shapes.at[i];
        if (s->rank == rank && memcmp(g->sizes.at + s->first, sizes, rank * sizeof *sizes) == 0) return (uint16_t)i;
    }
    if (g->shapes.count >= UINT16_MAX) return axes_limit(g, "65534");
    graph_shape s = {(uint32_t)g->sizes.count, (uint16_t)rank};
    if (!array_reserve(&g->memory, &g->sizes, rank) || !array_push(&g->memory, &g->shapes, s)) return axes_memory(g);
    memcpy(g->sizes.at + s.first, sizes, rank * sizeof *sizes);
    g->sizes.count += rank;
    return (uint16_t)(g->shapes.count - 1);
}

int64_t graph_unknown_size(ew_graph *g, uint32_t name)
{
    for (size_t i = 0; name && i < g->unknown.count; i++)
        if (g->unknown.at[i] == name) return -1 - (int64_t)i;
    if (!array_push(&g->memory, &g->unknown, name)) {
        report_memory(&g->report);
        return 0;
    }
    return -(int64_t)g->unknown.count;
}

bool shape_elements(const ew_graph *g, uint16_t shape, size_t *count)
{
    const int64_t *sizes = shape_sizes(g, shape);
    size_t n = 1, bytes;
    bool empty = false;
    for (size_t p = 0; p < shape_rank(g, shape); p++) {
        if (!size_is_known(sizes[p])) return false;
        empty = empty || sizes[p] == 0;
    }
    *count = 0;
    for (size_t p = 0; !empty && p < shape_rank(g, shape); p++)
        if (!size_mul(n, (size_t)sizes[p], &n)) return false;
    if (!empty) *count = n;
    return size_mul(*count, sizeof(double), &bytes) && bytes <= PTRDIFF_MAX;
}

/* ---- Maps -------------------------------------------------------------------------------------- */

/* Terms by ascending axis, each axis once, none with factor 0. */
static void map_tidy(map_draft *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->terms; i++) {
        uint16_t axis = d->axis[i];
        int64_t factor = d->factor[i];
        size_t at = 0;
        while (at < count && d->axis[at] < axis) at++;
        if (at < count && d->axis[at] == axis) {
            d->factor[at] += factor;
            continue;
        }
        memmove(d->axis + at + 1, d->axis + at, (count - at) * sizeof *d->axis);
        memmove(d->factor + at + 1, d->factor + at, (count - at) * sizeof *d->factor);
        d->axis[at] = axis;
        d->factor[at] = factor;
        count++;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!d->factor[i]) continue;
        d->axis[kept] = d->axis[i];
        d->factor[kept++] = d->factor[i];
    }
    d->terms = (uint16_t)kept;
}

static bool draft_is_axis(const map_draft *d)
{
    return !d->gather && d->offset == 0 && d->terms == 1 && d->factor[0] == 1;
}

static bool drafts_are_plain(const map_draft *axes, size_t rank)
{
    for (size_t p = 0; p < rank; p++) {
        if (!draft_is_axis(&axes[p])) return false;
        for (size_t q = 0; q < p; q++)
            if (axes[q].axis[0] == axes[p].axis[0]) return false;
    }
    return true;
}

static bool drafts_are_identity(const map_draft *axes, size_t rank)
{
    for (size_t p = 0; p < rank; p++)
        if (!draft_is_axis(&axes[p]) || axes[p].axis[0] != p) return false;
    return true;
}

static bool map_equals(const ew_graph *g, uint16_t map, const map_draft *axes, size_t rank)
{
    if (g->maps_known.at[map].rank != rank) return false;
    for (size_t p = 0; p < rank; p++) {
        const map_index *i = &g->map_indices.at[g->maps_known.at[map].first + p];
        if (i->offset != axes[p].offset || i->gather != axes[p].gather || i->terms != axes[p].terms) return false;
        for (size_t t = 0; t < i->terms; t++) {
            const map_term *m = &g->map_terms.at[i->first + t];
            if (m->axis != axes[p].axis[t] || m->factor != axes[p].factor[t]) return false;
        }
    }
    return true;
}

static bool map_push(ew_graph *g, const map_draft *d)
{
    map_index i = {d->offset, (uint32_t)g->map_terms.count, d->terms, d->gather};
    if (!array_push(&g->memory, &g->map_indices, i)) return false;
    for (size_t t = 0; t < d->terms; t++) {
        map_term m = {d->axis[t], d->factor[t]};
        if (!array_push(&g->memory, &g->map_terms, m)) return false;
    }
    return true;
}

/* Where maps with these places are found. */
static uint16_t *map_chain(ew_graph *g, const map_draft *axes, size_t rank)
{
    uint64_t h = rank;
    for (size_t p = 0; p < rank; p++) {
        h = (h ^ (uint64_t)axes[p].offset ^ (uint64_t)axes[p].gather << 32) * 0x9E3779B97F4A7C15u;
        for (size_t t = 0; t < axes[p].terms; t++)
            h = (h ^ axes[p].axis[t] ^ (uint64_t)axes[p].factor[t] << 16) * 0x9E3779B97F4A7C15u;
    }
    return &g->map_last[(h >> 32) % MAP_CHAINS];
}

static uint16_t map_find(const ew_graph *g, uint16_t last, const map_draft *axes, size_t rank)
{
    while (last && !map_equals(g, last, axes, rank)) last = g->maps_known.at[last].before;
    return last;
}

uint16_t graph_map_of(ew_graph *g, const map_draft *drafts, size_t rank)
{
    map_draft *axes = NULL;
    if (rank == 0) return 0;
    if (rank > AXES_MOST) return axes_limit(g, "32");
    axes = block_new(&g->memory, rank, sizeof *axes);
    if (!axes) return axes_memory(g);
    memcpy(axes, drafts, rank * sizeof *axes);
    for (size_t p = 0; p < rank; p++) map_tidy(&axes[p]);
    uint16_t *chain = map_chain(g, axes, rank);
    bool identity = drafts_are_identity(axes, rank);
    uint16_t found = identity ? 0 : map_find(g, *chain, axes, rank);
    if (identity || found) {
        block_free(&g->memory, axes, rank);
        return found;
    }
    graph_map m = {(uint32_t)g->map_indices.count, (uint16_t)rank, drafts_are_plain(axes, rank), *chain};
    bool ok = true;
    for (size_t p = 0; ok && p < rank; p++) ok = map_push(g, &axes[p]);
    block_free(&g->memory, axes, rank);
    if (g->maps_known.count >= UINT16_MAX) return axes_limit(g, "65534");
    if (!ok || !array_push(&g->memory, &g->maps_known, m)) return axes_memory(g);
    *chain = (uint16_t)(g->maps_known.count - 1);
    return *chain;
}

uint16_t graph_map_plain(ew_graph *g, const uint16_t *axis, size_t rank)
{
    bool identity = true;
    for (size_t p = 0; p < rank; p++) identity = identity && axis[p] == p;
    if (identity) return 0;
    if (rank > AXES_MOST) return axes_limit(g, "32");
    map_draft *axes = block_new(&g->memory, rank, sizeof *axes);
    if (!axes) return axes_memory(g);
    for (size_t p = 0; p < rank; p++) {
        axes[p].terms = 1;
        axes[p].axis[0] = axis[p];
        axes[p].factor[0] = 1;
    }
    uint16_t map = graph_map_of(g, axes, rank);
    block_free(&g->memory, axes, rank);
    return map;
}

map_draft map_axis(const ew_graph *g, uint16_t map, size_t p)
{
    map_draft d = {0};
    if (map == 0) {
        d.terms = 1;
        d.axis[0] = (uint16_t)p;
        d.factor[0] = 1;
        return d;
    }
    const map_index *i = &g->map_indices.at[g->maps_known.at[map].first + p];
    d.offset = i->offset;
    d.gather = i->gather;
    d.terms = i->terms;
    for (size_t t = 0; t < i->terms; t++) {
        d.axis[t] = g->map_terms.at[i->first + t].axis;
        d.factor[t] = g->map_terms.at[i->first + t].factor;
    }
    return d;
}

int map_plain_axis(const ew_graph *g, uint16_t map, size_t p)
{
    if (map == 0) return (int)p;
    const map_index *i = &g->map_indices.at[g->maps_known.at[map].first + p];
    if (i->gather || i->offset || i->terms != 1) return -1;
    const map_term *t = &g->map_terms.at[i->first];
    return t->factor == 1 ? t->axis : -1;
}

bool map_is_plain(const ew_graph *g, uint16_t map)
{
    return g->maps_known.at[map].plain;
}

/* One axis of `inner` with its domain's axes replaced by what `outer` says. */
static bool compose_axis(const ew_graph *g, uint16_t outer, const map_draft *in, map_draft *out)
{
    *out = (map_draft){.offset = in->offset, .gather = in->gather};
    bool alone = draft_is_axis(in);
    for (size_t t = 0; t < in->terms; t++) {
        map_draft d = map_axis(g, outer, in->axis[t]);
        int64_t part;
        if (d.gather) {
            if (!alone) return false;
            *out = d;
            return true;
        }
        if (__builtin_mul_overflow(d.offset, in->factor[t], &part) ||
            __builtin_add_overflow(out->offset, part, &out->offset))
            return false;
        for (size_t u = 0; u < d.terms; u++) {
            size_t at = 0;
            while (at < out->terms && out->axis[at] != d.axis[u]) at++;
            if (at == out->terms) {
                if (at == AXES_MOST) return false;
                out->axis[out->terms] = d.axis[u];
                out->factor[out->terms++] = 0;
            }
            if (__builtin_mul_overflow(d.factor[u], in->factor[t], &part) ||
                __builtin_add_overflow(out->factor[at], part, &out->factor[at]))
                return false;
        }
    }
    return true;
}

uint16_t graph_map_compose(ew_graph *g, uint16_t outer, uint16_t inner, size_t rank)
{
    if (outer == 0) return inner;
    if (rank == 0) return 0;
    if (rank > AXES_MOST) return axes_limit(g, "32");
    map_draft *axes = block_new(&g->memory, rank, sizeof *axes);
    if (!axes) return axes_memory(g);
    bool ok = true;
    for (size_t p = 0; ok && p < rank; p++) {
        map_draft in = map_axis(g, inner, p);
        ok = compose_axis(g, outer, &in, &axes[p]);
    }
    uint16_t map = ok ? graph_map_of(g, axes, rank) : UINT16_MAX;
    block_free(&g->memory, axes, rank);
    return map;
}
