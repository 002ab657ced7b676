/*
 * spot.c - places: substituted into one another, fetched from and deposited at (view.h).
 */
#include "diff/view.h"

#include <string.h>

spot spot_fixed(int64_t offset)
{
    spot p;
    memset(&p, 0, sizeof p);
    p.offset = offset;
    p.gather = p.checked = view_none();
    return p;
}

spot spot_axis(size_t axis)
{
    spot p = spot_fixed(0);
    p.terms = 1;
    p.axis[0] = (uint16_t)axis;
    p.factor[0] = 1;
    return p;
}

static spot spot_gather(ew_graph *g, view v)
{
    spot p = spot_fixed(0);
    p.gather = v;
    if (v.node == EW_NONE || !node_is_checked(g, v.node)) return p;
    ew_node place = node_arg(g, v.node, 1);
    uint16_t map = graph_map_compose(g, v.map, use_map(g, v.node, 1), node_rank(g, place));
    if (map == UINT16_MAX) return p;
    p.checked = v;
    p.gather = (view){place, map};
    return p;
}

bool spot_is_axis(const spot *p, size_t *axis)
{
    if (p->gather.node != EW_NONE || p->offset || p->terms != 1 || p->factor[0] != 1) return false;
    *axis = p->axis[0];
    return true;
}

bool spot_same(const spot *a, const spot *b)
{
    if (a->gather.node != b->gather.node || a->gather.map != b->gather.map) return false;
    if (a->offset != b->offset || a->terms != b->terms) return false;
    for (size_t t = 0; t < a->terms; t++)
        if (a->axis[t] != b->axis[t] || a->factor[t] != b->factor[t]) return false;
    return true;
}

bool spot_agrees(const spot *a, const spot *b)
{
    return spot_same(a, b) && a->checked.node == b->checked.node && a->checked.map == b->checked.map;
}

uint32_t spot_axes(const ew_graph *g, const spot *p)
{
    uint32_t mask = view_axes(g, p->gather) | view_axes(g, p->checked);
    for (size_t t = 0; t < p->terms; t++) mask |= 1u << p->axis[t];
    return mask;
}

void spot_move(ew_graph *g, spot *p, const uint16_t *to)
{
    if (p->gather.node != EW_NONE) p->gather = view_move(g, p->gather, to);
    if (p->checked.node != EW_NONE) p->checked = view_move(g, p->checked, to);
    for (size_t t = 0; t < p->terms; t++) p->axis[t] = to[p->axis[t]];
}

/* ---- Whole numbers as nodes -------------------------------------------------------------------- */

static view spot_plus(ew_graph *g, uint16_t shape, view sum, view x, int64_t factor)
{
    if (factor != 1 && x.node != EW_NONE)
        x = view_op(g, shape, OP_MUL, x, (view){graph_whole(g, factor), 0}, view_none());
    return sum.node == EW_NONE ? x : view_op(g, shape, OP_ADD, sum, x, view_none());
}

view spot_value(ew_graph *g, uint16_t shape, const spot *p)
{
    if (p->gather.node != EW_NONE) return p->checked.node != EW_NONE ? p->checked : p->gather;
    view sum = view_none();
    for (size_t t = 0; t < p->terms; t++)
        sum = spot_plus(g, shape, sum, view_index(g, shape, p->axis[t]), p->factor[t]);
    if (p->offset || sum.node == EW_NONE) sum = spot_plus(g, shape, sum, (view){graph_whole(g, p->offset), 0}, 1);
    return sum;
}

/* Adds factor · axis; terms stand by ascending axis. False: no room. */
static bool spot_add_term(spot *p, uint16_t axis, int64_t factor)
{
    size_t at = 0;
    while (at < p->terms && p->axis[at] < axis) at++;
    if (at < p->terms && p->axis[at] == axis) {
        p->factor[at] += factor;
        if (p->factor[at]) return true;
        memmove(p->axis + at, p->axis + at + 1, (p->terms - at - 1u) * sizeof *p->axis);
        memmove(p->factor + at, p->factor + at + 1, (p->terms - at - 1u) * sizeof *p->factor);
        p->terms--;
        return true;
    }
    if (p->terms == SPOT_TERMS) return false;
    memmove(p->axis + at + 1, p->axis + at, (p->terms - at) * sizeof *p->axis);
    memmove(p->factor + at + 1, p->factor + at, (p->terms - at) * sizeof *p->factor);
    p->axis[at] = axis;
    p->factor[at] = factor;
    p->terms++;
    return true;
}

