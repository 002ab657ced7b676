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
    P_NUMBER, /* value: index in lang.numbers */
    P_BOOL,   /* value: 0 or 1 */
    P_NAME,   /* value: name */
    P_LOCAL,  /* value: parameter or local of the function it stands in */
    P_OP,     /* value: op; count arguments */
    P_CALL,   /* value: name of a function; count arguments */
    P_DIFF    /* of the two nodes on the stack */
} piece_kind;

typedef struct piece {
    uint8_t kind;
    uint8_t bytes; /* to underline, at most 255 */
    uint16_t count;
    uint32_t value, place;
} piece;

typedef struct span {
    uint32_t begin, end; /* of pieces */
} span;

typedef enum symbol_kind { S_NONE, S_INPUT, S_PARAM, S_NODE } symbol_kind;

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
    span value;  /* the definition, or an input's default (empty: none) */
    span value2; /* the distribution's second argument */
} symbol;

typedef struct local {
    uint32_t name, place;
    span value; /* parameters: empty */
} local;

typedef struct function {
    uint32_t name, place;
    uint32_t locals, parameters, count; /* first in lang.locals; how many parameters; with locals */
    span body;
    bool busy;
} function;

typedef struct statement {
    uint32_t name; /* 0: a bare expression */
    uint32_t place;
    span value;
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
    bool has_declarations;
    bool outside; /* an expression from outside the text: generated names count */
} lang;

void lang_begin(lang *l, ew_graph *g);
void lang_free(lang *l);

/* What a name means; there is room for every name that the graph knows. */
symbol *lang_symbol(lang *l, uint32_t name); /* NULL: no memory */

/* parse.c: statements. */
bool lang_parse_program(lang *l, const char *text, size_t count);
/* A list of expressions separated by commas, each with where it stands in the text. */
bool lang_parse_list(lang *l, const char *text, size_t count);

/* expression.c: one expression, from the current token to the end of the statement, to a comma, or
 * (inside where) to ; or the closing bracket. */
typedef enum expression_end { END_STATEMENT, END_LIST, END_WHERE, END_ARGUMENT } expression_end;
bool lang_expression(lang *l, expression_end end, span *result);

/* eval.c: pieces → nodes. */
bool lang_resolve(lang *l);                    /* names → inputs; functions found and counted */
bool lang_build(lang *l);                      /* all statements */
bool lang_build_list(lang *l, ew_node *nodes); /* statements as expressions over a finished graph */

/* suggest.c: a name much like it among what `g` bears and, if functions, what can be called. */
const char *lang_suggest(lang *l, const char *name, size_t count, bool functions);

bool lang_error(lang *l, error_code code, const token *t, const char *a, const char *b);

#endif
