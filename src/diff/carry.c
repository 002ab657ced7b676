/*
 * carry.c - tangents as further states of a circle (carry.h).
 *
 * An attempt resolves the circle's definitions with orders up to `most`. Which tangents are 0 in all steps is then
 * found the optimistic way: all are, but those whose definition has a term that none of the others explain; a tangent
 * beyond `most` is 0 if the one that it is the derivative of is. That is sound: where everything in a set is 0 as long
 * as all of the set and its derivatives were 0 in earlier steps, it is 0 from the first step on.
 */
#include "diff/carry.h"

#include <stdio.h>
#include <string.h>

#include "diff/flow.h"
#include "diff/sweep.h"

bool carry_open(const ew_graph *g, ew_node n)
{
    return node_at(g, n)->op == OP_STATE && derived_is_open(g, node_state(g, n)->loop);
}

/* ---- Tangents ------------------------------------------------------------------------------------ */

/* The item whose place-holder a state is; NULL: it is a circle's own. */
static carry_item *carry_of(carry *c, ew_node state)
{
    for (size_t i = 0; i < c->items.count; i++)
        if (c->items.at[i].state == state) return &c->items.at[i];
    return NULL;
}

ew_node carry_base(const ew_graph *g, ew_node state)
{
    carry *c = &((derived *)g->derived)->carry;
    for (const carry_item *x; (x = carry_of(c, state));) state = x->base;
    return state;
}

static carry_item *carry_find(carry *c, const flow *f, ew_node base)
{
    for (size_t i = 0; i < c->items.count; i++) {
        carry_item *x = &c->items.at[i];
        if (x->base != base || x->end != f->end || x->far != f->t.far) continue;
        if (x->seed.node == f->seed.node && x->seed.map == f->seed.map) return x;
    }
    return NULL;
}

ew_node carry_named(const ew_graph *g, ew_node n)
{
    if (node_at(g, n)->op == OP_STATE && node_state(g, n)->loop != EW_NONE) n = node_state(g, n)->loop;
    for (bool again = true; again && !node_at(g, n)->name;) {
        again = false;
        for (size_t i = 0; !again && i < g->states.count; i++) {
            const graph_state *s = &g->states.at[i];
            again = s->definition == n && s->loop != EW_NONE;
            if (again) n = s->loop;
        }
    }
    return n;
}

/* Circles whose derivative needs the next order at every step, more than are carried. */
static bool carry_endless(ew_graph *g, ew_node end, size_t orders)
{
    char most[16];
    snprintf(most, sizeof most, "%zu", orders);
    uint32_t place = ((derived *)g->derived)->carry.place;
    graph_refuse(g, E_DIFF_ORDERS, place, strlen("diff"), carry_named(g, end), most);
    report_hint(&g->report, "stop(diff(…)) needs one order alone", NULL);
    return false;
}

static carry_item *carry_new(ew_graph *g, carry *c, const flow *f, ew_node base)
{
    const carry_item *under = carry_of(c, base);
    carry_item x = {.base = base,
                    .definition = EW_NONE,
                    .end = f->end,
                    .seed = f->seed,
                    .far = f->t.far,
                    .region = under ? under->region : node_state(g, base)->region,
                    .order = under ? under->order + 1 : 1};
    size_t rank = shape_rank(g, node_at(g, base)->shape) + shape_rank(g, f->t.far);
    if (under && 2 * rank > AXES_MOST) { /* sweeps join such shapes */
        carry_endless(g, f->end, under->order);
        return NULL;
    }
    uint16_t shape = shape_join(g, node_at(g, base)->shape, f->t.far);
    uint32_t region = shape == UINT16_MAX ? UINT32_MAX : graph_region_new(g, false, 0, 0);
    if (region == UINT32_MAX) return NULL;
    x.state = graph_state_like(g, region, base, shape);
    if (x.state == EW_NONE) return NULL;
    if (!array_push(&g->memory, &c->items, x)) {
        report_memory(&g->report);
        return NULL;
    }
    return &c->items.at[c->items.count - 1];
}

bool carry_tangent(ew_graph *g, const flow *f, ew_node state, view *tangent)
{
    carry *c = &((derived *)g->derived)->carry;
    carry_item *x = carry_find(c, f, state);
    *tangent = view_number(g, 0);
    if (x && x->zero) return report_ok(&g->report);
    if (!x) x = carry_new(g, c, f, state);
    if (!x) return false;
    x->used = true;
    x->cut = x->region == c->region && x->order > c->most;
    *tangent = (view){x->state, 0};
    return true;
}

