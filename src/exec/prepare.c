/*
 * prepare.c - from a graph and what is wanted of it to a program; and what can be asked of one.
 */
#include <string.h>

#include "base/random.h"
#include "diff/diff.h"
#include "exec/array.h"
#include "exec/lower.h"
#include "lang/program.h"

void ew_free(ew_program *p)
{
    if (!p) return;
    memory *m = &p->memory, last;
    ew_work_free(p->work);
    block_free(m, p->constants, p->constant_count);
    block_free(m, p->inputs, p->input_count);
    block_free(m, p->outputs, p->output_count);
    block_free(m, p->code, p->code_count);
    block_free(m, p->batches, p->batch_count);
    block_free(m, p->origin, p->code_count);
    array_free_plan(m, p->arrays);
    array_free(m, &p->sizes);
    array_free(m, &p->name_text);
    array_free(m, &p->spots);
    array_free(m, &p->starts);
    if (p->language) memory_free(m, p->language, strlen(p->language) + 1);
    last = *m;
    memory_free(&last, p, sizeof *p);
}

bool exec_refuse(ew_graph *g, ew_node n, error_code code)
{
    text t, shape;
    text_begin(&t, &g->memory);
    text_begin(&shape, &g->memory);
    graph_print_words(g, n, &t, 60);
    graph_shape_text(g, n, &shape);
    if (t.failed || shape.failed)
        report_memory(&g->report);
    else
        report_plain(&g->report, node_at(g, n)->op == OP_SIZE ? E_SIZE_VALUE : code, text_string(&t),
                     text_string(&shape));
    if (code == E_SIZE_UNKNOWN && node_at(g, n)->op == OP_INPUT)
        report_hint(&g->report, "a value for '{1}' has them", graph_name_text(g, node_at(g, n)->name));
    text_free(&t);
    text_free(&shape);
    return false;
}

static bool prepare_text(ew_graph *g, ew_program *p, const char *s, size_t count, uint32_t *at)
{
    if (!array_reserve(&p->memory, &p->name_text, count + 1)) return report_memory(&g->report);
    *at = (uint32_t)p->name_text.count;
    memcpy(p->name_text.at + *at, s, count);
    p->name_text.at[*at + count] = '\0';
    p->name_text.count += count + 1;
    return true;
}

typedef struct prepared_array {
    size_t rank, sizes, offset, count;
} prepared_array;

/* The next array at the door of the program, behind *total doubles. */
static bool prepare_array(ew_graph *g, ew_program *p, ew_node n, size_t *total, prepared_array *a)
{
    size_t rank = node_rank(g, n);
    *a = (prepared_array){rank, p->sizes.count, *total, 0};
    for (size_t k = 0; k < rank; k++)
        if (!size_is_known(node_size(g, n, k))) return exec_refuse(g, n, E_SIZE_UNKNOWN);
    if (!shape_elements(g, node_at(g, n)->shape, &a->count)) return exec_refuse(g, n, E_ELEMENTS);
    if (!size_add(*total, a->count, total) || *total > PTRDIFF_MAX / 8) return exec_refuse(g, n, E_ELEMENTS);
    if (!array_reserve(&p->memory, &p->sizes, rank)) return report_memory(&g->report);
    for (size_t k = 0; k < rank; k++) p->sizes.at[p->sizes.count++] = (size_t)node_size(g, n, k);
    return true;
}

/* What the test main of emitted C begins with: defaults, and draws with seed 0. */
static bool prepare_start(ew_graph *g, ew_program *p, size_t i)
{
    program_input *x = &p->inputs[i];
    const graph_input *in = i < g->inputs.count ? &g->inputs.at[i] : &g->params.at[i - g->inputs.count];
    if (!node_at(g, in->node)->shape) {
        if (!ew_input_default(g, i, 0, 0, &x->start)) x->start = 0;
        return true;
    }
    x->starts = p->starts.count;
    x->starts_count = in->values_count;
    x->draw = in->draw;
    x->start = in->draw ? in->p1 : in->has_value ? in->value : 0;
    x->spread = in->draw == DRAW_UNIFORM ? in->p2 - in->p1 : in->p2;
    x->stream = random_stream(0, graph_name_text(g, node_at(g, in->node)->name), 0);
    if (!array_reserve(&p->memory, &p->starts, in->values_count)) return report_memory(&g->report);
    for (size_t e = 0; e < in->values_count; e++) p->starts.at[p->starts.count++] = g->values.at[in->values + e];
    return true;
}

