/*
 * array_order.c - what must come before what, and an order that keeps to it.
 *
 * In one context (the outermost, or a recurrence's body) a unit is a stored value or a whole recurrence inside.
 * A unit comes after what it uses in the same step; what it uses of earlier steps says nothing about the order.
 * A walk keeps the units that wait for others on a stack of its own; array_plan.c emits what comes off it.
 *
 * Where something reads one place of an array that the array's own step needs, no one order does for all steps: such
 * steps are peeled, each a loop of its own (array_steps.c).
 */
#include <string.h>

#include "exec/array_plan.h"

/* ---- What must come before what ---------------------------------------------------------------------- */

/* The unit of context `context` that value a is part of: itself, a recurrence, or ARRAY_NONE (it is outside). */
uint32_t array_unit_of(const array_lowering *w, uint32_t a, uint32_t context)
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
    uint32_t a = value_root(w, value_use(w, value_at(w, v), k).value), unit = array_unit_of(w, a, context);
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
    *across = array_follows(w, v, k, user->axis, arg->axis, &by) != arg->axis;
    return *across || user->offset + by == arg->offset ? unit : ARRAY_NONE;
}

/* ---- The order ------------------------------------------------------------------------------------------ */

/* Some value of a recurrence's body. */
uint32_t array_region_value(const array_lowering *w, uint32_t region)
{
    uint32_t v = w->regions[region].first;
    bool along = w->regions[region].along;
    while (v < w->regions[region].last && (!value_bind(w, value_at(w, v), region) || value_at(w, v)->lies == LIES_AS ||
                                           (along && value_at(w, v)->part.kind == PART_NONE)))
        v++;
    return v;
}

/* Units of the outermost context come pass by pass: first what goes in no blocks, then what does. */
static bool walk_skips(const array_lowering *w, uint32_t unit, uint32_t context)
{
    if (context != ARRAY_NONE) return false;
    bool region = (unit & ARRAY_REGION) != 0;
    const array_value *v = value_at(w, region ? array_region_value(w, unit & ~ARRAY_REGION) : unit);
    bool again = w->in_block && w->again && v->part.again;
    return (again ? w->pass != 1 : v->pass != w->pass || (w->in_block && w->again)) ||
           value_in_blocks(v) != w->in_block;
}

bool array_walk_push(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t context)
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
uint32_t array_walk_next(array_lowering *w, plan_walk *walk, uint32_t context)
{
    plan_frame *f = &walk->stack.at[walk->stack.count - 1];
    for (;;) {
        bool across;
        uint32_t unit = walk_need(w, f, context, &across);
        if (unit == ARRAY_NONE || !across || !walk_reaches(w, walk, unit, f->unit, context)) return unit;
    }
}

bool array_walk_begin(array_lowering *w, plan_walk *walk)
{
    *walk = (plan_walk){.seen_count = w->values.count + w->g->regions.count};
    walk->seen = block_new(w->m, walk->seen_count, 1);
    return walk->seen || array_no_memory(w);
}

void array_walk_end(array_lowering *w, plan_walk *walk)
{
    array_free(w->m, &walk->stack);
    array_free(w->m, &walk->search);
    block_free(w->m, walk->seen, walk->seen ? walk->seen_count : 0);
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
bool array_peels(array_lowering *w, uint32_t region, array_steps all, int64_t *step, size_t *steps)
{
    plan_walk walk;
    int64_t at;
    if (!array_may_peel(w, region)) return true;
    bool ok = array_walk_begin(w, &walk);
    for (uint32_t v = w->regions[region].first; ok && v <= w->regions[region].last; v++) {
        uint32_t unit = array_unit_of(w, v, region);
        for (size_t k = 0; ok && unit != ARRAY_NONE && k < value_at(w, v)->count; k++) {
            uint32_t a = array_unit_of(w, value_root(w, value_use(w, value_at(w, v), k).value), region);
            if (!array_reads_step(w, v, k, region, &at) || at < all.low || at > all.high) continue;
            if (walk_reaches(w, &walk, a, unit, region)) ok = peel_add(w, region, at, step, steps);
            ok = ok && !walk.failed;
        }
    }
    array_walk_end(w, &walk);
    return ok;
}
