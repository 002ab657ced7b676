/*
 * resolve.c - DIFF nodes replaced by what computes them (LANGUAGE section 6).
 *
 * Regions first (regions.c); what is left lies outside every circle. Then each wanted node gets its twin. Sums that are
 * linear in a derivative are contract.c's.
 */
#include "diff/resolve.h"

#include <string.h>

#include "diff/rebuild.h"

/* ---- Whole derivatives ------------------------------------------------------------------------- */

/* Is forward the cheaper way? By sizes alone: the far side is the smaller. */
static bool resolve_forward(const ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    size_t of_count, wrt_count;
    if (mode == EW_FORWARD || mode == EW_REVERSE) return mode == EW_FORWARD;
    if (!shape_elements(g, node_at(g, of)->shape, &of_count)) return false;
    if (!shape_elements(g, node_at(g, wrt)->shape, &wrt_count)) return false;
    return wrt_count < of_count;
}

static flow *resolve_flow(ew_graph *g, bool forward, ew_node of, ew_node wrt)
{
    ew_node end = forward ? wrt : of;
    return flow_of(g, forward, end, view_none(), node_at(g, end)->shape, of);
}

ew_node diff_whole(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    bool forward = resolve_forward(g, of, wrt, mode);
    wrt = flow_by(g, wrt);
    uint16_t of_shape = node_at(g, of)->shape, wrt_shape = node_at(g, wrt)->shape;
    uint16_t shape = shape_join(g, of_shape, wrt_shape), to[AXES_MOST];
    if (shape == UINT16_MAX) return EW_NONE;
    if (!type_is_real(node_at(g, of)->type)) return view_node(g, view_number(g, 0), shape);
    flow *f = resolve_flow(g, forward, of, wrt);
    view v = f ? flow_dense(g, f, forward ? of : wrt) : view_none();
    if (v.node == EW_NONE) return EW_NONE;
    size_t of_rank = shape_rank(g, of_shape), wrt_rank = shape_rank(g, wrt_shape);
    for (size_t a = 0; a < wrt_rank; a++) to[a] = (uint16_t)(of_rank + a);
    for (size_t a = 0; a < of_rank; a++) to[wrt_rank + a] = (uint16_t)a;
    return view_node(g, forward ? v : view_move(g, v, to), shape);
}

spot resolve_place(resolve *r, ew_node n, uint16_t map, size_t p)
{
    spot use = spot_of_use(r->g, n, map, p);
    if (use.gather.node == EW_NONE || !resolve_needs(r, use.gather.node)) return use;
    ew_node place = use.gather.node, twin = resolve_twin(r, place);
    if (twin != EW_NONE) use.gather.node = rebuild_shaped(r->g, twin, place);
    return use;
}

/* ---- Reading a derivative at places ---------------------------------------------------------------- */

static bool spot_is_fixed(const spot *p)
{
    return p->gather.node == EW_NONE && p->terms == 0;
}

/* y without the axes that are read at fixed places only; the places that are left move up. */
static ew_node resolve_narrow(ew_graph *g, ew_node y, spot *at)
{
    size_t rank = node_rank(g, y), left = 0;
    int64_t sizes[AXES_MOST];
    spot from[AXES_MOST];
    for (size_t p = 0; p < rank; p++) {
        if (spot_is_fixed(&at[p])) {
            from[p] = at[p];
            continue;
        }
        from[p] = spot_axis(left);
        sizes[left] = node_size(g, y, p);
        at[left++] = at[p];
    }
    if (left == rank) return y;
    uint16_t shape = graph_shape_of(g, sizes, left);
    return view_node(g, view_fetch(g, (view){y, 0}, from, shape), shape);
}

/* By one place of x alone: a tangent whose seed is 1 there. */
static view resolve_one_hot(resolve *r, ew_node y, const spot *y_at, ew_node x, const spot *x_at, uint16_t shape)
{
    ew_graph *g = r->g;
    uint16_t own = node_at(g, x)->shape;
    view seed = view_deposit(g, view_number(g, 1), 0, x_at, own, view_any);
    if (seed.node == EW_NONE) return seed;
    flow *f = flow_of(g, true, x, seed, 0, y);
    return f ? terms_at(&f->t, flow_list(f, y), node_at(g, y)->shape, shape, y_at, NULL) : view_none();
}

