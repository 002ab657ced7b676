/*
 * test_vector.c - elementary functions over arrays: the bits of the scalar functions for every variant,
 * length and alignment, in place or not, and nothing beside the array touched; special values; at most
 * 2 ULP from MPFR in double, and from the double functions in float.
 *
 *   test_vector           some thousand points a function
 *   test_vector --long    a hundred times as many; every 37th float
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/kernels.h"
#include "math/vector_loops.h"
#include "mpfr/near.h"
#include "mpfr/points.h"
#include "mpfr/reference.h"

enum { FUNCTIONS = 10, SINGLE = 2, LONGEST = 70, MARGIN = 9 };

static bool thorough;

typedef struct {
    const char *name;
    double (*one_f64)(double);
    float (*one_f32)(float);
    void (*best_f64)(size_t, const double *, double *);
    void (*best_f32)(size_t, const float *, float *);
    exact_one *exact;
    size_t at_f64, at_f32; /* in vector_loops */
    double awkward[6];
} function_row;

#define ROW(name, ...)                                                                                                 \
    {                                                                                                                  \
#name, k_##name, k_##name##_f32, vector_##name##_f64, vector_##name##_f32, exact_##name,                       \
            offsetof(vector_loops, name##_f64), offsetof(vector_loops, name##_f32),                                    \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

#define ROW_SINGLE(name, ...)                                                                                          \
    {                                                                                                                  \
#name, k_##name, k_##name##_f32, NULL, vector_##name##_f32, NULL, 0, offsetof(vector_loops, name##_f32),       \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

/* Last those that have loops over floats alone. */
static const function_row functions[FUNCTIONS + SINGLE] = {
    ROW(exp, -708.4, 709.78, -745.13, 0.34657359027997264, -103.97, 88.72),
    ROW(expm1, 0.34657359027997264, -0.34657359027997264, -37, 709.78, 88.72, 1.0397207708399179),
    ROW(log, 1, 0.70710678118654746, 1.4142135623730951, 0x1p-1022, 0x1p-126, 0.5),
    ROW(log1p, -1, -0.29289321881345254, 0.41421356237309515, 1e-20, 1, 9007199254740992.0),
    ROW(sin, 3.141592653589793, 102000, 0.78539816339744828, 7.45e-9, 1e-4, 1e15),
    ROW(cos, 1.5707963267948966, 102000, 0.78539816339744828, 4.7123889803846897, 1e5, 1e15),
    ROW(tanh, 0.55677643628300217, 0.62449979983983983, 22, -20, 10, 372),
    ROW(sigmoid, 37, -37, -708, -745, -104, -88),
    ROW(softplus, 37, -37, -708, -745, -104, -88),
    ROW(erf, 0.83666002653407554, 1.25, 6, -6, 4, 0.84),
    ROW_SINGLE(gelu, 12, -12, -13.2, -14.4, 16, -16),
    ROW_SINGLE(gelu1, 12, -0.75179152469356447, -13.2, -14.4, 0.75179152469356447, -16),
};

static double point(const function_row *f, long i)
{
    double x;
    if (fixed_point(i, &x)) return x;
    if (random_bits() % 3 == 0) return random_near(f->awkward[random_bits() % 6]);
    if (random_bits() % 8 == 0) return near_half_pi();
    return random_anywhere();
}

static bool same_f64(double x, double y)
{
    return isnan(x) ? isnan(y) : memcmp(&x, &y, sizeof x) == 0;
}

static bool same_f32(float x, float y)
{
    return isnan(x) ? isnan(y) : memcmp(&x, &y, sizeof x) == 0;
}

/* ---- the same bits everywhere -------------------------------------------------------------------- */

#define CHECK_LENGTH(type, real)                                                                                       \
    static void check_length_##type(const function_row *f, void (*run)(size_t, const real *, real *), size_t n,        \
                                    size_t shift, bool in_place)                                                       \
    {                                                                                                                  \
        real in[LONGEST + 2 * MARGIN], out[LONGEST + 2 * MARGIN], *to = in_place ? in : out;                           \
        size_t all = n + 2 * MARGIN;                                                                                   \
        real want[LONGEST + 2 * MARGIN];                                                                               \
        for (size_t i = 0; i < all; i++) {                                                                             \
            in[i] = (real)point(f, (long)(random_bits() % 1000));                                                      \
            out[i] = (real)0.123;                                                                                      \
            want[i] = i >= shift && i < shift + n ? f->one_##type(in[i]) : to[i];                                      \
        }                                                                                                              \
        run(n, in + shift, to + shift);                                                                                \
        for (size_t i = 0; i < all; i++)                                                                               \
            if (!same_##type(to[i], want[i]))                                                                          \
                fail_msg("%s, n %zu, shift %zu, element %zu: %a is not %a", f->name, n, shift, i, (double)to[i],       \
                         (double)want[i]);                                                                             \
    }
CHECK_LENGTH(f64, double)
CHECK_LENGTH(f32, float)

static void check_variant(const vector_loops *loops)
{
    if (!loops) return;
    for (size_t k = 0; k < FUNCTIONS + SINGLE; k++) {
        void (*run64)(size_t, const double *, double *);
        void (*run32)(size_t, const float *, float *);
        memcpy(&run64, (const char *)loops + functions[k].at_f64, sizeof run64);
        bool both = k < FUNCTIONS;
        memcpy(&run32, (const char *)loops + functions[k].at_f32, sizeof run32);
        for (size_t n = 0; n <= LONGEST; n++)
            for (size_t shift = 0; shift < MARGIN; shift++) {
                if (both) check_length_f64(&functions[k], run64, n, shift, n & 1);
                check_length_f32(&functions[k], run32, n, shift, n & 1);
            }
    }
}

static void test_plain(void **state)
{
    (void)state;
    check_variant(vector_plain());
}

static void test_avx2(void **state)
{
    (void)state;
    check_variant(vector_avx2());
}

static void test_avx512(void **state)
{
    (void)state;
    check_variant(vector_avx512());
}

/* ---- special values ------------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    double x, want;
} special;

static void test_special(void **state)
{
    static const special cases[] = {
        {"exp", -INFINITY, 0.0},
        {"exp", INFINITY, INFINITY},
        {"exp", NAN, NAN},
        {"exp", 0.0, 1.0},
        {"exp", -0.0, 1.0},
        {"exp", 1e9, INFINITY},
        {"exp", -1e9, 0.0},
        {"expm1", -INFINITY, -1.0},
        {"expm1", INFINITY, INFINITY},
        {"expm1", NAN, NAN},
        {"expm1", 0.0, 0.0},
        {"expm1", -0.0, -0.0},
        {"expm1", 0x1p-149, 0x1p-149},
        {"expm1", -100.0, -1.0},
        {"log", 0.0, -INFINITY},
        {"log", -0.0, -INFINITY},
        {"log", -1.0, NAN},
        {"log", -INFINITY, NAN},
        {"log", INFINITY, INFINITY},
        {"log", NAN, NAN},
        {"log", 1.0, 0.0},
        {"log1p", -1.0, -INFINITY},
        {"log1p", -2.0, NAN},
        {"log1p", -INFINITY, NAN},
        {"log1p", INFINITY, INFINITY},
        {"log1p", NAN, NAN},
        {"log1p", 0.0, 0.0},
        {"log1p", -0.0, -0.0},
        {"log1p", -0x1p-149, -0x1p-149},
        {"sin", 0.0, 0.0},
        {"sin", -0.0, -0.0},
        {"sin", INFINITY, NAN},
        {"sin", -INFINITY, NAN},
        {"sin", NAN, NAN},
        {"sin", 0x1p-149, 0x1p-149},
        {"cos", 0.0, 1.0},
        {"cos", -0.0, 1.0},
        {"cos", INFINITY, NAN},
        {"cos", NAN, NAN},
        {"tanh", 0.0, 0.0},
        {"tanh", -0.0, -0.0},
        {"tanh", INFINITY, 1.0},
        {"tanh", -INFINITY, -1.0},
        {"tanh", NAN, NAN},
        {"tanh", 1e30, 1.0},
        {"tanh", -0x1p-149, -0x1p-149},
        {"sigmoid", INFINITY, 1.0},
        {"sigmoid", -INFINITY, 0.0},
        {"sigmoid", NAN, NAN},
        {"sigmoid", -0.0, 0.5},
        {"softplus", INFINITY, INFINITY},
        {"softplus", -INFINITY, 0.0},
        {"softplus", NAN, NAN},
        {"softplus", 1e30, 0x1.93e594p99},
        {"erf", 0.0, 0.0},
        {"erf", -0.0, -0.0},
        {"erf", INFINITY, 1.0},
        {"erf", -INFINITY, -1.0},
        {"erf", NAN, NAN},
        {"erf", 40.0, 1.0},
        {"gelu", 0.0, 0.0},
        {"gelu", -0.0, -0.0},
        {"gelu", INFINITY, INFINITY},
        {"gelu", -INFINITY, 0.0},
        {"gelu", NAN, NAN},
        {"gelu", -40.0, -0.0},
        {"gelu", 40.0, 40.0},
        {"gelu1", 0.0, 0.5},
        {"gelu1", -0.0, 0.5},
        {"gelu1", INFINITY, 1.0},
        {"gelu1", -INFINITY, 0.0},
        {"gelu1", NAN, NAN},
        {"gelu1", -41.0, -0.0},
        {"gelu1", 41.0, 1.0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const function_row *f = functions;
        while (strcmp(f->name, cases[i].name) != 0) f++;
        float x = (float)cases[i].x, narrow;
        double wide, y = x == 1e30F ? 0x1.93e594p99 : cases[i].x;
        wide = cases[i].want;
        if (f->best_f64) f->best_f64(1, &y, &wide);
        f->best_f32(1, &x, &narrow);
        if (!same_f64(wide, cases[i].want)) fail_msg("%s(%g) is %a", f->name, y, wide);
        if (!same_f32(narrow, (float)cases[i].want)) fail_msg("%s_f32(%g) is %a", f->name, (double)x, (double)narrow);
    }
}

/* ---- accuracy ------------------------------------------------------------------------------------ */

static void test_accuracy(void **state)
{
    long points = thorough ? 400000 : 4000;
    mpfr_t exact, at;
    (void)state;
    mpfr_init2(exact, 144);
    mpfr_init2(at, 53);
    for (size_t k = 0; k < FUNCTIONS; k++)
        for (long i = 0; i < points; i++) {
            double x = point(&functions[k], i), y = functions[k].one_f64(x);
            mpfr_set_d(at, x, MPFR_RNDN);
            functions[k].exact(exact, at);
            double error = ulp_error(y, exact);
            if (!(error <= 2.0)) fail_msg("%s(%.17g) is %.17g, %.2f ULP", functions[k].name, x, y, error);
        }
    mpfr_clears(exact, at, (mpfr_ptr)0);
}

/* |y - exact| in floats' ULP; infinity counts as 2^128. */
static double error_f32(float y, double exact)
{
    int exponent;
    if (isnan(exact) || isinf(exact)) return same_f32(y, (float)exact) ? 0.0 : INFINITY;
    if (isnan(y) || (exact == 0.0 && y != 0.0F)) return INFINITY;
    if (exact == 0.0) return 0.0;
    frexp(exact, &exponent);
    if (exponent > 128 && isinf(y)) return (y > 0.0F) == (exact > 0.0) ? 0.0 : INFINITY;
    if (exponent < -125) exponent = -125;
    if (exponent > 128) exponent = 128;
    double got = isinf(y) ? copysign(0x1p128, (double)y) : (double)y;
    return fabs(got - exact) * ldexp(1.0, 24 - exponent);
}

static void check_floats(const function_row *f, const float *x, float *y, size_t n)
{
    f->best_f32(n, x, y);
    for (size_t i = 0; i < n; i++) {
        double error = error_f32(y[i], f->one_f64((double)x[i]));
        if (!(error <= 2.0)) fail_msg("%s_f32(%.9g) is %.9g, %.2f ULP", f->name, (double)x[i], (double)y[i], error);
    }
}

static void test_accuracy_f32(void **state)
{
    enum { BLOCK = 4096 };
    uint64_t step = thorough ? 37 : 20011;
    float x[BLOCK], y[BLOCK];
    (void)state;
    for (size_t k = 0; k < FUNCTIONS + SINGLE; k++) {
        for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += step * BLOCK) {
            for (uint64_t i = 0; i < BLOCK; i++) {
                uint32_t u = (uint32_t)(bits + i * step);
                memcpy(&x[i], &u, sizeof u);
            }
            check_floats(&functions[k], x, y, BLOCK);
        }
        for (long i = 0; i < BLOCK; i++) x[i] = (float)point(&functions[k], i);
        check_floats(&functions[k], x, y, BLOCK);
    }
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),   cmocka_unit_test(test_avx2),     cmocka_unit_test(test_avx512),
        cmocka_unit_test(test_special), cmocka_unit_test(test_accuracy), cmocka_unit_test(test_accuracy_f32),
    };
    for (int i = 1; i < count; i++) thorough = thorough || strcmp(arguments[i], "--long") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
