/*
 * plot_svg.c - curves as SVG. Series differ in colour and in their dashes; few points are marked.
 */
#include "draw/plot.h"

enum { PLOT_SVG_MARKS = 40, PLOT_SVG_DASHES = 4, PLOT_SVG_COLORS = 6 };

static const char *const plot_svg_colors[PLOT_SVG_COLORS] = {"#0072b2", "#c24e00", "#00805c",
                                                             "#9c3f78", "#8a6000", "#333333"};
static const char *const plot_svg_dashes[PLOT_SVG_DASHES] = {"", "7 3", "2 3", "9 3 2 3"};

typedef struct plot_svg {
    const plot *p;
    text *t;
    double left, top, width, height; /* of the area inside the axes */
    bool started;
} plot_svg;

static void plot_svg_number(text *t, const char *before, double v, const char *after)
{
    text_add(t, before);
    draw_fixed(t, v);
    text_add(t, after);
}

static double plot_svg_x(const plot_svg *s, double x)
{
    return s->left + x * s->width;
}
static double plot_svg_y(const plot_svg *s, double y)
{
    return s->top + (1 - y) * s->height;
}

static double plot_svg_label_width(const plot_axis *a)
{
    double most = 0;
    char buffer[32];
    for (size_t i = 0; i < a->ticks; i++) {
        number_text(a->tick[i], 6, buffer);
        double w = draw_width(buffer, 11, false);
        if (w > most) most = w;
    }
    return most;
}

/* ---- Head and axes --------------------------------------------------------------------------- */

