/*
 * array_map.c - one MAP step: the expression of a stored value over the places of its domain, and where results go.
 *
 * The axes of the domain become coordinates and lines (array_line.c), the expression code (array_code.c), the place of
 * the result a sink; then the axes are ordered and merged, and the step is pushed (array_dims.c). Where a condition or
 * an access would be settled for a part of a loop's places only, the step is made in pieces, each under a guard.
 */
#include <string.h>

#include "exec/array_build.h"

/* ---- Steps ---------------------------------------------------------------------------------------- */

void array_build_begin(array_builder *b, array_lowering *w)
{
    *b = (array_builder){.w = w, .cut_counter = ARRAY_NONE};
}

void array_build_drop(array_builder *b)
{
    memory *m = b->w->m;
    array_free(m, &b->lines);
    array_free(m, &b->strides);
    array_free(m, &b->code);
    array_free(m, &b->sinks);
    array_free(m, &b->memo);
    array_free(m, &b->memo_at);
    array_free(m, &b->accesses);
    array_free(m, &b->access_axes);
}

bool array_build_end(array_builder *b, bool ok)
{
    ok = ok && !b->failed && array_build_finish(b);
    array_build_drop(b);
    if (!ok && report_ok(&b->w->g->report)) array_no_memory(b->w);
    return ok;
}

/* ---- Sinks ---------------------------------------------------------------------------------------- */

bool array_sink(array_builder *b, int kind, op o, uint32_t value, uint32_t line, int type)
{
    plan_sink s = {.kind = (uint8_t)kind, .type = (uint8_t)type, .op = (uint16_t)o, .value = value, .line = line};
    if (value == ARRAY_NONE || line == ARRAY_NONE || b->failed) return false;
    s.first = kind == SINK_JOIN && o != OP_SCATTER;
    s.blocked = b->blocked;
    s.name = b->name;
    return array_push(b->w->m, &b->sinks, s) || (array_build_fail(b), false);
}

static bool step_each(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    coordinate at[AXES_MOST];
    array_own_coordinates(b, value, at);
    uint32_t out = value->op == OP_AT ? array_code_at(b, v, at) : array_code_each(b, v, at);
    return array_sink(b, SINK_STORE, OP_COPY, out, b->failed ? ARRAY_NONE : array_line(b, v, at), value->type);
}

static bool step_reduce(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    size_t own = value_rank(b->w, value), rank = shape_rank(b->w->g, value->domain);
    coordinate at[AXES_MOST];
    array_own_coordinates(b, value, at);
    for (size_t d = own; d < rank; d++) array_domain_axis(b, value, d, &at[d]);
    b->blocked = b->w->in_block && value->sums;
    if (value->type == ARRAY_INT) b->name = array_words(b->w, v);
    uint32_t x = array_code_argument(b, v, 0, at, value->type);
    return array_sink(b, SINK_JOIN, (op)value->op, x, b->failed ? ARRAY_NONE : array_target(b, v, at), value->type);
}

/* What a recurrence binds of a scatter's domain follows from its own axis. */
static bool scatter_axis(const array_builder *b, const array_value *v, size_t d, coordinate *c)
{
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *bind = &b->w->binds.at[v->binds + i];
        int64_t by;
        if (bind->axis < 0 || array_scatter_axis(b->w, v, bind->axis, &by) != (int)d) continue;
        *c = (coordinate){-1, b->w->regions[bind->region].counter, bind->offset + by};
        return true;
    }
    return false;
}

static bool step_scatter(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    size_t rank = shape_rank(b->w->g, value->domain);
    coordinate at[AXES_MOST];
    bool gathers;
    for (size_t d = 0; d < rank; d++)
        if (!scatter_axis(b, value, d, &at[d])) array_domain_axis(b, value, d, &at[d]);
    uint32_t x = array_code_argument(b, v, 0, at, value->type);
    if (x == ARRAY_NONE) return false;
    if (array_inside(b->w, value->target, value->domain, value->shape, &gathers)) {
        uint32_t line = array_line_through(b, array_target_line(b, v), value, value->target, at);
        int kind = array_scatter_tiles(b->w, value) ? SINK_STORE : SINK_JOIN;
        return array_sink(b, kind, OP_SCATTER, x, line, value->type);
    }
    plan_access access = {.when = ARRAY_NONE, .zero = true};
    access.line = array_target_line(b, v);
    if (access.line == ARRAY_NONE || !array_access_axes(b, v, value->target, at, v, &access)) return false;
    if (!array_push(b->w->m, &b->accesses, access)) return array_build_fail(b), false;
    return array_sink(b, SINK_SCATTER, OP_SCATTER, x, (uint32_t)b->accesses.count - 1, value->type);
}

/* The axis of a join's part that goes along the blocks, or the segments. */
static bool part_along(const array_lowering *w, const array_value *join, uint16_t map, size_t *axis)
{
    if (join->part.kind != PART_ALONG)
        return join->block_own >= 0 && array_plain_at(w, map, (size_t)join->block_own, axis);
    map_draft d = map_axis(w->g, map, (size_t)join->part.axis);
    *axis = d.axis[0];
    return d.terms == 1 && d.factor[0] == 1;
}

