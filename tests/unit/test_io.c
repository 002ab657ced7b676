/*
 * test_io.c - reading data files: what numpy wrote, and each way in which a file can be wrong.
 * Damage of every kind is in test_io_damage.c, writing in test_io_write.c.
 */
#include "files.h"

#include <math.h>

/* ---- What others wrote -------------------------------------------------------------------------- */

static void test_npy(void **state)
{
    (void)state;
    static const char *const kinds[] = {"bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"};
    static const char *const names[] = {"bool", "u8",  "i8",  "u16", "i16", "u32",
                                        "i32",  "u64", "i64", "f16", "f32", "f64"};
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
    } rows[] = {{"columns", 3, 2, 3, 24}, {"columns-big", 2, 3, 5, 15}, {"scalar", 0, 0, 0, 1},
                {"vector", 1, 5, 0, 5},   {"empty", 2, 0, 3, 0},        {"deep", 32, 1, 1, 1},
                {"version2", 2, 2, 2, 4}, {"version3", 2, 2, 2, 4}};
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
    static const char *const files[] = {"train-images-idx3-ubyte",
                                        "train-labels-idx1-ubyte.gz",
                                        "type9.idx",
                                        "type11.idx",
                                        "type12.idx",
                                        "type13.idx",
                                        "type14.idx"};
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

static const struct {
    const char *text, *part;
    size_t axes, a, b;
    double values[6];
} csv_rows[] = {
    {"a,b\n1,2\n3,4\n", NULL, 2, 2, 2, {1, 2, 3, 4}},
    {"a,b\n1,2\n3,4\n", "b", 1, 2, 0, {2, 4}},
    {"a,b\n1,2\n3,4\n", "b,a", 2, 2, 2, {2, 1, 4, 3}},
    {"a,b\n1,2\n3,4\n", " b , a ", 2, 2, 2, {2, 1, 4, 3}},
    {"a,b,c\n1,2,3\n", "b..c", 2, 1, 2, {2, 3}},
    {"a,b,c\n1,2,3\n", "c,a..b", 2, 1, 3, {3, 1, 2}},
    {"a,b,c\n1,2,3\n", "b..b", 2, 1, 1, {2}},
    {"a\n1\n2", NULL, 2, 2, 1, {1, 2}}, /* no line end after the last row */
    {"a,b\r\n1,2\r\n3,4\r\n", NULL, 2, 2, 2, {1, 2, 3, 4}},
    {"\xEF\xBB\xBF"
     "a,b\n1,2\n",
     "a",
     1,
     1,
     0,
     {1}},
    {"\"a\",\"b \"\"c\"\"\"\n\"1\",2\n", "b \"c\"", 1, 1, 0, {2}},
    {"\"a,b\",\"a..b\"\n1,2\n", "a,b", 1, 1, 0, {1}},
    {"\"a,b\",\"a..b\"\n1,2\n", "a..b", 1, 1, 0, {2}},
    {"a,\"two\nlines\"\n1,\"2\"\n", NULL, 2, 1, 2, {1, 2}},
    {" a ,b\t\n 1 ,\t2\n", "a,b", 2, 1, 2, {1, 2}},
    {"a\n+1\n-.5\n1.\n1E2\n1e-2\n-0\n", "a", 1, 6, 0, {1, -.5, 1, 100, .01, -0.}},
    {"a\nnan\ninf\n-inf\nInfinity\n", "a", 1, 4, 0, {NAN, INFINITY, -INFINITY, INFINITY}},
    {"a\n0.1\n123456789012345678\n5e-324\n2.2250738585072011e-308\n1.7976931348623157e308\n1e-999\n",
     "a",
     1,
     6,
     0,
     {0.1, 123456789012345678.0, 5e-324, 2.2250738585072011e-308, 1.7976931348623157e308, 0}},
    {"name,x\nAn,1\n\"Ba, Chi\",2\n", "x", 1, 2, 0, {1, 2}}, /* what is not chosen may be any text */
    {"điểm,x\n1,2\n", "điểm", 1, 1, 0, {1}},
    {"a,b\n", NULL, 2, 0, 2, {0}},
    {"a,b", "b", 1, 0, 0, {0}},
};

