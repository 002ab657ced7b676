/*
 * frozen.c - the program as a plain function of its inputs: a second graph, built node by node.
 *
 * Nothing of it comes from derivatives: only operations are copied, so that what `check` compares
 * with has no rule in common with what is checked.
 */
#include "cli.h"
#include "frozen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct freezing {
    struct cli *c;
    ew_graph *g, *copy;
    ew_node of, cut;
    unsigned char *needed; /* by node of g */
    ew_node *twin;         /* by node of g: its node in copy */
    ew_node *held;         /* nodes of g that become inputs with their present value */
    size_t held_count;
    bool rough;
};

static bool is_op(const struct freezing *z, ew_node n, const char *name)
{
    return strcmp(ew_node_op(z->g, n), name) == 0;
}

/* Inputs are known already; stops, the cut node and named constants keep their value. */
static bool is_held(const struct freezing *z, ew_node n)
{
    if (is_op(z, n, "input") || is_op(z, n, "param")) return false;
    bool constant = is_op(z, n, "constant") && !ew_node_is_constant(z->g, n, NULL);
    return n == z->cut || constant || is_op(z, n, "stop");
}

/* Arguments have smaller numbers, so one way down finds all that is needed. */
static void mark(struct freezing *z)
{
    z->needed[z->of] = 1;
    for (size_t i = (size_t)z->of + 1; i-- > 0;) {
        ew_node n = (ew_node)i;
        if (!z->needed[i]) continue;
        z->rough = z->rough || ew_node_type(z->g, n) == EW_F32;
        if (is_held(z, n))
            z->held[z->held_count++] = n;
        else
            for (size_t k = 0; k < ew_node_arg_count(z->g, n); k++) z->needed[ew_node_arg(z->g, n, k)] = 1;
    }
}

/* A new input, made a bool where the original is one. */
static ew_node leaf(struct freezing *z, ew_node original, size_t number)
{
    char name[32];
    snprintf(name, sizeof name, "x%zu", number);
    ew_node n = ew_input(z->copy, name);
    ew_node pair[] = {n, ew_constant(z->copy, 0)};
    return ew_node_type(z->g, original) == EW_BOOL ? ew_op(z->copy, "ne", pair, 2) : n;
}

static ew_node twin_constant(struct freezing *z, ew_node n, double value)
{
    ew_node pair[] = {ew_constant(z->copy, value), ew_constant(z->copy, 0)};
    return ew_node_type(z->g, n) == EW_BOOL ? ew_op(z->copy, "ne", pair, 2) : pair[0];
}

static bool twin_operation(struct freezing *z, ew_node n)
{
    ew_node few[8];
    size_t count = ew_node_arg_count(z->g, n);
    ew_node *args = count <= 8 ? few : cli_room(z->c, count, sizeof *args);
    if (!args) return false;
    for (size_t k = 0; k < count; k++) args[k] = z->twin[ew_node_arg(z->g, n, k)];
    z->twin[n] = ew_op(z->copy, ew_node_op(z->g, n), args, count);
    if (args != few) free(args);
    return z->twin[n] != EW_NONE;
}

static void twin_leaves(struct freezing *z)
{
    size_t inputs = ew_input_count(z->g);
    for (size_t i = 0; i < inputs; i++) {
        ew_node n = ew_input_at(z->g, i).node;
        ew_node made = leaf(z, n, i);
        if (n <= z->of) z->twin[n] = made;
    }
    for (size_t i = 0; i < z->held_count; i++) z->twin[z->held[i]] = leaf(z, z->held[i], inputs + i);
}

static bool twin_all(struct freezing *z)
{
    double value;
    twin_leaves(z);
    for (size_t i = 0; i <= z->of; i++) {
        ew_node n = (ew_node)i;
        if (!z->needed[i] || z->twin[i] != EW_NONE) continue;
        if (ew_node_is_constant(z->g, n, &value))
            z->twin[i] = twin_constant(z, n, value);
        else if (!twin_operation(z, n))
            break;
    }
    return z->twin[z->of] != EW_NONE;
}

static double as_read(const ew_graph *g, size_t input, double value)
{
    return ew_input_at(g, input).type == EW_F32 ? (double)(float)value : value;
}

static bool base_values(struct freezing *z, struct frozen *f, const double *in)
{
    size_t inputs = ew_input_count(z->g);
    f->in = cli_room(z->c, inputs + z->held_count, sizeof *f->in);
    if (!f->in) return false;
    for (size_t i = 0; i < inputs; i++) f->in[i] = as_read(z->g, i, in[i]);
    double *held = z->held_count ? cli_run(z->c, z->g, z->held, z->held_count, in) : NULL;
    if (z->held_count && !held) return false;
    for (size_t i = 0; i < z->held_count; i++) {
        f->in[inputs + i] = held[i];
        if (z->held[i] == z->cut) f->place = inputs + i;
    }
    free(held);
    return true;
}

static bool freeze(struct freezing *z, struct frozen *f, const double *in)
{
    ew_error e;
    mark(z);
    if (!base_values(z, f, in)) return false;
    if (twin_all(z))
        f->program = ew_prepare_nodes(z->copy, &z->twin[z->of], 1, &e);
    else
        ew_graph_error(z->copy, &e);
    f->rough = z->rough;
    if (!f->program && !z->c->status) cli_fail_error(z->c, &e);
    return f->program != NULL;
}

bool frozen_new(struct cli *c, struct frozen *f, ew_graph *g, ew_node of, ew_node cut, const double *in)
{
    ew_options options = cli_library(c);
    options.single = 0;
    struct freezing z = {.c = c, .g = g, .of = of, .cut = cut};
    size_t count = (size_t)of + 1;
    memset(f, 0, sizeof *f);
    z.needed = cli_room(c, count, 1);
    z.twin = cli_room(c, count, sizeof *z.twin);
    z.held = cli_room(c, count, sizeof *z.held);
    z.copy = ew_graph_new(&options);
    bool ok = z.needed && z.twin && z.held;
    if (ok && !z.copy) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (ok) memset(z.needed, 0, count);
    for (size_t i = 0; ok && i < count; i++) z.twin[i] = EW_NONE;
    ok = ok && z.copy && freeze(&z, f, in);
    ew_graph_free(z.copy);
    free(z.needed);
    free(z.twin);
    free(z.held);
    if (!ok) frozen_free(f);
    return ok;
}

void frozen_free(struct frozen *f)
{
    ew_free(f->program);
    free(f->in);
    f->program = NULL;
    f->in = NULL;
}

double frozen_run(const struct frozen *f, size_t place, double x)
{
    double value, before = f->in[place];
    f->in[place] = x;
    ew_status status = ew_run(f->program, NULL, f->in, &value);
    f->in[place] = before;
    return status == EW_OK ? value : NAN;
}
