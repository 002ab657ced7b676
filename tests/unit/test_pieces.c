/*
 * test_pieces.c - rows in pieces: what the graph says of each output (ew_in_pieces), checked by numbers; evaluating and
 * predicting many rows with the memory of a few.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <edgewise-train.h>

#include "heap.h"

/* ---- What is claimed ------------------------------------------------------------------------------------------------
 */

enum { ROWS = 11, MOST = 4 }; /* in pieces of 4, 4 and 3 */

static const char model[] = "input x[N, 3]; input y[N]; input k[N] : int; input u[2, N]; input seen[6] = 1\n"
                            "input noise[N] ~ uniform(0, 1); input once[3] ~ uniform(0, 1)\n"
                            "param w[3] = 0.7; param b = 0.1; param E[5, 3] = 0.3; param place[N] = 1\n"
                            "p[n] = sum(j: w[j] * x[n, j]) + b\n";

static const struct {
    const char *text, *name, *kind;
} claims[] = {
    /* by row */
    {"e[n, j] = x[n, j] * w[j]", "e", "each 0"},
    {"e[j, n] = x[n, j] * w[j]", "e", "each 1"},
    {"e[n] = sum(j: x[n, j] * E[k[n], j])", "e", "each 0"},
    {"e[h, n] = u[h, n] * p[n]", "e", "each 1"},
    {"e[n] = argmax(j: x[n, j])", "e", "each 0"},
    {"e[n] = xent(j: x[n, j], k[n])", "e", "each 0"},
    {"e[n, j] = softmax(j: x[n, j])", "e", "each 0"},
    {"e[n] = if p[n] > 0 then p[n] else y[n]", "e", "each 0"},
    {"e[n] = x[n, 1]", "e", "each 0"},
    {"e[0, n in N] = p[n]; e[s in 1..5, n in N] = e[s-1, n] * 0.5 + y[n]", "e", "each 1"},
    {"e[0, n in N] = p[n]; e[s in 1..5 until seen[s] > 2, n in N] = e[s-1, n] * 0.5", "e", "each 1"},
    {"e[n] = once[1] * p[n]", "e", "each 0"},
    {"e[n, i] = [p[n], y[n]][i]", "e", "each 0"},
    /* sums, means, extremes, and what is linear in them */
    {"e = sum(n: p[n])", "e", "sum"},
    {"e = sum(n: k[n] == 1)", "e", "sum"},
    {"e = 2 * sum(n: p[n]) - sum(n: y[n]) / 4", "e", "sum"},
    {"e = N", "e", "sum"},
    {"e = mean(n: p[n]) * N", "e", "sum"},
    {"e[h] = sum(n: u[h, n] * p[n])", "e", "sum"},
    {"e = sum(n in N: 1)", "e", "sum"},
    {"e = mean(n: p[n])", "e", "mean"},
    {"e = mean(n, j: x[n, j])", "e", "mean"},
    {"e = 1 / N * sum(n: p[n])", "e", "mean"},
    {"e = -mean(n: p[n]) + 0.1 * sum(j: w[j]^2)", "e", "mean"},
    {"e[j] = mean(n: x[n, j])", "e", "mean"},
    {"c[j] = mean(n: x[n, j]); e = sum(j: c[j] * w[j])", "e", "mean"},
    {"c[j] = mean(n: x[n, j]); e = c[2]", "e", "mean"},
    {"e = max(n: p[n])", "e", "greatest"},
    {"e = min(n, j: x[n, j])", "e", "least"},
    {"e = all(n: p[n] > -9)", "e", "least"},
    {"e = any(n: p[n] > 0)", "e", "greatest"},
    {"e = sum(j: w[j]) + once[0]", "e", "free"},
    /* nothing of the kind */
    {"e = sqrt(mean(n: p[n]^2))", "e", "whole"},
    {"e = sum(n: p[n]) / sum(n: y[n])", "e", "whole"},
    {"e = sum(n: p[n]) + 1", "e", "whole"},
    {"e = sum(n: p[n]) / (N - 1)", "e", "whole"},
    {"e = 1 - max(n: p[n])", "e", "whole"},
    {"e = prod(n: p[n])", "e", "whole"},
    {"e = logsumexp(n: p[n])", "e", "whole"},
    {"e = argmax(n: p[n])", "e", "whole"},
    {"e = p[0]", "e", "whole"},
    {"e = sum(n in 0..2: p[n])", "e", "whole"},
    {"e[n] = n * p[n]", "e", "whole"},
    {"e[n] = p[N - 1 - n]", "e", "whole"},
    {"e[n] = p[k[n]]", "e", "whole"},
    {"e[n] = p[n] - mean(m: p[m])", "e", "whole"},
    {"e[n, m] = p[n] - p[m]", "e", "whole"},
    {"e[n] = sum(m in N: p[n])", "e", "whole"},
    {"e[n in 1..N-1] = p[n-1]", "e", "whole"},
    {"e[n] = e[n-1 else 0] + p[n]", "e", "whole"},
    {"e[0, n in N] = p[n]; e[s in 1..5, n in N] = e[s-1, n] + mean(m in N: e[s-1, m])", "e", "whole"},
    {"e[0, n in N] = p[n]; e[s in 1..5 until mean(m in N: e[s, m]) > 2, n in N] = e[s-1, n] * 0.5", "e", "whole"},
    {"e[n] = noise[n] * p[n]", "e", "whole"},
    {"e[n] = place[n] * p[n]", "e", "whole"},
    {"c[j] = mean(n: x[n, j]); e = max(j: c[j])", "e", "whole"},
    {"e[j] = diff(sum(n: p[n]^2), w[j])", "e", "whole"},
    {"e = if w[0] > 0 then sum(n: p[n]) else 0", "e", "whole"},
};

