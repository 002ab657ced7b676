/*
 * pieces.c - what becomes of a node where the rows of the data come in pieces (ew_in_pieces).
 *
 * The rows are one dimension, whose size is not known in the graph that is looked at: so an axis is that of the rows
 * where its size is that dimension, and whatever is computed from the number of rows has a size or a SIZE node that
 * says so. Each node gets a KIND by its operation and the kinds of what it uses:
 *
 *     EACH   an axis is the rows', and each place of it needs its own row alone: a use of x[n] at n, never of x[n-1],
 *            of x[0], or of the number n itself
 *     FREE   needs no row
 *     SUM, LEAST, GREATEST   a reduction of an EACH over the rows;   MEAN   a SUM over SIZE
 *     SIZE   so many rows times what is free;   PER   what is free over that
 *     WHOLE  everything else: what cannot be shown is not claimed
 *
 * A recurrence is supposed to keep rows apart, and its definitions then have to; where one does not, it is taken for
 * WHOLE, and the graph is gone through once more.
 */
#include "graph/axes.h"

#include <string.h>

enum { KIND_SIZE = EW_PIECES_GREATEST + 1, KIND_PER, NO_AXIS = 255 };

typedef struct pieces {
    const ew_graph *g;
    memory m;
    int64_t rows; /* the size that stands for their number */
    ew_pieces *of;
    bool *doubt; /* by region: it is WHOLE */
    bool again;  /* of one more region that was found out */
} pieces;

static const ew_pieces pieces_whole = {EW_PIECES_WHOLE, 0}, pieces_free = {EW_PIECES_FREE, 0};

/* ---- Axes ----------------------------------------------------------------------------------------------------- */

/* Which axis is the rows'; NO_AXIS: none. false: several are, or a size is of unknown origin. */
static bool pieces_axis(const pieces *x, uint16_t shape, size_t *axis)
{
    const int64_t *sizes = shape_sizes(x->g, shape);
    *axis = NO_AXIS;
    for (size_t p = 0; p < shape_rank(x->g, shape); p++) {
        if (!size_is_known(sizes[p]) && !x->g->unknown.at[-1 - sizes[p]]) return false;
        if (sizes[p] != x->rows) continue;
        if (*axis != NO_AXIS) return false;
        *axis = p;
    }
    return true;
}

/* Target axis t of a map says something about domain axis q. */
static bool pieces_mentions(const ew_graph *g, uint16_t map, size_t t, size_t q)
{
    map_draft d = map_axis(g, map, t);
    for (size_t i = 0; i < d.terms; i++)
        if (d.axis[i] == q) return true;
    return false;
}

/* A use keeps rows apart: target axis p (NO_AXIS: none) is domain axis q as it stands, and no other mentions q. */
static bool pieces_apart(const ew_graph *g, uint16_t map, size_t rank, size_t p, size_t q)
{
    for (size_t t = 0; t < rank; t++) {
        if (t == p && (q == NO_AXIS || map_plain_axis(g, map, t) != (int)q)) return false;
        if (t != p && q != NO_AXIS && pieces_mentions(g, map, t, q)) return false;
    }
    return true;
}

static size_t pieces_own(ew_pieces kind)
{
    return kind.kind == EW_PIECES_EACH ? kind.axis : NO_AXIS;
}

/* All arguments from `first` on are free or of each row, along domain axis q. */
static bool pieces_arguments(const pieces *x, ew_node n, size_t first, size_t q)
{
    for (size_t k = first; k < node_at(x->g, n)->count; k++) {
        ew_node a = node_arg(x->g, n, k);
        ew_pieces kind = x->of[a];
        if (kind.kind != EW_PIECES_FREE && kind.kind != EW_PIECES_EACH) return false;
        if (!pieces_apart(x->g, use_map(x->g, n, k), node_rank(x->g, a), pieces_own(kind), q)) return false;
    }
    return true;
}

/* ---- Operations on what has no axis of rows ------------------------------------------------------------------- */

