/*
 * array_product.c - the step of a sum that is a matrix product (array_factors.c): its axes in the kernel's order.
 *
 * Each axis of the domain has a role by where it has a stride: batch, rows, columns, or terms. Axes of one role that
 * lie one after the other are merged; of each role the largest goes to the kernel, further ones are gone through one
 * by one. Few elements with long sums are summed in lanes instead, without packing.
 *
 * The matrix kernel computes plainly. Where a result is not finite, the step is done again term by term, with the
 * rule of LANGUAGE, section 6: an exact 0 wins in a product along a path.
 */
#include <string.h>

#include "exec/array_build.h"
#include "math/matrix.h"

/* Sums in lanes: outer axes at most, elements at most, terms at least. */
enum { LANES_AXES = 2, LANES_ELEMENTS = 1 << 9, LANES_TERMS = 1 << 10 };

enum { ROLE_BATCH, ROLE_M, ROLE_N, ROLE_K, ROLES };

typedef struct product_dims {
    size_t count;
    int64_t size[AXES_STEP], stride[AXES_STEP][3]; /* of A, B, C */
    uint8_t role[AXES_STEP];
    uint8_t band[AXES_STEP]; /* 1, 2: axis x, y of the value's band */
    bool turned;             /* B' A' = C' */
    bool lanes;
} product_dims;

static void product_axes(const array_builder *b, product_dims *d, int band_x, int band_y)
{
    for (size_t x = 0; x < b->axes; x++) {
        int64_t s[3];
        if (b->sizes[x] == 1) continue;
        for (size_t l = 0; l < 3; l++) s[l] = b->strides.at[l * AXES_STEP + x];
        d->role[d->count] = s[2] == 0 ? ROLE_K : s[1] == 0 ? ROLE_M : s[0] == 0 ? ROLE_N : ROLE_BATCH;
        d->size[d->count] = b->sizes[x];
        d->band[d->count] = band_x == band_y ? 0 : (int)x == band_x ? 1 : (int)x == band_y ? 2 : 0;
        memcpy(d->stride[d->count++], s, sizeof s);
    }
}

static bool product_merges(const product_dims *d, size_t outer, size_t inner)
{
    if (d->role[outer] != d->role[inner] || d->size[inner] < 0 || d->band[outer] || d->band[inner]) return false;
    for (size_t l = 0; l < 3; l++)
        if (d->stride[outer][l] != d->stride[inner][l] * d->size[inner]) return false;
    return true;
}

static void product_drop(product_dims *d, size_t i)
{
    for (d->count--; i < d->count; i++) {
        d->size[i] = d->size[i + 1];
        d->role[i] = d->role[i + 1];
        d->band[i] = d->band[i + 1];
        memcpy(d->stride[i], d->stride[i + 1], sizeof d->stride[i]);
    }
}

/* Axes that lie one after the other in all three become one. */
static void product_merge(product_dims *d)
{
    for (bool news = true; news;) {
        news = false;
        for (size_t i = 0; i < d->count; i++)
            for (size_t k = 0; k < d->count; k++) {
                if (i == k || !product_merges(d, i, k)) continue;
                d->size[k] *= d->size[i];
                product_drop(d, i);
                news = true;
                i = k = d->count;
            }
    }
}

/* Of an axis that goes with the blocks (size < 0): of one block. */
static int64_t product_size(int64_t size, int64_t rows)
{
    return size < 0 ? -size * rows : size;
}

/* One axis of each role goes to the kernel, the largest; further ones are gone through one by one. */
static void product_roles(product_dims *d, int64_t rows)
{
    for (int role = ROLE_M; role < ROLES; role++) {
        size_t best = d->count;
        for (size_t i = 0; i < d->count; i++)
            if (d->role[i] == role &&
                (best == d->count || product_size(d->size[i], rows) > product_size(d->size[best], rows)))
                best = i;
        for (size_t i = 0; i < d->count; i++)
            if (d->role[i] == role && i != best) d->role[i] = ROLE_BATCH;
    }
}

/* Rows of C lie side by side rather than its columns: then all is turned, for which the kernel has shorter ways. */
static void product_turn(product_dims *d)
{
    bool turn = false;
    for (size_t i = 0; i < d->count; i++) {
        if (d->role[i] == ROLE_N && d->stride[i][2] == 1) return;
        turn = turn || (d->role[i] == ROLE_M && d->stride[i][2] == 1);
    }
    d->turned = turn;
    for (size_t i = 0; turn && i < d->count; i++) {
        int64_t a = d->stride[i][0];
        d->stride[i][0] = d->stride[i][1], d->stride[i][1] = a;
        if (d->role[i] == ROLE_M || d->role[i] == ROLE_N) d->role[i] = d->role[i] == ROLE_M ? ROLE_N : ROLE_M;
    }
}

