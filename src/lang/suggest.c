/*
 * suggest.c - the name that a mistyped one was probably meant to be.
 */
#include <string.h>

#include "base/alike.h"
#include "lang/lang.h"

enum { SUGGEST_LONGEST = 40 };

/* What functions are called elsewhere, in lower case. */
static const char *suggest_alias(const char *name, size_t count)
{
    static const char *const names[][2] = {
        {"ln", "log"},           {"lg", "log10"},      {"tg", "tan"},       {"sh", "sinh"},       {"ch", "cosh"},
        {"th", "tanh"},          {"arctg", "atan"},    {"arctan", "atan"},  {"arcsin", "asin"},   {"arccos", "acos"},
        {"arctan2", "atan2"},    {"arcsinh", "asinh"}, {"arcosh", "acosh"}, {"arccosh", "acosh"}, {"arctanh", "atanh"},
        {"artanh", "atanh"},     {"arsinh", "asinh"},  {"fabs", "abs"},     {"sgn", "sign"},      {"signum", "sign"},
        {"logistic", "sigmoid"}, {"expit", "sigmoid"}, {"maximum", "max"},  {"minimum", "min"},   {"power", "pow"},
        {"swish", "silu"},       {"fmod", "mod"},      {"int", "trunc"},    {"clamp", "clip"},    {"detach", "stop"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i][0]) == count && memcmp(names[i][0], name, count) == 0) return names[i][1];
    return NULL;
}

/* A function that is known by this name in other case, or elsewhere. */
static const char *suggest_known(const char *name, size_t count)
{
    char lower[SUGGEST_LONGEST];
    if (count > sizeof lower) return NULL;
    for (size_t i = 0; i < count; i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    op o = ops_find_call(lower, (uint32_t)count);
    const op_row *row = o != OP_NOT_FOUND ? ops_row(o) : NULL;
    return row && !(row->flags & OP_HELP) ? row->call : suggest_alias(lower, count);
}

const char *lang_suggest(lang *l, const char *name, size_t count, bool functions)
{
    alike best = alike_begin(count);
    const ew_graph *g = l->g;
    for (uint32_t i = 1; i < l->symbols.count && i < 100000; i++) {
        const symbol *s = &l->symbols.at[i];
        bool known = functions ? s->function != 0 : s->kind != S_NONE || (l->outside && g->names.at[i].node != EW_NONE);
        if (known) alike_try(&best, graph_name_text(g, i), g->names.at[i].count, name, count);
    }
    for (int o = OP_FIRST; functions && o < OP_COUNT; o++) {
        const op_row *row = ops_row((op)o);
        if (row->call && !(row->flags & OP_HELP)) alike_try(&best, row->call, strlen(row->call), name, count);
    }
    const char *same = functions && best.distance ? suggest_known(name, count) : NULL;
    return same ? same : best.word;
}

const char *ew_suggest(const ew_graph *g, const char *name)
{
    size_t count = name ? strlen(name) : 0;
    alike best = alike_begin(count);
    for (size_t i = 0; count && i < g->seen.count && i < 100000; i++) {
        const graph_name *n = &g->names.at[node_at(g, g->seen.at[i])->name];
        alike_try(&best, g->name_text.at + n->at, n->count, name, count);
    }
    return best.word;
}
