/*
 * Every allocation refused once in turn, and from there on, for programs with indices: reading, derivatives,
 * preparing, running, looking. A clean error, nothing left, nothing freed with a wrong size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <edgewise.h>

#include "../sanitized.h"
#include "heap.h"

static int swallow(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    *(size_t *)context += count;
    return 0;
}

static const struct {
    const char *text, *outputs;
} programs[] = {
    {"input x[N, 3]\nparam W[3, 2] ~ normal(0, 1)\nparam b[2] = 0\nz[n, k] = sum(j: x[n, j] * W[j, k]) + b[k]\n"
     "p[n, k] = softmax(k: z[n, k])\nf = -mean(n: log(p[n, 0]))",
     "f, diff(f, W[j, k]), diff(f, b[k]), p"},
    {"input x[N]\nparam u = 0.5\nh[0] = 0.1\nh[t+1] = tanh(u * h[t] + x[t])\nf = sum(t: h[t]^2)",
     "f, diff(f, u), diff(f, x[t]), diff(diff(f, u), u)"},
    {"input x[N]\nparam w[3] = [1, 2, 3]\ny[i] = sum(k: x[i + k] * w[k])\nc[i] = c[i - 1 else 0] + y[i]",
     "c, diff(c[i], w[k])"},
    {"norm(d: v) = (v - mean(d: v)) / sqrt(mean(d: (v - mean(d: v))^2) + 1e-5)\ninput x[N, N]\n"
     "p[0] = x[0, 0]\np[i in 1..N-1] = max(j: x[i, j])\nq[i, j] = norm(j: x[i, j]) * (if i < j then p[i] else 1)\n"
     "f = sum(i, j: q[i, j]^2)",
     "diff(diff(f, x[i, j]), x[k, l])"},
    {"input k[N] : int\nq[i] = k[i] * k[i]\ns = sum(j: k[j])\ny[0] = 1\n"
     "y[i in 1..N-1] = if k[i] < 9 and div(9, k[i]) > 1 then q[i-1] + s else 0",
     "y"},
    {"input k[N] : int\nq[0] = k[0] * k[0]\nq[i in 1..N-1] = k[i] * k[i] + 1\nz[i in N-1] = if k[i] < 9 then q[i+1] + "
     "q[2] else 0",
     "z"},
    {"input x[N]\nparam p[2] = 0.5\nh[0] = 0.1\nh[t+1] = p[0] * h[t] + x[t] * p[1] + 0.1 * diff(h[t], p[mod(t, 2)])",
     "h"},
    {"input x[N]\nparam p[3] = 0.5\nh[0] = 0.1\nh[t+1] = h[t] * p[0] + x[t] + stop(sum(i: diff(h[t], p[i]) * x[i]))",
     "h"},
    {"input x[N]\nparam p = 0.5\nh[0] = 0.1\ng[t, 0] = h[t] + x[t]\n"
     "g[t, l in 1..2] = g[t, l-1] * p + stop(diff(g[t, l-1], p))\nh[t+1] = g[t, 2]",
     "h"},
    {"input x[N]\nh[0] = 0.1\nv[0] = 0\nf[t in N] = (h[t] - v[t] * x[t])^2\nh[t+1] = h[t] - v[t+1]\n"
     "v[t+1] = v[t] / 2 + diff(f[t], h[t])",
     "h"},
    {"input x[N]\nparam p[2] = 0.5\ny[i] = x[i] * p[0]\na[i] = argmax(j: x[j] * (i + 1))\nf = sum(i: y[a[i]])",
     "f, diff(y[a[i]], p[k]), diff(f, x[i])"},
    {"input x[N]\ninput k[N] : int\nc[p in N, 0] = x[k[p]]\nb[0, p in N] = 1\nc[p, t in 1..3] = c[p, t-1] * x[k[p]] + "
     "b[t, p]\nb[t in 1..3, p] = sin(c[p, t-1])\nd[p] = diff(c[p, 3], x[k[p]])",
     "d, diff(c[p, 3], x[q])"},
    {"input x[N]\nh[0] = 0.1\ng[t, 0] = h[t] + x[t]\ng[t, l in 1..2] = sin(g[t, l-1] * h[t])\n"
     "h[t+1] = g[t, 2] - diff(g[t, 2], h[t]) + diff(g[t, 2], g[t, 0])",
     "h"},
    {"input x[N]\nk[i in N] = argmax(j: x[j] * (i + 1))\nf = sum(i: x[k[i]]^3)\ng[i] = diff(f, x[i])\ns = sum(i: "
     "g[i]^2) + diff(f, x[0])",
     "s, g"},
    {"input x[N]\ny[i] = x[i + 1]", "y"},
    {"input x[N]\na[i] = b[i]\nb[i] = a[i] + x[i]", "a"},
};

/* The derivative of the first output by the first real input path by path, and the graph with its stops held. */
static ew_status paths_and_hold(ew_graph *g, const double *in, ew_error *err)
{
    static double slopes[4096];
    ew_node of = ew_output_at(g, 0), wrt = ew_input_at(g, 0).node;
    size_t count = 1;
    for (size_t p = 0; p < ew_node_rank(g, of); p++) count *= ew_node_size(g, of, p);
    for (size_t p = 0; p < ew_node_rank(g, wrt); p++) count *= ew_node_size(g, wrt, p);
    ew_graph *held = ew_hold(g, err);
    ew_graph_free(held);
    if (!held) return err->status;
    if (count > 4096 || ew_node_type(g, wrt) == EW_INT || ew_node_type(g, of) == EW_INT) return EW_OK;
    return ew_pathwise(g, of, wrt, in, 1e6, slopes, err);
}

