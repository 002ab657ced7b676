/*
 * Forward = reverse = the sum over all paths, on random programs (tests/emit/random_program.h).
 *
 * The same derivative is asked for in both modes and added up path by path; an edge's value is its
 * partial's. The sums have different orders, so they agree within rounding of the sum of the paths'
 * absolute products, which one pass over the edges gives. Points where an edge is not finite, or so
 * large or small that a product may leave the range, are left out; enough must remain.
 *
 * Usage: test_modes [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../emit/random_program.h"
#include "edgewise.h"

enum { POINTS = 8, PATHS = 4000, MOST_EDGES = 2000, MOST_NODES = 2000 };

static bool long_run;
static uint64_t first_seed = 1;
static random_program program;

typedef struct trial {
    uint64_t seed;
    ew_graph *g;
    ew_node of, wrt;
    size_t edges;
    ew_program *both; /* forward, reverse, then every edge's partial */
    double tolerance; /* of the sum of absolute products */
    size_t compared, listed;
} trial;

/* The sum over all paths of the absolute products; NAN where the range may be left. */
static double absolute_sum(const trial *t, const double *partials)
{
    static double sum[MOST_NODES];
    memset(sum, 0, sizeof sum);
    sum[ew_node_index(t->g, t->wrt)] = 1;
    for (size_t i = 0; i < t->edges; i++) {
        ew_edge e = ew_edge_at(t->g, i);
        double p = fabs(partials[i]);
        if (!(p <= 1e20) || (p > 0 && p < 1e-20)) return NAN;
        sum[ew_node_index(t->g, e.to)] += p * sum[ew_node_index(t->g, e.from)];
        if (!(sum[ew_node_index(t->g, e.to)] < 1e200)) return NAN;
    }
    return sum[ew_node_index(t->g, t->of)];
}

static void agree(const trial *t, const char *what, double a, double b, double scale)
{
    if (fabs(a - b) <= t->tolerance * scale + 1e-200) return;
    fail_msg("seed %llu: d %s by %s, %s: %.17g and %.17g, of absolute sum %g\n%s", (unsigned long long)t->seed,
             ew_node_name(t->g, t->of), ew_node_name(t->g, t->wrt), what, a, b, scale, program.text);
}

static void compare_paths(trial *t, const double *partials, double forward, double scale)
{
    ew_error err;
    ew_paths *paths = ew_paths_new(t->g, t->wrt, t->of, partials, PATHS, &err);
    double sum = 0;
    if (!paths) { /* no path: then the derivative is 0 */
        assert_string_equal(err.code, "E066");
        assert_true(forward == 0);
        return;
    }
    if (ew_paths_log10(paths) < 3) {
        for (size_t i = 0; i < ew_paths_listed(paths); i++) sum += ew_path_product(paths, i);
        agree(t, "forward and paths", forward, sum, scale);
        t->listed++;
    }
    ew_paths_free(paths);
}

static void compare_point(trial *t)
{
    static double out[MOST_EDGES + 2];
    double in[RANDOM_INPUTS];
    for (size_t i = 0; i < ew_in_count(t->both); i++) {
        int input = ew_in_name(t->both, i)[0] - 'a';
        in[i] = random_below(&program, 3) ? random_below(&program, 9) / 2.0 - 1.75 : random_value(&program, input);
        if (program.input_type[input] == RANDOM_INT || program.input_type[input] == RANDOM_BOOL)
            in[i] = random_below(&program, 2);
    }
    if (ew_run(t->both, NULL, in, out) != EW_OK) return;
    double scale = absolute_sum(t, out + 2);
    if (scale != scale || out[0] - out[0] != 0 || out[1] - out[1] != 0) return;
    agree(t, "forward and reverse", out[0], out[1], scale);
    compare_paths(t, out + 2, out[0], scale);
    t->compared++;
}

static bool prepare(trial *t)
{
    static ew_node nodes[MOST_EDGES + 2];
    ew_error err;
    nodes[0] = ew_diff(t->g, t->of, t->wrt, EW_FORWARD, &err);
    nodes[1] = ew_diff(t->g, t->of, t->wrt, EW_REVERSE, &err);
    t->edges = ew_edge_count(t->g, &err);
    if (nodes[0] == EW_NONE || nodes[1] == EW_NONE || !t->edges) return false;
    if (t->edges > MOST_EDGES || ew_node_count(t->g) > MOST_NODES) return false;
    for (size_t i = 0; i < t->edges; i++) nodes[i + 2] = ew_edge_at(t->g, i).partial;
    t->both = ew_prepare_nodes(t->g, nodes, t->edges + 2, &err);
    if (!t->both) fail_msg("%s", err.message);
    return true;
}

static bool is_real(const ew_graph *g, ew_node n)
{
    return n != EW_NONE && (ew_node_type(g, n) == EW_F64 || ew_node_type(g, n) == EW_F32);
}

static void run_seed(uint64_t seed, size_t *compared, size_t *listed)
{
    ew_error err;
    trial t = {.seed = seed, .tolerance = 1e-11};
    random_program_make(&program, seed, 0);
    t.g = ew_parse(program.text, EW_WHOLE, NULL, &err);
    if (!t.g) fail_msg("%s\n%s", err.message, program.text);
    for (size_t i = 0; i < ew_node_count(t.g); i++)
        if (ew_node_type(t.g, ew_node_at(t.g, i)) == EW_F32) t.tolerance = 1e-4;
    for (int e = program.equation_count - 1, done = 0; e >= 0 && done < 3; e--) {
        char name[16];
        snprintf(name, sizeof name, "v%d_", e);
        t.of = ew_find(t.g, name);
        snprintf(name, sizeof name, "%c", 'a' + random_below(&program, program.input_count));
        t.wrt = ew_find(t.g, name);
        if (!is_real(t.g, t.of) || !is_real(t.g, t.wrt) || !prepare(&t)) continue;
        for (int point = 0; point < POINTS; point++) compare_point(&t);
        ew_free(t.both);
        done++;
    }
    ew_graph_free(t.g);
    *compared += t.compared;
    *listed += t.listed;
}

static void test_modes(void **state)
{
    (void)state;
    size_t compared = 0, listed = 0, seeds = long_run ? 50000 : 5000;
    for (size_t i = 0; i < seeds; i++) run_seed(first_seed + i, &compared, &listed);
    if (compared < 3 * seeds || listed < seeds) fail_msg("only %zu compared, %zu with paths", compared, listed);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0)
            long_run = true;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_modes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
