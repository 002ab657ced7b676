/*
 * array.h - a prepared program with axes: a tree of steps over planned buffers.
 *
 *     lower    array_lower.c    nodes → values: what an executor computes, with types of storage
 *     lazy     array_lazy.c     (array_lazy_parts.c, array_fails.c) what fails in a branch not taken does not count
 *     regions  array_regions.c  which values a recurrence computes step by step, and at which step
 *     segments array_segments.c, array_segment_places.c, array_windows.c  long recurrences piece by piece
 *     store    array_homes.c, array_store.c  which values are inline, which lie in memory or are seen through others
 *     plan     array_plan.c     (array_order.c, array_guards.c, array_places.c) the order of steps, buffers' places
 *     map      array_map.c      one MAP step: its sinks, its pieces
 *     code     array_code.c     its registers; array_line.c, array_dims.c  its lines, the order of its axes
 *     small    array_small.c    steps beside those that compute: copies, joins, positions of the greatest
 *     product  array_factors.c  sums that are matrix products; array_product.c  their steps
 *     fold     array_fold.c     a short sum of products or squares, kept in registers
 *     power    array_power.c, array_power_run.c  sums over the powers of a number
 *     scan     array_scan.c     a short recurrence, kept in registers
 *     band     array_band.c     products with a triangular factor, in pieces
 *     tiles    array_tile.c, array_tile_run.c  steps one after another that run together, tile by tile
 *     hoist    array_hoist.c    products that stand between such steps go before them
 *     flat     array_flat.c, array_chain.c  steps over one piece of memory as one list of operations
 *     tracks   array_track.c, array_track_take.c, array_track_run.c  the body of a loop as one list of operations
 *     door     array_door.c   the caller's arrays: where they lie, what is converted, what may be written in place
 *     run      array_run.c, array_strip.c, array_access.c, array_sink.c, array_multiply.c
 *     threads  array_crew.c, array_pool.c
 *
 * A LINE says where something lies for each place of a step's domain: offset + the sum of counter · move
 * + the sum of place · stride, in elements of a buffer. Counters are those of the loops around the step. So an
 * index, a slice of an array inside a recurrence, a transposed or broadcast operand are all lines.
 *
 * A MAP step goes over its domain strip by strip: at most STRIP elements, which lie in registers of the
 * work memory that stay in the first cache. Where the last axis is short, a strip holds several rows of it.
 * Its sinks store the result, or join it into places that fewer axes say (reductions, scatters).
 *
 * Types of storage: f64 (bools too, as 0 and 1), f32 (also bools that f32 arithmetic gave), int64.
 */
#ifndef EXEC_ARRAY_H
#define EXEC_ARRAY_H

#include "exec/array_kernels.h"
#include "exec/program.h"
#include "graph/axes.h"

enum { STRIP = 512 };
enum { POWER_WIDTH = 8 }; /* sums over powers: places that go side by side */

#define ARRAY_NONE UINT32_MAX

/* ---- The plan: what runs -------------------------------------------------------------------------- */

/* What graph.passes_off may switch off: blocks, matrix products, folds, pointwise chains in one step, terms that are 0
 * left out, recurrences of which one slice is kept, sums over powers, orders of axes with margins and windows of what
 * slides. Results then differ by rounding alone. */
enum {
    PASS_BLOCKS = 1,
    PASS_PRODUCTS = 2,
    PASS_FOLDS = 4,
    PASS_FUSING = 8,
    PASS_SKIPS = 16,
    PASS_CARRIES = 32,
    PASS_POWERS = 64,
    PASS_LAYOUT = 128,
    PASSES = 8,
    PASS_SEGMENTS = 256, /* beside them: long recurrences piece by piece, */
    PASS_TILES = 512,    /* steps tile by tile, */
    PASS_FLAT = 1024,    /* and as one list of operations, */
    PASS_TRACKS = 2048   /* also the bodies of loops: the same bits */
};

enum {                  /* buffers that are no own memory */
       BUFFER_CONSTANT, /* each constant STRIP times */
       BUFFER_FIRST
};

typedef struct plan_move {
    uint32_t counter;
    int64_t stride;
} plan_move;

