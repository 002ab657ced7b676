/*
 * tikz.c - the picture as a LaTeX document of its own: the same layout as SVG, drawn by TikZ, the
 * formulas set by TeX.
 *
 * TeX knows no length over 16383 pt, so a large picture is drawn smaller as a whole. Formulas that
 * were cut to fit their box are written as text. Of more than some thousand nodes and edges LuaLaTeX
 * makes a page; pdfTeX's memory is too small.
 */
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"

static const char *const tikz_styles[SCENE_KINDS] = {"ew step", "ew input", "ew parameter", "ew constant", "ew state"};

/* Text outside of formulas. */
static void tikz_text(text *t, const char *s)
{
    static const struct {
        const char *from, *to;
    } marks[] = {{"\\", "\\textbackslash{}"},
                 {"{", "\\{"},
                 {"}", "\\}"},
                 {"$", "\\$"},
                 {"&", "\\&"},
                 {"#", "\\#"},
                 {"^", "\\^{}"},
                 {"_", "\\_"},
                 {"~", "\\~{}"},
                 {"%", "\\%"},
                 {"<", "$<$"},
                 {">", "$>$"},
                 {"*", "$\\ast$"},
                 {"|", "$|$"},
                 {"-", "$-$"},
                 {"∂", "$\\partial$"},
                 {"…", "\\dots{}"},
                 {"·", "$\\cdot$"}};
    size_t n = strlen(s);
    while (n) {
        size_t i = 0, count = sizeof marks / sizeof marks[0];
        while (i < count && strncmp(s, marks[i].from, strlen(marks[i].from)) != 0) i++;
        uint32_t code = ' ';
        size_t k = i < count ? strlen(marks[i].from) : utf8_decode(s, n, &code);
        if (i < count)
            text_add(t, marks[i].to);
        else if (code >= 0x370 && code < 0x400) { /* Greek: pdfTeX has it only in formulas */
            char letter[5] = "";
            letter[utf8_encode(code, letter)] = '\0';
            text_add(t, "$");
            latex_name(t, letter);
            text_add(t, "$");
        } else if (code >= 32)
            text_addn(t, s, k);
        s += k ? k : 1;
        n -= k ? k : 1;
    }
}

static bool tikz_was_cut(const scene *s, size_t at)
{
    return strstr(scene_text(s, at), "…") != NULL;
}

static void tikz_pair(text *t, double x, double y)
{
    text_char(t, '(');
    draw_fixed(t, x);
    text_char(t, ',');
    draw_fixed(t, y);
    text_char(t, ')');
}

/* ---- Head ------------------------------------------------------------------------------------ */

static double tikz_unit(const picture *p) /* pt for each pixel */
{
    double most = p->l.width > p->l.height ? p->l.width : p->l.height;
    return most * 0.75 > 12000 ? 12000 / most : 0.75;
}

static void tikz_number(text *t, double v) /* three decimals, without a locale */
{
    double whole = (double)(long long)v;
    draw_fixed(t, whole);
    text_format(t, ".%03d", (int)((v - whole) * 1000));
}

static void tikz_font(text *t, const char *name, double size)
{
    text_format(t, "\\newcommand\\%s{\\fontsize{", name);
    tikz_number(t, size);
    text_add(t, "}{");
    tikz_number(t, size * 1.2);
    text_add(t, "}\\selectfont}\n");
}

static void tikz_head(const scene *s, const picture *p, text *t)
{
    double unit = tikz_unit(p);
    text summary;
    text_begin(&summary, t->m);
    scene_summary(s, &summary);
    text_add(t, "% ");
    text_add(t, text_string(&summary));
    text_add(t,
             "\n\\documentclass[border=4pt]{standalone}\n"
             "\\usepackage{iftex}\n\\ifPDFTeX\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n"
             "\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}\n\\fi\n\\usepackage{amsmath}\n\\usepackage{tikz}\n"
             "\\definecolor{ewline}{HTML}{5A5A5A}\n\\definecolor{ewslope}{HTML}{7A1F5C}\n"
             "\\definecolor{ewpath}{HTML}{C24E00}\n\\definecolor{ewstep}{HTML}{444444}\n"
             "\\definecolor{ewinput}{HTML}{0B5D94}\n\\definecolor{ewinputfill}{HTML}{DCECF9}\n"
             "\\definecolor{ewparam}{HTML}{9A5B00}\n\\definecolor{ewparamfill}{HTML}{FDECCB}\n"
             "\\definecolor{ewfixed}{HTML}{6A6A6A}\n\\definecolor{ewfixedfill}{HTML}{F0F0F0}\n"
             "\\definecolor{ewout}{HTML}{00694A}\n\\definecolor{ewoutfill}{HTML}{DFF2E6}\n");
    tikz_font(t, "ewname", p->name_size * unit);
    tikz_font(t, "ewtext", p->text_size * unit);
    tikz_font(t, "ewlabel", p->label_size * unit);
    text_add(t, "\\begin{document}\n\\begin{tikzpicture}[x=");
    tikz_number(t, unit);
    text_add(t, "pt, y=-");
    tikz_number(t, unit);
    text_add(t, "pt, every node/.style={inner sep=0pt},\n"
                "  ew edge/.style={ewline, ->, >=latex}, ew use/.style={ew edge, dotted},\n"
                "  ew path/.style={ewpath, ->, >=latex, very thick},\n"
                "  ew step/.style={draw=ewstep, fill=white, rounded corners=2pt},\n"
                "  ew input/.style={draw=ewinput, fill=ewinputfill, rounded corners=7pt},\n"
                "  ew parameter/.style={draw=ewparam, fill=ewparamfill},\n"
                "  ew constant/.style={draw=ewfixed, fill=ewfixedfill, dashed},\n"
                "  ew return/.style={ewinput, <-, >=latex, dashed},\n"
                "  ew state/.style={draw=ewinput, fill=white, dashed, rounded corners=2pt},\n"
                "  ew output/.style={draw=ewout, fill=ewoutfill, double, rounded corners=2pt}]\n");
    if (summary.failed) t->failed = true;
    text_free(&summary);
}

