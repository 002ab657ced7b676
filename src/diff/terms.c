/*
 * terms.c - the algebra of sparse terms (terms.h).
 *
 * `joint` is the work place: the axes of an edge's domain (or of an access), then those of a term's domain. To
 * solve is to express one of them by others; those that others are expressed by must stay.
 */
#include "diff/terms.h"

#include <assert.h>
#include <string.h>

enum { TERMS_MOST = 16 }; /* of one node; more are made one dense term */

void terms_begin(terms *t, ew_graph *g, uint16_t far)
{
    memset(t, 0, sizeof *t);
    t->g = g;
    t->far = far;
}

void terms_free(terms *t)
{
    array_free(&t->g->memory, &t->all);
    array_free(&t->g->memory, &t->places);
}

/* Place p of a term: of its own side, then of the far one. */
static spot terms_place(const terms *t, const terms_item *x, size_t p)
{
    return x->places == TERMS_NONE ? spot_axis(p) : t->places.at[x->places + p];
}

/* ---- Keeping ----------------------------------------------------------------------------------- */

static bool terms_append(terms *t, uint32_t *list, terms_item x)
{
    x.next = *list;
    if (!array_push(&t->g->memory, &t->all, x)) return report_memory(&t->g->report);
    *list = (uint32_t)t->all.count - 1;
    return true;
}

bool terms_add_dense(terms *t, uint32_t *list, uint16_t own, view value)
{
    if (value.node == EW_NONE) return false;
    if (view_is(t->g, value, 0)) return true;
    uint16_t domain = shape_join(t->g, own, t->far);
    if (domain == UINT16_MAX) return false;
    for (uint32_t i = *list; i != TERMS_NONE; i = t->all.at[i].next) {
        if (t->all.at[i].places != TERMS_NONE) continue;
        view sum = view_op(t->g, domain, OP_ADD, t->all.at[i].value, value, view_none());
        t->all.at[i].value = sum;
        return sum.node != EW_NONE;
    }
    return terms_append(t, list, (terms_item){TERMS_NONE, TERMS_NONE, domain, value});
}

static bool terms_same(const terms *t, const terms_item *x, uint16_t domain, const spot *places, size_t rank)
{
    if (x->places == TERMS_NONE || x->domain != domain) return false;
    for (size_t p = 0; p < rank; p++)
        if (!spot_agrees(&t->places.at[x->places + p], &places[p])) return false;
    return true;
}

static size_t terms_count(const terms *t, uint32_t list)
{
    size_t count = 0;
    for (; list != TERMS_NONE; list = t->all.at[list].next) count++;
    return count;
}

static bool terms_merge(terms *t, uint32_t *list, uint16_t own);

static bool terms_add_sparse(terms *t, uint32_t *list, uint16_t own, uint16_t domain, view value, const spot *places)
{
    size_t rank = shape_rank(t->g, own) + shape_rank(t->g, t->far);
    for (uint32_t i = *list; i != TERMS_NONE; i = t->all.at[i].next) {
        if (!terms_same(t, &t->all.at[i], domain, places, rank)) continue;
        view sum = view_op(t->g, domain, OP_ADD, t->all.at[i].value, value, view_none());
        t->all.at[i].value = sum;
        return sum.node != EW_NONE;
    }
    terms_item x = {TERMS_NONE, (uint32_t)t->places.count, domain, value};
    if (!array_reserve(&t->g->memory, &t->places, rank)) return report_memory(&t->g->report);
    memcpy(t->places.at + t->places.count, places, rank * sizeof *places);
    t->places.count += rank;
    if (!terms_append(t, list, x)) return false;
    return terms_count(t, *list) <= TERMS_MOST || terms_merge(t, list, own);
}

bool terms_add_identity(terms *t, uint32_t *list, uint16_t own)
{
    spot places[2 * AXES_MOST];
    size_t rank = shape_rank(t->g, own);
    if (rank == 0) return terms_add_dense(t, list, own, view_number(t->g, 1));
    for (size_t p = 0; p < rank; p++) places[p] = places[rank + p] = spot_axis(p);
    return terms_add_sparse(t, list, own, own, view_number(t->g, 1), places);
}

