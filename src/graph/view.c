/*
 * view.c - the public look at a graph: nodes, names, inputs, text. What is not there is answered by
 * EW_NONE, NULL or 0, never by a read past the end.
 */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/unicode.h"
#include "graph/axes.h"

/* ---- Nodes ------------------------------------------------------------------------------------ */

size_t ew_node_count(const ew_graph *g)
{
    return g->seen.count;
}

ew_node ew_node_at(const ew_graph *g, size_t i)
{
    return i < g->seen.count ? g->seen.at[i] : EW_NONE;
}

size_t ew_node_index(const ew_graph *g, ew_node n)
{
    return n < g->seen_index_size && g->seen_index[n] != UINT32_MAX ? g->seen_index[n] : SIZE_MAX;
}

ew_node ew_find(const ew_graph *g, const char *name)
{
    if (!name) return EW_NONE;
    uint32_t id = graph_lookup(g, name, strlen(name));
    if (!id) { /* another spelling of the same letters */
        char normal[1024];
        size_t count = strlen(name) < 300 ? unicode_nfc(name, strlen(name), normal, sizeof normal) : 0;
        id = count ? graph_lookup(g, normal, count) : 0;
    }
    return id ? g->names.at[id].node : EW_NONE;
}

size_t ew_output_count(const ew_graph *g)
{
    return g->outputs.count;
}

ew_node ew_output_at(const ew_graph *g, size_t i)
{
    return i < g->outputs.count ? g->outputs.at[i] : EW_NONE;
}

const char *ew_node_name(const ew_graph *g, ew_node n)
{
    return n < g->nodes.count && node_at(g, n)->name ? graph_name_text(g, node_at(g, n)->name) : NULL;
}

int ew_node_generated(const ew_graph *g, ew_node n)
{
    return n < g->nodes.count && (node_at(g, n)->flags & NODE_GENERATED);
}

const char *ew_node_op(const ew_graph *g, ew_node n)
{
    return n < g->nodes.count ? ops_row((op)node_at(g, n)->op)->name : NULL;
}

ew_type ew_node_type(const ew_graph *g, ew_node n)
{
    int type = n < g->nodes.count ? node_at(g, n)->type : EW_F64;
    return type_is_soft(type) ? (ew_type)g->real : (ew_type)type;
}

size_t ew_node_rank(const ew_graph *g, ew_node n)
{
    return n < g->nodes.count ? node_rank(g, n) : 0;
}

size_t ew_node_size(const ew_graph *g, ew_node n, size_t axis)
{
    if (axis >= ew_node_rank(g, n) || !size_is_known(node_size(g, n, axis))) return SIZE_MAX;
    return (size_t)node_size(g, n, axis);
}

const char *ew_node_size_name(const ew_graph *g, ew_node n, size_t axis)
{
    if (axis >= ew_node_rank(g, n) || size_is_known(node_size(g, n, axis))) return NULL;
    uint32_t name = g->unknown.at[-1 - node_size(g, n, axis)];
    return name ? graph_name_text(g, name) : NULL;
}

const char *ew_node_axis(const ew_graph *g, ew_node n, size_t axis)
{
    uint32_t name = axis < ew_node_rank(g, n) ? graph_index_name(g, n, axis) : 0;
    return name ? graph_name_text(g, name) : NULL;
}

size_t ew_node_arg_count(const ew_graph *g, ew_node n)
{
    return n < g->nodes.count ? node_at(g, n)->count : 0;
}

ew_node ew_node_arg(const ew_graph *g, ew_node n, size_t k)
{
    return k < ew_node_arg_count(g, n) ? node_arg(g, n, k) : EW_NONE;
}

int ew_node_is_constant(const ew_graph *g, ew_node n, double *value)
{
    if (n >= g->nodes.count || !node_is_const(g, n)) return 0;
    if (value) *value = node_value(g, n);
    return 1;
}

void ew_node_place(const ew_graph *g, ew_node n, int *line, int *column)
{
    int at_line = 0, at_column = 0;
    if (n < g->nodes.count && node_at(g, n)->place != NO_PLACE && g->text)
        source_place(&g->report.source, node_at(g, n)->place, &at_line, &at_column);
    if (line) *line = at_line;
    if (column) *column = at_column;
}

/* Ends the text within `most` bytes, at a character, by a "…" where there is room for one. */
static void view_cut(text *t, size_t most)
{
    size_t mark = strlen("…"), end = most >= mark ? most - mark : 0;
    if (t->count < end) end = t->count;
    while (end && end < t->count && ((unsigned char)t->at[end] & 0xC0) == 0x80) end--;
    t->count = end;
    if (most >= mark) text_add(t, "…");
}

/* How long a text would be can be beyond counting, where parts are shared many times: what does not
 * fit is not printed to its end. */
