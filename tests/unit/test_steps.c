/*
 * Derivatives at a fixed distance inside circles with circles inside them (diff/steps_inside.c): random programs
 * against the same ones unrolled, in which every element is a name of its own and a derivative is an ordinary one; the
 * values of the circle, and its derivatives by what is outside, automatic, forward and reverse.
 *
 * A program is made of templates. "@h,-1,p,j;" stands for h a step before, at the place of the inner index before, with
 * its own j; in the unrolled program for the name of that element.
 *
 * Usage: test_steps [--long] [--seed N]
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
#include <stdio.h>
#include <string.h>

enum { TEXT = 40000, PART = 600 };

static bool long_run;
static uint64_t first_seed = 1;

typedef struct made {
    uint64_t state;
    int steps, layers;        /* steps 0 … steps, inner places 0 … layers */
    bool down, inner_down;    /* the order of each */
    bool wide, second, third; /* h has an axis more; g, a circle beside it; y, a state more */
    char start[PART], step[PART], g_start[PART], g_step[PART], x[PART], y[PART];
    char text[TEXT], outputs[300];
} made;

static made circle, unrolled;

static unsigned pick(made *m, unsigned below)
{
    m->state = m->state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = m->state ^ (m->state >> 29);
    return (unsigned)((x >> 24) % below);
}

static void add(char *to, size_t size, const char *format, ...)
{
    va_list list;
    size_t used = strlen(to);
    va_start(list, format);
    vsnprintf(to + used, size - used, format, list);
    va_end(list);
}

/* ---- Templates ------------------------------------------------------------------------------------------ */

static const char *function(made *m)
{
    static const char *const names[] = {"sin", "tanh", "cos", "atan"};
    return names[pick(m, 4)];
}

/* A state a step or two before. */
static const char *before(made *m)
{
    static const char *const states[] = {"@x,-1,-,-;", "@x,-1,-,-;", "@x,-2,-,-;", "@y,-1,-,-;"};
    return states[pick(m, m->third ? 4 : 3)];
}

static void make_inner(made *m)
{
    const char *j = m->wide ? "j" : "-", *other = m->wide ? "o" : "-";
    add(m->start, PART, "%s(%s * 1.1)", function(m), before(m));
    switch (pick(m, 4)) {
    case 0: add(m->step, PART, "0.7 * @h,0,p,%s; + 0.3 * %s", j, before(m)); break;
    case 1: add(m->step, PART, "%s(@h,0,p,%s; * a + 0.2 * %s)", function(m), j, before(m)); break;
    case 2: add(m->step, PART, "%s(@h,0,p,%s; * %s + 0.2 * @h,0,p,%s;)", function(m), j, before(m), other); break;
    default: add(m->step, PART, "%s(@h,0,p,%s; * 1.2) + 0.1 * @h,-1,s,%s;", function(m), j, j);
    }
    add(m->g_start, PART, "%s(@h,0,e,%s; + %s)", function(m), m->wide ? "1" : "-", before(m));
    add(m->g_step, PART, "1.1 * %s(@g,0,p,-; + 0.1 * %s)", function(m), before(m));
}

static void make_diff(made *m, char *to)
{
    int of = -(int)pick(m, 2), by = of - (int)pick(m, 3);
    const char *j = m->wide ? "1" : "-", *stop = pick(m, 6) ? "" : "stop";
    if (by < -2) by = -2;
    add(to, PART, "%s(diff(", stop);
    if (of < 0 && pick(m, 3) == 0)
        add(to, PART, "@x,%d,-,-;", of);
    else if (m->second && pick(m, 2))
        add(to, PART, "@g,%d,e,-;", of);
    else
        add(to, PART, "@h,%d,e,%s;", of, j);
    if (pick(m, 3) == 0)
        add(to, PART, ", @h,%d,%s,%s;))", by, pick(m, 2) ? "b" : "e", m->wide ? "0" : "-");
    else
        add(to, PART, ", @x,%d,-,-;))", by == 0 ? -1 : by);
}

static void make_outer(made *m)
{
    const char *top = m->second ? "@g,0,e,-;" : m->wide ? "@h,0,e,0; * @h,0,e,1;" : "@h,0,e,-;";
    add(m->x, PART, "%s(%s) + 0.4 * @x,-1,-,-; + 0.2 * ", function(m), top);
    make_diff(m, m->x);
    if (pick(m, 4) == 0) add(m->x, PART, " * @x,-1,-,-;");
    if (pick(m, 4) == 0) add(m->x, PART, " - 0.05 * "), make_diff(m, m->x);
    add(m->y, PART, "%s(%s * a) + 0.3 * @y,-1,-,-;", function(m), top);
    if (pick(m, 3) == 0) add(m->y, PART, " + 0.1 * "), make_diff(m, m->y);
}

