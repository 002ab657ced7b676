/*
 * uses.c - which nodes a node uses, as people see it (uses.h).
 */
#include "graph/uses.h"

enum { USES_MOST = 256 }; /* found behind one argument; what is beyond is left out */

bool graph_is_quiet(const ew_graph *g, ew_node n)
{
    const graph_node *node = node_at(g, n);
    if (node->name || node->op == OP_CONST) return false;
    return node->op == OP_AT || node->op == OP_INDEX || node->op == OP_SIZE || node->op == OP_STATE ||
           (node->op == OP_COPY && node->shape);
}

ew_node graph_recurrence(const ew_graph *g, ew_node n)
{
    if (node_at(g, n)->op == OP_STATE) n = node_state(g, n)->loop;
    while (n != EW_NONE && node_at(g, n)->op == OP_LOOP && !node_at(g, n)->name) {
        uint32_t around = node_state(g, n)->around;
        if (around == UINT32_MAX || g->states.at[around].definition != n) break;
        n = g->states.at[around].loop;
    }
    return n;
}

/* The LOOP inside n, or n, that computes what n is: not another one. */
static ew_node uses_innermost(const ew_graph *g, ew_node n)
{
    for (;;) {
        ew_node d = node_at(g, n)->op == OP_LOOP ? node_state(g, n)->definition : EW_NONE;
        if (d == EW_NONE || node_at(g, d)->op != OP_LOOP || node_at(g, d)->name) return n;
        n = d;
    }
}

ew_node graph_equation(const ew_graph *g, ew_node n)
{
    n = uses_innermost(g, n);
    if (node_at(g, n)->op != OP_LOOP) return n;
    ew_node d = node_state(g, n)->definition;
    return d == EW_NONE ? n : d;
}

/* A join of single places is an array literal. */
static bool uses_literal(const ew_graph *g, ew_node n)
{
    for (size_t k = 0; k < node_at(g, n)->count; k++)
        if (node_rank(g, node_arg(g, n, k))) return false;
    return true;
}

bool graph_is_equations(const ew_graph *g, ew_node n)
{
    ew_node d = graph_equation(g, n);
    const graph_node *node = node_at(g, d);
    if (node->op != OP_JOIN || (d != n && node->name)) return false;
    return d != n || (node->name && !(node->flags & NODE_GENERATED)) || !uses_literal(g, d);
}

static bool uses_seen(const ew_graph *g, ew_node n)
{
    return node_at(g, n)->name != 0;
}

static bool uses_open(memory *m, graph_uses *u, ew_node n, graph_use how)
{
    how.from = n;
    return array_push(m, &u->open, how);
}

size_t graph_equation_of(const ew_graph *g, ew_node to, ew_node user, size_t k)
{
    ew_node d = graph_equation(g, to);
    if (node_at(g, d)->op != OP_JOIN || (d != to && node_at(g, d)->name)) return SIZE_MAX;
    if (user == d) return k;
    for (size_t part = 0; part < node_at(g, d)->count; part++)
        if (node_arg(g, d, part) == user) return part;
    return SIZE_MAX;
}

/* One argument, or what stands behind it, to the list or to what is open. */
static bool uses_step(const ew_graph *g, memory *m, graph_uses *u)
{
    graph_use how = u->open.at[--u->open.count];
    ew_node n = how.from;
    const graph_node *node = node_at(g, n);
    how.from = graph_recurrence(g, n);
    if (node->op == OP_CONST && !node->name) how.edge = false; /* a number over more axes is no node either */
    bool plain = op_is_leaf(node->op) || uses_seen(g, n) || u->open.count > USES_MOST;
    bool quiet = graph_is_quiet(g, n);
    if (node->op == OP_SIZE || (node->op == OP_INDEX && !node->name) || how.from == EW_NONE) return true;
    if (plain || (how.edge && !quiet)) return array_push(m, &u->list, how);
    bool ok = true; /* an access or a copy, or the arithmetic of a place: what it is made from */
    for (size_t k = node->count; ok && k-- > 0;) {
        graph_use inner = how;
        inner.edge = how.edge && k == 0;
        ok = uses_open(m, u, node_arg(g, n, k), inner);
    }
    return ok;
}

