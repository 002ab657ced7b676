/*
 * array_homes.c - which values have no memory, because the steps that use them compute them strip by strip.
 *
 * From users to what they use: a value all of whose users are in one step (its HOME) is inline there, unless it
 * would be computed more than once (the step goes over more places), belongs to another recurrence, or the step
 * is long already. What would take HUGE elements is computed again rather than kept: a reduction over more places than
 * memory has needs time alone.
 */
#include <string.h>

#include "exec/array_inside.h"

enum {
    HOME_MOST = 96,   /* operations of one step */
    THROUGH_MOST = 2, /* of those, seen through accesses: each may cut the step */
    SPREAD_LEAST = 8, /* places to each place of an argument */
    THIN = 64,
    HUGE_LEAST = 1 << 28 /* elements: 2 GiB of doubles */
};

/* Several steps use it; steps of another loop or block do; it must lie in memory. */
enum { DEMAND_SHARED = 1, DEMAND_APART, DEMAND_HARD };

typedef struct homes {
    uint8_t *through; /* by home: values in it that are made at places of accesses */
    uint32_t *home;   /* by value: the step that computes it; ARRAY_NONE: nobody uses it yet */
    uint8_t *demand;  /* by value: it must lie in memory */
    uint8_t *again;   /* by value: every step that needs it makes it anew */
    uint32_t *count;  /* by home: operations in it */
    size_t steps;
} homes;

/* Can each place of the domain be read under the map without leaving the array? */
bool array_inside(const array_lowering *w, uint16_t map, uint16_t domain, uint16_t shape, bool *gathers)
{
    const int64_t *sizes = shape_sizes(w->g, domain), *most = shape_sizes(w->g, shape);
    bool inside = true;
    *gathers = false;
    for (size_t p = 0; p < shape_rank(w->g, shape); p++) {
        map_draft d = map_axis(w->g, map, p);
        int64_t low = d.offset, high = d.offset, far;
        if (d.gather) *gathers = true;
        for (size_t t = 0; t < d.terms; t++) {
            if (__builtin_mul_overflow(d.factor[t], sizes[d.axis[t]] - 1, &far)) return false;
            if (__builtin_add_overflow(far < 0 ? low : high, far, far < 0 ? &low : &high)) return false;
        }
        inside = inside && !d.gather && low >= 0 && high < most[p];
    }
    for (size_t d = 0; d < shape_rank(w->g, domain); d++)
        if (sizes[d] == 0) return !*gathers;
    return inside;
}

static size_t elements_of(const array_lowering *w, uint16_t shape)
{
    size_t n = 0;
    shape_elements(w->g, shape, &n);
    return n;
}

bool array_is_copy(const array_lowering *w, const array_value *v)
{
    if ((v->op != OP_COPY && v->op != OP_STOP) || v->relaid) return false;
    return value_at(w, value_root(w, value_use(w, v, 0).value))->type == v->type;
}

static bool is_view(const array_lowering *w, const array_value *v)
{
    bool gathers;
    if (v->op != OP_AT || v->part.kind == PART_PICK) return false;
    array_use u = value_use(w, v, 0);
    return array_inside(w, u.map, v->shape, value_at(w, u.value)->shape, &gathers);
}

static bool can_be_inline(const array_lowering *w, const array_value *v)
{
    bool whole = v->defines || v->output;
    for (size_t i = 0; i < v->bind_count; i++) whole = whole || w->binds.at[v->binds + i].whole;
    return !whole && (value_is_each(v) || v->op == OP_AT);
}

/* One cheap operation on what is spread over more places: computed wherever it is used, for to keep it costs more. */
static bool is_spread(const array_lowering *w, const array_value *v)
{
    size_t n = elements_of(w, v->shape);
    if (v->op != OP_ADD && v->op != OP_SUB && v->op != OP_MUL && v->op != OP_NEG) return false;
    if (v->type == ARRAY_INT || v->count > 2) return false;
    for (size_t k = 0; k < v->count; k++)
        if (elements_of(w, value_at(w, value_root(w, value_use(w, v, k).value))->shape) > n / SPREAD_LEAST)
            return false;
    return true;
}

/* Does it lie in memory for good, whoever uses it? */
static bool is_kept(const array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    if (is_view(w, value)) value = value_at(w, value_root(w, value_use(w, value, 0).value));
    return value->lies == LIES_CONST || value->op == OP_INPUT || value->op == OP_PARAM || value->defines;
}

