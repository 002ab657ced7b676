/*
 * explain.h - the lesson: what its parts share.
 *
 * facts.c gathers numbers once (values, edge derivatives, adjoints, how many paths); say.c writes
 * lines that fit 80 columns; phrase.c turns nodes, numbers and derivatives into words; the other
 * files are the sections. Nothing here computes a derivative of its own: numbers come from running
 * the graph's nodes and partials, texts from the table's rows.
 *
 * Texts under construction carry marks (below 8, no character of a program) for what is a name, a
 * value, a derivative; only the writer knows whether they become colours or nothing.
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "exec/program.h"
#include "graph/axes.h"
#include "graph/places.h"
#include "graph/uses.h"

#define MARK_NAME "\1"
#define MARK_VALUE "\2"
#define MARK_SLOPE "\3"
#define MARK_HEAD "\4"
#define MARK_DIM "\5"
#define MARK_END "\6"

enum {
    LESSON_COLUMNS = 80,
    LESSON_TERMS = 6,  /* of a sum written out: paths, uses */
    LESSON_NODES = 60, /* more nodes are shown as an excerpt: so many at its two ends */
    LESSON_HEAD = 24,
    LESSON_TAIL = 12,
    LESSON_SWEEPS = 10000,    /* nodes; past that no paths and no forward sweeps */
    LESSON_INPUTS = 6,        /* paths and forward sweeps are told for so many inputs */
    LESSON_EDGES = 8,         /* a product along a longer path is shortened */
    LESSON_ROOM = 60,         /* columns for a derivative in symbols */
    LESSON_ELEMENTS = 1 << 20 /* a node with more is not computed to be shown */
};

typedef struct lesson {
    ew_graph *g;
    const ew_explain_options *o;
    memory *m;
    report r;     /* the first failure */
    bool numbers; /* values are known */

    ew_write *write;
    void *context;
    text out, line, work; /* what goes out; a line in the making; a part of one */
    bool broken;          /* the writer refused */
    bool blank;           /* an empty line comes before the next one */
    bool pending;         /* a step ended; the next line waits for the caller's step */
    unsigned section;

    size_t of; /* nodes are known by their index among the seen ones */
    size_t *wrt, wrt_count;
    size_t seen, edges; /* how many there are in all */
    uint32_t *node;     /* the `count` nodes of which the lesson speaks, ascending */
    size_t count, edge_count;
    uint8_t *told;                  /* by seen node: is it among them? */
    uint32_t *into;                 /* by seen node, one more at the end: its first incoming edge */
    uint32_t *out_first, *out_edge; /* edges by where they come from */

    ew_program *program; /* the told nodes, then partials that are neither constants nor nodes */
    double *result;
    size_t result_count;
    double *value, *partial, *adjoint; /* by seen node, by edge, by seen node */
    int64_t *whole;                    /* beside `result` or `element`: the ints there as they are */
    size_t *whole_at;                  /* by seen node: where its own are; SIZE_MAX: not computed */
    double *ways, *ways_edges;         /* by seen node: paths to `of`; the edges of them all, together */
    bool arrays;                       /* a told node has axes: then the three above are not used, but */
    size_t *first;                     /* by seen node: its elements in `element`; SIZE_MAX: not computed */
    size_t *slope_first;               /* … and those of the derivative of `of` by it */
    double *element;                   /* what one run gives, all of it */
    size_t element_count;
    double *parallel; /* by seen node: paths to `of`, index sums written out; nan: unknown */
    /* by seen node: it leads to `of` through a recurrence or by earlier steps alone (ROUND_STEPS), a diff (ROUND_DIFF)
     */
    uint8_t *round;
    uint8_t rules[OP_COUNT]; /* bit k: the rule by argument k has been written out */
} lesson;

/* ---- facts.c ---------------------------------------------------------------------------------- */

bool explain_gather(lesson *l); /* everything above; false: reported */
/* Runs the program, which has `count` numbers, into `out` and l->whole; false: reported. */
bool explain_run(lesson *l, double *out, size_t count);
void explain_release(lesson *l);
/* The derivative of each told node by node x, into `tangent` (by seen node). */
void explain_tangent(const lesson *l, size_t x, double *tangent);
double explain_along(double x, double y); /* the product along a path: an exact 0 wins */
ew_node explain_node(const lesson *l, size_t i);
size_t explain_from(const lesson *l, size_t edge);
size_t explain_to(const lesson *l, size_t edge);
const graph_node *explain_row(const lesson *l, size_t i); /* the node's own record */
bool explain_is_leaf(const lesson *l, size_t i);
bool explain_is_real(const lesson *l, size_t i);
bool explain_fail(lesson *l); /* no memory; false */
/* What a call of the library said: a failure is kept, unless there is an earlier one. True if none. */
bool explain_heard(lesson *l, const ew_error *err);

