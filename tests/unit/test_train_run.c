/*
 * test_train_run.c - runs in folders: gone on with bit for bit, whatever is refused or damaged on the way.
 */
#define _GNU_SOURCE /* syscall */
#include "files.h"
#include "refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <edgewise-train.h>

static bool long_run; /* with --long */
static char folder[300];

/* ---- Folders --------------------------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s, (void)kind, (void)where;
    return remove(path);
}

static void remove_all(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(in_build(folder, sizeof folder, "test-train-XXXXXX")) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    remove_all(folder);
    return 0;
}

static const char *in_folder(const char *name)
{
    static char path[4][600];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void same_file(const char *run, const char *other, const char *name)
{
    char path[2][700];
    snprintf(path[0], sizeof path[0], "%s/%s", run, name);
    snprintf(path[1], sizeof path[1], "%s/%s", other, name);
    blob a = blob_file(path[0]), b = blob_file(path[1]);
    if (a.count != b.count || memcmp(a.at, b.at, a.count) != 0) fail_msg("%s and %s differ", path[0], path[1]);
    free(a.at);
    free(b.at);
}

/* metrics.jsonl of both, but for the seconds. */
static void same_lines(const char *run, const char *other)
{
    char path[700], *lines[2] = {NULL, NULL};
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s/metrics.jsonl", k ? other : run);
        blob b = blob_file(path);
        lines[k] = calloc(1, b.count + 1);
        assert_non_null(lines[k]);
        memcpy(lines[k], b.at, b.count);
        free(b.at);
        for (char *s = lines[k]; (s = strstr(s, "\"seconds\": ")); s++)
            for (char *c = s + 11; *c != '}'; c++) *c = ' ';
        char *to = lines[k];
        for (const char *s = lines[k]; *s; s++)
            if (*s != ' ') *to++ = *s;
        *to = '\0';
    }
    assert_string_equal(lines[0], lines[1]);
    free(lines[0]);
    free(lines[1]);
}

/* ---- One small run --------------------------------------------------------------------------------------------- */

enum { ROWS = 22, STEPS = 24 };

static double xs[ROWS][3], ys[ROWS];
static const size_t x_size[] = {ROWS, 3}, y_size[] = {ROWS};
static const ew_source line[2] = {{.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = x_size},
                                  {.name = "y", .values = ys, .kind = EW_KIND_F64, .rank = 1, .size = y_size}};
static const char *const net =
    "input x[N, 3] : f32; input y[N] : f32; input keep[N, 5] ~ uniform(0, 1)\n"
    "param W[3, 5] : f32 ~ normal(0, 0.5); param v[5] : f32 ~ normal(0, 0.2); param b = 0.1\n"
    "h[n, k] = tanh(sum(j: x[n, j] * W[j, k])) * (if training and keep[n, k] < 0.3 then 0 else 1)\n"
    "r[n] = sum(k: h[n, k] * v[k]) + b - y[n]\n"
    "loss = mean(n: r[n]^2); far = max(n: abs(r[n]))\noutput loss";

static size_t stop_at; /* the callback stops there; 0: never */

static int stop_here(void *context, const ew_train_report *r)
{
    (void)context;
    return r->event == EW_EVENT_STEP && r->step == stop_at;
}

static ew_train_options usual(const char *run)
{
    static const char *const far[] = {"far"}, *const x[] = {"x"};
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 3; j++) xs[i][j] = (double)((i * 7 + j * 5) % 11) - 5;
        ys[i] = (double)((i * 3) % 7) / 4 - 1;
    }
    ew_train_options o = {.data = line, .data_count = 2, .test = line, .test_count = 2, .batch = 4, .steps = STEPS};
    o.optimizer = EW_OPTIMIZER_ADAM;
    o.lr = 0.02;
    o.metrics = far;
    o.metric_count = 1;
    o.standardize = x;
    o.standardize_count = 1;
    o.validate = 0.2;
    o.on_nan = EW_ON_NAN_ROLLBACK;
    o.schedule = EW_SCHEDULE_COSINE;
    o.save_every = 3;
    o.run = run;
    o.report = stop_here;
    return o;
}

