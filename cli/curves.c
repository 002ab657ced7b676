/*
 * curves.c - the losses of runs as curves: of one run the training data's and, where they were measured, the
 * validation and test data's; of several one each, of the data by which runs are judged.
 */
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct curves {
    ew_plot_series *series;
    size_t count;
    double least, most; /* of all values; least: 0 or below means no logarithms */
};

/* Lines without a value there are left out: test data are not measured in every one. */
static bool add_curve(struct cli *c, struct curves *all, const struct record *r, enum record_part part,
                      const char *name)
{
    double *x = cli_room(c, 2 * r->line_count, sizeof *x), *y = x ? x + r->line_count : NULL;
    size_t count = 0;
    for (size_t i = 0; x && i < r->line_count; i++) {
        double v = record_value(r, i, part, 0);
        if (!isfinite(v)) continue;
        x[count] = r->lines[i].step;
        y[count++] = v;
        all->least = fmin(all->least, v);
        all->most = fmax(all->most, v);
    }
    if (x) all->series[all->count++] = (ew_plot_series){x, y, count, name};
    return x != NULL;
}

static bool add_all(struct cli *c, struct curves *all, struct record *const *runs, size_t count)
{
    static const char *const names[RECORD_PARTS] = /* catalogue */ {"training", "validation", "test"};
    bool ok = true;
    for (size_t i = 0; ok && count > 1 && i < count; i++)
        ok = add_curve(c, all, runs[i], record_judge(runs[i]), runs[i]->name);
    for (enum record_part p = RECORD_TRAIN; ok && count == 1 && p < RECORD_PARTS; p++)
        if (p == RECORD_TRAIN || record_has(runs[0], p, 0)) ok = add_curve(c, all, runs[0], p, cli_tr(c, names[p]));
    return ok;
}

void curves_draw(struct cli *c, struct record *const *runs, size_t count, const char *format, ew_write *write,
                 void *context)
{
    ew_error e;
    ew_options options = cli_library(c);
    struct curves all = {.least = INFINITY, .most = -INFINITY};
    all.series = cli_room(c, count + RECORD_PARTS, sizeof *all.series);
    if (all.series && add_all(c, &all, runs, count)) {
        ew_plot_options o = {.format = format,
                             .series = all.series,
                             .series_count = all.count,
                             .log_y = all.least > 0 && all.most > 100 * all.least,
                             .x_label = cli_tr(c, "step"),
                             .y_label = cli_tr(c, "loss"),
                             .width = strcmp(format, "txt") == 0 && write == cli_write ? table_curve() : 0,
                             .options = &options};
        if (ew_plot(&o, write, context, &e) != EW_OK) cli_fail_error(c, &e);
    }
    for (size_t i = 0; i < all.count; i++) free((void *)(size_t)all.series[i].x);
    free(all.series);
}
