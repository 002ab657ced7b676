/*
 * array_lazy_parts.c - conditions turned round: when is a place of an array needed, if accesses to it are where a
 * condition holds? For arrays put together from several equations (array_lazy.c).
 *
 *     z[i] = if c[i] then y[i + 1] else 0      y[q] is needed where c[q - 1] holds, and q - 1 is a place of c
 *     y[0] = …; y[j + 1] = …                   part 0 where y[0] is, place j of part 1 where y[j + 1] is
 *
 * So the copy of the array goes over its own places, each part under the condition at the places where it lies, and
 * the copy is used as the array was. That is done for maps whose axes are each one of the user's as it stands, moved or
 * turned, or a fixed place; what the user has beyond them is asked for any. Not where the condition is known only
 * as a recurrence runs.
 */
#include "exec/array_lazy.h"

typedef struct turned { /* axis d of the user: place factor · (q - offset) of the array's axis, or one more axis */
    int axis;
    int64_t factor, offset;
} turned;

/* How the axes of the user follow from the array's. False: that cannot be said. */
static bool turn_axes(const lazy *l, const lazy_frame *f, turned *user)
{
    const ew_graph *g = l->w->g;
    const array_value *v = lazy_old(l, f->v);
    for (size_t d = 0; d < shape_rank(g, f->shape); d++) user[d] = (turned){-1, 1, 0};
    for (size_t p = 0; p < shape_rank(g, v->shape); p++) {
        map_draft m = map_axis(g, f->map, p);
        if (m.gather || m.terms > 1) return false;
        if (!m.terms) continue;
        turned *d = &user[m.axis[0]];
        if (d->axis >= 0 || (m.factor[0] != 1 && m.factor[0] != -1)) return false;
        *d = (turned){(int)p, m.factor[0], m.offset};
    }
    return true;
}

/* Numbers along axis p of the array beside one of them: does the place lie there? */
static bool turn_fixed(lazy *l, ew_node n, uint16_t shape, size_t p, int64_t place, array_use *when)
{
    ew_graph *g = l->w->g;
    uint16_t axis = (uint16_t)p;
    ew_node numbers = graph_index(g, shape_sizes(g, shape)[p], 0), fixed = graph_whole(g, place);
    if (numbers == EW_NONE || fixed == EW_NONE) return array_no_memory(l->w);
    array_value ramp = {.op = OP_INDEX,
                        .type = ARRAY_INT,
                        .inner = ARRAY_INT,
                        .shape = node_at(g, numbers)->shape,
                        .node = numbers,
                        .as = ARRAY_NONE,
                        .lies = LIES_RAMP};
    array_value one = {
        .op = OP_CONST, .type = ARRAY_INT, .inner = ARRAY_INT, .node = fixed, .as = ARRAY_NONE, .lies = LIES_CONST};
    array_value here = {.op = OP_EQ, .type = ARRAY_F64, .inner = ARRAY_INT, .shape = shape, .node = n, .count = 2};
    array_use both[2], is;
    if (!lazy_push(l, ramp, NULL, &both[0]) || !lazy_push(l, one, NULL, &both[1])) return false;
    both[0].map = graph_map_plain(g, &axis, 1);
    if (both[0].map == UINT16_MAX || !lazy_push(l, here, both, &is)) return false;
    return lazy_condition(l, n, OP_AND, shape, *when, is, when);
}

/* The condition over the array's places, then the axes that the user has besides: false where nobody asks. */
static bool turn_when(lazy *l, const lazy_frame *f, const turned *user, uint16_t domain, array_use *when)
{
    ew_graph *g = l->w->g;
    const array_value *v = lazy_old(l, f->v);
    size_t rank = shape_rank(g, f->shape), more = shape_rank(g, v->shape);
    array_value copy = {.op = OP_COPY, .type = ARRAY_F64, .inner = ARRAY_F64, .shape = f->shape, .node = v->node};
    array_value at = {.op = OP_AT, .type = ARRAY_F64, .inner = ARRAY_F64, .flags = NODE_ZERO, .shape = domain};
    map_draft *d = block_new(l->w->m, rank + 1, sizeof *d);
    if (!d) return array_no_memory(l->w);
    for (size_t a = 0; a < rank; a++) {
        bool own = user[a].axis >= 0;
        d[a].terms = 1;
        d[a].axis[0] = (uint16_t)(own ? (size_t)user[a].axis : more++);
        d[a].factor[0] = user[a].factor;
        d[a].offset = -user[a].factor * user[a].offset;
    }
    uint16_t map = graph_map_of(g, d, rank);
    block_free(l->w->m, d, rank + 1);
    copy.count = at.count = 1;
    at.node = v->node;
    array_use whole;
    if (map == UINT16_MAX || !lazy_push(l, copy, &f->when, &whole)) return false;
    whole.map = map;
    return lazy_push(l, at, &whole, when);
}

bool lazy_turn(lazy *l, lazy_frame *f, bool *can)
{
    ew_graph *g = l->w->g;
    const array_value *v = lazy_old(l, f->v);
    size_t own = shape_rank(g, v->shape), rank = shape_rank(g, f->shape), all = own;
    turned user[AXES_MOST];
    int64_t sizes[AXES_MOST];
    array_use when = f->when;
    *can = !l->steps.at[when.value] && turn_axes(l, f, user);
    for (size_t p = 0; p < own; p++) sizes[p] = shape_sizes(g, v->shape)[p];
    for (size_t d = 0; *can && d < rank; d++) {
        if (user[d].axis >= 0) continue;
        if (all == AXES_MOST) return *can = false, true;
        sizes[all++] = shape_sizes(g, f->shape)[d];
    }
    if (!*can) return true;
    uint16_t domain = graph_shape_of(g, sizes, all);
    bool same = f->map == 0 && f->shape == v->shape;
    if (domain == UINT16_MAX || (!same && !turn_when(l, f, user, domain, &when))) return false;
    array_value any = {.op = OP_ANY, .shape = v->shape, .domain = domain, .node = v->node, .count = 1};
    if (all > own && !lazy_push(l, any, &when, &when)) return false;
    for (size_t p = 0; p < own; p++) {
        map_draft m = map_axis(g, f->map, p);
        if (!m.terms && !turn_fixed(l, v->node, v->shape, p, m.offset, &when)) return false;
    }
    f->whole = f->shape;
    f->out = f->map;
    f->shape = v->shape;
    f->map = 0;
    f->when = when;
    return true;
}

bool lazy_part(lazy *l, const lazy_frame *f, uint32_t k, lazy_frame *part)
{
    ew_graph *g = l->w->g;
    const array_value *v = lazy_old(l, f->v);
    array_use u = lazy_use(l, v, k), when = f->when;
    *part = (lazy_frame){.v = u.value, .shape = lazy_old(l, u.value)->shape};
    when.map = graph_map_compose(g, u.map, when.map, lazy_rank(l, when.value));
    if (when.map == UINT16_MAX) return array_no_memory(l->w);
    return lazy_seen(l, v->node, part->shape, when, &part->when);
}

bool lazy_part_whole(lazy *l, uint16_t shape, array_use *x)
{
    const array_value *is = value_at(l->w, x->value);
    if (is->shape == shape && x->map == 0) return true;
    array_value copy = {
        .op = OP_COPY, .type = is->type, .inner = is->type, .shape = shape, .node = is->node, .count = 1};
    if (!map_is_plain(l->w->g, x->map)) copy.op = OP_AT;
    return lazy_push(l, copy, x, x);
}
