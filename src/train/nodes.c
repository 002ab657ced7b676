/*
 * nodes.c - values of single nodes of the model at the rows that a pass holds: what watching and looking need.
 *
 * The graph is read once more, with all its nodes; a few of them at a time are prepared and run on the pass's own
 * inputs and weights. Slow, and never part of a step.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nodes.h"

bool train_nodes_open(ew_train *t, train_nodes *x, const train_set *s, const train_pass *p, bool training)
{
    ew_error err;
    *x = (train_nodes){.t = t, .in = p->in};
    x->g = train_parse(t, s, p->rows, training);
    if (!x->g) return false;
    x->count = ew_node_count(x->g);
    x->adjoint = train_keep_in(t, &x->blocks, x->count, sizeof *x->adjoint);
    bool good =
        x->adjoint && (ew_reverse(x->g, train_loss_node(t, x->g), x->adjoint, &err) == EW_OK || train_take(t, &err));
    if (!good) train_nodes_close(x);
    return good;
}

void train_nodes_close(train_nodes *x)
{
    ew_graph_free(x->g);
    train_release(x->t, &x->blocks);
    x->g = NULL;
}

bool train_node_run(train_nodes *x, ew_node n, train_values *v)
{
    ew_error err;
    *v = (train_values){0};
    v->program = ew_prepare_nodes(x->g, &n, 1, &err);
    if (!v->program) return train_take(x->t, &err);
    ew_array_info a = ew_out_array(v->program, 0);
    v->type = a.type;
    v->count = a.count;
    v->at = train_keep_in(x->t, &v->blocks, a.count ? a.count : 1, train_type_bytes(a.type));
    if (v->at && ew_run_arrays(v->program, NULL, x->in, &v->at) == EW_OK) return true;
    if (v->at) {
        ew_run_error(v->program, NULL, &err);
        train_take(x->t, &err);
    }
    train_node_done(x, v);
    return false;
}

void train_node_done(train_nodes *x, train_values *v)
{
    ew_free(v->program);
    train_release(x->t, &v->blocks);
    v->program = NULL;
}

/* The number that an expression stands for; false: it is none (nothing is reported). */
bool train_node_number(train_nodes *x, const char *expression, double *value)
{
    ew_error err, before = x->t->r.error;
    train_values v;
    ew_node n = ew_expression(x->g, expression, &err);
    if (n == EW_NONE || ew_node_rank(x->g, n)) return false;
    bool good = train_node_run(x, n, &v);
    if (good) {
        *value = train_element(v.type, v.at, 0);
        train_node_done(x, &v);
    }
    x->t->r.error = before;
    return good;
}

void train_node_measure(const train_values *v, double *norm, double *largest)
{
    double most = 0, sum = 0;
    for (size_t i = 0; i < v->count; i++) {
        double a = fabs(train_element(v->type, v->at, i));
        if (!(a <= most)) most = a;
    }
    for (size_t i = 0; isfinite(most) && most > 0 && i < v->count; i++) {
        double a = train_element(v->type, v->at, i) / most;
        sum += a * a;
    }
    *largest = most;
    *norm = isfinite(most) ? most * sqrt(sum) : most;
}
