/*
 * array_strip.c - runs a MAP step: strip by strip, code, then sinks.
 */
#include <stdio.h>
#include <string.h>

#include "exec/array_strip.h"

enum { STRIP_FAR = 64 }; /* elements */

/* ---- Loads ------------------------------------------------------------------------------------------ */

/* What lies turned round is copied column by column: those are as far apart as pages, of which the processor knows
 * fewer than a strip has columns. */
#define STRIP_COPY(name, type)                                                                                         \
    STRIP_UNROLLED static void name##_turned(const strip *s, type *to, const type *from, int64_t column)               \
    {                                                                                                                  \
        const size_t rows = s->rows, columns = s->columns;                                                             \
        for (size_t c = 0; c < columns; c++, from += column)                                                           \
            for (size_t r = 0; r < rows; r++) to[r * columns + c] = from[r];                                           \
    }                                                                                                                  \
    STRIP_UNROLLED void name(const strip *s, type *to, const type *from, int64_t row, int64_t column)                  \
    {                                                                                                                  \
        const size_t rows = s->rows, columns = s->columns;                                                             \
        if (row == 1 && rows > 1 && column > STRIP_FAR) {                                                              \
            name##_turned(s, to, from, column);                                                                        \
            return;                                                                                                    \
        }                                                                                                              \
        for (size_t r = 0; r < rows; r++, from += row, to += columns) {                                                \
            const type first = *from;                                                                                  \
            if (column == 1)                                                                                           \
                memcpy(to, from, columns * sizeof *to);                                                                \
            else if (column == 0)                                                                                      \
                for (size_t c = 0; c < columns; c++) to[c] = first;                                                    \
            else                                                                                                       \
                for (size_t c = 0; c < columns; c++) to[c] = from[(int64_t)c * column];                                \
        }                                                                                                              \
    }                                                                                                                  \
    STRIP_UNROLLED static void name##_out(const strip *s, type *to, const type *from, int64_t row, int64_t column)     \
    {                                                                                                                  \
        const size_t rows = s->rows, columns = s->columns;                                                             \
        for (size_t r = 0; r < rows; r++, to += row, from += columns) {                                                \
            if (column == 1)                                                                                           \
                memcpy(to, from, columns * sizeof *to);                                                                \
            else                                                                                                       \
                for (size_t c = 0; c < columns; c++) to[(int64_t)c * column] = from[c];                                \
        }                                                                                                              \
    }
STRIP_COPY(strip_copy_8, uint64_t)
STRIP_COPY(strip_copy_4, uint32_t)

static void strip_load(const strip *s, uint32_t line, void *to)
{
    int64_t row = strip_row(s, line), column = strip_column(s, line), begin = strip_begin(s, row, column);
    bool small = s->a->lines.at[line].type == ARRAY_F32;
    if (column == 0)
        array_spread(small ? 4 : 8, s->rows, s->columns, to, s->w->line[line] + begin * (small ? 4 : 8), row);
    else if (small)
        strip_copy_4(s, to, (const uint32_t *)(const void *)s->w->line[line] + begin, row, column);
    else
        strip_copy_8(s, to, (const uint64_t *)(const void *)s->w->line[line] + begin, row, column);
}

void strip_store(const strip *s, uint32_t line, const void *from)
{
    int64_t row = strip_row(s, line), column = strip_column(s, line), begin = strip_begin(s, row, column);
    if (s->a->lines.at[line].type == ARRAY_F32)
        strip_copy_4_out(s, (uint32_t *)(void *)s->w->line[line] + begin, from, row, column);
    else
        strip_copy_8_out(s, (uint64_t *)(void *)s->w->line[line] + begin, from, row, column);
}

static void strip_ramp(const strip *s, uint32_t line, int64_t *to)
{
    int64_t row = strip_row(s, line), column = strip_column(s, line);
    int64_t first = s->w->number[line] + strip_begin(s, row, column);
    for (size_t r = 0; r < s->rows; r++, first += row)
        for (size_t c = 0; c < s->columns; c++) *to++ = first + (int64_t)c * column;
}

/* ---- Code ------------------------------------------------------------------------------------------- */

