/*
 * arrays.c - numbers with axes: how many, where each begins, their places, their JSON.
 *
 * In a program without axes every node is one number, and all of this is what it was without arrays.
 */
#include "arrays.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t cli_array_count_of(const ew_graph *g, ew_node n)
{
    size_t count = 1;
    for (size_t p = 0; p < ew_node_rank(g, n); p++) {
        size_t size = ew_node_size(g, n, p);
        if (size == SIZE_MAX || (size && count > SIZE_MAX / 16 / size)) return SIZE_MAX;
        count *= size;
    }
    return count;
}

size_t cli_array_count(const struct array *a)
{
    size_t count = 1;
    for (size_t p = 0; p < a->rank; p++) count *= a->size[p];
    return count;
}

struct array cli_array_of(const ew_graph *g, ew_node n, const double *values)
{
    struct array a = {.type = ew_node_type(g, n), .rank = ew_node_rank(g, n), .values = values};
    for (size_t p = 0; p < a.rank; p++) a.size[p] = ew_node_size(g, n, p);
    return a;
}

struct array cli_array_ran(const ew_graph *g, ew_node n, const double *values, const int64_t *whole, size_t at)
{
    struct array a = cli_array_of(g, n, values + at);
    if (whole && a.type == EW_INT) a.whole = whole + at;
    return a;
}

enum { ROWS = 256 };

/* Is the operation a row of the table? What is none has axes as its meaning: a sum over an index, a recurrence. */
static bool is_row(const char *op, const char *const *rows)
{
    for (; *rows; rows++)
        if (strcmp(*rows, op) == 0) return true;
    return false;
}

bool cli_array_any(const ew_graph *g)
{
    const char *rows[ROWS] = {NULL};
    for (size_t i = 0; i < ew_op_count() && i + 1 < ROWS; i++) rows[i] = ew_op_at(i, "en").name;
    for (size_t i = 0; i < ew_node_count(g); i++) {
        ew_node n = ew_node_at(g, i);
        if (ew_node_rank(g, n) || (ew_node_arg_count(g, n) && !is_row(ew_node_op(g, n), rows))) return true;
    }
    for (size_t i = 0; i < ew_input_count(g); i++)
        if (ew_node_rank(g, ew_input_at(g, i).node)) return true;
    return false;
}

/* ---- In a row ------------------------------------------------------------------------------------- */

static bool offset_add(struct cli *c, const ew_graph *g, ew_node n, size_t *offset)
{
    size_t count = cli_array_count_of(g, n);
    const char *name = ew_node_name(g, n);
    if (count == SIZE_MAX)
        cli_fail(c, FAULT_NO_SIZE, name ? name : "…", NULL);
    else if (offset[0] > SIZE_MAX / 16 - count)
        cli_fail(c, FAULT_MEMORY, NULL, NULL);
    else
        offset[1] = offset[0] + count;
    return !c->status;
}

size_t *cli_array_offsets(struct cli *c, const ew_graph *g, const ew_node *nodes, size_t count)
{
    size_t *offset = cli_room(c, count + 1, sizeof *offset);
    bool ok = offset != NULL;
    if (ok) offset[0] = 0;
    for (size_t i = 0; ok && i < count; i++) ok = offset_add(c, g, nodes[i], offset + i);
    if (ok) return offset;
    free(offset);
    return NULL;
}

size_t *cli_array_input_offsets(struct cli *c, const ew_graph *g)
{
    size_t count = ew_input_count(g);
    ew_node *nodes = cli_room(c, count, sizeof *nodes);
    for (size_t i = 0; nodes && i < count; i++) nodes[i] = ew_input_at(g, i).node;
    size_t *offset = nodes ? cli_array_offsets(c, g, nodes, count) : NULL;
    free(nodes);
    return offset;
}

/* ---- Names ------------------------------------------------------------------------------------------ */

struct words {
    char *at;
    size_t used, bytes;
};

static void words_add(struct words *w, const char *s)
{
    int n = snprintf(w->at + w->used, w->bytes - w->used, "%s", s);
    w->used = (size_t)n < w->bytes - w->used ? w->used + (size_t)n : w->bytes - 1;
}

static void words_number(struct words *w, size_t n)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", n);
    words_add(w, number);
}

void cli_array_place(const struct array *a, const char *name, size_t e, char *buffer, size_t bytes)
{
    struct words w = {buffer, 0, bytes};
    size_t below = cli_array_count(a);
    words_add(&w, name);
    for (size_t p = 0; p < a->rank && below; p++) {
        below /= a->size[p];
        words_add(&w, p ? ", " : "[");
        words_number(&w, e / below);
        e %= below;
    }
    if (a->rank) words_add(&w, "]");
}

void cli_array_sizes(const struct array *a, char *buffer, size_t bytes)
{
    struct words w = {buffer, 0, bytes};
    buffer[0] = '\0';
    for (size_t p = 0; p < a->rank; p++) {
        words_add(&w, p ? ", " : "[");
        if (a->size[p] == SIZE_MAX)
            words_add(&w, "?");
        else
            words_number(&w, a->size[p]);
    }
    if (a->rank) words_add(&w, "]");
}

void cli_array_name(const ew_graph *g, ew_node n, char *buffer, size_t bytes)
{
    ew_node_label(g, n, buffer, bytes);
}

/* ---- JSON --------------------------------------------------------------------------------------------- */

void cli_array_element(struct cli_json *j, const struct array *a, size_t e)
{
    if (a->whole)
        json_int(j, a->whole[e]);
    else
        json_value(j, a->type, a->values[e]);
}

/* An axis of size 0 ends the nesting: of sizes 2, 0 it is [[], []]. */
void cli_array_json(struct cli_json *j, const struct array *a)
{
    size_t rank = 0, count = 1, below[ARRAY_AXES + 1];
    while (rank < a->rank && a->size[rank]) count *= a->size[rank++];
    bool empty = rank < a->rank;
    below[rank] = 1;
    for (size_t p = rank; p-- > 0;) below[p] = below[p + 1] * a->size[p];
    for (size_t e = 0; e < count; e++) {
        for (size_t p = 0; p < rank; p++)
            if (e % below[p] == 0) json_begin_array(j);
        if (empty) json_begin_array(j), json_close(j);
        if (!empty) cli_array_element(j, a, e);
        for (size_t p = rank; p-- > 0;)
            if ((e + 1) % below[p] == 0) json_close(j);
    }
}

bool cli_array_finite(struct cli *c, const ew_graph *g, const char *name, const struct array *a)
{
    char place[300];
    if (!c->finite) return true;
    for (size_t e = 0; e < cli_array_count(a); e++) {
        if (isfinite(a->values[e])) continue;
        cli_array_place(a, name, e, place, sizeof place);
        return cli_finite(c, g, place, a->values[e]);
    }
    return true;
}
