/*
 * test_io_write.c - writing data files: what is written is read back, by libzip too; the same arrays are the
 * same bytes; and whatever the system refuses, the old file stays and nothing is left beside it.
 */
#define _GNU_SOURCE /* syscall */
#include "files.h"
#include "refuse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

static bool long_run; /* with --long */
static char folder[300];

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(in_build(folder, sizeof folder, "test-io-XXXXXX")) ? 0 : -1;
}

/* How many files; removes them. */
static size_t empty_folder(void)
{
    DIR *d = opendir(folder);
    char path[600];
    size_t count = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        count += remove(path) == 0;
    }
    if (d) closedir(d);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    empty_folder();
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char path[2][600];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

/* ---- Round trips --------------------------------------------------------------------------------- */

static const double reals[6] = {0.1, -2.5, 5e-324, INFINITY, -0., 1e300};
static const double wholes[6] = {0, -1, 9007199254740992, -9007199254740992, 7, 42};
static const double bools[6] = {0, 1, 1, 0, 1, 0};
static const size_t two_three[] = {2, 3}, six[] = {6}, none[] = {0, 3}, deep[] = {1, 2, 1, 3};

static const ew_data_array arrays[] = {
    {"x", EW_F64, 2, two_three, reals, NULL},      {"single", EW_F32, 1, six, wholes, NULL},
    {"k", EW_INT, 4, deep, wholes, NULL},          {"mask", EW_BOOL, 1, six, bools, NULL},
    {"scalar", EW_F64, 0, NULL, reals, NULL},      {"none", EW_F32, 2, none, NULL, NULL},
    {"điểm \"a\\\n", EW_F64, 1, six, reals, NULL},
};
enum { ARRAYS = sizeof arrays / sizeof *arrays };

static void write_all(const char *path, const ew_data_array *a, size_t count)
{
    ew_error err;
    if (ew_data_write(path, a, count, NULL, &err) != EW_OK) fail_msg("%s: %s", path, err.message);
}

static void read_back(const char *path, const char *part, const ew_data_array *a)
{
    static const ew_kind kinds[] = {EW_KIND_F64, EW_KIND_F32, EW_KIND_I64, EW_KIND_BOOL};
    ew_error err;
    ew_data *d = ew_data_read(path, part, NULL, &err);
    if (!d) fail_msg("%s: %s", path, err.message);
    assert_int_equal(ew_data_kind(d), kinds[a->type]);
    assert_int_equal(ew_data_axes(d), a->axes);
    for (size_t i = 0; i < a->axes; i++) assert_int_equal(ew_data_size(d, i), a->sizes[i]);
    has_values(d, a->values, ew_data_count(d));
    assert_non_null(a->values && !ew_data_bytes(d) ? NULL : "");
    ew_data_free(d);
}

static void test_round_trips(void **state)
{
    (void)state;
    static const char *const names[] = {"a.npz", "a.safetensors"};
    for (size_t k = 0; k < 2; k++) {
        const char *path = in_folder(names[k]);
        write_all(path, arrays, ARRAYS);
        for (size_t i = 0; i < ARRAYS; i++) read_back(path, arrays[i].name, &arrays[i]);
        ew_data_parts *p = ew_data_parts_read(path, NULL, NULL);
        assert_int_equal(ew_data_parts_count(p), ARRAYS);
        assert_string_equal(ew_data_parts_name(p, 0), "k");
        ew_data_parts_free(p);
        write_all(path, arrays, 1);
        read_back(path, NULL, &arrays[0]); /* the only one needs no name */
    }
    for (size_t i = 0; i < ARRAYS; i++) {
        write_all(in_folder("a.npy"), &arrays[i], 1);
        read_back(in_folder("a.npy"), NULL, &arrays[i]);
    }
    assert_int_equal(empty_folder(), 3);
}

static void test_same_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"a.npz", "a.safetensors"};
    for (size_t k = 0; k < 2; k++) {
        ew_data_array turned[ARRAYS];
        for (size_t i = 0; i < ARRAYS; i++) turned[i] = arrays[ARRAYS - 1 - i];
        write_all(in_folder(names[k]), arrays, ARRAYS);
        blob a = blob_file(in_folder(names[k]));
        write_all(in_folder(names[k]), turned, ARRAYS);
        blob b = blob_file(in_folder(names[k]));
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.at, b.at, a.count);
        free(a.at);
        free(b.at);
    }
    empty_folder();
}

