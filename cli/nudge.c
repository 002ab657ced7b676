/*
 * nudge.c - the changes of --nudge: b=0.1 (of an array: every element), x[2]=0.1, x=[0.1,0,0.2], by commas.
 */
#include "explain.h"
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nudging {
    struct cli *c;
    ew_graph *g;
    size_t *offset; /* of inputs in `in` */
    double *change;
    bool *changed; /* which elements have one: nothing changes twice */
};

/* Up to the comma that ends it; those in brackets are its own. */
static size_t piece_length(const char *s)
{
    size_t n = 0, inner = 0;
    for (; s[n] && (inner || s[n] != ','); n++) {
        if (strchr("[(", s[n])) inner++;
        if (strchr("])", s[n]) && inner) inner--;
    }
    return n;
}

/* "2, 0]": a place of input n, as the number of its element. */
static bool read_place(struct nudging *b, ew_node n, char *place, const char *piece, size_t *element)
{
    size_t rank = ew_node_rank(b->g, n), axis = 0;
    char *end = strrchr(place, ']'), *save = NULL;
    bool ok = end && !end[1 + strspn(end + 1, " ")];
    if (end) *end = '\0';
    *element = 0;
    for (char *s = ok ? strtok_r(place, ",", &save) : NULL; s && ok; s = strtok_r(NULL, ",", &save), axis++) {
        double at;
        ok = axis < rank;
        if (ok && !cli_number(b->c, "--nudge", s + strspn(s, " "), &at)) return false;
        ok = ok && at == floor(at) && at >= 0 && at < (double)ew_node_size(b->g, n, axis);
        *element = *element * ew_node_size(b->g, n, axis) + (ok ? (size_t)at : 0);
    }
    if (ok && axis == rank && rank) return true;
    cli_fail(b->c, FAULT_NUDGE_PLACE, piece, ew_node_name(b->g, n));
    return false;
}

/* A list must have the array's sizes. */
static bool read_list(struct nudging *b, size_t input, const char *name, const char *text, double *to)
{
    struct given v = {.name = strdup(name), .text = text, .input = input};
    ew_node n = ew_input_at(b->g, input).node;
    bool ok = v.name && given_read(b->c, b->g, &v), fits = ok && v.rank == ew_node_rank(b->g, n);
    for (size_t p = 0; fits && p < v.rank; p++) fits = v.size[p] == ew_node_size(b->g, n, p);
    size_t count = b->offset[input + 1] - b->offset[input];
    if (ok && !fits) cli_fail(b->c, FAULT_NUDGE_SIZES, name, NULL);
    if (fits && count) memcpy(to, v.values, count * sizeof *to);
    if (!v.name) cli_fail(b->c, FAULT_MEMORY, NULL, NULL);
    free(v.name);
    free(v.values);
    return fits;
}

static bool read_change(struct nudging *b, size_t input, const char *name, char *place, const char *piece,
                        const char *value)
{
    size_t count = b->offset[input + 1] - b->offset[input], element = 0;
    double *to = b->change + b->offset[input], by;
    ew_node n = ew_input_at(b->g, input).node;
    value += strspn(value, " ");
    if (place && !read_place(b, n, place, piece, &element)) return false;
    for (size_t e = place ? element : 0; e < (place ? element + 1 : count); e++) {
        if (b->changed[b->offset[input] + e]) cli_fail(b->c, FAULT_NAME_TWICE, name, b->c->nudge);
        b->changed[b->offset[input] + e] = true;
    }
    if (b->c->status) return false;
    if (!place && *value == '[') return read_list(b, input, name, value, to);
    if (!cli_number(b->c, "--nudge", value, &by)) return false;
    for (size_t e = 0; e < count; e++)
        if (!place || e == element) to[e] = by;
    return true;
}

static bool read_piece(struct nudging *b, char *piece)
{
    char whole[200], *equals = strchr(piece, '='), *place;
    snprintf(whole, sizeof whole, "%s", piece);
    if (!equals) {
        cli_fail(b->c, FAULT_NUDGE, piece, NULL);
        return false;
    }
    *equals = '\0';
    if ((place = strchr(piece, '[')) != NULL) *place++ = '\0';
    char *name = piece + strspn(piece, " ");
    for (size_t n = strlen(name); n && name[n - 1] == ' ';) name[--n] = '\0';
    ew_node n = cli_node(b->c, b->g, name);
    size_t input = n == EW_NONE ? SIZE_MAX : cli_input_index(b->g, n);
    if (n != EW_NONE && input == SIZE_MAX) cli_fail(b->c, FAULT_NOT_INPUT, name, NULL);
    if (input != SIZE_MAX && ew_input_at(b->g, input).type == EW_BOOL) cli_fail(b->c, FAULT_NUDGE_BOOL, name, NULL);
    return !b->c->status && read_change(b, input, name, place, whole, equals + 1);
}

double *explain_changes(struct cli *c, ew_graph *g)
{
    struct nudging b = {c, g, cli_array_input_offsets(c, g), NULL, NULL};
    size_t count = b.offset ? b.offset[ew_input_count(g)] : 0;
    b.change = b.offset ? cli_room(c, count, sizeof *b.change) : NULL;
    b.changed = b.change ? cli_room(c, count, sizeof *b.changed) : NULL;
    char *copy = b.changed ? strdup(c->nudge) : NULL;
    for (size_t e = 0; b.changed && e < count; e++) b.change[e] = 0, b.changed[e] = false;
    if (b.changed && !copy) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (copy && !*copy) cli_fail(c, FAULT_NUDGE, c->nudge, NULL);
    for (char *piece = copy; piece && *piece && !c->status;) {
        char *next = piece + piece_length(piece);
        bool more = *next == ',';
        *next = '\0';
        read_piece(&b, piece);
        piece = next + more;
    }
    free(copy);
    free(b.changed);
    free(b.offset);
    if (!c->status) return b.change;
    free(b.change);
    return NULL;
}
