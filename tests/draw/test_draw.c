/* Pictures: that nothing lies over anything, that nothing is cut off, that the same graph gives the
 * same bytes, that no shape takes long, and that every allocation may be refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/unicode.h"
#include "draw/draw.h"

static const char *const formats[] = {"svg", "dot", "mmd", "tex", "md", "txt", "html"};
enum { FORMATS = sizeof formats / sizeof formats[0] };

/* ---- Layouts -------------------------------------------------------------------------------- */

typedef struct shape {
    const char *name;
    size_t count;
    uint32_t (*edge)(size_t node, size_t k, uint32_t *state); /* the k-th argument of a node, or NONE */
    bool roomy;
} shape;

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static uint32_t edge_tree(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n >= 31 && k < 2 ? (uint32_t)(2 * (n - 31) + k) : UINT32_MAX;
}
static uint32_t edge_chain(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n > 0 && k < 1 ? (uint32_t)n - 1 : UINT32_MAX;
}
static uint32_t edge_twice(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n > 0 && k < 3 ? (uint32_t)n - 1 : UINT32_MAX;
}
static uint32_t edge_fan(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n > 0 && k < 1 ? 0 : UINT32_MAX;
}
static uint32_t edge_none(size_t n, size_t k, uint32_t *s)
{
    (void)n;
    (void)k;
    (void)s;
    return UINT32_MAX;
}
static uint32_t edge_far(size_t n, size_t k, uint32_t *s)
{
    return n > 0 && k < 2 ? k ? random_next(s) % (uint32_t)n : (uint32_t)n - 1 : UINT32_MAX;
}
static uint32_t edge_near(size_t n, size_t k, uint32_t *s)
{
    uint32_t back = n < 20 ? (uint32_t)n : 20;
    return n > 5 && k < 2 ? (uint32_t)n - 1 - random_next(s) % back : UINT32_MAX;
}
static uint32_t edge_skip(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n > 0 && k < 2 ? k ? (n > 7 ? (uint32_t)n - 7 : 0) : (uint32_t)n - 1 : UINT32_MAX;
}
static uint32_t edge_first(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n > 0 && k < 2 ? k ? 0 : (uint32_t)n - 1 : UINT32_MAX;
}
static uint32_t edge_last(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n == 999 || n == 199 ? k < n ? (uint32_t)k : UINT32_MAX : edge_chain(n, k, s);
}
static uint32_t edge_sum(size_t n, size_t k, uint32_t *s)
{
    (void)s; /* x1 + x2 + x3 + …: even nodes are inputs */
    if (n < 3 || n % 2 == 0 || k > 1) return UINT32_MAX;
    return (uint32_t)(k ? n - 1 : n - 2);
}
static uint32_t edge_layers(size_t n, size_t k, uint32_t *s)
{
    (void)s;
    return n >= 8 && k < 8 ? (uint32_t)(n / 8 * 8 - 8 + k) : UINT32_MAX;
}

