/*
 * contents.c - the lesson's first three sections: what the formula is made of, the graph, values.
 */
#include <string.h>

#include "explain/explain.h"

enum { CONTENTS_NAMES = 12, CONTENTS_EDGES = 16 };

/* ---- What it is made of ----------------------------------------------------------------------- */

/* Adds "a, b and c" piece by piece: k-th of n. */
static void contents_join(const lesson *l, text *t, size_t k, size_t n)
{
    if (k == 0) return;
    text_add(t, k + 1 < n ? ", " : explain_word(l, " and "));
}

/* What bears the same name for the reader is counted as one kind, under one of its operations. */
static op contents_kind(op o)
{
    unsigned flags = ops_row(o)->flags;
    if (o == OP_MUL0) return OP_MUL;
    if (o == OP_DIV0 || o == OP_OVER) return OP_DIV;
    if (o == OP_AND || o == OP_OR || o == OP_NOT) return OP_AND;
    return flags & OP_LOGIC ? OP_EQ : flags & OP_HELP ? OP_MUL0 : o;
}

/* "two sums and one product"; operations in the order in which they first appear. */
static size_t contents_kinds(lesson *l, text *t)
{
    size_t counts[OP_COUNT] = {0}, kinds = 0, all = 0;
    op order[OP_COUNT];
    for (size_t k = 0; k < l->count; k++) {
        op o = contents_kind((op)explain_row(l, l->node[k])->op);
        if (op_is_leaf(o)) continue;
        if (!counts[o]++) order[kinds++] = o;
        all++;
    }
    for (size_t k = 0; k < kinds; k++) {
        const op_row *row = ops_row(order[k]);
        double n = (double)counts[order[k]];
        const char *one = phrase_kind(order[k], false);
        contents_join(l, t, k, kinds);
        phrase_count(l, t, n, one ? one : "{1}", one ? phrase_kind(order[k], true) : "{1}");
        if (one) continue;
        text_char(t, ' ');
        text_add(t, row->call ? row->call : row->name);
    }
    return all;
}

static bool contents_counts(const lesson *l, size_t k, op kind)
{
    return explain_row(l, l->node[k])->op == kind;
}

/* " (4×3)"; of a scalar its value. */
static void contents_array(const lesson *l, text *t, size_t i)
{
    const double *values = explain_elements(l, i);
    bool scalar = node_rank(l->g, explain_node(l, i)) == 0;
    if (!scalar) {
        text_add(t, " (");
        indexed_shape(l, t, i);
        text_char(t, ')');
    } else if (values) {
        text_add(t, " = " MARK_VALUE);
        indexed_number(l, t, i, values);
        text_add(t, MARK_END);
    }
}

/* "two inputs: a = 2, b = 1" */
static size_t contents_leaves(lesson *l, text *t, op kind, const char *one, const char *many)
{
    size_t n = 0, told = 0;
    for (size_t k = 0; k < l->count; k++) n += contents_counts(l, k, kind);
    if (n == 0) return 0;
    phrase_count(l, t, (double)n, one, many);
    for (size_t k = 0; k < l->count && told <= CONTENTS_NAMES; k++) {
        size_t i = l->node[k];
        if (!contents_counts(l, k, kind)) continue;
        text_add(t, told ? ", " : ": ");
        if (told++ == CONTENTS_NAMES) {
            text_add(t, "…");
            break;
        }
        phrase_name(l, t, i);
        if (l->arrays) {
            contents_array(l, t, i);
            continue;
        }
        if (!l->numbers) continue;
        text_add(t, " = " MARK_VALUE);
        phrase_value(l, t, i, l->value[i]);
        text_add(t, MARK_END);
    }
    return n;
}

static void contents_sentence(lesson *l, const char *sentence, text *t)
{
    text name;
    text_begin(&name, l->m);
    phrase_name(l, &name, l->of);
    if (t->failed || name.failed) explain_fail(l);
    explain_sentence(l, 2, sentence, text_string(&name), text_string(t), NULL);
    text_clear(t);
    explain_drop(l, &name);
}

