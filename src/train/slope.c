/*
 * slope.c - the gradient against differences of the loss, along random directions over all weights.
 *
 * Along a direction d the slope is gradient . d, and (loss(w + h d) - loss(w - h d)) / 2h for a small h. How
 * small is not known beforehand: too large and the curve shows, too small and rounding does. So several h are tried
 * and the one that agrees best counts, less what rounding of the loss explains.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "train.h"

typedef struct slope {
    ew_train *t;
    train_pass *p;
    void **saved; /* the weights as they are */
    train_kept *blocks;
    bool single;
    double loss;
} slope;

static double slope_direction(const slope *s, size_t direction, size_t weight, size_t i)
{
    uint64_t stream = random_stream(s->t->o.seed, s->t->weight[weight].name, 0x736c6f7065u + direction);
    return random_normal(stream, i);
}

/* Differences are taken relative to the weights' own size. */
static double slope_scale(const slope *s)
{
    double sum = 0, count = 0;
    for (size_t k = 0; k < s->t->weights; k++) {
        const train_weight *w = &s->t->weight[k];
        for (size_t i = 0; i < w->count; i++) {
            double v = train_element(w->type, s->saved[k], i);
            sum += v * v;
        }
        count += (double)w->count;
    }
    return sum > 0 ? sqrt(sum / count) : 1;
}

static bool slope_loss(slope *s, size_t direction, double h, double *loss)
{
    ew_train *t = s->t;
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        for (size_t i = 0; i < w->count; i++) {
            double from = train_element(w->type, s->saved[k], i);
            train_set_element(w->type, w->value, i, from + h * slope_direction(s, direction, k, i));
        }
    }
    if (!train_pass_run(t, s->p)) return false;
    *loss = train_pass_number(s->p, 0);
    return true;
}

static double slope_by_gradient(const slope *s, size_t direction)
{
    double sum = 0;
    for (size_t k = 0; k < s->t->weights; k++) {
        const train_weight *w = &s->t->weight[k];
        for (size_t i = 0; i < w->count; i++)
            sum += train_element(w->gradient_type, w->gradient, i) * slope_direction(s, direction, k, i);
    }
    return sum;
}

static bool slope_compare(slope *s, size_t direction, double due, double scale, double *worst)
{
    double best = INFINITY, epsilon = s->single ? FLT_EPSILON : DBL_EPSILON;
    double h = scale * (s->single ? 0x1p-4 : 0x1p-10), up, down;
    for (int k = 0; k < 6; k++, h /= 4) {
        if (!slope_loss(s, direction, h, &up) || !slope_loss(s, direction, -h, &down)) return false;
        double got = (up - down) / (2 * h), noise = 4 * epsilon * fmax(fabs(up), fabs(down)) / h;
        double error = fmax(0, fabs(got - due) - noise) / fmax(fmax(fabs(got), fabs(due)), DBL_MIN);
        if (!(error >= best)) best = error;
    }
    if (!(best <= *worst)) *worst = best;
    return true;
}

static bool slope_begin(slope *s)
{
    ew_train *t = s->t;
    s->saved = train_keep_in(t, &s->blocks, t->weights, sizeof *s->saved);
    s->p = train_step_pass(t);
    if (!s->saved || !s->p || !train_gradient(t, s->p)) return false;
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        size_t bytes = w->count * train_type_bytes(w->type);
        s->saved[k] = train_keep_in(t, &s->blocks, bytes ? bytes : 1, 1);
        if (!s->saved[k]) return false;
        if (bytes) memcpy(s->saved[k], w->value, bytes);
        s->single = s->single || w->type == EW_F32;
    }
    s->single = s->single || ew_out_array(s->p->program, 0).type == EW_F32;
    return true;
}

static void slope_end(slope *s)
{
    for (size_t k = 0; s->saved && k < s->t->weights && s->saved[k]; k++) {
        const train_weight *w = &s->t->weight[k];
        if (w->count) memcpy(w->value, s->saved[k], w->count * train_type_bytes(w->type));
    }
    train_release(s->t, &s->blocks);
}

bool train_slopes(ew_train *t, size_t directions, ew_train_check *result)
{
    slope s = {.t = t};
    double *due = train_keep_in(t, &s.blocks, directions, sizeof *due);
    bool good = due && slope_begin(&s);
    double scale = good ? slope_scale(&s) : 1;
    *result = (ew_train_check){.directions = directions};
    for (size_t k = 0; good && k < directions; k++) due[k] = slope_by_gradient(&s, k);
    for (size_t k = 0; good && k < directions; k++) good = slope_compare(&s, k, due[k], scale, &result->worst);
    result->passed = good && result->worst <= (s.single ? 1e-2 : 1e-5);
    slope_end(&s);
    return good;
}

ew_status ew_train_check_gradients(ew_train *t, size_t directions, ew_train_check *result, ew_error *err)
{
    if (t->closed)
        report_plain(&t->r, E_TRAIN_CLOSED, NULL, NULL);
    else
        train_slopes(t, directions, result);
    return train_done(t, err);
}