static const shape shapes[] = {
    {"one", 1, edge_none, true},
    {"apart", 7, edge_none, true},
    {"tree", 61, edge_tree, true},
    {"chain", 40, edge_chain, true},
    {"parallel", 20, edge_twice, true},
    {"fan", 50, edge_fan, true},
    {"far", 120, edge_far, true},
    {"near", 300, edge_near, true},
    {"skip", 300, edge_skip, true},
    {"sum", 99, edge_sum, true},
    {"layers", 120, edge_layers, true},
    {"to all", 200, edge_last, true},
    {"long far", 300, edge_far, true},
    {"deep far", 1400, edge_far, false},
    {"deep skip", 1400, edge_skip, false},
    {"deep first", 2000, edge_first, false},
    {"wide", 2000, edge_fan, false},
    {"big near", 2000, edge_near, false},
    {"big sum", 1999, edge_sum, false},
    {"deep all", 1000, edge_last, false},
    {"big layers", 2000, edge_layers, false},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static layout make_layout(const shape *s, memory *m)
{
    layout l = {.m = m, .roomy = s->roomy, .gap_x = 20, .gap_y = 20, .margin = 10};
    uint32_t state = 7;
    l.node_count = s->count;
    l.nodes = calloc(s->count, sizeof *l.nodes);
    size_t room = 0;
    assert_non_null(l.nodes);
    for (size_t i = 0; i < s->count; i++) {
        l.nodes[i].width = 20 + 7 * (double)(random_next(&state) % 10);
        l.nodes[i].height = 20 + 10 * (double)(random_next(&state) % 4);
        for (size_t k = 0;; k++) {
            uint32_t from = s->edge(i, k, &state);
            if (from == UINT32_MAX) break;
            if (l.edge_count == room) {
                room = room ? 2 * room : 64;
                l.edges = realloc(l.edges, room * sizeof *l.edges);
                assert_non_null(l.edges);
            }
            layout_edge e = {.from = from, .to = (uint32_t)i, .width = 8 + 5 * (double)(i % 9), .height = 12};
            l.edges[l.edge_count++] = e;
        }
    }
    return l;
}

static void free_layout(layout *l)
{
    layout_free(l);
    free(l->nodes);
    free(l->edges);
}

typedef struct box {
    double left, top, right, bottom;
} box;

static box box_of(double x, double y, double width, double height)
{
    box b = {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
    return b;
}

static bool over(box a, box b, double slack)
{
    return a.left + slack < b.right && b.left + slack < a.right && a.top + slack < b.bottom && b.top + slack < a.bottom;
}

static bool inside(const layout *l, box b)
{
    return b.left >= 0 && b.top >= 0 && b.right <= l->width && b.bottom <= l->height;
}

/* Each box against those after it within the same rows; boxes are few or sorted by nothing, so
 * large pictures are checked on a sample of nodes. */
static void check_boxes(const layout *l, const shape *s)
{
    size_t step = l->node_count > 600 ? 7 : 1;
    for (size_t i = 0; i < l->node_count; i++) {
        const layout_node *n = &l->nodes[i];
        box b = box_of(n->x, n->y, n->width, n->height);
        if (!inside(l, b)) fail_msg("%s: node %zu is cut off", s->name, i);
        for (size_t k = i % step ? l->node_count : i + 1; k < l->node_count; k++) {
            const layout_node *o = &l->nodes[k];
            if (over(b, box_of(o->x, o->y, o->width, o->height), 1e-6)) fail_msg("%s: nodes %zu, %zu", s->name, i, k);
        }
    }
}

static void check_labels(const layout *l, const shape *s)
{
    size_t step = l->edge_count > 600 ? 11 : 1;
    for (size_t i = 0; i < l->edge_count; i++) {
        const layout_edge *e = &l->edges[i];
        box b = box_of(e->x, e->y, e->width, e->height);
        if (!e->shown) {
            if (s->roomy) fail_msg("%s: label %zu is missing", s->name, i);
            continue;
        }
        if (!inside(l, b)) fail_msg("%s: label %zu is cut off", s->name, i);
        if (i % step) continue;
        for (size_t k = 0; k < l->edge_count; k++) {
            const layout_edge *o = &l->edges[k];
            if (k != i && o->shown && over(b, box_of(o->x, o->y, o->width, o->height), 1e-6))
                fail_msg("%s: labels %zu, %zu", s->name, i, k);
        }
        for (size_t k = 0; k < l->node_count; k++)
            if (over(b, box_of(l->nodes[k].x, l->nodes[k].y, l->nodes[k].width, l->nodes[k].height), 1e-6))
                fail_msg("%s: label %zu over node %zu", s->name, i, k);
    }
}

/* A line begins at its lower node, ends at its upper one, and meets no other node. */
static void check_line(const layout *l, const shape *s, size_t i)
{
    const layout_edge *e = &l->edges[i];
    const layout_point *p = &l->points.at[e->first];
    const layout_node *from = &l->nodes[e->from], *to = &l->nodes[e->to];
    assert_true(e->count >= 4 && e->count % 3 == 1);
    assert_true(fabs(p[0].y - (from->y - from->height / 2)) < 0.01);
    assert_true(fabs(p[e->count - 1].y - (to->y + to->height / 2)) < 0.01);
    assert_true(fabs(p[0].x - from->x) <= from->width / 2 && fabs(p[e->count - 1].x - to->x) <= to->width / 2);
    for (size_t k = 0; k + 3 < e->count; k += 3)
        for (int step = 0; step <= 8; step++) {
            double t = step / 8.0, u = 1 - t, a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;
            double x = a * p[k].x + b * p[k + 1].x + c * p[k + 2].x + d * p[k + 3].x;
            double y = a * p[k].y + b * p[k + 1].y + c * p[k + 2].y + d * p[k + 3].y;
            box dot = {x, y, x, y};
            if (!inside(l, dot)) fail_msg("%s: edge %zu leaves the picture", s->name, i);
            for (size_t n = 0; n < l->node_count; n++)
                if (n != e->from && n != e->to &&
                    over(dot, box_of(l->nodes[n].x, l->nodes[n].y, l->nodes[n].width, l->nodes[n].height), -0.5))
                    fail_msg("%s: edge %zu over node %zu", s->name, i, n);
        }
}

static void test_layouts(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        memory m = memory_of(NULL);
        layout l = make_layout(&shapes[k], &m);
        assert_true(layout_run(&l));
        check_boxes(&l, &shapes[k]);
        check_labels(&l, &shapes[k]);
        for (size_t i = 0; i < l.edge_count; i += 1 + l.edge_count / 400) check_line(&l, &shapes[k], i);
        for (size_t i = 0; i < l.edge_count; i++)
            assert_true(l.nodes[l.edges[i].from].y > l.nodes[l.edges[i].to].y); /* arguments below */
        free_layout(&l);
        assert_int_equal(m.used, 0);
    }
}

static void test_layouts_again(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        memory m = memory_of(NULL);
        layout a = make_layout(&shapes[k], &m), b = make_layout(&shapes[k], &m);
        assert_true(layout_run(&a) && layout_run(&b));
        assert_int_equal(a.points.count, b.points.count);
        for (size_t i = 0; i < a.points.count; i++)
            assert_true(!(a.points.at[i].x < b.points.at[i].x) && !(a.points.at[i].x > b.points.at[i].x));
        free_layout(&a);
        free_layout(&b);
    }
}

