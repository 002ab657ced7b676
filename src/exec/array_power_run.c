/*
 * array_power_run.c - runs a sum over the powers of a number: out[i] = sum j: x[j] t[i]^j, and turned out[j] = sum i:
 * x[i] t[i]^j.
 *
 * Where the exponent is the index of an axis, powers need no function each. Eight places lie side by side in a vector;
 * t^j = t^16a t^b (j = 16a + b) is one product of two powers: t^16a is carried in two parts, to about 2^-85 of itself,
 * t^b < 16 comes from t, t^4, t^8 and t^12 so (k_powers in src/math/kernels.h). That is at most five roundings from
 * t^j; below 2^-960, where two parts are no help, another for each sixteen further powers. Products and sums are fused
 * where the machine can do that, as in matrix products (math/matrix.h).
 *
 *     out[i]: sum a: t^16a (sum b: x[16a + b] t^b)
 *     out[j]: eight sums of (x[i] t^16a) t^b, over the places of equal i mod 8, then a tree
 */
#include <math.h>
#include <string.h>

#include "exec/array.h"
#include "math/kernels.h"

#if defined __x86_64__ && defined __GNUC__
#define POWER_WIDE 1
#else
#define POWER_WIDE 0
#endif

enum { POWER_TABLE = 16 };

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

/* e so that a·b = product + e exactly: by a fused operation, or Dekker's way. */
#define POWER_FUSED(a, b) __builtin_fma(a, b, -(a * b))
#define POWER_DEKKER(a, b) power_low(a, b)

static inline double power_low(double a, double b)
{
    double low;
    k_two_product(a, b, &low);
    return low;
}

/* Where a product may leave the middle of the range, where it may leave it below alone, and where it does not. `plain`:
 * the product of the two numbers, each rounded. */
#define POWER_KEEP(middle, whole, e, plain)                                                                            \
    e = (power_reals)((middle) & (power_mask)(e));                                                                     \
    whole = (power_reals)(((middle) & (power_mask)whole) | (~(middle) & (power_mask)(plain)));
#define POWER_ANY(whole, e, plain)                                                                                     \
    {                                                                                                                  \
        power_mask middle = (POWER_ABS(whole) < 0x1p990) & (POWER_ABS(whole) > 0x1p-960);                              \
        POWER_KEEP(middle, whole, e, plain)                                                                            \
    }
#define POWER_BELOW(whole, e, plain)                                                                                   \
    {                                                                                                                  \
        power_mask middle = POWER_ABS(whole) > 0x1p-960;                                                               \
        POWER_KEEP(middle, whole, e, plain)                                                                            \
    }
#define POWER_MIDDLE(whole, e, plain)

/* high + low = a b + cross, as k_power_product has it. */
#define POWER_TIMES(exact, range, a, b, cross, plain, high, low)                                                       \
    {                                                                                                                  \
        double left[POWER_WIDTH], right[POWER_WIDTH], error[POWER_WIDTH];                                              \
        power_reals whole = (a) * (b), e;                                                                              \
        memcpy(left, &(a), sizeof left);                                                                               \
        memcpy(right, &(b), sizeof right);                                                                             \
        for (int k = 0; k < POWER_WIDTH; k++) error[k] = exact(left[k], right[k]);                                     \
        memcpy(&e, error, sizeof e);                                                                                   \
        e += cross;                                                                                                    \
        range(whole, e, plain) high = whole;                                                                           \
        low = e;                                                                                                       \
    }

