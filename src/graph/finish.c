/*
 * finish.c - generated names, and the list of the nodes that a person sees.
 *
 * An unnamed part gets the next letter, from c on, that occurs nowhere in the text as a name; after
 * z come v1, v2, … (language.md, section 2). The order is that of the text (`parts`); what `diff`
 * made and something named uses comes after it, by id.
 */
#include "graph/uses.h"

typedef struct namer {
    ew_graph *g;
    size_t texts;  /* names that were known before: those of the text */
    uint32_t next; /* 0 is c, 23 is z, then v1 … */
} namer;

/* The next generated name; 0 where there is no memory. Every name interned before we began occurs
 * in the text, unless it was only looked up as a free variant, which no letter is. */
static uint32_t next_name(namer *n)
{
    for (;;) {
        char buffer[32];
        size_t count = 1;
        if (n->next < 24) {
            buffer[0] = (char)('c' + n->next);
        } else {
            buffer[0] = 'v';
            count = count_text(n->next - 23, buffer + 1) + 1;
        }
        n->next++;
        uint32_t known = graph_lookup(n->g, buffer, count);
        if (known && known < n->texts) continue;
        if (known && n->g->names.at[known].node != EW_NONE) continue;
        return graph_intern(n->g, buffer, count);
    }
}

static bool is_output(const ew_graph *g, ew_node id)
{
    for (size_t i = 0; i < g->outputs.count; i++)
        if (g->outputs.at[i] == id) return true;
    return false;
}

static bool give_name(namer *n, ew_node id)
{
    graph_node *node = &n->g->nodes.at[id];
    if (node->name || (graph_is_quiet(n->g, id) && !is_output(n->g, id))) return true;
    uint32_t name = next_name(n);
    if (!name) return false;
    node->name = name; /* the table still finds it: it is the same part wherever it is written */
    node->flags |= NODE_GENERATED;
    n->g->names.at[name].node = id;
    return true;
}

enum { NEEDED = 1, NEEDED_WHOLE = 2 }; /* as an equation of an array; as a part of an expression */

/* The equations of an array have no names of their own, nor has the arithmetic of a place. */
static void need_arguments(const ew_graph *g, ew_node n, uint8_t *used)
{
    const graph_node *node = node_at(g, n);
    bool equations = node->op == OP_LOOP || (node->op == OP_JOIN && (used[n] == NEEDED || graph_is_equations(g, n)));
    for (size_t k = 0; k < node->count; k++) {
        uint8_t *a = &used[node_arg(g, n, k)];
        bool place = k > 0 && (node->op == OP_AT || node->op == OP_SCATTER);
        if (equations)
            *a |= NEEDED;
        else if (!place)
            *a |= NEEDED_WHOLE;
    }
}

/* What a needed state is of, which a recurrence that diff made may have for itself; true: it lies above. (A bool is
 * where it stops: no node to people.) */
static bool need_recurrences(const ew_graph *g, uint8_t *used)
{
    bool again = false;
    for (size_t i = 0; i < g->states.count; i++) {
        ew_node loop = g->states.at[i].loop == EW_NONE ? EW_NONE : graph_recurrence(g, g->states.at[i].state);
        bool needed = loop != EW_NONE && type_is_real(node_at(g, loop)->type) && used[g->states.at[i].state];
        if (!needed || (used[loop] & NEEDED_WHOLE)) continue;
        used[loop] |= NEEDED_WHOLE;
        again = true;
    }
    return again;
}

/* By node: what named nodes and outputs need it for, or 0. */
static uint8_t *need_all(ew_graph *g)
{
    size_t count = g->nodes.count;
    uint8_t *used = block_new(&g->memory, count, 1);
    if (!used) report_memory(&g->report);
    for (size_t i = 0; used && i < g->outputs.count; i++) used[g->outputs.at[i]] = NEEDED_WHOLE;
    for (bool again = used != NULL; again; again = need_recurrences(g, used))
        for (size_t i = count; i-- > 0;) {
            if (g->nodes.at[i].name) used[i] = NEEDED_WHOLE;
            if (used[i]) need_arguments(g, (ew_node)i, used);
        }
    return used;
}

/* The parts of the text by its order; then what else is needed, which diff made. */
static bool name_all(namer *n, const uint8_t *used)
{
    ew_graph *g = n->g;
    bool ok = true;
    for (size_t i = 0; ok && i < g->parts.count; i++)
        if (g->parts.at[i] != EW_NONE && used[g->parts.at[i]] != NEEDED) ok = give_name(n, g->parts.at[i]);
    for (size_t i = 0; ok && i < g->nodes.count; i++)
        if ((used[i] & NEEDED_WHOLE) && !op_is_leaf(g->nodes.at[i].op)) ok = give_name(n, (ew_node)i);
    return ok;
}

bool graph_see(ew_graph *g)
{
    block_free(&g->memory, g->seen_index, g->seen_index_size);
    g->seen_index_size = g->nodes.count;
    g->seen.count = 0;
    g->seen_index = block_new(&g->memory, g->seen_index_size, sizeof *g->seen_index);
    if (!g->seen_index) {
        g->seen_index_size = 0;
        return report_memory(&g->report);
    }
    for (size_t i = 0; i < g->nodes.count; i++) {
        g->seen_index[i] = UINT32_MAX;
        if (!g->nodes.at[i].name) continue;
        g->seen_index[i] = (uint32_t)g->seen.count;
        if (!array_push(&g->memory, &g->seen, (ew_node)i)) return report_memory(&g->report);
    }
    return true;
}

bool graph_finish(ew_graph *g)
{
    namer n = {g, g->names.count, 0};
    if (!report_ok(&g->report)) return false;
    uint8_t *used = need_all(g);
    bool ok = used && name_all(&n, used);
    if (used) block_free(&g->memory, used, g->nodes.count);
    if (!ok) return false;
    array_free(&g->memory, &g->parts);
    g->finished = true;
    return graph_see(g);
}
