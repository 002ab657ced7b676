/*
 * array_code.c - the expression of a stored value as code over registers, for the places of one step.
 *
 * What is stored becomes a line that is loaded (array_line.c); what is inline becomes code of its own, once for each
 * place that it is asked at; constants and indices are lines, too. An access that may leave its array becomes CODE_AT
 * with the places asked for along each axis; one that lies inside is a line like any other. A condition that the
 * step's places settle takes its branch alone.
 *
 * Everything returns the register that holds the result, or ARRAY_NONE once memory is short (b->failed).
 */
#include <string.h>

#include "exec/array_build.h"

static uint32_t code_push(array_builder *b, plan_code c)
{
    c.out = b->registers++;
    return array_push(b->w->m, &b->code, c) ? c.out : array_build_fail(b);
}

uint32_t array_code_load(array_builder *b, uint32_t line)
{
    if (line == ARRAY_NONE) return line;
    for (size_t i = 0; i < b->code.count; i++) {
        const plan_code *c = &b->code.at[i];
        if ((c->kind == CODE_LOAD || c->kind == CODE_RAMP) && array_lines_equal(b, c->line, line)) return c->out;
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
    if (!array_constant(b->w, bits, type, &at)) return array_build_fail(b);
    int64_t elements = (int64_t)(STRIP * 8 / array_type_bytes(type));
    return array_line_new(b, BUFFER_CONSTANT, (int64_t)at * elements, type);
}

uint32_t array_code_constant(array_builder *b, uint32_t v, int type)
{
    return array_code_load(b, constant_line(b, v, type));
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

bool array_map_coordinates(const array_builder *b, uint16_t map, size_t rank, const coordinate *at, coordinate *to)
{
    for (size_t p = 0; p < rank; p++) {
        int d = map_plain_axis(b->w->g, map, p);
        if (d < 0) return false;
        to[p] = at[d];
    }
    return true;
}

uint32_t array_code_as(array_builder *b, uint32_t a, const coordinate *at, int type)
{
    const array_value *value = value_at(b->w, a);
    if (value->lies == LIES_CONST) return array_code_constant(b, a, type);
    return array_code_convert(b, array_code_value(b, a, at), value->lies == LIES_RAMP ? ARRAY_INT : value->type, type);
}

/* Argument k of value v, whose domain is at `at`, as a register of `type`. */
uint32_t array_code_argument(array_builder *b, uint32_t v, size_t k, const coordinate *at, int type)
{
    array_use u = value_use(b->w, value_at(b->w, v), k);
    uint32_t a = value_root(b->w, u.value);
    const array_value *arg = value_at(b->w, a);
    coordinate to[AXES_MOST];
    if (arg->lies == LIES_CONST) return array_code_constant(b, a, type);
    if (!array_map_coordinates(b, u.map, value_rank(b->w, arg), at, to)) return array_build_fail(b);
    return array_code_as(b, a, to, type);
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
    uint32_t x = array_code_argument(b, v, 0, at, value->inner);
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

uint32_t array_code_each(array_builder *b, uint32_t v, const coordinate *at)
{
    const array_value *value = value_at(b->w, v);
    op o = (op)value->op;
    bool logic = (ops_row(o)->flags & OP_LOGIC) != 0;
    int taken = o == OP_IF ? array_settle_if(b, v, at) : -1;
    if (taken >= 0) return array_code_argument(b, v, taken ? 1 : 2, at, value->type);
    if (o == OP_COPY || o == OP_STOP) return array_code_argument(b, v, 0, at, value->type);
    bool power = false;
    uint32_t raised = o == OP_POW ? code_power(b, v, at, &power) : ARRAY_NONE;
    if (power) return raised;
    array_kernel *kernel =
        logic && value->inner == ARRAY_INT ? array_kernel_compare(o) : array_kernel_of(o, value->inner);
    plan_code c = {.kind = CODE_EACH, .type = value->type, .op = value->op, .kernel = kernel};
    if (value->inner == ARRAY_INT) c.name = array_words(b->w, v);
    bool many = ops_row(o)->count == 0;
    uint32_t args[3] = {0, 0, 0};
    for (size_t k = 0; k < value->count; k++) {
        size_t slot = k < 3 && !many ? k : k > 0;
        args[slot] = array_code_argument(b, v, k, at, value->inner);
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
bool array_access_axes(array_builder *b, uint32_t v, uint16_t map, const coordinate *at, uint32_t array, plan_access *x)
{
    const array_value *a = value_at(b->w, array);
    size_t rank = value_rank(b->w, a);
    access_axis axes[AXES_MOST];
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(b->w->g, map, p);
        int64_t stride = a->lies == LIES_CONST ? 0 : b->w->strides.at[a->strides + p];
        axes[p] = (access_axis){ARRAY_NONE, ARRAY_NONE, value_sizes(b->w, a)[p], stride};
        if (d.gather)
            axes[p].gather = array_code_argument(b, v, d.gather, at, ARRAY_INT);
        else
            axes[p].line = array_place_line(b, &d, at, a->local && (int)p == a->block_own);
        if (b->failed) return false;
    }
    x->axes = (uint32_t)b->access_axes.count;
    x->axis_count = (uint32_t)rank;
    for (size_t p = 0; p < rank; p++)
        if (!array_push(b->w->m, &b->access_axes, axes[p])) return array_build_fail(b), false;
    return true;
}

/* An access that lies inside: what is inline is made there, the rest is a line. */
static uint32_t code_inside(array_builder *b, uint32_t a, uint16_t map, const coordinate *at)
{
    const array_value *array = value_at(b->w, a);
    if (array->lies == LIES_CONST) return array_code_constant(b, a, array->type);
    if (array->lies != LIES_INLINE) {
        uint32_t line = array_line_new(b, array->buffer, array->offset, array->type);
        return array_code_load(b, array_line_through(b, line, array, map, at));
    }
    coordinate to[AXES_MOST];
    for (size_t p = 0; p < value_rank(b->w, array); p++) {
        map_draft d = map_axis(b->w->g, map, p);
        to[p] = d.terms ? at[d.axis[0]] : (coordinate){-1, ARRAY_NONE, 0};
        to[p].offset += d.offset;
    }
    return array_code_value(b, a, to);
}

static uint32_t code_zero(array_builder *b, int type)
{
    uint32_t zero;
    if (!array_constant(b->w, 0, type, &zero)) return array_build_fail(b);
    return array_code_load(
        b, array_line_new(b, BUFFER_CONSTANT, (int64_t)(zero * (STRIP * 8 / array_type_bytes(type))), type));
}

uint32_t array_code_at(array_builder *b, uint32_t v, const coordinate *at)
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
        return array_code_constant(b, a, value->type); /* 0 wherever it is read: a tangent that is 0 in all steps */
    x.line = known
                 ? constant_line(b, a, value->type)
                 : array_line_new(b, array->buffer, array->offset, array->lies == LIES_RAMP ? ARRAY_INT : array->type);
    if (x.line == ARRAY_NONE || !array_access_axes(b, v, u.map, at, a, &x)) return ARRAY_NONE;
    if (value->flags & NODE_WHEN) {
        x.when = array_code_argument(b, v, value->count - 1, at, ARRAY_F64);
        if (x.when == ARRAY_NONE) return ARRAY_NONE;
    }
    plan_code c = {.kind = CODE_AT, .type = value->type, .line = (uint32_t)b->accesses.count};
    return array_push(b->w->m, &b->accesses, x) ? code_push(b, c) : array_build_fail(b);
}

/* Value a at the places `at` of its axes, in a register of its type. Nesting is bounded: what is inline in one
 * step has at most HOME_MOST operations. */
uint32_t array_code_value(array_builder *b, uint32_t a, const coordinate *at)
{
    const array_value *v = value_at(b->w, a);
    size_t rank = value_rank(b->w, v);
    if (b->failed) return ARRAY_NONE;
    if (v->lies != LIES_INLINE) return array_code_load(b, array_line(b, a, at));
    for (size_t i = 0; i < b->memo.count; i++) {
        const build_memo *m = &b->memo.at[i];
        if (m->value == a && (rank == 0 || memcmp(b->memo_at.at + m->at, at, rank * sizeof *at) == 0)) return m->out;
    }
    uint32_t out = v->op == OP_AT ? array_code_at(b, a, at) : array_code_each(b, a, at);
    build_memo m = {a, (uint32_t)b->memo_at.count, out};
    if (!array_reserve(b->w->m, &b->memo_at, rank) || !array_push(b->w->m, &b->memo, m)) return array_build_fail(b);
    for (size_t p = 0; p < rank; p++) b->memo_at.at[b->memo_at.count++] = at[p];
    return out;
}
