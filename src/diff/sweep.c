#include "diff/flow.h"
#include "diff/sweep.h"

#include <stdlib.h>
#include <string.h>

/* Together the sweeps may keep this many entries; then the oldest go (they can be made again, and
 * give the same nodes, since equal nodes are one). */
enum { SWEEP_KEEP = 1 << 24 };

static void reverse_drop(ew_graph *g, derived *d, size_t i)
{
    sweep_reverse *s = &d->reverse.at[i];
    d->kept -= s->count;
    block_free(&g->memory, s->node, s->count);
    block_free(&g->memory, s->adjoint, s->count);
    memmove(s, s + 1, (--d->reverse.count - i) * sizeof *s);
}

static void forward_drop(ew_graph *g, derived *d, size_t i)
{
    sweep_forward *s = &d->forward.at[i];
    d->kept -= s->size;
    block_free(&g->memory, s->node, s->size);
    block_free(&g->memory, s->tangent, s->size);
    memmove(s, s + 1, (--d->forward.count - i) * sizeof *s);
}

static void derived_free(ew_graph *g)
{
    derived *d = g->derived;
    while (d->reverse.count) reverse_drop(g, d, d->reverse.count - 1);
    while (d->forward.count) forward_drop(g, d, d->forward.count - 1);
    while (d->flows.count) flow_free(g, d->flows.at[--d->flows.count]);
    array_free(&g->memory, &d->flows);
    array_free(&g->memory, &d->pairs);
    array_free(&g->memory, &d->carry.items);
    array_free(&g->memory, &d->reverse);
    array_free(&g->memory, &d->forward);
    array_free(&g->memory, &d->stack);
    array_free(&g->memory, &d->cone);
    array_free(&g->memory, &d->edges);
    block_free(&g->memory, d->mark, d->mark_size);
    memory_free(&g->memory, d, sizeof *d);
    g->derived = NULL;
}

derived *derived_of(ew_graph *g)
{
    if (!g->derived) {
        derived *d = memory_new(&g->memory, sizeof *d);
        if (!d) {
            report_memory(&g->report);
            return NULL;
        }
        d->edges_of = SIZE_MAX;
        d->inside = EW_NONE;
        d->carry.region = UINT32_MAX;
        g->derived = d;
        g->derived_free = derived_free;
    }
    return g->derived;
}

/* ---- The nodes below a node ------------------------------------------------------------------- */

bool sweep_marks(ew_graph *g)
{
    derived *d = g->derived;
    size_t size = g->nodes.count;
    if (d->mark_size < size) {
        size_t room = size + size / 2;
        uint32_t *mark = block_new(&g->memory, room, sizeof *mark);
        if (!mark) return report_memory(&g->report);
        block_free(&g->memory, d->mark, d->mark_size);
        d->mark = mark;
        d->mark_size = room;
        d->epoch = 0;
    }
    if (++d->epoch == 0) {
        memset(d->mark, 0, d->mark_size * sizeof *d->mark);
        d->epoch = 1;
    }
    return true;
}

static int ascending(const void *a, const void *b)
{
    ew_node x = *(const ew_node *)a, y = *(const ew_node *)b;
    return (x > y) - (x < y);
}

static size_t forward_slot(const sweep_forward *s, ew_node n)
{
    size_t i = (n * 0x9E3779B1u) & (s->size - 1);
    while (s->node[i] != EW_NONE && s->node[i] != n) i = (i + 1) & (s->size - 1);
    return i;
}

static ew_node forward_get(const sweep_forward *s, ew_node n)
{
    return s->size ? s->tangent[forward_slot(s, n)] : EW_NONE;
}

/* Sorting a cone that is most of the graph is one pass over the marks. */
void sweep_sort(derived *d)
{
    ew_node low = EW_NONE, high = 0;
    for (size_t i = 0; i < d->cone.count; i++) {
        if (d->cone.at[i] < low) low = d->cone.at[i];
        if (d->cone.at[i] > high) high = d->cone.at[i];
    }
    if (d->cone.count && (high - low) / 8 < d->cone.count) {
        size_t count = 0;
        for (ew_node n = low; n <= high; n++)
            if (d->mark[n] == d->epoch) d->cone.at[count++] = n;
    } else if (d->cone.count) {
        qsort(d->cone.at, d->cone.count, sizeof *d->cone.at, ascending);
    }
}

bool sweep_cone(ew_graph *g, ew_node of, const sweep_forward *known)
{
    derived *d = derived_of(g);
    if (!d || !sweep_marks(g)) return false;
    d->stack.count = d->cone.count = 0;
    d->mark[of] = d->epoch;
    bool ok = array_push(&g->memory, &d->stack, of);
    while (ok && d->stack.count) {
        ew_node n = d->stack.at[--d->stack.count];
        ok = array_push(&g->memory, &d->cone, n);
        if (known && (n <= known->wrt || forward_get(known, n) != EW_NONE)) continue;
        for (size_t k = 0; ok && k < node_at(g, n)->count; k++) {
            ew_node a = node_arg(g, n, k);
            if (d->mark[a] == d->epoch || !node_is_edge(g, n, k)) continue;
            d->mark[a] = d->epoch;
            ok = array_push(&g->memory, &d->stack, a);
        }
    }
    if (!ok) return report_memory(&g->report);
    sweep_sort(d);
    return true;
}

