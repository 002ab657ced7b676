/*
 * machine.h - what the evaluator (eval.c) and the statements (statements.c) share: a machine with a
 * stack of nodes and a stack of frames.
 */
#ifndef LANG_MACHINE_H
#define LANG_MACHINE_H

#include "lang/lang.h"

typedef enum frame_kind { F_DEFINITION, F_VALUE, F_CALL, F_LOCAL } frame_kind;

typedef struct frame {
    uint8_t kind;
    uint32_t at, end;  /* pieces */
    uint32_t name;     /* F_DEFINITION: of the node; F_LOCAL: number of the local */
    uint32_t function; /* index + 1 of the function whose locals are at `base` */
    uint32_t base;
    uint32_t place; /* of the statement that it belongs to; NO_PLACE: a declaration, whose parts are no nodes */
} frame;

typedef struct value {
    ew_node node;
    uint32_t part; /* where it stands in machine.parts, or NO_PART */
} value;

typedef struct part {
    ew_node node;
    uint32_t statement, order;
} part;

#define NO_PART UINT32_MAX
#define LOCAL_BUSY (EW_NONE - 1)

typedef struct machine {
    lang *l;
    ew_graph *g;
    ARRAY(frame) frames;
    ARRAY(value) stack;
    ARRAY(ew_node) locals;
    ARRAY(part) parts;
    size_t calls;
} machine;

bool eval_memory(machine *m); /* reports, and is false */
frame *eval_top(machine *m);
bool eval_enter(machine *m, frame f);
/* Runs until the frames that were there before are on top again. */
bool eval_run(machine *m);
/* The value of a span on its own; *v is valid if true is returned. */
bool eval_span(machine *m, span s, uint32_t place, value *v);
/* "nothing is called …", with what was probably meant. */
bool eval_unknown(machine *m, const piece *p);
void eval_end(machine *m);

#endif
