/*
 * indexed_plan.c - how a program with axes would be computed, and at what cost: the mode and why, then the steps of
 * one run in their order, with blocks, loops and operations.
 */
#include <string.h>

#include "explain/explain.h"

static int plan_keep(void *context, const char *bytes, size_t count)
{
    text *t = context;
    text_addn(t, bytes, count);
    return t->failed;
}

/* `of` and, if it is a scalar, its derivatives, as they would be prepared; NULL where sizes are open or a form is
 * not derived. */
static ew_program *plan_indexed(lesson *l)
{
    ew_error err = {0};
    size_t count = explain_row(l, l->of)->shape ? 0 : l->wrt_count;
    ew_node *nodes = block_new(l->m, count + 1, sizeof *nodes);
    bool ok = nodes != NULL;
    if (!ok) explain_fail(l);
    if (ok) nodes[0] = explain_node(l, l->of);
    for (size_t k = 0; ok && k < count; k++) {
        nodes[k + 1] = ew_diff(l->g, nodes[0], explain_node(l, l->wrt[k]), EW_AUTO, &err);
        ok = nodes[k + 1] != EW_NONE;
    }
    for (size_t k = 0; ok && k < l->count; k++) ok = indexed_count(l, l->node[k]) >= 0;
    ew_program *p = ok ? ew_prepare_nodes(l->g, nodes, count + 1, &err) : NULL;
    if (!p && (l->m->refused || strcmp(err.code, "E080") == 0)) explain_fail(l); /* no memory is no answer */
    if (nodes) block_free(l->m, nodes, count + 1);
    return p;
}

/* The steps of one run, a line each. */
static void plan_indexed_steps(lesson *l)
{
    ew_error err = {0};
    text all;
    ew_program *p = plan_indexed(l);
    if (!p) return;
    text_begin(&all, l->m);
    if (ew_plan(p, plan_keep, &all, &err) != EW_OK && !all.failed) explain_heard(l, &err);
    if (all.failed) explain_fail(l);
    explain_blank(l);
    explain_sentence(l, 2, "What one run does, step by step, with how many operations each step takes:", NULL, NULL,
                     NULL);
    for (char *line = all.at, *end; line && !all.failed && *line; line = end) {
        end = line + strcspn(line, "\n");
        if (*end) *end++ = '\0';
        text_clear(&l->line);
        text_add(&l->line, "    ");
        explain_cut(&l->line, line, LESSON_COLUMNS - 4);
        explain_raw(l, text_string(&l->line));
    }
    explain_drop(l, &all);
    ew_free(p);
}

void indexed_plan(lesson *l)
{
    const char *name = ew_node_name(l->g, explain_node(l, l->of));
    double forward = indexed_inputs(l), reverse = indexed_count(l, l->of);
    if (l->o->brief) explain_blank(l);
    text_clear(&l->line);
    text_add(&l->line, MARK_HEAD);
    phrase_fill(l, &l->line, "How {1} and its derivatives would be computed", name, NULL, NULL);
    text_add(&l->line, MARK_END);
    explain_prose(l, 0, text_string(&l->line));
    explain_blank(l);
    explain_sentence(l, 2,
                     forward < reverse ? "Mode: forward, since the inputs have fewer elements than {1}."
                                       : "Mode: reverse, since {1} has no more elements than the inputs.",
                     name, NULL, NULL);
    table t;
    explain_table(&t, l, 3, true);
    explain_cell(&t, "");
    explain_cell(&t, explain_word(l, "sweeps"));
    explain_cell(&t, explain_word(l, "edges touched"));
    indexed_sweeps(&t, explain_word(l, "forward"), forward);
    indexed_sweeps(&t, explain_word(l, "reverse"), reverse);
    explain_blank(l);
    explain_table_end(&t, 2);
    plan_indexed_steps(l);
}
