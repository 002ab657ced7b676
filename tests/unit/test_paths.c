/*
 * test_paths.c - counting, listing and waists of paths, against recursion on small random graphs and
 * known numbers on large ones.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise.h>

static ew_graph *graph_of(const char *text)
{
    ew_error err;
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) fail_msg("%s", err.message);
    return g;
}

static ew_paths *paths_of(ew_graph *g, const char *from, const char *to, const double *partials, size_t most)
{
    ew_error err;
    ew_paths *p = ew_paths_new(g, ew_find(g, from), ew_find(g, to), partials, most, &err);
    if (!p) fail_msg("%s", err.message);
    return p;
}

static char *ladder(size_t diamonds)
{
    char *s = malloc(diamonds * 90 + 50);
    size_t used = (size_t)sprintf(s, "input x\ny0 = x\n");
    for (size_t i = 1; i <= diamonds; i++)
        used += (size_t)sprintf(s + used, "a%zu = sin(y%zu)\nb%zu = cos(y%zu)\ny%zu = a%zu + b%zu\n", i, i - 1, i, i - 1, i, i, i);
    return s;
}

static void test_ladders(void **state)
{
    (void)state;
    char *s = ladder(200);
    ew_graph *g = graph_of(s);
    ew_paths *p = paths_of(g, "x", "y200", NULL, 3);
    assert_string_equal(ew_paths_count(p), "1606938044258990275541962092341162602522202993782792835301376");
    assert_true(fabs(ew_paths_log10(p) - 200 * log10(2)) < 1e-10);
    assert_int_equal(ew_paths_listed(p), 3);
    assert_int_equal(ew_path_length(p, 0), 401);
    assert_int_equal(ew_paths_waists(p, NULL, 0), 202);
    ew_paths_free(p);
    ew_graph_free(g);
    free(s);
    s = ladder(40000);
    g = graph_of(s);
    p = paths_of(g, "x", "y40000", NULL, 1);
    assert_string_equal(ew_paths_count(p), "");
    assert_true(fabs(ew_paths_log10(p) - 40000 * log10(2)) < 1e-6);
    ew_paths_free(p);
    ew_graph_free(g);
    free(s);
}

static void test_digits(void **state)
{
    (void)state;
    char *s = ladder(33216); /* 2^33216 has 10,000 digits, 2^33220 has 10,001 */
    ew_graph *g = graph_of(s);
    ew_paths *p = paths_of(g, "x", "y33216", NULL, 0);
    assert_int_equal(strlen(ew_paths_count(p)), 10000);
    ew_paths_free(p);
    ew_graph_free(g);
    free(s);
    s = ladder(33220);
    g = graph_of(s);
    p = paths_of(g, "x", "y33220", NULL, 0);
    assert_string_equal(ew_paths_count(p), "");
    ew_paths_free(p);
    ew_graph_free(g);
    free(s);
}

/* X → Y → Z with three parallel edges each: nine paths, one waist between. */
static void test_waist(void **state)
{
    (void)state;
    ew_graph *g = graph_of("input X = 1\nalpha = 2; beta = 3; gamma = 4; delta = 5; eps = 6; zeta = 7\n"
                           "Y = max(alpha * X + beta * X + gamma * X, 0 * X)\nZ = delta * Y + eps * Y + zeta * Y");
    ew_paths *p = paths_of(g, "Y", "Z", NULL, 100);
    assert_string_equal(ew_paths_count(p), "3");
    ew_paths_free(p);
    p = paths_of(g, "X", "Z", NULL, 100);
    ew_node nodes[8];
    assert_string_equal(ew_paths_count(p), "12");
    assert_int_equal(ew_paths_listed(p), 12);
    assert_int_equal(ew_paths_waists(p, nodes, 8), 3);
    assert_true(nodes[0] == ew_find(g, "X") && nodes[1] == ew_find(g, "Y") && nodes[2] == ew_find(g, "Z"));
    ew_paths_free(p);
    p = paths_of(g, "Z", "X", NULL, 100);
    assert_string_equal(ew_paths_count(p), "0");
    assert_true(ew_paths_log10(p) == -HUGE_VAL);
    assert_int_equal(ew_paths_listed(p), 0);
    ew_paths_free(p);
    p = paths_of(g, "Z", "Z", NULL, 100);
    assert_string_equal(ew_paths_count(p), "1");
    assert_int_equal(ew_path_length(p, 0), 0);
    assert_true(ew_path_product(p, 0) == 1);
    ew_paths_free(p);
    ew_graph_free(g);
}

/* ---- Against recursion on random graphs -------------------------------------------------------- */

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

