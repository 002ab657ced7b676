/*
 * edgewise-data.h - arrays of numbers in files: csv, npy, npz, safetensors and idx, read and written.
 *
 *     ew_error err;
 *     ew_data *x = ew_data_read("digits.csv", "p00..p77", NULL, &err);
 *     if (!x) { fprintf(stderr, "%s\n", err.message); return 1; }
 *     double *row = malloc(ew_data_size(x, 1) * sizeof *row);
 *     if (ew_data_get(x, 0, ew_data_size(x, 1), row, &err) == EW_OK) ...   // the first row
 *     ew_data_free(x);
 *
 * Part of the second library (-ledgewise-train -ledgewise -ljansson -lz -lm). Ownership, errors, memory
 * and threads are as in edgewise.h; two rules more:
 *
 * Strict. A file that is not exactly what its format says is refused whole, with a sentence that has the
 * byte offset (csv: line and column). Every count is compared with the bytes that are there before
 * anything is allocated. `max_bytes` of the options bounds what is allocated, unpacked data included.
 *
 * Large files. An uncompressed npy, npz, safetensors or idx file above a megabyte is mapped, not read: its
 * elements are converted when they are asked for, and do not count against `max_bytes`. Such a file must
 * not be cut short while it is open.
 */
#ifndef EDGEWISE_DATA_H
#define EDGEWISE_DATA_H

#include <edgewise.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct ew_data ew_data; /* one array; never changes, may be read by many threads at once */

typedef enum ew_kind { /* what the elements are in the file */
                       EW_KIND_BOOL,
                       EW_KIND_U8,
                       EW_KIND_I8,
                       EW_KIND_U16,
                       EW_KIND_I16,
                       EW_KIND_U32,
                       EW_KIND_I32,
                       EW_KIND_U64,
                       EW_KIND_I64,
                       EW_KIND_F16,
                       EW_KIND_BF16,
                       EW_KIND_F32,
                       EW_KIND_F64
} ew_kind;

#define EW_DATA_AXES 64 /* at most */

/*
 * The format is that of the name's ending: .csv, .npy, .npz, .safetensors, .idx, or -idx1-ubyte and its
 * like anywhere in the name; after each .gz may follow.
 *
 * `part` says what of the file, NULL is the whole:
 *   csv          columns by header: "digit" (one axis: the rows), "a,b" or "p00..p77", the columns from
 *                p00 to p77 as the file orders them (two axes); NULL: all columns (two axes)
 *   npz, safetensors   the array's name; NULL where there is only one
 *   npy, idx     NULL
 */
EW_API ew_data *ew_data_read(const char *path, const char *part, const ew_options *options, ew_error *err);
/* The same from bytes in memory, which must stay as long as the ew_data; `name` stands for the path. */
EW_API ew_data *ew_data_read_bytes(const char *name, const void *bytes, size_t count, const char *part,
                                   const ew_options *options, ew_error *err);
EW_API void ew_data_free(ew_data *data);

EW_API ew_kind ew_data_kind(const ew_data *data);
EW_API size_t ew_data_axes(const ew_data *data);              /* 0: a single number */
EW_API size_t ew_data_size(const ew_data *data, size_t axis); /* 0 past the last */
EW_API size_t ew_data_count(const ew_data *data);             /* elements: the product of the sizes */
EW_API const char *ew_kind_name(ew_kind kind);                /* "u8", "f64" */

/*
 * Elements first .. first + count of the array, row-major, as doubles: exactly their values. EW_FILE
 * where an element has no exact double (a whole number beyond 2^53) or is no bool (a byte other than 0
 * and 1): the error names it, and what `out` holds is not to be used. EW_USE where there are not so many.
 */
EW_API ew_status ew_data_get(const ew_data *data, size_t first, size_t count, double *out, ew_error *err);

/* The elements themselves, row-major in this machine's byte order, not necessarily aligned; NULL where the
 * file has another order of bytes or of axes. */
EW_API const void *ew_data_bytes(const ew_data *data);

/* ---- What is in a file ------------------------------------------------------------------------ */

typedef struct ew_data_parts ew_data_parts;

/* The names that `part` may take: a csv's columns, the arrays of npz and safetensors; none for npy, idx. */
EW_API ew_data_parts *ew_data_parts_read(const char *path, const ew_options *options, ew_error *err);
EW_API size_t ew_data_parts_count(const ew_data_parts *parts);
EW_API const char *ew_data_parts_name(const ew_data_parts *parts, size_t i); /* NULL past the last */
EW_API void ew_data_parts_free(ew_data_parts *parts);

/* ---- Writing ---------------------------------------------------------------------------------- */

typedef struct ew_data_array {
    const char *name; /* not used by npy */
    ew_type type;     /* f64, f32 (rounded to the nearest), int (stored as i64), bool */
    size_t axes;
    const size_t *sizes;
    const double *values; /* row-major; of an int whole, of a bool 0 or 1; or NULL: */
    const void *elements; /* the same in their own type: double, float, int64_t, unsigned char */
} ew_data_array;

/*
 * Writes the arrays, in the format of the path's ending: .npy (one array), .npz, .safetensors, or .csv
 * (columns: a vector is one under its name, a matrix x of m columns x0 .. x{m-1}; all with the same number
 * of rows; a number is a column of one row). The same arrays give the same bytes: entries are sorted by
 * name and carry no time.
 *
 * The file appears whole or not at all: it is written under a temporary name in the same folder, synced,
 * renamed, and the folder synced. On failure what was there before is untouched. A path that is no plain
 * file (a pipe, a terminal) is written directly.
 */
EW_API ew_status ew_data_write(const char *path, const ew_data_array *arrays, size_t count, const ew_options *options,
                               ew_error *err);

/* The same for a .safetensors with a note, any text in UTF-8, and a checksum over every byte. */
EW_API ew_status ew_data_write_note(const char *path, const ew_data_array *arrays, size_t count, const char *note,
                                    const ew_options *options, ew_error *err);
/* Reads the note, which goes to `write` at once. EW_FILE where a byte of the file is not as it was written. */
EW_API ew_status ew_data_note(const char *path, ew_write *write, void *context, const ew_options *options,
                              ew_error *err);

/* Why the system refused something (errno), in the language: "the disk is full". NULL: it has no words here. */
EW_API const char *ew_system_reason(int error, const char *language);

#ifdef __cplusplus
}
#endif
#endif