static bool prepare_inputs(ew_graph *g, ew_program *p)
{
    p->input_count = ew_input_count(g);
    p->inputs = block_new(&p->memory, p->input_count, sizeof *p->inputs);
    if (!p->inputs) return report_memory(&g->report);
    for (size_t i = 0; i < p->input_count; i++) {
        const graph_node *node = node_at(g, ew_input_at(g, i).node);
        const char *name = graph_name_text(g, node->name);
        p->inputs[i].type = node->type;
        if (!prepare_start(g, p, i)) return false;
        prepared_array a;
        if (!prepare_array(g, p, ew_input_at(g, i).node, &p->in_count, &a)) return false;
        p->inputs[i].rank = a.rank;
        p->inputs[i].sizes = a.sizes;
        p->inputs[i].offset = a.offset;
        p->inputs[i].count = a.count;
        if (!prepare_text(g, p, name, strlen(name), &p->inputs[i].name)) return false;
    }
    return true;
}

enum { FORMULA_MOST = 2000 }; /* bytes of the text that a program keeps */

/* The text that the graph was read from, for the head of emitted C; a long one ends in "…". */
static bool prepare_formula(ew_graph *g, ew_program *p)
{
    size_t count = g->text_count;
    if (!g->text || !count) return true;
    if (count <= FORMULA_MOST) return prepare_text(g, p, g->text, count, &p->formula);
    for (count = FORMULA_MOST; ((unsigned char)g->text[count] & 0xC0) == 0x80;) count--;
    if (!prepare_text(g, p, g->text, count, &p->formula)) return false;
    p->name_text.count--; /* the NUL */
    uint32_t end;
    return prepare_text(g, p, "…", strlen("…"), &end);
}

/* The text of an expression with single spaces. */
static bool prepare_expression(ew_graph *g, ew_program *p, const char *s, size_t count, uint32_t *at)
{
    text t;
    text_begin(&t, &p->memory);
    for (size_t i = 0; i < count; i++) {
        bool blank = s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r';
        if (blank && (t.count == 0 || t.at[t.count - 1] == ' ')) continue;
        text_char(&t, blank ? ' ' : s[i]);
    }
    while (t.count && t.at[t.count - 1] == ' ') t.count--;
    bool ok = t.failed ? report_memory(&g->report) : prepare_text(g, p, text_string(&t), t.count, at);
    text_free(&t);
    return ok;
}

/* Without a text outputs are called by their names, or by what they are. */
static bool prepare_output_name(ew_graph *g, ew_program *p, ew_node n, uint32_t *at)
{
    const char *name = graph_name_text(g, node_at(g, n)->name);
    if (node_at(g, n)->name) return prepare_text(g, p, name, strlen(name), at); /* "z", also where it has axes */
    text t;
    text_begin(&t, &p->memory);
    graph_print_operand(g, n, &t, 200);
    bool ok = t.failed ? report_memory(&g->report) : prepare_text(g, p, text_string(&t), t.count, at);
    text_free(&t);
    return ok;
}

static ew_program *prepare_over(ew_graph *g, const ew_node *nodes, const ew_node *work, size_t count,
                                const char *string, const uint32_t *places)
{
    ew_program *p = memory_new(&g->memory, sizeof *p);
    if (!p) {
        report_memory(&g->report);
        return NULL;
    }
    p->memory = g->memory;
    p->memory.used = sizeof *p;
    p->threads = g->threads;
    p->only_arrays = g->only_arrays;
    bool ok = array_push(&p->memory, &p->name_text, '\0') || report_memory(&g->report);
    if (ok && g->language) {
        p->language = memory_new(&p->memory, strlen(g->language) + 1);
        if (p->language) memcpy(p->language, g->language, strlen(g->language));
        ok = p->language || report_memory(&g->report);
    }
    ok = ok && prepare_inputs(g, p) && prepare_formula(g, p);
    p->outputs = ok ? block_new(&p->memory, count, sizeof *p->outputs) : NULL;
    p->output_count = p->outputs ? count : 0;
    if (ok && !p->outputs) ok = report_memory(&g->report);
    for (size_t i = 0; ok && i < count; i++) {
        size_t end = !places ? 0 : i + 1 < count ? places[i + 1] : strlen(string);
        while (places && i + 1 < count && end > places[i] && string[end - 1] != ',') end--;
        if (places && i + 1 < count && end > places[i]) end--; /* the comma */
        ok = places ? prepare_expression(g, p, string + places[i], end - places[i], &p->outputs[i].name)
                    : prepare_output_name(g, p, nodes[i], &p->outputs[i].name);
    }
    bool axes = false;
    for (size_t i = 0; ok && i < count; i++) {
        prepared_array a;
        ok = prepare_array(g, p, work[i], &p->out_count, &a);
        int type = node_at(g, work[i])->type;
        program_output *o = &p->outputs[i];
        if (!ok) break;
        o->rank = a.rank, o->sizes = a.sizes, o->offset = a.offset, o->count = a.count;
        o->type = (uint8_t)(type == TYPE_WHOLE || type == TYPE_REAL ? g->real : type);
    }
    if (ok && !array_needed(g, work, count, &axes)) ok = report_memory(&g->report);
    ok = ok && (axes ? array_program(g, p, work, count) : lower_program(g, p, work, count));
    if (ok) ok = (p->work = ew_work_new(p)) != NULL || array_work_short(&g->report, p);
    if (ok) return p;
    ew_free(p);
    return NULL;
}

