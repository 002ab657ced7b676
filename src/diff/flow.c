/*
 * flow.c - forward and reverse over nodes with axes (flow.h).
 */
#include "diff/flow.h"

#include <string.h>

#include "diff/sequence.h"
#include "diff/rebuild.h"
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

static bool flow_grow(ew_graph *g, flow *f, size_t more)
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
static uint32_t *flow_entry(flow *f, ew_node n)
{
    size_t i = flow_slot(f, n);
    if (f->node[i] != n) {
        f->node[i] = n;
        f->list[i] = TERMS_NONE;
        f->count++;
    }
    return &f->list[i];
}

void flow_free(ew_graph *g, flow *f)
{
    terms_free(&f->t);
    block_free(&g->memory, f->node, f->size);
    block_free(&g->memory, f->list, f->size);
    memory_free(&g->memory, f, sizeof *f);
}

/* What has no type of its own in a derivative, such as `if c then 1/2 else 0` or 1/2 times an int, takes that of the
 * node. */
static void flow_real(ew_graph *g, ew_node n)
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
    if (!carry_tangent(g, f, state, &tangent) || !flow_grow(g, f, 1)) return false;
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
    if (!flow_grow(g, f, d->cone.count)) return false;
    for (size_t i = 0; i < d->cone.count; i++) {
        if (d->mark[d->cone.at[i]] == d->epoch)
            d->cone.at[kept++] = d->cone.at[i];
        else
            flow_entry(f, d->cone.at[i]); /* known to be at rest */
    }
    d->cone.count = kept;
    return true;
}

/* ---- Regions --------------------------------------------------------------------------------------- */

/* One derivative region that is open, or was: state k of `region` is `state[k]`. */
typedef struct flow_region {
    uint32_t region, made;
    ew_node *state; /* by state of the region; EW_NONE: it takes no part */
    uint32_t *seed; /* reverse: what came from outside, before it was opened */
} flow_region;

typedef struct flow_run {
    ew_graph *g;
    flow *f;
    ew_node *nodes; /* visited, ascending */
    size_t count;
    sequence_items items;
    ARRAY(flow_region) open;
} flow_run;

static bool flow_takes_part(const flow_run *r, const graph_state *s)
{
    size_t at = sequence_find(r->nodes, r->count, s->state);
    return at < r->count && sequence_behind(r->g, s->state) != EW_NONE;
}

/* The range of steps in which every place of every state is computed: also those that were there before the
 * first step, since their adjoints come last. */
static void flow_range(const ew_graph *g, const graph_region *r, int64_t *low, int64_t *high)
{
    *low = r->low;
    *high = r->high;
    for (uint32_t k = 0; k < r->count; k++) {
        const graph_state *s = &g->states.at[r->first + k];
        int64_t size = node_size(g, s->state, s->axis);
        if (!size_is_known(size)) continue;
        if (-s->offset < *low) *low = -s->offset;
        if (size - 1 - s->offset > *high) *high = size - 1 - s->offset;
    }
}

static bool flow_open(flow_run *r, uint32_t region)
{
    ew_graph *g = r->g;
    graph_region old = g->regions.at[region];
    flow_region made = {.region = region};
    int64_t low, high;
    flow_range(g, &old, &low, &high);
    bool down = r->f->forward ? old.down : !old.down;
    made.made = graph_region_new(g, down, low, high);
    made.state = block_new(&g->memory, old.count, sizeof *made.state);
    made.seed = block_new(&g->memory, old.count, sizeof *made.seed);
    bool ok = made.state && made.seed && array_reserve(&g->memory, &r->open, 1);
    if (!ok || made.made == UINT32_MAX) {
        block_free(&g->memory, made.state, made.state ? old.count : 0);
        block_free(&g->memory, made.seed, made.seed ? old.count : 0);
        return report_memory(&g->report);
    }
    r->open.at[r->open.count++] = made;
    for (uint32_t k = 0; ok && k < old.count; k++) {
        graph_state s = g->states.at[old.first + k];
        made.state[k] = EW_NONE;
        if (!flow_takes_part(r, &s)) continue;
        uint16_t own = node_at(g, s.state)->shape, shape = shape_join(g, own, r->f->t.far);
        int type = node_at(g, s.state)->type;
        ew_node state = graph_state_add(g, made.made, type, shape, s.axis, s.offset);
        made.state[k] = state;
        if (state == EW_NONE) return false;
        ew_node gets = r->f->forward ? s.state : s.definition;
        made.seed[k] = flow_list(r->f, s.loop);
        ok = terms_add_dense(&r->f->t, flow_entry(r->f, gets), own, (view){state, 0});
    }
    return ok;
}

