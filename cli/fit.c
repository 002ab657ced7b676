/*
 * fit.c - the verb fit: parameters by least squares, with standard errors; the table, the JSON, the plot of the
 * residuals.
 *
 * The work is ew_fit's (edgewise-train.h); what is seen of it on the way is watch.c's, as for minimize.
 */
#include "cli.h"
#include "edgewise-train.h"
#include "table.h"
#include "vary.h"
#include "watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIT_NAME_MOST = 24, FIT_VALUE = 22, FIT_ERROR = 18, FIT_DIGITS = 12, FIT_ERROR_DIGITS = 6 };

struct fit {
    struct watch w;
    size_t count;        /* of numbers that are varied */
    size_t residuals;    /* elements of --of */
    ew_fit_result found; /* its arrays are in `room` */
    double *room;
};

/* Varied input i with its elements of `values`, which hold all inputs (as `in`) or the varied ones alone. */
static struct array fit_part(const struct fit *f, const double *values, size_t i, bool all)
{
    struct array a = f->w.shapes[i];
    size_t start = 0;
    for (size_t k = 0; k < i; k++) start += cli_array_count(&f->w.shapes[k]);
    a.values = values + (all ? f->w.offset[f->w.over[i]] : start);
    return a;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void fit_json_parts(struct fit *f, const char *key, const double *values, bool all)
{
    struct cli_json *j = &f->w.json;
    json_key(j, key);
    json_begin_object(j);
    for (size_t i = 0; i < f->w.count; i++) {
        struct array a = fit_part(f, values, i, all);
        json_key(j, f->w.names[i]);
        cli_array_json(j, &a);
    }
    json_close(j);
}

/* The block of two inputs: its axes are those of the first, then those of the second; NULL: it has too many. */
static double *fit_block(struct fit *f, size_t i, size_t k, struct array *block)
{
    struct array rows = fit_part(f, f->found.covariance, i, false),
                 columns = fit_part(f, f->found.covariance, k, false);
    size_t height = cli_array_count(&rows), width = cli_array_count(&columns);
    size_t top = (size_t)(rows.values - f->found.covariance), left = (size_t)(columns.values - f->found.covariance);
    double *values = rows.rank + columns.rank <= ARRAY_AXES ? cli_room(f->w.c, height * width, sizeof *values) : NULL;
    if (!values) return NULL;
    *block = (struct array){.type = EW_F64, .rank = rows.rank + columns.rank, .values = values};
    memcpy(block->size, rows.size, rows.rank * sizeof *rows.size);
    memcpy(block->size + rows.rank, columns.size, columns.rank * sizeof *columns.size);
    for (size_t r = 0; r < height; r++)
        for (size_t c = 0; c < width; c++) values[r * width + c] = f->found.covariance[(top + r) * f->count + left + c];
    return values;
}

static void fit_json_covariance(struct fit *f)
{
    struct cli_json *j = &f->w.json;
    json_key(j, "covariance");
    json_begin_object(j);
    for (size_t i = 0; i < f->w.count; i++) {
        json_key(j, f->w.names[i]);
        json_begin_object(j);
        for (size_t k = 0; k < f->w.count && !f->w.c->status; k++) {
            struct array block;
            double *values = fit_block(f, i, k, &block);
            if (!values) continue;
            json_key(j, f->w.names[k]);
            cli_array_json(j, &block);
            free(values);
        }
        json_close(j);
    }
    json_close(j);
}

static void fit_json(struct fit *f, const double *in)
{
    struct cli_json *j = &f->w.json;
    json_key_number(j, "value", f->found.value);
    fit_json_parts(f, "at", in, true);
    json_key_whole(j, "steps", f->found.steps);
    json_key_bool(j, "converged", f->found.converged != 0);
    json_key_text(j, "reason", ew_reason_code(f->found.reason));
    fit_json_parts(f, "errors", f->found.errors, false);
    json_key_number(j, "residual", f->found.deviation);
    json_key_whole(j, "freedom", f->found.freedom);
    fit_json_covariance(f);
    cli_json_end(j);
}

/* ---- For people --------------------------------------------------------------------------------- */

/* Number k of all that is varied: "b1", or "b[0]"; where its value is. */
static const double *fit_element(const struct fit *f, const double *in, size_t k, char name[256])
{
    size_t i = 0;
    for (size_t n; i + 1 < f->w.count && k >= (n = cli_array_count(&f->w.shapes[i])); i++) k -= n;
    struct array a = fit_part(f, in, i, true);
    cli_array_place(&a, f->w.names[i], k, name, 256);
    return a.values + k;
}

static size_t fit_name_width(const struct fit *f, const double *in)
{
    char name[256];
    size_t width = table_columns(cli_tr(f->w.c, "parameter"));
    for (size_t k = 0; k < f->count; k++) {
        fit_element(f, in, k, name);
        size_t columns = table_columns(name);
        if (columns > width) width = columns < FIT_NAME_MOST ? columns : FIT_NAME_MOST;
    }
    return width;
}

static void fit_table(struct fit *f, const double *in)
{
    struct cli *c = f->w.c;
    char name[256];
    size_t width = fit_name_width(f, in);
    table_put(c, cli_tr(c, "parameter"), width, false);
    table_put(c, cli_tr(c, "value"), FIT_VALUE, true);
    table_put(c, cli_tr(c, "standard error"), FIT_ERROR, true);
    cli_put(c, "\n");
    for (size_t k = 0; k < f->count; k++) {
        const double *value = fit_element(f, in, k, name);
        table_put(c, name, width, false);
        table_put_number(c, *value, FIT_DIGITS, FIT_VALUE);
        if (isinf(f->found.errors[k]))
            table_put(c, cli_tr(c, "not determined"), FIT_ERROR, true);
        else
            table_put_number(c, f->found.errors[k], FIT_ERROR_DIGITS, FIT_ERROR);
        cli_put(c, "\n");
    }
}

static void fit_lines(struct fit *f, const double *in)
{
    struct cli *c = f->w.c;
    char number[32], count[32];
    ew_number_text(f->found.value, FIT_DIGITS, number);
    ew_number_text((double)f->found.count, 0, count);
    cli_say(
        c, f->found.count == 1 ? "{1}: {2} residual, sum of squares {3}\n" : "{1}: {2} residuals, sum of squares {3}\n",
        f->w.of, count, number);
    fit_table(f, in);
    ew_number_text(f->found.deviation, FIT_DIGITS, number);
    ew_number_text((double)f->found.freedom, 0, count);
    if (f->found.freedom)
        cli_say(c,
                f->found.freedom == 1 ? "residual standard deviation {1}, {2} degree of freedom\n"
                                      : "residual standard deviation {1}, {2} degrees of freedom\n",
                number, count, NULL);
    ew_number_text((double)f->found.steps, 0, number);
    cli_say(c, f->found.steps == 1 ? "{1}, {2} step: {3}\n" : "{1}, {2} steps: {3}\n", "lm", number,
            ew_reason_text(f->found.reason, c->language));
}

/* "a, b": all whose error is infinite, cut with "…". */
static void fit_open_names(const struct fit *f, const double *in, char list[400])
{
    char name[256];
    size_t used = 0;
    for (size_t k = 0; k < f->count && used < 300; k++) {
        if (!isinf(f->found.errors[k])) continue;
        fit_element(f, in, k, name);
        used += (size_t)snprintf(list + used, 400 - used, "%s%.80s", used ? ", " : "", name);
    }
    if (used >= 300) strcpy(list + used, ", …");
}

static void fit_hint(struct fit *f, const double *in)
{
    struct cli *c = f->w.c;
    char list[400] = "";
    fit_open_names(f, in, list);
    if (*list) {
        cli_note(c, "not determined: {1}; leave some of them out of --over, or give other data", list, NULL, NULL);
        return;
    }
    if (f->found.freedom == 0)
        cli_note(c, "there are as many residuals as parameters: nothing is left to tell their errors from", NULL, NULL,
                 NULL);
    if (f->found.reason == EW_REASON_STEPS) cli_note(c, "try more --steps", NULL, NULL, NULL);
    if (f->found.reason == EW_REASON_STALLED)
        cli_note(c, "the value may have a kink there, or rounding hides what is left to gain", NULL, NULL, NULL);
}

/* ---- The plot ------------------------------------------------------------------------------------ */

static void fit_plot(struct fit *f)
{
    ew_error e;
    struct cli *c = f->w.c;
    ew_options options = cli_library(c);
    ew_plot_series series = {NULL, f->found.residuals, f->found.count, NULL};
    ew_plot_options o = {.format = f->w.plot_format,
                         .series = &series,
                         .series_count = 1,
                         .x_label = cli_tr(c, "residual"),
                         .y_label = f->w.of,
                         .options = &options};
    if (!f->w.plot || c->status) return;
    if (ew_plot(&o, cli_file_write, f->w.plot, &e) != EW_OK) cli_fail_error(c, &e);
}

/* ---- The verb -------------------------------------------------------------------------------------- */

static void fit_answer(struct fit *f, const double *in)
{
    struct cli *c = f->w.c;
    if (!cli_finite(c, f->w.g, f->w.of, f->found.value)) return;
    if (c->json) {
        fit_json(f, in);
    } else {
        if (c->trace) cli_put(c, "\n");
        fit_lines(f, in);
    }
    fit_plot(f);
    if (!c->status) cli_flush(c);
    if (!c->status && !c->json && !f->w.interrupted) fit_hint(f, in);
}

/* Room for what is asked of the library; false: the error is out. */
static bool fit_room(struct fit *f)
{
    size_t n = f->count;
    for (size_t i = 0; i < f->w.count; i++) n += cli_array_count(&f->w.shapes[i]);
    f->count = n;
    if (n && n > SIZE_MAX / 4 / sizeof(double) / n) {
        cli_fail(f->w.c, FAULT_MEMORY, NULL, NULL);
        return false;
    }
    f->room = cli_room(f->w.c, n * (n + 1) + f->residuals, sizeof *f->room);
    if (!f->room) return false;
    f->found.errors = f->room;
    f->found.covariance = f->room + n;
    f->found.residuals = f->room + n * (n + 1);
    return true;
}

static void fit_work(struct fit *f, ew_graph *g, ew_node of, double *in)
{
    ew_error e;
    struct cli *c = f->w.c;
    ew_fit_options o = {
        .step = watch_step, .context = &f->w, .language = c->language, .steps = (size_t)c->steps, .tolerance = 0};
    if (c->tolerance == c->tolerance) o.tolerance = c->tolerance > 0 ? c->tolerance : -1;
    if (ew_fit(g, of, f->w.over, f->w.count, in, &o, &f->found, &e) != EW_OK) {
        watch_clear(&f->w);
        cli_fail_error(c, &e);
    } else {
        watch_clear(&f->w);
        fit_answer(f, in);
    }
}

static int fit(struct cli *c, ew_graph *g, ew_node of, const size_t *over, size_t count, double *in)
{
    struct fit f = {.residuals = cli_array_count_of(g, of)};
    if (c->method && strcmp(c->method, "lm") != 0)
        return cli_fail_hint(c, FAULT_CHOICE, c->method, "method", "there are: {1}", "lm");
    if (f.residuals == SIZE_MAX) return cli_fail(c, FAULT_NO_SIZE, ew_node_name(g, of), NULL);
    if (!watch_begin(&f.w, c, g, of, over, count, "lm")) return c->status;
    if (fit_room(&f)) fit_work(&f, g, of, in);
    free(f.room);
    watch_end(&f.w);
    return c->status ? c->status : f.w.interrupted ? CLI_INTERRUPTED : EW_OK;
}

int cli_fit(struct cli *c)
{
    int status = 0;
    size_t count = 0;
    ew_graph *g = cli_graph(c);
    ew_node of = g ? cli_of(c, g) : EW_NONE;
    size_t *over = of != EW_NONE ? vary_inputs(c, g, true, &count) : NULL;
    double *in = over ? cli_values(c, g) : NULL;
    if (in) status = fit(c, g, of, over, count, in);
    free(in);
    free(over);
    ew_graph_free(g);
    return c->status ? c->status : status;
}