/* ---- Orders that are enough ------------------------------------------------------------------------ */

/* How many DIFFs the definitions have. */
static bool carry_diffs(ew_graph *g, const ew_node *from, size_t count, size_t *diffs)
{
    size_t nodes = g->nodes.count;
    uint8_t *used = block_new(&g->memory, nodes, sizeof *used);
    if (!used) return report_memory(&g->report);
    for (size_t i = 0; i < count; i++) used[from[i]] = 1;
    for (size_t n = nodes; n-- > 0;) {
        const graph_node *x = node_at(g, (ew_node)n);
        if (!used[n] || op_is_leaf(x->op)) continue;
        *diffs += x->op == OP_DIFF;
        for (size_t k = 0; k < x->count; k++) used[node_arg(g, (ew_node)n, k)] = 1;
    }
    block_free(&g->memory, used, nodes);
    return true;
}

/* Within a step a way from what is used to what is given leads through each of its diffs once at most. */
bool carry_begin(ew_graph *g, uint32_t region, const ew_node *from, size_t count)
{
    carry *c = &((derived *)g->derived)->carry;
    const graph_region *r = &g->regions.at[region];
    size_t diffs = 0, inner = 0, steps = r->high < r->low ? 0 : (size_t)(r->high - r->low) + 1;
    if (!carry_diffs(g, from, count, &diffs)) return false;
    for (size_t i = 0; i < c->items.count; i++) {
        carry_item *x = &c->items.at[i];
        if (x->region == region && x->kept && x->order > inner) inner = x->order;
        x->used = x->kept;
    }
    c->region = region;
    c->most = inner ? inner : 1;
    if (!size_mul(steps, diffs + inner, &c->enough)) c->enough = SIZE_MAX;
    return true;
}

/* ---- What is 0 in all steps ------------------------------------------------------------------------- */

typedef struct carry_zeros {
    ew_graph *g;
    carry *c;
    uint8_t *zero; /* by node: as far as is known it is 0 everywhere */
} carry_zeros;

static bool carry_all_zero(const carry_zeros *z, ew_node n, size_t from)
{
    for (size_t k = from; k < node_at(z->g, n)->count; k++)
        if (!z->zero[node_arg(z->g, n, k)]) return false;
    return true;
}

static bool carry_zero_state(const carry_zeros *z, ew_node n)
{
    const carry_item *x = carry_of(z->c, n);
    if (!x) {
        const graph_state *s = node_state(z->g, n);
        return !derived_is_open(z->g, s->loop) && z->zero[s->definition];
    }
    if (x->zero) return true;
    if (x->region != z->c->region) return false;
    return z->zero[x->cut || x->definition == EW_NONE ? x->base : x->definition];
}

/* Operations that derivatives are put together by; a product on a path is 0 where a factor is. */
static bool carry_zero_node(const carry_zeros *z, ew_node n)
{
    switch (node_at(z->g, n)->op) {
    case OP_CONST: return node_is_value(z->g, n, 0);
    case OP_STATE: return carry_zero_state(z, n);
    case OP_LOOP: return z->zero[node_state(z->g, n)->definition];
    case OP_MUL0: return z->zero[node_arg(z->g, n, 0)] || z->zero[node_arg(z->g, n, 1)];
    case OP_ADD:
    case OP_SUB:
    case OP_JOIN: return carry_all_zero(z, n, 0);
    case OP_IF: return carry_all_zero(z, n, 1);
    case OP_NEG:
    case OP_COPY:
    case OP_AT:
    case OP_SCATTER:
    case OP_SUM: return z->zero[node_arg(z->g, n, 0)];
    default: return false;
    }
}

static void carry_spread(const carry_zeros *z)
{
    size_t count = z->g->nodes.count;
    for (size_t n = 0; n < count; n++) z->zero[n] = 1;
    for (bool again = true; again;) {
        again = false;
        for (ew_node n = 0; n < count; n++) {
            if (!z->zero[n] || carry_zero_node(z, n)) continue;
            z->zero[n] = 0;
            again = true;
        }
    }
}

