/*
 * memory.h - the one allocator hook, checked sizes, growable arrays.
 *
 * All memory of the library goes through `memory_resize`, which counts bytes against the caller's
 * limit. Sizes of blocks are given back by their owners (the hook gets old sizes), so nothing is
 * stored beside a block. Every function here can fail and says so by NULL or false; what was
 * there before stays whole.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edgewise.h"

typedef struct memory {
    ew_resize *resize;
    void *context;
    size_t used, limit; /* bytes; limit 0: none */
    bool refused;       /* something could not be had */
} memory;

memory memory_of(const ew_options *options);

void *memory_resize(memory *m, void *pointer, size_t old_size, size_t new_size);
void *memory_new(memory *m, size_t size); /* zeroed */
void memory_free(memory *m, void *pointer, size_t size);

/* A block of the library's own that is about to be written for the first time may lie in large pages (pages.c). */
void memory_pages(void *block, size_t bytes);

/* The checked-arithmetic helpers: false where the result does not fit. */
bool size_add(size_t a, size_t b, size_t *sum);
bool size_mul(size_t a, size_t b, size_t *product);

/* A growable array of T: `ARRAY(int) a = {0};` */
#define ARRAY(T)                                                                                                       \
    struct {                                                                                                           \
        T *at;                                                                                                         \
        size_t count, capacity;                                                                                        \
    }

bool array_grow(memory *m, void **at, size_t *capacity, size_t needed, size_t element);

/* Room for n more; then a.at[a.count++] is safe n times. */
#define array_reserve(m, a, n)                                                                                         \
    ((a)->capacity - (a)->count >= (n) ||                                                                              \
     array_grow((m), (void **)&(a)->at, &(a)->capacity, (a)->count + (n), sizeof *(a)->at))
#define array_push(m, a, value) (array_reserve((m), (a), 1) ? ((a)->at[(a)->count++] = (value), true) : false)
#define array_free(m, a)                                                                                               \
    (memory_free((m), (a)->at, (a)->capacity * sizeof *(a)->at), (a)->at = NULL, (a)->count = (a)->capacity = 0)

/* A zeroed block of n elements of T, or NULL; freed by block_free with the same n. */
void *block_new(memory *m, size_t n, size_t element);
#define block_free(m, pointer, n) memory_free((m), (pointer), (n) * sizeof *(pointer))

#endif