view terms_dense(terms *t, uint32_t *list, uint16_t own)
{
    ew_graph *g = t->g;
    uint16_t shape = shape_join(g, own, t->far);
    view sum = view_number(g, 0);
    size_t rank = shape == UINT16_MAX ? 0 : shape_rank(g, shape);
    if (shape == UINT16_MAX) return view_none();
    for (uint32_t i = *list; i != TERMS_NONE && sum.node != EW_NONE; i = t->all.at[i].next) {
        terms_item x = t->all.at[i];
        spot places[AXES_MOST];
        for (size_t p = 0; p < rank; p++) places[p] = terms_place(t, &x, p);
        view value = x.places == TERMS_NONE ? x.value : view_deposit(g, x.value, x.domain, places, shape, t->order);
        if (value.node == EW_NONE || view_is(g, value, 0)) {
            if (value.node == EW_NONE) sum = value;
            continue;
        }
        sum = view_is(g, sum, 0) ? value : view_op(g, shape, OP_ADD, sum, value, view_none());
    }
    *list = TERMS_NONE;
    if (sum.node != EW_NONE && !terms_add_dense(t, list, own, sum)) return view_none();
    return sum;
}

/* ---- Full terms ---------------------------------------------------------------------------------- */

uint16_t terms_shape(const terms *t, uint16_t own, uint32_t mask)
{
    ew_graph *g = t->g;
    int64_t sizes[2 * AXES_MOST];
    size_t rank = 0;
    for (size_t p = 0; p < shape_rank(g, own); p++) sizes[rank++] = shape_sizes(g, own)[p];
    for (size_t r = 0; r < shape_rank(g, t->far); r++)
        if (!(mask & 1u << r)) sizes[rank++] = shape_sizes(g, t->far)[r];
    return graph_shape_of(g, sizes, rank);
}

/* Places of a full term: the node's own axes, then where each far axis is. Over terms_shape. */
static void terms_full_places(const terms *t, uint16_t own, uint32_t mask, const spot *far, spot *places)
{
    size_t rank = shape_rank(t->g, own), next = rank;
    for (size_t p = 0; p < rank; p++) places[p] = spot_axis(p);
    for (size_t r = 0; r < shape_rank(t->g, t->far); r++)
        places[rank + r] = mask & 1u << r ? far[r] : spot_axis(next++);
}

bool terms_add_full(terms *t, uint32_t *list, uint16_t own, uint32_t mask, const spot *far, view value)
{
    spot places[2 * AXES_MOST];
    uint16_t shape = terms_shape(t, own, mask);
    if (value.node == EW_NONE || shape == UINT16_MAX) return false;
    if (!mask) return terms_add_dense(t, list, own, value);
    if (view_is(t->g, value, 0)) return true;
    terms_full_places(t, own, mask, far, places);
    return terms_add_sparse(t, list, own, shape, value, places);
}

view terms_full(terms *t, uint32_t *list, uint16_t own, uint32_t mask, const spot *far)
{
    spot places[2 * AXES_MOST];
    uint16_t shape = terms_shape(t, own, mask);
    if (!mask) return terms_dense(t, list, own);
    if (shape == UINT16_MAX) return view_none();
    terms_full_places(t, own, mask, far, places);
    view v = terms_at(t, *list, own, shape, places, places + shape_rank(t->g, own));
    *list = TERMS_NONE;
    return terms_add_full(t, list, own, mask, far, v) ? v : view_none();
}

bool terms_is_full(const terms *t, uint32_t list, uint16_t own, uint32_t *mask, spot *far, view *value)
{
    size_t rank = shape_rank(t->g, own), next = rank, axis;
    if (list == TERMS_NONE || t->all.at[list].next != TERMS_NONE) return false;
    terms_item x = t->all.at[list];
    for (size_t p = 0; p < rank; p++) {
        spot place = terms_place(t, &x, p);
        if (!spot_is_axis(&place, &axis) || axis != p) return false;
    }
    *mask = 0;
    for (size_t r = 0; r < shape_rank(t->g, t->far); r++) {
        far[r] = terms_place(t, &x, rank + r);
        bool rest = next < shape_rank(t->g, x.domain) && spot_is_axis(&far[r], &axis) && axis == next;
        if (rest)
            next++;
        else
            *mask |= 1u << r;
    }
    *value = x.value;
    return x.domain == terms_shape(t, own, *mask);
}

bool terms_far(const terms *t, uint32_t i, uint16_t own, size_t r, spot *far)
{
    spot known[AXES_MOST];
    const terms_item *x = &t->all.at[i];
    size_t rank = shape_rank(t->g, own);
    for (size_t p = 0; p < rank; p++) known[p] = terms_place(t, x, p);
    spot place = terms_place(t, x, rank + r);
    return spot_turn(t->g, &place, known, own, far);
}

