/*
 * array_store.c - where values lie: in memory of their own, in another's memory seen otherwise, or nowhere
 * (array_homes.c).
 */
#include <string.h>

#include "exec/array_inside.h"

/* A copy of what lies in memory is a view of it; one of a constant is that constant. */
static void store_views(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        bool copy = value->lies == LIES_VIEW || (value->lies == LIES_INLINE && array_is_copy(w, value));
        if (!copy) continue;
        uint32_t a = value_root(w, value_use(w, value, 0).value);
        int lies = value_at(w, a)->lies;
        if (lies == LIES_CONST)
            value->lies = LIES_AS, value->as = a;
        else if (lies != LIES_INLINE)
            value->lies = LIES_VIEW;
    }
}

/* Is all of v's recurrences' places made where those of its argument are, and are all of both kept? */
static bool is_kept_alike(const array_lowering *w, const array_value *v, const array_value *a, uint16_t map)
{
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *b = &w->binds.at[v->binds + i], *made = value_bind(w, a, b->region);
        if (!made || b->axis < 0 || made->axis < 0 || !b->whole || !made->whole || b->offset != made->offset)
            return false;
        if (map_plain_axis(w->g, map, (size_t)made->axis) != b->axis) return false;
        if (w->regions[b->region].until != ARRAY_NONE) return false; /* which fills up what it defines */
    }
    return v->bind_count == a->bind_count;
}

/* What a recurrence makes is often a copy, with its axes in another order: then it is seen through what it copies. */
static void store_defined(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        bool copy = value->defines && value->lies == LIES_STORED && !value->output && array_is_copy(w, value);
        if (!copy || value_in_blocks(value) || value->region == ARRAY_NONE) continue;
        array_use u = value_use(w, value, 0);
        uint32_t a = value_root(w, u.value);
        const array_value *arg = value_at(w, a);
        bool made = arg->lies == LIES_STORED && arg->region == value->region && arg->op != OP_STATE && a < v;
        if (!made || value_in_blocks(arg) || value_rank(w, arg) != value_rank(w, value)) continue;
        if (map_is_plain(w->g, u.map) && is_kept_alike(w, value, arg, u.map)) value->lies = LIES_VIEW;
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

/* Of v. */
static bool push_buffer(array_lowering *w, const array_value *v, size_t bytes, bool local, uint32_t *made)
{
    plan_buffer b = {.bytes = bytes, .from = ARRAY_NONE, .local = local};
    if (bytes >= ARRAY_LARGE) b.name = array_words(w, (uint32_t)(v - w->values.at));
    *made = (uint32_t)w->a->buffers.count;
    return array_push(w->m, &w->a->buffers, b) || array_no_memory(w);
}

/* From the innermost on: what goes in blocks, where matrix products want long rows of it; the others (array_layout.c);
 * what a recurrence goes along, so that its slices are one piece. */
static int place_turn(const array_lowering *w, const array_value *v, size_t p)
{
    if (v->part.kind == PART_ALONG && v->part.axis == (int)p && v->buffer == ARRAY_NONE) return 3;
    if (value_is_bound(w, v, p) && v->buffer == ARRAY_NONE) return 2;
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
    if (own && !push_buffer(w, v, bytes, v->local, &v->buffer)) return false;
    if (own && w->segment_rows && v->part.kind == PART_ALONG && !v->part.whole) {
        int64_t slice = w->strides.at[v->strides + (size_t)v->part.axis];
        if (slice && !array_window(w, v, (size_t)slice * array_type_bytes(v->type))) return false;
    }
    if (!v->sums || w->block_chunks < 2) return true;
    return (size_mul(bytes, (size_t)w->block_chunks, &bytes) && push_buffer(w, v, bytes, false, &v->partial)) ||
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
    if (!array_homes(w)) return false;
    store_views(w);
    array_carry(w);
    store_defined(w);
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
    for (int defined = 1; defined >= 0; defined--) /* what a recurrence makes first: values before it see it */
        for (uint32_t v = 0; v < w->values.count; v++)
            if (value_at(w, v)->lies == LIES_VIEW && value_at(w, v)->defines == defined &&
                !place_view(w, value_at(w, v)))
                return false;
    return true;
}
