/*
 * circles.c - recurrences: each circle of equations (circle_find.c) is built as regions of the graph
 * (graph/axes.h).
 *
 * A circle is a frame of the machine. Its stages: the names that it uses from outside are run; its ranges
 * and the indices that order it are found (orders.c); the equations that begin it are run, which gives the
 * states' types; then those that need states and what stops it (circle_until.c); then everything is put together.
 */
#include <string.h>

#include "lang/circles.h"

enum { STAGE_NAMES, STAGE_BEGIN, STAGE_STEP, STAGE_UNTIL, STAGE_FINISH };

/* ---- Life of a circle ------------------------------------------------------------------------------------ */

void circle_free(machine *m)
{
    circle *c = m->circle;
    memory *hook = &m->g->memory;
    m->circle = c->outer;
    array_free(hook, &c->members);
    array_free(hook, &c->equations);
    array_free(hook, &c->groups);
    array_free(hook, &c->memberships);
    array_free(hook, &c->boxes);
    memory_free(hook, c, sizeof *c);
}

static bool circle_add(machine *m, circle *c, uint32_t name)
{
    symbol *s = &m->l->symbols.at[name];
    member x = {.name = name, .first = (uint32_t)c->equations.count, .group = NO_GROUP};
    s->busy = true;
    for (uint32_t i = s->first; i; i = m->l->statements.at[i - 1].next, x.count++) {
        const statement *st = &m->l->statements.at[i - 1];
        equation e = {.statement = i - 1, .member = (uint32_t)c->members.count, .group = NO_GROUP, .until = EW_NONE};
        e.f = eval_frame(F_EQUATION, st->value, 0, st->place);
        e.f.statement = i;
        e.f.scan = m->l->sides.at[st->sides].low.begin;
        if (!array_push(&m->g->memory, &c->equations, e)) return eval_memory(m);
    }
    return array_push(&m->g->memory, &c->members, x) ? true : eval_memory(m);
}

bool circles_enter(machine *m, uint32_t name)
{
    lang *l = m->l;
    uint32_t id = l->symbols.at[name].circle;
    circle *c = memory_new(&m->g->memory, sizeof *c);
    if (!c) return eval_memory(m);
    *c = (circle){.outer = m->circle, .id = id};
    m->circle = c;
    for (size_t i = 0; i < l->statements.count; i++) { /* in the order of the text */
        uint32_t n = l->statements.at[i].name;
        if (n && l->symbols.at[n].circle == id && l->symbols.at[n].first == i + 1 && !circle_add(m, c, n)) return false;
    }
    frame f = {.kind = F_CIRCLE, .prepared = true, .name = name};
    return eval_enter(m, f);
}

/* ---- Names from outside ---------------------------------------------------------------------------------- */

/* Runs the next definition that is needed; *done: there is none left. */
static bool circle_names(machine *m, circle *c, bool *done)
{
    *done = false;
    for (; c->prepared < c->equations.count; c->prepared++) {
        frame *f = &c->equations.at[c->prepared].f;
        for (; f->scan < f->end; f->scan++) {
            const piece *p = &m->l->pieces.at[f->scan];
            value v;
            if (p->kind != P_NAME || m->g->names.at[p->value].node != EW_NONE) continue;
            const symbol *s = lang_symbol(m->l, p->value);
            if (!s) return false;
            if (s->circle == c->id || sizes_name(m, p->value, &v)) continue;
            return report_ok(&m->g->report) && eval_define(m, p);
        }
    }
    return *done = true;
}

/* ---- States ---------------------------------------------------------------------------------------------- */

/* A bool where the last operation of an equation says so; otherwise what begins it, or an int, which grows
 * into the type that its definition gives (graph_retype). */
static int circle_type(machine *m, const circle *c, const member *x)
{
    int type = TYPE_INT;
    for (uint32_t i = x->first; i < x->first + x->count; i++) {
        const equation *e = &c->equations.at[i];
        const piece *p = &m->l->pieces.at[e->f.end - 1];
        if (e->group == NO_GROUP) {
            int here = node_at(m->g, m->stack.at[c->values + e->slot].node)->type;
            if (here == TYPE_BOOL) return TYPE_BOOL;
            continue;
        }
        if (p->kind == P_BOOL || (p->kind == P_OP && (ops_row((op)p->value)->flags & OP_LOGIC))) return TYPE_BOOL;
        if (p->kind == P_OP && p->value == OP_IF && p > m->l->pieces.at + e->f.at) {
            p--;
            if (p->kind == P_BOOL || (p->kind == P_OP && (ops_row((op)p->value)->flags & OP_LOGIC))) return TYPE_BOOL;
        }
        if (p->kind == P_REDUCE) {
            const char *word = graph_name_text(m->g, m->l->reductions.at[p->value].name);
            if (strcmp(word, "all") == 0 || strcmp(word, "any") == 0) return TYPE_BOOL;
        }
    }
    return type;
}