/* sum += factor · p; false: it is not affine any more, or has too many terms. */
static bool spot_add(spot *sum, const spot *p, int64_t factor)
{
    int64_t part;
    if (p->gather.node != EW_NONE) return false;
    if (__builtin_mul_overflow(p->offset, factor, &part) || __builtin_add_overflow(sum->offset, part, &sum->offset))
        return false;
    for (size_t t = 0; t < p->terms; t++) {
        if (__builtin_mul_overflow(p->factor[t], factor, &part)) return false;
        if (!spot_add_term(sum, p->axis[t], part)) return false;
    }
    return true;
}

spot spot_of_use(ew_graph *g, ew_node n, uint16_t map, size_t p)
{
    map_draft d = map_axis(g, map, p);
    spot sum = spot_fixed(d.offset);
    if (d.gather) return spot_gather(g, view_argument(g, n, d.gather));
    for (size_t t = 0; t < d.terms; t++)
        if (!spot_add_term(&sum, d.axis[t], d.factor[t])) report_plain(&g->report, E_LIMIT_AXES, "6", NULL);
    return sum;
}

/* offset + sum of factor · place, as an int, where no place is affine any more. */
static view spot_sum(ew_graph *g, const spot *p, const spot *to, uint16_t shape, bool checked)
{
    view value = {graph_whole(g, p->offset), 0};
    for (size_t t = 0; t < p->terms; t++) {
        spot at = to[p->axis[t]];
        if (!checked) at.checked = view_none();
        value = spot_plus(g, shape, value, spot_value(g, shape, &at), p->factor[t]);
    }
    return value;
}

spot spot_substitute(ew_graph *g, const spot *p, const spot *to, uint16_t shape)
{
    size_t axis;
    if (p->gather.node != EW_NONE) {
        spot made = spot_gather(g, view_fetch(g, p->gather, to, shape));
        if (p->checked.node != EW_NONE) made.checked = view_fetch(g, p->checked, to, shape);
        return made;
    }
    if (spot_is_axis(p, &axis)) return to[axis];
    spot sum = spot_fixed(p->offset);
    bool affine = true;
    for (size_t t = 0; affine && t < p->terms; t++) affine = spot_add(&sum, &to[p->axis[t]], p->factor[t]);
    if (affine) return sum;
    bool checks = false;
    for (size_t t = 0; t < p->terms; t++) checks = checks || to[p->axis[t]].checked.node != EW_NONE;
    sum = spot_gather(g, spot_sum(g, p, to, shape, false));
    if (checks) sum.checked = spot_sum(g, p, to, shape, true);
    return sum;
}

/* The axis of the domain by an axis of the shape whose known place is that axis, moved or turned round; as it stands,
 * where there is one. */
static bool spot_turn_axis(const spot *known, size_t rank, uint16_t axis, spot *by)
{
    bool found = false;
    for (size_t a = 0; a < rank; a++) {
        const spot *k = &known[a];
        int64_t f = k->terms == 1 ? k->factor[0] : 0;
        if (k->gather.node != EW_NONE || (f != 1 && f != -1) || k->axis[0] != axis || k->offset == INT64_MIN) continue;
        bool plain = f == 1 && k->offset == 0;
        if (found && !plain) continue;
        *by = spot_axis(a); /* place = offset + f · axis */
        by->factor[0] = f;
        by->offset = -f * k->offset;
        found = true;
        if (plain) break;
    }
    return found;
}

bool spot_turn(ew_graph *g, const spot *p, const spot *known, uint16_t shape, spot *turned)
{
    spot to[AXES_MOST];
    uint32_t needs = spot_axes(g, p);
    for (size_t axis = 0; axis < AXES_MOST; axis++) {
        if (!(needs & 1u << axis)) continue;
        if (!spot_turn_axis(known, shape_rank(g, shape), (uint16_t)axis, &to[axis])) return false;
    }
    *turned = spot_substitute(g, p, to, shape);
    return report_ok(&g->report);
}

bool spot_inside(const ew_graph *g, uint16_t shape, const spot *p, int64_t size, bool *low, bool *high)
{
    bool below = false, above = false, known = size_is_known(size);
    int64_t least = p->offset, most = p->offset, part;
    size_t axis;
    if (p->gather.node != EW_NONE) known = false;
    if (spot_is_axis(p, &axis) && shape_sizes(g, shape)[axis] == size) return true;
    for (size_t t = 0; known && t < p->terms; t++) {
        int64_t count = shape_sizes(g, shape)[p->axis[t]];
        known = size_is_known(count) && !__builtin_mul_overflow(p->factor[t], count - 1, &part);
        if (count == 0) return true; /* there is no place at all */
        if (known && part > 0) known = !__builtin_add_overflow(most, part, &most);
        if (known && part < 0) known = !__builtin_add_overflow(least, part, &least);
    }
    below = !known || least < 0;
    above = !known || most >= size;
    if (low) *low = below;
    if (high) *high = above;
    return !below && !above;
}

