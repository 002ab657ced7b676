/*
 * quasi.c - training by limited-memory BFGS: an iteration of ew_minimize's method as a step.
 *
 * The direction and the line search are those of lbfgs.c and search.c. Here is what they work on: the weights as one
 * list of doubles, and as value and gradient a pass over the rows of the step, run at each trial with the weights set
 * to it. Weight decay is a part of what is minimised: half of it times the sum of the weights' squares.
 *
 * What the method remembers, ten moves and the changes of the gradient over them, are the optimiser's states: in the
 * weights' own type, the newest first, zeros where there are none. A step reads them anew, so that a run which was
 * resumed has the same bits. Loss and metrics told of a step are those it began with, as with other optimisers.
 */
#include <math.h>
#include <string.h>

#include "minimize.h"
#include "train.h"

_Static_assert(TRAIN_STATES == 2 * TRAIN_PAIRS, "a state for each move and each turn");

typedef struct train_quasi {
    minimizer m;
    ew_error err;
    double *metric; /* of the beginning of the step */
} quasi;

/* ---- The function ------------------------------------------------------------------------------------------- */

static void quasi_put(const ew_train *t, const double *x)
{
    for (size_t k = 0; k < t->weights; x += t->weight[k].count, k++)
        train_narrow(t->weight[k].type, t->weight[k].value, x, t->weight[k].count);
}

static void quasi_widen(const train_weight *w, ew_type type, const void *array, double *to)
{
    for (size_t i = 0; i < w->count; i++) to[i] = train_element(type, array, i);
}

/* Value and gradient as the pass has left them, at p->x. */
static void quasi_take(const ew_train *t, const minimizer *m, train_point *p)
{
    double *g = p->gradient, decay = t->o.weight_decay;
    for (size_t k = 0; k < t->weights; g += t->weight[k].count, k++)
        quasi_widen(&t->weight[k], t->weight[k].gradient_type, t->weight[k].gradient, g);
    p->value = t->metric[0] + (decay > 0 ? decay / 2 * train_dot(p->x, p->x, m->count) : 0);
    for (size_t i = 0; decay > 0 && i < m->count; i++) p->gradient[i] += decay * p->x[i];
}

static bool quasi_evaluate(minimizer *m, train_point *p)
{
    ew_train *t = m->context;
    quasi_put(t, p->x);
    train_pass *pass = train_step_pass(t);
    if (!pass || !train_gradient(t, pass)) return m->status = t->r.error.status, false;
    quasi_take(t, m, p);
    return true;
}

/* ---- Memory --------------------------------------------------------------------------------------------------- */

static double *quasi_numbers(ew_train *t, size_t count, size_t times)
{
    size_t all;
    if (!size_mul(count ? count : 1, times, &all)) return report_memory(&t->r), NULL;
    return train_keep(t, all, sizeof(double));
}

static bool quasi_parts(ew_train *t, minimizer *m)
{
    m->parts = train_keep(t, t->weights ? t->weights : 1, sizeof *m->parts);
    m->inputs = t->weights;
    for (size_t k = 0; m->parts && k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        m->parts[k] = (train_part){m->count, m->count, w->count, w->type == EW_F32};
        if (!size_add(m->count, w->count, &m->count)) return report_memory(&t->r);
    }
    return m->parts != NULL;
}

static bool quasi_new(ew_train *t)
{
    quasi *q = train_keep(t, 1, sizeof *q);
    if (!q || !quasi_parts(t, &q->m)) return false;
    minimizer *m = &q->m;
    double **const lists[] = {&m->now.x, &m->now.gradient, &m->next.x, &m->next.gradient, &m->move};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!(*lists[i] = quasi_numbers(t, m->count, 1))) return false;
    m->shift = quasi_numbers(t, m->count, TRAIN_PAIRS);
    m->turn = quasi_numbers(t, m->count, TRAIN_PAIRS);
    m->curve = quasi_numbers(t, TRAIN_PAIRS, 1);
    m->factor = quasi_numbers(t, TRAIN_PAIRS, 1);
    q->metric = quasi_numbers(t, 1 + t->o.metric_count, 1);
    m->err = &q->err;
    m->evaluate = quasi_evaluate;
    m->context = t;
    t->quasi = q;
    return report_ok(&t->r);
}

/* ---- What is remembered -------------------------------------------------------------------------------------------
 */

/* The newest pair lies in the last row. */
static void quasi_recall(const ew_train *t, minimizer *m)
{
    m->latest = TRAIN_PAIRS - 1;
    for (m->pairs = 0; m->pairs < TRAIN_PAIRS; m->pairs++) {
        size_t row = m->latest - m->pairs, at = row * m->count;
        for (size_t k = 0; k < t->weights; at += t->weight[k].count, k++) {
            const train_weight *w = &t->weight[k];
            quasi_widen(w, w->type, w->state[m->pairs], m->shift + at);
            quasi_widen(w, w->type, w->state[TRAIN_PAIRS + m->pairs], m->turn + at);
        }
        double sy = train_dot(m->shift + row * m->count, m->turn + row * m->count, m->count);
        m->curve[row] = 1 / sy;
        if (!(sy > 0) || !isfinite(m->curve[row])) break;
    }
}

static void quasi_remember(const ew_train *t, const minimizer *m)
{
    for (size_t age = 0; age < TRAIN_PAIRS; age++) {
        size_t at = (m->latest + TRAIN_PAIRS - age) % TRAIN_PAIRS * m->count;
        for (size_t k = 0; k < t->weights; at += t->weight[k].count, k++) {
            const train_weight *w = &t->weight[k];
            void *move = w->state[age], *turn = w->state[TRAIN_PAIRS + age];
            size_t bytes = w->count * train_type_bytes(w->type);
            if (age < m->pairs) {
                train_narrow(w->type, move, m->shift + at, w->count);
                train_narrow(w->type, turn, m->turn + at, w->count);
            } else if (bytes) {
                memset(move, 0, bytes);
                memset(turn, 0, bytes);
            }
        }
    }
}

/* ---- A step -------------------------------------------------------------------------------------------------------
 */

/* Is there a gradient to follow? By the tolerance of ew_minimize. */
static bool quasi_slopes(const minimizer *m)
{
    double tolerance = 1e-8;
    for (size_t k = 0; k < m->inputs; k++)
        if (m->parts[k].single) tolerance = 1e-4;
    return m->count > 0 && train_smallness(m, &m->now) > tolerance;
}

bool train_quasi(ew_train *t)
{
    if (!t->quasi && !quasi_new(t)) return false;
    minimizer *m = &t->quasi->m;
    double norm = t->norm, lr = t->o.lr * t->rate_factor, *x = m->now.x;
    size_t bytes = (1 + t->o.metric_count) * sizeof *t->metric;
    memcpy(t->quasi->metric, t->metric, bytes);
    for (size_t k = 0; k < t->weights; x += t->weight[k].count, k++)
        quasi_widen(&t->weight[k], t->weight[k].type, t->weight[k].value, x);
    quasi_take(t, m, &m->now);
    quasi_recall(t, m);
    m->options.lr = lr == 1 ? 0 : lr;
    bool moved = quasi_slopes(m) && train_lbfgs(m) == TRAIN_MOVED;
    quasi_put(t, moved ? m->next.x : m->now.x);
    if (moved) quasi_remember(t, m);
    if (moved) t->updates++;
    t->settled = !moved;
    memcpy(t->metric, t->quasi->metric, bytes);
    t->norm = norm;
    return report_ok(&t->r);
}
