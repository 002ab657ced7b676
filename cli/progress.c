/*
 * progress.c - how far training is: on a terminal a bar with loss, time left and rate, drawn over itself;
 * elsewhere a plain line for about each twentieth of the whole.
 *
 * The line is never wider than the terminal, whose width is asked anew each time: what is less needed is left
 * out first. Where the terminal has become narrower since the last line, that line may have been broken into
 * several by it; all of them are cleared.
 */
#include "progress.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, PIECE_BYTES = 200, LINES_IN_LOG = 20, PROGRESS_DIGITS = 4 };

static double seconds_now(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(struct progress *p, struct cli *c, const ew_train *t)
{
    *p = (struct progress){.c = c, .terminal = isatty(STDERR_FILENO) == 1, .test = NAN};
    size_t count = ew_train_metric_count(t);
    p->metric_count = count < PROGRESS_METRICS ? count : PROGRESS_METRICS;
    for (size_t i = 0; i < p->metric_count; i++) p->metrics[i] = ew_train_metric_name(t, i);
    p->begun = p->next = seconds_now();
    p->next += 0.2;
    p->first_step = SIZE_MAX;
}

/* ---- The pieces of a line ---------------------------------------------------------------------------------- */

static void number(char *to, double v)
{
    ew_number_text(v, PROGRESS_DIGITS, to);
}

static void count_text(char *to, size_t size, size_t n)
{
    snprintf(to, size, "%zu", n);
}

/* "epoch 3/10", or where there are no epochs "step 30/1000". */
static void place_text(const struct progress *p, const ew_train_report *r, char *to)
{
    char now[24], all[24];
    bool epochs = r->epoch_steps > 1 && r->steps >= r->epoch_steps;
    count_text(now, sizeof now, epochs ? r->epoch : r->step);
    count_text(all, sizeof all, epochs ? (r->steps + r->epoch_steps - 1) / r->epoch_steps : r->steps);
    cli_fill(p->c, to, PIECE_BYTES, epochs ? "epoch {1}/{2}" : "step {1}/{2}", now, all, NULL);
}

/* Eighths of a character are the finest that a terminal shows. */
static void bar_text(double part, size_t width, char *to)
{
    static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t filled = (size_t)(part * (double)(8 * width) + 0.5);
    strcpy(to, "▕");
    for (size_t i = 0; i<width; i++, filled -= filled> 8 ? 8 : filled)
        strcat(to, filled >= 8 ? "█" : eighths[filled % 8]);
    strcat(to, "▏");
}

static void time_text(const struct progress *p, double seconds, char *to)
{
    char clock[40];
    unsigned long s = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 999999999;
    if (s < 3600)
        snprintf(clock, sizeof clock, "%lu:%02lu", s / 60, s % 60);
    else
        snprintf(clock, sizeof clock, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    cli_fill(p->c, to, PIECE_BYTES, "{1} left", clock, NULL, NULL);
}

/* Seconds that the rest will take at the speed so far, or nan. */
static double time_left(const struct progress *p, const ew_train_report *r)
{
    double made = (double)r->step - (double)p->first_step, passed = seconds_now() - p->begun;
    return made > 0 && passed > 0.5 ? passed / made * (double)(r->steps - r->step) : NAN;
}

/* ---- The line on a terminal -------------------------------------------------------------------------------- */

struct line {
    char bytes[LINE_BYTES];
    size_t columns, room; /* so far, and at most */
};

/* Adds the piece if it fits. */
static void add(struct line *l, const char *gap, const char *piece)
{
    size_t wide = table_columns(piece) + (l->columns ? strlen(gap) : 0);
    if (l->columns + wide > l->room || strlen(l->bytes) + strlen(piece) + strlen(gap) >= LINE_BYTES) return;
    if (l->columns) strcat(l->bytes, gap);
    strcat(l->bytes, piece);
    l->columns += wide;
}

static void add_value(struct line *l, const char *name, double v)
{
    char piece[PIECE_BYTES], digits[32];
    number(digits, v);
    snprintf(piece, sizeof piece, "%.100s %s", name, digits);
    add(l, "  ", piece);
}

static void add_bar(struct line *l, const ew_train_report *r)
{
    char piece[PIECE_BYTES];
    double part = r->steps ? (double)r->step / (double)r->steps : 0;
    size_t width = l->room >= 70 ? 20 : l->room >= 45 ? 10 : 0;
    if (width) bar_text(part, width, piece), add(l, " ", piece);
    snprintf(piece, sizeof piece, "%3.0f%%", floor(100 * part));
    add(l, " ", piece);
}

static void make_line(struct progress *p, const ew_train_report *r, struct line *l)
{
    char piece[PIECE_BYTES], digits[32];
    double left = time_left(p, r), n = p->count ? (double)p->count : 1;
    place_text(p, r, piece);
    add(l, "", piece);
    add_bar(l, r);
    if (p->count) add_value(l, cli_tr(p->c, "loss"), p->sums[0] / n);
    if (left == left) time_text(p, left, piece), add(l, "  ", piece);
    for (size_t i = 0; p->count && i < p->metric_count; i++) add_value(l, p->metrics[i], p->sums[1 + i] / n);
    if (p->test == p->test) add_value(l, p->test_name, p->test);
    if (p->rate > 0) {
        ew_number_text(p->rate, 3, digits);
        add(l, "  ", cli_fill(p->c, piece, sizeof piece, "{1} rows/s", digits, NULL, NULL));
    }
}

static size_t terminal_columns(void)
{
    size_t columns = table_terminal(STDERR_FILENO);
    return columns ? columns : 80;
}

static void clear_line(struct progress *p, size_t columns)
{
    size_t rows = p->drawn && columns ? (p->drawn - 1) / columns : 0;
    if (!p->drawn) return;
    for (; rows > 0; rows--) fputs("\033[A", stderr);
    fputs("\r\033[J", stderr);
    p->drawn = 0;
}

static void draw_line(struct progress *p, const ew_train_report *r)
{
    size_t columns = terminal_columns();
    struct line l = {.room = columns > 1 ? columns - 1 : 1};
    make_line(p, r, &l);
    clear_line(p, columns);
    fputs(l.bytes, stderr);
    fflush(stderr);
    p->drawn = l.columns;
}

void progress_clear(struct progress *p)
{
    clear_line(p, terminal_columns());
    fflush(stderr);
}

/* ---- Lines in a log ------------------------------------------------------------------------------------------ */

static void log_values(const struct progress *p, const char *before, const double *loss, const double *metrics)
{
    char digits[32];
    number(digits, *loss);
    fprintf(stderr, "%s%s %s", before, cli_tr(p->c, "loss"), digits);
    for (size_t i = 0; i < p->metric_count; i++) {
        number(digits, metrics[i]);
        fprintf(stderr, ", %s %s", p->metrics[i], digits);
    }
}

static void log_line(const struct progress *p, const ew_train_report *r)
{
    char place[PIECE_BYTES], before[PIECE_BYTES];
    place_text(p, r, place);
    snprintf(before, sizeof before, "%.150s: ", place);
    log_values(p, before, &r->loss, r->metrics);
    snprintf(before, sizeof before, "; %.100s: ", cli_tr(p->c, "validation"));
    if (r->validation) log_values(p, before, r->validation, r->validation + 1);
    snprintf(before, sizeof before, "; %.100s: ", cli_tr(p->c, "test"));
    if (r->test) log_values(p, before, r->test, r->test + 1);
    fputc('\n', stderr);
    fflush(stderr);
}

/* About twenty lines, wherever their reports fall. */
static bool is_due(struct progress *p, const ew_train_report *r)
{
    size_t now = r->steps ? r->step / (r->steps / LINES_IN_LOG + (r->steps % LINES_IN_LOG != 0)) + 1 : 1;
    if (now <= p->told && r->event != EW_EVENT_END) return false;
    p->told = now;
    return true;
}

/* ---- Events ---------------------------------------------------------------------------------------------------- */

/* Said when training goes on: where it does not, that is an error, which says the same. */
static void see_bad(struct progress *p, const ew_train_report *r)
{
    if (++p->bad <= PROGRESS_BAD) ew_train_bad_text(r->bad, p->c->language, p->bad_text, sizeof p->bad_text);
}

static void say_bad(struct progress *p, const ew_train_report *r)
{
    char step[24];
    progress_clear(p);
    count_text(step, sizeof step, r->step);
    cli_note(p->c, "step {1}: {2}", step, p->bad_text, NULL);
    if (p->bad == PROGRESS_BAD) cli_note(p->c, "more such steps are only counted", NULL, NULL, NULL);
    p->bad_text[0] = '\0';
}

static void see_step(struct progress *p, const ew_train_report *r)
{
    if (p->first_step == SIZE_MAX) p->first_step = r->step - 1;
    if (p->bad_text[0]) say_bad(p, r);
    p->sums[0] += r->loss;
    for (size_t i = 0; i < p->metric_count; i++) p->sums[1 + i] += r->metrics[i];
    p->count++;
    double now = seconds_now();
    if (!p->terminal || now < p->next) return;
    p->next = now + 0.1;
    draw_line(p, r);
}

/* What was measured stands in the line until the next report's steps have a mean of their own. */
static void see_report(struct progress *p, const ew_train_report *r)
{
    const double *judged = r->test ? r->test : r->validation;
    p->count = 0;
    for (size_t i = 0; i <= p->metric_count; i++) p->sums[i] = 0;
    if (judged) p->test = judged[0];
    if (judged) p->test_name = cli_tr(p->c, r->test ? "test loss" : "validation loss");
    if (r->rate > 0) p->rate = r->rate;
    if (p->terminal && p->c->verbose) progress_clear(p);
    if (p->c->verbose || (!p->terminal && is_due(p, r))) log_line(p, r);
}

static void see_check(struct progress *p, const ew_train_check *check)
{
    char directions[24], worst[32];
    count_text(directions, sizeof directions, check->directions);
    ew_number_text(check->worst, 2, worst);
    cli_note(p->c, "the gradient agrees with differences of the loss along {1} directions; largest relative gap: {2}",
             directions, worst, NULL);
}

void progress_see(struct progress *p, const ew_train_report *r)
{
    if (p->c->quiet) return;
    if (r->event == EW_EVENT_STEP) see_step(p, r);
    if (r->event == EW_EVENT_REPORT || r->event == EW_EVENT_END) see_report(p, r);
    if (r->event == EW_EVENT_CHECKED && r->check) see_check(p, r->check);
    if (r->event == EW_EVENT_BAD && r->bad) see_bad(p, r);
}
