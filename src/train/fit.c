/*
 * fit.c - ew_fit: nonlinear least squares. What is asked for is checked, the programs are prepared, all memory is
 * one block; then the loop (fit_run.c) and the answer (fit_answer.c).
 *
 * The Jacobian is made of the residuals' derivatives by each varied input, in forward mode: there are few parameters
 * and many residuals. Second derivatives are those of sum(stop(r) * r), where `stop` holds the factor fixed: the
 * residuals' own, weighed by the residuals. Where the program has none (a diff that is not worked out), the fit
 * does without; it is then slower near the end where residuals are large, and finds the same point.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fit.h"

/* ---- Programs ---------------------------------------------------------------------------------------------- */

typedef struct fit_scratch { /* needed only while setting up */
    size_t inputs;           /* of the graph */
    ew_node *nodes;          /* 1 + inputs varied, or their pairs */
    unsigned char *seen;
    size_t *offset;
} fit_scratch;

static bool fit_jacobian(fitter *f, ew_graph *g, ew_node of, ew_node *nodes)
{
    nodes[0] = of;
    for (size_t k = 0; k < f->inputs; k++) {
        nodes[1 + k] = ew_diff(g, of, ew_input_at(g, f->over[k]).node, EW_FORWARD, f->err);
        if (nodes[1 + k] == EW_NONE) return false;
    }
    f->program = ew_prepare_nodes(g, nodes, 1, f->err);
    f->jacobian = f->program ? ew_prepare_nodes(g, nodes, 1 + f->inputs, f->err) : NULL;
    return f->jacobian != NULL;
}

/* "sum(i0, i1: stop(r[i0, i1]) * r[i0, i1])"; false: it is too long, or has no name. */
static bool fit_weighed(const ew_graph *g, ew_node of, char *text, size_t size)
{
    const char *name = ew_node_name(g, of);
    char list[400] = "", index[32];
    size_t rank = ew_node_rank(g, of), used = 0;
    for (size_t p = 0, k = 0; p < rank && used < 300; p++) {
        do snprintf(index, sizeof index, "i%zu_", k++);
        while (ew_find(g, index) != EW_NONE);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", p ? ", " : "", index);
    }
    if (!name || used >= 300) return false;
    int length = rank ? snprintf(text, size, "sum(%s: stop(%s[%s]) * %s[%s])", list, name, list, name, list)
                      : snprintf(text, size, "stop(%s) * %s", name, name);
    return length > 0 && (size_t)length < size;
}

/* By columns: the graph keeps the tangents of one forward sweep for all parts of the gradient. */
static ew_program *fit_second(fitter *f, ew_graph *g, ew_node sum, ew_node *nodes, ew_error *err)
{
    ew_node *gradient = nodes + f->inputs * (f->inputs + 1) / 2;
    for (size_t k = 0; k < f->inputs; k++) {
        gradient[k] = ew_diff(g, sum, ew_input_at(g, f->over[k]).node, EW_REVERSE, err);
        if (gradient[k] == EW_NONE) return NULL;
    }
    for (size_t j = 0; j < f->inputs; j++)
        for (size_t i = j; i < f->inputs; i++) {
            ew_node n = ew_diff(g, gradient[i], ew_input_at(g, f->over[j]).node, EW_FORWARD, err);
            if (n == EW_NONE) return NULL;
            nodes[i * (i + 1) / 2 + j] = n;
        }
    return ew_prepare_nodes(g, nodes, f->inputs * (f->inputs + 1) / 2, err);
}

/* false: a limit was reached; that the program has no second derivatives is no failure. */
static bool fit_curvature(fitter *f, ew_graph *g, ew_node of, ew_node *nodes)
{
    char text[3000];
    ew_error err = {0};
    if (!fit_weighed(g, of, text, sizeof text)) return true;
    ew_node sum = ew_expression(g, text, &err);
    if (sum != EW_NONE) f->curvature = fit_second(f, g, sum, nodes, &err);
    if (f->curvature || err.status != EW_LIMIT) return true;
    *f->err = err;
    return false;
}

static bool fit_prepare(fitter *f, ew_graph *g, ew_node of, ew_node *nodes)
{
    if (fit_jacobian(f, g, of, nodes) && fit_curvature(f, g, of, nodes)) return true;
    f->status = f->err->status;
    return false;
}

/* ---- The start ----------------------------------------------------------------------------------------------- */