/* Part k of a join: over the part's own axes. What the join itself holds for one step only must be made in it. */
static bool step_part(array_builder *b, uint32_t v, size_t k)
{
    const array_value *value = value_at(b->w, v);
    array_use u = value_use(b->w, value, k);
    const array_value *part = value_at(b->w, u.value);
    coordinate at[AXES_MOST];
    size_t rank = value_rank(b->w, part), along;
    for (size_t p = 0; p < rank; p++) {
        coordinate c;
        if (array_part_axis(b->w, v, k, p, &c))
            at[p] = c;
        else if (b->w->in_block && part_along(b->w, value, u.map, &along) && along == p)
            array_block_axis(b, &at[p]);
        else
            array_coordinate_axis(b, &at[p], value_sizes(b->w, part)[p]);
    }
    uint32_t x = array_code_as(b, value_root(b->w, u.value), at, value->type);
    if (x == ARRAY_NONE) return false;
    uint32_t line = array_line_new(b, value->buffer, value->offset, value->type);
    line = array_line_through(b, line, value, u.map, at);
    return array_sink(b, SINK_STORE, OP_COPY, x, line, value->type);
}

static bool reduces_nothing(const array_lowering *w, const array_value *v)
{
    for (size_t d = value_rank(w, v); d < shape_rank(w->g, v->domain); d++)
        if (shape_sizes(w->g, v->domain)[d] == 0) return true;
    return false;
}

/* The step for the spans in w->span, or *cut alone: where they are to be cut. */
static bool step_piece(array_lowering *w, uint32_t v, size_t k, array_span *cut)
{
    const array_value *value = value_at(w, v);
    array_builder b;
    bool ok;
    array_build_begin(&b, w);
    b.plain = value->product;
    if (value->op == OP_JOIN)
        ok = step_part(&b, v, k);
    else if (value->op == OP_SCATTER)
        ok = step_scatter(&b, v);
    else
        ok = op_is_reduction(value->op) ? step_reduce(&b, v) : step_each(&b, v);
    *cut = (array_span){b.cut_counter, b.cut, b.cut};
    if (ok && !b.failed && cut->counter != ARRAY_NONE) {
        array_build_drop(&b);
        return true;
    }
    return array_build_end(&b, ok);
}

/* The steps pushed since `from` run where their spans say. */
static bool step_guard(array_lowering *w, size_t from, const array_span *whole)
{
    uint32_t first = (uint32_t)w->a->guards.count;
    for (size_t i = 0; i < w->spans; i++) {
        plan_guard g = {w->span[i].counter, w->span[i].low, w->span[i].high};
        if (g.low == whole[i].low && g.high == whole[i].high) continue;
        if (!array_push(w->m, &w->a->guards, g)) return array_no_memory(w);
    }
    for (; from < w->a->steps.count; from++) {
        w->a->steps.at[from].guards = first;
        w->a->steps.at[from].guard_count = (uint32_t)w->a->guards.count - first;
    }
    return true;
}

typedef ARRAY(array_span) span_list;

/* Piece by piece; what is left to do lies on `todo`, w->spans spans for each. */
static bool step_pieces(array_lowering *w, uint32_t v, size_t k, const array_span *whole, span_list *todo)
{
    array_span cut;
    while (todo->count || !w->pieces) {
        if (w->pieces) memcpy(w->span, todo->at + (todo->count -= w->spans), w->spans * sizeof cut);
        size_t from = w->a->steps.count;
        w->pieces += w->pieces == 0;
        if (!step_piece(w, v, k, &cut)) return false;
        if (cut.counter == ARRAY_NONE) {
            if (!step_guard(w, from, whole)) return false;
            if (!todo->count) break;
            continue;
        }
        w->pieces++;
        if (!array_reserve(w->m, todo, 2 * w->spans)) return array_no_memory(w);
        for (int later = 1; later >= 0; later--)
            for (size_t i = 0; i < w->spans; i++) {
                array_span s = w->span[i];
                if (s.counter == cut.counter && later) s.low = cut.low;
                if (s.counter == cut.counter && !later) s.high = cut.low - 1;
                todo->at[todo->count++] = s;
            }
    }
    return true;
}

bool array_map_step(array_lowering *w, uint32_t v, size_t k)
{
    const array_value *value = value_at(w, v);
    array_span whole[AXES_MOST];
    span_list todo = {0};
    if (op_is_reduction(value->op) && reduces_nothing(w, value))
        return array_set_step(w, v, array_first((op)value->op), value->region);
    memcpy(whole, w->span, sizeof whole);
    w->pieces = 0;
    bool ok = step_pieces(w, v, k, whole, &todo);
    array_free(w->m, &todo);
    memcpy(w->span, whole, sizeof whole);
    return ok;
}
