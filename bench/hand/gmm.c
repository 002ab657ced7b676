/*
 * gmm.c - the log-likelihood of a Gaussian mixture with a Wishart prior, and its gradient.
 *
 *     Q_k          lower triangular: exp(q[k, a]) on the diagonal, l[k, ·] below it, column by column
 *     beta[i, k] = alpha_k + sum_a q[k, a] - |Q_k (x_i - mu_k)|^2 / 2
 *     f          = -n d/2 log 2 pi - n LSE(alpha) + sum_i LSE_k beta[i, k]
 *                + sum_k (m sum_a q[k, a] - gamma^2/2 |Q_k|^2)
 *                + K (n' d (log gamma - log(2)/2) - log Gamma_d(n'/2)),  n' = d + m + 1
 *
 * (the objective of ADBench and GradBench, with the sign of the prior that makes it a log-likelihood). With
 * r = softmax_k beta, u = Q_k (x_i - mu_k) and w = -r u:
 *
 *     d alpha_k = sum_i r - n softmax(alpha)_k          d mu_k = -Q_k^T sum_i w
 *     d Q_k     = sum_i w (x_i - mu_k)^T - gamma^2 Q_k  d q[k, a] = sum_i r + m + Q_k[a, a] d Q_k[a, a]
 *
 * Samples go in blocks of GMM_BLOCK, innermost in every loop; the sums over samples keep GMM_LANES partial sums that
 * are added up once at the end.
 *
 * in: x[N, D], alpha[K], mu[K, D], q[K, D], l[K, D (D-1)/2], gamma, m.  out: f; d alpha, d mu, d q, d l.
 */
#include "hand.h"

#include <math.h>
#include <string.h>

#define GMM_PI 3.14159265358979323846

enum { GMM_BLOCK = 32, GMM_LANES = 8 };

typedef struct gmm_data {
    size_t n, d, k, packed, triangle; /* numbers below the diagonal; with it */
    const double *x, *alpha, *mu, *q, *l;
    double gamma, m;
    double *rows;    /* [K, triangle]: Q by rows, a (a+1)/2 + j */
    double *sum_q;   /* [K] */
    double *centred; /* [D, BLOCK] */
    double *u;       /* [K, D, BLOCK] */
    double *beta;    /* [K, BLOCK], then r */
    double *sums;    /* [K, triangle, LANES]: of w (x - mu)^T */
    double *sum_w;   /* [K, D, LANES] */
    double *sum_r;   /* [K, LANES] */
} gmm_data;

static gmm_data gmm_open(const size_t *size, const double *in, double *work)
{
    gmm_data g = {.n = size[0], .d = size[1], .k = size[2]};
    g.packed = g.d * (g.d - 1) / 2;
    g.triangle = g.packed + g.d;
    g.x = in;
    g.alpha = g.x + g.n * g.d;
    g.mu = g.alpha + g.k;
    g.q = g.mu + g.k * g.d;
    g.l = g.q + g.k * g.d;
    g.gamma = g.l[g.k * g.packed];
    g.m = g.l[g.k * g.packed + 1];
    g.rows = work;
    g.sum_q = g.rows + g.k * g.triangle;
    g.centred = g.sum_q + g.k;
    g.u = g.centred + g.d * GMM_BLOCK;
    g.beta = g.u + g.k * g.d * GMM_BLOCK;
    g.sums = g.beta + g.k * GMM_BLOCK;
    g.sum_w = g.sums + g.k * g.triangle * GMM_LANES;
    g.sum_r = g.sum_w + g.k * g.d * GMM_LANES;
    return g;
}

static size_t gmm_work_count(const size_t *size)
{
    size_t d = size[1], k = size[2], triangle = d * (d + 1) / 2;
    return k * (triangle * (1 + GMM_LANES) + 1 + d * (GMM_BLOCK + GMM_LANES) + GMM_BLOCK + GMM_LANES) + d * GMM_BLOCK;
}

static void gmm_unpack(const gmm_data *g)
{
    for (size_t k = 0; k < g->k; k++) {
        const double *q = g->q + k * g->d, *l = g->l + k * g->packed;
        double *rows = g->rows + k * g->triangle;
        g->sum_q[k] = 0;
        for (size_t j = 0; j < g->d; j++) {
            g->sum_q[k] += q[j];
            rows[j * (j + 1) / 2 + j] = exp(q[j]);
            for (size_t a = j + 1; a < g->d; a++) rows[a * (a + 1) / 2 + j] = *l++;
        }
    }
}

static size_t gmm_block_size(const gmm_data *g, size_t first)
{
    return g->n - first < GMM_BLOCK ? g->n - first : GMM_BLOCK;
}

/* The samples of a block, less mu_k, turned so that samples are neighbours; places past the last are 0. */
static void gmm_centre(const gmm_data *g, size_t first, size_t count, size_t k)
{
    const double *mu = g->mu + k * g->d;
    for (size_t a = 0; a < g->d; a++) {
        double *to = g->centred + a * GMM_BLOCK;
        for (size_t s = 0; s < count; s++) to[s] = g->x[(first + s) * g->d + a] - mu[a];
        for (size_t s = count; s < GMM_BLOCK; s++) to[s] = 0;
    }
}

