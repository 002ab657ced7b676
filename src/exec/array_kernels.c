/*
 * array_kernels.c - the kernels of strips, made from the rows of ops.def.
 *
 * f32: a row's value in double, rounded once; of + - * / and sqrt that is the f32 operation itself, and
 * compilers know it. On x86 the loops are compiled for AVX2 too; they give the same bits, since nothing is
 * fused and no order of a sum depends on the machine.
 */
#include "exec/array_kernels.h"

#include <math.h>

#include "math/integers.h"
#include "math/kernels.h"
#include "math/vector.h"

#if defined __GNUC__ && !defined __clang__
#define STRIP_LOOP _Pragma("GCC ivdep")
#define STRIP_FAST __attribute__((optimize("O3")))
#elif defined __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* a loop over a function of libm stays one */
#define STRIP_LOOP _Pragma("clang loop vectorize(assume_safety)")
#define STRIP_FAST
#else
#define STRIP_LOOP
#define STRIP_FAST
#endif

#if defined __x86_64__ && defined __GNUC__
#define STRIP_TWICE 1
#define STRIP_AVX2 __attribute__((target("avx2")))
#define STRIP_HAS_AVX2() (__builtin_cpu_supports("avx2") != 0)
#else
#define STRIP_TWICE 0
#define STRIP_AVX2
#define STRIP_HAS_AVX2() false
#endif

#define STRIP_ARGS size_t count, void *out, const void *x_at, const void *y_at, const void *w_at

/* One kernel: `value` over x, y, w of type `wide`, stored as `real`. */
#define STRIP_KERNEL(name, attribute, real, wide, value)                                                               \
    attribute STRIP_FAST static size_t name(STRIP_ARGS)                                                                \
    {                                                                                                                  \
        real *o = out;                                                                                                 \
        const real *xs = x_at, *ys = y_at, *ws = w_at;                                                                 \
        (void)xs, (void)ys, (void)ws;                                                                                  \
        STRIP_LOOP                                                                                                     \
        for (size_t i = 0; i < count; i++) {                                                                           \
            wide x = xs[i], y = ys[i], w = ws[i];                                                                      \
            (void)x, (void)y, (void)w;                                                                                 \
            o[i] = (real)(value);                                                                                      \
        }                                                                                                              \
        return count;                                                                                                  \
    }