static void test_csv(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof csv_rows / sizeof *csv_rows; i++) {
        ew_error err;
        blob b = blob_text(csv_rows[i].text);
        ew_data *d = open_blob("x.csv", b, csv_rows[i].part, &err);
        free(b.at);
        if (!d) fail_msg("%s: %s", csv_rows[i].text, err.message);
        assert_int_equal(ew_data_kind(d), EW_KIND_F64);
        is_shape(d, csv_rows[i].axes, csv_rows[i].a, csv_rows[i].b);
        has_values(d, csv_rows[i].values, csv_rows[i].a * (csv_rows[i].axes == 2 ? csv_rows[i].b : 1));
        ew_data_free(d);
    }
}

static const struct {
    const char *text, *part, *code;
    int line, column;
    const char *message, *hint;
} csv_faults[] = {
    {"", NULL, "E290", 1, 1, "the file is empty: its first line names the columns", ""},
    {"\xEF\xBB\xBF", NULL, "E290", 1, 1, NULL, ""},
    {"a,b\n1,2\n3\n", NULL, "E295", 3, 1, "the fields in this row are 1, and those in the header 2", ""},
    {"a,b\n1,2\n3,4,5\n", NULL, "E295", 3, 1, "the fields in this row are 3, and those in the header 2",
     "a field with a comma in it is quoted: \"a, b\"; decimals have a point: 3.14"},
    {"a,b\n1,2\n\n", NULL, "E303", 3, 1, NULL, ""},
    {"a,b\n1,2\n\n", "b", "E295", 3, 1, NULL, ""},
    {"a,b\n1,x\n", NULL, "E299", 2, 3, "'x' is not a number", ""},
    {"a,b\n1,\n", NULL, "E303", 2, 3, "this field is empty", ""},
    {"a,b\n1, \t\n", NULL, "E303", 2, 3, NULL, ""},
    {"a,b\n1,1e999\n", NULL, "E300", 2, 3, "the number 1e999 is too large for a double", ""},
    {"a,b\n1,\"3,14\"\n", NULL, "E299", 2, 3, "'3,14' is not a number", "decimals have a point: 3.14, not 3,14"},
    {"a;b\n1;2\n", NULL, "E299", 2, 1, "'1;2' is not a number",
     "fields are parted by commas, not semicolons, and decimals have a point: 3.14"},
    {"a\n0x10\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n1e\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n1e+\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n.\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n--1\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n+\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n1 2\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\nnan(1)\n", NULL, "E299", 2, 1, NULL, ""},
    {"a\n1\r2\n", NULL, "E305", 2, 2, "the character CR cannot stand here", "lines end in LF or CRLF"},
    {"a\r1\r2\r", NULL, "E305", 1, 2, "the character CR cannot stand here", "lines end in LF or CRLF"},
    {"a,\"b\n1,2\n", NULL, "E296", 1, 3, "this quote is never closed", ""},
    {"a,b\n1,\"2\" \n", NULL, "E297", 2, 6, "a comma or the end of the line is due after the closing quote", ""},
    {"a,b\n1,2\"\n", NULL, "E298", 2, 4, "a quote stands inside a field that is not quoted", ""},
    {"a,b,a\n1,2,3\n", NULL, "E293", 1, 5, "two columns are called 'a'", ""},
    {"a, a\n1,2\n", NULL, "E293", 1, 3, NULL, ""},
    {"a,,b\n1,2,3\n", NULL, "E292", 1, 3, "this column has no name", ""},
    {"a,\"\"\n1,2\n", NULL, "E292", 1, 3, NULL, ""},
    {"1,2\n3,4\n", NULL, "E294", 1, 1, "the first line has numbers, where the names of the columns are due", ""},
    {"a,b\xff\n1,2\n", NULL, "E291", 1, 4, "this is not valid UTF-8 text", ""},
    {"a,b\n1,2\xff\n", NULL, "E291", 2, 4, NULL, ""},
    {"\"two\nlines\",b\n1,\"2\nx\"\n4,y\n", "b", "E299", 3, 3, NULL, ""},
    {"\"two\nlines\",b\n1,2\n4,điểm\n", "b", "E299", 4, 3, "'điểm' is not a number", ""},
    {"a,b\n1,2\n", "c", "E301", 0, 0, "there is no column 'c'", "the first column is 'a'"},
    {"a,b\n1,2\n", "", "E301", 0, 0, NULL, "the first column is 'a'"},
    {"a,b\n1,2\n", "a,", "E301", 0, 0, NULL, "the first column is 'a'"},
    {"a,b\n1,2\n", "a..c", "E301", 0, 0, "there is no column 'c'", "the first column is 'a'"},
    {"a,b\n1,2\n", "..b", "E301", 0, 0, NULL, "the first column is 'a'"},
    {"a,b\n1,2\n", "b..a", "E302", 0, 0, "the column 'a' comes before 'b'", ""},
    {"a,b\n1,2\n", "a,a..b", "E304", 0, 0, "the column 'a' is asked for twice", ""},
};

