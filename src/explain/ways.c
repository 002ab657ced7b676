/*
 * ways.c - the lesson's fifth section: for each input the paths that lead from it, in symbols and
 * numbers, and their sum; beside it the factored form where all paths meet on the way.
 */
#include <math.h>
#include <string.h>

#include "explain/explain.h"

enum { WAYS_INDENT = 4 };

/* "b → c → e" along edges, upward; the middle of a long path is left out. */
static void ways_nodes(const lesson *l, text *t, const uint32_t *edge, size_t count, size_t from)
{
    phrase_name(l, t, from);
    for (size_t k = 0; k < count; k++) {
        if (count > LESSON_EDGES && k == LESSON_EDGES / 2) {
            text_add(t, " → …");
            k = count - 2;
        }
        text_add(t, " → ");
        phrase_name(l, t, explain_to(l, edge[k]));
    }
}

/* The paths that are written out: edges of all, one after the other. */
typedef struct ways_list {
    ARRAY(uint32_t) edge;
    size_t end[LESSON_TERMS]; /* of each path in `edge` */
    size_t count;
} ways_list;

static const uint32_t *ways_at(const ways_list *w, size_t k, size_t *count)
{
    size_t begin = k ? w->end[k - 1] : 0;
    *count = w->end[k] - begin;
    return w->edge.at ? w->edge.at + begin : NULL;
}

/* The first paths in the order of the text. */
static bool ways_first(lesson *l, ways_list *w, size_t x)
{
    routes p;
    bool ok = true;
    routes_begin(&p, l, x);
    while (ok && w->count < LESSON_TERMS && routes_next(&p)) {
        for (size_t k = 0; ok && k < p.edge.count; k++) ok = array_push(l->m, &w->edge, l->out_edge[p.edge.at[k]]);
        w->end[w->count++] = w->edge.count;
    }
    routes_free(&p);
    return (ok || explain_fail(l)) && report_ok(&l->r);
}

static bool ways_from(lesson *l, ways_list *w, const ew_paths *paths)
{
    bool ok = true;
    for (size_t i = 0; ok && i < ew_paths_listed(paths) && w->count < LESSON_TERMS; i++) {
        for (size_t k = 0; ok && k < ew_path_length(paths, i); k++)
            ok = array_push(l->m, &w->edge, (uint32_t)ew_path_edge(paths, i, k));
        w->end[w->count++] = w->edge.count;
    }
    return ok || explain_fail(l);
}

static double ways_product(const lesson *l, const uint32_t *edge, size_t count)
{
    double product = 1;
    for (size_t k = count; k-- > 0;) product = explain_along(product, l->partial[edge[k]]);
    return product;
}

/* ---- Telling ---------------------------------------------------------------------------------- */

static void ways_path(lesson *l, const ways_list *w, size_t k, size_t x)
{
    size_t count;
    const uint32_t *edge = ways_at(w, k, &count);
    text_clear(&l->work);
    ways_nodes(l, &l->work, edge, count, x);
}

static void ways_value(lesson *l, const ways_list *w, size_t k)
{
    size_t count;
    const uint32_t *edge = ways_at(w, k, &count);
    text_clear(&l->work);
    routes_product(l, &l->work, edge, count, l->numbers ? ROUTE_NUMBERS : ROUTE_SYMBOLS, true, true);
    if (!l->numbers || count < 2) return;
    text_add(&l->work, " = ");
    phrase_number(&l->work, ways_product(l, edge, count));
}

/* Whether paths and products fit side by side. */
static bool ways_fit(lesson *l, const ways_list *w, size_t x)
{
    size_t path = 0, product = 0;
    for (size_t k = 0; k < w->count; k++) {
        ways_path(l, w, k, x);
        size_t wide = explain_width(text_string(&l->work));
        if (wide > path) path = wide;
        ways_value(l, w, k);
        wide = explain_width(text_string(&l->work));
        if (wide > product) product = wide;
    }
    return WAYS_INDENT + path + 3 + product <= LESSON_COLUMNS;
}

