/*
 * values.c - nodes with the indices of their axes: how operations bring axes together, and how whole
 * numbers made of indices are known as sums (forms), which accesses and ranges are made of.
 */
#include <string.h>

#include "lang/machine.h"

/* ---- Lists of indices ------------------------------------------------------------------------------ */

value value_of(const machine *m, ew_node n)
{
    uint16_t rank = (uint16_t)node_rank(m->g, n);
    return (value){n, NO_PART, 0, rank, rank, 0, 0};
}

const uint32_t *value_list(const machine *m, const value *v)
{
    static const uint32_t none[1] = {0};
    return m->lists.at ? m->lists.at + v->list : none;
}

bool value_closed(machine *m, const value *v, const piece *p)
{
    char buffer[160], open[24];
    if (!v->open) return true;
    const graph_node *node = node_at(m->g, v->node);
    const char *name = node->name ? graph_name_text(m->g, node->name) : "[…]";
    count_text(v->open, open);
    return eval_error(m, E_OPEN_AXES, p, quote(buffer, name, strlen(name)), open, NULL);
}

/* Are all indices of v among ids? The one that is not is told. */
bool value_bound(machine *m, const value *v, const uint32_t *ids, size_t count, const piece *p)
{
    char buffer[160];
    const uint32_t *list = value_list(m, v);
    for (size_t k = 0; k < (size_t)(v->rank - v->open); k++) {
        size_t at = 0;
        while (at < count && ids[at] != list[k]) at++;
        if (at < count) continue;
        const char *name = graph_name_text(m->g, m->indices.at[list[k]].name);
        return eval_error(m, E_UNBOUND, p, quote(buffer, name, strlen(name)), NULL, NULL);
    }
    return true;
}

bool value_join(machine *m, uint32_t *ids, size_t *count, const value *v)
{
    const uint32_t *list = value_list(m, v);
    for (size_t k = 0; k < (size_t)(v->rank - v->open); k++) {
        size_t at = 0;
        while (at < *count && ids[at] != list[k]) at++;
        if (at < *count) continue;
        if (at == AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
        ids[(*count)++] = list[k];
    }
    return true;
}

/* From axes ids to those of v; open ones come after all ids. */
uint16_t value_map(machine *m, const uint32_t *ids, size_t count, const value *v)
{
    uint16_t axis[AXES_MOST];
    const uint32_t *list = value_list(m, v);
    size_t closed = v->rank - v->open;
    for (size_t k = 0; k < v->rank; k++) {
        size_t at = count + k - closed;
        if (k < closed)
            for (at = 0; at < count && ids[at] != list[k];) at++;
        axis[k] = (uint16_t)at;
    }
    return v->rank ? graph_map_plain(m->g, axis, v->rank) : 0;
}

uint16_t value_shape(machine *m, const uint32_t *ids, size_t count)
{
    int64_t sizes[AXES_MOST] = {0};
    for (size_t k = 0; k < count; k++) sizes[k] = m->indices.at[ids[k]].size;
    return graph_shape_of(m->g, sizes, count);
}

bool value_new(machine *m, ew_node n, const uint32_t *ids, size_t count, value *v)
{
    if (n == EW_NONE) return false;
    *v = (value){n, NO_PART, (uint32_t)m->lists.count, (uint16_t)count, 0, 0, 0};
    if (!count) return true;
    if (!array_reserve(&m->g->memory, &m->lists, count)) return eval_memory(m);
    memmove(m->lists.at + m->lists.count, ids, count * sizeof *ids);
    m->lists.count += count;
    return true;
}

bool value_index_names(machine *m, const value *v)
{
    uint32_t names[AXES_MOST];
    const uint32_t *list = value_list(m, v);
    if (!v->rank || graph_index_name(m->g, v->node, 0)) return true;
    for (size_t k = 0; k < v->rank; k++) names[k] = k < (size_t)(v->rank - v->open) ? m->indices.at[list[k]].name : 0;
    return graph_set_index_names(m->g, v->node, names, v->rank);
}

/* ---- Operations ---------------------------------------------------------------------------------------- */

static bool value_same_axes(const uint32_t *a, size_t count, const uint32_t *b, size_t other)
{
    if (count != other) return false;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < count && b[at] != a[i]) at++;
        if (at == count) return false;
    }
    return true;
}

