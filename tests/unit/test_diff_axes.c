/*
 * test_diff_axes.c - derivatives of graphs with axes: forward, reverse and differences agree, in first and second
 * order, for each kind of node, for recurrences and for random graphs; kinks and zeros as section 8 says; and
 * what the derivative's graph must not contain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise.h>

#include "diff/diff.h"
#include "graph/axes.h"
#include "reference/evaluate.h"

/* ---- Building --------------------------------------------------------------------------------- */

static ew_graph *g;
static double in[4096];
static size_t in_count;

static void begin(void)
{
    g = graph_new(NULL, NULL);
    in_count = 0;
    assert_non_null(g);
}

static void end(void)
{
    ew_graph_free(g);
}

static uint16_t shape(size_t rank, int64_t a, int64_t b, int64_t c)
{
    int64_t sizes[3] = {a, b, c};
    return graph_shape_of(g, sizes, rank);
}

static size_t elements(ew_node n)
{
    size_t count = 0;
    assert_true(shape_elements(g, node_at(g, n)->shape, &count));
    return count;
}

static double wave(size_t i)
{
    return 0.3 + 0.9 * sin(1.7 * (double)i + 0.4);
}

static ew_node input(const char *name, uint16_t s)
{
    ew_node n = graph_add_input(g, graph_intern(g, name, strlen(name)), false, TYPE_F64, s, NO_PLACE);
    size_t count = elements(n);
    for (size_t i = 0; i < count; i++) in[in_count] = wave(in_count), in_count++;
    return n;
}

/* A plain map: axis k of the array is axis list[k] - '0'. */
static uint16_t plain(const char *list)
{
    uint16_t axis[8];
    size_t rank = strlen(list);
    for (size_t i = 0; i < rank; i++) axis[i] = (uint16_t)(list[i] - '0');
    return graph_map_plain(g, axis, rank);
}

static ew_node op1(op o, uint16_t s, ew_node x, const char *mx)
{
    uint16_t map = plain(mx);
    return graph_each(g, o, &x, &map, 1, s);
}

static ew_node op2(op o, uint16_t s, ew_node x, const char *mx, ew_node y, const char *my)
{
    ew_node args[2] = {x, y};
    uint16_t maps[2] = {plain(mx), plain(my)};
    return graph_each(g, o, args, maps, 2, s);
}

static ew_node op3(op o, uint16_t s, ew_node x, const char *mx, ew_node y, const char *my, ew_node w, const char *mw)
{
    ew_node args[3] = {x, y, w};
    uint16_t maps[3] = {plain(mx), plain(my), plain(mw)};
    return graph_each(g, o, args, maps, 3, s);
}

static ew_node reduce(op o, ew_node x, const char *mx, uint16_t own, uint16_t domain)
{
    return graph_reduce(g, o, x, plain(mx), own, domain);
}

static map_draft affine(int64_t offset, int axis, int64_t factor, int axis2, int64_t factor2)
{
    map_draft d = {.offset = offset};
    if (axis >= 0) d.axis[d.terms] = (uint16_t)axis, d.factor[d.terms++] = factor;
    if (axis2 >= 0) d.axis[d.terms] = (uint16_t)axis2, d.factor[d.terms++] = factor2;
    return d;
}

static ew_node at1(ew_node x, uint16_t s, uint8_t flags, map_draft a)
{
    return graph_at(g, x, graph_map_of(g, &a, 1), s, flags);
}

static ew_node at2(ew_node x, uint16_t s, uint8_t flags, map_draft a, map_draft b)
{
    map_draft d[2] = {a, b};
    return graph_at(g, x, graph_map_of(g, d, 2), s, flags);
}

static ew_node gather(ew_node x, ew_node index, uint16_t s, uint8_t flags)
{
    ew_node args[2] = {x, index};
    map_draft d = {.gather = 1};
    uint16_t maps[2] = {graph_map_of(g, &d, 1), 0};
    node_spec spec = {
        .op = OP_AT, .args = args, .maps = maps, .count = 2, .shape = s, .flags = flags, .place = NO_PLACE};
    return graph_make(g, &spec);
}

/* ---- Comparing -------------------------------------------------------------------------------- */

static double *value(ew_node n)
{
    double *out = calloc(elements(n) + 1, sizeof *out);
    assert_true(n != EW_NONE);
    if (!reference_run(g, in, n, out)) {
        reference r;
        reference_begin(&r, g, in);
        int64_t place[AXES_MOST] = {0};
        reference_at(&r, n, place);
        print_error("%s\n", r.fault);
        reference_end(&r);
        fail();
    }
    return out;
}

static size_t input_offset(ew_node x)
{
    size_t at = 0;
    for (size_t i = 0; i < g->inputs.count; i++) {
        if (g->inputs.at[i].node == x) return at;
        at += elements(g->inputs.at[i].node);
    }
    fail();
    return 0;
}

static void close_to(const double *a, const double *b, size_t count, double tolerance, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        if ((isnan(a[i]) && isnan(b[i])) || a[i] == b[i]) continue;
        if (fabs(a[i] - b[i]) <= tolerance * (1 + fabs(a[i]) + fabs(b[i]))) continue;
        print_error("%s: element %zu is %.17g, should be %.17g\n", what, i, a[i], b[i]);
        fail();
    }
}

/* The Jacobian of y by input x, by central differences. */
static double *differences(ew_node y, ew_node x)
{
    size_t rows = elements(y), columns = elements(x), at = input_offset(x);
    double *j = calloc(rows * columns + 1, sizeof *j);
    for (size_t c = 0; c < columns; c++) {
        double old = in[at + c], step = 1e-5;
        in[at + c] = old + step;
        double *up = value(y);
        in[at + c] = old - step;
        double *down = value(y);
        in[at + c] = old;
        for (size_t r = 0; r < rows; r++) j[r * columns + c] = (up[r] - down[r]) / (2 * step);
        free(up);
        free(down);
    }
    return j;
}

