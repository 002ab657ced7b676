/*
 * test_show_indexed.c - programs with indices as they are shown: nodes as equations, what uses what, paths and
 * how many, pictures and lessons of graphs made by hand, and of thousands made at random, which nothing may
 * bring down.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../reference/programs.h"

static int count_bytes(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    *(size_t *)context += count;
    return 0;
}

/* ---- Texts ------------------------------------------------------------------------------------ */

static void assert_equation(ew_graph *g, const char *name, const char *wanted)
{
    text t;
    ew_node n = ew_find(g, name);
    assert_int_not_equal(n, EW_NONE);
    text_begin(&t, &g->memory);
    assert_true(graph_print_equation(g, n, &t, 1000));
    assert_string_equal(text_string(&t), wanted);
    text_free(&t);
}

static void test_equations(void **state)
{
    (void)state;
    ew_graph *g = program_layer(NULL, true);
    assert_equation(g, "x", "x[n, j]");
    assert_equation(g, "d", "d[n, k] = sum(j: c[n, k, j])");
    assert_equation(g, "L", "L = sum(n, k: f[n, k])");
    ew_graph_free(g);
    g = program_recurrence(NULL);
    assert_equation(g, "c", "c[t, i, j] = U[i, j] * h[t, j]");
    assert_equation(g, "h", "h[0, i] = h0[i]; h[t + 1, i] = tanh(e[t, i])");
    assert_equation(g, "L", "L = sum(i: h[5, i])");
    ew_graph_free(g);
    g = program_accesses(NULL);
    assert_equation(g, "d", "d[r, p] = E[token[r + p]] * K[p]");
    assert_equation(g, "q", "q[0] = c[2]; q[1] = 2 * a");
    assert_equation(g, "g", "g = [a, 3]");
    ew_graph_free(g);
}

typedef struct wanted_edge {
    const char *from, *to, *lower, *upper;
} wanted_edge;

static void assert_edges(ew_graph *g, const wanted_edge *edge, size_t count)
{
    ew_error err;
    char lower[100], upper[100];
    assert_int_equal(ew_edge_count(g, &err), count);
    for (size_t i = 0; i < count; i++) {
        ew_edge e = ew_edge_at(g, i);
        ew_edge_lower(g, i, lower, sizeof lower);
        ew_edge_upper(g, i, upper, sizeof upper);
        assert_string_equal(ew_node_name(g, e.from), edge[i].from);
        assert_string_equal(ew_node_name(g, e.to), edge[i].to);
        assert_string_equal(lower, edge[i].lower);
        assert_string_equal(upper, edge[i].upper);
    }
}

/* Accesses and equations are seen through; a step of a recurrence uses the recurrence. */
static void test_edges(void **state)
{
    (void)state;
    static const wanted_edge recurrence[] = {{"U", "c", "U[i, j]", "c[t, i, j]"},  {"h", "c", "h[t, j]", "c[t, i, j]"},
                                             {"c", "d", "c[t, i, j]", "d[t, i]"},  {"d", "e", "d[t, i]", "e[t, i]"},
                                             {"x", "e", "x[t, i]", "e[t, i]"},     {"h0", "h", "h0[i]", "h[0, i]"},
                                             {"e", "h", "e[t, i]", "h[t + 1, i]"}, {"h", "L", "h[5, i]", "L"}};
    static const wanted_edge accesses[] = {{"E", "d", "E[token[r + p]]", "d[r, p]"},
                                           {"K", "d", "K[p]", "d[r, p]"},
                                           {"d", "c", "d[r, p]", "c[r]"},
                                           {"c", "q", "c[2]", "q[0]"},
                                           {"a", "q", "a", "q[1]"},
                                           {"q", "e", "q[1]", "e"},
                                           {"q", "e", "q[0]", "e"},
                                           {"e", "f", "e", "f"},
                                           {"a", "g", "a", "g[0]"},
                                           {"f", "y", "f", "y"},
                                           {"g", "y", "g[1]", "y"}};
    ew_graph *g = program_recurrence(NULL);
    assert_edges(g, recurrence, sizeof recurrence / sizeof *recurrence);
    ew_graph_free(g);
    g = program_accesses(NULL);
    assert_edges(g, accesses, sizeof accesses / sizeof *accesses);
    ew_graph_free(g);
}

