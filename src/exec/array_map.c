/*
 * array_map.c - one MAP step: the expression of a stored value over the places of its domain.
 *
 * An axis of the domain that a recurrence goes along is no axis of the step: its place is the loop's counter
 * and an offset. So a COORDINATE is an axis of the step, or a counter and an offset. What is used becomes a line
 * over the step's axes; what is inline becomes code. Then the axes are ordered and merged (array_dims.c).
 */
#include <string.h>

#include "exec/array_build.h"

enum { SPARSE_DEPTH = 6 };

static uint32_t build_fail(array_builder *b)
{
    b->failed = true;
    array_no_memory(b->w);
    return ARRAY_NONE;
}

/* ---- Lines ---------------------------------------------------------------------------------------- */

/* A line of which nothing is known yet but its buffer and offset. */
static uint32_t line_new(array_builder *b, uint32_t buffer, int64_t offset, int type)
{
    plan *a = b->w->a;
    plan_line line = {.buffer = buffer, .type = (uint8_t)type, .offset = offset, .moves = (uint32_t)a->moves.count};
    if (b->failed) return ARRAY_NONE; /* lines and strides must stay side by side */
    if (!array_reserve(b->w->m, &b->strides, AXES_STEP) || !array_push(b->w->m, &b->lines, line)) return build_fail(b);
    memset(b->strides.at + b->strides.count, 0, AXES_STEP * sizeof(int64_t));
    b->strides.count += AXES_STEP;
    return (uint32_t)b->lines.count - 1;
}

/* The line goes further by `stride` with each place of c. Only of the line made last. */
static bool line_along(array_builder *b, uint32_t line, coordinate c, int64_t stride)
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
    if (!array_push(b->w->m, &a->moves, m)) return build_fail(b), false;
    l->move_count++;
    return true;
}

static bool lines_equal(const array_builder *b, uint32_t x, uint32_t y)
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

/* Where value a lies when its axis p is at at[p]. */
uint32_t array_line(array_builder *b, uint32_t a, const coordinate *at)
{
    const array_value *v = value_at(b->w, a);
    uint32_t line = line_new(b, v->buffer, v->offset, v->buffer == ARRAY_NONE ? ARRAY_INT : v->type);
    if (line != ARRAY_NONE) b->lines.at[line].sparse = v->type == ARRAY_F64 && line_sparse(b->w, a);
    for (size_t p = 0; line != ARRAY_NONE && p < value_rank(b->w, v); p++) {
        coordinate c = at[p];
        if (v->local && (int)p == v->block_own) c.counter = ARRAY_NONE; /* it holds the block alone */
        if (!line_along(b, line, c, b->w->strides.at[v->strides + p])) return ARRAY_NONE;
    }
    return line;
}

/* The first element of what v's step makes: of sums over blocks, the chunk's partial result. */
static uint32_t target_line(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    bool partial = b->w->in_block && value->sums && value->partial != ARRAY_NONE;
    uint32_t line = line_new(b, partial ? value->partial : value->buffer, partial ? 0 : value->offset, value->type);
    size_t count = 0;
    if (!partial || line == ARRAY_NONE) return line;
    shape_elements(b->w->g, value->shape, &count);
    coordinate chunk = {-1, b->w->block_chunk, 0};
    return line_along(b, line, chunk, (int64_t)count) ? line : ARRAY_NONE;
}

uint32_t array_target(array_builder *b, uint32_t v, const coordinate *at)
{
    const array_value *value = value_at(b->w, v);
    uint32_t line = target_line(b, v);
    for (size_t p = 0; line != ARRAY_NONE && p < value_rank(b->w, value); p++) {
        coordinate c = at[p];
        if (value->local && (int)p == value->block_own) c.counter = ARRAY_NONE;
        if (!line_along(b, line, c, b->w->strides.at[value->strides + p])) return ARRAY_NONE;
    }
    return line;
}

