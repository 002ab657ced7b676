/*
 * axes.h - what gives a graph its axes: shapes, maps, and the few operations that are about places.
 *
 * A node has axes, numbered by position; it stands for one scalar at each place. A shape is the list
 * of their sizes (0 is the shape of scalars). Shapes and maps are kept once each and known by number.
 *
 * A MAP tells for each place of one list of axes (its domain) a place of another (its target): for
 * every target axis a whole-number expression over the domain's axes,
 *     offset + sum of coefficient · axis,       or the value of an int node (a gather).
 * A map is PLAIN where each target axis is one domain axis as it stands, all different. Map 0 stands
 * for the plain map in which target axis p is domain axis p; it is the only map of a use by a scalar.
 *
 * Pointwise operations (rows of ops.def, also OP_COPY): the domain is the node's own axes, each
 * argument is used by a plain map onto its axes (an argument may lack axes of the user: it is the
 * same along them). The result of an operation on `axes` is one scalar operation at each place.
 *
 *   INDEX     [i] → start + i, an int; one axis; its argument is the constant `start`
 *   SIZE      a dimension whose size is not known: only in graphs that are not run
 *   AT        reads args[0] at a place: its use map is any map from own axes to the array's; a gather
 *             names the argument (1, 2, …; ints, used by plain maps) that has the place. Outside the
 *             array: an error, unless NODE_ZERO (then 0); with NODE_WHEN the last argument is a bool
 *             (plain map): where it does not hold an access outside is no error and gives 0.
 *   SCATTER   the adjoint of AT: args[0] has a value for each place of `domain` (plain map, domain →
 *             argument's axes); the node at p is the sum of the values whose place under `target`
 *             (domain → own axes; gathers as in AT, args 1 …) is p, in the order of the domain. What
 *             lands outside is dropped (the AT that it belongs to gave 0 or an error there).
 *   JOIN      own places put together: argument k has a value for each place of its own axes, and its
 *             use map (argument's axes → own axes, no gathers) says where it goes. The parts do not
 *             overlap and leave no gap. Array literals are joins too.
 *   SUM PROD LEAST GREATEST LOGSUMEXP ARGMIN ARGMAX ALL ANY
 *             reductions: `domain` is own axes, then the reduced ones; args[0] is used by a plain map
 *             from the domain to its axes. ARGMIN and ARGMAX have one reduced axis and give the
 *             position (from 0). Over nothing: 0, 1, inf, -inf, -inf, error, error, true, false.
 *   DIFF      args (y, x): axes of y, then of x: the derivative of each by each, not yet worked out
 *             (diff/resolve.c replaces it before anything runs).
 *   STATE     an array that is used while it is being computed: the place-holder, inside a region, of
 *             what a LOOP makes.
 *   LOOP      the array itself: args are the definitions of all states of its region, then the
 *             region's condition to stop if it has one. LOOP k is STATE k with every place computed.
 *
 * A REGION is a recurrence: states S_k with definitions D_k over the same axes, which may use S_k
 * themselves. State k has its ordering axis at position `axis`; in step t the place t + offset of it
 * is computed (places that the parts without S in them give, such as h[0], are there before). Steps
 * run from low to high, or from high to low where `down`. The body of a region is no list: a node is
 * in it if it needs a state and a definition needs it. Everything in the body has the ordering axis
 * as an ordinary axis (or is the same in all steps), is computed a slice a step, and may be used from
 * outside too, whole. A use of a state, or of a body node by an AT, must be of a place that an earlier
 * step made, or of the same step where that needs no circle. After `until` holds at a step, the later
 * places of every state keep the value of the last one computed.
 * A region may lie inside another's body: its states then have the outer ordering axis too.
 */
#ifndef GRAPH_AXES_H
#define GRAPH_AXES_H

#include "graph/graph.h"

/* ---- Shapes ------------------------------------------------------------------------------------- */

enum { AXES_MOST = 32 };

