/*
 * paths.h - what paths.c and paths_count.c share.
 */
#ifndef DIFF_PATHS_H
#define DIFF_PATHS_H

#include "graph/graph.h"

typedef struct listed_path {
    size_t first, count; /* in steps */
    double product;
} listed_path;

struct ew_paths {
    memory memory;
    ARRAY(char) digits; /* of the count, ended by a NUL; empty: too many */
    double log10;
    ARRAY(uint32_t) steps; /* edges of the listed paths */
    ARRAY(listed_path) listed;
    ARRAY(ew_node) waists;
};

/* The graph as nodes 0 … nodes-1 (in the order of ew_node_at) and edges. */
typedef struct paths_span {
    ew_graph *g;
    memory *m;
    const ew_edge *edge;
    size_t edges, nodes, from, to;
    uint8_t *up, *down;     /* reached from `from`; reaches `to` */
    uint32_t *first, *out;  /* out[first[n]] … out[first[n + 1] - 1]: edges from n to what lies between */
    size_t out_count;
} paths_span;

static inline size_t paths_foot(const paths_span *s, size_t i)
{
    return s->g->seen_index[s->edge[i].from];
}

static inline size_t paths_head(const paths_span *s, size_t i)
{
    return s->g->seen_index[s->edge[i].to];
}

static inline bool paths_between(const paths_span *s, size_t i)
{
    return s->up[paths_foot(s, i)] && s->down[paths_head(s, i)];
}

/* Fills digits and log10. */
bool paths_count(ew_paths *p, const paths_span *s);

#endif
