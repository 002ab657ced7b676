/*
 * reduce.c - reductions: sum(i, j: body) and its kin. Own ones, norm(d: v), are calls (eval.c).
 *
 * A range that depends on outer indices is the widest range and a condition: where it does not hold, the
 * body is what changes nothing (0 in a sum, 1 in a product).
 */
#include <math.h>
#include <string.h>

#include "lang/machine.h"

static const struct {
    const char *name;
    op op;
    double nothing; /* what changes nothing */
} reductions[] = {
    {"sum", OP_SUM, 0},
    {"prod", OP_PROD, 1},
    {"min", OP_LEAST, INFINITY},
    {"max", OP_GREATEST, -INFINITY},
    {"mean", OP_COPY, 0},
    {"logsumexp", OP_LOGSUMEXP, -INFINITY},
    {"argmin", OP_ARGMIN, INFINITY},
    {"argmax", OP_ARGMAX, -INFINITY},
    {"all", OP_ALL, 1},
    {"any", OP_ANY, 0},
};

static int reduce_find(const char *name)
{
    for (size_t i = 0; i < sizeof reductions / sizeof reductions[0]; i++)
        if (strcmp(name, reductions[i].name) == 0) return (int)i;
    return -1;
}

bool lang_is_reduction(const char *name)
{
    return reduce_find(name) >= 0;
}

static value reduce_whole(machine *m, int64_t x)
{
    return (value){.node = graph_whole(m->g, x), .part = NO_PART};
}

typedef struct reduce {
    const piece *p;
    op op;
    double nothing;
    uint32_t over[AXES_MOST];
    size_t count;
    value body;
    value fill; /* what stands for the body at places out of the range */
} reduce;

static value reduce_number(machine *m, double x, op o)
{
    ew_node n = o == OP_ALL || o == OP_ANY ? graph_bool(m->g, x != 0) : graph_number(m->g, x);
    return (value){n, NO_PART, 0, 0, 0, 0, 0};
}

static bool reduce_bound(machine *m, uint32_t id, const affine *bound, op o, const piece *p, value *all, bool *any)
{
    affine index = {.terms = 1, .index = {id}, .factor = {1}};
    value two[2], test;
    if (!bound->terms) return true;
    if (!value_of_form(m, &index, p, &two[0]) || !value_of_form(m, bound, p, &two[1])) return false;
    if (!value_op(m, o, two, 2, NULL, 0, p, &test)) return false;
    two[0] = *all;
    two[1] = test;
    if (!*any)
        *all = test;
    else if (!value_op(m, OP_AND, two, 2, NULL, 0, p, all))
        return false;
    return *any = true;
}

/* Where a range depends on other indices: is this index in it? */
static bool reduce_mask(machine *m, uint32_t id, const piece *p, value *all, bool *any)
{
    const index_state i = m->indices.at[id];
    if (!i.conditional) return true;
    affine first = m->affines.at[i.first - 1], last = m->affines.at[i.last - 1];
    return reduce_bound(m, id, &first, OP_GE, p, all, any) && reduce_bound(m, id, &last, OP_LE, p, all, any);
}

/* Ranges that depend on others hold for what is read in the body, until reduce_unbind. */
bool reduce_bind(machine *m, const piece *p)
{
    frame *f = eval_top(m);
    uint32_t id = ranges_id(m, f, p->value);
    value all = {0};
    bool any = false;
    m->stack.count -= p->count;
    f->at++;
    if (!array_push(&m->g->memory, &m->rebound, ((rebound){id, (uint32_t)m->conditions.count}))) return eval_memory(m);
    if (!reduce_mask(m, id, p, &all, &any)) return false;
    condition c = {all, false};
    return !any || array_push(&m->g->memory, &m->conditions, c) ? true : eval_memory(m);
}

/* What is read after the body is the rest of the equation's. */
void reduce_unbind(machine *m, const reduction *r)
{
    m->rebound.count -= r->count;
    for (uint32_t k = 0; k < r->count; k++)
        if (m->indices.at[ranges_id(m, eval_top(m), m->l->over.at[r->first + k])].conditional) m->conditions.count--;
}

static bool reduce_chooses(const reduce *r)
{
    return r->op == OP_ARGMIN || r->op == OP_ARGMAX;
}

/* An int that is chosen among stays one, exact beyond 2^53. */
static value reduce_fill(machine *m, const reduce *r)
{
    if (!reduce_chooses(r) || node_at(m->g, r->body.node)->type != TYPE_INT) return reduce_number(m, r->nothing, r->op);
    return reduce_whole(m, r->op == OP_ARGMIN ? INT64_MAX : INT64_MIN);
}