static void test_sort(void **state)
{
    (void)state;
    layout_key keys[500];
    uint32_t random = 1;
    for (uint32_t n = 0; n < 500; n += 7) {
        for (uint32_t i = 0; i < n; i++) {
            layout_key k = {(double)(random_next(&random) % 50), i, i};
            keys[i] = k;
        }
        layout_sort(keys, n);
        for (uint32_t i = 1; i < n; i++)
            assert_true(keys[i - 1].key < keys[i].key ||
                        (keys[i - 1].key <= keys[i].key && keys[i - 1].tie < keys[i].tie));
    }
}

/* ---- Pictures ------------------------------------------------------------------------------- */

typedef struct bytes {
    char *at;
    size_t count, calls, refuse; /* refuse: the call that fails, from 1 */
} bytes;

static int put(void *context, const char *at, size_t count)
{
    bytes *b = context;
    if (++b->calls == b->refuse) return 1;
    b->at = realloc(b->at, b->count + count + 1);
    assert_non_null(b->at);
    memcpy(b->at + b->count, at, count);
    b->count += count;
    b->at[b->count] = '\0';
    return 0;
}

static ew_graph *parse(const char *text, const ew_options *options)
{
    ew_error err = {0};
    ew_graph *g = ew_parse(text, EW_WHOLE, options, &err);
    if (!g) fail_msg("%s: %s", text, err.message);
    return g;
}

static bytes draw(ew_graph *g, ew_draw_options o)
{
    bytes b = {0};
    ew_error err = {0};
    if (ew_draw(g, &o, put, &b, &err) != EW_OK) fail_msg("%s: %s", o.format, err.message);
    return b;
}

