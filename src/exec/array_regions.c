/*
 * array_regions.c - recurrences: which values a body has, and which place of each a step makes.
 *
 * A value is in a region's body if it needs a state of it and a definition (or the condition to stop) needs it;
 * the whole body of a recurrence inside belongs to it too. State k's place p is made in step p - offset. Any
 * other value is made as late as those who need it allow: with users at step i - u for their place i, which need
 * place i + c, place i + c at the latest in step i - u: offset = max (u + c), downward min. So what one step
 * makes is mostly used in the same step, and one slice of it is kept (`whole` is false). Who reads what a recurrence
 * inside makes by another axis than the one that goes along the steps, L[j, k] in a step i of rows, needs places of
 * the steps before; anything else can be made by that axis. Of steps to come it reads what is 0 there: a derivative of
 * what a range leaves out. So such arrays are set to 0 before the loop.
 */
#include <string.h>

#include "exec/array_build.h"

/* ---- How places follow ----------------------------------------------------------------------------- */

/* The axis of a map's target (`asked` alone, or where that is -1 the first one) that is `axis` + *by; -2: that reads it
 * in another way; -1: none. */
static int follow_map(const array_lowering *w, uint16_t map, size_t rank, int axis, int asked, int64_t *by)
{
    int found = -1;
    for (size_t p = 0; p < rank; p++) {
        if (asked >= 0 && (int)p != asked) continue;
        map_draft d = map_axis(w->g, map, p);
        for (size_t t = 0; t < d.terms; t++) {
            if (d.axis[t] != axis) continue;
            if (d.terms == 1 && d.factor[0] == 1) {
                *by = d.offset;
                return (int)p;
            }
            found = -2;
        }
        if (d.gather) found = found == -1 ? -3 : found;
    }
    return found == -3 ? -2 : found;
}

/* The same where places are gathered: what a step makes of the terms is added in that step. */
static int scatter_gathered(const array_lowering *w, const array_value *v, int axis, uint16_t gather, int64_t *by)
{
    array_use place = value_use(w, v, gather), u = value_use(w, v, 0);
    const array_value *terms = value_at(w, value_root(w, u.value));
    *by = 0;
    if (value_rank(w, value_at(w, place.value)) == 1) return map_plain_axis(w->g, place.map, 0);
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *own = &w->binds.at[v->binds + i], *b = value_bind(w, terms, own->region);
        if (own->axis != axis || !b || !b->known || b->axis < 0) continue;
        *by = b->offset - own->offset;
        return map_plain_axis(w->g, u.map, (size_t)b->axis);
    }
    return -1;
}

/* The domain axis of a scatter that its own axis is, and by how much it is further. */
int array_scatter_axis(const array_lowering *w, const array_value *v, int axis, int64_t *by)
{
    map_draft d = map_axis(w->g, v->target, (size_t)axis);
    *by = -d.offset;
    if (d.gather) return scatter_gathered(w, v, axis, d.gather, by);
    return d.terms == 1 && d.factor[0] == 1 ? d.axis[0] : -1;
}

int array_follows(const array_lowering *w, uint32_t user, size_t k, int axis, int asked, int64_t *by)
{
    const array_value *v = value_at(w, user);
    array_use u = value_use(w, v, k);
    size_t rank = value_rank(w, value_at(w, u.value));
    int64_t more = 0;
    *by = 0;
    if (axis < 0) return -1;
    if (v->op == OP_JOIN) {
        map_draft d = map_axis(w->g, u.map, (size_t)axis);
        *by = -d.offset;
        return d.terms == 1 && d.factor[0] == 1 ? d.axis[0] : -1;
    }
    if (v->op == OP_SCATTER) {
        axis = array_scatter_axis(w, v, axis, &more);
        if (axis < 0) return -1;
    }
    int p = follow_map(w, u.map, rank, axis, asked, by);
    *by += more;
    return p;
}

/* ---- Bodies --------------------------------------------------------------------------------------- */

