/*
 * The reference evaluator (tests/reference) on graphs made by hand whose values are known: a matrix
 * product, an access with a guard, its scatter, a join, a recurrence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../reference/evaluate.h"

static uint16_t shape(ew_graph *g, int64_t a, int64_t b)
{
    int64_t sizes[2] = {a, b};
    return graph_shape_of(g, sizes, b ? 2 : 1);
}

static ew_node array(ew_graph *g, const char *name, uint16_t s)
{
    return graph_add_input(g, graph_intern(g, name, strlen(name)), false, TYPE_F64, s, NO_PLACE);
}

static uint16_t plain(ew_graph *g, uint16_t a, uint16_t b)
{
    uint16_t axis[2] = {a, b};
    return graph_map_plain(g, axis, 2);
}

static void test_product(void **state)
{
    (void)state;
    ew_graph *g = graph_new(NULL, NULL);
    ew_node x = array(g, "x", shape(g, 2, 3)), w = array(g, "w", shape(g, 3, 2));
    int64_t sizes[3] = {2, 2, 3}; /* n, k, j */
    uint16_t domain = graph_shape_of(g, sizes, 3);
    ew_node args[2] = {x, w};
    uint16_t maps[2] = {plain(g, 0, 2), plain(g, 2, 1)};
    ew_node body = graph_each(g, OP_MUL, args, maps, 2, domain);
    ew_node z = graph_reduce(g, OP_SUM, body, 0, shape(g, 2, 2), domain);
    double in[] = {1, 2, 3, 4, 5, 6, 1, 10, 2, 20, 3, 30}, out[4];
    assert_true(reference_run(g, in, z, out));
    assert_true(out[0] == 14 && out[1] == 140 && out[2] == 32 && out[3] == 320);
    assert_int_equal(body, graph_each(g, OP_MUL, args, maps, 2, domain)); /* equal nodes are one */
    ew_graph_free(g);
}

static void test_access(void **state)
{
    (void)state;
    ew_graph *g = graph_new(NULL, NULL);
    ew_node x = array(g, "x", shape(g, 3, 0));
    map_draft back = {.offset = -1, .terms = 1, .axis = {0}, .factor = {1}};
    uint16_t map = graph_map_of(g, &back, 1);
    double in[] = {5, 6, 7}, out[3];
    ew_node shifted = graph_at(g, x, map, shape(g, 3, 0), NODE_ZERO);
    assert_true(reference_run(g, in, shifted, out));
    assert_true(out[0] == 0 && out[1] == 5 && out[2] == 6);
    assert_false(reference_run(g, in, graph_at(g, x, map, shape(g, 3, 0), 0), out));
    node_spec s = {.op = OP_SCATTER,
                   .args = &x,
                   .count = 1,
                   .shape = shape(g, 3, 0),
                   .domain = shape(g, 3, 0),
                   .target = map,
                   .place = NO_PLACE};
    assert_true(reference_run(g, in, graph_make(g, &s), out));
    assert_true(out[0] == 6 && out[1] == 7 && out[2] == 0);
    ew_graph_free(g);
}

/* h[0] = 1; h[t+1] = 2 h[t] + x[t] */
static void test_recurrence(void **state)
{
    (void)state;
    ew_graph *g = graph_new(NULL, NULL);
    uint16_t five = shape(g, 5, 0), four = shape(g, 4, 0);
    ew_node x = array(g, "x", four), two = graph_whole(g, 2);
    uint32_t region = graph_region_new(g, false, 0, 3);
    ew_node h = graph_state_add(g, region, TYPE_F64, five, 0, 1);
    ew_node at[2] = {two, graph_at(g, h, 0, four, 0)};
    ew_node sum[2] = {graph_each(g, OP_MUL, at, NULL, 2, four), x};
    ew_node step = graph_each(g, OP_ADD, sum, NULL, 2, four), first = graph_real(g, 1);
    map_draft zero = {0}, next = {.offset = 1, .terms = 1, .axis = {0}, .factor = {1}};
    ew_node parts[2] = {first, step};
    uint16_t maps[2] = {graph_map_of(g, &zero, 1), graph_map_of(g, &next, 1)};
    node_spec join = {.op = OP_JOIN, .args = parts, .maps = maps, .count = 2, .shape = five, .place = NO_PLACE};
    assert_true(graph_state_define(g, h, graph_make(g, &join)));
    assert_true(graph_region_close(g, region, EW_NONE, NULL, NULL));
    double in[] = {1, 2, 3, 4}, out[5];
    assert_true(reference_run(g, in, node_state(g, h)->loop, out));
    assert_true(out[0] == 1 && out[1] == 3 && out[2] == 8 && out[3] == 19 && out[4] == 42);
    ew_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product),
        cmocka_unit_test(test_access),
        cmocka_unit_test(test_recurrence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
