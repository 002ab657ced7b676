/*
 * array_small.c - steps beside those that compute values: a constant set into all places, partial results of blocks
 * joined, outputs copied to the caller, what `until` leaves behind, the position of the least or greatest.
 *
 * They are made like MAP steps (array_map.c), each from one line or two; only the last is a kind of its own.
 */
#include <string.h>

#include "exec/array_build.h"

/* A constant into all places of v: what a scatter adds to, what a reduction over nothing gives. */
bool array_set_step(array_lowering *w, uint32_t v, double value, uint32_t context)
{
    array_builder b;
    const array_value *x = value_at(w, v);
    coordinate at[AXES_MOST];
    array_build_begin(&b, w);
    for (size_t p = 0; p < value_rank(w, x); p++) {
        if (array_bound_axis(&b, x, p, context, &at[p])) continue;
        if (w->in_block && (x->block_own == (int)p || (x->part.bound && x->part.axis == (int)p)))
            array_block_axis(&b, &at[p]);
        else
            array_coordinate_axis(&b, &at[p], value_sizes(w, x)[p]);
    }
    float single = (float)value;
    uint64_t bits = 0;
    if (x->type == ARRAY_F32)
        memcpy(&bits, &single, 4);
    else if (x->type == ARRAY_F64)
        memcpy(&bits, &value, 8);
    else
        bits = (uint64_t)(value > 9e18 ? INT64_MAX : value < -9e18 ? INT64_MIN : (int64_t)value);
    uint32_t c = 0;
    bool ok = array_constant(w, bits, x->type, &c);
    int64_t elements = (int64_t)(STRIP * 8 / array_type_bytes(x->type));
    uint32_t out =
        ok ? array_code_load(&b, array_line_new(&b, BUFFER_CONSTANT, (int64_t)c * elements, x->type)) : ARRAY_NONE;
    ok = ok && array_sink(&b, SINK_STORE, OP_COPY, out, array_target(&b, v, at), x->type);
    return array_build_end(&b, ok);
}

bool array_join_step(array_lowering *w, uint32_t v)
{
    array_builder b;
    const array_value *x = value_at(w, v);
    coordinate at[AXES_MOST], chunk;
    size_t rank = value_rank(w, x), count = 0;
    int64_t stride = 1;
    array_build_begin(&b, w);
    for (size_t p = 0; p < rank; p++) array_coordinate_axis(&b, &at[p], value_sizes(w, x)[p]);
    array_coordinate_axis(&b, &chunk, w->block_chunks);
    shape_elements(w->g, x->shape, &count);
    uint32_t line = array_line_new(&b, x->partial, 0, x->type);
    bool ok = line != ARRAY_NONE;
    for (size_t p = rank; ok && p-- > 0;) {
        ok = array_line_along(&b, line, at[p], stride);
        stride *= value_sizes(w, x)[p];
    }
    ok = ok && array_line_along(&b, line, chunk, (int64_t)count);
    uint32_t out = ok ? array_code_load(&b, line) : ARRAY_NONE;
    op o = x->op == OP_SCATTER ? OP_SUM : (op)x->op;
    return array_build_end(&b, ok && array_sink(&b, SINK_JOIN, o, out, array_line(&b, v, at), x->type));
}

bool array_out_step(array_lowering *w, uint32_t v, ew_node wanted, size_t output)
{
    array_builder b;
    int type = w->a->outs[output].type;
    uint32_t root = value_root(w, v);
    coordinate at[AXES_MOST];
    size_t rank = node_rank(w->g, wanted); /* a constant has no axes of its own, and may be shown in many places */
    int64_t stride = 1;
    array_build_begin(&b, w);
    for (size_t p = 0; p < rank; p++) array_coordinate_axis(&b, &at[p], node_size(w->g, wanted, p));
    uint32_t out = array_code_as(&b, root, at, type);
    uint32_t line = out == ARRAY_NONE ? ARRAY_NONE : array_line_new(&b, w->a->outs[output].buffer, 0, type);
    bool ok = line != ARRAY_NONE;
    for (size_t p = rank; ok && p-- > 0;) {
        ok = array_line_along(&b, line, at[p], stride);
        stride *= node_size(w->g, wanted, p);
    }
    return array_build_end(&b, ok && array_sink(&b, SINK_STORE, OP_COPY, out, line, type));
}