static void test_rules(void **state)
{
    (void)state;
    char rule[100];
    ew_error err;
    ew_graph *g = program_layer(NULL, true);
    static const char *const wanted[] = {"W[j, k]", "x[n, j]", "1",           "1", "1", "if z[n, k] > 0 then 1 else 0",
                                         "1",       "-1",      "2 * e[n, k]", "1"};
    assert_int_equal(ew_edge_count(g, &err), sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_true(ew_edge_rule(g, i, rule, sizeof rule) < sizeof rule);
        assert_string_equal(rule, wanted[i]);
    }
    assert_int_equal(ew_edge_rule(g, 5, rule, 8), 8); /* cut */
    ew_graph_free(g);
}

/* ---- In the program's own words ---------------------------------------------------------------- */

static void assert_words(const ew_graph *g, const char *name, const char *wanted)
{
    char words[100];
    ew_node_words(g, ew_find(g, name), words, sizeof words);
    assert_string_equal(words, wanted);
}

/* Names that were made (d, e, f, g) are written out; the text's own stay, and what is too deep keeps its name. */
static void test_words(void **state)
{
    (void)state;
    char words[100], text[2000] = "q = ";
    ew_error err;
    ew_graph *g = ew_parse("s = sum(n: (w * x[n] - y[n])^2)\nz[n] = s * x[n]^3", EW_WHOLE, NULL, &err);
    assert_non_null(g);
    assert_words(g, "s", "s");
    assert_words(g, "z", "z[n]");
    assert_words(g, "c", "w * x[n]");
    assert_words(g, "d", "w * x[n] - y[n]");
    assert_words(g, "e", "(w * x[n] - y[n])^2");
    static const char *const rules[] = {"x[n]", "w", "1", "-1", "2 * (w * x[n] - y[n])", "1"};
    static const char *const lower[] = {"w", "x[n]", "w * x[n]", "y[n]", "w * x[n] - y[n]", "(w * x[n] - y[n])^2"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules && i < ew_edge_count(g, &err); i++) {
        ew_edge_rule_words(g, i, words, sizeof words);
        assert_string_equal(words, rules[i]);
        ew_edge_lower_words(g, i, words, sizeof words);
        assert_string_equal(words, lower[i]);
    }
    assert_int_equal(ew_node_words(g, ew_find(g, "e"), words, 8), 8); /* cut */
    ew_graph_free(g);
    strcat(text, "x");
    for (size_t i = 0; i < 150; i++) strcat(text, " - y"); /* ((x - y) - y) - … */
    assert_non_null(g = ew_parse(text, EW_WHOLE, NULL, &err));
    assert_words(g, "c", "x - y");
    assert_words(g, "d", "x - y - y");
    assert_words(g, "v90", "v90");
    ew_graph_free(g);
}

/* ---- What a diff is made of --------------------------------------------------------------------- */

static ew_graph *unfolded(const char *text)
{
    ew_error err;
    ew_size sizes[] = {{"x", 1, (size_t[]){3}, 0}};
    ew_options o = {.unfold = 1, .sizes = sizes, .size_count = 1};
    ew_graph *g = ew_parse(text, EW_WHOLE, &o, &err);
    assert_non_null(g);
    return g;
}

static bool has_diff(const ew_graph *g)
{
    bool has = false;
    for (size_t i = 0; i < ew_node_count(g); i++) has = has || node_at(g, ew_node_at(g, i))->op == OP_DIFF;
    return has;
}

