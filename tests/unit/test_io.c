/*
 * test_io.c - data files: what numpy wrote, what we write, and everything that can be wrong with a file.
 *
 * Every small file is cut short at each byte and has each bit turned; every allocation, and every call of
 * the system while writing, is refused in turn. Bytes are given to the reader in a block of exactly their
 * size, so that a sanitizer sees one byte too many. libzip is the other reader and writer of zip files.
 */
#define _GNU_SOURCE /* syscall */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdbool.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <edgewise-data.h>
#include <jansson.h>
#include <zip.h>
#include <zlib.h>

#define GOLDEN "tests/golden/io/"

/* ---- Faults of the system: the n-th call of its kind fails -------------------------------------- */

typedef struct system_calls {
    int active;
    size_t calls, fail_at;
} system_calls;
static system_calls sys;

static int sys_refuse(void)
{
    if (!sys.active || ++sys.calls != sys.fail_at) return 0;
    errno = ENOSPC;
    return 1;
}

/* These stand before the C library's; the calls go on to the system. */
ssize_t write(int d, const void *bytes, size_t count)
{
    if (sys_refuse()) return -1;
    if (sys.active && count > 1000) count = 1000; /* and never all at once */
    return (ssize_t)syscall(SYS_write, d, bytes, count);
}

int fsync(int d)
{
    struct stat s;
    if (fstat(d, &s) == 0 && S_ISDIR(s.st_mode)) return (int)syscall(SYS_fsync, d); /* its failure is forgiven */
    return sys_refuse() ? -1 : (int)syscall(SYS_fsync, d);
}

int rename(const char *from, const char *to)
{
    return sys_refuse() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* ---- Files in memory ---------------------------------------------------------------------------- */

typedef struct blob {
    unsigned char *at;
    size_t count;
} blob;

static blob blob_of(const void *bytes, size_t count)
{
    blob b = {malloc(count ? count : 1), count};
    assert_non_null(b.at);
    if (count) memcpy(b.at, bytes, count);
    return b;
}

static blob blob_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s cannot be read", path);
    static unsigned char all[1 << 20];
    size_t n = fread(all, 1, sizeof all, f);
    fclose(f);
    return blob_of(all, n);
}

static blob blob_gzip(const void *bytes, size_t count)
{
    static unsigned char out[1 << 20];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)count, .next_out = out, .avail_out = sizeof out};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return blob_of(out, sizeof out - z.avail_out);
}

static blob blob_join(blob a, blob b)
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
static blob blob_tensors(const char *header, size_t bytes)
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
static blob blob_npy(const char *header, size_t bytes)
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

static ew_data *open_blob(const char *name, blob b, const char *part, ew_error *err)
{
    return ew_data_read_bytes(name, b.at, b.count, part, NULL, err);
}

static void refused(const char *name, blob b, const char *part, const char *code, const char *message)
{
    ew_error err = {0};
    ew_data *d = open_blob(name, b, part, &err);
    free(b.at);
    if (d) fail_msg("%s, %s: read, where %s is due", name, part ? part : "", code);
    if (strcmp(err.code, code) != 0 || (message && strcmp(err.message, message) != 0))
        fail_msg("%s: %s: %s\nwhere %s is due: %s", name, err.code, err.message, code, message ? message : "");
}

static void is_shape(const ew_data *d, size_t axes, size_t a, size_t b)
{
    assert_int_equal(ew_data_axes(d), axes);
    if (axes > 0) assert_int_equal(ew_data_size(d, 0), a);
    if (axes > 1) assert_int_equal(ew_data_size(d, 1), b);
    assert_int_equal(ew_data_size(d, axes), 0);
}

static void has_values(const ew_data *d, const double *due, size_t count)
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
static void has_ramp(const ew_data *d)
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

/* ---- What others wrote -------------------------------------------------------------------------- */

