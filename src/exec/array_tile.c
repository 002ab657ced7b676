/*
 * array_tile.c - steps one after another that run together, tile by tile, so that what one makes is still in the cache
 * when the next one reads it: the passes of a softmax and the products around them, matrix by matrix; the three arrays
 * of Adam, some thousand numbers at a time.
 *
 * All steps of a group have a dimension (a product: outermost ones of its batch) that is cut into the same number of
 * UNITS. A buffer that one of them writes and another uses is read and written by all in the same way: unit u goes over
 * places between low + u · sigma and high + u · sigma, with high - low < sigma. So a unit of one step needs nothing of
 * another unit, and the order of units does not matter, nor who runs them. Every place is computed as without tiles, to
 * the bit.
 *
 * What may fail is in no group (its first fault would be another), nor what is in segments. Where a product is not
 * finite all steps of the group run again, one after another: then nothing may be read that one of them writes later.
 */
#include <string.h>

#include "exec/array_inside.h"

enum {
    TILE_BUFFERS = 48,    /* of one group, at most */
    TILE_STEPS = 24,      /* its steps */
    TILE_BYTES = 1 << 18, /* that a tile goes over, */
    TILE_UNIT = 3 << 18,  /* and that a unit may */
    TILE_LEAST = 1 << 18, /* bytes made and read within the group that are worth it */
    TILE_CHOICES = 24
};

/* What the steps of a group do with a buffer. */
typedef struct tile_buffer {
    uint32_t buffer;
    uint32_t step;       /* the only one so far; ARRAY_NONE: there are more, or it reads and writes */
    bool written, later; /* later: read before it is written */
    uint32_t reads;      /* steps that read it after it is written */
    bool alike;          /* all in the same way: */
    int64_t sigma, low, high;
    const plan_line *line; /* one of them: its moves */
    size_t bytes;          /* of an element */
} tile_buffer;

typedef struct tile_group {
    tile_buffer at[TILE_BUFFERS];
    size_t count;
    int64_t rows;       /* of the block that it is in */
    bool product, door; /* it has a product; it writes to the caller's memory */
} tile_group;

/* A step as it is cut. */
typedef struct tile_cut {
    uint32_t dims, dim_count;
    uint32_t step, from, to; /* the dimensions that are cut: one, or the outermost of a batch */
    int64_t unit;
} tile_cut;

static int64_t tile_size(int64_t size, int64_t rows)
{
    return size < 0 ? -size * rows : size;
}

/* ---- Lines ------------------------------------------------------------------------------------------- */

/* How a line goes over its buffer in a step that is cut so; false: not unit after unit. */
static bool tile_way(const plan *a, const plan_line *l, const tile_cut *c, int64_t rows, tile_buffer *way)
{
    const int64_t *stride = a->strides.at + l->strides, *size = a->sizes.at + c->dims;
    *way = (tile_buffer){.buffer = l->buffer, .step = c->step, .line = l, .low = l->offset, .high = l->offset};
    way->alike = true;
    way->bytes = array_type_bytes(l->type);
    way->sigma = stride[c->to] * c->unit;
    for (uint32_t d = c->from; d < c->to; d++)
        if (stride[d] != stride[d + 1] * size[d + 1]) way->alike = false;
    for (uint32_t d = 0; d < c->dim_count; d++) {
        int64_t places = d == c->to ? c->unit : d >= c->from && d < c->to ? 1 : tile_size(size[d], rows), far;
        if (__builtin_mul_overflow(stride[d], places - 1, &far)) return false;
        *(far < 0 ? &way->low : &way->high) += far;
    }
    return true;
}

/* Takes a line into the group; false: it does not fit. */
static bool tile_take(const plan *a, tile_group *g, const tile_buffer *way, bool writes)
{
    size_t i = 0;
    while (i < g->count && g->at[i].buffer != way->buffer) i++;
    if (i == g->count) {
        if (g->count == TILE_BUFFERS) return false;
        g->at[g->count] = *way;
        g->at[g->count++].written = writes;
    }
    tile_buffer *b = &g->at[i];
    b->alike = b->alike && way->alike && b->sigma == way->sigma && b->bytes == way->bytes &&
               array_line_moves_alike(a, b->line, way->line);
    if (way->low < b->low) b->low = way->low;
    if (way->high > b->high) b->high = way->high;
    if (b->step != way->step || b->written != writes) b->step = ARRAY_NONE;
    if (writes)
        b->written = true;
    else if (b->written)
        b->reads++;
    else
        b->later = true;
    return b->step != ARRAY_NONE || !b->written || (b->alike && b->sigma > 0 && b->high - b->low < b->sigma);
}