/* numpy's bytes: the goldens again. */
static void test_as_numpy(void **state)
{
    (void)state;
    static const double ramp[6] = {-1, -.5, 0, .5, 1, 1.5}, whole[6] = {-3, -2, -1, 0, 1, 2},
                        bits[6] = {0, 1, 0, 1, 0, 1};
    static const size_t five[] = {5};
    const ew_data_array rows[] = {
        {"f8", EW_F64, 2, two_three, ramp, NULL},  {"f4", EW_F32, 2, two_three, ramp, NULL},
        {"i8", EW_INT, 2, two_three, whole, NULL}, {"bool", EW_BOOL, 2, two_three, bits, NULL},
        {"scalar", EW_F64, 0, NULL, ramp, NULL},   {"vector", EW_F64, 1, five, ramp, NULL}};
    char path[100];
    for (size_t i = 0; i < 6; i++) {
        write_all(in_folder("a.npy"), &rows[i], 1);
        blob ours = blob_file(in_folder("a.npy"));
        snprintf(path, sizeof path, GOLDEN "%s.npy", rows[i].name);
        blob theirs = blob_file(path);
        assert_int_equal(ours.count, theirs.count);
        assert_memory_equal(ours.at, theirs.at, ours.count);
        free(ours.at);
        free(theirs.at);
    }
    empty_folder();
}

static void test_by_libzip(void **state)
{
    (void)state;
    unsigned char bytes[1000];
    const char *path = in_folder("a.npz");
    write_all(path, arrays, ARRAYS);
    zip_t *z = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
    assert_non_null(z);
    assert_int_equal(zip_get_num_entries(z, 0), ARRAYS);
    for (zip_uint64_t i = 0; i < ARRAYS; i++) {
        zip_file_t *f = zip_fopen_index(z, i, 0);
        assert_non_null(f);
        zip_int64_t n = zip_fread(f, bytes, sizeof bytes);
        assert_true(n >= 128 && memcmp(bytes, "\x93NUMPY", 6) == 0);
        assert_int_equal(zip_fclose(f), 0); /* compares the checksum */
    }
    zip_discard(z);
    empty_folder();
}

/* Beyond 65534 entries the end record has 64 bits. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 70000 };
    static ew_data_array many[MANY];
    static char names[MANY][8];
    static double values[MANY];
    const char *path = in_folder("many.npz");
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "w%05zu", i);
        values[i] = (double)i;
        many[i] = (ew_data_array){names[i], EW_BOOL, 0, NULL, &values[i % 2], NULL};
    }
    write_all(path, many, MANY);
    read_back(path, "w69999", &many[69999]);
    zip_t *z = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
    assert_non_null(z);
    assert_int_equal(zip_get_num_entries(z, 0), MANY);
    zip_discard(z);
    path = in_folder("many.safetensors");
    write_all(path, many, MANY);
    read_back(path, "w69999", &many[69999]);
    empty_folder();
}

/* Above a megabyte a file is mapped: no limit on memory is in its way. */
static void test_mapped(void **state)
{
    (void)state;
    enum { COUNT = 400000 };
    static double values[COUNT], out[COUNT];
    const size_t sizes[] = {COUNT / 4, 4};
    for (size_t i = 0; i < COUNT; i++) values[i] = (double)i / 3;
    const ew_data_array a[] = {{"w", EW_F64, 2, sizes, values, NULL}};
    static const char *const names[] = {"a.npy", "a.npz", "a.safetensors", "a.csv"};
    for (size_t k = 0; k < 4; k++) {
        ew_error err;
        ew_options options = {.max_bytes = 50000};
        write_all(in_folder(names[k]), a, 1);
        ew_data *d = ew_data_read(in_folder(names[k]), NULL, k < 3 ? &options : NULL, &err);
        if (!d) fail_msg("%s: %s", names[k], err.message);
        assert_int_equal(ew_data_get(d, 0, COUNT, out, &err), EW_OK);
        assert_memory_equal(out, values, sizeof values);
        ew_data_free(d);
        if (k == 3) assert_null(ew_data_read(in_folder(names[k]), NULL, &options, &err));
        if (k == 3) assert_string_equal(err.code, "E081");
    }
    empty_folder();
}

