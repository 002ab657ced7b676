/*
 * pathwise.c - a derivative as the definition says: between single elements, every path multiplied on its own.
 *
 * Each edge between nodes is a linear map between places (diff/linear.h); with its numbers it becomes edges between
 * elements. A state and the array of a recurrence are the elements of its definition, so paths go round it as they
 * go anywhere. The paths are counted first, so it gives up at once where they are too many.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff/diff.h"
#include "diff/linear.h"
#include "explain/explain.h"

enum { PATHWISE_ELEMENTS = 1 << 24 }; /* places of all edges together */

typedef struct pathwise_edge {
    ew_node to, from; /* whose elements it joins */
    linear map;
    ew_node factor, when;                               /* over its domain; EW_NONE: there is no condition */
    ew_node to_place[AXES_MOST], from_place[AXES_MOST]; /* what gathers say; EW_NONE: the map says it */
    size_t first;                                       /* of its values in `wanted`, in the order of this struct */
} pathwise_edge;

typedef struct pathwise_link {
    uint32_t from;
    double factor;
} pathwise_link;

typedef struct pathwise {
    ew_graph *g;
    memory *m;
    ew_node of, wrt;
    uint8_t *mark; /* by node: MET, LEADS */
    size_t marks;
    ARRAY(ew_node) cone;
    ARRAY(pathwise_edge) edges;
    ARRAY(ew_node) wanted;
    size_t *base; /* by node: its first element */
    size_t elements;
    size_t *first; /* by element, one more at the end: its first link */
    pathwise_link *links;
    size_t link_count;
    double *count; /* by element: paths down to wrt; below 0: not known yet */
    ew_program *program;
    double *values;
    size_t value_count;
} pathwise;

enum { MET = 1, LEADS = 2 };

/* The elements of a state and of what it becomes are those of its definition. */
static ew_node pathwise_root(const ew_graph *g, ew_node n)
{
    while (node_at(g, n)->op == OP_LOOP || node_at(g, n)->op == OP_STATE) n = node_state(g, n)->definition;
    return n;
}

static bool pathwise_memory(pathwise *w)
{
    return report_memory(&w->g->report);
}

/* ---- Nodes and edges -------------------------------------------------------------------------------------------- */

static bool pathwise_meet(pathwise *w, ew_node n)
{
    n = pathwise_root(w->g, n);
    if (w->mark[n] & MET) return true;
    w->mark[n] |= MET;
    return array_push(w->m, &w->cone, n) || pathwise_memory(w);
}

static bool pathwise_cone(pathwise *w)
{
    bool ok = pathwise_meet(w, w->of), again = true;
    for (size_t i = 0; ok && i < w->cone.count; i++) {
        ew_node n = w->cone.at[i];
        for (size_t k = 0; ok && k < node_at(w->g, n)->count; k++)
            if (node_is_edge(w->g, n, k)) ok = pathwise_meet(w, node_arg(w->g, n, k));
    }
    w->mark[w->wrt] |= LEADS;
    while (ok && again) { /* once, and once more for each recurrence that is gone round */
        again = false;
        for (size_t i = w->cone.count; i-- > 0;) {
            ew_node n = w->cone.at[i];
            for (size_t k = 0; !(w->mark[n] & LEADS) && k < node_at(w->g, n)->count; k++) {
                if (!node_is_edge(w->g, n, k)) continue;
                if (!(w->mark[pathwise_root(w->g, node_arg(w->g, n, k))] & LEADS)) continue;
                w->mark[n] |= LEADS;
                again = true;
            }
        }
    }
    return ok;
}

static ew_node pathwise_want(pathwise *w, view v, uint16_t domain)
{
    ew_node n = v.node == EW_NONE ? EW_NONE : view_node(w->g, v, domain);
    if (n != EW_NONE && !array_push(w->m, &w->wanted, n)) pathwise_memory(w);
    return n;
}

/* A gathered place, checked where the edge's access checks it; EW_NONE: it is affine. */
static ew_node pathwise_place(pathwise *w, const spot *p, uint16_t domain)
{
    return pathwise_want(w, p->checked.node == EW_NONE ? p->gather : p->checked, domain);
}

