/*
 * aligned.c - which far axes go with the axes of a recurrence (aligned.h).
 *
 * What is known of a node and a far axis only ever goes from NONE (no term so far) over AT (all terms are at one place)
 * to FREE, so the passes end; each hands it over all edges within a round of the region, and one more over what a
 * state hands on.
 */
#include "diff/aligned.h"

#include <string.h>

#include "diff/sequence.h"

enum { ALIGNED_NONE, ALIGNED_AT, ALIGNED_FREE };

typedef struct aligned_place {
    int kind;
    spot at; /* over the node's axes */
} aligned_place;

typedef struct aligned_run {
    ew_graph *g;
    const aligned_ask *ask;
    size_t far;     /* rank of the far side */
    uint32_t open;  /* far axes that may still be aligned */
    uint32_t *slot; /* by ask->nodes: 1 + number in ask->order; 0: not of this region */
    aligned_place *place;
    bool change;
} aligned_run;

static aligned_place *aligned_row(const aligned_run *a, ew_node n)
{
    size_t at = n == EW_NONE ? a->ask->count : sequence_find(a->ask->nodes, a->ask->count, n);
    uint32_t slot = at < a->ask->count ? a->slot[at] : 0;
    return slot ? a->place + (slot - 1) * a->far : NULL;
}

/* ---- Places meet ----------------------------------------------------------------------------------- */

static void aligned_free(aligned_run *a, aligned_place *p)
{
    a->change = a->change || p->kind != ALIGNED_FREE;
    p->kind = ALIGNED_FREE;
}

static void aligned_meet(aligned_run *a, aligned_place *p, const spot *at)
{
    if (p->kind == ALIGNED_NONE) {
        p->kind = ALIGNED_AT;
        p->at = *at;
        a->change = true;
        return;
    }
    if (p->kind == ALIGNED_AT && !spot_agrees(&p->at, at)) aligned_free(a, p);
}

/* What is known of one end of an edge, at places `in` of its domain, is known of the other, at `out`, with `rank`
 * axes of `shape`. */
static void aligned_pass(aligned_run *a, const aligned_place *from, uint16_t domain, const spot *in, const spot *out,
                         uint16_t shape, aligned_place *to)
{
    for (size_t r = 0; r < a->far; r++) {
        spot here, turned;
        if (!(a->open & 1u << r) || from[r].kind == ALIGNED_NONE || to[r].kind == ALIGNED_FREE) continue;
        bool known = from[r].kind == ALIGNED_AT;
        if (known) here = spot_substitute(a->g, &from[r].at, in, domain);
        if (known && spot_turn(a->g, &here, out, shape, &turned))
            aligned_meet(a, &to[r], &turned);
        else
            aligned_free(a, &to[r]);
    }
}

static void aligned_copy(aligned_run *a, const aligned_place *from, aligned_place *to)
{
    for (size_t r = 0; r < a->far; r++) {
        if (!(a->open & 1u << r) || from[r].kind == ALIGNED_NONE) continue;
        if (from[r].kind == ALIGNED_AT)
            aligned_meet(a, &to[r], &from[r].at);
        else
            aligned_free(a, &to[r]);
    }
}

/* The terms of a list. */
static void aligned_list(aligned_run *a, uint32_t list, uint16_t own, aligned_place *to)
{
    const terms *t = &a->ask->f->t;
    for (; list != TERMS_NONE; list = t->all.at[list].next) {
        for (size_t r = 0; r < a->far; r++) {
            spot turned;
            if (!(a->open & 1u << r) || to[r].kind == ALIGNED_FREE) continue;
            if (terms_far(t, list, own, r, &turned))
                aligned_meet(a, &to[r], &turned);
            else
                aligned_free(a, &to[r]);
        }
    }
}

/* ---- Over edges ------------------------------------------------------------------------------------- */

static bool aligned_edge(aligned_run *a, ew_node n, size_t k, aligned_place *row)
{
    ew_graph *g = a->g;
    linear l;
    ew_node x = node_arg(g, n, k);
    aligned_place *other = aligned_row(a, x), outside[AXES_MOST];
    uint16_t shape = node_at(g, n)->shape, arg = node_at(g, x)->shape;
    bool forward = a->ask->f->forward;
    if (!forward && !other) return true;
    linear_places(g, n, k, &l);
    if (!forward) {
        aligned_pass(a, row, l.domain, l.to, l.from, arg, other);
        return report_ok(&g->report);
    }
    if (!other) {
        for (size_t r = 0; r < a->far; r++) outside[r].kind = ALIGNED_NONE;
        bool change = a->change;
        aligned_list(a, flow_list(a->ask->f, x), arg, outside);
        a->change = change;
        other = outside;
    }
    aligned_pass(a, other, l.domain, l.from, l.to, shape, row);
    return report_ok(&g->report);
}