/* The powers below 16, and t^16 in two parts and as one number, as k_powers has them. */
#define POWER_BEGIN(exact, range, vectors)                                                                             \
    power_reals none = {0}, small[POWER_TABLE][vectors], times[vectors], times_low[vectors], times_one[vectors];       \
    power_reals high[vectors], low[vectors], q[vectors];                                                               \
    (void)times_one;                                                                                                   \
    for (int g = 0; g < (vectors); g++) {                                                                              \
        power_reals t, two, two_low, four, four_low, eight, eight_low, h, l, m;                                        \
        memcpy(&t, r->t + g * POWER_WIDTH, sizeof t);                                                                  \
        high[g] = small[0][g] = none + 1;                                                                              \
        low[g] = none;                                                                                                 \
        small[1][g] = t;                                                                                               \
        POWER_TIMES(exact, range, t, t, none, t *t, two, two_low)                                                      \
        small[2][g] = m = two + two_low;                                                                               \
        POWER_TIMES(exact, range, two, t, two_low *t, m *t, h, l)                                                      \
        small[3][g] = h + l;                                                                                           \
        h = two * two_low;                                                                                             \
        POWER_TIMES(exact, range, two, two, h + h, m * m, four, four_low)                                              \
        small[4][g] = m = four + four_low;                                                                             \
        h = four * four_low;                                                                                           \
        POWER_TIMES(exact, range, four, four, h + h, m * m, eight, eight_low)                                          \
        small[8][g] = m = eight + eight_low;                                                                           \
        POWER_TIMES(exact, range, eight, four, eight *four_low + eight_low * four, m * small[4][g], h, l)              \
        small[12][g] = h + l;                                                                                          \
        h = eight * eight_low;                                                                                         \
        POWER_TIMES(exact, range, eight, eight, h + h, m * m, times[g], times_low[g])                                  \
        times_one[g] = times[g] + times_low[g];                                                                        \
        for (int b = 4; b < POWER_TABLE; b++)                                                                          \
            if (b % 4) small[b][g] = small[b / 4 * 4][g] * small[b % 4][g];                                            \
    }

#if defined __GNUC__
#define POWER_UNROLL _Pragma("GCC unroll 16")
#else
#define POWER_UNROLL
#endif

#define POWER_NEXT(exact, range, vectors)                                                                              \
    POWER_UNROLL                                                                                                       \
    for (int g = 0; g < (vectors); g++)                                                                                \
    POWER_TIMES(exact, range, high[g], times[g], high[g] * times_low[g] + low[g] * times[g], q[g] * times_one[g],      \
                high[g], low[g])

/* sum + a b, fused or not. */
#define POWER_ADD(fuse, sum, a, b)                                                                                     \
    {                                                                                                                  \
        double left[POWER_WIDTH], right[POWER_WIDTH], both[POWER_WIDTH];                                               \
        memcpy(left, &(a), sizeof left);                                                                               \
        memcpy(right, &(b), sizeof right);                                                                             \
        memcpy(both, &(sum), sizeof both);                                                                             \
        for (int k = 0; k < POWER_WIDTH; k++) both[k] = fuse(left[k], right[k], both[k]);                              \
        memcpy(&(sum), both, sizeof both);                                                                             \
    }

/* … where no factor is 0. */
#define POWER_ADD_ZERO(fuse, sum, a, b)                                                                                \
    {                                                                                                                  \
        power_reals old = sum;                                                                                         \
        power_mask any = (x[g] != 0) & (q[g] * (b) != 0);                                                              \
        POWER_ADD(fuse, sum, a, b)                                                                                     \
        sum = (power_reals)((any & (power_mask)sum) | (~any & (power_mask)old));                                       \
    }

/* The eight sums of power j and of those that follow. */
#define POWER_TURN(fuse, vectors, count, add)                                                                          \
    for (size_t b = 0; b < (count); b++, out += POWER_WIDTH) {                                                         \
        power_reals sum;                                                                                               \
        memcpy(&sum, out, sizeof sum);                                                                                 \
        POWER_UNROLL                                                                                                   \
        for (int g = 0; g < (vectors); g++) add(fuse, sum, xq[g], small[b][g]) memcpy(out, &sum, sizeof sum);          \
    }

