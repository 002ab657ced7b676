/*
 * inflate.c - gzip and deflate by zlib, strictly: all of the input is used, checksums and lengths match.
 *
 * zlib's own memory comes through the hook too. How much comes out is bounded before it is allocated: a
 * deflate stream grows at most 1032 times.
 */
#include "io/io.h"

#include <string.h>
#include <zlib.h>

enum { INFLATE_STEP = 1 << 30, INFLATE_HEAD = 16 };

/* zlib does not give sizes back: they stand before the block. */
static voidpf inflate_new(voidpf context, uInt items, uInt size)
{
    size_t bytes;
    if (!size_mul(items, size, &bytes) || !size_add(bytes, INFLATE_HEAD, &bytes)) return Z_NULL;
    unsigned char *p = memory_new(context, bytes);
    if (!p) return Z_NULL;
    memcpy(p, &bytes, sizeof bytes);
    return p + INFLATE_HEAD;
}

static void inflate_free(voidpf context, voidpf pointer)
{
    unsigned char *p = (unsigned char *)pointer - INFLATE_HEAD;
    size_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    memory_free(context, p, bytes);
}

static bool inflate_begin(z_stream *z, memory *m, int window)
{
    memset(z, 0, sizeof *z);
    z->zalloc = inflate_new;
    z->zfree = inflate_free;
    z->opaque = m;
    return inflateInit2(z, window) == Z_OK;
}

/* One call of zlib, which counts in 32 bits; moves both ends on. */
static int inflate_some(z_stream *z, const unsigned char *in, size_t *in_left, unsigned char *out, size_t *out_left)
{
    uInt give = (uInt)(*in_left < INFLATE_STEP ? *in_left : INFLATE_STEP);
    uInt room = (uInt)(*out_left < INFLATE_STEP ? *out_left : INFLATE_STEP);
    z->next_in = (z_const Bytef *)(uintptr_t)in;
    z->avail_in = give;
    z->next_out = out;
    z->avail_out = room;
    int code = inflate(z, Z_NO_FLUSH);
    *in_left -= give - z->avail_in;
    *out_left -= room - z->avail_out;
    return code;
}

size_t io_inflate_most(size_t count)
{
    size_t most;
    return size_mul(count, 1032, &most) && size_add(most, 64, &most) ? most : SIZE_MAX;
}

uint32_t io_crc(uint32_t crc, const unsigned char *bytes, size_t count)
{
    for (size_t n; count; bytes += n, count -= n) {
        n = count < INFLATE_STEP ? count : INFLATE_STEP;
        crc = (uint32_t)crc32(crc, bytes, (uInt)n);
    }
    return crc;
}

io_inflated io_inflate(memory *m, const unsigned char *in, size_t count, unsigned char *out, size_t room)
{
    z_stream z;
    size_t in_left = count, out_left = room + 1;
    int code = Z_OK;
    if (!inflate_begin(&z, m, -MAX_WBITS)) return IO_INFLATE_MEMORY;
    while (code == Z_OK)
        code = inflate_some(&z, in + (count - in_left), &in_left, out + (room + 1 - out_left), &out_left);
    inflateEnd(&z);
    if (code == Z_MEM_ERROR) return IO_INFLATE_MEMORY;
    return code == Z_STREAM_END && in_left == 0 && out_left == 1 ? IO_INFLATED : IO_INFLATE_DAMAGED;
}

static bool gunzip_fault(io_read *io, const z_stream *z, int code, size_t offset)
{
    const char *words = z->msg ? z->msg : "";
    if (code == Z_MEM_ERROR) return report_memory(&io->r);
    if (code == Z_BUF_ERROR || code == Z_OK) return io_fail(io, E_GZIP_SHORT, offset, NULL, NULL);
    if (strcmp(words, "incorrect data check") == 0) return io_fail(io, E_GZIP_CHECK, offset, NULL, NULL);
    if (strcmp(words, "incorrect length check") == 0) return io_fail(io, E_GZIP_LENGTH, offset, NULL, NULL);
    return io_fail(io, E_GZIP_DAMAGED, offset, NULL, NULL);
}

static bool gzip_begins(const unsigned char *p, size_t count)
{
    return count >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

/* All members one after another into `to`. */
static bool gunzip_members(io_read *io, z_stream *z, io_bytes *to)
{
    const io_bytes *from = &io->file;
    for (size_t left = from->count;;) {
        if (to->count == to->owned_size && !array_grow(io->m, (void **)&to->owned, &to->owned_size, to->count + 1, 1))
            return report_memory(&io->r);
        size_t room = to->owned_size - to->count, before = left;
        int code = inflate_some(z, from->at + (from->count - left), &left, to->owned + to->count, &room);
        bool moved = left < before || to->owned_size - room > to->count;
        to->count = to->owned_size - room;
        size_t offset = from->count - left;
        if (code == Z_STREAM_END) {
            if (left == 0) return true;
            if (!gzip_begins(from->at + offset, left)) return io_fail_count(io, E_GZIP_TRAILING, offset, left);
            inflateReset(z);
        } else if (code != Z_OK || !moved) {
            return gunzip_fault(io, z, code, offset);
        }
    }
}

/* The length that the last member ends with: for one member, exactly what comes out. A guess that is
 * bounded and then checked by zlib. */
static size_t gunzip_expected(const io_bytes *from)
{
    size_t due = from->count >= 18 ? (size_t)io_little(from->at + from->count - 4, 4) : 0;
    size_t most = io_inflate_most(from->count);
    return (due < most ? due : most) + 1;
}

bool io_gunzip(io_read *io)
{
    z_stream z;
    io_bytes to = {0};
    if (!gzip_begins(io->file.at, io->file.count)) return io_fail(io, E_GZIP_MAGIC, 0, NULL, NULL);
    if (!inflate_begin(&z, io->m, MAX_WBITS + 16)) return report_memory(&io->r);
    size_t expected = gunzip_expected(&io->file);
    to.owned = memory_new(io->m, expected);
    to.owned_size = to.owned ? expected : 0;
    bool good = to.owned ? gunzip_members(io, &z, &to) : report_memory(&io->r);
    inflateEnd(&z);
    io_close(io->m, &io->file);
    io->file = to;
    io->file.at = to.owned;
    return good;
}