/* Can a term be made full? Aligned far axes are said by the node's, the rest stand for themselves. */
static bool terms_fits_full(const terms *t, uint16_t domain, const spot *places, uint16_t own, spot *far)
{
    size_t rank = shape_rank(t->g, own), axis;
    uint32_t seen = 0;
    for (size_t p = 0; p < rank; p++) {
        uint32_t needs = spot_axes(t->g, &places[p]);
        if (!needs) return false; /* a fixed place is less than an array of them */
        seen |= needs;
    }
    for (size_t r = 0; r < shape_rank(t->g, t->far); r++) {
        const spot *p = &places[rank + r];
        if (t->aligned & 1u << r) {
            if (!spot_turn(t->g, p, places, own, &far[r])) return false;
            continue;
        }
        if (!spot_is_axis(p, &axis) || (seen & 1u << axis)) return false;
        if (shape_sizes(t->g, domain)[axis] != shape_sizes(t->g, t->far)[r]) return false;
        seen |= 1u << axis;
    }
    return true;
}

static bool terms_keep_full(terms *t, uint32_t *list, uint16_t own, uint16_t domain, view value, const spot *places,
                            const spot *far)
{
    spot kept[2 * AXES_MOST];
    size_t rank = shape_rank(t->g, own), count = rank;
    for (size_t p = 0; p < rank; p++) kept[p] = places[p];
    for (size_t r = 0; r < shape_rank(t->g, t->far); r++)
        if (!(t->aligned & 1u << r)) kept[count++] = places[rank + r];
    view full = view_deposit(t->g, value, domain, kept, terms_shape(t, own, t->aligned), t->order);
    return terms_add_full(t, list, own, t->aligned, far, full);
}

/* A list that is too long: one full term, if all of them have their aligned axes at one place, or a dense one. */
static bool terms_merge(terms *t, uint32_t *list, uint16_t own)
{
    spot far[AXES_MOST], one;
    bool same = t->aligned != 0;
    for (uint32_t i = *list; i != TERMS_NONE; i = t->all.at[i].next)
        for (size_t r = 0; r < shape_rank(t->g, t->far) && same; r++) {
            if (!(t->aligned & 1u << r)) continue;
            same = terms_far(t, i, own, r, i == *list ? &far[r] : &one) && (i == *list || spot_agrees(&far[r], &one));
        }
    if (!same) return terms_dense(t, list, own).node != EW_NONE;
    return terms_full(t, list, own, t->aligned, far).node != EW_NONE;
}

/* ---- Solving ----------------------------------------------------------------------------------- */

typedef struct joint {
    ew_graph *g;
    uint16_t shape; /* the edge's axes, then the term's */
    size_t first, rank;
    spot at[AXES_MOST];   /* what each axis is; itself where it stays */
    uint32_t gone, fixed; /* solved for; what others are expressed by */
    uint32_t keep;        /* never solved for */
    uint32_t partial;     /* solved for by a gather that may lie outside of it */
    uint32_t told;        /* what a condition or a place of the result still says of */
    view value, factor, when;
    bool zero;
} joint;

static bool joint_begin(joint *j, ew_graph *g, uint16_t edge, const terms_item *x)
{
    memset(j, 0, sizeof *j);
    j->g = g;
    j->shape = shape_join(g, edge, x->domain);
    if (j->shape == UINT16_MAX) return false;
    j->first = shape_rank(g, edge);
    j->rank = shape_rank(g, j->shape);
    for (size_t a = 0; a < j->rank; a++) j->at[a] = spot_axis(a);
    return true;
}

/* A term's place, over the joint axes. */
static spot joint_move(const joint *j, spot p)
{
    uint16_t to[AXES_MOST];
    for (size_t a = 0; a < AXES_MOST; a++) to[a] = (uint16_t)(j->first + a);
    spot_move(j->g, &p, to);
    return p;
}

static bool joint_free(const joint *j, size_t axis)
{
    return !((j->gone | j->fixed | j->keep) & 1u << axis);
}

