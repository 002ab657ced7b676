/*
 * parts.c - the equations of an array: each gives a box of places (its left side), together all of them.
 *
 * One equation with plain indices from 0 is the array itself; otherwise the parts are joined.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/machine.h"

/* ---- Left sides ----------------------------------------------------------------------------------------------- */

int64_t parts_offset(const side *s)
{
    int64_t most = 2 * WHOLE_MOST + 1;
    return s->offset > most ? most : s->offset < -most ? -most : s->offset;
}

/* Places too far away to be counted are told. */
bool parts_near(machine *m, const box *b)
{
    bool near = b->first == INT64_MIN || (b->first >= -2 * WHOLE_MOST && b->first <= 2 * WHOLE_MOST);
    return near ? true : report_plain(&m->g->report, E_LIMIT_SIZE, NULL, NULL);
}

/* The bound of a left side's range must not depend on another index: places make a box. */
bool parts_box(machine *m, const side *x, const index_state *i)
{
    if (!i->conditional) return true;
    span bound = x->ranges == 2 && !m->affines.at[i->first - 1].terms ? x->high : x->low;
    piece p = {.bytes = (uint8_t)(x->bytes > 255 ? 255 : x->bytes), .place = x->place};
    if (x->ranges) p = m->l->pieces.at[bound.begin];
    eval_error(m, E_RANGE_BOUND, &p, NULL, NULL, NULL);
    report_hint(&m->g->report,
                "take a range that holds them all, and an if: y[i in 3, j in 3] = if j <= i then … else 0", NULL);
    return false;
}

/* Where this equation's values go, and the order of axes that its right side should have. */
bool parts_left(machine *m, const statement *st)
{
    frame *f = eval_top(m);
    const symbol *s = lang_symbol(m->l, st->name);
    bool plain = s->first == s->last;
    f->left = (uint32_t)m->lists.count;
    f->lefts = 0;
    for (uint32_t k = 0; k < st->rank; k++) {
        const side x = m->l->sides.at[st->sides + k];
        box b = {.first = 0, .size = 1};
        if (x.kind == SIDE_PLACE) {
            plain = false;
            if (!ranges_place(m, f, x.low, &b.first)) return false;
        } else {
            uint32_t id = ranges_id(m, f, x.binder);
            const index_state *i = &m->indices.at[id];
            b = (box){i->low + parts_offset(&x), i->size, true};
            plain = plain && b.first == 0;
            f->lefts++;
            if (!parts_box(m, &x, i)) return false;
            if (!array_push(&m->g->memory, &m->lists, id)) return eval_memory(m);
        }
        if (!parts_near(m, &b)) return false;
        if (!array_push(&m->g->memory, &m->boxes, b)) return eval_memory(m);
    }
    f->name = plain ? st->name : 0;
    return true;
}

/* The equation's value, over just its left indices. */
bool parts_value(machine *m, const frame *f, value *v)
{
    const statement *st = &m->l->statements.at[f->statement - 1];
    const uint32_t *left = eval_left(m, f);
    const piece *p = &m->l->pieces.at[f->end - 1];
    uint32_t ids[AXES_MOST];
    size_t rank = 0;
    if (!value_closed(m, v, p) || !value_join(m, ids, &rank, v)) return false;
    if (!value_bound(m, v, left, f->lefts, p)) return false;
    if (f->name && m->g->names.at[f->name].node == v->node) return value_index_names(m, v);
    if (!f->name && v->rank == f->lefts) return true; /* a join can turn axes */
    if (v->part != NO_PART && f->name && v->rank == f->lefts &&
        memcmp(value_list(m, v), left, rank * sizeof *left) == 0)
        m->parts.at[v->part].node = EW_NONE; /* the part is the named node */
    memcpy(ids, left, f->lefts * sizeof *ids);
    return value_arrange(m, v, ids, f->lefts, f->name, st->place, v) && (!f->name || value_index_names(m, v));
}

