/*
 * array_plan.c - the order of steps, the loops, and the places of buffers in the work memory.
 *
 * In one context (the outermost, or a recurrence's body) a unit is a stored value or a whole recurrence inside.
 * A unit comes after what it uses in the same step; what it uses of earlier steps says nothing about the order.
 */
#include <string.h>

#include "exec/array_build.h"

/* ---- What must come before what ---------------------------------------------------------------------- */

/* The unit of context `context` that value a is part of: itself, a recurrence, or ARRAY_NONE (it is outside). */
static uint32_t unit_of(const array_lowering *w, uint32_t a, uint32_t context)
{
    uint32_t region = value_at(w, a)->region, last = ARRAY_NONE;
    if (region == context) return a;
    for (; region != ARRAY_NONE && region != context; region = w->regions[region].parent) last = region;
    return region == context ? last | ARRAY_REGION : ARRAY_NONE;
}

static bool is_gather_scatter(const array_lowering *w, const array_value *v, int axis)
{
    return v->op == OP_SCATTER && axis >= 0 && map_axis(w->g, v->target, (size_t)axis).gather;
}

/* What use k of v needs to be there before, in the same step of the context. *across: it looks at all places, of
 * which it can need only those that are made; so where that one needs v itself, places of earlier steps are meant. */
static uint32_t unit_before(const array_lowering *w, uint32_t v, size_t k, uint32_t context, bool *across)
{
    uint32_t a = value_root(w, value_use(w, value_at(w, v), k).value), unit = unit_of(w, a, context);
    *across = false;
    if (unit == ARRAY_NONE || context == ARRAY_NONE) return unit;
    const array_bind *user = value_bind(w, value_at(w, v), context);
    const array_bind *arg = value_bind(w, value_at(w, a), context);
    bool gathers = user && arg && user->axis >= 0 && is_gather_scatter(w, value_at(w, a), arg->axis);
    int64_t by;
    if (w->regions[context].peeled && !gathers) {
        int needs = array_needs_now(w, v, k, context);
        *across = needs == NEEDS_MADE;
        return needs == NEEDS_NOT ? ARRAY_NONE : unit;
    }
    if (array_reads_before(w, v, k, context)) return ARRAY_NONE;
    if (!user || !arg || arg->axis < 0) return unit;
    if (user->axis < 0) return *across = true, unit;
    if (gathers) return ARRAY_NONE;
    int axis = array_follows(w, v, k, user->axis, arg->axis, &by);
    *across = axis < 0;
    if (*across) return unit;
    return axis == arg->axis && user->offset + by == arg->offset ? unit : ARRAY_NONE;
}

/* Where the sums of a scatter begin at 0. */
static uint32_t zero_context(const array_lowering *w, const array_value *v)
{
    uint32_t context = v->region;
    while (context != ARRAY_NONE) {
        const array_bind *b = value_bind(w, v, context);
        if (!b || b->axis < 0) break;
        context = w->regions[context].parent;
    }
    return context;
}

static bool is_computed(const array_value *v)
{
    return v->lies == LIES_STORED && v->op != OP_INPUT && v->op != OP_PARAM;
}

static array_steps loop_range(const array_lowering *w, uint32_t region)
{
    array_steps all = {INT64_MAX, INT64_MIN}, r;
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++) {
        const array_value *value = value_at(w, v);
        if (!is_computed(value) || !value_bind(w, value, region)) continue;
        for (size_t k = 0; k < (value->op == OP_JOIN ? value->count : 1); k++) {
            if (!array_steps_of(w, v, k, region, &r)) continue;
            if (r.low < all.low) all.low = r.low;
            if (r.high > all.high) all.high = r.high;
        }
    }
    return all;
}

/* The loops around the step of v, and their places that it runs at. */
static void spans_of(array_lowering *w, uint32_t v, size_t k)
{
    w->spans = 0;
    for (uint32_t region = value_at(w, v)->region; region != ARRAY_NONE; region = w->regions[region].parent) {
        const array_region *around = &w->regions[region];
        array_steps r, all = {around->range_low, around->range_high};
        if (all.low > all.high) continue; /* it is no loop around this step */
        if (!array_steps_of(w, v, k, region, &r)) r = all;
        if (r.low < all.low) r.low = all.low;
        if (r.high > all.high) r.high = all.high;
        if (r.low <= r.high) w->span[w->spans++] = (array_span){around->counter, r.low, r.high};
    }
}

