/*
 * vector.c - the functions of math/vector.h beside libm, in one process, one thread.
 *
 * Usage: bench-vector [NAME ...]
 *
 * Nanoseconds an element over 4,096 elements, medians of rounds in which both run in turn. Last, the
 * expression of issue 3: tanh(a*b + c) * exp(-d) over a million, strip by strip, beside libm's
 * functions op by op.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/vector_loops.h"

enum { COUNT = 4096, ROUNDS = 31, MILLION = 1000000, STRIP = 512 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double middle(double *x)
{
    qsort(x, ROUNDS, sizeof *x, ascending);
    return x[ROUNDS / 2];
}

typedef void loop_f64(size_t, const double *, double *);
typedef void loop_f32(size_t, const float *, float *);

#define LOOP(name, type, real, function)                                                                               \
    static void name##_##type(size_t n, const real *x, real *out)                                                      \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++) out[i] = function(x[i]);                                                        \
    }
#define SIGMOID(x) (1 / (1 + exp(-(x))))
#define SIGMOID_F32(x) (1 / (1 + expf(-(x))))
#define SOFTPLUS(x) log1p(exp(x))
#define SOFTPLUS_F32(x) log1pf(expf(x))
#define LOOPS(name, wide, narrow)                                                                                      \
    LOOP(libm_##name, f64, double, wide)                                                                               \
    LOOP(libm_##name, f32, float, narrow)                                                                              \
    LOOP(one_##name, f64, double, k_##name)                                                                            \
    LOOP(one_##name, f32, float, k_##name##_f32)
LOOPS(exp, exp, expf)
LOOPS(expm1, expm1, expm1f)
LOOPS(log, log, logf)
LOOPS(log1p, log1p, log1pf)
LOOPS(sin, sin, sinf)
LOOPS(cos, cos, cosf)
LOOPS(tanh, tanh, tanhf)
LOOPS(sigmoid, SIGMOID, SIGMOID_F32)
LOOPS(softplus, SOFTPLUS, SOFTPLUS_F32)
LOOPS(erf, erf, erff)

/* Rows of the table: the vector loop, the scalar function (as -O2 has it, not vectorised), libm. */
typedef struct {
    const char *name;
    loop_f64 *vector64, *one64, *libm64;
    loop_f32 *vector32, *one32, *libm32;
    double low, high;
} row;
#define ROW(name, low, high)                                                                                           \
    {                                                                                                                  \
#name, vector_##name##_f64, one_##name##_f64, libm_##name##_f64, vector_##name##_f32, one_##name##_f32,        \
            libm_##name##_f32, low, high                                                                               \
    }
static const row rows[] = {ROW(exp, -10, 10),      ROW(expm1, -5, 5), ROW(log, 0, 10),  ROW(log1p, -1, 10),
                           ROW(sin, -10, 10),      ROW(cos, -10, 10), ROW(tanh, -5, 5), ROW(sigmoid, -10, 10),
                           ROW(softplus, -10, 10), ROW(erf, -4, 4)};

static double a[MILLION], b[MILLION], c[MILLION], d[MILLION], e[MILLION], f[MILLION];
static float a32[MILLION], b32[MILLION], c32[MILLION], d32[MILLION], e32[MILLION], f32[MILLION];

static double time_f64(loop_f64 *run, double *out)
{
    double start = now();
    for (int i = 0; i < 10; i++) run(COUNT, a, out);
    return (now() - start) / (10.0 * COUNT) * 1e9;
}

static double time_f32(loop_f32 *run, float *out)
{
    double start = now();
    for (int i = 0; i < 10; i++) run(COUNT, a32, out);
    return (now() - start) / (10.0 * COUNT) * 1e9;
}

