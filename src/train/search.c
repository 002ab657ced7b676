/*
 * search.c - the line search of lbfgs and newton: strong Wolfe conditions, by bracketing and zoom
 * (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6).
 *
 * With f(t) the value and s(t) the slope at now.x + t * move, a t is taken if
 *
 *     f(t) <= f(0) + c1 t s(0)   and   |s(t)| <= c2 |s(0)|.
 *
 * Two additions. Near the minimum f(t) and f(0) differ by rounding alone while the slopes still
 * tell which way is down; so, as Hager and Zhang propose, a t is taken too if f(t) is f(0) up to
 * rounding and the slope has fallen as a parabola's would. And a point that is not finite is a
 * wall: the search turns back halfway, and never looks behind it again.
 */
#include <float.h>
#include <math.h>

#include "minimize.h"

static const double decrease = 1e-4, flatten = 0.9; /* c1, c2 */
enum { SEARCH_MOST = 60 }; /* evaluations while zooming; bracketing has a few more, to reach what has no end */

typedef struct search_trial {
    double t, value, slope;
} search_trial;

typedef struct search_state {
    minimizer *m;
    search_trial start, low; /* low: the best with the first condition, from the start on */
} search_state;

/* false: the program failed. A point that is not finite has the value inf, unless there is no
 * bottom: then it is found. */
static bool search_try(search_state *s, double t, search_trial *trial)
{
    minimizer *m = s->m;
    train_place(m, t);
    if (!train_evaluate(m, &m->next)) return false;
    trial->t = t;
    trial->value = m->next.value;
    trial->slope = train_dot(m->next.gradient, m->move, m->count);
    if (trial->value < TRAIN_BOTTOM) return true;
    if (!train_finite(m, &m->next) || !isfinite(trial->slope)) trial->value = INFINITY;
    return true;
}

static bool search_decreases(const search_state *s, const search_trial *trial)
{
    return trial->value <= s->start.value + decrease * trial->t * s->start.slope;
}

static bool search_good(const search_state *s, const search_trial *trial)
{
    if (trial->value < TRAIN_BOTTOM) return true;
    if (trial->value == INFINITY) return false;
    if (search_decreases(s, trial) && fabs(trial->slope) <= -flatten * s->start.slope) return true;
    return trial->value <= s->start.value + 8 * DBL_EPSILON * fabs(s->start.value) &&
           trial->slope >= flatten * s->start.slope && trial->slope <= (2 * decrease - 1) * s->start.slope;
}

/* The minimum of the cubic through two values and slopes, kept inside the middle eight tenths;
 * halfway where one end is a wall or the cubic has none. */
static double search_cubic(const search_trial *a, const search_trial *b)
{
    double middle = a->t + 0.5 * (b->t - a->t), width = b->t - a->t;
    if (!isfinite(a->value) || !isfinite(b->value)) return middle;
    double d1 = a->slope + b->slope - 3 * ((b->value - a->value) / width);
    double square = d1 * d1 - a->slope * b->slope;
    if (!(square >= 0)) return middle;
    double d2 = width > 0 ? sqrt(square) : -sqrt(square);
    double part = (b->slope + d2 - d1) / (b->slope - a->slope + 2 * d2);
    if (!isfinite(part)) return middle;
    return b->t - width * fmin(fmax(part, 0.1), 0.9);
}

static bool search_zoom(search_state *s, search_trial low, search_trial high, search_trial *trial)
{
    for (int i = 0; i < SEARCH_MOST; i++) {
        double t = search_cubic(&low, &high);
        if (!(fabs(high.t - low.t) > 4 * DBL_EPSILON * fabs(high.t)) || t == low.t || t == high.t) break;
        if (!search_try(s, t, trial)) return false;
        if (search_good(s, trial)) return true;
        if (!search_decreases(s, trial) || trial->value >= low.value) {
            high = *trial;
        } else {
            if (trial->slope * (high.t - low.t) >= 0) high = low;
            low = *trial;
        }
    }
    s->low = low;
    return false;
}

/* Where no point has both conditions, the best that has the first one is a step too. */
static bool search_settle(search_state *s, search_trial *trial)
{
    if (s->m->status != EW_OK || s->low.t == 0 || !(s->low.value < s->start.value)) return false;
    return search_try(s, s->low.t, trial);
}

static bool search_bracket(search_state *s, search_trial *trial)
{
    double t = 1, wall = INFINITY;
    for (int i = 0; i < 2 * SEARCH_MOST; i++) {
        if (!search_try(s, t, trial)) return false;
        if (search_good(s, trial)) return true;
        if (trial->value == INFINITY) {
            wall = t;
        } else if (!search_decreases(s, trial) || (s->low.t > 0 && trial->value >= s->low.value)) {
            return search_zoom(s, s->low, *trial, trial);
        } else if (trial->slope >= 0) {
            return search_zoom(s, *trial, s->low, trial);
        } else {
            s->low = *trial;
        }
        t = isfinite(wall) ? s->low.t + 0.5 * (wall - s->low.t) : fmin((i < 20 ? 4 : 1e5) * t, DBL_MAX);
        if (t == s->low.t || t == wall) break;
    }
    return false;
}

bool train_search(minimizer *m)
{
    search_trial start = {0, m->now.value, train_dot(m->now.gradient, m->move, m->count)}, trial;
    search_state s = {m, start, start};
    if (!(start.slope < 0) || !isfinite(start.slope)) return false;
    if (!search_bracket(&s, &trial) && !search_settle(&s, &trial)) return false;
    for (size_t i = 0; i < m->count; i++) m->move[i] *= trial.t;
    return true;
}
