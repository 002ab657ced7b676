#ifndef EXEC_LOWER_H
#define EXEC_LOWER_H

#include "exec/program.h"

/* Fills constants, code, batches and the outputs' slots; the outputs and inputs of p are there
 * already. Failure is reported in g. */
bool lower_program(ew_graph *g, ew_program *p, const ew_node *wanted, size_t count);

#endif
