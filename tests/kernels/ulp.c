/* Build: cc -std=c11 -O2 -ffp-contract=off -Isrc tests/kernels/ulp.c -lmpfr -lgmp -lm -o ulp */
/*
 * Measures every kernel of src/math/kernels.h, and the C library's own functions, against MPFR.
 *
 *   ulp            every row, about 20,000 points each (a few seconds)
 *   ulp --long     every row, about 400,000 points each
 *   ulp NAME ...   only the rows so named, in either mode
 *
 * One row of a table is one function: its name, the function, the reference, where it is
 * interesting (an interval and a few centres whose neighbourhoods are walked) and the limit in ULP.
 * A row prints its worst error and the point where it was found; the program exits with 1 when a
 * row exceeds its limit. Kernels that are decisions rather than numbers (k_step, k_mul0, ...) are
 * compared bit for bit with a list of cases at the end.
 *
 * What an ULP is, and the signs that are not looked at: tests/mpfr/points.h. Signs of zeros are
 * among the cases of the end.
 */
#include <stdio.h>
#include <string.h>

#include "math/kernels.h"
#include "mpfr/near.h"
#include "mpfr/points.h"
#include "mpfr/reference.h"
#include "mpfr/slopes.h"

enum { CENTRES = 8 };

typedef double (*One)(double);
typedef double (*Two)(double, double);
typedef double (*Sampler)(void);

typedef struct {
    const char *name;
    One function;
    exact_one *exact;
    double limit; /* ULP */
    double low, high;
    Sampler near; /* further points, or NULL */
    double centre[CENTRES];
} Row;

typedef struct {
    const char *name;
    Two function;
    exact_two *exact;
    double limit;
    void (*sample)(double *x, double *y);
} PairRow;

/* The result of one argument, where at most 60 bits cancel; of two. */
enum { PLAIN_BITS = 144, WIDE_BITS = 256 };

static double random_point(const Row *row, long i)
{
    double x;
    if (fixed_point(i, &x)) return x;
    switch (random_bits() % 6) {
    case 0:
    case 1:
    case 2: return random_anywhere();
    case 3:
    case 4: return random_between(row->low, row->high);
    default:
        if (row->near && random_bits() & 1) return row->near();
        return random_near(row->centre[random_bits() % CENTRES]);
    }
}

/* ---- the tables ---------------------------------------------------------------------------- */

static double lib_sqrt(double x)
{
    return sqrt(x);
}

/* A row without a limit of its own only reports: the C library's accuracy is not ours to judge. */
#define ANY 1e300

