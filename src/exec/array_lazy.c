/*
 * array_lazy.c - ints that overflow, or are divided by zero, where nobody needs them are no fault.
 *
 * `and`, `or` and `if` evaluate only what is needed (language.md, section 2), but all places of a value are
 * computed, branches side by side. So what stands in a branch, down to what cannot fail, is made once more for
 * that branch, under the condition WHEN it is needed; each operation that may fail gets an operand with which it
 * cannot where the condition does not hold:
 *
 *     if c then x * y else 0      →      if c then (if c then x else 0) * y else 0
 *
 * So with a product on a path whose other factor is `if c then x else 0`, as derivatives have it. Nothing else knows of
 * it: the plan runs, and is emitted, as any other. What bounds show to fit (indices, their sums) is left alone, and so
 * is a program in which nothing can fail in a branch. A copy of what lacks axes of its condition is needed where the
 * condition holds anywhere along them; where that is known only as a recurrence runs, the copy has those axes too. The
 * pass makes the list of values anew, since ids ascend: conditions come first.
 *
 * An array put together from parts is copied part by part (array_lazy_parts.c). Not looked into, so evaluated whole:
 * arrays that are read at places of ints, and recurrences themselves.
 */
#include <string.h>

#include "exec/array_lazy.h"

enum {
    LAZY_COPIES = 4, /* values to each old one, and as many more: then no more copies are made */
    LAZY_LEAST = 1024,
    LAZY_NEAR = 64 /* conditions that are looked through for an equal one */
};

static const array_use lazy_always = {ARRAY_NONE, 0};

/* ---- New values ----------------------------------------------------------------------------------- */

bool lazy_push(lazy *l, array_value v, const array_use *uses, array_use *out)
{
    uint8_t steps = v.op == OP_STATE;
    for (size_t k = 0; k < v.count; k++) steps |= l->steps.at[uses[k].value];
    *out = (array_use){array_push_value(l->w, v, uses), 0};
    if (out->value == ARRAY_NONE) return false;
    return array_push(l->w->m, &l->steps, steps) || array_no_memory(l->w);
}

static bool lazy_same(array_use a, array_use b)
{
    return a.value == b.value && a.map == b.map;
}

bool lazy_condition(lazy *l, ew_node n, op o, uint16_t shape, array_use x, array_use y, array_use *out)
{
    for (size_t i = l->logic.count; i-- > 0 && i + LAZY_NEAR >= l->logic.count;) {
        const lazy_logic *c = &l->logic.at[i];
        if (c->op != o || c->shape != shape || !lazy_same(c->x, x) || !lazy_same(c->y, y)) continue;
        *out = (array_use){c->made, 0};
        return true;
    }
    array_use both[2] = {x, y};
    array_value v = {.op = (uint16_t)o, .type = ARRAY_F64, .inner = ARRAY_F64, .shape = shape, .node = n};
    v.count = o == OP_NOT ? 1 : 2;
    if (!lazy_push(l, v, both, out)) return false;
    lazy_logic c = {o, shape, x, y, out->value};
    return array_push(l->w->m, &l->logic, c) || array_no_memory(l->w);
}

/* When argument k of v is evaluated, if v is where `when` holds and its argument 0 is `decides`. */
static bool lazy_when(lazy *l, const array_value *v, size_t k, uint16_t shape, array_use decides, array_use when,
                      array_use *out)
{
    bool negated = v->op == OP_OR || (v->op == OP_IF && k == 2);
    if (negated && !lazy_condition(l, v->node, OP_NOT, shape, decides, decides, &decides)) return false;
    *out = decides;
    return when.value == ARRAY_NONE || lazy_condition(l, v->node, OP_AND, shape, when, decides, out);
}

/* if when then x else an int that cannot fail */
static bool lazy_mask(lazy *l, ew_node n, uint16_t shape, array_use when, array_use *x, bool one)
{
    array_use three[3] = {when, *x, {one ? l->one : l->zero, 0}};
    array_value v = {.op = OP_IF, .type = ARRAY_INT, .inner = ARRAY_INT, .shape = shape, .node = n, .count = 3};
    return lazy_push(l, v, three, x);
}