/* The guards [first, first + count) of a step, and those that it has already. */
static bool guards_join(array_lowering *w, plan_step *s, uint32_t first, uint32_t count)
{
    plan *a = w->a;
    uint32_t own = s->guards, own_count = s->guard_count;
    s->guards = first;
    s->guard_count = count + own_count;
    if (!own_count) return true;
    if (!array_reserve(w->m, &a->guards, count + own_count)) return array_no_memory(w);
    s->guards = (uint32_t)a->guards.count;
    for (uint32_t i = 0; i < own_count; i++) a->guards.at[a->guards.count++] = a->guards.at[own + i];
    for (uint32_t i = 0; i < count; i++) a->guards.at[a->guards.count++] = a->guards.at[first + i];
    return true;
}

/* A step runs only where it has a place to make. */
static bool push_guards(array_lowering *w, size_t from, uint32_t v, size_t k)
{
    plan *a = w->a;
    uint32_t first = (uint32_t)a->guards.count;
    for (uint32_t region = value_at(w, v)->region; region != ARRAY_NONE; region = w->regions[region].parent) {
        array_steps r, all = w->regions[region].range_low <= w->regions[region].range_high
                                 ? (array_steps){w->regions[region].range_low, w->regions[region].range_high}
                                 : (array_steps){0, -1};
        if (!array_steps_of(w, v, k, region, &r) || (r.low <= all.low && r.high >= all.high)) continue;
        plan_guard g = {w->regions[region].counter, r.low, r.high};
        if (!array_push(w->m, &a->guards, g)) return array_no_memory(w);
    }
    uint32_t count = (uint32_t)a->guards.count - first;
    for (size_t s = from; s < a->steps.count; s++) {
        if (!guards_join(w, &a->steps.at[s], first, count)) return false;
        a->steps.at[s].defines = value_at(w, v)->defines;
        a->steps.at[s].name = array_label(w, v);
    }
    return report_ok(&w->g->report);
}

/* ---- Steps ---------------------------------------------------------------------------------------------- */

static bool emit_part(array_lowering *w, uint32_t v, size_t k)
{
    size_t from = w->a->steps.count;
    spans_of(w, v, k);
    bool ok = array_map_step(w, v, k);
    w->spans = 0;
    return ok && push_guards(w, from, v, k);
}

/* A value that goes along segments. */
static bool emit_along(array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    size_t from = w->a->steps.count, begin = from;
    bool ok = true;
    if (value->op == OP_SCATTER && !array_scatter_tiles(w, value)) {
        if (!array_set_step(w, v, 0, true)) return false;
        w->a->steps.at[from].begins = value->sums;
        if (!value->sums && !array_span_own(w, v, from, false)) return false;
        from = w->a->steps.count;
    }
    for (size_t k = 0; ok && value->op == OP_JOIN && k < value->count; k++) {
        from = w->a->steps.count;
        ok = array_map_step(w, v, k) && array_span_use(w, v, k, from, false);
    }
    if (value->op != OP_JOIN) {
        bool own = value->part.kind == PART_ALONG && value->op != OP_SCATTER;
        ok = value->product ? array_product_step(w, v) : array_map_step(w, v, 0);
        ok = ok && (own ? array_span_own(w, v, from, false) : array_span_use(w, v, 0, from, false));
    }
    for (; begin < w->a->steps.count; begin++) w->a->steps.at[begin].name = array_label(w, v);
    return ok && report_ok(&w->g->report);
}

static bool emit_member(array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    size_t from = w->a->steps.count;
    if (value->part.kind != PART_NONE) return emit_along(w, v);
    if (value->op == OP_SCATTER && !array_scatter_tiles(w, value)) {
        if (!array_set_step(w, v, 0, true)) return false;
        w->a->steps.at[from].begins = value->sums;
    }
    if (value->op == OP_JOIN) {
        for (size_t k = 0; k < value->count; k++)
            if (!array_map_step(w, v, k)) return false;
    } else if (value->product ? !array_product_step(w, v) : !array_map_step(w, v, 0)) {
        return false;
    }
    for (; from < w->a->steps.count; from++) w->a->steps.at[from].name = array_label(w, v);
    return report_ok(&w->g->report);
}