/* Does the batch only add up along this axis? */
static bool product_adds_up(const product_dims *d, size_t i)
{
    return d->role[i] == ROLE_BATCH && d->stride[i][2] == 0;
}

/* Few elements, each a long sum whose innermost axis is one piece in both operands: such products would pack all they
 * read. Sums in lanes read it where it lies. */
static void product_lanes(const array_builder *b, product_dims *d, int type)
{
    int64_t lanes = type == ARRAY_F32 ? MATRIX_SUM_LANES_f32 : MATRIX_SUM_LANES_f64, elements = 1, terms = 1;
    size_t outer = 0;
    bool fits = !b->blocked && !(b->w->g->passes_off & PASS_LAYOUT), along = false;
    for (size_t i = 0; i < d->count && fits; i++) {
        bool sums = d->role[i] == ROLE_K || product_adds_up(d, i);
        int64_t *all = d->role[i] == ROLE_BATCH && !sums ? NULL : sums ? &terms : &elements;
        fits = all == NULL || (d->size[i] > 0 && !__builtin_mul_overflow(*all, d->size[i], all));
        outer += product_adds_up(d, i);
        if (d->role[i] == ROLE_K) along = d->size[i] % lanes == 0 && d->stride[i][0] == 1 && d->stride[i][1] == 1;
    }
    d->lanes = fits && along && outer <= LANES_AXES && elements <= LANES_ELEMENTS && terms >= LANES_TERMS;
}

/* The band, if the matrix kernel goes over both its axes. */
static void product_band(const plan *a, const product_dims *d, int64_t shift, plan_product *p)
{
    int x = -1, y = -1;
    for (size_t i = 0; i < d->count; i++) {
        if (d->band[i] == 0 || d->role[i] == ROLE_BATCH || d->size[i] < 0) continue;
        *(d->band[i] == 1 ? &x : &y) = d->role[i] - ROLE_M;
    }
    if (x < 0 || y < 0 || x == y || d->lanes) return;
    p->band_x = (uint8_t)x;
    p->band_y = (uint8_t)y;
    p->band_shift = shift;
    if (!array_product_banded(a, p)) p->band_x = p->band_y = 0;
}

enum { ORDER_MOST = AXES_STEP + 3 + LANES_AXES };

/* The axes as the step goes through them: batch, rows, columns, terms, then the outer ones of lanes; SIZE_MAX: an axis
 * of one place. How many. */
static size_t product_order(const product_dims *d, size_t order[ORDER_MOST])
{
    size_t count = 0, outer = 0;
    for (size_t i = 0; i < d->count; i++)
        if (d->role[i] == ROLE_BATCH && !(d->lanes && product_adds_up(d, i))) order[count++] = i;
    for (int role = ROLE_M; role < ROLES; role++) {
        size_t i = 0;
        while (i < d->count && d->role[i] != role) i++;
        order[count++] = i < d->count ? i : SIZE_MAX;
    }
    for (size_t i = 0; i < d->count && d->lanes; i++)
        if (product_adds_up(d, i)) order[count++] = i, outer++;
    for (; d->lanes && outer < LANES_AXES; outer++) order[count++] = SIZE_MAX;
    return count;
}

/* Memory that the step needs beside its operands: `size` of rows, columns and terms; terms_outside: the innermost axis
 * of the batch adds up, too. */
static size_t product_scratch(const array_lowering *w, const plan_product *p, const int64_t *size, bool terms_outside)
{
    int64_t rows = w->block_rows;
    size_t m = (size_t)product_size(size[0], rows), n = (size_t)product_size(size[1], rows);
    size_t k = (size_t)product_size(size[2], rows), own = array_product_own(w->a, p);
    if (terms_outside) k *= (size_t)product_size(size[-1], rows);
    size_t scratch = p->lanes               ? array_product_lanes(m, n, p->type)
                     : p->type == ARRAY_F32 ? matrix_scratch_f32(m, n, k)
                                            : matrix_scratch_f64(m, n, k);
    return own ? scratch + own + 64 : scratch;
}