/* The places of one target axis of a map, as a line of whole numbers; local: those of the block alone. */
static uint32_t place_line(array_builder *b, const map_draft *d, const coordinate *at, bool local)
{
    uint32_t line = line_new(b, ARRAY_NONE, d->offset, ARRAY_INT);
    for (size_t t = 0; line != ARRAY_NONE && t < d->terms; t++) {
        coordinate c = at[d->axis[t]];
        if (local) c.counter = ARRAY_NONE;
        if (!line_along(b, line, c, d->factor[t])) return ARRAY_NONE;
    }
    return line;
}

/* ---- Code ----------------------------------------------------------------------------------------- */

static uint32_t code_push(array_builder *b, plan_code c)
{
    c.out = b->registers++;
    return array_push(b->w->m, &b->code, c) ? c.out : build_fail(b);
}

static uint32_t code_load(array_builder *b, uint32_t line)
{
    if (line == ARRAY_NONE) return line;
    for (size_t i = 0; i < b->code.count; i++) {
        const plan_code *c = &b->code.at[i];
        if ((c->kind == CODE_LOAD || c->kind == CODE_RAMP) && lines_equal(b, c->line, line)) return c->out;
    }
    bool ramp = b->lines.at[line].buffer == ARRAY_NONE;
    plan_code c = {.kind = ramp ? CODE_RAMP : CODE_LOAD, .type = b->lines.at[line].type, .line = line};
    return code_push(b, c);
}

static uint32_t constant_line(array_builder *b, uint32_t v, int type)
{
    int t;
    constant c = node_constant(b->w->g, value_at(b->w, v)->node, &t);
    double real = t == TYPE_WHOLE ? (double)c.whole : c.real;
    uint64_t bits;
    float single = (float)real;
    bool fits = c.real > -9e18 && c.real < 9e18;
    int64_t whole = t == TYPE_WHOLE ? c.whole : fits ? (int64_t)c.real : 0;
    uint32_t at;
    memcpy(&bits, &real, 8);
    if (type == ARRAY_INT) bits = (uint64_t)whole;
    if (type == ARRAY_F32) bits = 0, memcpy(&bits, &single, 4);
    if (!array_constant(b->w, bits, type, &at)) return build_fail(b);
    int64_t elements = (int64_t)(STRIP * 8 / array_type_bytes(type));
    return line_new(b, BUFFER_CONSTANT, (int64_t)at * elements, type);
}

static uint32_t code_constant(array_builder *b, uint32_t v, int type)
{
    return code_load(b, constant_line(b, v, type));
}

uint32_t array_code_convert(array_builder *b, uint32_t x, int from, int to)
{
    if (x == ARRAY_NONE || from == to) return x;
    for (size_t i = 0; i < b->code.count; i++) {
        const plan_code *c = &b->code.at[i];
        if (c->kind == CODE_EACH && c->op == OP_INPUT && c->x == x && c->type == to) return c->out;
    }
    array_kernel *kernel = array_kernel_convert(from, to);
    plan_code c = {.kind = CODE_EACH, .type = (uint8_t)to, .op = OP_INPUT, .x = x, .y = x, .w = x, .kernel = kernel};
    return code_push(b, c);
}

static bool map_coordinates(const array_builder *b, uint16_t map, size_t rank, const coordinate *at, coordinate *to)
{
    for (size_t p = 0; p < rank; p++) {
        int d = map_plain_axis(b->w->g, map, p);
        if (d < 0) return false;
        to[p] = at[d];
    }
    return true;
}

/* Argument k of value v, whose domain is at `at`, as a register of `type`. */
static uint32_t code_argument(array_builder *b, uint32_t v, size_t k, const coordinate *at, int type)
{
    array_use u = value_use(b->w, value_at(b->w, v), k);
    uint32_t a = value_root(b->w, u.value);
    const array_value *arg = value_at(b->w, a);
    coordinate to[AXES_MOST];
    if (arg->lies == LIES_CONST) return code_constant(b, a, type);
    if (!map_coordinates(b, u.map, value_rank(b->w, arg), at, to)) return build_fail(b);
    return array_code_convert(b, array_code_value(b, a, to), arg->lies == LIES_RAMP ? ARRAY_INT : arg->type, type);
}