/* ---- Steps ------------------------------------------------------------------------------------------- */

bool array_line_written(const plan *a, const plan_map *m, uint32_t line)
{
    for (uint32_t k = m->code; k < m->code + m->code_count; k++) {
        const plan_code *c = &a->code.at[k];
        if (c->kind != CODE_DIRECT || c->line != line) continue;
        for (uint32_t i = m->code; i < m->code + m->code_count; i++)
            if (a->code.at[i].kind == CODE_EACH && a->code.at[i].out == c->out) return true;
    }
    for (uint32_t k = m->sinks; k < m->sinks + m->sink_count; k++)
        if (a->sinks.at[k].line == line) return true;
    return false;
}

/* Can it be cut at all? */
static bool tile_map_can(const plan *a, const plan_map *m)
{
    if (m->skip != ARRAY_NONE) return false;
    for (uint32_t k = m->code; k < m->code + m->code_count; k++)
        if (a->code.at[k].kind == CODE_AT || a->code.at[k].kind == CODE_RAMP || a->code.at[k].type == ARRAY_INT)
            return false;
    for (uint32_t k = m->sinks; k < m->sinks + m->sink_count; k++) {
        const plan_sink *s = &a->sinks.at[k];
        if (s->kind == SINK_SCATTER || s->type == ARRAY_INT || s->blocked || (s->kind == SINK_JOIN && !s->first))
            return false;
    }
    return true;
}

static bool tile_take_map(const plan *a, tile_group *g, const plan_map *m, const tile_cut *c, int64_t rows)
{
    for (int writes = 0; writes < 2; writes++) /* what it reads first */
        for (uint32_t i = 0; i < m->line_count; i++) {
            const plan_line *l = &a->lines.at[m->lines + i];
            tile_buffer way;
            if (l->buffer == BUFFER_CONSTANT || array_line_written(a, m, i) != writes) continue;
            if (l->buffer == ARRAY_NONE || l->type == ARRAY_INT || !tile_way(a, l, c, rows, &way)) return false;
            if (writes && way.sigma == 0) return false; /* all units are joined into one place */
            if (!tile_take(a, g, &way, writes)) return false;
            g->door = g->door || (writes && a->buffers.at[l->buffer].door);
        }
    return true;
}

/* What a product's steps read where it is not finite: these are the first to run again. */
static bool tile_take_fallback(const plan *a, tile_group *g, const plan_map *m)
{
    for (uint32_t i = 0; i < m->line_count; i++) {
        const plan_line *l = &a->lines.at[m->lines + i];
        if (l->buffer == ARRAY_NONE || l->buffer == BUFFER_CONSTANT || array_line_written(a, m, i)) continue;
        size_t k = 0;
        while (k < g->count && g->at[k].buffer != l->buffer) k++;
        if (k == TILE_BUFFERS) return false;
        if (k == g->count) g->at[g->count++] = (tile_buffer){.buffer = l->buffer, .line = l, .bytes = 8};
        g->at[k].later = g->at[k].later || !g->at[k].written;
    }
    return true;
}

static bool tile_take_product(const plan *a, tile_group *g, const plan_product *p, const tile_cut *c, int64_t rows)
{
    tile_buffer way;
    const int64_t *to = a->strides.at + a->lines.at[p->lines + 2].strides;
    if (product_adds_on(p)) return false;
    for (uint32_t d = 0; d + 3 < p->dim_count; d++)
        if (to[d] == 0) return false; /* several are added up */
    for (uint32_t i = 0; i < 3; i++) {
        const plan_line *l = &a->lines.at[p->lines + i];
        if (!tile_way(a, l, c, rows, &way) || (i == 2 && way.sigma == 0) || !tile_take(a, g, &way, i == 2))
            return false;
        if (i == 2 && a->buffers.at[l->buffer].door) return false;
    }
    g->product = true;
    return tile_take_fallback(a, g, &a->maps.at[p->fallback]);
}

