/*
 * checkpoint.c - one file with everything that a run needs to go on bit for bit: weights, the optimiser's states,
 * the best weights, and a note that says where training is. A checksum covers every byte (edgewise-data.h).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define CHECKPOINT "checkpoint/last.safetensors"
#define WEIGHTS "weights.safetensors"

/* ---- Arrays ----------------------------------------------------------------------------------------------- */

/* What belongs to one weight: called `kind`/NAME in the file. */
typedef struct checkpoint_part {
    const char *kind;
    void *array;
} checkpoint_part;

enum { CHECKPOINT_PARTS = 3 + 2 * TRAIN_STATES };

static size_t checkpoint_parts(const ew_train *t, const train_weight *w, checkpoint_part *parts)
{
    static const char *const kept[] = {"kept-0", "kept-1"};
    size_t n = 0;
    parts[n++] = (checkpoint_part){"weight", w->value};
    for (size_t a = 0; a < train_state_count(t); a++)
        parts[n++] = (checkpoint_part){train_state_name(t, a), w->state[a]};
    if (w->best && t->best_step) parts[n++] = (checkpoint_part){"best", w->best};
    if (w->kept[0]) parts[n++] = (checkpoint_part){"kept", w->kept[0]};
    for (size_t a = 0; w->kept[0] && a < train_state_count(t); a++)
        parts[n++] = (checkpoint_part){kept[a], w->kept[1 + a]};
    return n;
}

static ew_data_array checkpoint_array(ew_train *t, const train_weight *w, const char *kind, const void *elements)
{
    size_t n = strlen(kind) + strlen(w->name) + 2;
    char *name = train_keep_in(t, &t->passing, n, 1);
    if (name) snprintf(name, n, "%s/%s", kind, w->name);
    return (ew_data_array){.name = name, .type = w->type, .axes = w->rank, .sizes = w->size, .elements = elements};
}

static ew_data_array *checkpoint_arrays(ew_train *t, size_t *count)
{
    ew_data_array *list = train_keep_in(t, &t->passing, t->weights * CHECKPOINT_PARTS + 4, sizeof *list);
    checkpoint_part parts[CHECKPOINT_PARTS];
    train_numbers more[4];
    *count = 0;
    for (size_t k = 0; list && k < t->weights; k++)
        for (size_t i = 0, n = checkpoint_parts(t, &t->weight[k], parts); i < n; i++)
            list[(*count)++] = checkpoint_array(t, &t->weight[k], parts[i].kind, parts[i].array);
    for (size_t i = 0, n = train_quasi_arrays(t, more); list && i < n; i++) {
        size_t *size = train_keep_in(t, &t->passing, 1, sizeof *size);
        if (size) *size = more[i].count;
        list[(*count)++] =
            (ew_data_array){.name = more[i].name, .type = EW_F64, .axes = 1, .sizes = size, .elements = more[i].at};
    }
    return report_ok(&t->r) ? list : NULL;
}

/* An array of a file into one of a weight, of whose sizes it must be; NULL: only looked at. */
static bool checkpoint_load(ew_train *t, const char *path, const char *name, const train_weight *w, void *to)
{
    enum { PIECE = 1024 };
    ew_error err;
    double piece[PIECE];
    size_t bytes = train_type_bytes(w->type);
    ew_data *d = ew_data_read(path, name, &t->options, &err);
    if (!d) return train_take(t, &err);
    ew_kind kind = ew_data_kind(d);
    bool good = ew_data_axes(d) == w->rank && (kind == EW_KIND_F32 || kind == EW_KIND_F64);
    for (size_t p = 0; good && p < w->rank; p++) good = ew_data_size(d, p) == w->size[p];
    if (!good) report_plain(&t->r, E_TRAIN_ARRAY, path, name);
    for (size_t i = 0, n; good && to && i < w->count; i += n) {
        n = w->count - i < PIECE ? w->count - i : PIECE;
        good = ew_data_get(d, i, n, piece, &err) == EW_OK || train_take(t, &err);
        if (good) train_narrow(w->type, (char *)to + i * bytes, piece, n);
    }
    ew_data_free(d);
    return good;
}

/* ---- The note ----------------------------------------------------------------------------------------------- */

typedef struct checkpoint_number { /* one row: written and read alike */
    const char *key;
    double *real;
    size_t reals; /* how many */
    size_t *count;
    uint64_t *large;
} checkpoint_number;

enum { CHECKPOINT_NUMBERS = 21 };

