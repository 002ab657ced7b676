/* values.h - NAME=VALUE for inputs and dimensions: between program.c and values.c, given.c. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "arrays.h"
#include "edgewise-data.h"

/* The value of one word. Numbers and literals are in `values`, what is in a file is read when it is needed. */
struct given {
    char *name;
    const char *text; /* what follows the = */
    size_t input;     /* the number of ew_input_at; SIZE_MAX: a dimension */
    size_t rank, size[ARRAY_AXES];
    double *values;
    char *inexact; /* the first whole number of the text that its double is not; NULL: there is none */
    ew_data *data;
    const char *path; /* of data, for faults; a part of text_own */
    char *text_own;
    size_t fitted_rank, fitted[ARRAY_AXES]; /* as the input takes it */
};

struct values {
    struct given *at;
    size_t count;
    ew_size *sizes; /* of arrays, and the dimensions */
    size_t size_count;
};

/* All words after the program. NULL: the error is out. */
struct values *values_read(struct cli *c, ew_graph *g);
/* What they bind: for ew_options. false: the error is out. */
bool values_bind(struct cli *c, ew_graph *g, struct values *v);
void values_free(struct values *v);
/* Does the program have an input or a dimension of this name? */
bool values_takes(const ew_graph *g, const char *name);
/* Are these, its numbers, of the input's type? false: the error is out. */
bool values_check(struct cli *c, const ew_graph *g, const struct given *v, const double *values);
/* Is there one for this name? */
bool values_has(const struct values *v, const char *name);
/* Does the value of this name lie in a file? */
bool values_of_file(const struct values *v, const char *name);
/* The values in the order of `in`, to be freed; `optional`: NULL and c->status 0 where one is missing. */
double *values_lay(struct cli *c, ew_graph *g, const struct values *v, bool optional);

/* given.c: the value itself, by its first letter: a file, an array literal, a number. */
bool given_read(struct cli *c, ew_graph *g, struct given *v);
/* "PATH:PART" is cut at the colon: PART, or NULL where there is none. */
char *given_part(char *text);
/* The sizes of the input that v fills. `bound(context, name)` is the size of a named dimension that is known
 * otherwise, or SIZE_MAX. */
bool given_fit(struct cli *c, ew_graph *g, struct given *v, size_t (*bound)(void *context, const char *name),
               void *context);
/* Its numbers, in order. */
bool given_copy(struct cli *c, const struct given *v, size_t count, double *to);

#endif
