/*
 * Programs with indices as graphs made by hand, for tests of what shows graphs: a layer, a recurrence, a
 * convolution with a gather and an array of two equations, in sizes known or not.
 */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include <string.h>

#include "graph/axes.h"

static uint32_t name_of(ew_graph *g, const char *s)
{
    return s ? graph_intern(g, s, strlen(s)) : 0;
}

/* "njk": one letter an axis; sizes of n, t, j, k, i. Capital letters: the size has a name only. */
static int64_t size_of(ew_graph *g, char letter, bool known)
{
    static const char letters[] = "ntjkirp";
    static const int64_t sizes[] = {4, 5, 3, 2, 3, 6, 3};
    const char *at = strchr(letters, letter);
    if (letter != 'n' || known) return sizes[at ? at - letters : 0];
    for (size_t u = 0; u < g->unknown.count; u++)
        if (g->unknown.at[u] == name_of(g, "N")) return -1 - (int64_t)u;
    return graph_unknown_size(g, name_of(g, "N"));
}

static uint16_t shape_of(ew_graph *g, const char *axes, bool known)
{
    int64_t sizes[AXES_MOST];
    size_t rank = strlen(axes);
    for (size_t q = 0; q < rank; q++) sizes[q] = size_of(g, axes[q], known);
    return graph_shape_of(g, sizes, rank);
}

static void index_names(ew_graph *g, ew_node n, const char *axes)
{
    uint32_t names[AXES_MOST];
    size_t rank = strlen(axes);
    for (size_t q = 0; q < rank; q++) names[q] = graph_intern(g, axes + q, 1);
    graph_set_index_names(g, n, names, rank);
}

/* The plain map from the axes of `user` to those of the argument: letters in both. */
static uint16_t map_between(ew_graph *g, const char *user, const char *argument)
{
    uint16_t axis[AXES_MOST];
    size_t rank = strlen(argument);
    for (size_t q = 0; q < rank; q++) axis[q] = (uint16_t)(strchr(user, argument[q]) - user);
    return rank ? graph_map_plain(g, axis, rank) : 0;
}

static ew_node leaf(ew_graph *g, const char *name, const char *axes, bool is_param, bool known)
{
    ew_node n = graph_add_input(g, name_of(g, name), is_param, TYPE_F64, shape_of(g, axes, known), NO_PLACE);
    index_names(g, n, axes);
    return n;
}

/* An operation over `axes`, its arguments by the letters of theirs. */
static ew_node each(ew_graph *g, op o, const char *name, const char *axes, bool known, ew_node x, const char *x_axes,
                    ew_node y, const char *y_axes)
{
    ew_node args[2] = {x, y};
    uint16_t maps[2] = {map_between(g, axes, x_axes), y == EW_NONE ? 0 : map_between(g, axes, y_axes)};
    node_spec s = {.op = o,
                   .args = args,
                   .maps = maps,
                   .count = y == EW_NONE ? 1 : 2,
                   .shape = shape_of(g, axes, known),
                   .name = name_of(g, name),
                   .place = NO_PLACE};
    ew_node n = graph_make(g, &s);
    index_names(g, n, axes);
    return n;
}

static ew_node reduce(ew_graph *g, op o, const char *name, const char *axes, const char *domain, bool known, ew_node x,
                      const char *x_axes)
{
    uint16_t map = map_between(g, domain, x_axes);
    node_spec s = {.op = o,
                   .args = &x,
                   .maps = &map,
                   .count = 1,
                   .shape = shape_of(g, axes, known),
                   .domain = shape_of(g, domain, known),
                   .name = name_of(g, name),
                   .place = NO_PLACE};
    ew_node n = graph_make(g, &s);
    index_names(g, n, domain);
    return n;
}

/* z[n, k] = sum(j: x[n, j]*W[j, k]) + b[k]; h[n, k] = relu(z[n, k]); L = sum(n, k: (h[n, k] - y[n, k])^2) */
static ew_graph *program_layer(const ew_options *options, bool known)
{
    ew_graph *g = graph_new(options, NULL);
    ew_node x = leaf(g, "x", "nj", false, known), y = leaf(g, "y", "nk", false, known);
    ew_node W = leaf(g, "W", "jk", true, known), b = leaf(g, "b", "k", true, known);
    ew_node c = each(g, OP_MUL, NULL, "nkj", known, x, "nj", W, "jk");
    ew_node d = reduce(g, OP_SUM, NULL, "nk", "nkj", known, c, "nkj");
    ew_node z = each(g, OP_ADD, "z", "nk", known, d, "nk", b, "k");
    ew_node h = each(g, OP_RELU, "h", "nk", known, z, "nk", EW_NONE, "");
    ew_node f = each(g, OP_SUB, NULL, "nk", known, h, "nk", y, "nk");
    ew_node s = each(g, OP_POW, NULL, "nk", known, f, "nk", graph_whole(g, 2), "");
    ew_output(g, reduce(g, OP_SUM, "L", "", "nk", known, s, "nk"));
    ew_finish(g);
    return g;
}

