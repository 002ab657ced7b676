/*
 * array_door.c - the arrays of a program with axes at its door: where they lie, what is converted, and what may be
 * written in place.
 *
 * Steps read and write arrays of the door in the type in which they compute: f64 and bool as doubles, f32 as floats,
 * int as int64_t. At the door of doubles (ew_run) the f64 lie there already, and bools on the way out; at that of
 * arrays (ew_run_arrays) all but bools do. What does not is converted before the first step or after the last one, from
 * or into room in the work memory.
 *
 * An output of ew_run_arrays may be an input's memory. It is written there if the input is not read any more: its last
 * reader stands before the output's first writer, or both are one MAP step that reads at each place what it writes
 * there. Else the output has room of its own and is copied at the end.
 *
 * Updates (array_update.c) come last, in phases that need nothing of each other; those that write into an input's
 * memory are the very last, so that all else is complete when ew_run_commit asks.
 */
#include <string.h>

#include "exec/array_crew.h"
#include "exec/array_inside.h"
#include "math/integers.h"

enum { DOOR_UNIT = 1 << 12, DOOR_SMALL = 64 };

/* ---- The plan ------------------------------------------------------------------------------------------ */

static bool door_buffer(array_lowering *w, plan_door *d, int door, size_t port)
{
    plan_buffer b = {.from = ARRAY_NONE, .door = (uint8_t)door, .port = (uint32_t)port};
    d->buffer = (uint32_t)w->a->buffers.count;
    return array_push(w->m, &w->a->buffers, b) || array_no_memory(w);
}

static size_t door_port(const array_lowering *w, const array_value *v)
{
    const graph_node *node = node_at(w->g, v->node);
    return node->args + (node->op == OP_PARAM ? w->g->inputs.count : 0);
}

bool array_doors(array_lowering *w)
{
    plan *a = w->a;
    const ew_program *p = w->p;
    if (!(a->ins = block_new(w->m, p->input_count, sizeof *a->ins))) return array_no_memory(w);
    a->in_count = p->input_count;
    if (!(a->outs = block_new(w->m, p->output_count, sizeof *a->outs))) return array_no_memory(w);
    a->out_count = p->output_count;
    for (size_t i = 0; i < a->in_count; i++)
        a->ins[i] = (plan_door){.buffer = ARRAY_NONE,
                                .step = ARRAY_NONE,
                                .type = (uint8_t)array_storage_of(p->inputs[i].type),
                                .room = p->inputs[i].type == TYPE_BOOL};
    for (size_t v = 0; v < w->values.count; v++) {
        const array_value *value = &w->values.at[v];
        bool input = (value->op == OP_INPUT || value->op == OP_PARAM) && value->lies == LIES_STORED;
        if (input && !door_buffer(w, &a->ins[door_port(w, value)], DOOR_IN, door_port(w, value))) return false;
    }
    for (size_t i = 0; i < a->out_count; i++) {
        a->outs[i] = (plan_door){.step = ARRAY_NONE,
                                 .type = (uint8_t)array_storage_of(p->outputs[i].type),
                                 .room = p->outputs[i].type == TYPE_BOOL};
        if (!door_buffer(w, &a->outs[i], DOOR_OUT, i)) return false;
    }
    return true;
}

step_lines array_step_lines(const plan *a, const plan_step *s)
{
    switch (s->kind) {
    case STEP_MAP: return (step_lines){a->maps.at[s->at].lines, a->maps.at[s->at].line_count, 0, 0};
    case STEP_ARG: return (step_lines){a->args.at[s->at].lines, 2, 0, 0};
    case STEP_POWER: return (step_lines){a->powers.at[s->at].lines, a->powers.at[s->at].line_count, 0, 0};
    case STEP_FOLD: return (step_lines){a->folds.at[s->at].lines, a->folds.at[s->at].line_count, 0, 0};
    case STEP_PRODUCT: {
        const plan_product *p = &a->products.at[s->at];
        const plan_map *m = &a->maps.at[p->fallback];
        return (step_lines){p->lines, 3, m->lines, m->line_count};
    }
    case STEP_LOOP: {
        uint32_t until = a->loops.at[s->at].until;
        return (step_lines){until == ARRAY_NONE ? 0 : until, until != ARRAY_NONE, 0, 0};
    }
    default: return (step_lines){0};
    }
}

