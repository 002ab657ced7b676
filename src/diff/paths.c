/*
 * paths.c - the paths from one node to another: how many, the largest, and where all of them meet.
 *
 * Only the edges between the two ends matter: those whose foot is reached from `from` and whose head
 * reaches `to`. Edges are sorted by their head, and heads come after feet, so each question is one
 * pass over them:
 *
 *   how many   count[head] += count[foot], with numbers of any length up to 10,000 digits; a node's
 *              number is freed once its last edge has used it. Beside it runs a double with an
 *              exponent of its own, for the logarithm.
 *   waists     nodes that no edge passes by: all paths share them.
 *   largest    best first: a prefix is worth its product times the largest product from its end to
 *              `to`, which one pass from above tells. Prefixes share their beginnings. Of equal ones
 *              the latest made goes on first, children being made in reverse: depth first, in the
 *              order of the text. Where all fit, all are worth the same.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff/paths.h"
#include "diff/sweep.h"

/* ---- The part of the graph between the ends ---------------------------------------------------- */

static bool paths_reach(paths_span *s)
{
    s->up = block_new(s->m, s->nodes, 1);
    s->down = block_new(s->m, s->nodes, 1);
    if (!s->up || !s->down) return false;
    s->up[s->from] = s->down[s->to] = 1;
    for (size_t i = 0; i < s->edges; i++)
        if (s->up[paths_foot(s, i)]) s->up[paths_head(s, i)] = 1;
    for (size_t i = s->edges; i-- > 0;)
        if (s->down[paths_head(s, i)]) s->down[paths_foot(s, i)] = 1;
    return true;
}

/* Outgoing edges of each node, in the order of the edges. */
static bool paths_adjacency(paths_span *s)
{
    size_t count = 0;
    s->first = block_new(s->m, s->nodes + 1, sizeof *s->first);
    if (!s->first) return false;
    for (size_t i = 0; i < s->edges; i++) {
        if (!paths_between(s, i)) continue;
        s->first[paths_foot(s, i) + 1]++;
        count++;
    }
    s->out_count = count;
    s->out = block_new(s->m, count, sizeof *s->out);
    uint32_t *next = block_new(s->m, s->nodes, sizeof *next);
    if (s->out && next) {
        for (size_t n = 0; n < s->nodes; n++) s->first[n + 1] += s->first[n];
        memcpy(next, s->first, s->nodes * sizeof *next);
        for (size_t i = 0; i < s->edges; i++)
            if (paths_between(s, i)) s->out[next[paths_foot(s, i)]++] = (uint32_t)i;
    }
    bool ok = s->out && next;
    block_free(s->m, next, s->nodes);
    return ok;
}

static void paths_span_free(paths_span *s)
{
    block_free(s->m, s->up, s->nodes);
    block_free(s->m, s->down, s->nodes);
    block_free(s->m, s->first, s->nodes + 1);
    block_free(s->m, s->out, s->out_count);
}

/* ---- Waists ------------------------------------------------------------------------------------ */

/* Going up, `open` edges have begun and not ended. Where none passes by a node, all end in it. */
static bool paths_waists(ew_paths *p, const paths_span *s)
{
    uint32_t *in = block_new(s->m, s->nodes, sizeof *in);
    size_t open = 0;
    bool ok = in != NULL;
    for (size_t i = 0; ok && i < s->edges; i++)
        if (paths_between(s, i)) in[paths_head(s, i)]++;
    for (size_t n = s->from; ok && n <= s->to; n++) {
        if (!s->up[n] || !s->down[n]) continue;
        open -= in[n];
        if (open == 0) ok = array_push(&p->memory, &p->waists, ew_node_at(s->g, n));
        open += s->first[n + 1] - s->first[n];
    }
    block_free(s->m, in, s->nodes);
    return ok;
}

/* ---- The largest ------------------------------------------------------------------------------- */

