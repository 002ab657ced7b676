/*
 * look.c - explain --at RUN: how large values and derivatives are at each node of a trained model.
 *
 * A network learns badly where the derivatives of the loss shrink to nothing (vanish) or grow without bound
 * (explode) from one layer to the one before. So each named node is shown with the root of the mean square of its
 * elements and of the loss's derivatives by them, on a batch of the data, and a bar for the latter on a
 * logarithmic scale: bars that fall off from row to row are what to look for.
 */
#include "look.h"
#include "record.h"
#include "sources.h"
#include "table.h"
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_COLUMNS = 16, LOOK_DIGITS = 3, NUMBER_WIDTH = 11 };

/* ---- Reading ------------------------------------------------------------------------------------------------ */

double look_rms(const struct look_node *n, double norm)
{
    return n->count > 0 ? norm / sqrt(n->count) : norm;
}

static bool look_grow(struct look *l)
{
    size_t more = l->room ? 2 * l->room : 32;
    if (l->count < l->room) return true;
    struct look_node *p = realloc(l->nodes, more * sizeof *p);
    if (!p) cli_fail(l->c, FAULT_MEMORY, NULL, NULL);
    if (!p) return false;
    l->nodes = p;
    l->room = more;
    return true;
}

static int look_see(void *context, const ew_train_node *from)
{
    struct look *l = context;
    if (!look_grow(l)) return 1;
    struct look_node *n = &l->nodes[l->count];
    *n = (struct look_node){.name = strdup(from->name),
                            .text = strdup(from->text ? from->text : ""),
                            .rank = from->rank < ARRAY_AXES ? from->rank : ARRAY_AXES,
                            .count = 1,
                            .norm = from->norm,
                            .largest = from->largest,
                            .adjoint_norm = from->adjoint_norm,
                            .adjoint_largest = from->adjoint_largest};
    l->count++;
    for (size_t k = 0; k < n->rank; k++) {
        n->size[k] = from->size[k];
        n->count *= (double)from->size[k];
    }
    if (!n->name || !n->text) cli_fail(l->c, FAULT_MEMORY, NULL, NULL);
    return l->c->status != 0;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A path is that of the folder where the run began, if it is not found from here. */
static char *path_of(struct cli *c, const struct record *r, const char *path)
{
    const char *folder = record_text(r, "folder");
    bool here = path[0] == '/' || !folder || access(path, F_OK) == 0;
    char *whole = here ? strdup(path) : record_path(c, folder, path);
    if (here && !whole) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    return whole;
}

/* The files that the run was trained on, as config.json lists them. */
static bool own_data(struct cli *c, const struct record *r, struct sources *s)
{
    const json_t *data = json_object_get(r->config, "data");
    size_t count = json_array_size(data);
    *s = (struct sources){.at = cli_room(c, count, sizeof *s->at)};
    s->own = s->at ? cli_room(c, count, sizeof *s->own) : NULL;
    for (size_t i = 0; s->own && i < count && !c->status; i++) {
        const json_t *from = json_array_get(data, i);
        const char *name = text_at(from, "name"), *path = text_at(from, "path");
        if (!name || !path) continue; /* not from a file */
        s->own[s->count] = (struct given){.text_own = path_of(c, r, path)};
        s->at[s->count] = (ew_source){.name = name, .path = s->own[s->count].text_own, .part = text_at(from, "part")};
        s->count++;
    }
    return !c->status;
}

bool look_read(struct look *l, struct cli *c, const char *const *words, size_t count)
{
    ew_error e;
    struct sources data = {0};
    ew_options library = cli_library(c);
    struct record *r = record_open(c, c->at);
    *l = (struct look){.c = c};
    if (r && (count ? sources_read(c, &data, words, count, true) : own_data(c, r, &data))) {
        l->t = ew_train_open(c->at, &library, &e);
        if (!l->t || ew_train_look(l->t, data.at, data.count, look_see, l, &e) != EW_OK) cli_fail_error(c, &e);
    }
    sources_free(&data);
    record_free(r);
    return !c->status;
}

void look_free(struct look *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->nodes[i].name);
        free(l->nodes[i].text);
    }
    free(l->nodes);
    ew_train_free(l->t);
    *l = (struct look){0};
}

/* ---- The table ------------------------------------------------------------------------------------------------ */

static void sizes_text(const struct look_node *n, char *buffer, size_t bytes)
{
    struct array a = {.rank = n->rank};
    memcpy(a.size, n->size, sizeof a.size);
    cli_array_sizes(&a, buffer, bytes);
}

/* Parts without a name only with -v. */
static bool shown(const struct cli *c, const struct look_node *n)
{
    return !n->generated || c->verbose;
}

/* Decimal logarithms between which the bars run. */
static void range_of(const struct look *l, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < l->count; i++) {
        double v = log10(look_rms(&l->nodes[i], l->nodes[i].adjoint_norm));
        if (!isfinite(v)) continue;
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
    *low = floor(*low);
    if (!(*high - *low >= 1)) *high = *low + 1;
}