bool array_push_bind(array_lowering *w, uint32_t v, array_bind bind)
{
    array_value *value = value_at(w, v);
    if (value_bind(w, value, bind.region)) return true;
    if (!array_reserve(w->m, &w->binds, value->bind_count + 1u)) return array_no_memory(w);
    uint32_t first = (uint32_t)w->binds.count;
    for (size_t i = 0; i < value->bind_count; i++) w->binds.at[w->binds.count++] = w->binds.at[value->binds + i];
    w->binds.at[w->binds.count++] = bind;
    value->binds = first;
    value->bind_count++;
    return true;
}

enum { NEEDS = 1, WANTED = 2 };

static bool is_state_of(const array_lowering *w, const array_value *v, uint32_t region)
{
    return v->op == OP_STATE && node_state(w->g, v->node)->region == region;
}

/* The definition of a state of a recurrence inside; ARRAY_NONE: v is none. */
static uint32_t inner_definition(const array_lowering *w, const array_value *v, uint32_t region)
{
    const array_region *r = &w->regions[region];
    if (v->op != OP_STATE || is_state_of(w, v, region)) return ARRAY_NONE;
    const array_region *inner = &w->regions[node_state(w->g, v->node)->region];
    return inner->first >= r->first && inner->last < r->last ? v->as : ARRAY_NONE;
}

static bool mark_needs(array_lowering *w, uint32_t v, uint32_t region)
{
    const array_value *value = value_at(w, v);
    uint32_t first = w->regions[region].first, behind = inner_definition(w, value, region);
    bool needs = is_state_of(w, value, region) || (behind != ARRAY_NONE && (w->mark[behind] & NEEDS));
    for (size_t k = 0; k < value->count && !needs; k++) {
        uint32_t a = value_use(w, value, k).value;
        needs = a >= first && (w->mark[a] & NEEDS);
    }
    bool news = needs && !(w->mark[v] & NEEDS);
    if (needs) w->mark[v] |= NEEDS;
    return news;
}

static bool mark_wanted(array_lowering *w, uint32_t v, uint32_t region)
{
    const array_value *value = value_at(w, v);
    uint32_t first = w->regions[region].first, behind = inner_definition(w, value, region);
    bool news = behind != ARRAY_NONE && !(w->mark[behind] & WANTED);
    if (behind != ARRAY_NONE) w->mark[behind] |= WANTED;
    if (value->op == OP_LOOP && value->as >= first) w->mark[value->as] |= WANTED; /* its memory, without a state too */
    for (size_t k = 0; k < value->count; k++) {
        uint32_t a = value_use(w, value, k).value;
        if (a >= first) w->mark[a] |= WANTED;
    }
    return news;
}

/* From the states upward, then from the definitions downward, within the values that may be in the body. A state
 * of a recurrence inside stands below its definition: once more for each. */
static void region_mark(array_lowering *w, uint32_t region)
{
    array_region *r = &w->regions[region];
    const graph_region *from = &w->g->regions.at[region];
    bool again = true;
    for (uint32_t v = r->first; v <= r->last; v++) w->mark[v] = 0;
    while (again) {
        again = false;
        for (uint32_t v = r->first; v <= r->last; v++)
            if (mark_needs(w, v, region) && value_at(w, v)->defines) again = true;
    }
    for (uint32_t s = from->first; s < from->first + from->count; s++) {
        uint32_t d = w->state[s];
        if (d >= r->first) w->mark[d] |= WANTED | (r->until != ARRAY_NONE ? NEEDS : 0);
    }
    if (r->until != ARRAY_NONE && r->until >= r->first) w->mark[r->until] |= WANTED;
    for (again = true; again;) {
        again = false;
        for (uint32_t v = r->last + 1; v-- > r->first;)
            if ((w->mark[v] & WANTED) && mark_wanted(w, v, region)) again = true;
    }
}

