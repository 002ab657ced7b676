/*
 * steps_clock.c - at which step of its circle, and of those around it, an array is read that a derivative is by.
 *
 * Its place along the axis of the steps says it. An array that is read at the step of a circle around is that circle's
 * own state inside it (circle_state in lang/circles.c): so it says the step of the one around, too.
 */
#include "diff/steps.h"

const steps_clock *steps_clock_of(const steps_walk *c, ew_node state)
{
    uint32_t region = node_state(c->g, carry_base(c->g, state))->region;
    for (size_t i = 0; i < c->clocks; i++)
        if (c->clock[i].region == region) return &c->clock[i];
    return NULL;
}

void steps_find_clocks(steps_walk *c)
{
    const ew_graph *g = c->g;
    ew_node s = node_at(g, c->x)->op == OP_STATE ? c->x : EW_NONE;
    for (; s != EW_NONE && c->clocks < STEPS_CLOCKS; s = sequence_around(g, s)) {
        const graph_state *state = node_state(g, s);
        c->clock[c->clocks++] = (steps_clock){state->region, c->x_at[state->axis], state->offset};
    }
}
