/*
 * Emitted C of programs with indices against the interpreter: random programs (tests/reference/random_indexed.h),
 * values and gradients, bit for bit; and programs made for what those are too small for: long strips, blocks,
 * products that are not finite, recurrences that stop, ints, f32.
 *
 * Programs are compiled in batches into one library, with warnings as errors, plainly and with -O3 -march=native; where
 * values stand in the source, most of them quickly (-O0): that they are the right ones is what is to be seen there, and
 * what compilers fold of them, in doubles: plain values in the hard way, awkward ones plainly.
 * The short run gives each kind of program to one compiler in one way (the first to both ways), all kinds together to
 * both in both; the long one everything to both. Under sanitizers all is written, but what is made for a purpose and
 * the examples alone are compiled, with the sanitizers, so that emitted code's own accesses are seen. nan equals nan
 * whatever its bits; -0 is not 0.
 *
 * Usage: test_emit_axes [--long] [--seed N] [--only TEST]
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../reference/random_indexed.h"
#include "../sanitized.h"
#include "edgewise.h"

enum { ROOM = 64, BATCH = 24, FEW = 16, POINTS = 3, LIST = 8192 };

#define WARNINGS "-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpedantic -Werror"
static const char plain[] = "-std=c11 -O1 " WARNINGS;
static const char sanitized[] = "-std=c11 -O0 -fsanitize=address,undefined -fno-sanitize-recover=all " WARNINGS;
static const char quick[] = "-std=c11 -O0 " WARNINGS;
static const char hard[] = "-std=gnu11 -O3 -march=native " WARNINGS;

enum { GCC, CLANG, COMPILERS };

static bool long_run;
static uint64_t first_seed = 1;
static char folder[200];
static random_indexed program;

typedef struct trial {
    char *text; /* to tell of it */
    int flags;
    size_t in, out;
    double *input[POINTS], *output[POINTS];
    bool fault[POINTS];
} trial;

static trial trials[ROOM];
static size_t trial_count;

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

/* ---- Writing ------------------------------------------------------------------------------------------ */

static int into(void *file, const char *bytes, size_t count)
{
    return fwrite(bytes, 1, count, file) == count ? 0 : 1;
}

static FILE *file_of(const char *name, const char *end)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    return f;
}

/* Not negative: the later half of the inputs stands in the source, with its values of this point. */
static int fixed_point = -1;

static size_t kept_arrays(const ew_program *p)
{
    return fixed_point < 0 ? ew_in_arrays(p) : ew_in_arrays(p) / 2;
}

static void save(const ew_program *p, const char *name, int flags, const double *in)
{
    ew_error err;
    FILE *source = file_of(name, ".c"), *header = file_of(name, ".h");
    size_t kept = kept_arrays(p);
    const double *fixed = fixed_point < 0 ? NULL : in + ew_in_array(p, kept).offset;
    const ew_emit_options options = {.flags = flags, .fixed = fixed, .kept = kept};
    ew_status status = fixed ? ew_emit_c_with(p, name, &options, into, source, into, header, &err)
                             : ew_emit_c(p, name, flags, into, source, into, header, &err);
    if (status != EW_OK) fail_msg("%s", err.message);
    char upper[40];
    snprintf(upper, sizeof upper, "%s", name);
    upper[0] = (char)(upper[0] - 'a' + 'A');
    fprintf(source, "extern const int %s_work;\nconst int %s_work = %s_WORK;\n", name, name, upper);
    assert_int_equal(fclose(source), 0);
    assert_int_equal(fclose(header), 0);
}

/* What an input's element is at a point: some are awkward at the later ones. */
static double value_at(const ew_program *p, size_t array, uint64_t seed, size_t i, int point)
{
    static const double awkward[] = {0, -0.0, 1, -1, 3e300, -2e-300, INFINITY, NAN};
    double v = number(seed + 77 * (uint64_t)point, i);
    if (ew_in_array(p, array).type == EW_INT) return point == 2 ? 40000 : (double)(i % 3);
    return point == 2 && i % 5 == 3 ? awkward[(i / 5 + seed) % 8] : v;
}

