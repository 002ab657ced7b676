/*
 * lbfgs.c - limited-memory BFGS: the two-loop recursion (Nocedal and Wright, algorithm 7.4).
 *
 * A pair (s, y) of a move and the change of the gradient over it is kept only where s . y is
 * clearly positive, so the matrix that the pairs stand for is always positive definite.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "minimize.h"

static double *lbfgs_row(const minimizer *m, double *rows, size_t age) /* age 0: the newest pair */
{
    size_t place = (m->latest + TRAIN_PAIRS - age) % TRAIN_PAIRS;
    return rows + place * m->count;
}

static double *lbfgs_curve(const minimizer *m, size_t age)
{
    return &m->curve[(m->latest + TRAIN_PAIRS - age) % TRAIN_PAIRS];
}

static void lbfgs_remember(minimizer *m)
{
    double sy = 0, ss = 0, yy = 0;
    size_t place = m->pairs ? (m->latest + 1) % TRAIN_PAIRS : 0;
    double *s = m->shift + place * m->count, *y = m->turn + place * m->count;
    for (size_t i = 0; i < m->count; i++) {
        s[i] = m->next.x[i] - m->now.x[i];
        y[i] = m->next.gradient[i] - m->now.gradient[i];
        sy += s[i] * y[i];
        ss += s[i] * s[i];
        yy += y[i] * y[i];
    }
    if (!(sy > DBL_EPSILON * sqrt(ss) * sqrt(yy)) || !isfinite(1 / sy)) {
        if (m->pairs == TRAIN_PAIRS) m->pairs--; /* the oldest pair's place was written over */
        return;
    }
    m->latest = place;
    m->curve[place] = 1 / sy;
    if (m->pairs < TRAIN_PAIRS) m->pairs++;
}

/* The first trial goes a length of at most 1: nothing is known yet of how the slope changes. */
static void lbfgs_steepest(minimizer *m)
{
    double norm = sqrt(train_dot(m->now.gradient, m->now.gradient, m->count));
    double lr = m->options.lr > 0 ? m->options.lr : fmin(1, 1 / norm);
    m->pairs = 0;
    for (size_t i = 0; i < m->count; i++) m->move[i] = -lr * m->now.gradient[i];
}

static void lbfgs_direction(minimizer *m)
{
    size_t n = m->count;
    double *q = m->move;
    memcpy(q, m->now.gradient, n * sizeof *q);
    for (size_t age = 0; age < m->pairs; age++) {
        const double *s = lbfgs_row(m, m->shift, age), *y = lbfgs_row(m, m->turn, age);
        double a = m->factor[age] = *lbfgs_curve(m, age) * train_dot(s, q, n);
        for (size_t i = 0; i < n; i++) q[i] -= a * y[i];
    }
    const double *newest = lbfgs_row(m, m->turn, 0);
    double scale = 1 / (*lbfgs_curve(m, 0) * train_dot(newest, newest, n)); /* s.y / y.y */
    for (size_t i = 0; i < n; i++) q[i] *= scale;
    for (size_t age = m->pairs; age-- > 0;) {
        const double *s = lbfgs_row(m, m->shift, age), *y = lbfgs_row(m, m->turn, age);
        double b = m->factor[age] - *lbfgs_curve(m, age) * train_dot(y, q, n);
        for (size_t i = 0; i < n; i++) q[i] += b * s[i];
    }
    for (size_t i = 0; i < n; i++) q[i] = -q[i];
}

int train_lbfgs(minimizer *m)
{
    bool remembered = m->pairs > 0;
    if (remembered)
        lbfgs_direction(m);
    else
        lbfgs_steepest(m);
    bool found = train_search(m);
    if (!found && remembered && m->status == EW_OK) { /* once more, having forgotten everything */
        lbfgs_steepest(m);
        found = train_search(m);
    }
    if (!found) return TRAIN_STUCK;
    if (train_finite(m, &m->next)) lbfgs_remember(m);
    return TRAIN_MOVED;
}
