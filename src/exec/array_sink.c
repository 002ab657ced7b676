/*
 * array_sink.c - where the results of a strip go: stored, or joined into places that fewer axes say.
 */
#include <string.h>

#include "exec/array_strip.h"

static bool join_fault(const strip *s, const plan_sink *sink)
{
    const char *word = sink->op == OP_PROD ? "prod" : "sum";
    exec_report(s->p, s->work, EW_LIMIT, E_OVERFLOW, program_name(s->p, sink->name), word, NULL);
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
bool strip_join_begins(const strip *s, uint32_t line)
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
    bool set = sink->first && (!sink->blocked || s->w->begins) && strip_join_begins(s, line) &&
               (column != 0 || s->column == 0);
    if (row == 0 && column == 0) return join_one(s, sink, to, from, s->count, set && s->row == 0);
    if (column == 1 && row == width) return join_each(s, sink, to, 1, from, s->count, set);
    if (column == 0 && row != 0 && array_join_by_rows((op)sink->op, sink->type)) {
        array_join_rows((op)sink->op, sink->type, s->rows, s->columns, from, to, row, set);
        return true;
    }
    if (column == 1 && row == 0 && sink->type != ARRAY_INT && join_op((op)sink->op) == OP_ADD) {
        array_join_down(sink->type, s->rows, s->columns, from, to, set && s->row == 0);
        return true;
    }
    for (size_t r = 0; r < s->rows; r++, to += row * bytes, from += width * bytes) {
        bool now = set && (row != 0 || s->row + r == 0);
        if (column == 0 ? !join_one(s, sink, to, from, s->columns, now)
                        : !join_each(s, sink, to, column, from, s->columns, now))
            return false;
    }
    return true;
}

bool strip_sinks(const strip *s)
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
