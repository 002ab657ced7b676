/*
 * elementary_f32.h - the functions of elementary.h in float: the same ways, shorter polynomials, worst
 * errors in brackets (of all 2^32 floats). The loops of vector.h over floats, and the scalar functions
 * with their bits.
 */
#ifndef EDGEWISE_MATH_ELEMENTARY_F32_H
#define EDGEWISE_MATH_ELEMENTARY_F32_H

#include <math.h>

/* x = k log 2 + r + *rest, |x| < 128; *turn = 1.5 * 2^23 + k. log 2 in two parts, the first of 15 bits. */
static inline float k_log2_part_f32(float x, float *turn, float *rest)
{
    float t = x * 1.44269504F + 12582912.0F, k = t - 12582912.0F;
    float high = x - k * 0.693145752F, low = k * 1.42860677e-6F, r = high - low;
    *turn = t;
    *rest = (high - r) - low;
    return r;
}

/* e^r - 1 - r over r^2 for |r| < 0.347 (fit, 2^-28.3 of e^r). */
static inline float k_exp_tail_f32(float r)
{
    float z = r * r;
    return (0.499999935F + 0.166665206F * r) + z * ((0.0416683873F + 0.00836871596F * r) + z * 0.00138146351F);
}

/* 2^k for turn = 1.5 * 2^23 + k, -127 < k < 128. */
static inline float k_power_of_2_f32(float turn)
{
    union {
        float x;
        unsigned bits;
    } power;
    power.x = turn;
    power.bits = (power.bits + 127U) << 23;
    return power.x;
}

/* e^x for |x| < 87 */
static inline float k_exp_inside_f32(float x)
{
    float turn, rest, r = k_log2_part_f32(x, &turn, &rest), one = 1.0F + r;
    return (one + ((r - (one - 1.0F)) + (rest + r * r * k_exp_tail_f32(r)))) * k_power_of_2_f32(turn);
}

static inline float k_exp_f32(float x)
{
    float c = x < -104.0F ? -104.0F : x, turn, rest, r, k, half, one;
    c = c > 89.0F ? 89.0F : c;
    r = k_log2_part_f32(c, &turn, &rest);
    one = 1.0F + r;
    r = one + ((r - (one - 1.0F)) + (rest + r * r * k_exp_tail_f32(r)));
    k = turn - 12582912.0F;
    half = k * 0.5F + 12582912.0F;
    k -= half - 12582912.0F;
    return r * k_power_of_2_f32(half) * k_power_of_2_f32(k + 12582912.0F);
}

static inline float k_expm1_f32(float x)
{
    float c = x < -18.0F ? -18.0F : x, turn, rest, r, k, half, less, sum;
    c = c > 89.0F ? 89.0F : c;
    r = k_log2_part_f32(c, &turn, &rest);
    k = turn - 12582912.0F;
    less = 1.0F - k_power_of_2_f32(12582912.0F - (k > 30.0F ? 30.0F : k));
    sum = less + r;
    sum = sum + (((less - sum) + r) + (rest + r * r * k_exp_tail_f32(r)));
    half = k * 0.5F + 12582912.0F;
    k -= half - 12582912.0F;
    sum = sum * k_power_of_2_f32(half) * k_power_of_2_f32(k + 12582912.0F);
    return x == 0.0F ? x : sum;
}

/* x = 2^*k m, sqrt(1/2) <= m < sqrt 2, for x >= 2^-126; returns m. */
static inline float k_mantissa_f32(float x, float *k)
{
    union {
        float x;
        unsigned bits;
    } v, e;
    v.x = x;
    v.bits += 0x3f800000U - 0x3f3504f3U;
    e.bits = (v.bits >> 23) | 0x4b000000U; /* 2^23 + 127 + k */
    v.bits = (v.bits & 0x7fffffU) + 0x3f3504f3U;
    *k = e.x - 8388735.0F;
    return v.x;
}

/* The logarithm of 1 + f, less f; see k_log_rest (fit, 2^-29.2). */
static inline float k_log_rest_f32(float f, float s, float more)
{
    float z = s * s, half = 0.5F * f * f;
    float sum = z * (0.666667765F + z * (0.399775322F + z * 0.29872002F));
    return (s * (half + sum) + more) - half;
}

