/*
 * array_inside.h - what the files that plan programs with axes share: the values of a program, until the plan
 * is made.
 *
 * Values are nodes as an executor sees them: log-sum-exp is taken apart, types are types of storage. A value's
 * id is greater than those of what it uses, but for a state's definition. Maps and shapes are the graph's.
 */
#ifndef EXEC_ARRAY_INSIDE_H
#define EXEC_ARRAY_INSIDE_H

#include "exec/array.h"

enum {
    LIES_INLINE, /* computed where it is used */
    LIES_STORED,
    LIES_VIEW,    /* another's memory, or a line of whole numbers, seen otherwise */
    LIES_CONST,   /* one constant */
    LIES_RAMP,    /* an index */
    LIES_NOWHERE, /* nobody uses it */
    LIES_AS       /* a state or what a recurrence makes: lies where its definition lies */
};

typedef struct array_use {
    uint32_t value;
    uint16_t map;
} array_use;

typedef struct array_bind { /* a value of a recurrence's body: the place `step + offset` of `axis` is made in a step */
    uint32_t region;
    int32_t axis; /* -1: the same in all steps; known: only step `offset` needs it */
    int64_t offset;
    bool known, whole; /* whole: kept for all places, not for the step alone */
    bool ahead;        /* places of steps to come are read, too, of values that are 0 there */
    bool natural;      /* its axis is one of `along`: */
    uint32_t along;    /* the set of axes by which what it is made of goes along the steps */
} array_bind;

enum { PART_NONE, PART_ALONG, PART_TOTAL, PART_PICK };

/* What segments know of a value. */
typedef struct array_part {
    uint8_t kind;
    bool bound;        /* ALONG: a recurrence's steps make its places */
    bool whole;        /* it is read at all places at once, or by the caller: its memory holds all */
    bool again;        /* the second pass needs it: it is computed anew there where memory is short */
    int32_t axis;      /* ALONG: its own axis; TOTAL: the axis of the domain */
    int64_t low, high; /* in a segment [a, b) the places [a + low, b + high) are computed */
    int64_t back;      /* so many places before them (behind, downward) are used in the same recurrence */
} array_part;

typedef struct array_band { /* of a sum's domain: terms count only where place y <= place x + shift; x = y: all do */
    int8_t x, y;
    int64_t shift;
} array_band;

typedef struct array_value {
    uint16_t op;
    uint8_t type;  /* of its elements */
    uint8_t inner; /* in which it computes */
    uint8_t lies, flags;
    bool output, defines, direct; /* direct: its memory is the caller's `out` */
    bool absorbed;                /* a sum that joined the body of a recurrence, where nothing needs it */
    uint16_t shape, domain, target;
    uint32_t uses, count;
    ew_node node;
    uint32_t as;     /* LIES_AS: the definition */
    uint32_t region; /* innermost body that it is in, or ARRAY_NONE */
    uint32_t binds, bind_count;
    uint32_t users, cost;
    bool product;         /* a SUM run by the matrix kernel: uses are its terms, A and B */
    uint32_t adds;        /* of a scatter: the product that it alone takes, of that: the scatter; + 1, or 0 */
    array_band band;      /* of a product */
    bool relaid;          /* a copy that lies otherwise than what it copies */
    uint32_t spread;      /* of an input: a copy for those that spread it over many more places, or 0; */
    bool spreads;         /* that copy itself */
    int block, block_own; /* axis of the domain, own axis that goes in blocks; -1: none */
    int32_t pass;         /* of the block; others: the one that it comes before */
    uint32_t update;      /* the number of its group of updates, or 0; */
    bool own_blocks;      /* which goes in blocks of its own */
    bool sums;            /* joins over the blocks */
    bool local;           /* held for one block */
    uint32_t partial;     /* buffer of a result for each chunk, or ARRAY_NONE */
    array_part part;      /* of segments (array_segments.c) */
    /* where it lies */
    uint32_t order; /* in w->orders, by axis: how many lie outside of it */
    uint8_t level;  /* who asked for that order */
    uint32_t buffer, strides;
    int64_t offset;
    uint32_t moves, move_count;
} array_value;

typedef struct array_region {
    bool needed;
    uint32_t parent; /* region whose body it is in */
    uint32_t counter, frozen;
    uint32_t until;                /* value */
    uint32_t first, last;          /* values that may be in its body */
    int64_t range_low, range_high; /* steps that it runs; peeled: the loop that is being emitted does */
    uint8_t visited;
    bool peeled;       /* some steps are loops of their own (array_steps.c) */
    bool along;        /* it goes in segments: */
    int64_t low, high; /* the steps [a + low, b + high) */
} array_region;

