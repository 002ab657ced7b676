/*
 * array_fold.c - sums over a short axis whose terms are x·y or (x - y)^2, where x is one number along a kept axis.
 *
 * Strip by strip such a sum would store each term. Here the kept axis lies in vectors of sums that stay in registers
 * while the reduced axis is gone through, term by term in its order. y is copied first so that the kept axis is one
 * piece, padded to whole vectors; it serves all outer places that do not move it. The order of each sum follows from
 * the sizes alone, nothing is fused, so every machine gives the same bits.
 */
#include <string.h>

#include "exec/array_build.h"

#if defined __x86_64__ && defined __GNUC__
#define FOLD_WIDE 1
#else
#define FOLD_WIDE 0
#endif

enum { FOLD_WIDTH = 8, FOLD_BYTES = 1 << 18, FOLD_REUSE = 8, FOLD_LEAST = 8 };

/* ---- What is one -------------------------------------------------------------------------------------- */

typedef struct fold_shape {
    uint32_t x, y; /* lines */
    size_t kept, reduced;
    bool square;
} fold_shape;

static const plan_code *fold_by(const array_builder *b, uint32_t r)
{
    for (size_t i = 0; i < b->code.count; i++)
        if (b->code.at[i].out == r) return &b->code.at[i];
    return NULL;
}

static bool fold_loads(const array_builder *b, uint32_t r, uint32_t *line, int type)
{
    const plan_code *c = fold_by(b, r);
    if (!c || c->kind != CODE_LOAD || c->type != type || b->lines.at[c->line].buffer == BUFFER_CONSTANT) return false;
    *line = c->line;
    return true;
}

static bool fold_terms(const array_builder *b, const plan_sink *s, fold_shape *f)
{
    const plan_code *c = fold_by(b, s->value);
    if (!c || c->kind != CODE_EACH || c->op != OP_MUL) return false;
    f->square = c->x == c->y;
    if (f->square) c = fold_by(b, c->x);
    if (!c || c->kind != CODE_EACH || (f->square && c->op != OP_SUB)) return false;
    return b->code.count == (f->square ? 4U : 3U) && fold_loads(b, c->x, &f->x, s->type) &&
           fold_loads(b, c->y, &f->y, s->type);
}

static int64_t fold_stride(const array_builder *b, uint32_t line, size_t axis)
{
    return b->strides.at[line * AXES_STEP + axis];
}

/* The one reduced axis, and the kept one that x says nothing about. */
static bool fold_axes(const array_builder *b, uint32_t out, fold_shape *f)
{
    f->kept = f->reduced = SIZE_MAX;
    for (size_t a = 0; a < b->axes; a++) {
        if (b->sizes[a] == 1) continue;
        if (fold_stride(b, out, a) == 0) {
            if (f->reduced != SIZE_MAX || b->sizes[a] < 1) return false;
            f->reduced = a;
        } else if (b->sizes[a] >= FOLD_LEAST && fold_stride(b, f->x, a) == 0 && fold_stride(b, f->y, a) != 0 &&
                   fold_stride(b, out, a) == 1) {
            f->kept = a;
        }
    }
    return f->kept != SIZE_MAX && f->reduced != SIZE_MAX;
}

static bool fold_pays(const array_builder *b, const fold_shape *f)
{
    double reuse = 1;
    for (size_t a = 0; a < b->axes; a++)
        if (a != f->kept && a != f->reduced && fold_stride(b, f->y, a) == 0)
            reuse *= (double)(b->sizes[a] < 0 ? b->w->block_rows : b->sizes[a]);
    return reuse >= FOLD_REUSE && (double)b->sizes[f->kept] * (double)b->sizes[f->reduced] * 8 <= FOLD_BYTES;
}

static size_t fold_padded(size_t columns)
{
    return (columns + FOLD_WIDTH - 1) / FOLD_WIDTH * FOLD_WIDTH;
}

/* Outer axes that move y come first, then the others, then kept and reduced. */
static size_t fold_order(const array_builder *b, const fold_shape *f, size_t *order)
{
    size_t count = 0;
    for (int still = 0; still < 2; still++)
        for (size_t a = 0; a < b->axes; a++)
            if (b->sizes[a] != 1 && a != f->kept && a != f->reduced && (fold_stride(b, f->y, a) == 0) == still)
                order[count++] = a;
    order[count++] = f->kept;
    order[count++] = f->reduced;
    return count;
}

