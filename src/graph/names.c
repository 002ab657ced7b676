/*
 * names.c - names are numbers: a text for each, and a table to find them by; and how messages call a node.
 */
#include "graph/graph.h"

#include <string.h>

/* Names that differ in the last letters get neighbouring values: x1, x2, x3 are found without a cache
 * miss each. What runs together is parted by the table's linear search. */
static uint32_t hash_bytes(const char *s, size_t count)
{
    uint32_t h = 0;
    for (size_t i = 0; i < count; i++) h = h * 31 + (unsigned char)s[i];
    return h;
}

const char *graph_name_text(const ew_graph *g, uint32_t name)
{
    return g->name_text.at + g->names.at[name].at;
}

static size_t name_slot(const ew_graph *g, uint32_t hash, const char *s, size_t count)
{
    size_t mask = g->name_table_size - 1, i = hash & mask;
    for (; g->name_table[i].name; i = (i + 1) & mask) {
        if (g->name_table[i].hash != hash) continue;
        const graph_name *n = &g->names.at[g->name_table[i].name];
        if (n->count == count && memcmp(g->name_text.at + n->at, s, count) == 0) break;
    }
    return i;
}

uint32_t graph_lookup(const ew_graph *g, const char *s, size_t count)
{
    return g->name_table_size ? g->name_table[name_slot(g, hash_bytes(s, count), s, count)].name : 0;
}

static bool name_table_grow(ew_graph *g)
{
    size_t old_size = g->name_table_size, size = old_size ? old_size * 2 : 64;
    name_entry *old = g->name_table, *table = block_new(&g->memory, size, sizeof *table);
    if (!table) return false;
    g->name_table = table;
    g->name_table_size = size;
    for (uint32_t i = 1; i < g->names.count; i++) { /* all differ: the first free place is theirs */
        size_t at = g->names.at[i].hash & (size - 1);
        while (table[at].name) at = (at + 1) & (size - 1);
        table[at] = (name_entry){g->names.at[i].hash, i};
    }
    block_free(&g->memory, old, old_size);
    return true;
}

/* Room for `count` bytes more. A name that a caller holds lives as long as the graph, so text that moves leaves what
 * was there behind; as it doubles, that is no more than it has itself. */
static bool name_text_reserve(ew_graph *g, size_t count)
{
    graph_text old = {g->name_text.at, g->name_text.capacity};
    size_t size = old.size > 128 ? old.size : 128;
    if (old.size - g->name_text.count >= count) return true;
    while (size - g->name_text.count < count || size == old.size)
        if (!size_mul(size, 2, &size)) return false;
    if (!array_reserve(&g->memory, &g->name_before, 1)) return false;
    char *moved = memory_resize(&g->memory, NULL, 0, size);
    if (!moved) return false;
    if (old.size) memcpy(moved, old.at, g->name_text.count);
    if (old.size) g->name_before.at[g->name_before.count++] = old;
    g->name_text.at = moved;
    g->name_text.capacity = size;
    return true;
}

uint32_t graph_intern(ew_graph *g, const char *s, size_t count)
{
    uint32_t hash = hash_bytes(s, count);
    if (g->name_table_size) {
        uint32_t found = g->name_table[name_slot(g, hash, s, count)].name;
        if (found) return found;
    }
    bool ok = g->names.count * 2 < g->name_table_size || name_table_grow(g);
    if (!ok || g->name_text.count + count + 1 > UINT32_MAX || !name_text_reserve(g, count + 1) ||
        !array_reserve(&g->memory, &g->names, 1)) {
        report_memory(&g->report);
        return 0;
    }
    size_t slot = name_slot(g, hash, s, count);
    graph_name n = {(uint32_t)g->name_text.count, (uint32_t)count, hash, EW_NONE};
    memcpy(g->name_text.at + n.at, s, count);
    g->name_text.at[n.at + count] = '\0';
    g->name_text.count += count + 1;
    g->name_table[slot] = (name_entry){hash, (uint32_t)g->names.count};
    g->names.at[g->names.count] = n;
    return (uint32_t)g->names.count++;
}

uint32_t graph_free_name(ew_graph *g, uint32_t base, const uint8_t *taken, size_t taken_count)
{
    text t;
    uint32_t name = base;
    text_begin(&t, &g->memory);
    for (size_t i = 2; name; i++) {
        if (g->names.at[name].node == EW_NONE && !(name < taken_count && taken[name])) break;
        text_clear(&t);
        text_add(&t, graph_name_text(g, base));
        text_format(&t, "_%zu", i);
        name = t.failed ? 0 : graph_intern(g, t.at, t.count);
    }
    if (t.failed) report_memory(&g->report);
    text_free(&t);
    return name;
}

/* ---- In messages ------------------------------------------------------------------------------- */

bool graph_refuse(ew_graph *g, error_code code, uint32_t place, size_t bytes, ew_node n, const char *more)
{
    const graph_node *node = node_at(g, n);
    text t;
    text_begin(&t, &g->memory);
    if (node->name && !(node->flags & NODE_GENERATED))
        text_add(&t, graph_name_text(g, node->name));
    else
        graph_print_words(g, n, &t, 60);
    if (t.failed)
        report_memory(&g->report);
    else
        report_at(&g->report, code, place, bytes, text_string(&t), more, NULL);
    text_free(&t);
    return false;
}
