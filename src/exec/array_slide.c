/*
 * array_slide.c - accesses that slide over an array, as those of a convolution do: x[n, c, r + p, s + q].
 *
 * Where all places lie inside, such an access is a view: memory with other strides, and a product over it needs no
 * copy of its windows. `x[… else 0]` leaves the array at its edges. So it is read from a copy with a margin of zeros,
 * made once, and the condition that guards it goes: outside, the copy says what the guard would.
 *
 * The other way round, the derivative of such an access adds windows up where they lay. As a sum it would look for
 * each place which windows had it, place by place; as a scatter it adds window after window, strip by strip.
 */
#include <string.h>

#include "exec/array_inside.h"

enum { SLIDE_DEPTH = 12, SLIDE_TERMS = 2 };

/* Is v an access along an axis of which several indices say the place? */
bool array_slides(const array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    if (value->op != OP_AT) return false;
    array_use u = value_use(w, value, 0);
    for (size_t p = 0; p < value_rank(w, value_at(w, u.value)); p++)
        if (map_axis(w->g, u.map, p).terms >= SLIDE_TERMS) return true;
    return false;
}

/* ---- Whole numbers ------------------------------------------------------------------------------------ */

void array_form_add(map_draft *to, const map_draft *from, int64_t times)
{
    to->offset += times * from->offset;
    for (size_t t = 0; t < from->terms; t++) {
        size_t k = 0;
        while (k < to->terms && to->axis[k] != from->axis[t]) k++;
        if (k == AXES_MOST) return;
        if (k == to->terms) to->axis[to->terms] = from->axis[t], to->factor[to->terms++] = 0;
        to->factor[k] += times * from->factor[t];
    }
}

/* Node n, whose axes are `map` of some domain, as an offset and terms over that domain; false: it is something else.
 * Nesting is bounded by `depth`. */
static bool slide_form(array_lowering *w, ew_node n, uint16_t map, int depth, map_draft *form)
{
    ew_graph *g = w->g;
    const graph_node *node = node_at(g, n);
    int type;
    *form = (map_draft){0};
    if (depth == 0) return false;
    if (node->op == OP_CONST) {
        form->offset = node_constant(g, n, &type).whole;
        return type == TYPE_WHOLE;
    }
    if (node->op == OP_INDEX) {
        int d = map_plain_axis(g, map, 0);
        form->offset = node_constant(g, node_arg(g, n, 0), &type).whole;
        if (d < 0 || type != TYPE_WHOLE) return false;
        form->terms = 1, form->axis[0] = (uint16_t)d, form->factor[0] = 1;
        return true;
    }
    if (node->op != OP_ADD && node->op != OP_SUB) return false;
    for (size_t k = 0; k < 2; k++) {
        map_draft part;
        ew_node a = node_arg(g, n, k);
        uint16_t inner = graph_map_compose(g, map, use_map(g, n, k), node_rank(g, a));
        if (inner == UINT16_MAX || !slide_form(w, a, inner, depth - 1, &part)) return false;
        array_form_add(form, &part, k && node_at(g, n)->op == OP_SUB ? -1 : 1);
    }
    return true;
}

bool array_form(array_lowering *w, ew_node n, uint16_t map, map_draft *form)
{
    return slide_form(w, n, map, SLIDE_DEPTH, form);
}

static bool forms_equal(const map_draft *x, const map_draft *y)
{
    map_draft less = *x;
    array_form_add(&less, y, -1);
    for (size_t t = 0; t < less.terms; t++)
        if (less.factor[t]) return false;
    return less.offset == 0;
}

/* ---- Guards ---------------------------------------------------------------------------------------------- */

/* Is the comparison true wherever the access lies inside? */
static bool guard_leaf(array_lowering *w, ew_node n, uint16_t map, uint16_t access, uint16_t base)
{
    const graph_node *node = node_at(w->g, n);
    map_draft form[2];
    if (node->op != OP_GE && node->op != OP_LT) return false;
    for (size_t k = 0; k < 2; k++) {
        ew_node a = node_arg(w->g, n, k);
        uint16_t inner = graph_map_compose(w->g, map, use_map(w->g, n, k), node_rank(w->g, a));
        if (inner == UINT16_MAX || !array_form(w, a, inner, &form[k])) return false;
    }
    bool least = node_at(w->g, n)->op == OP_GE;
    for (size_t p = 0; p < shape_rank(w->g, base); p++) {
        map_draft place = map_axis(w->g, access, p);
        int64_t bound = least ? 0 : shape_sizes(w->g, base)[p];
        if (!place.gather && form[1].terms == 0 && form[1].offset == bound && forms_equal(&form[0], &place))
            return true;
    }
    return false;
}

