/*
 * emit_map.h - what the files share that write one MAP step (emit_array_map.c, emit_array_code.c, emit_array_sink.c).
 */
#ifndef EXEC_EMIT_MAP_H
#define EXEC_EMIT_MAP_H

#include "exec/emit_array.h"

/* How a sink joins: emit_array_sink.c. */
enum { JOIN_EACH, JOIN_ROW, JOIN_ALL };

typedef struct map_register {
    uint32_t code;  /* that makes it */
    uint32_t store; /* a line that it is stored in, or ARRAY_NONE */
    uint8_t type;
    bool used;
} map_register;

typedef struct map_writer {
    emit_nest *n;
    const plan *a;
    const plan_map *m;
    const int64_t *size;
    const plan_code *code;
    map_register *registers;
} map_writer;

static inline text *map_line(const map_writer *w)
{
    return nest_line(w->n);
}

static inline int64_t map_stride(const map_writer *w, uint32_t line, uint32_t d)
{
    return w->size[d] == 1 ? 0 : w->a->strides.at[w->a->lines.at[line].strides + d];
}

static inline int64_t map_row(const map_writer *w, uint32_t line)
{
    return map_stride(w, line, w->m->dim_count - 2);
}

static inline int64_t map_column(const map_writer *w, uint32_t line)
{
    return map_stride(w, line, w->m->dim_count - 1);
}

const char *emit_map_type(int type); /* of a value */

/* ---- Code (emit_array_code.c) -------------------------------------------------------------------------- */

void emit_map_registers(map_writer *w); /* which code makes each, where it is stored, whether it is used */
bool emit_map_loads(const plan_code *c);
/* A register's value, in double arithmetic where `wide`. */
void emit_map_value(map_writer *w, text *t, uint32_t r, bool wide);
void emit_map_code(map_writer *w, uint32_t i);
/* Access `number`: where each axis is asked for, whether that is outside, the element's index. */
void emit_map_places(map_writer *w, const plan_access *x, uint32_t number);
void emit_map_outside(map_writer *w, const plan_access *x, uint32_t number);
void emit_map_element(map_writer *w, text *t, const plan_access *x, uint32_t number);
bool emit_map_still(const map_writer *w, uint32_t i); /* a load, the same for all rows and columns */

/* ---- Sinks (emit_array_sink.c) ------------------------------------------------------------------------- */

const plan_sink *emit_map_sink(const map_writer *w, uint32_t i);
int emit_sink_join(const map_writer *w, const plan_sink *s);
bool emit_map_joins(const map_writer *w, int join); /* does any sink join so? */
/* When the place is set: "d0 == 0 && i == 0"; nothing: always. Returns false where it never is. */
bool emit_sink_begins(map_writer *w, text *t, const plan_sink *s, int join, const char *row, const char *column);
/* What is done for each element: `row_at`, `all_at`: its place in its strip. */
void emit_sinks_element(map_writer *w, const char *row_at, const char *all_at);
/* Gathered strips of `count` elements are joined, of the sinks that join so. */
void emit_sinks_strip(map_writer *w, int join, const char *count, const char *row, const char *column);

#endif
