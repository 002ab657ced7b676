/*
 * objective.c - what is minimised, as programs: value and gradient, and for newton the Hessian.
 *
 * The gradient is one reverse sweep, the Hessian the forward derivatives of its parts: nodes of the
 * caller's graph, prepared like any others. No differences are taken.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "minimize.h"

static bool objective_gradient(minimizer *m, ew_graph *g, ew_node of, ew_node *nodes)
{
    nodes[0] = of;
    for (size_t i = 0; i < m->inputs; i++) {
        nodes[1 + i] = ew_diff(g, of, ew_input_at(g, m->over[i]).node, EW_REVERSE, m->err);
        if (nodes[1 + i] == EW_NONE) return false;
    }
    m->program = ew_prepare_nodes(g, nodes, 1 + m->inputs, m->err);
    return m->program != NULL;
}

/* By columns: the graph keeps the tangents of one forward sweep for all parts of the gradient. */
static bool objective_hessian(minimizer *m, ew_graph *g, const ew_node *gradient, ew_node *nodes)
{
    for (size_t j = 0; j < m->inputs; j++) {
        ew_node by = ew_input_at(g, m->over[j]).node;
        for (size_t i = j; i < m->inputs; i++) {
            ew_node n = ew_diff(g, gradient[i], by, EW_FORWARD, m->err);
            if (n == EW_NONE) return false;
            nodes[train_triangle(i) + j] = n;
        }
    }
    m->hessian = ew_prepare_nodes(g, nodes, train_triangle(m->inputs), m->err);
    return m->hessian != NULL;
}

bool train_prepare(minimizer *m, ew_graph *g, ew_node of, ew_node *nodes)
{
    if (objective_gradient(m, g, of, nodes) &&
        (m->options.method != EW_NEWTON || objective_hessian(m, g, nodes + 1, nodes + 1 + m->inputs)))
        return true;
    m->status = m->err->status;
    return false;
}

bool train_evaluate(minimizer *m, train_point *p)
{
    if (m->evaluate) return m->evaluate(m, p);
    train_scatter(m, p->x, m->in);
    m->runs++;
    m->status = ew_run(m->program, NULL, m->in, m->out);
    if (m->status != EW_OK) {
        ew_run_error(m->program, NULL, m->err);
        return false;
    }
    p->value = m->out[0];
    memcpy(p->gradient, m->out + 1, m->count * sizeof *m->out);
    return true;
}

bool train_finite(const minimizer *m, const train_point *p)
{
    bool finite = isfinite(p->value);
    for (size_t i = 0; finite && i < m->count; i++) finite = isfinite(p->x[i]) && isfinite(p->gradient[i]);
    return finite;
}

double train_dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

void train_scatter(const minimizer *m, const double *x, double *in)
{
    for (size_t k = 0; k < m->inputs; k++)
        if (m->parts[k].count) memcpy(in + m->parts[k].offset, x + m->parts[k].start, m->parts[k].count * sizeof *in);
}

void train_place(minimizer *m, double factor)
{
    for (size_t k = 0; k < m->inputs; k++)
        for (size_t i = m->parts[k].start; i < m->parts[k].start + m->parts[k].count; i++) {
            double x = m->now.x[i] + factor * m->move[i];
            m->next.x[i] = m->parts[k].single ? (double)(float)x : x;
        }
}

void *train_resize(const ew_minimize_options *o, void *pointer, size_t old_size, size_t new_size)
{
    if (o->resize) return o->resize(o->resize_context, pointer, old_size, new_size);
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}
