/*
 * array_strip.c - runs a MAP step: strip by strip, code, then sinks.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exec/array.h"
#include "math/integers.h"

#if defined __GNUC__ && !defined __clang__
#define STRIP_FAST __attribute__((optimize("O3")))
#else
#define STRIP_FAST
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

static int64_t strip_row(const strip *s, uint32_t line)
{
    return s->a->strides.at[s->a->lines.at[line].strides + s->m->dim_count - 2];
}

static int64_t strip_column(const strip *s, uint32_t line)
{
    return s->a->strides.at[s->a->lines.at[line].strides + s->m->dim_count - 1];
}

static int64_t strip_begin(const strip *s, int64_t row, int64_t column)
{
    return (int64_t)s->row * row + (int64_t)s->column * column;
}

/* ---- Loads ------------------------------------------------------------------------------------------ */

#define STRIP_COPY(name, type)                                                                                         \
    STRIP_FAST static void name(const strip *s, type *to, const type *from, int64_t row, int64_t column)               \
    {                                                                                                                  \
        const size_t rows = s->rows, columns = s->columns;                                                             \
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
    STRIP_FAST static void name##_out(const strip *s, type *to, const type *from, int64_t row, int64_t column)         \
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
    if (s->a->lines.at[line].type == ARRAY_F32)
        strip_copy_4(s, to, (const uint32_t *)(const void *)s->w->line[line] + begin, row, column);
    else
        strip_copy_8(s, to, (const uint64_t *)(const void *)s->w->line[line] + begin, row, column);
}

static void strip_store(const strip *s, uint32_t line, const void *from)
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

/* ---- Accesses --------------------------------------------------------------------------------------- */

static bool access_fault(const strip *s, const plan_access *x, size_t axis, int64_t place)
{
    char where[64], which[64];
    int64_t size = s->a->access_axes.at[x->axes + axis].size, asked = place - NOT_MADE; /* of a place not made yet */
    bool early = asked >= 0 && asked < size, never = place >= NOT_MADE / 2 * 3 && place < NOT_MADE / 2;
    error_code code = place == NO_WHOLE_PLACE ? E_RUN_FRACTION : place == NO_CHOICE ? E_ARG_NOTHING : E_RUN_EARLY;
    snprintf(where, sizeof where, "%lld", (long long)(never ? asked : place));
    if (early || place == NO_WHOLE_PLACE || place == NO_CHOICE) {
        exec_report_at(s->p, s->work, code, x->name, where, NULL);
        return false;
    }
    snprintf(which, sizeof which, "%zu (0 to %lld)", axis + 1, (long long)size - 1);
    exec_report_at(s->p, s->work, E_RUN_OUTSIDE, x->name, where, which);
    return false;
}

/* The element that each place of the strip asks for, from the array's first one; -1: it lies outside. Axis by axis
 * into `at`, which has room for a strip. Returns the first axis that an element left, in *left, or SIZE_MAX. */
static void access_places(const strip *s, const plan_access *x, int64_t *at, int64_t *wrong, uint32_t *left)
{
    for (size_t i = 0; i < s->count; i++) at[i] = 0, left[i] = UINT32_MAX;
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &s->a->access_axes.at[x->axes + k];
        const int64_t *gather = axis->line == ARRAY_NONE ? (const int64_t *)(const void *)s->w->at[axis->gather] : NULL;
        uint32_t line = gather ? 0 : s->m->lines + axis->line;
        int64_t row = gather ? 0 : strip_row(s, line), column = gather ? 0 : strip_column(s, line);
        int64_t first = gather ? 0 : s->w->number[line] + strip_begin(s, row, column);
        for (size_t r = 0, i = 0; r < s->rows; r++, first += row)
            for (size_t c = 0; c < s->columns; c++, i++) {
                int64_t place = gather ? gather[i] : first + (int64_t)c * column;
                if ((uint64_t)place < (uint64_t)axis->size)
                    at[i] += place * axis->stride;
                else if (left[i] == UINT32_MAX)
                    left[i] = k, wrong[i] = place;
            }
    }
}

enum { PLACES_MIXED, PLACES_INSIDE, PLACES_OUTSIDE };

