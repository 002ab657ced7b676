/*
 * array_update.c - outputs that are computed last, since they may be written over an input: steps of training.
 *
 * An UPDATE is an output of the type and count of an input, computed element by element from what nobody else needs:
 * W[i, j] - rate * diff(loss, W[i, j]), or the three arrays of Adam. What leads to it element by element, and to
 * updates alone, goes with it. Where that ends in a matrix product as large as the output, the product is not kept: it
 * goes in blocks of rows, and what is made of a block is made before the next one. So no gradient of that size is held.
 *
 * Updates that hang together are one GROUP, with a pass of its own after all others; those without such a product share
 * one pass without blocks, or go with the blocks of the program. Nothing that can fail is among them.
 */
#include <string.h>

#include "exec/array_inside.h"

enum {
    UPDATE_LEAST = 1 << 16,   /* bytes of an output that is worth a pass of its own, */
    UPDATE_PRODUCT = 1 << 19, /* and of a product that is not to be kept */
    UPDATE_BLOCK = 1 << 20,   /* bytes of a block of it */
    UPDATE_ROWS = 16,         /* the least rows of a block, and what their number is a multiple of */
    UPDATE_PARTS = 8,         /* at least so many blocks, for threads */
    UPDATE_CHUNKS = 16
};

enum { UPDATE_OUTPUT = 1, UPDATE_USED = 2, UPDATE_NOT = 4 };

typedef struct updates {
    uint8_t *is;      /* by value */
    uint32_t *parent; /* by value: of its group, in the end its group's first value */
    uint32_t *number; /* by value that is a group's first: its number, or 0 */
    size_t count;
} updates;

static uint32_t update_root(updates *u, uint32_t v)
{
    while (u->parent[v] != v) v = u->parent[v] = u->parent[u->parent[v]];
    return v;
}

static size_t update_bytes(const array_lowering *w, const array_value *v)
{
    size_t n = 0;
    shape_elements(w->g, v->shape, &n);
    return n > SIZE_MAX / 8 ? SIZE_MAX : n * array_type_bytes(v->type);
}

/* Could output k be an input's memory? */
static bool update_fits(const array_lowering *w, size_t k)
{
    const program_output *x = &w->p->outputs[k];
    if (x->type != TYPE_F64 && x->type != TYPE_F32) return false;
    for (size_t i = 0; i < w->p->input_count; i++)
        if (w->p->inputs[i].type == x->type && w->p->inputs[i].count == x->count) return true;
    return false;
}

/* A product not smaller than what it is made of. */
static bool update_product(const array_lowering *w, const array_value *v)
{
    if (!v->product || v->output || value_rank(w, v) < 2 || update_bytes(w, v) < UPDATE_PRODUCT) return false;
    size_t a = update_bytes(w, value_at(w, value_root(w, value_use(w, v, 1).value)));
    size_t b = update_bytes(w, value_at(w, value_root(w, value_use(w, v, 2).value)));
    return a <= update_bytes(w, v) && b <= update_bytes(w, v) - a;
}

static bool update_can(const array_lowering *w, const array_value *v)
{
    bool each = value_is_each(v) && v->inner != ARRAY_INT && v->op != OP_COPY && v->op != OP_STOP;
    return v->lies == LIES_INLINE && (each || update_product(w, v)) && v->type != ARRAY_INT &&
           v->region == ARRAY_NONE && !v->bind_count && !v->defines;
}

/* Does use k of v read, at each place, the place itself of an array of the same shape? */
static bool update_same(const array_lowering *w, const array_value *v, size_t k)
{
    array_use u = value_use(w, v, k);
    size_t rank = value_rank(w, v), d;
    if (v->product || value_at(w, value_root(w, u.value))->shape != v->shape) return false;
    for (size_t p = 0; p < rank; p++)
        if (!array_plain_at(w, u.map, p, &d) || d != p) return false;
    return true;
}

/* From users to what they use: who leads to updates alone. */
static void update_find(array_lowering *w, updates *u)
{
    for (size_t k = 0; k < w->wanted_count; k++) {
        uint32_t v = value_root(w, w->of[w->wanted[k]]);
        u->is[v] |= update_fits(w, k) ? UPDATE_OUTPUT : UPDATE_NOT;
    }
    for (uint32_t r = 0; r < w->g->regions.count; r++)
        if (w->regions[r].needed && w->regions[r].until != ARRAY_NONE)
            u->is[value_root(w, w->regions[r].until)] |= UPDATE_NOT;
    for (uint32_t v = (uint32_t)u->count; v-- > 0;) {
        const array_value *value = value_at(w, v);
        if (!(u->is[v] & (UPDATE_OUTPUT | UPDATE_USED)) || !update_can(w, value)) u->is[v] |= UPDATE_NOT;
        for (size_t k = 0; k < value->count; k++) {
            uint32_t a = value_root(w, value_use(w, value, k).value);
            u->is[a] |= u->is[v] & UPDATE_NOT || !update_same(w, value, k) ? UPDATE_NOT : UPDATE_USED;
        }
    }
}

static void update_join(array_lowering *w, updates *u)
{
    for (uint32_t v = 0; v < u->count; v++) {
        const array_value *value = value_at(w, v);
        for (size_t k = 0; !(u->is[v] & UPDATE_NOT) && k < value->count; k++) {
            uint32_t a = value_root(w, value_use(w, value, k).value);
            if (u->is[a] & UPDATE_NOT) continue;
            uint32_t x = update_root(u, v), y = update_root(u, a);
            if (x < y)
                u->parent[y] = x;
            else
                u->parent[x] = y;
        }
    }
}

/* ---- Groups ----------------------------------------------------------------------------------------------- */

