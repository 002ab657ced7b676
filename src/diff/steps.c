/*
 * steps.c - derivatives inside a circle of equations, at a fixed distance.
 *
 * diff(y[t+a], x[t+b]), y and x computed in the same circle, is the sum over the paths that lead from the step of
 * the second place to that of the first: a few steps, whose number the text fixes. They are walked backward: from y
 * through the body to the states that it uses, at what distance; from those through their definitions, and so on,
 * until the steps before x's are reached. The terms (terms.h) carry the distances as their places.
 *
 * A definition on the way may have a diff in it. Where that can be worked out by itself its own derivative is followed;
 * where it needs what is asked for here it is not, but must be known to be 0: so such a walk goes on with terms that
 * only say what a value depends on (STEPS_DIRTY), and where one ends at x the form is an error. What the derivative of
 * a state itself depends on is what its definition has (STEPS_CHAIN): diff(x[t-1], p) does not depend on x[t-1]. The
 * same holds for what is carried along (carry.h). Circles inside this one are passed as a whole (steps_inside.c).
 *
 * x is an array of the circle, or what has a name in a definition: a function's parameter or local, a node of its own
 * at each call. What the circle computes by the call, y cannot use at the same place: so states are held then, and
 * terms end at x where they are of its places.
 */
#include "diff/steps.h"

#include <string.h>

enum { STEPS_ROUNDS = 256 }; /* a round is a step, or less of one */

bool steps_wrong(steps_walk *c)
{
    return graph_refuse(c->g, E_DIFF_CIRCLE, c->place, strlen("diff"), carry_named(c->g, c->x), NULL);
}

/* ---- A round ------------------------------------------------------------------------------------- */

static bool steps_visit(steps_walk *c, ew_node n)
{
    derived *d = c->g->derived;
    if (n == EW_NONE || d->mark[n] == d->epoch) return true;
    d->mark[n] = d->epoch;
    return array_push(&c->g->memory, &d->stack, n) || report_memory(&c->g->report);
}

/* The k-th node that n leads to: over an edge, from a DIFF to what it derives, from a state of a circle inside to its
 * definition. The circle's own states, and those around, are ends. */
static ew_node steps_next(const steps_walk *c, ew_node n, size_t k)
{
    const ew_graph *g = c->g;
    unsigned o = node_at(g, n)->op;
    if (o == OP_STATE) return carry_open(g, n) ? EW_NONE : sequence_behind(g, n);
    return sequence_edge(g, n, k);
}

static size_t steps_next_count(const steps_walk *c, ew_node n)
{
    unsigned o = node_at(c->g, n)->op;
    return o == OP_STATE ? 1 : sequence_edges(c->g, n);
}

/* What the starts reach. */
static bool steps_cone(steps_walk *c)
{
    ew_graph *g = c->g;
    derived *d = g->derived;
    bool ok = sweep_marks(g);
    d->cone.count = d->stack.count = 0;
    for (size_t i = 0; ok && i < c->starts.count; i++) ok = steps_visit(c, c->starts.at[i].node);
    while (ok && d->stack.count) {
        ew_node n = d->stack.at[--d->stack.count];
        ok = array_push(&g->memory, &d->cone, n) || report_memory(&g->report);
        for (size_t k = 0; ok && k < steps_next_count(c, n); k++) ok = steps_visit(c, steps_next(c, n, k));
    }
    if (ok) sweep_sort(d);
    return ok;
}

uint32_t *steps_list(const steps_walk *c, ew_node n, int kind)
{
    return &c->list[STEPS_KINDS * sequence_find(c->node, c->count, n) + (size_t)kind];
}

void steps_append(steps_walk *c, uint32_t *list, uint32_t more)
{
    uint32_t last = more;
    if (more == TERMS_NONE) return;
    while (c->t.all.at[last].next != TERMS_NONE) last = c->t.all.at[last].next;
    c->t.all.at[last].next = *list;
    *list = more;
}

/* Does n need a DIFF? Nodes that were made since then are looked through. */
static bool steps_has_diff(steps_walk *c, ew_node n)
{
    ew_graph *g = c->g;
    bool has = false, ok = n == EW_NONE || array_push(&g->memory, &c->look, n);
    while (ok && !has && c->look.count) {
        ew_node m = c->look.at[--c->look.count];
        has = resolve_needs(c->r, m);
        if (m < c->r->count || op_is_leaf(node_at(g, m)->op)) continue;
        for (size_t k = 0; ok && k < node_at(g, m)->count; k++)
            ok = array_push(&g->memory, &c->look, node_arg(g, m, k));
    }
    c->look.count = 0;
    return has || !ok; /* no memory: told soon enough */
}

