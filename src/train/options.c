/*
 * options.c - what training is told: copied, checked, and filled in with what was left open.
 */
#include <math.h>
#include <string.h>

#include "train.h"

static bool options_refuse(ew_train *t, const char *name, double value)
{
    char number[32];
    number_text(value, 6, number);
    return report_plain(&t->r, E_TRAIN_OPTION, name, number);
}

/* What lbfgs would pass over in silence. */
static bool options_of_lbfgs(ew_train *t)
{
    const ew_train_options *o = &t->o;
    const char *name = o->batch                              ? "batch"
                       : o->clip > 0                         ? "clip"
                       : o->warmup                           ? "warmup"
                       : o->schedule != EW_SCHEDULE_CONSTANT ? "schedule"
                                                             : NULL;
    return o->optimizer != EW_OPTIMIZER_LBFGS || !name || report_plain(&t->r, E_TRAIN_LBFGS, name, NULL);
}

/* Each number with its bounds; 0 is "not given" everywhere. */
static bool options_numbers(ew_train *t)
{
    const ew_train_options *o = &t->o;
    const struct {
        const char *name;
        double value, low, high;
    } rows[] = {
        {"lr", o->lr, 0, INFINITY},
        {"momentum", o->momentum, -INFINITY, 1},
        {"decay", o->decay, -INFINITY, 1},
        {"epsilon", o->epsilon, 0, INFINITY},
        {"weight-decay", o->weight_decay, 0, INFINITY},
        {"clip", o->clip, 0, INFINITY},
        {"validate", o->validate, 0, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!(rows[i].value >= rows[i].low && rows[i].value < rows[i].high) && rows[i].value != 0)
            return options_refuse(t, rows[i].name, rows[i].value);
    if (!ew_optimizer_name((int)o->optimizer)) return options_refuse(t, "optimizer", (double)o->optimizer);
    if (!ew_schedule_name((int)o->schedule)) return options_refuse(t, "schedule", (double)o->schedule);
    if (!ew_on_nan_name((int)o->on_nan)) return options_refuse(t, "on-nan", (double)o->on_nan);
    if (o->patience && o->validate == 0) return report_plain(&t->r, E_TRAIN_PATIENCE, NULL, NULL);
    return options_of_lbfgs(t);
}

static bool options_metrics(ew_train *t)
{
    static const char *const taken[] = {"step", "epoch", "loss", "validation", "test", "seconds"};
    for (size_t k = 0; k < t->o.metric_count; k++) {
        const char *name = t->o.metrics[k];
        bool free = true;
        for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) free = free && strcmp(name, taken[i]) != 0;
        for (size_t i = 0; i < k; i++) free = free && strcmp(name, t->o.metrics[i]) != 0;
        if (!free) return report_plain(&t->r, E_TRAIN_METRIC_NAME, name, NULL);
    }
    return true;
}

static double options_or(double value, double usual)
{
    return value == 0 ? usual : value < 0 ? 0 : value;
}

static void options_fill(ew_train_options *o)
{
    static const double rates[] = {0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 1};
    if (o->lr == 0) o->lr = rates[o->optimizer];
    o->momentum = options_or(o->momentum, 0.9);
    o->decay = options_or(o->decay, o->optimizer == EW_OPTIMIZER_RMSPROP ? 0.99 : 0.999);
    o->epsilon = options_or(o->epsilon, 1e-8);
    if (o->evaluate_every == 0) o->evaluate_every = 1;
    if (o->steps == 0 && o->data_count == 0) o->steps = o->epochs ? o->epochs : 1000;
    if (o->steps == 0 && o->epochs == 0) o->epochs = 10;
}

static const char *const *options_names(ew_train *t, const char *const *names, size_t count)
{
    const char **copy = train_keep(t, count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) copy[i] = train_keep_text(t, names[i]);
    return copy;
}

static const ew_fixed *options_fixed(ew_train *t, const ew_fixed *fixed, size_t count)
{
    ew_fixed *copy = train_keep(t, count, sizeof *copy);
    for (size_t i = 0; copy && i < count && report_ok(&t->r); i++) {
        size_t elements = 1, *size = train_keep(t, fixed[i].rank, sizeof *size);
        for (size_t k = 0; size && k < fixed[i].rank; k++) {
            size[k] = fixed[i].size[k];
            if (!size_mul(elements, size[k], &elements)) return report_memory(&t->r), NULL;
        }
        double *values = train_keep(t, elements, sizeof *values);
        if (!size || !values) return NULL;
        if (elements) memcpy(values, fixed[i].values, elements * sizeof *values);
        copy[i] = (ew_fixed){train_keep_text(t, fixed[i].name), fixed[i].rank, size, values};
    }
    return copy;
}

bool train_options(ew_train *t, const ew_train_options *given)
{
    if (given) t->o = *given;
    ew_train_options *o = &t->o;
    o->metrics = options_names(t, o->metrics, o->metric_count);
    o->standardize = options_names(t, o->standardize, o->standardize_count);
    o->fixed = options_fixed(t, o->fixed, o->fixed_count);
    o->run = train_keep_text(t, o->run);
    o->weights = train_keep_text(t, o->weights);
    if (!report_ok(&t->r) || !options_metrics(t) || !options_numbers(t)) return false;
    options_fill(o);
    return true;
}
