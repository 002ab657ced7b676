/*
 * near.h - points near what makes a function hard: its zeros, poles, curves on which it cancels.
 *
 * Zeros are found by the kernels themselves, which decides only where one looks. C library functions
 * and kernels are named here because the tests of both (tests/kernels, tests/unit) walk there.
 */
#ifndef TESTS_MPFR_NEAR_H
#define TESTS_MPFR_NEAR_H

#include "math/kernels.h"
#include "points.h"

static inline double digamma_zero(double below)
{
    double gap = 0x1p-40 * (1e-3 * fabs(below) + 1.0);
    return bisect(k_digamma, below - 1.0 + gap, below - gap);
}

static inline double near_digamma(void)
{
    return random_near(random_bits() % 4 ? digamma_zero(-random_whole()) : -random_whole());
}

static inline double near_lgamma(void)
{
    double below = -(random_whole() + 2.0), least = digamma_zero(below);
    if (below < -14.0) return random_near(below);
    return random_near(random_bits() & 1 ? bisect(lgamma, below - 1.0 + 1e-13, least)
                                         : bisect(lgamma, least, below - 1e-13));
}

/* k_tetragamma falls from inf to -inf between poles; its zeros are near the middle. */
static inline double near_trigamma(void)
{
    double below = -random_whole();
    if (random_bits() & 1) return random_near(below);
    return random_near(bisect(k_tetragamma, below - 0.75, below - 0.25));
}

static inline double near_half_pi(void)
{
    return random_near(1.5707963267948966 * random_sign(random_whole()));
}

static inline void pair_logaddexp(double *x, double *y)
{
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

static inline void pair_polygamma(double *n, double *x)
{
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

static inline void pair_div(double *a, double *b)
{
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

#endif
