/*
 * emit_array_sink.c - where a MAP step puts its elements: stored, joined into the place they share, or scattered.
 *
 * The interpreter joins the elements of a strip by a function of its own, and the order shows in a sum's bits; so what
 * it joins strip by strip is gathered in s0, s1, … (a strip at most) and joined by the same function in the same order:
 *
 *     EACH   every element has a place of its own: joined there, row after row
 *     ROW    a row's elements have one place: each row, or each STRIP of a long one, is joined
 *     ALL    all elements have one place: as many rows as a strip holds are joined together
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_map.h"

const plan_sink *emit_map_sink(const map_writer *w, uint32_t i)
{
    return &w->a->sinks.at[w->m->sinks + i];
}

int emit_sink_join(const map_writer *w, const plan_sink *s)
{
    uint32_t line = w->m->lines + s->line;
    /* A stride along an axis of one place says what it says: the interpreter looks at it as it stands. */
    const int64_t *stride = w->a->strides.at + w->a->lines.at[line].strides + w->m->dim_count - 2;
    return stride[1] != 0 ? JOIN_EACH : stride[0] != 0 ? JOIN_ROW : JOIN_ALL;
}

static const char *sink_form(const plan_sink *s)
{
    bool whole = s->type == ARRAY_INT;
    switch ((op)s->op) {
    case OP_PROD: return whole ? "i_mul(x, y, bad)" : "x * y";
    case OP_LEAST: return whole ? "y < x ? y : x" : "k_min2(x, y)";
    case OP_GREATEST: return whole ? "y > x ? y : x" : "k_max2(x, y)";
    case OP_ALL: return "x != 0 && y != 0";
    case OP_ANY: return "x != 0 || y != 0";
    default: return whole ? "i_add(x, y, bad)" : "x + y";
    }
}

/* When the place is set: "d0 == 0 && i == 0"; nothing: always. Returns false where it never is. */
bool emit_sink_begins(map_writer *w, text *t, const plan_sink *s, int join, const char *row, const char *column)
{
    uint32_t line = w->m->lines + s->line;
    const int64_t *stride = w->a->strides.at + w->a->lines.at[line].strides;
    uint32_t outer = w->m->dim_count - 2;
    const char *and = "";
    if (!s->first) return false;
    if (s->blocked) {
        w->n->uses |= USES_COUNTERS;
        text_format(t, "t[%u]", w->a->counters + 1);
        and = " && ";
    }
    for (uint32_t d = 0; d < outer; d++)
        if (stride[d] == 0 && w->n->var[d][0]) text_format(t, "%s%s == 0", and, w->n->var[d]), and = " && ";
    if (join != JOIN_EACH && *column) text_format(t, "%s%s == 0", and, column), and = " && ";
    if (stride[outer] == 0 && *row) text_format(t, "%s%s == 0", and, row);
    return true;
}

/* to = begins ? value : join(to, value) */
static void sink_write(map_writer *w, const plan_sink *s, const char *to, const char *value, const char *begins,
                       bool first)
{
    bool single = s->type == ARRAY_F32;
    const char *form = sink_form(s), *piece;
    uint32_t count;
    text *t = map_line(w);
    text_format(t, "%s = ", to);
    if (first && !*begins) {
        text_format(t, "%s;\n", value);
        return;
    }
    if (first) text_format(t, "%s ? %s : ", begins, value);
    if (single) text_add(t, "(float)(");
    if (!single && first) text_add(t, "(");
    emit_kernels_use(w->n->e, form);
    for (int k; (k = ops_piece(&form, &piece, &count)) != -2;) {
        if (k >= 0)
            text_format(t, "%s%s", single ? "(double)" : "", k == 0 ? to : value);
        else
            text_addn(t, piece, count);
    }
    if (s->type == ARRAY_INT && strstr(sink_form(s), "bad")) w->n->uses |= USES_BAD;
    text_add(t, single || first ? ");\n" : ";\n");
}

static void sink_each(map_writer *w, const plan_sink *s)
{
    text to, value, begins;
    memory *m = &w->n->e->m;
    text_begin(&to, m), text_begin(&value, m), text_begin(&begins, m);
    nest_at(w->n, &to, w->m->lines + s->line, w->m->dim_count);
    emit_map_value(w, &value, s->value, false);
    if (s->kind == SINK_STORE) {
        text_format(map_line(w), "%s = %s;\n", text_string(&to), text_string(&value));
    } else {
        const char *row = w->n->var[w->m->dim_count - 2];
        bool first = emit_sink_begins(w, &begins, s, JOIN_EACH, row, "");
        sink_write(w, s, text_string(&to), text_string(&value), text_string(&begins), first);
    }
    if (to.failed || value.failed || begins.failed) w->n->body.failed = true;
    text_free(&to), text_free(&value), text_free(&begins);
}

