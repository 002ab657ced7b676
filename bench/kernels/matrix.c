/*
 * matrix.c - the matrix product of src/math beside OpenBLAS, one thread, in one process.
 *
 * Usage: bench-matrix [--quick] [--avx2 | --plain] [NAME ...]     rows whose name contains a NAME
 *
 * Each row runs both in turn, many short rounds, in time of this thread; what is printed is the median
 * of the ratios, and the median rate of either. The goal (issue 3) is a ratio of 0.85 on every row.
 * OpenBLAS must run its best kernel: the caller unsets OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS is 1.
 */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "math/matrix.h"

char *openblas_get_corename(void);
void openblas_set_num_threads(int count);

/* C (m x n) = A B, A stored as it is or transposed, B likewise; row-major. */
typedef struct {
    const char *name;
    int m, n, k, turned_a, turned_b;
} row;

#define LAYER(name, batch, in, out)                                                                                    \
    {name " forward", batch, out, in, 0, 0}, {name " dX", batch, in, out, 0, 1},                                       \
    {                                                                                                                  \
        name " dW", in, out, batch, 1, 0                                                                               \
    }

static const row rows[] = {
    {"14", 14, 14, 14, 0, 0},
    {"20", 20, 20, 20, 0, 0},
    {"32", 32, 32, 32, 0, 0},
    {"48", 48, 48, 48, 0, 0},
    {"square 64", 64, 64, 64, 0, 0},
    {"square 96", 96, 96, 96, 0, 0},
    {"square 100", 100, 100, 100, 0, 0},
    {"square 128", 128, 128, 128, 0, 0},
    {"square 192", 192, 192, 192, 0, 0},
    {"square 256", 256, 256, 256, 0, 0},
    {"square 384", 384, 384, 384, 0, 0},
    {"square 512", 512, 512, 512, 0, 0},
    {"square 768", 768, 768, 768, 0, 0},
    {"square 1024", 1024, 1024, 1024, 0, 0},
    {"128 A'", 128, 128, 128, 1, 0},
    {"128 B'", 128, 128, 128, 0, 1},
    {"64 B'", 64, 64, 64, 0, 1},
    {"512 A'B'", 512, 512, 512, 1, 1},
    LAYER("784-512", 128, 784, 512),
    LAYER("512-512", 128, 512, 512),
    LAYER("512-10", 128, 512, 10),
    LAYER("4096-4096", 64, 4096, 4096),
    {"vector 512 A", 1, 512, 512, 0, 0},
    {"vector 512 A'", 1, 512, 512, 0, 1},
    {"A vector 512", 512, 1, 512, 0, 0},
    {"A' vector 512", 512, 1, 512, 1, 0},
    {"A vector 16392x128", 16392, 1, 128, 0, 0},
    {"A' vector 16392x128", 128, 1, 16392, 1, 0},
    {"narrow k 512x512x4", 512, 512, 4, 0, 0},
    {"outer 512x512", 512, 512, 1, 0, 0},
};

static matrix_variant variant = MATRIX_BEST;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

typedef struct {
    const row *r;
    int wide; /* 1 for f64 */
    void *a, *b, *c, *scratch;
} job;

static void ours(const job *j)
{
    const row *r = j->r;
    ptrdiff_t m = r->m, n = r->n, k = r->k;
    ptrdiff_t a_row = r->turned_a ? 1 : k, a_column = r->turned_a ? m : 1;
    ptrdiff_t b_row = r->turned_b ? 1 : n, b_column = r->turned_b ? k : 1;
    if (j->wide)
        matrix_product_by_f64(variant, (size_t)m, (size_t)n, (size_t)k, j->a, a_row, a_column, j->b, b_row, b_column,
                              j->c, n, 1, false, j->scratch);
    else
        matrix_product_by_f32(variant, (size_t)m, (size_t)n, (size_t)k, j->a, a_row, a_column, j->b, b_row, b_column,
                              j->c, n, 1, false, j->scratch);
}

