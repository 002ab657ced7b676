/*
 * flow.c - forward and reverse over nodes with axes (flow.h).
 */
#include "diff/flow_run.h"

#include <string.h>

#include "diff/sweep.h"

/* ---- What is known of a node --------------------------------------------------------------------- */

static size_t flow_slot(const flow *f, ew_node n)
{
    size_t i = (n * 0x9E3779B1u) & (f->size - 1);
    while (f->node[i] != EW_NONE && f->node[i] != n) i = (i + 1) & (f->size - 1);
    return i;
}

uint32_t flow_list(const flow *f, ew_node n)
{
    size_t i = f->size ? flow_slot(f, n) : 0;
    return f->size && f->node[i] == n ? f->list[i] : TERMS_NONE;
}

static bool flow_knows(const flow *f, ew_node n)
{
    return f->size && f->node[flow_slot(f, n)] == n;
}

bool flow_room(ew_graph *g, flow *f, size_t more)
{
    flow next = *f;
    next.size = f->size ? f->size : 64;
    while (next.size < (f->count + more) * 2) next.size *= 2;
    if (next.size == f->size) return true;
    next.node = block_new(&g->memory, next.size, sizeof *next.node);
    next.list = block_new(&g->memory, next.size, sizeof *next.list);
    if (!next.node || !next.list) {
        block_free(&g->memory, next.node, next.node ? next.size : 0);
        block_free(&g->memory, next.list, next.list ? next.size : 0);
        return report_memory(&g->report);
    }
    for (size_t i = 0; i < next.size; i++) next.node[i] = EW_NONE;
    for (size_t i = 0; i < f->size; i++) {
        if (f->node[i] == EW_NONE) continue;
        size_t at = flow_slot(&next, f->node[i]);
        next.node[at] = f->node[i];
        next.list[at] = f->list[i];
    }
    block_free(&g->memory, f->node, f->size);
    block_free(&g->memory, f->list, f->size);
    *f = next;
    return true;
}

/* Room was made by flow_grow. */
uint32_t *flow_entry(flow *f, ew_node n)
{
    size_t i = flow_slot(f, n);
    if (f->node[i] != n) {
        f->node[i] = n;
        f->list[i] = TERMS_NONE;
        f->count++;
    }
    return &f->list[i];
}

void flow_empty(ew_graph *g, flow *f)
{
    block_free(&g->memory, f->node, f->size);
    block_free(&g->memory, f->list, f->size);
    f->node = NULL;
    f->list = NULL;
    f->size = f->count = 0;
}

void flow_free(ew_graph *g, flow *f)
{
    terms_free(&f->t);
    flow_empty(g, f);
    memory_free(&g->memory, f, sizeof *f);
}

/* What has no type of its own in a derivative, such as `if c then 1/2 else 0` or 1/2 times an int, takes that of the
 * node. */
void flow_real(ew_graph *g, ew_node n)
{
    int type = node_at(g, n)->type;
    if (type == TYPE_F64 || type == TYPE_F32) g->real = g->beside = (uint8_t)type;
}

view flow_dense(ew_graph *g, flow *f, ew_node n)
{
    if (!flow_knows(f, n)) return view_number(g, 0);
    uint8_t real = g->real, beside = g->beside;
    flow_real(g, n);
    view made = terms_dense(&f->t, flow_entry(f, n), node_at(g, n)->shape);
    g->real = real;
    g->beside = beside;
    return made;
}

ew_node flow_by(const ew_graph *g, ew_node x)
{
    while (node_at(g, x)->op == OP_LOOP && node_at(g, node_state(g, x)->definition)->op == OP_LOOP)
        x = node_state(g, x)->definition;
    return x;
}

/* ---- What is visited ------------------------------------------------------------------------------ */

static bool cone_visit(ew_graph *g, derived *d, ew_node n)
{
    if (n == EW_NONE || d->mark[n] == d->epoch) return true;
    d->mark[n] = d->epoch;
    return array_push(&g->memory, &d->stack, n);
}

