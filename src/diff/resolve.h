/*
 * resolve.h - what the files share that replace DIFF nodes.
 *
 * A node that needs a DIFF has a twin that needs none, made on demand: making one may need others, which are
 * then put on a stack and made first. So a derivative that is only ever read at some places, or only summed
 * against a factor, is never made whole.
 */
#ifndef DIFF_RESOLVE_H
#define DIFF_RESOLVE_H

#include "diff/carry.h"
#include "diff/flow.h"
#include "diff/sweep.h"

/* tried: steps.c waited for its twin; by: a derivative is by it; own: no name that stays is between it and a DIFF;
 * apart: its twin is that of nothing else */
enum { RESOLVE_NEEDS = 1, RESOLVE_TRIED = 2, RESOLVE_BY = 4, RESOLVE_OWN = 8, RESOLVE_APART = 16 };

typedef struct resolve {
    ew_graph *g;
    int mode;
    size_t count;   /* nodes that there were */
    uint8_t *needs; /* by node: RESOLVE_; 0: it needs no DIFF */
    ew_node *twin;  /* by node: EW_NONE: not made yet */
    ARRAY(ew_node) stack;
    bool waiting;         /* something must be made first */
    ew_node inside;       /* the first LOOP of the region whose definitions are being resolved; EW_NONE: none */
    const ew_node *roots; /* … those definitions, in the order of its states */
    uint8_t *circle;      /* by node: does it need a state of that region, or of one around it? */
    bool names;           /* named nodes have named twins, and are not looked through (unfold.c) */
    bool by;              /* what is asked for is the derivative of roots[0] by roots[1] */
} resolve;

/* Its arrays, and roots to be made; then all their twins; false: reported. */
bool resolve_begin(resolve *r, const ew_node *nodes, size_t count);
bool resolve_run(resolve *r);
void resolve_end(resolve *r);

/* A node that needs no DIFF in place of n; EW_NONE: later (r->waiting), or reported. */
ew_node resolve_twin(resolve *r, ew_node n);
bool resolve_needs(const resolve *r, ew_node n);
/* Has n a name that stays? */
bool resolve_stays(const resolve *r, ew_node n);
/* Is n looked into for the DIFFs that it is made of? Not what a derivative is by, to which all paths must lead. */
bool resolve_opens(const resolve *r, ew_node n);
/* What stands for n, named as n is (unfold.c). */
ew_node resolve_named(resolve *r, ew_node n, ew_node made);
/* Where n's use by `map` has axis p of what it uses; a gathered place has its twin, or r->waiting is set. */
spot resolve_place(resolve *r, ew_node n, uint16_t map, size_t p);
/* n at a place over `shape`: through names and accesses down to a DIFF, which is then read there. */
view resolve_value(resolve *r, ew_node n, const spot *at, uint16_t shape);
/* A DIFF at a place: of its first argument's axes, then of its second's. */
view resolve_read(resolve *r, ew_node diff, const spot *at, uint16_t shape);
/* v, read from the array of an AT at `places`, if these lie inside where they are gathered; else the run ends as for
 * any access (inside.c). when: where the access counts; node EW_NONE: everywhere. */
view resolve_inside(resolve *r, ew_node at, const spot *places, view when, uint16_t shape, view v);
/* A sum whose body may be linear in derivatives (contract.c): over the sum's own axes. */
view resolve_sum(resolve *r, ew_node n);
/* `diff`, as diff(y[…], x[…]) inside a circle of both (steps.c). */
view resolve_circle(resolve *r, ew_node diff, ew_node y, const spot *y_at, ew_node x, const spot *x_at, uint16_t shape);

/* Which nodes below `count` need a DIFF. */
void resolve_marks(const ew_graph *g, uint8_t *needs, size_t count);
/* Twins of nodes[0 … count] in place; inside: the first LOOP of the region that they define, or EW_NONE. */
bool resolve_nodes(ew_graph *g, ew_node inside, ew_node *nodes, size_t count);
/* Makes regions whose definitions need a DIFF anew (regions.c); derived.pairs lead to them. */
bool resolve_regions(ew_graph *g);

#endif
