/*
 * lstm.c - a long short-term memory of L layers with diagonal gates, its loss over a sequence and the gradient by
 * its parameters (the objective of ADBench and GradBench).
 *
 * Width W, times t = 0 … T-2; layer l has weights main[2l] and biases main[2l+1], each a row of 4 W: for the gates
 * forget, in, out and for the change. state[2l] is the first hidden vector of layer l, state[2l+1] its first cell.
 *
 *     u[t, 0] = seq[t] extra[0]                     u[t, l+1] = h[t, l]
 *     forget  = s(u[t, l] w_f + b_f)                in     = s(h[t-1, l] w_i + b_i)
 *     out     = s(u[t, l] w_o + b_o)                change = tanh(h[t-1, l] w_c + b_c)
 *     c[t, l] = c[t-1, l] forget + in change        h[t, l] = out tanh(c[t, l])
 *     y[t]    = h[t, L-1] extra[1] + extra[2]       z[t] = log(2 + sum_i exp(y[t, i]))
 *     f       = -sum_t sum_i seq[t+1, i] (y[t, i] - z[t]) / (W (T-1))
 *
 * with s the logistic function, all products element by element. The 2 in z is ADBench's. The gradient keeps seven
 * vectors for each time and layer and goes back through them once.
 *
 * in: main[2L, 4W], extra[3, W], state[2L, W], seq[T, W].  out: f; d main, d extra.
 */
#include "hand.h"

#include <math.h>
#include <string.h>

enum { LSTM_FORGET, LSTM_IN, LSTM_OUT, LSTM_CHANGE, LSTM_CELL, LSTM_TANH, LSTM_HIDDEN, LSTM_KEPT };

typedef struct lstm_data {
    size_t times, layers, width;
    const double *main, *extra, *state, *seq;
    double *y, *input, *d_hidden, *d_cell; /* [W], [W], [L, W], [L, W] */
    double *kept;                          /* [T, L, KEPT, W], or one time of it: [L, KEPT, W] */
} lstm_data;

static lstm_data lstm_open(const size_t *size, const double *in, double *work)
{
    lstm_data d = {.times = size[0], .layers = size[1], .width = size[2], .main = in};
    d.extra = d.main + 8 * d.layers * d.width;
    d.state = d.extra + 3 * d.width;
    d.seq = d.state + 2 * d.layers * d.width;
    d.y = work;
    d.input = d.y + d.width;
    d.d_hidden = d.input + d.width;
    d.d_cell = d.d_hidden + d.layers * d.width;
    d.kept = d.d_cell + d.layers * d.width;
    return d;
}

static size_t lstm_work_count(const size_t *size)
{
    return size[2] * (2 + 2 * size[1] + size[0] * (size[1] * LSTM_KEPT + 1));
}

static double lstm_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One layer at one time. `to` may be where hidden and cell come from. */
static void lstm_step(const lstm_data *d, size_t l, const double *u, const double *hidden, const double *cell,
                      double *to)
{
    size_t w = d->width;
    const double *weight = d->main + 8 * l * w, *bias = weight + 4 * w;
    for (size_t i = 0; i < w; i++) {
        double forget = lstm_sigmoid(u[i] * weight[i] + bias[i]);
        double in = lstm_sigmoid(hidden[i] * weight[w + i] + bias[w + i]);
        double out = lstm_sigmoid(u[i] * weight[2 * w + i] + bias[2 * w + i]);
        double change = tanh(hidden[i] * weight[3 * w + i] + bias[3 * w + i]);
        double next = cell[i] * forget + in * change, squashed = tanh(next);
        to[LSTM_FORGET * w + i] = forget;
        to[LSTM_IN * w + i] = in;
        to[LSTM_OUT * w + i] = out;
        to[LSTM_CHANGE * w + i] = change;
        to[LSTM_CELL * w + i] = next;
        to[LSTM_TANH * w + i] = squashed;
        to[LSTM_HIDDEN * w + i] = out * squashed;
    }
}

static const double *lstm_hidden(const lstm_data *d, const double *before, size_t l)
{
    return before ? before + (l * LSTM_KEPT + LSTM_HIDDEN) * d->width : d->state + 2 * l * d->width;
}

static const double *lstm_cell(const lstm_data *d, const double *before, size_t l)
{
    return before ? before + (l * LSTM_KEPT + LSTM_CELL) * d->width : d->state + (2 * l + 1) * d->width;
}

static void lstm_first_input(const lstm_data *d, size_t t)
{
    for (size_t i = 0; i < d->width; i++) d->input[i] = d->seq[t * d->width + i] * d->extra[i];
}

/* All layers at time t, from `before` (NULL: the first state); y becomes the prediction. */
static void lstm_predict(const lstm_data *d, size_t t, const double *before, double *now)
{
    size_t w = d->width;
    const double *u = d->input;
    lstm_first_input(d, t);
    for (size_t l = 0; l < d->layers; l++) {
        double *to = now + l * LSTM_KEPT * w;
        lstm_step(d, l, u, lstm_hidden(d, before, l), lstm_cell(d, before, l), to);
        u = to + LSTM_HIDDEN * w;
    }
    for (size_t i = 0; i < w; i++) d->y[i] = u[i] * d->extra[w + i] + d->extra[2 * w + i];
}

/* What y and the next element of the sequence add to -f W (T-1). y becomes -(d f / d y) W (T-1). */
static double lstm_score(const lstm_data *d, size_t t)
{
    const double *gold = d->seq + (t + 1) * d->width;
    double sum = 2, product = 0, weight = 0;
    for (size_t i = 0; i < d->width; i++) {
        double e = exp(d->y[i]);
        product += gold[i] * d->y[i];
        weight += gold[i];
        sum += e;
        d->y[i] = e;
    }
    for (size_t i = 0; i < d->width; i++) d->y[i] = gold[i] - weight * d->y[i] / sum;
    return product - weight * log(sum);
}

