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

/* "e = c \cdot d = 6", "p = (a < b) = \text{true}" */
static void note_equation(const scene *s, const scene_node *n, text *t)
{
    bool value = s->options->values && !s->options->hide_values && n->kind != SCENE_FIXED;
    bool truth = ew_node_type(s->g, n->id) == EW_BOOL;
    double v = value ? s->options->values[n->index] : 0;
    latex_name(t, ew_node_name(s->g, n->id));
    if (n->operation) text_add(t, truth ? " = (" : " = ");
    if (!latex_operation(s->g, n->id, t)) text_add(t, " \\dots");
    if (n->operation && truth) text_char(t, ')');
    if (!value) return;
    text_add(t, " = ");
    if (truth)
        text_add(t, v != 0 ? "\\text{true}" : "\\text{false}");
    else
        latex_number(t, v != 0 ? v : 0, 6);
}

/* The k-th to the last of a node's edges that come from the same node as edge e: their sum is the
 * derivative by it. */
static void note_slope(const scene *s, size_t e, size_t end, text *t)
{
    const scene_edge *first = &s->edges.at[e];
    const double *numbers = s->options->partials;
    double total = 0;
    bool plain = true;
    text_add(t, ",\\quad \\frac{\\partial ");
    latex_name(t, ew_node_name(s->g, s->nodes.at[first->to].id));
    text_add(t, "}{\\partial ");
    latex_name(t, ew_node_name(s->g, s->nodes.at[first->from].id));
    text_add(t, "}");
    for (size_t k = e; k < end; k++) {
        const scene_edge *other = &s->edges.at[k];
        if (other->from != first->from || other->edge == SCENE_USE) continue;
        text_add(t, k == e ? " = " : " + ");
        plain = plain && k == e && node_is_const(s->g, other->partial);
        if (!latex_expression(s->g, other->partial, t)) text_add(t, " \\dots");
        if (numbers) total += numbers[other->edge];
    }
    if (!numbers || plain) return;
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
        bool again = s->edges.at[k].edge == SCENE_USE;
        for (size_t b = e; b < k && !again; b++)
            again = s->edges.at[b].from == s->edges.at[k].from && s->edges.at[b].edge != SCENE_USE;
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
        bool bare = (n->kind == SCENE_INPUT || n->kind == SCENE_PARAM) && !n->value; /* nothing to say */
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
        if (slopes) text_number(t, s->options->derivatives[n->index], 6);
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
        if (e->edge == SCENE_USE) continue;
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
