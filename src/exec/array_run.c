/*
 * array_run.c - runs the steps of a program with axes, and the memory that they need.
 */
#include <math.h>
#include <string.h>

#include "exec/array_crew.h"
#include "exec/array_windows.h"

/* ---- Memory ------------------------------------------------------------------------------------------- */

static void constants_write(array_work *w)
{
    const plan *a = w->plan;
    for (size_t i = 0; i < a->constants.count; i++) {
        uint64_t bits = a->constants.at[i];
        size_t bytes = array_type_bytes(a->constant_types.at[i]);
        for (size_t k = 0; k < STRIP; k++) memcpy(w->constants + i * STRIP * 8 + k * bytes, &bits, bytes);
    }
}

static size_t work_bytes(const plan *a)
{
    return (a->short_of ? a->windowed : a->bytes) + 64;
}

static size_t work_place(const plan *a, const plan_buffer *b)
{
    return a->short_of && !b->local ? b->window_place : b->place;
}

array_work *array_work_new(memory *m, const ew_program *p, const array_work *with)
{
    const plan *a = p->arrays;
    array_work *w = memory_new(m, sizeof *w);
    if (!w) return NULL;
    size_t constants;
    w->plan = a;
    w->shares = with != NULL;
    w->door_skip = p->only_arrays ? a->door_doubles : 0;
    w->door_bytes = a->door - w->door_skip + 64;
    bool ok = size_mul(a->constants.count, (size_t)STRIP * 8, &constants);
    w->base = block_new(m, a->buffers.count, sizeof *w->base);
    w->memory = with ? with->memory : memory_resize(m, NULL, 0, work_bytes(a)); /* written before it is read */
    w->lane = memory_resize(m, NULL, 0, a->lane + 64);
    w->door = with ? with->door : memory_resize(m, NULL, 0, w->door_bytes);
    w->size = block_new(m, AXES_MOST + 4, sizeof *w->size);
    w->constants = with ? with->constants : ok ? memory_new(m, constants) : NULL;
    w->strips = memory_new(m, a->scratch_slots * STRIP * 8);
    w->scratch = memory_new(m, a->scratch);
    w->shared = block_new(m, with ? 0 : a->out_count + a->phases.count, sizeof *w->shared);
    w->track = memory_resize(m, NULL, 0, a->track_bytes + 64);
    w->track_at = block_new(m, a->track_operands.count, sizeof *w->track_at);
    w->track_by = block_new(m, a->track_operands.count, sizeof *w->track_by);
    w->track_live = block_new(m, a->track_ops.count, sizeof *w->track_live);
    w->counter = block_new(m, a->counters, sizeof *w->counter);
    w->at = block_new(m, a->registers, sizeof *w->at);
    w->line = block_new(m, a->lines.count, sizeof *w->line);
    w->number = block_new(m, a->lines.count, sizeof *w->number);
    w->place = block_new(m, AXES_MOST + 2, sizeof *w->place);
    if (!w->shared || !w->lane || !w->door || !w->size || !w->base || !w->memory || !w->constants || !w->strips ||
        !w->scratch || !w->track || !w->track_at || !w->track_by || !w->track_live || !w->counter || !w->at ||
        !w->line || !w->number || !w->place) {
        array_work_free(m, w);
        return NULL;
    }
    if (!with) constants_write(w);
    char *begin = w->begin = w->memory + (64 - (uintptr_t)w->memory % 64) % 64;
    char *lane = w->lane + (64 - (uintptr_t)w->lane % 64) % 64;
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++)
        w->base[i] = (a->buffers.at[i].local ? lane : begin) + work_place(a, &a->buffers.at[i]);
    w->base[BUFFER_CONSTANT] = w->constants;
    return w;
}