#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    STRIP_KERNEL(strip_f64_##E, , double, double, value)                                                               \
    STRIP_KERNEL(strip_f32_##E, , float, double, value)
#include "ops/ops.def"
#undef OP

#if STRIP_TWICE
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    STRIP_KERNEL(strip_f64_avx2_##E, STRIP_AVX2, double, double, value)                                                \
    STRIP_KERNEL(strip_f32_avx2_##E, STRIP_AVX2, float, double, value)
#include "ops/ops.def"
#undef OP
#endif

/* ---- Ints ---------------------------------------------------------------------------------------- */

#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)
#define INT(E, value)                                                                                                  \
    static size_t strip_int_##E(STRIP_ARGS)                                                                            \
    {                                                                                                                  \
        int64_t *o = out;                                                                                              \
        const int64_t *xs = x_at, *ys = y_at, *ws = w_at;                                                              \
        size_t first = count;                                                                                          \
        for (size_t i = 0; i < count; i++) {                                                                           \
            int64_t x = xs[i], y = ys[i], w = ws[i];                                                                   \
            int fault = 0, *bad = &fault;                                                                              \
            (void)x, (void)y, (void)w, (void)bad;                                                                      \
            int64_t result = (value);                                                                                  \
            if (fault && first == count)                                                                               \
                first = i; /* its operands stay to be told, where one of them lies there */                            \
            else                                                                                                       \
                o[i] = result;                                                                                         \
        }                                                                                                              \
        return first;                                                                                                  \
    }
#include "ops/ops.def"
#undef INT
#undef OP

#define STRIP_COMPARE(E, value)                                                                                        \
    static size_t strip_compare_##E(STRIP_ARGS)                                                                        \
    {                                                                                                                  \
        double *o = out;                                                                                               \
        const int64_t *xs = x_at, *ys = y_at;                                                                          \
        (void)w_at;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            int64_t x = xs[i], y = ys[i];                                                                              \
            o[i] = (value) ? 1.0 : 0.0;                                                                                \
        }                                                                                                              \
        return count;                                                                                                  \
    }
STRIP_COMPARE(EQ, x == y)
STRIP_COMPARE(NE, x != y)
STRIP_COMPARE(LT, x < y)
STRIP_COMPARE(LE, x <= y)
STRIP_COMPARE(GT, x > y)
STRIP_COMPARE(GE, x >= y)

array_kernel *array_kernel_compare(op o)
{
    switch (o) {
    case OP_EQ: return strip_compare_EQ;
    case OP_NE: return strip_compare_NE;
    case OP_LT: return strip_compare_LT;
    case OP_LE: return strip_compare_LE;
    case OP_GT: return strip_compare_GT;
    case OP_GE: return strip_compare_GE;
    default: return NULL;
    }
}

/* ---- Conversions --------------------------------------------------------------------------------- */

#define STRIP_CONVERT(name, to, from)                                                                                  \
    STRIP_FAST static size_t name(STRIP_ARGS)                                                                          \
    {                                                                                                                  \
        to *o = out;                                                                                                   \
        const from *xs = x_at;                                                                                         \
        (void)y_at, (void)w_at;                                                                                        \
        for (size_t i = 0; i < count; i++) o[i] = (to)xs[i];                                                           \
        return count;                                                                                                  \
    }
STRIP_CONVERT(strip_f64_int, double, int64_t)
STRIP_CONVERT(strip_f32_int, float, int64_t)
STRIP_CONVERT(strip_int_f64, int64_t, double)
STRIP_CONVERT(strip_int_f32, int64_t, float)

array_kernel *array_kernel_convert(int from, int to)
{
    if (from == ARRAY_INT) return to == ARRAY_F32 ? strip_f32_int : strip_f64_int;
    if (to == ARRAY_INT) return from == ARRAY_F32 ? strip_int_f32 : strip_int_f64;
    return array_kernel_real(to);
}

/* ---- Elementary functions, by src/math ------------------------------------------------------------- */

#define STRIP_VECTOR(name)                                                                                             \
    static size_t strip_f64_vector_##name(STRIP_ARGS)                                                                  \
    {                                                                                                                  \
        (void)y_at, (void)w_at;                                                                                        \
        vector_##name##_f64(count, x_at, out);                                                                         \
        return count;                                                                                                  \
    }                                                                                                                  \
    static size_t strip_f32_vector_##name(STRIP_ARGS)                                                                  \
    {                                                                                                                  \
        (void)y_at, (void)w_at;                                                                                        \
        vector_##name##_f32(count, x_at, out);                                                                         \
        return count;                                                                                                  \
    }
VECTOR_FUNCTIONS(STRIP_VECTOR)

#define STRIP_SINGLE(name)                                                                                             \
    static size_t strip_f32_vector_##name(STRIP_ARGS)                                                                  \
    {                                                                                                                  \
        (void)y_at, (void)w_at;                                                                                        \
        vector_##name##_f32(count, x_at, out);                                                                         \
        return count;                                                                                                  \
    }
VECTOR_SINGLE(STRIP_SINGLE)

/* k_sigmoid1 and its like, with the exponential by the vector function: the same bits. */
#define STRIP_LOGISTIC(name, attribute)                                                                                \
    attribute STRIP_FAST static void name(size_t count, double *o)                                                     \
    {                                                                                                                  \
        STRIP_LOOP                                                                                                     \
        for (size_t i = 0; i < count; i++) {                                                                           \
            double e = o[i], f = 1.0 + e, low, p = k_two_product(f, f, &low), q = e / p;                               \
            low += 2.0 * f * (e - (f - 1.0));                                                                          \
            o[i] = q - q * (low / p);                                                                                  \
        }                                                                                                              \
    }
STRIP_LOGISTIC(strip_logistic, )
#if STRIP_TWICE
STRIP_LOGISTIC(strip_logistic_avx2, STRIP_AVX2)
#endif

STRIP_FAST static size_t strip_f64_sigmoid1(STRIP_ARGS)
{
    double *o = out;
    const double *x = x_at;
    (void)y_at, (void)w_at;
    for (size_t i = 0; i < count; i++) o[i] = -fabs(x[i]);
    vector_exp_f64(count, o, o);
#if STRIP_TWICE
    if (STRIP_HAS_AVX2())
        strip_logistic_avx2(count, o);
    else
#endif
        strip_logistic(count, o);
    return count;
}

/* Slope of the logistic function over floats: e / (1 + e)^2 in double, rounded once. */
#define STRIP_LOGISTIC_SINGLE(name, attribute)                                                                         \
    attribute STRIP_FAST static void name(size_t count, float *o)                                                      \
    {                                                                                                                  \
        STRIP_LOOP                                                                                                     \
        for (size_t i = 0; i < count; i++) {                                                                           \
            double e = (double)o[i];                                                                                   \
            o[i] = (float)(e / ((1.0 + e) * (1.0 + e)));                                                               \
        }                                                                                                              \
    }
STRIP_LOGISTIC_SINGLE(strip_logistic_single, )
#if STRIP_TWICE
STRIP_LOGISTIC_SINGLE(strip_logistic_single_avx2, STRIP_AVX2)
#endif

STRIP_FAST static size_t strip_f32_sigmoid1(STRIP_ARGS)
{
    float *o = out;
    const float *x = x_at;
    (void)y_at, (void)w_at;
    for (size_t i = 0; i < count; i++) o[i] = -fabsf(x[i]);
    vector_exp_f32(count, o, o);
#if STRIP_TWICE
    if (STRIP_HAS_AVX2())
        strip_logistic_single_avx2(count, o);
    else
#endif
        strip_logistic_single(count, o);
    return count;
}

static array_kernel *array_kernel_vector(op o, int type)
{
    bool single = type == ARRAY_F32;
    if (type == ARRAY_INT) return NULL;
    switch (o) {
    case OP_EXP: return single ? strip_f32_vector_exp : strip_f64_vector_exp;
    case OP_SIGMOID1: return single ? strip_f32_sigmoid1 : strip_f64_sigmoid1;
    case OP_EXPM1: return single ? strip_f32_vector_expm1 : strip_f64_vector_expm1;
    case OP_LOG: return single ? strip_f32_vector_log : strip_f64_vector_log;
    case OP_LOG1P: return single ? strip_f32_vector_log1p : strip_f64_vector_log1p;
    case OP_SIN: return single ? strip_f32_vector_sin : strip_f64_vector_sin;
    case OP_COS: return single ? strip_f32_vector_cos : strip_f64_vector_cos;
    case OP_TANH: return single ? strip_f32_vector_tanh : strip_f64_vector_tanh;
    case OP_SIGMOID: return single ? strip_f32_vector_sigmoid : strip_f64_vector_sigmoid;
    case OP_SOFTPLUS: return single ? strip_f32_vector_softplus : strip_f64_vector_softplus;
    case OP_ERF: return single ? strip_f32_vector_erf : strip_f64_vector_erf;
    case OP_GELU: return single ? strip_f32_vector_gelu : NULL;
    case OP_GELU1: return single ? strip_f32_vector_gelu1 : NULL;
    default: return NULL;
    }
}

/* ---- The table ----------------------------------------------------------------------------------- */

array_kernel *array_kernel_of(op o, int type)
{
    static array_kernel *const table[3][OP_COUNT] = {{
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    [OP_##E] = strip_f64_##E,
#include "ops/ops.def"
#undef OP
                                                     },
                                                     {
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    [OP_##E] = strip_f32_##E,
#include "ops/ops.def"
#undef OP
                                                     },
                                                     {
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)
#define INT(E, value) [OP_##E] = strip_int_##E,
#include "ops/ops.def"
#undef INT
#undef OP
                                                     }};
    array_kernel *vector = array_kernel_vector(o, type);
    if (vector) return vector;
    array_kernel *plain = array_kernel_plain(o, type);
    if (plain) return plain;
#if STRIP_TWICE
    static array_kernel *const wide[2][OP_COUNT] = {{
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    [OP_##E] = strip_f64_avx2_##E,
#include "ops/ops.def"
#undef OP
                                                    },
                                                    {
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    [OP_##E] = strip_f32_avx2_##E,
#include "ops/ops.def"
#undef OP
                                                    }};
    if (type != ARRAY_INT && STRIP_HAS_AVX2()) return wide[type][o];
#endif
    return table[type][o];
}