/* Step `step` at the outermost level reads or writes these lines. */
static void door_see(plan *a, uint32_t first, uint32_t count, uint32_t step)
{
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t buffer = a->lines.at[i].buffer;
        const plan_buffer *b = buffer == ARRAY_NONE ? NULL : &a->buffers.at[buffer];
        if (!b || !b->door) continue;
        plan_door *d = b->door == DOOR_IN ? &a->ins[b->port] : &a->outs[b->port];
        if (b->door == DOOR_IN || d->step == ARRAY_NONE) d->step = step;
        d->last = step;
    }
}

static uint32_t door_step_end(const plan *a, uint32_t at)
{
    const plan_step *s = &a->steps.at[at];
    return s->kind == STEP_LOOP ? a->loops.at[s->at].end : s->kind == STEP_BLOCK ? a->blocks.at[s->at].end : at + 1;
}

static void door_see_all(plan *a)
{
    for (uint32_t at = 0, end; at < a->steps.count; at = end) {
        end = door_step_end(a, at);
        for (uint32_t s = at; s < end; s++) {
            const plan_step *step = &a->steps.at[s];
            step_lines lines = array_step_lines(a, step);
            door_see(a, lines.first, lines.count, at);
            door_see(a, lines.then, lines.more, at);
            if (step->kind == STEP_PRODUCT && a->products.at[step->at].repeats) a->blocked = end;
        }
    }
}

bool array_lines_alike(const plan *a, const plan_map *m, const plan_line *x, const plan_line *y)
{
    if (x->offset != y->offset || x->move_count != y->move_count) return false;
    for (uint32_t i = 0; i < x->move_count; i++) {
        const plan_move *p = &a->moves.at[x->moves + i], *q = &a->moves.at[y->moves + i];
        if (p->counter != q->counter || p->stride != q->stride) return false;
    }
    for (uint32_t d = 0; d < m->dim_count; d++) {
        int64_t stride = a->strides.at[x->strides + d];
        if (a->sizes.at[m->dims + d] != 1 && (stride == 0 || stride != a->strides.at[y->strides + d])) return false;
    }
    return true;
}

static bool door_same_dims(const plan *a, const plan_map *x, const plan_map *y)
{
    size_t bytes = x->dim_count * sizeof(int64_t);
    return x->dim_count == y->dim_count && memcmp(a->sizes.at + x->dims, a->sizes.at + y->dims, bytes) == 0;
}

static bool door_moves(const plan *a, const plan_line *l, uint32_t counter)
{
    for (uint32_t i = 0; i < l->move_count; i++)
        if (a->moves.at[l->moves + i].counter == counter && a->moves.at[l->moves + i].stride != 0) return true;
    return false;
}

/* Is each place of the line, of step s within the steps from `unit` on, gone to once? */
static bool door_goes_once(const plan *a, uint32_t unit, uint32_t s, const plan_line *l)
{
    for (uint32_t at = unit; at < s; at++) {
        const plan_step *step = &a->steps.at[at];
        if (door_step_end(a, at) <= s) continue;
        uint32_t counter = step->kind == STEP_LOOP ? a->loops.at[step->at].counter : a->blocks.at[step->at].counter;
        if (!door_moves(a, l, counter)) return false;
    }
    return true;
}

/* Of the steps from `unit` on: does one MAP step alone read `in`, which at each place writes to `out` what it read
 * there? Steps after it may go through `out` again in the same way. */
