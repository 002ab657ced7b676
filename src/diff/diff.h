/*
 * diff.h - derivatives as graphs: local ones from the table's rows, whole ones by sweeps.
 *
 * Everything here adds nodes to the graph and nothing else: a derivative can be printed, run, drawn
 * and derived again. The product along a path is OP_MUL0, in which an exact 0 wins (language.md,
 * section 6); where a factor is 1 or structurally 0 no node is made.
 *
 * Both sweeps visit only what lies between the two ends, each edge once. What they found is kept
 * with the graph (`derived`), so that asking for the derivatives by a thousand inputs one by one
 * costs one sweep.
 */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "graph/graph.h"

/* The derivative of node n by its argument k, as a node; the constant 0 where it is no edge. */
ew_node diff_partial(ew_graph *g, ew_node n, size_t k);

/* The derivative of `of` by `wrt`: the sum over all paths, over the axes of `of`, then those of `wrt`. Mode
 * EW_AUTO: reverse for scalars; else by the side with fewer places. A DIFF node where that has to wait: `of`
 * needs another one, or a circle that is not closed. */
ew_node diff_node(ew_graph *g, ew_node of, ew_node wrt, int mode);

/* Replaces nodes that need a DIFF by ones that need none; named nodes stay, their twins are unnamed. Those from `by`
 * on are what the others will be derived by: their twins are what the others' twins use. */
bool diff_resolve(ew_graph *g, ew_node *nodes, size_t count, size_t by);
/* Takes checks of gathered places away that computing `nodes` makes anyway (checks.c). */
bool diff_checks(ew_graph *g, ew_node *nodes, size_t count);

#endif
