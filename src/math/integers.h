/*
 * integers.h - 64-bit ints that say when a result does not fit (*bad becomes 1, the result 0).
 *
 * Plain C, no builtins: emitted C carries these texts (see kernels.h for the form they must have).
 */
#ifndef MATH_INTEGERS_H
#define MATH_INTEGERS_H

#include <math.h>
#include <stdint.h>

/* A double that stands for an int: it must be whole. */
static inline int64_t i_whole(double x, int *bad)
{
    if (!(x >= -9223372036854775808.0 && x < 9223372036854775808.0) || x != floor(x)) {
        *bad = 1;
        return 0;
    }
    return (int64_t)x;
}

static inline int64_t i_add(int64_t x, int64_t y, int *bad)
{
    if (y > 0 ? x > INT64_MAX - y : x < INT64_MIN - y) {
        *bad = 1;
        return 0;
    }
    return x + y;
}

static inline int64_t i_sub(int64_t x, int64_t y, int *bad)
{
    if (y > 0 ? x < INT64_MIN + y : x > INT64_MAX + y) {
        *bad = 1;
        return 0;
    }
    return x - y;
}

static inline int64_t i_mul(int64_t x, int64_t y, int *bad)
{
    int too_large = 0;
    if (x > 0)
        too_large = y > 0 ? x > INT64_MAX / y : y < INT64_MIN / x;
    else if (x < 0)
        too_large = y > 0 ? x < INT64_MIN / y : y != 0 && y < INT64_MAX / x;
    if (too_large) {
        *bad = 1;
        return 0;
    }
    return x * y;
}

static inline int64_t i_pow(int64_t x, int64_t y, int *bad)
{
    int64_t result = 1;
    for (; y > 0; y >>= 1) {
        if (y & 1) result = i_mul(result, x, bad);
        if (y > 1) x = i_mul(x, x, bad);
    }
    return result;
}

static inline int64_t i_clip(int64_t x, int64_t low, int64_t high)
{
    int64_t y = x < low ? low : x;
    return y > high ? high : y;
}

static inline int64_t i_div(int64_t x, int64_t y, int *bad)
{
    if (y == 0 || (y == -1 && x == INT64_MIN)) {
        *bad = 1;
        return 0;
    }
    return x / y - ((x % y != 0) && ((x < 0) != (y < 0)));
}

static inline int64_t i_mod(int64_t x, int64_t y, int *bad)
{
    if (y == 0) {
        *bad = 1;
        return 0;
    }
    if (y == -1) return 0;
    int64_t r = x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

#endif
