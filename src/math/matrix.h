/*
 * matrix.h - products of matrices that may lie in memory in any way.
 *
 *     C = A B    or, with add,    C = C + A B        A: m x k, B: k x n, C: m x n
 *
 * Every matrix is a pointer to its first element and two strides, in elements: that from row to row
 * and that from column to column. So transposed matrices, slices and parts of larger arrays need no
 * copy beforehand; strides of A and B may also be 0 or negative. C overlaps neither A nor B.
 *
 * Bits. Every element of C is one chain over k in increasing order,
 *     c = 0 (or what stands in C);  c = fma(a[i,0], b[0,j], c);  c = fma(a[i,1], b[1,j], c);  ...
 * whatever the sizes of blocks, the strides, the part of C asked for and the number of threads. So
 * AVX-512, AVX2 and every other machine with a fused multiply-add give the same bits; a machine
 * without one rounds product and sum (MATRIX_FUSED tells at run time which it is).
 *
 * Where k is two axes, which do not lie as one in memory, matrix_deep_* goes through both, the first outermost: the
 * same chain as product after product with add, but C stays where it is. They also say whether all of C is finite
 * (finite NULL: nobody asks): they know while it is still in registers.
 *
 * Threads. A part of C is itself a product: matrix_parts says which rows and columns the parts of a
 * product are; each is run by a call of its own, with its own scratch.
 *
 * Nothing is allocated: scratch has matrix_scratch_*(m, n, k) bytes, aligned as malloc aligns.
 */
#ifndef EDGEWISE_MATH_MATRIX_H
#define EDGEWISE_MATH_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* What this machine runs; MATRIX_BEST chooses. The others are there for tests and comparisons. */
typedef enum { MATRIX_BEST, MATRIX_PLAIN, MATRIX_AVX2, MATRIX_AVX512, MATRIX_VARIANTS } matrix_variant;

void matrix_product_f64(size_t m, size_t n, size_t k, const double *a, ptrdiff_t a_row, ptrdiff_t a_column,
                        const double *b, ptrdiff_t b_row, ptrdiff_t b_column, double *c, ptrdiff_t c_row,
                        ptrdiff_t c_column, bool add, void *scratch);
void matrix_product_f32(size_t m, size_t n, size_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_column,
                        const float *b, ptrdiff_t b_row, ptrdiff_t b_column, float *c, ptrdiff_t c_row,
                        ptrdiff_t c_column, bool add, void *scratch);

/* k as two axes: how many, and strides of A and of B; the first is the outer one. */
typedef struct {
    size_t count[2];
    ptrdiff_t a[2], b[2];
} matrix_depth;

void matrix_deep_f64(size_t m, size_t n, const matrix_depth *k, const double *a, ptrdiff_t a_row, const double *b,
                     ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t c_column, bool add, void *scratch,
                     bool *finite);
void matrix_deep_f32(size_t m, size_t n, const matrix_depth *k, const float *a, ptrdiff_t a_row, const float *b,
                     ptrdiff_t b_column, float *c, ptrdiff_t c_row, ptrdiff_t c_column, bool add, void *scratch,
                     bool *finite);
bool matrix_deep_by_f64(matrix_variant by, size_t m, size_t n, const matrix_depth *k, const double *a, ptrdiff_t a_row,
                        const double *b, ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t c_column, bool add,
                        void *scratch, bool *finite);
bool matrix_deep_by_f32(matrix_variant by, size_t m, size_t n, const matrix_depth *k, const float *a, ptrdiff_t a_row,
                        const float *b, ptrdiff_t b_column, float *c, ptrdiff_t c_row, ptrdiff_t c_column, bool add,
                        void *scratch, bool *finite);

/* The same by one variant; false where this machine has it not, and nothing is written. */
bool matrix_product_by_f64(matrix_variant by, size_t m, size_t n, size_t k, const double *a, ptrdiff_t a_row,
                           ptrdiff_t a_column, const double *b, ptrdiff_t b_row, ptrdiff_t b_column, double *c,
                           ptrdiff_t c_row, ptrdiff_t c_column, bool add, void *scratch);
bool matrix_product_by_f32(matrix_variant by, size_t m, size_t n, size_t k, const float *a, ptrdiff_t a_row,
                           ptrdiff_t a_column, const float *b, ptrdiff_t b_row, ptrdiff_t b_column, float *c,
                           ptrdiff_t c_row, ptrdiff_t c_column, bool add, void *scratch);

