/*
 * note.c - a Markdown note for Obsidian and GitHub: the formulas in LaTeX, the picture in Mermaid,
 * tables of nodes and edges.
 *
 * Every formula is a display of its own, since Markdown would eat the "\\" of a longer one. Mermaid
 * pictures have limits (GitHub refuses long ones and those with many edges): past them the note
 * says so and the tables remain.
 */
#include <string.h>

#include "draw/draw.h"

enum { NOTE_EDGES = 280, NOTE_FORMULAS = 200 };

static void note_heading(const scene *s, text *t, const char *sentence)
{
    draw_say(t, "\n## {1}\n\n", scene_say(s, sentence), NULL, NULL);
}

/* In a code span within a table: only the bar needs care, and a backtick has no place there. */
static void note_code(text *t, const char *s)
{
    text_char(t, '`');
    for (; *s; s++) {
        if (*s == '|') text_char(t, '\\');
        text_char(t, *s == '`' ? '\'' : (unsigned char)*s < 32 ? ' ' : *s);
    }
    text_char(t, '`');
}

/* Words: what Markdown would take for marks gets a backslash. */
static void note_words(text *t, const char *s)
{
    for (; *s; s++) {
        if (strchr("\\`*_<>|#[]$~", *s)) text_char(t, '\\');
        text_char(t, (unsigned char)*s < 32 ? ' ' : *s);
    }
}

/* ---- Formulas -------------------------------------------------------------------------------- */

static void note_value(const scene *s, const scene_node *n, text *t)
{
    double v = s->options->values[n->first];
    text corner;
    if (ew_node_rank(s->g, n->id)) {
        text_begin(&corner, t->m);
        graph_corner(s->g, n->id, s->options->values + n->first, scene_whole(s, n), 6, &corner);
        draw_say(t, "\\text{{1}}", text_string(&corner), NULL, NULL);
        if (corner.failed) t->failed = true;
        text_free(&corner);
    } else if (ew_node_type(s->g, n->id) == EW_BOOL) {
        text_add(t, v != 0 ? "\\text{true}" : "\\text{false}");
    } else if (scene_whole(s, n) && ew_node_type(s->g, n->id) == EW_INT) {
        text_format(t, "%lld", (long long)*scene_whole(s, n));
    } else {
        latex_number(t, v != 0 ? v : 0, 6);
    }
}

/* "e = c \cdot d = 6", "p = (a < b) = \text{true}" */
static void note_equation(const scene *s, const scene_node *n, text *t)
{
    bool value = s->options->values && !s->options->hide_values && n->kind != SCENE_FIXED;
    bool truth = ew_node_type(s->g, n->id) == EW_BOOL;
    if (!n->equations) latex_called_at(s->g, n->id, n->id, t);
    if (n->operation && !n->equations) text_add(t, truth ? " = (" : " = ");
    if (!latex_operation(s->g, n->id, t)) text_add(t, " \\dots");
    if (n->operation && truth && !n->equations) text_char(t, ')');
    if (!value) return;
    text_add(t, n->equations ? ",\\quad " : " = ");
    if (n->equations) latex_name(t, ew_node_name(s->g, n->id));
    if (n->equations) text_add(t, " = ");
    note_value(s, n, t);
}

static bool note_indexed(const scene *s, const scene_edge *e)
{
    return node_rank(s->g, s->nodes.at[e->from].id) || node_rank(s->g, e->user);
}

/* Do both edges say the derivative by the same thing? Of arrays each access is one of its own. */
static bool note_same(const scene *s, const scene_edge *a, const scene_edge *b)
{
    return scene_is_edge(a) && scene_is_edge(b) && a->from == b->from && (a == b || !note_indexed(s, a));
}

/* "\frac{\partial z_{n,k}}{\partial b_{k}}" */
static void note_ends(const scene *s, const scene_edge *e, text *t)
{
    text_add(t, ",\\quad \\frac{\\partial ");
    latex_upper(s->g, s->nodes.at[e->to].id, e->user, ew_edge_at(s->g, e->edge).arg, t);
    text_add(t, "}{\\partial ");
    if (note_indexed(s, e))
        latex_lower(s->g, e->user, ew_edge_at(s->g, e->edge).arg, t);
    else
        latex_name(t, ew_node_name(s->g, s->nodes.at[e->from].id));
    text_add(t, "}");
}

/* The k-th to the last of a node's edges that come from the same node as edge e: their sum is the
 * derivative by it. */
static void note_slope(const scene *s, size_t e, size_t end, text *t)
{
    const scene_edge *first = &s->edges.at[e];
    const double *numbers = s->options->partials;
    double total = 0;
    bool plain = true;
    note_ends(s, first, t);
    for (size_t k = e; k < end; k++) {
        const scene_edge *other = &s->edges.at[k];
        if (!note_same(s, first, other)) continue;
        text_add(t, k == e ? " = " : " + ");
        plain = plain && k == e && node_is_const(s->g, other->partial);
        if (!latex_partial(s->g, other->partial, other->user, t)) text_add(t, " \\dots");
        if (numbers) total += numbers[other->edge];
    }
    if (!numbers || plain || note_indexed(s, first)) return;
    text_add(t, " = ");
    latex_number(t, total, 6);
}

