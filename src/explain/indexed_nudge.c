/*
 * indexed_nudge.c - "if x[2] changes a little, how do the other nodes change?" for programs with axes: before,
 * after, what the derivatives predict, what really happens, the gap. Of an array the element is told that changes
 * most.
 *
 * What is predicted for a node is its derivative along the nudge (ew_along): one forward sweep.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "explain/explain.h"

typedef struct forecast { /* what is predicted for a node */
    size_t at;            /* first in `predicted`; SIZE_MAX: 0 */
    uint8_t step;         /* 0: the same for all its elements */
} forecast;

typedef struct nudging {
    lesson *l;
    double *in, *after;  /* the values moved; what they give, as l->element */
    ew_program *program; /* what is predicted, of the nodes that have a forecast */
    double *predicted;   /* its results */
    size_t results;
    forecast *forecast; /* by seen node */
} nudging;

static size_t nudged_count(const lesson *l, size_t input)
{
    return graph_elements(l->g, ew_input_at(l->g, input).node);
}

/* ---- What is predicted ---------------------------------------------------------------------------------------- */

/* The derivative of node i along the nudge, as a node; EW_NONE: it is 0, or its form is not derived. */
static ew_node nudged_forecast(lesson *l, size_t i)
{
    ew_error err = {0};
    ew_node n = ew_along(l->g, explain_node(l, i), l->o->nudge, &err);
    if (n == EW_NONE && (l->m->refused || strcmp(err.code, "E080") == 0)) explain_fail(l);
    return n;
}

static bool nudged_run(nudging *n, const ew_node *wanted, size_t count)
{
    lesson *l = n->l;
    ew_error err = {0};
    n->program = ew_prepare_nodes(l->g, wanted, count, &err);
    if (!n->program) return explain_heard(l, &err);
    n->results = ew_out_count(n->program);
    n->predicted = block_new(l->m, n->results, sizeof *n->predicted);
    if (!n->predicted) return explain_fail(l);
    if (ew_run(n->program, NULL, l->o->in, n->predicted) != EW_OK)
        return ew_run_error(n->program, NULL, &l->r.error), false;
    for (size_t i = 0; i < l->seen; i++) {
        forecast *f = &n->forecast[i];
        if (f->at == SIZE_MAX) continue;
        ew_array_info a = ew_out_array(n->program, f->at);
        f->step = a.count == graph_elements(l->g, explain_node(l, i));
        f->at = a.count ? a.offset : SIZE_MAX;
    }
    return true;
}

static bool nudged_predict(nudging *n)
{
    lesson *l = n->l;
    size_t count = 0;
    ew_node *wanted = block_new(l->m, l->seen, sizeof *wanted);
    if (!wanted) return explain_fail(l);
    for (size_t i = 0; i < l->seen; i++) n->forecast[i].at = SIZE_MAX;
    for (size_t k = 0; k < l->count && report_ok(&l->r); k++) {
        size_t i = l->node[k];
        if (!explain_shown(k, l->count) && i != l->of) continue;
        ew_node made = l->first[i] == SIZE_MAX ? EW_NONE : nudged_forecast(l, i);
        if (made == EW_NONE) continue;
        n->forecast[i].at = count;
        wanted[count++] = made;
    }
    bool ok = report_ok(&l->r) && (!count || nudged_run(n, wanted, count));
    block_free(l->m, wanted, l->seen);
    return ok;
}

/* ---- The table ------------------------------------------------------------------------------------------------ */

static bool nudged_move(nudging *n, double part)
{
    lesson *l = n->l;
    for (size_t e = 0, all = ew_in_count(l->program); e < all; e++) n->in[e] = l->o->in[e] + part * l->o->nudge[e];
    if (ew_run(l->program, NULL, n->in, n->after) == EW_OK) return true;
    ew_run_error(l->program, NULL, &l->r.error);
    return false;
}

static double nudged_forecast_at(const nudging *n, size_t i, size_t e)
{
    const forecast *f = &n->forecast[i];
    return f->at == SIZE_MAX ? 0 : n->predicted[f->at + f->step * e];
}

/* What rounding alone may leave between two numbers is no gap. */
static double nudged_gap(const nudging *n, size_t i, size_t e, double part)
{
    double before = n->l->element[n->l->first[i] + e], after = n->after[n->l->first[i] + e];
    double gap = after - before - part * nudged_forecast_at(n, i, e);
    return fabs(gap) <= 16 * DBL_EPSILON * (fabs(before) + fabs(after)) ? 0 : gap;
}

/* The element that changes most. */
static size_t nudged_most(const nudging *n, size_t i)
{
    size_t best = 0, count = graph_elements(n->l->g, explain_node(n->l, i));
    double most = -1;
    for (size_t e = 0; e < count; e++) {
        double change = fabs(n->after[n->l->first[i] + e] - n->l->element[n->l->first[i] + e]);
        double size = change > 0 ? change : fabs(nudged_forecast_at(n, i, e)) * DBL_MIN;
        if (!(size <= most)) most = size, best = e;
        if (isnan(change)) return e;
    }
    return best;
}

static void nudged_row(table *t, const nudging *n, size_t i)
{
    lesson *l = n->l;
    bool array = explain_row(l, i)->shape != 0, known = l->first[i] != SIZE_MAX;
    if (!known || !graph_elements(l->g, explain_node(l, i))) return;
    size_t e = array ? nudged_most(n, i) : 0;
    double before = l->element[l->first[i] + e], after = n->after[l->first[i] + e];
    if (array) {
        text_clear(&l->work);
        phrase_name(l, &l->work, i);
        graph_place(l->g, explain_node(l, i), e, &l->work);
        explain_cell(t, text_string(&l->work));
    } else {
        phrase_cell(l, t, i);
    }
    explain_nudge_number(t, before, i);
    explain_nudge_number(t, after, i);
    explain_nudge_number(t, nudged_forecast_at(n, i, e), SIZE_MAX);
    explain_nudge_number(t, after - before, SIZE_MAX);
    explain_nudge_number(t, nudged_gap(n, i, e, 1), SIZE_MAX);
}