/* "r[3, 0]": element e of the residuals. */
static void fit_place_name(const ew_graph *g, ew_node of, size_t e, char name[400])
{
    size_t rank = ew_node_rank(g, of), inner = 1;
    size_t used = (size_t)snprintf(name, 300, "%.250s", ew_node_name(g, of) ? ew_node_name(g, of) : "");
    for (size_t p = 1; p < rank; p++) inner *= ew_node_size(g, of, p);
    for (size_t p = 0; p < rank && used < 350; p++) {
        used += (size_t)snprintf(name + used, 400 - used, "%s%zu", p ? ", " : "[", inner ? e / inner : 0);
        e = inner ? e % inner : 0;
        inner = p + 1 < rank && ew_node_size(g, of, p + 1) ? inner / ew_node_size(g, of, p + 1) : inner;
    }
    if (rank) snprintf(name + used, 400 - used, "]");
}

static ew_status fit_fail_start(fitter *f, const ew_graph *g, ew_node of)
{
    char name[400];
    if (f->status != EW_OK) return f->status;
    for (size_t i = 0; i < f->points; i++) {
        if (isfinite(f->now.residual[i])) continue;
        fit_place_name(g, of, i, name);
        return train_fail(&f->options, f->err, EW_USE, "E077",
                          "at the start '{1}' is not a finite number: begin elsewhere", name);
    }
    size_t k = 0, at = f->points;
    for (size_t i = at; k + 1 < f->inputs && isfinite(f->out[i]);)
        if (++i - at >= f->points * f->parts[k].count) at = i, k++;
    const char *by = ew_node_name(g, ew_input_at(g, f->over[k]).node);
    return train_fail(&f->options, f->err, EW_USE, "E078",
                      "at the start the derivative by '{1}' is not a finite number: begin elsewhere", by ? by : "");
}

static ew_status fit_start(fitter *f, const ew_graph *g, ew_node of, const double *in, size_t in_count)
{
    if (in_count) memcpy(f->in, in, in_count * sizeof *in);
    for (size_t k = 0; k < f->inputs; k++)
        for (size_t e = 0; e < f->parts[k].count; e++) {
            double x = in[f->parts[k].offset + e];
            f->now.x[f->parts[k].start + e] = f->parts[k].single ? (double)(float)x : x;
        }
    return train_fit_derive(f, &f->now) ? EW_OK : fit_fail_start(f, g, of);
}

static ew_status fit_all(fitter *f, ew_graph *g, ew_node of, double *in, size_t in_count, const fit_scratch *s,
                         ew_fit_result *result)
{
    ew_status status = train_over_check(&f->options, f->err, g, f->over, f->inputs, s->seen);
    if (status != EW_OK) return status;
    train_over_place(g, f->over, f->inputs, s->offset, f->parts);
    if (!fit_prepare(f, g, of, s->nodes)) return f->status;
    status = fit_start(f, g, of, in, in_count);
    if (status != EW_OK) return status;
    ew_reason reason = train_fit_run(f);
    if (f->status != EW_OK) return f->status;
    for (size_t k = 0; k < f->inputs; k++)
        for (size_t e = 0; e < f->parts[k].count; e++) in[f->parts[k].offset + e] = f->now.x[f->parts[k].start + e];
    if (result) train_fit_answer(f, result, reason);
    return EW_OK;
}

/* ---- Setting up -------------------------------------------------------------------------------------------------- */

static void fit_cut_point(fitter *f, fit_point *p, train_block *b)
{
    size_t n = f->count, d = sizeof(double);
    double **vectors[] = {&p->x, &p->gradient, &p->length, &p->scale, &p->turned, &p->move, &p->spread};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) *vectors[i] = train_cut(b, n, d);
    p->pivot = train_cut(b, n, sizeof *p->pivot);
    p->residual = train_cut(b, f->points, d);
    p->root = train_cut(b, n, (n + 1) * d);
    p->columns = train_cut(b, n, (f->points + 1) * d);
}

