/*
 * Scalar kernels: the functions that the C library lacks, or has less exactly than four ULP.
 *
 * Every kernel is a `static inline double` over double arguments. It uses libm, its own locals and
 * kernels that stand above it, nothing else: the text of a kernel is also copied into generated C
 * programs, so its signature stands on one line that begins in column 0, and its last line is a
 * closing brace in column 0. Tables live inside the function that reads them.
 *
 * Accuracy. The goal is four ULP over the whole domain, subnormal arguments and results included,
 * because derivative rules multiply several of these. Four tools reach it:
 *   - a product, a sum or an argument held in two parts, high + low, where one double loses bits;
 *   - a zero factored out: f(x) = (x - x0) h(x), with x0 in two parts and h smooth;
 *   - rational fits whose coefficients are all of one sign, so that no sum in them cancels;
 *   - arithmetic in two doubles (k_dd_*, about 104 bits) for the few arguments where these fail.
 * Nothing here may be contracted to fused multiply-adds: compile with -ffp-contract=off.
 *
 * Each comment gives the formula, where it comes from, and in brackets the worst error in ULP that
 * tests/kernels/ulp.c found. Fits are rational least squares on Chebyshev nodes, reweighted towards
 * the least maximal relative error, computed with 60 digits; the bound given is that of the fit.
 */
#ifndef EDGEWISE_MATH_KERNELS_H
#define EDGEWISE_MATH_KERNELS_H

#include <math.h>

#include "math/elementary.h"

/* ---- sums and products in two parts -------------------------------------------------------- */

/* a + b = result + low exactly (Knuth), unless the sum overflows. */
static inline double k_two_sum(double a, double b, double *low)
{
    double sum = a + b, part = sum - a;
    *low = (a - (sum - part)) + (b - part);
    return sum;
}

/* a * b = result + low exactly (Dekker, Veltkamp), for |a|, |b| < 2^996 and a product > 2^-969. */
static inline double k_two_product(double a, double b, double *low)
{
    double c = 134217729.0 * a, d = 134217729.0 * b;
    double a1 = c - (c - a), a2 = a - a1, b1 = d - (d - b), b2 = b - b1;
    double product = a * b;
    *low = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    return product;
}

/* (ah + al) + (bh + bl) to about 2^-105 of the result, also when the terms cancel. */
static inline double k_dd_sum(double ah, double al, double bh, double bl, double *low)
{
    double e, f, s = k_two_sum(ah, bh, &e), t = k_two_sum(al, bl, &f);
    s = k_two_sum(s, e + t, &e);
    return k_two_sum(s, e + f, low);
}

/* (ah + al) (bh + bl) to about 2^-104 of the result. */
static inline double k_dd_product(double ah, double al, double bh, double bl, double *low)
{
    double e, p = k_two_product(ah, bh, &e);
    return k_two_sum(p, e + (ah * bl + al * bh), low);
}

/*
 * (ah + al) (bh + bl) for powers, ah and bh not on both sides of 1: beyond the range of k_two_product one number. The
 * low part is not made small beside the high one: in t^j it is at most j 2^-53 of that.
 */
static inline double k_power_product(double ah, double al, double bh, double bl, double *low)
{
    double e, p = k_two_product(ah, bh, &e);
    int middle = fabs(p) < 0x1p990 && fabs(p) > 0x1p-960;
    e += ah * bl + al * bh;
    *low = middle ? e : 0.0;
    return middle ? p : (ah + al) * (bh + bl);
}

/* power[b] = t^b for b < 16, each of at most three roundings; the result and *low are t^16. */
static inline double k_powers(double t, double *power, double *low)
{
    double two_low, four_low, eight_low, two = k_power_product(t, 0.0, t, 0.0, &two_low), four, eight;
    power[0] = 1.0;
    power[1] = t;
    power[2] = two + two_low;
    power[3] = k_power_product(two, two_low, t, 0.0, low);
    power[3] += *low;
    four = k_power_product(two, two_low, two, two_low, &four_low);
    power[4] = four + four_low;
    for (int b = 1; b < 4; b++) power[4 + b] = power[4] * power[b];
    eight = k_power_product(four, four_low, four, four_low, &eight_low);
    power[8] = eight + eight_low;
    for (int b = 1; b < 4; b++) power[8 + b] = power[8] * power[b];
    power[12] = k_power_product(eight, eight_low, four, four_low, low);
    power[12] += *low;
    for (int b = 1; b < 4; b++) power[12 + b] = power[12] * power[b];
    return k_power_product(eight, eight_low, eight, eight_low, low);
}

/* (ah + al) / (bh + bl) to about 2^-103 of the result: three digits of long division. */
static inline double k_dd_quotient(double ah, double al, double bh, double bl, double *low)
{
    double first = ah / bh, second, third, pl, rl;
    double ph = k_dd_product(first, 0.0, bh, bl, &pl), rh = k_dd_sum(ah, al, -ph, -pl, &rl);
    second = rh / bh;
    ph = k_dd_product(second, 0.0, bh, bl, &pl);
    rh = k_dd_sum(rh, rl, -ph, -pl, &rl);
    third = rh / bh;
    first = k_two_sum(first, second, &rl);
    return k_two_sum(first, rl + third, low);
}

/*
 * e^(xh + xl) - 1 for |x| < 0.7, relative error about 2^-104: the Taylor series, its first 17 terms
 * in two doubles.
 */
