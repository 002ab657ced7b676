/*
 * array_guards.c - where a step inside recurrences has something to make: the range of its loop, the places of the
 * counters around it, and the guards under which it runs.
 */
#include "exec/array_plan.h"

array_steps array_loop_range(const array_lowering *w, uint32_t region)
{
    array_steps all = {INT64_MAX, INT64_MIN}, r;
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++) {
        const array_value *value = value_at(w, v);
        if (!value_is_computed(value) || !value_bind(w, value, region)) continue;
        for (size_t k = 0; k < (value->op == OP_JOIN ? value->count : 1); k++) {
            if (!array_steps_of(w, v, k, region, &r)) continue;
            if (r.low < all.low) all.low = r.low;
            if (r.high > all.high) all.high = r.high;
        }
    }
    return all;
}

/* The loops around the step of v, and their places that it runs at. */
void array_spans_of(array_lowering *w, uint32_t v, size_t k)
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
bool array_push_guards(array_lowering *w, size_t from, uint32_t v, size_t k)
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
