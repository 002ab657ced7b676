/*
 * paths.c - every path from one node to another: how many, the largest, their sum, and the sum with
 * common factors taken out.
 *
 * The count comes from the library without listing, the sum from one sweep; only what is shown is
 * walked.
 */
#include "paths.h"
#include "pathwise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------------- */

static void path_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, size_t i, ew_node from,
                      const double *partial)
{
    json_object(j);
    json_key(j, "nodes");
    json_array(j);
    json_text(j, ew_node_name(g, from));
    for (size_t k = 0; k < ew_path_length(paths, i); k++)
        json_text(j, ew_node_name(g, ew_edge_at(g, ew_path_edge(paths, i, k)).to));
    json_close(j);
    if (partial) {
        json_key(j, "partials");
        json_array(j);
        for (size_t k = 0; k < ew_path_length(paths, i); k++) json_number(j, partial[ew_path_edge(paths, i, k)]);
        json_close(j);
        json_key_number(j, "product", ew_path_product(paths, i));
    }
    json_close(j);
}

void paths_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, ew_node from, ew_node to,
                const double *partial, const double *sum)
{
    char buffer[48];
    json_key_text(j, "from", ew_node_name(g, from));
    json_key_text(j, "to", ew_node_name(g, to));
    json_key_text(j, "count", cli_paths_count(paths, buffer));
    if (sum) json_key_number(j, "sum", *sum);
    json_key(j, "listed");
    json_array(j);
    for (size_t i = 0; paths && i < ew_paths_listed(paths); i++) path_json(j, g, paths, i, from, partial);
    json_close(j);
}

/* ---- Sentences ---------------------------------------------------------------------------------------- */

enum {
    SHOWN_NODES = 9,    /* of a long path: so many, the rest as … */
    SHOWN_FACTORS = 8,  /* a longer product is shown by its value alone */
    SHOWN_TERMS = 8,    /* a longer sum likewise */
    SHOWN_GROUPS = 8,
    LABEL_BYTES = 160,
    DIGITS = 6          /* of numbers in sentences; JSON has them all */
};

struct route {
    struct cli *c;
    ew_graph *g;
    ew_node from, to;
    const double *partial; /* or NULL */
    double sum;
};

static void put_rounded(struct cli *c, double v)
{
    char number[32];
    ew_number_text(v, DIGITS, number);
    cli_put(c, number);
}

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

static void put_factor(struct cli *c, const char *s, bool first)
{
    bool loose = is_loose(s, first);
    if (!first) cli_put(c, "·");
    if (loose) cli_put(c, "(");
    cli_put(c, s);
    if (loose) cli_put(c, ")");
}

/* One product. Symbols may leave out factors of 1. Answers whether all factors were plain numbers. */
static bool put_product(const struct route *r, const ew_paths *paths, size_t i, bool symbols, bool terse)
{
    size_t count = ew_path_length(paths, i), shown = 0;
    bool plain = true;
    for (size_t k = 0; k < count; k++) {
        char label[LABEL_BYTES];
        size_t edge = ew_path_edge(paths, i, k);
        ew_node n = ew_edge_at(r->g, edge).partial;
        double v;
        bool constant = ew_node_is_constant(r->g, n, &v);
        plain = plain && constant;
        if (terse && ((constant && v == 1) || (!symbols && r->partial[edge] == 1))) continue;
        if (symbols) ew_node_label(r->g, n, label, sizeof label);
        else ew_number_text(r->partial[edge], DIGITS, label);
        put_factor(r->c, label, shown++ == 0);
    }
    if (!shown) cli_put(r->c, "1");
    return plain;
}

static void put_route(const struct route *r, const ew_paths *paths, size_t i)
{
    size_t count = ew_path_length(paths, i);
    cli_put(r->c, "  ");
    cli_put(r->c, ew_node_name(r->g, r->from));
    for (size_t k = 0; k < count; k++) {
        bool gap = count >= SHOWN_NODES && k == SHOWN_NODES / 2;
        if (gap) k = count - SHOWN_NODES / 2 + 1;
        if (gap) cli_put(r->c, " → …");
        cli_put(r->c, " → ");
        cli_put(r->c, ew_node_name(r->g, ew_edge_at(r->g, ew_path_edge(paths, i, k)).to));
    }
}

