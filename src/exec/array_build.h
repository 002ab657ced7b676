/*
 * array_build.h - a MAP step while it is being made: its coordinates and lines (array_line.c), its code
 * (array_code.c), its sinks (array_map.c), the order of its axes (array_dims.c). What returns the number of a line or
 * of a register returns ARRAY_NONE where memory is short.
 */
#ifndef EXEC_ARRAY_BUILD_H
#define EXEC_ARRAY_BUILD_H

#include "exec/array_inside.h"

enum { AXES_STEP = AXES_MOST };

typedef struct coordinate { /* the place along one axis of a value */
    int axis;               /* of the step; -1: counter (if any) + offset */
    uint32_t counter;
    int64_t offset;
} coordinate;

typedef struct build_memo {
    uint32_t value, at, out;
} build_memo;

typedef struct array_builder {
    array_lowering *w;
    size_t axes;
    int64_t sizes[AXES_STEP];
    ARRAY(plan_line) lines;
    ARRAY(int64_t) strides; /* AXES_STEP for each line */
    ARRAY(plan_code) code;
    ARRAY(plan_sink) sinks;
    ARRAY(plan_access) accesses;
    ARRAY(access_axis) access_axes;
    ARRAY(build_memo) memo;
    ARRAY(coordinate) memo_at;
    uint32_t registers, name;
    bool failed, blocked, plain; /* plain: a MAP, whatever it looks like */
    bool repeats;                /* a product of places that two segments compute: alike in both, finite or not */
    uint32_t cut_counter;        /* the step is to be made apart for this counter before `cut` and from there on */
    int64_t cut;                 /* ARRAY_NONE: it is not */
} array_builder;

enum { SETTLED_NOT, SETTLED_INSIDE, SETTLED_OUTSIDE };

/* The branch of IF v that a step at `at` takes: 1, 0; -1: it depends. */
int array_settle_if(array_builder *b, uint32_t v, const coordinate *at);
/* Does access v lie inside its array in all of the step, or outside in all of it? */
int array_settle_at(array_builder *b, uint32_t v, const coordinate *at);

void array_build_begin(array_builder *b, array_lowering *w);
void array_build_drop(array_builder *b);
bool array_build_end(array_builder *b, bool ok); /* frees what it holds, whatever happens */
bool array_build_finish(array_builder *b);       /* orders and merges the axes, and pushes the step */

/* Loop number `at`, whose steps begin at `first`: is it a scan? */
bool array_scan(array_lowering *w, uint32_t at, uint32_t first);

/* The step as a fold, if it is one. */
bool array_fold_step(array_builder *b, bool *made);
/* The step as a sum over powers, if it is one. */
bool array_power_step(array_builder *b, bool *made);
bool array_push_lines(array_builder *b, const int64_t *strides, size_t count, uint32_t *first);

/* ---- Coordinates and lines (array_line.c) ------------------------------------------------------------ */

void array_coordinate_axis(array_builder *b, coordinate *c, int64_t size);
void array_block_axis(array_builder *b, coordinate *c); /* an axis that goes with the blocks */
/* Axis d of the domain of v, which no recurrence binds. */
void array_domain_axis(array_builder *b, const array_value *v, size_t d, coordinate *c);
/* Axis p of v, if a recurrence binds it. */
/* Axis p of v, where a recurrence binds it that is `context` or around that: the place of its step. */
bool array_bound_axis(const array_builder *b, const array_value *v, size_t p, uint32_t context, coordinate *c);
void array_own_coordinates(array_builder *b, const array_value *v, coordinate *at);

uint32_t array_build_fail(array_builder *b); /* memory is short: ARRAY_NONE */
/* A line of which nothing is known yet but its buffer and offset. */
uint32_t array_line_new(array_builder *b, uint32_t buffer, int64_t offset, int type);
/* The line goes further by `stride` with each place of c. Only of the line made last. */
bool array_line_along(array_builder *b, uint32_t line, coordinate c, int64_t stride);
bool array_lines_equal(const array_builder *b, uint32_t x, uint32_t y);
/* Where value a lies when its axis p is at at[p]. */
uint32_t array_line(array_builder *b, uint32_t a, const coordinate *at);
/* The line of v's memory goes on to the place that `map`, whose axes are at `at`, says: the line, or ARRAY_NONE. */
uint32_t array_line_through(array_builder *b, uint32_t line, const array_value *v, uint16_t map, const coordinate *at);
/* The first element of what v's step makes: of sums over blocks, the chunk's partial result; then, at `at`. */
uint32_t array_target_line(array_builder *b, uint32_t v);
uint32_t array_target(array_builder *b, uint32_t v, const coordinate *at);
/* The places of one target axis of a map, as a line of whole numbers; local: those of the block alone. */
uint32_t array_place_line(array_builder *b, const map_draft *d, const coordinate *at, bool local);

