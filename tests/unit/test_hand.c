/*
 * test_hand.c - the hand-written workloads of bench/hand: value and gradient against golden values in high
 * precision, each gradient against central differences at sizes where blocks are filled and cut, float against double,
 * and the value alone against the value with the gradient.
 *
 * The sources are compiled in here, so the test needs nothing of the build but a compiler.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../bench/hand/data.c"
#include "../../bench/hand/gmm.c"
#include "../../bench/hand/lse.c"
#include "../../bench/hand/llsq.c"
#include "../../bench/hand/kmeans.c"
#include "../../bench/hand/lstm.c"
#include "../../bench/hand/perceptron.c"
#include "../../bench/hand/elementwise.c"

#include "golden/hand/golden.inc"

enum { SEED = 3 };

static void *room(size_t count, size_t bytes)
{
    void *p = calloc(count + 1, bytes); /* one more: a workload may need no work */
    assert_non_null(p);
    return p;
}

static double *filled(const hand_workload *w, const size_t *size, size_t *count)
{
    *count = hand_fill(w, size, SEED, NULL);
    double *in = room(*count, sizeof *in);
    hand_fill(w, size, SEED, in);
    return in;
}

static void run_double(const hand_workload *w, const size_t *size, const double *in, int gradient, double *out)
{
    double *work = room(w->work_count(size), sizeof *work);
    (gradient ? w->gradient : w->value)(size, in, out, work);
    free(work);
}

static void run_float(const hand_workload *w, const size_t *size, const double *in, size_t in_count, int gradient,
                      double *out)
{
    size_t count = gradient ? w->gradient_count(size) : w->value_count(size);
    float *narrow = room(in_count, sizeof *narrow), *to = room(count, sizeof *to);
    float *work = room(w->work_count(size), sizeof *work);
    for (size_t i = 0; i < in_count; i++) {
        narrow[i] = (float)in[i];
        assert_true((double)narrow[i] == in[i]); /* the data are exact in both */
    }
    (gradient ? w->gradient_f : w->value_f)(size, narrow, to, work);
    for (size_t i = 0; i < count; i++) out[i] = (double)to[i];
    free(narrow);
    free(to);
    free(work);
}

static void run(const hand_workload *w, const size_t *size, const double *in, size_t in_count, int gradient,
                double *out)
{
    if (w->value)
        run_double(w, size, in, gradient, out);
    else
        run_float(w, size, in, in_count, gradient, out);
}

static void near(const hand_workload *w, size_t at, double got, double want, double tolerance)
{
    if (fabs(got - want) <= tolerance) return;
    fail_msg("%s, number %zu: %.17g instead of %.17g", w->name, at, got, want);
}

/* The scale of errors is that of the largest number of the gradient; the value has its own. */
static double largest(const double *numbers, size_t count)
{
    double most = 0;
    for (size_t i = 1; i < count; i++) most = fmax(most, fabs(numbers[i]));
    return most;
}

static void golden(const hand_workload *w, const size_t *size, const double *want, size_t want_count, double tolerance)
{
    size_t in_count, count = w->gradient_count(size);
    double *in = filled(w, size, &in_count), *out = room(count, sizeof *out);
    assert_int_equal(count, want_count);
    run(w, size, in, in_count, 1, out);
    near(w, 0, out[0], want[0], tolerance * (1 + fabs(want[0])));
    for (size_t i = 1; i < count; i++) near(w, i, out[i], want[i], tolerance * largest(want, count));
    free(in);
    free(out);
}

