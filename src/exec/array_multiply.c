/*
 * array_multiply.c - runs PRODUCT steps: through the batch, each by the matrix kernel; in parts of C, or of the batch,
 * where that pays.
 */
#include <string.h>

#include "exec/array_crew.h"
#include "math/matrix.h"

enum {
    PRODUCT_OWN = 1 << 13,   /* numbers */
    PRODUCT_LANES = 1 << 18, /* bytes of lanes of sums, */
    PRODUCT_SETS = 64        /* of at most so many places */
};

typedef struct product {
    const plan_product *p;
    const int64_t *size, *stride[3]; /* of A, B, C */
    char *at[3];
    size_t whole; /* dimensions of the batch: */
    size_t batch; /* those that are gone through; the last, if it is added up, is an outer k of the kernel's */
    size_t apart; /* of the first so many each place has a part of C of its own */
    size_t pieces;
    array_work *w;
    matrix_range range; /* of C */
    char *own;          /* where it is summed up by itself, or NULL */
} product;

/* Axes of the batch. */
static uint32_t product_batch_axes(const plan_product *p)
{
    return p->dim_count - (p->lanes ? 5 : 3);
}

/* Bytes of a C of one place that is summed up where it lies by itself, and is put into its place when it is complete:
 * one that the batch adds up, if it is small. 0: it is summed up in its place. */
size_t array_product_own(const plan *a, const plan_product *p)
{
    const int64_t *size = a->sizes.at + p->dims, *to = a->strides.at + a->lines.at[p->lines + 2].strides;
    uint32_t axes = product_batch_axes(p), apart = 0;
    size_t numbers;
    if (p->lanes) return 0;
    while (apart < axes && to[apart] != 0) apart++;
    for (uint32_t d = apart; d < axes; d++)
        if (to[d] != 0) return 0;
    if (apart == axes || p->blocked || size[axes] < 1 || size[axes + 1] < 1) return 0;
    bool small = size_mul((size_t)size[axes], (size_t)size[axes + 1], &numbers) && numbers <= PRODUCT_OWN;
    return small ? numbers * array_type_bytes(p->type) : 0;
}

/* Rows [r.row, r.row_end) and columns of C, by the terms [from, from + k). `finite`: NULL, or is set to whether they
 * all are. */
static void product_piece_run(const product *x, matrix_range r, int64_t from, size_t k, bool add, bool *finite)
{
    const int64_t *a = x->stride[0] + x->whole, *b = x->stride[1] + x->whole, *c = x->stride[2] + x->whole;
    int64_t bytes = (int64_t)array_type_bytes(x->p->type), row = (int64_t)r.row, column = (int64_t)r.column;
    size_t rows = r.row_end - r.row, columns = r.column_end - r.column;
    int64_t down = c[0], along = c[1];
    char *to = x->at[2] + (row * down + column * along) * bytes;
    if (x->own) {
        down = (int64_t)(x->range.column_end - x->range.column), along = 1;
        to = x->own + ((row - (int64_t)x->range.row) * down + column - (int64_t)x->range.column) * bytes;
    }
    void *at[3] = {x->at[0] + (row * a[0] + from * a[2]) * bytes, x->at[1] + (column * b[1] + from * b[2]) * bytes, to};
    matrix_depth depth = {{1, k}, {0, a[2]}, {0, b[2]}};
    if (x->batch < x->whole) depth.count[0] = (size_t)x->size[x->batch], depth.a[0] = a[-1], depth.b[0] = b[-1];
    if (x->p->type == ARRAY_F32)
        matrix_deep_f32(rows, columns, &depth, at[0], a[0], at[1], b[1], at[2], down, along, add, x->w->scratch,
                        finite);
    else
        matrix_deep_f64(rows, columns, &depth, at[0], a[0], at[1], b[1], at[2], down, along, add, x->w->scratch,
                        finite);
}

static size_t product_later(size_t x, int64_t y)
{
    return (int64_t)x > y ? x : (size_t)y;
}

static size_t product_earlier(size_t x, int64_t y)
{
    return (int64_t)x < y ? x : (size_t)y;
}

