/*
 * machine.h - what the evaluator shares: a machine with a stack of values and a stack of frames.
 *
 * A value is a node and, for each of its axes, the index that runs along it. The last `open` axes have no
 * index yet: they are an array's axes without brackets. Indices are numbers of the machine, made anew each
 * time a frame with indices begins, so those of two calls never meet.
 */
#ifndef LANG_MACHINE_H
#define LANG_MACHINE_H

#include "graph/axes.h"
#include "lang/lang.h"

typedef enum frame_kind { F_DEFINITION, F_VALUE, F_CALL, F_LOCAL, F_ARRAY, F_EQUATION, F_CIRCLE } frame_kind;

typedef struct frame {
    uint8_t kind;
    bool circle;       /* its indices are those of a circle that is being built */
    bool prepared;     /* the names that it uses are there, and its indices have ranges */
    uint32_t at, end;  /* pieces */
    uint32_t name;     /* F_DEFINITION, F_ARRAY: of the node; F_LOCAL: number of the local */
    uint32_t function; /* index + 1 of the function whose locals are at `base` */
    uint32_t base;
    uint32_t place;     /* of the statement that it belongs to; NO_PLACE: a declaration, whose parts are no nodes */
    uint32_t statement; /* F_EQUATION: index + 1; F_ARRAY: of the next one; F_CIRCLE: step */
    uint32_t scan;      /* the next piece to prepare */
    span s;
    uint32_t scope;              /* ids of the span's binders, in machine.scope */
    uint32_t param, params, ids; /* index parameters: binders, and their ids in machine.scope */
    uint32_t left, lefts;        /* the wanted order of axes, in machine.lists */
    uint32_t conditions;         /* of machine.conditions, those that do not count here */
    uint32_t values;             /* F_ARRAY: its parts begin here on the stack */
} frame;

enum { AFFINE_MOST = 8 };
#define WHOLE_MOST ((int64_t)1 << 53) /* of bounds, sizes and offsets: their sums fit an int64 */

/* (offset + sum of factor · index) / over (+ an unknown size `base`, if that is not 0; then `over` is 0) */
typedef struct affine {
    int64_t base, offset;
    int64_t over; /* 0: it is whole */
    size_t terms;
    uint32_t index[AFFINE_MOST];
    int64_t factor[AFFINE_MOST];
} affine;

typedef struct value {
    ew_node node;
    uint32_t part; /* where it stands in machine.parts, or NO_PART */
    uint32_t list; /* its indices, in machine.lists: rank - open of them */
    uint16_t rank, open;
    uint32_t form;   /* index + 1 in machine.affines, or 0 */
    uint32_t member; /* the name of an array of the circle, whose state its brackets choose */
} value;

enum { INDEX_UNKNOWN, INDEX_GIVEN, INDEX_KNOWN };

typedef struct index_state {
    uint32_t name, place;
    uint8_t state;
    bool conditional;     /* its range depends on others: low … high is the widest */
    int64_t low, size;    /* its values: low … low + size - 1 */
    uint32_t from;        /* place of the access that gave the size */
    uint32_t first, last; /* index + 1 in machine.affines: the bounds that were given */
} index_state;

typedef struct part {
    ew_node node;
    uint32_t statement, order;
} part;

typedef struct condition {
    value v;
    bool negated;
} condition;

typedef struct rebound { /* a reduction that is open goes over an index; conditions before it are of the one outside */
    uint32_t id, conditions;
} rebound;

#define NO_PART UINT32_MAX
#define LOCAL_BUSY (EW_NONE - 1)

/* What a scan finds (ranges.c): an array, or a whole number. */
typedef struct guess {
    uint16_t shape, skip;
    uint32_t form;   /* index + 1 in machine.affines */
    uint32_t member; /* name of an array of the circle that is being built */
    uint32_t piece;  /* where it begins */
    bool later;      /* a whole number by an int input that has no value yet: in a bound an unknown one */
} guess;

typedef struct range_limit { /* 0 <= form < size */
    uint32_t form, place, bytes;
    int64_t size;
} range_limit;

typedef struct use { /* of an array of the circle, in an equation of it */
    uint32_t statement, name, place, bytes;
    uint32_t first, count; /* forms of its brackets, in machine.use_forms */
    bool guarded;
} use;

typedef struct box {     /* what an equation gives of one axis */
    int64_t first, size; /* first INT64_MIN: not known */
    bool index;
} box;

typedef struct joining {
    uint32_t name;
    size_t count, rank;
    const uint32_t *places; /* of the equations in the text */
    bool circle;            /* inside a recurrence: unnamed */
} joining;

