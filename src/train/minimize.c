/*
 * minimize.c - ew_minimize: the loop that all methods share, and what it says at the end.
 *
 * It keeps three points: where we are, where the method goes next, and the best one met. Methods
 * know nothing of tolerances, callbacks and results.
 */
#include <math.h>
#include <string.h>

#include "minimize.h"

static const struct {
    const char *name;
    int (*advance)(minimizer *m);
} methods[] = {
    [EW_LBFGS] = {"lbfgs", train_lbfgs},          [EW_NEWTON] = {"newton", train_newton}, [EW_GD] = {"gd", train_gd},
    [EW_MOMENTUM] = {"momentum", train_momentum}, [EW_ADAM] = {"adam", train_adam},
};

static const struct {
    const char *code, *sentence;
} reasons[] = /* catalogue: 2 */ {
    [EW_REASON_GRADIENT] = {"gradient", "converged: the gradient is almost 0"},
    [EW_REASON_STEPS] = {"steps", "all steps were made, and the gradient is not yet 0"},
    [EW_REASON_STALLED] = {"stalled", "no step leads to a lower value, though the gradient is not 0"},
    [EW_REASON_NONFINITE] = {"nonfinite", "the value or its gradient is not a finite number"},
    [EW_REASON_UNBOUNDED] = {"unbounded", "the value falls without end: there is no minimum"},
    [EW_REASON_STOPPED] = {"stopped", "stopped before the end"},
    [EW_REASON_SETTLED] = {"settled", "converged: no parameter would move any more"},
    [EW_REASON_UNDETERMINED] = {"undetermined", "the residuals do not determine all parameters"},
};

static bool reason_known(ew_reason reason)
{
    return (size_t)reason < sizeof reasons / sizeof reasons[0];
}

const char *ew_reason_code(ew_reason reason)
{
    return reason_known(reason) ? reasons[reason].code : NULL;
}

const char *ew_reason_text(ew_reason reason, const char *language)
{
    return reason_known(reason) ? ew_translate(language, reasons[reason].sentence) : NULL;
}

const char *ew_method_name(int method)
{
    return method >= 0 && method <= EW_ADAM ? methods[method].name : NULL;
}

int ew_method_find(const char *name)
{
    for (int i = 0; name && ew_method_name(i); i++)
        if (strcmp(name, ew_method_name(i)) == 0) return i;
    return -1;
}

/* ---- The loop ------------------------------------------------------------------------------ */

/* What edgewise-train.h compares with the tolerance. */
static double measure(const minimizer *m, const train_point *p)
{
    double largest = 0;
    for (size_t i = 0; i < m->count; i++) {
        double part = fabs(p->gradient[i]) * fmax(fabs(p->x[i]), 1) / fmax(fabs(p->value), 1);
        if (!(part <= largest)) largest = part; /* a nan stays */
    }
    return largest;
}

/* The callback's answer: does it want to stop? */
static bool tell(minimizer *m, bool last)
{
    const train_point *p = &m->now;
    ew_minimize_step step = {m->step, m->count, p->value, measure(m, p), p->x, p->gradient, last ? NULL : m->move};
    return m->options.step && m->options.step(m->options.context, &step) != 0;
}

static void copy_point(const minimizer *m, train_point *to, const train_point *from)
{
    to->value = from->value;
    memcpy(to->x, from->x, m->count * sizeof *to->x);
    memcpy(to->gradient, from->gradient, m->count * sizeof *to->gradient);
}

static void keep_best(minimizer *m, bool anyway)
{
    if (!anyway && !(train_finite(m, &m->now) && m->now.value < m->best.value)) return;
    copy_point(m, &m->best, &m->now);
    m->best_step = m->step;
}

static void accept(minimizer *m)
{
    train_point old = m->now;
    m->now = m->next;
    m->next = old;
    m->step++;
    keep_best(m, false);
}