/* ---- Shapes --------------------------------------------------------------------------------------- */

/* The axes of a shape that a plain map reads, as bits. */
static uint32_t lazy_reads(const lazy *l, uint16_t map, size_t rank)
{
    uint32_t bits = 0;
    for (size_t p = 0; p < rank; p++) {
        int d = map_plain_axis(l->w->g, map, p);
        if (d >= 0) bits |= UINT32_C(1) << d;
    }
    return bits;
}

/* The copy of f->v need not have the axes that v lacks: `when` becomes whether it holds anywhere along them. */
static bool lazy_narrow(lazy *l, lazy_frame *f)
{
    array_lowering *w = l->w;
    const array_value *v = lazy_old(l, f->v);
    size_t own = shape_rank(w->g, v->shape), all = shape_rank(w->g, f->shape), rank = own;
    uint16_t to[AXES_MOST] = {0};
    int64_t sizes[AXES_MOST];
    if (!map_is_plain(w->g, f->map)) return true;
    uint32_t kept = lazy_reads(l, f->map, own), asked = lazy_reads(l, f->when.map, lazy_rank(l, f->when.value));
    if (own == all || ((asked & ~kept) && l->steps.at[f->when.value])) return true;
    for (size_t p = 0; p < own; p++) to[map_plain_axis(w->g, f->map, p)] = (uint16_t)p;
    for (size_t p = 0; p < own; p++) sizes[p] = shape_sizes(w->g, v->shape)[p];
    for (size_t d = 0; d < all; d++) {
        if (kept >> d & 1 || !(asked >> d & 1)) continue;
        sizes[rank] = shape_sizes(w->g, f->shape)[d];
        to[d] = (uint16_t)rank++;
    }
    uint16_t domain = graph_shape_of(w->g, sizes, rank), turn = graph_map_plain(w->g, to, all);
    if (domain == UINT16_MAX || turn == UINT16_MAX) return false;
    f->when.map = graph_map_compose(w->g, turn, f->when.map, lazy_rank(l, f->when.value));
    f->shape = v->shape;
    f->out = f->map;
    f->map = 0;
    if (f->when.map == UINT16_MAX) return false;
    if (rank == own) return true;
    array_value any = {.op = OP_ANY, .shape = v->shape, .domain = domain, .node = v->node, .count = 1};
    return lazy_push(l, any, &f->when, &f->when);
}

/* The domain of the copy of a reduction, and its map to the old one: the copy's axes, then those reduced. */
static bool lazy_domain(lazy *l, lazy_frame *f)
{
    ew_graph *g = l->w->g;
    const array_value *v = lazy_old(l, f->v);
    size_t own = shape_rank(g, v->shape), all = shape_rank(g, f->shape), old = shape_rank(g, v->domain);
    int64_t sizes[2 * AXES_MOST];
    f->domain = f->shape;
    f->inner = f->map;
    if (!op_is_reduction(v->op)) return true;
    map_draft *d = block_new(l->w->m, old + 1, sizeof *d);
    if (!d) return array_no_memory(l->w);
    for (size_t p = 0; p < own; p++) d[p] = map_axis(g, f->map, p);
    for (size_t p = 0; p < all; p++) sizes[p] = shape_sizes(g, f->shape)[p];
    for (size_t p = own; p < old; p++) {
        sizes[all + p - own] = shape_sizes(g, v->domain)[p];
        d[p] = (map_draft){.terms = 1, .axis = {(uint16_t)(all + p - own)}, .factor = {1}};
    }
    f->domain = graph_shape_of(g, sizes, all + old - own);
    f->inner = f->domain == UINT16_MAX ? f->domain : graph_map_of(g, d, old);
    block_free(l->w->m, d, old + 1);
    return f->inner != UINT16_MAX;
}

/* ---- Copies --------------------------------------------------------------------------------------- */

