/*
 * layout_inside.h - what the steps of the layout share.
 *
 * Items are what stands in the rows: the nodes (item i is node i) and the dummies of edges that
 * pass through a row. A link joins items of neighbouring rows. In a roomy picture the nodes stand
 * on the even ranks and the labels on the odd ones.
 */
#ifndef DRAW_LAYOUT_INSIDE_H
#define DRAW_LAYOUT_INSIDE_H

#include "draw/layout.h"

#define LAYOUT_NONE UINT32_MAX

typedef struct layout_item {
    uint32_t rank, place; /* row, and position in it */
    double width, height, x;
} layout_item;

typedef struct layout_link {
    uint32_t low, high; /* items; high is one rank above */
} layout_link;

typedef struct layout_work {
    layout *l;
    memory *m;
    ARRAY(layout_item) items;
    ARRAY(layout_link) links;
    size_t rank_count;
    size_t *rank_first; /* rank r is order[rank_first[r] .. rank_first[r + 1]) */
    uint32_t *order;
    size_t *up_first, *down_first; /* by item: its links upwards, downwards, by place */
    uint32_t *up, *down;
    size_t *chain_first; /* by edge: its dummies, from below upwards */
    ARRAY(uint32_t) chain;
    uint32_t *lane; /* by edge, or LAYOUT_NONE; even lanes on the left, odd on the right */
    size_t lane_count;
    double *row_y, *row_height; /* by rank: the middle of the row */
    double left, right;         /* of all items */
} layout_work;

bool layout_rank(layout_work *w);
bool layout_link_items(layout_work *w);
bool layout_order(layout_work *w);
bool layout_place(layout_work *w);
bool layout_route(layout_work *w);

/* From the middle of item a to that of b, its neighbour on the right, at least. */
double layout_distance(const layout_work *w, uint32_t a, uint32_t b);

/* Assigns the lanes of edges that are too long for dummies. */
bool layout_lanes(layout_work *w);

static inline size_t layout_row_count(const layout_work *w, size_t rank)
{
    return w->rank_first[rank + 1] - w->rank_first[rank];
}

static inline bool layout_is_node(const layout_work *w, uint32_t item)
{
    return item < w->l->node_count;
}

static inline double layout_row_top(const layout_work *w, size_t rank)
{
    return w->row_y[rank] - w->row_height[rank] / 2;
}

static inline double layout_row_bottom(const layout_work *w, size_t rank)
{
    return w->row_y[rank] + w->row_height[rank] / 2;
}

#endif
