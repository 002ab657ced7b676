/*
 * edges.c - the public view of derivatives: the list of edges, single derivatives, whole sweeps.
 */
#include <string.h>

#include "diff/sweep.h"
#include "graph/uses.h"

static bool edges_of_node(ew_graph *g, derived *d, ew_node n, graph_uses *uses)
{
    if (!graph_uses_of(g, &g->memory, n, uses)) return report_memory(&g->report);
    for (size_t i = 0; i < uses->list.count; i++) {
        graph_use u = uses->list.at[i];
        if (!u.edge) continue;
        ew_edge e = {u.from, n, u.arg, diff_partial(g, u.user, u.arg), u.user};
        if (e.partial == EW_NONE) return false;
        if (!array_push(&g->memory, &d->edges, e)) return report_memory(&g->report);
    }
    return true;
}

static bool edges_fill(ew_graph *g, derived *d)
{
    graph_uses uses = {0};
    bool ok = true;
    d->edges.count = 0;
    for (size_t i = 0; ok && i < g->seen.count; i++) ok = edges_of_node(g, d, g->seen.at[i], &uses);
    graph_uses_free(&g->memory, &uses);
    if (ok) d->edges_of = g->seen.count;
    return ok;
}

size_t ew_edge_count(ew_graph *g, ew_error *err)
{
    if (ew_graph_error(g, err) != EW_OK) return 0;
    derived *d = derived_of(g);
    bool ok = d && (d->edges_of == g->seen.count || edges_fill(g, d));
    graph_hand_over(g, err);
    return ok ? d->edges.count : 0;
}

ew_edge ew_edge_at(const ew_graph *g, size_t i)
{
    const derived *d = g->derived;
    return d && i < d->edges.count ? d->edges.at[i] : (ew_edge){EW_NONE, EW_NONE, 0, EW_NONE, EW_NONE};
}

enum { EDGE_RULE, EDGE_UPPER, EDGE_LOWER };

static bool edge_print(const ew_graph *g, const ew_edge *e, int what, bool words, text *t, size_t most)
{
    if (what == EDGE_RULE) return graph_print_at(g, e->partial, e->user, words, t, most);
    return what == EDGE_UPPER ? graph_print_upper(g, e->to, e->user, e->arg, words, t, most)
                              : graph_print_lower(g, e->user, e->arg, words, t, most);
}

/* The whole text, and `size` where the buffer has no room for it. */
static size_t edge_text(const ew_graph *g, size_t i, int what, bool words, char *buffer, size_t size)
{
    memory m = g->memory; /* a copy: looking changes nothing */
    ew_edge e = ew_edge_at(g, i);
    text t;
    text_begin(&t, &m);
    bool whole = e.to == EW_NONE || edge_print(g, &e, what, words, &t, size ? size - 1 : 0);
    size_t count = t.count < size ? t.count : size ? size - 1 : 0;
    while (count && count < t.count && ((unsigned char)t.at[count] & 0xC0) == 0x80) count--;
    if (size) {
        memcpy(buffer, text_string(&t), count);
        buffer[count] = '\0';
    }
    whole = whole && !t.failed && count == t.count;
    text_free(&t);
    return whole ? count : size;
}

size_t ew_edge_rule(const ew_graph *g, size_t i, char *buffer, size_t size)
{
    return edge_text(g, i, EDGE_RULE, false, buffer, size);
}

size_t ew_edge_rule_words(const ew_graph *g, size_t i, char *buffer, size_t size)
{
    return edge_text(g, i, EDGE_RULE, true, buffer, size);
}

size_t ew_edge_upper(const ew_graph *g, size_t i, char *buffer, size_t size)
{
    return edge_text(g, i, EDGE_UPPER, false, buffer, size);
}

size_t ew_edge_lower(const ew_graph *g, size_t i, char *buffer, size_t size)
{
    return edge_text(g, i, EDGE_LOWER, false, buffer, size);
}

size_t ew_edge_lower_words(const ew_graph *g, size_t i, char *buffer, size_t size)
{
    return edge_text(g, i, EDGE_LOWER, true, buffer, size);
}

/* ---- Derivatives ------------------------------------------------------------------------------- */

/* A derivative inside what is differentiated is worked out first, on both sides alike. */
static ew_node edges_diff(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    ew_node ends[2] = {of, wrt};
    return diff_resolve_ends(g, ends) ? diff_node(g, ends[0], ends[1], mode) : EW_NONE;
}

static bool known_node(ew_graph *g, ew_node n)
{
    return n < g->nodes.count || report_plain(&g->report, E_BAD_NODE, NULL, NULL);
}

static bool by_real(ew_graph *g, ew_node wrt)
{
    if (!known_node(g, wrt)) return false;
    const graph_node *node = node_at(g, wrt);
    if (type_is_real(node->type)) return true;
    return graph_refuse(g, E_DIFF_TYPE, NO_PLACE, 0, wrt, type_name(node->type));
}

ew_node ew_diff(ew_graph *g, ew_node of, ew_node wrt, int mode, ew_error *err)
{
    ew_node n = EW_NONE;
    if (ew_graph_error(g, err) != EW_OK) return EW_NONE;
    if (known_node(g, of) && by_real(g, wrt)) n = edges_diff(g, of, wrt, mode);
    return graph_hand_over(g, err) ? n : EW_NONE;
}

static ew_status edges_status(ew_graph *g, ew_error *err)
{
    ew_status status = ew_graph_error(g, NULL);
    graph_hand_over(g, err);
    return status;
}

ew_status ew_reverse(ew_graph *g, ew_node of, ew_node *result, ew_error *err)
{
    ew_status before = ew_graph_error(g, err);
    if (before != EW_OK) return before;
    bool ok = known_node(g, of);
    for (size_t i = 0; ok && i < g->seen.count; i++) {
        result[i] = edges_diff(g, of, g->seen.at[i], EW_REVERSE);
        ok = result[i] != EW_NONE;
    }
    return edges_status(g, err);
}

ew_status ew_forward(ew_graph *g, ew_node wrt, ew_node *result, ew_error *err)
{
    ew_status before = ew_graph_error(g, err);
    if (before != EW_OK) return before;
    bool ok = by_real(g, wrt);
    for (size_t i = 0; ok && i < g->seen.count; i++) {
        result[i] = edges_diff(g, g->seen.at[i], wrt, EW_FORWARD);
        ok = result[i] != EW_NONE;
    }
    return edges_status(g, err);
}