static bool pathwise_edge_add(pathwise *w, ew_node n, size_t k)
{
    pathwise_edge *e;
    if (!array_reserve(w->m, &w->edges, 1)) return pathwise_memory(w);
    e = &w->edges.at[w->edges.count++];
    *e = (pathwise_edge){.to = n, .from = pathwise_root(w->g, node_arg(w->g, n, k)), .first = w->wanted.count};
    if (!linear_edge(w->g, n, k, &e->map)) return false;
    if (e->map.factor.node == EW_NONE) e->map.factor = linear_factor(w->g, n, k);
    e->factor = pathwise_want(w, e->map.factor, e->map.domain);
    e->when = pathwise_want(w, e->map.when, e->map.domain);
    for (size_t p = 0; p < e->map.to_rank; p++) e->to_place[p] = pathwise_place(w, &e->map.to[p], e->map.domain);
    for (size_t p = 0; p < e->map.from_rank; p++) e->from_place[p] = pathwise_place(w, &e->map.from[p], e->map.domain);
    return report_ok(&w->g->report);
}

static bool pathwise_edges(pathwise *w)
{
    for (size_t i = 0; i < w->cone.count; i++) {
        ew_node n = w->cone.at[i];
        size_t count = node_at(w->g, n)->count;
        w->base[n] = w->elements;
        w->elements += graph_elements(w->g, n);
        for (size_t k = 0; (w->mark[n] & LEADS) && k < count; k++) {
            if (!node_is_edge(w->g, n, k)) continue;
            if (!(w->mark[pathwise_root(w->g, node_arg(w->g, n, k))] & LEADS)) continue;
            if (!pathwise_edge_add(w, n, k)) return false;
        }
    }
    return true;
}

/* ---- Numbers ------------------------------------------------------------------------------------------------------
 */

static bool pathwise_run(pathwise *w, const double *in, ew_error *err)
{
    if (!w->wanted.count) return true;
    w->program = ew_prepare_nodes(w->g, w->wanted.at, w->wanted.count, err);
    if (!w->program) return false;
    w->value_count = ew_out_count(w->program);
    w->values = block_new(w->m, w->value_count, sizeof *w->values);
    if (!w->values) return pathwise_memory(w);
    if (ew_run(w->program, NULL, in, w->values) == EW_OK) return true;
    ew_run_error(w->program, NULL, err);
    return false;
}

/* Value number i of the wanted ones at place d of its domain; a constant has one for all. */
static double pathwise_value(const pathwise *w, size_t i, size_t d)
{
    ew_array_info a = ew_out_array(w->program, i);
    return w->values[a.offset + (a.count > 1 ? d : 0)];
}

/* The element at one end of an edge; SIZE_MAX: outside. *value: of the wanted ones, the next. */
static size_t pathwise_end(const pathwise *w, ew_node n, const spot *at, const ew_node *gather, size_t rank,
                           const size_t *place, size_t d, size_t *value)
{
    size_t e = 0;
    bool inside = true;
    for (size_t p = 0; p < rank; p++) {
        double here = (double)at[p].offset, size = (double)node_size(w->g, n, p);
        for (size_t t = 0; t < at[p].terms; t++) here += (double)at[p].factor[t] * (double)place[at[p].axis[t]];
        if (gather[p] != EW_NONE) here = pathwise_value(w, (*value)++, d);
        inside = inside && here >= 0 && here < size;
        e = e * (size_t)size + (inside ? (size_t)here : 0);
    }
    return inside ? w->base[n] + e : SIZE_MAX;
}

static bool pathwise_next(const int64_t *sizes, size_t rank, size_t *place)
{
    for (size_t p = rank; p-- > 0; place[p] = 0)
        if (++place[p] < (size_t)sizes[p]) return true;
    return false;
}

