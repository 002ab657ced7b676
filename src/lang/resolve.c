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
    static const char *const words[] = {"sum",    "prod", "mean", "logsumexp", "argmin",
                                        "argmax", "all",  "any",  "softmax"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(name, words[i]) == 0) return true;
    return false;
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

static bool resolve_no_function(lang *l, const piece *p)
{
    char buffer[160], product[200];
    const char *name = graph_name_text(l->g, p->value);
    size_t count = l->g->names.at[p->value].count;
    const symbol *s = lang_symbol(l, p->value);
    quote(buffer, name, count);
    if (resolve_reduction(name)) return resolve_error(l, E_REDUCTION, p, name, NULL, NULL);
    bool variable = s && (s->kind != S_NONE || s->used || l->g->names.at[p->value].node != EW_NONE);
    const char *near = variable ? NULL : lang_suggest(l, name, count, true);
    resolve_error(l, variable || (!near && count == 1) ? E_JUXTAPOSED : E_FUNCTION, p, buffer, NULL, NULL);
    if (near) {
        report_hint(&l->g->report, "did you mean '{1}'?", near);
        return false;
    }
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
    return resolve_error(l, E_ARGUMENTS, p, quote(buffer, name, strlen(name)), takes, here);
}

static bool resolve_call(lang *l, piece *p)
{
    symbol *s = lang_symbol(l, p->value);
    const char *name = graph_name_text(l->g, p->value);
    if (!s) return false;
    if (s->function) {
        unsigned due = l->functions.at[s->function - 1].parameters;
        return p->count == due || resolve_count(l, p, name, due, "no arguments");
    }
    op o = ops_find_call(name, l->g->names.at[p->value].count);
    if (o == OP_NOT_FOUND) return resolve_no_function(l, p);
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
    if (!defined && strcmp(graph_name_text(l->g, p->value), "training") == 0) {
        p->kind = P_BOOL; /* true only in steps of training */
        p->value = 0;
        return true;
    }
    if (!s->used && s->kind == S_NONE) s->place = p->place;
    s->used = true;
    if (defined || l->has_declarations || l->outside) return true;
    s->kind = S_INPUT;
    s->declared_type = l->g->real;
    return array_push(&l->g->memory, &l->declared, p->value) ? true : report_memory(&l->g->report);
}

bool lang_resolve(lang *l)
{
    for (size_t i = 0; i < l->pieces.count; i++)
        if (l->pieces.at[i].kind == P_NAME && !resolve_name(l, &l->pieces.at[i])) return false;
    for (size_t i = 0; i < l->pieces.count; i++)
        if (l->pieces.at[i].kind == P_CALL && !resolve_call(l, &l->pieces.at[i])) return false;
    return true;
}
