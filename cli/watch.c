/*
 * watch.c - what is seen of a minimisation on its way.
 *
 * Progress on standard error: one line drawn over itself on a terminal, elsewhere a line after 1, 10,
 * 100 … steps. With --trace the table of steps on standard output, as they are made. Values are kept
 * for the curve, thinned so that a million steps need no more room than two thousand.
 *
 * Ctrl-C sets a flag: the step that is being made is finished, and the best point so far is the
 * answer. A second Ctrl-C ends the command as ever.
 */
#include "cli.h"
#include "table.h"
#include "watch.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TRACE_INPUTS = 10, TRACE_DIGITS = 6, TRACE_WIDTH = 13, NAME_MOST = 12 };

/* ---- Ctrl-C -------------------------------------------------------------------------------- */

static volatile sig_atomic_t watch_interrupt;
static struct sigaction watch_before;

static void on_interrupt(int signal_number)
{
    watch_interrupt = 1;
    sigaction(signal_number, &watch_before, NULL); /* the next one is as ever */
}

static void catch_interrupt(void)
{
    struct sigaction action = {0};
    watch_interrupt = 0;
    action.sa_handler = on_interrupt;
    action.sa_flags = SA_RESTART;
    if (sigaction(SIGINT, NULL, &watch_before) == 0 && watch_before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
}

/* ---- Begin and end ------------------------------------------------------------------------- */

static double watch_seconds(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void trace_head(struct watch *w);

/* Before the work: that it cannot be written is better known early. */
static bool open_plot(struct watch *w)
{
    const char *path = w->c->plot;
    size_t n = path ? strlen(path) : 0;
    if (!path) return true;
    if (n > 4 && strcmp(path + n - 4, ".svg") == 0) w->plot_format = "svg";
    if (n > 4 && strcmp(path + n - 4, ".txt") == 0) w->plot_format = "txt";
    if (w->plot_format)
        w->plot = cli_file_new(w->c, path);
    else
        cli_fail(w->c, FAULT_ENDING, path, "svg, txt");
    return w->plot != NULL;
}

static void watch_free(struct watch *w)
{
    free(w->names);
    free(w->shapes);
    free(w->offset);
}

/* Number k of all that is varied: "x", or "W[0, 3]". */
static void element_name(const struct watch *w, size_t k, char name[256])
{
    size_t i = 0;
    for (size_t n; i + 1 < w->count && k >= (n = cli_array_count(&w->shapes[i])); i++) k -= n;
    cli_array_place(&w->shapes[i], w->names[i], k, name, 256);
}

static size_t count_elements(const struct watch *w)
{
    size_t sum = 0;
    for (size_t i = 0; i < w->count; i++) sum += cli_array_count(&w->shapes[i]);
    return sum;
}

static void measure_names(struct watch *w)
{
    char name[256];
    size_t count = count_elements(w);
    for (size_t k = 0; k < count && k < TRACE_INPUTS; k++) {
        element_name(w, k, name);
        size_t columns = table_columns(name);
        if (columns > w->name_width) w->name_width = columns < NAME_MOST ? columns : NAME_MOST;
    }
}

bool watch_begin(struct watch *w, struct cli *c, ew_graph *g, ew_node of, const size_t *over, size_t count,
                 const char *method)
{
    memset(w, 0, sizeof *w);
    w->c = c;
    w->g = g;
    w->of = ew_node_name(g, of);
    w->method = method;
    w->over = over;
    w->count = count;
    if (!open_plot(w)) return false;
    w->names = cli_room(c, count, sizeof *w->names);
    w->shapes = w->names ? cli_room(c, count, sizeof *w->shapes) : NULL;
    w->offset = w->shapes ? cli_array_input_offsets(c, g) : NULL;
    if (!w->offset) {
        watch_free(w);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        w->names[i] = ew_node_name(g, ew_input_at(g, over[i]).node);
        w->shapes[i] = cli_array_of(g, ew_input_at(g, over[i]).node, NULL);
    }
    measure_names(w);
    w->stride = 1;
    w->terminal = isatty(STDERR_FILENO) == 1;
    w->next_time = watch_seconds() + 0.2;
    w->next_step = 1;
    if (c->json) {
        w->json = cli_json_begin(c);
        json_key_text(&w->json, "of", w->of);
    }
    if (c->trace) trace_head(w);
    catch_interrupt();
    return true;
}

void watch_end(struct watch *w)
{
    sigaction(SIGINT, &watch_before, NULL);
    watch_free(w);
}

/* ---- The table ----------------------------------------------------------------------------- */

static void trace_head(struct watch *w)
{
    struct cli *c = w->c;
    if (c->json) {
        json_key(&w->json, "trace");
        json_begin_array(&w->json);
        return;
    }
    const char *input = cli_tr(c, "input"), *gradient = cli_tr(c, "gradient");
    char slope[200];
    snprintf(slope, sizeof slope, "∂%.60s/∂%.60s", w->of, w->names[0]);
    size_t count = count_elements(w);
    if (count == 1 && table_columns(slope) <= TRACE_WIDTH) gradient = slope;
    if (table_columns(input) > w->name_width) w->name_width = table_columns(input);
    if (count > TRACE_INPUTS && table_columns(cli_tr(c, "length")) > w->name_width)
        w->name_width = table_columns(cli_tr(c, "length"));
    table_put(c, cli_tr(c, "step"), 6, true);
    table_put(c, w->of, TRACE_WIDTH + 1, true);
    cli_put(c, "  ");
    table_put(c, input, w->name_width, false);
    table_put(c, cli_tr(c, "at"), TRACE_WIDTH, true);
    table_put(c, gradient, TRACE_WIDTH + 1, true);
    table_put(c, cli_tr(c, "move"), TRACE_WIDTH + 1, true);
    cli_put(c, "\n");
}

static void trace_row(struct watch *w, const char *name, const double *at, const double *gradient, const double *move)
{
    struct cli *c = w->c;
    cli_put(c, "  ");
    table_put(c, name, w->name_width, false);
    table_put_number(c, *at, TRACE_DIGITS, TRACE_WIDTH);
    table_put_number(c, *gradient, TRACE_DIGITS, TRACE_WIDTH + 1);
    if (move) table_put_number(c, *move, TRACE_DIGITS, TRACE_WIDTH + 1);
    cli_put(c, "\n");
}

static double watch_length(const double *v, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum = hypot(sum, v[i]);
    return sum;
}

/* Of many inputs the first few, and the lengths of the whole vectors. */
static void trace_lines(struct watch *w, const ew_minimize_step *s)
{
    struct cli *c = w->c;
    bool many = s->count > TRACE_INPUTS;
    size_t shown = many ? TRACE_INPUTS - 1 : s->count;
    table_put_number(c, (double)s->step, 0, 6);
    table_put_number(c, s->value, TRACE_DIGITS, TRACE_WIDTH + 1);
    for (size_t i = 0; i < shown; i++) {
        if (i > 0) table_put(c, "", TRACE_WIDTH + 7, false);
        char name[256];
        element_name(w, i, name);
        trace_row(w, name, &s->at[i], &s->gradient[i], s->move ? &s->move[i] : NULL);
    }
    if (!many) return;
    double at = watch_length(s->at, s->count), gradient = watch_length(s->gradient, s->count);
    double move = s->move ? watch_length(s->move, s->count) : 0;
    table_put(c, "", TRACE_WIDTH + 7, false);
    trace_row(w, cli_tr(c, "length"), &at, &gradient, s->move ? &move : NULL);
}

static void trace_map(struct watch *w, const char *key, const double *v)
{
    json_key(&w->json, key);
    json_begin_object(&w->json);
    for (size_t i = 0; i < w->count; i++) {
        struct array a = w->shapes[i];
        a.values = v;
        v += cli_array_count(&a);
        json_key(&w->json, w->names[i]);
        cli_array_json(&w->json, &a);
    }
    json_close(&w->json);
}

static void trace_json(struct watch *w, const ew_minimize_step *s)
{
    json_begin_object(&w->json);
    json_key_whole(&w->json, "step", s->step);
    json_key_number(&w->json, "value", s->value);
    trace_map(w, "at", s->at);
    trace_map(w, "gradient", s->gradient);
    if (s->move) trace_map(w, "move", s->move);
    json_close(&w->json);
}

/* ---- Progress ------------------------------------------------------------------------------ */

static void progress_line(struct watch *w, const ew_minimize_step *s)
{
    char step[32], number[32], flat[32], *line = NULL;
    ew_number_text((double)s->step, 0, step);
    ew_number_text(s->value, 6, number);
    double steepest = 0;
    for (size_t i = 0; i < s->count; i++)
        if (!(fabs(s->gradient[i]) <= steepest)) steepest = fabs(s->gradient[i]); /* a nan stays */
    ew_number_text(steepest, 3, flat);
    size_t size = 0;
    FILE *f = open_memstream(&line, &size);
    if (!f) return;
    for (const char *t = cli_tr(w->c, "step {1}: {2}, gradient {3}"); *t; t++) {
        bool word = t[0] == '{' && t[1] >= '1' && t[1] <= '3' && t[2] == '}';
        if (word)
            fputs(t[1] == '1' ? step : t[1] == '2' ? number : flat, f);
        else
            fputc(*t, f);
        t += word ? 2 : 0;
    }
    if (fclose(f) == 0) fprintf(stderr, w->terminal ? "\r\033[K%s" : "%s\n", line);
    fflush(stderr);
    free(line);
    w->drawn = w->terminal;
}

static void progress(struct watch *w, const ew_minimize_step *s)
{
    struct cli *c = w->c;
    if (c->quiet || (c->trace && !c->output) || (c->json && !w->terminal)) return;
    if (w->terminal) {
        double now = watch_seconds();
        if (now < w->next_time) return;
        w->next_time = now + 0.1;
    } else {
        if (s->step < w->next_step) return;
        w->next_step = s->step * 10;
    }
    progress_line(w, s);
}

void watch_clear(struct watch *w)
{
    if (w->drawn) fputs("\r\033[K", stderr);
    w->drawn = false;
    if (w->c->json && w->c->trace) json_close(&w->json);
}

/* ---- The curve ----------------------------------------------------------------------------- */

static void curve_add(struct watch *w, size_t step, double value)
{
    w->last_step = (double)step;
    w->last_value = value;
    if (step % w->stride != 0) return;
    if (w->points == WATCH_POINTS - 1) { /* one place is kept for the last */
        for (size_t i = 0; i < w->points / 2 + 1; i++) {
            w->steps[i] = w->steps[2 * i];
            w->values[i] = w->values[2 * i];
        }
        w->points = w->points / 2 + 1;
        w->stride *= 2;
        if (step % w->stride != 0) return;
    }
    w->steps[w->points] = (double)step;
    w->values[w->points++] = value;
}

/* A logarithmic axis where the value falls by more than a factor of 100 and stays above 0; a last 0 or
 * so is no reason against it, and becomes a gap. */
static bool curve_wants_log(const struct watch *w)
{
    double least = INFINITY, most = -INFINITY;
    size_t below = 0;
    for (size_t i = 0; i < w->points; i++) {
        if (w->values[i] > 0 && isfinite(w->values[i])) {
            least = fmin(least, w->values[i]);
            most = fmax(most, w->values[i]);
        } else {
            below += w->values[i] <= 0;
        }
    }
    return most > 100 * least && (below == 0 || (below == 1 && w->values[w->points - 1] == 0));
}

static void curve_draw(struct watch *w, const char *format, ew_write *write, void *context)
{
    ew_error e;
    ew_options options = cli_library(w->c);
    ew_plot_series series = {w->steps, w->values, w->points, NULL};
    ew_plot_options o = {.format = format,
                         .series = &series,
                         .series_count = 1,
                         .log_y = curve_wants_log(w),
                         .x_label = cli_tr(w->c, "step"),
                         .y_label = w->of,
                         .width = strcmp(format, "txt") == 0 ? table_curve() : 0,
                         .options = &options};
    if (ew_plot(&o, write, context, &e) != EW_OK) cli_fail_error(w->c, &e);
}

static void curve_close(struct watch *w)
{
    if (!w->points || w->steps[w->points - 1] == w->last_step) return;
    w->steps[w->points] = w->last_step;
    w->values[w->points++] = w->last_value;
}

void watch_curve(struct watch *w)
{
    curve_close(w);
    if (w->c->quiet || w->points < 3) return;
    cli_put(w->c, "\n");
    curve_draw(w, "txt", cli_write, w->c);
}

void watch_plot(struct watch *w)
{
    if (!w->plot || w->c->status) return;
    curve_close(w);
    curve_draw(w, w->plot_format, cli_file_write, w->plot);
}

/* ---- One step ------------------------------------------------------------------------------ */

int watch_step(void *context, const ew_minimize_step *s)
{
    struct watch *w = context;
    curve_add(w, s->step, s->value);
    if (w->c->trace) (w->c->json ? trace_json : trace_lines)(w, s);
    if (s->move) progress(w, s);
    if (watch_interrupt) w->interrupted = true;
    return w->interrupted || w->c->status;
}
