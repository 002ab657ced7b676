/*
 * What holds for every row of the table alike, and section 8 of the language row by row:
 *
 *   forward mode, reverse mode and the sum over paths give the same derivative
 *   a printed graph, read again, gives the same bits
 *   constants in the text give the bits of the same values as inputs
 *   the derivative in words (slope) is the derivative
 *   a rule makes its nodes in one order under every compiler
 *
 * The paths are walked here, by the list of edges alone: products in which an exact 0 wins, summed; and
 * once more as the library lists them (ew_paths_new).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "edgewise.h"
#include "rows.h"

enum { MOST_EDGES = 64, MOST_ARGS = 3, MOST_PATHS = 1000 };
enum { REVERSE, FORWARD, PATHS, LISTED, MODES };

static const char *const mode_names[] = {"reverse", "forward", "paths", "listed paths"};

static const double grid[] = {-2.75, -1, -0.7, -0.25, 0, 0.3125, 0.9, 1, 1.5, 3, 4.25};
static const double odd[] = {NAN, -INFINITY, -1e300, -0.0, 0x1p-1074, 1e-200, 710.5, 1e300, INFINITY};
enum { GRID = sizeof grid / sizeof *grid, ODD = sizeof odd / sizeof *odd };

static bool alike(double a, double b)
{
    return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static ew_graph *parse(const char *text)
{
    ew_error err;
    ew_graph *g = ew_parse(text, EW_WHOLE, NULL, &err);
    if (!g) fail_msg("%s: %s", text, err.message);
    return g;
}

static ew_program *prepare(ew_graph *g, const char *outputs)
{
    ew_error err;
    ew_program *p = ew_prepare(g, outputs, &err);
    if (!p) fail_msg("%s: %s", outputs, err.message);
    return p;
}

/* The i-th combination of `count` values from the list; bools where the row wants them. False past
 * the last. polygamma takes whole orders. */
static bool combination(const op_row *row, const double *list, size_t size, size_t i, double *in)
{
    for (unsigned k = 0; k < row_count(row); k++, i /= size) {
        in[k] = list[i % size];
        if (row_wants_bool(row, k)) in[k] = in[k] > 0;
        if (row_is(row, "polygamma") && k == 0) in[k] = fabs(floor(in[k]));
    }
    return i == 0;
}

/* ---- Forward, reverse, paths ----------------------------------------------------------------------- */

typedef struct walk {
    const ew_graph *g;
    size_t count;
    double partial[MOST_EDGES];
    ew_node to;
    double sum, size; /* of the products; of their absolute values */
} walk;

