/*
 * io.h - what the files of this room share.
 *
 * Reading one array is one `io_read`: the bytes of the file (mapped, read, unpacked or the caller's), what
 * was asked for, the first error, and what was found: a layout and a pointer to the elements. A format
 * looks at nothing but `file` and writes nothing but `layout`, `elements` and `owned`; or, where only the
 * names are wanted, `names`. Elements lie inside the file's bytes where that can be, so that large files
 * stay mapped.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/error.h"
#include "edgewise-data.h"

typedef struct io_bytes {
    const unsigned char *at;
    size_t count;
    unsigned char *owned; /* from the hook, or NULL: mapped or the caller's */
    size_t owned_size;
    bool mapped;
} io_bytes;

typedef struct io_layout {
    ew_kind kind;
    bool big;     /* the most significant byte first */
    bool columns; /* the first axis runs fastest (Fortran) */
    size_t axes, count, sizes[EW_DATA_AXES];
} io_layout;

struct ew_data {
    memory m;
    char language[8], name[240];
    io_bytes file;
    io_layout layout;
    const unsigned char *elements;
    unsigned char *owned;
    size_t owned_size;
};

struct ew_data_parts {
    memory m;
    text names; /* each ended by a NUL */
    ARRAY(size_t) starts;
};

typedef struct io_read {
    memory *m;
    report r;
    io_bytes file;
    const char *part;     /* or NULL */
    ew_data_parts *names; /* not NULL: they alone are wanted */
    io_layout layout;
    const unsigned char *elements;
    unsigned char *owned; /* the elements, where they are not in the file */
    size_t owned_size;
} io_read;

/* ---- Errors: always false ---- */

/* A path and why the system (errno) does not let it be. */
bool io_refuse(report *r, error_code code, const char *path, int error);

/* {1} is the offset. */
bool io_fail(io_read *io, error_code code, size_t offset, const char *a, const char *b);
bool io_fail_count(io_read *io, error_code code, size_t offset, size_t a);
/* What a file of several arrays has instead of the one that was asked for: the name most like it, or the first. */
void io_hint_array(io_read *io, bool alike, const char *name);

/* ---- Bytes ---- */

bool io_open(io_read *io, const char *path);
bool io_gunzip(io_read *io);
void io_close(memory *m, io_bytes *b);
uint64_t io_little(const unsigned char *p, size_t bytes);
uint64_t io_big(const unsigned char *p, size_t bytes);
void io_put_little(unsigned char *p, uint64_t value, size_t bytes);

/* Does this machine put the most significant byte first? */
static inline bool io_host_big(void)
{
    const union {
        uint16_t two;
        unsigned char first;
    } one = {1};
    return one.first == 0;
}

typedef enum io_inflated { IO_INFLATED, IO_INFLATE_DAMAGED, IO_INFLATE_MEMORY } io_inflated;
/* Raw deflate data that must unpack to exactly `room` bytes; out has one byte more. */
io_inflated io_inflate(memory *m, const unsigned char *in, size_t count, unsigned char *out, size_t room);
/* The most that so many deflated bytes can unpack to. */
size_t io_inflate_most(size_t count);
uint32_t io_crc(uint32_t crc, const unsigned char *bytes, size_t count);

/* ---- Layouts ---- */

size_t io_kind_bytes(ew_kind kind);
/* Multiplies the sizes: layout.count; then how many bytes that is. false: reported, `offset` is where the
 * sizes stand. */
bool io_measure(io_read *io, size_t offset, size_t *bytes);
/* The elements are `bytes` bytes and the last of the file: from `start` on in [at, at + count). `base` is
 * added to offsets in sentences. */
bool io_exactly(io_read *io, size_t base, size_t start, size_t bytes, size_t count);
bool io_name(io_read *io, const char *name, size_t count);

/* ---- Formats ---- */

bool io_csv(io_read *io);
bool io_npy(io_read *io);
bool io_npz(io_read *io);
bool io_idx(io_read *io);
bool io_safetensors(io_read *io);
/* An npy file inside another: offsets in sentences begin at base. */
bool io_npy_at(io_read *io, const unsigned char *at, size_t count, size_t base);

/* ---- Checksums ---- */

/* 64 bits over any number of pieces, the same however they are cut. One changed bit always changes it. */
typedef struct io_hash {
    uint64_t lane[4], count;
    unsigned char rest[32];
} io_hash;

void io_hash_begin(io_hash *h, uint64_t seed);
void io_hash_add(io_hash *h, const void *bytes, size_t count);
uint64_t io_hash_end(io_hash *h);

/* A file with a note begins, after its eight bytes of length, with this and 16 digits of the checksum, which are
 * taken as zeros where it is computed. */
#define IO_NOTE_HEAD "{\"__metadata__\":{\"check\":\""
enum { IO_CHECK_AT = 8 + sizeof IO_NOTE_HEAD - 1, IO_CHECK_DIGITS = 16 };

/* ---- Writing ---- */

typedef struct io_save {
    memory m;
    report r;
    const char *path;
    const char *note;         /* of a safetensors file, with a checksum over all of it; or NULL */
    char *target, *temporary; /* the path with links followed; NULL: written directly */
    size_t target_size, temporary_size;
    int descriptor;
    bool failed, full;
    size_t count; /* buffered */
    uint64_t written;
    unsigned char buffer[1u << 15];
} io_save;

typedef struct io_format {
    const char *ending; /* ".npy"; of idx also "-idx1-ubyte" and its like anywhere */
    bool parts;         /* may `part` be given? */
    bool (*read)(io_read *io);
    bool (*write)(io_save *s, const ew_data_array *arrays, size_t count); /* or NULL */
} io_format;

/* By the name's ending; NULL: none. `gzip` says whether .gz follows. */
const io_format *io_format_of(const char *name, bool *gzip);

io_save *io_save_new(const char *path, const ew_options *options, ew_error *err); /* NULL: err is filled */
/* Ends and frees it. */
ew_status io_save_finish(io_save *s, bool good, ew_error *err);
bool io_save_begin(io_save *s, const char *path);
void io_put(io_save *s, const void *bytes, size_t count);
/* Syncs and renames, or on any failure before removes what was begun. */
bool io_save_end(io_save *s, bool good);

size_t io_type_bytes(ew_type type);
void io_json_string(text *t, const char *s);
double io_value(const ew_data_array *a, size_t i); /* element i */
/* `count` elements as they are stored, little-endian. Checked before: io_check. */
void io_encode(unsigned char *out, const ew_data_array *a, size_t first, size_t count);
void io_put_elements(io_save *s, const ew_data_array *a);
uint32_t io_crc_elements(uint32_t crc, const ew_data_array *a);
/* Sizes and values that the format can hold; `bytes` of one array. */
bool io_check(io_save *s, const ew_data_array *a, size_t most_axes, size_t *count);
/* Checks the names too and sorts: order[0 .. count), from the hook, or NULL: reported. */
size_t *io_order(io_save *s, const ew_data_array *arrays, size_t count);

enum { IO_NPY_HEADER = 1728 }; /* 64 axes of 20 digits, and the rest: a multiple of 64 */
size_t io_npy_header(unsigned char header[IO_NPY_HEADER], const ew_data_array *a);

bool io_write_npy(io_save *s, const ew_data_array *arrays, size_t count);
bool io_write_npz(io_save *s, const ew_data_array *arrays, size_t count);
bool io_write_csv(io_save *s, const ew_data_array *arrays, size_t count);
bool io_write_safetensors(io_save *s, const ew_data_array *arrays, size_t count);

#endif
