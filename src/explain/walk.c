/*
 * walk.c - going up along edges between nodes with axes (walk.h).
 */
#include "explain/walk.h"

#include <math.h>
#include <string.h>

/* The node whose axes an edge's domain are: a part of a join stands for its equation. */
static ew_node walk_domain(const ew_graph *g, const ew_edge *e)
{
    unsigned o = node_at(g, e->user)->op;
    return o == OP_JOIN || o == OP_LOOP ? node_arg(g, e->user, e->arg) : e->user;
}

static bool walk_has_domain(const ew_graph *g, ew_node n)
{
    return op_is_reduction(node_at(g, n)->op) || node_at(g, n)->op == OP_SCATTER;
}

static uint16_t walk_shape(const ew_graph *g, ew_node n)
{
    return walk_has_domain(g, n) ? node_at(g, n)->domain : node_at(g, n)->shape;
}

static uint32_t walk_name(const ew_graph *g, ew_node n, size_t q)
{
    return node_at(g, n)->op == OP_SCATTER ? 0 : graph_index_name(g, n, q);
}

static bool walk_copy(places *p, size_t from)
{
    return places_push(p, places_text(p, from, 0));
}

/* The places at which what the edge comes from is read, behind accesses; the domain's begin at `axes`. */
static bool walk_read(const ew_graph *g, places *p, const ew_edge *e, size_t axes, size_t *at)
{
    ew_node d = walk_domain(g, e), a = d;
    *at = axes;
    if (d == e->user) {
        *at = p->axes.count;
        if (!places_push_use(p, e->user, e->arg, axes)) return false;
        a = node_arg(g, e->user, e->arg);
    }
    while (graph_is_quiet(g, a) && (node_at(g, a)->op == OP_AT || node_at(g, a)->op == OP_COPY)) {
        size_t before = *at;
        *at = p->axes.count;
        if (!places_push_use(p, a, 0, before)) return false;
        a = node_arg(g, a, 0);
    }
    return true;
}

/* By axis of the domain: which axis of the node below it is as it stands, or -1. */
static bool walk_match(const walk *w, const ew_edge *e, ew_node d, size_t rank, int *same)
{
    const ew_graph *g = w->l->g;
    places q = {.g = g, .m = w->l->m};
    size_t at, axes = shape_rank(g, walk_shape(g, d));
    bool ok = true;
    for (size_t k = 0; k < axes; k++) same[k] = -1;
    for (size_t k = 0; ok && k < axes; k++) ok = places_push_new(&q, walk_name(g, d, k));
    ok = ok && walk_read(g, &q, e, 0, &at);
    for (size_t k = 0; ok && k < axes; k++)
        for (size_t i = rank; i-- > 0;)
            if (strcmp(places_text(&q, at, i), places_text(&q, k, 0)) == 0) same[k] = (int)i;
    places_free(&q);
    return ok;
}

static void walk_tight(text *t, const char *s) /* lines are not to be broken inside */
{
    for (; *s; s++)
        if (*s != ' ') text_char(t, *s);
}

/* "t+1=5", where what is read is not the place that the node below was told to be at. */
static void walk_note(walk *w, size_t at, size_t rank)
{
    static const char digits[] = "-0123456789";
    for (size_t i = 0; i < rank; i++) {
        const char *read = places_text(&w->p, at, i), *told = places_text(&w->p, w->at, i);
        if (strcmp(read, told) == 0) continue;
        if (!read[strspn(read, digits)] && !told[strspn(told, digits)]) w->never = true;
        if (w->where.count) text_char(&w->where, ',');
        walk_tight(&w->where, told);
        text_char(&w->where, '=');
        walk_tight(&w->where, read);
    }
}

