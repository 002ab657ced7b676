/*
 * plot_text.c - curves in a terminal: one curve in Braille dots, two across and four down in each
 * character; several with a letter each.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "draw/plot.h"

enum { PLOT_TEXT_DOWN = 4, PLOT_TEXT_ACROSS = 2 };

typedef struct plot_text {
    const plot *p;
    text *t;
    size_t columns, lines; /* of the area inside the axes */
    size_t across, down;   /* dots in a character: 2, 4 or 1, 1 */
    unsigned char *cells;  /* Braille bits, or the letter */
    unsigned char mark;    /* the letter of this curve */
    long x, y;             /* the last dot */
} plot_text;

static const char plot_text_marks[] = "*+ox#@";

static void plot_text_dot(plot_text *s, long x, long y)
{
    static const unsigned char bits[PLOT_TEXT_DOWN][PLOT_TEXT_ACROSS] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
    size_t column = (size_t)x / s->across, line = (size_t)y / s->down;
    unsigned char *cell = &s->cells[line * s->columns + column];
    if (s->across == 1)
        *cell = s->mark;
    else
        *cell |= bits[(size_t)y % PLOT_TEXT_DOWN][(size_t)x % PLOT_TEXT_ACROSS];
}

/* A straight line of dots from the last one (Bresenham's). */
static void plot_text_line(plot_text *s, long x, long y)
{
    long dx = labs(x - s->x), dy = -labs(y - s->y), error = dx + dy;
    long sx = s->x < x ? 1 : -1, sy = s->y < y ? 1 : -1;
    while (s->x != x || s->y != y) {
        long twice = 2 * error;
        if (twice >= dy) error += dy, s->x += sx;
        if (twice <= dx) error += dx, s->y += sy;
        plot_text_dot(s, s->x, s->y);
    }
}

static void plot_text_point(void *context, double x, double y, bool first)
{
    plot_text *s = context;
    double wide = (double)(s->columns * s->across - 1), high = (double)(s->lines * s->down - 1);
    long i = (long)floor(x * wide + 0.5), k = (long)floor((1 - y) * high + 0.5);
    if (first) {
        s->x = i;
        s->y = k;
        plot_text_dot(s, i, k);
    } else {
        plot_text_line(s, i, k);
    }
}

static void plot_text_cell(const plot_text *s, size_t i)
{
    char bytes[4];
    unsigned char cell = s->cells[i];
    if (cell == 0)
        text_char(s->t, ' ');
    else if (s->across == 1)
        text_char(s->t, (char)cell);
    else
        text_addn(s->t, bytes, utf8_encode(0x2800u + cell, bytes));
}

/* ---- Axes ------------------------------------------------------------------------------------ */

static size_t plot_text_label_width(const plot_axis *a)
{
    size_t most = 0;
    char buffer[32];
    for (size_t i = 0; i < a->ticks; i++) {
        size_t n = number_text(a->tick[i], 6, buffer);
        most = n > most ? n : most;
    }
    return most;
}

/* The tick nearest to the middle of this line, or none. */
static void plot_text_margin(const plot_text *s, size_t line, size_t width)
{
    const plot_axis *a = &s->p->y;
    char buffer[32] = "";
    size_t n = 0;
    for (size_t i = 0; i < a->ticks && !n; i++)
        if (floor((1 - a->place[i]) * (double)(s->lines - 1) + 0.5) == (double)line)
            n = number_text(a->tick[i], 6, buffer);
    text_repeat(s->t, " ", width - n);
    text_add(s->t, buffer);
    text_add(s->t, n ? " ┤" : " │");
}

static bool plot_text_is_tick(const plot_text *s, size_t column, char buffer[32])
{
    const plot_axis *a = &s->p->x;
    for (size_t i = 0; i < a->ticks; i++)
        if (floor(a->place[i] * (double)(s->columns - 1) + 0.5) == (double)column) {
            number_text(a->tick[i], 6, buffer);
            return true;
        }
    return false;
}

