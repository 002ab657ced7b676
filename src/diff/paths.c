/*
 * paths.c - the paths from one node to another: how many, the largest, and where all of them meet.
 *
 *   paths_part.c   copies out the part of the graph between the two nodes
 *   paths_count.c  how many paths it has
 *   paths_list.c   lists some, by the help of paths_rank.c where only the largest are wanted
 *   here           the waists, and the public view
 *
 * An ew_paths needs the graph only while it is made; its indices of edges mean something as long as
 * the graph gets no new names. Looking at its paths keeps the one looked at last spelled out, so
 * only one thread at a time may look.
 */
#include "diff/paths.h"
#include "diff/sweep.h"

/* Going up, `open` edges have begun and not ended. Where none passes by a node, all paths meet. */
static bool paths_meet(ew_paths *p)
{
    const paths_part *part = &p->part;
    size_t open = 0, edge = 0;
    for (size_t n = 0; n < part->nodes; n++) {
        for (; edge < part->edges && part->head[edge] == n; edge++) open--;
        if (open == 0 && !array_push(&p->memory, &p->waists, part->id[n])) return false;
        open += part->first[n + 1] - part->first[n];
    }
    return true;
}

static bool paths_fill(ew_paths *p, ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most)
{
    size_t edges = ew_edge_count(g, NULL);
    if (!paths_part_fill(g, from, to, edges, &p->memory, &p->part)) return false;
    p->shown = memory_new(&p->memory, sizeof *p->shown);
    p->steps = block_new(&p->memory, p->part.longest, sizeof *p->steps);
    if (!p->shown || !p->steps) return false;
    p->shown->path = SIZE_MAX;
    return paths_count(p) && paths_meet(p) && paths_list(p, partials, most);
}

/* Counts no bytes to the graph: the paths are the caller's and may outlive it. */
ew_paths *ew_paths_new(ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most, ew_error *err)
{
    ew_error error;
    ew_edge_count(g, &error); /* makes the partials */
    if (err) *err = error;
    if (error.status != EW_OK) return NULL;
    memory m = g->memory;
    report r = {.m = &m, .language = g->language};
    bool known = ew_node_index(g, from) != SIZE_MAX && ew_node_index(g, to) != SIZE_MAX;
    ew_paths *p = known ? memory_new(&m, sizeof *p) : NULL;
    if (p) p->memory = m;
    if (p && paths_fill(p, g, from, to, partials, most)) return p;
    if (known)
        report_memory(&r);
    else
        report_plain(&r, E_BAD_NODE, NULL, NULL);
    if (err) *err = r.error;
    ew_paths_free(p);
    return NULL;
}

void ew_paths_free(ew_paths *p)
{
    if (!p) return;
    memory m = p->memory;
    block_free(&m, p->steps, p->part.longest);
    memory_free(&m, p->shown, sizeof *p->shown);
    array_free(&m, &p->waists);
    array_free(&m, &p->choices);
    array_free(&m, &p->listed);
    array_free(&m, &p->digits);
    paths_part_free(&m, &p->part);
    memory_free(&m, p, sizeof *p);
}

const char *ew_paths_count(const ew_paths *p)
{
    return p->digits.count ? p->digits.at : "";
}

double ew_paths_log10(const ew_paths *p)
{
    if (p->part.unknown) return NAN;
    if (p->total.m == 0) return -HUGE_VAL;
    if (p->total.e < 1000) return log10(paths_double(p->total));
    return log10(p->total.m) + (double)p->total.e * 0.30102999566398119521;
}

size_t ew_paths_listed(const ew_paths *p)
{
    return p->listed.count;
}

/* Spells a path out. Its choices are found last first, and gathered at the end of the room; reading
 * them from there, the edges written from the beginning never overtake what is still to be read. */
static const paths_shown *paths_show(const ew_paths *p, size_t i)
{
    const paths_part *part = &p->part;
    size_t at = part->longest, length = 0;
    if (p->shown->path == i) return p->shown;
    for (uint32_t c = p->listed.at[i].choice; c != EW_NONE; c = p->choices.at[c].before)
        p->steps[--at] = p->choices.at[c].edge;
    for (uint32_t n = 0; n + 1 < part->nodes; n = part->head[p->steps[length++]]) {
        bool choice = part->first[n + 1] - part->first[n] > 1;
        p->steps[length] = choice ? p->steps[at++] : part->out[part->first[n]];
    }
    p->shown->path = i;
    p->shown->length = length;
    return p->shown;
}

size_t ew_path_length(const ew_paths *p, size_t i)
{
    return i < p->listed.count ? paths_show(p, i)->length : 0;
}

size_t ew_path_edge(const ew_paths *p, size_t i, size_t k)
{
    if (k >= ew_path_length(p, i)) return SIZE_MAX; /* which has spelled it out */
    return p->part.edge[p->steps[k]];
}

double ew_path_product(const ew_paths *p, size_t i)
{
    return i < p->listed.count ? p->listed.at[i].product : NAN;
}

double ew_path_times(const ew_paths *p, size_t i)
{
    double times = 1;
    if (i >= p->listed.count || p->part.unknown) return NAN;
    for (size_t k = 0; p->part.times && k < ew_path_length(p, i); k++) times *= (double)p->part.times[p->steps[k]];
    return times;
}

size_t ew_paths_waists(const ew_paths *p, ew_node *nodes, size_t capacity)
{
    for (size_t i = 0; i < p->waists.count && i < capacity; i++) nodes[i] = p->waists.at[i];
    return p->waists.count;
}
