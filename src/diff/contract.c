/*
 * contract.c - sums that are linear in a derivative, made by sweeps with a seed.
 *
 *     sum(j: diff(y[i], x[j])·s[j])    forward, with the seed s over the axes of x
 *     sum(i: s[i]·diff(y[i], x[j]))    reverse, with the seed s over the axes of y
 *
 * The body of a sum is taken apart into products: through names, accesses, sums, differences, quotients, branches
 * and further sums, whatever their names. A product has at most one DIFF to contract and factors; those factors
 * that depend on the contracted axes make the seed, with their other axes as axes of the far side; the rest is
 * multiplied afterwards. Products that no sweep contracts are summed as they are, the DIFF read at its place.
 */
#include "diff/resolve.h"

#include <string.h>

enum { CONTRACT_FACTORS = 12 };

typedef struct contract_term {
    uint16_t domain; /* the sum's own axes, then all that is summed over */
    ew_node node;    /* what is still to be taken apart, at a place */
    spot at[AXES_MOST];
    view factor[CONTRACT_FACTORS];
    size_t factors;
    bool minus;
} contract_term;

typedef struct contract {
    resolve *r;
    ew_graph *g;
    ew_node root; /* the sum itself */
    size_t own;
    ARRAY(contract_term) open, done;
} contract;

static bool contract_push(contract *c, const contract_term *p)
{
    return array_push(&c->g->memory, &c->open, *p) || report_memory(&c->g->report);
}

/* p with an argument of its node in its place. */
static contract_term contract_argument(contract *c, const contract_term *p, size_t k)
{
    ew_graph *g = c->g;
    contract_term next = *p;
    next.node = node_arg(g, p->node, k);
    for (size_t a = 0; a < node_rank(g, next.node); a++) {
        spot use = resolve_place(c->r, p->node, use_map(g, p->node, k), a);
        next.at[a] = spot_substitute(g, &use, p->at, p->domain);
    }
    return next;
}

static view contract_value(contract *c, const contract_term *p)
{
    return resolve_value(c->r, p->node, p->at, p->domain);
}

static bool contract_leaf(contract *c, const contract_term *p)
{
    return array_push(&c->g->memory, &c->done, *p) || report_memory(&c->g->report);
}

/* A factor more; where there is no room the product so far becomes one. */
static void contract_factor(contract *c, contract_term *p, view v)
{
    if (p->factors == CONTRACT_FACTORS) {
        view one = p->factor[0];
        for (size_t i = 1; i < p->factors; i++) one = view_op(c->g, p->domain, OP_MUL0, one, p->factor[i], view_none());
        p->factor[0] = one;
        p->factors = 1;
    }
    p->factor[p->factors++] = v;
}

static bool contract_multiply(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    contract_term a = contract_argument(c, p, 0), b = contract_argument(c, p, 1);
    bool in_a = resolve_opens(c->r, a.node), in_b = resolve_opens(c->r, b.node);
    size_t count_a = 0, count_b = 0;
    shape_elements(g, node_at(g, a.node)->shape, &count_a);
    shape_elements(g, node_at(g, b.node)->shape, &count_b);
    bool first = in_a && (!in_b || count_a >= count_b); /* of two derivatives the larger is not made whole */
    view factor = contract_value(c, first ? &b : &a);
    if (factor.node == EW_NONE) return false;
    contract_factor(c, first ? &a : &b, factor);
    return contract_push(c, first ? &a : &b);
}

static bool contract_divide(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    contract_term a = contract_argument(c, p, 0), b = contract_argument(c, p, 1);
    if (resolve_needs(c->r, b.node)) return contract_leaf(c, p);
    view factor = view_op(g, p->domain, OP_DIV, view_number(g, 1), contract_value(c, &b), view_none());
    contract_factor(c, &a, factor);
    return factor.node != EW_NONE && contract_push(c, &a);
}

static bool contract_add(contract *c, const contract_term *p)
{
    contract_term a = contract_argument(c, p, 0), b = contract_argument(c, p, 1);
    b.minus = p->minus != (node_at(c->g, p->node)->op == OP_SUB);
    return contract_push(c, &b) && contract_push(c, &a);
}

static bool contract_branch(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    contract_term when = contract_argument(c, p, 0), a = contract_argument(c, p, 1), b = contract_argument(c, p, 2);
    view w = contract_value(c, &when), one = view_number(g, 1), zero = view_number(g, 0);
    if (w.node == EW_NONE) return false;
    contract_factor(c, &a, view_op(g, p->domain, OP_IF, w, one, zero));
    contract_factor(c, &b, view_op(g, p->domain, OP_IF, w, zero, one));
    if (!node_is_value(g, b.node, 0) && !contract_push(c, &b)) return false;
    return node_is_value(g, a.node, 0) || contract_push(c, &a);
}