static void test_csv_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof csv_faults / sizeof *csv_faults; i++) {
        ew_error err;
        blob b = blob_text(csv_faults[i].text);
        ew_data *d = open_blob("x.csv", b, csv_faults[i].part, &err);
        free(b.at);
        if (d) fail_msg("%s: read", csv_faults[i].text);
        if (strcmp(err.code, csv_faults[i].code) != 0 || err.line != csv_faults[i].line ||
            err.column != csv_faults[i].column || strcmp(err.hint, csv_faults[i].hint) != 0 ||
            (csv_faults[i].message && strcmp(csv_faults[i].message, err.message) != 0))
            fail_msg("%s: %s:%d:%d %s [%s]", csv_faults[i].text, err.code, err.line, err.column, err.message, err.hint);
        assert_string_equal(err.file, "x.csv");
    }
}

static void test_npy_faults(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t bytes;
        const char *code, *message;
    } rows[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 23, "E209",
         "the file is cut short: it ends at byte 91, and 92 bytes are due"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 25, "E210",
         "byte 92: the data ends here; bytes too many: 1"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3), }\n", 24, "E242",
         "byte 63: ',' is due here in the npy header"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3L,), }\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,,), }\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 3, }\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': false, 'shape': (3,), }\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), } x\n", 24, "E242", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)", 24, "E242", NULL},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (3,), }\n", 24, "E242", NULL},
        {"{'descr': '<f8, 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr' '<f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E242", NULL},
        {"['descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E242", NULL},
        {"", 0, "E242", NULL},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E243",
         "byte 27: 'descr' is no key of an npy header, or stands twice"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': 1}\n", 24, "E243", NULL},
        {"{'descr': '<f8', 'fortran_order': False, }\n", 24, "E244", "byte 52: the npy header ends without 'shape'"},
        {"{'fortran_order': False, 'shape': (3,), }\n", 24, "E244", NULL},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n", 24, "E245", NULL},
        {"{'descr': '|f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': '=f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': 'f8', 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': '<M8[s]', 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (3,), }\n", 24, "E246", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", 24, "E208", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 24, "E208",
         "byte 10: the sizes multiply to more elements than can be counted"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0), }\n", 0, "E208", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }\n", 24, "E208", NULL},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (18446744073709551615,), }\n", 24, "E208", NULL},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': "
         "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
         "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1), }\n",
         8, "E211", "byte 60: the array has 65 axes; at most 64 are allowed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused("x.npy", blob_npy(rows[i].header, rows[i].bytes), NULL, rows[i].code, rows[i].message);
    refused("x.npy", blob_text("\x93NUMPX"), NULL, "E240",
            "byte 5: this is no npy file, which begins with the byte 93 and NUMPY");
    refused("x.npy", blob_of("\x93NUMPY\x04\x00____________", 20), NULL, "E241",
            "byte 6: version 4.0 of npy is not known; 1.0, 2.0 and 3.0 are");
    refused("x.npy", blob_of("\x93NUMPY\x01\x00\xff\xff", 10), NULL, "E209", NULL);
    refused("x.npy", blob_of("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), NULL, "E209",
            "the file is cut short: it ends at byte 12, and 4294967307 bytes are due");
    /* keys in any order, either quote, spaces anywhere, no last comma */
    ew_error err;
    blob b = blob_npy("{\"shape\" :( 2 , ) ,'fortran_order':True, 'descr':'|u1'}", 2);
    ew_data *d = open_blob("x.npy", b, NULL, &err);
    if (!d) fail_msg("%s", err.message);
    is_shape(d, 1, 2, 0);
    ew_data_free(d);
    free(b.at);
}