/* Texts for the domain: what is told stays, the rest is new. */
static bool walk_names(walk *w, ew_node d, const int *same)
{
    const ew_graph *g = w->l->g;
    uint16_t shape = walk_shape(g, d);
    size_t axes = shape_rank(g, shape);
    bool ok = true;
    w->domain = w->p.axes.count;
    for (size_t k = 0; ok && k < axes; k++) {
        walk_index x = {w->p.axes.count, shape_sizes(g, shape)[k]};
        ok = same[k] >= 0 ? walk_copy(&w->p, w->at + (size_t)same[k])
                          : places_push_new(&w->p, walk_name(g, d, k)) && array_push(w->l->m, &w->open, x);
    }
    return ok;
}

/* The places of what the edge leads to. */
static bool walk_reach(walk *w, const ew_edge *e, ew_node d)
{
    const ew_graph *g = w->l->g;
    size_t part = graph_equation_of(g, e->to, e->user, e->arg), rank = node_rank(g, e->to), at = w->p.axes.count;
    bool ok = true;
    text t;
    text_begin(&t, w->l->m);
    for (size_t q = 0; ok && q < rank; q++) {
        ew_node join = graph_equation(g, e->to);
        text_clear(&t);
        if (part != SIZE_MAX)
            ok = places_axis(&w->p, join, use_map(g, join, part), q, w->domain, &t) &&
                 places_push(&w->p, text_string(&t));
        else if (node_at(g, d)->op == OP_SCATTER)
            ok = places_axis(&w->p, d, node_at(g, d)->target, q, w->domain, &t) && places_push(&w->p, text_string(&t));
        else
            ok = walk_copy(&w->p, w->domain + q);
    }
    ok = ok && !t.failed;
    text_free(&t);
    w->at = at;
    w->rank = rank;
    w->node = ew_node_index(g, e->to);
    return ok;
}

bool walk_begin(walk *w, lesson *l, size_t node)
{
    *w = (walk){.l = l, .p = {.g = l->g, .m = l->m}, .node = node};
    text_begin(&w->where, l->m);
    w->rank = node_rank(l->g, explain_node(l, node));
    return places_push_node(&w->p, explain_node(l, node), false) || explain_fail(l);
}

bool walk_own(walk *w, lesson *l, size_t edge)
{
    ew_edge e = ew_edge_at(l->g, edge);
    ew_node d = walk_domain(l->g, &e);
    int same[AXES_MOST];
    *w = (walk){.l = l, .p = {.g = l->g, .m = l->m}};
    text_begin(&w->where, l->m);
    for (size_t q = 0; q < AXES_MOST; q++) same[q] = -1;
    return walk_names(w, d, same) || explain_fail(l);
}

bool walk_edge(walk *w, size_t edge)
{
    ew_edge e = ew_edge_at(w->l->g, edge);
    ew_node d = walk_domain(w->l->g, &e);
    int same[AXES_MOST];
    size_t at, rank = w->rank;
    bool ok =
        walk_match(w, &e, d, rank, same) && walk_names(w, d, same) && walk_read(w->l->g, &w->p, &e, w->domain, &at);
    if (ok) walk_note(w, at, rank);
    return (ok && walk_reach(w, &e, d)) || explain_fail(w->l);
}

void walk_node(walk *w, text *t)
{
    text_add(t, MARK_NAME);
    text_add(t, ew_node_name(w->l->g, explain_node(w->l, w->node)));
    for (size_t q = 0; q < w->rank; q++) {
        text_add(t, q ? ", " : "[");
        text_add(t, places_text(&w->p, w->at, q));
    }
    if (w->rank) text_char(t, ']');
    text_add(t, MARK_END);
}

/* Argument k of the last edge's user, as it stands there. */
static bool walk_argument(walk *w, ew_node user, size_t k, text *t)
{
    const ew_graph *g = w->l->g;
    ew_node n = node_arg(g, user, k);
    places at = {.g = g, .m = w->l->m};
    size_t axes = w->p.axes.count, chars = w->p.chars.count;
    bool ok = places_push_use(&w->p, user, k, w->domain);
    for (size_t q = 0; ok && q < node_rank(g, n); q++) ok = places_push(&at, places_text(&w->p, axes, q));
    ok = ok && graph_print_inside(g, n, &at, t);
    places_free(&at);
    places_pop(&w->p, axes, chars);
    return ok;
}

