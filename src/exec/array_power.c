/*
 * array_power.c - sums over the powers of a number: out[i] = sum j: x[j] t[i]^j, and turned out[j] = sum i: x[i]
 * t[i]^j.
 *
 * Where the exponent is the index of an axis, powers need no function each. Eight places lie side by side in a vector;
 * t^j = t^8a t^b (j = 8a + b) is one product of two powers: t^8a is carried in two parts, to about 2^-100 of itself,
 * t^b < 8 comes from t and t^4 so (k_powers in src/math/kernels.h). That is at most
 * five roundings from t^j; below 2^-960, where two parts are no help, another for each eight further powers.
 *
 *     out[i]: sum a: t^8a (sum b: x[8a + b] t^b)
 *     out[j]: eight sums of x[i] (t^8a t^b), over the places of equal i mod 8, then a tree
 */
#include <math.h>
#include <string.h>

#include "exec/array_build.h"
#include "math/kernels.h"

#if defined __x86_64__ && defined __GNUC__
#define POWER_WIDE 1
#else
#define POWER_WIDE 0
#endif

enum { POWER_WIDTH = 8, POWER_LEAST = 8, POWER_MOST = 512 };

/* ---- What is one ---------------------------------------------------------------------------------------- */

typedef struct power_shape {
    uint32_t x, t, ramp; /* lines */
    size_t place, power; /* axes */
    bool turned, zero_wins;
} power_shape;

static const plan_code *power_by(const array_builder *b, uint32_t r)
{
    for (size_t i = 0; i < b->code.count; i++)
        if (b->code.at[i].out == r) return &b->code.at[i];
    return NULL;
}

static bool power_loads(const array_builder *b, uint32_t r, uint32_t *line)
{
    const plan_code *c = power_by(b, r);
    if (!c || c->kind != CODE_LOAD || c->type != ARRAY_F64) return false;
    *line = c->line;
    return true;
}

/* x t^j: a load, a load, an index, its conversion, pow and a product. */
static bool power_terms(const array_builder *b, const plan_sink *s, power_shape *f)
{
    const plan_code *c = power_by(b, s->value);
    if (b->code.count != 6 || !c || c->kind != CODE_EACH || (c->op != OP_MUL && c->op != OP_MUL0)) return false;
    const plan_code *p = power_by(b, c->x);
    bool first = p && p->kind == CODE_EACH && p->op == OP_POW;
    if (!first) p = power_by(b, c->y);
    if (!p || p->kind != CODE_EACH || p->op != OP_POW || !power_loads(b, first ? c->y : c->x, &f->x)) return false;
    f->zero_wins = c->op == OP_MUL0;
    const plan_code *whole = power_by(b, p->y);
    if (!power_loads(b, p->x, &f->t) || !whole || whole->kind != CODE_EACH || whole->op != OP_INPUT) return false;
    whole = power_by(b, whole->x);
    if (!whole || whole->kind != CODE_RAMP) return false;
    f->ramp = whole->line;
    return b->lines.at[f->ramp].offset == 0 && b->lines.at[f->ramp].move_count == 0;
}

static int64_t power_stride(const array_builder *b, uint32_t line, size_t axis)
{
    return b->strides.at[line * AXES_STEP + axis];
}

static bool power_axes(const array_builder *b, uint32_t out, power_shape *f)
{
    f->place = f->power = SIZE_MAX;
    for (size_t a = 0; a < b->axes; a++) {
        if (b->sizes[a] == 1) continue;
        size_t *axis = power_stride(b, f->ramp, a) == 1 ? &f->power : &f->place;
        if (*axis != SIZE_MAX || (axis == &f->place && power_stride(b, f->ramp, a) != 0)) return false;
        *axis = a;
    }
    if (f->place == SIZE_MAX || f->power == SIZE_MAX) return false;
    f->turned = power_stride(b, out, f->place) == 0;
    size_t over = f->turned ? f->power : f->place; /* what x says nothing about */
    return b->sizes[f->power] >= POWER_LEAST && b->sizes[f->power] <= POWER_MOST &&
           power_stride(b, f->t, f->place) == 1 && power_stride(b, f->t, f->power) == 0 &&
           power_stride(b, f->x, over) == 0 && (!f->turned || power_stride(b, f->x, f->place) == 1) &&
           power_stride(b, out, f->turned ? f->place : f->power) == 0 &&
           (f->turned || power_stride(b, out, f->place) == 1);
}

