/*
 * test_exec_indexed.c - runs of programs with indices, given as texts: results, faults, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edgewise.h"

static ew_program *compiled(const char *text, const char *outputs, const ew_options *options)
{
    ew_error err;
    ew_program *p = ew_compile(text, outputs, options, &err);
    if (!p) fail_msg("%s: %s", text, err.message);
    return p;
}

/* The outputs of a text, in doubles, are `want`. */
static void gives(const char *text, const char *outputs, const double *in, const double *want, size_t count)
{
    ew_error err = {0};
    double out[64] = {0};
    ew_program *p = compiled(text, outputs, NULL);
    assert_int_equal(ew_out_count(p), count);
    if (ew_run(p, NULL, in, out) != EW_OK) {
        ew_run_error(p, NULL, &err);
        fail_msg("%s: %s", text, err.message);
    }
    for (size_t i = 0; i < count; i++)
        if (out[i] != want[i]) fail_msg("%s: element %zu is %g, not %g", text, i, out[i], want[i]);
    ew_free(p);
}

/* One constant asked for as a whole array. */
static void test_constant_outputs(void **state)
{
    (void)state;
    gives("input x[3]\ne = sum(i: x[i])\ng[k] = diff(e, x[k])", "g", (double[]){1, 2, 3}, (double[]){1, 1, 1}, 3);
    gives("input x[2, 3]\nf[i,j] = x[i,j]\nL = sum(i, j: f[i,j])\ng[a,b] = diff(L, x[a,b])", "g, L",
          (double[]){1, 2, 3, 4, 5, 6}, (double[]){1, 1, 1, 1, 1, 1, 21}, 7);
}

/* A run that fails, with this error, which names what went wrong. */
static void fails(const char *text, const double *in, const char *code, const char *names)
{
    ew_error err = {0};
    double out[64];
    ew_program *p = compiled(text, NULL, NULL);
    assert_in_range(ew_out_count(p), 1, 64);
    assert_int_equal(ew_run(p, NULL, in, out), EW_LIMIT);
    ew_run_error(p, NULL, &err);
    assert_string_equal(err.code, code);
    if (!strstr(err.message, names)) fail_msg("%s: %s", text, err.message);
    ew_free(p);
}

/* A recurrence whose order form does not prove is checked as it runs. */
static void test_order(void **state)
{
    (void)state;
    const char *tree = "input parent[5] : int\nh[b] = if b == 0 then 1 else h[parent[b]] + 1\noutput h";
    const char *guarded = "input p[4] : int\ninput x[4]\nh[b] = x[b] + (h[p[b] else 0])\noutput h";
    const char *pair = "input p[4] : int\ng[t] = if t == 0 then 1 else h[t-1] + 1\n"
                       "h[t] = g[t] * 2 + (if t == 0 then 0 else h[p[t]])\noutput h";
    gives(tree, NULL, (double[]){0, 0, 1, 1, 2}, (double[]){1, 2, 3, 3, 4}, 5);
    fails(tree, (double[]){0, 0, 3, 1, 2}, "E466", "'h");
    fails(tree, (double[]){0, 0, 2, 1, 2}, "E466", "place 2");
    fails(tree, (double[]){0, 0, -2, 1, 2}, "E460", "place -2");
    fails(tree, (double[]){0, 9, 0, 1, 2}, "E460", "place 9");
    gives(guarded, NULL, (double[]){-1, 0, 7, 2, 1, 2, 3, 4}, (double[]){1, 3, 3, 7}, 4);
    fails(guarded, (double[]){-1, 0, 3, 2, 1, 2, 3, 4}, "E466", "place 3");
    gives(pair, NULL, (double[]){0, 0, 1, 0}, (double[]){2, 8, 26, 56}, 4);
    fails(pair, (double[]){0, 1, 1, 0}, "E466", "place 1");
}

/* ---- Ints that fail where nobody needs them ------------------------------------------------------------ */

/* y in parts; where z[i], i = 0 … 3, reads it, as factor · i + offset. */
static const char *const in_parts[] = {
    "y[i] = k[i] * k[i]",
    "y[0] = k[0] * k[0]\ny[i in 1..5] = k[i] * k[i]",
    "y[i in 0..1] = k[i] * k[i]\ny[2] = k[2] * k[2]\ny[j in 3..5] = k[j] * k[j]",
    "y = [k[0] * k[0], k[1] * k[1], k[2] * k[2], k[3] * k[3], k[4] * k[4], k[5] * k[5]]",
    "q[i in 0..2] = k[i] * k[i]\nq[i in 3..5] = k[i] * k[i]\ny[i in 0..3] = q[i]\ny[i in 4..5] = q[i]",
    "h[0] = 7\nh[t+1] = h[t] + k[t]\ny[0] = k[0] * k[0] + h[0] - 7\ny[i in 1..5] = k[i] * k[i]",
};
static const struct {
    const char *text;
    int factor, offset;
} read_at[] = {{"y[i]", 1, 0}, {"y[i+2]", 1, 2}, {"y[5-i]", -1, 5}, {"y[3]", 0, 3}, {"y[i+1] + 0 * y[i+1]", 1, 1}};

