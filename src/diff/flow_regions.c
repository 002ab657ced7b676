/*
 * flow_regions.c - the derivative of a region is a region (flow.h).
 *
 * Its states are over (own axes, far axes), without those far axes that are aligned (aligned.h). It is opened where the
 * sweep enters the recurrence and closed where it leaves it.
 */
#include "diff/flow_run.h"

#include "diff/aligned.h"
#include "diff/rebuild.h"

bool flow_takes_part(const flow_run *r, const graph_state *s)
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

/* The nodes of the region that the current item opens, in the order of the sweep. */
static bool flow_order(const flow_run *r, uint32_t region, aligned_ask *ask, ew_node *order)
{
    bool turned = r->f->forward;
    uint32_t last = turned ? SEQUENCE_OPEN : SEQUENCE_CLOSE;
    for (size_t i = r->at;; i = turned ? i - 1 : i + 1) {
        sequence_item item = r->items.at[i];
        if (item.kind == SEQUENCE_NODE) order[ask->order_count++] = item.id;
        if (item.kind == last && item.id == region) return true;
    }
}

/* Which far axes the new states lack. */
static bool flow_align(flow_run *r, flow_region *made)
{
    ew_graph *g = r->g;
    aligned_ask ask = {.f = r->f, .region = made->region, .nodes = r->nodes, .count = r->count};
    size_t far = shape_rank(g, r->f->t.far), count = g->regions.at[made->region].count;
    if (!far) return true;
    made->far = block_new(&g->memory, count * far, sizeof *made->far);
    ew_node *order = block_new(&g->memory, r->count, sizeof *order);
    ask.order = order;
    bool ok = (made->far && order) || report_memory(&g->report);
    ok = ok && flow_order(r, made->region, &ask, order) && aligned_find(g, &ask, &made->mask, made->far);
    block_free(&g->memory, order, order ? r->count : 0);
    return ok;
}

static const spot *flow_far(const flow_run *r, const flow_region *made, uint32_t k)
{
    return made->far ? made->far + k * shape_rank(r->g, r->f->t.far) : NULL;
}

/* One state of the new region: it is what the old one's definition gets (forward: the old state). */
static bool flow_state(flow_run *r, flow_region *made, uint32_t k)
{
    ew_graph *g = r->g;
    terms *t = &r->f->t;
    graph_state s = g->states.at[g->regions.at[made->region].first + k];
    made->state[k] = EW_NONE;
    if (!flow_takes_part(r, &s)) return true;
    uint16_t own = node_at(g, s.state)->shape, shape = terms_shape(t, own, made->mask);
    if (shape == UINT16_MAX) return false;
    ew_node state = graph_state_like(g, made->made, s.state, shape);
    made->state[k] = state;
    if (state == EW_NONE) return false;
    made->seed[k] = flow_list(r->f, s.loop);
    uint32_t *gets = flow_entry(r->f, r->f->forward ? s.state : s.definition);
    return terms_add_full(t, gets, own, made->mask, flow_far(r, made, k), (view){state, 0});
}

bool flow_open(flow_run *r, uint32_t region)
{
    ew_graph *g = r->g;
    graph_region old = g->regions.at[region];
    flow_region made = {.region = region, .around = r->f->t.aligned};
    int64_t low, high;
    flow_range(g, &old, &low, &high);
    made.state = block_new(&g->memory, old.count, sizeof *made.state);
    made.seed = block_new(&g->memory, old.count, sizeof *made.seed);
    bool ok = (made.state && made.seed && array_reserve(&g->memory, &r->open, 1)) || report_memory(&g->report);
    if (!ok) {
        block_free(&g->memory, made.state, made.state ? old.count : 0);
        block_free(&g->memory, made.seed, made.seed ? old.count : 0);
        return false;
    }
    flow_region *open = &r->open.at[r->open.count++];
    *open = made;
    if (!flow_align(r, open)) return false;
    open->made = graph_region_new(g, r->f->forward ? old.down : !old.down, low, high);
    ok = open->made != UINT32_MAX;
    r->f->t.aligned = open->mask;
    for (uint32_t k = 0; ok && k < old.count; k++) ok = flow_state(r, open, k);
    return ok;
}

void flow_leave(flow_run *r)
{
    flow_region *left = &r->open.at[--r->open.count];
    ew_graph *g = r->g;
    size_t count = g->regions.at[left->region].count;
    block_free(&g->memory, left->state, count);
    block_free(&g->memory, left->seed, count);
    block_free(&g->memory, left->far, left->far ? count * shape_rank(g, r->f->t.far) : 0);
    r->f->t.aligned = left->around;
}

/* What a list has for state k, over the axes of the new one. */
static view flow_read(flow_run *r, const flow_region *made, uint32_t k, uint32_t *list)
{
    ew_graph *g = r->g;
    terms *t = &r->f->t;
    ew_node old = g->states.at[g->regions.at[made->region].first + k].state;
    uint16_t own = node_at(g, old)->shape;
    uint8_t real = g->real, beside = g->beside;
    flow_real(g, old);
    t->order = flow_deposits(g, old);
    view v = terms_full(t, list, own, made->mask, flow_far(r, made, k));
    g->real = real;
    g->beside = beside;
    return v;
}

/* The definition of the new state: reverse: what the LOOP and the uses of the STATE have; forward: what the
 * definition has, and the seed where one differentiates by the array itself. */
static bool flow_define(flow_run *r, const flow_region *made, uint32_t k)
{
    ew_graph *g = r->g;
    flow *f = r->f;
    graph_state s = g->states.at[g->regions.at[made->region].first + k];
    uint16_t own = node_at(g, s.state)->shape, shape = terms_shape(&f->t, own, made->mask);
    ew_node has = f->forward ? s.definition : s.state;
    view sum = flow_list(f, has) == TERMS_NONE ? view_number(g, 0) : flow_read(r, made, k, flow_entry(f, has));
    if (!f->forward) {
        view more = flow_read(r, made, k, &made->seed[k]);
        sum = view_is(g, sum, 0) ? more : view_is(g, more, 0) ? sum : view_op(g, shape, OP_ADD, more, sum, view_none());
    } else if (f->end == s.loop || f->end == s.state) {
        uint32_t seed = TERMS_NONE;
        bool ok = f->identity ? terms_add_identity(&f->t, &seed, own) : terms_add_dense(&f->t, &seed, own, f->seed);
        view more = ok ? flow_read(r, made, k, &seed) : view_none();
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
            uint16_t own = node_at(g, s.state)->shape;
            if (!terms_add_full(&r->f->t, list, own, made->mask, flow_far(r, made, k), loop)) return false;
        }
    }
    return true;
}

bool flow_close(flow_run *r, uint32_t region)
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
    flow_leave(r);
    return ok;
}
