/*
 * Every row of the table of operations against MPFR: value, derivative, derivative of the derivative,
 * as a program computes them.
 *
 *   test_ops            some 2,300 points a row
 *   test_ops --long     20 times as many random ones
 *   test_ops --table    also prints the worst errors, as docs/decisions/0003-accuracy.md has them
 *
 * A row of one argument is tried over its whole domain and beyond: value and slope in ULP (the slope
 * of a helper row only where it is far above subnormals), the second
 * derivative to 1e-12 of its natural scale (below). Rows of two arguments are tried where their
 * arguments are drawn from; choices and comparisons on all combinations of awkward values. A row
 * without a reference here, without awkward points, LaTeX or manual line fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mpfr/near.h"
#include "mpfr/points.h"
#include "mpfr/reference.h"
#include "mpfr/slopes.h"
#include "edgewise.h"
#include "rows.h"

enum { VALUE_BITS = 128, CURVE_BITS = 400, STEP_BITS = 100, AWKWARD = 16 };

static long points = 1500;
static bool table;

/* ---- Rows of one argument ---------------------------------------------------------------------- */

typedef struct reference {
    const char *name;
    exact_one *value, *slope;
    exact_one *curve;          /* the second derivative; NULL: by differences of the slope */
    double low, high;          /* where it is interesting */
    double limit, slope_limit; /* ULP */
    double zeros;              /* 0, or the limit where the exact result is below 1: near its zeros */
    double (*near)(void);      /* further points, or NULL */
} reference;

