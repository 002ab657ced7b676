/*
 * points.h - where functions are tried, and how far a result is from the exact one.
 *
 * An ULP is the distance of neighbouring doubles at the exact result, never less than the smallest
 * subnormal. Infinity counts as 2^1024. Where the exact result is nan or infinite, the function must
 * be so too, with the same sign. Signs of zeros are not looked at here.
 *
 * Random points come from one generator with a fixed start: every run visits the same ones.
 */
#ifndef TESTS_MPFR_POINTS_H
#define TESTS_MPFR_POINTS_H

#include <math.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static inline uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 0x2545F4914F6CDD1Du;
}

static inline double random_unit(void)
{
    return (double)(random_bits() >> 11) * 0x1p-53;
}

static inline double random_between(double low, double high)
{
    return low + (high - low) * random_unit();
}

static inline double random_sign(double x)
{
    return random_bits() >> 63 ? x : -x;
}

/* Any finite double, every exponent from low to high alike. */
static inline double random_exponent(int low, int high)
{
    int exponent = low + (int)(random_bits() % (uint64_t)(high - low + 1));
    return random_sign(ldexp(1.0 + random_unit(), exponent));
}

/* Near c: a few neighbours, or at any relative distance. */
static inline double random_near(double c)
{
    if (random_bits() & 1) {
        int steps = (int)(random_bits() % 8);
        double to = random_sign(INFINITY);
        while (steps-- > 0) c = nextafter(c, to);
        return c;
    }
    return c + random_sign(ldexp(random_unit() * (c == 0.0 ? 1.0 : fabs(c)), -(int)(random_bits() % 54)));
}

static const double extremes[] = {
    0.0,
    -0.0,
    INFINITY,
    -INFINITY,
    NAN,
    0x1.fffffffffffffp1023,
    -0x1.fffffffffffffp1023,
    0x1p-1074,
    -0x1p-1074,
    0.5,
    -0.5,
    0x1p52,
    0x1p-1022,
    -0x1p-1022,
    0x1p-1023,
    -0x1p-1023,
    0x1p53,
    -0x1p53,
    -0x1p52,
};
enum { EXTREMES = sizeof extremes / sizeof *extremes, WHOLES = 600 };

/* The i-th point that every function is tried at: extremes, whole numbers and their neighbours. */
static inline bool fixed_point(long i, double *x)
{
    if (i < EXTREMES) {
        *x = extremes[i];
        return true;
    }
    i -= EXTREMES;
    if (i < 200)
        *x = (double)(i - 100);
    else
        *x = nextafter((double)((i - 200) / 2 - 100), i & 1 ? INFINITY : -INFINITY);
    return i < WHOLES;
}

/* Of every exponent, and of intervals around 0 of several widths. */
static inline double random_anywhere(void)
{
    static const double wide[] = {1, 3, 10, 40, 800};
    switch (random_bits() % 3) {
    case 0: return random_exponent(-1074, 1023);
    case 1: return random_exponent(-60, 12);
    default: return random_sign(wide[random_bits() % 5] * random_unit());
    }
}

/* Where f changes its sign between low and high. */
static inline double bisect(double (*f)(double), double low, double high)
{
    bool rising = f(low) < f(high);
    for (int i = 0; i < 80; i++) {
        double middle = low + (high - low) / 2.0;
        if ((f(middle) < 0.0) == rising)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Small whole numbers mostly, now and then one up to e^9. */
static inline double random_whole(void)
{
    return random_bits() % 4 ? floor(10.0 * random_unit()) : floor(exp(9.0 * random_unit()));
}

/* |got - exact| in units of 2^last */
static inline double distance_in(double got, mpfr_srcptr exact, long last)
{
    mpfr_t error, top;
    mpfr_init2(error, 64);
    mpfr_init2(top, 64);
    if (isinf(got))
        mpfr_set_si_2exp(top, got > 0 ? 1 : -1, 1024, MPFR_RNDN);
    else
        mpfr_set_d(top, got, MPFR_RNDN);
    mpfr_sub(error, exact, top, MPFR_RNDN);
    mpfr_mul_2si(error, error, -last, MPFR_RNDN);
    double ulps = fabs(mpfr_get_d(error, MPFR_RNDN));
    mpfr_clears(error, top, (mpfr_ptr)0);
    return ulps;
}

static inline double ulp_error(double got, mpfr_srcptr exact)
{
    if (mpfr_nan_p(exact)) return isnan(got) ? 0.0 : INFINITY;
    if (isnan(got)) return INFINITY;
    if (mpfr_inf_p(exact)) return isinf(got) && !signbit(got) == !mpfr_signbit(exact) ? 0.0 : INFINITY;
    if (mpfr_zero_p(exact)) return got == 0.0 ? 0.0 : INFINITY;
    mpfr_exp_t exponent = mpfr_get_exp(exact);
    if (isinf(got) && !signbit(got) != !mpfr_signbit(exact)) return INFINITY;
    if (isinf(got) && exponent > 1024) return 0.0;
    long last = exponent > 1024 ? 1024 - 53 : exponent - 53 < -1074 ? -1074 : (long)exponent - 53;
    return distance_in(got, exact, last);
}

#endif