static const char *const kinds[] = {"whole", "free", "each", "sum", "mean", "least", "greatest"};

static char text[4000];

static ew_pieces claimed(size_t i)
{
    ew_error err;
    ew_pieces how;
    snprintf(text, sizeof text, "%s%s\noutput %s", model, claims[i].text, claims[i].name);
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) fail_msg("%s: %s", claims[i].text, err.message);
    ew_node n = ew_find(g, claims[i].name);
    assert_int_equal(ew_in_pieces(g, "N", &n, 1, &how, &err), EW_OK);
    ew_graph_free(g);
    return how;
}

/* ---- By numbers ---------------------------------------------------------------------------------------------------
 */

typedef struct values {
    double at[200];
    size_t count, rank, size[4];
} values;

/* Element e of input i: a formula of its row and column, where it has rows. */
static double datum(const ew_array_info *a, size_t i, size_t e, size_t first, size_t n)
{
    size_t wide = a->rank == 2 && a->size[0] == n ? a->size[1] : 1, row = first + e / wide, column = e % wide;
    if (strchr("wbso", a->name[0])) return 0.3 + 0.1 * (double)e;
    if (a->name[0] == 'E') return (double)e;
    if (a->name[0] == 'k') return (double)(row * 2 % 3);
    if (a->name[0] == 'u') row = first + e % n, column = e / n;
    return sin((double)(17 * row + 5 * column + i));
}

/* The model at rows first .. first + n of the data. */
static void run(size_t first, size_t n, values *v)
{
    ew_error err;
    double in[400];
    const ew_size rows = {.name = "N", .value = (int64_t)n};
    ew_options o = {.sizes = &rows, .size_count = 1};
    ew_program *p = ew_compile(text, NULL, &o, &err);
    if (!p) fail_msg("%s: %s", text, err.message);
    assert_true(ew_in_count(p) <= 400 && ew_out_count(p) <= 200);
    for (size_t i = 0; i < ew_in_arrays(p); i++) {
        ew_array_info a = ew_in_array(p, i);
        for (size_t e = 0; e < a.count; e++) in[a.offset + e] = datum(&a, i, e, first, n);
    }
    assert_int_equal(ew_run(p, NULL, in, v->at), EW_OK);
    ew_array_info a = ew_out_array(p, 0);
    v->count = a.count;
    v->rank = a.rank;
    for (size_t k = 0; k < a.rank; k++) v->size[k] = a.size[k];
    ew_free(p);
}

static void near_to(const char *what, double got, double due)
{
    if (!(fabs(got - due) <= 1e-12 * fmax(1, fabs(due)))) fail_msg("%s: %.17g is not %.17g", what, got, due);
}

static double joined(ew_pieces_kind kind, double before, double value, size_t n)
{
    switch (kind) {
    case EW_PIECES_SUM: return before + value;
    case EW_PIECES_MEAN: return before + value * (double)n / ROWS;
    case EW_PIECES_LEAST: return fmin(before, value);
    case EW_PIECES_GREATEST: return fmax(before, value);
    default: return value;
    }
}

