/*
 * over.h - which inputs are varied and where their numbers lie, and one block of memory cut into parts: what
 * minimising and fitting share.
 */
#ifndef TRAIN_OVER_H
#define TRAIN_OVER_H

#include <stdbool.h>

#include "edgewise-train.h"

typedef struct train_part {      /* one varied input */
    size_t offset, start, count; /* its place in `in`, its place in x, its elements */
    bool single;                 /* f32 */
} train_part;

/* How many numbers `in` has and how many of them are varied; each number of `over` is that of an input, and the
 * sizes are known. Otherwise err is filled. */
ew_status train_over_count(const ew_minimize_options *o, ew_error *err, const ew_graph *g, const size_t *over,
                           size_t inputs, size_t *in_count, size_t *count);
/* Each input once, and all of them real; `seen`: a zero for each input of the graph. */
ew_status train_over_check(const ew_minimize_options *o, ew_error *err, const ew_graph *g, const size_t *over,
                           size_t inputs, unsigned char *seen);
/* Where each varied input lies. `offset` has room for all inputs of the graph. */
void train_over_place(const ew_graph *g, const size_t *over, size_t inputs, size_t *offset, train_part *parts);
bool train_over_single(const ew_graph *g, const size_t *over, size_t inputs); /* is any of them f32? */
/* Elements of a node; SIZE_MAX: a size is not known, or they are too many to count. */
size_t train_over_elements(const ew_graph *g, ew_node n);

typedef struct train_block { /* one piece of memory for a whole run, cut into parts */
    char *at;
    size_t used, size;
    bool fits; /* set it before the first cut */
} train_block;

/* The part of `count` things of `size` bytes: NULL, and counted only, while there is no memory yet. */
void *train_cut(train_block *b, size_t count, size_t size);

void *train_resize(const ew_minimize_options *o, void *pointer, size_t old_size, size_t new_size);
/* Fills err with a sentence of this room; returns the status. */
ew_status train_fail(const ew_minimize_options *o, ew_error *err, ew_status status, const char *code,
                     const char *sentence, const char *word);

#endif