static bool code_fault(const strip *s, const plan_code *c, size_t i)
{
    char formula[200];
    const int64_t *x = (const int64_t *)(const void *)s->w->at[c->x],
                  *y = (const int64_t *)(const void *)s->w->at[c->y];
    bool zero = (c->op == OP_FLOORDIV || c->op == OP_MOD) && y[i] == 0;
    if (c->op == OP_INPUT) { /* a conversion never fails */
        return true;
    }
    exec_formula((op)c->op, x[i], y[i], formula, sizeof formula);
    exec_report(s->p, s->work, EW_LIMIT, zero ? E_ZERO_DIVISOR : E_OVERFLOW, program_name(s->p, c->name), formula,
                NULL);
    return false;
}

static bool strip_true(const char *x, size_t bytes)
{
    float f;
    double d;
    if (bytes == sizeof f) return memcpy(&f, x, sizeof f), f != 0;
    return memcpy(&d, x, sizeof d), d != 0;
}

/* An IF by one number for each row: a branch as it is, where all rows take that and the result has a register of its
 * own; else row by row. */
static void strip_pick(const strip *s, const plan_code *c)
{
    char **at = s->w->at;
    uint32_t line = s->m->lines + c->line, slot = s->a->slots.at[s->m->slots + c->out];
    int64_t row = strip_row(s, line), begin = (int64_t)s->row * row;
    size_t bytes = c->type == ARRAY_F32 ? 4 : 8, yes = 0, wide = s->columns * bytes;
    const char *x = s->w->line[line] + begin * (int64_t)bytes;
    int64_t step = row * (int64_t)bytes;
    for (size_t r = 0; r < s->rows; r++) yes += strip_true(x + (int64_t)r * step, bytes);
    bool own = slot != ARRAY_NONE;
    if (own) at[c->out] = s->w->strips + (size_t)slot * STRIP * 8;
    if (own && (yes == 0 || yes == s->rows)) {
        at[c->out] = yes ? at[c->y] : at[c->w];
        return;
    }
    for (size_t r = 0; r < s->rows; r++)
        memmove(at[c->out] + r * wide, (strip_true(x + (int64_t)r * step, bytes) ? at[c->y] : at[c->w]) + r * wide,
                wide);
}

static bool strip_code(const strip *s, const plan_code *code, size_t count)
{
    char **at = s->w->at;
    for (size_t k = 0; k < count; k++) {
        const plan_code *c = &code[k];
        uint32_t line = s->m->lines + c->line;
        switch (c->kind) {
        case CODE_EACH: {
            if (c->picks) {
                strip_pick(s, c);
                break;
            }
            size_t good = c->kernel(s->count, at[c->out], at[c->x], at[c->y], at[c->w]);
            if (good < s->count && !code_fault(s, c, good)) return false;
            break;
        }
        case CODE_DIRECT:
            at[c->out] = s->w->line[line] +
                         strip_begin(s, strip_row(s, line), strip_column(s, line)) * (c->type == ARRAY_F32 ? 4 : 8);
            break;
        case CODE_LOAD:
            if (!c->idle) strip_load(s, line, at[c->out]);
            break;
        case CODE_RAMP: strip_ramp(s, line, (int64_t *)(void *)at[c->out]); break;
        default:
            if (!strip_access(s, &s->a->accesses.at[c->line], c->type, c->out)) return false;
        }
    }
    return true;
}

/* ---- The step ----------------------------------------------------------------------------------------- */

static int64_t line_begin(const array_work *w, const plan_line *l)
{
    int64_t at = l->offset;
    for (uint32_t i = 0; i < l->move_count; i++) {
        const plan_move *m = &w->plan->moves.at[l->moves + i];
        at += w->counter[m->counter] * m->stride;
    }
    return at;
}

void array_lines_begin(array_work *w, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        const plan_line *l = &w->plan->lines.at[i];
        int64_t at = line_begin(w, l);
        if (l->buffer == ARRAY_NONE)
            w->number[i] = at;
        else
            w->line[i] = w->base[l->buffer] + at * (l->type == ARRAY_F32 ? 4 : 8);
    }
}