/* Nodes with their indices' names; d, which the whole derivative is called elsewhere, nobody is called. */
static void test_unfold(void **state)
{
    (void)state;
    ew_graph *g = unfolded("f[i] = x[i]^3\ng[k] = diff(f[k], x[k]) * x[k]\ns = sum(k: g[k]) + diff(f[0], x[1])");
    assert_false(has_diff(g));
    assert_int_equal(ew_find(g, "d"), EW_NONE);
    assert_equation(g, "g", "g[k] = m[k] * x[k]");
    assert_equation(g, "m", "m[i] = 3 * l[i]");
    assert_equation(g, "s", "s = c + n[1]");
    ew_graph_free(g);
    g = unfolded("L = sum(i: sin(x[i]) * x[0])\ng[i] = diff(L, x[i])\nv = sum(i: g[i] * x[i])\noutput v");
    assert_false(has_diff(g));
    assert_equation(g, "v", "v = sum(i: e[i])");
    assert_equation(g, "e", "e[i] = g[i] * x[i]");
    ew_graph_free(g);
}

/* A name is a node of its own: nothing is derived past it, and it is derived by. */
static void test_unfold_names(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = unfolded("f[i] = x[i]^3\ng[i] = diff(f[i], x[i])\nh[i] = g[i]^2\ns[i] = diff(h[i], g[i]) * g[i]");
    assert_false(has_diff(g));
    ew_node slope = ew_diff(g, ew_find(g, "s"), ew_find(g, "g"), EW_AUTO, &err), n[2] = {ew_find(g, "s"), slope};
    double in[3] = {1, 2, 3}, out[12];
    ew_program *p = ew_prepare_nodes(g, n, 2, &err);
    assert_non_null(p);
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    for (size_t i = 0; i < 3; i++) { /* s = 2 g^2, g = 3 x^2 */
        assert_true(fabs(out[i] - 18 * pow(in[i], 4)) < 1e-9);
        assert_true(fabs(out[3 + 4 * i] - 12 * in[i] * in[i]) < 1e-9);
    }
    ew_free(p);
    ew_graph_free(g);
}

/* Within a recurrence, and where more than a hundred nodes would come of it, the DIFF stays. */
static void test_unfold_not(void **state)
{
    (void)state;
    char text[4000] = "f[i] = x[i]";
    ew_graph *g = unfolded("m[0] = x[0]\nm[t in 1..3] = m[t-1] - diff(m[t-1]^4, m[t-1])\ng[i] = diff(x[i]^2, x[i])");
    assert_true(has_diff(g));
    assert_equation(g, "m", "m[0] = x[0]; m[t + 1] = m[t] - e[t, t]");
    ew_graph_free(g);
    for (size_t k = 0; k < 60; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "\ng%zu[i] = diff(sin(%zu * f[i])^3, x[i])", k,
                 k + 2);
    assert_true(has_diff(g = unfolded(text)));
    ew_graph_free(g);
}

/* ---- Paths ------------------------------------------------------------------------------------ */

static void assert_paths(ew_graph *g, const char *from, const char *to, const char *count, size_t listed, double times)
{
    ew_error err;
    ew_paths *p = ew_paths_new(g, ew_find(g, from), ew_find(g, to), NULL, 20, &err);
    assert_non_null(p);
    assert_string_equal(ew_paths_count(p), count);
    assert_int_equal(ew_paths_listed(p), listed);
    if (listed) assert_true(ew_path_times(p, 0) == times || (isnan(times) && isnan(ew_path_times(p, 0))));
    if (*count && strcmp(count, "0") != 0) assert_true(fabs(ew_paths_log10(p) - log10(strtod(count, NULL))) < 1e-12);
    ew_paths_free(p);
}

