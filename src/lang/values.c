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
    return m->lists.at + v->list;
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
    for (size_t k = 0; k < v->rank; k++)
        names[k] = k < (size_t)(v->rank - v->open) ? m->indices.at[list[k]].name : 0;
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
    bool whole = left && value_same_axes(ids, rank, m->lists.at + left->left, left->lefts);
    if (whole && rank) memcpy(ids, m->lists.at + left->left, rank * sizeof *ids);
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
    node_spec s = {
        .op = OP_COPY, .args = &n, .maps = &map, .count = 1, .shape = shape, .name = name, .place = place};
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

static bool affine_scale(affine *a, int64_t factor)
{
    if (a->base && factor != 1) return false;
    if (!factor) a->terms = 0;
    if (__builtin_mul_overflow(a->offset, factor, &a->offset)) return false;
    for (size_t k = 0; k < a->terms; k++)
        if (__builtin_mul_overflow(a->factor[k], factor, &a->factor[k])) return false;
    return true;
}

static bool affine_divide(affine *a, int64_t divisor)
{
    if (divisor == 0 || divisor == -1 || a->base || a->offset % divisor) return false;
    a->offset /= divisor;
    for (size_t k = 0; k < a->terms; k++) {
        if (a->factor[k] % divisor) return false;
        a->factor[k] /= divisor;
    }
    return true;
}

bool affine_op(op o, const affine *a, const affine *b, affine *out)
{
    affine second = b ? *b : (affine){0};
    *out = *a;
    switch (o) {
    case OP_NEG: return affine_scale(out, -1);
    case OP_MUL:
        if (!a->terms && !a->base) {
            *out = second;
            return affine_scale(out, a->offset);
        }
        return !second.terms && !second.base && affine_scale(out, second.offset);
    case OP_DIV: return !second.terms && !second.base && affine_divide(out, second.offset);
    case OP_SUB:
        if (!affine_scale(&second, -1)) return false;
        break;
    case OP_ADD: break;
    default: return false;
    }
    if (out->base && second.base) return false;
    out->base += second.base;
    if (__builtin_add_overflow(out->offset, second.offset, &out->offset)) return false;
    for (size_t k = 0; k < second.terms; k++)
        if (!affine_add_term(out, second.index[k], second.factor[k])) return false;
    return true;
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

bool value_whole(machine *m, const value *v, affine *a)
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