typedef struct array_span { /* the places that a counter has while a step runs */
    uint32_t counter;
    int64_t low, high;
} array_span;

typedef struct array_group { /* values that go in the same blocks */
    int axis;
    uint32_t counter, chunk;
    int64_t rows, chunks, size;
    bool inner;
} array_group;

typedef struct array_lowering {
    ew_graph *g;
    ew_program *p;
    plan *a;
    memory *m;
    ARRAY(array_value) values;
    ARRAY(array_use) uses;
    ARRAY(array_bind) binds;
    ARRAY(int64_t) strides; /* of values */
    ARRAY(uint8_t) orders;
    uint32_t *of; /* by node: its value */
    size_t of_count, node_count;
    uint8_t *needed;      /* by node */
    uint32_t *node_users; /* by node: needed uses */
    ew_node *relu;        /* by node: the relu of it, or EW_NONE */
    array_region *regions;
    uint32_t *state; /* by state: its STATE value, or ARRAY_NONE */
    const ew_node *wanted;
    size_t wanted_count;
    uint8_t *mark;                       /* by value, for walks */
    uint32_t block_counter, block_chunk; /* counters; ARRAY_NONE: no blocks */
    int64_t block_rows, block_chunks, block_size;
    bool block_inner;         /* places of a block lie side by side */
    bool no_blocks, in_block; /* in_block: steps of a block are being planned */
    int32_t pass;
    int64_t segment_rows, segment_count; /* 0: no segments */
    bool segment_down;                   /* the first pass goes downward */
    bool again;                          /* steps of the first pass are planned once more, for the second */
    array_span span[AXES_MOST];          /* of the loops around the step that is being planned */
    size_t spans, pieces;                /* pieces: that the step is made in so far */

    int32_t late;              /* the first pass of updates */
    uint32_t late_time;        /* when that begins, or 0 */
    ARRAY(array_group) groups; /* what most of the program goes in, then those of the updates, pass by pass */
    uint32_t time;             /* of the step at the outermost level that is being planned */
} array_lowering;

#define ARRAY_REGION (UINT32_C(1) << 31)

static inline array_value *value_at(const array_lowering *w, uint32_t v)
{
    return &w->values.at[v];
}

static inline array_use value_use(const array_lowering *w, const array_value *v, size_t k)
{
    return w->uses.at[v->uses + k];
}

static inline const int64_t *value_sizes(const array_lowering *w, const array_value *v)
{
    return shape_sizes(w->g, v->shape);
}

static inline size_t value_rank(const array_lowering *w, const array_value *v)
{
    return shape_rank(w->g, v->shape);
}

/* The shape that its computation goes over. */
static inline uint16_t value_domain(const array_value *v)
{
    return op_is_reduction(v->op) || v->op == OP_SCATTER ? v->domain : v->shape;
}

static inline bool value_is_each(const array_value *v) /* a row of ops.def */
{
    return v->op >= OP_FIRST;
}

/* The value whose memory v is: itself, or a definition. */
static inline uint32_t value_root(const array_lowering *w, uint32_t v)
{
    while (w->values.at[v].lies == LIES_AS) v = w->values.at[v].as;
    return v;
}

/* Does it go in blocks, or in segments? */
static inline bool value_in_blocks(const array_value *v)
{
    return v->block >= 0 || v->part.kind != PART_NONE;
}

static inline array_bind *value_bind(const array_lowering *w, const array_value *v, uint32_t region)
{
    for (size_t i = 0; i < v->bind_count; i++)
        if (w->binds.at[v->binds + i].region == region) return &w->binds.at[v->binds + i];
    return NULL;
}

/* Do a recurrence's steps make the places along axis p? */
static inline bool value_is_bound(const array_lowering *w, const array_value *v, size_t p)
{
    for (size_t i = 0; i < v->bind_count; i++)
        if (w->binds.at[v->binds + i].axis == (int)p) return true;
    return false;
}

static inline bool array_no_memory(const array_lowering *w)
{
    return report_memory(&w->g->report);
}

bool array_lower(array_lowering *w);
/* A new value with these uses. ARRAY_NONE: reported. */
uint32_t array_push_value(array_lowering *w, array_value v, const array_use *uses);
/* The value of a row of ops.def over `shape`, on behalf of node n. ARRAY_NONE: reported. */
uint32_t array_push_each(array_lowering *w, ew_node n, op o, int type, uint16_t shape, const array_use *uses,
                         size_t count);
