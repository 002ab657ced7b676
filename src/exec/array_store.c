/*
 * array_store.c - where values lie: in memory of their own, in another's memory seen otherwise, or nowhere,
 * because the one step that uses them computes them strip by strip.
 *
 * From users to what they use: a value all of whose users are in one step (its HOME) is inline there, unless it
 * would be computed more than once (the step goes over more places), belongs to another recurrence, or the step
 * is long already.
 */
#include <string.h>

#include "exec/array_inside.h"

enum {
    HOME_MOST = 96,   /* operations of one step */
    THROUGH_MOST = 2, /* of those, seen through accesses: each may cut the step */
    SPREAD_LEAST = 8, /* places to each place of an argument */
    THIN = 64
};

/* Several steps use it; steps of another loop or block do; it must lie in memory. */
enum { DEMAND_SHARED = 1, DEMAND_APART, DEMAND_HARD };

typedef struct homes {
    uint8_t *through; /* by home: values in it that are made at places of accesses */
    uint32_t *home;   /* by value: the step that computes it; ARRAY_NONE: nobody uses it yet */
    uint8_t *demand;  /* by value: it must lie in memory */
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

static bool is_copy(const array_lowering *w, const array_value *v)
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

static bool is_bound(const array_lowering *w, const array_value *v, size_t p)
{
    for (size_t i = 0; i < v->bind_count; i++)
        if (w->binds.at[v->binds + i].axis == (int)p) return true;
    return false;
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
        if (d.terms && is_bound(w, v, d.axis[0])) continue;
        int64_t last = d.offset + (d.terms ? value_sizes(w, v)[d.axis[0]] - 1 : 0);
        if (d.offset < 0 || last >= value_sizes(w, a)[p] || (d.terms && last + 1 - d.offset != value_sizes(w, a)[p]))
            return false;
    }
    return true;
}

/* t^j with the index j: sums over such powers need none of them in memory (array_power.c). */
static bool is_power(const array_lowering *w, const array_value *v)
{
    if (v->op != OP_POW || v->type != ARRAY_F64 || (w->g->passes_off & PASS_POWERS)) return false;
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
    bool view = is_view(w, value), copy = is_copy(w, value);
    bool alone = !h->demand[v] || (h->demand[v] == DEMAND_SHARED && (is_spread(w, value) || is_power(w, value)));
    bool stays = !value->defines && !value->relaid && alone && can_be_inline(w, value) && h->home[v] != ARRAY_NONE &&
                 h->count[h->home[v]] < HOME_MOST;
    bool used = h->demand[v] < DEMAND_HARD && h->home[v] != ARRAY_NONE && !value->defines && !value->relaid;
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
        if (array_follows(w, v, k, w->binds.at[value->binds + i].axis, &by) < 0) return false;
    return true;
}

/* Few places for each step of a recurrence outside of it: all steps at once cost less than one by one. */
static bool is_thin(const array_lowering *w, const array_value *v)
{
    if (v->part.kind != PART_ALONG || v->part.bound) return false;
    return elements_of(w, v->shape) / (size_t)value_sizes(w, v)[v->part.axis] < THIN;
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
    uint8_t demand = inside || (!through && here > elements_of(w, arg->shape)) ? DEMAND_HARD
                     : apart                                                   ? DEMAND_APART
                     : shared                                                  ? DEMAND_SHARED
                                                                               : 0;
    if (demand > h->demand[a]) h->demand[a] = demand;
    h->home[a] = home;
}

static bool store_homes(array_lowering *w)
{
    size_t n = w->values.count, steps = n + w->uses.count;
    homes h = {block_new(w->m, steps, 1), block_new(w->m, n, sizeof *h.home), block_new(w->m, n, 1),
               block_new(w->m, steps, sizeof *h.count), steps};
    bool ok = h.through && h.home && h.demand && h.count;
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
    block_free(w->m, h.count, steps);
    return ok || array_no_memory(w);
}

/* A copy of what lies in memory is a view of it; one of a constant is that constant. */
static void store_views(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        bool copy = value->lies == LIES_VIEW || (value->lies == LIES_INLINE && is_copy(w, value));
        if (!copy) continue;
        uint32_t a = value_root(w, value_use(w, value, 0).value);
        int lies = value_at(w, a)->lies;
        if (lies == LIES_CONST)
            value->lies = LIES_AS, value->as = a;
        else if (lies != LIES_INLINE)
            value->lies = LIES_VIEW;
    }
}

/* ---- Buffers --------------------------------------------------------------------------------------- */

/* Is own axis p of v held for one place at a time? */
static bool is_slice(const array_lowering *w, const array_value *v, size_t p)
{
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *b = &w->binds.at[v->binds + i];
        if (b->axis == (int)p && !b->whole) return true;
    }
    return false;
}

static bool push_buffer(array_lowering *w, size_t bytes, bool local, uint32_t *made)
{
    plan_buffer b = {.bytes = bytes, .from = ARRAY_NONE, .local = local};
    *made = (uint32_t)w->a->buffers.count;
    return array_push(w->m, &w->a->buffers, b) || array_no_memory(w);
}

/* From the innermost on: what goes in blocks, where matrix products want long rows of it; the others (array_layout.c);
 * what a recurrence goes along, so that its slices are one piece. */
