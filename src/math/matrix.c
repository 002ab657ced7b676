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
 * where the block of k before left it, so blocks do not show in the bits. Where one operand fits the second cache
 * (WHOLE_BYTES), all of it is packed once and the other goes by in pieces, so that both are read from memory once.
 *
 * Where columns are few (FEW_COLUMNS), each number of A is used for those alone, and reading A from memory counts as
 * much as multiplying. Its rows are read where they are, in long runs; columns that lie side by side are packed in long
 * blocks whose panels are wide (LONG_...), so that each page is read in a piece. Where such a C has its rows side by
 * side, all blocks of k add to a copy that has its columns so, which is turned round once at the end.
 */
#include "math/matrix.h"

#include <stdint.h>
#include <string.h>

#include "math/matrix_tiles.h"

enum {
    BLOCK_K = 384,
    SMALL_PANELS = 4,     /* panels of columns that are worth no packing, */
    SMALL_WORK = 1 << 16, /* up to so many terms */
    BLOCK_ROWS = 96,
    FEW_COLUMNS = 2 * 3 * MATRIX_LANES, /* where columns are so few, A is read once or twice: */
    DEEP_K = 1024,                      /* rows of A where they are, in long runs; */
    SIDE_LEAST = 256,                   /* C, where its rows lie side by side, in a copy: from so many rows on, */
    SIDE_MOST = 1 << 19,                /* up to so many numbers; */
    LONG_COLUMNS = 8,                   /* vectors of columns; up to so many */
    LONG_K_f32 = 192,                   /* what lies across is packed in blocks with longer runs, */
    LONG_ROWS_f32 = 480,
    LONG_K_f64 = 144, /* of which doubles leave room for a panel of the other factor in the first cache, too; */
    LONG_ROWS_f64 = 240,
    LONG_LEAST = 240, /* from so many rows on; */
    LONG_UNIT = 24,   /* in wide panels, a multiple of the rows of every tile */
    BLOCK_COLUMNS = 960,
    WHOLE_BYTES = 5 << 17, /* floats: a packed operand that stays in the second cache, all of it, */
    FIRST_BYTES = 3 << 13, /* a panel of three vectors that stays in the first, */
    PIECE_BYTES = 3 << 16, /* and a piece of the other beside it */
    JOINED_K = 96,         /* an outer k and so few inner ones are packed together, */
    JOINED_SIDE = 8,       /* not for fewer rows or columns; otherwise product by product */
    DOTS_BYTES = 12 << 10, /* of B's columns that sums in lanes go over before the next set */
    BLOCK_DEEP = 8,        /* rows of B packed before the next panel */
    SET_BYTES = 4096,      /* rows a multiple of this apart lie in the same set of the first cache; */
    SET_ROWS = 6,          /* so many leave room in it for a panel of B */
    LINE = 64,             /* bytes; packed panels begin on one */
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
static size_t matrix_block_k(size_t k, size_t most)
{
    size_t blocks = (k + most - 1) / most;
    return blocks < 2 ? k : matrix_up((k + blocks - 1) / blocks, 8);
}

/* A multiple of `unit`, at least one. */
static size_t matrix_whole(size_t x, size_t unit)
{
    return x < unit ? unit : x / unit * unit;
}

/* The most of an operand that is packed: blocks of three kinds, of so many rows (columns) and so deep, or all of it. */
static size_t matrix_room(size_t n, size_t k, size_t one, size_t one_k, size_t other, size_t other_k, size_t element)
{
    size_t x = (matrix_least(n, one) + WIDEST) * matrix_up(matrix_least(k, one_k), 8);
    size_t y = (matrix_least(n, other) + WIDEST) * matrix_up(matrix_least(k, other_k), 8);
    size_t z = matrix_least((n + WIDEST) * matrix_up(matrix_least(k, BLOCK_K), 8), WHOLE_BYTES / element);
    x = x > y ? x : y;
    return x > z ? x : z;
}

static size_t matrix_room_a(size_t m, size_t k, size_t element)
{
    return matrix_room(m, k, BLOCK_ROWS, BLOCK_K, LONG_ROWS_f32, LONG_K_f32, element);
}

static size_t matrix_room_b(size_t n, size_t k, size_t element)
{
    return matrix_room(n, k, BLOCK_COLUMNS, BLOCK_K, FEW_COLUMNS, DEEP_K, element);
}

/* A copy of all of C, its columns side by side; 0: it is none of few columns, many rows and long sums. */
static size_t matrix_room_c(size_t m, size_t n, size_t k)
{
    size_t few = matrix_least(m, n), many = m > n ? m : n;
    return few <= FEW_COLUMNS && k >= BLOCK_K && many >= SIDE_LEAST ? many * matrix_up(few, MATRIX_LANES) : 0;
}

/* Bytes: a tile, a packed block of A, one of B, and C, each on a line of its own. */
static size_t matrix_scratch(size_t m, size_t n, size_t k, size_t element)
{
    size_t most = m > n ? m : n, room_c = matrix_least(matrix_room_c(m, n, k), SIDE_MOST);
    size_t room_a = matrix_room_a(most, k, element), room_b = matrix_room_b(most, k, element);
    return (MATRIX_ROWS * WIDEST + room_a + room_b + room_c) * element + 5 * LINE;
}

/* What a tile takes for each k, in halves of a cycle: two products and two loads a cycle, and each sum waits four
 * cycles for itself. */
static size_t matrix_tile_cost(size_t rows, size_t vectors)
{
    size_t cost = rows * vectors > rows + vectors ? rows * vectors : rows + vectors;
    return rows == 0 || vectors == 0 ? 0 : cost < 8 ? 8 : cost;
}

/* And a product by tiles of high x wide vectors. */
static size_t matrix_cost(size_t m, size_t vectors, size_t high, size_t wide)
{
    size_t below = matrix_tile_cost(m % high, wide) * (vectors / wide) + matrix_tile_cost(m % high, vectors % wide);
    size_t all = matrix_tile_cost(high, wide) * (vectors / wide) + matrix_tile_cost(high, vectors % wide);
    return below + m / high * all;
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

/* About so many rows or columns: whole panels if there are `panels` of them, else whole tiles. */
static size_t matrix_band(size_t size, bool rows, size_t panels)
{
    size_t large = rows ? 3 * MATRIX_ROWS : WIDEST, small = rows ? MATRIX_ROWS : MATRIX_LANES;
    return size >= panels * large ? size / large * large : matrix_up(size, small);
}

/* One worker's rows or columns, at most `most` bands: three quarters of them, three quarters of what is left, … */
static size_t matrix_bands(matrix_range all, bool rows, size_t most, matrix_range *part)
{
    enum { FEW_TILES = 8 }; /* not worth another cut */
    size_t few = FEW_TILES * (rows ? MATRIX_ROWS : MATRIX_LANES), count = 0;
    size_t at = rows ? all.row : all.column, to = rows ? all.row_end : all.column_end;
    while (at < to) {
        bool last = count + 1 == most || to - at <= few;
        size_t end = last ? to : matrix_least(at + matrix_band((to - at) * 3 / 4, rows, 1), to);
        part[count++] =
            rows ? (matrix_range){at, end, all.column, all.column_end} : (matrix_range){all.row, all.row_end, at, end};
        at = end;
    }
    return count;
}

/* Bands of rows or of columns, whichever are more: each band reads all of the other factor anew, so few are better. */
size_t matrix_parts(size_t m, size_t n, size_t workers, size_t most, matrix_range part[MATRIX_PARTS])
{
    bool rows = m >= n;
    size_t side = rows ? m : n, count = 0;
    most = matrix_least(most > 0 ? most : 1, MATRIX_PARTS);
    workers = matrix_least(workers > 0 ? workers : 1, most);
    most /= workers;
    for (size_t at = 0; at < side; workers--) {
        size_t share = workers > 1 ? matrix_band((side - at) / workers, rows, 8) : side - at;
        size_t end = matrix_least(at + (share > 0 ? share : 1), side);
        matrix_range own = rows ? (matrix_range){at, end, 0, n} : (matrix_range){0, m, at, end};
        count += matrix_bands(own, rows, most, part + count);
        at = end;
    }
    return count;
}

#define BLOCKS_REAL double
#define BLOCKS_LANES MATRIX_SUM_LANES_f64
#define BLOCKS_LONG_K LONG_K_f64
#define BLOCKS_LONG_ROWS LONG_ROWS_f64
#define BLOCKS_NAME(x) matrix_##x##_f64
#include "math/matrix_blocks.inc"
#undef BLOCKS_REAL
#undef BLOCKS_LANES
#undef BLOCKS_LONG_K
#undef BLOCKS_LONG_ROWS
#undef BLOCKS_NAME

#define BLOCKS_REAL float
#define BLOCKS_LANES MATRIX_SUM_LANES_f32
#define BLOCKS_LONG_K LONG_K_f32
#define BLOCKS_LONG_ROWS LONG_ROWS_f32
#define BLOCKS_NAME(x) matrix_##x##_f32
#include "math/matrix_blocks.inc"
