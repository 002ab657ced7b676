/*
 * sizes.c - dimensions and the shapes of inputs: what the data bind (ew_options.sizes), what defaults
 * say, what declarations demand; and defaults with axes.
 *
 * Without data the sizes stay unknown: the program can be looked at, but not run.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lang/machine.h"

static const ew_size *size_given(const lang *l, uint32_t name)
{
    const char *word = graph_name_text(l->g, name);
    for (size_t i = 0; i < l->given_count; i++)
        if (l->given[i].name && strcmp(l->given[i].name, word) == 0) return &l->given[i];
    return NULL;
}

static const graph_bound *size_bound(const ew_graph *g, uint32_t name)
{
    for (size_t i = 0; i < g->bound.count; i++)
        if (g->bound.at[i].name == name) return &g->bound.at[i];
    return NULL;
}

/* An int input as a size before it has a node, since it is declared further down, or a value. */
static bool size_is_later(const machine *m, uint32_t name, const symbol *s)
{
    bool whole = (s->kind == S_INPUT || s->kind == S_PARAM) && s->declared_type == TYPE_INT && !s->rank;
    return m->sizing && whole && !s->sized && m->g->names.at[name].node == EW_NONE;
}

bool sizes_name(machine *m, uint32_t name, value *v)
{
    const symbol *s = lang_symbol(m->l, name);
    int64_t size;
    bool number = false; /* an int input's value, which may be negative */
    if (!s) return false;
    if (size_is_later(m, name, s)) {
        *v = (value){.node = graph_size(m->g, graph_unknown_size(m->g, 0)), .part = NO_PART};
        return v->node != EW_NONE;
    }
    if (s->kind == S_SIZE || (m->sizing && s->sized)) {
        size = s->size;
        number = s->kind != S_SIZE;
    } else if (m->l->outside && s->kind == S_NONE && m->g->names.at[name].node == EW_NONE) {
        const graph_bound *b = size_bound(m->g, name);
        if (!b) return false;
        size = b->size;
    } else {
        return false;
    }
    number = number || size_is_known(size);
    *v = (value){.node = number ? graph_whole(m->g, size) : graph_size(m->g, size), .part = NO_PART};
    return v->node != EW_NONE;
}

/* ---- Dimensions ---------------------------------------------------------------------------------------------- */

/* "3 in x (2:7)" */
static void size_where(machine *m, int64_t size, const char *name, uint32_t place, char buffer[160])
{
    char shown[160];
    int line, column;
    source_place(&m->g->report.source, place, &line, &column);
    snprintf(buffer, 160, "%lld in %.100s (%d:%d)", (long long)size, quote(shown, name, strlen(name)), line, column);
}

static bool size_clash(machine *m, uint32_t dimension, int64_t size, uint32_t input, const side *x)
{
    char first[160], here[160], shown[160];
    const symbol *s = lang_symbol(m->l, dimension);
    const char *word = graph_name_text(m->g, dimension);
    const char *from = s->size_from ? graph_name_text(m->g, s->size_from) : word;
    size_where(m, s->size, from, s->size_from ? lang_symbol(m->l, s->size_from)->place : s->place, first);
    size_where(m, size, graph_name_text(m->g, input), x->place, here);
    return report_at(&m->g->report, E_SIZE_CLASH, x->place, x->bytes, quote(shown, word, strlen(word)), first, here);
}

/* "2 of x" */
static void size_axis_text(machine *m, uint32_t input, size_t axis, char buffer[200])
{
    char shown[160], number[24];
    const char *word = graph_name_text(m->g, input);
    const char *args[] = {number, quote(shown, word, strlen(word))};
    text t;
    count_text(axis + 1, number);
    text_begin(&t, &m->g->memory);
    text_fill(&t, translate(m->g->language, "{1} of {2}"), args, 2);
    snprintf(buffer, 200, "%.199s", text_string(&t));
    text_free(&t);
}

