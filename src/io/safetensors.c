/*
 * safetensors.c - reading: eight bytes with the length of a JSON header, the header, then all elements.
 *
 *     {"W": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, "__metadata__": {"made by": "…"}}
 *
 * Offsets count from the end of the header. Together the arrays cover every byte after it, none twice.
 * The header is read by jansson, whose memory is its own and in proportion to the header.
 */
#include "base/alike.h"
#include "io/io.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_HEADER_MOST = 100000000 };

typedef struct tensor {
    const char *name;
    json_t *entry;
    size_t begin, end; /* offsets in the data */
} tensor;

typedef struct tensors {
    io_read *io;
    size_t start; /* of the data */
    size_t bytes;
    json_t *header;
    size_t count;
    tensor *at; /* by begin */
} tensors;

static bool tensor_fault(const tensors *t, error_code code, const char *name, const char *b)
{
    char word[160];
    return io_fail(t->io, code, 8, quote(word, name, strlen(name)), b);
}

static bool tensor_kind(const char *dtype, ew_kind *kind)
{
    static const struct {
        const char *dtype;
        ew_kind kind;
    } kinds[] = {{"BOOL", EW_KIND_BOOL}, {"U8", EW_KIND_U8},   {"I8", EW_KIND_I8},     {"U16", EW_KIND_U16},
                 {"I16", EW_KIND_I16},   {"U32", EW_KIND_U32}, {"I32", EW_KIND_I32},   {"U64", EW_KIND_U64},
                 {"I64", EW_KIND_I64},   {"F16", EW_KIND_F16}, {"BF16", EW_KIND_BF16}, {"F32", EW_KIND_F32},
                 {"F64", EW_KIND_F64}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].dtype, dtype) != 0) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static bool tensor_size(const json_t *number, size_t *size)
{
    json_int_t value = json_integer_value(number);
    if (!json_is_integer(number) || value < 0 || (uintmax_t)value > SIZE_MAX) return false;
    *size = (size_t)value;
    return true;
}

static bool tensor_offsets(const tensors *t, tensor *x)
{
    const json_t *offsets = json_object_get(x->entry, "data_offsets"), *shape = json_object_get(x->entry, "shape");
    if (json_object_size(x->entry) != 3 || !json_is_string(json_object_get(x->entry, "dtype")) ||
        !json_is_array(shape) || json_array_size(offsets) != 2 || !tensor_size(json_array_get(offsets, 0), &x->begin) ||
        !tensor_size(json_array_get(offsets, 1), &x->end) || x->begin > x->end)
        return tensor_fault(t, E_TENSOR_ENTRY, x->name, NULL);
    if (x->end > t->bytes)
        return io_fail_count(t->io, E_FILE_SHORT, t->start + t->bytes,
                             x->end > SIZE_MAX - t->start ? SIZE_MAX : t->start + x->end);
    return true;
}

/* What the type and the shape need is what the offsets give. Types that are not read have no size here. */
static bool tensor_layout(const tensors *t, const tensor *x)
{
    io_layout *l = &t->io->layout;
    const json_t *shape = json_object_get(x->entry, "shape");
    char size[24];
    size_t bytes;
    *l = (io_layout){.axes = json_array_size(shape)};
    if (l->axes > EW_DATA_AXES) return io_fail_count(t->io, E_FILE_AXES, 8, l->axes);
    for (size_t i = 0; i < l->axes; i++)
        if (!tensor_size(json_array_get(shape, i), &l->sizes[i])) return tensor_fault(t, E_TENSOR_ENTRY, x->name, NULL);
    if (!tensor_kind(json_string_value(json_object_get(x->entry, "dtype")), &l->kind)) return true;
    if (!io_measure(t->io, 8, &bytes)) return false;
    count_text(x->end - x->begin, size);
    return bytes == x->end - x->begin || tensor_fault(t, E_TENSOR_SIZE, x->name, size);
}

static bool tensor_metadata(const tensors *t, json_t *meta)
{
    const char *key;
    json_t *value;
    bool good = json_is_object(meta);
    json_object_foreach(meta, key, value) good = good && json_is_string(value);
    return good || io_fail(t->io, E_TENSOR_META, 8, NULL, NULL);
}

static bool tensors_collect(tensors *t)
{
    const char *key;
    json_t *entry;
    size_t room = json_object_size(t->header), i = 0;
    t->at = block_new(t->io->m, room, sizeof *t->at);
    if (!t->at) return report_memory(&t->io->r);
    t->count = room; /* what is freed; the metadata's place stays empty, with begin = end = 0 */
    json_object_foreach(t->header, key, entry)
    {
        if (strcmp(key, "__metadata__") == 0) {
            if (!tensor_metadata(t, entry)) return false;
            continue;
        }
        t->at[i] = (tensor){.name = key, .entry = entry};
        if (!tensor_offsets(t, &t->at[i]) || !tensor_layout(t, &t->at[i])) return false;
        i++;
    }
    return true;
}