static bool contract_access(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    contract_term a = contract_argument(c, p, 0);
    uint8_t flags = node_at(g, p->node)->flags;
    view inside = view_number(g, 1), wanted = view_none();
    for (size_t q = 0; (flags & NODE_ZERO) && q < node_rank(g, a.node); q++)
        inside = view_within(g, p->domain, inside, &a.at[q], node_size(g, a.node, q));
    if (flags & NODE_WHEN) {
        contract_term when = contract_argument(c, p, node_at(g, p->node)->count - 1u);
        wanted = contract_value(c, &when);
        if (wanted.node == EW_NONE) return false;
    }
    inside = resolve_inside(c->r, p->node, a.at, wanted, p->domain, inside);
    if (flags & NODE_WHEN) inside = view_op(g, p->domain, OP_IF, wanted, inside, view_number(g, 0));
    if (inside.node == EW_NONE) return false;
    if (!view_is(g, inside, 1)) contract_factor(c, &a, inside);
    return contract_push(c, &a);
}

/* A sum inside: its reduced axes come after all that there are. */
static bool contract_inner(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    const graph_node *node = node_at(g, p->node);
    size_t own = shape_rank(g, node->shape), all = shape_rank(g, node->domain), rank = shape_rank(g, p->domain);
    int64_t sizes[2 * AXES_MOST];
    contract_term next = *p;
    spot at[AXES_MOST];
    if (rank + all - own > AXES_MOST) return contract_leaf(c, p);
    for (size_t a = 0; a < rank; a++) sizes[a] = shape_sizes(g, p->domain)[a];
    for (size_t a = own; a < all; a++) sizes[rank + a - own] = shape_sizes(g, node->domain)[a];
    for (size_t a = 0; a < all; a++) at[a] = a < own ? p->at[a] : spot_axis(rank + a - own);
    next.domain = graph_shape_of(g, sizes, rank + all - own);
    next.node = node_arg(g, p->node, 0);
    if (next.domain == UINT16_MAX) return false;
    for (size_t a = 0; a < node_rank(g, next.node); a++) {
        spot use = resolve_place(c->r, p->node, use_map(g, p->node, 0), a);
        next.at[a] = spot_substitute(g, &use, at, next.domain);
    }
    return contract_push(c, &next);
}

/* Takes one step into what p still has to be taken apart. */
static bool contract_step(contract *c, const contract_term *p)
{
    ew_graph *g = c->g;
    unsigned o = node_at(g, p->node)->op;
    bool opens = p->node == c->root || resolve_opens(c->r, p->node);
    if (!opens || o == OP_DIFF) return contract_leaf(c, p);
    if (o == OP_MUL || o == OP_MUL0) return contract_multiply(c, p);
    if (o == OP_DIV) return contract_divide(c, p);
    if (o == OP_ADD || o == OP_SUB) return contract_add(c, p);
    if (o == OP_IF && !resolve_needs(c->r, node_arg(g, p->node, 0))) return contract_branch(c, p);
    if (o == OP_AT) return contract_access(c, p);
    if (o == OP_SUM) return contract_inner(c, p);
    if (o != OP_COPY && o != OP_NEG) return contract_leaf(c, p);
    contract_term next = contract_argument(c, p, 0);
    next.minus = p->minus != (o == OP_NEG);
    return contract_push(c, &next);
}

/* ---- One product ------------------------------------------------------------------------------------ */

/* One side of a DIFF: the node, its places, and whether they are just axes that are summed over, each once. */
typedef struct half {
    ew_node node;
    const spot *at;
    size_t rank;
    uint32_t axes;
    bool summed;
} half;

static half contract_half(contract *c, const contract_term *p, ew_node node, const spot *at)
{
    ew_graph *g = c->g;
    half s = {node, at, node_rank(g, node), 0, true};
    for (size_t i = 0; i < s.rank; i++) {
        size_t axis = 0;
        uint32_t axes = spot_axes(g, &at[i]);
        if (!spot_is_axis(&at[i], &axis) || axis < c->own || (s.axes & axes) ||
            shape_sizes(g, p->domain)[axis] != node_size(g, node, i))
            s.summed = false;
        s.axes |= axes;
    }
    return s;
}

