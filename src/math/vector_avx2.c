/*
 * vector_avx2.c - the loops of vector.h for AVX2; no fused multiply-add.
 */
#include "math/vector_loops.h"

#if defined __x86_64__ && defined __GNUC__

#include <string.h>

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/vector_far.h"

#define LOOPS_NAME(x) vector_avx2_##x
#define LOOPS_TARGET __attribute__((target("avx2")))
#include "math/vector_loops.inc"

const vector_loops *vector_avx2(void)
{
    return __builtin_cpu_supports("avx2") ? &vector_avx2_table : NULL;
}

#else

const vector_loops *vector_avx2(void)
{
    return NULL;
}

#endif