/* c is 0 or 1 at four places, k small or too large at six; what z and the sum's derivative are, or a fault. */
static void test_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < 6 * 5; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "input c[4] : int\ninput k[6] : int\ninput x[4]\n%s\nz[i in 4] = if c[i] > 0 then %s else 0\n"
                 "f = sum(i in 4: if c[i] > 0 then x[i] * (%s) else 0)\ng[i] = diff(f, x[i])",
                 in_parts[i / 5], read_at[i % 5].text, read_at[i % 5].text);
        for (int what = 0; what < 2; what++) {
            ew_program *p = compiled(text, what ? "g" : "z", NULL);
            for (unsigned bits = 0; bits < 1024; bits += 1 + bits % 7) {
                double in[14] = {0}, out[4] = {0}, want[4] = {0};
                bool fault = false;
                for (int j = 0; j < 4; j++) in[j] = bits >> j & 1;
                for (int j = 0; j < 6; j++) in[4 + j] = bits >> (4 + j) & 1 ? 4e9 : j + 1;
                for (int j = 0; j < 4; j++) {
                    int place = read_at[i % 5].factor * j + read_at[i % 5].offset;
                    want[j] = in[j] * in[4 + place] * in[4 + place];
                    fault = fault || want[j] > 1e15;
                }
                ew_status status = ew_run(p, NULL, in, out);
                if (status != (fault ? EW_LIMIT : EW_OK)) fail_msg("%s: status %d with %x", text, (int)status, bits);
                if (!fault) assert_memory_equal(out, want, sizeof want);
            }
            ew_free(p);
        }
    }
}

/* ---- Threads ----------------------------------------------------------------------------------------- */

/* Number i of the inputs; whole where an int is asked for. */
static double given(const ew_program *p, size_t i)
{
    size_t k = 0;
    while (k + 1 < ew_in_arrays(p) && ew_in_array(p, k + 1).offset <= i) k++;
    size_t place = (i * 7919) % 1013;
    return ew_in_array(p, k).type == EW_INT ? (double)(place % 90) : (double)place / 500 - 1;
}

/* The same bits by one, two and four threads, run after run. */
static void same_bits(const char *text, const char *outputs)
{
    double *in = NULL, *first = NULL;
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        ew_program *p = compiled(text, outputs, &(ew_options){.threads = threads});
        size_t bytes = ew_out_count(p) * sizeof(double);
        double *out = malloc(bytes);
        if (!in) in = malloc(ew_in_count(p) * sizeof *in);
        for (size_t i = 0; threads == 1 && i < ew_in_count(p); i++) in[i] = given(p, i);
        for (int turn = 0; turn < 3; turn++) {
            memset(out, 0, bytes);
            assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
            if (!first) first = memcpy(malloc(bytes), out, bytes);
            assert_memory_equal(out, first, bytes);
        }
        free(out);
        ew_free(p);
    }
    free(in);
    free(first);
}

static void test_threads(void **state)
{
    (void)state;
    same_bits("input x[20011, 6]\ninput w[6, 3]\n"
              "s[i, k] = sum(j: x[i, j] * w[j, k])\nf = sum(i: logsumexp(k: s[i, k]))\ng[j, k] = diff(f, w[j, k])",
              "f, g");
    same_bits("input a[150, 130] : f32\ninput b[130, 210] : f32\nc[i, j] = tanh(sum(k: a[i, k] * b[k, j]))\n"
              "f = sum(i, j: c[i, j]^2)\ng[i, k] = diff(f, a[i, k])\nh[k, j] = diff(f, b[k, j])",
              "f, g, h, c");
    same_bits("input x[700, 300]\ny[j, i] = exp(x[i, j]) * 2\nz[i] = sum(j: x[i, j])\nm[j] = max(i: x[i, j])",
              "y, z, m");
    same_bits("input x[60, 40, 70]\ninput y[60, 70, 50]\nz[b, i, j] = sum(k: x[b, i, k] * y[b, k, j])", "z");
    same_bits("input x[200000]\nh[t] = 0.5 * x[t] + (if t > 0 then x[t - 1] else 0)\nu = sum(t: sin(h[t]))\n"
              "g[t] = diff(u, x[t])",
              "u, g, h");
    /* folds, outside blocks too; the place of the least; ints from doubles */
    same_bits("input x[3000, 12]\ninput c[90, 12]\nd[i, k] = sum(a: (x[i, a] - c[k, a])^2)\n"
              "near[i] = argmin(k: d[i, k])\nf = sum(i, k: d[i, k]^2)\ng[k, a] = diff(f, c[k, a])",
              "near, f, g, d");
    same_bits("input y[40000] : int\ninput x[150, 200]\nz[i, j] = x[i, j] + y[200 * i + j]\nl[i] = argmax(j: z[i, j])",
              "z, l");
    /* a convolution: products that the batch adds up, scatters whose places overlap, small arrays */
    same_bits("input x[40, 20, 20] : f32\nparam K[6, 5, 5] : f32\nparam L[16, 6, 5, 5] : f32\n"
              "c[n in 40, o, r in 20, s in 20] = relu(sum(p, q: x[n, r+p-2, s+q-2 else 0] * K[o, p, q]))\n"
              "b[n, o, r, s] = max(u in 2, v in 2: c[n, o, 2*r+u, 2*s+v])\n"
              "e[n, m, r, s] = relu(sum(o, p, q: b[n, o, r+p, s+q] * L[m, o, p, q]))\n"
              "f = sum(n, m, r, s: e[n, m, r, s]^2)\ng[o, p, q] = diff(f, K[o, p, q])\n"
              "h[m, o, p, q] = diff(f, L[m, o, p, q])",
              "f, g, h");
    /* rows that are read by their number */
    same_bits("input t[60, 50] : int\nparam E[90, 700]\nw[i, j, k] = E[(if t[i, j] < 0 then 0 else t[i, j]), k]\n"
              "f = sum(i, j, k: w[i, j, k]^2)\ng[v, k] = diff(f, E[v, k])",
              "f, g");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_constant_outputs), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_needed), cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