/* The blocks of a group whose first product is v: along its longest axis. */
static bool update_blocks(array_lowering *w, const array_value *v)
{
    const int64_t *size = value_sizes(w, v);
    size_t rank = value_rank(w, v);
    array_group g = {.axis = 0, .counter = w->a->counters++, .chunk = w->a->counters++};
    for (size_t p = 1; p < rank; p++)
        if (size[p] > size[g.axis]) g.axis = (int)p;
    g.size = size[g.axis];
    size_t row = update_bytes(w, v) / (size_t)g.size;
    g.rows = (int64_t)(UPDATE_BLOCK / (row ? row : 1)) / UPDATE_ROWS * UPDATE_ROWS;
    if (g.rows > g.size / UPDATE_PARTS) g.rows = g.size / UPDATE_PARTS / UPDATE_ROWS * UPDATE_ROWS;
    if (g.rows < UPDATE_ROWS) g.rows = UPDATE_ROWS;
    if (g.rows > g.size) g.rows = g.size;
    int64_t blocks = (g.size + g.rows - 1) / g.rows;
    g.chunks = blocks < UPDATE_CHUNKS ? blocks : UPDATE_CHUNKS;
    return array_push(w->m, &w->groups, g) || array_no_memory(w);
}

/* Numbers for groups: first those with blocks, as in w->groups, then the others. */
static bool update_groups(array_lowering *w, updates *u)
{
    uint32_t number;
    for (uint32_t v = 0; v < u->count; v++) {
        const array_value *value = value_at(w, v);
        if (u->is[v] & UPDATE_NOT || !value->product || u->number[update_root(u, v)]) continue;
        u->number[update_root(u, v)] = (uint32_t)w->groups.count;
        if (!update_blocks(w, value)) return false;
    }
    number = (uint32_t)w->groups.count;
    for (uint32_t v = 0; v < u->count; v++) {
        uint32_t root = update_root(u, v);
        if (u->is[v] & UPDATE_NOT || u->number[root] || update_bytes(w, value_at(w, v)) < UPDATE_LEAST) continue;
        u->number[root] = number++;
    }
    return true;
}

/* What only the term by term way of product v would compute goes with it. */
static void update_terms(array_lowering *w, uint32_t v)
{
    const array_value *product = value_at(w, v);
    memset(w->mark, 0, w->values.count);
    w->mark[v] = 1;
    for (uint32_t t = v + 1; t-- > 0;) {
        array_value *value = value_at(w, t);
        if (!w->mark[t]) continue;
        value->update = product->update;
        value->own_blocks = true;
        for (size_t k = 0; k < (value->product ? 1U : value->count); k++) {
            uint32_t a = value_use(w, value, k).value;
            if (value_at(w, a)->shape == product->domain && value_at(w, a)->node == product->node) w->mark[a] = 1;
        }
    }
}

bool array_updates(array_lowering *w)
{
    updates u = {.count = w->values.count};
    u.is = block_new(w->m, u.count, sizeof *u.is);
    u.parent = block_new(w->m, u.count, sizeof *u.parent);
    u.number = block_new(w->m, u.count, sizeof *u.number);
    array_group all = {0};
    bool ok = (u.is && u.parent && u.number && array_push(w->m, &w->groups, all)) || array_no_memory(w);
    for (uint32_t v = 0; ok && v < u.count; v++) u.parent[v] = v;
    if (ok) update_find(w, &u), update_join(w, &u);
    ok = ok && update_groups(w, &u);
    for (uint32_t v = 0; ok && v < u.count; v++)
        if (!(u.is[v] & UPDATE_NOT)) value_at(w, v)->update = u.number[update_root(&u, v)];
    for (uint32_t v = 0; ok && v < u.count; v++)
        value_at(w, v)->own_blocks = value_at(w, v)->update && value_at(w, v)->update < w->groups.count;
    for (uint32_t v = 0; ok && v < u.count; v++)
        if (value_at(w, v)->product && value_at(w, v)->own_blocks) update_terms(w, v);
    block_free(w->m, u.is, u.is ? u.count : 0);
    block_free(w->m, u.parent, u.parent ? u.count : 0);
    block_free(w->m, u.number, u.number ? u.count : 0);
    return ok;
}

/* ---- Passes ----------------------------------------------------------------------------------------------- */

void array_update_passes(array_lowering *w)
{
    w->groups.at[0] = (array_group){
        0, w->block_counter, w->block_chunk, w->block_rows, w->block_chunks, w->block_size, w->block_inner};
    w->late = 1;
    memset(w->mark, 0, w->values.count);
    for (uint32_t v = 0; v < w->values.count; v++) /* the number of a group is less than that of values */
        if (value_at(w, v)->block >= 0) w->mark[value_at(w, v)->update] = 1;
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        if (w->mark[value->update]) value->update = 0;
        if (!value->update && value->pass >= w->late) w->late = value->pass + 1;
    }
    uint32_t plain = (uint32_t)w->groups.count;
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        if (!value->update) continue;
        value->pass = w->late + (int32_t)(value->update < plain ? value->update : plain) - 1;
        if (value->update >= plain) continue;
        value->block = value->block_own = w->groups.at[value->update].axis;
        value->local = !value->output;
    }
}

void array_group_use(array_lowering *w, int32_t pass)
{
    size_t at = pass < w->late ? 0 : (size_t)(pass - w->late) + 1;
    if (at >= w->groups.count) return; /* that pass has no blocks */
    const array_group *g = &w->groups.at[at];
    w->block_counter = g->counter;
    w->block_chunk = g->chunk;
    w->block_rows = g->rows;
    w->block_chunks = g->chunks;
    w->block_size = g->size;
    w->block_inner = g->inner;
}
