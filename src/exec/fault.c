/*
 * fault.c - what a run tells when it ends early: the words of the program and, of an access, where it stands.
 *
 * A program lives without its graph, so it keeps the text once an access in it may fail as it runs.
 */
#include <string.h>

#include "exec/array_build.h"

/* ---- Places, while a program is prepared ------------------------------------------------------------------ */

static bool spot_text(array_lowering *w, const char *s, size_t count, uint32_t *at)
{
    ew_program *p = w->p;
    if (!array_reserve(w->m, &p->name_text, count + 1)) return array_no_memory(w);
    *at = (uint32_t)p->name_text.count;
    memcpy(p->name_text.at + *at, s, count);
    p->name_text.at[*at + count] = '\0';
    p->name_text.count += count + 1;
    return true;
}

/* Does the node's place lie in the program's text? What is asked for later has a text of its own. */
static bool spot_is_there(const ew_graph *g, ew_node n)
{
    bool later = !(node_at(g, n)->flags & NODE_TEXT) && (!g->seen.count || n > g->seen.at[g->seen.count - 1]);
    return !later && g->text && node_at(g, n)->place < g->text_count && g->text_count < UINT32_MAX / 2;
}

uint32_t array_spot(array_lowering *w, uint32_t v, uint32_t access)
{
    const ew_graph *g = w->g;
    ew_node n = value_at(w, access)->node, instead = n == EW_NONE ? n : node_stands_for(g, n);
    uint32_t name = instead == EW_NONE ? array_words(w, v) : array_words_of(w, instead);
    if (n == EW_NONE || !spot_is_there(g, n)) return name;
    program_spot spot = {name, node_at(g, n)->place};
    if (!w->p->source) {
        if (g->file && !spot_text(w, g->file, strlen(g->file), &w->p->file)) return name;
        if (!spot_text(w, g->text, g->text_count, &w->p->source)) return name;
    }
    if (!array_push(w->m, &w->p->spots, spot)) array_no_memory(w);
    return name;
}

/* ---- Faults of a run ---------------------------------------------------------------------------------------- */

ew_status exec_report(const ew_program *p, ew_work *w, ew_status status, error_code code, const char *a, const char *b,
                      const char *c)
{
    report r = {&w->memory, p->language, {NULL, 0, NULL}, {0}};
    report_at(&r, code, NO_PLACE, 0, a, b, c);
    r.error.status = status;
    w->error = r.error;
    return status;
}

/* How many bytes the access takes that begins here: up to its closing bracket. */
static size_t spot_bytes(const char *s)
{
    size_t depth = 0;
    for (size_t i = 0; s[i] && s[i] != '\n'; i++) {
        if (s[i] == '[') depth++;
        if (s[i] == ']' && depth <= 1) return i + 1;
        if (s[i] == ']') depth--;
    }
    return 1;
}

ew_status exec_report_at(const ew_program *p, ew_work *w, error_code code, uint32_t name, const char *b, const char *c)
{
    report r = {&w->memory, p->language, {NULL, 0, NULL}, {0}};
    uint32_t place = NO_PLACE;
    for (size_t i = p->spots.count; i-- > 0;)
        if (p->spots.at[i].name == name) place = p->spots.at[i].place;
    if (place != NO_PLACE) {
        const char *s = program_name(p, p->source);
        r.source = (source){s, strlen(s), p->file ? program_name(p, p->file) : NULL};
        report_at(&r, code, place, spot_bytes(s + place), program_name(p, name), b, c);
    } else {
        report_at(&r, code, NO_PLACE, 0, program_name(p, name), b, c);
    }
    r.error.status = EW_LIMIT;
    w->error = r.error;
    return EW_LIMIT;
}
