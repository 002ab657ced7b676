/*
 * link.h - what the command asks of the part that knows MPI, which is loaded where a launcher has started several
 * processes (cli/ranks.c). Not a public interface: both are built together.
 */
#ifndef BINDINGS_MPI_LINK_H
#define BINDINGS_MPI_LINK_H

#include <signal.h>
#include <stddef.h>

enum { LINK_DONE, LINK_SILENT, LINK_FAILED }; /* silent: no answer within the patience, or we were told to stop */

typedef struct link_wait { /* how long one waits for the others */
    double seconds;
    const volatile sig_atomic_t *stop; /* once it is set, a few seconds more; or NULL */
} link_wait;

typedef struct mpi_link {
    size_t rank, count, local; /* this one, from 0; how many; how many on this machine */
    int (*exchange)(size_t partner, const void *mine, void *theirs, size_t bytes, const link_wait *wait);
    int (*sum)(void *values, int single, size_t count, const link_wait *wait); /* single: floats, else doubles */
    void (*end)(int status); /* 0: all end together; otherwise every process is ended */
} mpi_link;

typedef const mpi_link *mpi_link_begin(void); /* NULL: MPI does not start */
#define MPI_LINK_BEGIN "edgewise_mpi_begin"

#endif