/* An index sum is parallel paths: three terms in d, eight in L. */
static void test_paths(void **state)
{
    (void)state;
    ew_graph *g = program_layer(NULL, true);
    assert_paths(g, "x", "c", "1", 1, 1);
    assert_paths(g, "x", "z", "3", 1, 3);
    assert_paths(g, "W", "L", "24", 1, 24);
    assert_paths(g, "b", "L", "8", 1, 8);
    assert_paths(g, "L", "x", "0", 0, 0);
    ew_graph_free(g);
    g = program_layer(NULL, false); /* N is not known */
    assert_paths(g, "x", "z", "3", 1, 3);
    assert_paths(g, "W", "L", "", 1, NAN);
    ew_graph_free(g);
    g = program_recurrence(NULL); /* round trips are not counted */
    assert_paths(g, "U", "L", "9", 1, 9);
    assert_paths(g, "h0", "L", "3", 1, 3);
    ew_graph_free(g);
}

/* Sums of sums: 3000^40 is counted digit by digit. */
static void test_many_paths(void **state)
{
    (void)state;
    ew_graph *g = graph_new(NULL, NULL);
    int64_t size = 3000;
    uint16_t wide = graph_shape_of(g, &size, 1);
    ew_node n = graph_add_input(g, name_of(g, "x"), false, TYPE_F64, wide, NO_PLACE);
    char power[200] = "";
    for (size_t k = 0; k < 40; k++) {
        ew_node sum = graph_reduce(g, OP_SUM, n, 0, 0, wide), args[2] = {sum, sum};
        n = graph_each(g, OP_COPY, &sum, NULL, 1, wide);
        args[0] = n;
        n = graph_each(g, OP_MUL, args, NULL, 2, wide);
    }
    ew_output(g, ew_name(g, "y", n));
    ew_finish(g);
    ew_error err;
    ew_paths *p = ew_paths_new(g, ew_find(g, "x"), ew_find(g, "y"), NULL, 2, &err);
    assert_non_null(p);
    snprintf(power, sizeof power, "%s", ew_paths_count(p)); /* (2 * 3000)^40: 6^40 and 120 zeros */
    assert_memory_equal(power, "13367494538843734067838845976576", 32);
    assert_int_equal(strlen(power), 32 + 120);
    for (size_t i = 32; i < strlen(power); i++) assert_int_equal(power[i], '0');
    ew_paths_free(p);
    ew_graph_free(g);
}

/* ---- At random -------------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static uint16_t random_shape(ew_graph *g)
{
    int64_t sizes[4];
    size_t rank = roll(4);
    for (size_t q = 0; q < rank; q++) sizes[q] = roll(20) ? (int64_t)roll(4) : graph_unknown_size(g, 0);
    return graph_shape_of(g, sizes, rank);
}

/* A plain map from `user` onto the axes of n, if its axes fit; 0 else. */
static bool random_plain(ew_graph *g, uint16_t user, ew_node n, uint16_t *map)
{
    uint16_t axis[4];
    bool taken[8] = {false};
    for (size_t q = 0; q < node_rank(g, n); q++) {
        size_t at = 0, rank = shape_rank(g, user);
        while (at < rank && (taken[at] || shape_sizes(g, user)[at] != node_size(g, n, q))) at++;
        if (at == rank) return false;
        taken[at] = true;
        axis[q] = (uint16_t)at;
    }
    *map = node_rank(g, n) ? graph_map_plain(g, axis, node_rank(g, n)) : 0;
    return true;
}

static uint16_t random_map(ew_graph *g, size_t domain, size_t rank)
{
    map_draft d[4] = {{0}};
    for (size_t q = 0; q < rank; q++) {
        d[q].offset = (int64_t)roll(3) - 1;
        d[q].terms = domain ? (uint16_t)roll(2) : 0;
        d[q].axis[0] = domain ? (uint16_t)roll((uint32_t)domain) : 0;
        d[q].factor[0] = (int64_t)roll(5) - 2;
        if (!d[q].factor[0]) d[q].terms = 0;
    }
    return graph_map_of(g, d, rank);
}