#define GOLDEN(w, name, tolerance)                                                                                     \
    golden(&hand_##w, golden_##name##_size, golden_##name, sizeof golden_##name / sizeof *golden_##name, tolerance)

static void test_golden(void **state)
{
    (void)state;
    GOLDEN(gmm, gmm, 1e-14);
    GOLDEN(lse, lse, 1e-15);
    GOLDEN(llsq, llsq, 1e-14);
    GOLDEN(kmeans, kmeans, 1e-14);
    GOLDEN(lstm, lstm, 1e-14);
    GOLDEN(perceptron_f64, perceptron, 1e-14);
    GOLDEN(perceptron, perceptron, 1e-6);
    GOLDEN(elementwise, elementwise, 1e-15);
    GOLDEN(elementwise_f32, elementwise, 1e-6);
}

/* Central differences of the value by up to about 200 of the inputs from `from` on, whose derivatives are the numbers
 * 1, 2, … of the gradient. */
static void differences(const hand_workload *w, const size_t *size, size_t from, size_t inputs, double step)
{
    size_t in_count, count = w->gradient_count(size);
    double *in = filled(w, size, &in_count), *out = room(count, sizeof *out), value[2];
    run(w, size, in, in_count, 1, out);
    for (size_t i = 0; i < inputs; i += 1 + inputs / 200) {
        double kept = in[from + i];
        for (int side = 0; side < 2; side++) {
            in[from + i] = side ? kept - step : kept + step;
            run(w, size, in, in_count, 0, &value[side]);
        }
        in[from + i] = kept;
        near(w, 1 + i, (value[0] - value[1]) / (2 * step), out[1 + i], 1e-6 * largest(out, 1 + inputs));
    }
    free(in);
    free(out);
}

static void test_differences(void **state)
{
    (void)state;
    static const size_t gmm[] = {70, 9, 5}, lse[] = {100}, llsq[] = {100, 20}, kmeans[] = {90, 5, 40},
                        lstm[] = {20, 4, 5}, perceptron[] = {70, 67, 70, 6};
    differences(&hand_gmm, gmm, 70 * 9, 5 * (1 + 2 * 9 + 36), 1e-4);
    differences(&hand_lse, lse, 0, 100, 1e-5);
    differences(&hand_llsq, llsq, 2 * 100, 20, 1e-3);
    differences(&hand_kmeans, kmeans, 90 * 5, 40 * 5, 1e-6);
    differences(&hand_lstm, lstm, 0, 8 * 4 * 5 + 3 * 5, 1e-5);
    differences(&hand_perceptron_f64, perceptron, 70 * 68, 68 * 70 + 71 * 70 + 71 * 6, 1e-6);
}

/* The same number, whether the gradient is asked for or not. */
static void value_alone(const hand_workload *w, const size_t *size)
{
    size_t in_count;
    double *in = filled(w, size, &in_count), *out = room(w->gradient_count(size), sizeof *out), value;
    run(w, size, in, in_count, 0, &value);
    run(w, size, in, in_count, 1, out);
    assert_true(value == out[0]);
    free(in);
    free(out);
}

static void test_value_alone(void **state)
{
    (void)state;
    static const size_t gmm[] = {70, 9, 5}, vector[] = {100}, llsq[] = {100, 20}, kmeans[] = {90, 5, 40},
                        lstm[] = {20, 4, 5}, perceptron[] = {7, 67, 70, 6};
    value_alone(&hand_gmm, gmm);
    value_alone(&hand_lse, vector);
    value_alone(&hand_llsq, llsq);
    value_alone(&hand_kmeans, kmeans);
    value_alone(&hand_lstm, lstm);
    value_alone(&hand_perceptron, perceptron);
    value_alone(&hand_perceptron_f64, perceptron);
}

/* Float is double but for rounding: at a size that fills the blocks of the matrix product. */
static void test_float(void **state)
{
    (void)state;
    static const size_t size[] = {70, 67, 70, 6};
    size_t in_count, count = hand_perceptron.gradient_count(size);
    double *in = filled(&hand_perceptron, size, &in_count);
    double *narrow = room(count, sizeof *narrow), *wide = room(count, sizeof *wide);
    run(&hand_perceptron, size, in, in_count, 1, narrow);
    run(&hand_perceptron_f64, size, in, in_count, 1, wide);
    for (size_t i = 0; i < count; i++)
        near(&hand_perceptron, i, narrow[i], wide[i], 1e-5 * (i ? largest(wide, count) : 1));
    free(in);
    free(narrow);
    free(wide);
}

/* The elementwise value is an array: each element, and their sum the gradient's first number. */
static void elementwise_array(const hand_workload *w, double tolerance)
{
    static const size_t size[] = {50};
    size_t in_count;
    double *in = filled(w, size, &in_count), y[50], out[201], sum = 0;
    run(w, size, in, in_count, 0, y);
    run(w, size, in, in_count, 1, out);
    for (size_t i = 0; i < 50; i++) {
        near(w, i, y[i], tanh(in[i] * in[50 + i] + in[100 + i]) * exp(-in[150 + i]), tolerance * exp(2));
        sum += y[i];
    }
    near(w, 0, out[0], sum, 50 * tolerance * exp(2));
    free(in);
}

static void test_elementwise(void **state)
{
    (void)state;
    elementwise_array(&hand_elementwise, 1e-15);
    elementwise_array(&hand_elementwise_f32, 1e-6);
}

/* A tie of distances goes to the first centroid: in the same block of lanes, and in the same lane of a later one. */
static void test_kmeans_tie(void **state)
{
    (void)state;
    enum { FIRST = 3, K = 2 * KMEANS_LANES };
    static const size_t size[] = {1, 1, K};
    double in[1 + K] = {0}, out[1 + 2 * K], work[K];
    for (size_t k = 0; k < K; k++) in[1 + k] = 5;
    in[1 + FIRST] = 1;
    in[1 + FIRST + 1] = in[1 + FIRST + KMEANS_LANES] = in[1 + FIRST + KMEANS_LANES - 1] = -1;
    hand_kmeans.gradient(size, in, out, work);
    for (size_t k = 0; k < K; k++) {
        assert_true(out[1 + k] == (k == FIRST ? 2 : 0));
        assert_true(out[1 + K + k] == (k == FIRST ? 2 : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden), cmocka_unit_test(test_differences), cmocka_unit_test(test_value_alone),
        cmocka_unit_test(test_float),  cmocka_unit_test(test_elementwise), cmocka_unit_test(test_kmeans_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
