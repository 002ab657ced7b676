/*
 * csv_columns.c - the header of a csv file, and the columns that were asked for.
 *
 * Names are what the header says, without the spaces around them; each stands once. What is asked for is a
 * name, or items with commas between: names, and ranges FIRST..LAST in the file's order. A header whose own
 * name has a comma or two points is found by its whole text first.
 */
#include "base/alike.h"
#include "io/csv.h"

#include <stdlib.h>
#include <string.h>

typedef struct csv_name {
    const char *at;
    size_t count, column;
} csv_name;

static int csv_name_order(const void *a, const void *b)
{
    const csv_name *x = a, *y = b;
    int order = memcmp(x->at, y->at, x->count < y->count ? x->count : y->count);
    if (order || x->count != y->count) return order ? order : x->count < y->count ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

static void csv_trim(const char **s, size_t *n)
{
    while (*n && (**s == ' ' || **s == '\t')) ++*s, --*n;
    while (*n && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t')) --*n;
}

static bool csv_column_add(csv *c, const csv_field *f)
{
    const char *s = c->s + f->from;
    size_t n = f->count, start = c->names.count, invalid = utf8_invalid(s, n);
    if (invalid < n || memchr(s, 0, n))
        return io_csv_fail(c, E_CSV_UTF8, f->from + (invalid < n ? invalid : 0), 1, NULL, NULL);
    csv_trim(&s, &n);
    if (!n) return io_csv_fail(c, E_CSV_UNNAMED, f->place, f->count + 2 * f->quoted, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        text_char(&c->names, s[i]);
        i += f->doubled && s[i] == '"';
    }
    size_t count = c->names.count - start;
    text_char(&c->names, '\0');
    csv_column column = {start, count, CSV_NOT_CHOSEN, f->place, f->count + 2 * f->quoted};
    if (c->names.failed || !array_push(c->io->m, &c->columns, column)) return report_memory(&c->io->r);
    return true;
}

static const char *csv_column_name(const csv *c, size_t i)
{
    return c->names.at + c->columns.at[i].name;
}

/* All names in order, from the hook; NULL: no memory. */
static csv_name *csv_sorted(csv *c)
{
    csv_name *sorted = block_new(c->io->m, c->columns.count, sizeof *sorted);
    for (size_t i = 0; sorted && i < c->columns.count; i++)
        sorted[i] = (csv_name){csv_column_name(c, i), c->columns.at[i].name_count, i};
    if (sorted) qsort(sorted, c->columns.count, sizeof *sorted, csv_name_order);
    return sorted;
}

static bool csv_unique(csv *c)
{
    char word[160];
    csv_name *sorted = csv_sorted(c);
    if (!sorted) return report_memory(&c->io->r);
    for (size_t i = 1; i < c->columns.count && report_ok(&c->io->r); i++) {
        if (sorted[i].count != sorted[i - 1].count || memcmp(sorted[i].at, sorted[i - 1].at, sorted[i].count) != 0)
            continue;
        const csv_column *second = &c->columns.at[sorted[i].column];
        io_csv_fail(c, E_CSV_TWICE, second->field, second->width, quote(word, sorted[i].at, sorted[i].count), NULL);
    }
    block_free(c->io->m, sorted, c->columns.count);
    return report_ok(&c->io->r);
}

static bool csv_all_numbers(csv *c)
{
    double value;
    for (size_t i = 0; i < c->columns.count; i++)
        if (io_csv_read_number(c->io->m, csv_column_name(c, i), c->columns.at[i].name_count, &value) != CSV_A_NUMBER)
            return false;
    return true;
}

bool io_csv_header(csv *c)
{
    csv_field f;
    if (c->count >= 3 && memcmp(c->s, "\xEF\xBB\xBF", 3) == 0) c->at = c->row = 3;
    if (c->at == c->count) return io_csv_fail(c, E_CSV_EMPTY, c->at, 0, NULL, NULL);
    do {
        if (!io_csv_next(c, &f) || !csv_column_add(c, &f)) return false;
    } while (io_csv_more(c));
    if (csv_all_numbers(c)) return io_csv_fail(c, E_CSV_NUMBERS, c->row, c->at - c->row, NULL, NULL);
    if (!csv_unique(c)) return false;
    io_csv_line(c);
    return true;
}

bool io_csv_names(csv *c)
{
    for (size_t i = 0; i < c->columns.count; i++)
        if (!io_name(c->io, csv_column_name(c, i), c->columns.at[i].name_count)) return false;
    return true;
}

/* ---- Choosing --------------------------------------------------------------------------------- */

static size_t csv_find(const csv *c, const char *s, size_t n)
{
    csv_trim(&s, &n);
    for (size_t i = 0; i < c->columns.count; i++)
        if (c->columns.at[i].name_count == n && memcmp(csv_column_name(c, i), s, n) == 0) return i;
    return CSV_NOT_CHOSEN;
}

static bool csv_take(csv *c, size_t column)
{
    char word[160];
    if (c->columns.at[column].place != CSV_NOT_CHOSEN) {
        const csv_column *twice = &c->columns.at[column];
        return report_plain(&c->io->r, E_CSV_AGAIN, quote(word, csv_column_name(c, column), twice->name_count), NULL);
    }
    c->columns.at[column].place = c->chosen++;
    return true;
}

static bool csv_no_column(csv *c, const char *s, size_t n)
{
    char word[160];
    csv_trim(&s, &n);
    alike best = alike_begin(n);
    for (size_t i = 0; i < c->columns.count; i++)
        alike_try(&best, csv_column_name(c, i), c->columns.at[i].name_count, s, n);
    report_plain(&c->io->r, E_CSV_COLUMN, quote(word, s, n), NULL);
    if (best.word) report_hint(&c->io->r, "did you mean '{1}'?", best.word);
    if (c->columns.count == 1 && strpbrk(csv_column_name(c, 0), ";\t|"))
        report_hint(&c->io->r, "fields are separated by commas; this file has one column, '{1}'",
                    csv_column_name(c, 0));
    report_hint(&c->io->r, "the first column is '{1}'", csv_column_name(c, 0));
    return false;
}

/* FIRST..LAST; `dots` is where the points are. */
static bool csv_range(csv *c, const char *s, size_t n, size_t dots)
{
    char from[160], to[160];
    const char *last = s + dots + 2;
    size_t last_count = n - dots - 2, a = csv_find(c, s, dots), b = csv_find(c, last, last_count);
    if (a == CSV_NOT_CHOSEN) return csv_no_column(c, s, dots);
    if (b == CSV_NOT_CHOSEN) return csv_no_column(c, last, last_count);
    if (a > b) return report_plain(&c->io->r, E_CSV_ORDER, quote(from, s, dots), quote(to, last, last_count));
    while (a <= b)
        if (!csv_take(c, a++)) return false;
    return true;
}

static bool csv_item(csv *c, const char *s, size_t n)
{
    size_t column = csv_find(c, s, n), dots = 0;
    if (column != CSV_NOT_CHOSEN) return csv_take(c, column);
    while (dots + 2 <= n && memcmp(s + dots, "..", 2) != 0) dots++;
    return dots + 2 <= n ? csv_range(c, s, n, dots) : csv_no_column(c, s, n);
}

bool io_csv_choose(csv *c)
{
    const char *part = c->io->part;
    if (!part) {
        for (size_t i = 0; i < c->columns.count; i++) c->columns.at[i].place = i;
        c->chosen = c->columns.count;
        return true;
    }
    size_t n = strlen(part), column = csv_find(c, part, n);
    c->vector = column != CSV_NOT_CHOSEN;
    if (c->vector) return csv_take(c, column);
    for (const char *s = part, *end = part + n;; s++) {
        const char *comma = memchr(s, ',', (size_t)(end - s));
        if (!csv_item(c, s, (size_t)((comma ? comma : end) - s))) return false;
        if (!comma) return true;
        s = comma;
    }
}
