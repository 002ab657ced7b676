/*
 * array_pool.h - sleeping threads that one run may wake: parts of one task are taken by whoever is free.
 *
 * Of parts one after the other the first share is the caller's, the next the first helper's, and so on; whoever is free
 * takes from others. So a part must give the same bits whoever runs it. One caller at a time.
 * A thread that does not wake in time is not waited for: the caller takes what is left. Built with
 * EDGEWISE_NO_THREADS there is no pool, and pool_new gives NULL.
 */
#ifndef EXEC_ARRAY_POOL_H
#define EXEC_ARRAY_POOL_H

#include "base/memory.h"

typedef struct array_pool array_pool;

/* Runs one part; worker 0 is the caller. false: the task has failed, and parts that follow may be left out. All
 * parts before one that fails are run. */
typedef bool array_pool_task(void *context, size_t worker, size_t part);

/* `helpers` threads beside the caller, or as many as can be had; NULL: none. */
array_pool *array_pool_new(memory *m, size_t helpers);
void array_pool_free(memory *m, array_pool *p);
size_t array_pool_workers(const array_pool *p); /* the caller counts */

/* false: there are none, or they rest, since of late they cost more time than they saved. */
bool array_pool_ready(array_pool *p);
/* There will be something to do soon: who sleeps gets ready. NULL: nobody. */
void array_pool_knock(array_pool *p);
/* Is a helper looking for work, so that a round costs next to nothing? */
bool array_pool_awake(array_pool *p);

/* At most UINT32_MAX parts. false: some part failed. */
bool array_pool_run(array_pool *p, array_pool_task *task, void *context, size_t parts);

#endif
