/*
 * indexed_sweeps.c - paths, the two sweeps and their cost for programs with axes: in symbols, an index sum
 * written Σ_j, with numbers where the lesson has them.
 */
#include <math.h>
#include <string.h>

#include "explain/walk.h"

/* ---- Paths ------------------------------------------------------------------------------------ */

typedef struct indexed_route {
    walk w;
    text nodes, product, sum; /* "W[j, k] → c[n, k, j] → …"; "x[n, j]·1"; "Σ_n " */
} indexed_route;

static void route_end(indexed_route *r, lesson *l)
{
    walk_end(&r->w);
    explain_drop(l, &r->nodes);
    explain_drop(l, &r->product);
    explain_drop(l, &r->sum);
}

/* One factor more: downward order, so each goes before the others. */
static void route_factor(indexed_route *r, lesson *l, const char *factor)
{
    text all;
    if (strcmp(factor, "1") == 0) return;
    text_begin(&all, l->m);
    phrase_factor(&all, factor, false);
    if (r->product.count) text_add(&all, "·");
    text_add(&all, text_string(&r->product));
    text_clear(&r->product);
    text_add(&r->product, text_string(&all));
    explain_drop(l, &all);
}

/* Walks a path given by edges, upward. */
static bool route_walk(indexed_route *r, lesson *l, const routes *p)
{
    bool ok = walk_begin(&r->w, l, p->from);
    text_begin(&r->nodes, l->m);
    text_begin(&r->product, l->m);
    text_begin(&r->sum, l->m);
    if (ok) walk_node(&r->w, &r->nodes);
    for (size_t k = 0; ok && k < p->edge.count; k++) {
        size_t e = l->out_edge[p->edge.at[k]];
        bool told = p->edge.count <= 2 * LESSON_EDGES || k < LESSON_EDGES || k + LESSON_EDGES >= p->edge.count;
        ok = walk_edge(&r->w, e);
        text_clear(&l->work);
        if (ok && told) walk_partial(&r->w, e, &l->work);
        if (ok && told) route_factor(r, l, text_string(&l->work));
        if (told) text_add(&r->nodes, " → ");
        if (told) walk_node(&r->w, &r->nodes);
        if (!told && k == LESSON_EDGES) text_add(&r->nodes, " → …");
    }
    if (!r->product.count) text_add(&r->product, "1");
    if (ok) walk_sum(&r->w, &r->sum);
    return ok;
}

/* "parallel paths for every n, k: 8 to each W[j, k]" */
static void route_parallel(indexed_route *r, lesson *l)
{
    text names, count;
    text_begin(&names, l->m);
    text_begin(&count, l->m);
    double all = walk_parallel(&r->w, &names);
    if (all >= 0) phrase_count(l, &count, all, "{1} path", "{1} paths");
    if (names.count)
        explain_sentence(l, 6,
                         all >= 0 && !r->w.where.count ? "parallel paths, one for every {1}: {2}"
                                                       : "parallel paths, one for every {1}",
                         text_string(&names), text_string(&count), NULL);
    explain_drop(l, &names);
    explain_drop(l, &count);
}

/* "∂p[n, k]/∂x[n, j] = …": of `of` the element that the way leads to. */
static void route_slope(lesson *l, size_t x, text *top, text *terms)
{
    const double *slopes = explain_slopes(l, x);
    text_clear(&l->line);
    if (top->count) {
        text_add(&l->line, MARK_SLOPE "∂" MARK_END);
        text_add(&l->line, text_string(top));
        text_add(&l->line, MARK_SLOPE "/∂" MARK_END);
        phrase_called(l, &l->line, x);
    } else {
        phrase_slope_of(l, &l->line, l->of, x);
    }
    text_add(&l->line, " = ");
    text_add(&l->line, text_string(terms));
    if (slopes) {
        text_add(&l->line, " = " MARK_VALUE);
        indexed_number(l, &l->line, x, slopes);
        text_add(&l->line, MARK_END);
    }
    explain_formula(l, 4, text_string(&l->line));
}

static void route_opening(lesson *l, size_t x)
{
    text name, count, all;
    text_begin(&name, l->m);
    text_begin(&count, l->m);
    text_begin(&all, l->m);
    phrase_name(l, &name, x);
    phrase_count(l, &count, l->ways[x], "{1} way", "{1} ways");
    if (l->parallel[x] >= 0) phrase_count(l, &all, l->parallel[x], "{1} path", "{1} paths");
    explain_sentence(l, 2, l->parallel[x] >= 0 ? "From {1}: {2}; with every index written out, {3}." : "From {1}: {2}.",
                     text_string(&name), text_string(&count), text_string(&all));
    explain_drop(l, &name);
    explain_drop(l, &count);
    explain_drop(l, &all);
}

