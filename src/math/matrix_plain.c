/*
 * matrix_plain.c - tiles of the matrix product for every machine: with the vector types of gcc and clang,
 * which become what the machine has (SSE2, NEON, ...), or in plain C.
 *
 * Where the processor has a fused multiply-add that a compiler may use by itself (FP_FAST_FMA), it is used.
 */
#include <math.h>
#include <string.h>

#include "math/matrix_tiles.h"

#if defined __GNUC__
#define PLAIN_VECTORS
#endif

#if defined FP_FAST_FMA && defined FP_FAST_FMAF
#define PLAIN_FUSES true
#else
#define PLAIN_FUSES false
#endif

enum { PLAIN_ROWS = 4 };

#if PLAIN_FUSES
#define PLAIN_FMA(x, y, z) fma(x, y, z)
#else
#define PLAIN_FMA(x, y, z) ((x) * (y) + (z))
#endif
#define PLAIN_REAL double
#define PLAIN_LANES 4
#define PLAIN_SUM MATRIX_SUM_LANES_f64
#define PLAIN_NAME(x) matrix_plain_##x##_f64
#include "math/matrix_plain.inc"
#undef PLAIN_FMA
#undef PLAIN_REAL
#undef PLAIN_LANES
#undef PLAIN_SUM
#undef PLAIN_NAME

#if PLAIN_FUSES
#define PLAIN_FMA(x, y, z) fmaf(x, y, z)
#else
#define PLAIN_FMA(x, y, z) ((x) * (y) + (z))
#endif
#define PLAIN_REAL float
#define PLAIN_LANES 8
#define PLAIN_SUM MATRIX_SUM_LANES_f32
#define PLAIN_NAME(x) matrix_plain_##x##_f32
#include "math/matrix_plain.inc"

#ifdef PLAIN_VECTORS

