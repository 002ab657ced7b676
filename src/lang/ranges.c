/*
 * ranges.c - how ranges are found (language.md, section 4), before anything with indices is built.
 *
 * A scan runs over the pieces of a frame with guesses instead of nodes: how many axes of which sizes a
 * value has left, and its form where it is a whole number made of indices. Each unguarded access gives a
 * limit, 0 <= form < size. Then, in this order: ranges that are given; indices that stand alone in a
 * bracket; indices found only inside arithmetic, as far as every access stays inside.
 */
#include <stdio.h>
#include <string.h>

#include "lang/machine.h"

/* ---- Indices of a frame ---------------------------------------------------------------------------------- */

bool ranges_add(machine *m, const binder *b)
{
    index_state i = {.name = b->name, .place = b->place, .from = NO_PLACE};
    if (b->gone) i.state = INDEX_KNOWN;
    if (!array_push(&m->g->memory, &m->indices, i)) return eval_memory(m);
    return array_push(&m->g->memory, &m->scope, (uint32_t)m->indices.count - 1) ? true : eval_memory(m);
}

bool ranges_open(machine *m, frame *f)
{
    f->scope = (uint32_t)m->scope.count;
    for (uint32_t k = 0; k < f->s.binders; k++) {
        const binder *b = &m->l->binders.at[f->s.binder + k];
        if (b->same) { /* a reduction that keeps its index: the one outside */
            if (!array_push(&m->g->memory, &m->scope, ranges_id(m, f, b->same - 1))) return eval_memory(m);
        } else if (!ranges_add(m, b)) {
            return false;
        }
    }
    return true;
}

uint32_t ranges_id(machine *m, const frame *f, uint32_t binder_index)
{
    if (binder_index - f->s.binder < f->s.binders) return m->scope.at[f->scope + (binder_index - f->s.binder)];
    return m->scope.at[f->ids + (binder_index - f->param)];
}

/* ---- The scan ------------------------------------------------------------------------------------------- */

static bool guess_push(machine *m, guess s)
{
    s.piece = m->guess_piece;
    return array_push(&m->g->memory, &m->guesses, s) ? true : eval_memory(m);
}

static bool guess_form(machine *m, const affine *a)
{
    if (!array_push(&m->g->memory, &m->affines, *a)) return eval_memory(m);
    return guess_push(m, (guess){.form = (uint32_t)m->affines.count});
}

static bool guess_value(machine *m, const value *v)
{
    affine a;
    if (v->node == EW_NONE || v->node == LOCAL_BUSY) return guess_push(m, (guess){0});
    if (value_whole(m, v, &a)) return guess_form(m, &a);
    return guess_push(m, (guess){.shape = node_at(m->g, v->node)->shape, .skip = (uint16_t)(v->rank - v->open)});
}

static bool guess_name(machine *m, uint32_t name)
{
    value v;
    ew_node n = m->g->names.at[name].node;
    const symbol *s = lang_symbol(m->l, name);
    if (!s) return false;
    if (sizes_name(m, name, &v)) return guess_value(m, &v);
    if (!report_ok(&m->g->report)) return false;
    guess of_circle = {.member = name};
    if (n == EW_NONE && circle_shape(m, name, &of_circle.shape)) return guess_push(m, of_circle);
    if (n == EW_NONE) return guess_push(m, (guess){0});
    bool input = s->kind == S_INPUT || s->kind == S_PARAM;
    if (input && s->declared_type == TYPE_INT && !s->rank && !s->sized) return guess_push(m, (guess){.later = true});
    v = value_of(m, n);
    return guess_value(m, &v);
}

static bool guess_number(machine *m, const piece *p)
{
    constant c = m->l->numbers.at[p->value];
    affine a = {.offset = c.whole};
    return m->l->number_whole.at[p->value] ? guess_form(m, &a) : guess_push(m, (guess){0});
}

static guess *guess_args(machine *m, size_t count)
{
    m->guesses.count -= count;
    if (count) m->guess_piece = m->guesses.at[m->guesses.count].piece;
    return m->guesses.at + m->guesses.count;
}

/* A whole array of a circle is there only when the circle is done. */
static bool guess_wholes(machine *m, size_t count)
{
    const guess *x = m->guesses.at + m->guesses.count - count;
    for (size_t k = 0; k < count; k++)
        if (x[k].member) return circle_none(m, x[k].member);
    return true;
}