void explain_made_of(lesson *l)
{
    text t;
    text_begin(&t, l->m);
    explain_heading(l, "What {1} is made of");
    if (contents_kinds(l, &t))
        contents_sentence(l, "{1} is made of {2}.", &t);
    else
        contents_sentence(l, "{1} needs no operation at all.", &t);
    text_clear(&t);
    if (contents_leaves(l, &t, OP_INPUT, "{1} input", "{1} inputs")) contents_sentence(l, "It has {2}.", &t);
    if (contents_leaves(l, &t, OP_PARAM, "{1} parameter", "{1} parameters")) contents_sentence(l, "It has {2}.", &t);
    if (contents_leaves(l, &t, OP_CONST, "{1} named number", "{1} named numbers"))
        contents_sentence(l, "It has {2}.", &t);
    if (l->seen > l->count) {
        phrase_count(l, &t, (double)(l->seen - l->count), "{1} other node", "{1} other nodes");
        contents_sentence(l, "The program has {2} that {1} does not need; nothing is said of them.", &t);
    }
    explain_drop(l, &t);
}

/* ---- The graph -------------------------------------------------------------------------------- */

/* The longest way from the inputs to each node. */
static uint32_t contents_levels(lesson *l, uint32_t *level)
{
    uint32_t most = 0;
    graph_uses uses = {0};
    for (size_t k = 0; k < l->count; k++) {
        size_t i = l->node[k];
        ew_node n = explain_node(l, i);
        if (!graph_uses_of(l->g, l->m, n, &uses)) explain_fail(l);
        for (size_t a = 0; a < uses.list.count; a++) {
            size_t j = use_returns(&uses.list.at[a], n) ? SIZE_MAX : ew_node_index(l->g, uses.list.at[a].from);
            if (j != SIZE_MAX && level[j] + 1 > level[i]) level[i] = level[j] + 1;
        }
        if (level[i] > most) most = level[i];
    }
    graph_uses_free(l->m, &uses);
    return most;
}

/* The told nodes by level, in each level as they come: counting sort. */
static bool contents_order(lesson *l, const uint32_t *level, uint32_t most, uint32_t *order)
{
    uint32_t *first = block_new(l->m, (size_t)most + 2, sizeof *first);
    if (!first) return explain_fail(l);
    for (size_t k = 0; k < l->count; k++) first[level[l->node[k]] + 1]++;
    for (uint32_t v = 0; v <= most; v++) first[v + 1] += first[v];
    for (size_t k = 0; k < l->count; k++) order[first[level[l->node[k]]]++] = l->node[k];
    block_free(l->m, first, (size_t)most + 2);
    return true;
}

static void contents_level(lesson *l, text *label, uint32_t v)
{
    char digits[32];
    text_clear(label);
    number_text((double)v, 0, digits);
    text_add(label, MARK_DIM);
    phrase_fill(l, label, "level {1}", digits, NULL, NULL);
    text_add(label, MARK_END);
}

/* "h[n, k]", and how large it is. */
static void contents_called(lesson *l, size_t i, bool leaf)
{
    if (leaf)
        phrase_called(l, &l->line, i);
    else
        phrase_equation(l, &l->line, i);
    if (!node_rank(l->g, explain_node(l, i))) return;
    text_add(&l->line, MARK_DIM " (");
    indexed_shape(l, &l->line, i);
    text_add(&l->line, ")" MARK_END);
}

