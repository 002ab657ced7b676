/*
 * newton.c - Newton's method: move = -(H + shift)^-1 gradient, then the line search.
 *
 * Where the Hessian H is not positive definite (a saddle, a maximum, a direction in which nothing
 * changes) a multiple of a diagonal is added until it is (Nocedal and Wright, algorithm 3.3). The
 * diagonal is H's own in absolute value, so that inputs of very different sizes do not spoil each
 * other. Matrices are lower triangles, row by row; dense: for hundreds of inputs, not for millions.
 */
#include <float.h>
#include <math.h>

#include "minimize.h"

size_t train_triangle(size_t count)
{
    return count * (count + 1) / 2;
}

/* The lower triangle out of the blocks: the one of inputs i and j has the elements of i as rows. */
static void newton_gather(minimizer *m)
{
    const double *from = m->blocks;
    for (size_t i = 0; i < m->inputs; i++)
        for (size_t j = 0; j <= i; j++) {
            const train_part *rows = &m->parts[i], *columns = &m->parts[j];
            for (size_t r = 0; r < rows->count; r++, from += columns->count) {
                double *row = m->matrix + train_triangle(rows->start + r) + columns->start;
                size_t count = i == j ? r + 1 : columns->count;
                for (size_t k = 0; k < count; k++) row[k] = from[k];
            }
        }
}

static bool newton_evaluate(minimizer *m)
{
    train_scatter(m, m->now.x, m->in);
    m->status = ew_run(m->hessian, NULL, m->in, m->blocks);
    if (m->status != EW_OK) ew_run_error(m->hessian, NULL, m->err);
    if (m->status != EW_OK) return false;
    newton_gather(m);
    for (size_t k = 0; k < train_triangle(m->count); k++)
        if (!isfinite(m->matrix[k])) return false;
    return true;
}

/* root: L with L L' = H + shift * weight; false: H + shift is not safely positive definite. */
static bool newton_factor(const double *h, const double *weight, double shift, double *root, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double *row = root + train_triangle(i);
        for (size_t j = 0; j <= i; j++) {
            const double *above = root + train_triangle(j);
            double sum = h[train_triangle(i) + j] + (i == j ? shift * weight[i] : 0);
            double least = 4 * DBL_EPSILON * (fabs(h[train_triangle(i) + j]) + shift * weight[i]);
            sum -= train_dot(row, above, j);
            if (i == j && !(sum > least)) return false;
            row[j] = i == j ? sqrt(sum) : sum / above[j];
        }
    }
    return true;
}

/* What the shift is a multiple of: the size of the diagonal, but nowhere next to nothing. */
static void newton_weights(const double *h, double *weight, size_t count)
{
    double largest = 0;
    for (size_t k = 0; k < train_triangle(count); k++) largest = fmax(largest, fabs(h[k]));
    for (size_t i = 0; i < count; i++) {
        double own = fabs(h[train_triangle(i) + i]);
        weight[i] = largest > 0 ? fmax(own, 1e-8 * largest) : 1;
    }
}

static bool newton_make_definite(minimizer *m, double *weight)
{
    double shift = 0;
    newton_weights(m->matrix, weight, m->count);
    for (int i = 0; i < 40; i++) {
        if (newton_factor(m->matrix, weight, shift, m->root, m->count)) return true;
        shift = shift == 0 ? 1e-6 : 10 * shift;
    }
    return false;
}

/* L L' move = -gradient */
static void newton_solve(const double *root, const double *gradient, double *move, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double *row = root + train_triangle(i);
        move[i] = (-gradient[i] - train_dot(row, move, i)) / row[i];
    }
    for (size_t i = count; i-- > 0;) {
        const double *row = root + train_triangle(i);
        move[i] /= row[i];
        for (size_t j = 0; j < i; j++) move[j] -= row[j] * move[i];
    }
}

/* Down the gradient, a length of at most 1: where the Hessian is no help. */
static bool newton_descend(minimizer *m)
{
    double norm = sqrt(train_dot(m->now.gradient, m->now.gradient, m->count));
    for (size_t i = 0; i < m->count; i++) m->move[i] = -fmin(1, 1 / norm) * m->now.gradient[i];
    return train_search(m);
}

int train_newton(minimizer *m)
{
    if (newton_evaluate(m) && newton_make_definite(m, m->first)) {
        newton_solve(m->root, m->now.gradient, m->move, m->count);
        if (train_search(m)) return TRAIN_MOVED;
    }
    return m->status == EW_OK && newton_descend(m) ? TRAIN_MOVED : TRAIN_STUCK;
}