void array_work_free(memory *m, array_work *w)
{
    if (!w) return;
    const plan *a = w->plan;
    block_free(m, w->base, a->buffers.count);
    if (!w->shares) memory_free(m, w->memory, work_bytes(a));
    memory_free(m, w->lane, a->lane + 64);
    if (!w->shares) memory_free(m, w->door, w->door_bytes);
    block_free(m, w->size, AXES_MOST + 4);
    if (!w->shares) memory_free(m, w->constants, a->constants.count * STRIP * 8);
    memory_free(m, w->strips, a->scratch_slots * STRIP * 8);
    memory_free(m, w->scratch, a->scratch);
    block_free(m, w->shared, w->shares ? 0 : a->out_count + a->phases.count);
    memory_free(m, w->track, a->track_bytes + 64);
    block_free(m, w->track_at, a->track_operands.count);
    block_free(m, w->track_by, a->track_operands.count);
    block_free(m, w->track_live, a->track_ops.count);
    block_free(m, w->counter, a->counters);
    block_free(m, w->at, a->registers);
    block_free(m, w->line, a->lines.count);
    block_free(m, w->number, a->lines.count);
    block_free(m, w->place, AXES_MOST + 2);
    memory_free(m, w, sizeof *w);
}

bool array_work_short(report *r, const ew_program *p)
{
    const plan_buffer *most = NULL;
    char size[32];
    for (size_t i = BUFFER_FIRST; p->arrays && i < p->arrays->buffers.count; i++) {
        const plan_buffer *b = &p->arrays->buffers.at[i];
        if (b->bytes >= ARRAY_LARGE && (!most || b->bytes > most->bytes)) most = b;
    }
    if (!most || r->m->limit) return report_memory(r);
    number_text(round((double)work_bytes(p->arrays) / 1e8) / 10, 0, size);
    return report_plain(r, E_RUN_MEMORY, size, program_name(p, most->name));
}

/* ---- Steps --------------------------------------------------------------------------------------------- */

/* The first place of the least or greatest; a nan wins, the first one. Ints are compared as ints. */
#define ARG_BEST(name, type)                                                                                           \
    static int64_t name(const type *x, int64_t stride, int64_t count, bool most)                                       \
    {                                                                                                                  \
        int64_t best = 0;                                                                                              \
        for (int64_t i = 1; i < count && x[best * stride] == x[best * stride]; i++)                                    \
            if (most ? !(x[i * stride] <= x[best * stride]) : !(x[i * stride] >= x[best * stride])) best = i;          \
        return best;                                                                                                   \
    }
ARG_BEST(arg_double, double)
ARG_BEST(arg_single, float)
ARG_BEST(arg_whole, int64_t)

/* Of `count` elements of a line, from `at` on; without a buffer they are counted up or down. */
static int64_t arg_best(const array_work *w, uint32_t line, int64_t at, int64_t stride, int64_t count, bool most)
{
    const plan_line *l = &w->plan->lines.at[line];
    const void *x = w->line[line];
    if (l->buffer == ARRAY_NONE) return (most ? stride > 0 : stride < 0) ? count - 1 : 0;
    switch (l->type) {
    case ARRAY_F32: return arg_single((const float *)x + at, stride, count, most);
    case ARRAY_F64: return arg_double((const double *)x + at, stride, count, most);
    default: return arg_whole((const int64_t *)x + at, stride, count, most);
    }
}

void array_place_at(array_work *w, const int64_t *size, size_t count, int64_t at)
{
    for (size_t d = count; d-- > 0; at /= size[d]) w->place[d] = at % size[d];
}

