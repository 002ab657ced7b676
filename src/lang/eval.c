/*
 * eval.c - pieces → nodes.
 *
 * A machine with a stack of nodes and a stack of frames. A frame runs one span of pieces: a
 * definition, a default, a bare expression, the body of a call, a local of a call. A name whose
 * node does not exist yet suspends the frame and runs the definition first; a definition met while
 * it is being run is a circle. Calls are expanded; each parameter and local is a named node.
 */
#include <stdio.h>
#include <string.h>

#include "diff/diff.h"
#include "lang/machine.h"

bool eval_memory(machine *m)
{
    return report_memory(&m->g->report);
}

static bool eval_push(machine *m, ew_node n, uint32_t part_index)
{
    value v = {n, part_index};
    if (n == EW_NONE) return false;
    return array_push(&m->g->memory, &m->stack, v) ? true : eval_memory(m);
}

bool eval_enter(machine *m, frame f)
{
    return array_push(&m->g->memory, &m->frames, f) ? true : eval_memory(m);
}

frame *eval_top(machine *m)
{
    return &m->frames.at[m->frames.count - 1];
}

static bool eval_error(machine *m, error_code code, const piece *p, const char *a, const char *b, const char *c)
{
    bool elsewhere = m->l->outside && eval_top(m)->function; /* a place in another text */
    return report_at(&m->g->report, code, elsewhere ? NO_PLACE : p->place, p->bytes, a, b, c);
}

/* ---- Circles ---------------------------------------------------------------------------------- */

static void eval_frame_name(const machine *m, const frame *f, text *out)
{
    const lang *l = m->l;
    uint32_t name = f->name;
    if (f->kind == F_CALL) name = l->functions.at[f->function - 1].name;
    if (f->kind == F_LOCAL) name = l->locals.at[l->functions.at[f->function - 1].locals + f->name].name;
    char buffer[160];
    if (f->kind != F_VALUE) text_add(out, quote(buffer, graph_name_text(m->g, name), m->g->names.at[name].count));
}

/* "x → y → x": the names from the frame that is met again up to the top. */
static bool eval_circle(machine *m, error_code code, const piece *p, frame_kind kind, uint32_t name, uint32_t index)
{
    text t;
    size_t from = m->frames.count, shown = 0;
    text_begin(&t, &m->g->memory);
    while (from > 0) {
        const frame *f = &m->frames.at[--from];
        if (f->kind == kind && (kind == F_CALL ? f->function == index : f->name == name)) break;
    }
    for (size_t i = from; i < m->frames.count; i++) {
        const frame *f = &m->frames.at[i];
        if (f->kind != kind) continue;
        if (shown++ == 8) {
            text_add(&t, "… → ");
            break;
        }
        eval_frame_name(m, f, &t);
        text_add(&t, " → ");
    }
    eval_frame_name(m, &m->frames.at[from], &t);
    eval_error(m, code, p, text_string(&t), NULL, NULL);
    text_free(&t);
    return false;
}

/* ---- Names ------------------------------------------------------------------------------------ */

/* A name for a parameter or local: its own where no other node has it, else with a number. */
static uint32_t eval_local_name(machine *m, uint32_t base)
{
    lang *l = m->l;
    symbol *s = lang_symbol(l, base);
    if (!s) return 0;
    if (s->kind == S_NONE && !s->used && m->g->names.at[base].node == EW_NONE) return base;
    char digits[32];
    text t;
    uint32_t name = 0;
    text_begin(&t, &m->g->memory);
    do {
        s = lang_symbol(l, base);
        if (s->variants == 0) s->variants = 1;
        number_text((double)++s->variants, 0, digits);
        text_clear(&t);
        text_add(&t, graph_name_text(m->g, base));
        text_format(&t, "_%s", digits);
        name = t.failed ? 0 : graph_intern(m->g, t.at, t.count);
        s = name ? lang_symbol(l, name) : NULL;
    } while (s && (s->kind != S_NONE || s->used || m->g->names.at[name].node != EW_NONE));
    if (t.failed) eval_memory(m);
    text_free(&t);
    return s ? name : 0;
}

/* The value on top becomes a named node; a part that it was has no name of its own then. */
static ew_node eval_named(machine *m, uint32_t name, value v, uint32_t place)
{
    if (v.part != NO_PART) m->parts.at[v.part].node = EW_NONE;
    return graph_name_node(m->g, name, v.node, place);
}

bool eval_unknown(machine *m, const piece *p)
{
    char buffer[160];
    uint32_t name = p->value;
    const char *word = graph_name_text(m->g, name);
    size_t count = m->g->names.at[name].count;
    eval_error(m, E_UNKNOWN, p, quote(buffer, word, count), NULL, NULL);
    const char *near = lang_suggest(m->l, word, count, false);
    if (near) report_hint(&m->g->report, "did you mean '{1}'?", near);
    return false;
}

