/*
 * test_faults.c - every allocation refused once in turn, and from there on: a clean error, nothing
 * leaked, nothing freed with a wrong size. Over parse, differentiate, prepare, run, paths, draw,
 * explain, emit.
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

#include "heap.h"

static int swallow(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    *(size_t *)context += count;
    return 0;
}

static const char *const programs[] = {
    "(a + b) * (b + 1)",
    ("f(x, k) = y * k where (y = sin(x) + x; z = 1)\nu = f(a, 2) + f(b, 3)\nv = max(u, a, b) + (if u > 0 then u^2 else "
     "-u)\ng = diff(v, a)"),
    "input n : int = 3\nparam w : f32 ~ normal(0, 1)\ne = n * w + mod(n, 2)\noutput e",
    "a = (((b + 1) * c",
    "x = y + 1\ny = x",
    "lambda = alpah * 2\ninput alpha = 1",
};

/* What is refused its memory: each part reads the program, and then does one thing. What reading takes is refused in
 * the first part alone. */
enum { RUN, PATHS, EXPLAIN, BRIEFLY, PRINT, DRAW, FORMATS = 7, PARTS = DRAW + FORMATS };

static const double values[8] = {3, 1.5, 2, 1, 1, 1, 1, 1};

static ew_status differentiate(ew_graph *g, ew_node nodes[64], ew_error *err)
{
    ew_node by = ew_input_at(g, 0).node;
    ew_status status = ew_reverse(g, ew_output_at(g, 0), nodes, err);
    if (status == EW_OK && ew_node_type(g, by) != EW_INT) status = ew_forward(g, by, nodes, err);
    return status;
}

static ew_status run(ew_graph *g, ew_error *err)
{
    double out[8];
    size_t written = 0;
    ew_node nodes[64];
    ew_status status = differentiate(g, nodes, err);
    if (status != EW_OK) return status;
    ew_program *p = ew_prepare(g, "1 + 2", err);
    if (!p) return err->status;
    ew_free(p);
    p = ew_prepare_nodes(g, nodes, 1, err);
    if (!p) return err->status;
    status = ew_run(p, NULL, values, out);
    if (status == EW_OK) status = ew_emit_c(p, "f", EW_EMIT_MAIN, swallow, &written, swallow, &written, err);
    ew_free(p);
    return status;
}

static ew_status paths(ew_graph *g, ew_error *err)
{
    double partials[200] = {0};
    size_t edges = ew_edge_count(g, err);
    if (err->status != EW_OK) return err->status;
    ew_paths *found =
        ew_paths_new(g, ew_input_at(g, 0).node, ew_output_at(g, 0), edges <= 200 ? partials : NULL, 5, err);
    ew_paths_free(found);
    return found ? EW_OK : err->status;
}

static ew_status explain(ew_graph *g, int brief, ew_error *err)
{
    size_t written = 0;
    ew_explain_options x = {.of = EW_NONE, .in = values, .brief = brief, .nudge = brief ? NULL : values, .plan = 1};
    return ew_explain(g, &x, swallow, &written, err);
}

static ew_status draw(ew_graph *g, int format, ew_error *err)
{
    static const char *const formats[FORMATS] = {"svg", "dot", "mmd", "tex", "md", "txt", "html"};
    size_t written = 0;
    ew_draw_options d = {.format = formats[format], .of = EW_NONE};
    return ew_draw(g, &d, swallow, &written, err);
}

/* `read`: how many allocations it took to read the program. */
static ew_status work(const char *text, int part, const ew_options *options, size_t *read, ew_error *err)
{
    size_t written = 0;
    ew_status status;
    ew_graph *g = ew_parse(text, EW_WHOLE, options, err);
    *read = ((heap *)options->context)->calls;
    if (!g) return err->status;
    switch (part) {
    case RUN: status = run(g, err); break;
    case PATHS: status = paths(g, err); break;
    case EXPLAIN:
    case BRIEFLY: status = explain(g, part == BRIEFLY, err); break;
    case PRINT: status = ew_print(g, swallow, &written, err); break;
    default: status = draw(g, part - DRAW, err);
    }
    ew_graph_free(g);
    return err->status != EW_OK ? err->status : status;
}

static void every_allocation(const char *text, int part, int from_there_on)
{
    heap h = {0};
    size_t read, again;
    ew_options options = {.resize = heap_resize, .context = &h, .file = "model.ew", .language = "vi"};
    ew_error err = {0};
    ew_status due = work(text, part, &options, &read, &err);
    size_t calls = h.calls;
    assert_int_equal(h.blocks, 0);
    for (size_t i = part == RUN ? 1 : read + 1; i <= calls; i++) {
        h = (heap){.fail_at = i, .from_there_on = from_there_on};
        memset(&err, 0, sizeof err);
        ew_status status = work(text, part, &options, &again, &err);
        if (h.blocks || h.live || h.wrong_sizes)
            fail_msg("%s: part %d, refusal %zu leaves %zu blocks, %zu bytes, %zu wrong sizes", text, part, i, h.blocks,
                     h.live, h.wrong_sizes);
        if (status != due && status != EW_LIMIT)
            fail_msg("%s: part %d, refusal %zu gives status %d", text, part, i, status);
        if (status == EW_LIMIT && !err.message[0]) fail_msg("%s: part %d, refusal %zu has no sentence", text, part, i);
    }
}

static void every_part(int from_there_on)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        for (int part = 0; part < PARTS; part++) every_allocation(programs[i], part, from_there_on);
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

static void test_limits(void **state)
{
    (void)state;
    ew_error err;
    ew_options few = {.max_nodes = 3}, small = {.max_bytes = 4000};
    assert_null(ew_parse("(a + b) * (b + 1)", EW_WHOLE, &few, &err));
    assert_string_equal(err.code, "E082");
    assert_null(ew_parse("a + b + c + d + e + f * g * h * i * j + k + l + m + n", EW_WHOLE, &small, &err));
    assert_string_equal(err.code, "E081");
    /* calls that double: bounded by the limit on nodes, not by patience */
    char text[4000] = "f0(x) = x\n";
    ew_options some = {.max_nodes = 100000};
    for (int i = 1; i <= 60; i++) {
        char line[60];
        snprintf(line, sizeof line, "f%d(x) = f%d(x) + f%d(x)\n", i, i - 1, i - 1);
        strcat(text, line);
    }
    strcat(text, "y = f60(a)");
    assert_null(ew_parse(text, EW_WHOLE, &some, &err));
    assert_string_equal(err.code, "E082");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_once),
        cmocka_unit_test(test_refused_from_there_on),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
