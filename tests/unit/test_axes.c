/*
 * Programs with indices: text → graph → values, element by element (tests/reference/evaluate.h), and the
 * errors of such texts. A row is a program, the values (and so the sizes) of its inputs, what is asked for,
 * and what comes out: numbers, row-major, or an error's code and what its sentence must hold.
 *
 * Usage: test_axes
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../reference/evaluate.h"
#include "edgewise.h"

enum { MOST_SIZES = 16, MOST_VALUES = 4096 };

typedef struct row {
    const char *program;
    const char *in;  /* "x[2,3] = 1 2 3 4 5 6; N = 3" */
    const char *out; /* "1 2 3" or "E406 words of the sentence" */
} row;

typedef struct given {
    char names[MOST_SIZES][32];
    size_t axes[MOST_SIZES][8];
    ew_size size[MOST_SIZES];
    double *value[MOST_SIZES];
    size_t count;
} given;

static void read_given(const char *s, given *q)
{
    memset(q, 0, sizeof *q);
    while (*s) {
        ew_size *z = &q->size[q->count];
        size_t n = strspn(s, " ;"), elements = 1;
        s += n;
        if (!*s) break;
        n = strcspn(s, "[ =");
        memcpy(q->names[q->count], s, n);
        z->name = q->names[q->count];
        z->size = q->axes[q->count];
        s += n;
        if (*s == '[') do {
                char *end;
                q->axes[q->count][z->rank] = strtoull(s + 1, &end, 10);
                elements *= q->axes[q->count][z->rank++];
                s = end;
            } while (*s == ',');
        s += strspn(s, "] =");
        q->value[q->count] = calloc(elements + 1, sizeof(double));
        for (size_t i = 0; *s && *s != ';'; i++) {
            char *end;
            q->value[q->count][i] = strtod(s, &end);
            assert_true(end > s && i < elements);
            s = end + strspn(end, " ");
        }
        z->value = (int64_t)q->value[q->count][0];
        q->count++;
    }
}

static void fill_input(const ew_graph *g, const graph_input *in, const given *q, double *to, size_t count)
{
    const char *name = graph_name_text(g, node_at(g, in->node)->name);
    for (size_t i = 0; i < count; i++)
        to[i] = in->values_count ? g->values.at[in->values + i] : in->has_value ? in->value : 0;
    for (size_t k = 0; k < q->count; k++)
        if (strcmp(q->names[k], name) == 0) memcpy(to, q->value[k], count * sizeof *to);
}

static double *fill(const ew_graph *g, const given *q)
{
    double *in = calloc(MOST_VALUES, sizeof *in);
    size_t at = 0;
    for (size_t i = 0; i < g->inputs.count + g->params.count; i++) {
        const graph_input *x = i < g->inputs.count ? &g->inputs.at[i] : &g->params.at[i - g->inputs.count];
        size_t count = 0;
        assert_true(shape_elements(g, node_at(g, x->node)->shape, &count) && at + count <= MOST_VALUES);
        fill_input(g, x, q, in + at, count);
        at += count;
    }
    return in;
}

static void compare(const row *r, const double *got, size_t count)
{
    const char *s = r->out;
    size_t i = 0;
    while (*s) {
        char *end;
        double due = strtod(s, &end);
        if (end == s) fail_msg("%s: '%s' is no number", r->program, s);
        if (i >= count) fail_msg("%s: %zu values, more are due: %s", r->program, count, r->out);
        bool same = got[i] == due || (isnan(due) && isnan(got[i])) || fabs(got[i] - due) <= 1e-12 * fabs(due);
        if (!same) fail_msg("%s: value %zu is %.17g, not %.17g", r->program, i, got[i], due);
        i++;
        s = end + strspn(end, " ");
    }
    if (i != count) fail_msg("%s: %zu values, due are %zu", r->program, count, i);
}

static void expect_error(const row *r, const ew_error *err)
{
    if (strncmp(err->code, r->out, 4) != 0)
        fail_msg("%s: %s %s, due is %s", r->program, err->code, err->message, r->out);
    if (r->out[4] && !strstr(err->message, r->out + 5))
        fail_msg("%s: '%s' has no '%s'", r->program, err->message, r->out + 5);
}

static void run_row(const row *r)
{
    given q;
    ew_error err;
    read_given(r->in, &q);
    ew_options o = {.sizes = q.size, .size_count = q.count};
    ew_graph *g = ew_parse(r->program, EW_WHOLE, &o, &err);
    if (r->out[0] == 'E') {
        if (g) fail_msg("%s: no error; due is %s", r->program, r->out);
        expect_error(r, &err);
    } else {
        if (!g) fail_msg("%s: %s %d:%d %s", r->program, err.code, err.line, err.column, err.message);
        double *in = fill(g, &q), *out = calloc(MOST_VALUES, sizeof *out);
        size_t count = 0;
        assert_true(shape_elements(g, node_at(g, g->outputs.at[0])->shape, &count) && count <= MOST_VALUES);
        if (!reference_run(g, in, g->outputs.at[0], out)) fail_msg("%s: no value", r->program);
        compare(r, out, count);
        free(in);
        free(out);
    }
    ew_graph_free(g);
    for (size_t i = 0; i < q.count; i++) free(q.value[i]);
}

