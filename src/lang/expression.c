/*
 * expression.c - one expression → pieces in postfix order, by operator precedence.
 *
 * Two states: an operand is due, or an operator. Operators wait on a stack until something that
 * binds less tightly comes; brackets, calls and `if` are marks on the same stack. So depth costs
 * 16 bytes of memory, never C stack.
 */
#include <stdio.h>
#include <string.h>

#include "lang/expression.h"

bool expr_memory(expr *e)
{
    return report_memory(&e->l->g->report);
}

bool expr_piece(expr *e, piece_kind kind, uint32_t value, uint32_t count, uint32_t place, uint32_t bytes)
{
    piece p = {(unsigned)kind & 127u, e->quiet != 0, (uint8_t)(bytes > 255 ? 255 : bytes),
               (uint16_t)count,       value,         place};
    if (e->l->pieces.count >= UINT32_MAX) return expr_memory(e);
    return array_push(&e->l->g->memory, &e->l->pieces, p) ? true : expr_memory(e);
}

bool expr_wait(expr *e, wait_kind kind, uint32_t value, uint32_t place)
{
    waiting w = {(uint8_t)kind, 0, 0, value, place, (uint32_t)e->l->pieces.count};
    return array_push(&e->l->g->memory, &e->stack, w) ? true : expr_memory(e);
}

bool expr_here(expr *e)
{
    char buffer[160];
    lang_error(e->l, E_HERE, expr_now(e), lexer_quote(&e->l->lexer, expr_now(e), buffer), NULL);
    if (expr_now(e)->kind == T_RANGE)
        report_hint(&e->l->g->report, "a range is that of an index: sum(i in 1..3: i)", NULL);
    return false;
}

/* ---- Reducing --------------------------------------------------------------------------------- */

static bool expr_pop(expr *e)
{
    waiting w = *expr_top(e);
    e->stack.count--;
    if (w.kind == WAIT_IF) return expr_piece(e, P_OP, OP_IF, 3, w.place, 2);
    op o = (op)w.value;
    return expr_piece(e, P_OP, w.value, ops_row(o)->count, w.place, (uint32_t)(o == OP_NOT ? 3 : 1));
}

/* Everything that binds at least as tightly as `level` goes out; marks stay, but an if that has its
 * else is finished by whatever ends the expression (level 0). */
static bool expr_reduce(expr *e, int level)
{
    for (waiting *w; (w = expr_top(e)) != NULL;) {
        if (w->kind == WAIT_OP ? ops_row((op)w->value)->level < level
                               : !(w->kind == WAIT_IF && w->stage == 2 && level == 0))
            return true;
        if (!expr_pop(e)) return false;
    }
    return true;
}

/* ---- Operands --------------------------------------------------------------------------------- */

static bool expr_missing(expr *e)
{
    char buffer[160];
    lang *l = e->l;
    const token *t = expr_now(e);
    for (size_t i = e->stack.count; t->kind == T_END && i-- > 0;) {
        const waiting *w = &e->stack.at[i];
        if (w->kind != WAIT_OP && w->kind != WAIT_IF && w->kind != WAIT_RANGE)
            return report_at(&l->g->report, E_OPEN,
                             w->kind == WAIT_CALL ? w->place + (uint32_t)l->g->names.at[w->value].count : w->place, 1,
                             NULL, NULL, NULL);
    }
    lang_error(l, E_OPERAND, t, lexer_quote(&l->lexer, t, buffer), NULL);
    if (t->kind == T_OPERATOR && t->op == OP_MUL && e->before.kind == T_OPERATOR && e->before.op == OP_MUL)
        report_hint(&l->g->report, "powers are written with ^", NULL);
    if (t->kind == T_OPERATOR && t->op == OP_DIV && e->before.kind == T_OPERATOR && e->before.op == OP_DIV)
        report_hint(&l->g->report, "div(a, b) is the whole quotient, rounded down", NULL);
    return false;
}

static bool expr_number(expr *e, constant c, bool whole, const token *t)
{
    lang *l = e->l;
    uint32_t at = (uint32_t)l->numbers.count;
    if (!array_push(&l->g->memory, &l->numbers, c) || !array_push(&l->g->memory, &l->number_whole, (uint8_t)whole))
        return expr_memory(e);
    return expr_piece(e, P_NUMBER, at, 0, t->place, t->bytes);
}

/* `if` and `not` may begin an expression, but not stand behind an operator that binds tighter. */
static bool expr_may_begin(expr *e, int level)
{
    char buffer[160];
    const waiting *w = expr_top(e);
    if (!w || w->kind != WAIT_OP || ops_row((op)w->value)->level <= level) return true;
    lang_error(e->l, E_HERE, expr_now(e), lexer_quote(&e->l->lexer, expr_now(e), buffer), NULL);
    report_hint(&e->l->g->report, "put it in brackets", NULL);
    return false;
}

