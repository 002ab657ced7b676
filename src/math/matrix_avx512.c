/*
 * matrix_avx512.c - tiles of the matrix product for x86 with AVX-512: eight rows of three vectors or six of four, 24
 * sums in registers. Packing is that of AVX2, which keeps up with memory.
 */
#include "math/matrix_tiles.h"

#if defined __x86_64__ && defined __GNUC__

#include <immintrin.h>

#define TILE_TARGET __attribute__((target("avx512f,avx512vl,fma")))
#define TILE_MOST_ROWS 8

#define TILE_NAME(x) matrix_avx512_##x##_f64
#define TILE_REAL double
#define TILE_VECTOR __m512d
#define TILE_MASK __mmask8
#define TILE_MASK_OF(columns) (__mmask8)((1U << (columns)) - 1U)
#define TILE_LOAD(p) _mm512_loadu_pd(p)
#define TILE_LOAD_PART(p, mask) _mm512_maskz_loadu_pd(mask, p)
#define TILE_STORE(p, v) _mm512_storeu_pd(p, v)
#define TILE_STORE_PART(p, mask, v) _mm512_mask_storeu_pd(p, mask, v)
#define TILE_ZERO() _mm512_setzero_pd()
#define TILE_SPLAT(p) _mm512_set1_pd(*(p))
#define TILE_FMA(x, y, z) _mm512_fmadd_pd(x, y, z)
#include "math/matrix_tile.inc"
#define DOTS_ROWS 5
#define DOTS_PARTS 1
#include "math/matrix_dots.inc"
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR
#undef TILE_MASK
#undef TILE_MASK_OF
#undef TILE_LOAD
#undef TILE_LOAD_PART
#undef TILE_STORE
#undef TILE_STORE_PART
#undef TILE_ZERO
#undef TILE_SPLAT
#undef TILE_FMA

/* Nine to twelve columns as three half vectors: they cost as much as one and a half where a vector is made of
 * two halves one after the other, and no more elsewhere. */
#define TILE_ONLY_THREE
#define TILE_NAME(x) matrix_avx512_half_##x##_f64
#define TILE_REAL double
#define TILE_VECTOR __m256d
#define TILE_MASK __mmask8
#define TILE_MASK_OF(columns) (__mmask8)((1U << (columns)) - 1U)
#define TILE_LOAD(p) _mm256_loadu_pd(p)
#define TILE_LOAD_PART(p, mask) _mm256_maskz_loadu_pd(mask, p)
#define TILE_STORE(p, v) _mm256_storeu_pd(p, v)
#define TILE_STORE_PART(p, mask, v) _mm256_mask_storeu_pd(p, mask, v)
#define TILE_ZERO() _mm256_setzero_pd()
#define TILE_SPLAT(p) _mm256_set1_pd(*(p))
#define TILE_FMA(x, y, z) _mm256_fmadd_pd(x, y, z)
#include "math/matrix_tile.inc"
#undef TILE_ONLY_THREE
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR
#undef TILE_MASK
#undef TILE_MASK_OF
#undef TILE_LOAD
#undef TILE_LOAD_PART
#undef TILE_STORE
#undef TILE_STORE_PART
#undef TILE_ZERO
#undef TILE_SPLAT
#undef TILE_FMA

#define TILE_NAME(x) matrix_avx512_##x##_f32
#define TILE_REAL float
#define TILE_VECTOR __m512
#define TILE_MASK __mmask16
#define TILE_MASK_OF(columns) (__mmask16)((1U << (columns)) - 1U)
#define TILE_LOAD(p) _mm512_loadu_ps(p)
#define TILE_LOAD_PART(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define TILE_STORE(p, v) _mm512_storeu_ps(p, v)
#define TILE_STORE_PART(p, mask, v) _mm512_mask_storeu_ps(p, mask, v)
#define TILE_ZERO() _mm512_setzero_ps()
#define TILE_SPLAT(p) _mm512_set1_ps(*(p))
#define TILE_FMA(x, y, z) _mm512_fmadd_ps(x, y, z)
#include "math/matrix_tile.inc"
#include "math/matrix_dots.inc"

#define TILES_ROW(name, type)                                                                                          \
    {                                                                                                                  \
        matrix_avx512_##name##_1_##type, matrix_avx512_##name##_2_##type, matrix_avx512_##name##_3_##type,             \
            matrix_avx512_##name##_4_##type, matrix_avx512_##name##_5_##type, matrix_avx512_##name##_6_##type,         \
            matrix_avx512_##name##_7_##type, matrix_avx512_##name##_8_##type                                           \
    }

#define TILES_SIX(name, type)                                                                                          \
    {                                                                                                                  \
        matrix_avx512_##name##_1_##type, matrix_avx512_##name##_2_##type, matrix_avx512_##name##_3_##type,             \
            matrix_avx512_##name##_4_##type, matrix_avx512_##name##_5_##type, matrix_avx512_##name##_6_##type          \
    }

#define DOTS_LINE(rows, type)                                                                                          \
    {                                                                                                                  \
        matrix_avx512_dots_##rows##_1_##type, matrix_avx512_dots_##rows##_2_##type,                                    \
            matrix_avx512_dots_##rows##_3_##type, matrix_avx512_dots_##rows##_4_##type,                                \
            matrix_avx512_dots_##rows##_5_##type, matrix_avx512_dots_##rows##_6_##type                                 \
    }
#define DOTS_TABLE(type)                                                                                               \
    {                                                                                                                  \
        DOTS_LINE(1, type), DOTS_LINE(2, type), DOTS_LINE(3, type), DOTS_LINE(4, type), DOTS_LINE(5, type)             \
    }

static bool matrix_avx512_here(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
}

const matrix_tiles_f64 *matrix_avx512_f64(void)
{
    static const matrix_tiles_f64 tiles = {8,
                                           3,
                                           8,
                                           6,
                                           true,
                                           {TILES_ROW(tile_1, f64), TILES_ROW(tile_2, f64), TILES_ROW(tile_3, f64),
                                            TILES_SIX(tile_4, f64), TILES_ROW(half_tile_3, f64)},
                                           matrix_avx2_pack_f64,
                                           matrix_avx512_row_f64,
                                           matrix_avx2_turned_f64,
                                           matrix_avx512_finite_f64,
                                           5,
                                           6,
                                           DOTS_TABLE(f64)};
    return matrix_avx512_here() ? &tiles : NULL;
}

const matrix_tiles_f32 *matrix_avx512_f32(void)
{
    static const matrix_tiles_f32 tiles = {
        8,
        3,
        16,
        6,
        true,
        {TILES_ROW(tile_1, f32), TILES_ROW(tile_2, f32), TILES_ROW(tile_3, f32), TILES_SIX(tile_4, f32), {NULL}},
        matrix_avx2_pack_f32,
        matrix_avx512_row_f32,
        matrix_avx2_turned_f32,
        matrix_avx512_finite_f32,
        5,
        6,
        DOTS_TABLE(f32)};
    return matrix_avx512_here() ? &tiles : NULL;
}

#else

const matrix_tiles_f64 *matrix_avx512_f64(void)
{
    return NULL;
}

const matrix_tiles_f32 *matrix_avx512_f32(void)
{
    return NULL;
}

#endif