void array_arg_part(array_work *w, const plan_arg *s, int64_t from, int64_t to)
{
    const plan *a = w->plan;
    const int64_t *size = a->sizes.at + s->dims;
    size_t outer = s->dim_count - 1;
    const int64_t *in = a->strides.at + a->lines.at[s->lines].strides;
    const int64_t *out = a->strides.at + a->lines.at[s->lines + 1].strides;
    if (from >= to) return;
    array_place_at(w, size, outer, from);
    array_lines_begin(w, s->lines, 2);
    for (int64_t i = from; i < to; i++) {
        int64_t x = 0, y = 0;
        for (size_t k = 0; k < outer; k++) x += w->place[k] * in[k], y += w->place[k] * out[k];
        ((int64_t *)(void *)w->line[s->lines + 1])[y] = arg_best(w, s->lines, x, in[outer], size[outer], s->most);
        for (size_t d = outer; d && ++w->place[d - 1] == size[d - 1]; d--) w->place[d - 1] = 0;
    }
}

/* ---- Steps in their order ------------------------------------------------------------------------------ */

bool array_step_wanted(const array_work *w, const plan_step *s)
{
    for (uint32_t i = 0; i < s->guard_count; i++) {
        const plan_guard *g = &w->plan->guards.at[s->guards + i];
        if (w->counter[g->counter] < g->low || w->counter[g->counter] > g->high) return false;
    }
    return true;
}

enum { RUN_ALL, RUN_AFTER }; /* RUN_AFTER: states are made already */

static bool run_steps(const ew_program *p, ew_work *work, uint32_t at, uint32_t end, int which);

static bool until_holds(array_work *w, uint32_t line)
{
    array_lines_begin(w, line, 1);
    const char *at = w->line[line];
    return w->plan->lines.at[line].type == ARRAY_F32 ? *(const float *)(const void *)at != 0
                                                     : *(const double *)(const void *)at != 0;
}

static bool run_loop(const ew_program *p, ew_work *work, uint32_t at, const plan_loop *l)
{
    array_work *w = work->arrays;
    int64_t step = l->down ? -1 : 1, first = l->first, last = l->last, behind;
    uint32_t span = w->plan->steps.at[at].span;
    bool stopped = false;
    if (span) { /* the steps of a segment */
        array_span_begin(w, &w->plan->spans.at[span - 1], l->down ? &last : &first, &behind);
        *(l->down ? &first : &last) = behind - 1;
    }
    if (l->track) return array_track_run(p, work, l, first, last);
    const plan_scan *scan = l->scan == ARRAY_NONE ? NULL : &w->plan->scans.at[l->scan];
    for (int64_t t = first; l->down ? t >= last : t <= last; t += step) {
        w->counter[l->counter] = t;
        if (scan && t == (l->down ? scan->high : scan->low)) {
            array_scan_run(w, scan, l->counter, l->down);
            t = l->down ? scan->low : scan->high;
            continue;
        }
        if (stopped && !run_steps(p, work, l->fill, l->end, RUN_ALL)) return false;
        if (!run_steps(p, work, at + 1, l->fill, stopped ? RUN_AFTER : RUN_ALL)) return false;
        if (stopped || l->until == ARRAY_NONE || t < l->low || t > l->high || !until_holds(w, l->until)) continue;
        stopped = true;
        w->counter[l->frozen] = t;
    }
    return true;
}

static bool run_chunk(const ew_program *p, ew_work *work, const void *context, size_t chunk)
{
    array_work *w = work->arrays;
    uint32_t at = *(const uint32_t *)context;
    const plan_block *b = &w->plan->blocks.at[w->plan->steps.at[at].at];
    int64_t blocks = (b->size + b->rows - 1) / b->rows;
    int64_t from = blocks * (int64_t)chunk / b->chunks, to = blocks * ((int64_t)chunk + 1) / b->chunks;
    w->counter[b->chunk] = (int64_t)chunk;
    for (int64_t i = from; i < to; i++) {
        w->counter[b->counter] = i * b->rows;
        w->rows = b->size - i * b->rows < b->rows ? b->size - i * b->rows : b->rows;
        w->begins = i == from;
        if (!run_steps(p, work, at + 1, b->end, RUN_ALL)) return false;
    }
    return true;
}