static double product0(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

static void walk_from(walk *w, ew_node n, double product)
{
    if (n == w->to) {
        w->sum += product;
        w->size += fabs(product);
        return;
    }
    for (size_t i = 0; i < w->count; i++) {
        ew_edge e = ew_edge_at(w->g, i);
        if (e.from == n) walk_from(w, e.to, product0(product, w->partial[i]));
    }
}

/* One derivative in all modes: a program of all partials, then reverse, then forward. */
typedef struct modes {
    ew_graph *g;
    ew_program *program;
    ew_node of, wrt;
    size_t edges;
} modes;

static modes modes_new(const char *text, const char *of, const char *wrt)
{
    modes m = {parse(text), NULL, 0, 0, 0};
    ew_node nodes[MOST_EDGES + 2];
    ew_error err;
    m.of = ew_find(m.g, of);
    m.wrt = ew_find(m.g, wrt);
    assert_int_not_equal(m.of, EW_NONE);
    assert_int_not_equal(m.wrt, EW_NONE);
    m.edges = ew_edge_count(m.g, &err);
    assert_in_range(m.edges, 0, MOST_EDGES);
    for (size_t i = 0; i < m.edges; i++) nodes[i] = ew_edge_at(m.g, i).partial;
    nodes[m.edges] = ew_diff(m.g, m.of, m.wrt, EW_REVERSE, &err);
    nodes[m.edges + 1] = ew_diff(m.g, m.of, m.wrt, EW_FORWARD, &err);
    m.program = ew_prepare_nodes(m.g, nodes, m.edges + 2, &err);
    if (!m.program) fail_msg("%s: %s", text, err.message);
    return m;
}

static void modes_free(modes *m)
{
    ew_free(m->program);
    ew_graph_free(m->g);
}

static double listed_sum(const modes *m, const double *partials)
{
    ew_error err;
    double sum = 0;
    ew_paths *paths = ew_paths_new(m->g, m->wrt, m->of, partials, MOST_PATHS, &err);
    if (!paths) fail_msg("paths: %s", err.message);
    for (size_t i = 0; i < ew_paths_listed(paths); i++) sum += ew_path_product(paths, i);
    ew_paths_free(paths);
    return sum;
}

/* Returns the size of what was summed. */
static double modes_run(const modes *m, const double *in, double results[MODES])
{
    double out[MOST_EDGES + 2];
    walk w = {.g = m->g, .count = m->edges, .to = m->of};
    assert_int_equal(ew_run(m->program, NULL, in, out), EW_OK);
    memcpy(w.partial, out, m->edges * sizeof *out);
    walk_from(&w, m->wrt, 1);
    results[REVERSE] = out[m->edges];
    results[FORWARD] = out[m->edges + 1];
    results[PATHS] = w.sum;
    results[LISTED] = listed_sum(m, out);
    return w.size;
}

static int modes_agree(const op_row *row, const modes *m, const double *in)
{
    double r[MODES], size = modes_run(m, in, r);
    if (!isfinite(size)) return 0; /* paths that cancel or overflow: modes may differ */
    for (int k = 0; k < MODES; k++) {
        if (fabs(r[k] - r[PATHS]) <= 1e-13 * size) continue;
        print_error("%s at %g, %g, %g: %s %.17g, paths %.17g\n", row->name, in[0], in[1], in[2], mode_names[k], r[k],
                    r[PATHS]);
        return 1;
    }
    return 0;
}

/* z reaches q by three ways, an argument by one more: many paths through every row. */
static int modes_of_row(const op_row *row, unsigned k)
{
    char text[400], wrt[2] = {"xyw"[k], 0};
    int failures = 0;
    row_program(row, text, sizeof text);
    snprintf(text + strlen(text), sizeof text - strlen(text), "; u = z * %s; q = u / (3 + z * z) + sin(z)", wrt);
    modes m = modes_new(text, "q", wrt);
    double in[MOST_ARGS] = {0};
    for (size_t i = 0; combination(row, grid, GRID, i, in) && failures < 4; i++) failures += modes_agree(row, &m, in);
    modes_free(&m);
    return failures;
}

static void test_modes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (unsigned k = 0; row_has_slopes(&rows[i]) && k < row_count(&rows[i]); k++)
            if (!row_wants_bool(&rows[i], k)) failures += modes_of_row(&rows[i], k);
    assert_int_equal(failures, 0);
}

/* ---- Section 8 of the language ---------------------------------------------------------------------- */

typedef struct kink {
    const char *program, *wrt; /* the derivative of z */
    double in[MOST_ARGS], want;
} kink;

