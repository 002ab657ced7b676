/*
 * slopes.c - the lesson's fourth section: the derivative on every edge, and the rule it comes from.
 *
 * A rule is written out as a textbook does when it is first needed; after that its name is enough.
 * The rules of sums, products, quotients and powers are rows here; those of functions are the
 * slopes of the table of operations with u for x and v for y.
 */
#include <math.h>
#include <string.h>

#include "explain/walk.h"

typedef struct slope_rule {
    op op;
    unsigned by; /* which argument */
    const char *name, *steps;
} slope_rule;

static const slope_rule slope_rules[] = /* catalogue: 3 */ {
    {OP_ADD, 0, "sum rule", "∂(u+v)/∂u = ∂u/∂u + ∂v/∂u = 1"},
    {OP_ADD, 1, "sum rule", "∂(u+v)/∂v = ∂u/∂v + ∂v/∂v = 1"},
    {OP_SUB, 0, "difference rule", "∂(u-v)/∂u = ∂u/∂u - ∂v/∂u = 1"},
    {OP_SUB, 1, "difference rule", "∂(u-v)/∂v = ∂u/∂v - ∂v/∂v = -1"},
    {OP_MUL, 0, "product rule", "∂(uv)/∂u = u·∂v/∂u + v·∂u/∂u = v"},
    {OP_MUL, 1, "product rule", "∂(uv)/∂v = u·∂v/∂v + v·∂u/∂v = u"},
    {OP_DIV, 0, "quotient rule", "∂(u/v)/∂u = (v·∂u/∂u - u·∂v/∂u)/v² = 1/v"},
    {OP_DIV, 1, "quotient rule", "∂(u/v)/∂v = (v·∂u/∂v - u·∂v/∂v)/v² = -u/v²"},
    {OP_NEG, 0, "minus rule", "∂(-u)/∂u = -∂u/∂u = -1"},
    {OP_POW, 0, "power rule", "∂(u^n)/∂u = n·u^(n-1)"},
    {OP_POW, 1, "rule for exponents", "∂(u^v)/∂v = u^v·log(u)"},
    {OP_COPY, 0, "copy", "∂u/∂u = 1"},
    {OP_IF, 1, "choice", "∂(if p then u else v)/∂u = if p then 1 else 0"},
    {OP_IF, 2, "choice", "∂(if p then u else v)/∂v = if p then 0 else 1"},
    {OP_STOP, 0, "stop", "∂stop(u)/∂u = 0"},
    {OP_CLIP, 0, "clip rule", "∂clip(u, v, w)/∂u = if v <= u <= w then 1 else 0"},
    {OP_CLIP, 1, "clip rule", "∂clip(u, v, w)/∂v = if u < v <= w then 1 else 0"},
    {OP_SUM, 0, "sum over indices", "∂(Σ_j u_j)/∂u_j = 1"},
    {OP_PROD, 0, "product over indices", "∂(Π_j u_j)/∂u_j = Π_{i≠j} u_i"},
    {OP_LEAST, 0, "minimum over indices", "∂(min_j u_j)/∂u_j = if u_j == min_j u_j then 1 else 0"},
    {OP_GREATEST, 0, "maximum over indices", "∂(max_j u_j)/∂u_j = if u_j == max_j u_j then 1 else 0"},
    {OP_LOGSUMEXP, 0, "log-sum-exp over indices", "∂(log Σ_j exp(u_j))/∂u_j = exp(u_j)/Σ_j exp(u_j)"},
    {OP_AT, 0, "access", "∂u[p]/∂u[i] = if i == p then 1 else 0"},
    {OP_CLIP, 2, "clip rule", "∂clip(u, v, w)/∂w = if u > w or v > w then 1 else 0"},
};

/* The helper operations of derivatives are products and quotients to a reader. */
static op slope_plain(op o)
{
    switch (o) {
    case OP_MUL0: return OP_MUL;
    case OP_DIV0:
    case OP_OVER: return OP_DIV;
    default: return o;
    }
}

static const slope_rule *slope_find(op o, unsigned by)
{
    for (size_t i = 0; i < sizeof slope_rules / sizeof *slope_rules; i++)
        if (slope_rules[i].op == o && slope_rules[i].by == by) return &slope_rules[i];
    return NULL;
}

/* A form of the table with u, v, w for its arguments. */
static void slope_form(text *t, const char *form)
{
    size_t start = t->count;
    static const char *const letters[] = {"u", "v", "w"};
    const char *at;
    uint32_t count;
    int k;
    while ((k = ops_piece(&form, &at, &count)) != -2) {
        if (k < 0)
            text_addn(t, at, count);
        else
            text_add(t, letters[k]);
    }
    phrase_dots(t, start);
}

