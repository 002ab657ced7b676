/*
 * emit_array_map.c - one MAP step as a loop nest.
 *
 * Element by element: loads, values, stores (emit_array_code.c, emit_array_sink.c); a value that is the same for all
 * rows and columns stands before their loops. Only where the interpreter joins strips does the nest go strip by strip.
 */
#include <stdio.h>

#include "exec/emit_map.h"

static void map_body(map_writer *w, const char *row_at, const char *all_at)
{
    for (uint32_t i = 0; i < w->m->code_count; i++)
        if (!emit_map_still(w, i)) emit_map_code(w, i);
    emit_sinks_element(w, row_at, all_at);
}

/* Rows that a 0 shuts out: their places begin with 0, or stay as they are. */
static void map_skip(map_writer *w, int64_t columns)
{
    const plan_sink *s = emit_map_sink(w, 0);
    const char *row = w->n->var[w->m->dim_count - 2];
    text begins;
    text_begin(&begins, &w->n->e->m);
    bool first = emit_sink_begins(w, &begins, s, JOIN_EACH, row, "");
    text *t = map_line(w);
    text_add(t, "if (");
    nest_at(w->n, t, w->m->lines + w->m->skip, w->m->dim_count);
    text_add(t, " == 0)");
    nest_open(w->n);
    size_t depth = w->n->depth;
    if (first && begins.count) {
        text_format(map_line(w), "if (%s)", text_string(&begins));
        nest_open(w->n);
    }
    if (first) {
        nest_for(w->n, w->n->var[w->m->dim_count - 1], columns);
        t = map_line(w);
        nest_at(w->n, t, w->m->lines + s->line, w->m->dim_count);
        text_add(t, " = 0;\n");
    }
    while (w->n->depth >= depth) nest_close(w->n);
    text_add(map_line(w), "else");
    nest_open(w->n);
    if (begins.failed) w->n->body.failed = true;
    text_free(&begins);
}

static void map_plain(map_writer *w, int64_t rows, int64_t columns)
{
    uint32_t d = w->m->dim_count;
    size_t depth = w->n->depth;
    nest_for(w->n, w->n->var[d - 2], rows);
    if (w->m->skip != ARRAY_NONE) map_skip(w, columns);
    nest_for(w->n, w->n->var[d - 1], columns);
    map_body(w, "", "");
    while (w->n->depth > depth) nest_close(w->n);
}

static void map_array(map_writer *w)
{
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = emit_map_sink(w, i);
        if (s->kind == SINK_JOIN && emit_sink_join(w, s) != JOIN_EACH)
            text_format(map_line(w), "%s s%u[%d];\n", emit_map_type(s->type), i, STRIP);
    }
}

/* One row at a time, a long one in strips of STRIP. */
static void map_long(map_writer *w, int64_t rows, int64_t columns)
{
    const char *i = w->n->var[w->m->dim_count - 2], *j = w->n->var[w->m->dim_count - 1];
    bool cut = columns < 0 || columns > STRIP;
    char count[24];
    size_t depth = w->n->depth;
    nest_for(w->n, i, rows);
    if (cut) {
        text *t = map_line(w);
        text_add(t, "for (int64_t j0 = 0; j0 < "), nest_size(w->n, t, columns);
        text_format(t, "; j0 += %d)", STRIP);
        nest_open(w->n);
        t = map_line(w);
        text_add(t, "const int64_t left = "), nest_size(w->n, t, columns);
        text_format(t, " - j0, n = left < %d ? left : %d;\n", STRIP, STRIP);
    }
    snprintf(count, sizeof count, "%lld", (long long)columns);
    map_array(w);
    if (cut) {
        text_add(map_line(w), "for (int64_t j = j0; j < j0 + n; j++)");
        nest_open(w->n);
    } else {
        nest_for(w->n, j, columns);
    }
    map_body(w, cut ? "j - j0" : *j ? "j" : "0", cut ? "j - j0" : *j ? "j" : "0");
    if (cut || *j) nest_close(w->n);
    emit_sinks_strip(w, JOIN_ROW, cut ? "n" : count, i, cut ? "j0" : "");
    emit_sinks_strip(w, JOIN_ALL, cut ? "n" : count, i, cut ? "j0" : "");
    while (w->n->depth > depth) nest_close(w->n);
}