static bool emit_value(array_lowering *w, uint32_t v, uint32_t context)
{
    const array_value *value = value_at(w, v);
    if (!is_computed(value) || (value->product && value->adds)) return true;
    if (value->adds) return array_spread_step(w, v);
    if (w->in_block && context == ARRAY_NONE) return emit_member(w, v);
    if (value->op == OP_JOIN) {
        for (size_t k = 0; k < value->count; k++)
            if (array_part_context(w, v, k) == context && array_runs_now(w, v, k) && !emit_part(w, v, k)) return false;
        return true;
    }
    size_t from = w->a->steps.count;
    if (!array_runs_now(w, v, 0)) return true;
    if (value->op == OP_SCATTER && zero_context(w, value) == context && !array_scatter_tiles(w, value) &&
        !array_set_step(w, v, 0, true))
        return false;
    if (value->op == OP_ARGMIN || value->op == OP_ARGMAX) return array_arg_step(w, v) && push_guards(w, from, v, 0);
    return value->product ? array_product_step(w, v) && push_guards(w, from, v, 0) : emit_part(w, v, 0);
}

/* What the steps of a recurrence find there already. */
static bool emit_before(array_lowering *w, uint32_t region, uint32_t context)
{
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++) {
        const array_value *value = value_at(w, v);
        bool along = w->in_block && context == ARRAY_NONE && value->part.kind == PART_ALONG;
        if (!is_computed(value) || !value_bind(w, value, region)) continue;
        size_t from = w->a->steps.count;
        if (value->op == OP_SCATTER && zero_context(w, value) == context) {
            if (!array_set_step(w, v, 0, false)) return false;
            if (along && !array_span_own(w, v, from, false)) return false;
        }
        for (size_t k = 0; value->op == OP_JOIN && k < value->count; k++) {
            from = w->a->steps.count;
            if (array_part_context(w, v, k) != context || value->region == context) continue;
            if (!emit_part(w, v, k) || (along && !array_span_use(w, v, k, from, true))) return false;
        }
    }
    return true;
}

static bool emit_fill(array_lowering *w, uint32_t region)
{
    const graph_region *r = &w->g->regions.at[region];
    for (uint32_t s = r->first; s < r->first + r->count; s++) {
        size_t from = w->a->steps.count;
        uint32_t d = value_root(w, w->state[s]);
        const array_bind *b = value_bind(w, value_at(w, d), region);
        if (!b) continue;
        if (!array_fill_step(w, d, region)) return false;
        plan_guard g = {w->regions[region].counter, -b->offset,
                        value_sizes(w, value_at(w, d))[b->axis] - 1 - b->offset};
        for (; from < w->a->steps.count; from++) {
            w->a->steps.at[from].guards = (uint32_t)w->a->guards.count;
            w->a->steps.at[from].guard_count = 1;
        }
        if (!array_push(w->m, &w->a->guards, g)) return array_no_memory(w);
    }
    return true;
}

static bool emit_context(array_lowering *w, uint32_t context);

/* The steps `all` of a recurrence as one loop. */
static bool emit_steps(array_lowering *w, uint32_t region, uint32_t context, array_steps all)
{
    const graph_region *r = &w->g->regions.at[region];
    array_region *mine = &w->regions[region];
    mine->range_low = all.low;
    mine->range_high = all.high;
    plan_loop l = {.counter = mine->counter,
                   .frozen = mine->frozen,
                   .first = r->down ? all.high : all.low,
                   .last = r->down ? all.low : all.high,
                   .low = r->low,
                   .high = r->high,
                   .down = r->down,
                   .until = ARRAY_NONE,
                   .scan = ARRAY_NONE};
    plan_step step = {.kind = STEP_LOOP, .at = (uint32_t)w->a->loops.count};
    uint32_t at = step.at;
    if (!array_push(w->m, &w->a->loops, l) || !array_push(w->m, &w->a->steps, step)) return array_no_memory(w);
    bool along = w->in_block && context == ARRAY_NONE && mine->along;
    if (along && !array_span_loop(w, region, w->a->steps.count - 1, all.low, all.high)) return false;
    uint32_t first = (uint32_t)w->a->steps.count;
    if (!emit_context(w, region)) return false;
    uint32_t fill = (uint32_t)w->a->steps.count;
    if (mine->until != ARRAY_NONE && all.low <= r->high && all.high >= r->low) {
        if (!emit_fill(w, region)) return false;
        uint32_t line = array_until_line(w, mine->until);
        if (line == ARRAY_NONE) return false;
        w->a->loops.at[at].until = line;
    }
    w->a->loops.at[at].fill = fill;
    w->a->loops.at[at].end = (uint32_t)w->a->steps.count;
    return along || array_scan(w, at, first); /* a segment's steps are some of the loop's */
}