/* axis := p, a place among `size`, unless p needs it itself. */
static bool joint_set(joint *j, size_t axis, const spot *p, int64_t size)
{
    uint32_t needs = spot_axes(j->g, p);
    if (!joint_free(j, axis) || (needs & 1u << axis)) return false;
    if (p->gather.node != EW_NONE && shape_sizes(j->g, j->shape)[axis] != size) j->partial |= 1u << axis;
    j->at[axis] = *p;
    j->gone |= 1u << axis;
    j->fixed |= needs;
    return true;
}

/* a = b where both are affine: solved for an axis of the term's domain with a factor ±1. */
static bool joint_solve(joint *j, const spot *a, const spot *b)
{
    if (a->gather.node != EW_NONE || b->gather.node != EW_NONE) return false;
    for (size_t i = 0; i < b->terms; i++) {
        int64_t f = b->factor[i];
        spot rest = *a;
        if (b->axis[i] < j->first || (f != 1 && f != -1)) continue;
        /* f · axis = a - (b - f · axis) */
        bool ok = true;
        rest.offset = f * (a->offset - b->offset);
        for (size_t k = 0; k < rest.terms; k++) rest.factor[k] *= f;
        for (size_t k = 0; ok && k < b->terms; k++) {
            if (k == i) continue;
            if (rest.terms == SPOT_TERMS) ok = false;
            spot one = spot_axis(b->axis[k]);
            for (size_t r = 0; ok && r < rest.terms; r++)
                if (rest.axis[r] == b->axis[k]) ok = false;
            if (!ok) break;
            size_t at = rest.terms++;
            rest.axis[at] = one.axis[0];
            rest.factor[at] = -f * b->factor[k];
            for (; at > 0 && rest.axis[at - 1] > rest.axis[at]; at--) {
                uint16_t axis = rest.axis[at];
                int64_t factor = rest.factor[at];
                rest.axis[at] = rest.axis[at - 1], rest.factor[at] = rest.factor[at - 1];
                rest.axis[at - 1] = axis, rest.factor[at - 1] = factor;
            }
        }
        if (ok && joint_set(j, b->axis[i], &rest, 0)) return true;
    }
    return false;
}

/* Demands a = b, a of the edge, b of the term, places of an axis of that size. False: it cannot be solved. */
static bool joint_demand(joint *j, const spot *edge, const spot *term_place, int64_t size)
{
    size_t axis;
    spot a = spot_substitute(j->g, edge, j->at, j->shape);
    spot b = spot_substitute(j->g, term_place, j->at, j->shape);
    if (spot_same(&a, &b)) return true;
    if (spot_is_axis(&b, &axis) && axis >= j->first && joint_set(j, axis, &a, size)) return true;
    if (spot_is_axis(&a, &axis) && joint_set(j, axis, &b, size)) return true;
    if (joint_solve(j, &a, &b)) return true;
    bool constants = a.gather.node == EW_NONE && b.gather.node == EW_NONE && !a.terms && !b.terms;
    if (constants) j->zero = true;
    return constants;
}

/* Where a = b cannot be solved it becomes a condition. */
static void joint_condition(joint *j, const spot *edge, const spot *term_place)
{
    ew_graph *g = j->g;
    view a = spot_value(g, j->shape, edge), b = spot_value(g, j->shape, term_place);
    view same = view_op(g, j->shape, OP_EQ, a, b, view_none());
    j->value = view_op(g, j->shape, OP_IF, same, j->value, view_number(g, 0));
}

/* Must it be said of a solved axis that v lacks that its place is one? A gathered one is a place of the array that the
 * axis is of, but that may be longer, or it is to be checked where nothing else does. */
static bool joint_is_bare(const joint *j, size_t axis)
{
    uint32_t bit = 1u << axis;
    if (j->at[axis].gather.node == EW_NONE || (j->partial & bit)) return true;
    return j->at[axis].checked.node != EW_NONE && !(j->told & bit);
}

/* v, over the joint axes, with those that are solved for replaced; 0 where that is no place of theirs. */
static view joint_replace(joint *j, view v, uint32_t axes)
{
    ew_graph *g = j->g;
    uint32_t has = view_axes(g, v);
    if (v.node == EW_NONE) return v;
    v = view_fetch(g, v, j->at, j->shape);
    for (size_t a = 0; a < j->rank && v.node != EW_NONE; a++) {
        if (!(j->gone & axes & 1u << a) || (has & 1u << a) || !joint_is_bare(j, a)) continue;
        v = view_within(g, j->shape, v, &j->at[a], shape_sizes(g, j->shape)[a]);
    }
    return v;
}

