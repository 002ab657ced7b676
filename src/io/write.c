/*
 * write.c - arrays written as npy, csv and safetensors: checked whole first, then put out piece by piece.
 *
 * Elements are little-endian. Entries stand in the order of their names' bytes and carry no time, so the
 * same arrays are the same bytes.
 */
#include "io/io.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

/* ---- Checks ----------------------------------------------------------------------------------- */

size_t io_type_bytes(ew_type type)
{
    return type == EW_BOOL ? 1 : type == EW_F32 ? 4 : 8;
}

double io_value(const ew_data_array *a, size_t i)
{
    if (a->values) return a->values[i];
    switch (a->type) {
    case EW_F64: return ((const double *)a->elements)[i];
    case EW_F32: return (double)((const float *)a->elements)[i];
    case EW_INT: return (double)((const int64_t *)a->elements)[i];
    case EW_BOOL: return ((const unsigned char *)a->elements)[i];
    }
    return 0;
}

static bool write_value_fault(io_save *s, const ew_data_array *a, size_t i, error_code code)
{
    char element[24], name[160], value[32];
    count_text(i, element);
    number_text(io_value(a, i), 0, value);
    const char *called = a->name ? a->name : "";
    return report_at(&s->r, code, NO_PLACE, 0, element, quote(name, called, strlen(called)), value);
}

static bool write_values(io_save *s, const ew_data_array *a, size_t count)
{
    const double *v = a->values, most = 9223372036854775808.0;
    for (size_t i = 0; v && i < count && a->type == EW_INT; i++)
        if (!(v[i] >= -most && v[i] < most && v[i] == floor(v[i]))) return write_value_fault(s, a, i, E_SAVE_INT);
    for (size_t i = 0; i < count && a->type == EW_BOOL; i++)
        if (io_value(a, i) != 0 && io_value(a, i) != 1) return write_value_fault(s, a, i, E_SAVE_BOOL);
    return true;
}

bool io_check(io_save *s, const ew_data_array *a, size_t most_axes, size_t *count)
{
    char name[160], axes[24];
    const char *called = quote(name, a->name ? a->name : "", a->name ? strlen(a->name) : 0);
    size_t product = 1, bytes;
    bool empty = false, fits = true;
    count_text(a->axes, axes);
    if (a->axes > most_axes) return report_plain(&s->r, E_SAVE_AXES, called, axes);
    for (size_t i = 0; i < a->axes; i++) {
        empty = empty || a->sizes[i] == 0;
        fits = fits && size_mul(product, a->sizes[i] ? a->sizes[i] : 1, &product);
    }
    if (!fits || !size_mul(product, 8, &bytes) || bytes > INT64_MAX)
        return report_plain(&s->r, E_SAVE_SIZES, called, NULL);
    *count = empty ? 0 : product;
    return write_values(s, a, *count);
}

static int write_name_order(const ew_data_array *a, const ew_data_array *b)
{
    return strcmp(a->name, b->name);
}

/* Names are there, are UTF-8, and fit a zip's 16 bits of length with .npy. */
static bool write_names(io_save *s, const ew_data_array *arrays, size_t count)
{
    char word[160];
    for (size_t i = 0; i < count; i++) {
        const char *name = arrays[i].name ? arrays[i].name : "";
        size_t n = strlen(name);
        if (n == 0 || n > 60000 || utf8_invalid(name, n) < n || strcmp(name, "__metadata__") == 0)
            return report_plain(&s->r, E_SAVE_NAME, quote(word, name, n), NULL);
    }
    return true;
}

/* A heap sort: qsort has no place for the arrays that the numbers stand for. */
static void write_sink(size_t *order, size_t from, size_t count, const ew_data_array *arrays)
{
    for (size_t child; (child = 2 * from + 1) < count; from = child) {
        if (child + 1 < count && write_name_order(&arrays[order[child]], &arrays[order[child + 1]]) < 0) child++;
        if (write_name_order(&arrays[order[from]], &arrays[order[child]]) >= 0) return;
        size_t swap = order[from];
        order[from] = order[child];
        order[child] = swap;
    }
}

static void write_sort(size_t *order, size_t count, const ew_data_array *arrays)
{
    for (size_t i = count / 2; i--;) write_sink(order, i, count, arrays);
    for (size_t end = count; end > 1;) {
        size_t largest = order[0];
        order[0] = order[--end];
        order[end] = largest;
        write_sink(order, 0, end, arrays);
    }
}

size_t *io_order(io_save *s, const ew_data_array *arrays, size_t count)
{
    char word[160];
    if (!write_names(s, arrays, count)) return NULL;
    size_t *order = block_new(&s->m, count, sizeof *order);
    if (!order) return report_memory(&s->r), NULL;
    for (size_t i = 0; i < count; i++) order[i] = i;
    write_sort(order, count, arrays);
    for (size_t i = 1; i < count; i++) {
        const char *name = arrays[order[i]].name;
        if (strcmp(arrays[order[i - 1]].name, name) != 0) continue;
        report_plain(&s->r, E_SAVE_TWICE, quote(word, name, strlen(name)), NULL);
        block_free(&s->m, order, count);
        return NULL;
    }
    return order;
}

