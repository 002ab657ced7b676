/*
 * short.c - the short form of a program with arrays: a node, its sizes, the corner of its numbers, the corner of
 * the derivative by it; at the end the derivatives by the inputs.
 *
 *     z[n, k] = sum(j: x[n, j] * W[j, k])    [1797, 10]
 *         = [[0.25, 1.5, …], …]
 *         ∂e/∂z = [[0.1, 0.2, …], …]
 *
 * Very large arrays are not computed to show three numbers of them: their line has the sizes alone.
 */
#include "explain.h"
#include "numbers.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_COLUMNS = 80, SHORT_ELEMENTS = 1 << 20, SHORT_TEXT = 1 << 12, SHORT_DIGITS = 6 };

struct shortly {
    struct cli *c;
    ew_graph *g;
    const ew_explain_options *o;
    size_t count;
    ew_node *node;
    struct numbers *value, *slope; /* by node; slope NULL: `of` is an array */
};

static void say_number(struct cli *c, const struct array *a)
{
    cli_array_corner(c, a, SHORT_COLUMNS);
}

static void slope_head(const struct shortly *s, const char *name, char *head, size_t bytes)
{
    snprintf(head, bytes, "∂%.100s/∂%.100s", ew_node_name(s->g, s->o->of), name);
}

/* In a line of its own, beside its head. */
static void say_corner(struct cli *c, const char *head, const struct array *a)
{
    size_t used = 4 + table_columns(head) + (*head ? 3 : 2);
    if (!a->values) return;
    cli_put(c, "    ");
    cli_put(c, head);
    cli_put(c, *head ? " = " : "= ");
    cli_array_corner(c, a, used + 20 < SHORT_COLUMNS ? SHORT_COLUMNS - used : 20);
    cli_put(c, "\n");
}

static void say_node(const struct shortly *s, size_t i)
{
    struct cli *c = s->c;
    ew_node n = s->node[i];
    char text[SHORT_TEXT], name[512], sizes[400], head[256];
    const struct array *value = &s->value->at[i], *slope = s->slope ? &s->slope->at[i] : NULL;
    cli_array_name(s->g, n, name, sizeof name);
    ew_node_text(s->g, n, text, sizeof text);
    slope_head(s, ew_node_name(s->g, n), head, sizeof head);
    bool own = n == s->o->of, real = value->type == EW_F64 || value->type == EW_F32;
    cli_put(c, name);
    cli_put(c, " = ");
    cli_put(c, text);
    if (value->rank) {
        cli_array_sizes(value, sizes, sizeof sizes);
        cli_say(c, "    {1}\n", sizes, NULL, NULL);
        say_corner(c, "", value);
        if (slope && real && !own) say_corner(c, head, slope);
        return;
    }
    cli_put(c, " = ");
    say_number(c, value);
    if (slope && slope->values && real && !own) {
        cli_say(c, "    {1} = ", head, NULL, NULL);
        say_number(c, slope);
    }
    cli_put(c, "\n");
}

/* The derivatives by the inputs: of one number out of the sweep, of an array on their own. */
static void say_slopes(struct shortly *s, const struct numbers *whole)
{
    char head[256], sizes[400];
    for (size_t i = 0; i < s->o->wrt_count; i++) {
        const struct array *a = whole ? &whole->at[i] : &s->slope->at[ew_node_index(s->g, s->o->wrt[i])];
        slope_head(s, ew_node_name(s->g, s->o->wrt[i]), head, sizeof head);
        cli_array_sizes(a, sizes, sizeof sizes);
        size_t used = table_columns(head) + strlen(sizes) + 3;
        cli_put(s->c, head);
        cli_put(s->c, sizes);
        if (a->values) cli_put(s->c, " = ");
        if (a->values) cli_array_corner(s->c, a, used + 20 < SHORT_COLUMNS ? SHORT_COLUMNS - used : 20);
        cli_put(s->c, "\n");
    }
}

static struct numbers *slopes_of_array(struct shortly *s)
{
    ew_error e;
    struct numbers *whole = NULL;
    ew_node *nodes = cli_room(s->c, s->o->wrt_count, sizeof *nodes);
    for (size_t i = 0; nodes && i < s->o->wrt_count && !s->c->status; i++) {
        nodes[i] = ew_diff(s->g, s->o->of, s->o->wrt[i], EW_AUTO, &e);
        if (nodes[i] == EW_NONE) cli_fail_error(s->c, &e);
    }
    if (nodes && !s->c->status) whole = numbers_new(s->c, s->g, nodes, s->o->wrt_count, s->o->in, SHORT_ELEMENTS);
    free(nodes);
    return whole;
}

static struct numbers *slopes_by_sweep(struct shortly *s)
{
    ew_error e;
    struct numbers *slope = NULL;
    ew_node *nodes = cli_room(s->c, s->count, sizeof *nodes);
    if (nodes && ew_reverse(s->g, s->o->of, nodes, &e) != EW_OK)
        cli_fail_error(s->c, &e);
    else if (nodes)
        slope = numbers_new(s->c, s->g, nodes, s->count, s->o->in, SHORT_ELEMENTS);
    free(nodes);
    return slope;
}

static bool is_leaf(const ew_graph *g, ew_node n)
{
    return strcmp(ew_node_op(g, n), "input") == 0 || strcmp(ew_node_op(g, n), "param") == 0;
}

static void say_all(struct shortly *s, const struct numbers *whole)
{
    for (size_t i = 0; i < s->count && !s->c->status; i++)
        if (!is_leaf(s->g, s->node[i])) say_node(s, i);
    say_slopes(s, whole);
    if (!s->c->quiet)
        cli_say(s->c, "\nNext: eval and grad show all numbers, -o FILE.npz keeps them.\n", NULL, NULL, NULL);
}

void explain_short(struct cli *c, ew_graph *g, const ew_explain_options *o)
{
    struct shortly s = {.c = c, .g = g, .o = o, .count = ew_node_count(g)};
    struct numbers *whole = NULL;
    s.node = cli_room(c, s.count, sizeof *s.node);
    for (size_t i = 0; s.node && i < s.count; i++) s.node[i] = ew_node_at(g, i);
    if (s.node) s.value = numbers_new(c, g, s.node, s.count, o->in, SHORT_ELEMENTS);
    if (s.value && ew_node_rank(g, o->of)) whole = slopes_of_array(&s);
    if (s.value && !ew_node_rank(g, o->of)) s.slope = slopes_by_sweep(&s);
    if (!c->status) say_all(&s, whole);
    numbers_free(s.value);
    numbers_free(s.slope);
    numbers_free(whole);
    free(s.node);
}
