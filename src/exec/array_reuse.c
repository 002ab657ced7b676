/*
 * array_reuse.c - results in the place of what they are made of: of two arrays that are held for one block, where the
 * step that writes the second is the last that reads the first, and both have each place at the same address. What is
 * written is in the cache then.
 *
 * A strip is read before its results are written, by the last operation of its code; strips, tiles and threads' blocks
 * hold places of their own. Steps of a tile may run again from the first on, so what they read may be overwritten only
 * if one of them makes it. Blocks with loops are left as they are.
 */
#include "exec/array_inside.h"

/* Which steps use a buffer. */
typedef struct reuse_span {
    uint32_t first, last; /* ARRAY_NONE: none does */
    bool kept;            /* not to be looked at */
} reuse_span;

static void reuse_touch(const plan *a, reuse_span *spans, uint32_t first, uint32_t count, uint32_t step, bool kept)
{
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t buffer = a->lines.at[i].buffer;
        if (buffer == ARRAY_NONE) continue;
        reuse_span *s = &spans[buffer];
        if (s->first == ARRAY_NONE) s->first = step;
        s->last = step;
        s->kept = s->kept || kept;
    }
}

static void reuse_look(const plan *a, reuse_span *spans)
{
    uint32_t loop = 0;
    for (uint32_t i = 0; i < a->steps.count; i++) {
        const plan_step *s = &a->steps.at[i];
        step_lines lines = array_step_lines(a, s);
        if (s->kind == STEP_LOOP && a->loops.at[s->at].end > loop) loop = a->loops.at[s->at].end;
        bool kept = i < loop || s->begins || s->again || s->span || s->guard_count;
        reuse_touch(a, spans, lines.first, lines.count, i, kept);
        reuse_touch(a, spans, lines.then, lines.more, i, kept);
    }
}

/* The line that step m puts all its results to, after all that it reads of their places; ARRAY_NONE: there are more. */
static uint32_t reuse_result(const plan *a, const plan_map *m)
{
    if (m->skip != ARRAY_NONE || m->sink_count > 1 || m->code_count == 0) return ARRAY_NONE;
    const plan_code *last = &a->code.at[m->code + m->code_count - 1];
    uint32_t line = ARRAY_NONE;
    if (m->sink_count) {
        const plan_sink *s = &a->sinks.at[m->sinks];
        if (s->kind == SINK_STORE) line = m->lines + s->line;
    }
    for (uint32_t k = m->code; k < m->code + m->code_count; k++) {
        const plan_code *c = &a->code.at[k];
        if (c->kind == CODE_AT) return ARRAY_NONE;
        if (!m->sink_count && c->kind == CODE_DIRECT && last->kind == CODE_EACH && c->out == last->out)
            line = m->lines + c->line;
    }
    return line;
}

/* Does the group of tiles that step i is in begin at or before step `from`? */
static bool reuse_in_tile(const plan *a, uint32_t i, uint32_t from)
{
    for (uint32_t s = 0; s <= i; s++) {
        const plan_tile *t = a->steps.at[s].tile ? &a->tiles.at[a->steps.at[s].tile - 1] : NULL;
        if (t && t->end > i && t->product) return from >= s;
    }
    return true;
}

/* May the result of step i, at line `to`, lie where the step reads `from`? */
static bool reuse_fits(const plan *a, const reuse_span *spans, uint32_t i, const plan_line *from, const plan_line *to)
{
    const plan_map *m = &a->maps.at[a->steps.at[i].at];
    const plan_buffer *x = &a->buffers.at[from->buffer], *y = &a->buffers.at[to->buffer];
    const reuse_span *read = &spans[from->buffer], *made = &spans[to->buffer];
    if (!x->local || !y->local || x->bytes != y->bytes || from->type != to->type || from->buffer == to->buffer)
        return false;
    if (read->kept || made->kept || read->last != i || made->first != i || read->first == i) return false;
    for (uint32_t l = m->lines; l < m->lines + m->line_count; l++)
        if (a->lines.at[l].buffer == from->buffer && !array_lines_alike(a, m, &a->lines.at[l], to)) return false;
    return reuse_in_tile(a, i, read->first);
}

static void reuse_step(plan *a, const reuse_span *spans, uint32_t i)
{
    const plan_step *s = &a->steps.at[i];
    const plan_map *m = s->kind == STEP_MAP ? &a->maps.at[s->at] : NULL;
    uint32_t to = m ? reuse_result(a, m) : ARRAY_NONE;
    if (to == ARRAY_NONE || a->lines.at[to].buffer == ARRAY_NONE) return;
    for (uint32_t l = m->lines; l < m->lines + m->line_count; l++) {
        const plan_line *line = &a->lines.at[l];
        if (line->buffer == ARRAY_NONE || !reuse_fits(a, spans, i, line, &a->lines.at[to])) continue;
        a->buffers.at[a->lines.at[to].buffer].over = line->buffer;
        return;
    }
}

/* A buffer that lies over another is in use while that is, and the other way round. */
static void reuse_hold(plan *a)
{
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++) { /* the first of a chain stands for all */
        plan_buffer *b = &a->buffers.at[i];
        while (b->over && a->buffers.at[b->over].over) b->over = a->buffers.at[b->over].over;
        if (!b->over) continue;
        plan_buffer *under = &a->buffers.at[b->over];
        if (b->from < under->from) under->from = b->from;
        if (b->to > under->to) under->to = b->to;
    }
}

bool array_reuse(array_lowering *w)
{
    plan *a = w->a;
    if (w->g->passes_off & PASS_LAYOUT) return true;
    reuse_span *spans = block_new(w->m, a->buffers.count, sizeof *spans);
    if (!spans) return array_no_memory(w);
    for (size_t i = 0; i < a->buffers.count; i++) spans[i].first = spans[i].last = ARRAY_NONE;
    reuse_look(a, spans);
    for (uint32_t i = 0; i < a->steps.count; i++) reuse_step(a, spans, i);
    reuse_hold(a);
    block_free(w->m, spans, a->buffers.count);
    return true;
}
