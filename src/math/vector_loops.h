/*
 * vector_loops.h - the loops of one variant of vector.h as a table. Each variant is a file that includes
 * vector_loops.inc: vector_plain.c, vector_avx2.c, vector_avx512.c.
 */
#ifndef EDGEWISE_MATH_VECTOR_LOOPS_H
#define EDGEWISE_MATH_VECTOR_LOOPS_H

#include "math/vector.h"

typedef struct {
#define VECTOR_FIELDS(name)                                                                                            \
    void (*name##_f64)(size_t n, const double *x, double *out);                                                        \
    void (*name##_f32)(size_t n, const float *x, float *out);
    VECTOR_FUNCTIONS(VECTOR_FIELDS)
#undef VECTOR_FIELDS
#define VECTOR_FIELD(name) void (*name##_f32)(size_t n, const float *x, float *out);
    VECTOR_SINGLE(VECTOR_FIELD)
#undef VECTOR_FIELD
} vector_loops;

/* NULL where this machine cannot run them. */
const vector_loops *vector_plain(void);
const vector_loops *vector_avx2(void);
const vector_loops *vector_avx512(void);

#endif
