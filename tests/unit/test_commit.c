/*
 * test_commit.c - steps of training by ew_run_commit: what is there when commit is asked, what is overwritten and when,
 * that no gradient is held, and the bits of ew_run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <edgewise.h>
#include <math.h>
#include <stdbool.h>

#include "heap.h"

enum { ARRAYS = 16, BATCH = 8, SIDE = 420 };

/* Two layers whose products are as large as their weights; names of outputs: "V_W" is an update of W. */
#define NET                                                                                                            \
    "input x[8, 420] : f32; input y[8, 420] : f32; input W[420, 420] : f32; input U[420, 420] : f32\n"                 \
    "input b[420] : f32; input rate : f32\n"                                                                           \
    "h[n, j] = tanh(b[j] + sum(i: x[n, i] * W[i, j]))\nz[n, j] = sum(i: h[n, i] * U[i, j])\n"                          \
    "f = sum(n, j: (z[n, j] - y[n, j])^2) / 8\n"
#define PLAIN                                                                                                          \
    NET "V_W[i, j] = W[i, j] - rate * diff(f, W[i, j])\nV_U[i, j] = U[i, j] - rate * diff(f, U[i, j])\n"               \
        "V_b[j] = b[j] - rate * diff(f, b[j])\nnorm = sum(j: diff(f, b[j])^2)\n"                                       \
        "output f; output V_W; output V_U; output V_b; output norm"
#define MOMENTS                                                                                                        \
    NET "input m[420, 420] : f32; input v[420, 420] : f32\nV_m[i, j] = 0.9 * m[i, j] + 0.1 * diff(f, W[i, j])\n"       \
        "V_v[i, j] = 0.99 * v[i, j] + 0.01 * diff(f, W[i, j])^2\n"                                                     \
        "V_W[i, j] = W[i, j] - rate * V_m[i, j] / (sqrt(V_v[i, j]) + 1e-8)\n"                                          \
        "output f; output V_W; output V_m; output V_v"

typedef struct step {
    ew_program *p;
    float *in[ARRAYS], *kept[ARRAYS]; /* as they were */
    void *out[ARRAYS];
    bool shared[ARRAYS]; /* by output */
    double *doubles, *wanted;
    int asked, finite, answer;
} step;

static size_t input_called(const ew_program *p, const char *name)
{
    for (size_t i = 0; i < ew_in_arrays(p); i++)
        if (strcmp(ew_in_name(p, i), name) == 0) return i;
    return SIZE_MAX;
}

static void step_fill(step *s)
{
    for (size_t i = 0; i < ew_in_arrays(s->p); i++) {
        ew_array_info a = ew_in_array(s->p, i);
        for (size_t k = 0; k < a.count; k++) {
            double x = a.count == 1 ? 0.01 : sin((double)(k * 7 + i)) * 0.1;
            if (strcmp(a.name, "v") == 0) x = x * x;
            s->in[i][k] = (float)x;
            s->doubles[a.offset + k] = (double)s->in[i][k];
        }
        memcpy(s->kept[i], s->in[i], a.count * sizeof(float));
    }
}

/* Updates lie in the memory of their inputs: all, or all but `apart`. */
static step step_open(const char *text, const ew_options *options, const char *apart)
{
    ew_error err = {0};
    step s = {.p = ew_compile(text, NULL, options, &err)};
    if (!s.p) print_message("%s\n", err.message);
    assert_non_null(s.p);
    s.doubles = calloc(ew_in_count(s.p), sizeof *s.doubles);
    s.wanted = calloc(ew_out_count(s.p), sizeof *s.wanted);
    for (size_t i = 0; i < ew_in_arrays(s.p); i++) {
        s.in[i] = malloc(ew_in_array(s.p, i).count * sizeof(float));
        s.kept[i] = malloc(ew_in_array(s.p, i).count * sizeof(float));
    }
    for (size_t k = 0; k < ew_out_arrays(s.p); k++) {
        char name[2] = {ew_out_name(s.p, k)[2], '\0'};
        bool update = strncmp(ew_out_name(s.p, k), "V_", 2) == 0 && (!apart || *apart != *name);
        s.shared[k] = update;
        s.out[k] = update ? s.in[input_called(s.p, name)] : malloc(ew_out_array(s.p, k).count * sizeof(float));
    }
    step_fill(&s);
    return s;
}

static void step_close(step *s)
{
    for (size_t k = 0; k < ew_out_arrays(s->p); k++)
        if (!s->shared[k]) free(s->out[k]);
    for (size_t i = 0; i < ARRAYS; i++) free(s->in[i]), free(s->kept[i]);
    free(s->doubles);
    free(s->wanted);
    ew_free(s->p);
}

static void assert_inputs_kept(const step *s)
{
    for (size_t i = 0; i < ew_in_arrays(s->p); i++)
        assert_memory_equal(s->in[i], s->kept[i], ew_in_array(s->p, i).count * sizeof(float));
}

