/*
 * explain.c - ew_explain: which parts are told, in which order, and how it ends.
 */
#include "explain/explain.h"

bool explain_shown(size_t k, size_t count)
{
    return count <= LESSON_NODES || k < LESSON_HEAD || k + LESSON_TAIL >= count;
}

size_t explain_next(lesson *l, size_t k, size_t count)
{
    if (!report_ok(&l->r) || l->broken) return count;
    if (++k >= count || explain_shown(k, count)) return k;
    text_clear(&l->line);
    text_add(&l->line, "  " MARK_DIM);
    phrase_count(l, &l->line, (double)(count - LESSON_HEAD - LESSON_TAIL), "… {1} more node …", "… {1} more nodes …");
    text_add(&l->line, MARK_END);
    explain_raw(l, text_string(&l->line));
    return count - LESSON_TAIL;
}

static void explain_lesson(lesson *l)
{
    static void (*const sections[2][8])(lesson *) = {
        {explain_made_of, explain_graph, explain_values, explain_edges, explain_paths, explain_forward, explain_reverse,
         explain_cost},
        {explain_made_of, explain_graph, indexed_values, indexed_edges, indexed_paths, indexed_forward, indexed_reverse,
         indexed_cost},
    };
    for (size_t i = 0; i < 8; i++) {
        if (l->broken || !report_ok(&l->r)) return;
        sections[l->arrays][i](l);
        explain_step(l);
    }
}

static void explain_tell(lesson *l)
{
    if (l->o->brief) (l->arrays ? indexed_brief : explain_brief)(l);
    if (l->o->plan) (l->arrays ? indexed_plan : explain_plan)(l);
    if (l->o->nudge) (l->arrays ? indexed_nudge : explain_nudge)(l);
    if (!l->o->brief && !l->o->plan && !l->o->nudge) explain_lesson(l);
    explain_flush(l, true);
}

ew_status ew_explain(ew_graph *g, const ew_explain_options *options, ew_write *write, void *context, ew_error *err)
{
    static const ew_explain_options plain = {.of = EW_NONE};
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    lesson l = {.g = g, .o = options ? options : &plain, .m = &g->memory, .write = write, .context = context};
    l.r = (report){.m = &g->memory, .language = g->language}; /* a fault here is none of the graph's */
    l.numbers = l.o->in != NULL;
    bool before = g->memory.refused;
    g->memory.refused = false;
    text_begin(&l.out, l.m);
    text_begin(&l.line, l.m);
    text_begin(&l.work, l.m);
    if (l.o->nudge && !l.numbers) {
        report_plain(&l.r, E_NO_VALUES, NULL, NULL);
    } else if (explain_gather(&l)) {
        explain_tell(&l);
    }
    if (l.line.failed || l.work.failed || l.out.failed || g->memory.refused) explain_fail(&l); /* some text is short */
    g->memory.refused = g->memory.refused || before;
    if (l.broken) report_plain(&l.r, E_WRITE, NULL, NULL);
    explain_release(&l);
    if (err) *err = l.r.error;
    return l.r.error.status;
}
