/*
 * rules.c - optimisers: each is a few equations in the language, run in place over all weights at once.
 *
 * An optimiser is one row of a table: its states, and its equations for one array w with gradient d. From the row come
 * the states' memory and their names in a checkpoint, and two texts: a program of its own over gradients that lie
 * ready, all arrays flat; and, with a prefix, equations that go with those of the model, in which d is a derivative
 * (fused.c). All arithmetic of an array is in its own type; what changes from step to step comes in as numbers:
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
    [EW_OPTIMIZER_SGD] = {{NULL}, "{v} = {w} - lr * {d}\n", false, false},
    [EW_OPTIMIZER_MOMENTUM] = {{"velocity"}, "{n} = beta1 * {m} + {d}\n{v} = {w} - lr * {n}\n", false, false},
    [EW_OPTIMIZER_NESTEROV] = {{"velocity"},
                               "{n} = beta1 * {m} + {d}\n{v} = {w} - lr * ({d} + beta1 * {n})\n",
                               false,
                               false},
    [EW_OPTIMIZER_RMSPROP] = {{"square"},
                              "{n} = beta2 * {m} + rest2 * ({d} * {d})\n{v} = {w} - lr * {d} / (sqrt({n}) + epsilon)\n",
                              false,
                              false},
    [EW_OPTIMIZER_ADAM] = {{"first", "second"},
                           "{n} = beta1 * {m} + rest1 * {d}\n{r} = beta2 * {s} + rest2 * ({d} * {d})\n"
                           "{v} = {w} - lr * {n} / (sqrt({r}) * root + epsilon)\n",
                           true,
                           false},
    [EW_OPTIMIZER_ADAMW] = {{"first", "second"},
                            "{n} = beta1 * {m} + rest1 * {d}\n{r} = beta2 * {s} + rest2 * ({d} * {d})\n"
                            "{v} = {w} - shrink * {w} - lr * {n} / (sqrt({r}) * root + epsilon)\n",
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

bool train_has_rule(const ew_train *t)
{
    return rules[t->o.optimizer].text != NULL;
}

/* ---- The text ------------------------------------------------------------------------------------------ */

/* "[i]", or in the shape of the weight "[Qi0, Qi1]" with the prefix Q; nothing for a number. */
static void rule_brackets(text *out, const train_weight *w, const char *prefix)
{
    if (!prefix) text_add(out, "[i]");
    for (size_t p = 0; prefix && p < w->rank; p++) text_format(out, "%s%si%zu", p ? ", " : "[", prefix, p);
    if (prefix && w->rank) text_char(out, ']');
}

/* {w} is the weight as the model calls it, where its equations are those of the model. */
static void rule_name(const ew_train *t, text *out, char letter, size_t k, const char *prefix)
{
    const train_weight *w = &t->weight[k];
    if (prefix && letter == 'w')
        text_add(out, w->name);
    else
        text_format(out, "%s%c%zu", prefix ? prefix : "", letter, k);
    rule_brackets(out, w, prefix);
}

/* Names of arrays stand in braces; names of numbers get the type's ending: lr_32, lr_64. */
static void rule_write(const ew_train *t, text *out, const char *from, size_t k, const char *prefix)
{
    for (; *from; from++) {
        size_t n = 0;
        if (from[0] == '{') {
            rule_name(t, out, from[1], k, prefix);
            from += 2;
            continue;
        }
        for (size_t j = 0; j < RULE_NUMBERS && !n; j++)
            if (strncmp(from, rule_numbers[j], strlen(rule_numbers[j])) == 0) n = strlen(rule_numbers[j]);
        if (n)
            text_format(out, "%s%.*s_%d", prefix ? prefix : "", (int)n, from, t->weight[k].type == EW_F64 ? 64 : 32);
        else
            text_char(out, *from);
        if (n) from += n - 1;
    }
}

/* The gradient as it is used: shortened where there is a limit, with the weights' decay where that goes by it. */
static void rule_gradient(const ew_train *t, text *out, size_t k, const char *prefix)
{
    bool decay = t->o.weight_decay > 0 && !rules[t->o.optimizer].apart;
    rule_write(t, out, t->o.clip > 0 ? "{d} = scale * " : "{d} = ", k, prefix);
    if (prefix) text_format(out, "diff(%s, ", t->loss_name);
    rule_write(t, out, prefix ? "{w}" : "{g}", k, prefix);
    if (prefix) text_char(out, ')');
    rule_write(t, out, decay ? " + decay * {w}\n" : "\n", k, prefix);
}

static bool rule_uses(const ew_train *t, ew_type type)
{
    for (size_t k = 0; k < t->weights; k++)
        if (t->weight[k].type == type && t->weight[k].count) return true;
    return false;
}

