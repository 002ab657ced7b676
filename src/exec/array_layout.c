/*
 * array_layout.c - in which order the axes of a stored value lie in memory.
 *
 * Axes have numbers, not an order, so a value's memory may have them in any: in the order in which it is used, lest
 * every use read it with gaps. From users to what they use: the step of a value goes over its places as they lie, so
 * its arguments had best lie so too. Of several users a MAP step has its say before a matrix product, which packs what
 * it reads, and the last in the program before those above it; the terms of a sum, which may go in any order, after
 * others. A product's operands want the rows of their matrix one
 * after the other, its result as well: then several axes of a group are one (array_product.c).
 *
 * What is computed only where a product is not finite has no say. Fixed are what the caller sees, and what goes in
 * blocks but is not held for one block alone; of that the block's places are innermost or outermost whatever is asked
 * (array_store.c). All follows from text, types and sizes.
 */
#include <string.h>

#include "exec/array_inside.h"

enum { LEVEL_NONE, LEVEL_PRODUCT, LEVEL_SUM, LEVEL_MAP, LEVEL_FIXED };
enum { SAMPLE_LEAST = 16 }; /* places of an axis that is worth being innermost */

/* What one axis is worth in a list to be sorted: the smaller, the further outside. */
typedef struct axis_key {
    uint16_t key[AXES_MOST];
} axis_key;

static uint8_t *order_of(const array_lowering *w, const array_value *v)
{
    return w->orders.at + v->order;
}

/* order[p]: how many axes lie outside of p; equal keys as they stand. */
static void order_set(array_lowering *w, array_value *v, const axis_key *k)
{
    size_t rank = value_rank(w, v);
    uint8_t *order = order_of(w, v);
    for (size_t p = 0; p < rank; p++) {
        unsigned outside = 0;
        for (size_t q = 0; q < rank; q++) outside += k->key[q] < k->key[p] || (k->key[q] == k->key[p] && q < p);
        order[p] = (uint8_t)outside;
    }
}

/* The axes of v's domain, own ones as they lie, those that are reduced after them. */
static void domain_key(const array_lowering *w, const array_value *v, axis_key *k)
{
    size_t rank = shape_rank(w->g, value_domain(v)), own = value_rank(w, v);
    const uint8_t *order = order_of(w, v);
    memset(k, 0, sizeof *k);
    if (v->op != OP_SCATTER) {
        for (size_t d = 0; d < rank; d++) k->key[d] = d < own ? order[d] : (uint16_t)d;
        return;
    }
    for (size_t p = 0; p < own; p++) { /* as where they are scattered to lies; what is gathered before all */
        map_draft to = map_axis(w->g, v->target, p);
        for (size_t t = 0; t < to.terms; t++)
            if (!k->key[to.axis[t]]) k->key[to.axis[t]] = (uint16_t)(order[p] + 1);
    }
}

/* Where an axis of argument k stands if the domain's axes stand as `from` says. */
static void argument_key(const array_lowering *w, const array_value *v, size_t k, const axis_key *from, axis_key *to)
{
    array_use u = value_use(w, v, k);
    size_t rank = value_rank(w, value_at(w, u.value));
    memset(to, 0, sizeof *to);
    for (size_t p = 0; p < rank; p++) {
        map_draft d = map_axis(w->g, u.map, p);
        for (size_t t = 0; t < d.terms; t++)
            if (from->key[d.axis[t]] > to->key[p]) to->key[p] = from->key[d.axis[t]];
    }
}

/* Part k of a join: its axes as those that they are of the join. */
static void part_key(const array_lowering *w, const array_value *v, size_t k, axis_key *to)
{
    array_use u = value_use(w, v, k);
    const uint8_t *order = order_of(w, v);
    memset(to, 0, sizeof *to);
    for (size_t p = 0; p < value_rank(w, v); p++) {
        map_draft d = map_axis(w->g, u.map, p);
        for (size_t t = 0; t < d.terms; t++) to->key[d.axis[t]] = order[p];
    }
}