/* ---- Sums and products along paths ------------------------------------------------------------ */

static ew_node path_product(ew_graph *g, ew_node x, ew_node y)
{
    return graph_simple(g, OP_MUL0, x, y, EW_NONE);
}

/* A structural 0 adds nothing. */
static ew_node path_sum(ew_graph *g, ew_node sum, ew_node term)
{
    if (term == EW_NONE || node_is_value(g, term, 0)) return sum == EW_NONE && term != EW_NONE ? term : sum;
    if (sum == EW_NONE || node_is_value(g, sum, 0)) return term;
    return graph_simple(g, OP_ADD, sum, term, EW_NONE);
}

/* ---- Reverse ---------------------------------------------------------------------------------- */

static size_t reverse_find(const sweep_reverse *s, ew_node n)
{
    size_t low = 0, high = s->count;
    if (s->count && s->node[s->count - 1] - s->node[0] == s->count - 1) /* nothing left out */
        return n >= s->node[0] && n - s->node[0] < s->count ? n - s->node[0] : s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->node[middle] < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && s->node[low] == n ? low : s->count;
}

/* One sweep down from s->of: each node hands its adjoint times the partial to each argument. */
static bool reverse_fill(ew_graph *g, sweep_reverse *s)
{
    for (size_t i = 0; i < s->count; i++) s->adjoint[i] = EW_NONE;
    s->adjoint[s->count - 1] = graph_whole(g, 1);
    for (size_t i = s->count; i-- > 0;) {
        ew_node n = s->node[i], adjoint = s->adjoint[i];
        if (adjoint == EW_NONE || node_is_value(g, adjoint, 0)) continue;
        for (size_t k = 0; k < node_at(g, n)->count; k++) {
            if (!node_is_edge(g, n, k)) continue;
            size_t at = reverse_find(s, node_arg(g, n, k));
            ew_node term = path_product(g, adjoint, diff_partial(g, n, k));
            if (term == EW_NONE) return false;
            s->adjoint[at] = path_sum(g, s->adjoint[at], term);
            if (s->adjoint[at] == EW_NONE) return false;
        }
    }
    return report_ok(&g->report);
}

static sweep_reverse *reverse_new(ew_graph *g, derived *d, ew_node of)
{
    if (!sweep_cone(g, of, NULL)) return NULL;
    sweep_reverse s = {of, d->cone.count, NULL, NULL};
    while (d->kept + s.count > SWEEP_KEEP && d->reverse.count) reverse_drop(g, d, 0);
    if (!array_reserve(&g->memory, &d->reverse, 1)) {
        report_memory(&g->report);
        return NULL;
    }
    s.node = block_new(&g->memory, s.count, sizeof *s.node);
    s.adjoint = block_new(&g->memory, s.count, sizeof *s.adjoint);
    if (s.node) memcpy(s.node, d->cone.at, s.count * sizeof *s.node);
    if (!s.node || !s.adjoint) report_memory(&g->report);
    if (!s.node || !s.adjoint || !reverse_fill(g, &s)) {
        block_free(&g->memory, s.node, s.count);
        block_free(&g->memory, s.adjoint, s.count);
        return NULL;
    }
    d->kept += s.count;
    d->reverse.at[d->reverse.count] = s;
    return &d->reverse.at[d->reverse.count++];
}

static const sweep_reverse *reverse_of(ew_graph *g, ew_node of)
{
    derived *d = derived_of(g);
    if (!d) return NULL;
    for (size_t i = d->reverse.count; i-- > 0;)
        if (d->reverse.at[i].of == of) return &d->reverse.at[i];
    return reverse_new(g, d, of);
}

static ew_node reverse_get(ew_graph *g, const sweep_reverse *s, ew_node wrt)
{
    size_t at = reverse_find(s, wrt);
    ew_node n = at < s->count ? s->adjoint[at] : EW_NONE;
    return n == EW_NONE ? graph_whole(g, 0) : n;
}

/* ---- Forward ---------------------------------------------------------------------------------- */