/* Ways that are not told one by one. */
static void paths_diff(lesson *l, size_t x)
{
    if (l->round[x] & ROUND_DIFF)
        explain_sentence(l, 4, "… and what leads through a diff of the program, whose own ways are not told.", NULL,
                         NULL, NULL);
}

static void paths_round(lesson *l, size_t x)
{
    if (l->round[x] & ROUND_STEPS)
        explain_sentence(l, 4, "… and the ways that go round the recurrence, from step to step.", NULL, NULL, NULL);
    paths_diff(l, x);
}

/* "∂e/∂x = … = 5", of ways that are not told. */
static void paths_hidden(lesson *l, size_t x, size_t indent)
{
    text_clear(&l->line);
    phrase_slope_of(l, &l->line, l->of, x);
    text_add(&l->line, " = …");
    if (explain_slopes(l, x)) {
        text_add(&l->line, " = " MARK_VALUE);
        indexed_number(l, &l->line, x, explain_slopes(l, x));
        text_add(&l->line, MARK_END);
    }
    explain_formula(l, indent, text_string(&l->line));
}

/* All go round a recurrence: there is no way that could be told. */
static void paths_steps(lesson *l, size_t x)
{
    text name;
    text_begin(&name, l->m);
    phrase_name(l, &name, x);
    explain_sentence(l, 2, "From {1}: only ways that go round the recurrence, from step to step.", text_string(&name),
                     NULL, NULL);
    explain_drop(l, &name);
    paths_diff(l, x);
    paths_hidden(l, x, 4);
}

static void paths_from(lesson *l, size_t x)
{
    routes p;
    text terms, top;
    size_t told = 0, never = 0;
    text_begin(&terms, l->m);
    text_begin(&top, l->m);
    route_opening(l, x);
    routes_begin(&p, l, x);
    while (told < LESSON_TERMS && report_ok(&l->r) && routes_next(&p)) {
        indexed_route r = {0};
        if (route_walk(&r, l, &p) && !r.w.never) {
            explain_formula(l, 4, text_string(&r.nodes));
            route_parallel(&r, l);
            if (told == 0 && explain_row(l, l->of)->shape) walk_node(&r.w, &top);
            if (told++) text_add(&terms, " + ");
            text_add(&terms, text_string(&r.sum));
            text_add(&terms, text_string(&r.product));
        }
        never += r.w.never;
        route_end(&r, l);
    }
    if (l->ways[x] > LESSON_TERMS || l->round[x]) text_add(&terms, told ? " + …" : "…");
    if (!terms.count) text_char(&terms, '0');
    if (never) {
        text_clear(&l->line);
        phrase_count(l, &l->line, (double)never, "{1} way asks for two places of an array at once: it is none.",
                     "{1} ways ask for two places of an array at once: they are none.");
        explain_prose(l, 4, text_string(&l->line));
    }
    paths_round(l, x);
    route_slope(l, x, &top, &terms);
    explain_drop(l, &top);
    routes_free(&p);
    explain_drop(l, &terms);
}

static void paths_none(lesson *l, size_t x)
{
    text_clear(&l->line);
    phrase_slope_of(l, &l->line, l->of, x);
    text_add(&l->line, x == l->of ? " = 1" : " = 0: ");
    if (x != l->of)
        phrase_fill(l, &l->line, "no path leads from {1} to {2}", ew_node_name(l->g, explain_node(l, x)),
                    ew_node_name(l->g, explain_node(l, l->of)), NULL);
    explain_formula(l, 2, text_string(&l->line));
}

static void paths_of(lesson *l, size_t x)
{
    if (x == l->of || !(l->ways[x] > 0 || l->round[x])) {
        paths_none(l, x);
    } else if (l->ways[x] > 0) {
        paths_from(l, x);
    } else if (l->round[x] & ROUND_STEPS) {
        paths_steps(l, x);
    } else { /* through a diff alone */
        paths_hidden(l, x, 2);
        paths_diff(l, x);
    }
}

static bool indexed_recurs(const lesson *l)
{
    for (size_t k = 0; k < l->count; k++)
        if (explain_row(l, l->node[k])->op == OP_LOOP) return true;
    return false;
}