static bool fold_push(array_builder *b, const fold_shape *f, const plan_sink *s)
{
    plan *a = b->w->a;
    size_t order[AXES_STEP], lines = b->lines.count, count = fold_order(b, f, order);
    plan_fold fold = {.dims = (uint32_t)a->sizes.count,
                      .dim_count = (uint32_t)count,
                      .type = s->type,
                      .square = f->square,
                      .x = f->x,
                      .y = f->y,
                      .out = s->line};
    int64_t *strides = block_new(b->w->m, lines * count, sizeof *strides);
    if (!strides) return array_no_memory(b->w);
    for (size_t i = 0; i < lines; i++)
        for (size_t d = 0; d < count; d++) strides[i * count + d] = fold_stride(b, (uint32_t)i, order[d]);
    bool ok = array_push_lines(b, strides, count, &fold.lines);
    block_free(b->w->m, strides, lines * count);
    fold.line_count = (uint32_t)lines;
    plan_step step = {.kind = STEP_FOLD, .at = (uint32_t)a->folds.count};
    ok = ok && array_reserve(b->w->m, &a->sizes, count) && array_push(b->w->m, &a->folds, fold) &&
         array_push(b->w->m, &a->steps, step);
    if (!ok) return array_no_memory(b->w);
    for (size_t d = 0; d < count; d++) {
        a->sizes.at[a->sizes.count++] = b->sizes[order[d]];
        a->folds.at[step.at].varies = a->folds.at[step.at].varies || b->sizes[order[d]] < 0;
    }
    size_t bytes = fold_padded((size_t)b->sizes[f->kept]) * (size_t)b->sizes[f->reduced] * 8;
    if (bytes > a->scratch) a->scratch = bytes;
    a->count++;
    return true;
}

bool array_fold_step(array_builder *b, bool *made)
{
    fold_shape f;
    const plan_sink *s = b->sinks.at;
    *made = b->sinks.count == 1 && s->kind == SINK_JOIN && s->op == OP_SUM && !s->blocked && s->type != ARRAY_INT &&
            !(b->w->g->passes_off & PASS_FOLDS) && fold_terms(b, s, &f);
    if (*made && !fold_axes(b, s->line, &f)) {
        uint32_t x = f.x;
        f.x = f.y;
        f.y = x;
        *made = fold_axes(b, s->line, &f);
    }
    *made = *made && fold_pays(b, &f);
    return !*made || fold_push(b, &f, s);
}

/* ---- Kernels ------------------------------------------------------------------------------------------ */

typedef struct fold_run {
    size_t columns, rows, padded;
    const void *x, *y;
    int64_t step; /* of x from row to row */
    void *out;
} fold_run;

