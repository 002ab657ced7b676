/*
 * fit_trust.c - one step of the method of Levenberg and Marquardt inside a trust region.
 *
 * After J. J. More, The Levenberg-Marquardt algorithm: implementation and theory (1978); the numbers of sections
 * in brackets are its. With the Jacobian J, residuals r and a diagonal D that only grows (section 6), the step p is
 * the shorter of the full one and that which solves
 *
 *     min | J p + r |^2   with   | D p | <= radius,
 *
 * which is the least-squares solution of J p = -r together with damping^(1/2) D p = 0 for some damping; section 5 finds
 * it within a tenth of the radius by Newton's method on 1 / |D p|. The radius follows the ratio of what was gained to
 * what was foretold (section 4). A point that is not finite counts as no gain.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "fit.h"

static const double trust_least = 1e-4;                      /* of the foretold gain must be there */
static const double trust_bold = 0.375, trust_slight = 1e-8; /* of the step: accelerations that are not added */
enum { TRUST_MOST = 10 };                                    /* dampings tried for one radius: three are usual */

/* ---- The diagonal ---------------------------------------------------------------------------------- */

static void trust_grow(fitter *f)
{
    for (size_t j = 0; j < f->count; j++) f->weight[j] = fmax(f->weight[j], f->now.length[j]);
}

static double trust_size(const fitter *f, const double *x)
{
    double sum = 0;
    for (size_t j = 0; j < f->count; j++) sum = train_fit_join(sum, f->weight[j] * x[j]);
    return sum;
}

void train_fit_trust_begin(fitter *f, double first)
{
    for (size_t j = 0; j < f->count; j++) f->weight[j] = f->now.length[j] > 0 ? f->now.length[j] : 1;
    f->radius = first * fmax(trust_size(f, f->now.x), 1e-6 * sqrt(f->now.sum));
    if (f->radius == 0) f->radius = first;
    f->damping = 0;
}

/* ---- The damping ------------------------------------------------------------------------------------- */

typedef struct trust_state {
    const double *diagonal; /* D in pivots */
    double length;          /* of D z, for the z in f->solved */
    double low, high;       /* the damping is between */
} trust_state;

static double trust_length(const fitter *f, const trust_state *s)
{
    double sum = 0;
    for (size_t k = 0; k < f->count; k++) sum = train_fit_join(sum, s->diagonal[k] * f->solved[k]);
    return sum;
}

/* Newton's correction: -phi / phi', where phi = |D z| - radius and phi' = -|D z| |U'^-1 D (D z) / |D z||^2. */
static double trust_correction(fitter *f, const trust_state *s, const double *upper)
{
    for (size_t k = 0; k < f->count; k++) f->row[k] = s->diagonal[k] * (s->diagonal[k] * f->solved[k] / s->length);
    train_fit_forth(upper, f->count, f->count, f->row);
    double slope = train_fit_length(f->row, f->count);
    return (s->length - f->radius) / (s->length * slope * slope);
}

/* Bounds: no damping gives too long a step; with `high` it is surely too short. */
static void trust_bounds(fitter *f, trust_state *s)
{
    const fit_point *p = &f->now;
    double sum = 0;
    s->low = p->rank == f->count ? trust_correction(f, s, p->root) : 0;
    for (size_t k = 0; k < f->count; k++)
        sum = train_fit_join(sum, p->gradient[p->pivot[k]] / 2 / f->weight[p->pivot[k]]);
    s->high = sum / f->radius;
    if (s->high == 0) s->high = DBL_MIN / fmin(f->radius, 0.1);
    f->damping = fmin(fmax(f->damping, s->low), s->high);
    if (f->damping == 0) f->damping = sum / s->length;
}

/* Leaves the step for the radius in f->solved, in pivots, and its damping in f->damping. */
static void trust_solve(fitter *f, trust_state *s)
{
    const fit_point *p = &f->now;
    for (size_t k = 0; k < f->count; k++) f->solved[k] = p->move[p->pivot[k]] * p->scale[p->pivot[k]];
    s->length = trust_length(f, s);
    if (s->length - f->radius <= 0.1 * f->radius) {
        f->damping = 0;
        return;
    }
    trust_bounds(f, s);
    for (int i = 0; i < TRUST_MOST; i++) {
        double before = s->length - f->radius;
        if (f->damping == 0) f->damping = fmax(DBL_MIN, 0.001 * s->high);
        train_fit_damp(f, p, s->diagonal, f->damping);
        s->length = trust_length(f, s);
        double over = s->length - f->radius;
        if (fabs(over) <= 0.1 * f->radius || (s->low == 0 && over <= before && before < 0)) break;
        double correction = trust_correction(f, s, f->upper) * (s->length / f->radius);
        if (over > 0) s->low = fmax(s->low, f->damping);
        if (over < 0) s->high = fmin(s->high, f->damping);
        f->damping = fmax(s->low, f->damping + correction);
    }
}

