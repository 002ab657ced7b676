/*
 * fused.c - a step as one program: the model's equations and the optimiser's, with diff(loss, W[i, j]) in the place of
 * the gradient, run over the weights in place.
 *
 * What the executor can make of it: no gradient as large as its weights is ever held, since a block of it is used up as
 * soon as it is there (ew_run_commit); and a small model is one run instead of two. The guard still stands between
 * gradient and update: the run asks before it overwrites anything, and says whether every number still to come is sure
 * to be finite. Where that is not sure, the step is made in the two parts of step.c, which look at every element.
 *
 * Not where the length of the whole gradient is needed first (clip), where gradients are joined (ranks.c), or where
 * the optimiser has no rule. Which way a step goes is a matter of its numbers alone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train.h"

/* ---- The program ------------------------------------------------------------------------------------------------ */

/* Letters that stand nowhere in the text, so that no name of the model's is one of ours. */
static bool fused_prefix(const ew_train *t, char *prefix, size_t size)
{
    size_t n = 0;
    do {
        if (n + 2 > size) return false;
        prefix[n++] = 'q';
        prefix[n] = '\0';
    } while (strstr(t->text, prefix));
    return true;
}

static bool fused_text(ew_train *t, text *out, const char *prefix)
{
    train_rule_text(t, out, prefix);
    t->fused_lines = 0;
    for (size_t i = 0; i < out->count; i++) t->fused_lines += out->at[i] == '\n';
    text_add(out, t->text); /* last: its last expression may have no name */
    return !out->failed || report_memory(&t->r);
}

/* The outputs: loss, metrics, then for each weight its new value and states, in the memory of the old ones. false: they
 * are not what goes there. */
static bool fused_nodes(ew_train *t, const ew_graph *g, const char *prefix, ew_node *nodes, void **out, size_t *count)
{
    char name[64];
    size_t n = 0;
    nodes[n++] = train_loss_node(t, g);
    for (size_t k = 0; k < t->o.metric_count; k++) nodes[n++] = ew_find(g, t->o.metrics[k]);
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        void *const arrays[] = {w->value, w->state[0], w->state[1]};
        for (size_t a = 0; w->count && a < 1 + train_state_count(t); a++, n++) {
            snprintf(name, sizeof name, "%s%c%zu", prefix, "vnr"[a], k);
            nodes[n] = ew_find(g, name);
            out[n] = arrays[a];
            if (nodes[n] == EW_NONE || ew_node_type(g, nodes[n]) != w->type) return false;
            if (train_elements(g, nodes[n]) != w->count) return false;
        }
    }
    *count = n;
    return true;
}

static bool fused_graph(ew_train *t, train_pass *p, ew_graph *g, size_t rows, const char *prefix, size_t extra)
{
    train_kept *blocks = NULL;
    size_t room = 1 + t->o.metric_count + t->weights * (1 + TRAIN_STATES), count = 0;
    ew_node *nodes = train_keep_in(t, &blocks, room, sizeof *nodes);
    void **out = train_keep_in(t, &blocks, room, sizeof *out);
    bool good = nodes && out && fused_nodes(t, g, prefix, nodes, out, &count);
    if (!good) ew_graph_free(g);
    good = good && train_pass_more(t, p, g, rows, nodes, out, count, extra);
    if (good) train_rule_inputs(t, p->in, true);
    train_release(t, &blocks);
    return good;
}

/* false without a report: this model's steps are not made so. */
static bool fused_pass(ew_train *t, train_pass *p, size_t rows)
{
    char prefix[16];
    text out;
    size_t extra = train_rule_inputs(t, NULL, true);
    if (!fused_prefix(t, prefix, sizeof prefix)) return false;
    text_begin(&out, &t->m);
    ew_graph *g =
        fused_text(t, &out, prefix) ? train_parse_more(t, &t->data, rows, true, text_string(&out), extra) : NULL;
    text_free(&out);
    bool good = g && fused_graph(t, p, g, rows, prefix, extra);
    if (!good && t->r.error.status != EW_LIMIT) memset(&t->r.error, 0, sizeof t->r.error);
    return good;
}

bool train_fused_new(ew_train *t)
{
    if (!train_has_rule(t) || t->o.clip > 0 || t->loss_made) return true;
    t->fusing = fused_pass(t, &t->fused, t->o.batch);
    return report_ok(&t->r);
}

void train_fused_free(ew_train *t)
{
    train_pass_free(t, &t->fused);
    train_pass_free(t, &t->fused_last);
}

/* ---- A step -------------------------------------------------------------------------------------------------------
 */

typedef struct fused_run {
    ew_train *t;
    const train_pass *p;
} fused_run;

static int fused_commit(void *context, int finite)
{
    const fused_run *f = context;
    f->t->committed = finite && isfinite(train_pass_number(f->p, 0));
    return !f->t->committed;
}

bool train_fused_step(ew_train *t, bool *done)
{
    ew_error err;
    size_t rows = train_step_rows(t);
    train_pass *p = rows == t->o.batch || !t->data.count ? &t->fused : &t->fused_last;
    fused_run f = {t, p};
    *done = false;
    if (!t->fusing) return true;
    if (!p->program && !fused_pass(t, p, rows)) return t->fusing = false, report_ok(&t->r);
    train_rule_numbers(t);
    t->committed = false;
    if (!train_step_feed(t, p)) return false;
    if (ew_run_commit(p->program, NULL, p->in, p->out, fused_commit, &f) != EW_OK) {
        ew_run_error(p->program, NULL, &err);
        if (err.line > t->fused_lines) err.line -= t->fused_lines; /* the model's own */
        return train_take(t, &err);
    }
    for (size_t k = 0; k <= t->o.metric_count; k++) t->metric[k] = train_pass_number(p, k);
    t->norm = NAN;
    t->updates += t->committed;
    *done = t->committed;
    return true;
}
