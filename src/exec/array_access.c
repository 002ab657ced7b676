/*
 * array_access.c - accesses of a strip: elements of an array at places that may lie outside, or that are gathered; and
 * scatters, which add to such places.
 */
#include <stdio.h>
#include <string.h>

#include "exec/array_strip.h"
#include "math/integers.h"

static bool access_fault(const strip *s, const plan_access *x, size_t axis, int64_t place)
{
    char where[64], which[64];
    int64_t size = s->a->access_axes.at[x->axes + axis].size, asked = place - NOT_MADE; /* of a place not made yet */
    bool early = asked >= 0 && asked < size, never = place >= NOT_MADE / 2 * 3 && place < NOT_MADE / 2;
    error_code code = place == NO_WHOLE_PLACE ? E_RUN_FRACTION : place == NO_CHOICE ? E_ARG_NOTHING : E_RUN_EARLY;
    snprintf(where, sizeof where, "%lld", (long long)(never ? asked : place));
    if (early || place == NO_WHOLE_PLACE || place == NO_CHOICE) {
        exec_report_at(s->p, s->work, code, x->name, where, NULL);
        return false;
    }
    snprintf(which, sizeof which, "%zu (0 to %lld)", axis + 1, (long long)size - 1);
    exec_report_at(s->p, s->work, E_RUN_OUTSIDE, x->name, where, which);
    return false;
}

/* The element that each place of the strip asks for, from the array's first one; -1: it lies outside. Axis by axis
 * into `at`, which has room for a strip. Returns the first axis that an element left, in *left, or SIZE_MAX. */
static void access_places(const strip *s, const plan_access *x, int64_t *at, int64_t *wrong, uint32_t *left)
{
    for (size_t i = 0; i < s->count; i++) at[i] = 0, left[i] = UINT32_MAX;
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &s->a->access_axes.at[x->axes + k];
        const int64_t *gather = axis->line == ARRAY_NONE ? (const int64_t *)(const void *)s->w->at[axis->gather] : NULL;
        uint32_t line = gather ? 0 : s->m->lines + axis->line;
        int64_t row = gather ? 0 : strip_row(s, line), column = gather ? 0 : strip_column(s, line);
        int64_t first = gather ? 0 : s->w->number[line] + strip_begin(s, row, column);
        for (size_t r = 0, i = 0; r < s->rows; r++, first += row)
            for (size_t c = 0; c < s->columns; c++, i++) {
                int64_t place = gather ? gather[i] : first + (int64_t)c * column;
                if ((uint64_t)place < (uint64_t)axis->size)
                    at[i] += place * axis->stride;
                else if (left[i] == UINT32_MAX)
                    left[i] = k, wrong[i] = place;
            }
    }
}

enum { PLACES_MIXED, PLACES_INSIDE, PLACES_OUTSIDE };
enum { ACCESS_ROW = 8 };

/* A row of a strip: its columns [from, till) lie inside. */
typedef struct access_row {
    int64_t from, till, at, stride;
} access_row;

/* Do all places of the strip lie inside, or all outside? Inside: the first one's element, and its strides. */
static int access_plain(const strip *s, const plan_access *x, int64_t *at, int64_t *row, int64_t *column)
{
    *at = *row = *column = 0;
    if (x->when != ARRAY_NONE) return PLACES_MIXED;
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &s->a->access_axes.at[x->axes + k];
        if (axis->line == ARRAY_NONE) return PLACES_MIXED;
        uint32_t line = s->m->lines + axis->line;
        int64_t down = strip_row(s, line), along = strip_column(s, line);
        int64_t first = s->w->number[line] + strip_begin(s, down, along), low = first, high = first;
        int64_t far = ((int64_t)s->rows - 1) * down, wide = ((int64_t)s->columns - 1) * along;
        *(far < 0 ? &low : &high) += far;
        *(wide < 0 ? &low : &high) += wide;
        if (high < 0 || low >= axis->size) return x->zero ? PLACES_OUTSIDE : PLACES_MIXED;
        if (low < 0 || high >= axis->size) return PLACES_MIXED;
        *at += first * axis->stride;
        *row += down * axis->stride;
        *column += along * axis->stride;
    }
    return PLACES_INSIDE;
}