#define POWER_TURNED(name, attribute, exact, fuse, range, vectors, add)                                                \
    attribute static void name(const power_run *r)                                                                     \
    {                                                                                                                  \
        double *out = r->out;                                                                                          \
        power_reals x[vectors], xq[vectors];                                                                           \
        POWER_BEGIN(exact, range, vectors)                                                                             \
        memcpy(x, r->x, sizeof x);                                                                                     \
        for (size_t j = 0;;) {                                                                                         \
            for (int g = 0; g < (vectors); g++) q[g] = high[g] + low[g], xq[g] = x[g] * q[g];                          \
            if (r->powers - j >= POWER_TABLE)                                                                          \
                POWER_TURN(fuse, vectors, POWER_TABLE, add)                                                            \
            else                                                                                                       \
                POWER_TURN(fuse, vectors, r->powers - j, add)                                                          \
            if ((j += POWER_TABLE) >= r->powers) return;                                                               \
            POWER_NEXT(exact, range, vectors)                                                                          \
        }                                                                                                              \
    }

/* From x·1, which but for the sign of a 0 is 0 + x·1. */
#define POWER_INNER(fuse, vectors, count)                                                                              \
    for (int g = 0; g < (vectors); g++) inner[g] = none + *x;                                                          \
    x += r->step;                                                                                                      \
    for (size_t b = 1; b < (count); b++, x += r->step) {                                                               \
        double same[POWER_WIDTH];                                                                                      \
        power_reals one;                                                                                               \
        for (int k = 0; k < POWER_WIDTH; k++) same[k] = *x;                                                            \
        memcpy(&one, same, sizeof one);                                                                                \
        POWER_UNROLL                                                                                                   \
        for (int g = 0; g < (vectors); g++) POWER_ADD(fuse, inner[g], one, small[b][g])                                \
    }

#define POWER_EACH(name, attribute, exact, fuse, range, vectors)                                                       \
    attribute static void name(const power_run *r)                                                                     \
    {                                                                                                                  \
        const double *x = r->x;                                                                                        \
        power_reals sum[vectors], inner[vectors];                                                                      \
        POWER_BEGIN(exact, range, vectors)                                                                             \
        memset(sum, 0, sizeof sum);                                                                                    \
        for (size_t j = 0;;) {                                                                                         \
            if (r->powers - j >= POWER_TABLE) {                                                                        \
                POWER_INNER(fuse, vectors, POWER_TABLE)                                                                \
            } else {                                                                                                   \
                POWER_INNER(fuse, vectors, r->powers - j)                                                              \
            }                                                                                                          \
            for (int g = 0; g < (vectors); g++) q[g] = high[g] + low[g], sum[g] += q[g] * inner[g];                    \
            if ((j += POWER_TABLE) >= r->powers) break;                                                                \
            POWER_NEXT(exact, range, vectors)                                                                          \
        }                                                                                                              \
        memcpy(r->out, sum, sizeof sum);                                                                               \
    }

/* Is one not from `least` to `most` in size, or no number: 1; larger than 1, or no number: 2. */
#define POWER_OUTSIDE(name, attribute)                                                                                 \
    attribute static int name(const double *x, size_t count, double least, double most)                                \
    {                                                                                                                  \
        int64_t outside = 0, above = 0;                                                                                \
        for (size_t k = 0; k < count; k++) {                                                                           \
            double size = fabs(x[k]);                                                                                  \
            outside |= !(size >= least) | !(size <= most);                                                             \
            above |= !(size <= 1);                                                                                     \
        }                                                                                                              \
        return (int)(outside | above << 1);                                                                            \
    }

