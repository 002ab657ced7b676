/*
 * routes.c - paths from a node up to `of`, in the order of the text, and the products along them.
 *
 * Only used where paths are few: every node on the way has at least one path on (`ways`), so that
 * no walk ends blind and each path costs its own length.
 */
#include <string.h>

#include "explain/explain.h"

void routes_begin(routes *p, lesson *l, size_t from)
{
    *p = (routes){.l = l, .from = from};
}

void routes_free(routes *p)
{
    array_free(p->l->m, &p->edge);
}

/* The first edge of `node` from place k on that leads to `of`; its place, or SIZE_MAX. */
static size_t routes_place(const lesson *l, size_t node, size_t k)
{
    for (; k < l->out_first[node + 1]; k++)
        if (l->ways[explain_to(l, l->out_edge[k])] > 0) return k;
    return SIZE_MAX;
}

/* The path holds places in out_edge while it is walked; routes_next hands out edges. */
static bool routes_climb(routes *p, size_t node, size_t k)
{
    const lesson *l = p->l;
    while (node != l->of) {
        k = routes_place(l, node, k);
        if (k == SIZE_MAX) return false;
        if (!array_push(l->m, &p->edge, (uint32_t)k)) return explain_fail(p->l);
        node = explain_to(l, l->out_edge[k]);
        k = l->out_first[node];
    }
    return true;
}

bool routes_next(routes *p)
{
    const lesson *l = p->l;
    if (!p->begun) {
        p->begun = true;
        return l->ways[p->from] > 0 && routes_climb(p, p->from, l->out_first[p->from]);
    }
    while (p->edge.count) { /* the last edge that has a sibling after it gives way */
        size_t k = p->edge.at[--p->edge.count];
        size_t node = explain_from(l, l->out_edge[k]);
        size_t next = routes_place(l, node, k + 1);
        if (next != SIZE_MAX) return routes_climb(p, node, next);
    }
    return false;
}

/* ---- Products --------------------------------------------------------------------------------- */

static void routes_factor(const lesson *l, text *t, uint32_t edge, int kind, bool first)
{
    if (kind == ROUTE_NUMBERS) {
        phrase_factor_number(t, l->partial[edge], first);
    } else if (kind == ROUTE_EDGES) {
        phrase_edge(l, t, edge);
    } else {
        text part;
        text_begin(&part, t->m);
        phrase_partial(l, &part, edge);
        phrase_factor(t, text_string(&part), first);
        if (part.failed) t->failed = true;
        text_free(&part);
    }
}

void routes_product(const lesson *l, text *t, const uint32_t *edge, size_t count, int kind, bool downward, bool first)
{
    for (size_t k = 0; k < count; k++) {
        if (count > LESSON_EDGES && k == LESSON_EDGES / 2) {
            text_add(t, "·…");
            k = count - 2;
        }
        if (k) text_add(t, "·");
        routes_factor(l, t, edge[downward ? count - 1 - k : k], kind, first && k == 0);
    }
    if (!count) text_add(t, "1");
}

/* ---- A derivative in symbols ------------------------------------------------------------------ */

/* Every path's product; false: too long to be read. */
static bool routes_sum(lesson *l, sum *s, size_t x, bool downward)
{
    routes p;
    text part;
    bool brief = true;
    routes_begin(&p, l, x);
    text_begin(&part, l->m);
    while (brief && routes_next(&p)) {
        brief = p.edge.count <= LESSON_EDGES;
        for (size_t k = 0; brief && k < p.edge.count; k++) {
            text_clear(&part);
            phrase_partial(l, &part, l->out_edge[p.edge.at[downward ? p.edge.count - 1 - k : k]]);
            sum_factor(s, text_string(&part));
        }
        sum_term(s);
        brief = brief && s->pool.count < 4 * LESSON_ROOM;
    }
    explain_drop(l, &part);
    routes_free(&p);
    return brief;
}

/* By the chain rule's last step only: Σ ∂e/∂u · ∂u/∂x over the nodes u that use x. */
static void routes_chain(lesson *l, sum *s, size_t x)
{
    text part;
    text_begin(&part, l->m);
    for (size_t k = l->out_first[x]; k < l->out_first[x + 1] && s->terms < LESSON_TERMS; k++) {
        uint32_t e = l->out_edge[k];
        if (l->ways[explain_to(l, e)] == 0) continue;
        text_clear(&part);
        if (explain_to(l, e) == l->of)
            text_add(&part, "1");
        else
            phrase_slope_of(l, &part, l->of, explain_to(l, e));
        sum_factor(s, text_string(&part));
        text_clear(&part);
        phrase_partial(l, &part, e);
        sum_factor(s, text_string(&part));
        sum_term(s);
    }
    explain_drop(l, &part);
}

/* The sum over all paths where it can be read; false: it cannot, and nothing was written. */
static bool routes_short(lesson *l, text *t, text *plain, size_t x, size_t room, bool downward)
{
    sum s;
    size_t start = t->count;
    sum_begin(&s, l);
    bool fits =
        l->ways[x] <= LESSON_TERMS && l->ways_edges[x] <= LESSON_TERMS * LESSON_EDGES && routes_sum(l, &s, x, downward);
    if (fits) sum_text(&s, t);
    if (fits && t->at) {
        const char *plainly = text_string(&s.plain);
        fits = explain_width(t->at + start) <= room;
        if (!fits)
            t->at[t->count = start] = '\0';
        else if (s.terms > 1 && strcmp(plainly, t->at + start) != 0 && explain_width(plainly) <= LESSON_ROOM / 2)
            text_add(plain, plainly);
    }
    sum_free(&s);
    return fits;
}

void routes_symbols(lesson *l, text *t, text *plain, size_t x, size_t room, bool downward)
{
    sum s;
    size_t uses = 0;
    text_clear(plain);
    for (size_t k = l->out_first[x]; k < l->out_first[x + 1]; k++) uses += l->ways[explain_to(l, l->out_edge[k])] > 0;
    if (x == l->of) {
        text_add(t, "1");
    } else if (routes_short(l, t, plain, x, room, downward)) {
    } else if (uses <= LESSON_TERMS) {
        sum_begin(&s, l);
        routes_chain(l, &s, x);
        sum_text(&s, t);
        sum_free(&s);
    } else {
        phrase_count(l, t, l->ways[x], "({1} path)", "({1} paths)");
    }
}