static void same_derivatives(ew_node y, ew_node x, ew_node *reverse)
{
    ew_node f = diff_node(g, y, x, EW_FORWARD), r = diff_node(g, y, x, EW_REVERSE);
    assert_true(f != EW_NONE && r != EW_NONE);
    size_t count = elements(y) * elements(x);
    double *want = differences(y, x);
    double *a = value(r), *b = value(f);
    if (node_at(g, r)->shape || count == 1) assert_int_equal(elements(r), count);
    close_to(a, want, count, 1e-6, "reverse");
    close_to(b, want, count, 1e-6, "forward");
    close_to(a, b, count, 1e-10, "forward against reverse");
    free(a);
    free(b);
    free(want);
    *reverse = r;
}

/* First and second derivatives. */
static void check(ew_node y, ew_node x)
{
    ew_node first, second;
    same_derivatives(y, x, &first);
    same_derivatives(first, x, &second);
}

/* ---- Kinds of nodes ---------------------------------------------------------------------------- */

static void test_pointwise(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 4, 0, 0), nk = shape(2, 4, 3, 0);
    ew_node x = input("x", n), w = input("w", nk), s = input("s", 0);
    check(op1(OP_SIN, n, x, "0"), x);
    check(op1(OP_EXP, shape(2, 3, 4, 0), w, "10"), w);
    ew_node p = op2(OP_MUL, nk, x, "0", w, "01");
    check(p, x);
    check(p, w);
    ew_node q = op2(OP_DIV, nk, op1(OP_TANH, nk, p, "01"), "01", s, "");
    check(q, s);
    check(q, x);
    check(op2(OP_MAX, nk, x, "0", w, "01"), x);
    check(op3(OP_IF, nk, op2(OP_LT, nk, x, "0", w, "01"), "01", p, "01", s, ""), s);
    check(op3(OP_IF, nk, op2(OP_LT, nk, x, "0", w, "01"), "01", p, "01", s, ""), x);
    check(op2(OP_POW, nk, op1(OP_EXP, n, x, "0"), "0", w, "01"), w);
    end();
}

static void test_sums(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 4, 0, 0), nk = shape(2, 4, 3, 0), k = shape(1, 3, 0, 0);
    ew_node x = input("x", nk), w = input("w", nk), b = input("b", k);
    uint16_t nkm = shape(3, 4, 4, 3);
    ew_node product = op2(OP_MUL, nkm, x, "02", w, "12"); /* x · wᵀ */
    ew_node y = reduce(OP_SUM, product, "012", shape(2, 4, 4, 0), nkm);
    check(y, x);
    check(y, w);
    ew_node z = op1(OP_TANH, nk, op2(OP_ADD, nk, x, "01", b, "1"), "01");
    ew_node loss = reduce(OP_SUM, op2(OP_MUL, nk, z, "01", z, "01"), "01", 0, nk);
    check(loss, b);
    check(loss, x);
    check(reduce(OP_SUM, b, "1", n, nk), b);                /* the body lacks the sum's own axis */
    check(reduce(OP_SUM, b, "0", k, shape(2, 3, 5, 0)), b); /* and the reduced one */
    end();
}

static void test_reductions(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 4, 0, 0), nk = shape(2, 4, 3, 0), none = 0;
    ew_node x = input("x", nk), v = input("v", shape(1, 20, 0, 0));
    op ops[] = {OP_PROD, OP_LEAST, OP_GREATEST, OP_LOGSUMEXP};
    for (size_t i = 0; i < 4; i++) {
        check(reduce(ops[i], op1(OP_SIN, nk, x, "01"), "01", n, nk), x);
        check(reduce(ops[i], op1(OP_SIN, nk, x, "01"), "01", none, nk), x);
        check(reduce(ops[i], x, "10", shape(1, 3, 0, 0), shape(2, 3, 4, 0)), x);
    }
    ew_node product = reduce(OP_PROD, v, "0", 0, shape(1, 20, 0, 0)), first; /* by recurrences */
    for (size_t i = 0; i < 20; i++) in[input_offset(v) + i] += 1.5;
    same_derivatives(product, v, &first);
    same_derivatives(first, v, &first);
    end();
}

static void test_access(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 6, 0, 0), nn = shape(2, 6, 6, 0);
    ew_node x = input("x", n), m = input("m", nn);
    ew_node s = op1(OP_SIN, n, x, "0"), q = op1(OP_SIN, nn, m, "01");
    check(at1(s, n, NODE_ZERO, affine(-1, 0, 1, -1, 0)), x);
    check(at1(s, n, 0, affine(5, 0, -1, -1, 0)), x);
    check(at1(s, 0, 0, affine(2, -1, 0, -1, 0)), x);
    check(at1(s, shape(1, 3, 0, 0), 0, affine(1, 0, 2, -1, 0)), x);
    check(at1(s, shape(2, 4, 3, 0), 0, affine(0, 0, 1, 1, 1)), x);
    check(at1(s, shape(2, 2, 2, 0), 0, affine(0, 0, 2, 1, 1)), x);
    check(at2(q, n, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)), m);
    check(at2(q, n, 0, affine(3, -1, 0, -1, 0), affine(0, 0, 1, -1, 0)), m);
    check(at2(q, shape(2, 3, 3, 0), 0, affine(0, 0, 1, 1, 1), affine(0, 1, 1, -1, 0)), m);
    ew_node index =
        op2(OP_MOD, n, op2(OP_MUL, n, graph_index(g, 6, 1), "0", graph_whole(g, 2), ""), "0", graph_whole(g, 5), "");
    check(gather(s, index, n, 0), x);
    ew_node far = op2(OP_SUB, n, index, "0", graph_whole(g, 2), "");
    check(gather(s, far, n, NODE_ZERO), x);
    end();
}

static void test_convolution(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 7, 0, 0), k = shape(1, 3, 0, 0), rp = shape(2, 5, 3, 0);
    ew_node x = input("x", n), w = input("w", k);
    ew_node seen = at1(x, rp, 0, affine(0, 0, 1, 1, 1));
    ew_node y = reduce(OP_SUM, op2(OP_MUL, rp, seen, "01", w, "1"), "01", shape(1, 5, 0, 0), rp);
    ew_node z = op1(OP_TANH, shape(1, 5, 0, 0), y, "0");
    check(z, x);
    check(z, w);
    end();
}