static bool expr_word(expr *e)
{
    const token *t = expr_now(e);
    char buffer[160];
    e->operand = false;
    switch (t->word) {
    case W_PI: return expr_number(e, (constant){.real = 3.14159265358979323846}, false, t);
    case W_INF: return expr_number(e, (constant){.real = 1e308 * 10}, false, t);
    case W_NAN: return expr_number(e, (constant){.real = (1e308 * 10) * 0}, false, t);
    case W_TRUE:
    case W_FALSE: return expr_piece(e, P_BOOL, t->word == W_TRUE, 0, t->place, t->bytes);
    case W_IF: e->operand = true; return expr_may_begin(e, 0) && expr_wait(e, WAIT_IF, 0, t->place);
    case W_NOT:
        e->operand = true;
        return expr_may_begin(e, ops_row(OP_NOT)->level) && expr_wait(e, WAIT_OP, OP_NOT, t->place);
    case W_IMPORT: return lang_error(e->l, E_LATER, t, lexer_quote(&e->l->lexer, t, buffer), NULL);
    default: break;
    }
    e->operand = true;
    return expr_missing(e);
}

/* A name that stands alone, or before its brackets: an index where one is bound. */
static bool expr_plain_name(expr *e, const token *t)
{
    uint32_t bound = 0;
    e->operand = false;
    if (t->kind == T_WORD) return lang_error(e->l, E_RESERVED, t, "stop", NULL);
    if (e->l->scope) {
        const symbol *s = lang_symbol(e->l, t->name);
        if (!s) return false;
        bound = s->index;
    }
    return expr_piece(e, bound ? P_INDEX : P_NAME, bound ? bound - 1 : t->name, 0, t->place, t->bytes);
}

/* A name: a call where a bracket follows. The bracket is taken too. */
static bool expr_name(expr *e)
{
    lang *l = e->l;
    token t = *expr_now(e);
    if (!lexer_next(&l->lexer)) return false;
    e->before = t;
    if (expr_now(e)->kind != T_OPEN) return expr_plain_name(e, &t);
    e->before = *expr_now(e);
    e->depth++;
    if (!lexer_next(&l->lexer)) return false;
    return expr_is_reduction(e) ? expr_reduction(e, &t) : expr_wait(e, WAIT_CALL, t.name, t.place);
}

static bool expr_operand(expr *e)
{
    const token *t = expr_now(e);
    switch (t->kind) {
    case T_NUMBER:
        e->operand = false;
        if (!expr_number(e, t->number, t->whole, t)) return false;
        break;
    case T_NAME: return expr_name(e);
    case T_WORD:
        if (t->word == W_STOP) return expr_name(e);
        if (!expr_word(e)) return false;
        break;
    case T_OPEN:
        e->depth++;
        if (!expr_wait(e, WAIT_PAREN, 0, t->place)) return false;
        break;
    case T_CLOSE: { /* f() has no arguments */
        waiting *w = expr_top(e);
        if (!w || w->kind != WAIT_CALL || w->count || e->before.kind != T_OPEN) return expr_missing(e);
        if (!expr_piece(e, P_CALL, w->value, 0, w->place, (uint32_t)e->l->g->names.at[w->value].count)) return false;
        e->stack.count--;
        e->depth--;
        e->operand = false;
        break;
    }
    case T_OPERATOR:
        if (t->op != OP_SUB) return expr_missing(e);
        if (!expr_wait(e, WAIT_OP, OP_NEG, t->place)) return false;
        break;
    case T_BRACKET:
        if (!expr_open_bracket(e)) return false;
        break;
    case T_NEWLINE:
        if (t->semicolon) return expr_missing(e);
        return lexer_next(&e->l->lexer); /* a line goes on where an operand is due */
    default: return expr_missing(e);
    }
    e->before = *t;
    return lexer_next(&e->l->lexer);
}

/* ---- Operators -------------------------------------------------------------------------------- */

static bool expr_binary(expr *e, op o)
{
    const op_row *row = ops_row(o);
    waiting *w;
    /* right to left for ^ : what waits with the same level stays */
    if (!expr_reduce(e, row->right > row->left ? row->level : row->level + 1)) return false;
    w = expr_top(e);
    if (row->level == 5) {
        if (w && w->kind == WAIT_OP && ops_row((op)w->value)->level == 5) {
            lang_error(e->l, E_CHAIN, expr_now(e), NULL, NULL);
            report_hint(&e->l->g->report, "write a < b and b < c", NULL);
            return false;
        }
    }
    e->operand = true;
    if (o == OP_AND || o == OP_OR) {
        const token *t = expr_now(e);
        if (!expr_piece(e, P_WHEN, o == OP_AND ? WHEN_AND : WHEN_OR, 0, t->place, t->bytes)) return false;
    }
    return expr_wait(e, WAIT_OP, o, expr_now(e)->place);
}

