/*
 * array_block.c - the outermost parallel index in blocks: what lies between inputs and sums over it is computed for
 * some of its places at a time, value and adjoint together, in small buffers that stay in the cache.
 *
 * Axes that plain uses make the same index are one CLASS. A value is a MEMBER of the chosen class if one axis of its
 * domain is in it and whatever it uses at that axis it uses at the same place. Members run in PASSES: one that needs a
 * finished sum over the class, or another place of a member, belongs to a later pass than that. What only one pass
 * uses is held for one block (`local`); sums over the class have a partial result for each CHUNK of blocks, joined in
 * order afterwards. Class, size of blocks and number of chunks follow from the sizes alone.
 */
#include <string.h>

#include "exec/array_build.h"

enum {
    BLOCK_LEAST = 256,     /* places of a class worth blocking */
    BLOCK_WHOLE = 1 << 17, /* bytes that need no blocks */
    BLOCK_BYTES = 1 << 17, /* of local buffers */
    BLOCK_WIDE = 1 << 26,  /* of those, where long rows for products are worth it; */
    BLOCK_NEAR = 1 << 23,  /* where half of that many rows are enough, since two threads' blocks then share a cache */
    BLOCK_ROWS_MOST = 2048,
    BLOCK_DENSE = 64,    /* terms of products to each place: no blocks, for products go in blocks by themselves */
    BLOCK_FEW = 64,      /* the least rows of a block, */
    BLOCK_PRODUCT = 256, /* with batches of products, */
    BLOCK_LOOP = 512,    /* with recurrences: their steps go along it strip by strip */
    CHUNKS_MOST = 16,
    PARTIAL_BYTES = 1 << 23
};

typedef struct classes {
    uint32_t *first;  /* by value: its first axis variable; own axes (scatters: then those of the domain) */
    uint32_t *parent; /* by variable */
    size_t count;
} classes;

static uint32_t class_root(classes *c, uint32_t x)
{
    while (c->parent[x] != x) x = c->parent[x] = c->parent[c->parent[x]];
    return x;
}

static void class_join(classes *c, uint32_t x, uint32_t y)
{
    x = class_root(c, x);
    y = class_root(c, y);
    if (x < y)
        c->parent[y] = x;
    else
        c->parent[x] = y;
}

static size_t domain_first(const array_lowering *w, const array_value *v) /* of its axis variables */
{
    return v->op == OP_SCATTER ? value_rank(w, v) : 0;
}

static bool block_can(const array_value *v)
{
    return !v->own_blocks && v->lies != LIES_AS && v->lies != LIES_NOWHERE && v->lies != LIES_CONST &&
           v->op != OP_ARGMIN && v->op != OP_ARGMAX && v->op != OP_INPUT && v->op != OP_PARAM && v->op != OP_INDEX;
}

/* The target axis of a map that is domain axis d as it stands. */
bool array_plain_at(const array_lowering *w, uint16_t map, size_t p, size_t *d)
{
    map_draft a = map_axis(w->g, map, p);
    if (a.gather || a.offset || a.terms != 1 || a.factor[0] != 1) return false;
    *d = a.axis[0];
    return true;
}

static void class_use(const array_lowering *w, classes *c, uint32_t v, size_t k)
{
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, k);
    uint32_t a = value_root(w, u.value);
    const array_value *arg = value_at(w, a);
    size_t d, join = value->op == OP_JOIN;
    size_t rank = join ? value_rank(w, value) : value_rank(w, arg);
    const int64_t *domain = shape_sizes(w->g, value_domain(value));
    for (size_t p = 0; p < rank; p++) {
        if (!array_plain_at(w, u.map, p, &d)) continue;
        if (join ? value_sizes(w, arg)[d] != value_sizes(w, value)[p] : domain[d] != value_sizes(w, arg)[p]) continue;
        if (join)
            class_join(c, c->first[v] + (uint32_t)p, c->first[a] + (uint32_t)d);
        else
            class_join(c, c->first[v] + (uint32_t)(domain_first(w, value) + d), c->first[a] + (uint32_t)p);
    }
}

static void class_target(const array_lowering *w, classes *c, uint32_t v)
{
    const array_value *value = value_at(w, v);
    size_t d;
    for (size_t p = 0; value->op == OP_SCATTER && p < value_rank(w, value); p++)
        if (array_plain_at(w, value->target, p, &d) && shape_sizes(w->g, value->domain)[d] == value_sizes(w, value)[p])
            class_join(c, c->first[v] + (uint32_t)p, c->first[v] + (uint32_t)(value_rank(w, value) + d));
}

