/*
 * test_minimize.c - minimising: known functions by every method, the reasons to end, the callback,
 * wrong use, and every allocation refused in turn.
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

#define ROSENBROCK "f = (1 - x)^2 + 100 * (y - x^2)^2"
#define BEALE "f = (1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"

enum { MOST = 8 };

typedef struct trial {
    double in[MOST];
    ew_minimize_result found;
    ew_status status;
    ew_error err;
} trial;

/* Minimises the program's first output over all its inputs. */
static trial minimize_by(const char *text, ew_method method, double lr, double x, double y)
{
    trial t = {.in = {x, y}};
    size_t over[MOST] = {0, 1, 2, 3, 4, 5, 6, 7};
    ew_minimize_options o = {.method = method, .lr = lr};
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &t.err);
    assert_non_null(g);
    t.status = ew_minimize(g, ew_output_at(g, 0), over, ew_input_count(g), t.in, &o, &t.found, &t.err);
    ew_graph_free(g);
    return t;
}

static void near_to(double got, double due, double gap)
{
    if (!(fabs(got - due) <= gap)) fail_msg("%.17g is not within %g of %.17g", got, gap, due);
}

/* All elements of arrays are varied, by every method; inputs beside them keep their place. */
static void test_arrays(void **state)
{
    const char *text = "input a = 7; input W[2, 2]; input b; f = sum(i, j: (W[i, j] - 2 * i - j)^2) + (b - 9)^2 + a";
    (void)state;
    for (int method = 0; ew_method_name(method); method++) {
        size_t two[] = {2, 2}, over[] = {2, 1};
        ew_size sizes = {.name = "W", .rank = 2, .size = two};
        ew_options options = {.sizes = &sizes, .size_count = 1};
        ew_minimize_options o = {.method = (ew_method)method, .lr = method == EW_ADAM ? 0.1 : 0};
        ew_minimize_result found;
        ew_error err;
        double in[] = {7, 5, 5, 5, 5, 5};
        ew_graph *g = ew_parse(text, EW_WHOLE, &options, &err);
        assert_non_null(g);
        assert_int_equal(ew_minimize(g, ew_find(g, "f"), over, 2, in, &o, &found, &err), EW_OK);
        assert_true(in[0] == 7 && found.converged);
        for (int k = 0; k < 4; k++) near_to(in[1 + k], k, 1e-6);
        near_to(in[5], 9, 1e-6);
        assert_int_equal(ew_minimize(g, ew_find(g, "W"), over, 2, in, &o, &found, &err), EW_USE);
        assert_string_equal(err.code, "E075");
        ew_graph_free(g);
    }
}