static view resolve_outside(resolve *r, ew_node y, const spot *y_at, ew_node x, const spot *x_at, uint16_t shape)
{
    ew_graph *g = r->g;
    bool fixed = node_rank(g, x) > 0;
    for (size_t p = 0; p < node_rank(g, x); p++) fixed = fixed && spot_is_fixed(&x_at[p]);
    if (!node_rank(g, y) && !node_rank(g, x)) return (view){diff_now(g, y, x, r->mode), 0};
    if (fixed && node_rank(g, y) && r->mode != EW_REVERSE) return resolve_one_hot(r, y, y_at, x, x_at, shape);
    bool forward = resolve_forward(g, y, x, r->mode);
    flow *f = resolve_flow(g, forward, y, x);
    if (!f) return view_none();
    if (forward) return terms_at(&f->t, flow_list(f, y), node_at(g, y)->shape, shape, y_at, x_at);
    return terms_at(&f->t, flow_list(f, x), node_at(g, x)->shape, shape, x_at, y_at);
}

/* Inside a circle, by something outside it: at fixed places of x alone, or by all of x. */
static view resolve_carried(resolve *r, ew_node diff, ew_node y, const spot *y_at, ew_node x, const spot *x_at,
                            uint16_t shape)
{
    ew_graph *g = r->g;
    uint16_t own = node_at(g, x)->shape;
    bool fixed = node_rank(g, x) > 0;
    ((derived *)g->derived)->carry.place = node_at(g, diff)->place;
    for (size_t p = 0; p < node_rank(g, x); p++) fixed = fixed && spot_is_fixed(&x_at[p]);
    view seed = fixed ? view_deposit(g, view_number(g, 1), 0, x_at, own, view_any) : view_none();
    flow *f = report_ok(&g->report) ? flow_carried(g, x, seed, fixed ? 0 : own, y) : NULL;
    return f ? terms_at(&f->t, flow_list(f, y), node_at(g, y)->shape, shape, y_at, fixed ? NULL : x_at) : view_none();
}

/* Is x an array of the circle, or a parameter or local of a call that stands in it? What is outside was made before. */
static bool resolve_is_inside(const resolve *r, ew_node x)
{
    const graph_region *region = &r->g->regions.at[node_state(r->g, r->inside)->region];
    return r->circle[x] || x > r->g->states.at[region->first].state;
}

static view resolve_found(resolve *r, ew_node diff, const spot *at, uint16_t shape)
{
    ew_graph *g = r->g;
    ew_node y = resolve_twin(r, node_arg(g, diff, 0)), x = resolve_twin(r, node_arg(g, diff, 1));
    spot y_at[AXES_MOST];
    if (y == EW_NONE || x == EW_NONE) return view_none();
    if (!type_is_real(node_at(g, y)->type)) return view_number(g, 0);
    size_t rank = node_rank(g, y);
    for (size_t p = 0; p < rank; p++) y_at[p] = at[p];
    x = flow_by(g, x);
    if (r->inside != EW_NONE && r->circle[node_arg(g, diff, 0)]) {
        if (resolve_is_inside(r, node_arg(g, diff, 1))) return resolve_circle(r, diff, y, y_at, x, at + rank, shape);
        return resolve_carried(r, diff, y, y_at, x, at + rank, shape);
    }
    y = resolve_narrow(g, y, y_at);
    return y == EW_NONE ? view_none() : resolve_outside(r, y, y_at, x, at + rank, shape);
}

view resolve_read(resolve *r, ew_node diff, const spot *at, uint16_t shape)
{
    return view_derivative(r->g, shape, resolve_found(r, diff, at, shape), node_at(r->g, diff)->type);
}