view view_within(ew_graph *g, uint16_t shape, view v, const spot *p, int64_t size)
{
    bool low = false, high = false;
    if (spot_inside(g, shape, p, size, &low, &high)) return v;
    view zero = view_number(g, 0), at = spot_value(g, shape, p);
    if (low) v = view_op(g, shape, OP_IF, view_op(g, shape, OP_GE, at, zero, view_none()), v, zero);
    if (!high) return v;
    view end = {size_is_known(size) ? graph_whole(g, size) : graph_size(g, size), 0};
    return view_op(g, shape, OP_IF, view_op(g, shape, OP_LT, at, end, view_none()), v, zero);
}

/* ---- Fetching ---------------------------------------------------------------------------------- */

/* Maps for AT and SCATTER, and the arguments that their gathers need. */
typedef struct spot_access {
    ew_node args[AXES_MOST + 1];
    uint16_t maps[AXES_MOST + 1];
    map_draft drafts[AXES_MOST];
    size_t count; /* of args; the first is the array's */
} spot_access;

static map_draft spot_draft(spot_access *a, const spot *p, const uint16_t *number, ew_graph *g)
{
    map_draft d;
    memset(&d, 0, sizeof d);
    if (p->gather.node != EW_NONE) {
        view moved = view_move(g, p->checked.node != EW_NONE ? p->checked : p->gather, number);
        a->args[a->count] = moved.node;
        a->maps[a->count] = moved.map;
        d.gather = (uint16_t)a->count++;
        return d;
    }
    d.offset = p->offset;
    d.terms = p->terms;
    for (size_t t = 0; t < p->terms; t++) {
        d.axis[t] = number[p->axis[t]];
        d.factor[t] = p->factor[t];
    }
    return d;
}

static bool fetch_is_plain(const ew_graph *g, const spot *const *at, size_t rank, ew_node n, uint16_t shape)
{
    uint32_t seen = 0;
    for (size_t p = 0; p < rank; p++) {
        size_t axis;
        if (!spot_is_axis(at[p], &axis) || (seen & 1u << axis)) return false;
        if (shape_sizes(g, shape)[axis] != node_size(g, n, p)) return false;
        seen |= 1u << axis;
    }
    return true;
}

static view fetch_at(ew_graph *g, ew_node n, const spot *const *at, size_t rank, uint16_t shape)
{
    uint16_t number[AXES_MOST] = {0}, axis[AXES_MOST] = {0};
    int64_t sizes[AXES_MOST];
    uint32_t mask = 0;
    size_t own = 0;
    bool inside = true;
    spot_access *a = memory_new(&g->memory, sizeof *a);
    if (!a) {
        report_memory(&g->report);
        return view_none();
    }
    for (size_t p = 0; p < rank; p++) mask |= spot_axes(g, at[p]);
    for (size_t k = 0; k < shape_rank(g, shape); k++) {
        if (!(mask & 1u << k)) continue;
        sizes[own] = shape_sizes(g, shape)[k];
        number[k] = (uint16_t)own;
        axis[own++] = (uint16_t)k;
    }
    a->args[0] = n;
    a->count = 1;
    for (size_t p = 0; p < rank; p++) {
        a->drafts[p] = spot_draft(a, at[p], number, g);
        inside = spot_inside(g, shape, at[p], node_size(g, n, p), NULL, NULL) && inside;
    }
    a->maps[0] = graph_map_of(g, a->drafts, rank);
    node_spec s = {.op = OP_AT,
                   .args = a->args,
                   .maps = a->maps,
                   .count = a->count,
                   .shape = graph_shape_of(g, sizes, own),
                   .flags = inside ? 0 : NODE_ZERO,
                   .place = NO_PLACE};
    view made = {graph_make(g, &s), graph_map_plain(g, axis, own)};
    memory_free(&g->memory, a, sizeof *a);
    return made.map == UINT16_MAX ? view_none() : made;
}

view view_fetch(ew_graph *g, view v, const spot *to, uint16_t shape)
{
    const spot *at[AXES_MOST];
    uint16_t axis[AXES_MOST];
    if (v.node == EW_NONE || shape == UINT16_MAX) return view_none();
    size_t rank = node_rank(g, v.node);
    if (!rank) return v;
    for (size_t p = 0; p < rank; p++) at[p] = &to[map_plain_axis(g, v.map, p)];
    if (!fetch_is_plain(g, at, rank, v.node, shape)) return fetch_at(g, v.node, at, rank, shape);
    for (size_t p = 0; p < rank; p++) {
        size_t a = 0;
        spot_is_axis(at[p], &a);
        axis[p] = (uint16_t)a;
    }
    v.map = graph_map_plain(g, axis, rank);
    return v.map == UINT16_MAX ? view_none() : v;
}