static inline float k_log_f32(float x)
{
    float small = x < 1.17549435e-38F ? 24.0F : 0.0F, k, f, y;
    f = k_mantissa_f32(small > 0.0F ? x * 16777216.0F : x, &k) - 1.0F;
    k -= small;
    y = k * 0.693145752F + (k_log_rest_f32(f, f / (2.0F + f), k * 1.42860677e-6F) + f);
    y = x > 0.0F ? y : x == 0.0F ? -HUGE_VALF : (float)NAN;
    return x > 3.40282347e38F ? x : y;
}

static inline float k_log1p_f32(float x)
{
    float u = 1.0F + x, c = x >= 1.0F ? 1.0F - (u - x) : x - (u - 1.0F), k, f, s, y;
    f = k_mantissa_f32(u, &k) - 1.0F;
    s = f / (2.0F + f);
    c *= (1.0F - 2.0F * s * (1.0F - s)) * k_power_of_2_f32(12582912.0F - (k > 100.0F ? 100.0F : k));
    y = k * 0.693145752F + (k_log_rest_f32(f, s, k * 1.42860677e-6F + c) + f);
    y = u > 0.0F ? y : u == 0.0F ? -HUGE_VALF : (float)NAN;
    y = x == 0.0F ? x : y;
    return x > 3.40282347e38F ? x : y;
}

/* sin(x + turns pi/2) for |x| < 102,000; the turns are taken off in double. */
static inline float k_sine_f32(float x, double turns)
{
    union {
        double x;
        unsigned long long bits;
    } turn;
    union {
        float x;
        unsigned bits;
    } y;
    double t = (double)x * 0.63661977236758134 + 6755399441055744.0, k = t - 6755399441055744.0;
    float r = (float)(((double)x - k * 1.5707963267923333) - k * 2.5633441515945189e-12), z = r * r, s, c;
    unsigned quarter;
    turn.x = t + turns;
    quarter = (unsigned)turn.bits;
    s = r + r * z * (-0.166666549F + z * (0.00833217585F + z * -0.000195169775F));
    c = (1.0F - 0.5F * z) + z * z * (0.0416666468F + z * (-0.00138873645F + z * 2.44380918e-5F));
    y.x = quarter & 1U ? c : s;
    y.bits ^= (quarter & 2U) << 30;
    return y.x;
}

static inline float k_near_sin_f32(float x)
{
    float y = k_sine_f32(x, 0.0);
    return fabsf(x) < 1e-4F ? x : y;
}

static inline float k_near_cos_f32(float x)
{
    return k_sine_f32(x, 1.0);
}

static inline float k_sin_f32(float x)
{
    return fabsf(x) <= 102000.0F ? k_near_sin_f32(x) : (float)sin((double)x);
}

static inline float k_cos_f32(float x)
{
    return fabsf(x) <= 102000.0F ? k_near_cos_f32(x) : (float)cos((double)x);
}

/* x + x^3 P(x^2) for x^2 < 0.39 (fit, 2^-27.8), else 1 - 2 / (e^2x + 1) */
static inline float k_tanh_f32(float x)
{
    float a = fabsf(x), z = a * a, e = k_exp_inside_f32(2.0F * (a > 10.0F ? 10.0F : a));
    float p =
        a * z * (-0.333332831F + z * (0.133314681F + z * (-0.0537414355F + z * (0.0206434929F + z * -0.0057087463F))));
    float q = -2.0F / (e + 1.0F);
    return copysignf(z < 0.39F ? a + p : 1.0F + q, x);
}

static inline float k_sigmoid_f32(float x)
{
    float e = k_exp_f32(-fabsf(x)), f = 1.0F + e, d = e - (f - 1.0F), q = (x < 0.0F ? e : 1.0F) / f;
    return q - q * (d * (x < 0.0F ? 1.0F - q : q));
}

static inline float k_softplus_power_f32(float x)
{
    return k_exp_f32(-fabsf(x));
}

static inline float k_softplus_sum_f32(float x, float e)
{
    return (x > 0.0F ? x : 0.0F) + k_log1p_f32(e);
}

