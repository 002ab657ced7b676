/*
 * Far axes that go with the axes of a recurrence (diff/aligned.h): the same derivatives with and without, forward,
 * reverse and by differences, of programs made for it and of random ones; and nothing that grows with the product of
 * both sides' sizes where there is but a diagonal.
 *
 * Usage: test_aligned [--long] [--seed N]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <edgewise.h>

#include <math.h>

#include "../reference/random_indexed.h"
#include "diff/aligned.h"
#include "diff/diff.h"

static bool long_run;
static uint64_t first_seed = 1;

typedef struct way {
    const char *text, *outputs;
    ew_options options;
    uint64_t seed;
    double places; /* ints are below this */
    double nudge;  /* of input `nudged` */
    size_t nudged;
    bool all; /* elements of all nodes are counted, not those of the largest */
} way;

static void fill(const way *w, const ew_program *p, double *in)
{
    for (size_t a = 0; a < ew_in_arrays(p); a++) {
        ew_array_info info = ew_in_array(p, a);
        for (size_t i = info.offset; i < info.offset + info.count; i++) {
            double v = number(w->seed, i);
            in[i] = info.type == EW_INT ? floor((v + 1) / 2 * w->places) : v;
        }
    }
}

/* The most elements that any unnamed node has, or all of them have. */
static size_t elements(const ew_graph *g, bool all)
{
    size_t most = 0;
    for (ew_node n = 0; n < g->nodes.count; n++) {
        size_t count = 0;
        if (node_at(g, n)->op == OP_DIFF || node_at(g, n)->name) continue;
        if (!shape_elements(g, node_at(g, n)->shape, &count)) continue;
        most = all ? most + count : count > most ? count : most;
    }
    return most;
}

static double *run(const way *w, int mode, unsigned off, size_t *count, size_t *most)
{
    ew_error err;
    ew_options o = w->options;
    o.mode = mode;
    ew_graph *g = ew_parse(w->text, EW_WHOLE, &o, &err);
    if (!g) fail_msg("%s\n%s", err.message, w->text);
    g->passes_off = (uint16_t)off;
    ew_program *p = ew_prepare(g, w->outputs, &err);
    if (!p) fail_msg("%s\n%s\n%s", err.message, w->outputs, w->text);
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), *out = calloc(ew_out_count(p) + 1, sizeof *out);
    fill(w, p, in);
    in[w->nudged] += w->nudge;
    if (ew_run(p, NULL, in, out) != EW_OK) {
        ew_run_error(p, NULL, &err);
        fail_msg("%s\n%s\n%s", err.message, w->outputs, w->text);
    }
    *count = ew_out_count(p);
    if (most) *most = elements(g, w->all);
    free(in);
    ew_free(p);
    ew_graph_free(g);
    return out;
}

static void same(const way *w, const char *what, const double *a, const double *b, size_t count, double tolerance)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))) continue;
        if (fabs(a[i] - b[i]) <= tolerance * (1 + fabs(a[i]) + fabs(b[i]))) continue;
        fail_msg("seed %llu, %s: number %zu of %zu is %.17g, due %.17g\n%s\n%s", (unsigned long long)w->seed, what, i,
                 count, a[i], b[i], w->outputs, w->text);
    }
}

/* All modes, with and without: the numbers of the automatic one; elements, the most of all modes with. */
static double *all_ways(const way *w, size_t *count, size_t *with, size_t *without)
{
    static const int modes[] = {EW_FORWARD, EW_REVERSE, EW_AUTO};
    double *due = run(w, EW_AUTO, PASS_ALIGNED, count, without);
    *with = 0;
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"forward", "reverse", "automatic"};
        size_t n, m;
        double *got = run(w, modes[i], 0, &n, &m), *dense = run(w, modes[i], PASS_ALIGNED, &n, NULL);
        assert_int_equal(n, *count);
        same(w, names[i], got, due, n, 1e-11);
        same(w, names[i], got, dense, n, 1e-11);
        if (m > *with) *with = m;
        free(got);
        free(dense);
    }
    return due;
}

/* ---- Made for it ----------------------------------------------------------------------------------- */

