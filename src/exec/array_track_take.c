/*
 * array_track_take.c - the operations of a step into the list of a track (array_track.c).
 *
 * What a step loads from where it lies with gaps or spread out is copied into the track's own memory: once, before the
 * loop, if neither the place nor what is there changes in it, else each time. Registers lie there too, close together,
 * where those of strips are as far apart as pages and so in the same few lines of the cache.
 */
#include <string.h>

#include "exec/array_track.h"

enum { TRACK_REGISTERS = 64, TRACK_LINE = 64 /* bytes */ };

/* ---- Which steps ------------------------------------------------------------------------------------------- */

static bool track_code(const plan_code *c)
{
    if (c->kind == CODE_EACH) return c->type != ARRAY_INT && !c->picks; /* an int may not fit */
    return c->kind == CODE_DIRECT || (c->kind == CODE_LOAD && !c->idle);
}

bool array_track_takes(const plan *a, const plan_step *s)
{
    const plan_map *m = s->kind == STEP_MAP ? &a->maps.at[s->at] : NULL;
    if (!m || !m->single || m->registers > TRACK_REGISTERS) return false;
    for (uint32_t k = m->code; k < m->code + m->code_count; k++)
        if (!track_code(&a->code.at[k])) return false;
    for (uint32_t k = m->sinks; k < m->sinks + m->sink_count; k++)
        if (a->sinks.at[k].kind != SINK_STORE) return false;
    return true;
}

/* Where what operation k makes lies: a line, or ARRAY_NONE. */
static uint32_t track_made(const plan *a, const plan_map *m, uint32_t k)
{
    const plan_code *c = &a->code.at[k];
    for (uint32_t i = m->code; c->kind == CODE_EACH && i < k; i++)
        if (a->code.at[i].kind == CODE_DIRECT && a->code.at[i].out == c->out) return m->lines + a->code.at[i].line;
    return ARRAY_NONE;
}

uint32_t array_track_writes(const plan *a, const plan_map *m, size_t *k)
{
    for (; *k < m->code_count; ++*k) {
        uint32_t line = track_made(a, m, m->code + (uint32_t)*k);
        if (line == ARRAY_NONE) continue;
        ++*k;
        return line;
    }
    size_t sink = (*k)++ - m->code_count;
    return sink < m->sink_count ? m->lines + a->sinks.at[m->sinks + sink].line : ARRAY_NONE;
}

/* ---- Operands ---------------------------------------------------------------------------------------------- */

/* The operand's number; the same for the same place. */
static bool track_operand_at(track_draft *d, track_operand o, uint16_t *at, bool *full)
{
    plan *a = d->w->a;
    for (size_t i = d->made.operands; i < a->track_operands.count; i++) {
        const track_operand *x = &a->track_operands.at[i];
        if (x->buffer != o.buffer || x->offset != o.offset || x->step != o.step ||
            !array_moves_alike(a, x->moves, x->move_count, o.moves, o.move_count))
            continue;
        *at = (uint16_t)(i - d->made.operands);
        return true;
    }
    *full = a->track_operands.count - d->made.operands == TRACK_OPERANDS;
    if (*full) return false;
    *at = (uint16_t)(a->track_operands.count - d->made.operands);
    return array_push(d->w->m, &a->track_operands, o) || array_no_memory(d->w);
}

/* A line as an operand: how the loop's counter moves it is its step, the turn of the loop inside stands in its place.
 */
static bool track_line(track_draft *d, uint32_t line, uint16_t *at, bool *full)
{
    plan *a = d->w->a;
    plan_line l = a->lines.at[line];
    int64_t bytes = (int64_t)array_type_bytes(l.type);
    track_operand o = {.buffer = l.buffer, .moves = (uint32_t)a->moves.count, .offset = l.offset * bytes};
    for (uint32_t i = l.moves; i < l.moves + l.move_count; i++) {
        plan_move m = a->moves.at[i];
        m.stride *= bytes;
        if (m.counter == d->loop->counter)
            o.step += m.stride;
        else if (d->inner && m.counter == d->inner->counter)
            o.offset += d->turn * m.stride;
        else if (!array_push(d->w->m, &a->moves, m))
            return array_no_memory(d->w);
    }
    o.move_count = (uint32_t)a->moves.count - o.moves;
    return track_operand_at(d, o, at, full);
}

