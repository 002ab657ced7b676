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

ew_node graph_innermost(const ew_graph *g, ew_node n)
{
    while (node_at(g, n)->op == OP_LOOP) {
        ew_node d = node_state(g, n)->definition;
        if (d == EW_NONE || node_at(g, d)->op != OP_LOOP || node_at(g, d)->name) break;
        n = d;
    }
    return n;
}

ew_node graph_equation(const ew_graph *g, ew_node n)
{
    if (node_at(g, n)->op != OP_LOOP) return n;
    ew_node d = node_state(g, graph_innermost(g, n))->definition;
    return d == EW_NONE ? n : d;
}

/* The LOOP around one that has no name; EW_NONE: there is none. */
static ew_node uses_around(const ew_graph *g, ew_node loop)
{
    for (size_t i = 0; i < g->states.count; i++)
        if (g->states.at[i].definition == loop) return g->states.at[i].loop;
    return EW_NONE;
}

ew_node graph_recurrence(const ew_graph *g, ew_node n)
{
    ew_node loop = node_at(g, n)->op == OP_STATE ? node_state(g, n)->loop : n;
    for (ew_node next = loop; next != EW_NONE && node_at(g, next)->op == OP_LOOP;) {
        loop = next;
        next = node_at(g, loop)->name ? EW_NONE : uses_around(g, loop);
    }
    return loop;
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
    if (node->op == OP_STATE || node->op == OP_LOOP) how.from = graph_recurrence(g, n);
    bool plain = op_is_leaf(node->op) || node->op == OP_LOOP || uses_seen(g, n) || u->open.count > USES_MOST;
    bool quiet = graph_is_quiet(g, n);
    if (node->op == OP_SIZE || (node->op == OP_INDEX && !node->name) || how.from == EW_NONE) return true;
    how.edge = how.edge && !node_is_const(g, n); /* a number over more axes is a number still */
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

/* An equation of a join that has no name of its own is part of it. */
static bool uses_part(const ew_graph *g, memory *m, graph_uses *u, ew_node join, size_t k)
{
    ew_node part = node_arg(g, join, k);
    if (uses_seen(g, part) || op_is_leaf(node_at(g, part)->op) || graph_is_quiet(g, part))
        return uses_argument(g, m, u, join, k);
    return uses_all(g, m, u, part);
}

/* What ends a recurrence early is used by it. */
static bool uses_until(const ew_graph *g, memory *m, graph_uses *u, ew_node loop)
{
    ew_node until = g->regions.at[node_state(g, loop)->region].until;
    return until == EW_NONE || !node_at(g, loop)->count ||
           uses_argument(g, m, u, loop, (size_t)node_at(g, loop)->count - 1);
}

bool graph_uses_of(const ew_graph *g, memory *m, ew_node n, graph_uses *u)
{
    u->list.count = u->open.count = 0;
    ew_node d = graph_equation(g, n);
    const graph_node *node = node_at(g, d);
    bool loop = node_at(g, n)->op == OP_LOOP, ok = true;
    if (loop && d == n) return true;
    if (d != n && (uses_seen(g, d) || op_is_leaf(node->op) || graph_is_quiet(g, d))) {
        ew_node in = graph_innermost(g, n);
        size_t k = node_at(g, in)->extra - g->regions.at[node_state(g, in)->region].first;
        ok = k >= node_at(g, in)->count || uses_argument(g, m, u, in, k);
    } else if (node->op == OP_JOIN) {
        for (size_t k = 0; ok && k < node->count; k++) ok = uses_part(g, m, u, d, k);
    } else {
        ok = uses_all(g, m, u, d);
    }
    return ok && (!loop || uses_until(g, m, u, n));
}

void graph_uses_free(memory *m, graph_uses *u)
{
    array_free(m, &u->list);
    array_free(m, &u->open);
}