static void check_rows(const char *what, const values *all, const values *part, size_t axis, size_t first, size_t n)
{
    size_t inner = 1;
    assert_int_equal(part->rank, all->rank);
    assert_int_equal(part->size[axis], n);
    for (size_t k = axis + 1; k < all->rank; k++) inner *= all->size[k];
    for (size_t e = 0; e < part->count; e++) {
        size_t outer = e / (n * inner), row = e / inner % n;
        near_to(what, part->at[e], all->at[(outer * ROWS + first + row) * inner + e % inner]);
    }
}

static void check_numbers(const char *what, ew_pieces how)
{
    values all, part, sum = {0};
    run(0, ROWS, &all);
    for (size_t e = 0; e < 200; e++)
        sum.at[e] = how.kind == EW_PIECES_LEAST ? INFINITY : how.kind == EW_PIECES_GREATEST ? -INFINITY : 0;
    for (size_t first = 0, n; first < ROWS; first += n) {
        n = ROWS - first < MOST ? ROWS - first : MOST;
        run(first, n, &part);
        if (how.kind == EW_PIECES_EACH) check_rows(what, &all, &part, how.axis, first, n);
        for (size_t e = 0; e < part.count; e++) sum.at[e] = joined(how.kind, sum.at[e], part.at[e], n);
    }
    for (size_t e = 0; how.kind != EW_PIECES_EACH && e < all.count; e++) near_to(what, sum.at[e], all.at[e]);
}

static void test_claims(void **state)
{
    (void)state;
    char got[40];
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        ew_pieces how = claimed(i);
        snprintf(got, sizeof got, how.kind == EW_PIECES_EACH ? "%s %zu" : "%s", kinds[how.kind], how.axis);
        if (strcmp(got, claims[i].kind) != 0) fail_msg("%s: %s is not %s", claims[i].text, got, claims[i].kind);
        if (how.kind != EW_PIECES_WHOLE) check_numbers(claims[i].text, how);
    }
}

/* A size computed from one that is not known either may be one computed from the rows. */
static void test_sizes(void **state)
{
    (void)state;
    ew_error err;
    ew_pieces how;
    const char *program = "input x[N, D]; e = mean(n: sum(j in D - 1: x[n, j + 1])); output e";
    const ew_size wide = {.name = "D", .value = 4};
    ew_options o = {.sizes = &wide, .size_count = 1};
    for (int known = 0; known < 2; known++) {
        ew_graph *g = ew_parse(program, EW_WHOLE, known ? &o : NULL, &err);
        ew_node n = ew_find(g, "e");
        assert_int_equal(ew_in_pieces(g, "N", &n, 1, &how, &err), EW_OK);
        assert_int_equal(how.kind, known ? EW_PIECES_MEAN : EW_PIECES_WHOLE);
        assert_int_equal(ew_in_pieces(g, "M", &n, 1, &how, &err), EW_OK);
        assert_int_equal(how.kind, EW_PIECES_WHOLE);
        ew_graph_free(g);
    }
}

/* ---- Training -------------------------------------------------------------------------------------------------------
 */

enum { MANY = 100, BATCH = 7 };

#define NETWORK                                                                                                        \
    "input x[N, 3] : f32; input y[N] : int; param W[3, 4] : f32 ~ normal(0, 1); param V[4, 2] : f32 ~ normal(0, 1)\n"  \
    "h[n, j] = tanh(sum(i: x[n, i] * W[i, j])); z[n, k] = sum(j: h[n, j] * V[j, k])\n"                                 \
    "loss = mean(n: xent(k: z[n, k], y[n])); right = sum(n: argmax(k: z[n, k]) == y[n])\n"                             \
    "accuracy = mean(n: argmax(k: z[n, k]) == y[n]); far = max(n, k: z[n, k]); low = min(n, k: z[n, k])\n"             \
    "root = sqrt(mean(n, k: z[n, k]^2)); size = sum(i, j: W[i, j]^2); t[k, n] = z[n, k]; c[k] = mean(n: z[n, k])\n"    \
    "output loss"

static float xs[100 * MANY][3];
static unsigned char ys[100 * MANY];
static size_t x_size[] = {MANY, 3}, y_size[] = {MANY};
static ew_source data[2] = {{.name = "x", .values = xs, .kind = EW_KIND_F32, .rank = 2, .size = x_size},
                            {.name = "y", .values = ys, .kind = EW_KIND_U8, .rank = 1, .size = y_size}};

static int make_data(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100 * MANY; i++) {
        for (size_t j = 0; j < 3; j++) xs[i][j] = (float)sin((double)(7 * i + 3 * j));
        ys[i] = xs[i][0] > xs[i][2];
    }
    return 0;
}

