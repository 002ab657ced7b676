/*
 * vector_plain.c - the loops of vector.h for what every machine has: on x86-64 SSE2.
 */
#include "math/vector_loops.h"

#include <string.h>

#include "math/elementary.h"
#include "math/elementary_f32.h"
#include "math/vector_far.h"

#define LOOPS_NAME(x) vector_plain_##x
#define LOOPS_TARGET
#include "math/vector_loops.inc"

const vector_loops *vector_plain(void)
{
    return &vector_plain_table;
}
