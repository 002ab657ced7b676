/*
 * brief.c - the short form: one line a node, its value and derivative beside each other; the last
 * line also says how the derivative by each input came about.
 */
#include <string.h>

#include "explain/explain.h"

enum {
    BRIEF_NODES = 40,
    BRIEF_HEAD = 28,
    BRIEF_TAIL = 10,
    BRIEF_LEFT = 46,
    BRIEF_INPUTS = 20,
    BRIEF_SUM = 56,
    BRIEF_EDGES = 1000
};

static void brief_left(lesson *l, text *t, size_t i)
{
    text_clear(t);
    phrase_equation(l, t, i);
    if (!l->numbers || explain_row(l, i)->op == OP_CONST) return;
    text_add(t, " = " MARK_VALUE);
    phrase_value(l, t, i, l->value[i]);
    text_add(t, MARK_END);
}

/* The product along a path; on longer ones the factors 1 are left out. How many factors it has. */
static size_t brief_product(lesson *l, text *t, const routes *p, bool first)
{
    size_t factors = 0;
    for (size_t k = 0; k < p->edge.count && factors <= LESSON_EDGES; k++) {
        double x = l->partial[l->out_edge[p->edge.at[k]]];
        if (x == 1 && p->edge.count > 2) continue;
        if (factors) text_add(t, "·");
        phrase_factor_number(t, x, first && factors == 0);
        factors++;
    }
    if (!factors) text_char(t, '1');
    return factors;
}

/* " = 1·2 + 1·3", or how many paths there are where that is too long. */
static void brief_sum(lesson *l, text *t, size_t x)
{
    routes p;
    text terms;
    bool first = true, fits = l->ways[x] <= LESSON_TERMS && l->ways_edges[x] < BRIEF_EDGES;
    if (l->ways[x] < 2) return;
    routes_begin(&p, l, x);
    text_begin(&terms, l->m);
    while (fits && routes_next(&p)) {
        if (!first) text_add(&terms, " + ");
        size_t factors = brief_product(l, &terms, &p, first);
        first = false;
        fits = factors <= LESSON_EDGES && explain_width(text_string(&terms)) <= BRIEF_SUM;
    }
    if (fits) {
        text_add(t, " = ");
        text_add(t, text_string(&terms));
    } else {
        text_clear(&terms);
        phrase_big(l, &terms, l->ways[x]);
        phrase_fill(l, t, " ({1} paths)", text_string(&terms), NULL, NULL);
    }
    explain_drop(l, &terms);
    routes_free(&p);
}

/* "∂e/∂b = 5 = 1·2 + 1·3" */
static void brief_slope(lesson *l, text *t, size_t x, bool with_sum, size_t column)
{
    text_clear(t);
    phrase_slope_of(l, t, l->of, x);
    text_add(t, " = ");
    if (!l->numbers) {
        text plain;
        size_t used = column + explain_width(text_string(t));
        text_begin(&plain, l->m);
        routes_symbols(l, t, &plain, x, used + 20 < LESSON_COLUMNS ? LESSON_COLUMNS - used : 20, false);
        if (with_sum && plain.count) text_add(t, " = ");
        if (with_sum && plain.count) text_add(t, text_string(&plain));
        explain_drop(l, &plain);
        return;
    }
    phrase_number(t, l->adjoint[x]);
    if (with_sum) brief_sum(l, t, x);
}

/* A derivative too long for what is left of the line: its sum goes under its value. */
static void brief_broken(lesson *l, const char *s, size_t column)
{
    const char *first = strstr(s, " = "), *second = first ? strstr(first + 3, " = ") : NULL;
    if (!second || second - s > 60) {
        explain_raw(l, text_string(&l->line));
        text_clear(&l->line);
        explain_formula(l, 8, s);
        return;
    }
    char left[64] = "";
    memcpy(left, s, (size_t)(first - s));
    text_addn(&l->line, s, (size_t)(second - s));
    explain_raw(l, text_string(&l->line));
    text_clear(&l->line);
    explain_formula(l, column + explain_width(left) + 1, second + 1);
}

