/*
 * Recurrences in segments (src/exec/array_segments.c): the results are right, and the same bits whatever the limit on
 * memory; the memory needed grows as the root of the number of steps; every allocation refused.
 *
 *   - random programs with indices, one dimension of which is long: every node against the reference, which computes
 *     one element at a time; gradients with no limit and with the least with which they can be prepared;
 *   - recurrences made for a purpose, with several numbers of steps.
 *
 * Usage: test_segments [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../reference/evaluate.h"
#include "../reference/random_indexed.h"
#include "heap.h"

static bool long_run;
static uint64_t first_seed = 1;
static random_indexed program;

typedef struct trial {
    const char *text, *outputs;
    double *in;
    ew_size size[RANDOM_DIMENSIONS];
    ew_options options;
    size_t bytes; /* that the program and its work took */
} trial;

/* The program, or NULL where the limit is too low to prepare it. */
static ew_program *prepare(trial *t, size_t limit, size_t threads, heap *h)
{
    ew_error err;
    ew_options o = t->options;
    o.max_bytes = limit;
    o.threads = threads;
    o.resize = heap_resize;
    o.context = h;
    ew_program *p = ew_compile(t->text, t->outputs, &o, &err);
    if (!p && !(limit && err.status == EW_LIMIT)) fail_msg("%s\n%s\n%s", err.message, t->outputs, t->text);
    return p;
}

/* A run's results, or NULL where the limit is too low to prepare it. */
static double *run(trial *t, size_t limit, size_t threads, size_t *count)
{
    ew_error err;
    heap h = {0};
    ew_program *p = prepare(t, limit, threads, &h);
    if (!p) return NULL;
    *count = ew_out_count(p);
    t->bytes = h.live;
    double *out = malloc((*count + 1) * sizeof *out);
    for (int twice = 0; twice < 2; twice++) { /* nothing of a run is left to the next */
        if (ew_run(p, NULL, t->in, out) == EW_OK) continue;
        ew_run_error(p, NULL, &err);
        fail_msg("%s\n%s", err.message, t->text);
    }
    ew_free(p);
    assert_int_equal(h.live, 0);
    return out;
}

/* The least limit with which it can be prepared. */
static size_t least_limit(trial *t, size_t most)
{
    size_t low = 0;
    while (most - low > 256) {
        heap h = {0};
        size_t middle = low + (most - low) / 2;
        ew_program *p = prepare(t, middle, 1, &h);
        if (p)
            most = middle;
        else
            low = middle;
        ew_free(p);
        assert_int_equal(h.live, 0);
    }
    return most;
}

/* The same bits with no limit and with the least; returns the bytes that both took. */
static void same_bits(trial *t, size_t *whole, size_t *least)
{
    size_t n, m;
    double *due = run(t, 0, 1, &n);
    *whole = t->bytes;
    size_t limit = least_limit(t, *whole + 4096);
    for (size_t threads = 1; threads <= 3; threads += 2) {
        double *out = run(t, threads == 1 ? limit : limit + 100000, threads, &m);
        if (!out) continue;
        assert_int_equal(n, m);
        if (threads == 1) *least = t->bytes;
        for (size_t i = 0; i < n; i++)
            if (memcmp(&out[i], &due[i], sizeof *out) != 0 && !(isnan(out[i]) && isnan(due[i])))
                fail_msg("limit %zu, %zu threads: result %zu is %.17g, due %.17g\n%s\n%s", limit, threads, i, out[i],
                         due[i], t->outputs, t->text);
        free(out);
    }
    double *more = run(t, 0, 3, &m);
    if (memcmp(more, due, n * sizeof *due)) fail_msg("three threads give other bits than one\n%s", t->text);
    free(more);
    free(due);
}

/* ---- Random programs ---------------------------------------------------------------------------------- */

/* Nothing is carried along in it: hundreds of steps would carry hundreds of orders, which is refused. */
static void random_long(uint64_t seed)
{
    for (bool carried = true; carried; seed += 1000000) {
        random_indexed_make(&program, seed, seed % 2 == 0);
        carried = false;
        for (unsigned i = 0; i < program.count; i++) carried = carried || program.array[i].carried;
    }
}

