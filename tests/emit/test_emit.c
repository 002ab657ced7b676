/*
 * Emitted C against the interpreter: random programs, bit for bit, at awkward and random points.
 *
 * Programs are compiled in batches, one file each, by every compiler that is there, with warnings as
 * errors: once plainly and, for some batches, with -O3 -march=native -std=gnu11, under which
 * compilers would fuse products and sums if they might. nan equals nan whatever its bits; -0 is not 0.
 * Under sanitizers the batches are written, and only a small one is compiled.
 *
 * Usage: test_emit [--long] [--seed N]
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../sanitized.h"
#include "edgewise.h"
#include "random_program.h"

enum { BATCH = 50, POINTS = 14, MOST_OUT = RANDOM_OUTPUTS };

static bool long_run;
static uint64_t first_seed = 1;
static char folder[200];

typedef struct trial { /* one program of a batch */
    uint64_t seed;
    int flags;
    size_t in, out;
    double input[POINTS][RANDOM_INPUTS], output[POINTS][MOST_OUT];
    bool fault[POINTS];
} trial;

static trial trials[BATCH];
static random_program program;

/* ---- Compilers ---------------------------------------------------------------------------------- */

#define WARNINGS                                                                                                       \
    "-Wall -Wextra -Wconversion -Wshadow -Wunused -Wstrict-prototypes -Wmissing-prototypes -pedantic -Werror"
#define PLAIN "-std=c11 -O1 " WARNINGS
#define HARD "-std=gnu11 -O3 -march=native " WARNINGS

static int shell(const char *format, ...)
{
    char command[2000];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    return system(command);
}

static bool has(const char *compiler)
{
    return shell("command -v %s >/dev/null 2>&1", compiler) == 0;
}

static const char *compiler(size_t i)
{
    static const char *const names[] = {"gcc", "clang"};
    return i < 2 ? names[i] : NULL;
}

/* ---- Writing a batch ------------------------------------------------------------------------------ */

typedef struct sink {
    char *at;
    size_t count, capacity;
} sink;

static int into(void *context, const char *bytes, size_t count)
{
    sink *s = context;
    while (s->count + count + 1 > s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 1 << 16;
        s->at = realloc(s->at, s->capacity);
        assert_non_null(s->at);
    }
    memcpy(s->at + s->count, bytes, count);
    s->count += count;
    s->at[s->count] = '\0';
    return 0;
}

static void save(const char *name, const char *bytes, size_t count, const char *mode)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

/* Adds a source to the batch; functions that it carries along only if no earlier one brought them. */
static void merge(sink *batch, const char *source)
{
    for (const char *line = source, *next; *line; line = next) {
        const char *end = strchr(line, '\n'), *close = NULL;
        next = end ? end + 1 : line + strlen(line);
        bool kernel = strncmp(line, "static double k_", 16) == 0 || strncmp(line, "static int64_t i_", 17) == 0;
        if (kernel || strncmp(line, "static double (*const volatile libm_", 36) == 0) {
            char head[200];
            snprintf(head, sizeof head, "%.*s", (int)(next - line - 1), line);
            if (batch->at && strstr(batch->at, head)) {
                close = kernel ? strstr(line, "\n}\n") : line - 2 + (next - line);
                next = kernel ? close + 3 : next;
                continue;
            }
        }
        into(batch, line, (size_t)(next - line));
    }
}

/* The outputs that can be prepared: a diff by what turned out to be an int cannot. */
static ew_program *prepare(ew_graph *g, ew_error *err)
{
    static char list[RANDOM_OUTPUTS * 200];
    size_t used = 0;
    for (int i = 0; i < program.output_count; i++) {
        if (ew_expression(g, program.outputs[i], err) == EW_NONE) {
            if (strcmp(err->code, "E031") != 0) fail_msg("%s\n%s\n%s", err->message, program.outputs[i], program.text);
            continue;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, used ? ", %s" : "%s", program.outputs[i]);
    }
    return ew_prepare(g, list, err);
}