/* ---- Elements --------------------------------------------------------------------------------- */

static void write_float(unsigned char *out, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    io_put_little(out, bits, 4);
}

static void write_double(unsigned char *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    io_put_little(out, bits, 8);
}

static void write_own(unsigned char *out, const ew_data_array *a, size_t first, size_t count)
{
    size_t bytes = io_type_bytes(a->type);
    const unsigned char *from = (const unsigned char *)a->elements + first * bytes;
    if (count == 0) return;
    memcpy(out, from, count * bytes);
    for (size_t i = 0; io_host_big() && i < count * bytes; i += bytes)
        for (size_t k = 0; k < bytes; k++) out[i + k] = from[i + bytes - 1 - k];
}

void io_encode(unsigned char *out, const ew_data_array *a, size_t first, size_t count)
{
    if (!a->values) {
        write_own(out, a, first, count);
        return;
    }
    const double *v = a->values + first;
    switch (a->type) {
    case EW_F64:
        for (size_t i = 0; i < count; i++) write_double(out + 8 * i, v[i]);
        break;
    case EW_F32:
        for (size_t i = 0; i < count; i++) write_float(out + 4 * i, (float)v[i]);
        break;
    case EW_INT:
        for (size_t i = 0; i < count; i++) io_put_little(out + 8 * i, (uint64_t)(int64_t)v[i], 8);
        break;
    case EW_BOOL:
        for (size_t i = 0; i < count; i++) out[i] = v[i] != 0;
        break;
    }
}

static size_t write_count(const ew_data_array *a)
{
    size_t count = 1;
    for (size_t i = 0; i < a->axes; i++) count *= a->sizes[i];
    return count;
}

enum { WRITE_PIECE = 512 };

void io_put_elements(io_save *s, const ew_data_array *a)
{
    unsigned char piece[WRITE_PIECE * 8];
    for (size_t i = 0, n, count = write_count(a); i < count && !s->failed; i += n) {
        n = count - i < WRITE_PIECE ? count - i : WRITE_PIECE;
        io_encode(piece, a, i, n);
        io_put(s, piece, n * io_type_bytes(a->type));
    }
}

uint32_t io_crc_elements(uint32_t crc, const ew_data_array *a)
{
    unsigned char piece[WRITE_PIECE * 8];
    for (size_t i = 0, n, count = write_count(a); i < count; i += n) {
        n = count - i < WRITE_PIECE ? count - i : WRITE_PIECE;
        io_encode(piece, a, i, n);
        crc = io_crc(crc, piece, n * io_type_bytes(a->type));
    }
    return crc;
}

/* ---- npy -------------------------------------------------------------------------------------- */

/* Version 1.0, padded so that the elements begin at a multiple of 64; returns its length. */
size_t io_npy_header(unsigned char header[IO_NPY_HEADER], const ew_data_array *a)
{
    static const char *const kinds[] = {[EW_F64] = "<f8", [EW_F32] = "<f4", [EW_INT] = "<i8", [EW_BOOL] = "|b1"};
    char *s = (char *)header + 10;
    size_t n = (size_t)snprintf(s, 80, "{'descr': '%s', 'fortran_order': False, 'shape': (", kinds[a->type]);
    for (size_t i = 0; i < a->axes; i++) {
        n += count_text(a->sizes[i], s + n);
        if (i + 1 < a->axes || a->axes == 1) s[n++] = ',';
        if (i + 1 < a->axes) s[n++] = ' ';
    }
    memcpy(s + n, "), }", 4);
    n += 4;
    size_t whole = (10 + n + 1 + 63) / 64 * 64;
    memset(s + n, ' ', whole - 10 - n);
    header[whole - 1] = '\n';
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    io_put_little(header + 8, whole - 10, 2);
    return whole;
}

bool io_write_npy(io_save *s, const ew_data_array *arrays, size_t count)
{
    unsigned char header[IO_NPY_HEADER];
    char given[24];
    size_t elements;
    count_text(count, given);
    if (count != 1) return report_plain(&s->r, E_SAVE_ONE, given, NULL);
    if (!io_check(s, arrays, EW_DATA_AXES, &elements) || !io_save_begin(s, s->path)) return false;
    io_put(s, header, io_npy_header(header, arrays));
    io_put_elements(s, arrays);
    return true;
}

/* ---- safetensors ------------------------------------------------------------------------------ */

void io_json_string(text *t, const char *s)
{
    text_char(t, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 32)
            text_format(t, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            text_char(t, '\\'), text_char(t, *s);
        else
            text_char(t, *s);
    }
    text_char(t, '"');
}