static const char five[] = "(a+b)*(b+1)";
static const double five_values[] = {2, 1, 3, 2, 6}, five_partials[] = {1, 1, 1, 2, 3}, five_slopes[] = {2, 5, 2, 3, 1};

static size_t count_of(const char *in, const char *what)
{
    size_t n = 0;
    for (const char *s = in; (s = strstr(s, what)) != NULL; s += strlen(what)) n++;
    return n;
}

static void has(const bytes *b, const char *what)
{
    if (!strstr(b->at, what)) fail_msg("not found: %s\n%s", what, b->at);
}

static void test_five(void **state)
{
    (void)state;
    ew_graph *g = parse(five, NULL);
    ew_draw_options o = {.format = "svg", .of = EW_NONE};
    bytes b = draw(g, o);
    has(&b, "<title id=\"ew-title\">(a+b)*(b+1)</title>");
    has(&b, "role=\"img\" aria-labelledby=\"ew-title ew-desc\"");
    has(&b, "viewBox=\"0 0 ");
    has(&b, ">c * d</text>");
    assert_int_equal(count_of(b.at, "\">1</text>"), 3); /* the labels 1, 1, 1, d, c */
    assert_int_equal(count_of(b.at, "fill-opacity"), 5);
    free(b.at);
    o.hide_edges = 1;
    b = draw(g, o);
    assert_int_equal(count_of(b.at, "fill-opacity"), 0);
    free(b.at);
    ew_graph_free(g);
}

static void test_values(void **state)
{
    (void)state;
    ew_graph *g = parse(five, NULL);
    ew_draw_options o = {.of = EW_NONE,
                         .values = five_values,
                         .partials = five_partials,
                         .derivatives = five_slopes,
                         .derivative_of = "∂e/∂"};
    for (size_t k = 0; k < FORMATS; k++) {
        if (strcmp(formats[k], "tex") == 0) continue;
        o.format = formats[k];
        bytes b = draw(g, o);
        has(&b, "6");
        has(&b, "∂e/∂");
        free(b.at);
    }
    o.format = "txt";
    bytes b = draw(g, o);
    has(&b, "├─(2)─ c = a + b = 3");
    has(&b, "∂e/∂b = 5");
    free(b.at);
    o.derivative_of = "∂/∂b";
    b = draw(g, o);
    has(&b, "∂e/∂b = 1\n");
    free(b.at);
    o.hide_values = 1;
    b = draw(g, o);
    has(&b, "c = a + b  ");
    free(b.at);
    ew_graph_free(g);
}

static void test_highlight(void **state)
{
    (void)state;
    const unsigned char path[] = {0, 1, 0, 1, 0};
    ew_graph *g = parse(five, NULL);
    ew_draw_options o = {.format = "svg", .of = EW_NONE, .highlight = path};
    bytes b = draw(g, o);
    assert_int_equal(count_of(b.at, "stroke-width=\"3\""), 2);
    free(b.at);
    o.format = "mmd";
    b = draw(g, o);
    assert_int_equal(count_of(b.at, "==>"), 2);
    free(b.at);
    ew_graph_free(g);
}

static void test_of(void **state)
{
    (void)state;
    ew_graph *g = parse(five, NULL);
    ew_draw_options o = {.format = "dot", .of = ew_find(g, "d")};
    bytes b = draw(g, o);
    has(&b, "n0 [label=\"b\"");
    has(&b, "n1 [label=\"d\\nb + 1\"");
    assert_int_equal(count_of(b.at, "->"), 1);
    free(b.at);
    ew_graph_free(g);
}

static void test_parallel(void **state)
{
    (void)state;
    ew_graph *g = parse("d = b * b", NULL);
    ew_draw_options o = {.format = "svg", .of = EW_NONE};
    bytes b = draw(g, o);
    const char *first = strstr(b.at, "<path d=\""), *second = first ? strstr(strchr(first, '\n'), "<path d=\"") : NULL;
    assert_non_null(second);
    assert_true(strncmp(first, second, strcspn(first, "/")) != 0); /* not one over the other */
    assert_int_equal(count_of(b.at, "fill-opacity"), 2);
    free(b.at);
    o.format = "md";
    b = draw(g, o);
    has(&b, "\\frac{\\partial d}{\\partial b} = b + b");
    free(b.at);
    ew_graph_free(g);
}