static inline double k_dd_expm1(double xh, double xl, double *low)
{
    static const double high[17] = {1.0,
                                    0.5,
                                    0.16666666666666666,
                                    0.041666666666666664,
                                    0.0083333333333333332,
                                    0.0013888888888888889,
                                    0.00019841269841269841,
                                    2.4801587301587302e-05,
                                    2.7557319223985893e-06,
                                    2.7557319223985888e-07,
                                    2.505210838544172e-08,
                                    2.08767569878681e-09,
                                    1.6059043836821613e-10,
                                    1.1470745597729725e-11,
                                    7.6471637318198164e-13,
                                    4.7794773323873853e-14,
                                    2.8114572543455206e-15};
    static const double rest[17] = {0.0,
                                    0.0,
                                    9.2518585385429707e-18,
                                    2.3129646346357427e-18,
                                    1.1564823173178714e-19,
                                    -5.3005439543735771e-20,
                                    1.7209558293420705e-22,
                                    2.1511947866775882e-23,
                                    -1.8583932740464721e-22,
                                    2.3767714622250297e-23,
                                    -1.448814070935912e-24,
                                    -1.20734505911326e-25,
                                    1.2585294588752098e-26,
                                    2.0655512752830745e-28,
                                    7.03872877733453e-30,
                                    4.3992054858340813e-31,
                                    1.6508842730861433e-31};
    static const double tail[11] = {1.5619206968586225e-16, 8.2206352466243295e-18, 4.1103176233121648e-19,
                                    1.9572941063391263e-20, 8.8967913924505741e-22, 3.8681701706306841e-23,
                                    1.6117375710961184e-24, 6.4469502843844736e-26, 2.4795962632247976e-27,
                                    9.183689863795546e-29,  3.2798892370698378e-30};
    double s = tail[10], t = 0.0;
    for (int k = 9; k >= 0; k--) s = s * xh + tail[k];
    for (int k = 16; k >= 0; k--) {
        s = k_dd_product(s, t, xh, xl, &t);
        s = k_dd_sum(s, t, high[k], rest[k], &t);
    }
    return k_dd_product(s, t, xh, xl, low);
}

/* e^(xh + xl) for -700 < x < 700, with x - k log 2, log 2 in three parts, as the argument above. */
static inline double k_dd_exp(double xh, double xl, double *low)
{
    double k = floor(xh * 1.4426950408889634 + 0.5), r, s;
    r = k_dd_sum(xh, xl, -k * 0.69314718055920821, -k * 7.3710025651619959e-13, &s);
    r = k_dd_sum(r, s, -k * 5.8029889835956905e-25, 0.0, &s);
    r = k_dd_expm1(r, s, &s);
    r = k_dd_sum(r, s, 1.0, 0.0, &s);
    *low = ldexp(s, (int)k);
    return ldexp(r, (int)k);
}

/* log(xh + xl) for 2^-900 < x < 2^900: one step of Newton from libm's logarithm. */
static inline double k_dd_log(double xh, double xl, double *low)
{
    double first = log(xh), s, r = k_dd_exp(-first, 0.0, &s);
    r = k_dd_product(r, s, xh, xl, &s);
    r = k_dd_sum(r, s, -1.0, 0.0, &s);
    return k_dd_sum(first, 0.0, r - 0.5 * r * r, s, low);
}

/* ---- the logistic family ------------------------------------------------------------------- */

/*
 * Its derivative, sigmoid(x) sigmoid(-x) = e / (1 + e)^2 with e = e^-|x|, 1 + e and its square in two
 * parts. [1.9]
 */
static inline double k_sigmoid1(double x)
{
    double e = k_exp(-fabs(x)), f = 1.0 + e, low, p = k_two_product(f, f, &low), q = e / p;
    low += 2.0 * f * (e - (f - 1.0));
    return q - q * (low / p);
}

/*
 * log(e^x + e^y) = m + log(1 + e^d), m the greater, d = -|x - y|. Near the curve e^x + e^y = 1 the
 * two terms cancel; there it is log1p(expm1(m) + e^n), n the lesser, in two doubles. [3.0 where y
 * is off the curve by 2^-48 or more of itself; nearer, an absolute error of 2^-103 e^n remains]
 */
static inline double k_logaddexp(double x, double y)
{
    double m = x > y ? x : y, n = x > y ? y : x, e, d, sum, a, b, c;
    if (x != x || y != y) return x + y;
    if (isinf(m) || isinf(n)) return m;
    d = k_two_sum(n, -m, &e);
    a = k_exp(d);
    a = k_log1p(a) + e * a;
    sum = m + a;
    if (m > 0.0 || n < -700.0 || fabs(sum) > fabs(m) || a < 0.5 * fabs(sum)) return sum;
    a = k_dd_expm1(m, 0.0, &b);
    d = k_dd_exp(n, 0.0, &c);
    a = k_dd_sum(a, b, d, c, &b);
    return k_log1p(a) + b;
}

/*
 * x sigmoid(x), 0 at -inf; below -40, where 1 + e^x is 1, e^x is taken as two factors: it may
 * be subnormal where the product is not. [2.9]
 */
static inline double k_silu(double x)
{
    if (x >= -40.0 || x != x) return x * k_sigmoid(x);
    if (x < -800.0) return x < -1.7976931348623157e308 ? 0.0 : -0.0;
    double half = k_exp(0.5 * x);
    return x * half * half;
}

/*
 * The derivative of silu. With e = e^x it is e (1 + x + e) / (1 + e)^2. The middle factor has a
 * zero x0; with d = x - x0 it is d + E expm1(d), E = e^x0 = -(1 + x0), two terms of one sign. The
 * rest is 1 / (e^x + 2 + e^-x), or (1 - tanh(x/2)^2) / 4 where the tangent is small.
 * Above zero, with e = e^-x, it is 1 + e (x - 1 - e) / (1 + e)^2. [3.7]
 */
