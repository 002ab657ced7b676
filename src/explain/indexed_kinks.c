/*
 * indexed_kinks.c - kinks, ties, jumps and infinite slopes of nodes with axes: the first element that stands at one,
 * and how many more. The arguments of a node, which nobody may see as nodes, are computed to be looked at.
 */
#include <math.h>
#include <string.h>

#include "explain/explain.h"
#include "graph/uses.h"

enum { KINK_ARGUMENTS = 3 };

/* A node's arguments, all elements. */
typedef struct kink_look {
    lesson *l;
    ew_node node;
    size_t count; /* arguments looked at */
    ew_node arg[KINK_ARGUMENTS];
    double constant[KINK_ARGUMENTS];
    const double *values[KINK_ARGUMENTS]; /* NULL: constant */
    double *out;
    size_t out_count;
} kink_look;

static bool kink_reduces(op o)
{
    return o == OP_LEAST || o == OP_GREATEST;
}

static bool kink_may(op o)
{
    static const double points[] = {0, 1, -1, 0.5};
    if (o == OP_MIN || o == OP_MAX || kink_reduces(o)) return true;
    for (size_t i = 0; i < 4; i++)
        if (kink_find(o, points[i], points[i], points[i])) return true;
    return false;
}

/* Computes the arguments; false: they cannot be had, or (reported) there is no memory. */
static bool kink_open(kink_look *k)
{
    lesson *l = k->l;
    ew_error err = {0};
    ew_node wanted[KINK_ARGUMENTS];
    size_t count = 0;
    for (size_t a = 0; a < k->count; a++) {
        k->arg[a] = graph_recurrence(l->g, node_arg(l->g, k->node, a));
        if (!ew_node_is_constant(l->g, k->arg[a], &k->constant[a])) wanted[count++] = k->arg[a];
    }
    ew_program *p = count ? ew_prepare_nodes(l->g, wanted, count, &err) : NULL;
    if (!p && (l->m->refused || strcmp(err.code, "E080") == 0)) explain_fail(l);
    if (p && ew_out_count(p) <= LESSON_ELEMENTS) {
        k->out_count = ew_out_count(p);
        k->out = block_new(l->m, k->out_count, sizeof *k->out);
        if (!k->out) explain_fail(l);
    }
    bool ok = k->out && ew_run(p, NULL, l->o->in, k->out) == EW_OK;
    for (size_t a = 0, at = 0; ok && a < k->count; a++)
        if (!ew_node_is_constant(l->g, k->arg[a], &k->constant[a]))
            k->values[a] = k->out + ew_out_array(p, at++).offset;
    ew_free(p);
    return ok;
}

static void kink_close(kink_look *k)
{
    if (k->out) block_free(k->l->m, k->out, k->out_count);
}

/* The element of argument a that the user reads at `place` of its axes (of a reduction: of its domain). */
static size_t kink_element(const kink_look *k, size_t a, const size_t *place)
{
    const ew_graph *g = k->l->g;
    uint16_t map = use_map(g, k->node, a);
    size_t e = 0;
    for (size_t p = 0; p < node_rank(g, k->arg[a]); p++) {
        int axis = map_plain_axis(g, map, p);
        e = e * (size_t)node_size(g, k->arg[a], p) + (axis < 0 ? 0 : place[axis]);
    }
    return e;
}

static double kink_at(const kink_look *k, size_t a, const size_t *place)
{
    if (a >= k->count) return 0;
    return k->values[a] ? k->values[a][kink_element(k, a, place)] : k->constant[a];
}

static bool kink_step(const int64_t *sizes, size_t from, size_t rank, size_t *place)
{
    for (size_t p = rank; p-- > from; place[p] = 0)
        if (++place[p] < (size_t)sizes[p]) return true;
    return false;
}

/* Do two terms or more of a reduction equal its value? */
static bool kink_reduction_ties(const kink_look *k, size_t *place, double value)
{
    const ew_graph *g = k->l->g;
    const graph_node *node = node_at(g, k->node);
    size_t own = shape_rank(g, node->shape), rank = shape_rank(g, node->domain), ties = 0;
    do ties += kink_at(k, 0, place) == value;
    while (kink_step(shape_sizes(g, node->domain), own, rank, place));
    return ties > 1;
}

static bool kink_argument_ties(const kink_look *k, const size_t *place, double value)
{
    size_t ties = 0;
    for (size_t a = 0; a < k->count; a++) ties += kink_at(k, a, place) == value;
    return ties > 1;
}

