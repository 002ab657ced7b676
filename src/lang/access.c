/*
 * access.c - brackets: which places of an array a use is of, and what happens outside it.
 *
 * Brackets that are just indices cost nothing: the array itself, its axes named by them. Anything else is
 * an AT: sums of indices become its map, other whole numbers gathers.
 */
#include <stdio.h>
#include <string.h>

#include "lang/machine.h"

typedef struct access {
    const piece *p;
    value base;
    const value *bracket;  /* on the stack */
    size_t brackets, axes; /* axes: of the base's node */
    uint32_t ids[AXES_MOST];
    size_t rank;
    affine form[AXES_MOST]; /* by axis of the base; of the others: */
    const value *gather[AXES_MOST];
    bool inside[AXES_MOST]; /* proved */
    const value *asked;     /* of a state: the place asked for, where the bracket checks that it is made; NULL */
    made made;
    bool plain;
} access;

/* ---- Conditions -------------------------------------------------------------------------------------------- */

/* Condition k as it counts here. What a reduction is over that keeps its index needs all places where any of them is
 * needed: in `if c[l] then softmax(l: x[l]) else 0` all of x. */
static bool access_condition_value(machine *m, size_t k, const piece *p, value *v)
{
    const condition c = m->conditions.at[k];
    *v = c.v;
    if (c.negated && !value_op(m, OP_NOT, &c.v, 1, NULL, 0, p, v)) return false;
    for (size_t i = 0; i < m->rebound.count; i++) {
        const rebound *b = &m->rebound.at[i];
        bool depends = false;
        for (size_t q = 0; q < v->rank && !depends; q++) depends = value_list(m, v)[q] == b->id;
        if (depends && k < b->conditions && !reduce_any(m, b->id, v)) return false;
    }
    return true;
}

bool access_condition(machine *m, value *v, bool *any)
{
    static const piece nowhere = {P_OP, 1, 0, 0, 0, NO_PLACE};
    *any = false;
    for (size_t k = eval_top(m)->conditions; k < m->conditions.count; k++) {
        value both[2];
        if (!access_condition_value(m, k, &nowhere, &both[1])) return false;
        both[0] = *v;
        if (!*any)
            *v = both[1];
        else if (!value_op(m, OP_AND, both, 2, NULL, 0, &nowhere, v))
            return false;
        *any = true;
    }
    return true;
}

/* v, and all conditions that hold here. */
static bool access_condition_and(machine *m, value *v)
{
    static const piece nowhere = {P_OP, 1, 0, 0, 0, NO_PLACE};
    value both[2] = {*v};
    bool any;
    if (!access_condition(m, &both[1], &any)) return false;
    return !any || value_op(m, OP_AND, both, 2, NULL, 0, &nowhere, v);
}

/* ---- Brackets ------------------------------------------------------------------------------------------------ */

static bool access_bracket_wrong(machine *m, const access *x, const value *v)
{
    const char *type = type_name(node_at(m->g, v->node)->type);
    eval_error(m, E_NOT_WHOLE, x->p, type, NULL, NULL);
    const graph_node *node = node_at(m->g, v->node);
    if (node->op == OP_DIV) report_hint(&m->g->report, "div(a, b) divides and rounds down", NULL);
    return false;
}

static bool access_fraction(machine *m, const access *x, const value *v)
{
    char number[32];
    number_text(node_value(m->g, v->node), 0, number);
    return eval_error(m, E_FRACTION, x->p, number, NULL, NULL);
}

/* Index values become places: the form over positions. */
static bool access_positions(machine *m, affine *a)
{
    for (size_t k = 0; k < a->terms; k++) {
        int64_t shift;
        if (__builtin_mul_overflow(a->factor[k], m->indices.at[a->index[k]].low, &shift) ||
            __builtin_add_overflow(a->offset, shift, &a->offset))
            return report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
    }
    return true;
}