static ew_node random_each(ew_graph *g, ew_node a, ew_node b)
{
    static const op ops[] = {OP_ADD, OP_MUL, OP_DIV, OP_POW, OP_MIN, OP_HYPOT, OP_SUB};
    uint16_t maps[2];
    ew_node args[2] = {a, b};
    uint16_t shape = node_rank(g, a) >= node_rank(g, b) ? node_at(g, a)->shape : node_at(g, b)->shape;
    if (!random_plain(g, shape, a, &maps[0]) || !random_plain(g, shape, b, &maps[1])) return a;
    return graph_each(g, ops[roll(7)], args, maps, 2, shape);
}

static ew_node random_reduce(ew_graph *g, ew_node a)
{
    static const op ops[] = {OP_SUM, OP_PROD, OP_LEAST, OP_GREATEST, OP_LOGSUMEXP};
    size_t rank = node_rank(g, a), keep = rank ? roll((uint32_t)rank) : 0;
    int64_t sizes[4];
    if (!rank) return a;
    memcpy(sizes, shape_sizes(g, node_at(g, a)->shape), keep * sizeof *sizes);
    return graph_reduce(g, ops[roll(5)], a, 0, graph_shape_of(g, sizes, keep), node_at(g, a)->shape);
}

static ew_node random_join(ew_graph *g, ew_node a, ew_node b)
{
    ew_node parts[2] = {a, b};
    uint16_t shape = random_shape(g);
    size_t rank = shape_rank(g, shape);
    if (!rank || node_rank(g, a) > rank || node_rank(g, b) > rank) return a;
    uint16_t maps[2] = {random_map(g, node_rank(g, a), rank), random_map(g, node_rank(g, b), rank)};
    node_spec s = {.op = OP_JOIN, .args = parts, .maps = maps, .count = 2, .shape = shape, .place = NO_PLACE};
    return graph_make(g, &s);
}

static ew_node random_scatter(ew_graph *g, ew_node a)
{
    uint16_t map = 0, domain = node_at(g, a)->shape, shape = random_shape(g);
    node_spec s = {.op = OP_SCATTER,
                   .args = &a,
                   .maps = &map,
                   .count = 1,
                   .shape = shape,
                   .domain = domain,
                   .target = random_map(g, shape_rank(g, domain), shape_rank(g, shape)),
                   .place = NO_PLACE};
    return graph_make(g, &s);
}

static ew_node random_region(ew_graph *g, ew_node a)
{
    uint16_t shape = node_at(g, a)->shape;
    if (!shape) return a;
    uint32_t region = graph_region_new(g, roll(2), 0, 3), name = roll(3) ? name_of(g, roll(2) ? "s" : "u") : 0;
    if (name && g->names.at[name].node != EW_NONE) name = 0;
    ew_node state = graph_state_add(g, region, TYPE_F64, shape, 0, (int64_t)roll(2));
    if (state == EW_NONE) return a;
    ew_node before = graph_at(g, state, random_map(g, shape_rank(g, shape), shape_rank(g, shape)), shape, NODE_ZERO);
    ew_node body = random_each(g, before, a);
    if (roll(3) == 0) body = random_join(g, body, a);
    if (!graph_state_define(g, state, node_at(g, body)->shape == shape ? body : before)) return EW_NONE;
    graph_region_close(g, region, EW_NONE, &name, NULL);
    return report_ok(&g->report) ? node_state(g, state)->loop : EW_NONE;
}

static ew_node random_node(ew_graph *g, const ew_node *pool, uint32_t count)
{
    ew_node a = pool[roll(count)], b = pool[roll(count)];
    uint16_t shape = random_shape(g), seen;
    switch (roll(9)) {
    case 0: return random_reduce(g, a);
    case 1: return random_join(g, a, b);
    case 2: return random_scatter(g, a);
    case 3: return random_region(g, a);
    case 4: return graph_at(g, a, random_map(g, shape_rank(g, shape), node_rank(g, a)), shape, NODE_ZERO);
    case 5: return random_plain(g, shape, a, &seen) ? graph_spread(g, a, seen, shape) : a;
    case 6: return graph_each(g, OP_TANH, &a, NULL, 1, node_at(g, a)->shape);
    default: return random_each(g, a, b);
    }
}

