/*
 * circle_until.c - what `until` adds to a circle: a hidden state that says whether it has stopped, and equations that
 * keep what was there before once it has.
 */
#include "lang/circles.h"

static const piece until_nowhere = {P_OP, 1, 0, 0, 0, NO_PLACE};

/* From a place to that of the step before it: a circle that runs downward comes from above. */
static int64_t until_back(const circle *c)
{
    return c->groups.at[0].down ? 1 : -1;
}

/* Whether the circle has stopped one step before; false where that is before the first. */
static bool until_before(machine *m, const circle *c, value *v)
{
    const group *x = &c->groups.at[0];
    map_draft d = {.terms = 1, .factor = {1}, .offset = until_back(c)};
    uint16_t map = graph_map_of(m->g, &d, 1);
    return value_new(m, graph_at(m->g, x->stop, map, value_shape(m, &x->id, 1), NODE_ZERO), &x->id, 1, v);
}

/* stopped[t] = stopped one step before or condition[t] */
static bool until_state(machine *m, circle *c, value *before)
{
    group *x = &c->groups.at[0];
    value all[2];
    if (!until_before(m, c, before)) return false;
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
        d[k].offset = b->first + (k == s->axis ? until_back(c) : 0);
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

bool circle_stops(machine *m, circle *c)
{
    value before;
    if (c->groups.at[0].stop == EW_NONE) return true;
    if (!until_state(m, c, &before)) return false;
    for (uint32_t i = 0; i < c->equations.count; i++)
        if (c->equations.at[i].group != NO_GROUP && !until_keep(m, c, &c->equations.at[i], &before)) return false;
    return true;
}
