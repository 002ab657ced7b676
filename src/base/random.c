#include "base/random.h"

#include <math.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that mixes every bit. */
static uint64_t random_mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t random_stream(uint64_t seed, const char *name, uint64_t step)
{
    uint64_t h = random_mix(seed);
    for (; *name; name++) h = random_mix(h ^ (unsigned char)*name);
    return random_mix(h ^ random_mix(step));
}

uint64_t random_bits(uint64_t stream, uint64_t element)
{
    return random_mix(stream + 0xD1342543DE82EF95u * (element + 1));
}

double random_uniform(uint64_t stream, uint64_t element)
{
    return (double)(random_bits(stream, element) >> 11) * 0x1p-53;
}

/* Box and Muller: two uniforms make the element's own normal, so that no draw depends on another. */
double random_normal(uint64_t stream, uint64_t element)
{
    double u = 1 - random_uniform(stream, 2 * element); /* (0, 1] */
    double v = random_uniform(stream, 2 * element + 1);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}
