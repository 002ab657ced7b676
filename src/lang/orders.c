/*
 * orders.c - which index orders a circle of equations, and in which direction.
 *
 * An index orders a group if every equation of it that uses the group has that index on its left, and all
 * uses are of an earlier step (upward), or all of a later one (downward), or of the same. What needs each
 * other within a step forms smaller groups, ordered in the same way by a further index.
 */
#include <string.h>

#include "lang/circles.h"

membership *circle_membership(circle *c, uint32_t group_index, uint32_t member_index)
{
    for (size_t i = 0; i < c->memberships.count; i++) {
        membership *s = &c->memberships.at[i];
        if (s->group == group_index && s->member == member_index) return s;
    }
    return NULL;
}

uint32_t circle_member(const circle *c, uint32_t name)
{
    for (uint32_t i = 0; i < c->members.count; i++)
        if (c->members.at[i].name == name) return i;
    return NO_GROUP;
}

/* ---- Strongly connected components ------------------------------------------------------------------------- */

typedef struct visit {
    uint32_t vertex, next;
} visit;

bool circle_components(machine *m, const uint32_t *first, const uint32_t *to, uint32_t count, uint32_t *component)
{
    memory *hook = &m->g->memory;
    uint32_t *low = block_new(hook, count + 1, sizeof *low), *number = block_new(hook, count + 1, sizeof *number);
    uint32_t *open = block_new(hook, count + 1, sizeof *open), opened = 0, numbers = 0, components = 0;
    visit *path = block_new(hook, count + 1, sizeof *path);
    bool ok = low && number && open && path;
    if (!ok) eval_memory(m);
    for (uint32_t v = 0; ok && v < count; v++) component[v] = UINT32_MAX;
    for (uint32_t root = 0; ok && root < count; root++) {
        size_t depth = 0;
        if (number[root]) continue;
        path[depth++] = (visit){root, first[root]};
        number[root] = low[root] = ++numbers;
        open[opened++] = root;
        while (depth) {
            visit *at = &path[depth - 1];
            if (at->next < first[at->vertex + 1]) {
                uint32_t w = to[at->next++];
                if (!number[w]) {
                    number[w] = low[w] = ++numbers;
                    open[opened++] = w;
                    path[depth++] = (visit){w, first[w]};
                } else if (component[w] == UINT32_MAX && number[w] < low[at->vertex]) {
                    low[at->vertex] = number[w];
                }
                continue;
            }
            uint32_t v = at->vertex;
            if (--depth && low[v] < low[path[depth - 1].vertex]) low[path[depth - 1].vertex] = low[v];
            if (low[v] != number[v]) continue;
            uint32_t w;
            do component[w = open[--opened]] = components;
            while (w != v);
            components++;
        }
    }
    block_free(hook, low, low ? count + 1 : 0);
    block_free(hook, number, number ? count + 1 : 0);
    block_free(hook, open, open ? count + 1 : 0);
    block_free(hook, path, path ? count + 1 : 0);
    return ok;
}

/* ---- One index for a group ------------------------------------------------------------------------------------ */

enum { STEP_EARLIER = 1, STEP_LATER = 2, STEP_SAME = 4, STEP_OPEN = 8 };

/* Where the index `name` stands on an equation's left side; -1: nowhere. */
static int order_axis(const machine *m, const equation *e, uint32_t name)
{
    const statement *st = &m->l->statements.at[e->statement];
    for (uint32_t k = 0; k < st->rank; k++) {
        const side *s = &m->l->sides.at[st->sides + k];
        if (s->kind == SIDE_INDEX && m->l->binders.at[s->binder].name == name) return (int)k;
    }
    return -1;
}

static const side *order_side(const machine *m, const equation *e, int axis)
{
    return &m->l->sides.at[m->l->statements.at[e->statement].sides + (uint32_t)axis];
}

/* The axis and offset of the index for a member, from an equation of it that is in the group. */
static bool order_place(const machine *m, const circle *c, const uint8_t *inside, uint32_t member_index, uint32_t name,
                        int *axis, int64_t *offset)
{
    const member *x = &c->members.at[member_index];
    *axis = -1;
    for (uint32_t i = x->first; i < x->first + x->count; i++) {
        const equation *e = &c->equations.at[i];
        if (!inside[i]) continue;
        int here = order_axis(m, e, name);
        if (here < 0) continue; /* it may use places that are there before; order_try looks */
        int64_t by = order_side(m, e, here)->offset;
        if (*axis >= 0 && (*axis != here || *offset != by)) return false;
        *axis = here;
        *offset = by;
    }
    return *axis >= 0;
}

