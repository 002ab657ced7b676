/*
 * view.h - nodes seen over the axes of something else, and places: the algebra that both sweeps use.
 *
 * A VIEW is a node and a plain map from a shape to its axes: a value at each place of the shape that
 * may be the same along some of its axes. Adjoints, tangents and local derivatives are views, so that
 * "the same along an axis", "the axes in another order" and constants need no node. Operations on views
 * are made over the axes that they depend on alone.
 *
 * A PLACE is one axis of a place: a whole number at each place of a shape (the domain), either affine
 * (offset + sum of factor · axis) or the value of an int node (a gather). Lists of places are maps that
 * may be substituted into one another, which the graph's own maps are made from at the end.
 */
#ifndef DIFF_VIEW_H
#define DIFF_VIEW_H

#include "graph/axes.h"

typedef struct view {
    ew_node node; /* EW_NONE: none, or reported */
    uint16_t map;
} view;

enum { SPOT_TERMS = 6 }; /* more become a gather of their sum */

typedef struct spot {
    int64_t offset;
    view gather;  /* node EW_NONE: affine */
    view checked; /* the same place as a node that is a fault where it is none of its array's (inside.c), or EW_NONE */
    uint16_t terms;
    uint16_t axis[SPOT_TERMS];
    int64_t factor[SPOT_TERMS];
} spot;

static inline bool view_is(const ew_graph *g, view v, double value)
{
    return node_is_value(g, v.node, value);
}

/* ---- Views (view.c) ------------------------------------------------------------------------------ */

view view_of(ew_graph *g, ew_node n); /* over its own axes */
view view_none(void);
/* Argument k over the domain of its use. A state whose recurrence is closed is seen as the array that it
 * becomes: derivatives lie outside the recurrence. */
view view_argument(ew_graph *g, ew_node n, size_t k);
view view_number(ew_graph *g, double value);
uint32_t view_axes(const ew_graph *g, view v); /* bit a: it depends on axis a of the shape */

/* Axis a of the shape is axis to[a] of another shape. Axes that v does not depend on count for nothing. */
view view_move(ew_graph *g, view v, const uint16_t *to);
/* An operation at each place, without what is exact in every bit: x·1, 0·x on a path, -(-x), a known condition. */
view view_op(ew_graph *g, uint16_t shape, op o, view x, view y, view w);
/* The sum over the axes in `mask`; the result, over the same shape, does not depend on them. */
view view_sum(ew_graph *g, uint16_t shape, view v, uint32_t mask);
/* The sum over `mask` of x·y on a path; each sum only over what depends on its axes. */
view view_product_sum(ew_graph *g, uint16_t shape, view x, view y, uint32_t mask);
/* A whole number that becomes an array is no int: derivatives are real. */
view view_real(ew_graph *g, view v);
/* A derivative is real, also where it came out as an int that stood beside what it is by; type: of such a one. */
view view_derivative(ew_graph *g, uint16_t shape, view v, int type);
/* A node over exactly the shape. */
ew_node view_node(ew_graph *g, view v, uint16_t shape);
/* The number of the place along an axis. */
view view_index(ew_graph *g, uint16_t shape, size_t axis);

/* ---- Places (spot.c) ---------------------------------------------------------------------------- */

spot spot_fixed(int64_t offset);
spot spot_axis(size_t axis);
/* Axis p of argument k's map of node n, over the domain of that use; target: SCATTER's own map. */
spot spot_of_use(ew_graph *g, ew_node n, uint16_t map, size_t p);
bool spot_is_axis(const spot *p, size_t *axis);
bool spot_same(const spot *a, const spot *b);
bool spot_agrees(const spot *a, const spot *b); /* also in where they are checked: one may stand for the other */
uint32_t spot_axes(const ew_graph *g, const spot *p);
/* The place of an axis with number a of one shape has number to[a] of another. */
void spot_move(ew_graph *g, spot *p, const uint16_t *to);
/* As an int at each place of the shape; checked, where it is to be. */
view spot_value(ew_graph *g, uint16_t shape, const spot *p);
/* p with each axis a of its domain replaced by to[a], over `shape`. */
spot spot_substitute(ew_graph *g, const spot *p, const spot *to, uint16_t shape);
/* p, over a domain that `known` has the places of (of each axis of `shape`), by the axes of that shape; false: they do
 * not say it. */
bool spot_turn(ew_graph *g, const spot *p, const spot *known, uint16_t shape, spot *turned);
/* Does it always lie in 0 … size - 1? low, high: can it fall short, go beyond? (May be NULL.) */
bool spot_inside(const ew_graph *g, uint16_t shape, const spot *p, int64_t size, bool *low, bool *high);

/* v, over a domain whose axis a is at to[a], as a view over `shape`; 0 where that is outside. */
view view_fetch(ew_graph *g, view v, const spot *to, uint16_t shape);
/* By which axis of an array a value on a diagonal of it is found, the others being compared with that: */
typedef struct deposit_order {
    size_t first;    /* this one, if it can be; */
    uint32_t orders; /* then one of these. Of a recurrence: that of its steps, those of the steps around it. */
} deposit_order;

static const deposit_order view_any = {0, 0};

/* The sum of the values of v, over `domain`, that lie at each place of `shape`: value d at own[0 …]. */
view view_deposit(ew_graph *g, view v, uint16_t domain, const spot *own, uint16_t shape, deposit_order order);
/* The gathered `place` of an axis of `array` that access `at` asks for, checked where `when` (node EW_NONE: everywhere)
 * holds: an int (inside.c). */
view view_checked(ew_graph *g, ew_node at, ew_node array, size_t axis, view place, view when, uint16_t shape);
/* Is it such an int? Then argument 1 is the place. */
bool node_is_checked(const ew_graph *g, ew_node n);

/* v where place p lies in 0 … size - 1, else 0. */
view view_within(ew_graph *g, uint16_t shape, view v, const spot *p, int64_t size);

/* The shape with the axes of a, then those of b. */
uint16_t shape_join(ew_graph *g, uint16_t a, uint16_t b);

#endif
