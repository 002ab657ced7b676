/*
 * Random programs with indices (tests/reference/random_indexed.h), five ways:
 *
 *   - every node by the executor against the reference, which computes one element at a time;
 *   - the gradient of the last scalar in reverse and in forward mode against each other, and the reference's
 *     value of the derivative graph;
 *   - smooth programs: the gradient against central differences of the program itself;
 *   - what is carried along inside a circle against the derivative outside;
 *   - one thread against four: the same bits.
 *
 * Usage: test_indexed [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "diff/diff.h"

#include "../reference/evaluate.h"
#include "../reference/random_indexed.h"

static bool long_run;
static uint64_t first_seed = 1;
static random_indexed program;

typedef struct trial {
    uint64_t seed;
    ew_size size[RANDOM_DIMENSIONS];
    ew_options options;
    ew_graph *g;
    double *in;
    size_t in_count;
} trial;

static void trial_fail(const trial *t, const char *what)
{
    printf("seed %llu: %s\nN=%d M=%d K=%d T=%d\n%s\n", (unsigned long long)t->seed, what, (int)program.size[0],
           (int)program.size[1], (int)program.size[2], (int)program.size[3], program.text);
    fail();
}

static double trial_number(uint64_t seed, size_t i)
{
    uint64_t x = (seed * 1000003 + i) * 0x9E3779B97F4A7C15u;
    x ^= x >> 31;
    x *= 0xBF58476D1CE4E5B9u;
    return (double)(x >> 40) / (double)(1 << 23) - 1;
}

/* Inputs, then the parameter, in the order of the text. */
static void trial_values(trial *t)
{
    size_t at = 0;
    for (unsigned i = 0; i < program.inputs; i++) {
        const random_array *a = &program.array[i];
        size_t count = 1;
        for (unsigned p = 0; p < a->rank; p++) count *= (size_t)program.size[a->axis[p]];
        t->in = realloc(t->in, (at + count + 1) * sizeof *t->in);
        for (size_t e = 0; e < count; e++) {
            double v = trial_number(t->seed, at + e);
            t->in[at + e] = a->is_int ? floor((v + 1) / 2 * (double)program.size[a->places]) : v;
        }
        at += count;
    }
    t->in[at++] = 0.5;
    t->in_count = at;
}

static void trial_begin(trial *t, uint64_t seed, bool smooth)
{
    ew_error err;
    random_indexed_make(&program, seed, smooth);
    *t = (trial){.seed = seed};
    for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++)
        t->size[d] = (ew_size){random_dimension[d], 0, NULL, program.size[d]};
    t->options = (ew_options){.sizes = t->size, .size_count = RANDOM_DIMENSIONS};
    t->g = ew_parse(program.text, EW_WHOLE, &t->options, &err);
    if (!t->g) trial_fail(t, err.message);
    trial_values(t);
}

static void trial_end(trial *t)
{
    ew_graph_free(t->g);
    free(t->in);
}

static bool near(double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

static size_t elements(const ew_graph *g, ew_node n)
{
    size_t count = 0;
    shape_elements(g, node_at(g, n)->shape, &count);
    return count;
}

/* Every node that a person sees. */
static void test_values(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 3000 : 250); seed++) {
        trial t;
        ew_error err;
        trial_begin(&t, seed, seed % 2 == 0);
        size_t count = ew_node_count(t.g), at = 0;
        ew_node *nodes = malloc(count * sizeof *nodes);
        for (size_t i = 0; i < count; i++) nodes[i] = ew_node_at(t.g, i);
        ew_program *p = ew_prepare_nodes(t.g, nodes, count, &err);
        if (!p) trial_fail(&t, err.message);
        double *out = malloc((ew_out_count(p) + 1) * sizeof *out), *due = malloc((ew_out_count(p) + 1) * sizeof *due);
        if (ew_run(p, NULL, t.in, out) != EW_OK) {
            ew_run_error(p, NULL, &err);
            trial_fail(&t, err.message);
        }
        if (!diff_resolve(t.g, nodes, count)) trial_fail(&t, "a derivative is not worked out");
        for (size_t i = 0; i < count; at += elements(t.g, nodes[i]), i++) {
            if (!reference_run(t.g, t.in, nodes[i], due)) trial_fail(&t, "the reference has no value");
            for (size_t e = 0; e < elements(t.g, nodes[i]); e++) {
                char what[200];
                if (near(out[at + e], due[e], 1e-12)) continue;
                snprintf(what, sizeof what, "%s, element %zu: %.17g, due %.17g", ew_node_name(t.g, ew_node_at(t.g, i)),
                         e, out[at + e], due[e]);
                trial_fail(&t, what);
            }
        }
        free(out);
        free(due);
        free(nodes);
        ew_free(p);
        trial_end(&t);
    }
}

/* "diff(total, x0[n, m]), …, diff(total, p)" */
static void gradient_list(char *list, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < program.inputs; i++) {
        const random_array *a = &program.array[i];
        if (a->is_int) continue;
        used += (size_t)snprintf(list + used, size - used, "diff(total, %s[", a->name);
        for (unsigned p = 0; p < a->rank; p++)
            used += (size_t)snprintf(list + used, size - used, "%s%s", p ? ", " : "", random_index(a->axis[p], 0));
        used += (size_t)snprintf(list + used, size - used, "]), ");
    }
    snprintf(list + used, size - used, "diff(total, p)");
}

