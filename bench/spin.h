/*
 * spin.h - a process that only spins, to see how two threads fare beside it.
 */
#ifndef BENCH_SPIN_H
#define BENCH_SPIN_H

#include <sys/types.h>

/* A child that takes what it gets of one core, until spin_end or until its parent has gone; -1: there is none. */
pid_t spin_begin(void);
void spin_end(pid_t child);

#endif