void indexed_paths(lesson *l)
{
    explain_heading(l, "The paths from each input to {1}");
    explain_sentence(l, 2,
                     indexed_recurs(l)
                         ? "The chain rule: multiply the derivatives along each path, and add the products of all "
                           "paths. A sum over an index is a sum over parallel paths. Paths from step to step of a "
                           "recurrence are in the sweeps below."
                         : "The chain rule: multiply the derivatives along each path, and add the products of all "
                           "paths. A sum over an index is a sum over parallel paths.",
                     NULL, NULL, NULL);
    if (l->count > LESSON_SWEEPS) {
        explain_sentence(l, 2,
                         "In a graph as large as this one the paths are left out: the reverse sweep below gives "
                         "their sums without walking them.",
                         NULL, NULL, NULL);
        return;
    }
    for (size_t k = 0; k < l->wrt_count && k < LESSON_INPUTS; k++) {
        if (!report_ok(&l->r) || l->broken) return;
        explain_blank(l);
        paths_of(l, l->wrt[k]);
        explain_step(l);
    }
    if (l->wrt_count <= LESSON_INPUTS) return;
    text_clear(&l->line);
    phrase_count(l, &l->line, (double)(l->wrt_count - LESSON_INPUTS), "… and so from {1} more input.",
                 "… and so from {1} more inputs.");
    explain_blank(l);
    explain_prose(l, 2, text_string(&l->line));
}

/* ---- Forward ---------------------------------------------------------------------------------- */

/* "Σ_{i:k[i]=j} ": of what is scattered to place j */
static void forward_scatter(const lesson *l, text *t, ew_node user)
{
    const graph_node *node = node_at(l->g, user);
    places p = {.g = l->g, .m = l->m};
    size_t own = node_rank(l->g, user), all = shape_rank(l->g, node->domain);
    text where;
    bool ok = places_push_node(&p, user, false) && places_push_domain(&p, user);
    text_begin(&where, l->m);
    for (size_t q = 0; ok && q < all; q++) {
        text_add(t, q ? "," : "Σ_{");
        text_add(t, places_text(&p, own + q, 0));
    }
    for (size_t q = 0; ok && q < own; q++) {
        text_char(&where, q ? ',' : ':');
        ok = places_axis(&p, user, node->target, q, own, &where);
        text_char(&where, '=');
        text_add(&where, places_text(&p, q, 0));
    }
    for (const char *s = text_string(&where); all && *s; s++) /* lines are not to be broken inside */
        if (*s != ' ') text_char(t, *s);
    if (all) text_add(t, "} ");
    if (!ok || where.failed) t->failed = true;
    text_free(&where);
    places_free(&p);
}

/* "Σ_j " of a reduction, by its own index names */
static void forward_sum(const lesson *l, text *t, ew_node user)
{
    const graph_node *node = node_at(l->g, user);
    size_t own = node_rank(l->g, user), all = shape_rank(l->g, node->domain);
    if (node->op == OP_SCATTER) forward_scatter(l, t, user);
    if (!op_is_reduction(node->op)) return;
    text_add(t, all - own > 1 ? "Σ_{" : "Σ_");
    for (size_t q = own; q < all; q++) {
        uint32_t name = graph_index_name(l->g, user, q);
        if (q > own) text_char(t, ',');
        text_add(t, name ? graph_name_text(l->g, name) : "…");
    }
    text_add(t, all - own > 1 ? "} " : " ");
}

/* Does x stand on the same left side as edge e? Those of an equation are told together. */
static bool forward_same(const lesson *l, size_t e, size_t f)
{
    ew_edge a = ew_edge_at(l->g, e), b = ew_edge_at(l->g, f);
    return a.user == b.user && (node_at(l->g, a.user)->op != OP_JOIN || a.arg == b.arg);
}

static void forward_term(lesson *l, text *t, size_t e, bool first)
{
    ew_edge edge = ew_edge_at(l->g, e);
    walk w;
    text part;
    text_begin(&part, l->m);
    if (!first) text_add(t, " + ");
    forward_sum(l, t, edge.user);
    if (walk_own(&w, l, e)) walk_partial(&w, e, &part);
    walk_end(&w);
    if (strcmp(text_string(&part), "1") != 0) {
        phrase_factor(t, text_string(&part), first);
        text_add(t, "·");
    }
    text_add(t, MARK_SLOPE "∂");
    graph_print_lower(l->g, edge.user, edge.arg, false, t, 200);
    text_add(t, MARK_END);
    explain_drop(l, &part);
}

