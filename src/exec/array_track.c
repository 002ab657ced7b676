/*
 * array_track.c - the body of a loop as one list of operations over pointers that go on from step to step: a TRACK.
 *
 * A step over 14 numbers takes less time than finding out where they are. In the body of a recurrence most steps are
 * such: one strip, whose lines begin somewhere and go on by the same number of bytes with each step of the loop. So
 * where they begin is found once, when the loop begins; then each step of the loop is a row of calls of kernels, and
 * one addition for each pointer. A short loop inside is written out, turn by turn: its layers, say. Guards say from
 * which step of the loop to which an operation runs.
 *
 * What cannot be taken so (a product, what may fail, a long loop inside) stays a step that runs as it is, between the
 * others. The operations are those of the steps in their order: the same bits. Emitted C has the loops themselves.
 */
#include <string.h>

#include "exec/array_track.h"

/* ---- What the body writes ---------------------------------------------------------------------------------- */

static void track_write(track_draft *d, uint32_t line)
{
    uint32_t buffer = d->w->a->lines.at[line].buffer;
    if (buffer != ARRAY_NONE && buffer != BUFFER_CONSTANT) d->written[track_buffer(d->w->a, buffer)] = 1;
}

static void track_write_lines(track_draft *d, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) track_write(d, i);
}

/* Of a step that is not taken all that it touches counts. */
static void track_write_step(track_draft *d, const plan_step *s)
{
    const plan *a = d->w->a;
    uint32_t line;
    if (array_track_takes(a, s)) {
        for (size_t k = 0; (line = array_track_writes(a, &a->maps.at[s->at], &k)) != ARRAY_NONE;) track_write(d, line);
        return;
    }
    step_lines l = array_step_lines(a, s);
    track_write_lines(d, l.first, l.count);
    track_write_lines(d, l.then, l.more);
    const plan_product *p = s->kind == STEP_PRODUCT ? &a->products.at[s->at] : NULL;
    if (!p || !product_adds_on(p)) return;
    track_write_lines(d, a->maps.at[p->set].lines, a->maps.at[p->set].line_count);
    track_write_lines(d, a->maps.at[p->scatter].lines, a->maps.at[p->scatter].line_count);
}

/* An output may be the memory of an input. */
static void track_write_doors(track_draft *d)
{
    const plan *a = d->w->a;
    bool out = false;
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++)
        out = out || (a->buffers.at[i].door == DOOR_OUT && d->written[track_buffer(a, (uint32_t)i)]);
    for (size_t i = BUFFER_FIRST; out && i < a->buffers.count; i++)
        if (a->buffers.at[i].door == DOOR_IN) d->written[track_buffer(a, (uint32_t)i)] = 1;
}

/* ---- Conditions -------------------------------------------------------------------------------------------- */

/* Takes the guards of a step into d->when; *never: it does not run in this turn. */
static bool track_guards(track_draft *d, const plan_step *s, bool *never)
{
    plan *a = d->w->a;
    d->when.begins = d->when.begins || s->begins;
    for (uint32_t i = s->guards; i < s->guards + s->guard_count; i++) {
        plan_guard g = a->guards.at[i];
        if (d->inner && g.counter == d->inner->counter) {
            *never = *never || d->turn < g.low || d->turn > g.high;
        } else if (g.counter == d->loop->counter) {
            if (g.low > d->when.low) d->when.low = g.low;
            if (g.high < d->when.high) d->when.high = g.high;
        } else {
            if (!array_push(d->w->m, &a->guards, g)) return array_no_memory(d->w);
            d->when.guard_count++;
        }
    }
    *never = *never || d->when.low > d->when.high;
    return true;
}

/* Of a step, and of the loop around it that is written out. */
static bool track_when(track_draft *d, const plan_step *inner, const plan_step *s, bool *never)
{
    d->when = (track_op){.low = INT64_MIN, .high = INT64_MAX, .guards = (uint32_t)d->w->a->guards.count};
    *never = false;
    return (!inner || track_guards(d, inner, never)) && track_guards(d, s, never);
}

/* ---- The list ---------------------------------------------------------------------------------------------- */

static uint32_t track_end(const plan *a, uint32_t at)
{
    const plan_step *s = &a->steps.at[at];
    return s->kind == STEP_LOOP ? a->loops.at[s->at].end : s->kind == STEP_BLOCK ? a->blocks.at[s->at].end : at + 1;
}

static int64_t track_turns(const plan_loop *l)
{
    return l->down ? l->first - l->last + 1 : l->last - l->first + 1;
}

/* A short loop of steps that are all taken? */
static bool track_unrolls(const plan *a, uint32_t at)
{
    const plan_step *s = &a->steps.at[at];
    const plan_loop *l = s->kind == STEP_LOOP ? &a->loops.at[s->at] : NULL;
    if (!l || l->until != ARRAY_NONE || l->scan != ARRAY_NONE || s->span || track_turns(l) > TRACK_TURNS) return false;
    for (uint32_t i = at + 1; i < l->end; i++)
        if (!array_track_takes(a, &a->steps.at[i]) || a->steps.at[i].span || a->steps.at[i].tile) return false;
    return true;
}

