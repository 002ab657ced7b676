/*
 * Each pass of the planner on and off (PASS_ of exec/array.h): values and gradients stay the same but for rounding,
 * of random programs with indices and of programs that are large enough for each pass. Of those the plan must change
 * with the pass, or nothing would be shown.
 *
 * Usage: test_passes [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "../reference/random_indexed.h"
#include "exec/array.h"

static bool long_run;
static uint64_t first_seed = 1;

static int into_text(void *context, const char *bytes, size_t count)
{
    char *plan = context;
    size_t used = strlen(plan);
    if (used + count < 60000) memcpy(plan + used, bytes, count), plan[used + count] = '\0';
    return 0;
}

typedef struct program_text {
    const char *text, *outputs;
    const ew_options *options;
    uint64_t seed;
    int64_t places; /* int inputs are places below this */
    double first;   /* the first number of all, if not 0 */
    size_t tiles;   /* at least so many groups of steps run tile by tile, unless that is off */
} program_text;

/* In the program that ran last: operations of flat maps that are several in one; the most products of one tile. */
static size_t chains_seen, tile_products;

static void look_for_chains(const plan *a)
{
    chains_seen = tile_products = 0;
    for (size_t i = 0; a && i < a->maps.count; i++) {
        const plan_flat *f = a->maps.at[i].flat ? &a->flats.at[a->maps.at[i].flat - 1] : NULL;
        for (size_t k = 0; f && k < f->op_count; k++) chains_seen += a->flat_ops.at[f->ops + k].chain != NULL;
    }
    for (size_t i = 0; a && i < a->steps.count; i++) {
        size_t products = 0;
        for (size_t k = i; a->steps.at[i].tile && k < a->tiles.at[a->steps.at[i].tile - 1].end; k++)
            products += a->steps.at[k].kind == STEP_PRODUCT;
        if (products > tile_products) tile_products = products;
    }
}

/* The outputs with these passes off; `plan` gets how they are computed. */
static double *run(const program_text *t, unsigned off, size_t *count, char *plan)
{
    ew_error err;
    ew_graph *g = ew_parse(t->text, EW_WHOLE, t->options, &err);
    if (!g) fail_msg("%s\n%s", err.message, t->text);
    g->passes_off = (uint16_t)off;
    ew_program *p = ew_prepare(g, t->outputs, &err);
    if (!p) fail_msg("%s\n%s", err.message, t->text);
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), *out = calloc(ew_out_count(p) + 1, sizeof *out);
    for (size_t a = 0; a < ew_in_arrays(p); a++) {
        ew_array_info info = ew_in_array(p, a);
        for (size_t i = info.offset; i < info.offset + info.count; i++) {
            double v = number(t->seed, i);
            in[i] = info.type == EW_INT ? floor((v + 1) / 2 * (double)t->places) : v;
        }
    }
    if (t->first != 0) in[0] = t->first;
    size_t tiles = p->arrays ? p->arrays->tiles.count : 0;
    if (off & PASS_TILES ? tiles != 0 : tiles < t->tiles) fail_msg("%zu groups of steps tile by tile", tiles);
    look_for_chains(p->arrays);
    if (ew_run(p, NULL, in, out) != EW_OK) {
        ew_run_error(p, NULL, &err);
        fail_msg("%s\n%s", err.message, t->text);
    }
    *count = ew_out_count(p);
    plan[0] = '\0';
    ew_plan(p, into_text, plan, &err);
    free(in);
    ew_free(p);
    ew_graph_free(g);
    return out;
}

static void compare(const program_text *t, unsigned off, const double *a, const double *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double gap = fabs(a[i] - b[i]), size = 1 + fabs(a[i]) + fabs(b[i]);
        if (a[i] == b[i] || (isnan(a[i]) && isnan(b[i])) || gap <= 1e-11 * size) continue;
        fail_msg("passes %u off: output %zu is %.17g, with them %.17g\n%s\n%s", off, i, b[i], a[i], t->outputs,
                 t->text);
    }
}

/* ---- Programs for each pass ------------------------------------------------------------------------------- */