static bool power_push(array_builder *b, const power_shape *f, const plan_sink *s)
{
    plan *a = b->w->a;
    size_t lines = b->lines.count;
    plan_power p = {.dims = (uint32_t)a->sizes.count,
                    .x = f->x,
                    .t = f->t,
                    .out = s->line,
                    .line_count = (uint32_t)lines,
                    .turned = f->turned,
                    .zero_wins = f->zero_wins,
                    .blocked = s->blocked,
                    .varies = b->sizes[f->place] < 0};
    int64_t *strides = block_new(b->w->m, lines * 2, sizeof *strides);
    if (!strides) return array_no_memory(b->w);
    for (size_t i = 0; i < lines; i++) {
        strides[2 * i] = power_stride(b, (uint32_t)i, f->place);
        strides[2 * i + 1] = power_stride(b, (uint32_t)i, f->power);
    }
    bool ok = array_push_lines(b, strides, 2, &p.lines);
    block_free(b->w->m, strides, lines * 2);
    plan_step step = {.kind = STEP_POWER, .at = (uint32_t)a->powers.count};
    ok = ok && array_reserve(b->w->m, &a->sizes, 2) && array_push(b->w->m, &a->powers, p) &&
         array_push(b->w->m, &a->steps, step);
    if (!ok) return array_no_memory(b->w);
    a->sizes.at[a->sizes.count++] = b->sizes[f->place];
    a->sizes.at[a->sizes.count++] = b->sizes[f->power];
    size_t bytes = (size_t)b->sizes[f->power] * POWER_WIDTH * sizeof(double);
    if (f->turned && bytes > a->scratch) a->scratch = bytes;
    a->count++;
    return true;
}

bool array_power_step(array_builder *b, bool *made)
{
    power_shape f;
    const plan_sink *s = b->sinks.at;
    *made = b->sinks.count == 1 && s->kind == SINK_JOIN && s->op == OP_SUM && s->type == ARRAY_F64 && s->first &&
            !(b->w->g->passes_off & PASS_POWERS) && power_terms(b, s, &f) && power_axes(b, s->line, &f) &&
            (f.turned || !s->blocked);
    return !*made || power_push(b, &f, s);
}

/* ---- Kernels -------------------------------------------------------------------------------------------- */

typedef double power_reals __attribute__((vector_size(64)));
typedef int64_t power_mask __attribute__((vector_size(64)));

typedef struct power_run {
    size_t powers;
    const double *t, *x; /* the places of a kernel; turned: of x too */
    int64_t step;        /* of x from power to power */
    double *out;         /* so many results; turned: POWER_WIDTH sums for each power */
} power_run;

typedef void power_run_kernel(const power_run *r);

#define POWER_ABS(v) ((power_reals)((power_mask)(v)&INT64_MAX))
#define POWER_PICK(mask, v, w) ((power_reals)(((mask) & (power_mask)(v)) | (~(mask) & (power_mask)(w))))

/* e so that a·b = product + e exactly: by a fused operation, or Dekker's way. */
#define POWER_FUSED(a, b) __builtin_fma(a, b, -(a * b))
#define POWER_DEKKER(a, b) power_low(a, b)

static inline double power_low(double a, double b)
{
    double low;
    k_two_product(a, b, &low);
    return low;
}

/* Where a product may leave the middle of the range, and where it does not: the same there. */
#define POWER_ANY(high, low)                                                                                           \
    power_mask middle = (POWER_ABS(whole) < 0x1p990) & (POWER_ABS(whole) > 0x1p-960);                                  \
    low = (power_reals)(middle & (power_mask)(e - (q - whole)));                                                       \
    high = POWER_PICK(middle, q, whole);
