/*
 * Rows of two and three arguments: value and every partial derivative.
 *
 *   test_ops_two         --long: twenty times as many points
 *
 * Smooth rows are compared with MPFR in ULP. Where a partial depends on a rounded difference of its
 * arguments (x - y in logaddexp, y - 1 in pow) that rounding is magnified by the size of the function's
 * exponent; the limit there is 8 ULP and as many more. Choices and comparisons are compared bit for bit
 * on all combinations of awkward values with what is written out here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "edgewise.h"
#include "mpfr/near.h"
#include "mpfr/points.h"
#include "mpfr/reference.h"
#include "rows.h"

enum { PAIR_BITS = 256 };

static long points = 1500;

static ew_program *compile(const op_row *row)
{
    static const char *const outputs[] = {"z, diff(z, x)", "z, diff(z, x), diff(z, y)",
                                          "z, diff(z, x), diff(z, y), diff(z, w)"};
    char program[400];
    ew_error err;
    bool number = !(row->flags & OP_LOGIC);
    row_program(row, program, sizeof program);
    const char *wanted = number ? outputs[row_count(row) - 1] : "z";
    if (row_is(row, "if")) wanted = "z, z * 0, diff(z, y), diff(z, w)"; /* by a bool there is none */
    ew_program *p = ew_compile(program, wanted, NULL, &err);
    if (!p) fail_msg("%s: %s", program, err.message);
    return p;
}

/* ---- Smooth rows ---------------------------------------------------------------------------------- */

#define R MPFR_RNDN
#define PARTIAL(name, body)                                                                                            \
    static void name(mpfr_t out, mpfr_srcptr x, mpfr_srcptr y)                                                         \
    {                                                                                                                  \
        mpfr_t t;                                                                                                      \
        mpfr_init2(t, 2 * PAIR_BITS);                                                                                  \
        (void)x;                                                                                                       \
        (void)y;                                                                                                       \
        body mpfr_clear(t);                                                                                            \
    }

PARTIAL(zero, set_whole(out, 0);)
PARTIAL(one, set_whole(out, 1);)
PARTIAL(minus_one, set_whole(out, -1);)
PARTIAL(first, mpfr_set(out, x, R);)
PARTIAL(second, mpfr_set(out, y, R);)
PARTIAL(ratio_x, mpfr_ui_div(out, 1, y, R);)
PARTIAL(ratio_y, mpfr_sqr(t, y, R); mpfr_div(t, x, t, R); mpfr_neg(out, t, R);)
PARTIAL(pow_x, mpfr_sub_ui(t, y, 1, R); mpfr_pow(out, x, t, R); mpfr_mul(out, out, y, R);)
PARTIAL(pow_y, mpfr_pow(t, x, y, R); mpfr_log(out, x, R); mpfr_mul(out, out, t, R);)
PARTIAL(logaddexp_x, mpfr_sub(t, x, y, R); exact_sigmoid(out, t);)
PARTIAL(logaddexp_y, mpfr_sub(t, y, x, R); exact_sigmoid(out, t);)
PARTIAL(hypot_x, mpfr_hypot(t, x, y, R); mpfr_div(out, x, t, R);)
PARTIAL(hypot_y, mpfr_hypot(t, x, y, R); mpfr_div(out, y, t, R);)
PARTIAL(atan2_x, mpfr_hypot(t, x, y, R); mpfr_sqr(t, t, R); mpfr_div(out, y, t, R);)
PARTIAL(atan2_y, mpfr_hypot(t, x, y, R); mpfr_sqr(t, t, R); mpfr_div(t, x, t, R); mpfr_neg(out, t, R);)
PARTIAL(mod_y, exact_div(t, x, y); mpfr_neg(out, t, R);)
PARTIAL(polygamma_y, exact_polygamma_n(out, mpfr_get_ui(x, R) + 1, y);)
#undef R

typedef struct pair {
    const char *name;
    exact_two *exact[3]; /* value, partials; NULL: none */
    void (*sample)(double *x, double *y);
    double limit[3];
    double (*slack)(double x, double y); /* further ULP for the partials, or NULL */
} pair;

static void pair_any(double *x, double *y)
{
    bool wide = random_bits() & 1;
    *x = wide ? random_exponent(-300, 300) : random_between(-5, 5);
    *y = wide ? random_exponent(-300, 300) : random_between(-5, 5);
}

static void pair_positive(double *x, double *y)
{
    pair_any(x, y);
    *y = fabs(*y);
}

/* Exponents y of which y - 1 is a double too; powers that are normal. */
static void pair_pow(double *x, double *y)
{
    *x = random_bits() & 1 ? fabs(random_exponent(-40, 40)) : random_between(0, 4);
    *y = floor(random_between(-10, 10) * 1024) / 1024;
}

