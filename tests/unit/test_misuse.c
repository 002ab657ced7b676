/*
 * test_misuse.c - the promises of edgewise.h to who calls it wrongly: nodes and indices that are not
 * there, NULL for a text, a graph that went wrong, the work of another program, a late input.
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
#include <edgewise-train.h>
#include <edgewise.h>

enum { FAR = 4000000 };

static int swallow(void *context, const char *bytes, size_t count)
{
    (void)context;
    (void)bytes;
    (void)count;
    return 0;
}

static ew_graph *parsed(void)
{
    ew_graph *g = ew_parse("e = (a + b) * (b + 1)", EW_WHOLE, NULL, NULL);
    assert_non_null(g);
    return g;
}

static void test_nodes_that_are_not_there(void **state)
{
    static const ew_node nodes[] = {EW_NONE, FAR};
    (void)state;
    ew_graph *g = parsed();
    for (size_t i = 0; i < 2; i++) {
        ew_node n = nodes[i], all[8];
        int line = 7, column = 7;
        char word[8] = "x";
        assert_null(ew_node_name(g, n));
        assert_null(ew_node_op(g, n));
        assert_int_equal(ew_node_generated(g, n), 0);
        assert_int_equal(ew_node_type(g, n), EW_F64);
        assert_int_equal(ew_node_rank(g, n), 0);
        assert_int_equal(ew_node_arg_count(g, n), 0);
        assert_true(ew_node_arg(g, n, 0) == EW_NONE);
        assert_int_equal(ew_node_is_constant(g, n, NULL), 0);
        assert_true(ew_node_index(g, n) == SIZE_MAX);
        ew_node_place(g, n, &line, &column);
        assert_int_equal(line + column, 0);
        ew_node_place(g, n, NULL, NULL);
        assert_int_equal(ew_node_text(g, n, word, sizeof word), 0);
        assert_string_equal(word, "");
        assert_true(ew_diff(g, n, 0, EW_AUTO, NULL) == EW_NONE && ew_diff(g, 0, n, EW_FORWARD, NULL) == EW_NONE);
        assert_int_equal(ew_reverse(g, n, all, NULL), EW_USE);
        assert_int_equal(ew_forward(g, n, all, NULL), EW_USE);
        assert_null(ew_prepare_nodes(g, &n, 1, NULL));
        assert_null(ew_paths_new(g, n, 0, NULL, 1, NULL));
        ew_draw_options draw = {.format = "svg", .of = FAR};
        assert_int_equal(ew_draw(g, &draw, swallow, NULL, NULL), EW_USE);
        ew_explain_options explain = {.of = EW_NONE, .wrt = &n, .wrt_count = 1};
        assert_int_equal(ew_explain(g, &explain, swallow, NULL, NULL), EW_USE);
        assert_int_equal(ew_minimize(g, n, NULL, 0, NULL, NULL, NULL, NULL), EW_USE);
    }
    assert_int_equal(ew_graph_error(g, NULL), EW_OK);
    ew_graph_free(g);
}

static void test_indices_that_are_not_there(void **state)
{
    (void)state;
    ew_graph *g = parsed();
    double value = 0;
    assert_true(ew_node_at(g, FAR) == EW_NONE && ew_output_at(g, FAR) == EW_NONE);
    assert_true(ew_edge_at(g, 0).to == EW_NONE); /* not made yet */
    assert_true(ew_edge_at(g, ew_edge_count(g, NULL)).to == EW_NONE);
    assert_true(ew_input_at(g, FAR).node == EW_NONE);
    assert_int_equal(ew_input_default(g, FAR, 0, 0, &value), 0);
    ew_program *p = ew_prepare(g, NULL, NULL);
    assert_null(ew_in_name(p, ew_in_count(p)));
    assert_null(ew_out_name(p, ew_out_count(p)));
    ew_free(p);
    ew_paths *paths = ew_paths_new(g, ew_find(g, "b"), ew_find(g, "e"), NULL, 10, NULL);
    assert_int_equal(ew_paths_listed(paths), 2);
    assert_int_equal(ew_path_length(paths, 2), 0);
    assert_true(ew_path_edge(paths, 0, 2) == SIZE_MAX && ew_path_edge(paths, 2, 0) == SIZE_MAX);
    assert_true(isnan(ew_path_product(paths, 2)));
    ew_paths_free(paths);
    assert_null(ew_op_at(ew_op_count(), "vi").name);
    assert_null(ew_reason_code((ew_reason)99));
    assert_null(ew_reason_text((ew_reason)99, "vi"));
    ew_graph_free(g);
}

