/*
 * array_kernels.h - what runs over the elements of a strip: one loop a kernel.
 *
 * The result may be one of the arguments itself, but never overlap it otherwise. A kernel over ints returns
 * the first element whose result does not fit, all others `count`.
 */
#ifndef EXEC_ARRAY_KERNELS_H
#define EXEC_ARRAY_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/ops.h"

enum { ARRAY_F64, ARRAY_F32, ARRAY_INT };

typedef size_t array_kernel(size_t count, void *out, const void *x, const void *y, const void *w);

/* The kernel of a row of ops.def over elements of a type; NULL: there is none. */
array_kernel *array_kernel_of(op o, int type);
/* The same for what is done most; NULL: by array_kernel_of. */
array_kernel *array_kernel_plain(op o, int type);
/* The same where x (or y) is one number; NULL: there is none. */
array_kernel *array_kernel_uniform(op o, int type, bool first);
/* x·y + w, rounded twice; first: x is one number; last: w is. */
array_kernel *array_kernel_pair(int type, bool first, bool last);

/* Several operations over reals in one loop, each rounded by itself. arg: X, Y, Z, which go on with the places, then a,
 * b, c, d, one number each; those that the chain has not are any others. */
enum { CHAIN_STREAMS = 3, CHAIN_ARGS = 7, CHAIN_SHAPES = 7 };
typedef void array_chain(size_t count, void *out, const void *const *arg);
/* What chain k does, in these letters: every operator stands before its operands; ^ is the square root. Longer ones
 * first. */
const char *array_chain_shape(size_t k);
array_chain *array_chain_of(size_t k, int type);

/* Comparisons of ints give a double. */
array_kernel *array_kernel_compare(op o);
array_kernel *array_kernel_convert(int from, int to); /* real → int: a bool's */
/* Between f64 and f32. */
array_kernel *array_kernel_real(int to);

/* One number for each row of a register, `step` numbers of so many bytes (4 or 8) apart. What stands behind a row may
 * be touched, where the next one's numbers come. */
void array_spread(size_t bytes, size_t rows, size_t columns, void *to, const void *from, int64_t step);

/* All elements joined into one, in an order that follows from their number alone. Ints: *bad is set. */
double array_join_f64(op o, size_t count, const double *x);
float array_join_f32(op o, size_t count, const float *x);
int64_t array_join_int(op o, size_t count, const int64_t *x, int *bad);

/* Each row of x joined into a place of its own, `step` apart: set to that, or joined with what is there. The same bits
 * as array_join_f64 and _f32 row by row. Only where array_join_by_rows says so. */
bool array_join_by_rows(op o, int type);
void array_join_rows(op o, int type, size_t rows, size_t columns, const void *x, void *to, int64_t step, bool set);
/* to[c] = x[0, c] (set; else to[c] + x[0, c]) + x[1, c] + … */
void array_join_down(int type, size_t rows, size_t columns, const void *x, void *to, bool set);

/* The first that is not 0, of either sign; count: there is none. */
size_t array_first_other(size_t count, const double *x);

/* What a reduction gives over nothing. */
double array_first(op o);
double array_join_two(op o, double a, double b);

#endif
