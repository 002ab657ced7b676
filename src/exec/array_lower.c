/*
 * array_lower.c - nodes → values (array_inside.h), and the whole way to a plan.
 */
#include "exec/array_inside.h"

#include <string.h>

enum { SPREAD_COPIED = 8 }; /* places to each of an input that make it worth a copy */

enum { COUNT_MOST = 1 << 24 };

/* ---- What is needed ------------------------------------------------------------------------------- */

/* One walk downward. A state needs what its recurrence makes, which stands above it: true, if that is news. */
static bool lower_walk(const ew_graph *g, uint8_t *needed)
{
    bool news = false;
    for (size_t i = g->nodes.count; i-- > 0;) {
        const graph_node *node = node_at(g, (ew_node)i);
        if (!needed[i] || type_is_soft(node->type)) continue;
        for (size_t k = 0; k < node->count; k++) needed[node_arg(g, (ew_node)i, k)] = 1;
        if (node->op != OP_STATE) continue;
        ew_node loop = node_state(g, (ew_node)i)->loop;
        news = news || !needed[loop];
        needed[loop] = 1;
    }
    return news;
}

static void lower_mark(const ew_graph *g, uint8_t *needed)
{
    while (lower_walk(g, needed)) {
    }
}

bool array_needed(const ew_graph *g, const ew_node *wanted, size_t count, bool *yes)
{
    memory m = g->memory; /* a copy: the graph is only looked at */
    *yes = false;
    if (g->shapes.count <= 1) return true;
    for (size_t i = 0; i < g->inputs.count + g->params.count && !*yes; i++) {
        const graph_input *in = i < g->inputs.count ? &g->inputs.at[i] : &g->params.at[i - g->inputs.count];
        *yes = node_at(g, in->node)->shape != 0;
    }
    if (*yes) return true;
    uint8_t *needed = block_new(&m, g->nodes.count, 1);
    if (!needed) return false;
    for (size_t i = 0; i < count; i++) needed[wanted[i]] = 1;
    lower_mark(g, needed);
    for (size_t i = 0; i < g->nodes.count && !*yes; i++) {
        unsigned o = node_at(g, (ew_node)i)->op;
        *yes = needed[i] && (node_at(g, (ew_node)i)->shape || (op_is_structure(o) && o != OP_STATE));
    }
    block_free(&m, needed, g->nodes.count);
    return true;
}

/* ---- Types ---------------------------------------------------------------------------------------- */

int array_storage_of(int type)
{
    return type == TYPE_F32 ? ARRAY_F32 : type == TYPE_INT || type == TYPE_WHOLE ? ARRAY_INT : ARRAY_F64;
}

/* Comparisons and logic compute in the type of their arguments; constants take what they meet. */
static int logic_type(const array_lowering *w, const array_value *v)
{
    int type = -1;
    bool logic = v->op == OP_AND || v->op == OP_OR || v->op == OP_NOT;
    for (size_t k = 0; k < v->count; k++) {
        const array_value *a = value_at(w, value_use(w, v, k).value);
        int t = a->type, soft = node_at(w->g, a->node)->type;
        if (a->lies == LIES_CONST && soft != TYPE_REAL) continue;
        if (a->lies == LIES_CONST && type == ARRAY_F32) continue;
        if (a->lies == LIES_CONST && type == -1 && k == 0 && v->count > 1) continue;
        if (t == ARRAY_F64 && node_at(w->g, a->node)->type == TYPE_BOOL && type == ARRAY_F32) continue;
        if (type == -1)
            type = t;
        else if (type != t)
            type = type == ARRAY_F64 || t == ARRAY_F64 ? ARRAY_F64 : ARRAY_F32;
    }
    if (type == -1 || (logic && type == ARRAY_INT)) return ARRAY_F64;
    for (size_t k = 0; k < v->count && type == ARRAY_INT; k++) {
        const array_value *a = value_at(w, value_use(w, v, k).value);
        if (a->lies == LIES_CONST && node_at(w->g, a->node)->type == TYPE_REAL) type = ARRAY_F64;
    }
    return type;
}

