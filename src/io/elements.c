/*
 * elements.c - elements of a file as doubles, exactly; in any byte order, by rows or by columns.
 *
 * Neither alignment nor this machine's order of bytes matters.
 */
#include "io/io.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static inline uint32_t element_turn(uint32_t v)
{
    return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
}

/* `turned`: in the other order than this machine's. */
static inline uint64_t element_load(const unsigned char *p, unsigned bytes, bool turned)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (bytes) {
    case 1: return *p;
    case 2: memcpy(&two, p, 2); return turned ? element_turn((uint32_t)two << 16) : two;
    case 4: memcpy(&four, p, 4); return turned ? element_turn(four) : four;
    default:
        memcpy(&eight, p, 8);
        if (!turned) return eight;
        return (uint64_t)element_turn((uint32_t)eight) << 32 | element_turn((uint32_t)(eight >> 32));
    }
}

static inline double element_f64(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double element_f32(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* One bit of sign, five of exponent, ten of fraction. */
static double element_f16(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), value;
    if (exponent == 31)
        value = fraction > 0 ? (double)NAN : (double)INFINITY;
    else
        value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits & 0x8000 ? -value : value;
}

static inline int64_t element_signed(uint64_t bits, unsigned bytes)
{
    uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
    uint64_t low = bits & (sign - 1);
    return bits & sign ? -(int64_t)(sign - 1 - low) - 1 : (int64_t)low;
}

#define ELEMENT_EXACT ((int64_t)1 << 53)

#define ELEMENTS(KIND, BYTES, GOOD, VALUE)                                                                             \
    case EW_KIND_##KIND:                                                                                               \
        for (i = 0; i < count; i++, p += step) {                                                                       \
            uint64_t b = element_load(p, BYTES, turned);                                                               \
            if (!(GOOD)) return i;                                                                                     \
            out[i] = (VALUE);                                                                                          \
        }                                                                                                              \
        break
#define SIGNED(BYTES) element_signed(b, BYTES)

/* `count` elements, `step` bytes apart; returns how many came before one that has no value. */
static size_t element_run(const io_layout *l, const unsigned char *p, size_t step, size_t count, double *out)
{
    bool turned = l->big != io_host_big();
    size_t i = 0;
    switch (l->kind) {
        ELEMENTS(BOOL, 1, b <= 1, (double)b);
        ELEMENTS(U8, 1, true, (double)b);
        ELEMENTS(I8, 1, true, (double)SIGNED(1));
        ELEMENTS(U16, 2, true, (double)b);
        ELEMENTS(I16, 2, true, (double)SIGNED(2));
        ELEMENTS(U32, 4, true, (double)b);
        ELEMENTS(I32, 4, true, (double)SIGNED(4));
        ELEMENTS(U64, 8, b <= (uint64_t)ELEMENT_EXACT, (double)b);
        ELEMENTS(I64, 8, SIGNED(8) <= ELEMENT_EXACT && SIGNED(8) >= -ELEMENT_EXACT, (double)SIGNED(8));
        ELEMENTS(F16, 2, true, element_f16((uint32_t)b));
        ELEMENTS(BF16, 2, true, element_f32((uint32_t)b << 16));
        ELEMENTS(F32, 4, true, element_f32((uint32_t)b));
        ELEMENTS(F64, 8, true, element_f64(b));
    }
    return i;
}

/* Where element `index` of the rows' order is when the first axis runs fastest. */
static size_t element_place(const io_layout *l, size_t index)
{
    size_t place = 0, stride = l->count;
    for (size_t k = l->axes; k--; index /= l->sizes[k]) {
        stride /= l->sizes[k];
        place += index % l->sizes[k] * stride;
    }
    return place;
}

/* By columns: along the last axis the steps are even. */
static size_t element_columns(const ew_data *d, size_t first, size_t count, double *out)
{
    const io_layout *l = &d->layout;
    size_t row = l->sizes[l->axes - 1], bytes = io_kind_bytes(l->kind), done = 0;
    while (done < count) {
        size_t index = first + done, left = row - index % row, run = left < count - done ? left : count - done;
        const unsigned char *p = d->elements + element_place(l, index) * bytes;
        size_t good = element_run(l, p, l->count / row * bytes, run, out + done);
        done += good;
        if (good < run) break;
    }
    return done;
}

static void element_fault(const ew_data *d, report *r, size_t index)
{
    const io_layout *l = &d->layout;
    char element[24], value[32];
    size_t bytes = io_kind_bytes(l->kind), place = l->columns && l->count ? element_place(l, index) : index;
    uint64_t b = element_load(d->elements + place * bytes, (unsigned)bytes, l->big != io_host_big());
    count_text(index, element);
    if (l->kind == EW_KIND_I64)
        snprintf(value, sizeof value, "%" PRId64, element_signed(b, 8));
    else
        snprintf(value, sizeof value, "%" PRIu64, b);
    report_plain(r, l->kind == EW_KIND_BOOL ? E_ELEMENT_BOOL : E_ELEMENT_EXACT, element, value);
}

static void element_range(report *r, size_t first, size_t count, size_t all)
{
    char texts[3][24];
    count_text(count, texts[0]);
    count_text(first, texts[1]);
    count_text(all, texts[2]);
    report_at(r, E_ELEMENT_RANGE, NO_PLACE, 0, texts[0], texts[1], texts[2]);
}

ew_status ew_data_get(const ew_data *d, size_t first, size_t count, double *out, ew_error *err)
{
    const io_layout *l = &d->layout;
    memory m = d->m;
    report r = {.m = &m, .language = d->language, .source = {.file = d->name}};
    if (first > l->count || count > l->count - first) {
        element_range(&r, first, count, l->count);
    } else if (count) {
        size_t bytes = io_kind_bytes(l->kind);
        size_t done = l->columns && l->axes > 1 ? element_columns(d, first, count, out)
                                                : element_run(l, d->elements + first * bytes, bytes, count, out);
        if (done < count) element_fault(d, &r, first + done);
    }
    if (err) *err = r.error;
    return r.error.status;
}

const void *ew_data_bytes(const ew_data *d)
{
    const io_layout *l = &d->layout;
    bool rows = !l->columns || l->axes < 2, order = io_kind_bytes(l->kind) == 1 || l->big == io_host_big();
    return rows && order ? d->elements : NULL;
}