/* What a gather gives for a quotient that is no whole number; from NOT_MADE - 2^61 to NOT_MADE + 2^61: for
 * the place p of a recurrence that no earlier step has made, NOT_MADE + p. No array has such places. */
#define NO_WHOLE_PLACE INT64_MIN
#define NO_CHOICE (INT64_MIN + 1) /* … for the greatest of nothing */
#define NOT_MADE (INT64_MIN / 2)

/* A size that is not known yet is negative: -1 - index of its name in g->unknown. */
static inline bool size_is_known(int64_t size)
{
    return size >= 0;
}

/* The number of a shape; UINT16_MAX: reported. At most AXES_MOST axes. */
uint16_t graph_shape_of(ew_graph *g, const int64_t *sizes, size_t rank);
/* A new unknown size; name 0: it has none. 0 where there is no memory (reported). */
int64_t graph_unknown_size(ew_graph *g, uint32_t name);

static inline size_t shape_rank(const ew_graph *g, uint16_t shape)
{
    return g->shapes.at[shape].rank;
}

static inline const int64_t *shape_sizes(const ew_graph *g, uint16_t shape)
{
    return g->sizes.at ? g->sizes.at + g->shapes.at[shape].first : NULL; /* scalars alone: there is no list */
}

static inline size_t node_rank(const ew_graph *g, ew_node n)
{
    return shape_rank(g, node_at(g, n)->shape);
}

static inline int64_t node_size(const ew_graph *g, ew_node n, size_t axis)
{
    return shape_sizes(g, node_at(g, n)->shape)[axis];
}

/* Elements of n; 1 where a size is not known. */
size_t graph_elements(const ew_graph *g, ew_node n);
/* Values of n as a short text: "[1, 2, 3]", of large ones the corner; its shape: "2×N". whole: of an int the very
 * values, written in full; or NULL. */
void graph_corner(const ew_graph *g, ew_node n, const double *values, const int64_t *whole, int digits, text *t);
void graph_shape_text(const ew_graph *g, ew_node n, text *t);
/* "[2, 0]": the place of element e of n, row-major; nothing for a single number. */
void graph_place(const ew_graph *g, ew_node n, size_t e, text *t);

/* How many elements; false: a size is unknown, or the product does not fit a ptrdiff_t of bytes. */
bool shape_elements(const ew_graph *g, uint16_t shape, size_t *count);

/* ---- Maps --------------------------------------------------------------------------------------- */

typedef struct map_draft { /* one target axis of a map to be made */
    int64_t offset;
    uint16_t gather; /* argument that has the place; 0: none. Then offset and terms are 0 */
    uint16_t terms;
    uint16_t axis[AXES_MOST];
    int64_t factor[AXES_MOST];
} map_draft;

/* The number of a map; UINT16_MAX: reported. Terms with factor 0 are left out, equal axes added up, terms
 * stand by ascending axis: equal maps are one. */
uint16_t graph_map_of(ew_graph *g, const map_draft *axes, size_t rank);
/* The plain map in which target axis p is domain axis axis[p]. */
uint16_t graph_map_plain(ew_graph *g, const uint16_t *axis, size_t rank);

/* Target axis p of a map, for a target of at least p + 1 axes (map 0 has no list of its own). */
map_draft map_axis(const ew_graph *g, uint16_t map, size_t p);
/* The domain axis that target axis p is, as it stands; -1: it is something else. */
int map_plain_axis(const ew_graph *g, uint16_t map, size_t p);
bool map_is_plain(const ew_graph *g, uint16_t map);
/* inner: B → C, outer: A → B (of `middle` axes, `rank` = axes of C), gives A → C. Where `inner` reads an
 * axis that `outer` gathers, the result can only be made if it stands alone; else UINT16_MAX without a report. */
uint16_t graph_map_compose(ew_graph *g, uint16_t outer, uint16_t inner, size_t rank);

/* ---- Nodes -------------------------------------------------------------------------------------- */

