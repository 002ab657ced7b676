/*
 * sides.c - left sides with brackets, z[n, t+1, 0], and the sizes in declarations, x[N, 784].
 *
 * A bare name is a new index; t + 1 an index with an offset; anything else fixes a place. Whether T in
 * V[T] = … is an index or a place is known only when the whole text is (lang_places): a name of a whole
 * number, where another equation of the same array has something else in that bracket.
 */
#include <string.h>

#include "lang/lang.h"

static bool side_wrong(lang *l)
{
    char buffer[160];
    return lang_error(l, E_HERE, &l->lexer.now, lexer_quote(&l->lexer, &l->lexer.now, buffer), NULL);
}

static bool side_reserved(lang *l)
{
    char buffer[160];
    const token *t = &l->lexer.now;
    return lang_error(l, E_RESERVED, t, quote(buffer, l->lexer.s + t->place, t->bytes), NULL);
}

static bool side_lines(lang *l)
{
    while (l->lexer.now.kind == T_NEWLINE && !l->lexer.now.semicolon)
        if (!lexer_next(&l->lexer)) return false;
    return true;
}

static token side_next(lang *l)
{
    lexer saved = l->lexer;
    token t = {0};
    if (lexer_next(&l->lexer) && side_lines(l)) t = l->lexer.now;
    l->lexer = saved;
    report_forget(&l->g->report);
    return t;
}

static bool side_ends(const token *t)
{
    return t->kind == T_COMMA || t->kind == T_BRACKET_CLOSE;
}

static bool side_range(lang *l, side *s)
{
    if (!lang_expression(l, END_BRACKET, &s->low)) return false;
    s->ranges = 1;
    if (l->lexer.now.kind != T_RANGE) return true;
    s->ranges = 2;
    return lexer_next(&l->lexer) && lang_expression(l, END_BRACKET, &s->high);
}

/* t + 1, t - 1, 1 + t as pieces: the name, or 0. */
static uint32_t side_offset(const lang *l, span s, int64_t *offset)
{
    if (s.end - s.begin != 3) return 0;
    const piece *p = &l->pieces.at[s.begin], *name = p, *number = p + 1;
    if (p[2].kind != P_OP || (p[2].value != OP_ADD && p[2].value != OP_SUB)) return 0;
    if (p[2].value == OP_ADD && p[1].kind == P_NAME) name = p + 1, number = p;
    if (name->kind != P_NAME || number->kind != P_NUMBER || !l->number_whole.at[number->value]) return 0;
    *offset = l->numbers.at[number->value].whole;
    if (p[2].value == OP_SUB) *offset = -*offset;
    return name->value;
}

/* The index as a piece, which becomes a name where it turns out to be a place. */
static bool side_push_index(lang *l, const token *t, side *s)
{
    piece p = {P_INDEX, 1, (uint8_t)(t->bytes & 255), 0, s->binder, t->place};
    s->low = (span){(uint32_t)l->pieces.count, (uint32_t)l->pieces.count + 1, (uint32_t)l->binders.count, 0, false};
    return array_push(&l->g->memory, &l->pieces, p) ? true : report_memory(&l->g->report);
}

static bool side_index(lang *l, side *s, uint32_t name)
{
    s->kind = SIDE_INDEX;
    s->binder = lang_bind(l, name, s->place, false);
    if (s->binder != NO_BINDER) l->binders.at[s->binder].ranged = s->ranges != 0;
    return s->binder != NO_BINDER;
}

/* until CONDITION, once on a left side. */
static bool side_until(lang *l, side *s, span *until)
{
    if (until->end > until->begin) return side_wrong(l);
    s->until = true;
    return lexer_next(&l->lexer) && lang_expression(l, END_UNTIL, until);
}

/* One bracket of a left side. */
static bool side_read(lang *l, side *s, span *until)
{
    token t = l->lexer.now, next = side_next(l);
    uint32_t name = t.name;
    *s = (side){.place = t.place, .bytes = t.bytes};
    bool until_next = next.kind == T_WORD && next.word == W_UNTIL, in_next = next.kind == T_WORD && next.word == W_IN;
    if (t.kind == T_WORD && (in_next || side_ends(&next))) return side_reserved(l);
    if (t.kind == T_NAME && (side_ends(&next) || until_next)) {
        s->bare = true;
        if (!side_index(l, s, name) || !side_push_index(l, &t, s)) return false;
        if (!lexer_next(&l->lexer) || !side_lines(l)) return false;
        return !until_next || side_until(l, s, until);
    } else if (t.kind == T_NAME && in_next) {
        if (!lexer_next(&l->lexer) || !side_lines(l) || !lexer_next(&l->lexer) || !side_range(l, s)) return false;
    } else {
        if (!lang_expression(l, END_BRACKET, &s->low)) return false;
        s->bytes = l->lexer.now.place - t.place;
        name = side_offset(l, s->low, &s->offset);
        s->kind = SIDE_PLACE;
        if (!name) return true;
    }
    if (!side_index(l, s, name)) return false;
    for (uint32_t i = s->low.begin; !s->ranges && i < s->low.end; i++) {
        piece *p = &l->pieces.at[i];
        if (p->kind == P_NAME) *p = (piece){P_INDEX, 1, p->bytes, 0, s->binder, p->place};
    }
    if (!side_lines(l)) return false;
    return l->lexer.now.kind != T_WORD || l->lexer.now.word != W_UNTIL || side_until(l, s, until);
}

