/*
 * circles.c - recurrences: circles of equations are found before anything is built, and each is built as
 * regions of the graph (graph/axes.h).
 *
 * A circle is a frame of the machine. Its stages: the names that it uses from outside are run; its ranges
 * and the indices that order it are found (orders.c); the equations that begin it are run, which gives the
 * states' types; then those that need states; then everything is put together.
 */
#include <string.h>

#include "lang/circles.h"

enum { STAGE_NAMES, STAGE_BEGIN, STAGE_STEP, STAGE_UNTIL, STAGE_FINISH };

/* ---- Finding circles ------------------------------------------------------------------------------------------- */

typedef struct finder {
    machine *m;
    lang *l;
    ARRAY(uint32_t) first, to; /* vertices: names, then functions */
} finder;

static bool find_edge(finder *f, uint32_t to)
{
    return array_push(&f->m->g->memory, &f->to, to) ? true : eval_memory(f->m);
}

static bool find_span(finder *f, uint32_t begin, uint32_t end)
{
    lang *l = f->l;
    for (uint32_t i = begin; i < end; i++) {
        const piece *p = &l->pieces.at[i];
        uint32_t own = 0;
        if (p->kind == P_NAME && l->symbols.at[p->value].kind == S_NODE && !find_edge(f, p->value)) return false;
        if (p->kind == P_CALL) own = l->symbols.at[p->value].function;
        if (p->kind == P_REDUCE) own = l->symbols.at[l->reductions.at[p->value].name].function;
        if (own && !find_edge(f, (uint32_t)l->symbols.count + own - 1)) return false;
    }
    return true;
}

static bool find_name(finder *f, uint32_t name)
{
    lang *l = f->l;
    const symbol *s = &l->symbols.at[name];
    if (s->kind != S_NODE) return true;
    if (!s->first) return find_span(f, s->value.begin, s->value.end);
    for (uint32_t i = s->first; i; i = l->statements.at[i - 1].next) {
        const statement *st = &l->statements.at[i - 1];
        if (!find_span(f, l->sides.at[st->sides].low.begin, st->value.end)) return false;
    }
    return true;
}

static bool find_function(finder *f, const function *x)
{
    if (!find_span(f, x->body.begin, x->body.end)) return false;
    for (uint32_t k = x->parameters; k < x->count; k++) {
        span v = f->l->locals.at[x->locals + k].value;
        if (!find_span(f, v.begin, v.end)) return false;
    }
    return true;
}

static bool find_edges(finder *f)
{
    size_t names = f->l->symbols.count;
    for (size_t v = 0; v < names + f->l->functions.count; v++) {
        if (!array_push(&f->m->g->memory, &f->first, (uint32_t)f->to.count)) return eval_memory(f->m);
        if (v < names ? !find_name(f, (uint32_t)v) : !find_function(f, &f->l->functions.at[v - names])) return false;
    }
    return array_push(&f->m->g->memory, &f->first, (uint32_t)f->to.count) ? true : eval_memory(f->m);
}

/* Names of arrays that lie in a component with more than themselves, or need themselves: a circle. */
static void find_mark(finder *f, const uint32_t *component, uint8_t *state)
{
    lang *l = f->l;
    size_t names = l->symbols.count, vertices = names + l->functions.count;
    for (size_t v = 0; v < vertices; v++)
        for (uint32_t i = f->first.at[v]; i < f->first.at[v + 1]; i++)
            if (component[f->to.at[i]] == component[v]) state[component[v]] |= 1;
    for (size_t v = 0; v < names; v++)
        if (l->symbols.at[v].kind == S_NODE && !l->symbols.at[v].first) state[component[v]] |= 2;
    for (size_t v = 0; v < names; v++)
        if (l->symbols.at[v].first && state[component[v]] == 1) l->symbols.at[v].circle = component[v] + 1;
}

bool circles_find(machine *m)
{
    lang *l = m->l;
    finder f = {.m = m, .l = l};
    memory *hook = &m->g->memory;
    if (!l->arrays) return true;
    if (l->g->names.count > 1 && !lang_symbol(l, (uint32_t)l->g->names.count - 1)) return false;
    size_t vertices = l->symbols.count + l->functions.count;
    uint32_t *component = block_new(hook, vertices + 1, sizeof *component);
    uint8_t *state = block_new(hook, vertices + 1, 1);
    bool ok = (component && state) || eval_memory(m);
    ok = ok && find_edges(&f) && circle_components(m, f.first.at, f.to.at, (uint32_t)vertices, component);
    if (ok) find_mark(&f, component, state);
    block_free(hook, component, component ? vertices + 1 : 0);
    block_free(hook, state, state ? vertices + 1 : 0);
    array_free(hook, &f.first);
    array_free(hook, &f.to);
    return ok;
}

