/*
 * array_line.c - where something lies for each place of a step that is being made.
 *
 * An axis of a value's domain that a recurrence goes along is no axis of the step: its place is the loop's counter
 * and an offset. So a COORDINATE is an axis of the step, or a counter and an offset. Coordinates and the strides of a
 * value make a LINE (array.h): a stride for each axis of the step, a move for each counter, an offset.
 *
 * While a step is made its lines have AXES_STEP strides each, side by side in b->strides; only the line made last may
 * get further moves, since those of one line stand together.
 */
#include <string.h>

#include "exec/array_build.h"

enum { SPARSE_DEPTH = 6 };

uint32_t array_build_fail(array_builder *b)
{
    b->failed = true;
    array_no_memory(b->w);
    return ARRAY_NONE;
}

/* ---- Coordinates ---------------------------------------------------------------------------------- */

void array_coordinate_axis(array_builder *b, coordinate *c, int64_t size)
{
    *c = (coordinate){(int)b->axes, ARRAY_NONE, 0};
    b->sizes[b->axes++] = size;
}

/* An axis that goes with the blocks. */
void array_block_axis(array_builder *b, coordinate *c)
{
    array_coordinate_axis(b, c, -1);
    c->counter = b->w->block_counter;
}

/* Axis d of the domain of v, which no recurrence binds. */
void array_domain_axis(array_builder *b, const array_value *v, size_t d, coordinate *c)
{
    if (b->w->in_block && v->block == (int)d)
        array_block_axis(b, c);
    else
        array_coordinate_axis(b, c, shape_sizes(b->w->g, value_domain(v))[d]);
}

bool array_bound_axis(const array_builder *b, const array_value *v, size_t p, uint32_t context, coordinate *c)
{
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *bind = &b->w->binds.at[v->binds + i];
        if (bind->axis != (int)p || !array_region_holds(b->w, bind->region, context)) continue;
        *c = (coordinate){-1, b->w->regions[bind->region].counter, bind->offset};
        return true;
    }
    return false;
}

void array_own_coordinates(array_builder *b, const array_value *v, coordinate *at)
{
    for (size_t p = 0; p < value_rank(b->w, v); p++) {
        if (array_bound_axis(b, v, p, v->region, &at[p])) continue;
        if (b->w->in_block && v->block_own == (int)p)
            array_block_axis(b, &at[p]);
        else
            array_coordinate_axis(b, &at[p], value_sizes(b->w, v)[p]);
    }
}

/* ---- Lines ---------------------------------------------------------------------------------------- */

/* A line of which nothing is known yet but its buffer and offset. */
uint32_t array_line_new(array_builder *b, uint32_t buffer, int64_t offset, int type)
{
    plan *a = b->w->a;
    plan_line line = {.buffer = buffer, .type = (uint8_t)type, .offset = offset, .moves = (uint32_t)a->moves.count};
    if (b->failed) return ARRAY_NONE; /* lines and strides must stay side by side */
    if (!array_reserve(b->w->m, &b->strides, AXES_STEP) || !array_push(b->w->m, &b->lines, line))
        return array_build_fail(b);
    memset(b->strides.at + b->strides.count, 0, AXES_STEP * sizeof(int64_t));
    b->strides.count += AXES_STEP;
    return (uint32_t)b->lines.count - 1;
}

/* The line goes further by `stride` with each place of c. Only of the line made last. */
bool array_line_along(array_builder *b, uint32_t line, coordinate c, int64_t stride)
{
    plan *a = b->w->a;
    plan_line *l = &b->lines.at[line];
    if (c.axis >= 0) b->strides.at[line * AXES_STEP + (size_t)c.axis] += stride;
    l->offset += c.offset * stride;
    if (c.counter == ARRAY_NONE || stride == 0) return true;
    for (uint32_t i = 0; i < l->move_count; i++)
        if (a->moves.at[l->moves + i].counter == c.counter) {
            a->moves.at[l->moves + i].stride += stride;
            return true;
        }
    plan_move m = {c.counter, stride};
    if (!array_push(b->w->m, &a->moves, m)) return array_build_fail(b), false;
    l->move_count++;
    return true;
}

