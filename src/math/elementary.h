/*
 * elementary.h - exp, expm1, log, log1p, sin, cos, tanh, sigmoid, softplus and erf in double.
 *
 * One text for every use: the interpreter's single numbers, constant folding, emitted C (which carries
 * these functions; see kernels.h for the form they must have) and the loops over arrays in vector.c,
 * which compilers turn into SSE2, AVX2 or AVX-512. So there is no branch that depends on the argument:
 * both sides are computed and one is chosen. Products and sums are rounded one by one (compile with
 * -ffp-contract=off) and nothing else is used but division, so the bits are the same everywhere; only
 * the sine and cosine of more than 100,000 come from libm.
 *
 * How: a whole number is split off by adding and taking away 1.5 * 2^52, which also leaves it in the
 * low bits, from where 2^k is made by a shift. Polynomials are of least maximal relative error (Remez,
 * 50 digits), summed in pairs: short chains for single numbers. In brackets the worst error in ULP
 * that tests/kernels/ulp.c found.
 */
#ifndef EDGEWISE_MATH_ELEMENTARY_H
#define EDGEWISE_MATH_ELEMENTARY_H

#include <math.h>

/*
 * x = k log 2 + r + *rest, |r| < 0.347, for |x| < 1100; returns r. *turn = 1.5 * 2^52 + k. log 2 is in
 * two parts, the first of 33 bits.
 */
static inline double k_log2_part(double x, double *turn, double *rest)
{
    double t = x * 1.4426950408889634 + 6755399441055744.0, k = t - 6755399441055744.0;
    double high = x - k * 0.69314718055989033, low = k * 5.4979230187083712e-14, r = high - low;
    *turn = t;
    *rest = (high - r) - low;
    return r;
}

/* e^r - 1 - r over r^2 for |r| < 0.347 (fit, 2^-57.9 of e^r). */
static inline double k_exp_tail(double r)
{
    double z = r * r, y = z * z;
    double a = 0.50000000000000106 + 0.16666666666666412 * r, b = 0.041666666666530162 + 0.0083333333334945556 * r;
    double c = 0.0013888888943629744 + 0.00019841269506377442 * r;
    double d = 2.4801493098911906e-5 + 2.7557586548665901e-6 * r;
    double e = 2.7630248484896995e-7 + 2.5000008333373066e-8 * r;
    return (a + z * b) + y * ((c + z * d) + y * e);
}

/* 2^k for *turn = 1.5 * 2^52 + k, -1023 < k < 1024. */
static inline double k_power_of_2(double turn)
{
    union {
        double x;
        unsigned long long bits;
    } power;
    power.x = turn;
    power.bits = (power.bits + 1023U) << 52;
    return power.x;
}

/* e^x for |x| < 700: the sum 1 + r is taken in two parts. */
static inline double k_exp_inside(double x)
{
    double turn, rest, r = k_log2_part(x, &turn, &rest), one = 1.0 + r;
    return (one + ((r - (one - 1.0)) + (rest + r * r * k_exp_tail(r)))) * k_power_of_2(turn);
}

/* e^x; beyond 2^-1022 and 2^1023 as a product of two powers, rounded once. [0.74, of subnormal results] */
static inline double k_exp(double x)
{
    double c = x < -746.0 ? -746.0 : x, turn, rest, r, k, half, one;
    c = c > 710.0 ? 710.0 : c;
    r = k_log2_part(c, &turn, &rest);
    one = 1.0 + r;
    r = one + ((r - (one - 1.0)) + (rest + r * r * k_exp_tail(r)));
    k = turn - 6755399441055744.0;
    half = k * 0.5 + 6755399441055744.0;
    k -= half - 6755399441055744.0;
    return r * k_power_of_2(half) * k_power_of_2(k + 6755399441055744.0);
}

/* e^x - 1 = 2^k ((1 - 2^-k) + (e^r - 1)), the first sum in two parts. [1.07] */
static inline double k_expm1(double x)
{
    double c = x < -40.0 ? -40.0 : x, turn, rest, r, k, half, less, sum;
    c = c > 710.0 ? 710.0 : c;
    r = k_log2_part(c, &turn, &rest);
    k = turn - 6755399441055744.0;
    less = 1.0 - k_power_of_2(6755399441055744.0 - (k > 64.0 ? 64.0 : k));
    sum = less + r;
    sum = sum + (((less - sum) + r) + (rest + r * r * k_exp_tail(r)));
    half = k * 0.5 + 6755399441055744.0;
    k -= half - 6755399441055744.0;
    sum = sum * k_power_of_2(half) * k_power_of_2(k + 6755399441055744.0);
    return x == 0.0 ? x : sum;
}