/* Is all of it finite? Looked at where `done`. */
static bool product_run(const product *x, bool add, bool done)
{
    const int64_t *n = x->size + x->whole;
    bool all = true;
    for (size_t i = 0; i < x->pieces; i++) {
        product_piece p = array_product_piece(x->w->plan, x->p, n, i);
        matrix_range r = {product_later(x->range.row, p.begin[0]), product_earlier(x->range.row_end, p.end[0]),
                          product_later(x->range.column, p.begin[1]), product_earlier(x->range.column_end, p.end[1])};
        bool finite = true;
        if (r.row >= r.row_end || r.column >= r.column_end) continue;
        product_piece_run(x, r, p.begin[2], (size_t)(p.end[2] - p.begin[2]), add, done ? &finite : NULL);
        all = all && finite;
    }
    return all;
}

/* What was summed up by itself into its place. */
static void product_put(const product *x)
{
    const int64_t *c = x->stride[2] + x->whole, bytes = (int64_t)array_type_bytes(x->p->type);
    const char *from = x->own;
    for (size_t i = x->range.row; i < x->range.row_end; i++)
        for (size_t k = x->range.column; k < x->range.column_end; k++, from += bytes)
            memcpy(x->at[2] + ((int64_t)i * c[0] + (int64_t)k * c[1]) * bytes, from, (size_t)bytes);
}

/* The next place of the batch behind its first dimensions; false: that was the last. */
static bool product_next(product *x)
{
    int64_t *place = x->w->place;
    for (size_t d = x->batch; d > x->apart; d--) {
        bool again = ++place[d - 1] == x->size[d - 1];
        int64_t times = again ? 1 - x->size[d - 1] : 1;
        for (int l = 0; l < 3; l++) x->at[l] += times * x->stride[l][d - 1] * (int64_t)array_type_bytes(x->p->type);
        if (!again) return true;
        place[d - 1] = 0;
    }
    return false;
}

/* One place of the first dimensions; what several of the batch add up to begins anew where all of those are at their
 * first. Is it all finite? */
static bool product_place(product *x)
{
    const array_work *w = x->w;
    bool finite = true;
    do {
        bool onto = product_adds_on(x->p), add = onto || (x->p->blocked && !w->begins), done = !onto;
        for (size_t k = x->apart; k < x->batch; k++) {
            if (x->stride[2][k] != 0) continue;
            add = add || w->place[k] != 0;
            done = done && w->place[k] + 1 == x->size[k]; /* nothing finite comes of what is not */
        }
        finite = product_run(x, add, done) && finite;
        if (done && x->own) product_put(x);
    } while (product_next(x));
    return finite;
}

static void product_lines(product *x)
{
    const plan *a = x->w->plan;
    array_lines_begin(x->w, x->p->lines, 3);
    for (uint32_t l = 0; l < 3; l++) x->stride[l] = a->strides.at + a->lines.at[x->p->lines + l].strides;
}

/* By lanes, of several places together; the two outer axes of k stand behind it. Are they all finite? */
static bool product_sums(const product *x, size_t sets, const matrix_set *set)
{
    const int64_t *n = x->size + x->whole, *a = x->stride[0] + x->whole, *b = x->stride[1] + x->whole;
    const int64_t *c = x->stride[2] + x->whole;
    size_t rows = (size_t)n[0], columns = (size_t)n[1];
    matrix_sum sum = {{(size_t)n[3], (size_t)n[4], (size_t)n[2]}, {a[3], a[4]}, {b[3], b[4]}};
    void *at[3], *scratch = x->w->scratch;
    bool finite = true;
    for (uint32_t l = 0; l < 3; l++) at[l] = x->w->line[x->p->lines + l];
    if (x->p->type == ARRAY_F32)
        matrix_dots_f32(sets, set, rows, columns, &sum, at[0], a[0], at[1], b[1], at[2], c[0], c[1], scratch);
    else
        matrix_dots_f64(sets, set, rows, columns, &sum, at[0], a[0], at[1], b[1], at[2], c[0], c[1], scratch);
    for (size_t i = 0; i < sets; i++)
        finite = finite &&
                 (x->p->type == ARRAY_F32 ? matrix_finite_f32(rows, columns, (float *)at[2] + set[i].c, c[0], c[1])
                                          : matrix_finite_f64(rows, columns, (double *)at[2] + set[i].c, c[0], c[1]));
    return finite;
}

