/*
 * test_exec_indexed.c - runs of programs with indices, given as texts: results, faults, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_constant_outputs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
