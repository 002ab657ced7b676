/*
 * model.c - the model's text: what its inputs, params, loss and metrics are, and how data bind its sizes.
 *
 * The text is read once without sizes, to look at it, and again for each number of rows that a pass has
 * (docs/decisions/0010-axes.md: sizes are numbers when a graph is made).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alike.h"
#include "train.h"

/* ---- Looking ---------------------------------------------------------------------------------------- */

static int model_order(const void *a, const void *b)
{
    return strcmp(((const train_weight *)a)->name, ((const train_weight *)b)->name);
}

static bool model_inputs(ew_train *t, const ew_graph *g)
{
    t->inputs = ew_input_count(g);
    t->input = train_keep(t, t->inputs, sizeof *t->input);
    t->weight = train_keep(t, t->inputs, sizeof *t->weight);
    for (size_t i = 0; t->input && t->weight && i < t->inputs; i++) {
        ew_input_info info = ew_input_at(g, i);
        train_input *in = &t->input[i];
        in->name = train_keep_text(t, ew_node_name(g, info.node));
        in->kind = info.is_param ? TRAIN_PARAM : info.is_random ? TRAIN_RANDOM : TRAIN_FIXED;
        in->type = info.type;
        in->rank = ew_node_rank(g, info.node);
        in->has_value = info.has_value;
        if (info.is_param) t->weight[t->weights++] = (train_weight){.name = in->name, .input = i, .type = in->type};
    }
    if (!report_ok(&t->r)) return false;
    if (t->weights == 0) return report_plain(&t->r, E_TRAIN_NO_PARAM, NULL, NULL);
    qsort(t->weight, t->weights, sizeof *t->weight, model_order);
    for (size_t k = 0; k < t->weights; k++) t->input[t->weight[k].input].param = k;
    return true;
}

static bool model_metrics(ew_train *t, const ew_graph *g)
{
    for (size_t k = 0; k < t->o.metric_count; k++) {
        ew_node n = ew_find(g, t->o.metrics[k]);
        if (n == EW_NONE || ew_node_rank(g, n)) {
            report_plain(&t->r, E_TRAIN_METRIC, t->o.metrics[k], NULL);
            const char *like = n == EW_NONE ? ew_suggest(g, t->o.metrics[k]) : NULL;
            if (like) report_hint(&t->r, "did you mean '{1}'?", like);
            return false;
        }
    }
    return true;
}

static bool model_loss(ew_train *t, const ew_graph *g)
{
    char label[200];
    ew_node n = train_loss_node(t, g);
    ew_node_label(g, n, label, sizeof label);
    if (ew_node_name(g, n)) snprintf(label, sizeof label, "%.199s", ew_node_name(g, n));
    t->loss_name = train_keep_text(t, label);
    t->loss_made = !ew_node_name(g, n) || ew_node_generated(g, n);
    ew_type type = ew_node_type(g, n);
    if (ew_node_rank(g, n) || (type != EW_F64 && type != EW_F32)) return report_plain(&t->r, E_TRAIN_LOSS, label, NULL);
    return report_ok(&t->r);
}

/* The first axis of each input with data is the same dimension, where it has a name. */
static bool model_rows(ew_train *t, const ew_graph *g, const train_set *s)
{
    for (size_t i = 0; i < s->count; i++) {
        ew_node n = ew_input_at(g, s->at[i].input).node;
        if (ew_node_rank(g, n) == 0) return report_plain(&t->r, E_TRAIN_SCALAR, s->at[i].name, NULL);
        const char *name = ew_node_size_name(g, n, 0);
        if (!name) continue;
        if (!t->rows_name) t->rows_name = train_keep_text(t, name);
        if (strcmp(t->rows_name, name) != 0) return report_plain(&t->r, E_TRAIN_DIMENSION, t->rows_name, name);
    }
    return report_ok(&t->r);
}

/* The first few: "x, label". */
static void model_list_inputs(ew_train *t)
{
    char list[200] = "";
    for (size_t k = 0; k < t->inputs; k++) {
        if (t->input[k].kind == TRAIN_PARAM || strlen(list) + strlen(t->input[k].name) + 3 > sizeof list) continue;
        strcat(strcat(list, *list ? ", " : ""), t->input[k].name);
    }
    if (*list) report_hint(&t->r, "its inputs: {1}", list);
}

static bool model_no_input(ew_train *t, const char *name)
{
    size_t count = strlen(name);
    alike best = alike_begin(count);
    for (size_t k = 0; k < t->inputs; k++)
        if (t->input[k].kind != TRAIN_PARAM) alike_try(&best, t->input[k].name, strlen(t->input[k].name), name, count);
    report_plain(&t->r, E_TRAIN_NO_INPUT, name, NULL);
    if (best.word)
        report_hint(&t->r, "did you mean '{1}'?", best.word);
    else
        model_list_inputs(t);
    return false;
}

