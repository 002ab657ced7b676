/*
 * pathwise.c - derivatives as the definition says: every path multiplied on its own.
 *
 * This is the slow way, there to be compared with the sweeps: its cost grows with the number of
 * paths. They are counted first, so it gives up at once where there are too many. The walk keeps
 * the product of each depth, so a shared beginning is multiplied once.
 */
#include "pathwise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PATHS_LOG10 7

double cli_along(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

/* Is the edge one between single numbers? */
static bool is_single(const ew_graph *g, const ew_edge *e)
{
    return !ew_node_rank(g, e->from) && !ew_node_rank(g, e->to) && !ew_node_rank(g, e->partial);
}

double *cli_partials(struct cli *c, ew_graph *g, const double *in, size_t *count)
{
    ew_error e = {0};
    size_t used = 0;
    *count = ew_edge_count(g, &e);
    if (e.status) cli_fail_error(c, &e);
    ew_node *nodes = e.status ? NULL : cli_room(c, *count, sizeof *nodes);
    for (size_t i = 0; nodes && i < *count; i++) {
        ew_edge edge = ew_edge_at(g, i);
        if (is_single(g, &edge)) nodes[used++] = edge.partial;
    }
    double *values = nodes ? cli_run(c, g, nodes, used, in) : NULL;
    free(nodes);
    double *more = values && used < *count ? realloc(values, *count * sizeof *values) : values;
    if (values && !more) cli_fail(c, FAULT_MEMORY, NULL, NULL), free(values);
    for (size_t i = *count; more && used < *count && i-- > 0;) {
        ew_edge edge = ew_edge_at(g, i);
        more[i] = is_single(g, &edge) ? more[--used] : NAN;
    }
    return more;
}

ew_paths *cli_paths_new(struct cli *c, ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most)
{
    ew_error e = {0};
    ew_paths *paths = ew_paths_new(g, from, to, partials, most, &e);
    if (!paths && strcmp(e.code, "E066") != 0) cli_fail_error(c, &e);
    return paths;
}

const char *cli_paths_count(const ew_paths *paths, char buffer[48])
{
    const char *count = paths ? ew_paths_count(paths) : "0";
    if (*count) return count;
    memcpy(buffer, "10^", 3);
    ew_number_text(ew_paths_log10(paths), 0, buffer + 3);
    return buffer;
}

/* ---- The walk ------------------------------------------------------------------------------------- */

struct walk {
    size_t nodes, edges;
    size_t *first;       /* by node, one more at the end: its first in `order` */
    size_t *order;       /* edges by where they come from, then in the order of the text */
    size_t *from, *to;   /* by edge: nodes */
    bool *leads;         /* by node: some path from it ends at `of` */
    double *product;     /* by depth */
    size_t *node, *next; /* by depth: where we are; the place in `order` to try next */
};

static void walk_free(struct walk *w)
{
    free(w->first);
    free(w->order);
    free(w->from);
    free(w->to);
    free(w->leads);
    free(w->product);
    free(w->node);
    free(w->next);
}

static bool walk_room(struct cli *c, struct walk *w)
{
    return (w->first = cli_room(c, w->nodes + 2, sizeof *w->first)) != NULL &&
           (w->order = cli_room(c, w->edges, sizeof *w->order)) != NULL &&
           (w->from = cli_room(c, w->edges, sizeof *w->from)) != NULL &&
           (w->to = cli_room(c, w->edges, sizeof *w->to)) != NULL &&
           (w->leads = cli_room(c, w->nodes, sizeof *w->leads)) != NULL &&
           (w->product = cli_room(c, w->nodes, sizeof *w->product)) != NULL &&
           (w->node = cli_room(c, w->nodes, sizeof *w->node)) != NULL &&
           (w->next = cli_room(c, w->nodes, sizeof *w->next)) != NULL;
}

/* A counting sort by source. */
static void walk_sort(struct walk *w)
{
    memset(w->first, 0, (w->nodes + 2) * sizeof *w->first);
    for (size_t i = 0; i < w->edges; i++) w->first[w->from[i] + 2]++;
    for (size_t n = 2; n < w->nodes + 2; n++) w->first[n] += w->first[n - 1];
    for (size_t i = 0; i < w->edges; i++) w->order[w->first[w->from[i] + 1]++] = i;
}

/* Edges are sorted by where they lead, and arguments come before users: one pass backwards. */
static void walk_mark(struct walk *w, size_t of)
{
    memset(w->leads, 0, w->nodes * sizeof *w->leads);
    w->leads[of] = true;
    for (size_t i = w->edges; i-- > 0;)
        if (w->leads[w->to[i]]) w->leads[w->from[i]] = true;
}

static bool walk_new(struct cli *c, struct walk *w, ew_graph *g, size_t of, size_t edges)
{
    *w = (struct walk){.nodes = ew_node_count(g), .edges = edges};
    if (!walk_room(c, w)) return false;
    for (size_t i = 0; i < edges; i++) {
        ew_edge e = ew_edge_at(g, i);
        w->from[i] = ew_node_index(g, e.from);
        w->to[i] = ew_node_index(g, e.to);
    }
    walk_sort(w);
    walk_mark(w, of);
    return true;
}

static void walk_enter(struct walk *w, size_t depth, size_t node, double product)
{
    w->node[depth] = node;
    w->next[depth] = w->first[node];
    w->product[depth] = product;
}

static double walk_sum(struct walk *w, size_t from, size_t of, const double *partial)
{
    double sum = from == of;
    size_t depth = 1; /* one more than the place on the path */
    walk_enter(w, 0, from, 1);
    while (depth && from != of) {
        size_t at = depth - 1;
        if (w->next[at] == w->first[w->node[at] + 1]) {
            depth--;
            continue;
        }
        size_t edge = w->order[w->next[at]++], node = w->to[edge];
        if (!w->leads[node]) continue;
        double product = cli_along(w->product[at], partial[edge]);
        if (node == of)
            sum += product;
        else
            walk_enter(w, depth++, node, product);
    }
    return sum;
}

static bool few_enough(struct cli *c, ew_graph *g, ew_node from, ew_node of)
{
    char buffer[48], about[48] = "10^";
    ew_paths *paths = cli_paths_new(c, g, from, of, NULL, 0);
    if (paths && ew_paths_log10(paths) > MOST_PATHS_LOG10) {
        const char *count = cli_paths_count(paths, buffer);
        ew_number_text(ew_paths_log10(paths), 4, about + 3);
        cli_fail(c, FAULT_MANY_PATHS, strlen(count) < 30 && *ew_paths_count(paths) ? count : about,
                 ew_node_name(g, from));
    }
    ew_paths_free(paths);
    return c->status == 0;
}

double *cli_pathwise(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in)
{
    struct walk w;
    size_t edges, end = ew_node_index(g, of);
    for (size_t i = 0; i < count; i++)
        if (!few_enough(c, g, wrt[i], of)) return NULL;
    double *result = cli_room(c, count, sizeof *result);
    double *partial = result ? cli_partials(c, g, in, &edges) : NULL;
    if (partial) {
        if (walk_new(c, &w, g, end, edges))
            for (size_t i = 0; i < count; i++) result[i] = walk_sum(&w, ew_node_index(g, wrt[i]), end, partial);
        walk_free(&w);
    }
    free(partial);
    if (partial && !c->status) return result;
    free(result);
    return NULL;
}