static const struct {
    unsigned pass;
    const char *word; /* of the plan where the pass is on */
    const char *text, *outputs;
} made[] = {
    {PASS_BLOCKS, "blocks of",
     "input x[3000, 6]\ninput m[5, 6]\nd[n, k] = sum(j: (x[n, j] - m[k, j])^2)\nf = sum(n: logsumexp(k: -d[n, k]))",
     "f, diff(f, m[a1, a2])"},
    {PASS_PRODUCTS, "= product",
     "input x[60, 40]\ninput w[40, 30]\ny[n, k] = tanh(sum(j: x[n, j] * w[j, k]))\nf = sum(n, k: y[n, k]^2)",
     "f, diff(f, w[a1, a2]), diff(f, x[a1, a2])"},
    /* A triangular factor, read at places that are counted: still a product, as in gmm. */
    {PASS_PRODUCTS, "= triangular product",
     "input x[60, 20]\ninput l[190]\nu[n in 60, a in 20] = sum(j in a: l[j*(39-j)/2 + a-j-1] * x[n, j])\n"
     "f = sum(n, a: u[n, a]^2)",
     "f"},
    /* An array of one constant is no matrix: some sums here are products, others are not. */
    {PASS_PRODUCTS, "= product",
     "input x[5, 5]\ninput v[5, 5]\ninput w[20, 20]\ninput g[13] : int\ny[m in 5, l in 3] = sin(0.5)\n"
     "z[k in 32, l in 3, j in 13] = sin(0.5)\nu[l in 3, k in 32, m in 5] = y[m, l]\n"
     "a[k in 32] = sum(j in 13, m in 5, l in 3: u[l, k, m] * x[m, g[j]] * z[k, l, j])\nf = sum(k: a[k]^2)\n"
     "h = sum(m, i: diff(f, x[m, i]) * v[m, i])\np[i, j] = sum(k: w[i, k] * w[k, j])",
     "h, diff(h, x[a1, a2]), p"},
    {PASS_FOLDS, "sum of squares",
     "input x[500, 8]\ninput c[40, 8]\nd[n, k] = sum(j: (x[n, j] - c[k, j])^2)\nf = sum(n: min(k: d[n, k]))",
     "f, d, diff(f, c[a1, a2])"},
    {PASS_FUSING, NULL,
     "input x[700, 3]\ny[n, j] = sin(x[n, j])\nz[n, j] = exp(-y[n, j]^2) * x[n, j]\nf = sum(n, j: tanh(z[n, j]))",
     "f, diff(f, x[a1, a2])"},
    /* Two operations on a sum, both made anew where the derivative needs them: the sum is kept for all steps. */
    {PASS_CARRIES, NULL,
     "input w[2, 2]\ninput u[4]\nh[k in 4, i in 2, 0] = u[0]\n"
     "h[k in 4, i in 2, t in 1..3] = tanh(0.3 * sum(p: w[i, p] * h[k, p, t-1]) + u[t])\nf = sum(k, i, t: h[k, i, t])",
     "diff(f, u[a1]), diff(f, w[a1, a2])"},
    /* What begins one array from what begins another, in derivatives of derivatives: each place in its step. */
    {PASS_FUSING, NULL,
     "input x[2]\ninput w[2, 2]\ny[0, l in 2] = x[0]\nz[0, l in 2] = sin(y[0, l])\n"
     "y[m in 1..1, l in 2] = sum(p in 2: z[m-1, p] * w[p, l]) * y[m-1, l] + x[m]\n"
     "z[m in 1..1, l in 2] = y[m, l] * x[m]\ng = diff(sum(m, l: z[m, l]^2), w[0, 1])",
     "g, diff(g, x[a1]), diff(g, w[a1, a2])"},
    /* Columns within rows, each with a recurrence of its own to begin with. */
    {PASS_FUSING, NULL,
     "input x[3, 4]\ny[0, 0] = x[0, 0]\ny[0, k in 1..3] = tanh(y[0, k-1] + x[0, k])\n"
     "y[m in 1..2, 0] = tanh(0.5 * y[m-1, 0] + x[m, 0])\n"
     "y[m in 1..2, k in 1..3] = tanh(y[m, k-1] + 0.5 * y[m-1, k] + x[m, k])\n"
     "g = sum(i, j: diff(sum(m, k: y[m, k]^2), x[i, j]) * (i + 2*j))\n",
     "g, diff(g, x[a1, a2])"},
    {PASS_SKIPS, NULL,
     "input x[500, 16]\ninput c[40, 16]\nd[n, k] = sum(j: (x[n, j] - c[k, j])^2)\nf = sum(n: min(k: d[n, k]))",
     "diff(f, c[a1, a2])"},
    {PASS_SEGMENTS, "segments of",
     "input x[300, 2]\ninput U[3, 3]\nh[0, i in 3] = 0.1\nh[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + x[t, 0])\n"
     "f = sum(t: (h[t+1, 0] - x[t, 1])^2)",
     "f, diff(f, U[a1, a2]), diff(f, x[a1, a2])"},
    /* Results in the place of what they are made of: test_reuse_is_there. */
    {PASS_LAYOUT, NULL,
     "input x[700, 16]\ninput m[16, 16]\ninput w[16, 16, 16]\n"
     "u[n, k, a] = x[n, a] + sum(j: (x[n, j] - m[k, j]) * w[k, j, a])\n"
     "f = sum(n: logsumexp(k: -sum(a: u[n, k, a]^2)))",
     "f, diff(f, m[a1, a2]), diff(f, w[a1, a2, a3])"},
    {PASS_LAYOUT, "= added product ",
     "input x[20, 9, 8]\ninput k[4, 3, 3]\ninput l[5, 4, 3, 2]\n"
     "y[n, o, r, s] = tanh(sum(p, q: x[n, r+p, s+q] * k[o, p, q]))\n"
     "z[n, m, r, s] = sum(o, p, q: y[n, o, r+p, s+q] * l[m, o, p, q])\nf = sum(n, m, r, s: sin(z[n, m, r, s]))",
     "f, diff(f, k[a1, a2, a3]), diff(f, x[a1, a2, a3])"},
    {PASS_LAYOUT, "= product 9 x 9 x 3 x 4 x 20 x 6",
     "input x[20, 9, 9, 2]\ninput k[4, 3, 3, 2]\n"
     "y[n in 20, o, r in 9, s in 9] = relu(sum(p, q, c: x[n, r+p-1, s+q-1, c else 0] * k[o, p, q, c]))\n"
     "z[n, o, r, s] = max(u in 3, v in 3: y[n, o, 3*r+u, 3*s+v])\nf = sum(n, o, r, s: z[n, o, r, s]^2)",
     "f, diff(f, k[a1, a2, a3, a4]), diff(f, x[a1, a2, a3, a4])"},
    /* A multiple of one, as the derivative of a masked softmax makes it. */
    {PASS_LAYOUT, "= triangular product",
     "input q[70, 20]\ninput k[70, 20]\ninput v[70, 20]\n"
     "a[t, s] = softmax(s: if s <= t then sum(e: q[t, e] * k[s, e]) / 4.5 else -inf)\n"
     "f = sum(t, e: sum(s: a[t, s] * v[s, e])^2)",
     "f, diff(f, q[a1, a2]), diff(f, k[a1, a2]), diff(f, v[a1, a2])"},
};

