/*
 * test_json.c - the command's JSON read by a strict reader: one object on one line, no key twice,
 * the keys of docs/commands.md, numbers that come back to the same bits, errors too.
 *
 * The command is $B/edgewise, as in the transcripts.
 */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <jansson.h>

#define PROGRAM "'(a+b)*(b+1)' a=2 b=1"

/* Runs "edgewise ARGUMENTS"; its only line, parsed. */
static json_t *ask(const char *arguments, int status)
{
    static char out[1 << 22];
    char command[2000];
    const char *build = getenv("B");
    json_error_t e;
    snprintf(command, sizeof command, "LC_ALL=C %s/edgewise %s", build ? build : "build", arguments);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(out, 1, sizeof out, f);
    int ended = pclose(f);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), status);
    assert_true(n > 0 && n < sizeof out && out[n - 1] == '\n');
    assert_ptr_equal(memchr(out, '\n', n), out + n - 1);
    json_t *j = json_loadb(out, n, JSON_REJECT_DUPLICATES, &e);
    if (!j) fail_msg("%s: %s", command, e.text);
    assert_int_equal(json_integer_value(json_object_get(j, "edgewise")), 1);
    return j;
}

static double number(const json_t *j)
{
    assert_true(json_is_number(j));
    return json_number_value(j);
}

/* "of value gradient": exactly these keys beside "edgewise". */
static void has_keys(json_t *j, const char *keys)
{
    char copy[400];
    size_t count = json_object_get(j, "edgewise") ? 1 : 0;
    strcpy(copy, keys);
    for (char *s = strtok(copy, " "); s; s = strtok(NULL, " "), count++)
        if (!json_object_get(j, s)) fail_msg("no key %s", s);
    assert_int_equal(json_object_size(j), count);
}

static void test_explain(void **state)
{
    (void)state;
    json_t *j = ask("explain --json " PROGRAM, 0), *x;
    has_keys(j, "of inputs operations nodes edges forward reverse paths cost");
    assert_int_equal(json_array_size(json_object_get(j, "nodes")), 5);
    assert_int_equal(json_array_size(json_object_get(j, "edges")), 5);
    has_keys(json_array_get(json_object_get(j, "nodes"), 3), "name op args text value");
    has_keys(json_array_get(json_object_get(j, "edges"), 3), "from to arg partial rule");
    x = json_object_get(json_object_get(j, "forward"), "b");
    assert_true(number(json_object_get(x, "e")) == 5);
    assert_true(number(json_object_get(json_object_get(j, "reverse"), "b")) == 5);
    x = json_array_get(json_object_get(j, "paths"), 1);
    has_keys(x, "from to count sum listed");
    assert_string_equal(json_string_value(json_object_get(x, "count")), "2");
    assert_int_equal(json_array_size(json_object_get(x, "listed")), 2);
    has_keys(json_array_get(json_object_get(x, "listed"), 0), "nodes partials product");
    x = json_object_get(j, "cost");
    has_keys(x, "edges paths forward_sweeps reverse_sweeps");
    assert_string_equal(json_string_value(json_object_get(x, "paths")), "3");
    json_decref(j);
}

static void test_symbols(void **state)
{
    (void)state;
    json_t *j = ask("explain --json '(a+b)*(b+1)'", 0), *x;
    has_keys(j, "of operations nodes edges paths cost");
    has_keys(json_array_get(json_object_get(j, "nodes"), 0), "name op args text");
    has_keys(json_array_get(json_object_get(j, "edges"), 0), "from to arg rule");
    x = json_array_get(json_object_get(j, "paths"), 0);
    has_keys(x, "from to count listed");
    has_keys(json_array_get(json_object_get(x, "listed"), 0), "nodes");
    json_decref(j);
}

static void test_answers(void **state)
{
    (void)state;
    json_t *j = ask("grad --json " PROGRAM, 0);
    has_keys(j, "of value gradient mode");
    has_keys(json_object_get(j, "gradient"), "a b");
    json_decref(j);
    j = ask("eval --json " PROGRAM " --outputs 'e,  diff(e,  b), a < b, e'", 0);
    has_keys(j, "values");
    assert_true(number(json_object_get(json_object_get(j, "values"), "diff(e, b)")) == 5);
    assert_true(json_is_false(json_object_get(json_object_get(j, "values"), "a < b")));
    json_decref(j);
    j = ask("paths --json " PROGRAM " --from b --to e", 0);
    has_keys(j, "from to count sum listed");
    json_decref(j);
    j = ask("ops --json", 0);
    assert_true(json_array_size(json_object_get(j, "operations")) > 50);
    json_decref(j);
    json_decref(ask("explain --json " PROGRAM " --nudge b=0.1", 0));
    j = ask("explain --json --plan " PROGRAM, 0);
    has_keys(j, "of inputs operations nodes edges forward reverse paths cost plan");
    has_keys(json_object_get(j, "plan"), "mode value gradient");
    has_keys(json_object_get(json_object_get(j, "plan"), "gradient"), "instructions operations batches bytes");
    json_decref(j);
}