static void test_rosenbrock(void **state)
{
    static const struct {
        ew_method method;
        double lr, most;
        size_t steps;
    } rows[] = {
        {EW_NEWTON, 0, 1e-20, 30},         {EW_LBFGS, 0, 1e-20, 45},  {EW_GD, 0.001, 1e-4, 10000},
        {EW_MOMENTUM, 0.001, 1e-15, 5000}, {EW_ADAM, 0, 1e-15, 7000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        trial t = minimize_by(ROSENBROCK, rows[i].method, rows[i].lr, -1.2, 1);
        assert_int_equal(t.status, EW_OK);
        if (!(t.found.value <= rows[i].most) || t.found.steps > rows[i].steps)
            fail_msg("%s: %g in %zu steps", ew_method_name((int)rows[i].method), t.found.value, t.found.steps);
        assert_int_equal(t.found.converged, rows[i].method != EW_GD);
        near_to(t.in[0], 1, 0.01);
    }
}

static void test_each_method_finds(void **state)
{
    static const struct {
        const char *text;
        double from[2], lr, to[2], value;
    } rows[] = {
        {"f = (x - 3)^2 + 10 * (y + 1)^2", {0, 0}, 0.02, {3, -1}, 0},
        {BEALE, {1, 1}, 0.01, {3, 0.5}, 0},
        {"f = x - log(x) + y^2", {5, 1}, 0.1, {1, 0}, 1},
        {"f = sqrt(x) + 1/x + (y - 1)^4 + (y - 1)^2", {4, 2}, 0.02, {1.5874010519681994, 1}, 1.8898815748423097},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int method = 0; ew_method_name(method); method++) {
            trial t = minimize_by(rows[i].text, (ew_method)method, rows[i].lr, rows[i].from[0], rows[i].from[1]);
            assert_int_equal(t.status, EW_OK);
            if (!t.found.converged) fail_msg("%s: %s", rows[i].text, ew_method_name(method));
            near_to(t.found.value, rows[i].value, 1e-14);
            for (int k = 0; k < 2; k++) near_to(t.in[k], rows[i].to[k], 1e-6);
        }
}

static void test_singular_hessian(void **state)
{
    (void)state;
    trial t = minimize_by("f = (x + y - 1)^2", EW_NEWTON, 0, 3, 4); /* a whole line of minima */
    assert_int_equal(t.found.reason, EW_REASON_GRADIENT);
    near_to(t.in[0] + t.in[1], 1, 1e-8);
    t = minimize_by("f = x^4 + y^4", EW_NEWTON, 0, 3, 4); /* 0 at the minimum */
    assert_int_equal(t.found.reason, EW_REASON_GRADIENT);
    t = minimize_by("f = x^4 - x^2 + y^2", EW_NEWTON, 0, 0.1, 1); /* indefinite at the start */
    near_to(t.found.value, -0.25, 1e-15);
    near_to(t.in[0], sqrt(0.5), 1e-8);
}

static void test_walls(void **state) /* beyond x = 0 and y = 2 there is no number */
{
    (void)state;
    for (int method = EW_LBFGS; method <= EW_NEWTON; method++) {
        trial t = minimize_by("f = 100 * x - log(x) - log(2 - y) - y/100", (ew_method)method, 0, 5, -300);
        assert_int_equal(t.status, EW_OK);
        near_to(t.in[0], 0.01, 1e-6);
        assert_true(t.in[1] < 2);
    }
    trial t = minimize_by("f = x - log(x)", EW_GD, 100, 5, 0);
    assert_int_equal(t.found.reason, EW_REASON_NONFINITE);
    assert_int_equal(t.found.best, 0);
    assert_true(t.in[0] == 5);
}

static void test_reasons(void **state)
{
    (void)state;
    assert_int_equal(minimize_by("f = log(x)", EW_LBFGS, 0, -1, 0).found.reason, EW_REASON_NONFINITE);
    assert_true(isnan(minimize_by("f = log(x)", EW_NEWTON, 0, -1, 0).found.value));
    for (int method = EW_LBFGS; method <= EW_NEWTON; method++) {
        assert_int_equal(minimize_by("f = x + y", (ew_method)method, 0, 1, 1).found.reason, EW_REASON_UNBOUNDED);
        assert_int_equal(minimize_by("f = -x^2", (ew_method)method, 0, 1, 0).found.reason, EW_REASON_UNBOUNDED);
    }
    assert_int_equal(minimize_by("f = x^2", EW_GD, 1, 1, 0).found.reason, EW_REASON_STEPS); /* to and fro */
    assert_int_equal(minimize_by("f = x^2", EW_GD, 3, 1, 0).found.reason, EW_REASON_NONFINITE);
    assert_int_equal(minimize_by("f = x^2", EW_GD, 1e-30, 1, 0).found.reason, EW_REASON_STALLED);
    assert_int_equal(minimize_by("f = 2 * 3", EW_NEWTON, 0, 0, 0).found.reason, EW_REASON_GRADIENT);
    for (int i = 0; i <= EW_REASON_UNDETERMINED; i++) assert_true(strlen(ew_reason_text((ew_reason)i, "en")) > 10);
    assert_string_equal(ew_reason_code(EW_REASON_STOPPED), "stopped");
    assert_int_equal(ew_method_find("adam"), EW_ADAM);
    assert_int_equal(ew_method_find("sgd"), -1);
}

static void test_single(void **state)
{
    (void)state;
    trial t = minimize_by("input x : f32\ninput y : f32\n" ROSENBROCK, EW_LBFGS, 0, -1.2, 1);
    assert_int_equal(t.found.reason, EW_REASON_GRADIENT);
    near_to(t.in[0], 1, 1e-3);
    assert_true((double)(float)t.in[0] == t.in[0]);
}

/* ---- The callback ------------------------------------------------------------------------------ */

typedef struct journey {
    double at[100], value[100], gradient[100], move[100];
    size_t count, stop_at, ends;
} journey;

static int journey_step(void *context, const ew_minimize_step *step)
{
    journey *j = context;
    assert_int_equal(step->step, j->count);
    assert_int_equal(step->count, 1);
    j->at[j->count] = step->at[0];
    j->value[j->count] = step->value;
    j->gradient[j->count] = step->gradient[0];
    j->move[j->count] = step->move ? step->move[0] : 0;
    j->ends += !step->move;
    return ++j->count == j->stop_at;
}

static ew_minimize_result walk(journey *j, ew_minimize_options o, double *in)
{
    ew_error err;
    ew_minimize_result found;
    size_t over = 0;
    ew_graph *g = ew_parse("f = x^2", EW_WHOLE, NULL, &err);
    o.step = journey_step;
    o.context = j;
    assert_int_equal(ew_minimize(g, ew_find(g, "f"), &over, 1, in, &o, &found, &err), EW_OK);
    ew_graph_free(g);
    return found;
}

static void test_gd_is_what_it_says(void **state)
{
    (void)state;
    journey j = {0};
    double in[] = {1};
    ew_minimize_result found = walk(&j, (ew_minimize_options){.method = EW_GD, .lr = 0.25, .steps = 3}, in);
    assert_int_equal(j.count, 4);
    assert_int_equal(j.ends, 1);
    for (size_t i = 0; i < 4; i++) {
        double x = ldexp(1, -(int)i); /* x - 0.25 * 2x halves it */
        assert_true(j.at[i] == x && j.value[i] == x * x && j.gradient[i] == 2 * x);
        assert_true(j.move[i] == (i < 3 ? -x / 2 : 0));
    }
    assert_true(in[0] == 0.125 && found.value == 0.015625);
    assert_int_equal(found.steps, 3);
    assert_int_equal(found.runs, 4);
}

static void test_momentum_and_adam_by_hand(void **state)
{
    (void)state;
    journey j = {0}, k = {0};
    double in[] = {1}, v = 0, m = 0, s = 0, x = 1;
    walk(&j, (ew_minimize_options){.method = EW_MOMENTUM, .lr = 0.1, .steps = 5}, in);
    for (size_t i = 0; i < 5; i++) {
        near_to(j.at[i], x, 1e-15);
        v = 0.9 * v - 0.1 * 2 * x;
        x += v;
    }
    in[0] = x = 1;
    walk(&k, (ew_minimize_options){.method = EW_ADAM, .lr = 0.1, .steps = 5}, in);
    for (int i = 0; i < 5; i++) {
        near_to(k.at[i], x, 1e-15);
        m = 0.9 * m + 0.1 * 2 * x;
        s = 0.999 * s + 0.001 * 4 * x * x;
        x -= 0.1 * (m / (1 - pow(0.9, i + 1))) / (sqrt(s / (1 - pow(0.999, i + 1))) + 1e-8);
    }
}

static void test_callback_stops(void **state)
{
    (void)state;
    journey j = {.stop_at = 2};
    double in[] = {1};
    ew_minimize_result found = walk(&j, (ew_minimize_options){.method = EW_GD, .lr = 0.25}, in);
    assert_int_equal(found.reason, EW_REASON_STOPPED);
    assert_int_equal(found.steps, 2); /* the step that was on its way is finished */
    assert_true(in[0] == 0.25);
}

static void test_best_is_kept(void **state) /* too large a rate: every step is worse */
{
    (void)state;
    journey j = {0};
    double in[] = {1};
    ew_minimize_result found = walk(&j, (ew_minimize_options){.method = EW_GD, .lr = 1.1, .steps = 9}, in);
    assert_int_equal(found.best, 0);
    assert_int_equal(found.steps, 9);
    assert_true(in[0] == 1 && found.value == 1);
}

/* ---- Wrong use, refusals ----------------------------------------------------------------------- */

static void test_wrong_use(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_parse("input n : int = 2\ninput x = 1\nf = n * x^2", EW_WHOLE, NULL, &err);
    ew_node f = ew_find(g, "f");
    double in[] = {2, 1};
    ew_minimize_options bad = {.method = (ew_method)9}, vi = {.language = "vi"};
    assert_int_equal(ew_minimize(g, f, (size_t[]){0}, 1, in, NULL, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E071");
    assert_string_equal(err.message, "'n' is an int or a bool and cannot be varied in small steps");
    assert_int_equal(ew_minimize(g, f, (size_t[]){1, 1}, 2, in, &vi, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E072");
    assert_int_equal(ew_minimize(g, f, (size_t[]){2}, 1, in, NULL, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E070");
    assert_int_equal(ew_minimize(g, f, (size_t[]){1}, 1, in, &bad, NULL, &err), EW_USE);
    assert_string_equal(err.code, "E073");
    assert_int_equal(ew_minimize(g, EW_NONE, (size_t[]){1}, 1, in, NULL, NULL, &err), EW_USE);
    assert_int_equal(ew_minimize(g, f, (size_t[]){1}, 1, in, NULL, NULL, NULL), EW_OK);
    assert_true(in[0] == 2 && fabs(in[1]) < 1e-8);
    ew_graph_free(g);
}

static void test_overflow(void **state) /* an int that overflows ends the run, and `in` is as it was */
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_parse("input n : int = 1\ninput x = 1\nf = n * n + x^2", EW_WHOLE, NULL, &err);
    double in[] = {4e9, 1};
    assert_int_equal(ew_minimize(g, ew_find(g, "f"), (size_t[]){1}, 1, in, NULL, NULL, &err), EW_LIMIT);
    assert_string_equal(err.code, "E084");
    assert_true(in[1] == 1);
    ew_graph_free(g);
}

typedef struct heap {
    size_t calls, fail_at, live;
    int from_there_on;
} heap;

static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *h = context;
    if (new_size) {
        h->calls++;
        if (h->from_there_on ? h->calls >= h->fail_at : h->calls == h->fail_at) return NULL;
    }
    h->live += new_size - (pointer ? old_size : 0);
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static ew_status work(heap *h, ew_method method, ew_error *err)
{
    ew_options options = {.resize = heap_resize, .context = h};
    ew_minimize_options o = {.method = method, .steps = 3, .resize = heap_resize, .resize_context = h};
    double in[] = {-1.2, 1};
    ew_graph *g = ew_parse(ROSENBROCK, EW_WHOLE, &options, err);
    if (!g) return err->status;
    ew_status status = ew_minimize(g, ew_find(g, "f"), (size_t[]){0, 1}, 2, in, &o, NULL, err);
    if (status != EW_OK) assert_true(in[0] == -1.2 && in[1] == 1);
    ew_graph_free(g);
    return status;
}

static void test_refused(void **state)
{
    (void)state;
    for (int method = 0; ew_method_name(method); method++)
        for (int from_there_on = 0; from_there_on < 2; from_there_on++) {
            heap h = {0};
            ew_error err;
            assert_int_equal(work(&h, (ew_method)method, &err), EW_OK);
            size_t calls = h.calls;
            for (size_t i = 1; i <= calls; i++) {
                h = (heap){.fail_at = i, .from_there_on = from_there_on};
                ew_status status = work(&h, (ew_method)method, &err);
                if (h.live)
                    fail_msg("%s: refusal %zu of %zu (%d) leaves %zu bytes", ew_method_name(method), i, calls,
                             from_there_on, h.live);
                assert_true(status == EW_OK || (status == EW_LIMIT && err.message[0]));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_rosenbrock),
        cmocka_unit_test(test_each_method_finds),
        cmocka_unit_test(test_singular_hessian),
        cmocka_unit_test(test_walls),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_single),
        cmocka_unit_test(test_gd_is_what_it_says),
        cmocka_unit_test(test_momentum_and_adam_by_hand),
        cmocka_unit_test(test_callback_stops),
        cmocka_unit_test(test_best_is_kept),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
