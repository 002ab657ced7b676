/*
 * paths.c - every path from one node to another: how many, the largest, their sum. paths_text.c says
 * it in sentences.
 *
 * The count comes from the library without listing, the sum from one sweep; only what is shown is
 * walked.
 */
#include "arrays.h"
#include "paths.h"
#include "pathwise.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- JSON ------------------------------------------------------------------------------------------- */

static void path_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, size_t i, ew_node from,
                      const double *partial)
{
    json_begin_object(j);
    json_key(j, "nodes");
    json_begin_array(j);
    json_text(j, ew_node_name(g, from));
    for (size_t k = 0; k < ew_path_length(paths, i); k++)
        json_text(j, ew_node_name(g, ew_edge_at(g, ew_path_edge(paths, i, k)).to));
    json_close(j);
    if (partial) {
        json_key(j, "partials");
        json_begin_array(j);
        for (size_t k = 0; k < ew_path_length(paths, i); k++) json_number(j, partial[ew_path_edge(paths, i, k)]);
        json_close(j);
        json_key_number(j, "product", ew_path_product(paths, i));
    }
    json_close(j);
}

void paths_json(struct cli_json *j, ew_graph *g, const ew_paths *paths, ew_node from, ew_node to, const double *partial,
                const double *sum)
{
    char buffer[48];
    json_key_text(j, "from", ew_node_name(g, from));
    json_key_text(j, "to", ew_node_name(g, to));
    json_key_text(j, "count", cli_paths_count(paths, buffer));
    if (sum) json_key_number(j, "sum", *sum);
    json_key(j, "listed");
    json_begin_array(j);
    for (size_t i = 0; paths && i < ew_paths_listed(paths); i++) path_json(j, g, paths, i, from, partial);
    json_close(j);
}

/* ---- The verb ---------------------------------------------------------------------------------------------- */

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
    return !r->c->status && (!in || cli_finite(r->c, r->g, name, r->sum));
}

static void answer(struct route *r, const double *in)
{
    size_t edges;
    double *partial = in ? cli_partials(r->c, r->g, in, &edges) : NULL;
    r->partial = partial;
    if (!r->c->status && route_sum(r, in)) {
        ew_paths *paths = cli_paths_new(r->c, r->g, r->from, r->to, partial, (size_t)r->c->most);
        if (r->c->status)
            ;
        else if (r->c->json)
            say_object(r, paths);
        else
            paths_text(r, paths);
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
    if (r.from != EW_NONE && !cli_is_real(c, g, r.from)) r.from = EW_NONE;
    if (r.from != EW_NONE) r.to = c->to ? cli_node(c, g, c->to) : ew_output_at(g, 0);
    double *in = r.to != EW_NONE ? cli_values_if_any(c, g) : NULL;
    if (r.to != EW_NONE && !c->status) (cli_array_any(g) ? paths_of_arrays : answer)(&r, in);
    free(in);
    ew_graph_free(g);
    return c->status;
}