/* So many places go together by lanes. */
static size_t product_sets(size_t m, size_t n, uint8_t type)
{
    size_t one = type == ARRAY_F32 ? matrix_dots_scratch_f32(1, m, n) : matrix_dots_scratch_f64(1, m, n);
    size_t sets = PRODUCT_LANES / one;
    return sets < 1 ? 1 : sets < PRODUCT_SETS ? sets : PRODUCT_SETS;
}

size_t array_product_lanes(size_t m, size_t n, uint8_t type)
{
    size_t sets = product_sets(m, n, type);
    return type == ARRAY_F32 ? matrix_dots_scratch_f32(sets, m, n) : matrix_dots_scratch_f64(sets, m, n);
}

/* Places [from, to) of a batch by lanes. */
static bool product_lanes_batch(const product *x, int64_t from, int64_t to)
{
    matrix_set set[PRODUCT_SETS];
    size_t most = product_sets((size_t)x->size[x->whole], (size_t)x->size[x->whole + 1], x->p->type), sets = 0;
    bool finite = true;
    for (int64_t i = from; i < to; i++) {
        const int64_t *place = x->w->place;
        matrix_set s = {0, 0, 0};
        array_place_at(x->w, x->size, x->apart, i);
        for (size_t d = 0; d < x->apart; d++) {
            s.a += place[d] * x->stride[0][d];
            s.b += place[d] * x->stride[1][d];
            s.c += place[d] * x->stride[2][d];
        }
        set[sets++] = s;
        if (sets < most && i + 1 < to) continue;
        finite = product_sums(x, sets, set) && finite;
        sets = 0;
    }
    return finite;
}

/* Goes through the batch: the places [from, to) of its first dimensions, of all of them together. */
static bool product_batch(product *x, int64_t from, int64_t to)
{
    array_work *w = x->w;
    bool finite = true;
    product_lines(x);
    if (x->p->lanes) return product_lanes_batch(x, from, to);
    for (size_t d = x->apart; d < x->batch; d++) w->place[d] = 0;
    for (int64_t i = from; i < to; i++) {
        array_place_at(w, x->size, x->apart, i);
        for (uint32_t l = 0; l < 3; l++) {
            int64_t at = 0;
            for (size_t d = 0; d < x->apart; d++) at += w->place[d] * x->stride[l][d];
            x->at[l] = w->line[x->p->lines + l] + at * (int64_t)array_type_bytes(x->p->type);
        }
        finite = product_place(x) && finite;
    }
    return finite;
}

/* Numbers of C that do not lie side by side, or of a part of it, are summed up by themselves: others that lie between
 * them are written by other threads. */
static void product_apart(product *x)
{
    const plan *a = x->w->plan;
    size_t own = array_product_own(a, x->p);
    if (own) x->own = x->w->scratch + (a->scratch - own) / 64 * 64;
}

static product product_of(array_work *w, const plan_product *s)
{
    const plan *a = w->plan;
    const int64_t *to = a->strides.at + a->lines.at[s->lines + 2].strides;
    product x = {.p = s, .w = w, .whole = product_batch_axes(s), .pieces = array_product_pieces(a, s)};
    x.size = array_step_sizes(w, s->dims, s->dim_count, true);
    while (x.apart < x.whole && to[x.apart] != 0) x.apart++;
    bool outer = x.pieces == 1 && x.apart < x.whole && to[x.whole - 1] == 0;
    x.batch = outer ? x.whole - 1 : x.whole;
    x.range = (matrix_range){0, (size_t)x.size[x.whole], 0, (size_t)x.size[x.whole + 1]};
    if (to[x.whole + 1] != 1) product_apart(&x);
    return x;
}