bool lazy_seen(lazy *l, ew_node n, uint16_t shape, array_use x, array_use *out)
{
    const array_value *is = value_at(l->w, x.value);
    *out = x;
    if (is->lies == LIES_CONST || map_is_plain(l->w->g, x.map) || !value_rank(l->w, is)) return true;
    array_value at = {.op = OP_AT, .type = is->type, .inner = is->type, .shape = shape, .node = n, .count = 1};
    return lazy_push(l, at, &x, out);
}

/* What cannot fail, or is not looked into, as it is. */
static bool lazy_leaf(lazy *l, const lazy_frame *f, array_use *out)
{
    return lazy_seen(l, lazy_old(l, f->v)->node, f->shape, (array_use){l->of[f->v], f->map}, out);
}

/* Is an access nothing but its array seen through a map, at places that are always inside? */
static bool lazy_is_view(const lazy *l, const array_value *v)
{
    bool gathers;
    if (v->op != OP_AT) return false;
    array_use u = lazy_use(l, v, 0);
    return (l->fails[u.value] & FAILS_BEHIND) &&
           array_inside(l->w, u.map, v->shape, lazy_old(l, u.value)->shape, &gathers);
}

/* The copy f as it is used. */
static bool lazy_result(lazy *l, const lazy_frame *f, array_use *out)
{
    const array_value *v = lazy_old(l, f->v);
    if (v->op == OP_JOIN) return lazy_seen(l, v->node, f->whole, (array_use){out->value, f->out}, out);
    if (f->out) out->map = f->out;
    return true;
}

static bool lazy_found(lazy *l, const lazy_frame *f, array_use *out)
{
    for (uint32_t i = l->newest[f->v]; i; i = l->memo.at[i - 1].before) {
        const lazy_memo *m = &l->memo.at[i - 1];
        if (m->shape != f->shape || m->map != f->map || !lazy_same(m->when, f->when)) continue;
        *out = m->copy;
        return true;
    }
    return false;
}

/* Begins the copy of f.v; *out where there is nothing to make, else value ARRAY_NONE. */
static bool lazy_open(lazy *l, lazy_frame f, array_use *out)
{
    bool full = l->w->values.count / LAZY_COPIES > l->values.count + LAZY_LEAST, can = true;
    out->value = ARRAY_NONE;
    if (!array_is_lazy(l->fails[f.v]) || full) return lazy_leaf(l, &f, out);
    if (!(lazy_old(l, f.v)->op == OP_JOIN ? lazy_turn(l, &f, &can) : lazy_narrow(l, &f))) return false;
    if (!can) return lazy_leaf(l, &f, out);
    if (!lazy_domain(l, &f)) return false;
    if (lazy_found(l, &f, out)) return lazy_result(l, &f, out);
    f.made = (uint32_t)l->made.count;
    return array_push(l->w->m, &l->frames, f) || array_no_memory(l->w);
}

/* Argument k of the copy on top: *out, or a frame for it. */
static bool lazy_argument(lazy *l, array_use *out)
{
    lazy_frame *f = &l->frames.at[l->frames.count - 1];
    const array_value *v = lazy_old(l, f->v);
    uint32_t k = f->k++;
    array_use u = lazy_use(l, v, k);
    if (v->op == OP_JOIN) {
        lazy_frame part;
        return lazy_part(l, f, k, &part) && lazy_open(l, part, out);
    }
    uint16_t map = graph_map_compose(l->w->g, f->inner, u.map, shape_rank(l->w->g, lazy_old(l, u.value)->shape));
    lazy_frame a = {.v = u.value, .shape = f->domain, .map = map, .when = f->when};
    if (map == UINT16_MAX) return array_no_memory(l->w);
    if (v->op == OP_AT && k == 0 && !lazy_is_view(l, v)) { /* the array itself is not looked into */
        *out = (array_use){l->of[u.value], map};
        return true;
    }
    if (array_is_branch(v, k) && !lazy_when(l, v, k, f->shape, l->made.at[f->made], f->when, &a.when)) return false;
    return lazy_open(l, a, out);
}

