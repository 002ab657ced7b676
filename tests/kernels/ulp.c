/* Build: cc -std=c11 -O2 -ffp-contract=off tests/kernels/ulp.c -lmpfr -lgmp -lm -o ulp */
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
 * An error of one ULP is the distance of neighbouring doubles at the exact result, never less than
 * the smallest subnormal. Infinity counts as 2^1024. Where the reference is nan or infinite, the
 * function must be so too, with the same sign. Signs of zeros are among the cases of the end.
 */
#include <mpfr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../src/math/kernels.h"

enum { CENTRES = 8 };

typedef double (*One)(double);
typedef double (*Two)(double, double);
typedef void (*OneExact)(mpfr_t out, double x);
typedef void (*TwoExact)(mpfr_t out, double x, double y);
typedef double (*Sampler)(void);

typedef struct {
    const char *name;
    One function;
    OneExact exact;
    double limit;    /* ULP */
    double low, high;
    Sampler near;    /* further points, or NULL */
    double centre[CENTRES];
} Row;

typedef struct {
    const char *name;
    Two function;
    TwoExact exact;
    double limit;
    void (*sample)(double *x, double *y);
} PairRow;

/* ---- random points ------------------------------------------------------------------------- */

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 0x2545F4914F6CDD1Du;
}

static double random_unit(void) {
    return (double)(random_bits() >> 11) * 0x1p-53;
}

static double random_between(double low, double high) {
    return low + (high - low) * random_unit();
}

static double random_sign(double x) {
    return random_bits() >> 63 ? x : -x;
}

/* Any finite double, every exponent from low to high alike. */
static double random_exponent(int low, int high) {
    int exponent = low + (int)(random_bits() % (uint64_t)(high - low + 1));
    return random_sign(ldexp(1.0 + random_unit(), exponent));
}

/* Near c: a few neighbours, or at any relative distance. */
static double random_near(double c) {
    if (random_bits() & 1) {
        int steps = (int)(random_bits() % 8);
        double to = random_sign(INFINITY);
        while (steps-- > 0) c = nextafter(c, to);
        return c;
    }
    return c + random_sign(ldexp(random_unit() * (c == 0.0 ? 1.0 : fabs(c)),
                                 -(int)(random_bits() % 54)));
}

static const double awkward[] = {
    0.0,       -0.0,       INFINITY, -INFINITY, NAN,     0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023,
    0x1p-1074, -0x1p-1074, 0.5,      -0.5,      0x1p52,  0x1p-1022,              -0x1p-1022,
    0x1p-1023, -0x1p-1023, 0x1p53,   -0x1p53,   -0x1p52,
};
enum { AWKWARD = sizeof awkward / sizeof *awkward };

static double random_point(const Row *row, long i) {
    if (i < AWKWARD) return awkward[i];
    i -= AWKWARD;
    if (i < 200) return (double)(i - 100);
    if (i < 600) return nextafter((double)((i - 200) / 2 - 100), i & 1 ? INFINITY : -INFINITY);
    switch (random_bits() % 6) {
    case 0: return random_exponent(-1074, 1023);
    case 1: return random_exponent(-60, 12);
    case 2: {
        static const double wide[] = {1, 3, 10, 40, 800};
        return random_sign(wide[random_bits() % 5] * random_unit());
    }
    case 3:
    case 4: return random_between(row->low, row->high);
    default:
        if (row->near && random_bits() & 1) return row->near();
        return random_near(row->centre[random_bits() % CENTRES]);
    }
}

/* ---- the error of one result --------------------------------------------------------------- */

static double ulp_error(double got, mpfr_t exact) {
    if (mpfr_nan_p(exact)) return isnan(got) ? 0.0 : INFINITY;
    if (isnan(got)) return INFINITY;
    if (mpfr_inf_p(exact))
        return isinf(got) && !signbit(got) == !mpfr_signbit(exact) ? 0.0 : INFINITY;
    if (mpfr_zero_p(exact)) return got == 0.0 ? 0.0 : INFINITY;
    mpfr_exp_t exponent = mpfr_get_exp(exact);
    if (isinf(got)) {
        if (!signbit(got) != !mpfr_signbit(exact)) return INFINITY;
        if (exponent > 1024) return 0.0;
    }
    long last = exponent > 1024 ? 1024 - 53 : exponent - 53 < -1074 ? -1074 : (long)exponent - 53;
    mpfr_t error;
    mpfr_init2(error, 64);
    if (isinf(got)) {
        mpfr_t top;
        mpfr_init2(top, 64);
        mpfr_set_si_2exp(top, got > 0 ? 1 : -1, 1024, MPFR_RNDN);
        mpfr_sub(error, exact, top, MPFR_RNDN);
        mpfr_clear(top);
    } else {
        mpfr_sub_d(error, exact, got, MPFR_RNDN);
    }
    mpfr_mul_2si(error, error, -last, MPFR_RNDN);
    double ulps = fabs(mpfr_get_d(error, MPFR_RNDN));
    mpfr_clear(error);
    return ulps;
}