/* The number of the input that data may fill; SIZE_MAX: there is none of that name. */
static size_t model_input(const ew_train *t, const char *name)
{
    for (size_t k = 0; k < t->inputs; k++)
        if (t->input[k].kind != TRAIN_PARAM && strcmp(t->input[k].name, name) == 0) return k;
    return SIZE_MAX;
}

/* Data of a model that is there: for inputs with rows, whose value is not that of all steps. */
static bool model_takes(ew_train *t, const char *name)
{
    size_t i = model_input(t, name);
    if (i == SIZE_MAX) return model_no_input(t, name);
    if (t->input[i].rank == 0 && !t->input[i].fixed) return report_plain(&t->r, E_TRAIN_SCALAR, name, NULL);
    return !t->input[i].fixed || report_plain(&t->r, E_TRAIN_KEPT, name, NULL);
}

bool train_set_other(ew_train *t, train_set *s, const ew_source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!model_takes(t, sources[i].name ? sources[i].name : "")) return false;
    return train_set_open(t, s, sources, count) && train_bind(t, s);
}

bool train_bind(ew_train *t, train_set *s)
{
    for (size_t i = 0; i < s->count; i++) {
        train_source *x = &s->at[i];
        x->input = model_input(t, x->name);
        if (x->input == SIZE_MAX) return model_no_input(t, x->name);
        for (size_t k = 0; k < i; k++)
            if (s->at[k].input == x->input) return report_plain(&t->r, E_TRAIN_TWICE, x->name, NULL);
    }
    return true;
}

static const train_source *model_source(const train_set *s, size_t input)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].input == input) return &s->at[i];
    return NULL;
}

bool train_all_fed(ew_train *t, const train_set *s)
{
    for (size_t i = 0; i < t->inputs; i++) {
        const train_input *in = &t->input[i];
        if (in->kind != TRAIN_FIXED || in->fixed || in->has_value || model_source(s, i)) continue;
        report_plain(&t->r, E_TRAIN_NO_DATA, in->name, NULL);
        report_hint(&t->r,
                    s == &t->test ? "the test data must have it too" : "every input without a value is filled by data",
                    NULL);
        return false;
    }
    return true;
}

static bool model_axes(ew_train *t, const train_input *in, const ew_fixed *f)
{
    char due[24], given[24];
    count_text(in->rank, due);
    count_text(f->rank, given);
    return report_at(&t->r, E_TRAIN_FIXED_AXES, NO_PLACE, 0, f->name, due, given);
}

static bool model_fixed(ew_train *t)
{
    for (size_t k = 0; k < t->o.fixed_count; k++) {
        const ew_fixed *f = &t->o.fixed[k];
        for (size_t i = 0; i < t->inputs; i++) {
            if (strcmp(t->input[i].name, f->name) != 0) continue;
            if (t->input[i].fixed || model_source(&t->data, i) || model_source(&t->test, i))
                return report_plain(&t->r, E_TRAIN_TWICE, f->name, NULL);
            if (f->rank != t->input[i].rank) return model_axes(t, &t->input[i], f);
            t->input[i].fixed = f;
        }
    }
    return true;
}

bool train_model(ew_train *t)
{
    ew_error err;
    ew_options o = t->options;
    ew_graph *g = ew_parse(t->text, EW_WHOLE, &o, &err);
    if (!g) return train_take(t, &err);
    bool good = model_inputs(t, g) && model_loss(t, g) && model_metrics(t, g) && train_bind(t, &t->data) &&
                train_bind(t, &t->test) && model_fixed(t) && model_rows(t, g, &t->data);
    ew_graph_free(g);
    return good;
}

/* ---- Reading for a number of rows ---------------------------------------------------------------------- */

ew_node train_loss_node(const ew_train *t, const ew_graph *g)
{
    (void)t;
    return ew_output_at(g, 0);
}

size_t train_elements(const ew_graph *g, ew_node n)
{
    size_t count = 1;
    for (size_t p = 0; p < ew_node_rank(g, n); p++) {
        size_t size = ew_node_size(g, n, p);
        if (size == SIZE_MAX || !size_mul(count, size, &count)) return SIZE_MAX;
    }
    return count;
}

typedef struct model_sizes {
    ew_size *at;
    size_t count;
    size_t *size; /* of the sources, one after the other */
} model_sizes;

static void model_size_source(const ew_train *t, const train_source *x, size_t rows, size_t *size, model_sizes *m)
{
    if (x->rank != t->input[x->input].rank) return;
    for (size_t k = 0; k < x->rank; k++) size[k] = k ? x->size[k] : rows;
    m->at[m->count++] = (ew_size){.name = x->name, .rank = x->rank, .size = size};
}

