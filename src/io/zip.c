/*
 * zip.c - the directory of a zip file, stricter than general tools are: npz files come from strangers.
 *
 * The file must be its entries one after another, the directory, and the end record (the 64-bit one before
 * it where there is one), with no byte between, before or after: so no two entries overlap (what makes
 * small files unpack to petabytes) and nothing hides in gaps. Headers in front of the data must agree with
 * the directory. Every number is compared with the bytes that are there before it is used.
 *
 * General libraries allow overlaps and gaps, copy what is stored, and have allocators of their own;
 * this keeps stored arrays mapped. Packing and checksums are zlib's.
 */
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>

enum {
    ZIP_LOCAL_SIGN = 0x04034b50,
    ZIP_RECORD_SIGN = 0x02014b50,
    ZIP_DESCRIPTOR_SIGN = 0x08074b50,
    ZIP_END_SIGN = 0x06054b50,
    ZIP_END64_SIGN = 0x06064b50,
    ZIP_LOCATOR_SIGN = 0x07064b50,
    ZIP_LOCAL_BYTES = 30,
    ZIP_RECORD_BYTES = 46,
    ZIP_END_BYTES = 22,
    ZIP_END64_BYTES = 56,
    ZIP_LOCATOR_BYTES = 20,
    ZIP_WIDE = 1, /* the extra field with 64-bit numbers */
    ZIP_FLAG_SECRET = 1,
    ZIP_FLAG_DESCRIPTOR = 8
};

static uint64_t zip_number(const zip *z, size_t offset, size_t bytes)
{
    return io_little(z->at + offset, bytes);
}

const char *io_zip_quote(char word[160], const zip_entry *e)
{
    return quote(word, e->name, e->name_count);
}

static bool zip_fault(const zip *z, error_code code, size_t offset, const zip_entry *e)
{
    char word[160];
    return io_fail(z->io, code, offset, io_zip_quote(word, e), NULL);
}

/* The 64-bit end record, its locator and the end record, back to back. */
static bool zip_end_wide(zip *z, size_t end)
{
    size_t both = ZIP_END64_BYTES + ZIP_LOCATOR_BYTES;
    if (end < both) return false;
    size_t at = end - both, locator = end - ZIP_LOCATOR_BYTES;
    if (zip_number(z, locator, 4) != ZIP_LOCATOR_SIGN || zip_number(z, locator + 8, 8) != at) return false;
    if (zip_number(z, at, 4) != ZIP_END64_SIGN || zip_number(z, at + 4, 8) != ZIP_END64_BYTES - 12) return false;
    if (zip_number(z, at + 24, 8) != zip_number(z, at + 32, 8)) return false;
    uint64_t entries = zip_number(z, at + 32, 8), bytes = zip_number(z, at + 40, 8);
    uint64_t offset = zip_number(z, at + 48, 8);
    if (offset > at || bytes != at - offset || entries > bytes / ZIP_RECORD_BYTES) return false;
    z->entry_count = (size_t)entries;
    z->directory = (size_t)offset;
    z->end = at;
    return true;
}

static bool zip_end(zip *z)
{
    if (z->count < ZIP_END_BYTES) return io_fail(z->io, E_ZIP_END, z->count, NULL, NULL);
    size_t at = z->count - ZIP_END_BYTES;
    if (zip_number(z, at, 4) != ZIP_END_SIGN || zip_number(z, at + 20, 2) != 0)
        return io_fail(z->io, E_ZIP_END, z->count, NULL, NULL);
    uint64_t entries = zip_number(z, at + 10, 2), bytes = zip_number(z, at + 12, 4), offset = zip_number(z, at + 16, 4);
    bool disks = zip_number(z, at + 4, 4) == 0 && zip_number(z, at + 8, 2) == entries;
    if (disks && offset <= at && bytes == at - offset && entries <= bytes / ZIP_RECORD_BYTES) {
        z->entry_count = (size_t)entries;
        z->directory = (size_t)offset;
        z->end = at;
        return true;
    }
    return zip_end_wide(z, at) || io_fail(z->io, E_ZIP_DIRECTORY, at, NULL, NULL);
}