/* The dimension that an expression needs and nothing has bound; 0: there is none, or more than one. */
static uint32_t size_free(machine *m, span s)
{
    uint32_t free = 0;
    for (uint32_t i = s.begin; i < s.end; i++) {
        const piece *p = &m->l->pieces.at[i];
        const symbol *x = p->kind == P_NAME ? lang_symbol(m->l, p->value) : NULL;
        if (!x || x->kind != S_SIZE || x->sized || p->value == free) continue;
        if (free) return 0;
        free = p->value;
    }
    return free;
}

/* What an expression of sizes is where the dimension has this value; false: no whole number. */
static bool size_trial(machine *m, span s, uint32_t dimension, int64_t size, int64_t *value_there)
{
    size_t frames = m->frames.count, stack = m->stack.count;
    symbol *x = lang_symbol(m->l, dimension);
    affine a;
    value v;
    x->sized = true;
    x->size = size;
    bool ok = eval_span(m, s, NO_PLACE, &v) && !v.rank && value_whole(m, &v, &a) && !a.terms && !a.base;
    if (ok) *value_there = a.offset;
    report_forget(&m->g->report);
    m->frames.count = frames;
    m->stack.count = stack;
    lang_symbol(m->l, dimension)->sized = false;
    return ok;
}

/* x[N*2]: the one dimension that gives the axis its size. What is not of the form a·N + b stays open. */
static bool size_solve(machine *m, uint32_t input, size_t axis, const side *x, int64_t size)
{
    uint32_t n = size_free(m, x->low);
    int64_t at[3], factor, rest, solved = 0;
    if (!n || x->low.end - x->low.begin == 1) return true;
    for (int64_t k = 0; k < 3; k++)
        if (!size_trial(m, x->low, n, k, &at[k])) return report_ok(&m->g->report);
    if (__builtin_sub_overflow(at[1], at[0], &factor) || __builtin_sub_overflow(size, at[0], &rest)) return true;
    if (!factor || at[2] - at[1] != factor) return true;
    solved = rest / factor;
    if (rest % factor || solved < 0) {
        char name[160], where[200], number[24];
        const char *word = graph_name_text(m->g, n);
        size_axis_text(m, input, axis, where);
        count_text((size_t)size, number);
        return report_at(&m->g->report, E_SIZE_SOLVE, x->place, x->bytes, quote(name, word, strlen(word)), where,
                         number);
    }
    symbol *s = lang_symbol(m->l, n);
    s->sized = true;
    s->size = solved;
    s->size_from = input;
    return true;
}

static bool size_bind(machine *m, uint32_t input, const side *x, int64_t size)
{
    const piece *p = &m->l->pieces.at[x->low.begin];
    symbol *s = x->low.end - x->low.begin == 1 && p->kind == P_NAME ? lang_symbol(m->l, p->value) : NULL;
    if (!s || s->kind != S_SIZE) return true;
    if (s->sized) return s->size == size || size_clash(m, p->value, size, input, x);
    s->sized = true;
    s->size = size;
    s->size_from = input;
    return true;
}

bool sizes_ranks(machine *m, uint32_t name, size_t here)
{
    char buffer[160], due[24], given[24];
    const symbol *s = lang_symbol(m->l, name);
    const char *word = graph_name_text(m->g, name);
    count_text(s->rank, due);
    count_text(here, given);
    return report_at(&m->g->report, E_SIZE_RANK, s->place, strlen(word), quote(buffer, word, strlen(word)), due, given);
}

/* What the data, or a default, say about an input's sizes; `solve`: about dimensions inside arithmetic. */
static bool size_input(machine *m, uint32_t name, bool solve)
{
    const symbol s = *lang_symbol(m->l, name);
    const ew_size *given = size_given(m->l, name);
    if (!m->l->has_declarations && given && s.rank < given->rank) { /* an array that only functions look into */
        m->l->symbols.at[name].rank = (uint16_t)given->rank;
        return true;
    }
    if (!s.rank && !(given && given->rank)) return true;
    if (given && given->rank != s.rank) return sizes_ranks(m, name, given->rank);
    uint16_t shape = 0;
    frame f = eval_frame(F_VALUE, s.value, 0, NO_PLACE);
    if (!given && s.value.indexed && s.draw == DRAW_NONE) {
        if (!eval_enter(m, f) || !ranges_open(m, eval_top(m)) || !ranges_scan(m, eval_top(m), s.value, 0)) return false;
        shape = m->guesses.at[--m->guesses.count].shape;
        m->frames.count--;
        if (shape_rank(m->g, shape) != s.rank) return sizes_ranks(m, name, shape_rank(m->g, shape));
    }
    for (uint32_t k = 0; k < s.rank && (given || shape); k++) {
        int64_t size = given ? (int64_t)given->size[k] : shape_sizes(m->g, shape)[k];
        if (given && given->size[k] > INT64_MAX) return report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
        if (!m->l->has_declarations) continue;
        const side *x = &m->l->sides.at[s.sides + k];
        if (solve ? !size_solve(m, name, k, x, size) : !size_bind(m, name, x, size)) return false;
    }
    return true;
}

