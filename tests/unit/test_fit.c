/*
 * test_fit.c - least squares: straight lines against their formulas, what is not determined, perfect and exact fits,
 * walls, arrays, f32, the callback, wrong use, and every allocation refused in turn. Hard problems with known
 * answers are in test_fit_known.c.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise-train.h>

#include "heap.h"

enum { MOST = 60, MOST_OVER = 8 };

typedef struct trial {
    double in[MOST], errors[MOST_OVER], covariance[MOST_OVER * MOST_OVER], residuals[MOST];
    ew_fit_result found;
    ew_status status;
    ew_error err;
} trial;

/* Fits output 0 over the first `count` inputs; x and y have `n` elements, the other inputs have none. `in` is
 * parameters, then x, then y, as the text declares them. */
static trial fit_by(const char *text, size_t n, size_t count, const double *in, const ew_fit_options *options)
{
    trial t = {.found = {0}};
    ew_size sizes[] = {{"x", 1, &n, 0}, {"y", 1, &n, 0}};
    ew_options o = {.sizes = sizes, .size_count = 2};
    size_t over[MOST_OVER] = {0, 1, 2, 3, 4, 5, 6, 7}, used = 0;
    ew_graph *g = ew_parse(text, EW_WHOLE, &o, &t.err);
    if (!g) fail_msg("%s: %s", text, t.err.message);
    for (size_t i = 0; i < ew_input_count(g); i++) {
        ew_node node = ew_input_at(g, i).node;
        used += ew_node_rank(g, node) ? ew_node_size(g, node, 0) : 1;
    }
    memcpy(t.in, in, used * sizeof *in);
    t.found.errors = t.errors;
    t.found.covariance = t.covariance;
    t.found.residuals = t.residuals;
    t.status = ew_fit(g, ew_output_at(g, 0), over, count, t.in, options, &t.found, &t.err);
    ew_graph_free(g);
    return t;
}

static void near_to(double got, double due, double gap)
{
    if (!(fabs(got - due) <= gap)) fail_msg("%.17g is not within %g of %.17g", got, gap, due);
}

#define LINE "input a; input b; input x[N]; input y[N]; r[i] = y[i] - a * x[i] - b"

/* The formulas of the straight line, in long double. */
static void test_line(void **state)
{
    (void)state;
    double in[] = {0, 0, 1, 2, 3, 4, 5, 6, 7, 2.1, 3.9, 6.2, 7.8, 10.1, 12.2, 13.8};
    trial t = fit_by(LINE, 7, 2, in, NULL);
    long double sx = 0, sy = 0, sxx = 0, sxy = 0, sum = 0;
    for (int i = 0; i < 7; i++) sx += in[2 + i], sy += in[9 + i];
    for (int i = 0; i < 7; i++) {
        sxx += (in[2 + i] - sx / 7) * (in[2 + i] - sx / 7);
        sxy += (in[2 + i] - sx / 7) * (in[9 + i] - sy / 7);
    }
    long double a = sxy / sxx, b = (sy - a * sx) / 7;
    for (int i = 0; i < 7; i++) sum += powl(in[9 + i] - a * in[2 + i] - b, 2);
    assert_int_equal(t.status, EW_OK);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    assert_true(t.found.converged && t.found.rank == 2 && t.found.freedom == 5 && t.found.count == 7);
    near_to(t.in[0], (double)a, 4e-16);
    near_to(t.in[1], (double)b, 4e-15);
    near_to(t.found.value, (double)sum, 1e-15);
    near_to(t.found.deviation, (double)sqrtl(sum / 5), 1e-15);
    near_to(t.errors[0], (double)sqrtl(sum / 5 / sxx), 1e-15);
    near_to(t.errors[1], (double)sqrtl(sum / 5 * (1 / 7.0L + sx * sx / 49 / sxx)), 1e-15);
    near_to(t.covariance[1], (double)(-sum / 5 * sx / 7 / sxx), 1e-15);
    assert_true(t.covariance[1] == t.covariance[2]);
    near_to(t.covariance[0], t.errors[0] * t.errors[0], 1e-16);
    for (int i = 0; i < 7; i++) near_to(t.residuals[i], (double)(in[9 + i] - a * in[2 + i] - b), 4e-15);
}