/* The elements of node i, or of the derivative of `of` by it; NULL: not known. */
const double *explain_elements(const lesson *l, size_t i);
const double *explain_slopes(const lesson *l, size_t i);
/* Of an int: its elements as they are, beyond 2^53 too; NULL: not known. */
const int64_t *explain_whole(const lesson *l, size_t i);
/* Is the edge one from a recurrence to another of its steps? */
bool explain_returns(const lesson *l, size_t edge);

/* ---- say.c ------------------------------------------------------------------------------------ */

void explain_drop(lesson *l, text *t); /* frees a text; if it could not grow, the lesson has failed */
const char *explain_word(const lesson *l, const char *sentence); /* in the reader's language */
size_t explain_width(const char *s);                             /* columns, marks left out */
void explain_heading(lesson *l, const char *title);
void explain_prose(lesson *l, size_t indent, const char *s);
/* Breaks before = and +, and goes on under the first =. */
void explain_formula(lesson *l, size_t indent, const char *s);
void explain_raw(lesson *l, const char *s); /* a line as it is */
void explain_sentence(lesson *l, size_t indent, const char *sentence, const char *a, const char *b,
                      const char *c); /* translated, filled, as prose */
void explain_blank(lesson *l);
void explain_step(lesson *l); /* a step ends here */
void explain_flush(lesson *l, bool end);
/* Appends s, cut to `most` columns with "…". */
void explain_cut(text *t, const char *s, size_t most);

/* A table: cells are added row by row; the first row may be a heading. Columns are as wide as they
 * need be, and the widest is cut where the line would pass 80 columns. */
typedef struct table {
    lesson *l;
    size_t columns;
    bool heading;
    text pool;
    ARRAY(size_t) start;
} table;

void explain_table(table *t, lesson *l, size_t columns, bool heading);
void explain_cell(table *t, const char *s);
void explain_table_end(table *t, size_t indent);

/* ---- phrase.c --------------------------------------------------------------------------------- */

void phrase_fill(const lesson *l, text *t, const char *sentence, const char *a, const char *b, const char *c);
void phrase_name(const lesson *l, text *t, size_t i);
void phrase_called(const lesson *l, text *t, size_t i);          /* with its indices: h[n, j] */
void phrase_number(text *t, double x);                           /* six digits, plain */
void phrase_value(const lesson *l, text *t, size_t i, double x); /* as the node's type has it */
void phrase_factor(text *t, const char *s, bool first);          /* in brackets where a product needs them */
void phrase_factor_number(text *t, double x, bool first);
void phrase_slope_of(const lesson *l, text *t, size_t of, size_t by); /* ∂e/∂c */
void phrase_edge(const lesson *l, text *t, size_t edge);              /* ∂e/∂c, [∂e/∂c] beside other paths */
bool phrase_edge_bracket(const lesson *l, size_t edge);
void phrase_formula(const lesson *l, text *t, size_t i);  /* a + b */
void phrase_equation(const lesson *l, text *t, size_t i); /* c = a + b */
/* Node i as a cell of a table: its equation, a leaf's name. Uses l->work. */
void phrase_cell(lesson *l, table *t, size_t i);
void phrase_filled(const lesson *l, text *t, size_t i); /* 2 + 1 */
/* The node's form with a text for each argument: put(context, t, argument number). */
typedef void phrase_put(void *context, text *t, size_t k);
void phrase_form(const lesson *l, text *t, size_t i, phrase_put *put, void *context);
void phrase_partial(const lesson *l, text *t, size_t edge); /* the edge's derivative in symbols */
/* The table's form of it, for x and y the arguments of its user; NULL: the rule's own text is better. */
const char *phrase_textbook(const lesson *l, size_t edge);
void phrase_dots(text *t, size_t start); /* " * " becomes "·" from there on */
/* "three paths": a word up to ten, then digits; `one` and `many` have {1}. */
void phrase_count(const lesson *l, text *t, double n, const char *one, const char *many);
void phrase_big(const lesson *l, text *t, double n); /* exact while it is, then "≈ 1.6·10^60" */
const char *phrase_kind(op o, bool many);            /* "sum", "sums"; NULL: the function's own name */
bool phrase_loose(const char *s);                    /* has operators outside brackets, or a minus */

/* ---- sum.c: sums of products, simplified ------------------------------------------------------- */