typedef double value_of(const ew_program *p, size_t array, uint64_t seed, size_t i, int point);

static void expect(trial *t, const ew_program *p, uint64_t seed, value_of *value)
{
    t->in = ew_in_count(p);
    t->out = ew_out_count(p);
    for (int point = 0; point < POINTS; point++) {
        t->input[point] = calloc(t->in + 1, sizeof(double));
        t->output[point] = calloc(t->out + 1, sizeof(double));
        for (size_t a = 0; a < ew_in_arrays(p); a++) {
            ew_array_info info = ew_in_array(p, a);
            for (size_t i = 0; i < info.count; i++) {
                double v = value(p, a, seed, info.offset + i, a < kept_arrays(p) ? point : fixed_point);
                t->input[point][info.offset + i] = t->flags & EW_EMIT_FLOAT ? (double)(float)v : v;
            }
        }
        t->fault[point] = ew_run(p, NULL, t->input[point], t->output[point]) != EW_OK;
    }
}

static void add(ew_program *p, const char *text, uint64_t seed, int flags, value_of *value)
{
    char name[24];
    assert_true(trial_count < ROOM);
    trial *t = &trials[trial_count];
    *t = (trial){.text = strdup(text), .flags = flags};
    expect(t, p, seed, value);
    snprintf(name, sizeof name, "p%zu", trial_count++);
    save(p, name, flags, t->input[0]);
    ew_free(p);
}

/* ---- Comparing ------------------------------------------------------------------------------------------ */

static void call(const trial *t, void *function, size_t work, const double *in, double *out)
{
    if (t->flags & EW_EMIT_FLOAT) {
        float *fin = calloc(t->in + 1, sizeof *fin), *fout = calloc(t->out + 1, sizeof *fout);
        float *fwork = calloc(work + 1, sizeof *fwork);
        void (*f)(const float *, float *, float *);
        memcpy(&f, &function, sizeof f);
        for (size_t i = 0; i < t->in; i++) fin[i] = (float)in[i];
        f(fin, fout, fwork);
        for (size_t i = 0; i < t->out; i++) out[i] = (double)fout[i];
        free(fin), free(fout), free(fwork);
    } else {
        double *dwork = malloc((work + 1) * sizeof *dwork);
        for (size_t i = 0; i <= work; i++) dwork[i] = 1e99; /* nothing there is read before it is written */
        void (*f)(const double *, double *, double *);
        memcpy(&f, &function, sizeof f);
        f(in, out, dwork);
        free(dwork);
    }
}

static bool same(double a, double b)
{
    return (a != a && b != b) || memcmp(&a, &b, sizeof a) == 0;
}

static void compare(const trial *t, void *library, size_t k, const char *how)
{
    char name[32];
    snprintf(name, sizeof name, "p%zu", k);
    void *function = dlsym(library, name);
    snprintf(name, sizeof name, "p%zu_work", k);
    const int *work = dlsym(library, name);
    assert_non_null(function);
    assert_non_null(work);
    double *out = calloc(t->out + 1, sizeof *out);
    for (int point = 0; point < POINTS; point++) {
        call(t, function, (size_t)*work, t->input[point], out);
        for (size_t i = 0; i < t->out; i++) {
            double want = t->fault[point] ? (double)NAN : t->output[point][i];
            if (t->flags & EW_EMIT_FLOAT) want = (double)(float)want;
            if (!same(out[i], want))
                fail_msg("%s, %s/p%zu.c, point %d, output %zu: %a, the interpreter has %a\n%s", how, folder, k, point,
                         i, out[i], want, t->text);
        }
    }
    free(out);
}

