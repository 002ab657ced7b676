/*
 * quasi.c - training by limited-memory BFGS: the method of lbfgs.c over all rows at once, one iteration a step.
 *
 * The point is the weights themselves; the pairs that the method remembers go into the checkpoint, so that a run goes
 * on bit for bit. Value and gradient at the point are computed anew: the same weights give the same bits. Weight decay
 * is a part of what is made small: half of it times the sum of the weights' squares; the loss is told without.
 */
#include <math.h>
#include <string.h>

#include "minimize.h"
#include "train.h"

struct train_quasi { /* declared in train.h */
    minimizer m;
    ew_error err;
    train_pass *pass;
    double *place; /* pairs, latest: as they are kept */
    bool ready;    /* now is where the weights are */
};

enum { QUASI_ARRAYS = 4 };

bool train_is_quasi(const ew_train *t)
{
    return t->o.optimizer == EW_OPTIMIZER_LBFGS;
}

/* ---- Value and gradient ---------------------------------------------------------------------------------------- */

static void quasi_weights(ew_train *t, const double *x)
{
    for (size_t k = 0; k < t->weights; x += t->weight[k++].count)
        train_narrow(t->weight[k].type, t->weight[k].value, x, t->weight[k].count);
}

static bool quasi_evaluate(minimizer *m, train_point *p)
{
    ew_train *t = m->context;
    double *g = p->gradient;
    quasi_weights(t, p->x);
    m->runs++;
    if (!train_pass_run(t, t->quasi->pass)) {
        m->status = t->r.error.status;
        return false;
    }
    p->value = train_pass_number(t->quasi->pass, 0);
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        for (size_t i = 0; i < w->count; i++) *g++ = train_element(w->gradient_type, w->gradient, i);
    }
    double decay = t->o.weight_decay;
    if (decay > 0) p->value += decay / 2 * train_dot(p->x, p->x, m->count);
    for (size_t i = 0; decay > 0 && i < m->count; i++) p->gradient[i] += decay * p->x[i];
    return true;
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

static bool quasi_points(ew_train *t, minimizer *m)
{
    train_point *points[] = {&m->now, &m->next};
    for (size_t i = 0; i < 2; i++) {
        points[i]->x = train_keep(t, m->count, sizeof(double));
        points[i]->gradient = train_keep(t, m->count, sizeof(double));
    }
    m->move = train_keep(t, m->count, sizeof(double));
    m->shift = train_keep(t, m->count, TRAIN_PAIRS * sizeof(double));
    m->turn = train_keep(t, m->count, TRAIN_PAIRS * sizeof(double));
    m->curve = train_keep(t, TRAIN_PAIRS, sizeof(double));
    m->factor = train_keep(t, TRAIN_PAIRS, sizeof(double));
    m->parts = train_keep(t, t->weights, sizeof *m->parts);
    t->quasi->place = train_keep(t, 2, sizeof(double));
    return report_ok(&t->r);
}

bool train_quasi_new(ew_train *t)
{
    if (!train_is_quasi(t)) return true;
    t->quasi = train_keep(t, 1, sizeof *t->quasi);
    if (!t->quasi) return false;
    minimizer *m = &t->quasi->m;
    m->inputs = t->weights;
    m->err = &t->quasi->err;
    m->evaluate = quasi_evaluate;
    m->context = t;
    m->options.lr = t->o.lr == 1 ? 0 : t->o.lr;
    for (size_t k = 0; k < t->weights; k++) m->count += t->weight[k].count;
    if (!quasi_points(t, m)) return false;
    for (size_t k = 0, start = 0; k < t->weights; start += t->weight[k++].count)
        m->parts[k] = (train_part){start, start, t->weight[k].count, t->weight[k].type == EW_F32};
    return true;
}

/* What a checkpoint keeps of it, each a list of doubles. */
size_t train_quasi_arrays(ew_train *t, train_numbers *list)
{
    if (!t->quasi) return 0;
    minimizer *m = &t->quasi->m;
    t->quasi->place[0] = (double)m->pairs;
    t->quasi->place[1] = (double)m->latest;
    list[0] = (train_numbers){"lbfgs-place", t->quasi->place, 2};
    list[1] = (train_numbers){"lbfgs-curve", m->curve, TRAIN_PAIRS};
    list[2] = (train_numbers){"lbfgs-shift", m->shift, TRAIN_PAIRS * m->count};
    list[3] = (train_numbers){"lbfgs-turn", m->turn, TRAIN_PAIRS * m->count};
    return QUASI_ARRAYS;
}

/* After they were read, or the weights were set otherwise. */
void train_quasi_again(ew_train *t, bool forget)
{
    if (!t->quasi) return;
    minimizer *m = &t->quasi->m;
    m->pairs = forget ? 0 : (size_t)t->quasi->place[0];
    m->latest = forget ? 0 : (size_t)t->quasi->place[1] % TRAIN_PAIRS;
    if (m->pairs > TRAIN_PAIRS) m->pairs = 0;
    t->quasi->ready = false;
}

/* ---- A step --------------------------------------------------------------------------------------------------------
 */

/* Random inputs are drawn once: what is made small is one function. */
static bool quasi_begin(ew_train *t)
{
    train_quasi *q = t->quasi;
    double *x = q->m.now.x;
    if (!q->pass) {
        train_pass *p = train_step_pass(t);
        if (!p || !train_pass_feed(t, p, &t->data, 0)) return false;
        q->pass = p;
    }
    for (size_t k = 0; k < t->weights; k++)
        for (size_t i = 0; i < t->weight[k].count; i++) *x++ = train_element(t->weight[k].type, t->weight[k].value, i);
    q->m.status = EW_OK;
    q->ready = train_evaluate(&q->m, &q->m.now);
    return q->ready;
}

/* The gradient is almost 0: as edgewise-train.h says of minimising. */
static bool quasi_flat(const ew_train *t, const minimizer *m)
{
    double tolerance = 1e-8;
    for (size_t k = 0; k < t->weights; k++)
        if (t->weight[k].type == EW_F32) tolerance = 1e-4;
    for (size_t i = 0; i < m->count; i++)
        if (!(fabs(m->now.gradient[i]) * fmax(fabs(m->now.x[i]), 1) <= tolerance * fmax(fabs(m->now.value), 1)))
            return false;
    return true;
}

static bool quasi_told(ew_train *t)
{
    const minimizer *m = &t->quasi->m;
    quasi_weights(t, m->now.x);
    bool again = t->o.metric_count || t->o.weight_decay > 0; /* of this point, not the last tried */
    if (again && !train_pass_run(t, t->quasi->pass)) return false;
    t->metric[0] = again ? train_pass_number(t->quasi->pass, 0) : m->now.value;
    for (size_t k = 1; k <= t->o.metric_count; k++) t->metric[k] = train_pass_number(t->quasi->pass, k);
    t->norm = sqrt(train_dot(m->now.gradient, m->now.gradient, m->count));
    return true;
}

bool train_quasi_step(ew_train *t, bool *done)
{
    minimizer *m = &t->quasi->m;
    *done = false;
    if (!t->quasi->ready && !quasi_begin(t)) return false;
    if (!train_finite(m, &m->now)) {
        t->metric[0] = m->now.value;
        t->quasi->ready = false;
        return train_bad_step(t, t->quasi->pass);
    }
    t->converged = quasi_flat(t, m) || train_lbfgs(m) == TRAIN_STUCK;
    if (m->status != EW_OK) return false;
    if (!t->converged) {
        train_point old = m->now;
        m->now = m->next;
        m->next = old;
        t->updates++;
    }
    *done = true;
    return quasi_told(t);
}