#define POWER_MIDDLE(high, low)                                                                                        \
    low = e - (q - whole);                                                                                             \
    high = q;
/* Where it may leave it below alone: but for the sign of a 0, which no sum shows. */
#define POWER_BELOW(high, low)                                                                                         \
    e = (power_reals)((POWER_ABS(whole) > 0x1p-960) & (power_mask)e);                                                  \
    q = whole + e;                                                                                                     \
    low = e - (q - whole);                                                                                             \
    high = q;

/* (ah + al) (bh + bl) as k_power_product has it. */
#define POWER_TIMES(exact, range, ah, al, bh, bl, high, low)                                                           \
    {                                                                                                                  \
        double left[POWER_WIDTH], right[POWER_WIDTH], error[POWER_WIDTH];                                              \
        power_reals whole = ah * bh, e, q;                                                                             \
        memcpy(left, &ah, sizeof left);                                                                                \
        memcpy(right, &bh, sizeof right);                                                                              \
        for (int k = 0; k < POWER_WIDTH; k++) error[k] = exact(left[k], right[k]);                                     \
        memcpy(&e, error, sizeof e);                                                                                   \
        e += ah * bl + al * bh;                                                                                        \
        q = whole + e;                                                                                                 \
        range(high, low)                                                                                               \
    }

/* The powers below 8, and t^8 in two parts, as k_powers has them. */
#define POWER_TABLE(exact, range, vectors)                                                                             \
    power_reals none = {0}, small[POWER_WIDTH][vectors], two_low, four_low, eight[vectors], eight_low[vectors];        \
    power_reals high[vectors], low[vectors];                                                                           \
    for (int g = 0; g < (vectors); g++) {                                                                              \
        power_reals t, two, four;                                                                                      \
        memcpy(&t, r->t + g * POWER_WIDTH, sizeof t);                                                                  \
        high[g] = small[0][g] = none + 1;                                                                              \
        low[g] = none;                                                                                                 \
        small[1][g] = t;                                                                                               \
        POWER_TIMES(exact, range, t, none, t, none, two, two_low)                                                      \
        small[2][g] = two;                                                                                             \
        POWER_TIMES(exact, range, two, two_low, t, none, small[3][g], four_low)                                        \
        POWER_TIMES(exact, range, two, two_low, two, two_low, four, four_low)                                          \
        small[4][g] = four;                                                                                            \
        small[5][g] = four * t;                                                                                        \
        small[6][g] = four * two;                                                                                      \
        small[7][g] = four * small[3][g];                                                                              \
        POWER_TIMES(exact, range, four, four_low, four, four_low, eight[g], eight_low[g])                              \
    }

#if defined __GNUC__
#define POWER_UNROLL _Pragma("GCC unroll 4")
#else
#define POWER_UNROLL
#endif

#define POWER_NEXT(exact, range, vectors)                                                                              \
    POWER_UNROLL                                                                                                       \
    for (int g = 0; g < (vectors); g++)                                                                                \
    POWER_TIMES(exact, range, high[g], low[g], eight[g], eight_low[g], high[g], low[g])

#define POWER_TERM(p) (x[g] * (p))
#define POWER_TERM_ZERO(p) ((power_reals)((power_mask)(x[g] * (p)) & ((x[g] != 0) & ((p) != 0))))

/* The eight sums of power j and of those that follow. */
#define POWER_TURN(vectors, count, term)                                                                               \
    for (size_t b = 0; b < (count); b++, out += POWER_WIDTH) {                                                         \
        power_reals sum, p;                                                                                            \
        memcpy(&sum, out, sizeof sum);                                                                                 \
        for (int g = 0; g < (vectors); g++) p = high[g] * small[b][g], sum += term(p);                                 \
        memcpy(out, &sum, sizeof sum);                                                                                 \
    }

