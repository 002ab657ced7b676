/*
 * page.c - one self-contained HTML page: the picture, the same in words, and tables. Nothing is
 * loaded from elsewhere and there is no script, so it works offline and anywhere.
 */
#include "draw/draw.h"

static void page_head(const scene *s, text *t)
{
    const char *title = s->title ? scene_text(s, s->title) : scene_say(s, "Computational graph");
    text_add(t, "<!DOCTYPE html>\n<html lang=\"");
    draw_xml(t, s->language && *s->language ? s->language : "en");
    text_add(t, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    draw_xml(t, title);
    text_add(t, "</title>\n<style>\n"
                "body { font-family: \"DejaVu Sans\", Verdana, sans-serif; margin: 2em auto; max-width: 70em; "
                "padding: 0 1em; color: #1a1a1a; background: #ffffff; line-height: 1.5 }\n"
                "figure { margin: 1em 0; overflow: auto; max-height: 90vh; border: 1px solid #cccccc }\n"
                "table { border-collapse: collapse; margin: 1em 0 }\n"
                "caption { text-align: left; font-weight: bold; padding: 0.3em 0 }\n"
                "th, td { border: 1px solid #999999; padding: 0.2em 0.6em; text-align: left }\n"
                "th { background: #eeeeee }\ntd.n { text-align: right }\n.d { color: #7a1f5c }\n"
                "</style>\n</head>\n<body>\n<main>\n<h1>");
    draw_xml(t, title);
    text_add(t, "</h1>\n<figure tabindex=\"0\">\n");
}

static void page_cell(text *t, const char *open, const char *words, const char *close)
{
    text_add(t, open);
    draw_xml(t, words);
    text_add(t, close);
}

static void page_words(const scene *s, draw_out *o)
{
    text line;
    text_begin(&line, s->m);
    scene_summary(s, &line);
    page_cell(&o->t, "</figure>\n<h2>", scene_say(s, "In words"), "</h2>\n");
    page_cell(&o->t, "<p>", text_string(&line), "</p>\n<ul>\n");
    for (size_t i = 0, e = 0; i < s->nodes.count; i++) {
        text_clear(&line);
        e = scene_sentence(s, i, e, &line);
        page_cell(&o->t, "<li>", text_string(&line), "</li>\n");
        draw_flush(o, false);
    }
    text_add(&o->t, "</ul>\n");
    if (line.failed) o->t.failed = true;
    text_free(&line);
}

static void page_nodes(const scene *s, draw_out *o)
{
    text *t = &o->t, line;
    bool slopes = s->options->derivatives != NULL, values = s->options->values && !s->options->hide_values;
    text_begin(&line, s->m);
    page_cell(t, "<table>\n<caption>", scene_say(s, "Nodes"), "</caption>\n<tr>");
    page_cell(t, "<th scope=\"col\">", scene_say(s, "Node"), "</th>");
    page_cell(t, "<th scope=\"col\">", scene_say(s, "Operation"), "</th>");
    if (values) page_cell(t, "<th scope=\"col\">", scene_say(s, "Value"), "</th>");
    scene_slope_name(s, &line, "·");
    if (slopes) page_cell(t, "<th scope=\"col\" class=\"d\">", text_string(&line), "</th>");
    text_add(t, "</tr>\n");
    for (size_t i = 0; i < s->nodes.count; i++) {
        const scene_node *n = &s->nodes.at[i];
        text_clear(&line);
        scene_operation(s, n, &line);
        page_cell(t, "<tr><th scope=\"row\">", scene_text(s, n->name), "</th>");
        page_cell(t, "<td>", line.count ? text_string(&line) : scene_kind_name(s, n), "</td>");
        if (values) page_cell(t, "<td class=\"n\">", scene_value_text(s, n), "</td>");
        text_clear(&line);
        if (slopes && n->kind != SCENE_STATE)
            graph_corner(s->g, n->id, s->options->derivatives + n->first, NULL, 6, &line);
        if (slopes) page_cell(t, "<td class=\"n d\">", text_string(&line), "</td>");
        text_add(t, "</tr>\n");
        draw_flush(o, false);
    }
    text_add(t, "</table>\n");
    if (line.failed) t->failed = true;
    text_free(&line);
}

static void page_edges(const scene *s, draw_out *o)
{
    text *t = &o->t, line;
    text_begin(&line, s->m);
    page_cell(t, "<table>\n<caption>", scene_say(s, "Edges"), "</caption>\n<tr>");
    page_cell(t, "<th scope=\"col\">", scene_say(s, "From"), "</th>");
    page_cell(t, "<th scope=\"col\">", scene_say(s, "To"), "</th>");
    page_cell(t, "<th scope=\"col\" class=\"d\">", scene_say(s, "Derivative"), "</th></tr>\n");
    for (size_t i = 0; i < s->edges.count; i++) {
        const scene_edge *e = &s->edges.at[i];
        if (!scene_is_edge(e)) continue;
        text_clear(&line);
        scene_partial(s, e, &line, false);
        page_cell(t, e->highlight ? "<tr style=\"background: #fdeccb\"><td>" : "<tr><td>",
                  scene_text(s, s->nodes.at[e->from].name), "</td>");
        page_cell(t, "<td>", scene_text(s, s->nodes.at[e->to].name), "</td>");
        page_cell(t, "<td class=\"d\">", text_string(&line), "</td></tr>\n");
        draw_flush(o, false);
    }
    text_add(t, "</table>\n");
    if (line.failed) t->failed = true;
    text_free(&line);
}

bool page_write(scene *s, draw_out *o)
{
    page_head(s, &o->t);
    if (!svg_write(s, o)) return false;
    page_words(s, o);
    page_nodes(s, o);
    page_edges(s, o);
    text_add(&o->t, "</main>\n</body>\n</html>\n");
    return true;
}