/* ---- Code (array_code.c) ------------------------------------------------------------------------------ */

/* Value a at the places `at` of its axes, in a register of its type. */
uint32_t array_code_value(array_builder *b, uint32_t a, const coordinate *at);
/* The operation of v, or the access that it is, whatever lies in memory. */
uint32_t array_code_each(array_builder *b, uint32_t v, const coordinate *at);
uint32_t array_code_at(array_builder *b, uint32_t v, const coordinate *at);
/* Argument k of value v, whose domain is at `at`, as a register of `type`. */
uint32_t array_code_argument(array_builder *b, uint32_t v, size_t k, const coordinate *at, int type);
/* Value a at the places `at` of its axes, or the one constant that it is, as a register of `type`. */
uint32_t array_code_as(array_builder *b, uint32_t a, const coordinate *at, int type);
uint32_t array_code_load(array_builder *b, uint32_t line);
uint32_t array_code_constant(array_builder *b, uint32_t v, int type);
uint32_t array_code_convert(array_builder *b, uint32_t x, int from, int to);
/* The places of an argument's axes under a plain map; false: it is none. */
bool array_map_coordinates(const array_builder *b, uint16_t map, size_t rank, const coordinate *at, coordinate *to);
/* The array of an access, and the places asked for along each of its axes. */
bool array_access_axes(array_builder *b, uint32_t v, uint16_t map, const coordinate *at, uint32_t array,
                       plan_access *x);

/* ---- Steps -------------------------------------------------------------------------------------------- */

bool array_sink(array_builder *b, int kind, op o, uint32_t value, uint32_t line, int type);
/* A constant into all places of v that the current steps of `context` and of the recurrences around it make
 * (ARRAY_NONE: into all): what a scatter adds to, what a reduction over nothing gives. */
bool array_set_step(array_lowering *w, uint32_t v, double value, uint32_t context);

/* Axis p of part k of join v where a recurrence binds it. */
bool array_part_axis(const array_lowering *w, uint32_t v, size_t k, size_t p, coordinate *c);
/* The context in whose steps part k of a join is made: a part that no step changes is there before. */
uint32_t array_part_context(const array_lowering *w, uint32_t v, size_t k);

typedef struct array_steps {
    int64_t low, high;
} array_steps;

/* The steps of `region` in which v (of a join: part k) has a place to make; false: all. */
bool array_steps_of(const array_lowering *w, uint32_t v, size_t k, uint32_t region, array_steps *r);

/* Does use k of v read one place, always the same, that is there before all steps of the region? */
bool array_reads_before(const array_lowering *w, uint32_t v, size_t k, uint32_t region);

enum { PEEL_MOST = 64, PEEL_LOOPS = 2 * PEEL_MOST + 1 };

/* Does use k of v read one place, always the same, that a step of the region makes, in that step too? */
bool array_reads_step(const array_lowering *w, uint32_t v, size_t k, uint32_t region, int64_t *step);
bool array_may_peel(const array_lowering *w, uint32_t region); /* is there any such use? */
/* The loops that the steps `all` of a recurrence are run in, one after the other, where some steps, ascending, are
 * peeled; how many. */
size_t array_peel(const array_lowering *w, uint32_t region, array_steps all, const int64_t *step, size_t steps,
                  array_steps *loop);
/* Has v (of a join: part k) a place to make in the loops that are being emitted? */
bool array_runs_now(const array_lowering *w, uint32_t v, size_t k);

/* NEEDS_MADE: of those places that are made. */
enum { NEEDS_NOT, NEEDS_MADE, NEEDS_IT };
/* Does v need its argument k before itself, in the loop of a peeled recurrence that is being emitted? */
int array_needs_now(const array_lowering *w, uint32_t v, size_t k, uint32_t region);

/* What the region's steps use at places that they do not say is made as soon as it can be (array_early.c). */
bool array_early(array_lowering *w, uint32_t region);

int array_scatter_axis(const array_lowering *w, const array_value *v, int axis, int64_t *by);

#endif