static bool fill_is_inside(const array_lowering *w, uint32_t inner, uint32_t region)
{
    if (inner == region) return false;
    while (inner != ARRAY_NONE && inner != region) inner = w->regions[inner].parent;
    return inner == region;
}

/* out = a of one place of a recurrence, at another: what `until` leaves behind. All places of recurrences inside: what
 * equations of one place there have made is not made again. */
bool array_fill_step(array_lowering *w, uint32_t v, uint32_t region)
{
    array_builder b;
    const array_value *x = value_at(w, v);
    coordinate from[AXES_MOST], to[AXES_MOST];
    array_build_begin(&b, w);
    array_own_coordinates(&b, x, to);
    for (size_t i = 0; i < x->bind_count; i++) {
        const array_bind *bind = &w->binds.at[x->binds + i];
        if (bind->axis >= 0 && fill_is_inside(w, bind->region, region))
            array_coordinate_axis(&b, &to[bind->axis], value_sizes(w, x)[bind->axis]);
    }
    memcpy(from, to, sizeof from);
    for (size_t p = 0; p < value_rank(w, x); p++)
        if (from[p].axis < 0 && from[p].counter == w->regions[region].counter)
            from[p].counter = w->regions[region].frozen;
    uint32_t out = array_code_load(&b, array_line(&b, v, from));
    bool ok = out != ARRAY_NONE && array_sink(&b, SINK_STORE, OP_COPY, out, array_line(&b, v, to), x->type);
    return array_build_end(&b, ok);
}

uint32_t array_until_line(array_lowering *w, uint32_t v)
{
    array_builder b;
    uint32_t root = value_root(w, v), made = ARRAY_NONE;
    coordinate at[AXES_MOST];
    array_build_begin(&b, w);
    array_own_coordinates(&b, value_at(w, root), at);
    uint32_t line = array_line(&b, root, at);
    if (line != ARRAY_NONE && array_push(w->m, &w->a->lines, b.lines.at[line])) made = (uint32_t)w->a->lines.count - 1;
    if (made == ARRAY_NONE) array_no_memory(w);
    array_free(w->m, &b.lines);
    array_free(w->m, &b.strides);
    return made;
}

/* The position of the least or greatest along the last axis of the domain. */
bool array_arg_step(array_lowering *w, uint32_t v)
{
    array_builder b;
    plan *a = w->a;
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, 0);
    uint32_t from = value_root(w, u.value), first = 0;
    size_t own = value_rank(w, value), rank = shape_rank(w->g, value->domain);
    coordinate at[AXES_MOST], to[AXES_MOST];
    array_build_begin(&b, w);
    array_own_coordinates(&b, value, at);
    for (size_t d = own; d < rank; d++) array_coordinate_axis(&b, &at[d], shape_sizes(w->g, value->domain)[d]);
    const array_value *arg = value_at(w, from);
    bool ok = array_map_coordinates(&b, u.map, value_rank(w, arg), at, to);
    uint32_t line = ARRAY_NONE;
    if (ok && arg->lies == LIES_CONST) {
        uint32_t r = array_code_constant(&b, from, ARRAY_F64);
        line = r == ARRAY_NONE ? r : b.code.at[0].line;
    } else if (ok) {
        line = array_line(&b, from, to);
    }
    plan_arg s = {.dims = (uint32_t)a->sizes.count,
                  .dim_count = (uint32_t)b.axes,
                  .most = value->op == OP_ARGMAX,
                  .name = array_words(w, v)};
    ok = line != ARRAY_NONE && array_line(&b, v, at) != ARRAY_NONE && array_reserve(w->m, &a->sizes, b.axes);
    int64_t *strides = ok ? block_new(w->m, 2 * b.axes, sizeof *strides) : NULL;
    for (size_t i = 0; strides && i < 2 * b.axes; i++) strides[i] = b.strides.at[i / b.axes * AXES_STEP + i % b.axes];
    ok = strides && array_push_lines(&b, strides, b.axes, &first);
    if (strides) block_free(w->m, strides, 2 * b.axes);
    for (size_t i = 0; ok && i < b.axes; i++) a->sizes.at[a->sizes.count++] = b.sizes[i];
    s.lines = first;
    plan_step step = {.kind = STEP_ARG, .at = (uint32_t)a->args.count};
    ok = ok && array_push(w->m, &a->args, s) && array_push(w->m, &a->steps, step);
    a->count++;
    array_free(w->m, &b.lines);
    array_free(w->m, &b.strides);
    array_free(w->m, &b.code);
    return ok || array_no_memory(w);
}
