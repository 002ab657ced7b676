/*
 * array_factors.c - which sums are matrix products, in whatever order their axes lie; what those multiply.
 *
 * The terms of a sum are taken apart into factors: through products, signs and `if c then … else 0`, whose condition
 * is a factor 0 or 1. Factors without a reduced axis go outside the sum. The others form two groups, A and B: the
 * largest and all whose axes it has, and the rest. Then kept axes of A alone are rows (m), of B alone columns (n), of
 * both a batch; the reduced ones (k) must be of both. Each group is one factor as it lies, or is multiplied out into
 * an array of its own first.
 *
 * The value made has three uses: the terms (for what is not finite: array_product.c), A and B.
 */
#include "exec/array_build.h"

enum { FACTORS_MOST = 12 };
enum { PRODUCT_SIDE = 4, PRODUCT_WORK = 512 }; /* at least so many rows and columns, so many terms in all */
enum { OFTEN = 1024 };                         /* an element is used so often that a copy in a better order pays */

typedef struct factor {
    ew_node node;
    uint16_t map;  /* domain of the sum → its axes */
    uint32_t axes; /* of the domain, as bits */
    bool mask;
    bool whole;     /* a mask of the term, not of a factor that the program multiplies: what it shuts out is no term */
    uint32_t under; /* masks, by bits: itself, or those that it stood behind */
} factor;

typedef struct factors {
    factor at[FACTORS_MOST];
    size_t count;
    bool zero_wins, negative;
} factors;

static uint32_t map_bits(const ew_graph *g, uint16_t map, size_t rank)
{
    uint32_t bits = 0;
    for (size_t p = 0; p < rank; p++) bits |= UINT32_C(1) << (unsigned)map_plain_axis(g, map, p);
    return bits;
}

static bool factor_push(array_lowering *w, factors *f, ew_node n, uint16_t map, uint32_t under)
{
    if (f->count == FACTORS_MOST || map == UINT16_MAX) return false;
    f->at[f->count++] = (factor){n, map, map_bits(w->g, map, node_rank(w->g, n)), false, false, under};
    return true;
}

/* Is it spread by its arguments over axes that neither of them has alone? */
static bool factor_spreads(const array_lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    for (size_t k = 0; k < 2; k++)
        if (node->op == OP_NEG || node_rank(w->g, node_arg(w->g, n, k)) >= node_rank(w->g, n)) return false;
    return true;
}

/* Is it computed for this sum alone, so that it need not be computed at all? Or larger than all it is made of? */
static bool factor_opens(const array_lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    bool used = w->node_users[n] == 1;
    if ((!used && node->op != OP_IF && node->op != OP_MUL && node->op != OP_MUL0) || !type_is_real(node->type) ||
        type_is_soft(node->type))
        return false;
    if (!used && !factor_spreads(w, n)) return false;
    if (node->op == OP_IF) return node_is_value(w->g, node_arg(w->g, n, 2), 0);
    return node->op == OP_MUL || node->op == OP_MUL0 || node->op == OP_NEG;
}

/* Opens factors one after another; each stands at its own place in the list until it is opened. */
static bool factors_of(array_lowering *w, ew_node body, uint16_t map, factors *f)
{
    uint32_t masks = 0;
    if (!factor_push(w, f, body, map, 0)) return false;
    for (size_t i = 0; i < f->count;) {
        factor now = f->at[i];
        if (!now.mask && array_guard_is_idle(w, now.node)) {
            ew_node a = node_arg(w->g, now.node, 1);
            uint16_t to = graph_map_compose(w->g, now.map, use_map(w->g, now.node, 1), node_rank(w->g, a));
            if (to == UINT16_MAX) return false;
            f->at[i] = (factor){a, to, map_bits(w->g, to, node_rank(w->g, a)), false, false, now.under};
            continue;
        }
        if (type_is_soft(node_at(w->g, now.node)->type) && now.axes) return false; /* one constant is no matrix */
        if (now.mask || !factor_opens(w, now.node)) {
            i++;
            continue;
        }
        const graph_node *node = node_at(w->g, now.node);
        uint16_t maps[2];
        size_t used = node->op == OP_NEG ? 1 : 2;
        for (size_t k = 0; k < used; k++) {
            ew_node a = node_arg(w->g, now.node, k);
            maps[k] = graph_map_compose(w->g, now.map, use_map(w->g, now.node, k), node_rank(w->g, a));
        }
        node = node_at(w->g, now.node);
        if (node->op == OP_NEG) f->negative = !f->negative;
        if (node->op != OP_MUL) f->zero_wins = f->zero_wins || node->op == OP_MUL0;
        ew_node first = node_arg(w->g, now.node, 0), second = used == 2 ? node_arg(w->g, now.node, 1) : EW_NONE;
        bool mask = node->op == OP_IF, whole = true;
        f->at[i] = f->at[--f->count];
        for (size_t k = 0; k < f->count; k++) whole = whole && f->at[k].mask;
        uint32_t bit = mask ? UINT32_C(1) << masks++ : 0;
        if (!factor_push(w, f, first, maps[0], mask ? bit : now.under)) return false;
        f->at[f->count - 1].mask = mask;
        f->at[f->count - 1].whole = mask && whole;
        if (second != EW_NONE && !factor_push(w, f, second, maps[1], now.under | bit)) return false;
    }
    return true;
}