/* Int inputs and dimensions whose values are given; int inputs with a default. */
static bool size_scalar(machine *m, uint32_t name)
{
    symbol *s = lang_symbol(m->l, name);
    const ew_size *given = size_given(m->l, name);
    bool whole = s->kind == S_SIZE || ((s->kind == S_INPUT || s->kind == S_PARAM) && s->declared_type == TYPE_INT);
    value v;
    affine a;
    if (s->rank || !whole) return true;
    if (given && given->rank == 0) {
        char number[24];
        const char *word = graph_name_text(m->g, name);
        snprintf(number, sizeof number, "%lld", (long long)given->value);
        if (s->kind == S_SIZE && given->value < 0)
            return report_at(&m->g->report, E_SIZE_BAD, s->place, strlen(word), number, NULL, NULL);
        s->sized = true;
        s->size = given->value;
        return true;
    }
    if (s->kind == S_SIZE || s->value.end == s->value.begin) return true;
    if (!eval_span(m, s->value, NO_PLACE, &v)) return false;
    s = lang_symbol(m->l, name);
    if (!v.rank && value_whole(m, &v, &a) && !a.terms && !a.base) s->sized = true, s->size = a.offset;
    return true;
}

/* Dimensions that nothing binds get unknown sizes; all are kept with the graph. */
static bool size_keep(machine *m, uint32_t name)
{
    symbol *s = lang_symbol(m->l, name);
    if (s->kind != S_SIZE) return true;
    if (!s->sized) s->size = graph_unknown_size(m->g, name);
    s->sized = true;
    if (s->size == 0 && !report_ok(&m->g->report)) return false;
    graph_bound b = {name, s->size};
    return array_push(&m->g->memory, &m->g->bound, b) ? true : eval_memory(m);
}

/* How many dimensions nothing has bound yet. */
static size_t size_open(const lang *l)
{
    size_t open = 0;
    for (size_t i = 0; i < l->dimensions.count; i++) {
        const symbol *s = &l->symbols.at[l->dimensions.at[i]];
        open += s->kind == S_SIZE && !s->sized;
    }
    return open;
}

bool sizes_bind(machine *m)
{
    lang *l = m->l;
    bool ok = true, any = false;
    for (size_t i = 0; i < l->declared.count; i++) any = any || l->symbols.at[l->declared.at[i]].rank;
    if (!any && !l->dimensions.count && !l->given_count && !l->brackets && !l->arrays) return true;
    m->sizing = true;
    for (size_t i = 0; ok && i < l->dimensions.count; i++) ok = size_scalar(m, l->dimensions.at[i]);
    for (size_t i = 0; ok && i < l->declared.count; i++) ok = size_scalar(m, l->declared.at[i]);
    for (size_t i = 0; ok && i < l->declared.count; i++) ok = size_input(m, l->declared.at[i], false);
    for (size_t open = size_open(l), before = open + 1; ok && open && open < before;) {
        for (size_t i = 0; ok && i < l->declared.count; i++) ok = size_input(m, l->declared.at[i], true);
        before = open;
        open = size_open(l);
    }
    for (size_t i = 0; ok && i < l->dimensions.count; i++) ok = size_keep(m, l->dimensions.at[i]);
    m->sizing = false;
    return ok;
}

/* ---- Shapes of inputs -------------------------------------------------------------------------------------------- */