static void random_begin(trial *t, uint64_t seed)
{
    size_t at = 0;
    random_long(seed);
    for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++) {
        if (d == seed % RANDOM_DIMENSIONS)
            program.size[d] = 256 + (int64_t)(seed * 7 % 90);
        else if (program.size[d] > 3)
            program.size[d] = 3;
    }
    *t = (trial){.text = program.text};
    for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++)
        t->size[d] = (ew_size){random_dimension[d], 0, NULL, program.size[d]};
    t->options = (ew_options){.sizes = t->size, .size_count = RANDOM_DIMENSIONS};
    for (unsigned i = 0; i < program.inputs; i++) {
        const random_array *a = &program.array[i];
        size_t count = 1;
        for (unsigned p = 0; p < a->rank; p++) count *= (size_t)program.size[a->axis[p]];
        t->in = realloc(t->in, (at + count + 1) * sizeof *t->in);
        for (size_t e = 0; e < count; e++) {
            double v = number(seed, at + e);
            t->in[at + e] = a->is_int ? floor((v + 1) / 2 * (double)program.size[a->places]) : v;
        }
        at += count;
    }
    t->in = realloc(t->in, (at + 1) * sizeof *t->in);
    t->in[at] = 0.5;
}

static bool near(double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

/* Every node that a person sees, but the array itself where it is long: then it is no output, and windows may be. */
static void test_values(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 600 : 60); seed++) {
        trial t;
        ew_error err;
        random_begin(&t, seed);
        ew_graph *g = ew_parse(program.text, EW_WHOLE, &t.options, &err);
        if (!g) fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, err.message, program.text);
        ew_node total = g->outputs.at[0];
        ew_program *p = ew_prepare_nodes(g, &total, 1, &err);
        if (!p) fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, err.message, program.text);
        double out, due;
        if (ew_run(p, NULL, t.in, &out) != EW_OK) fail_msg("seed %llu: the run failed", (unsigned long long)seed);
        if (!reference_run(g, t.in, total, &due)) fail_msg("seed %llu: no reference", (unsigned long long)seed);
        if (!near(out, due, 1e-11))
            fail_msg("seed %llu: %.17g, due %.17g\n%s", (unsigned long long)seed, out, due, program.text);
        ew_free(p);
        ew_graph_free(g);
        free(t.in);
    }
}

/* "total, diff(total, x0[n, m]), …, diff(total, p)" */
static void gradient_list(char *list, size_t size)
{
    size_t used = (size_t)snprintf(list, size, "total, ");
    for (unsigned i = 0; i < program.inputs; i++) {
        const random_array *a = &program.array[i];
        if (a->is_int) continue;
        used += (size_t)snprintf(list + used, size - used, "diff(total, %s[", a->name);
        for (unsigned p = 0; p < a->rank; p++)
            used += (size_t)snprintf(list + used, size - used, "%s%s", p ? ", " : "", random_index(a->axis[p], 0));
        used += (size_t)snprintf(list + used, size - used, "]), ");
    }
    snprintf(list + used, size - used, "diff(total, p)");
}

static void test_random(void **state)
{
    (void)state;
    char list[2000];
    size_t smaller = 0, all = 0;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 400 : 30); seed++) {
        trial t;
        size_t whole, least, n, m;
        random_begin(&t, seed);
        gradient_list(list, sizeof list);
        t.outputs = list;
        same_bits(&t, &whole, &least);
        smaller += least + 2000 < whole;
        all++;
        double *reverse = run(&t, 0, 1, &n);
        t.options.mode = EW_FORWARD; /* another way through the same program */
        double *forward = run(&t, 0, 1, &m);
        for (size_t i = 0; i < n && seed % 4 == 0; i++)
            if (!near(forward[i], reverse[i], 1e-9))
                fail_msg("seed %llu: forward and reverse: %.17g and %.17g\n%s\n%s", (unsigned long long)seed,
                         forward[i], reverse[i], list, program.text);
        free(forward);
        free(reverse);
        free(t.in);
    }
    if (!smaller) fail_msg("only %zu of %zu programs could do with less memory", smaller, all);
}

/* ---- Recurrences made for a purpose ------------------------------------------------------------------- */