/* Several rows a strip. */
static void map_rows(map_writer *w, int64_t rows, int64_t columns)
{
    const char *i = w->n->var[w->m->dim_count - 2], *j = w->n->var[w->m->dim_count - 1];
    int64_t high = STRIP / columns;
    bool all = emit_map_joins(w, JOIN_ALL), cut = all && (rows < 0 || rows > high);
    char count[40], at[60];
    size_t depth = w->n->depth;
    if (cut) {
        text *t = map_line(w);
        text_add(t, "for (int64_t i0 = 0; i0 < "), nest_size(w->n, t, rows);
        text_format(t, "; i0 += %lld)", (long long)high);
        nest_open(w->n);
        t = map_line(w);
        text_add(t, "const int64_t left = "), nest_size(w->n, t, rows);
        text_format(t, " - i0, n = left < %lld ? left : %lld;\n", (long long)high, (long long)high);
    }
    map_array(w);
    size_t strip = w->n->depth;
    if (cut) {
        text_add(map_line(w), "for (int64_t i = i0; i < i0 + n; i++)");
        nest_open(w->n);
    } else {
        nest_for(w->n, i, rows);
    }
    size_t row = w->n->depth;
    nest_for(w->n, j, columns);
    snprintf(at, sizeof at, "%s * %lld%s%s", cut ? "(i - i0)" : *i ? "i" : "0", (long long)columns, *j ? " + " : "", j);
    map_body(w, *j ? "j" : "0", at);
    while (w->n->depth > row) nest_close(w->n);
    snprintf(count, sizeof count, "%lld", (long long)columns);
    emit_sinks_strip(w, JOIN_ROW, count, i, "");
    while (w->n->depth > strip) nest_close(w->n);
    if (cut)
        snprintf(count, sizeof count, "n * %lld", (long long)columns);
    else
        snprintf(count, sizeof count, "%lld", (long long)(rows * columns));
    emit_sinks_strip(w, JOIN_ALL, count, cut ? "i0" : "", "");
    while (w->n->depth > depth) nest_close(w->n);
}

static bool map_writes(const map_writer *w, uint32_t line)
{
    for (uint32_t r = 0; r < w->m->registers; r++)
        if (w->registers[r].store == w->m->lines + line) return true;
    for (uint32_t i = 0; i < w->m->sink_count; i++) {
        const plan_sink *s = emit_map_sink(w, i);
        if ((s->kind == SINK_SCATTER ? w->a->accesses.at[s->line].line : s->line) == line) return true;
    }
    return false;
}

/* Is the line a register's that is read, a sink's, or an access's array? Others need no pointer. */
static bool map_needs(const map_writer *w, uint32_t line)
{
    if (map_writes(w, line) || line == w->m->skip) return true;
    for (uint32_t i = 0; i < w->m->code_count; i++) {
        const plan_code *c = &w->code[i];
        if (emit_map_loads(c) && c->line == line && w->registers[c->out].used) return true;
        if (c->kind == CODE_AT && w->a->accesses.at[c->line].line == line) return true;
    }
    return false;
}

static void map_text(map_writer *w)
{
    uint32_t d = w->m->dim_count;
    int64_t rows = w->size[d - 2], columns = w->size[d - 1];
    for (uint32_t l = 0; l < w->m->line_count; l++)
        if (map_needs(w, l)) nest_pointer(w->n, w->m->lines + l, map_writes(w, l));
    for (uint32_t k = 0; k + 2 < d; k++) nest_for(w->n, w->n->var[k], w->size[k]);
    for (uint32_t i = 0; i < w->m->code_count; i++)
        if (emit_map_still(w, i)) emit_map_code(w, i);
    if (!emit_map_joins(w, JOIN_ROW) && !emit_map_joins(w, JOIN_ALL))
        map_plain(w, rows, columns);
    else if (w->m->rows)
        map_rows(w, rows, columns);
    else
        map_long(w, rows, columns);
    while (w->n->depth > 1) nest_close(w->n);
}

bool emit_array_map(emit_nest *n, const plan_map *m, const char *name, const char *comment)
{
    map_writer w = {.n = n, .a = n->a, .m = m, .size = n->a->sizes.at + m->dims, .code = n->a->code.at + m->code};
    nest_begin(n, m->lines);
    for (uint32_t d = 0; d < m->dim_count; d++)
        if (w.size[d] == 0) return true;
    w.registers = block_new(&n->e->m, m->registers, sizeof *w.registers);
    if (!w.registers) return report_memory(&n->e->report);
    emit_map_registers(&w);
    nest_name(n, w.size, m->dim_count);
    map_text(&w);
    block_free(&n->e->m, w.registers, m->registers);
    nest_end(n, "void", name, comment);
    return true;
}