/* ---- Depositing -------------------------------------------------------------------------------- */

/*
 * The sum over d of v[d]·[s = own(d)] needs no scatter where own can be solved for d: an offset, a flip,
 * a sum of axes (then the other axes of it stay and are summed over), a fixed place (a condition).
 */
typedef struct deposit {
    ew_graph *g;
    uint16_t domain, shape;
    const spot *own;
    deposit_order order; /* target axes that are solved for before the others */
    bool solved[AXES_MOST];
    spot at[AXES_MOST];        /* of solved domain axes: over `shape`, then the axes that stay at rank + axis */
    bool condition[AXES_MOST]; /* target axis p must be own[p] */
    uint32_t used;             /* domain axes in the solutions: may be solved no more */
} deposit;

/* The term of own[p] to solve for: of a factor ±1, the longest axis; -1: none. */
static int deposit_candidate(const deposit *d, const spot *p)
{
    int best = -1;
    const int64_t *sizes = shape_sizes(d->g, d->domain);
    for (size_t t = 0; t < p->terms; t++) {
        uint16_t axis = p->axis[t];
        if (d->solved[axis] || (p->factor[t] != 1 && p->factor[t] != -1) || (d->used & 1u << axis)) continue;
        if (best < 0 || sizes[axis] > sizes[p->axis[best]]) best = (int)t;
    }
    return best;
}

/* d_j = f (s_p - offset - the other terms) */
static bool deposit_solve(deposit *d, size_t p, int term)
{
    const spot *own = &d->own[p];
    size_t rank = shape_rank(d->g, d->shape);
    int64_t f = own->factor[term];
    spot rest = spot_fixed(0), one = spot_axis(p);
    bool ok = spot_add(&rest, &one, f);
    rest.offset = -own->offset * f;
    for (size_t t = 0; ok && t < own->terms; t++) {
        uint16_t axis = own->axis[t];
        if ((int)t == term) continue;
        spot other = d->solved[axis] ? d->at[axis] : spot_axis(rank + axis);
        if (!d->solved[axis]) d->used |= 1u << axis;
        ok = spot_add(&rest, &other, -f * own->factor[t]);
    }
    d->solved[own->axis[term]] = true;
    d->at[own->axis[term]] = rest;
    return ok;
}

enum { DEPOSIT_ROUNDS = 3 };

static size_t deposit_round(const deposit *d, size_t p)
{
    return p == d->order.first ? 0 : d->order.orders >> p & 1 ? 1 : 2;
}

static bool deposit_solve_all(deposit *d, size_t terms)
{
    size_t rank = shape_rank(d->g, d->shape);
    for (size_t k = 0; k < DEPOSIT_ROUNDS * rank; k++) {
        size_t p = k % rank;
        if (deposit_round(d, p) != k / rank) continue;
        const spot *own = &d->own[p];
        if (own->gather.node != EW_NONE) return false;
        if ((own->terms <= 1) != (terms <= 1)) continue;
        int term = deposit_candidate(d, own);
        if (term >= 0 && !deposit_solve(d, p, term)) return false;
        d->condition[p] = term < 0;
        for (size_t t = 0; term < 0 && t < own->terms; t++)
            if (!d->solved[own->axis[t]]) return false;
    }
    return true;
}

static bool deposit_count(const ew_graph *g, uint16_t shape, uint32_t mask, double *count)
{
    *count = 1;
    for (size_t a = 0; a < shape_rank(g, shape); a++) {
        if (!(mask & 1u << a)) continue;
        if (!size_is_known(shape_sizes(g, shape)[a])) return false;
        *count *= (double)shape_sizes(g, shape)[a];
    }
    return true;
}

/* Summing over what stays may visit more places than there are values. */
static bool deposit_pays(const deposit *d, uint32_t stay)
{
    double all, visited, rest;
    if (!stay) return true;
    if (!deposit_count(d->g, d->domain, UINT32_MAX, &all)) return false;
    if (!deposit_count(d->g, d->shape, UINT32_MAX, &visited)) return false;
    if (!deposit_count(d->g, d->domain, stay, &rest)) return false;
    return visited * rest <= 2 * all;
}

