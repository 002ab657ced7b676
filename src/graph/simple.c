/*
 * simple.c - exact simplifications, for what derivatives make: only those after which every bit of
 * every value is as before (graph.h). What is true of real numbers alone has no place here.
 */
#include "graph/graph.h"

ew_node graph_simple(ew_graph *g, op o, ew_node x, ew_node y, ew_node w)
{
    if (x == EW_NONE) return EW_NONE;
    ew_node args[3] = {x, y, w};
    size_t count = ops_row(o)->count;
    if (count >= 2 && y == EW_NONE) return EW_NONE;
    switch (o) {
    case OP_MUL:
    case OP_MUL0:
        if (node_is_value(g, x, 1)) return y;
        if (node_is_value(g, y, 1)) return x;
        if (node_is_value(g, x, -1)) return graph_simple(g, OP_NEG, y, EW_NONE, EW_NONE);
        if (node_is_value(g, y, -1)) return graph_simple(g, OP_NEG, x, EW_NONE, EW_NONE);
        if (o == OP_MUL0 && (node_is_value(g, x, 0) || node_is_value(g, y, 0))) return graph_whole(g, 0);
        break;
    case OP_DIV:
        if (node_is_value(g, y, 1)) return x;
        break;
    case OP_NEG:
        if (g->nodes.at[x].op == OP_NEG && g->nodes.at[x].name == 0) return node_arg(g, x, 0);
        break;
    case OP_POW:
        if (node_is_value(g, y, 1)) return x;
        if (node_is_value(g, y, 0)) return graph_whole(g, 1);
        break;
    case OP_IF:
        if (node_is_value(g, x, 1)) return y;
        if (node_is_value(g, x, 0)) return w;
        break;
    default: break;
    }
    return graph_op(g, o, args, count, NO_PLACE);
}