/* ---- Covering --------------------------------------------------------------------------------------------------- */

static void parts_place_text(const int64_t *place, size_t rank, char buffer[160])
{
    size_t at = 0;
    buffer[at++] = '[';
    for (size_t k = 0; k < rank && at < 130; k++)
        at += (size_t)snprintf(buffer + at, 160 - at, "%s%lld", k ? ", " : "", (long long)place[k]);
    snprintf(buffer + at, 160 - at, "]");
}

static bool parts_told(machine *m, error_code code, uint32_t name, uint32_t place, const int64_t *at, size_t rank)
{
    char buffer[160], where[160];
    const graph_name *n = &m->g->names.at[name];
    parts_place_text(at, rank, where);
    return report_at(&m->g->report, code, place, n->count, quote(buffer, graph_name_text(m->g, name), n->count), where,
                     NULL);
}

static bool parts_inside(const box *b, size_t rank, const int64_t *place)
{
    for (size_t k = 0; k < rank; k++)
        if (place[k] < b[k].first || place[k] - b[k].first >= b[k].size) return false;
    return true;
}

/* How many places the boxes give that begin with `place` in the axes before this one. */
static size_t parts_given(const box *b, size_t count, size_t rank, size_t axis, const int64_t *place)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t volume = parts_inside(b + i * rank, axis, place);
        for (size_t k = axis; k < rank; k++) volume *= (size_t)b[i * rank + k].size;
        sum += volume;
    }
    return sum;
}

/* The first place in no box: in each axis 0, or where a box ends. There is one among the `whole` places. */
static void parts_gap(const box *b, size_t count, size_t rank, const int64_t *sizes, size_t whole, int64_t *place)
{
    for (size_t k = 0; k < rank; k++) {
        whole /= (size_t)sizes[k];
        for (place[k] = 0; parts_given(b, count, rank, k + 1, place) == whole;) {
            int64_t next = INT64_MAX;
            for (size_t i = 0; i < count; i++) {
                int64_t end = b[i * rank + k].first + b[i * rank + k].size;
                if (end > place[k] && end < next) next = end;
            }
            place[k] = next;
        }
    }
}

/* Two boxes that share a place. */
static bool parts_meet(const box *a, const box *b, size_t rank, int64_t *place)
{
    for (size_t k = 0; k < rank; k++) {
        int64_t first = a[k].first > b[k].first ? a[k].first : b[k].first;
        if (first - a[k].first >= a[k].size || first - b[k].first >= b[k].size) return false;
        place[k] = first;
    }
    return true;
}

/* Do the boxes cover 0 … size - 1 in each axis, each place once? */
static bool parts_cover(machine *m, const joining *j, const box *b, const int64_t *sizes)
{
    int64_t place[AXES_MOST];
    size_t whole = 1, sum = 0;
    for (size_t k = 0; k < j->rank; k++) {
        if (!size_is_known(sizes[k])) return true;
        if (!size_mul(whole, (size_t)sizes[k], &whole)) return true;
    }
    for (size_t i = 0; i < j->count; i++) {
        size_t volume = 1;
        for (size_t k = 0; k < j->rank; k++) {
            place[k] = b[i * j->rank + k].first;
            if (place[k] < 0) return parts_told(m, E_LEFT_OUTSIDE, j->name, j->places[i], place, j->rank);
            size_mul(volume, (size_t)b[i * j->rank + k].size, &volume);
        }
        sum += volume;
        for (size_t q = 0; q < i; q++)
            if (parts_meet(b + q * j->rank, b + i * j->rank, j->rank, place))
                return parts_told(m, E_OVERLAP, j->name, j->places[i], place, j->rank);
    }
    if (sum == whole) return true;
    parts_gap(b, j->count, j->rank, sizes, whole, place);
    return parts_told(m, j->circle ? E_BASE : E_GAP, j->name, j->places[0], place, j->rank);
}

