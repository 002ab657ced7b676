/*
 * indexed.c - what the lesson knows of programs with axes, and its parts that tell single nodes: shapes,
 * corners of values, how many scalar nodes and edges are meant, the short form.
 *
 * One run gives the elements of all told nodes and of their adjoints, the latter by the graph's own reverse
 * sweep. What is larger than LESSON_ELEMENTS is not computed to be shown.
 */
#include <math.h>

#include "explain/explain.h"

/* ---- How many --------------------------------------------------------------------------------- */

static double indexed_places(const ew_graph *g, uint16_t shape)
{
    double all = 1;
    for (size_t q = 0; q < shape_rank(g, shape); q++) {
        int64_t size = shape_sizes(g, shape)[q];
        all *= size_is_known(size) ? (double)size : (double)NAN;
    }
    return all;
}

double indexed_count(const lesson *l, size_t i)
{
    return indexed_places(l->g, explain_row(l, i)->shape);
}

double indexed_edge(const lesson *l, size_t e)
{
    const graph_node *node = node_at(l->g, ew_edge_at(l->g, e).user);
    bool domain = op_is_reduction(node->op) || node->op == OP_SCATTER;
    return indexed_places(l->g, domain ? node->domain : node->shape);
}

/* How many terms the sum has that the edge's user is. */
static double indexed_terms(const lesson *l, size_t e)
{
    ew_node user = ew_edge_at(l->g, e).user;
    const graph_node *node = node_at(l->g, user);
    if (!op_is_reduction(node->op) && node->op != OP_SCATTER) return 1;
    return indexed_edge(l, e) / (node->op == OP_SCATTER ? 1 : indexed_places(l->g, node->shape));
}

/* Marks what leads to `of` by uses of earlier steps alone; once more for each recurrence that is gone round. */
static void indexed_round(lesson *l)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t k = l->count; k-- > 0;) {
            size_t i = l->node[k];
            for (size_t e = l->into[i]; e < l->into[i + 1] && indexed_leads(l, i); e++) {
                size_t a = ew_node_index(l->g, ew_edge_at(l->g, e).from);
                if (a == SIZE_MAX || indexed_leads(l, a)) continue;
                l->round[a] = ROUND_STEPS;
                again = again || a >= i;
            }
        }
    }
}

bool indexed_leads(const lesson *l, size_t i)
{
    return l->ways[i] > 0 || (l->round && l->round[i]);
}

/* What the diffs that lead to `of` derive, and what that is made of: by node, into marked. */
static void indexed_derived(const lesson *l, uint8_t *marked)
{
    const ew_graph *g = l->g;
    for (size_t i = 0; i < l->seen; i++)
        if (explain_row(l, i)->op == OP_DIFF && indexed_leads(l, i)) marked[explain_node(l, i)] = 1;
    for (bool again = true; again;) { /* once more where a state leads up to its recurrence */
        again = false;
        for (ew_node n = (ew_node)g->nodes.count; n-- > 0;) {
            if (!marked[n]) continue;
            for (size_t k = 0; k < node_at(g, n)->count && !op_is_leaf(node_at(g, n)->op); k++)
                if (node_at(g, n)->op == OP_DIFF ? k == 0 : node_is_edge(g, n, k)) marked[node_arg(g, n, k)] = 1;
            ew_node loop = node_at(g, n)->op == OP_STATE ? node_state(g, n)->loop : EW_NONE;
            if (loop == EW_NONE || marked[loop]) continue;
            marked[loop] = 1;
            again = true;
        }
    }
}

static bool indexed_diffs(lesson *l)
{
    size_t count = l->g->nodes.count;
    uint8_t *marked = block_new(l->m, count, sizeof *marked);
    if (!marked) return explain_fail(l);
    indexed_derived(l, marked);
    for (size_t i = 0; i < l->seen; i++)
        if (marked[explain_node(l, i)] && explain_row(l, i)->op != OP_DIFF && i != l->of) l->round[i] |= ROUND_DIFF;
    block_free(l->m, marked, count);
    return true;
}

static bool indexed_parallel(lesson *l)
{
    l->parallel = block_new(l->m, l->seen, sizeof *l->parallel);
    l->round = block_new(l->m, l->seen, sizeof *l->round);
    if (!l->parallel || !l->round) return explain_fail(l);
    indexed_round(l);
    l->parallel[l->of] = 1;
    for (size_t k = l->count; k-- > 0;) {
        size_t i = l->node[k];
        if (explain_row(l, i)->op == OP_LOOP && l->ways[i] > 0) l->round[i] = ROUND_STEPS;
        for (size_t e = l->into[i]; e < l->into[i + 1] && l->ways[i] > 0; e++) {
            size_t a = explain_from(l, e);
            if (a == SIZE_MAX) continue;
            l->parallel[a] += l->parallel[i] * indexed_terms(l, e);
            l->round[a] |= l->round[i];
        }
    }
    return true;
}

