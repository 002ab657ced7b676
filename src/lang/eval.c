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

bool eval_push(machine *m, value v)
{
    if (v.node == EW_NONE) return false;
    return array_push(&m->g->memory, &m->stack, v) ? true : eval_memory(m);
}

/* A node with all its axes open, or without any. */
static bool eval_push_node(machine *m, ew_node n, uint32_t part_index)
{
    value v = {.node = n, .part = part_index};
    if (n == EW_NONE) return false;
    v.rank = v.open = (uint16_t)node_rank(m->g, n);
    return eval_push(m, v);
}

frame eval_frame(frame_kind kind, span s, uint32_t name, uint32_t place)
{
    return (frame){.kind = (uint8_t)kind,
                   .prepared = !s.indexed,
                   .at = s.begin,
                   .end = s.end,
                   .name = name,
                   .place = place,
                   .scan = s.begin,
                   .s = s};
}

bool eval_enter(machine *m, frame f)
{
    f.conditions = (uint32_t)m->conditions.count;
    if ((f.kind == F_CALL || f.kind == F_LOCAL) && m->frames.count) f.conditions = eval_top(m)->conditions;
    return array_push(&m->g->memory, &m->frames, f) ? true : eval_memory(m);
}

frame *eval_top(machine *m)
{
    return &m->frames.at[m->frames.count - 1];
}

bool eval_error(machine *m, error_code code, const piece *p, const char *a, const char *b, const char *c)
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
        bool names = kind == F_DEFINITION || kind == F_ARRAY; /* arrays and scalars need each other alike */
        if (names ? f->kind != F_DEFINITION && f->kind != F_ARRAY : f->kind != kind) continue;
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

