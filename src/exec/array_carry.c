/*
 * array_carry.c - recurrences of which one slice is enough.
 *
 *     p[j] = p[j + 1] * t + x[j]; … p[0]           Horner's rule: one number for each t is carried from step to step
 *     a[j] = a[j - 1] * t;  s[j] = sum(i: a[i, j])  a sum over what each step makes is made in the step
 *
 * Two things are done. Sums that use an array made by a recurrence only at the place that a step makes are ABSORBED:
 * they join the recurrence's body. Then an array of which nothing else is used but the place that is made last, and
 * which a step reads at the place made before where it writes the next, element by element, is CARRIED: the steps
 * write over one slice.
 */
#include "exec/array_inside.h"

enum { CARRY_MOST = 240 };   /* steps */
enum { ABSORB_LEAST = 256 }; /* places of a slice: so many are worth a step of their own */

static size_t carry_elements(const array_lowering *w, uint16_t shape)
{
    size_t n = 0;
    shape_elements(w->g, shape, &n);
    return n;
}

/* The definition that array `a` is made by in region r, or ARRAY_NONE. */
static uint32_t carry_made(const array_lowering *w, uint32_t a, uint32_t r)
{
    uint32_t root = value_root(w, a);
    const array_value *v = value_at(w, root);
    return v->defines && v->region == r && value_bind(w, v, r) ? root : ARRAY_NONE;
}

static bool carry_region(const array_lowering *w, uint32_t r)
{
    const array_region *region = &w->regions[r];
    if (w->g->passes_off & PASS_CARRIES) return false;
    if (!region->needed || region->first == ARRAY_NONE || region->until != ARRAY_NONE) return false;
    if (region->parent != ARRAY_NONE || w->g->regions.at[r].count != 1) return false;
    if (w->g->regions.at[r].high - w->g->regions.at[r].low >= CARRY_MOST && !(w->g->passes_off & PASS_SEGMENTS))
        return false; /* it goes in segments */
    for (size_t i = 0; i < w->g->regions.count; i++)
        if (w->regions[i].needed && w->regions[i].parent == r) return false;
    return true;
}

/* ---- Absorbing ----------------------------------------------------------------------------------------- */

/* The argument of v as a use of d itself, which it may see through an access. */
static bool absorb_use(array_lowering *w, uint32_t v, uint32_t d, array_use *use)
{
    bool gathers;
    *use = value_use(w, value_at(w, v), 0);
    if (value_root(w, use->value) == d) return true;
    const array_value *x = value_at(w, use->value);
    if (x->op != OP_AT || (x->flags & NODE_WHEN)) return false;
    array_use seen = value_use(w, x, 0);
    if (value_root(w, seen.value) != d || !array_inside(w, seen.map, x->shape, value_at(w, d)->shape, &gathers))
        return false;
    use->value = seen.value;
    use->map = graph_map_compose(w->g, use->map, seen.map, value_rank(w, value_at(w, d)));
    return use->map != UINT16_MAX && map_is_plain(w->g, use->map); /* a step reads its arguments at its own places */
}

/* Is v a sum over places of d, one for each place that a step makes, and of nothing else? Then how it is bound. */
static bool absorb_bind(array_lowering *w, uint32_t v, uint32_t d, uint32_t r, array_use *use, array_bind *bind)
{
    const array_value *value = value_at(w, v);
    const array_bind *made = value_bind(w, value_at(w, d), r);
    if (!op_is_reduction(value->op) || value->op == OP_ARGMIN || value->op == OP_ARGMAX || value->product) return false;
    if (value->region != ARRAY_NONE || value->lies != LIES_INLINE || value->count != 1 || !made || made->axis < 0)
        return false;
    if (!absorb_use(w, v, d, use)) return false;
    size_t own = value_rank(w, value), all = carry_elements(w, value->domain);
    map_draft at = map_axis(w->g, use->map, (size_t)made->axis);
    for (size_t p = 0; p < own; p++) {
        int64_t by = at.offset;
        if (at.gather || at.terms != 1 || at.axis[0] != p || at.factor[0] != 1) continue;
        int64_t size = value_sizes(w, value)[p];
        *bind = (array_bind){r, (int32_t)p, made->offset - by, true, true, false, false, 0};
        return size > 0 && all / (size_t)size >= ABSORB_LEAST;
    }
    return false;
}

/* Is d used by nothing but such sums, states of its own recurrence, and the place that is made last? */
static bool carry_users(array_lowering *w, uint32_t d, uint32_t r, bool *sums)
{
    const array_bind *made = value_bind(w, value_at(w, d), r);
    int64_t last = w->g->regions.at[r].down ? 0 : value_sizes(w, value_at(w, d))[made->axis] - 1;
    array_bind bind;
    array_use use;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        for (size_t k = 0; value->op != OP_LOOP && value->op != OP_STATE && k < value->count; k++) {
            array_use u = value_use(w, value, k);
            const array_value *a = value_at(w, value_root(w, u.value));
            if (value->region == r || !value_bind(w, a, r)) continue;
            if (absorb_bind(w, v, d, r, &use, &bind)) {
                *sums = true;
                continue;
            }
            if (value_root(w, u.value) != d && a->lies == LIES_STORED) continue;
            if (value_root(w, u.value) != d) return false;
            if (value->op == OP_JOIN || value->op == OP_SCATTER) return false;
            map_draft at = map_axis(w->g, u.map, (size_t)made->axis);
            if (at.gather || at.terms || at.offset != last) return false;
        }
    }
    return true;
}