/* How many of few conditions hold is exact in the type that the conditions have, and adds up faster. */
static bool lower_counts(const array_lowering *w, const array_value *v)
{
    array_use u = value_use(w, v, 0);
    size_t all, own;
    if (node_at(w->g, value_at(w, u.value)->node)->type != TYPE_BOOL) return false;
    if (value_at(w, u.value)->type == ARRAY_INT || value_at(w, u.value)->lies == LIES_CONST) return false;
    if (!shape_elements(w->g, v->domain, &all) || !shape_elements(w->g, v->shape, &own)) return false;
    return own && all / own <= COUNT_MOST;
}

static void lower_types(array_lowering *w, array_value *v)
{
    int type = node_at(w->g, v->node)->type;
    v->type = v->inner = (uint8_t)array_storage_of(type);
    if (v->lies == LIES_CONST) return;
    if (value_is_each(v) && (ops_row((op)v->op)->flags & OP_LOGIC)) {
        v->inner = (uint8_t)logic_type(w, v);
        v->type = v->inner == ARRAY_F32 ? ARRAY_F32 : ARRAY_F64;
    } else if (v->op == OP_SUM && type == TYPE_INT && lower_counts(w, v)) {
        v->type = v->inner = value_at(w, value_use(w, v, 0).value)->type;
    } else if (v->op == OP_AT || ((v->op == OP_COPY || v->op == OP_STOP) && type == TYPE_BOOL)) {
        v->type = v->inner = value_at(w, value_use(w, v, 0).value)->type;
    }
}

/* ---- Values --------------------------------------------------------------------------------------- */

uint32_t array_push_value(array_lowering *w, array_value v, const array_use *uses)
{
    v.uses = (uint32_t)w->uses.count;
    v.region = v.partial = ARRAY_NONE;
    if (!array_reserve(w->m, &w->uses, v.count) || !array_reserve(w->m, &w->values, 1) ||
        w->values.count >= ARRAY_REGION) {
        array_no_memory(w);
        return ARRAY_NONE;
    }
    for (size_t k = 0; k < v.count; k++) w->uses.at[w->uses.count++] = uses[k];
    w->values.at[w->values.count] = v;
    return (uint32_t)w->values.count++;
}

uint32_t array_push_each(array_lowering *w, ew_node n, op o, int type, uint16_t shape, const array_use *uses,
                         size_t count)
{
    array_value v = {.op = (uint16_t)o,
                     .type = (uint8_t)type,
                     .inner = (uint8_t)type,
                     .shape = shape,
                     .node = n,
                     .count = (uint32_t)count};
    return array_push_value(w, v, uses);
}

uint32_t array_push_product(array_lowering *w, ew_node n, int type, const array_use uses[3])
{
    const graph_node *node = node_at(w->g, n);
    array_value v = {.op = OP_SUM,
                     .type = (uint8_t)type,
                     .inner = (uint8_t)type,
                     .shape = node->shape,
                     .domain = node->domain,
                     .node = n,
                     .count = 3,
                     .product = true};
    return array_push_value(w, v, uses);
}