static bool reduce_masked(machine *m, reduce *r, value *mask, bool *any)
{
    *any = false;
    for (size_t k = 0; k < r->count; k++)
        if (!reduce_mask(m, r->over[k], r->p, mask, any)) return false;
    if (!*any) return true;
    r->fill = reduce_fill(m, r);
    value three[3] = {*mask, r->body, r->fill};
    return value_op(m, OP_IF, three, 3, NULL, 0, r->p, &r->body);
}

/* max over no ints is -inf, which is no int. */
static bool reduce_nothing(machine *m, reduce *r)
{
    bool empty = false;
    if (r->op != OP_LEAST && r->op != OP_GREATEST) return true;
    for (size_t k = 0; k < r->count; k++) empty = empty || m->indices.at[r->over[k]].size == 0;
    int type = node_at(m->g, r->body.node)->type;
    if (!empty || (type_is_real(type) && type != TYPE_WHOLE)) return true;
    r->body = reduce_number(m, r->nothing, r->op);
    return r->body.node != EW_NONE;
}

/* The axes that stay, in the order of the left side where it has just those. */
static size_t reduce_rest(machine *m, const reduce *r, const frame *left, uint32_t *ids, bool *root)
{
    const uint32_t *list = value_list(m, &r->body);
    size_t rank = 0, shared = 0;
    for (size_t k = 0; k < r->body.rank; k++) {
        size_t at = 0;
        while (at < r->count && r->over[at] != list[k]) at++;
        if (at == r->count) ids[rank++] = list[k];
    }
    *root = false;
    if (!left || left->lefts != rank) return rank;
    const uint32_t *wanted = eval_left(m, left);
    for (size_t k = 0; k < rank; k++)
        for (size_t q = 0; q < rank; q++) shared += ids[k] == wanted[q];
    *root = shared == rank;
    if (*root && rank) memcpy(ids, wanted, rank * sizeof *ids);
    return rank;
}