/* Calls of it count the links of each element, then lay them down behind w->first[to]. */
static void pathwise_lay(pathwise *w, const pathwise_edge *e, bool lay)
{
    const int64_t *sizes = shape_sizes(w->g, e->map.domain);
    size_t rank = shape_rank(w->g, e->map.domain), place[AXES_MOST] = {0}, d = 0;
    for (size_t p = 0; p < rank; p++)
        if (sizes[p] == 0) return;
    do {
        size_t value = e->first + 1;
        bool holds = e->when == EW_NONE || (pathwise_value(w, value++, d) != 0) != e->map.otherwise;
        size_t to = pathwise_end(w, e->to, e->map.to, e->to_place, e->map.to_rank, place, d, &value);
        size_t from = pathwise_end(w, e->from, e->map.from, e->from_place, e->map.from_rank, place, d, &value);
        double factor = pathwise_value(w, e->first, d);
        d++;
        if (!holds || to == SIZE_MAX || from == SIZE_MAX) continue;
        if (lay)
            w->links[w->first[to + 1]++] = (pathwise_link){(uint32_t)from, factor};
        else
            w->first[to + 2]++;
    } while (pathwise_next(sizes, rank, place));
}

static bool pathwise_many(pathwise *w, double paths)
{
    char number[32];
    if (paths <= 1e15)
        snprintf(number, sizeof number, "%.0f", paths);
    else
        snprintf(number, sizeof number, "10^%.4g", log10(paths));
    return report_at(&w->g->report, E_PATHS, NO_PLACE, 0, number, NULL, NULL);
}

static bool pathwise_links(pathwise *w)
{
    double all = 0;
    for (size_t i = 0; i < w->edges.count; i++) {
        size_t count;
        if (!shape_elements(w->g, w->edges.at[i].map.domain, &count)) return pathwise_many(w, HUGE_VAL);
        all += (double)count;
    }
    if (all > PATHWISE_ELEMENTS || w->elements > PATHWISE_ELEMENTS) return pathwise_many(w, all);
    w->first = block_new(w->m, w->elements + 3, sizeof *w->first);
    w->count = block_new(w->m, w->elements + 1, sizeof *w->count);
    if (!w->first || !w->count) return pathwise_memory(w);
    for (size_t i = 0; i < w->edges.count; i++) pathwise_lay(w, &w->edges.at[i], false);
    for (size_t e = 2; e < w->elements + 2; e++) w->first[e] += w->first[e - 1];
    w->link_count = w->first[w->elements + 1];
    w->links = block_new(w->m, w->link_count + 1, sizeof *w->links);
    if (!w->links) return pathwise_memory(w);
    for (size_t i = 0; i < w->edges.count; i++) pathwise_lay(w, &w->edges.at[i], true);
    return true;
}

/* ---- The walk ------------------------------------------------------------------------------------------------------
 */

typedef struct pathwise_step {
    size_t element, next;
    double product;
} pathwise_step;

typedef ARRAY(pathwise_step) pathwise_stack;

static bool pathwise_enter(pathwise *w, pathwise_stack *s, size_t element, double product)
{
    pathwise_step step = {element, w->first[element], product};
    return array_push(w->m, s, step) || pathwise_memory(w);
}

static bool pathwise_is_end(const pathwise *w, size_t element)
{
    return element >= w->base[w->wrt] && element < w->base[w->wrt] + graph_elements(w->g, w->wrt);
}

/* The paths down from one element to wrt, those below it first. */
static bool pathwise_count(pathwise *w, pathwise_stack *s, size_t from)
{
    if (w->count[from] >= 0) return true;
    s->count = 0;
    bool ok = pathwise_enter(w, s, from, 0);
    while (ok && s->count) {
        pathwise_step *at = &s->at[s->count - 1];
        size_t next = at->next < w->first[at->element + 1] ? w->links[at->next].from : SIZE_MAX;
        if (next != SIZE_MAX && w->count[next] < 0) {
            ok = pathwise_enter(w, s, next, 0);
            continue;
        }
        if (next != SIZE_MAX) {
            at->product += w->count[next];
            at->next++;
            continue;
        }
        w->count[at->element] = at->product + pathwise_is_end(w, at->element);
        s->count--;
    }
    return ok;
}