static void plot_svg_head(const plot_svg *s, double width, double height)
{
    text words, *t = s->t;
    const char *title = s->p->o->title ? s->p->o->title : translate(s->p->language, "Curves");
    text_begin(&words, s->p->m);
    plot_words(s->p, &words);
    plot_svg_number(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width, "\"");
    plot_svg_number(t, " height=\"", height, "\"");
    plot_svg_number(t, " viewBox=\"0 0 ", width, " ");
    plot_svg_number(t, "", height, "\" role=\"img\" aria-labelledby=\"ew-plot-title ew-plot-desc\"");
    text_add(t, " font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"11\" fill=\"#222222\">\n"
                "<title id=\"ew-plot-title\">");
    draw_xml(t, title);
    text_add(t, "</title>\n<desc id=\"ew-plot-desc\">");
    draw_xml(t, text_string(&words));
    text_add(t, "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    if (words.failed) t->failed = true;
    text_free(&words);
}

static void plot_svg_words(text *t, double x, double y, const char *style, const char *words)
{
    if (!words) return;
    plot_svg_number(t, "<text x=\"", x, "\"");
    plot_svg_number(t, " y=\"", y, "\" ");
    text_add(t, style);
    text_add(t, ">");
    draw_xml(t, words);
    text_add(t, "</text>\n");
}

static void plot_svg_tick(const plot_svg *s, bool horizontal, double place, double value)
{
    text *t = s->t;
    char buffer[32];
    double x = horizontal ? plot_svg_x(s, place) : s->left, y = horizontal ? s->top + s->height : plot_svg_y(s, place);
    number_text(value, 6, buffer);
    plot_svg_number(t, "<path d=\"M", x, " ");
    draw_fixed(t, y);
    if (horizontal)
        plot_svg_number(t, "v", -s->height, "v");
    else
        plot_svg_number(t, "h", s->width, "");
    if (horizontal) plot_svg_number(t, "", s->height + 4, "");
    text_add(t, "\" stroke=\"#dddddd\"/>");
    if (horizontal)
        plot_svg_words(t, x, y + 16, "text-anchor=\"middle\"", buffer);
    else
        plot_svg_words(t, x - 6, y + 4, "text-anchor=\"end\"", buffer);
}

/* Labels of the x axis that would touch the one before are left out. */
static void plot_svg_axes(const plot_svg *s)
{
    const plot *p = s->p;
    double wide = plot_svg_label_width(&p->x) + 8, last = -1e9;
    for (size_t i = 0; i < p->y.ticks; i++) plot_svg_tick(s, false, p->y.place[i], p->y.tick[i]);
    for (size_t i = 0; i < p->x.ticks; i++) {
        if (plot_svg_x(s, p->x.place[i]) - last < wide) continue;
        last = plot_svg_x(s, p->x.place[i]);
        plot_svg_tick(s, true, p->x.place[i], p->x.tick[i]);
    }
    plot_svg_number(s->t, "<path d=\"M", s->left, " ");
    plot_svg_number(s->t, "", s->top, "v");
    plot_svg_number(s->t, "", s->height, "h");
    plot_svg_number(s->t, "", s->width, "\" fill=\"none\" stroke=\"#444444\"/>\n");
}

/* ---- Curves ---------------------------------------------------------------------------------- */

static void plot_svg_point(void *context, double x, double y, bool first)
{
    plot_svg *s = context;
    text_char(s->t, first || !s->started ? 'M' : 'L');
    draw_fixed(s->t, plot_svg_x(s, x));
    text_char(s->t, ' ');
    draw_fixed(s->t, plot_svg_y(s, y));
    if (first || !s->started) text_add(s->t, "h0"); /* a point without neighbours is a dot */
    s->started = true;
}

static void plot_svg_mark(void *context, double x, double y, bool first)
{
    plot_svg *s = context;
    (void)first;
    plot_svg_number(s->t, "<circle cx=\"", plot_svg_x(s, x), "\"");
    plot_svg_number(s->t, " cy=\"", plot_svg_y(s, y), "\" r=\"2.5\"/>");
}

static void plot_svg_curve(plot_svg *s, size_t k)
{
    const ew_plot_series *series = &s->p->o->series[k];
    const char *color = plot_svg_colors[k % PLOT_SVG_COLORS], *dash = plot_svg_dashes[k % PLOT_SVG_DASHES];
    s->started = false;
    draw_say(s->t,
             "<path fill=\"none\" stroke=\"{1}\" stroke-width=\"1.8\" stroke-linecap=\"round\" "
             "stroke-linejoin=\"round\" stroke-dasharray=\"{2}\" d=\"",
             color, *dash ? dash : "none", NULL);
    plot_trace(s->p, series, (size_t)s->width, plot_svg_point, s);
    if (!s->started) text_add(s->t, "M0 0");
    text_add(s->t, "\"/>\n");
    if (series->count > PLOT_SVG_MARKS) return;
    draw_say(s->t, "<g fill=\"{1}\">", color, NULL, NULL);
    plot_trace(s->p, series, (size_t)s->width * 16, plot_svg_mark, s);
    text_add(s->t, "</g>\n");
}

/* One line of names above the area, as many lines as they need; returns their height. */
static double plot_svg_legend(const plot_svg *s, double y, bool draw)
{
    double x = s->left, height = 0;
    for (size_t k = 0; k < s->p->o->series_count; k++) {
        const char *name = s->p->o->series[k].name, *dash = plot_svg_dashes[k % PLOT_SVG_DASHES];
        if (!name) continue;
        double wide = draw_width(name, 11, false) + 46;
        if (x > s->left && x + wide > s->left + s->width) x = s->left, y += 16, height += 16;
        if (height <= 0) height = 16;
        if (draw) {
            plot_svg_number(s->t, "<path d=\"M", x, " ");
            plot_svg_number(s->t, "", y - 4, "h24\" stroke-width=\"2.2\" stroke=\"");
            draw_say(s->t, "{1}\" stroke-dasharray=\"{2}\"/>", plot_svg_colors[k % PLOT_SVG_COLORS],
                     *dash ? dash : "none", NULL);
            plot_svg_words(s->t, x + 30, y, "", name);
        }
        x += wide;
    }
    return height;
}

/* ---- All together ---------------------------------------------------------------------------- */

static int plot_svg_size(int wish, int usual)
{
    return wish <= 0 ? usual : wish < 160 ? 160 : wish > 10000 ? 10000 : wish;
}

bool draw_plot_svg(const plot *given, draw_out *o)
{
    plot p = *given;
    const ew_plot_options *options = p.o;
    double width = plot_svg_size(options->width, 640), height = plot_svg_size(options->height, 400);
    plot_axes(&p, (size_t)(width / 90), (size_t)(height / 60));
    plot_svg s = {.p = &p, .t = &o->t};
    s.left = 16 + plot_svg_label_width(&p.y) + (options->y_label ? 20 : 0);
    s.width = width - s.left - 10 - draw_width("0000", 11, false);
    if (s.width < 40) s.width = 40;
    double head = options->title ? 34 : 14, legend = plot_svg_legend(&s, 0, false);
    s.top = head + (legend > 0 ? legend + 6 : 0);
    s.height = height - s.top - 28 - (options->x_label ? 20 : 0);
    if (s.height < 40) s.height = 40;
    plot_svg_head(&s, width, height);
    plot_svg_words(s.t, width / 2, 22, "text-anchor=\"middle\" font-size=\"14\" font-weight=\"bold\"", options->title);
    plot_svg_legend(&s, head + 10, true);
    plot_svg_axes(&s);
    for (size_t k = 0; k < options->series_count; k++) {
        plot_svg_curve(&s, k);
        draw_flush(o, false);
    }
    plot_svg_words(s.t, s.left + s.width / 2, height - 10, "text-anchor=\"middle\"", options->x_label);
    if (options->y_label) {
        plot_svg_number(s.t, "<g transform=\"translate(16 ", s.top + s.height / 2, ") rotate(-90)\">");
        plot_svg_words(s.t, 0, 0, "text-anchor=\"middle\"", options->y_label);
        text_add(s.t, "</g>\n");
    }
    text_add(s.t, "</svg>\n");
    return true;
}