enum { GIVEN_BEFORE = 1, GIVEN_INSIDE };

/* Is this place of the member one that an equation gives by itself, x[0] = …? By one of the group? 0: by none. */
static int order_given(machine *m, const circle *c, const uint8_t *inside, uint32_t member_index, int axis,
                       int64_t place)
{
    const member *x = &c->members.at[member_index];
    int given = 0;
    for (uint32_t i = x->first; i < x->first + x->count && given != GIVEN_INSIDE; i++) {
        frame f = c->equations.at[i].f;
        const side s = *order_side(m, &c->equations.at[i], axis);
        int64_t here;
        if (s.kind == SIDE_PLACE && ranges_place(m, &f, s.low, &here) && here == place)
            given = inside[i] ? GIVEN_INSIDE : GIVEN_BEFORE;
    }
    return given;
}

static int order_compare(int64_t step, int64_t own)
{
    return step < own ? STEP_EARLIER : step > own ? STEP_LATER : STEP_SAME;
}

/* Of which step is a use of a place that is always the same? 0: it is there before. */
static int order_fixed(machine *m, const circle *c, const uint8_t *inside, const use *u, uint32_t name, int axis,
                       int64_t offset, int64_t place)
{
    const equation *e = &c->equations.at[u->statement];
    int own, given = order_given(m, c, inside, circle_member(c, u->name), axis, place);
    int64_t by, here;
    if (given != GIVEN_INSIDE) return given || place < offset ? 0 : STEP_OPEN;
    if (order_axis(m, e, name) >= 0 || !order_place(m, c, inside, e->member, name, &own, &by)) return 0;
    frame f = e->f;
    const side s = *order_side(m, e, own);
    if (s.kind != SIDE_PLACE || !ranges_place(m, &f, s.low, &here)) return 0;
    return order_compare(place - offset, here - by); /* both are made by the circle, each in its step */
}

/* Of which step is a use? */
static int order_step(machine *m, const circle *c, const uint8_t *inside, const use *u, uint32_t name, int axis,
                      int64_t offset)
{
    const equation *e = &c->equations.at[u->statement];
    uint32_t form = (uint32_t)axis < u->count ? m->use_forms.at[u->first + (uint32_t)axis] : 0;
    if (!form) return STEP_OPEN;
    const affine *a = &m->affines.at[form - 1];
    int own = order_axis(m, e, name);
    if (!a->terms && !a->base) return order_fixed(m, c, inside, u, name, axis, offset, a->offset);
    if (own < 0 || a->base || a->terms != 1 || a->factor[0] != 1) return STEP_OPEN;
    if (a->index[0] != ranges_id(m, &e->f, order_side(m, e, own)->binder)) return STEP_OPEN;
    return order_compare(a->offset, offset);
}

/* What the uses of a group say about one index: a set of STEP_ bits; -1: not all equations have it. */
static int order_try(machine *m, circle *c, const uint8_t *inside, const uint32_t *uses, size_t count, uint32_t name)
{
    int steps = 0;
    for (size_t i = 0; i < count; i++) {
        const use *u = &m->uses.at[uses[i]];
        int axis;
        int64_t offset = 0;
        uint32_t used = circle_member(c, u->name);
        if (!order_place(m, c, inside, used, name, &axis, &offset)) return -1;
        int step = order_step(m, c, inside, u, name, axis, offset);
        if ((step & STEP_OPEN) && order_axis(m, &c->equations.at[u->statement], name) < 0) return -1;
        steps |= step;
    }
    if ((steps & STEP_EARLIER) && (steps & STEP_LATER)) return -1;
    if ((steps & STEP_LATER) && (steps & STEP_OPEN)) return -1;
    return steps & (STEP_EARLIER | STEP_LATER | STEP_OPEN) ? steps : -1;
}

static bool order_is_taken(const circle *c, uint32_t group_index, uint32_t name)
{
    for (; group_index != NO_GROUP; group_index = c->groups.at[group_index].parent)
        if (c->groups.at[group_index].name == name) return true;
    return false;
}

/* What an index that is looked for may be. */
typedef struct order_wish {
    uint32_t parent; /* none of the indices that order this group and those around it */
    bool until;      /* one that ends by a condition */
    bool open;       /* one whose order form does not prove */
} order_wish;