/* A state that is no array yet has the tangent that is carried along; known from now on. */
static bool flow_carry(ew_graph *g, flow *f, ew_node state)
{
    view tangent;
    if (!carry_tangent(g, f, state, &tangent) || !flow_room(g, f, 1)) return false;
    return terms_add_dense(&f->t, flow_entry(f, state), node_at(g, state)->shape, tangent);
}

/* d->cone: what `of` reaches, not below what the sweep knows already. */
static bool flow_cone(ew_graph *g, flow *f, ew_node of)
{
    derived *d = derived_of(g);
    if (!d || !sweep_marks(g)) return false;
    d->stack.count = d->cone.count = 0;
    bool ok = cone_visit(g, d, of);
    while (ok && d->stack.count) {
        ew_node n = d->stack.at[--d->stack.count];
        ok = array_push(&g->memory, &d->cone, n); /* all that is marked: sorting goes by the marks */
        if (ok && f->inside != EW_NONE && !flow_knows(f, n) && carry_open(g, n)) ok = flow_carry(g, f, n);
        if (f->forward && flow_knows(f, n)) continue;
        ok = ok && cone_visit(g, d, sequence_behind(g, n));
        if (ok && f->forward && n == f->end && node_at(g, n)->op == OP_LOOP)
            ok = cone_visit(g, d, node_state(g, n)->state); /* it moves with every place of its own */
        for (size_t k = 0; ok && k < sequence_edges(g, n); k++) ok = cone_visit(g, d, sequence_edge(g, n, k));
    }
    if (!ok) return report_memory(&g->report); /* where nothing else was told */
    sweep_sort(d);
    size_t kept = 0;
    for (size_t i = 0; i < d->cone.count; i++)
        if (!f->forward || !flow_knows(f, d->cone.at[i])) d->cone.at[kept++] = d->cone.at[i];
    d->cone.count = kept;
    return true;
}

static bool flow_moves(const ew_graph *g, const flow *f, ew_node n)
{
    const derived *d = g->derived;
    if (flow_list(f, n) != TERMS_NONE) return true;
    return d->mark[n] == d->epoch;
}

/* Leaves in d->cone only what the end moves. Marks serve anew: the epoch is that of what moves. */
static bool flow_active(ew_graph *g, flow *f)
{
    derived *d = g->derived;
    if (!sweep_marks(g)) return false;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < d->cone.count; i++) {
            ew_node n = d->cone.at[i], behind = sequence_behind(g, n);
            if (d->mark[n] == d->epoch) continue;
            bool moves = n == f->end || (behind != EW_NONE && flow_moves(g, f, behind));
            if (node_at(g, n)->op == OP_STATE && node_at(g, f->end)->op == OP_LOOP)
                moves = moves || node_state(g, n) == node_state(g, f->end);
            if (node_at(g, n)->op == OP_LOOP && node_at(g, f->end)->op == OP_STATE)
                moves = moves || node_state(g, n) == node_state(g, f->end);
            for (size_t k = 0; !moves && k < sequence_edges(g, n); k++) {
                ew_node a = sequence_edge(g, n, k);
                moves = a != EW_NONE && flow_moves(g, f, a);
            }
            if (!moves) continue;
            d->mark[n] = d->epoch;
            again = behind != EW_NONE || again;
            again = true;
        }
    }
    size_t kept = 0;
    if (!flow_room(g, f, d->cone.count)) return false;
    for (size_t i = 0; i < d->cone.count; i++) {
        if (d->mark[d->cone.at[i]] == d->epoch)
            d->cone.at[kept++] = d->cone.at[i];
        else
            flow_entry(f, d->cone.at[i]); /* known to be at rest */
    }
    d->cone.count = kept;
    return true;
}

/* ---- Nodes ------------------------------------------------------------------------------------------ */

static bool flow_seed(flow_run *r, uint32_t *list)
{
    flow *f = r->f;
    uint16_t own = node_at(r->g, f->end)->shape;
    return f->identity ? terms_add_identity(&f->t, list, own) : terms_add_dense(&f->t, list, own, f->seed);
}

