/*
 * array_steps.c - in which steps of a recurrence a value is made, and in which its arguments were.
 *
 * Steps are in one order for the whole loop, wherever that can be. An array of which a step makes one place by itself,
 * z[0] = f(y[0]), may need another the other way round there than elsewhere: y[t] = g(z[t-1]), z[t] = … y[t]. And what
 * reads one place, y[0], that a step makes is there from that step on. So where a body reads such places, the steps
 * that make them are PEELED: they are loops of their own, with an order of their own.
 */
#include "exec/array_build.h"

/* ---- Steps of a value ------------------------------------------------------------------------------------ */

/* Axis p of part k of join v where a recurrence binds it. */
bool array_part_axis(const array_lowering *w, uint32_t v, size_t k, size_t p, coordinate *c)
{
    const array_value *join = value_at(w, v);
    array_use u = value_use(w, join, k);
    const array_value *a = value_at(w, value_root(w, u.value));
    for (size_t i = 0; i < a->bind_count; i++) {
        const array_bind *b = &w->binds.at[a->binds + i];
        if (b->axis != (int)p || !value_bind(w, join, b->region)) continue;
        *c = (coordinate){-1, w->regions[b->region].counter, b->offset};
        return true;
    }
    for (size_t i = 0; i < join->bind_count; i++) {
        const array_bind *b = &w->binds.at[join->binds + i];
        if (b->axis < 0 || b->whole) continue;
        map_draft d = map_axis(w->g, u.map, (size_t)b->axis);
        if (d.terms != 1 || d.axis[0] != p || d.factor[0] != 1) continue;
        *c = (coordinate){-1, w->regions[b->region].counter, b->offset - d.offset};
        return true;
    }
    return false;
}

/* The context in whose steps part k of a join is made: a part that no step changes is there before. */
uint32_t array_part_context(const array_lowering *w, uint32_t v, size_t k)
{
    const array_value *join = value_at(w, v);
    const array_value *a = value_at(w, value_root(w, value_use(w, join, k).value));
    uint32_t context = join->region;
    while (context != ARRAY_NONE) {
        const array_bind *b = value_bind(w, join, context);
        if (!b || !b->whole || value_bind(w, a, context)) break;
        context = w->regions[context].parent;
    }
    return context;
}

static bool is_made_in(const array_lowering *w, uint32_t v, size_t k, uint32_t region)
{
    uint32_t context = array_part_context(w, v, k);
    while (context != ARRAY_NONE && context != region) context = w->regions[context].parent;
    return context == region;
}

/* The steps of `region` in which v (of a join: part k) has a place to make; false: all. */
bool array_steps_of(const array_lowering *w, uint32_t v, size_t k, uint32_t region, array_steps *r)
{
    const array_value *value = value_at(w, v);
    uint32_t counter = w->regions[region].counter;
    coordinate c;
    if (value->op == OP_JOIN) {
        const array_value *part = value_at(w, value_use(w, value, k).value);
        for (size_t p = 0; p < value_rank(w, part); p++) {
            if (!array_part_axis(w, v, k, p, &c) || c.counter != counter) continue;
            *r = (array_steps){-c.offset, value_sizes(w, part)[p] - 1 - c.offset};
            return true;
        }
    }
    const array_bind *b = value_bind(w, value, region);
    if (b && b->axis < 0 && b->known) *r = (array_steps){b->offset, b->offset};
    if (!b || b->axis < 0) return b && b->known;
    int64_t offset = b->offset, size = value_sizes(w, value)[b->axis], by;
    if (value->op == OP_JOIN) {
        map_draft d = map_axis(w->g, value_use(w, value, k).map, (size_t)b->axis);
        if (d.terms || (b->whole && !is_made_in(w, v, k, region))) return false;
        *r = (array_steps){d.offset - offset, d.offset - offset};
        return true;
    }
    if (value->op == OP_SCATTER) {
        int d = array_scatter_axis(w, value, b->axis, &by);
        map_draft place = map_axis(w->g, value->target, (size_t)b->axis);
        if (!place.terms && !place.gather) *r = (array_steps){place.offset - offset, place.offset - offset};
        if (d < 0) return !place.terms && !place.gather;
        offset += by;
        size = shape_sizes(w->g, value->domain)[d];
    }
    *r = (array_steps){-offset, size - 1 - offset};
    return true;
}

/* ---- Peeled steps ------------------------------------------------------------------------------------------ */

enum { READS_MORE, READS_BEFORE, READS_MADE };

/* Does use k of v, in the body of the region, read one place, always the same, of an array of it? One that is there
 * before all steps, or one that a step makes. */
