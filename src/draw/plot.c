/*
 * plot.c - ew_plot: the ranges and ticks of axes, the thinning of long curves, the words.
 */
#include "draw/plot.h"

#include <math.h>
#include <string.h>

enum { PLOT_DIGITS = 6 };

/* ---- Values ---------------------------------------------------------------------------------- */

double plot_x(const ew_plot_series *s, size_t i)
{
    return s->x ? s->x[i] : (double)(i + 1);
}

/* The value on its axis, or nan for a gap. The ends of the range of doubles are cut off, so that
 * differences stay finite. */
static double plot_scale(const plot_axis *a, double v)
{
    if (a->log) v = v > 0 ? log10(v) : NAN;
    if (isinf(v)) return NAN;
    return v > 8e307 ? 8e307 : v < -8e307 ? -8e307 : v;
}

static double plot_place(const plot_axis *a, double v)
{
    return (v - a->low) / (a->high - a->low);
}

/* ---- Axes ------------------------------------------------------------------------------------ */

static void plot_range(const plot *p, plot_axis *a, bool horizontal)
{
    a->low = HUGE_VAL;
    a->high = -HUGE_VAL;
    for (size_t k = 0; k < p->o->series_count; k++) {
        const ew_plot_series *s = &p->o->series[k];
        for (size_t i = 0; i < s->count; i++) {
            double v = plot_scale(a, horizontal ? plot_x(s, i) : s->y[i]);
            if (v < a->low) a->low = v;
            if (v > a->high) a->high = v;
        }
    }
    if (a->low > a->high) a->low = 0, a->high = 1;
    double least = fabs(a->low) * 1e-9 + 1e-300;
    if (a->high - a->low > least) return;
    double room = a->log ? 0.5 : a->low != 0 ? fabs(a->low) * 0.1 : 1; /* one value: room on both sides */
    a->low -= room;
    a->high += room;
}

static void plot_tick(plot_axis *a, double place, double value)
{
    if (a->ticks == PLOT_TICKS || place < -1e-9 || place > 1 + 1e-9) return;
    a->tick[a->ticks] = value;
    a->place[a->ticks++] = place < 0 ? 0 : place > 1 ? 1 : place;
}

/* 1, 2 or 5 times a power of ten, at most about `wish` steps in the range. */
static double plot_step(double range, size_t wish)
{
    double rough = range / (double)(wish ? wish : 1), power = pow(10, floor(log10(rough)));
    double m = rough / power;
    return power * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
}

/* Steps, epochs and the like: a tick between two of them would mean nothing. */
static bool plot_counts(const plot *p)
{
    for (size_t k = 0; k < p->o->series_count; k++)
        for (size_t i = 0; i < p->o->series[k].count; i++) {
            double x = plot_x(&p->o->series[k], i);
            if (x != floor(x)) return false;
        }
    return true;
}

static void plot_linear(plot_axis *a, size_t wish, bool round, double least)
{
    double step = fmax(plot_step(a->high - a->low, wish), least);
    if (round) {
        a->low = floor(a->low / step) * step;
        a->high = ceil(a->high / step) * step;
    }
    double first = ceil(a->low / step - 1e-9);
    for (size_t i = 0; i < PLOT_TICKS; i++) {
        double v = (first + (double)i) * step;
        plot_tick(a, plot_place(a, v), fabs(v) < step * 1e-9 ? 0 : v);
    }
}

/* Powers of ten; within two decades also 2 and 5 times them. */
static void plot_logarithmic(plot_axis *a, size_t wish, bool round)
{
    static const double parts[] = {1, 2, 5};
    double decades = a->high - a->low, step = ceil(decades / (double)(wish ? wish : 1));
    size_t between = decades < 2 ? 3 : 1;
    if (round && decades >= 2) {
        a->low = floor(a->low);
        a->high = ceil(a->high);
    }
    if (step < 1) step = 1;
    for (double d = floor(a->low / step) * step; d <= a->high && a->ticks < PLOT_TICKS; d += step)
        for (size_t k = 0; k < between; k++) plot_tick(a, plot_place(a, d + log10(parts[k])), pow(10, d) * parts[k]);
    if (a->ticks) return;
    plot_tick(a, 0, pow(10, a->low)); /* less than a step between 2, 5, 10: both ends */
    plot_tick(a, 1, pow(10, a->high));
}

static void plot_set_axis(const plot *p, plot_axis *a, bool horizontal, size_t wish)
{
    a->log = horizontal ? p->o->log_x != 0 : p->o->log_y != 0;
    a->ticks = 0;
    plot_range(p, a, horizontal);
    if (a->log)
        plot_logarithmic(a, wish, !horizontal);
    else
        plot_linear(a, wish, !horizontal, horizontal && plot_counts(p) ? 1 : 0);
}