static void make(made *m, uint64_t seed)
{
    memset(m, 0, sizeof *m);
    m->state = seed * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 5; i++) pick(m, 2);
    m->steps = 4 + (int)pick(m, 3);
    m->layers = 1 + (int)pick(m, 3);
    m->down = pick(m, 4) == 0;
    m->inner_down = pick(m, 4) == 0;
    m->wide = pick(m, 3) == 0;
    m->second = pick(m, 3) == 0;
    m->third = pick(m, 3) == 0;
    make_inner(m);
    make_outer(m);
}

/* ---- Programs --------------------------------------------------------------------------------------------- */

typedef struct place {
    bool unrolled;
    int t, l;
    char j; /* '-': none */
} place;

static void say_inner(made *m, char l, place at, char *to)
{
    bool turned = m->inner_down;
    int begin = turned ? m->layers : 0, end = turned ? 0 : m->layers;
    if (l == 'b' || l == 'e')
        add(to, TEXT, "%d", l == 'b' ? begin : end);
    else if (at.unrolled)
        add(to, TEXT, "%d", l == 's' ? at.l : turned ? at.l + 1 : at.l - 1);
    else
        add(to, TEXT, l == 's' ? "l" : turned ? "l+1" : "l-1");
}

static void say_element(made *m, char name, int back, char l, char j, place at, char *to)
{
    if (m->down) back = -back;
    add(to, TEXT, at.unrolled ? "%c_%d" : back ? "%c[t%+d" : "%c[t", name, at.unrolled ? at.t + back : back);
    if (l != '-') add(to, TEXT, at.unrolled ? "_" : ", ");
    /* g always runs upward */
    bool turned = m->inner_down;
    if (name == 'g') m->inner_down = false;
    if (l != '-') say_inner(m, l, at, to);
    m->inner_down = turned;
    if (j != '-' && at.unrolled) add(to, TEXT, "_%c", j == 'j' ? at.j : j == 'o' ? '0' + '1' - at.j : j);
    if (j != '-' && !at.unrolled) add(to, TEXT, j == 'o' ? ", 1-j" : ", %c", j);
    if (!at.unrolled) add(to, TEXT, "]");
}

static void say(made *m, const char *template, place at, char *to)
{
    for (const char *s = template; *s; s++) {
        char name, l, j;
        int back, used = 0;
        if (*s == '@' && sscanf(s, "@%c,%d,%c,%c;%n", &name, &back, &l, &j, &used) == 4 && used) {
            say_element(m, name, back, l, j, at, to);
            s += used - 1;
        } else {
            add(to, TEXT, "%c", *s);
        }
    }
    add(to, TEXT, "\n");
}

static void say_circle(made *m)
{
    int first = m->down ? m->steps : 0, second = m->down ? m->steps - 1 : 1, last = m->layers;
    int begin = m->inner_down ? last : 0;
    char base[40], steps[40], inner[40], *to = m->text;
    const char *j = m->wide ? ", j in 2" : "";
    place at = {.j = '-'};
    snprintf(base, sizeof base, "t in %d..%d", m->down ? second : first, m->down ? first : second);
    snprintf(steps, sizeof steps, "t in %d..%d", m->down ? 0 : 2, m->down ? m->steps - 2 : m->steps);
    snprintf(inner, sizeof inner, "l in %d..%d", m->inner_down ? 0 : 1, m->inner_down ? last - 1 : last);
    add(to, TEXT, "input q = 0.7\ninput a = 1.1\nx[%d] = q\nx[%d] = 0.5 * q\n", first, second);
    if (m->third) add(to, TEXT, "y[%s] = 0.3\n", base);
    add(to, TEXT, "h[%s, l in 0..%d%s] = 0.1 + 0.05 * l\n", base, last, j);
    add(to, TEXT, "h[%s, %d%s] = ", steps, begin, j), say(m, m->start, at, to);
    add(to, TEXT, "h[%s, %s%s] = ", steps, inner, j), say(m, m->step, at, to);
    if (m->second) {
        add(to, TEXT, "g[%s, l in 0..%d] = 0.2\n", base, last);
        add(to, TEXT, "g[%s, 0] = ", steps), say(m, m->g_start, at, to);
        add(to, TEXT, "g[%s, l in 1..%d] = ", steps, last), say(m, m->g_step, at, to);
    }
    add(to, TEXT, "x[%s] = ", steps), say(m, m->x, at, to);
    if (m->third) add(to, TEXT, "y[%s] = ", steps), say(m, m->y, at, to);
    int end = m->down ? 0 : m->steps;
    snprintf(m->outputs, sizeof m->outputs, "x, diff(x[%d], q), diff(x[%d], a)", end, end);
}