#define POWER_TURNED(name, attribute, exact, range, vectors, term)                                                     \
    attribute static void name(const power_run *r)                                                                     \
    {                                                                                                                  \
        double *out = r->out;                                                                                          \
        power_reals x[vectors];                                                                                        \
        POWER_TABLE(exact, range, vectors)                                                                             \
        memcpy(x, r->x, sizeof x);                                                                                     \
        for (size_t j = 0; j < r->powers; j += POWER_WIDTH) {                                                          \
            if (r->powers - j >= POWER_WIDTH)                                                                          \
                POWER_TURN(vectors, POWER_WIDTH, term)                                                                 \
            else                                                                                                       \
                POWER_TURN(vectors, r->powers - j, term)                                                               \
            POWER_NEXT(exact, range, vectors)                                                                          \
        }                                                                                                              \
    }

/* From x·1, which but for the sign of a 0 is 0 + x·1. */
#define POWER_INNER(vectors, count)                                                                                    \
    for (int g = 0; g < (vectors); g++) inner[g] = none + *x;                                                          \
    x += r->step;                                                                                                      \
    for (size_t b = 1; b < (count); b++, x += r->step)                                                                 \
        for (int g = 0; g < (vectors); g++) inner[g] += *x * small[b][g];

#define POWER_EACH(name, attribute, exact, range, vectors)                                                             \
    attribute static void name(const power_run *r)                                                                     \
    {                                                                                                                  \
        const double *x = r->x;                                                                                        \
        power_reals sum[vectors], inner[vectors];                                                                      \
        POWER_TABLE(exact, range, vectors)                                                                             \
        memset(sum, 0, sizeof sum);                                                                                    \
        for (size_t j = 0; j < r->powers; j += POWER_WIDTH) {                                                          \
            if (r->powers - j >= POWER_WIDTH) {                                                                        \
                POWER_INNER(vectors, POWER_WIDTH)                                                                      \
            } else {                                                                                                   \
                POWER_INNER(vectors, r->powers - j)                                                                    \
            }                                                                                                          \
            for (int g = 0; g < (vectors); g++) sum[g] += high[g] * inner[g];                                          \
            POWER_NEXT(exact, range, vectors)                                                                          \
        }                                                                                                              \
        memcpy(r->out, sum, sizeof sum);                                                                               \
    }

/* Are all finite, and from `least` to `most` in size? */
#define POWER_WITHIN(name, attribute)                                                                                  \
    attribute static bool name(const double *x, size_t count, double least, double most)                               \
    {                                                                                                                  \
        int64_t outside = 0;                                                                                           \
        for (size_t k = 0; k < count; k++) outside |= !(fabs(x[k]) >= least) | !(fabs(x[k]) <= most);                  \
        return !outside;                                                                                               \
    }

