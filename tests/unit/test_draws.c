/*
 * Random inputs: a draw is a function of seed, name, step (of inputs, not of params) and element, and of nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "edgewise.h"

enum { SIZE = 2000 };

static ew_graph *parse(const char *text)
{
    ew_error err;
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) fail_msg("%s\n%s", err.message, text);
    return g;
}

static size_t input(const ew_graph *g, const char *name)
{
    for (size_t i = 0; i < ew_input_count(g); i++)
        if (strcmp(ew_node_name(g, ew_input_at(g, i).node), name) == 0) return i;
    fail_msg("no input %s", name);
    return 0;
}

static const double *draw(const char *text, const char *name, uint64_t seed, uint64_t step, double *to)
{
    ew_graph *g = parse(text);
    assert_int_equal(ew_input_values(g, input(g, name), seed, step, to), 1);
    ew_graph_free(g);
    return to;
}

static const char program[] = "input x[4, 500] ~ uniform(-1, 3)\ninput y[2000] ~ normal(2, 0.5)\n"
                              "param w[2000] ~ normal(0, 1)\ne = x[0, 0] + y[0] + w[0]";

static void test_what_a_draw_depends_on(void **state)
{
    (void)state;
    double a[SIZE], b[SIZE];
    /* the same again */
    assert_memory_equal(draw(program, "y", 7, 3, a), draw(program, "y", 7, 3, b), sizeof a);
    /* another step, another seed: other numbers for an input; a param has no steps */
    assert_memory_not_equal(draw(program, "y", 7, 3, a), draw(program, "y", 7, 4, b), sizeof a);
    assert_memory_not_equal(draw(program, "y", 7, 3, a), draw(program, "y", 8, 3, b), sizeof a);
    assert_memory_equal(draw(program, "w", 7, 3, a), draw(program, "w", 7, 900, b), sizeof a);
    assert_memory_not_equal(draw(program, "w", 7, 3, a), draw(program, "w", 8, 3, b), sizeof a);
    /* another name */
    assert_memory_not_equal(draw("input y[2000] ~ normal(0, 1)\ne = y[0]", "y", 7, 3, a),
                            draw("input z[2000] ~ normal(0, 1)\ne = z[0]", "z", 7, 3, b), sizeof a);
}

static void test_each_element_on_its_own(void **state)
{
    (void)state;
    double a[SIZE], b[SIZE];
    /* neither the sizes, nor what else is declared, nor the order of declarations change an element */
    draw(program, "y", 1, 2, a);
    draw("input y[10] ~ normal(2, 0.5)\ne = y[0]", "y", 1, 2, b);
    assert_memory_equal(a, b, 10 * sizeof *a);
    draw("input z[7] ~ uniform(0, 1)\ninput y[3, 2] ~ normal(2, 0.5)\ne = y[0, 0] + z[0]", "y", 1, 2, b);
    assert_memory_equal(a, b, 6 * sizeof *a);
    for (size_t i = 1; i < SIZE; i++) assert_true(a[i] != a[i - 1]);
    /* a number is drawn as the first element of an array is */
    draw("input y ~ normal(2, 0.5)\ne = y", "y", 1, 2, b);
    assert_true(a[0] == b[0]);
    double single;
    ew_graph *g = parse("input y ~ normal(2, 0.5)\ne = y");
    assert_int_equal(ew_input_default(g, 0, 1, 2, &single), 1);
    assert_true(single == a[0]);
    ew_graph_free(g);
}

/* 200 steps of 2000 draws: means and spreads within 5 standard errors. */
static void test_distributions_over_steps(void **state)
{
    (void)state;
    ew_graph *g = parse(program);
    double v[SIZE], sum = 0, squares = 0, low = 9, high = -9, uniform = 0;
    const double n = 200.0 * SIZE;
    for (uint64_t step = 0; step < 200; step++) {
        ew_input_values(g, input(g, "x"), 0, step, v);
        for (size_t i = 0; i < SIZE; i++) {
            low = fmin(low, v[i]);
            high = fmax(high, v[i]);
            uniform += v[i];
        }
        ew_input_values(g, input(g, "y"), 0, step, v);
        for (size_t i = 0; i < SIZE; i++) sum += v[i] - 2, squares += (v[i] - 2) * (v[i] - 2);
    }
    ew_graph_free(g);
    assert_true(low >= -1 && low < -0.999 && high < 3 && high > 2.999);
    assert_true(fabs(uniform / n - 1) < 5 * 4 / sqrt(12 * n));
    assert_true(fabs(sum / n) < 5 * 0.5 / sqrt(n));
    assert_true(fabs(squares / n - 0.25) < 5 * 0.25 * sqrt(2 / n));
}

/* Draws of consecutive steps and elements have nothing to do with each other. */
static void test_no_correlation(void **state)
{
    (void)state;
    ew_graph *g = parse(program);
    double a[SIZE], b[SIZE], steps = 0, elements = 0;
    for (uint64_t step = 0; step < 100; step++) {
        ew_input_values(g, input(g, "y"), 0, step, a);
        ew_input_values(g, input(g, "y"), 0, step + 1, b);
        for (size_t i = 0; i + 1 < SIZE; i++) {
            steps += (a[i] - 2) * (b[i] - 2);
            elements += (a[i] - 2) * (a[i + 1] - 2);
        }
    }
    ew_graph_free(g);
    double bound = 5 * 0.25 / sqrt(100.0 * SIZE);
    assert_true(fabs(steps / (100.0 * SIZE)) < bound);
    assert_true(fabs(elements / (100.0 * SIZE)) < bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_draw_depends_on), cmocka_unit_test(test_each_element_on_its_own),
        cmocka_unit_test(test_distributions_over_steps), cmocka_unit_test(test_no_correlation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
