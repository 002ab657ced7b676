/*
 * ops.h - the table of operations as data; the rows stand in ops.def.
 */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include <stdbool.h>
#include <stdint.h>

/* First the leaves, then what gives a graph its axes (graph/axes.h), then the rows of ops.def. */
typedef enum op {
    OP_INPUT,
    OP_PARAM,
    OP_CONST,
    OP_INDEX,
    OP_SIZE,
    OP_STATE,
    OP_AT,
    OP_SCATTER,
    OP_JOIN,
    OP_LOOP,
    OP_DIFF,
    OP_SUM, /* reductions from here … */
    OP_PROD,
    OP_LEAST,
    OP_GREATEST,
    OP_LOGSUMEXP,
    OP_ARGMIN,
    OP_ARGMAX,
    OP_ALL,
    OP_ANY, /* … to here */
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,         \
           awkward, manual)                                                                                            \
    OP_##E,
#include "ops/ops.def"
#undef OP
    OP_COUNT,
    OP_NOT_FOUND = OP_COUNT
} op;

enum { OP_FIRST = OP_ANY + 1 }; /* the first row of ops.def */

enum { OP_LOGIC = 1, OP_INTS = 2, OP_HELP = 4, OP_SAME = 8 };

static inline bool op_is_reduction(unsigned o)
{
    return o >= OP_SUM && o <= OP_ANY;
}

static inline bool op_is_structure(unsigned o) /* has no row in ops.def: its axes are its meaning */
{
    return o > OP_CONST && o < OP_FIRST;
}

/* How tightly forms bind; see ops.def. */
enum { LEVEL_IF = 1, LEVEL_NEG = 8, LEVEL_ATOM = 10 };

typedef struct op_row {
    const char *name, *call;
    unsigned count, flags;
    const char *form;
    int level, left, right;
    const char *latex;
    const char *slope[3]; /* textbook's derivatives, or NULL */
    unsigned char edge;   /* bit k: argument k carries a derivative */
    double low, high;
    const char *awkward;
    const char *manual;
} op_row;

const op_row *ops_row(op o);
op ops_find(const char *name, uint32_t length);      /* by name or call: "mul", "div", "sin" */
op ops_find_call(const char *name, uint32_t length); /* by what a program calls */

/* The value at doubles; LOGIC gives 0 or 1. Unused arguments are ignored. */
double ops_value(op o, double x, double y, double w);
/* The value at ints, for rows with INTS; *bad is set where it does not fit. */
int64_t ops_int(op o, int64_t x, int64_t y, int64_t w, int *bad);

/* The row's value as C text over x, y, w, for emitted C; ints: the INT row, or NULL. */
const char *ops_c(op o, bool ints);

/* Takes a form apart: the next piece of text at *form; returns 0, 1, 2 for the arguments x, y, w,
 * -1 for literal text of *count bytes at *piece, -2 at the end. Also for LaTeX and C. */
int ops_piece(const char **form, const char **piece, uint32_t *count);

#endif