static bool reduce_node(machine *m, const reduce *r, const frame *left, uint32_t name, value *v)
{
    uint32_t ids[AXES_MOST * 2];
    bool root;
    size_t rank = reduce_rest(m, r, left, ids, &root);
    uint16_t shape = value_shape(m, ids, rank);
    if (rank + r->count > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    memcpy(ids + rank, r->over, r->count * sizeof *ids);
    ew_node body = r->body.node;
    uint16_t map = value_map(m, ids, rank + r->count, &r->body);
    node_spec s = {.op = r->op,
                   .args = &body,
                   .maps = &map,
                   .count = 1,
                   .shape = shape,
                   .domain = value_shape(m, ids, rank + r->count),
                   .place = r->p->place};
    if (root) s.name = name;
    uint32_t names[AXES_MOST];
    for (size_t k = 0; k < rank + r->count; k++) names[k] = m->indices.at[ids[k]].name;
    return value_new(m, graph_make(m->g, &s), ids, rank, v) &&
           graph_set_index_names(m->g, v->node, names, rank + r->count);
}

/* How many places a mean is over, as a number or (where ranges depend on others) a sum. */
static bool reduce_count(machine *m, const reduce *r, const value *mask, bool masked, value *v)
{
    int64_t count = 1;
    bool known = true;
    *v = (value){EW_NONE, NO_PART, 0, 0, 0, 0, 0};
    if (masked) {
        reduce one = *r;
        one.op = OP_SUM;
        one.body = *mask;
        return reduce_node(m, &one, NULL, 0, v);
    }
    for (size_t k = 0; k < r->count; k++) {
        int64_t size = m->indices.at[r->over[k]].size;
        known = known && size_is_known(size) && !__builtin_mul_overflow(count, size, &count);
    }
    if (known) return (v->node = graph_whole(m->g, count)) != EW_NONE;
    v->node = graph_whole(m->g, 1);
    for (size_t k = 0; k < r->count; k++) {
        int64_t size = m->indices.at[r->over[k]].size;
        value two[2] = {
            *v, {size_is_known(size) ? graph_whole(m->g, size) : graph_size(m->g, size), NO_PART, 0, 0, 0, 0, 0}};
        if (k == 0 ? (*v = two[1]).node == EW_NONE : !value_op(m, OP_MUL, two, 2, NULL, 0, r->p, v)) return false;
    }
    return true;
}

/* argmin and argmax give positions; their value is an index's. */
static bool reduce_shift(machine *m, const reduce *r, value *v)
{
    int64_t low = m->indices.at[r->over[0]].low;
    value two[2] = {*v, {graph_whole(m->g, low), NO_PART, 0, 0, 0, 0, 0}};
    return low == 0 || value_op(m, OP_ADD, two, 2, NULL, 0, r->p, v);
}

/* The same indices, by another operation. */
static bool reduce_also(machine *m, const reduce *r, op o, const value *body, value *v)
{
    reduce other = *r;
    other.op = o;
    other.body = *body;
    return reduce_node(m, &other, NULL, 0, v);
}

bool reduce_any(machine *m, uint32_t id, value *v)
{
    static const piece nowhere = {P_REDUCE, 1, 0, 0, 0, NO_PLACE};
    const reduce r = {.p = &nowhere, .over = {id}, .count = 1};
    return reduce_also(m, &r, OP_ANY, v, v);
}

/* Where all values of a range are as the fill, a place before it would be chosen: the first of its places is. */
static bool reduce_within(machine *m, const reduce *r, const value *mask, value *v)
{
    value two[2], three[3];
    if (!reduce_also(m, r, r->op == OP_ARGMIN ? OP_LEAST : OP_GREATEST, &r->body, &two[0])) return false;
    two[1] = r->fill;
    if (!value_op(m, OP_EQ, two, 2, NULL, 0, r->p, &three[0])) return false;
    if (!reduce_also(m, r, OP_ARGMAX, mask, &three[1])) return false;
    three[2] = *v;
    return value_op(m, OP_IF, three, 3, NULL, 0, r->p, v);
}

/* argmin and argmax over a range that depends on others: a place that none has where it is empty. */
static bool reduce_chosen(machine *m, const reduce *r, const value *mask, value *v)
{
    value three[3], when = {0}, ramp;
    bool conditions = false;
    uint32_t id = r->over[0];
    if (!reduce_within(m, r, mask, v)) return false;
    if (!reduce_also(m, r, OP_ANY, mask, &three[0]) || !access_condition(m, &when, &conditions)) return false;
    three[1] = *v;
    three[2] = reduce_whole(m, NO_CHOICE);
    if (!value_op(m, OP_IF, three, 3, NULL, 0, r->p, &three[1])) return false;
    if (!value_new(m, graph_index(m->g, m->indices.at[id].size, 0), &id, 1, &ramp)) return false;
    return access_gather(m, r->p, &ramp, &three[1], conditions ? &when : NULL, v);
}

static bool reduce_check(machine *m, const reduce *r, const char *name, size_t bodies)
{
    char count[24];
    op o = r->op;
    count_text(reduce_chooses(r) ? r->count : bodies, count);
    if (bodies != 1) return eval_error(m, E_ARGUMENTS, r->p, name, translate(m->g->language, "1 argument"), count);
    if (reduce_chooses(r) && r->count != 1) return eval_error(m, E_ONE_INDEX, r->p, name, count, NULL);
    if (reduce_chooses(r) && m->indices.at[r->over[0]].size == 0)
        return eval_error(m, E_EMPTY_RANGE, r->p, name, NULL, NULL);
    if (!value_closed(m, &r->body, r->p)) return false;
    if ((o == OP_ALL || o == OP_ANY) && node_at(m->g, r->body.node)->type != TYPE_BOOL)
        return eval_error(m, E_BOOL, r->p, name, NULL, NULL);
    return true;
}

bool reduce_run(machine *m, const piece *p)
{
    const reduction *from = &m->l->reductions.at[p->value];
    const char *name = graph_name_text(m->g, from->name);
    int row = reduce_find(name);
    frame *f = eval_top(m);
    reduce r = {.p = p, .op = reductions[row].op, .nothing = reductions[row].nothing, .count = from->count};
    value mask = {0}, v, two[2];
    bool masked = false, mean = r.op == OP_COPY;
    if (r.count > AXES_MOST) return report_plain(&m->g->report, E_LIMIT_AXES, "32", NULL);
    for (size_t k = 0; k < r.count; k++) r.over[k] = ranges_id(m, f, m->l->over.at[from->first + k]);
    r.body = m->stack.at[m->stack.count - p->count];
    if (!reduce_check(m, &r, name, p->count) || !reduce_masked(m, &r, &mask, &masked)) return false;
    if (!reduce_nothing(m, &r)) return false;
    if (mean) r.op = OP_SUM;
    m->stack.count -= p->count;
    bool root = ++f->at == f->end && (f->kind == F_EQUATION || (f->kind == F_DEFINITION && !f->function)) && !mean;
    bool chosen = reduce_chooses(&r), shifted = chosen && m->indices.at[r.over[0]].low != 0;
    root = root && !shifted && !(chosen && masked);
    if (!reduce_node(m, &r, root ? f : NULL, root ? f->name : 0, &v)) return false;
    v.part = eval_part(m, p, v.node);
    if (masked && chosen && !reduce_chosen(m, &r, &mask, &v)) return false;
    if (shifted && !reduce_shift(m, &r, &v)) return false;
    if (mean) {
        two[0] = v;
        if (!reduce_count(m, &r, &mask, masked, &two[1])) return false;
        root = f->at == f->end && (f->kind == F_EQUATION || f->kind == F_DEFINITION);
        if (!value_op(m, OP_DIV, two, 2, root ? f : NULL, root ? f->name : 0, p, &v)) return false;
    }
    if (mean || shifted || (chosen && masked)) v.part = eval_part(m, p, v.node);
    return report_ok(&m->g->report) && eval_push(m, v);
}