bool steps_is_constant(const ew_graph *g, ew_node n, size_t k)
{
    unsigned o = node_at(g, n)->op;
    if (o == OP_MUL || o == OP_MUL0) return node_is_const(g, node_arg(g, n, 1 - k));
    if (o == OP_DIV) return k == 0 && node_is_const(g, node_arg(g, n, 1));
    return o == OP_ADD || o == OP_SUB || o == OP_NEG || o == OP_COPY || o == OP_IF || o == OP_AT || o == OP_JOIN ||
           o == OP_SCATTER || o == OP_SUM;
}

/* What terms of a kind are on the other side of an edge. */
static int steps_kind(steps_walk *c, ew_node n, size_t k, int kind, const linear *l)
{
    if (kind == STEPS_CHAIN) return steps_is_constant(c->g, n, k) ? STEPS_CHAIN : STEPS_DIRTY;
    if (kind == STEPS_DIRTY || !resolve_needs(c->r, n)) return kind;
    return steps_has_diff(c, l->factor.node) || steps_has_diff(c, l->when.node) ? STEPS_DIRTY : STEPS_CLEAN;
}

/* From something with axes to something with the first of them. */
static bool steps_first(steps_walk *c, uint32_t from, uint16_t own, uint16_t other, uint32_t *list)
{
    linear l = {.domain = own, .factor = view_number(c->g, 1), .when = view_none()};
    for (size_t a = 0; a < shape_rank(c->g, own); a++) l.to[a] = l.from[a] = spot_axis(a);
    return terms_push(&c->t, from, own, &l, l.to, list, other, l.from);
}

static bool steps_moves(const steps_walk *c, ew_node n)
{
    size_t at = n == EW_NONE ? c->count : sequence_find(c->node, c->count, n);
    return at < c->count && c->moves[at];
}

static bool steps_edges(steps_walk *c, ew_node n, int kind)
{
    ew_graph *g = c->g;
    linear l;
    uint32_t from = *steps_list(c, n, kind);
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        ew_node a = node_arg(g, n, k);
        if (!steps_moves(c, a)) continue;
        if (!linear_edge(g, n, k, &l)) return false;
        uint16_t own = node_at(g, n)->shape, other = node_at(g, a)->shape;
        uint32_t *list = steps_list(c, a, steps_kind(c, n, k, kind, &l));
        if (!terms_push(&c->t, from, own, &l, l.to, list, other, l.from)) return false;
    }
    return true;
}

/* n without a DIFF, if that can be had: waited for once (false: now), then n itself, which needs what is asked for. */
static bool steps_twin(steps_walk *c, ew_node n, ew_node *twin)
{
    resolve *r = c->r;
    *twin = n;
    if (!resolve_needs(r, n)) return true;
    if (r->twin[n] != EW_NONE) *twin = r->twin[n];
    if (*twin != n || (r->needs[n] & RESOLVE_TRIED)) return true;
    r->needs[n] |= RESOLVE_TRIED;
    resolve_twin(r, n);
    return false;
}

/* A circle inside is passed as a whole; an array of it whose state nothing uses is its definition. */
static bool steps_of_loop(steps_walk *c, ew_node n, int kind)
{
    const graph_state *s = node_state(c->g, n);
    uint16_t own = node_at(c->g, n)->shape;
    if (carry_open(c->g, s->state)) return steps_wrong(c); /* that is made later */
    if (sequence_find(c->node, c->count, s->state) < c->count) return true;
    return steps_first(c, *steps_list(c, n, kind), own, own, steps_list(c, s->definition, kind));
}

static bool steps_node(steps_walk *c, ew_node n, int kind)
{
    ew_graph *g = c->g;
    uint32_t from = *steps_list(c, n, kind);
    unsigned o = node_at(g, n)->op;
    steps_start instead = {n, kind, from};
    if (from == TERMS_NONE || !steps_moves(c, n)) return true; /* at rest: from outside */
    if (o == OP_LOOP) return steps_of_loop(c, n, kind);
    if (kind == STEPS_CLEAN && o != OP_DIFF && !steps_twin(c, n, &instead.node)) return false;
    if (instead.node != n) return array_push(&g->memory, &c->starts, instead) || report_memory(&g->report);
    if (o != OP_DIFF) return steps_edges(c, n, kind);
    ew_node y = node_arg(g, n, 0);
    if (!type_is_real(node_at(g, y)->type)) return true;
    uint32_t *list = steps_list(c, y, kind == STEPS_DIRTY ? STEPS_DIRTY : STEPS_CHAIN);
    return steps_first(c, from, node_at(g, n)->shape, node_at(g, y)->shape, list);
}