static bool expr_if_mark(expr *e, uint8_t stage)
{
    const token *t = expr_now(e);
    if (!expr_reduce(e, LEVEL_IF + 1)) return false;
    /* an inner if that has its else is complete */
    while (expr_top(e) && expr_top(e)->kind == WAIT_IF && expr_top(e)->stage == 2)
        if (!expr_pop(e)) return false;
    waiting *w = expr_top(e);
    if (w && w->kind == WAIT_BRACKET && stage == 1 && w->stage == 0) { /* x[i - 1 else 0] */
        w->stage = 1;
        e->quiet--;
        e->operand = true;
        return true;
    }
    if (!w || w->kind != WAIT_IF || w->stage != stage) return expr_here(e);
    w->stage++;
    e->operand = true;
    return expr_piece(e, P_WHEN, stage ? WHEN_ELSE : WHEN_THEN, 0, t->place, t->bytes);
}

/* The mark that ends now must be a bracket; an if without its parts is told. */
bool expr_to_bracket(expr *e)
{
    char buffer[160];
    if (!expr_reduce(e, 0)) return false;
    waiting *w = expr_top(e);
    if (w && w->kind == WAIT_IF)
        return report_at(&e->l->g->report, w->stage == 0 ? E_THEN : E_ELSE, w->place, 2, NULL, NULL, NULL);
    if (w) return true;
    return lang_error(e->l, E_CLOSE, expr_now(e), lexer_quote(&e->l->lexer, expr_now(e), buffer), NULL);
}

static bool expr_close_call(expr *e)
{
    waiting w = *expr_top(e);
    lang *l = e->l;
    e->stack.count--;
    if (strcmp(graph_name_text(l->g, w.value), "diff") == 0) return expr_diff(e, &w);
    return expr_piece(e, P_CALL, w.value, (uint32_t)w.count + 1, w.place, (uint32_t)l->g->names.at[w.value].count);
}

static bool expr_close(expr *e)
{
    if (!expr_to_bracket(e)) return false;
    waiting *w = expr_top(e);
    if (w->kind == WAIT_RANGE || w->kind == WAIT_BRACKET || w->kind == WAIT_ARRAY) return expr_here(e);
    e->depth--;
    if (w->kind == WAIT_CALL) return expr_close_call(e);
    if (w->kind == WAIT_REDUCE) return expr_close_reduction(e);
    e->stack.count--;
    return true;
}

static bool expr_comma(expr *e)
{
    if (!expr_to_bracket(e)) return false;
    waiting *w = expr_top(e);
    if (w->kind == WAIT_PAREN || (w->kind == WAIT_BRACKET && w->stage)) return expr_here(e);
    if (w->count >= UINT16_MAX - 1) return lang_error(e->l, E_LIMIT_ARGS, expr_now(e), "65534", NULL);
    w->count++;
    if (w->kind == WAIT_CALL) w->begin = (uint32_t)e->l->pieces.count;
    e->operand = true;
    return true;
}

/* Two operands side by side. */
static bool expr_juxtaposed(expr *e)
{
    lang *l = e->l;
    char buffer[160], left[160], right[160], both[340];
    const token *t = expr_now(e), *b = &e->before;
    if (t->kind == T_WORD && t->word != W_STOP && t->word != W_PI && t->word != W_INF && t->word != W_NAN) {
        lang_error(l, E_HERE, t, lexer_quote(&l->lexer, t, buffer), NULL);
        if (t->word == W_IF) report_hint(&l->g->report, "a choice is written if condition then this else that", NULL);
        return false;
    }
    bool silent = b->kind == T_NUMBER || b->kind == T_CLOSE || t->kind == T_OPEN;
    lang_error(l, silent ? E_JUXTAPOSED : E_OPERATOR, t, lexer_quote(&l->lexer, t, buffer), NULL);
    quote(left, l->lexer.s + b->place, b->bytes);
    quote(right, l->lexer.s + t->place, t->bytes);
    const char *before = b->kind == T_CLOSE ? "(…)" : b->kind == T_BRACKET_CLOSE ? "[…]" : left;
    snprintf(both, sizeof both, "%s*%s%s", before, right, t->kind == T_OPEN ? "…)" : "");
    if (b->kind == T_NAME && ops_find_call(left, b->bytes) != OP_NOT_FOUND) /* sqrt 2 */
        snprintf(both, sizeof both, "%s(%s)", left, right);
    report_hint(&l->g->report, "write {1}", both);
    return false;
}

