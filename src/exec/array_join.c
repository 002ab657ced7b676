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
    attribute JOIN_FAST static real name(size_t count, const real *x)                                                  \
    {                                                                                                                  \
        V##_8 chain[2], next[2];                                                                                       \
        V##_4 half[2];                                                                                                 \
        real last[LANES];                                                                                              \
        for (size_t k = 0; k < LANES; k++) last[k] = (real)(first);                                                    \
        memcpy(chain, last, sizeof chain);                                                                             \
        for (; count >= LANES; count -= LANES, x += LANES) {                                                           \
            memcpy(next, x, sizeof next);                                                                              \
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
    }

#define JOIN_KERNELS(prefix, attribute, real, V)                                                                       \
    JOIN_KERNEL(prefix##_sum, attribute, real, V, 0, JOIN_SUM)                                                         \
    JOIN_KERNEL(prefix##_prod, attribute, real, V, 1, JOIN_PROD)                                                       \
    JOIN_KERNEL(prefix##_least, attribute, real, V, HUGE_VAL, JOIN_LEAST)                                              \
    JOIN_KERNEL(prefix##_greatest, attribute, real, V, -HUGE_VAL, JOIN_GREATEST)                                       \
    JOIN_KERNEL(prefix##_all, attribute, real, V, 1, JOIN_ALL)                                                         \
    JOIN_KERNEL(prefix##_any, attribute, real, V, 0, JOIN_ANY)

JOIN_KERNELS(join_f64, , double, join_f64)
JOIN_KERNELS(join_f32, , float, join_f32)
#if JOIN_WIDE
JOIN_KERNELS(join_f64_avx2, __attribute__((target("avx2"))), double, join_f64)
JOIN_KERNELS(join_f32_avx2, __attribute__((target("avx2"))), float, join_f32)
JOIN_KERNELS(join_f64_avx512, __attribute__((target("avx512f,avx512dq"))), double, join_f64)
#define JOIN_IF_WIDE(call_avx512, call_avx2)                                                                           \
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return call_avx512;                   \
    if (__builtin_cpu_supports("avx2")) return call_avx2;
#else
#define JOIN_IF_WIDE(call_avx512, call_avx2)
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