static bool guard_holds(array_lowering *w, ew_node n, uint16_t map, uint16_t access, uint16_t base, int depth)
{
    if (depth == 0) return false;
    if (node_at(w->g, n)->op != OP_AND) return guard_leaf(w, n, map, access, base);
    for (size_t k = 0; k < 2; k++) {
        ew_node a = node_arg(w->g, n, k);
        uint16_t inner = graph_map_compose(w->g, map, use_map(w->g, n, k), node_rank(w->g, a));
        if (inner == UINT16_MAX || !guard_holds(w, a, inner, access, base, depth - 1)) return false;
    }
    return true;
}

/* Is n `if c then x[…] else 0` where x[…] gives 0 outside, and c holds inside? Then it is that access. */
bool array_guard_is_idle(array_lowering *w, ew_node n)
{
    ew_graph *g = w->g;
    const graph_node *node = node_at(g, n);
    if (node->op != OP_IF || (w->g->passes_off & PASS_LAYOUT) || !node_is_value(g, node_arg(g, n, 2), 0)) return false;
    ew_node at = node_arg(g, n, 1), when = node_arg(g, n, 0);
    const graph_node *access = node_at(g, at);
    if (access->op != OP_AT || !(access->flags & NODE_ZERO) || (access->flags & NODE_WHEN)) return false;
    if (node_at(g, at)->type != node->type) return false;
    ew_node base = node_arg(g, at, 0);
    uint16_t places = graph_map_compose(g, use_map(g, n, 1), use_map(g, at, 0), node_rank(g, base));
    if (places == UINT16_MAX) return false;
    return guard_holds(w, when, use_map(g, n, 0), places, node_at(g, base)->shape, SLIDE_DEPTH);
}

/* ---- Margins ------------------------------------------------------------------------------------------------ */

/* May it be made step by step? Then no copy of all of it can be made beforehand. */
static bool slide_in_steps(const array_lowering *w, ew_node n)
{
    unsigned o = node_at(w->g, n)->op;
    if (w->g->passes_off & PASS_LAYOUT) return true;
    return w->g->regions.count && o != OP_INPUT && o != OP_PARAM;
}

/* The least and the greatest place of an axis over the domain. */
static bool slide_range(const array_lowering *w, const map_draft *d, uint16_t domain, int64_t *low, int64_t *high)
{
    const int64_t *sizes = shape_sizes(w->g, domain);
    *low = *high = d->offset;
    for (size_t t = 0; t < d->terms; t++) {
        int64_t far, *end;
        if (sizes[d->axis[t]] == 0 || __builtin_mul_overflow(d->factor[t], sizes[d->axis[t]] - 1, &far)) return false;
        end = far < 0 ? low : high;
        if (__builtin_add_overflow(*end, far, end)) return false;
    }
    return true;
}

/* The array with margins: how its axes lie in the old one, and how the access reads it. */
typedef struct margins {
    map_draft from[AXES_MOST], at[AXES_MOST];
    int64_t sizes[AXES_MOST];
    bool any;
} margins;

static bool margins_of(const array_lowering *w, ew_node n, margins *m)
{
    ew_node base = node_arg(w->g, n, 0);
    const int64_t *sizes = shape_sizes(w->g, node_at(w->g, base)->shape);
    m->any = false;
    if (slide_in_steps(w, base)) return false;
    for (size_t p = 0; p < node_rank(w->g, base); p++) {
        map_draft d = map_axis(w->g, use_map(w->g, n, 0), p);
        int64_t low, high;
        if (d.gather || !slide_range(w, &d, node_at(w->g, n)->shape, &low, &high)) return false;
        m->from[p] = (map_draft){.terms = 1, .axis = {(uint16_t)p}, .factor = {1}};
        m->sizes[p] = sizes[p];
        m->at[p] = d;
        if (low >= 0 && high < sizes[p]) continue;
        if (d.terms < SLIDE_TERMS || high - low >= 2 * sizes[p]) return false;
        m->any = true;
        m->from[p].offset = low;
        m->at[p].offset -= low;
        m->sizes[p] = high - low + 1;
    }
    return m->any;
}

