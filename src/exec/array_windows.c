/*
 * array_windows.c - segments of a recurrence as they run, and the memory of one segment.
 *
 * Lines say where a place lies in an array that is held whole. A WINDOW holds the places of one segment; its base is
 * moved so that the same lines find them:
 *
 *     base = memory - (first place of the window) · slice
 *
 * Before a segment the places that it finds there (states of the steps before) are moved to where they now lie; the
 * first pass keeps them for each segment, the second begins with what was kept. A plan can run both ways; which one
 * follows from the limit on memory alone, and the results are the same, for all steps are, but those of the first pass
 * that run again.
 */
#include "exec/array_windows.h"

#include <string.h>

#include "exec/array_build.h"

/* ---- The plan ------------------------------------------------------------------------------------------ */

static bool windows_span(array_lowering *w, size_t from, plan_span span)
{
    if (!array_push(w->m, &w->a->spans, span)) return array_no_memory(w);
    for (; from < w->a->steps.count; from++)
        if (!w->a->steps.at[from].span) w->a->steps.at[from].span = (uint32_t)w->a->spans.count;
    return true;
}

/* What the window of v holds. */
static void windows_places(const array_value *v, bool down, int64_t *low, int64_t *high)
{
    *low = v->part.low - (down ? 0 : v->part.back);
    *high = v->part.high + (down ? v->part.back : 0);
}

static bool windows_down(const array_lowering *w, const array_value *v)
{
    return w->segment_down != (v->pass == 1);
}

/* before: what a recurrence finds there; that may be as far back as its steps look. */
static plan_span span_of(const array_lowering *w, const array_value *v, bool before)
{
    plan_span s = {.low = v->part.low, .high = v->part.high, .place = -1};
    s.last = value_sizes(w, v)[v->part.axis] - 1;
    if (before) windows_places(v, windows_down(w, v), &s.low, &s.high);
    return s;
}

bool array_span_own(array_lowering *w, uint32_t v, size_t from, bool before)
{
    return windows_span(w, from, span_of(w, value_at(w, v), before));
}

bool array_span_use(array_lowering *w, uint32_t v, size_t k, size_t from, bool before)
{
    const array_value *value = value_at(w, v), *arg = value_at(w, value_use(w, value, k).value);
    plan_span s = {.place = -1};
    int64_t by;
    if (value->part.kind == PART_TOTAL) {
        s.last = shape_sizes(w->g, value->domain)[value->part.axis] - 1;
    } else if (value->part.kind == PART_PICK) {
        const array_value *a = value_at(w, value_root(w, value_use(w, value, 0).value));
        s = span_of(w, a, false);
        s.place = map_axis(w->g, value_use(w, value, 0).map, (size_t)a->part.axis).offset;
    } else if (value->op == OP_SCATTER) {
        int d = array_scatter_axis(w, value, value->part.axis, &by);
        s = span_of(w, value, before);
        s.low += by, s.high += by;
        s.last = shape_sizes(w->g, value->domain)[d] - 1;
    } else { /* JOIN */
        int p = array_follows(w, v, k, value->part.axis, -1, &by);
        s = span_of(w, value, before);
        if (p < 0) {
            s.place = map_axis(w->g, value_use(w, value, k).map, (size_t)value->part.axis).offset;
        } else {
            s.low += by, s.high += by;
            s.last = value_sizes(w, arg)[p] - 1;
        }
    }
    return windows_span(w, from, s);
}

bool array_span_loop(array_lowering *w, uint32_t region, size_t step, int64_t low, int64_t high)
{
    const array_region *r = &w->regions[region];
    plan_span s = {r->low, r->high, low, high, -1};
    if (!array_push(w->m, &w->a->spans, s)) return array_no_memory(w);
    w->a->steps.at[step].span = (uint32_t)w->a->spans.count;
    return true;
}

static int64_t window_rows(const array_lowering *w, const plan_window *x)
{
    int64_t rows = 0;
    int64_t ends[3] = {0, w->segment_count / 2, w->segment_count - 1};
    array_work at = {.plan = w->a};
    for (int i = 0; i < 3; i++) {
        array_segment_begin(&at, ends[i], w->segment_rows, w->segment_count);
        int64_t n = array_window_end(&at, x) - array_window_begin(&at, x);
        if (n > rows) rows = n;
    }
    return rows;
}

