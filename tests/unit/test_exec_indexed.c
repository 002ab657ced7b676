/*
 * test_exec_indexed.c - runs of programs with indices, given as texts: results, faults, limits.
 */
#include <setjmp.h>
#include <math.h>
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

/* What is asked of a graph later, as of one that was read for it: here by an array of derivatives, which the circle
 * takes apart where nobody asks by it. */
static void test_asked_later(void **state)
{
    static const char *const text =
        "input x[2]\nJ[i, j] = diff(y[i], x[j])\ny[i] = x[i]^2 * sum(k: x[k])\np[0, i] = x[i]\n"
        "p[t in 1..2, i] = sum(j: J[i, j] * p[t-1, j])\ne = sum(i: p[2, i])";
    static const char *const asked[] = {"e", "diff(e, J[i, j])", "e, diff(e, x[i])", "diff(e, J[1, 0])"};
    static const double due[][4] = {{7785}, {126, 234, 146, 264}, {7785, 5967, 8997}, {146}};
    double out[8];
    ew_error err;
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    (void)state;
    assert_non_null(g);
    for (size_t k = 0; k < 4; k++) {
        ew_program *p = ew_prepare(g, asked[k], &err);
        if (!p) fail_msg("%s: %s", asked[k], err.message);
        assert_int_equal(ew_run(p, NULL, (double[]){2, 3}, out), EW_OK);
        for (size_t i = 0; i < ew_out_count(p); i++)
            if (out[i] != due[k][i]) fail_msg("%s: element %zu is %g, not %g", asked[k], i, out[i], due[k][i]);
        ew_free(p);
    }
    ew_graph_free(g);
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

/* ---- Tangents in a direction, carried along ------------------------------------------------------------ */

static const char *const circles[] = {
    "x[0] = 0.3\nx[t in 1..4] = tanh(sum(i: p[i] * u[i]) * x[t-1]) + 0.2 * (%s)",
    "x[4] = 0.3 * p[0]\nx[t in 0..3] = sin(p[1] * x[t+1]) + 0.1 * (%s)",
    "x[0] = p[2]^2\nw[0] = 0\nw[t in 1..4] = p[0] * x[t-1] + u[1]\nx[t in 1..4] = w[t] * p[1] + 0.1 * (%s)",
};
/* # stands for the derivative by p[i] of the step before. */
static const char *const sums[] = {
    "stop(sum(i: # * v[i]))",
    "sum(i: # * v[i])",
    "sum(i: # * v[i]) * sum(i: # * u[i])",
    "stop(sum(i: # * p[i]^2 + v[i] / 2))",
    "sum(i: (if v[i] > 0 then # else 0) * u[i])",
    "stop(sum(b in 2: sum(i: # * m[i, b])^2))",
    "stop(sum(i: # * (v[i] + x[t-1])))",
    "stop(sum(i: # * u[mod(t, 3)] * v[i]))",
};

/* `text` with each # replaced. */
static void replaced(char *out, size_t size, const char *text, const char *with)
{
    size_t used = 0;
    for (; *text && used + strlen(with) + 1 < size; text++)
        if (*text == '#')
            used += (size_t)snprintf(out + used, size - used, "%s", with);
        else
            out[used++] = *text;
    out[used] = '\0';
}

/* min is no sum of products: there the derivative by all of p is carried. */
static void test_directions(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * 8; i++)
        for (int mode = EW_FORWARD; mode <= EW_REVERSE; mode++) {
            double in[15], out[2][8] = {{0}};
            if (i / 8 == 1 && i % 8 >= 6) continue; /* these are of the step before */
            for (int k = 0; k < 15; k++) in[k] = 0.2 + 0.1 * ((k * 5) % 7) - 0.05 * k;
            for (int way = 0; way < 2; way++) {
                char one[100], sum[400], body[600], text[800];
                ew_error err = {0};
                snprintf(one, sizeof one, way ? "min(diff(x[%s], p[i]), 1e300)" : "diff(x[%s], p[i])",
                         i / 8 == 1 ? "t+1" : "t-1");
                replaced(sum, sizeof sum, sums[i % 8], one);
                snprintf(body, sizeof body, circles[i / 8], sum);
                snprintf(text, sizeof text,
                         "input p[3]\ninput u[3]\ninput v[3]\ninput m[3, 2]\n%s\nf = sum(t in 5: x[t])", body);
                ew_program *p = ew_compile(text, "x, diff(f, p[i])", &(ew_options){.mode = mode}, &err);
                if (!p) fail_msg("%s: %s", text, err.message);
                assert_int_equal(ew_out_count(p), 8);
                if (ew_run(p, NULL, in, out[way]) != EW_OK) fail_msg("%s", text);
                ew_free(p);
                for (int k = 0; way && k < 8; k++)
                    if (!(fabs(out[0][k] - out[1][k]) <= 1e-12 * (1 + fabs(out[1][k]))))
                        fail_msg("%s: %d: %.17g, not %.17g", text, k, out[0][k], out[1][k]);
            }
        }
}

