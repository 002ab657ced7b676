/*
 * roles.c - what a text without declarations says about its arrays.
 *
 * Which are ints: one that stands in a bracket as a whole number, E[token[n], d]; not one that stands there under a
 * comparison, a condition or argmin, x[argmin(i: x[i])], though its brackets hold places again.
 *
 * How many axes one has that is an argument with fewer brackets: those, and as many as the function gives the
 * parameter, dot(r[o], X[o]) with dot(a, b) = sum(i: a[i] * b[i]).
 *
 * Pieces are in postfix order: one pass forward finds the piece that takes each one as an argument, one back its
 * role, since what takes comes after what is taken.
 */
#include <string.h>

#include "lang/lang.h"

typedef struct role {
    uint32_t parent; /* the piece that takes it; NO_PARENT: none */
    uint32_t argument;
    bool place;
} role;

#define NO_PARENT UINT32_MAX

enum { ROLE_AXES = 32, ROLE_ROUNDS = 64 };

/* How many values a piece takes and leaves. */
static uint32_t role_takes(const piece *p)
{
    switch (p->kind) {
    case P_AT: return p->count + 1u;
    case P_AT_ELSE: return p->count + 2u;
    case P_OP:
    case P_CALL:
    case P_DIFF:
    case P_BIND:
    case P_REDUCE:
    case P_ARRAY: return p->count;
    default: return 0;
    }
}

static bool role_leaves(const piece *p)
{
    return p->kind != P_BIND && p->kind != P_WHEN;
}

static bool role_parents(lang *l, role *roles, uint32_t *stack)
{
    size_t depth = 0;
    for (uint32_t i = 0; i < l->pieces.count; i++) {
        const piece *p = &l->pieces.at[i];
        uint32_t takes = role_takes(p);
        if (takes > depth) return false;
        roles[i] = (role){NO_PARENT, 0, false};
        depth -= takes;
        for (uint32_t k = 0; k < takes; k++) {
            roles[stack[depth + k]].parent = i;
            roles[stack[depth + k]].argument = k;
        }
        if (role_leaves(p)) stack[depth++] = i;
    }
    return true;
}

/* Does a reduction of whole numbers give one that is made of them? */
static bool role_reduces(const lang *l, const piece *p)
{
    static const char *const others[] = {"argmin", "argmax", "all", "any", "mean", "logsumexp"};
    const char *name = graph_name_text(l->g, l->reductions.at[p->value].name);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0) return false;
    return true;
}

/* Is an argument of this piece a place, where the piece is one, or is not? */
static bool role_of(const lang *l, const piece *p, uint32_t argument, bool place)
{
    switch (p->kind) {
    case P_AT: return argument ? true : place;
    case P_AT_ELSE: return argument && argument <= p->count ? true : place;
    case P_DIFF: return argument > 1;
    case P_BIND: return true;
    case P_REDUCE: return place && role_reduces(l, p);
    case P_OP: return place && !(ops_row((op)p->value)->flags & OP_LOGIC) && !(p->value == OP_IF && argument == 0);
    default: return place;
    }
}

static void role_places(lang *l, role *roles)
{
    for (size_t i = l->pieces.count; i-- > 0;) {
        piece *p = &l->pieces.at[i];
        role *r = &roles[i];
        r->place = r->parent == NO_PARENT ? p->quiet
                                          : role_of(l, &l->pieces.at[r->parent], r->argument, roles[r->parent].place);
        if (p->kind == P_NAME) p->count = p->quiet && !r->place;
    }
}

/* ---- Axes that functions look into ------------------------------------------------------------------------- */

/* So many brackets stand behind a name, or behind a parameter of the function f; true where that is news. */
static bool role_note(lang *l, const function *f, const piece *base, uint32_t brackets)
{
    if (brackets > ROLE_AXES) return false;
    if (base->kind == P_LOCAL && f && base->value < f->parameters) {
        local *x = &l->locals.at[f->locals + base->value];
        bool more = x->needs < brackets;
        if (more) x->needs = brackets;
        return more;
    }
    symbol *s = base->kind == P_NAME ? lang_symbol(l, base->value) : NULL; /* no memory: it stays reported */
    if (s && s->kind == S_NONE && s->rank < brackets) s->rank = (uint16_t)brackets;
    return false;
}

/* The brackets that the function of a call gives this argument. */
static uint32_t role_needs(const lang *l, const role *r)
{
    const piece *call = r->parent == NO_PARENT ? NULL : &l->pieces.at[r->parent];
    uint32_t own =
        call && call->kind == P_CALL && call->value < l->symbols.count ? l->symbols.at[call->value].function : 0;
    const function *f = own ? &l->functions.at[own - 1] : NULL;
    return f && r->argument < f->parameters ? l->locals.at[f->locals + r->argument].needs : 0;
}

static bool role_span(lang *l, const role *roles, const function *f, span s)
{
    bool more = false;
    for (uint32_t i = s.begin; i < s.end; i++) {
        const piece *p = &l->pieces.at[i];
        uint32_t needs = role_needs(l, &roles[i]);
        if (p->kind == P_AT || p->kind == P_AT_ELSE)
            more |= role_note(l, f, &l->pieces.at[p->value - 1], p->count + (p->kind == P_AT ? needs : 0));
        if (p->kind == P_DIFF && p->count > 2) more |= role_note(l, f, &l->pieces.at[p->value], p->count - 2u);
        if ((p->kind == P_NAME || p->kind == P_LOCAL) && needs) more |= role_note(l, f, p, needs);
    }
    return more;
}

/* Parameters first, through functions that hand theirs on, until nothing is new; then the arguments of equations. */
static void role_axes(lang *l, const role *roles)
{
    bool more = l->functions.count > 0;
    for (size_t round = 0; more && round < ROLE_ROUNDS; round++) {
        more = false;
        for (size_t i = 0; i < l->functions.count; i++) {
            const function *f = &l->functions.at[i];
            more |= role_span(l, roles, f, f->body);
            for (uint32_t k = f->parameters; k < f->count; k++)
                more |= role_span(l, roles, f, l->locals.at[f->locals + k].value);
        }
    }
    for (size_t i = 0; l->functions.count && i < l->statements.count; i++)
        role_span(l, roles, NULL, l->statements.at[i].value);
}

bool lang_roles(lang *l)
{
    size_t count = l->pieces.count;
    memory *hook = &l->g->memory;
    if ((!l->brackets && !l->functions.count) || l->has_declarations || l->outside || !count) return true;
    role *roles = block_new(hook, count, sizeof *roles);
    uint32_t *stack = block_new(hook, count, sizeof *stack);
    bool ok = roles && stack;
    if (ok && role_parents(l, roles, stack)) {
        role_places(l, roles);
        role_axes(l, roles);
    }
    block_free(hook, roles, roles ? count : 0);
    block_free(hook, stack, stack ? count : 0);
    if (!ok) report_memory(&l->g->report);
    return report_ok(&l->g->report);
}