static void test_made(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        const program_text t = {made[i].text, made[i].outputs, NULL, 7 + i, 1, 0, 0};
        size_t n, m;
        double *on = run(&t, 0, &n, with), *off = run(&t, made[i].pass, &m, without);
        assert_int_equal(n, m);
        compare(&t, made[i].pass, on, off, n);
        if (made[i].word && (!strstr(with, made[i].word) || strstr(without, made[i].word)))
            fail_msg("pass %u: '%s' must be in the first plan alone:\n%s\n%s", made[i].pass, made[i].word, with,
                     without);
        free(off);
        for (unsigned others = 0; others < 1u << PASSES; others++) {
            off = run(&t, others, &m, without);
            compare(&t, others, on, off, n);
            free(off);
        }
        free(on);
    }
}

/* Fusing has no word in the plan: fewer steps. */
static void test_fusing_is_there(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    size_t i = 0, n, m, lines[2] = {0, 0};
    while (made[i].pass != PASS_FUSING) i++; /* the first */
    const program_text t = {made[i].text, made[i].outputs, NULL, 3, 1, 0, 0};
    free(run(&t, 0, &n, with));
    free(run(&t, PASS_FUSING, &m, without));
    for (const char *s = with; *s; s++) lines[0] += *s == '\n';
    for (const char *s = without; *s; s++) lines[1] += *s == '\n';
    assert_true(lines[0] < lines[1]);
}

