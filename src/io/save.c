/*
 * save.c - a file that appears whole or not at all.
 *
 * It is written under a temporary name in the same folder, synced, renamed over the old one, and the folder
 * is synced: a kill at any moment or a full disk leaves the last good file. A link stays a link, an old
 * file's permissions stay. What is no plain file (a pipe, a terminal) is written directly.
 */
#define _XOPEN_SOURCE 700
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool save_refuse(io_save *s, error_code code)
{
    return report_plain(&s->r, code, s->path, NULL);
}

/* realpath allocates behind the hook, for a moment. */
static bool save_target(io_save *s)
{
    char *real = realpath(s->path, NULL);
    const char *path = real ? real : s->path;
    s->target_size = strlen(path) + 1;
    s->target = memory_new(&s->m, s->target_size);
    if (s->target) memcpy(s->target, path, s->target_size);
    free(real);
    return s->target || report_memory(&s->r);
}

/* "folder/.NAME.PID-TRY", which must be new: the system applies the user's mask of permissions. */
static bool save_open_temporary(io_save *s)
{
    const char *slash = strrchr(s->target, '/');
    size_t folder = slash ? (size_t)(slash - s->target) + 1 : 0;
    s->temporary_size = folder + 260;
    s->temporary = memory_new(&s->m, s->temporary_size);
    if (!s->temporary) return report_memory(&s->r);
    memcpy(s->temporary, s->target, folder);
    for (unsigned try = 0; try < 100; try++) {
        snprintf(s->temporary + folder, 260, ".%.200s.%ld-%u", s->target + folder, (long)getpid(), try);
        s->descriptor = open(s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (s->descriptor >= 0) return true;
        if (errno != EEXIST) break;
    }
    memory_free(&s->m, s->temporary, s->temporary_size);
    s->temporary = NULL;
    return io_refuse(&s->r, E_SAVE_OPEN, s->path, errno);
}

static bool save_open(io_save *s)
{
    struct stat old;
    if (stat(s->target, &old) != 0)
        return errno == ENOENT ? save_open_temporary(s) : io_refuse(&s->r, E_SAVE_OPEN, s->path, errno);
    if (S_ISDIR(old.st_mode)) return save_refuse(s, E_FILE_FOLDER);
    if (S_ISREG(old.st_mode)) {
        if (access(s->target, W_OK) != 0) return io_refuse(&s->r, E_SAVE_OPEN, s->path, errno);
        if (!save_open_temporary(s)) return false;
        if (fchmod(s->descriptor, old.st_mode & 0777) != 0 && errno != EPERM) s->failed = true;
        return true;
    }
    s->descriptor = open(s->target, O_WRONLY | O_CLOEXEC);
    return s->descriptor >= 0 || io_refuse(&s->r, E_SAVE_OPEN, s->path, errno);
}

bool io_save_begin(io_save *s, const char *path)
{
    s->path = path;
    s->descriptor = -1;
    return save_target(s) && save_open(s);
}

static void save_fail(io_save *s)
{
    s->full = s->full || errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    s->failed = true;
}

static void save_flush(io_save *s)
{
    for (size_t done = 0; done < s->count && !s->failed;) {
        ssize_t n = write(s->descriptor, s->buffer + done, s->count - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            save_fail(s);
    }
    s->count = 0;
}

void io_put(io_save *s, const void *bytes, size_t count)
{
    const unsigned char *from = bytes;
    while (count && !s->failed) {
        size_t room = sizeof s->buffer - s->count, n = count < room ? count : room;
        memcpy(s->buffer + s->count, from, n);
        s->count += n;
        s->written += n;
        from += n;
        count -= n;
        if (s->count == sizeof s->buffer) save_flush(s);
    }
}

/* Some file systems cannot sync folders, and say so (EINVAL and its like); any other refusal counts: the new name
 * may not outlive a loss of power. */
static void save_folder(io_save *s)
{
    char *slash = strrchr(s->target, '/');
    if (slash) slash[1] = '\0';
    int d = open(slash ? s->target : ".", O_RDONLY | O_CLOEXEC);
    if (d < 0) return;
    if (fsync(d) != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT)) save_fail(s);
    close(d);
}

static void save_settle(io_save *s)
{
    save_flush(s);
    if (!s->failed && s->temporary && fsync(s->descriptor) != 0) save_fail(s);
    if (close(s->descriptor) != 0) save_fail(s);
    s->descriptor = -1;
    if (s->failed || !s->temporary) return;
    if (rename(s->temporary, s->target) != 0) {
        save_fail(s);
        return;
    }
    memory_free(&s->m, s->temporary, s->temporary_size);
    s->temporary = NULL;
    save_folder(s);
}

io_save *io_save_new(const char *path, const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    report r = {.m = &m, .language = options ? options->language : NULL, .source = {.file = path}};
    io_save *s = memory_new(&m, sizeof *s);
    if (!s) {
        report_memory(&r);
        if (err) *err = r.error;
        return NULL;
    }
    s->m = m;
    s->r = r;
    s->r.m = &s->m;
    s->path = path;
    s->descriptor = -1;
    return s;
}

ew_status io_save_finish(io_save *s, bool good, ew_error *err)
{
    io_save_end(s, good);
    ew_error error = s->r.error;
    memory m = s->m;
    memory_free(&m, s, sizeof *s);
    if (err) *err = error;
    return error.status;
}

bool io_save_end(io_save *s, bool good)
{
    if (good) save_settle(s);
    if (s->descriptor >= 0) close(s->descriptor);
    if (s->temporary) unlink(s->temporary);
    memory_free(&s->m, s->temporary, s->temporary_size);
    memory_free(&s->m, s->target, s->target_size);
    if (s->failed) save_refuse(s, s->full ? E_SAVE_FULL : E_SAVE_FAILED);
    return report_ok(&s->r);
}
