/*
 * along.c - the derivative of a node along changes of all inputs: what a nudge of them changes, to first order.
 *
 * It is written as an expression in the language, a sum of diff(node, x[place]) · change, so that it is one forward
 * sweep whose direction is known: the whole derivative is not built.
 *
 *     diff(h[_a0], x[2, 0]) * 0.1 + sum(_b0: diff(h[_a0], w[_b0]) * 0.2)
 */
#include "graph/axes.h"
#include "graph/graph.h"

enum { ALONG_TERMS = 32 }; /* elements of an input that are written one by one */

typedef struct along {
    ew_graph *g;
    ew_node of;
    text all;
} along;

static void along_indices(text *t, char letter, size_t rank)
{
    for (size_t p = 0; p < rank; p++) text_format(t, "%s_%c%zu", p ? ", " : "[", letter, p);
    if (rank) text_add(t, "]");
}

/* "diff(NODE, x[place]) * change" */
static void along_term(const along *a, ew_node x, const text *place, const char *change, text *t)
{
    text_format(t, "diff(%s", ew_node_name(a->g, a->of));
    along_indices(t, 'a', node_rank(a->g, a->of));
    text_format(t, ", %s%s) * %s", ew_node_name(a->g, x), text_string(place), change);
}

/* All changes of an input as an array literal. */
static void along_literal(const ew_graph *g, ew_node x, const double *by, size_t count, text *t)
{
    size_t rank = node_rank(g, x);
    for (size_t e = 0; e < count; e++) {
        size_t part = 1, open = 0, close = 0;
        for (size_t p = rank; p-- > 0;) {
            part *= (size_t)node_size(g, x, p);
            open += e % part == 0;
            close += (e + 1) % part == 0;
        }
        if (e) text_add(t, ", ");
        while (open--) text_add(t, "[");
        text_number(t, by[e], 0);
        while (close--) text_add(t, "]");
    }
}

static void along_elements(along *a, ew_node x, const double *by, size_t count, text *place, text *change)
{
    bool first = a->all.count == 0;
    for (size_t e = 0; e < count; e++) {
        if (by[e] == 0) continue;
        text_clear(place);
        text_clear(change);
        graph_place(a->g, x, e, place);
        text_number(change, by[e], 0);
        if (!first) text_add(&a->all, " + ");
        first = false;
        along_term(a, x, place, text_string(change), &a->all);
    }
}

/* As a sum over the places of x; `alike`: each changes by the same. */
static void along_sum(along *a, ew_node x, const double *by, size_t count, bool alike, text *place, text *change)
{
    size_t rank = node_rank(a->g, x);
    along_indices(place, 'b', rank);
    if (!alike) along_literal(a->g, x, by, count, change);
    if (!alike) text_add(change, text_string(place));
    if (alike) text_number(change, by[0], 0);
    if (a->all.count) text_add(&a->all, " + ");
    for (size_t p = 0; p < rank; p++) text_format(&a->all, "%s_b%zu", p ? ", " : "sum(", p);
    if (rank) text_add(&a->all, ": ");
    along_term(a, x, place, text_string(change), &a->all);
    if (rank) text_add(&a->all, ")");
}

static void along_input(along *a, ew_node x, const double *by, size_t count)
{
    size_t moved = 0;
    bool alike = true;
    text place, change;
    for (size_t e = 0; e < count; e++) moved += by[e] != 0, alike = alike && by[e] == by[0];
    if (!moved || !type_is_real(node_at(a->g, x)->type)) return;
    text_begin(&place, &a->g->memory);
    text_begin(&change, &a->g->memory);
    if (!alike && moved <= ALONG_TERMS)
        along_elements(a, x, by, count, &place, &change);
    else
        along_sum(a, x, by, count, alike, &place, &change);
    a->all.failed = a->all.failed || place.failed || change.failed;
    text_free(&place);
    text_free(&change);
}

ew_node ew_along(ew_graph *g, ew_node of, const double *change, ew_error *err)
{
    ew_node n = EW_NONE;
    if (ew_graph_error(g, err) != EW_OK) return EW_NONE;
    if (of >= g->nodes.count || !ew_node_name(g, of)) report_plain(&g->report, E_BAD_NODE, NULL, NULL);
    along a = {.g = g, .of = of};
    text_begin(&a.all, &g->memory);
    for (size_t k = 0; report_ok(&g->report) && k < ew_input_count(g); k++) {
        ew_node x = ew_input_at(g, k).node;
        size_t count = graph_elements(g, x);
        if (type_is_real(node_at(g, of)->type)) along_input(&a, x, change, count);
        change += count;
    }
    if (a.all.failed) report_memory(&g->report);
    if (report_ok(&g->report) && a.all.count) n = ew_expression(g, text_string(&a.all), err);
    text_free(&a.all);
    if (n == EW_NONE && !report_ok(&g->report)) graph_hand_over(g, err);
    return n;
}
