/*
 * npz.c - numpy's file of several arrays: a zip file whose entries are npy files, NAME.npy each.
 *
 * The checksum of an array is compared before it is looked at, so a stored array is read once at opening.
 */
#include "base/alike.h"
#include "base/unicode.h"
#include "io/zip.h"

#include <string.h>

/* The entry's name without .npy, or 0. */
static size_t npz_stem(const zip_entry *e)
{
    size_t n = e->name_count;
    return n > 4 && memcmp(e->name + n - 4, ".npy", 4) == 0 ? n - 4 : 0;
}

static bool npz_names(const zip *z)
{
    char word[160];
    for (size_t i = 0; i < z->entry_count; i++) {
        const zip_entry *e = z->names[i];
        size_t count = npz_stem(e);
        if (!count || memchr(e->name, 0, count) || utf8_invalid(e->name, count) != count)
            return io_fail(z->io, E_ZIP_NAME, e->record, io_zip_quote(word, e), NULL);
        if (z->io->names && !io_name(z->io, e->name, count)) return false;
    }
    return true;
}

/* Names what is most like the part that was asked for, else the first. */
static void npz_hint(const zip *z, const char *part)
{
    char word[160];
    size_t n = part ? strlen(part) : 0;
    alike best = alike_begin(n);
    for (size_t i = 0; part && i < z->entry_count; i++)
        alike_try(&best, z->names[i]->name, npz_stem(z->names[i]), part, n);
    for (size_t i = 0; i < z->entry_count; i++)
        if (!best.word || z->names[i]->name == best.word) {
            io_hint_array(z->io, best.word != NULL, quote(word, z->names[i]->name, npz_stem(z->names[i])));
            return;
        }
}

static const zip_entry *npz_wanted(const zip *z)
{
    io_read *io = z->io;
    char word[160], count[24];
    size_t n = io->part ? strlen(io->part) : 0;
    if (!io->part && z->entry_count == 1) return z->entries;
    for (size_t i = 0; io->part && i < z->entry_count; i++)
        if (npz_stem(z->names[i]) == n && memcmp(z->names[i]->name, io->part, n) == 0) return z->names[i];
    count_text(z->entry_count, count);
    if (io->part)
        report_plain(&io->r, E_FILE_PART, quote(word, io->part, n), NULL);
    else
        report_plain(&io->r, E_FILE_WHICH, count, NULL);
    npz_hint(z, io->part);
    return NULL;
}

static bool npz_array(const zip *z)
{
    const zip_entry *e = npz_wanted(z);
    const unsigned char *bytes = e ? io_zip_unpack(z, e) : NULL;
    return bytes && io_npy_at(z->io, bytes, e->size, z->io->owned ? 0 : e->start);
}

bool io_npz(io_read *io)
{
    zip z;
    bool good = io_zip_open(&z, io) && npz_names(&z) && (io->names || npz_array(&z));
    io_zip_close(&z);
    return good;
}