/* A whole recurrence inside is in the body with what it makes. */
static void region_inner(array_lowering *w, uint32_t region)
{
    array_region *r = &w->regions[region];
    for (uint32_t v = r->first; v <= r->last; v++) {
        const array_value *value = value_at(w, v);
        bool in = value->op == OP_LOOP && (w->mark[v] == (NEEDS | WANTED) || w->mark[value->as] == (NEEDS | WANTED));
        if (!in) continue;
        uint32_t inner = node_state(w->g, value->node)->region;
        if (inner == region || w->regions[inner].parent != ARRAY_NONE) continue;
        w->regions[inner].parent = region;
    }
    for (uint32_t v = r->first; v <= r->last; v++) {
        for (uint32_t in = value_at(w, v)->region; in != ARRAY_NONE; in = w->regions[in].parent)
            if (w->regions[in].parent == region) w->mark[v] = NEEDS | WANTED;
    }
}

static bool region_body(array_lowering *w, uint32_t region)
{
    array_region *r = &w->regions[region];
    region_mark(w, region);
    region_inner(w, region);
    for (uint32_t v = r->first; v <= r->last; v++) {
        array_value *value = value_at(w, v);
        if (value->op == OP_LOOP && node_state(w->g, value->node)->region == region) continue;
        if (w->mark[v] != (NEEDS | WANTED)) continue;
        if (value->region == ARRAY_NONE) value->region = region;
        array_bind bind = {.region = region, .axis = -1};
        if (!array_push_bind(w, v, bind)) return false;
    }
    return true;
}

/* ---- Offsets --------------------------------------------------------------------------------------- */

static void region_seed(array_lowering *w, uint32_t region)
{
    const graph_region *r = &w->g->regions.at[region];
    for (uint32_t s = r->first; s < r->first + r->count; s++) {
        uint32_t d = value_root(w, w->state[s]);
        array_bind bind = {region, w->g->states.at[s].axis, w->g->states.at[s].offset, true, true, false, false, 0};
        array_bind *there = value_bind(w, value_at(w, d), region);
        if (there) *there = bind;
    }
    if (w->regions[region].until == ARRAY_NONE) return;
    const array_value *u = value_at(w, value_root(w, w->regions[region].until));
    array_bind *until = value_bind(w, u, region); /* its last axis: those of outer recurrences come before */
    if (until) *until = (array_bind){region, (int32_t)value_rank(w, u) - 1, 0, true, false, false, false, 0};
}

/* Does axis d of v go with one of these axes of its argument k? */
static bool along_follows(const array_lowering *w, uint32_t v, size_t k, int d, uint32_t along)
{
    int64_t by;
    for (int axis = 0; along; axis++, along >>= 1)
        if ((along & 1) && array_follows(w, v, k, d, axis, &by) == axis) return true;
    return false;
}

/* The axes of v by which an argument goes along the steps. */
static uint32_t along_of(const array_lowering *w, uint32_t region, uint32_t v)
{
    const array_value *value = value_at(w, v);
    uint32_t along = 0;
    for (size_t k = 0; k < value->count; k++) {
        const array_bind *from = value_bind(w, value_at(w, value_root(w, value_use(w, value, k).value)), region);
        for (size_t d = 0; from && d < value_rank(w, value); d++)
            if (along_follows(w, v, k, (int)d, from->along)) along |= 1U << d;
    }
    return along;
}

/* From the states on. */
static void region_along(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    bool news = true;
    for (uint32_t v = r->first; v <= r->last; v++) {
        array_bind *b = value_bind(w, value_at(w, v), region);
        if (b) b->along = b->known && b->axis >= 0 ? 1U << b->axis : 0;
    }
    for (int pass = 0; pass < 64 && news; pass++) {
        news = false;
        for (uint32_t v = r->first; v <= r->last; v++) {
            array_bind *b = value_bind(w, value_at(w, v), region);
            if (!b || b->known || value_at(w, v)->op == OP_SCATTER) continue;
            uint32_t along = b->along | along_of(w, region, v);
            news = news || along != b->along;
            b->along = along;
        }
    }
}

