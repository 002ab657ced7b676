/*
 * array_chain.c - which operations of a flat step are a chain that a kernel does in one loop (array_uniform.c).
 *
 * A shape is a text, operators before their operands: "-X*aY" is X - a·Y. It is laid over the operations from the last
 * one of a part back to what that is made of: capitals are arrays that go on with the places, small letters numbers,
 * the same letter the same argument each time. In sums and products the operands may stand either way, which changes no
 * bit. What lies between belongs to the chain alone. Descent is as deep as a shape's text, not as the user's program.
 */
#include <string.h>

#include "exec/array_inside.h"

typedef struct chain_match {
    const flat_draft *f;
    size_t first, root;
    uint64_t taken; /* operations that are part of it, as bits */
    bool bound[CHAIN_ARGS];
    uint16_t arg[CHAIN_ARGS];
} chain_match;

typedef struct chain_term { /* an operand, or a product that stands in a pair x·y + w */
    bool product;
    uint16_t x, y;
} chain_term;

static const char *chain_lay(chain_match *m, const char *shape, chain_term t);

static chain_term chain_plain(uint16_t operand)
{
    return (chain_term){false, operand, operand};
}

static size_t chain_users(const chain_match *m, uint16_t operand)
{
    size_t users = 0;
    for (size_t i = m->first; i < m->f->ops; i++) {
        const flat_op *o = &m->f->op[i];
        bool uses = false;
        for (size_t k = 0; k < (o->chain ? CHAIN_ARGS : 3U); k++) uses = uses || o->arg[k] == operand;
        users += uses;
    }
    return users;
}

static const char *chain_leaf(chain_match *m, const char *shape, uint16_t operand)
{
    const flat_operand *o = &m->f->operand[operand];
    bool number = *shape >= 'a' && *shape <= 'd', single = o->line != ARRAY_NONE && o->bytes == 0;
    size_t at = (size_t)(number ? CHAIN_STREAMS + (*shape - 'a') : *shape - 'X');
    if (single != number || (m->bound[at] && m->arg[at] != operand)) return NULL;
    m->bound[at] = true;
    m->arg[at] = operand;
    return shape + 1;
}

/* Both operands, in one order or the other. */
static const char *chain_both(chain_match *m, const char *shape, chain_term x, chain_term y, bool either)
{
    chain_match before = *m;
    for (int turn = 0; turn <= either; turn++) {
        *m = before;
        const char *next = chain_lay(m, shape, turn ? y : x);
        if (next) next = chain_lay(m, next, turn ? x : y);
        if (next) return next;
    }
    return NULL;
}

static const char *chain_operation(chain_match *m, const char *shape, size_t i)
{
    const plan_code *c = &m->f->code[i];
    const uint16_t *arg = m->f->op[i].arg;
    chain_term x = chain_plain(arg[0]), y = chain_plain(arg[1]);
    if (m->f->op[i].chain || c->type != m->f->code[m->root].type) return NULL;
    m->taken |= UINT64_C(1) << i;
    if (c->three && c->op != OP_MUL) return NULL;
    if (c->three) {
        chain_term product = {true, arg[0], arg[1]};
        return *shape == '+' ? chain_both(m, shape + 1, product, chain_plain(arg[2]), true) : NULL;
    }
    switch (*shape) {
    case '+': return c->op == OP_ADD ? chain_both(m, shape + 1, x, y, true) : NULL;
    case '*': return c->op == OP_MUL ? chain_both(m, shape + 1, x, y, true) : NULL;
    case '-': return c->op == OP_SUB ? chain_both(m, shape + 1, x, y, false) : NULL;
    case '/': return c->op == OP_DIV ? chain_both(m, shape + 1, x, y, false) : NULL;
    default: return c->op == OP_SQRT ? chain_lay(m, shape + 1, x) : NULL;
    }
}

/* Lays a part of a shape over a term; what follows in the text, or NULL: it does not fit. */
static const char *chain_lay(chain_match *m, const char *shape, chain_term t)
{
    bool leaf = *shape >= 'X' && *shape <= 'Z', number = *shape >= 'a' && *shape <= 'd';
    if (t.product) return *shape == '*' ? chain_both(m, shape + 1, chain_plain(t.x), chain_plain(t.y), true) : NULL;
    if (leaf || number) return chain_leaf(m, shape, t.x);
    if (m->f->operand[t.x].line != ARRAY_NONE || chain_users(m, t.x) != 1) return NULL;
    for (size_t i = m->root; i-- > m->first;)
        if (m->f->op[i].out == t.x) return chain_operation(m, shape, i);
    return NULL;
}

/* Is a register that the chain reads still there where it stands, at its last operation? */
static bool chain_keeps(const chain_match *m)
{
    const flat_draft *f = m->f;
    for (size_t k = 0; k < CHAIN_ARGS; k++) {
        if (!m->bound[k] || f->operand[m->arg[k]].line != ARRAY_NONE) continue;
        size_t made = m->first;
        while (made < m->root && f->op[made].out != m->arg[k]) made++;
        for (size_t i = made + 1; i < m->root; i++) {
            const flat_operand *out = &f->operand[f->op[i].out];
            bool gone = m->taken >> i & 1;
            if (!gone && out->line == ARRAY_NONE && out->slot == f->operand[m->arg[k]].slot) return false;
        }
    }
    return true;
}

/* The chain stands where its last operation stood. */
static void chain_put(flat_draft *f, const chain_match *m, array_chain *chain)
{
    flat_op *root = &f->op[m->root];
    size_t kept = m->first, any = 0;
    while (!m->bound[any]) any++;
    for (size_t k = 0; k < CHAIN_ARGS; k++) root->arg[k] = m->arg[m->bound[k] ? k : any];
    root->kernel = NULL;
    root->chain = chain;
    for (size_t i = m->first; i < f->ops; i++) {
        if (i != m->root && m->taken >> i & 1) continue;
        f->op[kept] = f->op[i];
        f->code[kept++] = f->code[i];
    }
    f->ops = kept;
}

void array_flat_chains(flat_draft *f, size_t first)
{
    for (size_t root = f->ops; root-- > first;) {
        for (size_t k = 0; k < CHAIN_SHAPES; k++) {
            chain_match m = {.f = f, .first = first, .root = root};
            const char *end = chain_operation(&m, array_chain_shape(k), root);
            if (!end || *end || !chain_keeps(&m)) continue;
            size_t before = f->ops;
            chain_put(f, &m, array_chain_of(k, f->code[root].type));
            root -= before - f->ops;
            break;
        }
    }
}
