/*
 * steps.c - derivatives inside a circle of equations, at a fixed distance.
 *
 * diff(y[t+a], x[t+b]), y and x computed in the same circle, is the sum over the paths that lead from the step of
 * the second place to that of the first: a few steps, whose number the text fixes. They are walked backward: from y
 * through the body to the states that it uses, at what distance; from those through their definitions, and so on,
 * until the steps before x's are reached. The terms (terms.h) carry the distances as their places.
 */
#include "diff/sequence.h"
#include "diff/resolve.h"

#include <string.h>

enum { STEPS_ROUNDS = 256 }; /* a round is a step, or less of one */

typedef struct steps_start {
    ew_node node;
    uint32_t list;
} steps_start;

typedef struct steps_walk {
    resolve *r;
    ew_graph *g;
    terms t;       /* far: where the derivative is read */
    ew_node *node; /* what the current round visits, ascending */
    uint32_t *list;
    size_t count;
    ARRAY(steps_start) starts; /* of the next round */
    ew_node x;
    const spot *x_at;
    uint16_t shape;
    uint32_t place; /* of the diff in the text */
    view found;
} steps_walk;

static bool steps_wrong(steps_walk *c)
{
    const graph_node *node = node_at(c->g, c->x);
    uint32_t name = node->name;
    if (!name && node->op == OP_STATE && node_state(c->g, c->x)->loop != EW_NONE)
        name = node_at(c->g, node_state(c->g, c->x)->loop)->name;
    const char *word = name ? graph_name_text(c->g, name) : "";
    return report_at(&c->g->report, E_DIFF_CIRCLE, c->place, strlen("diff"), word, NULL, NULL);
}

/* ---- A round ------------------------------------------------------------------------------------- */

static bool steps_visit(steps_walk *c, ew_node n)
{
    derived *d = c->g->derived;
    if (n == EW_NONE || d->mark[n] == d->epoch) return true;
    d->mark[n] = d->epoch;
    return array_push(&c->g->memory, &d->stack, n) || report_memory(&c->g->report);
}

/* What the starts reach over edges; states are ends. */
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
        for (size_t k = 0; ok && k < sequence_edges(g, n); k++) ok = steps_visit(c, sequence_edge(g, n, k));
    }
    if (ok) sweep_sort(d);
    return ok;
}

static uint32_t *steps_list(const steps_walk *c, ew_node n)
{
    return &c->list[sequence_find(c->node, c->count, n)];
}

static void steps_append(steps_walk *c, uint32_t *list, uint32_t more)
{
    uint32_t last = more;
    if (more == TERMS_NONE) return;
    while (c->t.all.at[last].next != TERMS_NONE) last = c->t.all.at[last].next;
    c->t.all.at[last].next = *list;
    *list = more;
}

static bool steps_node(steps_walk *c, ew_node n)
{
    ew_graph *g = c->g;
    linear l;
    uint32_t from = *steps_list(c, n);
    if (from == TERMS_NONE || node_at(g, n)->op == OP_LOOP) return true; /* arrays from outside do not move */
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        ew_node a = node_arg(g, n, k);
        if (!linear_edge(g, n, k, &l)) return false;
        uint16_t own = node_at(g, n)->shape, other = node_at(g, a)->shape;
        if (!terms_push(&c->t, from, own, &l, l.to, steps_list(c, a), other, l.from)) return false;
    }
    return true;
}

/* How many steps the state's place in a term is after that of x; false: that is no fixed number. */
static bool steps_distance(const steps_walk *c, const graph_state *s, const terms_item *term, int64_t *steps)
{
    const graph_state *sx = node_state(c->g, c->x);
    size_t rank = node_rank(c->g, s->state);
    if (term->places == TERMS_NONE) return false;
    const spot *places = c->t.places.at + term->places;
    spot a = places[s->axis], b = spot_substitute(c->g, &c->x_at[sx->axis], places + rank, term->domain);
    int64_t between = a.offset - b.offset;
    a.offset = b.offset = 0;
    if (a.gather.node != EW_NONE || !spot_same(&a, &b)) return false;
    *steps = between - s->offset + sx->offset;
    if (c->g->regions.at[s->region].down) *steps = -*steps;
    return true;
}