/* Beyond 4 GB: sizes and places in 64 bits. The zeros take no memory. */
static void test_huge(void **state)
{
    (void)state;
    if (!long_run) return;
    const size_t count = (size_t)540 << 20, sizes[] = {count};
    double *zeros = mmap(NULL, count * 8, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(zeros != MAP_FAILED);
    const ew_data_array a[] = {{"big", EW_F64, 1, sizes, zeros, NULL}, arrays[0]};
    static const char *const names[] = {"huge.npz", "huge.safetensors"};
    for (size_t k = 0; k < 2; k++) {
        ew_error err;
        double last;
        const char *path = in_folder(names[k]);
        write_all(path, a, 2);
        read_back(path, "x", &arrays[0]);
        ew_data *d = ew_data_read(path, "big", NULL, &err);
        if (!d) fail_msg("%s", err.message);
        assert_int_equal(ew_data_count(d), count);
        assert_int_equal(ew_data_get(d, count - 1, 1, &last, &err), EW_OK);
        ew_data_free(d);
        if (k == 0) {
            zip_t *z = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
            assert_non_null(z);
            assert_int_equal(zip_get_num_entries(z, 0), 2);
            zip_discard(z);
        }
        empty_folder();
    }
    munmap(zeros, count * 8);
}

/* ---- csv ----------------------------------------------------------------------------------------- */

static void is_text(const char *path, const char *due)
{
    blob b = blob_file(path);
    if (b.count != strlen(due) || memcmp(b.at, due, b.count) != 0)
        fail_msg("%.*s\nis not\n%s", (int)b.count, b.at, due);
    free(b.at);
}

static void test_csv(void **state)
{
    (void)state;
    static const size_t two[] = {2};
    static const double tenth[] = {0.1, 0.5};
    const ew_data_array a[] = {{"y", EW_INT, 1, two, wholes, NULL},
                               {"x", EW_F64, 2, two_three, reals, NULL},
                               {"a,\"b\"", EW_F32, 1, two, tenth, NULL}};
    const char *path = in_folder("a.csv");
    write_all(path, a, 3);
    is_text(path, "y,x0,x1,x2,\"a,\"\"b\"\"\"\n0,0.1,-2.5,5e-324,0.10000000149011612\n-1,inf,-0,1e300,0.5\n");
    ew_error err;
    ew_data *d = ew_data_read(path, "x0..x2", NULL, &err);
    has_values(d, reals, 6);
    ew_data_free(d);
    write_all(path, &arrays[4], 1);
    is_text(path, "scalar\n0.1\n");
    const ew_data_array empty = {"e", EW_F64, 2, none, NULL, NULL};
    write_all(path, &empty, 1);
    is_text(path, "e0,e1,e2\n");
    empty_folder();
}

/* ---- Refused ------------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    static const double half[] = {0.5}, big[] = {9223372036854775808.}, two[] = {2}, nan_[] = {NAN};
    static const size_t one[] = {1}, huge[] = {(size_t)1 << 40, (size_t)1 << 40}, empty[] = {1, 0}, three[] = {3},
                        ones[] = {1, 1};
    static const struct {
        const char *path;
        ew_data_array a[2];
        size_t count;
        const char *code, *message;
    } rows[] = {
        {"a.txt",
         {{"x", EW_F64, 0, NULL, half, NULL}},
         1,
         "E313",
         "the name 'a.txt' does not end in a format that is written"},
        {"a.idx", {{"x", EW_F64, 0, NULL, half, NULL}}, 1, "E313", NULL},
        {"a.npy.gz", {{"x", EW_F64, 0, NULL, half, NULL}}, 1, "E313", NULL},
        {"a.npz", {{"x", EW_F64, 0, NULL, half, NULL}}, 0, "E322", "there is no array to write"},
        {"a.npy",
         {{"x", EW_F64, 0, NULL, half, NULL}, {"y", EW_F64, 0, NULL, half, NULL}},
         2,
         "E314",
         "an npy file holds one array, not 2"},
        {"a.npz", {{NULL, EW_F64, 0, NULL, half, NULL}}, 1, "E315", NULL},
        {"a.npz", {{"", EW_F64, 0, NULL, half, NULL}}, 1, "E315", "'' cannot be the name of an array in this file"},
        {"a.safetensors", {{"__metadata__", EW_F64, 0, NULL, half, NULL}}, 1, "E315", NULL},
        {"a.safetensors", {{"\xff", EW_F64, 0, NULL, half, NULL}}, 1, "E315", NULL},
        {"a.npz",
         {{"x", EW_F64, 0, NULL, half, NULL}, {"x", EW_F64, 0, NULL, half, NULL}},
         2,
         "E316",
         "two arrays are called 'x'"},
        {"a.npz", {{"x", EW_INT, 0, NULL, half, NULL}}, 1, "E317", "element 0 of 'x' is 0.5, which is no int"},
        {"a.npy", {{"x", EW_INT, 0, NULL, big, NULL}}, 1, "E317", NULL},
        {"a.csv", {{"x", EW_INT, 0, NULL, nan_, NULL}}, 1, "E317", NULL},
        {"a.safetensors",
         {{"x", EW_BOOL, 0, NULL, two, NULL}},
         1,
         "E318",
         "element 0 of 'x' is 2, which is no bool: 0 and 1 are"},
        {"a.csv",
         {{"x", EW_F64, 4, deep, reals, NULL}},
         1,
         "E319",
         "'x' has 4 axes; a csv file takes at most 2, the others 64"},
        {"a.npy", {{"x", EW_F64, 65, NULL, reals, NULL}}, 1, "E319", NULL},
        {"a.csv",
         {{"x", EW_F64, 1, one, half, NULL}, {"y", EW_F64, 1, three, reals, NULL}},
         2,
         "E320",
         "'x' and 'y' differ in their rows; a csv file has one number of them"},
        {"a.npy",
         {{"x", EW_F64, 2, huge, reals, NULL}},
         1,
         "E321",
         "the sizes of 'x' multiply to more than can be written"},
        {"a.csv", {{"x", EW_F64, 2, empty, half, NULL}}, 1, "E315", NULL},
        {"a.csv", {{"x0", EW_F64, 1, one, half, NULL}, {"x", EW_F64, 2, ones, half, NULL}}, 2, "E293", NULL},
        {"a.csv", {{"1", EW_F64, 1, one, half, NULL}}, 1, "E294", NULL},
        {"a.csv", {{" x", EW_F64, 1, one, half, NULL}, {"x", EW_F64, 1, one, half, NULL}}, 2, "E293", NULL},
        {"no/such/a.npy", {{"x", EW_F64, 0, NULL, half, NULL}}, 1, "E310", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ew_error err;
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, rows[i].path);
        ew_status status =
            ew_data_write(strcmp(rows[i].path, "a.txt") ? path : "a.txt", rows[i].a, rows[i].count, NULL, &err);
        if (status == EW_OK || strcmp(err.code, rows[i].code) != 0 ||
            (rows[i].message && strcmp(err.message, rows[i].message) != 0))
            fail_msg("%s (%zu): %s: %s", rows[i].path, i, err.code, err.message);
        assert_int_equal(status, err.status);
        assert_int_equal(status, strcmp(err.code, "E310") ? EW_USE : EW_FILE);
    }
    assert_int_equal(empty_folder(), 0);
}

/* ---- Whole or not at all ------------------------------------------------------------------------- */

static void test_system_faults(void **state)
{
    (void)state;
    static const char *const names[] = {"a.npy", "a.npz", "a.safetensors", "a.csv"};
    static double values[9000]; /* beyond one buffer */
    static const size_t sizes[] = {3000, 3};
    const ew_data_array a = {"x", EW_F64, 2, sizes, values, NULL};
    for (size_t k = 0; k < 4; k++) {
        const char *path = in_folder(names[k]);
        ew_error err;
        write_all(path, arrays, 1);
        blob old = blob_file(path);
        sys.active = true;
        sys.calls = sys.fail_at = 0;
        write_all(path, &a, 1);
        size_t calls = sys.calls;
        assert_true(calls > 4);
        sys.active = false;
        write_all(path, arrays, 1);
        for (size_t i = 1; i <= calls; i++) {
            sys.active = true;
            sys.calls = 0;
            sys.fail_at = i;
            ew_status status = ew_data_write(path, &a, 1, NULL, &err);
            sys.active = false;
            if (status != EW_FILE || strcmp(err.code, i % 2 ? "E312" : "E311") != 0)
                fail_msg("%s: call %zu refused: %d, %s", path, i, status, err.message);
            blob now = blob_file(path);
            assert_int_equal(now.count, old.count);
            assert_memory_equal(now.at, old.at, old.count);
            free(now.at);
        }
        free(old.at);
        assert_int_equal(empty_folder(), 1); /* nothing was left beside it */
    }
}

static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    size_t *left = context; /* calls until one is refused */
    (void)old_size;
    if (new_size == 0) return free(pointer), NULL;
    return --*left == 0 ? NULL : realloc(pointer, new_size);
}