/* A cheap operation of a recurrence's body on what is kept for all its places anyway: who needs it later makes it
 * again, for to keep its places too costs memory, which is slower. */
static bool is_made_again(const array_lowering *w, const array_value *v)
{
    if (v->op != OP_ADD && v->op != OP_SUB && v->op != OP_MUL && v->op != OP_NEG) return false;
    if (v->type == ARRAY_INT || v->count > 2 || v->output || v->defines || v->region == ARRAY_NONE) return false;
    for (size_t k = 0; k < v->count; k++) {
        uint32_t a = value_root(w, value_use(w, v, k).value);
        const array_value *arg = value_at(w, a);
        bool again = arg->count == 2 && (arg->op == OP_MUL || arg->op == OP_ADD) && !arg->defines && !arg->output;
        for (size_t i = 0; again && i < arg->count; i++) again = is_kept(w, value_root(w, value_use(w, arg, i).value));
        if (!again && !is_kept(w, a)) return false;
    }
    return true;
}

/* ---- Made anew ------------------------------------------------------------------------------------------ */

/* Its own memory, or that of what it is seen through. */
static const array_value *base_of(const array_lowering *w, const array_value *v)
{
    while (is_view(w, v) || array_is_copy(w, v)) v = value_at(w, value_root(w, value_use(w, v, 0).value));
    return v;
}

static bool is_whole(const array_lowering *w, const array_value *v)
{
    for (size_t i = 0; i < v->bind_count; i++)
        if (w->binds.at[v->binds + i].whole) return true;
    return false;
}

/* Whose places may all be asked for: constants, what the caller gives, what a recurrence keeps or could keep. */
static bool can_be_kept(const array_lowering *w, const array_value *v, uint32_t region)
{
    const array_value *base = base_of(w, v);
    if (base->lies == LIES_CONST || base->lies == LIES_RAMP || base->op == OP_INPUT || base->op == OP_PARAM)
        return true;
    if (base->region == ARRAY_NONE) return !value_in_blocks(base);
    return base->defines || base->region == region || is_whole(w, base);
}

/* One cheap operation with one argument as large as itself: who needs it makes it anew, for that reads no more than
 * to read it would, and nobody has to write it. Only in recurrences' bodies, where what derivatives need is kept for
 * all steps: then that argument is kept instead. What is not kept for all steps is made anew of memory alone. */
static bool is_remade(const array_lowering *w, const array_value *v)
{
    bool whole = is_whole(w, v);
    bool cheap =
        v->op == OP_ADD || v->op == OP_SUB || v->op == OP_MUL || v->op == OP_NEG || v->op == OP_DIV || v->op == OP_IF;
    size_t large = 0, n = elements_of(w, v->shape);
    if (!cheap || v->type == ARRAY_INT || v->inner == ARRAY_INT || v->region == ARRAY_NONE || value_in_blocks(v))
        return false;
    if (v->output || v->defines || v->relaid || v->absorbed || (w->g->passes_off & PASS_CARRIES)) return false;
    for (size_t k = 0; k < v->count; k++) {
        const array_value *a = value_at(w, value_root(w, value_use(w, v, k).value));
        if (a->lies == LIES_CONST) continue;
        if (a->type == ARRAY_INT || a->part.kind != PART_NONE || !can_be_kept(w, a, v->region)) return false;
        bool is_large = elements_of(w, a->shape) > n / SPREAD_LEAST;
        if (!whole && (v->op == OP_DIV || (is_large && value_is_each(a) && !is_whole(w, a)))) return false;
        large += is_large;
    }
    return large == 1;
}

/* v, which is needed of all steps, is computed where it is needed: so is `a`, which it is made of. */
static void ask_whole(array_lowering *w, uint32_t v, uint32_t a)
{
    const array_value *arg = value_at(w, a), *base = base_of(w, arg);
    if (!is_whole(w, value_at(w, v))) return;
    for (size_t i = 0; i < base->bind_count; i++) w->binds.at[base->binds + i].whole = true;
    for (size_t i = 0; i < arg->bind_count; i++) w->binds.at[arg->binds + i].whole = true;
}

/* What v, made anew wherever it is needed, asks of value a: to be made anew too, or to lie in memory. */
static uint8_t ask_again(const array_lowering *w, uint32_t a)
{
    const array_value *arg = value_at(w, a);
    if (arg->lies == LIES_CONST || arg->lies == LIES_RAMP) return 0;
    return is_remade(w, arg) ? DEMAND_APART : DEMAND_HARD;
}