static size_t note_formula(const scene *s, size_t i, size_t e, text *t)
{
    size_t end = e;
    while (end < s->edges.count && s->edges.at[end].to == i) end++;
    text_add(t, "$$\n");
    note_equation(s, &s->nodes.at[i], t);
    for (size_t k = e; k < end; k++) {
        bool again = !scene_is_edge(&s->edges.at[k]);
        for (size_t b = e; b < k && !again; b++) again = note_same(s, &s->edges.at[b], &s->edges.at[k]);
        if (!again && end - e <= 12) note_slope(s, k, end, t);
    }
    text_add(t, "\n$$\n\n");
    return end;
}

static void note_formulas(const scene *s, draw_out *o)
{
    note_heading(s, &o->t, "Formulas");
    if (s->nodes.count > NOTE_FORMULAS) {
        draw_say(&o->t, "{1}\n", scene_say(s, "The graph is too large for formulas; see the tables."), NULL, NULL);
        return;
    }
    for (size_t i = 0, e = 0; i < s->nodes.count; i++) {
        const scene_node *n = &s->nodes.at[i];
        bool leaf = n->kind == SCENE_INPUT || n->kind == SCENE_PARAM || n->kind == SCENE_STATE;
        bool bare = leaf && !n->value; /* nothing to say */
        if (!bare) e = note_formula(s, i, e, &o->t);
        draw_flush(o, false);
    }
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void note_nodes(const scene *s, draw_out *o)
{
    text *t = &o->t, line;
    bool slopes = s->options->derivatives != NULL, values = s->options->values && !s->options->hide_values;
    text_begin(&line, s->m);
    note_heading(s, t, "Nodes");
    draw_say(t, "| {1} | {2} |", scene_say(s, "Node"), scene_say(s, "Operation"), NULL);
    if (values) draw_say(t, " {1} |", scene_say(s, "Value"), NULL, NULL);
    scene_slope_name(s, &line, "·");
    if (slopes) draw_say(t, " {1} |", text_string(&line), NULL, NULL);
    text_add(t, values ? "\n| --- | --- | ---: |" : "\n| --- | --- |");
    text_add(t, slopes ? " ---: |\n" : "\n");
    for (size_t i = 0; i < s->nodes.count; i++) {
        const scene_node *n = &s->nodes.at[i];
        text_clear(&line);
        scene_operation(s, n, &line);
        text_add(t, "| ");
        note_code(t, scene_text(s, n->name));
        text_add(t, " | ");
        if (line.count)
            note_code(t, text_string(&line));
        else
            text_add(t, scene_kind_name(s, n));
        if (values) draw_say(t, " | {1}", scene_value_text(s, n), NULL, NULL);
        if (slopes) text_add(t, " | ");
        if (slopes && n->kind != SCENE_STATE) graph_corner(s->g, n->id, s->options->derivatives + n->first, NULL, 6, t);
        text_add(t, " |\n");
        draw_flush(o, false);
    }
    if (line.failed) t->failed = true;
    text_free(&line);
}

static void note_edges(const scene *s, draw_out *o)
{
    text *t = &o->t, line;
    text_begin(&line, s->m);
    note_heading(s, t, "Edges");
    draw_say(t, "| {1} | {2} | {3} |\n| --- | --- | --- |\n", scene_say(s, "From"), scene_say(s, "To"),
             scene_say(s, "Derivative"));
    for (size_t i = 0; i < s->edges.count; i++) {
        const scene_edge *e = &s->edges.at[i];
        if (!scene_is_edge(e)) continue;
        text_clear(&line);
        scene_partial(s, e, &line, false);
        text_add(t, e->highlight ? "| **" : "| ");
        note_code(t, scene_text(s, s->nodes.at[e->from].name));
        text_add(t, e->highlight ? "** | **" : " | ");
        note_code(t, scene_text(s, s->nodes.at[e->to].name));
        text_add(t, e->highlight ? "** | " : " | ");
        note_code(t, text_string(&line));
        text_add(t, " |\n");
        draw_flush(o, false);
    }
    if (line.failed) t->failed = true;
    text_free(&line);
}

bool note_write(scene *s, draw_out *o)
{
    text *t = &o->t, summary;
    text_begin(&summary, s->m);
    scene_summary(s, &summary);
    text_add(t, "# ");
    if (s->title)
        note_code(t, scene_text(s, s->title));
    else
        text_add(t, scene_say(s, "Computational graph"));
    text_add(t, "\n\n");
    note_words(t, text_string(&summary));
    if (summary.failed) t->failed = true;
    text_free(&summary);
    text_add(t, "\n");
    note_formulas(s, o);
    note_heading(s, t, "Picture");
    if (s->edges.count > NOTE_EDGES) {
        draw_say(t, "{1}\n", scene_say(s, "The graph is too large for a picture in a note; see the tables."), NULL,
                 NULL);
    } else {
        text_add(t, "```mermaid\n");
        if (!mermaid_write(s, o)) return false;
        text_add(t, "```\n");
    }
    note_nodes(s, o);
    note_edges(s, o);
    return true;
}