typedef struct plan_line {
    uint32_t buffer; /* ARRAY_NONE: no memory, the line is a whole number itself */
    uint32_t moves, move_count;
    uint32_t strides; /* in plan->strides, one for each dimension of the step */
    uint8_t type;
    bool sparse; /* mostly 0: what a comparison with the least of many gives */
    int64_t offset;
} plan_line;

enum { CODE_DIRECT, CODE_LOAD, CODE_RAMP, CODE_EACH, CODE_AT };

typedef struct plan_code {
    uint8_t kind, type;
    uint16_t op;
    uint32_t out, x, y, w; /* registers */
    uint32_t line;         /* of the step; AT: an access; EACH that picks: of x */
    uint32_t name;         /* of the node, for faults */
    bool three;            /* it reads w too */
    bool picks;            /* an IF by one number for each row */
    bool idle;             /* a load that only such read */
    array_kernel *kernel;
} plan_code;

typedef struct access_axis {
    uint32_t line; /* a line of places, or ARRAY_NONE: register `gather` has them */
    uint32_t gather;
    int64_t size, stride;
} access_axis;

typedef struct plan_access { /* of an array at places that may lie outside, or that are gathered */
    uint32_t line;           /* of the array's first element; strides 0 */
    uint32_t axes, axis_count;
    uint32_t when; /* register of a condition, or ARRAY_NONE */
    bool zero;
    uint32_t name;
} plan_access;

enum { SINK_STORE, SINK_JOIN, SINK_SCATTER };

typedef struct plan_sink {
    uint8_t kind, type;
    uint16_t op;    /* SINK_JOIN: a reduction */
    bool blocked;   /* over the blocks of a chunk */
    bool first;     /* the places are set to the reduction's value over nothing before */
    uint32_t value; /* register */
    uint32_t line;  /* SINK_SCATTER: an access */
    uint32_t name;
} plan_sink;

typedef struct plan_map {
    uint32_t dims, dim_count; /* in plan->sizes; the last two are rows and columns; < 0: times the rows of a block */
    uint32_t lines, line_count;
    uint32_t code, code_count, once; /* the first `once` run once for each place of the outer dimensions */
    uint32_t sinks, sink_count;
    uint32_t slots, registers; /* by register: its place in the scratch, or ARRAY_NONE */
    uint32_t skip;             /* line: where it is 0 the sums get nothing, or ARRAY_NONE */
    uint32_t high;             /* rows of a strip, at most */
    bool rows;                 /* a strip may hold several */
    bool single;               /* all of it is one strip */
    bool varies;               /* a dimension goes with the rows of a block */
    uint32_t flat;             /* index + 1: how it runs where it is flat; 0: it is not */
    uint32_t time;
} plan_map;

/* What an operation of a flat step reads or makes. */
typedef struct flat_operand {
    uint32_t line; /* of the plan; ARRAY_NONE: a register, at this place in the scratch */
    uint32_t slot;
    uint32_t bytes; /* by which it goes on from place to place; 0: one number for all, or a register */
} flat_operand;

typedef struct flat_op {
    array_kernel *kernel; /* NULL: a chain */
    array_chain *chain;
    uint16_t out, arg[CHAIN_ARGS]; /* operands; of a kernel x, y, w */
} flat_op;

/* One map, or all of a tile, whose lines are each one piece of memory, or one number (array_flat.c). */
typedef struct plan_flat {
    uint32_t operands, operand_count;
    uint32_t ops, op_count;
    uint32_t dim;  /* of a map: its first dimension that has several places; */
    int64_t count; /* of a tile: places of a unit */
    size_t strip;  /* places that go through all operations together */
} plan_flat;

typedef struct plan_arg {               /* argmin, argmax: dimensions, then the reduced one last */
    uint32_t dims, dim_count, from, to; /* lines */
    uint32_t lines;
    bool most;
    uint32_t name;
} plan_arg;

enum { PRODUCT_M, PRODUCT_N, PRODUCT_K }; /* dimensions of a matrix product */

