/*
 * data.c - an array that was read: the format chosen by name, the elements as doubles.
 */
#include "io/io.h"

#include <string.h>

/* ---- Formats ---------------------------------------------------------------------------------- */

static const io_format data_formats[] = {
    {".csv", true, io_csv, io_write_csv}, {".npy", false, io_npy, io_write_npy},
    {".npz", true, io_npz, io_write_npz}, {".safetensors", true, io_safetensors, io_write_safetensors},
    {".idx", false, io_idx, NULL},
};

static bool data_ends(const char *name, size_t count, const char *ending)
{
    size_t n = strlen(ending);
    return count > n && memcmp(name + count - n, ending, n) == 0;
}

/* "t10k-labels-idx1-ubyte", also written with a point: -idx or .idx, a digit, a hyphen. */
static bool data_idx_name(const char *name, size_t count)
{
    for (size_t i = 0; i + 6 <= count; i++)
        if ((name[i] == '-' || name[i] == '.') && memcmp(name + i + 1, "idx", 3) == 0 && name[i + 4] >= '0' &&
            name[i + 4] <= '9' && name[i + 5] == '-')
            return true;
    return false;
}

const io_format *io_format_of(const char *name, bool *gzip)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    size_t count = strlen(last), formats = sizeof data_formats / sizeof *data_formats;
    *gzip = data_ends(last, count, ".gz");
    if (*gzip) count -= 3;
    for (size_t i = 0; i < formats; i++)
        if (data_ends(last, count, data_formats[i].ending)) return &data_formats[i];
    return data_idx_name(last, count) ? &data_formats[formats - 1] : NULL;
}

/* ---- Layouts ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t bytes;
} data_kinds[] = {{"bool", 1}, {"u8", 1},  {"i8", 1},  {"u16", 2},  {"i16", 2}, {"u32", 4}, {"i32", 4},
                  {"u64", 8},  {"i64", 8}, {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8}};

const char *ew_kind_name(ew_kind kind)
{
    return (size_t)kind < sizeof data_kinds / sizeof *data_kinds ? data_kinds[kind].name : NULL;
}

size_t io_kind_bytes(ew_kind kind)
{
    return data_kinds[kind].bytes;
}

/* Without its zeros the product must fit too: the strides of an empty array are used nowhere, yet its
 * sizes are told to the caller, who multiplies them. */
bool io_measure(io_read *io, size_t offset, size_t *bytes)
{
    io_layout *l = &io->layout;
    size_t product = 1;
    bool empty = false, fits = true;
    for (size_t i = 0; i < l->axes; i++) {
        empty = empty || l->sizes[i] == 0;
        fits = fits && size_mul(product, l->sizes[i] ? l->sizes[i] : 1, &product);
    }
    if (!fits || !size_mul(product, io_kind_bytes(l->kind), bytes)) return io_fail(io, E_FILE_BIG, offset, NULL, NULL);
    l->count = empty ? 0 : product;
    if (empty) *bytes = 0;
    return true;
}

bool io_exactly(io_read *io, size_t base, size_t start, size_t bytes, size_t count)
{
    size_t due, end;
    if (!size_add(start, bytes, &due) || !size_add(due, base, &end)) return io_fail(io, E_FILE_BIG, base, NULL, NULL);
    if (due > count) return io_fail_count(io, E_FILE_SHORT, base + count, end);
    return due == count || io_fail_count(io, E_FILE_TRAILING, end, count - due);
}

/* ---- Reading ---------------------------------------------------------------------------------- */

static io_read data_begin(memory *m, const char *name, const char *part, const ew_options *options)
{
    io_read io = {.m = m, .part = part};
    io.r.m = m;
    io.r.language = options ? options->language : NULL;
    io.r.source.file = name;
    return io;
}

static bool data_format(io_read *io, const char *name, const io_format *format, bool gzip)
{
    if (!format) {
        report_plain(&io->r, E_FILE_ENDING, name, NULL);
        report_hint(&io->r, "the endings are .csv, .npy, .npz, .safetensors, .idx or -idx1-ubyte, and .gz after each",
                    NULL);
        return false;
    }
    if (io->part && !format->parts) return report_plain(&io->r, E_FILE_NO_PARTS, io->part, NULL);
    return (!gzip || io_gunzip(io)) && format->read(io);
}

