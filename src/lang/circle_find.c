/*
 * circle_find.c - circles of equations are found before anything is built: strongly connected names, with the
 * functions through which they need one another.
 */
#include "lang/circles.h"

typedef struct finder {
    machine *m;
    lang *l;
    ARRAY(uint32_t) first, to; /* vertices: names, then functions */
} finder;

static bool find_edge(finder *f, uint32_t to)
{
    return array_push(&f->m->g->memory, &f->to, to) ? true : eval_memory(f->m);
}

static bool find_span(finder *f, uint32_t begin, uint32_t end)
{
    lang *l = f->l;
    for (uint32_t i = begin; i < end; i++) {
        const piece *p = &l->pieces.at[i];
        uint32_t own = 0;
        if (p->kind == P_NAME && l->symbols.at[p->value].kind == S_NODE && !find_edge(f, p->value)) return false;
        if (p->kind == P_CALL) own = l->symbols.at[p->value].function;
        if (p->kind == P_REDUCE) own = l->symbols.at[l->reductions.at[p->value].name].function;
        if (own && !find_edge(f, (uint32_t)l->symbols.count + own - 1)) return false;
    }
    return true;
}

static bool find_name(finder *f, uint32_t name)
{
    lang *l = f->l;
    const symbol *s = &l->symbols.at[name];
    if (s->kind != S_NODE) return true;
    if (!s->first) return find_span(f, s->value.begin, s->value.end);
    for (uint32_t i = s->first; i; i = l->statements.at[i - 1].next) {
        const statement *st = &l->statements.at[i - 1];
        if (!find_span(f, l->sides.at[st->sides].low.begin, st->value.end)) return false;
    }
    return true;
}

static bool find_function(finder *f, const function *x)
{
    if (!find_span(f, x->body.begin, x->body.end)) return false;
    for (uint32_t k = x->parameters; k < x->count; k++) {
        span v = f->l->locals.at[x->locals + k].value;
        if (!find_span(f, v.begin, v.end)) return false;
    }
    return true;
}

static bool find_edges(finder *f)
{
    size_t names = f->l->symbols.count;
    for (size_t v = 0; v < names + f->l->functions.count; v++) {
        if (!array_push(&f->m->g->memory, &f->first, (uint32_t)f->to.count)) return eval_memory(f->m);
        if (v < names ? !find_name(f, (uint32_t)v) : !find_function(f, &f->l->functions.at[v - names])) return false;
    }
    return array_push(&f->m->g->memory, &f->first, (uint32_t)f->to.count) ? true : eval_memory(f->m);
}

/* Names of arrays that lie in a component with more than themselves, or need themselves: a circle. */
static void find_mark(finder *f, const uint32_t *component, uint8_t *state)
{
    lang *l = f->l;
    size_t names = l->symbols.count, vertices = names + l->functions.count;
    for (size_t v = 0; v < vertices; v++)
        for (uint32_t i = f->first.at[v]; i < f->first.at[v + 1]; i++)
            if (component[f->to.at[i]] == component[v]) state[component[v]] |= 1;
    for (size_t v = 0; v < names; v++)
        if (l->symbols.at[v].kind == S_NODE && !l->symbols.at[v].first) state[component[v]] |= 2;
    for (size_t v = 0; v < names; v++)
        if (l->symbols.at[v].first && state[component[v]] == 1) l->symbols.at[v].circle = component[v] + 1;
}

bool circles_find(machine *m)
{
    lang *l = m->l;
    finder f = {.m = m, .l = l};
    memory *hook = &m->g->memory;
    if (!l->arrays) return true;
    if (l->g->names.count > 1 && !lang_symbol(l, (uint32_t)l->g->names.count - 1)) return false;
    size_t vertices = l->symbols.count + l->functions.count;
    uint32_t *component = block_new(hook, vertices + 1, sizeof *component);
    uint8_t *state = block_new(hook, vertices + 1, 1);
    bool ok = (component && state) || eval_memory(m);
    ok = ok && find_edges(&f) && circle_components(m, f.first.at, f.to.at, (uint32_t)vertices, component);
    if (ok) find_mark(&f, component, state);
    block_free(hook, component, component ? vertices + 1 : 0);
    block_free(hook, state, state ? vertices + 1 : 0);
    array_free(hook, &f.first);
    array_free(hook, &f.to);
    return ok;
}
