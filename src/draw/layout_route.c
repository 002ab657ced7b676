/*
 * layout_route.c - the lines: from the top of a node, through the dummies, to the bottom of its user.
 *
 * The edges of a node leave and arrive side by side, in the order in which they go on, so that they
 * do not cross at the node and parallel ones are two lines. Through a row of nodes a line runs
 * straight up, between rows it bends: so it meets no node. Edges in lanes go out to the side and
 * back in the gaps between rows.
 */
#include <math.h>

#include "draw/layout_inside.h"

enum { ROUTE_PORT = 16, ROUTE_LANE = 9, ROUTE_LANE_START = 18, ROUTE_CORNER = 7, ROUTE_STEEP = 3 };

typedef struct route_pen {
    layout_work *w;
    layout_edge *edge;
    double x, y, slope; /* where it is; x per upward step */
    bool straight;      /* the last piece was straight up */
    bool failed;
    double *leave, *arrive; /* by edge: distance of its port from the node's middle */
} route_pen;

/* ---- Pieces --------------------------------------------------------------------------------- */

static void route_point(route_pen *p, double x, double y)
{
    layout_point point = {x, y};
    if (!array_push(p->w->m, &p->w->l->points, point)) p->failed = true;
}

static void route_start(route_pen *p, double x, double y)
{
    p->edge->first = p->w->l->points.count;
    p->straight = false;
    p->slope = 0;
    p->x = x;
    p->y = y;
    route_point(p, x, y);
}

static void route_line(route_pen *p, double x, double y)
{
    bool straight = fabs(x - p->x) < 0.05;
    if (fabs(y - p->y) < 0.05 && straight) return;
    if (straight && p->straight && !p->failed) { /* one line with the one before */
        p->w->l->points.count -= 3;
        p->y = p->w->l->points.at[p->w->l->points.count - 1].y;
    }
    route_point(p, p->x + (x - p->x) / 3, p->y + (y - p->y) / 3);
    route_point(p, x - (x - p->x) / 3, y - (y - p->y) / 3);
    route_point(p, x, y);
    p->straight = straight;
    p->slope = 0;
    p->x = x;
    p->y = y;
}

static void route_curve(route_pen *p, double x, double y, double slope)
{
    double reach = (p->y - y) * 0.45;
    if (fabs(x - p->x) < 0.05 && fabs(slope) < 0.01 && fabs(p->slope) < 0.01) {
        route_line(p, x, y);
        return;
    }
    route_point(p, p->x + p->slope * reach, p->y - reach);
    route_point(p, x - slope * reach, y + reach);
    route_point(p, x, y);
    p->straight = false;
    p->slope = slope;
    p->x = x;
    p->y = y;
}

/* A quarter of a round from the way we go to the point (x, y), by the corner (cx, cy). */
static void route_corner(route_pen *p, double cx, double cy, double x, double y)
{
    route_point(p, p->x + (cx - p->x) * 0.6, p->y + (cy - p->y) * 0.6);
    route_point(p, x + (cx - x) * 0.6, y + (cy - y) * 0.6);
    route_point(p, x, y);
    p->straight = false;
    p->x = x;
    p->y = y;
}

/* ---- Ports ---------------------------------------------------------------------------------- */

static double route_lane_x(const layout_work *w, uint32_t lane)
{
    double out = ROUTE_LANE_START + (double)(lane / 2) * ROUTE_LANE;
    return lane % 2 ? w->right + out : w->left - out;
}

/* The x of what comes next on edge e, seen from its lower or upper end. */
static double route_next_x(const layout_work *w, size_t e, bool leaving)
{
    size_t first = w->chain_first[e], end = w->chain_first[e + 1];
    if (w->lane[e] != LAYOUT_NONE && (leaving || first == end)) return route_lane_x(w, w->lane[e]);
    if (first < end) return w->items.at[w->chain.at[leaving ? first : end - 1]].x;
    return w->items.at[leaving ? w->l->edges[e].to : w->l->edges[e].from].x;
}

static void route_spread(const layout_work *w, uint32_t node, layout_key *keys, size_t count, double *offset)
{
    double room = w->l->nodes[node].width * 0.8 - 8, step = ROUTE_PORT;
    if (room < 0) room = 0;
    if (count > 1 && step * (double)(count - 1) > room) step = room / (double)(count - 1);
    layout_sort(keys, count);
    for (size_t i = 0; i < count; i++) offset[keys[i].what] = ((double)i - (double)(count - 1) / 2) * step;
}