/* log(sum exp(x - m)) + m with m the greatest; where that is inf or nan it is the result. */
static uint32_t lower_logsumexp(array_lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    int type = array_storage_of(node->type);
    array_use x = {w->of[node_arg(w->g, n, 0)], use_map(w->g, n, 0)};
    array_value reduce = {.op = OP_GREATEST,
                          .type = (uint8_t)type,
                          .inner = (uint8_t)type,
                          .shape = node->shape,
                          .domain = node->domain,
                          .node = n,
                          .count = 1};
    uint32_t most = array_push_value(w, reduce, &x);
    if (most == ARRAY_NONE) return most;
    array_use apart[2] = {x, {most, 0}};
    array_use less = {array_push_each(w, n, OP_SUB, type, node->domain, apart, 2), 0};
    if (less.value == ARRAY_NONE) return less.value;
    array_use e = {array_push_each(w, n, OP_EXP, type, node->domain, &less, 1), 0};
    if (e.value == ARRAY_NONE) return e.value;
    reduce.op = OP_SUM;
    array_use sum = {array_push_value(w, reduce, &e), 0};
    if (sum.value == ARRAY_NONE) return sum.value;
    array_use log = {array_push_each(w, n, OP_LOG, type, node->shape, &sum, 1), 0};
    if (log.value == ARRAY_NONE) return log.value;
    array_use both[2] = {{most, 0}, log}, twice[2] = {{most, 0}, {most, 0}};
    array_use whole = {array_push_each(w, n, OP_ADD, type, node->shape, both, 2), 0};
    if (whole.value == ARRAY_NONE) return whole.value;
    array_use zero = {array_push_each(w, n, OP_SUB, type, node->shape, twice, 2), 0}; /* 0, or nan at inf and nan */
    if (zero.value == ARRAY_NONE) return zero.value;
    array_use same[2] = {zero, zero};
    array_use finite = {array_push_each(w, n, OP_EQ, type, node->shape, same, 2), 0};
    if (finite.value == ARRAY_NONE) return finite.value;
    array_use choose[3] = {finite, whole, {most, 0}};
    return array_push_each(w, n, OP_IF, type, node->shape, choose, 3);
}

/* An input, or a part of one. */
static bool is_given(const array_lowering *w, const array_value *v)
{
    if (v->op == OP_AT && v->count == 1 && !v->flags) v = value_at(w, value_use(w, v, 0).value);
    return v->op == OP_INPUT || v->op == OP_PARAM;
}

/* An input that n spreads over many more places is used through a copy, which may be held otherwise for the block that
 * runs (array_block.c); where it is not, it is no copy at all. */
static bool lower_spread(array_lowering *w, ew_node n, uint32_t *a)
{
    const graph_node *node = node_at(w->g, n);
    array_value copy = *value_at(w, *a);
    size_t few, all;
    if (node->op < OP_FIRST || !is_given(w, &copy) || value_rank(w, &copy) < 2) return true;
    if (copy.type == ARRAY_INT || !shape_elements(w->g, copy.shape, &few) || !shape_elements(w->g, node->shape, &all))
        return true;
    if (few == 0 || all / few < SPREAD_COPIED) return true;
    if (!copy.spread) {
        array_use use = {*a, 0};
        uint32_t made = array_push_each(w, copy.node, OP_COPY, copy.type, copy.shape, &use, 1);
        if (made == ARRAY_NONE) return false;
        value_at(w, *a)->spread = made;
        value_at(w, made)->spreads = true;
    }
    *a = value_at(w, *a)->spread;
    return true;
}

static uint32_t lower_plainly(array_lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    bool known = node->op == OP_CONST || type_is_soft(node->type);
    array_value v = {.op = node->op,
                     .flags = node->flags & (NODE_ZERO | NODE_WHEN),
                     .shape = node->shape,
                     .domain = node->domain,
                     .target = node->target,
                     .node = n,
                     .as = ARRAY_NONE,
                     .count = known || node->op == OP_INDEX ? 0 : node->count,
                     .lies = known                  ? LIES_CONST
                             : node->op == OP_INDEX ? LIES_RAMP
                                                    : LIES_INLINE};
    if (node->op == OP_INPUT || node->op == OP_PARAM) v.count = 0;
    if (node->op == OP_STATE || node->op == OP_LOOP) v.domain = v.target = 0, v.lies = LIES_AS;
    if (node->op == OP_AT) v.domain = v.target = 0; /* node_stands_for */
    array_use few[16] = {{0, 0}}, *uses = few;
    if (v.count > 16 && !(uses = block_new(w->m, v.count, sizeof *uses))) {
        array_no_memory(w);
        return ARRAY_NONE;
    }
    for (size_t k = 0; k < v.count; k++) uses[k] = (array_use){w->of[node_arg(w->g, n, k)], use_map(w->g, n, k)};
    bool ok = true;
    for (size_t k = 0; ok && k < v.count; k++) ok = lower_spread(w, n, &uses[k].value);
    uint32_t made = ok ? array_push_value(w, v, uses) : ARRAY_NONE;
    if (uses != few) block_free(w->m, uses, v.count);
    if (made != ARRAY_NONE) lower_types(w, value_at(w, made));
    return made;
}

