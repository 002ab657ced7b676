/*
 * test_door.c - the door of arrays, ew_run_arrays: types, the bits of ew_run, outputs in the memory of inputs, wrong
 * use.
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

enum { ARRAYS = 12 };

static const size_t type_bytes[] = {[EW_F64] = 8, [EW_F32] = 4, [EW_INT] = 8, [EW_BOOL] = 1};

/* A program at both doors, with the same values. */
typedef struct doors {
    ew_program *p;
    double *in, *out;
    void *ins[ARRAYS], *outs[ARRAYS];
} doors;

static double get(const void *at, ew_type type, size_t i)
{
    switch (type) {
    case EW_F32: return (double)((const float *)at)[i];
    case EW_INT: return (double)((const int64_t *)at)[i];
    case EW_BOOL: return ((const unsigned char *)at)[i];
    default: return ((const double *)at)[i];
    }
}

static void put(void *at, ew_type type, size_t i, double x)
{
    switch (type) {
    case EW_F32: ((float *)at)[i] = (float)x; break;
    case EW_INT: ((int64_t *)at)[i] = (int64_t)x; break;
    case EW_BOOL: ((unsigned char *)at)[i] = x != 0; break;
    default: ((double *)at)[i] = x;
    }
}

/* The value of element i of an array of its type; bools differ from 1 where they hold, to see that they are read. */
static double value_of(ew_type type, size_t i)
{
    if (type == EW_BOOL) return (double)(i % 3 == 0);
    if (type == EW_INT) return (double)(i % 7) - 3;
    return sin((double)i * 0.7 + 1) * 2;
}

static void doors_fill(doors *d)
{
    for (size_t i = 0; i < ew_in_arrays(d->p); i++) {
        ew_array_info a = ew_in_array(d->p, i);
        for (size_t k = 0; k < a.count; k++) {
            d->in[a.offset + k] = value_of(a.type, i + k);
            put(d->ins[i], a.type, k, d->in[a.offset + k]);
        }
    }
}

static doors doors_open(const char *text, const ew_options *options)
{
    ew_error err = {0};
    doors d = {.p = ew_compile(text, NULL, options, &err)};
    if (!d.p) print_message("%s\n", err.message);
    assert_non_null(d.p);
    d.in = calloc(ew_in_count(d.p) + 1, sizeof *d.in);
    d.out = calloc(ew_out_count(d.p) + 1, sizeof *d.out);
    for (size_t i = 0; i < ew_in_arrays(d.p); i++) {
        ew_array_info a = ew_in_array(d.p, i);
        d.ins[i] = malloc(a.count * type_bytes[a.type] + 1);
    }
    for (size_t k = 0; k < ew_out_arrays(d.p); k++) {
        ew_array_info a = ew_out_array(d.p, k);
        d.outs[k] = malloc(a.count * type_bytes[a.type] + 1);
    }
    doors_fill(&d);
    return d;
}

static void doors_close(doors *d)
{
    for (size_t i = 0; i < ARRAYS; i++) free(d->ins[i]), free(d->outs[i]);
    free(d->in);
    free(d->out);
    ew_free(d->p);
}

static ew_status doors_run(const doors *d, void *const *outs)
{
    return ew_run_arrays(d->p, NULL, (const void *const *)d->ins, outs);
}

static void assert_outputs(const doors *d, void *const *outs)
{
    for (size_t k = 0; k < ew_out_arrays(d->p); k++) {
        ew_array_info a = ew_out_array(d->p, k);
        for (size_t i = 0; i < a.count; i++) {
            double x = get(outs[k], a.type, i), y = d->out[a.offset + i];
            if (memcmp(&x, &y, sizeof x) != 0) print_message("%s, element %zu: %a, not %a\n", a.name, i, x, y);
            assert_memory_equal(&x, &y, sizeof x);
        }
    }
}

/* Each output k in memory of its own, then in that of every input of its type and size, then all at once. */
static void assert_doors(const char *text, const ew_options *options)
{
    doors d = doors_open(text, options);
    assert_int_equal(ew_run(d.p, NULL, d.in, d.out), EW_OK);
    assert_int_equal(doors_run(&d, d.outs), EW_OK);
    assert_outputs(&d, d.outs);
    void *all[ARRAYS];
    size_t next = 0;
    memcpy(all, d.outs, sizeof all);
    for (size_t k = 0; k < ew_out_arrays(d.p); k++) {
        bool found = false;
        for (size_t i = 0; i < ew_in_arrays(d.p); i++) {
            ew_array_info a = ew_in_array(d.p, i), b = ew_out_array(d.p, k);
            if (a.type != b.type || a.count != b.count) continue;
            void *outs[ARRAYS];
            memcpy(outs, d.outs, sizeof outs);
            outs[k] = d.ins[i];
            assert_int_equal(doors_run(&d, outs), EW_OK);
            assert_outputs(&d, outs);
            doors_fill(&d);
            if (i < next || found) continue;
            all[k] = d.ins[i];
            next = i + 1;
            found = true;
        }
    }
    assert_int_equal(doors_run(&d, all), EW_OK);
    assert_outputs(&d, all);
    doors_close(&d);
}