/* *news: some tangent was found to be 0. */
static bool carry_learn(ew_graph *g, carry *c, bool *news)
{
    size_t count = g->nodes.count;
    carry_zeros z = {g, c, block_new(&g->memory, count, 1)};
    if (!z.zero) return report_memory(&g->report);
    carry_spread(&z);
    for (size_t i = 0; i < c->items.count; i++) {
        carry_item *x = &c->items.at[i];
        if (!x->used || x->zero || x->region != c->region || !z.zero[x->state]) continue;
        x->zero = *news = true;
    }
    block_free(&g->memory, z.zero, count);
    return true;
}

/* ---- Definitions ------------------------------------------------------------------------------------ */

static bool carry_wanted(const carry *c, const carry_item *x)
{
    return x->used && !x->cut && !x->zero && x->region == c->region;
}

/* What defines the state that x is the tangent of; EW_NONE: not there yet. */
static ew_node carry_beneath(ew_graph *g, carry *c, const carry_item *x, const ew_node *to)
{
    const carry_item *under = carry_of(c, x->base);
    if (under) return under->definition;
    return to[node_at(g, x->base)->extra - g->regions.at[c->region].first];
}

static bool carry_one(ew_graph *g, carry *c, size_t i, ew_node of)
{
    carry_item x = c->items.at[i];
    flow *f = flow_carried(g, x.end, x.seed, x.far, of);
    view v = f ? flow_dense(g, f, of) : view_none();
    ew_node made = v.node == EW_NONE ? EW_NONE : view_node(g, v, node_at(g, x.state)->shape);
    c->items.at[i].definition = made; /* the sweep may have moved the items */
    return made != EW_NONE;
}

/* Making one may ask for others. */
static bool carry_all(ew_graph *g, carry *c, const ew_node *to)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < c->items.count; i++) {
            const carry_item *x = &c->items.at[i];
            if (!carry_wanted(c, x) || x->definition != EW_NONE) continue;
            ew_node of = carry_beneath(g, c, x, to);
            if (of == EW_NONE) continue;
            if (!carry_one(g, c, i, of)) return false;
            again = true;
        }
    }
    return true;
}

/* The next attempt begins with what is known. */
static void carry_anew(ew_graph *g, carry *c)
{
    flow_forget(g);
    for (size_t i = 0; i < c->items.count; i++) {
        carry_item *x = &c->items.at[i];
        x->used = x->kept;
        x->cut = false;
        if (x->region == c->region) x->definition = EW_NONE;
    }
}

bool carry_define(ew_graph *g, const ew_node *to, bool *again)
{
    derived *d = g->derived;
    carry *c = &d->carry;
    ew_node cut = EW_NONE;
    *again = false;
    d->inside = g->states.at[g->regions.at[c->region].first].loop;
    bool ok = carry_all(g, c, to) && carry_learn(g, c, again);
    d->inside = EW_NONE;
    for (size_t i = 0; ok && i < c->items.count; i++)
        if (c->items.at[i].used && c->items.at[i].cut) cut = c->items.at[i].end;
    if (ok && !*again && cut != EW_NONE && c->most < c->enough) {
        if (c->most >= CARRY_ORDERS) return carry_endless(g, cut, CARRY_ORDERS);
        c->most++;
        *again = true;
    }
    if (ok && *again) carry_anew(g, c);
    return ok;
}

/* ---- The end ------------------------------------------------------------------------------------------ */

size_t carry_count(const ew_graph *g, uint32_t region)
{
    const carry *c = &((const derived *)g->derived)->carry;
    size_t count = 0;
    for (size_t i = 0; i < c->items.count; i++) count += c->items.at[i].used && c->items.at[i].region == region;
    return count;
}

void carry_end(ew_graph *g, uint32_t region, ew_node loop)
{
    carry *c = &((derived *)g->derived)->carry;
    flow_forget(g);
    for (size_t i = 0; i < c->items.count; i++) {
        carry_item *x = &c->items.at[i];
        if (x->region != region) {
            x->kept = x->used;
            continue;
        }
        x->used = x->kept = false;
        node_state(g, x->state)->loop = loop; /* nothing waits for it any more */
    }
    c->region = UINT32_MAX;
}

void carry_drop(ew_graph *g)
{
    carry *c = &((derived *)g->derived)->carry;
    flow_forget(g);
    c->items.count = 0;
    c->region = UINT32_MAX;
}
