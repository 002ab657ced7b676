/*
 * values.c - what is given as NAME=VALUE, what it binds, and how it lies in `in`.
 *
 * A program with axes is read twice: once without sizes, to learn which inputs there are; then, when the
 * values are known, with the sizes that they bind. Files stay closed boxes until their numbers are laid into
 * `in`, so there is one copy of them.
 */
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names ---------------------------------------------------------------------------------------------- */

/* `edgewise foo 'a+b'`: the first word was hardly meant as a program. */
static void fail_pair(struct cli *c, const char *word)
{
    const char *program = c->words[0];
    bool is_word = c->verb == VERB_SHORT && !program[strspn(program, "abcdefghijklmnopqrstuvwxyz")];
    if (is_word)
        cli_fail_hint(c, FAULT_PAIR, word, NULL, "there is no verb '{1}' either: see edgewise help", program);
    else
        cli_fail_hint(c, FAULT_PAIR, word, NULL, "values follow the program, as in a=2", NULL);
}

static bool is_dimension(const ew_graph *g, const char *name)
{
    for (size_t i = 0; i < ew_dimension_count(g); i++)
        if (strcmp(ew_dimension_name(g, i), name) == 0) return true;
    return false;
}

bool values_takes(const ew_graph *g, const char *name)
{
    ew_node n = ew_find(g, name);
    return n == EW_NONE ? is_dimension(g, name) : cli_input_index(g, n) != SIZE_MAX;
}

static void fail_no_input(struct cli *c, ew_graph *g, const char *name)
{
    size_t count = ew_input_count(g), more = ew_dimension_count(g), used = 0;
    if (count == 0) {
        cli_fail(c, FAULT_NO_INPUTS, name, NULL);
        return;
    }
    const char **names = cli_room(c, count + more + 1, sizeof *names);
    if (!names) return;
    for (size_t i = 0; i < count; i++) names[used++] = ew_node_name(g, ew_input_at(g, i).node);
    for (size_t i = 0; i < more; i++) names[used++] = ew_dimension_name(g, i);
    names[used] = NULL;
    const char *near = cli_suggest(names, name);
    cli_fail_hint(c, FAULT_NO_INPUT, name, NULL, near ? "did you mean '{1}'?" : "", near);
    free(names);
}

static bool take_name(struct cli *c, ew_graph *g, const char *word, struct given *v)
{
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : 0;
    while (n && word[n - 1] == ' ') n--;
    if (!n) fail_pair(c, word);
    v->name = n ? strndup(word, n) : NULL;
    if (n && !v->name) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (!v->name) return false;
    ew_node node = ew_find(g, v->name);
    v->input = node == EW_NONE ? SIZE_MAX : cli_input_index(g, node);
    v->text = equals + 1 + strspn(equals + 1, " ");
    if (v->input != SIZE_MAX || (node == EW_NONE && is_dimension(g, v->name))) return true;
    if (node == EW_NONE || ew_node_generated(g, node)) /* c of (a+b)*(b+1): nobody has written it */
        fail_no_input(c, g, v->name);
    else
        cli_fail(c, FAULT_NOT_INPUT, v->name, NULL);
    return false;
}

static bool is_new(struct cli *c, const struct values *v, const struct given *now)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->at[i].name, now->name) == 0) cli_fail(c, FAULT_TWICE, now->name, NULL);
    return !c->status;
}

/* ---- Types ------------------------------------------------------------------------------------------------ */

static bool is_whole(double v)
{
    return v == floor(v) && v >= -9223372036854775808.0 && v < 9223372036854775808.0;
}

/* In a file it is the file's. */
static void fail_value(struct cli *c, const struct given *given, enum cli_fault fault, const char *a, const char *b)
{
    ew_error e = cli_fault(c, fault, a, b);
    if (given->data) e.status = EW_FILE;
    cli_fail_error(c, &e);
}

/* Why v, as it is shown, is no value of the int `name`. A csv file's numbers come as doubles: of one beyond 2^53 the
 * last digits may be gone. */
static enum cli_fault int_fault(double v)
{
    bool whole = v == floor(v) && isfinite(v);
    return is_whole(v) ? FAULT_INEXACT : whole ? FAULT_INT_RANGE : FAULT_NOT_WHOLE;
}

static bool is_size(struct cli *c, const struct given *v)
{
    bool fine = is_whole(*v->values) && *v->values >= 0 && *v->values < 9007199254740992.0;
    if (!fine) cli_fail(c, FAULT_DIMENSION, v->name, v->text);
    return fine;
}

