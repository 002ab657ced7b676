/*
 * fit_answer.c - errors, covariance, and which parameters the residuals do not determine.
 *
 * The covariance is deviation^2 (J' J)^-1 = deviation^2 S^-1 P R^-1 R'^-1 P' S^-1: the linear theory, as tables of
 * fits give it. Where R has a rank below n, each column past the rank gives a direction in which the residuals do
 * not change; whoever takes part in one is not determined, and the rest of the covariance is right without them.
 */
#include <math.h>
#include <string.h>

#include "fit.h"

/* Into f->known, by parameter: 1 where it is not determined, else 0. */
static void answer_open(fitter *f)
{
    const fit_point *p = &f->now;
    size_t n = f->count;
    memset(f->known, 0, n * sizeof *f->known);
    for (size_t k = p->rank; k < n; k++) {
        for (size_t i = 0; i < p->rank; i++) f->solved[i] = p->root[i * n + k];
        train_fit_back(p->root, n, p->rank, f->solved);
        double most = 1;
        for (size_t i = 0; i < p->rank; i++) most = fmax(most, fabs(f->solved[i]));
        for (size_t i = 0; i < p->rank; i++)
            if (fabs(f->solved[i]) > 1e-6 * most) f->known[p->pivot[i]] = 1;
        f->known[p->pivot[k]] = 1;
    }
}

static void answer_covariance(const fitter *f, double *covariance, double deviation)
{
    const fit_point *p = &f->now;
    size_t n = f->count;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            size_t i = p->pivot[a], j = p->pivot[b];
            double sum = 0;
            for (size_t k = 0; k < n; k++) sum += f->upper[a * n + k] * f->upper[b * n + k];
            bool open = f->known[i] != 0 || f->known[j] != 0;
            covariance[i * n + j] = open ? INFINITY : sum * (deviation / p->scale[i]) * (deviation / p->scale[j]);
        }
}

void train_fit_answer(fitter *f, ew_fit_result *result, ew_reason reason)
{
    const fit_point *p = &f->now;
    result->value = p->sum;
    result->count = f->points;
    result->rank = p->rank;
    result->freedom = f->points - p->rank;
    result->deviation = result->freedom ? sqrt(p->sum / (double)result->freedom) : NAN;
    result->measure = p->measure;
    result->steps = f->step;
    result->runs = f->runs;
    result->converged = reason == EW_REASON_SETTLED;
    result->reason = reason;
    answer_open(f);
    train_fit_invert(f, p);
    for (size_t j = 0; result->errors && j < f->count; j++)
        result->errors[j] = f->known[j] != 0 ? INFINITY : result->deviation * p->spread[j];
    if (result->covariance) answer_covariance(f, result->covariance, result->deviation);
    if (result->residuals && f->points) memcpy(result->residuals, p->residual, f->points * sizeof *p->residual);
}