static bool classes_find(array_lowering *w, classes *c)
{
    size_t n = w->values.count;
    c->first = block_new(w->m, n, sizeof *c->first);
    if (!c->first) return false;
    for (uint32_t v = 0; v < n; v++) {
        const array_value *value = value_at(w, v);
        c->first[v] = (uint32_t)c->count;
        c->count += shape_rank(w->g, value_domain(value)) + domain_first(w, value);
    }
    c->parent = block_new(w->m, c->count, sizeof *c->parent);
    if (!c->parent) return false;
    for (uint32_t x = 0; x < c->count; x++) c->parent[x] = x;
    for (uint32_t v = 0; v < n; v++) {
        const array_value *value = value_at(w, v);
        if (!block_can(value)) continue;
        for (size_t k = 0; k < value->count; k++) class_use(w, c, v, k);
        class_target(w, c, v);
    }
    return true;
}

/* ---- Members ------------------------------------------------------------------------------------------ */

/* The axis of a variable list that is in the class; -1: none, -2: several. */
static int axis_in(classes *c, uint32_t first, size_t count, uint32_t chosen)
{
    int found = -1;
    for (size_t d = 0; d < count; d++)
        if (class_root(c, first + (uint32_t)d) == chosen) found = found == -1 ? (int)d : -2;
    return found;
}

static int own_axis_in(const array_lowering *w, classes *c, uint32_t v, uint32_t chosen)
{
    return axis_in(c, c->first[v], value_rank(w, value_at(w, v)), chosen);
}

/* Parts of a join all lie along the class, or it is none of it. */
static bool join_fits(const array_lowering *w, const array_value *v, int axis)
{
    size_t d;
    for (size_t k = 0; k < v->count; k++) {
        array_use u = value_use(w, v, k);
        if (!array_plain_at(w, u.map, (size_t)axis, &d)) return false;
        if (value_sizes(w, value_at(w, u.value))[d] != value_sizes(w, v)[axis]) return false;
    }
    return true;
}

static void member_find(array_lowering *w, classes *c, uint32_t v, uint32_t chosen)
{
    array_value *value = value_at(w, v);
    value->block = -1;
    value->sums = false;
    if (!block_can(value)) return;
    size_t rank = shape_rank(w->g, value_domain(value));
    int d = axis_in(c, c->first[v] + (uint32_t)domain_first(w, value), rank, chosen);
    if (d < 0 || (value->op == OP_JOIN && !join_fits(w, value, d))) return;
    value->block = d;
    if (value->op == OP_SCATTER) {
        int own = own_axis_in(w, c, v, chosen);
        size_t to = 0;
        value->sums = own < 0 || !array_plain_at(w, value->target, (size_t)own, &to) || (int)to != d;
        value->block_own = value->sums ? -1 : own;
    } else {
        value->sums = d >= (int)value_rank(w, value);
        value->block_own = value->sums ? -1 : d;
    }
}

/* Is use k of v of the same place along the class, or of what has no place there? */
static bool use_fits(array_lowering *w, classes *c, uint32_t v, size_t k, uint32_t chosen)
{
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, k);
    uint32_t a = value_root(w, u.value);
    const array_value *arg = value_at(w, a);
    size_t d;
    if (value->op == OP_JOIN) return true;
    for (size_t p = 0; p < value_rank(w, arg); p++) {
        if (class_root(c, c->first[a] + (uint32_t)p) != chosen) continue;
        if (!array_plain_at(w, u.map, p, &d) || (int)d != value->block) return false;
    }
    return true;
}

/* Is the whole body of a recurrence along the blocks, place by place? Then its loop runs within a block. */
static bool region_fits(array_lowering *w, classes *c, uint32_t r, uint32_t chosen)
{
    if (w->regions[r].until != ARRAY_NONE) return false;
    for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
        const array_value *value = value_at(w, v);
        const array_bind *bind = value_bind(w, value, r);
        if (!bind || value->lies == LIES_AS || value->lies == LIES_NOWHERE || value->lies == LIES_CONST) continue;
        bool sums = value->absorbed && value->sums && bind->axis != value->block;
        if (!sums && (value->block_own < 0 || bind->axis == value->block_own)) return false;
        for (size_t k = 0; k < value->count; k++)
            if (value_bind(w, value_at(w, value_root(w, value_use(w, value, k).value)), r) &&
                !use_fits(w, c, v, k, chosen))
                return false;
    }
    return true;
}

/* Recurrences that do not fit are no members, with all that they hold. */
static void regions_find(array_lowering *w, classes *c, uint32_t chosen)
{
    for (bool news = true; news;) {
        news = false;
        for (uint32_t r = 0; r < w->g->regions.count; r++) {
            if (!w->regions[r].needed || w->regions[r].first == ARRAY_NONE || region_fits(w, c, r, chosen)) continue;
            for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
                array_value *value = value_at(w, v);
                if (!value_bind(w, value, r) || value->block < 0) continue;
                value->block = value->block_own = -1;
                value->sums = false;
                news = true;
            }
        }
    }
}