typedef struct machine {
    lang *l;
    ew_graph *g;
    ARRAY(frame) frames;
    ARRAY(value) stack;
    ARRAY(value) locals;
    ARRAY(part) parts;
    ARRAY(uint32_t) scope, lists;
    ARRAY(affine) affines;
    ARRAY(index_state) indices;
    ARRAY(condition) conditions;
    ARRAY(rebound) rebound;
    ARRAY(guess) guesses;
    uint32_t guess_piece; /* where what is being guessed begins */
    ARRAY(range_limit) limits;
    ARRAY(use) uses;
    ARRAY(uint32_t) use_forms;
    ARRAY(box) boxes;
    ARRAY(uint32_t) part_lefts;
    size_t calls;
    bool sizing;           /* int inputs whose values are known are numbers */
    struct circle *circle; /* the one that is being built */
} machine;

bool eval_memory(machine *m); /* reports, and is false */
frame *eval_top(machine *m);
bool eval_enter(machine *m, frame f);
frame eval_frame(frame_kind kind, span s, uint32_t name, uint32_t place);
bool eval_error(machine *m, error_code code, const piece *p, const char *a, const char *b, const char *c);
bool eval_push(machine *m, value v);
/* Runs until the frames that were there before are on top again. */
bool eval_run(machine *m);
/* The value of a span on its own; *v is valid if true is returned. */
bool eval_span(machine *m, span s, uint32_t place, value *v);
/* The definition of a name whose node is not there yet is run next. */
bool eval_define(machine *m, const piece *p);
bool eval_local(machine *m, const piece *p);
/* "nothing is called …", with what was probably meant. */
bool eval_unknown(machine *m, const piece *p);
uint32_t eval_part(machine *m, const piece *p, ew_node n); /* NO_PART: it is none, or no memory */
void eval_end(machine *m);

/* The wanted order of axes of a frame. */
static inline const uint32_t *eval_left(const machine *m, const frame *f)
{
    static const uint32_t none[1] = {0};
    return m->lists.at ? m->lists.at + f->left : none;
}

/* values.c: nodes with the indices of their axes. */
value value_of(const machine *m, ew_node n); /* all axes open */
const uint32_t *value_list(const machine *m, const value *v);
bool value_closed(machine *m, const value *v, const piece *p);                                   /* or told */
bool value_bound(machine *m, const value *v, const uint32_t *ids, size_t count, const piece *p); /* or told */
bool value_join(machine *m, uint32_t *ids, size_t *count, const value *v);
uint16_t value_map(machine *m, const uint32_t *ids, size_t count, const value *v);
uint16_t value_shape(machine *m, const uint32_t *ids, size_t count);
/* The node n as a value over ids. */
bool value_new(machine *m, ew_node n, const uint32_t *ids, size_t count, value *v);
/* A pointwise operation on values. The order of its axes is that of `left` where it has the same ones, then
 * a name may be given; otherwise that of first use. */
bool value_op(machine *m, op o, const value *args, size_t count, const frame *left, uint32_t name, const piece *p,
              value *v);
/* v with exactly the axes ids, in this order; name 0: unnamed. */
bool value_arrange(machine *m, const value *v, const uint32_t *ids, size_t count, uint32_t name, uint32_t place,
                   value *out);
bool value_index_names(machine *m, const value *v);
bool value_whole(machine *m, const value *v, affine *a); /* its form, if it has one and that is whole */
bool value_ratio(machine *m, const value *v, affine *a); /* its form, if it has one */
/* An operation in a bracket or a range, where arithmetic is exact: the form and node of its value. */
bool value_exact(machine *m, const piece *p, const value *args, value *v);
/* The value of a whole form. */
bool value_of_form(machine *m, const affine *a, const piece *p, value *v);
bool value_set_form(machine *m, value *v, const affine *a);
bool affine_op(op o, const affine *a, const affine *b, affine *out);
/* The least and the greatest value over the ranges of its indices; false: one of them is unknown or nothing. */
bool affine_bounds(const machine *m, const affine *a, int64_t *low, int64_t *high);

/* ranges.c */
bool ranges_prepare(machine *m); /* the frame on top: runs what it needs first, then finds its ranges */
uint32_t ranges_id(machine *m, const frame *f, uint32_t binder_index);
bool ranges_add(machine *m, const binder *b);
bool ranges_open(machine *m, frame *f); /* ids for its binders */
bool ranges_scan(machine *m, frame *f, span s, uint32_t statement);
bool ranges_left(machine *m, frame *f, uint32_t sides, uint32_t rank); /* the ranges given on a left side */
enum { RANGES_ALONE, RANGES_ARITHMETIC, RANGES_LAST };
bool ranges_solve(machine *m, size_t first, int stage);
bool ranges_place(machine *m, frame *f, span s, int64_t *place); /* a fixed place */

