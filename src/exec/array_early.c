/*
 * array_early.c - what is read at places that the step does not say is made as soon as it can be.
 *
 * A value of a recurrence's body is made as late as those who need it allow (array_regions.c). That is told by uses at a
 * fixed distance. Another use, x[l] inside step t, needs whatever places there are by then, which may be the one that this
 * very step can make: in reverse of y[l, t] = x[t, t] that is place l = t. So what is used in this way, and what it is
 * made of, is made in the first step that has what it needs.
 */
#include "exec/array_build.h"

enum { EARLY = 1 };

static bool early_is_state(const array_lowering *w, uint32_t v, uint32_t region)
{
    const graph_region *r = &w->g->regions.at[region];
    for (uint32_t s = r->first; s < r->first + r->count; s++)
        if (value_root(w, w->state[s]) == v) return true;
    return false;
}

/* The value that use k of v reads, if that is made in steps of the region and is no state of it; or ARRAY_NONE. */
static uint32_t early_arg(const array_lowering *w, uint32_t v, size_t k, uint32_t region)
{
    uint32_t a = value_root(w, value_use(w, value_at(w, v), k).value);
    const array_bind *b = value_bind(w, value_at(w, a), region);
    return b && b->known && b->axis >= 0 && !early_is_state(w, a, region) ? a : ARRAY_NONE;
}

/* Does the step of v say which place of argument k it reads? */
static bool early_is_told(const array_lowering *w, uint32_t v, size_t k, uint32_t a, uint32_t region)
{
    const array_bind *user = value_bind(w, value_at(w, v), region), *arg = value_bind(w, value_at(w, a), region);
    int64_t by;
    return user && user->axis >= 0 && array_follows(w, v, k, user->axis, arg->axis, &by) == arg->axis;
}

static void early_mark(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    for (uint32_t v = r->first; v <= r->last; v++) w->mark[v] = 0;
    for (uint32_t v = r->last + 1; v-- > r->first;) {
        const array_value *value = value_at(w, v);
        if (!value_bind(w, value, region) || value->op == OP_LOOP || value->op == OP_JOIN) continue;
        for (size_t k = 0; k < value->count; k++) {
            uint32_t a = early_arg(w, v, k, region);
            if (a == ARRAY_NONE || a < r->first || a > r->last) continue;
            if (w->mark[v] || !early_is_told(w, v, k, a, region)) w->mark[a] = EARLY;
        }
    }
}

/* The first step that has what v needs of each place. */
static void early_move(array_lowering *w, uint32_t v, uint32_t region)
{
    const array_value *value = value_at(w, v);
    array_bind *own = value_bind(w, value, region);
    bool down = w->g->regions.at[region].down, any = false;
    int64_t best = 0, by;
    for (size_t k = 0; k < value->count; k++) {
        const array_bind *from =
            value_bind(w, value_at(w, value_root(w, value_use(w, value, k).value)), region);
        if (!from || !from->known || from->axis < 0) continue;
        if (array_follows(w, v, k, own->axis, from->axis, &by) != from->axis) continue;
        int64_t offset = from->offset - by;
        if (!any || (down ? offset > best : offset < best)) best = offset;
        any = true;
    }
    if (any && (down ? best < own->offset : best > own->offset)) own->offset = best;
}

void array_early(array_lowering *w, uint32_t region)
{
    early_mark(w, region);
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++) {
        unsigned o = value_at(w, v)->op;
        if (w->mark[v] && o != OP_JOIN && o != OP_SCATTER && o != OP_LOOP) early_move(w, v, region);
    }
}