static void ways_table(lesson *l, const ways_list *w, size_t x)
{
    table t;
    explain_table(&t, l, 2, false);
    for (size_t k = 0; k < w->count; k++) {
        ways_path(l, w, k, x);
        explain_cell(&t, text_string(&l->work));
        ways_value(l, w, k);
        explain_cell(&t, text_string(&l->work));
    }
    explain_table_end(&t, WAYS_INDENT);
}

/* Each path, with its product beside it or, where that is too wide, below it. */
static void ways_listing(lesson *l, const ways_list *w, size_t x)
{
    if (ways_fit(l, w, x)) {
        ways_table(l, w, x);
        return;
    }
    for (size_t k = 0; k < w->count; k++) {
        ways_path(l, w, k, x);
        explain_formula(l, WAYS_INDENT, text_string(&l->work));
        ways_value(l, w, k);
        explain_formula(l, 2 * WAYS_INDENT, text_string(&l->work));
    }
}

static void ways_sum(lesson *l, text *t, const ways_list *w, int kind)
{
    for (size_t k = 0; k < w->count; k++) {
        size_t count;
        const uint32_t *edge = ways_at(w, k, &count);
        if (k) text_add(t, " + ");
        routes_product(l, t, edge, count, kind, true, k == 0);
    }
}

/* "∂e/∂b = ∂e/∂c·∂c/∂b + ∂e/∂d·∂d/∂b = 2·1 + 3·1 = 5" */
static void ways_formula(lesson *l, const ways_list *w, size_t x)
{
    text *t = &l->line, plain;
    size_t count;
    text_begin(&plain, l->m);
    text_clear(t);
    phrase_slope_of(l, t, l->of, x);
    ways_at(w, 0, &count);
    if (w->count > 1 || count > 1) {
        text_add(t, " = ");
        ways_sum(l, t, w, ROUTE_EDGES);
    }
    text_add(t, " = ");
    if (w->count > 1 || count > 1) {
        text_clear(&l->work);
        ways_sum(l, &l->work, w, l->numbers ? ROUTE_NUMBERS : ROUTE_SYMBOLS);
        text_add(t, text_string(&l->work));
        text_add(t, " = ");
    }
    size_t result = t->count, terms = l->work.count;
    text_add(t, MARK_VALUE);
    if (l->numbers)
        phrase_number(t, l->adjoint[x]);
    else
        routes_symbols(l, t, &plain, x, LESSON_ROOM, true);
    if (!l->numbers && !t->failed && t->count - result - 1 == terms &&
        memcmp(t->at + result + 1, text_string(&l->work), terms) == 0)
        t->at[t->count = result - 3] = '\0'; /* nothing to simplify */
    text_add(t, MARK_END);
    explain_formula(l, 4, text_string(t));
    explain_drop(l, &plain);
}

static void ways_opening(lesson *l, const char *sentence, size_t x, const char *number)
{
    text count, from;
    text_begin(&count, l->m);
    text_begin(&from, l->m);
    if (number)
        phrase_fill(l, &count, "{1} paths", number, NULL, NULL);
    else
        phrase_count(l, &count, l->ways[x], "{1} path", "{1} paths");
    phrase_name(l, &from, x);
    explain_sentence(l, 2, sentence, text_string(&from), text_string(&count),
                     ew_node_name(l->g, explain_node(l, l->of)));
    explain_drop(l, &count);
    explain_drop(l, &from);
}

/* ---- The factored form ------------------------------------------------------------------------ */

/* How many paths lead from waist a to the next one b, and how many edges they have together. */
static double ways_between(const lesson *l, size_t a, size_t b, double *edges)
{
    double ways = l->ways[a] / l->ways[b];
    *edges = round((l->ways_edges[a] - ways * l->ways_edges[b]) / l->ways[b]);
    return round(ways);
}

