/*
 * reason.c - why the system refused something, in words.
 */
#include <errno.h>
#include <stddef.h>

#include "io/io.h"

static const struct {
    int error;
    const char *words;
} reasons[] = /* catalogue: 2 */ {
    {ENOENT, "there is no such file or folder"},
    {ENOTDIR, "part of the path is no folder"},
    {EISDIR, "it is a folder"},
    {EEXIST, "there is a file of that name"},
    {EACCES, "there is no permission"},
    {EPERM, "there is no permission"},
    {EROFS, "the disk is read-only"},
    {ENOSPC, "the disk is full"},
    {EDQUOT, "the quota is used up"},
    {EFBIG, "the file would be too large"},
    {EIO, "the disk reports an error"},
    {EPIPE, "nobody reads it any more"},
    {EBADF, "it is closed"},
    {ENOMEM, "there is not enough memory"},
    {ELOOP, "its links lead in a circle"},
    {ENAMETOOLONG, "the name is too long"},
    {EMFILE, "too many files are open"},
    {ENFILE, "too many files are open"},
};

const char *ew_system_reason(int error, const char *language)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].error == error) return translate(language, reasons[i].words);
    return NULL;
}

bool io_refuse(report *r, error_code code, const char *path, int error)
{
    const char *why = ew_system_reason(error, r->language);
    return report_plain(r, code, path, why ? why : translate(r->language, "the system refuses it"));
}