static void data_release(io_read *io)
{
    io_close(io->m, &io->file);
    memory_free(io->m, io->owned, io->owned_size);
    io->owned = NULL;
}

static void data_error(const io_read *io, ew_error *err)
{
    if (err) *err = io->r.error;
}

static void data_copy_text(char *to, size_t size, const char *from)
{
    size_t n = from ? strlen(from) : 0;
    if (n >= size) n = size - 1;
    if (n) memcpy(to, from, n);
    to[n] = '\0';
}

static ew_data *data_new(io_read *io, const char *name)
{
    ew_data *d = memory_new(io->m, sizeof *d);
    if (!d) return report_memory(&io->r), NULL;
    data_copy_text(d->language, sizeof d->language, io->r.language);
    data_copy_text(d->name, sizeof d->name, name);
    d->file = io->file;
    d->layout = io->layout;
    d->elements = io->elements;
    d->owned = io->owned;
    d->owned_size = io->owned_size;
    d->m = *io->m;
    return d;
}

static ew_data *data_finish(io_read *io, const char *name, bool good, ew_error *err)
{
    ew_data *d = good ? data_new(io, name) : NULL;
    if (!d) data_release(io);
    data_error(io, err);
    return d;
}

ew_data *ew_data_read(const char *path, const char *part, const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    io_read io = data_begin(&m, path, part, options);
    bool gzip;
    const io_format *format = io_format_of(path, &gzip);
    bool good = (!format || io_open(&io, path)) && data_format(&io, path, format, gzip);
    return data_finish(&io, path, good, err);
}

ew_data *ew_data_read_bytes(const char *name, const void *bytes, size_t count, const char *part,
                            const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    io_read io = data_begin(&m, name, part, options);
    bool gzip;
    const io_format *format = io_format_of(name, &gzip);
    io.file.at = count ? bytes : (const void *)"";
    io.file.count = count;
    return data_finish(&io, name, data_format(&io, name, format, gzip), err);
}

void ew_data_free(ew_data *d)
{
    if (!d) return;
    memory m = d->m;
    io_close(&m, &d->file);
    memory_free(&m, d->owned, d->owned_size);
    memory_free(&m, d, sizeof *d);
}

/* ---- Names ------------------------------------------------------------------------------------ */

bool io_name(io_read *io, const char *name, size_t count)
{
    ew_data_parts *p = io->names;
    if (!array_push(&p->m, &p->starts, p->names.count)) return report_memory(&io->r);
    text_addn(&p->names, name, count);
    text_char(&p->names, '\0');
    return !p->names.failed || report_memory(&io->r);
}

ew_data_parts *ew_data_parts_read(const char *path, const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    io_read io = data_begin(&m, path, NULL, options);
    bool gzip, good = false;
    const io_format *format = io_format_of(path, &gzip);
    ew_data_parts *p = memory_new(&m, sizeof *p);
    if (p) {
        p->m = m;
        io.m = io.r.m = &p->m;
        io.names = p;
        text_begin(&p->names, &p->m);
        good = (!format || io_open(&io, path)) && data_format(&io, path, format, gzip);
        data_release(&io);
    } else {
        report_memory(&io.r);
    }
    data_error(&io, err);
    if (good) return p;
    ew_data_parts_free(p);
    return NULL;
}

size_t ew_data_parts_count(const ew_data_parts *p)
{
    return p->starts.count;
}

const char *ew_data_parts_name(const ew_data_parts *p, size_t i)
{
    return i < p->starts.count ? p->names.at + p->starts.at[i] : NULL;
}

void ew_data_parts_free(ew_data_parts *p)
{
    if (!p) return;
    text_free(&p->names);
    array_free(&p->m, &p->starts);
    memory m = p->m;
    memory_free(&m, p, sizeof *p);
}

/* ---- Looking ---------------------------------------------------------------------------------- */

ew_kind ew_data_kind(const ew_data *d)
{
    return d->layout.kind;
}

size_t ew_data_axes(const ew_data *d)
{
    return d->layout.axes;
}

size_t ew_data_size(const ew_data *d, size_t axis)
{
    return axis < d->layout.axes ? d->layout.sizes[axis] : 0;
}

size_t ew_data_count(const ew_data *d)
{
    return d->layout.count;
}