static const Row rows[] = {
    {"k_sigmoid", k_sigmoid, exact_sigmoid, 3.0, -800, 800, NULL, {0, -37, 37, -708, -745}},
    {"k_sigmoid1", k_sigmoid1, slope_sigmoid, 3.0, -800, 800, NULL, {0, -37, 37, -708, 745}},
    {"k_softplus", k_softplus, exact_softplus, 2.0, -800, 800, NULL, {0, -37, 37, -708, -745}},
    {"k_silu", k_silu, exact_silu, 4.0, -800, 800, NULL, {0, -40, 40, -708, -745, -751}},
    {"k_silu1", k_silu1, exact_silu1, 4.0, -800, 100, NULL, {0, -40, 40, -1.2784645427610738, -745, -751}},
    {"k_silu2", k_silu2, exact_silu2, 5.0, -800, 800, NULL, {0, -40, 40, 2.3993572805154675, -2.3993572805154675, 751}},
    {"k_gauss", k_gauss, exact_gauss, 1.5, -28, 28, NULL, {0, 26.6, 27.28, -27.2}},
    {"k_npdf", k_npdf, exact_npdf, 2.0, -39, 39, NULL, {0, 36.05, 37.6, 38.5, -38.5}},
    {"k_erfc", k_erfc, exact_erfc, 4.0, -6, 28, NULL, {0, 0.25, 2, 6, 26.5, 27.2}},
    {"k_gelu", k_gelu, exact_gelu, 4.0, -39, 10, NULL, {0, -2, -6, -36, -37.5, -38.4}},
    {"k_gelu1", k_gelu1, exact_gelu1, 4.5, -40, 10, NULL, {0, -0.75179152469356447, -2, -6, -37, -38.5, 2}},
    {"k_tanh", k_tanh, exact_tanh, 1.5, -20, 20, NULL, {0, 0.5568, -0.5568, 1e-8, 22}},
    {"k_exp", k_exp, exact_exp, 1.0, -746, 710, NULL, {0, -708, 709.78, -745}},
    {"k_expm1", k_expm1, exact_expm1, 1.5, -40, 710, NULL, {0, 1, -37, 709.78, 0.3466, -0.3466, 1.0397}},
    {"k_log", k_log, exact_log, 1.0, 0, 3, NULL, {0, 1, 0.7071067811865476, 1.4142135623730951}},
    {"k_log1p", k_log1p, exact_log1p, 1.5, -1, 3, NULL, {0, -1, 1, -0.2928932188134524, 0.41421356237309515}},
    {"k_sin", k_sin, exact_sin, 1.0, -10, 10, near_half_pi, {0, 1, 102000}},
    {"k_cos", k_cos, exact_cos, 1.0, -10, 10, near_half_pi, {0, 1, 102000}},
    {"k_erf", k_erf, exact_erf, 2.0, -6, 6, NULL, {0, 0.8366600265340756, 1.25}},
    {"k_cbrt", k_cbrt, exact_cbrt, 1.0, -100, 100, NULL, {0, 1e270, 1e-250, 1, 8}},
    {"k_lgamma",
     k_lgamma,
     exact_lgamma,
     4.0,
     -20,
     20,
     near_lgamma,
     {0, 1, 2, -2.4570247382208006, -2.7476826467274127}},
    {"k_digamma", k_digamma, exact_digamma, 8.0, -30, 30, near_digamma, {0, 1.4616321449683622, 1, 2, 10, -1e-9}},
    {"k_trigamma", k_trigamma, exact_trigamma, 4.0, -30, 30, near_trigamma, {0, 1, 12, 1e-9, -1e-9}},
    {"k_tetragamma", k_tetragamma, exact_tetragamma, 4.0, -30, 30, near_trigamma, {0, 1, 12, 1e-9, -1e-9}},
    {"exp", exp, exact_exp, ANY, -746, 710, NULL, {0, -708, 709.78, -745}},
    {"expm1", expm1, exact_expm1, ANY, -40, 710, NULL, {0, 1, -37, 709.78}},
    {"log", log, exact_log, ANY, 0, 3, NULL, {0, 1}},
    {"log1p", log1p, exact_log1p, ANY, -1, 3, NULL, {0, -1, 1}},
    {"log2", log2, exact_log2, ANY, 0, 3, NULL, {0, 1}},
    {"log10", log10, exact_log10, ANY, 0, 3, NULL, {0, 1}},
    {"sqrt", lib_sqrt, exact_sqrt, ANY, 0, 100, NULL, {0, 1, 4}},
    {"cbrt", cbrt, exact_cbrt, ANY, -100, 100, NULL, {0, 1, 8}},
    {"sin", sin, exact_sin, ANY, -10, 10, near_half_pi, {0, 1}},
    {"cos", cos, exact_cos, ANY, -10, 10, near_half_pi, {0, 1}},
    {"tan", tan, exact_tan, ANY, -10, 10, near_half_pi, {0, 1}},
    {"asin", asin, exact_asin, ANY, -1, 1, NULL, {0, 1, -1, 0.5}},
    {"acos", acos, exact_acos, ANY, -1, 1, NULL, {0, 1, -1, 0.5}},
    {"atan", atan, exact_atan, ANY, -10, 10, NULL, {0, 1, -1}},
    {"sinh", sinh, exact_sinh, ANY, -30, 30, NULL, {0, 1, 22, 710}},
    {"cosh", cosh, exact_cosh, ANY, -30, 30, NULL, {0, 0.35, 22, 710}},
    {"tanh", tanh, exact_tanh, ANY, -20, 20, NULL, {0, 1, 22}},
    {"asinh", asinh, exact_asinh, ANY, -4, 4, NULL, {0, 1, 2}},
    {"acosh", acosh, exact_acosh, ANY, 1, 4, NULL, {1, 2}},
    {"atanh", atanh, exact_atanh, ANY, -1, 1, NULL, {0, 1, -1, 0.5}},
    {"erf", erf, exact_erf, ANY, -6, 6, NULL, {0, 0.84, 1.25}},
    {"erfc", erfc, exact_erfc, ANY, -6, 28, NULL, {0, 0.84, 1.25, 27}},
    {"lgamma", lgamma, exact_lgamma, ANY, -30, 30, near_lgamma, {0, 1, 2, -2.4570247382208006, -2.7476826467274127}},
};