static bool walk_rule(walk *w, ew_node n, text *t)
{
    const ew_graph *g = w->l->g;
    places at = {.g = g, .m = w->l->m};
    bool ok = true;
    for (size_t q = 0; ok && q < node_rank(g, n); q++) ok = places_push(&at, places_text(&w->p, w->domain, q));
    ok = ok && graph_print_inside(g, n, &at, t);
    places_free(&at);
    return ok;
}

/* "if d[r, p] == c[r] then 1 else 0", of a least or greatest one; ties are told by the rule's own text. */
static bool walk_extreme(walk *w, const ew_edge *e, text *t)
{
    text_add(t, "if ");
    bool ok = walk_argument(w, e->user, 0, t);
    text_add(t, " == ");
    text_add(t, ew_node_name(w->l->g, e->to));
    for (size_t q = 0; q < node_rank(w->l->g, e->to); q++) {
        text_add(t, q ? ", " : "[");
        text_add(t, places_text(&w->p, w->domain, q));
    }
    text_add(t, node_rank(w->l->g, e->to) ? "] then 1 else 0" : " then 1 else 0");
    return ok;
}

void walk_partial(walk *w, size_t edge, text *t)
{
    ew_edge e = ew_edge_at(w->l->g, edge);
    const char *form = phrase_textbook(w->l, edge), *piece;
    size_t start = t->count;
    uint32_t count;
    int k;
    unsigned o = node_at(w->l->g, e.user)->op;
    bool extreme = (o == OP_LEAST || o == OP_GREATEST) && e.user == graph_equation(w->l->g, e.to);
    bool ok = form || (extreme ? walk_extreme(w, &e, t) : walk_rule(w, e.partial, t));
    while (form && ok && (k = ops_piece(&form, &piece, &count)) != -2) {
        if (k < 0)
            text_addn(t, piece, count);
        else
            ok = walk_argument(w, e.user, (size_t)k, t);
    }
    if (!ok) explain_fail(w->l);
    phrase_dots(t, start);
}

/* Is the index told by the place of the node reached? */
static bool walk_told(const walk *w, size_t k)
{
    const char *name = places_text(&w->p, w->open.at[k].text, 0);
    for (size_t q = 0; q < w->rank; q++)
        if (strcmp(places_text(&w->p, w->at, q), name) == 0) return true;
    return false;
}

void walk_sum(const walk *w, text *t)
{
    size_t count = 0, start;
    for (size_t k = 0; k < w->open.count; k++) count += !walk_told(w, k);
    if (!count && w->where.count) { /* 1 there, 0 elsewhere */
        text_char(t, '[');
        text_addn(t, w->where.at, w->where.count);
        text_add(t, "]·");
    }
    if (!count) return;
    bool brace = count > 1 || w->where.count;
    text_add(t, brace ? "Σ_{" : "Σ_");
    start = t->count;
    for (size_t k = 0; k < w->open.count; k++) {
        if (walk_told(w, k)) continue;
        if (t->count > start) text_char(t, ',');
        text_add(t, places_text(&w->p, w->open.at[k].text, 0));
    }
    if (w->where.count) text_char(t, ':');
    text_addn(t, w->where.at, w->where.count);
    text_add(t, brace ? "} " : " ");
}

double walk_parallel(const walk *w, text *t)
{
    double all = 1;
    size_t start = t->count;
    for (size_t k = 0; k < w->open.count; k++) {
        int64_t size = w->open.at[k].size;
        if (walk_told(w, k)) continue;
        if (t->count > start) text_add(t, ", ");
        text_add(t, places_text(&w->p, w->open.at[k].text, 0));
        all *= size_is_known(size) ? (double)size : (double)NAN;
    }
    return all;
}

void walk_end(walk *w)
{
    explain_drop(w->l, &w->where);
    array_free(w->l->m, &w->open);
    places_free(&w->p);
}
