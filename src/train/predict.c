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

/* ---- One output, piece by piece ------------------------------------------------------------------------------------
 */

typedef struct predict_array { /* over all rows */
    ew_pieces how;
    ew_type type;
    size_t before, after, count; /* elements along the axes before and after that of the rows; in all */
    double *joined;              /* of what is joined element by element; else NULL */
    void *elements;
} predict_array;

/* Its sizes are those of a piece's, but along the rows. */
static bool predict_sizes(ew_train *t, const ew_array_info *a, size_t rows, size_t *sizes, predict_array *x)
{
    bool each = x->how.kind == EW_PIECES_EACH;
    x->before = x->after = 1;
    x->count = a->count;
    for (size_t p = 0; p < a->rank; p++) {
        sizes[p] = each && p == x->how.axis ? rows : a->size[p];
        if (each && p < x->how.axis) x->before *= a->size[p];
        if (each && p > x->how.axis) x->after *= a->size[p];
    }
    return !each || (size_mul(x->before, x->after, &x->count) && size_mul(x->count, rows, &x->count)) ||
           report_memory(&t->r);
}

static bool predict_new(ew_train *t, ew_prediction *to, ew_array_info a, size_t rows, ew_data_array *out,
                        predict_array *x)
{
    size_t name = strlen(a.name) + 1, *sizes = train_keep_in(t, &to->blocks, a.rank, sizeof *sizes);
    char *called = train_keep_in(t, &to->blocks, name, 1);
    if (!sizes || !called || !predict_sizes(t, &a, rows, sizes, x)) return false;
    memcpy(called, a.name, name);
    x->type = a.type;
    x->elements = train_keep_in(t, &to->blocks, x->count ? x->count : 1, train_type_bytes(a.type));
    *out = (ew_data_array){.name = called, .type = a.type, .axes = a.rank, .sizes = sizes, .elements = x->elements};
    if (x->how.kind == EW_PIECES_EACH || x->how.kind == EW_PIECES_FREE) return x->elements != NULL;
    x->joined = train_keep_in(t, &t->passing, x->count ? x->count : 1, sizeof *x->joined);
    for (size_t i = 0; x->joined && i < x->count; i++) x->joined[i] = train_join_first(x->how.kind);
    return x->elements && x->joined;
}

/* Rows first .. first + n of so many. */
static void predict_add(predict_array *x, const void *from, size_t first, size_t n, size_t rows)
{
    size_t bytes = x->after * train_type_bytes(x->type);
    if (x->how.kind == EW_PIECES_FREE && x->count) memcpy(x->elements, from, x->count * train_type_bytes(x->type));
    for (size_t i = 0; x->how.kind == EW_PIECES_EACH && bytes && i < x->before; i++)
        memcpy((char *)x->elements + (i * rows + first) * bytes, (const char *)from + i * n * bytes, n * bytes);
    for (size_t i = 0; x->joined && i < x->count; i++)
        x->joined[i] = train_join(x->how.kind, x->joined[i], train_element(x->type, from, i), n);
}

static void predict_end(predict_array *x, size_t rows)
{
    for (size_t i = 0; x->joined && i < x->count; i++)
        train_set_element(x->type, x->elements, i, train_join_last(x->how.kind, x->type, x->joined[i], rows));
}

/* ---- One prediction -------------------------------------------------------------------------------------------- */

static bool predict_pieces(ew_train *t, ew_prediction *x, train_pieces *p, const train_set *s, const char *outputs,
                           predict_array *all)
{
    for (size_t k = 0; k < x->count; k++) {
        all[k].how = p->how[k];
        if (!predict_new(t, x, ew_out_array(p->pass.program, k), s->rows, &x->arrays[k], &all[k])) return false;
    }
    for (size_t first = 0, n; first < s->rows; first += n) {
        n = s->rows - first < p->rows ? s->rows - first : p->rows;
        train_pass *pass = n == p->rows ? &p->pass : &p->last;
        if (!pass->program && !train_pass_text(t, pass, s, n, outputs)) return false;
        if (!train_pieces_run(t, pass, s, first, false)) return false;
        for (size_t k = 0; k < x->count; k++) predict_add(&all[k], pass->out[k], first, n, s->rows);
    }
    for (size_t k = 0; k < x->count; k++) predict_end(&all[k], s->rows);
    return true;
}

static bool predict(ew_train *t, ew_prediction *x, const train_set *s, const char *outputs)
{
    train_pieces p = {0};
    bool good = train_pieces_outputs(t, &p, s, outputs) && predict_fed(t, s, p.pass.graph, p.pass.program);
    x->count = good ? ew_out_arrays(p.pass.program) : 0;
    x->arrays = good ? train_keep_in(t, &x->blocks, x->count, sizeof *x->arrays) : NULL;
    predict_array *all = x->arrays ? train_keep_in(t, &t->passing, x->count, sizeof *all) : NULL;
    good = all && predict_pieces(t, x, &p, s, outputs, all);
    train_release(t, &t->passing);
    train_pieces_free(t, &p);
    return good;
}

ew_prediction *ew_train_predict(ew_train *t, const ew_source *data, size_t count, const char *outputs, ew_error *err)
{
    train_set s = {0};
    ew_prediction *x = memory_new(&t->m, sizeof *x);
    bool good = x || report_memory(&t->r);
    good = good && train_set_other(t, &s, data, count) && predict(t, x, &s, outputs);
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
