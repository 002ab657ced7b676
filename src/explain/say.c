/*
 * say.c - lines that fit 80 columns, colours, tables.
 *
 * A line is broken at spaces, never beside an operator that would be left alone; a formula rather
 * before its = or +. Marks take no columns; at the end they become colours or nothing, so that the
 * text is the same with and without.
 */
#include <string.h>

#include "base/unicode.h"
#include "explain/explain.h"

enum { SAY_CHUNK = 1 << 15 };

void explain_drop(lesson *l, text *t)
{
    if (t->failed) explain_fail(l);
    text_free(t);
}

const char *explain_word(const lesson *l, const char *sentence)
{
    return translate(l->r.language, sentence);
}

static bool say_is_mark(char c)
{
    return c > 0 && c < 8;
}

/* One character at s: its bytes, and its columns. */
static size_t say_character(const char *s, size_t n, size_t *columns)
{
    uint32_t code = 0xFFFD;
    size_t k = utf8_decode(s, n, &code);
    *columns = say_is_mark(*s) ? 0 : unicode_width(code);
    return k ? k : 1;
}

size_t explain_width(const char *s)
{
    size_t columns = 0, n = strlen(s), one;
    for (size_t i = 0; i < n; columns += one) i += say_character(s + i, n - i, &one);
    return columns;
}

void explain_cut(text *t, const char *s, size_t most)
{
    size_t n = strlen(s), columns = 0, one, open = 0;
    bool whole = explain_width(s) <= most;
    for (size_t i = 0; i < n; columns += one) {
        size_t k = say_character(s + i, n - i, &one);
        if (!whole && columns + one + 1 > most) break;
        if (say_is_mark(s[i])) open = s[i] == *MARK_END ? 0 : 1;
        text_addn(t, s + i, k);
        i += k;
    }
    if (open) text_add(t, MARK_END);
    if (!whole) text_add(t, "…");
}

/* ---- Writing out ------------------------------------------------------------------------------ */

static const char *say_colour(char mark)
{
    switch (mark) {
    case 1: return "\033[1m";
    case 2: return "\033[32m";
    case 3: return "\033[36m";
    case 4: return "\033[1m";
    case 5: return "\033[2m";
    default: return "\033[0m";
    }
}

void explain_flush(lesson *l, bool end)
{
    if (l->out.count < SAY_CHUNK && !end) return;
    if (!l->broken && !l->out.failed && l->out.count) l->broken = l->write(l->context, l->out.at, l->out.count) != 0;
    if (l->out.failed) explain_fail(l);
    text_clear(&l->out);
}

/* A new line begins: if a step ended before it, the caller may wait for a key; then the blank. */
static void say_begin(lesson *l)
{
    if (l->pending && l->o->step) {
        explain_flush(l, true);
        if (!l->broken && report_ok(&l->r)) l->o->step(l->o->step_context);
    }
    l->pending = false;
    if (l->blank) text_char(&l->out, '\n');
    l->blank = false;
}

static void say_bytes(lesson *l, const char *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!say_is_mark(s[i]))
            text_char(&l->out, s[i]);
        else if (l->o->color)
            text_add(&l->out, say_colour(s[i]));
    }
}

static void say_row(lesson *l, size_t indent, const char *s, size_t count)
{
    while (count && s[count - 1] == ' ') count--;
    if (count) text_repeat(&l->out, " ", indent);
    say_bytes(l, s, count);
    text_char(&l->out, '\n');
    explain_flush(l, false);
}

void explain_raw(lesson *l, const char *s)
{
    say_begin(l);
    say_row(l, 0, s, strlen(s));
}

void explain_blank(lesson *l)
{
    l->blank = true;
}

void explain_step(lesson *l)
{
    l->pending = true;
}

/* ---- Breaking lines --------------------------------------------------------------------------- */

/* Is s[0..n) one operator that belongs to what follows it? */
static bool say_is_operator(const char *s, size_t n)
{
    static const char *const operators[] = {"=", "+", "-", "*", "/", "→", "×", "<", ">"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strlen(operators[i]) == n && memcmp(operators[i], s, n) == 0) return true;
    return false;
}

static size_t say_word(const char *s, size_t n)
{
    size_t k = 0;
    while (k < n && s[k] != ' ') k++;
    return k;
}

