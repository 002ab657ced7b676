/*
 * array_bound.c - are products sure to be finite before they are computed? From the largest factors: the sum of k terms
 * is at most k · max|A| · max|B|, and half the type's range leaves room for rounding. And is all finite that lies ready
 * for what is still to come (a gradient that is a sum, say)? That is looked at element by element.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "exec/array_crew.h"

typedef struct bound_walk {
    size_t count; /* dimensions; the last is gone through by bound_row */
    int64_t size[AXES_MOST + 4], stride[AXES_MOST + 4];
} bound_walk;

#if defined __GNUC__ && !defined __clang__
#define BOUND_FAST __attribute__((optimize("O3")))
#else
#define BOUND_FAST
#endif

/* The largest |x|; inf where one is inf or nan. Without its sign a number of IEEE 754 is the larger the larger its bits
 * are as a whole number, nan the largest: compilers make vectors of that. */
#define BOUND_ROW(name, attribute, real, whole, sign)                                                                  \
    attribute BOUND_FAST static double name(const real *x, int64_t count, int64_t stride)                              \
    {                                                                                                                  \
        whole high = 0, bits;                                                                                          \
        real most;                                                                                                     \
        if (stride == 1)                                                                                               \
            for (int64_t i = 0; i < count; i++) {                                                                      \
                memcpy(&bits, x + i, sizeof bits);                                                                     \
                bits &= ~(sign);                                                                                       \
                high = bits > high ? bits : high;                                                                      \
            }                                                                                                          \
        else                                                                                                           \
            for (int64_t i = 0; i < count; i++) {                                                                      \
                memcpy(&bits, x + i * stride, sizeof bits);                                                            \
                bits &= ~(sign);                                                                                       \
                high = bits > high ? bits : high;                                                                      \
            }                                                                                                          \
        memcpy(&most, &high, sizeof most);                                                                             \
        return isfinite(most) ? (double)most : (double)INFINITY;                                                       \
    }
BOUND_ROW(bound_row_f64, , double, int64_t, INT64_MIN)
BOUND_ROW(bound_row_f32, , float, int32_t, INT32_MIN)
#if defined __x86_64__ && defined __GNUC__
BOUND_ROW(bound_row_f64_avx2, __attribute__((target("avx2"))), double, int64_t, INT64_MIN)
BOUND_ROW(bound_row_f32_avx2, __attribute__((target("avx2"))), float, int32_t, INT32_MIN)
#define BOUND_PICK(name) (__builtin_cpu_supports("avx2") ? name##_avx2 : name)
#else
#define BOUND_PICK(name) name
#endif

/* The dimensions that a line goes along; `whole`: what a dimension that goes with the rows of a block has in all. */
static bound_walk bound_dims(const plan *a, uint32_t dims, uint32_t dim_count, uint32_t line, int64_t whole)
{
    bound_walk b = {0};
    const int64_t *stride = a->strides.at + a->lines.at[line].strides;
    for (uint32_t d = 0; d < dim_count; d++) {
        int64_t size = a->sizes.at[dims + d];
        if (stride[d] == 0 || size == 1) continue;
        b.size[b.count] = size < 0 ? -size * whole : size;
        b.stride[b.count++] = stride[d];
    }
    for (size_t d = 0; d + 1 < b.count; d++) { /* what lies side by side is gone through innermost */
        if (b.stride[d] != 1) continue;
        int64_t size = b.size[d];
        b.size[d] = b.size[b.count - 1], b.stride[d] = b.stride[b.count - 1];
        b.size[b.count - 1] = size, b.stride[b.count - 1] = 1;
    }
    if (b.count == 0) b.size[0] = b.stride[0] = 1, b.count = 1;
    return b;
}

typedef struct bound_task {
    uint8_t type;
    uint32_t line;
    bound_walk walk;
    size_t split; /* the dimension that is gone through in parts */
} bound_task;

static double bound_row(const bound_task *t, const char *line, int64_t at, size_t last)
{
    const bound_walk *b = &t->walk;
    const char *row = line + at * (int64_t)array_type_bytes(t->type);
    if (t->type == ARRAY_F32)
        return BOUND_PICK(bound_row_f32)((const float *)(const void *)row, b->size[last], b->stride[last]);
    return BOUND_PICK(bound_row_f64)((const double *)(const void *)row, b->size[last], b->stride[last]);
}

/* The largest of these places, into the worker's own memory: the order does not matter. */
static bool bound_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    array_work *w = work->arrays;
    bound_task t = *(const bound_task *)context;
    bound_walk *b = &t.walk;
    size_t last = b->count - 1;
    int64_t at = from * b->stride[t.split];
    (void)p;
    b->size[t.split] = to - from;
    array_lines_begin(w, t.line, 1);
    for (size_t d = 0; d < last; d++) w->place[d] = 0;
    for (size_t d = 1; d;) {
        double x = bound_row(&t, w->line[t.line], at, last);
        w->bound = x > w->bound ? x : w->bound;
        for (d = last; d; d--) {
            at += b->stride[d - 1];
            if (++w->place[d - 1] < b->size[d - 1]) break;
            at -= b->size[d - 1] * b->stride[d - 1];
            w->place[d - 1] = 0;
        }
    }
    return true;
}