/* The sum n as a matrix product: uses[0] are its terms, then A and B. */
uint32_t array_push_product(array_lowering *w, ew_node n, int type, const array_use uses[3]);
/* A constant made while lowering gets its value. */
bool array_known_value(array_lowering *w, ew_node n);
/* Sum n as a matrix product, if it is one: *made, or ARRAY_NONE. false: reported. */
bool array_lower_product(array_lowering *w, ew_node n, uint32_t *made);
bool array_product_step(array_lowering *w, uint32_t v);
/* Products that add to where a scatter puts them (array_spread.c): which, before steps are planned; their steps. */
bool array_spreads(array_lowering *w);
bool array_spread_step(array_lowering *w, uint32_t v);
/* Where n, a condition or a value whose axes are `map` of the domain, may be other than 0; false: nothing is known. */
bool array_band_find(array_lowering *w, ew_node n, uint16_t map, bool condition, uint16_t domain, array_band *band);
/* Where the rows of a factor may be other than 0, whatever it is multiplied with: see array_band.c. */
bool array_band_rows(array_lowering *w, ew_node n, uint16_t map, uint16_t domain, array_band *band);
/* A whole number, whose axes are `map` of some domain, as an offset and terms over that domain; false: it is none. */
bool array_form(array_lowering *w, ew_node n, uint16_t map, map_draft *form);
void array_form_add(map_draft *to, const map_draft *from, int64_t times);
/* Accesses that slide over an array (array_slide.c). */
bool array_scatter_tiles(const array_lowering *w, const array_value *v);
bool array_slides(const array_lowering *w, uint32_t v);
bool array_guard_is_idle(array_lowering *w, ew_node n);
bool array_lower_slide(array_lowering *w, ew_node n, uint32_t *made);
bool array_lower_spread(array_lowering *w, ew_node n, uint32_t *made);
/* v = its partial results joined. */
bool array_join_step(array_lowering *w, uint32_t v);
bool array_plain_at(const array_lowering *w, uint16_t map, size_t p, size_t *d);
enum {
    FAILS_ITSELF = 1, /* its own operation may fail: an int that overflows, or is divided by zero */
    FAILS_BEHIND = 2, /* that of something that it is made of */
    FAILS_SURE = 4,   /* all of it is needed, whatever conditions say */
    FAILS_STEPS = 8   /* it is computed inside a recurrence */
};
/* By value, zeroed before; *any: something that may fail stands in a branch. */
bool array_fails(const array_lowering *w, uint8_t *fails, bool *any);

static inline bool array_is_lazy(uint8_t fails)
{
    return (fails & (FAILS_BEHIND | FAILS_SURE)) == FAILS_BEHIND;
}

/* Is argument k of v evaluated only where argument 0 says so? */
static inline bool array_is_branch(const array_value *v, size_t k)
{
    return k > 0 && (v->op == OP_IF || v->op == OP_AND || v->op == OP_OR);
}

/* The condition without which argument k of v, a product on a path, makes no difference, since the other factor is
 * `if c then x else 0`, or has such a factor: of values and uses as lists, over v's axes. Value ARRAY_NONE: none. */
array_use array_guard(const array_lowering *w, const array_value *values, const array_use *uses, const array_value *v,
                      size_t k);

/* What may fail in a branch is made under the branch's condition. */
bool array_lazy(array_lowering *w);
bool array_regions(array_lowering *w);
/* Is `in` (ARRAY_NONE: none) that recurrence, or one inside it? */
bool array_region_holds(const array_lowering *w, uint32_t region, uint32_t in);
bool array_push_bind(array_lowering *w, uint32_t v, array_bind bind);
bool array_absorb(array_lowering *w); /* sums over what each step makes join the recurrence */
void array_carry(array_lowering *w);  /* arrays of which one slice is enough; when it is known what is inline */
bool array_blocks(array_lowering *w);
bool array_segments(array_lowering *w);
enum { SEGMENT_FAR = 16 }; /* how far a use along the steps may look */
/* How v uses argument k that is along: 1 at a fixed distance, 0 at one fixed place (*by), -1 otherwise. */
int array_segment_use(const array_lowering *w, uint32_t v, size_t k, int64_t *by);
/* Fills what parts know of places; false: these are none for segments. */
bool array_segment_places(array_lowering *w);
/* The memory of value v, whose places along the steps lie `slice` bytes apart, may be a window. */
bool array_window(array_lowering *w, const array_value *v, size_t slice);
/* The places that a step of v makes in a segment: own ones; of use k (its argument's, or of the sum's domain). */
bool array_span_own(array_lowering *w, uint32_t v, size_t from, bool before);
bool array_span_use(array_lowering *w, uint32_t v, size_t k, size_t from, bool before);
bool array_span_loop(array_lowering *w, uint32_t region, size_t step, int64_t low, int64_t high);
/* Decides whether windows are needed, once all buffers have their places. */
bool array_windows(array_lowering *w);
bool array_updates(array_lowering *w);                 /* before blocks: which values are none of theirs */
void array_update_passes(array_lowering *w);           /* and after */
void array_group_use(array_lowering *w, int32_t pass); /* blocks are those of this pass from now on */
bool array_homes(array_lowering *w);                   /* which values are inline, which are views */
bool array_is_copy(const array_lowering *w, const array_value *v);
bool array_store(array_lowering *w);
bool array_layout(array_lowering *w);
bool array_plan(array_lowering *w);
bool array_reuse(array_lowering *w); /* then: what lies in the place of something else */
bool array_hoist(array_lowering *w); /* products that stand in the way of tiles */
bool array_tiles(array_lowering *w); /* when all steps are there, before buffers get their places */
bool array_flats(array_lowering *w); /* and last */
bool array_tracks(array_lowering *w);