static inline double k_silu1(double x)
{
    if (x >= 0.0) {
        double e = k_exp(-x), f = 1.0 + e;
        if (x > 800.0) return 1.0;
        return 1.0 + e * (x - 1.0 - e) / (f * f);
    }
    if (x < -800.0) return x < -1.7976931348623157e308 ? 0.0 : -0.0;
    double d = (x + 1.2784645427610737) + 1.0946994183093437e-16;
    double u = d + 0.2784645427610738 * k_expm1(d);
    if (x < -40.0) {
        double half = k_exp(0.5 * x);
        return u * half * half;
    }
    if (x > -1.0) {
        double half = k_tanh(0.5 * x);
        return 0.25 * u * (1.0 - half * half);
    }
    double e = k_exp(-x);
    return u / (e + (2.0 + 1.0 / e));
}

/*
 * The second derivative of silu, an even function: with a = |x|, e = e^-a
 *     e / (1 + e)^3 (2 (1 + e) - a (1 - e)),
 * whose last factor has the zero a0; with d = a - a0 it is -(d (1 - e) - C expm1(-d)), C = a0 - 2,
 * again without cancellation. [4.3]
 */
static inline double k_silu2(double x)
{
    double a = fabs(x), d = (a - 2.3993572805154675) - 1.8464872855353363e-16;
    if (a > 800.0) return -0.0;
    double u = 0.39935728051546765 * k_expm1(-d) + d * k_expm1(-a);
    if (a < 1.0) u = 2.0 + 2.0 * k_exp(-a) + a * k_expm1(-a);
    if (a > 40.0) {
        double half = k_exp(-0.5 * a);
        return u * half * half;
    }
    double e = k_exp(a), f = 1.0 / e;
    return u / ((e + (2.0 + f)) * (1.0 + f));
}

/* ---- the normal distribution --------------------------------------------------------------- */

/* e^(-x^2), the square in two parts. [1.3] */
static inline double k_gauss(double x)
{
    double low, high, e;
    if (fabs(x) > 28.0) return 0.0;
    high = k_two_product(x, x, &low);
    e = k_exp(-high);
    return e - e * low;
}

/*
 * e^(-x^2/2) / sqrt(2 pi), the square and the constant in two parts. Beyond 36 the power is taken
 * 2^200 times as great, to round once only where the result is subnormal. [1.3]
 */
static inline double k_npdf(double x)
{
    double low, high, e, p, q, scale = 1.0;
    if (fabs(x) > 39.0) return 0.0;
    high = -0.5 * k_two_product(x, x, &low);
    low *= -0.5;
    if (high < -648.0) {
        scale = 0x1p-200;
        high += 138.62943611184164; /* 200 log 2 */
        low += 1.4742005130323992e-10;
    }
    e = k_exp(high);
    p = k_two_product(e, 0.3989422804014327, &q);
    return scale * (p + (q + (low - 6.2473600385512825e-17) * p));
}

/*
 * The ratio of Mills, (1 - Phi(a)) / phi(a) = sqrt(pi/2) e^(a^2/2) erfc(a / sqrt 2), for a >= 0, as
 * 1 / (a + r(a)): the error of r, a fit, weighs little. r on [0, 2] and [2, 6] (2^-60.8, 2^-63.1 of
 * a + r); beyond, R(1/a^2) / a (2^-57.8). [2.6]
 */
static inline double k_mills(double a)
{
    double p, q, t;
    if (a < 2.0) {
        p = (((((3.5460386562516679e-05 * a + 0.00082307872985742719) * a + 0.0088581624487668043) * a +
               0.056460434946224776) *
                  a +
              0.23013366484482478) *
                 a +
             0.57149767732141332) *
                a +
            0.79788456080286541;
        q = ((((((3.5451214549250798e-05 * a + 0.00082342932593238306) * a + 0.0089223554278289909) * a +
                0.058192399130887786) *
                   a +
               0.24682713119449665) *
                  a +
              0.68543487740401399) *
                 a +
             1.1716956949425343) *
                a +
            1.0;
    } else if (a < 6.0) {
        p = (((((0.00013418459487974648 * a + 0.0022941024837132918) * a + 0.019530170627707261) * a +
               0.10239293188135831) *
                  a +
              0.34751173856455692) *
                 a +
             0.73256489744597675) *
                a +
            0.79788464020389127;
        q = ((((((0.00013418449026070115 * a + 0.0022941098674127505) * a + 0.019798291747723334) * a +
                0.10698640942544596) *
                   a +
               0.38568760905921545) *
                  a +
              0.92448170596634438) *
                 a +
             1.3735640989089675) *
                a +
            1.0;
    } else {
        t = 1.0 / (a * a);
        p = (((2474.8583700544591 * t + 2363.0291141386374) * t + 544.09118249265339) * t + 42.168624196692967) * t +
            0.99999999999997202;
        q = ((((1223.0265481462266 * t + 5293.4554600299971) * t + 3240.1997170051764) * t + 622.42843093125271) * t +
             44.168624196632464) *
                t +
            1.0;
        q *= a;
    }
    return 1.0 / (a + p / q);
}

/*
 * erfc(x): 1 - erf(x) up to 0.8, where erfc is still above 1/4; beyond, e^(-x^2) / sqrt pi over
 * x + s(x), s a fit on [0.8, 2] and [2, 6] (2^-59.6, 2^-63.4 of x + s) and S(1/x^2) / x above
 * (2^-56.1). The low part of x^2 goes into the divisor, where it costs no rounding.
 * [3.3; libm 3.7]
 */