/* ---- Groups ------------------------------------------------------------------------------------------- */

typedef struct groups {
    uint32_t a, b;            /* axes */
    uint8_t of[FACTORS_MOST]; /* 0: outside, 1: A, 2: B */
} groups;

static unsigned bit_count(uint32_t bits)
{
    unsigned n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}

/* Of a factor that the program multiplies: 0 where it shuts that out, and times inf that is nan. */
static bool mask_stays(const factors *f, size_t i)
{
    return !f->zero_wins && !f->at[i].whole;
}

/* Does it lie with all that stood behind it, and with that alone? */
static bool mask_together(const factors *f, const groups *gr, size_t i)
{
    for (size_t k = 0; k < f->count; k++) {
        bool behind = f->at[k].under & f->at[i].under, with = gr->of[k] == gr->of[i];
        if (behind ? !with : with && !f->at[k].mask) return false;
    }
    return true;
}

static bool groups_of(const factors *f, uint32_t reduced, groups *gr)
{
    size_t seed = SIZE_MAX;
    *gr = (groups){0};
    for (size_t i = 0; i < f->count; i++) {
        if (!(f->at[i].axes & reduced)) continue;
        gr->of[i] = 2;
        if (!f->at[i].mask && (seed == SIZE_MAX || bit_count(f->at[i].axes) > bit_count(f->at[seed].axes))) seed = i;
    }
    if (seed == SIZE_MAX) return false;
    gr->a = f->at[seed].axes;
    for (size_t i = 0; i < f->count; i++) {
        if (!gr->of[i]) continue;
        if ((f->at[i].axes | gr->a) == gr->a)
            gr->of[i] = 1;
        else
            gr->b |= f->at[i].axes;
    }
    for (size_t i = 0; i < f->count; i++) /* a mask lies with the smaller group that has its axes */
        if (gr->of[i] == 1 && f->at[i].mask && !mask_stays(f, i) && (f->at[i].axes | gr->b) == gr->b) gr->of[i] = 2;
    for (size_t i = 0; i < f->count; i++)
        if (f->at[i].mask && mask_stays(f, i) && !mask_together(f, gr, i)) return false;
    bool real = false;
    for (size_t i = 0; i < f->count; i++) real = real || (gr->of[i] == 2 && !f->at[i].mask);
    return real && (gr->a & reduced) == reduced && (gr->b & reduced) == reduced;
}

static size_t bits_elements(const array_lowering *w, uint16_t domain, uint32_t bits)
{
    size_t n = 1;
    for (size_t d = 0; d < shape_rank(w->g, domain); d++)
        if (bits >> d & 1)
            if (!size_mul(n, (size_t)shape_sizes(w->g, domain)[d], &n)) return SIZE_MAX;
    return n;
}

static bool worth_it(const array_lowering *w, uint16_t domain, const groups *gr, uint32_t reduced)
{
    size_t m = bits_elements(w, domain, gr->a & ~gr->b), n = bits_elements(w, domain, gr->b & ~gr->a), work;
    size_t k = bits_elements(w, domain, reduced);
    if (m < PRODUCT_SIDE || n < PRODUCT_SIDE || k < 2) return false;
    return !size_mul(m, n, &work) || !size_mul(work, k, &work) || work >= PRODUCT_WORK;
}

/* ---- Values ------------------------------------------------------------------------------------------- */

static uint16_t bits_shape(array_lowering *w, uint16_t domain, uint32_t bits, uint16_t *axes, size_t *rank)
{
    int64_t sizes[AXES_MOST];
    *rank = 0;
    for (size_t d = 0; d < shape_rank(w->g, domain); d++) {
        if (!(bits >> d & 1)) continue;
        axes[*rank] = (uint16_t)d;
        sizes[(*rank)++] = shape_sizes(w->g, domain)[d];
    }
    return graph_shape_of(w->g, sizes, *rank);
}