static bool pieces_is(ew_pieces a, int kind)
{
    return (int)a.kind == kind;
}

static ew_pieces pieces_of_kind(int kind)
{
    return (ew_pieces){(ew_pieces_kind)kind, 0};
}

static ew_pieces pieces_add(ew_pieces a, ew_pieces b)
{
    bool sums = pieces_is(a, EW_PIECES_SUM) || pieces_is(a, KIND_SIZE);
    bool means = pieces_is(a, EW_PIECES_MEAN) || pieces_is(a, EW_PIECES_FREE);
    if (sums && pieces_is(b, KIND_SIZE)) return a;
    if (sums && pieces_is(b, EW_PIECES_SUM)) return b;
    if (means && pieces_is(b, EW_PIECES_FREE)) return a;
    return means && pieces_is(b, EW_PIECES_MEAN) ? b : pieces_whole;
}

static ew_pieces pieces_multiply(ew_pieces a, ew_pieces b)
{
    if (pieces_is(b, EW_PIECES_FREE) && !pieces_is(a, EW_PIECES_LEAST) && !pieces_is(a, EW_PIECES_GREATEST)) return a;
    if (pieces_is(a, EW_PIECES_SUM) && pieces_is(b, KIND_PER)) return pieces_of_kind(EW_PIECES_MEAN);
    if (pieces_is(a, EW_PIECES_MEAN) && pieces_is(b, KIND_SIZE)) return pieces_of_kind(EW_PIECES_SUM);
    return pieces_is(a, KIND_SIZE) && pieces_is(b, KIND_PER) ? pieces_free : pieces_whole;
}

static ew_pieces pieces_divide(ew_pieces a, ew_pieces b)
{
    if (pieces_is(b, KIND_SIZE) && pieces_is(a, EW_PIECES_FREE)) return pieces_of_kind(KIND_PER);
    if (pieces_is(b, KIND_SIZE)) return pieces_multiply(a, pieces_of_kind(KIND_PER));
    return pieces_is(b, EW_PIECES_FREE) ? pieces_multiply(a, b) : pieces_whole;
}

/* What is linear in its first argument, or in both; else nothing is claimed. */
static ew_pieces pieces_scalar(const pieces *x, ew_node n)
{
    const graph_node *node = node_at(x->g, n);
    ew_pieces a = x->of[node_arg(x->g, n, 0)], b = node->count > 1 ? x->of[node_arg(x->g, n, 1)] : pieces_free;
    ew_pieces both = pieces_multiply(a, b);
    switch (node->op) {
    case OP_COPY:
    case OP_STOP: return a;
    case OP_NEG: return pieces_multiply(a, pieces_free);
    case OP_ADD:
    case OP_SUB: both = pieces_add(a, b); return pieces_is(both, EW_PIECES_WHOLE) ? pieces_add(b, a) : both;
    case OP_MUL: return pieces_is(both, EW_PIECES_WHOLE) ? pieces_multiply(b, a) : both;
    case OP_DIV: return pieces_divide(a, b);
    default: return pieces_whole;
    }
}

static bool pieces_all_free(const pieces *x, ew_node n)
{
    for (size_t k = 0; k < node_at(x->g, n)->count; k++)
        if (!pieces_is(x->of[node_arg(x->g, n, k)], EW_PIECES_FREE)) return false;
    return true;
}

/* ---- One node --------------------------------------------------------------------------------------------------- */

static ew_pieces pieces_each(size_t axis)
{
    return (ew_pieces){EW_PIECES_EACH, axis};
}

static ew_pieces pieces_pointwise(const pieces *x, ew_node n, size_t q)
{
    if (q != NO_AXIS) return pieces_arguments(x, n, 0, q) ? pieces_each(q) : pieces_whole;
    return pieces_all_free(x, n) ? pieces_free : pieces_scalar(x, n);
}

