/*
 * csv.c - reading: a first line with the names of the columns, then rows of numbers.
 *
 * Fields are parted by commas; one that is quoted may hold commas, line ends and doubled quotes. Lines end
 * in LF or CRLF; a byte order mark in front is skipped. Every row has as many fields as the header, and
 * every chosen field is a number: with a point, whatever the locale; nan, inf and -inf too. Columns that
 * are not chosen may hold any text. One pass; faults are told with line and column.
 */
#include "io/csv.h"

#include <math.h>
#include <string.h>

/* ---- Places ----------------------------------------------------------------------------------- */

bool io_csv_fail(csv *c, error_code code, size_t place, size_t bytes, const char *a, const char *b)
{
    report *r = &c->io->r;
    size_t end = place + bytes; /* the line around the place is all that the report needs */
    while (end < c->count && c->s[end] != '\n') end++;
    if (!report_ok(r)) return false;
    r->source.at = c->s + c->row;
    r->source.count = end - c->row;
    size_t in_row = place - c->row < NO_PLACE ? place - c->row : 0;
    report_at(r, code, (uint32_t)in_row, bytes, a, b, NULL);
    size_t line = c->line - 1 + (size_t)r->error.line;
    if (r->error.line) r->error.line = line > INT32_MAX ? INT32_MAX : (int)line;
    r->source.at = NULL;
    return false;
}

/* ---- Fields ----------------------------------------------------------------------------------- */

static bool csv_ends_line(const csv *c, size_t at)
{
    return at == c->count || c->s[at] == '\n' || (c->s[at] == '\r' && at + 1 < c->count && c->s[at + 1] == '\n');
}

/* The rest of a quoted field; a doubled quote is one. */
static bool csv_quoted(csv *c, csv_field *f)
{
    size_t at = c->at + 1;
    f->quoted = true;
    f->doubled = false;
    for (;; at++) {
        const char *next = at < c->count ? memchr(c->s + at, '"', c->count - at) : NULL;
        if (!next) return io_csv_fail(c, E_CSV_QUOTE, c->at, 1, NULL, NULL);
        at = (size_t)(next - c->s) + 1;
        if (at == c->count || c->s[at] != '"') break;
        f->doubled = true;
    }
    f->from = c->at + 1;
    f->count = at - 1 - f->from;
    c->at = at;
    if (csv_ends_line(c, at) || c->s[at] == ',') return true;
    return io_csv_fail(c, E_CSV_AFTER, at, 1, NULL, NULL);
}

bool io_csv_next(csv *c, csv_field *f)
{
    f->place = c->at;
    f->quoted = f->doubled = false;
    if (c->at < c->count && c->s[c->at] == '"') return csv_quoted(c, f);
    size_t at = c->at;
    while (!csv_ends_line(c, at) && c->s[at] != ',') {
        if (c->s[at] == '"') return io_csv_fail(c, E_CSV_INSIDE, at, 1, NULL, NULL);
        if (c->s[at] == '\r' || c->s[at] == '\0') {
            io_csv_fail(c, E_CSV_CONTROL, at, 1, c->s[at] ? "CR" : "NUL", NULL);
            report_hint(&c->io->r, "lines end in LF or CRLF", NULL);
            return false;
        }
        at++;
    }
    f->from = c->at;
    f->count = at - c->at;
    c->at = at;
    return true;
}

bool io_csv_more(csv *c)
{
    if (c->at >= c->count || c->s[c->at] != ',') return false;
    c->at++;
    return true;
}

void io_csv_line(csv *c)
{
    for (size_t i = c->row; i < c->at; i++) c->line += c->s[i] == '\n'; /* in quoted fields */
    if (c->at < c->count && c->s[c->at] == '\r') c->at++;
    if (c->at < c->count) c->at++;
    c->line++;
    c->row = c->at;
}

/* ---- Numbers ---------------------------------------------------------------------------------- */

static size_t csv_digits(const char *s, size_t n, size_t at)
{
    while (at < n && s[at] >= '0' && s[at] <= '9') at++;
    return at;
}

/* digits . digits e digits, without a sign. */
static bool csv_decimal(const char *s, size_t n)
{
    size_t whole = csv_digits(s, n, 0), at = whole, digits = whole;
    if (at < n && s[at] == '.') {
        size_t end = csv_digits(s, n, at + 1);
        digits += end - at - 1;
        at = end;
    }
    if (!digits) return false;
    if (at < n && (s[at] == 'e' || s[at] == 'E')) {
        at += at + 1 < n && (s[at + 1] == '+' || s[at + 1] == '-') ? 2 : 1;
        size_t end = csv_digits(s, n, at);
        if (end == at) return false;
        at = end;
    }
    return at == n;
}