/* ---- The order ------------------------------------------------------------------------------------------ */

typedef struct plan_frame {
    uint32_t unit, value;
    uint32_t k;
} plan_frame;

/* Some value of a recurrence's body. */
static uint32_t region_value(const array_lowering *w, uint32_t region)
{
    uint32_t v = w->regions[region].first;
    bool along = w->regions[region].along;
    while (v < w->regions[region].last && (!value_bind(w, value_at(w, v), region) || value_at(w, v)->lies == LIES_AS ||
                                           (along && value_at(w, v)->part.kind == PART_NONE)))
        v++;
    return v;
}

typedef struct plan_walk {
    ARRAY(plan_frame) stack;
    ARRAY(plan_frame) search; /* of walk_reaches */
    uint8_t *seen;            /* by value, then by recurrence: there already in that search */
    size_t seen_count;
    bool failed;
} plan_walk;

/* Units of the outermost context come pass by pass: first what goes in no blocks, then what does. */
static bool walk_skips(const array_lowering *w, uint32_t unit, uint32_t context)
{
    if (context != ARRAY_NONE) return false;
    bool region = (unit & ARRAY_REGION) != 0;
    const array_value *v = value_at(w, region ? region_value(w, unit & ~ARRAY_REGION) : unit);
    bool again = w->in_block && w->again && v->part.again;
    return (again ? w->pass != 1 : v->pass != w->pass || (w->in_block && w->again)) ||
           value_in_blocks(v) != w->in_block;
}

static bool walk_push(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t context)
{
    if (walk_skips(w, unit, context)) return true;
    bool region = (unit & ARRAY_REGION) != 0;
    uint8_t *mark = region ? &w->regions[unit & ~ARRAY_REGION].visited : &w->mark[unit];
    if (*mark) return true;
    *mark = 1;
    plan_frame f = {unit, region ? w->regions[unit & ~ARRAY_REGION].first : unit, 0};
    return array_push(w->m, &walk->stack, f) || array_no_memory(w);
}

/* The next thing that a unit needs, or ARRAY_NONE when there is no more. */
static uint32_t walk_need(const array_lowering *w, plan_frame *f, uint32_t context, bool *across)
{
    bool region = (f->unit & ARRAY_REGION) != 0;
    uint32_t last = region ? w->regions[f->unit & ~ARRAY_REGION].last : f->unit;
    for (; f->value <= last; f->value++, f->k = 0) {
        const array_value *v = value_at(w, f->value);
        if (region && !value_bind(w, v, f->unit & ~ARRAY_REGION)) continue;
        if (v->op == OP_LOOP) continue;
        while (f->k < v->count) {
            uint32_t unit = unit_before(w, f->value, f->k++, context, across);
            if (unit != ARRAY_NONE && unit != f->unit) return unit;
        }
    }
    return ARRAY_NONE;
}

static void walk_search(array_lowering *w, plan_walk *walk, uint32_t unit)
{
    bool region = (unit & ARRAY_REGION) != 0;
    uint8_t *seen = &walk->seen[region ? w->values.count + (unit & ~ARRAY_REGION) : unit];
    if (*seen) return;
    *seen = 1;
    plan_frame f = {unit, region ? w->regions[unit & ~ARRAY_REGION].first : unit, 0};
    if (!array_push(w->m, &walk->search, f)) walk->failed = !array_no_memory(w);
}

/* Does `unit` need `other` in the same step, over whatever lies between? */
static bool walk_reaches(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t other, uint32_t context)
{
    bool across;
    walk->search.count = 0;
    memset(walk->seen, 0, walk->seen_count);
    walk_search(w, walk, unit);
    while (walk->search.count && !walk->failed) {
        uint32_t next = walk_need(w, &walk->search.at[walk->search.count - 1], context, &across);
        if (next == other) return true;
        if (next == ARRAY_NONE)
            walk->search.count--;
        else
            walk_search(w, walk, next);
    }
    return false;
}

