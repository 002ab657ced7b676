/*
 * sweeps.c - how many sweeps a derivative takes, one sweep along a direction, and how long it takes.
 *
 * A direction is an expression of the indices, sin(a·i + b·j + c) with irrational-looking a, b, c: so a sweep
 * along it can be asked for in the language, and is nothing that the program's text had to provide for.
 */
#include "sweeps.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MANY_SWEEPS = 1000, TEXT_BYTES = 4096 };

double sweeps_clock(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

size_t sweeps_forward(const ew_graph *g, const ew_node *wrt, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = cli_array_count_of(g, wrt[i]);
        sum = n > SIZE_MAX - sum ? SIZE_MAX : sum + n;
    }
    return sum;
}

/* ---- Along a direction ------------------------------------------------------------------------------------- */

/* In steps of 1/1024, so that the text says exactly the number. */
static double factor(uint64_t seed, size_t axis)
{
    uint64_t h = (seed + 1) * 0x9E3779B97F4A7C15u + (axis + 1) * 0xBF58476D1CE4E5B9u;
    h ^= h >> 31;
    h *= 0x94D049BB133111EBu;
    return (double)(1 + (h >> 40) % 4096) / 1024;
}

struct sentence {
    char at[TEXT_BYTES];
    size_t used;
};

static void add(struct sentence *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(s->at + s->used, sizeof s->at - s->used, format, args);
    va_end(args);
    s->used = n < 0 || (size_t)n >= sizeof s->at - s->used ? sizeof s->at - 1 : s->used + (size_t)n;
}

/* "out_0, out_1" */
static void add_indices(struct sentence *s, const char *stem, size_t rank)
{
    for (size_t p = 0; p < rank; p++) add(s, "%s%s_%zu", p ? ", " : "", stem, p);
}

/* "name[out_0, out_1]" */
static void add_element(struct sentence *s, const char *name, const char *stem, size_t rank)
{
    add(s, "%s%s", name, rank ? "[" : "");
    add_indices(s, stem, rank);
    add(s, rank ? "]" : "");
}

static void add_direction(struct sentence *s, const char *stem, size_t rank, uint64_t seed)
{
    char number[32];
    ew_number_text(factor(seed, rank), 0, number);
    add(s, "sin(%s", number);
    for (size_t p = 0; p < rank; p++) {
        ew_number_text(factor(seed, p), 0, number);
        add(s, " + %s * %s_%zu", number, stem, p);
    }
    add(s, ")");
}

/* The sum over all indices of the one side. */
static ew_node contract(ew_graph *g, ew_node of, ew_node x, bool over_x, uint64_t seed, ew_error *e)
{
    struct sentence s = {.used = 0};
    size_t of_rank = ew_node_rank(g, of), x_rank = ew_node_rank(g, x);
    const char *stem = over_x ? "at" : "out";
    add(&s, "sum(");
    add_indices(&s, stem, over_x ? x_rank : of_rank);
    add(&s, ": ");
    add_direction(&s, stem, over_x ? x_rank : of_rank, seed);
    add(&s, " * diff(");
    add_element(&s, ew_node_name(g, of), "out", of_rank);
    add(&s, ", ");
    add_element(&s, ew_node_name(g, x), "at", x_rank);
    add(&s, "))");
    return ew_expression(g, s.at, e);
}

ew_node sweeps_along(ew_graph *g, ew_node of, ew_node x, uint64_t seed, ew_error *e)
{
    return ew_node_rank(g, x) ? contract(g, of, x, true, seed, e) : ew_diff(g, of, x, EW_FORWARD, e);
}

ew_node sweeps_back(ew_graph *g, ew_node of, ew_node x, uint64_t seed, ew_error *e)
{
    return ew_node_rank(g, of) ? contract(g, of, x, false, seed, e) : ew_diff(g, of, x, EW_REVERSE, e);
}

void sweeps_direction(const ew_graph *g, ew_node x, uint64_t seed, double *to)
{
    struct array a = cli_array_of(g, x, NULL);
    size_t count = cli_array_count(&a);
    for (size_t e = 0; e < count; e++) {
        size_t below = count, rest = e;
        double angle = factor(seed, a.rank);
        for (size_t p = 0; p < a.rank; p++) {
            below /= a.size[p];
            angle += factor(seed, p) * (double)(rest / below);
            rest %= below;
        }
        to[e] = a.rank ? sin(angle) : 1;
    }
}

/* ---- How long it takes --------------------------------------------------------------------------------------- */

/* Seconds of one run of these nodes, the second if the first was short; negative: it cannot be run. */
static double time_run(ew_graph *g, const ew_node *nodes, size_t count, const double *in)
{
    ew_program *p = ew_prepare_nodes(g, nodes, count, NULL);
    double *out = p ? malloc((ew_out_count(p) + 1) * sizeof *out) : NULL, seconds = -1;
    for (int i = 0; out && i < 2; i++) {
        double begin = sweeps_clock();
        if (ew_run(p, NULL, in, out) != EW_OK) break;
        seconds = sweeps_clock() - begin;
        if (seconds > 1) break;
    }
    free(out);
    ew_free(p);
    return seconds;
}

static double time_reverse(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in)
{
    ew_node *nodes = cli_room(c, count, sizeof *nodes);
    bool ok = nodes != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = (nodes[i] = ew_diff(g, of, wrt[i], EW_REVERSE, NULL)) != EW_NONE;
    double seconds = ok ? time_run(g, nodes, count, in) : -1;
    free(nodes);
    return seconds;
}

/* The sum over the nodes to derive by of one sweep along each, times the number of its elements. */
static double time_forward(ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        ew_node n = sweeps_along(g, of, wrt[i], 0, NULL);
        double seconds = n == EW_NONE ? -1 : time_run(g, &n, 1, in);
        if (seconds < 0) return -1;
        sum += seconds * (double)cli_array_count_of(g, wrt[i]);
    }
    return sum;
}

static void say_time(struct cli *c, double seconds, char text[96])
{
    static const struct {
        double seconds;
        const char *one;
    } units[] = /* catalogue: 2 */ {{86400, "{1} days"}, {3600, "{1} hours"}, {60, "{1} minutes"}, {0, "{1} seconds"}};
    size_t u = 0;
    char number[32];
    while (units[u].seconds > 0 && seconds < 2 * units[u].seconds) u++;
    ew_number_text(units[u].seconds > 0 ? seconds / units[u].seconds : seconds, 2, number);
    const char *s = cli_tr(c, units[u].one), *hole = strstr(s, "{1}");
    size_t before = hole ? (size_t)(hole - s) : 0;
    snprintf(text, 96, "%.*s%s%s", (int)before, s, number, hole ? hole + 3 : "");
}

bool sweeps_forward_note(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in)
{
    size_t sweeps = sweeps_forward(g, wrt, count);
    if (sweeps < MANY_SWEEPS || c->quiet || !cli_array_any(g)) return true;
    double reverse = time_reverse(c, g, of, wrt, count, in), forward = time_forward(g, of, wrt, count, in);
    char number[32], would[96] = "?", one[96] = "?";
    snprintf(number, sizeof number, "%zu", sweeps);
    if (forward >= 0) say_time(c, forward, would);
    if (reverse >= 0) say_time(c, reverse, one);
    const char *sentence = /* catalogue */ cli_array_count_of(g, of) == 1
                               ? "forward sweeps: {1}, one by one about {2}; the one reverse sweep takes {3}"
                               : "forward sweeps: {1}, one by one about {2}; by reverse sweeps it takes {3}";
    cli_note(c, sentence, number, would, one);
    return !c->status;
}