/* An access in a recurrence's body that each step settles (array_settle.c): only the number of the step says whether
 * it lies inside. */
static bool is_settled(const array_lowering *w, const array_value *v)
{
    if (v->op != OP_AT || v->region == ARRAY_NONE || !(v->flags & NODE_ZERO) || (v->flags & NODE_WHEN)) return false;
    array_use u = value_use(w, v, 0);
    const array_value *a = value_at(w, value_root(w, u.value));
    if (a->lies == LIES_CONST || a->lies == LIES_RAMP) return false;
    for (size_t p = 0; p < value_rank(w, a); p++) {
        map_draft d = map_axis(w->g, u.map, p);
        if (d.gather || d.terms > 1 || (d.terms && d.factor[0] != 1)) return false;
        if (d.terms && value_is_bound(w, v, d.axis[0])) continue;
        int64_t last = d.offset + (d.terms ? value_sizes(w, v)[d.axis[0]] - 1 : 0);
        if (d.offset < 0 || last >= value_sizes(w, a)[p] || (d.terms && last + 1 - d.offset != value_sizes(w, a)[p]))
            return false;
    }
    return true;
}

/* t^j with the index j: sums over such powers need none of them in memory (array_power.c). */
static bool is_power(const array_lowering *w, const array_value *v)
{
    if (v->op != OP_POW || v->count != 2 || v->type != ARRAY_F64 || (w->g->passes_off & PASS_POWERS)) return false;
    const array_value *t = value_at(w, value_root(w, value_use(w, v, 0).value));
    const array_value *j = value_at(w, value_root(w, value_use(w, v, 1).value));
    return j->lies == LIES_RAMP && elements_of(w, t->shape) < elements_of(w, v->shape);
}

/* Is argument k of v a factor of what is summed? */
static bool is_summed(const array_lowering *w, const homes *h, uint32_t v)
{
    const array_value *value = value_at(w, v);
    if (value->lies != LIES_INLINE || (value->op != OP_MUL && value->op != OP_MUL0)) return false;
    return h->home[v] < w->values.count && value_at(w, h->home[v])->op == OP_SUM && !value_at(w, h->home[v])->product;
}

/* Decides about v; its users are decided already. */
static void decide(array_lowering *w, homes *h, uint32_t v)
{
    array_value *value = value_at(w, v);
    if (value->lies != LIES_INLINE) return;
    bool view = is_view(w, value), copy = array_is_copy(w, value);
    bool alone = !h->demand[v] || (h->demand[v] == DEMAND_SHARED && (is_spread(w, value) || is_power(w, value)));
    bool stays = !value->defines && !value->relaid && alone && can_be_inline(w, value) && h->home[v] != ARRAY_NONE &&
                 h->count[h->home[v]] < HOME_MOST;
    bool used = h->demand[v] < DEMAND_HARD && h->home[v] != ARRAY_NONE && !value->defines && !value->relaid;
    if (used && !stays && h->demand[v] && is_remade(w, value)) stays = true, h->again[v] = true;
    if (used && (is_made_again(w, value) || (can_be_inline(w, value) && is_settled(w, value)))) stays = true;
    if (value->op == OP_INPUT || value->op == OP_PARAM)
        value->lies = LIES_STORED;
    else if ((view || (copy && !stays)) && !value->defines)
        value->lies = LIES_VIEW;
    else if (!stays || (w->g->passes_off & PASS_FUSING))
        value->lies = LIES_STORED;
}

bool array_goes_along(const array_lowering *w, uint32_t v, size_t k)
{
    const array_value *value = value_at(w, v), *arg = value_at(w, value_root(w, value_use(w, value, k).value));
    int64_t by;
    if (arg->region != ARRAY_NONE || value->op == OP_JOIN || value->op == OP_SCATTER || arg->op == OP_AT) return false;
    for (size_t i = 0; i < value->bind_count; i++)
        if (array_follows(w, v, k, w->binds.at[value->binds + i].axis, -1, &by) < 0) return false;
    return true;
}

/* Few places for each step of a recurrence outside of it: all steps at once cost less than one by one. */
static bool is_thin(const array_lowering *w, const array_value *v)
{
    if (v->part.kind != PART_ALONG || v->part.bound) return false;
    return elements_of(w, v->shape) / (size_t)value_sizes(w, v)[v->part.axis] < THIN;
}

