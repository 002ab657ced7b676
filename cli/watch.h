/* watch.h - what is seen of a minimisation on its way: between minimize.c and watch.c. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "arrays.h"
#include "edgewise-train.h"

enum { WATCH_POINTS = 2048 };

struct watch {
    struct cli *c;
    const ew_graph *g;
    const char *of, *method;
    double lr;          /* 0: the method's own business */
    const char **names; /* of the varied inputs */
    const size_t *over;
    size_t count, name_width;
    struct array *shapes; /* of the varied inputs, without values */
    size_t *offset;       /* of all inputs in `in` */
    struct cli_json json; /* with --json: "of", and with --trace the steps, are out already */
    bool interrupted;
    struct cli_file *plot; /* of --plot, or NULL */
    const char *plot_format;

    /* The curve: every stride-th value; when full every other one goes and stride doubles. */
    double steps[WATCH_POINTS], values[WATCH_POINTS];
    size_t points, stride;
    double last_step, last_value;

    bool terminal, drawn; /* progress: on a terminal; a line stands there */
    double next_time;     /* seconds: of the next progress */
    size_t next_step;
};

/* Catches Ctrl-C until watch_end. false: the error is out. */
bool watch_begin(struct watch *w, struct cli *c, ew_graph *g, ew_node of, const size_t *over, size_t count,
                 const char *method);
void watch_end(struct watch *w);
int watch_step(void *context, const ew_minimize_step *step);
void watch_clear(struct watch *w); /* the progress line goes; JSON's list of steps is closed */
void watch_curve(struct watch *w); /* in characters, with the results */
void watch_plot(struct watch *w);  /* into the file of --plot */

#endif