/* A bool over an int that has fewer places: times the reciprocal, which is made once for each of the int's. The bits
 * are the same: 1/c is rounded once, and 0·inf is the nan that 0/0 is. */
static bool lower_share(array_lowering *w, ew_node n, uint32_t *made)
{
    const graph_node *node = node_at(w->g, n);
    if (node->op != OP_DIV || !type_is_real(node->type) || type_is_soft(node->type)) return true;
    ew_node bit = node_arg(w->g, n, 0), number = node_arg(w->g, n, 1);
    if (node_at(w->g, bit)->type != TYPE_BOOL || node_at(w->g, number)->type != TYPE_INT) return true;
    if (node_rank(w->g, number) >= node_rank(w->g, n) || node_is_const(w->g, number)) return true;
    int type = array_storage_of(node->type);
    uint16_t shape = node->shape, own = node_at(w->g, number)->shape;
    uint16_t maps[2] = {use_map(w->g, n, 0), use_map(w->g, n, 1)};
    ew_node one = graph_whole(w->g, 1);
    if (one == EW_NONE || !array_known_value(w, one)) return false;
    array_use over[2] = {{w->of[one], 0}, {w->of[number], 0}};
    uint32_t inverse = array_push_each(w, n, OP_DIV, type, own, over, 2);
    if (inverse == ARRAY_NONE) return false;
    array_use times[2] = {{w->of[bit], maps[0]}, {inverse, maps[1]}};
    *made = array_push_each(w, n, OP_MUL, type, shape, times, 2);
    return *made != ARRAY_NONE;
}

/* The definition of state s as the value whose memory the state is: of its type, and computed. */
static uint32_t lower_definition(array_lowering *w, uint32_t s)
{
    const graph_state *state = &w->g->states.at[s];
    uint32_t d = w->of[state->definition];
    const array_value *v = value_at(w, d);
    int type = array_storage_of(node_at(w->g, state->state)->type);
    bool own = v->lies == LIES_INLINE || (v->lies == LIES_AS && v->op == OP_LOOP);
    if (own && v->type == type && !v->defines && v->op != OP_INPUT && v->op != OP_PARAM) return d;
    array_use use = {d, 0};
    return array_push_each(w, state->definition, OP_COPY, type, v->shape, &use, 1);
}

/* A recurrence is closed: what its states and loops are is known. */
static bool lower_loops(array_lowering *w, uint32_t region)
{
    const graph_region *r = &w->g->regions.at[region];
    for (uint32_t s = r->first; s < r->first + r->count; s++) {
        uint32_t d = lower_definition(w, s);
        if (d == ARRAY_NONE) return false;
        value_at(w, d)->defines = true;
        if (w->state[s] != ARRAY_NONE) value_at(w, w->state[s])->as = d;
        w->state[s] = d;
    }
    w->regions[region].needed = true;
    w->regions[region].until = r->until == EW_NONE ? ARRAY_NONE : w->of[r->until];
    return true;
}

/* Room for what is known by node: constants may be added while lowering. */
static bool lower_grow(array_lowering *w)
{
    size_t old = w->of_count, count = w->g->nodes.count;
    if (old >= count) return true;
    uint32_t *of = block_new(w->m, count, sizeof *of);
    if (!of) return array_no_memory(w);
    if (old) memcpy(of, w->of, old * sizeof *of);
    for (size_t i = old; i < count; i++) of[i] = ARRAY_NONE;
    block_free(w->m, w->of, old);
    w->of = of;
    w->of_count = count;
    return true;
}

bool array_known_value(array_lowering *w, ew_node n)
{
    if (!lower_grow(w)) return false;
    if (w->of[n] != ARRAY_NONE || !node_is_const(w->g, n)) return true;
    w->of[n] = lower_plainly(w, n);
    return w->of[n] != ARRAY_NONE;
}