static ew_status go(ew_train *t, ew_train_result *result, ew_error *err)
{
    ew_status status = t ? ew_train_run(t, result, err) : err->status;
    ew_train_free(t);
    return status;
}

static void must(ew_status status, const ew_error *err)
{
    if (status != EW_OK) fail_msg("%s: %s", err->code, err->message);
}

/* Its folder, made once. */
static const char *uninterrupted(void)
{
    static char run[600];
    ew_error err;
    if (run[0]) return run;
    snprintf(run, sizeof run, "%s", in_folder("whole"));
    ew_train_options o = usual(run);
    stop_at = 0;
    must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
    return run;
}

/* ---- Going on ---------------------------------------------------------------------------------------------------- */

static void test_resume(void **state)
{
    (void)state;
    ew_error err;
    ew_train_result result;
    const char *whole = uninterrupted(), *run = in_folder("parts");
    ew_train_options o = usual(run);
    for (size_t at = 1; at < STEPS; at++) {
        stop_at = at;
        must(go(ew_train_new(net, &o, &err), &result, &err), &err);
        assert_int_equal(result.end, EW_END_STOPPED);
        assert_int_equal(result.step, at);
        stop_at = at + 4; /* and once more */
        must(go(ew_train_resume(run, &o, &err), &result, &err), &err);
        stop_at = 0;
        must(go(ew_train_resume(run, &o, &err), &result, &err), &err);
        assert_int_equal(result.end, EW_END_STEPS);
        same_file(whole, run, "weights.safetensors");
        same_lines(whole, run);
        must(go(ew_train_resume(run, &o, &err), &result, &err), &err); /* there is nothing left to do */
        same_file(whole, run, "weights.safetensors");
        same_lines(whole, run);
        remove_all(run);
    }
}

/* The pairs that lbfgs remembers are in the checkpoint. */
static void test_resume_lbfgs(void **state)
{
    (void)state;
    ew_error err;
    char whole[600];
    snprintf(whole, sizeof whole, "%s", in_folder("quasi"));
    ew_train_options o = usual(whole);
    o.optimizer = EW_OPTIMIZER_LBFGS; /* which takes neither a batch nor a schedule */
    o.batch = 0;
    o.schedule = EW_SCHEDULE_CONSTANT;
    o.lr = 0;
    o.on_nan = EW_ON_NAN_STOP;
    o.steps = 14;
    stop_at = 0;
    must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
    const char *run = in_folder("quasi-parts");
    o.run = run;
    for (size_t at = 1; at < 14; at += 3) {
        stop_at = at;
        must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
        stop_at = 0;
        must(go(ew_train_resume(run, &o, &err), NULL, &err), &err);
        same_file(whole, run, "weights.safetensors");
        same_lines(whole, run);
        remove_all(run);
    }
    remove_all(whole);
}

/* The flag that a signal handler sets. */
static void test_stop(void **state)
{
    (void)state;
    ew_error err;
    ew_train_result result;
    volatile sig_atomic_t stop = 1;
    const char *run = in_folder("stopped");
    ew_train_options o = usual(run);
    o.stop = &stop;
    stop_at = 0;
    must(go(ew_train_new(net, &o, &err), &result, &err), &err);
    assert_true(result.end == EW_END_STOPPED && result.step == 0);
    stop = 0;
    must(go(ew_train_resume(run, &o, &err), &result, &err), &err);
    same_file(uninterrupted(), run, "weights.safetensors");
    remove_all(run);
}

