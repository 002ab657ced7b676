/*
 * The bodies of loops as lists of operations (src/exec/array_track.c): the same bits as step by step, of programs of
 * each kind that a list is made of, with one and with two threads, and of random ones.
 *
 * Usage: test_tracks [--long] [--seed N]
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

typedef struct seen {
    size_t tracks, kernels, copies, once, steps; /* of the program */
} seen;

static void see(const plan *a, seen *s)
{
    *s = (seen){.tracks = a->tracks.count};
    for (size_t i = 0; i < a->tracks.count; i++) s->once += a->tracks.at[i].once;
    for (size_t i = 0; i < a->track_ops.count; i++) {
        const track_op *o = &a->track_ops.at[i];
        *(o->kernel ? &s->kernels : o->copy ? &s->copies : &s->steps) += 1;
    }
}

static double *run(const char *text, const char *outputs, const ew_options *options, unsigned off, size_t *count,
                   seen *s)
{
    ew_error err;
    ew_graph *g = ew_parse(text, EW_WHOLE, options, &err);
    if (!g) fail_msg("%s\n%s", err.message, text);
    g->passes_off = (uint16_t)off;
    ew_program *p = ew_prepare(g, outputs, &err);
    if (!p) fail_msg("%s\n%s", err.message, text);
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), *out = calloc(ew_out_count(p) + 1, sizeof *out);
    for (size_t a = 0; a < ew_in_arrays(p); a++) {
        ew_array_info info = ew_in_array(p, a);
        for (size_t i = info.offset; i < info.offset + info.count; i++) {
            double v = number(7, i);
            in[i] = info.type == EW_INT ? floor((v + 1) / 2) : v;
        }
    }
    for (int twice = 0; twice < 2; twice++)
        if (ew_run(p, NULL, in, out) != EW_OK) {
            ew_run_error(p, NULL, &err);
            fail_msg("%s\n%s", err.message, text);
        }
    if (p->arrays) see(p->arrays, s);
    *count = ew_out_count(p);
    free(in);
    ew_free(p);
    ew_graph_free(g);
    return out;
}

/* With and without, by one and two threads. */
static void same(const char *text, const char *outputs, const ew_options *options, seen *s)
{
    size_t n, m;
    seen none = {0};
    double *off = run(text, outputs, options, PASS_TRACKS, &n, &none);
    assert_int_equal(none.tracks, 0);
    for (size_t threads = 1; threads <= 2; threads++) {
        ew_options o = *options;
        o.threads = threads;
        double *on = run(text, outputs, &o, 0, &m, s);
        assert_int_equal(n, m);
        for (size_t i = 0; i < n; i++)
            if (memcmp(&on[i], &off[i], sizeof *on) != 0 && !(isnan(on[i]) && isnan(off[i])))
                fail_msg("number %zu of %s is %.17g, step by step %.17g\n%s", i, outputs, on[i], off[i], text);
        free(on);
    }
    free(off);
}

/* ---- One of each kind ------------------------------------------------------------------------------------- */

