/*
 * prelude.c - functions of the language written in the language (prelude.inc). A text gets those that it
 * calls and does not define; they have no place in it.
 */
#include <string.h>

#include "lang/lang.h"

static const struct {
    const char *name, *text;
} preludes[] = {
#define PRELUDE(name, text) {#name, text},
#include "lang/prelude.inc"
#undef PRELUDE
};

static int prelude_find(const char *name)
{
    for (size_t i = 0; i < sizeof preludes / sizeof preludes[0]; i++)
        if (strcmp(name, preludes[i].name) == 0) return (int)i;
    return -1;
}

/* One function, read as the text is, from its own source. */
static bool prelude_read(lang *l, int row)
{
    lexer saved = l->lexer;
    source from = l->g->report.source;
    const char *string = preludes[row].text;
    size_t pieces = l->pieces.count;
    l->g->report.source = (source){string, strlen(string), NULL};
    bool ok = lexer_begin(&l->lexer, l->g, string, strlen(string)) && lang_parse_statements(l);
    for (size_t i = pieces; i < l->pieces.count; i++) l->pieces.at[i].place = NO_PLACE;
    if (ok) l->functions.at[l->functions.count - 1].prelude = true;
    l->g->report.source = from;
    l->lexer = saved;
    return ok;
}

bool lang_prelude(lang *l)
{
    for (size_t i = 0; i < l->reductions.count; i++) {
        const symbol *s = lang_symbol(l, l->reductions.at[i].name);
        if (!s) return false;
        if (s->function) continue;
        int row = prelude_find(graph_name_text(l->g, l->reductions.at[i].name));
        if (row >= 0 && !prelude_read(l, row)) return false;
    }
    return true;
}
