/*
 * resolve.c - what names and calls mean, once the whole text is known.
 */
#include <stdio.h>
#include <string.h>

#include "lang/lang.h"

static bool resolve_error(lang *l, error_code code, const piece *p, const char *a, const char *b, const char *c)
{
    return report_at(&l->g->report, code, p->place, p->bytes, a, b, c);
}

static bool resolve_reduction(const char *name)
{
    return lang_is_reduction(name) || strcmp(name, "softmax") == 0;
}

/* "a*(b+1)" for a(b+1), as it stands in the text if the bracket closes soon. */
static void resolve_product(const lang *l, const piece *p, const char *name, char *product, size_t size)
{
    const source *s = &l->g->report.source;
    size_t open = p->place + l->g->names.at[p->value].count, end = open, depth = 0;
    while (open < s->count && s->at[open] == ' ') open++;
    for (end = open; end < s->count && end - open < 40 && s->at[end] != '\n'; end++) {
        if (s->at[end] == '(') depth++;
        if (s->at[end] == ')' && --depth == 0) break;
    }
    bool closed = end < s->count && end - open < 40 && s->at[end] == ')';
    snprintf(product, size, "%s*%.*s", name, closed ? (int)(end - open + 1) : 5, closed ? s->at + open : "(…)");
}

static bool resolve_no_function(lang *l, const piece *p, uint32_t word)
{
    char buffer[160], product[200];
    const char *name = graph_name_text(l->g, word);
    size_t count = l->g->names.at[word].count;
    const symbol *s = lang_symbol(l, word);
    quote(buffer, name, count);
    if (resolve_reduction(name)) return resolve_error(l, E_REDUCTION, p, name, NULL, NULL);
    bool single = p->count == 1; /* more arguments are no product */
    bool variable = s && (s->kind != S_NONE || s->used || l->g->names.at[word].node != EW_NONE);
    const char *near = variable ? NULL : lang_suggest(l, name, count, true);
    resolve_error(l, single && (variable || (!near && count == 1)) ? E_JUXTAPOSED : E_FUNCTION, p, buffer, NULL, NULL);
    if (near) {
        report_hint(&l->g->report, "did you mean '{1}'?", near);
        return false;
    }
    if (!single) return false;
    resolve_product(l, p, buffer, product, sizeof product);
    report_hint(&l->g->report, variable || count == 1 ? "write {1}" : "to multiply, write {1}", product);
    return false;
}

/* `none` says what 0 means: no arguments, or two or more. */
static bool resolve_count(lang *l, const piece *p, const char *name, unsigned due, const char *none)
{
    char takes[80], here[16], buffer[160], number[32];
    const char *args[1] = {number};
    const char *language = l->g->language;
    text t;
    text_begin(&t, &l->g->memory);
    snprintf(number, sizeof number, "%u", due);
    const char *phrase = /* catalogue */ due == 0 ? none : due == 1 ? "1 argument" : "{1} arguments";
    text_fill(&t, translate(language, phrase), args, 1);
    snprintf(takes, sizeof takes, "%.78s", text_string(&t));
    text_free(&t);
    snprintf(here, sizeof here, "%u", (unsigned)p->count);
    resolve_error(l, E_ARGUMENTS, p, quote(buffer, name, strlen(name)), takes, here);
    if (p->count == 1 && (strcmp(name, "min") == 0 || strcmp(name, "max") == 0))
        report_hint(&l->g->report, "over an array it is written {1}(i: x[i])", name);
    return false;
}

static bool resolve_call(lang *l, piece *p)
{
    symbol *s = lang_symbol(l, p->value);
    const char *name = graph_name_text(l->g, p->value);
    if (!s) return false;
    if (s->function && l->functions.at[s->function - 1].binders)
        return resolve_error(l, E_REDUCTION, p, name, NULL, NULL);
    if (s->function) {
        unsigned due = l->functions.at[s->function - 1].parameters;
        return p->count == due || resolve_count(l, p, name, due, "no arguments");
    }
    op o = ops_find_call(name, l->g->names.at[p->value].count);
    if (o == OP_NOT_FOUND) return resolve_no_function(l, p, p->value);
    unsigned due = ops_row(o)->count;
    if (due == 0 ? p->count < 2 : p->count != due) return resolve_count(l, p, name, due, "2 arguments or more");
    p->kind = P_OP;
    p->value = o;
    return true;
}