/* A flat step while it is being made (array_flat.c, array_chain.c). */
enum { FLAT_OPERANDS = 96, FLAT_OPS = 64 };

typedef struct flat_draft {
    flat_operand operand[FLAT_OPERANDS];
    flat_op op[FLAT_OPS];
    plan_code code[FLAT_OPS]; /* by op: what it was made of, before it became a chain */
    size_t operands, ops;
} flat_draft;

/* Operations from `first` on, which are those of one step, become chains where they have a known shape. */
void array_flat_chains(flat_draft *f, size_t first);
typedef struct step_lines {
    uint32_t first, count, then, more; /* a product's, then those of its fallback */
} step_lines;
step_lines array_step_lines(const plan *a, const plan_step *s);
/* Does a MAP step write its line number `line`? */
bool array_line_written(const plan *a, const plan_map *m, uint32_t line);
uint32_t array_step_time(const plan *a, uint32_t s); /* of a MAP or PRODUCT step */
/* Do counters of loops move two places by the same? From two numbers in plan.moves on; of two lines. */
bool array_moves_alike(const plan *a, uint32_t x, uint32_t x_count, uint32_t y, uint32_t y_count);
bool array_line_moves_alike(const plan *a, const plan_line *x, const plan_line *y);
bool array_guards_alike(const plan *a, const plan_step *x, const plan_step *y);
/* Do two lines of a MAP step go over the same places, none twice? */
bool array_lines_alike(const plan *a, const plan_map *m, const plan_line *x, const plan_line *y);
bool array_doors(array_lowering *w);      /* before values get their places: the doors' buffers */
bool array_doors_plan(array_lowering *w); /* when all steps are there */
int array_storage_of(int type);           /* of elements of a type of the language */

/* How the place of argument `k` follows from the user's along its axis `axis`: the argument's axis, and *by how much it
 * is further. -1: it has none; -2: not by a fixed distance. Where the user's axis is in several of the argument's,
 * h[t, t-1], `asked` is the one that counts; -1: the first one. */
int array_follows(const array_lowering *w, uint32_t user, size_t k, int axis, int asked, int64_t *by);

/* Is argument k, which no step changes, used at another place in each step of v? Then v's step may compute it. */
bool array_goes_along(const array_lowering *w, uint32_t v, size_t k);

/* A step for value v (LIES_STORED; k: of a JOIN, part k) is pushed. */
bool array_map_step(array_lowering *w, uint32_t v, size_t k);
bool array_arg_step(array_lowering *w, uint32_t v);
/* Output number `output` = value v, for the wanted node that it stands for. */
bool array_out_step(array_lowering *w, uint32_t v, ew_node wanted, size_t output);
/* The value of `until` at the step's own place, as a line without dimensions. */
uint32_t array_until_line(array_lowering *w, uint32_t v);
/* Later places of definition v become the place of the step that ran last. */
bool array_fill_step(array_lowering *w, uint32_t v, uint32_t region);
uint32_t array_label(array_lowering *w, uint32_t v); /* for who reads a plan beside the graph */
uint32_t array_words(array_lowering *w, uint32_t v); /* for faults: in the program's words */
uint32_t array_words_of(array_lowering *w, ew_node n);
uint32_t array_spot(array_lowering *w, uint32_t v, uint32_t access); /* the same, with where the access stands */
bool array_constant(array_lowering *w, uint64_t bits, int type, uint32_t *at);
bool array_inside(const array_lowering *w, uint16_t map, uint16_t domain, uint16_t shape, bool *gathers);

#endif