/* ---- Numbers ---------------------------------------------------------------------------------- */

static bool indexed_small(const lesson *l, size_t i)
{
    return indexed_count(l, i) <= LESSON_ELEMENTS;
}

/* A constant over axes: its text says all of it. */
static bool indexed_same(const lesson *l, ew_node n)
{
    const graph_node *node = node_at(l->g, n);
    if (node->op == OP_AT || node->op == OP_COPY) n = node_arg(l->g, n, 0);
    return node->shape && node_at(l->g, n)->op == OP_CONST;
}

/* The derivatives of a scalar `of` by what leads to it, into slopes (by seen node, EW_NONE: none). A form that
 * cannot be derived is told without numbers. */
static void indexed_sweep(lesson *l, ew_node *slopes)
{
    ew_error err = {0};
    bool scalar = explain_row(l, l->of)->shape == 0;
    for (size_t i = 0; i < l->seen; i++) slopes[i] = EW_NONE;
    for (size_t k = l->count; scalar && k-- > 0;) {
        size_t i = l->node[k];
        if (!indexed_leads(l, i) || !explain_is_real(l, i) || !indexed_small(l, i)) continue;
        slopes[i] = ew_diff(l->g, explain_node(l, l->of), explain_node(l, i), EW_REVERSE, &err);
        if (slopes[i] == EW_NONE) {
            if (l->m->refused) explain_heard(l, &err);
            return;
        }
        if (indexed_same(l, slopes[i]) || node_at(l->g, slopes[i])->shape != explain_row(l, i)->shape)
            slopes[i] = EW_NONE;
    }
}

/* What is wanted, values first; where each begins among the outputs goes into l->first, l->slope_first. */
static size_t indexed_want(lesson *l, const ew_node *slopes, ew_node *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < l->seen; i++) {
        l->first[i] = l->slope_first[i] = SIZE_MAX;
        if (!l->told[i] || !indexed_small(l, i)) continue;
        l->first[i] = count;
        wanted[count++] = explain_node(l, i);
    }
    for (size_t i = 0; i < l->seen; i++) {
        if (slopes[i] == EW_NONE) continue;
        l->slope_first[i] = count;
        wanted[count++] = slopes[i];
    }
    return count;
}

static bool indexed_run(lesson *l, const ew_node *wanted, size_t count)
{
    ew_error err = {0};
    l->program = ew_prepare_nodes(l->g, wanted, count, &err);
    if (!explain_heard(l, &err) || !l->program) return false;
    l->element_count = ew_out_count(l->program);
    l->element = block_new(l->m, l->element_count, sizeof *l->element);
    if (!l->element) return explain_fail(l);
    if (!explain_run(l, l->element, l->element_count)) return false;
    for (size_t i = 0; i < l->seen; i++) {
        if (l->first[i] != SIZE_MAX) l->first[i] = ew_out_array(l->program, l->first[i]).offset;
        l->whole_at[i] = l->first[i];
        if (l->slope_first[i] != SIZE_MAX) l->slope_first[i] = ew_out_array(l->program, l->slope_first[i]).offset;
    }
    return true;
}

static bool indexed_numbers(lesson *l)
{
    ew_node *slopes = block_new(l->m, l->seen, sizeof *slopes);
    ew_node *wanted = block_new(l->m, 2 * l->seen, sizeof *wanted);
    l->first = block_new(l->m, l->seen, sizeof *l->first);
    l->slope_first = block_new(l->m, l->seen, sizeof *l->slope_first);
    bool ok = slopes && wanted && l->first && l->slope_first;
    if (ok) {
        indexed_sweep(l, slopes);
        ok = indexed_run(l, wanted, indexed_want(l, slopes, wanted));
    } else {
        explain_fail(l);
    }
    if (slopes) block_free(l->m, slopes, l->seen);
    if (wanted) block_free(l->m, wanted, 2 * l->seen);
    return ok;
}

bool indexed_gather(lesson *l)
{
    return indexed_parallel(l) && indexed_diffs(l) && (!l->numbers || indexed_numbers(l));
}

void indexed_release(lesson *l)
{
    if (l->parallel) block_free(l->m, l->parallel, l->seen);
    if (l->round) block_free(l->m, l->round, l->seen);
    if (l->first) block_free(l->m, l->first, l->seen);
    if (l->slope_first) block_free(l->m, l->slope_first, l->seen);
    if (l->element) block_free(l->m, l->element, l->element_count);
}

/* ---- Phrases ---------------------------------------------------------------------------------- */

