/*
 * predict.c - expressions at new data, as arrays that can be written to a file.
 *
 * The data fill what inputs they fill; an input without data is no fault as long as nothing that was asked for
 * needs it. What was standardised is standardised in the same way.
 */
#include <string.h>

#include "train.h"

struct ew_prediction {
    memory m;
    train_kept *blocks;
    ew_data_array *arrays;
    size_t count;
};

/* ---- What is needed ------------------------------------------------------------------------------------------ */

static void predict_mark(const ew_graph *g, ew_node from, unsigned char *needed)
{
    needed[from] = 1;
    for (ew_node n = from + 1; n-- > 0;) /* arguments have smaller numbers */
        for (size_t k = 0; needed[n] && k < ew_node_arg_count(g, n); k++) {
            ew_node a = ew_node_arg(g, n, k);
            if (a < n) needed[a] = 1;
        }
}

static bool predict_fed(ew_train *t, const train_set *s, ew_graph *g, const ew_program *p)
{
    ew_error err;
    train_kept *blocks = NULL;
    ew_node top = 0, *nodes = train_keep_in(t, &blocks, ew_out_arrays(p), sizeof *nodes);
    for (size_t k = 0; nodes && report_ok(&t->r) && k < ew_out_arrays(p); k++) {
        nodes[k] = ew_expression(g, ew_out_name(p, k), &err);
        if (nodes[k] == EW_NONE) train_take(t, &err);
        if (nodes[k] != EW_NONE && nodes[k] > top) top = nodes[k];
    }
    unsigned char *needed = report_ok(&t->r) ? train_keep_in(t, &blocks, (size_t)top + 1, 1) : NULL;
    for (size_t k = 0; needed && k < ew_out_arrays(p); k++) predict_mark(g, nodes[k], needed);
    for (size_t i = 0; needed && i < t->inputs; i++) {
        const train_input *in = &t->input[i];
        ew_node n = ew_input_at(g, i).node;
        bool fed = in->kind != TRAIN_FIXED || in->fixed || in->has_value;
        for (size_t k = 0; k < s->count; k++) fed = fed || s->at[k].input == i;
        if (fed || n > top || !needed[n] || !report_ok(&t->r)) continue;
        report_plain(&t->r, E_TRAIN_NO_DATA, in->name, NULL);
        report_hint(&t->r, "give it, or choose outputs that do without it", NULL);
    }
    train_release(t, &blocks);
    return report_ok(&t->r);
}

/* ---- One prediction -------------------------------------------------------------------------------------------- */

static bool predict_keep(ew_train *t, ew_prediction *x, const train_pass *p)
{
    x->count = ew_out_arrays(p->program);
    x->arrays = train_keep_in(t, &x->blocks, x->count, sizeof *x->arrays);
    for (size_t k = 0; x->arrays && k < x->count; k++) {
        ew_array_info a = ew_out_array(p->program, k);
        size_t bytes = a.count * train_type_bytes(a.type), name = strlen(a.name) + 1;
        char *called = train_keep_in(t, &x->blocks, name, 1);
        size_t *sizes = train_keep_in(t, &x->blocks, a.rank, sizeof *sizes);
        void *elements = train_keep_in(t, &x->blocks, bytes ? bytes : 1, 1);
        if (!called || !sizes || !elements) return false;
        memcpy(called, a.name, name);
        if (a.rank) memcpy(sizes, a.size, a.rank * sizeof *sizes);
        if (bytes) memcpy(elements, p->out[k], bytes);
        x->arrays[k] =
            (ew_data_array){.name = called, .type = a.type, .axes = a.rank, .sizes = sizes, .elements = elements};
    }
    return x->arrays != NULL;
}

static bool predict(ew_train *t, ew_prediction *x, const train_set *s, const char *outputs)
{
    train_pass p = {0};
    bool good = train_pass_text(t, &p, s, s->rows, outputs) && predict_fed(t, s, p.graph, p.program);
    for (size_t i = 0; good && i < s->rows; i++) p.row[i] = i;
    good = good && train_pass_feed(t, &p, s, 0) && train_pass_run(t, &p) && predict_keep(t, x, &p);
    train_pass_free(t, &p);
    return good;
}

ew_prediction *ew_train_predict(ew_train *t, const ew_source *data, size_t count, const char *outputs, ew_error *err)
{
    train_set s = {0};
    ew_prediction *x = memory_new(&t->m, sizeof *x);
    bool good = x || report_memory(&t->r);
    good = good && train_set_open(t, &s, data, count) && train_bind(t, &s) && predict(t, x, &s, outputs);
    train_set_close(&s);
    train_done(t, err);
    if (x) x->m = t->m;
    if (good) return x;
    ew_prediction_free(x);
    return NULL;
}

const ew_data_array *ew_prediction_arrays(const ew_prediction *p, size_t *count)
{
    *count = p->count;
    return p->arrays;
}

void ew_prediction_free(ew_prediction *p)
{
    if (!p) return;
    memory m = p->m;
    while (p->blocks) {
        train_kept *b = p->blocks;
        p->blocks = b->next;
        memory_free(&m, b, b->size);
    }
    memory_free(&m, p, sizeof *p);
}