static void expect(trial *t, const ew_program *p)
{
    t->in = ew_in_count(p);
    t->out = ew_out_count(p);
    for (int point = 0; point < POINTS; point++) {
        for (size_t i = 0; i < t->in; i++) {
            const char *name = ew_in_name(p, i);
            double v = random_value(&program, name[0] - 'a');
            t->input[point][i] = t->flags & EW_EMIT_FLOAT ? (double)(float)v : v;
        }
        t->fault[point] = ew_run(p, NULL, t->input[point], t->output[point]) != EW_OK;
    }
}

/* Trial k is p: its emitted C goes into the batch, with the size of its `work` for the caller here. */
static void add_program(sink *batch, size_t k, const ew_program *p)
{
    ew_error err;
    char name[32], header_name[40], size[200];
    sink source = {0}, header = {0};
    snprintf(name, sizeof name, "p%zu", k);
    snprintf(header_name, sizeof header_name, "%s.h", name);
    assert_int_equal(ew_emit_c(p, name, trials[k].flags, into, &source, into, &header, &err), EW_OK);
    merge(batch, source.at);
    save(header_name, header.at, header.count, "w");
    snprintf(size, sizeof size, "extern const int %s_work;\nconst int %s_work = P%zu_WORK;\n", name, name, k);
    into(batch, size, strlen(size));
    free(source.at);
    free(header.at);
}

static void add_trial(sink *batch, size_t k, uint64_t seed, int equations)
{
    ew_error err;
    trial *t = &trials[k];
    random_program_make(&program, seed, equations);
    ew_options options = {.single = seed % 4 == 0};
    t->seed = seed;
    t->flags = seed % 8 == 0 ? EW_EMIT_FLOAT : 0;
    ew_graph *g = ew_parse(program.text, EW_WHOLE, &options, &err);
    if (!g) fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, err.message, program.text);
    ew_program *p = prepare(g, &err);
    if (!p) fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, err.message, program.text);
    ew_graph_free(g);
    expect(t, p);
    add_program(batch, k, p);
    ew_free(p);
}

/* ---- Comparing -------------------------------------------------------------------------------------- */

static bool same(double a, double b)
{
    return (a != a && b != b) || memcmp(&a, &b, sizeof a) == 0;
}

static void call(const trial *t, void *function, int work, const double *in, double *out)
{
    if (t->flags & EW_EMIT_FLOAT) {
        float fin[RANDOM_INPUTS + 1], fout[MOST_OUT], *fwork = calloc((size_t)work + 1, sizeof *fwork);
        void (*f)(const float *, float *, float *);
        memcpy(&f, &function, sizeof f);
        for (size_t i = 0; i < t->in; i++) fin[i] = (float)in[i];
        f(fin, fout, work ? fwork : NULL);
        for (size_t i = 0; i < t->out; i++) out[i] = (double)fout[i];
        free(fwork);
    } else {
        double *dwork = calloc((size_t)work + 1, sizeof *dwork);
        void (*f)(const double *, double *, double *);
        memcpy(&f, &function, sizeof f);
        f(in, out, work ? dwork : NULL);
        free(dwork);
    }
}

static void differ(const trial *t, const char *how, int point, size_t i, double is, double want)
{
    printf("%s, seed %llu:", how, (unsigned long long)t->seed);
    for (size_t k = 0; k < t->in; k++) printf(" %.17g", t->input[point][k]);
    fail_msg("output %zu: %a, the interpreter has %a", i, is, want);
}

static void compare(const trial *t, void *library, size_t k, const char *how)
{
    char name[32];
    double out[MOST_OUT];
    snprintf(name, sizeof name, "p%zu", k);
    void *function = dlsym(library, name);
    snprintf(name, sizeof name, "p%zu_work", k);
    const int *work = dlsym(library, name);
    assert_non_null(function);
    assert_non_null(work);
    for (int point = 0; point < POINTS; point++) {
        call(t, function, *work, t->input[point], out);
        for (size_t i = 0; i < t->out; i++) {
            double want = t->fault[point] ? (double)NAN : t->output[point][i];
            if (t->flags & EW_EMIT_FLOAT) want = (double)(float)want;
            if (!same(out[i], want)) differ(t, how, point, i, out[i], want);
        }
    }
}

