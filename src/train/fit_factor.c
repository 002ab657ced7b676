/*
 * fit_factor.c - the orthogonal factorisation of the Jacobian, and triangular systems.
 *
 * Householder reflections with column pivoting (Businger and Golub 1965): at each step the column with most
 * left of it below the rows that are done comes next, so the diagonal of R falls and its size tells the rank. The
 * right side goes through the same reflections. Q itself is never formed. Sums of squares of columns that were
 * scaled to lengths near 1 neither overflow nor vanish.
 */
#include <math.h>
#include <string.h>

#include "fit.h"

static double factor_dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static void factor_swap(fitter *f, fit_point *p, size_t a, size_t b)
{
    double *first = f->matrix + a * f->points, *second = f->matrix + b * f->points;
    size_t pivot = p->pivot[a];
    if (a == b) return;
    for (size_t i = 0; i < f->points; i++) {
        double v = first[i];
        first[i] = second[i];
        second[i] = v;
    }
    p->pivot[a] = p->pivot[b];
    p->pivot[b] = pivot;
}

/* The column with most below row k; what is left of each is summed anew: downdating would lose the small ones. */
static size_t factor_largest(const fitter *f, size_t k)
{
    size_t best = k;
    double most = -1;
    for (size_t j = k; j < f->count; j++) {
        const double *column = f->matrix + j * f->points + k;
        double left = factor_dot(column, column, f->points - k);
        if (left > most) most = left, best = j;
    }
    return best;
}

/* The reflection 1 - 2 v v' / (v' v) that leaves of column k its first element; v takes its place. */
static void factor_reflect(fitter *f, fit_point *p, size_t k)
{
    size_t rows = f->points - k;
    double *v = f->matrix + k * f->points + k;
    double length = train_fit_length(v, rows), first = v[0] > 0 ? -length : length;
    p->root[k * f->count + k] = first;
    if (length == 0) return;
    v[0] -= first;
    double half = -first * v[0]; /* v' v / 2 */
    for (size_t j = k + 1; j <= f->count; j++) {
        double *column = (j < f->count ? f->matrix + j * f->points : f->right) + k;
        double factor = factor_dot(v, column, rows) / half;
        for (size_t i = 0; i < rows; i++) column[i] -= factor * v[i];
    }
}

void train_fit_factor(fitter *f, fit_point *p)
{
    size_t n = f->count;
    double least = ldexp(f->epsilon, 9); /* a thousand roundings */
    for (size_t j = 0; j < n; j++) p->pivot[j] = j;
    memset(p->root, 0, n * n * sizeof *p->root);
    p->rank = 0;
    for (size_t k = 0; k < n; k++) {
        factor_swap(f, p, k, factor_largest(f, k));
        factor_reflect(f, p, k);
        for (size_t i = 0; i < k; i++) p->root[i * n + k] = f->matrix[k * f->points + i];
        if (p->rank == k && fabs(p->root[k * n + k]) > least * fabs(p->root[0])) p->rank = k + 1;
    }
    memcpy(p->turned, f->right, n * sizeof *p->turned);
}

void train_fit_back(const double *upper, size_t n, size_t rank, double *x)
{
    for (size_t k = rank; k-- > 0;)
        x[k] = (x[k] - factor_dot(upper + k * n + k + 1, x + k + 1, rank - k - 1)) / upper[k * n + k];
}

void train_fit_forth(const double *upper, size_t n, size_t rank, double *x)
{
    for (size_t k = 0; k < rank; k++) {
        x[k] /= upper[k * n + k];
        for (size_t j = k + 1; j < rank; j++) x[j] -= upper[k * n + j] * x[k];
    }
}

/* Column by column: R times column j is the j-th unit vector. */
void train_fit_invert(fitter *f, const fit_point *p)
{
    size_t n = f->count;
    memset(f->upper, 0, n * n * sizeof *f->upper);
    for (size_t j = 0; j < p->rank; j++) {
        memset(f->row, 0, n * sizeof *f->row);
        f->row[j] = 1;
        train_fit_back(p->root, n, j + 1, f->row);
        for (size_t i = 0; i <= j; i++) f->upper[i * n + j] = f->row[i];
    }
}

/* One row of the damping goes into the factor: rotations against rows k, k + 1, … leave nothing of it. */
static void factor_rotate(fitter *f, size_t k, double diagonal)
{
    size_t n = f->count;
    double right = 0;
    memset(f->row, 0, n * sizeof *f->row);
    f->row[k] = diagonal;
    for (size_t j = k; j < n; j++) {
        double *row = f->upper + j * n;
        if (f->row[j] == 0) continue;
        double length = train_fit_join(row[j], f->row[j]), c = row[j] / length, s = f->row[j] / length;
        row[j] = length;
        for (size_t l = j + 1; l < n; l++) {
            double above = row[l];
            row[l] = c * above + s * f->row[l];
            f->row[l] = c * f->row[l] - s * above;
        }
        double above = f->solved[j];
        f->solved[j] = c * above + s * right;
        right = c * right - s * above;
    }
}

void train_fit_damp(fitter *f, const fit_point *p, const double *diagonal, double damping)
{
    size_t n = f->count;
    memcpy(f->upper, p->root, n * n * sizeof *f->upper);
    for (size_t k = 0; k < n; k++) f->solved[k] = -p->turned[k];
    for (size_t k = 0; k < n; k++) factor_rotate(f, k, sqrt(damping) * diagonal[k]);
    train_fit_back(f->upper, n, n, f->solved);
}