static bool steps_found(steps_walk *c, uint32_t alone)
{
    ew_graph *g = c->g;
    spot far[AXES_MOST];
    for (size_t a = 0; a < shape_rank(g, c->shape); a++) far[a] = spot_axis(a);
    view v = terms_at(&c->t, alone, c->shape, c->x_at, node_rank(g, c->x), far);
    if (v.node == EW_NONE) return false;
    if (view_is(g, v, 0)) return true;
    c->found = view_is(g, c->found, 0) ? v : view_op(g, c->shape, OP_ADD, c->found, v, view_none());
    return c->found.node != EW_NONE;
}

/* Terms at x's own step that are x's are found; those after it go on through the definition. */
static bool steps_state(steps_walk *c, ew_node state)
{
    graph_state s = *node_state(c->g, state);
    uint32_t next, on = TERMS_NONE;
    for (uint32_t i = *steps_list(c, state); i != TERMS_NONE; i = next) {
        int64_t steps;
        next = c->t.all.at[i].next;
        c->t.all.at[i].next = TERMS_NONE;
        if (!steps_distance(c, &s, &c->t.all.at[i], &steps)) return steps_wrong(c);
        if (steps < 0) continue;
        if (state == c->x && steps == 0 && !steps_found(c, i)) return false;
        if (state != c->x || steps > 0) steps_append(c, &on, i);
    }
    steps_start start = {s.definition, on};
    if (on == TERMS_NONE) return true;
    return array_push(&c->g->memory, &c->starts, start) || report_memory(&c->g->report);
}

static bool steps_round(steps_walk *c)
{
    ew_graph *g = c->g;
    derived *d = g->derived;
    if (!steps_cone(c)) return false;
    c->count = d->cone.count;
    c->node = block_new(&g->memory, c->count, sizeof *c->node);
    c->list = block_new(&g->memory, c->count, sizeof *c->list);
    bool ok = (c->node && c->list) || report_memory(&g->report);
    if (ok && c->count) memcpy(c->node, d->cone.at, c->count * sizeof *c->node);
    for (size_t i = 0; ok && i < c->count; i++) c->list[i] = TERMS_NONE;
    for (size_t i = 0; ok && i < c->starts.count; i++)
        steps_append(c, steps_list(c, c->starts.at[i].node), c->starts.at[i].list);
    c->starts.count = 0;
    for (size_t i = c->count; ok && i-- > 0;)
        ok = node_at(g, c->node[i])->op == OP_STATE ? steps_state(c, c->node[i]) : steps_node(c, c->node[i]);
    block_free(&g->memory, c->node, c->node ? c->count : 0);
    block_free(&g->memory, c->list, c->list ? c->count : 0);
    return ok && report_ok(&g->report);
}

/* y at its places, as one term: own = y_at, far = where it is read. */
static bool steps_begin(steps_walk *c, ew_node y, const spot *y_at)
{
    ew_graph *g = c->g;
    uint16_t own = node_at(g, y)->shape;
    linear l = {.domain = c->shape, .factor = view_number(g, 1), .when = view_none()};
    for (size_t a = 0; a < shape_rank(g, c->shape); a++) l.to[a] = spot_axis(a);
    uint32_t whole = TERMS_NONE;
    steps_start start = {y, TERMS_NONE};
    bool ok = terms_add_identity(&c->t, &whole, c->shape);
    ok = ok && terms_push(&c->t, whole, c->shape, &l, l.to, &start.list, own, y_at);
    return ok && (array_push(&g->memory, &c->starts, start) || report_memory(&g->report));
}

view resolve_circle(resolve *r, ew_node diff, ew_node y, const spot *y_at, ew_node x, const spot *x_at, uint16_t shape)
{
    ew_graph *g = r->g;
    steps_walk c = {.r = r, .g = g, .x = x, .x_at = x_at, .shape = shape, .found = view_number(g, 0)};
    c.place = node_at(g, diff)->place;
    terms_begin(&c.t, g, shape);
    bool ok = x < r->count && r->circle[x] && node_at(g, x)->op == OP_STATE;
    if (!ok) steps_wrong(&c);
    ok = ok && steps_begin(&c, y, y_at);
    for (size_t round = 0; ok && c.starts.count; round++) ok = round < STEPS_ROUNDS ? steps_round(&c) : steps_wrong(&c);
    terms_free(&c.t);
    array_free(&g->memory, &c.starts);
    return ok ? c.found : view_none();
}