static void build_and_compare(const char *cc, const char *options)
{
    static int built; /* a library that was left open after a failure must not be taken for this one */
    char how[300], path[300];
    snprintf(how, sizeof how, "%s %.22s", cc, options);
    snprintf(path, sizeof path, "%s/batch%d.so", folder, ++built);
    if (shell("cd %s && %s %s -fPIC -shared -o %s p*.c -lm", folder, cc, options, path) != 0)
        fail_msg("%s does not compile %s/p*.c", how, folder);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail_msg("%s", dlerror());
    for (size_t k = 0; k < trial_count; k++) compare(&trials[k], library, k, how);
    dlclose(library);
}

/* By this compiler, if it is there (else the other), or all that are; the batch stays. */
static void build(int first, const char *options)
{
    static const char *const compilers[COMPILERS] = {"gcc", "clang"};
    bool there[COMPILERS] = {has(compilers[GCC]), has(compilers[CLANG])};
    if (SANITIZED) return;
    for (int i = 0, done = 0; i < COMPILERS && (long_run || !done); i++) {
        int k = (first + i) % COMPILERS;
        if (there[k]) build_and_compare(compilers[k], options), done = 1;
    }
}

/* By the compiler whose sanitizers this process has. */
static void build_sanitized(void)
{
#if defined(__clang__)
    const char *own = "clang";
#else
    const char *own = "gcc";
#endif
    if (SANITIZED) build_and_compare(own, sanitized);
}

static void finish(void)
{
    for (size_t k = 0; k < trial_count; k++) {
        for (int point = 0; point < POINTS; point++) free(trials[k].input[point]), free(trials[k].output[point]);
        free(trials[k].text);
    }
    trial_count = 0;
    shell("rm -f %s/p*.c %s/p*.h", folder, folder);
}

/* ---- Random programs --------------------------------------------------------------------------------------- */

static size_t list_value(char *list, size_t used, const random_array *a, const char *before)
{
    used += (size_t)snprintf(list + used, LIST - used, "%s%s", before, a->name);
    for (unsigned p = 0; p < a->rank; p++)
        used += (size_t)snprintf(list + used, LIST - used, "%s%s", p ? ", " : "[", random_index(a->axis[p], 0));
    return used + (size_t)snprintf(list + used, LIST - used, a->rank ? "]" : "");
}

/* total, its gradient, all arrays */
static void list_of(char *list)
{
    size_t used = (size_t)snprintf(list, LIST, "total, diff(total, p)");
    for (unsigned i = 0; i < program.count; i++) {
        const random_array *a = &program.array[i];
        if (a->is_int) continue;
        if (a->is_input) {
            used = list_value(list, used, a, ", diff(total, ");
            used += (size_t)snprintf(list + used, LIST - used, ")");
        } else {
            used += (size_t)snprintf(list + used, LIST - used, ", %s", a->name);
        }
    }
}

static double random_input(const ew_program *p, size_t array, uint64_t seed, size_t i, int point)
{
    double v = value_at(p, array, seed, i, point);
    if (array >= program.inputs || !program.array[array].is_int) return v;
    return floor((number(seed, i) + 1) / 2 * (double)program.size[program.array[array].places]);
}

static void add_random(uint64_t seed)
{
    static char list[LIST];
    ew_error err;
    ew_size size[RANDOM_DIMENSIONS];
    random_indexed_make(&program, seed, seed % 2 == 0);
    for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++) size[d] = (ew_size){random_dimension[d], 0, NULL, program.size[d]};
    ew_options options = {.sizes = size, .size_count = RANDOM_DIMENSIONS, .single = seed % 4 == 1};
    list_of(list);
    ew_program *p = ew_compile(program.text, list, &options, &err);
    if (!p) fail_msg("seed %llu: %s\n%s\n%s", (unsigned long long)seed, err.message, list, program.text);
    add(p, program.text, seed, seed % 8 >= 6 ? EW_EMIT_FLOAT : 0, random_input);
}

