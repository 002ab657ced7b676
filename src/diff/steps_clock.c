/*
 * steps_clock.c - at which step of a circle, and of those around it, a derivative is taken by x.
 *
 * An array of a circle says it by its place along the axis of the steps. A node of a definition (a function's argument,
 * `2*x[t-1]` in f(2*x[t-1])) is made of arrays of its own and of earlier steps: these are looked for, by a walk from x
 * over edges alone, and x does not come before their steps. So a walk that goes back from y knows where to end.
 *
 * An array that is read at the step of a circle around is that circle's own state inside it (circle_state in
 * lang/circles.c): so it says the step of the one around, too.
 */
#include "diff/steps.h"

#include <string.h>

const steps_clock *steps_clock_of(const steps_walk *c, ew_node state)
{
    uint32_t region = node_state(c->g, carry_base(c->g, state))->region;
    for (size_t i = 0; i < c->clocks; i++)
        if (c->clock[i].region == region) return &c->clock[i];
    return NULL;
}

/* The first state of a circle that says its step is believed. */
static void clock_add(steps_walk *c, ew_node state, spot when, int64_t ahead)
{
    if (c->clocks == STEPS_CLOCKS || steps_clock_of(c, state)) return;
    const graph_state *s = node_state(c->g, state);
    c->clock[c->clocks++] = (steps_clock){s->region, when, s->offset + ahead};
}

/* Own place along an axis of a state, in a term, over `shape`: *when + *ahead, *when an axis of that. */
static bool clock_read(const steps_walk *c, ew_node state, size_t axis, const terms_item *term, spot *when,
                       int64_t *ahead)
{
    if (term->places == TERMS_NONE) return false;
    const spot *places = c->t.places.at + term->places, *own = &places[axis];
    if (own->gather.node != EW_NONE || own->terms != 1 || own->factor[0] != 1) return false;
    for (size_t i = 0; i < c->far; i++) {
        const spot *far = &places[node_rank(c->g, state) + i];
        bool same = far->gather.node == EW_NONE && far->terms == 1 && far->factor[0] == 1;
        if (!same || far->axis[0] != own->axis[0]) continue;
        *when = spot_axis(c->axis[i]);
        *ahead = far->offset - own->offset;
        return true;
    }
    return false;
}

bool steps_time(steps_walk *c, ew_node n)
{
    spot when;
    int64_t ahead;
    uint32_t first = *steps_list(c, n, STEPS_DIRTY);
    if (!carry_open(c->g, n)) return first == TERMS_NONE || steps_edges(c, n, STEPS_DIRTY);
    for (uint32_t i = first; i != TERMS_NONE; i = c->t.all.at[i].next)
        for (ew_node s = carry_base(c->g, n); s != EW_NONE; s = sequence_around(c->g, s))
            if (clock_read(c, n, node_state(c->g, s)->axis, &c->t.all.at[i], &when, &ahead))
                clock_add(c, s, when, ahead);
    return true;
}

bool steps_find_clocks(steps_walk *c)
{
    ew_graph *g = c->g;
    unsigned o = node_at(g, c->x)->op;
    if (o == OP_LOOP) return steps_wrong(c); /* an array of a circle inside, made by other steps */
    for (ew_node s = c->x; o == OP_STATE && s != EW_NONE; s = sequence_around(g, s))
        clock_add(c, s, c->x_at[node_state(g, s)->axis], 0);
    if (o == OP_STATE) return true;
    steps_walk w = {.r = c->r, .g = g, .x = EW_NONE, .shape = c->shape, .place = c->place, .timing = true};
    terms_begin(&w.t, g, 0);
    bool ok = steps_far(&w, UINT32_MAX) && steps_begin(&w, c->x, c->x_at, STEPS_DIRTY) && steps_round(&w);
    memcpy(c->clock, w.clock, sizeof c->clock);
    c->clocks = w.clocks;
    steps_free(&w);
    return ok;
}
