/*
 * view.c - the public look at a graph: nodes, names, inputs, text; and building one by hand.
 */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/unicode.h"
#include "graph/graph.h"

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
    int type = node_at(g, n)->type;
    return type_is_soft(type) ? (ew_type)g->real : (ew_type)type;
}

size_t ew_node_rank(const ew_graph *g, ew_node n)
{
    (void)g;
    (void)n;
    return 0;
}

size_t ew_node_arg_count(const ew_graph *g, ew_node n)
{
    return node_at(g, n)->count;
}

ew_node ew_node_arg(const ew_graph *g, ew_node n, size_t k)
{
    return k < node_at(g, n)->count ? node_arg(g, n, k) : EW_NONE;
}

int ew_node_is_constant(const ew_graph *g, ew_node n, double *value)
{
    if (n >= g->nodes.count || !node_is_const(g, n)) return 0;
    if (value) *value = node_value(g, n);
    return 1;
}

void ew_node_place(const ew_graph *g, ew_node n, int *line, int *column)
{
    *line = *column = 0;
    if (n >= g->nodes.count || node_at(g, n)->place == NO_PLACE || !g->text) return;
    source_place(&g->report.source, node_at(g, n)->place, line, column);
}

static size_t view_text(const ew_graph *g, ew_node n, bool operand, char *buffer, size_t size)
{
    memory m = g->memory; /* a copy: looking changes nothing, not even the count of bytes */
    text t;
    text_begin(&t, &m);
    if (n < g->nodes.count && operand) graph_print_operand(g, n, &t, size ? size - 1 : 0);
    else if (n < g->nodes.count) graph_print(g, n, &t, size ? size - 1 : 0, false);
    size_t count = t.count;
    if (size) {
        size_t most = count < size ? count : size - 1;
        while (most < count && most && ((unsigned char)text_string(&t)[most] & 0xC0) == 0x80) most--;
        memcpy(buffer, text_string(&t), most);
        buffer[most] = '\0';
    }
    text_free(&t);
    return count;
}

size_t ew_node_text(const ew_graph *g, ew_node n, char *buffer, size_t size)
{
    return view_text(g, n, false, buffer, size);
}