static void test_refused_memory(void **state)
{
    (void)state;
    static const char *const names[] = {"a.npy", "a.npz", "a.safetensors", "a.csv"};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 1;; i++) {
            ew_error err;
            size_t left = i;
            ew_options options = {.resize = heap_resize, .context = &left};
            ew_status status = ew_data_write(in_folder(names[k]), arrays, 1, &options, &err);
            assert_int_equal(empty_folder(), status == EW_OK ? 1 : 0);
            if (status == EW_OK) break;
            assert_int_equal(status, EW_LIMIT);
        }
}

static void test_places(void **state)
{
    (void)state;
    ew_error err;
    struct stat s;
    const char *path = in_folder("a.npy"), *link = in_folder("link.npy");
    write_all(path, arrays, 1);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("a.npy", link), 0);
    write_all(link, &arrays[1], 1); /* a link stays a link, permissions stay */
    assert_int_equal(lstat(link, &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0640);
    read_back(path, NULL, &arrays[1]);
    empty_folder();
    assert_int_equal(mkdir(in_folder("d.npy"), 0700), 0);
    assert_int_equal(ew_data_write(in_folder("d.npy"), arrays, 1, NULL, &err), EW_FILE);
    assert_string_equal(err.code, "E202");
    assert_null(ew_data_read(in_folder("d.npy"), NULL, NULL, &err));
    assert_string_equal(err.code, "E202");
    assert_int_equal(symlink("/dev/full", in_folder("full.npy")), 0); /* written directly */
    assert_int_equal(ew_data_write(in_folder("full.npy"), arrays, 1, NULL, &err), EW_FILE);
    assert_string_equal(err.code, "E312");
    assert_int_equal(stat("/dev/full", &s), 0);
    assert_int_equal(empty_folder(), 2);
}