static void lstm_value(const size_t *size, const double *in, double *out, double *work)
{
    lstm_data d = lstm_open(size, in, work);
    double sum = 0;
    for (size_t t = 0; t + 1 < d.times; t++) {
        lstm_predict(&d, t, t ? d.kept : NULL, d.kept);
        sum += lstm_score(&d, t);
    }
    out[0] = -sum / (double)(d.width * (d.times - 1));
}

/* Back through layer l: adds to d_main; d_hidden and d_cell become those of the time before; d_u is set. */
static void lstm_step_back(const lstm_data *d, size_t l, const double *u, const double *hidden, const double *cell,
                           const double *kept, double *d_main, double *d_u)
{
    size_t w = d->width;
    const double *weight = d->main + 8 * l * w;
    double *d_weight = d_main + 8 * l * w, *d_bias = d_weight + 4 * w;
    double *d_hidden = d->d_hidden + l * w, *d_cell = d->d_cell + l * w;
    for (size_t i = 0; i < w; i++) {
        double forget = kept[i], in = kept[w + i], out = kept[2 * w + i], change = kept[3 * w + i];
        double squashed = kept[LSTM_TANH * w + i];
        double dc = d_cell[i] + d_hidden[i] * out * (1 - squashed * squashed);
        double pf = dc * cell[i] * forget * (1 - forget), pi = dc * change * in * (1 - in);
        double po = d_hidden[i] * squashed * out * (1 - out), pc = dc * in * (1 - change * change);
        d_weight[i] += pf * u[i];
        d_weight[w + i] += pi * hidden[i];
        d_weight[2 * w + i] += po * u[i];
        d_weight[3 * w + i] += pc * hidden[i];
        d_bias[i] += pf;
        d_bias[w + i] += pi;
        d_bias[2 * w + i] += po;
        d_bias[3 * w + i] += pc;
        d_u[i] = pf * weight[i] + po * weight[2 * w + i];
        d_hidden[i] = pi * weight[w + i] + pc * weight[3 * w + i];
        d_cell[i] = dc * forget;
    }
}

/* Back through all layers at time t; y holds d f / d y. */
static void lstm_predict_back(const lstm_data *d, size_t t, const double *before, const double *now, double *d_main,
                              double *d_extra)
{
    size_t w = d->width, top = d->layers - 1;
    const double *last = lstm_hidden(d, now, top);
    for (size_t i = 0; i < w; i++) {
        d_extra[w + i] += d->y[i] * last[i];
        d_extra[2 * w + i] += d->y[i];
        d->d_hidden[top * w + i] += d->y[i] * d->extra[w + i];
    }
    lstm_first_input(d, t);
    for (size_t l = d->layers; l-- > 0;) {
        const double *u = l ? lstm_hidden(d, now, l - 1) : d->input;
        lstm_step_back(d, l, u, lstm_hidden(d, before, l), lstm_cell(d, before, l), now + l * LSTM_KEPT * w, d_main,
                       d->y);
        for (size_t i = 0; l && i < w; i++) d->d_hidden[(l - 1) * w + i] += d->y[i];
    }
    for (size_t i = 0; i < w; i++) d_extra[i] += d->y[i] * d->seq[t * w + i];
}

static void lstm_gradient(const size_t *size, const double *in, double *out, double *work)
{
    lstm_data d = lstm_open(size, in, work);
    size_t w = d.width, stride = d.layers * LSTM_KEPT * w, steps = d.times - 1;
    double *d_main = out + 1, *d_extra = d_main + 8 * d.layers * w, sum = 0, scale = -1 / (double)(w * steps);
    double *slopes = d.kept + d.times * stride; /* [T, W]: by y */
    memset(out, 0, (1 + (8 * d.layers + 3) * w) * sizeof *out);
    memset(d.d_hidden, 0, 2 * d.layers * w * sizeof *d.d_hidden);
    for (size_t t = 0; t < steps; t++) {
        lstm_predict(&d, t, t ? d.kept + (t - 1) * stride : NULL, d.kept + t * stride);
        sum += lstm_score(&d, t);
        memcpy(slopes + t * w, d.y, w * sizeof *d.y);
    }
    for (size_t t = steps; t-- > 0;) {
        const double *now = d.kept + t * stride;
        for (size_t i = 0; i < w; i++) d.y[i] = slopes[t * w + i] * scale;
        lstm_predict_back(&d, t, t ? now - stride : NULL, now, d_main, d_extra);
    }
    out[0] = sum * scale;
}

static size_t lstm_inputs(const size_t *size, hand_input *list)
{
    size_t t = size[0], l = size[1], w = size[2];
    list[0] = (hand_input){"main", 8 * l * w, -1, 1, 0};
    list[1] = (hand_input){"extra", 3 * w, -1, 1, 0};
    list[2] = (hand_input){"state", 2 * l * w, -1, 1, 0};
    list[3] = (hand_input){"seq", t * w, 0, 2, 1};
    return 4;
}

static size_t lstm_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t lstm_gradient_count(const size_t *size)
{
    return 1 + (8 * size[1] + 3) * size[2];
}

const hand_workload hand_lstm = {
    .name = "lstm",
    .file = "lstm",
    .dims = {"T", "L", "W"},
    .value_outputs = "f",
    .gradient_outputs = "f, diff(f, main[r, i]), diff(f, extra[r, i])",
    .inputs = lstm_inputs,
    .value_count = lstm_value_count,
    .gradient_count = lstm_gradient_count,
    .work_count = lstm_work_count,
    .value = lstm_value,
    .gradient = lstm_gradient,
};
