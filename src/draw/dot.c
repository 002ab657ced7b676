/*
 * dot.c - the graph as Graphviz source, for those who want another layout or to edit it.
 */
#include "draw/draw.h"

static const char *const dot_styles[SCENE_KINDS] = {
    "style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#444444\"",
    "style=\"rounded,filled\", fillcolor=\"#dcecf9\", color=\"#0b5d94\"",
    "shape=octagon, fillcolor=\"#fdeccb\", color=\"#9a5b00\"",
    "style=\"filled,dashed\", fillcolor=\"#f0f0f0\", color=\"#6a6a6a\"",
    "style=\"rounded,filled,dashed\", fillcolor=\"#ffffff\", color=\"#0b5d94\"",
};

static void dot_quote(text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') text_char(t, '\\');
        text_char(t, (unsigned char)*s < 32 ? ' ' : *s);
    }
}

static void dot_line(const scene *s, text *t, size_t at)
{
    if (!at) return;
    text_add(t, "\\n");
    dot_quote(t, scene_text(s, at));
}

static void dot_node(const scene *s, size_t i, text *t)
{
    const scene_node *n = &s->nodes.at[i];
    text_add(t, "  n");
    text_count(t, i);
    text_add(t, " [label=\"");
    dot_quote(t, scene_text(s, n->name));
    dot_line(s, t, n->operation);
    dot_line(s, t, n->shape);
    dot_line(s, t, n->value);
    dot_line(s, t, n->slope);
    text_add(t, "\", ");
    if (n->output && n->kind == SCENE_STEP)
        text_add(t, "style=\"rounded,filled\", fillcolor=\"#dff2e6\", color=\"#00694a\", peripheries=2");
    else
        text_add(t, dot_styles[n->kind]);
    if (n->highlight) text_add(t, ", penwidth=2.5, color=\"#c24e00\"");
    text_add(t, "];\n");
}

static void dot_edge(const scene *s, const scene_edge *e, text *t)
{
    text_add(t, "  n");
    text_count(t, e->from);
    text_add(t, " -> n");
    text_count(t, e->to);
    text_add(t, " [label=\"");
    dot_quote(t, scene_text(s, e->label));
    text_add(t, "\"");
    if (e->edge == SCENE_USE) text_add(t, ", style=dotted");
    if (e->edge == SCENE_RETURN) text_add(t, ", dir=back, style=dashed, color=\"#0b5d94\", constraint=false");
    if (e->highlight) text_add(t, ", penwidth=3, color=\"#c24e00\", fontcolor=\"#a33c00\"");
    text_add(t, "];\n");
}

bool dot_write(scene *s, draw_out *o)
{
    text *t = &o->t;
    text_add(t, "digraph edgewise {\n  rankdir=BT;\n  label=\"");
    dot_quote(t, scene_text(s, s->title));
    text_add(t, "\"; labelloc=t;\n  fontname=\"DejaVu Sans\";\n"
                "  node [shape=box, style=filled, fontname=\"DejaVu Sans\", fontsize=11];\n"
                "  edge [fontname=\"DejaVu Sans\", fontsize=10, fontcolor=\"#7a1f5c\", color=\"#5a5a5a\"];\n");
    for (size_t i = 0; i < s->nodes.count; i++) {
        dot_node(s, i, t);
        draw_flush(o, false);
    }
    for (size_t i = 0; i < s->edges.count; i++) {
        dot_edge(s, &s->edges.at[i], t);
        draw_flush(o, false);
    }
    text_add(t, "}\n");
    return true;
}
