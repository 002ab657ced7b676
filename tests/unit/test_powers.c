/*
 * Sums over the powers of a number (src/exec/array_power_run.c): how far from the exact power each of theirs is, and
 * that each sum is what one place after the other gives, bit by bit, among many places and among few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <string.h>

#include "../reference/number.h"
#include "exec/array.h"
#include "math/kernels.h"
#include "math/matrix.h"

enum { POWERS = 512 };

static bool long_run;

/* ULP between a double and what MPFR has. */
static double distance(double x, mpfr_t exact, mpfr_t gap)
{
    double near = fabs(mpfr_get_d(exact, MPFR_RNDN));
    mpfr_sub_d(gap, exact, x, MPFR_RNDN);
    return fabs(mpfr_get_d(gap, MPFR_RNDN)) / (nextafter(near, INFINITY) - near);
}

/* Of all powers below 512 that doubles have in full. */
static double worst_of(double t, mpfr_t exact, mpfr_t base, mpfr_t gap)
{
    double power[16], low, high = 1, rest = 0, worst = 0, times = k_powers(t, power, &low);
    mpfr_set_ui(exact, 1, MPFR_RNDN);
    mpfr_set_d(base, t, MPFR_RNDN);
    for (int a = 0; a < POWERS; a += 16) {
        for (int b = 0; b < 16; b++) {
            double size = fabs(mpfr_get_d(exact, MPFR_RNDN));
            if (size > 0x1p-1000 && size < 0x1p1000)
                worst = fmax(worst, distance((high + rest) * power[b], exact, gap));
            mpfr_mul(exact, exact, base, MPFR_RNDN);
        }
        high = k_power_product(high, rest, times, low, &rest);
    }
    return worst;
}

static void test_accuracy(void **state)
{
    (void)state;
    mpfr_t exact, base, gap;
    mpfr_inits2(200, exact, base, gap, (mpfr_ptr)0);
    for (size_t i = 0; i < (long_run ? 20000 : 1000); i++) {
        double v = number(3, i), t = i % 4 == 0   ? v
                                     : i % 4 == 1 ? 1.3 + 0.3 * v
                                     : i % 4 == 2 ? -1 + 0.04 * v
                                                  : exp(v / 50);
        double worst = worst_of(t, exact, base, gap);
        if (!(worst <= 4)) fail_msg("powers of %.17g are off by %.2f ULP", t, worst);
    }
    mpfr_clears(exact, base, gap, (mpfr_ptr)0);
}

/* ---- Bits -------------------------------------------------------------------------------------------------- */

static double add(double x, double y, double sum)
{
    return matrix_fuses(MATRIX_BEST) ? fma(x, y, sum) : x * y + sum;
}

/* sum j: x[j] t^j; `chain` gets x t^j added for each j, of eight sums each. */
static double one(double t, size_t powers, const double *x, double by, double *chain)
{
    double power[16], low, high = 1, rest = 0, sum = 0, times = k_powers(t, power, &low);
    for (size_t a = 0; a < powers; a += 16) {
        double inner = 0, q = high + rest, z = by * q;
        for (size_t b = 0; b < 16 && a + b < powers; b++) {
            inner = add(x[a + b], power[b], inner);
            chain[8 * (a + b)] = add(z, power[b], chain[8 * (a + b)]);
        }
        sum += q * inner;
        high = k_power_product(high, rest, times, low, &rest);
    }
    return sum;
}

static void expect(double due, double is, size_t powers, double t)
{
    if (memcmp(&due, &is, sizeof due) == 0 || (isnan(due) && isnan(is)) || (due == 0 && is == 0)) return;
    fail_msg("%zu powers of %.17g: %.17g, due %.17g", powers, t, is, due);
}

/* p[i] = sum j: x[j] t[i]^j, and s[j] = sum i: u[i] t[i]^j. */
static void sums(size_t count, size_t powers, const double *t, const double *u, const double *x)
{
    ew_error err;
    ew_size size[2] = {{"N", 0, NULL, (int64_t)count}, {"M", 0, NULL, (int64_t)powers}};
    ew_options options = {.sizes = size, .size_count = 2};
    ew_program *p = ew_compile("input t[N]\ninput u[N]\ninput x[M]\np[i] = sum(j: x[j] * t[i]^j)\n"
                               "s[j in M] = sum(i: u[i] * t[i]^j)",
                               "p, s", &options, &err);
    if (!p) fail_msg("%s", err.message);
    assert_int_equal(p->arrays->powers.count, 2);
    double *in = malloc((2 * count + powers) * sizeof *in), *out = malloc((count + powers) * sizeof *out);
    double *chain = calloc(8 * powers, sizeof *chain);
    memcpy(in, t, count * sizeof *t);
    memcpy(in + count, u, count * sizeof *t);
    memcpy(in + 2 * count, x, powers * sizeof *x);
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    for (size_t i = 0; i < count; i++) expect(one(t[i], powers, x, u[i], chain + i % 8), out[i], powers, t[i]);
    for (size_t j = 0; j < powers; j++) {
        const double *s = chain + 8 * j;
        expect(((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])), out[count + j], powers, (double)j);
    }
    ew_free(p);
    free(in);
    free(out);
    free(chain);
}

/* Where nothing leaves the range, where it does below alone, and where it does in any way; coefficients that show the
 * last powers alone, too. */
static void test_bits(void **state)
{
    (void)state;
    enum { MANY = 603 };
    static const size_t powers[] = {8, 15, 16, 17, 31, 32, 100, POWERS}, counts[] = {9, 64, 100, MANY};
    static const double odd[] = {0, -0.0, 1e200, -1e-200, 0x1p-60, INFINITY, NAN, -1, 1300, -37, 5e-324};
    double t[MANY], u[MANY], x[POWERS];
    for (int hard = 0; hard < 4; hard++) {
        for (size_t i = 0; i < MANY; i++) {
            t[i] = number(4, i) * (hard == 3 ? 1e-3 : 1);
            if (hard == 2 && i % 5 == 0) t[i] = odd[i / 5 % 11];
            if (hard == 0) t[i] = 1 + 0.4 * t[i];
            u[i] = number(6, i) * (hard == 3 ? 1e300 : 1);
        }
        for (size_t k = 0; k < sizeof powers / sizeof *powers; k++)
            for (size_t late = 0; late < 2; late++)
                for (size_t c = powers[k] < POWERS ? 0 : 3; c < 4; c++) {
                    for (size_t j = 0; j < powers[k]; j++)
                        x[j] = late && j + 4 < powers[k] && j % 107 != 105 ? 0 : number(5, j) * (late ? 1e300 : 1);
                    sums(counts[c], powers[k], t, u, x);
                }
    }
}

int main(int argc, char **argv)
{
    long_run = argc > 1 && strcmp(argv[1], "--long") == 0;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_accuracy), cmocka_unit_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