/* What the unit on top still waits for, or ARRAY_NONE. */
static uint32_t walk_next(array_lowering *w, plan_walk *walk, uint32_t context)
{
    plan_frame *f = &walk->stack.at[walk->stack.count - 1];
    for (;;) {
        bool across;
        uint32_t unit = walk_need(w, f, context, &across);
        if (unit == ARRAY_NONE || !across || !walk_reaches(w, walk, unit, f->unit, context)) return unit;
    }
}

/* ---- Peeled steps --------------------------------------------------------------------------------------- */

/* A step more, in ascending order. Where a circle may stop early one loop has all the steps that can be the last. */
static bool peel_add(array_lowering *w, uint32_t region, int64_t add, int64_t *step, size_t *steps)
{
    const graph_region *r = &w->g->regions.at[region];
    bool stops = w->regions[region].until != ARRAY_NONE;
    size_t at = *steps;
    if (stops && add >= r->low && add <= r->high) return report_plain(&w->g->report, E_PEELED_UNTIL, NULL, NULL);
    for (size_t i = 0; i < *steps; i++)
        if (step[i] == add) return true;
    if (*steps == PEEL_MOST) return report_plain(&w->g->report, E_PEELED, "64", NULL);
    for (; at > 0 && step[at - 1] > add; at--) step[at] = step[at - 1];
    step[at] = add;
    ++*steps;
    return true;
}

/* The steps of a place that something reads which the array's own step needs: no one order does for them all. */
static bool walk_peels(array_lowering *w, uint32_t region, array_steps all, int64_t *step, size_t *steps)
{
    plan_walk walk = {.seen_count = w->values.count + w->g->regions.count};
    int64_t at;
    if (!array_may_peel(w, region)) return true;
    walk.seen = block_new(w->m, walk.seen_count, 1);
    bool ok = walk.seen || array_no_memory(w);
    for (uint32_t v = w->regions[region].first; ok && v <= w->regions[region].last; v++) {
        uint32_t unit = unit_of(w, v, region);
        for (size_t k = 0; ok && unit != ARRAY_NONE && k < value_at(w, v)->count; k++) {
            uint32_t a = unit_of(w, value_root(w, value_use(w, value_at(w, v), k).value), region);
            if (!array_reads_step(w, v, k, region, &at) || at < all.low || at > all.high) continue;
            if (walk_reaches(w, &walk, a, unit, region)) ok = peel_add(w, region, at, step, steps);
            ok = ok && !walk.failed;
        }
    }
    array_free(w->m, &walk.search);
    block_free(w->m, walk.seen, walk.seen ? walk.seen_count : 0);
    return ok;
}

/* What the body's steps are made of is emitted once more. */
static void emit_anew(array_lowering *w, uint32_t region)
{
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++)
        if (value_bind(w, value_at(w, v), region)) w->mark[v] = 0;
    for (uint32_t q = 0; q < w->g->regions.count; q++)
        for (uint32_t in = w->regions[q].parent; in != ARRAY_NONE; in = w->regions[in].parent)
            if (in == region) w->regions[q].visited = 0;
}

static bool emit_loop(array_lowering *w, uint32_t region, uint32_t context)
{
    array_region *mine = &w->regions[region];
    array_steps all = loop_range(w, region), loop[PEEL_LOOPS];
    int64_t step[PEEL_MOST];
    size_t steps = 0;
    if (!emit_before(w, region, context)) return false;
    if (all.low > all.high) return true;
    bool ok = walk_peels(w, region, all, step, &steps);
    size_t count = ok ? array_peel(w, region, all, step, steps, loop) : 0;
    mine->peeled = steps != 0;
    for (size_t i = 0; ok && i < count; i++) {
        if (i) emit_anew(w, region);
        ok = emit_steps(w, region, context, loop[i]);
    }
    mine->peeled = false;
    mine->range_low = all.low;
    mine->range_high = all.high;
    return ok;
}

static bool walk_from(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t context)
{
    bool ok = walk_push(w, walk, unit, context);
    while (ok && walk->stack.count) {
        uint32_t next = walk_next(w, walk, context);
        if (walk->failed) return false;
        if (next != ARRAY_NONE) {
            ok = walk_push(w, walk, next, context);
            continue;
        }
        uint32_t done = walk->stack.at[--walk->stack.count].unit;
        ok = done & ARRAY_REGION ? emit_loop(w, done & ~ARRAY_REGION, context) : emit_value(w, done, context);
        if (context == ARRAY_NONE) w->time++;
    }
    return ok;
}

