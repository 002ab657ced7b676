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
    "f(x, k) = y * k where (y = sin(x) + x; z = 1)\n"
    "u = f(a, 2) + f(b, 3)\nv = max(u, a, b) + (if u > 0 then u^2 else -u)\ng = diff(v, a)",
    "input n : int = 3\nparam w : f32 ~ normal(0, 1)\ne = n * w + mod(n, 2)\noutput e",
    "a = (((b + 1) * c",
    "x = y + 1\ny = x",
    "lambda = alpah * 2\ninput alpha = 1",
};

static ew_status work(const char *text, const ew_options *options, ew_error *err)
{
    ew_graph *g = ew_parse(text, EW_WHOLE, options, err);
    if (!g) return err->status;
    ew_status status = EW_OK;
    ew_program *p = NULL;
    ew_paths *paths = NULL;
    ew_node nodes[64], of = ew_output_at(g, 0);
    double in[8] = {3, 1.5, 2, 1, 1, 1, 1, 1}, out[8], partials[200] = {0};
    size_t written = 0, edges = ew_edge_count(g, err);
    if (err->status != EW_OK) goto end;
    if ((status = ew_reverse(g, of, nodes, err)) != EW_OK) goto end;
    ew_node by = ew_input_at(g, 0).node;
    if (ew_node_type(g, by) != EW_INT && (status = ew_forward(g, by, nodes, err)) != EW_OK) goto end;
    p = ew_prepare(g, "1 + 2", err);
    if (!p) goto end;
    ew_free(p);
    p = ew_prepare_nodes(g, nodes, 1, err);
    if (!p || (status = ew_run(p, NULL, in, out)) != EW_OK) goto end;
    if ((status = ew_emit_c(p, "f", EW_EMIT_MAIN, swallow, &written, swallow, &written, err)) != EW_OK) goto end;
    paths = ew_paths_new(g, by, of, edges <= 200 ? partials : NULL, 5, err);
    if (!paths) goto end;
    static const char *const formats[] = {"svg", "dot", "mmd", "tex", "md", "txt", "html"};
    for (size_t i = 0; i < 7; i++) {
        ew_draw_options d = {.format = formats[i], .of = EW_NONE};
        if ((status = ew_draw(g, &d, swallow, &written, err)) != EW_OK) goto end;
    }
    for (int brief = 0; brief < 2; brief++) {
        ew_explain_options x = {.of = EW_NONE, .in = in, .brief = brief, .nudge = brief ? NULL : in, .plan = 1};
        if ((status = ew_explain(g, &x, swallow, &written, err)) != EW_OK) goto end;
    }
    status = ew_print(g, swallow, &written, err);
end:
    if (err->status != EW_OK) status = err->status;
    ew_paths_free(paths);
    ew_free(p);
    ew_graph_free(g);
    return status;
}

static void every_allocation(const char *text, int from_there_on)
{
    heap h = {0};
    ew_options options = {.resize = heap_resize, .context = &h, .file = "model.ew", .language = "vi"};
    ew_error err = {0};
    ew_status due = work(text, &options, &err);
    size_t calls = h.calls;
    assert_int_equal(h.blocks, 0);
    for (size_t i = 1; i <= calls; i++) {
        h = (heap){.fail_at = i, .from_there_on = from_there_on};
        memset(&err, 0, sizeof err);
        ew_status status = work(text, &options, &err);
        if (h.blocks || h.live || h.wrong_sizes)
            fail_msg("%s: refusal %zu leaves %zu blocks, %zu bytes, %zu wrong sizes", text, i, h.blocks, h.live,
                     h.wrong_sizes);
        if (status != due && status != EW_LIMIT) fail_msg("%s: refusal %zu gives status %d", text, i, status);
        if (status == EW_LIMIT && !err.message[0]) fail_msg("%s: refusal %zu has no sentence", text, i);
    }
}

static void test_refused_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) every_allocation(programs[i], 0);
}

static void test_refused_from_there_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) every_allocation(programs[i], 1);
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