/* ---- One step ------------------------------------------------------------------------------------------ */

/* | J p |^2, from R in pivots. */
static double trust_linear(const fitter *f)
{
    double sum = 0;
    for (size_t k = 0; k < f->count; k++) {
        double part = 0;
        for (size_t l = k; l < f->count; l++) part += f->now.root[k * f->count + l] * f->solved[l];
        sum += part * part;
    }
    return sum;
}

/* Section 4: shorter after a bad step, by the parabola through what is known; longer after a good one. */
static void trust_radius(fitter *f, double length, double linear, double gain, double ratio)
{
    if (ratio <= 0.25) {
        double slope = linear + f->damping * length * length, factor = 0.5;
        if (!isfinite(gain))
            factor = 0.1;
        else if (gain < 0)
            factor = fmax(0.1, slope / (2 * slope - gain));
        f->radius = factor * fmin(f->radius, 10 * length);
        f->damping /= factor;
    } else if (f->damping == 0 || ratio >= 0.75) {
        f->radius = 2 * length;
        f->damping /= 2;
    }
}

/* f->right = the second derivative of the residuals along the step v: 2 ((r(x + h v) - r(x)) / h - J v) / h; false:
 * it is not finite, or status. */
static bool trust_second(fitter *f)
{
    const double h = 0.1;
    for (size_t j = 0; j < f->count; j++) f->next.x[j] = f->now.x[j] + h * f->move[j];
    if (!train_fit_look(f, &f->next) || !isfinite(f->next.sum)) return false;
    for (size_t i = 0; i < f->points; i++) f->right[i] = (f->next.residual[i] - f->now.residual[i]) / h;
    for (size_t k = 0; k < f->count; k++) {
        const double *column = f->now.columns + f->now.pivot[k] * f->points;
        for (size_t i = 0; i < f->points; i++) f->right[i] -= column[i] * f->solved[k];
    }
    for (size_t i = 0; i < f->points; i++) f->right[i] *= 2 / h;
    return true;
}

/* Half the acceleration a is added to the step: U' U a = -J' r''. false: status. */
static bool trust_bend(fitter *f, const trust_state *s)
{
    const fit_point *p = &f->now;
    const double *upper = f->damping > 0 ? f->upper : p->root;
    size_t n = f->count;
    if (f->epsilon > 1e-10 || (f->damping == 0 && p->rank < n) || !trust_second(f)) return f->status == EW_OK;
    for (size_t k = 0; k < n; k++) {
        const double *column = p->columns + p->pivot[k] * f->points;
        f->row[k] = 0;
        for (size_t i = 0; i < f->points; i++) f->row[k] -= column[i] * f->right[i];
    }
    train_fit_forth(upper, n, n, f->row);
    train_fit_back(upper, n, n, f->row);
    double length = 0;
    for (size_t k = 0; k < n; k++) length = train_fit_join(length, s->diagonal[k] * f->row[k]);
    if (!(length <= trust_bold * s->length) || length < trust_slight * s->length) return true;
    for (size_t k = 0; k < n; k++) f->move[p->pivot[k]] += f->row[k] / 2 / p->scale[p->pivot[k]];
    return true;
}

static bool trust_try(fitter *f, double *ratio)
{
    trust_state s = {.diagonal = f->known};
    for (size_t k = 0; k < f->count; k++) f->known[k] = f->weight[f->now.pivot[k]] / f->now.scale[f->now.pivot[k]];
    trust_solve(f, &s);
    double linear = trust_linear(f), foretold = linear + 2 * f->damping * s.length * s.length;
    for (size_t k = 0; k < f->count; k++) f->move[f->now.pivot[k]] = f->solved[k] / f->now.scale[f->now.pivot[k]];
    if (f->fresh) f->radius = fmin(f->radius, s.length);
    f->fresh = false;
    if (!(foretold > f->epsilon * f->now.sum) || !train_fit_place(f)) return false;
    if (!trust_bend(f, &s) || !train_fit_place(f)) return false;
    if (!train_fit_look(f, &f->next)) return false;
    double gain = isfinite(f->next.sum) ? train_fit_fall(&f->now, &f->next) : -INFINITY;
    *ratio = gain / foretold;
    trust_radius(f, s.length, linear, gain, *ratio);
    return true;
}

bool train_fit_trust(fitter *f)
{
    double ratio;
    trust_grow(f);
    while (trust_try(f, &ratio)) {
        if (ratio < trust_least) continue;
        if (train_fit_derive(f, &f->next)) return true;
        if (f->status != EW_OK) return false;
        f->radius /= 4; /* the residuals are finite there, and their derivatives are not */
    }
    return false;
}
