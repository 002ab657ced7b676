/*
 * test_train_quasi.c - training by lbfgs: the solution of a linear problem as elimination gives it, with and without
 * weight decay; params of both types and random inputs; the same bits for any number of threads and gone on with
 * after any step; every allocation refused in turn.
 */
#define _GNU_SOURCE /* nftw */
#include "files.h"

#include <ftw.h>
#include <math.h>

#include <edgewise-train.h>

#include "heap.h"

enum { ROWS = 14, WIDE = 3, ALL = WIDE + 1 };

static const char *const linear = "input x[N, 3]; input y[N]; param w[3] = 0.5; param b = -0.25; "
                                  "r[n] = sum(j: x[n, j] * w[j]) + b - y[n]; loss = mean(n: r[n]^2)";
static const char *const net =
    "input x[N, 3] : f32; input y[N] : f32; input keep[N, 5] ~ uniform(0, 1)\n"
    "param W[3, 5] : f32 ~ normal(0, 0.5); param v[5] : f32 ~ normal(0, 0.2); param b = 0.1; param none[0] = 1\n"
    "h[n, k] = tanh(sum(j: x[n, j] * W[j, k])) * (if training and keep[n, k] < 0.1 then 0 else 1)\n"
    "loss = mean(n: (sum(k: h[n, k] * v[k]) + b - y[n])^2)";

static double xs[ROWS][WIDE], ys[ROWS];
static const size_t x_size[] = {ROWS, WIDE}, y_size[] = {ROWS};
static const ew_source data[2] = {{.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 2, .size = x_size},
                                  {.name = "y", .values = ys, .kind = EW_KIND_F64, .rank = 1, .size = y_size}};

static ew_train_options usual(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < WIDE; j++) xs[i][j] = (double)((i * 7 + j * 5) % 11) / 2 - 2;
        ys[i] = (double)((i * 3) % 7) / 4 - 1;
    }
    return (ew_train_options){.data = data, .data_count = 2, .optimizer = EW_OPTIMIZER_LBFGS, .steps = 60};
}

static void must(ew_status status, const ew_error *err)
{
    if (status != EW_OK) fail_msg("%s: %s", err->code, err->message);
}

static ew_train *ran(const char *text, const ew_train_options *o, ew_train_result *result)
{
    ew_error err;
    ew_train *t = ew_train_new(text, o, &err);
    if (!t) fail_msg("%s: %s", err.code, err.message);
    must(ew_train_run(t, result, &err), &err);
    return t;
}

/* The w, then b, where the derivative 2/N X'(X w - y) + decay w is 0: by elimination, without pivots. */
static void solve(double decay, double *w)
{
    double a[ALL][ALL + 1] = {{0}};
    for (size_t i = 0; i < ALL; i++) a[i][i] = decay;
    for (size_t n = 0; n < ROWS; n++) {
        const double row[ALL + 1] = {xs[n][0], xs[n][1], xs[n][2], 1, ys[n]};
        for (size_t i = 0; i < ALL; i++)
            for (size_t j = 0; j <= ALL; j++) a[i][j] += 2.0 / ROWS * row[i] * row[j];
    }
    for (size_t k = 0; k < ALL; k++)
        for (size_t i = 0; i < ALL; i++) {
            double times = a[i][k] / a[k][k];
            for (size_t j = k; i != k && j <= ALL; j++) a[i][j] -= times * a[k][j];
        }
    for (size_t i = 0; i < ALL; i++) w[i] = a[i][ALL] / a[i][i];
}

static void test_linear(void **state)
{
    (void)state;
    for (int decays = 0; decays < 2; decays++) {
        double due[ALL];
        ew_train_result result;
        ew_train_options o = usual();
        o.weight_decay = decays ? 0.3 : 0;
        ew_train *t = ran(linear, &o, &result);
        solve(o.weight_decay, due);
        const double *b = ew_train_weight(t, 0).elements, *w = ew_train_weight(t, 1).elements;
        for (size_t j = 0; j < WIDE; j++)
            if (!(fabs(w[j] - due[j]) < 1e-7)) fail_msg("w[%zu] = %.12g, not %.12g", j, w[j], due[j]);
        if (!(fabs(*b - due[WIDE]) < 1e-7)) fail_msg("b = %.12g, not %.12g", *b, due[WIDE]);
        assert_int_equal(result.end, EW_END_CONVERGED);
        assert_in_range(result.step, 3, 20);
        ew_train_free(t);
    }
}

/* ---- Bits ---------------------------------------------------------------------------------------------------------
 */

static void same_weights(const ew_train *a, const ew_train *b)
{
    for (size_t k = 0; k < ew_train_weight_count(a); k++) {
        ew_data_array v = ew_train_weight(a, k), w = ew_train_weight(b, k);
        size_t count = 1;
        for (size_t i = 0; i < v.axes; i++) count *= v.sizes[i];
        if (memcmp(v.elements, w.elements, count * (v.type == EW_F64 ? 8 : 4))) fail_msg("%s differs", v.name);
    }
}

static void test_threads(void **state)
{
    (void)state;
    ew_options four = {.threads = 4};
    ew_train_options o = usual();
    ew_train *t = ran(net, &o, NULL);
    o.options = &four;
    ew_train *u = ran(net, &o, NULL);
    same_weights(t, u);
    ew_train_free(t);
    ew_train_free(u);
}

static size_t stop_at;

static int stop_here(void *context, const ew_train_report *r)
{
    (void)context;
    return r->event == EW_EVENT_STEP && r->step == stop_at;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s, (void)kind, (void)where;
    return remove(path);
}

static void test_resume(void **state)
{
    (void)state;
    char run[300];
    ew_error err;
    ew_train_result whole, parts;
    ew_train_options o = usual();
    o.steps = 30;
    o.report = stop_here;
    stop_at = 0;
    ew_train *t = ran(net, &o, &whole);
    assert_true(whole.step > 12); /* more than are remembered */
    assert_non_null(mkdtemp(in_build(run, sizeof run, "test-quasi-XXXXXX")));
    o.run = run;
    for (size_t at = 1; at < whole.step; at++) {
        stop_at = at;
        ew_train_free(ran(net, &o, &parts));
        assert_int_equal(parts.end, EW_END_STOPPED);
        stop_at = 0;
        ew_train *u = ew_train_resume(run, &o, &err);
        if (!u) fail_msg("%s: %s", err.code, err.message);
        must(ew_train_run(u, &parts, &err), &err);
        assert_int_equal(parts.end, whole.end);
        assert_int_equal(parts.step, whole.step);
        same_weights(t, u);
        ew_train_free(u);
        nftw(run, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    ew_train_free(t);
}

/* ---- Memory -------------------------------------------------------------------------------------------------------
 */

static void test_memory(void **state)
{
    (void)state;
    for (size_t fail_at = 1, done = 0; !done; fail_at++) {
        heap h = {.fail_at = fail_at, .from_there_on = fail_at % 2};
        ew_options general = {.resize = heap_resize, .context = &h};
        ew_error err;
        ew_train_options o = usual();
        o.options = &general;
        o.steps = 4;
        ew_train *t = ew_train_new(linear, &o, &err);
        done = t && ew_train_run(t, NULL, &err) == EW_OK;
        if (!done) assert_int_equal(err.status, EW_LIMIT);
        ew_train_free(t);
        assert_int_equal(h.blocks, 0);
        assert_int_equal(h.wrong_sizes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
