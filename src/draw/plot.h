/*
 * plot.h - curves with axes: what the picture and the terminal share.
 *
 * Coordinates of the plot are 0..1 on both axes, y upwards. Values that are not finite, and on a
 * logarithmic axis those that are not positive, are gaps.
 */
#ifndef DRAW_PLOT_H
#define DRAW_PLOT_H

#include "draw/draw.h"

enum { PLOT_TICKS = 24 };

typedef struct plot_axis {
    bool log;
    double low, high;         /* on a logarithmic axis: exponents of ten */
    double tick[PLOT_TICKS];  /* values */
    double place[PLOT_TICKS]; /* 0..1 */
    size_t ticks;
} plot_axis;

typedef struct plot {
    const ew_plot_options *o;
    memory *m;
    const char *language;
    plot_axis x, y;
} plot;

/* `wish`: about how many ticks; `exact`: the axis ends where the values end. */
void plot_axes(plot *p, size_t x_wish, size_t y_wish);
double plot_x(const ew_plot_series *s, size_t i);
/* Calls `at` for the points of a series, thinned to four for each of `columns` columns: the first,
 * the least, the greatest and the last. `first` says that no line leads to it. */
typedef void plot_visit(void *context, double x, double y, bool first);
void plot_trace(const plot *p, const ew_plot_series *s, size_t columns, plot_visit *at, void *context);
/* "loss: 100 points, first 2.3, last 0.1, least 0.1, greatest 2.3." for each series. */
void plot_words(const plot *p, text *t);

bool draw_plot_svg(const plot *p, draw_out *o);
bool draw_plot_text(const plot *p, draw_out *o);

#endif