static int tensor_order(const void *a, const void *b)
{
    const tensor *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static bool tensors_cover(tensors *t)
{
    size_t at = 0;
    qsort(t->at, t->count, sizeof *t->at, tensor_order);
    for (size_t i = 0; i < t->count; i++) {
        const tensor *x = &t->at[i];
        char word[160];
        if (x->begin < at)
            return io_fail(t->io, E_TENSOR_OVERLAP, t->start + x->begin, quote(word, x->name, strlen(x->name)), NULL);
        if (x->begin > at) return io_fail_count(t->io, E_TENSOR_GAP, t->start + at, x->begin - at);
        at = x->end;
    }
    return at == t->bytes || io_fail_count(t->io, E_FILE_TRAILING, t->start + at, t->bytes - at);
}

static bool tensors_header(tensors *t)
{
    io_read *io = t->io;
    const unsigned char *at = io->file.at;
    size_t count = io->file.count;
    char said[24], have[24];
    json_error_t error;
    if (count < 8) return io_fail_count(io, E_FILE_SHORT, count, 8);
    uint64_t length = io_little(at, 8);
    if (length > count - 8) {
        count_text(length > SIZE_MAX ? SIZE_MAX : (size_t)length, said);
        count_text(count - 8, have);
        return io_fail(io, E_TENSOR_LENGTH, 0, said, have);
    }
    if (length > TENSOR_HEADER_MOST) return io_fail_count(io, E_TENSOR_LONG, 0, (size_t)length);
    if (length == 0 || at[8] != '{') return io_fail(io, E_TENSOR_JSON, 8, NULL, NULL);
    t->start = 8 + (size_t)length;
    t->bytes = count - t->start;
    t->header = json_loadb((const char *)at + 8, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (t->header) return true;
    if (!error.text[0] || json_error_code(&error) == json_error_out_of_memory) return report_memory(&io->r);
    size_t place = 8 + (error.position > 0 ? (size_t)error.position : 0);
    bool twice = json_error_code(&error) == json_error_duplicate_key;
    return io_fail(io, twice ? E_TENSOR_TWICE : E_TENSOR_JSON, place, NULL, NULL);
}

/* Names what is most like the part that was asked for, else the first. */
static void tensors_hint(const tensors *t)
{
    const char *part = t->io->part, *first = NULL;
    size_t n = part ? strlen(part) : 0;
    alike best = alike_begin(n);
    for (size_t i = 0; i < t->count; i++) {
        const char *name = t->at[i].name;
        if (name && part) alike_try(&best, name, strlen(name), part, n);
        if (name && (!first || strcmp(name, first) < 0)) first = name;
    }
    if (first) io_hint_array(t->io, best.word != NULL, best.word ? best.word : first);
}

static const tensor *tensors_wanted(const tensors *t)
{
    const tensor *found = NULL;
    size_t arrays = 0;
    char word[160], count[24];
    for (size_t i = 0; i < t->count; i++) {
        if (!t->at[i].name) continue;
        arrays++;
        if (!t->io->part || strcmp(t->at[i].name, t->io->part) == 0) found = &t->at[i];
    }
    count_text(arrays, count);
    if (t->io->part && !found)
        report_plain(&t->io->r, E_FILE_PART, quote(word, t->io->part, strlen(t->io->part)), NULL);
    if (!t->io->part && arrays != 1) report_plain(&t->io->r, E_FILE_WHICH, count, NULL);
    if (!report_ok(&t->io->r)) tensors_hint(t);
    return report_ok(&t->io->r) ? found : NULL;
}

static bool tensors_take(const tensors *t)
{
    const tensor *x = tensors_wanted(t);
    if (!x || !tensor_layout(t, x)) return false;
    const char *dtype = json_string_value(json_object_get(x->entry, "dtype"));
    char word[160];
    if (!tensor_kind(dtype, &t->io->layout.kind))
        return tensor_fault(t, E_TENSOR_KIND, x->name, quote(word, dtype, strlen(dtype)));
    t->io->elements = t->io->file.at + t->start + x->begin;
    return true;
}

static bool tensors_names(const tensors *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->at[i].name && !io_name(t->io, t->at[i].name, strlen(t->at[i].name))) return false;
    return true;
}

bool io_safetensors(io_read *io)
{
    tensors t = {.io = io};
    bool good = tensors_header(&t) && tensors_collect(&t) && tensors_cover(&t) &&
                (io->names ? tensors_names(&t) : tensors_take(&t));
    block_free(io->m, t.at, t.count);
    json_decref(t.header);
    return good;
}
