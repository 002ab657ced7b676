/*
 * layout.h - where the boxes of a layered picture stand and how its edges run. Pure geometry: it
 * knows sizes and who needs whom, nothing of graphs, text or formats.
 *
 * The steps, one file each: layers and the dummies of long edges (layout_rank.c), the order within
 * a layer (layout_order.c), x and y (layout_place.c), the lines (layout_route.c). Every step has a
 * fixed number of rounds and breaks ties by index, so that the same input gives the same bytes, and
 * the work is bounded by (nodes + edges) · log: edges too long for the budget of dummies run in
 * lanes beside the picture instead of through it.
 *
 * In a roomy picture every edge passes through a place of its own that is as large as its label, on
 * a row between the rows of nodes; so labels lie on no other label and on no node by construction,
 * and parallel edges part. In other pictures a label is shown where there is room.
 */
#ifndef DRAW_LAYOUT_H
#define DRAW_LAYOUT_H

#include "base/memory.h"

enum { LAYOUT_FREE, LAYOUT_BOTTOM, LAYOUT_TOP };

typedef struct layout_point {
    double x, y; /* y grows downwards */
} layout_point;

typedef struct layout_node {
    double width, height; /* in */
    int wish;             /* in: LAYOUT_BOTTOM for what has no arguments, LAYOUT_TOP for what has no user */
    double x, y;          /* out: the middle */
    uint32_t layer;       /* out: 0 is the bottom */
} layout_node;

typedef struct layout_edge {
    uint32_t from, to;    /* in: from < to */
    double width, height; /* in: of the label; 0: it has none */
    double x, y;          /* out: the middle of the label */
    bool shown;           /* out: there is room for the label */
    size_t first, count;  /* out: points[first ..]: a start, then cubic pieces of three points each */
} layout_edge;

typedef struct layout {
    memory *m;
    layout_node *nodes; /* the caller's; arguments before users */
    size_t node_count;
    layout_edge *edges; /* the caller's; sorted by `to` */
    size_t edge_count;
    bool roomy;
    double gap_x, gap_y;  /* between neighbours; between rows */
    double margin;        /* all around */
    double width, height; /* out */
    ARRAY(layout_point) points;
} layout;

/* false: no memory; what was given stays the caller's. layout_free in either case. */
bool layout_run(layout *l);
void layout_free(layout *l);

/* Ascending by key, then by tie: in place, without memory, and the same whatever the C library. */
typedef struct layout_key {
    double key;
    uint32_t tie, what;
} layout_key;

void layout_sort(layout_key *keys, size_t count);

#endif