/* The lines go to the next place of the outer dimensions; false: that was the last. */
static bool strip_next(const strip *s)
{
    array_work *w = s->w;
    for (size_t d = s->m->dim_count - 2; d-- > 0;) {
        int64_t from = d == s->dim ? s->from : 0, to = d == s->dim ? s->to : s->size[d];
        bool again = ++w->place[d] == to;
        int64_t times = again ? 1 - (to - from) : 1;
        if (again) w->place[d] = from;
        for (uint32_t i = s->m->lines; i < s->m->lines + s->m->line_count; i++) {
            const plan_line *l = &s->a->lines.at[i];
            int64_t by = times * s->a->strides.at[l->strides + d];
            if (l->buffer == ARRAY_NONE)
                w->number[i] += by;
            else
                w->line[i] += by * (l->type == ARRAY_F32 ? 4 : 8);
        }
        if (!again) return true;
    }
    return false;
}

static size_t strip_from(const strip *s, uint32_t dim)
{
    return dim == s->dim ? (size_t)s->from : 0;
}

static size_t strip_to(const strip *s, uint32_t dim)
{
    return (size_t)(dim == s->dim ? s->to : s->size[dim]);
}

/* Does the strip at this row get a 0 alone? The sums begin there all the same. */
static bool strip_skips(strip *s)
{
    uint32_t line = s->m->lines + s->m->skip;
    int64_t row = strip_row(s, line);
    const double *x = (const double *)(const void *)s->w->line[line] + (int64_t)s->row * row;
    if (*x != 0) return false;
    const plan_sink *sink = &s->a->sinks.at[s->m->sinks];
    uint32_t to = s->m->lines + sink->line;
    int64_t down = strip_row(s, to), along = strip_column(s, to);
    if ((sink->blocked && !s->w->begins) || !strip_join_begins(s, to) || (down == 0 && s->row)) return true;
    double *t = (double *)(void *)s->w->line[to] + strip_begin(s, down, along);
    for (size_t c = 0; c < s->columns; c++) t[(int64_t)c * along] = 0;
    return true;
}

/* The first row from `row` on that is not left out, where nothing begins. */
static size_t strip_skip(const strip *s, size_t row, size_t rows)
{
    uint32_t line = s->m->lines + s->m->skip, to = s->m->lines + s->a->sinks.at[s->m->sinks].line;
    const plan_sink *sink = &s->a->sinks.at[s->m->sinks];
    bool begins = (!sink->blocked || s->w->begins) && strip_join_begins(s, to);
    if (strip_row(s, line) != 1 || begins) return row;
    const double *x = (const double *)(const void *)s->w->line[line];
    return row + array_first_other(rows - row, x + row);
}

static bool strip_place(strip *s)
{
    const plan_map *m = s->m;
    uint32_t r = m->dim_count - 2, c = m->dim_count - 1;
    size_t row = strip_from(s, r), column = strip_from(s, c), rows = strip_to(s, r), columns = strip_to(s, c);
    size_t high = m->high, wide = m->rows ? columns : STRIP;
    const plan_code *code = s->a->code.at + m->code;
    bool once = m->once != 0;
    for (s->row = row; s->row < rows; s->row += high) {
        if (m->skip != ARRAY_NONE && (s->row = strip_skip(s, s->row, rows)) == rows) break;
        s->rows = rows - s->row < high ? rows - s->row : high;
        for (s->column = column; s->column < columns; s->column += wide) {
            s->columns = columns - s->column < wide ? columns - s->column : wide;
            s->count = s->rows * s->columns;
            if (m->skip != ARRAY_NONE && strip_skips(s)) continue;
            if (once && !strip_code(s, code, m->once)) return false;
            once = false;
            if (!strip_code(s, code + m->once, m->code_count - m->once) || !strip_sinks(s)) return false;
        }
    }
    return true;
}

const int64_t *array_step_sizes(array_work *w, uint32_t first, uint32_t count, bool varies)
{
    const int64_t *size = w->plan->sizes.at + first;
    if (!varies) return size;
    for (uint32_t d = 0; d < count; d++) w->size[d] = size[d] < 0 ? -size[d] * w->rows : size[d];
    return w->size;
}