/* All units of one context. Nesting is bounded by the axes that a state of an inner recurrence needs. */
static bool emit_context(array_lowering *w, uint32_t context)
{
    plan_walk walk = {.seen_count = w->values.count + w->g->regions.count};
    uint32_t first = 0, last = (uint32_t)w->values.count;
    if (context != ARRAY_NONE) first = w->regions[context].first, last = w->regions[context].last + 1;
    walk.seen = block_new(w->m, walk.seen_count, 1);
    bool ok = walk.seen || array_no_memory(w);
    for (uint32_t v = first; ok && v < last; v++) {
        uint32_t unit = value_at(w, v)->op == OP_LOOP ? ARRAY_NONE : unit_of(w, v, context);
        if (unit != ARRAY_NONE) ok = walk_from(w, &walk, unit, context);
    }
    array_free(w->m, &walk.stack);
    array_free(w->m, &walk.search);
    block_free(w->m, walk.seen, walk.seen ? walk.seen_count : 0);
    return ok;
}

/* ---- Blocks --------------------------------------------------------------------------------------------- */

/* What is no local memory is in use for the whole of the block. */
static void block_touch(array_lowering *w, uint32_t begin)
{
    for (size_t i = 0; i < w->a->buffers.count; i++) {
        plan_buffer *b = &w->a->buffers.at[i];
        if (b->local || b->windows || b->from == ARRAY_NONE || b->to < begin) continue;
        b->to = w->time;
        if (b->from > begin) b->from = begin;
    }
}

static bool block_any(const array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value_in_blocks(value) && value->pass == w->pass && is_computed(value)) return true;
    }
    return false;
}

/* What the second pass needs of the first, once more. */
static bool emit_again(array_lowering *w)
{
    size_t from = w->a->steps.count;
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->part.again) w->mark[v] = 0;
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        if (!w->regions[r].needed || !value_at(w, region_value(w, r))->part.again) continue;
        w->regions[r].visited = 0;
        w->regions[r].range_low = 0;
        w->regions[r].range_high = -1;
    }
    w->again = true;
    bool ok = emit_context(w, ARRAY_NONE);
    w->again = false;
    for (; from < w->a->steps.count; from++) w->a->steps.at[from].again = true;
    return ok;
}

/* What updates read or write is in use for all of them: which of them come first is left to the run. */
static void late_touch(array_lowering *w, uint32_t begin)
{
    for (size_t i = 0; i < w->a->buffers.count; i++) {
        plan_buffer *b = &w->a->buffers.at[i];
        if (b->from == ARRAY_NONE || b->to < begin) continue;
        b->to = w->time;
        if (b->from > begin && !b->local) b->from = begin;
    }
}

static bool emit_block(array_lowering *w)
{
    plan_block block = {
        w->block_counter, w->block_chunk, w->block_size, w->block_rows, w->block_chunks, 0, false, false, 0};
    plan_step step = {.kind = STEP_BLOCK, .at = (uint32_t)w->a->blocks.count};
    uint32_t begin = w->time;
    if (!block_any(w)) return true;
    block.segments = w->segment_rows != 0;
    block.down = w->segment_down != (w->pass == 1);
    block.pass = (uint8_t)w->pass;
    if (block.segments) block.rows = w->segment_rows;
    if (!array_push(w->m, &w->a->blocks, block) || !array_push(w->m, &w->a->steps, step)) return array_no_memory(w);
    w->in_block = true;
    bool ok = (!block.segments || w->pass != 1 || emit_again(w)) && emit_context(w, ARRAY_NONE);
    w->in_block = false;
    if (!ok) return false;
    w->a->blocks.at[step.at].end = (uint32_t)w->a->steps.count;
    block_touch(w, begin);
    w->time++;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value->block < 0 || value->pass != w->pass || !is_computed(value) || value->partial == ARRAY_NONE) continue;
        if (!array_join_step(w, v)) return false;
        w->a->steps.at[w->a->steps.count - 1].name = array_label(w, v);
    }
    w->time++;
    return report_ok(&w->g->report);
}