/* Is there a reason to end here? */
static bool finished(minimizer *m, ew_reason *reason)
{
    if (m->now.value < TRAIN_BOTTOM)
        *reason = EW_REASON_UNBOUNDED;
    else if (!train_finite(m, &m->now))
        *reason = EW_REASON_NONFINITE;
    else if (measure(m, &m->now) <= m->options.tolerance)
        *reason = EW_REASON_GRADIENT;
    else if (m->step >= m->options.steps)
        *reason = EW_REASON_STEPS;
    else
        return false;
    return true;
}

static ew_reason descend(minimizer *m)
{
    ew_reason reason = EW_REASON_STALLED;
    while (!finished(m, &reason)) {
        if (methods[m->options.method].advance(m) == TRAIN_STUCK) {
            reason = EW_REASON_STALLED;
            break;
        }
        bool stop = tell(m, false);
        accept(m);
        if (stop) return EW_REASON_STOPPED;
    }
    if (m->status == EW_OK) tell(m, true);
    return reason;
}

static void conclude(minimizer *m, double *in, ew_minimize_result *result, ew_reason reason)
{
    if (reason == EW_REASON_GRADIENT || reason == EW_REASON_UNBOUNDED) keep_best(m, true);
    train_scatter(m, m->best.x, in);
    if (!result) return;
    result->value = m->best.value;
    result->measure = measure(m, &m->best);
    result->steps = m->step;
    result->best = m->best_step;
    result->runs = m->runs;
    result->converged = reason == EW_REASON_GRADIENT;
    result->reason = reason;
}

static ew_status run(minimizer *m, double *in, size_t in_count, ew_minimize_result *result)
{
    memcpy(m->in, in, in_count * sizeof *in);
    for (size_t k = 0; k < m->inputs; k++)
        for (size_t e = 0; e < m->parts[k].count; e++) {
            double x = in[m->parts[k].offset + e];
            m->now.x[m->parts[k].start + e] = m->parts[k].single ? (double)(float)x : x;
        }
    if (!train_evaluate(m, &m->now)) return m->status;
    keep_best(m, true);
    if (!train_finite(m, &m->now)) m->best.value = NAN;
    ew_reason reason = descend(m);
    if (m->status != EW_OK) return m->status;
    conclude(m, in, result, reason);
    return EW_OK;
}

/* ---- Setting up ---------------------------------------------------------------------------- */

ew_status train_fail(const ew_minimize_options *o, ew_error *err, ew_status status, const char *code,
                     const char *sentence, const char *word)
{
    const char *s = ew_translate(o->language, sentence);
    size_t count = 0, most = sizeof err->message - 1;
    memset(err, 0, sizeof *err);
    err->status = status;
    strcpy(err->code, code);
    while (*s && count < most) {
        bool hole = strncmp(s, "{1}", 3) == 0;
        if (hole)
            count += strlen(strncat(err->message, word, most - count));
        else
            err->message[count++] = *s;
        if (hole) count = strlen(err->message);
        s += hole ? 3 : 1;
    }
    return status;
}

static ew_minimize_options fill_in(const ew_minimize_options *given, bool single)
{
    ew_minimize_options o = {0};
    if (given) o = *given;
    bool plain = o.method == EW_GD || o.method == EW_MOMENTUM || o.method == EW_ADAM;
    if (plain && o.lr == 0) o.lr = EW_DEFAULT_LR;
    if (o.steps == 0) o.steps = plain ? 10000 : 1000;
    if (o.tolerance == 0) o.tolerance = single ? 1e-4 : 1e-8;
    return o;
}

/* How many numbers `in` has and how many of them are varied; `of` is one number. */
static ew_status measure_all(minimizer *m, const ew_graph *g, ew_node of, size_t *in_count)
{
    const ew_minimize_options *o = &m->options;
    if (train_over_count(o, m->err, g, m->over, m->inputs, in_count, &m->count) != EW_OK) return m->err->status;
    if (ew_node_rank(g, of) == 0) return EW_OK;
    const char *name = ew_node_name(g, of);
    return train_fail(o, m->err, EW_USE, "E075", "'{1}' is an array: what is minimised is one number",
                      name ? name : "");
}