/* It has no states of the optimiser: it would crash, or write a checkpoint of step 0 over the run's own. */
static void opened_goes_not_on(ew_train *t)
{
    ew_error err;
    char path[700];
    snprintf(path, sizeof path, "%s/checkpoint/last.safetensors", uninterrupted());
    blob before = blob_file(path);
    assert_int_equal(ew_train_step(t, &err), EW_USE);
    assert_int_equal(ew_train_run(t, NULL, &err), EW_USE);
    assert_int_equal(ew_train_save(t, &err), EW_USE);
    assert_string_equal(err.code, "E378");
    blob after = blob_file(path);
    assert_int_equal(before.count, after.count);
    assert_memory_equal(before.at, after.at, before.count);
    free(before.at);
    free(after.at);
    assert_null(ew_train_open(NULL, NULL, &err));
    assert_null(ew_train_resume(NULL, NULL, &err));
    assert_string_equal(err.code, "E356");
}

static void test_open(void **state)
{
    (void)state;
    ew_error err;
    size_t count;
    double value[2], again[2];
    ew_train *t = ew_train_open(uninterrupted(), NULL, &err);
    if (!t) fail_msg("%s", err.message);
    must(ew_train_evaluate(t, line, 2, value, &err), &err);
    ew_prediction *p = ew_train_predict(t, line, 1, "h", &err);
    if (!p) fail_msg("%s", err.message);
    const ew_data_array *a = ew_prediction_arrays(p, &count);
    assert_true(count == 1 && a->sizes[0] == ROWS && a->sizes[1] == 5 && a->type == EW_F32);
    must(ew_data_write(in_folder("h.npy"), a, 1, NULL, &err), &err);
    ew_prediction_free(p);
    must(ew_train_store(t, in_folder("w.npz"), &err), &err);
    opened_goes_not_on(t);
    ew_train_free(t);
    ew_train_options o = usual(NULL);
    o.weights = in_folder("w.npz");
    t = ew_train_new(net, &o, &err);
    must(t ? ew_train_evaluate(t, line, 2, again, &err) : err.status, &err);
    assert_memory_equal(value, again, sizeof value);
    assert_int_equal(ew_train_load(t, in_folder("h.npy"), &err), EW_USE);
    assert_int_equal(ew_train_save(t, &err), EW_USE);
    assert_string_equal(err.code, "E364");
    ew_train_free(t);
}

/* ---- Killed -------------------------------------------------------------------------------------------------------
 */

static void child(const char *run, bool anew)
{
    ew_error err;
    ew_train_options o = usual(run);
    o.save_every = 1;
    alarm(60);
    ew_train *t = anew ? ew_train_new(net, &o, &err) : ew_train_resume(run, &o, &err);
    _exit(t && ew_train_run(t, NULL, &err) == EW_OK ? 0 : 1);
}

/* Killed at any moment and gone on with until it is done: as though nothing had happened. */
static void test_kills(void **state)
{
    (void)state;
    size_t kills = 0, due = long_run ? 1000 : 30; /* tests/kill-run has the command killed more often */
    unsigned random = 1;
    char run[600];
    snprintf(run, sizeof run, "%s", in_folder("killed"));
    ew_train_options whole = usual(in_folder("each"));
    whole.save_every = 1;
    ew_error err;
    stop_at = 0;
    must(go(ew_train_new(net, &whole, &err), NULL, &err), &err);
    while (kills < due) {
        char config[700];
        snprintf(config, sizeof config, "%s/config.json", run);
        bool anew = access(config, F_OK) != 0;
        pid_t p = fork();
        if (p == 0) child(run, anew);
        assert_true(p > 0);
        random = random * 1103515245u + 12345u;
        usleep(random >> 16 & 0x7fff);
        int status;
        bool ended = waitpid(p, &status, WNOHANG) == p;
        if (!ended) {
            kill(p, SIGKILL);
            assert_int_equal(waitpid(p, &status, 0), p);
            kills += WIFSIGNALED(status);
        }
        if (WIFSIGNALED(status)) continue;
        assert_int_equal(WEXITSTATUS(status), 0);
        same_file(in_folder("each"), run, "weights.safetensors");
        same_lines(in_folder("each"), run);
        remove_all(run);
    }
    remove_all(run);
    remove_all(in_folder("each"));
}