/* May the line end before the space at p? 0: no; 3: before an =, 2: elsewhere. */
static int say_rank(const char *s, size_t n, size_t p, size_t word, bool formula)
{
    if (p == 0 || s[p - 1] == ' ' || say_is_operator(s + word, p - word)) return 0;
    size_t next = say_word(s + p + 1, n - p - 1);
    if (!formula) return say_is_operator(s + p + 1, next) ? 0 : 2;
    return next == 1 && s[p + 1] == '=' ? 3 : 2;
}

enum { LINE_PROSE, LINE_FIRST, LINE_NEXT, LINE_INSIDE };

/* How many bytes of s go on a line of `room` columns. A formula's first = stays with its left side;
 * a line that goes on inside a sum (LINE_INSIDE) ends before the next =. */
static size_t say_fit(const char *s, size_t n, size_t room, int kind)
{
    size_t at[4] = {0}, columns = 0, word = 0, one;
    bool formula = kind != LINE_PROSE, first = kind == LINE_FIRST;
    for (size_t p = 0; p < n; columns += one) {
        int rank = s[p] == ' ' ? say_rank(s, n, p, word, formula) : 0;
        if (formula && p && n - p > 1 && memcmp(s + p, "·", 2) == 0) rank = 1;
        if (rank == 3 && first) first = false, rank = 2;
        if (rank == 3 && kind == LINE_INSIDE && columns <= room) return p;
        if (rank && (columns <= room || !(at[1] || at[2] || at[3])) && !(rank == 3 && at[3])) at[rank] = p;
        if (s[p] == ' ') word = p + 1;
        p += say_character(s + p, n - p, &one);
        if (columns + one > room && (at[1] || at[2] || at[3]) && s[p - 1] != ' ')
            return at[3] ? at[3] : at[2] ? at[2] : at[1];
    }
    return n;
}

static void say_lines(lesson *l, size_t indent, size_t hang, const char *s, bool formula)
{
    size_t n = strlen(s);
    int kind = formula ? LINE_FIRST : LINE_PROSE;
    say_begin(l);
    do {
        size_t k = say_fit(s, n, LESSON_COLUMNS - indent, kind);
        say_row(l, indent, s, k);
        for (s += k, n -= k; n && *s == ' '; n--) s++;
        if (formula) kind = *s == '=' ? LINE_NEXT : LINE_INSIDE;
        indent = hang;
    } while (n && !l->out.failed);
}

void explain_prose(lesson *l, size_t indent, const char *s)
{
    say_lines(l, indent, indent, s, false);
}

void explain_formula(lesson *l, size_t indent, const char *s)
{
    size_t columns = 0, n = strlen(s), one, i = 0;
    while (i < n && memcmp(s + i, " = ", n - i < 3 ? n - i : 3) != 0) {
        i += say_character(s + i, n - i, &one);
        columns += one;
    }
    say_lines(l, indent, indent + (i < n && columns < 28 ? columns + 1 : 4), s, true);
}

void explain_sentence(lesson *l, size_t indent, const char *sentence, const char *a, const char *b, const char *c)
{
    text t;
    text_begin(&t, l->m);
    phrase_fill(l, &t, sentence, a, b, c);
    explain_prose(l, indent, text_string(&t));
    explain_drop(l, &t);
}

void explain_heading(lesson *l, const char *title)
{
    text t;
    text_begin(&t, l->m);
    if (l->section) explain_blank(l);
    text_add(&t, MARK_HEAD);
    text_format(&t, "%u. ", ++l->section);
    phrase_fill(l, &t, title, ew_node_name(l->g, explain_node(l, l->of)), NULL, NULL);
    text_add(&t, MARK_END);
    explain_prose(l, 0, text_string(&t));
    explain_blank(l);
    explain_drop(l, &t);
}

/* ---- Tables ----------------------------------------------------------------------------------- */

enum { TABLE_COLUMNS = 10, TABLE_GAP = 3 };

void explain_table(table *t, lesson *l, size_t columns, bool heading)
{
    *t = (table){.l = l, .columns = columns, .heading = heading};
    text_begin(&t->pool, l->m);
}

