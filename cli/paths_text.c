/*
 * paths_text.c - paths in sentences: each path with its product in symbols and numbers, their sum, and
 * the sum with common factors taken out.
 *
 * A line is put together in a buffer first, since it is broken where it would pass 80 columns. Six
 * digits are enough here; JSON has all of them.
 */
#include "paths.h"
#include "pathwise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_NODES = 9,   /* of a long path: so many, the rest as … */
    SHOWN_FACTORS = 8, /* of a long product likewise */
    WHOLE_FACTORS = 4, /* a longer one leaves out factors of 1 */
    SHOWN_TERMS = 9,   /* a longer sum is not written out */
    SHOWN_GROUPS = 6,  /* factors, each in brackets */
    LABEL_BYTES = 160,
    LINE_BYTES = 4000,
    LINE_COLUMNS = 80,
    DIGITS = 6
};

/* ---- A line ----------------------------------------------------------------------------------------- */

struct line {
    char at[LINE_BYTES];
    size_t used;
};

/* What does not fit is left out: lines are bounded by the numbers above. */
static void line_add(struct line *l, const char *s)
{
    size_t n = strlen(s);
    if (l->used + n >= LINE_BYTES) return;
    memcpy(l->at + l->used, s, n + 1);
    l->used += n;
}

static void line_number(struct line *l, double v)
{
    char number[32];
    bool whole = v == floor(v) && fabs(v) < 9e15;
    ew_number_text(v, whole ? 0 : DIGITS, number);
    line_add(l, number);
}