static void measure(const row *r)
{
    double t[6][ROUNDS];
    for (int i = 0; i < COUNT; i++) {
        a[i] = r->low + (r->high - r->low) * ((unsigned)i * 2654435761u % 100003u + 0.5) / 100003.0;
        a32[i] = (float)a[i];
    }
    for (int i = 0; i < ROUNDS; i++) {
        t[0][i] = time_f64(r->vector64, b), t[1][i] = time_f64(r->one64, c), t[2][i] = time_f64(r->libm64, d);
        t[3][i] = time_f32(r->vector32, b32), t[4][i] = time_f32(r->one32, c32), t[5][i] = time_f32(r->libm32, d32);
    }
    double m[6];
    for (int i = 0; i < 6; i++) m[i] = middle(t[i]);
    printf("%-9s %8.2f %8.2f %8.2f %6.1f  %8.2f %8.2f %8.2f %6.1f\n", r->name, m[0], m[1], m[2], m[2] / m[0], m[3],
           m[4], m[5], m[5] / m[3]);
}

#define EXPRESSION(type, real, A, B, C, D, E, F, tanh_libm, exp_libm)                                                  \
    static void strips_##type(void)                                                                                    \
    {                                                                                                                  \
        real u[STRIP], v[STRIP];                                                                                       \
        for (size_t s = 0; s < MILLION; s += STRIP) {                                                                  \
            size_t n = MILLION - s < STRIP ? MILLION - s : STRIP;                                                      \
            for (size_t i = 0; i < n; i++) u[i] = A[s + i] * B[s + i];                                                 \
            for (size_t i = 0; i < n; i++) u[i] = u[i] + C[s + i];                                                     \
            vector_tanh_##type(n, u, u);                                                                               \
            for (size_t i = 0; i < n; i++) v[i] = -D[s + i];                                                           \
            vector_exp_##type(n, v, v);                                                                                \
            for (size_t i = 0; i < n; i++) E[s + i] = u[i] * v[i];                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    static void op_by_op_##type(void)                                                                                  \
    {                                                                                                                  \
        for (size_t i = 0; i < MILLION; i++) E[i] = A[i] * B[i];                                                       \
        for (size_t i = 0; i < MILLION; i++) E[i] = E[i] + C[i];                                                       \
        for (size_t i = 0; i < MILLION; i++) E[i] = tanh_libm(E[i]);                                                   \
        for (size_t i = 0; i < MILLION; i++) F[i] = -D[i];                                                             \
        for (size_t i = 0; i < MILLION; i++) F[i] = exp_libm(F[i]);                                                    \
        for (size_t i = 0; i < MILLION; i++) E[i] = E[i] * F[i];                                                       \
    }
EXPRESSION(f64, double, a, b, c, d, e, f, tanh, exp)
EXPRESSION(f32, float, a32, b32, c32, d32, e32, f32, tanhf, expf)

static void expression(const char *name, void (*ours)(void), void (*theirs)(void))
{
    double x[ROUNDS], y[ROUNDS], ratio[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        ours();
        x[i] = now() - start;
        start = now();
        theirs();
        y[i] = now() - start;
        ratio[i] = y[i] / x[i];
    }
    printf("tanh(a*b + c) * exp(-d), %s: %.2f ns an element, libm op by op %.2f, ratio %.1f\n", name, middle(x) * 1e3,
           middle(y) * 1e3, middle(ratio));
}

int main(int count, char **names)
{
    printf("ns an element      f64                                f32\n");
    printf("%-9s %8s %8s %8s %6s  %8s %8s %8s %6s\n", "", "vector", "scalar", "libm", "ratio", "vector", "scalar",
           "libm", "ratio");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int chosen = count < 2;
        for (int k = 1; k < count; k++) chosen = chosen || strcmp(rows[i].name, names[k]) == 0;
        if (chosen) measure(&rows[i]);
    }
    for (int i = 0; i < MILLION; i++) {
        a[i] = sin(i), b[i] = cos(i), c[i] = sin(2.0 * i), d[i] = cos(3.0 * i);
        a32[i] = (float)a[i], b32[i] = (float)b[i], c32[i] = (float)c[i], d32[i] = (float)d[i];
    }
    expression("f64", strips_f64, op_by_op_f64);
    expression("f32", strips_f32, op_by_op_f32);
    return 0;
}