static bool forward_grow(ew_graph *g, sweep_forward *s, size_t more)
{
    size_t size = s->size ? s->size : 64;
    while (size < (s->count + more) * 2) size *= 2;
    if (size == s->size) return true;
    sweep_forward next = {s->wrt, size, s->count, NULL, NULL};
    next.node = block_new(&g->memory, size, sizeof *next.node);
    next.tangent = block_new(&g->memory, size, sizeof *next.tangent);
    if (!next.node || !next.tangent) {
        block_free(&g->memory, next.node, size);
        block_free(&g->memory, next.tangent, size);
        return report_memory(&g->report);
    }
    for (size_t i = 0; i < size; i++) next.node[i] = next.tangent[i] = EW_NONE;
    for (size_t i = 0; i < s->size; i++) {
        if (s->node[i] == EW_NONE) continue;
        size_t at = forward_slot(&next, s->node[i]);
        next.node[at] = s->node[i];
        next.tangent[at] = s->tangent[i];
    }
    block_free(&g->memory, s->node, s->size);
    block_free(&g->memory, s->tangent, s->size);
    ((derived *)g->derived)->kept += size - s->size;
    *s = next;
    return true;
}

static ew_node forward_tangent(ew_graph *g, const sweep_forward *s, ew_node n)
{
    if (n == s->wrt) return graph_whole(g, 1);
    if (n < s->wrt) return graph_whole(g, 0);
    ew_node sum = EW_NONE;
    for (size_t k = 0; k < node_at(g, n)->count; k++) {
        if (!node_is_edge(g, n, k)) continue;
        ew_node tangent = forward_get(s, node_arg(g, n, k));
        if (node_is_value(g, tangent, 0)) continue;
        ew_node term = path_product(g, tangent, diff_partial(g, n, k));
        if (term == EW_NONE || (sum = path_sum(g, sum, term)) == EW_NONE) return EW_NONE;
    }
    return sum == EW_NONE ? graph_whole(g, 0) : sum;
}

static bool forward_reach(ew_graph *g, sweep_forward *s, ew_node of)
{
    derived *d = g->derived;
    if (!sweep_cone(g, of, s) || !forward_grow(g, s, d->cone.count)) return false;
    for (size_t i = 0; i < d->cone.count; i++) {
        ew_node n = d->cone.at[i];
        size_t at = forward_slot(s, n);
        if (s->node[at] == n) continue;
        ew_node tangent = forward_tangent(g, s, n);
        if (tangent == EW_NONE) return false;
        s->node[at] = n;
        s->tangent[at] = tangent;
        s->count++;
    }
    return true;
}

static sweep_forward *forward_of(ew_graph *g, ew_node wrt)
{
    derived *d = derived_of(g);
    if (!d) return NULL;
    for (size_t i = d->forward.count; i-- > 0;)
        if (d->forward.at[i].wrt == wrt) return &d->forward.at[i];
    while (d->kept > SWEEP_KEEP && d->forward.count) forward_drop(g, d, 0);
    sweep_forward s = {wrt, 0, 0, NULL, NULL};
    if (!array_push(&g->memory, &d->forward, s)) {
        report_memory(&g->report);
        return NULL;
    }
    return &d->forward.at[d->forward.count - 1];
}

/* ---- The derivative --------------------------------------------------------------------------- */

static ew_node scalar_node(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    if (mode == EW_FORWARD) {
        sweep_forward *s = forward_of(g, wrt);
        return s && forward_reach(g, s, of) ? forward_get(s, of) : EW_NONE;
    }
    const sweep_reverse *s = reverse_of(g, of);
    return s ? reverse_get(g, s, wrt) : EW_NONE;
}

/* Does `of` need nothing but scalars? What the cone has is left in derived->cone. */
static bool cone_is_scalar(ew_graph *g, ew_node of)
{
    derived *d = derived_of(g);
    if (g->shapes.count <= 1) return true;
    if (!d || !sweep_cone(g, of, NULL)) return true;
    for (size_t i = 0; i < d->cone.count; i++) {
        const graph_node *node = node_at(g, d->cone.at[i]);
        if (node->shape || op_is_structure(node->op)) return false;
    }
    return true;
}

static ew_node diff_found(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    if (!node_at(g, of)->shape && !node_at(g, wrt)->shape) {
        if (!type_is_real(node_at(g, of)->type)) return graph_whole(g, 0);
        if (cone_is_scalar(g, of)) return scalar_node(g, of, wrt, mode);
    }
    return diff_whole(g, of, wrt, mode);
}

ew_node diff_now(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    if (!report_ok(&g->report)) return EW_NONE;
    ew_node made = diff_found(g, of, wrt, mode);
    if (made == EW_NONE || type_is_real(node_at(g, made)->type)) return made;
    return view_derivative(g, node_at(g, made)->shape, view_of(g, made), node_at(g, of)->type).node;
}

ew_node diff_node(ew_graph *g, ew_node of, ew_node wrt, int mode)
{
    if (!report_ok(&g->report)) return EW_NONE;
    if (g->shapes.count <= 1 || !diff_must_wait(g, of)) return diff_now(g, of, wrt, mode);
    ew_node args[2] = {of, wrt};
    node_spec s = {.op = OP_DIFF,
                   .args = args,
                   .count = 2,
                   .shape = shape_join(g, node_at(g, of)->shape, node_at(g, wrt)->shape),
                   .place = NO_PLACE};
    return graph_make(g, &s);
}