/* A map onto axes of the domain, seen from a group that has only some of them. */
static uint16_t group_map(array_lowering *w, uint16_t map, size_t rank, const uint16_t *axes, size_t count)
{
    uint16_t to[AXES_MOST];
    for (size_t p = 0; p < rank; p++) {
        int d = map_plain_axis(w->g, map, p);
        to[p] = 0;
        while (to[p] < count && axes[to[p]] != d) to[p]++;
    }
    return graph_map_plain(w->g, to, rank);
}

/* value · factor, or `if factor then value else 0`. */
static uint32_t join_factor(array_lowering *w, ew_node sum, int type, uint16_t shape, array_use value, array_use by,
                            bool mask, bool zero_wins)
{
    if (!mask) {
        array_use both[2] = {value, by};
        return array_push_each(w, sum, zero_wins ? OP_MUL0 : OP_MUL, type, shape, both, 2);
    }
    ew_node zero = graph_whole(w->g, 0);
    if (zero == EW_NONE || !array_known_value(w, zero)) return ARRAY_NONE;
    array_use three[3] = {by, value, {w->of[zero], 0}};
    return array_push_each(w, sum, OP_IF, type, shape, three, 3);
}

/* The factors of one group as one value; *map: domain → its axes. */
static uint32_t group_value(array_lowering *w, ew_node sum, const factors *f, const groups *gr, int group, int type,
                            uint16_t *map)
{
    uint16_t domain = node_at(w->g, sum)->domain, axes[AXES_MOST];
    size_t count = 0, members = 0, rank;
    uint32_t bits = group == 1 ? gr->a : gr->b, made = ARRAY_NONE;
    for (size_t i = 0; i < f->count; i++) members += gr->of[i] == group;
    for (size_t i = 0; i < f->count && members == 1; i++) {
        if (gr->of[i] != group || value_at(w, w->of[f->at[i].node])->type != type) continue;
        *map = f->at[i].map;
        return w->of[f->at[i].node];
    }
    uint16_t shape = bits_shape(w, domain, bits, axes, &rank);
    for (int masks = 0; masks < 2; masks++)
        for (size_t i = 0; i < f->count; i++) {
            const factor *x = &f->at[i];
            if (gr->of[i] != group || x->mask != masks) continue;
            size_t own = node_rank(w->g, x->node);
            array_use by = {w->of[x->node], group_map(w, x->map, own, axes, rank)};
            made = count++ == 0 ? array_push_each(w, sum, OP_COPY, type, shape, &by, 1)
                                : join_factor(w, sum, type, shape, (array_use){made, 0}, by, x->mask, f->zero_wins);
            if (made == ARRAY_NONE) return made;
        }
    *map = graph_map_plain(w->g, axes, rank);
    return made;
}

/* Term by term: A B, and the conditions of the term again, so that what they shut out has no say. */
static uint32_t term_value(array_lowering *w, ew_node sum, const factors *f, const groups *gr, int type, array_use a,
                           array_use b)
{
    uint16_t domain = node_at(w->g, sum)->domain;
    uint32_t made = join_factor(w, sum, type, domain, a, b, false, f->zero_wins);
    for (size_t i = 0; made != ARRAY_NONE && !f->zero_wins && i < f->count; i++)
        if (f->at[i].mask && f->at[i].whole && gr->of[i])
            made = join_factor(w, sum, type, domain, (array_use){made, 0},
                               (array_use){w->of[f->at[i].node], f->at[i].map}, true, false);
    return made;
}

/* What stands outside the sum. */
static uint32_t outside_value(array_lowering *w, ew_node sum, const factors *f, const groups *gr, int type,
                              uint32_t made)
{
    uint16_t shape = node_at(w->g, sum)->shape;
    if (f->negative) {
        array_use x = {made, 0};
        made = array_push_each(w, sum, OP_NEG, type, shape, &x, 1);
    }
    for (int masks = 0; masks < 2; masks++)
        for (size_t i = 0; made != ARRAY_NONE && i < f->count; i++)
            if (!gr->of[i] && f->at[i].mask == masks)
                made = join_factor(w, sum, type, shape, (array_use){made, 0},
                                   (array_use){w->of[f->at[i].node], f->at[i].map}, masks, f->zero_wins);
    return made;
}

/* What is multiplied with something that slides had best lie in the order of its windows; what the caller gave
 * lies as it does, so of that a copy. */
