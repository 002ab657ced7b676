/*
 * refuse.h - for tests of files that must survive: the n-th call to the system that writes, syncs or renames fails.
 * One file of a program includes it.
 */
#ifndef TESTS_UNIT_REFUSE_H
#define TESTS_UNIT_REFUSE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool active;
    size_t calls, fail_at;
} sys;

static bool sys_refuse(void)
{
    if (!sys.active || ++sys.calls != sys.fail_at) return false;
    errno = sys.fail_at % 2 ? ENOSPC : EIO;
    return true;
}

/* These stand before the C library's; the calls go on to the system. */
ssize_t write(int d, const void *bytes, size_t count)
{
    if (sys_refuse()) return -1;
    if (sys.active && count > 1000) count = 1000; /* never all at once */
    return (ssize_t)syscall(SYS_write, d, bytes, count);
}

int fsync(int d)
{
    struct stat s;
    bool file = fstat(d, &s) == 0 && S_ISREG(s.st_mode); /* what a folder cannot is forgiven */
    return file && sys_refuse() ? -1 : (int)syscall(SYS_fsync, d);
}

int rename(const char *from, const char *to)
{
    return sys_refuse() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

#endif