void parts_sizes(const box *b, size_t count, size_t rank, int64_t *sizes)
{
    for (size_t k = 0; k < rank; k++) {
        sizes[k] = 0;
        for (size_t i = 0; i < count; i++) {
            const box *x = &b[i * rank + k];
            if (!size_is_known(x->size) || x->first == INT64_MIN)
                sizes[k] = x->first == 0 && x->size < 0 ? x->size : INT64_MIN;
            else if (sizes[k] >= 0 && x->first + x->size > sizes[k])
                sizes[k] = x->first + x->size;
            if (sizes[k] < 0) break;
        }
    }
}

/* From a part's axes to the array's: places, and its indices with their offsets. */
static uint16_t parts_map(machine *m, const value *v, const box *b, size_t rank, const uint32_t *left)
{
    map_draft *d = block_new(&m->g->memory, rank, sizeof *d);
    const uint32_t *list = value_list(m, v);
    if (!d) return eval_memory(m), UINT16_MAX;
    for (size_t k = 0; k < rank; k++) {
        d[k].offset = b[k].first == INT64_MIN ? 0 : b[k].first;
        if (!b[k].index) continue;
        uint16_t at = 0;
        while (list[at] != *left) at++;
        left++;
        d[k].terms = 1;
        d[k].axis[0] = at;
        d[k].factor[0] = 1;
    }
    uint16_t map = graph_map_of(m->g, d, rank);
    block_free(&m->g->memory, d, rank);
    return map;
}

bool parts_join(machine *m, const joining *j, const value *v, const uint32_t *lefts, const box *b, ew_node *n)
{
    int64_t sizes[AXES_MOST];
    memory *hook = &m->g->memory;
    parts_sizes(b, j->count, j->rank, sizes);
    if (!parts_cover(m, j, b, sizes)) return false;
    for (size_t k = 0; k < j->rank; k++)
        if (sizes[k] == INT64_MIN && !(sizes[k] = graph_unknown_size(m->g, 0))) return false;
    ew_node *args = block_new(hook, j->count, sizeof *args);
    uint16_t *maps = block_new(hook, j->count, sizeof *maps);
    bool ok = args && maps;
    if (!ok) eval_memory(m);
    for (size_t i = 0; ok && i < j->count; i++) {
        args[i] = v[i].node;
        maps[i] = parts_map(m, &v[i], b + i * j->rank, j->rank, m->lists.at ? m->lists.at + lefts[i] : lefts);
    }
    node_spec s = {.op = OP_JOIN,
                   .args = args,
                   .maps = maps,
                   .count = j->count,
                   .name = j->circle ? 0 : j->name,
                   .place = j->places ? j->places[0] : NO_PLACE};
    s.shape = ok ? graph_shape_of(m->g, sizes, j->rank) : UINT16_MAX;
    *n = ok ? graph_make(m->g, &s) : EW_NONE;
    block_free(hook, args, args ? j->count : 0);
    block_free(hook, maps, maps ? j->count : 0);
    return *n != EW_NONE;
}

/* ---- An array --------------------------------------------------------------------------------------------------- */

/* Names of the array's indices, as its first equation with one in each bracket writes them. */
bool parts_names(machine *m, uint32_t name, ew_node n)
{
    uint32_t names[AXES_MOST] = {0};
    const symbol *s = lang_symbol(m->l, name);
    for (uint32_t i = s->first; i; i = m->l->statements.at[i - 1].next)
        for (uint32_t k = 0; k < s->rank; k++) {
            const side *x = &m->l->sides.at[m->l->statements.at[i - 1].sides + k];
            if (x->kind == SIDE_INDEX && !names[k]) names[k] = m->l->binders.at[x->binder].name;
        }
    return graph_set_index_names(m->g, n, names, s->rank);
}

