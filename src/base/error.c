#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/unicode.h"

static const struct {
    int number;
    ew_status status;
    const char *sentence;
} rows[] = {
    {0, EW_OK, ""},
#define ERROR(number, status, name, sentence) {number, EW_##status, sentence},
#include "base/errors.def"
#undef ERROR
};

/* Copies as much as fits, ending at a character, always with a NUL. */
static void copy_text(char *to, size_t size, const char *from, size_t count)
{
    if (count >= size) {
        count = size - 1;
        while (count && ((unsigned char)from[count] & 0xC0) == 0x80) count--;
    }
    memcpy(to, from, count);
    to[count] = '\0';
}

const char *quote(char buffer[160], const char *s, size_t n)
{
    size_t used = 0, characters = 0;
    uint32_t code;
    while (used < n && characters < 30) {
        size_t k = utf8_decode(s + used, n - used, &code);
        if (k == 0) break;
        used += k;
        characters++;
    }
    memcpy(buffer, s, used);
    memcpy(buffer + used, used < n ? "…" : "", used < n ? 4 : 1);
    return buffer;
}

void source_place(const source *s, size_t offset, int *line, int *column)
{
    size_t start = 0, lines = 1;
    if (offset > s->count) offset = s->count;
    for (size_t i = 0; i < offset; i++)
        if (s->at[i] == '\n') lines++, start = i + 1;
    *line = lines > INT32_MAX ? INT32_MAX : (int)lines;
    size_t c = utf8_count(s->at + start, offset - start) + 1;
    *column = c > INT32_MAX ? INT32_MAX : (int)c;
}

/* The line around the place; of a very long one, a stretch that has the place in it. */
static void copy_line(ew_error *e, const source *s, size_t offset)
{
    size_t from = offset, to = offset;
    while (from > 0 && s->at[from - 1] != '\n' && offset - from < 60) from--;
    while (from < offset && ((unsigned char)s->at[from] & 0xC0) == 0x80) from++;
    while (to < s->count && s->at[to] != '\n' && s->at[to] != '\r' && to - from < 120) to++;
    while (to > offset && to < s->count && ((unsigned char)s->at[to] & 0xC0) == 0x80) to--;
    copy_text(e->source, sizeof e->source, s->at + from, to - from);
    for (char *c = e->source; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127) *c = ' '; /* tabs too: the caret must stand right */
    size_t invalid = utf8_invalid(e->source, strlen(e->source));
    for (; e->source[invalid]; invalid += utf8_invalid(e->source + invalid, strlen(e->source + invalid)))
        e->source[invalid] = '?';
    e->source_column = (int)utf8_count(s->at + from, offset - from) + 1;
}

static void set_place(report *r, uint32_t place, size_t bytes)
{
    ew_error *e = &r->error;
    const source *s = &r->source;
    size_t offset = place > s->count ? s->count : place;
    while (offset > 0 && offset == s->count && (s->at[offset - 1] == '\n' || s->at[offset - 1] == ' '))
        offset--; /* at the end of the text the caret follows the last character */
    if (bytes > s->count - offset) bytes = s->count - offset;
    source_place(s, offset, &e->line, &e->column);
    size_t width = utf8_count(s->at + offset, bytes);
    e->width = width < 1 ? 1 : width > 100 ? 100 : (int)width;
    copy_line(e, s, offset);
}

static void fill(char *to, size_t size, const char *template_, const char *const *args, size_t count)
{
    size_t used = 0;
    for (const char *s = template_; *s; s++) {
        size_t k = s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}' ? (size_t)(s[1] - '0') : 0;
        const char *piece = k ? (k <= count && args[k - 1] ? args[k - 1] : "") : s;
        size_t length = k ? strlen(piece) : 1;
        if (used + length >= size) {
            copy_text(to + used, size - used, piece, length);
            return;
        }
        memcpy(to + used, piece, length);
        used += length;
        s += k ? 2 : 0;
    }
    to[used] = '\0';
}

bool report_at(report *r, error_code code, uint32_t place, size_t bytes, const char *a, const char *b, const char *c)
{
    ew_error *e = &r->error;
    const char *args[] = {a, b, c};
    if (e->status != EW_OK) return false;
    memset(e, 0, sizeof *e);
    e->status = rows[code].status;
    snprintf(e->code, sizeof e->code, "E%03d", rows[code].number);
    fill(e->message, sizeof e->message, translate(r->language, rows[code].sentence), args, 3);
    if (r->source.file) copy_text(e->file, sizeof e->file, r->source.file, strlen(r->source.file));
    if (place != NO_PLACE && r->source.at) set_place(r, place, bytes);
    return false;
}

bool report_plain(report *r, error_code code, const char *a, const char *b)
{
    return report_at(r, code, NO_PLACE, 0, a, b, NULL);
}

void report_hint(report *r, const char *template_, const char *a)
{
    if (r->error.hint[0]) return;
    fill(r->error.hint, sizeof r->error.hint, translate(r->language, template_), &a, 1);
}

bool report_memory(report *r)
{
    char limit[32];
    snprintf(limit, sizeof limit, "%zu", r->m->limit);
    return report_plain(r, r->m->limit ? E_BYTES : E_MEMORY, limit, NULL);
}

bool report_ok(const report *r)
{
    return r->error.status == EW_OK;
}

void report_forget(report *r)
{
    if (r->error.status == EW_TEXT) r->error = (ew_error){0};
}

size_t ew_error_text(const ew_error *e, char *buffer, size_t size)
{
    char where[300] = "", caret[900] = "";
    if (e->line <= 0 && e->file[0] && !strstr(e->message, e->file))
        snprintf(where, sizeof where, "  --> %s\n", e->file);
    if (e->line > 0) {
        char margin[16], digits[16];
        int wide = snprintf(digits, sizeof digits, "%d", e->line);
        snprintf(margin, sizeof margin, "%*s", wide, "");
        snprintf(where, sizeof where, "%s --> %s%s%d:%d\n", margin, e->file, e->file[0] ? ":" : "", e->line, e->column);
        size_t before = 0, used = 0;
        for (int c = 1; c < e->source_column && e->source[before]; c++) {
            uint32_t code;
            size_t k = utf8_decode(e->source + before, strlen(e->source + before), &code);
            before += k ? k : 1;
        }
        used = (size_t)snprintf(caret, sizeof caret, "%s |\n%d | %s\n%s | ", margin, e->line, e->source, margin);
        size_t indent = utf8_width(e->source, before);
        size_t most = utf8_width(e->source + before, strlen(e->source + before)); /* not past the line */
        size_t width = (size_t)e->width < most || !most ? (size_t)e->width : most;
        while (indent-- && used + 2 < sizeof caret) caret[used++] = ' ';
        while (width-- && used + 2 < sizeof caret) caret[used++] = '^';
        caret[used] = '\0';
    }
    const char *gap = e->hint[0] ? (caret[0] ? " " : "  ") : "";
    int n = snprintf(buffer, size, "error[%s]: %s\n%s%s%s%s%s", e->code, e->message, where, caret, gap, e->hint,
                     caret[0] || e->hint[0] ? "\n" : "");
    return n < 0 ? 0 : (size_t)n;
}
