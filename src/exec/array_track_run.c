/*
 * array_track_run.c - runs a loop that is a track (array_track.c).
 *
 * Which operations run follows from guards on the loop's own counter, and changes but a few times: the steps between
 * two such changes are a SECTION, with a list of those that run.
 */
#include <string.h>

#include "exec/array.h"

/* ---- Copies ------------------------------------------------------------------------------------------------ */

static size_t track_copy_8(size_t count, void *out, const void *x, const void *y, const void *w)
{
    (void)y, (void)w;
    memcpy(out, x, count * 8);
    return count;
}

static size_t track_copy_4(size_t count, void *out, const void *x, const void *y, const void *w)
{
    (void)y, (void)w;
    memcpy(out, x, count * 4);
    return count;
}

array_kernel *array_track_copier(size_t bytes)
{
    return bytes == 4 ? track_copy_4 : track_copy_8;
}

#define TRACK_COPY(name, type)                                                                                         \
    static void name(const track_copy *c, char *to, const char *from)                                                  \
    {                                                                                                                  \
        for (uint32_t r = 0; r < c->rows; r++, to += c->to_row, from += c->from_row)                                   \
            for (uint32_t k = 0; k < c->columns; k++)                                                                  \
                *(type *)(void *)(to + k * c->to_column) = *(const type *)(const void *)(from + k * c->from_column);   \
    }
TRACK_COPY(track_copies_8, uint64_t)
TRACK_COPY(track_copies_4, uint32_t)

/* ---- Operations -------------------------------------------------------------------------------------------- */

typedef struct track_run {
    const ew_program *p;
    ew_work *work;
    array_work *w;
    const plan_loop *l;
    const plan_track *t;
    const track_op *ops;
    char **at;      /* by operand */
    int64_t *by;    /* the same: by which it goes on with each step in the order in which they run */
    uint32_t *live; /* those that run in this section */
    uint32_t count;
} track_run;

static bool track_do(const track_run *r, const track_op *o)
{
    char *const *at = r->at;
    if (o->kernel) {
        o->kernel(o->count, at[o->out], at[o->x], at[o->y], at[o->w]);
        return true;
    }
    if (!o->copy) return array_run_more(r->p, r->work, o->step, o->end);
    const track_copy *c = &r->w->plan->track_copies.at[o->copy - 1];
    if (c->bytes == 8)
        track_copies_8(c, at[o->out], at[o->x]);
    else
        track_copies_4(c, at[o->out], at[o->x]);
    return true;
}

/* Where all operands are at step `first`. */
static void track_begin(const track_run *r, int64_t first)
{
    const array_work *w = r->w;
    char *own = w->track + (64 - (uintptr_t)w->track % 64) % 64 + r->t->memory;
    for (uint32_t i = 0; i < r->t->operand_count; i++) {
        const track_operand *o = &w->plan->track_operands.at[r->t->operands + i];
        int64_t at = o->offset + first * o->step;
        for (uint32_t k = o->moves; k < o->moves + o->move_count; k++)
            at += w->counter[w->plan->moves.at[k].counter] * w->plan->moves.at[k].stride;
        r->at[i] = (o->buffer == ARRAY_NONE ? own : w->base[o->buffer]) + at;
        r->by[i] = r->l->down ? -o->step : o->step;
    }
}

/* Do blocks and loops around say that it runs, at all or somewhere in [low, high]? */
static bool track_wanted(const track_run *r, const track_op *o, int64_t low, int64_t high)
{
    const array_work *w = r->w;
    if (o->low > high || o->high < low || (o->begins && !w->begins)) return false;
    for (uint32_t i = o->guards; i < o->guards + o->guard_count; i++) {
        const plan_guard *g = &w->plan->guards.at[i];
        if (w->counter[g->counter] < g->low || w->counter[g->counter] > g->high) return false;
    }
    return true;
}

/* The section that begins at step t: what runs in it, and its last step, at most `last`. */
static int64_t track_section(track_run *r, int64_t t, int64_t last)
{
    bool down = r->l->down;
    r->count = 0;
    for (uint32_t k = r->t->once; k < r->t->op_count; k++) {
        const track_op *o = &r->ops[k];
        int64_t from = down ? o->high : o->low, to = down ? o->low : o->high; /* in the order of steps */
        if (!track_wanted(r, o, down ? last : t, down ? t : last)) continue;
        if (down ? from < t : from > t) { /* later */
            last = down ? from + 1 : from - 1;
            continue;
        }
        if (down ? to > last : to < last) last = to;
        r->live[r->count++] = k;
    }
    return last;
}

static bool track_steps(track_run *r, int64_t t, int64_t last)
{
    int64_t step = r->l->down ? -1 : 1, *counter = &r->w->counter[r->l->counter];
    for (;; t += step) {
        if (r->t->steps) *counter = t;
        for (uint32_t k = 0; k < r->count; k++)
            if (!track_do(r, &r->ops[r->live[k]])) return false;
        for (uint32_t i = 0; i < r->t->operand_count; i++) r->at[i] += r->by[i];
        if (t == last) return true;
    }
}

bool array_track_run(const ew_program *p, ew_work *work, const plan_loop *l, int64_t first, int64_t last)
{
    array_work *w = work->arrays;
    const plan_track *t = &w->plan->tracks.at[l->track - 1];
    track_run r = {.p = p,
                   .work = work,
                   .w = w,
                   .l = l,
                   .t = t,
                   .ops = w->plan->track_ops.at + t->ops,
                   .at = w->track_at + t->operands,
                   .by = w->track_by + t->operands,
                   .live = w->track_live + t->ops};
    int64_t step = l->down ? -1 : 1;
    if (l->down ? first < last : first > last) return true;
    track_begin(&r, first);
    for (uint32_t k = 0; k < t->once; k++)
        if (track_wanted(&r, &r.ops[k], l->down ? last : first, l->down ? first : last)) track_do(&r, &r.ops[k]);
    for (int64_t from = first;; from += step) {
        int64_t to = track_section(&r, from, last);
        if (!track_steps(&r, from, to)) return false;
        from = to;
        if (from == last) break;
    }
    w->counter[l->counter] = last;
    return true;
}