static bool size_wrong(machine *m, const side *x, const value *v)
{
    text t;
    text_begin(&t, &m->g->memory);
    graph_print_operand(m->g, v->node, &t, 60);
    report_at(&m->g->report, E_SIZE_BAD, x->place, x->bytes, text_string(&t), NULL, NULL);
    text_free(&t);
    return false;
}

bool sizes_not(machine *m, const piece *p)
{
    char buffer[160];
    const char *word = graph_name_text(m->g, p->value);
    report_at(&m->g->report, E_SIZE_BAD, p->place, p->bytes, quote(buffer, word, strlen(word)), NULL, NULL);
    report_hint(&m->g->report, "sizes are made of whole numbers, dimensions and int inputs", NULL);
    return false;
}

/* What is no number yet and never a whole one, or read from an array, which may change. */
static bool size_is_none(machine *m, const side *x, const value *v)
{
    const graph_node *n = node_at(m->g, v->node);
    bool none = type_is_real(n->type);
    for (uint32_t i = x->low.begin; i < x->low.end; i++) {
        unsigned kind = m->l->pieces.at[i].kind;
        none = none || kind == P_AT || kind == P_AT_ELSE || kind == P_REDUCE;
    }
    if (n->op == OP_CONST || !none) return false;
    size_wrong(m, x, v);
    report_hint(&m->g->report, "sizes are made of whole numbers, dimensions and int inputs", NULL);
    return true;
}

static bool size_axis(machine *m, uint32_t name, const side *x, size_t axis, const ew_size *given, int64_t *size)
{
    value v;
    affine a;
    if (!eval_span(m, x->low, NO_PLACE, &v) || size_is_none(m, x, &v)) return false;
    if (node_at(m->g, v.node)->op == OP_SIZE || v.rank || !value_whole(m, &v, &a) || a.base) {
        bool unknown = !v.rank && (value_whole(m, &v, &a) ? a.base != 0 : node_at(m->g, v.node)->op != OP_CONST);
        if (!unknown) return size_wrong(m, x, &v);
        *size = given ? (int64_t)given->size[axis] : a.base && !a.offset ? a.base : graph_unknown_size(m->g, 0);
        return report_ok(&m->g->report);
    }
    *size = a.offset;
    if (a.offset < 0) return size_wrong(m, x, &v);
    if (!given || (int64_t)given->size[axis] == a.offset) return true;
    char due[24], here[24], where[200];
    count_text((size_t)a.offset, due);
    count_text(given->size[axis], here);
    size_axis_text(m, name, axis, where);
    return report_at(&m->g->report, E_SIZE_GIVEN, x->place, x->bytes, where, due, here);
}

