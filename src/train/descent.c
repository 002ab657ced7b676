/*
 * descent.c - the methods without a line search: gradient descent, momentum, Adam.
 *
 * They follow their rule wherever it leads; a point that is not finite ends the run in the loop.
 */
#include <math.h>

#include "minimize.h"

static int descent_step(minimizer *m)
{
    bool moved = false;
    train_place(m, 1);
    for (size_t i = 0; i < m->count; i++) moved = moved || m->next.x[i] != m->now.x[i];
    if (!moved) return TRAIN_STUCK; /* the step rounds to nothing: so would all later ones */
    return train_evaluate(m, &m->next) ? TRAIN_MOVED : TRAIN_STUCK;
}

int train_gd(minimizer *m)
{
    for (size_t i = 0; i < m->count; i++) m->move[i] = -m->options.lr * m->now.gradient[i];
    return descent_step(m);
}

int train_momentum(minimizer *m)
{
    for (size_t i = 0; i < m->count; i++) {
        m->first[i] = 0.9 * m->first[i] - m->options.lr * m->now.gradient[i];
        m->move[i] = m->first[i];
    }
    return descent_step(m);
}

/* Kingma and Ba 2015, algorithm 1. */
int train_adam(minimizer *m)
{
    const double keep1 = 0.9, keep2 = 0.999, epsilon = 1e-8;
    double steps = (double)(m->step + 1);
    double unbias1 = 1 - pow(keep1, steps), unbias2 = 1 - pow(keep2, steps);
    for (size_t i = 0; i < m->count; i++) {
        double g = m->now.gradient[i];
        m->first[i] = keep1 * m->first[i] + (1 - keep1) * g;
        m->second[i] = keep2 * m->second[i] + (1 - keep2) * g * g;
        m->move[i] = -m->options.lr * (m->first[i] / unbias1) / (sqrt(m->second[i] / unbias2) + epsilon);
    }
    return descent_step(m);
}