/* Without declarations a name that nothing defines is an input: in the order of first use. */
static bool resolve_name(lang *l, piece *p)
{
    symbol *s = lang_symbol(l, p->value);
    if (!s) return false;
    bool defined = s->kind != S_NONE || l->g->names.at[p->value].node != EW_NONE;
    bool place = p->quiet && !p->count; /* lang_roles */
    if (!defined && strcmp(graph_name_text(l->g, p->value), "training") == 0) {
        p->kind = P_BOOL; /* true only in steps of training */
        p->value = l->g->training;
        return true;
    }
    if (!s->used && s->kind == S_NONE) s->place = p->place;
    s->used = true;
    s->placed = s->placed || place;
    if (place && s->kind == S_INPUT && s->rank && !l->has_declarations) s->declared_type = TYPE_INT;
    if (defined || l->has_declarations || l->outside || (p->quiet && !s->rank)) return true;
    s->kind = S_INPUT;
    s->declared_type = place ? TYPE_INT : l->g->real; /* what stands in a bracket is a place */
    return array_push(&l->g->memory, &l->declared, p->value) ? true : report_memory(&l->g->report);
}

/* Names in declared sizes that nothing defines are dimensions. */
static bool resolve_dimensions(lang *l)
{
    for (size_t i = 0; l->has_declarations && i < l->declared.count; i++) {
        const symbol s = l->symbols.at[l->declared.at[i]];
        for (uint32_t k = 0; k < s.rank; k++) {
            span low = l->sides.at[s.sides + k].low;
            for (uint32_t q = low.begin; q < low.end; q++) {
                const piece *p = &l->pieces.at[q];
                symbol *d = p->kind == P_NAME ? lang_symbol(l, p->value) : NULL;
                if (!d || d->kind != S_NONE) continue;
                d->kind = S_SIZE;
                d->place = p->place;
                if (!array_push(&l->g->memory, &l->dimensions, p->value)) return report_memory(&l->g->report);
            }
        }
    }
    return report_ok(&l->g->report);
}

/* Does the name mean nothing that could stand in a bracket? A generated name of a part that is no whole number
 * does not count. */
static bool resolve_is_free(const lang *l, uint32_t name)
{
    ew_node n = l->g->names.at[name].node;
    if (n == EW_NONE) return true;
    const graph_node *node = node_at(l->g, n);
    return l->outside && (node->flags & NODE_GENERATED) && (type_is_real(node->type) || node->shape);
}

/* The free indices of a bare expression: names in its brackets that mean nothing else. */
static bool resolve_free(lang *l, statement *st)
{
    uint32_t first = (uint32_t)l->binders.count;
    if (st->name || !st->value.indexed) return true;
    for (uint32_t i = st->value.begin; i < st->value.end; i++) {
        const piece *p = &l->pieces.at[i];
        symbol *s = p->kind == P_NAME && p->quiet ? lang_symbol(l, p->value) : NULL;
        if (!s || s->kind != S_NONE || s->index || s->rank || !resolve_is_free(l, p->value)) continue;
        bool known = false;
        for (size_t k = 0; k < l->g->bound.count; k++) known = known || l->g->bound.at[k].name == p->value;
        if (!known && lang_bind(l, p->value, p->place, false) == NO_BINDER) return false;
    }
    st->binder = first;
    st->binders = (uint32_t)l->binders.count - first;
    for (uint32_t i = st->value.begin; st->binders && i < st->value.end; i++) {
        piece *p = &l->pieces.at[i];
        const symbol *s = p->kind == P_NAME ? lang_symbol(l, p->value) : NULL;
        if (!s || !s->index) continue;
        p->kind = P_INDEX;
        p->value = s->index - 1;
    }
    for (uint32_t k = st->binders; k-- > 0;) lang_unbind(l, first + k);
    return true;
}

/* Undeclared arrays have as many axes as brackets. */
static void resolve_rank(lang *l, const piece *p)
{
    const piece *base = &l->pieces.at[p->kind == P_DIFF ? p->value : p->value - 1];
    size_t brackets = p->kind == P_DIFF ? p->count - 2u : p->count;
    symbol *s = base->kind == P_NAME ? lang_symbol(l, base->value) : NULL;
    if (s && s->kind == S_NONE && s->rank < brackets) s->rank = (uint16_t)brackets;
}

/* Does a function's reduction keep its index? Where a parameter or the index itself stands outside the
 * reductions over it. */
static bool resolve_keeps_span(const lang *l, const function *f, span s)
{
    bool keeps = false;
    for (uint32_t i = s.end; i-- > s.begin && !keeps;) {
        const piece *p = &l->pieces.at[i];
        if (p->kind == P_REDUCE) {
            const reduction *r = &l->reductions.at[p->value];
            bool over = l->over.at[r->first] - f->binder < f->binders;
            uint32_t own = l->symbols.at[r->name].function;
            if (over && !(own && l->functions.at[own - 1].keeps)) i = r->begin; /* on to its head */
            continue;
        }
        keeps = (p->kind == P_LOCAL && p->value < f->parameters) ||
                (p->kind == P_INDEX && p->value - f->binder < f->binders);
    }
    return keeps;
}

