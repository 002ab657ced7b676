/*
 * paths_count.c - how many paths there are, exactly up to 10,000 digits.
 *
 * A number is limbs of nine digits, least first, so that writing it out is no arithmetic. Only
 * addition is needed. 2^200 takes seven limbs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff/paths.h"

enum { COUNT_LIMB = 1000000000, COUNT_DIGITS = 10000, COUNT_LIMBS = COUNT_DIGITS / 9 + 1 };

typedef struct big {
    ARRAY(uint32_t) limb;
} big;

typedef struct counter {
    const paths_span *s;
    big *number;        /* by node; NULL once a number is too long */
    double *mantissa;   /* by node: the count is mantissa · 2^exponent, */
    int64_t *exponent;  /* which no count overflows */
    uint32_t *uses;     /* edges that have not used the node's number yet */
} counter;

static bool big_add(memory *m, big *sum, const big *term)
{
    uint32_t carry = 0;
    for (size_t i = 0; i < term->limb.count || carry; i++) {
        if (i == sum->limb.count && !array_push(m, &sum->limb, 0)) return false;
        uint32_t digit = sum->limb.at[i] + carry + (i < term->limb.count ? term->limb.at[i] : 0);
        carry = digit >= COUNT_LIMB;
        sum->limb.at[i] = carry ? digit - COUNT_LIMB : digit;
    }
    return true;
}

static bool big_write(ew_paths *p, const big *n)
{
    char piece[16];
    for (size_t i = n->limb.count; i-- > 0;) {
        int count = snprintf(piece, sizeof piece, i + 1 == n->limb.count ? "%u" : "%09u", (unsigned)n->limb.at[i]);
        for (int k = 0; k < count; k++)
            if (!array_push(&p->memory, &p->digits, piece[k])) return false;
    }
    if (p->digits.count > COUNT_DIGITS) p->digits.count = 0;
    return p->digits.count == 0 || array_push(&p->memory, &p->digits, '\0');
}

static void numbers_free(counter *c)
{
    for (size_t n = 0; c->number && n < c->s->nodes; n++) array_free(c->s->m, &c->number[n].limb);
    block_free(c->s->m, c->number, c->s->nodes);
    c->number = NULL;
}

static void count_scaled(counter *c, size_t foot, size_t head)
{
    int64_t shift = c->exponent[foot] - c->exponent[head];
    int change;
    if (c->mantissa[head] == 0) {
        c->mantissa[head] = c->mantissa[foot];
        c->exponent[head] = c->exponent[foot];
        return;
    }
    if (shift > 1000) { /* the head's share is below the last bit */
        c->mantissa[head] = c->mantissa[foot];
        c->exponent[head] = c->exponent[foot];
    } else if (shift > -1000) {
        c->mantissa[head] = frexp(c->mantissa[head] + ldexp(c->mantissa[foot], (int)shift), &change);
        c->exponent[head] += change;
    }
}

static bool count_exact(counter *c, size_t foot, size_t head)
{
    if (!c->number) return true;
    if (!big_add(c->s->m, &c->number[head], &c->number[foot])) return false;
    if (--c->uses[foot] == 0) array_free(c->s->m, &c->number[foot].limb);
    if (c->number[head].limb.count > COUNT_LIMBS) numbers_free(c);
    return true;
}

static bool count_all(counter *c)
{
    const paths_span *s = c->s;
    for (size_t i = 0; i < s->edges; i++)
        if (paths_between(s, i)) c->uses[paths_foot(s, i)]++;
    if (!array_push(s->m, &c->number[s->from].limb, 1)) return false;
    c->mantissa[s->from] = 1;
    for (size_t i = 0; i < s->edges; i++) {
        if (!paths_between(s, i)) continue;
        count_scaled(c, paths_foot(s, i), paths_head(s, i));
        if (!count_exact(c, paths_foot(s, i), paths_head(s, i))) return false;
    }
    return true;
}

static bool count_result(ew_paths *p, const counter *c)
{
    size_t to = c->s->to;
    if (c->mantissa[to] == 0) {
        p->log10 = -HUGE_VAL;
        return array_push(&p->memory, &p->digits, '0') && array_push(&p->memory, &p->digits, '\0');
    }
    p->log10 = log10(c->mantissa[to]) + (double)c->exponent[to] * 0.30102999566398119521;
    return !c->number || big_write(p, &c->number[to]);
}

bool paths_count(ew_paths *p, const paths_span *s)
{
    counter c = {.s = s};
    c.number = block_new(s->m, s->nodes, sizeof *c.number);
    c.mantissa = block_new(s->m, s->nodes, sizeof *c.mantissa);
    c.exponent = block_new(s->m, s->nodes, sizeof *c.exponent);
    c.uses = block_new(s->m, s->nodes, sizeof *c.uses);
    bool ok = c.number && c.mantissa && c.exponent && c.uses && count_all(&c) && count_result(p, &c);
    numbers_free(&c);
    block_free(s->m, c.mantissa, s->nodes);
    block_free(s->m, c.exponent, s->nodes);
    block_free(s->m, c.uses, s->nodes);
    return ok;
}
