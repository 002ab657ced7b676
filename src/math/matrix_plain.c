/*
 * matrix_plain.c - tiles of the matrix product in plain C, for every machine. Where the processor has a
 * fused multiply-add that the compiler may use by itself (FP_FAST_FMA), it is used.
 *
 * The sums of a tile stand in an array of fixed size, whose loops compilers unroll and vectorise.
 */
#include <math.h>

#include "math/matrix_tiles.h"

enum { PLAIN_ROWS = 4 };

#ifdef FP_FAST_FMA
#define PLAIN_FUSES true
#define PLAIN_FMA(x, y, z) fma(x, y, z)
#else
#define PLAIN_FUSES false
#define PLAIN_FMA(x, y, z) ((x) * (y) + (z))
#endif
#define PLAIN_REAL double
#define PLAIN_LANES 4
#define PLAIN_NAME(x) matrix_plain_##x##_f64
#include "math/matrix_plain.inc"
#undef PLAIN_FMA
#undef PLAIN_REAL
#undef PLAIN_LANES
#undef PLAIN_NAME

#ifdef FP_FAST_FMAF
#define PLAIN_FMA(x, y, z) fmaf(x, y, z)
#else
#define PLAIN_FMA(x, y, z) ((x) * (y) + (z))
#endif
#define PLAIN_REAL float
#define PLAIN_LANES 8
#define PLAIN_NAME(x) matrix_plain_##x##_f32
#include "math/matrix_plain.inc"

#define PLAIN_TILES(type)                                                                                              \
    {                                                                                                                  \
        matrix_plain_tile_1_##type, matrix_plain_tile_2_##type, matrix_plain_tile_3_##type, matrix_plain_tile_4_##type \
    }

const matrix_tiles_f64 *matrix_plain_f64(void)
{
    static const matrix_tiles_f64 tiles = {
        PLAIN_ROWS, 1, 4, PLAIN_FUSES, {PLAIN_TILES(f64)}, matrix_plain_pack_f64, matrix_plain_row_f64, NULL};
    return &tiles;
}

const matrix_tiles_f32 *matrix_plain_f32(void)
{
    static const matrix_tiles_f32 tiles = {
        PLAIN_ROWS, 1, 8, PLAIN_FUSES, {PLAIN_TILES(f32)}, matrix_plain_pack_f32, matrix_plain_row_f32, NULL};
    return &tiles;
}