typedef struct prefix {
    uint32_t parent, edge; /* parent UINT32_MAX: the beginning */
    double product;
} prefix;

typedef struct candidate {
    double worth; /* of the product's absolute value; nan counts less than 0 */
    uint32_t prefix, stamp;
    bool whole;
} candidate;

typedef struct search {
    const paths_span *s;
    ew_paths *p;
    const double *partials;
    bool in_order; /* all of them fit: depth first, in the order of the text */
    double *best; /* by node: largest absolute product from there to the end */
    ARRAY(prefix) prefixes;
    ARRAY(candidate) heap;
    uint32_t stamp;
} search;

static double search_product(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y; /* an exact 0 wins: language.md, section 6 */
}

static double search_partial(const search *q, size_t edge)
{
    return q->partials ? q->partials[edge] : 1;
}

static bool search_bounds(search *q)
{
    const paths_span *s = q->s;
    q->best = block_new(s->m, s->nodes, sizeof *q->best);
    if (!q->best) return false;
    q->best[s->to] = 1;
    for (size_t i = s->edges; i-- > 0;) {
        double size = fabs(search_partial(q, i)), *foot;
        if (!paths_between(s, i)) continue;
        foot = &q->best[paths_foot(s, i)];
        if (isnan(size)) continue; /* such a path is nan or 0 */
        size = search_product(size, q->best[paths_head(s, i)]);
        if (size > *foot) *foot = size;
    }
    return true;
}

static bool paths_before(const candidate *a, const candidate *b)
{
    return a->worth != b->worth ? a->worth > b->worth : a->stamp > b->stamp;
}

static bool search_add(search *q, candidate c)
{
    size_t i = q->heap.count;
    if (!array_push(q->s->m, &q->heap, c)) return false;
    candidate *h = q->heap.at;
    for (; i > 0 && paths_before(&c, &h[(i - 1) / 2]); i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
    h[i] = c;
    return true;
}

static candidate search_take(search *q)
{
    candidate *h = q->heap.at, top = h[0], last = h[--q->heap.count];
    size_t n = q->heap.count, i = 0;
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && paths_before(&h[child + 1], &h[child])) child++;
        if (!paths_before(&h[child], &last)) break;
        h[i] = h[child];
    }
    if (n) h[i] = last;
    return top;
}

static size_t search_end(const search *q, uint32_t at)
{
    return at == UINT32_MAX ? q->s->from : paths_head(q->s, q->prefixes.at[at].edge);
}

/* The prefix one edge longer. */
static bool search_extend(search *q, uint32_t parent, double product, uint32_t edge)
{
    prefix x = {parent, edge, search_product(product, search_partial(q, edge))};
    size_t head = paths_head(q->s, edge);
    candidate c = {fabs(x.product), (uint32_t)q->prefixes.count, q->stamp++, head == q->s->to};
    if (q->in_order) c.worth = 0;
    else if (!c.whole) c.worth = isnan(c.worth) ? 0 : search_product(c.worth, q->best[head]);
    else if (isnan(c.worth)) c.worth = -1;
    if (isnan(c.worth)) c.worth = 0;
    return q->prefixes.count < UINT32_MAX - 1 && array_push(q->s->m, &q->prefixes, x) && search_add(q, c);
}

static bool search_expand(search *q, uint32_t at)
{
    const paths_span *s = q->s;
    size_t end = search_end(q, at);
    double product = at == UINT32_MAX ? 1 : q->prefixes.at[at].product;
    for (uint32_t k = s->first[end + 1]; k-- > s->first[end];)
        if (!search_extend(q, at, product, s->out[k])) return false;
    return true;
}