bool array_region_holds(const array_lowering *w, uint32_t region, uint32_t in)
{
    while (in != ARRAY_NONE && in != region) in = w->regions[in].parent;
    return in == region;
}

/* The axis of a, as `to` says, that goes along the steps, where a user reads it by another one that it cannot be made
 * by: a recurrence inside makes it, of which the user is no part, or not all users read it so. -1: none or several. */
static int along_other(const array_lowering *w, uint32_t user, uint32_t a, const array_bind *to, int axis)
{
    uint32_t inside = value_at(w, a)->region;
    bool made = inside != to->region && !array_region_holds(w, inside, value_at(w, user)->region);
    if ((!made && !to->natural) || to->along == 0 || (axis >= 0 && to->along >> axis & 1)) return -1;
    if (to->known) return to->axis;
    for (int d = 0; d < AXES_MOST; d++)
        if (to->along == 1U << d) return d;
    return -1;
}

/* The axis of an argument by which a use may say that; -1: the first that goes with the user's. On a diagonal, h[t, t],
 * that is one which goes along the steps. */
static int offset_asked(const array_lowering *w, uint32_t user, size_t k, int own, const array_bind *to)
{
    int64_t by;
    if (to->known) return to->axis;
    for (int d = 0; d < AXES_MOST; d++)
        if ((to->along >> d & 1) && array_follows(w, user, k, own, d, &by) == d) return d;
    return -1;
}

/* One use says when its argument must be there. Returns whether that is news. */
static bool offset_use(array_lowering *w, uint32_t region, uint32_t user, size_t k)
{
    const array_bind *b = value_bind(w, value_at(w, user), region);
    uint32_t a = value_root(w, value_use(w, value_at(w, user), k).value);
    array_bind *to = value_bind(w, value_at(w, a), region);
    bool down = w->g->regions.at[region].down;
    int64_t by;
    if (!b || !b->known || !to) return false;
    for (uint32_t s = w->g->regions.at[region].first, e = s + w->g->regions.at[region].count; s < e; s++)
        if (value_root(w, w->state[s]) == a) return false;
    int asked = offset_asked(w, user, k, b->axis, to), axis = array_follows(w, user, k, b->axis, asked, &by),
        read = axis;
    if (axis == -1 && asked >= 0) read = array_follows(w, user, k, b->axis, -1, &by);
    int other = read >= 0 ? along_other(w, user, a, to, read) : -1;
    if (other >= 0) by = down ? 1 : -1, axis = other, to->ahead = true;
    if (axis == -2 && to->known) by = down ? 1 : -1, axis = to->axis;
    if (axis < 0) return false;
    int64_t offset = b->offset + by;
    bool news = !to->known || (down ? offset < to->offset : offset > to->offset);
    if (news) to->axis = axis, to->offset = offset, to->known = true;
    return news;
}

/* Did a user choose the axis, by which not all that it is made of goes along the steps? */
static bool along_chosen(const array_bind *b)
{
    return b->along != 0 && !(b->along >> b->axis & 1);
}

/* What no user says is taken from what it uses itself. */
static bool offset_own(array_lowering *w, uint32_t region, uint32_t v)
{
    array_value *value = value_at(w, v);
    array_bind *b = value_bind(w, value, region);
    int64_t by;
    for (size_t k = 0; k < value->count && !b->known; k++) {
        const array_bind *from = value_bind(w, value_at(w, value_root(w, value_use(w, value, k).value)), region);
        if (!from || !from->known || from->axis < 0 || along_chosen(from)) continue;
        if (value->op == OP_JOIN || value->op == OP_SCATTER) continue;
        for (size_t d = 0; d < value_rank(w, value) && !b->known; d++)
            if (array_follows(w, v, k, (int)d, from->axis, &by) == from->axis)
                b->axis = (int)d, b->offset = from->offset - by, b->known = true;
    }
    return b->known;
}