/* ---- references ---------------------------------------------------------------------------- */

/* Of one argument, where at most 60 bits cancel; of two, and inside sums. */
enum { PLAIN_BITS = 144, WIDE_BITS = 256 };

#define LIBRARY(name, mpfr_name)                                                                   \
    static void exact_##name(mpfr_t out, double x) {                                               \
        mpfr_t a;                                                                                  \
        mpfr_init2(a, 53);                                                                         \
        mpfr_set_d(a, x, MPFR_RNDN);                                                               \
        mpfr_##mpfr_name(out, a, MPFR_RNDN);                                                       \
        mpfr_clear(a);                                                                             \
    }
LIBRARY(exp, exp) LIBRARY(expm1, expm1) LIBRARY(log, log) LIBRARY(log1p, log1p)
LIBRARY(log2, log2) LIBRARY(log10, log10) LIBRARY(sqrt, sqrt) LIBRARY(cbrt, cbrt)
LIBRARY(sin, sin) LIBRARY(cos, cos) LIBRARY(tan, tan) LIBRARY(asin, asin) LIBRARY(acos, acos)
LIBRARY(atan, atan) LIBRARY(sinh, sinh) LIBRARY(cosh, cosh) LIBRARY(tanh, tanh)
LIBRARY(asinh, asinh) LIBRARY(acosh, acosh) LIBRARY(atanh, atanh) LIBRARY(erf, erf)

static void exact_erfc(mpfr_t out, double x) {
    mpfr_set_d(out, fabs(x) > 50.0 ? copysign(50.0, x) : x, MPFR_RNDN);
    mpfr_erfc(out, out, MPFR_RNDN);
    if (x == INFINITY) mpfr_set_zero(out, 1);
}

static void exact_lgamma(mpfr_t out, double x) {
    int sign;
    if (x <= 0.0 && x == floor(x)) {
        mpfr_set_inf(out, 1);
        return;
    }
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_lgamma(out, &sign, out, MPFR_RNDN);
}

/* out = e^a, where a may be out itself. */
static void exp_of(mpfr_t out, double x) {
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
}

static void exact_sigmoid(mpfr_t out, double x) {
    exp_of(out, -x);
    mpfr_add_ui(out, out, 1, MPFR_RNDN);
    mpfr_ui_div(out, 1, out, MPFR_RNDN);
}

static void exact_softplus(mpfr_t out, double x) {
    exp_of(out, -fabs(x));
    mpfr_log1p(out, out, MPFR_RNDN);
    if (!(x <= 0.0)) mpfr_add_d(out, out, x, MPFR_RNDN);
}