/* x^2 and its like, as products. ARRAY_NONE with *made false: the exponent is another. */
static uint32_t code_power(array_builder *b, uint32_t v, const coordinate *at, bool *made)
{
    const array_value *value = value_at(b->w, v);
    uint32_t e = value_root(b->w, value_use(b->w, value, 1).value);
    *made = false;
    if (value->op != OP_POW || value->inner == ARRAY_INT || value_at(b->w, e)->lies != LIES_CONST) return ARRAY_NONE;
    double n = node_value(b->w->g, value_at(b->w, e)->node);
    if (n != 2 && n != 3 && n != 4) return ARRAY_NONE;
    *made = true;
    uint32_t x = code_argument(b, v, 0, at, value->inner);
    if (x == ARRAY_NONE) return x;
    plan_code c = {.kind = CODE_EACH,
                   .type = value->type,
                   .op = OP_MUL,
                   .kernel = array_kernel_of(OP_MUL, value->inner),
                   .x = x,
                   .y = x,
                   .w = x};
    uint32_t square = code_push(b, c);
    if (n == 2 || square == ARRAY_NONE) return square;
    c.x = square;
    c.y = n == 3 ? x : square;
    return code_push(b, c);
}

static uint32_t code_each(array_builder *b, uint32_t v, const coordinate *at)
{
    const array_value *value = value_at(b->w, v);
    op o = (op)value->op;
    bool logic = (ops_row(o)->flags & OP_LOGIC) != 0;
    int taken = o == OP_IF ? array_settle_if(b, v, at) : -1;
    if (taken >= 0) return code_argument(b, v, taken ? 1 : 2, at, value->type);
    if (o == OP_COPY || o == OP_STOP) return code_argument(b, v, 0, at, value->type);
    bool power = false;
    uint32_t raised = o == OP_POW ? code_power(b, v, at, &power) : ARRAY_NONE;
    if (power) return raised;
    array_kernel *kernel =
        logic && value->inner == ARRAY_INT ? array_kernel_compare(o) : array_kernel_of(o, value->inner);
    plan_code c = {.kind = CODE_EACH, .type = value->type, .op = value->op, .kernel = kernel};
    if (value->inner == ARRAY_INT) c.name = array_label(b->w, v);
    bool many = ops_row(o)->count == 0;
    uint32_t args[3] = {0, 0, 0};
    for (size_t k = 0; k < value->count; k++) {
        size_t slot = k < 3 && !many ? k : k > 0;
        args[slot] = code_argument(b, v, k, at, value->inner);
        if (args[slot] == ARRAY_NONE) return ARRAY_NONE;
        if (!many && k + 1 < value->count) continue;
        if (many && k == 0) continue;
        c.x = args[0];
        c.y = value->count > 1 ? args[1] : args[0];
        c.w = value->count > 2 && !many ? args[2] : args[0];
        args[0] = code_push(b, c);
    }
    return args[0];
}

/* The array of an access, and the places asked for along each of its axes. */
static bool access_axes_of(array_builder *b, uint32_t v, uint16_t map, const coordinate *at, uint32_t array,
                           plan_access *x)
{
    const array_value *a = value_at(b->w, array);
    size_t rank = value_rank(b->w, a);
    access_axis axes[AXES_MOST];
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(b->w->g, map, p);
        int64_t stride = a->lies == LIES_CONST ? 0 : b->w->strides.at[a->strides + p];
        axes[p] = (access_axis){ARRAY_NONE, ARRAY_NONE, value_sizes(b->w, a)[p], stride};
        if (d.gather)
            axes[p].gather = code_argument(b, v, d.gather, at, ARRAY_INT);
        else
            axes[p].line = place_line(b, &d, at, a->local && (int)p == a->block_own);
        if (b->failed) return false;
    }
    x->axes = (uint32_t)b->access_axes.count;
    x->axis_count = (uint32_t)rank;
    for (size_t p = 0; p < rank; p++)
        if (!array_push(b->w->m, &b->access_axes, axes[p])) return build_fail(b), false;
    return true;
}