static const reference references[] = {
    {"neg", exact_neg, slope_neg, NULL, -9, 9, 0, 0, 0, NULL},
    {"copy", exact_same, slope_copy, NULL, -9, 9, 0, 0, 0, NULL},
    {"stop", exact_same, slope_stop, NULL, -9, 9, 0, 0, 0, NULL},
    {"exp", exact_exp, exact_exp, NULL, -746, 710, 4, 4, 0, NULL},
    {"expm1", exact_expm1, exact_exp, NULL, -40, 710, 4, 4, 0, NULL},
    {"log", exact_log, slope_log, NULL, 0, 3, 4, 4, 0, NULL},
    {"log1p", exact_log1p, slope_log1p, NULL, -1, 3, 4, 4, 0, NULL},
    {"log2", exact_log2, slope_log2, NULL, 0, 3, 4, 4, 0, NULL},
    {"log10", exact_log10, slope_log10, NULL, 0, 3, 4, 4, 0, NULL},
    {"sqrt", exact_sqrt, slope_sqrt, NULL, 0, 100, 4, 4, 0, NULL},
    {"cbrt", exact_cbrt, slope_cbrt, NULL, -100, 100, 4, 4, 0, NULL},
    {"abs", exact_abs, exact_sign, NULL, -9, 9, 0, 0, 0, NULL},
    {"sign", exact_sign, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"floor", exact_floor, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"ceil", exact_ceil, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"round", exact_round, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"trunc", exact_trunc, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"sin", exact_sin, exact_cos, NULL, -10, 10, 4, 4, 0, near_half_pi},
    {"cos", exact_cos, slope_cos, NULL, -10, 10, 4, 4, 0, near_half_pi},
    {"tan", exact_tan, slope_tan, NULL, -10, 10, 4, 4, 0, near_half_pi},
    {"asin", exact_asin, slope_asin, NULL, -1, 1, 4, 4, 0, NULL},
    {"acos", exact_acos, slope_acos, NULL, -1, 1, 4, 4, 0, NULL},
    {"atan", exact_atan, slope_atan, NULL, -10, 10, 4, 4, 0, NULL},
    {"sinh", exact_sinh, exact_cosh, NULL, -30, 30, 4, 4, 0, NULL},
    {"cosh", exact_cosh, exact_sinh, NULL, -30, 30, 4, 4, 0, NULL},
    {"tanh", exact_tanh, slope_tanh, NULL, -20, 20, 4, 4, 0, NULL},
    {"asinh", exact_asinh, slope_asinh, NULL, -4, 4, 4, 4, 0, NULL},
    {"acosh", exact_acosh, slope_acosh, NULL, 1, 4, 4, 4, 0, NULL},
    {"atanh", exact_atanh, slope_atanh, NULL, -1, 1, 4, 4, 0, NULL},
    {"sigmoid", exact_sigmoid, slope_sigmoid, NULL, -800, 800, 4, 4, 0, NULL},
    {"sigmoid1", slope_sigmoid, exact_sigmoid2, NULL, -800, 800, 4, 8, 0, NULL},
    {"softplus", exact_softplus, exact_sigmoid, NULL, -800, 800, 4, 4, 0, NULL},
    {"relu", exact_relu, exact_step, NULL, -9, 9, 0, 0, 0, NULL},
    {"gelu", exact_gelu, exact_gelu1, slope_gelu1, -39, 10, 8, 8, 0, NULL},
    {"silu", exact_silu, exact_silu1, NULL, -800, 800, 8, 8, 0, NULL},
    {"erf", exact_erf, slope_erf, NULL, -6, 6, 4, 4, 0, NULL},
    {"erfc", exact_erfc, slope_erfc, NULL, -6, 28, 4, 4, 0, NULL},
    {"lgamma", exact_lgamma, exact_digamma, exact_trigamma, -20, 20, 4, 4, 8, near_lgamma},
    {"digamma", exact_digamma, exact_trigamma, exact_tetragamma, -30, 30, 4, 4, 8, near_digamma},
    {"trigamma", exact_trigamma, exact_tetragamma, exact_pentagamma, -30, 30, 4, 4, 8, near_trigamma},
    {"gauss", exact_gauss, slope_gauss, NULL, -28, 28, 4, 4, 0, NULL},
    {"npdf", exact_npdf, slope_npdf, NULL, -39, 39, 4, 4, 0, NULL},
    {"gelu1", exact_gelu1, slope_gelu1, NULL, -40, 10, 8, 8, 0, NULL},
    {"silu1", exact_silu1, exact_silu2, NULL, -800, 100, 8, 8, 0, NULL},
    {"silu2", exact_silu2, exact_silu3, NULL, -800, 800, 8, INFINITY, 0, NULL},
    {"step", exact_step, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
    {"flat", exact_flat, exact_flat, NULL, -9, 9, 0, 0, 0, NULL},
};

static const reference *reference_of(const char *name)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (strcmp(references[i].name, name) == 0) return &references[i];
    return NULL;
}

/* What is looked at over all points of one row. */
typedef struct worst {
    double error, at;
} worst;

typedef struct look {
    const op_row *row;
    const reference *ref;
    ew_program *program;
    mpfr_t x, value, slope, curve;
    mpfr_t least; /* the slope of a helper row below it may be a product of a subnormal */
    worst values, slopes, curves;
    double awkward[AWKWARD];
    size_t awkward_count;
    int failures;
} look;

static void note(look *l, worst *w, const char *what, double error, double limit, double x, double got)
{
    if (error > w->error) *w = (worst){error, x};
    if (!(error > limit)) return;
    if (l->failures++ < 6)
        print_error("%s of %s at %.17g is %.17g: %.4g, limit %.4g\n", what, l->row->name, x, got, error, limit);
}

static size_t awkward_points(const char *text, double *out)
{
    size_t count = 0;
    char *end;
    for (double x; count < AWKWARD && (x = strtod(text, &end), end != text); text = end) out[count++] = x;
    return count;
}

static bool in_domain(const look *l, double x)
{
    return x >= l->row->low && x <= l->row->high;
}

/* The limit at this exact result: wider near the zeros of the gamma family. */
static double limit_at(const reference *ref, double limit, mpfr_srcptr exact)
{
    return ref->zeros > 0 && mpfr_number_p(exact) && fabs(mpfr_get_d(exact, MPFR_RNDN)) < 1 ? ref->zeros : limit;
}

