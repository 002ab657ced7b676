/*
 * array_multiply.c - runs PRODUCT steps: through the batch, each by the matrix kernel; in parts of C, or of the batch,
 * where that pays.
 */
#include "exec/array_crew.h"
#include "math/matrix.h"

typedef struct product {
    const plan_product *p;
    const int64_t *size, *stride[3]; /* of A, B, C */
    char *at[3];
    size_t batch; /* dimensions */
    array_work *w;
    size_t part, parts; /* of C */
} product;

/* The part of C that is made. */
static matrix_range product_range(const product *x)
{
    const int64_t *n = x->size + x->batch;
    if (x->parts == 1) return (matrix_range){0, (size_t)n[0], 0, (size_t)n[1]};
    return matrix_part((size_t)n[0], (size_t)n[1], x->parts, x->part);
}

/* The two outer axes of k stand behind it. */
static void product_sum(const product *x)
{
    const int64_t *n = x->size + x->batch, *a = x->stride[0] + x->batch, *b = x->stride[1] + x->batch;
    const int64_t *c = x->stride[2] + x->batch;
    matrix_sum sum = {{(size_t)n[3], (size_t)n[4], (size_t)n[2]}, {a[3], a[4]}, {b[3], b[4]}};
    void *at[3] = {x->at[0], x->at[1], x->at[2]};
    if (x->p->type == ARRAY_F32)
        matrix_dots_f32((size_t)n[0], (size_t)n[1], &sum, at[0], a[0], at[1], b[1], at[2], c[0], c[1]);
    else
        matrix_dots_f64((size_t)n[0], (size_t)n[1], &sum, at[0], a[0], at[1], b[1], at[2], c[0], c[1]);
}

static void product_run(const product *x, bool add)
{
    const int64_t *n = x->size + x->batch, *a = x->stride[0] + x->batch, *b = x->stride[1] + x->batch;
    const int64_t *c = x->stride[2] + x->batch, bytes = (int64_t)array_type_bytes(x->p->type);
    matrix_range r = product_range(x);
    size_t rows = r.row_end - r.row, columns = r.column_end - r.column;
    void *at[3] = {x->at[0] + (int64_t)r.row * a[0] * bytes, x->at[1] + (int64_t)r.column * b[1] * bytes,
                   x->at[2] + ((int64_t)r.row * c[0] + (int64_t)r.column * c[1]) * bytes};
    if (x->p->type == ARRAY_F32)
        matrix_product_f32(rows, columns, (size_t)n[2], at[0], a[0], a[2], at[1], b[2], b[1], at[2], c[0], c[1], add,
                           x->w->scratch);
    else
        matrix_product_f64(rows, columns, (size_t)n[2], at[0], a[0], a[2], at[1], b[2], b[1], at[2], c[0], c[1], add,
                           x->w->scratch);
}

/* x - x is 0, or nan; side by side, since only whether all are 0 counts. */
#define FINITE_ROW(name, real)                                                                                         \
    static bool name(const real *x, int64_t count, int64_t stride)                                                     \
    {                                                                                                                  \
        real sum[8] = {0};                                                                                             \
        int64_t i = 0;                                                                                                 \
        if (stride == 1)                                                                                               \
            for (; i + 8 <= count; i += 8)                                                                             \
                for (int k = 0; k < 8; k++) sum[k] += x[i + k] - x[i + k];                                             \
        for (; i < count; i++) sum[i & 7] += x[i * stride] - x[i * stride];                                            \
        for (int k = 1; k < 8; k++) sum[0] += sum[k];                                                                  \
        return sum[0] == 0;                                                                                            \
    }
FINITE_ROW(finite_row_f64, double)
FINITE_ROW(finite_row_f32, float)

static bool product_finite(const product *x)
{
    const int64_t *c = x->stride[2] + x->batch;
    matrix_range r = product_range(x);
    bool turned = c[1] != 1, finite = true; /* along what is one piece, if anything is */
    size_t from = turned ? r.column : r.row, to = turned ? r.column_end : r.row_end;
    size_t begin = turned ? r.row : r.column, end = turned ? r.row_end : r.column_end;
    int64_t down = turned ? c[1] : c[0], along = turned ? c[0] : c[1];
    for (size_t i = from; i < to; i++) {
        int64_t at = (int64_t)i * down + (int64_t)begin * along, count = (int64_t)(end - begin);
        const char *row = x->at[2] + at * (int64_t)array_type_bytes(x->p->type);
        finite = finite && (x->p->type == ARRAY_F32 ? finite_row_f32((const float *)(const void *)row, count, along)
                                                    : finite_row_f64((const double *)(const void *)row, count, along));
    }
    return finite;
}

/* The next place of the batch; false: that was the last. */
static bool product_next(product *x, int64_t to)
{
    int64_t *place = x->w->place;
    for (size_t d = x->batch; d; d--) {
        bool again = ++place[d - 1] == (d == 1 ? to : x->size[d - 1]);
        int64_t times = again ? 1 - x->size[d - 1] : 1;
        for (int l = 0; l < 3; l++) x->at[l] += times * x->stride[l][d - 1] * (int64_t)array_type_bytes(x->p->type);
        if (!again) return true;
        place[d - 1] = 0;
    }
    return false;
}

