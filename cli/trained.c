/*
 * trained.c - a trained model as a program with values: of --at RUN, RUN/model.ew with RUN/weights.safetensors, and
 * what RUN/config.json says besides: the precision, values that stayed the same in all steps, sizes of the data.
 */
#include "record.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Axes of all data: at most so many sizes may have to be given. */
static size_t data_axes(const json_t *data)
{
    size_t axes = 0;
    for (size_t i = 0; i < json_array_size(data); i++)
        axes += json_array_size(json_object_get(json_array_get(data, i), "size"));
    return axes;
}

/* The run's own precision, if no other is asked for. */
static void take_precision(struct cli *c, const struct record *r)
{
    const char *own = record_text(r, "precision");
    if (!cli_given(c, "precision") && own) c->precision = strcmp(own, "f32") == 0 ? "f32" : "f64";
}

bool cli_trained(struct cli *c)
{
    struct record *r = record_open(c, c->at);
    size_t room = r ? c->word_count + 2 + data_axes(json_object_get(r->config, "data")) : 0;
    char **words = r ? cli_room(c, room, sizeof *words) : NULL;
    if (r) take_precision(c, r);
    record_free(r);
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

/* ---- Sizes that nothing gives -------------------------------------------------------------------------------- */

static bool is_word(const struct cli *c, size_t from, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = from; i < c->word_count; i++)
        if (strncmp(c->words[i], name, n) == 0 && c->words[i][n] == '=') return true;
    return false;
}

/* Of the input that `from` filled: "N=1" for its rows, "T=128" for another axis, as long as it was in the run. */
static char *word_sizes(struct cli *c, const ew_graph *g, const json_t *from, size_t first, char *to)
{
    const json_t *size = json_object_get(from, "size");
    const char *key = json_string_value(json_object_get(from, "name"));
    ew_node n = key ? ew_find(g, key) : EW_NONE;
    bool alike = n != EW_NONE && ew_node_rank(g, n) == json_array_size(size);
    for (size_t p = 0; n != EW_NONE && p < (alike ? ew_node_rank(g, n) : 1); p++) {
        const char *name = ew_node_rank(g, n) ? ew_node_size_name(g, n, p) : NULL;
        const char *was = json_string_value(json_array_get(size, p));
        if (!name || ew_node_size(g, n, p) != SIZE_MAX || !was || is_word(c, first, name)) continue;
        c->words[c->word_count++] = to;
        c->words[c->word_count] = NULL;
        to += sprintf(to, "%s=%s", name, p ? was : "1") + 1;
    }
    return to;
}

static size_t words_room(const ew_graph *g, const json_t *data)
{
    size_t longest = 0, axes = data_axes(data);
    for (size_t i = 0; i < ew_dimension_count(g); i++) {
        size_t n = strlen(ew_dimension_name(g, i));
        if (n > longest) longest = n;
    }
    return axes * (longest + 24);
}

/* The text once more, with the sizes given as words of their own. */
static ew_graph *graph_with_sizes_of(struct cli *c, ew_graph *g, const json_t *data)
{
    size_t first = c->word_count;
    char *to = c->row_own = cli_room(c, words_room(g, data) + 1, 1);
    for (size_t i = 0; to && i < json_array_size(data); i++) to = word_sizes(c, g, json_array_get(data, i), first, to);
    if (to && c->word_count == first) return g;
    ew_graph_free(g);
    values_free(c->values);
    c->values = NULL;
    return to ? cli_graph(c) : NULL;
}

ew_graph *cli_trained_graph(struct cli *c)
{
    struct record *r = record_open(c, c->at);
    ew_graph *g = r && cli_trained(c) ? cli_graph(c) : NULL;
    if (g) g = graph_with_sizes_of(c, g, json_object_get(r->config, "data"));
    record_free(r);
    return g;
}

/* ---- Values that stayed the same in all steps ------------------------------------------------------------------ */

static bool fixed_numbers(const json_t *from, struct given *to)
{
    const json_t *size = json_object_get(from, "size"), *values = json_object_get(from, "values");
    bool good = json_array_size(size) <= ARRAY_AXES;
    for (to->rank = 0; good && to->rank < json_array_size(size); to->rank++)
        to->size[to->rank] = (size_t)strtoull(json_string_value(json_array_get(size, to->rank)), NULL, 10);
    for (size_t i = 0; good && i < json_array_size(values); i++)
        good = record_number_of(json_array_get(values, i), &to->values[i]);
    return good;
}

static void take_fixed_value(struct cli *c, const ew_graph *g, struct values *v, const json_t *from)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    ew_node n = name ? ew_find(g, name) : EW_NONE;
    size_t input = n == EW_NONE ? SIZE_MAX : cli_input_index(g, n);
    if (!name || values_has(v, name) || (input != SIZE_MAX && ew_input_at(g, input).is_param)) return;
    struct given *now = &v->at[v->count++];
    *now = (struct given){.name = strdup(name), .text = "", .input = input};
    now->values = cli_room(c, json_array_size(json_object_get(from, "values")), sizeof *now->values);
    if (!now->name) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (now->values && !fixed_numbers(from, now)) cli_fail(c, FAULT_NO_RUN, c->at, "fixed");
}

void cli_trained_values(struct cli *c, const ew_graph *g, struct values *v)
{
    struct record *r = record_open(c, c->at);
    const json_t *fixed = r ? json_object_get(r->config, "fixed") : NULL;
    struct given *more = r ? realloc(v->at, (v->count + json_array_size(fixed) + 1) * sizeof *more) : NULL;
    if (r && !more) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (more) v->at = more;
    for (size_t i = 0; more && i < json_array_size(fixed) && !c->status; i++)
        take_fixed_value(c, g, v, json_array_get(fixed, i));
    record_free(r);
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