static inline float k_softplus_f32(float x)
{
    return k_softplus_sum_f32(x, k_softplus_power_f32(x));
}

/* x + x P(x^2) for x^2 < 0.7 (fit, 2^-27.3), else 1 - e^(-x^2) S(|x|) (fit, 2^-30.8) */
static inline float k_erf_f32(float x)
{
    float a = fabsf(x), z, e, p, q;
    a = a > 4.0F ? 4.0F : a;
    z = a * a;
    e = k_exp_inside_f32(-z);
    q = e * (1.00057809F + a * (0.739398764F + a * 0.230867101F)) /
        (1.0F + a * (1.87185477F + a * (1.32978487F + a * 0.407620535F)));
    p = 0.128379161F +
        z * (-0.376125767F + z * (0.112827701F + z * (-0.0268045696F + z * (0.00505426936F + z * -0.000633260434F))));
    return copysignf(z < 0.7F ? a + a * p : 1.0F - q, x);
}

/*
 * exp(-a^2/2) / 2^k for 0 <= a <= 15, *turn = 1.5 * 2^23 + k: the square, what is left of it and the sum in double,
 * since far from 0 each last bit of the square counts; what only adds a little in float.
 */
static inline double k_bell_f32(float a, float *turn)
{
    double d = (double)a, h = d * -0.5 * d, r;
    float t = a * a * -0.721347520F + 12582912.0F, q;
    r = h - (double)(t - 12582912.0F) * 0.69314718055994531;
    q = (float)r;
    *turn = t;
    return (1.0 + r) + (double)(q * q * k_exp_tail_f32(q));
}

/* y 2^k where that may be subnormal: rounded once. */
static inline float k_scaled_f32(float y, float turn)
{
    return y * k_power_of_2_f32(turn + 64.0F) * 0x1p-64F;
}

/*
 * x Phi(x), which is -a phi(a) M(a) below zero and x - a phi(a) M(a) above, a = |x|, with the ratio of Mills M. With
 * t = a / (a + 3.5), a M(a) / sqrt(2 pi) is t times a polynomial in t - 1/2 (fit for a <= 15, 2^-26.9); its first two
 * terms are added in double. [1.5]
 */
static inline float k_gelu_f32(float x)
{
    float a = fabsf(x) > 15.0F ? 15.0F : fabsf(x), turn, u, z, w, p, y;
    double e = k_bell_f32(a, &turn), t = (double)a / ((double)a + 3.5), v = t - 0.5;
    u = (float)v, z = u * u, w = z * z;
    p = ((1.26170037F - 0.928425398F * u) + z * (0.278493135F + 0.207799253F * u)) +
        w * ((-0.203060976F - 0.0633649908F * u) + z * (0.107090514F + 0.0556507115F * u));
    t *= (0.7444160735921 - 1.131123478499 * v) + (double)(z * p);
    y = k_scaled_f32((float)(e * t), turn);
    y = x < 0.0F ? -y : x - y;
    return x < -3.40282347e38F ? 0.0F : y;
}

/* Phi(x) + x phi(x): with g(a) = a - M(a) it is -phi(a) g(a) below zero, 1 + phi(a) g(a) above. g(a) / sqrt(2 pi) is
 * a - a0, a0 being its zero, times a polynomial in a / (a + 4) - 1/2 (fit for a <= 15, 2^-26.0). [1.5] */
static inline float k_gelu1_f32(float x)
{
    float a = fabsf(x) > 15.0F ? 15.0F : fabsf(x), turn, u = a / (a + 4.0F) - 0.5F, z = u * u, w = z * z, p, y;
    double e = k_bell_f32(a, &turn), g = (double)a - 0.75179152469356446;
    p = ((0.241850108F - 0.224658046F * u) + z * (0.152160947F - 0.0573811277F * u)) +
        w * ((-0.0113229022F + 0.0238132443F * u) + z * 0.0040310191F);
    g *= (0.4622112496906 - 0.206731897164 * (double)u) + (double)(z * p);
    y = k_scaled_f32((float)(e * g), turn);
    y = x < 0.0F ? -y : 1.0F + y;
    return x < -3.40282347e38F ? 0.0F : y;
}

#endif