/* An array is its definition. */
static void aligned_state(aligned_run *a, ew_node n, aligned_place *row)
{
    ew_graph *g = a->g;
    ew_node behind = node_at(g, n)->op == OP_STATE ? sequence_behind(g, n) : sequence_edge(g, n, 0);
    aligned_place *other = aligned_row(a, behind);
    if (behind == EW_NONE) return;
    if (!a->ask->f->forward) {
        if (other) aligned_copy(a, row, other);
        return;
    }
    if (other)
        aligned_copy(a, other, row);
    else
        aligned_list(a, flow_list(a->ask->f, behind), node_at(g, n)->shape, row);
}

/* Forward: what one differentiates by, and an array that is it. */
static void aligned_seed(aligned_run *a, ew_node n, aligned_place *row)
{
    const flow *f = a->ask->f;
    ew_graph *g = a->g;
    bool array = node_at(g, n)->op == OP_STATE || node_at(g, n)->op == OP_LOOP;
    bool ends = node_at(g, f->end)->op == OP_STATE || node_at(g, f->end)->op == OP_LOOP;
    bool seed = n == f->end || (array && ends && node_state(g, n) == node_state(g, f->end));
    for (size_t r = 0; seed && r < a->far; r++) {
        spot axis = spot_axis(r);
        if (!(a->open & 1u << r)) continue;
        if (f->identity)
            aligned_meet(a, &row[r], &axis);
        else
            aligned_free(a, &row[r]);
    }
}

static bool aligned_node(aligned_run *a, size_t i)
{
    ew_graph *g = a->g;
    ew_node n = a->ask->order[i];
    aligned_place *row = a->place + i * a->far;
    unsigned o = node_at(g, n)->op;
    if (a->ask->f->forward) aligned_seed(a, n, row);
    if (o == OP_STATE || o == OP_LOOP) {
        aligned_state(a, n, row);
        return true;
    }
    for (size_t k = 0; k < node_at(g, n)->count; k++)
        if (node_is_edge(g, n, k) && !aligned_edge(a, n, k, row)) return false;
    return true;
}

/* ---- A region ---------------------------------------------------------------------------------------- */

/* Reverse: what comes from outside, to nodes and to the arrays of this region and those inside. */
static void aligned_enter(aligned_run *a)
{
    const ew_graph *g = a->g;
    const flow *f = a->ask->f;
    for (size_t i = 0; i < a->ask->order_count && !f->forward; i++) {
        ew_node n = a->ask->order[i];
        aligned_place *row = a->place + i * a->far;
        aligned_list(a, flow_list(f, n), node_at(g, n)->shape, row);
        if (node_at(g, n)->op == OP_STATE)
            aligned_list(a, flow_list(f, node_state(g, n)->loop), node_at(g, n)->shape, row);
    }
}

/* An axis that is free in one state is free in all. */
static void aligned_narrow(aligned_run *a)
{
    const graph_region *region = &a->g->regions.at[a->ask->region];
    for (uint32_t k = 0; k < region->count; k++) {
        const aligned_place *row = aligned_row(a, a->g->states.at[region->first + k].state);
        for (size_t r = 0; row && r < a->far; r++)
            if (row[r].kind == ALIGNED_FREE) a->open &= ~(1u << r);
    }
}

static bool aligned_passes(aligned_run *a)
{
    bool ok = true;
    aligned_enter(a);
    aligned_narrow(a);
    for (a->change = true; ok && a->open && a->change;) {
        a->change = false;
        for (size_t i = 0; ok && a->open && i < a->ask->order_count; i++) ok = aligned_node(a, i);
        aligned_narrow(a);
    }
    return ok && report_ok(&a->g->report);
}

static void aligned_answer(const aligned_run *a, spot *far)
{
    const graph_region *region = &a->g->regions.at[a->ask->region];
    for (uint32_t k = 0; k < region->count; k++) {
        const aligned_place *row = aligned_row(a, a->g->states.at[region->first + k].state);
        for (size_t r = 0; r < a->far; r++)
            far[k * a->far + r] = row && row[r].kind == ALIGNED_AT ? row[r].at : spot_fixed(0);
    }
}

bool aligned_find(ew_graph *g, const aligned_ask *ask, uint32_t *mask, spot *far)
{
    aligned_run a = {.g = g, .ask = ask, .far = shape_rank(g, ask->f->t.far)};
    *mask = 0;
    bool walk = ask->f->end == EW_NONE; /* it needs them (steps_inside.c) */
    if (!a.far || ((g->passes_off & PASS_ALIGNED) && !walk)) return true;
    a.open = (uint32_t)(((uint64_t)1 << a.far) - 1);
    a.slot = block_new(&g->memory, ask->count, sizeof *a.slot);
    a.place = block_new(&g->memory, ask->order_count * a.far, sizeof *a.place);
    bool ok = (a.slot && a.place) || report_memory(&g->report);
    for (size_t i = 0; ok && i < ask->order_count; i++)
        a.slot[sequence_find(ask->nodes, ask->count, ask->order[i])] = (uint32_t)i + 1;
    ok = ok && aligned_passes(&a);
    if (ok && a.open) aligned_answer(&a, far);
    *mask = ok ? a.open : 0;
    block_free(&g->memory, a.slot, a.slot ? ask->count : 0);
    block_free(&g->memory, a.place, a.place ? ask->order_count * a.far : 0);
    return ok;
}