/* What is written at the door may be the memory of what is read there, if both have as many places. */
static bool tile_doors(const plan *a, const tile_group *g)
{
    for (size_t i = 0; g->door && i < g->count; i++) {
        const tile_buffer *out = &g->at[i];
        if (!out->written || !a->buffers.at[out->buffer].door) continue;
        for (size_t k = 0; k < g->count; k++) {
            const tile_buffer *in = &g->at[k];
            if (a->buffers.at[in->buffer].door != DOOR_IN) continue;
            int64_t low = in->low < out->low ? in->low : out->low, high = in->high > out->high ? in->high : out->high;
            bool apart = in->alike && in->sigma == out->sigma && high - low < out->sigma &&
                         array_line_moves_alike(a, in->line, out->line);
            if (!apart && in->sigma != 0) return false;
            if (in->sigma == 0 && in->high - in->low >= out->sigma) return false;
        }
    }
    return true;
}

/* Steps of which one is not finite run again from the first on. */
static bool tile_repeats(const tile_group *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].later && g->at[i].written) return false;
    return !g->door;
}

/* Takes step s into the group, cut into so many units; *c: how. */
static bool tile_step(const plan *a, tile_group *g, uint32_t s, int64_t units, tile_cut *c)
{
    const plan_step *step = &a->steps.at[s];
    int64_t rows = g->rows, whole = 1;
    if (step->span || step->again || step->begins) return false;
    const plan_map *m = step->kind == STEP_MAP ? &a->maps.at[step->at] : NULL;
    const plan_product *p = step->kind == STEP_PRODUCT ? &a->products.at[step->at] : NULL;
    if (m ? !tile_map_can(a, m) : !p || p->repeats || p->blocked) return false;
    *c = (tile_cut){.step = s, .dims = m ? m->dims : p->dims, .dim_count = m ? m->dim_count : p->dim_count};
    uint32_t last = m ? c->dim_count : c->dim_count - 3;
    for (uint32_t d = 0; d < last; d++) {
        int64_t size = a->sizes.at[c->dims + d];
        tile_group with = *g;
        bool cuts = units < 0 ? size < 0 : size > 0 && size % units == 0;
        whole *= p && size > 0 ? size : 1;
        if (p) cuts = units > 0 && size > 0 && whole == units;
        if (!cuts || (m && m->rows && d + 1 == last)) continue; /* a strip of several rows holds all of each */
        c->from = p ? 0 : d;
        c->to = d;
        c->unit = p ? 1 : units < 0 ? -size : size / units;
        bool fits = m ? tile_take_map(a, &with, m, c, rows) : tile_take_product(a, &with, p, c, rows);
        if (!fits || !tile_doors(a, &with) || (with.product && !tile_repeats(&with))) continue;
        *g = with;
        return true;
    }
    return false;
}

/* ---- Groups ------------------------------------------------------------------------------------------ */

typedef struct tile_choice {
    uint32_t end;
    int64_t units, each;
    double saved;
    bool product;
} tile_choice;

uint32_t array_step_time(const plan *a, uint32_t s)
{
    const plan_step *step = &a->steps.at[s];
    return step->kind == STEP_MAP ? a->maps.at[step->at].time : a->products.at[step->at].time;
}

/* Bytes that the group makes and reads again, each time; *each: that a unit goes over. */
static double tile_worth(const tile_group *g, int64_t count, double *each)
{
    double saved = 0;
    *each = 0;
    for (size_t i = 0; i < g->count; i++) {
        const tile_buffer *b = &g->at[i];
        double places = (double)(b->high - b->low) + 1;
        if (b->sigma > 0 && places > (double)b->sigma) places = (double)b->sigma;
        if (b->sigma == 0 && !b->written) places = 0;
        *each += places * (double)b->bytes;
        saved += b->written ? places * (double)b->bytes * (double)count * b->reads : 0;
    }
    return saved;
}

typedef struct tile_range { /* of the steps that may be in one group with a step */
    uint32_t end;
    int64_t rows;
} tile_range;

/* The longest group from step s on that is cut into so many units. */
static tile_choice tile_choose(const plan *a, uint32_t s, tile_range in, int64_t units)
{
    tile_group g = {.rows = in.rows};
    tile_choice best = {0};
    tile_cut c;
    int64_t count = units < 0 ? in.rows : units;
    for (uint32_t at = s; at < in.end && at < s + TILE_STEPS && tile_step(a, &g, at, units, &c); at++) {
        double each, saved = tile_worth(&g, count, &each);
        if (each > TILE_UNIT) break;
        if (saved < TILE_LEAST || saved <= best.saved) continue;
        best = (tile_choice){at + 1, units, (int64_t)(TILE_BYTES / each), saved, g.product};
    }
    if (best.each < 1) best.each = 1;
    return best;
}