static size_t columns(const char *s)
{
    size_t n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* The next term of a sum: its minus takes the place of the plus. */
static void line_term(struct line *l, const struct line *term, bool first)
{
    bool minus = !first && term->at[0] == '-';
    if (!first) line_add(l, minus ? " - " : " + ");
    line_add(l, term->at + minus);
}

/* ---- Products ----------------------------------------------------------------------------------------- */

/* In a product a sum needs brackets, and so does a minus that does not come first. */
static bool is_loose(const char *s, bool first)
{
    size_t depth = 0;
    if (*s == '-' && !first) return true;
    for (const char *p = s; *p; p++) {
        depth += *p == '(';
        depth -= *p == ')' && depth;
        if (*p == ' ' && !depth) return true;
    }
    return false;
}

static void line_factor(struct line *l, const char *s, bool first)
{
    bool loose = is_loose(s, first);
    if (!first) line_add(l, "·");
    if (loose) line_add(l, "(");
    line_add(l, s);
    if (loose) line_add(l, ")");
}

/* The product along a path in symbols or numbers; `terse` leaves out edges whose derivative is always 1.
 * Answers whether all factors are plain numbers anyway. */
static bool line_product(struct line *l, const struct route *r, const ew_paths *paths, size_t i, bool symbols,
                         bool terse)
{
    size_t count = ew_path_length(paths, i), shown = 0;
    bool plain = true;
    for (size_t k = 0; k < count && shown <= SHOWN_FACTORS; k++) {
        char label[LABEL_BYTES];
        size_t edge = ew_path_edge(paths, i, k);
        ew_node n = ew_edge_at(r->g, edge).partial;
        double v;
        bool constant = ew_node_is_constant(r->g, n, &v);
        plain = plain && constant;
        if (terse && constant && v == 1) continue;
        if (symbols)
            ew_node_label(r->g, n, label, sizeof label);
        else
            ew_number_text(r->partial[edge], DIGITS, label);
        line_factor(l, shown < SHOWN_FACTORS ? label : "…", shown == 0);
        shown++;
    }
    if (!shown) line_add(l, "1");
    return plain;
}

static void line_route(struct line *l, const struct route *r, const ew_paths *paths, size_t i)
{
    size_t count = ew_path_length(paths, i);
    line_add(l, ew_node_name(r->g, r->from));
    for (size_t k = 0; k < count; k++) {
        bool gap = count >= SHOWN_NODES && k == SHOWN_NODES / 2;
        if (gap) k = count - SHOWN_NODES / 2 + 1;
        if (gap) line_add(l, " → …");
        line_add(l, " → ");
        line_add(l, ew_node_name(r->g, ew_edge_at(r->g, ew_path_edge(paths, i, k)).to));
    }
}

/* Whether the paths of this list are written without factors of 1: all of them or none. */
static bool is_long(const ew_paths *paths)
{
    for (size_t i = 0; i < ew_paths_listed(paths); i++)
        if (ew_path_length(paths, i) > WHOLE_FACTORS) return true;
    return false;
}

/* "b → c → e:  1·d = 1·2 = 2" */
static void put_path(const struct route *r, const ew_paths *paths, size_t i, bool terse)
{
    struct line route = {.used = 0}, product = {.used = 0};
    line_route(&route, r, paths, i);
    bool plain = line_product(&product, r, paths, i, true, terse);
    if (r->partial && !plain && ew_path_length(paths, i) > 1) {
        line_add(&product, " = ");
        line_product(&product, r, paths, i, false, terse);
    }
    if (r->partial && !(plain && ew_path_length(paths, i) <= 1)) {
        line_add(&product, " = ");
        line_number(&product, ew_path_product(paths, i));
    }
    bool fits = columns(route.at) + columns(product.at) + 5 <= LINE_COLUMNS;
    cli_put(r->c, "  ");
    cli_put(r->c, route.at);
    cli_put(r->c, fits ? ":  " : ":\n      ");
    cli_put(r->c, product.at);
    cli_put(r->c, "\n");
}

/* ---- The sum -------------------------------------------------------------------------------------------- */

static void line_slope(struct line *l, const struct route *r, ew_node of, ew_node by)
{
    line_add(l, "∂");
    line_add(l, ew_node_name(r->g, of));
    line_add(l, "/∂");
    line_add(l, ew_node_name(r->g, by));
}

/* "4 + 5 - 6", or in symbols; all paths are listed. */
static void line_sum(struct line *l, const struct route *r, const ew_paths *paths, bool symbols)
{
    for (size_t i = 0; i < ew_paths_listed(paths); i++) {
        struct line term = {.used = 0};
        if (symbols)
            line_product(&term, r, paths, i, true, true);
        else
            line_number(&term, ew_path_product(paths, i));
        line_term(l, &term, i == 0);
    }
}

/* "∂e/∂b = 2 + 3 = 5" */
static void put_sum(const struct route *r, const ew_paths *paths, bool all)
{
    struct line l = {.used = 0};
    bool terms = all && ew_paths_listed(paths) <= SHOWN_TERMS;
    if (!terms && !r->partial) return;
    line_slope(&l, r, r->to, r->from);
    line_add(&l, " = ");
    if (!r->partial)
        line_sum(&l, r, paths, true);
    else if (terms && ew_paths_listed(paths) > 1)
        line_sum(&l, r, paths, false), line_add(&l, " = ");
    if (r->partial) line_number(&l, r->sum);
    cli_put(r->c, l.at);
    cli_put(r->c, "\n");
}

/* ---- Common factors ------------------------------------------------------------------------------------- */

enum group_form { GROUP_SYMBOLS, GROUP_NUMBERS, GROUP_VALUE };

/* The sum over the paths of one part of the graph, as a factor; a factor of 1 is left out. */
static void line_group(struct line *l, const struct route *r, const ew_paths *paths, enum group_form form)
{
    struct line sum = {.used = 0};
    double value = 0;
    for (size_t i = 0; i < ew_paths_listed(paths); i++) {
        struct line term = {.used = 0};
        if (r->partial) value += ew_path_product(paths, i);
        line_product(&term, r, paths, i, form == GROUP_SYMBOLS, true);
        line_term(&sum, &term, i == 0);
    }
    if (form == GROUP_VALUE) {
        sum.used = 0;
        line_number(&sum, value);
    }
    if (strcmp(sum.at, "1") != 0 || form == GROUP_VALUE) line_factor(l, sum.at, l->used == 0);
}

/* All parts in one form; false: some part has too many paths to write out. */
static bool line_groups(struct line *l, const struct route *r, const ew_node *waist, size_t count, enum group_form form)
{
    bool whole = true;
    for (size_t i = 0; i + 1 < count && whole; i++) {
        ew_paths *paths = cli_paths_new(r->c, r->g, waist[i], waist[i + 1], r->partial, SHOWN_TERMS);
        whole = paths && ew_paths_log10(paths) < log10(SHOWN_TERMS + 0.5);
        if (whole) line_group(l, r, paths, form);
        ew_paths_free(paths);
    }
    return whole;
}

static bool is_fork(const struct route *r, ew_node from, ew_node to)
{
    ew_paths *paths = cli_paths_new(r->c, r->g, from, to, NULL, 0);
    bool fork = paths && ew_paths_log10(paths) > 0;
    ew_paths_free(paths);
    return fork;
}

/* Keeps the ends and the nodes that have a fork on either side: what is on a single way joins its
 * neighbour. Stops past what would be shown. */
static size_t keep_waists(const struct route *r, ew_node *waist, size_t count)
{
    size_t kept = 1;
    for (size_t i = 1; i + 1 < count && kept <= SHOWN_GROUPS; i++)
        if (is_fork(r, waist[kept - 1], waist[i]) && is_fork(r, waist[i], waist[count - 1])) waist[kept++] = waist[i];
    waist[kept++] = waist[count - 1];
    return kept;
}

static void put_equal(const struct route *r, struct line *l, bool first)
{
    cli_put(r->c, first ? "  " : "\n    = ");
    cli_put(r->c, l->at);
    *l = (struct line){.used = 0};
}

static void put_factored(const struct route *r, const ew_paths *paths)
{
    struct line l = {.used = 0};
    size_t most = ew_node_count(r->g);
    ew_node *waist = cli_room(r->c, most, sizeof *waist);
    size_t count = waist ? ew_paths_waists(paths, waist, most) : 0;
    if (count > 2) count = keep_waists(r, waist, count);
    if (count > 2 && count <= SHOWN_GROUPS + 1 && line_groups(&l, r, waist, count, GROUP_SYMBOLS)) {
        cli_say(r->c, "with common factors taken out:", NULL, NULL, NULL);
        cli_put(r->c, "\n");
        put_equal(r, &l, true);
        if (r->partial && line_groups(&l, r, waist, count, GROUP_NUMBERS)) put_equal(r, &l, false);
        if (r->partial && line_groups(&l, r, waist, count, GROUP_VALUE)) put_equal(r, &l, false);
        if (r->partial) line_number(&l, r->sum);
        if (r->partial) put_equal(r, &l, false);
        cli_put(r->c, "\n");
    }
    free(waist);
}

/* ---- All of it -------------------------------------------------------------------------------------------- */

static void say_none(const struct route *r)
{
    struct line l = {.used = 0};
    line_slope(&l, r, r->to, r->from);
    cli_say(r->c, "no path from {1} to {2}", ew_node_name(r->g, r->from), ew_node_name(r->g, r->to), NULL);
    cli_put(r->c, "\n");
    cli_put(r->c, l.at);
    cli_put(r->c, " = 0\n");
}

static void say_count(const struct route *r, const ew_paths *paths, const char *count, bool all)
{
    char listed[24];
    const char *from = ew_node_name(r->g, r->from), *to = ew_node_name(r->g, r->to);
    bool one = strcmp(count, "1") == 0;
    snprintf(listed, sizeof listed, "%zu", ew_paths_listed(paths));
    cli_say(r->c, one ? "{1} path from {2} to {3}" : "{1} paths from {2} to {3}", count, from, to);
    if (!all && ew_paths_listed(paths))
        cli_say(r->c,
                !r->partial                   ? "; the first {1}:"
                : ew_paths_listed(paths) == 1 ? "; the largest by absolute value:"
                                              : "; the {1} largest by absolute value:",
                listed, NULL, NULL);
    cli_put(r->c, "\n");
}

void paths_text(const struct route *r, const ew_paths *paths)
{
    char buffer[48], listed[24];
    const char *count = cli_paths_count(paths, buffer);
    if (strcmp(count, "0") == 0) {
        say_none(r);
        return;
    }
    snprintf(listed, sizeof listed, "%zu", ew_paths_listed(paths));
    bool all = strcmp(count, listed) == 0;
    say_count(r, paths, count, all);
    if (ew_paths_listed(paths)) cli_put(r->c, "\n");
    for (size_t i = 0; i < ew_paths_listed(paths); i++) put_path(r, paths, i, is_long(paths));
    if (ew_paths_listed(paths) || r->partial) cli_put(r->c, "\n");
    put_sum(r, paths, all);
    put_factored(r, paths);
}