/* u = Q_k (x - mu_k) for the block; beta[k]. */
static void gmm_distance(const gmm_data *g, size_t k, double *restrict u)
{
    const double *restrict row = g->rows + k * g->triangle, *restrict centred = g->centred;
    double square[GMM_BLOCK] = {0};
    for (size_t a = 0; a < g->d; a++, u += GMM_BLOCK) {
        double sum[GMM_BLOCK] = {0};
        for (size_t j = 0; j <= a; j++) {
            double factor = *row++;
            for (size_t s = 0; s < GMM_BLOCK; s++) sum[s] += factor * centred[j * GMM_BLOCK + s];
        }
        for (size_t s = 0; s < GMM_BLOCK; s++) {
            u[s] = sum[s];
            square[s] += sum[s] * sum[s];
        }
    }
    double *beta = g->beta + k * GMM_BLOCK;
    for (size_t s = 0; s < GMM_BLOCK; s++) beta[s] = g->alpha[k] + g->sum_q[k] - 0.5 * square[s];
}

/* beta becomes r = softmax_k beta (0 past the last sample); returns sum_i LSE_k beta. */
static double gmm_soften(const gmm_data *g, size_t count)
{
    double most[GMM_BLOCK], sum[GMM_BLOCK] = {0}, all = 0;
    for (size_t s = 0; s < GMM_BLOCK; s++) most[s] = -INFINITY;
    for (size_t k = 0; k < g->k; k++)
        for (size_t s = 0; s < GMM_BLOCK; s++)
            most[s] = g->beta[k * GMM_BLOCK + s] > most[s] ? g->beta[k * GMM_BLOCK + s] : most[s];
    for (size_t k = 0; k < g->k; k++)
        for (size_t s = 0; s < count; s++)
            sum[s] += g->beta[k * GMM_BLOCK + s] = exp(g->beta[k * GMM_BLOCK + s] - most[s]);
    for (size_t s = 0; s < count; s++) all += most[s] + log(sum[s]);
    for (size_t k = 0; k < g->k; k++) {
        for (size_t s = 0; s < count; s++) g->beta[k * GMM_BLOCK + s] /= sum[s];
        for (size_t s = count; s < GMM_BLOCK; s++) g->beta[k * GMM_BLOCK + s] = 0;
    }
    return all;
}

static double gmm_lse_alpha(const gmm_data *g)
{
    double most = -INFINITY, sum = 0;
    for (size_t k = 0; k < g->k; k++) most = g->alpha[k] > most ? g->alpha[k] : most;
    for (size_t k = 0; k < g->k; k++) sum += exp(g->alpha[k] - most);
    return most + log(sum);
}

static double gmm_prior(const gmm_data *g)
{
    double d = (double)g->d, n = d + g->m + 1, square = 0, sum_q = 0, log_gamma = d * (d - 1) / 4 * log(GMM_PI);
    for (size_t e = 0; e < g->k * g->triangle; e++) square += g->rows[e] * g->rows[e];
    for (size_t k = 0; k < g->k; k++) sum_q += g->sum_q[k];
    for (size_t j = 0; j < g->d; j++) log_gamma += lgamma(0.5 * (n - (double)j));
    return g->m * sum_q - 0.5 * g->gamma * g->gamma * square +
           (double)g->k * (n * d * (log(g->gamma) - 0.5 * log(2)) - log_gamma);
}

static double gmm_joined(const gmm_data *g, double sum)
{
    return -0.5 * (double)(g->n * g->d) * log(2 * GMM_PI) - (double)g->n * gmm_lse_alpha(g) + sum + gmm_prior(g);
}

static void gmm_value(const size_t *size, const double *in, double *out, double *work)
{
    gmm_data g = gmm_open(size, in, work);
    double sum = 0;
    gmm_unpack(&g);
    for (size_t first = 0; first < g.n; first += GMM_BLOCK) {
        size_t count = gmm_block_size(&g, first);
        for (size_t k = 0; k < g.k; k++) {
            gmm_centre(&g, first, count, k);
            gmm_distance(&g, k, g.u);
        }
        sum += gmm_soften(&g, count);
    }
    out[0] = gmm_joined(&g, sum);
}