/* Units of any size: the answer scales with them. */
static void test_scales(void **state)
{
    (void)state;
    double in[] = {0, 0, 1e-150, 2e-150, 3e-150, 4e-150, 3e150, 4e150, 6e150, 9e150};
    trial t = fit_by(LINE, 4, 2, in, NULL);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    near_to(t.in[0] / 1e300, 2, 1e-14);
    near_to(t.in[1] / 1e150, 0.5, 1e-14);
    near_to(t.errors[0] / 1e300, 0.31622776601683794, 1e-14);
}

static void test_not_determined(void **state)
{
    (void)state;
    const char *text = "input a; input b; input c; input x[N]; input y[N]; r[i] = y[i] - a * b * x[i] - c";
    double in[] = {1, 1, 0, 1, 2, 3, 4, 3, 4, 6, 9};
    trial t = fit_by(text, 4, 3, in, NULL);
    assert_int_equal(t.found.reason, EW_REASON_UNDETERMINED);
    assert_true(!t.found.converged && t.found.rank == 2 && t.found.freedom == 2);
    assert_true(isinf(t.errors[0]) && isinf(t.errors[1]) && isfinite(t.errors[2]));
    assert_true(isinf(t.covariance[0]) && isinf(t.covariance[2]) && isfinite(t.covariance[8]));
    near_to(t.in[0] * t.in[1], 2, 1e-14);
    trial line = fit_by(LINE, 4, 2, (double[]){1, 1, 1, 2, 3, 4, 3, 4, 6, 9}, NULL);
    near_to(t.errors[2], line.errors[1], 1e-14);
    /* a parameter that is in no residual; three that go into one sum, and one beside them */
    t = fit_by("input a; input b; input x[N]; input y[N]; r[i] = y[i] - a * x[i]", 4, 2,
               (double[]){1, 1, 1, 2, 3, 4, 3, 4, 6, 9}, NULL);
    assert_true(isfinite(t.errors[0]) && isinf(t.errors[1]) && t.in[1] == 1);
    t = fit_by("input a; input b; input c; input d; input x[N]; input y[N]; r[i] = y[i] - (a + b + c) - exp(d * x[i])",
               5, 4, (double[]){1, 1, 1, 0.5, 0, 1, 2, 3, 4, 3, 4, 6, 9, 14}, NULL);
    assert_true(isinf(t.errors[0]) && isinf(t.errors[1]) && isinf(t.errors[2]) && isfinite(t.errors[3]));
}

/* Nothing is left over: the sum is rounding, and parameters that are 0 settle too. */
static void test_perfect(void **state)
{
    (void)state;
    double in[MOST] = {1, 1, 1};
    for (int i = 0; i < 10; i++) in[3 + i] = i, in[13 + i] = 3 * exp(-0.25 * i);
    trial t = fit_by("input a; input k; input c; input x[N]; input y[N]; r[i] = y[i] - a * exp(-k * x[i]) - c", 10, 3,
                     in, NULL);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    near_to(t.in[0], 3, 1e-13);
    near_to(t.in[1], 0.25, 1e-14);
    near_to(t.in[2], 0, 1e-13);
    assert_true(t.found.value < 1e-29);
}

static void test_as_many(void **state) /* as residuals as parameters: equations that are solved */
{
    (void)state;
    trial t = fit_by("input a; input b; r = [a^2 + b^2 - 5, a * b - 2]", 0, 2, (double[]){2.5, 0.5}, NULL);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    near_to(t.in[0], 2, 1e-15);
    near_to(t.in[1], 1, 1e-15);
    assert_true(t.found.freedom == 0 && isnan(t.found.deviation) && isnan(t.errors[0]) && isnan(t.covariance[3]));
    t = fit_by("input a; r = [exp(a) - 1]", 0, 1, (double[]){3}, NULL);
    near_to(t.in[0], 0, 1e-15);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
}

