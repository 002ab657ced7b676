/*
 * rules.c - the local derivative of one operation, built from its row in the table.
 *
 * The words of the rows (X, Y, Z, MUL, SIN …) are macros here: a small stack machine. A name puts a
 * node on the stack, an operation takes its arguments from there and leaves its result, and the comma
 * between them is C's operator, not the comma of a call: so nodes are made from left to right,
 * inner before outer, under every compiler. The numbers of nodes, and with them the order of sums in
 * later derivatives, are a function of the row alone. (Arguments of a C call may be evaluated in
 * either order; gcc and clang do differ.)
 *
 * Rules that are more than an expression are functions below. Nothing else in the project knows a
 * derivative.
 */
#include <assert.h>
#include <math.h>

#include "diff/linear.h"
#include "diff/sweep.h"

enum { RULE_DEPTH = 12 }; /* more than the deepest row needs */

typedef struct rule {
    ew_graph *g;
    ew_node n; /* the result */
    uint16_t shape;
    size_t count;
    view stack[RULE_DEPTH]; /* over the axes of the result */
} rule;

static void rule_push_view(rule *b, view v)
{
    assert(b->count < RULE_DEPTH);
    b->stack[b->count++] = v;
}

static void rule_push(rule *b, ew_node n)
{
    rule_push_view(b, (view){n, 0});
}

static void rule_arg(rule *b, size_t k)
{
    rule_push_view(b, view_argument(b->g, b->n, k));
}

/* The last `count` values become one. EW_NONE among them gives EW_NONE: the graph has the error. */
static void rule_apply(rule *b, op o, size_t count)
{
    assert(b->count >= count);
    const view *x = b->stack + (b->count -= count);
    view none = view_none();
    rule_push_view(b, view_op(b->g, b->shape, o, x[0], count > 1 ? x[1] : none, count > 2 ? x[2] : none));
}

#define INF HUGE_VAL
#define X rule_arg(b, 0)
#define Y rule_arg(b, 1)
#define W rule_arg(b, 2)
#define Z rule_push(b, b->n)
#define C(value) rule_push(b, graph_number(b->g, value))
#define ONE rule_push(b, graph_whole(b->g, 1))
#define ZERO rule_push(b, graph_whole(b->g, 0))
#define NONE ZERO

#define APPLY1(o, x) (x, rule_apply(b, OP_##o, 1))
#define APPLY2(o, x, y) (x, y, rule_apply(b, OP_##o, 2))
#define IF(x, y, w) (x, y, w, rule_apply(b, OP_IF, 3))
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
#define TANH(x) APPLY1(TANH, x)
#define SIGMOID(x) APPLY1(SIGMOID, x)
#define SIGMOID1(x) APPLY1(SIGMOID1, x)
#define STEP(x) APPLY1(STEP, x)
#define FLAT(x) APPLY1(FLAT, x)
#define WINS(x, y) APPLY2(WINS, x, y)
#define GELU1(x) APPLY1(GELU1, x)
#define SILU1(x) APPLY1(SILU1, x)
#define SILU2(x) APPLY1(SILU2, x)
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
static void rule_pow_base(rule *b)
{
    MUL0(Y, POW(X, SUB(Y, ONE)));
}

/* x^y log x, which is 0 at x = 0, y >= 0 (its limit for y > 0; at 0 by section 8). */
static void rule_pow_exponent(rule *b)
{
    IF(AND(EQ(X, ZERO), GE(Y, ZERO)), ZERO, MUL(Z, LOG(X)));
}

/* How many arguments of a min or max have its value. Each of them asks; the sum is made once. */
static void rule_ties(rule *b)
{
    derived *d = derived_of(b->g);
    size_t count = node_at(b->g, b->n)->count;
    if (d && d->ties_of == b->n && d->ties_of != 0) {
        rule_push_view(b, d->ties);
        return;
    }
    EQ(X, Z); /* nan wins: then nothing is equal, and 0/0 is the nan that is due */
    for (size_t i = 1; i < count; i++) {
        EQ(rule_arg(b, i), Z);
        rule_apply(b, OP_ADD, 2);
    }
    if (!d) return;
    d->ties_of = b->n; /* never node 0: that has no arguments */
    d->ties = b->stack[b->count - 1];
}

/* min and max: 1 to the winner, shared evenly where several tie. */
static void rule_extreme(rule *b, int is_max, size_t k)
{
    if (node_at(b->g, b->n)->count == 2) {
        WINS(rule_arg(b, is_max ? k : 1 - k), rule_arg(b, is_max ? 1 - k : k));
        return;
    }
    EQ(rule_arg(b, k), Z);
    rule_ties(b);
    rule_apply(b, OP_DIV, 2);
}

/* (2 - x^2) phi(x), as (r - x) (r + x) phi(x) with r, the root of 2, in two parts: near r nothing is
 * lost. */
static void rule_gelu1(rule *b)
{
    ADD(SUB(C(1.4142135623730951), X), C(-9.667293313452913e-17));
    ADD(ADD(C(1.4142135623730951), X), C(-9.667293313452913e-17));
    rule_apply(b, OP_MUL, 2);
    NPDF(X);
    rule_apply(b, OP_MUL0, 2);
}

/* With p = sigmoid'(x), h = tanh(x/2): -p (h (3 - x h) + 2 x p). Where p is 0 so is all. */
static void rule_silu2(rule *b)
{
#define P SIGMOID1(X)
#define H TANH(MUL(C(0.5), X))
    NEG(MUL0(P, ADD(MUL(H, SUB(C(3), MUL(X, H))), MUL(MUL(C(2), X), P))));
#undef P
#undef H
}

static void rule_row(rule *b, op o, size_t k)
{
    switch (o) {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,         \
           awkward, manual)                                                                                            \
    case OP_##E:                                                                                                       \
        k == 0 ? (d1) : k == 1 ? (d2) : (d3);                                                                          \
        return;
#include "ops/ops.def"
#undef OP
    default: ZERO;
    }
}

view diff_partial_each(ew_graph *g, ew_node n, size_t k)
{
    rule b = {.g = g, .n = n, .shape = node_at(g, n)->shape};
    op o = (op)node_at(g, n)->op;
    if (o == OP_MIN || o == OP_MAX)
        rule_extreme(&b, o == OP_MAX, k);
    else
        rule_row(&b, o, k);
    assert(b.count == 1);
    return b.stack[0];
}

ew_node diff_partial(ew_graph *g, ew_node n, size_t k)
{
    linear l;
    if (!node_is_edge(g, n, k)) return graph_whole(g, 0);
    if (!op_is_structure(node_at(g, n)->op)) {
        view v = diff_partial_each(g, n, k);
        return v.node == EW_NONE || node_is_const(g, v.node) ? v.node : view_node(g, v, node_at(g, n)->shape);
    }
    if (node_at(g, n)->op == OP_LOOP || !linear_edge(g, n, k, &l)) return graph_whole(g, 1);
    return node_is_const(g, l.factor.node) ? l.factor.node : view_node(g, l.factor, l.domain);
}