/* Access n as a view of an array with margins, where that is what it is. *made: ARRAY_NONE: it is not. */
bool array_lower_slide(array_lowering *w, ew_node n, uint32_t *made)
{
    ew_graph *g = w->g;
    const graph_node *node = node_at(g, n);
    margins m;
    *made = ARRAY_NONE;
    if (!(node->flags & NODE_ZERO) || (node->flags & NODE_WHEN) || !margins_of(w, n, &m)) return true;
    uint32_t a = w->of[node_arg(g, n, 0)];
    size_t rank = node_rank(g, node_arg(g, n, 0)), old, padded;
    int lies = value_at(w, a)->lies;
    uint16_t shape = graph_shape_of(g, m.sizes, rank), from = graph_map_of(g, m.from, rank);
    uint16_t at = graph_map_of(g, m.at, rank);
    if (shape == UINT16_MAX || from == UINT16_MAX || at == UINT16_MAX) return report_ok(&g->report);
    if (lies == LIES_CONST || lies == LIES_RAMP || !shape_elements(g, shape, &padded) ||
        !shape_elements(g, node_at(g, n)->shape, &old) || old < padded)
        return true;
    array_value v = {.op = OP_AT, .flags = NODE_ZERO, .shape = shape, .node = n, .count = 1};
    v.type = v.inner = value_at(w, a)->type;
    array_use use = {a, from};
    uint32_t wide = array_push_value(w, v, &use);
    if (wide == ARRAY_NONE) return false;
    use = (array_use){wide, at};
    v.flags = 0;
    v.shape = node_at(g, n)->shape;
    *made = array_push_value(w, v, &use);
    return *made != ARRAY_NONE;
}

/* ---- Sums of windows ------------------------------------------------------------------------------------------ */

/* By axis of the sum's domain: the axis of the windows' array that it is; SIZE_MAX: none. */
static bool spread_plain(const array_lowering *w, ew_node base, uint16_t map, uint16_t domain, size_t *is)
{
    for (size_t d = 0; d < AXES_MOST; d++) is[d] = SIZE_MAX;
    for (size_t q = 0; q < node_rank(w->g, base); q++) {
        int d = map_plain_axis(w->g, map, q);
        if (d < 0) continue;
        if (is[d] != SIZE_MAX || shape_sizes(w->g, domain)[d] != node_size(w->g, base, q)) return false;
        is[d] = q;
    }
    return true;
}

/* Axis q of the windows' array is read at i - p: i = q + p - offset. */
static bool spread_solve(const map_draft *d, size_t own, size_t q, const size_t *is, map_draft *target)
{
    if (d->gather || d->terms != 2) return false;
    size_t i = d->axis[0] < own && d->factor[0] == 1 && is[d->axis[0]] == SIZE_MAX ? 0 : 1, p = 1 - i;
    if (d->axis[i] >= own || d->factor[i] != 1 || d->factor[p] != -1 || is[d->axis[i]] != SIZE_MAX) return false;
    if (is[d->axis[p]] == SIZE_MAX || target[d->axis[i]].terms) return false;
    target[d->axis[i]] = (map_draft){
        .offset = -d->offset, .terms = 2, .axis = {(uint16_t)q, (uint16_t)is[d->axis[p]]}, .factor = {1, 1}};
    return true;
}