static void test_tensors(void **state)
{
    (void)state;
    ew_error err;
    blob b =
        blob_tensors("{\"__metadata__\":{\"by\":\"x\"},\"y\":{\"dtype\":\"U8\",\"shape\":[2,2],\"data_offsets\":[2,6]},"
                     "\"x\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]},"
                     "\"none\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[6,6]},"
                     "\"odd\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[6,8]}}  ",
                     8);
    ew_data *d = open_blob("w.safetensors", b, "y", &err);
    if (!d) fail_msg("%s", err.message);
    is_shape(d, 2, 2, 2);
    has_values(d, (double[]){0, 1, 0, 1}, 4);
    ew_data_free(d);
    d = open_blob("w.safetensors", b, "none", &err);
    assert_non_null(d);
    is_shape(d, 2, 0, 7);
    ew_data_free(d);
    assert_null(open_blob("w.safetensors", b, NULL, &err));
    assert_string_equal(err.message, "this file holds 4 arrays: the name of one is needed");
    assert_null(open_blob("w.safetensors", b, "z", &err));
    assert_string_equal(err.code, "E206");
    assert_null(open_blob("w.safetensors", b, "__metadata__", &err));
    assert_string_equal(err.code, "E206");
    assert_null(open_blob("w.safetensors", b, "odd", &err));
    assert_string_equal(err.message, "byte 8: 'odd' has the type F8_E4M3, which is not read");
    free(b.at);
}