/* Is it whole where its arguments are, each a number? */
static bool guess_is_whole(op o)
{
    return o == OP_NEG || o == OP_ADD || o == OP_SUB || o == OP_MUL || o == OP_DIV || o == OP_FLOORDIV || o == OP_MOD ||
           o == OP_MIN || o == OP_MAX;
}

/* Arithmetic with a size that is not known gives one that is not known. */
static bool guess_unknown(machine *m, op o, const guess *x, size_t count)
{
    affine a = {0};
    bool unknown = false, plain = guess_is_whole(o);
    for (size_t k = 0; k < count; k++) unknown = unknown || m->affines.at[x[k].form - 1].base;
    if (!unknown || !plain) return guess_push(m, (guess){0});
    a.base = graph_unknown_size(m->g, 0);
    return a.base && guess_form(m, &a);
}

static bool guess_op(machine *m, const piece *p)
{
    const guess *x = guess_args(m, p->count);
    affine out;
    bool forms = p->count && p->count <= 2, wholes = forms;
    for (size_t k = 0; wholes && k < p->count; k++) wholes = x[k].form || x[k].later, forms = forms && x[k].form;
    if (!forms || !wholes) return guess_push(m, (guess){.later = wholes});
    if (affine_op((op)p->value, &m->affines.at[x[0].form - 1], p->count == 2 ? &m->affines.at[x[1].form - 1] : NULL,
                  &out))
        return guess_form(m, &out);
    return guess_unknown(m, (op)p->value, x, p->count);
}

/* The form if it is whole, else 0. */
static uint32_t guess_whole(const machine *m, uint32_t form)
{
    return form && !m->affines.at[form - 1].over ? form : 0;
}

static bool guess_limit(machine *m, const guess *base, size_t axis, uint32_t form, const piece *p)
{
    range_limit x = {form, p->place, p->bytes, 0};
    size_t at = base->skip + axis;
    bool shaped = at < shape_rank(m->g, base->shape);
    if (!guess_whole(m, form) || (!shaped && !base->member)) return true;
    if (base->member && circle_is_ordered(m, &m->affines.at[form - 1])) return true;
    if (shaped)
        x.size = shape_sizes(m->g, base->shape)[at];
    else if (!circle_axis(m, base->member, at, &x.size))
        return true;
    return array_push(&m->g->memory, &m->limits, x) ? true : eval_memory(m);
}

static bool guess_use(machine *m, const guess *base, const guess *brackets, const piece *p, uint32_t number)
{
    use u = {number - 1, base->member,        p->place, p->bytes, (uint32_t)m->use_forms.count,
             p->count,   p->kind == P_AT_ELSE};
    if (p->kind == P_DIFF) u.count -= 2;
    if (!array_push(&m->g->memory, &m->uses, u)) return eval_memory(m);
    for (size_t k = 0; k < u.count; k++)
        if (!array_push(&m->g->memory, &m->use_forms, guess_whole(m, brackets[k].form))) return eval_memory(m);
    return true;
}

static bool guess_at(machine *m, const piece *p, uint32_t number)
{
    bool guarded = p->kind == P_AT_ELSE;
    size_t brackets = p->kind == P_DIFF ? p->count - 2u : p->count;
    const guess *x = guess_args(m, brackets + guarded + 1);
    guess base = x[0];
    for (size_t k = 0; !guarded && k < brackets; k++)
        if (!guess_limit(m, &base, k, x[1 + k].form, p)) return false;
    if (base.member && number && !guess_use(m, &base, x + 1, p, number)) return false;
    if (p->kind == P_DIFF) {
        m->guesses.count--;
        return guess_push(m, (guess){0});
    }
    base.skip = (uint16_t)(base.skip + brackets);
    base.form = 0;
    if (base.skip >= shape_rank(m->g, base.shape)) base = (guess){0};
    base.member = 0;
    return guess_push(m, base);
}

