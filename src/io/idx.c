/*
 * idx.c - the IDX files of MNIST and its kin: two bytes of 0, the type, the number of axes, each size as
 * four bytes, then the elements, all most significant byte first.
 */
#include "io/io.h"

static bool idx_kind(unsigned char type, ew_kind *kind)
{
    static const struct {
        unsigned char type;
        ew_kind kind;
    } kinds[] = {{8, EW_KIND_U8},   {9, EW_KIND_I8},   {11, EW_KIND_I16},
                 {12, EW_KIND_I32}, {13, EW_KIND_F32}, {14, EW_KIND_F64}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].type != type) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

bool io_idx(io_read *io)
{
    const unsigned char *at = io->file.at;
    size_t count = io->file.count, bytes;
    if (count < 4) return io_fail_count(io, E_FILE_SHORT, count, 4);
    if (at[0] || at[1]) return io_fail(io, E_IDX_MAGIC, at[0] ? 0 : 1, NULL, NULL);
    if (!idx_kind(at[2], &io->layout.kind)) return io_fail_count(io, E_IDX_KIND, 2, at[2]);
    io->layout.axes = at[3];
    if (io->layout.axes > EW_DATA_AXES) return io_fail_count(io, E_FILE_AXES, 3, io->layout.axes);
    size_t start = 4 + 4 * io->layout.axes;
    if (count < start) return io_fail_count(io, E_FILE_SHORT, count, start);
    for (size_t i = 0; i < io->layout.axes; i++) io->layout.sizes[i] = (size_t)io_big(at + 4 + 4 * i, 4);
    io->layout.big = true;
    if (!io_measure(io, 4, &bytes) || !io_exactly(io, 0, start, bytes, count)) return false;
    io->elements = at + start;
    return true;
}