/* access.c */
bool access_read(machine *m, const piece *p, bool guarded);
bool access_array(machine *m, const piece *p);
bool access_condition(machine *m, value *v, bool *any); /* all conditions that hold here, as one */
bool access_diff(machine *m, const piece *p);
/* May there be a derivative by x? If not, that is told `at` a piece. */
bool eval_diff_type(machine *m, const piece *diff, const piece *at, ew_node x);
/* The array of one axis `base` at the place that an int has, where `when` (NULL: everywhere) holds. */
bool access_gather(machine *m, const piece *p, const value *base, const value *place, const value *when, value *v);

/* reduce.c */
bool reduce_run(machine *m, const piece *p);

bool reduce_bind(machine *m, const piece *p);
void reduce_unbind(machine *m, const reduction *r);
bool reduce_any(machine *m, uint32_t id, value *v); /* does it hold anywhere along the index? */

/* parts.c: several equations of one array, put together. */
bool parts_step(machine *m); /* F_ARRAY */
bool parts_near(machine *m, const box *b);
int64_t parts_offset(const side *s);                             /* so that sums with it fit */
bool parts_box(machine *m, const side *s, const index_state *i); /* its range is the same everywhere, or told */
bool parts_left(machine *m, const statement *st);
bool parts_value(machine *m, const frame *f, value *v);
bool parts_local(machine *m, const frame *f, const local *x, value *v); /* y[i] = … in where */
bool parts_leave(machine *m, const frame *f);                           /* F_EQUATION */
void parts_sizes(const box *b, size_t count, size_t rank, int64_t *sizes);
bool parts_join(machine *m, const joining *j, const value *v, const uint32_t *lefts, const box *b, ew_node *n);
bool parts_names(machine *m, uint32_t name, ew_node n);

/* circles.c: recurrences. */
bool circles_find(machine *m);
bool circles_enter(machine *m, uint32_t name);
bool circles_step(machine *m);                 /* F_CIRCLE */
bool circle_leave(machine *m, const frame *f); /* an equation of it */
void circle_free(machine *m);
bool circle_shape(const machine *m, uint32_t name, uint16_t *shape); /* is it an array of the circle? */
/* The size of one axis of it, where its shape is not known yet. */
bool circle_axis(machine *m, uint32_t name, size_t axis, int64_t *size);
bool circle_is_ordered(const machine *m, const affine *a); /* does the form use an index that orders it? */
ew_node circle_state(machine *m, uint32_t name, const value *bracket, size_t brackets);
/* Is it made of a circle that is not closed yet? Ints may still become real in it. */
bool circle_retypes(const machine *m, ew_node n);
bool circle_none(machine *m, uint32_t name); /* tells that no index orders the circle */

/* made.c: is a place of a state there when it is read? */
enum {
    MADE_THEN,    /* by form, with the step's index or without need of it */
    MADE_BEFORE,  /* by form, from an earlier step; its form may lack the step's index */
    MADE_CHECKED, /* an earlier step has made it, or the run ends */
    MADE_NOW      /* … or it is the place of this step, which is there before */
};
typedef struct made { /* what is there of a state when a step begins: the places below index + offset */
    int how;
    uint32_t axis, id;
    int64_t offset;
    bool down; /* … or above */
} made;
bool made_find(machine *m, ew_node state, uint32_t name, const value *bracket, size_t brackets, bool guarded, made *x);
bool made_here(machine *m, const made *x, const piece *p, value *place);
bool made_checked(machine *m, const made *x, const piece *p, value *bracket);

/* sizes.c: declarations with axes. */
bool sizes_bind(machine *m);
bool sizes_shape(machine *m, uint32_t name, uint16_t *shape);
bool sizes_default(machine *m, uint32_t name, graph_input *in);
bool sizes_name(machine *m, uint32_t name, value *v); /* a dimension's value; false where it is none */
bool sizes_value(machine *m, uint32_t name, const piece *p, ew_node n, double *x); /* a constant for this input */
bool sizes_not(machine *m, const piece *p);               /* reports: the name is an input that is no whole number */
bool sizes_ranks(machine *m, uint32_t name, size_t here); /* reports: a value of so many axes is none for it */

#endif