static void say_name(made *m, char name, place at, bool layer)
{
    add(m->text, TEXT, "%c_%d", name, at.t);
    if (layer) add(m->text, TEXT, "_%d", at.l);
    if (at.j != '-') add(m->text, TEXT, "_%c", at.j);
    add(m->text, TEXT, " = ");
}

/* What each inner place is before the first step (template NULL), or in one. */
static void say_layers(made *m, int t, char name, bool down, const char *start, const char *step, bool wide)
{
    for (int i = 0; i <= m->layers; i++)
        for (char j = wide ? '0' : '-'; j <= (wide ? '1' : '-'); j++) {
            place at = {true, t, down ? m->layers - i : i, j};
            say_name(m, name, at, true);
            if (!start)
                add(m->text, TEXT, name == 'h' ? "%g + 0 * q\n" : "0.2 + 0 * q\n", 0.1 + 0.05 * at.l);
            else
                say(m, i ? step : start, at, m->text);
        }
}

static void say_unrolled(made *m)
{
    add(m->text, TEXT, "input q = 0.7\ninput a = 1.1\n");
    for (int i = 0; i <= m->steps; i++) {
        int t = m->down ? m->steps - i : i;
        place at = {true, t, 0, '-'};
        bool first = i < 2;
        say_layers(m, t, 'h', m->inner_down, first ? NULL : m->start, m->step, m->wide);
        if (m->second) say_layers(m, t, 'g', false, first ? NULL : m->g_start, m->g_step, false);
        say_name(m, 'x', at, false);
        if (first)
            add(m->text, TEXT, i ? "0.5 * q\n" : "1 * q\n");
        else
            say(m, m->x, at, m->text);
        if (!m->third) continue;
        say_name(m, 'y', at, false);
        if (first)
            add(m->text, TEXT, "0.3 + 0 * q\n");
        else
            say(m, m->y, at, m->text);
    }
    int end = m->down ? 0 : m->steps;
    for (int t = 0; t <= m->steps; t++) add(m->outputs, sizeof m->outputs, "x_%d, ", t);
    add(m->outputs, sizeof m->outputs, "diff(x_%d, q), diff(x_%d, a)", end, end);
}

/* ---- Running ---------------------------------------------------------------------------------------------- */

/* How many numbers; 0: the form is none that can be followed, or needs too many orders. */
static size_t run(const made *m, int mode, double *out)
{
    ew_error err;
    ew_options o = {.mode = mode};
    ew_program *p = ew_compile(m->text, m->outputs, &o, &err);
    bool refused = !p && (strcmp(err.code, "E450") == 0 || strcmp(err.code, "E451") == 0);
    if (refused) return 0;
    if (!p) fail_msg("%s\n%s\n%s", err.message, m->outputs, m->text);
    double in[2] = {0.7, 1.1};
    size_t count = ew_out_count(p);
    assert_true(count < 64);
    if (ew_run(p, NULL, in, out) != EW_OK) fail_msg("the run failed\n%s", m->text);
    ew_free(p);
    return count;
}

static void compare(uint64_t seed, int mode, const double *got, const double *due, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fabs(got[i] - due[i]) <= 1e-9 * (1 + fabs(got[i]) + fabs(due[i]))) continue;
        fail_msg("seed %llu, mode %d: number %zu is %.17g, due %.17g\n%s\n%s", (unsigned long long)seed, mode, i,
                 got[i], due[i], circle.outputs, circle.text);
    }
}

static void test_random(void **state)
{
    (void)state;
    size_t done = 0, seeds = long_run ? 5000 : 400;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++) {
        static const int modes[] = {EW_AUTO, EW_FORWARD, EW_REVERSE};
        double got[64], due[64];
        int mode = modes[seed % 3];
        make(&circle, seed);
        unrolled = circle;
        say_circle(&circle);
        say_unrolled(&unrolled);
        size_t count = run(&circle, mode, got);
        if (!count) continue;
        assert_int_equal(run(&unrolled, EW_AUTO, due), count);
        compare(seed, mode, got, due, count);
        done++;
    }
    if (done < seeds / 2) fail_msg("only %zu of %zu can be followed", done, seeds);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) long_run = true;
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) first_seed = strtoull(argv[++i], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