/* Without a look at each place, where that can be. */
static bool access_at_once(const strip *s, const plan_access *x, int type, uint32_t out)
{
    int64_t at, row, column;
    bool own = s->a->slots.at[s->m->slots + out] != ARRAY_NONE;
    if (own) s->w->at[out] = s->w->strips + (size_t)s->a->slots.at[s->m->slots + out] * STRIP * 8;
    void *to = s->w->at[out];
    uint32_t line = s->m->lines + x->line;
    if (s->a->lines.at[line].buffer == ARRAY_NONE) return false;
    int places = access_plain(s, x, &at, &row, &column);
    const char *from = s->w->line[line];
    bool piece = column == 1 && (s->rows == 1 || row == (int64_t)s->columns);
    if (places == PLACES_INSIDE && own && piece) /* it is read where it lies */
        s->w->at[out] = s->w->line[line] + at * (int64_t)array_type_bytes(type);
    else if (places == PLACES_OUTSIDE)
        memset(to, 0, s->count * array_type_bytes(type));
    else if (places == PLACES_INSIDE && type == ARRAY_F32)
        strip_copy_4(s, to, (const uint32_t *)(const void *)from + at, row, column);
    else if (places == PLACES_INSIDE)
        strip_copy_8(s, to, (const uint64_t *)(const void *)from + at, row, column);
    return places != PLACES_MIXED;
}

/* The place along one axis of the strip's row r: its first column's, and by how much it goes on; false: not evenly. A
 * gathered one, as a table's row, may be the same all along. */
static bool access_along(const strip *s, const access_axis *axis, size_t r, int64_t *first, int64_t *along)
{
    if (axis->line == ARRAY_NONE) {
        const int64_t *gather = (const int64_t *)(const void *)s->w->at[axis->gather] + r * s->columns;
        *first = gather[0], *along = 0;
        return memcmp(gather, gather + 1, (s->columns - 1) * sizeof *gather) == 0;
    }
    uint32_t line = s->m->lines + axis->line;
    int64_t down = strip_row(s, line);
    *along = strip_column(s, line);
    *first = s->w->number[line] + strip_begin(s, down, *along) + (int64_t)r * down;
    return true;
}

/* Of the strip's row r: the columns that lie inside, its first column's element and their stride; false: not to be had
 * without a look at each place. */
static bool access_range(const strip *s, const plan_access *x, size_t r, access_row *range)
{
    *range = (access_row){.till = (int64_t)s->columns};
    for (uint32_t k = 0; k < x->axis_count; k++) {
        const access_axis *axis = &s->a->access_axes.at[x->axes + k];
        int64_t first, along;
        if (!access_along(s, axis, r, &first, &along)) return false;
        int64_t last = first + ((int64_t)s->columns - 1) * along;
        bool ends = first >= 0 && first < axis->size && last >= 0 && last < axis->size;
        if (!ends && along == 0) range->till = 0;
        if (!ends && along == 1 && -first > range->from) range->from = -first;
        if (!ends && along == 1 && axis->size - first < range->till) range->till = axis->size - first;
        if (!ends && along != 0 && along != 1) return false;
        range->at += first * axis->stride;
        range->stride += along * axis->stride;
    }
    if (range->till <= range->from) range->from = range->till = 0;
    return true;
}

/* Row by row: what lies inside is copied, 0 before and behind it; false: not to be had so, or a place outside is a
 * fault. Rows of less than ACCESS_ROW columns are looked at place by place as fast. */