/* Ports at one end of all edges: grouped by node with a count and a fill, sorted within a node. */
static bool route_ports(const layout_work *w, bool leaving, double *offset)
{
    const layout *l = w->l;
    size_t *first = block_new(w->m, l->node_count + 1, sizeof *first);
    layout_key *keys = block_new(w->m, l->edge_count, sizeof *keys);
    bool ok = first && keys;
    for (size_t e = 0; ok && e < l->edge_count; e++) first[leaving ? l->edges[e].from : l->edges[e].to]++;
    for (size_t i = 0; ok && i < l->node_count; i++) first[i + 1] += first[i]; /* ends */
    for (size_t e = l->edge_count; ok && e-- > 0;) {
        uint32_t node = leaving ? l->edges[e].from : l->edges[e].to;
        layout_key key = {route_next_x(w, e, leaving), (uint32_t)e, (uint32_t)e};
        keys[--first[node]] = key;
    }
    for (uint32_t i = 0; ok && i < l->node_count; i++) {
        size_t end = i + 1 < l->node_count ? first[i + 1] : l->edge_count;
        if (end > first[i]) route_spread(w, i, keys + first[i], end - first[i], offset);
    }
    block_free(w->m, keys, l->edge_count);
    block_free(w->m, first, l->node_count + 1);
    return ok;
}

/* ---- Edges ---------------------------------------------------------------------------------- */

/* The slope at a place between two pieces: the lesser of theirs, so that nothing overshoots. */
static double route_rise(double below, double above)
{
    double least = fabs(below) < fabs(above) ? fabs(below) : fabs(above);
    if (below * above <= 0) return 0;
    if (least > ROUTE_STEEP) least = ROUTE_STEEP;
    return below < 0 ? -least : least;
}

/* Through the rows between the ends. On a row of labels the line keeps its slope. */
static void route_chain(route_pen *p, size_t e, double target)
{
    layout_work *w = p->w;
    size_t end = w->chain_first[e + 1];
    for (size_t k = w->chain_first[e]; k < end; k++) {
        const layout_item *item = &w->items.at[w->chain.at[k]];
        if (w->l->roomy && item->rank % 2) {
            double after = k + 1 < end ? w->items.at[w->chain.at[k + 1]].x : target, y = w->row_y[item->rank];
            double below = (item->x - p->x) / (p->y - y);
            double above = (after - item->x) / (y - layout_row_bottom(w, item->rank + 1));
            route_curve(p, item->x, y, route_rise(below, above));
        } else {
            route_curve(p, item->x, layout_row_bottom(w, item->rank), 0);
            route_line(p, item->x, layout_row_top(w, item->rank));
        }
    }
}

/* Across a gap at height y: up, round a corner, sideways, round a corner, up again. */
static void route_across(route_pen *p, double x, double y)
{
    double way = x > p->x ? 1 : -1, corner = fabs(x - p->x) / 2;
    if (corner > ROUTE_CORNER) corner = ROUTE_CORNER;
    route_line(p, p->x, y + corner);
    route_corner(p, p->x, y, p->x + way * corner, y);
    route_line(p, x - way * corner, y);
    route_corner(p, x, y, x, y - corner);
}

static double route_gap(const layout_work *w, size_t rank, uint32_t lane) /* above the rank */
{
    double low = layout_row_top(w, rank), high = layout_row_bottom(w, rank + 1);
    return (low + high) / 2 + ((double)(lane % 5) - 2) * (low - high) / 12;
}

static void route_lane(route_pen *p, size_t e)
{
    layout_work *w = p->w;
    uint32_t lane = w->lane[e], low = w->items.at[p->edge->from].rank, high = w->items.at[p->edge->to].rank;
    size_t first = w->chain_first[e];
    double target = w->l->nodes[p->edge->to].x + p->arrive[e];
    bool label = first < w->chain_first[e + 1]; /* it has a place on the row below its target */
    route_across(p, route_lane_x(w, lane), route_gap(w, low, lane));
    route_across(p, label ? w->items.at[w->chain.at[first]].x : target, route_gap(w, high - (label ? 2 : 1), lane));
    if (label) route_line(p, p->x, layout_row_top(w, high - 1));
}

static void route_edge(route_pen *p, size_t e)
{
    layout_work *w = p->w;
    const layout_node *from = &w->l->nodes[p->edge->from], *to = &w->l->nodes[p->edge->to];
    double target = to->x + p->arrive[e];
    size_t top = w->items.at[p->edge->to].rank;
    route_start(p, from->x + p->leave[e], from->y - from->height / 2);
    route_line(p, p->x, layout_row_top(w, w->items.at[p->edge->from].rank));
    if (w->lane[e] != LAYOUT_NONE)
        route_lane(p, e);
    else
        route_chain(p, e, target);
    route_curve(p, target, layout_row_bottom(w, top), 0);
    route_line(p, target, to->y + to->height / 2);
    p->edge->count = w->l->points.count - p->edge->first;
}

static bool route_edges(layout_work *w, double *leave, double *arrive)
{
    route_pen pen = {.w = w, .leave = leave, .arrive = arrive};
    for (size_t e = 0; e < w->l->edge_count && !pen.failed; e++) {
        pen.edge = &w->l->edges[e];
        route_edge(&pen, e);
    }
    return !pen.failed;
}

