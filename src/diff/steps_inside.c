/*
 * steps_inside.c - a walk through the steps of a circle (steps.c) passes circles inside it.
 *
 * A circle inside is independent from step to step of the one around it. So for terms that have one distance (own step
 * = step of reading - distance) the far axis of the steps is aligned (aligned.h): the derivative of the inner region is
 * a region over the own step, without the step of reading, and what it hands on has the distance still. Terms are taken
 * one distance after another, each as a sweep over that region alone (flow_regions.c), whose ends are whatever lies
 * outside. What the walk only follows to see what a derivative depends on goes the same way.
 */
#include "diff/flow_run.h"
#include "diff/steps.h"

typedef struct inside_pass {
    steps_walk *c;
    size_t first, last; /* items that open the region and close it */
    uint32_t region;
    uint8_t *body;  /* by node of the round: is it between these? */
    size_t axis;    /* far axis of the steps */
    int kind, next; /* of what comes in, and goes out */
    int64_t distance;
    bool has_x;         /* x is a node of a definition in it */
    bool taken;         /* there was a term of that kind */
    bool steady, needs; /* are all derivatives in it the same whatever values there are; does one need a DIFF? */
    flow f;
} inside_pass;

/* ---- What is asked of a region ---------------------------------------------------------------------- */

static void inside_range(inside_pass *p)
{
    const steps_walk *c = p->c;
    const sequence_items *items = &c->items;
    p->region = items->at[p->first].id;
    for (p->last = p->first;; p->last++) {
        sequence_item item = items->at[p->last];
        if (item.kind == SEQUENCE_CLOSE && item.id == p->region) return;
        if (item.kind == SEQUENCE_NODE) p->body[sequence_find(c->node, c->count, item.id)] = 1;
        p->has_x = p->has_x || (item.kind == SEQUENCE_NODE && item.id == c->x);
    }
}

/* Does a term that has come need any of it? */
static bool inside_is_active(const inside_pass *p)
{
    const steps_walk *c = p->c;
    for (size_t i = 0; i < c->count; i++)
        if (p->body[i] && c->moves[i]) return true;
    return false;
}

static void inside_look(inside_pass *p)
{
    const steps_walk *c = p->c;
    p->steady = true;
    for (size_t i = 0; i < c->count; i++) {
        ew_node n = c->node[i];
        if (!p->body[i]) continue;
        p->needs = p->needs || resolve_needs(c->r, n);
        for (size_t k = 0; k < node_at(c->g, n)->count && p->steady; k++)
            if (node_is_edge(c->g, n, k)) p->steady = steps_is_constant(c->g, n, k);
    }
}

/* ---- Terms in and out --------------------------------------------------------------------------------- */

/* Takes the terms out of a list that have the distance; that of the first one if none is taken yet. */
static bool inside_take(inside_pass *p, ew_node n, uint32_t *list)
{
    steps_walk *c = p->c;
    uint32_t *from = list, taken = TERMS_NONE;
    while (*from != TERMS_NONE) {
        spot far;
        uint32_t i = *from;
        bool known = terms_far(&c->t, i, node_at(c->g, n)->shape, p->axis, &far);
        if (!known || far.gather.node != EW_NONE || far.terms != 1 || far.factor[0] != 1) return steps_wrong(c);
        if (!p->taken) p->distance = far.offset;
        p->taken = true;
        if (far.offset != p->distance) {
            from = &c->t.all.at[i].next;
            continue;
        }
        *from = c->t.all.at[i].next;
        c->t.all.at[i].next = taken;
        taken = i;
    }
    if (taken != TERMS_NONE) *flow_entry(&p->f, n) = taken;
    return true;
}

/* What has reached the region: its arrays, and nodes of its body. */
static bool inside_enter(inside_pass *p)
{
    steps_walk *c = p->c;
    p->taken = false;
    p->f = (flow){.end = EW_NONE, .inside = EW_NONE, .seed = view_none()};
    if (!flow_room(c->g, &p->f, 2 * c->count + 2)) return false;
    for (size_t i = c->count; i-- > 0;) {
        ew_node n = c->node[i];
        bool array = node_at(c->g, n)->op == OP_LOOP && node_state(c->g, n)->region == p->region;
        if ((array || p->body[i]) && !inside_take(p, n, steps_list(c, n, p->kind))) return false;
    }
    return true;
}