static bool access_bracket(machine *m, access *x, size_t axis, const value *v)
{
    int type = node_at(m->g, v->node)->type;
    affine form;
    if (!value_closed(m, v, x->p)) return false;
    if (value_whole(m, v, &x->form[axis]) && !x->form[axis].base) return true;
    bool fraction = value_ratio(m, v, &form) && form.over && !form.terms;
    if (fraction || (type == TYPE_REAL && node_is_const(m->g, v->node))) return access_fraction(m, x, v);
    if (type != TYPE_INT && type != TYPE_WHOLE) return access_bracket_wrong(m, x, v);
    x->gather[axis] = v;
    return true;
}

static bool access_few(machine *m, const piece *p, const value *base, size_t brackets)
{
    char buffer[160], axes[24], here[24];
    const graph_node *node = node_at(m->g, base->node);
    const char *name = node->name ? graph_name_text(m->g, node->name) : "[…]";
    count_text(base->open, axes);
    count_text(brackets, here);
    eval_error(m, E_BRACKETS, p, quote(buffer, name, strlen(name)), axes, here);
    if (p->kind == P_DIFF && brackets == 0 && base->open == 1)
        report_hint(&m->g->report, "a derivative is by one place, as in g[i] = diff(y, {1}[i])", buffer);
    return false;
}

static bool access_count(machine *m, const piece *p, const value *base, size_t brackets)
{
    return brackets <= base->open || access_few(m, p, base, brackets);
}

/* What the base's axes are read at: its own indices, the brackets, and axes that stay open. */
static bool access_begin(machine *m, access *x)
{
    size_t closed = x->base.rank - x->base.open;
    const uint32_t *list = value_list(m, &x->base);
    x->axes = x->base.rank;
    for (size_t k = 0; k < closed; k++) {
        x->form[k] = (affine){.terms = 1, .index = {list[k]}, .factor = {1}, .offset = -m->indices.at[list[k]].low};
        x->inside[k] = true;
    }
    for (size_t k = 0; k < x->brackets; k++)
        if (!access_bracket(m, x, closed + k, &x->bracket[k])) return false;
    return true;
}

static bool access_add_index(access *x, uint32_t id)
{
    size_t at = 0;
    while (at < x->rank && x->ids[at] != id) at++;
    if (at == x->rank) x->ids[x->rank++] = id;
    return true;
}

