/* paths.h - the list of paths as JSON, which `paths` and `explain` share. */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include "cli.h"

/* Keys of an object that is open already. `paths` NULL: there is none; `partial` and `sum` NULL: without
 * numbers. */
void paths_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, ew_node from, ew_node to,
                const double *partial, const double *sum);

#endif
