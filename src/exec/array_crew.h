/*
 * array_crew.h - one run by several threads: the caller and its helpers, each with memory of its own for what a step
 * needs while it runs; buffers are shared.
 *
 * Whether a step is split, and where, follows from its sizes alone, and a part gives the same bits wherever it is
 * run: results do not depend on the number of threads. An error is that of the first part that has one.
 */
#ifndef EXEC_ARRAY_CREW_H
#define EXEC_ARRAY_CREW_H

#include "exec/array.h"
#include "exec/array_pool.h"

/* `work` is that of who runs the part. */
typedef bool array_crew_task(const ew_program *p, ew_work *work, const void *context, size_t part);

/* Threads for a plan with steps that are worth it, as many as can be had; none is no error. */
void array_crew_new(ew_work *work, size_t threads);
void array_crew_free(ew_work *work);

/* There may soon be something to split. */
void array_crew_knock(const array_work *w);
/* Can and should something of so many operations be split now? */
bool array_crew_worth(const array_work *w, double operations);
/* In how many parts, at most `most`. */
size_t array_crew_parts(const array_work *w, double operations, double most);
double array_step_work(const plan *a, uint32_t step, double rows);

bool array_crew_run(const ew_program *p, ew_work *work, array_crew_task *task, const void *context, size_t parts);

/* The places [from, to) of something. */
typedef bool array_crew_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to);

/* All places [0, size): in parts that begin at multiples of the unit, by several threads, if that pays. */
bool array_crew_split(const ew_program *p, ew_work *work, array_crew_range *run, const void *context, double operations,
                      int64_t size, int64_t unit);

/* Steps, by several threads if that pays. */
bool array_crew_map(const ew_program *p, ew_work *work, const plan_map *m);
bool array_crew_fold(const ew_program *p, ew_work *work, const plan_fold *f);
bool array_crew_arg(const ew_program *p, ew_work *work, const plan_arg *s);
bool array_crew_product(const ew_program *p, ew_work *work, const plan_product *s);
/* Of the `dims` outermost dimensions of a product's batch, all as one, [from, to). Is all of that finite? */
bool array_product_part(array_work *w, const plan_product *s, uint32_t dims, int64_t from, int64_t to);
/* The steps of tile t, the first of which is `at`; false: a product is not finite, and all of them are to run again,
 * one after another. */
bool array_tile_run(const ew_program *p, ew_work *work, uint32_t at, const plan_tile *t);

#endif
