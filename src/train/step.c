/*
 * step.c - one step: rows of the batch, their gradient, a look whether it is finite, the update.
 *
 * The guard stands between gradient and update: nothing that is not finite reaches the weights. Its norm is
 * a sum in a fixed order, eight partial sums joined as a tree, so it is the same for any number of threads.
 */
#include <math.h>

#include "train.h"

/* ---- The learning rate ------------------------------------------------------------------------------- */

double train_rate(const ew_train *t, size_t step)
{
    const ew_train_options *o = &t->o;
    double lr = o->lr * t->rate_factor, left = (double)(t->steps > o->warmup ? t->steps - o->warmup : 1);
    if (step < o->warmup) return lr * (double)(step + 1) / (double)o->warmup;
    double part = (double)(step - o->warmup) / left;
    switch (o->schedule) {
    case EW_SCHEDULE_CONSTANT: return lr;
    case EW_SCHEDULE_STEP: return part < 0.5 ? lr : part < 0.75 ? lr * 0.1 : lr * 0.01;
    case EW_SCHEDULE_COSINE: return lr * (1 + cos(3.14159265358979323846 * fmin(part, 1))) / 2;
    }
    return lr;
}

/* ---- The guard --------------------------------------------------------------------------------------------- */

enum { STEP_LANES = 8 };

static double step_join(const double lane[STEP_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static double step_squares_32(const float *g, size_t count)
{
    double lane[STEP_LANES] = {0};
    size_t i = 0;
    for (; i + STEP_LANES <= count; i += STEP_LANES)
        for (size_t k = 0; k < STEP_LANES; k++) lane[k] += (double)g[i + k] * (double)g[i + k];
    for (size_t k = 0; i < count; i++, k++) lane[k] += (double)g[i] * (double)g[i];
    return step_join(lane);
}

static double step_squares_64(const double *g, size_t count)
{
    double lane[STEP_LANES] = {0};
    size_t i = 0;
    for (; i + STEP_LANES <= count; i += STEP_LANES)
        for (size_t k = 0; k < STEP_LANES; k++) lane[k] += g[i + k] * g[i + k];
    for (size_t k = 0; i < count; i++, k++) lane[k] += g[i] * g[i];
    return step_join(lane);
}

/* Of doubles beyond 1e154 the squares are not finite though they are: then by size. */
static double step_norm_large(const ew_train *t)
{
    double largest = 0, sum = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < t->weights; k++)
            for (size_t i = 0; i < t->weight[k].count; i++) {
                double g = fabs(train_element(t->weight[k].gradient_type, t->weight[k].gradient, i));
                if (pass) sum += g / largest * (g / largest);
                if (!pass && !(g <= largest)) largest = g;
                if (!isfinite(largest)) return NAN;
            }
    return largest * sqrt(sum);
}

double train_norm(const ew_train *t)
{
    double sum = 0;
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        sum += w->gradient_type == EW_F32 ? step_squares_32(w->gradient, w->count)
                                          : step_squares_64(w->gradient, w->count);
    }
    return isfinite(sum) ? sqrt(sum) : step_norm_large(t);
}

/* ---- One step ------------------------------------------------------------------------------------------------ */

void train_step_places(const ew_train *t, train_pass *p)
{
    size_t first = t->step % t->epoch_steps * t->o.batch;
    if (t->data.count) train_rows(t, t->step / t->epoch_steps, first, p->rows, p->row);
}

/* Where every step has all rows they lie there already. */
bool train_step_feed(ew_train *t, train_pass *p)
{
    if (p->whole && !p->random) return true;
    train_step_places(t, p);
    if (!train_pass_feed(t, p, &t->data, t->step)) return false;
    p->whole = train_whole_batch(t);
    return true;
}

/* Its pass: the short last batch of an epoch has one of its own. */
train_pass *train_step_pass(ew_train *t)
{
    size_t place = t->step % t->epoch_steps, first = place * t->o.batch, rows = t->o.batch;
    train_pass *p = &t->batch;
    if (!p->program && !train_pass_new(t, p, &t->data, t->o.batch, TRAIN_GRADIENTS)) return NULL; /* parts let it go */
    if (t->data.count && first + rows > t->training_rows) {
        rows = t->training_rows - first;
        p = &t->last;
        if (!p->program && !train_pass_new(t, p, &t->data, rows, TRAIN_GRADIENTS)) return NULL;
    }
    train_step_places(t, p);
    return p;
}

static void step_count(ew_train *t, size_t rows)
{
    for (size_t k = 0; k <= t->o.metric_count; k++) t->sum[k] += (double)rows * t->metric[k];
    t->sum_rows += (double)rows;
}

bool train_gradient(ew_train *t, train_pass *p)
{
    if (!train_step_feed(t, p) || !train_pass_run(t, p)) return false;
    for (size_t k = 0; k <= t->o.metric_count; k++) t->metric[k] = train_pass_number(p, k);
    t->norm = train_norm(t);
    return true;
}

/* Of the next batch. */
size_t train_step_rows(const ew_train *t)
{
    size_t first = t->step % t->epoch_steps * t->o.batch, left = t->training_rows - first;
    return !t->data.count ? 1 : left < t->o.batch ? left : t->o.batch;
}

static bool step_gradient(ew_train *t)
{
    if (t->parts) return train_parts_gradient(t);
    train_pass *p = train_step_pass(t);
    return p && train_gradient(t, p);
}

/* The two parts: the gradient, which is looked at, and the update. */
static bool step_apart(ew_train *t, bool *done)
{
    if (!step_gradient(t)) return false;
    *done = isfinite(t->metric[0]) && isfinite(t->norm);
    train_pass *p = *done ? NULL : train_step_pass(t); /* of parts, too: the whole batch is looked at */
    if (!*done) return p && train_bad_step(t, p);
    return train_update(t);
}

bool train_step(ew_train *t)
{
    bool done;
    if (train_is_quasi(t) ? !train_quasi_step(t, &done)
                          : !train_fused_step(t, &done) || (!done && !step_apart(t, &done)))
        return false;
    if (done) step_count(t, train_step_rows(t));
    t->step++;
    if (t->step % t->epoch_steps == 0) t->epoch++;
    return true;
}