static ew_train *begin(size_t batch, const char *const *metrics, size_t count, const ew_options *general)
{
    ew_error err;
    x_size[0] = y_size[0] = MANY;
    ew_train *t = ew_train_new(NETWORK,
                               &(ew_train_options){.data = data,
                                                   .data_count = 2,
                                                   .batch = batch,
                                                   .metrics = metrics,
                                                   .metric_count = count,
                                                   .options = general},
                               &err);
    if (!t) fail_msg("%s: %s", err.code, err.message);
    return t;
}

static void evaluate(size_t batch, const char *const *metrics, size_t count, size_t threads, double *v)
{
    ew_error err;
    ew_train *t = begin(batch, metrics, count, &(ew_options){.threads = threads});
    if (ew_train_evaluate(t, data, 2, v, &err) != EW_OK) fail_msg("%s: %s", err.code, err.message);
    ew_train_free(t);
}

/* Pieces of 32 rows (a batch of 7), of 50, and all at once: the same but for rounding, and for numbers of threads the
 * same bits. A root of a mean makes it all at once. */
static void test_evaluate(void **state)
{
    (void)state;
    const char *const metrics[] = {"right", "accuracy", "far", "low", "size", "root"};
    double whole[7], pieces[7], again[7];
    evaluate(MANY, metrics, 6, 1, whole);
    for (size_t batch = BATCH; batch <= 50; batch += 43) {
        evaluate(batch, metrics, 5, 1, pieces);
        evaluate(batch, metrics, 5, 3, again);
        assert_memory_equal(pieces, again, 6 * sizeof *pieces);
        assert_memory_equal(pieces + 1, whole + 1, 5 * sizeof *whole); /* counts, their share, extremes: exactly */
        if (fabs(pieces[0] - whole[0]) > 1e-6) fail_msg("loss: %.17g is not %.17g", pieces[0], whole[0]);
    }
    evaluate(BATCH, metrics, 6, 1, again);
    assert_memory_equal(again, whole, sizeof whole);
}

static void test_predict(void **state)
{
    (void)state;
    ew_error err;
    size_t count, counts;
    const char *outputs = "z, t, c, far, right, size, argmax(k: z[n, k]), x[n, 1]";
    ew_train *few = begin(BATCH, NULL, 0, NULL), *all = begin(MANY, NULL, 0, NULL);
    ew_prediction *p = ew_train_predict(few, data, 2, outputs, &err),
                  *q = ew_train_predict(all, data, 2, outputs, &err);
    assert_true(p && q);
    const ew_data_array *a = ew_prediction_arrays(p, &count), *b = ew_prediction_arrays(q, &counts);
    assert_int_equal(count, 8);
    assert_int_equal(counts, 8);
    for (size_t k = 0; k < count; k++) {
        size_t elements = 1;
        assert_string_equal(a[k].name, b[k].name);
        assert_true(a[k].type == b[k].type && a[k].axes == b[k].axes);
        for (size_t i = 0; i < a[k].axes; i++) {
            assert_int_equal(a[k].sizes[i], b[k].sizes[i]);
            elements *= a[k].sizes[i];
        }
        for (size_t i = 0; i < elements && a[k].type == EW_F32; i++) {
            float one = ((const float *)a[k].elements)[i], two = ((const float *)b[k].elements)[i];
            if (fabsf(one - two) > 1e-6F) fail_msg("%s, %zu: %.9g is not %.9g", a[k].name, i, one, two);
        }
        if (a[k].type == EW_INT) assert_memory_equal(a[k].elements, b[k].elements, elements * sizeof(int64_t));
    }
    ew_prediction_free(p);
    ew_prediction_free(q);
    p = ew_train_predict(few, data, 1, "z[99, 1], root", &err); /* of all rows at once; y is not needed */
    if (!p) fail_msg("%s: %s", err.code, err.message);
    ew_prediction_free(p);
    assert_null(ew_train_predict(few, data, 1, "loss", &err));
    assert_string_equal(err.code, "E335");
    assert_null(ew_train_predict(few, data, 2, "z[100, 1]", &err));
    assert_string_equal(err.code, "E408");
    ew_train_free(few);
    ew_train_free(all);
}

/* ---- Memory ---------------------------------------------------------------------------------------------------------
 */

typedef struct peak {
    size_t live, most;
} peak;

