/*
 * grad.c - a value and its derivatives, by a sweep or by multiplying path by path.
 *
 * `auto` is one reverse sweep: of one node by any number of others it is never the dearer one, and it
 * is what the language's diff does.
 */
#include "cli.h"
#include "pathwise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one answer is made of. */
struct gradient {
    ew_node of;
    ew_node *wrt;
    size_t count;
    const char *mode;
    double value;
    double *slopes;
};

static void say_json(struct cli *c, ew_graph *g, const struct gradient *d)
{
    struct cli_json j = cli_json_begin(c);
    json_key_text(&j, "of", ew_node_name(g, d->of));
    json_key(&j, "value");
    json_value(&j, ew_node_type(g, d->of), d->value);
    json_key(&j, "gradient");
    json_object(&j);
    for (size_t i = 0; i < d->count; i++) json_key_number(&j, ew_node_name(g, d->wrt[i]), d->slopes[i]);
    json_close(&j);
    json_key_text(&j, "mode", d->mode);
    cli_json_end(&j);
}

static void say_lines(struct cli *c, ew_graph *g, const struct gradient *d)
{
    const char *of = ew_node_name(g, d->of);
    char number[32];
    ew_number_text(d->value, 0, number);
    bool is_bool = ew_node_type(g, d->of) == EW_BOOL;
    cli_put(c, of);
    cli_put(c, " = ");
    cli_put(c, !is_bool ? number : d->value != 0 ? "true" : "false");
    for (size_t i = 0; i < d->count; i++) {
        ew_number_text(d->slopes[i], 0, number);
        cli_say(c, "\n∂{1}/∂{2} = {3}", of, ew_node_name(g, d->wrt[i]), number);
    }
    const char *mode = strcmp(d->mode, "paths") == 0     ? cli_tr(c, "path by path")
                       : strcmp(d->mode, "forward") == 0 ? cli_tr(c, "forward")
                                                         : cli_tr(c, "reverse");
    cli_put(c, "\n");
    cli_say(c, "mode: {1}", mode, NULL, NULL);
    cli_put(c, "\n");
}

static void say_gradient(struct cli *c, ew_graph *g, const struct gradient *d)
{
    const char *of = ew_node_name(g, d->of);
    if (!cli_finite(c, of, d->value)) return;
    for (size_t i = 0; i < d->count; i++) {
        char name[256];
        snprintf(name, sizeof name, "∂%.100s/∂%.100s", of, ew_node_name(g, d->wrt[i]));
        if (!cli_finite(c, name, d->slopes[i])) return;
    }
    (c->json ? say_json : say_lines)(c, g, d);
}

/* The value and the derivatives in one program. */
static void by_sweep(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    ew_error e;
    int mode = strcmp(d->mode, "forward") == 0 ? EW_FORWARD : EW_REVERSE;
    ew_node *nodes = cli_room(c, d->count + 1, sizeof *nodes);
    for (size_t i = 0; nodes && i < d->count && !c->status; i++) {
        nodes[i + 1] = ew_diff(g, d->of, d->wrt[i], mode, &e);
        if (nodes[i + 1] == EW_NONE) cli_fail_error(c, &e);
    }
    if (nodes && !c->status) {
        nodes[0] = d->of;
        double *values = cli_run(c, g, nodes, d->count + 1, in);
        if (values) {
            d->value = values[0];
            d->slopes = values + 1;
            say_gradient(c, g, d);
        }
        free(values);
    }
    free(nodes);
}

/* Every path multiplied on its own. */
static void by_paths(struct cli *c, ew_graph *g, struct gradient *d, const double *in)
{
    ew_error e;
    for (size_t i = 0; i < d->count && !c->status; i++) /* the same complaints as a sweep */
        if (ew_diff(g, d->of, d->wrt[i], EW_REVERSE, &e) == EW_NONE) cli_fail_error(c, &e);
    double *value = c->status ? NULL : cli_run(c, g, &d->of, 1, in);
    d->slopes = value ? cli_pathwise(c, g, d->of, d->wrt, d->count, in) : NULL;
    if (d->slopes) {
        d->value = *value;
        say_gradient(c, g, d);
    }
    free(value);
    free(d->slopes);
}

int cli_grad(struct cli *c)
{
    struct gradient d = {.mode = !c->mode || strcmp(c->mode, "auto") == 0 ? "reverse" : c->mode};
    ew_graph *g = cli_graph(c);
    double *in = g ? cli_values(c, g) : NULL;
    d.of = in ? cli_of(c, g) : EW_NONE;
    d.wrt = d.of != EW_NONE ? cli_wrt(c, g, &d.count) : NULL;
    if (d.wrt) (strcmp(d.mode, "paths") == 0 ? by_paths : by_sweep)(c, g, &d, in);
    free(d.wrt);
    free(in);
    ew_graph_free(g);
    return c->status;
}