/* How many places its first dimensions have. */
static int64_t product_places(const product *x)
{
    int64_t places = 1;
    for (size_t d = 0; d < x->apart; d++) places *= x->size[d];
    return places;
}

bool array_product_part(array_work *w, const plan_product *s, uint32_t dims, int64_t from, int64_t to)
{
    product x = product_of(w, s);
    int64_t each = 1;
    for (size_t d = dims; d < x.batch; d++) each *= x.size[d];
    return product_batch(&x, from * each, to * each);
}

/* ---- In parts -------------------------------------------------------------------------------------- */

enum { MULTIPLY_PLACES = 8 }; /* of a batch, that are worth sharing out as they are */

/* Parts of C, each of one place of the batch. The matrix product gives the same bits however C is cut, so that may go
 * by the number of threads. */
typedef struct multiply_split {
    const plan_product *s;
    int64_t place[MATRIX_PARTS];
    matrix_range part[MATRIX_PARTS];
} multiply_split;

static bool multiply_part(const ew_program *p, ew_work *work, const void *context, size_t part)
{
    const multiply_split *split = context;
    product x = product_of(work->arrays, split->s);
    int64_t place = split->place[part];
    (void)p;
    x.range = split->part[part];
    product_apart(&x);
    if (!product_batch(&x, place, place + 1)) work->arrays->suspect = true;
    return true;
}

static bool multiply_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    product x = product_of(work->arrays, context);
    (void)p;
    if (!product_batch(&x, from, to)) work->arrays->suspect = true;
    return true;
}

/* First whole places of the batch, while there are more than workers; then ever smaller parts, so that all end
 * together: each part reads all of the other factor. */
static size_t multiply_parts(const product *x, size_t workers, size_t most, multiply_split *split)
{
    size_t count = 0, places = (size_t)product_places(x);
    if (workers > MATRIX_PARTS / places) workers = MATRIX_PARTS / places;
    for (size_t place = 0; place < places; place++) {
        size_t left = places - place, here = left > workers ? 1 : left > 1 ? workers : most;
        if (here > MATRIX_PARTS - count - (left - 1) * workers) here = workers;
        size_t parts = matrix_parts(x->range.row_end, x->range.column_end, workers, here, split->part + count);
        for (size_t i = 0; i < parts; i++) split->place[count++] = (int64_t)place;
    }
    return count;
}

/* Parts of C, if single products are worth it and the batch has not enough places to share out. */
static bool multiply_split_c(const ew_program *p, ew_work *work, const product *x, double all)
{
    const array_work *w = work->arrays;
    double one = all;
    for (size_t d = 0; d < x->batch; d++) one /= (double)x->size[d];
    if (x->p->lanes || product_places(x) >= MULTIPLY_PLACES || !array_crew_worth(w, one)) return false;
    multiply_split split = {.s = x->p};
    size_t count = multiply_parts(x, array_pool_workers(w->pool), array_crew_parts(w, one, MATRIX_PARTS), &split);
    if (count > 1) array_crew_run(p, work, multiply_part, &split, count);
    return count > 1;
}

/* ---- Onto what stands there ----------------------------------------------------------------------------------------
 */

/* C's places in slots: those of the first `outer` dimensions of the batch lie multiples of `unit` apart, and what the
 * others span lies within a unit. So slots have nothing in common, and each sums up in the order of the batch. */
typedef struct multiply_slots {
    uint32_t outer;
    int64_t unit, span, count;
} multiply_slots;

static multiply_slots multiply_slots_of(const product *x)
{
    const plan *a = x->w->plan;
    const int64_t *to = a->strides.at + a->lines.at[x->p->lines + 2].strides;
    multiply_slots s = {.count = 1};
    uint32_t all = (uint32_t)x->whole + 2;
    for (uint32_t d = 0; d < all; d++) s.span += (x->size[d] - 1) * to[d];
    s.unit = s.span + 1;
    for (uint32_t outer = 1; outer <= x->whole; outer++) {
        int64_t unit = 0, far = 0, span = 0;
        for (uint32_t d = 0; d < all; d++) {
            *(d < outer ? &far : &span) += (x->size[d] - 1) * to[d];
            for (int64_t y = d < outer && x->size[d] > 1 ? to[d] : 0, rest; y; unit = y, y = rest) rest = unit % y;
        }
        if (unit > span) return (multiply_slots){outer, unit, span, far / unit + 1};
    }
    return s;
}

