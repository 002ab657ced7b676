/*
 * ranks.h - one of several processes that a launcher (mpirun) has started.
 */
#ifndef CLI_RANKS_H
#define CLI_RANKS_H

#include <edgewise-train.h>

#include "../bindings/mpi/link.h"
#include "cli.h"

struct ranks {
    ew_ranks ranks; /* for ew_train_options; count is 1 where the command runs alone */
    struct cli *c;
    const mpi_link *link; /* NULL: alone */
    link_wait wait;
};

/* Looks whether there are several, and meets them. false: told. `stop` as in ew_train_options; `seconds` is how long
 * one of them is waited for. */
bool ranks_begin(struct cli *c, struct ranks *r, double seconds, const volatile sig_atomic_t *stop);
/* The last word: with a status other than 0 the others are ended too. */
void ranks_end(struct ranks *r, int status);

#endif