#define I INFINITY
static const kink kinks[] = {
    {"z = abs(x)", "x", {0}, 0},
    {"z = abs(x)", "x", {-0.0}, 0},
    {"z = relu(x)", "x", {0}, 0},
    {"z = relu(x)", "x", {-0.0}, 0},
    {"z = sign(x)", "x", {0}, 0},
    {"z = sign(x)", "x", {-3}, 0},
    {"z = floor(x)", "x", {2}, 0},
    {"z = floor(x)", "x", {2.5}, 0},
    {"z = ceil(x)", "x", {2}, 0},
    {"z = ceil(x)", "x", {-2.5}, 0},
    {"z = round(x)", "x", {2.5}, 0},
    {"z = round(x)", "x", {2}, 0},
    {"z = trunc(x)", "x", {-1}, 0},
    {"z = trunc(x)", "x", {1.5}, 0},
    {"z = max(x, x)", "x", {3}, 1},
    {"z = min(x, x)", "x", {3}, 1},
    {"z = max(x, y)", "x", {3, 3}, 0.5},
    {"z = max(x, y)", "y", {3, 3}, 0.5},
    {"z = min(x, y)", "x", {3, 3}, 0.5},
    {"z = max(x, y, w)", "x", {3, 3, 1}, 0.5},
    {"z = max(x, y, w)", "w", {3, 3, 1}, 0},
    {"z = min(x, y, w)", "y", {3, 3, 3}, 1.0 / 3},
    {"z = max(x, y)", "x", {I, I}, 0.5},
    {"z = max(x, y, w)", "x", {1, NAN, 2}, NAN},
    {"z = clip(x, y, w)", "x", {1, 1, 2}, 1},
    {"z = clip(x, y, w)", "x", {2, 1, 2}, 1},
    {"z = clip(x, y, w)", "x", {2.5, 1, 2}, 0},
    {"z = clip(x, y, w)", "w", {2.5, 1, 2}, 1},
    {"z = clip(x, y, w)", "y", {1, 1, 2}, 0},
    {"z = sqrt(x)", "x", {0}, I},
    {"z = sqrt(x)", "x", {-0.0}, I},
    {"z = cbrt(x)", "x", {0}, I},
    {"z = cbrt(x)", "x", {-0.0}, I},
    {"z = log(x)", "x", {0}, I},
    {"z = log(x)", "x", {-0.0}, I},
    {"z = log2(x)", "x", {-0.0}, I},
    {"z = log2(x)", "x", {0}, I},
    {"z = log10(x)", "x", {-0.0}, I},
    {"z = log10(x)", "x", {0}, I},
    {"z = log1p(x)", "x", {-1}, I},
    {"z = x^0.5", "x", {0}, I},
    {"z = x^0.5", "x", {-0.0}, I},
    {"z = pow(x, y)", "x", {0, 0.25}, I},
    {"z = pow(x, y)", "x", {-0.0, 0.25}, I},
    {"z = asin(x)", "x", {1}, I},
    {"z = asin(x)", "x", {-1}, I},
    {"z = atanh(x)", "x", {1}, I},
    {"z = atanh(x)", "x", {-1}, I},
    {"z = acosh(x)", "x", {1}, I},
    {"z = acos(x)", "x", {1}, -I},
    {"z = acos(x)", "x", {-1}, -I},
    {"z = x^0 + x", "x", {0}, 1},
    {"p = 0; z = x^p + x", "x", {0}, 1},
    {"z = pow(x, y)", "x", {0, 0}, 0},
    {"z = pow(x, y)", "y", {0, 0}, 0},
    {"z = pow(x, y)", "y", {-2, 3}, NAN},
    {"z = x^3", "x", {-2}, 12},
    {"z = pow(x, y)", "y", {0, 2}, 0},
    {"z = pow(x, y)", "x", {-2, 3}, 12},
    {"p = 3; z = x^p", "x", {-2}, 12},
    {"input x; input n : int; z = x^n", "x", {-2, 3}, 12},
    {"z = hypot(x, y)", "x", {0, 0}, 0},
    {"z = hypot(x, y)", "y", {0, -0.0}, 0},
    {"z = sqrt(x*x)", "x", {0}, 0},
    {"z = sqrt(x^2 + y^2)", "x", {0, 0}, 0},
    {"z = atan2(x, y)", "x", {0, 0}, 0},
    {"z = atan2(x, y)", "y", {0, 0}, 0},
    {"z = logaddexp(x, y)", "x", {-I, -I}, 0},
    {"z = logaddexp(x, y)", "y", {-I, -I}, 0},
    {"z = logaddexp(x, y)", "x", {-I, 2}, 0},
    {"z = logaddexp(x, y)", "y", {-I, 2}, 1},
    {"z = silu(x)", "x", {-I}, 0},
    {"z = gelu(x)", "x", {-I}, 0},
    {"z = x * y * w", "x", {0, 2, 3}, 6},
    {"z = x * y * w", "y", {0, 2, 3}, 0},
    {"z = x * y * w", "x", {0, 0, 3}, 0},
    {"z = x * y * w", "y", {0, 0, 3}, 0},
    {"z = mod(x, y)", "x", {6, 3}, 1},
    {"z = mod(x, y)", "y", {6, 3}, -2},
    {"z = mod(x, y)", "y", {-7, 3}, 3},
    {"z = div(x, y)", "x", {6, 3}, 0},
    {"z = div(x, y)", "y", {6, 3}, 0},
    {"z = stop(x) * x", "x", {3}, 3},
    {"z = if x > 0 then log(x) else 0", "x", {0}, 0},
    {"z = if x > 0 then x else y", "y", {-1, 2}, 1},
};

static const double kink_values[] = {-I, 0, 0}; /* logaddexp(-inf, -inf), silu(-inf), gelu(-inf) */
#undef I