static void test_latex(void **state)
{
    (void)state;
    static const struct {
        const char *program, *formula;
    } rows[] = {
        {"y = (a+b)^2", "y = c^{2}"},
        {"y = diff(a^k / sin(b), b)", "\\cos b"},
        {"w_11 = alpha2 * loss", "w_{11} = \\alpha _{2} \\cdot \\mathrm{loss}"},
        {"y = max(a, b, 1)", "y = \\max(a, b, 1)"},
        {"y = hypot(θ, b)", "y = \\sqrt{\\theta ^2 + b^2}"},
        {"y = gelu(a)", "y = \\mathrm{gelu}(a)"},
        {"y = a / b", "\\partial b} = -\\frac{y}{b}"},
        {"y = 1e-7 * a", "y = 1 \\cdot 10^{-7} \\cdot a"},
        {"input x[2, 3]; param W[3]; z[n] = sum(j: x[n, j] * W[j])", "z_{n} = \\sum_{j} c_{n,j}"},
        {"input x[2, 3]; param W[3]; z[n] = sum(j: x[n, j] * W[j])", "\\partial c_{n,j}}{\\partial x_{n,j}} = W_{j}"},
        {"input x[5]; h[0] = x[0]; h[t+1] = 2 * h[t] + x[t]; output h", "h_{0} = x_{0},\\quad h_{t+1} = c_{t} + x_{t}"},
        {"input x[9]; input g[4] : int; z[i] = x[g[i]] * x[2*i+1]", "z_{i} = x_{{g}_{i}} \\cdot x_{2 i+1}"},
        {"input x[9]; z[i, j in 4] = prod(k in 3: max(x[i+k], j)); output z", "\\prod_{k}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ew_graph *g = parse(rows[i].program, NULL);
        ew_draw_options o = {.format = "md", .of = EW_NONE};
        bytes b = draw(g, o);
        has(&b, rows[i].formula);
        assert_null(strstr(b.at, "\\operatorname"));
        free(b.at);
        ew_graph_free(g);
    }
}

static const char *const programs[] = {
    "(a+b)*(b+1)",
    "d = b * b",
    "h = 0.1\nparam k = 3\ninput t = 2\nx = t*k + h\ny = if x > 1 then x^2 else -x\noutput y",
    "s = sqrt(a^2 + b^2) * exp(-c*d) + log(1 + abs(x*y - z)) / (1 + sigmoid(u*v)) - max(a, b, x) * sin(c + z)",
    "điểm = θ * một_cái_tên_rất_dài_để_xem_nó_có_bị_cắt_không + 漢字",
    "x",
    "input x[2, 3]; param W[3, 2]; z[n, k] = sum(j: x[n, j] * W[j, k]); p[n, k] = exp(z[n, k]) / sum(c: exp(z[n, c]))",
    "input h0[2]; input x[4, 2]; param U[2, 2]; h[0, i] = h0[i]; h[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + x[t, i])",
    "input s[N]; input w[2]; q[0] = w[1]; q[1] = 2 * w[0]; c[r in 0..2] = max(p in 2: s[r+p] * q[p]); output c",
};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static void test_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROGRAMS; i++)
        for (size_t k = 0; k < FORMATS; k++) {
            ew_options vi = {.language = k % 2 ? "vi" : NULL};
            ew_graph *g = parse(programs[i], &vi), *h = parse(programs[i], &vi);
            ew_draw_options o = {.format = formats[k], .of = EW_NONE};
            bytes a = draw(g, o), b = draw(h, o), c = draw(g, o);
            assert_string_equal(a.at, b.at);
            assert_string_equal(a.at, c.at);
            assert_int_equal(utf8_invalid(a.at, a.count), a.count);
            free(a.at);
            free(b.at);
            free(c.at);
            ew_graph_free(g);
            ew_graph_free(h);
        }
}