/* Can `in` be contracted by one sweep for each place of *further? */
static bool contract_fits(contract *c, const contract_term *p, const half *in, const half *out, uint32_t *further)
{
    *further = 0;
    if (!in->summed || (in->axes & out->axes)) return false;
    for (size_t i = 0; i < p->factors; i++) {
        uint32_t axes = view_axes(c->g, p->factor[i]);
        if (!(axes & in->axes)) continue;
        if (axes & out->axes) return false;
        *further |= axes & ~in->axes;
    }
    return true;
}

static double contract_sweeps(const ew_graph *g, uint16_t shape, uint32_t axes)
{
    double count = 1;
    for (size_t a = 0; a < shape_rank(g, shape); a++)
        if (axes & 1u << a) count *= (double)shape_sizes(g, shape)[a];
    return count;
}

enum { SWEEP_REVERSE, SWEEP_FORWARD, SWEEP_CARRIED };

/* The sweep from `in` with those factors as a seed that depend on its axes; they are taken out of p. */
static view contract_sweep(contract *c, contract_term *p, int how, const half *in, const half *out, uint32_t further)
{
    ew_graph *g = c->g;
    uint16_t to[AXES_MOST] = {0};
    int64_t sizes[AXES_MOST];
    spot far[AXES_MOST];
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < in->rank; i++) {
        size_t axis = 0;
        spot_is_axis(&in->at[i], &axis);
        to[axis] = (uint16_t)i;
    }
    for (size_t a = 0; a < shape_rank(g, p->domain); a++) {
        if (!(further & 1u << a)) continue;
        to[a] = (uint16_t)(in->rank + count);
        sizes[count] = shape_sizes(g, p->domain)[a];
        far[count++] = spot_axis(a);
    }
    uint16_t far_shape = graph_shape_of(g, sizes, count), shape = shape_join(g, node_at(g, in->node)->shape, far_shape);
    view seed = view_number(g, 1);
    for (size_t i = 0; i < p->factors; i++) {
        if (!(view_axes(g, p->factor[i]) & in->axes))
            p->factor[kept++] = p->factor[i];
        else
            seed = view_op(g, shape, OP_MUL0, seed, view_move(g, p->factor[i], to), view_none());
    }
    p->factors = kept;
    if (seed.node == EW_NONE || shape == UINT16_MAX) return view_none();
    if (!in->rank) seed = view_none(); /* a scalar's own identity */
    flow *f = how == SWEEP_CARRIED ? flow_carried(g, in->node, seed, far_shape, out->node)
                                   : flow_of(g, how == SWEEP_FORWARD, in->node, seed, far_shape, out->node);
    if (!f) return view_none();
    return terms_at(&f->t, flow_list(f, out->node), node_at(g, out->node)->shape, p->domain, out->at, far);
}

static bool contract_is_forward(const ew_graph *g, const contract_term *p, int mode, const half *y, uint32_t by_x,
                                uint32_t by_y)
{
    if (mode == EW_FORWARD || mode == EW_REVERSE) return mode == EW_FORWARD;
    if (!y->rank) return false;
    return contract_sweeps(g, p->domain, by_x) < contract_sweeps(g, p->domain, by_y);
}

/* Does one of p's factors that depend on those axes need an array that is still being computed? */
static bool contract_is_open(contract *c, const contract_term *p, uint32_t axes)
{
    const ew_graph *g = c->g;
    size_t old = c->r->count, count = g->nodes.count - old;
    bool open = false;
    uint8_t *made = block_new(&c->g->memory, count + 1, 1); /* of nodes that were made since the marks */
    if (!made) return report_memory(&c->g->report), true;
    for (size_t i = 0; i < count; i++) {
        ew_node n = (ew_node)(old + i);
        made[i] = carry_open(g, n);
        for (size_t k = 0; !made[i] && !op_is_leaf(node_at(g, n)->op) && k < node_at(g, n)->count; k++) {
            ew_node a = node_arg(g, n, k);
            made[i] = a < old ? c->r->circle[a] : made[a - old];
        }
    }
    for (size_t i = 0; i < p->factors && !open; i++) {
        ew_node n = p->factor[i].node;
        if (view_axes(g, p->factor[i]) & axes) open = n < old ? c->r->circle[n] : made[n - old];
    }
    block_free(&c->g->memory, made, count + 1);
    return open;
}

/* Inside a circle, by something outside it: the tangents in fewer directions than x has places are carried along, where
 * these need nothing of the circle. */
