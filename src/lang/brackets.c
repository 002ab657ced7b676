/*
 * brackets.c - what has indices, on the right side: accesses x[i, j], literals [1, 2], reductions
 * sum(i, j in 5: …), and the place that diff's second argument names.
 *
 * Brackets and ranges wait on the stack of expression.c; which name is an index is known at once,
 * since left sides and heads of reductions are read before what they bind.
 */
#include <stdio.h>
#include <string.h>

#include "lang/expression.h"

uint32_t lang_bind(lang *l, uint32_t name, uint32_t place, bool parameter)
{
    symbol *s = lang_symbol(l, name);
    binder b = {.name = name, .place = place, .hidden = s ? s->index : 0, .parameter = parameter};
    if (!s) return NO_BINDER;
    if (!array_push(&l->g->memory, &l->binders, b)) {
        report_memory(&l->g->report);
        return NO_BINDER;
    }
    s->index = (uint32_t)l->binders.count;
    l->scope++;
    return (uint32_t)l->binders.count - 1;
}

void lang_unbind(lang *l, uint32_t binder_index)
{
    const binder *b = &l->binders.at[binder_index];
    l->symbols.at[b->name].index = b->hidden;
    l->scope--;
}

/* ---- Accesses and literals ---------------------------------------------------------------------- */

bool expr_open_bracket(expr *e)
{
    const token *t = expr_now(e);
    e->depth++;
    e->l->brackets++;
    bool access = !e->operand;
    e->operand = true;
    if (!expr_wait(e, access ? WAIT_BRACKET : WAIT_ARRAY, 0, t->place)) return false;
    if (access) e->quiet++;
    return true;
}

static bool expr_empty_brackets(expr *e)
{
    char buffer[160];
    return lang_error(e->l, E_OPERAND, expr_now(e), lexer_quote(&e->l->lexer, expr_now(e), buffer), NULL);
}

bool expr_close_bracket(expr *e)
{
    char buffer[160];
    if (e->operand) return expr_empty_brackets(e);
    if (!expr_to_bracket(e)) return false;
    waiting w = *expr_top(e);
    if (w.kind != WAIT_BRACKET && w.kind != WAIT_ARRAY)
        return lang_error(e->l, E_CLOSE, expr_now(e), lexer_quote(&e->l->lexer, expr_now(e), buffer), NULL);
    if (w.kind == WAIT_BRACKET && w.stage == 0) e->quiet--;
    e->depth--;
    e->stack.count--;
    uint32_t count = (uint32_t)w.count + 1, place = w.place, bytes = expr_now(e)->place + 1 - place;
    if (w.kind == WAIT_ARRAY) return expr_piece(e, P_ARRAY, 0, count, place, bytes);
    const piece *base = &e->l->pieces.at[w.begin - 1];
    if (base->place < place && (base->kind == P_NAME || base->kind == P_INDEX)) { /* underlined from the name on */
        bytes += place - base->place;
        place = base->place;
    }
    return expr_piece(e, w.stage ? P_AT_ELSE : P_AT, w.begin, count, place, bytes);
}

/* ---- Reductions --------------------------------------------------------------------------------- */

/* The next token; inside a bracket a line goes on. */
static bool expr_next_inside(lexer *x)
{
    bool ok;
    do ok = lexer_next(x);
    while (ok && x->now.kind == T_NEWLINE && !x->now.semicolon);
    return ok;
}

/* i, j, k in … or i, j : … ; looks ahead over names and commas only, and comes back. */
bool expr_is_reduction(expr *e)
{
    lexer *x = &e->l->lexer, saved = *x;
    bool is = false, ok = true;
    if (x->now.kind == T_NEWLINE && !x->now.semicolon) ok = expr_next_inside(x);
    if (ok && x->now.kind == T_COLON) is = true;                            /* sum(: x), told later */
    while (ok && !is && (x->now.kind == T_NAME || x->now.kind == T_WORD)) { /* a reserved word, told later */
        ok = expr_next_inside(x);
        if (ok && (x->now.kind == T_COLON || (x->now.kind == T_WORD && x->now.word == W_IN))) is = true;
        if (is || !ok || x->now.kind != T_COMMA) break;
        ok = expr_next_inside(x);
    }
    *x = saved;
    report_forget(&e->l->g->report);
    return is;
}