#define ROWS(table)                                                                                                    \
    for (size_t i = 0; i < sizeof(table) / sizeof *(table); i++) run_row(&(table)[i])

static void test_indices(void **state)
{
    (void)state;
    static const row rows[] = {
        {"y[i] = 2 * x[i] + 1", "x[3] = 1 2 3", "3 5 7"},
        {"s = sum(i: x[i])", "x[3] = 1 2 3", "6"},
        {"z[n, k] = sum(j: x[n, j] * W[j, k]) + b[k]", "x[2,3] = 1 2 3 4 5 6; W[3,2] = 1 0 0 1 1 1; b[2] = 10 20",
         "14 25 20 31"},
        {"y[j, i] = x[i, j]", "x[2,3] = 1 2 3 4 5 6", "1 4 2 5 3 6"},
        {"y[i, j] = a[j] - b[i]", "a[2] = 1 2; b[2] = 10 20", "-9 -8 -19 -18"},
        {"y[i] = x[i, i]", "x[2,2] = 1 2 3 4", "1 4"},
        {"y[i] = x[2 - i]", "x[3] = 1 2 3", "3 2 1"},
        {"y[r] = sum(p: x[r + p] * k[p])", "x[5] = 1 2 3 4 5; k[3] = 1 10 100", "321 432 543"},
        {"y[r] = max(u in 2: x[2 * r + u])", "x[5] = 5 2 3 4 1", "5 4"},
        {"y[i] = i * x[i]", "x[3] = 1 2 3", "0 2 6"},
        {"y[i in 3] = i * i", "", "0 1 4"},
        {"y[i, j in 2] = x[i]", "x[2] = 3 4", "3 3 4 4"},
        {"b[i in 5] = 0", "", "0 0 0 0 0"},
        {"y[i] = E[token[i]]\nE[k] = w[k] * w[k]\ninput token[N] : int\ninput w[K]\noutput y",
         "token[3] = 2 0 1; w[3] = 1 2 3", "9 1 4"},
        {"m = mean(i: x[i])", "x[4] = 1 2 3 6", "3"},
        {"s = sum(j: sum(k in j: x[j, k]))", "x[3,3] = 1 2 3 4 5 6 7 8 9", "19"},
        {"s = prod(i: x[i])", "x[0] =", "1"},
        {"s = logsumexp(i: x[i])", "x[2] = 0 0", "0.69314718055994531"},
        {"s = argmax(i in 1..2: x[i])", "x[3] = 9 2 3", "2"},
        {"s = argmin(i: x[i])", "x[3] = 9 2 2", "1"},
        {"all(i: x[i] > 0)", "x[3] = 9 2 2", "1"},
        {"c = sum(i in 3: x[i - 1 else 10])", "x[3] = 1 2 3", "13"},
        {"y[i] = if i > 0 then x[i - 1] else 7", "x[3] = 1 2 3", "7 1 2 3"},
        {"y[i] = [[1, x[i]], [3, 4]][i, 1]", "x[2] = 5 6", "5 4"},
        {"u[0] = 1; u[t in 1..3] = 2 * t", "", "1 2 4 6"},
        {"p[o, 0] = x[o]; p[o, 1] = -x[o]", "x[2] = 1 2", "1 -1 2 -2"},
        {"h[0] = 5; h[t + 1] = x[t]", "x[2] = 1 2", "5 1 2"},
        {"x[i] + y[j]", "x[2] = 1 2; y[2] = 10 20", "11 21 12 22"},
        {"y[i] = softmax(i: x[i]) * sum(j: softmax(j: x[j]))", "x[2] = 0 0", "0.5 0.5"},
        {"dot(a, b) = sum(i: a[i] * b[i])\ns[o] = dot(r[o], X[o])\ninput r[O, D]\ninput X[O, D]",
         "r[2,2] = 1 2 3 4; X[2,2] = 1 1 2 2", "3 14"},
        {"norm(d: v) = v - mean(d: v)\ny[t, d] = norm(d: x[t, d])", "x[2,2] = 1 3 5 9", "-1 1 -2 2"},
        {"xent(k: z, y) = logsumexp(k: z) - sum(k: if k == y then z else 0)\nL[n] = xent(k: z[n, k], y[n])",
         "z[2,2] = 0 0 1 1; y[2] = 0 1", "0.69314718055994531 0.69314718055994531"},
        {"a[t in 2, u] = softmax(u: if u <= t then x[u] else -inf)", "x[2] = 0 0", "1 0 0.5 0.5"},
        {"input x[N, 2]\ny[n] = x[n, 0] * N", "x[2,2] = 1 2 3 4", "2 6"},
        {"input l[K, D*(D-1)/2]\ninput q[K, D]\ns = sum(k, d: q[k, d]) + sum(k, i: l[k, i])",
         "l[1,3] = 1 1 1; q[1,3] = 1 1 1", "6"},
        {"input v[3] = [1, 2, 3]\ns = sum(i: v[i])", "", "6"},
        {"input v[N] = [[1, 2, 3], [4, 5, 6]]\ns = 1", "", "E426"},
        {"input v[N, M] = [[1, 2, 3], [4, 5, 6]]\ns = sum(i, j: v[i, j]) * M", "", "63"},
        {"input H : int = 3\ny[i in H] = i", "", "0 1 2"},
        {"param b[4] : f32 = 2\ns = sum(i: b[i])", "", "8"},
    };
    ROWS(rows);
}

