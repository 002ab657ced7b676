/*
 * facts.c - what the lesson is about, and its numbers.
 *
 * One run gives values and edge derivatives; the sweeps over them here are the plain loops that the
 * lesson tells about, with the same product and the same order as the graph's own derivatives.
 */
#include <math.h>
#include <string.h>

#include "explain/explain.h"

bool explain_fail(lesson *l)
{
    return report_memory(&l->r);
}

bool explain_heard(lesson *l, const ew_error *err)
{
    if (err->status != EW_OK && report_ok(&l->r)) l->r.error = *err;
    return err->status == EW_OK;
}

ew_node explain_node(const lesson *l, size_t i)
{
    return ew_node_at(l->g, i);
}

/* What returns comes from nowhere to the sweeps. */
size_t explain_from(const lesson *l, size_t edge)
{
    return explain_returns(l, edge) ? SIZE_MAX : ew_node_index(l->g, ew_edge_at(l->g, edge).from);
}

bool explain_returns(const lesson *l, size_t edge)
{
    ew_edge e = ew_edge_at(l->g, edge);
    return e.from != EW_NONE && e.from >= e.to;
}

const double *explain_elements(const lesson *l, size_t i)
{
    return l->first && l->first[i] != SIZE_MAX ? l->element + l->first[i] : NULL;
}

const int64_t *explain_whole(const lesson *l, size_t i)
{
    bool known = l->whole && explain_row(l, i)->type == TYPE_INT && l->whole_at[i] != SIZE_MAX;
    return known ? l->whole + l->whole_at[i] : NULL;
}

const double *explain_slopes(const lesson *l, size_t i)
{
    return l->slope_first && l->slope_first[i] != SIZE_MAX ? l->element + l->slope_first[i] : NULL;
}

size_t explain_to(const lesson *l, size_t edge)
{
    return ew_node_index(l->g, ew_edge_at(l->g, edge).to);
}

const graph_node *explain_row(const lesson *l, size_t i)
{
    return node_at(l->g, explain_node(l, i));
}

bool explain_is_leaf(const lesson *l, size_t i)
{
    return op_is_leaf(explain_row(l, i)->op);
}

bool explain_is_real(const lesson *l, size_t i)
{
    return type_is_real(explain_row(l, i)->type);
}