typedef struct plan_product { /* C[b, m, n] = sum k: A[b, m, k] B[b, k, n] */
    uint32_t dims, dim_count; /* b …, then m, n, k, then the two outer axes of k where it goes by lanes */
    uint32_t lines;           /* of A, B, C */
    uint8_t type;
    bool blocked;
    bool lanes;             /* few rows and columns, long k: sums in lanes (math/matrix.h) */
    uint8_t band_x, band_y; /* only places count where that of band_y is at most that of band_x + shift; */
    int64_t band_shift;     /* the same dimension: all (array_band.c) */
    bool repeats;           /* where a result is not finite all steps run again, carefully; else */
    uint32_t fallback;      /* map: is done instead */
    uint32_t time;
    uint32_t set, scatter; /* C is what a scatter adds up (array_spread.c), 0 before: maps that do that before and after
                              the fallback; ARRAY_NONE: it is not */
} plan_product;

static inline bool product_adds_on(const plan_product *p)
{
    return p->scatter != ARRAY_NONE;
}

typedef struct plan_fold {    /* out[…, c] = sum r: x[…, r] y[…, c, r], or (x - y)^2 */
    uint32_t dims, dim_count; /* …, then c, r */
    uint32_t lines, line_count, x, y, out;
    uint8_t type;
    bool square, varies;
} plan_fold;

typedef struct plan_power { /* out[i] = sum j: x[j] t[i]^j; turned: out[j] = sum i: x[i] t[i]^j */
    uint32_t dims;          /* places i, powers j */
    uint32_t lines, line_count, x, t, out;
    bool turned, zero_wins, blocked, varies;
} plan_power;

typedef struct plan_loop {
    uint32_t counter, frozen; /* frozen: the last step that ran, once `until` has held */
    int64_t first, last;      /* in the order in which they run */
    int64_t low, high;        /* steps that the condition is tested at */
    bool down;
    uint32_t until;     /* line of the condition, or ARRAY_NONE */
    uint32_t fill, end; /* steps that fill later places; end of the loop's steps */
    bool kept;          /* after `until` the other steps still run */
    uint32_t scan;      /* how some of its steps run in registers, or ARRAY_NONE */
    uint32_t track;     /* index + 1: its body as one list; 0: step by step */
} plan_loop;

/* What an operation of a track reads or makes, all in bytes. */
typedef struct track_operand {
    uint32_t buffer;            /* ARRAY_NONE: the track's own memory */
    uint32_t moves, move_count; /* of counters that stand still meanwhile */
    int64_t offset, step;       /* step: by which it goes on with the loop's counter */
} track_operand;

typedef struct track_copy { /* elements from one place to another; strides in bytes */
    uint32_t rows, columns, bytes;
    int64_t from_row, from_column, to_row, to_column;
} track_copy;

typedef struct track_op {
    array_kernel *kernel; /* NULL: a copy, or steps as they are */
    uint32_t count;       /* elements */
    uint32_t copy;        /* index + 1 in plan->track_copies; 0: the steps [step, end) as they are */
    uint16_t out, x, y, w;
    uint32_t step, end;
    bool begins;                  /* in the first block of a chunk alone */
    uint32_t guards, guard_count; /* of counters that stand still */
    int64_t low, high;            /* of the loop's own */
} track_op;

typedef struct plan_track {
    uint32_t operands, operand_count, ops, op_count;
    uint32_t once; /* the first so many run when the loop begins */
    bool steps;    /* some are steps as they are: these read the counter */
    size_t memory; /* where its own begins */
} plan_track;

typedef struct plan_scan { /* steps low … high of a loop: c = c·t + b for each place, and maybe the sum of all c */
    int64_t low, high;
    uint32_t dims;             /* in plan->sizes: 1, places */
    uint32_t carry, t, b, sum; /* lines; b: ARRAY_NONE: nothing is added; sum: ARRAY_NONE */
    int64_t b_step, sum_step;  /* by which b and the sum go on with the counter */
    bool zero_wins, varies, blocked;
} plan_scan;

enum { STEP_MAP, STEP_ARG, STEP_PRODUCT, STEP_FOLD, STEP_POWER, STEP_LOOP, STEP_BLOCK };

typedef struct plan_block { /* the steps up to `end`, for each block of places 0 … size - 1 */
    uint32_t counter, chunk;
    int64_t size, rows, chunks;
    uint32_t end;
    bool segments; /* of `rows` steps of recurrences (array_segments.c): one after another, */
    bool down;     /* in this order */
    uint8_t pass;
} plan_block;