static void test_join_and_scatter(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 5, 0, 0);
    ew_node x = input("x", n), s = input("s", 0);
    ew_node args[3] = {op1(OP_SIN, 0, s, ""),
                       op1(OP_EXP, shape(1, 3, 0, 0), at1(x, shape(1, 3, 0, 0), 0, affine(1, 0, 1, -1, 0)), "0"),
                       graph_real(g, 2.5)};
    map_draft d[3] = {affine(0, -1, 0, -1, 0), affine(4, 0, -1, -1, 0), affine(1, -1, 0, -1, 0)};
    uint16_t maps[3];
    for (size_t i = 0; i < 3; i++) maps[i] = graph_map_of(g, &d[i], 1);
    node_spec spec = {.op = OP_JOIN, .args = args, .maps = maps, .count = 3, .shape = n, .place = NO_PLACE};
    ew_node j = graph_make(g, &spec), y = op2(OP_MUL, n, j, "0", j, "0");
    check(y, x);
    check(y, s);
    ew_node e = op1(OP_EXP, n, x, "0");
    uint16_t zero = 0;
    map_draft t = affine(0, 0, 2, -1, 0);
    node_spec scatter = {.op = OP_SCATTER,
                         .args = &e,
                         .maps = &zero,
                         .count = 1,
                         .shape = shape(1, 7, 0, 0),
                         .domain = n,
                         .target = graph_map_of(g, &t, 1),
                         .place = NO_PLACE};
    ew_node sc = graph_make(g, &scatter);
    check(op2(OP_MUL, shape(1, 7, 0, 0), sc, "0", sc, "0"), x);
    end();
}

/* ---- Recurrences -------------------------------------------------------------------------------- */

static ew_node join2(ew_node a, const map_draft *da, ew_node b, const map_draft *db, size_t rank, uint16_t s)
{
    ew_node args[2] = {a, b};
    uint16_t maps[2] = {graph_map_of(g, da, rank), graph_map_of(g, db, rank)};
    node_spec spec = {.op = OP_JOIN, .args = args, .maps = maps, .count = 2, .shape = s, .place = NO_PLACE};
    return graph_make(g, &spec);
}

static ew_node loop_of(ew_node state)
{
    return node_state(g, state)->loop;
}

/* first at 0 (or last, where down), step at t + 1 (or t), an array of size n + 1 */
static ew_node parts(ew_node first, ew_node step, int64_t n, bool down)
{
    map_draft zero = affine(down ? n : 0, -1, 0, -1, 0), next = affine(down ? 0 : 1, 0, 1, -1, 0);
    return join2(first, &zero, step, &next, 1, shape(1, n + 1, 0, 0));
}

/* h[0] = h0; h[t+1] = tanh(w·h[t] + x[t]), or the same downward */
static void simple_recurrence(bool down)
{
    int64_t n = 4;
    begin();
    uint16_t s = shape(1, n, 0, 0), more = shape(1, n + 1, 0, 0);
    ew_node x = input("x", s), w = input("w", 0), h0 = input("h0", 0);
    uint32_t r = graph_region_new(g, down, 0, n - 1);
    ew_node h = graph_state_add(g, r, TYPE_F64, more, 0, down ? 0 : 1);
    ew_node before = at1(h, s, 0, affine(down ? 1 : 0, 0, 1, -1, 0));
    ew_node z = op2(OP_ADD, s, op2(OP_MUL, s, before, "0", w, ""), "0", x, "0");
    ew_node d = parts(op1(OP_SIN, 0, h0, ""), op1(OP_TANH, s, z, "0"), n, down);
    assert_true(graph_state_define(g, h, d));
    assert_true(graph_region_close(g, r, EW_NONE, NULL, NULL));
    ew_node y = loop_of(h), by[3] = {x, w, h0};
    ew_node loss = reduce(OP_SUM, op2(OP_MUL, more, y, "0", y, "0"), "0", 0, more);
    ew_node body = reduce(OP_SUM, op2(OP_MUL, s, z, "0", z, "0"), "0", 0, s); /* a body node, whole */
    ew_node last = at1(y, 0, 0, affine(down ? 0 : n, -1, 0, -1, 0));
    for (size_t i = 0; i < 3; i++) {
        check(y, by[i]);
        check(loss, by[i]);
        check(last, by[i]);
        check(body, by[i]);
        check(op2(OP_MUL, 0, loss, "", body, ""), by[i]);
    }
    end();
}

static void test_recurrence(void **state)
{
    (void)state;
    simple_recurrence(false);
    simple_recurrence(true);
}

/* A circle of two in the same step, over a vector: k[t,i] = sin(sum(j: u[i,j] h[t,j])); h[t+1,i] = h[t,i] + c·k[t,i].
 */
static void test_vector_recurrence(void **state)
{
    (void)state;
    begin();
    int64_t n = 3, m = 2;
    uint16_t s = shape(2, n, m, 0), more = shape(2, n + 1, m, 0), body = shape(3, n, m, m);
    ew_node u = input("u", shape(2, m, m, 0)), h0 = input("h0", shape(1, m, 0, 0)), c = input("c", 0);
    uint32_t r = graph_region_new(g, false, 0, n - 1);
    ew_node h = graph_state_add(g, r, TYPE_F64, more, 0, 1), k = graph_state_add(g, r, TYPE_F64, s, 0, 0);
    ew_node before = at2(h, s, 0, affine(0, 0, 1, -1, 0), affine(0, 1, 1, -1, 0));
    ew_node product = op2(OP_MUL, body, u, "12", before, "02");
    ew_node dk = op1(OP_SIN, s, reduce(OP_SUM, product, "012", s, body), "01");
    ew_node step = op2(OP_ADD, s, before, "01", op2(OP_MUL, s, c, "", k, "01"), "01");
    map_draft first[2] = {affine(0, -1, 0, -1, 0), affine(0, 0, 1, -1, 0)};
    map_draft next[2] = {affine(1, 0, 1, -1, 0), affine(0, 1, 1, -1, 0)};
    assert_true(graph_state_define(g, h, join2(h0, first, step, next, 2, more)));
    assert_true(graph_state_define(g, k, dk));
    assert_true(graph_region_close(g, r, EW_NONE, NULL, NULL));
    ew_node y =
        op2(OP_MUL, s, loop_of(k), "01", at2(loop_of(h), s, 0, affine(1, 0, 1, -1, 0), affine(0, 1, 1, -1, 0)), "01");
    ew_node loss = reduce(OP_SUM, y, "01", 0, s), by[3] = {u, h0, c};
    for (size_t i = 0; i < 3; i++) {
        check(y, by[i]);
        check(loss, by[i]);
    }
    end();
}

