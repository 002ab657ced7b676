/*
 * statements.c - declarations, equations, the last expression and the outputs of a program, run by
 * the machine of eval.c in the order of the text; then the list of its unnamed parts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/machine.h"

/* ---- Inputs and outputs ----------------------------------------------------------------------- */

/* Is n made of numbers and of dimensions that nothing has bound yet? Then it is a constant once they are. */
static bool draw_of_sizes(machine *m, ew_node n)
{
    size_t count = (size_t)n + 1;
    unsigned char *needed = memory_new(&m->g->memory, count);
    bool only = needed && n != EW_NONE;
    if (!needed) return eval_memory(m);
    needed[n] = 1;
    for (size_t i = count; only && i-- > 0;) {
        const graph_node *node = node_at(m->g, (ew_node)i);
        if (!needed[i]) continue;
        only = node->count || node->op == OP_SIZE || node->op == OP_CONST;
        for (size_t k = 0; k < node->count; k++) needed[node_arg(m->g, (ew_node)i, k)] = 1;
    }
    memory_free(&m->g->memory, needed, count);
    return only;
}

/* A constant for a declaration: a default, or an argument of a distribution, which is `open` while it waits for the
 * size of data. */
static bool eval_constant(machine *m, uint32_t name, span s, double *result, bool *open)
{
    const piece *p = &m->l->pieces.at[s.begin];
    value v;
    m->sizing = true;
    if (!eval_span(m, s, NO_PLACE, &v)) return false;
    m->sizing = false;
    bool draw = m->l->symbols.at[name].draw != DRAW_NONE;
    if (v.rank && !draw) return sizes_ranks(m, name, v.rank);
    if (draw && !v.rank && node_at(m->g, v.node)->op != OP_CONST && draw_of_sizes(m, v.node)) {
        *open = true;
        return true;
    }
    return report_ok(&m->g->report) && value_closed(m, &v, p) && sizes_value(m, name, p, v.node, result);
}

/* normal(mean, sd) has an sd of 0 or more, uniform(lo, hi) bounds in their order; all are finite. */
static bool eval_draw(machine *m, const symbol *s, double first, double second)
{
    const piece *p = &m->l->pieces.at[s->value2.end - 1];
    char one[32], two[32];
    bool finite = isfinite(first) && isfinite(second - first), normal = s->draw == DRAW_NORMAL;
    if (finite && (normal ? second >= 0 : first <= second)) return true;
    number_text(first, 0, one);
    number_text(second, 0, two);
    return report_at(&m->g->report, normal ? E_DRAW_NORMAL : E_DRAW_UNIFORM, p->place, p->bytes, one, two, NULL);
}

static bool eval_default(machine *m, uint32_t name)
{
    const symbol s = m->l->symbols.at[name];
    const graph_node *node = node_at(m->g, m->g->names.at[name].node);
    graph_input *in = s.kind == S_PARAM ? &m->g->params.at[node->args] : &m->g->inputs.at[node->args];
    double first = 0, second = 0;
    bool open = false;
    if (s.value.begin == s.value.end) return true;
    if (s.rank && s.value.indexed && s.draw == DRAW_NONE) return sizes_default(m, name, in);
    if (!eval_constant(m, name, s.value, &first, &open)) return false;
    if (s.draw != DRAW_NONE && !eval_constant(m, name, s.value2, &second, &open)) return false;
    if (s.draw != DRAW_NONE && !open && !eval_draw(m, &s, first, second)) return false;
    in->draw = s.draw;
    in->open = open;
    in->has_value = s.draw == DRAW_NONE;
    in->value = first;
    in->p1 = first;
    in->p2 = second;
    return true;
}

static bool eval_inputs(machine *m)
{
    lang *l = m->l;
    for (size_t i = 0; i < l->declared.count; i++) {
        uint32_t name = l->declared.at[i];
        const symbol s = l->symbols.at[name];
        uint16_t shape = 0;
        if (s.rank && !sizes_shape(m, name, &shape)) return false;
        ew_node n = graph_add_input(m->g, name, s.kind == S_PARAM, s.declared_type, shape, s.place);
        if (n == EW_NONE) return false;
    }
    return true;
}

static bool eval_outputs(machine *m)
{
    lang *l = m->l;
    for (size_t i = 0; i < l->outputs.count; i++) {
        const statement *st = &l->outputs.at[i];
        piece p = {P_NAME, 0, (uint8_t)(m->g->names.at[st->name].count & 127), 0, st->name, st->place};
        frame here = {.kind = F_VALUE, .place = st->place};
        ew_node n = m->g->names.at[st->name].node;
        if (n == EW_NONE || lang_symbol(l, st->name)->kind == S_NONE) return eval_enter(m, here) && eval_unknown(m, &p);
        if (!array_push(&m->g->memory, &m->g->outputs, n)) return eval_memory(m);
    }
    return true;
}

/* ---- Statements ------------------------------------------------------------------------------- */