/* The step of x is that of relu(x), where that is there: then x itself need not be kept. */
static bool lower_step(array_lowering *w, ew_node n, uint32_t *made)
{
    ew_node x = node_arg(w->g, n, 0), relu = w->relu[x];
    const graph_node *node = node_at(w->g, n);
    if (relu == EW_NONE || use_map(w->g, relu, 0) != use_map(w->g, n, 0) || node_at(w->g, relu)->shape != node->shape)
        return true;
    array_use use = {w->of[relu], 0};
    *made = array_push_each(w, n, OP_STEP, array_storage_of(node->type), node->shape, &use, 1);
    return *made != ARRAY_NONE;
}

/* What is computed in another way than it is written. *made: ARRAY_NONE: it is not. */
static bool lower_specially(array_lowering *w, ew_node n, uint32_t *made)
{
    op o = (op)node_at(w->g, n)->op;
    if (o == OP_RELU) w->relu[node_arg(w->g, n, 0)] = n;
    if (o == OP_STEP) return lower_step(w, n, made);
    if (o == OP_SUM) {
        if (!array_lower_product(w, n, made)) return false;
        return *made != ARRAY_NONE || array_lower_spread(w, n, made);
    }
    if (o == OP_AT) return array_lower_slide(w, n, made);
    if (o != OP_IF || !array_guard_is_idle(w, n)) return report_ok(&w->g->report);
    array_use use = {w->of[node_arg(w->g, n, 1)], use_map(w->g, n, 1)};
    const graph_node *node = node_at(w->g, n);
    *made = array_push_each(w, n, OP_COPY, array_storage_of(node->type), node->shape, &use, 1);
    return *made != ARRAY_NONE;
}

/* What a reduction goes through may be far more than any array has: a body that says nothing of it is none. */
static bool lower_countable(const array_lowering *w, const graph_node *node)
{
    size_t places;
    if (!op_is_reduction(node->op)) return true;
    for (size_t d = 0; d < shape_rank(w->g, node->domain); d++)
        if (!size_is_known(shape_sizes(w->g, node->domain)[d])) return true; /* told where the size is needed */
    return shape_elements(w->g, node->domain, &places);
}

static bool lower_value(array_lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    size_t elements;
    if (node->op == OP_DIFF) return exec_refuse(w->g, n, E_DIFF_LEFT);
    for (size_t p = 0; p < node_rank(w->g, n); p++)
        if (!size_is_known(node_size(w->g, n, p))) return exec_refuse(w->g, n, E_SIZE_UNKNOWN);
    if (node->op == OP_SIZE) return exec_refuse(w->g, n, E_SIZE_UNKNOWN);
    if (!shape_elements(w->g, node->shape, &elements)) return exec_refuse(w->g, n, E_ELEMENTS);
    if (!lower_countable(w, node)) return exec_refuse(w->g, n, E_PLACES);
    if (node->op == OP_LOOP) {
        uint32_t region = node_state(w->g, n)->region;
        if (!w->regions[region].needed && !lower_loops(w, region)) return false;
    }
    uint32_t made = ARRAY_NONE;
    if (!lower_specially(w, n, &made)) return false;
    if (made == ARRAY_NONE && !lower_share(w, n, &made)) return false;
    node = node_at(w->g, n);
    if (made == ARRAY_NONE) made = node->op == OP_LOGSUMEXP ? lower_logsumexp(w, n) : lower_plainly(w, n);
    w->of[n] = made;
    if (made == ARRAY_NONE) return false;
    if (node->op == OP_STATE) w->state[node->extra] = w->of[n];
    if (node->op == OP_LOOP) value_at(w, made)->as = w->state[node->extra];
    return true;
}