static bool circle_has_until(const machine *m, const circle *c)
{
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (m->l->statements.at[c->equations.at[i].statement].until.end) return true;
    return false;
}

static bool circle_states(machine *m, circle *c)
{
    c->from = (ew_node)m->g->nodes.count;
    for (uint32_t q = 0; q < c->groups.count; q++) {
        group *x = &c->groups.at[q];
        const index_state *i = &m->indices.at[x->id];
        int64_t high = i->size < 0 ? 0 : i->size - 1, size = i->size;
        x->region = graph_region_new(m->g, x->down, 0, high);
        if (x->region == UINT32_MAX) return false;
        uint32_t number = 0;
        for (size_t k = 0; k < c->memberships.count; k++) {
            membership *s = &c->memberships.at[k];
            const member *y = &c->members.at[s->member];
            if (s->group != q) continue;
            s->number = number++;
            s->offset += m->indices.at[x->id].low;
            s->state = graph_state_add(m->g, x->region, circle_type(m, c, y), y->shape, s->axis, s->offset);
            if (s->state == EW_NONE) return false;
        }
        if (q == 0 && circle_has_until(m, c)) {
            x->stop = graph_state_add(m->g, x->region, TYPE_BOOL, graph_shape_of(m->g, &size, 1), 0, 0);
            if (x->stop == EW_NONE) return false;
        }
    }
    return true;
}

/* ---- Uses of states -------------------------------------------------------------------------------------- */

bool circle_is_in(const circle *c, uint32_t group_index, uint32_t of)
{
    for (; of != NO_GROUP; of = c->groups.at[of].parent)
        if (of == group_index) return true;
    return false;
}

/* Is the use of the same step of group q as the equation that it stands in? */
static bool circle_same(machine *m, circle *c, const equation *e, uint32_t q, const membership *used, const affine *a)
{
    int64_t low = m->indices.at[c->groups.at[q].id].low, place;
    const membership *own = circle_membership(c, q, e->member);
    if (a->base) return false;
    if (a->terms == 1 && a->factor[0] == 1) return a->index[0] == c->groups.at[q].id && a->offset == used->offset - low;
    if (a->terms || !own) return false;
    frame f = e->f;
    const side s = m->l->sides.at[m->l->statements.at[e->statement].sides + own->axis];
    return s.kind == SIDE_PLACE && ranges_place(m, &f, s.low, &place) &&
           a->offset - used->offset == place - own->offset;
}

/* The state that a use with these brackets is of: the innermost group in which it is of the same step in all
 * groups around. EW_NONE: no array of the circle. */
ew_node circle_state(machine *m, uint32_t name, const value *bracket, size_t brackets)
{
    circle *c = m->circle;
    uint32_t used = c ? circle_member(c, name) : NO_GROUP;
    if (used == NO_GROUP || c->stage < STAGE_STEP) return EW_NONE;
    const equation *e = &c->equations.at[c->current];
    const membership *best = NULL;
    for (uint32_t q = 0; q != NO_GROUP;) {
        const membership *s = circle_membership(c, q, used);
        affine a;
        if (!s) break;
        best = s;
        if (s->axis >= brackets || !value_whole(m, &bracket[s->axis], &a)) break;
        if (!circle_same(m, c, e, q, s, &a)) break;
        uint32_t inner = NO_GROUP; /* a condition to stop is of the whole step */
        for (uint32_t k = 0; c->stage != STAGE_UNTIL && k < c->groups.count; k++)
            if (c->groups.at[k].parent == q && circle_is_in(c, k, e->group) && circle_membership(c, k, used)) inner = k;
        q = inner;
    }
    return best ? best->state : EW_NONE;
}

bool circle_none(machine *m, uint32_t name)
{
    return circle_error(m, m->circle, circle_member(m->circle, name));
}

/* ---- Equations ------------------------------------------------------------------------------------------- */

