/* inside.h - signals and the terminal, between main.c, output.c, fault.c and the lesson. */
#ifndef CLI_INSIDE_H
#define CLI_INSIDE_H

#include "cli.h"

#include <signal.h>

struct termios;

/* Removes files that were begun and have no name yet; safe in a signal's handler. */
void output_unlink(void);
/* Signals, closed descriptors: before anything else. */
void signals_prepare(void);
/* An error's object on standard output; false: half a result is out already, or it cannot be written. */
bool output_error(struct cli *c, const char *bytes, size_t count);
void cli_stop_clock(void);
/* From now on the end of --limit seconds sets the flag instead, once; as long again, and it ends us. NULL: as before.
 */
void cli_clock_asks(struct cli *c, volatile sig_atomic_t *flag);
/* What the terminal gets back if a signal ends us now; NULL: nothing. Copied. */
void cli_restore_terminal(const struct termios *usual);

#endif