/* ---- Refused by the system -----------------------------------------------------------------------------------------
 */

static void test_system_faults(void **state)
{
    (void)state;
    const char *run = in_folder("refused");
    ew_train_options o = usual(run);
    ew_error err;
    o.save_every = 12;
    stop_at = 0;
    sys.active = true;
    sys.calls = sys.fail_at = 0;
    ew_train *t = ew_train_new(net, &o, &err);
    size_t made = sys.calls;
    must(go(t, NULL, &err), &err);
    size_t calls = sys.calls;
    sys.active = false;
    assert_true(calls > made && made > 4);
    remove_all(run);
    for (size_t i = 1; i <= calls; i++) {
        sys.active = true;
        sys.calls = 0;
        sys.fail_at = i;
        ew_status status = go(ew_train_new(net, &o, &err), NULL, &err);
        sys.active = false;
        if (status != EW_FILE) fail_msg("call %zu refused: %d %s", i, status, err.message);
        if (i <= made) { /* nothing has begun: the same call works when the system does */
            remove_all(run);
            continue;
        }
        must(go(ew_train_resume(run, &o, &err), NULL, &err), &err);
        same_file(uninterrupted(), run, "weights.safetensors");
        same_lines(uninterrupted(), run);
        remove_all(run);
    }
}

/* ---- Damaged -------------------------------------------------------------------------------------------------------
 */

static void put_file(const char *path, blob b)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.at, 1, b.count, f), b.count);
    fclose(f);
}

static void refuse_resume(const char *run, const char *code, const char *what, size_t at)
{
    ew_error err = {0};
    ew_train_options o = usual(run);
    ew_train *t = ew_train_resume(run, &o, &err);
    if (t || err.status != EW_FILE || (code && strcmp(err.code, code) != 0))
        fail_msg("%s %zu: %s: %s", what, at, err.code, err.message);
    ew_train_free(t);
}