/* The next equation that begins (or, later, steps) is run; *done: there is none. */
static bool circle_next(machine *m, circle *c, bool step, bool *done)
{
    for (; c->next < c->equations.count; c->next++)
        if ((c->equations.at[c->next].group != NO_GROUP) == step) break;
    *done = c->next == c->equations.count;
    if (*done) {
        c->next = 0;
        return true;
    }
    c->current = c->next++;
    equation *e = &c->equations.at[c->current];
    const statement *st = &m->l->statements.at[e->statement];
    frame f = e->f;
    f.prepared = f.circle = true;
    f.name = 0;
    f.left = (uint32_t)m->lists.count;
    f.lefts = 0;
    for (uint32_t k = 0; k < st->rank; k++) {
        const side *s = &m->l->sides.at[st->sides + k];
        if (s->kind != SIDE_INDEX) continue;
        if (!array_push(&m->g->memory, &m->lists, ranges_id(m, &f, s->binder))) return eval_memory(m);
        f.lefts++;
    }
    e->f.left = f.left;
    e->f.lefts = f.lefts;
    e->slot = (uint32_t)(m->stack.count - c->values);
    return eval_enter(m, f);
}

/* Conditions after `until`, in the order of equations. */
static bool circle_untils(machine *m, circle *c, bool *done)
{
    for (; c->next < c->equations.count; c->next++)
        if (m->l->statements.at[c->equations.at[c->next].statement].until.end) break;
    *done = c->next == c->equations.count;
    if (*done) return true;
    c->current = c->next++;
    equation *e = &c->equations.at[c->current];
    frame f = e->f;
    span until = m->l->statements.at[e->statement].until;
    if (e->group == NO_GROUP) {
        const statement *st = &m->l->statements.at[e->statement];
        const piece p = {P_NAME, 0, 1, 0, 0, st->place};
        return eval_error(m, E_UNTIL, &p, graph_name_text(m->g, st->name), NULL, NULL);
    }
    e->until = (ew_node)(m->stack.count - c->values); /* its slot */
    f.kind = F_VALUE;
    f.prepared = f.circle = true;
    f.at = until.begin;
    f.end = until.end;
    f.params = 0;
    return eval_enter(m, f);
}

bool circle_leave(machine *m, const frame *f)
{
    value *v = &m->stack.at[m->stack.count - 1], done = *v;
    if (!parts_value(m, f, &done)) return false;
    m->stack.at[m->stack.count - 1] = done;
    return true;
}

/* ---- Putting together ------------------------------------------------------------------------------------ */

/* A member's whole definition, from its equations' values. */
static bool circle_definition(machine *m, circle *c, const member *x, ew_node *n)
{
    uint32_t rank = m->l->symbols.at[x->name].rank;
    const equation *e = &c->equations.at[x->first];
    const box *b = c->boxes.at + e->boxes;
    bool plain = x->count == 1 && e->f.lefts == rank;
    for (uint32_t k = 0; plain && k < rank; k++) plain = b[k].first == 0;
    if (plain) {
        value v = m->stack.at[c->values + e->slot];
        uint32_t ids[AXES_MOST];
        memcpy(ids, m->lists.at + e->f.left, rank * sizeof *ids);
        if (!value_arrange(m, &v, ids, rank, 0, NO_PLACE, &v)) return false;
        *n = v.node;
        return *n != EW_NONE;
    }
    value *v = block_new(&m->g->memory, x->count, sizeof *v);
    uint32_t *places = block_new(&m->g->memory, x->count * 2u, sizeof *places);
    bool ok = (v && places) || eval_memory(m);
    for (uint32_t i = 0; ok && i < x->count; i++) {
        const equation *y = &c->equations.at[x->first + i];
        v[i] = m->stack.at[c->values + y->slot];
        places[i] = m->l->statements.at[y->statement].place;
        places[x->count + i] = y->f.left;
    }
    joining j = {x->name, x->count, rank, places, true};
    ok = ok && parts_join(m, &j, v, places + x->count, b, n);
    block_free(&m->g->memory, v, v ? x->count : 0);
    block_free(&m->g->memory, places, places ? x->count * 2u : 0);
    return ok;
}

static bool circle_define(machine *m, circle *c, membership *s)
{
    ew_node n = EW_NONE;
    member *x = &c->members.at[s->member];
    const membership *inner = NULL;
    for (size_t k = 0; k < c->memberships.count; k++) {
        const membership *t = &c->memberships.at[k];
        if (t->member == s->member && c->groups.at[t->group].parent == s->group) inner = t;
    }
    if (inner)
        n = node_state(m->g, inner->state)->loop;
    else if (!circle_definition(m, c, x, &n))
        return false;
    return graph_state_define(m->g, s->state, n);
}