static void pair_pow_rough(double *x, double *y)
{
    *x = fabs(random_exponent(-40, 40));
    *y = random_bits() & 1 ? random_between(-10, 10) : random_exponent(-60, 3);
}

static double slack_pow(double x, double y)
{
    return y == floor(y * 1024) / 1024 ? 0 : (1 + fabs(y)) * fabs(log(x));
}

static double slack_logaddexp(double x, double y)
{
    return fabs(x - y) < 750 ? fabs(x - y) : 750;
}

/* Below zero the derivative of an odd order has zeros, near which it has no relative bound. */
static double slack_polygamma(double n, double y)
{
    (void)n;
    return y < 0 ? INFINITY : 0;
}

static const pair pairs[] = {
    {"add", {exact_add, one, one}, pair_any, {0.5, 0, 0}, NULL},
    {"sub", {exact_sub, one, minus_one}, pair_any, {0.5, 0, 0}, NULL},
    {"mul", {exact_mul, second, first}, pair_any, {0.5, 0, 0}, NULL},
    {"div", {exact_ratio, ratio_x, ratio_y}, pair_any, {0.5, 0.5, 2}, NULL},
    {"pow", {exact_pow, pow_x, pow_y}, pair_pow, {1, 8, 8}, slack_pow},
    {"pow", {exact_pow, pow_x, pow_y}, pair_pow_rough, {1, 8, 8}, slack_pow},
    {"logaddexp", {exact_logaddexp, logaddexp_x, logaddexp_y}, pair_logaddexp, {4, 8, 8}, slack_logaddexp},
    {"hypot", {exact_hypot, hypot_x, hypot_y}, pair_any, {1, 2, 2}, NULL},
    {"atan2", {exact_atan2, atan2_x, atan2_y}, pair_any, {1, 4, 4}, NULL},
    {"floordiv", {exact_div, zero, zero}, pair_div, {1, 0, 0}, NULL},
    {"mod", {exact_mod, one, mod_y}, pair_div, {0.5, 0, 1}, NULL},
    {"polygamma", {exact_polygamma, NULL, polygamma_y}, pair_polygamma, {8, 0, 16}, slack_polygamma},
    {"mul0", {exact_mul, second, first}, pair_any, {0.5, 0, 0}, NULL},
    {"div0", {exact_ratio, ratio_x, ratio_y}, pair_any, {0.5, 0.5, 2}, NULL},
    {"over", {exact_ratio, ratio_x, ratio_y}, pair_positive, {0.5, 0.5, 2}, NULL},
};

static int pair_at(const pair *p, ew_program *program, mpfr_t *m, const double in[2])
{
    static const char *const what[] = {"value", "partial by x", "partial by y"};
    double out[3], extra = p->slack ? p->slack(in[0], in[1]) : 0;
    int failures = 0;
    ew_run(program, NULL, in, out);
    mpfr_set_d(m[0], in[0], MPFR_RNDN);
    mpfr_set_d(m[1], in[1], MPFR_RNDN);
    for (int k = 0; k < 3; k++) {
        if (!p->exact[k]) continue;
        p->exact[k](m[2], m[0], m[1]);
        double size = fabs(mpfr_get_d(m[2], MPFR_RNDN)), limit = p->limit[k] + (k ? extra : 0);
        if (k && ((size < 1e-290 && size > 0) || fabs(out[0]) < 1e-290 || size > 1e290)) continue;
        double error = ulp_error(out[k], m[2]);
        if (error <= limit) continue;
        failures++;
        print_error("%s of %s at %.17g, %.17g is %.17g: %.4g ULP, limit %.4g\n", what[k], p->name, in[0], in[1], out[k],
                    error, limit);
    }
    return failures;
}

static int try_pair(const pair *p, const op_row *row)
{
    ew_program *program = compile(row);
    mpfr_t m[3];
    int failures = 0;
    mpfr_init2(m[0], 53);
    mpfr_init2(m[1], 53);
    mpfr_init2(m[2], PAIR_BITS);
    random_state = 0x9E3779B97F4A7C15u;
    for (long i = 0; i < points && failures < 6; i++) {
        double in[2];
        p->sample(&in[0], &in[1]);
        failures += pair_at(p, program, m, in);
    }
    for (int k = 0; k < 3; k++) mpfr_clear(m[k]);
    ew_free(program);
    return failures;
}

static const op_row *row_of(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (row_is(&rows[i], name)) return &rows[i];
    fail_msg("no row is called %s", name);
    return NULL;
}

static void test_pairs(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) failures += try_pair(&pairs[i], row_of(pairs[i].name));
    assert_int_equal(failures, 0);
}

/* ---- Choices and comparisons ---------------------------------------------------------------------- */