static bool csv_word(const char *s, size_t n, const char *word)
{
    if (strlen(word) != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((s[i] | 0x20) != word[i]) return false;
    return true;
}

csv_number_result io_csv_read_number(memory *m, const char *s, size_t n, double *value)
{
    while (n && (*s == ' ' || *s == '\t')) s++, n--;
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
    if (!n) return CSV_EMPTY_FIELD;
    bool minus = *s == '-';
    if (minus || *s == '+') s++, n--;
    if (csv_word(s, n, "nan"))
        *value = (double)NAN;
    else if (csv_word(s, n, "inf") || csv_word(s, n, "infinity"))
        *value = (double)INFINITY;
    else if (!csv_decimal(s, n))
        return CSV_NO_NUMBER;
    else if (!number_read(m, s, n, value))
        return m->refused ? CSV_MEMORY : CSV_NO_NUMBER;
    else if (isinf(*value))
        return CSV_TOO_LARGE;
    if (minus) *value = -*value;
    return CSV_A_NUMBER;
}

/* 3,14 and the 3;14 of programs in whose language the comma is the decimal point. */
static void csv_hint(csv *c, const char *s, size_t n)
{
    if (memchr(s, ';', n))
        report_hint(&c->io->r, "fields are parted by commas, not semicolons, and decimals have a point: 3.14", NULL);
    else if (memchr(s, ',', n))
        report_hint(&c->io->r, "decimals have a point: 3.14, not 3,14", NULL);
}

static bool csv_value(csv *c, const csv_field *f, double *value)
{
    char word[160];
    const char *s = c->s + f->from;
    csv_number_result result = io_csv_read_number(c->io->m, s, f->count, value);
    if (result == CSV_A_NUMBER) return true;
    if (result == CSV_MEMORY) return report_memory(&c->io->r);
    if (utf8_invalid(s, f->count) < f->count)
        return io_csv_fail(c, E_CSV_UTF8, f->from + utf8_invalid(s, f->count), 1, NULL, NULL);
    error_code code = result == CSV_TOO_LARGE ? E_CSV_LARGE : result == CSV_NO_NUMBER ? E_CSV_NUMBER : E_CSV_MISSING;
    io_csv_fail(c, code, f->place, f->count + 2 * f->quoted, quote(word, s, f->count), NULL);
    csv_hint(c, s, f->count);
    return false;
}

/* ---- Rows ------------------------------------------------------------------------------------- */

static bool csv_ragged(csv *c, size_t fields)
{
    char here[24], header[24];
    count_text(fields, here);
    count_text(c->columns.count, header);
    io_csv_fail(c, E_CSV_RAGGED, c->row, c->at - c->row, here, header);
    if (fields > c->columns.count)
        report_hint(&c->io->r, "a field with a comma in it is quoted: \"a, b\"; decimals have a point: 3.14", NULL);
    return false;
}

/* Values go to their place among the chosen columns. */
static bool csv_row(csv *c)
{
    size_t fields = 0, base = c->values.count;
    csv_field f;
    if (!array_reserve(c->io->m, &c->values, c->chosen)) return report_memory(&c->io->r);
    do {
        if (!io_csv_next(c, &f)) return false;
        if (fields < c->columns.count && c->columns.at[fields].place != CSV_NOT_CHOSEN &&
            !csv_value(c, &f, &c->values.at[base + c->columns.at[fields].place]))
            return false;
        fields++;
    } while (io_csv_more(c));
    if (fields != c->columns.count) return csv_ragged(c, fields);
    c->values.count += c->chosen;
    io_csv_line(c);
    return true;
}

static bool csv_rows(csv *c)
{
    size_t rows = 0;
    for (; c->at < c->count; rows++)
        if (!csv_row(c)) return false;
    io_layout *l = &c->io->layout;
    *l = (io_layout){.kind = EW_KIND_F64, .big = io_host_big(), .axes = c->vector ? 1 : 2, .sizes = {rows, c->chosen}};
    l->count = c->values.count;
    size_t room = c->values.capacity * sizeof *c->values.at, used = l->count * sizeof *c->values.at;
    void *tight = used && used < room ? memory_resize(c->io->m, c->values.at, room, used) : NULL;
    c->io->owned = tight ? tight : (unsigned char *)c->values.at;
    c->io->owned_size = tight ? used : room;
    c->io->elements = c->io->owned;
    memset(&c->values, 0, sizeof c->values);
    return true;
}

bool io_csv(io_read *io)
{
    csv c = {.io = io, .s = (const char *)io->file.at, .count = io->file.count, .line = 1};
    text_begin(&c.names, io->m);
    bool good = io_csv_header(&c) && (io->names ? io_csv_names(&c) : io_csv_choose(&c) && csv_rows(&c));
    text_free(&c.names);
    array_free(io->m, &c.columns);
    array_free(io->m, &c.values);
    if (good) io_close(io->m, &io->file); /* nothing points into it */
    return good;
}
