/*
 * fuzz_data.c - any bytes as a data file: the first picks the format, the rest is the file. Read as a whole
 * and by parts, all elements; no crash, no wrong count, bounded memory.
 */
#include <edgewise-data.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const fuzz_names[] = {"x.csv", "x.npy",    "x.npz",    "x.safetensors",
                                         "x.idx", "x.csv.gz", "x.npy.gz", "x.idx.gz"};

static void fuzz_elements(const ew_data *d)
{
    double out[64];
    size_t count = ew_data_count(d), product = 1;
    for (size_t i = 0; i < ew_data_axes(d); i++) product *= ew_data_size(d, i);
    if (product != count) abort();
    for (size_t i = 0; i < count && i < 100000; i += 64) {
        size_t n = count - i < 64 ? count - i : 64;
        ew_error err = {0};
        if (ew_data_get(d, i, n, out, &err) != EW_OK && !err.message[0]) abort();
    }
}

static void fuzz_part(const char *name, const uint8_t *data, size_t size, const char *part)
{
    ew_options options = {.max_bytes = 8u << 20};
    ew_error err = {0};
    ew_data *d = ew_data_read_bytes(name, data, size, part, &options, &err);
    if (d)
        fuzz_elements(d);
    else if (!err.message[0])
        abort();
    ew_data_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const parts[] = {NULL, "x", "a,b", "a..b"};
    if (!size) return 0;
    const char *name = fuzz_names[data[0] % 8];
    for (size_t i = 0; i < 4; i++) fuzz_part(name, data + 1, size - 1, parts[i]);
    return 0;
}