/* Do all places of the strip lie inside, or all outside? Inside: the first one's element, and its strides. */
static int access_plain(const strip *s, const plan_access *x, int64_t *at, int64_t *row, int64_t *column)
{
    *at = *row = *column = 0;
    if (x->when != ARRAY_NONE) return PLACES_MIXED;
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &s->a->access_axes.at[x->axes + k];
        if (axis->line == ARRAY_NONE) return PLACES_MIXED;
        uint32_t line = s->m->lines + axis->line;
        int64_t down = strip_row(s, line), along = strip_column(s, line);
        int64_t first = s->w->number[line] + strip_begin(s, down, along), low = first, high = first;
        int64_t far = ((int64_t)s->rows - 1) * down, wide = ((int64_t)s->columns - 1) * along;
        *(far < 0 ? &low : &high) += far;
        *(wide < 0 ? &low : &high) += wide;
        if (high < 0 || low >= axis->size) return x->zero ? PLACES_OUTSIDE : PLACES_MIXED;
        if (low < 0 || high >= axis->size) return PLACES_MIXED;
        *at += first * axis->stride;
        *row += down * axis->stride;
        *column += along * axis->stride;
    }
    return PLACES_INSIDE;
}

/* Without a look at each place, where that can be. */
static bool access_at_once(const strip *s, const plan_access *x, int type, uint32_t out)
{
    int64_t at, row, column;
    bool own = s->a->slots.at[s->m->slots + out] != ARRAY_NONE;
    if (own) s->w->at[out] = s->w->strips + (size_t)s->a->slots.at[s->m->slots + out] * STRIP * 8;
    void *to = s->w->at[out];
    uint32_t line = s->m->lines + x->line;
    if (s->a->lines.at[line].buffer == ARRAY_NONE) return false;
    int places = access_plain(s, x, &at, &row, &column);
    const char *from = s->w->line[line];
    bool piece = column == 1 && (s->rows == 1 || row == (int64_t)s->columns);
    if (places == PLACES_INSIDE && own && piece) /* it is read where it lies */
        s->w->at[out] = s->w->line[line] + at * (int64_t)array_type_bytes(type);
    else if (places == PLACES_OUTSIDE)
        memset(to, 0, s->count * array_type_bytes(type));
    else if (places == PLACES_INSIDE && type == ARRAY_F32)
        strip_copy_4(s, to, (const uint32_t *)(const void *)from + at, row, column);
    else if (places == PLACES_INSIDE)
        strip_copy_8(s, to, (const uint64_t *)(const void *)from + at, row, column);
    return places != PLACES_MIXED;
}

static bool strip_access(const strip *s, const plan_access *x, int type, uint32_t out)
{
    if (access_at_once(s, x, type, out)) return true;
    void *to = s->w->at[out];
    int64_t at[STRIP], wrong[STRIP];
    uint32_t left[STRIP];
    uint32_t line = s->m->lines + x->line;
    bool none = s->a->lines.at[line].buffer == ARRAY_NONE;
    const double *when = x->when == ARRAY_NONE ? NULL : (const double *)(const void *)s->w->at[x->when];
    const char *from = s->w->line[line];
    access_places(s, x, at, wrong, left);
    for (size_t i = 0; i < s->count; i++) {
        bool outside = left[i] != UINT32_MAX || (when && when[i] == 0);
        if (left[i] != UINT32_MAX && !x->zero && !(when && when[i] == 0)) return access_fault(s, x, left[i], wrong[i]);
        if (type == ARRAY_F32)
            ((float *)to)[i] = outside ? 0 : ((const float *)(const void *)from)[at[i]];
        else if (type == ARRAY_F64)
            ((double *)to)[i] = outside ? 0 : ((const double *)(const void *)from)[at[i]];
        else
            ((int64_t *)to)[i] = outside ? 0
                                 : none  ? s->w->number[line] + at[i]
                                         : ((const int64_t *)(const void *)from)[at[i]];
    }
    return true;
}

