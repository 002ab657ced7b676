/*
 * slopes.h - the exact derivatives of the functions in reference.h, written out by hand.
 *
 * slope_NAME(out, x): what the language says the derivative of NAME at x is; the driver answers for
 * points outside the domain (nan). None of these formulas cancels more than the 64 spare bits bear.
 */
#ifndef TESTS_MPFR_SLOPES_H
#define TESTS_MPFR_SLOPES_H

#include "reference.h"

#define SLOPE(name, body)                                                                                              \
    static inline void slope_##name(mpfr_t out, mpfr_srcptr x)                                                         \
    {                                                                                                                  \
        mpfr_t t;                                                                                                      \
        mpfr_init2(t, reference_bits(out));                                                                            \
        body mpfr_clear(t);                                                                                            \
    }

#define R MPFR_RNDN

/* c / t for t >= 0, with infinity at zeros of either sign */
static inline void over(mpfr_t out, long c, mpfr_srcptr t)
{
    if (mpfr_zero_p(t))
        mpfr_set_inf(out, c > 0 ? 1 : -1);
    else
        mpfr_si_div(out, c, t, R);
}

/* t = (1 - x) (1 + x) */
static inline void lens(mpfr_t t, mpfr_srcptr x)
{
    mpfr_t u;
    mpfr_init2(u, mpfr_get_prec(t));
    mpfr_ui_sub(u, 1, x, R);
    mpfr_add_ui(t, x, 1, R);
    mpfr_mul(t, t, u, R);
    mpfr_clear(u);
}

SLOPE(log, over(out, 1, x);)
SLOPE(log1p, mpfr_add_ui(t, x, 1, R); over(out, 1, t);)
SLOPE(log2, mpfr_const_log2(t, R); mpfr_mul(t, t, x, R); over(out, 1, t);)
SLOPE(log10, mpfr_log_ui(t, 10, R); mpfr_mul(t, t, x, R); over(out, 1, t);)
SLOPE(sqrt, mpfr_sqrt(t, x, R); mpfr_mul_ui(t, t, 2, R); over(out, 1, t);)
SLOPE(cbrt, mpfr_cbrt(t, x, R); mpfr_sqr(t, t, R); mpfr_mul_ui(t, t, 3, R); over(out, 1, t);)
SLOPE(cos, mpfr_sin(t, x, R); mpfr_neg(out, t, R);)
SLOPE(tan, mpfr_cos(t, x, R); mpfr_sqr(t, t, R); over(out, 1, t);)
SLOPE(asin, lens(t, x); mpfr_sqrt(t, t, R); over(out, 1, t);)
SLOPE(acos, lens(t, x); mpfr_sqrt(t, t, R); over(out, -1, t);)
SLOPE(atan, mpfr_sqr(t, x, R); mpfr_add_ui(t, t, 1, R); over(out, 1, t);)
SLOPE(tanh, mpfr_cosh(t, x, R); mpfr_sqr(t, t, R); over(out, 1, t);)
SLOPE(asinh, mpfr_sqr(t, x, R); mpfr_add_ui(t, t, 1, R); mpfr_sqrt(t, t, R); over(out, 1, t);)
SLOPE(acosh, lens(t, x); mpfr_neg(t, t, R); mpfr_sqrt(t, t, R); over(out, 1, t);)
SLOPE(atanh, lens(t, x); over(out, 1, t);)
SLOPE(neg, (void)x; set_whole(out, -1);)
SLOPE(copy, (void)x; set_whole(out, 1);)
SLOPE(stop, (void)x; set_whole(out, 0);)
SLOPE(gelu1, mpfr_sqr(t, x, R); mpfr_ui_sub(t, 2, t, R); exact_npdf(out, x); if (mpfr_inf_p(x)) set_whole(out, 0);
      else mpfr_mul(out, out, t, R);)

/* e^-|x| / (1 + e^-|x|)^2 */
SLOPE(sigmoid, mpfr_abs(t, x, R); mpfr_neg(t, t, R); mpfr_exp(t, t, R); mpfr_set(out, t, R); mpfr_add_ui(t, t, 1, R);
      mpfr_sqr(t, t, R); mpfr_div(out, out, t, R);)

/* its derivative, that times -tanh(x/2) */
static inline void exact_sigmoid2(mpfr_t out, mpfr_srcptr x)
{
    mpfr_t t;
    mpfr_init2(t, reference_bits(out));
    mpfr_div_si(t, x, -2, R);
    slope_sigmoid(out, x);
    mpfr_tanh(t, t, R);
    mpfr_mul(out, out, t, R);
    mpfr_clear(t);
}

/* 2 / sqrt(pi) e^(-x^2) */
SLOPE(erf, mpfr_const_pi(t, R); mpfr_sqrt(t, t, R); exact_gauss(out, x); mpfr_mul_ui(out, out, 2, R);
      mpfr_div(out, out, t, R);)
SLOPE(erfc, slope_erf(t, x); mpfr_neg(out, t, R);)

/* out = c x out, 0 at infinities */
static inline void fall(mpfr_t out, mpfr_srcptr x, long c)
{
    mpfr_mul_si(out, out, c, R);
    if (mpfr_inf_p(x))
        set_whole(out, 0);
    else
        mpfr_mul(out, out, x, R);
}

SLOPE(gauss, exact_gauss(t, x); fall(t, x, -2); mpfr_set(out, t, R);)
SLOPE(npdf, exact_npdf(t, x); fall(t, x, -1); mpfr_set(out, t, R);)

#undef R
#undef SLOPE

#endif
