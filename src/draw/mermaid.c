/*
 * mermaid.c - the graph as a Mermaid flowchart, as GitHub, GitLab and Obsidian draw it.
 *
 * Labels are quoted; characters that mean something to Mermaid, HTML or Markdown are written as its
 * "#35;" entities. Shapes say the kind: a stadium an input, a hexagon a parameter, a double frame
 * an output.
 */
#include <string.h>

#include "draw/draw.h"

static const struct {
    const char *open, *close, *class;
} mermaid_shapes[SCENE_KINDS] = {{"(\"", "\")", "ewStep"},
                                 {"([\"", "\"])", "ewInput"},
                                 {"{{\"", "\"}}", "ewParam"},
                                 {"[\"", "\"]", "ewFixed"},
                                 {"(\"", "\")", "ewState"}};

static void mermaid_text(text *t, const char *s)
{
    for (; *s; s++) {
        if (strchr("\"#<>&`|\\~", *s))
            text_format(t, "#%d;", *s);
        else
            text_char(t, (unsigned char)*s < 32 ? ' ' : *s);
    }
}

static void mermaid_line(const scene *s, text *t, size_t at)
{
    if (!at) return;
    text_add(t, "<br/>");
    mermaid_text(t, scene_text(s, at));
}

static void mermaid_node(const scene *s, size_t i, text *t)
{
    const scene_node *n = &s->nodes.at[i];
    bool output = n->output && n->kind == SCENE_STEP;
    text_add(t, "  n");
    text_count(t, i);
    text_add(t, output ? "[[\"" : mermaid_shapes[n->kind].open);
    mermaid_text(t, scene_text(s, n->name));
    mermaid_line(s, t, n->operation);
    mermaid_line(s, t, n->shape);
    mermaid_line(s, t, n->value);
    mermaid_line(s, t, n->slope);
    text_add(t, output ? "\"]]" : mermaid_shapes[n->kind].close);
    text_add(t, ":::");
    text_add(t, output ? "ewOutput" : mermaid_shapes[n->kind].class);
    text_add(t, "\n");
}

static void mermaid_edge(const scene *s, const scene_edge *e, text *t)
{
    if (e->edge == SCENE_RETURN) { /* against the others */
        text_format(t, "  n%zu -.-> n%zu\n", (size_t)e->to, (size_t)e->from);
        return;
    }
    text_add(t, "  n");
    text_count(t, e->from);
    text_add(t, e->edge == SCENE_USE ? " -.->" : e->highlight ? " ==>" : " -->");
    if (e->label) {
        text_add(t, "|\"");
        mermaid_text(t, scene_text(s, e->label));
        text_add(t, "\"|");
    }
    text_add(t, " n");
    text_count(t, e->to);
    text_add(t, "\n");
}

static void mermaid_title(const scene *s, text *t)
{
    text summary;
    text_begin(&summary, t->m);
    scene_summary(s, &summary);
    text_add(t, "  accTitle: ");
    mermaid_text(t, s->title ? scene_text(s, s->title) : scene_say(s, "Computational graph"));
    text_add(t, "\n  accDescr: ");
    mermaid_text(t, text_string(&summary));
    text_add(t, "\n");
    if (summary.failed) t->failed = true;
    text_free(&summary);
}

bool mermaid_write(scene *s, draw_out *o)
{
    text *t = &o->t;
    text_add(t, "flowchart BT\n");
    mermaid_title(s, t);
    for (size_t i = 0; i < s->nodes.count; i++) {
        mermaid_node(s, i, t);
        draw_flush(o, false);
    }
    for (size_t i = 0; i < s->edges.count; i++) {
        mermaid_edge(s, &s->edges.at[i], t);
        draw_flush(o, false);
    }
    text_add(t, "  classDef ewStep fill:#ffffff,stroke:#444444,color:#1a1a1a\n"
                "  classDef ewInput fill:#dcecf9,stroke:#0b5d94,color:#1a1a1a\n"
                "  classDef ewParam fill:#fdeccb,stroke:#9a5b00,color:#1a1a1a\n"
                "  classDef ewFixed fill:#f0f0f0,stroke:#6a6a6a,color:#1a1a1a,stroke-dasharray:5 3\n"
                "  classDef ewOutput fill:#dff2e6,stroke:#00694a,color:#1a1a1a,stroke-width:2px\n");
    if (s->states) text_add(t, "  classDef ewState fill:#ffffff,stroke:#0b5d94,color:#1a1a1a,stroke-dasharray:5 3\n");
    return true;
}