static view deposit_scatter(ew_graph *g, view v, uint16_t domain, const spot *own, uint16_t shape)
{
    uint16_t number[AXES_MOST] = {0};
    size_t rank = shape_rank(g, shape);
    spot_access *a = memory_new(&g->memory, sizeof *a);
    if (!a) {
        report_memory(&g->report);
        return view_none();
    }
    for (size_t k = 0; k < AXES_MOST; k++) number[k] = (uint16_t)k;
    v = view_real(g, v);
    a->args[0] = v.node;
    a->maps[0] = v.map;
    a->count = 1;
    for (size_t p = 0; p < rank; p++) a->drafts[p] = spot_draft(a, &own[p], number, g);
    node_spec s = {.op = OP_SCATTER,
                   .args = a->args,
                   .maps = a->maps,
                   .count = a->count,
                   .shape = shape,
                   .domain = domain,
                   .target = graph_map_of(g, a->drafts, rank),
                   .place = NO_PLACE};
    view made = {graph_make(g, &s), 0};
    memory_free(&g->memory, a, sizeof *a);
    return made;
}

/* v[d] where every condition holds, over `shape` and then the axes that stay; these are summed over. */
static view deposit_solved(deposit *d, view v, uint32_t stay)
{
    ew_graph *g = d->g;
    size_t rank = shape_rank(g, d->shape), all = shape_rank(g, d->domain), more = 0;
    int64_t sizes[2 * AXES_MOST];
    uint16_t number[2 * AXES_MOST] = {0};
    spot to[AXES_MOST];
    for (size_t p = 0; p < rank; p++) sizes[p] = shape_sizes(g, d->shape)[p], number[p] = (uint16_t)p;
    for (size_t a = 0; a < all; a++) {
        if (!(stay & 1u << a)) continue;
        sizes[rank + more] = shape_sizes(g, d->domain)[a];
        number[rank + a] = (uint16_t)(rank + more++);
    }
    uint16_t joint = graph_shape_of(g, sizes, rank + more);
    if (joint == UINT16_MAX) return view_none();
    for (size_t a = 0; a < all; a++) {
        to[a] = d->solved[a] ? d->at[a] : stay & 1u << a ? spot_axis(rank + a) : spot_fixed(0);
        for (size_t t = 0; t < to[a].terms; t++) to[a].axis[t] = number[to[a].axis[t]];
    }
    uint32_t has = view_axes(g, v);
    v = view_fetch(g, v, to, joint);
    for (size_t a = 0; v.node != EW_NONE && a < all; a++)
        if (d->solved[a] && !(has & 1u << a)) v = view_within(g, joint, v, &to[a], shape_sizes(g, d->domain)[a]);
    for (size_t p = 0; v.node != EW_NONE && p < rank; p++) {
        if (!d->condition[p]) continue;
        spot own = spot_substitute(g, &d->own[p], to, joint);
        view here = view_op(g, joint, OP_EQ, view_index(g, joint, p), spot_value(g, joint, &own), view_none());
        v = view_op(g, joint, OP_IF, here, v, view_number(g, 0));
    }
    uint32_t mask = 0;
    for (size_t i = 0; i < more; i++) mask |= 1u << (rank + i);
    return view_sum(g, joint, v, mask);
}

view view_deposit(ew_graph *g, view v, uint16_t domain, const spot *own, uint16_t shape, deposit_order order)
{
    uint32_t needed = 0, stay = 0;
    size_t all;
    if (v.node == EW_NONE || shape == UINT16_MAX || domain == UINT16_MAX) return view_none();
    if (view_is(g, v, 0)) return v;
    all = shape_rank(g, domain);
    for (size_t p = 0; p < shape_rank(g, shape); p++) needed |= spot_axes(g, &own[p]);
    for (size_t a = 0; a < all; a++)
        if (!(needed & 1u << a)) stay |= 1u << a;
    v = view_sum(g, domain, v, stay);
    deposit *d = memory_new(&g->memory, sizeof *d);
    if (!d) {
        report_memory(&g->report);
        return view_none();
    }
    *d = (deposit){.g = g, .domain = domain, .shape = shape, .own = own, .order = order};
    bool ok = all + shape_rank(g, shape) <= AXES_MOST && deposit_solve_all(d, 1) && deposit_solve_all(d, 2);
    stay = 0;
    for (size_t a = 0; a < all; a++)
        if ((needed & 1u << a) && !d->solved[a]) stay |= 1u << a;
    view made;
    if (ok && deposit_pays(d, stay))
        made = deposit_solved(d, v, stay);
    else
        made = deposit_scatter(g, v, domain, own, shape);
    memory_free(&g->memory, d, sizeof *d);
    return made;
}