static bool access_ids(machine *m, access *x)
{
    size_t open = x->base.open - x->brackets;
    for (size_t k = 0; k < x->axes - open; k++) {
        if (x->gather[k]) {
            if (!value_join(m, x->ids, &x->rank, x->gather[k])) return false;
            continue;
        }
        for (size_t t = 0; t < x->form[k].terms; t++) {
            if (x->rank == AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
            access_add_index(x, x->form[k].index[t]);
        }
    }
    if (x->made.how != MADE_THEN) access_add_index(x, x->made.id); /* read anew in each step */
    if (x->rank + open > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    return true;
}

static bool access_same_size(int64_t a, int64_t b)
{
    return a == b || a < 0 || b < 0;
}

/* Are all brackets different indices that run over their whole axes? */
static bool access_is_plain(machine *m, access *x)
{
    size_t named = x->axes - (x->base.open - x->brackets);
    for (size_t k = 0; k < named; k++) {
        const affine *a = &x->form[k];
        if (x->gather[k] || a->terms != 1 || a->factor[0] != 1) return false;
        const index_state *i = &m->indices.at[a->index[0]];
        if (a->offset + i->low != 0 || !access_same_size(i->size, node_size(m->g, x->base.node, k))) return false;
    }
    return x->rank == named;
}

/* ---- Outside --------------------------------------------------------------------------------------------------- */

static bool access_outside(machine *m, const access *x, int64_t low, int64_t high, int64_t size)
{
    char places[64], value_text[32], shown[160];
    const source *s = &m->g->report.source;
    snprintf(value_text, sizeof value_text, "%lld", (long long)(low < 0 ? low : high));
    snprintf(places, sizeof places, size > 0 ? "0..%lld" : "none", (long long)size - 1);
    if (x->base.member) {
        snprintf(places, sizeof places, "[%s]", value_text);
        const char *word = graph_name_text(m->g, x->base.member);
        return eval_error(m, E_BASE, x->p, quote(shown, word, strlen(word)), places, NULL);
    }
    bool here = !eval_top(m)->function && x->p->place < s->count;
    const piece *by = &m->l->pieces.at[x->p->value];
    if (x->p->kind == P_DIFF && by->kind == P_NAME)
        quote(shown, graph_name_text(m->g, by->value), m->g->names.at[by->value].count);
    else
        quote(shown, here ? s->at + x->p->place : "[…]", here ? x->p->bytes : strlen("[…]"));
    eval_error(m, E_OUTSIDE, x->p, shown, value_text, places);
    if (x->p->kind != P_DIFF) report_hint(&m->g->report, "x[i else 0] gives a value for outside", NULL);
    return false;
}

/* Is the form of this axis surely inside? Bounds that are not known count as inside: nothing runs then. */
static bool access_inside(machine *m, const access *x, size_t axis, int64_t size, int64_t *low, int64_t *high)
{
    const affine *a = &x->form[axis];
    if (!size_is_known(size)) return true;
    for (size_t t = 0; t < a->terms; t++)
        if (m->indices.at[a->index[t]].size <= 0) return true; /* over nothing, or not known */
    return affine_bounds(m, a, low, high) && *low >= 0 && *high < size;
}

/* Which axes are surely inside; what is not and has no condition is told. */
static bool access_check(machine *m, access *x, bool guarded, bool *unsure)
{
    bool conditions = m->conditions.count > eval_top(m)->conditions;
    size_t closed = x->base.rank - x->base.open;
    *unsure = false;
    for (size_t k = 0; k < x->brackets; k++) {
        size_t axis = closed + k;
        int64_t size = node_size(m->g, x->base.node, axis), low = 0, high = 0;
        x->inside[axis] = !x->gather[axis] && access_inside(m, x, axis, size, &low, &high);
        if (x->inside[axis]) continue;
        *unsure = true;
        if (!guarded && !conditions && !x->gather[axis]) return access_outside(m, x, low, high, size);
    }
    return true;
}

/* bound op v, or nothing where the form proves it. */
static bool access_test(machine *m, const access *x, op o, int64_t bound, const value *v, value *all, bool *any)
{
    value two[2] = {*v, {.node = graph_whole(m->g, bound), .part = NO_PART}}, test;
    if (!value_op(m, o, two, 2, NULL, 0, x->p, &test)) return false;
    two[0] = *all;
    two[1] = test;
    if (!*any)
        *all = test;
    else if (!value_op(m, OP_AND, two, 2, NULL, 0, x->p, all))
        return false;
    return *any = true;
}

/* Does the whole place lie inside? */
static bool access_guard(machine *m, const access *x, value *all, bool *any)
{
    size_t closed = x->base.rank - x->base.open;
    *any = false;
    for (size_t k = 0; k < x->brackets; k++) {
        int64_t low = -1, high = INT64_MAX, size = node_size(m->g, x->base.node, closed + k);
        if (x->inside[closed + k]) continue;
        if (!x->gather[closed + k]) affine_bounds(m, &x->form[closed + k], &low, &high);
        const value *v = x->asked && k == x->made.axis ? x->asked : &x->bracket[k];
        if (low < 0 && !access_test(m, x, OP_GE, 0, v, all, any)) return false;
        if (size_is_known(size) && high >= size && !access_test(m, x, OP_LT, size, v, all, any)) return false;
    }
    return true;
}

/* ---- The node --------------------------------------------------------------------------------------------------- */

static size_t access_position(const access *x, uint32_t id)
{
    size_t at = 0;
    while (x->ids[at] != id) at++;
    return at;
}

static uint16_t access_map(machine *m, access *x, const uint16_t *gather_arg)
{
    map_draft *d = block_new(&m->g->memory, x->axes + 1, sizeof *d);
    size_t named = x->axes - (x->base.open - x->brackets);
    if (!d) return eval_memory(m), UINT16_MAX;
    for (size_t k = 0; k < x->axes; k++) {
        affine *a = &x->form[k];
        if (k >= named) {
            d[k] = (map_draft){.terms = 1, .axis = {(uint16_t)(x->rank + k - named)}, .factor = {1}};
        } else if (x->gather[k]) {
            d[k].gather = gather_arg[k];
        } else {
            if (!access_positions(m, a)) break;
            d[k].offset = a->offset;
            d[k].terms = (uint16_t)a->terms;
            for (size_t t = 0; t < a->terms; t++) {
                d[k].axis[t] = (uint16_t)access_position(x, a->index[t]);
                d[k].factor[t] = a->factor[t];
            }
        }
    }
    uint16_t map = graph_map_of(m->g, d, x->axes);
    block_free(&m->g->memory, d, x->axes + 1);
    return map;
}

static uint16_t access_shape(machine *m, const access *x)
{
    int64_t sizes[AXES_MOST];
    size_t open = x->base.open - x->brackets;
    for (size_t k = 0; k < x->rank; k++) sizes[k] = m->indices.at[x->ids[k]].size;
    for (size_t k = 0; k < open; k++) sizes[x->rank + k] = node_size(m->g, x->base.node, x->axes - open + k);
    return graph_shape_of(m->g, sizes, x->rank + open);
}

/* The order that the left side wants, where this is all of its right side. */
static uint32_t access_order(machine *m, access *x)
{
    const frame *f = eval_top(m);
    const uint32_t *left = eval_left(m, f);
    if (f->kind != F_EQUATION || f->at + 1 != f->end || x->base.open != x->brackets || f->lefts != x->rank) return 0;
    for (size_t k = 0; k < f->lefts; k++) {
        size_t at = 0;
        while (at < x->rank && x->ids[at] != left[k]) at++;
        if (at == x->rank) return 0;
    }
    if (f->lefts) memcpy(x->ids, left, f->lefts * sizeof *left);
    return f->name;
}

static bool access_node(machine *m, access *x, const value *when, uint8_t flags, bool root, value *v)
{
    ew_node args[AXES_MOST + 2] = {x->base.node};
    uint16_t maps[AXES_MOST + 2] = {0}, gather_arg[AXES_MOST] = {0};
    size_t count = 1, open = x->base.open - x->brackets;
    if (when && !value_join(m, x->ids, &x->rank, when)) return false;
    uint32_t name = root ? access_order(m, x) : 0;
    for (size_t k = 0; k < x->axes; k++) {
        if (!x->gather[k]) continue;
        args[count] = x->gather[k]->node;
        maps[count] = value_map(m, x->ids, x->rank, x->gather[k]);
        gather_arg[k] = (uint16_t)count++;
    }
    if (when) {
        args[count] = when->node;
        maps[count++] = value_map(m, x->ids, x->rank, when);
    }
    maps[0] = access_map(m, x, gather_arg);
    node_spec s = {.op = OP_AT,
                   .args = args,
                   .maps = maps,
                   .count = count,
                   .shape = access_shape(m, x),
                   .flags = flags,
                   .name = name,
                   .place = x->p->place};
    if (!value_new(m, graph_make(m->g, &s), x->ids, x->rank, v)) return false;
    v->rank = (uint16_t)(v->rank + open);
    v->open = (uint16_t)open;
    v->part = eval_part(m, x->p, v->node);
    return report_ok(&m->g->report);
}

static bool access_direct(machine *m, const access *x, value *v)
{
    uint32_t ids[AXES_MOST];
    size_t named = x->axes - (x->base.open - x->brackets);
    for (size_t k = 0; k < named; k++) ids[k] = x->form[k].index[0];
    if (!value_new(m, x->base.node, ids, named, v)) return false;
    v->rank = x->base.rank;
    v->open = (uint16_t)(x->base.open - x->brackets);
    v->part = x->base.part;
    bool input = node_at(m->g, v->node)->op == OP_INPUT || node_at(m->g, v->node)->op == OP_PARAM;
    return !input || !v->rank || v->open || value_index_names(m, v); /* as it is first read */
}

static bool access_value(machine *m, access *x, const value *other, value *v)
{
    bool unsure, any = false;
    value when = {0}, all = {0}, three[3];
    if (!access_check(m, x, other != NULL, &unsure)) return false;
    if (access_is_plain(m, x)) return access_direct(m, x, v);
    if (!other || !unsure) {
        bool runtime = unsure && m->conditions.count > eval_top(m)->conditions;
        if (runtime && !access_condition(m, &when, &any)) return false;
        return access_node(m, x, any ? &when : NULL, any ? NODE_WHEN : 0, !other, v);
    }
    if (!access_guard(m, x, &all, &any)) return false;
    bool early = x->asked && any; /* a place that is not made yet is an error, also here */
    when = all;
    if (early && !access_condition_and(m, &when)) return false;
    if (!access_node(m, x, early ? &when : NULL, early ? NODE_WHEN : NODE_ZERO, false, &three[1])) return false;
    three[0] = all;
    three[2] = *other;
    frame *f = eval_top(m);
    bool root = f->kind == F_EQUATION && f->at + 1 == f->end;
    if (!any) return *v = three[1], true;
    if (!value_op(m, OP_IF, three, 3, root ? f : NULL, root ? f->name : 0, x->p, v)) return false;
    v->part = eval_part(m, x->p, v->node);
    return report_ok(&m->g->report);
}

/* The base at the brackets on the stack. `step` says of a state what is made of it, `asked` (or NULL) is the place
 * asked for where the bracket has another that is checked. */
static bool access_one(machine *m, const piece *p, const value *first, const made *step, const value *asked, value *v)
{
    access *x = memory_new(&m->g->memory, sizeof *x);
    const value *other = p->kind == P_AT_ELSE ? &first[1 + p->count] : NULL;
    if (!x) return eval_memory(m);
    x->p = p;
    x->base = first[0];
    if (x->base.member) x->base.node = circle_state(m, x->base.member, first + 1, p->count);
    x->bracket = first + 1;
    x->brackets = p->count;
    x->made = *step;
    x->asked = asked;
    bool ok = access_count(m, p, &x->base, p->count) && access_begin(m, x) && access_ids(m, x) &&
              (!other || value_closed(m, other, p)) && access_value(m, x, other, v);
    memory_free(&m->g->memory, x, sizeof *x);
    return ok;
}

/* The place of this step where that is asked for, else one that an earlier step has made. */
static bool access_now(machine *m, const piece *p, value *first, made *step, value *v)
{
    value *bracket = &first[1 + step->axis], asked = *bracket, two[2] = {asked}, three[3];
    if (!made_here(m, step, p, &two[1]) || !value_op(m, OP_EQ, two, 2, NULL, 0, p, &three[0])) return false;
    condition here = {three[0], false};
    if (!array_push(&m->g->memory, &m->conditions, here)) return eval_memory(m);
    *bracket = two[1];
    step->how = MADE_THEN;
    if (!access_one(m, p, first, step, NULL, &three[1])) return false;
    m->conditions.at[m->conditions.count - 1].negated = true;
    *bracket = asked;
    step->how = MADE_CHECKED;
    bool ok = made_checked(m, step, p, bracket) && access_one(m, p, first, step, &asked, &three[2]) &&
              value_op(m, OP_IF, three, 3, NULL, 0, p, v);
    m->conditions.count--;
    if (ok) v->part = eval_part(m, p, v->node);
    return ok && report_ok(&m->g->report);
}

/* x[e1, e2], x[e1, e2 else other] */
bool access_read(machine *m, const piece *p, bool guarded)
{
    size_t count = p->count + 1u + guarded;
    value *first = m->stack.at + (m->stack.count - count), v, asked;
    made step = {0};
    bool ok = true, state = first[0].member != 0;
    if (state) {
        ew_node n = circle_state(m, first[0].member, first + 1, p->count);
        ok = made_find(m, n, first[0].member, first + 1, p->count, guarded, &step);
    }
    if (ok && step.how == MADE_NOW) {
        ok = access_now(m, p, first, &step, &v);
    } else if (ok) {
        bool checked = step.how == MADE_CHECKED;
        if (checked) asked = first[1 + step.axis], ok = made_checked(m, &step, p, &first[1 + step.axis]);
        ok = ok && access_one(m, p, first, &step, checked ? &asked : NULL, &v);
    }
    if (!ok) return false;
    m->stack.count -= count;
    eval_top(m)->at++;
    return eval_push(m, v);
}

bool access_gather(machine *m, const piece *p, const value *base, const value *place, const value *when, value *v)
{
    access *x = memory_new(&m->g->memory, sizeof *x);
    if (!x) return eval_memory(m);
    x->p = p;
    x->base = *base;
    x->base.open = x->base.rank;
    x->bracket = place;
    x->brackets = 1;
    x->axes = 1;
    x->gather[0] = place;
    bool ok = access_ids(m, x) && access_node(m, x, when, when ? NODE_WHEN : 0, false, v);
    memory_free(&m->g->memory, x, sizeof *x);
    return ok;
}

/* ---- diff ---------------------------------------------------------------------------------------------------- */

/* The derivative of each place of `of` by each of x: the axes of both. Axes of x that have an index (a
 * function's parameter) are read at it; the others are still open. */
static bool access_diff_base(machine *m, const value *of, const value *with, uint32_t place, value *v)
{
    int64_t sizes[2 * AXES_MOST];
    uint32_t ids[2 * AXES_MOST];
    ew_node x = with->node;
    size_t rank = of->rank, by = node_rank(m->g, x), closed = rank - of->open, own = by - with->open;
    if (rank + by > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    for (size_t k = 0; k < rank; k++) sizes[k] = node_size(m->g, of->node, k);
    for (size_t k = 0; k < by; k++) sizes[rank + k] = node_size(m->g, x, k);
    for (size_t k = 0; k < closed; k++) ids[k] = value_list(m, of)[k];
    for (size_t k = 0; k < own; k++) ids[closed + k] = value_list(m, with)[k];
    ew_node args[2] = {of->node, x};
    node_spec s = {
        .op = OP_DIFF, .args = args, .count = 2, .shape = graph_shape_of(m->g, sizes, rank + by), .place = place};
    if (!value_new(m, graph_make(m->g, &s), ids, closed + own, v)) return false;
    v->rank = (uint16_t)(rank + by);
    v->open = (uint16_t)(of->open + with->open);
    return true;
}

/* diff(E, x[place]): the derivative by the whole of x, read at the place. */
bool access_diff(machine *m, const piece *p)
{
    size_t brackets = p->count - 2u;
    const value *first = m->stack.at + (m->stack.count - p->count);
    value of = first[0], by = first[1], v;
    if (by.member) by.node = circle_state(m, by.member, first + 2, brackets);
    if (by.node == EW_NONE || (!by.member && !eval_diff_type(m, p, p, by.node)) || !access_count(m, p, &by, brackets))
        return false;
    bool whole = !brackets && m->l->outside; /* in a list of expressions a bare name is the whole array */
    if (brackets < by.open && !whole) return access_few(m, p, &by, brackets);
    if ((brackets || by.rank > by.open) && !value_closed(m, &of, p)) return false;
    access *x = memory_new(&m->g->memory, sizeof *x);
    if (!x) return eval_memory(m);
    x->p = p;
    x->bracket = first + 2;
    x->brackets = brackets;
    bool ok = access_diff_base(m, &of, &by, p->place, &x->base) && access_begin(m, x) && access_ids(m, x) &&
              access_value(m, x, NULL, &v);
    memory_free(&m->g->memory, x, sizeof *x);
    if (!ok) return false;
    m->stack.count -= p->count;
    eval_top(m)->at++;
    return eval_push(m, v);
}
