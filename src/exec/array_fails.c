/*
 * array_fails.c - which values may fail where they need not: ints that overflow or are divided by zero.
 *
 * A bound on the ints of each value, from constants, sizes and operations: what surely fits is left alone, so
 * indices and their sums never count. Inputs have no bound.
 */
#include <math.h>

#include "exec/array_inside.h"

static double bound_of(const array_lowering *w, const double *bound, uint32_t v)
{
    const array_value *value = value_at(w, v);
    return node_at(w->g, value->node)->type == TYPE_BOOL && value->type != ARRAY_INT ? 1 : bound[v];
}

static double bound_constant(const array_lowering *w, const array_value *v)
{
    int type;
    constant c = node_constant(w->g, v->node, &type);
    return fabs(type == TYPE_WHOLE ? (double)c.whole : c.real);
}

static double bound_ramp(const array_lowering *w, const array_value *v)
{
    int type;
    int64_t start = node_constant(w->g, node_arg(w->g, v->node, 0), &type).whole;
    return fabs((double)start) + (double)value_sizes(w, v)[0];
}

static double bound_terms(const array_lowering *w, const array_value *v)
{
    double terms = 1;
    for (size_t d = value_rank(w, v); d < shape_rank(w->g, v->domain); d++)
        terms *= (double)shape_sizes(w->g, v->domain)[d];
    return terms;
}

static bool is_divisor(const array_lowering *w, uint32_t v) /* a constant that divides any int */
{
    const array_value *value = value_at(w, v);
    return value->lies == LIES_CONST && node_value(w->g, value->node) != 0 && node_value(w->g, value->node) != -1;
}

static double bound_value(const array_lowering *w, const double *bound, const array_value *v)
{
    double x[2] = {0, 0}, most = 0;
    if (v->lies == LIES_CONST) return bound_constant(w, v);
    if (v->lies == LIES_RAMP) return bound_ramp(w, v);
    for (size_t k = 0; k < v->count; k++) {
        double b = bound_of(w, bound, value_use(w, v, k).value);
        if (k < 2) x[k] = b;
        if (!(v->op == OP_AT && k) && !(v->op == OP_IF && !k)) most = fmax(most, b);
    }
    switch (v->op) {
    case OP_ADD:
    case OP_SUB: return x[0] + x[1];
    case OP_MUL: return x[0] * x[1];
    case OP_MOD: return is_divisor(w, value_use(w, v, 1).value) ? x[1] : INFINITY;
    case OP_FLOORDIV: return is_divisor(w, value_use(w, v, 1).value) ? x[0] + 1 : INFINITY;
    case OP_SIGN: return 1;
    case OP_SUM: return most * bound_terms(w, v);
    case OP_ARGMIN:
    case OP_ARGMAX: return bound_terms(w, v);
    case OP_AT:
    case OP_JOIN:
    case OP_IF:
    case OP_NEG:
    case OP_ABS:
    case OP_MIN:
    case OP_MAX:
    case OP_CLIP:
    case OP_COPY:
    case OP_STOP:
    case OP_FLOOR:
    case OP_CEIL:
    case OP_ROUND:
    case OP_TRUNC: return most;
    default: return INFINITY;
    }
}

static bool can_fail(const array_value *v, double bound)
{
    if (v->type != ARRAY_INT || bound < 0x1p62) return false;
    switch (v->op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_NEG:
    case OP_ABS:
    case OP_POW:
    case OP_FLOORDIV:
    case OP_MOD:
    case OP_SUM:
    case OP_PROD: return true;
    default: return false;
    }
}

/* Of a recurrence's own arrays parts have steps of their own. */
static bool is_looked_into(const array_value *v, uint8_t fails)
{
    if (v->op == OP_JOIN) return v->lies == LIES_INLINE && !v->defines && !(fails & FAILS_STEPS);
    return v->lies == LIES_INLINE && (value_is_each(v) || op_is_reduction(v->op) || v->op == OP_AT);
}

/* The LOOP of the outermost recurrence inside which v is computed; 0: of none. open: of the values before it. */
static uint32_t open_of(const array_lowering *w, uint32_t v, const uint32_t *open)
{
    const array_value *value = value_at(w, v);
    uint32_t loop = value->op == OP_STATE ? w->of[node_state(w->g, value->node)->loop] : 0;
    for (size_t k = 0; k < value->count; k++) {
        uint32_t other = open[value_use(w, value, k).value];
        if (other > loop) loop = other;
    }
    return loop > v ? loop : 0;
}