static bool door_same_places(const plan *a, uint32_t unit, uint32_t in, uint32_t out)
{
    const plan_line *first = NULL;
    const plan_map *m = NULL;
    uint32_t by = ARRAY_NONE;
    for (uint32_t s = unit; s < door_step_end(a, unit); s++) {
        const plan_step *step = &a->steps.at[s];
        step_lines lines = array_step_lines(a, step);
        for (uint32_t i = 0; i < lines.count + lines.more; i++) {
            const plan_line *l = &a->lines.at[i < lines.count ? lines.first + i : lines.then + i - lines.count];
            if (l->buffer != in && l->buffer != out) continue;
            if (step->kind != STEP_MAP || (first && by != s && l->buffer == in)) return false;
            if (!first) first = l, by = s, m = &a->maps.at[step->at];
            if (!door_same_dims(a, m, &a->maps.at[step->at]) || !array_lines_alike(a, m, first, l)) return false;
        }
        if (first && step->kind == STEP_LOOP) return false;
    }
    return !first || door_goes_once(a, unit, by, first);
}

/* May output k be written in the memory of input i? */
static bool door_in_place(const plan *a, size_t i, size_t k)
{
    const plan_door *in = &a->ins[i], *out = &a->outs[k];
    if (in->buffer == ARRAY_NONE || in->step == ARRAY_NONE || out->step == ARRAY_NONE) return true;
    if (a->blocked > out->step) return false; /* steps before that may have to be done again */
    if (in->step != out->step) return in->step < out->step;
    return door_same_places(a, in->step, in->buffer, out->buffer);
}

static bool door_same_array(const ew_program *p, size_t i, size_t k)
{
    return p->inputs[i].type == p->outputs[k].type && p->inputs[i].count == p->outputs[k].count;
}

static bool door_align(plan *a)
{
    if (!size_add(a->door, DOOR_SMALL - 1, &a->door)) return false;
    a->door -= a->door % DOOR_SMALL;
    return true;
}

enum { DOOR_BY_DOUBLES, DOOR_BY_BOTH, DOOR_BY_ARRAYS };

/* Which of the two doors needs its room? -1: neither. */
static int door_by(const plan_door *d, bool doubles)
{
    return doubles ? (d->room ? DOOR_BY_BOTH : DOOR_BY_DOUBLES) : d->room ? DOOR_BY_ARRAYS : -1;
}

static bool door_place(plan *a, plan_door *d, size_t count)
{
    size_t bytes;
    if (!size_mul(count, array_type_bytes(d->type), &bytes)) return false;
    if (bytes >= DOOR_SMALL && !door_align(a)) return false;
    d->place = a->door;
    return size_add(a->door, (bytes + 7) / 8 * 8, &a->door);
}

/* Is output k computed in a pass of updates? */
static bool door_updates(const plan *a, size_t k)
{
    return a->phases.count && a->outs[k].step != ARRAY_NONE && a->outs[k].step >= a->phases.at[0];
}

/* Which outputs are written while others, that are no updates, are not complete. */
static void door_order(plan *a)
{
    uint32_t most[2] = {0, 0}; /* behind the last steps of the last two */
    for (size_t k = 0; k < a->out_count; k++) {
        uint32_t end = a->outs[k].step == ARRAY_NONE || door_updates(a, k) ? 0 : a->outs[k].last + 1;
        if (end > most[0])
            most[1] = most[0], most[0] = end;
        else if (end > most[1])
            most[1] = end;
    }
    for (size_t k = 0; k < a->out_count; k++) {
        plan_door *d = &a->outs[k];
        if (d->step == ARRAY_NONE || door_updates(a, k)) continue;
        d->early = a->phases.count || d->step < most[d->last + 1 == most[0]];
    }
}

