/*
 * train.c - an ew_train: made, freed, asked.
 */
#include <math.h>
#include <string.h>

#include "train.h"

/* ---- Making one ------------------------------------------------------------------------------------- */

static ew_train *train_blank(const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    report r = {.m = &m, .language = options ? options->language : NULL};
    ew_train *t = memory_new(&m, sizeof *t);
    if (!t) {
        report_memory(&r);
        if (err) *err = r.error;
        return NULL;
    }
    t->m = m;
    t->r.m = &t->m;
    t->r.language = r.language;
    if (options) t->options = *options;
    t->options.sizes = NULL;
    t->options.size_count = 0;
    t->options.only_arrays = 1;
    t->loss = t->norm = NAN;
    t->rate_factor = 1;
    t->lock = -1;
    return t;
}

/* How many rows are trained on and how many kept apart; how many steps an epoch and all of it has. */
static bool train_counts(ew_train *t)
{
    ew_train_options *o = &t->o;
    size_t rows = t->data.rows;
    t->validation_rows = t->data.count ? (size_t)(o->validate * (double)rows) : 0;
    if (o->validate > 0 && t->validation_rows == 0 && rows > 1) t->validation_rows = 1;
    t->training_rows = rows - t->validation_rows;
    if (t->training_rows == 0) return report_plain(&t->r, E_TRAIN_EMPTY, t->data.at[0].name, NULL);
    if (o->batch == 0) o->batch = o->optimizer == EW_OPTIMIZER_LBFGS ? t->training_rows : 32;
    if (o->batch > t->training_rows) o->batch = t->training_rows;
    t->epoch_steps = t->training_rows / o->batch + (t->training_rows % o->batch != 0);
    t->steps = o->steps;
    if (!t->steps && !size_mul(o->epochs, t->epoch_steps, &t->steps)) t->steps = SIZE_MAX;
    return true;
}

static bool train_numbers(ew_train *t)
{
    size_t count = 1 + t->o.metric_count;
    double **lists[] = {&t->metric, &t->sum, &t->reported, &t->validated, &t->tested};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) *lists[k] = train_keep(t, count, sizeof(double));
    t->best = INFINITY;
    return report_ok(&t->r);
}

static bool train_begin(ew_train *t, const char *program, const ew_train_options *options)
{
    t->began = t->rate_began = train_clock();
    t->text = train_keep_text(t, program);
    return train_options(t, options) && train_set_open(t, &t->data, t->o.data, t->o.data_count) &&
           train_set_open(t, &t->test, t->o.test, t->o.test_count) && train_model(t) && train_all_fed(t, &t->data) &&
           (t->test.count == 0 || train_all_fed(t, &t->test)) && train_counts(t) && train_numbers(t) &&
           train_scales(t) && train_weights_new(t) &&
           train_pass_new(t, &t->batch, &t->data, t->o.batch, TRAIN_GRADIENTS) && train_rule_new(t);
}

ew_train *ew_train_new(const char *program, const ew_train_options *options, ew_error *err)
{
    ew_train *t = train_blank(options ? options->options : NULL, err);
    if (!t) return NULL;
    bool good = train_begin(t, program ? program : "", options);
    train_done(t, err);
    if (good) return t;
    ew_train_free(t);
    return NULL;
}

void ew_train_free(ew_train *t)
{
    if (!t) return;
    train_pass_free(t, &t->batch);
    train_pass_free(t, &t->last);
    train_pass_free(t, &t->validation_pass);
    train_pass_free(t, &t->test_pass);
    ew_free(t->update);
    train_set_close(&t->data);
    train_set_close(&t->test);
    train_release(t, &t->blocks);
    memory m = t->m;
    memory_free(&m, t, sizeof *t);
}

/* ---- Asking ------------------------------------------------------------------------------------------- */

size_t ew_train_weight_count(const ew_train *t)
{
    return t->weights;
}

ew_data_array ew_train_weight(const ew_train *t, size_t i)
{
    if (i >= t->weights) return (ew_data_array){0};
    const train_weight *w = &t->weight[i];
    return (ew_data_array){.name = w->name, .type = w->type, .axes = w->rank, .sizes = w->size, .elements = w->value};
}

size_t ew_train_metric_count(const ew_train *t)
{
    return t->o.metric_count;
}

const char *ew_train_metric_name(const ew_train *t, size_t i)
{
    return i < t->o.metric_count ? t->o.metrics[i] : NULL;
}

const char *ew_train_loss_name(const ew_train *t)
{
    return t->loss_name;
}

double ew_train_loss(const ew_train *t)
{
    return t->step ? t->metric[0] : (double)NAN;
}