/* One residual without axes; many with two. */
static void test_ranks(void **state)
{
    (void)state;
    trial t = fit_by("input a; r = a^3 - 8", 0, 1, (double[]){1}, NULL);
    near_to(t.in[0], 2, 1e-15);
    t = fit_by("input a; input b; input x[N]; input y[N]; r[i, j] = x[i] * y[j] - a * i - b * j", 3, 2,
               (double[]){0, 0, 0, 1, 2, 3, 4, 5}, NULL);
    assert_int_equal(t.found.count, 9);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    near_to(15 * t.in[0] + 9 * t.in[1], 60, 1e-12);
    near_to(9 * t.in[0] + 15 * t.in[1], 42, 1e-12);
}

/* Beyond b = 0 there is no number, and the first full step would go there. */
static void test_walls(void **state)
{
    (void)state;
    double in[] = {1, 9, 1, 2, 3, 4, 1.1, 1.9, 3.2, 3.9};
    trial t = fit_by("input a; input b; input x[N]; input y[N]; r[i] = y[i] - a * x[i] + sqrt(b)", 4, 2, in, NULL);
    trial line = fit_by(LINE, 4, 2, in, NULL);
    assert_int_equal(t.status, EW_OK);
    if (line.in[1] < 0) near_to(sqrt(t.in[1]), -line.in[1], 1e-12);
    for (int i = 0; i < 2; i++) assert_true(isfinite(t.in[i]));
    assert_true(t.in[1] >= 0);
}

/* The minimum of a value with large residuals and a bend: Gauss-Newton alone would not come to rest there. */
static void test_large_residuals(void **state)
{
    (void)state;
    /* sum (y - sin(a x))^2 has its derivative 0 where sum (y - sin(a x)) x cos(a x) is */
    double in[] = {1, 1, 2, 3, 3, -2, 2.5};
    trial t = fit_by("input a; input x[N]; input y[N]; r[i] = y[i] - sin(a * x[i])", 3, 1, in, NULL);
    double slope = 0;
    for (int i = 0; i < 3; i++) slope += (in[4 + i] - sin(t.in[0] * in[1 + i])) * in[1 + i] * cos(t.in[0] * in[1 + i]);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    near_to(slope, 0, 1e-13);
}

static void test_single(void **state)
{
    (void)state;
    trial t =
        fit_by("input a : f32; input b : f32; input x[N] : f32; input y[N] : f32; r[i] = y[i] - a * exp(b * x[i])", 5,
               2, (double[]){1, 0, 0, 1, 2, 3, 4, 1, 1.5, 2.5, 4, 6.5}, NULL);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    assert_true((double)(float)t.in[0] == t.in[0]);
    trial d = fit_by("input a; input b; input x[N]; input y[N]; r[i] = y[i] - a * exp(b * x[i])", 5, 2,
                     (double[]){1, 0, 0, 1, 2, 3, 4, 1, 1.5, 2.5, 4, 6.5}, NULL);
    near_to(t.in[1], d.in[1], 1e-5);
    near_to(t.errors[1] / d.errors[1], 1, 1e-3);
}

/* An array among what is varied, and inputs beside it that keep their place. */
static void test_arrays(void **state)
{
    (void)state;
    size_t n = 5, two = 2, over[] = {2, 0};
    ew_size sizes[] = {{"x", 1, &n, 0}, {"y", 1, &n, 0}, {"b", 1, &two, 0}};
    ew_options o = {.sizes = sizes, .size_count = 3};
    ew_error err;
    double in[] = {0, 0, 1, 2, 3, 4, 0, 0, 1.2, 2.1, 3.3, 4.9, 7.2}, errors[3];
    ew_graph *g = ew_parse("input c; input x[N]; input b[D]; input y[N]; r[i] = y[i] - b[0] * x[i] - b[1] * x[i]^2 - c",
                           EW_WHOLE, &o, &err);
    assert_non_null(g);
    ew_fit_result found = {.errors = errors};
    assert_int_equal(ew_fit(g, ew_find(g, "r"), over, 2, in, NULL, &found, &err), EW_OK);
    assert_int_equal(found.reason, EW_REASON_SETTLED);
    assert_true(in[1] == 0 && in[5] == 4 && in[8] == 1.2);
    /* the normal equations of a parabola through 0 … 4, solved by hand */
    double slopes[3] = {0};
    for (int i = 0; i < 5; i++) {
        double r = in[8 + i] - in[6] * i - in[7] * i * i - in[0];
        slopes[0] += r, slopes[1] += r * i, slopes[2] += r * i * i;
    }
    for (int k = 0; k < 3; k++) near_to(slopes[k], 0, 1e-13);
    assert_true(errors[0] > 0 && errors[2] > errors[1]);
    ew_graph_free(g);
}

