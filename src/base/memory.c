#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void *plain_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

memory memory_of(const ew_options *options)
{
    memory m = {plain_resize, NULL, 0, 0, false};
    if (options) {
        m.limit = options->max_bytes;
        if (options->resize) {
            m.resize = options->resize;
            m.context = options->context;
        }
    }
    return m;
}

void *memory_resize(memory *m, void *pointer, size_t old_size, size_t new_size)
{
    if (new_size > old_size && m->limit && new_size - old_size > m->limit - m->used) {
        m->refused = true;
        return NULL;
    }
    void *result = m->resize(m->context, pointer, old_size, new_size);
    if (!result && new_size) {
        m->refused = true;
        return NULL;
    }
    if (!pointer && m->resize == plain_resize) memory_pages(result, new_size);
    m->used += new_size - old_size; /* modular: right for shrinking too */
    return result;
}

void *memory_new(memory *m, size_t size)
{
    void *p = memory_resize(m, NULL, 0, size ? size : 1);
    if (p) memset(p, 0, size ? size : 1);
    return p;
}

void memory_free(memory *m, void *pointer, size_t size)
{
    if (pointer) memory_resize(m, pointer, size ? size : 1, 0);
}

bool size_add(size_t a, size_t b, size_t *sum)
{
    if (a > SIZE_MAX - b) return false;
    *sum = a + b;
    return true;
}

bool size_mul(size_t a, size_t b, size_t *product)
{
    if (b && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

bool array_grow(memory *m, void **at, size_t *capacity, size_t needed, size_t element)
{
    size_t next = *capacity < 8 ? 8 : *capacity, bytes;
    while (next < needed) {
        if (!size_mul(next, 2, &next)) return false;
    }
    if (!size_mul(next, element, &bytes)) return false;
    void *p = memory_resize(m, *at, *capacity * element, bytes);
    if (!p) return false;
    *at = p;
    *capacity = next;
    return true;
}

void *block_new(memory *m, size_t n, size_t element)
{
    size_t bytes;
    return size_mul(n, element, &bytes) ? memory_new(m, bytes) : NULL;
}
