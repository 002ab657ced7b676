/*
 * build.c - a graph by hand: the public builders. Names are read by the lexer, so that a graph built
 * by hand can be printed as a program and read again.
 *
 * The first error sticks in the graph and every later call does nothing. Where there was no memory
 * even for the graph, `g` is NULL, which means the same.
 */
#include <string.h>

#include "lang/lexer.h"

enum { BUILD_ARGS = 65534 };

ew_graph *ew_graph_new(const ew_options *options)
{
    return graph_new(options, NULL);
}

/* A name as the lexer reads it, reserved words and spellings too, not yet borne. */
static uint32_t build_name(ew_graph *g, const char *name)
{
    char buffer[160];
    size_t count = name ? strlen(name) : 0;
    source saved = g->report.source;
    lexer l;
    g->report.source = (source){name, count, NULL};
    bool ok = lexer_begin(&l, g, name, count);
    g->report.source = saved;
    if (!ok) return 0;
    if (l.now.kind == T_WORD && l.now.bytes == count)
        report_plain(&g->report, E_RESERVED, quote(buffer, name, count), NULL);
    else if (l.now.kind != T_NAME || l.now.bytes != count)
        report_plain(&g->report, E_BAD_NAME, quote(buffer, count ? name : "", count), NULL);
    else if (g->names.at[l.now.name].node != EW_NONE)
        report_plain(&g->report, E_TAKEN, quote(buffer, name, count), NULL);
    return report_ok(&g->report) ? l.now.name : 0;
}

/* Without memory for a graph there is none: building goes on doing nothing (ew_graph_error). */
static bool build_ready(const ew_graph *g)
{
    return g && report_ok(&g->report);
}

static bool build_node(ew_graph *g, ew_node n)
{
    if (!build_ready(g)) return false;
    return n < g->nodes.count ? true : report_plain(&g->report, E_BAD_NODE, NULL, NULL);
}

/* What comes after ew_finish is named and seen at once. */
static bool build_seen(ew_graph *g)
{
    return !g->finished || graph_finish(g);
}

static ew_node build_input(ew_graph *g, const char *name, bool is_param)
{
    uint32_t id = build_ready(g) ? build_name(g, name) : 0;
    ew_node n = id ? graph_add_input(g, id, is_param, g->real, 0, NO_PLACE) : EW_NONE;
    return n != EW_NONE && build_seen(g) ? n : EW_NONE;
}

ew_node ew_input(ew_graph *g, const char *name)
{
    return build_input(g, name, false);
}

ew_node ew_param(ew_graph *g, const char *name, double value)
{
    ew_node n = build_input(g, name, true);
    if (n == EW_NONE) return EW_NONE;
    graph_input *in = &g->params.at[node_at(g, n)->args];
    in->has_value = true;
    in->value = value;
    return n;
}

ew_node ew_constant(ew_graph *g, double value)
{
    return build_ready(g) ? graph_number(g, value) : EW_NONE;
}

static bool build_types(ew_graph *g, op o, const ew_node *args, size_t count)
{
    bool logic = o == OP_AND || o == OP_OR || o == OP_NOT;
    for (size_t k = 0; k < count; k++)
        if ((logic || (o == OP_IF && k == 0)) && node_at(g, args[k])->type != TYPE_BOOL)
            return report_plain(&g->report, logic ? E_BOOL : E_CONDITION, ops_row(o)->name, NULL);
    return true;
}

/* The operation of that name, if it takes so many arguments. */
static op build_op(ew_graph *g, const char *name, size_t count)
{
    char buffer[160], due[32], here[32];
    op o = name ? ops_find(name, (uint32_t)strlen(name)) : OP_NOT_FOUND;
    if (o == OP_NOT_FOUND) {
        report_plain(&g->report, E_NO_OP, name ? quote(buffer, name, strlen(name)) : "", NULL);
        return OP_NOT_FOUND;
    }
    size_t wanted = ops_row(o)->count;
    if (wanted ? count == wanted : count >= 2 && count <= BUILD_ARGS) return o;
    if (!wanted && count > BUILD_ARGS) {
        count_text(BUILD_ARGS, due);
        report_plain(&g->report, E_LIMIT_ARGS, due, NULL);
    } else {
        count_text(wanted ? wanted : 2, due);
        count_text(count, here);
        report_at(&g->report, E_ARGUMENTS, NO_PLACE, 0, name, due, here);
    }
    return OP_NOT_FOUND;
}

ew_node ew_op(ew_graph *g, const char *name, const ew_node *args, size_t count)
{
    op o = build_ready(g) ? build_op(g, name, count) : OP_NOT_FOUND;
    if (o == OP_NOT_FOUND) return EW_NONE;
    for (size_t k = 0; k < count; k++)
        if (!build_node(g, args ? args[k] : EW_NONE)) return EW_NONE;
    if (!build_types(g, o, args, count)) return EW_NONE;
    ew_node n = graph_op(g, o, args, count, NO_PLACE);
    if (n != EW_NONE && !g->finished && !node_is_const(g, n) && !array_push(&g->memory, &g->parts, n)) {
        report_memory(&g->report);
        return EW_NONE;
    }
    return n;
}

ew_node ew_name(ew_graph *g, const char *name, ew_node node)
{
    if (!build_node(g, node)) return EW_NONE;
    uint32_t id = build_name(g, name);
    for (size_t i = g->parts.count; id && i-- > 0;)
        if (g->parts.at[i] == node) g->parts.at[i] = EW_NONE; /* it has this name now, and no other */
    ew_node n = id ? graph_name_node(g, id, node, NO_PLACE) : EW_NONE;
    return n != EW_NONE && build_seen(g) ? n : EW_NONE;
}

void ew_output(ew_graph *g, ew_node node)
{
    if (!build_node(g, node)) return;
    if (array_push(&g->memory, &g->outputs, node))
        build_seen(g);
    else
        report_memory(&g->report);
}

void ew_finish(ew_graph *g)
{
    if (build_ready(g) && !g->finished) graph_finish(g);
}