static void test_kinks(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof kinks / sizeof *kinks; i++) {
        const kink *q = &kinks[i];
        double r[MODES];
        modes m = modes_new(q->program, "z", q->wrt);
        modes_run(&m, q->in, r);
        for (int k = 0; k < MODES; k++) {
            if (isnan(q->want) ? isnan(r[k]) : r[k] == q->want) continue;
            print_error("%s at %g, %g, %g by %s, %s: %g, not %g\n", q->program, q->in[0], q->in[1], q->in[2], q->wrt,
                        mode_names[k], r[k], q->want);
            failures++;
        }
        modes_free(&m);
    }
    assert_int_equal(failures, 0);
}

static void test_kink_values(void **state)
{
    (void)state;
    double in = -INFINITY, out[3];
    ew_graph *g = parse("a = logaddexp(x, x)\nb = silu(x)\nc = gelu(x)");
    ew_program *p = prepare(g, "a, b, c");
    assert_int_equal(ew_run(p, NULL, &in, out), EW_OK);
    assert_memory_equal(out, kink_values, sizeof out);
    ew_free(p);
    ew_graph_free(g);
}

/* ---- Print and parse -------------------------------------------------------------------------------- */

typedef struct page {
    char text[4000];
    size_t count;
} page;

static int page_add(void *context, const char *bytes, size_t count)
{
    page *p = context;
    if (p->count + count >= sizeof p->text) return 1;
    memcpy(p->text + p->count, bytes, count);
    p->text[p->count += count] = '\0';
    return 0;
}

static int same_bits(const op_row *row, const char *text, ew_program *a, ew_program *b, const double *in)
{
    double first[2], second[2];
    ew_run(a, NULL, in, first);
    ew_run(b, NULL, in, second);
    for (size_t k = 0; k < ew_out_count(a); k++) {
        if (alike(first[k], second[k])) continue;
        print_error("%s at %g, %g, %g: %.17g, printed and read %.17g\n%s\n", row->name, in[0], in[1], in[2], first[k],
                    second[k], text);
        return 1;
    }
    return 0;
}

static int print_row(const op_row *row)
{
    char text[400];
    const char *outputs = row_has_slopes(row) ? "z, d" : "z";
    ew_error err;
    page printed = {"", 0};
    double in[MOST_ARGS] = {0};
    int failures = 0;
    row_program(row, text, sizeof text);
    if (row_has_slopes(row))
        strcat(text, row_is(row, "if") || row_is(row, "polygamma") ? "; d = diff(z, y)" : "; d = diff(z, x)");
    ew_graph *g = parse(text);
    assert_int_equal(ew_print(g, page_add, &printed, &err), EW_OK);
    ew_graph *h = parse(printed.text);
    ew_program *a = prepare(g, outputs), *b = prepare(h, outputs);
    for (size_t i = 0; combination(row, grid, GRID, i, in); i++) failures += same_bits(row, printed.text, a, b, in);
    for (size_t i = 0; combination(row, odd, ODD, i, in); i++) failures += same_bits(row, printed.text, a, b, in);
    ew_free(a);
    ew_free(b);
    ew_graph_free(g);
    ew_graph_free(h);
    return failures;
}

static void test_print_parse(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS && failures < 8; i++) failures += print_row(&rows[i]);
    assert_int_equal(failures, 0);
}

/* ---- Constants fold to what a run gives --------------------------------------------------------------- */

/* A value in the text; with a point, so that it is a real number and not a whole one. */
static void literal(double value, bool truth, char *out)
{
    if (truth) {
        strcpy(out, value != 0 ? "true" : "false");
        return;
    }
    ew_number_text(value, 0, out);
    if (isfinite(value) && !strpbrk(out, ".e")) strcat(out, ".0");
}

/* The row with x, y, w replaced by constants. */
static void constant_text(const op_row *row, const double *in, char *out, size_t size)
{
    char expression[160], number[40];
    const char *form = expression, *piece;
    uint32_t count;
    size_t at = 0;
    row_expression(row, expression, sizeof expression);
    for (int k; (k = ops_piece(&form, &piece, &count)) != -2;) {
        if (k >= 0) literal(in[k], row_wants_bool(row, (unsigned)k), number);
        if (k >= 0)
            at += (size_t)snprintf(out + at, size - at, "(%s)", number);
        else
            at += (size_t)snprintf(out + at, size - at, "%.*s", (int)count, piece);
    }
}