/* Four rows and three vectors of 16 bytes. A vector filled in part: `count` lanes, the others 0. */
#define PLAIN_VECTOR_TYPE(type, real, fuse)                                                                            \
    typedef real matrix_plain_vector_##type __attribute__((vector_size(16)));                                          \
    enum { PLAIN_LANES_##type = 16 / sizeof(real) };                                                                   \
    static inline matrix_plain_vector_##type matrix_plain_load_##type(const real *p)                                   \
    {                                                                                                                  \
        matrix_plain_vector_##type v;                                                                                  \
        memcpy(&v, p, sizeof v);                                                                                       \
        return v;                                                                                                      \
    }                                                                                                                  \
    static inline matrix_plain_vector_##type matrix_plain_load_part_##type(const real *p, size_t count)                \
    {                                                                                                                  \
        matrix_plain_vector_##type v = {0};                                                                            \
        if (count == PLAIN_LANES_##type) return matrix_plain_load_##type(p);                                           \
        for (size_t i = 0; i < count; i++) v[i] = p[i];                                                                \
        return v;                                                                                                      \
    }                                                                                                                  \
    static inline void matrix_plain_store_part_##type(real *p, size_t count, matrix_plain_vector_##type v)             \
    {                                                                                                                  \
        for (size_t i = 0; i < count; i++) p[i] = v[i];                                                                \
    }                                                                                                                  \
    static inline matrix_plain_vector_##type matrix_plain_fma_##type(                                                  \
        matrix_plain_vector_##type x, matrix_plain_vector_##type y, matrix_plain_vector_##type z)                      \
    {                                                                                                                  \
        if (!PLAIN_FUSES) return x * y + z;                                                                            \
        for (int i = 0; i < PLAIN_LANES_##type; i++) z[i] = fuse(x[i], y[i], z[i]);                                    \
        return z;                                                                                                      \
    }
PLAIN_VECTOR_TYPE(f64, double, fma)
PLAIN_VECTOR_TYPE(f32, float, fmaf)

#define TILE_TARGET
#define TILE_MOST_ROWS 4
#define TILE_MASK size_t
#define TILE_MASK_OF(columns) (columns)
#define TILE_STORE(p, v) memcpy(p, &(v), sizeof(v))

#define TILE_NAME(x) matrix_plain_##x##_f64
#define TILE_REAL double
#define TILE_VECTOR matrix_plain_vector_f64
#define TILE_LOAD(p) matrix_plain_load_f64(p)
#define TILE_LOAD_PART(p, count) matrix_plain_load_part_f64(p, count)
#define TILE_STORE_PART(p, count, v) matrix_plain_store_part_f64(p, count, v)
#define TILE_ZERO() ((matrix_plain_vector_f64){0})
#define TILE_SPLAT(p) ((matrix_plain_vector_f64){*(p), *(p)})
#define TILE_FMA(x, y, z) matrix_plain_fma_f64(x, y, z)
#include "math/matrix_tile.inc"
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR
#undef TILE_LOAD
#undef TILE_LOAD_PART
#undef TILE_STORE_PART
#undef TILE_ZERO
#undef TILE_SPLAT
#undef TILE_FMA

#define TILE_NAME(x) matrix_plain_##x##_f32
#define TILE_REAL float
#define TILE_VECTOR matrix_plain_vector_f32
#define TILE_LOAD(p) matrix_plain_load_f32(p)
#define TILE_LOAD_PART(p, count) matrix_plain_load_part_f32(p, count)
#define TILE_STORE_PART(p, count, v) matrix_plain_store_part_f32(p, count, v)
#define TILE_ZERO() ((matrix_plain_vector_f32){0})
#define TILE_SPLAT(p) ((matrix_plain_vector_f32){*(p), *(p), *(p), *(p)})
#define TILE_FMA(x, y, z) matrix_plain_fma_f32(x, y, z)
#include "math/matrix_tile.inc"

#define PLAIN_TILES(v, type)                                                                                           \
    {                                                                                                                  \
        matrix_plain_tile_##v##_1_##type, matrix_plain_tile_##v##_2_##type, matrix_plain_tile_##v##_3_##type,          \
            matrix_plain_tile_##v##_4_##type                                                                           \
    }
#define PLAIN_TABLE(type)                                                                                              \
    {                                                                                                                  \
        PLAIN_ROWS, 3, PLAIN_LANES_##type, 0, PLAIN_FUSES,                                                             \
            {PLAIN_TILES(1, type), PLAIN_TILES(2, type), PLAIN_TILES(3, type), {NULL}, {NULL}},                        \
            matrix_plain_pack_##type, matrix_plain_row_##type, NULL, matrix_plain_finite_##type, 1, 1,                 \
        {                                                                                                              \
            {                                                                                                          \
                matrix_plain_dots_##type                                                                               \
            }                                                                                                          \
        }                                                                                                              \
    }

#else

#define PLAIN_TABLE(type)                                                                                              \
    {                                                                                                                  \
        PLAIN_ROWS, 1, PLAIN_WIDTH_##type, 0, PLAIN_FUSES,                                                             \
            {{matrix_plain_tile_1_##type, matrix_plain_tile_2_##type, matrix_plain_tile_3_##type,                      \
              matrix_plain_tile_4_##type}},                                                                            \
            matrix_plain_pack_##type, matrix_plain_row_##type, NULL, matrix_plain_finite_##type, 1, 1,                 \
        {                                                                                                              \
            {                                                                                                          \
                matrix_plain_dots_##type                                                                               \
            }                                                                                                          \
        }                                                                                                              \
    }
enum { PLAIN_WIDTH_f64 = 4, PLAIN_WIDTH_f32 = 8 };

#endif

const matrix_tiles_f64 *matrix_plain_f64(void)
{
    static const matrix_tiles_f64 tiles = PLAIN_TABLE(f64);
    return &tiles;
}

const matrix_tiles_f32 *matrix_plain_f32(void)
{
    static const matrix_tiles_f32 tiles = PLAIN_TABLE(f32);
    return &tiles;
}