/* The second derivative by differences of the slope, 2^-100 of x or of 1 to either side, with the
 * bits that x and the step need; false where the slope jumps. */
static bool curve_by_differences(look *l, double x)
{
    int exponent = 0;
    mpfr_t near, step, other, slope;
    frexp(x, &exponent);
    mpfr_inits2(CURVE_BITS + abs(exponent), near, step, other, slope, (mpfr_ptr)0);
    mpfr_set_d(step, x == 0 ? 1 : fmin(1, fabs(x)), MPFR_RNDN);
    mpfr_mul_2si(step, step, -STEP_BITS, MPFR_RNDN);
    mpfr_sub(near, l->x, step, MPFR_RNDN);
    l->ref->slope(other, near);
    mpfr_add(near, l->x, step, MPFR_RNDN);
    l->ref->slope(slope, near);
    mpfr_sub(slope, slope, other, MPFR_RNDN);
    bool kink = x == 0 && mpfr_cmp_d(slope, 0.25) > 0;
    mpfr_div(slope, slope, step, MPFR_RNDN);
    mpfr_div_ui(l->curve, slope, 2, MPFR_RNDN);
    mpfr_clears(near, step, other, slope, (mpfr_ptr)0);
    return !kink;
}

static bool ordinary(double x)
{
    return x == 0 || (fabs(x) > 1e-290 && fabs(x) < 1e290);
}

/* To 1e-12 of |f''| + |f'| min(1, 1/|x|), the scale on which f' changes, where nothing leaves the
 * range of doubles: what cancels against terms of that size may not be had from double arithmetic. */
static void look_at_curve(look *l, double x, double got)
{
    double slope = mpfr_get_d(l->slope, MPFR_RNDN);
    if (!isfinite(x) || !ordinary(slope) || !ordinary(mpfr_get_d(l->value, MPFR_RNDN))) return;
    if (l->ref->curve)
        l->ref->curve(l->curve, l->x);
    else if (x == l->row->low || x == l->row->high || !curve_by_differences(l, x))
        return;
    double exact = mpfr_get_d(l->curve, MPFR_RNDN);
    if (!ordinary(exact) || !isfinite(exact)) return;
    double scale = fabs(exact) + fabs(slope) * fmin(1, 1 / fabs(x)) + 1e-290;
    note(l, &l->curves, "second derivative", isnan(got) ? INFINITY : fabs(got - exact) / scale, 1e-12, x, got);
}

static void look_at(look *l, double x, bool curve)
{
    double out[3];
    assert_int_equal(ew_run(l->program, NULL, &x, out), EW_OK);
    mpfr_set_d(l->x, x, MPFR_RNDN);
    if (x != x || in_domain(l, x)) {
        l->ref->value(l->value, l->x);
        l->ref->slope(l->slope, l->x);
    } else {
        mpfr_set_nan(l->value);
        mpfr_set_nan(l->slope);
    }
    note(l, &l->values, "value", ulp_error(out[0], l->value), limit_at(l->ref, l->ref->limit, l->value), x, out[0]);
    if (!(l->row->flags & OP_HELP) || mpfr_cmpabs(l->slope, l->least) > 0)
        note(l, &l->slopes, "slope", ulp_error(out[1], l->slope), limit_at(l->ref, l->ref->slope_limit, l->slope), x,
             out[1]);
    if (curve) look_at_curve(l, x, out[2]);
}

/* c, and three neighbours on either side */
static void look_around(look *l, double c)
{
    double up = c, down = c;
    look_at(l, c, true);
    for (int i = 0; i < 3; i++) {
        up = nextafter(up, INFINITY);
        down = nextafter(down, -INFINITY);
        look_at(l, up, true);
        look_at(l, down, true);
    }
}