/* The operand with which v cannot fail where it is not needed. */
static bool lazy_safe(lazy *l, const lazy_frame *f)
{
    const array_value *v = lazy_old(l, f->v);
    if (!(l->fails[f->v] & FAILS_ITSELF)) return true;
    bool divides = v->op == OP_FLOORDIV || v->op == OP_MOD;
    size_t k = divides || v->op == OP_SUB;
    return lazy_mask(l, v->node, f->domain, f->when, &l->made.at[f->made + k], divides || v->op == OP_PROD);
}

/* All arguments are there: the copy itself. */
static bool lazy_finish(lazy *l, const lazy_frame *f, array_use *out)
{
    array_value v = *lazy_old(l, f->v);
    *out = l->made.at[f->made];
    if (!lazy_is_view(l, &v)) {
        if (!lazy_safe(l, f)) return false;
        v.count = (uint32_t)l->made.count - f->made;
        v.shape = f->shape;
        if (op_is_reduction(v.op)) v.domain = f->domain;
        v.product = v.defines = v.output = false;
        for (uint32_t k = 0; v.op == OP_JOIN && k < v.count; k++)
            l->made.at[f->made + k].map = lazy_use(l, lazy_old(l, f->v), k).map;
        if (!lazy_push(l, v, l->made.at + f->made, out)) return false;
    }
    lazy_memo m = {f->v, l->newest[f->v], f->shape, f->map, f->when, *out};
    if (!array_push(l->w->m, &l->memo, m)) return array_no_memory(l->w);
    l->newest[f->v] = (uint32_t)l->memo.count;
    l->made.count = f->made;
    return lazy_result(l, f, out);
}

/* The latest argument of the copy on top. */
static bool lazy_keep(lazy *l, array_use made)
{
    const lazy_frame *f = &l->frames.at[l->frames.count - 1];
    const array_value *v = lazy_old(l, f->v);
    if (v->op == OP_JOIN && !lazy_part_whole(l, lazy_old(l, lazy_use(l, v, f->k - 1).value)->shape, &made))
        return false;
    return array_push(l->w->m, &l->made, made) || array_no_memory(l->w);
}

static bool lazy_copy(lazy *l, lazy_frame first, array_use *out)
{
    l->frames.count = l->made.count = 0;
    if (!lazy_open(l, first, out)) return false;
    while (l->frames.count) {
        lazy_frame *f = &l->frames.at[l->frames.count - 1];
        const array_value *v = lazy_old(l, f->v);
        uint32_t count = v->product || lazy_is_view(l, v) ? 1 : v->count; /* of a product the terms alone */
        if (f->k < count) {
            if (!lazy_argument(l, out)) return false;
        } else {
            lazy_frame done = *f;
            if (!lazy_finish(l, &done, out)) return false;
            l->frames.count--;
        }
        if (out->value == ARRAY_NONE || !l->frames.count) continue;
        if (!lazy_keep(l, *out)) return false;
    }
    return true;
}

/* ---- The list anew -------------------------------------------------------------------------------- */

/* When argument k of v is needed; *out value ARRAY_NONE: always. */
static bool lazy_needed(lazy *l, const array_value *v, size_t k, array_use first, array_use *out)
{
    *out = lazy_always;
    if (array_is_branch(v, k)) return lazy_when(l, v, k, v->shape, first, lazy_always, out);
    array_use c = array_guard(l->w, l->values.at, l->uses.at, v, k);
    if (c.value != ARRAY_NONE) *out = (array_use){l->of[c.value], c.map};
    return true;
}

/* A matrix product with a factor that may fail is summed term by term. */
static void lazy_product(const lazy *l, array_value *v)
{
    bool apart = false;
    for (uint32_t k = 1; v->product && k < v->count; k++) apart |= array_is_lazy(l->fails[lazy_use(l, v, k).value]);
    if (apart) v->product = false, v->count = 1;
}