/* Outputs that are not computed where they belong; late: those of updates. */
static bool emit_outputs(array_lowering *w, bool late)
{
    for (size_t i = 0; i < w->wanted_count; i++) {
        uint32_t v = value_root(w, w->of[w->wanted[i]]);
        const array_value *value = value_at(w, v);
        if ((value->pass >= w->late) != late) continue;
        if (value->direct && value->buffer == w->a->outs[i].buffer) continue;
        if (!array_out_step(w, v, w->wanted[i], i)) return false;
        w->time++;
    }
    return true;
}

static bool emit_passes(array_lowering *w)
{
    int32_t most = 0;
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->pass > most) most = value_at(w, v)->pass;
    for (w->pass = 0; w->pass <= most; w->pass++) {
        if (w->pass == w->late && !emit_outputs(w, false)) return false;
        if (w->pass == w->late) w->late_time = w->time;
        uint32_t begin = (uint32_t)w->a->steps.count;
        if (w->pass >= w->late && !array_push(w->m, &w->a->phases, begin)) return array_no_memory(w);
        array_group_use(w, w->pass);
        if (!emit_context(w, ARRAY_NONE) || !emit_block(w)) return false;
    }
    return most >= w->late || emit_outputs(w, false);
}

/* What shows an update a second time. */
static bool emit_last(array_lowering *w)
{
    uint32_t begin = (uint32_t)w->a->steps.count;
    if (!emit_outputs(w, true)) return false;
    if (w->late_time) late_touch(w, w->late_time);
    return w->a->steps.count == begin || array_push(w->m, &w->a->phases, begin) || array_no_memory(w);
}

/* ---- Buffers -------------------------------------------------------------------------------------------- */

enum { PLACE_ALIGN = 64 };

static size_t buffer_bytes(const plan_buffer *b, bool windows)
{
    if (b->from == ARRAY_NONE) return 0;
    return windows && b->window ? b->window : b->windows ? 0 : b->bytes;
}

/* First fit, buffer by buffer: memory of what is used at other times is used again. */
static bool place_buffers(array_lowering *w, bool windows)
{
    plan *a = w->a;
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++) {
        plan_buffer *b = &a->buffers.at[i];
        size_t place = 0, end, bytes = buffer_bytes(b, windows);
        if (b->over) continue;
        if (!windows && !b->windows) b->bytes = bytes;
        if (!bytes) continue;
        if (!size_add(bytes, PLACE_ALIGN - 1, &bytes)) return array_no_memory(w);
        bytes -= bytes % PLACE_ALIGN;
        *(windows && b->window ? &b->window : &b->bytes) = bytes;
        for (bool moved = true; moved;) {
            moved = false;
            for (size_t k = i > 2000 ? i - 2000 : BUFFER_FIRST; k < i; k++) {
                const plan_buffer *o = &a->buffers.at[k];
                if (o->over) continue;
                size_t at = windows ? o->window_place : o->place, more = buffer_bytes(o, windows);
                bool together = o->local == b->local && more && o->from <= b->to && o->to >= b->from;
                if (!together || at >= place + bytes || at + more <= place) continue;
                place = at + more;
                moved = true;
            }
        }
        size_t *total = b->local ? &a->lane : windows ? &a->windowed : &a->bytes;
        if (i > 2000 && place < *total) place = *total;
        if (!size_add(place, bytes, &end)) return array_no_memory(w);
        *(windows ? &b->window_place : &b->place) = place;
        if (end > *total) *total = end;
    }
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++) {
        plan_buffer *b = &a->buffers.at[i], *under = &a->buffers.at[b->over];
        if (b->over) b->place = under->place, b->window_place = under->window_place, b->bytes = under->bytes;
    }
    return true;
}

bool array_plan(array_lowering *w)
{
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        w->regions[r].counter = w->a->counters++;
        w->regions[r].frozen = w->a->counters++;
        w->regions[r].range_high = -1;
    }
    memset(w->mark, 0, w->values.count);
    w->time = 1;
    return array_spreads(w) && emit_passes(w) && emit_last(w) && array_tiles(w) && array_reuse(w) && array_flats(w) &&
           place_buffers(w, false) && array_doors_plan(w) && (!w->a->windows.count || place_buffers(w, true)) &&
           array_windows(w);
}
