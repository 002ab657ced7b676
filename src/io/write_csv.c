/*
 * write_csv.c - arrays as columns: a header line, then rows of the shortest decimals that read back to the
 * same bits. An f32 is written as the shortest decimal of its double; a bool as 0 or 1.
 */
#include "io/csv.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

typedef struct csv_out {
    io_save *s;
    const ew_data_array *arrays;
    size_t count, rows;
} csv_out;

static size_t csv_out_rows(const ew_data_array *a)
{
    return a->axes ? a->sizes[0] : 1;
}

static size_t csv_out_columns(const ew_data_array *a)
{
    return a->axes == 2 ? a->sizes[1] : 1;
}

static void csv_out_name(text *t, const ew_data_array *a, size_t column)
{
    const char *name = a->name;
    bool quoted = strpbrk(name, ",\"\r\n") != NULL;
    if (quoted) text_char(t, '"');
    for (const char *s = name; *s; s++) {
        if (*s == '"') text_char(t, '"');
        text_char(t, *s);
    }
    if (a->axes == 2) text_count(t, column);
    if (quoted) text_char(t, '"');
}

static bool csv_out_header(const csv_out *o, text *t)
{
    for (size_t k = 0, first = 1; k < o->count; k++)
        for (size_t j = 0; j < csv_out_columns(&o->arrays[k]); j++, first = 0) {
            if (!first) text_char(t, ',');
            csv_out_name(t, &o->arrays[k], j);
        }
    text_char(t, '\n');
    return !t->failed || report_memory(&o->s->r);
}

/* Room for 32. An int of its own type is written whole, also beyond 2^53. */
static size_t csv_out_value(const ew_data_array *a, size_t i, char *out)
{
    if (!a->values && a->type == EW_INT)
        return (size_t)snprintf(out, 32, "%lld", (long long)((const int64_t *)a->elements)[i]);
    double value = io_value(a, i);
    return number_text(a->type == EW_F32 ? (double)(float)value : value, 0, out);
}

static void csv_out_row(const csv_out *o, size_t row)
{
    char piece[40];
    bool first = true;
    for (size_t k = 0; k < o->count; k++) {
        size_t columns = csv_out_columns(&o->arrays[k]);
        for (size_t j = 0; j < columns; j++, first = false) {
            piece[0] = ',';
            size_t n = csv_out_value(&o->arrays[k], row * columns + j, piece + 1);
            io_put(o->s, piece + first, n + 1 - first);
        }
    }
    io_put(o->s, "\n", 1);
}

static bool csv_out_check(csv_out *o)
{
    char one[160], two[160];
    size_t count;
    for (size_t k = 0; k < o->count; k++) {
        const ew_data_array *a = &o->arrays[k], *b = &o->arrays[0];
        if (!io_check(o->s, a, 2, &count)) return false;
        if (csv_out_columns(a) == 0)
            return report_plain(&o->s->r, E_SAVE_NAME, quote(one, a->name, strlen(a->name)), NULL);
        if (csv_out_rows(a) != csv_out_rows(b))
            return report_plain(&o->s->r, E_SAVE_ROWS, quote(one, b->name, strlen(b->name)),
                                quote(two, a->name, strlen(a->name)));
    }
    o->rows = csv_out_rows(&o->arrays[0]);
    return true;
}

/* What is written must be readable: the header is read as a header. */
static bool csv_out_readable(const csv_out *o, const text *t)
{
    io_read io = {.m = &o->s->m, .r = {.m = &o->s->m, .language = o->s->r.language}};
    csv c = {.io = &io, .s = t->at, .count = t->count, .line = 1};
    text_begin(&c.names, io.m);
    bool good = io_csv_header(&c);
    text_free(&c.names);
    array_free(io.m, &c.columns);
    if (good) return true;
    o->s->r.error = io.r.error;
    if (o->s->r.error.status == EW_FILE) o->s->r.error.status = EW_USE;
    return false;
}

bool io_write_csv(io_save *s, const ew_data_array *arrays, size_t count)
{
    csv_out o = {s, arrays, count, 0};
    size_t *order = io_order(s, arrays, count); /* for its checks: columns keep the caller's order */
    if (!order) return false;
    block_free(&s->m, order, count);
    text t;
    text_begin(&t, &s->m);
    bool good = csv_out_check(&o) && csv_out_header(&o, &t) && csv_out_readable(&o, &t) && io_save_begin(s, s->path);
    if (good) io_put(s, text_string(&t), t.count);
    text_free(&t);
    for (size_t row = 0; good && row < o.rows && !s->failed; row++) csv_out_row(&o, row);
    return good;
}