/* One place of the outer dimensions. */
static void multiply_onto(product *x, int64_t place)
{
    array_work *w = x->w;
    array_place_at(w, x->size, x->apart, place);
    for (uint32_t l = 0; l < 3; l++) {
        int64_t at = 0;
        for (size_t d = 0; d < x->apart; d++) at += w->place[d] * x->stride[l][d];
        x->at[l] = w->line[x->p->lines + l] + at * (int64_t)array_type_bytes(x->p->type);
    }
    for (size_t d = x->apart; d < x->batch; d++) w->place[d] = 0;
    product_place(x);
}

static bool multiply_slots_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    array_work *w = work->arrays;
    product x = product_of(w, context);
    multiply_slots s = multiply_slots_of(&x);
    size_t one = (size_t)s.span + 1, bytes = array_type_bytes(x.p->type);
    (void)p;
    product_lines(&x);
    x.apart = s.outer;
    int64_t places = product_places(&x);
    for (int64_t slot = from; slot < to; slot++) {
        for (int64_t i = 0; i < places; i++) {
            int64_t rest = i, at = 0;
            for (size_t d = s.outer; d-- > 0; rest /= x.size[d]) at += rest % x.size[d] * x.stride[2][d];
            if (at == slot * s.unit) multiply_onto(&x, i);
        }
        const void *c = w->line[x.p->lines + 2] + (size_t)(slot * s.unit) * bytes;
        bool finite = x.p->type == ARRAY_F32 ? matrix_finite_f32(1, one, c, 0, 1) : matrix_finite_f64(1, one, c, 0, 1);
        if (!finite) w->suspect = true;
    }
    return true;
}

/* Places that are worth going together: by lanes as many as leave each worker two parts. */
static int64_t multiply_unit(const product *x)
{
    const array_pool *pool = x->w->pool;
    if (!x->p->lanes || !pool) return 1;
    int64_t parts = 2 * (int64_t)array_pool_workers(pool), places = product_places(x);
    return places > parts ? (places + parts - 1) / parts : 1;
}

/* The whole product: in parts, or by the caller alone. Is all of C finite? */
static bool multiply_all(const ew_program *p, ew_work *work, const plan_product *s)
{
    array_work *w = work->arrays;
    product x = product_of(w, s);
    double all = 1.0 / 8;
    for (size_t d = 0; d < s->dim_count; d++) {
        if (x.size[d] == 0) return true;
        all *= (double)x.size[d];
    }
    bool before = w->suspect;
    w->suspect = false;
    if (product_adds_on(s))
        array_crew_split(p, work, multiply_slots_range, s, all, multiply_slots_of(&x).count, 1);
    else if (!multiply_split_c(p, work, &x, all))
        array_crew_split(p, work, multiply_range, s, all, product_places(&x), multiply_unit(&x));
    bool finite = !w->suspect;
    w->suspect = before;
    return finite;
}

/* Term by term; what is added to where it goes, through its windows. */
static bool multiply_again(const ew_program *p, ew_work *work, const plan_product *s)
{
    const plan_map *map = work->arrays->plan->maps.at;
    if (!product_adds_on(s)) return array_crew_map(p, work, &map[s->fallback]);
    return array_crew_map(p, work, &map[s->set]) && array_crew_map(p, work, &map[s->fallback]) &&
           array_crew_map(p, work, &map[s->scatter]);
}

bool array_crew_product(const ew_program *p, ew_work *work, const plan_product *s)
{
    array_work *w = work->arrays;
    if (w->careful) return multiply_again(p, work, s);
    bool finite = multiply_all(p, work, s);
    if (!finite && s->repeats) w->suspect = true;
    return finite || s->repeats || multiply_again(p, work, s);
}