/* ---- Nodes and edges ------------------------------------------------------------------------- */

static void tikz_edge(const scene *s, const picture *p, size_t i, text *t)
{
    const scene_edge *e = &s->edges.at[i];
    const layout_edge *line = &p->l.edges[i];
    const layout_point *at = p->l.points.at + line->first;
    text_add(t, e->highlight              ? "\\draw[ew path] "
                : e->edge == SCENE_USE    ? "\\draw[ew use] "
                : e->edge == SCENE_RETURN ? "\\draw[ew return] "
                                          : "\\draw[ew edge] ");
    tikz_pair(t, at[0].x, at[0].y);
    for (size_t k = 1; k + 2 < line->count; k += 3) {
        text_add(t, " .. controls ");
        tikz_pair(t, at[k].x, at[k].y);
        text_add(t, " and ");
        tikz_pair(t, at[k + 1].x, at[k + 1].y);
        text_add(t, " .. ");
        tikz_pair(t, at[k + 2].x, at[k + 2].y);
    }
    text_add(t, ";\n");
}

static void tikz_label(const scene *s, const picture *p, size_t i, text *t)
{
    const scene_edge *e = &s->edges.at[i];
    const layout_edge *line = &p->l.edges[i];
    text_add(t, "\\node[fill=white, inner sep=1pt, font=\\ewlabel, text=ewslope] at ");
    tikz_pair(t, line->x, line->y);
    text_add(t, " {");
    if (s->options->partials || tikz_was_cut(s, e->label)) {
        tikz_text(t, scene_text(s, e->label));
    } else {
        text_char(t, '$');
        latex_partial(s->g, e->partial, e->user, t);
        text_char(t, '$');
    }
    text_add(t, "};\n");
}

static void tikz_line(const scene *s, text *t, const layout_node *box, double *y, double line, size_t at,
                      const char *style, ew_node formula)
{
    if (!at) return;
    text_add(t, style);
    tikz_pair(t, box->x, *y);
    text_add(t, " {");
    if (formula != EW_NONE && !tikz_was_cut(s, at)) {
        text_char(t, '$');
        latex_operation(s->g, formula, t);
        text_char(t, '$');
    } else {
        tikz_text(t, scene_text(s, at));
    }
    text_add(t, "};\n");
    *y += line;
}

static void tikz_node(const scene *s, const picture *p, size_t i, text *t)
{
    const scene_node *n = &s->nodes.at[i];
    const layout_node *box = &p->l.nodes[i];
    double y = box->y - box->height / 2 + (s->roomy ? 6 : 2.5) + p->line / 2;
    draw_say(t, "\\draw[{1}{2}] ", n->output && n->kind == SCENE_STEP ? "ew output" : tikz_styles[n->kind],
             n->highlight ? ", draw=ewpath, very thick" : "", NULL);
    tikz_pair(t, box->x - box->width / 2, box->y - box->height / 2);
    text_add(t, " rectangle ");
    tikz_pair(t, box->x + box->width / 2, box->y + box->height / 2);
    text_add(t, ";\n");
    tikz_line(s, t, box, &y, p->line, n->name, "\\node[font=\\ewname\\bfseries] at ", EW_NONE);
    if (!s->roomy) return;
    tikz_line(s, t, box, &y, p->line, n->operation, "\\node[font=\\ewtext] at ",
              n->kind == SCENE_STATE ? EW_NONE : n->id);
    tikz_line(s, t, box, &y, p->line, n->shape, "\\node[font=\\ewtext, text=ewfixed] at ", EW_NONE);
    tikz_line(s, t, box, &y, p->line, n->value, "\\node[font=\\ewtext] at ", EW_NONE);
    tikz_line(s, t, box, &y, p->line, n->slope, "\\node[font=\\ewtext, text=ewslope] at ", EW_NONE);
}

static void tikz_body(const scene *s, const picture *p, draw_out *o)
{
    if (p->title_y > 0) {
        text_add(&o->t, "\\node[font=\\ewname\\bfseries] at ");
        tikz_pair(&o->t, p->l.width / 2, p->title_y - 5);
        text_add(&o->t, " {");
        tikz_text(&o->t, scene_text(s, s->title));
        text_add(&o->t, "};\n");
    }
    for (size_t i = 0; i < s->edges.count; i++) {
        tikz_edge(s, p, i, &o->t);
        draw_flush(o, false);
    }
    for (size_t i = 0; i < s->nodes.count; i++) {
        tikz_node(s, p, i, &o->t);
        draw_flush(o, false);
    }
    for (size_t i = 0; i < s->edges.count; i++) {
        if (s->edges.at[i].label && p->l.edges[i].shown) tikz_label(s, p, i, &o->t);
        draw_flush(o, false);
    }
}

bool tikz_write(scene *s, draw_out *o)
{
    picture p;
    bool ok = scene_picture(s, &p);
    if (ok) {
        tikz_head(s, &p, &o->t);
        tikz_body(s, &p, o);
        text_add(&o->t, "\\end{tikzpicture}\n\\end{document}\n");
    }
    picture_free(&p);
    return ok;
}
