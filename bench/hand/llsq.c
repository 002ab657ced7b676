/*
 * llsq.c - least squares fit of a polynomial, and its gradient: GradBench's llsq, whose points t_i and values y_i
 * (equally spaced; the sign of t_i) are data here.
 *
 *     e_i = y_i - sum_j x_j t_i^j      f = sum_i e_i^2 / 2      d x_j = -sum_i e_i t_i^j
 *
 * Points go in blocks of LLSQ_BLOCK, innermost: Horner's rule for a block, then the powers once more for the gradient,
 * with LLSQ_LANES partial sums for each coefficient that are added up at the end.
 *
 * in: t[N], y[N], x[M].  out: f; d x.
 */
#include "hand.h"

#include <string.h>

enum { LLSQ_BLOCK = 32, LLSQ_LANES = 8 };

/* t and the residuals e of the block at `first` (0 past the last point); returns sum e^2. */
static double llsq_residuals(const size_t *size, size_t first, const double *in, double *restrict t, double *restrict e)
{
    size_t n = size[0], count = n - first < LLSQ_BLOCK ? n - first : LLSQ_BLOCK;
    const double *y = in + n + first, *x = in + 2 * n;
    double sum = 0, p[LLSQ_BLOCK] = {0};
    for (size_t s = 0; s < LLSQ_BLOCK; s++) t[s] = s < count ? in[first + s] : 0;
    for (size_t j = size[1]; j-- > 0;)
        for (size_t s = 0; s < LLSQ_BLOCK; s++) p[s] = p[s] * t[s] + x[j];
    for (size_t s = 0; s < LLSQ_BLOCK; s++) e[s] = s < count ? y[s] - p[s] : 0;
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

/* work: [M, LANES] partial sums; a block's e t^j is folded into LANES as it is added. */
static void llsq_gradient(const size_t *size, const double *in, double *out, double *work)
{
    double t[LLSQ_BLOCK], e[LLSQ_BLOCK], sum = 0;
    memset(work, 0, size[1] * LLSQ_LANES * sizeof *work);
    for (size_t first = 0; first < size[0]; first += LLSQ_BLOCK) {
        sum += llsq_residuals(size, first, in, t, e);
        double *restrict lanes = work;
        for (size_t j = 0; j < size[1]; j++, lanes += LLSQ_LANES) {
            for (size_t s = 0; s < LLSQ_LANES; s++) lanes[s] += (e[s] + e[s + 8]) + (e[s + 16] + e[s + 24]);
            for (size_t s = 0; s < LLSQ_BLOCK; s++) e[s] *= t[s];
        }
    }
    out[0] = 0.5 * sum;
    for (size_t j = 0; j < size[1]; j++) {
        out[1 + j] = 0;
        for (size_t s = 0; s < LLSQ_LANES; s++) out[1 + j] -= work[j * LLSQ_LANES + s];
    }
}

static size_t llsq_inputs(const size_t *size, hand_input *list)
{
    list[0] = (hand_input){"t", size[0], -1, 1, 0};
    list[1] = (hand_input){"y", size[0], -1, 1, 0};
    list[2] = (hand_input){"x", size[1], -1, 1, 0};
    return 3;
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
    return size[1] * LLSQ_LANES;
}

#define LLSQ_ROW(label, program)                                                                                       \
    {                                                                                                                  \
        .name = label, .file = program, .dims = {"N", "M"}, .value_outputs = "f",                                      \
        .gradient_outputs = "f, diff(f, x[j])", .inputs = llsq_inputs, .value_count = llsq_value_count,                \
        .gradient_count = llsq_gradient_count, .work_count = llsq_work_count, .value = llsq_value,                     \
        .gradient = llsq_gradient                                                                                      \
    }

const hand_workload hand_llsq = LLSQ_ROW("llsq", "llsq");
const hand_workload hand_llsq_powers = LLSQ_ROW("llsq by t^j", "llsq_powers");