static void run_random(uint64_t from, uint64_t batches, int compiler, const char *options)
{
    trial_count = 0;
    for (uint64_t b = 0; b < batches; b++) {
        for (uint64_t k = 0; k < (long_run ? BATCH : FEW); k++) add_random(from + b * BATCH + k);
        build(compiler, options);
        finish();
    }
}

static void test_random(void **state)
{
    (void)state;
    run_random(first_seed, long_run ? 30 : 1, CLANG, plain);
}

static void test_random_hard(void **state)
{
    (void)state;
    run_random(first_seed + 1000000, long_run ? 15 : 1, GCC, hard);
}

/* ---- Programs made for a purpose ----------------------------------------------------------------------------- */

static void add_text(const char *text, const char *outputs, int flags, bool single)
{
    ew_error err;
    ew_options options = {.single = single};
    ew_program *p = ew_compile(text, outputs, &options, &err);
    if (!p) fail_msg("%s\n%s", err.message, text);
    add(p, text, 5 + trial_count, flags, value_at);
}

static const struct {
    const char *text, *outputs;
} made[] = {
    /* Strips of several rows, strips of long rows, sums and extremes of them. */
    {"input x[7, 300]\ns[i] = sum(j: x[i,j])\nm[j] = max(i: x[i,j])\nt = sum(i, j: x[i,j]^3)\nq = prod(i, j: 1 + "
     "x[i,j]/1000)\nw = min(i, j: x[i,j])",
     "s, m, t, q, w, diff(t + w, x[a1, a2])"},
    {"input x[3, 2000]\ns[i] = sum(j: x[i,j])\nm[j] = max(i: x[i,j])\nt = sum(i, j: sin(x[i,j]))\nl = logsumexp(i, j: "
     "x[i,j])",
     "s, m, t, l, diff(t + l, x[a1, a2])"},
    {"input x[400, 5]\ns[i] = sum(j: x[i,j])\nm[j] = sum(i: x[i,j])\nt = sum(i, j: x[i,j])\na = all(i, j: x[i,j] < "
     "2)\nb "
     "= any(i: x[i,0] > 0.999)",
     "s, m, t, a, b"},
    /* Products, in blocks too, that are finite or not. */
    {"input x[40, 30]\ninput w[30, 20]\ny[i, k] = sum(j: x[i,j] * w[j,k])\nt = sum(i, k: tanh(y[i,k]))",
     "y, t, diff(t, x[a1, a2]), diff(t, w[a1, a2])"},
    {"input x[3000, 20]\ninput w[20, 16]\ninput v[16]\nz[n, k] = sum(j: x[n,j] * w[j,k])\nh[n, k] = tanh(z[n,k])\n"
     "y[n] = sum(k: h[n,k] * v[k])\nloss = mean(n: (y[n] - x[n,0])^2)",
     "loss, diff(loss, w[a1, a2]), diff(loss, v[a1])"},
    /* Triangular factors, in blocks with results in the place of what they are made of, too; from both sides. */
    {"input l[64, 64]\ninput x[70, 64]\nu[n, a] = sum(j in a: l[a, j] * x[n, j])\nt = sum(n, a: sin(u[n, a]))",
     "u, t, diff(t, l[a1, a2]), diff(t, x[a1, a2])"},
    {"input x[600, 48]\ninput m[3, 48]\ninput l[3, 48, 48]\n"
     "u[n, k, a] = exp(m[k, a]) * (x[n, a] - m[k, a]) + sum(j in a: l[k, a, j] * (x[n, j] - m[k, j]))\n"
     "t = sum(n: logsumexp(k: -sum(a: u[n, k, a]^2)))",
     "t, diff(t, l[a1, a2, a3]), diff(t, m[a1, a2])"},
    {"input q[2, 50, 20] : f32\ninput k[2, 50, 20] : f32\ninput v[2, 50, 20] : f32\n"
     "s[h, t, u] = if u >= t then sum(e: q[h, t, e] * k[h, u, e]) else 0\n"
     "o[h, t, e] = sum(u: s[h, t, u] * v[h, u, e])\nf = sum(h, t, e: tanh(o[h, t, e]))",
     "f, diff(f, q[a1, a2, a3]), diff(f, k[a1, a2, a3]), diff(f, v[a1, a2, a3])"},
    /* Sums in lanes: the weights' gradient of a convolution. */
    {"input x[32, 12, 12] : f32\ninput K[4, 5, 5] : f32\nu[n, i, j] = x[n,i,j] / 2\ny[n, o, r, s] = sum(p, q: u[n, "
     "r+p, s+q] * K[o, p, q])\n"
     "t = sum(n, o, r, s: tanh(y[n,o,r,s]))",
     "t, diff(t, K[a1, a2, a3])"},
    {"input x[24, 12, 12]\ninput K[7, 5, 5]\nu[n, i, j] = x[n,i,j] / 2\ny[n, o, r, s] = sum(p, q: u[n, r+p, s+q] * "
     "K[o, p, q])\n"
     "t = sum(n, o, r, s: tanh(y[n,o,r,s]))",
     "t, diff(t, K[a1, a2, a3])"},
    /* Products that add to where their windows lie; a windows' scatter whose places have gaps. */
    {"input x[16, 12, 11] : f32\ninput K[4, 5, 5] : f32\ninput L[6, 4, 3, 4] : f32\n"
     "y[n, o, r, s] = tanh(sum(p, q: x[n, r+p, s+q] * K[o, p, q]))\n"
     "z[n, m, r, s] = sum(o, p, q: y[n, o, r+p, s+q] * L[m, o, p, q])\nt = sum(n, m, r, s: sin(z[n, m, r, s]))",
     "t, diff(t, K[a1, a2, a3]), diff(t, x[a1, a2, a3])"},
    {"input x[24, 9, 9]\ninput K[4, 3, 3]\ninput L[6, 4, 3, 3]\n"
     "y[n, o, r, s] = x[n,r+2,s+2] + sum(p, q: x[n, r+p, s+q] * K[o, p, q])\n"
     "z[n in 24, m, r in 7, s in 7] = sum(o, p, q: y[n, o, r+p-1, s+q-1 else 0] * L[m, o, p, q])\n"
     "t = sum(n, m, r, s: sin(z[n, m, r, s]))",
     "t, diff(t, K[a1, a2, a3]), diff(t, x[a1, a2, a3])"},
    /* Positions; gathers; scatters. */
    {"input x[6, 9]\na[i] = argmax(j: x[i,j])\nb[j] = argmin(i: x[i,j])\ny[i] = x[i, a[i]]",
     "a, b, y, diff(sum(i: y[i]), x[a1, a2])"},
    {"input x[6, 9]\ninput f[7] : f32\ninput n[6, 9] : int\nv[i, j] = if x[i, j] > 0.8 then nan else x[i, j]\n"
     "a[i] = argmax(j: v[i, j])\nb[i] = argmin(j in i..8: v[i, j])\nc[i] = argmax(j in 0..i: n[i, j] - j)\n"
     "d = argmin(i: f[i]) + 10 * argmax(i: sqrt(f[i])) + 100 * argmin(i in 5: 3 - i)",
     "a, b, c, d"},
    /* Recurrences: down, up, one that stops. */
    {"input x[50]\nh[0] = 0\nh[t+1] = tanh(0.5*h[t] + x[t])\nL = sum(t: h[t]^2)", "h, L, diff(L, x[a1])"},
    {"input x[40]\ninput p[2]\nh[0] = p[1]\nh[t+1] = tanh(p[0]*h[t] + x[t]) + 0.1*stop(diff(h[t], p[0]) + diff(h[t], "
     "p[1]))\n"
     "L = sum(t: h[t]^2)",
     "h, L, diff(L, p[a1])"},
    {"input x[30]\ns[0] = 0.1\ns[t in 1..30 until abs(s[t]) > 1.5] = s[t-1] + x[t-1]\nL = sum(t: s[t]^2)",
     "s, L, diff(L, x[a1])"},
    /* Recurrences in segments: forward and backward, with states before them, sums and picks. */
    {"input x[300, 2]\ninput U[3, 3]\ninput W[2, 3]\nh[0, i in 3] = 0.1\nh[t+1, i] = tanh(sum(j: U[i,j] * h[t,j]) + "
     "sum(k: W[k,i] * x[t,k]))\ny[t] = sum(i: h[t+1,i])\nL = sum(t: (y[t] - x[t,0])^2) + h[300,1]",
     "L, diff(L, U[a1, a2]), diff(L, W[a1, a2]), diff(L, x[a1, a2])"},
    {"input x[270]\ninput a\ns[0] = 1\ns[1] = a\ns[t+2] = sin(s[t]) + a * s[t+1] + x[t]\nu[t in 271] = s[t+1] - s[t]\n"
     "m = max(t: u[t])\nL = m + sum(t: u[t]^2)",
     "s, L, diff(L, x[a1]), diff(L, a)"},
    /* Sums over powers, and turned; recurrences that the interpreter carries in registers, with their sums. */
    {"input t[300]\ninput x[24]\np[i] = sum(j: x[j] * t[i]^j)\nf = sum(i: p[i] * sin(p[i]))", "p, f, diff(f, x[a1])"},
    {"input t[77]\ninput x[100]\np[i] = sum(j: x[j] * t[i]^j)\nf = sum(i: p[i]^2)", "p, f, diff(f, x[a1])"},
    {"input u[300]\ninput x[40]\np[i in 300, 40] = 0\np[i, j in 40] = p[i, j+1] * u[i] + x[j]\nf = sum(i: p[i, 0]^2)",
     "f, diff(f, x[a1])"},
    /* A far axis that goes along with the recurrence's. */
    {"input x[40]\nc[p in 40, 0] = x[p]\nb[0, p in 40] = 1\nc[p, t in 1..9] = sin(c[p, t-1] * x[p] + b[t, p])\n"
     "b[t in 1..9, p] = b[t-1, p] * 0.5 + c[p, t-1]\nf = sum(p: c[p, 9]^2)\nd[p] = diff(c[p, 9], x[p])\n"
     "h[p] = diff(diff(f, x[p]), x[p])",
     "d, h"},
    /* A derivative at a fixed distance through a circle inside. */
    {"input x[40]\nw[0] = 0.5\nh[k in 9, 0] = 0.1\nh[k, n+1] = tanh(w[k] * h[k, n] + x[n])\n"
     "L[k in 9] = (h[k, 40] - 0.5)^2\nw[k+1] = w[k] - 0.3 * diff(L[k], w[k])",
     "w, L, diff(L[8], x[a1])"},
    /* Ints that may overflow. */
    {"input k[9] : int\ninput x[9]\nf = sum(i: if abs(k[i]) < 2 then x[i] * (k[i] * 3000000000 + div(7, k[i] + 2)) "
     "else 1)",
     "f, diff(f, x[a1])"},
    {"input k[9] : int\ninput x[9]\ny[i] = 2 * x[i]", "diff(y[k[o]], x[j])"},
    {"input x[40]\ninput p[3]\ninput v[3]\nh[0] = p[1]\nh[t+1] = tanh(p[0]*h[t] + x[t]) + 0.1*stop(sum(i: diff(h[t], "
     "p[i]) * v[i]))",
     "h, diff(h[40], p[a1])"},
    {"input k[9] : int\ninput x[9]\ny[i] = 2 * x[i]\nf = sum(o: y[k[o]])", "diff(f, x[j])"},
    {"input k[9] : int\ninput x[9]\ny[i] = 2 * x[i]\nh[o, j] = if k[o] > 0 then diff(y[k[o]], x[j]) else 1", "h"},
    {"input k[9] : int\ninput x[9]\ny[0] = k[0] * 3000000000 * 3000000000\ny[i in 1..8] = k[i] * 3000000000 * k[i] * "
     "k[i]\nz[i in 8] = if abs(k[i+1]) < 2 then y[i+1] else 1\nf = sum(i: if abs(k[i]) < 1 then x[i] * y[i] else 0)",
     "z, diff(f, x[a1])"},
    {"input k[9] : int\ny[i] = k[i] * k[i] * 3000000000\ns = sum(i: y[i])\nm = max(i: k[i])", "y, s, m"},
    {"input k[9] : int\ny[i] = if abs(k[i]) < 2 then k[i] * 3000000000 + div(7, k[i] + 2) else 9223372036854775807 + "
     "k[i]\nz = sum(i: y[i])\nw[j in 3] = if j < 2 then j else z\nh[0] = 1\nh[t+1] = if h[t] < 99999 then h[t] * h[t] "
     "+ "
     "k[t] else h[t] - mod(9, div(h[t], 100000))",
     "w[1], h, y[2]"},
    /* An int compared with itself, of which nothing is left that uses it. */
    {"input x[5]\ny[i] = if all(k in 0..2: k <= k) then x[i] else 0", "y"},
};