/* y over any axes and x[P]; J is diff(y[…], x[q]), d its diagonal. */
static const struct {
    const char *text, *outputs;
    size_t most; /* elements of the largest unnamed node; without the pass there are more. 0: not looked at */
} made[] = {
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + 0.1 * x[p]\nd[p] = diff(c[p, 4], x[p])", "d", 65},
    {"c[p in P, 0] = x[p]\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + 0.1\nd[p] = diff(c[p, 4], x[p])", "d", 65},
    /* the whole Jacobian */
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p])\nJ[p, q] = diff(c[p, 4], x[q])", "J", 0},
    /* one that is no diagonal */
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + 0.1 * sum(q: c[q, t-1])\n"
     "J[p, q] = diff(c[p, 4], x[q])",
     "J", 0},
    {"c[p in P, 0] = 1\nc[p in P, t in 1..4] = c[p, t-1] * sin(x[p]) + 0.1 * c[p-1, t-1 else 0]\n"
     "J[p, q] = diff(c[p, 4], x[q])",
     "J", 0},
    /* the axis at different positions of two states, in the same step and the one before */
    {"a[p in P, 0] = x[p]\nb[0, p in P] = 0.2\na[p, t in 1..4] = 0.5 * a[p, t-1] + b[t, p] * x[p]\n"
     "b[t in 1..4, p] = sin(a[p, t-1] + b[t-1, p])\nd[p] = diff(a[p, 4] + b[3, p]^2, x[p])",
     "d", 65},
    /* downward */
    {"c[p in P, 4] = x[p]\nc[p, t in 0..3] = c[p, t+1] * cos(x[p]) - 0.3\nd[p] = diff(c[p, 0], x[p])", "d", 65},
    /* at a distance; from the other end; gathered */
    {"c[p in P-1, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p+1])\nd[p] = diff(c[p, 4], x[p+1])", "d", 65},
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[P-1-p])\nd[p] = diff(c[p, 4], x[P-1-p])", "d", 65},
    {"input k[P] : int\nc[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[k[p]])\nd[p] = diff(c[p, 4], x[k[p]])",
     "d", 65},
    /* at two distances: a band, nothing is left out */
    {"c[p in P-1, 0] = x[p]\nc[p, t in 1..4] = c[p, t-1] * sin(x[p+1])\nJ[p, q] = diff(c[p, 4], x[q])", "J", 0},
    /* compact blocks */
    {"input k[P] : int\ninput w[P, 3]\nr[p in P, 0] = 0.1\nr[p, t in 1..4] = tanh(r[p, t-1] * w[k[p], 0] + w[k[p], "
     "1])\n"
     "B[p, j in 3] = diff(r[p, 4], w[k[p], j])",
     "B", 195},
    /* a further axis that is mixed: its own far axis is free, the other goes along */
    {"input w[P, 3]\nh[p in P, 0, j in 3] = w[p, j]\n"
     "h[p, t in 1..4, j] = tanh(0.4 * sum(i: h[p, t-1, i] * (1 + i)) + w[p, j])\n"
     "B[p, j, i] = diff(h[p, 4, j], w[p, i])",
     "B", 585},
    /* a circle inside, and one whose start depends on it */
    {"h[p in P, 0] = x[p]\ng[p, t in 3, 0] = h[p, t] + 0.1\ng[p, t, l in 1..2] = sin(g[p, t, l-1] * x[p])\n"
     "h[p, t+1] = g[p, t, 2] + 0.5 * h[p, t]\nd[p] = diff(h[p, 3], x[p])",
     "d", 195},
    /* it stops */
    {"c[0, p in P] = x[p]\nc[t in 1..4 until c[t, 0] > 0.4, p] = c[t-1, p] * 0.8 + x[p]^2\nd[p] = diff(c[4, p], x[p])",
     "d", 130},
    /* the diagonal of a Hessian through a recurrence */
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + x[p]\nf = sum(p: c[p, 4]^2)\n"
     "d[p] = diff(diff(f, x[p]), x[p])",
     "d", 65},
    {"c[p in P, 0] = 1\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + x[p]\nf = sum(p: c[p, 4]^2)\n"
     "J[p, q] = diff(diff(f, x[p]), x[q])",
     "J", 0},
    /* a long product has two recurrences in its derivative */
    {"input w[P, 20]\ny[p] = prod(j: w[p, j])\nB[p, j] = diff(diff(y[p], w[p, 0]), w[p, j])", "B", 0},
    /* by a state of the recurrence itself */
    {"c[p in P, 0] = x[p]\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + c[p, t-1]^2\nd[p] = diff(c[p, 4], c[p, 1])\n"
     "J[p, q] = diff(c[p, 4], c[q, 2])",
     "d, J", 0},
    /* a cumulative sum along another axis, guards, branches */
    {"c[p in P, t in 5] = (if x[p] > 0 then c[p, t-1 else 0] * x[p] else c[p, t-2 else 0.3]) + x[p]\n"
     "d[p] = diff(sum(t: c[p, t]), x[p])",
     "d", 65},
    /* more terms than are kept apart */
    {"c[p in P, t in 0..17] = x[p] * (1 + t)\nc[p, t in 18..20] = sin(c[p,t-1] + c[p,t-2] + c[p,t-3] + c[p,t-4] + "
     "c[p,t-5] + c[p,t-6] + c[p,t-7] + c[p,t-8] + c[p,t-9] + c[p,t-10] + c[p,t-11] + c[p,t-12] + c[p,t-13] + "
     "c[p,t-14] + c[p,t-15] + c[p,t-16] + c[p,t-17] + c[p,t-18])\nd[p] = diff(c[p, 20], x[p])",
     "d", 273},
    /* part of it is not aligned: another recurrence that mixes feeds in */
    {"m[0, p in P] = x[p]\nm[t in 1..4, p] = 0.3 * sum(q: m[t-1, q] * (1 + q)) / P + x[p]\n"
     "c[p in P, 0] = x[p]\nc[p, t in 1..4] = c[p, t-1] * sin(x[p]) + m[t, p]\nJ[p, q] = diff(c[p, 4], x[q])",
     "J", 0},
};

