/*
 * refuse.c - a library to be loaded before libc (LD_PRELOAD): one call that changes a file system fails.
 *
 *     REFUSE_AT=K     the K-th call from now on (1, 2, …), and with REFUSE_ON=1 all after it
 *     REFUSE_HOW      full (ENOSPC), io (EIO), short: a write writes half and the next one fails as full
 *     REFUSE_COUNT    a file: gets how many calls there were, at exit
 *
 * Counted are write, fsync, rename, renameat, link, ftruncate, mkdir, close of what was written, and open with the
 * right to write. What goes to standard output or error is not counted: those are no files of a run.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long calls;
static int halves;

static unsigned long refuse_at(void)
{
    const char *s = getenv("REFUSE_AT");
    return s ? strtoul(s, NULL, 10) : 0;
}

static int how(const char *word)
{
    const char *s = getenv("REFUSE_HOW");
    return s && strcmp(s, word) == 0;
}

/* Counts a call; not 0: it is to fail, and errno says why. */
static int refused(void)
{
    unsigned long at = refuse_at();
    calls++;
    if (!at || (getenv("REFUSE_ON") ? calls < at : calls != at)) return 0;
    errno = how("io") ? EIO : ENOSPC;
    return 1;
}

ssize_t write(int d, const void *bytes, size_t count)
{
    ssize_t (*real_write)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (d <= 2) return real_write(d, bytes, count);
    if (halves) {
        halves = 0;
        errno = ENOSPC;
        return -1;
    }
    if (!refused()) return real_write(d, bytes, count);
    if (!how("short") || count < 2) return -1;
    halves = 1;
    return real_write(d, bytes, count / 2);
}

int fsync(int d)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return refused() ? -1 : real(d);
}

int ftruncate(int d, off_t size)
{
    int (*real)(int, off_t) = (int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate");
    return refused() ? -1 : real(d, size);
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    return refused() ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    int (*real)(const char *, mode_t) = (int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir");
    return refused() ? -1 : real(path, mode);
}

int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(list, int) : 0;
    va_end(list);
    int writes = (flags & O_ACCMODE) != O_RDONLY && strncmp(path, "/dev/", 5) != 0;
    return writes && refused() ? -1 : real(path, flags, mode);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("REFUSE_COUNT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f) return;
    fprintf(f, "%lu\n", calls);
    fclose(f);
}
