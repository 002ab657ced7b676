/*
 * number.h - the numbers of a seed, for programs that tests make up.
 */
#ifndef TESTS_REFERENCE_NUMBER_H
#define TESTS_REFERENCE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Number i of those that a seed gives, in [-1, 1). */
static inline double number(uint64_t seed, size_t i)
{
    uint64_t x = (seed * 1000003 + i) * 0x9E3779B97F4A7C15u;
    x ^= x >> 31;
    x *= 0xBF58476D1CE4E5B9u;
    return (double)(x >> 40) / (double)(1 << 23) - 1;
}

#endif