bool array_lower(array_lowering *w)
{
    size_t nodes = w->g->nodes.count, states = w->g->states.count;
    w->needed = block_new(w->m, nodes, 1);
    w->node_users = block_new(w->m, nodes, sizeof *w->node_users);
    w->node_count = nodes;
    w->relu = block_new(w->m, nodes, sizeof *w->relu);
    w->regions = block_new(w->m, w->g->regions.count, sizeof *w->regions);
    w->state = block_new(w->m, states, sizeof *w->state);
    if (!lower_grow(w) || !w->needed || !w->node_users || !w->relu || !w->regions || !w->state)
        return array_no_memory(w);
    for (size_t i = 0; i < nodes; i++) w->relu[i] = EW_NONE;
    for (size_t s = 0; s < states; s++) w->state[s] = ARRAY_NONE;
    for (size_t i = 0; i < w->wanted_count; i++) w->needed[w->wanted[i]] = 1;
    lower_mark(w->g, w->needed);
    for (size_t i = 0; i < w->wanted_count; i++) w->node_users[w->wanted[i]] += 2;
    for (size_t i = 0; i < nodes; i++)
        for (size_t k = 0;
             w->needed[i] && !type_is_soft(node_at(w->g, (ew_node)i)->type) && k < node_at(w->g, (ew_node)i)->count;
             k++)
            w->node_users[node_arg(w->g, (ew_node)i, k)]++;
    for (size_t i = 0; i < nodes; i++)
        if (w->needed[i] && !lower_value(w, (ew_node)i)) return false;
    return true;
}

/* ---- All together --------------------------------------------------------------------------------- */

bool array_program(ew_graph *g, ew_program *p, const ew_node *wanted, size_t count)
{
    array_lowering w = {.g = g, .p = p, .m = &p->memory, .wanted = wanted, .wanted_count = count};
    w.a = p->arrays = memory_new(w.m, sizeof *p->arrays);
    bool ok = w.a || array_no_memory(&w);
    if (ok) w.a->least = 1 << 17, w.a->part = 1 << 13;
    ok = ok && array_lower(&w) && array_lazy(&w) && array_regions(&w) && array_updates(&w) && array_blocks(&w) &&
         array_segments(&w) && array_store(&w) && array_plan(&w);
    block_free(w.m, w.of, w.of_count);
    block_free(w.m, w.needed, w.node_count);
    block_free(w.m, w.node_users, w.node_count);
    block_free(w.m, w.relu, w.node_count);
    block_free(w.m, w.regions, g->regions.count);
    block_free(w.m, w.state, g->states.count);
    block_free(w.m, w.mark, w.values.count);
    array_free(w.m, &w.values);
    array_free(w.m, &w.uses);
    array_free(w.m, &w.binds);
    array_free(w.m, &w.strides);
    array_free(w.m, &w.groups);
    array_free(w.m, &w.orders);
    return ok && report_ok(&g->report);
}

void array_free_plan(memory *m, plan *a)
{
    if (!a) return;
    array_free(m, &a->steps);
    array_free(m, &a->maps);
    array_free(m, &a->args);
    array_free(m, &a->products);
    array_free(m, &a->folds);
    array_free(m, &a->loops);
    array_free(m, &a->scans);
    array_free(m, &a->powers);
    array_free(m, &a->blocks);
    array_free(m, &a->lines);
    array_free(m, &a->moves);
    array_free(m, &a->strides);
    array_free(m, &a->sizes);
    array_free(m, &a->code);
    array_free(m, &a->accesses);
    array_free(m, &a->access_axes);
    array_free(m, &a->sinks);
    array_free(m, &a->slots);
    array_free(m, &a->guards);
    array_free(m, &a->spans);
    array_free(m, &a->tiles);
    array_free(m, &a->owns);
    array_free(m, &a->flats);
    array_free(m, &a->flat_operands);
    array_free(m, &a->flat_ops);
    array_free(m, &a->tracks);
    array_free(m, &a->track_operands);
    array_free(m, &a->track_ops);
    array_free(m, &a->track_copies);
    array_free(m, &a->windows);
    array_free(m, &a->buffers);
    array_free(m, &a->phases);
    block_free(m, a->ins, a->in_count);
    block_free(m, a->outs, a->out_count);
    array_free(m, &a->constants);
    array_free(m, &a->constant_types);
    memory_free(m, a, sizeof *a);
}
