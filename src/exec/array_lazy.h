/*
 * array_lazy.h - what array_lazy.c and array_lazy_parts.c share: copies of values, made where a condition holds.
 */
#ifndef EXEC_ARRAY_LAZY_H
#define EXEC_ARRAY_LAZY_H

#include "exec/array_inside.h"

typedef struct lazy_frame {
    uint32_t v;     /* old value */
    uint16_t shape; /* that the copy goes over: of the domain, for an argument of a reduction */
    uint16_t map;   /* shape → axes of v */
    array_use when; /* over shape; value ARRAY_NONE: always */
    uint16_t out;   /* as what the copy is used; of parts: over `whole` */
    uint16_t whole;
    uint32_t k;      /* the next argument */
    uint32_t made;   /* arguments made begin here in `made` */
    uint16_t domain; /* that the copy's arguments are used over, and its map to the old one */
    uint16_t inner;
} lazy_frame;

typedef struct lazy_memo { /* a copy that was made */
    uint32_t v, before;
    uint16_t shape, map;
    array_use when, copy;
} lazy_memo;

typedef struct lazy_logic { /* a condition that was made */
    op op;
    uint16_t shape;
    array_use x, y;
    uint32_t made;
} lazy_logic;

typedef struct lazy {
    array_lowering *w;
    size_t count;              /* old values */
    ARRAY(array_value) values; /* they */
    ARRAY(array_use) uses;
    uint32_t *of;         /* by old value: the new one */
    uint32_t *newest;     /* by old value: index + 1 of its last copy in memo */
    double *bound;        /* by old value: no int in it is greater than this, either way */
    uint8_t *fails;       /* by old value */
    ARRAY(uint8_t) steps; /* by new value: is it computed inside a recurrence? */
    uint32_t zero, one;   /* old, then new values of these ints */
    ARRAY(lazy_frame) frames;
    ARRAY(array_use) made;
    ARRAY(lazy_memo) memo;
    ARRAY(lazy_logic) logic;
} lazy;

static inline const array_value *lazy_old(const lazy *l, uint32_t v)
{
    return &l->values.at[v];
}

static inline array_use lazy_use(const lazy *l, const array_value *v, size_t k) /* of an old value */
{
    return l->uses.at[v->uses + k];
}

static inline size_t lazy_rank(const lazy *l, uint32_t v) /* of a new value */
{
    return value_rank(l->w, value_at(l->w, v));
}

/* A new value; used as it is. */
bool lazy_push(lazy *l, array_value v, const array_use *uses, array_use *out);
/* x op y over a shape, as a bool; made once where it is asked for again soon. */
bool lazy_condition(lazy *l, ew_node n, op o, uint16_t shape, array_use x, array_use y, array_use *out);
/* x, over a shape, through its map: an access where that is not plain. */
bool lazy_seen(lazy *l, ew_node n, uint16_t shape, array_use x, array_use *out);

/* A copy of an array put together from parts goes over the array's own places: its condition becomes whether one that
 * asks for the place is needed. *can: that can be said; else nothing is changed. */
bool lazy_turn(lazy *l, lazy_frame *f, bool *can);
/* Part k of such a copy. */
bool lazy_part(lazy *l, const lazy_frame *f, uint32_t k, lazy_frame *part);
/* What was made for a part of that shape as an array of it. */
bool lazy_part_whole(lazy *l, uint16_t shape, array_use *x);

#endif
