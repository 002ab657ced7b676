/* record.h - what a run of training has left in its folder: between record.c and the verbs show, train, predict. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "cli.h"

#include <jansson.h>

/* Where a number of a line was measured. */
enum record_part { RECORD_TRAIN, RECORD_VALIDATION, RECORD_TEST, RECORD_PARTS };

/* One line of metrics.jsonl. */
struct record_line {
    double step, epoch, seconds;
};

struct record {
    char *path;        /* the folder as it was given, without slashes at its end */
    const char *name;  /* its last part */
    json_t *config;    /* of config.json */
    char **names;      /* names[0] is "loss", then the metrics in order of appearance */
    size_t name_count; /* at least 1 */
    struct record_line *lines;
    size_t line_count;
    double *values; /* of line i, part p, name k: record_value; nan: it does not stand there */
    size_t value_count, value_room, line_room;
};

/* Reads config.json; of a folder that is no run, or damage: NULL, the error is out. */
struct record *record_open(struct cli *c, const char *path);
/* Reads metrics.jsonl too. */
struct record *record_read(struct cli *c, const char *path);
void record_free(struct record *r);

double record_value(const struct record *r, size_t line, enum record_part part, size_t name);
/* Does the part have values of this name in any line? */
bool record_has(const struct record *r, enum record_part part, size_t name);
/* The part by which a run is judged: test data, else what was held back, else the training data. */
enum record_part record_judge(const struct record *r);
/* The line with the lowest loss of that part; SIZE_MAX: none is a number. */
size_t record_best(const struct record *r, enum record_part part);

/* Of config.json: NULL or nan where it does not stand there. */
const char *record_text(const struct record *r, const char *key);
double record_number(const struct record *r, const char *key);

/* A number of JSON, or one of the words that it lacks; false: neither. */
bool record_number_of(const json_t *value, double *number);

/* "RUN/FILE", to be freed; NULL: the error is out. */
char *record_path(struct cli *c, const char *run, const char *file);

/* ---- Curves (curves.c) ------------------------------------------------------------------------------- */

/* The losses of all runs over their steps as "svg" or "txt". */
void curves_draw(struct cli *c, struct record *const *runs, size_t count, const char *format, ew_write *write,
                 void *context);

#endif