static void test_recurrences(void **state)
{
    (void)state;
    static const row rows[] = {
        {"c[t] = c[t - 1 else 0] + x[t]", "x[4] = 1 2 3 4", "1 3 6 10"},
        {"h[0] = 1; h[t + 1] = 2 * h[t] + x[t]", "x[3] = 1 1 1", "1 3 7 15"},
        {"V[3] = 1; V[t in 0..2] = V[t + 1] * 2", "", "8 4 2 1"},
        {"input r[T]\nV[T] = 0\nV[t] = V[t + 1] + r[t]", "r[3] = 1 2 3", "6 5 3 0"},
        {"h[0, i] = h0[i]\nh[t + 1, i] = sum(j: U[i, j] * h[t, j]) + x[t, i]",
         "h0[2] = 1 2; U[2,2] = 0 1 1 0; x[2,2] = 1 1 2 2", "1 2 3 2 4 5"},
        {"a[0] = 1; b[0] = 2; a[t + 1] = a[t] + b[t]; b[t + 1] = a[t + 1] * k[t]; output b", "k[2] = 1 2", "2 3 12"},
        {"f[0] = 1; f[1] = 1; f[t in 2..6] = f[t - 1] + f[t - 2]", "", "1 1 2 3 5 8 13"},
        {"E[i in 4, 0] = i; E[0, j in 1..2] = j; E[i in 1..3, j in 1..2] = min(E[i-1, j] + 1, E[i, j-1] + 1, "
         "E[i-1, j-1] + (if a[i-1] == b[j-1] then 0 else 1))",
         "a[3] = 1 2 3; b[2] = 1 3", "0 1 2 1 0 1 2 1 1 3 2 1"},
        {"input parent[N] : int\ninput x[N]\np[b] = if b == 0 then x[b] else p[parent[b]] + x[b]",
         "parent[4] = 0 0 1 1; x[4] = 1 2 3 4", "1 3 6 7"},
        {"x[0] = 1; x[t in 1..5 until x[t] > 3] = x[t - 1] * 2", "", "1 2 4 4 4 4"},
        {"k[t in 3] = q[t] + 1; q[t] = k[t - 1 else 10]; output q", "", "10 11 12"},
        {"s[t] = s[t - 1 else 0] + x[t]; y = s[3]", "x[4] = 1 2 3 4", "10"},
        {"z[l in 2, 0] = 1; z[l in 2, t + 1] = z[l, t] * w[l, t]", "w[2,2] = 2 3 4 5", "1 2 6 1 4 20"},
    };
    ROWS(rows);
    static const row wrong[] = {
        {"h[t + 1] = h[t] + x[t]", "x[3] = 1 1 1", "E417 h"},
        {"c[t] = c[t - 1] + x[t]", "x[3] = 1 1 1", "E417 c"},
        {"a[i] = b[i] + x[i]; b[i] = a[i]", "x[3] = 1 1 1", "E015 a"},
        {"a = b + 1; b = a", "", "E015"},
        {"y[i in 3 until y[i] > 1] = 2", "", "E424"},
    };
    ROWS(wrong);
}

static void test_errors(void **state)
{
    (void)state;
    static const row rows[] = {
        {"s = sum(: x)", "", "E400"},
        {"y[i, i] = x[i]", "x[2] = 1 2", "E401"},
        {"y = x[i]", "x[2] = 1 2", "E405 'i'"},
        {"y[i] = 2", "", "E406 'i'"},
        {"y[n in 2] = softmax(i: x[i])", "x[2] = 1 2", "E405 'i'"},
        {"y[i] = a[i] + b[i]", "a[2] = 1 2; b[3] = 1 2 3", "E407 'i'"},
        {"y[i in 4] = a[i]", "a[2] = 1 2", "E408 place 3, and the places are 0..1"},
        {"y[i in 2] = a[i * 0.5]", "a[2] = 1 2", "E410"},
        {"y[i] = a[0.5] * b[i]", "a[2] = 1 2; b[1] = 1", "E409 0.5"},
        {"input x[N]\ninput y[N]\ns = sum(i: x[i] * y[i])", "x[2] = 1 2; y[3] = 1 2 3", "E411 N"},
        {"u[0] = 1; u[t in 0..3] = t", "", "E415 [0]"},
        {"u[0] = 1; u[t in 2..3] = t", "", "E416 [1]"},
        {"s = sum(a, b)", "", "E038"},
        {"s = argsort(k: x[k])", "x[2] = 1 2", "E419"},
        {"s[i] = x[i] + y", "x[2] = 1 2; y[2] = 1 2", "E414"},
    };
    ROWS(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_indices), cmocka_unit_test(test_recurrences),
                                       cmocka_unit_test(test_errors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
