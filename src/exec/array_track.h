/*
 * array_track.h - the body of a loop while it becomes one list of operations (array_track.c, array_track_take.c).
 */
#ifndef EXEC_ARRAY_TRACK_H
#define EXEC_ARRAY_TRACK_H

#include "exec/array_inside.h"

#define TRACK_SLOT (ARRAY_NONE - 1) /* the buffer of a register; ARRAY_NONE: of what is kept */

enum { TRACK_OPERANDS = 1024, TRACK_OPS = 512, TRACK_TURNS = 16, TRACK_KEPT = 32768 /* bytes */ };

typedef struct track_draft {
    array_lowering *w;
    const plan_loop *loop;
    uint8_t *written; /* by buffer: the body writes it */
    plan_track made;
    ARRAY(track_op) once;
    ARRAY(track_op) ops;
    size_t kept, slots; /* bytes of its own memory: first what is kept, then the registers of a step */
    /* of the loop inside whose turns are written out one after the other: */
    const plan_loop *inner;
    int64_t turn;
    track_op when; /* the conditions of the step that is being taken */
} track_draft;

/* The memory whose name a line has: that of the buffer in whose place it lies. */
static inline uint32_t track_buffer(const plan *a, uint32_t buffer)
{
    uint32_t over = a->buffers.at[buffer].over;
    return over ? over : buffer;
}

/* Can a step be taken? Nothing in it may fail. */
bool array_track_takes(const plan *a, const plan_step *s);
/* What such a step makes goes to this line; by k, until ARRAY_NONE. */
uint32_t array_track_writes(const plan *a, const plan_map *m, size_t *k);
/* Takes its operations into the draft; false: reported, or *full is set. */
bool array_track_take(track_draft *d, const plan_map *m, bool *full);

#endif