/* An access that lies inside: what is inline is made there, the rest is a line. */
static uint32_t code_inside(array_builder *b, uint32_t a, uint16_t map, const coordinate *at)
{
    const array_value *array = value_at(b->w, a);
    if (array->lies == LIES_CONST) return code_constant(b, a, array->type);
    uint32_t line = array->lies == LIES_INLINE ? 0 : line_new(b, array->buffer, array->offset, array->type);
    coordinate to[AXES_MOST];
    for (size_t p = 0; p < value_rank(b->w, array) && line != ARRAY_NONE; p++) {
        map_draft d = map_axis(b->w->g, map, p);
        to[p] = d.terms ? at[d.axis[0]] : (coordinate){-1, ARRAY_NONE, 0};
        to[p].offset += d.offset;
        if (array->lies == LIES_INLINE) continue;
        int64_t stride = b->w->strides.at[array->strides + p];
        b->lines.at[line].offset += d.offset * stride;
        for (size_t t = 0; t < d.terms; t++) {
            coordinate c = at[d.axis[t]];
            if (array->local && (int)p == array->block_own) c.counter = ARRAY_NONE;
            if (!line_along(b, line, c, d.factor[t] * stride)) return ARRAY_NONE;
        }
    }
    return array->lies == LIES_INLINE ? array_code_value(b, a, to) : code_load(b, line);
}

static uint32_t code_zero(array_builder *b, int type)
{
    uint32_t zero;
    if (!array_constant(b->w, 0, type, &zero)) return build_fail(b);
    return code_load(b, line_new(b, BUFFER_CONSTANT, (int64_t)(zero * (STRIP * 8 / array_type_bytes(type))), type));
}

static uint32_t code_at(array_builder *b, uint32_t v, const coordinate *at)
{
    const array_value *value = value_at(b->w, v);
    array_use u = value_use(b->w, value, 0);
    uint32_t a = value_root(b->w, u.value);
    int settled = array_settle_at(b, v, at);
    if (settled == SETTLED_INSIDE) return code_inside(b, a, u.map, at);
    if (settled == SETTLED_OUTSIDE && value->flags & NODE_ZERO) return code_zero(b, value->type);
    if (value_at(b->w, a)->lies == LIES_INLINE) return code_zero(b, value->type); /* the step is cut, and made anew */
    plan_access x = {.when = ARRAY_NONE, .zero = (value->flags & NODE_ZERO) != 0, .name = array_spot(b->w, u.value, v)};
    const array_value *array = value_at(b->w, a);
    bool known = array->lies == LIES_CONST;
    if (known && x.zero && !(value->flags & NODE_WHEN) && node_is_value(b->w->g, array->node, 0))
        return code_constant(b, a, value->type); /* 0 wherever it is read: a tangent that is 0 in all steps */
    x.line = known ? constant_line(b, a, value->type)
                   : line_new(b, array->buffer, array->offset, array->lies == LIES_RAMP ? ARRAY_INT : array->type);
    if (x.line == ARRAY_NONE || !access_axes_of(b, v, u.map, at, a, &x)) return ARRAY_NONE;
    if (value->flags & NODE_WHEN) {
        x.when = code_argument(b, v, value->count - 1, at, ARRAY_F64);
        if (x.when == ARRAY_NONE) return ARRAY_NONE;
    }
    plan_code c = {.kind = CODE_AT, .type = value->type, .line = (uint32_t)b->accesses.count};
    return array_push(b->w->m, &b->accesses, x) ? code_push(b, c) : build_fail(b);
}

/* Value a at the places `at` of its axes, in a register of its type. Nesting is bounded: what is inline in one
 * step has at most HOME_MOST operations. */
uint32_t array_code_value(array_builder *b, uint32_t a, const coordinate *at)
{
    const array_value *v = value_at(b->w, a);
    size_t rank = value_rank(b->w, v);
    if (b->failed) return ARRAY_NONE;
    if (v->lies != LIES_INLINE) return code_load(b, array_line(b, a, at));
    for (size_t i = 0; i < b->memo.count; i++) {
        const build_memo *m = &b->memo.at[i];
        if (m->value == a && (rank == 0 || memcmp(b->memo_at.at + m->at, at, rank * sizeof *at) == 0)) return m->out;
    }
    uint32_t out = v->op == OP_AT ? code_at(b, a, at) : code_each(b, a, at);
    build_memo m = {a, (uint32_t)b->memo_at.count, out};
    if (!array_reserve(b->w->m, &b->memo_at, rank) || !array_push(b->w->m, &b->memo, m)) return build_fail(b);
    for (size_t p = 0; p < rank; p++) b->memo_at.at[b->memo_at.count++] = at[p];
    return out;
}