typedef struct brute {
    ew_graph *g;
    size_t edges;
    const double *partials;
    ew_node to;
    double products[5000];
    size_t count;
    unsigned seen[200]; /* how many paths a node lies on */
    ew_node way[50];
    size_t depth;
} brute;

static double times(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

static void walk(brute *b, ew_node at, double product)
{
    b->way[b->depth++] = at;
    if (at == b->to) {
        for (size_t i = 0; i < b->depth; i++) b->seen[ew_node_index(b->g, b->way[i])]++;
        b->products[b->count++] = product;
        assert_true(b->count < 5000);
    } else {
        for (size_t i = 0; i < b->edges; i++) {
            ew_edge e = ew_edge_at(b->g, i);
            if (e.from == at) walk(b, e.to, times(product, b->partials[i]));
        }
    }
    b->depth--;
}

static double rank(double x)
{
    return isnan(x) ? -1 : fabs(x);
}

static int largest_first(const void *a, const void *b)
{
    double x = rank(*(const double *)a), y = rank(*(const double *)b);
    return x > y ? -1 : x < y;
}

static void random_graph(uint32_t number)
{
    static const double odd[] = {0, -1, 2, 0.5, 3, -0.25, INFINITY, NAN, 1, 7};
    char text[3000] = "input x\n";
    double partials[400];
    ew_error err;
    static brute b;
    seed = number * 7919u + 1;
    uint32_t n = 3 + draw(7);
    for (uint32_t i = 0; i < n; i++) {
        char a[8] = "x", c[8] = "x";
        if (i && draw(5)) sprintf(a, "y%u", draw(i));
        if (i && draw(5)) sprintf(c, "y%u", draw(i));
        sprintf(text + strlen(text), "y%u = %s * %s\n", i, a, c);
    }
    ew_graph *g = graph_of(text);
    memset(&b, 0, sizeof b);
    b.g = g;
    b.edges = ew_edge_count(g, &err);
    b.to = ew_output_at(g, 0);
    b.partials = partials;
    for (size_t i = 0; i < b.edges; i++) partials[i] = odd[draw(number % 2 ? 6 : 10)];
    walk(&b, ew_find(g, "x"), 1);
    ew_paths *p = ew_paths_new(g, ew_find(g, "x"), b.to, partials, 10000, &err);
    char count[32];
    sprintf(count, "%zu", b.count);
    assert_string_equal(ew_paths_count(p), count);
    assert_int_equal(ew_paths_listed(p), b.count);
    for (size_t i = 0; i < b.count; i++) /* all fit: in the order of the recursion */
        if (rank(ew_path_product(p, i)) != rank(b.products[i]))
            fail_msg("graph %u, path %zu: %g, by recursion %g", number, i, ew_path_product(p, i), b.products[i]);
    qsort(b.products, b.count, sizeof(double), largest_first);
    for (size_t most = 1; most < b.count; most = most * 3 + 1) {
        ew_paths *few = ew_paths_new(g, ew_find(g, "x"), b.to, partials, most, &err);
        assert_int_equal(ew_paths_listed(few), most);
        for (size_t i = 0; i < most; i++)
            if (rank(ew_path_product(few, i)) != rank(b.products[i]))
                fail_msg("graph %u, largest %zu: %g, by recursion %g", number, i, ew_path_product(few, i), b.products[i]);
        ew_paths_free(few);
    }
    size_t waists = 0;
    for (size_t i = 0; i < ew_node_count(g); i++) waists += b.count && b.seen[i] == b.count;
    assert_int_equal(ew_paths_waists(p, NULL, 0), waists);
    ew_paths_free(p);
    ew_graph_free(g);
}

static void test_random(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 400; i++) random_graph(i);
}

/* The sum of the products is the derivative, and the order without numbers is that of the text. */
static void test_example(void **state)
{
    (void)state;
    ew_graph *g = graph_of("e = (a + b) * (b + 1)");
    const double partials[] = {1, 1, 1, 2, 3};
    ew_paths *p = paths_of(g, "b", "e", partials, 20);
    assert_int_equal(ew_paths_listed(p), 2);
    assert_true(ew_path_product(p, 0) == 2 && ew_path_product(p, 1) == 3);
    ew_paths_free(p);
    p = paths_of(g, "b", "e", partials, 1);
    assert_true(ew_path_product(p, 0) == 3);
    ew_paths_free(p);
    p = paths_of(g, "b", "e", NULL, 20);
    assert_true(ew_edge_at(g, ew_path_edge(p, 0, 0)).to == ew_find(g, "c"));
    assert_true(ew_edge_at(g, ew_path_edge(p, 1, 0)).to == ew_find(g, "d"));
    ew_paths_free(p);
    ew_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladders), cmocka_unit_test(test_digits),  cmocka_unit_test(test_waist),
        cmocka_unit_test(test_random),  cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
