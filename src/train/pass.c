/*
 * pass.c - the model prepared for one number of rows, with a buffer for each input that is fed.
 *
 * Params are not copied: a pass reads the weights where they are, and writes gradients where they belong.
 */
#include <string.h>

#include "train.h"

/* ---- Making one ------------------------------------------------------------------------------------- */

/* Drawn, or the declared value, piece by piece; false: it has neither. */
bool train_draw(const ew_train *t, const ew_graph *g, size_t i, ew_type type, size_t step, void *to, size_t count)
{
    enum { PIECE = 512 };
    double piece[PIECE];
    size_t bytes = train_type_bytes(type);
    bool known = ew_input_part(g, i, t->o.seed, step, 0, 0, piece) != 0;
    for (size_t at = 0, n; known && at < count; at += n) {
        n = count - at < PIECE ? count - at : PIECE;
        known = ew_input_part(g, i, t->o.seed, step, at, n, piece) != 0;
        train_narrow(type, (char *)to + at * bytes, piece, n);
    }
    return known;
}

/* What nobody gives a value and nobody asks for is zeros. */
static void pass_value(const ew_train *t, const train_pass *p, size_t i, void *to, size_t count)
{
    const train_input *in = &t->input[i];
    if (in->fixed)
        train_narrow(in->type, to, in->fixed->values, count);
    else
        train_draw(t, p->graph, p->extra + i, in->type, 0, to, count);
}

static bool pass_input(ew_train *t, train_pass *p, size_t i)
{
    const train_input *in = &t->input[i];
    ew_array_info a = ew_in_array(p->program, p->extra + i);
    if (in->kind == TRAIN_PARAM) {
        const train_weight *w = &t->weight[in->param];
        if (w->value && a.count != w->count) return report_plain(&t->r, E_TRAIN_PARAM_ROWS, w->name, NULL);
        p->in[p->extra + i] = w->value;
        return true;
    }
    p->in[p->extra + i] = p->feed[i] = train_keep_in(t, &p->blocks, a.count ? a.count : 1, train_type_bytes(in->type));
    if (!p->feed[i]) return false;
    if (in->kind == TRAIN_RANDOM) p->random = true;
    if (in->kind == TRAIN_FIXED) pass_value(t, p, i, p->feed[i], a.count);
    return true;
}

static bool pass_buffers(ew_train *t, train_pass *p, void *const *out, size_t count)
{
    p->in = train_keep_in(t, &p->blocks, p->extra + t->inputs, sizeof *p->in);
    p->feed = train_keep_in(t, &p->blocks, t->inputs, sizeof *p->feed);
    p->out = train_keep_in(t, &p->blocks, count, sizeof *p->out);
    p->row = train_keep_in(t, &p->blocks, p->rows, sizeof *p->row);
    if (!p->in || !p->feed || !p->out || !p->row) return false;
    for (size_t i = 0; i < t->inputs; i++)
        if (!pass_input(t, p, i)) return false;
    for (size_t k = 0; k < count; k++) {
        ew_array_info a = ew_out_array(p->program, k);
        p->out[k] =
            out && out[k] ? out[k] : train_keep_in(t, &p->blocks, a.count ? a.count : 1, train_type_bytes(a.type));
        if (!p->out[k]) return false;
    }
    if (!p->random && !p->keep_graph) {
        ew_graph_free(p->graph);
        p->graph = NULL;
    }
    return report_ok(&t->r);
}

bool train_pass_text(ew_train *t, train_pass *p, const train_set *s, size_t rows, const char *outputs)
{
    ew_error err;
    ew_graph *g = train_parse(t, s, rows, false);
    if (!g) return false;
    *p = (train_pass){.rows = rows, .graph = g, .keep_graph = true};
    p->program = ew_prepare(g, outputs, &err);
    bool good = p->program ? pass_buffers(t, p, NULL, ew_out_arrays(p->program)) : train_take(t, &err);
    if (!good) train_pass_free(t, p);
    return good;
}

bool train_pass_of(ew_train *t, train_pass *p, ew_graph *g, size_t rows, const ew_node *nodes, void *const *out,
                   size_t count)
{
    return train_pass_more(t, p, g, rows, nodes, out, count, 0);
}

bool train_pass_more(ew_train *t, train_pass *p, ew_graph *g, size_t rows, const ew_node *nodes, void *const *out,
                     size_t count, size_t extra)
{
    ew_error err;
    *p = (train_pass){.rows = rows, .graph = g, .extra = extra};
    p->program = ew_prepare_nodes(g, nodes, count, &err);
    bool good = p->program ? pass_buffers(t, p, out, count) : train_take(t, &err);
    if (!good) train_pass_free(t, p);
    return good;
}