static bool parts_finish(machine *m, frame *f)
{
    const symbol *s = lang_symbol(m->l, f->name);
    size_t count = m->stack.count - f->values;
    ew_node n = m->g->names.at[f->name].node;
    if (n == EW_NONE) {
        uint32_t *places = block_new(&m->g->memory, count * 2, sizeof *places);
        if (!places) return eval_memory(m);
        size_t at = 0;
        for (uint32_t i = s->first; i; i = m->l->statements.at[i - 1].next, at++) {
            places[at] = m->l->statements.at[i - 1].place;
            places[count + at] = m->part_lefts.at[m->part_lefts.count - count + at];
        }
        joining j = {f->name, count, s->rank, places, false};
        bool ok = parts_join(m, &j, m->stack.at + f->values, places + count, m->boxes.at + f->scan, &n) &&
                  parts_names(m, f->name, n);
        block_free(&m->g->memory, places, count * 2);
        if (!ok) return false;
    }
    m->part_lefts.count -= count;
    m->boxes.count = f->scan;
    m->stack.count = f->values;
    m->l->symbols.at[f->name].busy = false;
    m->frames.count--;
    return true;
}

bool parts_step(machine *m)
{
    frame *f = eval_top(m);
    if (!f->statement) return parts_finish(m, f);
    uint32_t number = f->statement;
    const statement *st = &m->l->statements.at[number - 1];
    frame e = eval_frame(F_EQUATION, st->value, 0, st->place);
    f->statement = st->next;
    e.statement = number;
    e.scan = m->l->sides.at[st->sides].low.begin;
    return eval_enter(m, e);
}

/* Indices that the call's arguments bring along come before the array's own axes: n of y[n] = f(x[n]). */
static bool parts_local_ids(machine *m, const value *v, const uint32_t *own, size_t count, uint32_t *ids, size_t *all)
{
    const uint32_t *list = value_list(m, v);
    *all = 0;
    for (size_t k = 0; k < (size_t)(v->rank - v->open); k++) {
        size_t at = 0;
        while (at < count && own[at] != list[k]) at++;
        if (at == count) ids[(*all)++] = list[k];
    }
    if (*all + count > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    for (size_t k = 0; k < count; k++) ids[(*all)++] = own[k];
    return true;
}

bool parts_local(machine *m, const frame *f, const local *x, value *v)
{
    uint32_t own[AXES_MOST], ids[AXES_MOST];
    size_t count;
    for (uint32_t k = 0; k < x->rank; k++) {
        const side *s = &m->l->sides.at[x->sides + k];
        uint32_t id = s->kind == SIDE_INDEX ? ranges_id(m, f, s->binder) : 0;
        if (s->kind != SIDE_INDEX || s->offset || m->indices.at[id].low)
            return report_at(&m->g->report, E_PLACE_FIXED, s->place, s->bytes, NULL, NULL, NULL);
        own[k] = id;
    }
    if (!value_closed(m, v, &m->l->pieces.at[f->end - 1])) return false;
    if (!parts_local_ids(m, v, own, x->rank, ids, &count)) return false;
    if (!value_arrange(m, v, ids, count, 0, x->place, v)) return false;
    v->open = (uint16_t)x->rank;
    v->form = 0;
    return true;
}

/* A finished equation: its value stays on the stack for the array. */
bool parts_leave(machine *m, const frame *f)
{
    value *v = &m->stack.at[m->stack.count - 1];
    value done = *v;
    if (m->l->statements.at[f->statement - 1].until.end) {
        const statement *st = &m->l->statements.at[f->statement - 1];
        char buffer[160];
        const char *word = graph_name_text(m->g, st->name);
        return report_at(&m->g->report, E_UNTIL, st->place, strlen(word), quote(buffer, word, strlen(word)), NULL,
                         NULL);
    }
    if (!parts_value(m, f, &done)) return false;
    m->stack.at[m->stack.count - 1] = done;
    return array_push(&m->g->memory, &m->part_lefts, f->left) ? true : eval_memory(m);
}
