/*
 * test_explain.c - the short form, the lesson, the nudge and the plan: texts compared with
 * tests/golden/explain-*.txt, and what must hold of every text: 80 columns, the same with and
 * without colours, linear time, a clean error for every allocation refused.
 *
 *     UPDATE_GOLDEN=1 build/tests/test_explain     writes the golden files anew: read them after
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <edgewise.h>

#include "../sanitized.h"
#include "base/unicode.h"

typedef struct page {
    char *at;
    size_t count, room;
    size_t steps, refuse_after; /* refuse_after: bytes after which the writer says no; 0: never */
} page;

static int page_write(void *context, const char *bytes, size_t count)
{
    page *p = context;
    if (p->refuse_after && p->count + count > p->refuse_after) return 1;
    if (p->count + count + 1 > p->room) {
        p->room = (p->count + count + 1) * 2;
        p->at = realloc(p->at, p->room);
        assert_non_null(p->at);
    }
    memcpy(p->at + p->count, bytes, count);
    p->count += count;
    p->at[p->count] = '\0';
    return 0;
}

static void page_step(void *context)
{
    ((page *)context)->steps++;
}

enum { VALUES = 1, BRIEF = 2, VIETNAMESE = 4, PLAN = 8, NUDGE = 16, COLOUR = 32, STEPS = 64 };

/* How many doubles input i takes. */
static size_t elements(const ew_graph *g, size_t i)
{
    ew_node n = ew_input_at(g, i).node;
    size_t count = 1;
    for (size_t axis = 0; axis < ew_node_rank(g, n); axis++) count *= ew_node_size(g, n, axis);
    return count;
}

/* Defaults, or the usual numbers, in the order of `in`. */
static double *values_of(const ew_graph *g)
{
    static const double usual[] = {2, 1, 0.5, 3, 0.25, 1.5};
    size_t all = 0, at = 0;
    for (size_t i = 0; i < ew_input_count(g); i++) all += elements(g, i);
    double *in = calloc(all + 1, sizeof *in);
    for (size_t i = 0; i < ew_input_count(g); at += elements(g, i++)) {
        if (ew_input_values(g, i, 0, 0, in + at)) continue;
        for (size_t k = 0; k < elements(g, i); k++) in[at + k] = usual[(at + k) % 6];
    }
    return in;
}

/* The explanation of a program whose inputs are 2, 1, 0.5, 3, 0.25 … or their defaults. */
static page told(const char *program, int how)
{
    ew_options options = {.language = how & VIETNAMESE ? "vi" : "en"};
    ew_error err;
    ew_graph *g = ew_parse(program, EW_WHOLE, &options, &err);
    if (!g) fail_msg("%s: %s", program, err.message);
    size_t count = ew_input_count(g), all = 0;
    for (size_t i = 0; i < count; i++) all += elements(g, i);
    double *in = how & VALUES ? values_of(g) : NULL, *nudge = calloc(all + 2, sizeof *nudge);
    nudge[count > 1] = 0.1; /* of arrays: the second element of the first */
    page p = {0};
    ew_explain_options o = {.of = EW_NONE,
                            .in = in,
                            .nudge = how & NUDGE ? nudge : NULL,
                            .plan = how & PLAN,
                            .brief = (how & BRIEF) != 0,
                            .color = how & COLOUR,
                            .step = how & STEPS ? page_step : NULL,
                            .step_context = &p};
    if (ew_explain(g, &o, page_write, &p, &err) != EW_OK) fail_msg("%s: %s", program, err.message);
    ew_graph_free(g);
    free(in);
    free(nudge);
    return p;
}

/* ---- Golden texts ----------------------------------------------------------------------------- */

static const char example[] = "(a+b)*(b+1)";
static const char kinks[] = "y = abs(x) + max(x, b) + sqrt(b) + (if x < b then floor(x) else relu(x))\n"
                            "input x = 0\ninput b = 0\noutput y";
static const char factored[] = "Y = a*X + b*X + c*X\nZ = d*Y + e*Y + f*Y\n"
                               "input X = 1\ninput a = 2\ninput b = 3\ninput c = 4\n"
                               "input d = 5\ninput e = 6\ninput f = 7\noutput Z";
