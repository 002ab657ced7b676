/*
 * sweeps.c - the lesson's sixth and seventh sections: the forward sweep for each input, the reverse
 * sweep for all of them.
 */
#include <math.h>
#include <string.h>

#include "explain/explain.h"

enum { SWEEP_TOLD = 3, SWEEP_COLUMNS = 5, SWEEP_SHORT = 40 };

/* ---- Forward, one input ----------------------------------------------------------------------- */

/* What each node's derivative is: numbers, or texts where there are none. */
typedef struct sweep_column {
    lesson *l;
    size_t x;
    double *tangent;
    uint8_t *reached; /* by seen node: does x lead to it? */
    size_t *at;       /* by seen node: its text in the pool, where it is short */
    text pool;
} sweep_column;

static void sweep_column_free(sweep_column *c)
{
    lesson *l = c->l;
    block_free(l->m, c->tangent, l->seen);
    block_free(l->m, c->reached, l->seen);
    block_free(l->m, c->at, l->seen);
    explain_drop(l, &c->pool);
}

static bool sweep_column_begin(sweep_column *c, lesson *l, size_t x)
{
    *c = (sweep_column){.l = l, .x = x};
    text_begin(&c->pool, l->m);
    text_char(&c->pool, '\0');
    c->reached = block_new(l->m, l->seen, 1);
    if (l->numbers)
        c->tangent = block_new(l->m, l->seen, sizeof *c->tangent);
    else
        c->at = block_new(l->m, l->seen, sizeof *c->at);
    if (!c->reached || (!c->tangent && !c->at)) return explain_fail(l);
    c->reached[x] = 1;
    for (size_t k = 0; k < l->count; k++)
        for (size_t e = l->into[l->node[k]]; e < l->into[l->node[k] + 1]; e++)
            if (explain_from(l, e) != SIZE_MAX && c->reached[explain_from(l, e)]) c->reached[l->node[k]] = 1;
    if (l->numbers) explain_tangent(l, x, c->tangent);
    return true;
}

/* The derivative of node i by x as a factor: a number; or 1, 0, a short text, ∂c/∂x. */
static void sweep_below(const sweep_column *c, text *t, size_t i, bool written_out)
{
    if (c->tangent)
        phrase_number(t, c->tangent[i]);
    else if (i == c->x)
        text_char(t, '1');
    else if (!c->reached[i])
        text_char(t, '0');
    else if (written_out && c->at[i])
        text_add(t, text_string(&c->pool) + c->at[i]);
    else
        phrase_slope_of(c->l, t, i, c->x);
}

/* The sum over the edges into i of the edge's derivative times that of the node below. */
static void sweep_terms(sweep_column *c, sum *s, size_t i, bool written_out)
{
    lesson *l = c->l;
    size_t first = l->into[i], end = l->into[i + 1];
    text part;
    text_begin(&part, l->m);
    for (size_t e = first; e < end && e < first + LESSON_TERMS; e++) {
        text_clear(&part);
        if (l->numbers)
            phrase_number(&part, l->partial[e]);
        else
            phrase_partial(l, &part, e);
        sum_factor(s, text_string(&part));
        text_clear(&part);
        sweep_below(c, &part, explain_from(l, e), written_out);
        sum_factor(s, text_string(&part));
        sum_term(s);
    }
    explain_drop(l, &part);
}

/* "2·1 + 3·1" into `worked`, and what that is into `result`. */
static void sweep_node(sweep_column *c, text *worked, text *result, size_t i)
{
    lesson *l = c->l;
    size_t edges = l->into[i + 1] - l->into[i];
    const char *more = edges > LESSON_TERMS ? " + …" : "";
    sum s;
    sum_begin(&s, l);
    sweep_terms(c, &s, i, false);
    if (i != c->x && edges) text_add(worked, text_string(&s.plain));
    if (i != c->x) text_add(worked, more);
    sum_free(&s);
    if (l->numbers) {
        phrase_number(result, c->tangent[i]);
        return;
    }
    if (i == c->x || !c->reached[i]) {
        text_add(result, i == c->x ? "1" : "0");
        return;
    }
    sum_begin(&s, l);
    sweep_terms(c, &s, i, true);
    sum_text(&s, result);
    text_add(result, more);
    if (explain_width(text_string(result)) <= SWEEP_SHORT && !*more) {
        c->at[i] = c->pool.count;
        text_addn(&c->pool, text_string(result), result->count + 1);
    }
    sum_free(&s);
}

static void sweep_gap(table *t, size_t columns)
{
    lesson *l = t->l;
    text_clear(&l->work);
    phrase_count(l, &l->work, (double)(l->count - LESSON_HEAD - LESSON_TAIL), "… {1} more node …",
                 "… {1} more nodes …");
    explain_cell(t, text_string(&l->work));
    while (--columns) explain_cell(t, "");
}

