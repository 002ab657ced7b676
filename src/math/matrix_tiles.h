/*
 * matrix_tiles.h - what a variant of the matrix product gives to the blocking in matrix.c: tiles and a
 * way of packing. Each variant is a file (matrix_plain.c, matrix_avx2.c, matrix_avx512.c).
 *
 * A tile is up to `rows` rows and `vectors` vectors of `lanes` columns of C, held in registers
 * while k runs:
 *     tile[v - 1][r - 1](k, a, a_row, b, c, c_row, columns, add, seen)
 * for r rows and v vectors, the last of which may be filled in part: (v-1) lanes < columns <= v lanes.
 * Columns of B and C lie side by side; nothing beyond `columns` is read or written. With add the tile
 * starts from what stands in C, otherwise from 0. To `seen`, a vector or NULL, each result times 0 is added, in any
 * lane: it stays 0 where all are finite.
 *
 * tile[3] has up to `wide_rows` rows of four vectors, as many sums as `rows` of three; 0: it has none.
 *
 * tile[MATRIX_HALF] has tiles for more than one vector of columns and at most one and a half, or NULL.
 *
 * Vector times matrix, c[j] = sum of a[p a_column] b[p,j], rows of B side by side, and the same with columns
 * of B side by side (b[p + j b_column]), both with c side by side:
 *     row(k, a, a_column, b, b_row, c, columns, add)
 *     turned(k, a, a_column, b, b_column, c, columns, add)      may be NULL: pack instead
 *
 * Sums in lanes, at most dots_rows x dots_columns of them; the lanes of sum i, j go to out + (i columns + j) lanes:
 *     dots[r - 1][c - 1](sum, a, a_row, b, b_column, out, add)       with add: to what stands there
 *
 * Is all of a row finite: finite(count, x)
 *
 *     pack(width, k, from, across, along, to, step):   to[p step + i] = from[i across + p along]
 * for i < width <= step, p < k; what lies between width and step is left alone.
 */
#ifndef EDGEWISE_MATH_MATRIX_TILES_H
#define EDGEWISE_MATH_MATRIX_TILES_H

#include <stdbool.h>
#include <stddef.h>

#include "math/matrix.h"

enum {
    MATRIX_ROWS = 8,
    MATRIX_VECTORS = 4,
    MATRIX_LANES = 16,
    MATRIX_HALF = 4,
    DOTS_MOST_ROWS = 5,
    DOTS_MOST_COLUMNS = 6
};

typedef void matrix_tile_f64(const matrix_depth *k, const double *a, ptrdiff_t a_row, const double *b, double *c,
                             ptrdiff_t c_row, size_t columns, bool add, double *seen);
typedef void matrix_tile_f32(const matrix_depth *k, const float *a, ptrdiff_t a_row, const float *b, float *c,
                             ptrdiff_t c_row, size_t columns, bool add, float *seen);
typedef void matrix_vector_f64(size_t k, const double *a, ptrdiff_t a_column, const double *b, ptrdiff_t b_step,
                               double *c, size_t columns, bool add);
typedef void matrix_pack_f64(size_t width, size_t k, const double *from, ptrdiff_t across, ptrdiff_t along, double *to,
                             size_t step);
typedef void matrix_vector_f32(size_t k, const float *a, ptrdiff_t a_column, const float *b, ptrdiff_t b_step, float *c,
                               size_t columns, bool add);
typedef void matrix_pack_f32(size_t width, size_t k, const float *from, ptrdiff_t across, ptrdiff_t along, float *to,
                             size_t step);

typedef void matrix_lanes_f64(const matrix_sum *s, const double *a, ptrdiff_t a_row, const double *b,
                              ptrdiff_t b_column, double *out, bool add);
typedef void matrix_lanes_f32(const matrix_sum *s, const float *a, ptrdiff_t a_row, const float *b, ptrdiff_t b_column,
                              float *out, bool add);

typedef bool matrix_finite_row_f64(size_t count, const double *x);

typedef struct {
    size_t rows, vectors, lanes, wide_rows;
    bool fused;
    matrix_tile_f64 *tile[MATRIX_VECTORS + 1][MATRIX_ROWS];
    matrix_pack_f64 *pack;
    matrix_vector_f64 *row, *turned;
    matrix_finite_row_f64 *finite;
    size_t dots_rows, dots_columns;
    matrix_lanes_f64 *dots[DOTS_MOST_ROWS][DOTS_MOST_COLUMNS];
} matrix_tiles_f64;

typedef bool matrix_finite_row_f32(size_t count, const float *x);

typedef struct {
    size_t rows, vectors, lanes, wide_rows;
    bool fused;
    matrix_tile_f32 *tile[MATRIX_VECTORS + 1][MATRIX_ROWS];
    matrix_pack_f32 *pack;
    matrix_vector_f32 *row, *turned;
    matrix_finite_row_f32 *finite;
    size_t dots_rows, dots_columns;
    matrix_lanes_f32 *dots[DOTS_MOST_ROWS][DOTS_MOST_COLUMNS];
} matrix_tiles_f32;

/* NULL where this machine cannot run them. */
const matrix_tiles_f64 *matrix_plain_f64(void);
const matrix_tiles_f32 *matrix_plain_f32(void);
#if defined __x86_64__ && defined __GNUC__
void matrix_avx2_turned_f64(size_t k, const double *a, ptrdiff_t a_column, const double *b, ptrdiff_t b_column,
                            double *c, size_t columns, bool add);
void matrix_avx2_turned_f32(size_t k, const float *a, ptrdiff_t a_column, const float *b, ptrdiff_t b_column, float *c,
                            size_t columns, bool add);
void matrix_avx2_pack_f64(size_t width, size_t k, const double *from, ptrdiff_t across, ptrdiff_t along, double *to,
                          size_t step);
void matrix_avx2_pack_f32(size_t width, size_t k, const float *from, ptrdiff_t across, ptrdiff_t along, float *to,
                          size_t step);
#endif
const matrix_tiles_f64 *matrix_avx2_f64(void);
const matrix_tiles_f32 *matrix_avx2_f32(void);
const matrix_tiles_f64 *matrix_avx512_f64(void);
const matrix_tiles_f32 *matrix_avx512_f32(void);

#endif