static double random_point(const look *l)
{
    switch (random_bits() % 8) {
    case 0:
    case 1:
    case 2: return random_anywhere();
    case 3:
    case 4:
    case 5: return random_between(l->ref->low, l->ref->high);
    default:
        if (l->ref->near && random_bits() & 1) return l->ref->near();
        return random_near(l->awkward[random_bits() % l->awkward_count]);
    }
}

static ew_program *compile(const op_row *row, const char *outputs)
{
    char program[400];
    ew_error err;
    row_program(row, program, sizeof program);
    ew_program *p = ew_compile(program, outputs, NULL, &err);
    if (!p) fail_msg("%s: %s", program, err.message);
    return p;
}

static void look_everywhere(look *l)
{
    double x;
    for (long i = 0; fixed_point(i, &x); i++) look_at(l, x, i % 8 == 0);
    look_around(l, 0.0);
    look_around(l, l->row->low);
    look_around(l, l->row->high);
    for (size_t i = 0; i < l->awkward_count; i++) look_around(l, l->awkward[i]);
    for (long i = 0; i < points; i++) look_at(l, random_point(l), i % 8 == 0);
}

static int try_row(const op_row *row, const reference *ref)
{
    look l = {.row = row, .ref = ref, .program = compile(row, "z, diff(z, x), diff(diff(z, x), x)")};
    mpfr_init2(l.x, 53);
    mpfr_init_set_d(l.least, 0x1p-1010, MPFR_RNDN);
    mpfr_inits2(VALUE_BITS, l.value, l.slope, (mpfr_ptr)0);
    mpfr_init2(l.curve, CURVE_BITS);
    random_state = 0x9E3779B97F4A7C15u;
    l.awkward_count = awkward_points(row->awkward, l.awkward);
    look_everywhere(&l);
    if (table)
        printf("| %s | %.2f | %.17g | %.2f | %.17g | %.1e |\n", row->name, l.values.error, l.values.at, l.slopes.error,
               l.slopes.at, l.curves.error);
    mpfr_clears(l.x, l.least, l.value, l.slope, l.curve, (mpfr_ptr)0);
    ew_free(l.program);
    return l.failures;
}

static void test_one_argument(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const reference *ref = reference_of(rows[i].name);
        if (ref) failures += try_row(&rows[i], ref);
    }
    assert_int_equal(failures, 0);
}

/* ---- The table itself ---------------------------------------------------------------------------- */

static bool row_complete(const op_row *row)
{
    double awkward[AWKWARD];
    bool one = row->count == 1 && !(row->flags & OP_LOGIC);
    if (one && !reference_of(row->name))
        print_error("%s: no reference here\n", row->name);
    else if (awkward_points(row->awkward, awkward) == 0)
        print_error("%s: no awkward points\n", row->name);
    else if (!row->latex[0] || !row->manual[0] || !row->form[0])
        print_error("%s: no LaTeX, form or line\n", row->name);
    else if (one && !row->slope[0])
        print_error("%s: no derivative in words\n", row->name);
    else if (row->count > 3 || row->low >= row->high)
        print_error("%s: count or domain\n", row->name);
    else
        return true;
    return false;
}

static void test_rows_complete(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS; i++) {
        failures += !row_complete(&rows[i]);
        for (size_t j = 0; j < i; j++) {
            bool same = row_is(&rows[j], rows[i].name);
            if (same) print_error("%s stands twice\n", rows[i].name);
            failures += same;
        }
    }
    assert_int_equal(failures, 0);
}

/* A reference for which there is no row is a row that someone lost. */
static void test_references_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        bool found = false;
        for (size_t k = 0; k < ROWS; k++) found = found || row_is(&rows[k], references[i].name);
        if (!found) fail_msg("no row is called %s", references[i].name);
    }
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_complete),
        cmocka_unit_test(test_references_used),
        cmocka_unit_test(test_one_argument),
    };
    for (int i = 1; i < count; i++) {
        if (!strcmp(arguments[i], "--long")) points *= 20;
        if (!strcmp(arguments[i], "--table")) table = true;
    }
    reference_begin();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    reference_end();
    return failed;
}
