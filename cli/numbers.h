/* numbers.h - the values of many nodes at once, without those of the large ones. */
#ifndef CLI_NUMBERS_H
#define CLI_NUMBERS_H

#include "arrays.h"

struct numbers {
    struct array *at; /* by node; values NULL: it has more elements than were asked for */
    double *flat;
};

/* Only nodes of at most `most` elements are computed. NULL: the error is out. */
struct numbers *numbers_new(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in,
                            size_t most);
void numbers_free(struct numbers *n);

#endif