/* Steps tile by tile compute each place as without: to the bit, by any number of threads, and where a product is not
 * finite, so that all steps of its group run again. */
static void test_tiles(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    const char *const texts[] = {
        "input q[8, 96, 32]\ninput k[8, 96, 32]\ninput v[8, 96, 32]\n"
        "a[n, t, s] = softmax(s: if s <= t then sum(e: q[n, t, e] * k[n, s, e]) else -inf)\n"
        "b[n, t, e] = sum(s: a[n, t, s] * v[n, s, e])\nf = sum(n, t, e: b[n, t, e]^2)",
        /* layers, whose tiles are made in one place; some rows have nothing to look at */
        "input q[3, 8, 96, 32] : f32\nx[0, n in 8, t in 96, e in 32] = q[0, n, t, e]\n"
        "a[l, n in 8, t in 96, s in 96] = "
        "softmax(s: if s < t - 2 then sum(e: x[l, n, t, e] * q[l, n, s, e]) else -inf)\n"
        "x[l+1, n in 8, t in 96, e in 32] = x[l, n, t, e] + (if t < 4 then 0 else sum(s: a[l, n, t, s] * x[l, n, s, "
        "e]))\n"
        "f = sum(n, t, e: x[3, n, t, e]^2)",
        "input q[3, 70, 70] : f32\ninput w[3, 70, 900] : f32\nh[0, i in 70, j in 900] = sin(i + j)\n"
        "h[l+1, i, j] = norm(j: h[l, i, j] + tanh(sum(e: q[l, i, e] * w[l, e, j])))\nf = sum(i, j: h[3, i, j]^3)",
        /* in blocks of samples: the products' matrices one after the other, and what is around them */
        "input x[700, 16]\ninput m[16, 16]\ninput w[16, 16, 16]\n"
        "u[n, k, a] = sum(j: (x[n, j] - m[k, j]) * w[k, j, a])\nf = sum(n: logsumexp(k: -sum(a: u[n, k, a]^2)))",
        /* what is weighted is made before the scores, so that it joins them */
        "input q[3, 32, 32] : f32\ninput v[3, 32, 32] : f32\nx[0, n in 8, t in 96, e in 32] = sin(n + t + e)\n"
        "k[l, n in 8, t in 96, e] = sum(d: q[l, e, d] * x[l, n, t, d])\n"
        "u[l, n in 8, t in 96, e] = sum(d: v[l, e, d] * x[l, n, t, d])\n"
        "a[l, n in 8, t in 96, s in 96] = softmax(s: if s <= t then sum(e: x[l, n, t, e] * k[l, n, s, e]) else -inf)\n"
        "x[l+1, n in 8, t in 96, e] = x[l, n, t, e] + sum(s: a[l, n, t, s] * u[l, n, s, e])\n"
        "f = sum(n, t, e: x[3, n, t, e]^2)"};
    const char *const outputs[] = {"f, diff(f, q[a1, a2, a3]), diff(f, k[a1, a2, a3]), diff(f, v[a1, a2, a3])",
                                   "f, diff(f, q[a1, a2, a3, a4])", "f, diff(f, q[a1, a2, a3]), diff(f, w[a1, a2, a3])",
                                   "f, diff(f, m[a1, a2]), diff(f, w[a1, a2, a3])", "f"};
    const size_t products[] = {1, 1, 0, 0, 2};
    for (size_t i = 0; i < 5; i++)
        for (int finite = 0; finite < 2; finite++) {
            program_text t = {texts[i], outputs[i], NULL, 11, 1, finite ? 0 : HUGE_VAL, 0};
            size_t n, m;
            double *off = run(&t, PASS_TILES, &n, without);
            for (size_t threads = 1; threads <= 4; threads *= 2) {
                ew_options options = {.threads = threads};
                t.options = &options;
                t.tiles = 1;
                double *on = run(&t, 0, &m, with);
                assert_int_equal(n, m);
                assert_memory_equal(on, off, n * sizeof *on);
                assert_true(tile_products >= products[i]);
                free(on);
            }
            free(off);
        }
}