static void rule_declare(const ew_train *t, text *out, char letter, size_t k, const char *prefix)
{
    const train_weight *w = &t->weight[k];
    text_format(out, "input %s%c%zu", prefix ? prefix : "", letter, k);
    if (!prefix) text_format(out, "[%zu]", w->count);
    for (size_t p = 0; prefix && p < w->rank; p++) text_format(out, "%s%zu", p ? ", " : "[", w->size[p]);
    text_format(out, "%s : %s\n", prefix && w->rank ? "]" : "", w->type == EW_F64 ? "f64" : "f32");
}

void train_rule_text(const ew_train *t, text *out, const char *prefix)
{
    static const struct {
        ew_type type;
        const char *name;
        int bits;
    } types[] = {{EW_F32, "f32", 32}, {EW_F64, "f64", 64}};
    for (size_t y = 0; y < 2; y++)
        for (size_t j = 0; rule_uses(t, types[y].type) && j < RULE_NUMBERS; j++)
            text_format(out, "input %s%s_%d : %s\n", prefix ? prefix : "", rule_numbers[j], types[y].bits,
                        types[y].name);
    for (size_t k = 0; k < t->weights; k++) {
        if (t->weight[k].count == 0) continue;
        for (size_t a = prefix ? 2 : 0; a < 2 + train_state_count(t); a++) rule_declare(t, out, "wgms"[a], k, prefix);
        rule_gradient(t, out, k, prefix);
        rule_write(t, out, rules[t->o.optimizer].text, k, prefix);
    }
}

/* Their order is that of the declarations in train_rule_text. */
size_t train_rule_inputs(const ew_train *t, const void **in, bool fused)
{
    size_t n = 0;
    for (size_t j = 0; rule_uses(t, EW_F32) && j < RULE_NUMBERS; j++, n++)
        if (in) in[n] = &t->number_32[j];
    for (size_t j = 0; rule_uses(t, EW_F64) && j < RULE_NUMBERS; j++, n++)
        if (in) in[n] = &t->number_64[j];
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        const void *const arrays[] = {w->value, w->own_gradient, w->state[0], w->state[1]};
        for (size_t a = fused ? 2 : 0; w->count && a < 2 + train_state_count(t); a++, n++)
            if (in) in[n] = arrays[a];
    }
    return n;
}

/* ---- All weights at once, from gradients that lie ready --------------------------------------------------- */

/* What both ways of updating share. */
bool train_rule_new(ew_train *t)
{
    t->number_32 = train_keep(t, RULE_NUMBERS, sizeof *t->number_32);
    t->number_64 = train_keep(t, RULE_NUMBERS, sizeof *t->number_64);
    for (size_t k = 0; report_ok(&t->r) && k < t->weights; k++)
        for (size_t a = 0; a < train_state_count(t); a++) {
            train_weight *w = &t->weight[k];
            w->state[a] = train_keep(t, w->count ? w->count : 1, train_type_bytes(w->type));
        }
    return report_ok(&t->r);
}

static bool rule_own_gradients(ew_train *t)
{
    for (size_t k = 0; k < t->weights; k++) {
        train_weight *w = &t->weight[k];
        size_t room = w->count ? w->count : 1;
        w->own_gradient = w->gradient_type == w->type ? w->gradient : train_keep(t, room, train_type_bytes(w->type));
    }
    return report_ok(&t->r);
}

static bool rule_outputs(ew_train *t, text *out)
{
    size_t n = 0;
    t->update_out = train_keep(t, t->weights * (1 + TRAIN_STATES), sizeof *t->update_out);
    for (size_t k = 0; t->update_out && k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        void *const arrays[] = {w->value, w->state[0], w->state[1]};
        for (size_t a = 0; w->count && a < 1 + train_state_count(t); a++) {
            text_format(out, "output %c%zu\n", "vnr"[a], k);
            t->update_out[n++] = arrays[a];
        }
    }
    return report_ok(&t->r);
}

static bool rule_prepare(ew_train *t)
{
    ew_error err;
    text out;
    text_begin(&out, &t->m);
    train_rule_text(t, &out, NULL);
    bool good = rule_own_gradients(t) && rule_outputs(t, &out) && (!out.failed || report_memory(&t->r));
    if (good && out.count) {
        t->update = ew_compile(text_string(&out), NULL, &t->options, &err);
        if (!t->update) good = train_take(t, &err);
    }
    text_free(&out);
    t->update_in = good ? train_keep(t, train_rule_inputs(t, NULL, false), sizeof *t->update_in) : NULL;
    if (t->update_in) train_rule_inputs(t, t->update_in, false);
    return t->update_in != NULL;
}

/* ---- One update --------------------------------------------------------------------------------------------- */

/* The numbers of step t->step, counted from 0. */
void train_rule_numbers(ew_train *t)
{
    const ew_train_options *o = &t->o;
    double lr = train_rate(t, t->step), count = (double)(t->updates + 1), root = 1, first = lr;
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
}

bool train_update(ew_train *t)
{
    ew_error err;
    if (!train_has_rule(t)) return true;
    if (!t->update_in && !rule_prepare(t)) return false;
    if (!t->update) return true; /* there is no weight at all */
    train_rule_numbers(t);
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
    train_quasi_again(t, true);
}
