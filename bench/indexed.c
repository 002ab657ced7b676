/*
 * indexed.c - programs with indices against straightforward hand-written C: one table, both sides in one process.
 *
 *     indexed [--brief] [NAME…]    the workloads whose names begin so, or all; --brief: small sizes, to try it
 *     indexed busy                 gmm and perceptrons with two threads against one, beside a process that only spins
 *     indexed memory               what a gradient over a million samples needs beyond its data
 *
 * Ours gets doubles through ew_run, or, in rows marked "arrays", floats through ew_run_arrays.
 *
 * Each number is the median over the rounds of bench/row.c. Hand-written code has one thread, the ratios are to it. A
 * row that cannot be prepared or run shows the error's code; the status is then 1, as it is when the two sides' results
 * differ.
 */
#define _POSIX_C_SOURCE 200809L
#include "row.h"
#include "spin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct task {
    const hand_workload *workload;
    size_t size[HAND_DIMS], brief[HAND_DIMS];
    int arrays; /* ours by ew_run_arrays, over floats; all arrays of the workload are f32 */
} task;

static const task tasks[] = {
    {&hand_gmm, {1000, 20, 25}, {100, 4, 3}, 0},
    {&hand_gmm, {1000, 64, 50}, {100, 7, 5}, 0},
    {&hand_lse, {1000000}, {1000}, 0},
    {&hand_llsq, {16392, 128}, {200, 9}, 0},
    {&hand_llsq_powers, {16392, 128}, {200, 9}, 0},
    {&hand_kmeans, {10000, 16, 100}, {200, 4, 30}, 0},
    {&hand_lstm, {4096, 4, 14}, {50, 3, 5}, 0},
    {&hand_perceptron, {128, 784, 512, 10}, {16, 20, 12, 5}, 0},
    {&hand_perceptron_f64, {128, 784, 512, 10}, {16, 20, 12, 5}, 0},
    {&hand_elementwise, {1000000}, {1000}, 0},
    {&hand_elementwise_f32, {1000000}, {1000}, 0},
    {&hand_elementwise_f32, {1000000}, {1000}, 1},
};

/* The largest difference of the two sides' results, relative to the largest number of the gradient (or to the value,
 * for the value); nan where one has a nan. */
static double difference(const row *r, const side *s)
{
    double worst = 0;
    for (int g = 0; g < 2; g++) {
        const double *hand = r->sides[0].out[g], *ours = s->out[g];
        double scale = 0, most = 0;
        for (size_t i = r->out_count[g] > 1 && g; i < r->out_count[g]; i++) {
            double d = fabs(hand[i] - ours[i]);
            scale = fmax(scale, fabs(hand[i]));
            most = d > most || isnan(d) ? d : most;
        }
        if (g) worst = fmax(worst, fabs(hand[0] - ours[0]) / (1 + fabs(hand[0])));
        worst = isnan(most) ? NAN : fmax(worst, most / (scale > 0 ? scale : 1));
        if (isnan(worst)) break;
    }
    return worst;
}

/* ---- The table ---------------------------------------------------------------------------------- */