/* A node without a name, of a graph by hand: no text can say its second derivatives, and the fit does without. */
static void test_without_curvature(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_graph_new(NULL);
    ew_node a = ew_input(g, "a"), x = ew_input(g, "x");
    ew_node square = ew_op(g, "mul", (ew_node[]){a, a}, 2), r = ew_op(g, "sub", (ew_node[]){square, x}, 2);
    double in[] = {1, 2};
    ew_fit_result found = {.errors = NULL};
    assert_int_equal(ew_fit(g, r, (size_t[]){0}, 1, in, NULL, &found, &err), EW_OK);
    assert_int_equal(found.reason, EW_REASON_SETTLED);
    near_to(in[0], sqrt(2), 1e-15);
    in[0] = 1e200; /* the start overflows, and is named without a name */
    assert_int_equal(ew_fit(g, r, (size_t[]){0}, 1, in, NULL, &found, &err), EW_USE);
    assert_string_equal(err.code, "E077");
    ew_graph_free(g);
}

/* Parameters inside a recurrence: the logistic map with a known rate, and its last place alone for the start. */
static void test_recurrence(void **state)
{
    (void)state;
    size_t n = 20;
    ew_size sizes[] = {{"y", 1, &n, 0}};
    ew_options o = {.sizes = sizes, .size_count = 1};
    ew_error err;
    double in[22] = {0}, v = 0.02, errors[2];
    for (size_t t = 0; t < n; t++, v += 0.3 * v * (1 - v)) in[t] = v;
    in[20] = 0.1, in[21] = 0.1;
    ew_graph *g =
        ew_parse("input y[N]; param k; param v0; v[0] = v0; v[t in 1..N-1] = v[t-1] + k * v[t-1] * (1 - v[t-1])\n"
                 "r[i] = y[i] - v[i]; output r",
                 EW_WHOLE, &o, &err);
    if (!g) fail_msg("%s", err.message);
    ew_fit_result found = {.errors = errors};
    assert_int_equal(ew_fit(g, ew_find(g, "r"), (size_t[]){1, 2}, 2, in, NULL, &found, &err), EW_OK);
    assert_int_equal(found.reason, EW_REASON_SETTLED);
    near_to(in[20], 0.3, 1e-13);
    near_to(in[21], 0.02, 1e-14);
    ew_graph_free(g);
}

/* ---- The way ---------------------------------------------------------------------------------------- */

typedef struct journey {
    size_t count, stop_at, ends;
    double value;
} journey;

static int journey_step(void *context, const ew_minimize_step *step)
{
    journey *j = context;
    assert_int_equal(step->step, j->count);
    assert_int_equal(step->count, 2);
    assert_true(j->count == 0 || step->value <= j->value * (1 + 1e-12));
    j->value = step->value;
    j->ends += !step->move;
    return ++j->count == j->stop_at;
}

#define CURVE "input a; input k; input x[N]; input y[N]; r[i] = y[i] - a * exp(-k * x[i])"
static const double curve[] = {1, 1, 0, 1, 2, 3, 4, 3.1, 1.8, 1.2, 0.6, 0.4};