static bool spread_target(const array_lowering *w, ew_node n, ew_node base, uint16_t map, map_draft *target)
{
    size_t is[AXES_MOST], own = node_rank(w->g, n), slides = 0;
    uint16_t domain = node_at(w->g, n)->domain;
    memset(target, 0, AXES_MOST * sizeof *target);
    if (!spread_plain(w, base, map, domain, is)) return false;
    for (size_t d = 0; d < shape_rank(w->g, domain); d++) {
        if (is[d] == SIZE_MAX && d >= own) return false;
        if (d < own && is[d] != SIZE_MAX) target[d] = (map_draft){.terms = 1, .axis = {(uint16_t)is[d]}, .factor = {1}};
    }
    for (size_t q = 0; q < node_rank(w->g, base); q++) {
        map_draft d = map_axis(w->g, map, q);
        if (map_plain_axis(w->g, map, q) >= 0) continue;
        if (!spread_solve(&d, own, q, is, target)) return false;
        slides++;
    }
    for (size_t d = 0; d < own; d++)
        if (!target[d].terms) return false;
    return slides > 0;
}

/* sum(p, …: x[…, i - p, …, p, …] else 0) as a scatter of x. *made: ARRAY_NONE: it is something else. */
bool array_lower_spread(array_lowering *w, ew_node n, uint32_t *made)
{
    ew_graph *g = w->g;
    ew_node at = node_arg(g, n, 0);
    const graph_node *access = node_at(g, at);
    map_draft *target;
    *made = ARRAY_NONE;
    if (access->op != OP_AT || !(access->flags & NODE_ZERO) || (access->flags & NODE_WHEN)) return true;
    if (w->node_users[at] != 1 || slide_in_steps(w, at) || !type_is_real(node_at(g, n)->type)) return true;
    ew_node base = node_arg(g, at, 0);
    uint32_t a = w->of[base];
    uint16_t map = graph_map_compose(g, use_map(g, n, 0), use_map(g, at, 0), node_rank(g, base)), to;
    if (map == UINT16_MAX || value_at(w, a)->lies == LIES_CONST) return report_ok(&g->report);
    if (!(target = block_new(w->m, AXES_MOST, sizeof *target))) return array_no_memory(w);
    bool spreads = spread_target(w, n, base, map, target);
    to = spreads ? graph_map_of(g, target, node_rank(g, n)) : 0;
    block_free(w->m, target, AXES_MOST);
    if (!spreads || to == UINT16_MAX) return report_ok(&g->report);
    array_value v = {.op = OP_SCATTER,
                     .shape = node_at(g, n)->shape,
                     .domain = node_at(g, base)->shape,
                     .target = to,
                     .node = n,
                     .count = 1};
    v.type = v.inner = (uint8_t)array_storage_of(node_at(g, n)->type);
    array_use use = {a, 0};
    *made = array_push_value(w, v, &use);
    return *made != ARRAY_NONE;
}

/* ---- Windows that do not overlap ------------------------------------------------------------------------------ */

/* Is each place of an axis `size` long that of one pair of the two indices, or of one index? */
static bool tiles_axis(const map_draft *d, const int64_t *sizes, int64_t size)
{
    if (d->gather || d->offset || d->terms < 1 || d->terms > 2) return false;
    if (d->terms == 1) return d->factor[0] == 1 && sizes[d->axis[0]] == size;
    size_t inner = d->factor[0] == 1 ? 0 : 1, outer = 1 - inner;
    int64_t all;
    return d->factor[inner] == 1 && d->factor[outer] == sizes[d->axis[inner]] &&
           !__builtin_mul_overflow(d->factor[outer], sizes[d->axis[outer]], &all) && all == size;
}

/* Does scatter v put one thing in each place? Then it stores, and nothing has to be there before. */
bool array_scatter_tiles(const array_lowering *w, const array_value *v)
{
    const int64_t *sizes = shape_sizes(w->g, v->domain);
    uint32_t used = 0;
    size_t terms = 0;
    if ((w->g->passes_off & PASS_LAYOUT) || v->bind_count || v->block >= 0 || v->sums || v->count != 1) return false;
    for (size_t p = 0; p < value_rank(w, v); p++) {
        map_draft d = map_axis(w->g, v->target, p);
        if (!tiles_axis(&d, sizes, value_sizes(w, v)[p])) return false;
        for (size_t t = 0; t < d.terms; t++) used |= UINT32_C(1) << d.axis[t], terms++;
    }
    size_t rank = shape_rank(w->g, v->domain);
    return terms == rank && used == (rank == AXES_MOST ? UINT32_MAX : (UINT32_C(1) << rank) - 1);
}
