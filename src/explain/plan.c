/*
 * plan.c - how it would be computed, and at what cost: the mode for `of` by `wrt` and why, and what
 * preparing really makes: operations, batches, bytes of work memory.
 */
#include "explain/explain.h"

enum { PLAN_FORWARD = 16 }; /* inputs for which the forward program is really made */

typedef struct plan_cost {
    double operations, batches, bytes;
} plan_cost;

/* Prepares `of` and its derivatives by the first `count` of wrt. */
static bool plan_prepare(lesson *l, size_t count, int mode, plan_cost *cost)
{
    ew_node *nodes = block_new(l->m, count + 1, sizeof *nodes);
    if (!nodes) return explain_fail(l);
    nodes[0] = explain_node(l, l->of);
    ew_error err = {0};
    bool ok = true;
    for (size_t k = 0; ok && k < count; k++) {
        nodes[k + 1] = ew_diff(l->g, nodes[0], explain_node(l, l->wrt[k]), mode, &err);
        ok = nodes[k + 1] != EW_NONE;
    }
    ew_program *p = ok ? ew_prepare_nodes(l->g, nodes, count + 1, &err) : NULL;
    explain_heard(l, &err);
    if (p) {
        ew_cost made = ew_program_cost(p);
        *cost = (plan_cost){made.operations, (double)made.batches, (double)made.bytes};
    }
    block_free(l->m, nodes, count + 1);
    ew_free(p);
    return p != NULL;
}

static void plan_cell(table *t, double n, bool about)
{
    lesson *l = t->l;
    text number;
    text_begin(&number, l->m);
    phrase_big(l, &number, n);
    text_clear(&l->work);
    if (about)
        phrase_fill(l, &l->work, "about {1}", text_string(&number), NULL, NULL);
    else
        text_add(&l->work, text_string(&number));
    explain_drop(l, &number);
    explain_cell(t, text_string(&l->work));
}

static void plan_row(table *t, const char *name, const plan_cost *c, bool about)
{
    explain_cell(t, name);
    plan_cell(t, c->operations, about);
    plan_cell(t, c->batches, about);
    plan_cell(t, c->bytes, about);
}

static void plan_programs(lesson *l)
{
    plan_cost plain = {0}, reverse = {0}, forward = {0};
    size_t n = l->wrt_count, made = n < PLAN_FORWARD ? n : 1;
    table t;
    if (!plan_prepare(l, 0, EW_AUTO, &plain) || !plan_prepare(l, n, EW_REVERSE, &reverse)) return;
    bool forward_too = n > 0 && l->count <= LESSON_SWEEPS;
    if (forward_too && !plan_prepare(l, made, EW_FORWARD, &forward)) return;
    if (made < n) { /* each further input costs about what the first one did */
        forward.operations = plain.operations + (double)n * (forward.operations - plain.operations);
        forward.bytes = plain.bytes + (double)n * (forward.bytes - plain.bytes);
    }
    explain_table(&t, l, 4, true);
    explain_cell(&t, explain_word(l, "one run of"));
    explain_cell(&t, explain_word(l, "operations"));
    explain_cell(&t, explain_word(l, "batches"));
    explain_cell(&t, explain_word(l, "bytes"));
    plan_row(&t, explain_word(l, "the value alone"), &plain, false);
    if (n) plan_row(&t, explain_word(l, "value and gradient, reverse"), &reverse, false);
    if (forward_too) plan_row(&t, explain_word(l, "value and gradient, forward"), &forward, made < n);
    explain_table_end(&t, 2);
}

static void plan_count(table *t, const char *name, double n)
{
    explain_cell(t, explain_word(t->l, name));
    plan_cell(t, n, false);
}

static void plan_counts(lesson *l)
{
    double paths = 0;
    table t;
    for (size_t k = 0; k < l->wrt_count; k++) paths += l->ways[l->wrt[k]];
    explain_table(&t, l, 2, false);
    plan_count(&t, "nodes", (double)l->count);
    plan_count(&t, "edges", (double)l->edge_count);
    plan_count(&t, "inputs and parameters", (double)ew_input_count(l->g));
    plan_count(&t, "outputs", (double)ew_output_count(l->g));
    plan_count(&t, "derivatives wanted", (double)l->wrt_count);
    plan_count(&t, "paths", paths);
    explain_table_end(&t, 2);
}

void explain_plan(lesson *l)
{
    text count;
    const char *name = ew_node_name(l->g, explain_node(l, l->of));
    text_begin(&count, l->m);
    phrase_count(l, &count, (double)l->wrt_count, "{1} derivative", "{1} derivatives");
    if (l->o->brief) explain_blank(l);
    text_clear(&l->line);
    text_add(&l->line, MARK_HEAD);
    phrase_fill(l, &l->line, "How {1} and its derivatives would be computed", name, NULL, NULL);
    text_add(&l->line, MARK_END);
    explain_prose(l, 0, text_string(&l->line));
    explain_blank(l);
    plan_counts(l);
    explain_blank(l);
    explain_sentence(
        l, 2,
        l->wrt_count == 1 ? "Mode: reverse. With one input forward would cost as much: one sweep either way."
        : l->wrt_count ? "Mode: reverse. One sweep down from {1} gives {2}; forward would need a sweep for each input."
                       : "Nothing is differentiated: there is no real input.",
        name, text_string(&count), NULL);
    explain_blank(l);
    plan_programs(l);
    explain_drop(l, &count);
}