enum { MADE = sizeof made / sizeof made[0] };

enum { QUICKLY = 1, PLAINLY = 2, HARDLY = 4 };

static void run_made(int flags, bool single, int how)
{
    trial_count = 0;
    for (size_t i = 0; i < MADE; i++) add_text(made[i].text, made[i].outputs, flags, single);
    if (!flags && !single && fixed_point < 0) build_sanitized();
    if (how & QUICKLY && !long_run) build(flags ? CLANG : GCC, quick);
    if (how & PLAINLY || long_run) build(flags ? CLANG : GCC, plain);
    if (how & HARDLY || long_run) build(single ? GCC : CLANG, hard);
    finish();
}

static int into_text(void *context, const char *bytes, size_t count)
{
    char *plan = context;
    size_t used = strlen(plan);
    if (used + count < 30000) memcpy(plan + used, bytes, count), plan[used + count] = '\0';
    return 0;
}

/* The interpreter does these in a way of its own, which is what their bits are compared with. */
static void test_planned(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"input l[64, 64]", "triangular product"},
                                           {"input x[600, 48]", "triangular product"},
                                           {"input t[300]", "sum of powers"},
                                           {"input u[300]", "in registers"}};
    size_t found = 0;
    for (size_t i = 0; i < MADE; i++) {
        static char plan[32768];
        ew_error err;
        if (found == sizeof words / sizeof words[0] || strncmp(made[i].text, words[found][0], strlen(words[found][0])))
            continue;
        ew_program *p = ew_compile(made[i].text, made[i].outputs, NULL, &err);
        assert_non_null(p);
        plan[0] = '\0';
        assert_int_equal(ew_plan(p, into_text, plan, &err), EW_OK);
        if (!strstr(plan, words[found][1])) fail_msg("'%s' must be in the plan:\n%s", words[found][1], plan);
        ew_free(p);
        found++;
    }
    assert_int_equal(found, sizeof words / sizeof words[0]);
}