/* One factor: the sum over the paths from a to b. */
static bool ways_group(lesson *l, text *t, size_t a, size_t b, int kind, double *total)
{
    double edges, ways = ways_between(l, a, b, &edges);
    ways_list w = {0};
    *total = 0;
    if (!(ways <= LESSON_TERMS)) {
        text_add(t, "(Σ ");
        phrase_count(l, t, ways, "{1} path", "{1} paths");
        text_char(t, ')');
        return false;
    }
    ew_error err;
    ew_paths *paths = ew_paths_new(l->g, explain_node(l, a), explain_node(l, b), NULL, LESSON_TERMS, &err);
    if (explain_heard(l, &err) && ways_from(l, &w, paths)) {
        size_t count, only = w.count;
        if (only > 1) text_char(t, '(');
        for (size_t k = 0; k < w.count; k++) {
            const uint32_t *edge = ways_at(&w, k, &count);
            if (k) text_add(t, " + ");
            routes_product(l, t, edge, count, kind, true, k == 0 && (only > 1 || b == l->of));
            if (l->numbers) *total += ways_product(l, edge, count);
        }
        if (only > 1) text_char(t, ')');
    }
    ew_paths_free(paths);
    array_free(l->m, &w.edge);
    return true;
}

/* The nodes that all paths share, ends included. */
typedef struct ways_waists {
    size_t count, *node;
    ew_node *id;
    double *total; /* of the paths from each to the next, in numbers */
} ways_waists;

static void ways_waists_free(lesson *l, ways_waists *w)
{
    block_free(l->m, w->node, w->count);
    block_free(l->m, w->id, w->count);
    block_free(l->m, w->total, w->count);
}

static bool ways_waists_find(lesson *l, ways_waists *w, const ew_paths *paths)
{
    bool ok = true;
    w->count = ew_paths_waists(paths, NULL, 0);
    w->node = block_new(l->m, w->count, sizeof *w->node);
    w->id = block_new(l->m, w->count, sizeof *w->id);
    w->total = block_new(l->m, w->count, sizeof *w->total);
    if (!w->node || !w->id || !w->total) return explain_fail(l);
    ew_paths_waists(paths, w->id, w->count);
    for (size_t k = 0; k < w->count; k++) {
        w->node[k] = ew_node_index(l->g, w->id[k]);
        ok = ok && w->node[k] != SIZE_MAX;
    }
    return ok;
}

/* The factors from the top down; the middle of a long row is left out. */
static bool ways_groups(lesson *l, text *t, const ways_waists *w, int kind)
{
    bool all = true;
    size_t last = w->count - 1;
    for (size_t k = last; k > 0; k--) {
        if (last > LESSON_TERMS && k == last - LESSON_TERMS / 2) {
            text_add(t, "·…");
            k = 1;
            all = false;
        }
        if (k < last) text_add(t, "·");
        all &= ways_group(l, t, w->node[k - 1], w->node[k], kind, &w->total[k - 1]);
    }
    return all;
}

static void ways_saving(lesson *l, size_t count, double now, double before)
{
    text shared, many, all;
    text_begin(&shared, l->m);
    text_begin(&many, l->m);
    text_begin(&all, l->m);
    phrase_count(l, &shared, (double)(count - 2), "{1} node", "{1} nodes");
    phrase_big(l, &many, now);
    phrase_big(l, &all, before);
    explain_sentence(l, 4,
                     "All paths pass through {1} on the way, so the sum can be factored: {2} multiplications "
                     "instead of {3}.",
                     text_string(&shared), text_string(&many), text_string(&all));
    explain_drop(l, &shared);
    explain_drop(l, &many);
    explain_drop(l, &all);
}

/* "= (1 + 2)·(3 + 4) = 3·7 = 21" */
static void ways_formula_factored(lesson *l, size_t x, const ways_waists *w, bool all_sums)
{
    text *t = &l->line;
    text_clear(t);
    phrase_slope_of(l, t, l->of, x);
    text_add(t, " = ");
    bool all = ways_groups(l, t, w, l->numbers ? ROUTE_NUMBERS : ROUTE_SYMBOLS);
    if (l->numbers && all && all_sums) {
        text_add(t, " = ");
        for (size_t k = w->count - 1; k > 0; k--) {
            if (k < w->count - 1) text_add(t, "·");
            phrase_factor_number(t, w->total[k - 1], k == w->count - 1);
        }
    }
    if (l->numbers) {
        text_add(t, " = " MARK_VALUE);
        phrase_number(t, l->adjoint[x]);
        text_add(t, MARK_END);
    }
    explain_formula(l, 4, text_string(t));
}

