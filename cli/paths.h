/* paths.h - between paths.c, paths_text.c and explain_json.c. */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include "cli.h"

/* Keys of an object that is open already. `paths` NULL: there is none; `partial` and `sum` NULL: without
 * numbers. */
void paths_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, ew_node from, ew_node to, const double *partial,
                const double *sum);

/* What is asked, and the numbers that are known. */
struct route {
    struct cli *c;
    ew_graph *g;
    ew_node from, to;
    const double *partial; /* by edge, or NULL: in symbols */
    double sum;
};

/* All of it for a program with arrays; `in` NULL: in symbols. */
void paths_of_arrays(struct route *r, const double *in);

/* The same for people. */
void paths_text(const struct route *r, const ew_paths *paths);

#endif