/* Where x is read, over a term's own axes. */
static spot steps_x_place(const steps_walk *c, ew_node n, const terms_item *term, const spot *x)
{
    const spot *places = c->t.places.at + term->places;
    size_t rank = node_rank(c->g, n);
    spot to[AXES_MOST];
    for (size_t i = 0; i < c->far; i++) to[c->axis[i]] = places[rank + i];
    return spot_substitute(c->g, x, to, term->domain);
}

/* … of the state `of`, which has the places of `state`: itself, or its array's state of a circle around. */
static bool steps_between(const steps_walk *c, ew_node state, ew_node of, const terms_item *term, int64_t *steps)
{
    const graph_state *s = node_state(c->g, of);
    const steps_clock *clock = steps_clock_of(c, of);
    if (!clock || term->places == TERMS_NONE) return false;
    spot a = c->t.places.at[term->places + s->axis], b = steps_x_place(c, state, term, &clock->when);
    int64_t between = a.offset - b.offset;
    a.offset = b.offset = 0;
    if (a.gather.node != EW_NONE || !spot_same(&a, &b)) return false;
    *steps = between - s->offset + clock->offset;
    if (c->g->regions.at[clock->region].down) *steps = -*steps;
    return true;
}

bool steps_distance(const steps_walk *c, ew_node state, const terms_item *term, int64_t *steps)
{
    return steps_between(c, state, state, term, steps);
}

/* Is the state's place in a term of an earlier step than x, of a circle around? */
static bool steps_is_before(const steps_walk *c, ew_node state, const terms_item *term)
{
    int64_t steps = 0;
    ew_node around = carry_base(c->g, state);
    while (steps >= 0 && (around = sequence_around(c->g, around)) != EW_NONE)
        if (!steps_between(c, state, around, term, &steps)) steps = 0;
    return steps < 0;
}

/* Is a term at x of the places where x is read, as far as form says? */
static bool steps_is_elsewhere(const steps_walk *c, const terms_item *term)
{
    bool elsewhere = false;
    for (size_t p = 0; term->places != TERMS_NONE && p < node_rank(c->g, c->x) && !elsewhere; p++) {
        spot a = c->t.places.at[term->places + p], b = steps_x_place(c, c->x, term, &c->x_at[p]);
        bool apart = a.offset != b.offset;
        a.offset = b.offset = 0;
        elsewhere = apart && a.gather.node == EW_NONE && spot_same(&a, &b);
    }
    return elsewhere;
}

bool steps_found(steps_walk *c, uint32_t alone)
{
    ew_graph *g = c->g;
    spot far[AXES_MOST];
    for (size_t a = 0; a < c->far; a++) far[a] = spot_axis(c->axis[a]);
    view v = terms_at(&c->t, alone, node_at(g, c->x)->shape, c->shape, c->x_at, far);
    if (v.node == EW_NONE) return false;
    if (view_is(g, v, 0)) return true;
    c->found = view_is(g, c->found, 0) ? v : view_op(g, c->shape, OP_ADD, c->found, v, view_none());
    return c->found.node != EW_NONE;
}

/* Terms that come to x itself, a node of a definition, end there. */
static bool steps_at_x(steps_walk *c, int kind)
{
    uint32_t next, *list = steps_list(c, c->x, kind), first = *list;
    *list = TERMS_NONE;
    for (uint32_t i = first; i != TERMS_NONE; i = next) {
        next = c->t.all.at[i].next;
        c->t.all.at[i].next = TERMS_NONE;
        if (steps_is_elsewhere(c, &c->t.all.at[i])) continue;
        if (kind != STEPS_CLEAN) return steps_wrong(c);
        if (!steps_found(c, i)) return false;
    }
    return true;
}

static ew_node steps_definition(const steps_walk *c, ew_node state)
{
    const graph_state *s = node_state(c->g, state);
    bool own = node_state(c->g, c->r->inside)->region == s->region;
    if (!own) return s->definition;
    return c->r->roots[node_at(c->g, state)->extra - c->g->regions.at[s->region].first];
}