/* ---- Life of a circle ---------------------------------------------------------------------------------------------
 */

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

/* ---- Names from outside
 * ---------------------------------------------------------------------------------------------- */

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

/* ---- Ranges
 * ---------------------------------------------------------------------------------------------------------- */

static bool circle_scan(machine *m, circle *c)
{
    m->limits.count = m->uses.count = m->use_forms.count = 0;
    for (uint32_t i = 0; i < c->equations.count; i++) {
        equation *e = &c->equations.at[i];
        const statement *st = &m->l->statements.at[e->statement];
        c->current = i;
        if (!ranges_scan(m, &e->f, st->value, i + 1)) return false;
        m->guesses.count--;
        if (st->until.end > st->until.begin) {
            if (!ranges_scan(m, &e->f, st->until, 0)) return false;
            m->guesses.count--;
        }
    }
    return true;
}

static bool circle_open(machine *m, circle *c)
{
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (!ranges_open(m, &c->equations.at[i].f)) return false;
    return true;
}

/* The ordering index of a group is one for all its equations. */
static bool circle_share(machine *m, circle *c)
{
    for (uint32_t i = 0; i < c->groups.count; i++) c->groups.at[i].id = UINT32_MAX;
    for (uint32_t i = 0; i < c->equations.count; i++) {
        const equation *e = &c->equations.at[i];
        const statement *st = &m->l->statements.at[e->statement];
        for (uint32_t q = e->group; q != NO_GROUP; q = c->groups.at[q].parent) {
            group *x = &c->groups.at[q];
            for (uint32_t k = 0; k < st->rank; k++) {
                const side *s = &m->l->sides.at[st->sides + k];
                if (s->kind != SIDE_INDEX || m->l->binders.at[s->binder].name != x->name) continue;
                uint32_t *id = &m->scope.at[e->f.scope + (s->binder - e->f.s.binder)];
                if (x->id == UINT32_MAX) x->id = *id;
                if (*id != x->id) m->indices.at[*id].state = INDEX_KNOWN; /* nobody's any more */
                *id = x->id;
            }
        }
    }
    for (uint32_t i = 0; i < c->equations.count; i++) {
        const statement *st = &m->l->statements.at[c->equations.at[i].statement];
        if (!ranges_left(m, &c->equations.at[i].f, st->sides, st->rank)) return false;
    }
    return true;
}

/* Where an equation's values go, as far as its ranges are known. */
static bool circle_boxes(machine *m, circle *c, const member *x, bool *known)
{
    *known = true;
    for (uint32_t i = x->first; i < x->first + x->count; i++) {
        equation *e = &c->equations.at[i];
        const statement *st = &m->l->statements.at[e->statement];
        e->boxes = (uint32_t)c->boxes.count;
        for (uint32_t k = 0; k < st->rank; k++) {
            const side s = m->l->sides.at[st->sides + k];
            box b = {.first = 0, .size = 1};
            if (s.kind == SIDE_PLACE) {
                if (!ranges_place(m, &e->f, s.low, &b.first)) return false;
            } else {
                const index_state *n = &m->indices.at[ranges_id(m, &e->f, s.binder)];
                if (n->state != INDEX_KNOWN) return *known = false, true;
                b = (box){n->low + parts_offset(&s), n->size, true};
            }
            if (!parts_near(m, &b)) return false;
            if (!array_push(&m->g->memory, &c->boxes, b)) return eval_memory(m);
        }
    }
    return true;
}

/* Sizes of members whose left sides are known; *more: one was found. */
static bool circle_shapes(machine *m, circle *c, bool *more)
{
    *more = false;
    for (uint32_t i = 0; i < c->members.count; i++) {
        member *x = &c->members.at[i];
        uint32_t rank = m->l->symbols.at[x->name].rank;
        int64_t sizes[AXES_MOST];
        bool known;
        if (x->shaped) continue;
        if (!circle_boxes(m, c, x, &known)) return false;
        if (!known) continue;
        parts_sizes(c->boxes.at + c->equations.at[x->first].boxes, x->count, rank, sizes);
        for (uint32_t k = 0; k < rank; k++)
            if (sizes[k] == INT64_MIN && !(sizes[k] = graph_unknown_size(m->g, 0))) return false;
        x->shape = graph_shape_of(m->g, sizes, rank);
        if (x->shape == UINT16_MAX) return false;
        x->shaped = *more = true;
    }
    return true;
}