bool array_window(array_lowering *w, const array_value *v, size_t slice)
{
    plan *a = w->a;
    plan_window x = {.buffer = v->buffer,
                     .kept = ARRAY_NONE,
                     .slice = slice,
                     .size = value_sizes(w, v)[v->part.axis],
                     .back = v->part.bound ? v->part.back : 0,
                     .down = windows_down(w, v),
                     .second = v->pass == 1,
                     .again = v->part.again};
    windows_places(v, x.down, &x.low, &x.high);
    x.made = x.down ? v->part.high : v->part.low;
    a->segments = w->segment_count;
    if (!size_mul((size_t)window_rows(w, &x), slice, &x.bytes)) return array_no_memory(w);
    if (x.again && x.back) {
        plan_buffer kept = {.from = 1, .to = ARRAY_NONE - 1, .windows = true};
        bool fits = size_mul((size_t)x.back * slice, (size_t)w->segment_count, &kept.window);
        x.kept = (uint32_t)a->buffers.count;
        if (!fits || !array_push(w->m, &a->buffers, kept)) return array_no_memory(w);
    }
    a->buffers.at[v->buffer].window = x.bytes;
    return array_push(w->m, &a->windows, x) || array_no_memory(w);
}

/* Bytes that a run needs, but those of its caller. */
static size_t windows_memory(const plan *a, size_t bytes)
{
    return bytes + a->lane + a->door + a->scratch + a->scratch_slots * STRIP * 8 + a->constants.count * STRIP * 8 +
           a->lines.count * 16 + a->registers * 8 + 4096;
}

bool array_windows(array_lowering *w)
{
    plan *a = w->a;
    a->short_of = w->m->limit && a->windows.count && windows_memory(a, a->bytes) > w->m->limit;
    return true;
}

/* ---- A segment ------------------------------------------------------------------------------------------ */

void array_segment_begin(array_work *w, int64_t k, int64_t rows, int64_t count)
{
    w->segment = k;
    w->from = k * rows;
    w->to = k + 1 == count ? INT64_MAX / 2 : w->from + rows;
}

static int64_t segment_low(const array_work *w, int64_t low)
{
    return w->segment == 0 ? INT64_MIN / 2 : w->from + low;
}

static int64_t segment_high(const array_work *w, int64_t high) /* the first place behind */
{
    return w->to == INT64_MAX / 2 ? w->to : w->to + high;
}

bool array_span_begin(array_work *w, const plan_span *s, int64_t *from, int64_t *to)
{
    bool once = !w->plan->short_of && s->place < 0; /* what the segment before has made is still there */
    *from = segment_low(w, once && !w->down ? s->high : s->low);
    *to = segment_high(w, once && w->down ? s->low : s->high);
    if (s->place >= 0) return s->place >= *from && s->place < *to;
    if (*from < s->first) *from = s->first;
    if (*to > s->last + 1) *to = s->last + 1;
    if (*to <= *from) return false;
    w->counter[w->along] = *from;
    w->rows = *to - *from;
    return true;
}

int64_t array_window_begin(const array_work *w, const plan_window *x)
{
    int64_t at = segment_low(w, x->low);
    return at < 0 ? 0 : at;
}

int64_t array_window_end(const array_work *w, const plan_window *x)
{
    int64_t at = segment_high(w, x->high);
    return at > x->size ? x->size : at;
}

/* ---- Windows that move ------------------------------------------------------------------------------------ */

/* The places that were made in the segment before and are used in this one. */
static void window_back(const array_work *w, const plan_window *x, int64_t *from, int64_t *to)
{
    *to = x->down ? segment_high(w, x->made) + x->back : segment_low(w, x->made);
    *from = *to - x->back;
    if (*from < 0) *from = 0;
    if (*to > x->size) *to = x->size;
}

static char *window_memory(const array_work *w, uint32_t buffer)
{
    return w->begin + w->plan->buffers.at[buffer].window_place;
}

static void window_move(array_work *w, const plan_window *x, bool second, bool first)
{
    char *storage = window_memory(w, x->buffer);
    int64_t begin = array_window_begin(w, x), from, to;
    const char *before = w->base[x->buffer];
    w->base[x->buffer] = storage - begin * (int64_t)x->slice;
    if (!x->back || first) return;
    window_back(w, x, &from, &to);
    if (to <= from) return;
    size_t bytes = (size_t)(to - from) * x->slice;
    char *at = w->base[x->buffer] + from * (int64_t)x->slice;
    char *kept = x->kept == ARRAY_NONE ? NULL : window_memory(w, x->kept) + (size_t)(w->segment * x->back) * x->slice;
    if (second && !x->second) {
        memcpy(at, kept, bytes);
        return;
    }
    memmove(at, before + from * (int64_t)x->slice, bytes);
    if (kept) memcpy(kept, at, bytes);
}

void array_windows_move(array_work *w, const plan_block *b)
{
    const plan *a = w->plan;
    for (size_t i = 0; a->short_of && i < a->windows.count; i++) {
        const plan_window *x = &a->windows.at[i];
        bool second = b->pass == 1;
        bool first = x->down ? w->to == INT64_MAX / 2 : w->segment == 0;
        if (x->second == second || (second && x->again)) window_move(w, x, second, first);
    }
}