static void test_no_text(void **state)
{
    (void)state;
    ew_error err;
    double value;
    assert_null(ew_parse(NULL, EW_WHOLE, NULL, &err));
    assert_string_equal(err.code, "E001");
    assert_null(ew_compile(NULL, NULL, NULL, &err));
    ew_graph *g = parsed();
    assert_true(ew_expression(g, NULL, &err) == EW_NONE);
    assert_true(ew_find(g, NULL) == EW_NONE);
    assert_null(ew_suggest(g, NULL));
    assert_null(ew_translate("vi", NULL));
    assert_int_equal(ew_number_read(NULL, NULL, &value, NULL), EW_USE);
    assert_int_equal(ew_method_find(NULL), -1);
    assert_int_equal(ew_draw(g, NULL, swallow, NULL, NULL), EW_USE);
    assert_int_equal(ew_plot(NULL, swallow, NULL, NULL), EW_USE);
    ew_graph_free(g);
}

static void test_one_expression(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = parsed();
    assert_true(ew_expression(g, "a, b", &err) == EW_NONE);
    assert_string_equal(err.code, "E059");
    assert_true(ew_expression(g, "a + b", &err) != EW_NONE);
    ew_graph_free(g);
}

/* The error that a builder meets is there to the end, whatever is asked in between. */
static void test_first_error_is_kept(void **state)
{
    static const char *const bad[][2] = {
        {"", "E064"}, {"2x", "E064"}, {"a b", "E064"}, {"where", "E024"}, {"x", "E069"}};
    (void)state;
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        ew_error err;
        ew_node all[8];
        ew_graph *g = ew_graph_new(NULL);
        ew_node x = ew_input(g, "x");
        const char *name = i < 5 ? bad[i][0] : NULL, *code = i < 5 ? bad[i][1] : "E064";
        assert_true(ew_name(g, name, x) == EW_NONE);
        ew_diff(g, x, x, EW_AUTO, NULL);
        ew_reverse(g, x, all, NULL);
        ew_forward(g, x, all, NULL);
        ew_edge_count(g, NULL);
        ew_expression(g, "x", NULL);
        assert_null(ew_prepare(g, "x", NULL));
        assert_null(ew_paths_new(g, x, x, NULL, 1, NULL));
        assert_int_not_equal(ew_print(g, swallow, NULL, NULL), EW_OK);
        assert_int_not_equal(ew_explain(g, NULL, swallow, NULL, NULL), EW_OK);
        assert_int_not_equal(ew_graph_error(g, &err), EW_OK);
        assert_string_equal(err.code, code);
        ew_graph_free(g);
    }
}

static void *no_memory(void *context, void *pointer, size_t old_size, size_t new_size)
{
    (void)context;
    (void)pointer;
    (void)old_size;
    (void)new_size;
    return NULL;
}

static void test_no_graph(void **state)
{
    (void)state;
    ew_options options = {.resize = no_memory};
    ew_error err;
    ew_graph *g = ew_graph_new(&options);
    assert_null(g);
    ew_node x = ew_input(g, "x"), y = ew_param(g, "y", 1), args[] = {x, ew_constant(g, 2)};
    ew_output(g, ew_name(g, "z", ew_op(g, "mul", args, 2)));
    ew_finish(g);
    assert_true(x == EW_NONE && y == EW_NONE);
    assert_null(ew_prepare(g, NULL, &err));
    assert_int_equal(err.status, EW_LIMIT);
    assert_int_equal(ew_graph_error(g, &err), EW_LIMIT);
    assert_string_equal(err.code, "E080");
}

static void test_after_finish(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_graph_new(NULL);
    ew_node x = ew_input(g, "x"), s = ew_op(g, "sin", &x, 1);
    ew_output(g, s);
    ew_finish(g);
    ew_finish(g);
    ew_node args[] = {s, ew_input(g, "y")};
    assert_int_equal(ew_node_index(g, args[1]), 2);
    ew_output(g, ew_op(g, "mul", args, 2));
    assert_string_equal(ew_node_name(g, ew_output_at(g, 1)), "d");
    assert_int_equal(ew_edge_count(g, &err), 3);
    assert_int_equal(ew_graph_error(g, NULL), EW_OK);
    ew_graph_free(g);
}