static int keep_text(void *context, const char *bytes, size_t count)
{
    size_t used = strlen(context);
    if (used + count < 4000) strncat(context, bytes, count);
    return 0;
}

/* The memory of a run does not grow with p squared, or with p times the steps. */
static void test_direction_size(void **state)
{
    (void)state;
    size_t bytes[2];
    for (int i = 0; i < 2; i++) {
        char text[300], plan[4000] = "";
        snprintf(
            text, sizeof text,
            "input p[%d]\ninput v[%d]\nx[0] = 0.3\nx[t in 1..50] = p[0] * x[t-1] + p[t] + stop(sum(i: diff(x[t-1], "
            "p[i]) * v[i]))",
            i ? 900 : 60, i ? 900 : 60);
        ew_program *p = compiled(text, "x", NULL);
        assert_int_equal(ew_plan(p, keep_text, plan, NULL), EW_OK);
        assert_non_null(strstr(plan, "bytes of work"));
        const char *at = strstr(plan, " bytes of work");
        while (at[-1] != ' ') at--;
        bytes[i] = (size_t)atoll(at);
        ew_free(p);
    }
    assert_in_range(bytes[1], 1, bytes[0] + 900 * 8 * 8);
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
    /* a few large products: whole ones, then parts of them */
    same_bits("input x[5, 90, 170] : f32\ninput y[5, 170, 200] : f32\nz[b, i, j] = sum(k: x[b, i, k] * y[b, k, j])",
              "z");
    same_bits("input x[3, 130, 110]\ninput y[3, 110, 120]\nz[b, i, j] = sum(k: x[b, i, k] / y[b, k, j] * y[b, k, j])\n"
              "u[b, i, j] = sum(k: x[b, i, k] * y[b, k, j])",
              "u, z");
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

/* A choice by one number for each row, where all rows of a strip agree and where they do not: between what is computed,
 * what lies in memory and a constant; as an operand and as the result. */
static void test_choices_by_rows(void **state)
{
    enum { ROWS = 50, COLUMNS = 40, ALL = ROWS * COLUMNS };
    static double in[ROWS + ALL], out[3 * ALL];
    const char *const texts[] = {
        "input c[50]\ninput x[50, 40]\ng[i] = c[i] > 0\ny[i, j] = (if g[i] then x[i, j] else 3) + x[i, j]\n"
        "z[i, j] = if g[i] then x[i, j] * x[i, j] else x[i, j]\n"
        "w[i, j] = (if g[i] then x[i, j] + 1 else (if g[i] then 7 else x[i, j])) * 2",
        "input c[50] : f32\ninput x[50, 40] : f32\ng[i] = c[i] > 0\ny[i, j] = (if g[i] then x[i, j] else 3) + x[i, j]\n"
        "z[i, j] = if g[i] then x[i, j] * x[i, j] else x[i, j]\n"
        "w[i, j] = (if g[i] then x[i, j] + 1 else (if g[i] then 7 else x[i, j])) * 2"};
    (void)state;
    for (int i = 0; i < ROWS; i++) in[i] = i < 13 ? 1 : i < 27 ? -1 : i % 2 ? 1 : i % 3 ? -1 : NAN;
    for (int i = 0; i < ALL; i++) in[ROWS + i] = i % 97 == 96 ? HUGE_VAL : i % 89 - 40;
    for (int t = 0; t < 2; t++) {
        ew_program *p = compiled(texts[t], "y, z, w, g", NULL);
        static double all[3 * ALL + ROWS];
        assert_int_equal(ew_out_count(p), 3 * ALL + ROWS);
        assert_int_equal(ew_run(p, NULL, in, all), EW_OK);
        memcpy(out, all, sizeof out);
        for (int i = 0; i < ALL; i++) {
            bool yes = in[i / COLUMNS] > 0;
            double x = in[ROWS + i];
            assert_true(out[i] == (yes ? x : 3) + x);
            assert_true(out[ALL + i] == (yes ? x * x : x));
            assert_true(out[2 * ALL + i] == (yes ? x + 1 : x) * 2);
        }
        ew_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_constant_outputs), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_needed),           cmocka_unit_test(test_directions),
                                       cmocka_unit_test(test_direction_size),   cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_choices_by_rows),  cmocka_unit_test(test_asked_later)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