/* Into how many units a step may be cut; ends with 0. */
static void tile_units(const plan *a, const plan_step *s, int64_t *units)
{
    size_t count = 0;
    int64_t whole = 1;
    uint32_t dims = 0, last = 0;
    if (s->kind == STEP_MAP) dims = a->maps.at[s->at].dims, last = a->maps.at[s->at].dim_count;
    if (s->kind == STEP_PRODUCT) dims = a->products.at[s->at].dims, last = a->products.at[s->at].dim_count - 3;
    for (uint32_t d = 0; d < last && count + 3 < TILE_CHOICES; d++) {
        int64_t size = a->sizes.at[dims + d];
        whole = size < 0 || whole < 0 ? -1 : whole * size;
        if (size < 0) units[count++] = -1;
        if (size > 1) units[count++] = size;
        if (whole > 1 && whole != size) units[count++] = whole;
    }
    units[count] = 0;
}

/* All buffers of a group are in use for all of it. */
static void tile_hold(array_lowering *w, uint32_t buffer, uint32_t from, uint32_t to)
{
    plan_buffer *b = buffer == ARRAY_NONE ? NULL : &w->a->buffers.at[buffer];
    if (!b || b->from == ARRAY_NONE) return;
    if (from < b->from) b->from = from;
    if (to > b->to) b->to = to;
}

/* Which steps use a buffer, the first and the last. */
typedef struct tile_span {
    uint32_t first, last;
} tile_span;

static void tile_see(const plan *a, tile_span *spans, uint32_t first, uint32_t count, uint32_t step)
{
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t buffer = a->lines.at[i].buffer;
        if (buffer == ARRAY_NONE) continue;
        if (spans[buffer].first > step) spans[buffer].first = step;
        if (spans[buffer].last < step) spans[buffer].last = step;
    }
}

static void tile_spans(const plan *a, tile_span *spans)
{
    for (size_t i = 0; i < a->buffers.count; i++) spans[i] = (tile_span){UINT32_MAX, 0};
    for (uint32_t i = 0; i < a->steps.count; i++) {
        const plan_step *s = &a->steps.at[i];
        const plan_product *p = s->kind == STEP_PRODUCT ? &a->products.at[s->at] : NULL;
        step_lines l = array_step_lines(a, s);
        tile_see(a, spans, l.first, l.count, i);
        tile_see(a, spans, l.then, l.more, i);
        if (!p || !product_adds_on(p)) continue;
        tile_see(a, spans, a->maps.at[p->set].lines, a->maps.at[p->set].line_count, i);
        tile_see(a, spans, a->maps.at[p->scatter].lines, a->maps.at[p->scatter].line_count, i);
    }
}

bool array_moves_alike(const plan *a, uint32_t x, uint32_t x_count, uint32_t y, uint32_t y_count)
{
    for (uint32_t i = 0; i < x_count && x_count == y_count; i++) {
        const plan_move *p = &a->moves.at[x + i], *q = &a->moves.at[y + i];
        if (p->counter != q->counter || p->stride != q->stride) return false;
    }
    return x_count == y_count;
}

bool array_line_moves_alike(const plan *a, const plan_line *x, const plan_line *y)
{
    return array_moves_alike(a, x->moves, x->move_count, y->moves, y->move_count);
}

bool array_guards_alike(const plan *a, const plan_step *x, const plan_step *y)
{
    if (x->guard_count != y->guard_count) return false;
    for (uint32_t i = 0; i < x->guard_count; i++) {
        const plan_guard *p = &a->guards.at[x->guards + i], *q = &a->guards.at[y->guards + i];
        if (p->counter != q->counter || p->low != q->low || p->high != q->high) return false;
    }
    return true;
}

/* Does nobody but steps [s, end) use the buffer, and is what they read of it always what they have made? */
static bool tile_owns(const plan *a, const tile_buffer *b, const tile_span *spans, uint32_t s, uint32_t end)
{
    const plan_buffer *buffer = b->buffer == ARRAY_NONE ? NULL : &a->buffers.at[b->buffer];
    if (!buffer || b->buffer < BUFFER_FIRST || buffer->door || buffer->windows || buffer->local) return false;
    if (!b->written || !b->reads || b->later || !b->alike || b->sigma <= 0 || b->high - b->low >= b->sigma)
        return false;
    for (uint32_t at = s; at < end; at++)
        if (!array_guards_alike(a, &a->steps.at[s], &a->steps.at[at])) return false;
    return spans[b->buffer].first >= s && spans[b->buffer].last < end;
}