size_t ew_node_label(const ew_graph *g, ew_node n, char *buffer, size_t size)
{
    return view_text(g, n, true, buffer, size);
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

static const graph_input *input_at(const ew_graph *g, size_t i)
{
    return i < g->inputs.count ? &g->inputs.at[i] : &g->params.at[i - g->inputs.count];
}

ew_input_info ew_input_at(const ew_graph *g, size_t i)
{
    const graph_input *in = input_at(g, i);
    ew_input_info info = {in->node, i >= g->inputs.count, in->has_value, in->draw != DRAW_NONE,
                          (ew_type)node_at(g, in->node)->type};
    return info;
}

int ew_input_default(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, double *value)
{
    const graph_input *in = input_at(g, i);
    const char *name = graph_name_text(g, node_at(g, in->node)->name);
    if (in->draw == DRAW_NONE) {
        *value = in->value;
        return in->has_value;
    }
    uint64_t stream = random_stream(seed, name, i < g->inputs.count ? step : 0);
    *value = in->draw == DRAW_UNIFORM ? in->p1 + (in->p2 - in->p1) * random_uniform(stream, 0)
                                      : in->p1 + in->p2 * random_normal(stream, 0);
    return 1;
}

/* ---- Building by hand ------------------------------------------------------------------------- */

ew_graph *ew_graph_new(const ew_options *options)
{
    return graph_new(options, NULL);
}

ew_status ew_graph_error(const ew_graph *g, ew_error *err)
{
    if (err) *err = g->report.error;
    return g->report.error.status;
}

/* A name by the language's rules, not yet borne. */
static uint32_t build_name(ew_graph *g, const char *name)
{
    char buffer[160], normal[4096];
    size_t count = strlen(name), at = 0, k;
    uint32_t code;
    bool good = count > 0 && count < 1000 && utf8_invalid(name, count) == count;
    while (good && at < count) {
        k = utf8_decode(name + at, count - at, &code);
        good = at == 0 ? unicode_name_start(code) : unicode_name_part(code);
        at += k;
    }
    if (!report_ok(&g->report)) return 0;
    if (!good) report_plain(&g->report, E_BAD_NAME, quote(buffer, name, count), NULL);
    if (!good) return 0;
    uint32_t id = graph_intern(g, normal, unicode_nfc(name, count, normal, sizeof normal));
    if (id && g->names.at[id].node != EW_NONE) {
        report_plain(&g->report, E_TWICE, quote(buffer, name, count), "1");
        return 0;
    }
    return id;
}

static bool build_node(ew_graph *g, ew_node n)
{
    if (!report_ok(&g->report)) return false;
    return n < g->nodes.count ? true : report_plain(&g->report, E_BAD_NODE, NULL, NULL);
}

ew_node ew_input(ew_graph *g, const char *name)
{
    uint32_t id = build_name(g, name);
    return id ? graph_add_input(g, id, false, g->real, NO_PLACE) : EW_NONE;
}

ew_node ew_param(ew_graph *g, const char *name, double value)
{
    uint32_t id = build_name(g, name);
    ew_node n = id ? graph_add_input(g, id, true, g->real, NO_PLACE) : EW_NONE;
    if (n == EW_NONE) return EW_NONE;
    g->params.at[node_at(g, n)->args].has_value = true;
    g->params.at[node_at(g, n)->args].value = value;
    return n;
}

ew_node ew_constant(ew_graph *g, double value)
{
    return report_ok(&g->report) ? graph_number(g, value) : EW_NONE;
}

static bool build_types(ew_graph *g, op o, const ew_node *args, size_t count)
{
    bool logic = o == OP_AND || o == OP_OR || o == OP_NOT;
    for (size_t k = 0; k < count; k++)
        if ((logic || (o == OP_IF && k == 0)) && node_at(g, args[k])->type != TYPE_BOOL)
            return report_plain(&g->report, logic ? E_BOOL : E_CONDITION, ops_row(o)->name, NULL);
    return true;
}

ew_node ew_op(ew_graph *g, const char *name, const ew_node *args, size_t count)
{
    char buffer[160], due[32], here[32];
    op o = ops_find(name, (uint32_t)strlen(name));
    if (!report_ok(&g->report)) return EW_NONE;
    if (o == OP_NOT_FOUND) {
        report_plain(&g->report, E_NO_OP, quote(buffer, name, strlen(name)), NULL);
        return EW_NONE;
    }
    size_t wanted = ops_row(o)->count;
    if (wanted == 0 ? count < 2 || count > 65534 : count != wanted) {
        number_text((double)(wanted ? wanted : 2), 0, due);
        number_text((double)count, 0, here);
        report_at(&g->report, E_ARGUMENTS, NO_PLACE, 0, name, due, here);
        return EW_NONE;
    }
    for (size_t k = 0; k < count; k++)
        if (!build_node(g, args[k])) return EW_NONE;
    if (!build_types(g, o, args, count)) return EW_NONE;
    ew_node n = graph_op(g, o, args, count, NO_PLACE);
    if (n != EW_NONE && !g->finished && !node_is_const(g, n) && !array_push(&g->memory, &g->parts, n)) {
        report_memory(&g->report);
        return EW_NONE;
    }
    return n;
}

ew_node ew_name(ew_graph *g, const char *name, ew_node node)
{
    if (!build_node(g, node)) return EW_NONE;
    uint32_t id = build_name(g, name);
    for (size_t i = g->parts.count; id && i-- > 0;)
        if (g->parts.at[i] == node) g->parts.at[i] = EW_NONE; /* it has this name now, and no other */
    ew_node n = id ? graph_name_node(g, id, node, NO_PLACE) : EW_NONE;
    if (n != EW_NONE && g->finished && !graph_finish(g)) return EW_NONE; /* what it uses is seen too */
    return n;
}

void ew_output(ew_graph *g, ew_node node)
{
    if (build_node(g, node) && !array_push(&g->memory, &g->outputs, node)) report_memory(&g->report);
}

void ew_finish(ew_graph *g)
{
    if (!g->finished) graph_finish(g);
}

/* ---- The table -------------------------------------------------------------------------------- */

size_t ew_op_count(void)
{
    return OP_COUNT - OP_CONST - 1;
}

ew_op_info ew_op_at(size_t i, const char *language)
{
    const op_row *row = ops_row((op)(OP_CONST + 1 + i));
    ew_op_info info = {row->name, row->form, row->count, row->latex, {row->slope[0], row->slope[1], row->slope[2]},
                       translate(language, row->manual), row->low, row->high};
    return info;
}
