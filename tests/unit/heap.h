/*
 * heap.h - an allocator for tests: refuses the n-th call, or all from there on; sees wrong old sizes and what is
 * left over.
 */
#ifndef TESTS_UNIT_HEAP_H
#define TESTS_UNIT_HEAP_H

#include <stdlib.h>
#include <string.h>

typedef struct heap {
    size_t calls, fail_at, live, blocks;
    int from_there_on;
    size_t wrong_sizes;
} heap;

/* Each block carries its size, so that a wrong old size is seen. */
static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *h = context;
    size_t *block = pointer ? (size_t *)pointer - 2 : NULL;
    if (block && block[0] != old_size) h->wrong_sizes++;
    if (new_size == 0) {
        if (block) h->live -= block[0], h->blocks--;
        free(block);
        return NULL;
    }
    h->calls++;
    if (h->from_there_on ? h->calls >= h->fail_at : h->calls == h->fail_at) return NULL;
    size_t *made = malloc(new_size + 16);
    if (!made) return NULL;
    if (block) memcpy(made + 2, pointer, old_size < new_size ? old_size : new_size);
    h->live += new_size - (block ? block[0] : 0);
    h->blocks += !block;
    free(block);
    made[0] = new_size;
    return made + 2;
}

#endif
