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
        used += (size_t)sprintf(s + used, "a%zu = sin(y%zu)\nb%zu = cos(y%zu)\ny%zu = a%zu + b%zu\n", i, i - 1, i,
                                i - 1, i, i, i);
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
    size_t paths[5000][50], lengths[5000]; /* edges */
    size_t order[5000];                    /* the paths, largest first */
    size_t count;
    unsigned seen[200]; /* how many paths a node lies on */
    ew_node way[50];
    size_t edge[50]; /* by which `way` was come */
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
        b->lengths[b->count] = b->depth - 1;
        memcpy(b->paths[b->count], b->edge + 1, (b->depth - 1) * sizeof *b->edge);
        b->products[b->count++] = product;
        assert_true(b->count < 5000);
    } else {
        for (size_t i = 0; i < b->edges; i++) {
            ew_edge e = ew_edge_at(b->g, i);
            if (e.from != at) continue;
            b->edge[b->depth] = i;
            walk(b, e.to, times(product, b->partials[i]));
        }
    }
    b->depth--;
}

static double rank(double x)
{
    return isnan(x) ? -1 : fabs(x);
}

static const double *order_products;

/* Equal ones in the order of the text, which is that of the recursion. */
static int largest_first(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    double x = rank(order_products[i]), y = rank(order_products[k]);
    return x > y ? -1 : x < y ? 1 : i < k ? -1 : i > k;
}

static void brute_order(brute *b)
{
    for (size_t i = 0; i < b->count; i++) b->order[i] = i;
    order_products = b->products;
    qsort(b->order, b->count, sizeof *b->order, largest_first);
}

