/*
 * fit_run.c - the loop of a fit: which step is taken, and when it ends.
 *
 * Far away steps are those of fit_trust.c: each lowers the sum of squares. But a sum near its minimum does not tell
 * where that is: it changes by the square of the distance, so half of the digits are lost in its
 * rounding. So once the full step is short, it is taken if it makes the next full step clearly shorter still, and the
 * sum no larger than rounding makes it; that goes on past the tolerance, until nothing is won any more.
 *
 * The full step of Gauss and Newton shrinks by a constant factor, poor where the residuals are large and
 * the model bends. With the second derivatives B of the residuals, times the residuals, it is Newton's:
 *
 *     (J' J + B) p = -J' r,   J = Q R:   (1 + R'^-1 B R^-1) u = -Q' r,   p = R^-1 u,
 *
 * which keeps the accuracy of the orthogonal factor: B only decides how soon it gets there. It is taken where the
 * matrix is safely positive definite.
 */
#include <math.h>
#include <string.h>

#include "fit.h"

static const double loop_near = 0.1;   /* the measure below which full steps are tried */
static const double loop_better = 0.9; /* the factor by which they must shrink */

/* The first radius, in lengths of D x: bold; then, if that leads to a place where some parameters do not matter (an
 * exponential that has vanished), or sticks, more timid ones from the start again. */
enum { LOOP_ATTEMPTS = 3 };
static const double loop_first[LOOP_ATTEMPTS] = {100, 1, 0.01};

/* ---- Newton's step ------------------------------------------------------------------------------------ */

/* bend = 1 + R'^-1 B R^-1, in pivots: B's columns and rows each through R'. */
static void loop_turn(fitter *f)
{
    const fit_point *p = &f->now;
    size_t n = f->count;
    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < n; l++) {
            size_t i = p->pivot[k], j = p->pivot[l];
            f->upper[k * n + l] = f->bend[i * n + j] / p->scale[i] / p->scale[j];
        }
    for (int twice = 0; twice < 2; twice++) {
        for (size_t k = 0; k < n; k++) train_fit_forth(p->root, n, n, f->upper + k * n);
        for (size_t k = 0; k < n; k++)
            for (size_t l = 0; l < n; l++) f->bend[l * n + k] = f->upper[k * n + l];
        memcpy(f->upper, f->bend, n * n * sizeof *f->upper);
    }
    for (size_t k = 0; k < n; k++) f->upper[k * n + k] += 1;
}

/* The upper Cholesky factor of f->upper in its place; false: it is not safely positive definite. */
static bool loop_cholesky(fitter *f)
{
    size_t n = f->count;
    double *u = f->upper;
    for (size_t k = 0; k < n; k++) {
        if (!(u[k * n + k] > 0.01)) return false;
        u[k * n + k] = sqrt(u[k * n + k]);
        for (size_t l = k + 1; l < n; l++) u[k * n + l] /= u[k * n + k];
        for (size_t i = k + 1; i < n; i++)
            for (size_t l = i; l < n; l++) u[i * n + l] -= u[k * n + i] * u[k * n + l];
    }
    return true;
}

static bool loop_newton(fitter *f)
{
    const fit_point *p = &f->now;
    size_t n = f->count;
    if (p->rank < n || !train_fit_bend(f, p)) return false;
    loop_turn(f);
    if (!loop_cholesky(f)) return false;
    for (size_t k = 0; k < n; k++) f->solved[k] = -p->turned[k];
    train_fit_forth(f->upper, n, n, f->solved);
    train_fit_back(f->upper, n, n, f->solved);
    train_fit_back(p->root, n, n, f->solved);
    for (size_t k = 0; k < n; k++) f->move[p->pivot[k]] = f->solved[k] / p->scale[p->pivot[k]];
    return true;
}

/* ---- Full steps ----------------------------------------------------------------------------------------- */