static void strip_scatter(const strip *s, const plan_sink *sink)
{
    int64_t at[STRIP], wrong[STRIP];
    uint32_t left[STRIP];
    const plan_access *x = &s->a->accesses.at[sink->line];
    char *to = s->w->line[s->m->lines + x->line];
    const void *from = s->w->at[sink->value];
    access_places(s, x, at, wrong, left);
    for (size_t i = 0; i < s->count; i++) {
        if (left[i] != UINT32_MAX) continue;
        if (sink->type == ARRAY_F32)
            ((float *)(void *)to)[at[i]] += ((const float *)from)[i];
        else if (sink->type == ARRAY_F64)
            ((double *)(void *)to)[at[i]] += ((const double *)from)[i];
        else
            ((int64_t *)(void *)to)[at[i]] += ((const int64_t *)from)[i];
    }
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

static bool strip_code(const strip *s, const plan_code *code, size_t count)
{
    char **at = s->w->at;
    for (size_t k = 0; k < count; k++) {
        const plan_code *c = &code[k];
        uint32_t line = s->m->lines + c->line;
        switch (c->kind) {
        case CODE_EACH: {
            size_t good = c->kernel(s->count, at[c->out], at[c->x], at[c->y], at[c->w]);
            if (good < s->count && !code_fault(s, c, good)) return false;
            break;
        }
        case CODE_DIRECT:
            at[c->out] = s->w->line[line] +
                         strip_begin(s, strip_row(s, line), strip_column(s, line)) * (c->type == ARRAY_F32 ? 4 : 8);
            break;
        case CODE_LOAD: strip_load(s, line, at[c->out]); break;
        case CODE_RAMP: strip_ramp(s, line, (int64_t *)(void *)at[c->out]); break;
        default:
            if (!strip_access(s, &s->a->accesses.at[c->line], c->type, c->out)) return false;
        }
    }
    return true;
}

/* ---- Sinks ------------------------------------------------------------------------------------------- */

static bool join_fault(const strip *s, const plan_sink *sink)
{
    exec_report(s->p, s->work, EW_LIMIT, E_OVERFLOW, program_name(s->p, sink->name), "sum", NULL);
    return false;
}

static int64_t join_ints(op o, int64_t a, int64_t b, int *bad)
{
    int64_t both[2] = {a, b};
    return array_join_int(o, 2, both, bad);
}

/* One run of elements into one place. */
static bool join_one(const strip *s, const plan_sink *sink, char *to, const char *from, size_t count, bool set)
{
    op o = (op)sink->op;
    int bad = 0;
    if (sink->type == ARRAY_F64) {
        double x = array_join_f64(o, count, (const double *)(const void *)from), *t = (double *)(void *)to;
        *t = set ? x : array_join_two(o, *t, x);
    } else if (sink->type == ARRAY_F32) {
        float x = array_join_f32(o, count, (const float *)(const void *)from), *t = (float *)(void *)to;
        *t = set ? x : (float)array_join_two(o, (double)*t, (double)x);
    } else {
        int64_t x = array_join_int(o, count, (const int64_t *)(const void *)from, &bad), *t = (int64_t *)(void *)to;
        *t = set ? x : join_ints(o, *t, x, &bad);
    }
    return !bad || join_fault(s, sink);
}

static op join_op(op o)
{
    switch (o) {
    case OP_PROD: return OP_MUL;
    case OP_LEAST: return OP_MIN;
    case OP_GREATEST: return OP_MAX;
    case OP_ALL: return OP_AND;
    case OP_ANY: return OP_OR;
    default: return OP_ADD;
    }
}

/* Each element into a place of its own. */
static bool join_each(const strip *s, const plan_sink *sink, char *to, int64_t step, const char *from, size_t count,
                      bool set)
{
    size_t bytes = array_type_bytes(sink->type);
    if (step == 1 && set) {
        memcpy(to, from, count * bytes);
        return true;
    }
    if (!set && sink->type == ARRAY_F64 && join_op((op)sink->op) == OP_ADD && step != 1) {
        double *t = (double *)(void *)to;
        const double *x = (const double *)(const void *)from;
        for (size_t i = 0; i < count; i++) t[(int64_t)i * step] += x[i];
        return true;
    }
    array_kernel *kernel = array_kernel_of(join_op((op)sink->op), sink->type);
    if (step == 1) return kernel(count, to, to, from, to) == count || join_fault(s, sink);
    for (size_t i = 0; i < count; i++, to += step * (int64_t)bytes, from += bytes) {
        if (set)
            memcpy(to, from, bytes);
        else if (kernel(1, to, to, from, to) == 0)
            return join_fault(s, sink);
    }
    return true;
}

/* Is this the first time that the outer place's results are joined into? */
static bool join_begins(const strip *s, uint32_t line)
{
    const int64_t *stride = s->a->strides.at + s->a->lines.at[line].strides;
    for (size_t d = 0; d + 2 < s->m->dim_count; d++)
        if (stride[d] == 0 && s->w->place[d] != 0) return false;
    return true;
}

static bool strip_join(const strip *s, const plan_sink *sink)
{
    uint32_t line = s->m->lines + sink->line;
    int64_t row = strip_row(s, line), column = strip_column(s, line);
    int64_t bytes = (int64_t)array_type_bytes(sink->type), width = (int64_t)s->columns;
    char *to = s->w->line[line] + strip_begin(s, row, column) * bytes;
    const char *from = s->w->at[sink->value];
    bool set =
        sink->first && (!sink->blocked || s->w->begins) && join_begins(s, line) && (column != 0 || s->column == 0);
    if (row == 0 && column == 0) return join_one(s, sink, to, from, s->count, set && s->row == 0);
    if (column == 1 && row == width) return join_each(s, sink, to, 1, from, s->count, set);
    for (size_t r = 0; r < s->rows; r++, to += row * bytes, from += width * bytes) {
        bool now = set && (row != 0 || s->row + r == 0);
        if (column == 0 ? !join_one(s, sink, to, from, s->columns, now)
                        : !join_each(s, sink, to, column, from, s->columns, now))
            return false;
    }
    return true;
}

static bool strip_sinks(const strip *s)
{
    for (uint32_t i = 0; i < s->m->sink_count; i++) {
        const plan_sink *sink = &s->a->sinks.at[s->m->sinks + i];
        if (sink->kind == SINK_STORE)
            strip_store(s, s->m->lines + sink->line, s->w->at[sink->value]);
        else if (sink->kind == SINK_SCATTER)
            strip_scatter(s, sink);
        else if (!strip_join(s, sink))
            return false;
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
        bool again = ++w->place[d] == (d == s->dim ? s->to : s->size[d]);
        int64_t times = again ? 1 - s->size[d] : 1;
        if (again) w->place[d] = 0;
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
    if ((sink->blocked && !s->w->begins) || !join_begins(s, to) || (down == 0 && s->row)) return true;
    double *t = (double *)(void *)s->w->line[to] + strip_begin(s, down, along);
    for (size_t c = 0; c < s->columns; c++) t[(int64_t)c * along] = 0;
    return true;
}

enum { SKIP_WIDTH = 16 };

/* The first of SKIP_WIDTH numbers that is not 0; SKIP_WIDTH: all are. */
STRIP_FAST static size_t skip_first(const double *x)
{
    uint32_t bits = 0;
    uint64_t any[2] = {0}, all[SKIP_WIDTH];
    memcpy(all, x, sizeof all);
    for (size_t k = 0; k < SKIP_WIDTH; k++) any[k % 2] |= all[k] << 1; /* a -0 is 0 */
    if (!(any[0] | any[1])) return SKIP_WIDTH;
    for (size_t k = 0; k < SKIP_WIDTH; k++) bits |= (uint32_t)(x[k] != 0) << k;
    size_t first = 0;
    while (!(bits & 1)) bits >>= 1, first++;
    return first;
}

/* The first row from `row` on that is not left out, where nothing begins. */
static size_t strip_skip(const strip *s, size_t row, size_t rows)
{
    uint32_t line = s->m->lines + s->m->skip, to = s->m->lines + s->a->sinks.at[s->m->sinks].line;
    const plan_sink *sink = &s->a->sinks.at[s->m->sinks];
    bool begins = (!sink->blocked || s->w->begins) && join_begins(s, to);
    if (strip_row(s, line) != 1 || begins) return row;
    const double *x = (const double *)(const void *)s->w->line[line];
    for (size_t first; row + SKIP_WIDTH <= rows; row += SKIP_WIDTH)
        if ((first = skip_first(x + row)) < SKIP_WIDTH) return row + first;
    double rest[SKIP_WIDTH] = {0};
    for (size_t k = 0; row + k < rows; k++) rest[k] = x[row + k];
    row += skip_first(rest);
    return row < rows ? row : rows;
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

/* The lines of a step over a part of its outermost dimension begin at the part's first place. */
static void strip_outer(const strip *s)
{
    array_work *w = s->w;
    w->place[0] = s->from;
    for (uint32_t i = s->m->lines; i < s->m->lines + s->m->line_count; i++) {
        const plan_line *l = &s->a->lines.at[i];
        int64_t by = s->from * s->a->strides.at[l->strides];
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
    if (from > 0 && dim + 2 < m->dim_count) strip_outer(&s);
    strip_registers(w, m);
    do
        if (!strip_place(&s)) return false;
    while (m->dim_count > 2 && strip_next(&s));
    return true;
}

bool array_map_run(const ew_program *p, ew_work *work, const plan_map *m)
{
    if (m->single) return map_single(p, work, m);
    return array_map_part(p, work, m, 0, 0, array_step_sizes(work->arrays, m->dims, m->dim_count, m->varies)[0]);
}
