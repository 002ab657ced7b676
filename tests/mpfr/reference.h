/*
 * reference.h - what the operations ought to give: each function by MPFR, at any precision.
 *
 * exact_NAME(out, x) sets out, to about its own precision, to NAME at x. At the ends of the domain,
 * at infinities and at poles it gives what the language says (docs/language.md, sections 7 and 8);
 * outside the domain nan. Nothing here is shared with the kernels: other formulas, other series.
 *
 * out and x are different objects. Call reference_begin() first and reference_end() last.
 */
#ifndef TESTS_MPFR_REFERENCE_H
#define TESTS_MPFR_REFERENCE_H

#include <math.h>
#include <mpfr.h>
#include <stdbool.h>

typedef void exact_one(mpfr_t out, mpfr_srcptr x);
typedef void exact_two(mpfr_t out, mpfr_srcptr x, mpfr_srcptr y);

/* A few bits more than the result, for what is on the way. */
static inline mpfr_prec_t reference_bits(mpfr_srcptr out)
{
    return mpfr_get_prec(out) + 64;
}

static inline void set_whole(mpfr_t out, long value)
{
    mpfr_set_si(out, value, MPFR_RNDN);
}

/* ---- what MPFR has -------------------------------------------------------------------------- */

#define REFERENCE_LIBRARY(name, call)                                                                                  \
    static inline void exact_##name(mpfr_t out, mpfr_srcptr x)                                                         \
    {                                                                                                                  \
        call;                                                                                                          \
    }