static const struct {
    const char *text, *outputs;
} made[] = {
    /* The plain network, a long short-term memory, Runge and Kutta, a cumulative sum. */
    {"input x[T, 3]\ninput c0[4]\ninput U[4, 4]\ninput W[3, 4]\nh[0, i] = c0[i]\n"
     "h[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + sum(k: W[k, i] * x[t, k]))\ny[t] = sum(i: h[t+1, i])\n"
     "L = mean(t: (y[t] - x[t, 0])^2)",
     "L, diff(L, U[a, b]), diff(L, W[a, b]), diff(L, c0[a])"},
    {"input x[T, 3]\ninput W[4, 5, 3]\ninput U[4, 5, 5]\ninput v[5]\n"
     "z[t in T, g, i] = sum(j: W[g, i, j] * x[t, j]) + sum(k: U[g, i, k] * h[t, k])\nc[0, i in 5] = 0\n"
     "h[0, i in 5] = 0\nc[t+1, i in 5] = sigmoid(z[t, 1, i]) * c[t, i] + sigmoid(z[t, 0, i]) * tanh(z[t, 2, i])\n"
     "h[t+1, i in 5] = sigmoid(z[t, 3, i]) * tanh(c[t+1, i])\nL = (sum(i: v[i] * h[T, i]) - 0.5)^2",
     "L, diff(L, W[a, b, c1]), diff(L, U[a, b, c1]), diff(L, v[a])"},
    {"input f[T]\ninput a\ninput b\ninput x0\ns = 0.01\nx[0] = x0\ny[0] = 1\nk1[t in T] = a * x[t] - b * x[t] * y[t]\n"
     "l1[t] = x[t] * y[t] - y[t]\nk2[t] = a * (x[t] + s * k1[t]) - b * (x[t] + s * k1[t]) * (y[t] + s * l1[t])\n"
     "l2[t] = (x[t] + s * k1[t]) * (y[t] + s * l1[t]) - y[t] - s * l1[t]\nx[t+1] = x[t] + s/2 * (k1[t] + k2[t])\n"
     "y[t+1] = y[t] + s/2 * (l1[t] + l2[t])\nL = x[T] + sum(t in T: f[t] * x[t])",
     "L, diff(L, a), diff(L, b), diff(L, x0)"},
    {"input x[T]\nc[t] = c[t-1 else 0] + x[t]\nL = sum(t: sin(c[t]))", "L, sum(t: diff(L, x[t])^2)"},
    /* Two steps back, several states before the first, differences, picks. */
    {"input x[T]\ninput a\ns[0] = 1\ns[1] = a\ns[t+2] = sin(s[t]) + a * s[t+1] + x[t]\nu[t in T] = s[t+2] - s[t]\n"
     "L = sum(t: u[t]^2) + s[3] * s[T]",
     "L, diff(L, a), sum(t: diff(L, x[t])^2)"},
    /* Downward; a recurrence after another; one within another. */
    {"input x[T]\ninput a\nr[T] = a\nr[t] = 0.9 * r[t+1] + sin(x[t] * a)\nL = sum(t in T: r[t]^2)",
     "L, diff(L, a), sum(t: diff(L, x[t])^2)"},
    {"input x[T]\ninput a\np[0] = a\np[t+1] = 0.8 * p[t] + x[t]\nq[0] = 0\nq[t+1] = q[t] * 0.7 + sin(a * p[t+1])\n"
     "L = sum(t in T: q[t+1] * p[t])",
     "L, diff(L, a)"},
    {"input x[T, 4]\ninput a\ng[t in T+1, 0] = 0\ng[0, i+1] = x[0, i]\n"
     "g[t+1, i+1] = sin(a * g[t, i+1]) + 0.5 * g[t+1, i] + x[t, i]\nL = sum(t in T, i in 4: g[t, i+1]^2)",
     "L, diff(L, a)"},
    /* Results that are held whole; values over all places at once; what would need a third pass, and has no segments.
     */
    {"input x[T]\ninput a\nh[0] = a\nh[t+1] = 0.9 * tanh(h[t]) + x[t]\nL = sum(t in T: h[t] * h[T - t])",
     "L, diff(L, a), h"},
    {"input x[T]\ninput a\nh[0] = a\nh[t+1] = 0.9 * tanh(h[t]) + x[t]\nL = logsumexp(t in T: 9 * h[t])",
     "L, diff(L, a)"},
    /* Results that are not finite: products are done again term by term. */
    {"input x[T, 3]\ninput U[3, 3]\nh[0, i in 3] = 0\nh[t+1, i] = 4 * sum(j: U[i, j] * h[t, j]) + 1 / (x[t, i] - x[7, "
     "i])\n"
     "y[t, i] = sum(j: U[j, i] * h[t, j])\nL = sum(t, i: y[t, i]^2)",
     "L, diff(L, U[a, b])"},
    {"input x[T, 3] : f32\ninput U[3, 3] : f32\nh[0, i in 3] = 0.1\nh[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + x[t, "
     "i])\n"
     "L = sum(t in T, i: h[t, i] * x[t, i])",
     "L, diff(L, U[a, b])"},
};