/* Steps over whole arrays as one list of operations, with each chain that has a kernel of its own, alone and in tiles:
 * the same bits as step by step, in place and by any number of threads. */
#define FLAT_TEXT(type)                                                                                                \
    "input w[300, 401] : " type "; input g[300, 401] : " type "; input m[300, 401] : " type "\n"                       \
    "input s[300, 401] : " type "; input h[300, 401] : " type "\n"                                                     \
    "input a : " type "; input b : " type "; input c : " type "; input d : " type "\n"                                 \
    "n[i, j] = a * m[i, j] + g[i, j] * b\nq[i, j] = c * s[i, j] + d * (g[i, j] * g[i, j])\n"                           \
    "p[i, j] = h[i, j] * h[i, j]\np2[i, j] = s[i, j] * s[i, j]\np3[i, j] = m[i, j] * m[i, j]\n"                        \
    "v1[i, j] = w[i, j] - a * n[i, j] / (sqrt(p[i, j]) * b + c)\n"                                                     \
    "v2[i, j] = w[i, j] - d * w[i, j] - c * n[i, j] / (sqrt(p2[i, j]) * b + c)\n"                                      \
    "v3[i, j] = w[i, j] - a * g[i, j] / (sqrt(p3[i, j]) + 0.25)\nv4[i, j] = w[i, j] - a * (g[i, j] + b * n[i, j])\n"   \
    "v5[i, j] = w[i, j] - 0.125 * g[i, j]\nv6[i, j] = d * m[i, j] + b * (g[i, j] + c * w[i, j])\n"                     \
    "u[i, j] = g[i, j] + b * w[i, j]\nv7[i, j] = a * s[i, j] + d * (u[i, j] * u[i, j])\n"                              \
    "v8[i, j] = w[i, j] - g[i, j] * h[i, j]\nv9[i, j] = g[i, j] * m[i, j] - w[i, j] * b"

static void test_flat(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    static const char *const texts[] = {FLAT_TEXT("f32"), FLAT_TEXT("f64")};
    for (size_t i = 0; i < 2; i++) {
        program_text t = {texts[i], "n, q, p, p2, p3, v1, v2, v3, v4, v5, v6, v7, v8, v9", NULL, 5, 1, 0, 0};
        size_t n, m;
        double *off = run(&t, PASS_FLAT, &n, without);
        assert_int_equal(chains_seen, 0);
        for (size_t threads = 1; threads <= 4; threads *= 2) {
            ew_options options = {.threads = threads};
            t.options = &options;
            double *on = run(&t, 0, &m, with);
            assert_int_equal(chains_seen, 10); /* all but p, p2, p3, u and v8 */
            assert_int_equal(n, m);
            assert_memory_equal(on, off, n * sizeof *on);
            free(on);
        }
        free(off);
    }
}

/* A product that adds to where its windows lie: by any number of threads the same bits, and where it is not finite the
 * same as through windows. */
static void test_added(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    for (int finite = 0; finite < 2; finite++) {
        program_text t = {"input x[120, 12, 11]\ninput k[4, 3, 3]\ninput l[6, 4, 3, 2]\n"
                          "y[n, o, r, s] = sum(p, q: x[n, r+p, s+q] * k[o, p, q])\n"
                          "z[n, m, r, s] = sum(o, p, q: y[n, o, r+p, s+q] * l[m, o, p, q])\n"
                          "f = sum(n, m, r, s: sin(z[n, m, r, s]))",
                          "diff(f, k[a1, a2, a3]), diff(f, x[a1, a2, a3])",
                          NULL,
                          13,
                          1,
                          finite ? 0 : HUGE_VAL,
                          0};
        size_t n, m, bad = 0;
        double *off = run(&t, PASS_LAYOUT, &n, without), *first = NULL;
        for (size_t i = 0; i < n; i++) bad += isnan(off[i]) != 0;
        assert_true(finite ? bad == 0 : bad > 0 && bad < n);
        for (size_t threads = 1; threads <= 4; threads *= 2) {
            ew_options options = {.threads = threads};
            t.options = &options;
            double *on = run(&t, 0, &m, with);
            assert_non_null(strstr(with, "= added product"));
            assert_int_equal(n, m);
            compare(&t, PASS_LAYOUT, on, off, n);
            if (first && finite) assert_memory_equal(on, first, n * sizeof *on);
            if (!first)
                first = on;
            else
                free(on);
        }
        free(first);
        free(off);
    }
}