/* gemv where it is one: that is what somebody who calls BLAS would write. */
static void theirs(const job *j)
{
    const row *r = j->r;
    CBLAS_TRANSPOSE ta = r->turned_a ? CblasTrans : CblasNoTrans, tb = r->turned_b ? CblasTrans : CblasNoTrans;
    int lda = r->turned_a ? r->m : r->k, ldb = r->turned_b ? r->k : r->n;
    if (r->n == 1) {
        int height = r->turned_a ? r->k : r->m, width = r->turned_a ? r->m : r->k;
        if (j->wide)
            cblas_dgemv(CblasRowMajor, ta, height, width, 1, j->a, width, j->b, 1, 0, j->c, 1);
        else
            cblas_sgemv(CblasRowMajor, ta, height, width, 1, j->a, width, j->b, 1, 0, j->c, 1);
    } else if (r->m == 1) {
        int height = r->turned_b ? r->n : r->k, width = r->turned_b ? r->k : r->n;
        CBLAS_TRANSPOSE t = r->turned_b ? CblasNoTrans : CblasTrans;
        if (j->wide)
            cblas_dgemv(CblasRowMajor, t, height, width, 1, j->b, width, j->a, 1, 0, j->c, 1);
        else
            cblas_sgemv(CblasRowMajor, t, height, width, 1, j->b, width, j->a, 1, 0, j->c, 1);
    } else if (j->wide) {
        cblas_dgemm(CblasRowMajor, ta, tb, r->m, r->n, r->k, 1, j->a, lda, j->b, ldb, 0, j->c, r->n);
    } else {
        cblas_sgemm(CblasRowMajor, ta, tb, r->m, r->n, r->k, 1, j->a, lda, j->b, ldb, 0, j->c, r->n);
    }
}

static double time_of(void (*run)(const job *), const job *j, int times)
{
    double start = now();
    for (int i = 0; i < times; i++) run(j);
    return (now() - start) / times;
}

static void fill(void *p, size_t count, int wide)
{
    for (size_t i = 0; i < count; i++) {
        double x = (double)((i * 2654435761u) % 1000u) / 1000.0 - 0.5;
        if (wide)
            ((double *)p)[i] = x;
        else
            ((float *)p)[i] = (float)x;
    }
}

enum { ROUNDS = 41 };

/* The median of theirs / ours: above 1, ours is faster. */
static double compare(const job *j, int quick)
{
    double flops = 2.0 * j->r->m * j->r->n * j->r->k, ratio[ROUNDS], a[ROUNDS], b[ROUNDS];
    int rounds = quick || flops > 1e9 ? 9 : ROUNDS, times;
    ours(j), theirs(j);
    times = (int)(4e-4 / (time_of(theirs, j, 3) + 1e-9)) + 1;
    time_of(ours, j, times);
    for (int i = 0; i < rounds; i++) {
        if (i & 1)
            a[i] = time_of(ours, j, times), b[i] = time_of(theirs, j, times);
        else
            b[i] = time_of(theirs, j, times), a[i] = time_of(ours, j, times);
        ratio[i] = b[i] / a[i];
    }
    qsort(a, (size_t)rounds, sizeof *a, ascending);
    qsort(b, (size_t)rounds, sizeof *b, ascending);
    qsort(ratio, (size_t)rounds, sizeof *ratio, ascending);
    printf(" %8.1f %8.1f %6.2f%s", flops / a[rounds / 2] * 1e-9, flops / b[rounds / 2] * 1e-9, ratio[rounds / 2],
           ratio[rounds / 2] < 0.85 ? "*" : " ");
    return ratio[rounds / 2];
}

static void measure(const row *r, int quick)
{
    size_t a = (size_t)r->m * (size_t)r->k, b = (size_t)r->k * (size_t)r->n, c = (size_t)r->m * (size_t)r->n;
    printf("%-22s %5d %5d %5d ", r->name, r->m, r->n, r->k);
    for (int wide = 1; wide >= 0; wide--) {
        size_t element = wide ? sizeof(double) : sizeof(float);
        size_t scratch = wide ? matrix_scratch_f64((size_t)r->m, (size_t)r->n, (size_t)r->k)
                              : matrix_scratch_f32((size_t)r->m, (size_t)r->n, (size_t)r->k);
        job j = {r, wide, malloc(a * element), malloc(b * element), malloc(c * element), malloc(scratch)};
        if (!j.a || !j.b || !j.c || !j.scratch) exit(1);
        fill(j.a, a, wide), fill(j.b, b, wide), fill(j.c, c, wide);
        compare(&j, quick);
        free(j.a), free(j.b), free(j.c), free(j.scratch);
    }
    putchar('\n');
    fflush(stdout);
}

int main(int count, char **names)
{
    int quick = 0, wanted = 0;
    openblas_set_num_threads(1);
    printf("OpenBLAS runs as %s. Gflop/s of ours, of OpenBLAS, and the ratio; * below 0.85\n", openblas_get_corename());
    printf("%-22s %5s %5s %5s  %25s%25s\n", "product", "m", "n", "k", "f64", "f32");
    for (int i = 1; i < count; i++) {
        if (strcmp(names[i], "--quick") == 0)
            quick = 1;
        else if (strcmp(names[i], "--avx2") == 0)
            variant = MATRIX_AVX2;
        else if (strcmp(names[i], "--plain") == 0)
            variant = MATRIX_PLAIN;
        else
            wanted = 1;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int chosen = !wanted;
        for (int k = 1; k < count; k++) chosen = chosen || strstr(rows[i].name, names[k]);
        if (chosen) measure(&rows[i], quick);
    }
    return 0;
}