static void put_bar(struct cli *c, double v, double low, double high)
{
    double part = (log10(v) - low) / (high - low);
    if (!(v > 0) || !isfinite(v)) return;
    cli_put(c, "  ");
    for (int i = 0; i < BAR_COLUMNS && (double)i < part * BAR_COLUMNS; i++) cli_put(c, "█");
}

static void put_number(struct cli *c, double v)
{
    char number[32];
    ew_number_text(v, LOOK_DIGITS, number);
    table_put(c, v == v ? number : "–", NUMBER_WIDTH, true);
}

static void put_node(struct cli *c, const struct look_node *n, const size_t width[2], double low, double high)
{
    char sizes[200];
    double adjoint = look_rms(n, n->adjoint_norm);
    sizes_text(n, sizes, sizeof sizes);
    table_put(c, n->name, width[0], false);
    cli_put(c, "  ");
    table_put(c, sizes, width[1], false);
    put_number(c, look_rms(n, n->norm));
    put_number(c, n->largest);
    put_number(c, adjoint);
    put_number(c, n->adjoint_largest);
    put_bar(c, adjoint, low, high);
    cli_put(c, "\n");
}

static void put_heads(struct cli *c, const char *loss, const size_t width[2])
{
    char slope[64];
    snprintf(slope, sizeof slope, "∂%.20s/∂", loss);
    table_put(c, cli_tr(c, "node"), width[0], false);
    cli_put(c, "  ");
    table_put(c, "", width[1], false);
    table_put(c, cli_tr(c, "value"), NUMBER_WIDTH, true);
    table_put(c, cli_tr(c, "largest"), NUMBER_WIDTH, true);
    table_put(c, slope, NUMBER_WIDTH, true);
    table_put(c, cli_tr(c, "largest"), NUMBER_WIDTH, true);
    cli_put(c, "\n");
}

static void say_table(struct cli *c, const struct look *l)
{
    char sizes[200];
    double low, high;
    size_t width[2] = {table_columns(cli_tr(c, "node")), 0};
    for (size_t i = 0; i < l->count; i++) {
        if (!shown(c, &l->nodes[i])) continue;
        size_t name = table_columns(l->nodes[i].name);
        sizes_text(&l->nodes[i], sizes, sizeof sizes);
        if (name > width[0]) width[0] = name < 24 ? name : 24;
        if (table_columns(sizes) > width[1]) width[1] = table_columns(sizes) < 24 ? table_columns(sizes) : 24;
    }
    range_of(l, &low, &high);
    put_heads(c, ew_train_loss_name(l->t), width);
    for (size_t i = 0; i < l->count; i++)
        if (shown(c, &l->nodes[i])) put_node(c, &l->nodes[i], width, low, high);
    cli_note(c, "values and derivatives: the root of their mean square, on a batch; bars: a logarithmic scale", NULL,
             NULL, NULL);
}

static void say_json(struct cli *c, const struct look *l)
{
    struct cli_json j = cli_json_begin(c);
    json_key_text(&j, "run", c->at);
    json_key_text(&j, "of", ew_train_loss_name(l->t));
    json_key(&j, "nodes");
    json_begin_array(&j);
    for (size_t i = 0; i < l->count; i++) {
        const struct look_node *n = &l->nodes[i];
        json_begin_object(&j);
        json_key_text(&j, "name", n->name);
        json_key_text(&j, "text", n->text);
        json_key(&j, "shape");
        json_begin_array(&j);
        for (size_t k = 0; k < n->rank; k++) json_whole(&j, n->size[k]);
        json_close(&j);
        json_key_number(&j, "norm", n->norm);
        json_key_number(&j, "largest", n->largest);
        if (n->adjoint_norm == n->adjoint_norm) json_key_number(&j, "adjoint_norm", n->adjoint_norm);
        if (n->adjoint_norm == n->adjoint_norm) json_key_number(&j, "adjoint_largest", n->adjoint_largest);
        json_close(&j);
    }
    cli_json_end(&j);
}

/* Which names are not of the program's own text. */
static bool mark_generated(struct cli *c, struct look *l)
{
    c->word_count = 0; /* they were the data */
    ew_graph *g = cli_trained(c) ? cli_graph(c) : NULL;
    for (size_t i = 0; g && i < l->count; i++) {
        ew_node n = ew_find(g, l->nodes[i].name);
        l->nodes[i].generated = n == EW_NONE || ew_node_generated(g, n);
    }
    ew_graph_free(g);
    return !c->status;
}

bool cli_at_alone(struct cli *c)
{
    static const char *const others[] = {"of", "wrt", "step", "nudge", "plan", "most", "show", "weights"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char option[20];
        snprintf(option, sizeof option, "--%s", others[i]);
        if (cli_given(c, others[i])) cli_fail(c, FAULT_EITHER, "--at", option);
    }
    return !c->status;
}

int cli_explain_at(struct cli *c)
{
    struct look l;
    if (!cli_at_alone(c)) return c->status;
    if (look_read(&l, c, (const char *const *)c->words, c->word_count) && mark_generated(c, &l))
        (c->json ? say_json : say_table)(c, &l);
    look_free(&l);
    return c->status;
}