/* Takes the 64-bit forms of those numbers that are all ones, in order; false: a number is missing. */
static bool zip_wide(const zip *z, size_t at, size_t bytes, uint64_t **numbers, size_t count)
{
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) wanted += *numbers[i] == UINT32_MAX;
    if (wanted == 0) return true;
    for (size_t end = at + bytes; end - at >= 4;) {
        size_t id = (size_t)zip_number(z, at, 2), length = (size_t)zip_number(z, at + 2, 2);
        at += 4;
        if (length > end - at) return false;
        if (id == ZIP_WIDE) {
            if (length < 8 * wanted) return false;
            for (size_t i = 0; i < count; i++)
                if (*numbers[i] == UINT32_MAX) *numbers[i] = zip_number(z, at, 8), at += 8;
            return true;
        }
        at += length;
    }
    return false;
}

static bool zip_record(zip *z, size_t *at, zip_entry *e)
{
    size_t here = *at;
    if (z->end - here < ZIP_RECORD_BYTES || zip_number(z, here, 4) != ZIP_RECORD_SIGN)
        return io_fail(z->io, E_ZIP_DIRECTORY, here, NULL, NULL);
    size_t name = (size_t)zip_number(z, here + 28, 2), extra = (size_t)zip_number(z, here + 30, 2);
    size_t bytes = name + extra + (size_t)zip_number(z, here + 32, 2);
    uint64_t size = zip_number(z, here + 24, 4), packed = zip_number(z, here + 20, 4);
    uint64_t local = zip_number(z, here + 42, 4), *numbers[] = {&size, &packed, &local};
    if (bytes > z->end - here - ZIP_RECORD_BYTES || zip_number(z, here + 34, 2) != 0 ||
        !zip_wide(z, here + ZIP_RECORD_BYTES + name, extra, numbers, 3) || local > z->directory ||
        packed > z->directory || size >= SIZE_MAX)
        return io_fail(z->io, E_ZIP_DIRECTORY, here, NULL, NULL);
    *e = (zip_entry){.name = (const char *)z->at + here + ZIP_RECORD_BYTES,
                     .name_count = name,
                     .record = here,
                     .local = (size_t)local,
                     .packed = (size_t)packed,
                     .size = (size_t)size,
                     .crc = (uint32_t)zip_number(z, here + 16, 4),
                     .method = (unsigned)zip_number(z, here + 10, 2),
                     .flags = (unsigned)zip_number(z, here + 8, 2)};
    *at = here + ZIP_RECORD_BYTES + bytes;
    return true;
}

/* The checksum and sizes again, after the data: with or without a sign, in 32 or 64 bits. */
static bool zip_descriptor(const zip *z, zip_entry *e)
{
    for (size_t form = 0; form < 4; form++) {
        size_t at = e->start + e->packed, sign = form & 1 ? 0 : 4, wide = form & 2 ? 8 : 4;
        size_t bytes = sign + 4 + 2 * wide;
        if (bytes > z->directory - at || (sign && zip_number(z, at, 4) != ZIP_DESCRIPTOR_SIGN)) continue;
        at += sign;
        if (zip_number(z, at, 4) != e->crc || zip_number(z, at + 4, wide) != e->packed ||
            zip_number(z, at + 4 + wide, wide) != e->size)
            continue;
        e->end = e->start + e->packed + bytes;
        return true;
    }
    return false;
}

/* The header in front of the data says the same as the directory. */
static bool zip_local(const zip *z, zip_entry *e)
{
    size_t here = e->local;
    if (z->directory - here < ZIP_LOCAL_BYTES || zip_number(z, here, 4) != ZIP_LOCAL_SIGN) return false;
    size_t name = (size_t)zip_number(z, here + 26, 2), extra = (size_t)zip_number(z, here + 28, 2);
    if (name + extra > z->directory - here - ZIP_LOCAL_BYTES) return false;
    e->start = here + ZIP_LOCAL_BYTES + name + extra;
    if (e->packed > z->directory - e->start || name != e->name_count) return false;
    if (memcmp(z->at + here + ZIP_LOCAL_BYTES, e->name, name) != 0) return false;
    if (zip_number(z, here + 6, 2) != e->flags || zip_number(z, here + 8, 2) != e->method) return false;
    if (e->flags & ZIP_FLAG_DESCRIPTOR) return zip_descriptor(z, e);
    uint64_t size = zip_number(z, here + 22, 4), packed = zip_number(z, here + 18, 4), *numbers[] = {&size, &packed};
    if (!zip_wide(z, here + ZIP_LOCAL_BYTES + name, extra, numbers, 2)) return false;
    e->end = e->start + e->packed;
    return size == e->size && packed == e->packed && zip_number(z, here + 14, 4) == e->crc;
}