bool array_lines_equal(const array_builder *b, uint32_t x, uint32_t y)
{
    const plan_line *p = &b->lines.at[x], *q = &b->lines.at[y];
    const plan_move *m = b->w->a->moves.at;
    bool same = p->buffer == q->buffer && p->type == q->type && p->offset == q->offset &&
                p->move_count == q->move_count &&
                memcmp(b->strides.at + x * AXES_STEP, b->strides.at + y * AXES_STEP, AXES_STEP * sizeof(int64_t)) == 0;
    for (uint32_t i = 0; same && i < p->move_count; i++)
        same = m[p->moves + i].counter == m[q->moves + i].counter && m[p->moves + i].stride == m[q->moves + i].stride;
    return same;
}

/* Does v say where something equals something else, so that it is mostly 0? */
static bool line_sparse(const array_lowering *w, uint32_t v)
{
    for (int depth = 0; depth < SPARSE_DEPTH; depth++) {
        const array_value *value = value_at(w, value_root(w, v));
        if (value->op == OP_EQ) return true;
        bool follows = value->op == OP_DIV || value->op == OP_MUL || value->op == OP_NEG || value->op == OP_COPY ||
                       value->op == OP_IF;
        if (!follows || !value->count) return false;
        if (value->op == OP_IF) {
            const array_value *other = value_at(w, value_root(w, value_use(w, value, 2).value));
            if (other->lies != LIES_CONST || !node_is_value(w->g, other->node, 0)) return false;
        }
        v = value_use(w, value, 0).value;
    }
    return false;
}

/* The line goes on along axis p of v. */
static bool line_axis(array_builder *b, uint32_t line, const array_value *v, size_t p, coordinate c, int64_t stride)
{
    if (v->local && (int)p == v->block_own) c.counter = ARRAY_NONE; /* it holds the block alone */
    return array_line_along(b, line, c, stride);
}

static uint32_t line_places(array_builder *b, uint32_t line, const array_value *v, const coordinate *at)
{
    for (size_t p = 0; line != ARRAY_NONE && p < value_rank(b->w, v); p++)
        if (!line_axis(b, line, v, p, at[p], b->w->strides.at[v->strides + p])) return ARRAY_NONE;
    return line;
}

uint32_t array_line_through(array_builder *b, uint32_t line, const array_value *v, uint16_t map, const coordinate *at)
{
    for (size_t p = 0; line != ARRAY_NONE && p < value_rank(b->w, v); p++) {
        map_draft d = map_axis(b->w->g, map, p);
        int64_t stride = b->w->strides.at[v->strides + p];
        b->lines.at[line].offset += d.offset * stride;
        for (size_t t = 0; t < d.terms; t++)
            if (!line_axis(b, line, v, p, at[d.axis[t]], d.factor[t] * stride)) return ARRAY_NONE;
    }
    return line;
}

uint32_t array_line(array_builder *b, uint32_t a, const coordinate *at)
{
    const array_value *v = value_at(b->w, a);
    uint32_t line = array_line_new(b, v->buffer, v->offset, v->buffer == ARRAY_NONE ? ARRAY_INT : v->type);
    if (line != ARRAY_NONE) b->lines.at[line].sparse = v->type == ARRAY_F64 && line_sparse(b->w, a);
    return line_places(b, line, v, at);
}

/* The first element of what v's step makes: of sums over blocks, the chunk's partial result. */
uint32_t array_target_line(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    bool partial = b->w->in_block && value->sums && value->partial != ARRAY_NONE;
    uint32_t line =
        array_line_new(b, partial ? value->partial : value->buffer, partial ? 0 : value->offset, value->type);
    size_t count = 0;
    if (!partial || line == ARRAY_NONE) return line;
    shape_elements(b->w->g, value->shape, &count);
    coordinate chunk = {-1, b->w->block_chunk, 0};
    return array_line_along(b, line, chunk, (int64_t)count) ? line : ARRAY_NONE;
}

uint32_t array_target(array_builder *b, uint32_t v, const coordinate *at)
{
    return line_places(b, array_target_line(b, v), value_at(b->w, v), at);
}

/* The places of one target axis of a map, as a line of whole numbers; local: those of the block alone. */
uint32_t array_place_line(array_builder *b, const map_draft *d, const coordinate *at, bool local)
{
    uint32_t line = array_line_new(b, ARRAY_NONE, d->offset, ARRAY_INT);
    for (size_t t = 0; line != ARRAY_NONE && t < d->terms; t++) {
        coordinate c = at[d->axis[t]];
        if (local) c.counter = ARRAY_NONE;
        if (!array_line_along(b, line, c, d->factor[t])) return ARRAY_NONE;
    }
    return line;
}