/* A place in the track's own memory, of which so many bytes are in use. */
static bool track_memory(track_draft *d, uint32_t kind, size_t bytes, size_t *used, uint16_t *at, bool *full)
{
    track_operand o = {.buffer = kind, .offset = (int64_t)*used};
    *used += (bytes + TRACK_LINE - 1) / TRACK_LINE * TRACK_LINE;
    return track_operand_at(d, o, at, full);
}

/* ---- Copies ------------------------------------------------------------------------------------------------ */

typedef struct track_take {
    const plan_map *m;
    size_t rows, columns;
    uint16_t of[TRACK_REGISTERS];   /* by register: its operand */
    uint16_t slot[TRACK_REGISTERS]; /* by slot: that, + 1 */
    size_t bytes;                   /* of slots */
} track_take;

static int64_t track_stride(const plan *a, uint32_t line, uint32_t dim)
{
    return a->strides.at[a->lines.at[line].strides + dim] * (int64_t)array_type_bytes(a->lines.at[line].type);
}

static bool track_copy_alike(const track_copy *x, const track_copy *y)
{
    return x->rows == y->rows && x->columns == y->columns && x->bytes == y->bytes && x->from_row == y->from_row &&
           x->from_column == y->from_column && x->to_row == y->to_row && x->to_column == y->to_column;
}

/* All of it one piece at both ends? */
static bool track_copy_plain(const track_copy *c)
{
    int64_t each = c->bytes, row = each * c->columns;
    return c->from_column == each && c->to_column == each && (c->rows == 1 || (c->from_row == row && c->to_row == row));
}

/* Between a line with gaps and what lies side by side. */
static track_copy track_copy_of(const plan *a, const track_take *t, uint32_t line, bool from)
{
    uint32_t bytes = (uint32_t)array_type_bytes(a->lines.at[line].type);
    int64_t row = track_stride(a, line, 0), column = track_stride(a, line, 1), each = bytes;
    int64_t dense = each * (int64_t)t->columns;
    return from ? (track_copy){(uint32_t)t->rows, (uint32_t)t->columns, bytes, row, column, dense, each}
                : (track_copy){(uint32_t)t->rows, (uint32_t)t->columns, bytes, dense, each, row, column};
}

static bool track_copy_op(track_draft *d, const track_copy *c, uint16_t out, uint16_t x, track_op *o)
{
    *o = d->when;
    o->count = c->rows * c->columns;
    o->out = out;
    o->x = o->y = o->w = x;
    o->kernel = track_copy_plain(c) ? array_track_copier(c->bytes) : NULL;
    if (o->kernel) return true;
    if (!array_push(d->w->m, &d->w->a->track_copies, *c)) return array_no_memory(d->w);
    o->copy = (uint32_t)d->w->a->track_copies.count;
    return true;
}

/* A copy that was made before the loop under the same conditions. */
static bool track_find(const track_draft *d, const track_copy *c, uint16_t x, uint16_t *out)
{
    for (size_t i = 0; i < d->once.count; i++) {
        const track_op *o = &d->once.at[i];
        bool alike = o->copy ? track_copy_alike(&d->w->a->track_copies.at[o->copy - 1], c)
                             : track_copy_plain(c) && o->count == c->rows * c->columns;
        if (!alike || o->x != x || o->low != d->when.low || o->high != d->when.high || o->guards != d->when.guards ||
            o->guard_count != d->when.guard_count || o->begins != d->when.begins)
            continue;
        *out = o->out;
        return true;
    }
    return false;
}