bool value_op(machine *m, op o, const value *args, size_t count, const frame *left, uint32_t name, const piece *p,
              value *v)
{
    uint32_t ids[AXES_MOST];
    size_t rank = 0;
    memory *hook = &m->g->memory;
    for (size_t k = 0; k < count; k++)
        if (!value_closed(m, &args[k], p) || !value_join(m, ids, &rank, &args[k])) return false;
    bool whole = left && value_same_axes(ids, rank, eval_left(m, left), left->lefts);
    if (whole && rank) memcpy(ids, eval_left(m, left), rank * sizeof *ids);
    ew_node *nodes = block_new(hook, count, sizeof *nodes);
    uint16_t *maps = block_new(hook, count, sizeof *maps), shape = value_shape(m, ids, rank);
    bool ok = nodes && maps;
    if (!ok) eval_memory(m);
    for (size_t k = 0; ok && k < count; k++) {
        nodes[k] = args[k].node;
        maps[k] = value_map(m, ids, rank, &args[k]);
        ok = maps[k] != UINT16_MAX;
    }
    node_spec s = {.op = o, .args = nodes, .maps = maps, .count = count, .shape = shape, .place = p->place};
    if (whole) s.name = name;
    ok = ok && value_new(m, graph_make(m->g, &s), ids, rank, v);
    block_free(hook, nodes, nodes ? count : 0);
    block_free(hook, maps, maps ? count : 0);
    ok = ok && value_index_names(m, v);
    if (ok && node_is_const(m->g, v->node)) *v = (value){v->node, NO_PART, 0, 0, 0, 0, 0};
    return ok;
}

bool value_arrange(machine *m, const value *v, const uint32_t *ids, size_t count, uint32_t name, uint32_t place,
                   value *out)
{
    uint16_t shape = value_shape(m, ids, count), map = value_map(m, ids, count, v);
    bool same = v->rank == count && (!count || memcmp(ids, value_list(m, v), count * sizeof *ids) == 0);
    if (shape == UINT16_MAX || map == UINT16_MAX) return false;
    if (same && !name) {
        *out = *v;
        return true;
    }
    ew_node n = v->node;
    node_spec s = {.op = OP_COPY, .args = &n, .maps = &map, .count = 1, .shape = shape, .name = name, .place = place};
    n = same ? graph_name_node(m->g, name, n, place) : graph_make(m->g, &s);
    return value_new(m, n, ids, count, out);
}

/* ---- Forms --------------------------------------------------------------------------------------------- */

static bool affine_add_term(affine *a, uint32_t index, int64_t factor)
{
    size_t at = 0;
    while (at < a->terms && a->index[at] != index) at++;
    if (at == a->terms) {
        if (at == AFFINE_MOST) return false;
        a->index[at] = index;
        a->factor[at] = 0;
        a->terms++;
    }
    if (__builtin_add_overflow(a->factor[at], factor, &a->factor[at])) return false;
    if (a->factor[at]) return true;
    a->terms--;
    a->index[at] = a->index[a->terms];
    a->factor[at] = a->factor[a->terms];
    return true;
}

static int64_t affine_gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* Times factor / over, in lowest terms; over > 0. */
static bool affine_scale(affine *a, int64_t factor, int64_t over)
{
    int64_t all = a->over ? a->over : 1, common;
    if (a->base && (factor != over)) return false;
    if (!factor) a->terms = 0;
    if (__builtin_mul_overflow(all, over, &all) || __builtin_mul_overflow(a->offset, factor, &a->offset)) return false;
    common = affine_gcd(all, a->offset % all);
    for (size_t k = 0; k < a->terms; k++) {
        if (__builtin_mul_overflow(a->factor[k], factor, &a->factor[k])) return false;
        common = affine_gcd(common, a->factor[k] % common);
    }
    a->offset /= common;
    for (size_t k = 0; k < a->terms; k++) a->factor[k] /= common;
    a->over = all == common ? 0 : all / common;
    return true;
}

static bool affine_add(affine *a, affine b)
{
    int64_t over_a = a->over ? a->over : 1, over_b = b.over ? b.over : 1, over;
    if (a->base && b.base) return false;
    if (__builtin_mul_overflow(over_a, over_b, &over)) return false;
    if (over != 1 && (a->base || b.base)) return false;
    a->base += b.base;
    if (__builtin_mul_overflow(a->offset, over_b, &a->offset) || __builtin_mul_overflow(b.offset, over_a, &b.offset) ||
        __builtin_add_overflow(a->offset, b.offset, &a->offset))
        return false;
    for (size_t k = 0; k < a->terms; k++)
        if (__builtin_mul_overflow(a->factor[k], over_b, &a->factor[k])) return false;
    for (size_t k = 0; k < b.terms; k++)
        if (__builtin_mul_overflow(b.factor[k], over_a, &b.factor[k]) || !affine_add_term(a, b.index[k], b.factor[k]))
            return false;
    a->over = over == 1 ? 0 : over;
    return affine_scale(a, 1, 1);
}