/* c[t] = (if t > 0 then c[t-1] else 0)·w + x[t]; then b[t] = if t > 0 then sum(u: if u < t then b[u] else 0) + x[t] */
static void test_guarded_recurrence(void **state)
{
    (void)state;
    begin();
    int64_t n = 4;
    uint16_t s = shape(1, n, 0, 0), tu = shape(2, n, n, 0);
    ew_node x = input("x", s), w = input("w", 0), zero = graph_whole(g, 0);
    uint32_t r = graph_region_new(g, false, 0, n - 1);
    ew_node c = graph_state_add(g, r, TYPE_F64, s, 0, 0);
    ew_node t = graph_index(g, n, 0);
    ew_node past = op3(OP_IF, s, op2(OP_GT, s, t, "0", zero, ""), "0", at1(c, s, NODE_ZERO, affine(-1, 0, 1, -1, 0)),
                       "0", zero, "");
    graph_state_define(g, c, op1(OP_SIN, s, op2(OP_ADD, s, op2(OP_MUL, s, past, "0", w, ""), "0", x, "0"), "0"));
    assert_true(graph_region_close(g, r, EW_NONE, NULL, NULL));
    check(loop_of(c), x);
    check(loop_of(c), w);
    r = graph_region_new(g, false, 0, n - 1);
    ew_node b = graph_state_add(g, r, TYPE_F64, s, 0, 0);
    ew_node earlier = op2(OP_LT, tu, t, "1", t, "0");
    ew_node kept = op3(OP_IF, tu, earlier, "01", op2(OP_MUL, tu, b, "1", w, ""), "01", zero, "");
    graph_state_define(g, b, op2(OP_ADD, s, op1(OP_SIN, s, reduce(OP_SUM, kept, "01", s, tu), "0"), "0", x, "0"));
    assert_true(graph_region_close(g, r, EW_NONE, NULL, NULL));
    check(loop_of(b), x);
    check(loop_of(b), w);
    end();
}

/* p[b] = if b > 0 then sin(p[parent[b]]·x[b]) else x[0], parent[b] = div(b - 1, 2) */
static void test_gather_recurrence(void **state)
{
    (void)state;
    begin();
    int64_t n = 6;
    uint16_t s = shape(1, n, 0, 0);
    ew_node x = input("x", s), zero = graph_whole(g, 0), b = graph_index(g, n, 0);
    ew_node parent = op2(OP_FLOORDIV, s, graph_index(g, n, -1), "0", graph_whole(g, 2), "");
    uint32_t r = graph_region_new(g, false, 0, n - 1);
    ew_node p = graph_state_add(g, r, TYPE_F64, s, 0, 0);
    ew_node any = op2(OP_GT, s, b, "0", zero, "");
    ew_node above = gather(p, parent, s, NODE_ZERO);
    ew_node step = op1(OP_SIN, s, op2(OP_MUL, s, above, "0", x, "0"), "0");
    graph_state_define(g, p, op3(OP_IF, s, any, "0", step, "0", x, "0"));
    assert_true(graph_region_close(g, r, EW_NONE, NULL, NULL));
    check(loop_of(p), x);
    check(reduce(OP_SUM, loop_of(p), "0", 0, s), x);
    end();
}

/* Layers within time: a[t, l] = tanh(w[l]·(if l > 0 then a[t, l-1] else x[t]) + v·(if t > 0 then m[t-1] else 0)),
 * m[t] = a[t, last]: the inner circle runs over l, the outer over t. */
static void test_nested_recurrence(void **state)
{
    (void)state;
    begin();
    int64_t n = 3, layers = 2;
    uint16_t s = shape(1, n, 0, 0), tl = shape(2, n, layers, 0);
    ew_node x = input("x", s), w = input("w", shape(1, layers, 0, 0)), v = input("v", 0), zero = graph_whole(g, 0);
    ew_node t = graph_index(g, n, 0), l = graph_index(g, layers, 0);
    uint32_t outer = graph_region_new(g, false, 0, n - 1);
    ew_node m = graph_state_add(g, outer, TYPE_F64, s, 0, 0);
    ew_node memory = op3(OP_IF, s, op2(OP_GT, s, t, "0", zero, ""), "0", at1(m, s, NODE_ZERO, affine(-1, 0, 1, -1, 0)),
                         "0", zero, "");
    uint32_t inner = graph_region_new(g, false, 0, layers - 1);
    ew_node a = graph_state_add(g, inner, TYPE_F64, tl, 1, 0);
    ew_node below = at2(a, tl, NODE_ZERO, affine(0, 0, 1, -1, 0), affine(-1, 1, 1, -1, 0));
    ew_node from = op3(OP_IF, tl, op2(OP_GT, shape(1, layers, 0, 0), l, "0", zero, ""), "1", below, "01", x, "0");
    ew_node sum = op2(OP_ADD, tl, op2(OP_MUL, tl, w, "1", from, "01"), "01", op2(OP_MUL, s, v, "", memory, "0"), "0");
    graph_state_define(g, a, op1(OP_TANH, tl, sum, "01"));
    assert_true(graph_region_close(g, inner, EW_NONE, NULL, NULL));
    ew_node top = at2(loop_of(a), s, 0, affine(0, 0, 1, -1, 0), affine(layers - 1, -1, 0, -1, 0));
    graph_state_define(g, m, op1(OP_SIN, s, top, "0"));
    assert_true(graph_region_close(g, outer, EW_NONE, NULL, NULL));
    ew_node y = loop_of(m), by[3] = {x, w, v};
    ew_node loss = reduce(OP_SUM, op2(OP_MUL, s, y, "0", y, "0"), "0", 0, s);
    for (size_t i = 0; i < 3; i++) {
        check(y, by[i]);
        check(loss, by[i]);
    }
    end();
}

/* ---- DIFF nodes ----------------------------------------------------------------------------------- */