static void test_callback(void **state)
{
    (void)state;
    journey j = {0};
    ew_fit_options o = {.step = journey_step, .context = &j};
    trial t = fit_by(CURVE, 5, 2, curve, &o);
    assert_int_equal(t.found.reason, EW_REASON_SETTLED);
    assert_true(j.ends == 1 && j.count == t.found.steps + 1 && j.value == t.found.value);
    j = (journey){.stop_at = 2};
    t = fit_by(CURVE, 5, 2, curve, &o);
    assert_int_equal(t.found.reason, EW_REASON_STOPPED);
    assert_true(t.found.steps == 2 && t.in[0] != 1);
}

static void test_steps_and_tolerance(void **state)
{
    (void)state;
    ew_fit_options o = {.steps = 3};
    trial t = fit_by(CURVE, 5, 2, curve, &o), all = fit_by(CURVE, 5, 2, curve, NULL);
    assert_true(t.found.reason == EW_REASON_STEPS && t.found.steps == 3 && !t.found.converged);
    assert_true(t.found.value > all.found.value);
    o = (ew_fit_options){.tolerance = -1};
    t = fit_by(CURVE, 5, 2, curve, &o);
    assert_true(t.found.reason == EW_REASON_STALLED && t.found.value <= all.found.value);
    for (int i = EW_REASON_SETTLED; i <= EW_REASON_UNDETERMINED; i++)
        assert_true(strlen(ew_reason_text((ew_reason)i, "vi")) > 10);
}

/* The same bits with the memory limit that is just enough, and the same again. */
static void test_same_bits(void **state)
{
    (void)state;
    trial a = fit_by(CURVE, 5, 2, curve, NULL), b = fit_by(CURVE, 5, 2, curve, NULL);
    assert_memory_equal(a.in, b.in, sizeof a.in);
    assert_memory_equal(a.errors, b.errors, sizeof a.errors);
}

/* ---- Wrong use, refusals -------------------------------------------------------------------------- */

static void refused(const char *text, size_t n, size_t count, const double *in, const char *code, const char *message)
{
    trial t = fit_by(text, n, count, in, NULL);
    assert_int_equal(t.status, EW_USE);
    if (strcmp(t.err.code, code) != 0 || strcmp(t.err.message, message) != 0)
        fail_msg("%s: %s, where %s is due: %s", t.err.code, t.err.message, code, message);
    assert_memory_equal(t.in, in, count * sizeof *in);
}

static void test_wrong_use(void **state)
{
    (void)state;
    refused(LINE, 1, 2, (double[]){1, 0, 1, 2}, "E076", "'r' has fewer residuals than there are numbers to vary");
    refused("input a; input x[N]; input y[N]; r[i] = y[i] - log(a) * x[i]", 2, 1, (double[]){0, 0, 1, 2, 3}, "E077",
            "at the start 'r[0]' is not a finite number: begin elsewhere");
    refused("input a; input x[N]; input y[N]; r[i] = y[i] - log(a) * x[i]", 2, 1, (double[]){0, 1, 1, 2, 3}, "E077",
            "at the start 'r[0]' is not a finite number: begin elsewhere");
    refused("input a; input b; input x[N]; input y[N]; r[i, j] = y[i] - a / x[j] + b", 2, 2,
            (double[]){1, 2, 1, 0, 2, 3}, "E077", "at the start 'r[0, 1]' is not a finite number: begin elsewhere");
    refused("input a; input b; input x[N]; input y[N]; r[i] = y[i] - a * x[i] - sqrt(b)", 2, 2,
            (double[]){1, 0, 1, 2, 2, 3}, "E078",
            "at the start the derivative by 'b' is not a finite number: begin elsewhere");
    refused("input a; input x[N]; input y[N]; r[i] = a * x[i] > y[i]", 2, 1, (double[]){1, 1, 2, 2, 3}, "E079",
            "'r' is an int or a bool, and residuals are real numbers");
    refused("input a : int; input x[N]; input y[N]; r[i] = y[i] - a", 2, 1, (double[]){1, 1, 2, 2, 3}, "E071",
            "'a' is an int or a bool and cannot be varied in small steps");
    trial t = fit_by("input a; input b; r = (a - 1)^2 + (b - 2)^2", 0, 2, (double[]){0, 0}, NULL);
    assert_string_equal(t.err.hint, "the residuals themselves are due, an array of them, not the sum of their squares");
}