#define POWER_KERNELS(name, attribute, exact, fuse, vectors)                                                           \
    POWER_OUTSIDE(name##_outside, attribute)                                                                           \
    POWER_EACH(name##_each, attribute, exact, fuse, POWER_ANY, vectors)                                                \
    POWER_EACH(name##_each_middle, attribute, exact, fuse, POWER_MIDDLE, vectors)                                      \
    POWER_TURNED(name##_turned, attribute, exact, fuse, POWER_ANY, vectors, POWER_ADD)                                 \
    POWER_TURNED(name##_turned_middle, attribute, exact, fuse, POWER_MIDDLE, vectors, POWER_ADD)                       \
    POWER_TURNED(name##_turned_zero, attribute, exact, fuse, POWER_ANY, vectors, POWER_ADD_ZERO)                       \
    POWER_EACH(name##_each_below, attribute, exact, fuse, POWER_BELOW, vectors)                                        \
    POWER_TURNED(name##_turned_below, attribute, exact, fuse, POWER_BELOW, vectors, POWER_ADD)                         \
    static const power_kernels name = {(vectors)*POWER_WIDTH,                                                          \
                                       name##_outside,                                                                 \
                                       {name##_each, name##_each_middle, name##_turned, name##_turned_middle,          \
                                        name##_turned_zero, name##_each_below, name##_turned_below}};

typedef struct power_kernels {
    size_t places; /* at a time */
    int (*outside)(const double *x, size_t count, double least, double most);
    power_run_kernel *of[7];
} power_kernels;

enum { POWER_VECTORS = 8, POWER_PLACES = POWER_VECTORS * POWER_WIDTH };

#if defined __GNUC__ && !defined __clang__
#define POWER_FAST __attribute__((optimize("O3")))
#else
#define POWER_FAST
#endif

#if defined FP_FAST_FMA && defined FP_FAST_FMAF /* as math/matrix_plain.c */
#define POWER_PLAIN_ADD(x, y, z) fma(x, y, z)
#else
#define POWER_PLAIN_ADD(x, y, z) ((x) * (y) + (z))
#endif

POWER_KERNELS(power_plain, POWER_FAST, POWER_DEKKER, POWER_PLAIN_ADD, 1)
#if POWER_WIDE
POWER_KERNELS(power_avx2, __attribute__((target("avx2,fma"))) POWER_FAST, POWER_FUSED, __builtin_fma, 1)
POWER_KERNELS(power_avx512, __attribute__((target("avx512f,avx512dq,fma"))) POWER_FAST, POWER_FUSED, __builtin_fma,
              POWER_VECTORS)
#endif

/* few: for what is less than the others do at a time. */
static const power_kernels *power_best(bool few)
{
#if POWER_WIDE
    bool fused = __builtin_cpu_supports("fma"), wide = !few && __builtin_cpu_supports("avx512f");
    if (fused && wide && __builtin_cpu_supports("avx512dq")) return &power_avx512;
    if (fused && __builtin_cpu_supports("avx2")) return &power_avx2;
#endif
    (void)few;
    return &power_plain;
}

/* ---- The step ------------------------------------------------------------------------------------------- */

/* Which kernel will do for these places. */
static int power_choose(const power_kernels *k, const power_run *r, bool turned, bool zero_wins, const double limits[2])
{
    int outside = k->outside(r->t, k->places, limits[0], limits[1]);
    bool middle = !(outside & 1), below = !middle && !(outside & 2);
    if (!turned) return middle ? 1 : below ? 5 : 0;
    bool finite = (middle || below) && !(k->outside(r->x, k->places, 0, 0x1p1023) & 1);
    return zero_wins && !finite ? 4 : middle ? 3 : below ? 6 : 2;
}

/* The last places are made a full number by zeros. */
static void power_run_places(const power_run *whole, size_t count, double *out, bool turned, bool zero_wins)
{
    const power_kernels *kernels = power_best(false);
    double t[POWER_PLACES] = {0}, x[POWER_PLACES] = {0}, last[POWER_PLACES];
    power_run r = *whole;
    /* All of t, t^2 … t^(powers + 16) lie in the middle of the range. */
    const double limits[2] = {exp2(-950.0 / (double)(r.powers + POWER_TABLE)),
                              exp2(980.0 / (double)(r.powers + POWER_TABLE))};
    for (size_t i = 0; i < count; i += kernels->places) {
        if (count - i <= kernels->places / 2) kernels = power_best(true);
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
