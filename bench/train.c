/*
 * train.c - training steps: what one takes, and what its losses are. bench/train-run puts them beside PyTorch's.
 *
 *     train limit                       the best rate of a matrix product in f32, one thread: floating-point operations
 *                                       a second
 *     train flops NAME                  floating-point operations of one step's products
 *     train speed NAME THREADS SECONDS  samples (tokens) a second: the best of many rounds
 *     train busy                        every model, two threads against one in turns, alone and then beside a process
 *                                       that only spins; the status is 1 where that makes two slower than 0.9 of one
 *     train guard                       has a step become much slower than it was, beside the rate of a product in the
 *                                       same run? ends with "N passed, N failed"
 *     train losses NAME STEPS FOLDER OPTIMIZER LR DATA
 *                                       writes the initial weights and STEPS batches into the folder, as raw numbers,
 *                                       trains on them and prints the loss of each step; DATA 0 is the data of the
 *                                       speeds, 1, 2, … are others
 *
 * The models are the examples' own; data are random numbers of the right kinds, drawn once. A step is what
 * ew_train_step does: the batch is gathered, value, gradient and update computed.
 */
#define _POSIX_C_SOURCE 200809L
#include <edgewise-train.h>

#include "spin.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "math/matrix.h"

enum { ROWS_MOST = 512, TEXT_MOST = 20000, CONTEXT = 128 };

typedef struct task {
    const char *name, *model;
    size_t batch, rows, row; /* samples a step; rows of data; numbers in one row of the first input */
    size_t counts;           /* what a row counts as: tokens */
    int text, labels;        /* rows are texts of bytes; how many classes there are */
    ew_optimizer optimizer;
    double lr;
    double flops;
    double most; /* a step's time over its products' at the best rate: two and a half times what it was, or 0: not
                    guarded */
} task;

/* Operations of a perceptron's products: three for each layer, but none for the input's derivative. */
#define LAYER(batch, in, out) (6.0 * (batch) * (in) * (out))
#define FIRST(batch, in, out) (4.0 * (batch) * (in) * (out))
#define TOKENS (4 * CONTEXT)

static const task tasks[] = {
    {"perceptron", "examples/train-fashion/model.ew", 128, 512, 784, 1, 0, 10, EW_OPTIMIZER_ADAM, 1e-3,
     FIRST(128, 784, 512) + LAYER(128, 512, 512) + LAYER(128, 512, 10), 6.5},
    {"wide", "examples/train-wide/model.ew", 64, 256, 784, 1, 0, 10, EW_OPTIMIZER_SGD, 1e-2,
     FIRST(64, 784, 4096) + LAYER(64, 4096, 4096) + LAYER(64, 4096, 1024) + LAYER(64, 1024, 10), 0},
    {"lenet", "examples/train-lenet/model.ew", 64, 256, 784, 1, 0, 10, EW_OPTIMIZER_ADAM, 1e-3,
     FIRST(64 * 28 * 28, 25, 6) + LAYER(64 * 10 * 10, 150, 16) + LAYER(64, 400, 120) + LAYER(64, 120, 84) +
         LAYER(64, 84, 10),
     14},
    {"transformer", "examples/train-transformer/model.ew", 4, 16, CONTEXT + 1, CONTEXT, 1, 512, EW_OPTIMIZER_ADAM, 1e-3,
     4 * (4 * LAYER(TOKENS, 256, 256) + 2 * LAYER(TOKENS, 256, 1024) + 2 * LAYER(4 * 8 * CONTEXT, CONTEXT, 32)) +
         LAYER(TOKENS, 256, 512),
     6.5},
    {"moons", "examples/train-moons/model.ew", 100, 100, 2, 1, 0, 2, EW_OPTIMIZER_ADAM, 1e-3,
     FIRST(100, 2, 16) + LAYER(100, 16, 16) + LAYER(100, 16, 1), 65},
};

