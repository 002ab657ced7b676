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
 * same holds for what is carried along (carry.h). Through a circle inside this one nothing is followed: also an error.
 */
#include "diff/sequence.h"
#include "diff/resolve.h"

#include <string.h>

enum { STEPS_ROUNDS = 256 }; /* a round is a step, or less of one */

enum {
    STEPS_CLEAN, /* derivatives */
    STEPS_CHAIN, /* the derivative of this node is used, no value so far */
    STEPS_DIRTY, /* what a derivative depends on */
    STEPS_KINDS
};

typedef struct steps_start {
    ew_node node;
    int kind;
    uint32_t list;
} steps_start;

typedef struct steps_walk {
    resolve *r;
    ew_graph *g;
    terms t;        /* far: where the derivative is read */
    ew_node *node;  /* what the current round visits, ascending */
    uint32_t *list; /* one of each kind */
    size_t count;
    ARRAY(steps_start) starts; /* of the next round */
    ARRAY(ew_node) look;       /* of steps_has_diff */
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

/* What the starts reach over edges and from a DIFF to what it derives; states are ends. */
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
        if (ok && node_at(g, n)->op == OP_DIFF) ok = steps_visit(c, node_arg(g, n, 0));
        for (size_t k = 0; ok && k < sequence_edges(g, n); k++) ok = steps_visit(c, sequence_edge(g, n, k));
    }
    if (ok) sweep_sort(d);
    return ok;
}

static uint32_t *steps_list(const steps_walk *c, ew_node n, int kind)
{
    return &c->list[STEPS_KINDS * sequence_find(c->node, c->count, n) + (size_t)kind];
}

static void steps_append(steps_walk *c, uint32_t *list, uint32_t more)
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

/* Is the derivative of n by argument k the same whatever values there are? */
static bool steps_is_constant(const ew_graph *g, ew_node n, size_t k)
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

static bool steps_edges(steps_walk *c, ew_node n, int kind)
{
    ew_graph *g = c->g;
    linear l;
    uint32_t from = *steps_list(c, n, kind);
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        ew_node a = node_arg(g, n, k);
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

static bool steps_node(steps_walk *c, ew_node n, int kind)
{
    ew_graph *g = c->g;
    uint32_t from = *steps_list(c, n, kind);
    unsigned o = node_at(g, n)->op;
    steps_start instead = {n, kind, from};
    if (from == TERMS_NONE) return true;
    if (kind == STEPS_CLEAN && o != OP_DIFF && !steps_twin(c, n, &instead.node)) return false;
    if (instead.node != n) return array_push(&g->memory, &c->starts, instead) || report_memory(&g->report);
    if (o == OP_LOOP) return n < c->r->count && !c->r->circle[n] ? true : steps_wrong(c); /* from outside: at rest */
    if (o != OP_DIFF) return steps_edges(c, n, kind);
    ew_node y = node_arg(g, n, 0);
    if (!type_is_real(node_at(g, y)->type)) return true;
    uint32_t *list = steps_list(c, y, kind == STEPS_DIRTY ? STEPS_DIRTY : STEPS_CHAIN);
    return steps_first(c, from, node_at(g, n)->shape, node_at(g, y)->shape, list);
}

/* How many steps the state's place in a term is after that of x; false: that is no fixed number. */
static bool steps_distance(const steps_walk *c, ew_node state, bool down, const terms_item *term, int64_t *steps)
{
    const graph_state *s = node_state(c->g, state), *sx = node_state(c->g, c->x);
    size_t rank = node_rank(c->g, state);
    if (term->places == TERMS_NONE) return false;
    const spot *places = c->t.places.at + term->places;
    spot a = places[s->axis], b = spot_substitute(c->g, &c->x_at[sx->axis], places + rank, term->domain);
    int64_t between = a.offset - b.offset;
    a.offset = b.offset = 0;
    if (a.gather.node != EW_NONE || !spot_same(&a, &b)) return false;
    *steps = between - s->offset + sx->offset;
    if (down) *steps = -*steps;
    return true;
}

static bool steps_found(steps_walk *c, uint32_t alone)
{
    ew_graph *g = c->g;
    spot far[AXES_MOST];
    for (size_t a = 0; a < shape_rank(g, c->shape); a++) far[a] = spot_axis(a);
    view v = terms_at(&c->t, alone, node_at(g, c->x)->shape, c->shape, c->x_at, far);
    if (v.node == EW_NONE) return false;
    if (view_is(g, v, 0)) return true;
    c->found = view_is(g, c->found, 0) ? v : view_op(g, c->shape, OP_ADD, c->found, v, view_none());
    return c->found.node != EW_NONE;
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
    uint32_t next, on = TERMS_NONE, first = *steps_list(c, state, kind);
    ew_node base = carry_base(c->g, state);
    bool down = c->g->regions.at[node_state(c->g, base)->region].down;
    if (first != TERMS_NONE && !carry_open(c->g, state)) return steps_wrong(c); /* of a circle inside */
    for (uint32_t i = first; i != TERMS_NONE; i = next) {
        int64_t steps;
        next = c->t.all.at[i].next;
        c->t.all.at[i].next = TERMS_NONE;
        if (!steps_distance(c, state, down, &c->t.all.at[i], &steps)) return steps_wrong(c);
        if (steps < 0) continue;
        bool here = state == c->x && steps == 0 && kind != STEPS_CHAIN;
        if (here && kind == STEPS_DIRTY) return steps_wrong(c);
        if (here && !steps_found(c, i)) return false;
        if (!here) steps_append(c, &on, i);
    }
    return steps_on(c, state, kind, on);
}

static bool steps_visited(steps_walk *c, ew_node n)
{
    bool ok = true;
    for (int kind = 0; ok && kind < STEPS_KINDS; kind++)
        ok = node_at(c->g, n)->op == OP_STATE ? steps_state(c, n, kind) : steps_node(c, n, kind);
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
    bool ok = (c->node && c->list) || report_memory(&g->report);
    if (ok && c->count) memcpy(c->node, d->cone.at, c->count * sizeof *c->node);
    for (size_t i = 0; ok && i < lists; i++) c->list[i] = TERMS_NONE;
    for (size_t i = 0; ok && i < c->starts.count; i++)
        steps_append(c, steps_list(c, c->starts.at[i].node, c->starts.at[i].kind), c->starts.at[i].list);
    c->starts.count = 0;
    for (size_t i = c->count; ok && i-- > 0;) ok = steps_visited(c, c->node[i]);
    block_free(&g->memory, c->node, c->node ? c->count : 0);
    block_free(&g->memory, c->list, c->list ? lists : 0);
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
    steps_start start = {y, STEPS_CLEAN, TERMS_NONE};
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
    array_free(&g->memory, &c.look);
    return ok ? c.found : view_none();
}
