/*
 * draw.c - ew_draw: one row for each format, and what writing is made of.
 */
#include "draw/draw.h"

#include <math.h>
#include <string.h>

#include "base/unicode.h"

enum { DRAW_CHUNK = 1 << 16 };

static const struct {
    const char *name;
    bool (*write)(scene *s, draw_out *o);
} draw_formats[] = {
    {"svg", svg_write}, {"dot", dot_write},     {"mmd", mermaid_write}, {"tex", tikz_write},
    {"md", note_write}, {"txt", listing_write}, {"html", page_write},
};

enum { DRAW_FORMATS = sizeof draw_formats / sizeof draw_formats[0] };

/* ---- Writing --------------------------------------------------------------------------------- */

void draw_flush(draw_out *o, bool end)
{
    if (o->t.count < DRAW_CHUNK && !end) return;
    if (!o->broken && !o->t.failed && o->t.count) o->broken = o->write(o->context, o->t.at, o->t.count) != 0;
    text_clear(&o->t);
}

void draw_xml(text *t, const char *s)
{
    size_t n = strlen(s);
    while (n) {
        uint32_t code = 0xFFFD;
        size_t k = utf8_decode(s, n, &code);
        bool bad = k == 0 || (code < 32 && code != '\n' && code != '\t') || code == 0xFFFE || code == 0xFFFF;
        if (bad)
            text_add(t, "\xEF\xBF\xBD");
        else if (code == '<')
            text_add(t, "&lt;");
        else if (code == '>')
            text_add(t, "&gt;");
        else if (code == '&')
            text_add(t, "&amp;");
        else if (code == '"')
            text_add(t, "&quot;");
        else
            text_addn(t, s, k);
        s += k ? k : 1;
        n -= k ? k : 1;
    }
}

void draw_fixed(text *t, double v)
{
    double tenths = floor(fabs(v) * 10 + 0.5);
    if (!(tenths < 1e15)) tenths = 0; /* never: layouts are smaller */
    long long n = (long long)tenths;
    if (v < 0 && n) text_char(t, '-');
    char digits[24];
    size_t k = sizeof digits;
    long long whole = n / 10;
    do digits[--k] = (char)('0' + whole % 10);
    while (whole /= 10);
    text_addn(t, digits + k, sizeof digits - k);
    if (n % 10) {
        text_char(t, '.');
        text_char(t, (char)('0' + n % 10));
    }
}

void draw_cut(text *t, const char *s, size_t most)
{
    size_t n = strlen(s), used = 0, columns = 0;
    if (utf8_width(s, n) <= most) {
        text_add(t, s);
        return;
    }
    while (used < n) {
        uint32_t code = 0xFFFD;
        size_t k = utf8_decode(s + used, n - used, &code);
        columns += unicode_width(code);
        if (columns + 1 > most) break;
        used += k ? k : 1;
    }
    while (used && s[used - 1] == ' ') used--;
    text_addn(t, s, used);
    text_add(t, "…");
}

void draw_say(text *t, const char *sentence, const char *a, const char *b, const char *c)
{
    const char *args[] = {a, b, c};
    text_fill(t, sentence, args, 3);
}

/* ---- ew_draw --------------------------------------------------------------------------------- */

static void draw_bad_format(report *r, const char *format)
{
    char names[80] = "", word[160];
    for (size_t i = 0; i < DRAW_FORMATS; i++) {
        if (i) strcat(names, ", ");
        strcat(names, draw_formats[i].name);
    }
    report_plain(r, E_FORMAT, format ? quote(word, format, strlen(format)) : "", names);
}

static void draw_run(report *r, scene *s, draw_out *o, size_t format)
{
    bool ok = draw_formats[format].write(s, o);
    if (s->m->refused) o->t.failed = true; /* a text somewhere is not whole */
    draw_flush(o, true);
    if (o->broken)
        report_plain(r, E_WRITE, NULL, NULL);
    else if (!ok || o->t.failed || s->pool.failed)
        report_memory(r);
}

static void draw_scene(report *r, ew_graph *g, const ew_draw_options *options, draw_out *o, size_t format)
{
    scene s;
    bool before = g->memory.refused;
    g->memory.refused = false;
    if (scene_new(&s, g, options, &r->error))
        draw_run(r, &s, o, format);
    else if (report_ok(r))
        report_memory(r);
    scene_free(&s);
    g->memory.refused = g->memory.refused || before;
}

ew_status ew_draw(ew_graph *g, const ew_draw_options *options, ew_write *write, void *context, ew_error *err)
{
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    report r = {.m = &g->memory, .language = g->language}; /* a fault in drawing is none of the graph's */
    draw_out o = {.write = write, .context = context};
    size_t format = 0;
    const char *name = options ? options->format : NULL;
    while (format < DRAW_FORMATS && (!name || strcmp(name, draw_formats[format].name) != 0)) format++;
    text_begin(&o.t, &g->memory);
    if (format == DRAW_FORMATS)
        draw_bad_format(&r, name);
    else if (options->of != EW_NONE && ew_node_index(g, options->of) == SIZE_MAX)
        report_plain(&r, E_BAD_NODE, NULL, NULL);
    else
        draw_scene(&r, g, options, &o, format);
    text_free(&o.t);
    if (err) *err = r.error;
    return r.error.status;
}