static const char *const programs[] = {
    "input a; input b : f32; input c : int; input d : bool\nx = a + b\ny = b * 2\nz = c + 3\nw = not d\n"
    "output x; output y; output z; output w",
    "input x[40000] : f32\ny[i] = 1 / (1 + exp(-x[i]))\noutput y",
    "input a[700] : f32; input b[700] : f32; input c[700] : int; input d[700] : bool\nx[i] = a[i] * 2\n"
    "y[i] = b[i] * b[i]\nz[i] = c[i] + i\nw[i] = a[i] > 0 or d[i]\noutput x; output y; output z; output w",
    /* the output is written before the input is read for the last time */
    "input x[2000]; input y[2000]\nu[i] = x[i] + y[i]\ns = sum(i: u[i] * x[i])\nv[i] = x[i] * s\n"
    "t = sum(i: v[i] * y[i])\noutput u; output v; output t",
    "input x[3000] : f32; input y[3000] : f32\nu[i] = x[i] * 2\nv[i] = u[i] * y[i] + x[i]\n"
    "s = sum(i: u[i] * v[i])\noutput v; output u; output s",
    /* at other places */
    "input x[600] : f32\ny[i in 600] = if i > 0 then x[i-1 else 0] else 0\nz[i] = x[i] + x[5]\noutput y; output z",
    "input A[50, 50]\nB[i, j] = A[j, i] + A[i, j]\noutput B",
    /* one number beside arrays */
    "input w; input x[70]\ns = sum(i: w * x[i])\noutput s",
    "input w : f32; input x[70] : f32\ns = sum(i: (x[i] - w)^2)\nv = w - 0.1 * diff(s, w)\noutput v; output s",
    /* one value twice, an input as it is, a constant, an index */
    "input x[70] : f32\ny[i] = x[i] * 3\nz[i] = x[i]\nw[i] = y[i]\noutput y; output w; output z",
    "input x[70] : int\ny[i in 70] = i\nz[i in 70] = 4\noutput y; output z",
    /* a recurrence */
    "input x[41]\nh[0] = x[0]\nh[t in 1..40] = tanh(h[t-1] + x[t])\ng[t] = diff(h[40], x[t])\noutput h; output g",
    /* a step of training: products, and blocks of samples */
    "input X[300, 40] : f32; input Y[300, 24] : f32; input W[40, 24] : f32; input b[24] : f32\n"
    "Z[n, j] = b[j] + sum(i: X[n, i] * W[i, j])\nL = sum(n, j: (tanh(Z[n, j]) - Y[n, j])^2)\n"
    "V[i, j] = W[i, j] - 0.1 * diff(L, W[i, j])\nc[j] = b[j] - 0.1 * diff(L, b[j])\noutput L; output V; output c",
};

static void test_same_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        for (size_t threads = 1; threads <= 2; threads++) {
            ew_options options = {.threads = threads};
            assert_doors(programs[i], &options);
        }
}

/* Products over blocks that are not finite are done again, from inputs that are still there. */
static void test_done_again(void **state)
{
    (void)state;
    const char *text = "input X[5000, 8]; input W[8, 8]\nZ[n, j] = sum(i: X[n, i] * W[i, j])\n"
                       "L = sum(n, j: exp(Z[n, j]))\nV[i, j] = W[i, j] - 0.1 * diff(L, W[i, j])\n"
                       "U[n, i] = X[n, i] + 1\noutput U; output V; output L";
    doors d = doors_open(text, NULL);
    d.in[11] = ((double *)d.ins[0])[11] = 1e308;
    assert_int_equal(ew_run(d.p, NULL, d.in, d.out), EW_OK);
    void *outs[] = {d.ins[0], d.ins[1], d.outs[2]};
    assert_int_equal(doors_run(&d, outs), EW_OK);
    assert_outputs(&d, outs);
    doors_close(&d);
}

/* Ints beyond 2^53, which doubles are 2 and more apart, beside the doubles and at their places. */
static void test_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "input n : int; input x\ny = x + 1\nm = n * n + 2\nb = n > 3\noutput y; output m; output b; output m",
        "input n : int; input x\ny[i in 3] = x + i\nm[i in 2] = n * n + 2 * i\nb = n > 3\nk = n * n + 2\n"
        "output y; output m; output b; output k"};
    const int64_t square = INT64_C(94906267) * 94906267, none = 7;
    const int64_t expected[2][8] = {{none, square + 2, none, square + 2},
                                    {none, none, none, square, square + 2, none, square + 2}};
    const double in[] = {94906267, 0.5};
    for (size_t t = 0; t < 2; t++) {
        ew_error err = {0};
        ew_program *p = ew_compile(texts[t], NULL, NULL, &err);
        assert_non_null(p);
        double out[8], same[8];
        int64_t whole[8] = {none, none, none, none, none, none, none, none};
        assert_int_equal(ew_run_whole(p, NULL, in, out, whole), EW_OK);
        assert_int_equal(ew_run_whole(p, NULL, in, same, NULL), EW_OK);
        assert_memory_equal(out, same, ew_out_count(p) * sizeof *out);
        for (size_t i = 0; i < ew_out_count(p); i++) {
            assert_true(whole[i] == expected[t][i]);
            assert_true(whole[i] == none || out[i] == (double)whole[i]);
        }
        ew_free(p);
    }
}