/* ---- Coordinates ---------------------------------------------------------------------------------- */

void array_coordinate_axis(array_builder *b, coordinate *c, int64_t size)
{
    *c = (coordinate){(int)b->axes, ARRAY_NONE, 0};
    b->sizes[b->axes++] = size;
}

/* An axis that goes with the blocks. */
static void block_axis(array_builder *b, coordinate *c)
{
    array_coordinate_axis(b, c, -1);
    c->counter = b->w->block_counter;
}

/* Axis d of the domain of v, which no recurrence binds. */
void array_domain_axis(array_builder *b, const array_value *v, size_t d, coordinate *c)
{
    if (b->w->in_block && v->block == (int)d)
        block_axis(b, c);
    else
        array_coordinate_axis(b, c, shape_sizes(b->w->g, value_domain(v))[d]);
}

/* Axis p of v: bound by a recurrence, or an axis of the step. */
static bool bound_axis(const array_builder *b, const array_value *v, size_t p, coordinate *c)
{
    for (size_t i = 0; i < v->bind_count; i++) {
        const array_bind *bind = &b->w->binds.at[v->binds + i];
        if (bind->axis != (int)p) continue;
        *c = (coordinate){-1, b->w->regions[bind->region].counter, bind->offset};
        return true;
    }
    return false;
}

void array_own_coordinates(array_builder *b, const array_value *v, coordinate *at)
{
    for (size_t p = 0; p < value_rank(b->w, v); p++) {
        if (bound_axis(b, v, p, &at[p])) continue;
        if (b->w->in_block && v->block_own == (int)p)
            block_axis(b, &at[p]);
        else
            array_coordinate_axis(b, &at[p], value_sizes(b->w, v)[p]);
    }
}

/* ---- Sinks ---------------------------------------------------------------------------------------- */

bool array_sink(array_builder *b, int kind, op o, uint32_t value, uint32_t line, int type)
{
    plan_sink s = {.kind = (uint8_t)kind, .type = (uint8_t)type, .op = (uint16_t)o, .value = value, .line = line};
    if (value == ARRAY_NONE || line == ARRAY_NONE || b->failed) return false;
    s.first = kind == SINK_JOIN && o != OP_SCATTER;
    s.blocked = b->blocked;
    s.name = b->name;
    return array_push(b->w->m, &b->sinks, s) || (build_fail(b), false);
}

