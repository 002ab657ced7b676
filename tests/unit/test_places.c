/*
 * test_places.c - derivatives of what is read at places that ints give: where the read would be a fault the derivative
 * is one, forward, reverse and place by place; where it would not, all of them agree with differences.
 *
 * Programs are put together from ways to make an array, ways to read it at gathered places, and ways to ask for a
 * derivative; each runs with places inside and with some of them outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edgewise.h"

enum { X = 4, K = 5, IN = X + K + K, MOST = 64 };

/* y, by all of x; the last is shorter in its first equation than k may ask for. */
static const char *const arrays[] = {
    "y[i] = x[i]^2",
    "y[i] = 2 * x[i]",
    "y[i in 4] = 3 * x[0] * x[1]",
    "y[i in 4] = x[i] * x[3 - i]",
    "y[i in 4] = sum(j in 0..i: x[j])",
    "y[0] = x[0]\ny[t in 1..3] = 0.5 * y[t-1] + x[t]",
    "y[i in 0..1] = 2 * x[i]\ny[i in 2..3] = x[0] * x[i]",
    "y[i in 0..2] = 2 * x[i]\ny[3] = 5",
};

/* z, linear in what it reads, so that no derivative reads it. */
static const char *const reads[] = {
    "z[o] = y[k[o]]",
    "z[o] = 2 * y[k[o]] + y[0]",
    "z[o] = y[k[m[o]]]",
    "z[o] = (if m[o] > 1 then y[k[o]] else x[1])",
    "z[o] = (if m[o] > 1 then y[k[m[o]]] else 3 * y[m[o]])",
    "z[o] = y[k[4 - o]] - y[m[o]]",
    "z[o in 5] = sum(p in 0..o: y[k[p]])",
    "z[o] = y[mod(k[o], 4)]",
    "z[o] = y[k[o] else 0]",
    "r[o] = y[k[o]]\nz[o in 0..1] = r[o]\nz[o in 2..4] = 2 * r[m[o]]",
    "c[0] = x[2]\nc[t+1] = 0.5 * c[t] + y[k[t]]\nz[o in 5] = c[o+1]",
};

static const char *const asked[] = {
    "diff(z[a], x[b])",
    "diff(z[1], x[b])",
    "diff(sum(o: z[o]), x[b])",
    "sum(b: diff(z[a], x[b]) * (b + 1))",
    "sum(o: diff(z[o], x[b]) * (o + 1))",
    "diff(z[a], x[2])",
    "sum(o: diff(z[o], x[2]))",
};

static ew_program *compiled(const char *text, const char *outputs, int mode)
{
    ew_error err;
    ew_program *p = ew_compile(text, outputs, &(ew_options){.mode = mode}, &err);
    if (!p) fail_msg("%s\n%s: %s", text, outputs, err.message);
    return p;
}

/* Runs; the code of the fault, or "". */
static const char *run(ew_program *p, const double *in, double *out)
{
    static char code[16];
    ew_error err = {0};
    assert_in_range(ew_out_count(p), 1, MOST);
    if (ew_run(p, NULL, in, out) == EW_OK) return "";
    ew_run_error(p, NULL, &err);
    snprintf(code, sizeof code, "%s", err.code);
    return code;
}

/* Places of k inside, then one that is outside, at one of two ends; m is a way through 0 … 4. */
static void fill(double *in, int variant)
{
    for (int i = 0; i < X; i++) in[i] = 0.5 + 0.25 * i;
    for (int o = 0; o < K; o++) {
        in[X + o] = (o * 3 + variant) % 4;
        in[X + K + o] = (o * 2 + 1 + variant) % 4;
    }
    if (variant % 4 == 1) in[X + variant % 5] = 4;
    if (variant % 4 == 3) in[X + (variant + 2) % 5] = -1;
}

/* sum(o: z[o] * weight), or one z, at x + step. */
static double value_at(ew_program *z, const double *in, size_t b, double step, size_t o)
{
    double moved[IN], out[MOST] = {0};
    memcpy(moved, in, sizeof moved);
    moved[b] += step;
    assert_string_equal(run(z, moved, out), "");
    return out[o];
}

/* d z[o] / d x[b], by differences: exact up to rounding, since z has no powers above x^2. */
static double slope(ew_program *z, const double *in, size_t b, size_t o)
{
    double h = 0.125;
    return (value_at(z, in, b, h, o) - value_at(z, in, b, -h, o)) / (2 * h);
}

