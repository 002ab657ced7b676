/*
 * steps.h - a walk backward through the steps of a circle (steps.c), as its files share it.
 */
#ifndef DIFF_STEPS_H
#define DIFF_STEPS_H

#include "diff/resolve.h"
#include "diff/sequence.h"

enum {
    STEPS_CLEAN, /* derivatives */
    STEPS_CHAIN, /* the derivative of this node is used, no value so far */
    STEPS_DIRTY, /* what a derivative depends on */
    STEPS_KINDS
};

typedef struct steps_start {
    ew_node node;
    int kind;
    uint32_t list;
} steps_start;

enum { STEPS_CLOCKS = 8 };

/* At which step of a circle a state x is read: */
typedef struct steps_clock {
    uint32_t region;
    spot when;      /* over `shape`, its place along the steps, */
    int64_t offset; /* and what is taken from it */
} steps_clock;

typedef struct steps_walk {
    resolve *r;
    ew_graph *g;
    terms t;                  /* far: axes of where the derivative is read: */
    size_t far;               /* those that y's place or the step of x's need, */
    uint16_t axis[AXES_MOST]; /* and which these are of `shape` */
    ew_node *node;            /* what the current round visits, ascending */
    uint32_t *list;           /* one of each kind */
    uint8_t *moves;           /* does it need a state that is an end? */
    size_t count;
    sequence_items items;
    ARRAY(steps_start) starts; /* of the next round */
    ARRAY(ew_node) look;       /* of steps_has_diff */
    ew_node x;                 /* a state, or a node of a definition */
    ew_node inner; /* the array of a circle inside that x is, or EW_NONE: x elsewhere may need it in the same step */
    const spot *x_at;
    steps_clock clock[STEPS_CLOCKS]; /* of its circle and those around, if it is a state (steps_clock.c) */
    size_t clocks;
    uint16_t shape;
    uint32_t place; /* of the diff in the text */
    view found;
} steps_walk;

/* Finds the clocks of x (steps_clock.c). */
void steps_find_clocks(steps_walk *c);
/* The clock of a state's circle; NULL: it is not known. */
const steps_clock *steps_clock_of(const steps_walk *c, ew_node state);

bool steps_wrong(steps_walk *c); /* reports that the form is none that can be followed */
uint32_t *steps_list(const steps_walk *c, ew_node n, int kind);
void steps_append(steps_walk *c, uint32_t *list, uint32_t more);
/* Is the derivative of n by argument k the same whatever values there are? */
bool steps_is_constant(const ew_graph *g, ew_node n, size_t k);
/* The far axis that says at which step the derivative is read; false: there is no such one. */
bool steps_far_axis(const steps_walk *c, size_t *axis);

/* How many steps the place of an open state in a term is after that of x; false: that is no fixed number. */
bool steps_distance(const steps_walk *c, ew_node state, const terms_item *term, int64_t *steps);
/* The term is the derivative by x at its own step, as far as it lies there. */
bool steps_found(steps_walk *c, uint32_t alone);

/* Item *at opens a circle inside: hands the terms that have reached it to what lies outside of it, and goes to the item
 * that closes it (steps_inside.c). */
bool steps_inside(steps_walk *c, size_t *at);

#endif