static ew_node diff(ew_node y, ew_node x)
{
    ew_node args[2] = {y, x};
    int64_t sizes[AXES_MOST];
    size_t rank = 0;
    for (size_t p = 0; p < node_rank(g, y); p++) sizes[rank++] = node_size(g, y, p);
    for (size_t p = 0; p < node_rank(g, x); p++) sizes[rank++] = node_size(g, x, p);
    node_spec s = {.op = OP_DIFF, .args = args, .count = 2, .shape = graph_shape_of(g, sizes, rank), .place = NO_PLACE};
    return graph_make(g, &s);
}

static ew_node resolved(ew_node n)
{
    ew_node twin = n;
    assert_true(diff_resolve(g, &twin, 1));
    ew_node again = n;
    assert_true(diff_resolve(g, &again, 1));
    assert_int_equal(twin, again);
    return twin;
}

/* The most elements that any node has that n needs. */
static size_t largest(ew_node n)
{
    char *need = calloc(g->nodes.count + 1, 1);
    size_t most = 0;
    need[n] = 1;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = g->nodes.count; i-- > 0;) {
            if (need[i] != 1) continue;
            need[i] = 2;
            again = true;
            if (elements((ew_node)i) > most) most = elements((ew_node)i);
            if (g->nodes.at[i].op == OP_STATE && node_state(g, (ew_node)i)->loop != EW_NONE)
                if (!need[node_state(g, (ew_node)i)->loop]) need[node_state(g, (ew_node)i)->loop] = 1;
            for (size_t k = 0; !op_is_leaf(g->nodes.at[i].op) && k < g->nodes.at[i].count; k++)
                if (!need[node_arg(g, (ew_node)i, k)]) need[node_arg(g, (ew_node)i, k)] = 1;
        }
    }
    free(need);
    return most;
}

static void same_values(ew_node a, const double *want, double tolerance)
{
    double *got = value(a);
    close_to(got, want, elements(a), tolerance, "derivative");
    free(got);
}

/* Resolved in all three modes, n has the values that `want` (elements of them) says; in the plan's own mode no node
 * that it needs has more elements than `most` (0: any). */
static void resolves_to(ew_node n, const double *want, double tolerance, size_t most)
{
    int modes[] = {EW_AUTO, EW_FORWARD, EW_REVERSE};
    for (size_t i = 0; i < 3; i++) {
        g->mode = modes[i];
        ew_node twin = n;
        assert_true(diff_resolve(g, &twin, 1));
        same_values(twin, want, tolerance);
        if (i == 0 && most && largest(twin) > most) {
            print_error("a node of %zu elements\n", largest(twin));
            fail();
        }
    }
    g->mode = EW_AUTO;
    resolved(n);
}

static void test_whole(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 4, 0, 0), mn = shape(2, 3, 4, 0), m = shape(1, 3, 0, 0);
    ew_node x = input("x", n), a = input("a", mn);
    ew_node y = op1(OP_TANH, m, reduce(OP_SUM, op2(OP_MUL, mn, a, "01", x, "1"), "01", m, mn), "0");
    double *j = differences(y, x);
    resolves_to(diff(y, x), j, 1e-8, 0);
    free(j);
    ew_node f = reduce(OP_SUM, op2(OP_MUL, m, y, "0", y, "0"), "0", 0, m);
    double *gradient = differences(f, x);
    resolves_to(diff(f, x), gradient, 1e-8, 12);
    free(gradient);
    ew_node first = diff_node(g, f, x, EW_REVERSE);
    double *h = differences(first, x);
    resolves_to(diff(diff(f, x), x), h, 1e-7, 0);
    double *row = h + 4;
    map_draft d[2] = {affine(1, -1, 0, -1, 0), affine(0, 0, 1, -1, 0)};
    resolves_to(graph_at(g, diff(diff(f, x), x), graph_map_of(g, d, 2), n, 0), row, 1e-7, 12);
    free(h);
    end();
}

static void test_diagonals(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 5, 0, 0), nn = shape(2, 5, 5, 0), nk = shape(2, 5, 3, 0);
    ew_node x = input("x", n), w = input("w", nk), s = input("s", 0);
    ew_node y = op1(OP_SIN, n, op2(OP_MUL, n, x, "0", op1(OP_EXP, n, x, "0"), "0"), "0");
    double *j = differences(y, x), diagonal[15];
    for (size_t i = 0; i < 5; i++) diagonal[i] = j[i * 6];
    resolves_to(at2(diff(y, x), n, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)), diagonal, 1e-8, 5);
    resolves_to(diff(y, x), j, 1e-8, 25);
    ew_node trace = reduce(OP_SUM, at2(diff(y, x), n, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)), "0", 0, n);
    double sum = 0;
    for (size_t i = 0; i < 5; i++) sum += diagonal[i];
    resolves_to(trace, &sum, 1e-8, 5);
    free(j);
    ew_node same = diff(x, x);
    double one[25];
    for (size_t i = 0; i < 25; i++) one[i] = i % 6 == 0;
    resolves_to(same, one, 0, 25);
    /* d/dx of a sum over k is a diagonal still; by w it is a block */
    ew_node z = reduce(OP_SUM, op1(OP_TANH, nk, op2(OP_MUL, nk, x, "0", w, "01"), "01"), "01", n, nk);
    double *jx = differences(z, x), *jw = differences(z, w), block[15];
    for (size_t i = 0; i < 5; i++) diagonal[i] = jx[i * 6];
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 3; k++) block[3 * i + k] = jw[15 * i + 3 * i + k];
    resolves_to(at2(diff(z, x), n, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)), diagonal, 1e-8, 15);
    map_draft d[3] = {affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0), affine(0, 1, 1, -1, 0)};
    resolves_to(graph_at(g, diff(z, w), graph_map_of(g, d, 3), nk, 0), block, 1e-8, 15);
    free(jx);
    free(jw);
    /* the Hessian's diagonal of sum(i: sin(x[i])·s) has no n×n node */
    ew_node f = reduce(OP_SUM, op2(OP_MUL, n, op1(OP_SIN, n, x, "0"), "0", s, ""), "0", 0, n);
    double *value_x = value(x), *value_s = value(s);
    for (size_t i = 0; i < 5; i++) diagonal[i] = -sin(value_x[i]) * value_s[0];
    resolves_to(at2(diff(diff(f, x), x), n, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)), diagonal, 1e-12, 5);
    free(value_x);
    free(value_s);
    (void)nn;
    end();
}

