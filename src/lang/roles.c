/*
 * roles.c - which names in brackets are places. Without declarations an array that stands there as a whole number,
 * E[token[n], d], is an int; one that stands there under a comparison, a condition or argmin, x[argmin(i: x[i])],
 * is not, though its brackets hold places again.
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

bool lang_roles(lang *l)
{
    size_t count = l->pieces.count;
    memory *hook = &l->g->memory;
    if (!l->brackets || l->has_declarations || l->outside || !count) return true;
    role *roles = block_new(hook, count, sizeof *roles);
    uint32_t *stack = block_new(hook, count, sizeof *stack);
    bool ok = roles && stack;
    if (ok && role_parents(l, roles, stack))
        for (size_t i = count; i-- > 0;) {
            piece *p = &l->pieces.at[i];
            role *r = &roles[i];
            r->place = r->parent == NO_PARENT
                           ? p->quiet
                           : role_of(l, &l->pieces.at[r->parent], r->argument, roles[r->parent].place);
            if (p->kind == P_NAME) p->count = p->quiet && !r->place;
        }
    block_free(hook, roles, roles ? count : 0);
    block_free(hook, stack, stack ? count : 0);
    return ok || report_memory(&l->g->report);
}