/* The definition of the new state: reverse: what the LOOP and the uses of the STATE have; forward: what the
 * definition has, and the seed where one differentiates by the array itself. */
static bool flow_define(flow_run *r, const flow_region *made, uint32_t k)
{
    ew_graph *g = r->g;
    flow *f = r->f;
    graph_state s = g->states.at[g->regions.at[made->region].first + k];
    uint16_t own = node_at(g, s.state)->shape, shape = shape_join(g, own, f->t.far);
    view sum = flow_dense(g, f, f->forward ? s.definition : s.state);
    if (!f->forward) {
        uint32_t outside = made->seed[k];
        view more = terms_dense(&f->t, &outside, own);
        sum = view_is(g, sum, 0) ? more : view_is(g, more, 0) ? sum : view_op(g, shape, OP_ADD, more, sum, view_none());
    } else if (f->end == s.loop || f->end == s.state) {
        uint32_t seed = TERMS_NONE;
        bool ok = f->identity ? terms_add_identity(&f->t, &seed, own) : terms_add_dense(&f->t, &seed, own, f->seed);
        view more = ok ? terms_dense(&f->t, &seed, own) : view_none();
        sum = view_is(g, sum, 0) ? more : view_op(g, shape, OP_ADD, sum, more, view_none());
    }
    ew_node definition = view_node(g, sum, shape);
    return graph_state_define(g, made->state[k], definition);
}

/* Every term outside the new region's body that was expressed by its STATEs is expressed by its LOOPs. */
static bool flow_replace(flow_run *r, const rebuild_pair *pairs, size_t count, const uint8_t *body, size_t body_count)
{
    ew_graph *g = r->g;
    terms *t = &r->f->t;
    bool ok = true;
    ARRAY(ew_node) roots = {0};
    ew_node low = pairs[0].from;
    for (size_t i = 1; i < count; i++)
        if (pairs[i].from < low) low = pairs[i].from;
    for (size_t i = 0; ok && i < t->all.count; i++)
        if (t->all.at[i].value.node >= low) ok = array_push(&g->memory, &roots, t->all.at[i].value.node);
    ok = ok || report_memory(&g->report);
    ok = ok && rebuild_nodes(g, pairs, count, body, body_count, roots.at, roots.count);
    size_t at = 0;
    for (size_t i = 0; ok && i < t->all.count; i++) {
        if (t->all.at[i].value.node < low) continue;
        t->all.at[i].value.node = roots.at[at++];
    }
    array_free(&g->memory, &roots);
    return ok;
}

static bool flow_results(flow_run *r, const flow_region *made)
{
    ew_graph *g = r->g;
    graph_region old = g->regions.at[made->region];
    for (uint32_t k = 0; k < old.count; k++) {
        graph_state s = g->states.at[old.first + k];
        if (made->state[k] == EW_NONE) continue;
        view loop = {node_state(g, made->state[k])->loop, 0};
        ew_node ends[2] = {s.state, s.loop};
        for (size_t i = 0; i < 2; i++) {
            uint32_t *list = flow_entry(r->f, ends[i]);
            *list = TERMS_NONE;
            if (!terms_add_dense(&r->f->t, list, node_at(g, s.state)->shape, loop)) return false;
        }
    }
    return true;
}