static bool is_product(const array_value *v)
{
    return v->op == OP_MUL0 && v->count == 2;
}

/* if c then x else 0? */
static bool is_condition(const array_lowering *w, const array_value *values, const array_use *uses,
                         const array_value *v)
{
    if (v->op != OP_IF || v->count != 3) return false;
    const array_value *zero = &values[uses[v->uses + 2].value];
    return zero->lies == LIES_CONST && node_is_value(w->g, zero->node, 0);
}

enum { GUARD_DEPTH = 16 };

/* The condition of a factor u: its own, or that of one of its factors. Value ARRAY_NONE: it has none. */
static array_use guard_in(const array_lowering *w, const array_value *values, const array_use *uses, array_use u)
{
    for (int depth = 0; depth < GUARD_DEPTH && u.map != UINT16_MAX; depth++) {
        const array_value *o = &values[u.value];
        bool found = is_condition(w, values, uses, o);
        if (!found && !is_product(o)) break;
        const array_value *first = &values[uses[o->uses].value];
        bool second = !found && !is_product(first) && !is_condition(w, values, uses, first);
        array_use next = uses[o->uses + second];
        next.map = graph_map_compose(w->g, u.map, next.map, shape_rank(w->g, values[next.value].shape));
        if (found && next.map != UINT16_MAX) return next;
        u = next;
    }
    return (array_use){ARRAY_NONE, 0};
}

array_use array_guard(const array_lowering *w, const array_value *values, const array_use *uses, const array_value *v,
                      size_t k)
{
    return is_product(v) ? guard_in(w, values, uses, uses[v->uses + 1 - k]) : (array_use){ARRAY_NONE, 0};
}

static bool is_guarded(const array_lowering *w, const array_value *v, size_t k)
{
    return array_guard(w, w->values.at, w->uses.at, v, k).value != ARRAY_NONE;
}

/* Is a matrix product's factor, argument 1 or 2, needed only where the other one says? */
static bool is_factor_guarded(const array_lowering *w, const array_value *v, size_t k)
{
    if (!v->product || k == 0) return false;
    return guard_in(w, w->values.at, w->uses.at, value_use(w, v, 3 - k)).value != ARRAY_NONE;
}

/* Does evaluating v say nothing of argument k? */
static bool is_apart(const array_lowering *w, const array_value *v, size_t k)
{
    return array_is_branch(v, k) || (v->op == OP_AT && k == 0) || is_factor_guarded(w, v, k) || is_guarded(w, v, k);
}

/* What is needed at all its places, whatever conditions say: its copies would fail no less. */
static void fails_sure(const array_lowering *w, uint8_t *fails)
{
    for (size_t i = 0; i < w->wanted_count; i++) fails[w->of[w->wanted[i]]] |= FAILS_SURE;
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        const array_value *value = value_at(w, v);
        bool sure = value->op == OP_LOOP || (fails[v] & FAILS_SURE);
        for (size_t k = 0; sure && k < value->count; k++)
            if (!is_apart(w, value, k)) fails[value_use(w, value, k).value] |= FAILS_SURE;
    }
}

static bool fails_fill(const array_lowering *w, double *bound, uint32_t *open, uint8_t *fails)
{
    bool any = false;
    fails_sure(w, fails);
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        bound[v] = value->type == ARRAY_INT ? bound_value(w, bound, value) : INFINITY;
        open[v] = open_of(w, v, open);
        if (open[v]) fails[v] |= FAILS_STEPS;
        if (!is_looked_into(value, fails[v])) continue;
        if (can_fail(value, bound[v])) fails[v] |= FAILS_ITSELF | FAILS_BEHIND;
        for (size_t k = 0; k < value->count; k++) {
            uint32_t a = value_use(w, value, k).value;
            if (array_is_lazy(fails[a])) fails[v] |= FAILS_BEHIND; /* what is sure to be computed fails anyway */
            any = any || ((array_is_branch(value, k) || is_guarded(w, value, k)) && array_is_lazy(fails[a]));
        }
    }
    return any;
}

bool array_fails(const array_lowering *w, uint8_t *fails, bool *any)
{
    double *bound = block_new(w->m, w->values.count, sizeof *bound);
    uint32_t *open = block_new(w->m, w->values.count, sizeof *open);
    bool ok = (bound && open) || array_no_memory(w);
    if (ok) *any = fails_fill(w, bound, open, fails);
    block_free(w->m, bound, bound ? w->values.count : 0);
    block_free(w->m, open, open ? w->values.count : 0);
    return ok;
}
