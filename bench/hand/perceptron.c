/*
 * perceptron.c - a perceptron with two hidden layers in float and double: perceptron.inc.
 */
#include "hand.h"

#include <math.h>
#include <string.h>

enum { PERCEPTRON_TERMS = 64 };

static size_t perceptron_gradient_count(const size_t *size)
{
    size_t i = size[1], h = size[2], c = size[3];
    return 1 + (i + 1) * h + (h + 1) * h + (h + 1) * c;
}

#define REAL float
#define PERCEPTRON_EXP expf
#define PERCEPTRON_LOG logf
#include "perceptron.inc"
#undef REAL
#undef PERCEPTRON_EXP
#undef PERCEPTRON_LOG
#define REAL double
#define PERCEPTRON_EXP exp
#define PERCEPTRON_LOG log
#include "perceptron.inc"
#undef REAL

static size_t perceptron_inputs(const size_t *size, hand_input *list)
{
    size_t n = size[0], i = size[1], h = size[2], c = size[3];
    list[0] = (hand_input){"x", n * i, 0, 1, 0};
    list[1] = (hand_input){"y", n, 0, (double)c, 1};
    list[2] = (hand_input){"W1", i * h, -0.125, 0.125, 0};
    list[3] = (hand_input){"b1", h, -0.125, 0.125, 0};
    list[4] = (hand_input){"W2", h * h, -0.125, 0.125, 0};
    list[5] = (hand_input){"b2", h, -0.125, 0.125, 0};
    list[6] = (hand_input){"W3", h * c, -0.125, 0.125, 0};
    list[7] = (hand_input){"b3", c, -0.125, 0.125, 0};
    return 8;
}

static size_t perceptron_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t perceptron_work_count(const size_t *size)
{
    size_t n = size[0], h = size[2], c = size[3];
    return n * (4 * h + c) + h * (h > c ? h : c);
}

#define PERCEPTRON_GRADIENT                                                                                            \
    "f, diff(f, W1[i, j]), diff(f, b1[j]), diff(f, W2[i, j]), diff(f, b2[j]), diff(f, W3[i, j]), diff(f, b3[j])"

const hand_workload hand_perceptron = {
    .name = "perceptron f32",
    .file = "perceptron",
    .dims = {"N", "I", "H", "C"},
    .value_outputs = "f",
    .gradient_outputs = PERCEPTRON_GRADIENT,
    .inputs = perceptron_inputs,
    .value_count = perceptron_value_count,
    .gradient_count = perceptron_gradient_count,
    .work_count = perceptron_work_count,
    .value_f = perceptron_value_float,
    .gradient_f = perceptron_gradient_float,
};

const hand_workload hand_perceptron_f64 = {
    .name = "perceptron f64",
    .file = "perceptron_f64",
    .dims = {"N", "I", "H", "C"},
    .value_outputs = "f",
    .gradient_outputs = PERCEPTRON_GRADIENT,
    .inputs = perceptron_inputs,
    .value_count = perceptron_value_count,
    .gradient_count = perceptron_gradient_count,
    .work_count = perceptron_work_count,
    .value = perceptron_value_double,
    .gradient = perceptron_gradient_double,
};
