/*
 * test_edges.c - section 2 of the language: what is a node, what it is called, and what is an edge. Each row is a
 * program, the nodes that a person sees with their names, and the edges between them in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edgewise.h"

typedef struct row {
    const char *program, *nodes, *edges;
} row;

static const row rows[] = {
    {"e = (a + b) * (b + 1)", "a b c d e", "a>c b>c b>d c>e d>e"},
    /* a name makes a node of its own */
    {"y = x", "x y", "x>y"},
    {"h = 0.1", "h", ""},
    {"h = 0.1; y = h * x", "x h y", "h>y x>y"},
    {"y = x; z = y; w = z", "x y z w", "x>y y>z z>w"},
    /* equal unnamed parts are one node: same operation, same arguments in the same order */
    {"y = (a + b) * (a + b)", "a b c y", "a>c b>c c>y c>y"},
    {"y = (a + b) * (b + a)", "a b c d y", "a>c b>c b>d a>d c>y d>y"},
    {"c = a + b; y = (a + b) * c", "a b c d y", "a>c b>c a>d b>d d>y c>y"},
    /* constants are no nodes, and operations on them are folded */
    {"y = b + 1", "b y", "b>y"},
    {"y = 2 * x + sin(0.5) * 3", "x c y", "x>c c>y"},
    {"y = x ^ 2 - pi / 4", "x c y", "x>c c>y"},
    /* inner before outer, left before right; letters from c on that the text has not, in the order of the text */
    {"y = sin(a * b) + (c - d)", "a b c d e f g y", "a>e b>e e>f c>g d>g f>y g>y"},
    {"y = z * 2; z = (a + 1) * (a + 2)", "a c d z y", "a>c a>d c>z d>z z>y"},
    {"(a + b) * 2", "a b c d", "a>c b>c c>d"},
    /* two edges */
    {"y = b * b", "b y", "b>y b>y"},
    {"y = max(a, a, b)", "a b y", "a>y a>y b>y"},
    /* comparisons, logic, conditions use nodes but are no edges */
    {"y = a < b", "a b y", ""},
    {"y = (a < b) * x", "a b x c y", "x>y"},
    {"y = if a < b and not a == 1 then x else z", "a b x z c d e f y", "x>y z>y"},
    {"input n : int; input x; y = n * x", "n x y", "x>y"},
    {"y = if training then x else 2 * x", "x c y", "x>c x>y c>y"},
    /* floor, sign and their kin have edges of derivative 0 */
    {"y = floor(x) + sign(x)", "x c d y", "x>c x>d c>y d>y"},
    /* stop has one too */
    {"y = x * stop(x)", "x c y", "x>c x>y c>y"},
    /* nor is a number over more axes than it has; a name for one is */
    {"x[i, 0] = a[i]; x[i in 3, 1] = 0.5; y = x[2, 1]", "a x y", "a>x x>y"},
    {"h = 0.5; x[i, 0] = a[i]; x[i in 3, 1] = h; y = x[2, 1]", "a h x y", "a>x h>x x>y"},
    {"x[0] = 1; x[t+1] = x[t] + [a[t], 0.5][1]; y = x[3]", "a c x y", "a>c x>x c>x x>y"},
    /* the rows of an array literal are parts of it */
    {"input t[2]; y[k] = sum(i, j: [[t[k], -t[k]], [2, t[k]]][i, j])", "t c y", "t>c t>c t>c c>y"},
    /* what a circle with an order inside computes uses what stands in its equation */
    {"input x[2, 2]; n[i, j] = n[i-1, j else x[0, 0]] + n[i, j-1 else 2] * x[i, j]; y = n[1, 1]", "x f g c d e n y",
     "n>c x>c n>d d>e x>e c>n e>n n>y"},
    {"h[0, t] = a[t]; z[l, t in 2] = tanh(h[l, t] + w * z[l, t-1 else 0]); h[l+1, t] = h[l, t] * z[l, t] * b[l]; "
     "y = h[2, 1]",
     "a w b f g i c d e h z y", "h>f z>f z>c w>d c>d h>e d>e a>h f>h b>h e>z h>y"},
    /* a parameter is a named node at each call; local equations are nodes */
    {"f(u) = v * v where (v = sin(u)); y = f(a)", "a u v y", "a>u u>v v>y v>y"},
    {"f(u) = u * u; y = f(a) + f(b)", "a b u c u_2 d y", "a>u u>c u>c b>u_2 u_2>d u_2>d c>y d>y"},
    /* ranges and index expressions are no edges */
    {"input k[N] : int; input E[V]; y[n] = E[k[n]] * 2", "k E y", "E>y"},
    {"input n : int = 3; input x[N]; y = sum(i in 0..n-1: x[i])", "n x y", "x>y"},
    {"input k[N] : int; input x[N]; y[i] = if k[i] > 2 then x[i] else 0", "k x c y", "x>y"},
};

static void add(char *to, size_t size, const char *word)
{
    snprintf(to + strlen(to), size - strlen(to), "%s%s", *to ? " " : "", word);
}

static const char *name(const ew_graph *g, ew_node n)
{
    const char *s = ew_node_name(g, n);
    return s ? s : "?";
}

static int differs(const row *r)
{
    char nodes[300] = "", edges[300] = "", one[80];
    ew_error err;
    ew_graph *g = ew_parse(r->program, EW_WHOLE, NULL, &err);
    if (!g) fail_msg("%s: %s", r->program, err.message);
    for (size_t i = 0; i < ew_node_count(g); i++) add(nodes, sizeof nodes, name(g, ew_node_at(g, i)));
    for (size_t i = 0; i < ew_edge_count(g, &err); i++) {
        ew_edge e = ew_edge_at(g, i);
        snprintf(one, sizeof one, "%s>%s", name(g, e.from), name(g, e.to));
        add(edges, sizeof edges, one);
    }
    ew_graph_free(g);
    if (strcmp(nodes, r->nodes) == 0 && strcmp(edges, r->edges) == 0) return 0;
    print_error("%s\n  nodes %s\n  not   %s\n  edges %s\n  not   %s\n", r->program, nodes, r->nodes, edges, r->edges);
    return 1;
}

static void test_rows(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) failures += differs(&rows[i]);
    assert_int_equal(failures, 0);
}

/* The derivatives on edges that are constants: 1 of a name, 0 of what is flat or held. */
static void test_partials(void **state)
{
    (void)state;
    static const struct {
        const char *program;
        size_t edge;
        double partial;
    } due[] = {
        {"y = x", 0, 1}, {"y = stop(x)", 0, 0}, {"y = div(x, 2)", 0, 0}, {"y = x - 3", 0, 1}, {"y = 3 - x", 0, -1}};
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        ew_error err;
        double value = 9;
        ew_graph *g = ew_parse(due[i].program, EW_WHOLE, NULL, &err);
        assert_non_null(g);
        assert_int_equal(ew_edge_count(g, &err), 1);
        if (!ew_node_is_constant(g, ew_edge_at(g, due[i].edge).partial, &value) || value != due[i].partial)
            fail_msg("%s: %g, not %g", due[i].program, value, due[i].partial);
        ew_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_partials)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