/* value · factor under the condition, summed over the axes that `mask` names. */
static view joint_product(joint *j, const linear *l, uint32_t mask)
{
    ew_graph *g = j->g;
    view zero = view_number(g, 0), w = j->when;
    if (w.node == EW_NONE) return view_product_sum(g, j->shape, j->value, j->factor, mask);
    j->value = view_op(g, j->shape, OP_MUL0, j->value, j->factor, view_none());
    uint32_t outside = mask & view_axes(g, j->value) & ~view_axes(g, w);
    view v = view_sum(g, j->shape, j->value, outside);
    v = view_op(g, j->shape, OP_IF, w, l->otherwise ? zero : v, l->otherwise ? v : zero);
    return view_sum(g, j->shape, v, mask & ~outside);
}

static view joint_view(const joint *j, view v)
{
    uint16_t to[AXES_MOST];
    for (size_t a = 0; a < AXES_MOST; a++) to[a] = (uint16_t)(j->first + a);
    return view_move(j->g, v, to);
}

/* Axes by first appearance in the places: equal terms get equal numbers. */
static uint16_t joint_number(const joint *j, const spot *places, size_t rank, uint16_t *number)
{
    int64_t sizes[AXES_MOST];
    size_t count = 0;
    uint32_t seen = 0;
    for (size_t p = 0; p < rank; p++) {
        uint32_t axes = spot_axes(j->g, &places[p]) & ~seen;
        for (size_t a = 0; a < j->rank; a++) {
            if (!(axes & 1u << a)) continue;
            sizes[count] = shape_sizes(j->g, j->shape)[a];
            number[a] = (uint16_t)count++;
        }
        seen |= axes;
    }
    return graph_shape_of(j->g, sizes, count);
}

static bool terms_far_is_dense(const terms *t, uint16_t domain, const spot *places, size_t own, size_t rank)
{
    uint32_t seen = 0;
    for (size_t p = 0; p < own; p++) seen |= spot_axes(t->g, &places[p]);
    for (size_t p = own; p < rank; p++) {
        size_t axis;
        if (!spot_is_axis(&places[p], &axis) || (seen & 1u << axis)) return false;
        if (shape_sizes(t->g, domain)[axis] != shape_sizes(t->g, t->far)[p - own]) return false;
        seen |= 1u << axis;
    }
    return true;
}

/* Renumbers, and keeps what came out: dense if the far side is. */
static bool terms_keep(terms *t, joint *j, view value, spot *places, uint32_t *list, uint16_t own)
{
    ew_graph *g = t->g;
    uint16_t number[AXES_MOST] = {0};
    size_t own_rank = shape_rank(g, own), rank = own_rank + shape_rank(g, t->far);
    if (value.node == EW_NONE) return false;
    if (view_is(g, value, 0)) return true;
    uint16_t domain = joint_number(j, places, rank, number);
    if (domain == UINT16_MAX) return false;
    value = view_move(g, value, number);
    for (size_t p = 0; p < rank; p++) {
        spot sum = spot_fixed(places[p].offset);
        sum.gather = view_move(g, places[p].gather, number);
        sum.checked = view_move(g, places[p].checked, number);
        for (size_t i = 0; i < places[p].terms; i++) { /* by ascending axis again */
            size_t at = sum.terms++;
            uint16_t axis = number[places[p].axis[i]];
            for (; at > 0 && sum.axis[at - 1] > axis; at--) {
                sum.axis[at] = sum.axis[at - 1];
                sum.factor[at] = sum.factor[at - 1];
            }
            sum.axis[at] = axis;
            sum.factor[at] = places[p].factor[i];
        }
        places[p] = sum;
    }
    spot far[AXES_MOST];
    if (t->aligned && terms_fits_full(t, domain, places, own, far))
        return terms_keep_full(t, list, own, domain, value, places, far);
    if (!terms_far_is_dense(t, domain, places, own_rank, rank))
        return terms_add_sparse(t, list, own, domain, value, places);
    view dense = view_deposit(g, value, domain, places, shape_join(g, own, t->far), t->order);
    return terms_add_dense(t, list, own, dense);
}