/* An element of an array. Of a sum or the like, at a place that is free, it is of the same kind. */
static ew_pieces pieces_at(const pieces *x, ew_node n, size_t q)
{
    ew_pieces kind = x->of[node_arg(x->g, n, 0)];
    if (q != NO_AXIS) return pieces_arguments(x, n, 0, q) ? pieces_each(q) : pieces_whole;
    if (!pieces_arguments(x, n, 1, q) || pieces_is(kind, EW_PIECES_EACH)) return pieces_whole;
    return kind;
}

/* Over the rows, kind by operation; over something else the kinds that an operation keeps. */
static ew_pieces pieces_over(unsigned o, ew_pieces kind, bool rows)
{
    bool least = o == OP_LEAST || o == OP_ALL, greatest = o == OP_GREATEST || o == OP_ANY;
    if (rows && o == OP_SUM) return pieces_of_kind(pieces_is(kind, EW_PIECES_FREE) ? KIND_SIZE : EW_PIECES_SUM);
    if (rows) return pieces_of_kind(least ? EW_PIECES_LEAST : greatest ? EW_PIECES_GREATEST : EW_PIECES_WHOLE);
    bool linear = pieces_is(kind, EW_PIECES_SUM) || pieces_is(kind, EW_PIECES_MEAN) || pieces_is(kind, KIND_SIZE);
    bool kept = pieces_is(kind, EW_PIECES_FREE) || (linear && o == OP_SUM) ||
                (least && pieces_is(kind, EW_PIECES_LEAST)) || (greatest && pieces_is(kind, EW_PIECES_GREATEST));
    return kept ? kind : pieces_whole;
}

static ew_pieces pieces_reduce(const pieces *x, ew_node n, size_t q)
{
    const graph_node *node = node_at(x->g, n);
    size_t d, rank = node_rank(x->g, n);
    ew_pieces kind = x->of[node_arg(x->g, n, 0)];
    if (!pieces_axis(x, node->domain, &d)) return pieces_whole;
    if (d != NO_AXIS && !pieces_arguments(x, n, 0, d)) return pieces_whole;
    if (d != NO_AXIS && d < rank) return d == q ? pieces_each(q) : pieces_whole;
    return pieces_over(node->op, kind, d != NO_AXIS);
}

static ew_pieces pieces_join(const pieces *x, ew_node n, size_t q)
{
    const graph_node *node = node_at(x->g, n);
    for (size_t k = 0; k < node->count; k++) {
        ew_pieces kind = x->of[node_arg(x->g, n, k)];
        if (!pieces_is(kind, q == NO_AXIS ? EW_PIECES_FREE : EW_PIECES_EACH)) return pieces_whole;
        if (q != NO_AXIS && map_plain_axis(x->g, use_map(x->g, n, k), q) != (int)kind.axis) return pieces_whole;
        for (size_t t = 0; q != NO_AXIS && t < node_rank(x->g, n); t++)
            if (t != q && pieces_mentions(x->g, use_map(x->g, n, k), t, kind.axis)) return pieces_whole;
    }
    return q == NO_AXIS ? pieces_free : pieces_each(q);
}

static ew_pieces pieces_state(const pieces *x, ew_node n, size_t q)
{
    const graph_state *s = node_state(x->g, n);
    if (x->doubt[s->region] || s->axis == q) return pieces_whole;
    return q == NO_AXIS ? pieces_free : pieces_each(q);
}

/* What was supposed of the state, if its definition and the condition that stops it agree. */
static ew_pieces pieces_loop(pieces *x, ew_node n, size_t q)
{
    const graph_state *s = node_state(x->g, n);
    ew_node until = x->g->regions.at[s->region].until;
    ew_pieces due = pieces_state(x, n, q), got = x->of[s->definition];
    bool good = due.kind == got.kind && due.axis == got.axis;
    if (until != EW_NONE && !pieces_is(x->of[until], EW_PIECES_FREE)) good = false;
    if (!good && !x->doubt[s->region]) x->doubt[s->region] = x->again = true;
    return good ? due : pieces_whole;
}