static inline double k_erfc(double x)
{
    double p, q, t, low, high;
    if (!(x > 0.8)) return 1.0 - erf(x);
    if (x > 28.0) return 0.0;
    if (x < 2.0) {
        p = ((((0.0015098719389313297 * x + 0.017401930216123393) * x + 0.094177811591759447) * x +
              0.29875913816966321) *
                 x +
             0.55800526489697588) *
                x +
            0.56418958071053715;
        q = (((((0.0030200858366899834 * x + 0.034793908561096085) * x + 0.19151595039115155) * x +
               0.63104494012065315) *
                  x +
              1.3081444282299626) *
                 x +
             1.6331132060382518) *
                x +
            1.0;
    } else if (x < 6.0) {
        p = (((((0.001239339468136781 * x + 0.013125867389917376) * x + 0.072595402131101036) * x +
               0.2506617605903928) *
                  x +
              0.56463373328722244) *
                 x +
             0.7917560800786525) *
                x +
            0.5641909184424394;
        q = ((((((0.0024786787558557363 * x + 0.026251746033128239) * x + 0.14766915272061792) * x +
                0.52758132684319792) *
                   x +
               1.2706621573264349) *
                  x +
              2.0462031922307444) *
                 x +
             2.0474414147238509) *
                x +
            1.0;
    } else {
        t = 1.0 / (x * x);
        p = ((24.13052600124891 * t + 28.304915644396701) * t + 7.3961174651257977) * t + 0.49999999999994588;
        q = (((15.132182981503602 * t + 87.932517508927546) * t + 69.902066280838469) * t + 15.792234930111906) * t +
            1.0;
        q *= x;
    }
    high = k_two_product(x, x, &low);
    t = p / q;
    return 0.56418958354775628 * k_exp(-high) / (x + (t + low * (x + t)));
}

/* x Phi(x), 0 at -inf; Phi by erf near 0, else by Mills' ratio, Phi(-a) = phi(a) M(a). [3.8] */
static inline double k_gelu(double x)
{
    if (fabs(x) < 0.6) return x * (0.5 + 0.5 * erf(0.70710678118654757 * x));
    if (x < 0.0) return x < -1.7976931348623157e308 ? 0.0 : x * k_mills(-x) * k_npdf(x);
    return x * (1.0 - k_npdf(x) * k_mills(x));
}

/*
 * The derivative of gelu, Phi(x) + x phi(x): with a = |x| and g(a) = a - M(a) it is -phi(a) g(a)
 * below zero and 1 + phi(a) g(a) above. g has the zero a0; on [0, 2] g = (a - a0) (1 + h(a)), h a
 * fit (2^-62.6 of 1 + h). Below -37.6, phi subnormal, e^(-a^2/2) is taken as two factors.
 * [3.9]
 */
static inline double k_gelu1(double x)
{
    double a = fabs(x), g, p, q, low, high, root;
    if (a > 40.0) return x > 0.0 ? 1.0 : x < -1.7976931348623157e308 ? 0.0 : -0.0;
    if (a < 2.0) {
        p = (((((9.7988645200314492e-05 * a + 0.0020688936769476824) * a + 0.01969000469409939) * a +
               0.10792880241177666) *
                  a +
              0.36122081330231087) *
                 a +
             0.70757796897800351) *
                a +
            0.66710330743135204;
        q = ((((((0.00013033820601852521 * a + 0.0028274073467999669) * a + 0.027881360095787108) * a +
                0.16080335776223928) *
                   a +
               0.58251219509907437) *
                  a +
              1.3195257716777047) *
                 a +
             1.724444304085941) *
                a +
            1.0;
        g = ((a - 0.75179152469356447) + 1.4956759177009883e-17) * (1.0 + p / q);
    } else {
        g = a - k_mills(a);
    }
    if (!(x < 0.0)) return 1.0 + k_npdf(a) * g;
    if (a < 37.6) return -(k_npdf(a) * g);
    high = k_two_product(a, a, &low);
    root = k_exp(-0.25 * high);
    return -(0.3989422804014327 * g * (1.0 - 0.5 * low) * root * root);
}

/* ---- functions the C library has less exactly ---------------------------------------------- */

/* The cube root: one step of Newton from libm's, the cube in two parts. [0.5; libm 3.1] */
static inline double k_cbrt(double x)
{
    double scale = 1.0, z, p, q, s, t;
    if (x == 0.0 || x != x || isinf(x)) return x;
    if (fabs(x) > 1e270) {
        x *= 0x1p-300;
        scale = 0x1p100;
    } else if (fabs(x) < 1e-250) {
        x *= 0x1p300;
        scale = 0x1p-100;
    }
    z = cbrt(x);
    p = k_two_product(z, z, &q);
    s = k_two_product(p, z, &t);
    return scale * (z - ((s - x) + (t + q * z)) / (3.0 * p));
}

/* ---- the gamma family ---------------------------------------------------------------------- */

/*
 * log |gamma(x)|: libm's, but between -18.5 and -2 where the value is small (around zeros, of which
 * libm is exact only in the immediate neighbourhood): with y = x + n >= 20 and in two doubles
 *     (y - 1/2) log y - y + log(2 pi) / 2 + sum of B(2k) / (2k (2k-1) y^(2k-1))
 *     - log |x (x+1) ... (y-1)|.
 * [3.5; libm 6.1]
 */
