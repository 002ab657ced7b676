/*
 * show.c - arrays for people: in the form in which one can give them as values, in 80 columns.
 *
 *     v = [1, 2, 3]
 *     A = [[ 1, 2],            small matrices whole, their columns aligned
 *          [10, 3]]
 *     x[1797, 64] = [[0, 0, 5, 13, …],      of large ones the sizes and the corner
 *                    …]
 *
 * Numbers are whole where they fit, else they have six digits (ints all of theirs); --json and files have all of them.
 */
#include "arrays.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

enum {
    SHOW_COLUMNS = 80,
    SHOW_DIGITS = 6,
    WHOLE_VECTOR = 100, /* a longer one is cut to a line */
    WHOLE_ROWS = 20,    /* a matrix of more is cut to FEW_ROWS */
    FEW_ROWS = 6,
    MOST_CELLS = 40, /* more do not stand beside each other in 80 columns */
    MOST_SLICES = 6,
    HEAD_MOST = 40 /* a longer head stands in a line of its own */
};

static const char *show_number(const struct array *a, size_t e, int digits, char number[32])
{
    if (a->type == EW_BOOL) return a->values[e] != 0 ? "true" : "false";
    if (a->whole)
        snprintf(number, 32, "%lld", (long long)a->whole[e]);
    else
        ew_number_text(a->values[e], digits, number);
    return number;
}

static void show_spaces(struct cli *c, size_t count)
{
    while (count--) cli_put(c, " ");
}

/* "head = ", or "head =\n    " for a long one; the columns to the left of what follows. */
static size_t show_head(struct cli *c, const char *head, const struct array *a, bool cut)
{
    char sizes[400] = "";
    if (cut) cli_array_sizes(a, sizes, sizeof sizes);
    size_t columns = table_columns(head) + table_columns(sizes);
    cli_put(c, head);
    cli_put(c, sizes);
    cli_put(c, columns > HEAD_MOST ? " =\n    " : " = ");
    return columns > HEAD_MOST ? 4 : columns + 3;
}

/* ---- A vector ----------------------------------------------------------------------------------------- */

static void show_vector(struct cli *c, const char *head, const struct array *a)
{
    size_t count = a->size[0], left, used;
    bool cut = count > WHOLE_VECTOR;
    left = used = show_head(c, head, a, cut || count == 0) + 1;
    cli_put(c, "[");
    for (size_t e = 0; e < count; e++) {
        char number[32];
        const char *s = show_number(a, e, cut ? SHOW_DIGITS : 0, number);
        if (e && cut && used + strlen(s) + 6 > SHOW_COLUMNS) {
            cli_put(c, ", …");
            break;
        }
        if (e) cli_put(c, ",");
        if (e && used + strlen(s) + 3 > SHOW_COLUMNS) {
            cli_put(c, "\n");
            show_spaces(c, left);
            used = left;
        } else if (e) {
            cli_put(c, " ");
            used += 2;
        }
        cli_put(c, s);
        used += strlen(s);
    }
    cli_put(c, "]\n");
}

/* ---- A matrix ------------------------------------------------------------------------------------------- */

struct cells {
    const struct array *a;
    size_t at; /* element of its first number: the matrix may be a slice */
    size_t rows, all_rows, columns, all_columns;
    size_t width[MOST_CELLS];
    int digits;
};

static void cells_measure(struct cells *m, int digits)
{
    char number[32];
    m->digits = digits;
    for (size_t k = 0; k < m->columns; k++) {
        m->width[k] = 0;
        for (size_t r = 0; r < m->rows; r++) {
            size_t n = strlen(show_number(m->a, m->at + r * m->all_columns + k, digits, number));
            if (n > m->width[k]) m->width[k] = n;
        }
    }
}

/* How many columns fit beside `left`; all of them, or what leaves room for an ellipsis. */
static size_t cells_fit(const struct cells *m, size_t left)
{
    size_t used = left + 4, fit = 0; /* two brackets on either side */
    for (; fit < m->columns; fit++) {
        used += m->width[fit] + (fit ? 2 : 0);
        bool last = fit + 1 == m->all_columns;
        if (used + (last ? 0 : 3) > SHOW_COLUMNS && fit > 0) break;
    }
    return fit;
}

static void cells_arrange(struct cells *m, size_t left)
{
    m->rows = m->all_rows > WHOLE_ROWS ? FEW_ROWS : m->all_rows;
    m->columns = m->all_columns < MOST_CELLS ? m->all_columns : MOST_CELLS;
    cells_measure(m, 0);
    if (cells_fit(m, left) < m->all_columns) cells_measure(m, SHOW_DIGITS);
    m->columns = cells_fit(m, left);
}

static bool cells_cut(const struct cells *m)
{
    return m->rows < m->all_rows || m->columns < m->all_columns;
}

static void cells_put(struct cli *c, const struct cells *m, size_t left)
{
    char number[32];
    for (size_t r = 0; r < m->rows; r++) {
        if (r) show_spaces(c, left);
        cli_put(c, r ? " [" : "[[");
        for (size_t k = 0; k < m->columns; k++) {
            const char *s = show_number(m->a, m->at + r * m->all_columns + k, m->digits, number);
            if (k) cli_put(c, ", ");
            show_spaces(c, m->width[k] - strlen(s));
            cli_put(c, s);
        }
        if (m->columns < m->all_columns) cli_put(c, ", …");
        cli_put(c, r + 1 < m->all_rows ? "],\n" : "]");
    }
    if (m->rows < m->all_rows) show_spaces(c, left + 1), cli_put(c, "…");
    cli_put(c, "]\n");
}