/* The value becomes a named node; a part that it was has no name of its own then. */
static ew_node eval_named(machine *m, uint32_t name, value *v, uint32_t place)
{
    if (v->part != NO_PART) m->parts.at[v->part].node = EW_NONE;
    v->part = NO_PART;
    v->node = graph_name_node(m->g, name, v->node, place);
    if (v->node == EW_NONE || (v->rank && !value_index_names(m, v))) return EW_NONE;
    return v->node;
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

/* Does it stand in a left bracket that is no index, y[i+N], y[2*i]? */
static bool eval_is_left(const machine *m, const piece *p)
{
    const lang *l = m->l;
    for (size_t i = 0; i < l->sides.count; i++) {
        const side *s = &l->sides.at[i];
        if (s->kind == SIDE_PLACE && p >= l->pieces.at + s->low.begin && p < l->pieces.at + s->low.end) return true;
    }
    return false;
}

/* Is a name without a node an index that nothing binds? In a bracket, in a program that declares nothing. */
static bool eval_unbound(machine *m, const piece *p)
{
    char buffer[160];
    const char *word = graph_name_text(m->g, p->value);
    bool left = eval_is_left(m, p);
    eval_error(m, left ? E_NEW_INDEX : E_UNBOUND, p, quote(buffer, word, m->g->names.at[p->value].count), NULL, NULL);
    report_hint(&m->g->report,
                left ? "give it the range of the places, {1} in FROM..TO, and take the rest off on the right"
                     : "bind it, as in sum({1}: …), or, if it is a size or a place, declare it: input {1} : int",
                word);
    return false;
}

bool eval_define(machine *m, const piece *p)
{
    symbol *s = lang_symbol(m->l, p->value);
    if (!s) return false;
    if (s->kind == S_INPUT || s->kind == S_PARAM) return sizes_not(m, p); /* declared below the size it stands in */
    if (s->kind != S_NODE) return p->quiet ? eval_unbound(m, p) : eval_unknown(m, p);
    if (s->circle && !s->busy) return circles_enter(m, p->value);
    if (s->busy) return eval_circle(m, E_CIRCLE, p, s->first ? F_ARRAY : F_DEFINITION, p->value, 0);
    s->busy = true;
    frame f = eval_frame(s->first ? F_ARRAY : F_DEFINITION, s->value, p->value, s->place);
    f.statement = s->first;
    f.values = (uint32_t)m->stack.count;
    if (s->first) f.scan = (uint32_t)m->boxes.count;
    return eval_enter(m, f);
}

static bool eval_name(machine *m, const piece *p)
{
    value v;
    ew_node n = m->g->names.at[p->value].node;
    if (n != EW_NONE && !(m->sizing && lang_symbol(m->l, p->value)->sized)) {
        eval_top(m)->at++;
        return eval_push_node(m, n, NO_PART);
    }
    if (sizes_name(m, p->value, &v)) {
        eval_top(m)->at++;
        return eval_push(m, v);
    }
    if (!report_ok(&m->g->report)) return false;
    if (m->circle && (n = circle_state(m, p->value, NULL, 0)) != EW_NONE) {
        eval_top(m)->at++;
        v = value_of(m, n);
        v.member = p->value;
        return eval_push(m, v);
    }
    return eval_define(m, p);
}

bool eval_local(machine *m, const piece *p)
{
    frame *f = eval_top(m);
    value n = m->locals.at[f->base + p->value];
    const local *v = &m->l->locals.at[m->l->functions.at[f->function - 1].locals + p->value];
    if (n.node == LOCAL_BUSY) {
        eval_circle(m, E_CIRCLE, p, F_LOCAL, p->value, 0);
        if (v->rank) report_hint(&m->g->report, "a recurrence is an equation of its own, not one after where", NULL);
        return false;
    }
    if (n.node != EW_NONE) {
        f->at++;
        return eval_push(m, n);
    }
    m->locals.at[f->base + p->value].node = LOCAL_BUSY;
    frame g = eval_frame(F_LOCAL, v->value, p->value, f->place);
    g.function = f->function;
    g.base = f->base;
    g.param = f->param;
    g.params = f->params;
    g.ids = f->ids;
    if (v->rank) g.scan = m->l->sides.at[v->sides].low.begin;
    return eval_enter(m, g);
}

static bool eval_index(machine *m, const piece *p)
{
    frame *f = eval_top(m);
    uint32_t id = ranges_id(m, f, p->value);
    const index_state i = m->indices.at[id];
    affine a = {.terms = 1, .index = {id}, .factor = {1}};
    value v;
    f->at++;
    if (!value_new(m, graph_index(m->g, i.size, i.low), &id, 1, &v)) return false;
    return value_set_form(m, &v, &a) && eval_push(m, v);
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

uint32_t eval_part(machine *m, const piece *p, ew_node n)
{
    part q = {n, eval_top(m)->place, (uint32_t)m->parts.count};
    if (m->l->outside || p->quiet || q.statement == NO_PLACE || node_is_const(m->g, n) || node_at(m->g, n)->name)
        return NO_PART;
    if (!array_push(&m->g->memory, &m->parts, q)) {
        eval_memory(m);
        return NO_PART;
    }
    return q.order;
}

/* The form of a whole number made of indices, beside its node. */
static bool eval_op_form(machine *m, const piece *p, const value *args, value *v)
{
    affine a, b, out;
    bool any = p->quiet;
    for (size_t k = 0; k < p->count; k++) any = any || args[k].form;
    if (!any) return true;
    if (p->quiet) return value_exact(m, p, args, v);
    if (p->count > 2 || !value_whole(m, &args[0], &a)) return true;
    if (p->count == 2 && !value_whole(m, &args[1], &b)) return true;
    return !affine_op((op)p->value, &a, p->count == 2 ? &b : NULL, &out) || out.over || value_set_form(m, v, &out);
}

/* An operation on values with axes. */
static bool eval_op_axes(machine *m, const piece *p)
{
    value v, *args = m->stack.at + (m->stack.count - p->count);
    frame *f = eval_top(m);
    bool root = f->at + 1 == f->end && f->kind == F_EQUATION;
    if (!value_op(m, (op)p->value, args, p->count, root ? f : NULL, root ? f->name : 0, p, &v)) return false;
    f->at++;
    v.part = eval_part(m, p, v.node);
    if (!report_ok(&m->g->report) || !eval_op_form(m, p, args, &v)) return false;
    m->stack.count -= p->count;
    return eval_push(m, v);
}

static bool eval_op(machine *m, const piece *p)
{
    ew_node few[4], *args = few;
    const value *v = m->stack.at + (m->stack.count - p->count);
    frame *f = eval_top(m);
    unsigned axes = 0;
    if (!eval_types(m, p, v)) return false;
    for (size_t k = 0; k < p->count; k++) axes |= v[k].rank;
    if (p->value == OP_IF || p->value == OP_AND || p->value == OP_OR) m->conditions.count--;
    if (axes || p->quiet) return eval_op_axes(m, p);
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
    uint32_t index = eval_part(m, p, n);
    return report_ok(&m->g->report) && eval_push_node(m, n, index);
}

/* What stands after the condition on top is needed only where it holds, or does not. */
static bool eval_when(machine *m, const piece *p)
{
    condition c = {m->stack.at[m->stack.count - 1], p->value == WHEN_OR};
    eval_top(m)->at++;
    if (p->value == WHEN_ELSE) {
        m->conditions.at[m->conditions.count - 1].negated = true;
        return true;
    }
    if (node_at(m->g, c.v.node)->type != TYPE_BOOL) c.v.node = graph_bool(m->g, true); /* told at the operation */
    return array_push(&m->g->memory, &m->conditions, c) ? true : eval_memory(m);
}

/* Forward where this x has more partners than this y: fewer sweeps in all. */
static int eval_mode(machine *m, const piece *p)
{
    if (m->g->mode != EW_AUTO) return m->g->mode;
    const piece *by = &m->l->pieces.at[p->value], *of = by - 1;
    if (!p->value || by->kind != P_NAME) return EW_REVERSE;
    uint32_t partners = 1;
    if (of->kind == P_NAME) {
        const symbol *y = lang_symbol(m->l, of->value);
        partners = y ? y->diffs_of : 1;
    }
    const symbol *x = lang_symbol(m->l, by->value);
    return x && x->diffs_by > partners ? EW_FORWARD : EW_REVERSE;
}

/* What a diff is by, as the text calls it. */
static const char *eval_diff_name(machine *m, const piece *diff, const graph_node *x)
{
    const piece *base = &m->l->pieces.at[diff->value];
    if (base->kind == P_NAME) return graph_name_text(m->g, base->value);
    if (base->kind == P_BOOL) return "training"; /* has been replaced by its value */
    const frame *f = eval_top(m);
    if (base->kind == P_LOCAL && f->function) /* its node may be called a_2 */
        return graph_name_text(m->g, m->l->locals.at[m->l->functions.at[f->function - 1].locals + base->value].name);
    return x->name ? graph_name_text(m->g, x->name) : "";
}

bool eval_diff_type(machine *m, const piece *diff, const piece *at, ew_node x)
{
    char buffer[160];
    const graph_node *node = node_at(m->g, x);
    if (type_is_real(node->type) || circle_retypes(m, x)) return true;
    const char *name = eval_diff_name(m, diff, node);
    return eval_error(m, E_DIFF_TYPE, at, quote(buffer, name, strlen(name)), type_name(node->type), NULL);
}

static bool eval_diff(machine *m, const piece *p)
{
    if (p->count > 2) return access_diff(m, p);
    value by = m->stack.at[m->stack.count - 1], of = m->stack.at[m->stack.count - 2];
    if (of.rank || by.rank) return access_diff(m, p);
    m->stack.count -= 2;
    eval_top(m)->at++;
    if (!eval_diff_type(m, p, p - 1, by.node)) return false;
    int mode = eval_mode(m, p);
    return eval_push_node(m, diff_node(m->g, of.node, by.node, mode), NO_PART);
}

/* ---- Calls ------------------------------------------------------------------------------------ */

/* The arguments on the stack become named nodes, the parameters. */
static bool eval_parameters(machine *m, const piece *p, const function *f)
{
    if (!array_reserve(&m->g->memory, &m->locals, f->count + 1)) return eval_memory(m);
    for (uint32_t k = 0; k < f->count; k++) {
        value v = {.node = EW_NONE};
        if (k < f->parameters) {
            v = m->stack.at[m->stack.count - f->parameters + k];
            uint32_t name = eval_local_name(m, m->l->locals.at[f->locals + k].name);
            affine a;
            bool whole = name && (v.rank || v.form) && value_whole(m, &v, &a);
            if (!name || eval_named(m, name, &v, p->place) == EW_NONE) return false;
            if (whole && !v.form && !value_set_form(m, &v, &a)) return false;
        }
        m->locals.at[m->locals.count++] = v;
    }
    m->stack.count -= f->parameters;
    return true;
}

static bool eval_call_of(machine *m, const piece *p, uint32_t index, const reduction *r)
{
    function *f = &m->l->functions.at[index - 1];
    if (f->busy) return eval_circle(m, E_RECURSION, p, F_CALL, 0, index);
    if (++m->calls > m->g->max_nodes) { /* calls without nodes would double for ever */
        char limit[32];
        number_text((double)m->g->max_nodes, 0, limit);
        return report_plain(&m->g->report, E_NODES, limit, NULL);
    }
    frame *user = eval_top(m), call = eval_frame(F_CALL, f->body, 0, user->place);
    call.function = index;
    call.base = (uint32_t)m->locals.count;
    call.param = f->binder;
    call.params = f->binders;
    call.ids = (uint32_t)m->scope.count;
    call.values = (uint32_t)m->scope.count;
    for (uint32_t k = 0; r && k < f->binders; k++) {
        uint32_t id = ranges_id(m, user, m->l->over.at[r->first + k]);
        if (!array_push(&m->g->memory, &m->scope, id)) return eval_memory(m);
    }
    if (!eval_parameters(m, p, f)) return false;
    eval_top(m)->at++;
    f->busy = true;
    return eval_enter(m, call);
}

static bool eval_call(machine *m, const piece *p)
{
    return eval_call_of(m, p, lang_symbol(m->l, p->value)->function, NULL);
}

/* sum(i: …), or a reduction of one's own. */
static bool eval_reduce(machine *m, const piece *p)
{
    const reduction *r = &m->l->reductions.at[p->value];
    uint32_t own = lang_symbol(m->l, r->name)->function;
    reduce_unbind(m, r);
    return own ? eval_call_of(m, p, own, r) : reduce_run(m, p);
}

/* ---- Running ---------------------------------------------------------------------------------- */

static bool eval_number(machine *m, const piece *p)
{
    constant c = m->l->numbers.at[p->value];
    eval_top(m)->at++;
    ew_node n = m->l->number_whole.at[p->value] ? graph_whole(m->g, c.whole) : graph_real(m->g, c.real);
    return eval_push_node(m, n, NO_PART);
}

/* Does what this piece makes lead to a place: in a bracket, or in the definition of what stands in one? */
static bool eval_is_place(machine *m, const piece *p)
{
    const frame *f = eval_top(m);
    uint32_t name = f->kind == F_DEFINITION || f->kind == F_ARRAY ? f->name
                    : f->kind == F_EQUATION && f->statement       ? m->l->statements.at[f->statement - 1].name
                                                                  : 0;
    return p->quiet || (name && m->l->symbols.at[name].placed);
}

static bool eval_piece(machine *m)
{
    const piece *p = &m->l->pieces.at[eval_top(m)->at];
    m->g->places = eval_is_place(m, p);
    switch (p->kind) {
    case P_NUMBER: return eval_number(m, p);
    case P_BOOL: eval_top(m)->at++; return eval_push_node(m, graph_bool(m->g, p->value), NO_PART);
    case P_NAME: return eval_name(m, p);
    case P_LOCAL: return eval_local(m, p);
    case P_OP: return eval_op(m, p);
    case P_CALL: return eval_call(m, p);
    case P_INDEX: return eval_index(m, p);
    case P_BIND: return reduce_bind(m, p);
    case P_REDUCE: return eval_reduce(m, p);
    case P_AT: return access_read(m, p, false);
    case P_AT_ELSE: return access_read(m, p, true);
    case P_ARRAY: return access_array(m, p);
    case P_WHEN: return eval_when(m, p);
    default: return eval_diff(m, p);
    }
}

static bool eval_leave_local(machine *m, const frame *f)
{
    value v = m->stack.at[--m->stack.count];
    const local *x = &m->l->locals.at[m->l->functions.at[f->function - 1].locals + f->name];
    uint32_t name = eval_local_name(m, x->name);
    affine a;
    bool whole = (v.rank || v.form) && value_whole(m, &v, &a);
    if (!name || (x->rank && !parts_local(m, f, x, &v))) return false;
    if (eval_named(m, name, &v, x->place) == EW_NONE) return false;
    if (whole && !v.form && !value_set_form(m, &v, &a)) return false;
    m->locals.at[f->base + f->name] = v;
    return true;
}

static bool eval_leave_definition(machine *m, const frame *f)
{
    value v = m->stack.at[--m->stack.count];
    m->l->symbols.at[f->name].busy = false;
    if (!value_bound(m, &v, NULL, 0, &m->l->pieces.at[f->end - 1])) return false;
    return m->g->names.at[f->name].node == v.node || eval_named(m, f->name, &v, f->place) != EW_NONE;
}

static bool eval_leave(machine *m)
{
    frame f = *eval_top(m);
    bool ok = true;
    switch (f.kind) {
    case F_DEFINITION: ok = eval_leave_definition(m, &f); break;
    case F_LOCAL: ok = eval_leave_local(m, &f); break;
    case F_EQUATION: ok = f.circle ? circle_leave(m, &f) : parts_leave(m, &f); break;
    case F_CALL: /* the value stays for the caller */
        m->l->functions.at[f.function - 1].busy = false;
        m->locals.count = f.base;
        m->scope.count = f.values;
        break;
    default: break;
    }
    if (f.s.indexed && f.kind != F_CALL && !f.circle) m->scope.count = f.scope;
    m->frames.count--;
    return ok;
}

bool eval_run(machine *m)
{
    size_t base = m->frames.count - 1;
    bool ok = true;
    while (ok && m->frames.count > base) {
        const frame *f = eval_top(m);
        if (f->kind == F_ARRAY)
            ok = parts_step(m);
        else if (f->kind == F_CIRCLE)
            ok = circles_step(m);
        else if (!f->prepared)
            ok = ranges_prepare(m);
        else
            ok = f->at == f->end ? eval_leave(m) : eval_piece(m);
    }
    return ok;
}

bool eval_span(machine *m, span s, uint32_t place, value *v)
{
    frame f = eval_frame(F_VALUE, s, 0, place);
    if (!eval_enter(m, f) || !eval_run(m)) return false;
    *v = m->stack.at[--m->stack.count];
    return true;
}

void eval_end(machine *m)
{
    struct memory *hook = &m->g->memory;
    for (size_t i = 0; i < m->frames.count; i++) /* after a fault: functions are kept for later lists */
        if (m->frames.at[i].kind == F_CALL) m->l->functions.at[m->frames.at[i].function - 1].busy = false;
    while (m->circle) circle_free(m);
    array_free(hook, &m->frames);
    array_free(hook, &m->stack);
    array_free(hook, &m->locals);
    array_free(hook, &m->parts);
    array_free(hook, &m->scope);
    array_free(hook, &m->lists);
    array_free(hook, &m->affines);
    array_free(hook, &m->indices);
    array_free(hook, &m->conditions);
    array_free(hook, &m->rebound);
    array_free(hook, &m->guesses);
    array_free(hook, &m->limits);
    array_free(hook, &m->uses);
    array_free(hook, &m->use_forms);
    array_free(hook, &m->boxes);
    array_free(hook, &m->part_lefts);
}