static void wanted(ew_program *z, const double *in, size_t what, double *out)
{
    for (size_t b = 0; b < X; b++)
        for (size_t a = 0; a < K; a++) {
            double d = slope(z, in, b, a);
            if (what == 0) out[a * X + b] = d;
            if (what == 1 && a == 1) out[b] = d;
            if (what == 2) out[b] += d;
            if (what == 3) out[a] += d * (double)(b + 1);
            if (what == 4) out[b] += d * (double)(a + 1);
            if (what == 5 && b == 2) out[a] = d;
            if (what == 6 && b == 2) out[0] += d;
        }
}

static void same(const char *text, const char *outputs, ew_program *z, ew_program *d, size_t what, int variant)
{
    double in[IN], values[MOST] = {0}, out[MOST] = {0}, want[MOST] = {0};
    fill(in, variant);
    char read[16];
    snprintf(read, sizeof read, "%s", run(z, in, values));
    const char *got = run(d, in, out);
    bool part = what == 1; /* of one place alone: others are not read */
    if (strcmp(read, got) && !(part && !*got)) fail_msg("%s\n%s: '%s', not '%s'", text, outputs, got, read);
    if (*read) return;
    wanted(z, in, what, want);
    for (size_t i = 0; i < ew_out_count(d); i++)
        if (fabs(out[i] - want[i]) > 1e-12) fail_msg("%s\n%s: %zu: %g, not %g", text, outputs, i, out[i], want[i]);
}

static const int modes[] = {EW_AUTO, EW_FORWARD, EW_REVERSE};

static void test_programs(void **state)
{
    (void)state;
    size_t array_count = sizeof arrays / sizeof *arrays, read_count = sizeof reads / sizeof *reads, faults = 0;
    for (size_t i = 0; i < array_count * read_count; i++) {
        char text[512];
        double in[IN], out[MOST];
        snprintf(text, sizeof text, "input x[4]\ninput k[5] : int\ninput m[5] : int\n%s\n%s", arrays[i / read_count],
                 reads[i % read_count]);
        ew_program *z = compiled(text, "z", EW_AUTO);
        for (int variant = 0; variant < 4; variant++) fill(in, variant), faults += *run(z, in, out) != 0;
        for (size_t what = 0; what < sizeof asked / sizeof *asked; what++)
            for (size_t mode = 0; mode < 3; mode++) {
                ew_program *d = compiled(text, asked[what], modes[mode]);
                for (int variant = 0; variant < 8; variant++) same(text, asked[what], z, d, what, variant);
                ew_free(d);
            }
        ew_free(z);
    }
    assert_in_range(faults, 50, array_count * read_count * 2);
}

static int keep(void *context, const char *bytes, size_t count)
{
    strncat(context, bytes, count);
    return 0;
}

/* How often a plan looks at places. */
static size_t accesses(const char *outputs)
{
    const char *text = "input x[4]\ninput k[5] : int\ny[i] = 2 * x[i]\nL = sum(o: 3 * y[k[o]])";
    char plan[4000] = "";
    size_t count = 0;
    ew_program *p = compiled(text, outputs, EW_AUTO);
    assert_int_equal(ew_plan(p, keep, plan, NULL), EW_OK);
    for (const char *s = plan; (s = strstr(s, "access")); s++) count++;
    ew_free(p);
    return count;
}

/* A derivative that is prepared together with what it derives looks at no place a second time. */
static void test_no_check_twice(void **state)
{
    (void)state;
    assert_int_equal(accesses("L"), 1);
    assert_int_equal(accesses("diff(L, x[a])"), 1);
    assert_int_equal(accesses("L, diff(L, x[a])"), 1);
}

/* What is made again without a check keeps its type: f32 all the way, as the node says. */
static void test_types_stay(void **state)
{
    (void)state;
    const char *text = "input x[4, 6] : f32\ninput y[4] : int\nparam W[6, 10] : f32\n"
                       "z[n, k] = sum(j: x[n, j] / 16 * W[j, k])\n"
                       "loss = mean(n: logsumexp(k: z[n, k]) - z[n, y[n]])\nd[j, k] = diff(loss, W[j, k])\n"
                       "right = mean(n: argmax(k: z[n, k]) == y[n])";
    ew_program *p = compiled(text, "loss, right, d", EW_AUTO);
    assert_int_equal(ew_out_array(p, 0).type, EW_F32);
    assert_int_equal(ew_out_array(p, 2).type, EW_F32);
    ew_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_programs), cmocka_unit_test(test_no_check_twice),
                                       cmocka_unit_test(test_types_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