static void sweep_heads(table *t, size_t x)
{
    lesson *l = t->l;
    explain_cell(t, explain_word(l, "node"));
    explain_cell(t, explain_word(l, "each edge times what is below"));
    text_clear(&l->work);
    text_add(&l->work, "∂/∂");
    text_add(&l->work, ew_node_name(l->g, explain_node(l, x)));
    explain_cell(t, text_string(&l->work));
}

static void sweep_row(sweep_column *c, table *t, size_t i, text *worked, text *result)
{
    lesson *l = c->l;
    sweep_node(c, worked, result, i);
    phrase_cell(l, t, i);
    explain_cell(t, i == c->x ? explain_word(l, "start") : text_string(worked));
    explain_cell(t, text_string(result));
}

/* In symbols a line for each node, since they may be long: ∂e/∂b = d·∂c/∂b + c·∂d/∂b = d + c. */
static void sweep_line(sweep_column *c, size_t i, text *worked, text *result)
{
    lesson *l = c->l;
    sweep_node(c, worked, result, i);
    text_clear(&l->line);
    phrase_slope_of(l, &l->line, i, c->x);
    if (worked->count && strcmp(text_string(worked), text_string(result)) != 0) {
        text_add(&l->line, " = ");
        text_add(&l->line, text_string(worked));
    }
    text_add(&l->line, " = " MARK_VALUE);
    text_add(&l->line, text_string(result));
    text_add(&l->line, MARK_END);
    explain_formula(l, 2, text_string(&l->line));
}

static void sweep_told(lesson *l, size_t x)
{
    sweep_column c;
    table t;
    text worked, result;
    text_begin(&worked, l->m);
    text_begin(&result, l->m);
    explain_table(&t, l, 3, true);
    if (l->numbers) sweep_heads(&t, x);
    bool ok = sweep_column_begin(&c, l, x);
    for (size_t k = 0; ok && k < l->count; k = l->numbers ? k + 1 : explain_next(l, k, l->count)) {
        size_t i = l->node[k];
        if (l->numbers && k == LESSON_HEAD && !explain_shown(k, l->count)) sweep_gap(&t, 3);
        if (!explain_shown(k, l->count) || !explain_is_real(l, i)) continue;
        text_clear(&worked);
        text_clear(&result);
        if (l->numbers)
            sweep_row(&c, &t, i, &worked, &result);
        else
            sweep_line(&c, i, &worked, &result);
    }
    explain_drop(l, &worked);
    explain_drop(l, &result);
    sweep_column_free(&c);
    explain_table_end(&t, 2);
}

/* ---- Forward, many inputs: numbers only, side by side ----------------------------------------- */

static void sweep_side_by_side(lesson *l, size_t columns)
{
    double *tangent = block_new(l->m, l->seen * columns, sizeof *tangent);
    table t;
    explain_table(&t, l, columns + 1, true);
    explain_cell(&t, explain_word(l, "node"));
    if (!tangent) explain_fail(l);
    for (size_t c = 0; c < columns && tangent; c++) {
        explain_tangent(l, l->wrt[c], tangent + c * l->seen);
        text_clear(&l->work);
        text_add(&l->work, "∂/∂");
        text_add(&l->work, ew_node_name(l->g, explain_node(l, l->wrt[c])));
        explain_cell(&t, text_string(&l->work));
    }
    for (size_t k = 0; k < l->count && tangent; k++) {
        size_t i = l->node[k];
        if (!explain_shown(k, l->count) && k == LESSON_HEAD) sweep_gap(&t, columns + 1);
        if (!explain_shown(k, l->count) || !explain_is_real(l, i) || explain_is_leaf(l, i)) continue;
        text_clear(&l->work);
        phrase_name(l, &l->work, i);
        explain_cell(&t, text_string(&l->work));
        for (size_t c = 0; c < columns; c++) {
            text_clear(&l->work);
            phrase_number(&l->work, tangent[c * l->seen + i]);
            explain_cell(&t, text_string(&l->work));
        }
    }
    block_free(l->m, tangent, l->seen * columns);
    explain_table_end(&t, 2);
}

static void sweep_more(lesson *l, size_t told)
{
    if (l->wrt_count <= told) return;
    text_clear(&l->line);
    phrase_count(l, &l->line, (double)(l->wrt_count - told), "… and one such sweep for {1} more input.",
                 "… and one such sweep for each of {1} more inputs.");
    explain_blank(l);
    explain_prose(l, 2, text_string(&l->line));
}

void explain_forward(lesson *l)
{
    explain_heading(l, "Forward: ∂/∂x of every node, one sweep for each input x");
    explain_sentence(l, 2,
                     "Begin with 1 at the input and 0 at the others, and go up. A node's derivative is the sum "
                     "over its edges of the edge's derivative times that of the node below.",
                     NULL, NULL, NULL);
    if (l->count > LESSON_SWEEPS) {
        explain_sentence(l, 2, "In a graph as large as this one the forward sweeps are left out.", NULL, NULL, NULL);
        return;
    }
    if (l->numbers && l->wrt_count > SWEEP_TOLD) {
        size_t columns = l->wrt_count < SWEEP_COLUMNS ? l->wrt_count : SWEEP_COLUMNS;
        explain_blank(l);
        sweep_side_by_side(l, columns);
        sweep_more(l, columns);
        return;
    }
    for (size_t k = 0; k < l->wrt_count && k < SWEEP_TOLD; k++) {
        if (!report_ok(&l->r) || l->broken) return;
        explain_blank(l);
        sweep_told(l, l->wrt[k]);
        explain_step(l);
    }
    sweep_more(l, SWEEP_TOLD);
}