static void test_damage(void **state)
{
    (void)state;
    ew_error err;
    char run[600], last[700];
    snprintf(run, sizeof run, "%s", in_folder("damaged"));
    snprintf(last, sizeof last, "%s/checkpoint/last.safetensors", run);
    ew_train_options o = usual(run);
    o.validate = 0;
    o.on_nan = EW_ON_NAN_STOP;
    stop_at = 7;
    must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
    blob good = blob_file(last), bad = blob_of(good.at, good.count);
    for (size_t n = 0; n < good.count; n += long_run ? 1 : n < 200 ? 1 : 7) {
        bad.count = n;
        put_file(last, bad);
        refuse_resume(run, "E324", "cut at", n);
    }
    bad.count = good.count;
    for (size_t bit = 0; bit < 8 * good.count; bit += long_run ? 1 : bit < 4000 ? 1 : 13) {
        bad.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        put_file(last, bad);
        refuse_resume(run, "E324", "bit", bit);
        bad.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    put_file(last, good); /* and nothing was overwritten */
    stop_at = 0;
    must(go(ew_train_resume(run, &o, &err), NULL, &err), &err);
    free(good.at);
    free(bad.at);
    remove_all(run);
}

/* A checkpoint of another run, a changed model, options or data, a folder that is none or taken. */
static void test_others(void **state)
{
    (void)state;
    ew_error err;
    char run[600], other[600], path[700], from[700];
    snprintf(run, sizeof run, "%s", in_folder("one"));
    snprintf(other, sizeof other, "%s", in_folder("two"));
    ew_train_options o = usual(run);
    stop_at = 7;
    must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
    assert_null(ew_train_new(net, &o, &err));
    assert_string_equal(err.code, "E355");
    o.run = other;
    o.lr = 0.5;
    must(go(ew_train_new(net, &o, &err), NULL, &err), &err);
    snprintf(from, sizeof from, "%s/checkpoint/last.safetensors", other);
    snprintf(path, sizeof path, "%s/checkpoint/last.safetensors", run);
    blob own = blob_file(path), foreign = blob_file(from);
    put_file(path, foreign);
    refuse_resume(run, "E359", "another checkpoint", 0);
    put_file(path, own);
    xs[3][1] += 1;
    ew_train *t = ew_train_resume(run, &o, &err);
    assert_null(t);
    assert_string_equal(err.code, "E358");
    assert_string_equal(err.message, "the data for 'x' are not those that the run began with");
    usual(NULL); /* the numbers as they were */
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    blob lines = blob_file(path);
    put_file(path, (blob){lines.at, 10});
    refuse_resume(run, "E363", "metrics", 0);
    put_file(path, lines);
    snprintf(path, sizeof path, "%s/model.ew", run);
    blob model = blob_file(path);
    put_file(path, (blob){model.at, model.count - 1});
    refuse_resume(run, "E367", "model", 0);
    put_file(path, model);
    snprintf(path, sizeof path, "%s/config.json", run);
    blob config = blob_file(path);
    for (size_t n = 0; n < config.count - 1; n += 97) {
        put_file(path, (blob){config.at, n});
        refuse_resume(run, "E357", "config", n);
    }
    put_file(path, config);
    refuse_resume(in_folder("nowhere"), "E356", "no folder", 0);
    refuse_resume(folder, "E356", "no run", 0);
    stop_at = 0;
    must(go(ew_train_resume(run, &o, &err), NULL, &err), &err);
    same_file(uninterrupted(), run, "weights.safetensors");
    free(own.at), free(foreign.at), free(lines.at), free(model.at), free(config.at);
    remove_all(run);
    remove_all(other);
}

/* Two at once in one folder. */
static void test_locked(void **state)
{
    (void)state;
    ew_error err;
    const char *run = in_folder("held");
    ew_train_options o = usual(run);
    ew_train *t = ew_train_new(net, &o, &err);
    if (!t) fail_msg("%s", err.message);
    refuse_resume(run, "E362", "held", 0);
    ew_train_free(t);
    remove_all(run);
}

/* Ends when the validation loss has not fallen for two epochs; the best weights are the final ones. */
static void test_patience(void **state)
{
    (void)state;
    ew_error err;
    double value[2];
    ew_train_result result;
    const char *run = in_folder("patient");
    ew_train_options o = usual(run);
    o.lr = 0.3;
    o.schedule = EW_SCHEDULE_CONSTANT;
    o.steps = 0;
    o.epochs = 500;
    o.patience = 2;
    stop_at = 0;
    ew_train *t = ew_train_new(net, &o, &err);
    if (!t) fail_msg("%s", err.message);
    must(ew_train_run(t, &result, &err), &err);
    assert_int_equal(result.end, EW_END_PATIENCE);
    assert_true(result.step == result.best_step + 2 * 5 && result.step < 2500);
    must(ew_train_evaluate(t, line, 2, value, &err), &err);
    ew_train_free(t);
    t = ew_train_open(run, NULL, &err);
    double again[2];
    must(t ? ew_train_evaluate(t, line, 2, again, &err) : err.status, &err);
    assert_memory_equal(value, again, sizeof value);
    ew_train_free(t);
    remove_all(run);
}

int main(int argc, char **argv)
{
    long_run = argc > 1 && strcmp(argv[1], "--long") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resume),        cmocka_unit_test(test_resume_lbfgs), cmocka_unit_test(test_stop),
        cmocka_unit_test(test_open),          cmocka_unit_test(test_kills),        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_system_faults), cmocka_unit_test(test_others),       cmocka_unit_test(test_locked),
        cmocka_unit_test(test_patience),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