/* Multiplies along every path from one element; row: by element of wrt. */
static bool pathwise_multiply(pathwise *w, pathwise_stack *s, size_t from, double *row)
{
    s->count = 0;
    if (pathwise_is_end(w, from)) row[from - w->base[w->wrt]] += 1;
    bool ok = pathwise_enter(w, s, from, 1);
    while (ok && s->count) {
        pathwise_step *at = &s->at[s->count - 1];
        if (at->next == w->first[at->element + 1]) {
            s->count--;
            continue;
        }
        pathwise_link l = w->links[at->next++];
        if (w->count[l.from] == 0) continue;
        double product = explain_along(at->product, l.factor);
        if (pathwise_is_end(w, l.from)) row[l.from - w->base[w->wrt]] += product;
        ok = pathwise_enter(w, s, l.from, product);
    }
    return ok;
}

static bool pathwise_walk(pathwise *w, double most, double *out)
{
    pathwise_stack s = {0};
    size_t of = graph_elements(w->g, w->of), by = graph_elements(w->g, w->wrt), first = w->base[w->of];
    double paths = 0;
    bool ok = true;
    for (size_t e = 0; e < w->elements; e++) w->count[e] = -1;
    for (size_t e = 0; ok && e < of; e++) {
        ok = pathwise_count(w, &s, first + e);
        if (ok) paths += w->count[first + e];
    }
    if (ok && !(paths <= most)) ok = pathwise_many(w, paths);
    for (size_t e = 0; ok && e < of; e++) ok = pathwise_multiply(w, &s, first + e, out + e * by);
    array_free(w->m, &s);
    return ok;
}

/* ---- All together
 * ---------------------------------------------------------------------------------------------------- */

static void pathwise_free(pathwise *w)
{
    block_free(w->m, w->mark, w->mark ? w->marks : 0);
    block_free(w->m, w->base, w->base ? w->marks : 0);
    block_free(w->m, w->first, w->first ? w->elements + 3 : 0);
    block_free(w->m, w->count, w->count ? w->elements + 1 : 0);
    block_free(w->m, w->links, w->links ? w->link_count + 1 : 0);
    block_free(w->m, w->values, w->values ? w->value_count : 0);
    array_free(w->m, &w->cone);
    array_free(w->m, &w->edges);
    array_free(w->m, &w->wanted);
    ew_free(w->program);
}

static bool pathwise_all(pathwise *w, const double *in, double most, double *out, ew_error *err)
{
    ew_node ends[2] = {w->of, w->wrt};
    if (!diff_resolve_ends(w->g, ends)) return false;
    w->of = pathwise_root(w->g, ends[0]);
    w->wrt = pathwise_root(w->g, ends[1]);
    w->marks = w->g->nodes.count;
    w->mark = block_new(w->m, w->marks, 1);
    w->base = block_new(w->m, w->marks, sizeof *w->base);
    if (!w->mark || !w->base) return pathwise_memory(w);
    memset(out, 0, graph_elements(w->g, w->of) * graph_elements(w->g, w->wrt) * sizeof *out);
    if (!pathwise_cone(w)) return false;
    if (!(w->mark[w->wrt] & MET)) return true; /* no path */
    return pathwise_edges(w) && pathwise_run(w, in, err) && pathwise_links(w) && pathwise_walk(w, most, out);
}

ew_status ew_pathwise(ew_graph *g, ew_node of, ew_node wrt, const double *in, double most, double *out, ew_error *err)
{
    pathwise w = {.g = g, .m = &g->memory, .of = of, .wrt = wrt};
    ew_error run = {0};
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    if (of >= g->nodes.count || wrt >= g->nodes.count) report_plain(&g->report, E_BAD_NODE, NULL, NULL);
    bool ok = report_ok(&g->report) && pathwise_all(&w, in, most, out, &run);
    pathwise_free(&w);
    ew_status status = ew_graph_error(g, NULL);
    graph_hand_over(g, err);
    if (status != EW_OK || ok) return status;
    if (err) *err = run;
    return run.status;
}