/* Elements of an int are whole, of a bool 0 or 1. A single number is shown as it was typed. */
bool values_check(struct cli *c, const ew_graph *g, const struct given *v, const double *values)
{
    ew_node n = ew_input_at(g, v->input).node;
    ew_type type = ew_node_type(g, n);
    if (type != EW_INT && type != EW_BOOL) return true;
    if (type == EW_INT && v->inexact) cli_fail(c, FAULT_INEXACT, v->name, v->inexact);
    if (c->status) return false;
    struct array a = cli_array_of(g, n, values);
    double most = v->data ? 9007199254740992.0 : INFINITY;
    for (size_t e = 0; e < cli_array_count(&a); e++) {
        bool small = fabs(values[e]) < most;
        if (type == EW_INT ? is_whole(values[e]) && small : values[e] == 0 || values[e] == 1) continue;
        char place[300], number[32];
        cli_array_place(&a, v->name, e, place, sizeof place);
        ew_number_text(values[e], 0, number);
        bool typed = !a.rank && !v->data;
        fail_value(c, v, type == EW_INT ? int_fault(values[e]) : FAULT_NOT_BOOL, place, typed ? v->text : number);
        return false;
    }
    return true;
}

/* ---- Reading ---------------------------------------------------------------------------------------------- */

void values_free(struct values *v)
{
    for (size_t i = 0; v && i < v->count; i++) {
        free(v->at[i].name);
        free(v->at[i].values);
        free(v->at[i].text_own);
        free(v->at[i].inexact);
        ew_data_free(v->at[i].data);
    }
    if (v) free(v->at);
    if (v) free(v->sizes);
    free(v);
}

/* ---- Of --weights ------------------------------------------------------------------------------------------- */

bool values_has(const struct values *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->at[i].name, name) == 0) return true;
    return false;
}

bool values_of_file(const struct values *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->at[i].name, name) == 0) return v->at[i].data != NULL;
    return false;
}

static bool part_has(const ew_data_parts *parts, const char *name)
{
    for (size_t i = 0; i < ew_data_parts_count(parts); i++)
        if (strcmp(ew_data_parts_name(parts, i), name) == 0) return true;
    return false;
}

/* Every name in the file is a param, and every param has one there or a value of its own. */
static bool weights_fit(struct cli *c, const ew_graph *g, const struct values *v, const ew_data_parts *parts)
{
    for (size_t i = 0; i < ew_data_parts_count(parts) && !c->status; i++) {
        const char *name = ew_data_parts_name(parts, i);
        ew_node n = ew_find(g, name);
        size_t input = n == EW_NONE ? SIZE_MAX : cli_input_index(g, n);
        if (input == SIZE_MAX || !ew_input_at(g, input).is_param) cli_fail(c, FAULT_NO_PARAM, c->weights, name);
    }
    for (size_t i = 0; i < ew_input_count(g) && !c->status; i++) {
        ew_input_info info = ew_input_at(g, i);
        const char *name = ew_node_name(g, info.node);
        if (info.is_param && !values_has(v, name) && !part_has(parts, name))
            cli_fail(c, FAULT_NO_WEIGHT, c->weights, name);
    }
    return !c->status;
}

static bool weight_read(struct cli *c, ew_graph *g, struct given *now, const char *name)
{
    ew_error e;
    ew_options options = cli_library(c);
    options.file = NULL;
    now->input = cli_input_index(g, ew_find(g, name));
    now->name = strdup(name);
    now->text_own = strdup(c->weights);
    now->path = now->text_own;
    if (!now->name || !now->path) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    now->data = c->status ? NULL : ew_data_read(now->path, name, &options, &e);
    if (!c->status && !now->data) cli_fail_error(c, &e);
    now->rank = now->data ? ew_data_axes(now->data) : 0;
    for (size_t p = 0; p < now->rank; p++) now->size[p] = ew_data_size(now->data, p);
    return now->data != NULL;
}

/* What was given by itself goes before. */
static void weights_read(struct cli *c, ew_graph *g, struct values *v)
{
    ew_error e;
    ew_options options = cli_library(c);
    options.file = NULL;
    ew_data_parts *parts = ew_data_parts_read(c->weights, &options, &e);
    size_t count = parts ? ew_data_parts_count(parts) : 0, given = v->count;
    struct given *more = parts ? realloc(v->at, (given + count + 1) * sizeof *more) : NULL;
    if (!parts) cli_fail_error(c, &e);
    if (parts && !more) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (more) v->at = more;
    if (more && weights_fit(c, g, v, parts))
        for (size_t i = 0; i < count && !c->status; i++) {
            const char *name = ew_data_parts_name(parts, i);
            if (values_has(v, name)) continue;
            v->at[v->count] = (struct given){0};
            weight_read(c, g, &v->at[v->count++], name);
        }
    ew_data_parts_free(parts);
}

struct values *values_read(struct cli *c, ew_graph *g)
{
    struct values *v = cli_room(c, 1, sizeof *v);
    if (v) *v = (struct values){0};
    if (v) v->at = cli_room(c, c->word_count, sizeof *v->at);
    for (size_t i = 1; v && i < c->word_count && !c->status; i++) {
        struct given *now = &v->at[v->count];
        *now = (struct given){.input = SIZE_MAX};
        bool ok = take_name(c, g, c->words[i], now) && is_new(c, v, now);
        v->count++; /* freed with the others */
        if (ok && given_read(c, g, now) && now->input == SIZE_MAX) is_size(c, now);
    }
    if (v && c->at && !c->status) cli_trained_values(c, g, v);
    if (v && c->weights && c->verb != VERB_TRAIN && !c->status) weights_read(c, g, v);
    if (!c->status) return v;
    values_free(v);
    return NULL;
}