/* What is left of a state's terms goes on through its definition. */
static bool steps_on(steps_walk *c, ew_node state, int kind, uint32_t on)
{
    ew_node base = carry_base(c->g, state);
    if (on == TERMS_NONE) return true;
    int next = base != state && kind == STEPS_CLEAN ? STEPS_CHAIN : kind;
    steps_start start = {steps_definition(c, base), next, base == state ? on : TERMS_NONE};
    if (base != state && !steps_first(c, on, node_at(c->g, state)->shape, node_at(c->g, base)->shape, &start.list))
        return false;
    return array_push(&c->g->memory, &c->starts, start) || report_memory(&c->g->report);
}

/* Terms at x's own step that are x's are found; those after it go on through the definition. */
static bool steps_state(steps_walk *c, ew_node state, int kind)
{
    uint32_t next, on = TERMS_NONE, first = c->clocks ? *steps_list(c, state, kind) : TERMS_NONE;
    for (uint32_t i = first; i != TERMS_NONE; i = next) {
        int64_t steps;
        next = c->t.all.at[i].next;
        c->t.all.at[i].next = TERMS_NONE;
        if (steps_is_before(c, state, &c->t.all.at[i])) continue;
        if (!steps_distance(c, state, &c->t.all.at[i], &steps)) return steps_wrong(c);
        if (steps < 0) continue;
        bool here = state == c->x && steps == 0 && kind != STEPS_CHAIN && c->inner == EW_NONE;
        if (here && kind == STEPS_DIRTY) return steps_wrong(c);
        if (here && !steps_found(c, i)) return false;
        if (!here) steps_append(c, &on, i);
    }
    return steps_on(c, state, kind, on);
}

static bool steps_visited(steps_walk *c, ew_node n)
{
    bool ok = true, state = carry_open(c->g, n);
    for (int kind = 0; ok && kind < STEPS_KINDS; kind++)
        ok = state ? steps_state(c, n, kind) : n == c->x ? steps_at_x(c, kind) : steps_node(c, n, kind);
    return ok;
}

/* In a circle inside as often as it takes. */
static void steps_mark(steps_walk *c)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < c->count; i++) {
            bool moves = carry_open(c->g, c->node[i]) || c->node[i] == c->x;
            if (c->moves[i]) continue;
            for (size_t k = 0; !moves && k < steps_next_count(c, c->node[i]); k++)
                moves = steps_moves(c, steps_next(c, c->node[i], k));
            c->moves[i] = moves;
            again = again || moves;
        }
    }
}

/* Everything but the ends, users first, circles inside as one. */
static bool steps_order(steps_walk *c)
{
    ew_graph *g = c->g;
    ew_node *inner = block_new(&g->memory, c->count, sizeof *inner);
    size_t count = 0;
    if (!inner) return report_memory(&g->report);
    for (size_t i = 0; i < c->count; i++)
        if (!carry_open(g, c->node[i])) inner[count++] = c->node[i];
    c->items.count = 0;
    bool ok = sequence_make(g, inner, count, &c->items);
    block_free(&g->memory, inner, c->count);
    return ok;
}

static bool steps_walk_through(steps_walk *c)
{
    bool ok = true;
    for (size_t i = 0; ok && i < c->items.count; i++)
        ok = c->items.at[i].kind == SEQUENCE_NODE ? steps_visited(c, c->items.at[i].id) : steps_inside(c, &i);
    for (size_t i = c->count; ok && i-- > 0;)
        if (carry_open(c->g, c->node[i])) ok = steps_visited(c, c->node[i]);
    return ok;
}

static bool steps_round(steps_walk *c)
{
    ew_graph *g = c->g;
    derived *d = g->derived;
    if (!steps_cone(c)) return false;
    c->count = d->cone.count;
    size_t lists = STEPS_KINDS * c->count;
    c->node = block_new(&g->memory, c->count, sizeof *c->node);
    c->list = block_new(&g->memory, lists, sizeof *c->list);
    c->moves = block_new(&g->memory, c->count, sizeof *c->moves);
    bool ok = (c->node && c->list && c->moves) || report_memory(&g->report);
    if (ok && c->count) memcpy(c->node, d->cone.at, c->count * sizeof *c->node);
    for (size_t i = 0; ok && i < lists; i++) c->list[i] = TERMS_NONE;
    for (size_t i = 0; ok && i < c->starts.count; i++)
        steps_append(c, steps_list(c, c->starts.at[i].node, c->starts.at[i].kind), c->starts.at[i].list);
    c->starts.count = 0;
    if (ok) steps_mark(c);
    ok = ok && steps_order(c) && steps_walk_through(c);
    block_free(&g->memory, c->node, c->node ? c->count : 0);
    block_free(&g->memory, c->list, c->list ? lists : 0);
    block_free(&g->memory, c->moves, c->moves ? c->count : 0);
    return ok && report_ok(&g->report);
}

