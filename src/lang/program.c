/*
 * program.c - the public way from text to a graph, and from expressions to nodes of one.
 */
#include <string.h>

#include "diff/diff.h"
#include "lang/program.h"

static void functions_free(ew_graph *g)
{
    lang *l = g->functions;
    lang_free(l);
    memory_free(&g->memory, l, sizeof *l);
    g->functions = NULL;
}

/* A program that defines functions keeps them, so that expressions given later can call them. */
static bool keep_functions(lang *l)
{
    lang *kept = memory_new(&l->g->memory, sizeof *kept);
    if (!kept) return report_memory(&l->g->report);
    array_free(&l->g->memory, &l->statements);
    *kept = *l;
    l->g->functions = kept;
    l->g->functions_free = functions_free;
    return true;
}

static ew_graph *program_read(const char *string, size_t length, const ew_options *options, bool unfold, ew_error *err)
{
    lang l;
    ew_graph *g = graph_new(options, err);
    if (!g) return NULL;
    lang_begin(&l, g);
    l.given = options ? options->sizes : NULL;
    l.given_count = options && options->sizes ? options->size_count : 0;
    bool ok = graph_set_text(g, string, length) && lang_parse_program(&l, g->text, length) && lang_resolve(&l) &&
              lang_build(&l);
    bool keep = ok && l.functions.count;
    if (keep && !keep_functions(&l)) ok = keep = false;
    if (!keep) lang_free(&l);
    ok = ok && graph_finish(g) && (!unfold || diff_unfold(g));
    if (err) *err = g->report.error;
    if (ok) return g;
    ew_graph_free(g);
    return NULL;
}

ew_graph *ew_parse(const char *string, size_t length, const ew_options *options, ew_error *err)
{
    if (length == EW_WHOLE || !string) length = string ? strlen(string) : 0;
    ew_graph *g = options && options->unfold ? program_read(string, length, options, true, err) : NULL;
    return g ? g : program_read(string, length, options, false, err);
}

bool program_list(ew_graph *g, const char *string, lang_list *list)
{
    if (!string) string = "";
    lang fresh, *l = g->functions ? g->functions : &fresh;
    source saved = g->report.source;
    lang_list none = {0};
    *list = none;
    if (!report_ok(&g->report)) return false;
    if (!g->functions) lang_begin(&fresh, g);
    size_t pieces = l->pieces.count;
    g->report.source = (source){string, strlen(string), NULL};
    bool ok = lang_parse_list(l, string, strlen(string)) && lang_resolve(l);
    if (ok) {
        list->count = l->statements.count;
        list->nodes = block_new(&g->memory, list->count, sizeof *list->nodes);
        list->places = block_new(&g->memory, list->count, sizeof *list->places);
        if (!list->nodes || !list->places) ok = report_memory(&g->report);
    }
    for (size_t i = 0; ok && i < list->count; i++) list->places[i] = l->statements.at[i].place;
    ok = ok && lang_build_list(l, list->nodes);
    l->statements.count = 0;
    l->pieces.count = pieces;
    if (!g->functions) lang_free(&fresh);
    g->report.source = saved;
    if (!ok) program_list_free(g, list);
    return ok;
}

void program_list_free(ew_graph *g, lang_list *list)
{
    block_free(&g->memory, list->nodes, list->count);
    block_free(&g->memory, list->places, list->count);
    *list = (lang_list){0};
}

ew_node ew_expression(ew_graph *g, const char *string, ew_error *err)
{
    lang_list list;
    char here[24];
    if (ew_graph_error(g, err) != EW_OK) return EW_NONE;
    ew_node n = program_list(g, string, &list) ? list.nodes[0] : EW_NONE;
    count_text(list.count, here);
    if (list.count > 1) report_plain(&g->report, E_ONE, here, NULL);
    program_list_free(g, &list);
    return graph_hand_over(g, err) ? n : EW_NONE;
}

ew_status ew_number_read(const char *string, const ew_options *options, double *value, ew_error *err)
{
    ew_graph *g = graph_new(options, err);
    if (!g) return EW_LIMIT;
    lang_list list;
    bool blank = string && string[strspn(string, " \t\r\n")] == '\0';
    if (blank) {
        report_plain(&g->report, E_NUMBER, string, NULL);
    } else if (program_list(g, string, &list)) {
        if (list.count == 1 && node_at(g, list.nodes[0])->op == OP_CONST)
            *value = node_value(g, list.nodes[0]);
        else
            report_plain(&g->report, E_CONSTANT, string, NULL);
        program_list_free(g, &list);
    }
    ew_status status = ew_graph_error(g, err);
    ew_graph_free(g);
    return status;
}

/* ---- A graph as a text ------------------------------------------------------------------------- */

/* "input x : f32 = 1" */
static void program_write_input(const ew_graph *g, const graph_node *node, text *t)
{
    const graph_input *in = node->op == OP_INPUT ? &g->inputs.at[node->args] : &g->params.at[node->args];
    text_add(t, node->op == OP_INPUT ? "input " : "param ");
    text_add(t, graph_name_text(g, node->name));
    if (node->type != TYPE_F64) text_format(t, " : %s", type_name(node->type));
    if (!in->has_value && in->draw == DRAW_NONE) return;
    text_add(t, in->draw == DRAW_NONE ? " = " : in->draw == DRAW_NORMAL ? " ~ normal(" : " ~ uniform(");
    text_number(t, in->draw == DRAW_NONE ? in->value : in->p1, 0);
    if (in->draw == DRAW_NONE) return;
    text_add(t, ", ");
    text_number(t, in->p2, 0);
    text_add(t, ")");
}

static void program_write_node(const ew_graph *g, ew_node n, text *t)
{
    const graph_node *node = node_at(g, n);
    if (node->op == OP_INPUT || node->op == OP_PARAM) {
        program_write_input(g, node, t);
        return;
    }
    text_add(t, graph_name_text(g, node->name));
    text_add(t, " = ");
    graph_print(g, n, t, SIZE_MAX, true);
}

/* The line in t, out. */
static bool program_write_line(text *t, report *r, ew_write *write, void *context)
{
    text_char(t, '\n');
    if (t->failed) return report_memory(r);
    return write(context, t->at, t->count) == 0 || report_plain(r, E_WRITE, NULL, NULL);
}

ew_status ew_print(const ew_graph *g, ew_write *write, void *context, ew_error *err)
{
    if (ew_graph_error(g, err) != EW_OK) return ew_graph_error(g, NULL);
    memory m = g->memory;
    report r = {&m, g->language, {NULL, 0, NULL}, {0}};
    text t;
    text_begin(&t, &m);
    for (size_t i = 0; report_ok(&r) && i < g->seen.count; i++) {
        text_clear(&t);
        program_write_node(g, g->seen.at[i], &t);
        program_write_line(&t, &r, write, context);
    }
    for (size_t i = 0; report_ok(&r) && i < g->outputs.count; i++) {
        text_clear(&t);
        text_add(&t, "output ");
        graph_print_operand(g, g->outputs.at[i], &t, SIZE_MAX);
        program_write_line(&t, &r, write, context);
    }
    text_free(&t);
    if (err) *err = r.error;
    return r.error.status;
}