/* ---- What they bind ----------------------------------------------------------------------------------------- */

struct binding {
    const ew_graph *g;
    const struct values *v;
};

/* A dimension that is given, or that the size of an array with all its axes gives. */
static size_t bound(void *context, const char *name)
{
    const struct binding *b = context;
    for (size_t i = 0; i < b->v->count; i++) {
        const struct given *v = &b->v->at[i];
        if (v->input == SIZE_MAX && strcmp(v->name, name) == 0) return (size_t)*v->values;
        if (v->input == SIZE_MAX) continue;
        ew_node n = ew_input_at(b->g, v->input).node;
        for (size_t p = 0; ew_node_rank(b->g, n) == v->rank && p < v->rank; p++) {
            const char *own = ew_node_size_name(b->g, n, p);
            if (own && strcmp(own, name) == 0) return v->size[p];
        }
    }
    return SIZE_MAX;
}

static void bind_one(const ew_graph *g, struct values *v, const struct given *now)
{
    ew_size *s = &v->sizes[v->size_count];
    bool single = now->input == SIZE_MAX || now->fitted_rank == 0;
    bool number = now->input == SIZE_MAX || ew_input_at(g, now->input).type == EW_INT;
    *s = (ew_size){.name = now->name, .rank = single ? 0 : now->fitted_rank, .size = now->fitted};
    if (single && number && now->values && is_whole(*now->values)) s->value = (int64_t)*now->values;
    if (!single || (number && now->values && is_whole(*now->values))) v->size_count++;
}

bool values_bind(struct cli *c, ew_graph *g, struct values *v)
{
    struct binding b = {g, v};
    v->sizes = cli_room(c, v->count, sizeof *v->sizes);
    for (size_t i = 0; v->sizes && i < v->count && !c->status; i++) {
        if (v->at[i].input != SIZE_MAX && !given_fit(c, g, &v->at[i], bound, &b)) break;
        bind_one(g, v, &v->at[i]);
    }
    return !c->status;
}

/* ---- In a row ------------------------------------------------------------------------------------------------ */

static void fail_missing(struct cli *c, const char *name, bool array)
{
    cli_fail_hint(c, FAULT_MISSING, name, NULL,
                  array ? "give it one after the program: {1}=[1,2,3], or {1}=@FILE"
                        : "give it one after the program: {1}=1",
                  name);
}

/* What input i has no value for: the input itself, or one of its dimensions. NULL: nothing. */
static const char *missing_for(const ew_graph *g, size_t i, const struct given *v, bool *array)
{
    ew_input_info info = ew_input_at(g, i);
    *array = ew_node_rank(g, info.node) > 0;
    if (v) return NULL;
    if (!info.has_value && !info.is_random) return ew_node_name(g, info.node);
    for (size_t p = 0; p < ew_node_rank(g, info.node); p++) {
        const char *name = ew_node_size_name(g, info.node, p);
        if (name) *array = false;
        if (name) return name;
    }
    return NULL;
}

static bool any_missing(struct cli *c, const ew_graph *g, const struct given **of, bool silent)
{
    bool array;
    for (size_t i = 0; i < ew_input_count(g); i++) {
        const char *name = missing_for(g, i, of[i], &array);
        if (name && !silent) fail_missing(c, name, array);
        if (name) return true;
    }
    return false;
}

static void lay_all(struct cli *c, const ew_graph *g, const struct given **of, const size_t *offset, double *in)
{
    for (size_t i = 0; i < ew_input_count(g) && !c->status; i++) {
        double *to = in + offset[i];
        if (!of[i])
            ew_input_values(g, i, c->seed, 0, to);
        else if (given_copy(c, of[i], offset[i + 1] - offset[i], to))
            values_check(c, g, of[i], to);
    }
}

double *values_lay(struct cli *c, ew_graph *g, const struct values *v, bool optional)
{
    size_t count = ew_input_count(g), *offset = NULL;
    const struct given **of = cli_room(c, count, sizeof *of);
    double *in = NULL;
    if (!of) return NULL;
    for (size_t i = 0; i < count; i++) of[i] = NULL;
    for (size_t i = 0; i < v->count; i++)
        if (v->at[i].input != SIZE_MAX) of[v->at[i].input] = &v->at[i];
    if (!any_missing(c, g, of, optional && c->word_count <= 1 && !c->weights)) offset = cli_array_input_offsets(c, g);
    if (offset) in = cli_room(c, offset[count], sizeof *in);
    if (in) lay_all(c, g, of, offset, in);
    free(of);
    free(offset);
    if (!c->status) return in;
    free(in);
    return NULL;
}