/* Derivatives that are not worked out yet are, in nodes of their own; names stay those of `nodes`. */
static ew_program *prepare(ew_graph *g, const ew_node *nodes, size_t count, const char *string, const uint32_t *places)
{
    ew_node *work = block_new(&g->memory, count, sizeof *work);
    ew_program *p = NULL;
    if (!work) report_memory(&g->report);
    if (work && count) memcpy(work, nodes, count * sizeof *work);
    if (work && diff_resolve(g, work, count) && diff_checks(g, work, count))
        p = prepare_over(g, nodes, work, count, string, places);
    block_free(&g->memory, work, work ? count : 0);
    return p;
}

ew_program *ew_prepare(ew_graph *g, const char *outputs, ew_error *err)
{
    lang_list list;
    ew_program *p = NULL;
    if (ew_graph_error(g, err) != EW_OK) return NULL;
    if (!outputs) return ew_prepare_nodes(g, g->outputs.at, g->outputs.count, err);
    if (program_list(g, outputs, &list)) {
        p = prepare(g, list.nodes, list.count, outputs, list.places);
        program_list_free(g, &list);
    }
    graph_hand_over(g, err);
    return p;
}

ew_program *ew_prepare_nodes(ew_graph *g, const ew_node *nodes, size_t count, ew_error *err)
{
    ew_program *p = NULL;
    size_t known = 0;
    if (ew_graph_error(g, err) != EW_OK) return NULL;
    while (known < count && nodes[known] < g->nodes.count) known++;
    if (known == count)
        p = prepare(g, nodes, count, NULL, NULL);
    else
        report_plain(&g->report, E_BAD_NODE, NULL, NULL);
    graph_hand_over(g, err);
    return p;
}

ew_program *ew_compile(const char *string, const char *outputs, const ew_options *options, ew_error *err)
{
    ew_graph *g = ew_parse(string, EW_WHOLE, options, err);
    if (!g) return NULL;
    ew_program *p = ew_prepare(g, outputs, err);
    ew_graph_free(g);
    return p;
}

size_t ew_in_count(const ew_program *p)
{
    return p->in_count;
}

size_t ew_in_arrays(const ew_program *p)
{
    return p->input_count;
}

ew_array_info ew_in_array(const ew_program *p, size_t i)
{
    if (i >= p->input_count) return (ew_array_info){0};
    const program_input *a = &p->inputs[i];
    return (ew_array_info){program_name(p, a->name),
                           (ew_type)a->type,
                           a->rank,
                           a->rank ? p->sizes.at + a->sizes : NULL,
                           a->offset,
                           a->count};
}

const char *ew_in_name(const ew_program *p, size_t i)
{
    return ew_in_array(p, i).name;
}

size_t ew_out_count(const ew_program *p)
{
    return p->out_count;
}

size_t ew_out_arrays(const ew_program *p)
{
    return p->output_count;
}

ew_array_info ew_out_array(const ew_program *p, size_t i)
{
    if (i >= p->output_count) return (ew_array_info){0};
    const program_output *a = &p->outputs[i];
    return (ew_array_info){program_name(p, a->name),
                           (ew_type)a->type,
                           a->rank,
                           a->rank ? p->sizes.at + a->sizes : NULL,
                           a->offset,
                           a->count};
}

const char *ew_out_name(const ew_program *p, size_t i)
{
    return ew_out_array(p, i).name;
}

size_t ew_instruction_count(const ew_program *p)
{
    return p->arrays ? p->arrays->count : p->code_count;
}