static void assert_output(const step *s, size_t k)
{
    ew_array_info a = ew_out_array(s->p, k);
    for (size_t i = 0; i < a.count; i++) {
        float x = ((const float *)s->out[k])[i], y = (float)s->wanted[a.offset + i];
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static int commit(void *context, int finite)
{
    step *s = context;
    s->asked++;
    s->finite = finite;
    assert_inputs_kept(s);
    for (size_t k = 0; k < ew_out_arrays(s->p); k++)
        if (!s->shared[k]) assert_output(s, k);
    return s->answer;
}

static ew_status step_run(step *s)
{
    return ew_run_commit(s->p, NULL, (const void *const *)s->in, s->out, commit, s);
}

static void assert_step(const char *text, const ew_options *options, const char *apart)
{
    step s = step_open(text, options, apart);
    assert_int_equal(ew_run(s.p, NULL, s.doubles, s.wanted), EW_OK);
    assert_int_equal(step_run(&s), EW_OK);
    assert_int_equal(s.asked, 1);
    assert_true(s.finite);
    for (size_t k = 0; k < ew_out_arrays(s.p); k++) assert_output(&s, k);
    step_close(&s);
}

static void test_steps(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 2; threads++) {
        ew_options options = {.threads = threads};
        assert_step(PLAIN, &options, NULL);
        assert_step(PLAIN, &options, "U");
        assert_step(PLAIN, &options, "b");
        assert_step(MOMENTS, &options, NULL);
        assert_step(NET "output f", &options, NULL);
    }
}

static void test_refused_by_the_caller(void **state)
{
    (void)state;
    step s = step_open(PLAIN, NULL, NULL);
    s.answer = 1;
    assert_int_equal(ew_run(s.p, NULL, s.doubles, s.wanted), EW_OK);
    assert_int_equal(step_run(&s), EW_OK);
    assert_int_equal(s.asked, 1);
    assert_inputs_kept(&s);
    s.answer = 0;
    assert_int_equal(step_run(&s), EW_OK);
    for (size_t k = 0; k < ew_out_arrays(s.p); k++) assert_output(&s, k);
    step_close(&s);
}

static void step_put(step *s, const char *name, float x)
{
    size_t i = input_called(s->p, name);
    s->in[i][5] = s->kept[i][5] = x;
    s->doubles[ew_in_array(s->p, i).offset + 5] = (double)x;
}

/* A factor that is inf, or so large that a product may overflow, is told; what is computed is what ew_run computes. */
static void test_not_finite(void **state)
{
    (void)state;
    static const float bad[] = {INFINITY, NAN, 1.6e38f};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        step s = step_open(PLAIN, NULL, NULL);
        step_put(&s, "y", bad[i]);
        step_put(&s, "b", 30); /* an h of 1 */
        assert_int_equal(ew_run(s.p, NULL, s.doubles, s.wanted), EW_OK);
        s.answer = 1;
        assert_int_equal(step_run(&s), EW_OK);
        assert_false(s.finite);
        assert_inputs_kept(&s);
        s.answer = 0;
        assert_int_equal(step_run(&s), EW_OK);
        for (size_t k = 0; k < ew_out_arrays(s.p); k++) {
            ew_array_info a = ew_out_array(s.p, k);
            for (size_t e = 0; e < a.count; e++) {
                double x = (double)((const float *)s.out[k])[e], w = s.wanted[a.offset + e];
                assert_true(x == w || (isnan(x) && isnan(w)));
            }
        }
        step_close(&s);
    }
}

/* Neither a gradient nor a second copy: the work is less than a third of one of the weights. */
static void test_memory(void **state)
{
    (void)state;
    static const char text[] =
        "input x[8, 2000] : f32; input W[2000, 2000] : f32\nf = sum(n, j: sum(i: x[n, i] * W[i, j])^2)\n"
        "V_W[i, j] = W[i, j] - 0.001 * diff(f, W[i, j])\noutput f; output V_W";
    heap h = {.fail_at = SIZE_MAX};
    ew_options options = {.resize = heap_resize, .context = &h, .only_arrays = 1};
    ew_error err = {0};
    ew_program *p = ew_compile(text, NULL, &options, &err);
    assert_non_null(p);
    ew_work *work = ew_work_new(p);
    size_t before = h.live;
    ew_work_free(work);
    assert_true(before - h.live < 2000 * 2000 * sizeof(float) / 3);
    ew_free(p);
    assert_int_equal(h.live, 0);
}

static int refuse(void *context, int finite)
{
    *(int *)context += finite;
    return 1;
}

static void test_scalars(void **state)
{
    (void)state;
    ew_program *p = ew_compile("f = (w - 1)^2\nv = w - 0.5 * diff(f, w)\noutput f; output v", NULL, NULL, NULL);
    double w = 3, f = 0;
    const void *in[] = {&w};
    void *out[] = {&f, &w};
    int asked = 0;
    assert_int_equal(ew_run_commit(p, NULL, in, out, refuse, &asked), EW_OK);
    assert_true(f == 4 && w == 3 && asked == 1);
    assert_int_equal(ew_run_arrays(p, NULL, in, out), EW_OK);
    assert_true(f == 4 && w == 1);
    ew_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),      cmocka_unit_test(test_refused_by_the_caller),
        cmocka_unit_test(test_not_finite), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_scalars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
