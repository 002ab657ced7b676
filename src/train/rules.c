/*
 * rules.c - optimisers: each is a few equations in the language, run in place over all weights at once.
 *
 * An optimiser is one row of a table: its name, its states, and its equations for one array w with gradient d,
 * in which {k} stands for the array's number. From the row come the program, the states' memory and their names in
 * a checkpoint. All arithmetic of an array is in its own type; what changes from step to step comes in as numbers:
 *
 *     lr     the learning rate; adam: already divided by the first moment's correction 1 - beta1^t
 *     root   adam: 1 / sqrt(1 - beta2^t), the second moment's correction
 *     scale  what shortens the gradient to the length of clip
 *     decay  weight decay: a part of w that is added to the gradient; adamw: lr times it shrinks w itself
 */
#include <math.h>
#include <string.h>

#include "train.h"

typedef struct rule {
    const char *state[TRAIN_STATES]; /* their names, or NULL */
    const char *text;                /* state 0 is m, state 1 is s; their new values n and r; the new w is v */
    bool corrected;                  /* lr and root carry adam's corrections */
    bool apart;                      /* weight decay does not go through the gradient */
} rule;

/* Kingma and Ba 2015, algorithm 1 (in the order of computation given there at the end of section 2); Loshchilov
 * and Hutter 2019, algorithm 2; Sutskever and others 2013 for momentum, with the learning rate outside v. */
static const rule rules[] = {
    [EW_OPTIMIZER_SGD] = {{NULL}, "v{k}[i] = w{k}[i] - lr * d{k}[i]\n", false, false},
    [EW_OPTIMIZER_MOMENTUM] = {{"velocity"},
                               "n{k}[i] = beta1 * m{k}[i] + d{k}[i]\nv{k}[i] = w{k}[i] - lr * n{k}[i]\n",
                               false,
                               false},
    [EW_OPTIMIZER_NESTEROV] = {{"velocity"},
                               "n{k}[i] = beta1 * m{k}[i] + d{k}[i]\n"
                               "v{k}[i] = w{k}[i] - lr * (d{k}[i] + beta1 * n{k}[i])\n",
                               false,
                               false},
    [EW_OPTIMIZER_RMSPROP] = {{"square"},
                              "n{k}[i] = beta2 * m{k}[i] + rest2 * (d{k}[i] * d{k}[i])\n"
                              "v{k}[i] = w{k}[i] - lr * d{k}[i] / (sqrt(n{k}[i]) + epsilon)\n",
                              false,
                              false},
    [EW_OPTIMIZER_ADAM] = {{"first", "second"},
                           "n{k}[i] = beta1 * m{k}[i] + rest1 * d{k}[i]\n"
                           "r{k}[i] = beta2 * s{k}[i] + rest2 * (d{k}[i] * d{k}[i])\n"
                           "v{k}[i] = w{k}[i] - lr * n{k}[i] / (sqrt(r{k}[i]) * root + epsilon)\n",
                           true,
                           false},
    [EW_OPTIMIZER_ADAMW] = {{"first", "second"},
                            "n{k}[i] = beta1 * m{k}[i] + rest1 * d{k}[i]\n"
                            "r{k}[i] = beta2 * s{k}[i] + rest2 * (d{k}[i] * d{k}[i])\n"
                            "v{k}[i] = w{k}[i] - shrink * w{k}[i] - lr * n{k}[i] / (sqrt(r{k}[i]) * root + epsilon)\n",
                            true,
                            true},
    [EW_OPTIMIZER_LBFGS] = {{NULL}, NULL, false, false},
};

/* What comes in at every step, in the type of the arrays: declared once for each type. */
static const char *const rule_numbers[] = {"lr",    "root",  "scale", "decay", "shrink",
                                           "beta1", "rest1", "beta2", "rest2", "epsilon"};
enum { RULE_NUMBERS = sizeof rule_numbers / sizeof *rule_numbers };

size_t train_state_count(const ew_train *t)
{
    size_t count = 0;
    while (count < TRAIN_STATES && rules[t->o.optimizer].state[count]) count++;
    return count;
}

const char *train_state_name(const ew_train *t, size_t k)
{
    return rules[t->o.optimizer].state[k];
}

/* ---- The text ------------------------------------------------------------------------------------------ */

/* "{k}" becomes the number; the names of numbers get the type's ending: lr_32, lr_64. */
static void rule_write(text *t, const char *from, size_t k, int bits)
{
    for (; *from; from++) {
        size_t n = 0;
        if (strncmp(from, "{k}", 3) == 0) {
            text_count(t, k);
            from += 2;
            continue;
        }
        for (size_t j = 0; j < RULE_NUMBERS && !n; j++)
            if (strncmp(from, rule_numbers[j], strlen(rule_numbers[j])) == 0) n = strlen(rule_numbers[j]);
        if (n) text_format(t, "%.*s_%d", (int)n, from, bits);
        if (!n) text_char(t, *from);
        if (n) from += n - 1;
    }
}

/* The gradient as it is used: shortened where there is a limit, with the weights' decay where that goes by it. */
static void rule_gradient(const ew_train *t, text *out, size_t k, int bits)
{
    bool decay = t->o.weight_decay > 0 && !rules[t->o.optimizer].apart;
    rule_write(out, t->o.clip > 0 ? "d{k}[i] = scale * g{k}[i]" : "d{k}[i] = g{k}[i]", k, bits);
    rule_write(out, decay ? " + decay * w{k}[i]\n" : "\n", k, bits);
}

static bool rule_uses(const ew_train *t, ew_type type)
{
    for (size_t k = 0; k < t->weights; k++)
        if (t->weight[k].type == type && t->weight[k].count) return true;
    return false;
}