/* An index of this equation that orders the uses; 0: none does. */
static uint32_t order_from(machine *m, circle *c, const uint8_t *inside, const uint32_t *uses, size_t count,
                           const equation *e, const order_wish *wish, size_t *tries, bool *down)
{
    const statement *st = &m->l->statements.at[e->statement];
    for (uint32_t k = 0; k < st->rank; k++) {
        const side *s = &m->l->sides.at[st->sides + k];
        uint32_t name = s->kind == SIDE_INDEX ? m->l->binders.at[s->binder].name : 0;
        if (!name || (wish->until && !s->until) || order_is_taken(c, wish->parent, name)) continue;
        ++*tries;
        int steps = order_try(m, c, inside, uses, count, name);
        if (steps < 0 || (!wish->open && (steps & STEP_OPEN))) continue;
        *down = (steps & STEP_LATER) != 0;
        return name;
    }
    return 0;
}

enum { ORDER_TRIES = 64 }; /* indices that are looked at */

/* The index that orders these uses; 0: none does. One that ends by a condition comes first, whose steps are those of
 * the whole circle; then what form proves. */
static uint32_t order_find(machine *m, circle *c, const uint8_t *inside, const uint32_t *uses, size_t count,
                           uint32_t parent, bool *down)
{
    for (int pass = parent == NO_GROUP ? 0 : 2; pass < 4; pass++) {
        order_wish wish = {parent, pass < 2, pass % 2 == 1};
        size_t tries = 0;
        for (uint32_t i = 0; i < c->equations.count && tries < ORDER_TRIES; i++) {
            if (!inside[i]) continue;
            uint32_t name = order_from(m, c, inside, uses, count, &c->equations.at[i], &wish, &tries, down);
            if (name) return name;
        }
    }
    return 0;
}

bool circle_error(machine *m, const circle *c, uint32_t member_index)
{
    text t;
    char buffer[160];
    const piece p = {
        P_NAME, 0, (uint8_t)(m->g->names.at[c->members.at[member_index].name].count & 255),
        0,      0, m->l->statements.at[c->equations.at[c->members.at[member_index].first].statement].place};
    text_begin(&t, &m->g->memory);
    for (size_t i = 0; i <= c->members.count; i++) {
        const graph_name *n = &m->g->names.at[c->members.at[i % c->members.count].name];
        if (i) text_add(&t, " → ");
        if (i == 8) {
            text_add(&t, "…");
            break;
        }
        text_add(&t, quote(buffer, m->g->name_text.at + n->at, n->count));
    }
    eval_error(m, E_CIRCLE, &p, text_string(&t), NULL, NULL);
    text_free(&t);
    return false;
}

static bool order_members(machine *m, circle *c, const uint8_t *inside, uint32_t group_index)
{
    uint32_t name = c->groups.at[group_index].name;
    for (uint32_t i = 0; i < c->members.count; i++) {
        membership s = {.group = group_index, .member = i, .state = EW_NONE};
        int axis;
        if (!order_place(m, c, inside, i, name, &axis, &s.offset)) continue;
        s.axis = (uint16_t)axis;
        if (!array_push(&m->g->memory, &c->memberships, s)) return eval_memory(m);
        c->members.at[i].group = group_index;
    }
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (inside[i]) c->equations.at[i].group = group_index;
    return true;
}

/* ---- Groups inside groups ---------------------------------------------------------------------------------------- */

typedef struct order_work { /* uses that a group has to order */
    uint32_t parent;
    uint32_t first, count; /* in a list of uses */
} order_work;

typedef struct ordering {
    machine *m;
    circle *c;
    ARRAY(order_work) work;
    ARRAY(uint32_t) uses;
    uint8_t *inside; /* by equation */
    uint32_t *first, *to, *component;
} ordering;

/* The vertices of a use of the same step: what its equation gives of a member, one place by itself or others, and what
 * it uses. Where places by themselves use one another they are of the same kind, else it may be any. */
static uint32_t order_from_vertex(const ordering *o, const use *u, uint32_t name)
{
    const equation *e = &o->c->equations.at[u->statement];
    return 2 * e->member + (order_axis(o->m, e, name) < 0);
}

static uint32_t order_to_vertex(const ordering *o, const use *u, bool one)
{
    return 2 * circle_member(o->c, u->name) + one;
}

