/*
 * hand.h - the hand-written side of the table of speeds: one workload a file, in straightforward C, with
 * the gradient derived by hand.
 *
 * It is written the way one writes such code who knows the machine but has an afternoon: contiguous arrays,
 * loops whose innermost index runs over neighbours so that the compiler vectorises them, exp, tanh and log from
 * libm, no BLAS, no intrinsics, no fast-math. It is compiled with -O3 -march=native and the compiler's own
 * default for fused multiply-add, which it is free to use here.
 *
 * Both sides of a workload take the same flat array: `in` holds the inputs of bench/workloads/NAME.ew, then its
 * params, each row-major, in order of declaration; `out` gets what `value_outputs` or `gradient_outputs` ask for.
 * So one generator makes the data of both, and their results can be compared number by number. `work` is scratch
 * memory of `work_count` numbers; nothing is allocated while a workload runs.
 */
#ifndef HAND_H
#define HAND_H

#include <stddef.h>
#include <stdint.h>

enum { HAND_DIMS = 4, HAND_INPUTS = 8 };

/* One input, and what its data look like: `count` numbers from low up to, but without, high (all are `low`
 * where the two are equal). */
typedef struct hand_input {
    const char *name;
    size_t count;
    double low, high;
    int whole; /* only whole numbers */
} hand_input;

typedef struct hand_workload {
    const char *name;            /* the program is bench/workloads/<file>.ew */
    const char *file;            /* differs from name where one program has several sizes or types */
    const char *dims[HAND_DIMS]; /* names of the dimensions in `size`, NULL after the last */
    const char *value_outputs, *gradient_outputs;
    size_t (*inputs)(const size_t *size, hand_input *list); /* returns how many */
    size_t (*value_count)(const size_t *size);              /* numbers in `out` */
    size_t (*gradient_count)(const size_t *size);
    size_t (*work_count)(const size_t *size); /* enough for both functions */
    /* Either the two for double or the two for float. */
    void (*value)(const size_t *size, const double *in, double *out, double *work);
    void (*gradient)(const size_t *size, const double *in, double *out, double *work);
    void (*value_f)(const size_t *size, const float *in, float *out, float *work);
    void (*gradient_f)(const size_t *size, const float *in, float *out, float *work);
} hand_workload;

extern const hand_workload hand_gmm;             /* N, D, K: Gaussian mixture with Wishart prior */
extern const hand_workload hand_lse;             /* N: log-sum-exp */
extern const hand_workload hand_llsq;            /* N, M: polynomial least squares */
extern const hand_workload hand_llsq_powers;     /* the same function, for a program that writes t^j */
extern const hand_workload hand_kmeans;          /* N, D, K: cost, gradient, diagonal of the Hessian */
extern const hand_workload hand_lstm;            /* T, L, W: layers with diagonal gates */
extern const hand_workload hand_perceptron;      /* N, I, H, C: two hidden layers, f32 */
extern const hand_workload hand_perceptron_f64;  /* the same source in double */
extern const hand_workload hand_elementwise;     /* N: tanh(a * b + c) * exp(-d) */
extern const hand_workload hand_elementwise_f32; /* the same source in float */

/* Data: a counter-based stream, so that element e of input i is the same whatever is asked before it. Every value
 * is a multiple of the range's 2^-20th part, exact in double and, for ranges with ends that are small multiples of a
 * power of two, in float as well. hand_fill returns how many numbers all inputs have; `in` may be NULL. */
double hand_random(uint64_t seed, uint64_t input, uint64_t element, const hand_input *range);
size_t hand_fill(const hand_workload *w, const size_t *size, uint64_t seed, double *in);

#endif