static double bound_line(const ew_program *p, ew_work *work, uint8_t type, uint32_t dims, uint32_t dim_count,
                         uint32_t line, int64_t whole)
{
    array_work *w = work->arrays;
    bound_task t = {type, line, bound_dims(w->plan, dims, dim_count, line, whole), 0};
    double all = 1;
    for (size_t d = 0; d < t.walk.count; d++) {
        all *= (double)t.walk.size[d];
        if (t.walk.size[d] > t.walk.size[t.split]) t.split = d;
    }
    w->bound = 0;
    for (size_t i = 0; i < w->crew_count; i++) w->crew[i].arrays->bound = 0;
    array_crew_split(p, work, bound_range, &t, all / 2, t.walk.size[t.split], t.split + 1 == t.walk.count ? 1024 : 1);
    for (size_t i = 0; i < w->crew_count; i++)
        if (w->crew[i].arrays->bound > w->bound) w->bound = w->crew[i].arrays->bound;
    return w->bound;
}

static bool bound_product(const ew_program *program, ew_work *work, const plan_product *p, int64_t whole)
{
    const array_work *w = work->arrays;
    int64_t terms = 1;
    const int64_t *size = w->plan->sizes.at + p->dims;
    const int64_t *stride = w->plan->strides.at + w->plan->lines.at[p->lines + 2].strides;
    for (uint32_t d = 0; d < p->dim_count; d++) {
        if (size[d] == 0) return true;
        if (stride[d] == 0 || product_adds_on(p)) terms *= size[d] < 0 ? -size[d] * whole : size[d];
    }
    double a = bound_line(program, work, p->type, p->dims, p->dim_count, p->lines, whole);
    double b = bound_line(program, work, p->type, p->dims, p->dim_count, p->lines + 1, whole);
    if (a > DBL_MAX || b > DBL_MAX) return false;
    return a * b * (double)terms <= (p->type == ARRAY_F32 ? (double)FLT_MAX : DBL_MAX) / 2;
}

static const plan_line *bound_lines(const plan *a, const plan_step *s, uint32_t *count)
{
    const plan_map *m = &a->maps.at[s->kind == STEP_MAP ? s->at : 0];
    const plan_product *p = &a->products.at[s->kind == STEP_PRODUCT ? s->at : 0];
    *count = s->kind == STEP_MAP ? m->line_count : s->kind == STEP_PRODUCT ? 3 : 0;
    return *count ? &a->lines.at[s->kind == STEP_MAP ? m->lines : p->lines] : NULL;
}

/* Does one of those steps make or read it? Then it was looked at there, or is not there yet. */
static bool bound_seen(const plan *a, uint32_t from, uint32_t end, uint32_t buffer)
{
    uint32_t count;
    for (uint32_t s = from; s < end; s++) {
        const plan_line *lines = bound_lines(a, &a->steps.at[s], &count);
        for (uint32_t k = 0; k < count; k++)
            if (lines[k].buffer == buffer) return true;
    }
    return false;
}

/* Where a register is the memory itself: is it computed there, or read? */
static bool bound_reads(const plan *a, const plan_map *m, const plan_code *c)
{
    if (c->kind == CODE_LOAD) return true;
    if (c->kind != CODE_DIRECT) return false;
    for (uint32_t k = m->code; k < m->code + m->code_count; k++) {
        const plan_code *other = &a->code.at[k];
        if (other->kind != CODE_DIRECT && other->kind != CODE_LOAD && other->out == c->out) return false;
    }
    return true;
}

/* What step `s` reads that steps before `from` have made. Inputs are the caller's own numbers. */
static bool bound_map(const ew_program *p, ew_work *work, uint32_t s, uint32_t from, int64_t whole)
{
    const plan *a = work->arrays->plan;
    const plan_map *m = &a->maps.at[a->steps.at[s].at];
    for (uint32_t d = 0; d < m->dim_count; d++)
        if (a->sizes.at[m->dims + d] == 0) return true;
    for (uint32_t k = m->code; k < m->code + m->code_count; k++) {
        const plan_code *c = &a->code.at[k];
        if (!bound_reads(a, m, c)) continue;
        uint32_t at = m->lines + c->line;
        const plan_line *line = &a->lines.at[at];
        if (line->buffer == ARRAY_NONE || (line->type != ARRAY_F32 && line->type != ARRAY_F64)) continue;
        if (a->buffers.at[line->buffer].door == DOOR_IN || bound_seen(a, from, s, line->buffer)) continue;
        if (bound_line(p, work, line->type, m->dims, m->dim_count, at, whole) > DBL_MAX) return false;
    }
    return true;
}

bool array_bounded(const ew_program *p, ew_work *work, uint32_t from, uint32_t end)
{
    array_work *w = work->arrays;
    const plan *a = w->plan;
    int64_t whole = 1;
    uint32_t inside = 0;
    for (uint32_t s = from; s < end; s++) {
        const plan_step *step = &a->steps.at[s];
        if (s >= inside) whole = 1;
        if (step->kind == STEP_BLOCK) {
            const plan_block *b = &a->blocks.at[step->at];
            whole = b->size;
            inside = b->end;
            w->counter[b->counter] = 0;
        }
        if (step->kind == STEP_LOOP) return false; /* what its steps will read is not there yet */
        if (step->kind == STEP_MAP && !bound_map(p, work, s, from, whole)) return false;
        if (step->kind == STEP_PRODUCT && !bound_product(p, work, &a->products.at[step->at], whole)) return false;
    }
    return true;
}