/* The component in which a use is part of a circle; UINT32_MAX: it is in none. */
static uint32_t order_component(const ordering *o, const use *u, uint32_t name)
{
    uint32_t from = order_from_vertex(o, u, name), own = o->component[from];
    bool both = own == o->component[order_to_vertex(o, u, true)] ||
                (from % 2 == 0 && own == o->component[order_to_vertex(o, u, false)]);
    return both ? own : UINT32_MAX;
}

/* What a member gives by itself and its other places are one circle where both are in one: y[j, 0] and y[j, k]. */
static void order_join(ordering *o, const uint32_t *list, uint32_t count, uint32_t name)
{
    uint32_t vertices = 2 * (uint32_t)o->c->members.count;
    for (uint32_t v = 0; v < vertices; v++) o->first[v] = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = order_component(o, &o->m->uses.at[list[i]], name);
        if (k != UINT32_MAX) o->first[k] = 1; /* it has uses */
    }
    for (uint32_t v = 0; v < vertices; v += 2) {
        uint32_t a = o->component[v], b = o->component[v + 1];
        if (a == b || !o->first[a] || !o->first[b]) continue;
        for (uint32_t i = 0; i < vertices; i++)
            if (o->component[i] == b) o->component[i] = a;
    }
}

/* The uses of the list, by component: each component is more work. */
static bool order_components(ordering *o, uint32_t group_index, const uint32_t *list, uint32_t count)
{
    machine *m = o->m;
    uint32_t vertices = 2 * (uint32_t)o->c->members.count, name = o->c->groups.at[group_index].name;
    memset(o->first, 0, (vertices + 2) * sizeof *o->first);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = order_from_vertex(o, &m->uses.at[list[i]], name);
        o->first[from + 2] += from % 2 ? 1 : 2;
    }
    for (uint32_t v = 0; v < vertices; v++) o->first[v + 2] += o->first[v + 1];
    for (uint32_t i = 0; i < count; i++) {
        const use *u = &m->uses.at[list[i]];
        uint32_t from = order_from_vertex(o, u, name);
        o->to[o->first[from + 1]++] = order_to_vertex(o, u, true);
        if (from % 2 == 0) o->to[o->first[from + 1]++] = order_to_vertex(o, u, false);
    }
    if (!circle_components(m, o->first, o->to, vertices, o->component)) return false;
    order_join(o, list, count, name);
    for (uint32_t k = 0; k < vertices; k++) {
        order_work inner = {group_index, (uint32_t)o->uses.count, 0};
        for (uint32_t i = 0; i < count; i++) {
            if (order_component(o, &m->uses.at[list[i]], name) != k) continue;
            inner.count++;
            if (!array_push(&m->g->memory, &o->uses, list[i])) return eval_memory(m);
        }
        if (inner.count && !array_push(&m->g->memory, &o->work, inner)) return eval_memory(m);
    }
    return true;
}

/* The uses of one group that are of the same step. */
static bool order_within(ordering *o, uint32_t group_index, order_work w)
{
    machine *m = o->m;
    circle *c = o->c;
    uint32_t name = c->groups.at[group_index].name, same = 0;
    uint32_t *list = block_new(&m->g->memory, w.count + 1u, sizeof *list);
    if (!list) return eval_memory(m);
    for (uint32_t i = 0; i < w.count; i++) {
        const use *u = &m->uses.at[o->uses.at[w.first + i]];
        const membership *s = circle_membership(c, group_index, circle_member(c, u->name));
        if (s && order_step(m, c, o->inside, u, name, s->axis, s->offset) == STEP_SAME)
            list[same++] = o->uses.at[w.first + i];
    }
    bool ok = order_components(o, group_index, list, same);
    block_free(&m->g->memory, list, w.count + 1u);
    return ok;
}

/* The use of a later step, where places, told by their numbers, use those before them alone: only the offsets of the
 * left sides stand against the index. NULL: it is not so. */
static const use *order_mixed(machine *m, circle *c, const uint8_t *inside, const uint32_t *uses, size_t count,
                              uint32_t name)
{
    const use *later = NULL;
    for (size_t i = 0; i < count; i++) {
        const use *u = &m->uses.at[uses[i]];
        const equation *e = &c->equations.at[u->statement];
        int axis, own = order_axis(m, e, name);
        int64_t offset = 0;
        if (own < 0 || !order_place(m, c, inside, circle_member(c, u->name), name, &axis, &offset)) return NULL;
        int step = order_step(m, c, inside, u, name, axis, offset);
        uint32_t form = (uint32_t)axis < u->count ? m->use_forms.at[u->first + (uint32_t)axis] : 0;
        if (!form || (step & STEP_OPEN) || !m->affines.at[form - 1].terms) return NULL;
        if (m->affines.at[form - 1].offset > order_side(m, e, own)->offset) return NULL;
        if (step & STEP_LATER) later = u;
    }
    return later;
}