/* One term over an edge; *solved false: it must be made dense first. */
static bool terms_push_one(terms *t, terms_item x, uint16_t from_own, const linear *l, const spot *places,
                           uint32_t *list, uint16_t own, const spot *to, bool *solved)
{
    ew_graph *g = t->g;
    joint j;
    spot result[2 * AXES_MOST];
    uint32_t used = 0, edge;
    size_t rank = shape_rank(g, from_own), own_rank = shape_rank(g, own), far_rank = shape_rank(g, t->far);
    *solved = true;
    if (!joint_begin(&j, g, l->domain, &x)) return false;
    for (size_t p = 0; *solved && p < rank; p++) {
        spot b = joint_move(&j, terms_place(t, &x, p));
        *solved = joint_demand(&j, &places[p], &b, shape_sizes(g, from_own)[p]);
    }
    if (!*solved || j.zero) return true;
    edge = (uint32_t)(((uint64_t)1 << j.first) - 1);
    for (size_t p = 0; p < own_rank + far_rank; p++) {
        result[p] = p < own_rank ? to[p] : joint_move(&j, terms_place(t, &x, rank + p - own_rank));
        j.told |= spot_axes(g, &result[p]);
    }
    j.value = joint_replace(&j, joint_view(&j, x.value), ~edge);
    j.factor = joint_replace(&j, l->factor, edge);
    j.when = joint_replace(&j, l->when, 0);
    for (size_t p = 0; p < own_rank + far_rank; p++) {
        spot b = result[p];
        result[p] = spot_substitute(g, &b, j.at, j.shape);
        used |= spot_axes(g, &result[p]);
    }
    uint32_t all = (uint32_t)(((uint64_t)1 << j.rank) - 1);
    view value = joint_product(&j, l, all & ~used & ~j.gone);
    return terms_keep(t, &j, value, result, list, own);
}

bool terms_push(terms *t, uint32_t from, uint16_t from_own, const linear *l, const spot *places, uint32_t *list,
                uint16_t own, const spot *to)
{
    for (uint32_t i = from; i != TERMS_NONE; i = t->all.at[i].next) {
        bool solved;
        terms_item x = t->all.at[i];
        if (!terms_push_one(t, x, from_own, l, places, list, own, to, &solved)) return false;
        if (solved) continue;
        uint32_t alone = TERMS_NONE;
        if (!terms_append(t, &alone, x) || terms_dense(t, &alone, from_own).node == EW_NONE) return false;
        if (!terms_push_one(t, t->all.at[alone], from_own, l, places, list, own, to, &solved)) return false;
        assert(solved);
    }
    return report_ok(&t->g->report);
}

/* ---- Reading ----------------------------------------------------------------------------------- */

view terms_at(terms *t, uint32_t list, uint16_t own_shape, uint16_t shape, const spot *own, const spot *far)
{
    ew_graph *g = t->g;
    view sum = view_number(g, 0);
    size_t own_rank = shape_rank(g, own_shape), rank = own_rank + shape_rank(g, t->far);
    for (uint32_t i = list; i != TERMS_NONE && sum.node != EW_NONE; i = t->all.at[i].next) {
        terms_item x = t->all.at[i];
        joint j;
        uint32_t open = 0;
        if (!joint_begin(&j, g, shape, &x)) return view_none();
        j.keep = (uint32_t)(((uint64_t)1 << j.first) - 1);
        for (size_t p = 0; p < rank; p++) {
            spot b = joint_move(&j, terms_place(t, &x, p));
            int64_t size = p < own_rank ? shape_sizes(g, own_shape)[p] : shape_sizes(g, t->far)[p - own_rank];
            if (joint_demand(&j, p < own_rank ? &own[p] : &far[p - own_rank], &b, size)) continue;
            open |= 1u << p;
            j.told |= spot_axes(g, &b);
        }
        if (j.zero) continue;
        j.value = joint_replace(&j, joint_view(&j, x.value), ~j.keep);
        for (size_t p = 0; p < rank; p++) {
            if (!(open & 1u << p)) continue;
            spot b = joint_move(&j, terms_place(t, &x, p));
            spot a = spot_substitute(g, p < own_rank ? &own[p] : &far[p - own_rank], j.at, j.shape);
            b = spot_substitute(g, &b, j.at, j.shape);
            joint_condition(&j, &a, &b);
        }
        uint32_t all = (uint32_t)(((uint64_t)1 << j.rank) - 1);
        view value = view_sum(g, j.shape, j.value, all & ~j.keep & ~j.gone);
        if (view_is(g, sum, 0))
            sum = value;
        else
            sum = view_op(g, shape, OP_ADD, sum, value, view_none());
    }
    return sum;
}