static void test_escapes(void **state)
{
    (void)state;
    ew_graph *g = parse("y = if a < b and b > 1 then a else b", NULL);
    ew_draw_options o = {.of = EW_NONE, .title = "<b> & \"q\" \x01 \xff {x} | `c` \\ % $ #"};
    for (size_t k = 0; k < FORMATS; k++) {
        o.format = formats[k];
        bytes b = draw(g, o);
        bool xml = strcmp(o.format, "svg") == 0 || strcmp(o.format, "html") == 0;
        if (xml) {
            has(&b, "&lt;b&gt; &amp; &quot;q&quot; ");
            assert_null(strstr(b.at, "<b>"));
        }
        assert_null(strchr(b.at, 1));
        free(b.at);
    }
    ew_graph_free(g);
}

static void test_refused(void **state)
{
    (void)state;
    ew_graph *g = parse(five, NULL);
    ew_error err;
    bytes b = {0};
    ew_draw_options o = {.format = "bmp", .of = EW_NONE};
    assert_int_equal(ew_draw(g, &o, put, &b, &err), EW_USE);
    assert_non_null(strstr(err.message, "svg, dot, mmd, tex, md, txt, html"));
    o.format = NULL;
    assert_int_equal(ew_draw(g, &o, put, &b, NULL), EW_USE);
    o.format = "svg";
    b.refuse = 1;
    assert_int_equal(ew_draw(g, &o, put, &b, &err), EW_FILE);
    b.refuse = 0;
    assert_int_equal(ew_draw(g, &o, put, &b, &err), EW_OK); /* the graph is none the worse */
    free(b.at);
    ew_graph_free(g);
}

/* ---- Large ones ----------------------------------------------------------------------------- */

static void test_large(void **state)
{
    (void)state;
    enum { CHAIN = 1400 };
    char *text = malloc(CHAIN * 64), *s = text;
    uint32_t random = 3;
    assert_non_null(text);
    s += sprintf(s, "n0 = sin(x)\n");
    for (unsigned i = 1; i < CHAIN; i++) s += sprintf(s, "n%u = n%u * n%u\n", i, i - 1, random_next(&random) % i);
    ew_graph *g = parse(text, NULL);
    for (size_t k = 0; k < FORMATS; k++) {
        ew_draw_options o = {.format = formats[k], .of = EW_NONE};
        clock_t start = clock();
        bytes b = draw(g, o);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (seconds > 3) fail_msg("%s took %d ms", formats[k], (int)(seconds * 1000));
        free(b.at);
    }
    ew_graph_free(g);
    free(text);
}

/* ---- Allocations ---------------------------------------------------------------------------- */

typedef struct refuser {
    size_t calls, refuse; /* the call that is refused, from 1; 0: none */
    size_t used;
} refuser;

static void *refuse(void *context, void *pointer, size_t old_size, size_t new_size)
{
    refuser *r = context;
    if (new_size > old_size && ++r->calls == r->refuse) return NULL;
    r->used += new_size - old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

static void refuse_each(ew_graph *g, refuser *r, ew_draw_options o)
{
    bytes whole = draw(g, o);
    size_t used = r->used;
    for (size_t k = 1;; k++) {
        bytes b = {0};
        ew_error err = {0};
        r->calls = 0;
        r->refuse = k;
        ew_status status = ew_draw(g, &o, put, &b, &err);
        bool past = r->calls < k;
        r->refuse = 0;
        assert_int_equal(r->used, used);
        if (past) {
            assert_int_equal(status, EW_OK);
            assert_string_equal(b.at, whole.at);
            free(b.at);
            break;
        }
        assert_int_equal(status, EW_LIMIT);
        assert_string_equal(err.code, "E080");
        free(b.at);
    }
    free(whole.at);
}

static void test_allocations(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROGRAMS; i++) {
        refuser r = {0};
        ew_options options = {.resize = refuse, .context = &r};
        ew_graph *g = parse(programs[i], &options);
        ew_edge_count(g, NULL); /* made once, kept by the graph */
        for (size_t k = 0; k < FORMATS; k++) {
            ew_draw_options o = {.format = formats[k], .of = EW_NONE};
            refuse_each(g, &r, o);
        }
        ew_graph_free(g);
        assert_int_equal(r.used, 0);
    }
}