static void nudged_table(const nudging *n)
{
    static const char *const heads[] = /* catalogue */ {"node", "before", "after", "predicted", "change", "gap"};
    lesson *l = n->l;
    table t;
    explain_table(&t, l, 6, true);
    for (size_t c = 0; c < 6; c++) explain_cell(&t, explain_word(l, heads[c]));
    for (size_t k = 0; k < l->count; k++)
        if (explain_shown(k, l->count)) nudged_row(&t, n, l->node[k]);
    explain_table_end(&t, 2);
}

/* ---- Sentences -----------------------------------------------------------------------------------------------------
 */

/* "x[2] goes from 1 to 1.1"; "every element of x changes by 0.1"; "x changes by [0.1, 0, 0.2]" */
static void nudged_told(lesson *l, size_t input, const double *in, const double *by, text *t)
{
    ew_node x = ew_input_at(l->g, input).node;
    size_t count = nudged_count(l, input), moved = 0, at = 0;
    bool alike = true;
    text name, a, b;
    for (size_t e = count; e-- > 0;) {
        alike = alike && by[e] == by[0];
        if (by[e] != 0) moved++, at = e;
    }
    text_begin(&name, l->m);
    text_begin(&a, l->m);
    text_begin(&b, l->m);
    text_add(&name, ew_node_name(l->g, x));
    if (moved == 1) {
        graph_place(l->g, x, at, &name);
        phrase_number(&a, in[at]);
        phrase_number(&b, in[at] + by[at]);
        phrase_fill(l, t, "{1} goes from {2} to {3}", text_string(&name), text_string(&a), text_string(&b));
    } else if (alike) {
        phrase_number(&a, by[0]);
        phrase_fill(l, t, "every element of {1} changes by {2}", text_string(&name), text_string(&a), NULL);
    } else {
        graph_corner(l->g, x, by, NULL, 6, &a);
        phrase_fill(l, t, "{1} changes by {2}", text_string(&name), text_string(&a), NULL);
    }
    explain_drop(l, &name);
    explain_drop(l, &a);
    explain_drop(l, &b);
}

static void nudged_opening(lesson *l)
{
    text t;
    size_t told = 0, at = 0;
    text_begin(&t, l->m);
    for (size_t k = 0; k < ew_input_count(l->g); at += nudged_count(l, k++)) {
        bool moved = false;
        for (size_t e = 0; e < nudged_count(l, k); e++) moved = moved || l->o->nudge[at + e] != 0;
        if (!moved || told > LESSON_TERMS) continue;
        if (told) text_add(&t, told < LESSON_TERMS ? explain_word(l, " and ") : ", ");
        if (told++ == LESSON_TERMS)
            text_add(&t, "…");
        else
            nudged_told(l, k, l->o->in + at, l->o->nudge + at, &t);
    }
    if (told)
        explain_sentence(l, 0, "What happens if {1}?", text_string(&t), NULL, NULL);
    else
        explain_sentence(l, 0, "No input is nudged, so nothing changes.", NULL, NULL, NULL);
    explain_drop(l, &t);
}

static void nudged_closing(nudging *n)
{
    lesson *l = n->l;
    size_t of = l->of;
    if (explain_row(l, of)->shape || l->first[of] == SIZE_MAX) return;
    double change = n->after[l->first[of]] - l->element[l->first[of]], gap = nudged_gap(n, of, 0, 1);
    text a, b, c;
    text_begin(&a, l->m);
    text_begin(&b, l->m);
    text_begin(&c, l->m);
    phrase_number(&a, nudged_forecast_at(n, of, 0));
    phrase_number(&b, change);
    phrase_number(&c, gap);
    explain_sentence(l, 0, "The derivatives predict a change of {1}; it is {2}, a gap of {3}.", text_string(&a),
                     text_string(&b), text_string(&c));
    explain_drop(l, &a);
    explain_drop(l, &b);
    explain_drop(l, &c);
    bool again = gap == 0 || !isfinite(gap) || nudged_move(n, 0.1);
    if (again) nudge_shrinks(l, gap, gap == 0 ? 0 : nudged_gap(n, of, 0, 0.1));
}

static void nudged_tell(nudging *n)
{
    lesson *l = n->l;
    if (!nudged_move(n, 1) || !nudged_predict(n)) return;
    nudged_opening(l);
    explain_blank(l);
    nudged_table(n);
    explain_blank(l);
    explain_sentence(l, 0, "Of an array the element is shown that changes most.", NULL, NULL, NULL);
    nudged_closing(n);
    explain_kinks(l, 0);
}

void indexed_nudge(lesson *l)
{
    size_t inputs = ew_in_count(l->program);
    nudging n = {.l = l};
    if (l->o->brief || l->o->plan) explain_blank(l);
    n.in = block_new(l->m, inputs, sizeof *n.in);
    n.after = block_new(l->m, l->element_count, sizeof *n.after);
    n.forecast = block_new(l->m, l->seen, sizeof *n.forecast);
    if (n.in && n.after && n.forecast)
        nudged_tell(&n);
    else
        explain_fail(l);
    if (n.in) block_free(l->m, n.in, inputs);
    if (n.after) block_free(l->m, n.after, l->element_count);
    if (n.forecast) block_free(l->m, n.forecast, l->seen);
    if (n.predicted) block_free(l->m, n.predicted, n.results);
    ew_free(n.program);
}