/* Who needs it computes it, wherever that is, for memory is the scarcer thing. */
static bool is_huge(const array_lowering *w, const array_value *v, const array_value *by)
{
    bool outside = v->region == ARRAY_NONE && by->region == ARRAY_NONE && !value_in_blocks(v) && !value_in_blocks(by);
    return outside && can_be_inline(w, v) && !v->defines && !v->relaid && elements_of(w, v->shape) >= HUGE_LEAST;
}

/* What v asks of its argument k. */
static void ask(array_lowering *w, homes *h, uint32_t v, size_t k)
{
    const array_value *value = value_at(w, v);
    uint32_t a = value_root(w, value_use(w, value, k).value);
    const array_value *arg = value_at(w, a);
    bool inside = value->lies == LIES_VIEW || (value->op == OP_AT && k == 0) || value->op == OP_ARGMIN ||
                  value->op == OP_ARGMAX || (value->product && k > 0);
    uint32_t home = value->lies == LIES_INLINE ? h->home[v] : v;
    if (value->op == OP_JOIN) home = (uint32_t)w->values.count + value->uses + (uint32_t)k;
    bool through = value->op == OP_AT && k == 0 && value->lies == LIES_INLINE && is_settled(w, value) &&
                   value_is_each(arg) && arg->region == value->region && h->demand[v] < DEMAND_SHARED &&
                   h->through[home] < THROUGH_MOST;
    if (through) h->through[home]++, inside = false;
    size_t here = value->op == OP_JOIN ? elements_of(w, arg->shape) : elements_of(w, value_domain(value));
    if (value->part.bound && is_thin(w, arg)) inside = true;
    bool apart = (value_in_blocks(arg) && value->pass != arg->pass) || value_in_blocks(value) != value_in_blocks(arg) ||
                 (value->region != arg->region && !array_goes_along(w, v, k)) ||
                 (value->lies == LIES_INLINE && h->demand[v] >= DEMAND_APART) ||
                 (is_power(w, arg) && !is_summed(w, h, v));
    bool shared = h->home[a] != ARRAY_NONE && h->home[a] != home;
    bool spread = !through && here > elements_of(w, arg->shape);
    uint8_t demand = inside                   ? DEMAND_HARD
                     : is_huge(w, arg, value) ? 0
                     : spread                 ? DEMAND_HARD
                     : apart                  ? DEMAND_APART
                     : shared                 ? DEMAND_SHARED
                                              : 0;
    bool made_again = value->lies == LIES_INLINE && h->again[v];
    if (made_again || (value->lies == LIES_INLINE && h->demand[v] >= DEMAND_APART)) ask_whole(w, v, a);
    uint8_t again = made_again ? ask_again(w, a) : 0;
    if (again > demand) demand = again;
    if (demand > h->demand[a]) h->demand[a] = demand;
    h->home[a] = home;
}

bool array_homes(array_lowering *w)
{
    size_t n = w->values.count, steps = n + w->uses.count;
    homes h = {block_new(w->m, steps, 1), block_new(w->m, n, sizeof *h.home),      block_new(w->m, n, 1),
               block_new(w->m, n, 1),     block_new(w->m, steps, sizeof *h.count), steps};
    bool ok = h.through && h.home && h.demand && h.again && h.count;
    for (size_t v = 0; ok && v < n; v++) h.home[v] = ARRAY_NONE;
    for (uint32_t r = 0; ok && r < w->g->regions.count; r++)
        if (w->regions[r].needed && w->regions[r].until != ARRAY_NONE)
            h.demand[value_root(w, w->regions[r].until)] = DEMAND_HARD;
    for (uint32_t v = (uint32_t)n; ok && v-- > 0;) {
        decide(w, &h, v);
        const array_value *value = value_at(w, v);
        if (value->op == OP_LOOP) continue;
        for (size_t k = 0; k < value->count; k++) ask(w, &h, v, k);
        if (value->lies == LIES_INLINE) h.count[h.home[v]] += 1 + value->count;
    }
    block_free(w->m, h.through, steps);
    block_free(w->m, h.home, n);
    block_free(w->m, h.demand, n);
    block_free(w->m, h.again, n);
    block_free(w->m, h.count, steps);
    return ok || array_no_memory(w);
}