static bool resolve_keeps(const lang *l, const function *f)
{
    if (resolve_keeps_span(l, f, f->body)) return true;
    for (uint32_t k = f->parameters; k < f->count; k++)
        if (resolve_keeps_span(l, f, l->locals.at[f->locals + k].value)) return true;
    return false;
}

/* A reduction that keeps its index is over the one of that name outside. */
static void resolve_kept(lang *l)
{
    bool progress = true;
    for (size_t round = 0; progress && round < 64; round++) {
        progress = false;
        for (size_t i = 0; i < l->functions.count; i++) {
            function *f = &l->functions.at[i];
            if (!f->binders || f->keeps || !resolve_keeps(l, f)) continue;
            f->keeps = progress = true;
        }
    }
    for (size_t i = 0; i < l->reductions.count; i++) {
        const reduction *r = &l->reductions.at[i];
        uint32_t own = l->symbols.count > r->name ? l->symbols.at[r->name].function : 0;
        if (!own || !l->functions.at[own - 1].keeps) continue;
        for (uint32_t k = 0; k < r->count; k++) {
            binder *b = &l->binders.at[l->over.at[r->first + k]];
            if (!b->parameter) b->same = b->hidden;
        }
    }
}

static bool resolve_reduce(lang *l, const piece *p)
{
    static const char *const blocks[] = {"solve", "cholesky", "logdet", "argsort"};
    const reduction *r = &l->reductions.at[p->value];
    const char *name = graph_name_text(l->g, r->name);
    symbol *s = lang_symbol(l, r->name);
    char buffer[160];
    if (!s) return false;
    quote(buffer, name, strlen(name));
    if (s->function) {
        const function *f = &l->functions.at[s->function - 1];
        if (!f->binders) return resolve_error(l, E_NO_REDUCTION, p, buffer, NULL, NULL);
        if (f->binders != r->count) {
            char count[24];
            count_text(r->count, count);
            return resolve_error(l, E_ONE_INDEX, p, buffer, count, NULL);
        }
        return p->count == f->parameters || resolve_count(l, p, name, f->parameters, "no arguments");
    }
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        if (strcmp(name, blocks[i]) == 0) return resolve_error(l, E_BLOCK, p, name, NULL, NULL);
    if (lang_is_reduction(name)) return true;
    bool called = ops_find_call(name, (uint32_t)strlen(name)) != OP_NOT_FOUND;
    return called ? resolve_error(l, E_NO_REDUCTION, p, buffer, NULL, NULL) : resolve_no_function(l, p, r->name);
}

/* What a place is computed from are places too: z[j[t]] with j[t] = k[t]. */
static void resolve_placed(lang *l)
{
    bool more = l->arrays;
    for (size_t round = 0; more && round < 64; round++) {
        more = false;
        for (size_t i = 0; i < l->statements.count; i++) {
            const statement *st = &l->statements.at[i];
            if (!st->name || !l->symbols.at[st->name].placed) continue;
            for (uint32_t q = st->value.begin; q < st->value.end; q++) {
                const piece *p = &l->pieces.at[q];
                if (p->kind != P_NAME || l->symbols.at[p->value].placed) continue;
                l->symbols.at[p->value].placed = more = true;
            }
        }
    }
}

bool lang_resolve(lang *l)
{
    if (!resolve_dimensions(l) || !lang_places(l)) return false;
    for (size_t i = 0; l->brackets && i < l->pieces.count; i++) {
        const piece *p = &l->pieces.at[i];
        if (p->kind == P_AT || p->kind == P_AT_ELSE || (p->kind == P_DIFF && p->count > 2)) resolve_rank(l, p);
    }
    for (size_t i = 0; i < l->statements.count; i++)
        if (!resolve_free(l, &l->statements.at[i])) return false;
    if (!lang_prelude(l) || !lang_roles(l)) return false;
    resolve_kept(l);
    for (size_t i = 0; i < l->pieces.count; i++)
        if (l->pieces.at[i].kind == P_NAME && !resolve_name(l, &l->pieces.at[i])) return false;
    resolve_placed(l);
    for (size_t i = 0; i < l->pieces.count; i++) {
        if (l->pieces.at[i].kind == P_CALL && !resolve_call(l, &l->pieces.at[i])) return false;
        if (l->pieces.at[i].kind == P_REDUCE && !resolve_reduce(l, &l->pieces.at[i])) return false;
    }
    return true;
}
