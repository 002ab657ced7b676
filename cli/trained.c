/*
 * trained.c - a trained model as a program with values: of --at RUN, RUN/model.ew with RUN/weights.safetensors.
 */
#include "record.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cli_trained(struct cli *c)
{
    char **words = cli_room(c, c->word_count + 3, sizeof *words);
    if (!words) return false;
    c->words_own = words;
    words[0] = record_path(c, c->at, "model.ew");
    words[1] = NULL;
    for (size_t i = 0; i < c->word_count; i++) words[1 + i] = c->words[i];
    words[++c->word_count] = NULL;
    c->words = words;
    c->weights_own = c->status ? NULL : record_path(c, c->at, "weights.safetensors");
    c->weights = c->weights_own;
    return !c->status;
}

/* The dimension that the first axis of some data is called by, or NULL. */
static const char *rows_name(const ew_graph *g, const json_t *data)
{
    const char *name = NULL;
    for (size_t i = 0; i < json_array_size(data) && !name; i++) {
        const char *key = json_string_value(json_object_get(json_array_get(data, i), "name"));
        ew_node n = key ? ew_find(g, key) : EW_NONE;
        if (n != EW_NONE && ew_node_rank(g, n) && ew_node_size(g, n, 0) == SIZE_MAX) name = ew_node_size_name(g, n, 0);
    }
    return name;
}

/* The text once more, with the dimension given as a word of its own. */
static ew_graph *graph_with_row(struct cli *c, ew_graph *g, const char *name)
{
    size_t room = strlen(name) + 3;
    char *word = cli_room(c, room, 1);
    if (word) snprintf(word, room, "%s=1", name);
    ew_graph_free(g);
    values_free(c->values);
    c->values = NULL;
    if (!word) return NULL;
    c->words[c->word_count++] = word;
    c->words[c->word_count] = NULL;
    c->row_own = word;
    return cli_graph(c);
}

ew_graph *cli_trained_graph(struct cli *c)
{
    struct record *r = record_open(c, c->at);
    ew_graph *g = r && cli_trained(c) ? cli_graph(c) : NULL;
    const char *name = g ? rows_name(g, json_object_get(r->config, "data")) : NULL;
    if (name) g = graph_with_row(c, g, name);
    record_free(r);
    return g;
}

/* ---- Standardised data ---------------------------------------------------------------------------------------- */

static bool scale_numbers(const json_t *list, double *to, size_t count)
{
    bool good = json_array_size(list) == count;
    for (size_t i = 0; good && i < count; i++) good = record_number_of(json_array_get(list, i), &to[i]);
    return good;
}

static size_t scale_width(const json_t *scales, size_t i)
{
    return json_array_size(json_object_get(json_array_get(scales, i), "mean"));
}

/* Into room behind the scales themselves. */
static bool scale_fill(const ew_graph *g, const json_t *from, size_t width, double *numbers, ew_emit_scale *to)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    ew_node n = name ? ew_find(g, name) : EW_NONE;
    *to = (ew_emit_scale){n == EW_NONE ? SIZE_MAX : cli_input_index(g, n), width, numbers, numbers + width};
    return to->input != SIZE_MAX && width && scale_numbers(json_object_get(from, "mean"), numbers, width) &&
           scale_numbers(json_object_get(from, "factor"), numbers + width, width);
}

ew_emit_scale *cli_trained_scales(struct cli *c, const ew_graph *g, size_t *count)
{
    struct record *r = record_open(c, c->at);
    const json_t *scales = r ? json_object_get(r->config, "scales") : NULL;
    size_t all = json_array_size(scales), numbers = 0;
    for (size_t i = 0; i < all; i++) numbers += 2 * scale_width(scales, i);
    ew_emit_scale *at = all ? cli_room(c, all * sizeof *at + numbers * sizeof(double), 1) : NULL;
    double *next = at ? (double *)(void *)(at + all) : NULL;
    for (size_t i = 0; at && i < all && !c->status; i++) {
        size_t width = scale_width(scales, i);
        if (!scale_fill(g, json_array_get(scales, i), width, next, &at[i])) cli_fail(c, FAULT_NO_RUN, c->at, "scales");
        next += 2 * width;
    }
    *count = all;
    record_free(r);
    if (!c->status) return at;
    free(at);
    return NULL;
}

void cli_trained_free(struct cli *c)
{
    if (c->words_own) free(c->words_own[0]);
    free(c->words_own);
    free(c->weights_own);
    free(c->row_own);
}
