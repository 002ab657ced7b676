/*
 * row.h - one workload of bench/indexed.c and bench/guard.c: both sides with the same data, prepared and run in turns.
 */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <edgewise.h>

#include "hand/hand.h"

enum { SEED = 3, ROUNDS_LEAST = 7, ROUNDS_MOST = 101, SIDES = 3 };

/* One side of one row, at one number of threads: 0 the value, 1 the value with its gradient. */
typedef struct side {
    ew_program *program[2]; /* NULL: hand-written */
    double *out[2];
    float *out_f[2]; /* by ew_run_arrays */
    double times[2][ROUNDS_MOST];
    double prepared; /* seconds from text to runnable, gradient and value together */
    ew_error error;
    int failed;
} side;

typedef struct row {
    const hand_workload *workload;
    const size_t *size;
    int arrays; /* ours by ew_run_arrays, over floats; all arrays of the workload are f32 */
    size_t in_count, out_count[2];
    double *in;
    float *in_f, *out_f[2];
    void *work;
    side sides[SIDES]; /* by hand; ours with 1 thread; ours with 2 */
    size_t rounds;
    int by_processor; /* times are of the processor, not by the clock: with one thread, on a busy machine, the better */
} row;

double now(void);                           /* seconds, by the clock */
void *memory(size_t count, size_t bytes);   /* zeroed, from the beginning of a line of the cache; or the program ends */
double median(double *times, size_t count); /* sorts them */
ew_program *prepare(const hand_workload *w, const size_t *size, int gradient, int threads, ew_error *err);

/* Ours with 1 to `threads` threads (1 or 2); a side that cannot be prepared has failed, with its error. */
row open_row(const hand_workload *w, const size_t *size, int arrays, int threads);
void close_row(row *r);

/* A round to warm up, then rounds for so many seconds, but never fewer than ROUNDS_LEAST; the results, as doubles,
 * stay in `out` of each side. */
void run_rounds(row *r, double seconds);

/* Does the name begin with one of these? Without any it does. */
int chosen(const char *name, int count, char **names);

#endif