/* An access on the way to a DIFF, whose places may have to be checked. */
typedef struct resolve_access {
    ew_node at;
    spot places[AXES_MOST];
} resolve_access;

typedef ARRAY(resolve_access) resolve_accesses;

/* From n at places `here`, through names and accesses, to a DIFF; EW_NONE: there is something else. */
static ew_node resolve_down(resolve *r, ew_node n, spot *here, uint16_t shape, resolve_accesses *passed)
{
    ew_graph *g = r->g;
    while (node_at(g, n)->op != OP_DIFF) {
        const graph_node *node = node_at(g, n);
        if ((node->op != OP_COPY && node->op != OP_AT) || (node->flags & (NODE_ZERO | NODE_WHEN))) return EW_NONE;
        ew_node a = node_arg(g, n, 0);
        if (!resolve_opens(r, a)) return EW_NONE;
        resolve_access x = {.at = n};
        for (size_t p = 0; p < node_rank(g, a); p++) {
            spot use = resolve_place(r, n, use_map(g, n, 0), p);
            x.places[p] = spot_substitute(g, &use, here, shape);
        }
        memcpy(here, x.places, node_rank(g, a) * sizeof *here);
        if (node_at(g, n)->op == OP_AT && !array_push(&g->memory, passed, x)) report_memory(&g->report);
        n = a;
    }
    return n;
}

view resolve_value(resolve *r, ew_node n, const spot *at, uint16_t shape)
{
    ew_graph *g = r->g;
    resolve_accesses passed = {0};
    spot here[AXES_MOST];
    for (size_t p = 0; p < node_rank(g, n); p++) here[p] = at[p];
    ew_node diff = resolve_opens(r, n) ? resolve_down(r, n, here, shape, &passed) : EW_NONE;
    view v = diff == EW_NONE ? view_none() : resolve_read(r, diff, here, shape);
    for (size_t i = 0; i < passed.count && v.node != EW_NONE; i++)
        v = resolve_inside(r, passed.at[i].at, passed.at[i].places, view_none(), shape, v);
    array_free(&g->memory, &passed);
    if (diff != EW_NONE) return v;
    ew_node twin = resolve_twin(r, n);
    return twin == EW_NONE ? view_none() : view_fetch(g, (view){twin, 0}, at, shape);
}

/* ---- Twins ------------------------------------------------------------------------------------------- */

bool resolve_needs(const resolve *r, ew_node n)
{
    return n < r->count && r->needs[n];
}

bool resolve_stays(const resolve *r, ew_node n)
{
    const graph_node *node = node_at(r->g, n);
    return r->names && node->name && !(node->flags & NODE_GENERATED);
}

bool resolve_opens(const resolve *r, ew_node n)
{
    return resolve_needs(r, n) && (r->needs[n] & (RESOLVE_BY | RESOLVE_OWN)) == RESOLVE_OWN && !resolve_stays(r, n);
}

ew_node resolve_twin(resolve *r, ew_node n)
{
    if (!resolve_needs(r, n)) return n;
    if (r->twin[n] != EW_NONE) return r->twin[n];
    if (!array_push(&r->g->memory, &r->stack, n)) report_memory(&r->g->report);
    r->waiting = true;
    return EW_NONE;
}

static void resolve_identity(spot *at, size_t rank)
{
    for (size_t p = 0; p < rank; p++) at[p] = spot_axis(p);
}

/* Argument k of n in a form that a plain use may have. */
static view resolve_argument(resolve *r, ew_node n, size_t k, uint16_t domain)
{
    ew_graph *g = r->g;
    ew_node a = node_arg(g, n, k);
    spot at[AXES_MOST];
    if (!resolve_needs(r, a)) return (view){a, use_map(g, n, k)};
    for (size_t p = 0; p < node_rank(g, a); p++) at[p] = resolve_place(r, n, use_map(g, n, k), p);
    return resolve_value(r, a, at, domain);
}

