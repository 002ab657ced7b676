/*
 * record.c - reading the folder of a run: config.json, and metrics.jsonl line by line.
 *
 * A line of metrics.jsonl is an object of numbers: step, epoch, seconds, loss and the metrics, and the same
 * once more in "test" and "validation". Everything is read strictly: a line that is no such object, a key
 * that stands twice, a step that falls are damage, told with the number of the line. Numbers of a
 * line are kept side by side (part by part, name by name), so a million lines take no more than their numbers.
 */
#include "record.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const part_keys[RECORD_PARTS] = {"", "validation", "test"};

/* ---- Numbers ---------------------------------------------------------------------------------------------- */

double record_value(const struct record *r, size_t line, enum record_part part, size_t name)
{
    size_t at = (line * RECORD_PARTS + part) * r->name_count + name;
    return at < r->value_count ? r->values[at] : NAN;
}

bool record_has(const struct record *r, enum record_part part, size_t name)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (record_value(r, i, part, name) == record_value(r, i, part, name)) return true;
    return false;
}

enum record_part record_judge(const struct record *r)
{
    return record_has(r, RECORD_TEST, 0)         ? RECORD_TEST
           : record_has(r, RECORD_VALIDATION, 0) ? RECORD_VALIDATION
                                                 : RECORD_TRAIN;
}

size_t record_best(const struct record *r, enum record_part part)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < r->line_count; i++) {
        double v = record_value(r, i, part, 0);
        if (v == v && (best == SIZE_MAX || v < record_value(r, best, part, 0))) best = i;
    }
    return best;
}

/* A number of JSON, or one of the words that JSON lacks. */
bool record_number_of(const json_t *value, double *number)
{
    const char *word = json_string_value(value);
    if (json_is_number(value)) *number = json_number_value(value);
    if (word && strcmp(word, "nan") == 0) *number = NAN;
    if (word && strcmp(word, "inf") == 0) *number = INFINITY;
    if (word && strcmp(word, "-inf") == 0) *number = -INFINITY;
    return json_is_number(value) || (word && (!strcmp(word, "nan") || !strcmp(word, "inf") || !strcmp(word, "-inf")));
}

const char *record_text(const struct record *r, const char *key)
{
    return json_string_value(json_object_get(r->config, key));
}

double record_number(const struct record *r, const char *key)
{
    double v = NAN;
    record_number_of(json_object_get(r->config, key), &v);
    return v;
}

/* ---- Files ------------------------------------------------------------------------------------------------- */

char *record_path(struct cli *c, const char *run, const char *file)
{
    size_t n = strlen(run), m = strlen(file);
    char *path = cli_room(c, n + m + 2, 1);
    if (path) snprintf(path, n + m + 2, "%s/%s", run, file);
    return path;
}

static bool no_run(struct cli *c, const struct record *r, const char *file)
{
    struct stat s;
    if (stat(r->path, &s) != 0)
        cli_fail(c, FAULT_READ, r->path, cli_reason(c, errno));
    else
        cli_fail(c, FAULT_NO_RUN, r->path, file);
    return false;
}

static FILE *record_file(struct cli *c, const struct record *r, const char *file)
{
    char *path = record_path(c, r->path, file);
    FILE *f = path ? fopen(path, "r") : NULL;
    if (path && !f) {
        if (errno == ENOENT || errno == ENOTDIR)
            no_run(c, r, file);
        else
            cli_fail(c, FAULT_READ, path, cli_reason(c, errno));
    }
    free(path);
    return f;
}

enum damage {
    DAMAGE_NONE,
    DAMAGE_JSON,
    DAMAGE_OBJECT,
    DAMAGE_PART,
    DAMAGE_NUMBER,
    DAMAGE_LOSS,
    DAMAGE_STEP,
    DAMAGE_EPOCH,
    DAMAGE_SECONDS,
    DAMAGE_ORDER
};

static const char *const damages[] = /* catalogue */ {
    "",
    "it is no JSON",
    "it is no object",
    "its test or validation is no object",
    "one of its values is no number",
    "it has no loss",
    "it has no step",
    "it has no epoch",
    "it has no seconds",
    "its step is less than the one before",
};

static bool damaged(struct cli *c, const struct record *r, const char *file, size_t line, enum damage why)
{
    char number[24], *path = record_path(c, r->path, file);
    snprintf(number, sizeof number, "%zu", line);
    if (path) cli_fail_hint(c, FAULT_DAMAGED, path, number, "{1}", cli_tr(c, damages[why]));
    free(path);
    return false;
}

static bool read_config(struct cli *c, struct record *r)
{
    json_error_t e;
    FILE *f = record_file(c, r, "config.json");
    if (!f) return false;
    r->config = json_loadf(f, JSON_REJECT_DUPLICATES, &e);
    fclose(f);
    if (!r->config) return damaged(c, r, "config.json", e.line > 0 ? (size_t)e.line : 1, DAMAGE_JSON);
    if (!json_is_object(r->config)) return damaged(c, r, "config.json", 1, DAMAGE_OBJECT);
    return true;
}

/* ---- Lines --------------------------------------------------------------------------------------------------- */

static bool grow(struct cli *c, void *array, size_t *room, size_t need, size_t size)
{
    void **at = array;
    size_t more = *room ? *room : 64;
    while (more < need) more *= 2;
    void *p = more == *room ? *at : more > SIZE_MAX / 2 / size ? NULL : realloc(*at, more * size);
    if (!p) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (!p) return false;
    *at = p;
    *room = more;
    return true;
}

static size_t name_index(const struct record *r, const char *name)
{
    for (size_t k = 0; k < r->name_count; k++)
        if (strcmp(r->names[k], name) == 0) return k;
    return SIZE_MAX;
}