static void test_layout_allocations(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        if (shapes[k].count > 300 && shapes[k].edge != edge_far) continue;
        for (size_t n = 1;; n += shapes[k].count > 300 ? 3 : 1) {
            refuser r = {.refuse = n};
            ew_options options = {.resize = refuse, .context = &r};
            memory m = memory_of(&options);
            layout l = make_layout(&shapes[k], &m);
            bool ok = layout_run(&l);
            assert_true(ok == (r.calls < n));
            free_layout(&l);
            assert_int_equal(r.used, 0);
            if (ok) break;
        }
    }
}

/* ---- Plots ---------------------------------------------------------------------------------- */

static bytes plot_bytes(ew_plot_options o)
{
    bytes b = {0};
    ew_error err = {0};
    if (ew_plot(&o, put, &b, &err) != EW_OK) fail_msg("%s", err.message);
    return b;
}

static void test_plot(void **state)
{
    (void)state;
    static double y[5000];
    for (int i = 0; i < 5000; i++) y[i] = i % 700 == 0 ? NAN : 1000 / (double)(i + 1);
    double odd[] = {1e308, -1e308, INFINITY, 0, NAN}, x[] = {1, 10, 100, 1000, 1e4};
    ew_plot_series series[] = {
        {NULL, y, 5000, "loss & <co>"}, {NULL, y, 1, NULL}, {x, odd, 5, "odd"}, {NULL, y, 0, NULL}};
    for (int i = 0; i < 128; i++) {
        ew_plot_options o = {.format = i % 2 ? "svg" : "txt",
                             .series = series + i / 2 % 4,
                             .series_count = i / 2 % 4 == 0 ? 2 : 1,
                             .log_x = i / 8 % 2,
                             .log_y = i / 16 % 2,
                             .width = i / 32 % 2 ? 33 : 0,
                             .height = i / 64 % 2 ? 7 : 0,
                             .title = i / 8 % 2 ? NULL : "<t>",
                             .x_label = "step",
                             .y_label = "loss"};
        bytes a = plot_bytes(o), b = plot_bytes(o);
        assert_string_equal(a.at, b.at);
        assert_null(strstr(a.at, i % 2 ? "<t>" : "\xef\xbf\xbd"));
        assert_null(strstr(a.at, i % 2 ? "nan " : "\x01"));
        assert_true(a.count < 200000);
        free(a.at);
        free(b.at);
    }
    ew_plot_options o = {.format = "png"};
    assert_int_equal(ew_plot(&o, put, NULL, NULL), EW_USE);
}

static void test_plot_allocations(void **state)
{
    (void)state;
    double y[] = {3, 2, 1};
    ew_plot_series series = {NULL, y, 3, "a"};
    for (int format = 0; format < 2; format++)
        for (size_t k = 1;; k++) {
            refuser r = {.refuse = k};
            ew_options options = {.resize = refuse, .context = &r};
            ew_plot_options o = {
                .format = format ? "svg" : "txt", .series = &series, .series_count = 1, .options = &options};
            bytes b = {0};
            ew_error err = {0};
            ew_status status = ew_plot(&o, put, &b, &err);
            free(b.at);
            assert_int_equal(r.used, 0);
            assert_int_equal(status, r.calls < k ? EW_OK : EW_LIMIT);
            if (status == EW_OK) break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_layouts_again),
        cmocka_unit_test(test_five),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_highlight),
        cmocka_unit_test(test_of),
        cmocka_unit_test(test_parallel),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_latex),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_layout_allocations),
        cmocka_unit_test(test_plot),
        cmocka_unit_test(test_plot_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