static const char rules[] = "y = u/v + u^3 + u^v - exp(-u)*tanh(v)\ninput u = 2\ninput v = 1.5\noutput y";
static const char detour[] = "y = x * sin(x) + x * x";
static const char network[] = "input x1 = 0; input x2 = 1; input y = 1\n"
                              "param w11 = 0.5; param w12 = -0.3; param w21 = 0.8; param w22 = 0.2\n"
                              "param b1 = 0.1; param b2 = -0.1; param v1 = 1.2; param v2 = -0.7; param c = 0.05\n"
                              "h1 = tanh(w11*x1 + w12*x2 + b1)\nh2 = tanh(w21*x1 + w22*x2 + b2)\n"
                              "p = sigmoid(v1*h1 + v2*h2 + c)\nL = (p - y)^2";

static const char layer[] = "input x[2, 3]; input y[2, 2]; param W[3, 2]; param b[2] = 0.5\n"
                            "z[n, k] = sum(j: x[n, j] * W[j, k]) + b[k]\nh[n, k] = relu(z[n, k])\n"
                            "L = sum(n, k: (h[n, k] - y[n, k])^2)\noutput L";
static const char indexed_kinks[] = "input x[2, 3] = [[0, 1, -1], [0, 2, 2]]; input b = 0\n"
                                    "r[i, j] = relu(x[i, j]); m[i] = max(j: r[i, j])\n"
                                    "y = sum(i: m[i] * abs(b)) + sum(i, j: sqrt(r[i, j])) + min(b, 0)\noutput y";
static const char open_layer[] = "input x[N, 3]; param W[3, 2]; p[n, k] = exp(sum(j: x[n, j] * W[j, k]))\noutput p";
static const char recurrence[] = "input h0[2]; input x[4, 2]; param U[2, 2]\nh[0, i] = h0[i]\n"
                                 "h[t+1, i] = tanh(sum(j: U[i, j] * h[t, j]) + x[t, i])\n"
                                 "L = sum(i: h[4, i])\noutput L";
static const char accesses[] = "input s[8]; input K[3]; input a\nc[r] = max(p: s[r+p] * K[p])\n"
                               "q[0] = c[2]; q[1] = 2 * a\ny = exp(q[1] - q[0])\noutput y";

static const struct {
    const char *name, *program;
    int how;
} golden[] = {
    {"brief", example, VALUES | BRIEF},
    {"brief-symbols", example, BRIEF},
    {"lesson", example, VALUES},
    {"lesson-symbols", example, 0},
    {"lesson-vi", example, VALUES | VIETNAMESE},
    {"lesson-colour", example, VALUES | COLOUR},
    {"nudge", example, VALUES | NUDGE},
    {"nudge-vi", example, VALUES | NUDGE | VIETNAMESE},
    {"plan", example, PLAN},
    {"plan-network", network, VALUES | PLAN},
    {"kinks", kinks, VALUES},
    {"kinks-vi", kinks, VALUES | VIETNAMESE},
    {"factored", factored, VALUES},
    {"rules", rules, VALUES},
    {"rules-symbols", rules, 0},
    {"detour", detour, VALUES},
    {"network-brief", network, VALUES | BRIEF},
    {"network-brief-symbols", network, BRIEF},
    {"indexed", layer, VALUES},
    {"indexed-symbols", layer, 0},
    {"indexed-vi", layer, VALUES | VIETNAMESE},
    {"indexed-brief", layer, VALUES | BRIEF},
    {"indexed-nudge", layer, VALUES | NUDGE},
    {"indexed-nudge-vi", layer, VALUES | NUDGE | VIETNAMESE},
    {"indexed-kinks", indexed_kinks, VALUES | NUDGE},
    {"indexed-plan", layer, PLAN},
    {"indexed-plan-vi", layer, PLAN | VIETNAMESE},
    {"indexed-plan-steps", recurrence, PLAN},
    {"indexed-open", open_layer, 0},
    {"indexed-recurrence", recurrence, VALUES},
    {"indexed-accesses", accesses, VALUES},
};

