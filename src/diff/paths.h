/*
 * paths.h - what the files about paths share: the part of the graph between two nodes, numbers that
 * neither over- nor underflow, and what an ew_paths keeps.
 */
#ifndef DIFF_PATHS_H
#define DIFF_PATHS_H

#include <math.h>

#include "graph/graph.h"

/* The nodes and edges that lie on a path from one node to another, numbered from 0 in the order of
 * ids: node 0 is where paths begin, node nodes-1 where they end. Edges stand in the order of the
 * text: sorted by head, and a head is above its foot. nodes is 0 where there is no path. */
typedef struct paths_part {
    size_t nodes, edges;
    ew_node *id;           /* by node */
    uint32_t *foot, *head; /* by edge */
    uint32_t *edge;        /* by edge: its index for ew_edge_at */
    uint64_t *times;       /* by edge: how many terms its index sum has; NULL: no edge has one */
    bool unknown;          /* a size of an index sum is not known, or too large to count with */
    uint32_t *first, *out; /* out[first[n]] … out[first[n + 1] - 1]: the edges that leave node n */
    size_t longest;        /* edges of the longest path */
} paths_part;

/* m · 2^e, 1/2 <= |m| < 1, or m = 0: a product of any length. */
typedef struct paths_scaled {
    double m;
    int64_t e;
} paths_scaled;

/* The listed paths share their beginnings: a path is its choices, the edges that it takes at nodes
 * with more than one way on, and a choice knows the one before it. */
typedef struct paths_choice {
    uint32_t edge, before; /* before: EW_NONE for the first */
} paths_choice;

typedef struct paths_listed {
    double product;
    uint32_t choice; /* the last one, or EW_NONE; of two paths the one with the smaller is the first
                      * in the order of the text */
} paths_listed;

/* The path that was looked at last, spelled out, so that reading a path edge by edge is not
 * quadratic. */
typedef struct paths_shown {
    size_t path, length; /* path SIZE_MAX: none yet */
} paths_shown;

struct ew_paths {
    memory memory;
    paths_part part;
    ARRAY(char) digits;         /* of the count, ended by a NUL; empty: too many */
    paths_scaled total, routes; /* all paths; those that differ in more than the indices of sums */
    ARRAY(paths_choice) choices;
    ARRAY(paths_listed) listed;
    ARRAY(ew_node) waists;
    paths_shown *shown;
    uint32_t *steps; /* of the path shown: part->longest */
};

static inline paths_scaled paths_scale(double x, int64_t e)
{
    int change;
    paths_scaled s = {frexp(x, &change), e};
    s.e = s.m == 0 ? 0 : e + change;
    return s;
}

/* For finite x. Where a double holds the product and all before it, these are its bits. */
static inline paths_scaled paths_times(paths_scaled s, double x)
{
    int change;
    paths_scaled product = paths_scale(s.m * frexp(x, &change), s.e);
    if (product.m != 0) product.e += change;
    return product;
}

static inline double paths_double(paths_scaled s)
{
    return ldexp(s.m, s.e > 5000 ? 5000 : s.e < -5000 ? -5000 : (int)s.e);
}

/* The part between two nodes of g; false: no memory (what is there already is freed with p). */
bool paths_part_fill(ew_graph *g, ew_node from, ew_node to, size_t edges, memory *m, paths_part *part);
void paths_part_free(memory *m, paths_part *part);

/* How many paths there are: p->total, p->routes and p->digits. */
bool paths_count(ew_paths *p);
/* How many there are over edges whose `kind` is 0 alone. */
bool paths_count_plain(memory *m, const paths_part *part, const uint8_t *kind, paths_scaled *total);

/* Lists at most `most` paths into p->choices and p->listed. */
bool paths_list(ew_paths *p, const double *partials, size_t most);

/* For listing the largest: by edge, how much smaller the largest path on from its foot becomes by
 * taking it (log2, 0 for the largest itself; HUGE_VAL where `kind` is not 0 or no way on is plain).
 * A path's loss is the sum of its edges', in their order. The `most` paths of smallest loss are those
 * below `sure`, and as many more as are wanted of those up to `tie`, which differ from one another
 * only by rounding. There must be more than `most` plain paths. */
typedef struct paths_rank {
    double *loss; /* by edge */
    double sure, tie;
    size_t ties; /* how many of the latter */
} paths_rank;

bool paths_rank_fill(memory *m, const paths_part *part, const double *partials, const uint8_t *kind, size_t most,
                     paths_rank *rank);

#endif
