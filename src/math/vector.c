/*
 * vector.c - chooses the loops of vector.h that this machine can run, at each call: nothing is kept.
 */
#include "math/vector.h"

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/vector_far.h"
#include "math/vector_loops.h"

static const vector_loops *vector_best(void)
{
    const vector_loops *loops = vector_avx512();
    if (!loops) loops = vector_avx2();
    return loops ? loops : vector_plain();
}

#define VECTOR_CALL(name)                                                                                              \
    void vector_##name##_f64(size_t n, const double *x, double *out)                                                   \
    {                                                                                                                  \
        vector_best()->name##_f64(n, x, out);                                                                          \
    }                                                                                                                  \
    void vector_##name##_f32(size_t n, const float *x, float *out)                                                     \
    {                                                                                                                  \
        vector_best()->name##_f32(n, x, out);                                                                          \
    }

VECTOR_FUNCTIONS(VECTOR_CALL)

#define VECTOR_CALL_SINGLE(name)                                                                                       \
    void vector_##name##_f32(size_t n, const float *x, float *out)                                                     \
    {                                                                                                                  \
        vector_best()->name##_f32(n, x, out);                                                                          \
    }

VECTOR_SINGLE(VECTOR_CALL_SINGLE)

#define VECTOR_FAR(name)                                                                                               \
    void vector_far_##name##_f64(size_t n, const double *x, double *out)                                               \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++) out[i] = k_##name(x[i]);                                                        \
    }                                                                                                                  \
    void vector_far_##name##_f32(size_t n, const float *x, float *out)                                                 \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++) out[i] = k_##name##_f32(x[i]);                                                  \
    }

VECTOR_FAR(sin)
VECTOR_FAR(cos)
