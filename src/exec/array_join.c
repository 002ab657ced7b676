/*
 * array_join.c - all elements of a piece joined into one: what reductions do along a strip.
 *
 * LANES chains side by side, then a tree: the order follows from the number of elements alone, so that every machine
 * gives the same bits. The chains lie in vectors, and whether an element is less than another is a mask: compilers
 * make branches of it otherwise, which data mispredict. The last elements are filled up by what changes nothing.
 */
#include <math.h>
#include <string.h>

#include "exec/array_kernels.h"
#include "math/integers.h"
#include "math/kernels.h"

#if defined __GNUC__ && !defined __clang__
#define JOIN_FAST __attribute__((optimize("O3")))
#else
#define JOIN_FAST
#endif

#if defined __GNUC__
#define JOIN_INLINE inline __attribute__((always_inline))
#else
#define JOIN_INLINE inline
#endif

#if defined __x86_64__ && defined __GNUC__
#define JOIN_WIDE 1
#else
#define JOIN_WIDE 0
#endif

double array_first(op o)
{
    switch (o) {
    case OP_PROD:
    case OP_ALL: return 1;
    case OP_LEAST: return HUGE_VAL;
    case OP_GREATEST: return -HUGE_VAL;
    default: return 0;
    }
}

double array_join_two(op o, double a, double b)
{
    switch (o) {
    case OP_PROD: return a * b;
    case OP_LEAST: return k_min2(a, b);
    case OP_GREATEST: return k_max2(a, b);
    case OP_ALL: return a != 0 && b != 0;
    case OP_ANY: return a != 0 || b != 0;
    default: return a + b;
    }
}

/* ---- Reals ------------------------------------------------------------------------------------------ */

enum { LANES = 16 };

typedef double join_f64_wide __attribute__((vector_size(64)));
typedef float join_f32_wide __attribute__((vector_size(64)));
typedef double join_f64_8 __attribute__((vector_size(64)));
typedef double join_f64_4 __attribute__((vector_size(32)));
typedef int64_t join_f64_8_mask __attribute__((vector_size(64)));
typedef int64_t join_f64_4_mask __attribute__((vector_size(32)));
typedef float join_f32_8 __attribute__((vector_size(32)));
typedef float join_f32_4 __attribute__((vector_size(16)));
typedef int32_t join_f32_8_mask __attribute__((vector_size(32)));
typedef int32_t join_f32_4_mask __attribute__((vector_size(16)));

/* b where the condition holds, else a. */
#define JOIN_CHOOSE(V, condition) ((V)(((condition) & (V##_mask)b) | (~(condition) & (V##_mask)a)))
#define JOIN_ONE(V, condition) ((V)((condition) & (V##_mask)((V){0} + 1)))
#define JOIN_SUM(V) (a + b)
#define JOIN_PROD(V) (a * b)
#define JOIN_LEAST(V) JOIN_CHOOSE(V, (b < a) | (b != b))
#define JOIN_GREATEST(V) JOIN_CHOOSE(V, (b > a) | (b != b))
#define JOIN_ALL(V) JOIN_ONE(V, (a != 0) & (b != 0))
#define JOIN_ANY(V) JOIN_ONE(V, (a != 0) | (b != 0))

#define JOIN_STEP(V, to, with, OF)                                                                                     \
    {                                                                                                                  \
        V a = to, b = with;                                                                                            \
        to = OF(V);                                                                                                    \
    }