static void build_and_compare(size_t count, const char *cc, const char *options)
{
    static int number; /* a library that was left open after a failure must not be taken for this one */
    char how[300], path[300];
    snprintf(how, sizeof how, "%s %.22s", cc, options);
    snprintf(path, sizeof path, "%s/batch%d.so", folder, ++number);
    if (shell("cd %s && %s %s -fPIC -shared -o %s batch.c -lm", folder, cc, options, path) != 0)
        fail_msg("%s does not compile %s/batch.c", how, folder);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail_msg("%s", dlerror());
    for (size_t k = 0; k < count; k++) compare(&trials[k], library, k, how);
    dlclose(library);
}

static void run_batch(uint64_t seed, size_t count, int equations, bool hard)
{
    sink batch = {0};
    for (size_t k = 0; k < count; k++) add_trial(&batch, k, seed + k, equations);
    save("batch.c", batch.at, batch.count, "w");
    free(batch.at);
    for (size_t i = 0; compiler(i) && !SANITIZED; i++) {
        if (!has(compiler(i))) continue;
        build_and_compare(count, compiler(i), hard ? HARD : PLAIN);
        if (hard && i == 1) build_and_compare(count, "clang", HARD " -ffp-contract=fast");
    }
}

/* ---- Tests -------------------------------------------------------------------------------------------- */

static void test_small(void **state)
{
    (void)state;
    uint64_t batches = long_run ? 60 : 2;
    for (uint64_t b = 0; b < batches; b++) run_batch(first_seed + b * BATCH, BATCH, 0, false);
}

static void test_fused_is_refused(void **state)
{
    (void)state;
    uint64_t batches = long_run ? 30 : 1;
    for (uint64_t b = 0; b < batches; b++) run_batch(first_seed + 1000000 + b * 24, 24, 0, true);
}

/* Over 500 operations: several functions, values through `work`. */
static void test_parts(void **state)
{
    (void)state;
    uint64_t batches = long_run ? 10 : 1;
    for (uint64_t b = 0; b < batches; b++) run_batch(first_seed + 2000000 + b * 8, 8, 250, false);
}

static void save_program(const char *text, const char *outputs, const char *name, int flags)
{
    ew_error err;
    char file[60];
    sink source = {0}, header = {0};
    ew_program *p = ew_compile(text, outputs, NULL, &err);
    assert_non_null(p);
    assert_int_equal(ew_emit_c(p, name, flags, into, &source, into, &header, &err), EW_OK);
    snprintf(file, sizeof file, "%s.c", name);
    save(file, source.at, source.count, "w");
    snprintf(file, sizeof file, "%s.h", name);
    save(file, header.at, header.count, "w");
    free(source.at);
    free(header.at);
    ew_free(p);
}

static const char formula[] = "e = (a + b) * (b + 1)";

static void test_header_in_cpp(void **state)
{
    (void)state;
    if (!has("g++")) skip();
    save_program(formula, "e, diff(e, a), diff(e, b)", "model", 0);
    static const char main_text[] =
        "#include \"model.h\"\n#include \"model.h\"\n"
        "int main() { double in[MODEL_IN] = {2, 1}, out[MODEL_OUT]; model(in, out, nullptr);\n"
        "return out[MODEL_OUT_e] == 6 && out[MODEL_OUT_de_da] == 2 && out[MODEL_OUT_de_db] == 5 &&\n"
        "MODEL_WORK == 0 && MODEL_IN_b == 1 ? 0 : 1; }\n";
    save("use.cc", main_text, strlen(main_text), "w");
    assert_int_equal(
        shell("cd %s && cc -std=c11 -c model.c && g++ -Wall -Wextra -Werror -pedantic use.cc model.o -o use && ./use",
              folder),
        0);
}

