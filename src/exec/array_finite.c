/*
 * array_finite.c - is a row of numbers all finite? In all widths of vectors, since every result of a matrix product is
 * looked at, which for small matrices takes as long as the product.
 *
 * x - x is 0, or nan; added up side by side, since only whether all are 0 counts.
 */
#include <string.h>

#include "exec/array_kernels.h"

#if defined __GNUC__ && !defined __clang__
#define FINITE_FAST __attribute__((optimize("O3")))
#else
#define FINITE_FAST
#endif

typedef double finite_f64_wide __attribute__((vector_size(64)));
typedef float finite_f32_wide __attribute__((vector_size(64)));

#define FINITE_ROW(name, attribute, real, V)                                                                           \
    attribute FINITE_FAST static bool name(size_t count, const real *x)                                                \
    {                                                                                                                  \
        enum { MANY = 4, WIDTH = sizeof(V) / sizeof(real) };                                                           \
        V sum[MANY] = {{0}}, next[MANY];                                                                               \
        real lane[WIDTH], rest = 0;                                                                                    \
        size_t i = 0;                                                                                                  \
        for (; i + MANY * WIDTH <= count; i += MANY * WIDTH) {                                                         \
            memcpy(next, x + i, sizeof next);                                                                          \
            for (int k = 0; k < MANY; k++) sum[k] += next[k] - next[k];                                                \
        }                                                                                                              \
        for (; i + WIDTH <= count; i += WIDTH) {                                                                       \
            memcpy(next, x + i, sizeof *next);                                                                         \
            sum[0] += next[0] - next[0];                                                                               \
        }                                                                                                              \
        for (; i < count; i++) rest += x[i] - x[i];                                                                    \
        sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);                                                                \
        memcpy(lane, sum, sizeof lane);                                                                                \
        for (size_t k = 0; k < WIDTH; k++) rest += lane[k];                                                            \
        return rest == 0;                                                                                              \
    }

FINITE_ROW(finite_f64, , double, finite_f64_wide)
FINITE_ROW(finite_f32, , float, finite_f32_wide)
#if defined __x86_64__ && defined __GNUC__
FINITE_ROW(finite_f64_avx2, __attribute__((target("avx2"))), double, finite_f64_wide)
FINITE_ROW(finite_f32_avx2, __attribute__((target("avx2"))), float, finite_f32_wide)
FINITE_ROW(finite_f64_avx512, __attribute__((target("avx512f"))), double, finite_f64_wide)
FINITE_ROW(finite_f32_avx512, __attribute__((target("avx512f"))), float, finite_f32_wide)
#endif

bool array_finite(int type, size_t count, const void *x)
{
#if defined __x86_64__ && defined __GNUC__
    if (__builtin_cpu_supports("avx512f"))
        return type == ARRAY_F32 ? finite_f32_avx512(count, x) : finite_f64_avx512(count, x);
    if (__builtin_cpu_supports("avx2"))
        return type == ARRAY_F32 ? finite_f32_avx2(count, x) : finite_f64_avx2(count, x);
#endif
    return type == ARRAY_F32 ? finite_f32(count, x) : finite_f64(count, x);
}
