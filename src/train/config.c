/*
 * config.c - config.json: all that a run was told, so that it can be gone on with by its folder alone.
 *
 * Options are rows of one table, which both writes and reads them. Numbers read back to the same bits; whole numbers
 * that may be large are strings. With each source stand its sizes and the hash of its elements, with a standardised
 * input the mean and factor of each column.
 */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

typedef enum config_kind { CONFIG_REAL, CONFIG_COUNT, CONFIG_FLAG, CONFIG_SEED, CONFIG_NAME, CONFIG_TEXT } config_kind;

typedef struct config_row {
    const char *key;
    config_kind kind;
    size_t at;
    const char *(*name)(int);
    int (*find)(const char *);
} config_row;

#define ROW(KEY, KIND, FIELD)                                                                                          \
    {                                                                                                                  \
        KEY, CONFIG_##KIND, offsetof(ew_train_options, FIELD), NULL, NULL                                              \
    }
#define NAMED(KEY, FIELD, OF)                                                                                          \
    {                                                                                                                  \
        KEY, CONFIG_NAME, offsetof(ew_train_options, FIELD), ew_##OF##_name, ew_##OF##_find                            \
    }

static const config_row config_rows[] = {
    NAMED("optimizer", optimizer, optimizer),
    ROW("lr", REAL, lr),
    NAMED("schedule", schedule, schedule),
    ROW("warmup", COUNT, warmup),
    ROW("momentum", REAL, momentum),
    ROW("decay", REAL, decay),
    ROW("epsilon", REAL, epsilon),
    ROW("weight_decay", REAL, weight_decay),
    ROW("clip", REAL, clip),
    ROW("batch", COUNT, batch),
    ROW("epochs", COUNT, epochs),
    ROW("steps", COUNT, steps),
    ROW("no_shuffle", FLAG, no_shuffle),
    ROW("validate", REAL, validate),
    ROW("patience", COUNT, patience),
    NAMED("on_nan", on_nan, on_nan),
    ROW("check_gradients", COUNT, check_gradients),
    ROW("exact_ranks", FLAG, exact_ranks),
    ROW("seed", SEED, seed),
    ROW("weights", TEXT, weights),
    ROW("save_every", COUNT, save_every),
    ROW("report_every", COUNT, report_every),
    ROW("evaluate_every", COUNT, evaluate_every),
};
enum { CONFIG_ROWS = sizeof config_rows / sizeof *config_rows };

/* ---- Writing ---------------------------------------------------------------------------------------------- */

void train_json_key(text *out, const char *key)
{
    text_add(out, ",\n \"");
    text_add(out, key);
    text_add(out, "\": ");
}

void train_json_number(text *out, double value)
{
    if (!isfinite(value)) text_char(out, '"');
    text_number(out, value, 0);
    if (!isfinite(value)) text_char(out, '"');
}

static void config_count(text *out, uint64_t value)
{
    text_format(out, "\"%llu\"", (unsigned long long)value);
}

static void config_text(text *out, const char *s)
{
    if (s)
        io_json_string(out, s);
    else
        text_add(out, "null");
}

static void config_option(text *out, const ew_train_options *o, const config_row *row)
{
    const void *at = (const char *)o + row->at;
    train_json_key(out, row->key);
    switch (row->kind) {
    case CONFIG_REAL: train_json_number(out, *(const double *)at); break;
    case CONFIG_COUNT: config_count(out, *(const size_t *)at); break;
    case CONFIG_SEED: config_count(out, *(const uint64_t *)at); break;
    case CONFIG_FLAG: text_add(out, *(const int *)at ? "true" : "false"); break;
    case CONFIG_NAME: io_json_string(out, row->name(*(const int *)at)); break;
    case CONFIG_TEXT: config_text(out, *(const char *const *)at); break;
    }
}

static void config_numbers(text *out, const double *values, size_t count)
{
    text_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) text_add(out, ", ");
        train_json_number(out, values[i]);
    }
    text_char(out, ']');
}