static bool step_each(array_builder *b, uint32_t v)
{
    const array_value *value = value_at(b->w, v);
    coordinate at[AXES_MOST];
    array_own_coordinates(b, value, at);
    uint32_t out = value->op == OP_AT ? code_at(b, v, at) : code_each(b, v, at);
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
    if (value->type == ARRAY_INT) b->name = array_label(b->w, v);
    uint32_t x = code_argument(b, v, 0, at, value->type);
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
    size_t rank = shape_rank(b->w->g, value->domain), own = value_rank(b->w, value);
    coordinate at[AXES_MOST];
    bool gathers;
    for (size_t d = 0; d < rank; d++)
        if (!scatter_axis(b, value, d, &at[d])) array_domain_axis(b, value, d, &at[d]);
    uint32_t x = code_argument(b, v, 0, at, value->type);
    if (x == ARRAY_NONE) return false;
    if (array_inside(b->w, value->target, value->domain, value->shape, &gathers)) {
        uint32_t line = target_line(b, v);
        for (size_t p = 0; line != ARRAY_NONE && p < own; p++) {
            map_draft d = map_axis(b->w->g, value->target, p);
            int64_t stride = b->w->strides.at[value->strides + p];
            b->lines.at[line].offset += d.offset * stride;
            for (size_t t = 0; t < d.terms; t++) {
                coordinate c = at[d.axis[t]];
                if (value->local && (int)p == value->block_own) c.counter = ARRAY_NONE;
                if (!line_along(b, line, c, d.factor[t] * stride)) return false;
            }
        }
        int kind = array_scatter_tiles(b->w, value) ? SINK_STORE : SINK_JOIN;
        return array_sink(b, kind, OP_SCATTER, x, line, value->type);
    }
    plan_access access = {.when = ARRAY_NONE, .zero = true};
    access.line = target_line(b, v);
    if (access.line == ARRAY_NONE || !access_axes_of(b, v, value->target, at, v, &access)) return false;
    if (!array_push(b->w->m, &b->accesses, access)) return build_fail(b), false;
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
    uint32_t a = value_root(b->w, u.value);
    const array_value *part = value_at(b->w, u.value), *arg = value_at(b->w, a);
    coordinate at[AXES_MOST];
    size_t rank = value_rank(b->w, part), along;
    for (size_t p = 0; p < rank; p++) {
        coordinate c;
        if (array_part_axis(b->w, v, k, p, &c))
            at[p] = c;
        else if (b->w->in_block && part_along(b->w, value, u.map, &along) && along == p)
            block_axis(b, &at[p]);
        else
            array_coordinate_axis(b, &at[p], value_sizes(b->w, part)[p]);
    }
    uint32_t x = arg->lies == LIES_CONST
                     ? code_constant(b, a, value->type)
                     : array_code_convert(b, array_code_value(b, a, at), arg->lies == LIES_RAMP ? ARRAY_INT : arg->type,
                                          value->type);
    if (x == ARRAY_NONE) return false;
    uint32_t line = line_new(b, value->buffer, value->offset, value->type);
    for (size_t p = 0; line != ARRAY_NONE && p < value_rank(b->w, value); p++) {
        map_draft d = map_axis(b->w->g, u.map, p);
        int64_t stride = b->w->strides.at[value->strides + p];
        b->lines.at[line].offset += d.offset * stride;
        for (size_t t = 0; t < d.terms; t++) {
            coordinate c = at[d.axis[t]];
            if (value->local && (int)p == value->block_own) c.counter = ARRAY_NONE;
            if (!line_along(b, line, c, d.factor[t] * stride)) return false;
        }
    }
    return array_sink(b, SINK_STORE, OP_COPY, x, line, value->type);
}

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