static const PairRow pair_rows[] = {
    {"k_logaddexp", k_logaddexp, exact_logaddexp, 4.0, pair_logaddexp},
    {"k_polygamma", k_polygamma, exact_polygamma, 20.0, pair_polygamma},
    {"k_div", k_div, exact_div, 1.0, pair_div},
    {"k_mod", k_mod, exact_mod, 1.0, pair_div},
};

static bool report(const char *name, double worst, double limit, const char *at)
{
    bool good = worst <= limit;
    printf("%-12s %9.3f ULP at %s", name, worst, at);
    if (limit < ANY) printf("  (limit %g)%s", limit, good ? "" : "  EXCEEDED");
    putchar('\n');
    return good;
}

static bool measure(const Row *row, long points)
{
    double worst = -1.0, where = 0.0;
    char at[64];
    mpfr_t exact, at_x;
    mpfr_init2(exact, PLAIN_BITS);
    mpfr_init2(at_x, 53);
    for (long i = 0; i < points; i++) {
        double x = random_point(row, i);
        mpfr_set_d(at_x, x, MPFR_RNDN);
        row->exact(exact, at_x);
        double error = ulp_error(row->function(x), exact);
        if (error > worst) worst = error, where = x;
    }
    mpfr_clears(exact, at_x, (mpfr_ptr)0);
    snprintf(at, sizeof at, "%.17g", where);
    return report(row->name, worst, row->limit, at);
}

static bool measure_pair(const PairRow *row, long points)
{
    double worst = -1.0, where[2] = {0.0, 0.0};
    char at[64];
    mpfr_t exact, at_x, at_y;
    mpfr_init2(exact, WIDE_BITS);
    mpfr_inits2(53, at_x, at_y, (mpfr_ptr)0);
    for (long i = 0; i < points; i++) {
        double x, y;
        row->sample(&x, &y);
        mpfr_set_d(at_x, x, MPFR_RNDN);
        mpfr_set_d(at_y, y, MPFR_RNDN);
        row->exact(exact, at_x, at_y);
        double error = ulp_error(row->function(x, y), exact);
        if (error > worst) worst = error, where[0] = x, where[1] = y;
    }
    mpfr_clears(exact, at_x, at_y, (mpfr_ptr)0);
    snprintf(at, sizeof at, "%.17g, %.17g", where[0], where[1]);
    return report(row->name, worst, row->limit, at);
}

/* ---- decisions, compared bit for bit --------------------------------------------------------- */

typedef struct {
    const char *text;
    double got, want;
} Case;

#define CASE(call, want)                                                                                               \
    {                                                                                                                  \
#call, call, want                                                                                              \
    }

static bool same(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b && !signbit(a) == !signbit(b);
}