/* x = 2^*k m for x >= 2^-1022, sqrt(1/2) <= m < sqrt 2; returns m. For other x some m. */
static inline double k_mantissa(double x, double *k)
{
    union {
        double x;
        unsigned long long bits;
    } v, e;
    v.x = x;
    v.bits += 0x3ff0000000000000U - 0x3fe6a09e667f3bcdU;
    e.bits = (v.bits >> 52) | 0x4330000000000000U; /* 2^52 + 1023 + k */
    v.bits = (v.bits & 0xfffffffffffffU) + 0x3fe6a09e667f3bcdU;
    *k = e.x - 4503599627371519.0;
    return v.x;
}

/* The logarithm of 1 + f, less f, with z = s^2, s = f / (2 + f), sqrt(1/2) <= 1 + f < sqrt 2: the
 * series of 2 artanh s (fit, 2^-58.5), arranged as in fdlibm; more is added to it before it is rounded. */
static inline double k_log_rest(double f, double s, double more)
{
    double z = s * s, y = z * z, half = 0.5 * f * f;
    double a = 0.66666666666667345 + 0.39999999999413939 * z, b = 0.2857142874256639 + 0.22222198553419197 * z;
    double c = 0.18183565424304044 + 0.15314020708444774 * z;
    double sum = z * ((a + y * b) + y * y * (c + y * 0.14796265164692505));
    return (s * (half + sum) + more) - half;
}

/* log x [0.79] */
static inline double k_log(double x)
{
    double small = x < 2.2250738585072014e-308 ? 54.0 : 0.0, k, f, y;
    f = k_mantissa(small > 0.0 ? x * 18014398509481984.0 : x, &k) - 1.0;
    k -= small;
    y = k * 0.69314718055989033 + (k_log_rest(f, f / (2.0 + f), k * 5.4979230187083712e-14) + f);
    y = x > 0.0 ? y : x == 0.0 ? -HUGE_VAL : (double)NAN;
    return x > 1.7976931348623157e308 ? x : y;
}

/*
 * log(1 + x): the logarithm of the rounded sum u, and what the rounding took, c, as c / u; 1 / u from
 * 1 / (1 + f) = 1 - 2 s (1 - s) + .... [0.85]
 */
static inline double k_log1p(double x)
{
    double u = 1.0 + x, c = x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0), k, f, s, y;
    f = k_mantissa(u, &k) - 1.0;
    s = f / (2.0 + f);
    c *= (1.0 - 2.0 * s * (1.0 - s)) * k_power_of_2(6755399441055744.0 - (k > 1000.0 ? 1000.0 : k));
    y = k * 0.69314718055989033 + (k_log_rest(f, s, k * 5.4979230187083712e-14 + c) + f);
    y = u > 0.0 ? y : u == 0.0 ? -HUGE_VAL : (double)NAN;
    y = x == 0.0 ? x : y;
    return x > 1.7976931348623157e308 ? x : y;
}

/*
 * sin(x + turns pi/2) for |x| < 102,000. pi/2 in three parts, the first two of 36 bits: their products
 * are exact, and what the second difference rounds away is kept.
 */
static inline double k_sine(double x, double turns)
{
    union {
        double x;
        unsigned long long bits;
    } turn, y;
    double t = x * 0.63661977236758134 + 6755399441055744.0, k = t - 6755399441055744.0;
    double high = x - k * 1.5707963267923333, w = k * 2.5633441515839558e-12, r = high - w, part = high - r;
    double rest = (part - w) + (high - (r + part)) - k * 1.0562999066987427e-23, z, v, s, c;
    turn.x = t + turns;
    part = r;
    r = r + rest;
    rest = (part - r) + rest;
    z = r * r;
    v = z * z;
    s = ((-0.16666666666666632 + 0.0083333333333223699 * z) +
         v * (-0.00019841269829771125 + 2.7557313678659286e-6 * z)) +
        v * v * (-2.5050755961220714e-8 + 1.5896666531664003e-10 * z);
    s = r + (rest + r * z * s);
    c = ((0.041666666666666599 - 0.0013888888888874065 * z) + v * (2.4801587289443627e-5 - 2.7557314340697387e-7 * z)) +
        v * v * (2.0875721628537809e-9 - 1.1359559569002069e-11 * z);
    part = 1.0 - 0.5 * z;
    c = part + (((1.0 - part) - 0.5 * z) + (v * c - r * rest));
    y.x = turn.bits & 1U ? c : s;
    y.bits ^= (turn.bits & 2U) << 62;
    return y.x;
}

