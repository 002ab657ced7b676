/* progress.h - how far training is, on standard error: between train.c and progress.c. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli.h"
#include "edgewise-train.h"

enum { PROGRESS_METRICS = 32, PROGRESS_BAD = 3 /* steps that are told one by one */ };

struct progress {
    struct cli *c;
    size_t metric_count;
    const char *metrics[PROGRESS_METRICS]; /* their names, which belong to the ew_train */
    bool terminal;

    /* On a terminal: the line that is drawn over itself. */
    size_t drawn;                      /* columns of what stands there; 0: nothing */
    double next, begun;                /* seconds: when it may be drawn again; when the first step was seen */
    size_t first_step;                 /* made before that */
    double rate;                       /* rows a second, 0: not known */
    size_t count;                      /* steps in the sums */
    double sums[1 + PROGRESS_METRICS]; /* of loss and metrics since the last report */
    double test;                       /* the last loss on test or validation data; nan: none yet */
    const char *test_name;

    size_t bad;         /* steps that were not finite */
    char bad_text[600]; /* what was wrong in the last one, until it is told */

    /* Elsewhere: reports told so far, in twentieths of the whole. */
    size_t told;
};

void progress_begin(struct progress *p, struct cli *c, const ew_train *t);
/* One event; between two lines on a terminal at least a tenth of a second passes. */
void progress_see(struct progress *p, const ew_train_report *r);
void progress_clear(struct progress *p); /* the line goes */

#endif
