/*
 * pass.c - the model prepared for one number of rows, with a buffer for each input that is fed.
 *
 * Params are not copied: a pass reads the weights where they are, and writes gradients where they belong.
 */
#include <string.h>

#include "train.h"

/* ---- Making one ------------------------------------------------------------------------------------- */

static bool pass_value(ew_train *t, train_pass *p, size_t i, void *to, size_t count)
{
    const train_input *in = &t->input[i];
    double *values = memory_new(&t->m, (count ? count : 1) * sizeof *values);
    if (!values) return report_memory(&t->r);
    bool given = in->fixed != NULL;
    if (given && count)
        memcpy(values, in->fixed->values, count * sizeof *values);
    else if (!given)
        given = ew_input_values(p->graph, p->extra + i, t->o.seed, 0, values);
    if (given) train_narrow(in->type, to, values, count); /* else nobody asks for it: zeros */
    memory_free(&t->m, values, (count ? count : 1) * sizeof *values);
    return true;
}

static bool pass_input(ew_train *t, train_pass *p, size_t i, size_t *drawn)
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
    if (in->kind == TRAIN_RANDOM && a.count > *drawn) *drawn = a.count;
    if (in->kind == TRAIN_FIXED) return pass_value(t, p, i, p->feed[i], a.count);
    return true;
}

static bool pass_buffers(ew_train *t, train_pass *p, void *const *out, size_t count)
{
    size_t drawn = 0;
    p->in = train_keep_in(t, &p->blocks, p->extra + t->inputs, sizeof *p->in);
    p->feed = train_keep_in(t, &p->blocks, t->inputs, sizeof *p->feed);
    p->out = train_keep_in(t, &p->blocks, count, sizeof *p->out);
    p->row = train_keep_in(t, &p->blocks, p->rows, sizeof *p->row);
    if (!p->in || !p->feed || !p->out || !p->row) return false;
    for (size_t i = 0; i < t->inputs; i++)
        if (!pass_input(t, p, i, &drawn)) return false;
    for (size_t k = 0; k < count; k++) {
        ew_array_info a = ew_out_array(p->program, k);
        p->out[k] =
            out && out[k] ? out[k] : train_keep_in(t, &p->blocks, a.count ? a.count : 1, train_type_bytes(a.type));
        if (!p->out[k]) return false;
    }
    if (drawn) p->drawn = train_keep_in(t, &p->blocks, drawn, sizeof *p->drawn);
    if (!drawn && !p->keep_graph) {
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
    train_block *blocks = NULL;
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
    for (size_t i = 0; p->drawn && i < t->inputs; i++) {
        if (t->input[i].kind != TRAIN_RANDOM) continue;
        size_t count = ew_in_array(p->program, p->extra + i).count;
        if (!ew_input_values(p->graph, p->extra + i, t->o.seed, step, p->drawn)) return report_memory(&t->r);
        train_narrow(t->input[i].type, p->feed[i], p->drawn, count);
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
    size_t bytes = (w->count ? w->count : 1) * sizeof(double);
    double *values = memory_new(&t->m, bytes);
    if (!values) return report_memory(&t->r);
    bool known = ew_input_values(g, w->input, t->o.seed, 0, values);
    if (known) train_narrow(w->type, w->value, values, w->count);
    memory_free(&t->m, values, bytes);
    return known || t->o.weights || report_plain(&t->r, E_TRAIN_NO_START, w->name, NULL);
}

bool train_weights_new(ew_train *t)
{
    ew_graph *g = train_parse(t, &t->data, t->o.batch, true);
    bool good = g != NULL;
    for (size_t k = 0; good && k < t->weights; k++) {
        if (t->weight[k].type == EW_INT || t->weight[k].type == EW_BOOL)
            good = report_plain(&t->r, E_TRAIN_PARAM_TYPE, t->weight[k].name, NULL);
        good = good && weight_new(t, g, &t->weight[k]);
    }
    ew_graph_free(g);
    return good;
}
