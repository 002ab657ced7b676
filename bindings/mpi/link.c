/*
 * link.c - bytes and sums between the processes of an MPI job, with patience that ends.
 *
 * MPI's own waiting spins on a core, and for ever. Here a request is tested, then slept on for growing times up to
 * half a millisecond: a core that waits is free for others, and a process that died or hangs is noticed. A sum is a
 * reduction to process 0 and a broadcast of what came out, so all have the same bits.
 */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <mpi.h>
#include <time.h>

#include "link.h"

enum { LINK_SPINS = 2000, LINK_PIECE = 1 << 26 };
#define LINK_GRACE 5.0 /* seconds after a wish to stop */

static double link_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int link_wait_for(MPI_Request *request, int count, const link_wait *wait)
{
    double began = link_clock(), stopped = 0;
    struct timespec nap = {0, 10000};
    for (long turn = 0;; turn++) {
        int done = 0;
        if (MPI_Testall(count, request, &done, MPI_STATUSES_IGNORE) != MPI_SUCCESS) return LINK_FAILED;
        if (done) return LINK_DONE;
        if (turn < LINK_SPINS) continue;
        nanosleep(&nap, NULL);
        if (nap.tv_nsec < 500000) nap.tv_nsec += nap.tv_nsec / 4;
        double now = link_clock();
        if (wait->stop && *wait->stop && stopped == 0) stopped = now;
        if (now - began > wait->seconds || (stopped > 0 && now - stopped > LINK_GRACE)) return LINK_SILENT;
    }
}

static int link_exchange(size_t partner, const void *mine, void *theirs, size_t bytes, const link_wait *wait)
{
    for (size_t at = 0; at < bytes; at += LINK_PIECE) {
        int piece = (int)(bytes - at < LINK_PIECE ? bytes - at : LINK_PIECE);
        MPI_Request request[2];
        if (MPI_Irecv((char *)theirs + at, piece, MPI_BYTE, (int)partner, 0, MPI_COMM_WORLD, &request[0]) !=
                MPI_SUCCESS ||
            MPI_Isend((const char *)mine + at, piece, MPI_BYTE, (int)partner, 0, MPI_COMM_WORLD, &request[1]) !=
                MPI_SUCCESS)
            return LINK_FAILED;
        int found = link_wait_for(request, 2, wait);
        if (found != LINK_DONE) return found;
    }
    return LINK_DONE;
}

static int link_sum(void *values, int single, size_t count, const link_wait *wait)
{
    int rank, found;
    MPI_Datatype type = single ? MPI_FLOAT : MPI_DOUBLE;
    size_t bytes = single ? sizeof(float) : sizeof(double), most = LINK_PIECE / sizeof(double);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (size_t at = 0; at < count; at += most) {
        int piece = (int)(count - at < most ? count - at : most);
        char *here = (char *)values + at * bytes;
        MPI_Request request;
        if (MPI_Ireduce(rank == 0 ? MPI_IN_PLACE : here, here, piece, type, MPI_SUM, 0, MPI_COMM_WORLD, &request) !=
            MPI_SUCCESS)
            return LINK_FAILED;
        if ((found = link_wait_for(&request, 1, wait)) != LINK_DONE) return found;
        if (MPI_Ibcast(here, piece, type, 0, MPI_COMM_WORLD, &request) != MPI_SUCCESS) return LINK_FAILED;
        if ((found = link_wait_for(&request, 1, wait)) != LINK_DONE) return found;
    }
    return LINK_DONE;
}

static void link_end(int status)
{
    if (status == 0)
        MPI_Finalize();
    else
        MPI_Abort(MPI_COMM_WORLD, status);
}

static mpi_link link_here = {0, 0, 0, link_exchange, link_sum, link_end};

const mpi_link *edgewise_mpi_begin(void);

const mpi_link *edgewise_mpi_begin(void)
{
    int rank, count;
    if (MPI_Init(NULL, NULL) != MPI_SUCCESS) return NULL;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    link_here.rank = (size_t)rank;
    link_here.count = (size_t)count;
    MPI_Comm here;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &count);
    MPI_Comm_free(&here);
    link_here.local = (size_t)count;
    return &link_here;
}