static inline double k_lgamma(double x)
{
    static const double high[4] = {0.083333333333333329, -0.0027777777777777779, 0.00079365079365079365,
                                   -0.00059523809523809529};
    static const double rest[4] = {4.6259292692714853e-18, 1.0601087908747154e-19, 6.8838233173682821e-22,
                                   5.3693821875472602e-20};
    static const double tail[11] = {0.00084175084175084171, -0.0019175269175269176, 0.00641025641025641,
                                    -0.029550653594771242,  0.17964437236883057,    -1.3924322169059011,
                                    13.402864044168393,     -156.84828462600203,    2193.1033333333335,
                                    -36108.77125372499,     691472.26885131304};
    double first = lgamma(x), y = x, yl = 0.0, p = 1.0, pl = 0.0, s = tail[10], sl = 0.0;
    double t, tl, u, ul;
    if (!(x > -18.5 && x < -2.0) || fabs(first) > 1.5 || fabs(first) < 0x1p-44) return first;
    while (y < 20.0) {
        p = k_dd_product(p, pl, y, yl, &pl);
        y = k_dd_sum(y, yl, 1.0, 0.0, &yl);
    }
    t = k_dd_quotient(1.0, 0.0, y, yl, &tl);
    u = k_dd_product(t, tl, t, tl, &ul);
    for (int k = 9; k >= 0; k--) s = s * u + tail[k];
    for (int k = 3; k >= 0; k--) {
        s = k_dd_product(s, sl, u, ul, &sl);
        s = k_dd_sum(s, sl, high[k], rest[k], &sl);
    }
    s = k_dd_product(s, sl, t, tl, &sl);
    s = k_dd_sum(s, sl, 0.91893853320467278, -3.8782941580672414e-17, &sl);
    s = k_dd_sum(s, sl, -y, -yl, &sl);
    t = k_dd_log(y, yl, &tl);
    u = k_dd_sum(y, yl, -0.5, 0.0, &ul);
    t = k_dd_product(t, tl, u, ul, &tl);
    s = k_dd_sum(s, sl, t, tl, &sl);
    t = k_dd_log(p < 0.0 ? -p : p, p < 0.0 ? -pl : pl, &tl);
    return k_dd_sum(s, sl, -t, -tl, &sl);
}

/*
 * digamma in two doubles for 0.5 <= y < 2^53: shifted up to 20, then
 * log y - 1/(2y) - sum of B(2k) / (2k y^2k), the first five terms in two doubles.
 */
static inline double k_dd_digamma(double yh, double yl, double *low)
{
    static const double tail[10] = {
        -0.021092796092796094, 0.083333333333333329, -0.44325980392156861, 3.0539543302701198,  -26.456212121212122,
        281.46014492753625,    -3607.5105463980462,  54827.583333333336,   -974936.82385057467, 20052695.79668808};
    static const double high[5] = {0.083333333333333329, -0.0083333333333333332, 0.003968253968253968,
                                   -0.0041666666666666666, 0.007575757575757576};
    static const double rest[5] = {4.6259292692714853e-18, -1.1564823173178714e-19, 2.2028234615578502e-19,
                                   -5.7824115865893569e-20, -2.1026951223961299e-19};
    double sum = 0.0, less = 0.0, t, u, s, r;
    while (yh < 20.0) {
        t = k_dd_quotient(1.0, 0.0, yh, yl, &u);
        sum = k_dd_sum(sum, less, -t, -u, &less);
        yh = k_dd_sum(yh, yl, 1.0, 0.0, &yl);
    }
    t = k_dd_quotient(1.0, 0.0, yh, yl, &u);
    sum = k_dd_sum(sum, less, -0.5 * t, -0.5 * u, &less);
    t = k_dd_product(t, u, t, u, &u);
    s = tail[9];
    r = 0.0;
    for (int k = 8; k >= 0; k--) s = s * t + tail[k];
    for (int k = 4; k >= 0; k--) {
        s = k_dd_product(s, r, t, u, &r);
        s = k_dd_sum(s, r, high[k], rest[k], &r);
    }
    s = k_dd_product(s, r, t, u, &r);
    sum = k_dd_sum(sum, less, -s, -r, &less);
    t = k_dd_log(yh, yl, &u);
    return k_dd_sum(sum, less, t, u, low);
}

/*
 * pi / tan(pi f) in two doubles for 2^-60 < |f| <= 1/2: with u = pi f / 8 the continued fraction
 * cot u = (1 - u^2 / (3 - u^2 / (5 - ...))) / u (Lambert), then three times
 * cot 2u = (cot u - 1 / cot u) / 2.
 */
static inline double k_dd_cot(double f, double *low)
{
    double ul, uh = k_dd_product(0.125 * f, 0.0, 3.1415926535897931, 1.2246467991473532e-16, &ul);
    double sl, sh = k_dd_product(uh, ul, uh, ul, &sl), c = 23.0, e, t;
    for (double odd = 21.0; odd > 12.0; odd -= 2.0) c = odd - sh / c;
    e = 0.0;
    for (double odd = 11.0; odd > 0.0; odd -= 2.0) {
        c = k_dd_quotient(sh, sl, c, e, &e);
        c = k_dd_sum(odd, 0.0, -c, -e, &e);
    }
    c = k_dd_quotient(c, e, uh, ul, &e);
    for (int k = 0; k < 3; k++) {
        double r = k_dd_quotient(1.0, 0.0, c, e, &t);
        c = k_dd_sum(0.5 * c, 0.5 * e, -0.5 * r, -0.5 * t, &e);
    }
    return k_dd_product(c, e, 3.1415926535897931, 1.2246467991473532e-16, low);
}