enum { SIZE = 13 };

static way made_way(size_t i, char *text, size_t size)
{
    static ew_size sizes[] = {{"P", 0, NULL, SIZE}};
    snprintf(text, size, "input x[P]\n%s", made[i].text);
    return (way){.text = text,
                 .outputs = made[i].outputs,
                 .options = {.sizes = sizes, .size_count = 1},
                 .seed = i + 1,
                 .places = SIZE};
}

static void test_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char text[2000];
        size_t count, with, without;
        way w = made_way(i, text, sizeof text);
        free(all_ways(&w, &count, &with, &without));
        if (made[i].most && with > made[i].most) fail_msg("a node of %zu elements\n%s", with, text);
        if (made[i].most && without <= made[i].most) fail_msg("only %zu elements anyway\n%s", without, text);
    }
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

typedef struct tally {
    size_t live, most;
} tally;

static void *tally_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    tally *t = context;
    void *made = new_size ? realloc(pointer, new_size) : NULL;
    if (!new_size) free(pointer);
    t->live += new_size - old_size;
    if (t->live > t->most) t->most = t->live;
    return made;
}

static size_t bytes(const char *outputs, int64_t size)
{
    static const char text[] = "input x[P]\nc[p in P, 0] = 1\nc[p, t in 1..10] = c[p, t-1] * sin(x[p])\n"
                               "f = sum(p: c[p, 10])\nd[p] = diff(c[p, 10], x[p])\nh[p] = diff(diff(f, x[p]), x[p])";
    tally t = {0};
    ew_error err;
    ew_size sizes[] = {{"P", 0, NULL, size}};
    ew_options o = {.sizes = sizes, .size_count = 1, .resize = tally_resize, .context = &t, .threads = 1};
    ew_program *p = ew_compile(text, outputs, &o, &err);
    if (!p) fail_msg("%s", err.message);
    double *x = calloc((size_t)size, sizeof *x), *out = calloc((size_t)size, sizeof *out);
    for (size_t i = 0; i < (size_t)size; i++) x[i] = 1e-4 * (double)i;
    assert_int_equal(ew_run(p, NULL, x, out), EW_OK);
    double s = sin(x[size - 1]), c = cos(x[size - 1]);
    double due = outputs[0] == 'd' ? 10 * pow(s, 9) * c : 90 * pow(s, 8) * c * c - 10 * pow(s, 10);
    assert_true(fabs(out[size - 1] - due) <= 1e-12 * (1 + fabs(due)));
    free(x);
    free(out);
    ew_free(p);
    assert_int_equal(t.live, 0);
    return t.most;
}

/* Sixteen times the places: sixteen times the memory, not 256 times. */
static void test_memory(void **state)
{
    (void)state;
    static const char *const outputs[] = {"d", "h"};
    for (size_t i = 0; i < 2; i++) {
        size_t few = bytes(outputs[i], 2000), many = bytes(outputs[i], 32000);
        if (many > 20 * few) fail_msg("%s: %zu bytes for 2000, %zu for 32000", outputs[i], few, many);
    }
}

/* ---- Random programs -------------------------------------------------------------------------------- */

static random_indexed program;