static bool circle_close(machine *m, circle *c, uint32_t q)
{
    const group *x = &c->groups.at[q];
    size_t count = m->g->regions.at[x->region].count;
    uint32_t *names = block_new(&m->g->memory, count * 2, sizeof *names);
    bool ok = names || eval_memory(m);
    for (size_t k = 0; ok && k < count; k++) names[count + k] = NO_PLACE;
    for (size_t k = 0; ok && k < c->memberships.count; k++) {
        membership *s = &c->memberships.at[k];
        if (s->group != q) continue;
        ok = circle_define(m, c, s);
        if (q) continue;
        const member *y = &c->members.at[s->member];
        names[s->number] = y->name;
        names[count + s->number] = m->l->statements.at[c->equations.at[y->first].statement].place;
    }
    if (ok && q == 0 && x->stop != EW_NONE) ok = graph_state_define(m->g, x->stop, x->stop_definition);
    ok = ok && graph_region_close(m->g, x->region, q ? EW_NONE : x->stop_definition, names, names + count);
    block_free(&m->g->memory, names, names ? count * 2 : 0);
    return ok;
}

/* The array whose state it is; 0: none. */
static uint32_t circle_name_of(const circle *c, ew_node state)
{
    for (size_t k = 0; k < c->memberships.count; k++)
        if (c->memberships.at[k].state == state) return c->members.at[c->memberships.at[k].member].name;
    return 0;
}

bool circle_retypes(const machine *m, ew_node n)
{
    const circle *c = m->circle;
    return c && c->stage >= STAGE_STEP && n >= c->from && node_at(m->g, n)->type != TYPE_BOOL;
}

/* Now that the types are known: derivatives by ints and bools are none. */
static bool circle_diffs(machine *m, const circle *c)
{
    for (ew_node n = c->from; n < m->g->nodes.count; n++) {
        const graph_node *x = node_at(m->g, n);
        if (x->op != OP_DIFF || type_is_real(node_at(m->g, node_arg(m->g, n, 1))->type)) continue;
        uint32_t name = circle_name_of(c, node_arg(m->g, n, 1));
        const char *type = type_name(node_at(m->g, node_arg(m->g, n, 1))->type);
        if (!name) return graph_refuse(m->g, E_DIFF_TYPE, x->place, strlen("diff"), node_arg(m->g, n, 1), type);
        char buffer[160];
        const char *word = graph_name_text(m->g, name);
        return report_at(&m->g->report, E_DIFF_TYPE, x->place, strlen("diff"), quote(buffer, word, strlen(word)), type,
                         NULL);
    }
    return true;
}

/* Is an array of the circle a place somewhere? Then whole literals alone are ints in it, otherwise real numbers. */
static bool circle_is_placed(const machine *m, const circle *c)
{
    bool placed = false;
    for (uint32_t i = 0; i < c->members.count; i++) placed = placed || m->l->symbols.at[c->members.at[i].name].placed;
    return placed;
}

static bool circle_finish(machine *m, circle *c)
{
    if (!circle_stops(m, c)) return false;
    for (uint32_t q = (uint32_t)c->groups.count; q-- > 0;)
        if (!circle_close(m, c, q)) return false;
    if (!graph_retype(m->g, c->from, circle_is_placed(m, c)) || !circle_diffs(m, c)) return false;
    for (uint32_t i = 0; i < c->members.count; i++) {
        uint32_t name = c->members.at[i].name;
        m->l->symbols.at[name].busy = false;
        if (!parts_names(m, name, m->g->names.at[name].node)) return false;
    }
    m->stack.count = c->values;
    circle_free(m);
    m->frames.count--;
    return true;
}

bool circles_step(machine *m)
{
    circle *c = m->circle;
    bool done;
    switch (c->stage) {
    case STAGE_NAMES:
        if (!circle_names(m, c, &done)) return false;
        if (!done) return true;
        c->values = (uint32_t)m->stack.count;
        if (!circle_ranges(m, c)) return false;
        break;
    case STAGE_BEGIN:
        if (!circle_next(m, c, false, &done)) return false;
        if (!done) return true;
        if (!circle_states(m, c)) return false;
        break;
    case STAGE_STEP:
        if (!circle_next(m, c, true, &done)) return false;
        if (!done) return true;
        break;
    case STAGE_UNTIL:
        if (!circle_untils(m, c, &done)) return false;
        if (!done) return true;
        break;
    default: return circle_finish(m, c);
    }
    c->stage++;
    c->next = 0;
    return true;
}