static int reads_one(const array_lowering *w, uint32_t v, size_t k, uint32_t region, int64_t *step)
{
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, k);
    uint32_t a = value_root(w, u.value);
    const array_value *arg = value_at(w, a);
    const array_bind *b = value_bind(w, arg, region);
    if (value->op == OP_LOOP || value->op == OP_JOIN || !value_bind(w, value, region)) return READS_MORE;
    if (!b || b->axis < 0) return READS_MORE;
    map_draft place = map_axis(w->g, u.map, (size_t)b->axis);
    if (place.terms || place.gather) return READS_MORE;
    *step = place.offset - b->offset;
    for (size_t p = 0; arg->op == OP_JOIN && p < arg->count; p++) {
        const array_value *part = value_at(w, value_root(w, value_use(w, arg, p).value));
        map_draft d = map_axis(w->g, value_use(w, arg, p).map, (size_t)b->axis);
        int64_t size = d.terms ? value_sizes(w, part)[d.axis[0]] : 1;
        if (place.offset >= d.offset && place.offset < d.offset + size && is_made_in(w, a, p, region))
            return READS_MADE;
    }
    return arg->op == OP_JOIN ? READS_BEFORE : READS_MADE;
}

bool array_reads_before(const array_lowering *w, uint32_t v, size_t k, uint32_t region)
{
    int64_t step;
    return reads_one(w, v, k, region, &step) == READS_BEFORE;
}

/* In its own step, or in all: then the order of that step counts. */
bool array_reads_step(const array_lowering *w, uint32_t v, size_t k, uint32_t region, int64_t *step)
{
    if (reads_one(w, v, k, region, step) != READS_MADE) return false;
    const array_bind *user = value_bind(w, value_at(w, v), region);
    return user->axis >= 0 || !user->known || user->offset == *step;
}

bool array_may_peel(const array_lowering *w, uint32_t region)
{
    int64_t step;
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++)
        for (size_t k = 0; k < value_at(w, v)->count; k++)
            if (array_reads_step(w, v, k, region, &step)) return true;
    return false;
}

size_t array_peel(const array_lowering *w, uint32_t region, array_steps all, const int64_t *step, size_t steps,
                  array_steps *loop)
{
    size_t count = 0;
    int64_t from = all.low;
    for (size_t i = 0; i < steps; i++) {
        if (from < step[i]) loop[count++] = (array_steps){from, step[i] - 1};
        loop[count++] = (array_steps){step[i], step[i]};
        from = step[i] + 1;
    }
    if (from <= all.high) loop[count++] = (array_steps){from, all.high};
    for (size_t i = 0; w->g->regions.at[region].down && i < count / 2; i++) {
        array_steps other = loop[count - 1 - i];
        loop[count - 1 - i] = loop[i];
        loop[i] = other;
    }
    return count;
}

bool array_runs_now(const array_lowering *w, uint32_t v, size_t k)
{
    array_steps r;
    for (uint32_t q = value_at(w, v)->region; q != ARRAY_NONE; q = w->regions[q].parent) {
        const array_region *region = &w->regions[q];
        if (!region->peeled || !array_steps_of(w, v, k, q, &r)) continue;
        if (r.high < region->range_low || r.low > region->range_high) return false;
    }
    return true;
}

/* In one of the loops of a peeled recurrence. */
int array_needs_now(const array_lowering *w, uint32_t v, size_t k, uint32_t region)
{
    const array_region *loop = &w->regions[region];
    uint32_t a = value_root(w, value_use(w, value_at(w, v), k).value);
    const array_bind *user = value_bind(w, value_at(w, v), region), *arg = value_bind(w, value_at(w, a), region);
    int64_t by, step;
    if (!array_runs_now(w, v, k)) return NEEDS_NOT;
    if (!user || !arg || arg->axis < 0) return NEEDS_IT;
    int reads = reads_one(w, v, k, region, &step);
    if (reads == READS_BEFORE) return NEEDS_NOT;
    if (reads == READS_MADE) return step == loop->range_low && step == loop->range_high ? NEEDS_IT : NEEDS_NOT;
    if (user->axis < 0) return NEEDS_MADE;
    int axis = array_follows(w, v, k, user->axis, arg->axis, &by);
    if (axis < 0) return NEEDS_MADE;
    int64_t low = loop->range_low + user->offset + by, high = loop->range_high + user->offset + by;
    if (axis != arg->axis || user->offset + by != arg->offset) return NEEDS_NOT;
    return high < 0 || low >= value_sizes(w, value_at(w, a))[axis] ? NEEDS_NOT : NEEDS_IT;
}
