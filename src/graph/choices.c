/*
 * choices.c - which values an int input may have, from the way the graph uses it (ew_input_classes).
 *
 * Two uses say so. A GATHER, E[token[n, t], d], has no place but 0 to the size of E's axis less one; it is looked at
 * where nothing guards the access. And a CROSS-ENTROPY, logsumexp(k: z[k]) - sum(k: if k == y then z[k] else 0), which
 * is what xent means: with a y that is no class its second part is 0, silently. It is looked at where it is added up as
 * it stands: in a branch of an `if`, or times a mask, a y that is no class may be meant.
 *
 * Both concern some elements of the input, token[n, t] those with t in its range: a BOX of places. An input that is
 * reached by arithmetic (y[n] - 1) or by a gather is left alone. So is whatever the nodes asked for do not need.
 */
#include "graph/axes.h"

typedef struct choices_box { /* places of the node's axes, both ends */
    ew_node node;
    int64_t low[AXES_MOST], high[AXES_MOST];
} choices_box;

typedef struct choices {
    const ew_graph *g;
    memory m;
    ew_node input;
    int64_t *of; /* by element of a row: how many classes; 0: any */
    size_t count;
    unsigned char *needed, *plain; /* by node; plain: a cross-entropy that is looked at, or a sum with it */
} choices;

/* ---- From a use down to the input -----------------------------------------------------------------------------------
 */

static bool choices_whole(const ew_graph *g, ew_node n, choices_box *b)
{
    b->node = n;
    for (size_t p = 0; p < node_rank(g, n); p++) {
        b->low[p] = 0;
        b->high[p] = node_size(g, n, p) - 1;
        if (b->high[p] < 0) return false;
    }
    return true;
}

/* The places that argument 0 of the box's node has there. */
static bool choices_step(const ew_graph *g, choices_box *b)
{
    ew_node a = node_arg(g, b->node, 0);
    uint16_t map = use_map(g, b->node, 0);
    choices_box under = {.node = a};
    for (size_t p = 0; p < node_rank(g, a); p++) {
        map_draft d = map_axis(g, map, p);
        if (d.gather || d.terms > 1 || (d.terms && d.factor[0] != 1)) return false;
        under.low[p] = d.offset + (d.terms ? b->low[d.axis[0]] : 0);
        under.high[p] = d.offset + (d.terms ? b->high[d.axis[0]] : 0);
        if (under.low[p] < 0 || under.high[p] >= node_size(g, a, p)) return false;
    }
    *b = under;
    return true;
}

/* Down accesses and copies; false: it is not the input itself that is used there. */
static bool choices_down(const choices *x, choices_box *b)
{
    while (b->node != x->input) {
        const graph_node *node = node_at(x->g, b->node);
        bool access = node->op == OP_AT && !(node->flags & (NODE_ZERO | NODE_WHEN)) && node->count == 1;
        if ((!access && node->op != OP_COPY) || !choices_step(x->g, b)) return false;
    }
    return true;
}

/* Elements of a row that lie in the box, which has all rows, are one of so many classes. */
static void choices_mark(const choices *x, const choices_box *b, int64_t most)
{
    size_t rank = node_rank(x->g, x->input);
    if (rank == 0 || b->low[0] != 0 || b->high[0] != node_size(x->g, x->input, 0) - 1) return;
    for (size_t e = 0; e < x->count; e++) {
        bool inside = true;
        for (size_t p = rank, rest = e; p-- > 1;) {
            size_t size = (size_t)node_size(x->g, x->input, p);
            int64_t place = (int64_t)(rest % size);
            rest /= size;
            inside = inside && place >= b->low[p] && place <= b->high[p];
        }
        if (inside && (x->of[e] == 0 || x->of[e] > most)) x->of[e] = most;
    }
}

static void choices_use(const choices *x, ew_node used, int64_t most)
{
    choices_box b = {0};
    if (most > 0 && choices_whole(x->g, used, &b) && choices_down(x, &b)) choices_mark(x, &b, most);
}

/* ---- Gathers
 * ----------------------------------------------------------------------------------------------------------- */

static void choices_gathers(const choices *x, ew_node n)
{
    const graph_node *node = node_at(x->g, n);
    ew_node array = node_arg(x->g, n, 0);
    if (node->flags & (NODE_ZERO | NODE_WHEN)) return;
    for (size_t p = 0; p < node_rank(x->g, array); p++) {
        map_draft d = map_axis(x->g, use_map(x->g, n, 0), p);
        if (d.gather) choices_use(x, node_arg(x->g, n, d.gather), node_size(x->g, array, p));
    }
}

/* ---- Cross-entropies
 * ------------------------------------------------------------------------------------------------- */

/* The axis of argument k that is axis `axis` of the domain of n; -1: none. */
static int choices_axis(const ew_graph *g, ew_node n, size_t k, size_t axis)
{
    for (size_t p = 0; p < node_rank(g, node_arg(g, n, k)); p++)
        if (map_plain_axis(g, use_map(g, n, k), p) == (int)axis) return (int)p;
    return -1;
}

/* Argument k of an equality is the number of its axis `axis`, from 0. */
static bool choices_is_number(const ew_graph *g, ew_node n, size_t k, size_t axis)
{
    ew_node a = node_arg(g, n, k);
    return node_at(g, a)->op == OP_INDEX && choices_axis(g, n, k, axis) == 0 && node_value(g, node_arg(g, a, 0)) == 0;
}