static void region_settle(array_lowering *w, uint32_t region)
{
    array_region *r = &w->regions[region];
    bool news = true;
    for (int pass = 0; pass < 64 && news; pass++) {
        news = false;
        for (uint32_t v = r->last + 1; v-- > r->first;)
            for (size_t k = 0; k < value_at(w, v)->count; k++) news |= offset_use(w, region, v, k);
        for (uint32_t v = r->first; !news && v <= r->last; v++) {
            const array_bind *b = value_bind(w, value_at(w, v), region);
            if (b && !b->known && value_at(w, v)->lies != LIES_AS) news = offset_own(w, region, v);
        }
    }
}

/* Does v read its argument k otherwise than by the axis that another user chose for it? */
static bool along_refuted(const array_lowering *w, uint32_t region, uint32_t v, size_t k)
{
    const array_bind *b = value_bind(w, value_at(w, v), region);
    const array_bind *to = value_bind(w, value_at(w, value_root(w, value_use(w, value_at(w, v), k).value)), region);
    int64_t by;
    if (!b || !to || !to->known || to->axis < 0 || !along_chosen(to)) return false;
    return !b->known || b->axis < 0 || array_follows(w, v, k, b->axis, to->axis, &by) != to->axis;
}

/* What not all users read by the axis chosen is made by one of its own. */
static bool region_refuted(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    bool any = false;
    for (uint32_t v = r->first; v <= r->last; v++)
        for (size_t k = 0; value_at(w, v)->op != OP_LOOP && k < value_at(w, v)->count; k++) {
            if (!along_refuted(w, region, v, k)) continue;
            uint32_t a = value_root(w, value_use(w, value_at(w, v), k).value);
            value_bind(w, value_at(w, a), region)->natural = any = true;
        }
    return any;
}

static void region_offsets(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    region_seed(w, region);
    region_along(w, region);
    region_settle(w, region);
    for (int round = 0; round < 64 && region_refuted(w, region); round++) {
        for (uint32_t v = r->first; v <= r->last; v++) {
            array_bind *b = value_bind(w, value_at(w, v), region);
            if (b) b->axis = -1, b->offset = 0, b->known = b->whole = b->ahead = false;
        }
        region_seed(w, region);
        region_along(w, region);
        region_settle(w, region);
    }
}

/* ---- What one step alone needs ---------------------------------------------------------------------- */

enum { IN_ONE = 1, IN_MANY };

/* In which step alone v needs its argument k: at one place x[0] = … of what steps make, or adds it to. */
static bool fixed_step(const array_lowering *w, uint32_t v, size_t k, uint32_t region, int64_t *step)
{
    const array_value *value = value_at(w, v);
    const array_bind *b = value_bind(w, value, region);
    if (!b || !b->known) return false;
    *step = b->offset;
    if (b->axis < 0) return true;
    if (value->op != OP_JOIN && value->op != OP_SCATTER) return false;
    uint16_t map = value->op == OP_SCATTER ? value->target : value_use(w, value, k).map;
    map_draft d = map_axis(w->g, map, (size_t)b->axis);
    *step = d.offset - b->offset;
    return d.terms == 0 && !d.gather;
}

/* From users to what they use: values without a place in each step that are needed in one. */
static void region_fixed(array_lowering *w, uint32_t region)
{
    const array_region *r = &w->regions[region];
    for (uint32_t v = r->first; v <= r->last; v++) w->mark[v] = 0;
    for (uint32_t v = (uint32_t)w->values.count; v-- > r->first;) {
        const array_value *value = value_at(w, v);
        array_bind *own = value_bind(w, value, region);
        if (own && own->axis < 0) own->known = v <= r->last && w->mark[v] == IN_ONE;
        for (size_t k = 0; value->op != OP_LOOP && k < value->count; k++) {
            uint32_t a = value_root(w, value_use(w, value, k).value);
            array_bind *to = value_bind(w, value_at(w, a), region);
            int64_t step;
            if (!to || to->axis >= 0 || a < r->first || a > r->last) continue;
            bool one = fixed_step(w, v, k, region, &step) && (!w->mark[a] || to->offset == step);
            if (one && !w->mark[a]) w->mark[a] = IN_ONE, to->offset = step;
            if (!one) w->mark[a] = IN_MANY;
        }
    }
}