static ew_program *prepared(const program_text *t, unsigned off, ew_graph **g)
{
    ew_error err;
    *g = ew_parse(t->text, EW_WHOLE, t->options, &err);
    assert_non_null(*g);
    (*g)->passes_off = (uint16_t)off;
    ew_program *p = ew_prepare(*g, t->outputs, &err);
    assert_non_null(p);
    return p;
}

static size_t skips_of(const program_text *t, unsigned off)
{
    ew_graph *g;
    ew_program *p = prepared(t, off, &g);
    size_t skips = 0;
    for (size_t i = 0; i < p->arrays->maps.count; i++) skips += p->arrays->maps.at[i].skip != ARRAY_NONE;
    ew_free(p);
    ew_graph_free(g);
    return skips;
}

/* Terms that are 0 are left out by the same steps: each says what it looks at. */
static void test_skipping_is_there(void **state)
{
    (void)state;
    size_t at = 0;
    while (made[at].pass != PASS_SKIPS) at++;
    const program_text t = {made[at].text, made[at].outputs, NULL, 3, 1, 0, 0};
    assert_true(skips_of(&t, 0) > 0);
    assert_int_equal(skips_of(&t, PASS_SKIPS), 0);
}

static size_t words_of(const char *plan, const char *word)
{
    size_t count = 0;
    for (const char *s = plan; (s = strstr(s, word)) != NULL; s++) count++;
    return count;
}

/* Rows of a table go whole, here and in its derivative: as by a sum over all rows; a place outside is still found. */
static void test_tables(void **state)
{
    (void)state;
    static char plan[65536];
    const char *const texts[] = {
        "input g[70] : int\ninput e[6, 40] : f32\ny[t, d] = e[g[t], d]\n"
        "z[t, d] = sum(k: if k == g[t] then e[k, d] else 0)\nf = sum(t, d: y[t, d]^2 * (t + d))\n"
        "h = sum(t, d: z[t, d]^2 * (t + d))",
        "input g[70] : int\ninput e[40, 6]\ny[t, d] = e[d, g[t]]\n"
        "z[t, d] = sum(k: if k == g[t] then e[d, k] else 0)\nf = sum(t, d: y[t, d]^2 * (t + d))\n"
        "h = sum(t, d: z[t, d]^2 * (t + d))"};
    for (size_t i = 0; i < 2; i++) {
        program_text t = {texts[i], "y, diff(f, e[a1, a2]), z, diff(h, e[a1, a2])", NULL, 5 + i, 6, 0, 0};
        size_t n;
        double *out = run(&t, 0, &n, plan);
        for (size_t k = 0; k < n / 2; k++)
            if (!(fabs(out[k] - out[n / 2 + k]) <= 1e-5 * (1 + fabs(out[k]))))
                fail_msg("output %zu is %.17g, not %.17g\n%s", k, out[k], out[n / 2 + k], texts[i]);
        free(out);
        ew_graph *g;
        ew_program *p = prepared(&t, 0, &g);
        double *in = calloc(ew_in_count(p), sizeof *in), *to = calloc(ew_out_count(p), sizeof *to);
        ew_error err;
        in[69] = 6;
        assert_int_equal(ew_run(p, NULL, in, to), EW_LIMIT);
        ew_run_error(p, NULL, &err);
        assert_non_null(strstr(err.message, "6"));
        free(in);
        free(to);
        ew_free(p);
        ew_graph_free(g);
    }
}

/* Products of which a factor is 0 on one side of a diagonal go in pieces: of terms, rows or columns; from either side,
 * by a condition in the text, by ranges, by a factor with a name, by a masked softmax; what lies on the other side has
 * no say, finite or not. `first` is what is no term of any. But a program's own 0 · inf is no 0. */