typedef struct node_spec {
    op op;
    const ew_node *args;
    const uint16_t *maps; /* beside args; NULL: all 0 */
    size_t count;
    uint16_t shape;
    uint16_t domain, target; /* of an AT: spec_stand_for */
    uint8_t flags;           /* NODE_ZERO, NODE_WHEN */
    uint32_t name;           /* 0: unnamed, equal ones are one */
    uint32_t place;          /* in the text */
} node_spec;

/* An AT may stand for an access to another array, which it does not read: faults then call it by that one's name. */
static inline ew_node node_stands_for(const ew_graph *g, ew_node n) /* EW_NONE: for none */
{
    const graph_node *p = node_at(g, n);
    return p->op == OP_AT ? (((uint32_t)p->target << 15) | p->domain) - 1 : EW_NONE;
}

static inline void spec_stand_for(node_spec *s, ew_node array)
{
    s->domain = (uint16_t)((array + 1) & 0x7FFF);
    s->target = (uint16_t)((array + 1) >> 15);
}

/* Makes any node but leaves, STATE and LOOP. EW_NONE: reported. Constants alone are folded (an unnamed
 * pointwise operation on constants is a constant, whatever its shape). */
ew_node graph_make(ew_graph *g, const node_spec *s);

ew_node graph_index(ew_graph *g, int64_t size, int64_t start);
ew_node graph_size(ew_graph *g, int64_t unknown); /* OP_SIZE */
/* As graph_op for arguments with axes. */
ew_node graph_each(ew_graph *g, op o, const ew_node *args, const uint16_t *maps, size_t count, uint16_t shape);
/* args[0] seen through a map; a plain map onto equal axes, all in their order, gives the node itself. */
ew_node graph_at(ew_graph *g, ew_node array, uint16_t map, uint16_t shape, uint8_t flags);
/* n over other axes: own axis p of the result's `shape` is what `map` (own → n's axes, plain) says; n itself
 * where nothing changes. A COPY is made only where nothing else can be rebuilt. */
ew_node graph_spread(ew_graph *g, ew_node n, uint16_t map, uint16_t shape);
ew_node graph_reduce(ew_graph *g, op o, ew_node body, uint16_t map, uint16_t shape, uint16_t domain);

/* ---- Regions ------------------------------------------------------------------------------------ */

/* A new region; states are added, then their definitions, then it is closed, which makes the LOOPs. */
uint32_t graph_region_new(ew_graph *g, bool down, int64_t low, int64_t high); /* UINT32_MAX: reported */
/* The STATE node. */
ew_node graph_state_add(ew_graph *g, uint32_t region, int type, uint16_t shape, uint16_t axis, int64_t offset);
/* One that goes along the same steps as the state `like`, of this region and of those around; its axes begin with those
 * of that one. */
ew_node graph_state_like(ew_graph *g, uint32_t region, ew_node like, uint16_t shape);
bool graph_state_define(ew_graph *g, ew_node state, ew_node definition);
/* Makes LOOP k for each state, named names[k] (0: none); until: EW_NONE, or a bool over the ordering axis
 * (its only axis besides those of outer regions), tested after each step at the step's own place. */
/* The types of states from node `from` on: the least that their definitions agree with, where what they
 * are made with is a guess (ints and bools stay where that is what the definitions give). Whole literals alone
 * are ints where `whole` says so, else real. */
bool graph_retype(ew_graph *g, ew_node from, bool whole);
bool graph_region_close(ew_graph *g, uint32_t region, ew_node until, const uint32_t *names, const uint32_t *places);

/* The state that a STATE or LOOP node belongs to. */
static inline graph_state *node_state(const ew_graph *g, ew_node n)
{
    return &g->states.at[node_at(g, n)->extra];
}

/* Names of a node's indices, for people: of its own axes, and (reductions) of the rest of its domain. The
 * first ones given stay. */
bool graph_set_index_names(ew_graph *g, ew_node n, const uint32_t *names, size_t rank);
uint32_t graph_index_name(const ew_graph *g, ew_node n, size_t axis); /* 0: none was given */

#endif
