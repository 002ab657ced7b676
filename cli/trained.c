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

void cli_trained_free(struct cli *c)
{
    if (c->words_own) free(c->words_own[0]);
    free(c->words_own);
    free(c->weights_own);
    free(c->row_own);
}
