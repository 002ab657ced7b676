/*
 * runs.c - the verb show: runs of training side by side, as a table with curves, a picture, or JSON.
 *
 * A run is judged by its test data, else by what was held back (validation), else by the training data
 * themselves; "best" is the lowest loss there and its step.
 */
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOW_DIGITS = 5, CELL_BYTES = 128, COLUMNS_MOST = 64 };

/* ---- The table ------------------------------------------------------------------------------------------ */

enum column_kind { COLUMN_RUN, COLUMN_STEPS, COLUMN_EPOCHS, COLUMN_VALUE, COLUMN_BEST, COLUMN_SECONDS, COLUMN_METHOD };

/* A column: its head, and a cell's text for each run. */
struct column {
    char head[CELL_BYTES];
    bool right;
    enum record_part part;
    const char *name; /* of a metric, or NULL: what `kind` says */
    enum column_kind kind;
};

struct table {
    struct record **runs;
    size_t count;
    struct column columns[COLUMNS_MOST];
    size_t column_count;
};

static size_t name_in(const struct record *r, const char *name)
{
    for (size_t k = 0; k < r->name_count; k++)
        if (strcmp(r->names[k], name) == 0) return k;
    return SIZE_MAX;
}

/* The last number of this name, which is the final state's. */
static double last_value(const struct record *r, enum record_part part, const char *name)
{
    size_t k = name_in(r, name);
    for (size_t i = k == SIZE_MAX ? 0 : r->line_count; i-- > 0;) {
        double v = record_value(r, i, part, k);
        if (v == v || i + 1 == r->line_count) return v;
    }
    return NAN;
}

static void put_digits(char cell[CELL_BYTES], double v)
{
    ew_number_text(v, SHOW_DIGITS, cell);
}

/* Where the run has no such number a dash; its own loss is always there, and can be nan. */
static void put_value(const struct record *r, enum record_part part, const char *name, char cell[CELL_BYTES])
{
    double v = last_value(r, part, name);
    bool own = r->line_count && part == RECORD_TRAIN && strcmp(name, r->names[0]) == 0;
    snprintf(cell, CELL_BYTES, "–");
    if (own || v == v) put_digits(cell, v);
}

static void put_best(const struct record *r, char cell[CELL_BYTES])
{
    char loss[32], step[32];
    enum record_part part = record_judge(r);
    size_t best = record_best(r, part);
    snprintf(cell, CELL_BYTES, "–");
    if (best == SIZE_MAX) return;
    ew_number_text(record_value(r, best, part, 0), SHOW_DIGITS, loss);
    ew_number_text(r->lines[best].step, 0, step);
    snprintf(cell, CELL_BYTES, "%s @ %s", loss, step);
}

static void put_method(const struct record *r, char cell[CELL_BYTES])
{
    char number[32];
    const char *optimizer = record_text(r, "optimizer");
    double lr = record_number(r, "lr");
    ew_number_text(lr, 0, number);
    snprintf(cell, CELL_BYTES, lr == lr ? "%.60s, lr %s" : "%.60s", optimizer ? optimizer : "–", number);
}

static void put_cell(const struct record *r, const struct column *column, char cell[CELL_BYTES])
{
    const struct record_line *last = r->line_count ? &r->lines[r->line_count - 1] : NULL;
    switch (column->kind) {
    case COLUMN_RUN: snprintf(cell, CELL_BYTES, "%.100s", r->name); return;
    case COLUMN_STEPS: ew_number_text(last ? last->step : 0, 0, cell); return;
    case COLUMN_EPOCHS: ew_number_text(last ? last->epoch : 0, 0, cell); return;
    case COLUMN_SECONDS: put_digits(cell, last ? last->seconds : 0); return;
    case COLUMN_VALUE: put_value(r, column->part, column->name, cell); return;
    case COLUMN_BEST: put_best(r, cell); return;
    case COLUMN_METHOD: put_method(r, cell); return;
    }
}

