/*
 * walk.h - going up along edges between nodes with axes, with names for the indices on the way.
 *
 * A walk begins at a node, at a place told by the names of its own indices, W[j, k], and goes up edge by
 * edge. What an edge's user has along axes that the node below does not tell gets a new name: there are
 * parallel paths, one for each place along them, W[j, k] → c[n, k, j] for every n. Where what is read
 * stands at a place that is worked out, x[r + p], the walk notes "i=r+p".
 */
#ifndef EXPLAIN_WALK_H
#define EXPLAIN_WALK_H

#include "explain/explain.h"

typedef struct walk_index { /* a name that the walk gave */
    size_t text;            /* its number among the places */
    int64_t size;           /* how many places it has */
} walk_index;

typedef struct walk {
    lesson *l;
    places p;          /* every text so far */
    size_t at;         /* first text of the node that was reached */
    size_t rank, node; /* its axes; which (seen) node it is */
    size_t domain;     /* first text of the last edge's domain */
    ARRAY(walk_index) open;
    text where; /* "i=r+p" */
    bool never; /* it asks for two different places at once: there is no such path */
} walk;

bool walk_begin(walk *w, lesson *l, size_t node); /* false, here and below: no memory, reported */
bool walk_edge(walk *w, size_t edge);
/* Passes the edge alone, its user's indices by their own names. */
bool walk_own(walk *w, lesson *l, size_t edge);
/* The node reached, "c[n, k, j]"; the last edge's derivative, "x[n, j]", where the walk passed it. */
void walk_node(walk *w, text *t);
void walk_partial(walk *w, size_t edge, text *t);
/* "Σ_n ", "Σ_{r,p:i=r+p} ": over what the node reached does not tell; "[t+1=5]·": no sum, but one place only. */
void walk_sum(const walk *w, text *t);
/* "n (128), k (10)": the same indices with their sizes; how many places they have in all. */
double walk_parallel(const walk *w, text *t);
void walk_end(walk *w);

#endif