/*
 * digamma(1 + d) for 0 <= d <= 1, as (1 + d - x0) h(d), x0 = 1.4616... its zero, in two parts,
 * h a fit (2^-65.7). [4]
 */
static inline double k_digamma_unit(double d)
{
    double h = ((((((1.1201569539143055e-06 * d + 0.00059116292800652601) * d + 0.020178269662737867) * d +
                   0.21767385857811286) *
                      d +
                  0.97432157414675502) *
                     d +
                 1.8699902467452858) *
                    d +
                1.2503801375034054) /
               ((((((0.00012270766115883653 * d + 0.006176138734770768) * d + 0.091821170513748537) * d +
                   0.57361828359433009) *
                      d +
                  1.6669347514272004) *
                     d +
                 2.1790842045742691) *
                    d +
                1.0);
    return ((d - 0.46163214496836225) - 9.5499954299656974e-17) * h;
}

/* digamma(2 + d) for 0 <= d <= 1, as digamma(2), 1 less Euler's constant, plus d G(d): nothing cancels.
 * G is a fit (2^-59.1). */
static inline double k_digamma_next(double d)
{
    double g =
        (((((1.4749443129600691e-06 * d + 0.0006369760404735599) * d + 0.018699881335033895) * d +
           0.16774152501614156) *
              d +
          0.5710956608443017) *
             d +
         0.6449340668482264) /
        (((((0.00014793768841144878 * d + 0.006837347621585874) * d + 0.09239518086215279) * d + 0.5080300135914654) *
              d +
          1.198808690293365) *
             d +
         1.0);
    return 0.42278433509846713 + (4.942915152430645e-18 + d * g);
}

/*
 * digamma, the derivative of log gamma. Above zero: the asymptotic series from 10 on, [1, 2] and
 * [2, 3] by their fits, the rest by digamma(x + 1) = digamma(x) + 1/x. Below zero by
 * digamma(1 - x) - pi / tan(pi x); where these cancel (each interval between poles has a zero)
 * the same in two doubles. nan at -1, -2, ... and -inf, -inf at 0, inf at -0. [4.3; 7.5 at the
 * double next to one zero, -5.667]
 */
static inline double k_digamma(double x)
{
    double f, t, e, a, b, sum = 0.0, low = 0.0;
    if (x > 0.0) {
        if (x >= 10.0) {
            t = 1.0 / (x * x);
            a = ((((((t / 12.0 - 0.021092796092796094) * t + 0.007575757575757576) * t - 0.0041666666666666666) * t +
                   0.003968253968253968) *
                      t -
                  0.0083333333333333332) *
                     t +
                 0.083333333333333329) *
                t;
            return log(x) - (0.5 / x + a);
        }
        if (x < 1.0) return k_digamma_unit(x) - 1.0 / x;
        if (x <= 2.0) return k_digamma_unit(x - 1.0);
        while (x > 3.0) {
            x -= 1.0;
            sum = k_two_sum(sum, 1.0 / x, &e);
            low += e;
        }
        return (k_digamma_next(x - 2.0) + low) + sum;
    }
    if (x == 0.0) return -1.0 / x;
    if (x == floor(x) || x != x) return (x - x) / (x - x);
    f = x - floor(x + 0.5);
    if (x > -1e-9) return -1.0 / x - 0.57721566490153287;
    low = fabs(f) > 0.25 ? copysign(0.5, f) - f : f; /* cot pi f = tan pi (1/2 - f) */
    t = k_two_product(low, 3.1415926535897931, &e);
    e += low * 1.2246467991473532e-16;
    t = tan(t);
    t += e * (1.0 + t * t);
    b = low == f ? 3.1415926535897931 / t : 3.1415926535897931 * t;
    a = x > -1.0 ? k_digamma_unit(-x) : k_digamma(1.0 - x);
    if (fabs(a - b) > fabs(b)) return a - b;
    t = k_two_sum(1.0, -x, &e);
    t = k_dd_digamma(t, e, &e);
    a = k_dd_cot(f, &b);
    t = k_dd_sum(t, e, -a, -b, &e);
    return t + e;
}

/*
 * trigamma, the second derivative of log gamma: sum of (x + k)^-2 shifted up to 12, then
 * 1/x + 1/(2 x^2) + sum of B(2k) / x^(2k+1); below zero (pi / sin(pi x))^2 - trigamma(1 - x),
 * which never cancels. inf at 0, -1, -2, ...; nan at -inf. [2.4]
 */
static inline double k_trigamma(double x)
{
    double f, t, e, s, q, p, low, sum = 0.0, rest = 0.0;
    if (x > 0.0) {
        if (x < 1e-9) return 1.0 / x / x + 1.6449340668482264;
        while (x < 12.0) {
            sum = k_two_sum(sum, 1.0 / (x * x), &e);
            rest += e;
            x += 1.0;
        }
        t = 1.0 / x;
        s = t * t;
        e = (((((((-7.0921568627450977 * s + 1.1666666666666667) * s - 0.2531135531135531) * s + 0.07575757575757576) *
                    s -
                0.033333333333333333) *
                   s +
               0.023809523809523808) *
                  s -
              0.033333333333333333) *
                 s +
             0.16666666666666666) *
            s;
        return (t + (t * (0.5 * t + e) + rest)) + sum;
    }
    if (x == 0.0) return INFINITY;
    if (isinf(x) || x != x) return x - x;
    if (x == floor(x)) return INFINITY;
    f = x - floor(x + 0.5);
    if (x > -1e-9) return 1.0 / x / x + 1.6449340668482264;
    t = k_two_product(f, 3.1415926535897931, &e);
    e += f * 1.2246467991473532e-16;
    s = sin(t);
    q = 3.1415926535897931 / s;
    p = k_two_product(q, s, &low);
    e = ((3.1415926535897931 - p) - low + 1.2246467991473532e-16 - q * (e * cos(t))) / s;
    p = k_two_product(q, q, &low);
    return p + (low + 2.0 * q * e - k_trigamma(1.0 - x));
}