static bool search_list(search *q, uint32_t at)
{
    ew_paths *p = q->p;
    listed_path l = {p->steps.count, 0, at == UINT32_MAX ? 1 : q->prefixes.at[at].product};
    for (uint32_t i = at; i != UINT32_MAX; i = q->prefixes.at[i].parent) {
        if (!array_push(&p->memory, &p->steps, q->prefixes.at[i].edge)) return false;
        l.count++;
    }
    for (size_t i = 0; i < l.count / 2; i++) { /* from the end to the beginning: turn round */
        uint32_t *a = &p->steps.at[l.first + i], *b = &p->steps.at[l.first + l.count - 1 - i], keep = *a;
        *a = *b;
        *b = keep;
    }
    return array_push(&p->memory, &p->listed, l);
}

static bool paths_largest(ew_paths *p, const paths_span *s, const double *partials, size_t most)
{
    search q = {.s = s, .p = p, .partials = partials};
    q.in_order = !partials || (p->digits.count > 1 && strtod(p->digits.at, NULL) <= (double)most);
    bool ok = search_bounds(&q);
    if (ok && s->from == s->to) ok = most == 0 || search_list(&q, UINT32_MAX);
    else if (ok) ok = search_expand(&q, UINT32_MAX);
    while (ok && q.heap.count && p->listed.count < most) {
        candidate c = search_take(&q);
        ok = c.whole ? search_list(&q, c.prefix) : search_expand(&q, c.prefix);
    }
    block_free(s->m, q.best, s->nodes);
    array_free(s->m, &q.prefixes);
    array_free(s->m, &q.heap);
    return ok;
}

/* ---- The public view --------------------------------------------------------------------------- */

ew_paths *ew_paths_new(ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most, ew_error *err)
{
    ew_error local;
    size_t edges = ew_edge_count(g, err ? err : &local);
    if ((err ? err : &local)->status != EW_OK) return NULL;
    paths_span s = {.g = g, .m = &g->memory, .edges = edges, .nodes = ew_node_count(g)};
    s.edge = edges ? ((derived *)g->derived)->edges.at : NULL;
    s.from = ew_node_index(g, from);
    s.to = ew_node_index(g, to);
    ew_paths *p = memory_new(&g->memory, sizeof *p);
    bool ok = p != NULL, known = s.from != SIZE_MAX && s.to != SIZE_MAX;
    if (p) {
        p->memory = g->memory;
        p->log10 = -HUGE_VAL;
    }
    if (ok && known)
        ok = paths_reach(&s) && paths_adjacency(&s) && paths_count(p, &s) && paths_waists(p, &s) &&
             paths_largest(p, &s, partials, most);
    paths_span_free(&s);
    if (!ok) report_memory(&g->report);
    else if (!known) report_plain(&g->report, E_BAD_NODE, NULL, NULL);
    if (err) *err = g->report.error;
    if (ok && known) return p;
    g->report.error = (ew_error){0};
    ew_paths_free(p);
    return NULL;
}

void ew_paths_free(ew_paths *p)
{
    if (!p) return;
    memory m = p->memory;
    array_free(&m, &p->waists);
    array_free(&m, &p->steps);
    array_free(&m, &p->listed);
    array_free(&m, &p->digits);
    memory_free(&m, p, sizeof *p);
}

const char *ew_paths_count(const ew_paths *p)
{
    return p->digits.count ? p->digits.at : "";
}

double ew_paths_log10(const ew_paths *p)
{
    return p->log10;
}

size_t ew_paths_listed(const ew_paths *p)
{
    return p->listed.count;
}

size_t ew_path_length(const ew_paths *p, size_t i)
{
    return p->listed.at[i].count;
}

size_t ew_path_edge(const ew_paths *p, size_t i, size_t k)
{
    return p->steps.at[p->listed.at[i].first + k];
}

double ew_path_product(const ew_paths *p, size_t i)
{
    return p->listed.at[i].product;
}

size_t ew_paths_waists(const ew_paths *p, ew_node *nodes, size_t capacity)
{
    for (size_t i = 0; i < p->waists.count && i < capacity; i++) nodes[i] = p->waists.at[i];
    return p->waists.count;
}
