/*
 * flow_run.h - a sweep as it runs: what the files of flow.h share.
 */
#ifndef DIFF_FLOW_RUN_H
#define DIFF_FLOW_RUN_H

#include "diff/flow.h"
#include "diff/sequence.h"

/* One derivative region that is open: state k of `region` is `state[k]`. */
typedef struct flow_region {
    uint32_t region, made;
    ew_node *state;  /* by state of the region; EW_NONE: it takes no part */
    uint32_t *seed;  /* reverse: what came from outside, before it was opened */
    spot *far;       /* by state: places of the far axes, where they are aligned: */
    uint32_t mask;   /* those, which the states lack (aligned.h) */
    uint32_t around; /* … and those that are aligned outside of it */
} flow_region;

typedef struct flow_run {
    ew_graph *g;
    flow *f;
    ew_node *nodes; /* visited, ascending */
    size_t count;
    sequence_items items;
    size_t at; /* the current one of these */
    ARRAY(flow_region) open;
} flow_run;

bool flow_room(ew_graph *g, flow *f, size_t more); /* for so many entries more */
void flow_empty(ew_graph *g, flow *f);             /* forgets all of them; the terms stay */
/* The entry of a node, for which there is room. */
uint32_t *flow_entry(flow *f, ew_node n);
/* What has no type of its own in a derivative takes that of the node. */
void flow_real(ew_graph *g, ew_node n);

/* By which axes what a state gets on a diagonal is found. */
deposit_order flow_deposits(const ew_graph *g, ew_node n);

bool flow_step(flow_run *r); /* the current item */

/* Does the state take part, as more than its definition? */
bool flow_takes_part(const flow_run *r, const graph_state *s);
bool flow_open(flow_run *r, uint32_t region);
bool flow_close(flow_run *r, uint32_t region);
void flow_leave(flow_run *r); /* frees the region opened last */

#endif