static struct column *add_column(struct table *t, const char *head, enum column_kind kind)
{
    if (t->column_count == COLUMNS_MOST) return NULL;
    struct column *now = &t->columns[t->column_count++];
    *now = (struct column){.right = kind != COLUMN_RUN && kind != COLUMN_METHOD};
    now->kind = kind;
    snprintf(now->head, sizeof now->head, "%.100s", head);
    return now;
}

static void add_values(struct cli *c, struct table *t, const struct record *r, enum record_part part)
{
    static const char *const heads[RECORD_PARTS] = /* catalogue */ {"", "validation {1}", "test {1}"};
    for (size_t k = 0; k < r->name_count; k++) {
        bool there = false;
        char head[CELL_BYTES];
        for (size_t i = 0; i < t->column_count; i++) {
            const struct column *old = &t->columns[i];
            there = there || (old->name && old->part == part && strcmp(old->name, r->names[k]) == 0);
        }
        bool own = part == RECORD_TRAIN && k == 0;
        if (there || (!own && !record_has(r, part, k))) continue;
        const char *name = k ? r->names[k] : cli_tr(c, "loss");
        if (part)
            cli_fill(c, head, sizeof head, heads[part], name, NULL, NULL);
        else
            snprintf(head, sizeof head, "%.100s", name);
        struct column *now = add_column(t, head, COLUMN_VALUE);
        if (now) now->name = r->names[k], now->part = part;
    }
}

static void make_columns(struct cli *c, struct table *t)
{
    add_column(t, cli_tr(c, "run"), COLUMN_RUN);
    add_column(t, cli_tr(c, "steps"), COLUMN_STEPS);
    add_column(t, cli_tr(c, "epochs"), COLUMN_EPOCHS);
    for (enum record_part p = RECORD_TRAIN; p < RECORD_PARTS; p++)
        for (size_t i = 0; i < t->count; i++) add_values(c, t, t->runs[i], p);
    if (t->column_count > COLUMNS_MOST - 3) t->column_count = COLUMNS_MOST - 3;
    add_column(t, cli_tr(c, "lowest loss"), COLUMN_BEST);
    add_column(t, cli_tr(c, "seconds"), COLUMN_SECONDS);
    add_column(t, cli_tr(c, "method"), COLUMN_METHOD);
}

static void put_row(struct cli *c, const struct table *t, const size_t *width, const struct record *r)
{
    char cell[CELL_BYTES];
    for (size_t k = 0; k < t->column_count; k++) {
        const struct column *column = &t->columns[k];
        if (r) put_cell(r, column, cell);
        if (k) cli_put(c, "  ");
        if (k + 1 < t->column_count)
            table_put(c, r ? cell : column->head, width[k], column->right);
        else
            cli_put(c, r ? cell : column->head);
    }
    cli_put(c, "\n");
}