enum { GOLDEN = sizeof golden / sizeof *golden };

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    char *s = calloc(1, 1 << 18);
    size_t n = fread(s, 1, (1 << 18) - 1, f);
    s[n] = '\0';
    fclose(f);
    return s;
}

static void golden_one(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "tests/golden/explain-%s.txt", name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *f = fopen(path, "wb");
        if (!f) fail_msg("%s cannot be written", path);
        fputs(text, f);
        fclose(f);
        return;
    }
    char *due = read_file(path);
    if (!due) fail_msg("%s is missing: UPDATE_GOLDEN=1 makes it", path);
    if (strcmp(due, text) != 0) fail_msg("%s differs; here it is:\n%s", path, text);
    free(due);
}

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN; i++) {
        page p = told(golden[i].program, golden[i].how);
        golden_one(golden[i].name, p.at);
        free(p.at);
    }
}

/* ---- The short form to the letter ------------------------------------------------------------- */

static void test_short_form(void **state)
{
    (void)state;
    page p = told(example, VALUES | BRIEF);
    static const char due[] = "c = a + b = 3    ∂e/∂c = 2\n"
                              "d = b + 1 = 2    ∂e/∂d = 3\n"
                              "e = c * d = 6    ∂e/∂a = 2    ∂e/∂b = 5 = 1·2 + 1·3\n";
    assert_int_equal(strncmp(p.at, due, strlen(due)), 0);
    free(p.at);
}

/* ---- What holds of every text ----------------------------------------------------------------- */

static const char *const programs[] = {
    example,
    kinks,
    factored,
    rules,
    detour,
    network,
    "y = x",
    "y = 3",
    "x = 2; y = x * 3",
    "y = max(a, b, c, d, a * b, c * d, a - d, b - c, c / d, a + 1, b + 2, c + 3)",
    "y = hypot(a, b) * atan2(a, b) + clip(a, -1, 1) * mod(a, b) + logaddexp(a, b) + gelu(a) + silu(b)",
    "input n : int = 3\ninput p : bool = true\ninput x : f32 = 1.5\n"
    "y = (if p and n > 2 then x else -x) + n\noutput y",
    "f = (1 - x)^2 + 100*(y - x^2)^2\ng = diff(f, x)\noutput g",
    "điểm_trung_bình = (toán_học * 2 + ngữ_văn + tiếng_anh) / 4\n"
    "kết_quả = sigmoid(điểm_trung_bình - ngưỡng_đạt_yêu_cầu)",
    "s = (((((a + b) * a + b) * a + b) * a + b) * a + b) * a",
    "a_rather_long_name_for_a_number = another_rather_long_name * one_more_long_name_of_a_number\n"
    "a_result_with_a_long_name = a_rather_long_name_for_a_number ^ 2 + sin(another_rather_long_name)",
    "y = log(x - 2) + 1 / (b - 1) + asin(x)",
};

enum { PROGRAMS = sizeof programs / sizeof *programs };

/* A line may pass 80 columns only where one word of it does by itself, with its indent. */
static void check_columns(const char *program, const char *text)
{
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n"), widest = 0;
        for (size_t i = 0; i < n;) {
            size_t k = strcspn(line + i, " \n"), w = utf8_width(line + i, k);
            if (w > widest) widest = w;
            i += k + 1;
        }
        if (utf8_width(line, n) > 80 && widest < 60)
            fail_msg("%s:\n%.*s\nhas %zu columns", program, (int)n, line, utf8_width(line, n));
        if (n && line[n - 1] == ' ') fail_msg("%s:\n%.*s\nends in a space", program, (int)n, line);
        if (strncmp(line, "\n\n", 2) == 0) fail_msg("%s: two empty lines", program);
        line += n + (line[n] == '\n');
    }
}

static char *without_colours(const char *s)
{
    char *plain = malloc(strlen(s) + 1), *to = plain;
    for (; *s; s++) {
        if (*s == '\033')
            s += strcspn(s, "m");
        else
            *to++ = *s;
    }
    *to = '\0';
    return plain;
}