static bool access_rows(const strip *s, const plan_access *x, int type, char *to)
{
    size_t bytes = array_type_bytes(type), columns = s->columns;
    const char *first = s->w->line[s->m->lines + x->line];
    if (columns < ACCESS_ROW || x->when != ARRAY_NONE || s->a->lines.at[s->m->lines + x->line].buffer == ARRAY_NONE)
        return false;
    for (size_t r = 0; r < s->rows; r++, to += columns * bytes) {
        access_row in;
        if (!access_range(s, x, r, &in)) return false;
        if (!x->zero && (in.from > 0 || in.till < (int64_t)columns)) return false;
        strip piece = *s;
        piece.rows = 1;
        piece.columns = piece.count = (size_t)(in.till - in.from);
        int64_t at = in.at + in.from * in.stride;
        memset(to, 0, (size_t)in.from * bytes);
        memset(to + (size_t)in.till * bytes, 0, (columns - (size_t)in.till) * bytes);
        void *middle = to + (size_t)in.from * bytes;
        if (!piece.columns) continue;
        if (type == ARRAY_F32)
            strip_copy_4(&piece, middle, (const uint32_t *)(const void *)first + at, 0, in.stride);
        else
            strip_copy_8(&piece, middle, (const uint64_t *)(const void *)first + at, 0, in.stride);
    }
    return true;
}

bool strip_access(const strip *s, const plan_access *x, int type, uint32_t out)
{
    if (access_at_once(s, x, type, out)) return true;
    void *to = s->w->at[out];
    if (access_rows(s, x, type, to)) return true;
    int64_t at[STRIP], wrong[STRIP];
    uint32_t left[STRIP];
    uint32_t line = s->m->lines + x->line;
    bool none = s->a->lines.at[line].buffer == ARRAY_NONE;
    const double *when = x->when == ARRAY_NONE ? NULL : (const double *)(const void *)s->w->at[x->when];
    const char *from = s->w->line[line];
    access_places(s, x, at, wrong, left);
    for (size_t i = 0; i < s->count; i++) {
        bool outside = left[i] != UINT32_MAX || (when && when[i] == 0);
        if (left[i] != UINT32_MAX && !x->zero && !(when && when[i] == 0)) return access_fault(s, x, left[i], wrong[i]);
        if (type == ARRAY_F32)
            ((float *)to)[i] = outside ? 0 : ((const float *)(const void *)from)[at[i]];
        else if (type == ARRAY_F64)
            ((double *)to)[i] = outside ? 0 : ((const double *)(const void *)from)[at[i]];
        else
            ((int64_t *)to)[i] = outside ? 0
                                 : none  ? s->w->number[line] + at[i]
                                         : ((const int64_t *)(const void *)from)[at[i]];
    }
    return true;
}

/* Adds the strip's row r to places that lie side by side, all inside; false: they do not. */
static bool scatter_row(const strip *s, const plan_sink *sink, const plan_access *x, size_t r)
{
    size_t bytes = array_type_bytes(sink->type);
    access_row in;
    if (s->columns < ACCESS_ROW || sink->type == ARRAY_INT || !access_range(s, x, r, &in)) return false;
    if (in.from > 0 || in.till < (int64_t)s->columns || in.stride != 1) return false;
    char *to = s->w->line[s->m->lines + x->line] + in.at * (int64_t)bytes;
    array_kernel_of(OP_ADD, sink->type)(s->columns, to, to, s->w->at[sink->value] + r * s->columns * bytes, to);
    return true;
}

void strip_scatter(const strip *s, const plan_sink *sink)
{
    int64_t at[STRIP], wrong[STRIP];
    uint32_t left[STRIP];
    const plan_access *x = &s->a->accesses.at[sink->line];
    char *to = s->w->line[s->m->lines + x->line];
    const void *from = s->w->at[sink->value];
    size_t r = 0;
    while (r < s->rows && scatter_row(s, sink, x, r)) r++;
    if (r == s->rows) return;
    access_places(s, x, at, wrong, left);
    for (size_t i = r * s->columns; i < s->count; i++) {
        if (left[i] != UINT32_MAX) continue;
        if (sink->type == ARRAY_F32)
            ((float *)(void *)to)[at[i]] += ((const float *)from)[i];
        else if (sink->type == ARRAY_F64)
            ((double *)(void *)to)[at[i]] += ((const double *)from)[i];
        else
            ((int64_t *)(void *)to)[at[i]] += ((const int64_t *)from)[i];
    }
}
