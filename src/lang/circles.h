/*
 * circles.h - a circle of equations while it is being built (circles.c finds and builds it, orders.c
 * finds the indices that order it).
 */
#ifndef LANG_CIRCLES_H
#define LANG_CIRCLES_H

#include "lang/machine.h"

#define NO_GROUP UINT32_MAX

typedef struct member {
    uint32_t name;
    uint32_t first, count; /* its equations */
    uint16_t shape;
    bool shaped;
    uint32_t group; /* the innermost one that it is computed in */
} member;

typedef struct equation {
    uint32_t statement; /* index */
    uint32_t member;
    frame f;        /* its indices, kept between analysis and evaluation */
    uint32_t group; /* the innermost group in which it needs the others; NO_GROUP: it begins */
    uint32_t boxes; /* first in circle.boxes */
    uint32_t slot;  /* its value on the stack, from circle.values on */
    ew_node until;  /* EW_NONE: none */
} equation;

/* What is computed step by step along one index: members, and perhaps groups inside. */
typedef struct group {
    uint32_t parent; /* NO_GROUP: the outermost */
    uint32_t name;   /* of the index */
    uint32_t id;     /* the index */
    bool down;
    uint32_t region;
    ew_node stop, stop_definition; /* the hidden state of `until` */
} group;

typedef struct membership { /* of a member in a group */
    uint32_t group, member;
    uint16_t axis;
    int64_t offset; /* place less index */
    ew_node state;
    uint32_t number; /* of the state in its region */
    uint32_t within; /* members with the same number need one another within a step */
} membership;

typedef struct circle {
    struct circle *outer; /* the one whose building was suspended */
    uint32_t id;
    ARRAY(member) members;
    ARRAY(equation) equations;
    ARRAY(group) groups;
    ARRAY(membership) memberships;
    ARRAY(box) boxes;
    uint32_t prepared; /* equations whose names are there */
    uint32_t next;     /* equation to be evaluated */
    uint32_t current;  /* … being evaluated */
    uint32_t values;   /* the first value on the stack */
    size_t first;      /* index of the machine */
    ew_node from;      /* the first node that was made in it */
    int stage;
} circle;

membership *circle_membership(circle *c, uint32_t group_index, uint32_t member_index);
uint32_t circle_member(const circle *c, uint32_t name); /* NO_GROUP: it is none */
bool circle_orders(machine *m, circle *c);              /* from machine.uses: groups and memberships */
bool circle_within(machine *m, circle *c);              /* once the ranges are known: memberships' `within` */
bool circle_is_in(const circle *c, uint32_t group_index, uint32_t of); /* is `of` that group, or inside it? */
bool circle_ranges(machine *m, circle *c);
bool circle_stops(machine *m, circle *c); /* once all equations and conditions have values */
bool circle_error(machine *m, const circle *c, uint32_t piece_of);

/* Which vertices lie in a circle together: component[v] (0 …), edges of v: to[first[v] … first[v + 1]). */
bool circle_components(machine *m, const uint32_t *first, const uint32_t *to, uint32_t count, uint32_t *component);

#endif
