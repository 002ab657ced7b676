/*
 * Recurrences that read what earlier steps made across the axes that order them: L[k, i] with k before i, in steps of
 * i and of j. Values and first and second derivatives of random programs, forward and reverse, with passes and without,
 * beside the reference, which computes one element at a time (reference/evaluate.h).
 *
 * Usage: test_nested [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <edgewise.h>

#include <math.h>

#include "../reference/evaluate.h"
#include "../reference/number.h"
#include "diff/aligned.h"
#include "diff/diff.h"
#include "exec/array.h"

enum { TEXT = 4096 };
#define WITHIN 1e-8
#define LARGE 1e12 /* sums that grew beyond are no test */

static bool long_run;
static uint64_t first_seed = 1;

/* What a step adds up; @ is any of the program's indices. */
static const char *const two[] = {
    "L[i, j-1 else 0.7]",
    "L[i-1, j else 0.5]",
    "L[i-1, i else 0.2]",
    "L[i-1, j-1 else 0.1]",
    "(if i > 0 then L[i-1, 2] else 0.6)",
    "(if j > 0 then L[i, j-1] * L[i-1, j-1 else 0.5] else K[j, i])",
    "sum(k in i: L[k, @] * K[i, k])",
    "sum(k in i: L[k, @] * L[i, j-1 else 0.3])",
    "sum(k in i: L[k, k] * K[j, k])",
    "sum(k in j: L[i, k] * K[k, @])",
    "sum(k in j: L[i, k] * L[i-1, k else 0.4])",
    "sum(k in i, l in i: L[k, l]) * 0.1",
    "sum(k in i, l in j: L[k, l] * K[l, k])",
    "K[@, @]",
    "tanh(K[j, @])",
};
static const char *const three[] = {
    "L[i, j, k-1 else 0.7]",
    "L[i, j-1, @ else 0.4]",
    "L[i-1, @, @ else 0.3]",
    "L[i-1, @, 2 else 0.3]",
    "sum(p in i: L[p, @, @])",
    "sum(p in j: L[i, p, @] * K[i, p])",
    "sum(p in k: L[i, j, p] * K[p, @])",
    "sum(p in i, q in j: L[p, q, @]) * 0.2",
    "sum(p in i: L[p, p, @])",
    "sum(p in i, q: L[p, @, q] * K[q, @])",
    "sum(p in j, q: L[i, p, q] * K[q, @])",
    "K[@, j]",
    "tanh(K[k, @])",
};

typedef struct draft {
    uint64_t seed;
    size_t draws, levels, at;
    char text[TEXT];
} draft;

static size_t draw(draft *d, size_t below)
{
    return (size_t)((number(d->seed, d->draws++) + 1) / 2 * (double)below) % below;
}

static void add(draft *d, const char *s)
{
    for (; *s; s++) {
        assert_true(d->at + 1 < TEXT);
        d->text[d->at++] = *s == '@' ? "ijk"[draw(d, d->levels)] : *s;
    }
    d->text[d->at] = 0;
}

static void add_piece(draft *d)
{
    if (d->levels == 2)
        add(d, two[draw(d, sizeof two / sizeof *two)]);
    else
        add(d, three[draw(d, sizeof three / sizeof *three)]);
}

static void add_term(draft *d)
{
    bool bent = draw(d, 3) == 0, either = draw(d, 5) == 0;
    add(d, bent ? " + tanh(" : " + (");
    if (either) add(d, draw(d, 2) ? "if @ == @ then " : "if K[@, @] > 0.1 then ");
    add_piece(d);
    if (draw(d, 2)) add(d, " * 0.5 * "), add_piece(d);
    if (either) add(d, " else "), add_piece(d);
    add(d, ")");
}

static void program(draft *d)
{
    bool flat = d->levels == 2;
    d->at = 0;
    add(d,
        flat ? "input K[4, 4]\nL[i in 4, j in 4] = 0.3" : "input K[3, 3]\nL[i in 3, j in 3, k in 3] = 0.3 * K[i, j]");
    for (size_t terms = 1 + draw(d, 3); terms > 0; terms--) add_term(d);
    add(d, flat ? "\nf = sum(i, j: L[i, j]^2)\n" : "\nf = sum(i, j, k: L[i, j, k]^2)\n");
    add(d, "u[i, j] = diff(f, K[i, j])\nh[i, j] = diff(sum(p, q: u[p, q] * 0.1 * (p + 1) * (q - 1)), K[i, j])\n");
}

static ew_graph *parse(const draft *d, int mode)
{
    ew_error err;
    ew_options o = {.mode = mode};
    ew_graph *g = ew_parse(d->text, EW_WHOLE, &o, &err);
    if (!g) fail_msg("%s\n%s", err.message, d->text);
    return g;
}

