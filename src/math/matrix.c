/*
 * matrix.c - blocking of the matrix product: which parts of A and B are packed, and in which order the
 * tiles of C are run. The tiles are in matrix_plain.c, matrix_avx2.c and matrix_avx512.c.
 *
 * The vectors of a tile run along columns of C. Where rows of C lie side by side instead, or C has few
 * columns and many rows, the transposed product C' = B' A' is computed: a fused multiply-add does not
 * care which factor comes first.
 *
 * For each block of k (BLOCK_K), each block of columns (BLOCK_COLUMNS) and each block of rows
 * (BLOCK_ROWS): B's block is packed into panels as wide as a tile, A's into panels as high, when that
 * pays or when the strides ask for it. Small operands are read where they are. The tile picks up C
 * where the block of k before left it, so blocks do not show in the bits.
 */
#include "math/matrix.h"

#include <stdint.h>

#include "math/matrix_tiles.h"

enum {
    BLOCK_K = 384,
    SMALL_PANELS = 4,     /* panels of columns that are worth no packing, */
    SMALL_WORK = 1 << 16, /* up to so many terms */
    BLOCK_ROWS = 96,
    BLOCK_COLUMNS = 960,
    BLOCK_DEEP = 8, /* rows of B packed before the next panel */
    LINE = 64,      /* bytes; packed panels begin on one */
    WIDEST = MATRIX_VECTORS * MATRIX_LANES
};

static size_t matrix_up(size_t x, size_t to)
{
    return (x + to - 1) / to * to;
}

static size_t matrix_least(size_t x, size_t y)
{
    return x < y ? x : y;
}

/* k in blocks of about one size. */
static size_t matrix_block_k(size_t k)
{
    size_t blocks = (k + BLOCK_K - 1) / BLOCK_K;
    return blocks < 2 ? k : matrix_up((k + blocks - 1) / blocks, 8);
}

/* Bytes: a tile, a packed block of A, one of B, each on a line of its own. */
static size_t matrix_scratch(size_t m, size_t n, size_t k, size_t element)
{
    size_t depth = matrix_up(matrix_least(k, BLOCK_K), 8), tile = MATRIX_ROWS * WIDEST;
    size_t most = m > n ? m : n;
    size_t rows = matrix_up(matrix_least(most, BLOCK_ROWS), MATRIX_ROWS);
    size_t columns = matrix_up(matrix_least(most, BLOCK_COLUMNS), WIDEST);
    return (tile + depth * (rows + columns)) * element + 4 * LINE;
}

size_t matrix_scratch_f64(size_t m, size_t n, size_t k)
{
    return matrix_scratch(m, n, k, sizeof(double));
}

size_t matrix_scratch_f32(size_t m, size_t n, size_t k)
{
    return matrix_scratch(m, n, k, sizeof(float));
}

static void *matrix_line(void *p)
{
    return (char *)p + (LINE - (uintptr_t)p % LINE) % LINE;
}

bool matrix_fuses(matrix_variant by)
{
    if (by == MATRIX_AVX2 || by == MATRIX_AVX512) return true;
    return matrix_plain_f64()->fused || (by == MATRIX_BEST && (matrix_avx512_f64() || matrix_avx2_f64()));
}

/* So many rows or columns: whole tiles and panels, where there is enough. */
static size_t matrix_band(size_t size, bool rows)
{
    size_t large = rows ? 3 * MATRIX_ROWS : WIDEST, small = rows ? MATRIX_ROWS : MATRIX_LANES;
    return size >= large ? size / large * large : matrix_up(size, small);
}

/* Bands of rows or of columns, whichever are more: each band reads all of the other factor anew, so few are better. In
 * each round three quarters of what is left are shared out; in the last all. */
size_t matrix_parts(size_t m, size_t n, size_t workers, size_t most, matrix_range part[MATRIX_PARTS])
{
    enum { FEW_TILES = 8 }; /* for each worker; not worth another round */
    bool rows = m >= n;
    size_t side = rows ? m : n, small = rows ? MATRIX_ROWS : MATRIX_LANES, count = 0;
    most = matrix_least(most > 0 ? most : 1, MATRIX_PARTS);
    workers = matrix_least(workers > 0 ? workers : 1, most);
    for (size_t at = 0; at < side;) {
        size_t left = side - at;
        bool last = count + 2 * workers > most || left <= FEW_TILES * workers * small;
        size_t each =
            last ? matrix_up((left + workers - 1) / workers, small) : matrix_band(left * 3 / 4 / workers, rows);
        for (size_t i = 0; i < workers && at < side; i++, at += each) {
            size_t end = matrix_least(at + each, side);
            part[count++] = rows ? (matrix_range){at, end, 0, n} : (matrix_range){0, m, at, end};
        }
    }
    return count;
}

#define BLOCKS_REAL double
#define BLOCKS_NAME(x) matrix_##x##_f64
#include "math/matrix_blocks.inc"
#undef BLOCKS_REAL
#undef BLOCKS_NAME

#define BLOCKS_REAL float
#define BLOCKS_NAME(x) matrix_##x##_f32
#include "math/matrix_blocks.inc"
