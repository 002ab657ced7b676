/*
 * indexed.c - programs with indices against straightforward hand-written C: one table, both sides in one process.
 *
 *     indexed [--brief] [NAME…]    the workloads whose names begin so, or all; --brief: small sizes, to try it
 *     indexed busy                 gmm and perceptrons with two threads against one, beside a process that only spins
 *     indexed memory               what a gradient over a million samples needs beyond its data
 *
 * Ours gets doubles through ew_run, or, in rows marked "arrays", floats through ew_run_arrays.
 *
 * The programs are bench/workloads/NAME.ew, the other side is bench/hand/NAME.c; both get the same data. The runs of
 * all columns of a row take turns, round by round, so that a busy machine disturbs them alike; each number is the
 * median over the rounds. Hand-written code has one thread, the ratios are to it. A row that cannot be prepared or
 * run shows the error's code; the status is then 1, as it is when the two sides' results differ.
 */
#define _POSIX_C_SOURCE 200809L
#include <edgewise.h>

#include "hand/hand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEED = 3, ROUNDS_LEAST = 7, ROUNDS_MOST = 101, LINE = 64 };

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

enum { ARRAYS_MOST = 16 };

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
    int arrays;
    size_t in_count, out_count[2];
    double *in;
    float *in_f, *out_f[2];
    void *work;
    side sides[3]; /* by hand; ours with 1 thread; ours with 2 */
    size_t rounds;
} row;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_size);
    return times[count / 2];
}

/* Zeroed memory that begins on a line of the cache. */
static void *memory(size_t count, size_t bytes)
{
    size_t all = (count * bytes / LINE + 1) * LINE;
    void *p = aligned_alloc(LINE, all);
    if (!p) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memset(p, 0, all);
}

/* The text of bench/workloads/FILE.ew. */
static char *program_text(const char *file)
{
    char path[200];
    snprintf(path, sizeof path, "bench/workloads/%s.ew", file);
    FILE *f = fopen(path, "rb");
    char *text = memory(10000, 1);
    if (!f || fread(text, 1, 9999, f) == 0) {
        fprintf(stderr, "%s cannot be read: run this from the project's folder\n", path);
        exit(1);
    }
    fclose(f);
    return text;
}

static ew_program *prepare(const hand_workload *w, const size_t *size, int gradient, int threads, ew_error *err)
{
    ew_size sizes[HAND_DIMS];
    ew_options options = {.file = w->file, .sizes = sizes, .threads = (size_t)threads};
    for (size_t d = 0; d < HAND_DIMS && w->dims[d]; d++)
        sizes[options.size_count++] = (ew_size){.name = w->dims[d], .value = (int64_t)size[d]};
    char *text = program_text(w->file);
    ew_program *p = ew_compile(text, gradient ? w->gradient_outputs : w->value_outputs, &options, err);
    free(text);
    return p;
}

/* ---- One row ---------------------------------------------------------------------------------- */

static void open_ours(row *r, side *s, int threads)
{
    double begin = now();
    for (int g = 0; g < 2 && !s->failed; g++) {
        s->program[g] = prepare(r->workload, r->size, g, threads, &s->error);
        s->failed = !s->program[g];
        if (s->failed) break;
        if (ew_in_count(s->program[g]) != r->in_count || ew_out_count(s->program[g]) != r->out_count[g]) {
            s->failed = 1;
            snprintf(s->error.code, sizeof s->error.code, "counts");
            snprintf(s->error.message, sizeof s->error.message, "%zu numbers in, %zu out instead of %zu and %zu",
                     ew_in_count(s->program[g]), ew_out_count(s->program[g]), r->in_count, r->out_count[g]);
        }
    }
    s->prepared = now() - begin;
}

static row open_row(const hand_workload *w, const size_t *size, int arrays)
{
    row r = {.workload = w, .size = size, .arrays = arrays, .in_count = hand_fill(w, size, SEED, NULL)};
    r.in = memory(r.in_count, sizeof *r.in);
    r.in_f = memory(r.in_count, sizeof *r.in_f);
    r.work = memory(w->work_count(size), w->value ? sizeof(double) : sizeof(float));
    hand_fill(w, size, SEED, r.in);
    for (size_t i = 0; i < r.in_count; i++) r.in_f[i] = (float)r.in[i];
    for (int g = 0; g < 2; g++) {
        r.out_count[g] = g ? w->gradient_count(size) : w->value_count(size);
        r.out_f[g] = memory(r.out_count[g], sizeof *r.out_f[g]);
        for (int s = 0; s < 3; s++) {
            r.sides[s].out[g] = memory(r.out_count[g], sizeof *r.in);
            r.sides[s].out_f[g] = memory(r.out_count[g], sizeof *r.in_f);
        }
    }
    for (int threads = 1; threads <= 2; threads++) open_ours(&r, &r.sides[threads], threads);
    return r;
}