double explain_along(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

/* ---- What is asked ---------------------------------------------------------------------------- */

static bool facts_node(lesson *l, ew_node n, size_t *i)
{
    *i = ew_node_index(l->g, n);
    return *i != SIZE_MAX || report_plain(&l->r, E_BAD_NODE, NULL, NULL);
}

static bool facts_wrt(lesson *l)
{
    size_t inputs = ew_input_count(l->g);
    l->wrt_count = l->o->wrt ? l->o->wrt_count : inputs;
    l->wrt = block_new(l->m, l->wrt_count, sizeof *l->wrt);
    if (!l->wrt) return explain_fail(l);
    size_t count = 0, room = l->wrt_count;
    for (size_t k = 0; k < room; k++) {
        ew_node n = l->o->wrt ? l->o->wrt[k] : ew_input_at(l->g, k).node;
        if (!facts_node(l, n, &l->wrt[count])) return false;
        bool is_real = explain_is_real(l, l->wrt[count]);
        if (l->o->wrt && !is_real)
            return report_at(&l->r, E_DIFF_TYPE, NO_PLACE, 0, ew_node_name(l->g, n), type_name(node_at(l->g, n)->type),
                             NULL);
        if (is_real) count++;
    }
    l->wrt_count = count;
    return true;
}

/* Tells node i and what it uses; *again where a recurrence above it is told only now. */
static bool facts_tell(lesson *l, size_t i, graph_uses *uses, bool *again)
{
    ew_node n = explain_node(l, i);
    if (!graph_uses_of(l->g, l->m, n, uses)) return explain_fail(l);
    for (size_t k = 0; k < uses->list.count; k++) {
        size_t a = ew_node_index(l->g, uses->list.at[k].from);
        if (a == SIZE_MAX) continue;
        *again = *again || (!l->told[a] && use_returns(&uses->list.at[k], n));
        l->told[a] = 1;
    }
    return true;
}

/* The nodes that `of` needs; in the short form all. */
static bool facts_cone(lesson *l)
{
    graph_uses uses = {0};
    bool again = true, ok = true;
    l->told = block_new(l->m, l->seen, 1);
    if (!l->told) return explain_fail(l);
    l->told[l->of] = 1;
    while (again && ok) {
        again = false;
        for (size_t i = l->seen; ok && i-- > 0;) {
            if (l->o->brief) l->told[i] = 1;
            if (l->told[i]) ok = facts_tell(l, i, &uses, &again);
        }
    }
    graph_uses_free(l->m, &uses);
    for (size_t i = 0; i < l->seen; i++) l->count += l->told[i];
    l->node = ok ? block_new(l->m, l->count, sizeof *l->node) : NULL;
    if (!l->node) return explain_fail(l);
    for (size_t i = 0, k = 0; i < l->seen; i++) {
        if (!l->told[i]) continue;
        l->node[k++] = (uint32_t)i;
        l->arrays = l->arrays || node_rank(l->g, explain_node(l, i)) || op_is_structure(explain_row(l, i)->op);
    }
    return true;
}

/* ---- Edges ------------------------------------------------------------------------------------ */

static bool facts_edge_told(const lesson *l, size_t e)
{
    return l->told[explain_to(l, e)] && explain_from(l, e) != SIZE_MAX;
}

static bool facts_edges(lesson *l)
{
    ew_error err;
    l->edges = ew_edge_count(l->g, &err);
    if (!explain_heard(l, &err)) return false;
    l->into = block_new(l->m, l->seen + 1, sizeof *l->into);
    l->out_first = block_new(l->m, l->seen + 2, sizeof *l->out_first);
    l->out_edge = block_new(l->m, l->edges, sizeof *l->out_edge);
    if (!l->into || !l->out_first || !l->out_edge) return explain_fail(l);
    for (size_t e = 0; e < l->edges; e++) {
        l->into[explain_to(l, e) + 1]++;
        if (facts_edge_told(l, e)) l->out_first[explain_from(l, e) + 2]++, l->edge_count++;
    }
    for (size_t i = 0; i < l->seen; i++) l->into[i + 1] += l->into[i];
    for (size_t i = 2; i <= l->seen + 1; i++) l->out_first[i] += l->out_first[i - 1];
    for (size_t e = 0; e < l->edges; e++)
        if (facts_edge_told(l, e)) l->out_edge[l->out_first[explain_from(l, e) + 1]++] = (uint32_t)e;
    return true;
}

/* ---- Numbers ---------------------------------------------------------------------------------- */

/* Must the partial be computed, being neither a constant nor a node of its own? */
static bool facts_extra(const lesson *l, ew_node partial)
{
    return !ew_node_is_constant(l->g, partial, NULL) && ew_node_index(l->g, partial) == SIZE_MAX;
}

static bool facts_prepare(lesson *l)
{
    size_t extra = 0, k = 0;
    for (size_t e = 0; e < l->edges; e++)
        if (l->told[explain_to(l, e)] && facts_extra(l, ew_edge_at(l->g, e).partial)) extra++;
    l->result_count = l->count + extra;
    ew_node *wanted = block_new(l->m, l->result_count, sizeof *wanted);
    l->result = wanted ? block_new(l->m, l->result_count, sizeof *l->result) : NULL;
    if (l->result) {
        for (; k < l->count; k++) wanted[k] = explain_node(l, l->node[k]);
        for (size_t e = 0; e < l->edges; e++) {
            ew_node partial = ew_edge_at(l->g, e).partial;
            if (l->told[explain_to(l, e)] && facts_extra(l, partial)) wanted[k++] = partial;
        }
        ew_error err;
        l->program = ew_prepare_nodes(l->g, wanted, l->result_count, &err);
        explain_heard(l, &err);
    } else {
        explain_fail(l);
    }
    if (wanted) block_free(l->m, wanted, l->result_count);
    return l->program != NULL;
}

bool explain_run(lesson *l, double *out, size_t count)
{
    l->whole = block_new(l->m, count, sizeof *l->whole);
    l->whole_at = block_new(l->m, l->seen, sizeof *l->whole_at);
    if (!l->whole || !l->whole_at) return explain_fail(l);
    for (size_t i = 0; i < l->seen; i++) l->whole_at[i] = SIZE_MAX;
    if (ew_run_whole(l->program, NULL, l->o->in, out, l->whole) == EW_OK) return true;
    ew_run_error(l->program, NULL, &l->r.error);
    return false;
}

static bool facts_run(lesson *l)
{
    l->value = block_new(l->m, l->seen, sizeof *l->value);
    l->partial = block_new(l->m, l->edges, sizeof *l->partial);
    if (!l->value || !l->partial) return explain_fail(l);
    if (!explain_run(l, l->result, l->result_count)) return false;
    for (size_t k = 0; k < l->count; k++) l->value[l->node[k]] = l->result[k], l->whole_at[l->node[k]] = k;
    for (size_t e = 0, k = l->count; e < l->edges; e++) {
        ew_node partial = ew_edge_at(l->g, e).partial;
        if (!l->told[explain_to(l, e)]) continue;
        if (facts_extra(l, partial))
            l->partial[e] = l->result[k++];
        else if (!ew_node_is_constant(l->g, partial, &l->partial[e]))
            l->partial[e] = l->told[ew_node_index(l->g, partial)] ? l->value[ew_node_index(l->g, partial)] : NAN;
    }
    return true;
}

/* As the graph's own sweep would: a derivative of f32 by f32 is an f32. */
static double facts_round(const lesson *l, size_t a, size_t b, double x)
{
    return explain_row(l, a)->type == TYPE_F32 && explain_row(l, b)->type == TYPE_F32 ? (double)(float)x : x;
}

static void facts_reverse(lesson *l)
{
    l->adjoint[l->of] = 1;
    for (size_t k = l->count; k-- > 0;) {
        size_t i = l->node[k];
        for (size_t e = l->into[i]; e < l->into[i + 1] && l->ways[i] > 0; e++) {
            size_t a = explain_from(l, e);
            if (a == SIZE_MAX) continue;
            double term = facts_round(l, a, l->of, explain_along(l->adjoint[i], l->partial[e]));
            l->adjoint[a] = facts_round(l, a, l->of, l->adjoint[a] + term);
        }
    }
}

void explain_tangent(const lesson *l, size_t x, double *tangent)
{
    memset(tangent, 0, l->seen * sizeof *tangent);
    tangent[x] = 1;
    for (size_t k = 0; k < l->count; k++) {
        size_t i = l->node[k];
        for (size_t e = l->into[i]; i > x && e < l->into[i + 1]; e++) {
            size_t a = explain_from(l, e);
            if (a == SIZE_MAX) continue;
            double term = facts_round(l, x, i, explain_along(tangent[a], l->partial[e]));
            tangent[i] = facts_round(l, x, i, tangent[i] + term);
        }
    }
}

/* How many paths lead from each node to `of`, and how many edges they have together. */
static bool facts_ways(lesson *l)
{
    l->ways = block_new(l->m, l->seen, sizeof *l->ways);
    l->ways_edges = block_new(l->m, l->seen, sizeof *l->ways_edges);
    if (!l->ways || !l->ways_edges) return explain_fail(l);
    l->ways[l->of] = 1;
    for (size_t k = l->count; k-- > 0;) {
        size_t i = l->node[k];
        for (size_t e = l->into[i]; e < l->into[i + 1]; e++) {
            size_t a = explain_from(l, e);
            if (a == SIZE_MAX) continue;
            l->ways[a] += l->ways[i];
            l->ways_edges[a] += l->ways_edges[i] + l->ways[i];
        }
    }
    return true;
}

bool explain_gather(lesson *l)
{
    l->seen = ew_node_count(l->g);
    ew_node of = l->o->of == EW_NONE ? ew_output_at(l->g, 0) : l->o->of;
    if (!facts_node(l, of, &l->of) || !facts_wrt(l) || !facts_cone(l) || !facts_edges(l) || !facts_ways(l))
        return false;
    if (l->arrays) return indexed_gather(l);
    if (!l->numbers) return true;
    l->adjoint = block_new(l->m, l->seen, sizeof *l->adjoint);
    if (!l->adjoint) return explain_fail(l);
    if (!facts_prepare(l) || !facts_run(l)) return false;
    facts_reverse(l);
    return true;
}

void explain_release(lesson *l)
{
    ew_free(l->program);
    block_free(l->m, l->wrt, l->o->wrt ? l->o->wrt_count : ew_input_count(l->g));
    block_free(l->m, l->told, l->seen);
    block_free(l->m, l->node, l->count);
    block_free(l->m, l->into, l->seen + 1);
    block_free(l->m, l->out_first, l->seen + 2);
    block_free(l->m, l->out_edge, l->edges);
    block_free(l->m, l->value, l->seen);
    block_free(l->m, l->partial, l->edges);
    block_free(l->m, l->adjoint, l->seen);
    block_free(l->m, l->ways, l->seen);
    block_free(l->m, l->ways_edges, l->seen);
    block_free(l->m, l->whole, l->result ? l->result_count : l->element_count);
    block_free(l->m, l->whole_at, l->seen);
    if (l->result) block_free(l->m, l->result, l->result_count);
    indexed_release(l);
    text_free(&l->out);
    text_free(&l->line);
    text_free(&l->work);
}