/* r[o] = sin(c[ci[o], 0]·p[pi[o]]) + c[ci[o], 1]²: B[o, k] = diff(r[o], c[ci[o], k]) has no dense Jacobian */
static void test_blocks(void **state)
{
    (void)state;
    begin();
    uint16_t o = shape(1, 8, 0, 0), ok = shape(2, 8, 2, 0);
    ew_node c = input("c", shape(2, 6, 2, 0)), p = input("p", shape(1, 7, 0, 0));
    ew_node index = graph_index(g, 8, 0);
    ew_node ci = op2(OP_MOD, o, op2(OP_MUL, o, index, "0", graph_whole(g, 5), ""), "0", graph_whole(g, 6), "");
    ew_node pi = op2(OP_MOD, o, op2(OP_MUL, o, index, "0", graph_whole(g, 3), ""), "0", graph_whole(g, 7), "");
    ew_node c0, c1, args[2] = {c, ci};
    map_draft d[2] = {{.gather = 1}, affine(0, -1, 0, -1, 0)};
    uint16_t maps[2] = {graph_map_of(g, d, 2), 0};
    node_spec spec = {.op = OP_AT, .args = args, .maps = maps, .count = 2, .shape = o, .place = NO_PLACE};
    c0 = graph_make(g, &spec);
    d[1].offset = 1;
    maps[0] = graph_map_of(g, d, 2);
    c1 = graph_make(g, &spec);
    ew_node r = op2(OP_ADD, o, op1(OP_SIN, o, op2(OP_MUL, o, c0, "0", gather(p, pi, o, 0), "0"), "0"), "0",
                    op2(OP_MUL, o, c1, "0", c1, "0"), "0");
    double *j = differences(r, c), *jp = differences(r, p), want[16], *at = value(ci), *pat = value(pi);
    for (size_t i = 0; i < 16; i++) want[i] = j[(i / 2) * 12 + 2 * (size_t)at[i / 2] + i % 2];
    ew_node dargs[2] = {diff(r, c), ci};
    map_draft block[3] = {affine(0, 0, 1, -1, 0), {.gather = 1}, affine(0, 1, 1, -1, 0)};
    uint16_t dmaps[2] = {graph_map_of(g, block, 3), plain("0")};
    node_spec access = {.op = OP_AT, .args = dargs, .maps = dmaps, .count = 2, .shape = ok, .place = NO_PLACE};
    resolves_to(graph_make(g, &access), want, 1e-7, 16);
    ew_node pargs[2] = {diff(r, p), pi};
    map_draft one[2] = {affine(0, 0, 1, -1, 0), {.gather = 1}};
    uint16_t pmaps[2] = {graph_map_of(g, one, 2), 0};
    node_spec point = {.op = OP_AT, .args = pargs, .maps = pmaps, .count = 2, .shape = o, .place = NO_PLACE};
    for (size_t i = 0; i < 8; i++) want[i] = jp[i * 7 + (size_t)pat[i]];
    resolves_to(graph_make(g, &point), want, 1e-7, 12);
    resolves_to(diff(r, c), j, 1e-7, 0);
    free(j);
    free(jp);
    free(at);
    free(pat);
    end();
}

/* Jacobian-vector, vector-Jacobian and Hessian-vector products: no node as large as the matrix */
static void test_products(void **state)
{
    (void)state;
    begin();
    int64_t rows = 6, columns = 5, hidden = 2;
    uint16_t n = shape(1, columns, 0, 0), m = shape(1, rows, 0, 0), mn = shape(2, rows, columns, 0);
    ew_node x = input("x", n), u = input("u", shape(2, hidden, columns, 0)), v = input("v", shape(2, rows, hidden, 0));
    ew_node s = input("s", n), t = input("t", m), more = input("more", shape(2, columns, 2, 0));
    uint16_t h = shape(1, hidden, 0, 0), hn = shape(2, hidden, columns, 0), mh = shape(2, rows, hidden, 0);
    ew_node z = op1(OP_TANH, h, reduce(OP_SUM, op2(OP_MUL, hn, u, "01", x, "1"), "01", h, hn), "0");
    ew_node y = op1(OP_SIN, m, reduce(OP_SUM, op2(OP_MUL, mh, v, "01", z, "1"), "01", m, mh), "0");
    double *j = differences(y, x), *vs = value(s), *vt = value(t), *vm = value(more), want[40];
    ew_node J = diff(y, x), body = op2(OP_MUL, mn, J, "01", s, "1");
    for (int i = 0; i < rows; i++) {
        want[i] = 0;
        for (int k = 0; k < columns; k++) want[i] += j[i * columns + k] * vs[k];
    }
    resolves_to(reduce(OP_SUM, body, "01", m, mn), want, 1e-8, 12);
    /* named, with a constant and a difference, and a factor of the other side */
    ew_node named =
        graph_name_node(g, graph_intern(g, "J", 1), op2(OP_MUL, mn, graph_real(g, -2), "", J, "01"), NO_PLACE);
    ew_node both = op2(OP_MUL, mn, op2(OP_MUL, mn, named, "01", s, "1"), "01", t, "0");
    ew_node less = op2(OP_SUB, mn, both, "01", body, "01");
    double more_want[40];
    for (int i = 0; i < rows; i++) more_want[i] = want[i] * (-2 * vt[i] - 1);
    resolves_to(reduce(OP_SUM, less, "01", m, mn), more_want, 1e-8, 12);
    ew_node product = op2(OP_MUL, mn, t, "0", J, "01");
    for (int k = 0; k < columns; k++) {
        want[k] = 0;
        for (int i = 0; i < rows; i++) want[k] += j[i * columns + k] * vt[i];
    }
    resolves_to(reduce(OP_SUM, product, "10", n, shape(2, columns, rows, 0)), want, 1e-8, 12);
    /* two further columns: M[i, c] = sum(k: J[i, k]·more[k, c]) */
    uint16_t mcn = shape(3, rows, 2, columns);
    ew_node wide = op2(OP_MUL, mcn, J, "02", more, "21");
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < 2; c++) {
            want[2 * i + c] = 0;
            for (int k = 0; k < columns; k++) want[2 * i + c] += j[i * columns + k] * vm[2 * k + c];
        }
    resolves_to(reduce(OP_SUM, wide, "012", shape(2, rows, 2, 0), mcn), want, 1e-8, 24);
    free(j);
    ew_node f = reduce(OP_SUM, op2(OP_MUL, m, y, "0", t, "0"), "0", 0, m);
    ew_node first = diff_node(g, f, x, EW_REVERSE);
    double *hessian = differences(first, x);
    for (int i = 0; i < columns; i++) {
        want[i] = 0;
        for (int k = 0; k < columns; k++) want[i] += hessian[i * columns + k] * vs[k];
    }
    uint16_t nn = shape(2, columns, columns, 0);
    ew_node hv = reduce(OP_SUM, op2(OP_MUL, nn, diff(diff(f, x), x), "01", s, "1"), "01", n, nn);
    resolves_to(hv, want, 1e-7, 12);
    free(hessian);
    free(vs);
    free(vt);
    free(vm);
    end();
}