/* No index orders these uses: which are in the circle, and what stands against an index that could. */
static bool order_none(ordering *o, order_work w)
{
    machine *m = o->m;
    circle *c = o->c;
    const uint32_t *uses = o->uses.at + w.first;
    char shown[160];
    circle_error(m, c, c->equations.at[m->uses.at[uses[0]].statement].member);
    for (uint32_t i = 0, tries = 0; i < c->equations.count; i++) {
        const statement *st = &m->l->statements.at[c->equations.at[i].statement];
        for (uint32_t k = 0; o->inside[i] && k < st->rank && tries < ORDER_TRIES; k++, tries++) {
            const side *s = &m->l->sides.at[st->sides + k];
            if (s->kind != SIDE_INDEX || order_is_taken(c, w.parent, m->l->binders.at[s->binder].name)) continue;
            const use *u = order_mixed(m, c, o->inside, uses, w.count, m->l->binders.at[s->binder].name);
            if (!u) continue;
            quote(shown, m->g->report.source.at + u->place, u->bytes);
            report_hint(
                &m->g->report,
                "{1} is of a later step, other uses are of earlier ones: with left sides that name one time, as "
                "in x[t] = … x[t-1] …, it is of the same step",
                shown);
            return false;
        }
    }
    return false;
}

static bool order_group(ordering *o, order_work w)
{
    machine *m = o->m;
    circle *c = o->c;
    group new = {.parent = w.parent, .stop = EW_NONE, .stop_definition = EW_NONE};
    memset(o->inside, 0, c->equations.count);
    for (uint32_t i = 0; i < w.count; i++) o->inside[m->uses.at[o->uses.at[w.first + i]].statement] = 1;
    new.name = order_find(m, c, o->inside, o->uses.at + w.first, w.count, w.parent, &new.down);
    if (!new.name) return order_none(o, w);
    if (!array_push(&m->g->memory, &c->groups, new)) return eval_memory(m);
    uint32_t index = (uint32_t)c->groups.count - 1;
    return order_members(m, c, o->inside, index) && order_within(o, index, w);
}

/* No equation uses another: only a condition to stop does. */
static bool circle_unused(machine *m, const circle *c)
{
    for (uint32_t i = 0; i < c->equations.count; i++) {
        const statement *st = &m->l->statements.at[c->equations.at[i].statement];
        const piece p = {P_NAME, 0, (uint8_t)(m->g->names.at[st->name].count & 255), 0, 0, st->place};
        if (st->until.end) return eval_error(m, E_UNTIL, &p, graph_name_text(m->g, st->name), NULL, NULL);
    }
    return circle_error(m, c, 0);
}

bool circle_orders(machine *m, circle *c)
{
    memory *hook = &m->g->memory;
    size_t vertices = 2 * c->members.count + 2, edges = 2 * m->uses.count + 1;
    ordering o = {.m = m, .c = c};
    o.inside = block_new(hook, c->equations.count, 1);
    o.first = block_new(hook, vertices, sizeof *o.first);
    o.to = block_new(hook, edges, sizeof *o.to);
    o.component = block_new(hook, vertices, sizeof *o.component);
    bool ok = (o.inside && o.first && o.to && o.component) || eval_memory(m);
    order_work all = {NO_GROUP, 0, (uint32_t)m->uses.count};
    for (uint32_t i = 0; ok && i < m->uses.count; i++) ok = array_push(hook, &o.uses, i) || eval_memory(m);
    if (ok && !all.count) ok = circle_unused(m, c);
    if (ok) ok = array_push(hook, &o.work, all) || eval_memory(m);
    for (size_t i = 0; ok && i < o.work.count; i++) ok = order_group(&o, o.work.at[i]);
    block_free(hook, o.inside, o.inside ? c->equations.count : 0);
    block_free(hook, o.first, o.first ? vertices : 0);
    block_free(hook, o.to, o.to ? edges : 0);
    block_free(hook, o.component, o.component ? vertices : 0);
    array_free(hook, &o.work);
    array_free(hook, &o.uses);
    return ok;
}