typedef struct choice {
    const char *name;
    void (*expect)(const double *a, double *out); /* value, then the partials */
} choice;

#define CHOICE(name, value, by_x, by_y, by_w)                                                                          \
    static void name(const double *a, double *out)                                                                     \
    {                                                                                                                  \
        double x = a[0], y = a[1], w = a[2];                                                                           \
        bool lost = isnan(x) || isnan(y);                                                                              \
        (void)w;                                                                                                       \
        (void)lost;                                                                                                    \
        out[0] = (value);                                                                                              \
        out[1] = (by_x);                                                                                               \
        out[2] = (by_y);                                                                                               \
        out[3] = (by_w);                                                                                               \
    }

CHOICE(want_eq, x == y, 0, 0, 0)
CHOICE(want_ne, !(x == y), 0, 0, 0)
CHOICE(want_lt, isless(x, y), 0, 0, 0)
CHOICE(want_le, islessequal(x, y), 0, 0, 0)
CHOICE(want_gt, isgreater(x, y), 0, 0, 0)
CHOICE(want_ge, isgreaterequal(x, y), 0, 0, 0)
CHOICE(want_and, (x != 0) & (y != 0), 0, 0, 0)
CHOICE(want_or, (x != 0) | (y != 0), 0, 0, 0)
CHOICE(want_not, x == 0, 0, 0, 0)
CHOICE(want_if, x != 0 ? y : w, out[0] * 0, x != 0, x == 0)
CHOICE(want_min, lost ? NAN : y < x ? y : x, lost ? NAN : x == y ? 0.5 : x < y, lost ? NAN : x == y ? 0.5 : y < x, 0)
CHOICE(want_max, lost ? NAN : y > x ? y : x, lost ? NAN : x == y ? 0.5 : x > y, lost ? NAN : x == y ? 0.5 : y > x, 0)
CHOICE(want_wins, lost ? NAN : x == y ? 0.5 : x > y, 0, 0, 0)
CHOICE(want_clip,
       lost || isnan(w)      ? NAN
       : w < (x < y ? y : x) ? w
       : x < y               ? y
                             : x,
       x >= y && x <= w, x<y && y <= w, x> w || y > w)

static const choice choices[] = {
    {"eq", want_eq},   {"ne", want_ne},   {"lt", want_lt},     {"le", want_le},     {"gt", want_gt},
    {"ge", want_ge},   {"and", want_and}, {"or", want_or},     {"not", want_not},   {"if", want_if},
    {"min", want_min}, {"max", want_max}, {"wins", want_wins}, {"clip", want_clip},
};

static bool alike(double a, double b)
{
    return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static int choice_at(const choice *c, const op_row *row, ew_program *program, const double *in)
{
    double out[4], want[4];
    unsigned count = row->flags & OP_LOGIC ? 1 : row_count(row) + 1;
    ew_run(program, NULL, in, out);
    c->expect(in, want);
    for (unsigned k = 0; k < count; k++) {
        if (alike(out[k], want[k])) continue;
        print_error("%s at %g, %g, %g: output %u is %g, not %g\n", c->name, in[0], in[1], in[2], k, out[k], want[k]);
        return 1;
    }
    return 0;
}

static int try_choice(const choice *c, const op_row *row)
{
    static const double odd[] = {NAN, -INFINITY, -2.5, -1, -0.0, 0.0, 0x1p-1074, 1, 2.5, INFINITY};
    enum { ODD = sizeof odd / sizeof *odd };
    ew_program *program = compile(row);
    int failures = 0;
    for (int i = 0; i < ODD * ODD * ODD && failures < 6; i++) {
        double in[] = {odd[i % ODD], odd[i / ODD % ODD], odd[i / ODD / ODD]};
        for (unsigned k = 0; k < row_count(row); k++)
            if (row_wants_bool(row, k)) in[k] = in[k] > 0;
        failures += choice_at(c, row, program, in);
    }
    ew_free(program);
    return failures;
}

static void test_choices(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        failures += try_choice(&choices[i], row_of(choices[i].name));
    assert_int_equal(failures, 0);
}

/* Every row of more than one argument, and every comparison, stands in a table here. */
static void test_rows_complete(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS; i++) {
        bool found = rows[i].count == 1 && !(rows[i].flags & OP_LOGIC);
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) found = found || row_is(&rows[i], pairs[k].name);
        for (size_t k = 0; k < sizeof choices / sizeof *choices; k++)
            found = found || row_is(&rows[i], choices[k].name);
        if (!found) print_error("%s: no reference here\n", rows[i].name);
        failures += !found;
    }
    assert_int_equal(failures, 0);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_complete),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_choices),
    };
    if (count > 1 && !strcmp(arguments[1], "--long")) points *= 20;
    reference_begin();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    reference_end();
    return failed;
}