/* "∂z[n, k] = ∂d[n, k] + ∂b[k]" for each equation of node i */
static void forward_node(lesson *l, size_t i)
{
    text *t = &l->line;
    for (size_t e = l->into[i], end = l->into[i + 1]; e < end;) {
        ew_edge edge = ew_edge_at(l->g, e);
        size_t first = e;
        text_clear(t);
        text_add(t, MARK_SLOPE "∂");
        if (node_at(l->g, edge.user)->op == OP_SCATTER)
            graph_print_operand(l->g, edge.to, t, 200);
        else
            graph_print_upper(l->g, edge.to, edge.user, edge.arg, false, t, 200);
        text_add(t, MARK_END " = ");
        for (; e < end && forward_same(l, first, e); e++) {
            if (e - first < LESSON_TERMS) forward_term(l, t, e, e == first);
            if (e - first == LESSON_TERMS) text_add(t, " + …");
        }
        explain_formula(l, 2, text_string(t));
    }
}

double indexed_inputs(const lesson *l)
{
    double all = 0;
    for (size_t k = 0; k < l->wrt_count; k++) all += indexed_count(l, l->wrt[k]);
    return all;
}

void indexed_forward(lesson *l)
{
    text count;
    double sweeps = indexed_inputs(l);
    text_begin(&count, l->m);
    explain_heading(l, "Forward: ∂/∂x of every node, one sweep for each input x");
    explain_sentence(l, 2,
                     "Choose one element of an input, begin with 1 there and 0 elsewhere, and go up. Below, ∂ before "
                     "a node is its derivative by that element.",
                     NULL, NULL, NULL);
    if (sweeps >= 0) phrase_count(l, &count, sweeps, "{1} element", "{1} elements");
    if (sweeps >= 0)
        explain_sentence(l, 2, "The inputs have {1} in all: as many sweeps.", text_string(&count), NULL, NULL);
    explain_drop(l, &count);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) forward_node(l, l->node[k]);
}

/* ---- Reverse ---------------------------------------------------------------------------------- */

/* "Σ_n ∂L/∂c[n, k, j]·x[n, j]": what comes to node i along one use */
static bool reverse_term(lesson *l, text *t, size_t i, size_t e, bool first)
{
    walk w;
    text part;
    bool ok = walk_begin(&w, l, i) && walk_edge(&w, e);
    text_begin(&part, l->m);
    if (!first) text_add(t, " + ");
    size_t reached = w.rank;
    w.rank = 0; /* summed over whatever the node below does not tell */
    if (ok) walk_sum(&w, t);
    w.rank = reached;
    if (ok) walk_partial(&w, e, &part);
    bool one = strcmp(text_string(&part), "1") == 0;
    if (w.node != l->of) {
        text_add(t, MARK_SLOPE "∂");
        text_add(t, ew_node_name(l->g, explain_node(l, l->of)));
        text_add(t, "/∂" MARK_END);
        walk_node(&w, t);
        if (!one) text_add(t, "·");
    }
    if (!one || w.node == l->of) phrase_factor(t, text_string(&part), w.node == l->of);
    explain_drop(l, &part);
    walk_end(&w);
    return ok;
}

static bool reverse_use(const lesson *l, size_t i, size_t e)
{
    size_t to = explain_to(l, e);
    bool from = ew_node_index(l->g, ew_edge_at(l->g, e).from) == i;
    return from && l->told[to] && (indexed_leads(l, to) || explain_returns(l, e));
}

static void reverse_terms(lesson *l, text *t, size_t i)
{
    size_t terms = 0;
    bool loop = explain_row(l, i)->op == OP_LOOP; /* what returns is not among its outgoing edges */
    size_t begin = loop ? 0 : l->out_first[i], end = loop ? l->edges : l->out_first[i + 1];
    for (size_t k = begin; k < end && report_ok(&l->r); k++) {
        size_t e = loop ? k : l->out_edge[k];
        if (!reverse_use(l, i, e)) continue;
        if (terms < LESSON_TERMS) reverse_term(l, t, i, e, terms == 0);
        if (terms++ == LESSON_TERMS) text_add(t, " + …");
    }
    if (!terms) text_char(t, '0');
}