static bool guess_array(machine *m, const piece *p)
{
    const guess *x = guess_args(m, p->count);
    int64_t sizes[AXES_MOST];
    size_t rank = shape_rank(m->g, x[0].shape) - x[0].skip;
    if (rank + 1 > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    sizes[0] = p->count;
    if (rank) memcpy(sizes + 1, shape_sizes(m->g, x[0].shape) + x[0].skip, rank * sizeof *sizes);
    uint16_t shape = graph_shape_of(m->g, sizes, rank + 1);
    return shape != UINT16_MAX && guess_push(m, (guess){.shape = shape});
}

/* What to do about a bound that begins at p: it is one of an element, or of an input that is no int. */
static void guess_bound_hint(machine *m, const piece *p)
{
    char shown[160];
    const symbol *s = p->kind == P_NAME ? lang_symbol(m->l, p->value) : NULL;
    const char *word = s ? graph_name_text(m->g, p->value) : "";
    if (p->kind == P_INDEX || (s && s->rank))
        report_hint(&m->g->report,
                    "take a range that holds them all, and an if: sum(k in 0..9: if k < n[i] then … else 0)", NULL);
    else if (s && s->kind == S_INPUT && s->declared_type != TYPE_INT)
        report_hint(&m->g->report, "if it is whole, say so: input {1} : int", quote(shown, word, strlen(word)));
}

/* A bound, which begins at p, that is no whole number. */
static bool guess_bound(machine *m, uint32_t form, const piece *p)
{
    char number[64];
    const affine *a = form ? &m->affines.at[form - 1] : NULL;
    if (!a || a->terms || a->base) {
        eval_error(m, E_RANGE_BOUND, p, NULL, NULL, NULL);
        guess_bound_hint(m, p);
        return false;
    }
    snprintf(number, sizeof number, "%lld/%lld", (long long)a->offset, (long long)a->over);
    return eval_error(m, E_FRACTION, p, number, NULL, NULL);
}

/* The bound is known when the input has its value; sizes that follow from it are not known until then. */
static bool guess_later(machine *m, guess *x)
{
    affine a = {.base = graph_unknown_size(m->g, 0)};
    if (!x->later) return true;
    if (!a.base || !array_push(&m->g->memory, &m->affines, a)) return eval_memory(m);
    x->form = (uint32_t)m->affines.count;
    return true;
}

static bool guess_bind(machine *m, const frame *f, const piece *p)
{
    uint32_t id = ranges_id(m, f, p->value);
    if (!p->count) return true;
    guess *x = guess_args(m, p->count);
    for (size_t k = 0; k < p->count; k++)
        if (!guess_later(m, &x[k])) return false;
    index_state *i = &m->indices.at[id];
    affine a = {0}, one = {.offset = 1};
    for (size_t k = 0; k < p->count; k++)
        if (!guess_whole(m, x[k].form)) return guess_bound(m, x[k].form, &m->l->pieces.at[x[k].piece]);
    uint32_t first = x[0].form, last = x[p->count - 1].form;
    if (p->count == 1) { /* in n: 0 … n - 1 */
        affine n = m->affines.at[first - 1];
        if (!affine_op(OP_SUB, &n, &one, &one)) return guess_bound(m, 0, &m->l->pieces.at[x[0].piece]);
        if (!array_reserve(&m->g->memory, &m->affines, 2)) return eval_memory(m);
        m->affines.at[m->affines.count++] = a;
        m->affines.at[m->affines.count++] = one;
        last = (uint32_t)m->affines.count;
        first = last - 1;
    }
    i->state = INDEX_GIVEN;
    i->first = first;
    i->last = last;
    i->place = p->place;
    return true;
}

static bool guess_local(machine *m, const frame *f, const piece *p)
{
    value v = m->locals.at[f->base + p->value];
    return guess_value(m, &v);
}

static bool guess_piece(machine *m, const frame *f, const piece *p, uint32_t number)
{
    affine a = {.terms = 1, .factor = {1}};
    bool takes = p->kind == P_OP || p->kind == P_CALL || p->kind == P_REDUCE || p->kind == P_ARRAY;
    if (takes && m->circle && !guess_wholes(m, p->count)) return false;
    switch (p->kind) {
    case P_NUMBER: return guess_number(m, p);
    case P_NAME: return guess_name(m, p->value);
    case P_LOCAL: return guess_local(m, f, p);
    case P_OP: return guess_op(m, p);
    case P_INDEX: a.index[0] = ranges_id(m, f, p->value); return guess_form(m, &a);
    case P_BIND: return guess_bind(m, f, p);
    case P_AT:
    case P_AT_ELSE:
    case P_DIFF: return guess_at(m, p, number);
    case P_ARRAY: return guess_array(m, p);
    case P_WHEN: return true;
    case P_CALL:
    case P_REDUCE: guess_args(m, p->count); return guess_push(m, (guess){0});
    default: return guess_push(m, (guess){0});
    }
}

bool ranges_scan(machine *m, frame *f, span s, uint32_t number)
{
    size_t before = m->guesses.count;
    bool ok = true;
    for (uint32_t i = s.begin; ok && i < s.end; i++) {
        piece p = m->l->pieces.at[i];
        m->guess_piece = i; /* what takes arguments begins with the first of them */
        ok = guess_piece(m, f, &p, number);
    }
    m->guesses.count = before + (ok && s.end > s.begin);
    return ok;
}

/* ---- Given ranges --------------------------------------------------------------------------------------- */

/* The last guess of a scan, taken away: its form, or 0. */
static bool range_piece(machine *m, const side *s, piece *p)
{
    *p = (piece){P_BIND, 1, (uint8_t)(s->bytes > 255 ? 255 : s->bytes), s->ranges, s->binder, s->place};
    return report_ok(&m->g->report);
}

bool ranges_left(machine *m, frame *f, uint32_t sides, uint32_t rank)
{
    for (uint32_t k = 0; k < rank; k++) {
        const side s = m->l->sides.at[sides + k];
        piece p;
        if (s.kind != SIDE_INDEX || !s.ranges) continue;
        if (!ranges_scan(m, f, s.low, 0) || (s.ranges == 2 && !ranges_scan(m, f, s.high, 0))) return false;
        if (!range_piece(m, &s, &p) || !guess_bind(m, f, &p)) return false;
    }
    return true;
}

bool ranges_place(machine *m, frame *f, span s, int64_t *place)
{
    const piece *p = &m->l->pieces.at[s.begin];
    if (!ranges_scan(m, f, s, 0)) return false;
    const guess g = m->guesses.at[--m->guesses.count];
    const affine *a = g.form ? &m->affines.at[g.form - 1] : NULL;
    if (g.later) return *place = INT64_MIN, true; /* known when the input has its value */
    if (a && !a->terms && a->over) return guess_bound(m, g.form, p);
    if (!a || a->terms) return eval_error(m, E_PLACE_FIXED, p, NULL, NULL, NULL);
    *place = a->base ? INT64_MIN : a->offset;
    return true;
}

static int64_t range_unknown(machine *m)
{
    return graph_unknown_size(m->g, 0);
}

/* The bounds of a form over ranges that are known; 0: not yet, 1: found, 2: over nothing, 3: not a number. */
static int range_bounds(machine *m, const affine *a, int64_t *low, int64_t *high)
{
    for (size_t k = 0; k < a->terms; k++) {
        const index_state *i = &m->indices.at[a->index[k]];
        if (i->state != INDEX_KNOWN) return 0;
        if (i->size == 0) return 2;
        if (i->size < 0) return 3;
    }
    return affine_bounds(m, a, low, high) ? 1 : 3;
}

static bool range_given(machine *m, index_state *i)
{
    affine first = m->affines.at[i->first - 1], last = m->affines.at[i->last - 1];
    int64_t low = 0, high = -1, unused;
    int a = range_bounds(m, &first, &low, &unused), b = range_bounds(m, &last, &unused, &high);
    if (!a || !b) return false;
    i->state = INDEX_KNOWN;
    i->conditional = first.terms || last.terms;
    i->low = a == 1 ? low : 0;
    if (a == 1 && b == 1)
        i->size = high < low ? 0 : (int64_t)((uint64_t)high - (uint64_t)low + 1);
    else if (a == 2 || b == 2)
        i->size = 0;
    else if (a == 1 && !last.terms && last.base && last.offset - low == -1)
        i->size = last.base; /* 0 .. N - 1 */
    else
        i->size = range_unknown(m);
    bool far = i->low > WHOLE_MOST || i->low < -WHOLE_MOST || high > WHOLE_MOST || high < -WHOLE_MOST;
    if (far || i->size > WHOLE_MOST) return report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
    return true;
}

/* ---- Ranges that accesses give ------------------------------------------------------------------------------ */

static void range_size_text(const machine *m, int64_t size, char buffer[64])
{
    if (size_is_known(size))
        snprintf(buffer, 64, "%lld", (long long)size);
    else
        snprintf(buffer, 64, "%.60s",
                 m->g->unknown.at[-1 - size] ? graph_name_text(m->g, m->g->unknown.at[-1 - size]) : "?");
}

/* "x[i] in line 2 has 3 places" */
static void range_access(machine *m, const range_limit *x, int64_t size, char buffer[160])
{
    const source *s = &m->g->report.source;
    char shown[160], number[64];
    int line, column;
    source_place(s, x->place, &line, &column);
    quote(shown, s->at + x->place, x->bytes);
    range_size_text(m, size, number);
    snprintf(buffer, 160, "%.30s in %.90s (%d:%d)", number, shown, line, column);
}

static bool range_clash(machine *m, const index_state *i, const range_limit *now)
{
    char name[160], here[160], before[160];
    const char *word = graph_name_text(m->g, i->name);
    const range_limit *first = now;
    for (size_t k = 0; k < m->limits.count; k++)
        if (m->limits.at[k].place == i->from) first = &m->limits.at[k];
    range_access(m, first, i->size, before);
    range_access(m, now, now->size, here);
    report_at(&m->g->report, E_RANGES, now->place, now->bytes, quote(name, word, strlen(word)), before, here);
    int64_t least = i->size < now->size ? i->size : now->size;
    if (least < 0) return false;
    snprintf(before, sizeof before, "%.100s in %lld", name, (long long)least);
    report_hint(&m->g->report, "a range of its own decides, such as {1}", before);
    return false;
}

static bool range_is_alone(const affine *a)
{
    return a->terms == 1 && a->factor[0] == 1 && a->offset == 0 && !a->base;
}

static bool range_alone(machine *m, const range_limit *x, size_t first, bool *progress)
{
    const affine *a = &m->affines.at[x->form - 1];
    if (!range_is_alone(a) || a->index[0] < first) return true;
    index_state *i = &m->indices.at[a->index[0]];
    if (i->state == INDEX_GIVEN || i->first) return true;
    if (i->state == INDEX_UNKNOWN || (i->from != NO_PLACE && i->size < 0 && x->size >= 0)) {
        i->state = INDEX_KNOWN;
        i->size = x->size;
        i->from = x->place;
        return *progress = true;
    }
    if (i->from == NO_PLACE || i->size == x->size || i->size < 0 || x->size < 0) return true;
    return range_clash(m, i, x);
}

/* The greatest i with 0 <= form < size for every value of the others; false: not to be told yet. */
static bool range_largest(machine *m, const range_limit *x, uint32_t id, int64_t *most)
{
    affine rest = m->affines.at[x->form - 1];
    int64_t factor = 0, low, high;
    for (size_t k = 0; k < rest.terms; k++)
        if (rest.index[k] == id) {
            factor = rest.factor[k];
            rest.terms--;
            rest.index[k] = rest.index[rest.terms];
            rest.factor[k] = rest.factor[rest.terms];
            break;
        }
    int known = range_bounds(m, &rest, &low, &high);
    if (!factor || known == 2) { /* it says nothing */
        *most = INT64_MAX;
        return true;
    }
    if (known == 0) return false;
    if (known == 3 || x->size < 0)
        *most = -2;
    else if (factor > 0)
        *most = x->size - 1 - high < 0 ? -1 : (x->size - 1 - high) / factor;
    else
        *most = low < 0 ? -1 : low / -factor;
    return true;
}

/* An index found only inside arithmetic. */
static bool range_arithmetic(machine *m, uint32_t id)
{
    int64_t most = INT64_MAX;
    uint32_t from = NO_PLACE;
    bool unknown = false;
    for (size_t k = 0; k < m->limits.count; k++) {
        const affine *a = &m->affines.at[m->limits.at[k].form - 1];
        int64_t here;
        bool has = false;
        for (size_t t = 0; t < a->terms; t++) has = has || a->index[t] == id;
        if (!has) continue;
        if (!range_largest(m, &m->limits.at[k], id, &here)) return false;
        if (here == -2)
            unknown = true, from = m->limits.at[k].place;
        else if (here < most)
            most = here, from = m->limits.at[k].place;
    }
    if (from == NO_PLACE) return false;
    index_state *i = &m->indices.at[id];
    i->state = INDEX_KNOWN;
    i->size = unknown ? range_unknown(m) : most + 1;
    i->from = from;
    return true;
}

static bool range_missing(machine *m, const index_state *i)
{
    char buffer[160], hint[200];
    const char *word = graph_name_text(m->g, i->name);
    quote(buffer, word, strlen(word));
    report_at(&m->g->report, E_NO_RANGE, i->place, strlen(word), buffer, NULL, NULL);
    snprintf(hint, sizeof hint, "%s in 0..9", buffer);
    report_hint(&m->g->report, "give it one, such as {1}", hint);
    return false;
}

static bool range_known(const machine *m, size_t first)
{
    for (size_t i = first; i < m->indices.count; i++)
        if (m->indices.at[i].state != INDEX_KNOWN) return false;
    return true;
}

/* Ranges for the indices from `first` on, as far as the stage goes; at the last those without one are told. */
bool ranges_solve(machine *m, size_t first, int stage)
{
    bool progress = true;
    while (progress && !range_known(m, first)) {
        progress = false;
        for (size_t k = 0; k < m->limits.count; k++)
            if (!range_alone(m, &m->limits.at[k], first, &progress)) return false;
        for (size_t i = first; i < m->indices.count; i++)
            if (m->indices.at[i].state == INDEX_GIVEN && range_given(m, &m->indices.at[i])) progress = true;
        for (size_t i = first; !progress && stage && i < m->indices.count; i++)
            if (m->indices.at[i].state == INDEX_UNKNOWN && range_arithmetic(m, (uint32_t)i)) progress = true;
        if (!report_ok(&m->g->report)) return false;
    }
    bool last = stage == RANGES_LAST;
    for (size_t k = 0; last && k < m->limits.count; k++) /* two that disagree */
        if (!range_alone(m, &m->limits.at[k], first, &progress)) return false;
    for (size_t i = first; last && i < m->indices.count; i++)
        if (m->indices.at[i].state != INDEX_KNOWN) return range_missing(m, &m->indices.at[i]);
    return true;
}

/* ---- Before a frame runs -------------------------------------------------------------------------------------- */

/* What the frame needs is run first; true with `ready` unset: another frame is on top now. */
static bool prepare_names(machine *m, bool *ready)
{
    frame *f = eval_top(m);
    *ready = false;
    for (; f->scan < f->end; f->scan++) {
        const piece *p = &m->l->pieces.at[f->scan];
        if (p->kind == P_NAME && m->g->names.at[p->value].node == EW_NONE) {
            value v;
            if (sizes_name(m, p->value, &v)) continue;
            if (!report_ok(&m->g->report)) return false;
            return eval_define(m, p);
        }
        if (p->kind == P_LOCAL && m->locals.at[f->base + p->value].node == EW_NONE) return eval_local(m, p);
    }
    *ready = true;
    return true;
}

/* The left side of what the frame runs. */
static uint32_t prepare_sides(machine *m, const frame *f, uint32_t *sides)
{
    if (f->kind == F_EQUATION) {
        *sides = m->l->statements.at[f->statement - 1].sides;
        return m->l->statements.at[f->statement - 1].rank;
    }
    if (f->kind != F_LOCAL) return 0;
    const local *x = &m->l->locals.at[m->l->functions.at[f->function - 1].locals + f->name];
    *sides = x->sides;
    return x->rank;
}

bool ranges_prepare(machine *m)
{
    bool ready;
    if (!prepare_names(m, &ready)) return false;
    if (!ready) return true;
    frame *f = eval_top(m);
    size_t first = f->kind == F_VALUE && f->params ? f->left : m->indices.count;
    if (!ranges_open(m, f)) return false;
    m->limits.count = m->uses.count = m->use_forms.count = 0;
    uint32_t sides = 0, rank = prepare_sides(m, f, &sides);
    if (!ranges_left(m, f, sides, rank)) return false;
    if (!ranges_scan(m, f, (span){f->at, f->end, 0, 0, true}, 0)) return false;
    m->guesses.count--;
    if (!ranges_solve(m, first, RANGES_LAST)) return false;
    f->prepared = true;
    return f->kind != F_EQUATION || parts_left(m, &m->l->statements.at[f->statement - 1]);
}