/* A sum in the making: terms of factors in symbols; what is 1 or 0 goes, equal terms are counted. */
typedef struct sum {
    lesson *l;
    text term; /* the product in the making */
    text pool;
    size_t start[LESSON_TERMS], times[LESSON_TERMS];
    bool minus[LESSON_TERMS];
    size_t count;
    size_t factors;
    bool zero, negative; /* of the product in the making */
    text plain;          /* the same, nothing taken away: 1·d + 1·c */
    size_t plain_factors, terms;
} sum;

void sum_begin(sum *s, lesson *l);
void sum_factor(sum *s, const char *factor);
void sum_term(sum *s); /* ends a term; at most LESSON_TERMS */
void sum_text(const sum *s, text *t);
void sum_free(sum *s);

/* ---- routes.c: paths in the order of the text ------------------------------------------------- */

typedef struct routes {
    lesson *l;
    ARRAY(uint32_t) edge; /* the path, upward */
    size_t from;
    bool begun;
} routes;

void routes_begin(routes *p, lesson *l, size_t from);
bool routes_next(routes *p); /* the next path to `of` */
void routes_free(routes *p);
/* The product of derivatives along edges (upward), in numbers or symbols; downward: the factor
 * nearest to `of` first. */
enum { ROUND_STEPS = 1, ROUND_DIFF = 2 };
enum { ROUTE_NUMBERS, ROUTE_EDGES, ROUTE_SYMBOLS };
void routes_product(const lesson *l, text *t, const uint32_t *edge, size_t count, int kind, bool downward, bool first);
/* ∂of/∂x in symbols, simplified: "d + c"; with the sum before it was ("1·d + 1·c") in `plain`, or
 * that empty where nothing was taken away. What is wider than `room` goes by the chain rule's last
 * step instead. */
void routes_symbols(lesson *l, text *t, text *plain, size_t x, size_t room, bool downward);

/* ---- The sections ----------------------------------------------------------------------------- */

void explain_brief(lesson *l);
void explain_made_of(lesson *l);
void explain_graph(lesson *l);
void explain_values(lesson *l);
void explain_edges(lesson *l);
void explain_paths(lesson *l);
void explain_forward(lesson *l);
void explain_reverse(lesson *l);
void explain_cost(lesson *l);
void explain_kinks(lesson *l, size_t indent);
enum { KINKS_TOLD = 5 };
const char *kink_find(op o, double x, double y, double w); /* the sentence for these arguments, or NULL */
const char *explain_kink_tie(void);
void explain_nudge(lesson *l);
void explain_nudge_number(table *t, double x, size_t i); /* a cell; i: the node it is a value of, or SIZE_MAX */
/* That the gap shrinks: `gap` of the nudge, `small` of a tenth of it. */
void nudge_shrinks(lesson *l, double gap, double small);
void explain_plan(lesson *l);

/* ---- The same for programs with axes ---------------------------------------------------------- */

bool indexed_gather(lesson *l); /* numbers of nodes and derivatives, how many parallel paths */
void indexed_release(lesson *l);
bool indexed_leads(const lesson *l, size_t i);   /* does a path lead from i to `of`, of earlier steps too? */
double indexed_count(const lesson *l, size_t i); /* elements; nan: a size is not known */
/* Places of an edge: of its user, of a reduction with what it reduces. */
double indexed_edge(const lesson *l, size_t edge);
/* "4×3"; nothing for a scalar. */
void indexed_shape(const lesson *l, text *t, size_t i);
void indexed_number(const lesson *l, text *t, size_t i, const double *values); /* the corner that fits */
void indexed_scalars(lesson *l);                                               /* how many nodes are meant */
void indexed_values(lesson *l);
void indexed_edges(lesson *l);
void indexed_paths(lesson *l);
void indexed_forward(lesson *l);
void indexed_reverse(lesson *l);
void indexed_cost(lesson *l);
double indexed_inputs(const lesson *l); /* elements of all inputs: sweeps forward */
/* A row of a table: so many sweeps, and how many edges they touch. */
void indexed_sweeps(table *t, const char *name, double sweeps);
void indexed_brief(lesson *l);
void indexed_nudge(lesson *l);
void indexed_kinks(lesson *l, size_t indent);
void indexed_plan(lesson *l);

/* Walks 0 … count-1; past LESSON_NODES it jumps over the middle and says how many are left out. */
size_t explain_next(lesson *l, size_t k, size_t count);
/* Is place k shown by that walk? */
bool explain_shown(size_t k, size_t count);

#endif