static void test_main(void **state)
{
    (void)state;
    save_program("e = (a + b) * (b + 1)", "e, diff(e, b)", "model", EW_EMIT_MAIN);
    assert_int_equal(shell("cd %s && cc " PLAIN
                           " model.c -o model -lm && ./model 2 1 >1 && ./model b=1 a=2 >2 && cmp 1 2 &&"
                           " printf 'e = 6\\ndiff(e, b) = 5\\n' | cmp - 1 && ! ./model c=1 2>/dev/null &&"
                           " ! ./model 1 2 3 2>/dev/null && ! ./model x 2>/dev/null",
                           folder),
                     0);
    save_program("input n : int; m = n * n; h = n / 3", "m, h", "model", EW_EMIT_MAIN | EW_EMIT_FLOAT);
    assert_int_equal(shell("cd %s && cc " PLAIN " model.c -o model -lm && ./model 3 >1 &&"
                           " printf 'm = 9\\nh = 1\\n' | cmp - 1 && ./model 4294967296 | grep -qi nan &&"
                           " ./model 0.5 | grep -qi nan",
                           folder),
                     0);
}

static void test_fast_math_is_refused(void **state)
{
    (void)state;
    save_program(formula, NULL, "model", 0);
    for (size_t i = 0; compiler(i); i++)
        if (has(compiler(i))) {
            assert_int_equal(shell("cd %s && %s -c model.c", folder, compiler(i)), 0);
            assert_int_not_equal(shell("cd %s && %s -ffast-math -c model.c 2>/dev/null", folder, compiler(i)), 0);
            assert_int_not_equal(shell("cd %s && %s -Ofast -c model.c 2>/dev/null", folder, compiler(i)), 0);
        }
}

static void test_macros(void **state)
{
    (void)state;
    static const char *const want[] = {"#define M_IN_theta 0 /* θ */\n",
                                       "#define M_IN_diem 1 /* điểm */\n",
                                       "#define M_IN_theta_2 2\n",
                                       "#define M_OUT_e 0\n",
                                       "#define M_OUT_dde_dtheta_ddiem 1 /* diff(diff(e, θ), điểm) */\n",
                                       "#define M_OUT_e_pow_2_over_2 2 /* e^2/2 */\n",
                                       "#define M_OUT_e_2 3 /* e */\n",
                                       "#define M_OUT_minus_e_times_e_plus_0_5 4 /* -e*(e + 0.5) */\n",
                                       "#define M_OUT_exp_e_le_1 5 /* exp(e) <= 1 */\n"};
    ew_error err;
    sink header = {0};
    ew_program *p = ew_compile("e = θ * điểm^2 * theta_2 # */ ?\?/",
                               "e, diff(diff(e, θ), điểm), e^2/2, e, -e*(e + 0.5), exp(e)  <= 1", NULL, &err);
    assert_non_null(p);
    assert_int_equal(ew_emit_c(p, "m", 0, NULL, NULL, into, &header, &err), EW_OK);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (!strstr(header.at, want[i])) fail_msg("%s is not in\n%s", want[i], header.at);
    }
    free(header.at);
    ew_free(p);
}

static int refuse(void *context, const char *bytes, size_t count)
{
    (void)bytes;
    (void)count;
    return --*(int *)context < 0;
}

static void test_errors(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "1a",     "a b",  "exp", "sinf", "int", "class",
                                      "main", "k_mine", "my_t", "NAN", "điểm", "_x",  "memcpy"};
    ew_error err;
    ew_program *p = ew_compile(formula, NULL, NULL, &err);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ew_emit_c(p, bad[i], 0, NULL, NULL, NULL, NULL, &err), EW_USE);
        assert_string_equal(err.code, "E067");
    }
    for (int at = 0; at < 2; at++) {
        int source = at, header = 1 - at;
        assert_int_equal(ew_emit_c(p, "f", 0, refuse, &source, refuse, &header, &err), EW_FILE);
        assert_string_equal(err.code, "E090");
    }
    assert_int_equal(ew_emit_c(p, "model_2", 0, NULL, NULL, NULL, NULL, NULL), EW_OK);
    ew_free(p);
}