static void test_made(void **state)
{
    (void)state;
    run_made(0, false, PLAINLY | HARDLY);
    run_made(0, true, HARDLY);
    run_made(EW_EMIT_FLOAT, false, PLAINLY);
}

/* Values in the source, plain ones and awkward ones. */
static void test_fixed(void **state)
{
    (void)state;
    for (fixed_point = 0; fixed_point <= 2; fixed_point += 2) {
        run_made(0, false, fixed_point == 0 ? QUICKLY | HARDLY : PLAINLY);
        run_made(0, true, QUICKLY);
        run_made(EW_EMIT_FLOAT, false, QUICKLY);
    }
    fixed_point = -1;
}

/* ---- The examples --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *outputs;
    ew_size size[8];
} examples[] = {
    {"kmeans", "cost, g, h", {{"N", 0, NULL, 700}, {"D", 0, NULL, 4}, {"K", 0, NULL, 9}}},
    {"lstm",
     "loss, answer, diff(loss, W[a1, a2, a3]), diff(loss, U[a1, a2, a3]), diff(loss, b[a1, a2])",
     {{"T", 0, NULL, 7}, {"D", 0, NULL, 3}, {"H", 0, NULL, 5}}},
    {"gmm",
     "F, diff(F, alpha[a1]), diff(F, mu[a1, a2]), diff(F, q[a1, a2]), diff(F, l[a1, a2])",
     {{"N", 0, NULL, 300}, {"D", 0, NULL, 3}, {"K", 0, NULL, 4}}},
    {"transformer",
     "loss, diff(loss, emb[a1, a2]), diff(loss, Wq[a1, a2, a3, a4]), diff(loss, W2[a1, a2, a3])",
     {{"N", 0, NULL, 2},
      {"T", 0, NULL, 5},
      {"V", 0, NULL, 6},
      {"D", 0, NULL, 8},
      {"L", 0, NULL, 2},
      {"H", 0, NULL, 2},
      {"E", 0, NULL, 4},
      {"M", 0, NULL, 16}}},
    {"kalman", "loglik, diff(loglik, level), diff(loglik, C0[a1, a2])", {{"T", 0, NULL, 20}}},
    {"convnet",
     "loss, diff(loss, K[a1, a2, a3, a4]), diff(loss, W[a1, a2, a3, a4])",
     {{"N", 0, NULL, 3},
      {"C", 0, NULL, 2},
      {"R", 0, NULL, 8},
      {"S", 0, NULL, 6},
      {"O", 0, NULL, 4},
      {"M", 0, NULL, 5}}},
    {"lse", "e, byhand, p, q, H", {{"N", 0, NULL, 12}}},
};

static char *example_text(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "examples/%s/%s.ew", name, name);
    FILE *f = fopen(path, "r");
    if (!f) return NULL; /* it is run elsewhere */
    char *text = calloc(1, 20000);
    assert_true(fread(text, 1, 19999, f) > 0);
    fclose(f);
    return text;
}

