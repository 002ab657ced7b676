/*
 * resolve.c - what a derivative that is asked for is made by.
 */
#include "diff/flow.h"
#include "diff/sweep.h"

/* Is forward the cheaper way? By sizes alone: the far side is the smaller. */
static bool resolve_forward(const ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    size_t of_count, wrt_count;
    if (mode == EW_FORWARD || mode == EW_REVERSE) return mode == EW_FORWARD;
    if (!shape_elements(g, node_at(g, of)->shape, &of_count)) return false;
    if (!shape_elements(g, node_at(g, wrt)->shape, &wrt_count)) return false;
    return wrt_count < of_count;
}

ew_node diff_whole(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    bool forward = resolve_forward(g, of, wrt, mode);
    uint16_t of_shape = node_at(g, of)->shape, wrt_shape = node_at(g, wrt)->shape;
    uint16_t shape = shape_join(g, of_shape, wrt_shape), to[AXES_MOST];
    if (shape == UINT16_MAX) return EW_NONE;
    flow *f = flow_of(g, forward, forward ? wrt : of, view_none(), forward ? wrt_shape : of_shape, of);
    view v = f ? flow_dense(g, f, forward ? of : wrt) : view_none();
    if (v.node == EW_NONE) return EW_NONE;
    size_t of_rank = shape_rank(g, of_shape), wrt_rank = shape_rank(g, wrt_shape);
    for (size_t a = 0; !forward && a < wrt_rank; a++) to[a] = (uint16_t)(of_rank + a);
    for (size_t a = 0; !forward && a < of_rank; a++) to[wrt_rank + a] = (uint16_t)a;
    return view_node(g, forward ? v : view_move(g, v, to), shape);
}

bool diff_resolve(ew_graph *g, ew_node *nodes, size_t count)
{
    (void)nodes;
    (void)count;
    return report_ok(&g->report);
}