static bool side_twice(lang *l, uint32_t first, uint32_t rank, const side *s)
{
    char buffer[160];
    for (uint32_t k = 0; k < rank; k++) {
        const side *o = &l->sides.at[first + k];
        if (o->kind != SIDE_INDEX || s->kind != SIDE_INDEX) continue;
        uint32_t name = l->binders.at[s->binder].name;
        if (l->binders.at[o->binder].name != name) continue;
        const char *word = graph_name_text(l->g, name);
        return report_at(&l->g->report, E_INDEX_TWICE, s->place, s->bytes, quote(buffer, word, strlen(word)), NULL,
                         NULL);
    }
    return true;
}

static bool side_push(lang *l, const side *s, uint32_t rank)
{
    if (rank >= 32) return report_at(&l->g->report, E_AXES, s->place, s->bytes, "32", NULL, NULL);
    return array_push(&l->g->memory, &l->sides, *s) ? true : report_memory(&l->g->report);
}

bool lang_left(lang *l, uint32_t *first, uint32_t *rank, span *until)
{
    side s;
    l->arrays = true;
    *first = (uint32_t)l->sides.count;
    *rank = 0;
    do {
        if (!lexer_next(&l->lexer) || !side_lines(l) || !side_read(l, &s, until)) return false;
        if (!side_twice(l, *first, *rank, &s) || !side_push(l, &s, *rank)) return false;
        ++*rank;
        if (!side_lines(l)) return false;
    } while (l->lexer.now.kind == T_COMMA);
    if (l->lexer.now.kind != T_BRACKET_CLOSE) return side_wrong(l);
    return lexer_next(&l->lexer);
}

bool lang_sizes(lang *l, uint32_t *first, uint32_t *rank)
{
    *first = (uint32_t)l->sides.count;
    *rank = 0;
    do {
        side s = {.kind = SIDE_PLACE};
        if (!lexer_next(&l->lexer) || !side_lines(l)) return false;
        s.place = l->lexer.now.place;
        if (!lang_expression(l, END_BRACKET, &s.low)) return false;
        s.bytes = l->lexer.now.place - s.place;
        if (!side_push(l, &s, *rank)) return false;
        ++*rank;
        if (!side_lines(l)) return false;
    } while (l->lexer.now.kind == T_COMMA);
    if (l->lexer.now.kind != T_BRACKET_CLOSE) return side_wrong(l);
    return lexer_next(&l->lexer);
}

/* ---- Indices that are places ------------------------------------------------------------------------ */

static bool place_is_whole(const symbol *s)
{
    if (s->kind == S_SIZE) return true;
    return (s->kind == S_INPUT || s->kind == S_PARAM) && s->declared_type == TYPE_INT && s->rank == 0;
}

/* Is it a whole number that the text knows: a dimension, an int input, arithmetic on literals and those? */
static bool place_is_known(lang *l, uint32_t name)
{
    const symbol *s = lang_symbol(l, name);
    if (!s) return false;
    if (s->kind != S_NODE || s->first) return place_is_whole(s);
    for (uint32_t i = s->value.begin; i < s->value.end; i++) {
        const piece *p = &l->pieces.at[i];
        bool number = p->kind == P_NUMBER && l->number_whole.at[p->value];
        const symbol *other = p->kind == P_NAME ? lang_symbol(l, p->value) : NULL;
        if (!number && p->kind != P_OP && !(other && place_is_whole(other))) return false;
    }
    return true;
}

/* Has another equation of the array something else in this bracket? */
static bool place_differs(lang *l, const statement *st, uint32_t axis)
{
    const side *s = &l->sides.at[st->sides + axis];
    uint32_t name = l->binders.at[s->binder].name;
    for (uint32_t i = l->symbols.at[st->name].first; i; i = l->statements.at[i - 1].next) {
        const statement *o = &l->statements.at[i - 1];
        const side *t = &l->sides.at[o->sides + axis];
        if (o == st) continue;
        if (t->kind != SIDE_INDEX || t->offset != s->offset || l->binders.at[t->binder].name != name) return true;
    }
    return false;
}

static void place_unbind(lang *l, span s, uint32_t binder_index)
{
    for (uint32_t i = s.begin; i < s.end; i++) {
        piece *p = &l->pieces.at[i];
        if (p->kind != P_INDEX || p->value != binder_index) continue;
        p->kind = P_NAME;
        p->value = l->binders.at[binder_index].name;
    }
}

/* What an equation says with an index that turned out to be a place: V[n, j in 0..n] = n * j. */
static void place_unbind_all(lang *l, const statement *st, uint32_t binder_index)
{
    for (uint32_t k = 0; k < st->rank; k++) {
        place_unbind(l, l->sides.at[st->sides + k].low, binder_index);
        place_unbind(l, l->sides.at[st->sides + k].high, binder_index);
    }
    place_unbind(l, st->value, binder_index);
    place_unbind(l, st->until, binder_index);
}

bool lang_places(lang *l)
{
    for (size_t i = 0; l->arrays && i < l->statements.count; i++) {
        const statement *st = &l->statements.at[i];
        const symbol *array = st->name && st->rank ? lang_symbol(l, st->name) : NULL;
        if (!array || array->first == array->last) continue;
        for (uint32_t k = 0; k < st->rank; k++) {
            side *s = &l->sides.at[st->sides + k];
            if (s->kind != SIDE_INDEX || s->ranges || !place_is_known(l, l->binders.at[s->binder].name)) continue;
            if (!place_differs(l, st, k)) continue;
            s->kind = SIDE_PLACE;
            l->binders.at[s->binder].gone = true;
            place_unbind_all(l, st, s->binder);
        }
    }
    return report_ok(&l->g->report);
}