static bool lazy_value(lazy *l, uint32_t v)
{
    array_value value = *lazy_old(l, v);
    array_use few[3], *uses = few, made;
    if (l->of[v] != ARRAY_NONE) return true;
    lazy_product(l, &value);
    if (value.count > 3 && !(uses = block_new(l->w->m, value.count, sizeof *uses))) return array_no_memory(l->w);
    bool ok = true;
    for (uint32_t k = 0; ok && k < value.count; k++) {
        array_use u = lazy_use(l, &value, k);
        uses[k] = (array_use){l->of[u.value], u.map};
        if (!array_is_lazy(l->fails[u.value])) continue;
        lazy_frame f = {.v = u.value, .shape = value.shape, .map = u.map};
        ok = lazy_needed(l, &value, k, uses[0], &f.when);
        if (ok && f.when.value != ARRAY_NONE) ok = lazy_copy(l, f, &uses[k]);
    }
    ok = ok && lazy_push(l, value, uses, &made);
    if (uses != few) block_free(l->w->m, uses, value.count);
    if (!ok) return false;
    l->of[v] = made.value;
    l->steps.at[made.value] = (l->fails[v] & FAILS_STEPS) != 0; /* not of a recurrence that is done */
    return true;
}

static void lazy_renumber(lazy *l)
{
    array_lowering *w = l->w;
    for (size_t n = 0; n < w->of_count; n++)
        if (w->of[n] != ARRAY_NONE) w->of[n] = l->of[w->of[n]];
    for (size_t s = 0; s < w->g->states.count; s++)
        if (w->state[s] != ARRAY_NONE) w->state[s] = l->of[w->state[s]];
    for (size_t r = 0; r < w->g->regions.count; r++)
        if (w->regions[r].needed && w->regions[r].until != ARRAY_NONE) w->regions[r].until = l->of[w->regions[r].until];
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->lies == LIES_AS) value_at(w, v)->as = l->of[value_at(w, v)->as];
}

static bool lazy_all(lazy *l)
{
    array_lowering *w = l->w;
    size_t n = l->count = w->values.count;
    l->of = block_new(w->m, n, sizeof *l->of);
    l->newest = block_new(w->m, n, sizeof *l->newest);
    if (!l->of || !l->newest) return array_no_memory(w);
    for (size_t v = 0; v < n; v++) l->of[v] = ARRAY_NONE;
    l->values.at = w->values.at, l->values.count = n, l->values.capacity = w->values.capacity;
    l->uses.at = w->uses.at, l->uses.count = w->uses.count, l->uses.capacity = w->uses.capacity;
    memset(&w->values, 0, sizeof w->values);
    memset(&w->uses, 0, sizeof w->uses);
    if (!lazy_value(l, l->zero) || !lazy_value(l, l->one)) return false;
    l->zero = l->of[l->zero];
    l->one = l->of[l->one];
    for (uint32_t v = 0; v < n; v++)
        if (!lazy_value(l, v)) return false;
    lazy_renumber(l);
    return true;
}

static bool lazy_int(array_lowering *w, int64_t value, uint32_t *v)
{
    ew_node n = graph_whole(w->g, value);
    if (n == EW_NONE || !array_known_value(w, n)) return false;
    *v = w->of[n];
    return true;
}

bool array_lazy(array_lowering *w)
{
    lazy l = {.w = w};
    size_t n = w->values.count;
    bool any = false, ok = false;
    l.fails = block_new(w->m, n + 2, 1); /* zero and one come yet */
    if (l.fails)
        ok = array_fails(w, l.fails, &any);
    else
        array_no_memory(w);
    if (ok && any) ok = lazy_int(w, 0, &l.zero) && lazy_int(w, 1, &l.one) && lazy_all(&l);
    block_free(w->m, l.fails, l.fails ? n + 2 : 0);
    block_free(w->m, l.of, l.count);
    block_free(w->m, l.newest, l.count);
    array_free(w->m, &l.values);
    array_free(w->m, &l.uses);
    array_free(w->m, &l.steps);
    array_free(w->m, &l.frames);
    array_free(w->m, &l.made);
    array_free(w->m, &l.memo);
    array_free(w->m, &l.logic);
    return ok;
}