static bool steps_far(steps_walk *c, uint32_t axes)
{
    ew_graph *g = c->g;
    int64_t sizes[AXES_MOST];
    for (size_t a = 0; a < shape_rank(g, c->shape); a++) {
        if (!(axes & 1u << a)) continue;
        sizes[c->far] = shape_sizes(g, c->shape)[a];
        c->axis[c->far++] = (uint16_t)a;
    }
    uint16_t far = graph_shape_of(g, sizes, c->far);
    terms_begin(&c->t, g, far);
    return far != UINT16_MAX;
}

/* The axes of `shape` that the far side has: what the derivative is read over besides changes no term. */
static uint32_t steps_far_axes(const steps_walk *c, ew_node y, const spot *y_at)
{
    uint32_t needs = 0;
    for (size_t p = 0; !c->clocks && p < node_rank(c->g, c->x); p++) needs |= spot_axes(c->g, &c->x_at[p]);
    for (size_t i = 0; i < c->clocks; i++) needs |= spot_axes(c->g, &c->clock[i].when);
    for (size_t p = 0; p < node_rank(c->g, y); p++) needs |= spot_axes(c->g, &y_at[p]);
    return needs ? needs : UINT32_MAX; /* at fixed places: any */
}

bool steps_far_axis(const steps_walk *c, size_t *axis)
{
    uint32_t region = node_state(c->g, c->r->inside)->region, needs = 0;
    for (size_t i = 0; i < c->clocks; i++)
        if (c->clock[i].region == region) needs = spot_axes(c->g, &c->clock[i].when);
    for (size_t i = 0; needs && i < c->far; i++)
        if (needs == 1u << c->axis[i]) return *axis = i, true;
    return false;
}

/* y at its places, as one term: own = y_at, far = where it is read. */
static bool steps_begin(steps_walk *c, ew_node y, const spot *y_at)
{
    ew_graph *g = c->g;
    uint16_t own = node_at(g, y)->shape, number[AXES_MOST] = {0};
    linear l = {.domain = c->t.far, .factor = view_number(g, 1), .when = view_none()};
    for (size_t a = 0; a < c->far; a++) l.to[a] = spot_axis(a), number[c->axis[a]] = (uint16_t)a;
    for (size_t p = 0; p < node_rank(g, y); p++) {
        l.from[p] = y_at[p];
        spot_move(g, &l.from[p], number);
    }
    uint32_t whole = TERMS_NONE;
    steps_start start = {y, STEPS_CLEAN, TERMS_NONE};
    bool ok = terms_add_identity(&c->t, &whole, c->t.far);
    ok = ok && terms_push(&c->t, whole, c->t.far, &l, l.to, &start.list, own, l.from);
    return ok && (array_push(&g->memory, &c->starts, start) || report_memory(&g->report));
}

/* x may be what a circle inside computes, and one inside that. */
static ew_node steps_inner(const steps_walk *c)
{
    const ew_graph *g = c->g;
    ew_node inner = EW_NONE, n = node_at(g, c->x)->op == OP_STATE ? steps_definition(c, c->x) : c->x;
    for (; node_at(g, n)->op == OP_LOOP; n = node_state(g, n)->definition) inner = n;
    return inner;
}

static void steps_free(steps_walk *c)
{
    terms_free(&c->t);
    array_free(&c->g->memory, &c->starts);
    array_free(&c->g->memory, &c->look);
    array_free(&c->g->memory, &c->items);
}

view resolve_circle(resolve *r, ew_node diff, ew_node y, const spot *y_at, ew_node x, const spot *x_at, uint16_t shape)
{
    ew_graph *g = r->g;
    steps_walk c = {.r = r, .g = g, .x = x, .x_at = x_at, .shape = shape, .found = view_number(g, 0)};
    c.place = node_at(g, diff)->place;
    terms_begin(&c.t, g, 0);
    bool ok = node_at(g, x)->op != OP_LOOP || steps_wrong(&c); /* an array of a circle inside, made by other steps */
    steps_find_clocks(&c);
    c.inner = steps_inner(&c);
    ok = ok && steps_far(&c, steps_far_axes(&c, y, y_at)) && steps_begin(&c, y, y_at);
    for (size_t round = 0; ok && c.starts.count; round++) ok = round < STEPS_ROUNDS ? steps_round(&c) : steps_wrong(&c);
    steps_free(&c);
    return ok ? c.found : view_none();
}