/* NULL: it grew too large. */
static double *reference_of(const draft *d, const char *output, const double *in, size_t *count)
{
    ew_error err;
    ew_graph *g = parse(d, EW_AUTO);
    ew_node n = ew_expression(g, output, &err);
    assert_true(n != EW_NONE && diff_resolve(g, &n, 1));
    assert_true(shape_elements(g, node_at(g, n)->shape, count));
    double *due = calloc(*count + 1, sizeof *due);
    if (!reference_run(g, in, n, due)) fail_msg("no reference of %s\n%s", output, d->text);
    bool small = true;
    for (size_t i = 0; i < *count; i++) small = small && fabs(due[i]) < LARGE;
    ew_graph_free(g);
    if (small) return due;
    free(due);
    return NULL;
}

static void compare(const draft *d, const char *output, int mode, int off, const double *in, const double *due,
                    size_t count)
{
    ew_error err;
    ew_graph *g = parse(d, mode);
    g->passes_off = (uint16_t)off;
    ew_program *p = ew_prepare(g, output, &err);
    if (!p) fail_msg("%s\n%s\n%s", err.message, output, d->text);
    assert_int_equal(ew_out_count(p), count);
    double *out = calloc(count + 1, sizeof *out);
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(out[i] - due[i]) <= WITHIN * (1 + fabs(due[i]))))
            fail_msg("seed %llu, mode %d, passes off %d: number %zu of %s is %.17g, due %.17g\n%s",
                     (unsigned long long)d->seed, mode, off, i, output, out[i], due[i], d->text);
    free(out);
    ew_free(p);
    ew_graph_free(g);
}

/* All modes, with passes and without. */
static bool all_ways(const draft *d, const char *output)
{
    static const int modes[] = {EW_AUTO, EW_FORWARD, EW_REVERSE};
    static const int off[] = {0, PASS_PRODUCTS, PASS_FUSING, PASS_ALIGNED, 2047};
    double in[16];
    size_t count;
    for (size_t i = 0; i < 16; i++) in[i] = number(d->seed + 7, i);
    double *due = reference_of(d, output, in, &count);
    for (size_t m = 0; due && m < 3; m++)
        for (size_t k = 0; k < sizeof off / sizeof *off; k++) compare(d, output, modes[m], off[k], in, due, count);
    free(due);
    return due != NULL;
}

static void random_ones(size_t levels, size_t count)
{
    size_t compared = 0;
    for (uint64_t seed = first_seed; seed < first_seed + count; seed++) {
        draft d = {.seed = seed * 2 + levels, .levels = levels};
        program(&d);
        compared += all_ways(&d, "u") + all_ways(&d, "h");
    }
    assert_true(compared > count);
}

static void test_two(void **state)
{
    (void)state;
    random_ones(2, long_run ? 1500 : 40);
}

static void test_three(void **state)
{
    (void)state;
    random_ones(3, long_run ? 700 : 15);
}

/* The smallest that went wrong. */
static void test_found(void **state)
{
    static const char *const bodies[] = {
        /* the derivative of L[k, i] is read by the axis of rows, of which the steps of columns make one at a time */
        "L[i in 4, j in 4] = K[i, j] * L[i, j-1 else 1] + sum(k in i: L[i, j-1 else 2] * L[k, i])",
        "L[i in 4, j in 4] = K[i, j] * L[i, j-1 else 1] + sum(k in i, l in i: L[k, l] * "
        "(if k == j then L[i, j-1 else 2] else 0.1))",
        /* the tangent of L[p, .] at column j alone, and at all columns */
        "L[i in 4, j in 4] = 0.5 + sum(p in i: L[p, j] * 0.5) + sum(p in i: L[p, i] * K[0, p])",
        "L[i in 4, j in 4] = 0.5 + sum(p in i, q: L[p, q] * K[q, j]) + sum(p in i, q: L[p, q] * K[q, i])",
        /* … whose place is the step's own, by a condition */
        "L[i in 4, j in 4] = K[j, j] + L[i, j-1 else 0.7] + sum(k in i: if k == j then L[k, j] else 0)",
        /* a circle inside, the outer one of which no derivative needs: its adjoint is that of the other's state */
        "L[i in 4, j in 4] = L[i, j-1 else 0.7] + (if 1 < 2 then K[i, j] else sum(p in i: L[p, j]))",
        /* two diagonals in one circle, one of the step itself and one of the step before */
        "M[p in 4, 0] = 0.5\nM[p in 4, j in 1..3] = N[j, p, j-1]\nN[r in 4, s in 4, 0] = -0.27\n"
        "N[r in 4, s in 4, j in 1..3] = M[j, j] - K[s, 0] * K[r, j]\nL[i in 4, j in 4] = M[i, j]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        draft d = {.seed = i, .levels = 2};
        add(&d, "input K[4, 4]\n");
        add(&d, bodies[i]);
        add(&d, "\nf = sum(i, j: L[i, j]^2)\nu[i, j] = diff(f, K[i, j])\n"
                "h[i, j] = diff(sum(p, q: u[p, q] * (q - 1)), K[i, j])\n");
        assert_true(all_ways(&d, "u") && all_ways(&d, "h"));
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