/* Bytes of scratch for a product, enough also for each of its parts; at most a few megabytes. k: all of it, where it is
 * two axes. */
size_t matrix_scratch_f64(size_t m, size_t n, size_t k);
size_t matrix_scratch_f32(size_t m, size_t n, size_t k);

/*
 * Sums in lanes, for products of few rows and columns and long k, where both operands have k side by side: nothing is
 * packed. C[i, j] is the sum over x, y and k of A[i a_row + x a[0] + y a[1] + k] B[j b_column + x b[0] + y b[1] + k]
 * for x, y, k < size[0], size[1], size[2], the last a multiple of the lanes (MATRIX_SUM_LANES_...). Each element is a
 * chain of its own for each lane: k mod lanes, from 0, fused as above, x outermost; then the lanes are added up, the
 * later half to the earlier one, until there is one. Another order than that of matrix_product_*, but the same for
 * every variant.
 */
enum { MATRIX_SUM_LANES_f64 = 8, MATRIX_SUM_LANES_f32 = 16 };

typedef struct {
    size_t size[3];
    ptrdiff_t a[2], b[2];
} matrix_sum;

/* Several such products whose operands have much in common, as the places of a window have, go together: where A, B and
 * C of each begin, in elements. Scratch has matrix_dots_scratch_*(sets, m, n) bytes. */
typedef struct {
    ptrdiff_t a, b, c;
} matrix_set;

size_t matrix_dots_scratch_f64(size_t sets, size_t m, size_t n);
size_t matrix_dots_scratch_f32(size_t sets, size_t m, size_t n);
void matrix_dots_f64(size_t sets, const matrix_set *set, size_t m, size_t n, const matrix_sum *sum, const double *a,
                     ptrdiff_t a_row, const double *b, ptrdiff_t b_column, double *c, ptrdiff_t c_row,
                     ptrdiff_t c_column, void *scratch);
void matrix_dots_f32(size_t sets, const matrix_set *set, size_t m, size_t n, const matrix_sum *sum, const float *a,
                     ptrdiff_t a_row, const float *b, ptrdiff_t b_column, float *c, ptrdiff_t c_row, ptrdiff_t c_column,
                     void *scratch);
bool matrix_dots_by_f64(matrix_variant by, size_t sets, const matrix_set *set, size_t m, size_t n,
                        const matrix_sum *sum, const double *a, ptrdiff_t a_row, const double *b, ptrdiff_t b_column,
                        double *c, ptrdiff_t c_row, ptrdiff_t c_column, void *scratch);
bool matrix_dots_by_f32(matrix_variant by, size_t sets, const matrix_set *set, size_t m, size_t n,
                        const matrix_sum *sum, const float *a, ptrdiff_t a_row, const float *b, ptrdiff_t b_column,
                        float *c, ptrdiff_t c_row, ptrdiff_t c_column, void *scratch);

/* Is all of C finite? `by` one that this machine has. */
bool matrix_finite_f64(size_t m, size_t n, const double *c, ptrdiff_t c_row, ptrdiff_t c_column);
bool matrix_finite_f32(size_t m, size_t n, const float *c, ptrdiff_t c_row, ptrdiff_t c_column);
bool matrix_finite_by_f64(matrix_variant by, size_t m, size_t n, const double *c, ptrdiff_t c_row, ptrdiff_t c_column);
bool matrix_finite_by_f32(matrix_variant by, size_t m, size_t n, const float *c, ptrdiff_t c_row, ptrdiff_t c_column);

/* Does this machine (does this variant) fuse product and sum? */
bool matrix_fuses(matrix_variant by);

/* Rows [row, row_end) and columns [column, column_end) of C. */
typedef struct {
    size_t row, row_end, column, column_end;
} matrix_range;

/* All of an m x n product, m, n > 0, none twice, in parts for `workers`: from 1 to `most` of them, at most
 * MATRIX_PARTS. First those of the first worker, side by side and ever smaller, so that others who take from the end
 * find little pieces and all end together; then those of the next. Returns how many. */
enum { MATRIX_PARTS = 64 };
size_t matrix_parts(size_t m, size_t n, size_t workers, size_t most, matrix_range part[MATRIX_PARTS]);

#endif