static int fold_at(const op_row *row, ew_program *program, ew_graph *g, const double *in)
{
    char text[300];
    double run, folded = 0;
    ew_error err;
    ew_run(program, NULL, in, &run);
    constant_text(row, in, text, sizeof text);
    ew_node n = ew_expression(g, text, &err);
    if (n == EW_NONE) fail_msg("%s: %s", text, err.message);
    bool constant = ew_node_is_constant(g, n, &folded);
    if (constant && alike(run, folded)) return 0;
    print_error("%s: %s %.17g, run %.17g\n", text, constant ? "folded" : "not folded", folded, run);
    return 1;
}

static int fold_row(const op_row *row)
{
    char text[400];
    double in[MOST_ARGS] = {0};
    int failures = 0;
    row_program(row, text, sizeof text);
    ew_graph *g = parse(text), *constants = parse("one = 1");
    ew_program *program = prepare(g, "z");
    for (size_t i = 0; combination(row, grid, GRID, i, in); i++) failures += fold_at(row, program, constants, in);
    for (size_t i = 0; combination(row, odd, ODD, i, in); i++) failures += fold_at(row, program, constants, in);
    ew_free(program);
    ew_graph_free(g);
    ew_graph_free(constants);
    return failures;
}

static void test_fold(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS && failures < 8; i++) failures += fold_row(&rows[i]);
    assert_int_equal(failures, 0);
}

/* ---- The derivative in words ------------------------------------------------------------------------- */

static int slope_of_row(const op_row *row, unsigned k)
{
    char text[800];
    double in[MOST_ARGS] = {0}, out[2];
    int failures = 0;
    size_t both = 0;
    row_program(row, text, sizeof text);
    snprintf(text + strlen(text), sizeof text - strlen(text), "; s = %s; d = diff(z, %c)", row->slope[k], "xyw"[k]);
    ew_graph *g = parse(text);
    ew_program *program = prepare(g, "s, d");
    for (size_t i = 0; combination(row, grid, GRID, i, in) && failures < 3; i++) {
        ew_run(program, NULL, in, out);
        if (!isfinite(out[0]) || !isfinite(out[1])) continue;
        both++;
        if (fabs(out[0] - out[1]) <= 1e-9 * fmax(fabs(out[0]), fabs(out[1])) + 1e-15) continue;
        failures++;
        print_error("%s at %g, %g: slope in words %.17g, rule %.17g\n", row->name, in[0], in[1], out[0], out[1]);
    }
    ew_free(program);
    ew_graph_free(g);
    if (both == 0) print_error("%s: nowhere finite\n", row->name);
    return failures + (both == 0);
}

static void test_slopes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (unsigned k = 0; k < row_count(&rows[i]); k++)
            if (rows[i].slope[k]) failures += slope_of_row(&rows[i], k);
    assert_int_equal(failures, 0);
}

/* ---- The order in which a rule makes its nodes ---------------------------------------------------------- */

typedef struct order {
    const char *program, *ops;
} order;

static const order orders[] = {
    {"z = atan(x)", "hypot div div"},
    {"z = acosh(x)", "sub sqrt add sqrt mul div"},
    {"z = tanh(x)", "mul sigmoid1 mul"},
    {"z = gelu1(x)", "sub add add add mul npdf mul0"},
    {"z = logaddexp(x, y)", "eq sub sigmoid if sub sigmoid if"},
    {"z = pow(x, y)", "sub pow mul0 eq ge and log mul if"},
};

static void test_order(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        char got[400] = "";
        ew_error err;
        ew_graph *g = parse(orders[i].program);
        ew_node z = ew_find(g, "z"), last = z;
        assert_true(ew_edge_count(g, &err) > 0);
        for (size_t k = 0; k < ew_edge_count(g, &err); k++) {
            ew_node partial = ew_edge_at(g, k).partial;
            if (partial > last) last = partial;
        }
        for (ew_node n = z + 1; n <= last; n++) {
            double value;
            if (ew_node_is_constant(g, n, &value)) continue;
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", *got ? " " : "", ew_node_op(g, n));
        }
        if (strcmp(got, orders[i].ops) != 0) print_error("%s: made %s\n", orders[i].program, got), failures++;
        ew_graph_free(g);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),       cmocka_unit_test(test_kinks), cmocka_unit_test(test_kink_values),
        cmocka_unit_test(test_print_parse), cmocka_unit_test(test_fold),  cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