static const char *kink_here(const kink_look *k, size_t *place, double value)
{
    op o = (op)node_at(k->l->g, k->node)->op;
    if (kink_reduces(o)) return kink_reduction_ties(k, place, value) ? explain_kink_tie() : NULL;
    if (o == OP_MIN || o == OP_MAX) return kink_argument_ties(k, place, value) ? explain_kink_tie() : NULL;
    return kink_find(o, kink_at(k, 0, place), kink_at(k, 1, place), kink_at(k, 2, place));
}

static void kink_place(text *t, const size_t *place, size_t rank)
{
    for (size_t p = 0; p < rank; p++) text_format(t, "%s%zu", p ? ", " : "[", place[p]);
    if (rank) text_add(t, "]");
}

/* "x[0, 1] = 0": the arguments that are no constants; what has no name by its text. */
static void kink_words(const kink_look *k, const size_t *place, text *t)
{
    lesson *l = k->l;
    for (size_t a = 0; a < k->count; a++) {
        size_t i = ew_node_index(l->g, k->arg[a]), at[AXES_MOST], e;
        if (!k->values[a]) continue;
        if (t->count) text_add(t, ", ");
        e = kink_element(k, a, place);
        for (size_t p = node_rank(l->g, k->arg[a]); p-- > 0; e /= (size_t)node_size(l->g, k->arg[a], p))
            at[p] = e % (size_t)node_size(l->g, k->arg[a], p);
        if (i == SIZE_MAX)
            graph_print_operand(l->g, k->arg[a], t, 60);
        else
            phrase_name(l, t, i), kink_place(t, at, node_rank(l->g, k->arg[a]));
        text_add(t, " = ");
        phrase_number(t, k->values[a][kink_element(k, a, place)]);
    }
}

/* Tells of the first element at a kink; returns whether there is one. */
static bool kink_tell(const kink_look *k, size_t i, size_t indent, bool say, bool first)
{
    lesson *l = k->l;
    const int64_t *sizes = shape_sizes(l->g, explain_row(l, i)->shape);
    size_t rank = shape_rank(l->g, explain_row(l, i)->shape), place[AXES_MOST] = {0}, found = 0, e = 0;
    text name, where;
    text_begin(&name, l->m);
    text_begin(&where, l->m);
    do {
        const char *sentence = kink_here(k, place, l->element[l->first[i] + e++]);
        if (!sentence || found++ || !say) continue;
        phrase_name(l, &name, i);
        kink_place(&name, place, rank);
        kink_words(k, place, &where);
        if (first) explain_blank(l);
        explain_sentence(l, indent, sentence, text_string(&name), text_string(&where), NULL);
    } while (kink_step(sizes, 0, rank, place));
    if (say && found > 1) {
        text_clear(&name);
        phrase_count(l, &name, (double)(found - 1), "… and so {1} more of its elements.",
                     "… and so {1} more of its elements.");
        explain_prose(l, indent, text_string(&name));
    }
    explain_drop(l, &name);
    explain_drop(l, &where);
    return found != 0;
}

static bool kink_node(lesson *l, size_t i, size_t indent, size_t told)
{
    ew_node n = explain_node(l, i);
    op o = (op)explain_row(l, i)->op;
    bool known = l->first[i] != SIZE_MAX && graph_elements(l->g, n) > 0, found = false;
    size_t arguments = explain_row(l, i)->count;
    if (!known || !kink_may(o) || !indexed_leads(l, i) || l->into[i] == l->into[i + 1]) return false;
    kink_look k = {.l = l, .node = n, .count = kink_reduces(o) ? 1 : arguments};
    if (k.count > KINK_ARGUMENTS) return false;
    if (kink_open(&k)) found = kink_tell(&k, i, indent, told < KINKS_TOLD, told == 0);
    kink_close(&k);
    return found;
}

void indexed_kinks(lesson *l, size_t indent)
{
    size_t told = 0;
    text name;
    for (size_t k = 0; k < l->count && report_ok(&l->r); k++) told += kink_node(l, l->node[k], indent, told);
    if (told <= KINKS_TOLD) return;
    text_begin(&name, l->m);
    phrase_count(l, &name, (double)(told - KINKS_TOLD), "… and {1} more such node.", "… and {1} more such nodes.");
    explain_prose(l, indent, text_string(&name));
    explain_drop(l, &name);
}
