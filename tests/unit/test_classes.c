/*
 * test_classes.c - labels and places out of range: which of an input's values the graph takes (ew_input_classes), and
 * that training refuses the others, naming file, row, value and range.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise-train.h>

/* Of y[N, 3], element by element, for the output e; z has four columns, E five rows, w four. */
static const struct {
    const char *text;
    int64_t most[3];
} uses[] = {
    {"e = mean(n: xent(k: z[n, k], y[n, 0]))", {4, 0, 0}},
    {"e = mean(n, t: xent(k: z[n, k], y[n, t]))", {4, 4, 4}},
    {"e = sum(n, t in 2: xent(k: z[n, k], y[n, t + 1])) / 7", {0, 4, 4}},
    {"l[n] = y[n, 1]; m[n] = l[n]; e = mean(n: xent(k: z[n, k], m[n]))", {0, 4, 0}},
    {"e = mean(n: logsumexp(k: z[n, k]) - sum(k: if k == y[n, 2] then z[n, k] else 0))", {0, 0, 4}},
    {"e = mean(n: logsumexp(k: z[n, k]) - sum(k: if y[n, 2] == k then z[n, k] else 0))", {0, 0, 4}},
    {"l[n] = xent(k: z[n, k], y[n, 0]); e = -(2 * mean(n: l[n]) + 1)", {4, 0, 0}},
    {"e = mean(n: 0.5 * xent(k: z[n, k], y[n, 0]) + w[0]^2)", {4, 0, 0}},
    {"e = sum(n, t: E[y[n, t], 0])", {5, 5, 5}},
    {"e = sum(n: E[y[n, 1], 0] * w[y[n, 1]])", {0, 4, 0}},
    {"e = sum(n: w[y[n, 0]] * xent(k: z[n, k], y[n, 0]))", {4, 0, 0}}, /* of the gather */
    /* not a matter of course */
    {"e = mean(n: if y[n, 0] < 0 then 0 else xent(k: z[n, k], y[n, 0]))", {0, 0, 0}},
    {"e = mean(n: (y[n, 0] >= 0) * xent(k: z[n, k], y[n, 0]))", {0, 0, 0}},
    {"l[n] = xent(k: z[n, k], y[n, 0]); e = max(n: l[n])", {0, 0, 0}},
    {"e = mean(n: sum(k: if k == y[n, 0] then z[n, k] else 0))", {0, 0, 0}},
    {"e = mean(n: logsumexp(k: z[n, k]) - sum(k: if k == y[n, 0] then 2 * z[n, k] else 0))", {0, 0, 0}},
    {"e = mean(n: logsumexp(k: z[n, k]) - sum(k: if k + 1 == y[n, 0] then z[n, k] else 0))", {0, 0, 0}},
    {"e = mean(n: xent(k: z[n, k], y[n, 0] - 1))", {0, 0, 0}},
    {"e = sum(n: E[y[n, 0], 0 else 0])", {0, 0, 0}},
    {"e = sum(n: if y[n, 0] < 5 then E[y[n, 0], 0] else 0)", {0, 0, 0}},
    {"e = sum(n in 2: E[y[n, 0], 0])", {0, 0, 0}}, /* not all rows */
    {"e = mean(n: argmax(k: z[n, k]) == y[n, 0]); f = mean(n: xent(k: z[n, k], y[n, 0]))", {0, 0, 0}},
};

static void test_uses(void **state)
{
    (void)state;
    ew_error err;
    char text[1000];
    int64_t most[3];
    const ew_size rows = {.name = "N", .value = 6};
    const ew_options o = {.sizes = &rows, .size_count = 1};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        snprintf(text, sizeof text,
                 "input x[N]; input y[N, 3] : int; param w[4] = 1; param E[5, 2] = 1; z[n, k] = x[n] * w[k]\n%s\n"
                 "output e",
                 uses[i].text);
        ew_graph *g = ew_parse(text, EW_WHOLE, &o, &err);
        if (!g) fail_msg("%s: %s", uses[i].text, err.message);
        ew_node e = ew_find(g, "e");
        assert_int_equal(ew_input_classes(g, 1, &e, 1, most, 3, &err), EW_OK);
        for (size_t k = 0; k < 3; k++)
            if (most[k] != uses[i].most[k]) fail_msg("%s: %d of element %zu", uses[i].text, (int)most[k], k);
        assert_int_equal(ew_input_classes(g, 0, &e, 1, most, 1, &err), EW_OK); /* no int */
        assert_int_equal(most[0], 0);
        assert_int_equal(ew_input_classes(g, 9, &e, 1, most, 1, &err), EW_OK); /* there is none */
        ew_graph_free(g);
    }
}

/* ---- Training -------------------------------------------------------------------------------------------------------
 */

enum { ROWS = 40 };

static double xs[ROWS];
static int32_t ys[ROWS];
static const size_t size[] = {ROWS};
static ew_source data[2] = {{.name = "x", .values = xs, .kind = EW_KIND_F64, .rank = 1, .size = size},
                            {.name = "y", .values = ys, .kind = EW_KIND_I32, .rank = 1, .size = size}};

#define CLASSES(loss) "input x[N]; input y[N] : int; param w[3] = 0; z[n, k] = x[n] * w[k]; loss = " loss

static ew_status train(const char *text, bool test, ew_error *err)
{
    static const int32_t good[ROWS] = {0};
    ew_source fine[2] = {data[0], data[1]};
    fine[1].values = good;
    const ew_train_options o = {.data = test ? fine : data,
                                .data_count = 2,
                                .test = test ? data : NULL,
                                .test_count = test ? 2 : 0,
                                .epochs = 1,
                                .batch = 8};
    ew_train *t = ew_train_new(text, &o, err);
    ew_status status = t ? ew_train_run(t, NULL, err) : err->status;
    ew_train_free(t);
    return status;
}

static void test_training(void **state)
{
    (void)state;
    ew_error err;
    const char *const texts[] = {CLASSES("mean(n: xent(k: z[n, k], y[n]))"),
                                 CLASSES("mean(n: logsumexp(k: z[n, k]) - z[n, y[n]])")};
    const char *masked = CLASSES("mean(n: if y[n] < 0 or y[n] > 2 then 0 else xent(k: z[n, k], y[n]))");
    for (size_t i = 0; i < ROWS; i++) xs[i] = (double)i / ROWS, ys[i] = (int32_t)(i % 3);
    for (size_t k = 0; k < 2; k++) assert_int_equal(train(texts[k], false, &err), EW_OK);
    for (int bad = -1; bad <= 3; bad += 4)
        for (int test = 0; test < 2; test++)
            for (size_t k = 0; k < 2; k++) {
                char due[200];
                ys[17] = bad;
                assert_int_equal(train(texts[k], test, &err), EW_FILE);
                assert_string_equal(err.code, "E371");
                snprintf(due, sizeof due,
                         "row 17 of the data for 'y' has %d, which is no class or place that the model has", bad);
                assert_string_equal(err.message, due);
                assert_string_equal(err.hint, "it takes 0 to 2; rows are counted from 0");
                assert_int_equal(train(masked, test, &err), EW_OK);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_uses), cmocka_unit_test(test_training)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
