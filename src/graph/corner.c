/*
 * corner.c - the values of a node with axes as a short text: the corner that fits, "…" for the rest.
 *
 *     [1, 2, 3]      [[1, 2, …], [3, 4, …], …]
 */
#include "graph/axes.h"

enum { CORNER_MOST = 4 }; /* of each axis, where not all fit */

static void corner_number(const ew_graph *g, ew_node n, const double *values, const int64_t *whole, size_t at,
                          int digits, text *t)
{
    double v = values[at];
    if (node_at(g, n)->type == TYPE_BOOL)
        text_add(t, v != 0 ? "true" : "false");
    else if (node_at(g, n)->type == TYPE_INT && whole)
        text_format(t, "%lld", (long long)whole[at]);
    else
        text_number(t, v != 0 ? v : 0, digits); /* the sign of a zero means nothing to who looks */
}

/* How many places along an axis are written, so that an array of `count` of them fits. */
static size_t corner_shown(size_t size, size_t all)
{
    size_t most = all <= 2 * CORNER_MOST ? 2 * CORNER_MOST : CORNER_MOST;
    return size <= most ? size : CORNER_MOST - 1;
}

size_t graph_elements(const ew_graph *g, ew_node n)
{
    size_t count;
    return shape_elements(g, node_at(g, n)->shape, &count) ? count : 1;
}

void graph_corner(const ew_graph *g, ew_node n, const double *values, const int64_t *whole, int digits, text *t)
{
    size_t rank = node_rank(g, n), all = graph_elements(g, n), place[AXES_MOST] = {0}, depth = 0;
    const int64_t *sizes = shape_sizes(g, node_at(g, n)->shape);
    if (rank == 0) {
        corner_number(g, n, values, whole, 0, digits, t);
        return;
    }
    for (;;) { /* at `place` of the first `depth` axes */
        while (depth < rank) {
            text_char(t, '[');
            place[depth++] = 0;
            if (sizes[depth - 1] == 0) break;
        }
        if (sizes[depth - 1] != 0) {
            size_t at = 0;
            for (size_t p = 0; p < rank; p++) at = at * (size_t)sizes[p] + place[p];
            corner_number(g, n, values, whole, at, digits, t);
        }
        for (;;) { /* the next place, closing what is full */
            size_t size = (size_t)sizes[depth - 1], shown = corner_shown(size, all);
            if (size && ++place[depth - 1] < shown) {
                text_add(t, ", ");
                break;
            }
            if (shown < size) text_add(t, ", …");
            text_char(t, ']');
            if (--depth == 0) return;
        }
    }
}

void graph_shape_text(const ew_graph *g, ew_node n, text *t)
{
    for (size_t p = 0; p < node_rank(g, n); p++) {
        int64_t size = node_size(g, n, p);
        uint32_t name = size_is_known(size) ? 0 : g->unknown.at[-1 - size];
        if (p) text_add(t, "×");
        if (size_is_known(size))
            text_count(t, (size_t)size);
        else
            text_add(t, name ? graph_name_text(g, name) : "?");
    }
}

void graph_place(const ew_graph *g, ew_node n, size_t e, text *t)
{
    size_t rank = node_rank(g, n), place[AXES_MOST];
    for (size_t p = rank; p-- > 0; e /= (size_t)node_size(g, n, p)) place[p] = e % (size_t)node_size(g, n, p);
    for (size_t p = 0; p < rank; p++) text_format(t, "%s%zu", p ? ", " : "[", place[p]);
    if (rank) text_add(t, "]");
}
