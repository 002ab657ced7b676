/* inside.h - between main.c, output.c and fault.c only: what no verb needs. */
#ifndef CLI_INSIDE_H
#define CLI_INSIDE_H

#include "cli.h"

/* Signals, closed descriptors: before anything else. */
void output_prepare(void);
/* An error's object on standard output; false: half a result is out already, or it cannot be written. */
bool output_error(struct cli *c, const char *bytes, size_t count);

#endif
