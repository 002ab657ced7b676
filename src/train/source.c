/*
 * source.c - where data come from: files, arrays in memory, callbacks; and whether they are still the same.
 *
 * Files stay mapped where they can be (edgewise-data.h), so a set may be larger than memory: rows are read when
 * they are fed. The hash of a set tells on resuming whether the data changed.
 */
#include <stdio.h>
#include <string.h>

#include "train.h"

/* The error that was reported is about its file. */
bool train_about(ew_train *t, const train_source *s)
{
    ew_error *e = &t->r.error;
    if (s->path)
        snprintf(e->file, sizeof e->file, "%.150s%s%.80s", s->path, s->part ? ":" : "", s->part ? s->part : "");
    return false;
}

static bool source_open_file(ew_train *t, train_source *s)
{
    ew_error err;
    s->file = ew_data_read(s->path, s->part, &t->options, &err);
    if (!s->file) return train_take(t, &err);
    s->kind = ew_data_kind(s->file);
    s->rank = ew_data_axes(s->file);
    for (size_t k = 0; k < s->rank; k++) s->size[k] = ew_data_size(s->file, k);
    s->elements = ew_data_bytes(s->file);
    return true;
}

/* Rows, and the elements of one. */
static bool source_measure(ew_train *t, train_source *s)
{
    size_t all;
    if (s->rank == 0) return report_plain(&t->r, E_TRAIN_NO_ROWS, s->name, NULL);
    s->count = s->size[0];
    s->width = 1;
    for (size_t k = 1; k < s->rank; k++)
        if (!size_mul(s->width, s->size[k], &s->width)) return report_memory(&t->r);
    return size_mul(s->width, s->count ? s->count : 1, &all) && size_mul(all, 8, &all) ? true : report_memory(&t->r);
}

/* Only its sizes are known, as config.json has them. */
static bool source_closed(ew_train *t, train_source *s, const ew_source *given)
{
    s->rank = given->rank;
    for (size_t k = 0; k < s->rank && k < TRAIN_AXES; k++) s->size[k] = given->size[k];
    return source_measure(t, s);
}

static bool source_open(ew_train *t, train_source *s, const ew_source *given, bool closed)
{
    s->name = train_keep_text(t, given->name ? given->name : "");
    s->path = train_keep_text(t, given->path);
    s->part = train_keep_text(t, given->part);
    s->rows = given->rows;
    s->context = given->context;
    s->elements = given->values;
    s->kind = given->kind;
    s->rank = given->rank;
    if (closed) return source_closed(t, s, given);
    bool named = given->path || given->values || given->rows;
    bool kind = given->path || (ew_kind_name(given->kind) && given->kind != EW_KIND_F16 && given->kind != EW_KIND_BF16);
    if (!named || !kind || given->rank > TRAIN_AXES) return report_plain(&t->r, E_TRAIN_SOURCE, s->name, NULL);
    for (size_t k = 0; k < s->rank; k++) s->size[k] = given->size[k];
    return report_ok(&t->r) && (!s->path || source_open_file(t, s)) && source_measure(t, s);
}

static bool source_same_rows(ew_train *t, const train_set *s)
{
    char one[24], two[24];
    for (size_t i = 1; i < s->count; i++) {
        if (s->at[i].count == s->rows) continue;
        count_text(s->rows, one);
        count_text(s->at[i].count, two);
        char first[200], second[200];
        snprintf(first, sizeof first, "%s %.150s", one, s->at[0].name);
        snprintf(second, sizeof second, "%s %.150s", two, s->at[i].name);
        return report_plain(&t->r, E_TRAIN_ROWS, first, second);
    }
    return true;
}

bool train_set_open(ew_train *t, train_set *s, const ew_source *sources, size_t count)
{
    bool closed = t->closed && (s == &t->data || s == &t->test);
    s->rows = 1;
    if (count == 0) return true;
    s->at = train_keep(t, count, sizeof *s->at);
    for (size_t i = 0; s->at && i < count; i++) {
        s->count = i + 1;
        if (!source_open(t, &s->at[i], &sources[i], closed)) return false;
    }
    if (!s->at) return false;
    s->rows = s->at[0].count;
    if (s->rows == 0) return report_plain(&t->r, E_TRAIN_EMPTY, s->at[0].name, NULL);
    return source_same_rows(t, s);
}

void train_set_close(train_set *s)
{
    for (size_t i = 0; i < s->count; i++) ew_data_free(s->at[i].file);
    s->count = 0;
}

/* ---- Has it changed? -------------------------------------------------------------------------------- */

enum { SOURCE_PIECE = 4096, SOURCE_PIECES = 1 << 16 }; /* of a larger array every so many bytes are looked at */

static void source_hash_bytes(io_hash *h, const unsigned char *p, size_t bytes)
{
    if (bytes <= (size_t)SOURCE_PIECE * SOURCE_PIECES) {
        io_hash_add(h, p, bytes);
        return;
    }
    size_t stride = bytes / SOURCE_PIECES;
    for (size_t i = 0; i < SOURCE_PIECES; i++) io_hash_add(h, p + i * stride, SOURCE_PIECE);
    io_hash_add(h, p + bytes - SOURCE_PIECE, SOURCE_PIECE);
}

/* Of what has no bytes of its own here (another order of bytes or axes): by values. */
static bool source_hash_values(ew_train *t, const train_source *s, io_hash *h)
{
    enum { PIECE = 512 };
    double piece[PIECE];
    ew_error err;
    for (size_t i = 0, n, all = ew_data_count(s->file); i < all; i += n) {
        n = all - i < PIECE ? all - i : PIECE;
        if (ew_data_get(s->file, i, n, piece, &err) != EW_OK) return train_take(t, &err);
        io_hash_add(h, piece, n * sizeof *piece);
    }
    return true;
}

bool train_set_hash(ew_train *t, train_set *s)
{
    for (size_t i = 0; i < s->count; i++) {
        train_source *x = &s->at[i];
        io_hash h;
        io_hash_begin(&h, (uint64_t)x->kind);
        io_hash_add(&h, x->size, x->rank * sizeof *x->size);
        if (x->elements)
            source_hash_bytes(&h, x->elements, x->count * x->width * io_kind_bytes(x->kind));
        else if (x->file && !source_hash_values(t, x, &h))
            return false;
        x->hash = io_hash_end(&h);
    }
    return true;
}