static bool circle_ranges(machine *m, circle *c)
{
    c->first = m->indices.count;
    m->uses.count = 0;
    if (!circle_open(m, c) || !circle_scan(m, c) || !circle_orders(m, c) || !circle_share(m, c)) return false;
    for (size_t i = c->first; i < m->indices.count; i++) /* what the first scan found */
        if (m->indices.at[i].state != INDEX_KNOWN && !m->indices.at[i].first) m->indices.at[i].state = INDEX_UNKNOWN;
    for (int stage = RANGES_ALONE; stage <= RANGES_LAST;) {
        bool more;
        if (!circle_scan(m, c) || !ranges_solve(m, c->first, stage) || !circle_shapes(m, c, &more)) return false;
        if (!more) stage++;
    }
    return circle_within(m, c);
}

bool circle_shape(const machine *m, uint32_t name, uint16_t *shape)
{
    const circle *c = m->circle;
    uint32_t i = c ? circle_member(c, name) : NO_GROUP;
    if (i == NO_GROUP) return false;
    *shape = c->members.at[i].shaped ? c->members.at[i].shape : 0;
    return true;
}

/* One axis of a member whose shape is not known yet, from an equation whose index there is: x[0, d] = x0[d]. */
bool circle_axis(machine *m, uint32_t name, size_t axis, int64_t *size)
{
    const circle *c = m->circle;
    uint32_t at = c ? circle_member(c, name) : NO_GROUP;
    bool found = false;
    if (at == NO_GROUP || axis >= m->l->symbols.at[name].rank) return false;
    const member *x = &c->members.at[at];
    for (uint32_t i = x->first; i < x->first + x->count; i++) {
        const equation *e = &c->equations.at[i];
        const side *s = &m->l->sides.at[m->l->statements.at[e->statement].sides + axis];
        if (s->kind != SIDE_INDEX || s->offset) return false;
        const index_state *n = &m->indices.at[ranges_id(m, &e->f, s->binder)];
        if (n->state != INDEX_KNOWN || n->low) continue;
        *size = n->size;
        found = true;
    }
    return found;
}

/* The range of an index that orders a circle is found from arrays outside. */
bool circle_is_ordered(const machine *m, const affine *a)
{
    const circle *c = m->circle;
    for (size_t k = 0; c && k < a->terms; k++)
        for (size_t q = 0; q < c->groups.count; q++)
            if (c->groups.at[q].id == a->index[k]) return true;
    return false;
}

/* ---- States
 * ------------------------------------------------------------------------------------------------------------ */

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

/* ---- Uses of states
 * ------------------------------------------------------------------------------------------------------ */