/* Does the line stand still in the loop, and what is there? */
static bool track_stays(const track_draft *d, uint32_t line, uint16_t operand)
{
    const plan *a = d->w->a;
    uint32_t buffer = a->lines.at[line].buffer;
    if (a->track_operands.at[d->made.operands + operand].step != 0) return false;
    return buffer == BUFFER_CONSTANT || !d->written[track_buffer(a, buffer)];
}

static bool track_slot(track_draft *d, track_take *t, uint32_t r, uint16_t *at, bool *full)
{
    uint32_t slot = d->w->a->slots.at[t->m->slots + r];
    if (!t->slot[slot]) {
        if (!track_memory(d, TRACK_SLOT, t->rows * t->columns * 8, &t->bytes, at, full)) return false;
        t->slot[slot] = (uint16_t)(*at + 1);
    }
    *at = (uint16_t)(t->slot[slot] - 1);
    return true;
}

static bool track_load(track_draft *d, track_take *t, const plan_code *c, bool *full)
{
    uint32_t line = t->m->lines + c->line;
    track_copy copy = track_copy_of(d->w->a, t, line, true);
    uint16_t x, out;
    track_op o;
    if (!track_line(d, line, &x, full)) return false;
    size_t bytes = (size_t)copy.rows * copy.columns * copy.bytes;
    bool stays = track_stays(d, line, x) && d->kept + bytes <= TRACK_KEPT;
    if (stays && track_find(d, &copy, x, &t->of[c->out])) return true;
    if (stays ? !track_memory(d, ARRAY_NONE, bytes, &d->kept, &out, full) : !track_slot(d, t, c->out, &out, full))
        return false;
    t->of[c->out] = out;
    if (!track_copy_op(d, &copy, out, x, &o)) return false;
    return (stays ? array_push(d->w->m, &d->once, o) : array_push(d->w->m, &d->ops, o)) || array_no_memory(d->w);
}

/* ---- Operations -------------------------------------------------------------------------------------------- */

static bool track_each(track_draft *d, track_take *t, uint32_t k, bool *full)
{
    const plan *a = d->w->a;
    const plan_code *c = &a->code.at[k];
    track_op o = d->when;
    o.kernel = c->kernel;
    o.count = (uint32_t)(t->rows * t->columns);
    o.x = t->of[c->x], o.y = t->of[c->y], o.w = t->of[c->w];
    bool stored = a->slots.at[t->m->slots + c->out] == ARRAY_NONE; /* its line was there before */
    if (!stored && !track_slot(d, t, c->out, &t->of[c->out], full)) return false;
    o.out = t->of[c->out];
    return array_push(d->w->m, &d->ops, o) || array_no_memory(d->w);
}

static bool track_store(track_draft *d, track_take *t, const plan_sink *s, bool *full)
{
    uint32_t line = t->m->lines + s->line;
    track_copy copy = track_copy_of(d->w->a, t, line, false);
    uint16_t out;
    track_op o;
    return track_line(d, line, &out, full) && track_copy_op(d, &copy, out, t->of[s->value], &o) &&
           (array_push(d->w->m, &d->ops, o) || array_no_memory(d->w));
}

bool array_track_take(track_draft *d, const plan_map *m, bool *full)
{
    const plan *a = d->w->a;
    track_take t = {.m = m, .rows = (size_t)a->sizes.at[m->dims], .columns = (size_t)a->sizes.at[m->dims + 1]};
    bool ok = true;
    for (uint32_t k = m->code; ok && k < m->code + m->code_count; k++) {
        const plan_code *c = &a->code.at[k];
        ok = c->kind == CODE_EACH     ? track_each(d, &t, k, full)
             : c->kind == CODE_DIRECT ? track_line(d, m->lines + c->line, &t.of[c->out], full)
                                      : track_load(d, &t, c, full);
    }
    for (uint32_t k = m->sinks; ok && k < m->sinks + m->sink_count; k++) ok = track_store(d, &t, &a->sinks.at[k], full);
    if (t.bytes > d->slots) d->slots = t.bytes;
    return ok;
}