static bool affine_is_number(const affine *a)
{
    return !a->terms && !a->base;
}

/* 10^6 of whole numbers. */
static bool affine_power(const affine *a, const affine *b, affine *out)
{
    if (!affine_is_number(a) || !affine_is_number(b) || a->over || b->over || b->offset < 0) return false;
    *out = (affine){.offset = 1};
    for (int64_t k = 0; k < b->offset; k++) {
        if (k >= 64 && (a->offset < -1 || a->offset > 1)) return false;
        if (k >= 64 && a->offset >= 0) break; /* 0 and 1 stay what they are */
        if (k >= 64) return out->offset = b->offset % 2 ? -1 : 1, true;
        if (__builtin_mul_overflow(out->offset, a->offset, &out->offset)) return false;
    }
    return true;
}

/* div, mod, min and max of whole numbers: i in div(R, 2). */
static bool affine_of_numbers(op o, const affine *a, const affine *b, affine *out)
{
    if (!affine_is_number(a) || !affine_is_number(b) || a->over || b->over) return false;
    int64_t x = a->offset, y = b->offset;
    *out = (affine){0};
    if (o == OP_MIN || o == OP_MAX) return out->offset = (o == OP_MIN) == (x < y) ? x : y, true;
    if (y == 0 || y == -1) return out->offset = o == OP_FLOORDIV ? -x : 0, y != 0;
    int64_t down = x / y - (x % y != 0 && (x < 0) != (y < 0));
    out->offset = o == OP_FLOORDIV ? down : x - down * y;
    return true;
}

static bool affine_is_near(const affine *a)
{
    bool near = a->offset >= -2 * WHOLE_MOST && a->offset <= 2 * WHOLE_MOST;
    for (size_t k = 0; k < a->terms; k++)
        near = near && a->factor[k] >= -2 * WHOLE_MOST && a->factor[k] <= 2 * WHOLE_MOST;
    return near;
}

static bool affine_result(op o, const affine *a, const affine *b, affine *out)
{
    affine second = b ? *b : (affine){0};
    int64_t over = second.over ? second.over : 1;
    *out = *a;
    switch (o) {
    case OP_NEG: return affine_scale(out, -1, 1);
    case OP_MUL:
        if (affine_is_number(&second)) return affine_scale(out, second.offset, over);
        if (!affine_is_number(a)) return false;
        *out = second;
        return affine_scale(out, a->offset, a->over ? a->over : 1);
    case OP_DIV:
        if (!affine_is_number(&second) || !second.offset || second.offset == INT64_MIN) return false;
        return second.offset < 0 ? affine_scale(out, -over, -second.offset) : affine_scale(out, over, second.offset);
    case OP_POW: return affine_power(a, &second, out);
    case OP_SUB: return affine_scale(&second, -1, 1) && affine_add(out, second);
    case OP_ADD: return affine_add(out, second);
    case OP_FLOORDIV:
    case OP_MOD:
    case OP_MIN:
    case OP_MAX: return affine_of_numbers(o, a, &second, out);
    default: return false;
    }
}

bool affine_op(op o, const affine *a, const affine *b, affine *out)
{
    return affine_result(o, a, b, out) && affine_is_near(out);
}

bool affine_bounds(const machine *m, const affine *a, int64_t *low, int64_t *high)
{
    *low = *high = a->offset;
    if (a->base) return false;
    for (size_t k = 0; k < a->terms; k++) {
        const index_state *i = &m->indices.at[a->index[k]];
        int64_t first, last, end;
        if (i->state != INDEX_KNOWN || i->size <= 0) return false;
        if (__builtin_add_overflow(i->low, i->size - 1, &end) || __builtin_mul_overflow(i->low, a->factor[k], &first) ||
            __builtin_mul_overflow(end, a->factor[k], &last))
            return false;
        bool up = first <= last;
        if (__builtin_add_overflow(*low, up ? first : last, low)) return false;
        if (__builtin_add_overflow(*high, up ? last : first, high)) return false;
    }
    return true;
}

bool value_set_form(machine *m, value *v, const affine *a)
{
    if (!array_push(&m->g->memory, &m->affines, *a)) return eval_memory(m);
    v->form = (uint32_t)m->affines.count;
    return true;
}