/* What only steps of recurrences outside the blocks use, each at its own places, is made in those steps. */
static bool loops_find(array_lowering *w)
{
    enum { IN_STEPS = 1, ELSEWHERE };
    uint8_t *used = block_new(w->m, w->values.count, 1);
    if (!used) return false;
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        bool lone = used[v] == IN_STEPS && value->block >= 0 && !value->sums && !value->output &&
                    value_is_each(value) && value->region == ARRAY_NONE;
        if (lone) value->block = value->block_own = -1;
        for (size_t k = 0; value->lies != LIES_AS && k < value->count; k++) {
            uint32_t a = value_root(w, value_use(w, value, k).value);
            bool steps = lone || (value->block < 0 && value->region != ARRAY_NONE && array_goes_along(w, v, k));
            size_t here = 0, there = 0;
            shape_elements(w->g, value_domain(value), &here);
            shape_elements(w->g, value_at(w, a)->shape, &there);
            used[a] |= steps && here == there ? IN_STEPS : ELSEWHERE;
        }
    }
    block_free(w->m, used, w->values.count);
    return true;
}

/* Passes of members, and for other values the pass before which they are computed. */
static void passes_find(array_lowering *w, classes *c, uint32_t chosen)
{
    bool news = true;
    for (int round = 0; news && round < 64; round++) {
        news = false;
        for (uint32_t v = 0; v < w->values.count; v++) {
            array_value *value = value_at(w, v);
            int32_t pass = value->pass;
            for (size_t k = 0; value->lies != LIES_AS && k < value->count; k++) {
                const array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
                bool with = a->block >= 0 && !a->sums && value->block >= 0 && use_fits(w, c, v, k, chosen);
                int32_t need = a->block >= 0 && !with ? a->pass + 1 : a->pass;
                if (need > pass) pass = need;
            }
            if (pass != value->pass) value->pass = pass, news = true;
        }
        for (uint32_t r = 0; r < w->g->regions.count; r++) { /* a recurrence is one thing */
            int32_t most = 0;
            if (!w->regions[r].needed || w->regions[r].first == ARRAY_NONE) continue;
            for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++)
                if (value_at(w, v)->lies != LIES_AS && value_bind(w, value_at(w, v), r) && value_at(w, v)->pass > most)
                    most = value_at(w, v)->pass;
            for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
                array_value *value = value_at(w, v);
                if (!value_bind(w, value, r) || value->pass == most) continue;
                value->pass = most;
                news = true;
            }
        }
    }
}

/* What other passes, other places or the caller read is held whole. */
static void locals_find(array_lowering *w, classes *c, uint32_t chosen)
{
    for (uint32_t v = 0; v < w->values.count; v++)
        value_at(w, v)->local = value_at(w, v)->block >= 0 && !value_at(w, v)->sums;
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        if (value->output) value->local = false;
        for (size_t k = 0; value->lies != LIES_AS && k < value->count; k++) {
            array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
            bool fits = value->block >= 0 && value->pass == a->pass && use_fits(w, c, v, k, chosen);
            bool seen = !value->local && (value->op == OP_AT || value->op == OP_COPY || value->op == OP_STOP);
            if (!fits || seen) a->local = false;
        }
    }
}

/* What only the term by term way of a product would compute is nothing that lies or runs anywhere. */
static void terms_mark(array_lowering *w)
{
    memset(w->mark, 0, w->values.count);
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        const array_value *value = value_at(w, v);
        if (!value->product && !w->mark[v]) continue;
        for (size_t k = 0; k < (value->product ? 1U : value->count); k++) {
            uint32_t a = value_use(w, value, k).value;
            if (value_at(w, a)->shape == value_domain(value) && value_at(w, a)->node == value->node) w->mark[a] = 1;
        }
    }
}

/* ---- Sizes -------------------------------------------------------------------------------------------- */

static double class_work(array_lowering *w, classes *c, uint32_t chosen, double *bytes)
{
    double work = 0, products = 0;
    *bytes = 0;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (!block_can(value) || w->mark[v]) continue;
        size_t n = 0, rank = shape_rank(w->g, value_domain(value));
        if (axis_in(c, c->first[v] + (uint32_t)domain_first(w, value), rank, chosen) < 0) continue;
        shape_elements(w->g, value_domain(value), &n);
        if (value->product) products += (double)n;
        work += (double)n;
        if (own_axis_in(w, c, v, chosen) < 0) continue;
        shape_elements(w->g, value->shape, &n);
        *bytes += (double)n * 8;
    }
    if (products * 8 > *bytes * BLOCK_DENSE) return 0;
    return work;
}