static void run_examples(int flags, int compiler, const char *options)
{
    trial_count = 0;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        ew_error err;
        ew_options o = {.sizes = examples[i].size};
        char *text = example_text(examples[i].name);
        if (!text) skip();
        while (o.size_count < 8 && examples[i].size[o.size_count].name) o.size_count++;
        ew_program *p = ew_compile(text, examples[i].outputs, &o, &err);
        if (!p) fail_msg("%s: %s", examples[i].name, err.message);
        add(p, text, 11 + i, flags, value_at);
        free(text);
    }
    if (!flags) build_sanitized();
    build(compiler, options);
    finish();
}

static void test_examples(void **state)
{
    (void)state;
    run_examples(0, GCC, plain);
    run_examples(EW_EMIT_FLOAT, CLANG, hard);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0)
            long_run = true;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first_seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            cmocka_set_test_filter(argv[++i]);
    }
    sanitized_shorter("emitted C is written, little of it compiled");
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/edgewise-emit-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder)) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_planned), cmocka_unit_test(test_made),
                                       cmocka_unit_test(test_fixed),   cmocka_unit_test(test_examples),
                                       cmocka_unit_test(test_random),  cmocka_unit_test(test_random_hard)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (!failed) shell("rm -rf %s", folder);
    return failed;
}