void indexed_shape(const lesson *l, text *t, size_t i)
{
    graph_shape_text(l->g, explain_node(l, i), t);
}

void indexed_number(const lesson *l, text *t, size_t i, const double *values)
{
    if (explain_row(l, i)->shape == 0)
        phrase_value(l, t, i, *values);
    else
        graph_corner(l->g, explain_node(l, i), values, explain_whole(l, i), 6, t);
}

/* ---- Sections --------------------------------------------------------------------------------- */

void indexed_scalars(lesson *l)
{
    double nodes = 0, edges = 0;
    text a, b;
    for (size_t k = 0; k < l->count; k++) nodes += indexed_count(l, l->node[k]);
    for (size_t e = 0; e < l->edges; e++)
        if (l->told[explain_to(l, e)]) edges += indexed_edge(l, e);
    text_begin(&a, l->m);
    text_begin(&b, l->m);
    phrase_big(l, &a, nodes);
    phrase_big(l, &b, edges);
    explain_sentence(l, 2,
                     nodes >= 0 && edges >= 0
                         ? "A node with indices is written once and stands for a scalar node at each place: {1} of "
                           "them in all, with {2} edges."
                         : "A node with indices is written once and stands for a scalar node at each place.",
                     text_string(&a), text_string(&b), NULL);
    for (size_t k = 0; k < l->count; k++) {
        if (explain_row(l, l->node[k])->op != OP_LOOP) continue;
        text_clear(&a);
        phrase_name(l, &a, l->node[k]);
        explain_sentence(l, 2, "{1} is a recurrence: each of its steps uses what earlier ones have made.",
                         text_string(&a), NULL, NULL);
    }
    explain_drop(l, &a);
    explain_drop(l, &b);
}

static bool indexed_equations(const lesson *l, size_t i)
{
    return graph_is_equations(l->g, explain_node(l, i));
}

/* " = [[0.1, 0.2], …]", and how large all of it is */
static void indexed_corner(lesson *l, text *t, size_t i, bool shape)
{
    const double *values = explain_elements(l, i);
    if (values) {
        text_add(t, " = " MARK_VALUE);
        indexed_number(l, t, i, values);
        text_add(t, MARK_END);
    }
    if (!shape || !explain_row(l, i)->shape) return;
    text_add(t, "   " MARK_DIM "(");
    indexed_shape(l, t, i);
    text_add(t, ")" MARK_END);
}

/* "z[n, k] = d[n, k] + b[k] = [[0.1, 0.2], …]"; equations have a line of their own. */
static void indexed_line(lesson *l, size_t indent, size_t i, bool shape)
{
    text *t = &l->line;
    bool equations = indexed_equations(l, i) && explain_elements(l, i);
    text_clear(t);
    if (explain_is_leaf(l, i))
        phrase_called(l, t, i);
    else
        phrase_equation(l, t, i);
    if (equations) {
        explain_formula(l, indent, text_string(t));
        text_clear(t);
        phrase_called(l, t, i);
    }
    indexed_corner(l, t, i, shape);
    explain_formula(l, indent, text_string(t));
}

void indexed_values(lesson *l)
{
    if (!l->numbers) {
        explain_values(l);
        return;
    }
    explain_heading(l, "The values, from the bottom up");
    explain_sentence(l, 2, "Of a node with indices as many values are shown as fit.", NULL, NULL, NULL);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) indexed_line(l, 2, l->node[k], false);
}

/* ---- The short form --------------------------------------------------------------------------- */

static void brief_indexed_slope(lesson *l, size_t i)
{
    const double *slopes = explain_slopes(l, i);
    if (!slopes || !indexed_leads(l, i)) return;
    text_clear(&l->line);
    phrase_slope_of(l, &l->line, l->of, i);
    text_add(&l->line, " = " MARK_VALUE);
    indexed_number(l, &l->line, i, slopes);
    text_add(&l->line, MARK_END);
    explain_formula(l, 4, text_string(&l->line));
}

static void brief_indexed_node(lesson *l, size_t i)
{
    indexed_line(l, 0, i, true);
    brief_indexed_slope(l, i);
}

void indexed_brief(lesson *l)
{
    text t;
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) brief_indexed_node(l, l->node[k]);
    if (l->o->brief == 2) return;
    text_begin(&t, l->m);
    text_add(&t, MARK_DIM);
    text_add(&t, explain_word(l, l->numbers ? "Next: explain shows every step, draw -o graph.svg makes a picture."
                                            : "Next: give each input a value, as in a=2; explain shows every step."));
    text_add(&t, MARK_END);
    explain_blank(l);
    explain_prose(l, 0, text_string(&t));
    explain_drop(l, &t);
}