static bool class_choose(array_lowering *w, classes *c, uint32_t *chosen, int64_t *size)
{
    double best = 0;
    uint8_t *tried = block_new(w->m, c->count, 1);
    if (!tried) return false;
    *chosen = ARRAY_NONE;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (!block_can(value)) continue;
        size_t first = domain_first(w, value), rank = shape_rank(w->g, value_domain(value));
        for (size_t d = 0; d < rank; d++) {
            uint32_t root = class_root(c, c->first[v] + (uint32_t)(first + d));
            int64_t n = shape_sizes(w->g, value_domain(value))[d];
            double bytes, work;
            if (tried[root] || n < BLOCK_LEAST) continue;
            tried[root] = 1;
            work = class_work(w, c, root, &bytes);
            if (work <= best || bytes < BLOCK_WHOLE) continue;
            best = work;
            *chosen = root;
            *size = n;
        }
    }
    block_free(w->m, tried, c->count);
    return true;
}

/* Powers by the index of an axis, and their products, which sums go over without keeping them (array_power.c). */
static bool block_powers(const array_lowering *w, const array_value *v)
{
    if (v->op == OP_MUL || v->op == OP_MUL0) {
        const array_value *x = value_at(w, value_root(w, value_use(w, v, 0).value));
        v = x->op == OP_POW ? x : value_at(w, value_root(w, value_use(w, v, 1).value));
    }
    return v->op == OP_POW && !(w->g->passes_off & PASS_POWERS) &&
           value_at(w, value_root(w, value_use(w, v, 1).value))->lies == LIES_RAMP;
}

static void block_sizes(array_lowering *w, int64_t size)
{
    double row = 0, sums = 0;
    bool loop = false;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        size_t n = 0;
        if (value->block < 0 || w->mark[v]) continue;
        loop = loop || value->region != ARRAY_NONE;
        w->block_inner = w->block_inner || (value->product && shape_rank(w->g, value->domain) > 3);
        shape_elements(w->g, value->shape, &n);
        for (size_t i = 0; n && i < value->bind_count; i++) {
            const array_bind *b = &w->binds.at[value->binds + i];
            if (b->axis >= 0 && !b->whole) n /= (size_t)value_sizes(w, value)[b->axis];
        }
        if (value->sums)
            sums += (double)n * 8;
        else if (!block_powers(w, value))
            row += (double)n / (double)size * (value->type == ARRAY_F32 ? 4 : 8);
    }
    double rows = BLOCK_BYTES / (row > 0 ? row : 1), least = loop ? BLOCK_LOOP : BLOCK_FEW;
    if (w->block_inner && !loop)
        for (least = row * BLOCK_PRODUCT / 2 > BLOCK_NEAR ? BLOCK_PRODUCT : BLOCK_PRODUCT / 2.0;
             row * least > BLOCK_WIDE && least > BLOCK_FEW;)
            least /= 2;
    if (rows < least) rows = least;
    if (rows > BLOCK_ROWS_MOST) rows = BLOCK_ROWS_MOST;
    w->block_rows = (int64_t)rows - (int64_t)rows % 8;
    if (w->block_rows > size) w->block_rows = size;
    int64_t blocks = (size + w->block_rows - 1) / w->block_rows;
    double chunks = PARTIAL_BYTES / (sums > 0 ? sums : 1);
    if (chunks > CHUNKS_MOST) chunks = CHUNKS_MOST;
    if (chunks > (double)blocks) chunks = (double)blocks;
    w->block_chunks = chunks < 1 ? 1 : (int64_t)chunks;
    w->block_size = size;
}

/* Copies of inputs that are read over and over have the block's places side by side, as what reads them has. */
static void spreads_find(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        if (value->spreads) value->relaid = w->block_inner && value->local && value->block_own >= 0;
    }
}

bool array_blocks(array_lowering *w)
{
    classes c = {0};
    uint32_t chosen = ARRAY_NONE;
    int64_t size = 0;
    for (uint32_t v = 0; v < w->values.count; v++) {
        value_at(w, v)->block = value_at(w, v)->block_own = -1;
        value_at(w, v)->pass = 0;
    }
    w->block_counter = w->block_chunk = ARRAY_NONE;
    terms_mark(w);
    bool ok = w->no_blocks || (w->g->passes_off & PASS_BLOCKS) ||
              (classes_find(w, &c) && class_choose(w, &c, &chosen, &size));
    if (ok && chosen != ARRAY_NONE) {
        for (uint32_t v = 0; v < w->values.count; v++) member_find(w, &c, v, chosen);
        regions_find(w, &c, chosen);
        ok = loops_find(w);
        passes_find(w, &c, chosen);
        locals_find(w, &c, chosen);
        block_sizes(w, size);
        w->block_counter = w->a->counters++;
        w->block_chunk = w->a->counters++;
    }
    if (ok) spreads_find(w);
    block_free(w->m, c.first, w->values.count);
    block_free(w->m, c.parent, c.count);
    return ok || array_no_memory(w);
}
