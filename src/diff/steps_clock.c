/*
 * steps_clock.c - at which step of a circle a derivative is taken by x.
 *
 * An array of the circle says it by its place along the axis of the steps. A node of a definition (a function's argument,
 * `2*x[t-1]` in f(2*x[t-1])) is made of arrays of earlier steps: one of those is looked for, by a walk from x over edges
 * alone, and the step of that is one which x does not come before. So a walk that goes back from y ends soon enough.
 */
#include "diff/steps.h"

/* The place of a state, in a term, over `shape`: along an axis of that. */
static bool clock_read(steps_walk *c, ew_node state, const terms_item *term)
{
    const graph_state *s = node_state(c->g, state);
    if (term->places == TERMS_NONE) return false;
    const spot *places = c->t.places.at + term->places, *own = &places[s->axis];
    if (own->gather.node != EW_NONE || own->terms != 1 || own->factor[0] != 1) return false;
    for (size_t i = 0; i < c->far; i++) {
        const spot *far = &places[node_rank(c->g, state) + i];
        bool same = far->gather.node == EW_NONE && far->terms == 1 && far->factor[0] == 1;
        if (!same || far->axis[0] != own->axis[0]) continue;
        c->when = spot_axis(c->axis[i]);
        c->offset = s->offset - own->offset + far->offset;
        return true;
    }
    return false;
}

bool steps_time(steps_walk *c, ew_node n)
{
    uint32_t first = *steps_list(c, n, STEPS_DIRTY);
    if (!carry_open(c->g, n)) return first == TERMS_NONE || steps_edges(c, n, STEPS_DIRTY);
    bool own = node_state(c->g, n)->region == node_state(c->g, c->r->inside)->region;
    for (uint32_t i = first; i != TERMS_NONE && own && !c->timed; i = c->t.all.at[i].next)
        c->timed = clock_read(c, n, &c->t.all.at[i]);
    return true;
}

bool steps_clock(steps_walk *c)
{
    ew_graph *g = c->g;
    if (node_at(g, c->x)->op == OP_STATE) {
        const graph_state *s = node_state(g, c->x);
        c->when = c->x_at[s->axis];
        c->offset = s->offset;
        return true;
    }
    if (node_at(g, c->x)->op == OP_LOOP) return steps_wrong(c); /* an array of a circle inside, made by other steps */
    steps_walk w = {.r = c->r, .g = g, .x = EW_NONE, .shape = c->shape, .place = c->place, .timing = true};
    terms_begin(&w.t, g, 0);
    bool ok = steps_far(&w, UINT32_MAX) && steps_begin(&w, c->x, c->x_at, STEPS_DIRTY) && steps_round(&w);
    c->when = w.when;
    c->offset = w.offset;
    steps_free(&w);
    return ok && (w.timed || steps_wrong(c));
}