static void cut_method(minimizer *m, train_block *b)
{
    size_t n = m->count, d = sizeof(double);
    ew_method method = m->options.method;
    if (method == EW_MOMENTUM || method == EW_ADAM || method == EW_NEWTON) m->first = train_cut(b, n, d);
    if (method == EW_ADAM) m->second = train_cut(b, n, d);
    if (method == EW_LBFGS) {
        m->shift = train_cut(b, n, TRAIN_PAIRS * d);
        m->turn = train_cut(b, n, TRAIN_PAIRS * d);
        m->curve = train_cut(b, TRAIN_PAIRS, d);
        m->factor = train_cut(b, TRAIN_PAIRS, d);
    }
    if (method == EW_NEWTON) {
        m->matrix = train_cut(b, train_triangle(n), d);
        m->root = train_cut(b, train_triangle(n), d);
        m->blocks = train_cut(b, n * n, d); /* more than all of them: those above the diagonal are not asked for */
    }
}

typedef struct scratch { /* needed only while setting up */
    size_t inputs;       /* of the graph */
    ew_node *nodes;
    unsigned char *seen;
    size_t *offset;
} scratch;

/* Called twice: to count, and to cut. */
static void cut_all(minimizer *m, train_block *b, size_t in_count, scratch *s)
{
    size_t n = m->count, d = sizeof(double);
    train_point *points[] = {&m->now, &m->next, &m->best};
    b->used = 0;
    b->fits = n < UINT32_MAX && in_count < UINT32_MAX;
    for (size_t i = 0; i < 3; i++) {
        points[i]->x = train_cut(b, n, d);
        points[i]->gradient = train_cut(b, n, d);
    }
    m->move = train_cut(b, n, d);
    m->in = train_cut(b, in_count, d);
    m->out = train_cut(b, n + 1, d);
    m->parts = train_cut(b, m->inputs, sizeof *m->parts);
    cut_method(m, b);
    s->seen = train_cut(b, s->inputs, 1);
    s->offset = train_cut(b, s->inputs, sizeof *s->offset);
    s->nodes =
        train_cut(b, m->inputs + 1 + (m->options.method == EW_NEWTON ? train_triangle(m->inputs) : 0), sizeof(ew_node));
}

static ew_status minimize(minimizer *m, ew_graph *g, ew_node of, double *in, size_t in_count, const scratch *s,
                          ew_minimize_result *result)
{
    ew_status status = train_over_check(&m->options, m->err, g, m->over, m->inputs, s->seen);
    if (status != EW_OK) return status;
    train_over_place(g, m->over, m->inputs, s->offset, m->parts);
    if (!train_prepare(m, g, of, s->nodes)) return m->status;
    return run(m, in, in_count, result);
}

ew_status ew_minimize(ew_graph *g, ew_node of, const size_t *over, size_t count, double *in,
                      const ew_minimize_options *options, ew_minimize_result *result, ew_error *err)
{
    ew_error own;
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    minimizer m = {.options = fill_in(options, train_over_single(g, over, count)), .inputs = count, .over = over};
    m.err = err ? err : &own;
    memset(m.err, 0, sizeof *m.err);
    train_block b = {0};
    scratch s = {.inputs = ew_input_count(g)};
    size_t in_count;
    if (!ew_method_name((int)m.options.method))
        return train_fail(&m.options, m.err, EW_USE, "E073", "there is no such method of minimising", "");
    if (measure_all(&m, g, of, &in_count) != EW_OK) return m.err->status;
    cut_all(&m, &b, in_count, &s);
    size_t size = b.used;
    if (b.fits) b.at = train_resize(&m.options, NULL, 0, size);
    if (!b.at) return train_fail(&m.options, m.err, EW_LIMIT, "E080", "there is not enough memory", "");
    memset(b.at, 0, size);
    cut_all(&m, &b, in_count, &s);
    ew_status status = minimize(&m, g, of, in, in_count, &s, result);
    ew_free(m.program);
    ew_free(m.hessian);
    train_resize(&m.options, b.at, size, 0);
    return status;
}