static ew_graph *random_graph(uint32_t number)
{
    ew_graph *g = graph_new(NULL, NULL);
    ew_node pool[24];
    uint32_t count = 0;
    char name[8];
    seed = number * 2654435761u + 1;
    for (; count < 4; count++) {
        snprintf(name, sizeof name, "x%u", count);
        pool[count] = graph_add_input(g, name_of(g, name), count & 1, TYPE_F64, random_shape(g), NO_PLACE);
        if (roll(2)) index_names(g, pool[count], "ijk");
    }
    while (count < 24 && report_ok(&g->report)) {
        ew_node n = random_node(g, pool, count);
        if (n == EW_NONE) break;
        snprintf(name, sizeof name, "n%u", count);
        if (roll(4) == 0) n = graph_name_node(g, name_of(g, name), n, NO_PLACE);
        if (n == EW_NONE) break;
        pool[count++] = n;
    }
    ew_output(g, pool[count - 1]);
    ew_finish(g);
    return g;
}

static void show_nodes(ew_graph *g)
{
    char buffer[64];
    ew_error err;
    for (size_t i = 0; i < ew_node_count(g); i++) {
        ew_node_text(g, ew_node_at(g, i), buffer, sizeof buffer);
        ew_node_label(g, ew_node_at(g, i), buffer, 1 + i % 40);
        ew_node_words(g, ew_node_at(g, i), buffer, 1 + i % 40);
    }
    size_t edges = ew_edge_count(g, &err);
    for (size_t i = 0; i < edges; i++) {
        ew_edge_rule(g, i, buffer, sizeof buffer);
        ew_edge_upper(g, i, buffer, sizeof buffer);
        ew_edge_lower(g, i, buffer, 9);
        ew_edge_rule_words(g, i, buffer, sizeof buffer);
        ew_edge_lower_words(g, i, buffer, 9);
    }
    if (err.status != EW_OK || !ew_node_count(g)) return;
    ew_paths *p = ew_paths_new(g, ew_node_at(g, 0), ew_node_at(g, ew_node_count(g) - 1), NULL, 3, &err);
    for (size_t i = 0; p && i < ew_paths_listed(p); i++) ew_path_times(p, i);
    ew_paths_free(p);
}

static void show_all(ew_graph *g)
{
    static const char *const formats[] = {"svg", "dot", "mmd", "tex", "md", "txt", "html"};
    size_t bytes = 0;
    ew_error err;
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        ew_draw_options d = {.of = EW_NONE, .format = formats[f]};
        ew_draw(g, &d, count_bytes, &bytes, &err);
        if (ew_output_count(g)) d.of = ew_output_at(g, 0);
        ew_draw(g, &d, count_bytes, &bytes, &err);
    }
    for (int how = 0; how < 3; how++) {
        ew_explain_options x = {.of = EW_NONE, .brief = how == 1, .plan = how == 2};
        ew_explain(g, &x, count_bytes, &bytes, &err);
    }
    show_nodes(g);
}

static void test_random(void **state)
{
    (void)state;
    const char *many = getenv("GRAPHS");
    uint32_t count = many ? (uint32_t)strtoul(many, NULL, 10) : 400, good = 0;
    for (uint32_t i = 0; i < count; i++) {
        ew_graph *g = random_graph(i);
        good += ew_graph_error(g, NULL) == EW_OK;
        if (getenv("SHOW_SEED")) fprintf(stderr, "%u\n", i);
        show_all(g);
        ew_graph_free(g);
    }
    assert_true(good > count / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equations),  cmocka_unit_test(test_edges),  cmocka_unit_test(test_rules),
        cmocka_unit_test(test_words),      cmocka_unit_test(test_unfold), cmocka_unit_test(test_unfold_names),
        cmocka_unit_test(test_unfold_not), cmocka_unit_test(test_paths),  cmocka_unit_test(test_many_paths),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
