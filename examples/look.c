/*
 * Looking at a graph: its nodes, the derivative on every edge, and the paths from b to e.
 *
 *     cc -Iinclude examples/look.c build/libedgewise.a -lm -o look && ./look
 */
#include <edgewise.h>
#include <stdio.h>

static void show_paths(ew_graph *g, const char *from, const char *to)
{
    ew_paths *paths = ew_paths_new(g, ew_find(g, from), ew_find(g, to), NULL, 10, NULL);
    printf("%s paths from %s to %s\n", ew_paths_count(paths), from, to);
    for (size_t i = 0; i < ew_paths_listed(paths); i++) {
        printf("    %s", from);
        for (size_t k = 0; k < ew_path_length(paths, i); k++)
            printf(" -> %s", ew_node_name(g, ew_edge_at(g, ew_path_edge(paths, i, k)).to));
        printf("\n");
    }
    ew_paths_free(paths);
}

int main(void)
{
    ew_error err;
    char s[80];
    ew_graph *g = ew_parse("e = (a + b) * (b + 1)", EW_WHOLE, NULL, &err);
    if (!g) return fprintf(stderr, "%s\n", err.message), 1;
    for (size_t i = 0; i < ew_node_count(g); i++) {
        ew_node n = ew_node_at(g, i);
        ew_node_text(g, n, s, sizeof s);
        printf("%s: %s, %s\n", ew_node_name(g, n), ew_node_op(g, n), s);
    }
    size_t edges = ew_edge_count(g, &err);
    for (size_t i = 0; i < edges; i++) {
        ew_edge e = ew_edge_at(g, i);
        ew_node_label(g, e.partial, s, sizeof s); /* in symbols; as a node it can be run, too */
        printf("edge %s -> %s: %s\n", ew_node_name(g, e.from), ew_node_name(g, e.to), s);
    }
    show_paths(g, "b", "e"); /* their sum is a node like any other: */
    ew_node_text(g, ew_diff(g, ew_find(g, "e"), ew_find(g, "b"), EW_REVERSE, &err), s, sizeof s);
    printf("de/db = %s\n", s);
    ew_graph_free(g);
    return 0;
}
/* prints:
a: input, a
b: input, b
c: add, a + b
d: add, b + 1
e: mul, c * d
edge a -> c: 1
edge b -> c: 1
edge b -> d: 1
edge c -> e: d
edge d -> e: c
2 paths from b to e
    b -> c -> e
    b -> d -> e
de/db = c + d
*/
