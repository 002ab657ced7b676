/*
 * lang.h - text → graph.
 *
 * The parser turns each expression into a short program in postfix order (`piece`s), without
 * recursion and without a tree: 12 bytes an operation. The evaluator then walks those pieces with a
 * stack of nodes and makes the graph, suspending one definition when it meets a name whose node
 * does not exist yet; so equations may stand in any order, and circles show themselves.
 */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "lang/lexer.h"

typedef enum piece_kind {
    P_NUMBER,  /* value: index in lang.numbers */
    P_BOOL,    /* value: 0 or 1 */
    P_NAME,    /* value: name; count: 1 where it stands in a bracket, but is no place there (lang_roles) */
    P_LOCAL,   /* value: parameter or local of the function it stands in */
    P_OP,      /* value: op; count arguments */
    P_CALL,    /* value: name of a function; count arguments */
    P_DIFF,    /* of an expression by a name at a place: 2 + count of its brackets on the stack */
    P_INDEX,   /* value: binder */
    P_BIND,    /* value: binder, whose range is on the stack: count 0 (none), 1 (in n), 2 (in a..b) */
    P_REDUCE,  /* value: reduction; count bodies */
    P_AT,      /* what lies below `count` brackets, read there; value: the piece at which they begin */
    P_AT_ELSE, /* the same, with a value for outside above the brackets */
    P_ARRAY,   /* count elements */
    P_WHEN     /* the value on top is a condition of what follows; value: WHEN_ */
} piece_kind;

enum { WHEN_THEN, WHEN_ELSE, WHEN_AND, WHEN_OR };

typedef struct piece {
    uint8_t kind : 7, quiet : 1; /* quiet: in a bracket or a range, where parts are no nodes to people */
    uint8_t bytes;               /* to underline, at most 255 */
    uint16_t count;
    uint32_t value, place;
} piece;

typedef struct span {
    uint32_t begin, end;      /* of pieces */
    uint32_t binder, binders; /* the indices that it binds, with those of its left side */
    bool indexed;             /* it has brackets or reductions */
} span;

/* An index as the text binds it: on a left side, in a reduction, as a function's index parameter. */
typedef struct binder {
    uint32_t name, place;
    uint32_t hidden; /* binder + 1 of the same name outside, or 0 */
    uint32_t same;   /* binder + 1 that it is: a reduction that keeps its index */
    bool parameter;  /* of a function */
    bool ranged;
    bool gone; /* it turned out to be a place */
} binder;

typedef struct reduction {
    uint32_t name, place;
    uint32_t first, count; /* in lang.over */
    uint32_t begin;        /* the first piece of its head */
} reduction;

typedef enum side_kind { SIDE_INDEX, SIDE_PLACE } side_kind;

/* One bracket of a left side, or of a declaration (SIDE_PLACE: its size). */
typedef struct side {
    uint8_t kind;
    bool bare;      /* a name alone, without a range */
    bool until;     /* it ends by a condition */
    uint8_t ranges; /* 0, 1 (in n), 2 (in a..b) */
    uint32_t place, bytes;
    uint32_t binder; /* SIDE_INDEX */
    int64_t offset;  /* SIDE_INDEX: t + 1 */
    span low, high;  /* of the range; SIDE_PLACE: low */
} side;

typedef enum symbol_kind { S_NONE, S_INPUT, S_PARAM, S_NODE, S_SIZE } symbol_kind;

/* What a name means outside functions; indexed by name. */
typedef struct symbol {
    uint8_t kind;
    uint8_t declared_type;       /* inputs: a TYPE_ */
    uint8_t draw;                /* inputs: a distribution */
    bool busy;                   /* its definition is being evaluated */
    uint32_t place;              /* where it was defined, or first used */
    uint32_t function;           /* index + 1 in functions; names of functions are their own space */
    uint32_t diffs_of, diffs_by; /* how many diffs have it as first, as second argument */
    uint32_t variants;           /* how many numbered names were made from it */
    bool used;
    bool placed;     /* it stands in a bracket or a range as a place */
    uint16_t rank;   /* inputs and arrays: how many axes */
    uint32_t sides;  /* inputs: their sizes, first in lang.sides */
    uint32_t first;  /* arrays: index + 1 of the first equation */
    uint32_t last;   /* … and of the last */
    uint32_t index;  /* while the text is read: binder + 1 that the name stands for here */
    uint32_t circle; /* index + 1 of its circle */
    bool sized;      /* a dimension, or an int input whose value is known: */
    int64_t size;
    uint32_t size_from; /* the input that gave it */
    span value;         /* the definition, or an input's default (empty: none) */
    span value2;        /* the distribution's second argument */
} symbol;