static bool tile_push(array_lowering *w, uint32_t s, int64_t rows, const tile_choice *t, const tile_span *spans)
{
    plan *a = w->a;
    tile_group g = {.rows = rows};
    tile_cut c;
    uint32_t from = array_step_time(a, s), to = array_step_time(a, t->end - 1);
    plan_tile tile = {
        .end = t->end, .units = t->units, .each = t->each, .product = t->product, .owns = (uint32_t)a->owns.count};
    for (uint32_t at = s; at < t->end; at++) {
        if (!tile_step(a, &g, at, t->units, &c)) return false; /* it was, before */
        a->steps.at[at].dim = a->steps.at[at].kind == STEP_PRODUCT ? c.to + 1 : c.to;
        a->steps.at[at].unit = c.unit;
    }
    for (size_t i = 0; i < g.count; i++) {
        plan_own own = {g.at[i].buffer, g.at[i].sigma * (int64_t)g.at[i].bytes};
        tile_hold(w, g.at[i].buffer, from, to);
        if (!tile_owns(a, &g.at[i], spans, s, t->end)) continue;
        if (!array_push(w->m, &a->owns, own)) return array_no_memory(w);
        tile.own_count++;
    }
    a->steps.at[s].tile = (uint32_t)a->tiles.count + 1;
    return array_push(w->m, &a->tiles, tile) || array_no_memory(w);
}

/* limits[s].end is not 0 where a group must have ended before step s; rows: of the block that s is in. */
static void tile_bounds(const plan *a, tile_range *limits)
{
    for (uint32_t s = 0; s <= a->steps.count; s++) limits[s] = (tile_range){0, 1};
    for (uint32_t s = 0; s < a->steps.count; s++) {
        const plan_step *step = &a->steps.at[s];
        if (step->kind == STEP_LOOP) limits[a->loops.at[step->at].end].end = limits[a->loops.at[step->at].fill].end = 1;
        if (step->kind != STEP_BLOCK) continue;
        limits[a->blocks.at[step->at].end].end = 1;
        for (uint32_t i = s + 1; i < a->blocks.at[step->at].end; i++) limits[i].rows = a->blocks.at[step->at].rows;
    }
    for (size_t f = 0; f < a->phases.count; f++) limits[a->phases.at[f]].end = 1;
}

/* From each step: up to a loop, a block or their end, or an update's pass. */
static void tile_limits(const plan *a, tile_range *limits)
{
    uint32_t end = (uint32_t)a->steps.count;
    tile_bounds(a, limits);
    for (uint32_t s = end; s-- > 0;) {
        bool bound = limits[s].end, runs = a->steps.at[s].kind == STEP_MAP || a->steps.at[s].kind == STEP_PRODUCT;
        if (!runs) end = s;
        limits[s].end = end;
        if (bound) end = s;
    }
}

static bool tile_all(array_lowering *w, tile_span *spans, tile_range *limits)
{
    plan *a = w->a;
    tile_spans(a, spans);
    tile_limits(a, limits);
    for (uint32_t s = 0, next; s + 1 < a->steps.count; s = next) {
        int64_t units[2 * TILE_CHOICES];
        tile_choice best = {0};
        tile_range in = limits[s];
        next = s + 1;
        if (in.end < s + 2) continue;
        for (uint32_t at = s; at < s + 2; at++) {
            tile_units(a, &a->steps.at[at], units);
            for (size_t i = 0; units[i]; i++) {
                tile_choice t = tile_choose(a, s, in, units[i]);
                if (t.saved > best.saved || (t.saved == best.saved && t.units > best.units)) best = t;
            }
        }
        if (!best.end) continue;
        if (!tile_push(w, s, in.rows, &best, spans)) return false;
        next = best.end;
    }
    return true;
}

bool array_tiles(array_lowering *w)
{
    size_t count = w->a->buffers.count, steps = w->a->steps.count + 1;
    if (w->segment_rows || (w->g->passes_off & PASS_TILES)) return true;
    tile_span *spans = block_new(w->m, count, sizeof *spans);
    tile_range *limits = block_new(w->m, steps, sizeof *limits);
    bool ok = spans && limits ? tile_all(w, spans, limits) : array_no_memory(w);
    block_free(w->m, spans, spans ? count : 0);
    block_free(w->m, limits, limits ? steps : 0);
    return ok;
}
