/*
 * Runs of training whose files were damaged: a checkpoint cut short at every length, with every single bit
 * flipped, of another run; config.json and model.ew cut and changed. Each must be refused as a fault of a file
 * (EW_FILE) with a sentence, and no file of the run may be changed by it. Then the undamaged files are put back,
 * and the run goes on to the weights of a run that never stopped.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "edgewise-train.h"

enum { PATH_BYTES = 300 };

typedef struct content {
    unsigned char *at;
    size_t count;
} content;

static char folder[200];

static const char *in(const char *run, const char *file)
{
    static char path[4][PATH_BYTES];
    static unsigned turn;
    char *to = path[turn++ % 4];
    snprintf(to, PATH_BYTES, "%s/%s/%s", folder, run, file);
    return to;
}

static content slurp(const char *path)
{
    content c = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    c.count = (size_t)ftell(f);
    rewind(f);
    c.at = malloc(c.count + 1);
    assert_int_equal(fread(c.at, 1, c.count, f), c.count);
    fclose(f);
    return c;
}

static void spill(const char *path, const unsigned char *at, size_t count)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    if (count) assert_int_equal(fwrite(at, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

static bool same(const char *path, const content *c)
{
    content now = slurp(path);
    bool is = now.count == c->count && memcmp(now.at, c->at, now.count) == 0;
    free(now.at);
    return is;
}

/* ---- Runs -------------------------------------------------------------------------------------------------- */

static const char text[] = "input x[N]\ninput y[N]\nparam a = 1\nparam b = 0\n"
                           "loss = mean(n: (a * x[n] + b - y[n])^2)\noutput loss";

static int stop_at_3(void *context, const ew_train_report *r)
{
    (void)context;
    return r->event == EW_EVENT_STEP && r->step == 3;
}

/* Six steps by Adam, or stopped after three. */
static void train(const char *name, const char *model, size_t seed, bool whole)
{
    ew_error e;
    char run[PATH_BYTES], data[PATH_BYTES];
    snprintf(run, sizeof run, "%s/%s", folder, name);
    snprintf(data, sizeof data, "%s/data.csv", folder);
    const ew_source sources[] = {{.name = "x", .path = data, .part = "x"}, {.name = "y", .path = data, .part = "y"}};
    ew_train_options o = {.data = sources,
                          .data_count = 2,
                          .optimizer = EW_OPTIMIZER_ADAM,
                          .lr = 0.1,
                          .batch = 2,
                          .steps = 6,
                          .seed = seed,
                          .run = run,
                          .report = whole ? NULL : stop_at_3};
    ew_train *t = ew_train_new(model, &o, &e);
    assert_non_null(t);
    assert_int_equal(ew_train_run(t, NULL, &e), EW_OK);
    ew_train_free(t);
}

/* 0 where the run could not be opened for going on. */
static ew_status resume(const char *name, bool run, ew_error *e)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ew_train *t = ew_train_resume(path, NULL, e);
    ew_status status = t ? EW_OK : e->status;
    if (t && run) status = ew_train_run(t, NULL, e);
    ew_train_free(t);
    return status;
}

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    char data[PATH_BYTES];
    snprintf(folder, sizeof folder, "%.150s/train-damage-XXXXXX", base ? base : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    snprintf(data, sizeof data, "%s/data.csv", folder);
    static const char rows[] = "x,y\n0,1\n1,3\n2,5\n3,7\n4,9\n";
    spill(data, (const unsigned char *)rows, strlen(rows));
    train("whole", text, 1, true);
    train("part", text, 1, false);
    train("seed", text, 2, false);
    train("other",
          "input x[N]\ninput y[N]\nparam b = 0\nparam a = 1\n"
          "loss = mean(n: (a * x[n] + b - y[n])^2)\noutput loss",
          1, false);
    return 0;
}