static bool expr_operator(expr *e)
{
    const token *t = expr_now(e);
    char buffer[160];
    bool ok;
    switch (t->kind) {
    case T_OPERATOR: ok = expr_binary(e, t->op); break;
    case T_WORD:
        if (t->word == W_AND || t->word == W_OR)
            ok = expr_binary(e, t->word == W_AND ? OP_AND : OP_OR);
        else if (t->word == W_THEN || t->word == W_ELSE)
            ok = expr_if_mark(e, t->word == W_THEN ? 0 : 1);
        else
            ok = expr_juxtaposed(e);
        break;
    case T_CLOSE: ok = expr_close(e); break;
    case T_COMMA:
        if (!expr_to_bracket(e)) return false;
        if (expr_top(e)->kind == WAIT_RANGE) return expr_range_end(e); /* it takes the token */
        ok = expr_comma(e);
        break;
    case T_NEWLINE:
        if (t->semicolon) return lang_error(e->l, E_HERE, t, lexer_quote(&e->l->lexer, t, buffer), NULL);
        return lexer_next(&e->l->lexer);    /* inside a bracket, or before then and else */
    case T_COLON: return expr_range_end(e); /* it takes the token */
    case T_RANGE: ok = expr_range_dots(e); break;
    case T_BRACKET:
        if (e->before.kind == T_NUMBER) return expr_juxtaposed(e);
        ok = expr_open_bracket(e);
        break;
    case T_BRACKET_CLOSE: ok = expr_close_bracket(e); break;
    case T_ASSIGN:
    case T_TILDE:
        lang_error(e->l, E_HERE, t, lexer_quote(&e->l->lexer, t, buffer), NULL);
        if (t->kind == T_ASSIGN) report_hint(&e->l->g->report, "a comparison is written ==", NULL);
        return false;
    default: return expr_juxtaposed(e);
    }
    if (!ok) return false;
    e->before = *t;
    return lexer_next(&e->l->lexer);
}

/* ---- The end ---------------------------------------------------------------------------------- */

static bool expr_ends(expr *e)
{
    const token *t = expr_now(e);
    if (t->kind == T_END) return true;
    if (e->depth > 0) return e->end != END_WHERE && t->kind == T_NEWLINE && t->semicolon;
    if (t->kind == T_WORD && t->word == W_WHERE) return true;
    if (e->end == END_WHERE) return t->kind == T_CLOSE || (t->kind == T_NEWLINE && t->semicolon);
    if (e->end == END_ARGUMENT) return t->kind == T_CLOSE || t->kind == T_COMMA;
    if (e->end >= END_BRACKET)
        return t->kind == T_BRACKET_CLOSE || t->kind == T_COMMA || t->kind == T_RANGE || t->kind == T_COLON ||
               (t->kind == T_WORD && (t->word == W_UNTIL || t->word == W_IN));
    if (e->end == END_LIST && t->kind == T_COMMA) return true;
    return t->kind == T_NEWLINE;
}

/* An if without its then or its else, which may stand in the next line: a line does not go on before it. */
static bool expr_open_if(expr *e, const waiting *w)
{
    lexer ahead = e->l->lexer;
    keyword wanted = w->stage == 0 ? W_THEN : W_ELSE;
    while (ahead.now.kind == T_NEWLINE && !ahead.now.semicolon && lexer_next(&ahead)) continue;
    report_at(&e->l->g->report, w->stage == 0 ? E_THEN : E_ELSE, w->place, 2, NULL, NULL, NULL);
    if (ahead.now.kind == T_WORD && ahead.now.word == wanted)
        report_hint(&e->l->g->report, "a line goes on after '{1}', not before it: end the line with it",
                    wanted == W_THEN ? "then" : "else");
    return false;
}

static bool expr_finish(expr *e)
{
    if (!expr_reduce(e, 0)) return false;
    waiting *w = expr_top(e);
    if (!w) return true;
    if (w->kind == WAIT_IF) return expr_open_if(e, w);
    uint32_t place = w->place + (w->kind == WAIT_CALL ? (uint32_t)e->l->g->names.at[w->value].count : 0);
    return report_at(&e->l->g->report, E_OPEN, place, 1, NULL, NULL, NULL);
}

bool lang_expression(lang *l, expression_end end, span *result)
{
    expr e = {.l = l, .end = end, .quiet = end == END_BRACKET, .operand = true};
    size_t brackets = l->brackets;
    result->begin = (uint32_t)l->pieces.count;
    result->binder = (uint32_t)l->binders.count;
    bool ok = true;
    while (ok && (e.operand ? expr_now(&e)->kind != T_END : !expr_ends(&e)))
        ok = e.operand ? expr_operand(&e) : expr_operator(&e);
    if (ok && e.operand) ok = expr_missing(&e);
    if (ok) ok = expr_finish(&e);
    array_free(&l->g->memory, &e.stack);
    result->end = (uint32_t)l->pieces.count;
    result->binders = (uint32_t)l->binders.count - result->binder;
    result->indexed = l->brackets > brackets;
    return ok;
}