static void assert_wrong(const doors *d, const void *const *ins, void *const *outs, const char *message)
{
    ew_error err;
    assert_int_equal(ew_run_arrays(d->p, NULL, ins, outs), EW_USE);
    ew_run_error(d->p, NULL, &err);
    assert_string_equal(err.message, message);
}

static void test_wrong_use(void **state)
{
    (void)state;
    doors d = doors_open("input x[8] : f32; input w : f32\ny[i] = x[i] * w\noutput y", NULL);
    const void *in[2] = {d.ins[0], NULL};
    void *none[1] = {NULL}, *inside[1] = {(float *)d.ins[0] + 1};
    assert_wrong(&d, in, d.outs, "no memory was given for 'w'");
    in[1] = d.ins[1];
    assert_wrong(&d, in, none, "no memory was given for 'y'");
    assert_wrong(&d, in, inside,
                 "the memory of the output 'y' overlaps that of the input 'x' and is not the same array");
    ew_program *q = ew_compile("a + b", NULL, NULL, NULL);
    ew_work *work = ew_work_new(q);
    assert_int_equal(ew_run_arrays(d.p, work, in, d.outs), EW_USE);
    double a = 1, b = 2, c = 0;
    const void *two[] = {&a, &b}, *one[] = {&a, NULL};
    void *sum[] = {&c};
    assert_int_equal(ew_run_arrays(q, work, two, sum), EW_OK);
    assert_true(c == 3);
    assert_int_equal(ew_run_arrays(q, work, one, sum), EW_USE);
    ew_work_free(work);
    ew_free(q);
    doors_close(&d);
}

static void test_faults(void **state)
{
    (void)state;
    ew_error err;
    int64_t a = INT64_MAX, c = 0;
    const void *in[] = {&a};
    void *out[] = {&c};
    ew_program *p = ew_compile("input a : int\nc = a * 2", NULL, NULL, NULL);
    assert_int_equal(ew_run_arrays(p, NULL, in, out), EW_LIMIT);
    ew_run_error(p, NULL, &err);
    assert_string_equal(err.message, "the int 'c' overflows: 9223372036854775807 * 2");
    a = (INT64_C(1) << 53) + 1; /* no double has it */
    assert_int_equal(ew_run_arrays(p, NULL, in, out), EW_OK);
    assert_true(c == (INT64_C(1) << 54) + 2);
    ew_free(p);
}

/* No array of the door has a second copy in the work memory, and ew_run is told off. */
static void test_only_arrays(void **state)
{
    (void)state;
    heap h = {.fail_at = SIZE_MAX};
    ew_options options = {.resize = heap_resize, .context = &h, .only_arrays = 1};
    doors d = doors_open("input W[1000000] : f32; input b[1000000] : f32\nV[i] = W[i] * 2 - b[i]\noutput V", &options);
    assert_true(h.live < 500000);
    void *outs[] = {d.ins[0]};
    size_t calls = h.calls;
    assert_int_equal(doors_run(&d, outs), EW_OK);
    assert_true(((float *)outs[0])[3] == (float)value_of(EW_F32, 3) * 2 - (float)value_of(EW_F32, 4));
    assert_int_equal(h.calls, calls);
    ew_error err;
    assert_int_equal(ew_run(d.p, NULL, d.in, d.out), EW_USE);
    ew_run_error(d.p, NULL, &err);
    assert_string_equal(err.message, "this program was prepared to be run over arrays alone (only_arrays)");
    doors_close(&d);
    assert_int_equal(h.live, 0);
    assert_int_equal(h.wrong_sizes, 0);
}

/* Each allocation in turn is refused: a clean error, and nothing left. */
static void test_refused(void **state)
{
    (void)state;
    const size_t last = sizeof programs / sizeof *programs - 1;
    bool done = false;
    for (size_t n = 1; !done; n++) {
        heap h = {.fail_at = n};
        ew_error err = {0};
        ew_options options = {.resize = heap_resize, .context = &h};
        ew_program *p = ew_compile(programs[last], NULL, &options, &err);
        ew_work *work = p ? ew_work_new(p) : NULL;
        done = work != NULL;
        if (!p) assert_int_equal(err.status, EW_LIMIT);
        ew_work_free(work);
        ew_free(p);
        assert_int_equal(h.live, 0);
        assert_int_equal(h.wrong_sizes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits), cmocka_unit_test(test_whole),  cmocka_unit_test(test_done_again),
        cmocka_unit_test(test_wrong_use), cmocka_unit_test(test_faults), cmocka_unit_test(test_only_arrays),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