/* What a step does in a segment [a, b): the places [a + low, b + high) from `first` to `last`; in the first and the
 * last segment all there are before and behind. */
typedef struct plan_span {
    int64_t low, high, first, last;
    int64_t place; /* from 0 on: it runs where that is one of them, as it is */
} plan_span;

/* A buffer of which memory holds the places [a + low, b + high) alone, where it is short (array_windows.c). */
typedef struct plan_window {
    uint32_t buffer, kept; /* kept: what is there before each segment, for the second pass; or ARRAY_NONE */
    size_t slice, bytes;   /* of a place; of the window */
    int64_t low, high, size, made, back; /* made: where the step's own places begin, after (downward: end before) … */
    bool down, second, again;            /* … `back` others of the segment before */
} plan_window;

/* Steps up to `end` of which each needs of the others nothing but what they make of the same tile (array_tile.c). */
typedef struct plan_tile {
    uint32_t end;
    int64_t units; /* in all; -1: the rows of a block, */
    int64_t each;  /* in one tile */
    bool product;  /* one of them is a product */
    uint32_t owns, own_count;
    uint32_t flat; /* as in maps */
} plan_tile;

/* A buffer that nobody but the group uses: all tiles that a worker runs make it in one place, so that it stays in the
 * cache. */
typedef struct plan_own {
    uint32_t buffer;
    int64_t bytes; /* of a unit */
} plan_own;

typedef struct plan_guard {
    uint32_t counter;
    int64_t low, high;
} plan_guard;

typedef struct plan_step {
    uint8_t kind;
    bool begins;  /* runs in the first block of a chunk alone */
    bool defines; /* a state: not run any more after `until` */
    uint32_t at;  /* in the list of its kind */
    bool again;   /* runs only where windows are */
    uint32_t guards, guard_count;
    uint32_t span; /* index + 1; 0: none */
    uint32_t name;
    uint32_t tile; /* index + 1 of the tile that begins here; 0: none. A step of one: */
    uint32_t dim;  /* which dimension is cut, of a product how many of the batch's, */
    int64_t unit;  /* and how many places are a unit */
} plan_step;

typedef struct plan_buffer {
    size_t bytes, place; /* in the work memory; where windows are: */
    size_t window, window_place;
    bool windows;      /* it has no memory otherwise */
    uint32_t from, to; /* steps at the outermost level, both ends */
    bool local;        /* each thread has its own */
    uint32_t over;     /* the buffer in whose place it lies; 0: it has its own */
    uint8_t door;      /* DOOR_IN, DOOR_OUT: it lies at a door, */
    uint32_t port;     /* that of this number */
    uint32_t name;     /* of one of ARRAY_LARGE bytes: whose values it holds */
} plan_buffer;

#define ARRAY_LARGE ((size_t)1 << 30)

enum { DOOR_NONE, DOOR_IN, DOOR_OUT };

/* An array at the door, in the type that steps read or write: the caller's memory itself where that has this type, else
 * room in the work. */
typedef struct plan_door {
    uint32_t buffer; /* ARRAY_NONE: an input that nobody reads */
    uint32_t step; /* at the outermost level: of an input the last that reads it, of an output the first that writes */
    uint8_t type;
    uint32_t last; /* of an output: the last step that writes or reads it */
    bool room;     /* ew_run_arrays may need its place, too */
    bool early;    /* of an output: it is written before all others are complete that are no updates */
    size_t place;  /* in the door's part of the work memory */
} plan_door;