/* Indices and forms live as long as one statement. */
static void eval_reset(machine *m)
{
    m->indices.count = m->lists.count = m->affines.count = m->scope.count = 0;
}

/* An expression without a name; its free indices become axes. */
static bool eval_bare(machine *m, const statement *st, value *v)
{
    frame f = eval_frame(F_VALUE, st->value, 0, st->place);
    f.param = st->binder;
    f.params = st->binders;
    f.left = (uint32_t)m->indices.count;
    f.ids = (uint32_t)m->scope.count;
    for (uint32_t k = 0; k < st->binders; k++)
        if (!ranges_add(m, &m->l->binders.at[st->binder + k])) return false;
    if (!eval_enter(m, f) || !eval_run(m)) return false;
    *v = m->stack.at[--m->stack.count];
    if (!v->open || v->rank == v->open) return true;
    const piece *p = &m->l->pieces.at[st->value.end - 1];
    return eval_enter(m, f) && value_closed(m, v, p);
}

static bool eval_statement(machine *m, const statement *st, ew_node *result)
{
    value v;
    if (st->name) {
        symbol *s = &m->l->symbols.at[st->name];
        *result = m->g->names.at[st->name].node;
        if (*result != EW_NONE) return true;
        piece p = {P_NAME, 0, (uint8_t)(m->g->names.at[st->name].count & 127), 0, st->name, s->place};
        eval_reset(m);
        if (!eval_define(m, &p) || !eval_run(m)) return false;
        *result = m->g->names.at[st->name].node;
        return true;
    }
    eval_reset(m);
    if (!eval_bare(m, st, &v)) return false;
    *result = v.node;
    if (m->l->outside) return true;
    frame here = {.kind = F_VALUE, .place = st->place};
    *result = graph_anonymous(m->g, v.node, st->place);
    if (*result == EW_NONE || !eval_enter(m, here)) return false;
    v.node = *result;
    if (v.rank && !value_index_names(m, &v)) return false;
    if (v.part == NO_PART && !node_at(m->g, *result)->name) {
        part q = {*result, st->place, (uint32_t)m->parts.count};
        if (!array_push(&m->g->memory, &m->parts, q)) return eval_memory(m);
    }
    m->frames.count--;
    return true;
}

static int part_order(const void *a, const void *b)
{
    const part *x = a, *y = b;
    if (x->statement != y->statement) return x->statement < y->statement ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Parts in the order of the text; definitions may have been run in another. */
static bool eval_parts(machine *m)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < m->parts.count; i++)
        sorted = m->parts.at[i - 1].statement <= m->parts.at[i].statement;
    if (!sorted) qsort(m->parts.at, m->parts.count, sizeof *m->parts.at, part_order);
    if (!array_reserve(&m->g->memory, &m->g->parts, m->parts.count + 1)) return eval_memory(m);
    for (size_t i = 0; i < m->parts.count; i++) m->g->parts.at[m->g->parts.count++] = m->parts.at[i].node;
    return true;
}

/* Names in functions that nothing calls must mean something too. */
static bool eval_uncalled(machine *m)
{
    frame here = {.kind = F_VALUE};
    for (size_t i = 0; i < m->l->pieces.count; i++) {
        const piece *p = &m->l->pieces.at[i];
        if (p->kind == P_NAME && m->l->symbols.at[p->value].kind == S_NONE)
            return eval_enter(m, here) && eval_unknown(m, p);
    }
    return true;
}

/* Lists that are pointed into though nothing may be in them. */
static bool eval_begin(machine *m)
{
    bool ok = array_reserve(&m->g->memory, &m->lists, 8) && array_reserve(&m->g->memory, &m->boxes, 1);
    return ok || eval_memory(m);
}

bool lang_build(lang *l)
{
    machine m = {.l = l, .g = l->g};
    ew_node last = EW_NONE;
    bool ok = eval_begin(&m) && circles_find(&m) && sizes_bind(&m) && eval_inputs(&m);
    for (size_t i = 0; ok && i < l->declared.count; i++) ok = eval_default(&m, l->declared.at[i]);
    for (size_t i = 0; ok && i < l->statements.count; i++) ok = eval_statement(&m, &l->statements.at[i], &last);
    ok = ok && eval_uncalled(&m) && eval_outputs(&m);
    if (ok && !l->g->outputs.count && !array_push(&l->g->memory, &l->g->outputs, last)) ok = eval_memory(&m);
    ok = ok && eval_parts(&m);
    eval_end(&m);
    l->g->places = false;
    return ok;
}

bool lang_build_list(lang *l, ew_node *nodes)
{
    machine m = {.l = l, .g = l->g};
    bool ok = eval_begin(&m);
    for (size_t i = 0; ok && i < l->statements.count; i++) ok = eval_statement(&m, &l->statements.at[i], &nodes[i]);
    eval_end(&m);
    l->g->places = false;
    return ok;
}
