/*
 * rows.h - the table of operations for tests: its rows as data, read from ops.def itself, and the
 * text of a program that uses one.
 */
#ifndef TESTS_UNIT_ROWS_H
#define TESTS_UNIT_ROWS_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"

#define INF HUGE_VAL
#define LOGIC OP_LOGIC
#define INTS OP_INTS
#define HELP OP_HELP
#define SAME OP_SAME

static const op_row rows[] = {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,         \
           awkward, manual)                                                                                            \
    {name, call, count, flags, form, level, left, right, latex, {s1, s2, NULL}, 0, low, high, awkward, manual},
#include "ops/ops.def"
#undef OP
};
enum { ROWS = sizeof rows / sizeof *rows };

static inline unsigned row_count(const op_row *row) /* min and max are tried with two */
{
    return row->count ? row->count : 2;
}

static inline bool row_is(const op_row *row, const char *name)
{
    return strcmp(row->name, name) == 0;
}

/* Does argument k have to be a bool? */
static inline bool row_wants_bool(const op_row *row, unsigned k)
{
    return row_is(row, "and") || row_is(row, "or") || row_is(row, "not") || (row_is(row, "if") && k == 0);
}

static inline bool row_has_slopes(const op_row *row)
{
    return !(row->flags & OP_LOGIC);
}

/* "sin(x)", "x + y": the row as a program writes it. */
static inline void row_expression(const op_row *row, char *buffer, size_t size)
{
    static const char *const lists[] = {"", "x", "x, y", "x, y, w"};
    if (row->call)
        snprintf(buffer, size, "%s(%s)", row->call, lists[row_count(row)]);
    else
        snprintf(buffer, size, "%s", row->form);
}

/* "input x; input y : bool; z = …" */
static inline void row_program(const op_row *row, char *buffer, size_t size)
{
    char expression[160];
    size_t at = 0;
    row_expression(row, expression, sizeof expression);
    for (unsigned k = 0; k < row_count(row); k++)
        at +=
            (size_t)snprintf(buffer + at, size - at, "input %c%s; ", "xyw"[k], row_wants_bool(row, k) ? " : bool" : "");
    snprintf(buffer + at, size - at, "z = %s", expression);
}

#endif
