/*
 * expression.h - what expression.c (operators, calls) and brackets.c (indices) share: one stack of
 * what waits for its right side or its end.
 */
#ifndef LANG_EXPRESSION_H
#define LANG_EXPRESSION_H

#include "lang/lang.h"

typedef enum wait_kind {
    WAIT_OP,
    WAIT_PAREN,
    WAIT_CALL,
    WAIT_IF,
    WAIT_BRACKET, /* x[… */
    WAIT_ARRAY,   /* [… */
    WAIT_REDUCE,  /* sum(i: … */
    WAIT_RANGE    /* sum(i in … */
} wait_kind;

typedef struct waiting {
    uint8_t kind;
    uint8_t stage;  /* WAIT_IF: 0 condition, 1 then, 2 else; WAIT_BRACKET: 1 after else; WAIT_RANGE: 1 after .. */
    uint16_t count; /* commas so far */
    uint32_t value; /* WAIT_OP: op; WAIT_CALL: name; WAIT_REDUCE: reduction; WAIT_RANGE: binder */
    uint32_t place;
    uint32_t begin; /* WAIT_CALL: piece at which the current argument begins; WAIT_BRACKET: at which its brackets do */
} waiting;

typedef struct expr {
    lang *l;
    expression_end end;
    ARRAY(waiting) stack;
    uint32_t depth; /* brackets that are open */
    uint32_t quiet; /* of them, those of indices and ranges */
    bool operand;   /* an operand is due */
    token before;   /* the last token taken */
} expr;

static inline const token *expr_now(const expr *e)
{
    return &e->l->lexer.now;
}

static inline waiting *expr_top(expr *e)
{
    return e->stack.count ? &e->stack.at[e->stack.count - 1] : NULL;
}

bool expr_memory(expr *e);
bool expr_piece(expr *e, piece_kind kind, uint32_t value, uint32_t count, uint32_t place, uint32_t bytes);
bool expr_wait(expr *e, wait_kind kind, uint32_t value, uint32_t place);
bool expr_here(expr *e); /* "… cannot stand here", of the current token */
/* All operators go out; the mark that is on top then is a bracket of some kind, or told. */
bool expr_to_bracket(expr *e);

/* brackets.c */
bool expr_open_bracket(expr *e); /* x[ or [ : the bracket is the current token */
bool expr_close_bracket(expr *e);
bool expr_is_reduction(expr *e); /* after the round bracket: names and a colon? */
bool expr_reduction(expr *e, const token *name);
bool expr_close_reduction(expr *e);
bool expr_range_dots(expr *e);
bool expr_range_end(expr *e); /* at , or : behind a range */
bool expr_diff(expr *e, const waiting *w);

#endif