/* ---- Reverse ---------------------------------------------------------------------------------- */

/* The terms of ∂of/∂i over the nodes that use i: in derivatives, or in numbers. */
static size_t sweep_uses(lesson *l, text *t, size_t i, bool in_numbers)
{
    size_t terms = 0, left = 0;
    for (size_t k = l->out_first[i]; k < l->out_first[i + 1]; k++) {
        uint32_t e = l->out_edge[k];
        size_t user = explain_to(l, e);
        if (l->ways[user] == 0) continue;
        if (terms == LESSON_TERMS) {
            left++;
            continue;
        }
        if (terms) text_add(t, " + ");
        text_clear(&l->work);
        if (in_numbers)
            phrase_factor_number(t, l->adjoint[user], terms == 0);
        else if (user == l->of)
            text_char(t, '1');
        else
            phrase_slope_of(l, t, l->of, user);
        text_add(t, "·");
        if (in_numbers)
            phrase_factor_number(t, l->partial[e], false);
        else if (user != l->of)
            phrase_edge(l, t, e);
        else
            phrase_partial(l, &l->work, e);
        if (l->work.count) phrase_factor(t, text_string(&l->work), false);
        terms++;
    }
    if (left) text_add(t, " + …");
    return terms + left;
}

static void sweep_back(lesson *l, size_t i)
{
    text *t = &l->line;
    text_clear(t);
    phrase_slope_of(l, t, l->of, i);
    text_add(t, " = ");
    if (i == l->of) {
        text_add(t, "1");
    } else if (l->ways[i] == 0) {
        text_add(t, "0   ");
        text_add(t, explain_word(l, "(no path)"));
    } else {
        size_t symbols = t->count, numbers;
        sweep_uses(l, t, i, false);
        text_add(t, " = ");
        numbers = t->count;
        if (l->numbers) {
            sweep_uses(l, t, i, true);
            if (!t->failed && strncmp(t->at + symbols, t->at + numbers, numbers - symbols - 3) == 0 &&
                t->count - numbers == numbers - symbols - 3)
                t->at[t->count = numbers - 3] = '\0'; /* 1·1 = 1·1 */
            text_add(t, " = " MARK_VALUE);
            phrase_number(t, l->adjoint[i]);
        } else {
            text plain;
            text_begin(&plain, l->m);
            text_add(t, MARK_VALUE);
            routes_symbols(l, t, &plain, i, LESSON_ROOM, true);
            explain_drop(l, &plain);
        }
        text_add(t, MARK_END);
    }
    explain_formula(l, 2, text_string(t));
    explain_step(l);
}

/* What the numbers mean, for the input that counts most. */
static void sweep_meaning(lesson *l)
{
    size_t best = SIZE_MAX;
    text name, change;
    for (size_t k = 0; k < l->wrt_count; k++) {
        size_t i = l->wrt[k];
        bool good = isfinite(l->adjoint[i]) && l->adjoint[i] != 0 && i != l->of;
        if (good && (best == SIZE_MAX || fabs(l->adjoint[i]) > fabs(l->adjoint[best]))) best = i;
    }
    if (best == SIZE_MAX) return;
    text_begin(&name, l->m);
    text_begin(&change, l->m);
    phrase_name(l, &name, best);
    phrase_number(&change, 0.01 * l->adjoint[best]);
    explain_blank(l);
    explain_sentence(l, 2,
                     l->wrt_count > 1 ? "{1} answers most to {2}: if {2} grows by 0.01, {1} changes by about {3}."
                                      : "If {2} grows by 0.01, {1} changes by about {3}.",
                     ew_node_name(l->g, explain_node(l, l->of)), text_string(&name), text_string(&change));
    explain_drop(l, &name);
    explain_drop(l, &change);
}

void explain_reverse(lesson *l)
{
    explain_heading(l, "Reverse: ∂{1}/∂ of every node, one sweep for all inputs");
    explain_sentence(l, 2,
                     "Begin with 1 at {1} and go down. A node's derivative is the sum, over the nodes that use it, "
                     "of theirs times the derivative on the edge to them.",
                     ew_node_name(l->g, explain_node(l, l->of)), NULL, NULL);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) {
        size_t i = l->node[l->count - 1 - k];
        if (explain_is_real(l, i) && explain_row(l, i)->op != OP_CONST) sweep_back(l, i);
    }
    if (l->numbers && report_ok(&l->r)) sweep_meaning(l);
}