static bool decisions(void)
{
    double inf = INFINITY, nan = NAN;
    const Case cases[] = {
        CASE(k_sigmoid(-inf), 0.0),
        CASE(k_sigmoid(inf), 1.0),
        CASE(k_sigmoid(nan), nan),
        CASE(k_sigmoid1(-inf), 0.0),
        CASE(k_sigmoid1(inf), 0.0),
        CASE(k_sigmoid1(nan), nan),
        CASE(k_softplus(-inf), 0.0),
        CASE(k_softplus(inf), inf),
        CASE(k_softplus(nan), nan),
        CASE(k_logaddexp(-inf, -inf), -inf),
        CASE(k_logaddexp(inf, inf), inf),
        CASE(k_logaddexp(inf, -inf), inf),
        CASE(k_logaddexp(-inf, 3.0), 3.0),
        CASE(k_logaddexp(nan, inf), nan),
        CASE(k_logaddexp(-inf, nan), nan),
        CASE(k_silu(-inf), 0.0),
        CASE(k_silu(inf), inf),
        CASE(k_silu(-0.0), -0.0),
        CASE(k_silu1(-inf), 0.0),
        CASE(k_silu1(inf), 1.0),
        CASE(k_silu1(0.0), 0.5),
        CASE(k_silu1(-0.0), 0.5),
        CASE(k_silu2(0.0), 0.5),
        CASE(k_silu2(nan), nan),
        CASE(k_gauss(inf), 0.0),
        CASE(k_gauss(-inf), 0.0),
        CASE(k_gauss(nan), nan),
        CASE(k_npdf(inf), 0.0),
        CASE(k_npdf(nan), nan),
        CASE(k_erfc(nan), nan),
        CASE(k_erfc(inf), 0.0),
        CASE(k_erfc(-inf), 2.0),
        CASE(k_erfc(0.0), 1.0),
        CASE(k_gelu(-inf), 0.0),
        CASE(k_gelu(inf), inf),
        CASE(k_gelu(-0.0), -0.0),
        CASE(k_gelu(0.0), 0.0),
        CASE(k_gelu(nan), nan),
        CASE(k_gelu1(-inf), 0.0),
        CASE(k_gelu1(inf), 1.0),
        CASE(k_gelu1(0.0), 0.5),
        CASE(k_gelu1(nan), nan),
        CASE(k_tanh(-0.0), -0.0),
        CASE(k_tanh(inf), 1.0),
        CASE(k_tanh(-inf), -1.0),
        CASE(k_tanh(nan), nan),
        CASE(k_cbrt(-0.0), -0.0),
        CASE(k_cbrt(-inf), -inf),
        CASE(k_cbrt(-27.0), -3.0),
        CASE(k_cbrt(nan), nan),
        CASE(k_lgamma(-2.0), inf),
        CASE(k_lgamma(inf), inf),
        CASE(k_lgamma(nan), nan),
        CASE(k_lgamma(-inf), inf),
        CASE(k_lgamma(1.0), 0.0),
        CASE(k_digamma(0.0), -inf),
        CASE(k_digamma(-0.0), inf),
        CASE(k_digamma(inf), inf),
        CASE(k_digamma(-inf), nan),
        CASE(k_digamma(-3.0), nan),
        CASE(k_digamma(nan), nan),
        CASE(k_digamma(-1e300), nan),
        CASE(k_digamma(-5560946182630229.0), nan),
        CASE(k_trigamma(-5560946182630229.0), inf),
        CASE(k_polygamma(2.0, -5560946182630229.0), nan),
        CASE(k_trigamma(0.0), inf),
        CASE(k_trigamma(-0.0), inf),
        CASE(k_trigamma(-3.0), inf),
        CASE(k_trigamma(inf), 0.0),
        CASE(k_trigamma(-inf), nan),
        CASE(k_trigamma(nan), nan),
        CASE(k_polygamma(0.0, inf), inf),
        CASE(k_polygamma(1.0, -2.0), inf),
        CASE(k_polygamma(2.0, 0.0), -inf),
        CASE(k_polygamma(2.0, -0.0), inf),
        CASE(k_polygamma(3.0, -0.0), inf),
        CASE(k_polygamma(2.0, -1.0), nan),
        CASE(k_polygamma(3.0, -1.0), inf),
        CASE(k_polygamma(2.0, inf), -0.0),
        CASE(k_polygamma(3.0, inf), 0.0),
        CASE(k_polygamma(3.0, -inf), nan),
        CASE(k_polygamma(-1.0, 1.0), nan),
        CASE(k_polygamma(2.5, 1.0), nan),
        CASE(k_polygamma(nan, 1.0), nan),
        CASE(k_polygamma(2.0, nan), nan),
        CASE(k_polygamma(inf, 1.0), nan),
        CASE(k_div(7.0, 2.0), 3.0),
        CASE(k_div(-7.0, 2.0), -4.0),
        CASE(k_div(7.0, -2.0), -4.0),
        CASE(k_div(-7.0, -2.0), 3.0),
        CASE(k_div(1.0, 0.1), 9.0),
        CASE(k_div(0.0, -3.0), -0.0),
        CASE(k_div(1.0, 0.0), inf),
        CASE(k_div(-1.0, 0.0), -inf),
        CASE(k_div(0.0, 0.0), nan),
        CASE(k_div(1.0, inf), 0.0),
        CASE(k_div(-1.0, inf), -1.0),
        CASE(k_div(inf, 2.0), nan),
        CASE(k_div(nan, 2.0), nan),
        CASE(k_div(2.0, nan), nan),
        CASE(k_mod(7.0, 2.0), 1.0),
        CASE(k_mod(-7.0, 2.0), 1.0),
        CASE(k_mod(7.0, -2.0), -1.0),
        CASE(k_mod(-6.0, 2.0), 0.0),
        CASE(k_mod(6.0, -2.0), -0.0),
        CASE(k_mod(1.0, 0.0), nan),
        CASE(k_mod(-1.0, inf), inf),
        CASE(k_mod(1.0, inf), 1.0),
        CASE(k_mod(inf, 2.0), nan),
        CASE(k_mod(nan, 2.0), nan),
        CASE(k_mul0(0.0, inf), 0.0),
        CASE(k_mul0(nan, -0.0), 0.0),
        CASE(k_mul0(2.0, -3.0), -6.0),
        CASE(k_mul0(nan, 1.0), nan),
        CASE(k_div0(0.0, 0.0), 0.0),
        CASE(k_div0(-0.0, nan), 0.0),
        CASE(k_div0(1.0, 0.0), inf),
        CASE(k_div0(3.0, 2.0), 1.5),
        CASE(k_div0(nan, 2.0), nan),
        CASE(k_over(1.0, 0.0), inf),
        CASE(k_over(1.0, -0.0), inf),
        CASE(k_over(-1.0, -0.0), -inf),
        CASE(k_over(1.0, 4.0), 0.25),
        CASE(k_over(1.0, -4.0), nan),
        CASE(k_over(1.0, nan), nan),
        CASE(k_over(2.0, inf), 0.0),
        CASE(k_over(nan, -0.0), nan),
        CASE(k_step(2.0), 1.0),
        CASE(k_step(0.0), 0.0),
        CASE(k_step(-0.0), 0.0),
        CASE(k_step(-1.0), 0.0),
        CASE(k_step(nan), nan),
        CASE(k_flat(inf), 0.0),
        CASE(k_flat(-0.0), 0.0),
        CASE(k_flat(nan), nan),
        CASE(k_wins(2.0, 1.0), 1.0),
        CASE(k_wins(0.0, -0.0), 0.5),
        CASE(k_wins(1.0, 2.0), 0.0),
        CASE(k_wins(nan, 1.0), nan),
        CASE(k_wins(1.0, nan), nan),
        CASE(k_sign(-3.0), -1.0),
        CASE(k_sign(3.0), 1.0),
        CASE(k_sign(-0.0), 0.0),
        CASE(k_sign(nan), nan),
        CASE(k_min2(1.0, 2.0), 1.0),
        CASE(k_min2(nan, 2.0), nan),
        CASE(k_min2(2.0, nan), nan),
        CASE(k_min2(-inf, nan), nan),
        CASE(k_max2(1.0, 2.0), 2.0),
        CASE(k_max2(nan, 2.0), nan),
        CASE(k_max2(inf, nan), nan),
        CASE(k_clip(5.0, 0.0, 1.0), 1.0),
        CASE(k_clip(-5.0, 0.0, 1.0), 0.0),
        CASE(k_clip(0.5, 0.0, 1.0), 0.5),
        CASE(k_clip(nan, 0.0, 1.0), nan),
        CASE(k_clip(0.5, nan, 1.0), nan),
        CASE(k_clip(0.5, 0.0, nan), nan),
        CASE(k_relu(-1.0), 0.0),
        CASE(k_relu(2.0), 2.0),
        CASE(k_relu(-0.0), 0.0),
        CASE(k_relu(nan), nan),
        CASE(k_relu(inf), inf),
    };
    bool good = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (same(cases[i].got, cases[i].want)) continue;
        printf("%s is %.17g, wanted %.17g\n", cases[i].text, cases[i].got, cases[i].want);
        good = false;
    }
    return good;
}

static bool wanted(const char *name, int count, char **names)
{
    bool any = false;
    for (int i = 1; i < count; i++) {
        if (!strcmp(names[i], "--long")) continue;
        if (!strcmp(names[i], name)) return true;
        any = true;
    }
    return !any;
}

int main(int count, char **arguments)
{
    long points = 20000;
    bool good = decisions();
    for (int i = 1; i < count; i++)
        if (!strcmp(arguments[i], "--long")) points = 400000;
    reference_begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (wanted(rows[i].name, count, arguments)) good = measure(&rows[i], points) && good;
    for (size_t i = 0; i < sizeof pair_rows / sizeof *pair_rows; i++)
        if (wanted(pair_rows[i].name, count, arguments)) good = measure_pair(&pair_rows[i], points) && good;
    reference_end();
    return good ? 0 : 1;
}
