/*
 * nudge.c - "if b changes a little, how do the other nodes change?": before, after, what the
 * derivatives predict (first order, over all nudged inputs together), what really happens, the gap.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "explain/explain.h"

typedef struct nudge {
    lesson *l;
    size_t inputs;
    double *in;                /* the values moved */
    double *predicted, *after; /* by seen node */
} nudge;

/* The derivative of every node along the nudge: a forward sweep that starts at all inputs at once. */
static void nudge_predict(const nudge *n)
{
    const lesson *l = n->l;
    for (size_t k = 0; k < n->inputs; k++) {
        size_t i = ew_node_index(l->g, ew_input_at(l->g, k).node);
        if (i != SIZE_MAX) n->predicted[i] = l->o->nudge[k];
    }
    for (size_t k = 0; k < l->count; k++) {
        size_t i = l->node[k];
        for (size_t e = l->into[i]; e < l->into[i + 1]; e++)
            if (explain_from(l, e) != SIZE_MAX)
                n->predicted[i] += explain_along(l->partial[e], n->predicted[explain_from(l, e)]);
    }
}

static bool nudge_run(nudge *n, double part)
{
    lesson *l = n->l;
    for (size_t k = 0; k < n->inputs; k++) n->in[k] = l->o->in[k] + part * l->o->nudge[k];
    if (ew_run(l->program, NULL, n->in, l->result) != EW_OK) {
        ew_run_error(l->program, NULL, &l->r.error);
        return false;
    }
    for (size_t k = 0; k < l->count; k++) n->after[l->node[k]] = l->result[k];
    return true;
}

/* What rounding alone may leave between two numbers is no gap. */
static double nudge_gap(const nudge *n, size_t i, double part)
{
    double before = n->l->value[i], after = n->after[i], gap = after - before - part * n->predicted[i];
    return fabs(gap) <= 16 * DBL_EPSILON * (fabs(before) + fabs(after)) ? 0 : gap;
}

void explain_nudge_number(table *t, double x, size_t i)
{
    lesson *l = t->l;
    text_clear(&l->work);
    if (i != SIZE_MAX)
        phrase_value(l, &l->work, i, x);
    else
        phrase_number(&l->work, x);
    explain_cell(t, text_string(&l->work));
}

static void nudge_row(table *t, const nudge *n, size_t i)
{
    lesson *l = n->l;
    double change = n->after[i] - l->value[i];
    phrase_cell(l, t, i);
    explain_nudge_number(t, l->value[i], i);
    explain_nudge_number(t, n->after[i], i);
    explain_nudge_number(t, n->predicted[i], SIZE_MAX);
    explain_nudge_number(t, change, SIZE_MAX);
    explain_nudge_number(t, nudge_gap(n, i, 1), SIZE_MAX);
}

static void nudge_table(const nudge *n)
{
    static const char *const heads[] = /* catalogue */ {"node", "before", "after", "predicted", "change", "gap"};
    lesson *l = n->l;
    table t;
    explain_table(&t, l, 6, true);
    for (size_t c = 0; c < 6; c++) explain_cell(&t, explain_word(l, heads[c]));
    for (size_t k = 0; k < l->count; k++) {
        if (explain_shown(k, l->count)) {
            nudge_row(&t, n, l->node[k]);
        } else if (k == LESSON_HEAD) {
            text_clear(&l->work);
            phrase_count(l, &l->work, (double)(l->count - LESSON_HEAD - LESSON_TAIL), "… {1} more node …",
                         "… {1} more nodes …");
            explain_cell(&t, text_string(&l->work));
            for (size_t c = 1; c < 6; c++) explain_cell(&t, "");
        }
    }
    explain_table_end(&t, 2);
}