/* `first` changes nothing that a chain can be: it begins with it. */
#define JOIN_KERNEL(name, attribute, real, V, first, OF)                                                               \
    attribute JOIN_FAST static JOIN_INLINE real name##_row(size_t count, const real *x)                                \
    {                                                                                                                  \
        V##_8 chain[2], next[2];                                                                                       \
        V##_4 half[2];                                                                                                 \
        real last[LANES];                                                                                              \
        for (size_t k = 0; k < LANES; k++) last[k] = (real)(first);                                                    \
        memcpy(chain, last, sizeof chain);                                                                             \
        for (; count >= LANES; count -= LANES, x += LANES) {                                                           \
            for (size_t k = 0; k < 2; k++) memcpy(&next[k], x + k * LANES / 2, sizeof next[k]);                        \
            JOIN_STEP(V##_8, chain[0], next[0], OF)                                                                    \
            JOIN_STEP(V##_8, chain[1], next[1], OF)                                                                    \
        }                                                                                                              \
        if (count) {                                                                                                   \
            for (size_t k = 0; k < count; k++) last[k] = x[k];                                                         \
            memcpy(next, last, sizeof next);                                                                           \
            JOIN_STEP(V##_8, chain[0], next[0], OF)                                                                    \
            JOIN_STEP(V##_8, chain[1], next[1], OF)                                                                    \
        }                                                                                                              \
        JOIN_STEP(V##_8, chain[0], chain[1], OF)                                                                       \
        memcpy(half, chain, sizeof half);                                                                              \
        JOIN_STEP(V##_4, half[0], half[1], OF)                                                                         \
        half[1] = (V##_4){half[0][2], half[0][3], half[0][0], half[0][1]};                                             \
        JOIN_STEP(V##_4, half[0], half[1], OF)                                                                         \
        half[1] = (V##_4){half[0][1], half[0][0], half[0][3], half[0][2]};                                             \
        JOIN_STEP(V##_4, half[0], half[1], OF)                                                                         \
        return half[0][0];                                                                                             \
    }                                                                                                                  \
    attribute JOIN_FAST static real name(size_t count, const real *x)                                                  \
    {                                                                                                                  \
        return name##_row(count, x);                                                                                   \
    }

/* Row after row, each into a place of its own; + of two floats is exact in double before it is rounded. */
#define JOIN_ROWS(name, attribute, real, of, two)                                                                      \
    attribute JOIN_FAST static void name(size_t rows, size_t columns, const real *x, real *to, int64_t step, bool set) \
    {                                                                                                                  \
        for (; rows--; x += columns, to += step) {                                                                     \
            real r = of(columns, x);                                                                                   \
            *to = set ? r : (real)(two);                                                                               \
        }                                                                                                              \
    }

/* to[c] += x[0, c], then x[1, c], …: each place's sum in the order of the rows. */
#define JOIN_DOWN(name, attribute, real, V)                                                                            \
    attribute JOIN_FAST static void name(size_t rows, size_t columns, const real *x, real *to, bool set)               \
    {                                                                                                                  \
        enum { WIDTH = sizeof(V##_wide) / sizeof(real), MANY = 4 };                                                    \
        size_t c = 0, first = set ? 1 : 0;                                                                             \
        for (; c + MANY * WIDTH <= columns; c += MANY * WIDTH) {                                                       \
            V##_wide sum[MANY], next[MANY];                                                                            \
            const real *from = set ? x + c : to + c;                                                                   \
            for (size_t k = 0; k < MANY; k++) memcpy(&sum[k], from + k * WIDTH, sizeof sum[k]);                        \
            for (size_t r = first; r < rows; r++) {                                                                    \
                const real *row = x + r * columns + c;                                                                 \
                for (size_t k = 0; k < MANY; k++) memcpy(&next[k], row + k * WIDTH, sizeof next[k]);                   \
                for (size_t k = 0; k < MANY; k++) sum[k] += next[k];                                                   \
            }                                                                                                          \
            for (size_t k = 0; k < MANY; k++) memcpy(to + c + k * WIDTH, &sum[k], sizeof sum[k]);                      \
        }                                                                                                              \
        for (; c + WIDTH <= columns; c += WIDTH) {                                                                     \
            V##_wide sum, next;                                                                                        \
            memcpy(&sum, set ? x + c : to + c, sizeof sum);                                                            \
            for (size_t r = first; r < rows; r++) {                                                                    \
                memcpy(&next, x + r * columns + c, sizeof next);                                                       \
                sum += next;                                                                                           \
            }                                                                                                          \
            memcpy(to + c, &sum, sizeof sum);                                                                          \
        }                                                                                                              \
        for (; c < columns; c++) {                                                                                     \
            real sum = set ? x[c] : to[c];                                                                             \
            for (size_t r = first; r < rows; r++) sum += x[r * columns + c];                                           \
            to[c] = sum;                                                                                               \
        }                                                                                                              \
    }

#define JOIN_KERNELS(prefix, attribute, real, V)                                                                       \
    JOIN_KERNEL(prefix##_sum, attribute, real, V, 0, JOIN_SUM)                                                         \
    JOIN_KERNEL(prefix##_prod, attribute, real, V, 1, JOIN_PROD)                                                       \
    JOIN_KERNEL(prefix##_least, attribute, real, V, HUGE_VAL, JOIN_LEAST)                                              \
    JOIN_KERNEL(prefix##_greatest, attribute, real, V, -HUGE_VAL, JOIN_GREATEST)                                       \
    JOIN_KERNEL(prefix##_all, attribute, real, V, 1, JOIN_ALL)                                                         \
    JOIN_KERNEL(prefix##_any, attribute, real, V, 0, JOIN_ANY)                                                         \
    JOIN_ROWS(prefix##_sum_rows, attribute, real, prefix##_sum_row, *to + r)                                           \
    JOIN_ROWS(prefix##_greatest_rows, attribute, real, prefix##_greatest_row, k_max2((double)*to, (double)r))          \
    JOIN_DOWN(prefix##_down, attribute, real, V)

#define JOIN_AVX512 __attribute__((target("avx512f,avx512dq")))

JOIN_KERNELS(join_f64, , double, join_f64)
JOIN_KERNELS(join_f32, , float, join_f32)
#if JOIN_WIDE
JOIN_KERNELS(join_f64_avx2, __attribute__((target("avx2"))), double, join_f64)
JOIN_KERNELS(join_f32_avx2, __attribute__((target("avx2"))), float, join_f32)
JOIN_KERNELS(join_f64_avx512, JOIN_AVX512, double, join_f64)
JOIN_DOWN(join_f32_avx512_down, JOIN_AVX512, float, join_f32)
#define JOIN_IF_WIDE(call_avx512, call_avx2)                                                                           \
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return call_avx512;                   \
    if (__builtin_cpu_supports("avx2")) return call_avx2;
/* The same where nothing is returned. */
#define JOIN_DO_WIDE(call_avx512, call_avx2)                                                                           \
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {                                     \
        call_avx512;                                                                                                   \
        return;                                                                                                        \
    }                                                                                                                  \
    if (__builtin_cpu_supports("avx2")) {                                                                              \
        call_avx2;                                                                                                     \
        return;                                                                                                        \
    }
#else
#define JOIN_IF_WIDE(call_avx512, call_avx2)
#define JOIN_DO_WIDE(call_avx512, call_avx2)
#endif

#define JOIN_CASES(prefix)                                                                                             \
    switch (o) {                                                                                                       \
    case OP_PROD: return prefix##_prod(count, x);                                                                      \
    case OP_LEAST: return prefix##_least(count, x);                                                                    \
    case OP_GREATEST: return prefix##_greatest(count, x);                                                              \
    case OP_ALL: return prefix##_all(count, x);                                                                        \
    case OP_ANY: return prefix##_any(count, x);                                                                        \
    default: return prefix##_sum(count, x);                                                                            \
    }

#define JOIN_BY(prefix, real)                                                                                          \
    static real prefix##_by(op o, size_t count, const real *x)                                                         \
    {                                                                                                                  \
        JOIN_CASES(prefix)                                                                                             \
    }
JOIN_BY(join_f64, double)
JOIN_BY(join_f32, float)
#if JOIN_WIDE
JOIN_BY(join_f64_avx2, double)
JOIN_BY(join_f32_avx2, float)
JOIN_BY(join_f64_avx512, double)
#endif

double array_join_f64(op o, size_t count, const double *x)
{
    JOIN_IF_WIDE(join_f64_avx512_by(o, count, x), join_f64_avx2_by(o, count, x))
    return join_f64_by(o, count, x);
}

float array_join_f32(op o, size_t count, const float *x)
{
    JOIN_IF_WIDE(join_f32_avx2_by(o, count, x), join_f32_avx2_by(o, count, x))
    return join_f32_by(o, count, x);
}

#define JOIN_BY_ROWS(prefix, real)                                                                                     \
    static void prefix##_by_rows(op o, size_t rows, size_t columns, const real *x, real *to, int64_t step, bool set)   \
    {                                                                                                                  \
        if (o == OP_GREATEST)                                                                                          \
            prefix##_greatest_rows(rows, columns, x, to, step, set);                                                   \
        else                                                                                                           \
            prefix##_sum_rows(rows, columns, x, to, step, set);                                                        \
    }
JOIN_BY_ROWS(join_f64, double)
JOIN_BY_ROWS(join_f32, float)
#if JOIN_WIDE
JOIN_BY_ROWS(join_f64_avx2, double)
JOIN_BY_ROWS(join_f32_avx2, float)
JOIN_BY_ROWS(join_f64_avx512, double)
#endif

bool array_join_by_rows(op o, int type)
{
    return (o == OP_SUM || o == OP_GREATEST) && type != ARRAY_INT;
}

void array_join_rows(op o, int type, size_t rows, size_t columns, const void *x, void *to, int64_t step, bool set)
{
    if (type == ARRAY_F64) {
        JOIN_DO_WIDE(join_f64_avx512_by_rows(o, rows, columns, x, to, step, set),
                     join_f64_avx2_by_rows(o, rows, columns, x, to, step, set))
        join_f64_by_rows(o, rows, columns, x, to, step, set);
        return;
    }
    JOIN_DO_WIDE(join_f32_avx2_by_rows(o, rows, columns, x, to, step, set),
                 join_f32_avx2_by_rows(o, rows, columns, x, to, step, set))
    join_f32_by_rows(o, rows, columns, x, to, step, set);
}

void array_join_down(int type, size_t rows, size_t columns, const void *x, void *to, bool set)
{
    if (type == ARRAY_F64) {
        JOIN_DO_WIDE(join_f64_avx512_down(rows, columns, x, to, set), join_f64_avx2_down(rows, columns, x, to, set))
        join_f64_down(rows, columns, x, to, set);
        return;
    }
    JOIN_DO_WIDE(join_f32_avx512_down(rows, columns, x, to, set), join_f32_avx2_down(rows, columns, x, to, set))
    join_f32_down(rows, columns, x, to, set);
}

/* ---- Ints ------------------------------------------------------------------------------------------- */

/* A sum of ints that are small enough; false: they may not be. */
JOIN_FAST static bool join_sum_small(size_t count, const int64_t *x, int64_t *sum)
{
    uint64_t bits = 0;
    int64_t r = 0;
    for (size_t i = 0; i < count; i++) bits |= (uint64_t)(x[i] ^ x[i] >> 63);
    if (bits >> 31 || count >> 31) return false;
    for (size_t i = 0; i < count; i++) r += x[i];
    *sum = r;
    return true;
}

int64_t array_join_int(op o, size_t count, const int64_t *x, int *bad)
{
    int64_t small;
    if (o != OP_PROD && o != OP_LEAST && o != OP_GREATEST && join_sum_small(count, x, &small)) return small;
    int64_t r = o == OP_PROD ? 1 : o == OP_LEAST ? INT64_MAX : o == OP_GREATEST ? INT64_MIN : 0;
    for (size_t i = 0; i < count; i++) {
        int64_t b = x[i];
        switch (o) {
        case OP_PROD: r = i_mul(r, b, bad); break;
        case OP_LEAST: r = b < r ? b : r; break;
        case OP_GREATEST: r = b > r ? b : r; break;
        default: r = i_add(r, b, bad);
        }
    }
    return r;
}