static uint32_t copy_result(array_lowering *w, ew_node sum, uint32_t v)
{
    const array_value *value = value_at(w, v);
    array_use use = {v, 0};
    uint32_t copy = array_push_each(w, sum, OP_COPY, value->type, value->shape, &use, 1);
    if (copy != ARRAY_NONE) value_at(w, copy)->relaid = true;
    return copy;
}

static uint32_t copy_apart(array_lowering *w, ew_node sum, uint32_t v)
{
    const array_value *value = value_at(w, v);
    return value->op == OP_INPUT || value->op == OP_PARAM ? copy_result(w, sum, v) : v;
}

/* So, too, what has several axes of the result and is used over and over. */
static bool small_operand(const array_lowering *w, ew_node sum, uint32_t v, uint16_t map)
{
    const array_value *value = value_at(w, v);
    size_t own = node_rank(w->g, sum), kept = 0, elements, all;
    for (size_t p = 0; p < value_rank(w, value); p++)
        kept += map_plain_axis(w->g, map, p) < (int)own && value_sizes(w, value)[p] != 1;
    return kept > 1 && shape_elements(w->g, value->shape, &elements) &&
           shape_elements(w->g, node_at(w->g, sum)->domain, &all) && elements && all / elements >= OFTEN;
}

/* The part of the sum's domain outside which some factor is 0, and wins; a program's own 0 · inf is no 0, but for rows
 * of which something else tells. */
static array_band factors_band(array_lowering *w, const factors *f, uint16_t domain)
{
    array_band band = {0, 0, 0};
    for (size_t i = 0; i < f->count; i++) {
        const factor *x = &f->at[i];
        if (!x->mask && array_band_rows(w, x->node, x->map, domain, &band)) break;
        if ((f->zero_wins || x->whole) && array_band_find(w, x->node, x->map, x->mask, domain, &band)) break;
    }
    return band;
}

bool array_lower_product(array_lowering *w, ew_node n, uint32_t *made)
{
    const graph_node *node = node_at(w->g, n);
    size_t own = node_rank(w->g, n), rank = shape_rank(w->g, node->domain);
    factors f = {.count = 0};
    groups gr;
    uint32_t reduced = 0;
    uint16_t maps[2] = {0, 0};
    *made = ARRAY_NONE;
    if (!type_is_real(node->type) || type_is_soft(node->type) || rank == own) return true;
    if (w->g->passes_off & PASS_PRODUCTS) return true;
    for (size_t d = own; d < rank; d++) reduced |= UINT32_C(1) << d;
    if (!factors_of(w, node_arg(w->g, n, 0), use_map(w->g, n, 0), &f)) return report_ok(&w->g->report);
    node = node_at(w->g, n);
    if (f.count < 2 || !groups_of(&f, reduced, &gr) || !worth_it(w, node->domain, &gr, reduced)) return true;
    for (size_t i = 0; i < f.count; i++) {
        if (!array_known_value(w, f.at[i].node)) return false;
        if (w->of[f.at[i].node] == ARRAY_NONE) return true;
    }
    int type = node->type == TYPE_F32 ? ARRAY_F32 : ARRAY_F64;
    uint32_t a = group_value(w, n, &f, &gr, 1, type, &maps[0]);
    uint32_t b = a == ARRAY_NONE ? a : group_value(w, n, &f, &gr, 2, type, &maps[1]);
    if (b == ARRAY_NONE) return false;
    if (array_slides(w, b) || small_operand(w, n, a, maps[0])) a = copy_apart(w, n, a);
    if (array_slides(w, a) || small_operand(w, n, b, maps[1])) b = copy_apart(w, n, b);
    if (a == ARRAY_NONE || b == ARRAY_NONE) return false;
    array_use uses[3] = {{0, 0}, {a, maps[0]}, {b, maps[1]}};
    uses[0].value = term_value(w, n, &f, &gr, type, uses[1], uses[2]);
    if (uses[0].value == ARRAY_NONE) return false;
    *made = array_push_product(w, n, type, uses);
    if (*made != ARRAY_NONE) value_at(w, *made)->band = factors_band(w, &f, node_at(w->g, n)->domain);
    if (*made != ARRAY_NONE && (array_slides(w, a) || array_slides(w, b)) && small_operand(w, n, *made, 0))
        *made = copy_result(w, n, *made);
    if (*made != ARRAY_NONE) *made = outside_value(w, n, &f, &gr, type, *made);
    return *made != ARRAY_NONE;
}
