/*
 * train.c - an ew_train: made, freed, asked.
 */
#include <math.h>
#include <string.h>

#include "run.h"

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
    t->lock = t->lines = -1;
    t->began = t->rate_began = train_clock();
    return t;
}

/* How many rows are trained on and how many kept apart; how many steps an epoch and all of it has. */
static bool train_counts(ew_train *t)
{
    ew_train_options *o = &t->o;
    size_t rows = t->data.rows;
    t->validation_rows = t->data.count ? (size_t)(o->validate * (double)rows) : 0;
    if (o->validate > 0 && t->validation_rows == 0 && rows > 1) t->validation_rows = 1;
    if (o->validate > 0 && (t->validation_rows == 0 || !t->data.count))
        return report_plain(&t->r, E_TRAIN_SPARE, NULL, NULL);
    t->training_rows = rows - t->validation_rows;
    if (t->training_rows == 0) return report_plain(&t->r, E_TRAIN_EMPTY, t->data.at[0].name, NULL);
    if (o->batch == 0) o->batch = 32;
    if (o->batch > t->training_rows || train_is_quasi(t)) o->batch = t->training_rows;
    t->epoch_steps = t->training_rows / o->batch + (t->training_rows % o->batch != 0);
    t->steps = o->steps;
    if (!t->steps && !size_mul(o->epochs, t->epoch_steps, &t->steps)) t->steps = SIZE_MAX;
    return train_rows_in_order(t);
}

static bool train_room(ew_train *t)
{
    size_t count = 1 + t->o.metric_count;
    double **lists[] = {&t->metric, &t->sum, &t->reported, &t->validated, &t->tested};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) *lists[k] = train_keep(t, count, sizeof(double));
    for (size_t k = 0; report_ok(&t->r) && k < count; k++) t->metric[k] = t->reported[k] = NAN;
    t->best = INFINITY;
    return report_ok(&t->r);
}

/* Which weights get room for what: the best so far, and what to go back to. */
static bool train_spare(ew_train *t)
{
    for (size_t k = 0; k < t->weights; k++) {
        train_weight *w = &t->weight[k];
        size_t room = w->count ? w->count : 1, bytes = train_type_bytes(w->type);
        if (t->validation_rows) w->best = train_keep(t, room, bytes);
        for (size_t a = 0; t->o.on_nan == EW_ON_NAN_ROLLBACK && a < 1 + train_state_count(t); a++)
            w->kept[a] = train_keep(t, room, bytes);
    }
    if (report_ok(&t->r)) train_keep_point(t);
    return report_ok(&t->r);
}

static bool train_model_and_data(ew_train *t)
{
    return train_set_open(t, &t->data, t->o.data, t->o.data_count) &&
           train_set_open(t, &t->test, t->o.test, t->o.test_count) && train_model(t);
}

/* How steps are made: gradient and update in one program, or apart. */
static bool train_ways(ew_train *t)
{
    if (!train_wants_parts(t) && !train_fused_new(t)) return false;
    return t->fusing || (train_pass_new(t, &t->batch, &t->data, t->o.batch, TRAIN_GRADIENTS) && train_parts_new(t));
}

static bool train_prepare_all(ew_train *t)
{
    return train_all_fed(t, &t->data) && (t->test.count == 0 || train_all_fed(t, &t->test)) && train_counts(t) &&
           train_room(t) && train_scales(t) && train_weights_new(t) && train_rule_new(t) && train_quasi_new(t) &&
           train_spare(t) && train_ways(t);
}

/* Hands over, or frees. */
static ew_train *train_result(ew_train *t, bool good, ew_error *err)
{
    train_done(t, err);
    if (good) return t;
    ew_train_free(t);
    return NULL;
}

/* Where the params begin: as the text says, as a file does, or at a value of their own, which goes before. */
static bool train_begin(ew_train *t)
{
    if (t->o.weights && !train_load(t, t->o.weights)) return false;
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        const ew_fixed *f = t->input[w->input].fixed;
        if (f) train_narrow(w->type, w->value, f->values, w->count);
    }
    train_keep_point(t);
    return true;
}

ew_train *ew_train_new(const char *program, const ew_train_options *options, ew_error *err)
{
    ew_train *t = train_blank(options ? options->options : NULL, err);
    if (!t) return NULL;
    t->text = train_keep_text(t, program ? program : "");
    bool good = train_options(t, options) && train_model_and_data(t) && train_prepare_all(t) && train_begin(t) &&
                train_folder_new(t);
    good = train_agree(t, good);
    return train_result(t, good, err);
}

/* What cannot be right about options that were read from a run's folder is a fault of its files. */
static ew_train *train_of_files(ew_train *t, bool good, ew_error *err)
{
    if (!good && t->r.error.status == EW_USE) t->r.error.status = EW_FILE;
    return train_result(t, good, err);
}

ew_train *ew_train_resume(const char *run, const ew_train_options *options, ew_error *err)
{
    ew_train *t = train_blank(options ? options->options : NULL, err);
    if (!t) return NULL;
    bool leads = !options || !options->ranks || options->ranks->rank == 0;
    if (options) t->o.ranks = options->ranks;
    bool good = train_folder_open(t, run, options, leads) && train_model_and_data(t) && train_prepare_all(t) &&
                (train_has_checkpoint(t) || train_begin(t)) && train_folder_go_on(t);
    good = train_agree(t, good);
    return options && options->data_count ? train_result(t, good, err) : train_of_files(t, good, err);
}

/* The data stay closed: only their sizes are used. */
ew_train *ew_train_open(const char *run, const ew_options *options, ew_error *err)
{
    ew_train *t = train_blank(options, err);
    if (!t) return NULL;
    t->closed = true;
    bool good = train_folder_open(t, run, NULL, false) && train_model_and_data(t) && train_counts(t) && train_room(t) &&
                train_scales(t) && train_weights_new(t);
    const char *weights = good ? train_run_path(t, "weights.safetensors") : NULL;
    good = weights && train_load(t, weights);
    return train_of_files(t, good, err);
}

void ew_train_free(ew_train *t)
{
    if (!t) return;
    train_pass_free(t, &t->batch);
    train_pass_free(t, &t->last);
    train_fused_free(t);
    train_parts_free(t);
    train_pieces_free(t, &t->validation_pieces);
    train_pieces_free(t, &t->test_pieces);
    ew_free(t->update);
    train_folder_close(t);
    train_set_close(&t->data);
    train_set_close(&t->test);
    train_release(t, &t->passing);
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