/* Programs at the borders: each compiles without a warning and computes what the interpreter does. */
static void test_borders(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"e = 2", "e, -0.0, 1/0, 0/0, -inf, 5e-324, 1.7976931348623157e308, 9007199254740993, 0.1"},
        {"input a; input b : int; input c : bool; e = a", "a, b, c, a, true"},
        {"input a : int; e = a - 9223372036854775807 - 1", "e, a, -9223372036854775807 - 1"},
        {"input a : int; input b : int; e = if a == 0 then 0 else div(b, a)", "e, a == a, a < a, max(a, a)"},
        {"input a : int; p = a > 0 and div(10, a) > 2; q = a <= 0 or mod(10, a) == 0", "p, q, if p then a else a * a"},
        {"input a : int; input b; e = b * b", "e"},
        {"x = a; y = x; z = y", "x, y, z, z, diff(z, a)"}};
    sink batch = {0};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        ew_error err;
        ew_program *p = ew_compile(texts[k][0], texts[k][1], NULL, &err);
        if (!p) fail_msg("%s", err.message);
        memset(&trials[k], 0, sizeof trials[k]);
        memset(&program, 0, sizeof program);
        for (size_t i = 0; i < ew_in_count(p); i++) program.input_type[ew_in_name(p, i)[0] - 'a'] = RANDOM_INT;
        expect(&trials[k], p);
        add_program(&batch, k, p);
        ew_free(p);
    }
    save("batch.c", batch.at, batch.count, "w");
    free(batch.at);
    for (size_t i = 0; compiler(i); i++)
        if (has(compiler(i))) build_and_compare(sizeof texts / sizeof texts[0], compiler(i), PLAIN);
}

typedef struct heap {
    size_t calls, refused_at, bytes;
} heap;

static void *refusing_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *h = context;
    if (new_size > old_size && ++h->calls == h->refused_at) return NULL;
    if (new_size == 0) {
        free(pointer);
        h->bytes -= old_size;
        return NULL;
    }
    void *result = realloc(pointer, new_size);
    assert_non_null(result);
    h->bytes += new_size - old_size;
    return result;
}

/* Each allocation refused once: an error, nothing lost. */
static void test_memory(void **state)
{
    (void)state;
    heap h = {0};
    ew_error err;
    ew_options options = {.resize = refusing_resize, .context = &h};
    random_program_make(&program, 7, 200);
    ew_program *p = ew_compile(program.text, NULL, &options, &err);
    assert_non_null(p);
    size_t before = h.bytes;
    h.calls = 0;
    assert_int_equal(ew_emit_c(p, "f", EW_EMIT_MAIN, NULL, NULL, NULL, NULL, &err), EW_OK);
    for (size_t at = 1;; at++) {
        sink source = {0}, header = {0};
        h.calls = 0;
        h.refused_at = at;
        ew_status status = ew_emit_c(p, "f", EW_EMIT_MAIN, into, &source, into, &header, &err);
        free(source.at);
        free(header.at);
        assert_int_equal(h.bytes, before);
        if (h.calls < at) {
            assert_int_equal(status, EW_OK);
            break;
        }
        assert_int_equal(status, EW_LIMIT);
        assert_string_equal(err.code, "E080");
    }
    h.refused_at = 0;
    ew_free(p);
    assert_int_equal(h.bytes, 0);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0)
            long_run = true;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first_seed = strtoull(argv[++i], NULL, 10);
    }
    sanitized_shorter("random programs are written as C, and not compiled");
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/edgewise-emit-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder)) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_macros),
                                       cmocka_unit_test(test_errors),
                                       cmocka_unit_test(test_memory),
                                       cmocka_unit_test(test_borders),
                                       cmocka_unit_test(test_main),
                                       cmocka_unit_test(test_header_in_cpp),
                                       cmocka_unit_test(test_fast_math_is_refused),
                                       cmocka_unit_test(test_small),
                                       cmocka_unit_test(test_parts),
                                       cmocka_unit_test(test_fused_is_refused)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (!failed) shell("rm -rf %s", folder);
    return failed;
}
