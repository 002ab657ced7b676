/*
 * differences.c - a slope by differences alone.
 *
 * For each of a ladder of widths h, from a tenth down to where rounding drowns everything, central
 * differences at h, h/2, h/4 … are extrapolated to 0 (Richardson's table in powers of h², as Ridders
 * proposed), with the table's own scatter and the rounding of the values as the error. A wide step
 * may overlook what happens close to the point, a narrow one drowns in rounding; so the widths are
 * walked downwards and a narrower estimate takes over where it is sharper, or where it contradicts
 * the one so far by more than both errors explain.
 *
 * Rounding inside the program makes its values a staircase, on whose treads every difference is 0; so
 * the caller says how high the stairs may be (curve.noise).
 *
 * The same is done for each side alone (in powers of h). Where the sides contradict each other, or
 * only one of them is a number, or differences grow without end as they get narrower, the point is
 * a kink, an edge of the domain or a jump: no slope can be expected there.
 */
#include "cli.h"
#include "differences.h"

#include <float.h>
#include <math.h>

enum { LEVELS = 7 };

enum side { LEFT = -1, BOTH = 0, RIGHT = 1 };

struct look {
    const struct curve *curve;
    double x, value;
};

struct slope {
    double slope, error;
};

static double look_at(const struct look *l, double x)
{
    return l->curve->value(l->curve->context, x);
}

/* One difference of width h. `noise`: what rounding of the values may do to it. */
static double difference(const struct look *l, double h, enum side side, double *noise)
{
    volatile double high = side == LEFT ? l->x : l->x + h, low = side == RIGHT ? l->x : l->x - h;
    double above = side == LEFT ? l->value : look_at(l, high);
    double below = side == RIGHT ? l->value : look_at(l, low);
    double width = high - low; /* as it came out, not as it was meant */
    *noise = 2 * (l->curve->noise + DBL_EPSILON * (fabs(above) + fabs(below))) / width;
    return (above - below) / width;
}

/* Richardson's table from width h down; the entry with the least error. */
static struct slope extrapolate(const struct look *l, double h, enum side side)
{
    double row[LEVELS], last[LEVELS], noise = 0;
    struct slope best = {NAN, INFINITY};
    double base = side == BOTH ? 4 : 2;
    for (int i = 0; i < LEVELS; i++, h /= 2) {
        row[0] = difference(l, h, side, &noise);
        double factor = base;
        for (int k = 1; k <= i; k++, factor *= base) {
            row[k] = (factor * row[k - 1] - last[k - 1]) / (factor - 1);
            double error = fmax(fabs(row[k] - row[k - 1]), fabs(row[k] - last[k - 1])) + noise;
            if (error < best.error) best = (struct slope){row[k], error};
        }
        for (int k = 0; k <= i; k++) last[k] = row[k];
    }
    return best;
}

static bool contradict(const struct slope *a, const struct slope *b)
{
    double size = fmax(fabs(a->slope), fabs(b->slope));
    return fabs(a->slope - b->slope) > 20 * (a->error + b->error) + 1e-6 * size;
}

/* Widths relative to 1 and to x, the wide ones first. */
static struct slope find_slope(const struct look *l, enum side side)
{
    static const double ladder[] = {1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9, 1e-12, 1e-15};
    struct slope best = {NAN, INFINITY};
    double size = fabs(l->x) > 0 && isfinite(l->x) ? fabs(l->x) : 1;
    double wide = fmax(size, 1), narrow = fmin(size, 1);
    for (int part = 0; part < (wide > narrow ? 2 : 1); part++)
        for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++) {
            double h = ladder[i] * (part == 0 ? wide : narrow);
            if (h < 64 * DBL_EPSILON * fabs(l->x) || h < 1e-290) break;
            if (part == 1 && h > ladder[6] * wide) continue; /* seen from the other scale */
            struct slope s = extrapolate(l, h, side);
            if (!isfinite(s.slope) || !isfinite(s.error)) continue;
            if (!isfinite(best.error) || s.error < best.error || contradict(&s, &best)) best = s;
        }
    return best;
}

/* Has it settled on a number? */
static bool is_settled(const struct slope *s)
{
    return isfinite(s->slope) && s->error <= 1e-3 * fmax(fabs(s->slope), 1);
}

/* Do differences grow as they get narrower, as at a jump or a vertical tangent? */
static bool diverges(const struct look *l)
{
    double size = fmax(fabs(l->x), 1), noise;
    double wide = fabs(difference(l, 1e-3 * size, BOTH, &noise));
    double narrow = fabs(difference(l, 1e-9 * size, BOTH, &noise));
    return isfinite(narrow) && narrow > 10 * wide && narrow > 100 * noise;
}

struct estimate differences(const struct curve *curve)
{
    struct look l = {curve, curve->at, curve->value(curve->context, curve->at)};
    struct estimate e = {l.value, NAN, INFINITY, NAN, NAN, false, false};
    if (!isfinite(l.value)) return e;
    struct slope both = find_slope(&l, BOTH), left = find_slope(&l, LEFT), right = find_slope(&l, RIGHT);
    bool left_settled = is_settled(&left), right_settled = is_settled(&right);
    e = (struct estimate){l.value, both.slope, both.error, NAN, NAN, is_settled(&both), false};
    if (isfinite(left.slope)) e.left = left_settled ? left.slope : INFINITY;
    if (isfinite(right.slope)) e.right = right_settled ? right.slope : INFINITY;
    e.kink = left_settled != right_settled || (left_settled && contradict(&left, &right)) ||
             isfinite(left.slope) != isfinite(right.slope) || (!e.settled && diverges(&l));
    return e;
}
