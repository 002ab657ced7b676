/*
 * carry.h - derivatives inside a circle of equations by something outside it: tangents that are carried along.
 *
 * diff(x[t-1], p), needed by the circle that computes x, is a state of that circle: its tangent by p, whose definition
 * is the forward derivative of x's own. While the circle's definitions are resolved a tangent is a STATE without a
 * LOOP (a place-holder in a region of its own); when the circle is made anew (regions.c) it becomes one of its states.
 *
 * A definition that has the tangent of x in it has a tangent with that of order two in it, and so on. So orders are
 * made one after another until
 *   - no order more is asked for (what a stop, a condition, a whole number cuts off), or
 *   - what is asked for is 0 in all steps, since nothing but itself and its own derivatives feeds it (linear circles),
 * or
 *   - there are as many as steps can hand on: a step uses orders of earlier steps, one more for each diff on the way,
 *     so what the last step gives needs no more than that, and higher ones may be anything.
 * At most CARRY_ORDERS; beyond them it is an error (E451).
 */
#ifndef DIFF_CARRY_H
#define DIFF_CARRY_H

#include "diff/view.h"

enum { CARRY_ORDERS = 12 };

struct flow;

typedef struct carry_item {
    ew_node base;       /* what it is the tangent of: a state of a circle, or such a tangent */
    ew_node state;      /* the place-holder; the base's axes, then the far ones */
    ew_node definition; /* EW_NONE: not made yet */
    ew_node end;        /* by what, with which seed (flow.h) */
    view seed;
    uint16_t far;
    uint32_t region; /* of the state at the bottom */
    size_t order;
    bool used; /* in this attempt, or by a circle inside that is made already */
    bool kept; /* … by a circle inside */
    bool cut;  /* of an order that is not made in this attempt */
    bool zero; /* known to be 0 everywhere */
} carry_item;

typedef struct carry {
    ARRAY(carry_item) items;
    uint32_t region; /* whose definitions are being resolved; UINT32_MAX: none */
    size_t most;     /* orders that are made in this attempt */
    size_t enough;   /* orders that are enough for the steps there are */
    uint32_t place;  /* in the text, of a diff that is carried */
} carry;

/* Is it a STATE that is no array yet: of a circle that is being resolved, of one around it, or a tangent of these? */
bool carry_open(const ew_graph *g, ew_node n);
/* What messages call n: the array whose state or definition it is (the innermost state has none of its own, flow_by),
 * or n itself. */
ew_node carry_named(const ew_graph *g, ew_node n);
/* The circle's own state at the bottom of a tangent; a state of a circle itself. */
ew_node carry_base(const ew_graph *g, ew_node state);
/* The tangent of such a state in a carried sweep, over its axes and the far ones: 0, or a place-holder. */
bool carry_tangent(ew_graph *g, const struct flow *f, ew_node state, view *tangent);

/* A region's definitions (and its condition) are to be resolved: `from` as they are. */
bool carry_begin(ew_graph *g, uint32_t region, const ew_node *from, size_t count);
/* Gives the tangents that were used definitions, from those of the region's states `to`, which need no DIFF. *again:
 * something new is known about them: the definitions are to be resolved once more. */
bool carry_define(ew_graph *g, const ew_node *to, bool *again);
/* How many tangents of the region's states were used. */
size_t carry_count(const ew_graph *g, uint32_t region);
/* The region was made anew: `loop` is one of its arrays. */
void carry_end(ew_graph *g, uint32_t region, ew_node loop);
/* A region could not be made: nothing is carried along any more. */
void carry_drop(ew_graph *g);

#endif