static double *gradient(trial *t, const char *list, int mode, size_t threads, size_t *count)
{
    ew_error err;
    ew_options o = t->options;
    o.mode = mode;
    o.threads = threads;
    ew_program *p = ew_compile(program.text, list, &o, &err);
    if (!p) trial_fail(t, err.message);
    *count = ew_out_count(p);
    double *out = malloc((*count + 1) * sizeof *out);
    if (ew_run(p, NULL, t->in, out) != EW_OK) {
        ew_run_error(p, NULL, &err);
        trial_fail(t, err.message);
    }
    ew_free(p);
    return out;
}

static void compare(trial *t, const char *what, const double *a, const double *b, size_t count, double tolerance)
{
    char line[200];
    for (size_t e = 0; e < count; e++) {
        if (near(a[e], b[e], tolerance)) continue;
        snprintf(line, sizeof line, "%s: element %zu of the gradient: %.17g and %.17g", what, e, a[e], b[e]);
        trial_fail(t, line);
    }
}

static void test_gradient(void **state)
{
    (void)state;
    char list[2000];
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 2000 : 150); seed++) {
        trial t;
        size_t n, m;
        trial_begin(&t, seed, seed % 2 == 0);
        gradient_list(list, sizeof list);
        double *reverse = gradient(&t, list, EW_REVERSE, 1, &n), *forward = gradient(&t, list, EW_FORWARD, 1, &m);
        assert_int_equal(n, m);
        compare(&t, "forward and reverse", forward, reverse, n, 1e-10);
        double *more = gradient(&t, list, EW_REVERSE, 4, &m);
        if (memcmp(more, reverse, n * sizeof *more)) trial_fail(&t, "four threads give other bits than one");
        free(reverse);
        free(forward);
        free(more);
        trial_end(&t);
    }
}

/* What is carried along inside a circle is what the derivative is outside. */
static void test_carried(void **state)
{
    (void)state;
    size_t done = 0;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 2000 : 200); seed++) {
        trial t;
        trial_begin(&t, seed, seed % 2 == 0);
        for (unsigned i = 0; i < program.count; i++) {
            size_t n, m;
            if (!program.array[i].carried) continue;
            size_t used = program.used;
            random_slope(&program, &program.array[i], "outside");
            double *inside = gradient(&t, program.array[i].name, EW_AUTO, 1, &n);
            double *outside = gradient(&t, "outside", EW_AUTO, 1, &m);
            program.text[program.used = used] = 0;
            assert_int_equal(n, m);
            compare(&t, "inside and outside", inside, outside, n, 1e-9);
            free(inside);
            free(outside);
            done++;
        }
        trial_end(&t);
    }
    assert_true(done > 20);
}

/* Path by path between elements, where there are not too many paths. */
static void test_paths(void **state)
{
    (void)state;
    size_t done = 0, tried = long_run ? 1000 : 100;
    char list[2000];
    for (uint64_t seed = first_seed; seed < first_seed + tried; seed++) {
        trial t;
        size_t n, at = 0;
        ew_error err;
        trial_begin(&t, seed, seed % 2 == 0);
        gradient_list(list, sizeof list);
        double *slope = gradient(&t, list, EW_REVERSE, 1, &n), *by = malloc((n + 1) * sizeof *by);
        ew_status status = EW_OK;
        for (unsigned i = 0; status == EW_OK && i <= program.inputs; i++) {
            const random_array *a = &program.array[i];
            if (i < program.inputs && a->is_int) continue;
            ew_node wrt = ew_find(t.g, i < program.inputs ? a->name : "p");
            status = ew_pathwise(t.g, ew_find(t.g, "total"), wrt, t.in, 1e5, by + at, &err);
            at += elements(t.g, wrt);
        }
        if (status != EW_OK && (status != EW_LIMIT || strcmp(err.code, "E469") != 0)) trial_fail(&t, err.message);
        if (status == EW_OK) {
            assert_int_equal(at, n);
            compare(&t, "path by path", slope, by, n, 1e-9);
            done++;
        }
        free(slope);
        free(by);
        trial_end(&t);
    }
    assert_true(done > tried / 2);
}

static double total_at(trial *t, const ew_program *p, size_t i, double step)
{
    double out, saved = t->in[i];
    t->in[i] += step;
    if (ew_run(p, NULL, t->in, &out) != EW_OK) trial_fail(t, "the run failed");
    t->in[i] = saved;
    return out;
}

static void test_differences(void **state)
{
    (void)state;
    char list[2000];
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 1000 : 80); seed++) {
        trial t;
        size_t n, at = 0, in = 0;
        ew_error err;
        trial_begin(&t, seed, true);
        gradient_list(list, sizeof list);
        double *slope = gradient(&t, list, EW_AUTO, 1, &n);
        ew_program *p = ew_compile(program.text, NULL, &t.options, &err);
        if (!p) trial_fail(&t, err.message);
        for (unsigned i = 0; i <= program.inputs; i++) {
            size_t count = 1;
            for (unsigned q = 0; i < program.inputs && q < program.array[i].rank; q++)
                count *= (size_t)program.size[program.array[i].axis[q]];
            for (size_t e = 0; e < count; e++, in++) {
                if (i < program.inputs && program.array[i].is_int) continue;
                double h = 1e-5, due = (total_at(&t, p, in, h) - total_at(&t, p, in, -h)) / (2 * h);
                compare(&t, "differences", &slope[at++], &due, 1, 2e-7);
            }
        }
        assert_int_equal(at, n);
        free(slope);
        ew_free(p);
        trial_end(&t);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),  cmocka_unit_test(test_gradient), cmocka_unit_test(test_differences),
        cmocka_unit_test(test_carried), cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
