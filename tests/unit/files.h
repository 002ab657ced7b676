/*
 * files.h - for the tests of data files: files made in memory, and what they must be read as.
 *
 * Bytes are given to the reader in a block of exactly their size, so that a sanitizer sees one byte too many.
 */
#ifndef TESTS_UNIT_FILES_H
#define TESTS_UNIT_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <edgewise-data.h>
#include <zlib.h>

#define GOLDEN "tests/golden/io/"

/* "build/NAME": files of the tests stand where what is built does. */
static inline char *in_build(char *path, size_t size, const char *name)
{
    const char *b = getenv("B");
    snprintf(path, size, "%s/%s", b && *b ? b : "build", name);
    return path;
}

typedef struct blob {
    unsigned char *at;
    size_t count;
} blob;

static inline blob blob_of(const void *bytes, size_t count)
{
    blob b = {malloc(count ? count : 1), count};
    assert_non_null(b.at);
    if (count) memcpy(b.at, bytes, count);
    return b;
}

static inline blob blob_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s cannot be read", path);
    static unsigned char all[1 << 20];
    size_t n = fread(all, 1, sizeof all, f);
    fclose(f);
    return blob_of(all, n);
}

static inline blob blob_gzip(const void *bytes, size_t count)
{
    static unsigned char out[1 << 20];
    z_stream z = {
        .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)count, .next_out = out, .avail_out = sizeof out};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return blob_of(out, sizeof out - z.avail_out);
}

static inline blob blob_join(blob a, blob b)
{
    blob c = {malloc(a.count + b.count + 1), a.count + b.count};
    assert_non_null(c.at);
    memcpy(c.at, a.at, a.count);
    memcpy(c.at + a.count, b.at, b.count);
    free(a.at);
    free(b.at);
    return c;
}

/* A safetensors file from its header's text. */
static inline blob blob_tensors(const char *header, size_t bytes)
{
    static unsigned char all[5000];
    size_t n = strlen(header);
    memset(all, 0, sizeof all);
    all[0] = (unsigned char)n;
    all[1] = (unsigned char)(n >> 8);
    memcpy(all + 8, header, n);
    for (size_t i = 0; i < bytes; i++) all[8 + n + i] = (unsigned char)(i & 1);
    return blob_of(all, 8 + n + bytes);
}

/* An npy file of version 1.0 from its header's text. */
static inline blob blob_npy(const char *header, size_t bytes)
{
    static unsigned char all[5000];
    size_t n = strlen(header);
    memset(all, 0, sizeof all);
    memcpy(all, "\x93NUMPY\x01\x00", 8);
    all[8] = (unsigned char)n;
    all[9] = (unsigned char)(n >> 8);
    memcpy(all + 10, header, n);
    return blob_of(all, 10 + n + bytes);
}

static inline ew_data *open_blob(const char *name, blob b, const char *part, ew_error *err)
{
    return ew_data_read_bytes(name, b.at, b.count, part, NULL, err);
}

static inline void refused(const char *name, blob b, const char *part, const char *code, const char *message)
{
    ew_error err = {0};
    ew_data *d = open_blob(name, b, part, &err);
    free(b.at);
    if (d) fail_msg("%s, %s: read, where %s is due", name, part ? part : "", code);
    if (strcmp(err.code, code) != 0 || (message && strcmp(err.message, message) != 0))
        fail_msg("%s: %s: %s\nwhere %s is due: %s", name, err.code, err.message, code, message ? message : "");
}

static inline void is_shape(const ew_data *d, size_t axes, size_t a, size_t b)
{
    assert_int_equal(ew_data_axes(d), axes);
    if (axes > 0) assert_int_equal(ew_data_size(d, 0), a);
    if (axes > 1) assert_int_equal(ew_data_size(d, 1), b);
    assert_int_equal(ew_data_size(d, axes), 0);
}

static inline void has_values(const ew_data *d, const double *due, size_t count)
{
    ew_error err;
    double out[200];
    assert_int_equal(ew_data_count(d), count);
    if (ew_data_get(d, 0, count, out, &err) != EW_OK) fail_msg("%s", err.message);
    for (size_t i = 0; i < count; i++)
        if (memcmp(&out[i], &due[i], sizeof *out) != 0) fail_msg("element %zu is %.17g, not %.17g", i, out[i], due[i]);
    for (size_t i = 0; i < count; i++) { /* one by one too */
        assert_int_equal(ew_data_get(d, i, 1, out, &err), EW_OK);
        assert_memory_equal(out, &due[i], sizeof *out);
    }
}

/* What make.py puts in. */
static inline void has_ramp(const ew_data *d)
{
    double due[200];
    ew_kind k = ew_data_kind(d);
    bool is_signed = k == EW_KIND_I8 || k == EW_KIND_I16 || k == EW_KIND_I32 || k == EW_KIND_I64;
    for (size_t i = 0; i < 200; i++) {
        double v = (double)i;
        due[i] = k == EW_KIND_BOOL ? (double)(i % 2) : is_signed ? v - 3 : k >= EW_KIND_F16 ? v / 2 - 1 : v;
    }
    has_values(d, due, ew_data_count(d));
}

static inline blob blob_text(const char *text)
{
    return blob_of(text, strlen(text));
}

#endif
