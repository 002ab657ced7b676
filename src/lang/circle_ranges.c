/*
 * circle_ranges.c - the ranges of a circle's indices and the sizes of its arrays, found together: each array whose left
 * sides are known lets further ranges be found. The index that orders the circle is one for all its equations.
 */
#include <stdio.h>
#include <string.h>

#include "lang/circles.h"

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

/* A range as the text has it, "1..20 (3:4)", into at least 160 bytes; false: its bounds are not numbers yet. */
static bool circle_range_text(const machine *m, const index_state *i, char *buffer)
{
    const affine *low = &m->affines.at[i->first - 1], *high = &m->affines.at[i->last - 1];
    int line, column;
    if (low->terms || low->base || high->terms || high->base) return false;
    source_place(&m->g->report.source, i->place, &line, &column);
    snprintf(buffer, 160, "%lld..%lld (%d:%d)", (long long)low->offset, (long long)high->offset, line, column);
    return true;
}

/* An equation's given ranges; an index that orders the circle may be given in several, but the same range. */
static bool circle_given(machine *m, equation *e)
{
    const statement *st = &m->l->statements.at[e->statement];
    for (uint32_t k = 0; k < st->rank; k++) {
        const side s = m->l->sides.at[st->sides + k];
        if (s.kind != SIDE_INDEX || !s.ranges) continue;
        uint32_t id = ranges_id(m, &e->f, s.binder);
        index_state before = m->indices.at[id];
        char name[160], first[160], here[160];
        if (!ranges_left(m, &e->f, st->sides + k, 1)) return false;
        const index_state *now = &m->indices.at[id];
        if (!before.first || !circle_range_text(m, &before, first) || !circle_range_text(m, now, here)) continue;
        *strchr(here, ' ') = '\0'; /* its place is that of the error */
        if (strncmp(first, here, strlen(here)) == 0 && first[strlen(here)] == ' ') continue;
        const char *word = graph_name_text(m->g, now->name);
        report_at(&m->g->report, E_ORDER_RANGES, now->place, s.bytes, quote(name, word, strlen(word)), first, here);
        report_hint(&m->g->report, "what differs from step to step goes into an if", NULL);
        return false;
    }
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
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (!circle_given(m, &c->equations.at[i])) return false;
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
                if (!parts_box(m, &s, n)) return false;
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

/* Takes the range of an ordering index from an equation that begins its array, if that goes by the same index at the
 * same places: d[i, 0] = x[i] beside d[i, j in 1..2] = d[i-1 else 0, j] + 1. */
static bool circle_borrow_from(machine *m, const circle *c, const group *g, const membership *s)
{
    index_state *own = &m->indices.at[g->id];
    const member *x = &c->members.at[s->member];
    for (uint32_t i = x->first; i < x->first + x->count; i++) {
        const equation *e = &c->equations.at[i];
        const side *at = &m->l->sides.at[m->l->statements.at[e->statement].sides + s->axis];
        if (at->kind != SIDE_INDEX || m->l->binders.at[at->binder].name != g->name) continue;
        const index_state *other = &m->indices.at[ranges_id(m, &e->f, at->binder)];
        if (other == own || other->state != INDEX_KNOWN || parts_offset(at) != s->offset) continue;
        own->low = other->low;
        own->size = other->size;
        own->from = other->from;
        own->state = INDEX_KNOWN;
        return true;
    }
    return false;
}

/* … where nothing else gives one; false: there is no such index. */
static bool circle_borrow(machine *m, const circle *c)
{
    for (size_t i = 0; i < c->memberships.count; i++) {
        const membership *s = &c->memberships.at[i];
        const group *g = &c->groups.at[s->group];
        if (g->id != UINT32_MAX && m->indices.at[g->id].state == INDEX_UNKNOWN && circle_borrow_from(m, c, g, s))
            return true;
    }
    return false;
}

bool circle_ranges(machine *m, circle *c)
{
    c->first = m->indices.count;
    m->uses.count = 0;
    if (!circle_open(m, c) || !circle_scan(m, c) || !circle_orders(m, c) || !circle_share(m, c)) return false;
    for (size_t i = c->first; i < m->indices.count; i++) /* what the first scan found */
        if (m->indices.at[i].state != INDEX_KNOWN && !m->indices.at[i].first) m->indices.at[i].state = INDEX_UNKNOWN;
    for (int stage = RANGES_ALONE; stage <= RANGES_LAST;) {
        bool more;
        if (stage == RANGES_LAST && circle_borrow(m, c)) stage = RANGES_ALONE;
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
