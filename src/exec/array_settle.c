/*
 * array_settle.c - what the number of a recurrence's step decides alone is decided when the step is planned.
 *
 *     (if j == 0 then a else 0) + x[j - 1 else 0]        step 0: a + 0        later: 0 + x[j - 1]
 *
 * While a step is being made, its loops' counters have known ranges (SPANS). A condition on a counter, or an access
 * whose place along an axis is a counter and a number, may have the same answer over the whole span: then only what
 * is taken becomes code, and an access inside is a line. Where the answer changes within the span, the first such
 * place is a CUT: the step is made twice, for the spans before and from it on, each under a guard.
 */
#include "exec/array_build.h"

enum { PIECES_FEW = 8 }; /* of one step: then nothing more is cut that can do without */

typedef struct settle_sum { /* offset + sign · counter (ARRAY_NONE: none), in low … high */
    int64_t offset, low, high;
    int sign;
    uint32_t counter;
} settle_sum;

static const array_span *settle_span(const array_builder *b, uint32_t counter)
{
    for (size_t i = 0; i < b->w->spans; i++)
        if (b->w->span[i].counter == counter) return &b->w->span[i];
    return NULL;
}

/* Adds factor · c to s. false: it is not of the form. */
static bool settle_add(const array_builder *b, settle_sum *s, coordinate c, int64_t factor)
{
    int64_t low = 0, high = 0;
    if (factor > INT32_MAX || factor < -INT32_MAX) return false;
    bool block = c.axis >= 0 && b->sizes[c.axis] < 0;
    if (c.axis >= 0) high = (block ? b->w->block_size : b->sizes[c.axis]) - 1;
    if (c.counter != ARRAY_NONE && !block) {
        const array_span *span = settle_span(b, c.counter);
        if (!span || s->counter != ARRAY_NONE || c.axis >= 0) return false;
        low = span->low;
        high = span->high;
        s->counter = c.counter;
        s->sign = factor == 1 ? 1 : factor == -1 ? -1 : 0;
    }
    s->offset += factor * c.offset;
    s->low += factor * (c.offset + (factor < 0 ? high : low));
    s->high += factor * (c.offset + (factor < 0 ? low : high));
    return true;
}

/* The step is to be made anew for the places before `at` and from it on. */
static void settle_cut(array_builder *b, uint32_t counter, int64_t at)
{
    if (b->cut_counter != ARRAY_NONE) return;
    b->cut_counter = counter;
    b->cut = at;
}

static bool settle_few(const array_builder *b)
{
    return b->w->pieces < PIECES_FEW;
}

/* ---- Conditions -------------------------------------------------------------------------------------- */

/* Argument k of a comparison as a number that goes with at most one counter. */
static bool settle_side(const array_builder *b, const array_value *v, size_t k, const coordinate *at, settle_sum *s)
{
    array_use u = value_use(b->w, v, k);
    const array_value *a = value_at(b->w, value_root(b->w, u.value));
    int type = 0;
    *s = (settle_sum){.counter = ARRAY_NONE};
    if (a->lies == LIES_CONST) {
        constant c = node_constant(b->w->g, a->node, &type);
        if (type != TYPE_WHOLE || c.whole > INT32_MAX || c.whole < -INT32_MAX) return false;
        s->offset = s->low = s->high = c.whole;
        return true;
    }
    int d = a->lies == LIES_RAMP ? map_plain_axis(b->w->g, u.map, 0) : -1;
    if (d < 0 || at[d].axis >= 0) return false;
    int64_t first = node_constant(b->w->g, node_arg(b->w->g, a->node, 0), &type).whole;
    *s = (settle_sum){first, first, first, 0, ARRAY_NONE};
    return settle_add(b, s, at[d], 1);
}

/* Is x = 0? 1, 0, or -1: it depends. *cut: where the answer changes. */
static int settle_zero(const settle_sum *x, int64_t low, int64_t *cut)
{
    if (x->low > 0 || x->high < 0) return 0;
    if (x->low == 0 && x->high == 0) return 1;
    int64_t zero = x->sign > 0 ? -x->offset : x->offset;
    *cut = zero > low ? zero : zero + 1;
    return -1;
}

/* Is x < 0? */
static int settle_less(const settle_sum *x, int64_t *cut)
{
    if (x->high < 0) return 1;
    if (x->low >= 0) return 0;
    *cut = x->sign > 0 ? -x->offset : x->offset + 1;
    return -1;
}