#define TENSOR(name, dtype, shape, offsets)                                                                            \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void test_tensor_faults(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t bytes;
        const char *code, *message;
    } rows[] = {
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "}", 1, "E209", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "}", 3, "E210", "byte 63: the data ends here; bytes too many: 1"},
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "," TENSOR("x", "U8", "[2]", "[2,4]") "}", 4, "E273", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "," TENSOR("y", "U8", "[2]", "[1,3]") "}", 3, "E277",
         "byte 114: 'y' begins here, where another array's bytes are"},
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "," TENSOR("y", "U8", "[2]", "[0,2]") "}", 2, "E277", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[0,2]") "," TENSOR("y", "U8", "[2]", "[3,5]") "}", 5, "E278",
         "byte 115: bytes that belong to no array: 1"},
        {"{" TENSOR("x", "U8", "[2]", "[1,3]") "}", 3, "E278", NULL},
        {"{" TENSOR("x", "U8", "[3]", "[0,2]") "}", 2, "E276",
         "byte 8: the type and shape of 'x' do not need the 2 bytes of its data_offsets"},
        {"{" TENSOR("x", "F64", "[]", "[0,2]") "}", 2, "E276", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[2,0]") "}", 2, "E274", NULL},
        {"{" TENSOR("x", "U8", "[-2]", "[0,2]") "}", 2, "E274", NULL},
        {"{" TENSOR("x", "U8", "[2.0]", "[0,2]") "}", 2, "E274", NULL},
        {"{" TENSOR("x", "U8", "2", "[0,2]") "}", 2, "E274", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[0,2,2]") "}", 2, "E274", NULL},
        {"{" TENSOR("x", "U8", "[2]", "[\"0\",2]") "}", 2, "E274", NULL},
        {"{\"x\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2],\"more\":1}}", 2, "E274",
         "byte 8: the header's entry 'x' is not made of dtype, shape and data_offsets"},
        {"{\"x\":{\"dtype\":\"U8\",\"shape\":[2]}}", 2, "E274", NULL},
        {"{\"x\":{\"dtype\":8,\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "E274", NULL},
        {"{\"x\":[]}", 2, "E274", NULL},
        {"{\"__metadata__\":{\"by\":1}}", 0, "E279", NULL},
        {"{\"__metadata__\":\"by\"}", 0, "E279", NULL},
        {"{" TENSOR("x", "U8", "[4294967296,4294967296]", "[0,2]") "}", 2, "E208", NULL},
        {"{" TENSOR("x", "F64", "[2305843009213693952]", "[0,0]") "}", 0, "E208", NULL},
        {"{" TENSOR("x", "U8", "[99999999999999999999]", "[0,2]") "}", 2, "E272", NULL},
        {"{" TENSOR("x", "U8", "[9223372036854775807]", "[0,9223372036854775807]") "}", 2, "E209", NULL},
        {"{", 0, "E272", NULL},
        {"{} x", 0, "E272", NULL},
        {"{} {}", 0, "E272", NULL},
        {" {}", 0, "E272", NULL},
        {"[]", 0, "E272", "byte 8: the safetensors header is no valid JSON object"},
        {"", 0, "E272", NULL},
        {"{\"a\":\"\xff\"}", 0, "E272", NULL},
        {"{}", 0, "E207", "this file holds 0 arrays: the name of one is needed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused("w.safetensors", blob_tensors(rows[i].header, rows[i].bytes), NULL, rows[i].code, rows[i].message);
    refused("w.safetensors", blob_text("\xff\xff\xff\xff\xff\xff\xff\xff{}"), NULL, "E270",
            "byte 0: the header is said to have 18446744073709551615 bytes, and 2 follow");
    refused("w.safetensors", blob_text("1234567"), NULL, "E209",
            "the file is cut short: it ends at byte 7, and 8 bytes are due");
}

static void test_idx_faults(void **state)
{
    (void)state;
    refused("x.idx", blob_of("\0\0\x08", 3), NULL, "E209", NULL);
    refused("x.idx", blob_of("\0\1\x08\1\0\0\0\1_", 9), NULL, "E230",
            "byte 1: this is no idx file, which begins with two bytes of 0");
    refused("x.idx", blob_of("\0\0\x0a\1\0\0\0\1_", 9), NULL, "E231",
            "byte 2: 10 is no type of idx files; the types are 8, 9, 11, 12, 13, 14");
    refused("x.idx", blob_of("\0\0\x08\x41\0\0\0\1_", 9), NULL, "E211", NULL);
    refused("x.idx", blob_of("\0\0\x08\2\0\0\0\1_", 9), NULL, "E209", NULL);
    refused("x.idx", blob_of("\0\0\x08\1\0\0\0\2_", 9), NULL, "E209",
            "the file is cut short: it ends at byte 9, and 10 bytes are due");
    refused("x.idx", blob_of("\0\0\x08\1\0\0\0\1__", 10), NULL, "E210", NULL);
    refused("x.idx", blob_of("\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16), NULL, "E208", NULL);
    refused("x.idx", blob_of("\0\0\x08\1\0\0\0\1_", 9), "a", "E205",
            "this file holds one array alone: it has no part 'a'");
}

static void test_gzip(void **state)
{
    (void)state;
    static const char csv[] = "a\n1\n2\n3\n", head[] = "a\n1\n", tail[] = "2\n3\n";
    ew_error err;
    blob b = blob_join(blob_gzip(head, sizeof head - 1), blob_gzip(tail, sizeof tail - 1)); /* two members */
    ew_data *d = open_blob("x.csv.gz", b, "a", &err);
    if (!d) fail_msg("%s", err.message);
    has_values(d, (double[]){1, 2, 3}, 3);
    ew_data_free(d);
    free(b.at);
    refused("x.csv.gz", blob_text(csv), NULL, "E220",
            "byte 0: this is no gzip data, which begins with the bytes 1f 8b");
    refused("x.csv.gz", blob_join(blob_gzip(csv, sizeof csv - 1), blob_text("xyz")), NULL, "E225",
            "byte 28: the gzip data ends here; bytes too many: 3");
    blob z = blob_gzip(csv, sizeof csv - 1);
    z.at[z.count - 1] ^= 1;
    refused("x.csv.gz", z, NULL, "E224", NULL);
    z = blob_gzip(csv, sizeof csv - 1);
    z.at[z.count - 5] ^= 1;
    refused("x.csv.gz", z, NULL, "E223", NULL);
    z = blob_gzip(csv, sizeof csv - 1);
    z.count--;
    refused("x.csv.gz", z, NULL, "E221", "the gzip data is cut short at byte 27");
    z = blob_gzip(csv, sizeof csv - 1);
    z.at[10] = 7; /* a block of the type that is not used */
    refused("x.csv.gz", z, NULL, "E222", NULL);
    static char zeros[1000000];
    ew_options options = {.max_bytes = 200000};
    z = blob_gzip(zeros, sizeof zeros);
    assert_null(ew_data_read_bytes("x.npy.gz", z.at, z.count, NULL, &options, &err));
    assert_string_equal(err.message, "the limit on memory was reached: 200000 bytes");
    assert_int_equal(err.status, EW_LIMIT);
    memset(z.at + z.count - 4, 0xff, 4); /* the guess that it gives is bounded by what is there */
    assert_null(ew_data_read_bytes("x.npy.gz", z.at, z.count, NULL, NULL, &err));
    assert_string_equal(err.code, "E224");
    free(z.at);
}

static void test_elements(void **state)
{
    (void)state;
    ew_error err;
    double out[4];
    static const unsigned char longs[] = {0, 0, 0, 0, 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 0x20, 0};
    static const char *const heads[] = {"{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}",
                                        "{'descr': '<u8', 'fortran_order': False, 'shape': (2,)}"};
    for (size_t i = 0; i < 2; i++) {
        blob b = blob_npy(heads[i], 16);
        memcpy(b.at + b.count - 16, longs, 16);
        ew_data *d = open_blob("x.npy", b, NULL, &err);
        assert_int_equal(ew_data_get(d, 0, 1, out, &err), EW_OK);
        assert_true(out[0] == 9007199254740992.0);
        assert_int_equal(ew_data_get(d, 0, 2, out, &err), EW_FILE);
        assert_string_equal(err.message,
                            "element 1 is 9007199254740993: a whole number beyond 2^53 has no exact double");
        assert_string_equal(err.file, "x.npy");
        memset(b.at + b.count - 16, 0xff, 8);
        assert_int_equal(ew_data_get(d, 0, 1, out, &err), i ? EW_FILE : EW_OK); /* -1, or 2^64 - 1 */
        assert_int_equal(ew_data_get(d, 1, 2, out, &err), EW_USE);
        assert_string_equal(err.message, "elements asked for: 2, from element 1 on; elements there are: 2");
        assert_int_equal(ew_data_get(d, 3, 0, out, NULL), EW_USE);
        assert_int_equal(ew_data_get(d, 2, 0, out, NULL), EW_OK);
        ew_data_free(d);
        free(b.at);
    }
    blob b = blob_npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", 2);
    b.at[b.count - 1] = 2;
    ew_data *d = open_blob("x.npy", b, NULL, &err);
    assert_int_equal(ew_data_get(d, 0, 2, out, &err), EW_FILE);
    assert_string_equal(err.message, "element 1 is the byte 2, which is no bool: 0 and 1 are");
    ew_data_free(d);
    free(b.at);
}

/* All numbers of two bytes in turn, as the one type or the other. */
static ew_data *all_of(const char *dtype)
{
    static unsigned char at[200 + 131072];
    ew_error err;
    size_t n = (size_t)snprintf((char *)at + 8, 190,
                                "{\"x\":{\"dtype\":\"%s\",\"shape\":[65536],\"data_offsets\":[0,131072]}}", dtype);
    memset(at, 0, 8);
    at[0] = (unsigned char)n;
    for (size_t i = 0; i < 65536; i++) {
        at[8 + n + 2 * i] = (unsigned char)i;
        at[9 + n + 2 * i] = (unsigned char)(i >> 8);
    }
    ew_data *d = ew_data_read_bytes("x.safetensors", at, 8 + n + 131072, "x", NULL, &err);
    if (!d) fail_msg("%s", err.message);
    return d;
}

/* Every half and every bfloat, against arithmetic. */
static void test_halves(void **state)
{
    (void)state;
    static double out[65536];
    for (int bfloat = 0; bfloat < 2; bfloat++) {
        ew_data *d = all_of(bfloat ? "BF16" : "F16");
        assert_string_equal(ew_kind_name(ew_data_kind(d)), bfloat ? "bf16" : "f16");
        assert_int_equal(ew_data_get(d, 0, 65536, out, NULL), EW_OK);
        ew_data_free(d);
        int bits = bfloat ? 7 : 10, top = bfloat ? 255 : 31, bias = top / 2;
        for (int i = 0; i < 65536; i++) {
            int e = i >> bits & top, f = i & ((1 << bits) - 1);
            double part = f / pow(2, bits), due = e ? (1 + part) * pow(2, e - bias) : part * pow(2, 1 - bias);
            if (e == top) due = f ? NAN : INFINITY;
            if (i & 0x8000) due = -due;
            if (!(out[i] == due && !signbit(out[i]) == !signbit(due)) && !(isnan(out[i]) && isnan(due)))
                fail_msg("%s %x is %g, not %g", bfloat ? "bfloat" : "half", (unsigned)i, out[i], due);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    ew_error err;
    static const char *const none[] = {"x.txt", "x", "x.npy/y", ".gz", "x.gz", ".npy", "-idx", "x-idx3", "csv"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_null(ew_data_read(none[i], NULL, NULL, &err));
        assert_string_equal(err.code, "E204");
        assert_int_equal(err.status, EW_USE);
        assert_non_null(strstr(err.hint, ".safetensors"));
    }
    assert_null(ew_data_read("no-such-folder/x.npy", NULL, NULL, &err));
    assert_string_equal(err.message, "there is no file 'no-such-folder/x.npy'");
    assert_int_equal(err.status, EW_FILE);
    ew_options vietnamese = {.language = "vi"};
    assert_null(ew_data_read("no-such-folder/x.npy", NULL, &vietnamese, &err));
    assert_string_equal(err.message, "không có tệp 'no-such-folder/x.npy'");
    assert_null(ew_data_read("no-such-folder/x.npy", NULL, NULL, NULL));
    assert_null(ew_data_parts_read("no-such-folder/x.npy", NULL, &err));
    ew_data_free(NULL);
    ew_data_parts_free(NULL);
    ew_data_parts *p = ew_data_parts_read("tests/golden/io/names.csv", NULL, &err);
    if (!p) fail_msg("%s", err.message);
    assert_int_equal(ew_data_parts_count(p), 3);
    assert_string_equal(ew_data_parts_name(p, 0), "điểm");
    assert_string_equal(ew_data_parts_name(p, 1), "b \"c\"");
    assert_string_equal(ew_data_parts_name(p, 2), "a, b");
    ew_data_parts_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_npy),           cmocka_unit_test(test_npy_shapes),     cmocka_unit_test(test_npz),
        cmocka_unit_test(test_idx),           cmocka_unit_test(test_golden_refused), cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_faults),    cmocka_unit_test(test_npy_faults),     cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_tensor_faults), cmocka_unit_test(test_idx_faults),     cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_elements),      cmocka_unit_test(test_halves),         cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