static void ask_order(array_lowering *w, uint32_t v, const axis_key *k, int level)
{
    array_value *value = value_at(w, value_root(w, v));
    if (value->level >= level) return;
    value->level = (uint8_t)level;
    order_set(w, value, k);
}

/* ---- Products ---------------------------------------------------------------------------------------- */

static uint32_t use_axes(const array_lowering *w, const array_value *v, size_t k)
{
    array_use u = value_use(w, v, k);
    uint32_t bits = 0;
    for (size_t p = 0; p < value_rank(w, value_at(w, u.value)); p++) {
        map_draft d = map_axis(w->g, u.map, p);
        for (size_t t = 0; t < d.terms; t++) bits |= UINT32_C(1) << d.axis[t];
    }
    return bits;
}

/* Of which group an axis of the domain is: 0 the batch, rows, columns, what is reduced. */
static unsigned product_group(size_t own, size_t d, uint32_t a, uint32_t b)
{
    return d >= own ? 3 : (a >> d & 1) && (b >> d & 1) ? 0 : a >> d & 1 ? 1 : 2;
}

/* Axes of a group stand together, the group where its first axis stands, the batch before all. `axis`: of the domain,
 * by own axis. */
static void group_key(const array_lowering *w, const array_value *v, const size_t *axis, size_t rank, bool result,
                      axis_key *k)
{
    uint32_t a = use_axes(w, v, 1), b = use_axes(w, v, 2);
    size_t first[4] = {0, AXES_MOST, AXES_MOST, AXES_MOST}, own = value_rank(w, v);
    memset(k, 0, sizeof *k);
    for (size_t p = rank; p-- > 0;) {
        unsigned g = product_group(own, axis[p], a, b);
        if (g) first[g] = p + 1;
    }
    for (size_t p = 0; p < rank; p++) { /* within a group as the result lies */
        size_t within = !result && axis[p] < own ? order_of(w, v)[axis[p]] : p;
        k->key[p] = (uint16_t)(first[product_group(own, axis[p], a, b)] * AXES_MOST + within);
    }
}

/* Are its rows or its columns several axes? Then they had better be one. */
static bool product_gathers(const array_lowering *w, const array_value *v)
{
    uint32_t a = use_axes(w, v, 1), b = use_axes(w, v, 2);
    size_t count[4] = {0}, own = value_rank(w, v);
    for (size_t d = 0; d < own; d++) count[product_group(own, d, a, b)] += value_sizes(w, v)[d] != 1;
    return count[1] > 1 || count[2] > 1;
}

/* Which axes of the domain a sliding operand slides along, as bits; *sample: the longest of those that it has beside,
 * if it is long enough to fill vectors; AXES_MOST: there is none. */
static uint32_t slide_axes(const array_lowering *w, const array_value *v, size_t *sample)
{
    uint32_t bits = 0;
    *sample = AXES_MOST;
    for (size_t k = 1; k < 3 && !bits; k++) {
        array_use u = value_use(w, v, k);
        const array_value *view = value_at(w, u.value);
        if (!array_slides(w, u.value)) continue;
        array_use base = value_use(w, view, 0);
        int64_t longest = SAMPLE_LEAST - 1;
        for (size_t p = 0; p < value_rank(w, value_at(w, base.value)); p++) {
            map_draft d = map_axis(w->g, base.map, p);
            for (size_t t = 0; t < d.terms; t++) {
                size_t axis = (size_t)map_plain_axis(w->g, u.map, d.axis[t]);
                int64_t size = shape_sizes(w->g, v->domain)[axis];
                if (d.terms > 1) bits |= UINT32_C(1) << axis;
                if (d.terms == 1 && size > longest) longest = size, *sample = axis;
            }
        }
    }
    return bits;
}

/* Windows outermost, samples innermost: then each step of a window, and all that goes over samples place by place, has
 * long rows; what both operands have goes between, or stands first where there are no samples. */