static void test_triangles(void **state)
{
    (void)state;
    static char with[65536], without[65536];
    const struct {
        const char *text, *outputs;
        size_t least; /* triangular products */
        double first;
    } all[] = {
        {"input x[70, 40]\ninput l[40, 40]\nu[n, a] = sum(j: if j > a then l[a, j] * x[n, j] else 0)\n"
         "f = sum(n, a: u[n, a]^2)",
         "f, u, diff(f, l[a1, a2]), diff(f, x[a1, a2])", 2, HUGE_VAL},
        {"input l[64, 64]\ninput x[70, 64]\nu[n, a] = sum(j in a: l[a, j] * x[n, j])\nf = sum(n, a: sin(u[n, a]))",
         "f, u, diff(f, l[a1, a2]), diff(f, x[a1, a2])", 3, HUGE_VAL},
        {"input q[3, 30]\ninput l[3, 30, 30]\ninput x[50, 30]\n"
         "Q[k, a, j in 30] = if a == j then exp(q[k, a]) else if j < a then l[k, a, j] else 0\n"
         "u[n, k, a] = sum(j: Q[k, a, j] * x[n, j])\nf = sum(n, k, a: u[n, k, a]^2)",
         "f, Q, u, diff(f, l[a1, a2, a3]), diff(f, q[a1, a2]), diff(f, x[a1, a2])", 1, 0},
        {"input q[2, 60, 20] : f32\ninput k[2, 60, 20] : f32\n"
         "s[h, t, u] = if u <= t and h >= 0 then sum(e: q[h, t, e] * k[h, u, e]) else 0\n"
         "f = sum(h, t, u: tanh(s[h, t, u]))",
         "f, s, diff(f, q[a1, a2, a3]), diff(f, k[a1, a2, a3])", 2, 0},
        {"input x[70, 40]\ninput l[40, 40]\nT[a, j] = if j > a then l[a, j] else 0\n"
         "u[n, a] = sum(j: T[a, j] * x[n, j])\nf = sum(n, a: u[n, a]^2)",
         "f, u, T, diff(f, l[a1, a2]), diff(f, x[a1, a2])", 1, HUGE_VAL},
        /* weights of a masked softmax, whatever they are multiplied with; what is not finite stands where they are 0 */
        {"input v[70, 20]\ninput q[70, 20]\ninput k[70, 20]\nr[s, e] = v[69-s, e]\n"
         "a[t, s] = softmax(s: if s <= t then sum(e: q[t, e] * k[s, e]) / 4.5 else -inf)\n"
         "b[t, e] = sum(s: a[t, s] * r[s, e])\nf = sum(t, e: b[t, e]^2)",
         "f, a, b, diff(f, q[a1, a2]), diff(f, k[a1, a2]), diff(f, v[a1, a2])", 4, HUGE_VAL},
        /* in layers, a row whose scores are not finite */
        {"input q[3, 70, 20] : f32\ninput v[70, 20] : f32\nx[0, t in 70, e in 20] = v[t, e]\n"
         "a[l, t in 70, s in 70] = softmax(s: if t >= s then sum(e: x[l, t, e] * q[l, s, e]) / 4.5 else -inf)\n"
         "x[l+1, t in 70, e in 20] = x[l, t, e] + sum(s: a[l, t, s] * x[l, s, e])\n"
         "f = sum(t, e: x[3, t, e]^2) / 1000",
         "f, diff(f, q[a1, a2, a3]), diff(f, v[a1, a2])", 4, HUGE_VAL},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (int finite = 0; finite < 2; finite++) {
            program_text t = {all[i].text, all[i].outputs, NULL, 17 + i, 1, finite ? 0 : all[i].first, 0};
            size_t n, m;
            double *off = run(&t, ((1u << PASSES) - 1) & ~(unsigned)PASS_PRODUCTS, &n, without);
            assert_int_equal(words_of(without, "triangular product"), 0);
            double *one = NULL;
            for (size_t threads = 1; threads <= 4; threads *= 2) {
                ew_options options = {.threads = threads};
                t.options = &options;
                double *on = run(&t, 0, &m, with);
                assert_int_equal(n, m);
                if (words_of(with, "triangular product") < all[i].least) fail_msg("%s\n%s", all[i].text, with);
                for (size_t k = 0; k < n; k++) /* f32: rounded at other places */
                    if (!(fabs(on[k] - off[k]) <= (strstr(all[i].text, "f32") ? 1e-5 : 1e-11) * (1 + fabs(off[k]))) &&
                        !(isnan(on[k]) && isnan(off[k])) && on[k] != off[k])
                        fail_msg("output %zu is %.17g, without %.17g\n%s", k, on[k], off[k], all[i].text);
                if (one) assert_memory_equal(on, one, n * sizeof *on);
                if (one) free(on);
                if (!one) one = on;
            }
            free(one);
            free(off);
        }
}

/* Where all that is asked for is a sum over the places of an adjoint, that is made of sums: of both matrices that the
 * program multiplies, one product is left for the value, and none for the derivative. */
static void test_sums_inside(void **state)
{
    (void)state;
    static char plan[65536], other[65536];
    ew_options forward = {.mode = EW_FORWARD};
    const char *const text = "input x[60, 20]\ninput m[20]\ninput w[20, 30]\n"
                             "y[n, k] = sum(j: (x[n, j] - m[j]) * w[j, k])\nf = sum(n, k: sin(y[n, k]))";
    program_text t = {text, "diff(f, m[j])", NULL, 5, 1, 0, 0};
    size_t n, m;
    double *reverse = run(&t, 0, &n, plan);
    assert_int_equal(words_of(plan, "= product"), 1);
    t.options = &forward;
    double *far = run(&t, 0, &m, other);
    assert_int_equal(n, m);
    compare(&t, 0, far, reverse, n);
    free(reverse);
    free(far);
}

static size_t overlaid(const program_text *t, unsigned off)
{
    ew_graph *g;
    ew_program *p = prepared(t, off, &g);
    size_t over = 0;
    for (size_t i = 0; i < p->arrays->buffers.count; i++) over += p->arrays->buffers.at[i].over != 0;
    ew_free(p);
    ew_graph_free(g);
    return over;
}

static void test_reuse_is_there(void **state)
{
    (void)state;
    size_t at = 0;
    while (made[at].pass != PASS_LAYOUT) at++;
    const program_text t = {made[at].text, made[at].outputs, NULL, 3, 1, 0, 0};
    assert_true(overlaid(&t, 0) > 0);
    assert_int_equal(overlaid(&t, PASS_LAYOUT), 0);
}

/* The first number of a row that is not 0, wherever it stands. */
static void test_rows(void **state)
{
    (void)state;
    enum { MOST = 150 };
    const double odd[] = {1e-320, -3, HUGE_VAL, -HUGE_VAL, NAN};
    for (size_t count = 0; count < MOST; count++)
        for (size_t at = 0; at <= count; at++)
            for (size_t k = 0; k < 5; k++) {
                double x[MOST + 1];
                for (size_t i = 0; i <= MOST; i++) x[i] = i % 2 ? 0.0 : -0.0;
                x[at] = odd[k]; /* at == count: behind the row, and not looked at */
                assert_int_equal(array_first_other(count, x), at);
            }
}

/* ---- Random programs ----------------------------------------------------------------------------------------- */

static void test_random(void **state)
{
    (void)state;
    static random_indexed r;
    static char list[8192], plan[65536];
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 1500 : 100); seed++) {
        ew_size size[RANDOM_DIMENSIONS];
        random_indexed_make(&r, seed, seed % 2 == 0);
        for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++) size[d] = (ew_size){random_dimension[d], 0, NULL, r.size[d]};
        const ew_options options = {.sizes = size, .size_count = RANDOM_DIMENSIONS};
        random_outputs(&r, list, sizeof list);
        program_text t = {r.text, list, &options, seed, 1, 0, 0};
        size_t n, m;
        double *on = run(&t, 0, &n, plan);
        for (unsigned pass = 0; pass <= PASSES; pass++) {
            unsigned off = pass < PASSES ? 1u << pass : (1u << PASSES) - 1;
            double *other = run(&t, off, &m, plan);
            assert_int_equal(n, m);
            compare(&t, off, on, other, n);
            free(other);
        }
        free(on);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_made),
                                       cmocka_unit_test(test_fusing_is_there),
                                       cmocka_unit_test(test_skipping_is_there),
                                       cmocka_unit_test(test_tiles),
                                       cmocka_unit_test(test_flat),
                                       cmocka_unit_test(test_added),
                                       cmocka_unit_test(test_sums_inside),
                                       cmocka_unit_test(test_triangles),
                                       cmocka_unit_test(test_tables),
                                       cmocka_unit_test(test_reuse_is_there),
                                       cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