static void checkpoint_numbers(ew_train *t, checkpoint_number *n)
{
    size_t all = 1 + t->o.metric_count;
    const checkpoint_number rows[CHECKPOINT_NUMBERS] = {
        {"step", NULL, 0, &t->step, NULL},
        {"epoch", NULL, 0, &t->epoch, NULL},
        {"updates", NULL, 0, &t->updates, NULL},
        {"kept_updates", NULL, 0, &t->kept_updates, NULL},
        {"reports", NULL, 0, &t->reports, NULL},
        {"report_step", NULL, 0, &t->report_step, NULL},
        {"best_step", NULL, 0, &t->best_step, NULL},
        {"bad_steps", NULL, 0, &t->bad_steps, NULL},
        {"ended", NULL, 0, &t->ended, NULL},
        {"lines", NULL, 0, NULL, &t->lines_bytes},
        {"model", NULL, 0, NULL, &t->model_hash},
        {"config", NULL, 0, NULL, &t->config_hash},
        {"rate_factor", &t->rate_factor, 1, NULL, NULL},
        {"best", &t->best, 1, NULL, NULL},
        {"seconds", &t->seconds_before, 1, NULL, NULL},
        {"sum_rows", &t->sum_rows, 1, NULL, NULL},
        {"sum", t->sum, all, NULL, NULL},
        {"last", t->metric, all, NULL, NULL},
        {"reported", t->reported, all, NULL, NULL},
        {"validated", t->validated, all, NULL, NULL},
        {"tested", t->tested, all, NULL, NULL},
    };
    memcpy(n, rows, sizeof rows);
}

static void checkpoint_write_number(text *out, const checkpoint_number *n)
{
    train_json_key(out, n->key);
    if (n->reals) text_char(out, '[');
    for (size_t i = 0; i < n->reals; i++) {
        if (i) text_add(out, ", ");
        train_json_number(out, n->real[i]);
    }
    if (n->reals) text_char(out, ']');
    if (n->count) text_format(out, "\"%zu\"", *n->count);
    if (n->large) text_format(out, "\"%llu\"", (unsigned long long)*n->large);
}

static bool checkpoint_read_number(const json_t *root, const checkpoint_number *n)
{
    const json_t *j = json_object_get(root, n->key);
    uint64_t value = 0;
    bool good = n->reals ? json_array_size(j) == n->reals : train_json_count(j, &value);
    for (size_t i = 0; good && i < n->reals; i++) good = train_json_real(json_array_get(j, i), &n->real[i]);
    if (n->count) *n->count = (size_t)value;
    if (n->large) *n->large = value;
    return good;
}

static void checkpoint_note(ew_train *t, text *out)
{
    checkpoint_number rows[CHECKPOINT_NUMBERS];
    checkpoint_numbers(t, rows);
    text_add(out, "{\"edgewise\": 1");
    for (size_t i = 0; i < CHECKPOINT_NUMBERS; i++) checkpoint_write_number(out, &rows[i]);
    text_char(out, '}');
}

static bool checkpoint_read_note(ew_train *t, const char *path, const text *note)
{
    uint64_t model = t->model_hash, config = t->config_hash;
    checkpoint_number rows[CHECKPOINT_NUMBERS];
    checkpoint_numbers(t, rows);
    json_t *root = json_loadb(text_string(note), note->count, JSON_REJECT_DUPLICATES, NULL);
    bool good = root != NULL;
    for (size_t i = 0; good && i < CHECKPOINT_NUMBERS; i++) good = checkpoint_read_number(root, &rows[i]);
    json_decref(root);
    good = good && t->step <= t->steps && t->model_hash == model && t->config_hash == config;
    return good || report_plain(&t->r, E_TRAIN_OTHER, path, NULL);
}

/* ---- Saving -------------------------------------------------------------------------------------------------- */

static int checkpoint_add(void *context, const char *bytes, size_t count)
{
    text *out = context;
    text_addn(out, bytes, count);
    return out->failed;
}

static bool checkpoint_write(ew_train *t, const char *path)
{
    ew_error err;
    text note;
    size_t count;
    double before = t->seconds_before;
    text_begin(&note, &t->m);
    t->seconds_before = train_seconds(t);
    checkpoint_note(t, &note);
    t->seconds_before = before;
    ew_data_array *arrays = checkpoint_arrays(t, &count);
    bool good = arrays && (!note.failed || report_memory(&t->r));
    good = good && (ew_data_write_note(path, arrays, count, text_string(&note), &t->options, &err) == EW_OK ||
                    train_take(t, &err));
    text_free(&note);
    train_release(t, &t->passing);
    return good;
}

bool train_store(ew_train *t, const char *path, bool best)
{
    ew_error err;
    ew_data_array *list = train_keep_in(t, &t->passing, t->weights, sizeof *list);
    for (size_t k = 0; list && k < t->weights; k++) {
        list[k] = ew_train_weight(t, k);
        if (best && t->weight[k].best && t->best_step) list[k].elements = t->weight[k].best;
    }
    bool good = list && (ew_data_write(path, list, t->weights, &t->options, &err) == EW_OK || train_take(t, &err));
    train_release(t, &t->passing);
    return good;
}