static void *peak_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    peak *p = context;
    p->live += new_size - old_size;
    if (p->live > p->most) p->most = p->live;
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static size_t most_of(size_t rows, const char *metric)
{
    ew_error err;
    double v[2];
    peak p = {0};
    ew_options general = {.resize = peak_resize, .context = &p};
    ew_train *t = begin(BATCH, &metric, 1, &general);
    x_size[0] = y_size[0] = rows;
    assert_int_equal(ew_train_evaluate(t, data, 2, v, &err), EW_OK);
    ew_prediction *x = ew_train_predict(t, data, 2, metric, &err);
    assert_non_null(x);
    ew_prediction_free(x);
    ew_train_free(t);
    assert_int_equal(p.live, 0);
    return p.most;
}

static void test_memory(void **state)
{
    (void)state;
    size_t few = most_of(MANY, "accuracy"), many = most_of(100 * MANY, "accuracy");
    if (many > few + few / 50) fail_msg("%zu bytes for %d rows, %zu for %d", few, MANY, many, 100 * MANY);
    assert_true(most_of(100 * MANY, "root") > many + 100 * MANY * 4 * sizeof(float)); /* all at once */
}

/* Data in a file larger than the memory that there is: it is mapped, and read by rows. */
static void test_mapped(void **state)
{
    (void)state;
    ew_error err;
    enum { LARGE = 1000000 };
    char path[300];
    double v[1], *numbers = malloc(3 * LARGE * sizeof *numbers);
    const char *base = getenv("TMPDIR");
    const size_t sizes[] = {LARGE, 3};
    assert_non_null(numbers);
    for (size_t i = 0; i < 3 * LARGE; i++) numbers[i] = (double)(i % 7);
    snprintf(path, sizeof path, "%.200s/edgewise-pieces-%ld.npy", base ? base : "/tmp", (long)getpid());
    const ew_data_array array = {.name = "x", .type = EW_F64, .axes = 2, .sizes = sizes, .values = numbers};
    assert_int_equal(ew_data_write(path, &array, 1, NULL, &err), EW_OK);
    free(numbers);
    const ew_options general = {.max_bytes = 4 << 20};
    const ew_source file = {.name = "x", .path = path};
    const char *program = "input x[N, 3]; param a[3] = 0; d[n] = sum(j: (x[n, j] - a[j])^2); loss = mean(n: d[n])\n"
                          "far = max(n: d[n]); output loss";
    ew_train *t = ew_train_new(
        program, &(ew_train_options){.data = &file, .data_count = 1, .steps = 20, .lr = 0.1, .options = &general},
        &err);
    if (!t) fail_msg("%s: %s", err.code, err.message);
    for (int i = 0; i < 20; i++) assert_int_equal(ew_train_step(t, &err), EW_OK);
    if (ew_train_evaluate(t, &file, 1, v, &err) != EW_OK) fail_msg("%s: %s", err.code, err.message);
    ew_prediction *p = ew_train_predict(t, &file, 1, "far", &err);
    if (!p) fail_msg("%s: %s", err.code, err.message);
    ew_prediction_free(p);
    ew_train_free(t);
    remove(path);
}

static ew_status whole_life(heap *h, double *v)
{
    ew_error err;
    const char *metric = "right";
    ew_options general = {.resize = heap_resize, .context = h};
    x_size[0] = y_size[0] = MANY;
    ew_train_options o = {.data = data, .data_count = 2, .metrics = &metric, .metric_count = 1, .options = &general};
    ew_train *t = ew_train_new(NETWORK, &o, &err);
    ew_status status = t ? ew_train_evaluate(t, data, 2, v, &err) : err.status;
    ew_prediction *p = status == EW_OK ? ew_train_predict(t, data, 2, "t, c", &err) : NULL;
    if (status == EW_OK && !p) status = err.status;
    ew_prediction_free(p);
    ew_train_free(t);
    return status;
}

static void test_refused_memory(void **state)
{
    (void)state;
    size_t step = 1, refused = 0;
    double due[2], v[2];
    assert_int_equal(whole_life(&(heap){0}, due), EW_OK);
    for (size_t i = 1;; i += step) {
        heap h = {.fail_at = i};
        ew_status status = whole_life(&h, v);
        if (h.blocks || h.live || h.wrong_sizes) fail_msg("allocation %zu: %zu blocks are left", i, h.blocks);
        if (h.calls < i) break;
        if (status == EW_OK) assert_memory_equal(v, due, sizeof v); /* a text for people was not made */
        if (status != EW_OK) assert_int_equal(status, EW_LIMIT);
        refused += status != EW_OK;
        if (i > 300) step = 7;
    }
    assert_true(refused > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),         cmocka_unit_test(test_sizes),  cmocka_unit_test(test_evaluate),
        cmocka_unit_test(test_predict),        cmocka_unit_test(test_memory), cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, make_data, NULL);
}