static void config_counts(text *out, const size_t *values, size_t count)
{
    text_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) text_add(out, ", ");
        config_count(out, values[i]);
    }
    text_char(out, ']');
}

static void config_set(text *out, const char *key, const train_set *s)
{
    train_json_key(out, key);
    text_char(out, '[');
    for (size_t i = 0; i < s->count; i++) {
        const train_source *x = &s->at[i];
        text_add(out, i ? ",\n  {\"name\": " : "\n  {\"name\": ");
        io_json_string(out, x->name);
        text_add(out, ", \"path\": ");
        config_text(out, x->path);
        text_add(out, ", \"part\": ");
        config_text(out, x->part);
        text_add(out, ", \"size\": ");
        config_counts(out, x->size, x->rank);
        text_add(out, ", \"hash\": ");
        config_count(out, x->hash);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void config_names(text *out, const char *key, const char *const *names, size_t count)
{
    train_json_key(out, key);
    text_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) text_add(out, ", ");
        io_json_string(out, names[i]);
    }
    text_char(out, ']');
}

static void config_fixed(text *out, const ew_train_options *o)
{
    train_json_key(out, "fixed");
    text_char(out, '[');
    for (size_t i = 0; i < o->fixed_count; i++) {
        const ew_fixed *f = &o->fixed[i];
        size_t count = 1;
        for (size_t k = 0; k < f->rank; k++) count *= f->size[k];
        text_add(out, i ? ", {\"name\": " : "{\"name\": ");
        io_json_string(out, f->name);
        text_add(out, ", \"size\": ");
        config_counts(out, f->size, f->rank);
        text_add(out, ", \"values\": ");
        config_numbers(out, f->values, count);
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void config_scales(const ew_train *t, text *out)
{
    bool first = true;
    train_json_key(out, "scales");
    text_char(out, '[');
    for (size_t i = 0; i < t->inputs; i++) {
        const train_scale *s = &t->input[i].scale;
        if (!s->mean) continue;
        text_add(out, first ? "{\"name\": " : ", {\"name\": ");
        io_json_string(out, t->input[i].name);
        text_add(out, ", \"mean\": ");
        config_numbers(out, s->mean, s->width);
        text_add(out, ", \"factor\": ");
        config_numbers(out, s->factor, s->width);
        text_char(out, '}');
        first = false;
    }
    text_char(out, ']');
}

bool train_config_write(ew_train *t, text *out)
{
    char *folder = getcwd(NULL, 0);
    text_add(out, "{\"edgewise\": 1");
    train_json_key(out, "precision");
    text_add(out, t->options.single ? "\"f32\"" : "\"f64\"");
    train_json_key(out, "model");
    config_count(out, t->model_hash);
    train_json_key(out, "folder");
    config_text(out, folder);
    for (size_t i = 0; i < CONFIG_ROWS; i++) config_option(out, &t->o, &config_rows[i]);
    config_names(out, "metrics", t->o.metrics, t->o.metric_count);
    config_names(out, "standardize", t->o.standardize, t->o.standardize_count);
    config_fixed(out, &t->o);
    config_set(out, "data", &t->data);
    config_set(out, "test", &t->test);
    config_scales(t, out);
    text_add(out, "}\n");
    free(folder);
    return !out->failed || report_memory(&t->r);
}

/* ---- Reading ------------------------------------------------------------------------------------------------ */

bool train_json_real(const json_t *j, double *value)
{
    const char *s = json_string_value(j);
    if (json_is_number(j)) {
        *value = json_number_value(j);
        return true;
    }
    if (!s) return false;
    if (strcmp(s, "nan") == 0) return *value = NAN, true;
    if (strcmp(s, "inf") == 0) return *value = INFINITY, true;
    if (strcmp(s, "-inf") == 0) return *value = -INFINITY, true;
    return false;
}

bool train_json_count(const json_t *j, uint64_t *value)
{
    const char *s = json_string_value(j);
    size_t n = s ? strspn(s, "0123456789") : 0;
    if (!s || n == 0 || n > 20 || s[n]) return false;
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t digit = (uint64_t)(s[i] - '0');
        if (*value > (UINT64_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return true;
}

static bool config_bad(ew_train *t, const char *key)
{
    return report_plain(&t->r, E_TRAIN_CONFIG, "config.json", key);
}

static bool config_read_row(ew_train *t, const json_t *root, const config_row *row)
{
    const json_t *j = json_object_get(root, row->key);
    void *at = (char *)&t->o + row->at;
    uint64_t count = 0;
    int named = json_is_string(j) && row->find ? row->find(json_string_value(j)) : -1;
    bool good = false;
    switch (row->kind) {
    case CONFIG_REAL: good = train_json_real(j, at); break;
    case CONFIG_COUNT:
        good = train_json_count(j, &count) && count <= SIZE_MAX;
        *(size_t *)at = (size_t)count;
        break;
    case CONFIG_SEED:
        good = train_json_count(j, &count);
        *(uint64_t *)at = count;
        break;
    case CONFIG_FLAG:
        good = json_is_boolean(j);
        *(int *)at = json_is_true(j);
        break;
    case CONFIG_NAME:
        good = named >= 0;
        *(int *)at = good ? named : 0;
        break;
    case CONFIG_TEXT:
        good = json_is_string(j) || json_is_null(j);
        *(const char **)at = train_keep_text(t, json_string_value(j));
        break;
    }
    return good || config_bad(t, row->key);
}

static bool config_read_counts(ew_train *t, const json_t *j, size_t **values, size_t *count)
{
    uint64_t value = 0;
    *count = json_array_size(j);
    *values = train_keep(t, *count, sizeof **values);
    bool good = *values && json_is_array(j);
    for (size_t i = 0; good && i < *count; i++) {
        good = train_json_count(json_array_get(j, i), &value) && value <= SIZE_MAX;
        (*values)[i] = (size_t)value;
    }
    return good;
}

static bool config_read_numbers(ew_train *t, const json_t *j, double **values, size_t *count)
{
    *count = json_array_size(j);
    *values = train_keep(t, *count, sizeof **values);
    bool good = *values && json_is_array(j);
    for (size_t i = 0; good && i < *count; i++) good = train_json_real(json_array_get(j, i), &(*values)[i]);
    return good;
}

static bool config_read_names(ew_train *t, const json_t *root, const char *key, const char *const **names,
                              size_t *count)
{
    const json_t *j = json_object_get(root, key);
    *count = json_array_size(j);
    const char **list = train_keep(t, *count, sizeof *list);
    *names = list;
    bool good = list && json_is_array(j);
    for (size_t i = 0; good && i < *count; i++) {
        good = json_is_string(json_array_get(j, i));
        if (good) list[i] = train_keep_text(t, json_string_value(json_array_get(j, i)));
    }
    return good || config_bad(t, key);
}

static bool config_read_fixed(ew_train *t, const json_t *root)
{
    const json_t *j = json_object_get(root, "fixed");
    ew_fixed *list = train_keep(t, json_array_size(j), sizeof *list);
    bool good = list && json_is_array(j);
    for (size_t i = 0; good && i < json_array_size(j); i++) {
        const json_t *e = json_array_get(j, i);
        size_t *size, count, all = 1;
        double *values;
        list[i].name = train_keep_text(t, json_string_value(json_object_get(e, "name")));
        good = list[i].name && config_read_counts(t, json_object_get(e, "size"), &size, &list[i].rank) &&
               config_read_numbers(t, json_object_get(e, "values"), &values, &count);
        for (size_t k = 0; good && k < list[i].rank; k++) good = size_mul(all, size[k], &all);
        good = good && all == count;
        if (good) list[i].size = size, list[i].values = values;
    }
    t->o.fixed = list;
    t->o.fixed_count = json_array_size(j);
    return good || config_bad(t, "fixed");
}

/* A path that is not found from here is looked for from where the run began. */
static const char *config_path(ew_train *t, const json_t *root, const char *path)
{
    const char *folder = json_string_value(json_object_get(root, "folder"));
    if (!path || path[0] == '/' || access(path, F_OK) == 0 || !folder) return train_keep_text(t, path);
    size_t n = strlen(folder) + strlen(path) + 2;
    char *whole = train_keep(t, n, 1);
    if (whole) snprintf(whole, n, "%s/%s", folder, path);
    return whole;
}

/* The sources as they were; `given` takes the place of what was no file. */
static bool config_read_set(ew_train *t, const json_t *root, const char *key, const ew_source *given,
                            size_t given_count, train_config_set *set)
{
    const json_t *j = json_object_get(root, key);
    set->count = json_array_size(j);
    set->at = train_keep(t, set->count, sizeof *set->at);
    set->hash = train_keep(t, set->count, sizeof *set->hash);
    bool good = set->at && set->hash && json_is_array(j);
    for (size_t i = 0; good && i < set->count; i++) {
        const json_t *e = json_array_get(j, i), *path = json_object_get(e, "path"), *part = json_object_get(e, "part");
        ew_source *x = &set->at[i];
        size_t *size;
        x->name = train_keep_text(t, json_string_value(json_object_get(e, "name")));
        x->path = config_path(t, root, json_string_value(path));
        x->part = train_keep_text(t, json_string_value(part));
        good = x->name && path && part && config_read_counts(t, json_object_get(e, "size"), &size, &x->rank) &&
               x->rank <= TRAIN_AXES && train_json_count(json_object_get(e, "hash"), &set->hash[i]);
        if (good) x->size = size;
        for (size_t k = 0; good && !x->path && k < given_count; k++)
            if (given[k].name && strcmp(given[k].name, x->name) == 0) *x = given[k];
    }
    return good || config_bad(t, key);
}

static bool config_read_scales(ew_train *t, const json_t *root)
{
    const json_t *j = json_object_get(root, "scales");
    bool good = json_is_array(j);
    t->scale_count = json_array_size(j);
    t->scales = train_keep(t, t->scale_count, sizeof *t->scales);
    for (size_t i = 0; good && t->scales && i < t->scale_count; i++) {
        const json_t *e = json_array_get(j, i);
        train_scale *s = &t->scales[i];
        size_t count;
        s->name = train_keep_text(t, json_string_value(json_object_get(e, "name")));
        good = s->name && config_read_numbers(t, json_object_get(e, "mean"), &s->mean, &s->width) &&
               config_read_numbers(t, json_object_get(e, "factor"), &s->factor, &count) && count == s->width;
    }
    return (good && report_ok(&t->r)) || config_bad(t, "scales");
}

bool train_config_read(ew_train *t, const char *bytes, size_t count, const ew_train_options *given)
{
    ew_train_options none = {0};
    if (!given) given = &none;
    json_t *root = json_loadb(bytes, count, JSON_REJECT_DUPLICATES, NULL);
    const char *precision = json_string_value(json_object_get(root, "precision"));
    bool good = json_is_object(root) && precision && train_json_count(json_object_get(root, "model"), &t->model_hash);
    if (!good) config_bad(t, "model");
    for (size_t i = 0; good && i < CONFIG_ROWS; i++) good = config_read_row(t, root, &config_rows[i]);
    good =
        good && config_read_names(t, root, "metrics", &t->o.metrics, &t->o.metric_count) &&
        config_read_names(t, root, "standardize", &t->o.standardize, &t->o.standardize_count) &&
        config_read_fixed(t, root) && config_read_set(t, root, "data", given->data, given->data_count, &t->was_data) &&
        config_read_set(t, root, "test", given->test, given->test_count, &t->was_test) && config_read_scales(t, root);
    if (good) t->options.single = strcmp(precision, "f32") == 0;
    if (good) t->o.weights = config_path(t, root, t->o.weights);
    t->o.data = t->was_data.at;
    t->o.data_count = t->was_data.count;
    t->o.test = t->was_test.at;
    t->o.test_count = t->was_test.count;
    t->o.report = given->report;
    t->o.context = given->context;
    t->o.stop = given->stop;
    t->o.ranks = given->ranks;
    json_decref(root);
    return good && report_ok(&t->r);
}
