/*
 * kmeans.c - the cost of k-means, its gradient by the centroids and the diagonal of its Hessian.
 *
 *     f = sum_i min_k |x_i - c_k|^2
 *     d c_k = 2 sum over the points nearest to k of (c_k - x_i)        d2 c_k = 2 (how many these are)
 *
 * The distances of a point to KMEANS_LANES centroids are computed side by side, from centroids turned so that they are
 * neighbours; missing ones lie at infinity. A tie goes to the first centroid (the language would share it; the data
 * have none).
 *
 * in: x[N, D], c[K, D].  out: f; d c, d2 c.
 */
#include "hand.h"

#include <math.h>
#include <string.h>

enum { KMEANS_LANES = 24 };

static size_t kmeans_padded(size_t k)
{
    return (k + KMEANS_LANES - 1) / KMEANS_LANES * KMEANS_LANES;
}

/* work[block of centroids][axis][lane] */
static void kmeans_turn(const size_t *size, const double *c, double *work)
{
    size_t d = size[1], k = size[2];
    for (size_t first = 0; first < k; first += KMEANS_LANES)
        for (size_t a = 0; a < d; a++)
            for (size_t s = 0; s < KMEANS_LANES; s++)
                work[(first / KMEANS_LANES * d + a) * KMEANS_LANES + s] =
                    first + s < k ? c[(first + s) * d + a] : INFINITY;
}

/* The square of the distance to the nearest centroid, and which that is. */
static double kmeans_nearest(const size_t *size, const double *restrict x, const double *restrict turned,
                             size_t *nearest)
{
    size_t d = size[1], k = size[2];
    double best[KMEANS_LANES], which[KMEANS_LANES] = {0}, least = INFINITY;
    for (size_t s = 0; s < KMEANS_LANES; s++) best[s] = INFINITY;
    for (size_t first = 0; first < k; first += KMEANS_LANES) {
        double sum[KMEANS_LANES] = {0}, at = (double)first;
        for (size_t a = 0; a < d; a++, turned += KMEANS_LANES)
            for (size_t s = 0; s < KMEANS_LANES; s++) sum[s] += (x[a] - turned[s]) * (x[a] - turned[s]);
        for (size_t s = 0; s < KMEANS_LANES; s++) {
            which[s] = sum[s] < best[s] ? at : which[s];
            best[s] = sum[s] < best[s] ? sum[s] : best[s];
        }
    }
    *nearest = k;
    for (size_t s = 0; s < KMEANS_LANES; s++) {
        size_t c = (size_t)which[s] + s;
        if (best[s] > least || (best[s] == least && c > *nearest)) continue;
        least = best[s];
        *nearest = c;
    }
    return least;
}

static void kmeans_value(const size_t *size, const double *in, double *out, double *work)
{
    size_t n = size[0], d = size[1], nearest;
    kmeans_turn(size, in + n * d, work);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += kmeans_nearest(size, in + i * d, work, &nearest);
    out[0] = sum;
}

static void kmeans_gradient(const size_t *size, const double *in, double *out, double *work)
{
    size_t n = size[0], d = size[1], k = size[2], nearest;
    const double *c = in + n * d;
    double sum = 0, *g = out + 1, *h = g + k * d;
    kmeans_turn(size, c, work);
    memset(g, 0, 2 * k * d * sizeof *g);
    for (size_t i = 0; i < n; i++) {
        sum += kmeans_nearest(size, in + i * d, work, &nearest);
        for (size_t a = 0; a < d; a++) g[nearest * d + a] += 2 * (c[nearest * d + a] - in[i * d + a]);
        h[nearest * d] += 2;
    }
    for (size_t j = 0; j < k; j++)
        for (size_t a = 1; a < d; a++) h[j * d + a] = h[j * d];
    out[0] = sum;
}

static size_t kmeans_inputs(const size_t *size, hand_input *list)
{
    list[0] = (hand_input){"x", size[0] * size[1], -1, 1, 0};
    list[1] = (hand_input){"c", size[2] * size[1], -1, 1, 0};
    return 2;
}

static size_t kmeans_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t kmeans_gradient_count(const size_t *size)
{
    return 1 + 2 * size[2] * size[1];
}

static size_t kmeans_work_count(const size_t *size)
{
    return kmeans_padded(size[2]) * size[1];
}

const hand_workload hand_kmeans = {
    .name = "kmeans",
    .file = "kmeans",
    .dims = {"N", "D", "K"},
    .value_outputs = "f",
    .gradient_outputs = "f, diff(f, c[k, a]), diff(diff(f, c[k, a]), c[k, a])",
    .inputs = kmeans_inputs,
    .value_count = kmeans_value_count,
    .gradient_count = kmeans_gradient_count,
    .work_count = kmeans_work_count,
    .value = kmeans_value,
    .gradient = kmeans_gradient,
};
