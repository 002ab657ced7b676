/*
 * vector_avx512.c - the loops of vector.h for AVX-512; no fused multiply-add.
 */
#include "math/vector_loops.h"

#if defined __x86_64__ && defined __GNUC__

#include <string.h>

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/vector_far.h"

#define LOOPS_NAME(x) vector_avx512_##x
/* gcc would keep to half vectors; clang has no such choice to make. */
#if defined __clang__
#define LOOPS_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))
#else
#define LOOPS_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")))
#endif
#include "math/vector_loops.inc"

const vector_loops *vector_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
               ? &vector_avx512_table
               : NULL;
}

#else

const vector_loops *vector_avx512(void)
{
    return NULL;
}

#endif