/* x[0] = a; x[t+1] = x[t] - r·diff(f[t], x[t]), f[t] = sin(x[t])·c: and the last x by r, a and c */
static void test_descent(void **state)
{
    (void)state;
    begin();
    int64_t n = 4;
    uint16_t s = shape(1, n, 0, 0), more = shape(1, n + 1, 0, 0);
    ew_node a = input("a", 0), rate = input("r", 0), c = input("c", 0);
    uint32_t region = graph_region_new(g, false, 0, n - 1);
    ew_node x = graph_state_add(g, region, TYPE_F64, more, 0, 1), f = graph_state_add(g, region, TYPE_F64, s, 0, 0);
    ew_node now = at1(x, s, 0, affine(0, 0, 1, -1, 0));
    graph_state_define(g, f, op2(OP_MUL, s, op1(OP_SIN, s, now, "0"), "0", c, ""));
    map_draft d[2] = {affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0)};
    ew_node slope = graph_at(g, diff(f, x), graph_map_of(g, d, 2), s, 0);
    ew_node step = op2(OP_SUB, s, now, "0", op2(OP_MUL, s, rate, "", slope, "0"), "0");
    graph_state_define(g, x, parts(a, step, n, false));
    assert_true(graph_region_close(g, region, EW_NONE, NULL, NULL));
    ew_node last = at1(loop_of(x), 0, 0, affine(n, -1, 0, -1, 0)), twin = resolved(last), by[3] = {rate, a, c};
    double *va = value(a), *vr = value(rate), *vc = value(c), want = va[0];
    for (int t = 0; t < n; t++) want -= vr[0] * cos(want) * vc[0];
    same_values(twin, &want, 1e-14);
    free(va);
    free(vr);
    free(vc);
    for (size_t i = 0; i < 3; i++) {
        check(twin, by[i]);
        double *j = differences(twin, by[i]);
        resolves_to(diff(last, by[i]), j, 1e-7, 0);
        free(j);
    }
    end();
}

/* dy[i] by x[i - 2] of the circle below: y2 = x2 sin x1; x2 = cos y1 + what is held; y1 = x1 sin x0. */
static double two_steps(const double *x, const double *y, int i)
{
    double y1 = i > 2 ? sin(x[i - 3]) : 0, x1 = -sin(y[i - 2]) * y1; /* of step i - 2 and i - 1, by x[i - 2] */
    double y2 = sin(x[i - 2]) * x1 + x[i - 1] * cos(x[i - 2]), x2 = -sin(y[i - 1]) * y2;
    return sin(x[i - 1]) * x2 + x[i] * cos(x[i - 1]) * x1;
}

/* Two steps apart and through another state: y[t] = x[t] sin(x[t-1]); x[t] = cos(y[t-1]) + stop(d[t])/2, where
 * d[t] = diff(y[t-1], x[t-3]) is the sum over the paths through x[t-2] and x[t-1]. */
static void test_steps(void **state)
{
    (void)state;
    begin();
    int64_t n = 5;
    uint16_t s = shape(1, n, 0, 0);
    ew_node a = input("a", 0), zero = graph_whole(g, 0), t = graph_index(g, n, 0);
    uint32_t region = graph_region_new(g, false, 0, n - 1);
    ew_node x = graph_state_add(g, region, TYPE_F64, s, 0, 0), y = graph_state_add(g, region, TYPE_F64, s, 0, 0);
    ew_node before = at1(x, s, NODE_ZERO, affine(-1, 0, 1, -1, 0)),
            last = at1(y, s, NODE_ZERO, affine(-1, 0, 1, -1, 0));
    graph_state_define(g, y, op2(OP_MUL, s, x, "0", op1(OP_SIN, s, before, "0"), "0"));
    ew_node d = at2(diff(y, x), s, NODE_ZERO, affine(-1, 0, 1, -1, 0), affine(-3, 0, 1, -1, 0));
    ew_node late = op3(OP_IF, s, op2(OP_GE, s, t, "0", graph_whole(g, 3), ""), "0", d, "0", zero, "");
    ew_node step = op2(OP_ADD, s, op1(OP_COS, s, last, "0"), "0",
                       op2(OP_MUL, s, graph_real(g, 0.5), "", op1(OP_STOP, s, late, "0"), "0"), "0");
    graph_state_define(g, x, op3(OP_IF, s, op2(OP_GT, s, t, "0", zero, ""), "0", step, "0", a, ""));
    assert_true(graph_region_close(g, region, EW_NONE, NULL, NULL));
    ew_node twin = resolved(loop_of(x));
    double *va = value(a), vx[5], vy[5];
    for (int i = 0; i < n; i++) {
        vx[i] = i ? cos(vy[i - 1]) + (i > 2 ? 0.5 * two_steps(vx, vy, i - 1) : 0) : va[0];
        vy[i] = vx[i] * (i ? sin(vx[i - 1]) : 0);
    }
    double *got = value(twin);
    close_to(got, vx, 5, 1e-12, "steps");
    free(got);
    free(va);
    end();
}