static bool product_push(array_builder *b, product_dims *d, const array_value *value, uint32_t fallback)
{
    plan *a = b->w->a;
    int64_t strides[3 * ORDER_MOST], sizes[ORDER_MOST];
    size_t order[ORDER_MOST], count = product_order(d, order);
    for (size_t i = 0; i < count; i++) {
        sizes[i] = order[i] == SIZE_MAX ? 1 : d->size[order[i]];
        for (size_t l = 0; l < 3; l++) strides[l * count + i] = order[i] == SIZE_MAX ? 0 : d->stride[order[i]][l];
    }
    plan_product p = {.dims = (uint32_t)a->sizes.count,
                      .dim_count = (uint32_t)count,
                      .type = value->type,
                      .blocked = b->blocked,
                      .lanes = d->lanes,
                      .repeats = b->blocked || b->repeats,
                      .fallback = fallback,
                      .set = ARRAY_NONE,
                      .scatter = ARRAY_NONE,
                      .time = b->w->time};
    if (d->turned) {
        plan_line a_line = b->lines.at[0];
        b->lines.at[0] = b->lines.at[1], b->lines.at[1] = a_line;
    }
    if (!array_push_lines(b, strides, count, &p.lines)) return false;
    plan_step step = {.kind = STEP_PRODUCT, .at = (uint32_t)a->products.count};
    if (!array_reserve(b->w->m, &a->sizes, count) || !array_push(b->w->m, &a->products, p) ||
        !array_push(b->w->m, &a->steps, step))
        return array_no_memory(b->w);
    for (size_t i = 0; i < count; i++) a->sizes.at[a->sizes.count++] = sizes[i];
    product_band(a, d, value->band.shift, &a->products.at[step.at]);
    bool terms_outside = !d->lanes && count > 3 && strides[3 * count - 4] == 0;
    size_t scratch =
        product_scratch(b->w, &a->products.at[step.at], sizes + count - 3 - (d->lanes ? LANES_AXES : 0), terms_outside);
    if (scratch > a->scratch) a->scratch = scratch;
    a->count++;
    return true;
}

/* Lines of A and B. */
static bool product_operands(array_builder *b, const array_value *value, const coordinate *at)
{
    coordinate to[AXES_MOST];
    for (size_t k = 1; k < 3; k++) {
        array_use u = value_use(b->w, value, k);
        uint32_t root = value_root(b->w, u.value);
        for (size_t p = 0; p < value_rank(b->w, value_at(b->w, root)); p++)
            to[p] = at[map_plain_axis(b->w->g, u.map, p)];
        if (array_line(b, root, to) == ARRAY_NONE) return false;
    }
    return true;
}

static product_dims product_dims_of(const array_builder *b, const array_value *value, const coordinate *at)
{
    product_dims d = {0};
    const coordinate *x = &at[value->band.x], *y = &at[value->band.y];
    bool band = value->band.x != value->band.y && x->counter == ARRAY_NONE && y->counter == ARRAY_NONE &&
                x->axis >= 0 && y->axis >= 0 && x->offset == 0 && y->offset == 0;
    product_axes(b, &d, band ? x->axis : -1, band ? y->axis : -1);
    product_merge(&d);
    product_roles(&d, b->w->block_rows);
    product_turn(&d);
    product_lanes(b, &d, value->type);
    return d;
}

/* The step of a sum that is a product; the map step of the same sum, which stands last, becomes what is done where
 * the result is not finite. */
bool array_product_step(array_lowering *w, uint32_t v)
{
    plan *a = w->a;
    array_builder b;
    const array_value *value = value_at(w, v);
    size_t own = value_rank(w, value), rank = shape_rank(w->g, value->domain);
    coordinate at[AXES_MOST];
    if (!array_map_step(w, v, 0)) return false;
    uint32_t fallback = a->steps.at[a->steps.count - 1].at;
    for (size_t x = own; x < rank; x++)
        if (shape_sizes(w->g, value->domain)[x] == 0) return true;
    a->steps.count--;
    array_build_begin(&b, w);
    array_own_coordinates(&b, value, at);
    for (size_t x = own; x < rank; x++) array_domain_axis(&b, value, x, &at[x]);
    bool ok = product_operands(&b, value, at);
    b.blocked = w->in_block && value->sums;
    b.repeats = value->part.kind == PART_ALONG && !value->part.bound && value->part.low != value->part.high;
    ok = ok && array_target(&b, v, at) != ARRAY_NONE;
    if (ok) {
        product_dims d = product_dims_of(&b, value, at);
        ok = product_push(&b, &d, value, fallback);
    }
    array_free(w->m, &b.lines);
    array_free(w->m, &b.strides);
    return ok || array_no_memory(w);
}