static int tear_down(void **state)
{
    char command[PATH_BYTES];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- Damage -------------------------------------------------------------------------------------------------- */

static const char *const files[] = {"config.json", "model.ew", "weights.safetensors", "metrics.jsonl",
                                    "checkpoint/last.safetensors"};
enum { FILES = sizeof files / sizeof *files };

/* Refused, with a sentence. That nothing was overwritten is looked at every 16th time, which takes longest. */
static void refuse(const char *file, const unsigned char *at, size_t count, const char *what, size_t where)
{
    ew_error e = {0};
    content before[FILES] = {{0}};
    bool look = where % 16 == 0;
    spill(in("part", file), at, count);
    for (size_t i = 0; look && i < FILES; i++) before[i] = slurp(in("part", files[i]));
    ew_status status = resume("part", false, &e);
    if (status != EW_FILE || !e.message[0])
        print_error("%s, %s %zu: status %d, \"%s\"\n", file, what, where, (int)status, e.message);
    assert_int_equal(status, EW_FILE);
    for (size_t i = 0; look && i < FILES; i++) {
        assert_true(same(in("part", files[i]), &before[i]));
        free(before[i].at);
    }
}

/* The run must go on from what was put back. */
static void goes_on(void)
{
    ew_error e;
    content whole = slurp(in("whole", "weights.safetensors"));
    char command[3 * PATH_BYTES];
    snprintf(command, sizeof command, "rm -rf '%s/copy' && cp -r '%s/part' '%s/copy'", folder, folder, folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(resume("copy", true, &e), EW_OK);
    assert_true(same(in("copy", "weights.safetensors"), &whole));
    free(whole.at);
}

static void test_cut(void **state)
{
    (void)state;
    content good = slurp(in("part", "checkpoint/last.safetensors"));
    for (size_t n = 0; n < good.count; n++) refuse("checkpoint/last.safetensors", good.at, n, "cut at", n);
    spill(in("part", "checkpoint/last.safetensors"), good.at, good.count);
    free(good.at);
    goes_on();
}

static void test_flipped(void **state)
{
    (void)state;
    content good = slurp(in("part", "checkpoint/last.safetensors"));
    for (size_t bit = 0; bit < 8 * good.count; bit++) {
        good.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        refuse("checkpoint/last.safetensors", good.at, good.count, "bit", bit);
        good.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    spill(in("part", "checkpoint/last.safetensors"), good.at, good.count);
    free(good.at);
    goes_on();
}

static void test_longer(void **state)
{
    (void)state;
    content good = slurp(in("part", "checkpoint/last.safetensors"));
    good.at[good.count] = 0;
    refuse("checkpoint/last.safetensors", good.at, good.count + 1, "longer by", 1);
    spill(in("part", "checkpoint/last.safetensors"), good.at, good.count);
    free(good.at);
}

/* Whole in itself, but of a run with another seed, or of a model whose params stand in another order. */
static void test_other(void **state)
{
    (void)state;
    content good = slurp(in("part", "checkpoint/last.safetensors"));
    content seed = slurp(in("seed", "checkpoint/last.safetensors"));
    content other = slurp(in("other", "checkpoint/last.safetensors"));
    content model = slurp(in("part", "model.ew")), second = slurp(in("other", "model.ew"));
    refuse("checkpoint/last.safetensors", seed.at, seed.count, "of another seed", 0);
    refuse("checkpoint/last.safetensors", other.at, other.count, "of another model", 0);
    spill(in("part", "checkpoint/last.safetensors"), good.at, good.count);
    refuse("model.ew", second.at, second.count, "another model", 0);
    spill(in("part", "model.ew"), model.at, model.count);
    goes_on();
    free(good.at);
    free(seed.at);
    free(other.at);
    free(model.at);
    free(second.at);
}

/* What is said in words is read strictly too: config.json may only be cut where what is left out is white. */
static void test_config(void **state)
{
    (void)state;
    content good = slurp(in("part", "config.json"));
    for (size_t n = 0; n + 1 < good.count; n++) refuse("config.json", good.at, n, "cut at", n);
    for (size_t i = 0; i < good.count; i++) { /* a digit, letter or sign that is another */
        unsigned char was = good.at[i];
        if (was == ' ' || was == '\n') continue;
        good.at[i] = was == '~' ? '!' : '~';
        refuse("config.json", good.at, good.count, "byte", i);
        good.at[i] = was;
    }
    spill(in("part", "config.json"), good.at, good.count);
    free(good.at);
    goes_on();
}

static void test_model(void **state)
{
    (void)state;
    content good = slurp(in("part", "model.ew"));
    for (size_t n = 0; n < good.count; n++) refuse("model.ew", good.at, n, "cut at", n);
    for (size_t bit = 0; bit < 8 * good.count; bit++) {
        good.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        refuse("model.ew", good.at, good.count, "bit", bit);
        good.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    spill(in("part", "model.ew"), good.at, good.count);
    free(good.at);
    goes_on();
}

/* Lines that the checkpoint knows of are missing. */
static void test_metrics(void **state)
{
    (void)state;
    content good = slurp(in("part", "metrics.jsonl"));
    for (size_t n = 0; n < good.count; n++) refuse("metrics.jsonl", good.at, n, "cut at", n);
    spill(in("part", "metrics.jsonl"), good.at, good.count);
    free(good.at);
    goes_on();
}

static void test_data(void **state)
{
    ew_error e;
    char data[PATH_BYTES];
    (void)state;
    snprintf(data, sizeof data, "%s/data.csv", folder);
    content good = slurp(data);
    good.at[good.count - 2] ^= 1; /* the last digit */
    spill(data, good.at, good.count);
    assert_int_equal(resume("part", false, &e), EW_FILE);
    spill(data, good.at, good.count - 4); /* a row less */
    assert_int_equal(resume("part", false, &e), EW_FILE);
    remove(data);
    assert_int_equal(resume("part", false, &e), EW_FILE);
    good.at[good.count - 2] ^= 1;
    spill(data, good.at, good.count);
    free(good.at);
    goes_on();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),     cmocka_unit_test(test_flipped), cmocka_unit_test(test_longer),
        cmocka_unit_test(test_other),   cmocka_unit_test(test_config),  cmocka_unit_test(test_model),
        cmocka_unit_test(test_metrics), cmocka_unit_test(test_data),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