/* Zeros, ties, nan and nothing, as sections 7 and 8 say. */
static void test_kinks(void **state)
{
    (void)state;
    begin();
    uint16_t n = shape(1, 3, 0, 0), none = shape(1, 0, 0, 0);
    ew_node x = input("x", n), e = input("e", none);
    struct {
        op o;
        double x[3], want[3];
    } cases[] = {
        {OP_PROD, {0, 2, 3}, {6, 0, 0}},
        {OP_PROD, {0, 0, 3}, {0, 0, 0}},
        {OP_GREATEST, {1, 2, 2}, {0, 0.5, 0.5}},
        {OP_LEAST, {1, 1, 1}, {1 / 3.0, 1 / 3.0, 1 / 3.0}},
        {OP_GREATEST, {1, NAN, 2}, {NAN, NAN, NAN}},
        {OP_LOGSUMEXP, {-INFINITY, -INFINITY, -INFINITY}, {0, 0, 0}},
        {OP_LOGSUMEXP, {-INFINITY, 1, 1}, {0, 0.5, 0.5}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ew_node y = reduce(cases[i].o, x, "0", 0, n);
        memcpy(in, cases[i].x, sizeof cases[i].x);
        same_values(diff_node(g, y, x, EW_REVERSE), cases[i].want, 1e-15);
        same_values(diff_node(g, y, x, EW_FORWARD), cases[i].want, 1e-15);
    }
    double pair[9] = {0, 3, 2, 3, 0, 0, 2, 0, 0};
    memcpy(in, (double[]){0, 2, 3}, 3 * sizeof *in);
    ew_node product = reduce(OP_PROD, x, "0", 0, n);
    same_values(diff_node(g, diff_node(g, product, x, EW_REVERSE), x, EW_REVERSE), pair, 0);
    /* sqrt(sum(i: x[i]^2)) at 0 */
    memset(in, 0, 3 * sizeof *in);
    ew_node norm = op1(OP_SQRT, 0, reduce(OP_SUM, op2(OP_MUL, n, x, "0", x, "0"), "0", 0, n), "");
    double zeros[3] = {0};
    same_values(diff_node(g, norm, x, EW_REVERSE), zeros, 0);
    same_values(diff_node(g, norm, x, EW_FORWARD), zeros, 0);
    op over[] = {OP_SUM, OP_PROD, OP_LEAST, OP_LOGSUMEXP};
    for (size_t i = 0; i < 4; i++) {
        ew_node y = reduce(over[i], e, "0", 0, none);
        assert_int_equal(elements(diff_node(g, y, e, EW_REVERSE)), 0);
        ew_node s = op2(OP_MUL, 0, y, "", norm, "");
        same_values(diff_node(g, s, x, EW_REVERSE), zeros, 0);
    }
    end();
}

/* ---- Memory ----------------------------------------------------------------------------------------- */

typedef struct refuser {
    size_t left, live;
} refuser;

static void *refuse(void *context, void *pointer, size_t old_size, size_t new_size)
{
    refuser *r = context;
    if (new_size > old_size || !pointer) {
        if (r->left == 0) return NULL;
        r->left--;
    }
    r->live += new_size - old_size;
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

/* The gradient and the Hessian of a recurrence, by a DIFF inside it: false where memory ran out, and then said so. */
static bool derive(refuser *r)
{
    ew_options options = {.resize = refuse, .context = r};
    g = graph_new(&options, NULL);
    in_count = 0;
    if (!g) return false;
    int64_t n = 3, size = n + 1;
    uint16_t s = graph_shape_of(g, &n, 1), more = graph_shape_of(g, &size, 1);
    ew_node a = graph_add_input(g, graph_intern(g, "a", 1), false, TYPE_F64, 0, NO_PLACE);
    ew_node w = graph_add_input(g, graph_intern(g, "w", 1), false, TYPE_F64, s, NO_PLACE);
    uint32_t region = graph_region_new(g, false, 0, n - 1);
    bool ok = region != UINT32_MAX;
    ew_node x = ok ? graph_state_add(g, region, TYPE_F64, more, 0, 1) : EW_NONE;
    ew_node y = x;
    if (x != EW_NONE) {
        ew_node now = at1(x, s, 0, affine(0, 0, 1, -1, 0));
        ew_node z = now == EW_NONE || w == EW_NONE ? EW_NONE : op2(OP_MUL, s, op1(OP_SIN, s, now, "0"), "0", w, "0");
        ew_node args[2] = {z, x};
        int64_t sizes[2] = {n, size};
        node_spec d = {
            .op = OP_DIFF, .args = args, .count = 2, .shape = graph_shape_of(g, sizes, 2), .place = NO_PLACE};
        ew_node slope = graph_make(g, &d), step = EW_NONE;
        if (slope != EW_NONE) slope = at2(slope, s, 0, affine(0, 0, 1, -1, 0), affine(0, 0, 1, -1, 0));
        if (slope != EW_NONE) step = op2(OP_SUB, s, now, "0", slope, "0");
        ok = step != EW_NONE && a != EW_NONE && graph_state_define(g, x, parts(a, step, n, false)) &&
             graph_region_close(g, region, EW_NONE, NULL, NULL);
        y = ok ? loop_of(x) : EW_NONE;
    }
    ok = ok && y != EW_NONE && diff_resolve(g, &y, 1);
    if (ok) y = reduce(OP_SUM, y, "0", 0, more);
    ew_node first = ok && y != EW_NONE ? diff_node(g, y, w, EW_REVERSE) : EW_NONE;
    ew_node second = first != EW_NONE ? diff_node(g, first, w, EW_FORWARD) : EW_NONE;
    ok = second != EW_NONE;
    ew_error err;
    assert_int_equal(ew_graph_error(g, &err) == EW_OK, ok);
    ew_graph_free(g);
    return ok;
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t left = 0;; left++) {
        refuser r = {left, 0};
        bool done = derive(&r);
        assert_int_equal(r.live, 0);
        if (done) break;
        assert_true(left < 100000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_access),
        cmocka_unit_test(test_convolution),
        cmocka_unit_test(test_join_and_scatter),
        cmocka_unit_test(test_recurrence),
        cmocka_unit_test(test_vector_recurrence),
        cmocka_unit_test(test_guarded_recurrence),
        cmocka_unit_test(test_gather_recurrence),
        cmocka_unit_test(test_nested_recurrence),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_diagonals),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_descent),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_kinks),
        cmocka_unit_test(test_memory),
    };
    cmocka_set_message_output(CM_OUTPUT_STDOUT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
