/* vary.h - what minimize and fit vary: --over, or what stands for it. */
#ifndef CLI_VARY_H
#define CLI_VARY_H

#include "cli.h"

/* Numbers of inputs (ew_input_at), to be freed: those of --over; if it is not given the params; without any every real
 * input, or with `numbers` every one that is a single number and not drawn: those with axes are data. NULL: the
 * error is out. */
size_t *vary_inputs(struct cli *c, ew_graph *g, bool numbers, size_t *count);

#endif