static void test_pipe(void **state)
{
    (void)state;
    const char *path = in_folder("p.csv");
    ew_error err;
    assert_int_equal(mkfifo(path, 0600), 0);
    int d = open(path, O_RDWR); /* so that neither end waits for the other */
    assert_true(d >= 0);
    write_all(path, &arrays[4], 1);
    char bytes[20] = "";
    assert_int_equal(read(d, bytes, sizeof bytes - 1), 11);
    assert_string_equal(bytes, "scalar\n0.1\n");
    close(d);
    pid_t child = fork();
    if (child == 0) {
        d = open(path, O_WRONLY);
        _exit(write(d, "a\n1\n", 4) != 4);
    }
    assert_true(child > 0);
    ew_data *data = ew_data_read(path, "a", NULL, &err);
    if (!data) fail_msg("%s", err.message);
    has_values(data, (double[]){1}, 1);
    ew_data_free(data);
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    empty_folder();
}

int main(int argc, char **argv)
{
    long_run = argc > 1 && strcmp(argv[1], "--long") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),    cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_as_numpy),       cmocka_unit_test(test_by_libzip),
        cmocka_unit_test(test_many),           cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_huge),           cmocka_unit_test(test_csv),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_system_faults),
        cmocka_unit_test(test_refused_memory), cmocka_unit_test(test_places),
        cmocka_unit_test(test_pipe),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