/* Arrays are nested lists; indices and shapes; what is too large to show is left out. */
static void test_arrays(void **state)
{
    (void)state;
    json_t *j = ask("eval --json 'z[n, k] = sum(j: x[n, j] * W[j, k])' 'x=[[1,2],[3,4]]' 'W=[[1,0,-1],[2,0.5,1]]'", 0);
    json_t *x = json_object_get(json_object_get(j, "values"), "z");
    assert_int_equal(json_array_size(x), 2);
    assert_int_equal(json_array_size(json_array_get(x, 1)), 3);
    assert_true(number(json_array_get(json_array_get(x, 1), 0)) == 11);
    json_decref(j);
    j = ask("grad --json 'y[i] = x[i]^2' 'x=[1,2]'", 0);
    has_keys(j, "of value gradient mode");
    x = json_object_get(json_object_get(j, "gradient"), "x");
    assert_true(number(json_array_get(json_array_get(x, 1), 1)) == 4);
    assert_true(number(json_array_get(json_array_get(x, 1), 0)) == 0);
    json_decref(j);
    j = ask("explain --json 'y[i in 1001] = w * i; z[i in 1000] = w * i; e = sum(i: y[i]) + sum(i: z[i])' w=3", 0);
    has_keys(json_array_get(json_object_get(j, "nodes"), 1), "name op args text indices shape");
    has_keys(json_array_get(json_object_get(j, "nodes"), 2), "name op args text indices shape value");
    has_keys(json_array_get(json_object_get(j, "edges"), 0), "from to arg rule");
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "omitted"), 0)), "paths");
    json_decref(j);
    j = ask("fit --json 'r[i] = y[i] - a * x[i] - b' 'x=[1,2,3]' 'y=[3,4,6]' a=1 b=0", 0);
    has_keys(j, "of value at steps converged reason errors residual freedom covariance");
    has_keys(json_object_get(j, "errors"), "a b");
    has_keys(json_object_get(json_object_get(j, "covariance"), "b"), "a b");
    json_decref(j);
    j = ask("minimize --json 'e = sum(i: (x[i] - i)^2)' 'x=[5,5,5]'", 0);
    has_keys(j, "of value at steps converged reason");
    assert_int_equal(json_array_size(json_object_get(json_object_get(j, "at"), "x")), 3);
    json_decref(j);
}

static void test_numbers(void **state)
{
    static const char *const values[] = {"0.1",
                                         "5e-324",
                                         "2.2250738585072014e-308",
                                         "1.7976931348623157e308",
                                         "1/3",
                                         "-1e22",
                                         "123456789012345680",
                                         "1e21",
                                         "1e-5",
                                         "1e-7",
                                         "pi"};
    static const double exact[] = {0.1,     5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                                   1.0 / 3, -1e22,  123456789012345680.0,    1e21,
                                   1e-5,    1e-7,   3.141592653589793};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char arguments[100];
        snprintf(arguments, sizeof arguments, "eval --json 'y = x' x=%s", values[i]);
        json_t *j = ask(arguments, 0);
        assert_true(number(json_object_get(json_object_get(j, "values"), "y")) == exact[i]);
        json_decref(j);
    }
    json_t *j = ask("eval --json 'p = 1/x; q = -1/x; r = log(-1-x); output p, q, r' x=0", 0);
    json_t *v = json_object_get(j, "values");
    assert_string_equal(json_string_value(json_object_get(v, "p")), "inf");
    assert_string_equal(json_string_value(json_object_get(v, "q")), "-inf");
    assert_string_equal(json_string_value(json_object_get(v, "r")), "nan");
    json_decref(j);
}

static void error_is(const char *arguments, int status, const char *code)
{
    json_t *j = ask(arguments, status);
    has_keys(j, "error");
    assert_string_equal(json_string_value(json_object_get(json_object_get(j, "error"), "code")), code);
    assert_true(strlen(json_string_value(json_object_get(json_object_get(j, "error"), "message"))) > 5);
    json_decref(j);
}

static void test_errors(void **state)
{
    (void)state;
    error_is("--json ''", 3, "E001");
    error_is("--json '1+'", 3, "E008");
    error_is("--json --lang vi '1+'", 3, "E008");
    error_is("--json", 2, "E101");
    error_is("eval --json 'a' --xyz", 2, "E103");
    error_is("eval --json 'a'", 2, "E120");
    error_is("eval --json 'a' a='\"\\'", 2, "E124");
    error_is("eval --json 'a' a=\"$(printf '\\001\\377')\"", 2, "E124");
    error_is("eval --json \"$(printf 'a\\033\"\\\\\\\\b')\"", 3, "E004");
    error_is("eval --json 'log(x)' x=-1 --finite", 6, "E145");
    error_is("eval --json nothere.ew", 4, "E160");
    error_is("eval --json 'x' x=1 -o /nofolder/x", 4, "E161");
    error_is("--json --limit nodes=2 '(a+b)*(b+1)'", 5, "E082");
    error_is("train --json", 2, "E101");
    error_is("draw --json 'a' -o a.jpg", 2, "E141");
}

/* Above 10,000 nodes what would be a product in size is left out, and named. */
static void test_omitted(void **state)
{
    (void)state;
    json_t *j =
        ask("explain --json - a=1 <<E\n$(echo x0=a; i=0; while [ $i -lt 10001 ]; do echo \"x$((i+1))=sin(x$i)\"; "
            "i=$((i+1)); done)\nE\n",
            0);
    has_keys(j, "of inputs operations nodes edges reverse cost omitted");
    assert_int_equal(json_array_size(json_object_get(j, "omitted")), 2);
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain), cmocka_unit_test(test_symbols), cmocka_unit_test(test_answers),
        cmocka_unit_test(test_arrays),  cmocka_unit_test(test_numbers), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_omitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