/* What is refused its memory: each part reads the program, and then does one thing. What reading takes is refused in
 * the first part alone, and in the one that is the first to unfold it. */
enum { RUN, DRAW, EXPLAIN, PRINT, LOOK, PARTS };

static ew_status run(ew_graph *g, const char *outputs, const double *in, ew_error *err)
{
    ew_status status = EW_OK;
    double *out = NULL;
    ew_program *p = ew_prepare(g, outputs, err);
    if (!p) return err->status;
    if (ew_in_count(p) > 64 || !(out = malloc((ew_out_count(p) + 1) * sizeof *out))) goto end;
    if ((status = ew_run(p, NULL, in, out)) != EW_OK) goto end;
    ew_work *w = ew_work_new(p);
    if (w) status = ew_run(p, w, in, out);
    ew_work_free(w);
end:
    free(out);
    ew_free(p);
    return status;
}

/* `read`: how many allocations it took to read the program. */
static ew_status work(const char *text, const char *outputs, int part, const ew_options *options, size_t *read,
                      ew_error *err)
{
    ew_graph *g = ew_parse(text, EW_WHOLE, options, err);
    *read = ((heap *)options->context)->calls;
    if (!g) return err->status;
    ew_status status = EW_OK;
    double in[64];
    size_t written = 0;
    ew_draw_options d = {.format = "svg", .of = EW_NONE};
    ew_explain_options x = {.of = EW_NONE};
    for (size_t i = 0; i < 64; i++) in[i] = 0.1 + (double)(i % 7) / 7;
    switch (part) {
    case RUN: status = run(g, outputs, in, err); break;
    case DRAW: status = ew_draw(g, &d, swallow, &written, err); break;
    case EXPLAIN: status = ew_explain(g, &x, swallow, &written, err); break;
    case PRINT: status = ew_print(g, swallow, &written, err); break;
    default:
        ew_edge_count(g, err);
        if (err->status == EW_OK) status = paths_and_hold(g, in, err);
    }
    ew_graph_free(g);
    return err->status != EW_OK ? err->status : status;
}

static void every_allocation(const char *text, const char *outputs, int part, int from_there_on)
{
    heap h = {0};
    size_t read, again;
    ew_size n = {"N", 0, NULL, 4};
    ew_options options = {.resize = heap_resize, .context = &h, .sizes = &n, .size_count = 1, .threads = 2};
    options.unfold = part == DRAW || part == EXPLAIN;
    ew_error err = {0};
    ew_status due = work(text, outputs, part, &options, &read, &err);
    size_t calls = h.calls;
    assert_int_equal(h.blocks, 0);
    size_t first = part == RUN || part == DRAW ? 1 : read + 1, all = SANITIZED ? 50 : 400;
    for (size_t i = first; i <= calls; i += 1 + (i - first) / all) { /* then ever fewer */
        h = (heap){.fail_at = i, .from_there_on = from_there_on};
        memset(&err, 0, sizeof err);
        ew_status status = work(text, outputs, part, &options, &again, &err);
        if (h.blocks || h.live || h.wrong_sizes)
            fail_msg("%s: part %d, refusal %zu leaves %zu blocks, %zu bytes, %zu wrong sizes", text, part, i, h.blocks,
                     h.live, h.wrong_sizes);
        if (status != due && status != EW_LIMIT)
            fail_msg("%s: part %d, refusal %zu gives status %d: %s", text, part, i, status, err.message);
        if (status == EW_LIMIT && !err.message[0]) fail_msg("%s: part %d, refusal %zu has no sentence", text, part, i);
    }
}

static void every_part(int from_there_on)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        for (int part = 0; part < PARTS; part++)
            every_allocation(programs[i].text, programs[i].outputs, part, from_there_on);
}

static void test_refused_once(void **state)
{
    (void)state;
    every_part(0);
}

static void test_refused_from_there_on(void **state)
{
    (void)state;
    every_part(1);
}

int main(void)
{
    sanitized_shorter("of each part 50 refusals one after the other, not 400, then ever fewer");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_once),
        cmocka_unit_test(test_refused_from_there_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