/* The lines of a step over a part of an outer dimension begin at the part's first place. */
static void strip_outer(const strip *s)
{
    array_work *w = s->w;
    w->place[s->dim] = s->from;
    for (uint32_t i = s->m->lines; i < s->m->lines + s->m->line_count; i++) {
        const plan_line *l = &s->a->lines.at[i];
        int64_t by = s->from * s->a->strides.at[l->strides + s->dim];
        if (l->buffer == ARRAY_NONE)
            w->number[i] += by;
        else
            w->line[i] += by * (l->type == ARRAY_F32 ? 4 : 8);
    }
}

static void strip_registers(array_work *w, const plan_map *m)
{
    const uint32_t *slot = w->plan->slots.at + m->slots;
    for (uint32_t r = 0; r < m->registers; r++)
        if (slot[r] != ARRAY_NONE) w->at[r] = w->strips + (size_t)slot[r] * STRIP * 8;
}

/* A step that is one strip, as most are in the body of a recurrence. */
static bool map_single(const ew_program *p, ew_work *work, const plan_map *m)
{
    array_work *w = work->arrays;
    strip s = {.p = p, .work = work, .w = w, .a = w->plan, .m = m, .size = w->plan->sizes.at + m->dims, .dim = 2};
    s.rows = (size_t)s.size[0];
    s.columns = (size_t)s.size[1];
    s.count = s.rows * s.columns;
    array_lines_begin(w, m->lines, m->line_count);
    strip_registers(w, m);
    return strip_code(&s, s.a->code.at + m->code, m->code_count) && strip_sinks(&s);
}

/* Where the scatter of a step that is run in parts of what it goes into begins; NULL: it is no such. */
static const char *strip_begins(const strip *s)
{
    if (s->dim < s->m->dim_count) return NULL;
    return s->w->line[s->m->lines + s->a->sinks.at[s->m->sinks].line];
}

/* Is this place of the outer dimensions in the part? */
static bool strip_here(const strip *s, const char *begin)
{
    if (!begin) return true;
    const plan_sink *sink = &s->a->sinks.at[s->m->sinks];
    int64_t at = (s->w->line[s->m->lines + sink->line] - begin) / (int64_t)array_type_bytes(sink->type);
    return at >= s->from && at < s->to;
}

/* The part as a range of elements. */
static void strip_flat(const strip *s)
{
    const plan_flat *f = &s->a->flats.at[s->m->flat - 1];
    int64_t each = 1;
    for (uint32_t d = s->dim + 1; d < s->m->dim_count; d++) each *= s->size[d];
    array_flat_run(s->w, f, s->from * each, s->to * each);
}

bool array_map_part(const ew_program *p, ew_work *work, const plan_map *m, uint32_t dim, int64_t from, int64_t to)
{
    array_work *w = work->arrays;
    strip s = {.p = p,
               .work = work,
               .w = w,
               .a = w->plan,
               .m = m,
               .size = array_step_sizes(w, m->dims, m->dim_count, m->varies),
               .dim = dim,
               .from = from,
               .to = to};
    for (uint32_t d = 0; d < m->dim_count; d++) {
        if (s.size[d] == 0) return true;
        w->place[d] = 0;
    }
    if (from >= s.to) return true;
    array_lines_begin(w, m->lines, m->line_count);
    if (m->flat && dim <= w->plan->flats.at[m->flat - 1].dim) {
        strip_flat(&s);
        return true;
    }
    if (from > 0 && dim + 2 < m->dim_count) strip_outer(&s);
    strip_registers(w, m);
    const char *begin = strip_begins(&s);
    do
        if (strip_here(&s, begin) && !strip_place(&s)) return false;
    while (m->dim_count > 2 && strip_next(&s));
    return true;
}

bool array_map_run(const ew_program *p, ew_work *work, const plan_map *m)
{
    if (m->single) return map_single(p, work, m);
    return array_map_part(p, work, m, 0, 0, array_step_sizes(work->arrays, m->dims, m->dim_count, m->varies)[0]);
}