static void test_more_wrong_use(void **state)
{
    (void)state;
    ew_error err;
    double in[] = {1, 2};
    ew_fit_options vi = {.language = "vi"};
    ew_graph *g = ew_parse("input a; input x; r = a - x", EW_WHOLE, NULL, &err);
    assert_int_equal(ew_fit(g, ew_find(g, "r"), (size_t[]){2}, 1, in, NULL, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E070");
    assert_int_equal(ew_fit(g, ew_find(g, "r"), (size_t[]){0, 1}, 2, in, &vi, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E076");
    assert_non_null(strstr(err.message, "phần dư"));
    assert_int_equal(ew_fit(g, EW_NONE, (size_t[]){0}, 1, in, NULL, NULL, &err), EW_USE);
    assert_int_equal(ew_fit(g, ew_find(g, "r"), (size_t[]){0}, 1, in, NULL, NULL, NULL), EW_OK);
    assert_true(in[0] == 2 && in[1] == 2);
    assert_int_equal(ew_fit(g, ew_find(g, "r"), NULL, 0, in, NULL, NULL, NULL), EW_OK); /* nothing to do */
    ew_graph_free(g);
    g = ew_parse("input a; input x[N]; r[i] = a - x[i]", EW_WHOLE, NULL, &err);
    assert_int_equal(ew_fit(g, ew_find(g, "r"), (size_t[]){0}, 1, in, NULL, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E074");
    ew_graph_free(g);
}

static void test_overflow(void **state) /* an int that overflows on the way ends the fit, and `in` is as it was */
{
    (void)state;
    trial t = fit_by("input a; input n : int; r = [n * n * a - 1, a - 1]", 0, 1, (double[]){1, 4e9}, NULL);
    assert_int_equal(t.status, EW_LIMIT);
    assert_true(t.in[0] == 1);
}

static ew_status work(heap *h, ew_error *err)
{
    size_t n = 5, over[] = {0, 1};
    ew_size sizes[] = {{"x", 1, &n, 0}, {"y", 1, &n, 0}};
    ew_options options = {.resize = heap_resize, .context = h, .sizes = sizes, .size_count = 2};
    ew_fit_options o = {.steps = 3, .resize = heap_resize, .resize_context = h};
    double in[12];
    memcpy(in, curve, sizeof in);
    ew_graph *g = ew_parse(CURVE, EW_WHOLE, &options, err);
    if (!g) return err->status;
    ew_status status = ew_fit(g, ew_find(g, "r"), over, 2, in, &o, NULL, err);
    if (status != EW_OK) assert_memory_equal(in, curve, sizeof in);
    ew_graph_free(g);
    return status;
}

static void test_refused(void **state)
{
    (void)state;
    for (int from_there_on = 0; from_there_on < 2; from_there_on++) {
        heap h = {0};
        ew_error err;
        assert_int_equal(work(&h, &err), EW_OK);
        size_t calls = h.calls;
        for (size_t i = 1; i <= calls; i++) {
            h = (heap){.fail_at = i, .from_there_on = from_there_on};
            ew_status status = work(&h, &err);
            if (h.live || h.wrong_sizes) fail_msg("refusal %zu of %zu leaves %zu bytes", i, calls, h.live);
            assert_true(status == EW_OK || (status == EW_LIMIT && err.message[0]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_not_determined),
        cmocka_unit_test(test_perfect),
        cmocka_unit_test(test_as_many),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_walls),
        cmocka_unit_test(test_large_residuals),
        cmocka_unit_test(test_single),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_without_curvature),
        cmocka_unit_test(test_recurrence),
        cmocka_unit_test(test_callback),
        cmocka_unit_test(test_steps_and_tolerance),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_more_wrong_use),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