/* "  b → c → e:  1·d = 1·2 = 2" */
static void put_path(const struct route *r, const ew_paths *paths, size_t i)
{
    size_t count = ew_path_length(paths, i);
    put_route(r, paths, i);
    cli_put(r->c, ":  ");
    bool plain = count <= SHOWN_FACTORS && put_product(r, paths, i, true, false);
    if (r->partial) {
        if (count <= SHOWN_FACTORS && !plain) cli_put(r->c, " = ");
        if (count <= SHOWN_FACTORS && !plain) put_product(r, paths, i, false, false);
        if (count > 1 || !plain) cli_put(r->c, count > SHOWN_FACTORS || (count == 1 && !plain) ? "" : " = ");
        if (count > 1) put_rounded(r->c, ew_path_product(paths, i));
    } else if (count > SHOWN_FACTORS) {
        put_product(r, paths, i, true, true);
    }
    cli_put(r->c, "\n");
}

static void put_slope_name(const struct route *r, ew_node of, ew_node by)
{
    cli_say(r->c, "∂{1}/∂{2}", ew_node_name(r->g, of), ew_node_name(r->g, by), NULL);
}

/* "∂e/∂b = 2 + 3 = 5" */
static void put_sum(const struct route *r, const ew_paths *paths, bool all)
{
    size_t listed = ew_paths_listed(paths);
    bool terms = all && listed > 1 && listed <= SHOWN_TERMS;
    put_slope_name(r, r->to, r->from);
    cli_put(r->c, " = ");
    for (size_t i = 0; terms && i < listed; i++) {
        char number[32];
        ew_number_text(r->partial ? ew_path_product(paths, i) : 0, DIGITS, number);
        if (i) cli_put(r->c, r->partial && number[0] == '-' ? " - " : " + ");
        if (r->partial) cli_put(r->c, number + (i && number[0] == '-'));
        else put_product(r, paths, i, true, true);
    }
    if (r->partial && terms) cli_put(r->c, " = ");
    if (r->partial) put_rounded(r->c, r->sum);
    else if (all && listed == 1) put_product(r, paths, 0, true, true);
    else if (!terms) cli_put(r->c, "…");
    cli_put(r->c, "\n");
}

/* ---- Common factors ------------------------------------------------------------------------------------ */

/* The part between two nodes that all paths share: "(α + β + γ)", or in numbers. */
static void put_group(const struct route *r, ew_node from, ew_node to, bool symbols, bool first)
{
    ew_paths *paths = cli_paths_new(r->c, r->g, from, to, r->partial, SHOWN_TERMS);
    size_t listed = paths ? ew_paths_listed(paths) : 0;
    char buffer[48];
    bool whole = paths && strlen(cli_paths_count(paths, buffer)) == 1 && listed == (size_t)(cli_paths_count(paths, buffer)[0] - '0');
    if (!first) cli_put(r->c, "·");
    if (!whole) {
        put_slope_name(r, to, from);
    } else {
        cli_put(r->c, "(");
        for (size_t i = 0; i < listed; i++) {
            if (i) cli_put(r->c, " + ");
            put_product(r, paths, i, symbols, true);
        }
        cli_put(r->c, ")");
    }
    ew_paths_free(paths);
}

static void put_groups(const struct route *r, const ew_node *waist, size_t count, bool symbols)
{
    for (size_t i = 0; i + 1 < count && i < SHOWN_GROUPS; i++) put_group(r, waist[i], waist[i + 1], symbols, i == 0);
    if (count - 1 > SHOWN_GROUPS) cli_put(r->c, "·…");
}

/* Worth showing where the paths meet again on the way and fork on both sides of a meeting. */
static size_t forks(const struct route *r, const ew_node *waist, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i + 1 < count && found < 2; i++) {
        ew_paths *paths = cli_paths_new(r->c, r->g, waist[i], waist[i + 1], NULL, 0);
        found += paths && ew_paths_log10(paths) > 0;
        ew_paths_free(paths);
    }
    return found;
}

/* Neighbours between which there is one way only are one factor less to write: they are skipped. */
static size_t drop_single(const struct route *r, ew_node *waist, size_t count)
{
    size_t kept = 1;
    for (size_t i = 1; i + 1 < count && i < 4 * SHOWN_GROUPS; i++) {
        ew_paths *before = cli_paths_new(r->c, r->g, waist[kept - 1], waist[i], NULL, 0);
        ew_paths *after = cli_paths_new(r->c, r->g, waist[i], waist[i + 1], NULL, 0);
        bool both = before && after && ew_paths_log10(before) > 0 && ew_paths_log10(after) > 0;
        ew_paths_free(before);
        ew_paths_free(after);
        if (both) waist[kept++] = waist[i];
    }
    waist[kept++] = waist[count - 1];
    return kept;
}

