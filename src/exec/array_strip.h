/*
 * array_strip.h - a MAP step while it runs (array_strip.c, array_access.c, array_sink.c): one strip of its places.
 */
#ifndef EXEC_ARRAY_STRIP_H
#define EXEC_ARRAY_STRIP_H

#include "exec/array.h"

#if defined __GNUC__ && !defined __clang__
#define STRIP_UNROLLED __attribute__((optimize("O3")))
#else
#define STRIP_UNROLLED
#endif

typedef struct strip {
    const ew_program *p;
    ew_work *work;
    array_work *w;
    const plan *a;
    const plan_map *m;
    const int64_t *size;         /* of each dimension */
    size_t row, column;          /* where it begins */
    size_t rows, columns, count; /* what it holds */
    uint32_t dim;                /* of which the step runs the places [from, to) */
    int64_t from, to;
} strip;

static inline int64_t strip_row(const strip *s, uint32_t line)
{
    return s->a->strides.at[s->a->lines.at[line].strides + s->m->dim_count - 2];
}

static inline int64_t strip_column(const strip *s, uint32_t line)
{
    return s->a->strides.at[s->a->lines.at[line].strides + s->m->dim_count - 1];
}

/* Of a line with these strides: where the strip begins. */
static inline int64_t strip_begin(const strip *s, int64_t row, int64_t column)
{
    return (int64_t)s->row * row + (int64_t)s->column * column;
}

/* The strip's elements, side by side, from a line that begins at `from`; and back. */
void strip_copy_8(const strip *s, uint64_t *to, const uint64_t *from, int64_t row, int64_t column);
void strip_copy_4(const strip *s, uint32_t *to, const uint32_t *from, int64_t row, int64_t column);
void strip_store(const strip *s, uint32_t line, const void *from);

/* An access into register `out`; false: a place lies outside. */
bool strip_access(const strip *s, const plan_access *x, int type, uint32_t out);
void strip_scatter(const strip *s, const plan_sink *sink);

/* All results of the strip go where they belong; false: an int that does not fit. */
bool strip_sinks(const strip *s);
/* Is this the first time that the outer place's results are joined into `line`? */
bool strip_join_begins(const strip *s, uint32_t line);

#endif