void plot_axes(plot *p, size_t x_wish, size_t y_wish)
{
    plot_set_axis(p, &p->x, true, x_wish);
    plot_set_axis(p, &p->y, false, y_wish);
}

/* ---- Curves ---------------------------------------------------------------------------------- */

typedef struct plot_bucket {
    bool filled, first;
    double column;
    double x[4], y[4]; /* first, least, greatest, last */
    size_t at[4];      /* their numbers, to keep the order */
} plot_bucket;

static void plot_empty(plot_bucket *b, plot_visit *at, void *context)
{
    size_t done = SIZE_MAX;
    if (!b->filled) return;
    for (int round = 0; round < 4; round++) { /* in the order of the series, each once */
        int next = -1;
        for (int k = 0; k < 4; k++)
            if ((done == SIZE_MAX || b->at[k] > done) && (next < 0 || b->at[k] < b->at[next])) next = k;
        if (next < 0) break;
        at(context, b->x[next], b->y[next], b->first && done == SIZE_MAX);
        done = b->at[next];
    }
    b->filled = b->first = false;
}

static void plot_put(plot_bucket *b, int k, double x, double y, size_t i)
{
    b->x[k] = x;
    b->y[k] = y;
    b->at[k] = i;
}

static void plot_fill(plot_bucket *b, double x, double y, size_t i)
{
    if (!b->filled)
        for (int k = 0; k < 3; k++) plot_put(b, k, x, y, i);
    if (y < b->y[1]) plot_put(b, 1, x, y, i);
    if (y > b->y[2]) plot_put(b, 2, x, y, i);
    plot_put(b, 3, x, y, i);
    b->filled = true;
}

void plot_trace(const plot *p, const ew_plot_series *s, size_t columns, plot_visit *at, void *context)
{
    plot_bucket b = {.first = true};
    for (size_t i = 0; i < s->count; i++) {
        double x = plot_place(&p->x, plot_scale(&p->x, plot_x(s, i)));
        double y = plot_place(&p->y, plot_scale(&p->y, s->y[i]));
        double column = floor(x * (double)columns);
        bool gap = isnan(x) || isnan(y);
        if (b.filled && (gap || column < b.column || column > b.column)) plot_empty(&b, at, context);
        if (gap)
            b.first = true;
        else
            plot_fill(&b, x, y, i);
        b.column = column;
    }
    plot_empty(&b, at, context);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void plot_series_words(const plot *p, const ew_plot_series *s, text *t)
{
    char count[32], first[32], last[32], least[32], most[32];
    double low = HUGE_VAL, high = -HUGE_VAL;
    if (s->name) draw_say(t, "{1}: ", s->name, NULL, NULL);
    if (s->count == 0) {
        text_add(t, translate(p->language, "no points."));
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (s->y[i] < low) low = s->y[i];
        if (s->y[i] > high) high = s->y[i];
    }
    number_text((double)s->count, 0, count);
    number_text(s->y[0], PLOT_DIGITS, first);
    number_text(s->y[s->count - 1], PLOT_DIGITS, last);
    number_text(low > high ? NAN : low, PLOT_DIGITS, least);
    number_text(low > high ? NAN : high, PLOT_DIGITS, most);
    const char *args[] = {count, first, last, least, most};
    text_fill(t, translate(p->language, "points: {1}, first {2}, last {3}, least {4}, greatest {5}."), args, 5);
}

void plot_words(const plot *p, text *t)
{
    for (size_t k = 0; k < p->o->series_count; k++) {
        if (k) text_char(t, '\n');
        plot_series_words(p, &p->o->series[k], t);
    }
}

/* ---- ew_plot --------------------------------------------------------------------------------- */

ew_status ew_plot(const ew_plot_options *options, ew_write *write, void *context, ew_error *err)
{
    static const ew_plot_options none = {0}; /* which is no format */
    if (!options) options = &none;
    memory m = memory_of(options->options);
    plot p = {.o = options, .m = &m, .language = options->options ? options->options->language : NULL};
    report r = {.m = &m, .language = p.language};
    draw_out o = {.write = write, .context = context};
    bool svg = options->format && strcmp(options->format, "svg") == 0, ok = true;
    char word[160];
    text_begin(&o.t, &m);
    if (!svg && (!options->format || strcmp(options->format, "txt") != 0)) {
        report_plain(&r, E_FORMAT, options->format ? quote(word, options->format, strlen(options->format)) : "",
                     "svg, txt");
    } else {
        ok = svg ? draw_plot_svg(&p, &o) : draw_plot_text(&p, &o);
        draw_flush(&o, true);
        if (o.broken)
            report_plain(&r, E_WRITE, NULL, NULL);
        else if (!ok || o.t.failed)
            report_memory(&r);
    }
    text_free(&o.t);
    if (err) *err = r.error;
    return r.error.status;
}