bool value_ratio(machine *m, const value *v, affine *a)
{
    int type;
    if (v->form) {
        *a = m->affines.at[v->form - 1];
        return true;
    }
    *a = (affine){0};
    if (v->node == EW_NONE || v->rank) return false;
    const graph_node *n = node_at(m->g, v->node);
    if (n->op == OP_SIZE) {
        a->base = -1 - (int64_t)n->extra;
        return true;
    }
    if (n->op == OP_INPUT || n->op == OP_PARAM) {
        const symbol *s = lang_symbol(m->l, n->name);
        if (!s || !s->sized) return false;
        a->offset = s->size;
        return true;
    }
    if (n->op != OP_CONST && !type_is_soft(n->type)) return false;
    constant c = node_constant(m->g, v->node, &type);
    if (type == TYPE_WHOLE) a->offset = c.whole;
    if (type != TYPE_REAL) return type == TYPE_WHOLE;
    if (!(c.real >= -9007199254740992.0 && c.real <= 9007199254740992.0)) return false;
    a->offset = (int64_t)c.real;
    return (double)a->offset == c.real;
}

bool value_whole(machine *m, const value *v, affine *a)
{
    return value_ratio(m, v, a) && !a->over;
}

/* ---- Exact arithmetic ----------------------------------------------------------------------------------- */

bool value_of_form(machine *m, const affine *a, const piece *p, value *v)
{
    *v = (value){graph_whole(m->g, a->offset), NO_PART, 0, 0, 0, 0, 0};
    bool first = a->offset == 0 && a->terms;
    for (size_t k = 0; k < a->terms; k++) {
        const index_state *i = &m->indices.at[a->index[k]];
        value two[2];
        if (!value_new(m, graph_index(m->g, i->size, i->low), &a->index[k], 1, &two[1])) return false;
        two[0] = (value){graph_whole(m->g, a->factor[k]), NO_PART, 0, 0, 0, 0, 0};
        if (a->factor[k] != 1 && !value_op(m, OP_MUL, two, 2, NULL, 0, p, &two[1])) return false;
        two[0] = *v;
        if (first)
            *v = two[1];
        else if (!value_op(m, OP_ADD, two, 2, NULL, 0, p, v))
            return false;
        first = false;
    }
    return v->node != EW_NONE;
}

static value value_number(machine *m, int64_t x)
{
    return (value){.node = graph_whole(m->g, x), .part = NO_PART};
}

/* a / b where that is whole, else a place that no array has (NO_WHOLE_PLACE). */
static bool value_quotient(machine *m, const value *a, const value *b, const piece *p, value *v)
{
    value two[2] = {*a, *b}, three[3], test[2] = {{0}, value_number(m, 0)};
    if (!value_op(m, OP_MOD, two, 2, NULL, 0, p, &test[0]) || !value_op(m, OP_EQ, test, 2, NULL, 0, p, &three[0]))
        return false;
    three[2] = value_number(m, NO_WHOLE_PLACE);
    return value_op(m, OP_FLOORDIV, two, 2, NULL, 0, p, &three[1]) && value_op(m, OP_IF, three, 3, NULL, 0, p, v);
}

static bool value_is_int(const machine *m, const value *v)
{
    int type = node_at(m->g, v->node)->type;
    return type == TYPE_INT || type == TYPE_WHOLE;
}

/* The node of a form, a quotient too. */
static bool value_of_ratio(machine *m, const affine *a, const piece *p, value *v)
{
    affine above = *a;
    value over = value_number(m, a->over), number;
    above.over = 0;
    if (!value_of_form(m, &above, p, &number)) return false;
    if (!a->over) return *v = number, true;
    return value_quotient(m, &number, &over, p, v);
}

bool value_exact(machine *m, const piece *p, const value *args, value *v)
{
    affine a, b, out;
    op o = (op)p->value;
    if (p->count > 2 || v->open) return true;
    bool forms = value_ratio(m, &args[0], &a) && (p->count == 1 || value_ratio(m, &args[1], &b)) &&
                 affine_op(o, &a, p->count == 2 ? &b : NULL, &out);
    if (forms) {
        bool ratio = o == OP_DIV || a.over || (p->count == 2 && b.over);
        bool number = !out.terms && !out.base && out.over; /* 3/2 */
        if (ratio && !number && !out.base && !value_of_ratio(m, &out, p, v)) return false;
        return value_set_form(m, v, &out);
    }
    if (o != OP_DIV || !value_is_int(m, &args[0]) || !value_is_int(m, &args[1])) return true;
    return value_quotient(m, &args[0], &args[1], p, v);
}
