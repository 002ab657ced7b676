/*
 * array_early.c - what is read at places that the step does not say is made as soon as it can be.
 *
 * A value of a recurrence's body is made as late as those who need it allow (array_regions.c). That is told by uses at
 * a fixed distance. Another use, x[l] inside step t, needs whatever places there are by then, which may be the one that
 * this very step can make: in reverse of y[l, t] = x[t, t] that is place l = t. So what is used in this way, and what
 * it is made of, is made in the first step that has what it needs.
 */
#include "exec/array_build.h"

enum { EARLY = 1, EARLY_PASSES = 64 };

typedef struct early {
    array_lowering *w;
    uint32_t region, first, last;
    bool down;
    int64_t *late; /* by value, from `first` on: the offset that its users allow */
} early;

static array_bind *early_bind(const early *e, uint32_t v)
{
    return value_bind(e->w, value_at(e->w, v), e->region);
}

static bool early_is_state(const early *e, uint32_t v)
{
    const graph_region *r = &e->w->g->regions.at[e->region];
    for (uint32_t s = r->first; s < r->first + r->count; s++)
        if (value_root(e->w, e->w->state[s]) == v) return true;
    return false;
}

/* What use k of v reads: made in steps of the region, and to be made sooner where that is wished; or ARRAY_NONE. */
static uint32_t early_arg(const early *e, uint32_t v, size_t k)
{
    uint32_t a = value_root(e->w, value_use(e->w, value_at(e->w, v), k).value);
    const array_bind *b = early_bind(e, a);
    bool can = a >= e->first && a <= e->last && b && b->known && b->axis >= 0 && !early_is_state(e, a);
    return can && value_at(e->w, a)->op != OP_JOIN && value_at(e->w, a)->op != OP_SCATTER ? a : ARRAY_NONE;
}

/* Does the step of v say which place of argument k it reads? */
static bool early_is_told(const early *e, uint32_t v, size_t k, uint32_t a)
{
    const array_bind *user = early_bind(e, v), *arg = early_bind(e, a);
    int64_t by;
    return user->axis >= 0 && array_follows(e->w, v, k, user->axis, arg->axis, &by) == arg->axis;
}

static bool early_mark(early *e, uint32_t v)
{
    array_lowering *w = e->w;
    const array_value *value = value_at(w, v);
    bool news = false;
    if (!early_bind(e, v) || value->op == OP_LOOP || value->op == OP_JOIN) return false;
    for (size_t k = 0; k < value->count; k++) {
        uint32_t a = early_arg(e, v, k);
        if (a == ARRAY_NONE || w->mark[a] || (!w->mark[v] && early_is_told(e, v, k, a))) continue;
        w->mark[a] = EARLY;
        news = true;
    }
    return news;
}

/* Is the place of all that v is made of told by its own? Else nothing says when it can be made. */
static bool early_can(const early *e, uint32_t v)
{
    const array_value *value = value_at(e->w, v);
    for (size_t k = 0; k < value->count; k++) {
        uint32_t a = value_root(e->w, value_use(e->w, value, k).value);
        const array_bind *from = early_bind(e, a);
        if (from && (!from->known || from->axis < 0 || !early_is_told(e, v, k, a))) return false;
    }
    return true;
}

/* Not before what v is made of, as far as that is known; nor later than before. */
static bool early_move(early *e, uint32_t v)
{
    const array_value *value = value_at(e->w, v);
    array_bind *own = early_bind(e, v);
    int64_t late = e->late[v - e->first], by;
    bool moved = false;
    for (size_t k = 0; k < value->count; k++) {
        const array_bind *from = early_bind(e, value_root(e->w, value_use(e->w, value, k).value));
        if (!from || !from->known || array_follows(e->w, v, k, own->axis, from->axis, &by) != from->axis) continue;
        int64_t offset = from->offset - by;
        if (own->known && (e->down ? offset <= own->offset : offset >= own->offset)) continue;
        if (e->down ? offset > late : offset < late) continue;
        own->offset = offset;
        own->known = moved = true;
    }
    return moved;
}

/* From what is known upward, until nothing moves any more. */
static void early_settle(early *e)
{
    array_lowering *w = e->w;
    bool news = true;
    for (uint32_t v = e->first; v <= e->last; v++) w->mark[v] = w->mark[v] && early_can(e, v);
    for (uint32_t v = e->first; v <= e->last; v++) {
        if (!w->mark[v]) continue;
        e->late[v - e->first] = early_bind(e, v)->offset;
        early_bind(e, v)->known = false;
    }
    for (int pass = 0; pass < EARLY_PASSES && news; pass++) {
        news = false;
        for (uint32_t v = e->first; v <= e->last; v++)
            if (w->mark[v] && early_move(e, v)) news = true;
    }
    for (uint32_t v = e->first; v <= e->last; v++) {
        if (!w->mark[v]) continue;
        array_bind *own = early_bind(e, v);
        if (news || !own->known) own->offset = e->late[v - e->first];
        own->known = true;
    }
}

bool array_early(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    early e = {w, region, r->first, r->last, w->g->regions.at[region].down, NULL};
    bool news = true, any = false;
    for (uint32_t v = e.first; v <= e.last; v++) w->mark[v] = 0;
    while (news) {
        news = false;
        for (uint32_t v = e.last + 1; v-- > e.first;) news |= early_mark(&e, v);
        any |= news;
    }
    if (!any) return true;
    size_t count = (size_t)(e.last - e.first) + 1;
    e.late = block_new(w->m, count, sizeof *e.late);
    if (!e.late) return array_no_memory(w);
    early_settle(&e);
    block_free(w->m, e.late, count);
    return true;
}