/* A constant into all places of v: what a scatter adds to, what a reduction over nothing gives. */
bool array_set_step(array_lowering *w, uint32_t v, double value, bool bound)
{
    array_builder b;
    const array_value *x = value_at(w, v);
    coordinate at[AXES_MOST];
    array_build_begin(&b, w);
    for (size_t p = 0; p < value_rank(w, x); p++) {
        if (bound && bound_axis(&b, x, p, &at[p])) continue;
        if (w->in_block && (x->block_own == (int)p || (x->part.bound && x->part.axis == (int)p)))
            block_axis(&b, &at[p]);
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
    uint32_t out = ok ? code_load(&b, line_new(&b, BUFFER_CONSTANT, (int64_t)c * elements, x->type)) : ARRAY_NONE;
    ok = ok && array_sink(&b, SINK_STORE, OP_COPY, out, array_target(&b, v, at), x->type);
    return array_build_end(&b, ok);
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
        return array_set_step(w, v, array_first((op)value->op), true);
    memcpy(whole, w->span, sizeof whole);
    w->pieces = 0;
    bool ok = step_pieces(w, v, k, whole, &todo);
    array_free(w->m, &todo);
    memcpy(w->span, whole, sizeof whole);
    return ok;
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
    uint32_t line = line_new(&b, x->partial, 0, x->type);
    bool ok = line != ARRAY_NONE;
    for (size_t p = rank; ok && p-- > 0;) {
        ok = line_along(&b, line, at[p], stride);
        stride *= value_sizes(w, x)[p];
    }
    ok = ok && line_along(&b, line, chunk, (int64_t)count);
    uint32_t out = ok ? code_load(&b, line) : ARRAY_NONE;
    op o = x->op == OP_SCATTER ? OP_SUM : (op)x->op;
    return array_build_end(&b, ok && array_sink(&b, SINK_JOIN, o, out, array_line(&b, v, at), x->type));
}

bool array_out_step(array_lowering *w, uint32_t v, ew_node wanted, size_t output)
{
    array_builder b;
    int type = w->a->outs[output].type;
    uint32_t root = value_root(w, v);
    const array_value *x = value_at(w, root); /* one constant may be shown in many places */
    coordinate at[AXES_MOST];
    size_t rank = node_rank(w->g, wanted); /* a constant has none of its own */
    int64_t stride = 1;
    array_build_begin(&b, w);
    for (size_t p = 0; p < rank; p++) array_coordinate_axis(&b, &at[p], node_size(w->g, wanted, p));
    uint32_t out = x->lies == LIES_CONST ? code_constant(&b, root, type)
                                         : array_code_convert(&b, array_code_value(&b, root, at),
                                                              x->lies == LIES_RAMP ? ARRAY_INT : x->type, type);
    uint32_t line = out == ARRAY_NONE ? ARRAY_NONE : line_new(&b, w->a->outs[output].buffer, 0, type);
    bool ok = line != ARRAY_NONE;
    for (size_t p = rank; ok && p-- > 0;) {
        ok = line_along(&b, line, at[p], stride);
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
    uint32_t out = code_load(&b, array_line(&b, v, from));
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
    bool ok = map_coordinates(&b, u.map, value_rank(w, arg), at, to);
    uint32_t line = ARRAY_NONE;
    if (ok && arg->lies == LIES_CONST) {
        uint32_t r = code_constant(&b, from, ARRAY_F64);
        line = r == ARRAY_NONE ? r : b.code.at[0].line;
    } else if (ok) {
        line = array_line(&b, from, to);
    }
    plan_arg s = {.dims = (uint32_t)a->sizes.count,
                  .dim_count = (uint32_t)b.axes,
                  .most = value->op == OP_ARGMAX,
                  .name = array_label(w, v)};
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

/* ---- Names and constants ------------------------------------------------------------------------------ */

/* The array that a recurrence makes, for what defines its state; n itself for others. */
static ew_node label_node(const array_lowering *w, uint32_t v)
{
    ew_node n = value_at(w, v)->node;
    if (!value_at(w, v)->defines || node_at(w->g, n)->name) return n;
    for (size_t s = w->g->states.count; s-- > 0;) /* inner ones were made last */
        if (w->g->states.at[s].definition == n && w->g->states.at[s].loop != EW_NONE) {
            n = w->g->states.at[s].loop;
            if (node_at(w->g, n)->name) break;
            s = w->g->states.count;
        }
    return n;
}

uint32_t array_label(array_lowering *w, uint32_t v)
{
    return array_label_of(w, label_node(w, v));
}

uint32_t array_label_of(array_lowering *w, ew_node n)
{
    text t;
    text_begin(&t, w->m);
    graph_print_operand(w->g, n, &t, 80);
    uint32_t at = (uint32_t)w->p->name_text.count;
    if (t.failed || !array_reserve(w->m, &w->p->name_text, t.count + 1)) {
        text_free(&t);
        array_no_memory(w);
        return 0;
    }
    memcpy(w->p->name_text.at + at, text_string(&t), t.count);
    w->p->name_text.at[at + t.count] = '\0';
    w->p->name_text.count += t.count + 1;
    text_free(&t);
    return at;
}

bool array_constant(array_lowering *w, uint64_t bits, int type, uint32_t *at)
{
    plan *a = w->a;
    for (size_t i = a->constants.count; i-- > 0;) {
        if (a->constants.at[i] != bits || a->constant_types.at[i] != type) continue;
        *at = (uint32_t)i;
        return true;
    }
    *at = (uint32_t)a->constants.count;
    return array_push(w->m, &a->constants, bits) && array_push(w->m, &a->constant_types, (uint8_t)type);
}