static void contents_listing(lesson *l, const uint32_t *level, uint32_t most, const uint32_t *order)
{
    uint32_t last = UINT32_MAX;
    text label;
    text_begin(&label, l->m);
    contents_level(l, &label, most);
    size_t column = explain_width(text_string(&label)) + 5;
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) {
        size_t i = order[k];
        text_clear(&l->line);
        if (level[i] != last) {
            contents_level(l, &label, last = level[i]);
            text_add(&l->line, "  ");
            text_add(&l->line, text_string(&label));
        }
        text_repeat(&l->line, " ", column - explain_width(text_string(&l->line)));
        bool leaves = explain_row(l, i)->op == OP_INPUT || explain_row(l, i)->op == OP_PARAM;
        contents_called(l, i, leaves);
        while (leaves && k + 1 < l->count && explain_shown(k + 1, l->count)) { /* inputs beside each other */
            op next = (op)explain_row(l, order[k + 1])->op;
            if (next != OP_INPUT && next != OP_PARAM) break;
            text_add(&l->line, ", ");
            contents_called(l, order[++k], true);
        }
        explain_formula(l, 0, text_string(&l->line));
    }
    explain_drop(l, &label);
}

static void contents_edges(lesson *l)
{
    text t;
    text_begin(&t, l->m);
    phrase_count(l, &t, (double)l->edge_count, "{1} edge", "{1} edges");
    if (l->edge_count && l->edge_count <= CONTENTS_EDGES) {
        const char *gap = ": ";
        for (size_t k = 0; k < l->count; k++) {
            for (size_t e = l->into[l->node[k]]; e < l->into[l->node[k] + 1]; e++) {
                if (explain_from(l, e) == SIZE_MAX) continue;
                text_add(&t, gap);
                phrase_name(l, &t, explain_from(l, e));
                text_add(&t, " → ");
                phrase_name(l, &t, l->node[k]);
                gap = ", ";
            }
        }
    }
    contents_sentence(l, "It has {2}.", &t);
    explain_drop(l, &t);
}

void explain_graph(lesson *l)
{
    uint32_t *level = block_new(l->m, l->seen, sizeof *level), *order = block_new(l->m, l->count, sizeof *order);
    explain_heading(l, "The graph");
    explain_sentence(l, 2,
                     "Every operation is a node and every use of a value an edge. A node needs only "
                     "nodes of lower levels.",
                     NULL, NULL, NULL);
    explain_blank(l);
    if (level && order) {
        uint32_t most = contents_levels(l, level);
        if (contents_order(l, level, most, order)) contents_listing(l, level, most, order);
    } else {
        explain_fail(l);
    }
    block_free(l->m, level, l->seen);
    block_free(l->m, order, l->count);
    explain_blank(l);
    contents_edges(l);
    if (l->arrays) indexed_scalars(l);
}

/* ---- Values ----------------------------------------------------------------------------------- */

static void contents_value(lesson *l, size_t i)
{
    text_clear(&l->line);
    text_clear(&l->work);
    op o = (op)explain_row(l, i)->op;
    if (op_is_leaf(o)) {
        phrase_name(l, &l->line, i);
    } else {
        phrase_equation(l, &l->line, i);
        phrase_filled(l, &l->work, i);
    }
    size_t plain = l->work.count;
    text_char(&l->work, '\0');
    phrase_value(l, &l->work, i, l->value[i]);
    const char *filled = text_string(&l->work), *result = filled + plain + 1;
    if (l->work.failed || l->line.failed) return;
    if (plain && strcmp(filled, result) != 0) { /* "y = x = 3" needs its 3 once */
        text_add(&l->line, " = ");
        text_add(&l->line, filled);
    }
    text_add(&l->line, " = " MARK_VALUE);
    text_add(&l->line, result);
    text_add(&l->line, MARK_END);
    explain_formula(l, 2, text_string(&l->line));
}

void explain_values(lesson *l)
{
    explain_heading(l, "The values, from the bottom up");
    if (!l->numbers) {
        explain_sentence(l, 2,
                         "Without numbers for the inputs the nodes stay as they are written above. Give each "
                         "input a value, as in a=2, to see the numbers come up.",
                         NULL, NULL, NULL);
        return;
    }
    explain_sentence(l, 2, "Each value is put in where it is used.", NULL, NULL, NULL);
    explain_blank(l);
    for (size_t k = 0; k < l->count; k = explain_next(l, k, l->count)) contents_value(l, l->node[k]);
}
