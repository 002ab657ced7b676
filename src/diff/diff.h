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

/* Replaces nodes that need a DIFF by ones that need none; named nodes stay, their twins are unnamed. */
bool diff_resolve(ew_graph *g, ew_node *nodes, size_t count);
/* The same for two nodes of which the derivative of the first by the second is wanted: the first one's twin is made of
 * the second one's, and does not look through it. */
bool diff_resolve_ends(ew_graph *g, ew_node *ends);
/* Of a finished graph: puts what each diff is made of into its place, as programs of scalars have it, for people
 * to look at (unfold.c). False: it stands within a recurrence, or would be long, or an error was reported;
 * then the graph is of no use any more. */
bool diff_unfold(ew_graph *g);
/* Takes checks of gathered places away that computing `nodes` makes anyway (checks.c). */
bool diff_checks(ew_graph *g, ew_node *nodes, size_t count);

#endif
