/*
 * paths_arrays.c - the verb paths on a program with arrays: paths that differ in the indices of sums alone stand
 * in one line, in symbols; their number, and their sum as an array, in numbers.
 */
#include "arrays.h"
#include "paths.h"
#include "pathwise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1 << 10, SUM_ELEMENTS = 1 << 20, JSON_ELEMENTS = 1000 };

/* The derivative as an array with its values; to be freed. NULL: without values, too large, or the error is out. */
static double *find_sum(const struct route *r, const double *in, struct array *sum)
{
    ew_error e;
    ew_node slope = ew_diff(r->g, r->to, r->from, EW_AUTO, &e);
    if (slope == EW_NONE) cli_fail_error(r->c, &e);
    bool shown = slope != EW_NONE && in && cli_array_count_of(r->g, slope) <= SUM_ELEMENTS;
    double *values = shown ? cli_run(r->c, r->g, &slope, 1, in) : NULL;
    if (values) *sum = cli_array_of(r->g, slope, values);
    return values;
}

static void say_json(const struct route *r, const ew_paths *paths, const struct array *sum)
{
    char buffer[48];
    struct cli_json j = cli_json_begin(r->c);
    json_key_text(&j, "from", ew_node_name(r->g, r->from));
    json_key_text(&j, "to", ew_node_name(r->g, r->to));
    const char *count = paths ? ew_paths_count(paths) : "0";
    bool counted = *count || ew_paths_log10(paths) > 0; /* else a size is not known */
    if (counted) json_key_text(&j, "count", cli_paths_count(paths, buffer));
    if (sum && cli_array_count(sum) <= JSON_ELEMENTS) json_key(&j, "sum"), cli_array_json(&j, sum);
    json_key(&j, "listed");
    json_begin_array(&j);
    for (size_t i = 0; paths && i < ew_paths_listed(paths); i++) {
        json_begin_object(&j);
        json_key(&j, "nodes");
        json_begin_array(&j);
        json_text(&j, ew_node_name(r->g, r->from));
        for (size_t k = 0; k < ew_path_length(paths, i); k++)
            json_text(&j, ew_node_name(r->g, ew_edge_at(r->g, ew_path_edge(paths, i, k)).to));
        json_close(&j);
        if (counted) json_key_number(&j, "times", ew_path_times(paths, i));
        json_close(&j);
    }
    cli_json_end(&j);
}

/* "  x[n, j] → z[n, k] → e:" and the derivatives on its edges in a line of their own. */
static void say_path(const struct route *r, const ew_paths *paths, size_t i)
{
    char text[TEXT_BYTES];
    struct cli *c = r->c;
    cli_put(c, "  ");
    ew_node_label(r->g, r->from, text, sizeof text);
    cli_put(c, text);
    for (size_t k = 0; k < ew_path_length(paths, i); k++) {
        ew_edge_upper(r->g, ew_path_edge(paths, i, k), text, sizeof text);
        cli_put(c, " → ");
        cli_put(c, text);
    }
    double times = ew_path_times(paths, i);
    if (times > 1) cli_put(c, "    ×"), cli_put_number(c, times);
    cli_put(c, "\n      ");
    for (size_t k = 0; k < ew_path_length(paths, i); k++) {
        ew_edge_rule(r->g, ew_path_edge(paths, i, k), text, sizeof text);
        bool loose = strchr(text, ' ') && ew_path_length(paths, i) > 1;
        cli_put(c, k ? "·" : "");
        cli_put(c, loose ? "(" : "");
        cli_put(c, text);
        cli_put(c, loose ? ")" : "");
    }
    cli_put(c, "\n");
}

static bool sum_is_something(const struct array *sum)
{
    for (size_t e = 0; sum && e < cli_array_count(sum); e++)
        if (sum->values[e] != 0) return true;
    return false;
}

static void say_text(const struct route *r, const ew_paths *paths, const struct array *sum)
{
    char buffer[48], head[256];
    const char *from = ew_node_name(r->g, r->from), *to = ew_node_name(r->g, r->to);
    const char *count = paths ? ew_paths_count(paths) : "0";
    if (*count || ew_paths_log10(paths) > 0) count = cli_paths_count(paths, buffer);
    bool none = strcmp(count, "0") == 0;
    if (none && sum_is_something(sum))
        cli_say(r->c, "no path from {1} to {2} but those that go round a recurrence, from step to step", from, to,
                NULL);
    else if (none)
        cli_say(r->c, "no path from {1} to {2}", from, to, NULL);
    else if (*count)
        cli_say(r->c, strcmp(count, "1") == 0 ? "{1} path from {2} to {3}" : "{1} paths from {2} to {3}", count, from,
                to);
    if (*count) cli_put(r->c, none ? "\n" : "\n\n");
    for (size_t i = 0; paths && i < ew_paths_listed(paths); i++) say_path(r, paths, i);
    if (!sum) return;
    snprintf(head, sizeof head, "∂%.100s/∂%.100s", to, from);
    if (!none) cli_put(r->c, "\n");
    cli_array_show(r->c, head, sum);
}

void paths_of_arrays(struct route *r, const double *in)
{
    struct array sum = {0};
    char name[256];
    double *values = find_sum(r, in, &sum);
    snprintf(name, sizeof name, "∂%.100s/∂%.100s", ew_node_name(r->g, r->to), ew_node_name(r->g, r->from));
    if (!r->c->status && (!values || cli_array_finite(r->c, r->g, name, &sum))) {
        ew_paths *paths = cli_paths_new(r->c, r->g, r->from, r->to, NULL, (size_t)r->c->most);
        if (!r->c->status) (r->c->json ? say_json : say_text)(r, paths, values ? &sum : NULL);
        ew_paths_free(paths);
    }
    free(values);
}
