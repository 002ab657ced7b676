/*
 * life.c - a graph comes and goes, and the first error that it keeps.
 */
#include "graph/graph.h"

#include <string.h>

static char *copy_string(memory *m, const char *s, size_t count)
{
    char *copy = memory_new(m, count + 1);
    if (copy && count) memcpy(copy, s, count);
    return copy;
}

ew_graph *graph_new(const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    ew_graph *g = memory_new(&m, sizeof *g);
    if (!g) {
        report r = {&m, options ? options->language : NULL, {NULL, 0, NULL}, {0}};
        report_memory(&r);
        if (err) *err = r.error;
        return NULL;
    }
    g->memory = m;
    g->report.m = &g->memory;
    g->max_nodes = options && options->max_nodes ? options->max_nodes : (size_t)64 << 20;
    if (g->max_nodes > UINT32_MAX - 1) g->max_nodes = UINT32_MAX - 1;
    g->real = options && options->single ? TYPE_F32 : TYPE_F64;
    g->beside = TYPE_F64;
    g->mode = options ? options->mode : EW_AUTO;
    g->training = options && options->training;
    g->threads = options && options->threads ? options->threads : 1;
    g->only_arrays = options && options->only_arrays;
    if (options && options->language)
        g->language = copy_string(&g->memory, options->language, strlen(options->language));
    if (options && options->file) g->file = copy_string(&g->memory, options->file, strlen(options->file));
    g->report.language = g->language;
    g->report.source.file = g->file;
    graph_name none = {0, 0, 0, EW_NONE};
    bool ok = array_push(&g->memory, &g->names, none) && array_push(&g->memory, &g->name_text, '\0') &&
              array_push(&g->memory, &g->shapes, (graph_shape){0}) && array_reserve(&g->memory, &g->sizes, 1) &&
              array_push(&g->memory, &g->maps_known, ((graph_map){0, 0, true, 0}));
    if (!ok || (options && options->file && !g->file) || (options && options->language && !g->language)) {
        report_memory(&g->report);
        if (err) *err = g->report.error;
        ew_graph_free(g);
        return NULL;
    }
    return g;
}

ew_status ew_graph_error(const ew_graph *g, ew_error *err)
{
    memory m = memory_of(NULL);
    report none = {.m = &m}; /* no graph: there was no memory for one */
    if (!g) report_memory(&none);
    const report *r = g ? &g->report : &none;
    if (err) *err = r->error;
    return r->error.status;
}

bool graph_hand_over(ew_graph *g, ew_error *err)
{
    bool ok = ew_graph_error(g, err) == EW_OK;
    if (!ok) g->report.error = (ew_error){0};
    return ok;
}

bool graph_set_text(ew_graph *g, const char *string, size_t count)
{
    g->text = copy_string(&g->memory, string, count);
    if (!g->text) return report_memory(&g->report);
    g->text_count = count;
    g->report.source.at = g->text;
    g->report.source.count = count;
    return true;
}

void ew_graph_free(ew_graph *g)
{
    if (!g) return;
    if (g->functions_free) g->functions_free(g);
    if (g->derived_free) g->derived_free(g);
    memory *m = &g->memory, last;
    array_free(m, &g->maps);
    array_free(m, &g->shapes);
    array_free(m, &g->sizes);
    array_free(m, &g->unknown);
    array_free(m, &g->maps_known);
    array_free(m, &g->map_indices);
    array_free(m, &g->map_terms);
    array_free(m, &g->regions);
    array_free(m, &g->states);
    array_free(m, &g->indexed);
    array_free(m, &g->index_names);
    array_free(m, &g->values);
    array_free(m, &g->bound);
    array_free(m, &g->nodes);
    array_free(m, &g->args);
    array_free(m, &g->consts);
    array_free(m, &g->names);
    array_free(m, &g->name_text);
    for (size_t i = 0; i < g->name_before.count; i++)
        memory_free(m, g->name_before.at[i].at, g->name_before.at[i].size);
    array_free(m, &g->name_before);
    array_free(m, &g->inputs);
    array_free(m, &g->params);
    array_free(m, &g->outputs);
    array_free(m, &g->parts);
    array_free(m, &g->seen);
    block_free(m, g->table, g->table_size);
    block_free(m, g->name_table, g->name_table_size);
    block_free(m, g->seen_index, g->seen_index_size);
    if (g->text) memory_free(m, g->text, g->text_count + 1);
    if (g->file) memory_free(m, g->file, strlen(g->file) + 1);
    if (g->language) memory_free(m, g->language, strlen(g->language) + 1);
    last = *m;
    memory_free(&last, g, sizeof *g);
}