static int place_turn(const array_lowering *w, const array_value *v, size_t p)
{
    if (v->part.kind == PART_ALONG && v->part.axis == (int)p && v->buffer == ARRAY_NONE) return 3;
    if (is_bound(w, v, p) && v->buffer == ARRAY_NONE) return 2;
    return w->block_inner && v->local && (int)p == v->block_own ? 0 : 1;
}

static bool place_value(array_lowering *w, array_value *v)
{
    size_t rank = value_rank(w, v), bytes = array_type_bytes(v->type), count = 1;
    const int64_t *sizes = value_sizes(w, v);
    array_group_use(w, v->pass);
    if (!array_reserve(w->m, &w->strides, rank + 1)) return array_no_memory(w);
    v->strides = (uint32_t)w->strides.count;
    w->strides.count += rank;
    const uint8_t *order = w->orders.at + v->order;
    size_t at[AXES_MOST];
    for (size_t p = 0; p < rank; p++) at[order[p]] = p;
    for (int turn = 0; turn < 4; turn++)
        for (size_t i = rank; i-- > 0;) {
            size_t p = at[i];
            bool slice = is_slice(w, v, p);
            if (place_turn(w, v, p) != turn) continue;
            size_t size = v->local && (int)p == v->block_own ? (size_t)w->block_rows : (size_t)sizes[p];
            w->strides.at[v->strides + p] = slice ? 0 : (int64_t)count;
            if (!slice && !size_mul(count, size, &count)) return array_no_memory(w);
        }
    if (!size_mul(count, bytes, &bytes)) return array_no_memory(w);
    bool own = v->buffer == ARRAY_NONE;
    if (own && !push_buffer(w, bytes, v->local, &v->buffer)) return false;
    if (own && w->segment_rows && v->part.kind == PART_ALONG && !v->part.whole) {
        int64_t slice = w->strides.at[v->strides + (size_t)v->part.axis];
        if (slice && !array_window(w, v, (size_t)slice * array_type_bytes(v->type))) return false;
    }
    if (!v->sums || w->block_chunks < 2) return true;
    return (size_mul(bytes, (size_t)w->block_chunks, &bytes) && push_buffer(w, bytes, false, &v->partial)) ||
           array_no_memory(w);
}

static bool place_input(array_lowering *w, array_value *v)
{
    const graph_node *node = node_at(w->g, v->node);
    uint32_t input = node->args + (node->op == OP_PARAM ? (uint32_t)w->g->inputs.count : 0);
    v->buffer = w->a->ins[input].buffer;
    return place_value(w, v);
}

static bool place_view(array_lowering *w, array_value *v)
{
    array_use u = value_use(w, v, 0);
    const array_value *a = value_at(w, value_root(w, u.value));
    size_t rank = value_rank(w, v), from = value_rank(w, a);
    if (!array_reserve(w->m, &w->strides, rank + 1)) return array_no_memory(w);
    v->strides = (uint32_t)w->strides.count;
    w->strides.count += rank;
    int64_t *to = w->strides.at + v->strides;
    memset(to, 0, rank * sizeof *to);
    v->buffer = a->buffer;
    v->offset = a->offset;
    v->local = a->local;
    for (size_t p = 0; p < from; p++) {
        map_draft d = map_axis(w->g, u.map, p);
        int64_t stride = w->strides.at[a->strides + p];
        v->offset += stride * d.offset;
        for (size_t t = 0; t < d.terms; t++) to[d.axis[t]] += stride * d.factor[t];
    }
    return true;
}

static bool place_ramp(array_lowering *w, array_value *v)
{
    int type;
    if (!array_reserve(w->m, &w->strides, 1)) return array_no_memory(w);
    v->strides = (uint32_t)w->strides.count;
    w->strides.at[w->strides.count++] = 1;
    v->buffer = ARRAY_NONE;
    v->offset = node_constant(w->g, node_arg(w->g, v->node, 0), &type).whole;
    return true;
}

/* The first output that a value is asked as is computed in the caller's memory, if its type is that of the door. */
static void place_outputs(array_lowering *w)
{
    for (size_t i = 0; i < w->wanted_count; i++) {
        array_value *v = value_at(w, value_root(w, w->of[w->wanted[i]]));
        if (v->lies != LIES_STORED || v->type != w->a->outs[i].type || v->op == OP_INPUT || v->op == OP_PARAM) continue;
        if (v->direct) continue;
        v->direct = true;
        v->buffer = w->a->outs[i].buffer;
    }
}

bool array_store(array_lowering *w)
{
    if (!store_homes(w)) return false;
    store_views(w);
    array_carry(w);
    for (uint32_t v = 0; v < w->values.count; v++) value_at(w, v)->buffer = ARRAY_NONE;
    while (w->a->buffers.count < BUFFER_FIRST) {
        plan_buffer none = {.from = ARRAY_NONE};
        if (!array_push(w->m, &w->a->buffers, none)) return array_no_memory(w);
    }
    if (!array_doors(w)) return false;
    place_outputs(w);
    if (!array_layout(w)) return false;
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        bool input = value->op == OP_INPUT || value->op == OP_PARAM, ok = true;
        if (value->lies == LIES_STORED) ok = input ? place_input(w, value) : place_value(w, value);
        if (value->lies == LIES_RAMP) ok = place_ramp(w, value);
        if (!ok) return false;
    }
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->lies == LIES_VIEW && !place_view(w, value_at(w, v))) return false;
    return true;
}