/* ---- Labels --------------------------------------------------------------------------------- */

static void route_label_places(layout_work *w)
{
    for (size_t e = 0; e < w->l->edge_count; e++) {
        layout_edge *edge = &w->l->edges[e];
        if (edge->width <= 0 || w->chain_first[e] == w->chain_first[e + 1]) continue;
        const layout_item *item = &w->items.at[w->chain.at[w->chain_first[e + 1] - 1]];
        edge->x = item->x;
        edge->y = w->row_y[item->rank];
        edge->shown = true;
    }
}

/* The middle of the gap below the target, and where the line passes it. */
static void route_label_point(layout_work *w, layout_edge *edge, size_t rank)
{
    const layout_point *at = w->l->points.at + edge->first;
    double y = (layout_row_top(w, rank - 1) + layout_row_bottom(w, rank)) / 2;
    edge->y = y;
    edge->x = at[edge->count - 1].x;
    for (size_t k = edge->count - 1; k >= 3; k -= 3) {
        const layout_point *piece = at + k - 3;
        if (piece[0].y < y || piece[3].y > y) continue;
        double t = piece[0].y > piece[3].y ? (piece[0].y - y) / (piece[0].y - piece[3].y) : 0.5, s = 1 - t;
        edge->x =
            s * s * s * piece[0].x + 3 * s * s * t * piece[1].x + 3 * s * t * t * piece[2].x + t * t * t * piece[3].x;
        return;
    }
}

/* Labels where they fit: gap by gap from left to right, past the label before. */
static bool route_labels(layout_work *w)
{
    layout *l = w->l;
    layout_key *keys = block_new(w->m, l->edge_count, sizeof *keys);
    double *taken = block_new(w->m, w->rank_count, sizeof *taken);
    bool ok = keys && taken;
    for (size_t r = 0; ok && r < w->rank_count; r++) taken[r] = -HUGE_VAL;
    for (size_t e = 0; ok && e < l->edge_count; e++) {
        route_label_point(w, &l->edges[e], w->items.at[l->edges[e].to].rank);
        if (w->lane[e] != LAYOUT_NONE) l->edges[e].x = l->points.at[l->edges[e].first + l->edges[e].count - 1].x;
        layout_key key = {l->edges[e].x, (uint32_t)e, (uint32_t)e};
        keys[e] = key;
    }
    if (ok) layout_sort(keys, l->edge_count);
    for (size_t i = 0; ok && i < l->edge_count; i++) {
        layout_edge *edge = &l->edges[keys[i].what];
        size_t rank = w->items.at[edge->to].rank;
        double room = layout_row_top(w, rank - 1) - layout_row_bottom(w, rank);
        edge->shown = edge->width > 0 && edge->height < room && edge->x - edge->width / 2 > taken[rank];
        if (edge->shown) taken[rank] = edge->x + edge->width / 2 + 2;
    }
    block_free(w->m, taken, w->rank_count);
    block_free(w->m, keys, l->edge_count);
    return ok;
}

/* ---- The frame ------------------------------------------------------------------------------ */

static void route_nodes(layout_work *w)
{
    for (size_t i = 0; i < w->l->node_count; i++) {
        w->l->nodes[i].x = w->items.at[i].x;
        w->l->nodes[i].y = w->row_y[w->items.at[i].rank];
    }
}

static void route_frame(layout_work *w)
{
    layout *l = w->l;
    double left = w->left, right = w->right;
    if (w->lane_count > 0) left = route_lane_x(w, (uint32_t)((w->lane_count - 1) / 2 * 2)) - 2;
    if (w->lane_count > 1) right = route_lane_x(w, (uint32_t)((w->lane_count / 2 - 1) * 2 + 1)) + 2;
    double shift = l->margin - left;
    l->width = right - left + 2 * l->margin;
    for (size_t i = 0; i < l->node_count; i++) l->nodes[i].x += shift;
    for (size_t e = 0; e < l->edge_count; e++) l->edges[e].x += shift;
    for (size_t i = 0; i < l->points.count; i++) l->points.at[i].x += shift;
}

bool layout_route(layout_work *w)
{
    size_t edges = w->l->edge_count;
    double *leave = block_new(w->m, edges, sizeof *leave), *arrive = block_new(w->m, edges, sizeof *arrive);
    route_nodes(w);
    bool ok = leave && arrive && route_ports(w, true, leave) && route_ports(w, false, arrive) &&
              route_edges(w, leave, arrive);
    if (ok && w->l->roomy) route_label_places(w);
    if (ok && !w->l->roomy) ok = route_labels(w);
    if (ok) route_frame(w);
    block_free(w->m, arrive, edges);
    block_free(w->m, leave, edges);
    return ok;
}
