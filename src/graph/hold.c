/*
 * hold.c - a copy of a graph in which whatever stands in stop(…) is held: the difference of two runs of it is
 * what derivatives, for which stop is constant, say.
 *
 * Every node keeps its number, so only the stops change: they become inputs.
 */
#include <string.h>

#include "graph/graph.h"

#define hold_array(to, from)                                                                                           \
    (array_reserve(&h->memory, to, (from)->count + 1) &&                                                               \
     ((from)->count ? memcpy((to)->at, (from)->at, (from)->count * sizeof *(to)->at) : NULL,                           \
      (to)->count = (from)->count, true))

#define hold_block(name, size)                                                                                         \
    (!g->name || ((h->name = block_new(&h->memory, g->size, sizeof *h->name)) != NULL &&                               \
                  (memcpy(h->name, g->name, g->size * sizeof *h->name), h->size = g->size, true)))

static bool hold_nodes(const ew_graph *g, ew_graph *h)
{
    h->table_count = g->table_count;
    h->finished = g->finished;
    return hold_array(&h->nodes, &g->nodes) && hold_array(&h->args, &g->args) && hold_array(&h->maps, &g->maps) &&
           hold_array(&h->consts, &g->consts) && hold_array(&h->inputs, &g->inputs) &&
           hold_array(&h->params, &g->params) && hold_array(&h->outputs, &g->outputs) &&
           hold_array(&h->parts, &g->parts) && hold_array(&h->seen, &g->seen) && hold_array(&h->values, &g->values) &&
           hold_block(table, table_size) && hold_block(seen_index, seen_index_size);
}

static bool hold_axes(const ew_graph *g, ew_graph *h)
{
    h->shapes.count = h->maps_known.count = 0;
    memcpy(h->map_last, g->map_last, sizeof h->map_last);
    return hold_array(&h->shapes, &g->shapes) && hold_array(&h->sizes, &g->sizes) &&
           hold_array(&h->unknown, &g->unknown) && hold_array(&h->maps_known, &g->maps_known) &&
           hold_array(&h->map_indices, &g->map_indices) && hold_array(&h->map_terms, &g->map_terms) &&
           hold_array(&h->regions, &g->regions) && hold_array(&h->states, &g->states) &&
           hold_array(&h->indexed, &g->indexed) && hold_array(&h->index_names, &g->index_names) &&
           hold_array(&h->bound, &g->bound);
}

static bool hold_names(const ew_graph *g, ew_graph *h)
{
    h->names.count = h->name_text.count = 0;
    return hold_array(&h->names, &g->names) && hold_array(&h->name_text, &g->name_text) &&
           hold_block(name_table, name_table_size) && (!g->text || graph_set_text(h, g->text, g->text_count));
}

static bool hold_stops(ew_graph *h)
{
    for (ew_node n = 0; n < h->nodes.count; n++) {
        graph_node *x = &h->nodes.at[n];
        graph_input in = {.node = n};
        if (x->op != OP_STOP || type_is_soft(x->type)) continue;
        if (!array_push(&h->memory, &h->inputs, in)) return false;
        *x = (graph_node){.op = OP_INPUT,
                          .args = (uint32_t)h->inputs.count - 1,
                          .name = x->name,
                          .place = x->place,
                          .type = x->type,
                          .shape = x->shape,
                          .flags = x->flags & NODE_GENERATED};
    }
    return true;
}

ew_graph *ew_hold(const ew_graph *g, ew_error *err)
{
    if (ew_graph_error(g, err) != EW_OK) return NULL;
    ew_options o = {.resize = g->memory.resize,
                    .context = g->memory.context,
                    .language = g->language,
                    .file = g->file,
                    .max_nodes = g->max_nodes,
                    .max_bytes = g->memory.limit,
                    .single = g->real == TYPE_F32,
                    .mode = g->mode,
                    .threads = g->threads};
    ew_graph *h = graph_new(&o, err);
    if (!h) return NULL;
    if (hold_nodes(g, h) && hold_axes(g, h) && hold_names(g, h) && hold_stops(h)) return h;
    report_memory(&h->report);
    ew_graph_error(h, err);
    ew_graph_free(h);
    return NULL;
}
