/*
 * rules.c - the local derivative of one operation, built from its row in the table.
 *
 * The words of the rows (X, Y, Z, MUL, SIN …) are macros here: each makes a node. Rules that are
 * more than an expression are functions below. Nothing else in the project knows a derivative.
 */
#include <math.h>

#include "diff/diff.h"

typedef struct rule {
    ew_graph *g;
    ew_node n; /* the result */
} rule;

static ew_node rule_arg(const rule *b, size_t k)
{
    return node_arg(b->g, b->n, k);
}

static ew_node rule_apply(const rule *b, op o, ew_node x, ew_node y, ew_node w)
{
    return graph_simple(b->g, o, x, y, w);
}

#define INF HUGE_VAL
#define X rule_arg(b, 0)
#define Y rule_arg(b, 1)
#define W rule_arg(b, 2)
#define Z (b->n)
#define C(value) graph_number(b->g, value)
#define ONE graph_whole(b->g, 1)
#define ZERO graph_whole(b->g, 0)
#define NONE ZERO

#define APPLY1(o, x) rule_apply(b, OP_##o, x, EW_NONE, EW_NONE)
#define APPLY2(o, x, y) rule_apply(b, OP_##o, x, y, EW_NONE)
#define IF(x, y, w) rule_apply(b, OP_IF, x, y, w)
#define ADD(x, y) APPLY2(ADD, x, y)
#define SUB(x, y) APPLY2(SUB, x, y)
#define MUL(x, y) APPLY2(MUL, x, y)
#define DIV(x, y) APPLY2(DIV, x, y)
#define POW(x, y) APPLY2(POW, x, y)
#define NEG(x) APPLY1(NEG, x)
#define EQ(x, y) APPLY2(EQ, x, y)
#define LT(x, y) APPLY2(LT, x, y)
#define LE(x, y) APPLY2(LE, x, y)
#define GT(x, y) APPLY2(GT, x, y)
#define GE(x, y) APPLY2(GE, x, y)
#define AND(x, y) APPLY2(AND, x, y)
#define EXP(x) APPLY1(EXP, x)
#define LOG(x) APPLY1(LOG, x)
#define SQRT(x) APPLY1(SQRT, x)
#define HYPOT(x, y) APPLY2(HYPOT, x, y)
#define SIGN(x) APPLY1(SIGN, x)
#define SIN(x) APPLY1(SIN, x)
#define COS(x) APPLY1(COS, x)
#define SINH(x) APPLY1(SINH, x)
#define COSH(x) APPLY1(COSH, x)
#define SIGMOID(x) APPLY1(SIGMOID, x)
#define STEP(x) APPLY1(STEP, x)
#define FLAT(x) APPLY1(FLAT, x)
#define WINS(x, y) APPLY2(WINS, x, y)
#define GELU1(x) APPLY1(GELU1, x)
#define SILU1(x) APPLY1(SILU1, x)
#define GAUSS(x) APPLY1(GAUSS, x)
#define NPDF(x) APPLY1(NPDF, x)
#define DIGAMMA(x) APPLY1(DIGAMMA, x)
#define TRIGAMMA(x) APPLY1(TRIGAMMA, x)
#define POLYGAMMA(n, x) APPLY2(POLYGAMMA, n, x)
#define FLOORDIV(x, y) APPLY2(FLOORDIV, x, y)
#define MUL0(x, y) APPLY2(MUL0, x, y)
#define DIV0(x, y) APPLY2(DIV0, x, y)
#define OVER(x, y) APPLY2(OVER, x, y)

/* y x^(y-1); at y = 0 it is 0 whatever x is. */
static ew_node rule_pow_base(const rule *b)
{
    return MUL0(Y, POW(X, SUB(Y, ONE)));
}

/* x^y log x, which is 0 at x = 0, y >= 0 (its limit for y > 0; at 0 by section 8). */
static ew_node rule_pow_exponent(const rule *b)
{
    return IF(AND(EQ(X, ZERO), GE(Y, ZERO)), ZERO, MUL(Z, LOG(X)));
}

/* min and max: 1 to the winner, shared evenly where several tie. */
static ew_node rule_extreme(const rule *b, int is_max, size_t k)
{
    const graph_node *node = node_at(b->g, b->n);
    if (node->count == 2) {
        ew_node mine = rule_arg(b, k), other = rule_arg(b, 1 - k);
        return is_max ? WINS(mine, other) : WINS(other, mine);
    }
    ew_node ties = EQ(X, Z); /* nan wins: then nothing is equal, and 0/0 is the nan that is due */
    for (size_t i = 1; i < node_at(b->g, b->n)->count; i++) ties = ADD(ties, EQ(rule_arg(b, i), Z));
    return DIV(EQ(rule_arg(b, k), Z), ties);
}

/* s(x) s(-x) (2 + x (s(-x) - s(x))), s the logistic function; 0 at -inf. */
static ew_node rule_silu1(const rule *b)
{
    ew_node s = SIGMOID(X), t = SIGMOID(NEG(X));
    return MUL0(MUL(s, t), ADD(C(2), MUL0(X, SUB(t, s))));
}

static ew_node rule_row(const rule *b, op o, size_t k)
{
    switch (o) {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high, \
           awkward, manual) \
    case OP_##E: return k == 0 ? (d1) : k == 1 ? (d2) : (d3);
#include "ops/ops.def"
#undef OP
    default: return ZERO;
    }
}

ew_node diff_partial(ew_graph *g, ew_node n, size_t k)
{
    rule b = {g, n};
    op o = (op)node_at(g, n)->op;
    if (!node_is_edge(g, n, k)) return graph_whole(g, 0);
    if (o == OP_MIN || o == OP_MAX) return rule_extreme(&b, o == OP_MAX, k);
    return rule_row(&b, o, k);
}
