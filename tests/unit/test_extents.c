/*
 * test_extents.c - arrays at both ends of their sizes: of no elements at all, past 2^31 elements, and past what
 * the caller allows. Small ones must give the values of section 4 ("over nothing") and derivatives; large ones a
 * clean error, or be run without ever being stored.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise.h>

enum { MOST = 64 };

/* With N elements along every axis named N, inputs all 2: the outputs must be these. */
static void gives(const char *text, const char *outputs, int64_t n, const double *due, size_t count)
{
    ew_error err;
    ew_size size = {"N", 0, NULL, n};
    ew_options options = {.sizes = &size, .size_count = 1};
    double in[MOST], out[MOST] = {0};
    for (size_t i = 0; i < MOST; i++) in[i] = 2;
    ew_program *p = ew_compile(text, outputs, &options, &err);
    if (!p) fail_msg("%s: %s", text, err.message);
    if (ew_out_count(p) != count) fail_msg("%s: %zu numbers, not %zu", text, ew_out_count(p), count);
    assert_true(ew_in_count(p) <= MOST);
    if (ew_run(p, NULL, in, out) != EW_OK) fail_msg("%s: does not run", text);
    for (size_t i = 0; i < count; i++)
        if (!(out[i] == due[i] || (isnan(out[i]) && isnan(due[i]))))
            fail_msg("%s: number %zu is %.17g, not %.17g", text, i, out[i], due[i]);
    ew_free(p);
}

#define GIVES(text, outputs, n, ...)                                                                                   \
    do {                                                                                                               \
        static const double due[] = {__VA_ARGS__};                                                                     \
        gives(text, outputs, n, due, sizeof due / sizeof due[0]);                                                      \
    } while (0)

static void test_empty(void **state)
{
    (void)state;
    GIVES("input x[N]\ny = sum(i: x[i])", "y", 0, 0);
    GIVES("input x[N]\nf = sum(i: sin(x[i]) * x[i])\na = 1", "a, f, diff(f, x[i])", 0, 1, 0);
    GIVES("input x[N]\ninput b\nf = prod(i: x[i]) * b", "f, diff(f, b), diff(f, x[i])", 0, 2, 1);
    GIVES("input x[N]\nf = max(i: x[i])", "f, min(i: x[i]), mean(i: x[i]), logsumexp(i: x[i])", 0, -INFINITY, INFINITY,
          NAN, -INFINITY);
    GIVES("input x[2, N]\ninput W[N, 2]\nz[n, k] = sum(j: x[n, j] * W[j, k])\nf = sum(n, k: z[n, k]^2)",
          "z, f, diff(f, W[j, k])", 0, 0, 0, 0, 0, 0);
    GIVES("input x[N, 2]\ninput W[2, 2]\nz[n, k] = sum(j: x[n, j] * W[j, k])\nf = sum(n, k: z[n, k]^2)",
          "f, diff(f, W[j, k]), z", 0, 0, 0, 0, 0, 0);
    GIVES("input x[N]\nh[0] = 3\nh[t+1] = h[t] * x[t]", "h, diff(h[N], x[i])", 0, 3);
    GIVES("input x[N]\nc[t] = c[t-1 else 0] + x[t]\ne = 5", "c, e", 0, 5);
    GIVES("input x[N]\np[i] = softmax(i: x[i])\ne = 5", "p, e, diff(p[i], x[j])", 0, 5);
    GIVES("input x[N, N]\ny[i] = sum(j: x[i, j])\nf = sum(i: y[i])", "f, y, diff(f, x[i, j])", 0, 0);
}

static void test_one(void **state)
{
    (void)state;
    GIVES("input x[N]\ny[i] = x[N - 1 - i]^2", "y, diff(y[i], x[j])", 1, 4, 4);
    GIVES("input x[N]\nh[0] = 3\nh[t+1] = h[t] * x[t]", "h, diff(h[N], x[i])", 1, 3, 6, 3);
    GIVES("input x[N, N]\nz[i, k] = sum(j: x[i, j] * x[j, k])", "z, diff(z[i, k], x[j, l])", 1, 4, 4);
}

/* A limit, told with its code; nothing is run. */
static void refused(const char *text, const char *outputs, size_t max_bytes)
{
    ew_error err = {0};
    ew_size k = {"K", 0, NULL, 1};
    ew_options options = {.max_bytes = max_bytes, .sizes = &k, .size_count = 1};
    ew_program *p = ew_compile(text, outputs, &options, &err);
    if (p) fail_msg("%s: is prepared", text);
    if (err.status != EW_LIMIT || !err.code[0] || !err.message[0])
        fail_msg("%s: status %d, %s %s", text, err.status, err.code, err.message);
    ew_free(p);
}

static void test_too_large(void **state)
{
    (void)state;
    size_t gigabyte = (size_t)1 << 30;
    refused("y[i in 70000, j in 70000] = sqrt(i * j)\nz[i, j] = sum(k: y[i, k] * y[k, j])", "z", gigabyte);
    refused("input x[50000]\nJ[i, j] = x[i] * x[j]\nK[i, j] = J[j, 49999 - i] + J[i, j]\nL[i, j] = sum(k: K[i, k] * "
            "J[k, j])",
            "L", gigabyte);
    refused("h[0] = 1\nh[t in 1..3000000000] = h[t-1] + 1\ny = sum(t: h[t] * h[3000000000 - t])", "y", gigabyte);
    refused("input n[K] : int\nh[0] = 1\nh[t in 1..3000000000] = h[t-1] + 1\ny[i] = h[n[i]]", "y", gigabyte);
}

/* What is never stored may be large: places past 2^31 are counted rightly. */
static void test_large_places(void **state)
{
    (void)state;
    GIVES("input x[N]\ny[i in 1] = x[i * 3000000000]", "y, diff(y[0], x[0])", 3, 2, 1);
    GIVES("y[i in 3] = i * 3000000000", "y", 0, 0, 3e9, 6e9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_large_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