static void test_work_of_another_program(void **state)
{
    (void)state;
    double in[] = {2, 1}, out[1];
    ew_error err;
    ew_program *p = ew_compile("a * b", NULL, NULL, NULL), *q = ew_compile("a + b", NULL, NULL, NULL);
    ew_work *work = ew_work_new(q);
    assert_int_equal(ew_run(p, work, in, out), EW_USE);
    ew_run_error(p, work, &err);
    assert_string_equal(err.code, "E058");
    ew_run_error(p, work, NULL);
    assert_int_equal(ew_run(q, work, in, out), EW_OK);
    ew_run_error(q, work, &err); /* a good run leaves no error behind */
    assert_int_equal(err.status, EW_OK);
    ew_work_free(work);
    ew_free(p);
    ew_free(q);
}

static size_t resizes;

static void *counted(void *context, void *pointer, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    resizes++;
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static void test_runs_allocate_nothing(void **state)
{
    (void)state;
    ew_options options = {.resize = counted};
    double in[] = {4e18, 4}, out[1];
    ew_error err;
    ew_program *p = ew_compile("input a : int\ninput b : int\nc = a * b", NULL, &options, NULL);
    size_t before = resizes;
    assert_int_equal(ew_run(p, NULL, in, out), EW_LIMIT);
    ew_run_error(p, NULL, &err);
    assert_string_equal(err.message, "the int 'c' overflows: 4000000000000000000 * 4");
    in[0] = 0.5;
    assert_int_equal(ew_run(p, NULL, in, out), EW_LIMIT);
    ew_run_error(p, NULL, &err);
    assert_int_equal(err.status, EW_LIMIT);
    in[0] = 3;
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    assert_true(out[0] == 12 && resizes == before);
    ew_free(p);
}

/* A name that was asked for lives as long as its graph, however many names come after it. */
static void test_names_stay(void **state)
{
    (void)state;
    ew_graph *g = ew_parse("first = a * b", EW_WHOLE, NULL, NULL);
    const char *name = ew_node_name(g, ew_find(g, "first"));
    for (int i = 0; i < 5000; i++) {
        char other[40];
        snprintf(other, sizeof other, "a_name_that_comes_later_%d", i);
        ew_name(g, other, ew_find(g, "a"));
    }
    assert_string_equal(name, "first");
    ew_graph_free(g);
}

/* Whatever the room, no byte is written past it, a character stays whole, and a cut shows. */
static void test_text_in_little_room(void **state)
{
    (void)state;
    ew_graph *g = ew_parse("θ = sin(αβγ) * cos(αβγ)", EW_WHOLE, NULL, NULL);
    char whole[80], part[80];
    ew_node n = ew_expression(g, "sin(αβγ) * cos(αβγ) + 1", NULL);
    size_t length = ew_node_text(g, n, whole, sizeof whole);
    assert_int_equal(length, strlen(whole));
    assert_int_equal(ew_node_text(g, n, NULL, 0), 0);
    for (size_t size = 1; size < sizeof part; size++) {
        memset(part, '!', sizeof part);
        size_t count = ew_node_text(g, n, part, size);
        assert_int_equal(count, length < size ? length : size);
        assert_int_equal(part[size], '!');
        assert_true(strlen(part) < size);
        if (length < size)
            assert_string_equal(part, whole);
        else if (size > 3)
            assert_string_equal(part + strlen(part) - 3, "…");
    }
    ew_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_that_are_not_there),
        cmocka_unit_test(test_indices_that_are_not_there),
        cmocka_unit_test(test_no_text),
        cmocka_unit_test(test_one_expression),
        cmocka_unit_test(test_first_error_is_kept),
        cmocka_unit_test(test_no_graph),
        cmocka_unit_test(test_after_finish),
        cmocka_unit_test(test_work_of_another_program),
        cmocka_unit_test(test_runs_allocate_nothing),
        cmocka_unit_test(test_names_stay),
        cmocka_unit_test(test_text_in_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