/* The first argument of an access, or one of a join, is used by a map of its own: it is needed whole. */
static bool resolve_is_whole(const graph_node *node, size_t k)
{
    return node->op == OP_JOIN || node->op == OP_LOOP || node->op == OP_DIFF || (node->op == OP_AT && k == 0);
}

static ew_node resolve_again(resolve *r, ew_node n)
{
    ew_graph *g = r->g;
    graph_node node = *node_at(g, n);
    uint16_t domain = op_is_reduction(node.op) || node.op == OP_SCATTER ? node.domain : node.shape;
    size_t count = node.count;
    ew_node *args = block_new(&g->memory, count, sizeof *args), made = EW_NONE;
    uint16_t *maps = block_new(&g->memory, count, sizeof *maps);
    bool ok = (args && maps) || report_memory(&g->report);
    for (size_t k = 0; ok && k < count; k++) {
        bool whole = resolve_is_whole(&node, k);
        view v =
            whole ? (view){resolve_twin(r, node_arg(g, n, k)), use_map(g, n, k)} : resolve_argument(r, n, k, domain);
        bool shaped = node.op == OP_JOIN || node.op == OP_LOOP;
        args[k] = shaped ? rebuild_shaped(g, v.node, node_arg(g, n, k)) : v.node;
        maps[k] = v.node != EW_NONE && !node_rank(g, v.node) && node.op != OP_JOIN ? 0 : v.map;
    }
    node_spec s = {.op = (op)node.op,
                   .args = args,
                   .maps = maps,
                   .count = count,
                   .shape = node.shape,
                   .domain = node.domain,
                   .target = node.target,
                   .flags = node.flags & (NODE_ZERO | NODE_WHEN | NODE_TEXT),
                   .place = node.place};
    if (ok && !r->waiting) made = graph_make(g, &s);
    block_free(&g->memory, args, args ? count : 0);
    block_free(&g->memory, maps, maps ? count : 0);
    return made;
}

static ew_node resolve_try(resolve *r, ew_node n)
{
    ew_graph *g = r->g;
    const graph_node *node = node_at(g, n);
    uint16_t shape = node->shape;
    spot at[AXES_MOST] = {{0}};
    if (!(r->needs[n] & RESOLVE_OWN)) return resolve_again(r, n);
    if (node->op != OP_DIFF && node->op != OP_SUM && node->op != OP_AT && node->op != OP_COPY)
        return resolve_again(r, n);
    if (node->op == OP_SUM) return view_node(g, resolve_sum(r, n), shape);
    if (node->op != OP_DIFF && !resolve_needs(r, node_arg(g, n, 0))) return resolve_again(r, n);
    size_t rank = node->op == OP_DIFF ? shape_rank(g, shape) : node_rank(g, node_arg(g, n, 0));
    if (node->op == OP_DIFF) {
        resolve_identity(at, rank);
        return view_node(g, resolve_read(r, n, at, shape), shape);
    }
    for (size_t p = 0; p < rank; p++) at[p] = resolve_place(r, n, use_map(g, n, 0), p);
    ew_node array = node_arg(g, n, 0);
    uint8_t flags = node->flags;
    bool has_when = flags & NODE_WHEN;
    view v = resolve_value(r, array, at, shape), when = view_none();
    if (has_when) when = resolve_argument(r, n, node_at(g, n)->count - 1u, shape);
    if (!r->waiting) v = resolve_inside(r, n, at, when, shape, v);
    for (size_t p = 0; v.node != EW_NONE && (flags & NODE_ZERO) && p < rank; p++)
        v = view_within(g, shape, v, &at[p], node_size(g, array, p));
    if (v.node != EW_NONE && has_when) v = view_op(g, shape, OP_IF, when, v, view_number(g, 0));
    return r->waiting ? EW_NONE : view_node(g, v, shape);
}