/* The label in sum(k: if k == label then score else 0), whose score is `score`; EW_NONE: n is no such sum. */
static ew_node choices_label(const ew_graph *g, ew_node n, ew_node score, int64_t *most)
{
    if (node_at(g, n)->op != OP_SUM || shape_rank(g, node_at(g, n)->domain) != node_rank(g, n) + 1) return EW_NONE;
    ew_node chosen = node_arg(g, n, 0);
    int axis = choices_axis(g, n, 0, node_rank(g, n));
    if (node_at(g, chosen)->op != OP_IF || axis < 0 || node_arg(g, chosen, 1) != score) return EW_NONE;
    ew_node same = node_arg(g, chosen, 0);
    if (node_at(g, same)->op != OP_EQ || !node_is_value(g, node_arg(g, chosen, 2), 0)) return EW_NONE;
    *most = node_size(g, chosen, (size_t)axis);
    axis = choices_axis(g, chosen, 0, (size_t)axis);
    for (size_t k = 0; axis >= 0 && k < 2; k++)
        if (choices_is_number(g, same, k, (size_t)axis)) return node_arg(g, same, 1 - k);
    return EW_NONE;
}

static ew_node choices_entropy(const ew_graph *g, ew_node n, int64_t *most)
{
    if (node_at(g, n)->op != OP_SUB) return EW_NONE;
    ew_node all = node_arg(g, n, 0);
    return node_at(g, all)->op == OP_LOGSUMEXP ? choices_label(g, node_arg(g, n, 1), node_arg(g, all, 0), most)
                                               : EW_NONE;
}

/* What a user does with something that is added up; a factor of its own keeps it if it is the same everywhere. */
enum { USE_LOST, USE_PASSED, USE_SUMMED };

static int choices_user(const ew_graph *g, ew_node n, size_t k)
{
    switch (node_at(g, n)->op) {
    case OP_COPY:
    case OP_STOP:
    case OP_ADD:
    case OP_SUB:
    case OP_NEG: return USE_PASSED;
    case OP_AT: return k == 0 ? USE_PASSED : USE_LOST;
    case OP_DIV: return k == 0 ? USE_PASSED : USE_LOST;
    case OP_MUL: return node_rank(g, node_arg(g, n, 1 - k)) == 0 ? USE_PASSED : USE_LOST;
    case OP_SUM: return USE_SUMMED;
    default: return USE_LOST;
    }
}

/* Is everything that is made of n a sum? */
static bool choices_is_summed(const choices *x, ew_node n)
{
    bool summed = false;
    for (ew_node i = n; i < x->g->nodes.count; i++) x->plain[i] = i == n;
    for (ew_node i = n + 1; i < x->g->nodes.count; i++)
        for (size_t k = 0; k < node_at(x->g, i)->count; k++) {
            if (!x->needed[i] || !x->plain[node_arg(x->g, i, k)]) continue;
            int use = choices_user(x->g, i, k);
            if (use == USE_LOST) return false;
            if (use == USE_PASSED) x->plain[i] = 1;
            summed = summed || use == USE_SUMMED;
        }
    return summed;
}

/* ---- The input
 * --------------------------------------------------------------------------------------------------------- */

/* Arguments have smaller numbers. */
static void choices_need(const choices *x, const ew_node *nodes, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (nodes[k] < x->g->nodes.count) x->needed[nodes[k]] = 1;
    for (ew_node n = (ew_node)x->g->nodes.count; n-- > 0;)
        for (size_t k = 0; x->needed[n] && k < node_at(x->g, n)->count; k++) x->needed[node_arg(x->g, n, k)] = 1;
}

static void choices_find(const choices *x)
{
    for (ew_node n = x->input + 1; n < x->g->nodes.count; n++) {
        int64_t most = 0;
        if (!x->needed[n]) continue;
        if (node_at(x->g, n)->op == OP_AT) choices_gathers(x, n);
        ew_node label = choices_entropy(x->g, n, &most);
        if (label != EW_NONE && choices_is_summed(x, n)) choices_use(x, label, most);
    }
}

ew_status ew_input_classes(const ew_graph *g, size_t i, const ew_node *nodes, size_t node_count, int64_t *most,
                           size_t count, ew_error *err)
{
    ew_status status = ew_graph_error(g, err);
    if (status != EW_OK) return status;
    ew_input_info info = ew_input_at(g, i);
    choices x = {.g = g, .m = g->memory, .input = info.node, .of = most, .count = count};
    report r = {.m = &x.m, .language = g->language};
    for (size_t e = 0; e < count; e++) most[e] = 0;
    if (info.node == EW_NONE || info.type != EW_INT) return EW_OK;
    x.needed = block_new(&x.m, g->nodes.count, 1);
    x.plain = block_new(&x.m, g->nodes.count, 1);
    if (x.needed && x.plain) {
        choices_need(&x, nodes, node_count);
        choices_find(&x);
    } else {
        report_memory(&r);
    }
    if (x.needed) block_free(&x.m, x.needed, g->nodes.count);
    if (x.plain) block_free(&x.m, x.plain, g->nodes.count);
    if (err) *err = r.error;
    return r.error.status;
}