/* By one thread, its processor time: on a busy machine that is what it would take on an idle one. */
static double now(size_t threads)
{
    struct timespec t;
    clock_gettime(threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* ---- Data ---------------------------------------------------------------------------------------------- */

/* Xorshift (Marsaglia 2003). */
static uint64_t state = 88172645463325252;

static double uniform(void)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

typedef struct data {
    float *x;
    int64_t *label; /* texts: the tokens themselves */
} data;

static data data_of(const task *t)
{
    data d = {malloc(t->rows * t->row * sizeof *d.x), malloc(t->rows * t->row * sizeof *d.label)};
    if (!d.x || !d.label) fail("out of memory");
    for (size_t i = 0; i < t->rows * t->row; i++) {
        d.x[i] = (float)(t->row == 2 ? 2 * uniform() - 1 : (double)(int)(256 * uniform()));
        d.label[i] = (int64_t)((double)t->labels * uniform());
    }
    return d;
}

/* The model's text; a vocabulary of 512 where the example reads bytes. */
static char *model_text(const task *t)
{
    static char text[TEXT_MOST + 1];
    FILE *f = fopen(t->model, "rb");
    if (!f) fail("run this from the project's folder");
    text[fread(text, 1, TEXT_MOST, f)] = '\0';
    fclose(f);
    char *at = t->text ? strstr(text, "param emb[256") : NULL;
    if (at) memcpy(at + strlen("param emb["), "512", 3);
    return text;
}

static ew_train *trainer(const task *t, const data *d, size_t threads, size_t rows)
{
    size_t pictures[3] = {rows, 28, 28}, flat[2] = {rows, t->row}, one[1] = {rows};
    int square = strcmp(t->name, "lenet") == 0;
    ew_source source[2] = {{.name = t->text ? "token" : "x", .kind = t->text ? EW_KIND_I64 : EW_KIND_F32},
                           {.name = "label", .kind = EW_KIND_I64, .values = d->label, .rank = 1, .size = one}};
    source[0].values = t->text ? (const void *)d->label : (const void *)d->x;
    source[0].rank = square ? 3 : 2;
    source[0].size = square ? pictures : flat;
    ew_options options = {.threads = threads};
    ew_train_options o = {.data = source,
                          .data_count = t->text ? 1 : 2,
                          .optimizer = t->optimizer,
                          .lr = t->lr,
                          .batch = t->batch,
                          .steps = (size_t)1 << 40,
                          .no_shuffle = 1,
                          .options = &options};
    ew_error err;
    ew_train *made = ew_train_new(model_text(t), &o, &err);
    if (!made) fail(err.message);
    return made;
}

/* ---- What is asked --------------------------------------------------------------------------------------- */

/* The best rate of a product. */
static double limit(void)
{
    enum { SIDE = 384, ROUNDS = 300 };
    float *a = malloc(3 * SIDE * SIDE * sizeof *a);
    void *scratch = malloc(matrix_scratch_f32(SIDE, SIDE, SIDE));
    double best = 1e9;
    if (!a || !scratch) fail("out of memory");
    for (size_t i = 0; i < 3 * SIDE * SIDE; i++) a[i] = (float)uniform();
    for (size_t side = SIDE / 2; side <= SIDE; side += SIDE / 2)
        for (int i = 0; i < ROUNDS; i++) {
            double begin = now(1);
            matrix_product_f32(side, side, side, a, SIDE, 1, a + SIDE * SIDE, SIDE, 1, a + 2 * SIDE * SIDE, SIDE, 1,
                               false, scratch);
            double each = (now(1) - begin) / (2.0 * (double)(side * side * side));
            if (each < best) best = each;
        }
    free(a);
    free(scratch);
    return 1 / best;
}

static void step(ew_train *t)
{
    ew_error err;
    if (ew_train_step(t, &err) != EW_OK) fail(err.message);
}

/* Seconds a step takes: the best of many rounds. */
static double step_time(const task *t, size_t threads, double seconds)
{
    data d = data_of(t);
    ew_train *trained = trainer(t, &d, threads, t->rows);
    double best = 1e9, begin = now(threads), end;
    for (int i = 0; i < 3; i++) step(trained);
    size_t rounds = 1 + (size_t)(0.2 / ((now(threads) - begin) / 3));
    for (double until = now(threads) + seconds; (begin = now(threads)) < until;) {
        for (size_t i = 0; i < rounds; i++) step(trained);
        end = now(threads);
        if ((end - begin) / (double)rounds < best) best = (end - begin) / (double)rounds;
    }
    ew_train_free(trained);
    free(d.x);
    free(d.label);
    return best;
}

static int say_speed(const task *t, size_t threads, double seconds)
{
    return printf("%.6g\n", (double)(t->batch * t->counts) / step_time(t, threads, seconds)) < 0;
}

/* ---- Beside a busy process ------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How many times as fast two threads are as one, by the clock: the median over rounds in which they take turns, and
 * make as many steps. Both begin anew: after a thousand steps some tasks are learned, their numbers denormal, and steps
 * slow. */
static double speed_up(const task *t, const data *d)
{
    enum { ROUNDS = 31 };
    double ratio[ROUNDS];
    ew_train *side[2] = {trainer(t, d, 1, t->rows), trainer(t, d, 2, t->rows)};
    size_t steps = 1;
    for (int i = -1; i < ROUNDS; i++) {
        double each[2];
        for (int s = 0; s < 2; s++) {
            double begin = now(2);
            for (size_t k = 0; k < steps; k++) step(side[s]);
            each[s] = now(2) - begin;
        }
        if (i < 0) steps = 1 + (size_t)(0.05 / each[0]); /* the first round says how long a step is */
        if (i >= 0) ratio[i] = each[0] / each[1];
    }
    for (int s = 0; s < 2; s++) ew_train_free(side[s]);
    qsort(ratio, ROUNDS, sizeof *ratio, by_size);
    return ratio[ROUNDS / 2];
}

static bool busy_row(const task *t)
{
    data d = data_of(t);
    double alone = speed_up(t, &d);
    pid_t child = spin_begin();
    double beside = child > 0 ? speed_up(t, &d) : 0;
    spin_end(child);
    printf("| %s | %.2f | %.2f |\n", t->name, alone, beside);
    fflush(stdout);
    free(d.x);
    free(d.label);
    return beside >= 0.9;
}

static int busy(void)
{
    bool good = true;
    printf("| two threads against one, times as fast | alone | beside a busy process |\n|---|---:|---:|\n");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) good = busy_row(&tasks[i]) && good;
    return !good;
}

/* ---- Slower than it was? --------------------------------------------------------------------------- */

static bool good(const task *t)
{
    double ratio = 1e9;
    for (int turn = 0; turn < 3 && ratio > t->most; turn++) {
        double each = step_time(t, 1, 0.3) * limit() / t->flops;
        if (each < ratio) ratio = each;
    }
    printf("%s  training step of %s: %.1f of at most %g times as long as its products\n",
           ratio <= t->most ? "ok    " : "FAILED", t->name, ratio, t->most);
    return ratio <= t->most;
}

static int guard(void)
{
    int passed = 0, failed = 0;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (tasks[i].most > 0) good(&tasks[i]) ? passed++ : failed++;
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}

/* ---- Losses ---------------------------------------------------------------------------------------- */

static void write_raw(const char *folder, const char *name, const void *from, size_t bytes)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(from, 1, bytes, f) != bytes || fclose(f)) fail("the folder cannot be written to");
}

