/*
 * sequence.h - in which order a sweep visits nodes with recurrences among them.
 *
 * Edges for a sweep are those of the table, with two differences: a LOOP has one edge, from its own state's
 * definition; a STATE leads to that definition too (its value is the array's), which closes the circle.
 * The nodes of a circle are visited together, as one: what lies outside it before or after all of it.
 */
#ifndef DIFF_SEQUENCE_H
#define DIFF_SEQUENCE_H

#include "graph/axes.h"

enum { SEQUENCE_NODE, SEQUENCE_OPEN, SEQUENCE_CLOSE };

typedef struct sequence_item {
    uint32_t kind, id; /* a node, or a region */
} sequence_item;

typedef ARRAY(sequence_item) sequence_items;

/* How many edges a sweep sees, and what edge k comes from: EW_NONE where it is no edge. */
size_t sequence_edges(const ew_graph *g, ew_node n);
ew_node sequence_edge(const ew_graph *g, ew_node n, size_t k);
/* The definition behind a STATE of a closed recurrence; else EW_NONE. */
ew_node sequence_behind(const ew_graph *g, ew_node n);

/* Where n stands in an ascending list; count: nowhere. */
size_t sequence_find(const ew_node *nodes, size_t count, ew_node n);

/* The nodes (ascending; closed under what is behind), users first. A region's nodes stand between its OPEN and
 * its CLOSE, with regions inside them. */
bool sequence_make(ew_graph *g, const ew_node *nodes, size_t count, sequence_items *out);

/* The state of the circle around that has this state's array; EW_NONE: there is none. */
ew_node sequence_around(const ew_graph *g, ew_node state);

#endif
