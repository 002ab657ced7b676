/*
 * linear.h - an edge as a linear map between places:
 *
 *     n[s]  gets  the sum over d of  factor[d] · argument[from(d)] · [s = to(d)]
 *
 * d runs over the edge's domain. Pointwise operations, accesses, joins, scatters and reductions all are
 * of this kind; forward mode applies the map, reverse mode its transpose, which is the same with `from`
 * and `to` exchanged.
 */
#ifndef DIFF_LINEAR_H
#define DIFF_LINEAR_H

#include "diff/view.h"

typedef struct linear {
    uint16_t domain;
    view factor; /* over the domain */
    view when;   /* node not EW_NONE: the edge counts only where this bool holds (or not, if `otherwise`) */
    bool otherwise;
    size_t to_rank, from_rank;
    spot to[AXES_MOST], from[AXES_MOST];
} linear;

/* The places alone of edge k of node n, which is no LOOP; what is gathered stands unchecked. */
void linear_places(ew_graph *g, ew_node n, size_t k, linear *l);
/* All of the edge. False: reported. */
bool linear_edge(ew_graph *g, ew_node n, size_t k, linear *l);
/* The local derivative alone, over the edge's domain. */
view linear_factor(ew_graph *g, ew_node n, size_t k);

#endif