typedef struct plan {
    ARRAY(plan_step) steps;
    ARRAY(plan_map) maps;
    ARRAY(plan_arg) args;
    ARRAY(plan_product) products;
    ARRAY(plan_fold) folds;
    ARRAY(plan_power) powers;
    ARRAY(plan_loop) loops;
    ARRAY(plan_scan) scans;
    ARRAY(plan_block) blocks;
    ARRAY(plan_line) lines;
    ARRAY(plan_move) moves;
    ARRAY(int64_t) strides;
    ARRAY(int64_t) sizes;
    ARRAY(plan_code) code;
    ARRAY(plan_access) accesses;
    ARRAY(access_axis) access_axes;
    ARRAY(plan_sink) sinks;
    ARRAY(uint32_t) slots;
    ARRAY(plan_guard) guards;
    ARRAY(plan_span) spans;
    ARRAY(plan_tile) tiles;
    ARRAY(plan_own) owns;
    ARRAY(plan_flat) flats;
    ARRAY(flat_operand) flat_operands;
    ARRAY(flat_op) flat_ops;
    ARRAY(plan_track) tracks;
    ARRAY(track_operand) track_operands;
    ARRAY(track_op) track_ops;
    ARRAY(track_copy) track_copies;
    ARRAY(plan_window) windows;
    ARRAY(plan_buffer) buffers;
    plan_door *ins, *outs;  /* as many as the program has */
    ARRAY(uint32_t) phases; /* updates: where each of their passes begins, up to the last step */
    size_t in_count, out_count;
    uint32_t blocked;          /* behind the last step at the outermost level that holds a product over blocks */
    ARRAY(uint64_t) constants; /* bits */
    ARRAY(uint8_t) constant_types;
    uint32_t counters;
    size_t scratch_slots, registers, most_lines;
    size_t track_bytes;
    size_t bytes;                   /* of all buffers but the local ones, */
    size_t windowed;                /* and where windows are */
    bool short_of;                  /* memory is: it runs with windows */
    int64_t segments;               /* how many; 0: none */
    size_t lane;                    /* of the local ones */
    size_t door;                    /* of arrays at the door: of those that ew_run alone needs room for, */
    size_t door_doubles, door_both; /* where these end, where those end that ew_run_arrays needs room for as well */
    size_t scratch;                 /* of products */
    size_t count;                   /* operations */
    double least;                   /* operations that are worth waking threads for, */
    double part;                    /* and worth a part of its own */
} plan;

/* The memory of one run. */
typedef struct array_work {
    const plan *plan;
    char **base;                  /* by buffer */
    char *memory;                 /* of all buffers, */
    char *begin;                  /* which begin here */
    char *lane;                   /* of the local ones */
    char *door;                   /* of arrays at the door */
    uint8_t *shared;              /* by output: it is an input's memory; then by phase: it writes such */
    size_t door_bytes, door_skip; /* skip: what it has not of the plan's, at the beginning */
    char *constants;              /* each STRIP times */
    char *strips;                 /* scratch registers */
    char *scratch;                /* of products */
    char *track;                  /* what tracks keep; by their operands: where they are, and where they go on; */
    char **track_at;
    int64_t *track_by;
    uint32_t *track_live; /* by their operations, too: those that run now */
    int64_t *counter;
    char **at;        /* by register, while a step runs */
    char **line;      /* by line, while a step runs */
    int64_t *number;  /* by line: of lines that are whole numbers */
    int64_t *place;   /* of the odometer */
    int64_t rows;     /* of the block that runs */
    bool begins;      /* it is the first of its chunk */
    int64_t segment;  /* number of the segment that runs, */
    int64_t from, to; /* its places, */
    uint32_t along;   /* and the counter that goes along, */
    bool down;        /* from the last segment to the first */
    bool careful;     /* products are done term by term */
    bool suspect;     /* a product over blocks was not finite */
    int64_t *size;    /* of the step that runs */
    uint32_t worker;  /* whose memory it is: 0, the caller; helpers from 1 */
    bool shares;      /* it is a helper's: `memory` and `constants` are the caller's */
    bool busy;        /* a step is being run in parts */
    double bound;     /* the largest number seen (array_bound.c) */
    size_t failed;    /* the part that failed last */
    struct array_pool *pool;
    ew_work *crew; /* of the helpers */
    size_t crew_count, crew_room;
} array_work;

/* Does anything wanted need a node with axes? Then the program is one of this kind. */
bool array_needed(const ew_graph *g, const ew_node *wanted, size_t count, bool *yes);
/* Plans p; the outputs and inputs of p are there already. Failure is reported in g. */
bool array_program(ew_graph *g, ew_program *p, const ew_node *wanted, size_t count);
void array_free_plan(memory *m, plan *a);