REFERENCE_LIBRARY(exp, mpfr_exp(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(expm1, mpfr_expm1(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(log, mpfr_log(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(log1p, mpfr_log1p(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(log2, mpfr_log2(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(log10, mpfr_log10(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(sqrt, mpfr_sqrt(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(cbrt, mpfr_cbrt(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(sin, mpfr_sin(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(cos, mpfr_cos(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(tan, mpfr_tan(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(asin, mpfr_asin(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(acos, mpfr_acos(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(atan, mpfr_atan(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(sinh, mpfr_sinh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(cosh, mpfr_cosh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(tanh, mpfr_tanh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(asinh, mpfr_asinh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(acosh, mpfr_acosh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(atanh, mpfr_atanh(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(erf, mpfr_erf(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(abs, mpfr_abs(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(neg, mpfr_neg(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(same, mpfr_set(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(floor, mpfr_rint_floor(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(ceil, mpfr_rint_ceil(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(round, mpfr_rint_round(out, x, MPFR_RNDN))
REFERENCE_LIBRARY(trunc, mpfr_rint_trunc(out, x, MPFR_RNDN))

static inline void exact_erfc(mpfr_t out, mpfr_srcptr x)
{
    if (mpfr_cmp_si(x, 50) > 0)
        set_whole(out, 0); /* MPFR takes its time there */
    else
        mpfr_erfc(out, x, MPFR_RNDN);
}

static inline void exact_lgamma(mpfr_t out, mpfr_srcptr x)
{
    int sign;
    if (mpfr_cmp_si(x, 0) <= 0 && mpfr_integer_p(x))
        mpfr_set_inf(out, 1);
    else
        mpfr_lgamma(out, &sign, x, MPFR_RNDN);
}

static inline void exact_digamma(mpfr_t out, mpfr_srcptr x)
{
    if (mpfr_zero_p(x))
        mpfr_set_inf(out, mpfr_signbit(x) ? 1 : -1);
    else if (mpfr_sgn(x) < 0 && (mpfr_inf_p(x) || mpfr_integer_p(x)))
        mpfr_set_nan(out);
    else
        mpfr_digamma(out, x, MPFR_RNDN);
}

/* ---- signs and steps: 0 wherever they do not say otherwise, nan at nan ------------------------ */

static inline void exact_flat(mpfr_t out, mpfr_srcptr x)
{
    if (mpfr_nan_p(x))
        mpfr_set_nan(out);
    else
        set_whole(out, 0);
}

static inline void exact_sign(mpfr_t out, mpfr_srcptr x)
{
    if (mpfr_nan_p(x))
        mpfr_set_nan(out);
    else
        set_whole(out, mpfr_sgn(x));
}

static inline void exact_step(mpfr_t out, mpfr_srcptr x)
{
    exact_sign(out, x);
    if (mpfr_cmp_si(out, 0) < 0) set_whole(out, 0);
}

static inline void exact_relu(mpfr_t out, mpfr_srcptr x)
{
    if (mpfr_cmp_si(x, 0) < 0)
        set_whole(out, 0);
    else
        mpfr_set(out, x, MPFR_RNDN);
}

/* ---- the logistic family ---------------------------------------------------------------------- */

static inline void exact_sigmoid(mpfr_t out, mpfr_srcptr x)
{
    mpfr_neg(out, x, MPFR_RNDN); /* x may be finer than out: a relative 2^-prec in a power of e */
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_add_ui(out, out, 1, MPFR_RNDN);
    mpfr_ui_div(out, 1, out, MPFR_RNDN);
}

static inline void exact_softplus(mpfr_t out, mpfr_srcptr x)
{
    mpfr_abs(out, x, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
    if (mpfr_nan_p(x) || mpfr_sgn(x) > 0) mpfr_add(out, out, x, MPFR_RNDN);
}

/* The greater plus log1p(e^-distance); its distance from 0 may cancel half the bits. */
static inline void exact_logaddexp(mpfr_t out, mpfr_srcptr x, mpfr_srcptr y)
{
    mpfr_srcptr greater = mpfr_cmp(x, y) > 0 ? x : y, smaller = greater == x ? y : x;
    if (mpfr_nan_p(x) || mpfr_nan_p(y))
        mpfr_set_nan(out);
    else if (mpfr_inf_p(x) || mpfr_inf_p(y))
        mpfr_set(out, greater, MPFR_RNDN);
    else {
        mpfr_t sum;
        mpfr_init2(sum, 2 * reference_bits(out));
        mpfr_sub(sum, smaller, greater, MPFR_RNDN);
        mpfr_exp(sum, sum, MPFR_RNDN);
        mpfr_log1p(sum, sum, MPFR_RNDN);
        mpfr_add(out, sum, greater, MPFR_RNDN);
        mpfr_clear(sum);
    }
}

static inline void exact_silu(mpfr_t out, mpfr_srcptr x)
{
    exact_sigmoid(out, x);
    if (mpfr_inf_p(x) && mpfr_sgn(x) < 0)
        set_whole(out, 0);
    else
        mpfr_mul(out, out, x, MPFR_RNDN);
}

/* The nth derivative of the logistic function times x, n from 1 to 3. With s = sigmoid(x), t = 1 - s:
 * s (1 + x t), s t (2 + x d), s t (d (3 + x d) - 2 x s t), where d = t - s = -tanh(x/2). */
static inline void exact_silu_n(mpfr_t out, mpfr_srcptr x, int n)
{
    mpfr_prec_t bits = reference_bits(out) + 64;
    mpfr_t s, t, d, negative;
    if (mpfr_inf_p(x)) {
        set_whole(out, n == 1 && mpfr_sgn(x) > 0);
        return;
    }
    mpfr_inits2(bits, s, t, d, (mpfr_ptr)0);
    mpfr_init2(negative, mpfr_get_prec(x));
    mpfr_neg(negative, x, MPFR_RNDN);
    exact_sigmoid(s, x);
    exact_sigmoid(t, negative);
    mpfr_div_2ui(negative, negative, 1, MPFR_RNDN);
    mpfr_tanh(d, negative, MPFR_RNDN);
    mpfr_mul(d, n == 1 ? t : d, x, MPFR_RNDN);
    mpfr_add_si(d, d, n, MPFR_RNDN);
    if (n == 1) mpfr_mul(out, s, d, MPFR_RNDN);
    if (n == 2) {
        mpfr_mul(d, d, s, MPFR_RNDN);
        mpfr_mul(out, d, t, MPFR_RNDN);
    }
    if (n == 3) {
        mpfr_t product;
        mpfr_init2(product, bits);
        mpfr_mul(product, s, t, MPFR_RNDN);
        mpfr_tanh(t, negative, MPFR_RNDN);
        mpfr_mul(d, d, t, MPFR_RNDN);
        mpfr_mul(t, product, x, MPFR_RNDN);
        mpfr_mul_ui(t, t, 2, MPFR_RNDN);
        mpfr_sub(d, d, t, MPFR_RNDN);
        mpfr_mul(out, d, product, MPFR_RNDN);
        mpfr_clear(product);
    }
    mpfr_clears(s, t, d, negative, (mpfr_ptr)0);
}

static inline void exact_silu1(mpfr_t out, mpfr_srcptr x)
{
    exact_silu_n(out, x, 1);
}
static inline void exact_silu2(mpfr_t out, mpfr_srcptr x)
{
    exact_silu_n(out, x, 2);
}
static inline void exact_silu3(mpfr_t out, mpfr_srcptr x)
{
    exact_silu_n(out, x, 3);
}

/* ---- the normal distribution ------------------------------------------------------------------ */

/* e^(-x^2 / parts) */
static inline void exact_bell(mpfr_t out, mpfr_srcptr x, long parts)
{
    mpfr_t square;
    mpfr_init2(square, reference_bits(out));
    mpfr_sqr(square, x, MPFR_RNDN);
    mpfr_div_si(square, square, -parts, MPFR_RNDN);
    mpfr_exp(out, square, MPFR_RNDN);
    mpfr_clear(square);
}

static inline void exact_gauss(mpfr_t out, mpfr_srcptr x)
{
    exact_bell(out, x, 1);
}

static inline void exact_npdf(mpfr_t out, mpfr_srcptr x)
{
    mpfr_t root;
    mpfr_init2(root, reference_bits(out));
    mpfr_const_pi(root, MPFR_RNDN);
    mpfr_mul_ui(root, root, 2, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    exact_bell(out, x, 2);
    mpfr_div(out, out, root, MPFR_RNDN);
    mpfr_clear(root);
}

/* Phi(x) = erfc(-x / sqrt 2) / 2 */
static inline void exact_phi(mpfr_t out, mpfr_srcptr x)
{
    mpfr_t root;
    if (mpfr_cmp_si(x, 50) > 0 || mpfr_cmp_si(x, -50) < 0) { /* MPFR takes its time there */
        mpfr_set_ui_2exp(out, 1, mpfr_sgn(x) > 0 ? 0 : -4000, MPFR_RNDN);
        return;
    }
    mpfr_init2(root, reference_bits(out));
    mpfr_set_d(root, 0.5, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    mpfr_mul(root, root, x, MPFR_RNDN);
    mpfr_neg(root, root, MPFR_RNDN);
    mpfr_erfc(out, root, MPFR_RNDN);
    mpfr_div_ui(out, out, 2, MPFR_RNDN);
    mpfr_clear(root);
}

static inline void exact_gelu(mpfr_t out, mpfr_srcptr x)
{
    exact_phi(out, x);
    if (mpfr_cmp_si(x, -50) < 0)
        set_whole(out, 0);
    else
        mpfr_mul(out, out, x, MPFR_RNDN);
}

static inline void exact_gelu1(mpfr_t out, mpfr_srcptr x)
{
    mpfr_t sum, other;
    if (mpfr_cmp_si(x, 50) > 0 || mpfr_cmp_si(x, -50) < 0) {
        set_whole(out, mpfr_sgn(x) > 0);
        return;
    }
    mpfr_inits2(reference_bits(out) + 64, sum, other, (mpfr_ptr)0);
    exact_npdf(other, x);
    mpfr_mul(other, other, x, MPFR_RNDN);
    exact_phi(sum, x);
    mpfr_add(out, sum, other, MPFR_RNDN);
    mpfr_clears(sum, other, (mpfr_ptr)0);
}

/* ---- the gamma family beyond digamma: the zeta function of Hurwitz ------------------------------ */

enum { BERNOULLI = 24, HURWITZ_BITS = 256 };
static mpfr_t bernoulli[BERNOULLI + 1]; /* bernoulli[k] = B(2k) / (2k)! */

/* B(2k) / (2k)! = (-1)^(k+1) 2 zeta(2k) / (2 pi)^(2k) */
static inline void reference_begin(void)
{
    mpfr_t power;
    mpfr_init2(power, HURWITZ_BITS);
    for (unsigned long k = 1; k <= BERNOULLI; k++) {
        mpfr_init2(bernoulli[k], HURWITZ_BITS);
        mpfr_const_pi(power, MPFR_RNDN);
        mpfr_mul_ui(power, power, 2, MPFR_RNDN);
        mpfr_pow_ui(power, power, 2 * k, MPFR_RNDN);
        mpfr_zeta_ui(bernoulli[k], 2 * k, MPFR_RNDN);
        mpfr_mul_si(bernoulli[k], bernoulli[k], k % 2 ? 2 : -2, MPFR_RNDN);
        mpfr_div(bernoulli[k], bernoulli[k], power, MPFR_RNDN);
    }
    mpfr_clear(power);
}

static inline void reference_end(void)
{
    for (int k = 1; k <= BERNOULLI; k++) mpfr_clear(bernoulli[k]);
    mpfr_free_cache();
}

/* The formula of Euler and Maclaurin at a, for the terms from a on: a^(1-s)/(s-1) + a^-s/2
 * + sum of B(2k)/(2k)! s (s+1) ... (s+2k-2) a^(1-s-2k). */
static inline void hurwitz_rest(mpfr_t out, unsigned long s, mpfr_srcptr a)
{
    mpfr_t term, part;
    mpfr_inits2(HURWITZ_BITS, term, part, (mpfr_ptr)0);
    mpfr_pow_ui(term, a, s, MPFR_RNDN);
    mpfr_ui_div(term, 1, term, MPFR_RNDN);
    mpfr_div_ui(part, term, 2, MPFR_RNDN);
    mpfr_add(out, out, part, MPFR_RNDN);
    mpfr_mul(part, term, a, MPFR_RNDN);
    mpfr_div_ui(part, part, s - 1, MPFR_RNDN);
    mpfr_add(out, out, part, MPFR_RNDN);
    mpfr_div(term, term, a, MPFR_RNDN);
    mpfr_mul_ui(term, term, s, MPFR_RNDN);
    for (unsigned long k = 1; k <= BERNOULLI; k++) {
        mpfr_mul(part, term, bernoulli[k], MPFR_RNDN);
        mpfr_add(out, out, part, MPFR_RNDN);
        mpfr_mul_ui(term, term, (s + 2 * k - 1) * (s + 2 * k), MPFR_RNDN);
        mpfr_div(term, term, a, MPFR_RNDN);
        mpfr_div(term, term, a, MPFR_RNDN);
    }
    mpfr_clears(term, part, (mpfr_ptr)0);
}

/* zeta(s, start) for start > 0, s >= 2, to about 2^-95: term by term up to 30 + s. */
static inline void hurwitz(mpfr_t out, unsigned long s, mpfr_srcptr start)
{
    mpfr_t a, term;
    mpfr_inits2(HURWITZ_BITS, a, term, (mpfr_ptr)0);
    mpfr_set(a, start, MPFR_RNDN);
    set_whole(out, 0);
    for (unsigned long k = 0; k < 30 + s && mpfr_cmp_ui(a, 30 + s) < 0; k++) {
        mpfr_pow_ui(term, a, s, MPFR_RNDN);
        mpfr_ui_div(term, 1, term, MPFR_RNDN);
        mpfr_add(out, out, term, MPFR_RNDN);
        mpfr_add_ui(a, a, 1, MPFR_RNDN);
    }
    hurwitz_rest(out, s, a);
    mpfr_clears(a, term, (mpfr_ptr)0);
}

/* For x = f - m below zero, 0 < f < 1, the terms of zeta(s, x) are those of zeta(s, f) and,
 * mirrored, those of zeta(s, 1 - f) less zeta(s, 1 - x). */
static inline void hurwitz_mirror(mpfr_t out, unsigned long s, mpfr_srcptr x)
{
    mpfr_t a, part;
    mpfr_init2(a, 1200);
    mpfr_init2(part, HURWITZ_BITS);
    mpfr_floor(a, x);
    mpfr_sub(a, x, a, MPFR_RNDN);
    hurwitz(out, s, a);
    mpfr_ui_sub(a, 1, a, MPFR_RNDN);
    hurwitz(part, s, a);
    if (s % 2) mpfr_neg(part, part, MPFR_RNDN);
    mpfr_add(out, out, part, MPFR_RNDN);
    mpfr_ui_sub(a, 1, x, MPFR_RNDN);
    hurwitz(part, s, a);
    if (s % 2 == 0) mpfr_neg(part, part, MPFR_RNDN);
    mpfr_add(out, out, part, MPFR_RNDN);
    mpfr_clears(a, part, (mpfr_ptr)0);
}

/* (-1)^(n+1) n! zeta(n+1, x), n from 1 on. */
static inline void exact_polygamma_n(mpfr_t out, unsigned long n, mpfr_srcptr x)
{
    bool below = mpfr_sgn(x) < 0;
    if (mpfr_nan_p(x) || (mpfr_inf_p(x) && below))
        mpfr_set_nan(out);
    else if (mpfr_inf_p(x))
        set_whole(out, 0);
    else if (mpfr_zero_p(x))
        mpfr_set_inf(out, n % 2 || mpfr_signbit(x) ? 1 : -1);
    else if (below && mpfr_integer_p(x))
        n % 2 ? mpfr_set_inf(out, 1) : mpfr_set_nan(out);
    else {
        mpfr_t sum, factorial;
        mpfr_inits2(HURWITZ_BITS, sum, factorial, (mpfr_ptr)0);
        if (below)
            hurwitz_mirror(sum, n + 1, x);
        else
            hurwitz(sum, n + 1, x);
        mpfr_fac_ui(factorial, n, MPFR_RNDN);
        mpfr_mul(out, sum, factorial, MPFR_RNDN);
        if (n % 2 == 0) mpfr_neg(out, out, MPFR_RNDN);
        mpfr_clears(sum, factorial, (mpfr_ptr)0);
    }
}

static inline void exact_trigamma(mpfr_t out, mpfr_srcptr x)
{
    exact_polygamma_n(out, 1, x);
}
static inline void exact_tetragamma(mpfr_t out, mpfr_srcptr x)
{
    exact_polygamma_n(out, 2, x);
}
static inline void exact_pentagamma(mpfr_t out, mpfr_srcptr x)
{
    exact_polygamma_n(out, 3, x);
}

static inline void exact_polygamma(mpfr_t out, mpfr_srcptr order, mpfr_srcptr x)
{
    if (mpfr_zero_p(order))
        exact_digamma(out, x);
    else
        exact_polygamma_n(out, mpfr_get_ui(order, MPFR_RNDN), x);
}

/* ---- two arguments ------------------------------------------------------------------------------ */

#define REFERENCE_TWO(name, call)                                                                                      \
    static inline void exact_##name(mpfr_t out, mpfr_srcptr x, mpfr_srcptr y)                                          \
    {                                                                                                                  \
        call;                                                                                                          \
    }

REFERENCE_TWO(add, mpfr_add(out, x, y, MPFR_RNDN))
REFERENCE_TWO(sub, mpfr_sub(out, x, y, MPFR_RNDN))
REFERENCE_TWO(mul, mpfr_mul(out, x, y, MPFR_RNDN))
REFERENCE_TWO(ratio, mpfr_div(out, x, y, MPFR_RNDN))
REFERENCE_TWO(pow, mpfr_pow(out, x, y, MPFR_RNDN))
REFERENCE_TWO(hypot, mpfr_hypot(out, x, y, MPFR_RNDN))
REFERENCE_TWO(atan2, mpfr_atan2(out, x, y, MPFR_RNDN))

/* As Python has it: a / b's infinity or nan where b is 0 or a is infinite. */
static inline void exact_div(mpfr_t out, mpfr_srcptr a, mpfr_srcptr b)
{
    if (mpfr_zero_p(b) || !mpfr_number_p(a) || mpfr_nan_p(b)) {
        mpfr_div(out, a, b, MPFR_RNDN);
        if (mpfr_inf_p(a)) mpfr_set_nan(out);
    } else if (mpfr_inf_p(b)) {
        set_whole(out, mpfr_zero_p(a) || (mpfr_sgn(a) < 0) == (mpfr_sgn(b) < 0) ? 0 : -1);
    } else {
        mpfr_t whole;
        mpfr_init2(whole, 2300);
        mpfr_div(whole, a, b, MPFR_RNDD);
        mpfr_rint_floor(out, whole, MPFR_RNDN);
        mpfr_clear(whole);
    }
}

static inline void exact_mod(mpfr_t out, mpfr_srcptr a, mpfr_srcptr b)
{
    mpfr_t whole;
    if (mpfr_zero_p(b) || mpfr_nan_p(b) || !mpfr_number_p(a)) {
        mpfr_set_nan(out);
        return;
    }
    mpfr_init2(whole, 2300);
    mpfr_fmod(whole, a, b, MPFR_RNDN);
    if (!mpfr_zero_p(whole) && (mpfr_sgn(whole) < 0) != (mpfr_sgn(b) < 0)) mpfr_add(whole, whole, b, MPFR_RNDN);
    mpfr_set(out, whole, MPFR_RNDN);
    mpfr_clear(whole);
}

#endif