static bool absorb_into(array_lowering *w, uint32_t d, uint32_t r)
{
    array_bind bind;
    array_use use;
    for (uint32_t v = 0; v < w->values.count; v++) {
        if (value_at(w, v)->region == r || !absorb_bind(w, v, d, r, &use, &bind)) continue;
        if (!array_push_bind(w, v, bind)) return false;
        w->uses.at[value_at(w, v)->uses] = use;
        value_at(w, v)->region = r;
        value_at(w, v)->absorbed = true;
        if (v > w->regions[r].last) w->regions[r].last = v;
    }
    return true;
}

bool array_absorb(array_lowering *w)
{
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        bool sums = false;
        if (!carry_region(w, r)) continue;
        uint32_t d = carry_made(w, w->state[w->g->regions.at[r].first], r);
        if (d == ARRAY_NONE || value_at(w, d)->output || !carry_users(w, d, r, &sums) || !sums) continue;
        if (!absorb_into(w, d, r)) return false;
    }
    return true;
}

/* ---- Carrying ------------------------------------------------------------------------------------------ */

/* Does use k of v read the same place along all axes but the bound one? */
static bool carry_same(const array_lowering *w, uint32_t v, size_t k, int axis)
{
    array_use u = value_use(w, value_at(w, v), k);
    size_t rank = value_rank(w, value_at(w, value_root(w, u.value)));
    if (value_rank(w, value_at(w, v)) != rank) return false;
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(w->g, u.map, p);
        if (d.gather || (d.terms && (d.terms != 1 || d.axis[0] != p || d.factor[0] != 1))) return false;
        if ((int)p != axis && (d.terms != 1 || d.offset)) return false;
    }
    return true;
}

/* At which step use k of v is made, seen from the step of v: 0 the same, 1 the one before; -1: another. */
static int carry_step(const array_lowering *w, uint32_t v, size_t k, uint32_t r)
{
    const array_bind *own = value_bind(w, value_at(w, v), r);
    const array_bind *made = value_bind(w, value_at(w, value_root(w, value_use(w, value_at(w, v), k).value)), r);
    int64_t by;
    if (!own || !made || array_follows(w, v, k, own->axis, made->axis, &by) != made->axis) return -1;
    int64_t back = made->offset - (own->offset + by);
    if (w->g->regions.at[r].down) back = -back;
    return back == 0 || back == 1 ? (int)back : -1;
}

/* Is all that reads the place made before computed where d itself is, element by element? */
static bool carry_reads(array_lowering *w, uint32_t d, uint32_t r)
{
    const array_bind *made = value_bind(w, value_at(w, d), r);
    bool ok = true;
    for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) w->mark[v] = 0;
    for (uint32_t v = w->regions[r].first; ok && v <= w->regions[r].last; v++) {
        const array_value *value = value_at(w, v);
        if (!value_bind(w, value, r) || value->op == OP_LOOP || value->op == OP_STATE) continue;
        for (size_t k = 0; ok && k < value->count; k++) {
            uint32_t root = value_root(w, value_use(w, value, k).value);
            bool in = root >= w->regions[r].first && root <= w->regions[r].last;
            int step = root == d || (in && w->mark[root]) ? carry_step(w, v, k, r) : 0;
            bool before = root == d ? step != 0 : in && w->mark[root];
            if (!before) continue;
            if (v != d) w->mark[v] = 1;
            ok = step == (root == d) && carry_same(w, v, k, made->axis) &&
                 (v == d || value->lies == LIES_INLINE || value->lies == LIES_VIEW);
        }
    }
    return ok;
}

/* Does an output see the recurrence's array, as one of its steps does? (diff(e, v[i]) of p[t+1] = p[t] + v[t] is what
 * the steps back read of the place before.) */
static bool carry_shown(const array_lowering *w, uint32_t r)
{
    for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
        const array_value *value = value_at(w, v);
        if (value->output && value->lies == LIES_VIEW && value_bind(w, value, r)) return true;
    }
    return false;
}

void array_carry(array_lowering *w)
{
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        bool sums = false;
        if (!carry_region(w, r)) continue;
        uint32_t d = carry_made(w, w->state[w->g->regions.at[r].first], r);
        if (d == ARRAY_NONE || value_at(w, d)->output || value_at(w, d)->lies != LIES_STORED) continue;
        if (carry_users(w, d, r, &sums) && !sums && carry_reads(w, d, r) && !carry_shown(w, r))
            value_bind(w, value_at(w, d), r)->whole = false;
    }
}