/* A LOOP whose state nothing uses is its definition. */
static bool flow_pass(flow_run *r, ew_node from, ew_node to)
{
    ew_graph *g = r->g;
    uint16_t own = node_at(g, from)->shape;
    linear l = {.domain = own, .factor = view_number(g, 1), .when = view_none()};
    for (size_t p = 0; p < shape_rank(g, own); p++) l.to[p] = spot_axis(p);
    return terms_push(&r->f->t, flow_list(r->f, from), own, &l, l.to, flow_entry(r->f, to), own, l.to);
}

static bool flow_has_state(const flow_run *r, ew_node loop)
{
    return flow_takes_part(r, node_state(r->g, loop));
}

deposit_order flow_deposits(const ew_graph *g, ew_node n)
{
    if (node_at(g, n)->op != OP_STATE) return view_any;
    return (deposit_order){node_state(g, n)->axis, node_state(g, n)->orders};
}

static bool flow_reverse_node(flow_run *r, ew_node n)
{
    ew_graph *g = r->g;
    flow *f = r->f;
    flow_real(g, n);
    linear l;
    uint32_t from = flow_list(f, n);
    unsigned o = node_at(g, n)->op;
    if (from == TERMS_NONE || o == OP_STATE) return true;
    if (o == OP_LOOP) return flow_has_state(r, n) || flow_pass(r, n, node_state(g, n)->definition);
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        ew_node a = node_arg(g, n, k);
        if (!linear_edge(g, n, k, &l)) return false;
        uint16_t own = node_at(g, n)->shape, other = node_at(g, a)->shape;
        f->t.order = flow_deposits(g, a);
        if (!terms_push(&f->t, from, own, &l, l.to, flow_entry(f, a), other, l.from)) return false;
    }
    return true;
}

/* The tangent of a join is the join of tangents, where all of them are arrays. */
typedef struct flow_joined {
    uint32_t mask;       /* far axes that all of them lack, */
    spot far[AXES_MOST]; /* at these places, over the axes of the join */
    bool any;
} flow_joined;

static bool flow_join_part(flow_run *r, ew_node n, size_t k, flow_joined *j)
{
    ew_graph *g = r->g;
    const terms *t = &r->f->t;
    ew_node a = node_arg(g, n, k);
    uint32_t mask, list = node_is_edge(g, n, k) ? flow_list(r->f, a) : TERMS_NONE;
    spot far[AXES_MOST], turned;
    view value;
    linear l;
    if (list == TERMS_NONE) return true;
    if (!terms_is_full(t, list, node_at(g, a)->shape, &mask, far, &value)) return false;
    if ((mask & ~t->aligned) || (j->any && mask != j->mask)) return false;
    linear_places(g, n, k, &l);
    for (size_t p = 0; p < AXES_MOST; p++) {
        if (!(mask & 1u << p)) continue;
        if (!spot_turn(g, &far[p], l.to, node_at(g, n)->shape, &turned)) return false;
        if (j->any && !spot_agrees(&turned, &j->far[p])) return false;
        j->far[p] = turned;
    }
    j->mask = mask;
    j->any = true;
    return true;
}

static bool flow_join_is_array(flow_run *r, ew_node n, flow_joined *j)
{
    j->any = false;
    j->mask = 0;
    for (size_t k = 0; k < node_at(r->g, n)->count; k++)
        if (!flow_join_part(r, n, k, j)) return false;
    return j->any;
}

static uint16_t flow_join_map(ew_graph *g, ew_node n, size_t k, size_t more)
{
    map_draft *drafts = block_new(&g->memory, AXES_MOST, sizeof *drafts);
    size_t own = node_rank(g, n), part = node_rank(g, node_arg(g, n, k));
    if (!drafts || own + more > AXES_MOST) {
        block_free(&g->memory, drafts, drafts ? AXES_MOST : 0);
        report_memory(&g->report);
        return UINT16_MAX;
    }
    for (size_t p = 0; p < own; p++) drafts[p] = map_axis(g, use_map(g, n, k), p);
    for (size_t p = 0; p < more; p++) {
        drafts[own + p].terms = 1;
        drafts[own + p].axis[0] = (uint16_t)(part + p);
        drafts[own + p].factor[0] = 1;
    }
    uint16_t map = graph_map_of(g, drafts, own + more);
    block_free(&g->memory, drafts, AXES_MOST);
    return map;
}