static bool eval_name(machine *m, const piece *p)
{
    ew_node n = m->g->names.at[p->value].node;
    if (n != EW_NONE) {
        eval_top(m)->at++;
        return eval_push(m, n, NO_PART);
    }
    symbol *s = lang_symbol(m->l, p->value);
    if (!s) return false;
    if (s->kind != S_NODE) return eval_unknown(m, p);
    if (s->busy) return eval_circle(m, E_CIRCLE, p, F_DEFINITION, p->value, 0);
    s->busy = true;
    frame f = {F_DEFINITION, s->value.begin, s->value.end, p->value, 0, 0, s->place};
    return eval_enter(m, f);
}

static bool eval_local(machine *m, const piece *p)
{
    frame *f = eval_top(m);
    ew_node n = m->locals.at[f->base + p->value];
    if (n == LOCAL_BUSY) return eval_circle(m, E_CIRCLE, p, F_LOCAL, p->value, 0);
    if (n != EW_NONE) {
        f->at++;
        return eval_push(m, n, NO_PART);
    }
    const local *v = &m->l->locals.at[m->l->functions.at[f->function - 1].locals + p->value];
    m->locals.at[f->base + p->value] = LOCAL_BUSY;
    frame g = {F_LOCAL, v->value.begin, v->value.end, p->value, f->function, f->base, f->place};
    return eval_enter(m, g);
}

/* ---- Operations ------------------------------------------------------------------------------- */

static bool eval_types(machine *m, const piece *p, const value *args)
{
    op o = (op)p->value;
    bool logic = o == OP_AND || o == OP_OR || o == OP_NOT;
    for (size_t k = 0; k < p->count; k++) {
        if (!(logic || (o == OP_IF && k == 0)) || node_at(m->g, args[k].node)->type == TYPE_BOOL) continue;
        return eval_error(m, o == OP_IF ? E_CONDITION : E_BOOL, p, ops_row(o)->name, NULL, NULL);
    }
    return true;
}

static uint32_t eval_part(machine *m, ew_node n)
{
    part q = {n, eval_top(m)->place, (uint32_t)m->parts.count};
    if (m->l->outside || q.statement == NO_PLACE || node_is_const(m->g, n) || node_at(m->g, n)->name) return NO_PART;
    if (!array_push(&m->g->memory, &m->parts, q)) {
        eval_memory(m);
        return NO_PART;
    }
    return q.order;
}

static bool eval_op(machine *m, const piece *p)
{
    ew_node few[4], *args = few;
    const value *v = m->stack.at + (m->stack.count - p->count);
    frame *f = eval_top(m);
    if (!eval_types(m, p, v)) return false;
    if (p->count > 4 && !(args = block_new(&m->g->memory, p->count, sizeof *args))) return eval_memory(m);
    for (size_t k = 0; k < p->count; k++) args[k] = v[k].node;
    m->stack.count -= p->count;
    f->at++;
    bool root = f->at == f->end && f->kind == F_DEFINITION; /* the definition's own operation */
    bool constant_result = true;
    for (size_t k = 0; k < p->count; k++) constant_result = constant_result && node_is_const(m->g, args[k]);
    ew_node n = root && !constant_result ? graph_define(m->g, f->name, (op)p->value, args, p->count, p->place)
                                         : graph_op(m->g, (op)p->value, args, p->count, p->place);
    if (args != few) block_free(&m->g->memory, args, p->count);
    if (n == EW_NONE) return false;
    uint32_t index = eval_part(m, n);
    return report_ok(&m->g->report) && eval_push(m, n, index);
}

/* Forward where this x has more partners than this y: fewer sweeps in all. */
static int eval_mode(machine *m, const piece *p)
{
    if (m->g->mode != EW_AUTO) return m->g->mode;
    const piece *of = p - 2, *by = p - 1;
    if (by->kind != P_NAME) return EW_REVERSE;
    uint32_t partners = 1;
    if (of->kind == P_NAME) {
        const symbol *y = lang_symbol(m->l, of->value);
        partners = y ? y->diffs_of : 1;
    }
    const symbol *x = lang_symbol(m->l, by->value);
    return x && x->diffs_by > partners ? EW_FORWARD : EW_REVERSE;
}

static bool eval_diff(machine *m, const piece *p)
{
    value by = m->stack.at[m->stack.count - 1], of = m->stack.at[m->stack.count - 2];
    const graph_node *x = node_at(m->g, by.node);
    m->stack.count -= 2;
    eval_top(m)->at++;
    if (!type_is_real(x->type)) {
        char buffer[160];
        const char *name = x->name ? graph_name_text(m->g, x->name) : "training"; /* alone is a bool without a node */
        return eval_error(m, E_DIFF_TYPE, p - 1, quote(buffer, name, strlen(name)), type_name(x->type), NULL);
    }
    int mode = p >= m->l->pieces.at + 2 ? eval_mode(m, p) : EW_REVERSE;
    return eval_push(m, diff_node(m->g, of.node, by.node, mode), NO_PART);
}