/* Makes the twins of all nodes on the stack. */
bool resolve_run(resolve *r)
{
    while (r->stack.count && report_ok(&r->g->report)) {
        ew_node n = r->stack.at[r->stack.count - 1];
        size_t before = r->stack.count;
        if (r->twin[n] != EW_NONE) {
            r->stack.count--;
            continue;
        }
        r->waiting = false;
        ew_node twin = resolve_try(r, n);
        if (r->waiting) continue;
        if (r->names && twin != EW_NONE) twin = resolve_named(r, n, twin);
        if (twin == EW_NONE) return false;
        r->twin[n] = r->needs[n] & RESOLVE_APART && !resolve_stays(r, n) ? rebuild_apart(r->g, twin, n) : twin;
        r->stack.count = before - 1;
    }
    return report_ok(&r->g->report);
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

/* Is there a DIFF at all? Each node is looked at once. */
static bool resolve_any(const ew_graph *g, derived *d)
{
    for (; !d->has_diff && d->scanned < g->nodes.count; d->scanned++)
        d->has_diff = g->nodes.at[d->scanned].op == OP_DIFF;
    return d->has_diff;
}

bool diff_must_wait(ew_graph *g, ew_node of)
{
    derived *d = derived_of(g);
    bool any = d && resolve_any(g, d), open = false;
    for (size_t i = 0; i < g->states.count && !open; i++) open = g->states.at[i].loop == EW_NONE;
    if (!any && !open) return false;
    size_t count = (size_t)of + 1;
    uint8_t *waits = block_new(&g->memory, count, sizeof *waits);
    if (!waits) return report_memory(&g->report);
    for (ew_node n = 0; n <= of; n++) {
        const graph_node *node = node_at(g, n);
        waits[n] = node->op == OP_DIFF || (node->op == OP_STATE && node_state(g, n)->loop == EW_NONE);
        if (op_is_leaf(node->op)) continue;
        for (size_t k = 0; !waits[n] && k < node->count; k++) waits[n] = waits[node_arg(g, n, k)];
    }
    bool must = waits[of];
    block_free(&g->memory, waits, count);
    return must;
}

void resolve_marks(const ew_graph *g, uint8_t *needs, size_t count)
{
    for (ew_node n = 0; n < count; n++) {
        needs[n] = node_at(g, n)->op == OP_DIFF;
        if (op_is_leaf(node_at(g, n)->op)) continue;
        for (size_t k = 0; !needs[n] && k < node_at(g, n)->count; k++) needs[n] = needs[node_arg(g, n, k)];
    }
}

/* Of the region, and of those around it: they are closed later. */
static void resolve_circle_marks(const ew_graph *g, uint8_t *circle, size_t count)
{
    for (ew_node n = 0; n < count; n++) {
        circle[n] = carry_open(g, n);
        if (op_is_leaf(node_at(g, n)->op)) continue;
        for (size_t k = 0; !circle[n] && k < node_at(g, n)->count; k++) circle[n] = circle[node_arg(g, n, k)];
    }
}

/* Where roots[1] is a node that needs a DIFF, all that people see are apart, within a circle those outside of it:
 * then roots[0] is made of the same nodes whichever of them it is. */
static void resolve_by_marks(resolve *r)
{
    const ew_graph *g = r->g;
    bool apart = r->inside == EW_NONE ? r->by && r->needs[r->roots[1]] : ((const derived *)g->derived)->apart;
    for (size_t i = 0; apart && i < g->seen.count; i++) {
        ew_node n = g->seen.at[i];
        if (r->needs[n] && !r->circle[n]) r->needs[n] |= RESOLVE_BY | RESOLVE_APART;
    }
    for (ew_node n = 0; n < r->count; n++) {
        if (node_at(g, n)->op != OP_DIFF) continue;
        ew_node by = node_arg(g, n, 1);
        if (r->needs[by]) r->needs[by] |= RESOLVE_BY | RESOLVE_APART;
    }
}

static void resolve_own_marks(resolve *r)
{
    for (ew_node n = 0; n < r->count; n++) {
        const graph_node *node = node_at(r->g, n);
        bool own = r->needs[n] && (!r->names || node->op == OP_DIFF);
        for (size_t k = 0; r->needs[n] && !own && k < node->count; k++) {
            ew_node a = node_arg(r->g, n, k);
            own = (r->needs[a] & RESOLVE_OWN) && !resolve_stays(r, a);
        }
        if (own) r->needs[n] |= RESOLVE_OWN;
    }
}

bool resolve_begin(resolve *r, const ew_node *nodes, size_t count)
{
    ew_graph *g = r->g;
    r->count = g->nodes.count;
    r->needs = block_new(&g->memory, r->count, sizeof *r->needs);
    r->circle = block_new(&g->memory, r->count, sizeof *r->circle);
    r->twin = block_new(&g->memory, r->count, sizeof *r->twin);
    if (!r->needs || !r->circle || !r->twin) return report_memory(&g->report);
    for (size_t n = 0; n < r->count; n++) r->twin[n] = EW_NONE;
    resolve_marks(g, r->needs, r->count);
    resolve_own_marks(r);
    ((derived *)g->derived)->inside = r->inside;
    if (r->inside != EW_NONE) resolve_circle_marks(g, r->circle, r->count);
    resolve_by_marks(r);
    for (size_t i = count; i-- > 0;) resolve_twin(r, nodes[i]);
    return report_ok(&g->report);
}

void resolve_end(resolve *r)
{
    memory *m = &r->g->memory;
    ((derived *)r->g->derived)->inside = EW_NONE;
    block_free(m, r->needs, r->needs ? r->count : 0);
    block_free(m, r->circle, r->circle ? r->count : 0);
    block_free(m, r->twin, r->twin ? r->count : 0);
    array_free(m, &r->stack);
}

static bool resolve_roots(ew_graph *g, ew_node inside, ew_node *nodes, size_t count, bool by)
{
    resolve r = {.g = g, .mode = g->mode, .inside = inside, .roots = nodes, .by = by};
    bool ok = resolve_begin(&r, nodes, count) && resolve_run(&r);
    for (size_t i = 0; ok && i < count; i++)
        if (r.needs[nodes[i]]) nodes[i] = rebuild_shaped(g, r.twin[nodes[i]], nodes[i]);
    resolve_end(&r);
    return ok && report_ok(&g->report);
}

bool resolve_nodes(ew_graph *g, ew_node inside, ew_node *nodes, size_t count)
{
    return resolve_roots(g, inside, nodes, count, false);
}

/* Is there something new to be apart: what a DIFF is by, or `by`? Circles that were made without it are made once more.
 */
static bool resolve_renew(ew_graph *g, derived *d, ew_node by)
{
    size_t count = g->nodes.count;
    uint8_t *needs = block_new(&g->memory, count, sizeof *needs);
    if (!needs) return report_memory(&g->report);
    resolve_marks(g, needs, count);
    bool news = by != EW_NONE && needs[by] && !d->apart;
    d->apart = d->apart || news;
    for (; d->by_scanned < count; d->by_scanned++) {
        const graph_node *node = &g->nodes.at[d->by_scanned];
        news = news || (node->op == OP_DIFF && needs[g->args.at[node->args + 1]]);
    }
    if (news) d->pairs.count = d->resolved = 0;
    if (news) carry_drop(g);
    block_free(&g->memory, needs, count);
    return true;
}

static bool resolve_all(ew_graph *g, ew_node *nodes, size_t count, bool by)
{
    if (!report_ok(&g->report)) return false;
    derived *d = derived_of(g);
    if (!d || !resolve_any(g, d)) return d != NULL;
    if (!resolve_renew(g, d, by ? nodes[1] : EW_NONE) || !resolve_regions(g)) return false;
    if (d->pairs.count && !rebuild_nodes(g, d->pairs.at, d->pairs.count, NULL, 0, nodes, count)) return false;
    return resolve_roots(g, EW_NONE, nodes, count, by);
}

bool diff_resolve(ew_graph *g, ew_node *nodes, size_t count)
{
    return resolve_all(g, nodes, count, false);
}

bool diff_resolve_ends(ew_graph *g, ew_node *ends)
{
    return resolve_all(g, ends, 2, true);
}