enum { MADE = sizeof made / sizeof made[0] };

static void made_begin(trial *t, size_t i, int64_t steps)
{
    *t = (trial){.text = made[i].text, .outputs = made[i].outputs};
    t->size[0] = (ew_size){"T", 0, NULL, steps};
    t->options = (ew_options){.sizes = t->size, .size_count = 1};
    size_t n = (size_t)steps * 4 + 200;
    t->in = malloc(n * sizeof *t->in);
    for (size_t e = 0; e < n; e++) t->in[e] = 0.5 * number(i + 7, e);
}

static void test_made(void **state)
{
    (void)state;
    static const int64_t steps[] = {256, 257, 300, 1000, 2047};
    for (size_t i = 0; i < MADE; i++)
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            trial t;
            size_t whole, least;
            made_begin(&t, i, steps[k]);
            same_bits(&t, &whole, &least);
            if (steps[k] > 2000 && !strstr(t.text, "logsumexp") && least * 2 > whole)
                fail_msg("%zu bytes, with no limit %zu\n%s", least, whole, t.text);
            free(t.in);
        }
}

/* Sixteen times the steps, about four times the memory of all that grows. */
static void test_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t bytes[2], whole[2];
        for (int k = 0; k < 2; k++) {
            trial t;
            made_begin(&t, i, k ? 65536 : 4096);
            same_bits(&t, &whole[k], &bytes[k]);
            free(t.in);
        }
        if (bytes[1] > 5 * bytes[0] || bytes[1] * 8 > whole[1])
            fail_msg("%s\n%zu and %zu bytes, with no limit %zu and %zu", made[i].text, bytes[0], bytes[1], whole[0],
                     whole[1]);
    }
}

/* ---- Refused allocations ------------------------------------------------------------------------------ */

static ew_status work(trial *t, heap *h, size_t limit)
{
    ew_error err = {0};
    ew_options o = t->options;
    size_t count;
    o.max_bytes = limit;
    o.resize = heap_resize;
    o.context = h;
    ew_program *p = ew_compile(t->text, t->outputs, &o, &err);
    if (!p) return err.message[0] ? err.status : EW_OK;
    count = ew_out_count(p);
    double *out = malloc((count + 1) * sizeof *out);
    ew_status status = ew_run(p, NULL, t->in, out);
    free(out);
    ew_free(p);
    return status;
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i += 4) {
        trial t;
        size_t whole, least;
        made_begin(&t, i, 256);
        same_bits(&t, &whole, &least);
        heap h = {0};
        assert_int_equal(work(&t, &h, least + 20000), EW_OK);
        size_t calls = h.calls;
        for (size_t k = 1; k <= calls; k += 1 + k / 300) {
            h = (heap){.fail_at = k, .from_there_on = k % 2 == 0};
            ew_status status = work(&t, &h, least + 20000);
            if (status != EW_OK && status != EW_LIMIT) fail_msg("refusal %zu gives status %d", k, status);
            if (h.blocks || h.live || h.wrong_sizes) fail_msg("refusal %zu leaves %zu blocks", k, h.blocks);
        }
        free(t.in);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),   cmocka_unit_test(test_memory),  cmocka_unit_test(test_values),
        cmocka_unit_test(test_random), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