/* Goes through the batch; what several of it add up to begins anew where all of those are at their first. Of the
 * batch's outermost dimension: [from, to). A result that is not finite is remembered in w->suspect. */
static bool product_batch(product *x, int64_t from, int64_t to)
{
    array_work *w = x->w;
    const plan *a = w->plan;
    bool finite = true;
    array_lines_begin(w, x->p->lines, 3);
    for (uint32_t l = 0; l < 3; l++) {
        x->stride[l] = a->strides.at + a->lines.at[x->p->lines + l].strides;
        x->at[l] = w->line[x->p->lines + l];
        if (x->batch) x->at[l] += from * x->stride[l][0] * (int64_t)array_type_bytes(x->p->type);
    }
    for (size_t d = 0; d < x->batch; d++) w->place[d] = d ? 0 : from;
    do {
        bool add = x->p->blocked && !w->begins, done = true;
        for (size_t k = 0; k < x->batch; k++) {
            if (x->stride[2][k] != 0) continue;
            add = add || w->place[k] != 0;
            done = done && w->place[k] + 1 == (k ? x->size[k] : to); /* nothing finite comes of what is not */
        }
        if (x->p->lanes)
            product_sum(x);
        else
            product_run(x, add);
        if (done) finite = product_finite(x) && finite;
    } while (product_next(x, to));
    return finite;
}

static product product_of(array_work *w, const plan_product *s)
{
    return (product){.p = s,
                     .size = array_step_sizes(w, s->dims, s->dim_count, true),
                     .batch = s->dim_count - (s->lanes ? 5 : 3),
                     .w = w,
                     .parts = 1};
}

/* ---- In parts -------------------------------------------------------------------------------------- */

typedef struct multiply_split {
    const plan_product *s;
    size_t batch, matrix; /* in how many parts; one of them is 1 */
} multiply_split;

static bool multiply_part(const ew_program *p, ew_work *work, const void *context, size_t part)
{
    const multiply_split *split = context;
    product x = product_of(work->arrays, split->s);
    int64_t size = x.batch ? x.size[0] : 1, parts = (int64_t)split->batch;
    (void)p;
    x.parts = split->matrix;
    x.part = split->matrix > 1 ? part : 0;
    int64_t from = split->matrix > 1 ? 0 : size * (int64_t)part / parts;
    int64_t to = split->matrix > 1 ? size : size * ((int64_t)part + 1) / parts;
    if (from < to && !product_batch(&x, from, to)) work->arrays->suspect = true;
    return true;
}

/* By its batch, if C has a place of its own for each of the outermost dimension; or each product by parts of C. */
static multiply_split multiply_choose(const array_work *w, const product *x, double all)
{
    const plan_product *s = x->p;
    const plan *a = w->plan;
    double one = all, outer = x->batch ? (double)x->size[0] : 1;
    for (size_t d = 0; d < x->batch; d++) one /= (double)x->size[d];
    bool apart = x->batch && a->strides.at[a->lines.at[s->lines + 2].strides] != 0;
    multiply_split split = {s, 1, 1};
    if (apart && (outer >= 8 || s->lanes))
        split.batch = array_crew_parts(w, all, outer);
    else if (array_crew_worth(w, one) && !s->lanes)
        split.matrix = array_crew_parts(w, one, 8);
    else if (apart)
        split.batch = array_crew_parts(w, all, outer);
    return split;
}

/* The whole product: in parts, or by the caller alone. *finite: so is all of C. */
static bool multiply_all(const ew_program *p, ew_work *work, const plan_product *s, bool *finite)
{
    array_work *w = work->arrays;
    product x = product_of(w, s);
    double all = 1.0 / 8;
    for (size_t d = 0; d < s->dim_count; d++) {
        if (x.size[d] == 0) return true;
        all *= (double)x.size[d];
    }
    multiply_split split = {s, 1, 1};
    if (array_crew_worth(w, all)) split = multiply_choose(w, &x, all);
    if (split.batch * split.matrix == 1) {
        *finite = product_batch(&x, 0, x.batch ? x.size[0] : 1);
        return true;
    }
    bool before = w->suspect;
    w->suspect = false;
    bool ok = array_crew_run(p, work, multiply_part, &split, split.batch * split.matrix);
    *finite = !w->suspect;
    w->suspect = before;
    return ok;
}

bool array_crew_product(const ew_program *p, ew_work *work, const plan_product *s)
{
    array_work *w = work->arrays;
    bool finite = true;
    if (w->careful) return array_crew_map(p, work, &w->plan->maps.at[s->fallback]);
    if (!multiply_all(p, work, s, &finite)) return false;
    if (!finite && s->repeats) w->suspect = true;
    return finite || s->repeats || array_crew_map(p, work, &w->plan->maps.at[s->fallback]);
}