static const struct {
    const char *text, *outputs;
    seen least; /* `steps`: as they are, exactly */
} made[] = {
    /* rows of some numbers, layer by layer within a step, back through them; long enough for segments */
    {"input w[3, 2, 5]\ninput x[400, 5]\nh[0, l in 3, i in 5] = 0.25\nu[t in 400, 0, i] = x[t, i]\n"
     "u[t in 400, l+1, i in 5] = h[t+1, l, i]\n"
     "h[t+1, l in 3, i in 5] = tanh(u[t, l, i] * w[l, 0, i] + h[t, l, i] * w[l, 1, i])\n"
     "f = sum(t in 400, i: u[t, 3, i]^2)",
     "f, diff(f, w[a1, a2, a3]), diff(f, x[a1, a2])",
     {6, 40, 3, 3, 0}},
    /* rows with gaps, of the same shape, copied before the loop */
    {"input w[3, 3, 5]\ninput x[40]\nh[0, l in 3, i in 5] = 0.25\n"
     "h[t+1, l in 3, i in 5] = x[t] + tanh(h[t, l, i] * w[l, 0, i] + w[l, 1, 4 - i]) - w[l, 2, i] / w[l, 1, i]",
     "h, diff(sum(l, i: h[40, l, i]^2), w[a1, a2, a3])",
     {2, 10, 4, 2, 0}},
    /* fewer steps, and floats */
    {"input w[4, 7] : f32\ninput x[20, 7] : f32\nh[0, i in 7] = 0.5\n"
     "h[t+1, i in 7] = tanh(h[t, i] * w[0, i] + x[t, i] * w[1, i]) + w[2, 6 - i] * 0.125\nf = sum(t, i: h[t, i]^2)",
     "f, h, diff(f, w[a1, a2]), diff(f, x[a1, a2])",
     {2, 10, 0, 0, 0}},
    /* a matrix among them is a step as it is */
    {"input U[40, 40]\ninput x[30, 40]\nh[0, i in 40] = 0.1\n"
     "h[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + x[t, i])\nf = sum(t, i: h[t, i]^2)",
     "f, h, diff(f, x[a1, a2]), diff(f, U[a1, a2])",
     {2, 8, 0, 0, 2}},
    /* what an int holds may not fit */
    {"input n : int\nc[0] = n\nx[0, i in 6] = 0.5\nc[t in 1..60] = mod(c[t-1] * 5 + (if x[t-1, 2] > 0 then 1 else 3), "
     "64)\n"
     "x[t in 1..60, i] = sin(x[t-1, i] + c[t] * 0.01) + x[t-1, 5 - i]",
     "x, c",
     {1, 2, 0, 0, 1}},
    /* a place that stands still, but is made in a step; the last is read in each */
    {"input x[30, 4]\ny[0, i in 4] = x[0, i]\ny[t in 1..29, i] = sin(y[t-1, i]) + 0.5 * y[0, 3 - i] * x[t, i]\n"
     "z[0, i in 4] = 1\nz[t in 1..29, i] = z[t-1, 3 - i] * cos(y[29, i])",
     "y, z, diff(sum(i: y[29, i] * z[29, i]), x[a1, a2])",
     {4, 15, 4, 0, 1}},
    /* guards: other equations for some of the steps, one for the first, downward, too */
    {"input x[40, 6]\nh[40, i in 6] = 0\nh[t in 40, i in 6] = if t < 13 then sin(h[t+1, i]) * x[t, i] else if t == 20 "
     "then x[t, i] else h[t+1, i] * 0.5 + x[t, 5 - i]",
     "h, diff(sum(i: h[0, i]), x[a1, a2])",
     {2, 15, 2, 0, 0}},
    /* in blocks of samples, too many at a time for one step of a list */
    {"input x[3000]\ninput w[12]\nh[n in 3000, 0] = 0.5\nh[n, t+1] = sin(h[n, t] * x[n]) * w[t]\n"
     "f = sum(n: h[n, 12]^2)",
     "f, diff(f, w[a1])",
     {0, 0, 0, 0, 0}},
    /* stops */
    {"input x[50, 3]\nh[0, i in 3] = 0.1\nh[t+1, i in 3 until sum(i: h[t+1, i]) > 2] = h[t, i] + abs(x[t, i])",
     "h",
     {0, 0, 0, 0, 0}},
    /* long circles inside a circle: each a list of its own */
    {"input x[9, 30, 4]\ng[n in 9, 0, i in 4] = 0.5\n"
     "g[n in 9, t+1, i in 4] = sin(g[n, t, i] + x[n, t, i] + g[n-1, 30 - t, 3 - i else 0.25])",
     "g, diff(sum(i: g[8, 30, i]), x[a1, a2, a3])",
     {4, 8, 0, 0, 4}},
};

static void test_made(void **state)
{
    (void)state;
    const ew_options none = {0};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        seen s = {0};
        const seen *due = &made[i].least;
        same(made[i].text, made[i].outputs, &none, &s);
        if (s.tracks < due->tracks || s.kernels < due->kernels || s.copies < due->copies || s.once < due->once ||
            s.steps != due->steps)
            fail_msg("%zu lists, %zu kernels, %zu copies, %zu of both before, %zu steps as they are\n%s", s.tracks,
                     s.kernels, s.copies, s.once, s.steps, made[i].text);
    }
}

/* ---- Random programs ---------------------------------------------------------------------------------------- */

static void test_random(void **state)
{
    (void)state;
    static random_indexed r;
    static char list[8192];
    size_t tracks = 0;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 3000 : 200); seed++) {
        ew_size size[RANDOM_DIMENSIONS];
        seen s = {0};
        random_indexed_make(&r, seed, seed % 2 == 0);
        for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++) size[d] = (ew_size){random_dimension[d], 0, NULL, r.size[d]};
        const ew_options options = {.sizes = size, .size_count = RANDOM_DIMENSIONS};
        random_outputs(&r, list, sizeof list);
        same(r.text, list, &options, &s);
        tracks += s.tracks;
    }
    assert_true(tracks > 50);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_made), cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
