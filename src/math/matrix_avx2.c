/*
 * matrix_avx2.c - tiles of the matrix product for x86 with AVX2 and FMA: four rows, three vectors, twelve
 * of the sixteen registers. And packing, also for AVX-512: transposed in blocks of 4 x 4 doubles or
 * 8 x 8 floats in registers where the elements to be put apart lie side by side.
 */
#include "math/matrix_tiles.h"

#if defined __x86_64__ && defined __GNUC__

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define TILE_TARGET __attribute__((target("avx2,fma")))
#define TILE_MOST_ROWS 4

static const int64_t matrix_avx2_lanes[16] = {-1, -1, -1, -1, 0, 0, 0, 0};
static const int32_t matrix_avx2_lanes_f32[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

#define TILE_NAME(x) matrix_avx2_##x##_f64
#define TILE_REAL double
#define TILE_VECTOR __m256d
#define TILE_MASK __m256i
#define TILE_MASK_OF(columns) _mm256_loadu_si256((const __m256i *)(const void *)(matrix_avx2_lanes + 4 - (columns)))
#define TILE_LOAD(p) _mm256_loadu_pd(p)
#define TILE_LOAD_PART(p, mask) _mm256_maskload_pd(p, mask)
#define TILE_STORE(p, v) _mm256_storeu_pd(p, v)
#define TILE_STORE_PART(p, mask, v) _mm256_maskstore_pd(p, mask, v)
#define TILE_ZERO() _mm256_setzero_pd()
#define TILE_SPLAT(p) _mm256_broadcast_sd(p)
#define TILE_FMA(x, y, z) _mm256_fmadd_pd(x, y, z)
#include "math/matrix_tile.inc"
#define DOTS_ROWS 2
#define DOTS_PARTS 2
#include "math/matrix_dots.inc"
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR
#undef TILE_MASK_OF
#undef TILE_LOAD
#undef TILE_LOAD_PART
#undef TILE_STORE
#undef TILE_STORE_PART
#undef TILE_ZERO
#undef TILE_SPLAT
#undef TILE_FMA

#define TILE_NAME(x) matrix_avx2_##x##_f32
#define TILE_REAL float
#define TILE_VECTOR __m256
#define TILE_MASK_OF(columns) _mm256_loadu_si256((const __m256i *)(const void *)(matrix_avx2_lanes_f32 + 8 - (columns)))
#define TILE_LOAD(p) _mm256_loadu_ps(p)
#define TILE_LOAD_PART(p, mask) _mm256_maskload_ps(p, mask)
#define TILE_STORE(p, v) _mm256_storeu_ps(p, v)
#define TILE_STORE_PART(p, mask, v) _mm256_maskstore_ps(p, mask, v)
#define TILE_ZERO() _mm256_setzero_ps()
#define TILE_SPLAT(p) _mm256_broadcast_ss(p)
#define TILE_FMA(x, y, z) _mm256_fmadd_ps(x, y, z)
#include "math/matrix_tile.inc"
#include "math/matrix_dots.inc"

/* Four rows of four, eight of eight: out[p] has element p of each row. */
TILE_TARGET static inline __attribute__((always_inline)) void matrix_avx2_turn_f64(const double *from, ptrdiff_t across,
                                                                                   __m256d out[4])
{
    __m256d r0 = _mm256_loadu_pd(from), r1 = _mm256_loadu_pd(from + across);
    __m256d r2 = _mm256_loadu_pd(from + 2 * across), r3 = _mm256_loadu_pd(from + 3 * across);
    __m256d t0 = _mm256_unpacklo_pd(r0, r1), t1 = _mm256_unpackhi_pd(r0, r1);
    __m256d t2 = _mm256_unpacklo_pd(r2, r3), t3 = _mm256_unpackhi_pd(r2, r3);
    out[0] = _mm256_permute2f128_pd(t0, t2, 0x20);
    out[1] = _mm256_permute2f128_pd(t1, t3, 0x20);
    out[2] = _mm256_permute2f128_pd(t0, t2, 0x31);
    out[3] = _mm256_permute2f128_pd(t1, t3, 0x31);
}

TILE_TARGET static inline __attribute__((always_inline)) void matrix_avx2_turn_f32(const float *from, ptrdiff_t across,
                                                                                   __m256 out[8])
{
    __m256 r0 = _mm256_loadu_ps(from), r1 = _mm256_loadu_ps(from + across);
    __m256 r2 = _mm256_loadu_ps(from + 2 * across), r3 = _mm256_loadu_ps(from + 3 * across);
    __m256 r4 = _mm256_loadu_ps(from + 4 * across), r5 = _mm256_loadu_ps(from + 5 * across);
    __m256 r6 = _mm256_loadu_ps(from + 6 * across), r7 = _mm256_loadu_ps(from + 7 * across);
    __m256 t0 = _mm256_unpacklo_ps(r0, r1), t1 = _mm256_unpackhi_ps(r0, r1);
    __m256 t2 = _mm256_unpacklo_ps(r2, r3), t3 = _mm256_unpackhi_ps(r2, r3);
    __m256 t4 = _mm256_unpacklo_ps(r4, r5), t5 = _mm256_unpackhi_ps(r4, r5);
    __m256 t6 = _mm256_unpacklo_ps(r6, r7), t7 = _mm256_unpackhi_ps(r6, r7);
    r0 = _mm256_shuffle_ps(t0, t2, 0x44);
    r1 = _mm256_shuffle_ps(t0, t2, 0xee);
    r2 = _mm256_shuffle_ps(t1, t3, 0x44);
    r3 = _mm256_shuffle_ps(t1, t3, 0xee);
    r4 = _mm256_shuffle_ps(t4, t6, 0x44);
    r5 = _mm256_shuffle_ps(t4, t6, 0xee);
    r6 = _mm256_shuffle_ps(t5, t7, 0x44);
    r7 = _mm256_shuffle_ps(t5, t7, 0xee);
    out[0] = _mm256_permute2f128_ps(r0, r4, 0x20);
    out[1] = _mm256_permute2f128_ps(r1, r5, 0x20);
    out[2] = _mm256_permute2f128_ps(r2, r6, 0x20);
    out[3] = _mm256_permute2f128_ps(r3, r7, 0x20);
    out[4] = _mm256_permute2f128_ps(r0, r4, 0x31);
    out[5] = _mm256_permute2f128_ps(r1, r5, 0x31);
    out[6] = _mm256_permute2f128_ps(r2, r6, 0x31);
    out[7] = _mm256_permute2f128_ps(r3, r7, 0x31);
}

#define PACK_REAL double
#define PACK_NAME(x) matrix_avx2_##x##_f64
#define PACK_BLOCK 4
#define PACK_VECTOR __m256d
#define PACK_EACH(step) step(0) step(1) step(2) step(3)
#define PACK_STORE(p, v) _mm256_storeu_pd(p, v)
#define PACK_LOAD(p) _mm256_loadu_pd(p)
#define PACK_FMA_SPLAT(p, v, sum) _mm256_fmadd_pd(_mm256_broadcast_sd(p), v, sum)
#include "math/matrix_pack.inc"
#undef PACK_REAL
#undef PACK_NAME
#undef PACK_BLOCK
#undef PACK_VECTOR
#undef PACK_EACH
#undef PACK_STORE
#undef PACK_LOAD
#undef PACK_FMA_SPLAT

#define PACK_REAL float
#define PACK_NAME(x) matrix_avx2_##x##_f32
#define PACK_BLOCK 8
#define PACK_VECTOR __m256
#define PACK_EACH(step) step(0) step(1) step(2) step(3) step(4) step(5) step(6) step(7)
#define PACK_STORE(p, v) _mm256_storeu_ps(p, v)
#define PACK_LOAD(p) _mm256_loadu_ps(p)
#define PACK_FMA_SPLAT(p, v, sum) _mm256_fmadd_ps(_mm256_broadcast_ss(p), v, sum)
#include "math/matrix_pack.inc"

#define TILES_ROW(v, type)                                                                                             \
    {                                                                                                                  \
        matrix_avx2_tile_##v##_1_##type, matrix_avx2_tile_##v##_2_##type, matrix_avx2_tile_##v##_3_##type,             \
            matrix_avx2_tile_##v##_4_##type                                                                            \
    }

#define DOTS_LINE(rows, type)                                                                                          \
    {                                                                                                                  \
        matrix_avx2_dots_##rows##_1_##type, matrix_avx2_dots_##rows##_2_##type, matrix_avx2_dots_##rows##_3_##type     \
    }

static bool matrix_avx2_here(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const matrix_tiles_f64 *matrix_avx2_f64(void)
{
    static const matrix_tiles_f64 tiles = {4,
                                           3,
                                           4,
                                           0,
                                           true,
                                           {TILES_ROW(1, f64), TILES_ROW(2, f64), TILES_ROW(3, f64), {NULL}, {NULL}},
                                           matrix_avx2_pack_f64,
                                           matrix_avx2_row_f64,
                                           matrix_avx2_turned_f64,
                                           matrix_avx2_finite_f64,
                                           2,
                                           3,
                                           {DOTS_LINE(1, f64), DOTS_LINE(2, f64)}};
    return matrix_avx2_here() ? &tiles : NULL;
}

const matrix_tiles_f32 *matrix_avx2_f32(void)
{
    static const matrix_tiles_f32 tiles = {4,
                                           3,
                                           8,
                                           0,
                                           true,
                                           {TILES_ROW(1, f32), TILES_ROW(2, f32), TILES_ROW(3, f32), {NULL}, {NULL}},
                                           matrix_avx2_pack_f32,
                                           matrix_avx2_row_f32,
                                           matrix_avx2_turned_f32,
                                           matrix_avx2_finite_f32,
                                           2,
                                           3,
                                           {DOTS_LINE(1, f32), DOTS_LINE(2, f32)}};
    return matrix_avx2_here() ? &tiles : NULL;
}

#else

const matrix_tiles_f64 *matrix_avx2_f64(void)
{
    return NULL;
}

const matrix_tiles_f32 *matrix_avx2_f32(void)
{
    return NULL;
}

#endif
