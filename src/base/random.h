/*
 * random.h - counter-based random numbers: a number is a function of stream and position alone, so
 * draws do not depend on the order in which they are made, nor on threads.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

uint64_t random_stream(uint64_t seed, const char *name, uint64_t step);
uint64_t random_bits(uint64_t stream, uint64_t element);
double random_uniform(uint64_t stream, uint64_t element); /* in [0, 1) */
double random_normal(uint64_t stream, uint64_t element);  /* mean 0, deviation 1 */

#endif
