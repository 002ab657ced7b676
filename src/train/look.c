/*
 * look.c - how large the values of each node are at a batch, and the derivatives of the loss by them.
 */
#include <math.h>

#include "nodes.h"

static bool look_node(train_nodes *x, ew_node n, double *norm, double *largest)
{
    train_values v;
    *norm = *largest = NAN;
    if (n == EW_NONE) return true;
    if (!train_node_run(x, n, &v)) return false;
    train_node_measure(&v, norm, largest);
    train_node_done(x, &v);
    return true;
}

static bool look_at(train_nodes *x, size_t i, int (*see)(void *context, const ew_train_node *node), void *context,
                    bool *more)
{
    char formula[400];
    size_t size[TRAIN_AXES];
    ew_node n = ew_node_at(x->g, i);
    ew_train_node node = {.name = ew_node_name(x->g, n), .text = formula, .rank = ew_node_rank(x->g, n), .size = size};
    for (size_t p = 0; p < node.rank && p < TRAIN_AXES; p++) size[p] = ew_node_size(x->g, n, p);
    ew_node_text(x->g, n, formula, sizeof formula);
    if (!look_node(x, n, &node.norm, &node.largest)) return false;
    ew_type type = ew_node_type(x->g, n);
    ew_node adjoint = type == EW_F64 || type == EW_F32 ? x->adjoint[i] : EW_NONE;
    if (!look_node(x, adjoint, &node.adjoint_norm, &node.adjoint_largest)) return false;
    *more = see(context, &node) == 0;
    return true;
}

/* A pass whose inputs hold the first rows of a set, or the next batch. */
static bool look_pass(ew_train *t, train_pass *own, train_pass **p, const train_set *s)
{
    if (s == &t->data && t->batch.program) {
        *p = train_step_pass(t);
        return *p && train_step_feed(t, *p);
    }
    size_t rows = s->rows < t->o.batch ? s->rows : t->o.batch;
    *p = own;
    if (!train_pass_new(t, own, s, rows, TRAIN_VALUES)) return false;
    for (size_t i = 0; i < rows; i++) own->row[i] = i;
    return train_pass_feed(t, own, s, 0);
}

static bool look_all(ew_train *t, const train_set *s, int (*see)(void *context, const ew_train_node *node),
                     void *context)
{
    train_pass own = {0}, *p;
    train_nodes x;
    bool more = true, good = look_pass(t, &own, &p, s) && train_nodes_open(t, &x, s, p, s == &t->data);
    if (good) {
        for (size_t i = 0; good && more && i < x.count; i++) good = look_at(&x, i, see, context, &more);
        train_nodes_close(&x);
    }
    train_pass_free(t, &own);
    return good;
}

ew_status ew_train_look(ew_train *t, const ew_source *data, size_t count,
                        int (*see)(void *context, const ew_train_node *node), void *context, ew_error *err)
{
    train_set s = {0};
    if (count == 0 && t->closed)
        report_plain(&t->r, E_TRAIN_CLOSED, NULL, NULL);
    else if (count == 0)
        look_all(t, &t->data, see, context);
    else if (train_set_other(t, &s, data, count) && train_all_fed(t, &s))
        look_all(t, &s, see, context);
    train_set_close(&s);
    return train_done(t, err);
}
