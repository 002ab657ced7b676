/*
 * flow.h - sweeps over nodes with axes, forward and reverse, recurrences included.
 *
 * A sweep begins at one node (reverse: what is differentiated; forward: by what) with a seed over its axes
 * and then some axes of the far side, or with the identity (the far side is then the node itself). What it
 * finds for a node is a list of terms over the node's axes and those of the far side.
 *
 * The derivative of a region is a region: its states stand for the adjoints (or tangents) of the states, and
 * it runs the other way (or the same way). While it is open, adjoints are expressed by its STATEs; when it is
 * closed, what lies outside its body is rebuilt with its LOOPs in their place.
 */
#ifndef DIFF_FLOW_H
#define DIFF_FLOW_H

#include "diff/terms.h"

typedef struct flow {
    bool forward, identity;
    ew_node end;
    ew_node inside; /* carried: the first LOOP of the circle that is being resolved; EW_NONE: of arrays alone */
    view seed;      /* over (axes of end, far axes) */
    terms t;
    size_t size, count; /* a hash table: node[i] == EW_NONE: free */
    ew_node *node;
    uint32_t *list;
} flow;

/* The sweep that begins at `end`, kept with the graph; forward ones have reached `other` then. seed: EW_NONE for
 * the identity. NULL: reported. */
flow *flow_of(ew_graph *g, bool forward, ew_node end, view seed, uint16_t far, ew_node other);
/* A forward one inside the circle that is being resolved, in which its states have tangents (carry.h). */
flow *flow_carried(ew_graph *g, ew_node end, view seed, uint16_t far, ew_node other);
void flow_forget(ew_graph *g); /* all of those */
/* The node by which one derives: of an array that circles within circles compute, the innermost, which all places of it
 * are made by; other nodes themselves. */
ew_node flow_by(const ew_graph *g, ew_node x);
/* What it knows of a node. */
uint32_t flow_list(const flow *f, ew_node n);
/* Densely: over (axes of n, far axes). */
view flow_dense(ew_graph *g, flow *f, ew_node n);
void flow_free(ew_graph *g, flow *f);

#endif
