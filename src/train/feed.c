/*
 * feed.c - rows of the data, converted to the type of the input that they fill, and standardised.
 *
 * Where a source's elements lie in memory they are converted directly; else they come as doubles, row by row. An
 * int or bool input takes exactly its values: anything else is an error that names the row; so is an int from 2^53 on,
 * whose double may be that of a neighbour, as everywhere else (values.c of the command), and an int that the model
 * uses as a class or as a place in an array, and that is none (ew_input_classes). Standardising,
 * (x - mean) * factor by column, is done in doubles before the one rounding to the input's type.
 */
#include <math.h>
#include <string.h>

#include "base/alike.h"
#include "train.h"

enum { FEED_PIECE = 512 };

/* Elements [0, count) at p, not necessarily aligned, as doubles. Exact but for ints beyond 2^53. */
static void feed_doubles(ew_kind kind, const unsigned char *p, size_t count, double *out)
{
#define FEED(KIND, C)                                                                                                  \
    case EW_KIND_##KIND:                                                                                               \
        for (size_t i = 0; i < count; i++) {                                                                           \
            C v;                                                                                                       \
            memcpy(&v, p + i * sizeof v, sizeof v);                                                                    \
            out[i] = (double)v;                                                                                        \
        }                                                                                                              \
        break
    switch (kind) {
        FEED(BOOL, unsigned char);
        FEED(U8, unsigned char);
        FEED(I8, signed char);
        FEED(U16, uint16_t);
        FEED(I16, int16_t);
        FEED(U32, uint32_t);
        FEED(I32, int32_t);
        FEED(U64, uint64_t);
        FEED(I64, int64_t);
        FEED(F32, float);
        FEED(F64, double);
    default: break; /* f16 and bf16 come from files only, as doubles */
    }
#undef FEED
}

/* Wide ints of a file are left to its reader, which refuses what has no exact double. */
static bool feed_direct(const train_source *s)
{
    bool wide = s->kind == EW_KIND_I64 || s->kind == EW_KIND_U64;
    return s->elements && s->kind != EW_KIND_F16 && s->kind != EW_KIND_BF16 && !(s->file && wide);
}

/* ---- Checks and standardising -------------------------------------------------------------------- */

static bool feed_refuse(ew_train *t, const train_source *s, size_t row, double value, error_code code)
{
    char number[32], at[24];
    number_text(value, 0, number);
    count_text(row, at);
    report_at(&t->r, code, NO_PLACE, 0, s->name, at, number);
    train_about(t, s);
    report_hint(&t->r, "rows are counted from 0", NULL);
    return false;
}

static bool feed_refuse_class(ew_train *t, const train_source *s, size_t row, double value, int64_t classes)
{
    char most[24];
    feed_refuse(t, s, row, value, E_TRAIN_CLASS);
    t->r.error.hint[0] = '\0';
    count_text((size_t)classes - 1, most);
    report_hint(&t->r, "it takes 0 to {1}; rows are counted from 0", most);
    return false;
}

/* Elements first .. first + count of a row. */
static bool feed_check(ew_train *t, const train_source *s, size_t row, size_t first, const double *v, size_t count)
{
    const double most = 9223372036854775808.0, exact = 9007199254740992.0;
    const train_input *in = &t->input[s->input];
    for (size_t i = 0; in->type == EW_INT && i < count; i++) {
        if (!(v[i] >= -most && v[i] < most && v[i] == floor(v[i]))) return feed_refuse(t, s, row, v[i], E_TRAIN_INT);
        if (fabs(v[i]) >= exact) return feed_refuse(t, s, row, v[i], E_TRAIN_INEXACT);
    }
    for (size_t i = 0; in->type == EW_BOOL && i < count; i++)
        if (v[i] != 0 && v[i] != 1) return feed_refuse(t, s, row, v[i], E_TRAIN_BOOL);
    for (size_t i = 0; in->classes && i < count; i++) {
        int64_t classes = in->classes[first + i];
        if (classes && !(v[i] >= 0 && v[i] < (double)classes)) return feed_refuse_class(t, s, row, v[i], classes);
    }
    return true;
}

static void feed_standardise(const train_scale *scale, size_t first, double *v, size_t count)
{
    for (size_t i = 0; i < count; i++) v[i] = (v[i] - scale->mean[first + i]) * scale->factor[first + i];
}