static bool uses_argument(const ew_graph *g, memory *m, graph_uses *u, ew_node user, size_t k)
{
    graph_use how = {EW_NONE, user, (uint32_t)k, node_is_edge(g, user, k)};
    size_t most = u->list.count + USES_MOST;
    ew_node a = node_arg(g, user, k);
    if (!node_at(g, a)->shape && !graph_is_quiet(g, a)) { /* as between scalars */
        how.from = a;
        return array_push(m, &u->list, how);
    }
    bool ok = uses_open(m, u, a, how);
    while (ok && u->open.count && u->list.count < most) ok = uses_step(g, m, u);
    u->open.count = 0;
    return ok;
}

static bool uses_all(const ew_graph *g, memory *m, graph_uses *u, ew_node user)
{
    bool ok = true;
    for (size_t k = 0; ok && k < node_at(g, user)->count; k++) ok = uses_argument(g, m, u, user, k);
    return ok;
}

/* An equation of a join that has no name of its own is part of it, and so are those of a join inside: of rows of an
 * array literal. */
static bool uses_part(const ew_graph *g, memory *m, graph_uses *u, ew_node join, size_t k)
{
    ew_node part = node_arg(g, join, k);
    if (uses_seen(g, part) || op_is_leaf(node_at(g, part)->op) || graph_is_quiet(g, part))
        return uses_argument(g, m, u, join, k);
    if (node_at(g, part)->op != OP_JOIN) return uses_all(g, m, u, part);
    return array_push(m, &u->inner, part);
}

static bool uses_parts(const ew_graph *g, memory *m, graph_uses *u, ew_node join)
{
    bool ok = array_push(m, &u->inner, join);
    for (size_t i = 0; ok && i < u->inner.count; i++)
        for (size_t k = 0; ok && k < node_at(g, u->inner.at[i])->count; k++) ok = uses_part(g, m, u, u->inner.at[i], k);
    u->inner.count = 0;
    return ok;
}

/* What ends a recurrence early is used by it, and by those around. */
static bool uses_until(const ew_graph *g, memory *m, graph_uses *u, ew_node loop)
{
    bool ok = true;
    for (;; loop = node_state(g, loop)->definition) {
        size_t count = node_at(g, loop)->count;
        ew_node until = g->regions.at[node_state(g, loop)->region].until;
        if (until != EW_NONE && count) ok = uses_argument(g, m, u, loop, count - 1);
        if (!ok || loop == uses_innermost(g, loop)) return ok;
    }
}

bool graph_uses_of(const ew_graph *g, memory *m, ew_node n, graph_uses *u)
{
    u->list.count = u->open.count = 0;
    ew_node d = graph_equation(g, n);
    const graph_node *node = node_at(g, d);
    bool loop = node_at(g, n)->op == OP_LOOP, ok = true;
    if (loop && d == n) return true;
    if (d != n && (uses_seen(g, d) || op_is_leaf(node->op) || graph_is_quiet(g, d))) {
        ew_node inner = uses_innermost(g, n);
        size_t k = node_at(g, inner)->extra - g->regions.at[node_state(g, inner)->region].first;
        ok = k >= node_at(g, inner)->count || uses_argument(g, m, u, inner, k);
    } else if (node->op == OP_JOIN) {
        ok = uses_parts(g, m, u, d);
    } else {
        ok = uses_all(g, m, u, d);
    }
    return ok && (!loop || uses_until(g, m, u, n));
}

void graph_uses_free(memory *m, graph_uses *u)
{
    array_free(m, &u->list);
    array_free(m, &u->open);
    array_free(m, &u->inner);
}