/* The tangent of an argument as an array over its axes and the far ones that there are. */
static ew_node flow_join_value(flow_run *r, ew_node n, size_t k, const flow_joined *j)
{
    ew_graph *g = r->g;
    ew_node a = node_arg(g, n, k);
    uint16_t own = node_at(g, a)->shape;
    uint32_t mask, list = node_is_edge(g, n, k) ? flow_list(r->f, a) : TERMS_NONE;
    spot far[AXES_MOST];
    view v = view_number(g, 0);
    if (list != TERMS_NONE) terms_is_full(&r->f->t, list, own, &mask, far, &v);
    return view_node(g, v, terms_shape(&r->f->t, own, j->mask));
}

static bool flow_join(flow_run *r, ew_node n, uint32_t *list, const flow_joined *j)
{
    ew_graph *g = r->g;
    terms *t = &r->f->t;
    size_t count = node_at(g, n)->count;
    uint16_t own = node_at(g, n)->shape, *maps = block_new(&g->memory, count, sizeof *maps);
    uint16_t shape = terms_shape(t, own, j->mask);
    ew_node *args = block_new(&g->memory, count, sizeof *args);
    bool ok = (maps && args) || report_memory(&g->report);
    for (size_t k = 0; ok && k < count; k++) {
        args[k] = flow_join_value(r, n, k, j);
        maps[k] = flow_join_map(g, n, k, shape_rank(g, shape) - shape_rank(g, own));
        ok = args[k] != EW_NONE;
    }
    node_spec s = {.op = OP_JOIN, .args = args, .maps = maps, .count = count, .shape = shape, .place = NO_PLACE};
    ok = ok && shape != UINT16_MAX && terms_add_full(t, list, own, j->mask, j->far, (view){graph_make(g, &s), 0});
    block_free(&g->memory, maps, maps ? count : 0);
    block_free(&g->memory, args, args ? count : 0);
    return ok;
}

static bool flow_forward_node(flow_run *r, ew_node n)
{
    ew_graph *g = r->g;
    flow *f = r->f;
    flow_real(g, n);
    linear l;
    unsigned o = node_at(g, n)->op;
    if (o == OP_LOOP && !flow_has_state(r, n) && flow_list(f, n) == TERMS_NONE)
        return flow_pass(r, node_state(g, n)->definition, n);
    if (o == OP_LOOP || o == OP_STATE) {
        bool by_itself = n == f->end && flow_list(f, n) == TERMS_NONE && o == OP_STATE &&
                         sequence_behind(g, n) == EW_NONE; /* an array that is not defined yet */
        return by_itself ? flow_seed(r, flow_entry(f, n)) : true;
    }
    uint32_t list = TERMS_NONE;
    uint16_t own = node_at(g, n)->shape;
    if (n == f->end && !flow_seed(r, &list)) return false;
    flow_joined joined;
    if (o == OP_JOIN && flow_join_is_array(r, n, &joined)) {
        if (!flow_join(r, n, &list, &joined)) return false;
        *flow_entry(f, n) = list;
        return true;
    }
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        uint32_t from = flow_list(f, node_arg(g, n, k));
        if (from == TERMS_NONE) continue;
        if (!linear_edge(g, n, k, &l)) return false;
        uint16_t other = node_at(g, node_arg(g, n, k))->shape;
        if (!terms_push(&f->t, from, other, &l, l.from, &list, own, l.to)) return false;
    }
    *flow_entry(f, n) = list;
    return true;
}

bool flow_step(flow_run *r)
{
    sequence_item item = r->items.at[r->at];
    bool turned = r->f->forward;
    if (item.kind == SEQUENCE_NODE) return turned ? flow_forward_node(r, item.id) : flow_reverse_node(r, item.id);
    if ((item.kind == SEQUENCE_OPEN) != turned) return flow_open(r, item.id);
    return flow_close(r, item.id);
}

