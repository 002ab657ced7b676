/*
 * data.c - the data of the workloads: one stream for each input, addressed by counter.
 *
 * A number is the finaliser of splitmix64 over (seed, input, element). Its top 20 bits choose one of 2^20 places in
 * the range; product and sum are then exact, so fused and unfused arithmetic, C and the script of the golden values
 * make the same data.
 */
#include "hand.h"

#include <math.h>

static uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double hand_random(uint64_t seed, uint64_t input, uint64_t element, const hand_input *range)
{
    uint64_t stream = mixed(seed * 256 + input + UINT64_C(0x9e3779b97f4a7c15));
    double unit = (double)(mixed(stream + element * UINT64_C(0x9e3779b97f4a7c15)) >> 44) * 0x1p-20;
    double value = range->low + (range->high - range->low) * unit;
    return range->whole ? floor(value) : value;
}

size_t hand_fill(const hand_workload *w, const size_t *size, uint64_t seed, double *in)
{
    hand_input list[HAND_INPUTS];
    size_t count = w->inputs(size, list), all = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t e = 0; in && e < list[i].count; e++) in[all + e] = hand_random(seed, i, e, &list[i]);
        all += list[i].count;
    }
    return all;
}