static bool flow_close(flow_run *r, uint32_t region)
{
    ew_graph *g = r->g;
    flow_region made = r->open.at[r->open.count - 1];
    uint32_t count = g->regions.at[region].count;
    size_t pairs_count = 0, body_count = 0;
    bool ok = true;
    for (uint32_t k = 0; ok && k < count; k++)
        if (made.state[k] != EW_NONE) ok = flow_define(r, &made, k);
    ok = ok && graph_region_close(g, made.made, EW_NONE, NULL, NULL);
    rebuild_pair *pairs = block_new(&g->memory, count, sizeof *pairs);
    body_count = g->nodes.count;
    uint8_t *body = block_new(&g->memory, body_count, sizeof *body);
    if (!pairs || !body) ok = report_memory(&g->report);
    for (uint32_t k = 0; ok && k < count; k++)
        if (made.state[k] != EW_NONE)
            pairs[pairs_count++] = (rebuild_pair){made.state[k], node_state(g, made.state[k])->loop};
    ok = ok && rebuild_body(g, made.made, body, body_count);
    ok = ok && (!pairs_count || flow_replace(r, pairs, pairs_count, body, body_count));
    ok = ok && flow_results(r, &made);
    block_free(&g->memory, pairs, pairs ? count : 0);
    block_free(&g->memory, body, body ? body_count : 0);
    block_free(&g->memory, made.state, count);
    block_free(&g->memory, made.seed, count);
    r->open.count--;
    return ok;
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
        if (!terms_push(&f->t, from, own, &l, l.to, flow_entry(f, a), other, l.from)) return false;
    }
    return true;
}

/* The tangent of a join is the join of tangents, where all of them are arrays. */
static bool flow_join_is_dense(const flow *f, const ew_graph *g, ew_node n)
{
    bool any = false;
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        uint32_t list = node_is_edge(g, n, k) ? flow_list(f, node_arg(g, n, k)) : TERMS_NONE;
        any = any || list != TERMS_NONE;
        for (; list != TERMS_NONE; list = f->t.all.at[list].next)
            if (f->t.all.at[list].places != TERMS_NONE) return false;
    }
    return any;
}

static uint16_t flow_join_map(ew_graph *g, ew_node n, size_t k, uint16_t far)
{
    map_draft *drafts = block_new(&g->memory, AXES_MOST, sizeof *drafts);
    size_t own = node_rank(g, n), part = node_rank(g, node_arg(g, n, k)), more = shape_rank(g, far);
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

static bool flow_join(flow_run *r, ew_node n, uint32_t *list)
{
    ew_graph *g = r->g;
    flow *f = r->f;
    size_t count = node_at(g, n)->count;
    uint16_t own = node_at(g, n)->shape, *maps = block_new(&g->memory, count, sizeof *maps);
    ew_node *args = block_new(&g->memory, count, sizeof *args);
    bool ok = (maps && args) || report_memory(&g->report);
    for (size_t k = 0; ok && k < count; k++) {
        ew_node a = node_arg(g, n, k);
        view v = node_is_edge(g, n, k) ? flow_dense(g, f, a) : view_number(g, 0);
        args[k] = view_node(g, v, shape_join(g, node_at(g, a)->shape, f->t.far));
        maps[k] = flow_join_map(g, n, k, f->t.far);
        ok = args[k] != EW_NONE;
    }
    node_spec s = {.op = OP_JOIN,
                   .args = args,
                   .maps = maps,
                   .count = count,
                   .shape = shape_join(g, own, f->t.far),
                   .place = NO_PLACE};
    ok = ok && terms_add_dense(&f->t, list, own, (view){graph_make(g, &s), 0});
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
    if (o == OP_JOIN && flow_join_is_dense(f, g, n)) {
        if (!flow_join(r, n, &list)) return false;
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

static bool flow_item(flow_run *r, sequence_item item, bool turned)
{
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
    if (!flow_grow(g, f, 2 * r.count + 2)) return false;
    r.nodes = block_new(&g->memory, r.count, sizeof *r.nodes);
    bool ok = r.nodes || report_memory(&g->report);
    if (ok && r.count) memcpy(r.nodes, d->cone.at, r.count * sizeof *r.nodes);
    ok = ok && sequence_make(g, r.nodes, r.count, &r.items);
    if (ok && !f->forward) ok = flow_seed(&r, flow_entry(f, f->end));
    for (size_t i = 0; ok && i < r.items.count; i++)
        ok = flow_item(&r, r.items.at[f->forward ? r.items.count - 1 - i : i], f->forward);
    while (r.open.count) {
        flow_region *left = &r.open.at[--r.open.count];
        block_free(&g->memory, left->state, g->regions.at[left->region].count);
        block_free(&g->memory, left->seed, g->regions.at[left->region].count);
    }
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