static void print_head(void)
{
    printf("| workload | threads | hand value, ms | hand gradient, ms | ours value, ms | ours gradient, ms | value, "
           "ours / "
           "hand | gradient, ours / hand | gradient / value, hand | gradient / value, ours | text to runnable, ms | "
           "difference |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
}

static int print_side(row *r, int threads, double hand_value, double hand_gradient)
{
    side *s = &r->sides[threads];
    printf("| %s%s", r->workload->name, r->arrays ? ", arrays" : "");
    for (size_t d = 0; d < HAND_DIMS && r->workload->dims[d]; d++) printf(" %s=%zu", r->workload->dims[d], r->size[d]);
    printf(" | %d | %.3f | %.3f |", threads, hand_value * 1e3, hand_gradient * 1e3);
    if (s->failed) {
        printf(" %s | | | | %.2f | | | |\n", s->error.code, hand_gradient / hand_value);
        fprintf(stderr, "%s: %s (%s:%d:%d)\n", r->workload->name, s->error.message, r->workload->file, s->error.line,
                s->error.column);
        return 1;
    }
    double value = median(s->times[0], r->rounds), gradient = median(s->times[1], r->rounds), d = difference(r, s);
    printf(" %.3f | %.3f | %.2f | %.2f | %.2f | %.2f | %.1f | %.1e |\n", value * 1e3, gradient * 1e3,
           value / hand_value, gradient / hand_gradient, hand_gradient / hand_value, gradient / value,
           s->prepared * 1e3, d);
    return !(d <= (r->workload->value ? 1e-9 : 1e-3));
}

static int compare(const hand_workload *w, const size_t *size, int arrays)
{
    row r = open_row(w, size, arrays, 2);
    run_rounds(&r, 2);
    double value = median(r.sides[0].times[0], r.rounds), gradient = median(r.sides[0].times[1], r.rounds);
    int bad = print_side(&r, 1, value, gradient);
    bad |= print_side(&r, 2, value, gradient);
    fflush(stdout);
    close_row(&r);
    return bad;
}

static int table(int brief, int count, char **names)
{
    int bad = 0;
    print_head();
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (chosen(tasks[i].workload->name, count, names))
            bad |= compare(tasks[i].workload, brief ? tasks[i].brief : tasks[i].size, tasks[i].arrays);
    return bad;
}

/* ---- Beside a busy process ------------------------------------------------------------------------ */

/* How many times as fast two threads are as one. */
static double speed_up(row *r, int g)
{
    return median(r->sides[1].times[g], r->rounds) / median(r->sides[2].times[g], r->rounds);
}

static int busy_row(const task *t, int brief)
{
    double alone[2], beside[2];
    row r = open_row(t->workload, brief ? t->brief : t->size, t->arrays, 2);
    run_rounds(&r, 2);
    for (int g = 0; g < 2; g++) alone[g] = speed_up(&r, g);
    pid_t child = spin_begin();
    r.rounds = 0;
    run_rounds(&r, 2);
    spin_end(child);
    for (int g = 0; g < 2; g++) beside[g] = speed_up(&r, g);
    int failed = r.sides[1].failed || r.sides[2].failed || child < 0;
    printf("| %s | %.2f | %.2f | %.2f | %.2f |\n", t->workload->name, alone[0], alone[1], beside[0], beside[1]);
    fflush(stdout);
    close_row(&r);
    return failed || beside[0] < 0.9 || beside[1] < 0.9;
}

static int busy_table(int brief)
{
    static const char *const names[] = {"gmm", "perceptron"};
    int bad = 0;
    printf("| two threads against one, times as fast | value | gradient | value, beside a busy process | gradient, "
           "beside a busy process |\n|---|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (chosen(tasks[i].workload->name, 2, (char **)names) && !tasks[i].arrays) bad |= busy_row(&tasks[i], brief);
    return bad;
}

/* ---- Memory ------------------------------------------------------------------------------------- */

static double peak(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss / 1024;
}

/* The peak of the process before preparing, with all data in place, and after a run. */
static int memory_table(void)
{
    static const size_t size[] = {1000000, 10, 10};
    const hand_workload *w = &hand_gmm;
    ew_error err;
    size_t count = hand_fill(w, size, SEED, NULL);
    double *in = memory(count, sizeof *in), *out = memory(w->gradient_count(size), sizeof *out);
    hand_fill(w, size, SEED, in);
    double before = peak(), begin = now();
    ew_program *p = prepare(w, size, 1, 1, &err);
    if (!p || ew_run(p, NULL, in, out) != EW_OK) {
        if (p) ew_run_error(p, NULL, &err);
        fprintf(stderr, "%s: %s\n", w->name, err.message);
        return 1;
    }
    printf("| gmm, N=1000000 D=10 K=10, with gradient | |\n|---|---:|\n| data, MB | %.0f |\n"
           "| peak beyond the data, MB | %.1f |\n| prepare and run, s | %.2f |\n",
           (double)count * sizeof *in / 1048576, peak() - before, now() - begin);
    ew_free(p);
    free(in);
    free(out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "memory") == 0) return memory_table();
    int brief = argc > 1 && strcmp(argv[1], "--brief") == 0;
    if (argc == 2 + brief && strcmp(argv[1 + brief], "busy") == 0) return busy_table(brief);
    return table(brief, argc - 1 - brief, argv + 1 + brief);
}