static void ways_factored(lesson *l, size_t x, const ew_paths *paths)
{
    ways_waists w = {0};
    double multiplications = 0, before = l->ways_edges[x] - l->ways[x], edges;
    size_t sums = 0;
    if (ways_waists_find(l, &w, paths) && w.count > 2) {
        for (size_t k = 0; k + 1 < w.count; k++) {
            double ways = ways_between(l, w.node[k], w.node[k + 1], &edges);
            sums += ways > 1;
            multiplications += edges - ways + (k ? 1 : 0);
        }
        if (sums > 1 && multiplications < before) {
            ways_saving(l, w.count, multiplications, before);
            ways_formula_factored(l, x, &w, sums == w.count - 1);
        }
    }
    ways_waists_free(l, &w);
}

/* ---- One input -------------------------------------------------------------------------------- */

static void ways_only(lesson *l, const ways_list *w, size_t x)
{
    text_clear(&l->line);
    ways_nodes(l, &l->line, w->edge.at, w->end[0], x);
    explain_formula(l, 4, text_string(&l->line));
}

static void ways_few(lesson *l, size_t x)
{
    ways_list w = {0};
    if (ways_first(l, &w, x)) {
        ways_opening(l, l->ways[x] == 1 ? "From {1} there is {2} to {3}:" : "From {1} there are {2} to {3}:", x, NULL);
        if (w.count > 1)
            ways_listing(l, &w, x);
        else
            ways_only(l, &w, x);
        ways_formula(l, &w, x);
    }
    array_free(l->m, &w.edge);
}

static void ways_many(lesson *l, size_t x, const ew_paths *paths)
{
    ways_list w = {0};
    const char *count = ew_paths_count(paths);
    bool exact = l->ways[x] > 1e15 && strlen(count) > 0 && strlen(count) < 70;
    if (ways_from(l, &w, paths)) {
        ways_opening(l,
                     l->numbers ? "From {1} there are {2} to {3}. Those with the largest products:"
                                : "From {1} there are {2} to {3}. The first of them:",
                     x, exact ? count : NULL);
        ways_listing(l, &w, x);
        if (l->numbers) {
            text_clear(&l->line);
            phrase_slope_of(l, &l->line, l->of, x);
            text_add(&l->line, " = " MARK_VALUE);
            phrase_number(&l->line, l->adjoint[x]);
            text_add(&l->line, MARK_END ", ");
            text_add(&l->line, explain_word(l, "the sum over all of them, found by the reverse sweep below"));
            explain_formula(l, 4, text_string(&l->line));
        }
    }
    array_free(l->m, &w.edge);
}

static void ways_input(lesson *l, size_t x)
{
    if (x == l->of || l->ways[x] == 0) {
        text_clear(&l->line);
        phrase_slope_of(l, &l->line, l->of, x);
        text_add(&l->line, x == l->of ? " = 1" : " = 0: ");
        if (x != l->of)
            phrase_fill(l, &l->line, "no path leads from {1} to {2}", ew_node_name(l->g, explain_node(l, x)),
                        ew_node_name(l->g, explain_node(l, l->of)), NULL);
        explain_formula(l, 2, text_string(&l->line));
    } else {
        bool few = l->ways[x] <= LESSON_TERMS;
        if (few) ways_few(l, x);
        if (l->ways[x] < 2 || !report_ok(&l->r)) return;
        ew_error err;
        ew_paths *paths =
            ew_paths_new(l->g, explain_node(l, x), explain_node(l, l->of), l->partial, LESSON_TERMS, &err);
        explain_heard(l, &err);
        if (paths && !few) ways_many(l, x, paths);
        if (paths) ways_factored(l, x, paths);
        ew_paths_free(paths);
    }
}

void explain_paths(lesson *l)
{
    explain_heading(l, "The paths from each input to {1}");
    explain_sentence(l, 2,
                     "The chain rule: multiply the derivatives along each path, and add the products of all "
                     "paths.",
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
        ways_input(l, l->wrt[k]);
        explain_step(l);
    }
    if (l->wrt_count <= LESSON_INPUTS) return;
    text_clear(&l->line);
    phrase_count(l, &l->line, (double)(l->wrt_count - LESSON_INPUTS), "… and so from {1} more input.",
                 "… and so from {1} more inputs.");
    explain_blank(l);
    explain_prose(l, 2, text_string(&l->line));
}
