/*
 * lexer.h - text → tokens, one at a time, with their places.
 *
 * Names are interned in the graph after NFC normalisation, so two spellings of one name are one
 * name. Newlines are tokens; whether one ends a statement is the parser's business.
 */
#ifndef LANG_LEXER_H
#define LANG_LEXER_H

#include "graph/graph.h"

typedef enum token_kind {
    T_END,
    T_NEWLINE, /* or ; */
    T_NUMBER,
    T_NAME,
    T_WORD,     /* a reserved word */
    T_OPERATOR, /* + - * / ^ and comparisons: `op` */
    T_OPEN,
    T_CLOSE, /* ( ) */
    T_BRACKET,
    T_BRACKET_CLOSE, /* [ ] */
    T_COMMA,
    T_ASSIGN,
    T_COLON,
    T_TILDE,
    T_RANGE
} token_kind;

typedef enum keyword {
    W_NONE,
    W_IF,
    W_THEN,
    W_ELSE,
    W_AND,
    W_OR,
    W_NOT,
    W_IN,
    W_INPUT,
    W_PARAM,
    W_OUTPUT,
    W_TRUE,
    W_FALSE,
    W_WHERE,
    W_UNTIL,
    W_IMPORT,
    W_STOP,
    W_PI,
    W_INF,
    W_NAN
} keyword;

typedef struct token {
    token_kind kind;
    keyword word;
    op op;
    bool whole;      /* T_NUMBER: written without point or exponent, fits an int64 */
    bool semicolon;  /* T_NEWLINE */
    constant number; /* T_NUMBER */
    uint32_t name;   /* T_NAME, and T_WORD stop: which is a function */
    uint32_t place, bytes;
} token;

typedef struct lexer {
    ew_graph *g;
    const char *s;
    size_t count, at;
    token now;
} lexer;

/* Checks the text as a whole (length, UTF-8, NUL) and reads the first token. */
bool lexer_begin(lexer *l, ew_graph *g, const char *s, size_t count);
bool lexer_next(lexer *l); /* false: reported */

/* The characters of a token, cut for quoting. */
const char *lexer_quote(const lexer *l, const token *t, char buffer[160]);

#endif
