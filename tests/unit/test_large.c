/*
 * test_large.c - texts that are long, deep or broken: an error with a place, or the right value; no
 * recursion, bounded memory, linear time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <edgewise.h>

static char *repeat(const char *piece, size_t times, const char *end)
{
    size_t n = strlen(piece), m = strlen(end);
    char *s = malloc(n * times + m + 1);
    assert_non_null(s);
    for (size_t i = 0; i < times; i++) memcpy(s + i * n, piece, n);
    memcpy(s + n * times, end, m + 1);
    return s;
}

static void error_of(const char *text, size_t count, const char *code, int line, int column)
{
    ew_options options = {.max_bytes = (size_t)1 << 30};
    ew_error err;
    char shown[2000];
    ew_graph *g = ew_parse(text, count, &options, &err);
    assert_null(g);
    assert_string_equal(err.code, code);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_true(err.message[0]);
    assert_true(ew_error_text(&err, shown, sizeof shown) < sizeof shown);
}

static void repeated_error(const char *piece, size_t times, const char *end, const char *code, int column)
{
    char *s = repeat(piece, times, end);
    error_of(s, EW_WHOLE, code, 1, column);
    free(s);
}

/* A reduction over more places than memory has takes time; of memory a few vectors. */
static void test_reductions(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "y = sum(i in 1000000, j in 1000000, k in 1000000: sin(i * j * k))",
        "y = logsumexp(i in 1000000, j in 1000000: sin(i * j))",
        "e = sum(i in 1000000, j in 1000000: exp(i - j)) + max(i in 1000000, j in 1000000: exp(i - j))",
        "input x; s = sum(i in 1000000, j in 1000000: sin(x * i * j) + x * i); g = diff(s, x); output s; output g",
        "input x[N]; s = mean(i, j, k: tanh(x[i] * x[j] + x[k]))",
    };
    const size_t sizes[] = {100000};
    const ew_size x = {.name = "x", .rank = 1, .size = sizes};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        ew_options options = {.max_bytes = 64 << 20, .sizes = &x, .size_count = t == 4};
        ew_error err;
        ew_program *p = ew_compile(texts[t], NULL, &options, &err);
        if (!p) print_message("%s: %s\n", texts[t], err.message);
        assert_non_null(p);
        ew_free(p);
    }
}

static void test_deep(void **state)
{
    (void)state;
    repeated_error("(", 1000000, "", "E010", 1000000);
    repeated_error("(", 1000000, "1", "E010", 1000000);
    repeated_error("-", 200000, "", "E008", 200001);
    repeated_error("sin(", 200000, "x", "E010", 800000);
    repeated_error("if a > b then ", 100000, "a", "E020", 1399987);
    repeated_error("not ", 100000, "a", "E023", 399997);
    repeated_error("2^", 200000, "", "E008", 400001);
    repeated_error("a", 70000, " = 1", "E007", 1);
}

static double value_of(const char *text, double x)
{
    ew_error err;
    double in[] = {x, x}, out[1] = {0};
    ew_program *p = ew_compile(text, NULL, NULL, &err);
    if (!p) fail_msg("%s", err.message);
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    ew_free(p);
    return out[0];
}

static void test_long(void **state)
{
    (void)state;
    char *s = repeat("x + ", 1000000, "x");
    assert_true(value_of(s, 1) == 1000001);
    free(s);
    s = repeat("-", 200000, "x");
    assert_true(value_of(s, 3) == 3);
    free(s);
    s = repeat("(", 100000, "x");
    char *closing = repeat(")", 100000, ""), *both = malloc(strlen(s) + strlen(closing) + 1);
    strcpy(both, s);
    strcat(both, closing);
    assert_true(value_of(both, 3) == 3);
    free(s);
    free(closing);
    free(both);
    s = repeat("a", 1000, " + 1");
    assert_true(value_of(s, 3) == 4);
    free(s);
    s = repeat("\n# a remark\n;", 100000, "y = x * 2");
    assert_true(value_of(s, 3) == 6);
    free(s);
}

static void test_bytes(void **state)
{
    (void)state;
    error_of("a + \0b", 6, "E003", 1, 5);
    error_of("a + \xff", 5, "E002", 1, 5);
    error_of("\xc3", 1, "E002", 1, 1);
    error_of("\xef\xbb\xbf"
             "a + 1",
             8, "E004", 1, 1);
    error_of("a + 1 \xe2\x88\x92 b", EW_WHOLE, "E004", 1, 7);
    error_of("", 0, "E001", 1, 1);
    error_of("   \n \n", EW_WHOLE, "E001", 1, 1);
    error_of("# nothing", EW_WHOLE, "E001", 1, 1);
}

static void test_many_errors_are_short(void **state)
{
    (void)state;
    ew_error err;
    char *s = repeat("tên_rất_dài_", 80, " = 1 +");
    assert_null(ew_parse(s, EW_WHOLE, NULL, &err));
    assert_true(strlen(err.source) < sizeof err.source);
    free(s);
}

/* A name's spelling: composed and decomposed letters are one name. */
static void test_spellings(void **state)
{
    (void)state;
    assert_true(value_of("\xc4\x91i\xe1\xbb\x83m = 2\ny = \xc4\x91ie\xcc\x82\xcc\x89m * x", 5) == 10);
    ew_error err;
    ew_graph *g = ew_parse("\xc4\x91i\xe1\xbb\x83m = 2", EW_WHOLE, NULL, &err);
    assert_true(ew_find(g, "\xc4\x91ie\xcc\x82\xcc\x89m") != EW_NONE);
    ew_graph_free(g);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Processor time of parse and reverse derivative of n equations. */
static double time_of(size_t n)
{
    ew_error err;
    char *s = malloc(n * 48 + 100);
    size_t used = (size_t)sprintf(s, "x0 = a * b\n");
    for (size_t i = 1; i < n; i++) used += (size_t)sprintf(s + used, "x%zu = sin(x%zu) * x%zu + a\n", i, i - 1, i / 2);
    double begin = seconds();
    ew_graph *g = ew_parse(s, EW_WHOLE, NULL, &err);
    assert_non_null(g);
    assert_true(ew_diff(g, ew_output_at(g, 0), ew_find(g, "a"), EW_REVERSE, &err) != EW_NONE);
    begin = seconds() - begin;
    ew_graph_free(g);
    free(s);
    return begin;
}

static void test_linear(void **state)
{
    (void)state;
    double small = time_of(10000), large = time_of(160000); /* 16 times; quadratic would be 256 */
    if (large > 16 * 6 * small + 0.05) fail_msg("10,000 equations %.3f s, 160,000 %.3f s", small, large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_many_errors_are_short),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