/* ---- Calls ------------------------------------------------------------------------------------ */

static bool eval_call(machine *m, const piece *p)
{
    lang *l = m->l;
    uint32_t index = lang_symbol(l, p->value)->function;
    function *f = &l->functions.at[index - 1];
    if (f->busy) return eval_circle(m, E_RECURSION, p, F_CALL, 0, index);
    if (++m->calls > m->g->max_nodes) { /* calls without nodes would double for ever */
        char limit[32];
        number_text((double)m->g->max_nodes, 0, limit);
        return report_plain(&m->g->report, E_NODES, limit, NULL);
    }
    frame call = {F_CALL, f->body.begin, f->body.end, 0, index, (uint32_t)m->locals.count, eval_top(m)->place};
    if (!array_reserve(&m->g->memory, &m->locals, f->count + 1)) return eval_memory(m);
    for (uint32_t k = 0; k < f->count; k++) {
        ew_node n = EW_NONE;
        if (k < f->parameters) {
            value v = m->stack.at[m->stack.count - f->parameters + k];
            uint32_t name = eval_local_name(m, l->locals.at[f->locals + k].name);
            n = name ? eval_named(m, name, v, p->place) : EW_NONE;
            if (n == EW_NONE) return false;
        }
        m->locals.at[m->locals.count++] = n;
    }
    m->stack.count -= f->parameters;
    eval_top(m)->at++;
    f->busy = true;
    return eval_enter(m, call);
}

/* ---- Running ---------------------------------------------------------------------------------- */

static bool eval_number(machine *m, const piece *p)
{
    constant c = m->l->numbers.at[p->value];
    eval_top(m)->at++;
    ew_node n = m->l->number_whole.at[p->value] ? graph_whole(m->g, c.whole) : graph_real(m->g, c.real);
    return eval_push(m, n, NO_PART);
}

static bool eval_piece(machine *m)
{
    const piece *p = &m->l->pieces.at[eval_top(m)->at];
    switch (p->kind) {
    case P_NUMBER: return eval_number(m, p);
    case P_BOOL: eval_top(m)->at++; return eval_push(m, graph_bool(m->g, p->value), NO_PART);
    case P_NAME: return eval_name(m, p);
    case P_LOCAL: return eval_local(m, p);
    case P_OP: return eval_op(m, p);
    case P_CALL: return eval_call(m, p);
    default: return eval_diff(m, p);
    }
}

static bool eval_leave(machine *m)
{
    frame f = *eval_top(m);
    value v = m->stack.at[m->stack.count - 1];
    ew_node n = v.node;
    m->frames.count--;
    switch (f.kind) {
    case F_DEFINITION:
        m->stack.count--;
        if (m->g->names.at[f.name].node != n) n = eval_named(m, f.name, v, f.place);
        m->l->symbols.at[f.name].busy = false;
        return n != EW_NONE;
    case F_LOCAL: {
        m->stack.count--;
        const local *x = &m->l->locals.at[m->l->functions.at[f.function - 1].locals + f.name];
        uint32_t name = eval_local_name(m, x->name);
        if (!name || (n = eval_named(m, name, v, x->place)) == EW_NONE) return false;
        m->locals.at[f.base + f.name] = n;
        return true;
    }
    case F_CALL:
        m->l->functions.at[f.function - 1].busy = false;
        m->locals.count = f.base;
        return true; /* the value stays for the caller */
    default: return true;
    }
}

bool eval_run(machine *m)
{
    size_t base = m->frames.count - 1;
    bool ok = true;
    while (ok && m->frames.count > base) ok = eval_top(m)->at == eval_top(m)->end ? eval_leave(m) : eval_piece(m);
    return ok;
}

bool eval_span(machine *m, span s, uint32_t place, value *v)
{
    frame f = {F_VALUE, s.begin, s.end, 0, 0, 0, place};
    if (!eval_enter(m, f) || !eval_run(m)) return false;
    *v = m->stack.at[--m->stack.count];
    return true;
}

void eval_end(machine *m)
{
    struct memory *hook = &m->g->memory;
    for (size_t i = 0; i < m->frames.count; i++) /* after a fault: functions are kept for later lists */
        if (m->frames.at[i].kind == F_CALL) m->l->functions.at[m->frames.at[i].function - 1].busy = false;
    array_free(hook, &m->frames);
    array_free(hook, &m->stack);
    array_free(hook, &m->locals);
    array_free(hook, &m->parts);
}
