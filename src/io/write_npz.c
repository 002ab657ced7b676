/*
 * write_npz.c - several arrays as a zip file of stored npy entries, as numpy's savez writes them.
 *
 * Sizes stand in 64 bits where 32 do not hold them, and only there. Every date is the first of 1980, the
 * first that the format knows. Checksums stand before the data, so elements are encoded twice.
 */
#include "io/io.h"

#include <string.h>

enum { NPZ_VERSION = 20, NPZ_VERSION_WIDE = 45, NPZ_DATE = 33 /* 1980-01-01 */ };

typedef struct npz_entry {
    const ew_data_array *array;
    uint64_t offset, size;
    uint32_t crc;
} npz_entry;

static void npz_put(io_save *s, uint64_t value, size_t bytes)
{
    unsigned char p[8];
    io_put_little(p, value, bytes);
    io_put(s, p, bytes);
}

static bool npz_wide(uint64_t value)
{
    return value >= UINT32_MAX;
}

static uint64_t npz_narrow(uint64_t value)
{
    return npz_wide(value) ? UINT32_MAX : value;
}

/* From "version needed" to the sizes: what both headers share. */
static void npz_common(io_save *s, const npz_entry *e, bool wide)
{
    npz_put(s, wide ? NPZ_VERSION_WIDE : NPZ_VERSION, 2);
    npz_put(s, 1u << 11, 2); /* the name is UTF-8 */
    npz_put(s, 0, 2);        /* stored */
    npz_put(s, 0, 2);
    npz_put(s, NPZ_DATE, 2);
    npz_put(s, e->crc, 4);
    npz_put(s, wide && npz_wide(e->size) ? UINT32_MAX : e->size, 4);
    npz_put(s, wide && npz_wide(e->size) ? UINT32_MAX : e->size, 4);
    npz_put(s, strlen(e->array->name) + 4, 2);
}

static void npz_name(io_save *s, const npz_entry *e)
{
    io_put(s, e->array->name, strlen(e->array->name));
    io_put(s, ".npy", 4);
}

static void npz_put_entry(io_save *s, npz_entry *e)
{
    unsigned char header[IO_NPY_HEADER];
    size_t n = io_npy_header(header, e->array);
    bool wide = npz_wide(e->size);
    e->offset = s->written;
    e->crc = io_crc_elements(io_crc(0, header, n), e->array);
    npz_put(s, 0x04034b50, 4);
    npz_common(s, e, wide);
    npz_put(s, wide ? 20 : 0, 2);
    npz_name(s, e);
    if (wide) {
        npz_put(s, 1, 2);
        npz_put(s, 16, 2);
        npz_put(s, e->size, 8);
        npz_put(s, e->size, 8);
    }
    io_put(s, header, n);
    io_put_elements(s, e->array);
}

static void npz_put_record(io_save *s, const npz_entry *e)
{
    size_t extra = (npz_wide(e->size) ? 16u : 0u) + (npz_wide(e->offset) ? 8u : 0u);
    npz_put(s, 0x02014b50, 4);
    npz_put(s, 3u << 8 | NPZ_VERSION_WIDE, 2); /* made as on unix */
    npz_common(s, e, extra != 0);
    npz_put(s, extra ? extra + 4 : 0, 2);
    npz_put(s, 0, 2);              /* comment */
    npz_put(s, 0, 2);              /* disk */
    npz_put(s, 0, 2);              /* attributes inside */
    npz_put(s, 0100644u << 16, 4); /* and outside: a plain file */
    npz_put(s, npz_narrow(e->offset), 4);
    npz_name(s, e);
    if (!extra) return;
    npz_put(s, 1, 2);
    npz_put(s, extra, 2);
    if (npz_wide(e->size)) npz_put(s, e->size, 8), npz_put(s, e->size, 8);
    if (npz_wide(e->offset)) npz_put(s, e->offset, 8);
}

static void npz_put_end(io_save *s, uint64_t directory, size_t count)
{
    uint64_t at = s->written, bytes = at - directory;
    if (count >= UINT16_MAX || npz_wide(directory) || npz_wide(bytes)) {
        npz_put(s, 0x06064b50, 4);
        npz_put(s, 44, 8);
        npz_put(s, 3u << 8 | NPZ_VERSION_WIDE, 2);
        npz_put(s, NPZ_VERSION_WIDE, 2);
        npz_put(s, 0, 8); /* disks */
        npz_put(s, count, 8);
        npz_put(s, count, 8);
        npz_put(s, bytes, 8);
        npz_put(s, directory, 8);
        npz_put(s, 0x07064b50, 4);
        npz_put(s, 0, 4);
        npz_put(s, at, 8);
        npz_put(s, 1, 4);
    }
    npz_put(s, 0x06054b50, 4);
    npz_put(s, 0, 4);
    npz_put(s, count < UINT16_MAX ? count : UINT16_MAX, 2);
    npz_put(s, count < UINT16_MAX ? count : UINT16_MAX, 2);
    npz_put(s, npz_narrow(bytes), 4);
    npz_put(s, npz_narrow(directory), 4);
    npz_put(s, 0, 2);
}

static bool npz_entries(io_save *s, const ew_data_array *arrays, const size_t *order, size_t count, npz_entry *entries)
{
    unsigned char header[IO_NPY_HEADER];
    size_t elements;
    for (size_t i = 0; i < count; i++) {
        const ew_data_array *a = entries[i].array = &arrays[order[i]];
        if (!io_check(s, a, EW_DATA_AXES, &elements)) return false;
        entries[i].size = (uint64_t)elements * io_type_bytes(a->type) + io_npy_header(header, a);
    }
    return true;
}

static void npz_put_all(io_save *s, npz_entry *entries, size_t count)
{
    for (size_t i = 0; i < count && !s->failed; i++) npz_put_entry(s, &entries[i]);
    uint64_t directory = s->written;
    for (size_t i = 0; i < count && !s->failed; i++) npz_put_record(s, &entries[i]);
    npz_put_end(s, directory, count);
}

bool io_write_npz(io_save *s, const ew_data_array *arrays, size_t count)
{
    size_t *order = io_order(s, arrays, count);
    if (!order) return false;
    npz_entry *entries = block_new(&s->m, count, sizeof *entries);
    bool good = entries || report_memory(&s->r);
    good = good && npz_entries(s, arrays, order, count, entries) && io_save_begin(s, s->path);
    if (good) npz_put_all(s, entries, count);
    block_free(&s->m, entries, count);
    block_free(&s->m, order, count);
    return good;
}