/* h[0, i] = h0[i]; h[t + 1, i] = tanh(sum(j: U[i, j]*h[t, j]) + x[t, i]); L = sum(i: h[5, i]) */
static ew_graph *program_recurrence(const ew_options *options)
{
    ew_graph *g = graph_new(options, NULL);
    int64_t sizes[2] = {6, 3};
    uint16_t six = graph_shape_of(g, sizes, 2);
    ew_node h0 = leaf(g, "h0", "i", false, true), x = leaf(g, "x", "ti", false, true);
    ew_node U = leaf(g, "U", "ij", true, true);
    uint32_t region = graph_region_new(g, false, 0, 4);
    ew_node state = graph_state_add(g, region, TYPE_F64, six, 0, 1);
    ew_node before = graph_at(g, state, map_between(g, "tj", "tj"), shape_of(g, "tj", true), 0);
    index_names(g, before, "tj");
    ew_node c = each(g, OP_MUL, NULL, "tij", true, U, "ij", before, "tj");
    ew_node d = reduce(g, OP_SUM, NULL, "ti", "tij", true, c, "tij");
    ew_node e = each(g, OP_ADD, NULL, "ti", true, d, "ti", x, "ti");
    ew_node step = each(g, OP_TANH, NULL, "ti", true, e, "ti", EW_NONE, "");
    map_draft first[2] = {{.offset = 0}, {.terms = 1, .axis = {0}, .factor = {1}}};
    map_draft next[2] = {{.offset = 1, .terms = 1, .axis = {0}, .factor = {1}},
                         {.terms = 1, .axis = {1}, .factor = {1}}};
    ew_node parts[2] = {h0, step};
    uint16_t maps[2] = {graph_map_of(g, first, 2), graph_map_of(g, next, 2)};
    node_spec join = {.op = OP_JOIN, .args = parts, .maps = maps, .count = 2, .shape = six, .place = NO_PLACE};
    graph_state_define(g, state, graph_make(g, &join));
    uint32_t name = name_of(g, "h");
    graph_region_close(g, region, EW_NONE, &name, NULL);
    ew_node h = node_state(g, state)->loop;
    index_names(g, h, "ti");
    map_draft last[2] = {{.offset = 5}, {.terms = 1, .axis = {0}, .factor = {1}}};
    ew_node at = graph_at(g, h, graph_map_of(g, last, 2), shape_of(g, "i", true), 0);
    index_names(g, at, "i");
    ew_output(g, reduce(g, OP_SUM, "L", "", "i", true, at, "i"));
    ew_finish(g);
    return g;
}

/* c[r] = sum(p: s[r + p]*K[p]) with s = E[token[·]], q[0] = c[2]; q[1] = 2*a, y = exp(q[1] - q[0])*[a, 3][1] */
static ew_graph *program_accesses(const ew_options *options)
{
    ew_graph *g = graph_new(options, NULL);
    int64_t eight = 8, two = 2;
    uint16_t wide = graph_shape_of(g, &eight, 1), pair = graph_shape_of(g, &two, 1);
    ew_node E = leaf(g, "E", "i", true, true), K = leaf(g, "K", "p", true, true), a = ew_input(g, "a");
    ew_node token = graph_add_input(g, name_of(g, "token"), false, TYPE_INT, wide, NO_PLACE);
    map_draft gather = {.gather = 1};
    ew_node args[2] = {E, token};
    uint16_t maps[2] = {graph_map_of(g, &gather, 1), 0};
    node_spec at = {.op = OP_AT, .args = args, .maps = maps, .count = 2, .shape = wide, .place = NO_PLACE};
    ew_node read = graph_make(g, &at);
    map_draft sum = {.terms = 2, .axis = {0, 1}, .factor = {1, 1}};
    ew_node moved = graph_at(g, read, graph_map_of(g, &sum, 1), shape_of(g, "rp", true), 0);
    ew_node m = each(g, OP_MUL, NULL, "rp", true, moved, "rp", K, "p");
    ew_node c = reduce(g, OP_SUM, "c", "r", "rp", true, m, "rp");
    map_draft fixed = {.offset = 2}, zero = {.offset = 0}, one = {.offset = 1};
    ew_node parts[2] = {graph_at(g, c, graph_map_of(g, &fixed, 1), 0, 0), EW_NONE};
    ew_node product[2] = {graph_whole(g, 2), a};
    parts[1] = graph_op(g, OP_MUL, product, 2, NO_PLACE);
    uint16_t where[2] = {graph_map_of(g, &zero, 1), graph_map_of(g, &one, 1)};
    node_spec q = {.op = OP_JOIN,
                   .args = parts,
                   .maps = where,
                   .count = 2,
                   .shape = pair,
                   .name = name_of(g, "q"),
                   .place = NO_PLACE};
    ew_node both = graph_make(g, &q);
    ew_node ends[2] = {graph_at(g, both, where[1], 0, 0), graph_at(g, both, where[0], 0, 0)};
    ew_node gap = graph_op(g, OP_SUB, ends, 2, NO_PLACE), power = graph_op(g, OP_EXP, &gap, 1, NO_PLACE);
    ew_node literal[2] = {a, graph_whole(g, 3)};
    node_spec list = {.op = OP_JOIN, .args = literal, .maps = where, .count = 2, .shape = pair, .place = NO_PLACE};
    ew_node last[2] = {power, graph_at(g, graph_make(g, &list), where[1], 0, 0)};
    ew_output(g, ew_name(g, "y", graph_op(g, OP_MUL, last, 2, NO_PLACE)));
    ew_finish(g);
    return g;
}

#endif
