/*
 * cost.c - the lesson's last section: what the three ways to the same derivatives cost.
 *
 * Counted, not measured: an edge touched is one multiplication and one addition in a sweep; path by
 * path, a path of n edges is n - 1 multiplications.
 */
#include "explain/explain.h"

static void cost_cell(table *t, double n)
{
    lesson *l = t->l;
    text_clear(&l->work);
    phrase_big(l, &l->work, n);
    explain_cell(t, text_string(&l->work));
}

static void cost_row(table *t, const char *name, double sweeps, double edges, double multiplications)
{
    explain_cell(t, name);
    if (sweeps > 0)
        cost_cell(t, sweeps);
    else
        explain_cell(t, "-");
    cost_cell(t, edges);
    cost_cell(t, multiplications);
}

static void cost_table(lesson *l, double paths, double path_edges)
{
    table t;
    text name;
    double inputs = (double)l->wrt_count, edges = (double)l->edge_count;
    text_begin(&name, l->m);
    explain_table(&t, l, 4, true);
    explain_cell(&t, "");
    explain_cell(&t, explain_word(l, "sweeps"));
    explain_cell(&t, explain_word(l, "edges touched"));
    explain_cell(&t, explain_word(l, "multiplications"));
    phrase_count(l, &name, paths, "path by path ({1} path)", "path by path ({1} paths)");
    cost_row(&t, text_string(&name), 0, path_edges, path_edges - paths);
    text_clear(&name);
    phrase_count(l, &name, inputs, "forward ({1} input)", "forward ({1} inputs)");
    cost_row(&t, text_string(&name), inputs, inputs * edges, inputs * edges);
    cost_row(&t, explain_word(l, "reverse"), 1, edges, edges);
    explain_drop(l, &name);
    explain_table_end(&t, 2);
}

void explain_cost(lesson *l)
{
    double paths = 0, path_edges = 0;
    for (size_t k = 0; k < l->wrt_count; k++) {
        paths += l->ways[l->wrt[k]];
        path_edges += l->ways_edges[l->wrt[k]];
    }
    explain_heading(l, "What each way costs");
    cost_table(l, paths, path_edges);
    explain_blank(l);
    explain_sentence(l, 2,
                     "Paths can be far more than edges; a sweep touches each edge once and adds what meets. "
                     "Forward needs a sweep for every input, reverse one sweep for all of them.",
                     NULL, NULL, NULL);
    explain_sentence(
        l, 2,
        l->wrt_count > 1
            ? "That is why networks learn by the reverse sweep: one cost, a million weights, one sweep instead of a "
              "million."
            : "With a single input both cost the same; with a million weights and one cost, reverse is a million times "
              "cheaper.",
        NULL, NULL, NULL);
}