static int zip_by_place(const void *a, const void *b)
{
    const zip_entry *x = a, *y = b;
    return x->local < y->local ? -1 : x->local > y->local;
}

static int zip_by_name(const void *a, const void *b)
{
    const zip_entry *x = *(zip_entry *const *)a, *y = *(zip_entry *const *)b;
    size_t shorter = x->name_count < y->name_count ? x->name_count : y->name_count;
    int order = memcmp(x->name, y->name, shorter);
    return order ? order : x->name_count < y->name_count ? -1 : x->name_count > y->name_count;
}

/* In the order of their data, each begins where the one before ends. */
static bool zip_places(const zip *z)
{
    size_t at = 0;
    for (size_t i = 0; i < z->entry_count; i++) {
        zip_entry *e = &z->entries[i];
        if (e->local < at) return zip_fault(z, E_ZIP_OVERLAP, e->local, e);
        if (e->local > at) return io_fail_count(z->io, E_ZIP_GAP, at, e->local - at);
        if (!zip_local(z, e)) return zip_fault(z, E_ZIP_LOCAL, e->local, e);
        at = e->end;
    }
    return at == z->directory || io_fail_count(z->io, E_ZIP_GAP, at, z->directory - at);
}

static bool zip_unique(const zip *z)
{
    for (size_t i = 1; i < z->entry_count; i++)
        if (zip_by_name(&z->names[i - 1], &z->names[i]) == 0)
            return zip_fault(z, E_ZIP_TWICE, z->names[i]->record, z->names[i]);
    return true;
}

bool io_zip_open(zip *z, io_read *io)
{
    *z = (zip){.io = io, .at = io->file.at, .count = io->file.count};
    if (!zip_end(z)) return false;
    z->entries = block_new(io->m, z->entry_count, sizeof *z->entries);
    z->names = block_new(io->m, z->entry_count, sizeof *z->names);
    if (!z->entries || !z->names) return report_memory(&io->r);
    size_t at = z->directory;
    for (size_t i = 0; i < z->entry_count; i++)
        if (!zip_record(z, &at, &z->entries[i])) return false;
    if (at != z->end) return io_fail(io, E_ZIP_DIRECTORY, at, NULL, NULL);
    qsort(z->entries, z->entry_count, sizeof *z->entries, zip_by_place);
    for (size_t i = 0; i < z->entry_count; i++) z->names[i] = &z->entries[i];
    qsort(z->names, z->entry_count, sizeof *z->names, zip_by_name);
    return zip_places(z) && zip_unique(z);
}

void io_zip_close(zip *z)
{
    block_free(z->io->m, z->entries, z->entry_count);
    block_free(z->io->m, z->names, z->entry_count);
}

static bool zip_inflate(const zip *z, const zip_entry *e)
{
    io_read *io = z->io;
    char word[160], size[24];
    count_text(e->size, size);
    if (e->size > io_inflate_most(e->packed)) return io_fail(io, E_ZIP_RATIO, e->start, io_zip_quote(word, e), size);
    io->owned = memory_new(io->m, e->size + 1);
    if (!io->owned) return report_memory(&io->r);
    io->owned_size = e->size + 1;
    io_inflated result = io_inflate(io->m, z->at + e->start, e->packed, io->owned, e->size);
    if (result == IO_INFLATE_MEMORY) return report_memory(&io->r);
    return result == IO_INFLATED || zip_fault(z, E_ZIP_DAMAGED, e->start, e);
}

const unsigned char *io_zip_unpack(const zip *z, const zip_entry *e)
{
    char word[160], method[24];
    const unsigned char *bytes = z->at + e->start;
    if (e->flags & ZIP_FLAG_SECRET) return zip_fault(z, E_ZIP_SECRET, e->record, e), NULL;
    count_text(e->method, method);
    if (e->method != 0 && e->method != 8)
        return io_fail(z->io, E_ZIP_METHOD, e->record, io_zip_quote(word, e), method), NULL;
    if (e->method == 0 && e->packed != e->size) return zip_fault(z, E_ZIP_DAMAGED, e->start, e), NULL;
    if (e->method == 8) {
        if (!zip_inflate(z, e)) return NULL;
        bytes = z->io->owned;
    }
    if (io_crc(0, bytes, e->size) != e->crc) return zip_fault(z, E_ZIP_CHECK, e->start, e), NULL;
    return bytes;
}
