/*
 * svg.c - the picture as SVG: valid XML, no style sheet, no script, nothing from outside, a title
 * and a description for those who cannot see it.
 *
 * Kinds differ in shape as well as in colour, so that the picture survives a black-and-white
 * printer; the colours are those of Okabe and Ito, which the colour-blind can tell apart.
 */
#include <string.h>

#include "draw/draw.h"

#define SVG_SLOPE "#7a1f5c" /* derivatives, wherever they stand */
#define SVG_PATH "#c24e00"  /* the highlighted path */
#define SVG_LINE "#5a5a5a"
#define SVG_RETURN "#0b5d94" /* from a recurrence back to its state */

typedef struct svg_look {
    const char *fill, *stroke;
} svg_look;

static const svg_look svg_looks[SCENE_KINDS] = {
    {"#ffffff", "#444444"}, /* step */
    {"#dcecf9", "#0b5d94"}, /* input: a pill */
    {"#fdeccb", "#9a5b00"}, /* parameter: cut corners */
    {"#f0f0f0", "#6a6a6a"}, /* constant by name: sharp corners, dashed */
    {"#ffffff", "#0b5d94"}, /* state of a recurrence: dashed */
};

static const svg_look svg_output = {"#dff2e6", "#00694a"}; /* a double frame */

static void svg_number(text *t, const char *before, double v, const char *after)
{
    text_add(t, before);
    draw_fixed(t, v);
    text_add(t, after);
}

/* ---- Head ------------------------------------------------------------------------------------ */

static void svg_description(const scene *s, text *t)
{
    text all;
    text_begin(&all, t->m);
    scene_summary(s, &all);
    if (s->roomy) {
        size_t e = 0;
        for (size_t i = 0; i < s->nodes.count; i++) {
            text_char(&all, '\n');
            e = scene_sentence(s, i, e, &all);
        }
    }
    draw_xml(t, text_string(&all));
    if (all.failed) t->failed = true;
    text_free(&all);
}

