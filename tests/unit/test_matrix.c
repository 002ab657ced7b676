/*
 * test_matrix.c - matrix products: every element the chain of math/matrix.h, bit for bit, for every
 * variant, layout and way of cutting C into parts; nothing beside C touched, no element beside A and B
 * used (there are nans).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/matrix.h"
#include "../sanitized.h"

enum { SMALL = 40, LAYOUTS = 6 };

static void layout_strides(int layout, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t *row, ptrdiff_t *column)
{
    switch (layout) {
    case 0: *row = columns, *column = 1; break;         /* row-major */
    case 1: *row = 1, *column = rows; break;            /* transposed */
    case 2: *row = columns + 3, *column = 1; break;     /* part of wider rows */
    case 3: *row = 1, *column = rows + 5; break;        /* the same, transposed */
    case 4: *row = 2 * columns + 1, *column = 2; break; /* every other column */
    default: *row = -(columns + 1), *column = 1;        /* upside down */
    }
}

#define REAL double
#define NAME(x) x##_f64
#define BITS uint64_t
#define POISON 0x7ff8bad000000000u
#define FMA fma
#include "test_matrix.inc"
#undef REAL
#undef NAME
#undef BITS
#undef POISON
#undef FMA

#define REAL float
#define NAME(x) x##_f32
#define BITS uint32_t
#define POISON 0x7fd00000u
#define FMA fmaf
#include "test_matrix.inc"

/* The parts of a product are all of it, each element once. */
static void test_parts(void **state)
{
    (void)state;
    for (size_t m = 1; m < 130; m += 7)
        for (size_t n = 1; n < 400; n += 13)
            for (size_t workers = 1; workers < 9; workers++) {
                unsigned char seen[130][400] = {{0}};
                matrix_range part[MATRIX_PARTS];
                size_t most = workers % 3 ? MATRIX_PARTS : workers / 3 + 1;
                size_t count = matrix_parts(m, n, workers, most, part);
                assert_in_range(count, 1, most);
                for (size_t p = 0; p < count; p++)
                    for (size_t i = part[p].row; i < part[p].row_end; i++)
                        for (size_t j = part[p].column; j < part[p].column_end; j++) seen[i][j]++;
                for (size_t i = 0; i < 130; i++)
                    for (size_t j = 0; j < 400; j++)
                        if (seen[i][j] != (i < m && j < n)) fail_msg("%zu x %zu for %zu", m, n, workers);
            }
}

/* Each worker's parts lie side by side, later ones are smaller but for the last, and workers have about the same. */
static void test_shares(void **state)
{
    (void)state;
    for (size_t workers = 2; workers < 5; workers++) {
        matrix_range part[MATRIX_PARTS];
        size_t count = matrix_parts(1536, 256, workers, 8 * workers, part), each = count / workers;
        assert_int_equal(count, each * workers);
        assert_true(each > 1);
        for (size_t p = 1; p < count; p++) {
            assert_int_equal(part[p].row, part[p - 1].row_end);
            size_t rows = part[p].row_end - part[p].row, before = part[p - 1].row_end - part[p - 1].row;
            if (p % each && p % each + 1 < each) assert_true(rows < before);
        }
        for (size_t w = 0; w < workers; w++) {
            size_t rows = part[w * each + each - 1].row_end - part[w * each].row;
            assert_in_range(rows, 1536 / workers - 48, 1536 / workers + 48);
        }
    }
}

/* 0 in A does not hide inf and nan in B. */
static void test_special(void **state)
{
    double a[2] = {0, 1}, b[4] = {INFINITY, 1, NAN, -0.0}, c[2], scratch[8000];
    (void)state;
    assert_true(matrix_scratch_f64(1, 2, 2) <= sizeof scratch);
    matrix_product_f64(1, 2, 2, a, 2, 1, b, 2, 1, c, 2, 1, false, scratch);
    assert_true(isnan(c[0]) && c[1] == 0.0 && !signbit(c[1]));
    matrix_product_f64(1, 2, 1, a + 1, 2, 1, b, 2, 1, c, 2, 1, false, scratch);
    assert_true(c[0] == INFINITY && c[1] == 1.0);
}

int main(void)
{
    sanitized_shorter("every other small size, 60 elements of each large product, not 400");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_f64),
        cmocka_unit_test(test_small_f32),
        cmocka_unit_test(test_large_f64),
        cmocka_unit_test(test_large_f32),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_special),
        cmocka_unit_test(test_lanes_f64),
        cmocka_unit_test(test_lanes_f32),
        cmocka_unit_test(test_finite_f64),
        cmocka_unit_test(test_finite_f32),
        cmocka_unit_test(test_deep_f64),
        cmocka_unit_test(test_deep_f32),
        cmocka_unit_test(test_product_finite_f64),
        cmocka_unit_test(test_product_finite_f32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