/* The array that x is itself: all that its place gets. */
static bool inside_found(inside_pass *p)
{
    steps_walk *c = p->c;
    uint32_t next, list = c->inner == EW_NONE ? TERMS_NONE : flow_list(&p->f, c->inner);
    size_t at = list == TERMS_NONE ? c->count : sequence_find(c->node, c->count, node_state(c->g, c->inner)->state);
    if (at == c->count || !p->body[at]) return true;
    for (uint32_t i = list; i != TERMS_NONE; i = next) {
        int64_t steps;
        next = c->t.all.at[i].next;
        c->t.all.at[i].next = TERMS_NONE;
        if (!steps_distance(c, c->x, &c->t.all.at[i], &steps)) return steps_wrong(c);
        if (steps == 0 && p->next == STEPS_DIRTY) return steps_wrong(c);
        if (steps == 0 && p->next == STEPS_CLEAN && !steps_found(c, i)) return false;
    }
    return true;
}

static void inside_leave(inside_pass *p)
{
    steps_walk *c = p->c;
    for (size_t i = 0; i < c->count; i++) {
        ew_node n = c->node[i];
        bool array = node_at(c->g, n)->op == OP_LOOP && node_state(c->g, n)->region == p->region;
        if (!array && !p->body[i] && c->moves[i]) steps_append(c, steps_list(c, n, p->next), flow_list(&p->f, n));
    }
}

/* A reverse sweep over the region, which must keep the distance. */
static bool inside_sweep(inside_pass *p)
{
    steps_walk *c = p->c;
    flow_run r = {.g = c->g, .f = &p->f, .nodes = c->node, .count = c->count, .items = c->items};
    bool ok = true;
    p->f.t = c->t;
    for (r.at = p->first; ok && r.at <= p->last; r.at++) {
        ok = flow_step(&r);
        if (ok && r.at == p->first && !(r.open.at[0].mask & 1u << p->axis)) ok = steps_wrong(c);
    }
    while (r.open.count) flow_leave(&r);
    array_free(&c->g->memory, &r.open);
    c->t = p->f.t;
    return ok && report_ok(&c->g->report);
}

static bool inside_pass_one(inside_pass *p)
{
    steps_walk *c = p->c;
    bool ok = inside_enter(p);
    if (ok && p->taken && p->needs) ok = steps_wrong(c); /* it is made later, by what is asked for */
    if (ok && p->taken) {
        uint8_t real = c->g->real, beside = c->g->beside;
        ok = inside_sweep(p);
        c->g->real = real;
        c->g->beside = beside;
        ok = ok && inside_found(p);
        if (ok) inside_leave(p);
    }
    flow_empty(c->g, &p->f);
    return ok;
}

/* ---- A region --------------------------------------------------------------------------------------- */

static bool inside_kinds(inside_pass *p)
{
    bool ok = true;
    inside_look(p);
    for (p->kind = 0; ok && p->kind < STEPS_KINDS; p->kind++) {
        p->next = p->kind == STEPS_CHAIN && !p->steady ? STEPS_DIRTY : p->kind;
        do {
            ok = inside_pass_one(p);
        } while (ok && p->taken);
    }
    return ok;
}

bool steps_inside(steps_walk *c, size_t *at)
{
    inside_pass p = {.c = c, .first = *at};
    p.body = block_new(&c->g->memory, c->count, sizeof *p.body);
    if (!p.body) return report_memory(&c->g->report);
    inside_range(&p);
    *at = p.last;
    bool ok = true;
    if (p.has_x && !carry_open(c->g, c->x))
        ok = steps_wrong(c); /* … whose step is one of that circle */
    else if (inside_is_active(&p))
        ok = (steps_far_axis(c, &p.axis) || steps_wrong(c)) && inside_kinds(&p);
    block_free(&c->g->memory, p.body, c->count);
    return ok;
}