#define POWER_KERNELS(name, attribute, exact, vectors)                                                                 \
    POWER_WITHIN(name##_within, attribute)                                                                             \
    POWER_EACH(name##_each, attribute, exact, POWER_ANY, vectors)                                                      \
    POWER_EACH(name##_each_middle, attribute, exact, POWER_MIDDLE, vectors)                                            \
    POWER_TURNED(name##_turned, attribute, exact, POWER_ANY, vectors, POWER_TERM)                                      \
    POWER_TURNED(name##_turned_middle, attribute, exact, POWER_MIDDLE, vectors, POWER_TERM)                            \
    POWER_TURNED(name##_turned_zero, attribute, exact, POWER_ANY, vectors, POWER_TERM_ZERO)                            \
    POWER_EACH(name##_each_below, attribute, exact, POWER_BELOW, vectors)                                              \
    POWER_TURNED(name##_turned_below, attribute, exact, POWER_BELOW, vectors, POWER_TERM)                              \
    static const power_kernels name = {(vectors)*POWER_WIDTH,                                                          \
                                       name##_within,                                                                  \
                                       {name##_each, name##_each_middle, name##_turned, name##_turned_middle,          \
                                        name##_turned_zero, name##_each_below, name##_turned_below}};

typedef struct power_kernels {
    size_t places; /* at a time */
    bool (*within)(const double *x, size_t count, double least, double most);
    power_run_kernel *of[7];
} power_kernels;

enum { POWER_PLACES = 3 * POWER_WIDTH };

#if defined __GNUC__ && !defined __clang__
#define POWER_FAST __attribute__((optimize("O3")))
#else
#define POWER_FAST
#endif

POWER_KERNELS(power_plain, POWER_FAST, POWER_DEKKER, 1)
#if POWER_WIDE
POWER_KERNELS(power_avx2, __attribute__((target("avx2,fma"))) POWER_FAST, POWER_FUSED, 1)
POWER_KERNELS(power_avx512, __attribute__((target("avx512f,avx512dq,fma"))) POWER_FAST, POWER_FUSED, 3)
#endif

static const power_kernels *power_best(void)
{
#if POWER_WIDE
    bool fused = __builtin_cpu_supports("fma");
    if (fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return &power_avx512;
    if (fused && __builtin_cpu_supports("avx2")) return &power_avx2;
#endif
    return &power_plain;
}

/* ---- The step ------------------------------------------------------------------------------------------- */

/* Which kernel will do for these places. */
static int power_choose(const power_kernels *k, const power_run *r, bool turned, bool zero_wins, const double limits[2])
{
    bool middle = k->within(r->t, k->places, limits[0], limits[1]);
    bool below = !middle && k->within(r->t, k->places, 0, 1);
    if (!turned) return middle ? 1 : below ? 5 : 0;
    bool finite = k->within(r->x, k->places, 0, 0x1p1023) && (middle || below);
    return zero_wins && !finite ? 4 : middle ? 3 : below ? 6 : 2;
}

/* The last places are made a full number by zeros. */
static void power_run_places(const power_run *whole, size_t count, double *out, bool turned, bool zero_wins)
{
    const power_kernels *kernels = power_best();
    double t[POWER_PLACES] = {0}, x[POWER_PLACES] = {0}, last[POWER_PLACES];
    power_run r = *whole;
    /* All of t, t^2 … t^(powers + 8) lie in the middle of the range. */
    const double limits[2] = {exp2(-950.0 / (double)(r.powers + 8)), exp2(980.0 / (double)(r.powers + 8))};
    for (size_t i = 0; i < count; i += kernels->places) {
        size_t left = count - i < kernels->places ? count - i : kernels->places;
        bool few = left < kernels->places;
        r.t = whole->t + i;
        if (turned) r.x = whole->x + i;
        if (!turned) r.out = few ? last : out + i;
        if (few) memcpy(t, r.t, left * sizeof *t), r.t = t;
        if (few && turned) memcpy(x, r.x, left * sizeof *x), r.x = x;
        kernels->of[power_choose(kernels, &r, turned, zero_wins, limits)](&r);
        if (few && !turned) memcpy(out + i, last, left * sizeof *last);
    }
}

void array_power_run(array_work *w, const plan_power *p)
{
    const int64_t *size = array_step_sizes(w, p->dims, 2, p->varies);
    const int64_t *step = w->plan->strides.at + w->plan->lines.at[p->lines + p->x].strides;
    size_t count = (size_t)size[0];
    array_lines_begin(w, p->lines, p->line_count);
    double *out = (double *)(void *)w->line[p->lines + p->out];
    power_run r = {.powers = (size_t)size[1],
                   .t = (const double *)(const void *)w->line[p->lines + p->t],
                   .x = (const double *)(const void *)w->line[p->lines + p->x],
                   .step = step[1],
                   .out = (double *)(void *)w->scratch};
    if (p->turned) memset(r.out, 0, r.powers * POWER_WIDTH * sizeof *r.out);
    power_run_places(&r, count, out, p->turned, p->zero_wins);
    if (!p->turned) return;
    int64_t along = w->plan->strides.at[w->plan->lines.at[p->lines + p->out].strides + 1];
    for (size_t j = 0; j < r.powers; j++, out += along) {
        const double *s = r.out + j * POWER_WIDTH;
        double sum = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
        *out = !p->blocked || w->begins ? sum : *out + sum;
    }
}