/* The binder of this name if it is an index parameter of the function around. */
static uint32_t expr_parameter(expr *e, uint32_t name)
{
    const symbol *s = lang_symbol(e->l, name);
    bool is = s && s->index && e->l->binders.at[s->index - 1].parameter;
    return is ? s->index - 1 : NO_BINDER;
}

static bool expr_twice(expr *e, uint32_t binder_index)
{
    char buffer[160];
    const binder *b = &e->l->binders.at[binder_index];
    const char *word = graph_name_text(e->l->g, b->name);
    quote(buffer, word, strlen(word));
    return report_at(&e->l->g->report, E_INDEX_TWICE, b->place, strlen(word), buffer, NULL, NULL);
}

/* The reduction whose head is read now; a range may stand above it. */
static bool expr_over(expr *e, uint32_t binder_index)
{
    const waiting *w = expr_top(e);
    if (w->kind == WAIT_RANGE) w--;
    reduction *r = &e->l->reductions.at[w->value];
    if (r->count == 0) r->first = (uint32_t)e->l->over.count;
    uint32_t name = e->l->binders.at[binder_index].name;
    for (uint32_t k = r->first; k < e->l->over.count && k < r->first + r->count; k++)
        if (e->l->binders.at[e->l->over.at[k]].name == name) return expr_twice(e, binder_index);
    if (r->first + r->count != e->l->over.count) return expr_here(e); /* a reduction in a range of this head */
    r->count++;
    return array_push(&e->l->g->memory, &e->l->over, binder_index) ? true : expr_memory(e);
}

static bool expr_reserved(expr *e)
{
    char buffer[160];
    const token *t = expr_now(e);
    return lang_error(e->l, E_RESERVED, t, quote(buffer, e->l->lexer.s + t->place, t->bytes), NULL);
}

/* One index of the head, from its name to the comma or colon behind it, or to its range. */
static bool expr_binder(expr *e, bool *more)
{
    lang *l = e->l;
    *more = false;
    while (expr_now(e)->kind == T_NEWLINE && !expr_now(e)->semicolon)
        if (!lexer_next(&l->lexer)) return false;
    token t = *expr_now(e);
    if (t.kind == T_WORD) return expr_reserved(e);
    if (t.kind != T_NAME) return expr_here(e);
    if (!expr_next_inside(&l->lexer)) return false;
    const token *next = expr_now(e);
    if (next->kind == T_WORD && next->word == W_IN) { /* its range does not know it yet */
        e->before = *next;
        e->operand = true;
        e->quiet++;
        return expr_wait(e, WAIT_RANGE, t.name, t.place) && lexer_next(&l->lexer);
    }
    uint32_t known = expr_parameter(e, t.name);
    if (known == NO_BINDER) known = lang_bind(l, t.name, t.place, false);
    if (known == NO_BINDER || !expr_piece(e, P_BIND, known, 0, t.place, t.bytes)) return false;
    if (!expr_over(e, known)) return false;
    if (next->kind != T_COMMA && next->kind != T_COLON) return expr_here(e);
    *more = next->kind == T_COMMA;
    e->before = *next;
    e->operand = true;
    if (!*more) expr_top(e)->stage = 1;
    return lexer_next(&l->lexer);
}

static bool expr_binders(expr *e)
{
    bool more = true;
    while (more)
        if (!expr_binder(e, &more)) return false;
    return true;
}

bool expr_reduction(expr *e, const token *name)
{
    lang *l = e->l;
    reduction r = {name->name, name->place, 0, 0, (uint32_t)l->pieces.count};
    char buffer[160];
    l->brackets++;
    if (name->kind == T_WORD) return lang_error(l, E_RESERVED, name, "stop", NULL);
    if (expr_now(e)->kind == T_NEWLINE && !expr_next_inside(&l->lexer)) return false;
    if (expr_now(e)->kind == T_COLON) {
        const char *word = graph_name_text(l->g, name->name);
        return lang_error(l, E_NO_BINDER, expr_now(e), quote(buffer, word, strlen(word)), NULL);
    }
    if (!array_push(&l->g->memory, &l->reductions, r)) return expr_memory(e);
    return expr_wait(e, WAIT_REDUCE, (uint32_t)l->reductions.count - 1, name->place) && expr_binders(e);
}