static void slide_key(const array_lowering *w, const array_value *v, const size_t *axis, size_t rank, uint32_t slides,
                      size_t sample, axis_key *k)
{
    uint32_t a = use_axes(w, v, 1), b = use_axes(w, v, 2);
    bool samples = false;
    for (size_t p = 0; p < rank; p++) samples = samples || axis[p] == sample;
    memset(k, 0, sizeof *k);
    for (size_t p = 0; p < rank; p++) {
        bool beside = !((a & b) >> axis[p] & 1) && axis[p] != sample;
        k->key[p] = slides >> axis[p] & 1 ? 1 : axis[p] == sample ? 3 : beside && !samples ? 0 : 2;
    }
}

/* Of a product's result (k = 0), or of its operand k. */
static void product_key(const array_lowering *w, const array_value *v, size_t k, axis_key *to)
{
    size_t axis[AXES_MOST], rank = value_rank(w, v);
    for (size_t p = 0; p < rank; p++) axis[p] = p;
    if (k) {
        array_use u = value_use(w, v, k);
        rank = value_rank(w, value_at(w, u.value));
        for (size_t p = 0; p < rank; p++) axis[p] = (size_t)map_plain_axis(w->g, u.map, p);
    }
    size_t sample;
    uint32_t slides = slide_axes(w, v, &sample);
    if (slides && sample != AXES_MOST)
        slide_key(w, v, axis, rank, slides, sample, to);
    else
        group_key(w, v, axis, rank, k == 0, to);
}

/* ---- All values --------------------------------------------------------------------------------------- */

static bool is_fixed(const array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    bool kept = (value->block >= 0 || value->block_own >= 0) && !value->local;
    return (w->g->passes_off & PASS_LAYOUT) || value->output || value->direct || kept || value->sums ||
           value->partial != ARRAY_NONE || value->op == OP_INPUT || value->op == OP_PARAM ||
           (value->op == OP_ARGMIN || value->op == OP_ARGMAX);
}

static void decide_order(array_lowering *w, uint32_t v)
{
    array_value *value = value_at(w, v);
    axis_key k = {{0}};
    if (is_fixed(w, v)) {
        order_set(w, value, &k);
        value->level = LEVEL_FIXED;
    } else if (value->level == LEVEL_NONE ||
               (value->level == LEVEL_PRODUCT && value->product && product_gathers(w, value))) {
        if (value->product) product_key(w, value, 0, &k);
        order_set(w, value, &k);
    }
}

/* w->mark: it stands in for a product's terms (array_factors.c), which are hardly ever computed. */
static void ask_arguments(array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    axis_key domain, to;
    bool silent = value->level == LEVEL_NONE && w->mark[v];
    if (value->product) {
        size_t sample;
        w->mark[value_use(w, value, 0).value] = 1;
        for (size_t k = 1; k < 3; k++) {
            product_key(w, value, k, &to);
            ask_order(w, value_use(w, value, k).value, &to, slide_axes(w, value, &sample) ? LEVEL_MAP : LEVEL_PRODUCT);
        }
        return;
    }
    for (size_t k = 0; silent && k < value->count; k++) w->mark[value_use(w, value, k).value] = 1;
    if (silent || value->relaid || op_is_reduction(value->op)) return; /* a sum takes its terms as they lie */
    bool weak = (value->level == LEVEL_NONE && !value->defines) || value->level == LEVEL_SUM;
    int level = weak ? LEVEL_SUM : LEVEL_MAP;
    domain_key(w, value, &domain);
    for (size_t k = 0; k < value->count; k++) {
        if (value->op == OP_JOIN)
            part_key(w, value, k, &to);
        else
            argument_key(w, value, k, &domain, &to);
        ask_order(w, value_use(w, value, k).value, &to, level);
    }
}

bool array_layout(array_lowering *w)
{
    size_t axes = 0;
    for (uint32_t v = 0; v < w->values.count; v++) axes += value_rank(w, value_at(w, v));
    if (!array_reserve(w->m, &w->orders, axes + 1)) return array_no_memory(w);
    for (uint32_t v = 0; v < w->values.count; v++) {
        value_at(w, v)->order = (uint32_t)w->orders.count;
        w->orders.count += value_rank(w, value_at(w, v));
    }
    memset(w->mark, 0, w->values.count);
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        if (value_at(w, v)->lies == LIES_AS) continue;
        decide_order(w, v);
        ask_arguments(w, v);
    }
    return true;
}