void explain_cell(table *t, const char *s)
{
    if (!array_push(t->l->m, &t->start, t->pool.count)) t->pool.failed = true;
    text_addn(&t->pool, s, strlen(s) + 1);
}

/* Columns before the decimal point, and from it on; a text that is no number has none. */
static bool table_number(const char *s, size_t *whole, size_t *rest)
{
    size_t width = explain_width(s), point = 0;
    while (*s && say_is_mark(*s)) s++;
    const char *digits = *s == '-' ? s + 1 : s;
    if (!(*digits >= '0' && *digits <= '9') && strcmp(digits, "inf") != 0 && strcmp(digits, "nan") != 0) return false;
    for (const char *c = digits; *c; c++)
        if (!strchr("0123456789.e-infa", *c)) return false;
    while (s[point] && s[point] != '.' && s[point] != 'e') point++;
    *whole = point;
    *rest = width - point;
    return true;
}

static const char *table_at(const table *t, size_t i)
{
    return text_string(&t->pool) + t->start.at[i];
}

/* How wide each column is, and how far left of its right end the points of its numbers stand. */
typedef struct table_layout {
    size_t width[TABLE_COLUMNS], rest[TABLE_COLUMNS];
    bool numbers[TABLE_COLUMNS];
} table_layout;

static void table_measure(const table *t, size_t c, table_layout *y)
{
    size_t rows = t->start.count / t->columns, whole = 0;
    y->numbers[c] = rows > 0 && c > 0;
    for (size_t row = 0; row < rows; row++) {
        const char *s = table_at(t, row * t->columns + c);
        size_t w = explain_width(s), before = 0, after = 0;
        if (w > y->width[c]) y->width[c] = w;
        if (*s == '\0' || (row == 0 && t->heading) || strcmp(s, "-") == 0) continue;
        if (!table_number(s, &before, &after)) y->numbers[c] = false;
        if (before > whole) whole = before;
        if (after > y->rest[c]) y->rest[c] = after;
    }
    if (y->numbers[c] && whole + y->rest[c] > y->width[c]) y->width[c] = whole + y->rest[c];
}

static void table_widths(const table *t, size_t indent, table_layout *y)
{
    size_t total = indent, widest = 0;
    for (size_t c = 0; c < t->columns; c++) {
        table_measure(t, c, y);
        total += y->width[c] + (c ? TABLE_GAP : 0);
    }
    while (total > LESSON_COLUMNS) { /* the widest column gives way */
        for (size_t c = widest = 0; c < t->columns; c++)
            if (y->width[c] > y->width[widest]) widest = c;
        if (y->width[widest] <= 8) break;
        y->width[widest]--;
        total--;
    }
}

static void table_put(const table *t, size_t row, size_t c, const table_layout *y)
{
    text *line = &t->l->line;
    const char *s = table_at(t, row * t->columns + c);
    size_t w = explain_width(s), room = y->width[c], before = 0, after = 0, left = 0;
    if (y->numbers[c] && w < room) {
        left = room - w;
        if (table_number(s, &before, &after) && y->rest[c] - after <= left) left -= y->rest[c] - after;
    }
    text_repeat(line, " ", left);
    explain_cut(line, s, room);
    if (c + 1 < t->columns) text_repeat(line, " ", room - left - (w < room ? w : room) + TABLE_GAP);
}

static void table_row(table *t, size_t indent, size_t row, const table_layout *y)
{
    text *line = &t->l->line;
    text_clear(line);
    text_repeat(line, " ", indent);
    if (row == 0 && t->heading) text_add(line, MARK_DIM);
    for (size_t c = 0; c < t->columns; c++) table_put(t, row, c, y);
    while (line->count && line->at[line->count - 1] == ' ') line->at[--line->count] = '\0';
    if (row == 0 && t->heading) text_add(line, MARK_END);
    explain_raw(t->l, text_string(line));
}

void explain_table_end(table *t, size_t indent)
{
    table_layout y = {0};
    if (t->pool.failed) {
        explain_fail(t->l);
    } else {
        table_widths(t, indent, &y);
        for (size_t row = 0; row < t->start.count / t->columns; row++) table_row(t, indent, row, &y);
    }
    array_free(t->l->m, &t->start);
    text_free(&t->pool);
}
