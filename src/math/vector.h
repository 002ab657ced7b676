/*
 * vector.h - elementary functions over arrays: out[i] = f(x[i]), i < n.
 *
 * x and out may be the same array, or have nothing in common. Any alignment will do. The bits are those
 * of the scalar functions (elementary.h, elementary_f32.h), whatever i, n, the processor and the
 * compiler: the loops are those functions, put in line and compiled for SSE2 (or what else the machine
 * has), AVX2 and AVX-512. Which nan comes out is not defined.
 *
 * At most 2 ULP, in both precisions; the worst that the tests found stand in docs/decisions/0003 and at
 * each function.
 */
#ifndef EDGEWISE_MATH_VECTOR_H
#define EDGEWISE_MATH_VECTOR_H

#include <stddef.h>

/* The functions: VECTOR_FUNCTIONS(F) is F(exp) F(expm1) ... */
#define VECTOR_FUNCTIONS(F) F(exp) F(expm1) F(log) F(log1p) F(sin) F(cos) F(tanh) F(sigmoid) F(softplus) F(erf)
/* Those that have loops over floats alone. */
#define VECTOR_SINGLE(F) F(gelu) F(gelu1)

void vector_exp_f64(size_t n, const double *x, double *out);
void vector_expm1_f64(size_t n, const double *x, double *out);
void vector_log_f64(size_t n, const double *x, double *out);
void vector_log1p_f64(size_t n, const double *x, double *out);
void vector_sin_f64(size_t n, const double *x, double *out);
void vector_cos_f64(size_t n, const double *x, double *out);
void vector_tanh_f64(size_t n, const double *x, double *out);
void vector_sigmoid_f64(size_t n, const double *x, double *out);
void vector_softplus_f64(size_t n, const double *x, double *out);
void vector_erf_f64(size_t n, const double *x, double *out);

void vector_exp_f32(size_t n, const float *x, float *out);
void vector_expm1_f32(size_t n, const float *x, float *out);
void vector_log_f32(size_t n, const float *x, float *out);
void vector_log1p_f32(size_t n, const float *x, float *out);
void vector_sin_f32(size_t n, const float *x, float *out);
void vector_cos_f32(size_t n, const float *x, float *out);
void vector_tanh_f32(size_t n, const float *x, float *out);
void vector_sigmoid_f32(size_t n, const float *x, float *out);
void vector_softplus_f32(size_t n, const float *x, float *out);
void vector_erf_f32(size_t n, const float *x, float *out);
void vector_gelu_f32(size_t n, const float *x, float *out);
void vector_gelu1_f32(size_t n, const float *x, float *out);

#endif
