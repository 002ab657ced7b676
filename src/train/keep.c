/*
 * keep.c - memory that lives as long as an ew_train, its errors, and elements of arrays of any type.
 */
#include <string.h>

#include "train.h"

enum { KEEP_ALIGN = 64 };

typedef struct keep_head {
    train_kept block;
    char gap[KEEP_ALIGN - sizeof(train_kept)];
} keep_head;

void *train_keep_in(ew_train *t, train_kept **list, size_t count, size_t size)
{
    size_t bytes;
    if (!size_mul(count, size, &bytes) || !size_add(bytes, sizeof(keep_head) + KEEP_ALIGN, &bytes))
        return report_memory(&t->r), NULL;
    keep_head *head = memory_new(&t->m, bytes);
    if (!head) return report_memory(&t->r), NULL;
    head->block.size = bytes;
    head->block.next = *list;
    *list = &head->block;
    char *at = (char *)(head + 1);
    return at + (KEEP_ALIGN - (uintptr_t)at % KEEP_ALIGN) % KEEP_ALIGN;
}

void *train_keep(ew_train *t, size_t count, size_t size)
{
    return train_keep_in(t, &t->blocks, count, size);
}

const char *train_keep_text(ew_train *t, const char *s)
{
    if (!s) return NULL;
    size_t n = strlen(s) + 1;
    char *copy = train_keep(t, n, 1);
    return copy ? memcpy(copy, s, n) : "";
}

void train_release(ew_train *t, train_kept **list)
{
    while (*list) {
        train_kept *b = *list;
        *list = b->next;
        memory_free(&t->m, b, b->size);
    }
}

bool train_take(ew_train *t, const ew_error *err)
{
    if (t->r.error.status == EW_OK) t->r.error = *err;
    return false;
}

ew_status train_done(ew_train *t, ew_error *err)
{
    ew_status status = t->r.error.status;
    if (err) *err = t->r.error;
    memset(&t->r.error, 0, sizeof t->r.error);
    return status;
}

size_t train_type_bytes(ew_type type)
{
    return type == EW_BOOL ? 1 : type == EW_F32 ? 4 : 8;
}

double train_element(ew_type type, const void *array, size_t i)
{
    switch (type) {
    case EW_F64: return ((const double *)array)[i];
    case EW_F32: return (double)((const float *)array)[i];
    case EW_INT: return (double)((const int64_t *)array)[i];
    case EW_BOOL: return ((const unsigned char *)array)[i];
    }
    return 0;
}

void train_set_element(ew_type type, void *array, size_t i, double value)
{
    train_narrow(type, (char *)array + i * train_type_bytes(type), &value, 1);
}

void train_narrow(ew_type type, void *to, const double *from, size_t count)
{
    switch (type) {
    case EW_F64:
        if (count) memcpy(to, from, count * sizeof *from);
        break;
    case EW_F32:
        for (size_t i = 0; i < count; i++) ((float *)to)[i] = (float)from[i];
        break;
    case EW_INT:
        for (size_t i = 0; i < count; i++) ((int64_t *)to)[i] = (int64_t)from[i];
        break;
    case EW_BOOL:
        for (size_t i = 0; i < count; i++) ((unsigned char *)to)[i] = from[i] != 0;
        break;
    }
}
