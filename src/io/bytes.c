/*
 * bytes.c - the bytes of a file: small ones read, large ones mapped, pipes read to their end.
 *
 * A mapped file does not count against the caller's limit on memory. What is in it may change under us
 * when someone writes to it; every reader therefore checks a count and uses it from its own copy.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES_SMALL = 1 << 20 };

uint64_t io_little(const unsigned char *p, size_t bytes)
{
    uint64_t value = 0;
    while (bytes--) value = value << 8 | p[bytes];
    return value;
}

uint64_t io_big(const unsigned char *p, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) value = value << 8 | p[i];
    return value;
}

void io_put_little(unsigned char *p, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++, value >>= 8) p[i] = (unsigned char)value;
}

bool io_fail(io_read *io, error_code code, size_t offset, const char *a, const char *b)
{
    char place[24];
    count_text(offset, place);
    return report_at(&io->r, code, NO_PLACE, 0, place, a, b);
}

void io_hint_array(io_read *io, bool alike, const char *name)
{
    report_hint(&io->r, alike ? "did you mean '{1}'?" : "the first array is '{1}'", name);
}

bool io_fail_count(io_read *io, error_code code, size_t offset, size_t a)
{
    char count[24];
    count_text(a, count);
    return io_fail(io, code, offset, count, NULL);
}

void io_close(memory *m, io_bytes *b)
{
    if (b->mapped) munmap((void *)(uintptr_t)b->at, b->count);
    memory_free(m, b->owned, b->owned_size);
    memset(b, 0, sizeof *b);
}

/* To the end of the file, with room for `expected` bytes first; one more shows that it has ended. */
static bool bytes_read(io_read *io, int descriptor, const char *path, size_t expected)
{
    io_bytes *b = &io->file;
    for (size_t wanted = expected + 1;; wanted = b->count + 1) {
        if (wanted > b->owned_size && !array_grow(io->m, (void **)&b->owned, &b->owned_size, wanted, 1))
            return report_memory(&io->r);
        size_t room = b->owned_size - b->count;
        ssize_t n = read(descriptor, b->owned + b->count, room < 1u << 30 ? room : 1u << 30);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return report_plain(&io->r, errno == EISDIR ? E_FILE_FOLDER : E_FILE_READ, path, NULL);
        if (n == 0) break;
        b->count += (size_t)n;
    }
    b->at = b->owned;
    return true;
}

static bool bytes_map(io_read *io, int descriptor, size_t count)
{
    void *at = mmap(NULL, count, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (at == MAP_FAILED) return false;
    io->file.at = at;
    io->file.count = count;
    return io->file.mapped = true;
}

static bool bytes_of(io_read *io, int descriptor, const char *path)
{
    struct stat s;
    if (fstat(descriptor, &s) != 0) return report_plain(&io->r, E_FILE_READ, path, NULL);
    if (S_ISDIR(s.st_mode)) return report_plain(&io->r, E_FILE_FOLDER, path, NULL);
    bool plain = S_ISREG(s.st_mode) && s.st_size >= 0 && (uintmax_t)s.st_size < SIZE_MAX;
    size_t count = plain ? (size_t)s.st_size : 0;
    if (count > BYTES_SMALL && bytes_map(io, descriptor, count)) return true;
    return bytes_read(io, descriptor, path, count);
}

bool io_open(io_read *io, const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT || errno == ENOTDIR ? report_plain(&io->r, E_FILE_MISSING, path, NULL)
                                                   : io_refuse(&io->r, E_FILE_OPEN, path, errno);
    bool good = bytes_of(io, descriptor, path);
    close(descriptor);
    return good;
}