/* The second derivative of digamma for y >= 0.5 in two doubles, from its series as k_dd_digamma. */
static inline double k_dd_tetragamma(double yh, double yl, double *low)
{
    static const double tail[13] = {-3.2904761904761903, 17.5,
                                    -120.56666666666666, 1044.452380952381,
                                    -11111.60909090909,  142418.83333333334,
                                    -2164506.327838828,  38488963.5,
                                    -791648700.9666667,  18649007090.919914,
                                    -498838420314.0412,  15036512507140.834,
                                    -507331242588268.3};
    static const double high[5] = {0.5, -0.16666666666666666, 0.16666666666666666, -0.3, 0.83333333333333337};
    static const double rest[5] = {0.0, -9.2518585385429707e-18, 9.2518585385429707e-18, -1.1102230246251566e-17,
                                   -3.7007434154171883e-17};
    double sum = 0.0, less = 0.0, s = tail[12], r = 0.0, t, tl, u, ul;
    for (; yh < 20.0; yh = k_dd_sum(yh, yl, 1.0, 0.0, &yl)) {
        t = k_dd_quotient(1.0, 0.0, yh, yl, &tl);
        u = k_dd_product(t, tl, t, tl, &ul);
        u = k_dd_product(u, ul, t, tl, &ul);
        sum = k_dd_sum(sum, less, -2.0 * u, -2.0 * ul, &less);
    }
    t = k_dd_quotient(1.0, 0.0, yh, yl, &tl);
    u = k_dd_product(t, tl, t, tl, &ul);
    for (int k = 11; k >= 0; k--) s = s * u + tail[k];
    for (int k = 4; k >= 0; k--) {
        s = k_dd_product(s, r, u, ul, &r);
        s = k_dd_sum(s, r, high[k], rest[k], &r);
    }
    s = k_dd_product(s, r, u, ul, &r);
    s = k_dd_sum(s, r, t, tl, &r);
    s = k_dd_sum(s, r, 1.0, 0.0, &r);
    s = k_dd_product(s, r, u, ul, &r);
    return k_dd_sum(sum, less, -s, -r, low);
}

/*
 * The second derivative of digamma: -2 times the sum of (x + k)^-3, shifted up to 12, then
 * -(1/x^2 + 1/x^3 + sum of (2k+1) B(2k) / x^(2k+2)); below zero, where each interval between poles
 * has a zero, in two doubles: that of 1 - x, less 2 c (c^2 + pi^2) with c = pi / tan(pi x). -inf at
 * 0, inf at -0, nan at -1, -2, ... and -inf. [3.2]
 */
static inline double k_tetragamma(double x)
{
    double f, t, e, s, c, p, q, sum = 0.0, rest = 0.0;
    if (x > 0.0) {
        if (x < 1e-9) return -2.0 / x / x / x;
        for (; x < 12.0; x += 1.0) {
            p = k_two_product(x, x, &q);
            t = 1.0 / (p * x);
            sum = k_two_sum(sum, t - t * (q / p), &e);
            rest += e;
        }
        t = 1.0 / x;
        s = t * t;
        e = ((((((((1044.452380952381 * s - 120.56666666666666) * s + 17.5) * s - 3.2904761904761903) * s +
                 0.83333333333333337) *
                    s -
                0.3) *
                   s +
               0.16666666666666666) *
                  s -
              0.16666666666666666) *
                 s +
             0.5) *
            s;
        return -2.0 * (sum + (rest + 0.5 * s * (1.0 + (t + e))));
    }
    if (x == 0.0) return -1.0 / x;
    if (x == floor(x) || x != x) return (x - x) / (x - x);
    f = x - floor(x + 0.5);
    if (fabs(f) < 1e-9) return -2.0 / f / f / f;
    c = e = 0.0;
    if (fabs(f) < 0.5) c = k_dd_cot(f, &e);
    p = k_dd_product(c, e, c, e, &q);
    p = k_dd_sum(p, q, 9.869604401089358, 6.265295508739711e-16, &q);
    p = k_dd_product(p, q, 2.0 * c, 2.0 * e, &q);
    t = k_two_sum(1.0, -x, &e);
    t = k_dd_tetragamma(t, e, &e);
    t = k_dd_sum(t, e, -p, -q, &e);
    return t + e;
}

/* n! / a^(n+1) for a > 0 and whole n >= 0, without overflow on the way. Relative error 1e-14. */
static inline double k_factorial_power(double n, double a)
{
    double factorial = 1.0, root;
    if (n > 170.0) return exp(lgamma(n + 1.0) - (n + 1.0) * log(a));
    for (double k = 2.0; k <= n; k += 1.0) factorial *= k;
    root = pow(a, -0.5 * (n + 1.0));
    return factorial * root * root;
}

/*
 * n! zeta(n + 1, a) for a > 0 and whole n >= 2, zeta being that of Hurwitz: terms up to n + 16,
 * then the formula of Euler and Maclaurin. Relative error 1e-13 up to n = 170, 1e-11 beyond.
 */
