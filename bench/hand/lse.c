/*
 * lse.c - log-sum-exp of a long vector, and its gradient.
 *
 *     f = m + log sum_i exp(x_i - m),  m = max x        d x_i = exp(x_i - m) / sum_i exp(x_i - m)
 *
 * in: x[N].  out: f; d x.
 */
#include "hand.h"

#include <math.h>

enum { LSE_LANES = 16 };

/* Several running maxima, so that the loop vectorises. */
static double lse_most(const double *x, size_t n)
{
    double lane[LSE_LANES], most = -INFINITY;
    size_t i = 0;
    for (size_t s = 0; s < LSE_LANES; s++) lane[s] = -INFINITY;
    for (; i + LSE_LANES <= n; i += LSE_LANES)
        for (size_t s = 0; s < LSE_LANES; s++) lane[s] = x[i + s] > lane[s] ? x[i + s] : lane[s];
    for (; i < n; i++) most = x[i] > most ? x[i] : most;
    for (size_t s = 0; s < LSE_LANES; s++) most = lane[s] > most ? lane[s] : most;
    return most;
}

static void lse_value(const size_t *size, const double *in, double *out, double *work)
{
    double most = lse_most(in, size[0]), sum = 0;
    (void)work;
    for (size_t i = 0; i < size[0]; i++) sum += exp(in[i] - most);
    out[0] = most + log(sum);
}

static void lse_gradient(const size_t *size, const double *in, double *out, double *work)
{
    double most = lse_most(in, size[0]), sum = 0, *g = out + 1;
    (void)work;
    for (size_t i = 0; i < size[0]; i++) sum += g[i] = exp(in[i] - most);
    out[0] = most + log(sum);
    for (size_t i = 0; i < size[0]; i++) g[i] *= 1 / sum;
}

static size_t lse_inputs(const size_t *size, hand_input *list)
{
    list[0] = (hand_input){"x", size[0], -8, 8, 0};
    return 1;
}

static size_t lse_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t lse_gradient_count(const size_t *size)
{
    return 1 + size[0];
}

static size_t lse_work_count(const size_t *size)
{
    (void)size;
    return 0;
}

const hand_workload hand_lse = {
    .name = "lse",
    .file = "lse",
    .dims = {"N"},
    .value_outputs = "f",
    .gradient_outputs = "f, diff(f, x[i])",
    .inputs = lse_inputs,
    .value_count = lse_value_count,
    .gradient_count = lse_gradient_count,
    .work_count = lse_work_count,
    .value = lse_value,
    .gradient = lse_gradient,
};