static bool loop_polish(fitter *f)
{
    if (!loop_newton(f)) memcpy(f->move, f->now.move, f->count * sizeof *f->move);
    if (f->status != EW_OK || !train_fit_place(f) || !train_fit_derive(f, &f->next)) return false;
    double longer = sqrt(f->next.sum) - sqrt(f->now.sum);
    bool nearer = f->next.measure < loop_better * f->now.measure && longer <= 2 * train_fit_noise(f, &f->now);
    return nearer || (f->now.settled && f->next.sum < loop_better * f->now.sum); /* the second: all is rounding */
}

/* ---- The loop --------------------------------------------------------------------------------------------- */

/* The callback's answer: does it want to stop? */
static bool loop_tell(fitter *f, bool last)
{
    const fit_point *p = &f->now;
    ew_minimize_step step = {f->step, f->count, p->sum, p->measure, p->x, p->gradient, last ? NULL : f->move};
    return f->options.step && f->options.step(f->options.context, &step) != 0;
}

static void loop_accept(fitter *f)
{
    fit_point old = f->now;
    f->now = f->next;
    f->next = old;
    f->step++;
}

/* Is there a next point? If not, *reason says why. */
static bool loop_advance(fitter *f, double *near, ew_reason *reason)
{
    const fit_point *p = &f->now;
    bool left = f->step < f->options.steps;
    *reason = p->settled ? EW_REASON_SETTLED : left ? EW_REASON_STALLED : EW_REASON_STEPS;
    if (p->measure == 0 || !left) return false;
    if (p->settled || p->measure <= *near) {
        if (loop_polish(f)) return true;
        *near = p->measure / 10;
    }
    return f->status == EW_OK && !p->settled && train_fit_trust(f);
}

static ew_reason loop_descend(fitter *f)
{
    ew_reason reason;
    double near = loop_near;
    f->fresh = true;
    while (loop_advance(f, &near, &reason)) {
        bool stop = loop_tell(f, false);
        loop_accept(f);
        if (stop) return EW_REASON_STOPPED;
    }
    if (f->status == EW_OK) loop_tell(f, true);
    return reason;
}

/* ---- Attempts --------------------------------------------------------------------------------------------- */

/* Back to a place that was derived before; false: status. */
static bool loop_return(fitter *f, const double *x)
{
    memcpy(f->now.x, x, f->count * sizeof *x);
    return train_fit_derive(f, &f->now);
}

static bool loop_failed(const fitter *f, ew_reason reason)
{
    bool over = reason == EW_REASON_SETTLED || reason == EW_REASON_STALLED;
    return f->status == EW_OK && over && (reason == EW_REASON_STALLED || f->now.rank < f->count);
}

/* One attempt; what it leads to is kept if it is the lowest. */
static ew_reason loop_attempt(fitter *f, double first, double *lowest)
{
    train_fit_trust_begin(f, first);
    ew_reason reason = loop_descend(f);
    if (loop_failed(f, reason) && !(f->now.sum >= *lowest)) {
        *lowest = f->now.sum;
        memcpy(f->kept, f->now.x, f->count * sizeof *f->kept);
    }
    return reason;
}

ew_reason train_fit_run(fitter *f)
{
    bool whole = f->now.rank == f->count;
    double lowest = INFINITY;
    memcpy(f->start, f->now.x, f->count * sizeof *f->start);
    ew_reason reason = loop_attempt(f, loop_first[0], &lowest);
    for (size_t i = 1; i < LOOP_ATTEMPTS && whole && loop_failed(f, reason); i++) {
        if (!loop_return(f, f->start)) return reason;
        reason = loop_attempt(f, loop_first[i], &lowest);
    }
    if (loop_failed(f, reason) && f->now.sum > lowest && !loop_return(f, f->kept)) return reason;
    bool over = reason == EW_REASON_SETTLED || reason == EW_REASON_STALLED;
    return over && f->now.rank < f->count ? EW_REASON_UNDETERMINED : reason;
}