static void test_every_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROGRAMS; i++) {
        for (int how = 0; how < 32; how++) {
            if ((how & NUDGE) && !(how & VALUES)) continue;
            page plain = told(programs[i], how), coloured = told(programs[i], how | COLOUR | STEPS);
            check_columns(programs[i], plain.at);
            char *same = without_colours(coloured.at);
            if (strcmp(same, plain.at) != 0) fail_msg("%s: colours change the text:\n%s", programs[i], same);
            if (!(how & (BRIEF | PLAN | NUDGE))) assert_true(coloured.steps > 6);
            free(same);
            free(plain.at);
            free(coloured.at);
        }
    }
}

/* Outputs other than the first, inner nodes as what is derived by, and what cannot be asked. */
static void test_of_and_by(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g =
        ew_parse("c = a * b; d = sin(c); e = d + a; n = k + 1\ninput a; input b; input k : int", EW_WHOLE, NULL, &err);
    assert_non_null(g);
    double in[] = {2, 3, 4};
    ew_node by[] = {ew_find(g, "c"), ew_find(g, "a")}, whole = ew_find(g, "k");
    ew_explain_options o = {.of = ew_find(g, "d"), .wrt = by, .wrt_count = 2, .in = in};
    page p = {0};
    assert_int_equal(ew_explain(g, &o, page_write, &p, &err), EW_OK);
    assert_non_null(strstr(p.at, "∂d/∂c = cos(c) = 0.96017"));
    assert_non_null(strstr(p.at, "∂d/∂a = ∂d/∂c·∂c/∂a = 0.96017·3 = 2.88051"));
    assert_null(strstr(p.at, "e = d + a"));
    o.wrt = &whole;
    o.wrt_count = 1;
    assert_int_equal(ew_explain(g, &o, page_write, &p, &err), EW_TEXT);
    assert_string_equal(err.code, "E031");
    o = (ew_explain_options){.of = 4000000, .in = in};
    assert_int_equal(ew_explain(g, &o, page_write, &p, &err), EW_USE);
    o = (ew_explain_options){.of = EW_NONE, .nudge = in};
    assert_int_equal(ew_explain(g, &o, page_write, &p, &err), EW_USE);
    assert_string_equal(err.code, "E068");
    assert_int_equal(ew_graph_error(g, NULL), EW_OK);
    free(p.at);
    ew_graph_free(g);
}

static void test_writer_refuses(void **state)
{
    (void)state;
    ew_error err;
    ew_graph *g = ew_parse(example, EW_WHOLE, NULL, &err);
    page p = {.refuse_after = 1};
    assert_int_equal(ew_explain(g, NULL, page_write, &p, &err), EW_FILE);
    assert_string_equal(err.code, "E090");
    assert_int_equal(ew_graph_error(g, NULL), EW_OK);
    free(p.at);
    ew_graph_free(g);
}

/* ---- Size --------------------------------------------------------------------------------------- */

static char *chain(size_t count)
{
    char *s = malloc(count * 48 + 64), *to = s;
    to += sprintf(to, "n0 = x * y\n");
    for (size_t i = 1; i < count; i++) to += sprintf(to, i % 2 ? "n%zu = sin(n%zu)\n" : "n%zu = n%zu * y\n", i, i - 1);
    return s;
}

