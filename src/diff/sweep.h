/*
 * sweep.h - what the room diff keeps with a graph.
 */
#ifndef DIFF_SWEEP_H
#define DIFF_SWEEP_H

#include "diff/carry.h"
#include "diff/diff.h"
#include "diff/rebuild.h"
#include "diff/view.h"

/* One reverse sweep: the adjoint of each node that `of` needs, sorted by id. */
typedef struct sweep_reverse {
    ew_node of;
    size_t count;
    ew_node *node, *adjoint;
} sweep_reverse;

/* Forward sweeps by one node: the tangents found so far, as a hash table. */
typedef struct sweep_forward {
    ew_node wrt;
    size_t size, count;
    ew_node *node, *tangent; /* node[i] == EW_NONE: free */
} sweep_forward;

typedef struct derived {
    ARRAY(sweep_reverse) reverse; /* the oldest first */
    ARRAY(sweep_forward) forward;
    size_t kept; /* entries in all sweeps together */

    uint32_t *mark; /* by node id: the epoch in which it was met */
    size_t mark_size;
    uint32_t epoch;
    ARRAY(ew_node) stack, cone;

    ARRAY(struct flow *) flows; /* sweeps over nodes with axes (flow.h) */

    bool checks; /* there are places that are checked (inside.c) */

    ARRAY(rebuild_pair) pairs; /* resolve.c: what stands for the regions that needed a DIFF */
    ew_node resolved;          /* regions below this node are done */
    size_t scanned;            /* nodes looked at for a DIFF */
    bool has_diff;
    size_t by_scanned; /* nodes looked at for a DIFF by what needs one itself, */
    bool apart;        /* and somebody asked for a derivative by such a node: circles know all of them */
    ew_node before;    /* nodes from here on were made while regions are resolved */
    ew_node inside;    /* states of LOOPs from here to there are not arrays yet; EW_NONE: all are */
    carry carry;       /* … and what is carried along with them */

    ew_node ties_of; /* rules.c: the latest min or max of many, and how many tie there */
    view ties;

    ARRAY(ew_edge) edges;
    size_t edges_of; /* how many seen nodes the edges belong to; SIZE_MAX: not made */
} derived;

derived *derived_of(ew_graph *g); /* NULL: no memory, reported */

/* Is a state with this LOOP no array yet, but computed by a circle that is being resolved? */
static inline bool derived_is_open(const ew_graph *g, ew_node loop)
{
    const derived *d = g->derived;
    return loop == EW_NONE || (d && d->inside != EW_NONE && loop >= d->inside && loop < d->before);
}

/* The derivative of a pointwise operation by argument k, an edge, over the operation's axes. */
view diff_partial_each(ew_graph *g, ew_node n, size_t k);

/* diff_node of what can be worked out at once; with axes (resolve.c). */
ew_node diff_now(ew_graph *g, ew_node of, ew_node wrt, int mode);
ew_node diff_whole(ew_graph *g, ew_node of, ew_node wrt, int mode);

/* Does `of` need a DIFF, or a circle that is not closed yet? */
bool diff_must_wait(ew_graph *g, ew_node of);

bool sweep_marks(ew_graph *g); /* a new epoch */
void sweep_sort(derived *d);   /* the cone */

/* Fills derived->cone with the nodes that `of` reaches downward over edges, itself included,
 * ascending. Not below the nodes that the sweep `known` (may be NULL) has tangents of. */
bool sweep_cone(ew_graph *g, ew_node of, const sweep_forward *known);

#endif