static void sink_scatter(map_writer *w, const plan_sink *s, uint32_t number)
{
    const plan_access *x = &w->a->accesses.at[s->line];
    uint32_t q = w->m->registers + number;
    emit_map_places(w, x, q);
    emit_map_outside(w, x, q);
    text *t = map_line(w);
    text_format(t, "if (!o%u) p%u[", q, x->line);
    emit_map_element(w, t, x, q);
    if (s->type == ARRAY_INT) { /* wraps around */
        text_format(t, "] = (int64_t)((uint64_t)p%u[", x->line);
        emit_map_element(w, t, x, q);
        text_add(t, "] + (uint64_t)");
    } else {
        text_add(t, "] += ");
    }
    emit_map_value(w, t, s->value, false);
    text_add(t, s->type == ARRAY_INT ? ");\n" : ";\n");
}

/* What is done for each element; `at`: its place in its strip. */
void emit_sinks_element(map_writer *w, const char *row_at, const char *all_at)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = emit_map_sink(w, i);
        int join = s->kind == SINK_JOIN ? emit_sink_join(w, s) : JOIN_EACH;
        if (s->kind == SINK_SCATTER) {
            sink_scatter(w, s, i);
        } else if (join == JOIN_EACH) {
            sink_each(w, s);
        } else {
            text *t = map_line(w);
            text_format(t, "s%u[%s] = ", i, join == JOIN_ROW ? row_at : all_at);
            emit_map_value(w, t, s->value, false);
            text_add(t, ";\n");
        }
    }
}

static unsigned sink_reduction(const plan_sink *s) /* 0 … 5 */
{
    op o = (op)s->op;
    return o == OP_PROD ? 1 : o == OP_LEAST ? 2 : o == OP_GREATEST ? 3 : o == OP_ALL ? 4 : o == OP_ANY ? 5 : 0;
}

static const char *const sink_names[6] = {"sum", "prod", "least", "greatest", "all", "any"};
static const char *const sink_types[3] = {"", "_f32", "_int"};

/* A gathered strip of `count` elements is joined: "const double x0 = k_join_sum(n, s0);" */
static void sink_strip(map_writer *w, uint32_t i, const char *count, const char *row, const char *column)
{
    const plan_sink *s = emit_map_sink(w, i);
    unsigned reduction = sink_reduction(s);
    char value[24];
    text to, begins;
    memory *m = &w->n->e->m;
    w->n->e->helpers |= (unsigned)HELP_JOIN << (s->type * 6U + reduction);
    text_begin(&to, m), text_begin(&begins, m);
    snprintf(value, sizeof value, "x%u", i);
    text_format(map_line(w), "const %s x%u = k_join_%s%s(%s, s%u%s);\n", emit_map_type(s->type), i,
                sink_names[reduction], sink_types[s->type], count, i, s->type == ARRAY_INT ? ", bad" : "");
    if (s->type == ARRAY_INT) w->n->uses |= USES_BAD, emit_kernels_use(w->n->e, sink_form(s));
    text_format(&to, "p%u[", s->line);
    /* Along a strip's rows and columns its place does not move, or moves with the row. */
    nest_index(w->n, &to, w->m->lines + s->line, w->m->dim_count);
    text_char(&to, ']');
    bool first = emit_sink_begins(w, &begins, s, emit_sink_join(w, s), row, column);
    sink_write(w, s, text_string(&to), value, text_string(&begins), first);
    if (to.failed || begins.failed) w->n->body.failed = true;
    text_free(&to), text_free(&begins);
}

void emit_sinks_strip(map_writer *w, int join, const char *count, const char *row, const char *column)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = emit_map_sink(w, i);
        if (s->kind == SINK_JOIN && emit_sink_join(w, s) == join) sink_strip(w, i, count, row, column);
    }
}

bool emit_map_joins(const map_writer *w, int join)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = emit_map_sink(w, i);
        if (s->kind == SINK_JOIN && emit_sink_join(w, s) == join) return true;
    }
    return false;
}