static ew_pieces pieces_leaf(const pieces *x, ew_node n, size_t q)
{
    const graph_node *node = node_at(x->g, n);
    bool drawn = node->op == OP_INPUT && x->g->inputs.at[node->args].draw != DRAW_NONE;
    if (node->op == OP_SIZE)
        return (int64_t)node->extra == -1 - x->rows ? pieces_of_kind(KIND_SIZE)
               : x->g->unknown.at[node->extra]      ? pieces_free
                                                    : pieces_whole;
    if (q == NO_AXIS) return pieces_free;
    bool given = node->op == OP_INPUT && !drawn; /* a param or a draw is another one for each number of rows */
    return given || node->op == OP_CONST ? pieces_each(q) : pieces_whole;
}

static ew_pieces pieces_node(pieces *x, ew_node n)
{
    const graph_node *node = node_at(x->g, n);
    size_t q;
    if (!pieces_axis(x, node->shape, &q)) return pieces_whole;
    if (node->op == OP_STATE) return pieces_state(x, n, q);
    if (op_is_leaf(node->op)) return pieces_leaf(x, n, q);
    if (op_is_reduction(node->op)) return pieces_reduce(x, n, q);
    switch (node->op) {
    case OP_INDEX: return q == NO_AXIS ? pieces_free : pieces_whole;
    case OP_AT: return pieces_at(x, n, q);
    case OP_JOIN: return pieces_join(x, n, q);
    case OP_LOOP: return pieces_loop(x, n, q);
    case OP_SCATTER:
    case OP_DIFF: return q == NO_AXIS && pieces_all_free(x, n) ? pieces_free : pieces_whole;
    default: return pieces_pointwise(x, n, q);
    }
}

/* ---- The graph ----------------------------------------------------------------------------------------------------
 */

static bool pieces_dimension(pieces *x, const char *dimension)
{
    for (size_t i = 0; i < x->g->unknown.count; i++) {
        uint32_t name = x->g->unknown.at[i];
        if (name && strcmp(graph_name_text(x->g, name), dimension) == 0) x->rows = -1 - (int64_t)i;
    }
    return x->rows < 0;
}

static bool pieces_find(pieces *x)
{
    size_t nodes = x->g->nodes.count, regions = x->g->regions.count;
    x->of = block_new(&x->m, nodes, sizeof *x->of);
    x->doubt = block_new(&x->m, regions + 1, sizeof *x->doubt);
    for (x->again = x->of && x->doubt; x->again;) {
        x->again = false;
        for (ew_node n = 0; n < nodes; n++) x->of[n] = pieces_node(x, n);
    }
    return x->of && x->doubt;
}

static ew_pieces pieces_public(const pieces *x, ew_node n)
{
    ew_pieces kind = n < x->g->nodes.count ? x->of[n] : pieces_whole;
    if (pieces_is(kind, KIND_SIZE)) return pieces_of_kind(EW_PIECES_SUM);
    return pieces_is(kind, KIND_PER) ? pieces_whole : kind;
}

ew_status ew_in_pieces(const ew_graph *g, const char *dimension, const ew_node *nodes, size_t count, ew_pieces *how,
                       ew_error *err)
{
    ew_status status = ew_graph_error(g, err);
    if (status != EW_OK) return status;
    pieces x = {.g = g, .m = g->memory};
    report r = {.m = &x.m, .language = g->language};
    bool known = pieces_dimension(&x, dimension), found = known && pieces_find(&x);
    if (known && !found) report_memory(&r);
    for (size_t i = 0; i < count; i++) how[i] = found ? pieces_public(&x, nodes[i]) : pieces_whole;
    if (x.of) block_free(&x.m, x.of, g->nodes.count);
    if (x.doubt) block_free(&x.m, x.doubt, g->regions.count + 1);
    if (err) *err = r.error;
    return r.error.status;
}