/* Puts a derivative on the line at `column`, or on a line of its own where it does not fit. */
static void brief_put(lesson *l, const char *s, size_t column)
{
    size_t width = explain_width(text_string(&l->line)), wide = explain_width(s);
    size_t gap = width < column ? column - width : 4;
    if (width && width + gap + wide > LESSON_COLUMNS && (width > column || !strstr(s, " = "))) {
        explain_raw(l, text_string(&l->line));
        text_clear(&l->line);
        width = 0;
        gap = column;
    }
    text_repeat(&l->line, " ", gap);
    if (gap + width + wide > LESSON_COLUMNS)
        brief_broken(l, s, gap + width);
    else
        text_add(&l->line, s);
}

static void brief_inputs(lesson *l, size_t column)
{
    text t;
    text_begin(&t, l->m);
    for (size_t k = 0; k < l->wrt_count && k < BRIEF_INPUTS; k++) {
        if (l->wrt[k] == l->of && !explain_is_leaf(l, l->of)) continue;
        brief_slope(l, &t, l->wrt[k], true, column);
        brief_put(l, text_string(&t), column);
    }
    if (l->wrt_count > BRIEF_INPUTS) {
        text_clear(&t);
        text_add(&t, MARK_DIM);
        phrase_count(l, &t, (double)(l->wrt_count - BRIEF_INPUTS), "… and by {1} more", "… and by {1} more");
        text_add(&t, MARK_END);
        brief_put(l, text_string(&t), column);
    }
    explain_drop(l, &t);
}

static void brief_line(lesson *l, size_t i, size_t column)
{
    text t;
    text_begin(&t, l->m);
    brief_left(l, &t, i);
    text_clear(&l->line);
    if (explain_width(text_string(&t)) > LESSON_COLUMNS)
        explain_formula(l, 0, text_string(&t));
    else
        text_add(&l->line, text_string(&t));
    if (i == l->of) {
        brief_inputs(l, column);
    } else if (l->ways[i] > 0 && explain_is_real(l, i) && explain_row(l, i)->op != OP_CONST) {
        brief_slope(l, &t, i, false, column);
        brief_put(l, text_string(&t), column);
    }
    if (l->line.count) explain_raw(l, text_string(&l->line));
    explain_drop(l, &t);
}

/* Inputs have no line of their own, unless one is all there is. */
static bool brief_has_line(const lesson *l, size_t i)
{
    op o = (op)explain_row(l, i)->op;
    return (o != OP_INPUT && o != OP_PARAM) || i == l->of;
}

static bool brief_skipped(const lesson *l, size_t line, size_t lines, size_t i)
{
    return lines > BRIEF_NODES && line >= BRIEF_HEAD && line + BRIEF_TAIL < lines && i != l->of;
}

static size_t brief_column(lesson *l, size_t lines)
{
    size_t column = 0;
    for (size_t k = 0, line = 0; k < l->count; k++) {
        if (!brief_has_line(l, l->node[k])) continue;
        if (brief_skipped(l, line++, lines, l->node[k])) continue;
        brief_left(l, &l->line, l->node[k]);
        size_t width = explain_width(text_string(&l->line));
        if (width <= BRIEF_LEFT && width > column) column = width;
    }
    return column + 4;
}

static void brief_hint(lesson *l)
{
    text t;
    text_begin(&t, l->m);
    text_add(&t, MARK_DIM);
    text_add(&t, explain_word(l, l->numbers ? "Next: explain shows every step, draw -o graph.svg makes a picture."
                                            : "Next: give each input a value, as in a=2; explain shows every step."));
    text_add(&t, MARK_END);
    explain_blank(l);
    explain_prose(l, 0, text_string(&t));
    explain_drop(l, &t);
}

void explain_brief(lesson *l)
{
    size_t lines = 0, skipped = 0;
    for (size_t k = 0; k < l->count; k++) lines += brief_has_line(l, l->node[k]);
    size_t column = brief_column(l, lines);
    for (size_t k = 0, line = 0; k < l->count; k++) {
        size_t i = l->node[k];
        if (!brief_has_line(l, i)) continue;
        if (brief_skipped(l, line++, lines, i)) {
            skipped++;
            continue;
        }
        if (skipped) {
            text_clear(&l->line);
            text_add(&l->line, MARK_DIM);
            phrase_count(l, &l->line, (double)skipped, "… {1} more node …", "… {1} more nodes …");
            text_add(&l->line, MARK_END);
            explain_raw(l, text_string(&l->line));
            skipped = 0;
        }
        brief_line(l, i, column);
    }
    explain_kinks(l, 0);
    if (l->o->brief != 2) brief_hint(l);
}