/* with: NULL, or the work whose buffers a helper shares. */
array_work *array_work_new(memory *m, const ew_program *p, const array_work *with);
void array_work_free(memory *m, array_work *w);
/* There is no memory for p's work: says so in r, and of a large one what it is for. */
bool array_work_short(report *r, const ew_program *p);
ew_status array_run(const ew_program *p, ew_work *work, const double *in, double *out, int64_t *whole);

typedef struct array_door { /* what ew_run_arrays and ew_run_commit are given */
    const void *const *in;
    void *const *out;
    ew_commit *commit; /* or NULL */
    void *context;
} array_door;

ew_status array_run_arrays(const ew_program *p, ew_work *work, const array_door *door);
/* Does ew_run convert outputs of this type of the language? */
bool array_door_converts(int type);
/* Steps at the outermost level up to `end`, done again where they must be. */
bool array_run_first(const ew_program *p, ew_work *work, uint32_t end);
bool array_run_more(const ew_program *p, ew_work *work, uint32_t from, uint32_t end);
/* Are all products of those steps sure to be finite, by the largest of their factors? */
bool array_bounded(const ew_program *p, ew_work *work, uint32_t from, uint32_t end);

/* Runs one MAP step; false: a fault is in w->error. */
bool array_map_run(const ew_program *p, ew_work *work, const plan_map *m);
/* The places [from, to) of a flat map, or of a tile, whose lines have begun. */
void array_flat_run(array_work *w, const plan_flat *f, int64_t from, int64_t to);
/* The steps `first` to `last` of a loop that is a track; false: a fault. */
bool array_track_run(const ew_program *p, ew_work *work, const plan_loop *l, int64_t first, int64_t last);
/* `count` elements from x to out. */
array_kernel *array_track_copier(size_t bytes);
/* Do the loops around step s say that it runs now? */
bool array_step_wanted(const array_work *w, const plan_step *s);
/* The same for the places [from, to) of one dimension: any but, where strips hold several rows, the last. Of the last
 * two `from` lies where a strip begins; of the last, where that has a result for each of its places, where a vector
 * does. dim == m->dim_count: the places of the outer dimensions whose results go to [from, to), numbers from where the
 * first goes. */
bool array_map_part(const ew_program *p, ew_work *work, const plan_map *m, uint32_t dim, int64_t from, int64_t to);

/* Of FOLD and ARG steps: the places [from, to) of all dimensions but the last two, but the last; in their order. */
void array_fold_part(array_work *w, const plan_fold *p, int64_t from, int64_t to);
void array_arg_part(array_work *w, const plan_arg *s, int64_t from, int64_t to);
/* Sets w->place to number `at` of so many dimensions. */
void array_place_at(array_work *w, const int64_t *size, size_t count, int64_t at);
size_t array_product_lanes(size_t m, size_t n, uint8_t type); /* bytes of scratch for sums in lanes */
/* A product in pieces, each of a part of C and of its terms; all of C is in them once. One, where all places count. */
typedef struct product_piece {
    int64_t begin[3], end[3]; /* by dimension */
} product_piece;
size_t array_product_pieces(const plan *a, const plan_product *p);
product_piece array_product_piece(const plan *a, const plan_product *p, const int64_t *size, size_t i);
/* How much of all terms its pieces have. */
double array_product_share(const plan *a, const plan_product *p);
/* Is it worth pieces? */
bool array_product_banded(const plan *a, const plan_product *p);
size_t array_product_own(const plan *a, const plan_product *p); /* bytes at the end of the scratch, with 64 to spare */
void array_power_run(array_work *w, const plan_power *p);
/* Runs the steps of a scan; `down`: from high to low. */
void array_scan_run(array_work *w, const plan_scan *p, uint32_t counter, bool down);

/* Where each line begins, by the loops' counters. */
void array_lines_begin(array_work *w, uint32_t first, uint32_t count);

/* The sizes of a step's dimensions, for the block that runs. */
const int64_t *array_step_sizes(array_work *w, uint32_t first, uint32_t count, bool varies);

bool array_describe(const ew_program *p, text *t);

static inline size_t array_type_bytes(int type)
{
    return type == ARRAY_F32 ? 4 : 8;
}

#endif