/* The weights come first: of a run whose checkpoint says that it has ended they are the final ones. Only the first
 * checkpoint comes before them, so that weights without one mean that it was taken away (checkpoint_none). */
bool train_save(ew_train *t)
{
    const char *path = train_run_path(t, CHECKPOINT), *weights = train_run_path(t, WEIGHTS);
    if (!path || !weights || !train_metrics_sync(t)) return false;
    bool first = access(path, F_OK) != 0;
    if (first && !checkpoint_write(t, path)) return false;
    if (!train_store(t, weights, true) || (!first && !checkpoint_write(t, path))) return false;
    t->saved_step = t->step;
    t->save_clock = train_clock();
    return true;
}

/* ---- Reading ------------------------------------------------------------------------------------------------- */

static bool checkpoint_read_arrays(ew_train *t, const char *path)
{
    checkpoint_part parts[CHECKPOINT_PARTS];
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        for (size_t i = 0, n = checkpoint_parts(t, w, parts); i < n; i++) {
            ew_data_array a = checkpoint_array(t, w, parts[i].kind, NULL);
            if (!a.name || !checkpoint_load(t, path, a.name, w, parts[i].array)) return false;
        }
    }
    return true;
}

bool train_has_checkpoint(ew_train *t)
{
    const char *path = train_run_path(t, CHECKPOINT);
    return path && access(path, F_OK) == 0;
}

static bool checkpoint_read_numbers(ew_train *t, const char *path)
{
    ew_error err;
    train_numbers more[4];
    size_t n = train_quasi_arrays(t, more);
    for (size_t i = 0; i < n; i++) {
        ew_data *d = ew_data_read(path, more[i].name, &t->options, &err);
        if (!d) return train_take(t, &err);
        bool good = ew_data_count(d) == more[i].count || report_plain(&t->r, E_TRAIN_ARRAY, path, more[i].name);
        good = good && (ew_data_get(d, 0, more[i].count, more[i].at, &err) == EW_OK || train_take(t, &err));
        ew_data_free(d);
        if (!good) return false;
    }
    train_quasi_again(t, false);
    return true;
}

/* A run without a checkpoint yet begins anew: from the same seed it is the same run. Not one that has saved already. */
static bool checkpoint_none(ew_train *t, const char *path)
{
    const char *weights = train_run_path(t, WEIGHTS);
    if (!weights || access(weights, F_OK) != 0) return weights != NULL;
    report_plain(&t->r, E_TRAIN_NO_CHECKPOINT, path, NULL);
    report_hint(&t->r, "put it back, or begin another run by --weights {1}", weights);
    return false;
}

/* Killed between its first checkpoint and the weights, a run owes them: it may have ended, or stop before it saves. */
static bool checkpoint_owes(ew_train *t)
{
    const char *weights = train_run_path(t, WEIGHTS);
    bool owes = train_leads(t) && weights && access(weights, F_OK) != 0;
    return weights && (!owes || train_store(t, weights, true));
}

bool train_checkpoint_read(ew_train *t)
{
    ew_error err;
    text note;
    const char *path = train_run_path(t, CHECKPOINT);
    if (!path) return false;
    if (!train_has_checkpoint(t)) return checkpoint_none(t, path);
    text_begin(&note, &t->m);
    bool good = ew_data_note(path, checkpoint_add, &note, &t->options, &err) == EW_OK || train_take(t, &err);
    good = good && checkpoint_read_note(t, path, &note) && checkpoint_read_arrays(t, path) &&
           checkpoint_read_numbers(t, path) && checkpoint_owes(t);
    text_free(&note);
    train_release(t, &t->passing);
    t->saved_step = t->step;
    return good;
}

bool train_load(ew_train *t, const char *path)
{
    for (size_t k = 0; k < t->weights; k++) /* all are looked at before the first is changed */
        if (!checkpoint_load(t, path, t->weight[k].name, &t->weight[k], NULL)) return false;
    for (size_t k = 0; k < t->weights; k++)
        if (!checkpoint_load(t, path, t->weight[k].name, &t->weight[k], t->weight[k].value)) return false;
    train_keep_point(t);
    return true;
}

ew_status ew_train_load(ew_train *t, const char *path, ew_error *err)
{
    train_load(t, path);
    return train_done(t, err);
}

ew_status ew_train_store(ew_train *t, const char *path, ew_error *err)
{
    train_store(t, path, false);
    return train_done(t, err);
}

ew_status ew_train_save(ew_train *t, ew_error *err)
{
    if (!t->o.run)
        report_plain(&t->r, E_TRAIN_NO_FOLDER, NULL, NULL);
    else if (train_goes_on(t))
        train_save(t);
    return train_done(t, err);
}
