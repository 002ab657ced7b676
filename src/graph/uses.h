/*
 * uses.h - which nodes a node uses, as people see it.
 *
 * Accesses (h[t - 1, j]), indices, the same value over more axes, and the equations that an array is put
 * together from are no nodes to a person. So what h uses is what its equations use, and what an access
 * reads is used by whoever it stands in. A use of a state is a use of the recurrence itself at another
 * step: it comes from h or from a node after it, and is called a return.
 */
#ifndef GRAPH_USES_H
#define GRAPH_USES_H

#include "graph/axes.h"

typedef struct graph_use {
    ew_node from; /* a node that people see; else the argument itself */
    ew_node user; /* the node itself, or an equation of it; its argument `arg` it is */
    uint32_t arg;
    bool edge; /* it carries a derivative */
} graph_use;

typedef struct graph_uses {
    ARRAY(graph_use) list;
    ARRAY(graph_use) open; /* arguments still to look into */
    ARRAY(ew_node) inner;  /* joins that are parts of n */
} graph_uses;

/* The uses of n by equation, then by argument, into uses->list; false: no memory. */
bool graph_uses_of(const ew_graph *g, memory *m, ew_node n, graph_uses *uses);
void graph_uses_free(memory *m, graph_uses *uses);

/* Is it no node to people unless it has a name? (Accesses, indices, copies along more axes.) */
bool graph_is_quiet(const ew_graph *g, ew_node n);
/* Does n read as equations that name their own left sides? (h[0] = 1; h[t + 1] = 2 * h[t]) */
bool graph_is_equations(const ew_graph *g, ew_node n);
/* What a LOOP computes, in the innermost of its orders; n itself otherwise. */
ew_node graph_equation(const ew_graph *g, ew_node n);
/* The array that a STATE or LOOP is to people, in the outermost of its orders; EW_NONE while it is being made; n itself
 * otherwise. */
ew_node graph_recurrence(const ew_graph *g, ew_node n);

/* Which part of the join behind `to` is meant by argument k of `user`; SIZE_MAX: it is none, but all of `to`. */
size_t graph_equation_of(const ew_graph *g, ew_node to, ew_node user, size_t k);

static inline bool use_returns(const graph_use *u, ew_node n)
{
    return u->from != EW_NONE && u->from >= n;
}

#endif
