/*
 * fit_point.c - residuals and Jacobian at a point, and what follows from them.
 *
 * Sums of squares are kept in two doubles (error-free products and sums: Ogita, Rump and Oishi 2005), so that two of
 * them that differ in their last digits can be compared.
 */
#include <math.h>
#include <string.h>

#include "fit.h"

double train_fit_join(double a, double b)
{
    double most = fmax(fabs(a), fabs(b)), ratio = fmin(fabs(a), fabs(b)) / most;
    return most > 0 && isfinite(most) ? most * sqrt(1 + ratio * ratio) : most;
}

double train_fit_length(const double *v, size_t count)
{
    double most = 0, sum = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, fabs(v[i]));
    if (most == 0 || !isfinite(most)) return most;
    int exponent = ilogb(most);
    for (size_t i = 0; i < count; i++) {
        double part = ldexp(v[i], -exponent);
        sum += part * part;
    }
    return ldexp(sqrt(sum), exponent);
}

static void point_sum(fit_point *p, size_t count)
{
    p->sum = p->low = 0;
    for (size_t i = 0; i < count; i++) {
        double r = p->residual[i], square = r * r, sum = p->sum + square, back = sum - p->sum;
        p->low += (p->sum - (sum - back)) + (square - back) + fma(r, r, -square);
        p->sum = sum;
    }
}

double train_fit_fall(const fit_point *a, const fit_point *b)
{
    return (a->sum - b->sum) + (a->low - b->low);
}

double train_fit_noise(const fitter *f, const fit_point *p)
{
    double size = 0;
    for (size_t j = 0; j < f->count; j++) size = train_fit_join(size, p->length[j] * p->x[j]);
    return 4 * f->epsilon * train_fit_join(size, sqrt(p->sum));
}

static bool point_run(fitter *f, const fit_point *p, const ew_program *program, double *out)
{
    for (size_t k = 0; k < f->inputs; k++)
        if (f->parts[k].count)
            memcpy(f->in + f->parts[k].offset, p->x + f->parts[k].start, f->parts[k].count * sizeof *f->in);
    f->status = ew_run(program, NULL, f->in, out);
    if (f->status != EW_OK) ew_run_error(program, NULL, f->err);
    return f->status == EW_OK;
}

bool train_fit_look(fitter *f, fit_point *p)
{
    f->runs++;
    if (!point_run(f, p, f->program, p->residual)) return false;
    point_sum(p, f->points);
    return true;
}

bool train_fit_place(fitter *f)
{
    bool moved = false;
    for (size_t k = 0; k < f->inputs; k++)
        for (size_t i = f->parts[k].start; i < f->parts[k].start + f->parts[k].count; i++) {
            double x = f->now.x[i] + f->move[i];
            f->next.x[i] = f->parts[k].single ? (double)(float)x : x;
            moved = moved || f->next.x[i] != f->now.x[i];
        }
    return moved;
}

/* ---- The Jacobian ------------------------------------------------------------------------------ */

/* By columns: the derivative by an input of several elements has these as its last axes. */
static void point_gather(const fitter *f, double *columns)
{
    const double *from = f->out + f->points;
    for (size_t k = 0; k < f->inputs; k++)
        for (size_t i = 0; i < f->points; i++)
            for (size_t e = 0; e < f->parts[k].count; e++) columns[(f->parts[k].start + e) * f->points + i] = *from++;
}

/* Lengths of columns, the gradient, and the columns scaled; false: not all of it is finite. */
static bool point_columns(fitter *f, fit_point *p)
{
    bool finite = isfinite(p->sum);
    for (size_t j = 0; finite && j < f->count; j++) {
        double *column = p->columns + j * f->points, sum = 0;
        for (size_t i = 0; i < f->points; i++) sum += column[i] * p->residual[i];
        p->gradient[j] = 2 * sum;
        p->length[j] = train_fit_length(column, f->points);
        finite = isfinite(p->gradient[j]) && isfinite(p->length[j]) && isfinite(p->x[j]);
        int exponent = p->length[j] > 0 && finite ? ilogb(p->length[j]) : 0;
        p->scale[j] = ldexp(1, exponent);
        for (size_t i = 0; exponent && i < f->points; i++) column[i] = ldexp(column[i], -exponent);
    }
    return finite;
}

/* The full step, and how far each parameter is known; both for the leading part of R. */
static void point_step(fitter *f, fit_point *p)
{
    size_t n = f->count;
    memset(p->move, 0, n * sizeof *p->move);
    memset(p->spread, 0, n * sizeof *p->spread);
    for (size_t k = 0; k < p->rank; k++) f->solved[k] = -p->turned[k];
    train_fit_back(p->root, n, p->rank, f->solved);
    train_fit_invert(f, p);
    for (size_t k = 0; k < p->rank; k++) {
        size_t j = p->pivot[k];
        p->move[j] = f->solved[k] / p->scale[j];
        p->spread[j] = train_fit_length(f->upper + k * n, n) / p->scale[j];
    }
}

/* How far the full step would move the parameters, each by its own size or standard error. */
static void point_measure(const fitter *f, fit_point *p)
{
    double noise = train_fit_noise(f, p);
    size_t freedom = f->points - p->rank;
    double deviation = freedom ? sqrt(p->sum / (double)freedom) : 0;
    p->measure = 0;
    p->settled = f->options.tolerance >= 0;
    for (size_t j = 0; j < f->count; j++) {
        double size = fmax(fabs(p->x[j]), deviation * p->spread[j]), move = fabs(p->move[j]);
        if (move == 0) continue;
        p->measure = fmax(p->measure, move / size); /* inf where the size is 0 */
        if (!(move <= f->options.tolerance * size || move <= noise * p->spread[j])) p->settled = false;
    }
}

bool train_fit_derive(fitter *f, fit_point *p)
{
    f->runs++;
    if (!point_run(f, p, f->jacobian, f->out)) return false;
    memcpy(p->residual, f->out, f->points * sizeof *f->out);
    point_sum(p, f->points);
    point_gather(f, p->columns);
    if (!point_columns(f, p)) return false;
    memcpy(f->right, p->residual, f->points * sizeof *f->right);
    memcpy(f->matrix, p->columns, f->count * f->points * sizeof *f->matrix);
    train_fit_factor(f, p);
    point_step(f, p);
    point_measure(f, p);
    return true;
}

/* ---- Second derivatives -------------------------------------------------------------------------- */

/* The whole matrix out of the lower blocks: that of inputs i and j has the elements of i as rows. */
static bool point_mirror(fitter *f)
{
    const double *from = f->blocks;
    bool finite = true;
    for (size_t i = 0; i < f->inputs; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t r = f->parts[i].start; r < f->parts[i].start + f->parts[i].count; r++)
                for (size_t c = f->parts[j].start; c < f->parts[j].start + f->parts[j].count; c++, from++) {
                    f->bend[r * f->count + c] = f->bend[c * f->count + r] = *from;
                    finite = finite && isfinite(*from);
                }
    return finite;
}

bool train_fit_bend(fitter *f, const fit_point *p)
{
    return f->curvature && point_run(f, p, f->curvature, f->blocks) && point_mirror(f);
}
