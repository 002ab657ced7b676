/*
 * emit_array.h - what the files share that write a program with axes as C.
 *
 *     whole    emit_array.c          the function itself, its inputs and outputs
 *     steps    emit_array_steps.c    the order of steps, loops, blocks
 *     nest     emit_array_map.c      one MAP step as a loop nest; emit_array_code.c  what is done for each element;
 *                                    emit_array_sink.c  where that goes, and how a strip is joined
 *     pieces   emit_nest.c           what all functions of steps are written from
 *     product  emit_array_product.c  products, argmin and argmax, short folds
 *     helpers  emit_array_help.c     what several steps call: joins, products, definitions of types
 *     main     emit_array_main.c     a main that reads and prints arrays
 *
 * The plan is written as it stands: one static function a step, buffers at their places in `work`. What is done
 * element by element goes from value to value without scratch; only where the interpreter joins the elements of a
 * strip does the loop gather a strip first, since the order of a sum shows in its bits.
 *
 * Names within a step: d0, d1, … places of the outer dimensions, i and j those of rows and columns, v0, v1, … values,
 * p0, p1, … where lines begin, t[…] the counters of the loops around it, then the rows of the block that runs and
 * whether it is its chunk's first.
 */
#ifndef EXEC_EMIT_ARRAY_H
#define EXEC_EMIT_ARRAY_H

#include "exec/array.h"
#include "exec/emit.h"

enum { USES_IN = 1, USES_OUT = 2, USES_WORK = 4, USES_COUNTERS = 8, USES_BAD = 16 };

/* Helpers: a bit each. A join of reduction o over a type is HELP_JOIN << (type · 6 + o - OP_SUM's number). */
enum { HELP_PRODUCT = 1, HELP_PRODUCT_F32 = 2, HELP_SLOPE_F32 = 4, HELP_SINGLE = 8, HELP_WHOLE = 16, HELP_JOIN = 32 };
enum { HELP_LANES = 1 << 24, HELP_LANES_F32 = 1 << 25 }; /* products by lanes */

enum { NEST_DIMS = AXES_MOST + 4 };

typedef struct emit_nest {
    emitter *e;
    const plan *a;
    text body; /* of the function that is being written */
    unsigned uses;
    size_t depth;           /* of its blocks */
    uint32_t lines;         /* first of the step's lines */
    char var[NEST_DIMS][8]; /* by dimension: its variable; empty where there is one place only */
} emit_nest;

typedef struct steps_writer {
    emit_nest n;
    text calls;
    size_t depth;
    uint32_t along; /* counter of segments */
    bool down;      /* they run from the last to the first */
    unsigned uses;
    bool careful, counters; /* what the steps' function needs */
} steps_writer;

/* The plan's functions, into e->nests; marks the kernels and helpers they need. */
bool emit_array(emitter *e);
bool emit_array_steps(steps_writer *w); /* the calls, into w->calls; what they call, into e->nests */
void emit_array_helpers(emitter *e);    /* into out */
bool emit_array_main(emitter *e);       /* into out */

bool emit_array_map(emit_nest *n, const plan_map *m, const char *name, const char *comment);
void emit_array_product(emit_nest *n, const plan_product *p, const char *name, const char *comment);
void emit_array_fold(emit_nest *n, const plan_fold *p, const char *name, const char *comment);
void emit_array_power(emit_nest *n, const plan_power *p, const char *name, const char *comment);
void emit_array_arg(emit_nest *n, const plan_arg *s, const char *name, const char *comment);

/* ---- Pieces of a step's text ------------------------------------------------------------------------- */

text *nest_line(emit_nest *n); /* the body, a new line begun */
void nest_open(emit_nest *n);  /* " {\n" */
void nest_close(emit_nest *n);
void nest_begin(emit_nest *n, uint32_t lines);
/* The function whose body was written goes to e->nests; what calls it passes what nest_pass writes. */
void nest_end(emit_nest *n, const char *type, const char *name, const char *comment);
void nest_pass(text *t, unsigned uses);

/* The name of dimension d of `count`, and its size as C. */
void nest_name(emit_nest *n, const int64_t *size, uint32_t count);
void nest_size(emit_nest *n, text *t, int64_t size);
void nest_for(emit_nest *n, const char *var, int64_t size); /* for (… = 0; … < size; …++) { */

/* Line number `line` of the plan: its pointer's declaration; an element or place of it at the step's places. */
void nest_pointer(emit_nest *n, uint32_t line, bool written);
void nest_at(emit_nest *n, text *t, uint32_t line, uint32_t count);    /* "p3[4 * i + j]" */
void nest_index(emit_nest *n, text *t, uint32_t line, uint32_t count); /* "4 * i + j", or "0" */
void nest_whole(emit_nest *n, text *t, uint32_t line, uint32_t count); /* of a line of whole numbers */
bool nest_literal(emit_nest *n, uint32_t line);
void nest_constant(emit_nest *n, text *t, uint32_t line);
const char *nest_type(const emitter *e, int type); /* of memory */
const char *nest_real(const emitter *e);           /* of doubles that lie in `work` */
/* The double in `work` that a buffer begins at: all threads', the local ones, those of the door. */
size_t nest_place(const emit_nest *n, uint32_t buffer);

/* Segments of recurrences: the loop over them; their ends; what a step does in one. */
void emit_segments_open(text *t, const plan *a, const plan_block *b);
void emit_segments_begin(text *t, const plan *a, const plan_block *b);
void emit_span_place(text *t, const plan *a, const plan_span *s);
void emit_span_range(text *t, const plan *a, const plan_span *s, bool down);

#endif
