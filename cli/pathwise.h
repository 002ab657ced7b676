/* pathwise.h - derivatives as the definition says: every path multiplied on its own. */
#ifndef CLI_PATHWISE_H
#define CLI_PATHWISE_H

#include "cli.h"

/* The derivative of `of` by each of `wrt`, to be freed. NULL: the error (too many paths: status 5) is
 * out. */
double *cli_pathwise(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in);

/* The value of the partial on each edge (ew_edge_at), to be freed; nan on those between arrays. NULL: the error is out.
 */
double *cli_partials(struct cli *c, ew_graph *g, const double *in, size_t *count);

/* A product along a path: an exact 0 wins over inf and nan. */
double cli_along(double x, double y);

/* What ew_paths_new would say "there is no path" for is no fault here: NULL with c->status 0. */
ew_paths *cli_paths_new(struct cli *c, ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most);
/* How many paths: in decimals or, past 10,000 digits, "10^15051.5". `paths` NULL is "0". */
const char *cli_paths_count(const ew_paths *paths, char buffer[48]);

#endif