static bool add_name(struct cli *c, struct record *r, const char *name)
{
    size_t room = 0;
    if (name_index(r, name) != SIZE_MAX) return true;
    if (!grow(c, &r->names, &room, r->name_count + 1, sizeof *r->names)) return false;
    r->names[r->name_count] = strdup(name);
    if (!r->names[r->name_count]) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    return r->names[r->name_count++] != NULL;
}

static bool is_place(const char *key)
{
    return !strcmp(key, "step") || !strcmp(key, "epoch") || !strcmp(key, "seconds");
}

static bool is_part(const char *key)
{
    return !strcmp(key, part_keys[RECORD_VALIDATION]) || !strcmp(key, part_keys[RECORD_TEST]);
}

/* First time through the file: which names there are. */
static bool learn_line(struct cli *c, struct record *r, json_t *line, size_t number)
{
    const char *key;
    json_t *value;
    (void)number;
    json_object_foreach(line, key, value) if (!is_place(key) && !is_part(key) && !add_name(c, r, key)) return false;
    for (size_t p = RECORD_VALIDATION; p < RECORD_PARTS; p++)
        json_object_foreach(json_object_get(line, part_keys[p]), key, value) if (!add_name(c, r, key)) return false;
    return true;
}

static enum damage take_part(const struct record *r, json_t *from, double *to, bool own)
{
    const char *key;
    json_t *value;
    if (!json_is_object(from)) return DAMAGE_PART;
    json_object_foreach(from, key, value)
    {
        if (own && (is_place(key) || is_part(key))) continue;
        if (!record_number_of(value, &to[name_index(r, key)])) return DAMAGE_NUMBER;
    }
    return json_object_get(from, "loss") ? DAMAGE_NONE : DAMAGE_LOSS;
}

static enum damage take_place(const struct record *r, json_t *from, struct record_line *to)
{
    bool whole = json_is_integer(json_object_get(from, "step"));
    if (!whole || !record_number_of(json_object_get(from, "step"), &to->step) || to->step < 0) return DAMAGE_STEP;
    if (!record_number_of(json_object_get(from, "epoch"), &to->epoch)) return DAMAGE_EPOCH;
    if (!record_number_of(json_object_get(from, "seconds"), &to->seconds)) return DAMAGE_SECONDS;
    return r->line_count && to->step < to[-1].step ? DAMAGE_ORDER : DAMAGE_NONE;
}

static enum damage take_numbers(const struct record *r, json_t *line, struct record_line *place, double *values)
{
    enum damage why = take_place(r, line, place);
    if (!why) why = take_part(r, line, values, true);
    for (size_t p = RECORD_VALIDATION; p < RECORD_PARTS && !why; p++) {
        json_t *part = json_object_get(line, part_keys[p]);
        if (part) why = take_part(r, part, values + p * r->name_count, false);
    }
    return why;
}

static bool take_line(struct cli *c, struct record *r, json_t *line, size_t number)
{
    size_t wide = RECORD_PARTS * r->name_count;
    if (!grow(c, &r->lines, &r->line_room, r->line_count + 1, sizeof *r->lines)) return false;
    if (!grow(c, &r->values, &r->value_room, r->value_count + wide, sizeof *r->values)) return false;
    double *values = r->values + r->value_count;
    for (size_t k = 0; k < wide; k++) values[k] = NAN;
    enum damage why = take_numbers(r, line, &r->lines[r->line_count], values);
    if (why) return damaged(c, r, "metrics.jsonl", number, why);
    r->line_count++;
    r->value_count += wide;
    return true;
}

typedef bool visit_line(struct cli *c, struct record *r, json_t *line, size_t number);

static bool each_line(struct cli *c, struct record *r, FILE *f, visit_line *visit)
{
    char *text = NULL;
    size_t size = 0, number = 0;
    ssize_t n = 0;
    bool ok = true;
    rewind(f);
    while (ok && (n = getline(&text, &size, f)) >= 0) {
        json_t *line = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
        number++;
        if (json_is_object(line))
            ok = visit(c, r, line, number);
        else
            ok = damaged(c, r, "metrics.jsonl", number, line ? DAMAGE_OBJECT : DAMAGE_JSON);
        json_decref(line);
    }
    free(text);
    if (ok && ferror(f)) cli_fail(c, FAULT_READ, r->path, cli_reason(c, errno));
    return !c->status;
}

static bool read_metrics(struct cli *c, struct record *r)
{
    FILE *f = record_file(c, r, "metrics.jsonl");
    bool ok = f && add_name(c, r, "loss") && each_line(c, r, f, learn_line) && each_line(c, r, f, take_line);
    if (f) fclose(f);
    return ok;
}

/* ---- The folder ----------------------------------------------------------------------------------------------- */

void record_free(struct record *r)
{
    if (!r) return;
    for (size_t k = 0; k < r->name_count; k++) free(r->names[k]);
    free(r->names);
    free(r->lines);
    free(r->values);
    free(r->path);
    json_decref(r->config);
    free(r);
}

struct record *record_open(struct cli *c, const char *path)
{
    struct record *r = cli_room(c, 1, sizeof *r);
    if (!r) return NULL;
    *r = (struct record){.path = strdup(path)};
    if (!r->path) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    for (size_t n = r->path ? strlen(r->path) : 0; n > 1 && r->path[n - 1] == '/';) r->path[--n] = '\0';
    const char *slash = r->path ? strrchr(r->path, '/') : NULL;
    r->name = slash && slash[1] ? slash + 1 : r->path;
    if (r->path && read_config(c, r)) return r;
    record_free(r);
    return NULL;
}

struct record *record_read(struct cli *c, const char *path)
{
    struct record *r = record_open(c, path);
    if (!r || read_metrics(c, r)) return r;
    record_free(r);
    return NULL;
}
