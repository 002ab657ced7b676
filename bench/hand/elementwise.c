/*
 * elementwise.c - tanh(a b + c) exp(-d) over long arrays in double and float: elementwise.inc.
 */
#include "hand.h"

#include <math.h>

#define REAL double
#define ELEMENTWISE_TANH tanh
#define ELEMENTWISE_EXP exp
#include "elementwise.inc"
#undef REAL
#undef ELEMENTWISE_TANH
#undef ELEMENTWISE_EXP
#define REAL float
#define ELEMENTWISE_TANH tanhf
#define ELEMENTWISE_EXP expf
#include "elementwise.inc"
#undef REAL

static size_t elementwise_inputs(const size_t *size, hand_input *list)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) list[i] = (hand_input){names[i], size[0], -2, 2, 0};
    return 4;
}

static size_t elementwise_value_count(const size_t *size)
{
    return size[0];
}

static size_t elementwise_gradient_count(const size_t *size)
{
    return 1 + 4 * size[0];
}

static size_t elementwise_work_count(const size_t *size)
{
    return 2 * size[0];
}

#define ELEMENTWISE_GRADIENT "f, diff(f, a[i]), diff(f, b[i]), diff(f, c[i]), diff(f, d[i])"

const hand_workload hand_elementwise = {
    .name = "elementwise",
    .file = "elementwise",
    .dims = {"N"},
    .value_outputs = "y[i]",
    .gradient_outputs = ELEMENTWISE_GRADIENT,
    .inputs = elementwise_inputs,
    .value_count = elementwise_value_count,
    .gradient_count = elementwise_gradient_count,
    .work_count = elementwise_work_count,
    .value = elementwise_value_double,
    .gradient = elementwise_gradient_double,
};

const hand_workload hand_elementwise_f32 = {
    .name = "elementwise f32",
    .file = "elementwise_f32",
    .dims = {"N"},
    .value_outputs = "y[i]",
    .gradient_outputs = ELEMENTWISE_GRADIENT,
    .inputs = elementwise_inputs,
    .value_count = elementwise_value_count,
    .gradient_count = elementwise_gradient_count,
    .work_count = elementwise_work_count,
    .value_f = elementwise_value_float,
    .gradient_f = elementwise_gradient_float,
};