/* "b goes from 1 to 1.1" */
static void nudge_opening(const nudge *n)
{
    lesson *l = n->l;
    text t, a, b;
    size_t told = 0;
    text_begin(&t, l->m);
    text_begin(&a, l->m);
    text_begin(&b, l->m);
    for (size_t k = 0; k < n->inputs && told <= LESSON_TERMS; k++) {
        if (l->o->nudge[k] == 0) continue;
        if (told) text_add(&t, told < LESSON_TERMS ? explain_word(l, " and ") : ", ");
        if (told++ == LESSON_TERMS) {
            text_add(&t, "…");
            break;
        }
        text_clear(&a);
        text_clear(&b);
        phrase_number(&a, l->o->in[k]);
        phrase_number(&b, l->o->in[k] + l->o->nudge[k]);
        phrase_fill(l, &t, "{1} goes from {2} to {3}", ew_node_name(l->g, ew_input_at(l->g, k).node), text_string(&a),
                    text_string(&b));
    }
    if (told)
        explain_sentence(l, 0, "What happens if {1}?", text_string(&t), NULL, NULL);
    else
        explain_sentence(l, 0, "No input is nudged, so nothing changes.", NULL, NULL, NULL);
    explain_drop(l, &t);
    explain_drop(l, &a);
    explain_drop(l, &b);
}

/* "The derivatives predict 5·0.1 = 0.5 for e." */
static void nudge_product(const nudge *n)
{
    lesson *l = n->l;
    text t;
    size_t told = 0;
    text_begin(&t, l->m);
    for (size_t k = 0; k < n->inputs; k++) {
        size_t i = ew_node_index(l->g, ew_input_at(l->g, k).node);
        if (l->o->nudge[k] == 0 || i == SIZE_MAX || l->ways[i] == 0) continue;
        if (told++ >= LESSON_TERMS) continue;
        if (told > 1) text_add(&t, " + ");
        phrase_slope_of(l, &t, l->of, i);
        text_add(&t, "·");
        phrase_factor_number(&t, l->o->nudge[k], false);
    }
    if (told > LESSON_TERMS) text_add(&t, " + …");
    text_add(&t, " = " MARK_VALUE);
    phrase_number(&t, n->predicted[l->of]);
    text_add(&t, MARK_END);
    if (told)
        explain_sentence(l, 0, "The derivatives predict for {2} a change of {1}.", text_string(&t),
                         ew_node_name(l->g, explain_node(l, l->of)), NULL);
    explain_drop(l, &t);
}

void nudge_shrinks(lesson *l, double gap, double small)
{
    text a, b;
    if (gap == 0)
        explain_sentence(l, 0, "There is no gap: along this nudge {1} changes in a straight line.",
                         ew_node_name(l->g, explain_node(l, l->of)), NULL, NULL);
    if (gap == 0 || !isfinite(gap)) return;
    text_begin(&a, l->m);
    text_begin(&b, l->m);
    phrase_number(&a, gap);
    phrase_number(&b, small);
    double ratio = small / gap;
    explain_sentence(
        l, 0,
        ratio > 0.004 && ratio < 0.025
            ? "The gap shrinks with the square of the nudge: a tenth of this nudge leaves {2} instead of {1}, about a "
              "hundredth."
            : "For small nudges the gap shrinks with the square of the nudge; a tenth of this one leaves {2} instead "
              "of {1}.",
        text_string(&a), text_string(&b), NULL);
    explain_drop(l, &a);
    explain_drop(l, &b);
}

/* The gap again with a tenth of the nudge: measured, not promised. */
static void nudge_closing(nudge *n)
{
    double gap = nudge_gap(n, n->l->of, 1);
    bool again = gap == 0 || !isfinite(gap) || nudge_run(n, 0.1);
    if (again) nudge_shrinks(n->l, gap, gap == 0 ? 0 : nudge_gap(n, n->l->of, 0.1));
}

void explain_nudge(lesson *l)
{
    nudge n = {.l = l, .inputs = ew_input_count(l->g)};
    n.in = block_new(l->m, n.inputs, sizeof *n.in);
    n.predicted = block_new(l->m, l->seen, sizeof *n.predicted);
    n.after = block_new(l->m, l->seen, sizeof *n.after);
    if (l->o->brief || l->o->plan) explain_blank(l);
    if (!n.in || !n.predicted || !n.after)
        explain_fail(l);
    else if (nudge_run(&n, 1)) {
        nudge_predict(&n);
        nudge_opening(&n);
        explain_blank(l);
        nudge_table(&n);
        explain_blank(l);
        nudge_product(&n);
        nudge_closing(&n);
        explain_kinks(l, 0);
    }
    block_free(l->m, n.in, n.inputs);
    block_free(l->m, n.predicted, l->seen);
    block_free(l->m, n.after, l->seen);
}