bool sizes_shape(machine *m, uint32_t name, uint16_t *shape)
{
    const symbol s = *lang_symbol(m->l, name);
    const ew_size *given = s.rank ? size_given(m->l, name) : NULL;
    int64_t sizes[AXES_MOST];
    size_t count;
    *shape = 0;
    if (s.rank > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    if (given && given->rank != s.rank) return sizes_ranks(m, name, given->rank);
    m->sizing = true;
    for (uint32_t k = 0; k < s.rank; k++) {
        if (!m->l->has_declarations)
            sizes[k] = given ? (int64_t)given->size[k] : graph_unknown_size(m->g, 0);
        else if (!size_axis(m, name, &m->l->sides.at[s.sides + k], k, given, &sizes[k]))
            return false;
        if (given && given->size[k] > INT64_MAX) return report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
    }
    m->sizing = false;
    *shape = graph_shape_of(m->g, sizes, s.rank);
    if (*shape == UINT16_MAX) return false;
    for (uint32_t k = 0; k < s.rank; k++)
        if (sizes[k] < 0) return true;
    return shape_elements(m->g, *shape, &count) ? true : report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
}

/* ---- Defaults ------------------------------------------------------------------------------------------------------
 */

static bool value_not_constant(machine *m, const piece *p, ew_node n)
{
    text t;
    text_begin(&t, &m->g->memory);
    graph_print_operand(m->g, n, &t, 60);
    report_at(&m->g->report, E_CONSTANT, p->place, p->bytes, text_string(&t), NULL, NULL);
    text_free(&t);
    return false;
}

/* Is it of the input's type: an int whole and with a double that is the same, since values are kept as doubles; a
 * bool 0 or 1? */
static error_code value_fault(int due, constant c, int type, double x)
{
    bool whole = x == floor(x) && fabs(x) < 9223372036854775808.0;
    if (due == TYPE_BOOL) return x == 0 || x == 1 ? 0 : E_TRUTH;
    if (due != TYPE_INT) return 0;
    if (type == TYPE_WHOLE && !(whole && (int64_t)x == c.whole)) return E_WHOLE_EXACT;
    return whole ? 0 : E_WHOLE;
}

bool sizes_value(machine *m, uint32_t name, const piece *p, ew_node n, double *x)
{
    const graph_node *node = node_at(m->g, n);
    const symbol *s = &m->l->symbols.at[name];
    char buffer[160], number[32];
    int type;
    if (node->op != OP_CONST && !type_is_soft(node->type)) return value_not_constant(m, p, n);
    constant c = node_constant(m->g, n, &type);
    *x = node_value(m->g, n);
    error_code fault = s->draw == DRAW_NONE ? value_fault(s->declared_type, c, type, *x) : 0;
    if (!fault) return true;
    if (fault == E_WHOLE_EXACT)
        snprintf(number, sizeof number, "%lld", (long long)c.whole);
    else
        number_text(*x, 0, number);
    const char *word = graph_name_text(m->g, name);
    return report_at(&m->g->report, fault, p->place, p->bytes, quote(buffer, word, strlen(word)), number, NULL);
}

static bool default_element(machine *m, uint32_t name, const piece *p, ew_node n)
{
    double x;
    if (!sizes_value(m, name, p, n, &x)) return false;
    return array_push(&m->g->memory, &m->g->values, x) ? true : eval_memory(m);
}

/* The elements of a literal, in order: joins inside joins, as deep as the input has axes. */
static bool default_elements(machine *m, uint32_t name, const piece *p, ew_node n, size_t rank)
{
    struct {
        ew_node node;
        size_t next;
    } level[AXES_MOST + 1];
    size_t depth = 1;
    level[0].node = n;
    level[0].next = 0;
    while (depth) {
        const graph_node *node = node_at(m->g, level[depth - 1].node);
        bool inner = node->op == OP_JOIN && depth <= rank;
        if (!inner && !default_element(m, name, p, level[depth - 1].node)) return false;
        if (!inner || level[depth - 1].next == node->count) {
            depth--;
            continue;
        }
        level[depth].node = node_arg(m->g, level[depth - 1].node, level[depth - 1].next++);
        level[depth++].next = 0;
    }
    return true;
}

/* input v[3] = [1, 2, 3] */
bool sizes_default(machine *m, uint32_t name, graph_input *in)
{
    const symbol s = *lang_symbol(m->l, name);
    const piece *p = &m->l->pieces.at[s.value.begin];
    ew_node node = m->g->names.at[name].node;
    value v;
    size_t first = m->g->values.count, count;
    m->sizing = true;
    if (!eval_span(m, s.value, NO_PLACE, &v)) return false;
    m->sizing = false;
    const int64_t *due = shape_sizes(m->g, node_at(m->g, node)->shape);
    if (v.rank != s.rank) return sizes_ranks(m, name, v.rank);
    for (size_t k = 0; k < s.rank; k++) {
        int64_t here = node_size(m->g, v.node, k);
        char numbers[2][24], where[200];
        if (due[k] < 0 || due[k] == here) continue;
        count_text((size_t)here, numbers[0]);
        count_text((size_t)due[k], numbers[1]);
        size_axis_text(m, name, k, where);
        return report_at(&m->g->report, E_SIZE_GIVEN, p->place, p->bytes, where, numbers[1], numbers[0]);
    }
    if (!default_elements(m, name, p, v.node, s.rank)) return false;
    count = m->g->values.count - first;
    in->has_value = true;
    in->values = first;
    in->values_count = count;
    return true;
}