static void exact_logaddexp(mpfr_t out, double x, double y) {
    if (isinf(x) || isinf(y) || x != x || y != y) {
        mpfr_set_d(out, x != x || y != y ? NAN : x > y ? x : y, MPFR_RNDN);
        return;
    }
    double greater = x > y ? x : y, smaller = x > y ? y : x;
    mpfr_set_d(out, smaller, MPFR_RNDN);
    mpfr_sub_d(out, out, greater, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
    mpfr_add_d(out, out, greater, MPFR_RNDN);
}

static void exact_silu(mpfr_t out, double x) {
    exact_sigmoid(out, x);
    if (x == -INFINITY) mpfr_set_zero(out, 1);
    else mpfr_mul_d(out, out, x, MPFR_RNDN);
}

/* s (1 + x (1 - s)) with 1 - s(x) = s(-x) */
static void exact_silu1(mpfr_t out, double x) {
    if (isinf(x)) {
        mpfr_set_d(out, x > 0.0 ? 1.0 : 0.0, MPFR_RNDN);
        return;
    }
    mpfr_t other;
    mpfr_init2(other, WIDE_BITS);
    exact_sigmoid(other, -x);
    mpfr_mul_d(other, other, x, MPFR_RNDN);
    mpfr_add_ui(other, other, 1, MPFR_RNDN);
    exact_sigmoid(out, x);
    mpfr_mul(out, out, other, MPFR_RNDN);
    mpfr_clear(other);
}

/* s (1 - s) (2 - x tanh(x/2)) */
static void exact_silu2(mpfr_t out, double x) {
    if (isinf(x)) {
        mpfr_set_zero(out, 1);
        return;
    }
    mpfr_t other;
    mpfr_init2(other, WIDE_BITS);
    mpfr_set_d(other, x, MPFR_RNDN);
    mpfr_div_ui(other, other, 2, MPFR_RNDN);
    mpfr_tanh(other, other, MPFR_RNDN);
    mpfr_mul_d(other, other, x, MPFR_RNDN);
    mpfr_ui_sub(other, 2, other, MPFR_RNDN);
    exact_sigmoid(out, x);
    mpfr_mul(out, out, other, MPFR_RNDN);
    exact_sigmoid(other, -x);
    mpfr_mul(out, out, other, MPFR_RNDN);
    mpfr_clear(other);
}

static void exact_gauss(mpfr_t out, double x) {
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_sqr(out, out, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
}

static void exact_npdf(mpfr_t out, double x) {
    mpfr_t pi;
    mpfr_init2(pi, WIDE_BITS);
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_sqr(out, out, MPFR_RNDN);
    mpfr_div_si(out, out, -2, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_const_pi(pi, MPFR_RNDN);
    mpfr_mul_ui(pi, pi, 2, MPFR_RNDN);
    mpfr_sqrt(pi, pi, MPFR_RNDN);
    mpfr_div(out, out, pi, MPFR_RNDN);
    mpfr_clear(pi);
}

/* Phi(x) = erfc(-x / sqrt 2) / 2 */
static void exact_phi(mpfr_t out, double x) {
    if (fabs(x) > 50.0) { /* MPFR takes its time there */
        mpfr_set_ui_2exp(out, 1, x > 0.0 ? 0 : -4000, MPFR_RNDN);
        return;
    }
    mpfr_t half;
    mpfr_init2(half, PLAIN_BITS);
    mpfr_set_d(half, 0.5, MPFR_RNDN);
    mpfr_sqrt(half, half, MPFR_RNDN);
    mpfr_mul_d(half, half, -x, MPFR_RNDN);
    mpfr_erfc(out, half, MPFR_RNDN);
    mpfr_div_ui(out, out, 2, MPFR_RNDN);
    mpfr_clear(half);
}

static void exact_gelu(mpfr_t out, double x) {
    if (x < -50.0) {
        mpfr_set_zero(out, -1);
        return;
    }
    exact_phi(out, x);
    mpfr_mul_d(out, out, x, MPFR_RNDN);
}

static void exact_gelu1(mpfr_t out, double x) {
    if (fabs(x) > 50.0) {
        mpfr_set_d(out, x > 0.0 ? 1.0 : 0.0, MPFR_RNDN);
        return;
    }
    mpfr_t other;
    mpfr_init2(other, WIDE_BITS);
    exact_npdf(other, x);
    mpfr_mul_d(other, other, x, MPFR_RNDN);
    exact_phi(out, x);
    mpfr_add(out, out, other, MPFR_RNDN);
    mpfr_clear(other);
}

static void exact_digamma(mpfr_t out, double x) {
    if (x == 0.0) mpfr_set_inf(out, signbit(x) ? 1 : -1);
    else if (x == -INFINITY || (x < 0.0 && x == floor(x))) mpfr_set_nan(out);
    else {
        mpfr_t a;
        mpfr_init2(a, 53);
        mpfr_set_d(a, x, MPFR_RNDN);
        mpfr_digamma(out, a, MPFR_RNDN);
        mpfr_clear(a);
    }
}

/* ---- the Hurwitz zeta function, for trigamma and polygamma ----------------------------------- */

enum { BERNOULLI = 24 };
static mpfr_t bernoulli[BERNOULLI + 1]; /* bernoulli[k] = B(2k) / (2k)! */

/* B(2k) / (2k)! = (-1)^(k+1) 2 zeta(2k) / (2 pi)^(2k) */
static void bernoulli_init(void) {
    mpfr_t power;
    mpfr_init2(power, WIDE_BITS);
    for (unsigned long k = 1; k <= BERNOULLI; k++) {
        mpfr_init2(bernoulli[k], WIDE_BITS);
        mpfr_const_pi(power, MPFR_RNDN);
        mpfr_mul_ui(power, power, 2, MPFR_RNDN);
        mpfr_pow_ui(power, power, 2 * k, MPFR_RNDN);
        mpfr_zeta_ui(bernoulli[k], 2 * k, MPFR_RNDN);
        mpfr_mul_si(bernoulli[k], bernoulli[k], k % 2 ? 2 : -2, MPFR_RNDN);
        mpfr_div(bernoulli[k], bernoulli[k], power, MPFR_RNDN);
    }
    mpfr_clear(power);
}

static void bernoulli_clear(void) {
    for (int k = 1; k <= BERNOULLI; k++) mpfr_clear(bernoulli[k]);
}

/* zeta(s, a) for a > 0, s >= 2, by Euler and Maclaurin from a + 30 + s on. */
static void hurwitz(mpfr_t out, unsigned long s, mpfr_t start) {
    mpfr_t a, term, square;
    mpfr_inits2(WIDE_BITS, a, term, square, (mpfr_ptr)0);
    mpfr_set(a, start, MPFR_RNDN);
    mpfr_set_zero(out, 1);
    for (unsigned long k = 0; k < 30 + s && mpfr_cmp_ui(a, 30 + s) < 0; k++) {
        mpfr_pow_ui(term, a, s, MPFR_RNDN);
        mpfr_ui_div(term, 1, term, MPFR_RNDN);
        mpfr_add(out, out, term, MPFR_RNDN);
        mpfr_add_ui(a, a, 1, MPFR_RNDN);
    }
    mpfr_pow_ui(term, a, s, MPFR_RNDN); /* a^(1-s)/(s-1) + a^-s/2 */
    mpfr_ui_div(term, 1, term, MPFR_RNDN);
    mpfr_div_ui(square, term, 2, MPFR_RNDN);
    mpfr_add(out, out, square, MPFR_RNDN);
    mpfr_mul(square, term, a, MPFR_RNDN);
    mpfr_div_ui(square, square, s - 1, MPFR_RNDN);
    mpfr_add(out, out, square, MPFR_RNDN);
    mpfr_div(term, term, a, MPFR_RNDN); /* B(2k)/(2k)! s (s+1) ... (s+2k-2) a^(1-s-2k) */
    mpfr_mul_ui(term, term, s, MPFR_RNDN);
    for (unsigned long k = 1; k <= BERNOULLI; k++) {
        mpfr_mul(square, term, bernoulli[k], MPFR_RNDN);
        mpfr_add(out, out, square, MPFR_RNDN);
        mpfr_mul_ui(term, term, (s + 2 * k - 1) * (s + 2 * k), MPFR_RNDN);
        mpfr_div(term, term, a, MPFR_RNDN);
        mpfr_div(term, term, a, MPFR_RNDN);
    }
    mpfr_clears(a, term, square, (mpfr_ptr)0);
}

/*
 * (-1)^(n+1) n! zeta(n+1, x); for x = f - m below zero, 0 < f < 1, the terms are those of
 * zeta(s, f) and, mirrored, those of zeta(s, 1 - f) less zeta(s, 1 - x).
 */
static void exact_polygamma(mpfr_t out, double order, double x) {
    if (order == 0.0) {
        exact_digamma(out, x);
        return;
    }
    unsigned long n = (unsigned long)order, s = n + 1;
    if (x != x || x == -INFINITY) mpfr_set_nan(out);
    else if (x == INFINITY) mpfr_set_zero(out, 1);
    else if (x == 0.0) mpfr_set_inf(out, n % 2 || signbit(x) ? 1 : -1);
    else if (x < 0.0 && x == floor(x)) n % 2 ? mpfr_set_inf(out, 1) : mpfr_set_nan(out);
    else {
        mpfr_t a, part;
        mpfr_init2(a, 1200);
        mpfr_init2(part, WIDE_BITS);
        if (x > 0.0) {
            mpfr_set_d(a, x, MPFR_RNDN);
            hurwitz(out, s, a);
        } else {
            mpfr_set_d(a, x, MPFR_RNDN);
            mpfr_ui_sub(a, 1, a, MPFR_RNDN);
            hurwitz(part, s, a);
            if (s % 2 == 0) mpfr_neg(part, part, MPFR_RNDN);
            mpfr_set_d(a, x, MPFR_RNDN);
            mpfr_sub_d(a, a, floor(x), MPFR_RNDN);
            hurwitz(out, s, a);
            mpfr_add(out, out, part, MPFR_RNDN);
            mpfr_ui_sub(a, 1, a, MPFR_RNDN);
            hurwitz(part, s, a);
            if (s % 2) mpfr_neg(part, part, MPFR_RNDN);
            mpfr_add(out, out, part, MPFR_RNDN);
        }
        mpfr_fac_ui(part, n, MPFR_RNDN);
        mpfr_mul(out, out, part, MPFR_RNDN);
        if (n % 2 == 0) mpfr_neg(out, out, MPFR_RNDN);
        mpfr_clears(a, part, (mpfr_ptr)0);
    }
}

static void exact_trigamma(mpfr_t out, double x) {
    exact_polygamma(out, 1.0, x);
}

static void exact_div(mpfr_t out, double a, double b) {
    if (b == 0.0 || isnan(a) || isnan(b) || isinf(a) || isinf(b)) {
        mpfr_set_d(out, isinf(b) && isfinite(a) ? (a == 0.0 || (a < 0.0) == (b < 0.0) ? 0.0 : -1.0)
                                                : floor(a / b), MPFR_RNDN);
        return;
    }
    mpfr_t whole, divisor;
    mpfr_init2(whole, 2300);
    mpfr_init2(divisor, 53);
    mpfr_set_d(whole, a, MPFR_RNDN);
    mpfr_set_d(divisor, b, MPFR_RNDN);
    mpfr_div(whole, whole, divisor, MPFR_RNDD);
    mpfr_floor(whole, whole);
    mpfr_set(out, whole, MPFR_RNDN);
    mpfr_clears(whole, divisor, (mpfr_ptr)0);
}

static void exact_mod(mpfr_t out, double a, double b) {
    if (b == 0.0 || isnan(a) || isnan(b) || isinf(a)) {
        mpfr_set_nan(out);
        return;
    }
    mpfr_t whole;
    mpfr_init2(whole, 2300);
    mpfr_set_d(whole, a, MPFR_RNDN);
    mpfr_set_d(out, b, MPFR_RNDN);
    mpfr_fmod(whole, whole, out, MPFR_RNDN);
    if (!mpfr_zero_p(whole) && (mpfr_sgn(whole) < 0) != (b < 0.0))
        mpfr_add(whole, whole, out, MPFR_RNDN);
    mpfr_set(out, whole, MPFR_RNDN);
    mpfr_clear(whole);
}

/* ---- samplers ------------------------------------------------------------------------------ */

/* The zero of f between low and high, where f changes its sign. */
static double bisect(One f, double low, double high) {
    bool rising = f(low) < f(high);
    for (int i = 0; i < 80; i++) {
        double middle = low + (high - low) / 2.0;
        if ((f(middle) < 0.0) == rising) low = middle;
        else high = middle;
    }
    return low;
}

static double digamma_zero(double below) {
    double gap = 1e-3 * fabs(below) + 1.0;
    gap = 0x1p-40 * gap;
    return bisect(k_digamma, below - 1.0 + gap, below - gap);
}

static double random_whole(void) {
    return random_bits() % 4 ? floor(10.0 * random_unit()) : floor(exp(9.0 * random_unit()));
}

static double near_digamma(void) {
    return random_near(random_bits() % 4 ? digamma_zero(-random_whole()) : -random_whole());
}

static double near_lgamma(void) {
    double below = -(random_whole() + 2.0), least = digamma_zero(below);
    if (below < -14.0) return random_near(below);
    return random_near(random_bits() & 1 ? bisect(lgamma, below - 1.0 + 1e-13, least)
                                         : bisect(lgamma, least, below - 1e-13));
}

static double near_pole(void) {
    return random_near(-random_whole());
}

static double near_half_pi(void) {
    return random_near(1.5707963267948966 * random_whole());
}

static void pair_logaddexp(double *x, double *y) {
    switch (random_bits() % 4) {
    case 0:
        *x = random_exponent(-1074, 1023);
        *y = random_exponent(-1074, 1023);
        break;
    case 1:
        *x = random_between(-50.0, 50.0);
        *y = *x + random_between(-50.0, 50.0);
        break;
    case 2:
        *x = random_exponent(-60, 8);
        *y = *x + random_exponent(-60, 8);
        break;
    default: /* off the curve e^x + e^y = 1, by a relative distance down to 2^-48 */
        *x = -exp(-random_unit() * 30.0 - 0.4);
        *y = log(-expm1(*x));
        *y += random_sign(ldexp(random_between(0.5, 1.0) * *y, -(int)(random_bits() % 48)));
        break;
    }
}

static void pair_polygamma(double *n, double *x) {
    *n = floor(random_between(2.0, 13.0));
    switch (random_bits() % 3) {
    case 0: *x = fabs(random_exponent(-20, 20)); break;
    case 1: *x = random_between(0.0, 40.0); break;
    default: /* below zero: odd n, which has no zeros there */
        *n = 2.0 * floor(*n / 2.0) + 1.0;
        *x = -random_between(0.0, 30.0);
        break;
    }
}

static void pair_div(double *a, double *b) {
    switch (random_bits() % 5) {
    case 4: /* quotients around the end of exactness */
        *b = random_exponent(-1074, 900);
        *a = *b * random_exponent(48, 55);
        break;
    case 0:
        *a = random_exponent(-1074, 1023);
        *b = random_exponent(-1074, 1023);
        break;
    case 1:
        *a = random_exponent(-30, 30);
        *b = random_exponent(-30, 30);
        break;
    case 2: /* quotients that are nearly whole */
        *b = random_exponent(-10, 10);
        *a = *b * floor(random_between(-1e6, 1e6));
        *a = random_bits() & 1 ? nextafter(*a, INFINITY) : nextafter(*a, -INFINITY);
        break;
    default:
        *a = floor(random_between(-100.0, 100.0));
        *b = floor(random_between(-100.0, 100.0));
        break;
    }
}

/* ---- the tables ---------------------------------------------------------------------------- */

static double lib_sqrt(double x) { return sqrt(x); }

/* A row without a limit of its own only reports: the C library's accuracy is not ours to judge. */
#define ANY 1e300

static const Row rows[] = {
    {"k_sigmoid", k_sigmoid, exact_sigmoid, 2.5, -800, 800, NULL, {0, -37, 37, -708, -745}},
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
    {"k_cbrt", k_cbrt, exact_cbrt, 1.0, -100, 100, NULL, {0, 1e270, 1e-250, 1, 8}},
    {"k_lgamma", k_lgamma, exact_lgamma, 4.0, -20, 20, near_lgamma, {0, 1, 2, -2.4570247382208006, -2.7476826467274127}},
    {"k_digamma", k_digamma, exact_digamma, 8.0, -30, 30, near_digamma, {0, 1.4616321449683622, 1, 2, 10, -1e-9}},
    {"k_trigamma", k_trigamma, exact_trigamma, 4.0, -30, 30, near_pole, {0, 1, 12, 1e-9, -1e-9}},
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

static bool report(const char *name, double worst, double limit, const char *at) {
    bool good = worst <= limit;
    printf("%-12s %9.3f ULP at %s", name, worst, at);
    if (limit < ANY) printf("  (limit %g)%s", limit, good ? "" : "  EXCEEDED");
    putchar('\n');
    return good;
}

static bool measure(const Row *row, long points) {
    double worst = -1.0, where = 0.0;
    char at[64];
    mpfr_t exact;
    mpfr_init2(exact, PLAIN_BITS);
    for (long i = 0; i < points; i++) {
        double x = random_point(row, i);
        row->exact(exact, x);
        double error = ulp_error(row->function(x), exact);
        if (error > worst) worst = error, where = x;
    }
    mpfr_clear(exact);
    snprintf(at, sizeof at, "%.17g", where);
    return report(row->name, worst, row->limit, at);
}

static bool measure_pair(const PairRow *row, long points) {
    double worst = -1.0, where[2] = {0.0, 0.0};
    char at[64];
    mpfr_t exact;
    mpfr_init2(exact, WIDE_BITS);
    for (long i = 0; i < points; i++) {
        double x, y;
        row->sample(&x, &y);
        row->exact(exact, x, y);
        double error = ulp_error(row->function(x, y), exact);
        if (error > worst) worst = error, where[0] = x, where[1] = y;
    }
    mpfr_clear(exact);
    snprintf(at, sizeof at, "%.17g, %.17g", where[0], where[1]);
    return report(row->name, worst, row->limit, at);
}

/* ---- decisions, compared bit for bit --------------------------------------------------------- */

typedef struct {
    const char *text;
    double got, want;
} Case;

#define CASE(call, want) {#call, call, want}

static bool same(double a, double b) {
    return isnan(a) ? isnan(b) : a == b && !signbit(a) == !signbit(b);
}

static bool decisions(void) {
    double inf = INFINITY, nan = NAN;
    const Case cases[] = {
        CASE(k_sigmoid(-inf), 0.0), CASE(k_sigmoid(inf), 1.0), CASE(k_sigmoid(nan), nan),
        CASE(k_softplus(-inf), 0.0), CASE(k_softplus(inf), inf), CASE(k_softplus(nan), nan),
        CASE(k_logaddexp(-inf, -inf), -inf), CASE(k_logaddexp(inf, inf), inf),
        CASE(k_logaddexp(inf, -inf), inf), CASE(k_logaddexp(-inf, 3.0), 3.0),
        CASE(k_logaddexp(nan, inf), nan), CASE(k_logaddexp(-inf, nan), nan),
        CASE(k_silu(-inf), 0.0), CASE(k_silu(inf), inf), CASE(k_silu(-0.0), -0.0),
        CASE(k_silu1(-inf), 0.0), CASE(k_silu1(inf), 1.0), CASE(k_silu1(0.0), 0.5),
        CASE(k_silu1(-0.0), 0.5), CASE(k_silu2(0.0), 0.5), CASE(k_silu2(nan), nan),
        CASE(k_gauss(inf), 0.0), CASE(k_gauss(-inf), 0.0), CASE(k_gauss(nan), nan),
        CASE(k_npdf(inf), 0.0), CASE(k_npdf(nan), nan), CASE(k_erfc(nan), nan),
        CASE(k_erfc(inf), 0.0), CASE(k_erfc(-inf), 2.0), CASE(k_erfc(0.0), 1.0),
        CASE(k_gelu(-inf), 0.0), CASE(k_gelu(inf), inf), CASE(k_gelu(-0.0), -0.0),
        CASE(k_gelu(0.0), 0.0), CASE(k_gelu(nan), nan), CASE(k_gelu1(-inf), 0.0),
        CASE(k_gelu1(inf), 1.0), CASE(k_gelu1(0.0), 0.5), CASE(k_gelu1(nan), nan),
        CASE(k_tanh(-0.0), -0.0), CASE(k_tanh(inf), 1.0), CASE(k_tanh(-inf), -1.0),
        CASE(k_tanh(nan), nan), CASE(k_cbrt(-0.0), -0.0), CASE(k_cbrt(-inf), -inf),
        CASE(k_cbrt(-27.0), -3.0), CASE(k_cbrt(nan), nan),
        CASE(k_lgamma(-2.0), inf), CASE(k_lgamma(inf), inf), CASE(k_lgamma(nan), nan),
        CASE(k_lgamma(-inf), inf), CASE(k_lgamma(1.0), 0.0),
        CASE(k_digamma(0.0), -inf), CASE(k_digamma(-0.0), inf), CASE(k_digamma(inf), inf),
        CASE(k_digamma(-inf), nan), CASE(k_digamma(-3.0), nan), CASE(k_digamma(nan), nan),
        CASE(k_digamma(-1e300), nan), CASE(k_digamma(-5560946182630229.0), nan),
        CASE(k_trigamma(-5560946182630229.0), inf), 
        CASE(k_polygamma(2.0, -5560946182630229.0), nan), CASE(k_trigamma(0.0), inf),
        CASE(k_trigamma(-0.0), inf),
        CASE(k_trigamma(-3.0), inf), CASE(k_trigamma(inf), 0.0), CASE(k_trigamma(-inf), nan),
        CASE(k_trigamma(nan), nan),
        CASE(k_polygamma(0.0, inf), inf), CASE(k_polygamma(1.0, -2.0), inf),
        CASE(k_polygamma(2.0, 0.0), -inf), CASE(k_polygamma(2.0, -0.0), inf),
        CASE(k_polygamma(3.0, -0.0), inf), CASE(k_polygamma(2.0, -1.0), nan),
        CASE(k_polygamma(3.0, -1.0), inf), CASE(k_polygamma(2.0, inf), -0.0),
        CASE(k_polygamma(3.0, inf), 0.0), CASE(k_polygamma(3.0, -inf), nan),
        CASE(k_polygamma(-1.0, 1.0), nan), CASE(k_polygamma(2.5, 1.0), nan),
        CASE(k_polygamma(nan, 1.0), nan), CASE(k_polygamma(2.0, nan), nan),
        CASE(k_polygamma(inf, 1.0), nan),
        CASE(k_div(7.0, 2.0), 3.0), CASE(k_div(-7.0, 2.0), -4.0), CASE(k_div(7.0, -2.0), -4.0),
        CASE(k_div(-7.0, -2.0), 3.0), CASE(k_div(1.0, 0.1), 9.0), CASE(k_div(0.0, -3.0), -0.0),
        CASE(k_div(1.0, 0.0), inf), CASE(k_div(-1.0, 0.0), -inf), CASE(k_div(0.0, 0.0), nan),
        CASE(k_div(1.0, inf), 0.0), CASE(k_div(-1.0, inf), -1.0), CASE(k_div(inf, 2.0), nan),
        CASE(k_div(nan, 2.0), nan), CASE(k_div(2.0, nan), nan),
        CASE(k_mod(7.0, 2.0), 1.0), CASE(k_mod(-7.0, 2.0), 1.0), CASE(k_mod(7.0, -2.0), -1.0),
        CASE(k_mod(-6.0, 2.0), 0.0), CASE(k_mod(6.0, -2.0), -0.0), CASE(k_mod(1.0, 0.0), nan),
        CASE(k_mod(-1.0, inf), inf), CASE(k_mod(1.0, inf), 1.0), CASE(k_mod(inf, 2.0), nan),
        CASE(k_mod(nan, 2.0), nan),
        CASE(k_mul0(0.0, inf), 0.0), CASE(k_mul0(nan, -0.0), 0.0), CASE(k_mul0(2.0, -3.0), -6.0),
        CASE(k_mul0(nan, 1.0), nan), CASE(k_div0(0.0, 0.0), 0.0), CASE(k_div0(-0.0, nan), 0.0),
        CASE(k_div0(1.0, 0.0), inf), CASE(k_div0(3.0, 2.0), 1.5), CASE(k_div0(nan, 2.0), nan),
        CASE(k_over(1.0, 0.0), inf), CASE(k_over(1.0, -0.0), inf), CASE(k_over(-1.0, -0.0), -inf),
        CASE(k_over(1.0, 4.0), 0.25), CASE(k_over(1.0, -4.0), nan), CASE(k_over(1.0, nan), nan),
        CASE(k_over(2.0, inf), 0.0),
        CASE(k_step(2.0), 1.0), CASE(k_step(0.0), 0.0), CASE(k_step(-0.0), 0.0),
        CASE(k_step(-1.0), 0.0), CASE(k_step(nan), nan), CASE(k_flat(inf), 0.0),
        CASE(k_flat(-0.0), 0.0), CASE(k_flat(nan), nan), CASE(k_wins(2.0, 1.0), 1.0),
        CASE(k_wins(0.0, -0.0), 0.5), CASE(k_wins(1.0, 2.0), 0.0), CASE(k_wins(nan, 1.0), nan),
        CASE(k_wins(1.0, nan), nan), CASE(k_sign(-3.0), -1.0), CASE(k_sign(3.0), 1.0),
        CASE(k_sign(-0.0), 0.0), CASE(k_sign(nan), nan), CASE(k_min2(1.0, 2.0), 1.0),
        CASE(k_min2(nan, 2.0), nan), CASE(k_min2(2.0, nan), nan), CASE(k_min2(-inf, nan), nan),
        CASE(k_max2(1.0, 2.0), 2.0), CASE(k_max2(nan, 2.0), nan), CASE(k_max2(inf, nan), nan),
        CASE(k_clip(5.0, 0.0, 1.0), 1.0), CASE(k_clip(-5.0, 0.0, 1.0), 0.0),
        CASE(k_clip(0.5, 0.0, 1.0), 0.5), CASE(k_clip(nan, 0.0, 1.0), nan),
        CASE(k_clip(0.5, nan, 1.0), nan), CASE(k_clip(0.5, 0.0, nan), nan),
        CASE(k_relu(-1.0), 0.0), CASE(k_relu(2.0), 2.0), CASE(k_relu(-0.0), 0.0),
        CASE(k_relu(nan), nan), CASE(k_relu(inf), inf),
    };
    bool good = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (same(cases[i].got, cases[i].want)) continue;
        printf("%s is %.17g, wanted %.17g\n", cases[i].text, cases[i].got, cases[i].want);
        good = false;
    }
    return good;
}

static bool wanted(const char *name, int count, char **names) {
    bool any = false;
    for (int i = 1; i < count; i++) {
        if (!strcmp(names[i], "--long")) continue;
        if (!strcmp(names[i], name)) return true;
        any = true;
    }
    return !any;
}

int main(int count, char **arguments) {
    long points = 20000;
    bool good = decisions();
    for (int i = 1; i < count; i++)
        if (!strcmp(arguments[i], "--long")) points = 400000;
    bernoulli_init();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (wanted(rows[i].name, count, arguments)) good = measure(&rows[i], points) && good;
    for (size_t i = 0; i < sizeof pair_rows / sizeof *pair_rows; i++)
        if (wanted(pair_rows[i].name, count, arguments))
            good = measure_pair(&pair_rows[i], points) && good;
    bernoulli_clear();
    mpfr_free_cache();
    return good ? 0 : 1;
}