static void test_npy(void **state)
{
    (void)state;
    static const char *const kinds[] = {"bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"};
    static const char *const names[] = {"bool", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f16", "f32", "f64"};
    char path[100];
    ew_error err;
    for (size_t i = 0; i < 24; i++) {
        if (i >= 12 && i < 15) continue; /* one byte has no order */
        snprintf(path, sizeof path, GOLDEN "%s%s.npy", i < 12 ? "" : "big-", kinds[i % 12]);
        ew_data *d = ew_data_read(path, NULL, NULL, &err);
        if (!d) fail_msg("%s", err.message);
        assert_string_equal(ew_kind_name(ew_data_kind(d)), names[i % 12]);
        is_shape(d, 2, 2, 3);
        has_ramp(d);
        assert_int_equal(ew_data_bytes(d) == NULL, i >= 12);
        ew_data_free(d);
    }
    assert_null(ew_kind_name((ew_kind)13));
}

static void test_npy_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t axes, a, b, count;
    } rows[] = {{"columns", 3, 2, 3, 24}, {"columns-big", 2, 3, 5, 15}, {"scalar", 0, 0, 0, 1}, {"vector", 1, 5, 0, 5},
                {"empty", 2, 0, 3, 0},    {"deep", 32, 1, 1, 1},        {"version2", 2, 2, 2, 4}, {"version3", 2, 2, 2, 4}};
    char path[100];
    ew_error err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.npy", rows[i].name);
        ew_data *d = ew_data_read(path, NULL, NULL, &err);
        if (!d) fail_msg("%s", err.message);
        is_shape(d, rows[i].axes, rows[i].a, rows[i].b);
        assert_int_equal(ew_data_count(d), rows[i].count);
        has_ramp(d);
        ew_data_free(d);
    }
}

static void test_npz(void **state)
{
    (void)state;
    static const char *const files[] = {"stored", "packed", "piped-stored", "piped-packed"};
    static const char *const names[] = {"a", "a-b", "x", "y"};
    char path[100];
    ew_error err;
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, GOLDEN "%s.npz", files[i]);
        ew_data_parts *p = ew_data_parts_read(path, NULL, &err);
        if (!p) fail_msg("%s: %s", path, err.message);
        assert_int_equal(ew_data_parts_count(p), 4);
        assert_null(ew_data_parts_name(p, 4));
        ew_data_parts_free(p);
        for (size_t k = 0; k < 4; k++) {
            ew_data *d = ew_data_read(path, names[k], NULL, &err);
            if (!d) fail_msg("%s: %s", path, err.message);
            has_ramp(d);
            ew_data_free(d);
        }
        assert_null(ew_data_read(path, NULL, NULL, &err));
        assert_string_equal(err.message, "this file holds 4 arrays: the name of one is needed");
        assert_int_equal(err.status, EW_USE);
        assert_null(ew_data_read(path, "b", NULL, &err));
        assert_string_equal(err.message, "there is no array 'b' in this file");
    }
}

static void test_idx(void **state)
{
    (void)state;
    static const char *const files[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "type9.idx",
                                        "type11.idx", "type12.idx", "type13.idx", "type14.idx"};
    char path[100];
    ew_error err;
    for (size_t i = 0; i < 7; i++) {
        snprintf(path, sizeof path, GOLDEN "%s", files[i]);
        ew_data *d = ew_data_read(path, NULL, NULL, &err);
        if (!d) fail_msg("%s: %s", path, err.message);
        assert_int_equal(ew_data_count(d), i == 0 ? 24 : i == 1 ? 10 : 6);
        has_ramp(d);
        ew_data_free(d);
        ew_data_parts *p = ew_data_parts_read(path, NULL, &err);
        assert_int_equal(ew_data_parts_count(p), 0);
        ew_data_parts_free(p);
    }
}

static void test_golden_refused(void **state)
{
    (void)state;
    refused("a.npy", blob_file(GOLDEN "object.npy"), NULL, "E245",
            "byte 20: the array holds Python objects, which may be programs: they are not read");
    refused("a.npy", blob_file(GOLDEN "complex.npy"), NULL, "E246",
            "byte 20: elements of the type '<c16' are not read; bools, ints and floats are");
    refused("a.npy", blob_file(GOLDEN "text.npy"), NULL, "E246", NULL);
    refused("a.npy", blob_file(GOLDEN "record.npy"), NULL, "E246", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_npy),
        cmocka_unit_test(test_npy_shapes),
        cmocka_unit_test(test_npz),
        cmocka_unit_test(test_idx),
        cmocka_unit_test(test_golden_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
