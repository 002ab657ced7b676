/*
 * llsq.c - least squares fit of a polynomial to the sign of t, and its gradient (GradBench's llsq).
 *
 *     t_i = -1 + 2 i / (n - 1)      s_i = sign(t_i)      e_i = s_i - sum_j x_j t_i^j
 *     f   = sum_i e_i^2 / 2         d x_j = -sum_i e_i t_i^j
 *
 * Points go in blocks of LLSQ_BLOCK, innermost: Horner's rule for a block, then the powers once more for the gradient,
 * with LLSQ_BLOCK partial sums for each coefficient that are added up at the end.
 *
 * in: x[M].  out: f; d x.
 */
#include "hand.h"

#include <string.h>

enum { LLSQ_BLOCK = 32 };

/* t, the residuals e of the block at `first` (0 past the last point); returns sum e^2. */
static double llsq_residuals(const size_t *size, size_t first, const double *x, double *restrict t, double *restrict e)
{
    size_t n = size[0], count = n - first < LLSQ_BLOCK ? n - first : LLSQ_BLOCK;
    double sum = 0, p[LLSQ_BLOCK] = {0};
    for (size_t s = 0; s < LLSQ_BLOCK; s++) t[s] = -1 + (double)(first + s) * 2 / (double)(n - 1);
    for (size_t j = size[1]; j-- > 0;)
        for (size_t s = 0; s < LLSQ_BLOCK; s++) p[s] = p[s] * t[s] + x[j];
    for (size_t s = 0; s < LLSQ_BLOCK; s++) e[s] = s < count ? (double)((t[s] > 0) - (t[s] < 0)) - p[s] : 0;
    for (size_t s = 0; s < LLSQ_BLOCK; s++) sum += e[s] * e[s];
    return sum;
}

static void llsq_value(const size_t *size, const double *in, double *out, double *work)
{
    double t[LLSQ_BLOCK], e[LLSQ_BLOCK], sum = 0;
    (void)work;
    for (size_t first = 0; first < size[0]; first += LLSQ_BLOCK) sum += llsq_residuals(size, first, in, t, e);
    out[0] = 0.5 * sum;
}

/* work: [M, 8] partial sums; a block's e t^j is folded into 8 as it is added. */
static void llsq_gradient(const size_t *size, const double *in, double *out, double *work)
{
    double t[LLSQ_BLOCK], e[LLSQ_BLOCK], sum = 0;
    memset(work, 0, size[1] * 8 * sizeof *work);
    for (size_t first = 0; first < size[0]; first += LLSQ_BLOCK) {
        sum += llsq_residuals(size, first, in, t, e);
        double *restrict lanes = work;
        for (size_t j = 0; j < size[1]; j++, lanes += 8) {
            for (size_t s = 0; s < 8; s++) lanes[s] += (e[s] + e[s + 8]) + (e[s + 16] + e[s + 24]);
            for (size_t s = 0; s < LLSQ_BLOCK; s++) e[s] *= t[s];
        }
    }
    out[0] = 0.5 * sum;
    for (size_t j = 0; j < size[1]; j++) {
        out[1 + j] = 0;
        for (size_t s = 0; s < 8; s++) out[1 + j] -= work[j * 8 + s];
    }
}

static size_t llsq_inputs(const size_t *size, hand_input *list)
{
    list[0] = (hand_input){"x", size[1], -1, 1, 0};
    return 1;
}

static size_t llsq_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t llsq_gradient_count(const size_t *size)
{
    return 1 + size[1];
}

static size_t llsq_work_count(const size_t *size)
{
    return size[1] * 8;
}

const hand_workload hand_llsq = {
    .name = "llsq",
    .file = "llsq",
    .dims = {"N", "M"},
    .value_outputs = "f",
    .gradient_outputs = "f, diff(f, x[j])",
    .inputs = llsq_inputs,
    .value_count = llsq_value_count,
    .gradient_count = llsq_gradient_count,
    .work_count = llsq_work_count,
    .value = llsq_value,
    .gradient = llsq_gradient,
};
