/*
 * suggest.c - the name that a mistyped one was probably meant to be.
 */
#include <string.h>

#include "lang/lang.h"

enum { SUGGEST_LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance in bytes, a swap of neighbours counting once; more than `most` is most + 1. */
static size_t suggest_distance(const char *a, size_t m, const char *b, size_t n, size_t most)
{
    size_t row[3][SUGGEST_LONGEST + 1];
    if (m > SUGGEST_LONGEST || n > SUGGEST_LONGEST || (m > n ? m - n : n - m) > most) return most + 1;
    for (size_t j = 0; j <= n; j++) row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

typedef struct suggestion {
    const char *word;
    size_t distance;
} suggestion;

static void suggest_try(suggestion *best, const char *word, size_t count, const char *name, size_t name_count)
{
    size_t d = suggest_distance(name, name_count, word, count, best->distance);
    size_t longest = count > name_count ? count : name_count; /* all letters wrong is no likeness */
    if (d > 0 && d < best->distance && d < longest) *best = (suggestion){word, d};
}

/* One letter wrong in short names, a third of them in long ones. */
static suggestion suggest_begin(size_t count)
{
    return (suggestion){NULL, count < 3 ? 2 : count < 6 ? 3 : count / 3 + 1};
}

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
    suggestion best = suggest_begin(count);
    const ew_graph *g = l->g;
    for (uint32_t i = 1; i < l->symbols.count && i < 100000; i++) {
        const symbol *s = &l->symbols.at[i];
        bool known = functions ? s->function != 0 : s->kind != S_NONE || (l->outside && g->names.at[i].node != EW_NONE);
        if (known) suggest_try(&best, graph_name_text(g, i), g->names.at[i].count, name, count);
    }
    for (int o = OP_FIRST; functions && o < OP_COUNT; o++) {
        const op_row *row = ops_row((op)o);
        if (row->call && !(row->flags & OP_HELP)) suggest_try(&best, row->call, strlen(row->call), name, count);
    }
    const char *same = functions && best.distance ? suggest_known(name, count) : NULL;
    return same ? same : best.word;
}

const char *ew_suggest(const ew_graph *g, const char *name)
{
    size_t count = name ? strlen(name) : 0;
    suggestion best = suggest_begin(count);
    for (size_t i = 0; count && i < g->seen.count && i < 100000; i++) {
        const graph_name *n = &g->names.at[node_at(g, g->seen.at[i])->name];
        suggest_try(&best, g->name_text.at + n->at, n->count, name, count);
    }
    return best.word;
}