bool array_doors_plan(array_lowering *w)
{
    plan *a = w->a;
    const ew_program *p = w->p;
    bool ok = true;
    door_see_all(a);
    door_order(a);
    for (size_t k = 0; k < a->out_count; k++) {
        plan_door *out = &a->outs[k];
        out->room = out->room || p->outputs[k].count * 8 <= DOOR_SMALL;
        for (size_t i = 0; !out->room && i < a->in_count; i++)
            out->room = door_same_array(p, i, k) && (out->early || !door_in_place(a, i, k));
    }
    for (int by = DOOR_BY_DOUBLES; by <= DOOR_BY_ARRAYS; by++) {
        for (size_t i = 0; ok && i < a->in_count; i++)
            if (a->ins[i].buffer != ARRAY_NONE && door_by(&a->ins[i], p->inputs[i].type != TYPE_F64) == by)
                ok = door_place(a, &a->ins[i], p->inputs[i].count);
        for (size_t k = 0; ok && k < a->out_count; k++)
            if (door_by(&a->outs[k], array_door_converts(p->outputs[k].type)) == by)
                ok = door_place(a, &a->outs[k], p->outputs[k].count);
        if (by == DOOR_BY_DOUBLES) ok = ok && door_align(a), a->door_doubles = a->door;
        if (by == DOOR_BY_BOTH) a->door_both = a->door;
    }
    return ok || array_no_memory(w);
}

/* ---- Conversions --------------------------------------------------------------------------------------- */

enum { DOOR_SINGLE, DOOR_TRUTH, DOOR_WHOLE, DOOR_OF_BYTES, DOOR_OF_SINGLE, DOOR_OF_WHOLE, DOOR_TO_BYTES };

typedef struct door_task {
    int kind;
    const void *from;
    void *to;
    size_t count;
    uint32_t name;
} door_task;

static bool door_whole(const ew_program *p, ew_work *work, const door_task *t, int64_t from, int64_t end)
{
    const double *x = t->from;
    for (int64_t i = from; i < end; i++) {
        int bad = 0;
        ((int64_t *)t->to)[i] = i_whole(x[i], &bad);
        if (!bad) continue;
        char number[32];
        number_text(x[i], 0, number);
        exec_report(p, work, EW_LIMIT, E_WHOLE, program_name(p, t->name), number, NULL);
        return false;
    }
    return true;
}

#if defined __GNUC__ && !defined __clang__
#define DOOR_FAST __attribute__((optimize("O3")))
#else
#define DOOR_FAST
#endif

#define DOOR_EACH(to_type, from_type, value)                                                                           \
    {                                                                                                                  \
        const from_type *in = t->from;                                                                                 \
        to_type *out = t->to;                                                                                          \
        for (int64_t i = from; i < end; i++) {                                                                         \
            from_type x = in[i];                                                                                       \
            out[i] = (to_type)(value);                                                                                 \
        }                                                                                                              \
        break;                                                                                                         \
    }

DOOR_FAST static bool door_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t end)
{
    const door_task *t = context;
    switch (t->kind) {
    case DOOR_SINGLE: DOOR_EACH(float, double, x)
    case DOOR_TRUTH: DOOR_EACH(double, double, x != 0)
    case DOOR_OF_BYTES: DOOR_EACH(double, unsigned char, x != 0)
    case DOOR_OF_SINGLE: DOOR_EACH(double, float, x)
    case DOOR_OF_WHOLE: DOOR_EACH(double, int64_t, x)
    case DOOR_TO_BYTES: DOOR_EACH(unsigned char, double, x != 0)
    default: return door_whole(p, work, t, from, end);
    }
    return true;
}

static bool door_convert(const ew_program *p, ew_work *work, door_task t)
{
    return array_crew_split(p, work, door_range, &t, (double)t.count, (int64_t)t.count, DOOR_UNIT);
}

/* ---- A run --------------------------------------------------------------------------------------------- */

bool array_door_converts(int type)
{
    return type == TYPE_F32 || type == TYPE_INT;
}

