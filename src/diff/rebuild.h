/*
 * rebuild.h - the same nodes with some of what they use replaced.
 */
#ifndef DIFF_REBUILD_H
#define DIFF_REBUILD_H

#include "graph/axes.h"

typedef struct rebuild_pair {
    ew_node from, to;
} rebuild_pair;

/* Replaces each of roots[0 … count] by a node that uses pair.to wherever it used pair.from, however deep.
 * Unnamed; a region that needs a replaced node is made anew. Nodes with keep[id] (may be NULL; keep_count of
 * them) stay as they are. */
bool rebuild_nodes(ew_graph *g, const rebuild_pair *pairs, size_t pairs_count, const uint8_t *keep, size_t keep_count,
                   ew_node *roots, size_t count);

/* What `from` has become, with the axes of `from` again where it was folded to a number, which has none. */
ew_node rebuild_shaped(ew_graph *g, ew_node made, ew_node from);

/* What `from`, by which something is differentiated, has become: a node of its own, the same each time, whatever else
 * has become the same value. A number is a sum of one, lest what is made of it is folded and no path leads to it. */
ew_node rebuild_apart(ew_graph *g, ew_node made, ew_node from);

/* Which nodes are in the body of a closed region: body[id], for ids below `count`. */
bool rebuild_body(ew_graph *g, uint32_t region, uint8_t *body, size_t count);

#endif