/* Path i of p is path k of the recursion, edge by edge. */
static void same_path(const ew_paths *p, size_t i, const brute *b, size_t k)
{
    double x = ew_path_product(p, i), y = b->products[k];
    if (!(x == y || (isnan(x) && isnan(y)))) fail_msg("path %zu: %g, by recursion %g", i, x, y);
    assert_int_equal(ew_path_length(p, i), b->lengths[k]);
    for (size_t e = 0; e < b->lengths[k]; e++) assert_int_equal(ew_path_edge(p, i, e), b->paths[k][e]);
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
    for (size_t i = 0; i < b.count; i++) same_path(p, i, &b, i); /* all fit: in the order of the text */
    brute_order(&b);
    for (size_t most = 1; most < b.count; most += most < 8 ? 1 : most) {
        ew_paths *few = ew_paths_new(g, ew_find(g, "x"), b.to, partials, most, &err);
        assert_int_equal(ew_paths_listed(few), most);
        for (size_t i = 0; i < most; i++) same_path(few, i, &b, b.order[i]);
        ew_paths_free(few);
        few = ew_paths_new(g, ew_find(g, "x"), b.to, NULL, most, &err);
        assert_int_equal(ew_paths_listed(few), most);
        for (size_t e = 0; e < b.lengths[most - 1]; e++)
            assert_int_equal(ew_path_edge(few, most - 1, e), b.paths[most - 1][e]);
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

/* The products of all paths add up to what a sweep finds, at values of functions of many kinds. */
static void test_sums(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = graph_of("input x = 0.7\nu = sin(x) * x\nv = exp(u) / (1 + x^2)\nw = hypot(u, v) - tanh(v * x)\n"
                           "y = w * w + log(v) * u + max(u, v, w)");
    ew_node x = ew_find(g, "x"), y = ew_find(g, "y"), nodes[100];
    size_t edges = ew_edge_count(g, &err);
    double in[] = {0.7}, out[100];
    for (size_t i = 0; i < edges; i++) nodes[i] = ew_edge_at(g, i).partial;
    nodes[edges] = ew_diff(g, y, x, EW_FORWARD, &err);
    ew_program *run = ew_prepare_nodes(g, nodes, edges + 1, &err);
    assert_non_null(run);
    assert_int_equal(ew_run(run, NULL, in, out), EW_OK);
    ew_paths *p = ew_paths_new(g, x, y, out, 1000, &err);
    double sum = 0;
    assert_true(ew_paths_listed(p) > 30 && ew_paths_listed(p) < 1000);
    for (size_t i = 0; i < ew_paths_listed(p); i++) sum += ew_path_product(p, i);
    if (fabs(sum - out[edges]) > 1e-13 * fabs(sum)) fail_msg("sum of paths %g, sweep %g", sum, out[edges]);
    ew_paths_free(p);
    ew_free(run);
    ew_graph_free(g);
}

/* A partial for each edge of a ladder: into a and b of a diamond, and from them on. */
static double *ladder_partials(ew_graph *g, double to_a, double to_b, double from_a, double from_b)
{
    ew_error err;
    size_t edges = ew_edge_count(g, &err);
    double *partials = malloc(edges * sizeof *partials);
    for (size_t i = 0; i < edges; i++) {
        char to = *ew_node_name(g, ew_edge_at(g, i).to), from = *ew_node_name(g, ew_edge_at(g, i).from);
        partials[i] = to == 'a' ? to_a : to == 'b' ? to_b : from == 'a' ? from_a : from == 'b' ? from_b : 1;
    }
    return partials;
}

/* 2^200 products that are equal but for rounding: the first in the order of the text are listed, and
 * the search ends. */
static void test_equal_products(void **state)
{
    (void)state;
    char *s = ladder(200);
    ew_graph *g = graph_of(s);
    double *partials = ladder_partials(g, 0.1, 0.3, 0.3, 0.1);
    ew_paths *p = paths_of(g, "x", "y200", partials, 20), *q = paths_of(g, "x", "y200", NULL, 20);
    double most = 0, least = INFINITY;
    assert_int_equal(ew_paths_listed(p), 20);
    size_t found = 0;
    for (size_t i = 0; i < 20; i++) {
        most = fmax(most, ew_path_product(p, i));
        least = fmin(least, ew_path_product(p, i));
        for (size_t k = 0; k < 20; k++) { /* rounding may order the twenty among themselves */
            size_t e = 0;
            while (e < 401 && ew_path_edge(p, i, e) == ew_path_edge(q, k, e)) e++;
            found += e == 401;
        }
    }
    assert_int_equal(found, 20);
    assert_true(least > 0 && most <= least * (1 + 1e-12));
    ew_paths_free(p);
    ew_paths_free(q);
    free(partials);
    ew_graph_free(g);
    free(s);
}

/* Products past the ends of a double: the order is that of the true ones, and what comes back into
 * range is right. */
static void test_range(void **state)
{
    (void)state;
    char *s = ladder(400);
    ew_graph *g = graph_of(s);
    double *partials = ladder_partials(g, 1e-9, 1e-8, 1e9, 5e7);
    ew_paths *p = paths_of(g, "x", "y400", partials, 3);
    assert_true(fabs(ew_path_product(p, 0) - 1) < 1e-12);
    assert_true(fabs(ew_path_product(p, 1) - 0.5) < 1e-12);
    ew_paths_free(p);
    free(partials);
    partials = ladder_partials(g, 1e-9, 1e-8, 1, 1);
    p = paths_of(g, "x", "y400", partials, 1);
    assert_true(ew_path_product(p, 0) == 0);
    for (size_t k = 1; k + 2 <= ew_path_length(p, 0); k += 2)
        assert_true(*ew_node_name(g, ew_edge_at(g, ew_path_edge(p, 0, k)).to) == 'b');
    ew_paths_free(p);
    free(partials);
    ew_graph_free(g);
    free(s);
}

/* A node named after the rest was finished makes what it uses seen, so that paths lead through it. */
static void test_unseen(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_graph_new(NULL);
    ew_node x = ew_input(g, "x"), a = ew_name(g, "a", ew_op(g, "sin", &x, 1));
    ew_finish(g);
    ew_node u = ew_op(g, "cos", &a, 1), z = ew_name(g, "z", ew_op(g, "exp", &u, 1));
    ew_paths *p = ew_paths_new(g, x, z, NULL, 20, &err);
    assert_non_null(p);
    assert_string_equal(ew_paths_count(p), "1");
    assert_int_equal(ew_path_length(p, 0), 3);
    ew_paths_free(p);
    assert_null(ew_paths_new(g, x, 12345678, NULL, 20, &err));
    assert_string_equal(err.code, "E063");
    assert_null(ew_paths_new(g, EW_NONE, z, NULL, 20, NULL));
    ew_graph_free(g);
}

/* ---- Memory that is refused -------------------------------------------------------------------- */

typedef struct allowance {
    size_t left, used;
} allowance;

static void *allow(void *context, void *pointer, size_t old_size, size_t new_size)
{
    allowance *a = context;
    if (new_size > old_size && a->left-- == 0) {
        a->left = 0; /* and from here on */
        return NULL;
    }
    void *p = NULL;
    if (new_size)
        p = realloc(pointer, new_size);
    else
        free(pointer);
    a->used += new_size - old_size;
    return p;
}

/* Refuses the n-th allocation and all later ones; returns whether there was an n-th. */
static int refused_at(ew_graph *g, allowance *a, const double *partials, size_t most, size_t n)
{
    ew_error err;
    size_t used = a->used;
    a->left = n;
    ew_paths *p = ew_paths_new(g, ew_find(g, "x"), ew_find(g, "y6"), partials, most, &err);
    a->left = SIZE_MAX;
    if (p) {
        assert_int_equal(err.status, EW_OK);
        assert_string_equal(ew_paths_count(p), "64");
    } else {
        assert_int_equal(err.status, EW_LIMIT);
        assert_string_equal(err.code, "E080");
    }
    ew_paths_free(p);
    assert_int_equal(a->used, used);
    assert_int_equal(ew_graph_error(g, NULL), EW_OK);
    return p == NULL;
}

static void test_refused(void **state)
{
    (void)state;
    char *s = ladder(6);
    allowance a = {SIZE_MAX, 0};
    ew_error err;
    ew_options options = {.resize = allow, .context = &a};
    ew_graph *g = ew_parse(s, EW_WHOLE, &options, &err);
    double *partials = ladder_partials(g, 2, 3, 5, 7);
    const size_t most[] = {0, 1, 10, 30, 64};
    for (size_t k = 0; k < 5; k++)
        for (int numbers = 0; numbers < 2; numbers++) {
            size_t n = 0;
            while (refused_at(g, &a, numbers ? partials : NULL, most[k], n)) n++;
            assert_true(n > 10);
        }
    ew_graph_free(g);
    assert_int_equal(a.used, 0);
    free(partials);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladders),        cmocka_unit_test(test_digits),  cmocka_unit_test(test_waist),
        cmocka_unit_test(test_random),         cmocka_unit_test(test_example), cmocka_unit_test(test_sums),
        cmocka_unit_test(test_equal_products), cmocka_unit_test(test_range),   cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