static void plot_text_bottom(const plot_text *s, size_t width)
{
    char buffer[32];
    size_t used = 0; /* columns of the line of numbers, from the axis on */
    text_repeat(s->t, " ", width + 1);
    text_add(s->t, "└");
    for (size_t i = 0; i < s->columns; i++) text_add(s->t, plot_text_is_tick(s, i, buffer) ? "┬" : "─");
    text_add(s->t, "\n");
    text_repeat(s->t, " ", width + 2);
    for (size_t i = 0; i < s->columns; i++) {
        if (!plot_text_is_tick(s, i, buffer)) continue;
        size_t n = strlen(buffer), start = i < n / 2 ? 0 : i - n / 2;
        if (start + n > s->columns) start = s->columns > n ? s->columns - n : 0;
        if (used && start <= used) continue;
        text_repeat(s->t, " ", start - used);
        text_add(s->t, buffer);
        used = start + n;
    }
    text_add(s->t, "\n");
}

/* ---- All together ---------------------------------------------------------------------------- */

static void plot_text_head(const plot_text *s, size_t width)
{
    const ew_plot_options *o = s->p->o;
    if (o->title) draw_say(s->t, "{1}\n", o->title, NULL, NULL);
    if (o->y_label) {
        text_repeat(s->t, " ", width + 2);
        draw_say(s->t, "{1}\n", o->y_label, NULL, NULL);
    }
}

static void plot_text_foot(const plot_text *s, size_t width)
{
    const ew_plot_options *o = s->p->o;
    if (o->x_label) {
        size_t n = utf8_width(o->x_label, strlen(o->x_label));
        text_repeat(s->t, " ", width + 2 + (s->columns > n ? (s->columns - n) / 2 : 0));
        draw_say(s->t, "{1}\n", o->x_label, NULL, NULL);
    }
    for (size_t k = 0; k < o->series_count && o->series_count > 1; k++) {
        text_repeat(s->t, " ", k ? 3 : width + 2);
        text_char(s->t, plot_text_marks[k % (sizeof plot_text_marks - 1)]);
        draw_say(s->t, " {1}", o->series[k].name ? o->series[k].name : "", NULL, NULL);
    }
    if (o->series_count > 1) text_add(s->t, "\n");
}

static size_t plot_text_size(int wish, size_t usual, size_t least)
{
    size_t n = wish <= 0 ? usual : wish > 1000 ? 1000 : (size_t)wish;
    return n < least ? least : n;
}

static void plot_text_curves(plot_text *s)
{
    for (size_t k = 0; k < s->p->o->series_count; k++) {
        s->mark = (unsigned char)plot_text_marks[k % (sizeof plot_text_marks - 1)];
        plot_trace(s->p, &s->p->o->series[k], s->columns * s->across, plot_text_point, s);
    }
}

bool draw_plot_text(const plot *given, draw_out *o)
{
    plot p = *given;
    const ew_plot_options *options = p.o;
    bool many = options->series_count > 1;
    size_t columns = plot_text_size(options->width, 72, 24), lines = plot_text_size(options->height, 20, 6);
    size_t rows =
        2u + (options->title ? 1 : 0) + (options->y_label ? 1 : 0) + (options->x_label ? 1 : 0) + (many ? 1 : 0);
    lines = lines > rows + 3 ? lines - rows : 3;
    plot_axes(&p, columns / 14 + 1, lines / 4 + 1);
    size_t width = plot_text_label_width(&p.y);
    columns = columns > width + 12 ? columns - width - 2 : 10;
    plot_text s = {.p = &p, .t = &o->t, .columns = columns, .lines = lines};
    s.across = many ? 1 : PLOT_TEXT_ACROSS;
    s.down = many ? 1 : PLOT_TEXT_DOWN;
    s.cells = block_new(p.m, columns * lines, 1);
    if (!s.cells) return false;
    plot_text_curves(&s);
    plot_text_head(&s, width);
    for (size_t line = 0; line < lines; line++) {
        plot_text_margin(&s, line, width);
        size_t end = columns;
        while (end && !s.cells[line * columns + end - 1]) end--;
        for (size_t i = 0; i < end; i++) plot_text_cell(&s, line * columns + i);
        text_add(&o->t, "\n");
    }
    plot_text_bottom(&s, width);
    plot_text_foot(&s, width);
    block_free(p.m, s.cells, columns * lines);
    return true;
}