static void close_row(row *r)
{
    free(r->in);
    free(r->in_f);
    free(r->work);
    for (int g = 0; g < 2; g++) {
        free(r->out_f[g]);
        for (int s = 0; s < 3; s++) {
            free(r->sides[s].out[g]);
            free(r->sides[s].out_f[g]);
            ew_free(r->sides[s].program[g]);
        }
    }
}

static void run_hand(row *r, int g)
{
    const hand_workload *w = r->workload;
    if (w->value)
        (g ? w->gradient : w->value)(r->size, r->in, r->sides[0].out[g], r->work);
    else
        (g ? w->gradient_f : w->value_f)(r->size, r->in_f, r->out_f[g], r->work);
}

static ew_status run_arrays(const row *r, const side *s, int g)
{
    const ew_program *p = s->program[g];
    const void *in[ARRAYS_MOST];
    void *out[ARRAYS_MOST];
    for (size_t i = 0; i < ew_in_arrays(p) && i < ARRAYS_MOST; i++) in[i] = r->in_f + ew_in_array(p, i).offset;
    for (size_t i = 0; i < ew_out_arrays(p) && i < ARRAYS_MOST; i++) out[i] = s->out_f[g] + ew_out_array(p, i).offset;
    return ew_run_arrays(p, NULL, in, out);
}

static void run_ours(row *r, side *s, int g)
{
    if (r->arrays && run_arrays(r, s, g) == EW_OK) return;
    if (!r->arrays && ew_run(s->program[g], NULL, r->in, s->out[g]) == EW_OK) return;
    ew_run_error(s->program[g], NULL, &s->error);
    s->failed = 1;
}

static void run_round(row *r, size_t round)
{
    for (int s = 0; s < 3; s++)
        for (int g = 0; g < 2; g++) {
            if (r->sides[s].failed) continue;
            double begin = now();
            if (s)
                run_ours(r, &r->sides[s], g);
            else
                run_hand(r, g);
            r->sides[s].times[g][round] = now() - begin;
        }
}

/* A round to warm up, then rounds for two seconds, but never fewer than ROUNDS_LEAST. */
static void run_rounds(row *r)
{
    run_round(r, 0);
    double begin = now();
    while (r->rounds < ROUNDS_LEAST || (r->rounds < ROUNDS_MOST && now() - begin < 2)) run_round(r, r->rounds++);
    for (int g = 0; g < 2 && !r->workload->value; g++)
        for (size_t i = 0; i < r->out_count[g]; i++) {
            r->sides[0].out[g][i] = (double)r->out_f[g][i];
            for (int s = 1; r->arrays && s < 3; s++) r->sides[s].out[g][i] = (double)r->sides[s].out_f[g][i];
        }
}

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
    row r = open_row(w, size, arrays);
    run_rounds(&r);
    double value = median(r.sides[0].times[0], r.rounds), gradient = median(r.sides[0].times[1], r.rounds);
    int bad = print_side(&r, 1, value, gradient);
    bad |= print_side(&r, 2, value, gradient);
    fflush(stdout);
    close_row(&r);
    return bad;
}

static int chosen(const char *name, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0) return 1;
    return count == 0;
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

/* A child that takes what it gets of one core, until it is killed or its parent has gone. */
static pid_t spin(void)
{
    pid_t parent = getpid(), child = fork();
    volatile unsigned count = 0;
    if (child != 0) return child;
    for (;;)
        if ((++count & 0xFFFFFF) == 0 && getppid() != parent) _exit(0);
}

/* How many times as fast two threads are as one. */
static double speed_up(row *r, int g)
{
    return median(r->sides[1].times[g], r->rounds) / median(r->sides[2].times[g], r->rounds);
}

static int busy_row(const task *t, int brief)
{
    double alone[2], beside[2];
    row r = open_row(t->workload, brief ? t->brief : t->size, t->arrays);
    run_rounds(&r);
    for (int g = 0; g < 2; g++) alone[g] = speed_up(&r, g);
    pid_t child = spin();
    r.rounds = 0;
    run_rounds(&r);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
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