static void index_list(const random_array *a, unsigned twin, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (unsigned p = 0; p < a->rank; p++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", p ? ", " : "[", random_index(a->axis[p], twin));
    if (a->rank) snprintf(list + used, size - used, "]");
}

/* The Jacobian of the i-th array by an input, whole. */
static void random_jacobian(way *w, const random_array *y, const random_array *x, size_t *pairs)
{
    char of[80], by[80], outputs[200];
    size_t count, with, without;
    index_list(y, 0, of, sizeof of);
    index_list(x, 1, by, sizeof by);
    snprintf(outputs, sizeof outputs, "diff(%s%s, %s%s)", y->name, of, x->name, by);
    w->outputs = outputs;
    free(all_ways(w, &count, &with, &without));
    *pairs += with < without;
}

static bool is_recurrence(const random_array *a)
{
    return !a->is_input && !a->is_int && (a->name[0] == 'h' || a->name[0] == 'd' || a->name[0] == 'b');
}

static void test_random(void **state)
{
    (void)state;
    size_t pairs = 0;
    for (uint64_t seed = first_seed; seed < first_seed + (long_run ? 1500 : 60); seed++) {
        ew_size sizes[RANDOM_DIMENSIONS];
        random_indexed_make(&program, seed, seed % 2 == 0);
        for (unsigned d = 0; d < RANDOM_DIMENSIONS; d++)
            sizes[d] = (ew_size){random_dimension[d], 0, NULL, program.size[d]};
        way w = {.text = program.text,
                 .options = {.sizes = sizes, .size_count = RANDOM_DIMENSIONS},
                 .seed = seed,
                 .places = 1,
                 .all = true};
        for (unsigned i = 0; i < program.count; i++)
            for (unsigned k = 0; is_recurrence(&program.array[i]) && k < program.inputs; k++)
                if (!program.array[k].is_int) random_jacobian(&w, &program.array[i], &program.array[k], &pairs);
    }
    if (pairs < 20) fail_msg("only %zu derivatives have smaller nodes", pairs);
}

/* ---- Random circles ----------------------------------------------------------------------------------- */

/* Up to three states of one circle with the axes p and t in any order, some with j; what they use of each other and of
 * the inputs mostly stays at its p, moved or gathered in one way for the whole program. */
typedef struct circle {
    random_indexed r; /* for its numbers and its text */
    unsigned states;
    bool turned[3], wide[3], down, nested;
    unsigned way; /* how an input's axis is reached */
} circle;

static void circle_use(circle *c, unsigned s, const char *p, const char *t)
{
    const char *first = c->turned[s] ? t : p, *second = c->turned[s] ? p : t;
    random_say(&c->r, "s%u[%s, %s%s]", s, first, second, c->wide[s] ? ", j" : "");
}

static const char *circle_place(circle *c)
{
    static const char *const places[] = {"p", "p", "P-1-p", "k[p]", "mod(p, 2)"};
    return random_next(&c->r, 12) ? places[c->way] : "p";
}

static void circle_factor(circle *c, unsigned s, bool wide)
{
    const char *before = c->down ? "t+1" : "t-1", *at = circle_place(c);
    unsigned other = random_next(&c->r, c->states), kind = random_next(&c->r, 16);
    bool fits = !c->wide[other] || wide;
    if (kind == 0 && fits)
        circle_use(c, other, "P-1-p", before);
    else if (kind == 1 && !c->wide[other])
        random_say(&c->r, "sum(q: s%u[%s] * 0.2)", other,
                   c->turned[other] ? (c->down ? "t+1, q" : "t-1, q")
                   : c->down        ? "q, t+1"
                                    : "q, t-1");
    else if (kind < 7 && fits)
        circle_use(c, other, "p", other < s && kind < 4 ? "t" : before);
    else if (kind < 7)
        random_say(&c->r, "sum(j: s%u[%s, %s, j] * (1 + j)) * 0.2", other, c->turned[other] ? before : "p",
                   c->turned[other] ? "p" : before);
    else if (kind < 9)
        random_say(&c->r, "w[%s, %s]", at, wide ? "j" : "1");
    else if (kind < 10)
        random_say(&c->r, "u[t, p]");
    else
        random_say(&c->r, "x[%s]", at);
}

static void circle_state(circle *c, unsigned s)
{
    static const char *const functions[] = {"sin", "tanh", "cos", "atan"};
    const char *j = c->wide[s] ? ", j in 3" : "", *first = c->down ? "4" : "0",
               *steps = c->down ? "t in 0..3" : "t in 1..4";
    random_say(&c->r, c->turned[s] ? "s%u[%s, p in P%s] = " : "s%u[p in P, %s%s] = ", s, c->turned[s] ? first : first,
               j);
    random_say(&c->r, random_next(&c->r, 2) ? "x[%s]\n" : "0.3\n", circle_place(c));
    if (c->turned[s])
        random_say(&c->r, "s%u[%s, p in P%s] = ", s, steps, j);
    else
        random_say(&c->r, "s%u[p in P, %s%s] = ", s, steps, j);
    for (unsigned i = 0, terms = 1 + random_next(&c->r, 3); i < terms; i++) {
        random_say(&c->r, "%s0.%u * %s(", i ? " + " : "", 3 + random_next(&c->r, 6), functions[random_next(&c->r, 4)]);
        circle_factor(c, s, c->wide[s]);
        random_say(&c->r, " * ");
        circle_factor(c, s, c->wide[s]);
        random_say(&c->r, random_next(&c->r, 4) ? ")" : ")^2");
    }
    if (c->nested && s == 0) random_say(&c->r, " + 0.3 * g[p, t, 2]");
    random_say(&c->r, "\n");
}

/* A circle inside, of what the first state was a step before. */
static void circle_inside(circle *c)
{
    const char *steps = c->down ? "t in 0..3" : "t in 1..4", *before = c->down ? "t+1" : "t-1";
    if (!c->down) random_say(&c->r, "g[p in P, 0, l in 0..2] = 0\n");
    random_say(&c->r, "g[p in P, %s, 0] = 0.2 + %s", steps, c->wide[0] ? "sum(j: " : "(");
    circle_use(c, 0, "p", before);
    random_say(&c->r, ")\ng[p in P, %s, l in 1..2] = tanh(g[p, t, l-1] * ", steps);
    circle_factor(c, 0, false);
    random_say(&c->r, " + 0.2 * l)\n");
}

static void circle_make(circle *c, uint64_t seed)
{
    memset(c, 0, sizeof *c);
    c->r.state = seed * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 5; i++) random_next(&c->r, 2);
    c->states = 1 + random_next(&c->r, 3);
    c->down = random_next(&c->r, 4) == 0;
    c->way = random_next(&c->r, 5);
    c->nested = random_next(&c->r, 3) == 0;
    for (unsigned s = 0; s < 3; s++) c->turned[s] = random_next(&c->r, 2), c->wide[s] = random_next(&c->r, 4) == 0;
    random_say(&c->r, "input x[P]\ninput w[P, 3]\ninput u[5, P]\ninput k[P] : int\n");
    for (unsigned s = 0; s < c->states; s++) circle_state(c, s);
    if (c->nested) circle_inside(c);
    random_say(&c->r, "y[p] = 0");
    for (unsigned s = 0; s < c->states; s++)
        random_say(&c->r, c->wide[s] ? " + sum(j: s%u[%s, j])" : " + s%u[%s]^2", s,
                   c->turned[s] ? (c->down ? "0, p" : "4, p")
                   : c->down    ? "p, 0"
                                : "p, 4");
    random_say(&c->r, "\nf = sum(p: y[p]^2)\n");
}

/* The numbers of `of` by an input at a place, from those of the two programs beside it. */
static void circle_differences(way *w, const double *slope, size_t rows, size_t columns, size_t input)
{
    for (size_t q = 0; q < columns; q++) {
        size_t n;
        double *low, *high;
        w->nudged = input + q;
        w->nudge = -1e-5, low = run(w, EW_AUTO, 0, &n, NULL);
        w->nudge = 1e-5, high = run(w, EW_AUTO, 0, &n, NULL);
        w->nudge = 0;
        assert_int_equal(n, rows);
        for (size_t p = 0; p < rows; p++) low[p] = (high[p] - low[p]) / 2e-5;
        for (size_t p = 0; p < rows; p++) high[p] = slope[p * columns + q];
        same(w, "differences", high, low, rows, 1e-7);
        free(low);
        free(high);
    }
}

static void test_circles(void **state)
{
    (void)state;
    static circle c;
    size_t smaller = 0, seeds = long_run ? 3000 : 80;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        ew_size sizes[] = {{"P", 0, NULL, 5}};
        size_t count, with, without;
        circle_make(&c, seed);
        way w = {
            .text = c.r.text, .options = {.sizes = sizes, .size_count = 1}, .seed = seed, .places = 5, .all = true};
        w.outputs = "diff(y[p], x[q])";
        double *slope = all_ways(&w, &count, &with, &without);
        smaller += with < without;
        w.outputs = "y";
        circle_differences(&w, slope, 5, 5, 0);
        free(slope);
        w.outputs = "diff(y[p], w[q, j]), diff(y[p], x[p]), diff(y[p], x[k[p]]), diff(diff(f, x[p]), x[p])";
        free(all_ways(&w, &count, &with, &without));
    }
    if (smaller < seeds / 4) fail_msg("only %zu of %zu have smaller nodes", smaller, seeds);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_circles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