static inline double k_zeta_factorial(double n, double a)
{
    static const double bernoulli[12] = {0.083333333333333329,    -0.0013888888888888889,  3.3068783068783071e-05,
                                         -8.2671957671957675e-07, 2.08767569878681e-08,    -5.2841901386874932e-10,
                                         1.3382536530684679e-11,  -3.3896802963225827e-13, 8.5860620562778452e-15,
                                         -2.1748686985580619e-16, 5.5090028283602295e-18,  -1.3954464685812522e-19};
    double sum = 0.0, factor, series = 0.0;
    for (int k = 0; k < 1000 && a < n + 16.0; k++, a += 1.0) {
        double term = k_factorial_power(n, a);
        sum += term;
        if (!(term > 1e-18 * sum)) return sum;
    }
    factor = (n + 1.0) / a;
    for (int k = 0; k < 12; k++) {
        double twice = 2.0 * (double)k + 2.0;
        series += bernoulli[k] * factor;
        factor *= (n + twice) / a * ((n + twice + 1.0) / a);
    }
    return sum + k_factorial_power(n - 1.0, a) * (1.0 + n / a * (0.5 + series));
}

/*
 * The nth derivative of digamma, (-1)^(n+1) n! zeta(n+1, x), for whole n >= 0; nan for other n.
 * Below zero, x = f - m, the sum splits into zeta(f) and its mirror image zeta(1-f) - zeta(1-x).
 * [8 away from zeros, for n up to 12; for larger n see above] Odd n: inf at 0, -1, ...; even n:
 * -inf at 0, inf at -0, nan at -1, -2, ....
 */
static inline double k_polygamma(double n, double x)
{
    double f, z, odd;
    if (!(n >= 0.0) || n != floor(n) || isinf(n) || x != x) return (n + x) * NAN;
    if (n == 0.0) return k_digamma(x);
    if (n == 1.0) return k_trigamma(x);
    if (n == 2.0) return k_tetragamma(x);
    odd = fmod(n, 2.0) == 1.0 ? 1.0 : -1.0;
    if (isinf(x)) return x > 0.0 ? odd * 0.0 : x - x;
    if (x > 0.0) return odd * k_zeta_factorial(n, x);
    if (x == 0.0) return odd > 0.0 ? INFINITY : -1.0 / x;
    if (x == floor(x)) return odd > 0.0 ? INFINITY : (x - x) / (x - x);
    f = x - floor(x + 0.5);
    z = k_zeta_factorial(n, f > 0.0 ? 1.0 - f : -f) - k_zeta_factorial(n, 1.0 - x);
    return odd * k_zeta_factorial(n, f > 0.0 ? f : 1.0 + f) + z;
}

/* ---- exact arithmetic and decisions -------------------------------------------------------- */

/*
 * floor(a / b) as Python has it: consistent with k_mod, a / b's infinity or nan for b = 0. Exact
 * where it is below 2^53, for which large quotients are corrected by what q b leaves of a.
 * [1.0 above]
 */
static inline double k_div(double a, double b)
{
    double r, q, product, low;
    if (b == 0.0) return floor(a / b);
    r = fmod(a, b);
    q = floor((a - r) / b + 0.5);
    if (fabs(q) > 0x1p50 && fabs(q) < 0x1p54) {
        product = k_two_product(q, b, &low);
        q += floor((a - product - low - r) / b + 0.5);
    }
    if (r != 0.0 && (r < 0.0) != (b < 0.0)) q -= 1.0;
    return q == 0.0 ? copysign(0.0, a / b) : q;
}

/* a - b floor(a / b), with the sign of b, as Python has it; nan for b = 0 and infinite a. */
static inline double k_mod(double a, double b)
{
    double r = fmod(a, b);
    if (r == 0.0) return copysign(0.0, b);
    return (r < 0.0) != (b < 0.0) ? r + b : r;
}

/* x y, but an exact 0 among the factors wins, even against inf and nan. */
static inline double k_mul0(double x, double y)
{
    return x == 0.0 || y == 0.0 ? 0.0 : x * y;
}

/* x / y, but 0 for x = 0, even against 0 and nan. */
static inline double k_div0(double x, double y)
{
    return x == 0.0 ? 0.0 : x / y;
}

/* c / x for x > 0; infinity with the sign of c at zeros of either sign; nan below and at nan. */
static inline double k_over(double c, double x)
{
    if (x == 0.0 && c == c) return copysign(INFINITY, c);
    return x > 0.0 ? c / x : NAN;
}

/* 1 for x > 0, else 0; nan at nan. */
static inline double k_step(double x)
{
    return x != x ? x : x > 0.0 ? 1.0 : 0.0;
}

/* 0; nan at nan. */
static inline double k_flat(double x)
{
    return x != x ? x : 0.0;
}

/* 1 for x > y, 1/2 for x = y, 0 for x < y; nan if either is. */
static inline double k_wins(double x, double y)
{
    if (x != x || y != y) return x + y;
    return x > y ? 1.0 : x == y ? 0.5 : 0.0;
}

/* -1, 0 or 1; nan at nan. */
static inline double k_sign(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x != x ? x : 0.0;
}

/* The lesser; nan if either is. */
static inline double k_min2(double x, double y)
{
    if (x != x || y != y) return x + y;
    return y < x ? y : x;
}

/* The greater; nan if either is. */
static inline double k_max2(double x, double y)
{
    if (x != x || y != y) return x + y;
    return y > x ? y : x;
}

/* min(max(x, low), high); nan if any is. */
static inline double k_clip(double x, double low, double high)
{
    return k_min2(k_max2(x, low), high);
}

/* max(x, 0); nan at nan. */
static inline double k_relu(double x)
{
    return x != x ? x : x > 0.0 ? x : 0.0;
}

#endif