static void rule_text(const ew_train *t, text *out)
{
    static const struct {
        ew_type type;
        const char *name;
        int bits;
    } types[] = {{EW_F32, "f32", 32}, {EW_F64, "f64", 64}};
    size_t states = train_state_count(t);
    for (size_t y = 0; y < 2; y++)
        for (size_t j = 0; rule_uses(t, types[y].type) && j < RULE_NUMBERS; j++)
            text_format(out, "input %s_%d : %s\n", rule_numbers[j], types[y].bits, types[y].name);
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        size_t y = w->type == EW_F64;
        if (w->count == 0) continue;
        for (size_t a = 0; a < 2 + states; a++)
            text_format(out, "input %c%zu[%zu] : %s\n", "wgms"[a], k, w -> count, types[y].name);
        rule_gradient(t, out, k, types[y].bits);
        rule_write(out, rules[t->o.optimizer].text, k, types[y].bits);
        for (size_t a = 0; a < 1 + states; a++) text_format(out, "output %c%zu\n", "vnr"[a], k);
    }
}

/* ---- Memory and pointers ---------------------------------------------------------------------------------- */

static bool rule_states(ew_train *t)
{
    size_t states = train_state_count(t);
    for (size_t k = 0; k < t->weights; k++) {
        train_weight *w = &t->weight[k];
        size_t bytes = train_type_bytes(w->type), room = w->count ? w->count : 1;
        w->own_gradient = w->gradient_type == w->type ? w->gradient : train_keep(t, room, bytes);
        for (size_t a = 0; a < states; a++) w->state[a] = train_keep(t, room, bytes);
    }
    return report_ok(&t->r);
}

/* The order is that of the declarations and outputs in rule_text. */
static bool rule_point(ew_train *t)
{
    size_t in = 0, out = 0, states = train_state_count(t);
    t->update_in = train_keep(t, ew_in_arrays(t->update), sizeof *t->update_in);
    t->update_out = train_keep(t, ew_out_arrays(t->update), sizeof *t->update_out);
    t->number_32 = train_keep(t, RULE_NUMBERS, sizeof *t->number_32);
    t->number_64 = train_keep(t, RULE_NUMBERS, sizeof *t->number_64);
    if (!t->update_in || !t->update_out || !t->number_32 || !t->number_64) return false;
    for (size_t j = 0; rule_uses(t, EW_F32) && j < RULE_NUMBERS; j++) t->update_in[in++] = &t->number_32[j];
    for (size_t j = 0; rule_uses(t, EW_F64) && j < RULE_NUMBERS; j++) t->update_in[in++] = &t->number_64[j];
    for (size_t k = 0; k < t->weights; k++) {
        train_weight *w = &t->weight[k];
        if (w->count == 0) continue;
        t->update_in[in++] = w->value;
        t->update_in[in++] = w->own_gradient;
        t->update_out[out++] = w->value;
        for (size_t a = 0; a < states; a++) t->update_in[in++] = t->update_out[out++] = w->state[a];
    }
    return true;
}

bool train_rule_new(ew_train *t)
{
    ew_error err;
    text out;
    if (!rules[t->o.optimizer].text) return true;
    if (!rule_states(t)) return false;
    text_begin(&out, &t->m);
    rule_text(t, &out);
    bool good = !out.failed || report_memory(&t->r);
    if (good && out.count) {
        t->update = ew_compile(text_string(&out), NULL, &t->options, &err);
        if (!t->update) good = train_take(t, &err);
    }
    text_free(&out);
    return good && (!t->update || rule_point(t));
}

/* ---- One update --------------------------------------------------------------------------------------------- */

/* The weights after step number t->step, counted from 0, whose gradient lies ready. */
bool train_update(ew_train *t)
{
    ew_error err;
    const ew_train_options *o = &t->o;
    double lr = train_rate(t, t->step), count = (double)(t->updates + 1), root = 1;
    double first = lr;
    if (!t->update) return true;
    if (rules[o->optimizer].corrected) {
        first = lr / -expm1(count * log(o->momentum));
        root = 1 / sqrt(-expm1(count * log(o->decay)));
    }
    double scale = o->clip > 0 && t->norm > o->clip ? o->clip / t->norm : 1;
    const double numbers[RULE_NUMBERS] = {
        first,           root,     scale,        o->weight_decay, lr * o->weight_decay, o->momentum,
        1 - o->momentum, o->decay, 1 - o->decay, o->epsilon};
    train_narrow(EW_F32, t->number_32, numbers, RULE_NUMBERS);
    train_narrow(EW_F64, t->number_64, numbers, RULE_NUMBERS);
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        for (size_t i = 0; w->own_gradient != w->gradient && i < w->count; i++)
            train_set_element(w->type, w->own_gradient, i, train_element(w->gradient_type, w->gradient, i));
    }
    t->updates++;
    if (ew_run_arrays(t->update, NULL, t->update_in, t->update_out) == EW_OK) return true;
    ew_run_error(t->update, NULL, &err);
    return train_take(t, &err);
}

/* ---- A point to go back to ------------------------------------------------------------------------------------ */

static void rule_copy(const ew_train *t, bool back)
{
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        size_t bytes = w->count * train_type_bytes(w->type);
        for (size_t a = 0; a < 1 + train_state_count(t) && w->kept[a]; a++) {
            void *now = a ? w->state[a - 1] : w->value;
            if (bytes) memcpy(back ? now : w->kept[a], back ? w->kept[a] : now, bytes);
        }
    }
}

void train_keep_point(ew_train *t)
{
    t->kept_updates = t->updates;
    rule_copy(t, false);
}

void train_go_back(ew_train *t)
{
    t->updates = t->kept_updates;
    rule_copy(t, true);
}