static void show_matrix(struct cli *c, const char *head, const struct array *a)
{
    struct cells m = {.a = a, .all_rows = a->size[0], .all_columns = a->size[1]};
    char sizes[64];
    cli_array_sizes(a, sizes, sizeof sizes);
    size_t columns = table_columns(head);
    cells_arrange(&m, columns > HEAD_MOST ? 4 : columns + 3);
    bool cut = cells_cut(&m);
    if (cut) cells_arrange(&m, columns + strlen(sizes) > HEAD_MOST ? 4 : columns + strlen(sizes) + 3);
    cells_put(c, &m, show_head(c, head, a, cut));
}

/* ---- More axes ------------------------------------------------------------------------------------------ */

/* The last two axes are matrices, each under its place in the others. */
static void show_slices(struct cli *c, const char *head, const struct array *a)
{
    struct array outer = *a;
    size_t slice = a->size[a->rank - 2] * a->size[a->rank - 1], count = cli_array_count(a) / slice;
    outer.rank -= 2;
    char place[400];
    cli_array_sizes(a, place, sizeof place);
    cli_put(c, head);
    cli_put(c, place);
    cli_put(c, " =\n");
    for (size_t s = 0; s < count; s++) {
        if (s == MOST_SLICES && count > MOST_SLICES + 1) {
            cli_put(c, "  …\n");
            break;
        }
        struct cells m = {
            .a = a, .at = s * slice, .all_rows = a->size[a->rank - 2], .all_columns = a->size[a->rank - 1]};
        cli_array_place(&outer, "", s, place, sizeof place);
        size_t left = strlen(place) + 4;
        cells_arrange(&m, left);
        cli_put(c, "  ");
        cli_put(c, place);
        cli_put(c, "  ");
        cells_put(c, &m, left);
    }
}

void cli_array_show(struct cli *c, const char *head, const struct array *a)
{
    char number[32];
    if (a->rank == 0) {
        if (head) cli_put(c, head), cli_put(c, " = ");
        cli_put(c, show_number(a, 0, 0, number));
        cli_put(c, "\n");
    } else if (cli_array_count(a) == 0) {
        show_head(c, head, a, true);
        cli_put(c, "[]\n");
    } else {
        (a->rank == 1 ? show_vector : a->rank == 2 ? show_matrix : show_slices)(c, head, a);
    }
}

/* ---- In one line ------------------------------------------------------------------------------------------ */

struct line {
    char at[400];
    size_t used, columns, most;
};

static bool line_add(struct line *l, const char *s)
{
    size_t n = strlen(s), columns = table_columns(s);
    if (l->columns + columns > l->most || l->used + n >= sizeof l->at) return false;
    memcpy(l->at + l->used, s, n + 1);
    l->used += n;
    l->columns += columns;
    return true;
}

static bool line_whole(struct line *l, const struct array *a, size_t count)
{
    char number[32];
    bool fits = count <= WHOLE_VECTOR;
    for (size_t e = 0; fits && e < count; e++) {
        size_t below = count, opened = 0, closed = 0;
        for (size_t p = 0; p < a->rank; below /= a->size[p++]) opened += e % below == 0, closed += (e + 1) % below == 0;
        if (e) fits = line_add(l, ", ");
        while (fits && opened--) fits = line_add(l, "[");
        fits = fits && line_add(l, show_number(a, e, SHOW_DIGITS, number));
        while (fits && closed--) fits = line_add(l, "]");
    }
    return fits;
}

/* The beginning of the first row: "[[1, 2, …], …]". */
static void line_begin(struct line *l, const struct array *a)
{
    char number[32];
    size_t row = a->size[a->rank - 1], keep = 3 * a->rank + 3, most = l->most;
    for (size_t p = 0; p < a->rank; p++) line_add(l, "[");
    l->most = most > keep ? most - keep : 0;
    size_t e = 0;
    while (e < row && line_add(l, e ? ", " : "") && line_add(l, show_number(a, e, SHOW_DIGITS, number))) e++;
    while (e < row && l->used && (l->at[l->used - 1] == ' ' || l->at[l->used - 1] == ',')) l->at[--l->used] = '\0';
    l->most = SIZE_MAX;
    if (e < row) line_add(l, e ? ", …" : "…");
    for (size_t p = a->rank; p-- > 0;) {
        line_add(l, "]");
        if (p && a->size[p - 1] > 1) line_add(l, ", …");
    }
}

void cli_array_corner(struct cli *c, const struct array *a, size_t columns)
{
    struct line l = {.most = columns};
    size_t count = cli_array_count(a);
    if (count == 0) {
        cli_put(c, "[]");
        return;
    }
    if (!line_whole(&l, a, count)) {
        l = (struct line){.most = columns};
        line_begin(&l, a);
    }
    cli_put(c, l.at);
}