size_t train_fixed_sizes(const ew_train *t, ew_size *at)
{
    size_t count = 0;
    for (size_t k = 0; k < t->o.fixed_count; k++) {
        const ew_fixed *f = &t->o.fixed[k];
        double value = f->rank ? 0 : f->values[0];
        bool whole = value == floor(value) && fabs(value) < 0x1p53;
        if (f->rank || whole)
            at[count++] = (ew_size){.name = f->name, .rank = f->rank, .size = f->size, .value = (int64_t)value};
    }
    return count;
}

/* What a trained model's weights say, so that new data of other sizes are told from them. */
static size_t model_weight_sizes(const ew_train *t, ew_size *at)
{
    size_t count = 0;
    for (size_t k = 0; t->closed && k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        if (w->value && w->rank) at[count++] = (ew_size){.name = w->name, .rank = w->rank, .size = w->size};
    }
    return count;
}

/* Each source's row fills its input's row exactly. */
static bool model_fits(ew_train *t, const ew_graph *g, const train_set *s, size_t rows, size_t extra)
{
    char one[24], two[24];
    for (size_t i = 0; i < s->count; i++) {
        const train_source *x = &s->at[i];
        ew_node n = ew_input_at(g, extra + x->input).node;
        size_t all = train_elements(g, n), due;
        if (all == SIZE_MAX) continue; /* preparing says which size is not known */
        if (ew_node_rank(g, n) && ew_node_size(g, n, 0) == rows && size_mul(x->width, rows, &due) && due == all)
            continue;
        count_text(x->width, one);
        count_text(rows ? all / rows : 0, two);
        report_at(&t->r, E_TRAIN_WIDTH, NO_PLACE, 0, x->name, one, two);
        return train_about(t, x);
    }
    return true;
}

ew_graph *train_parse(ew_train *t, const train_set *s, size_t rows, bool training)
{
    return train_parse_more(t, s, rows, training, t->text, 0);
}

ew_graph *train_parse_more(ew_train *t, const train_set *s, size_t rows, bool training, const char *program,
                           size_t extra)
{
    ew_error err;
    ew_options o = t->options;
    train_kept *blocks = NULL;
    size_t room = s->count + t->o.fixed_count + (t->closed ? t->weights : 0) + 1, axes = s->count * TRAIN_AXES;
    model_sizes m = {train_keep_in(t, &blocks, room, sizeof(ew_size)), 0,
                     train_keep_in(t, &blocks, axes, sizeof(size_t))};
    ew_graph *g = NULL;
    if (m.at && m.size) {
        for (size_t i = 0; i < s->count; i++) model_size_source(t, &s->at[i], rows, m.size + i * TRAIN_AXES, &m);
        m.count += train_fixed_sizes(t, m.at + m.count);
        m.count += model_weight_sizes(t, m.at + m.count);
        if (t->rows_name) m.at[m.count++] = (ew_size){.name = t->rows_name, .value = (int64_t)rows};
        o.sizes = m.at;
        o.size_count = m.count;
        o.training = training;
        g = ew_parse(program, EW_WHOLE, &o, &err);
        if (!g) train_take(t, &err);
    }
    train_release(t, &blocks);
    if (!g || model_fits(t, g, s, rows, extra)) return g;
    ew_graph_free(g);
    return NULL;
}

/* ---- Values that ints may have ------------------------------------------------------------------------- */

static bool model_input_classes(ew_train *t, const ew_graph *g, size_t i, const ew_node *nodes)
{
    ew_error err;
    train_input *in = &t->input[i];
    ew_node n = ew_input_at(g, i).node;
    size_t all = train_elements(g, n), rows = in->rank ? ew_node_size(g, n, 0) : 0;
    if (in->type != EW_INT || all == SIZE_MAX || rows == 0) return true;
    int64_t *most = train_keep(t, all / rows, sizeof *most);
    if (!most) return false;
    if (ew_input_classes(g, i, nodes, 1 + t->o.metric_count, most, all / rows, &err) != EW_OK)
        return train_take(t, &err);
    for (size_t e = 0; e < all / rows; e++)
        if (most[e]) in->classes = most;
    return true;
}

bool train_classes(ew_train *t, const ew_graph *g)
{
    train_kept *blocks = NULL;
    ew_node *nodes = train_keep_in(t, &blocks, 1 + t->o.metric_count, sizeof *nodes);
    if (nodes) nodes[0] = train_loss_node(t, g);
    for (size_t k = 0; nodes && k < t->o.metric_count; k++) nodes[1 + k] = ew_find(g, t->o.metrics[k]);
    for (size_t i = 0; nodes && report_ok(&t->r) && i < t->inputs; i++) model_input_classes(t, g, i, nodes);
    train_release(t, &blocks);
    return report_ok(&t->r);
}