/* Its place in the work memory. */
static char *door_room(const array_work *w, const plan_door *d)
{
    return w->door + (DOOR_SMALL - (uintptr_t)w->door % DOOR_SMALL) % DOOR_SMALL + (d->place - w->door_skip);
}

static void door_set(const array_work *w, const plan_door *d, const void *at)
{
    w->base[d->buffer] = (char *)(uintptr_t)at;
    for (size_t i = 0; i < w->crew_count; i++) w->crew[i].arrays->base[d->buffer] = w->base[d->buffer];
}

ew_status array_run(const ew_program *p, ew_work *work, const double *in, double *out, int64_t *whole)
{
    array_work *w = work->arrays;
    const plan *a = w->plan;
    array_crew_knock(w);
    for (size_t i = 0; i < a->in_count; i++) {
        const program_input *x = &p->inputs[i];
        const plan_door *d = &a->ins[i];
        if (d->buffer == ARRAY_NONE) continue;
        char *room = door_room(w, d);
        door_set(w, d, x->type == TYPE_F64 ? (const void *)(in + x->offset) : room);
        int kind = x->type == TYPE_F32 ? DOOR_SINGLE : x->type == TYPE_BOOL ? DOOR_TRUTH : DOOR_WHOLE;
        door_task t = {kind, in + x->offset, room, x->count, x->name};
        if (x->type != TYPE_F64 && !door_convert(p, work, t)) return work->error.status;
    }
    for (size_t k = 0; k < a->out_count; k++) {
        const plan_door *d = &a->outs[k];
        bool converts = array_door_converts(p->outputs[k].type);
        door_set(w, d, converts ? (const void *)door_room(w, d) : out + p->outputs[k].offset);
    }
    if (!array_run_first(p, work, (uint32_t)a->steps.count)) return work->error.status;
    for (size_t k = 0; k < a->out_count; k++) {
        const program_output *x = &p->outputs[k];
        int kind = x->type == TYPE_F32 ? DOOR_OF_SINGLE : DOOR_OF_WHOLE;
        door_task t = {kind, door_room(w, &a->outs[k]), out + x->offset, x->count, 0};
        if (array_door_converts(x->type)) door_convert(p, work, t);
        if (whole && x->type == TYPE_INT && x->count) memcpy(whole + x->offset, t.from, x->count * sizeof *whole);
    }
    return EW_OK;
}

/* ---- By the door of arrays ----------------------------------------------------------------------------- */

static size_t door_bytes(int type, size_t count) /* of the caller's memory */
{
    return type == TYPE_BOOL ? count : count * array_type_bytes(array_storage_of(type));
}

/* Where output k is written. Its memory may be that of one input; *first: the first step that writes such. */
static bool door_output(const ew_program *p, ew_work *work, const array_door *door, size_t k, uint32_t *first)
{
    const array_work *w = work->arrays;
    const plan *a = w->plan;
    const program_output *x = &p->outputs[k];
    char *to = door->out[k];
    bool room = x->type == TYPE_BOOL;
    w->shared[k] = false;
    for (size_t i = 0; i < a->in_count; i++) {
        const char *from = door->in[i];
        if (from + door_bytes(p->inputs[i].type, p->inputs[i].count) <= to ||
            to + door_bytes(x->type, x->count) <= from)
            continue;
        if (from != to || !door_same_array(p, i, k)) {
            exec_report(p, work, EW_USE, E_DOOR_OVERLAP, program_name(p, x->name), program_name(p, p->inputs[i].name),
                        NULL);
            return false;
        }
        w->shared[k] = true;
        if (!door_in_place(a, i, k) || (door->commit && a->outs[k].early)) room = true;
    }
    if (w->shared[k] && !room && a->outs[k].step < *first) *first = a->outs[k].step;
    door_set(w, &a->outs[k], room ? door_room(w, &a->outs[k]) : to);
    return true;
}