static void reverse_node(lesson *l, size_t i)
{
    const double *slopes = explain_slopes(l, i);
    text *t = &l->line;
    text_clear(t);
    text_add(t, MARK_SLOPE "∂");
    text_add(t, ew_node_name(l->g, explain_node(l, l->of)));
    text_add(t, "/∂" MARK_END);
    phrase_called(l, t, i);
    text_add(t, " = ");
    if (i == l->of)
        text_add(t, "1");
    else if (!indexed_leads(l, i))
        text_add(t, "0   "), text_add(t, explain_word(l, "(no path)"));
    else if (l->ways[i] > 0 || l->round[i] & ROUND_STEPS)
        reverse_terms(l, t, i);
    if (l->round[i] & ROUND_DIFF) text_add(t, l->ways[i] > 0 || l->round[i] & ROUND_STEPS ? " + …" : "…");
    if (slopes && i != l->of) {
        text_add(t, " = " MARK_VALUE);
        indexed_number(l, t, i, slopes);
        text_add(t, MARK_END);
    }
    explain_formula(l, 2, text_string(t));
    explain_step(l);
}

void indexed_reverse(lesson *l)
{
    text count;
    double elements = indexed_count(l, l->of);
    explain_heading(l, "Reverse: ∂{1}/∂ of every node, one sweep for all inputs");
    explain_sentence(l, 2,
                     "Begin with 1 at {1} and go down. A node's derivative is the sum, over the nodes that use it, "
                     "of theirs times the derivative on the edge to them, and over the indices that they have more.",
                     ew_node_name(l->g, explain_node(l, l->of)), NULL, NULL);
    text_begin(&count, l->m);
    if (elements > 1) {
        phrase_big(l, &count, elements);
        explain_sentence(l, 2, "{1} has {2} elements: one sweep for each of them.",
                         ew_node_name(l->g, explain_node(l, l->of)), text_string(&count), NULL);
    }
    explain_drop(l, &count);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) {
        size_t i = l->node[l->count - 1 - k];
        if (explain_is_real(l, i) && explain_row(l, i)->op != OP_CONST) reverse_node(l, i);
    }
}

/* ---- Cost ------------------------------------------------------------------------------------- */

static void cost_big(table *t, double n)
{
    lesson *l = t->l;
    text_clear(&l->work);
    if (n >= 0)
        phrase_big(l, &l->work, n);
    else
        text_char(&l->work, '?');
    explain_cell(t, text_string(&l->work));
}

void indexed_sweeps(table *t, const char *name, double sweeps)
{
    lesson *l = t->l;
    double edges = 0;
    for (size_t e = 0; e < l->edges; e++)
        if (l->told[explain_to(l, e)]) edges += indexed_edge(l, e);
    explain_cell(t, name);
    cost_big(t, sweeps);
    cost_big(t, sweeps * edges);
}

/* The paths are those that are told. */
static const char *cost_paths(const lesson *l)
{
    uint8_t round = indexed_recurs(l) ? ROUND_STEPS : 0;
    for (size_t k = 0; k < l->wrt_count; k++) round |= l->round[l->wrt[k]] & ROUND_DIFF;
    switch (round) {
    case 0: return "Path by path it would be {1} to each element of {2}.";
    case ROUND_STEPS:
        return "Path by path it would be {1} to each element of {2}, those through earlier steps not counted.";
    case ROUND_DIFF: return "Path by path it would be {1} to each element of {2}, those through a diff not counted.";
    default:
        return "Path by path it would be {1} to each element of {2}, those through earlier steps and through a diff "
               "not counted.";
    }
}

void indexed_cost(lesson *l)
{
    table t;
    double paths = 0;
    explain_heading(l, "What each way costs");
    explain_table(&t, l, 3, true);
    explain_cell(&t, "");
    explain_cell(&t, explain_word(l, "sweeps"));
    explain_cell(&t, explain_word(l, "edges touched"));
    indexed_sweeps(&t, explain_word(l, "forward"), indexed_inputs(l));
    indexed_sweeps(&t, explain_word(l, "reverse"), indexed_count(l, l->of));
    explain_table_end(&t, 2);
    for (size_t k = 0; k < l->wrt_count; k++) paths += l->parallel[l->wrt[k]];
    explain_blank(l);
    text_clear(&l->work);
    if (paths >= 0) {
        text count;
        text_begin(&count, l->m);
        phrase_count(l, &count, paths, "{1} path", "{1} paths");
        explain_sentence(l, 2, cost_paths(l), text_string(&count), ew_node_name(l->g, explain_node(l, l->of)), NULL);
        explain_drop(l, &count);
    }
    explain_sentence(l, 2,
                     "Forward needs a sweep for every element of the inputs, reverse one for every element of {1}.",
                     ew_node_name(l->g, explain_node(l, l->of)), NULL, NULL);
}