static void slope_name(const lesson *l, text *t, op o, unsigned by)
{
    const slope_rule *known = slope_find(o, by);
    const op_row *row = ops_row(o);
    if (known)
        text_add(t, explain_word(l, known->name));
    else
        phrase_fill(l, t, "rule for {1}", row->call ? row->call : row->name, NULL, NULL);
}

static void slope_steps(const lesson *l, text *t, op o, unsigned by)
{
    const slope_rule *known = slope_find(o, by);
    const op_row *row = ops_row(o);
    if (known) {
        text_add(t, known->steps);
    } else if (o == OP_MIN || o == OP_MAX) {
        text_add(t, explain_word(l, o == OP_MAX ? "1 for the greatest argument, 0 for the others; those that tie share"
                                                : "1 for the least argument, 0 for the others; those that tie share"));
    } else {
        text_add(t, "∂");
        if (phrase_loose(row->form)) text_char(t, '(');
        slope_form(t, row->form);
        if (phrase_loose(row->form)) text_char(t, ')');
        text_add(t, by ? by > 1 ? "/∂w = " : "/∂v = " : "/∂u = ");
        slope_form(t, row->slope[by] ? row->slope[by] : "…");
    }
}

/* Writes the rule out if it is new. */
static void slope_tell(lesson *l, op o, unsigned by)
{
    unsigned bit = 1u << (by > 6 || o == OP_MIN || o == OP_MAX ? 0 : by);
    if (l->rules[o] & bit) return;
    l->rules[o] |= (uint8_t)bit;
    text_clear(&l->line);
    text_add(&l->line, MARK_DIM);
    slope_steps(l, &l->line, o, by);
    text_add(&l->line, MARK_END);
    explain_formula(l, 6, text_string(&l->line));
}

/* "∂e/∂c = d = 2" */
static void slope_edge(lesson *l, size_t e)
{
    ew_edge edge = ew_edge_at(l->g, e);
    text *t = &l->line;
    text_clear(t);
    text_clear(&l->work);
    phrase_edge(l, t, e);
    text_add(t, " = ");
    size_t symbols = t->count;
    phrase_partial(l, &l->work, e);
    text_add(t, text_string(&l->work));
    const char *name = ew_node_name(l->g, edge.partial); /* exp(c), which is d itself */
    if (name && strcmp(name, text_string(&l->work)) != 0) {
        text_add(t, " = ");
        text_add(t, name);
    }
    if (l->numbers) {
        bool share = ops_row((op)node_at(l->g, edge.to)->op)->count == 0; /* min, max: ties need no symbols */
        text_clear(&l->work);
        phrase_number(&l->work, l->partial[e]);
        bool same = strcmp(text_string(t) + symbols, text_string(&l->work)) == 0;
        if ((same || share) && !t->failed) t->at[t->count = symbols - 3] = '\0';
        text_add(t, " = " MARK_VALUE);
        text_add(t, text_string(&l->work));
        text_add(t, MARK_END);
    }
    explain_formula(l, 4, text_string(t));
}

/* "e = c * d   (product rule)" */
static void slope_head(lesson *l, size_t i, op o)
{
    unsigned first = ew_edge_at(l->g, l->into[i]).arg, last = ew_edge_at(l->g, l->into[i + 1] - 1).arg;
    text_clear(&l->line);
    text_clear(&l->work);
    phrase_equation(l, &l->line, i);
    slope_name(l, &l->work, o, first);
    if (o == OP_POW && first != last) {
        text_add(&l->work, ", ");
        slope_name(l, &l->work, o, last);
    }
    text_add(&l->line, "   " MARK_DIM "(");
    text_add(&l->line, text_string(&l->work));
    text_add(&l->line, ")" MARK_END);
    explain_formula(l, 2, text_string(&l->line));
}

static void slope_node(lesson *l, size_t i)
{
    size_t first = l->into[i], end = l->into[i + 1];
    op o = slope_plain((op)explain_row(l, i)->op);
    if (first == end) return;
    slope_head(l, i, o);
    for (size_t e = first; e < end && e < first + LESSON_TERMS; e++) slope_tell(l, o, ew_edge_at(l->g, e).arg);
    for (size_t e = first; e < end; e++) {
        if (e - first == LESSON_TERMS && end - e > 1) {
            text_clear(&l->line);
            phrase_count(l, &l->line, (double)(end - e), "… {1} more edge", "… {1} more edges");
            explain_prose(l, 4, text_string(&l->line));
            break;
        }
        slope_edge(l, e);
    }
    explain_step(l);
}

/* ---- Between nodes with axes ------------------------------------------------------------------ */

/* A part of an array, a step of a recurrence is a copy of what makes it. */
static op slope_user(const lesson *l, size_t e)
{
    op o = (op)node_at(l->g, ew_edge_at(l->g, e).user)->op;
    return o == OP_JOIN || o == OP_LOOP || o == OP_SCATTER ? OP_COPY : slope_plain(o);
}