static bool pass_gradients(ew_train *t, ew_graph *g, ew_node *nodes, void **out)
{
    ew_error err;
    for (size_t k = 0; k < t->weights; k++) {
        train_weight *w = &t->weight[k];
        ew_node n = ew_diff(g, nodes[0], ew_input_at(g, w->input).node, EW_REVERSE, &err);
        if (n == EW_NONE) return train_take(t, &err);
        if (!w->gradient) {
            w->gradient_type = ew_node_type(g, n);
            w->gradient = train_keep(t, w->count ? w->count : 1, train_type_bytes(w->gradient_type));
        }
        nodes[1 + t->o.metric_count + k] = n;
        out[1 + t->o.metric_count + k] = w->gradient;
    }
    return report_ok(&t->r);
}

bool train_pass_new(ew_train *t, train_pass *p, const train_set *s, size_t rows, train_aim aim)
{
    train_kept *blocks = NULL;
    size_t count = 1 + t->o.metric_count + (aim == TRAIN_GRADIENTS ? t->weights : 0);
    ew_node *nodes = train_keep_in(t, &blocks, count, sizeof *nodes);
    void **out = train_keep_in(t, &blocks, count, sizeof *out);
    ew_graph *g = nodes && out ? train_parse(t, s, rows, aim == TRAIN_GRADIENTS) : NULL;
    bool good = g != NULL;
    if (good) {
        nodes[0] = train_loss_node(t, g);
        for (size_t k = 0; k < t->o.metric_count; k++) nodes[1 + k] = ew_find(g, t->o.metrics[k]);
        good = aim != TRAIN_GRADIENTS || pass_gradients(t, g, nodes, out);
        if (!good) ew_graph_free(g);
    }
    good = good && train_pass_of(t, p, g, rows, nodes, out, count);
    train_release(t, &blocks);
    return good;
}

void train_pass_free(ew_train *t, train_pass *p)
{
    ew_free(p->program);
    ew_graph_free(p->graph);
    train_release(t, &p->blocks);
    *p = (train_pass){0};
}

/* ---- Running ---------------------------------------------------------------------------------------- */

bool train_pass_feed(ew_train *t, train_pass *p, const train_set *s, size_t step)
{
    for (size_t i = 0; i < s->count; i++)
        if (!train_feed(t, &s->at[i], p->row, p->rows, p->feed[s->at[i].input])) return false;
    for (size_t i = 0; p->random && i < t->inputs; i++) {
        if (t->input[i].kind != TRAIN_RANDOM) continue;
        size_t count = ew_in_array(p->program, p->extra + i).count;
        if (!train_draw(t, p->graph, p->extra + i, t->input[i].type, step, p->feed[i], count))
            return report_memory(&t->r);
    }
    return true;
}

bool train_pass_run(ew_train *t, train_pass *p)
{
    ew_error err;
    if (ew_run_arrays(p->program, NULL, p->in, p->out) == EW_OK) return true;
    ew_run_error(p->program, NULL, &err);
    return train_take(t, &err);
}

double train_pass_number(const train_pass *p, size_t output)
{
    return train_element(ew_out_array(p->program, output).type, p->out[output], 0);
}

/* ---- The weights ------------------------------------------------------------------------------------- */

static bool weight_new(ew_train *t, const ew_graph *g, train_weight *w)
{
    ew_node n = ew_input_at(g, w->input).node;
    w->count = train_elements(g, n);
    w->rank = ew_node_rank(g, n);
    if (w->count == SIZE_MAX || w->rank > TRAIN_AXES) return report_plain(&t->r, E_TRAIN_PARAM_SIZE, w->name, NULL);
    for (size_t k = 0; k < w->rank; k++) w->size[k] = ew_node_size(g, n, k);
    w->value = train_keep(t, w->count ? w->count : 1, train_type_bytes(w->type));
    if (!w->value) return false;
    bool known = train_draw(t, g, w->input, w->type, 0, w->value, w->count);
    return known || t->input[w->input].fixed || t->o.weights || report_plain(&t->r, E_TRAIN_NO_START, w->name, NULL);
}

bool train_weights_new(ew_train *t)
{
    ew_graph *g = train_parse(t, &t->data, t->o.batch, true);
    bool good = g && train_classes(t, g);
    for (size_t k = 0; good && k < t->weights; k++) {
        if (t->weight[k].type == EW_INT || t->weight[k].type == EW_BOOL)
            good = report_plain(&t->r, E_TRAIN_PARAM_TYPE, t->weight[k].name, NULL);
        good = good && weight_new(t, g, &t->weight[k]);
    }
    ew_graph_free(g);
    return good;
}