static bool track_step(track_draft *d, const plan_step *inner, const plan_step *s, bool *full)
{
    bool never;
    if (!track_when(d, inner, s, &never)) return false;
    if (never) return true;
    if (!array_track_take(d, &d->w->a->maps.at[s->at], full)) return false;
    *full = d->ops.count > TRACK_OPS;
    return !*full;
}

static bool track_unroll(track_draft *d, uint32_t at, bool *full)
{
    const plan *a = d->w->a;
    const plan_step *s = &a->steps.at[at];
    const plan_loop *l = d->inner = &a->loops.at[s->at];
    bool ok = true;
    for (int64_t i = 0; ok && i < track_turns(l); i++) {
        d->turn = l->down ? l->first - i : l->first + i;
        for (uint32_t k = at + 1; ok && k < l->end; k++) ok = track_step(d, s, &a->steps.at[k], full);
    }
    d->inner = NULL;
    return ok;
}

/* It runs as it is. */
static bool track_whole(track_draft *d, uint32_t at)
{
    track_op o = {.step = at, .end = track_end(d->w->a, at), .low = INT64_MIN, .high = INT64_MAX};
    d->made.steps = true;
    return array_push(d->w->m, &d->ops, o) || array_no_memory(d->w);
}

static bool track_list(track_draft *d, uint32_t first, bool *full)
{
    const plan *a = d->w->a;
    for (uint32_t at = first; at < d->loop->end; at = track_end(a, at)) {
        const plan_step *s = &a->steps.at[at];
        bool ok = track_unrolls(a, at)                      ? track_unroll(d, at, full)
                  : array_track_takes(a, s) && s->span == 0 ? track_step(d, NULL, s, full)
                                                            : track_whole(d, at);
        if (!ok) return false;
    }
    return true;
}

/* ---- Tracks ------------------------------------------------------------------------------------------------ */

static bool track_push(track_draft *d)
{
    plan *a = d->w->a;
    plan_track t = d->made;
    memory *m = d->w->m;
    for (size_t i = t.operands; i < a->track_operands.count; i++) {
        track_operand *o = &a->track_operands.at[i];
        if (o->buffer == TRACK_SLOT) o->buffer = ARRAY_NONE, o->offset += (int64_t)d->kept;
    }
    t.operand_count = (uint32_t)(a->track_operands.count - t.operands);
    t.ops = (uint32_t)a->track_ops.count;
    t.once = (uint32_t)d->once.count;
    t.op_count = (uint32_t)(d->once.count + d->ops.count);
    t.memory = a->track_bytes;
    if (!size_add(a->track_bytes, d->kept + d->slots, &a->track_bytes)) return array_no_memory(d->w);
    if (!array_reserve(m, &a->track_ops, t.op_count)) return array_no_memory(d->w);
    for (size_t i = 0; i < d->once.count; i++) a->track_ops.at[a->track_ops.count++] = d->once.at[i];
    for (size_t i = 0; i < d->ops.count; i++) a->track_ops.at[a->track_ops.count++] = d->ops.at[i];
    return array_push(m, &a->tracks, t) || array_no_memory(d->w);
}

static bool track_any(const track_draft *d)
{
    for (size_t i = 0; i < d->ops.count; i++)
        if (d->ops.at[i].kernel || d->ops.at[i].copy) return true;
    return false;
}

/* Steps that come tile by tile, or again in another pass, stay as they are. */
static bool track_plain(const plan *a, uint32_t at, const plan_loop *l)
{
    if (l->until != ARRAY_NONE || l->scan != ARRAY_NONE || track_turns(l) < 2) return false;
    for (uint32_t i = at + 1; i < l->end; i++)
        if (a->steps.at[i].tile || a->steps.at[i].again != a->steps.at[at].again) return false;
    return true;
}

static bool track_loop(array_lowering *w, uint32_t at)
{
    plan *a = w->a;
    plan_loop *l = &a->loops.at[a->steps.at[at].at];
    track_draft d = {.w = w, .loop = l, .made = {.operands = (uint32_t)a->track_operands.count}};
    size_t copies = a->track_copies.count, moves = a->moves.count, guards = a->guards.count;
    bool full = false;
    d.written = block_new(w->m, a->buffers.count, 1);
    if (!d.written) return array_no_memory(w);
    for (uint32_t i = at + 1; i < l->end; i++) track_write_step(&d, &a->steps.at[i]);
    track_write_doors(&d);
    bool ok = track_list(&d, at + 1, &full), any = ok && track_any(&d);
    if (any) ok = track_push(&d);
    if (any && ok) l->track = (uint32_t)a->tracks.count;
    if (!any) {
        a->track_operands.count = d.made.operands;
        a->track_copies.count = copies;
        a->moves.count = moves;
        a->guards.count = guards;
    }
    array_free(w->m, &d.once);
    array_free(w->m, &d.ops);
    block_free(w->m, d.written, a->buffers.count);
    return ok || full;
}

bool array_tracks(array_lowering *w)
{
    plan *a = w->a;
    if (w->g->passes_off & PASS_TRACKS) return true;
    for (uint32_t s = 0; s < a->steps.count; s++) {
        const plan_step *step = &a->steps.at[s];
        if (step->kind == STEP_LOOP && track_plain(a, s, &a->loops.at[step->at]) && !track_loop(w, s)) return false;
    }
    return true;
}