static double seconds_of(const char *program, int how)
{
    clock_t begin = clock();
    page p = told(program, how);
    check_columns("a long chain", p.at);
    assert_true(p.count < 40000); /* an excerpt, whatever the size */
    free(p.at);
    return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* 100,000 nodes: each form in well under a second; the bound here is generous, since a machine that
 * runs tests may be busy and a build with sanitizers slow. What matters is that it is no square. */
static void test_large(void **state)
{
    (void)state;
    char *program = chain(100000);
    static const int forms[] = {VALUES, 0, VALUES | BRIEF, BRIEF, PLAN, VALUES | NUDGE};
    for (size_t i = 0; i < 6; i++) {
        double seconds = seconds_of(program, forms[i]);
        if (getenv("EXPLAIN_TIMES")) printf("form %d: %.2f s\n", forms[i], seconds);
        assert_true(seconds < 8);
    }
    free(program);
}

/* A ladder of 200 diamonds has 2^200 paths, and says so at once. */
static void test_ladder(void **state)
{
    (void)state;
    static char s[20000];
    char *to = s + sprintf(s, "n0 = x + 0\n");
    for (int i = 1; i <= 200; i++)
        to += sprintf(to, "l%d = 2 * n%d; r%d = 3 * n%d; n%d = l%d + r%d\n", i, i - 1, i, i - 1, i, i, i);
    page p = told(s, VALUES);
    assert_non_null(strstr(p.at, "1606938044258990275541962092341162602522202993782792835301376"));
    assert_non_null(strstr(p.at, "All paths pass through 200 nodes on the way"));
    check_columns("a ladder", p.at);
    free(p.at);
}

/* ---- Memory ------------------------------------------------------------------------------------- */

typedef struct heap {
    size_t calls, fail_at, blocks, wrong;
} heap;

static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *h = context;
    size_t *block = pointer ? (size_t *)pointer - 2 : NULL;
    if (block && block[0] != old_size) h->wrong++;
    if (new_size && ++h->calls == h->fail_at) return NULL;
    size_t *made = new_size ? malloc(new_size + 16) : NULL;
    if (made && block) memcpy(made + 2, pointer, old_size < new_size ? old_size : new_size);
    if (made) made[0] = new_size;
    h->blocks = h->blocks + (made != NULL) - (block != NULL);
    free(block);
    return made ? made + 2 : NULL;
}

static ew_status refused(heap *h, const char *program, int how, size_t *bytes, ew_error *err)
{
    ew_options options = {.resize = heap_resize, .context = h};
    double in[32] = {2, 1, 0.5, 3, 1, 1, 1, 1, 1, 1, 1, 1}, nudge[32] = {0.1};
    page p = {0};
    ew_graph *g = ew_parse(program, EW_WHOLE, &options, err);
    if (!g) return err->status;
    ew_explain_options o = {
        .of = EW_NONE, .in = in, .nudge = how & NUDGE ? nudge : NULL, .plan = how & PLAN, .brief = (how & BRIEF) != 0};
    ew_status status = ew_explain(g, &o, page_write, &p, err);
    ew_status kept = ew_graph_error(g, NULL); /* the graph is as good as before */
    ew_graph_free(g);
    *bytes = p.count;
    free(p.at);
    return kept != EW_OK ? EW_FILE : status;
}

static void test_every_allocation(void **state)
{
    (void)state;
    static const char *const tried[] = {example, kinks, factored, network, layer, recurrence, accesses};
    static const int forms[] = {VALUES, 0, VALUES | BRIEF, BRIEF, PLAN, VALUES | NUDGE};
    for (size_t i = 0; i < 42; i++) {
        const char *program = tried[i / 6];
        heap h = {0};
        ew_error err;
        size_t whole, bytes;
        assert_int_equal(refused(&h, program, forms[i % 6], &whole, &err), EW_OK);
        size_t calls = h.calls, stride = calls / (SANITIZED ? 100 : 400) + 1; /* the network asks often: every few */
        for (size_t at = 1; at <= calls; at += stride) {
            h = (heap){.fail_at = at};
            ew_status status = refused(&h, program, forms[i % 6], &bytes, &err);
            bool spared = status == EW_OK && bytes == whole; /* a name that only errors would have spoken of */
            if (!spared && (status != EW_LIMIT || strcmp(err.code, "E080") != 0))
                fail_msg("%s: refusal %zu of %zu gives status %d %s", program, at, calls, status, err.code);
            if (h.blocks || h.wrong)
                fail_msg("%s: refusal %zu leaves %zu blocks, %zu wrong", program, at, h.blocks, h.wrong);
        }
    }
}

int main(void)
{
    sanitized_shorter("100 refusals of each form, not 400");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_form), cmocka_unit_test(test_golden),           cmocka_unit_test(test_every_text),
        cmocka_unit_test(test_of_and_by),  cmocka_unit_test(test_writer_refuses),   cmocka_unit_test(test_large),
        cmocka_unit_test(test_ladder),     cmocka_unit_test(test_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