/* What a block adds to the sums of component k. */
static void gmm_gather(const gmm_data *g, size_t k)
{
    const double *restrict u = g->u + k * g->d * GMM_BLOCK, *restrict r = g->beta + k * GMM_BLOCK;
    const double *restrict centred = g->centred;
    double *restrict sums = g->sums + k * g->triangle * GMM_LANES, *restrict sum_w = g->sum_w + k * g->d * GMM_LANES;
    double *restrict sum_r = g->sum_r + k * GMM_LANES;
    for (size_t s = 0; s < GMM_BLOCK; s++) sum_r[s % GMM_LANES] += r[s];
    for (size_t a = 0; a < g->d; a++, sum_w += GMM_LANES) {
        double w[GMM_BLOCK];
        for (size_t s = 0; s < GMM_BLOCK; s++) w[s] = -r[s] * u[a * GMM_BLOCK + s];
        for (size_t p = 0; p < GMM_BLOCK; p += GMM_LANES)
            for (size_t s = 0; s < GMM_LANES; s++) sum_w[s] += w[p + s];
        for (size_t j = 0; j <= a; j++, sums += GMM_LANES) {
            double product[GMM_BLOCK];
            for (size_t s = 0; s < GMM_BLOCK; s++) product[s] = w[s] * centred[j * GMM_BLOCK + s];
            for (size_t s = 0; s < GMM_LANES; s++)
                sums[s] += (product[s] + product[s + 8]) + (product[s + 16] + product[s + 24]);
        }
    }
}

static double gmm_lanes(const double *lanes)
{
    double sum = 0;
    for (size_t s = 0; s < GMM_LANES; s++) sum += lanes[s];
    return sum;
}

/* From the sums over the samples to the gradient of component k. */
static void gmm_spread(const gmm_data *g, size_t k, double *d_mu, double *d_q, double *d_l)
{
    const double *rows = g->rows + k * g->triangle, *sums = g->sums + k * g->triangle * GMM_LANES;
    double square = g->gamma * g->gamma, r = gmm_lanes(g->sum_r + k * GMM_LANES);
    for (size_t j = 0; j < g->d; j++) {
        size_t at = j * (j + 1) / 2 + j;
        d_q[j] = r + g->m + rows[at] * (gmm_lanes(sums + at * GMM_LANES) - square * rows[at]);
        d_mu[j] = 0;
        for (size_t a = j; a < g->d; a++) {
            at = a * (a + 1) / 2 + j;
            d_mu[j] -= rows[at] * gmm_lanes(g->sum_w + (k * g->d + a) * GMM_LANES);
            if (a > j) *d_l++ = gmm_lanes(sums + at * GMM_LANES) - square * rows[at];
        }
    }
}

static void gmm_gradient(const size_t *size, const double *in, double *out, double *work)
{
    gmm_data g = gmm_open(size, in, work);
    double sum = 0, lse = gmm_lse_alpha(&g), *d_alpha = out + 1;
    double *d_mu = d_alpha + g.k, *d_q = d_mu + g.k * g.d, *d_l = d_q + g.k * g.d;
    gmm_unpack(&g);
    memset(g.sums, 0, g.k * (g.triangle + g.d + 1) * GMM_LANES * sizeof *g.sums);
    for (size_t first = 0; first < g.n; first += GMM_BLOCK) {
        size_t count = gmm_block_size(&g, first);
        for (size_t k = 0; k < g.k; k++) {
            gmm_centre(&g, first, count, k);
            gmm_distance(&g, k, g.u + k * g.d * GMM_BLOCK);
        }
        sum += gmm_soften(&g, count);
        for (size_t k = 0; k < g.k; k++) {
            gmm_centre(&g, first, count, k);
            gmm_gather(&g, k);
        }
    }
    out[0] = gmm_joined(&g, sum);
    for (size_t k = 0; k < g.k; k++) {
        d_alpha[k] = gmm_lanes(g.sum_r + k * GMM_LANES) - (double)g.n * exp(g.alpha[k] - lse);
        gmm_spread(&g, k, d_mu + k * g.d, d_q + k * g.d, d_l + k * g.packed);
    }
}

static size_t gmm_inputs(const size_t *size, hand_input *list)
{
    size_t n = size[0], d = size[1], k = size[2];
    list[0] = (hand_input){"x", n * d, -2, 2, 0};
    list[1] = (hand_input){"alpha", k, -1, 1, 0};
    list[2] = (hand_input){"mu", k * d, -1, 1, 0};
    list[3] = (hand_input){"q", k * d, -0.5, 0.5, 0};
    list[4] = (hand_input){"l", k * (d * (d - 1) / 2), -0.5, 0.5, 0};
    list[5] = (hand_input){"gamma", 1, 1.25, 1.25, 0};
    list[6] = (hand_input){"m", 1, 2, 2, 1};
    return 7;
}

static size_t gmm_value_count(const size_t *size)
{
    (void)size;
    return 1;
}

static size_t gmm_gradient_count(const size_t *size)
{
    size_t d = size[1], k = size[2];
    return 1 + k * (1 + 2 * d + d * (d - 1) / 2);
}

const hand_workload hand_gmm = {
    .name = "gmm",
    .file = "gmm",
    .dims = {"N", "D", "K"},
    .value_outputs = "f",
    .gradient_outputs = "f, diff(f, alpha[k]), diff(f, mu[k, a]), diff(f, q[k, a]), diff(f, l[k, p])",
    .inputs = gmm_inputs,
    .value_count = gmm_value_count,
    .gradient_count = gmm_gradient_count,
    .work_count = gmm_work_count,
    .value = gmm_value,
    .gradient = gmm_gradient,
};