/* GROUPS vectors of sums at a time. */
#define FOLD_GROUPS(real, vector, groups, term)                                                                        \
    for (; c + (groups)*FOLD_WIDTH <= f->padded; c += (groups)*FOLD_WIDTH) {                                           \
        vector sum[groups];                                                                                            \
        memset(sum, 0, sizeof sum);                                                                                    \
        for (size_t r = 0; r < f->rows; r++) {                                                                         \
            real x = xs[(int64_t)r * f->step];                                                                         \
            for (int g = 0; g < (groups); g++) {                                                                       \
                vector y;                                                                                              \
                memcpy(&y, ys + r * f->padded + c + (size_t)g * FOLD_WIDTH, sizeof y);                                 \
                sum[g] += term;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        if (c + (groups)*FOLD_WIDTH <= f->columns)                                                                     \
            memcpy(out + c, sum, sizeof sum);                                                                          \
        else                                                                                                           \
            memcpy(out + c, sum, (f->columns - c) * sizeof *out);                                                      \
    }

#define FOLD_KERNEL(name, attribute, real, vector, term)                                                               \
    attribute static void name(const fold_run *f)                                                                      \
    {                                                                                                                  \
        const real *xs = f->x, *ys = f->y;                                                                             \
        real *out = f->out;                                                                                            \
        size_t c = 0;                                                                                                  \
        FOLD_GROUPS(real, vector, 8, term)                                                                             \
        FOLD_GROUPS(real, vector, 5, term)                                                                             \
        FOLD_GROUPS(real, vector, 3, term)                                                                             \
        FOLD_GROUPS(real, vector, 1, term)                                                                             \
    }

#if defined __GNUC__ && !defined __clang__
#define FOLD_FAST __attribute__((optimize("O3")))
#else
#define FOLD_FAST
#endif
typedef double fold_f64 __attribute__((vector_size(FOLD_WIDTH * sizeof(double))));
typedef float fold_f32 __attribute__((vector_size(FOLD_WIDTH * sizeof(float))));

#define FOLD_KERNELS(prefix, attribute)                                                                                \
    FOLD_KERNEL(prefix##_mul_f64, attribute, double, fold_f64, x *y)                                                   \
    FOLD_KERNEL(prefix##_square_f64, attribute, double, fold_f64, (x - y) * (x - y))                                   \
    FOLD_KERNEL(prefix##_mul_f32, attribute, float, fold_f32, x *y)                                                    \
    FOLD_KERNEL(prefix##_square_f32, attribute, float, fold_f32, (x - y) * (x - y))

typedef void fold_kernel(const fold_run *f);

FOLD_KERNELS(fold_plain, FOLD_FAST)
#if FOLD_WIDE
FOLD_KERNELS(fold_avx2, __attribute__((target("avx2"))) FOLD_FAST)
FOLD_KERNELS(fold_avx512, __attribute__((target("avx512f"))) FOLD_FAST)
#endif

#define FOLD_PICK(prefix)                                                                                              \
    (type == ARRAY_F32 ? square ? prefix##_square_f32 : prefix##_mul_f32                                               \
     : square          ? prefix##_square_f64                                                                           \
                       : prefix##_mul_f64)

static fold_kernel *fold_kernel_of(int type, bool square)
{
#if FOLD_WIDE
    if (__builtin_cpu_supports("avx512f")) return FOLD_PICK(fold_avx512);
    if (__builtin_cpu_supports("avx2")) return FOLD_PICK(fold_avx2);
#endif
    return FOLD_PICK(fold_plain);
}

/* ---- The step ------------------------------------------------------------------------------------------- */

#define FOLD_PACK(name, real)                                                                                          \
    static void name(const fold_run *f, real *to, const real *from, int64_t row, int64_t column)                       \
    {                                                                                                                  \
        for (size_t r = 0; r < f->rows; r++, from += row, to += f->padded)                                             \
            for (size_t c = 0; c < f->padded; c++) to[c] = c < f->columns ? from[(int64_t)c * column] : 0;             \
    }
FOLD_PACK(fold_pack_f64, double)
FOLD_PACK(fold_pack_f32, float)

static void fold_pack(const fold_run *f, int type, void *to, const char *from, const int64_t *stride)
{
    if (type == ARRAY_F32)
        fold_pack_f32(f, to, (const float *)(const void *)from, stride[1], stride[0]);
    else
        fold_pack_f64(f, to, (const double *)(const void *)from, stride[1], stride[0]);
}

void array_fold_part(array_work *w, const plan_fold *p, int64_t from, int64_t to)
{
    const plan *a = w->plan;
    const int64_t *size = array_step_sizes(w, p->dims, p->dim_count, p->varies), *stride[3];
    size_t outer = p->dim_count - 2;
    uint32_t lines[3] = {p->lines + p->x, p->lines + p->y, p->lines + p->out};
    int64_t bytes = (int64_t)array_type_bytes(p->type);
    fold_kernel *kernel = fold_kernel_of(p->type, p->square);
    const char *packed = NULL;
    char *at[3];
    if (from >= to || size[outer] == 0 || size[outer + 1] == 0) return;
    array_lines_begin(w, p->lines, p->line_count);
    array_place_at(w, size, outer, from);
    for (int l = 0; l < 3; l++) {
        at[l] = w->line[lines[l]];
        stride[l] = a->strides.at + a->lines.at[lines[l]].strides;
        for (size_t d = 0; d < outer; d++) at[l] += w->place[d] * stride[l][d] * bytes;
    }
    fold_run f = {.columns = (size_t)size[outer], .rows = (size_t)size[outer + 1], .y = w->scratch};
    f.padded = fold_padded(f.columns);
    f.step = stride[0][outer + 1];
    for (int64_t i = from; i < to; i++) {
        if (at[1] != packed) fold_pack(&f, p->type, w->scratch, at[1], stride[1] + outer);
        packed = at[1];
        f.x = at[0];
        f.out = at[2];
        kernel(&f);
        for (size_t d = outer; d; d--) {
            bool again = ++w->place[d - 1] == size[d - 1];
            int64_t times = again ? 1 - size[d - 1] : 1;
            for (int l = 0; l < 3; l++) at[l] += times * stride[l][d - 1] * bytes;
            if (!again) break;
            w->place[d - 1] = 0;
        }
    }
}