static void put_factored(const struct route *r, const ew_paths *paths)
{
    size_t most = ew_node_count(r->g);
    ew_node *waist = cli_room(r->c, most, sizeof *waist);
    size_t count = waist ? ew_paths_waists(paths, waist, most) : 0;
    if (count > 2 && forks(r, waist, count) > 1) {
        size_t kept = count < 4 * SHOWN_GROUPS ? drop_single(r, waist, count) : count;
        cli_say(r->c, "with common factors taken out:", NULL, NULL, NULL);
        cli_put(r->c, "\n  ");
        put_groups(r, waist, kept, true);
        if (r->partial) {
            cli_put(r->c, " = ");
            put_groups(r, waist, kept, false);
            cli_put(r->c, " = ");
            put_rounded(r->c, r->sum);
        }
        cli_put(r->c, "\n");
    }
    free(waist);
}

/* ---- The verb ---------------------------------------------------------------------------------------------- */

static void say_none(const struct route *r)
{
    cli_say(r->c, "no path from {1} to {2}", ew_node_name(r->g, r->from), ew_node_name(r->g, r->to), NULL);
    cli_put(r->c, "\n");
    put_slope_name(r, r->to, r->from);
    cli_put(r->c, " = 0\n");
}

static void say_paths(const struct route *r, const ew_paths *paths)
{
    char buffer[48], listed[24];
    const char *count = cli_paths_count(paths, buffer), *from = ew_node_name(r->g, r->from);
    ew_number_text((double)ew_paths_listed(paths), 0, listed);
    bool all = strcmp(count, listed) == 0;
    bool one = strcmp(count, "1") == 0;
    cli_say(r->c, one ? "{1} path from {2} to {3}" : "{1} paths from {2} to {3}", count, from, ew_node_name(r->g, r->to));
    if (!all && ew_paths_listed(paths)) {
        cli_say(r->c, r->partial ? "; the {1} largest by absolute value:" : "; the first {1}:", listed, NULL, NULL);
    }
    cli_put(r->c, "\n");
    if (ew_paths_listed(paths)) cli_put(r->c, "\n");
    for (size_t i = 0; i < ew_paths_listed(paths); i++) put_path(r, paths, i);
    cli_put(r->c, "\n");
    put_sum(r, paths, all);
    put_factored(r, paths);
}

static void say_object(const struct route *r, const ew_paths *paths)
{
    struct cli_json j = cli_json_begin(r->c);
    paths_json(&j, r->g, paths, r->from, r->to, r->partial, r->partial ? &r->sum : NULL);
    cli_json_end(&j);
}

static bool route_sum(struct route *r, const double *in)
{
    ew_error e;
    ew_node slope = ew_diff(r->g, r->to, r->from, EW_REVERSE, &e);
    if (slope == EW_NONE) cli_fail_error(r->c, &e);
    double *sum = slope == EW_NONE || !in ? NULL : cli_run(r->c, r->g, &slope, 1, in);
    if (sum) r->sum = *sum;
    free(sum);
    char name[256];
    snprintf(name, sizeof name, "∂%.100s/∂%.100s", ew_node_name(r->g, r->to), ew_node_name(r->g, r->from));
    return !r->c->status && (!in || cli_finite(r->c, name, r->sum));
}

static void answer(struct route *r, const double *in)
{
    size_t edges;
    double *partial = in ? cli_partials(r->c, r->g, in, &edges) : NULL;
    r->partial = partial;
    if (!r->c->status && route_sum(r, in)) {
        ew_paths *paths = cli_paths_new(r->c, r->g, r->from, r->to, partial, (size_t)r->c->most);
        if (r->c->status) ;
        else if (r->c->json) say_object(r, paths);
        else if (!paths || ew_paths_count(paths)[0] == '0') say_none(r);
        else say_paths(r, paths);
        ew_paths_free(paths);
    }
    free(partial);
}

int cli_paths(struct cli *c)
{
    ew_graph *g = cli_graph(c);
    struct route r = {.c = c, .g = g, .from = EW_NONE, .to = EW_NONE};
    if (g && !c->from) cli_fail(c, FAULT_NEEDS_OPTION, "paths", "--from NAME");
    if (g && c->from) r.from = cli_node(c, g, c->from);
    if (r.from != EW_NONE) r.to = c->to ? cli_node(c, g, c->to) : ew_output_at(g, 0);
    double *in = r.to != EW_NONE ? cli_values_if_any(c, g) : NULL;
    if (r.to != EW_NONE && !c->status) answer(&r, in);
    free(in);
    ew_graph_free(g);
    return c->status;
}