typedef bool view_print(const ew_graph *g, ew_node n, text *out, size_t most);

static bool view_operation(const ew_graph *g, ew_node n, text *out, size_t most)
{
    return graph_print(g, n, out, most, false);
}

static size_t view_text(const ew_graph *g, ew_node n, view_print *print, char *buffer, size_t size)
{
    memory m = g->memory; /* a copy: looking changes nothing, not even the count of bytes */
    text t;
    size_t most = size ? size - 1 : 0;
    text_begin(&t, &m);
    bool whole = n >= g->nodes.count || (print(g, n, &t, most) && !t.failed);
    if (!whole && t.at) view_cut(&t, most);
    if (size) {
        memcpy(buffer, text_string(&t), t.count);
        buffer[t.count] = '\0';
    }
    size_t count = whole ? t.count : size;
    text_free(&t);
    return count;
}

size_t ew_node_text(const ew_graph *g, ew_node n, char *buffer, size_t size)
{
    return view_text(g, n, view_operation, buffer, size);
}

size_t ew_node_label(const ew_graph *g, ew_node n, char *buffer, size_t size)
{
    return view_text(g, n, graph_print_operand, buffer, size);
}

size_t ew_node_words(const ew_graph *g, ew_node n, char *buffer, size_t size)
{
    return view_text(g, n, graph_print_words, buffer, size);
}

size_t ew_number_text(double value, int digits, char *buffer)
{
    return number_text(value, digits, buffer);
}

/* ---- Inputs ----------------------------------------------------------------------------------- */

size_t ew_input_count(const ew_graph *g)
{
    return g->inputs.count + g->params.count;
}

static const graph_input *input_at(const ew_graph *g, size_t i) /* NULL: there is none */
{
    if (i >= ew_input_count(g)) return NULL;
    return i < g->inputs.count ? &g->inputs.at[i] : &g->params.at[i - g->inputs.count];
}

ew_input_info ew_input_at(const ew_graph *g, size_t i)
{
    const graph_input *in = input_at(g, i);
    if (!in) return (ew_input_info){.node = EW_NONE};
    ew_input_info info = {in->node, i >= g->inputs.count, in->has_value, in->draw != DRAW_NONE,
                          (ew_type)node_at(g, in->node)->type};
    return info;
}

size_t ew_dimension_count(const ew_graph *g)
{
    return g ? g->bound.count : 0;
}

const char *ew_dimension_name(const ew_graph *g, size_t i)
{
    return i < ew_dimension_count(g) ? graph_name_text(g, g->bound.at[i].name) : NULL;
}

/* Element e of input i: a default, or a draw. */
static double input_element(const ew_graph *g, const graph_input *in, uint64_t stream, size_t e)
{
    if (in->draw == DRAW_UNIFORM) return in->p1 + (in->p2 - in->p1) * random_uniform(stream, e);
    if (in->draw == DRAW_NORMAL) return in->p1 + in->p2 * random_normal(stream, e);
    return e < in->values_count ? g->values.at[in->values + e] : in->value;
}

int ew_input_part(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, size_t first, size_t count, double *values)
{
    const graph_input *in = input_at(g, i);
    size_t all;
    if (!in || in->open || (in->draw == DRAW_NONE && !in->has_value)) return 0;
    if (!shape_elements(g, node_at(g, in->node)->shape, &all) || first > all || count > all - first) return 0;
    const char *name = graph_name_text(g, node_at(g, in->node)->name);
    uint64_t stream = in->draw == DRAW_NONE ? 0 : random_stream(seed, name, i < g->inputs.count ? step : 0);
    for (size_t e = 0; e < count; e++) values[e] = input_element(g, in, stream, first + e);
    return 1;
}

int ew_input_values(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, double *values)
{
    const graph_input *in = input_at(g, i);
    size_t count;
    if (!in || !shape_elements(g, node_at(g, in->node)->shape, &count)) return 0;
    return ew_input_part(g, i, seed, step, 0, count, values);
}

int ew_input_default(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, double *value)
{
    const graph_input *in = input_at(g, i);
    return in && node_at(g, in->node)->shape == 0 ? ew_input_values(g, i, seed, step, value) : 0;
}

/* ---- The table -------------------------------------------------------------------------------- */

size_t ew_op_count(void)
{
    return OP_COUNT - OP_FIRST;
}

ew_op_info ew_op_at(size_t i, const char *language)
{
    if (i >= ew_op_count()) return (ew_op_info){0};
    const op_row *row = ops_row((op)(OP_FIRST + i));
    ew_op_info info = {row->name,
                       row->form,
                       row->count,
                       row->latex,
                       {row->slope[0], row->slope[1], row->slope[2]},
                       translate(language, row->manual),
                       row->low,
                       row->high};
    return info;
}