/* A range is being read: only then `..` and `:` mean something. */
static bool expr_in_range(const expr *e)
{
    for (size_t i = e->stack.count; i-- > 0;)
        if (e->stack.at[i].kind == WAIT_RANGE) return true;
    return false;
}

bool expr_range_dots(expr *e)
{
    if (!expr_in_range(e)) return expr_here(e);
    if (!expr_to_bracket(e)) return false;
    waiting *w = expr_top(e);
    if (w->kind != WAIT_RANGE || w->stage) return expr_here(e);
    w->stage = 1;
    e->operand = true;
    return true;
}

/* Behind a range: the comma before another index, or the colon. Takes the token. */
bool expr_range_end(expr *e)
{
    lang *l = e->l;
    if (!expr_in_range(e)) return expr_here(e);
    if (!expr_to_bracket(e)) return false;
    waiting w = *expr_top(e);
    token t = *expr_now(e);
    if (w.kind != WAIT_RANGE) return expr_here(e);
    uint32_t bound = lang_bind(l, w.value, w.place, false);
    if (bound == NO_BINDER) return false;
    l->binders.at[bound].ranged = true;
    if (!expr_over(e, bound)) return false;
    if (!expr_piece(e, P_BIND, bound, w.stage + 1u, w.place, (uint32_t)l->g->names.at[w.value].count)) return false;
    e->stack.count--;
    e->quiet--;
    e->before = t;
    e->operand = true;
    if (t.kind == T_COLON) expr_top(e)->stage = 1;
    if (!lexer_next(&l->lexer)) return false;
    return t.kind == T_COLON || expr_binders(e);
}

bool expr_close_reduction(expr *e)
{
    lang *l = e->l;
    waiting w = *expr_top(e);
    reduction r = l->reductions.at[w.value];
    if (w.stage == 0) return expr_here(e);
    e->stack.count--;
    for (size_t k = r.count; k-- > 0;)
        if (!l->binders.at[l->over.at[r.first + k]].parameter) lang_unbind(l, l->over.at[r.first + k]);
    return expr_piece(e, P_REDUCE, w.value, (uint32_t)w.count + 1, r.place, (uint32_t)l->g->names.at[r.name].count);
}

/* ---- diff ------------------------------------------------------------------------------------------ */

static bool expr_diff_wrong(expr *e, const piece *last)
{
    return report_at(&e->l->g->report, E_DIFF_NAME, last->place, last->bytes, NULL, NULL, NULL);
}

/* diff(E, x), diff(E, x[place]): the access is no access but the place. */
bool expr_diff(expr *e, const waiting *w)
{
    lang *l = e->l;
    char here[32];
    uint32_t brackets = 0;
    if (w->count != 1) {
        snprintf(here, sizeof here, "%u", (unsigned)w->count + 1);
        return report_at(&l->g->report, E_ARGUMENTS, w->place, 4, "diff", translate(l->g->language, "2 arguments"),
                         here);
    }
    piece last = l->pieces.at[l->pieces.count - 1], base = l->pieces.at[w->begin];
    if (last.kind == P_AT && last.value == w->begin + 1) {
        brackets = last.count;
        l->pieces.count--;
    } else if (l->pieces.count - w->begin != 1) {
        return expr_diff_wrong(e, &last);
    }
    if (base.kind != P_NAME) return expr_diff_wrong(e, &base);
    symbol *by = lang_symbol(l, base.value), *of;
    if (!by) return false;
    by->diffs_by++;
    const piece *first = w->begin ? &l->pieces.at[w->begin - 1] : NULL;
    if (first && first->kind == P_NAME && (of = lang_symbol(l, first->value)) != NULL) of->diffs_of++;
    return expr_piece(e, P_DIFF, w->begin, brackets + 2, w->place, 4);
}