/* ---- One row --------------------------------------------------------------------------------------- */

/* Elements first .. first + count of a row as doubles; `got`: the row itself, where a callback made it. */
static bool feed_get(ew_train *t, const train_source *s, size_t row, const unsigned char *got, size_t first,
                     size_t count, double *out)
{
    ew_error err;
    size_t bytes = io_kind_bytes(s->kind);
    if (got) {
        feed_doubles(s->kind, got + first * bytes, count, out);
        return true;
    }
    if (feed_direct(s)) {
        feed_doubles(s->kind, s->elements + (row * s->width + first) * bytes, count, out);
        return true;
    }
    if (ew_data_get(s->file, row * s->width + first, count, out, &err) == EW_OK) return true;
    return train_take(t, &err);
}

static bool feed_row(ew_train *t, const train_source *s, size_t row, const unsigned char *got, char *out)
{
    const train_input *in = &t->input[s->input];
    size_t bytes = train_type_bytes(in->type);
    double piece[FEED_PIECE];
    for (size_t i = 0, n; i < s->width; i += n) {
        n = s->width - i < FEED_PIECE ? s->width - i : FEED_PIECE;
        if (!feed_get(t, s, row, got, i, n, piece)) return false;
        if (in->scale.mean) feed_standardise(&in->scale, i, piece, n);
        if (!feed_check(t, s, row, i, piece, n)) return false;
        train_narrow(in->type, out + i * bytes, piece, n);
    }
    return true;
}

/* The commonest ones without the way through doubles, with the same result. */
static bool feed_fast(const train_source *s, const train_input *in, const unsigned char *p, char *out)
{
    if (in->scale.mean || in->type != EW_F32) return false;
    if (s->kind == EW_KIND_F32) {
        memcpy(out, p, s->width * 4);
        return true;
    }
    if (s->kind != EW_KIND_U8) return false;
    float *to = (float *)(void *)out;
    for (size_t i = 0; i < s->width; i++) to[i] = (float)p[i];
    return true;
}

static bool feed_called(ew_train *t, const train_source *s, const size_t *row, size_t count, char *out)
{
    const train_input *in = &t->input[s->input];
    size_t bytes = io_kind_bytes(s->kind), size, stride = s->width * train_type_bytes(in->type);
    if (!size_mul(s->width, count * bytes, &size)) return report_memory(&t->r);
    unsigned char *got = memory_new(&t->m, size ? size : 1);
    if (!got) return report_memory(&t->r);
    bool good = s->rows(s->context, row, count, got) == 0;
    if (!good) report_plain(&t->r, E_TRAIN_CALLBACK, s->name, NULL);
    for (size_t i = 0; good && i < count; i++)
        good = feed_row(t, s, row[i], got + i * s->width * bytes, out + i * stride);
    memory_free(&t->m, got, size ? size : 1);
    return good;
}

bool train_feed(ew_train *t, const train_source *s, const size_t *row, size_t count, void *out)
{
    const train_input *in = &t->input[s->input];
    size_t stride = s->width * train_type_bytes(in->type), bytes = io_kind_bytes(s->kind) * s->width;
    if (s->rows) return feed_called(t, s, row, count, out);
    for (size_t i = 0; i < count; i++) {
        char *to = (char *)out + i * stride;
        if (feed_direct(s) && feed_fast(s, in, s->elements + row[i] * bytes, to)) continue;
        if (!feed_row(t, s, row[i], NULL, to)) return false;
    }
    return true;
}

/* ---- Means and deviations --------------------------------------------------------------------------- */

/* Of each column. */
typedef struct feed_columns {
    double *mean, *square; /* sums first */
    double *low, *high;
    double *unit; /* a power of 2, which costs no digit: with it the squares are in range */
} feed_columns;

static void feed_add_row(const feed_columns *c, const double *row, size_t width)
{
    for (size_t k = 0; k < width; k++) {
        c->mean[k] += row[k];
        if (row[k] < c->low[k]) c->low[k] = row[k];
        if (row[k] > c->high[k]) c->high[k] = row[k];
    }
}

static double feed_unit(double range)
{
    return range > 0 && isfinite(range) ? ldexp(1, (int)-fmax(-1000, fmin(1000, logb(range)))) : 1;
}