typedef struct local {
    uint32_t name, place;
    span value;           /* parameters: empty */
    uint32_t sides, rank; /* y[i] = … in where */
    uint32_t needs;       /* parameters: the brackets that the function gives it */
} local;

typedef struct function {
    uint32_t name, place;
    uint32_t locals, parameters, count; /* first in lang.locals; how many parameters; with locals */
    uint32_t binder, binders;           /* index parameters: norm(d: v) */
    span body;
    bool busy;
    bool prelude; /* of the language's own text: it has no place */
    bool keeps;   /* a reduction whose result has the index */
} function;

typedef struct statement {
    uint32_t name; /* 0: a bare expression */
    uint32_t place;
    span value;
    uint32_t sides, rank;     /* left brackets */
    uint32_t next;            /* index + 1 of the next equation of the same array */
    uint32_t binder, binders; /* free indices of a bare expression */
    span until;
} statement;

typedef struct lang {
    ew_graph *g;
    lexer lexer;
    ARRAY(piece) pieces;
    ARRAY(constant) numbers;
    ARRAY(uint8_t) number_whole; /* beside numbers */
    ARRAY(symbol) symbols;       /* by name; grown as names are */
    ARRAY(function) functions;
    ARRAY(local) locals;
    ARRAY(statement) statements;
    ARRAY(uint32_t) declared; /* inputs and params in order */
    ARRAY(statement) outputs; /* names after `output` */
    ARRAY(binder) binders;
    ARRAY(uint32_t) over; /* binders of reductions */
    ARRAY(reduction) reductions;
    ARRAY(side) sides;
    ARRAY(uint32_t) dimensions; /* names of sizes */
    const ew_size *given;       /* while a program is read */
    size_t given_count;
    size_t brackets; /* how many brackets and reductions were read */
    size_t scope;    /* how many indices are bound here */
    bool arrays;     /* some equation has a left side with brackets */
    bool has_declarations;
    bool outside; /* an expression from outside the text: generated names count */
} lang;

void lang_begin(lang *l, ew_graph *g);
void lang_free(lang *l);

/* Binds an index; it hides what has its name until it is unbound. NO_BINDER: no memory. */
#define NO_BINDER UINT32_MAX
uint32_t lang_bind(lang *l, uint32_t name, uint32_t place, bool parameter);
void lang_unbind(lang *l, uint32_t binder);

/* What a name means; there is room for every name that the graph knows. */
symbol *lang_symbol(lang *l, uint32_t name); /* NULL: no memory */

/* parse.c: statements. */
bool lang_parse_program(lang *l, const char *text, size_t count);
/* A list of expressions separated by commas, each with where it stands in the text. */
bool lang_parse_list(lang *l, const char *text, size_t count);

/* expression.c: one expression, from the current token to the end of the statement, to a comma, or
 * (inside where) to ; or the closing bracket. */
typedef enum expression_end {
    END_STATEMENT,
    END_LIST,
    END_WHERE,
    END_ARGUMENT,
    END_BRACKET, /* , ] .. : in until */
    END_UNTIL    /* the same, of a condition */
} expression_end;
bool lang_expression(lang *l, expression_end end, span *result);

/* sides.c: the brackets of left sides and of declarations. */
bool lang_left(lang *l, uint32_t *first, uint32_t *rank, span *until);
bool lang_sizes(lang *l, uint32_t *first, uint32_t *rank);
bool lang_places(lang *l); /* which names on left sides are places: after the whole text */
bool lang_roles(lang *l);  /* without declarations: which arrays are ints, how many axes functions look into */

/* prelude.c: what the language defines in itself, as far as the text calls it. */
bool lang_prelude(lang *l);
bool lang_parse_statements(lang *l); /* from the lexer's place to its end */

bool lang_is_reduction(const char *name); /* sum, max, …: those that are nodes */

/* eval.c: pieces → nodes. */
bool lang_resolve(lang *l);                    /* names → inputs; functions found and counted */
bool lang_build(lang *l);                      /* all statements */
bool lang_build_list(lang *l, ew_node *nodes); /* statements as expressions over a finished graph */

/* suggest.c: a name much like it among what `g` bears and, if functions, what can be called. */
const char *lang_suggest(lang *l, const char *name, size_t count, bool functions);

bool lang_error(lang *l, error_code code, const token *t, const char *a, const char *b);

#endif
