/*
 * array_other.c - which is the first number of a row that is not 0? In all widths of vectors: every term of a sum that
 * leaves out what is 0 is looked at.
 */
#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#endif

#include "exec/array_kernels.h"

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
