/*
 * pages.c - large blocks of memory in large pages, where the system has some to give.
 *
 * A step of training goes through a hundred megabytes, of which the processor knows where some thousand pages of 4 KB
 * lie, and fetches ahead no further than to the end of one. Linux makes pages of 2 MB where it is asked to; elsewhere,
 * and where it will not, nothing happens. It is asked before the block is first written. Places of it that are never
 * written then take memory, too, where they share a large page with others.
 */
#include "base/memory.h"

#if defined __linux__
#include <sys/mman.h>

enum { PAGES_LARGE = 1 << 22, PAGES_SMALL = 1 << 12 }; /* bytes */
#if !defined MADV_HUGEPAGE
#define MADV_HUGEPAGE 14
#endif

/* <sys/mman.h> keeps it from programs that ask for C11 alone. */
extern int madvise(void *, size_t, int);

void memory_pages(void *block, size_t bytes)
{
    size_t before = PAGES_SMALL - (uintptr_t)block % PAGES_SMALL;
    if (bytes < PAGES_LARGE) return;
    madvise((char *)block + before, (bytes - before) / PAGES_SMALL * PAGES_SMALL, MADV_HUGEPAGE);
}
#else
void memory_pages(void *block, size_t bytes)
{
    (void)block;
    (void)bytes;
}
#endif
