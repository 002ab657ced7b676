/*
 * guard.c - has a workload of bench/indexed.c become much slower than it was? Small sizes, one thread, the least
 * processor time of many rounds that take turns with the hand-written code, and a bound on the ratio of the two: two to
 * two and a half times what it was when the bound was set, so that neither a busy machine nor another processor passes
 * it, but what a program is no longer planned well for does. A row above its bound is measured twice more before it
 * counts.
 *
 *     guard [NAME…]     the workloads whose names begin so, or all; ends with "N passed, N failed"
 */
#include "row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct task {
    const hand_workload *workload;
    size_t size[HAND_DIMS];
    int arrays;
    double most[2]; /* ours over hand-written: the value, the value with its gradient */
} task;

static const task tasks[] = {
    {&hand_gmm, {200, 20, 25}, 0, {9, 6.5}},
    {&hand_gmm, {60, 64, 50}, 0, {7.5, 4}},
    {&hand_lse, {100000}, 0, {1, 2}},
    {&hand_llsq, {16392, 128}, 0, {2.5, 3}},
    {&hand_llsq_powers, {16392, 128}, 0, {5.5, 5}},
    {&hand_kmeans, {1000, 16, 100}, 0, {2, 5}},
    {&hand_lstm, {256, 4, 14}, 0, {2, 5}},
    {&hand_perceptron, {64, 784, 256, 10}, 0, {2.6, 3.7}},
    {&hand_perceptron_f64, {64, 784, 256, 10}, 0, {2, 1.7}},
    {&hand_elementwise, {50000}, 0, {0.6, 1}},
    {&hand_elementwise_f32, {50000}, 0, {0.8, 1.2}},
    {&hand_elementwise_f32, {50000}, 1, {0.3, 0.5}},
};

static double least(const double *times, size_t count)
{
    double best = INFINITY;
    for (size_t i = 0; i < count; i++) best = fmin(best, times[i]);
    return best;
}

/* How many times as long as by hand; inf where it cannot be run. */
static double ratio(const row *r, int g)
{
    if (r->sides[1].failed) return INFINITY;
    return least(r->sides[1].times[g], r->rounds) / least(r->sides[0].times[g], r->rounds);
}

static int good(const task *t)
{
    double value = INFINITY, gradient = INFINITY;
    row r = open_row(t->workload, t->size, t->arrays, 1);
    r.by_processor = 1;
    for (int turn = 0; turn < 3 && !(value <= t->most[0] && gradient <= t->most[1]); turn++) {
        r.rounds = 0;
        run_rounds(&r, 0.2);
        value = fmin(value, ratio(&r, 0));
        gradient = fmin(gradient, ratio(&r, 1));
    }
    int passed = value <= t->most[0] && gradient <= t->most[1];
    printf("%s  %s%s", passed ? "ok    " : "FAILED", t->workload->name, t->arrays ? ", arrays" : "");
    for (size_t d = 0; d < HAND_DIMS && t->workload->dims[d]; d++) printf(" %s=%zu", t->workload->dims[d], t->size[d]);
    printf(": value %.2f of at most %g, gradient %.2f of at most %g times as long as by hand\n", value, t->most[0],
           gradient, t->most[1]);
    if (r.sides[1].failed) printf("    %s: %s\n", r.sides[1].error.code, r.sides[1].error.message);
    close_row(&r);
    return passed;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (chosen(tasks[i].workload->name, argc - 1, argv + 1)) good(&tasks[i]) ? passed++ : failed++;
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
