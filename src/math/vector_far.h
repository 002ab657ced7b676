/*
 * vector_far.h - sines and cosines of a block in which some arguments are large, one by one.
 */
#ifndef EDGEWISE_MATH_VECTOR_FAR_H
#define EDGEWISE_MATH_VECTOR_FAR_H

#include <stddef.h>

void vector_far_sin_f64(size_t n, const double *x, double *out);
void vector_far_cos_f64(size_t n, const double *x, double *out);
void vector_far_sin_f32(size_t n, const float *x, float *out);
void vector_far_cos_f32(size_t n, const float *x, float *out);

#endif
