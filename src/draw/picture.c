/*
 * picture.c - from a scene to a layout: how large boxes and labels are.
 *
 * Small graphs show name, operation, value and derivative in type that can be read in print; large
 * ones only names, in small type, and labels where they fit.
 */
#include "draw/draw.h"

enum { PICTURE_BOTTOM = 60 }; /* up to so many nodes all inputs stand on the lowest row */

static double picture_line(const scene *s, size_t at, double size, bool bold, double wide)
{
    double width = at ? draw_width(scene_text(s, at), size, bold) : 0;
    return width > wide ? width : wide;
}

static void picture_node(const scene *s, const picture *p, const scene_node *n, layout_node *box)
{
    double pad = s->roomy ? 11 : 5, lines = 1;
    double width = picture_line(s, n->name, p->name_size, true, s->roomy ? 14 : 8);
    if (s->roomy) {
        width = picture_line(s, n->operation, p->text_size, false, width);
        width = picture_line(s, n->shape, p->text_size, false, width);
        width = picture_line(s, n->value, p->text_size, false, width);
        width = picture_line(s, n->slope, p->text_size, false, width);
        lines += (n->operation != 0) + (n->shape != 0) + (n->value != 0) + (n->slope != 0);
    }
    box->height = lines * p->line + (s->roomy ? 12 : 5);
    if (n->kind != SCENE_STEP) pad += s->roomy ? 5 : 2; /* rounder, or cut, corners */
    box->width = width + 2 * pad;
    box->wish = LAYOUT_FREE;
    if (n->kind == SCENE_INPUT && s->nodes.count <= PICTURE_BOTTOM) box->wish = LAYOUT_BOTTOM;
    if (n->output && s->roomy) box->wish = LAYOUT_TOP;
}

static void picture_edge(const scene *s, const picture *p, const scene_edge *e, layout_edge *line)
{
    line->from = e->from;
    line->to = e->to;
    if (!e->label) return;
    line->width = draw_width(scene_text(s, e->label), p->label_size, e->highlight) + (s->roomy ? 6 : 2);
    line->height = p->label_size + (s->roomy ? 5 : 2);
}

static void picture_sizes(const scene *s, picture *p)
{
    p->name_size = s->roomy ? 14 : 9;
    p->text_size = s->roomy ? 12 : 9;
    p->label_size = s->roomy ? 11 : 7;
    p->line = s->roomy ? 16 : 11;
    p->l.gap_x = s->roomy ? 26 : 12;
    p->l.gap_y = s->roomy ? 20 : 30;
    p->l.margin = s->roomy ? 16 : 12;
}

/* Room for the title above, and on both sides if it is wider than the picture. */
static void picture_title(const scene *s, picture *p)
{
    double down = 30, wide = draw_width(scene_text(s, s->title), 15, true) + 2 * p->l.margin, right = 0;
    if (!s->title) return;
    if (wide > p->l.width) {
        right = (wide - p->l.width) / 2;
        p->l.width = wide;
    }
    p->title_y = p->l.margin + 12;
    p->l.height += down;
    for (size_t i = 0; i < p->l.node_count; i++) p->l.nodes[i].x += right, p->l.nodes[i].y += down;
    for (size_t i = 0; i < p->l.edge_count; i++) p->l.edges[i].x += right, p->l.edges[i].y += down;
    for (size_t i = 0; i < p->l.points.count; i++) p->l.points.at[i].x += right, p->l.points.at[i].y += down;
}

bool scene_picture(scene *s, picture *p)
{
    *p = (picture){.node_count = s->nodes.count, .edge_count = s->edges.count};
    p->l.m = s->m;
    p->l.roomy = s->roomy;
    picture_sizes(s, p);
    p->l.node_count = s->nodes.count;
    p->l.edge_count = s->edges.count;
    p->l.nodes = block_new(s->m, p->node_count, sizeof *p->l.nodes);
    p->l.edges = block_new(s->m, p->edge_count, sizeof *p->l.edges);
    if (!p->l.nodes || !p->l.edges) return false;
    for (size_t i = 0; i < s->nodes.count; i++) picture_node(s, p, &s->nodes.at[i], &p->l.nodes[i]);
    for (size_t i = 0; i < s->edges.count; i++) picture_edge(s, p, &s->edges.at[i], &p->l.edges[i]);
    if (!layout_run(&p->l)) return false;
    picture_title(s, p);
    return true;
}

void picture_free(picture *p)
{
    block_free(p->l.m, p->l.nodes, p->node_count);
    block_free(p->l.m, p->l.edges, p->edge_count);
    layout_free(&p->l);
}