static inline double k_near_sin(double x)
{
    double y = k_sine(x, 0.0);
    return fabs(x) < 7.450580596923828e-9 ? x : y;
}

static inline double k_near_cos(double x)
{
    return k_sine(x, 1.0);
}

/* The sine and the cosine, in radians [0.83, 0.95] */
static inline double k_sin(double x)
{
    return fabs(x) <= 102000.0 ? k_near_sin(x) : sin(x);
}

static inline double k_cos(double x)
{
    return fabs(x) <= 102000.0 ? k_near_cos(x) : cos(x);
}

/*
 * tanh: x + x^3 R(x^2) for x^2 < 0.31 (fit, 2^-57.7 of R), else 1 - 2 / (e^2x + 1); one division
 * serves both. [1.44]
 */
static inline double k_tanh(double x)
{
    double a = fabs(x), z = a * a, e = k_exp_inside(2.0 * (a > 22.0 ? 22.0 : a)), above, below;
    above = -(a * (z * ((0.00019930938058032089 * z + 0.020501763241977947) * z + 0.33333333333333331)));
    below = ((0.00020667440798490176 * z + 0.023295282127392403) * z + 0.4615052897259328) * z + 1.0;
    above = z < 0.31 ? above : -2.0;
    below = z < 0.31 ? below : e + 1.0;
    return copysign((z < 0.31 ? a : 1.0) + above / below, x);
}

/*
 * 1 / (1 + e^-x); below zero e^x / (1 + e^x), which does not overflow. What the sum f = 1 + e loses, d,
 * is made good: q (1 - d / f), and 1 / f is q or, below zero, 1 - q. [1.70]
 */
static inline double k_sigmoid(double x)
{
    double e = k_exp(-fabs(x)), f = 1.0 + e, d = e - (f - 1.0), q = (x < 0.0 ? e : 1.0) / f;
    return q - q * (d * (x < 0.0 ? 1.0 - q : q));
}

/* log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|, as two steps: loops over arrays take them apart. [1.41] */
static inline double k_softplus_power(double x)
{
    return k_exp(-fabs(x));
}

static inline double k_softplus_sum(double x, double e)
{
    return (x > 0.0 ? x : 0.0) + k_log1p(e);
}

static inline double k_softplus(double x)
{
    return k_softplus_sum(x, k_softplus_power(x));
}

/*
 * erf: x + x R(x^2) for x^2 < 0.7 (fit, 2^-58), else 1 - e^(-x^2) S(|x|) (fit, 2^-57.2 of erf); one
 * division serves both. [1.57]
 */
static inline double k_erf(double x)
{
    double a = fabs(x), z, y, e, above, below, p, q;
    a = a > 6.0 ? 6.0 : a;
    z = a * a;
    y = z * z;
    e = k_exp_inside(-z);
    above =
        a * ((0.12837916709551257 - 0.32373958109133968 * z) + y * (-0.031700170888712012 - 0.0062604797381092114 * z) +
             y * y * (-9.9814163323376974e-5 - 3.3054927494478759e-6 * z));
    below = (1.0 + 0.40806315483821174 * z) + y * (0.069678231526209142 + 0.0059863002984089051 * z) +
            y * y * 0.0002224784762049742;
    p = ((((0.0081332536791074194 * a + 0.078972097250881995) * a + 0.35658259481693239) * a + 0.92082868852211457) *
             a +
         1.3673070416783468) *
            a +
        0.99999996137195687;
    q = (((((0.014415986863102548 * a + 0.13996922918831574) * a + 0.63930942510468349) * a + 1.7014143817175358) * a +
          2.7369109688216216) *
             a +
         2.4956857608743911) *
            a +
        1.0;
    above = z < 0.7 ? above : -(e * p);
    below = z < 0.7 ? below : q;
    return copysign((z < 0.7 ? a : 1.0) + above / below, x);
}

#endif