/* Runs over d->cone. */
static bool flow_run_over(ew_graph *g, flow *f)
{
    derived *d = g->derived;
    uint8_t real = g->real, beside = g->beside;
    flow_run r = {.g = g, .f = f, .count = d->cone.count};
    if (!flow_room(g, f, 2 * r.count + 2)) return false;
    r.nodes = block_new(&g->memory, r.count, sizeof *r.nodes);
    bool ok = r.nodes || report_memory(&g->report);
    if (ok && r.count) memcpy(r.nodes, d->cone.at, r.count * sizeof *r.nodes);
    ok = ok && sequence_make(g, r.nodes, r.count, &r.items);
    if (ok && !f->forward) ok = flow_seed(&r, flow_entry(f, f->end));
    for (size_t i = 0; ok && i < r.items.count; i++) {
        r.at = f->forward ? r.items.count - 1 - i : i;
        ok = flow_step(&r);
    }
    while (r.open.count) flow_leave(&r);
    array_free(&g->memory, &r.open);
    array_free(&g->memory, &r.items);
    block_free(&g->memory, r.nodes, r.nodes ? r.count : 0);
    g->real = real;
    g->beside = beside;
    return ok && report_ok(&g->report);
}

/* ---- Sweeps ------------------------------------------------------------------------------------------ */

static flow *flow_find(derived *d, const flow *like)
{
    for (size_t i = d->flows.count; i-- > 0;) {
        flow *f = d->flows.at[i];
        if (f->forward != like->forward || f->end != like->end || f->t.far != like->t.far) continue;
        if (f->inside != like->inside) continue;
        if (f->seed.node == like->seed.node && f->seed.map == like->seed.map) return f;
    }
    return NULL;
}

static flow *flow_new(ew_graph *g, derived *d, const flow *like)
{
    flow *f = memory_new(&g->memory, sizeof *f);
    if (!f || !array_push(&g->memory, &d->flows, f)) {
        memory_free(&g->memory, f, f ? sizeof *f : 0);
        report_memory(&g->report);
        return NULL;
    }
    *f = *like;
    f->identity = f->seed.node == EW_NONE;
    return f;
}

static void flow_drop(ew_graph *g, derived *d, size_t i)
{
    flow *f = d->flows.at[i];
    d->flows.at[i] = d->flows.at[--d->flows.count];
    flow_free(g, f);
}

static flow *flow_reach(ew_graph *g, const flow *like, ew_node other)
{
    derived *d = derived_of(g);
    if (!d || !report_ok(&g->report)) return NULL;
    flow *f = flow_find(d, like);
    if (f && !f->forward) return f;
    if (!f) f = flow_new(g, d, like);
    if (!f) return NULL;
    ew_node from = f->forward ? other : f->end;
    if (flow_cone(g, f, from) && (!f->forward || flow_active(g, f)) && flow_run_over(g, f)) return f;
    for (size_t i = d->flows.count; i-- > 0;)
        if (d->flows.at[i] == f) flow_drop(g, d, i);
    return NULL;
}

flow *flow_of(ew_graph *g, bool forward, ew_node end, view seed, uint16_t far, ew_node other)
{
    flow like = {.forward = forward, .end = end, .inside = EW_NONE, .seed = seed};
    terms_begin(&like.t, g, far);
    return flow_reach(g, &like, other);
}

flow *flow_carried(ew_graph *g, ew_node end, view seed, uint16_t far, ew_node other)
{
    derived *d = derived_of(g);
    flow like = {.forward = true, .end = end, .inside = d ? d->inside : EW_NONE, .seed = seed};
    terms_begin(&like.t, g, far);
    return flow_reach(g, &like, other);
}

void flow_forget(ew_graph *g)
{
    derived *d = g->derived;
    for (size_t i = d->flows.count; i-- > 0;)
        if (d->flows.at[i]->inside != EW_NONE) flow_drop(g, d, i);
}