bool circle_is_in(const circle *c, uint32_t group_index, uint32_t of)
{
    for (; of != NO_GROUP; of = c->groups.at[of].parent)
        if (of == group_index) return true;
    return false;
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
        int64_t offset = s->offset - m->indices.at[c->groups.at[q].id].low;
        bool same =
            !a.base && a.terms == 1 && a.factor[0] == 1 && a.index[0] == c->groups.at[q].id && a.offset == offset;
        if (!same) break;
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

/* ---- Equations
 * --------------------------------------------------------------------------------------------------------------- */

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

/* ---- until
 * -------------------------------------------------------------------------------------------------------------------
 */

static const piece until_nowhere = {P_OP, 1, 0, 0, 0, NO_PLACE};

/* A state one step before, over ids: its axis `axis` at index + offset - 1, the others at their own indices. */
static bool until_before(machine *m, ew_node state, const uint32_t *ids, size_t count, size_t axis, int64_t offset,
                         value *v)
{
    map_draft *d = block_new(&m->g->memory, count, sizeof *d);
    if (!d) return eval_memory(m);
    for (size_t k = 0; k < count; k++) d[k] = (map_draft){.terms = 1, .axis = {(uint16_t)k}, .factor = {1}};
    d[axis].offset = offset - 1;
    uint16_t map = graph_map_of(m->g, d, count);
    block_free(&m->g->memory, d, count);
    return value_new(m, graph_at(m->g, state, map, value_shape(m, ids, count), NODE_ZERO), ids, count, v);
}

/* stopped[t] = stopped[t - 1] or condition[t] */
static bool until_state(machine *m, circle *c, value *before)
{
    group *x = &c->groups.at[0];
    value all[2];
    if (!until_before(m, x->stop, &x->id, 1, 0, 0, before)) return false;
    all[0] = *before;
    for (uint32_t i = 0; i < c->equations.count; i++) {
        const equation *e = &c->equations.at[i];
        if (e->until == EW_NONE) continue;
        const piece *p = &m->l->pieces.at[m->l->statements.at[e->statement].until.begin];
        all[1] = m->stack.at[c->values + e->until];
        if (node_at(m->g, all[1].node)->type != TYPE_BOOL) return eval_error(m, E_BOOL, p, "until", NULL, NULL);
        if (!value_closed(m, &all[1], p) || !value_bound(m, &all[1], &x->id, 1, p)) return false;
        if (!value_op(m, OP_OR, all, 2, NULL, 0, &until_nowhere, &all[0])) return false;
    }
    x->stop_definition = all[0].node;
    return true;
}

/* After the stop an equation gives what its array had one step before. */
static bool until_keep(machine *m, circle *c, const equation *e, const value *before)
{
    membership *s = circle_membership(c, 0, e->member);
    const statement *st = &m->l->statements.at[e->statement];
    value three[3] = {*before}, *v = &m->stack.at[c->values + e->slot];
    uint32_t ids[AXES_MOST];
    size_t lefts = 0;
    bool steps = false;
    map_draft *d = block_new(&m->g->memory, st->rank, sizeof *d);
    if (!d) return eval_memory(m);
    for (uint32_t k = 0; k < st->rank; k++) {
        const box *b = &c->boxes.at[e->boxes + k];
        const side *x = &m->l->sides.at[st->sides + k];
        d[k].offset = b->first - (k == s->axis);
        if (x->kind != SIDE_INDEX) continue;
        d[k].terms = 1;
        d[k].axis[0] = (uint16_t)lefts;
        d[k].factor[0] = 1;
        ids[lefts++] = ranges_id(m, &e->f, x->binder);
        steps = steps || k == s->axis;
    }
    if (!steps) { /* a place that is there before the steps */
        block_free(&m->g->memory, d, st->rank);
        return true;
    }
    uint16_t map = graph_map_of(m->g, d, st->rank), shape = value_shape(m, ids, lefts);
    block_free(&m->g->memory, d, st->rank);
    node_spec at = {.op = OP_AT,
                    .args = &s->state,
                    .maps = &map,
                    .count = 1,
                    .shape = shape,
                    .flags = NODE_ZERO,
                    .place = NO_PLACE};
    if (!value_new(m, graph_make(m->g, &at), ids, lefts, &three[1])) return false;
    three[2] = *v;
    return value_op(m, OP_IF, three, 3, &e->f, 0, &until_nowhere, v);
}

static bool until_run(machine *m, circle *c)
{
    value before;
    if (c->groups.at[0].stop == EW_NONE) return true;
    if (!until_state(m, c, &before)) return false;
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (c->equations.at[i].group != NO_GROUP && !until_keep(m, c, &c->equations.at[i], &before)) return false;
    return true;
}

/* ---- Putting together
 * ------------------------------------------------------------------------------------------------------------ */

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

/* Now that the types are known: derivatives by ints and bools are none. */
static bool circle_diffs(machine *m, const circle *c)
{
    for (ew_node n = c->from; n < m->g->nodes.count; n++) {
        const graph_node *x = node_at(m->g, n);
        if (x->op != OP_DIFF || type_is_real(node_at(m->g, node_arg(m->g, n, 1))->type)) continue;
        uint32_t name = circle_name_of(c, node_arg(m->g, n, 1));
        if (!name) continue;
        char buffer[160];
        const char *word = graph_name_text(m->g, name);
        return report_at(&m->g->report, E_DIFF_TYPE, x->place, strlen("diff"), quote(buffer, word, strlen(word)),
                         type_name(node_at(m->g, node_arg(m->g, n, 1))->type), NULL);
    }
    return true;
}

static bool circle_finish(machine *m, circle *c)
{
    if (!until_run(m, c)) return false;
    for (uint32_t q = (uint32_t)c->groups.count; q-- > 0;)
        if (!circle_close(m, c, q)) return false;
    if (!graph_retype(m->g, c->from) || !circle_diffs(m, c)) return false;
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