static void feed_add_squares(const feed_columns *c, const double *row, size_t width)
{
    for (size_t k = 0; k < width; k++) {
        double away = (row[k] - c->mean[k]) * c->unit[k];
        c->square[k] += away * away;
    }
}

/* One pass over the training rows. */
static bool feed_add_up(ew_train *t, const train_source *s, const feed_columns *c,
                        void (*add)(const feed_columns *c, const double *row, size_t width))
{
    double *row = memory_new(&t->m, (s->width ? s->width : 1) * sizeof *row);
    size_t bytes = s->width * io_kind_bytes(s->kind);
    unsigned char *got = s->rows ? memory_new(&t->m, bytes ? bytes : 1) : NULL;
    bool good = row && (got || !s->rows);
    if (!good) report_memory(&t->r);
    for (size_t i = 0; good && i < t->training_rows; i++) {
        size_t at = train_training_row(t, i);
        if (s->rows && s->rows(s->context, &at, 1, got) != 0)
            good = report_plain(&t->r, E_TRAIN_CALLBACK, s->name, NULL);
        good = good && feed_get(t, s, at, got, 0, s->width, row);
        if (good) add(c, row, s->width);
    }
    memory_free(&t->m, got, bytes ? bytes : 1);
    memory_free(&t->m, row, (s->width ? s->width : 1) * sizeof *row);
    return good;
}

/* A column that is the same in all rows only loses its mean, which is that number: the sum over the rows, divided, may
 * be a neighbour of it, and what would be scaled up then is rounding. */
static bool feed_scale(ew_train *t, const train_source *s)
{
    train_scale *scale = &t->input[s->input].scale;
    feed_columns c;
    double **const lists[] = {&c.mean, &c.square, &c.low, &c.high, &c.unit};
    double count = (double)t->training_rows;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) *lists[i] = train_keep(t, s->width, sizeof(double));
    if (!report_ok(&t->r)) return false;
    for (size_t k = 0; k < s->width; k++) c.low[k] = INFINITY, c.high[k] = -INFINITY;
    if (!feed_add_up(t, s, &c, feed_add_row)) return false;
    for (size_t k = 0; k < s->width; k++) {
        c.mean[k] = c.low[k] == c.high[k] ? c.low[k] : c.mean[k] / count;
        c.unit[k] = feed_unit(c.high[k] - c.low[k]);
    }
    if (!feed_add_up(t, s, &c, feed_add_squares)) return false;
    for (size_t k = 0; k < s->width; k++) c.square[k] = c.square[k] > 0 ? c.unit[k] / sqrt(c.square[k] / count) : 1;
    scale->width = s->width;
    scale->factor = c.square;
    scale->mean = c.mean;
    return true;
}

/* Those of a run that goes on, as they were computed when it began. */
static bool feed_scales_were(ew_train *t)
{
    for (size_t k = 0; k < t->scale_count; k++)
        for (size_t i = 0; i < t->inputs; i++)
            if (strcmp(t->input[i].name, t->scales[k].name) == 0) t->input[i].scale = t->scales[k];
    return true;
}

static bool feed_no_data(ew_train *t, const char *name)
{
    size_t count = strlen(name);
    alike best = alike_begin(count);
    for (size_t i = 0; i < t->data.count; i++)
        alike_try(&best, t->data.at[i].name, strlen(t->data.at[i].name), name, count);
    report_plain(&t->r, E_TRAIN_STANDARDIZE, name, NULL);
    if (best.word) report_hint(&t->r, "did you mean '{1}'?", best.word);
    return false;
}

bool train_scales(ew_train *t)
{
    if (t->scales) return feed_scales_were(t);
    for (size_t k = 0; k < t->o.standardize_count; k++) {
        const train_source *found = NULL;
        for (size_t i = 0; i < t->data.count; i++)
            if (strcmp(t->data.at[i].name, t->o.standardize[k]) == 0) found = &t->data.at[i];
        if (!found) return feed_no_data(t, t->o.standardize[k]);
        ew_type type = t->input[found->input].type;
        if (type == EW_INT || type == EW_BOOL) return report_plain(&t->r, E_TRAIN_SCALE_TYPE, found->name, NULL);
        if (!feed_scale(t, found)) return false;
    }
    return true;
}