/* ---- What must be kept whole ------------------------------------------------------------------------ */

static void keep_use(array_lowering *w, uint32_t user, size_t k)
{
    const array_value *v = value_at(w, user);
    array_value *a = value_at(w, value_root(w, value_use(w, v, k).value));
    for (size_t i = 0; i < a->bind_count; i++) {
        array_bind *to = &w->binds.at[a->binds + i];
        const array_bind *b = value_bind(w, v, to->region);
        int64_t by = 0;
        if (to->axis < 0) continue;
        bool fits = b && b->axis >= 0 && array_follows(w, user, k, b->axis, to->axis, &by) == to->axis &&
                    b->offset + by == to->offset;
        bool seen = b && b->whole && (v->op == OP_AT || v->op == OP_COPY || v->op == OP_STOP);
        if (!fits || seen) to->whole = true;
    }
}

static void keep_whole(array_lowering *w)
{
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        bool all = value->defines || value->output || value->op == OP_SCATTER;
        for (size_t i = 0; all && i < value->bind_count; i++) w->binds.at[value->binds + i].whole = true;
        for (size_t k = 0; value->op != OP_LOOP && k < value->count; k++) keep_use(w, v, k);
    }
}

/* What opening products has left without a user is not computed. */
static void drop_unused(array_lowering *w)
{
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        if (value->output || value->defines) w->mark[v] = 1;
        if (!w->mark[v] && value->op != OP_LOOP) {
            if (value->lies == LIES_INLINE) value->lies = LIES_NOWHERE, value->count = 0;
            continue;
        }
        for (size_t k = 0; k < value->count; k++) w->mark[value_root(w, value_use(w, value, k).value)] = 1;
        for (size_t k = 0; k < value->count; k++) w->mark[value_use(w, value, k).value] = 1;
    }
}

bool array_regions(array_lowering *w)
{
    size_t count = w->g->regions.count;
    w->mark = block_new(w->m, w->values.count, 1);
    if (!w->mark) return array_no_memory(w);
    for (size_t i = 0; i < w->wanted_count; i++) value_at(w, value_root(w, w->of[w->wanted[i]]))->output = true;
    for (size_t r = 0; r < count; r++)
        if (w->regions[r].needed && w->regions[r].until != ARRAY_NONE) w->mark[value_root(w, w->regions[r].until)] = 1;
    drop_unused(w);
    for (size_t r = 0; r < count; r++) {
        w->regions[r].first = w->regions[r].parent = ARRAY_NONE;
        w->regions[r].last = 0;
    }
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value->op != OP_STATE && value->op != OP_LOOP) continue;
        array_region *r = &w->regions[node_state(w->g, value->node)->region];
        if (value->op == OP_LOOP) r->last = v;
        if (value->op == OP_STATE && r->first == ARRAY_NONE) r->first = v;
    }
    for (size_t done = 0, last = 0; done < count; done++) { /* by the place where they are closed: inner ones first */
        uint32_t next = ARRAY_NONE;
        for (uint32_t r = 0; r < count; r++)
            if (w->regions[r].needed && w->regions[r].last >= last &&
                (next == ARRAY_NONE || w->regions[r].last < w->regions[next].last))
                next = r;
        if (next == ARRAY_NONE) break;
        last = w->regions[next].last + 1;
        if (w->regions[next].first == ARRAY_NONE) continue;
        if (!region_body(w, next)) return false;
        region_offsets(w, next);
        if (!array_early(w, next)) return false;
        region_fixed(w, next);
    }
    if (!array_absorb(w)) return false;
    keep_whole(w);
    return true;
}