static bool run_segments(const ew_program *p, ew_work *work, uint32_t at, const plan_block *b)
{
    array_work *w = work->arrays;
    int64_t count = w->plan->segments;
    w->along = b->counter;
    w->down = b->down;
    w->counter[b->chunk] = 0;
    for (int64_t i = 0; i < count; i++) {
        array_segment_begin(w, b->down ? count - 1 - i : i, b->rows, count);
        array_windows_move(w, b);
        w->begins = i == 0;
        if (!run_steps(p, work, at + 1, b->end, RUN_ALL)) return false;
    }
    return true;
}

/* Chunks by several threads, or all by the caller alone: what is held for one block is not shared. */
static bool run_block(const ew_program *p, ew_work *work, uint32_t at, const plan_block *b)
{
    array_work *w = work->arrays;
    bool ok = true, busy = w->busy;
    if (b->segments) return run_segments(p, work, at, b);
    if (w->pool && array_crew_worth(w, array_step_work(w->plan, at, 1)))
        return array_crew_run(p, work, run_chunk, &at, (size_t)b->chunks);
    w->busy = true;
    for (size_t chunk = 0; ok && chunk < (size_t)b->chunks; chunk++) ok = run_chunk(p, work, &at, chunk);
    w->busy = busy;
    return ok;
}

/* Is there nothing to do for the step in the segment that runs? */
static bool step_rests(array_work *w, const plan_step *s)
{
    int64_t from, to;
    if (s->again && !w->plan->short_of) return true;
    return s->span && s->kind != STEP_LOOP && !array_span_begin(w, &w->plan->spans.at[s->span - 1], &from, &to);
}

static bool run_steps(const ew_program *p, ew_work *work, uint32_t at, uint32_t end, int which)
{
    array_work *w = work->arrays;
    const plan *a = w->plan;
    uint32_t alone = 0; /* steps before that run one after another */
    while (at < end) {
        const plan_step *s = &a->steps.at[at];
        const plan_tile *tile =
            s->tile && which == RUN_ALL && !w->careful && at >= alone ? &a->tiles.at[s->tile - 1] : NULL;
        if (tile && tile->end <= end) {
            if (array_tile_run(p, work, at, tile))
                at = tile->end;
            else
                alone = tile->end;
            continue;
        }
        bool runs = (!s->begins || w->begins) && (!s->guard_count || array_step_wanted(w, s)) &&
                    !(which == RUN_AFTER && s->defines);
        uint32_t now = at;
        at = s->kind == STEP_LOOP ? a->loops.at[s->at].end : s->kind == STEP_BLOCK ? a->blocks.at[s->at].end : at + 1;
        if (!runs || step_rests(w, s)) continue;
        bool ok = s->kind == STEP_MAP       ? array_crew_map(p, work, &a->maps.at[s->at])
                  : s->kind == STEP_ARG     ? array_crew_arg(p, work, &a->args.at[s->at])
                  : s->kind == STEP_PRODUCT ? array_crew_product(p, work, &a->products.at[s->at])
                  : s->kind == STEP_FOLD    ? array_crew_fold(p, work, &a->folds.at[s->at])
                  : s->kind == STEP_POWER   ? (array_power_run(w, &a->powers.at[s->at]), true)
                  : s->kind == STEP_BLOCK   ? run_block(p, work, now, &a->blocks.at[s->at])
                                            : run_loop(p, work, now, &a->loops.at[s->at]);
        if (!ok) return false;
    }
    return true;
}

bool array_run_more(const ew_program *p, ew_work *work, uint32_t from, uint32_t end)
{
    return run_steps(p, work, from, end, RUN_ALL);
}

bool array_run_first(const ew_program *p, ew_work *work, uint32_t end)
{
    array_work *w = work->arrays;
    w->suspect = w->careful = false;
    if (!run_steps(p, work, 0, end, RUN_ALL)) return false;
    w->careful = w->suspect;
    return !w->careful || run_steps(p, work, 0, end, RUN_ALL);
}
