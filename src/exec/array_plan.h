/*
 * array_plan.h - what the files share that put the steps of a program in order.
 *
 *     order    array_order.c    what must come before what; peeled steps
 *     plan     array_plan.c     steps, loops, blocks, passes
 *     guards   array_guards.c   where a step has something to make
 *     places   array_places.c   of buffers, in the work memory
 *
 * A CONTEXT is a recurrence, whose body's steps are put in order, or ARRAY_NONE: the outermost. A UNIT of a context is
 * the number of a value, or that of a recurrence with ARRAY_REGION.
 */
#ifndef EXEC_ARRAY_PLAN_H
#define EXEC_ARRAY_PLAN_H

#include "exec/array_build.h"

typedef struct plan_frame { /* a unit that waits, and how far its uses were looked at */
    uint32_t unit, value;
    uint32_t k;
} plan_frame;

typedef struct plan_walk {
    ARRAY(plan_frame) stack;
    ARRAY(plan_frame) search; /* does one unit reach another? */
    uint8_t *seen;            /* by value, then by recurrence: there already in that search */
    size_t seen_count;
    bool failed;
} plan_walk;

/* Is it stored, and made by a step? */
static inline bool value_is_computed(const array_value *v)
{
    return v->lies == LIES_STORED && v->op != OP_INPUT && v->op != OP_PARAM;
}

/* The unit of context `context` that value a is part of: itself, a recurrence, or ARRAY_NONE (it is outside). */
uint32_t array_unit_of(const array_lowering *w, uint32_t a, uint32_t context);
uint32_t array_region_value(const array_lowering *w, uint32_t region); /* some value of a recurrence's body */
bool array_walk_begin(array_lowering *w, plan_walk *walk);
void array_walk_end(array_lowering *w, plan_walk *walk); /* whatever array_walk_begin answered */
/* The unit goes onto the stack, unless it was there already or belongs to another pass. */
bool array_walk_push(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t context);
/* What the unit on top still waits for, or ARRAY_NONE. */
uint32_t array_walk_next(array_lowering *w, plan_walk *walk, uint32_t context);
/* The steps that are to be peeled, ascending: at most PEEL_MOST. */
bool array_peels(array_lowering *w, uint32_t region, array_steps all, int64_t *step, size_t *steps);

array_steps array_loop_range(const array_lowering *w, uint32_t region); /* low > high: none */
/* w->span: the loops around the step of v (of a join: part k), and their places that it runs at. */
void array_spans_of(array_lowering *w, uint32_t v, size_t k);
/* The steps pushed since `from`, which are v's, run only where they have a place to make. */
bool array_push_guards(array_lowering *w, size_t from, uint32_t v, size_t k);

bool array_place_buffers(array_lowering *w, bool windows);

#endif