static void door_input(const ew_program *p, ew_work *work, const void *in, size_t i)
{
    const array_work *w = work->arrays;
    const plan_door *d = &w->plan->ins[i];
    if (d->buffer == ARRAY_NONE) return;
    bool converts = p->inputs[i].type == TYPE_BOOL;
    door_set(w, d, converts ? door_room(w, d) : in);
    door_task t = {DOOR_OF_BYTES, in, door_room(w, d), p->inputs[i].count, 0};
    if (converts) door_convert(p, work, t);
}

/* Outputs that are an input's memory, or the others, are complete: into the caller's memory, where they are not there.
 */
static void door_finish(const ew_program *p, ew_work *work, const array_door *door, bool shared)
{
    const array_work *w = work->arrays;
    for (size_t k = 0; k < w->plan->out_count; k++) {
        const program_output *x = &p->outputs[k];
        char *from = w->base[w->plan->outs[k].buffer], *to = door->out[k];
        if (!x->count || (w->shared[k] != 0) != shared) continue;
        door_task t = {DOOR_TO_BYTES, from, to, x->count, 0};
        if (x->type == TYPE_BOOL)
            door_convert(p, work, t);
        else if (from != to)
            memcpy(to, from, door_bytes(x->type, x->count));
    }
}

static uint32_t door_phase_end(const plan *a, size_t phase)
{
    return phase + 1 < a->phases.count ? a->phases.at[phase + 1] : (uint32_t)a->steps.count;
}

/* Which phases write into an input's memory: they come after the others. */
static void door_hold(const array_work *w)
{
    const plan *a = w->plan;
    uint8_t *held = w->shared + a->out_count;
    for (size_t f = 0; f < a->phases.count; f++) {
        held[f] = false;
        for (size_t k = 0; k < a->out_count; k++)
            if (w->shared[k] && a->outs[k].step >= a->phases.at[f] && a->outs[k].step < door_phase_end(a, f))
                held[f] = true;
    }
}

static bool door_phases(const ew_program *p, ew_work *work, bool held)
{
    const array_work *w = work->arrays;
    const plan *a = w->plan;
    for (size_t f = 0; f < a->phases.count; f++)
        if ((w->shared[a->out_count + f] != 0) == held &&
            !array_run_more(p, work, a->phases.at[f], door_phase_end(a, f)))
            return false;
    return true;
}

/* All that is not written into an input's memory is complete; false: the caller will have no more. */
static bool door_commit(const ew_program *p, ew_work *work, const array_door *door, uint32_t first, uint32_t late)
{
    array_work *w = work->arrays;
    const plan *a = w->plan;
    door_finish(p, work, door, false);
    if (!door->commit) return true;
    bool bounded = array_bounded(p, work, first, late);
    for (size_t f = 0; f < a->phases.count; f++)
        if (w->shared[a->out_count + f])
            bounded = bounded && array_bounded(p, work, a->phases.at[f], door_phase_end(a, f));
    return door->commit(door->context, bounded) == 0;
}

ew_status array_run_arrays(const ew_program *p, ew_work *work, const array_door *door)
{
    array_work *w = work->arrays;
    const plan *a = w->plan;
    array_crew_knock(w);
    uint32_t late = a->phases.count ? a->phases.at[0] : (uint32_t)a->steps.count, first = late;
    for (size_t k = 0; k < a->out_count; k++)
        if (!door_output(p, work, door, k, &first)) return work->error.status;
    for (size_t i = 0; i < a->in_count; i++) door_input(p, work, door->in[i], i);
    door_hold(w);
    bool ok = array_run_first(p, work, first), asked = first < late && door->commit;
    if (ok && asked && !door_commit(p, work, door, first, late)) return EW_OK;
    ok = ok && array_run_more(p, work, first, late) && door_phases(p, work, false);
    if (ok && !asked && !door_commit(p, work, door, late, late)) return EW_OK;
    if (!ok || !door_phases(p, work, true)) return work->error.status;
    door_finish(p, work, door, true);
    return EW_OK;
}