static void put_table(struct cli *c, const struct table *t)
{
    char cell[CELL_BYTES];
    size_t width[COLUMNS_MOST];
    for (size_t k = 0; k < t->column_count; k++) {
        width[k] = table_columns(t->columns[k].head);
        for (size_t i = 0; i < t->count; i++) {
            put_cell(t->runs[i], &t->columns[k], cell);
            if (table_columns(cell) > width[k]) width[k] = table_columns(cell);
        }
        if (width[k] > 50) width[k] = 50;
    }
    put_row(c, t, width, NULL);
    for (size_t i = 0; i < t->count; i++) put_row(c, t, width, t->runs[i]);
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void json_values(struct cli_json *j, const struct record *r, size_t line, enum record_part part)
{
    for (size_t k = 0; k < r->name_count; k++) {
        double v = record_value(r, line, part, k);
        if (k == 0 || record_has(r, part, k)) json_key_number(j, r->names[k], v);
    }
}

static void json_line(struct cli_json *j, const struct record *r, size_t i)
{
    static const char *const keys[RECORD_PARTS] = {"", "validation", "test"};
    json_key_number(j, "step", r->lines[i].step);
    json_key_number(j, "epoch", r->lines[i].epoch);
    json_values(j, r, i, RECORD_TRAIN);
    for (enum record_part p = RECORD_VALIDATION; p < RECORD_PARTS; p++) {
        if (!record_has(r, p, 0) || isnan(record_value(r, i, p, 0))) continue;
        json_key(j, keys[p]);
        json_begin_object(j);
        json_values(j, r, i, p);
        json_close(j);
    }
    json_key_number(j, "seconds", r->lines[i].seconds);
}

static void json_best(struct cli_json *j, const struct record *r)
{
    static const char *const parts[RECORD_PARTS] = {"training", "validation", "test"};
    enum record_part part = record_judge(r);
    size_t best = record_best(r, part);
    if (best == SIZE_MAX) return;
    json_key(j, "best");
    json_begin_object(j);
    json_key_number(j, "step", r->lines[best].step);
    json_key_number(j, "loss", record_value(r, best, part, 0));
    json_key_text(j, "data", parts[part]);
    json_close(j);
}

static void json_run(struct cli_json *j, const struct record *r)
{
    const char *optimizer = record_text(r, "optimizer");
    double lr = record_number(r, "lr");
    json_begin_object(j);
    json_key_text(j, "run", r->path);
    if (optimizer) json_key_text(j, "optimizer", optimizer);
    if (lr == lr) json_key_number(j, "lr", lr);
    json_best(j, r);
    json_key(j, "lines");
    json_begin_array(j);
    for (size_t i = 0; i < r->line_count; i++) {
        json_begin_object(j);
        json_line(j, r, i);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

static void say_json(struct cli *c, struct record *const *runs, size_t count)
{
    struct cli_json j = cli_json_begin(c);
    json_key(&j, "runs");
    json_begin_array(&j);
    for (size_t i = 0; i < count; i++) json_run(&j, runs[i]);
    cli_json_end(&j);
}

/* ---- The verb ---------------------------------------------------------------------------------------------- */

static void say_table(struct cli *c, struct record **runs, size_t count)
{
    struct table *t = cli_room(c, 1, sizeof *t);
    if (!t) return;
    *t = (struct table){.runs = runs, .count = count};
    make_columns(c, t);
    put_table(c, t);
    free(t);
    bool curve = false;
    for (size_t i = 0; i < count; i++) curve = curve || runs[i]->line_count > 1;
    if (c->quiet || !curve) return;
    cli_put(c, "\n");
    curves_draw(c, runs, count, "txt", cli_write, c);
}

/* -o FILE.svg is the picture; the table goes to standard output all the same. */
static struct cli_file *picture_file(struct cli *c)
{
    size_t n = c->output ? strlen(c->output) : 0;
    const char *ending = n < 5 ? "" : c->output + n - 4;
    if (strcmp(ending, ".png") == 0 || strcmp(ending, ".pdf") == 0) cli_fail(c, FAULT_ENDING, c->output, "svg");
    if (strcmp(ending, ".svg") != 0) return NULL;
    struct cli_file *file = cli_file_new(c, c->output);
    c->output = NULL;
    return file;
}

static void show(struct cli *c, struct record **runs, size_t count)
{
    struct cli_file *picture = picture_file(c);
    if (picture) curves_draw(c, runs, count, "svg", cli_file_write, picture);
    if (c->status) return;
    if (c->json)
        say_json(c, runs, count);
    else
        say_table(c, runs, count);
}

int cli_show(struct cli *c)
{
    if (!c->word_count) return cli_fail(c, FAULT_NO_RUNS, NULL, NULL);
    struct record **runs = cli_room(c, c->word_count, sizeof *runs);
    size_t count = 0;
    for (; runs && count < c->word_count; count++)
        if (!(runs[count] = record_read(c, c->words[count]))) break;
    if (runs && count == c->word_count) show(c, runs, count);
    for (size_t i = 0; runs && i < count; i++) record_free(runs[i]);
    free(runs);
    return c->status;
}