static settle_sum settle_minus(const settle_sum *x, const settle_sum *y, int64_t more)
{
    settle_sum s = {x->offset - y->offset + more, x->low - y->high + more, x->high - y->low + more, x->sign - y->sign,
                    x->counter != ARRAY_NONE ? x->counter : y->counter};
    return s;
}

static int settle_compare(const array_builder *b, op o, const settle_sum *x, const settle_sum *y, int64_t *cut,
                          uint32_t *counter)
{
    bool turned = o == OP_GT || o == OP_GE, equal = o == OP_EQ || o == OP_NE;
    settle_sum s = turned ? settle_minus(y, x, 0) : settle_minus(x, y, 0);
    if (o == OP_LE || o == OP_GE) s.offset--, s.low--, s.high--;
    const array_span *span = settle_span(b, s.counter);
    *counter = s.counter;
    int holds = equal ? settle_zero(&s, span ? span->low : 0, cut) : settle_less(&s, cut);
    return holds >= 0 && o == OP_NE ? !holds : holds;
}

int array_settle_if(array_builder *b, uint32_t v, const coordinate *at)
{
    array_use u = value_use(b->w, value_at(b->w, v), 0);
    const array_value *c = value_at(b->w, value_root(b->w, u.value));
    coordinate to[AXES_MOST];
    settle_sum x, y;
    int64_t cut = 0;
    uint32_t counter;
    bool compares =
        c->op == OP_EQ || c->op == OP_NE || c->op == OP_LT || c->op == OP_LE || c->op == OP_GT || c->op == OP_GE;
    if (!b->w->spans || !compares || c->count != 2) return -1;
    for (size_t p = 0; p < value_rank(b->w, c); p++) {
        int d = map_plain_axis(b->w->g, u.map, p);
        if (d < 0) return -1;
        to[p] = at[d];
    }
    if (!settle_side(b, c, 0, to, &x) || !settle_side(b, c, 1, to, &y)) return -1;
    if (x.counter != ARRAY_NONE && y.counter != ARRAY_NONE) return -1;
    int holds = settle_compare(b, (op)c->op, &x, &y, &cut, &counter);
    if (holds >= 0) return holds;
    if (counter != ARRAY_NONE && settle_few(b)) settle_cut(b, counter, cut);
    return -1;
}

/* ---- Accesses ---------------------------------------------------------------------------------------- */

/* Axis p of an access: SETTLED_INSIDE, SETTLED_OUTSIDE, SETTLED_NOT. */
static int settle_axis(array_builder *b, const map_draft *d, const coordinate *at, int64_t size, bool must)
{
    settle_sum s = {.offset = d->offset, .low = d->offset, .high = d->offset, .counter = ARRAY_NONE};
    bool alone = true;
    if (d->gather) return SETTLED_NOT;
    for (size_t t = 0; t < d->terms; t++) {
        if (!settle_add(b, &s, at[d->axis[t]], d->factor[t])) return SETTLED_NOT;
        alone = alone && at[d->axis[t]].axis < 0;
    }
    if (s.low >= 0 && s.high < size) return SETTLED_INSIDE;
    if (s.high < 0 || s.low >= size) return SETTLED_OUTSIDE;
    if (!alone || s.counter == ARRAY_NONE || !s.sign || (!must && !settle_few(b))) return SETTLED_NOT;
    int64_t cut = 0;
    settle_sum beyond = s; /* s < size: no */
    beyond.offset -= size, beyond.low -= size, beyond.high -= size;
    int inside = s.low < 0 ? settle_less(&s, &cut) : settle_less(&beyond, &cut);
    if (inside < 0) settle_cut(b, s.counter, cut);
    return SETTLED_NOT;
}

int array_settle_at(array_builder *b, uint32_t v, const coordinate *at)
{
    const array_value *value = value_at(b->w, v);
    array_use u = value_use(b->w, value, 0);
    const array_value *a = value_at(b->w, value_root(b->w, u.value));
    int all = SETTLED_INSIDE;
    if (!b->w->spans || (value->flags & NODE_WHEN) || a->lies == LIES_CONST || a->lies == LIES_RAMP) return SETTLED_NOT;
    for (size_t p = 0; p < value_rank(b->w, a); p++) {
        map_draft d = map_axis(b->w->g, u.map, p);
        int now = settle_axis(b, &d, at, value_sizes(b->w, a)[p], a->lies == LIES_INLINE);
        if (now == SETTLED_NOT) return now;
        if (now == SETTLED_OUTSIDE) all = now;
    }
    return all;
}
