/* sources.h - NAME=FILE[:COLUMNS] as data by rows: between train.c, predict.c, looking at a run and sources.c. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "cli.h"
#include "edgewise-train.h"

struct given;

struct sources {
    ew_source *at;
    size_t count;
    struct given *own; /* of each: texts, and numbers that were given as such */
};

/* Of words NAME=FILE[:COLUMNS] (the file may have an @ before it), each name once. With `values` what has no @
 * is a value instead: x=[[1, 2], [3, 4]]. false: the error is out. */
bool sources_read(struct cli *c, struct sources *s, const char *const *words, size_t count, bool values);
void sources_free(struct sources *s);

#endif
