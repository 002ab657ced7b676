/*
 * array_finite.c - what numbers a row has: are all of them finite? Which is the first that is not 0? In all widths of
 * vectors, since every result of a matrix product is looked at, which for small matrices takes as long as the product,
 * and every term of a sum that leaves out what is 0.
 *
 * x - x is 0, or nan; added up side by side, since only whether all are 0 counts.
 */
#include <string.h>

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#endif

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

/* ---- The first that is not 0 ------------------------------------------------------------------------- */

static size_t other_plain(size_t at, size_t count, const double *x)
{
    while (at < count && x[at] == 0) at++;
    return at;
}

#if defined __x86_64__ && defined __GNUC__
__attribute__((target("avx512f"))) static unsigned other_bits_avx512(const double *x)
{
    return _mm512_cmp_pd_mask(_mm512_loadu_pd(x), _mm512_setzero_pd(), _CMP_NEQ_UQ);
}

/* 32 at a time, then the last that are fewer than eight under a mask. */
__attribute__((target("avx512f"))) static size_t other_avx512(size_t count, const double *x)
{
    size_t at = 0;
    for (; at + 32 <= count; at += 32) {
        unsigned bits = other_bits_avx512(x + at) | other_bits_avx512(x + at + 8) << 8 |
                        other_bits_avx512(x + at + 16) << 16 | other_bits_avx512(x + at + 24) << 24;
        if (bits) return at + (size_t)__builtin_ctz(bits);
    }
    for (; at < count; at += 8) {
        __mmask8 some = (__mmask8)(count - at < 8 ? (1U << (count - at)) - 1U : 0xFFU);
        unsigned bits = _mm512_cmp_pd_mask(_mm512_maskz_loadu_pd(some, x + at), _mm512_setzero_pd(), _CMP_NEQ_UQ);
        if (bits) return at + (size_t)__builtin_ctz(bits);
    }
    return count;
}

__attribute__((target("avx2"))) static size_t other_avx2(size_t count, const double *x)
{
    const __m256d zero = _mm256_setzero_pd();
    size_t at = 0;
    for (; at + 8 <= count; at += 8) {
        int low = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(x + at), zero, _CMP_NEQ_UQ));
        int high = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(x + at + 4), zero, _CMP_NEQ_UQ));
        if (low | high) return at + (size_t)__builtin_ctz((unsigned)(low | high << 4));
    }
    return other_plain(at, count, x);
}
#endif

size_t array_first_other(size_t count, const double *x)
{
#if defined __x86_64__ && defined __GNUC__
    if (__builtin_cpu_supports("avx512f")) return other_avx512(count, x);
    if (__builtin_cpu_supports("avx2")) return other_avx2(count, x);
#endif
    return other_plain(0, count, x);
}