/* Called twice: to count, and to cut. */
static void fit_cut(fitter *f, train_block *b, size_t in_count, fit_scratch *s)
{
    size_t n = f->count, m = f->points, d = sizeof(double);
    double **vectors[] = {&f->move, &f->weight, &f->start, &f->kept, &f->row, &f->known, &f->solved};
    double **squares[] = {&f->upper, &f->bend, &f->blocks};
    b->used = 0;
    b->fits = m < UINT32_MAX && in_count < UINT32_MAX && f->inputs < UINT32_MAX;
    fit_cut_point(f, &f->now, b);
    fit_cut_point(f, &f->next, b);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) *vectors[i] = train_cut(b, n, d);
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) *squares[i] = train_cut(b, n, (n + 1) * d);
    f->in = train_cut(b, in_count, d);
    f->out = train_cut(b, n + 1, (m + 1) * d);
    f->matrix = train_cut(b, n, (m + 1) * d);
    f->right = train_cut(b, m, d);
    f->parts = train_cut(b, f->inputs, sizeof *f->parts);
    s->seen = train_cut(b, s->inputs, 1);
    s->offset = train_cut(b, s->inputs, sizeof *s->offset);
    s->nodes = train_cut(b, f->inputs + 1, (f->inputs + 2) * sizeof(ew_node));
}

static ew_status fit_fail_few(const fitter *f, const ew_graph *g, ew_node of, const char *name)
{
    const ew_minimize_options *o = &f->options;
    train_fail(o, f->err, EW_USE, "E076", "'{1}' has fewer residuals than there are numbers to vary", name);
    const char *hint =
        /* catalogue */ "the residuals themselves are due, an array of them, not the sum of their squares";
    if (ew_node_rank(g, of) == 0) snprintf(f->err->hint, sizeof f->err->hint, "%s", ew_translate(o->language, hint));
    return EW_USE;
}

/* How many numbers there are of each kind: inputs, what is varied, residuals. */
static ew_status fit_count(fitter *f, const ew_graph *g, ew_node of, size_t *in_count)
{
    const ew_minimize_options *o = &f->options;
    const char *name = ew_node_name(g, of) ? ew_node_name(g, of) : "";
    if (train_over_count(o, f->err, g, f->over, f->inputs, in_count, &f->count) != EW_OK) return f->err->status;
    f->points = train_over_elements(g, of);
    if (f->points == SIZE_MAX)
        return train_fail(o, f->err, EW_USE, "E074", "the sizes of '{1}' are not known, or too large", name);
    if (ew_node_type(g, of) == EW_INT || ew_node_type(g, of) == EW_BOOL)
        return train_fail(o, f->err, EW_USE, "E079", "'{1}' is an int or a bool, and residuals are real numbers", name);
    return f->points >= f->count ? EW_OK : fit_fail_few(f, g, of, name);
}

static ew_minimize_options fit_fill_in(const ew_fit_options *given, bool single)
{
    ew_minimize_options o = {.steps = 1000, .tolerance = single ? 1e-5 : 1e-10};
    if (!given) return o;
    if (given->steps) o.steps = given->steps;
    if (given->tolerance != 0) o.tolerance = given->tolerance;
    o.step = given->step;
    o.context = given->context;
    o.resize = given->resize;
    o.resize_context = given->resize_context;
    o.language = given->language;
    return o;
}

static bool fit_single(const ew_graph *g, ew_node of, const size_t *over, size_t count)
{
    return ew_node_type(g, of) == EW_F32 || train_over_single(g, over, count);
}

ew_status ew_fit(ew_graph *g, ew_node of, const size_t *over, size_t count, double *in, const ew_fit_options *options,
                 ew_fit_result *result, ew_error *err)
{
    ew_error own;
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    bool single = fit_single(g, of, over, count);
    fitter f = {.options = fit_fill_in(options, single), .inputs = count, .over = over};
    f.epsilon = single ? FLT_EPSILON : DBL_EPSILON;
    f.err = err ? err : &own;
    memset(f.err, 0, sizeof *f.err);
    train_block b = {0};
    fit_scratch s = {.inputs = ew_input_count(g)};
    size_t in_count;
    if (fit_count(&f, g, of, &in_count) != EW_OK) return f.err->status;
    fit_cut(&f, &b, in_count, &s);
    size_t size = b.used;
    if (b.fits) b.at = train_resize(&f.options, NULL, 0, size);
    if (!b.at) return train_fail(&f.options, f.err, EW_LIMIT, "E080", "there is not enough memory", "");
    memset(b.at, 0, size);
    fit_cut(&f, &b, in_count, &s);
    ew_status status = fit_all(&f, g, of, in, in_count, &s, result);
    ew_free(f.program);
    ew_free(f.jacobian);
    ew_free(f.curvature);
    train_resize(&f.options, b.at, size, 0);
    return status;
}