static int say_losses(const task *t, size_t steps, const char *folder)
{
    data d = data_of(t);
    ew_train *trained = trainer(t, &d, 1, t->rows);
    for (size_t i = 0; i < ew_train_weight_count(trained); i++) {
        ew_data_array w = ew_train_weight(trained, i);
        size_t count = 1;
        for (size_t k = 0; k < w.axes; k++) count *= w.sizes[k];
        write_raw(folder, w.name, w.elements, count * sizeof(float));
    }
    write_raw(folder, "x", d.x, t->rows * t->row * sizeof *d.x);
    write_raw(folder, "label", d.label, t->rows * (t->text ? t->row : 1) * sizeof *d.label);
    for (size_t i = 0; i < steps; i++) {
        step(trained);
        printf("%.9g\n", ew_train_loss(trained));
    }
    ew_train_free(trained);
    free(d.x);
    free(d.label);
    return 0;
}

static const task *task_of(const char *name)
{
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i].name, name) == 0) return &tasks[i];
    fail("there is no such model");
    return NULL;
}

int main(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "limit") == 0) return printf("%.6g\n", limit()) < 0;
    if (count == 2 && strcmp(words[1], "guard") == 0) return guard();
    if (count == 2 && strcmp(words[1], "busy") == 0) return busy();
    if (count == 3 && strcmp(words[1], "flops") == 0) return printf("%.0f\n", task_of(words[2])->flops) < 0;
    if (count == 5 && strcmp(words[1], "speed") == 0)
        return say_speed(task_of(words[2]), (size_t)atoi(words[3]), atof(words[4]));
    if (count == 8 && strcmp(words[1], "losses") == 0) {
        task t = *task_of(words[2]);
        int optimizer = ew_optimizer_find(words[5]);
        if (optimizer < 0) return fail("there is no such optimizer");
        t.optimizer = (ew_optimizer)optimizer;
        t.lr = atof(words[6]);
        state += (uint64_t)atoi(words[7]);
        return say_losses(&t, (size_t)atoi(words[3]), words[4]);
    }
    return fail("train limit | busy | guard | flops NAME | speed NAME THREADS SECONDS | losses NAME STEPS FOLDER "
                "OPTIMIZER LR DATA");
}