/* "∂z[n, k]/∂b[k]", the indices as the edge's user has them */
static void slope_ends(const lesson *l, text *t, size_t e)
{
    ew_edge edge = ew_edge_at(l->g, e);
    text_add(t, MARK_SLOPE "∂");
    graph_print_upper(l->g, edge.to, edge.user, edge.arg, false, t, 200);
    text_add(t, "/∂");
    graph_print_lower(l->g, edge.user, edge.arg, false, t, 200);
    text_add(t, MARK_END);
}

/* "for every j: 3 parallel edges lead to each d[n, k]" */
static void slope_parallel(lesson *l, size_t e)
{
    ew_edge edge = ew_edge_at(l->g, e);
    const graph_node *node = node_at(l->g, edge.user);
    size_t own = node_rank(l->g, edge.user);
    double terms = 1;
    text names, count;
    if (!op_is_reduction(node->op)) return;
    text_begin(&names, l->m);
    text_begin(&count, l->m);
    for (size_t q = own; q < shape_rank(l->g, node->domain); q++) {
        int64_t size = shape_sizes(l->g, node->domain)[q];
        uint32_t name = graph_index_name(l->g, edge.user, q);
        if (q > own) text_add(&names, ", ");
        text_add(&names, name ? graph_name_text(l->g, name) : "…");
        terms *= size_is_known(size) ? (double)size : (double)NAN;
    }
    text_clear(&l->work);
    phrase_called(l, &l->work, explain_to(l, e));
    if (terms >= 0) phrase_count(l, &count, terms, "{1} parallel edge", "{1} parallel edges");
    explain_sentence(
        l, 6, terms >= 0 ? "one for every {1}: {2} to each {3}" : "one for every {1}, parallel edges to each {3}",
        text_string(&names), text_string(&count), text_string(&l->work));
    explain_drop(l, &names);
    explain_drop(l, &count);
}

static void slope_indexed(lesson *l, size_t e)
{
    walk w;
    ew_edge edge = ew_edge_at(l->g, e);
    text_clear(&l->work);
    text_clear(&l->line);
    slope_ends(l, &l->line, e);
    text_add(&l->line, " = ");
    if (walk_own(&w, l, e)) walk_partial(&w, e, &l->work);
    walk_end(&w);
    text_add(&l->line, text_string(&l->work));
    if (ew_edge_at(l->g, e).from >= edge.to) {
        text_add(&l->line, "   " MARK_DIM);
        text_add(&l->line, explain_word(l, "(from another step)"));
        text_add(&l->line, MARK_END);
    }
    explain_formula(l, 4, text_string(&l->line));
    slope_parallel(l, e);
}

static void slope_node_indexed(lesson *l, size_t i)
{
    size_t first = l->into[i], end = l->into[i + 1];
    if (first == end) return;
    text_clear(&l->line);
    phrase_equation(l, &l->line, i);
    explain_formula(l, 2, text_string(&l->line));
    for (size_t e = first; e < end && e < first + 2 * LESSON_TERMS; e++) {
        slope_tell(l, slope_user(l, e), ew_edge_at(l->g, e).arg * (slope_user(l, e) != OP_COPY));
        slope_indexed(l, e);
    }
    if (end - first > 2 * LESSON_TERMS) {
        text_clear(&l->line);
        phrase_count(l, &l->line, (double)(end - first - 2 * LESSON_TERMS), "… {1} more edge", "… {1} more edges");
        explain_prose(l, 4, text_string(&l->line));
    }
    explain_step(l);
}

void indexed_edges(lesson *l)
{
    explain_heading(l, "The derivative on every edge");
    explain_sentence(l, 2,
                     "The derivative on an edge says how many times as fast the upper node changes as the "
                     "lower one, while the other arguments stay fixed. Between nodes with indices the same rule "
                     "holds at every place.",
                     NULL, NULL, NULL);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) slope_node_indexed(l, l->node[k]);
    explain_kinks(l, 2);
}

/* Will one of the edges that are shown stand in brackets? */
static bool slope_brackets(const lesson *l)
{
    for (size_t k = 0; k < l->count; k++) {
        size_t first = l->into[l->node[k]], end = l->into[l->node[k] + 1];
        if (!explain_shown(k, l->count)) continue;
        for (size_t e = first; e < end && e < first + LESSON_TERMS; e++)
            if (phrase_edge_bracket(l, e)) return true;
    }
    return false;
}

void explain_edges(lesson *l)
{
    explain_heading(l, "The derivative on every edge");
    explain_sentence(l, 2,
                     "The derivative on an edge says how many times as fast the upper node changes as the "
                     "lower one, while the other arguments stay fixed.",
                     NULL, NULL, NULL);
    if (slope_brackets(l))
        explain_sentence(l, 2,
                         "Square brackets mark the derivative on one edge alone, where other paths join the same "
                         "two nodes.",
                         NULL, NULL, NULL);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) slope_node(l, l->node[k]);
    explain_kinks(l, 2);
}