static view contract_carried(contract *c, contract_term *p, ew_node y, ew_node x, uint32_t *summed)
{
    const resolve *r = c->r;
    half sy = contract_half(c, p, y, p->at), sx = contract_half(c, p, x, p->at + sy.rank);
    uint32_t further;
    bool fits = !r->circle[node_arg(c->g, p->node, 1)] && sx.rank && type_is_real(node_at(c->g, y)->type);
    fits = fits && contract_fits(c, p, &sx, &sy, &further);
    fits = fits && contract_sweeps(c->g, p->domain, further) < contract_sweeps(c->g, p->domain, sx.axes);
    if (!fits || contract_is_open(c, p, sx.axes)) return resolve_read(c->r, p->node, p->at, p->domain);
    ((derived *)c->g->derived)->carry.place = node_at(c->g, p->node)->place;
    *summed = sx.axes;
    return contract_sweep(c, p, SWEEP_CARRIED, &sx, &sy, further);
}

/* The derivative in p, contracted where a sweep can; *summed: the axes that it was summed over. */
static view contract_derivative(contract *c, contract_term *p, uint32_t *summed)
{
    ew_graph *g = c->g;
    resolve *r = c->r;
    ew_node y = resolve_twin(r, node_arg(g, p->node, 0)), x = resolve_twin(r, node_arg(g, p->node, 1));
    uint32_t by_x, by_y;
    *summed = 0;
    if (y == EW_NONE || x == EW_NONE) return view_none();
    x = flow_by(g, x);
    bool circle = r->inside != EW_NONE && r->circle[node_arg(g, p->node, 0)];
    if (circle) return contract_carried(c, p, y, x, summed);
    if (!type_is_real(node_at(g, y)->type)) return resolve_read(r, p->node, p->at, p->domain);
    half sy = contract_half(c, p, y, p->at), sx = contract_half(c, p, x, p->at + sy.rank);
    bool jvp = contract_fits(c, p, &sx, &sy, &by_x) && r->mode != EW_REVERSE;
    bool vjp = contract_fits(c, p, &sy, &sx, &by_y) && r->mode != EW_FORWARD;
    bool scalars = !sy.rank && !sx.rank;
    if (scalars || (!jvp && !vjp)) return resolve_read(r, p->node, p->at, p->domain);
    bool forward = jvp && (!vjp || contract_is_forward(g, p, r->mode, &sy, by_x, by_y));
    const half *in = forward ? &sx : &sy, *out = forward ? &sy : &sx;
    *summed = in->axes;
    return contract_sweep(c, p, forward ? SWEEP_FORWARD : SWEEP_REVERSE, in, out, forward ? by_x : by_y);
}

/* A product summed over everything but the sum's own axes. */
static view contract_product(contract *c, contract_term *p)
{
    ew_graph *g = c->g;
    uint32_t summed = 0, all = (uint32_t)(((uint64_t)1 << shape_rank(g, p->domain)) - 1);
    uint32_t own = (uint32_t)(((uint64_t)1 << c->own) - 1);
    bool derivative = node_at(g, p->node)->op == OP_DIFF && resolve_opens(c->r, p->node);
    view v = derivative ? contract_derivative(c, p, &summed) : contract_value(c, p), rest = view_number(g, 1);
    for (size_t i = 0; i < p->factors; i++) rest = view_op(g, p->domain, OP_MUL0, rest, p->factor[i], view_none());
    v = view_product_sum(g, p->domain, v, rest, all & ~own & ~summed);
    return p->minus ? view_op(g, p->domain, OP_NEG, v, view_none(), view_none()) : v;
}

static view contract_total(contract *c, uint16_t shape)
{
    view sum = view_number(c->g, 0);
    for (size_t i = 0; i < c->done.count; i++) {
        view v = contract_product(c, &c->done.at[i]);
        if (c->r->waiting || v.node == EW_NONE) {
            sum = view_none(); /* all are looked at: what they wait for is made together */
            continue;
        }
        if (sum.node == EW_NONE || view_is(c->g, v, 0)) continue;
        sum = view_is(c->g, sum, 0) ? v : view_op(c->g, shape, OP_ADD, sum, v, view_none());
    }
    return sum;
}

view resolve_sum(resolve *r, ew_node n)
{
    ew_graph *g = r->g;
    uint16_t shape = node_at(g, n)->shape;
    contract c = {.r = r, .g = g, .root = n, .own = shape_rank(g, shape)};
    contract_term first;
    memset(&first, 0, sizeof first);
    first.domain = shape;
    first.node = n;
    for (size_t a = 0; a < c.own; a++) first.at[a] = spot_axis(a);
    bool ok = contract_push(&c, &first);
    while (ok && c.open.count) {
        contract_term p = c.open.at[--c.open.count];
        ok = contract_step(&c, &p);
    }
    view sum = ok && !r->waiting ? contract_total(&c, shape) : view_none();
    array_free(&g->memory, &c.open);
    array_free(&g->memory, &c.done);
    return sum;
}