static void write_tensor(text *t, const ew_data_array *a, size_t begin, size_t end)
{
    static const char *const kinds[] = {[EW_F64] = "F64", [EW_F32] = "F32", [EW_INT] = "I64", [EW_BOOL] = "BOOL"};
    io_json_string(t, a->name);
    text_format(t, ":{\"dtype\":\"%s\",\"shape\":[", kinds[a->type]);
    for (size_t i = 0; i < a->axes; i++) {
        if (i) text_char(t, ',');
        text_count(t, a->sizes[i]);
    }
    text_format(t, "],\"data_offsets\":[%zu,%zu]}", begin, end);
}

/* The checksum's digits are filled in when all is known. */
static void write_note(text *t, const char *note)
{
    text_clear(t);
    text_add(t, IO_NOTE_HEAD);
    text_repeat(t, "0", IO_CHECK_DIGITS);
    text_add(t, "\",\"note\":");
    io_json_string(t, note);
    text_char(t, '}');
}

/* Elements as they will be stored. */
static void write_hash_elements(io_hash *h, const ew_data_array *a)
{
    unsigned char piece[WRITE_PIECE * 8];
    for (size_t i = 0, n, count = write_count(a); i < count; i += n) {
        n = count - i < WRITE_PIECE ? count - i : WRITE_PIECE;
        io_encode(piece, a, i, n);
        io_hash_add(h, piece, n * io_type_bytes(a->type));
    }
}

static void write_check(text *t, const unsigned char length[8], const ew_data_array *arrays, const size_t *order,
                        size_t count)
{
    char digits[IO_CHECK_DIGITS + 1];
    io_hash h;
    io_hash_begin(&h, 0);
    io_hash_add(&h, length, 8);
    io_hash_add(&h, t->at, t->count);
    for (size_t i = 0; i < count; i++) write_hash_elements(&h, &arrays[order[i]]);
    snprintf(digits, sizeof digits, "%016" PRIx64, io_hash_end(&h));
    memcpy(t->at + IO_CHECK_AT - 8, digits, IO_CHECK_DIGITS);
}

/* Padded with spaces, so that the elements begin at a multiple of 8. */
static bool write_tensor_header(io_save *s, text *t, const ew_data_array *arrays, const size_t *order, size_t count)
{
    size_t at = 0, elements, end;
    text_char(t, '{');
    if (s->note) write_note(t, s->note);
    for (size_t i = 0; i < count; i++) {
        const ew_data_array *a = &arrays[order[i]];
        if (!io_check(s, a, EW_DATA_AXES, &elements)) return false;
        if (!size_add(at, elements * io_type_bytes(a->type), &end) || end > INT64_MAX)
            return report_plain(&s->r, E_SAVE_SIZES, a->name, NULL);
        if (i || s->note) text_char(t, ',');
        write_tensor(t, a, at, end);
        at = end;
    }
    text_char(t, '}');
    text_repeat(t, " ", (8 - t->count % 8) % 8);
    return !t->failed || report_memory(&s->r);
}

bool io_write_safetensors(io_save *s, const ew_data_array *arrays, size_t count)
{
    unsigned char length[8];
    size_t *order = io_order(s, arrays, count);
    text t;
    if (!order) return false;
    text_begin(&t, &s->m);
    bool good = write_tensor_header(s, &t, arrays, order, count) && io_save_begin(s, s->path);
    if (good) {
        io_put_little(length, t.count, 8);
        if (s->note) write_check(&t, length, arrays, order, count);
        io_put(s, length, 8);
        io_put(s, t.at, t.count);
        for (size_t i = 0; i < count; i++) io_put_elements(s, &arrays[order[i]]);
    }
    text_free(&t);
    block_free(&s->m, order, count);
    return good;
}

/* ---- The call --------------------------------------------------------------------------------- */

static bool write_arrays(io_save *s, const ew_data_array *arrays, size_t count)
{
    bool gzip;
    const io_format *format = io_format_of(s->path, &gzip);
    if (!format || gzip || !format->write) {
        report_plain(&s->r, E_SAVE_ENDING, s->path, NULL);
        report_hint(&s->r, "the endings are .csv, .npy, .npz and .safetensors", NULL);
        return false;
    }
    if (count == 0) return report_plain(&s->r, E_SAVE_NONE, NULL, NULL);
    if (s->note && format->write != io_write_safetensors) return report_plain(&s->r, E_SAVE_NOTE, s->path, NULL);
    return format->write(s, arrays, count);
}

ew_status ew_data_write(const char *path, const ew_data_array *arrays, size_t count, const ew_options *options,
                        ew_error *err)
{
    return ew_data_write_note(path, arrays, count, NULL, options, err);
}

ew_status ew_data_write_note(const char *path, const ew_data_array *arrays, size_t count, const char *note,
                             const ew_options *options, ew_error *err)
{
    io_save *s = io_save_new(path, options, err);
    if (!s) return EW_LIMIT;
    s->note = note;
    return io_save_finish(s, write_arrays(s, arrays, count), err);
}