static void svg_head(const scene *s, const picture *p, text *t)
{
    const char *title = s->title ? scene_text(s, s->title) : scene_say(s, "Computational graph");
    svg_number(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", p->l.width, "\"");
    svg_number(t, " height=\"", p->l.height, "\"");
    svg_number(t, " viewBox=\"0 0 ", p->l.width, " ");
    svg_number(t, "", p->l.height, "\"");
    text_add(t, " role=\"img\" aria-labelledby=\"ew-title ew-desc\" font-family=\"DejaVu Sans, Verdana, sans-serif\"");
    text_add(t, " text-anchor=\"middle\">\n<title id=\"ew-title\">");
    draw_xml(t, title);
    text_add(t, "</title>\n<desc id=\"ew-desc\">");
    svg_description(s, t);
    text_add(t, "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    if (p->title_y <= 0) return;
    svg_number(t, "<text x=\"", p->l.width / 2, "\"");
    svg_number(t, " y=\"", p->title_y, "\" font-size=\"15\" font-weight=\"bold\" fill=\"#222222\">");
    draw_xml(t, title);
    text_add(t, "</text>\n");
}

/* ---- Edges ----------------------------------------------------------------------------------- */

static void svg_pair(text *t, layout_point point, double dy)
{
    draw_fixed(t, point.x);
    text_char(t, ' ');
    draw_fixed(t, point.y + dy);
}

static bool svg_upright(const layout_point *at)
{
    double d = at[0].x - at[3].x;
    return d < 0.05 && d > -0.05 && at[1].x - at[0].x < 0.05 && at[0].x - at[1].x < 0.05;
}

/* `short_by` is kept free at the end for the arrow's head. */
static void svg_route(text *t, const layout *l, const layout_edge *e, double short_by)
{
    const layout_point *at = l->points.at + e->first;
    text_add(t, "M");
    svg_pair(t, at[0], 0);
    for (size_t k = 0; k + 3 < e->count; k += 3) {
        double dy = k + 6 < e->count ? 0 : short_by;
        if (svg_upright(at + k)) {
            svg_number(t, "V", at[k + 3].y + dy, "");
            continue;
        }
        text_add(t, "C");
        svg_pair(t, at[k + 1], 0);
        text_char(t, ' ');
        svg_pair(t, at[k + 2], dy);
        text_char(t, ' ');
        svg_pair(t, at[k + 3], dy);
    }
}

/* A recurrence goes back to its state: dashed, with the arrow below. */
static void svg_return(layout_point end, double head, text *t)
{
    text_add(t, " stroke=\"" SVG_RETURN "\" stroke-dasharray=\"7 4\"/><path d=\"M");
    svg_pair(t, end, 0);
    svg_number(t, "l", -head * 0.45, " ");
    svg_number(t, "", -head, "h");
    svg_number(t, "", head * 0.9, "z\" stroke=\"none\" fill=\"" SVG_RETURN "\"/>\n");
}

static void svg_edge(const scene *s, const picture *p, size_t i, text *t)
{
    const scene_edge *e = &s->edges.at[i];
    const layout_edge *line = &p->l.edges[i];
    layout_point end = p->l.points.at[line->first + line->count - 1];
    double head = s->roomy ? 8 : 5, wide = e->highlight ? 1.5 : 1;
    const char *color = e->highlight ? SVG_PATH : SVG_LINE;
    text_add(t, "<path d=\"");
    svg_route(t, &p->l, line, e->edge == SCENE_RETURN ? 0 : head - 1);
    text_add(t, "\"");
    if (e->highlight)
        text_add(t, s->roomy ? " stroke=\"" SVG_PATH "\" stroke-width=\"3\""
                             : " stroke=\"" SVG_PATH "\" stroke-width=\"2\"");
    if (e->edge == SCENE_USE) text_add(t, " stroke-dasharray=\"2 4\"");
    if (e->edge == SCENE_RETURN) {
        svg_return(p->l.points.at[line->first], head, t);
        return;
    }
    text_add(t, "/><path d=\"M");
    svg_pair(t, end, 0);
    svg_number(t, "l", -head * 0.45 * wide, " ");
    svg_number(t, "", head * wide, "h");
    svg_number(t, "", head * 0.9 * wide, "z\" stroke=\"none\" fill=\"");
    text_add(t, color);
    text_add(t, "\"/>\n");
}

static void svg_edges(const scene *s, const picture *p, draw_out *o)
{
    text_add(&o->t, "<g fill=\"none\" stroke=\"" SVG_LINE "\" stroke-width=\"");
    text_add(&o->t, s->roomy ? "1.3\">\n" : "0.8\">\n");
    for (int marked = 0; marked < 2; marked++) /* the path lies above the others */
        for (size_t i = 0; i < s->edges.count; i++) {
            if (s->edges.at[i].highlight != (marked == 1)) continue;
            svg_edge(s, p, i, &o->t);
            draw_flush(o, false);
        }
    text_add(&o->t, "</g>\n");
}

static void svg_label(const scene *s, const picture *p, size_t i, text *t)
{
    const layout_edge *line = &p->l.edges[i];
    svg_number(t, "<rect x=\"", line->x - line->width / 2, "\"");
    svg_number(t, " y=\"", line->y - line->height / 2, "\"");
    svg_number(t, " width=\"", line->width, "\"");
    svg_number(t, " height=\"", line->height, "\" rx=\"3\" fill=\"#ffffff\" fill-opacity=\"0.9\"/>");
    svg_number(t, "<text x=\"", line->x, "\"");
    svg_number(t, " y=\"", line->y + p->label_size * 0.36, "\"");
    if (s->edges.at[i].highlight) text_add(t, " font-weight=\"bold\" fill=\"#a33c00\"");
    text_add(t, ">");
    draw_xml(t, scene_text(s, s->edges.at[i].label));
    text_add(t, "</text>\n");
}

static void svg_labels(const scene *s, const picture *p, draw_out *o)
{
    svg_number(&o->t, "<g font-size=\"", p->label_size, "\" fill=\"" SVG_SLOPE "\">\n");
    for (size_t i = 0; i < s->edges.count; i++) {
        if (!s->edges.at[i].label || !p->l.edges[i].shown) continue;
        svg_label(s, p, i, &o->t);
        draw_flush(o, false);
    }
    text_add(&o->t, "</g>\n");
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static void svg_frame(text *t, const layout_node *box, double in, double round)
{
    svg_number(t, "<rect x=\"", box->x - box->width / 2 + in, "\"");
    svg_number(t, " y=\"", box->y - box->height / 2 + in, "\"");
    svg_number(t, " width=\"", box->width - 2 * in, "\"");
    svg_number(t, " height=\"", box->height - 2 * in, "\"");
    if (round > 0) svg_number(t, " rx=\"", round, "\"");
}

static void svg_octagon(text *t, const layout_node *box, double cut)
{
    double w = box->width - 2 * cut, h = box->height - 2 * cut;
    svg_number(t, "<path d=\"M", box->x - box->width / 2 + cut, " ");
    svg_number(t, "", box->y - box->height / 2, "h");
    svg_number(t, "", w, "l");
    svg_number(t, "", cut, " ");
    svg_number(t, "", cut, "v");
    svg_number(t, "", h, "l");
    svg_number(t, "", -cut, " ");
    svg_number(t, "", cut, "h");
    svg_number(t, "", -w, "l");
    svg_number(t, "", -cut, " ");
    svg_number(t, "", -cut, "v");
    svg_number(t, "", -h, "z\"");
}

static void svg_shape(const scene *s, const scene_node *n, const layout_node *box, text *t)
{
    const svg_look *look = n->output && n->kind == SCENE_STEP ? &svg_output : &svg_looks[n->kind];
    double round = n->kind == SCENE_STEP || n->kind == SCENE_STATE ? (s->roomy ? 6 : 3)
                   : n->kind == SCENE_INPUT                        ? (s->roomy ? 15 : 8)
                                                                   : 0;
    if (n->kind == SCENE_PARAM)
        svg_octagon(t, box, s->roomy ? 7 : 4);
    else
        svg_frame(t, box, 0, round);
    draw_say(t, " fill=\"{1}\" stroke=\"{2}\"", look->fill, n->highlight ? SVG_PATH : look->stroke, NULL);
    if (n->highlight) text_add(t, " stroke-width=\"2.5\"");
    if (n->kind == SCENE_FIXED || n->kind == SCENE_STATE) text_add(t, " stroke-dasharray=\"5 3\"");
    text_add(t, "/>");
    if (!n->output || n->kind == SCENE_PARAM) return;
    svg_frame(t, box, s->roomy ? 2.5 : 1.5, round > 2 ? round - 2 : 0);
    draw_say(t, " fill=\"none\" stroke=\"{1}\" stroke-width=\"0.8\"/>", look->stroke, NULL, NULL);
}

static void svg_line(const scene *s, text *t, const layout_node *box, double *y, size_t at, const char *style)
{
    if (!at) return;
    svg_number(t, "<text x=\"", box->x, "\"");
    svg_number(t, " y=\"", *y, "\"");
    text_add(t, style);
    text_add(t, ">");
    draw_xml(t, scene_text(s, at));
    text_add(t, "</text>");
}

static void svg_node(const scene *s, const picture *p, size_t i, text *t)
{
    const scene_node *n = &s->nodes.at[i];
    const layout_node *box = &p->l.nodes[i];
    double y = box->y - box->height / 2 + (s->roomy ? 6 : 2.5) + p->line * 0.78;
    text_add(t, "<g>");
    svg_shape(s, n, box, t);
    svg_line(s, t, box, &y, n->name, s->roomy ? " font-size=\"14\" font-weight=\"bold\"" : " font-weight=\"bold\"");
    size_t lines[] = {n->operation, n->shape, n->value, n->slope};
    for (size_t k = 0; s->roomy && k < 4; k++) {
        if (lines[k]) y += p->line;
        svg_line(s, t, box, &y, lines[k], k == 3 ? " fill=\"" SVG_SLOPE "\"" : k == 1 ? " fill=\"#6a6a6a\"" : "");
    }
    text_add(t, "</g>\n");
}

static void svg_nodes(const scene *s, const picture *p, draw_out *o)
{
    svg_number(&o->t, "<g font-size=\"", p->text_size, "\" fill=\"#1a1a1a\">\n");
    for (size_t i = 0; i < s->nodes.count; i++) {
        svg_node(s, p, i, &o->t);
        draw_flush(o, false);
    }
    text_add(&o->t, "</g>\n");
}

bool svg_write(scene *s, draw_out *o)
{
    picture p;
    bool ok = scene_picture(s, &p);
    if (ok) {
        svg_head(s, &p, &o->t);
        svg_edges(s, &p, o);
        svg_nodes(s, &p, o);
        svg_labels(s, &p, o);
        text_add(&o->t, "</svg>\n");
    }
    picture_free(&p);
    return ok;
}
