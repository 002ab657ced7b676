/*
 * graph.c - nodes: their types, the folding of constants, the table in which equal unnamed nodes are
 * one, and the builders. A graph's life and error are in life.c, names in names.c, what derivatives
 * simplify in simple.c.
 */
#include "graph/axes.h"

#include <math.h>
#include <string.h>

/* ---- Types ------------------------------------------------------------------------------------ */

const char *type_name(int type)
{
    static const char *const names[] = {"f64", "f32", "int", "bool", "int", "f64"};
    return names[type];
}

static int type_join(const ew_graph *g, int a, int b)
{
    if (a == TYPE_F64 || b == TYPE_F64) return TYPE_F64;
    if (a == TYPE_F32 || b == TYPE_F32) return TYPE_F32;
    if (a == TYPE_REAL || b == TYPE_REAL) return type_is_soft(a) && type_is_soft(b) ? TYPE_REAL : g->beside;
    if (a == TYPE_WHOLE && b == TYPE_WHOLE) return TYPE_WHOLE;
    return TYPE_INT;
}

/* true and false alone are literals as numbers are: what is made of them folds. */
static int type_operand(const ew_graph *g, op o, ew_node n)
{
    int type = g->nodes.at[n].type;
    bool literal = type == TYPE_BOOL && node_is_const(g, n) && o != OP_IF && o != OP_COPY && o != OP_STOP;
    return literal ? TYPE_WHOLE : type;
}

/* Literals, and literals at each place: not what has a name, by which there may be a derivative. */
static bool is_literal(const ew_graph *g, ew_node n)
{
    const graph_node *p = &g->nodes.at[n];
    if (p->op == OP_COPY && !p->name) p = &g->nodes.at[g->args.at[p->args]];
    return p->op == OP_CONST && !p->name;
}

static int type_of(const ew_graph *g, op o, const ew_node *args, size_t count)
{
    const op_row *row = ops_row(o);
    if (row->flags & OP_LOGIC) return TYPE_BOOL;
    size_t first = o == OP_IF;
    int type = type_operand(g, o, args[first]);
    for (size_t k = first + 1; k < count; k++) {
        int other = type_operand(g, o, args[k]);
        if (type != other || (type == TYPE_BOOL && o != OP_IF)) type = type_join(g, type, other);
    }
    if (type == TYPE_BOOL && o != OP_COPY && o != OP_IF && o != OP_STOP) type = TYPE_INT;
    if (o == OP_IF && type_is_soft(type) &&
        g->nodes.at[args[0]].op != OP_CONST) { /* soft only where the value is known */
        bool literals = g->places || (is_literal(g, args[1]) && is_literal(g, args[2]));
        return type == TYPE_WHOLE && literals ? TYPE_INT : g->real;
    }
    bool ints = (row->flags & OP_INTS) != 0;
    if (o == OP_POW) {
        const graph_node *p = &g->nodes.at[args[1]];
        ints = p->type == TYPE_WHOLE && node_value(g, args[1]) >= 0;
    }
    if (ints || type == TYPE_F64 || type == TYPE_F32) return type;
    return type_is_soft(type) ? TYPE_REAL : g->real;
}

/* ---- Constants -------------------------------------------------------------------------------- */

constant node_constant(const ew_graph *g, ew_node n, int *type)
{
    const graph_node *p = &g->nodes.at[n];
    while (p->op != OP_CONST) { /* a soft node keeps its value behind its arguments */
        n = g->args.at[p->args + p->count];
        p = &g->nodes.at[n];
    }
    *type = p->type;
    return g->consts.at[p->args];
}

double node_value(const ew_graph *g, ew_node n)
{
    int type;
    constant c = node_constant(g, n, &type);
    return type == TYPE_WHOLE ? (double)c.whole : c.real;
}

bool node_is_value(const ew_graph *g, ew_node n, double value)
{
    return n != EW_NONE && node_is_const(g, n) && node_value(g, n) == value;
}

static uint32_t mix(uint32_t h, uint32_t v)
{
    h = (h ^ v) * 0x9E3779B1u;
    return h ^ (h >> 16);
}

static uint32_t node_hash(const ew_graph *g, const graph_node *p)
{
    uint32_t h = mix(p->op, p->type);
    if (p->op == OP_CONST) {
        uint64_t bits;
        memcpy(&bits, &g->consts.at[p->args], 8);
        return mix(mix(h, (uint32_t)bits), (uint32_t)(bits >> 32));
    }
    for (size_t k = 0; k < p->count; k++) h = mix(h, g->args.at[p->args + k]);
    if (!p->shape && !p->extra && p->args >= g->maps.count) return h; /* a scalar's use of scalars */
    h = mix(mix(mix(h, p->shape), p->extra), p->flags & (NODE_ZERO | NODE_WHEN));
    for (size_t k = 0; k < p->count; k++) h = mix(h, p->args + k < g->maps.count ? g->maps.at[p->args + k] : 0);
    return h;
}

static bool maps_equal(const ew_graph *g, const graph_node *a, const graph_node *b)
{
    if (a->args >= g->maps.count && b->args >= g->maps.count) return true;
    for (size_t k = 0; k < a->count; k++) {
        uint16_t x = a->args + k < g->maps.count ? g->maps.at[a->args + k] : 0;
        if (x != (b->args + k < g->maps.count ? g->maps.at[b->args + k] : 0)) return false;
    }
    return true;
}

static bool node_equal(const ew_graph *g, const graph_node *a, const graph_node *b)
{
    if (a->op != b->op || a->type != b->type || a->count != b->count) return false;
    if (a->op == OP_CONST) return memcmp(&g->consts.at[a->args], &g->consts.at[b->args], sizeof(constant)) == 0;
    if (a->shape != b->shape || a->extra != b->extra || ((a->flags ^ b->flags) & (NODE_ZERO | NODE_WHEN))) return false;
    return memcmp(&g->args.at[a->args], &g->args.at[b->args], a->count * sizeof(ew_node)) == 0 && maps_equal(g, a, b);
}

/* Where a node is looked for. First a few places that follow from its latest argument: nodes made
 * one after another lie side by side there, which spares a cache miss each. If those are taken,
 * anywhere, by the hash: so many users of one node cost no more than others. */
enum { NEAR = 8 };

static bool node_here(const ew_graph *g, size_t i, uint32_t hash, const graph_node *p)
{
    const node_entry *e = &g->table[i];
    return !e->id || (e->hash == hash && node_equal(g, &g->nodes.at[e->id - 1], p));
}

static size_t node_slot(const ew_graph *g, uint32_t hash, const graph_node *p)
{
    size_t mask = g->table_size - 1, latest = hash, i;
    for (size_t k = 0; k < p->count; k++) {
        ew_node a = g->args.at[p->args + k];
        if (k == 0 || a > latest) latest = a;
    }
    for (size_t k = 0; k < NEAR; k++)
        if (node_here(g, i = (latest * 2 + k) & mask, hash, p)) return i;
    for (i = hash & mask; !node_here(g, i, hash, p);) i = (i + 1) & mask;
    return i;
}

/* The table with `size` places, filled anew. */
static bool table_make(ew_graph *g, size_t size)
{
    size_t old_size = g->table_size;
    node_entry *old = g->table, *table = block_new(&g->memory, size, sizeof *table);
    if (!table) return report_memory(&g->report);
    g->table = table;
    g->table_size = size;
    for (uint32_t n = 0; n < g->nodes.count; n++) {
        const graph_node *p = &g->nodes.at[n];
        if (!(p->flags & NODE_UNIQUE)) continue;
        uint32_t hash = node_hash(g, p);
        table[node_slot(g, hash, p)] = (node_entry){hash, n + 1};
    }
    block_free(&g->memory, old, old_size);
    return true;
}

static bool table_grow(ew_graph *g)
{
    return table_make(g, g->table_size ? g->table_size * 2 : 256);
}

/* ---- Nodes ------------------------------------------------------------------------------------ */

static bool nodes_reserve(ew_graph *g)
{
    if (g->nodes.count >= g->max_nodes) {
        char limit[32];
        number_text((double)g->max_nodes, 0, limit);
        return report_plain(&g->report, E_NODES, limit, NULL);
    }
    return array_reserve(&g->memory, &g->nodes, 1) ? true : report_memory(&g->report);
}

static ew_node node_push(ew_graph *g, graph_node node)
{
    g->nodes.at[g->nodes.count] = node;
    return (ew_node)g->nodes.count++;
}

/* Takes arguments away again, with their maps. */
static void args_pop(ew_graph *g, size_t count)
{
    g->args.count = count;
    if (g->maps.count > count) g->maps.count = count;
}

/* The unnamed node equal to `node`, or a new one. Its arguments (or constant) are the last ones in
 * their array and are taken away again where the node is known already. */
static ew_node node_unique(ew_graph *g, graph_node node)
{
    if (g->table_count * 4 >= g->table_size * 3 && !table_grow(g)) return EW_NONE;
    node.flags |= NODE_UNIQUE;
    uint32_t hash = node_hash(g, &node);
    size_t slot = node_slot(g, hash, &node);
    if (g->table[slot].id) {
        if (node.op == OP_CONST)
            g->consts.count--;
        else
            args_pop(g, node.args);
        return g->table[slot].id - 1;
    }
    if (!nodes_reserve(g)) return EW_NONE;
    g->table[slot] = (node_entry){hash, (uint32_t)g->nodes.count + 1};
    g->table_count++;
    return node_push(g, node);
}

static ew_node const_node(ew_graph *g, constant c, uint8_t type)
{
    if (!report_ok(&g->report)) return EW_NONE;
    graph_node node = {(uint32_t)g->consts.count, 0, NO_PLACE, OP_CONST, 0, type, 0, 0, {{0, 0}}};
    if (g->consts.count >= UINT32_MAX || !array_push(&g->memory, &g->consts, c)) {
        report_memory(&g->report);
        return EW_NONE;
    }
    return node_unique(g, node);
}

ew_node graph_real(ew_graph *g, double value)
{
    return const_node(g, (constant){.real = value}, TYPE_REAL);
}

ew_node graph_whole(ew_graph *g, int64_t value)
{
    return const_node(g, (constant){.whole = value}, TYPE_WHOLE);
}

ew_node graph_bool(ew_graph *g, bool value)
{
    return const_node(g, (constant){.real = value}, TYPE_BOOL);
}

ew_node graph_number(ew_graph *g, double value)
{
    bool whole = value == floor(value) && fabs(value) < 9007199254740992.0 && !(value == 0 && signbit(value));
    return whole ? graph_whole(g, (int64_t)value) : graph_real(g, value);
}

/* Value of an operation on nodes whose values are known. Ints as long as they fit. */
static ew_node fold(ew_graph *g, op o, const ew_node *args, size_t count, int type)
{
    double x[3] = {0};
    int64_t i[3] = {0};
    bool whole = type == TYPE_WHOLE || type == TYPE_INT;
    for (size_t k = 0; k < count; k++) {
        int t;
        constant c = node_constant(g, args[k], &t);
        size_t at = k < 3 ? k : 1; /* more than three: min and max, from the left */
        x[at] = t == TYPE_WHOLE ? (double)c.whole : c.real;
        if (t == TYPE_WHOLE)
            i[at] = c.whole;
        else if (t == TYPE_BOOL)
            i[at] = (int64_t)c.real;
        else if (!(o == OP_IF && k == 0))
            whole = false;
        if (k >= 1 && (o == OP_MIN || o == OP_MAX)) {
            int bad = 0;
            x[0] = ops_value(o, x[0], x[at], 0);
            i[0] = ops_int(o, i[0], i[at], 0, &bad);
            if (k + 1 == count) return whole ? graph_whole(g, i[0]) : graph_real(g, x[0]);
        }
    }
    if (type == TYPE_BOOL) return graph_bool(g, ops_value(o, x[0], x[1], x[2]) != 0);
    double real = ops_value(o, x[0], x[1], x[2]);
    if (whole && !(real == 0 && signbit(real))) { /* 0 * -1 is -0, as in a run: no whole number */
        int bad = 0;
        int64_t value = ops_int(o, i[0], i[1], i[2], &bad);
        if (!bad) return graph_whole(g, value);
    }
    return graph_real(g, real);
}

/* Maps are written only from the first one on that is not 0. */
static bool maps_push(ew_graph *g, const uint16_t *maps, size_t count)
{
    size_t first = 0;
    while (maps && first < count && !maps[first]) first++;
    if (!maps || first == count) return true;
    size_t more = g->args.count + count - g->maps.count;
    if (!array_reserve(&g->memory, &g->maps, more)) return report_memory(&g->report);
    memset(g->maps.at + g->maps.count, 0, more * sizeof *g->maps.at);
    g->maps.count += more;
    memcpy(g->maps.at + g->args.count, maps, count * sizeof *maps);
    return true;
}

static bool args_push(ew_graph *g, const ew_node *args, const uint16_t *maps, size_t count, ew_node soft)
{
    bool ok = g->args.count + count + 1 < UINT32_MAX && array_reserve(&g->memory, &g->args, count + 1);
    if (!ok) return report_memory(&g->report);
    if (!maps_push(g, maps, count)) return false;
    if (count) memcpy(g->args.at + g->args.count, args, count * sizeof *args);
    g->args.count += count;
    if (soft != EW_NONE) g->args.at[g->args.count++] = soft;
    return true;
}

static bool all_known(const ew_graph *g, const ew_node *args, size_t count, bool unnamed)
{
    for (size_t k = 0; k < count; k++) {
        const graph_node *p = &g->nodes.at[args[k]];
        if (unnamed ? p->op != OP_CONST || p->name : !type_is_soft(p->type) && p->op != OP_CONST) return false;
    }
    return true;
}

/* What a structural operation gives: literals alone take a type here, whole ones that of ints, and names for
 * literals that of numbers that nothing declares. */
static int structure_type(const ew_graph *g, const node_spec *s)
{
    if (s->op == OP_ALL || s->op == OP_ANY) return TYPE_BOOL;
    if (s->op == OP_INDEX || s->op == OP_ARGMIN || s->op == OP_ARGMAX) return TYPE_INT;
    size_t values = s->op == OP_JOIN || s->op == OP_DIFF ? s->count : 1;
    int type = g->nodes.at[s->args[0]].type;
    for (size_t k = 1; k < values; k++)
        if (g->nodes.at[s->args[k]].type != type) type = type_join(g, type, g->nodes.at[s->args[k]].type);
    if (op_is_reduction(s->op) && type == TYPE_BOOL) type = TYPE_INT;
    bool whole = type == TYPE_WHOLE;
    for (size_t k = 0; whole && !g->places && k < values; k++) whole = is_literal(g, s->args[k]);
    if (type_is_soft(type)) type = whole ? TYPE_INT : g->real;
    return (s->op == OP_LOGSUMEXP || s->op == OP_DIFF) && !type_is_real(type) ? g->real : type;
}

ew_node graph_make(ew_graph *g, const node_spec *s)
{
    if (!report_ok(&g->report) || s->shape == UINT16_MAX || s->domain == UINT16_MAX || s->target == UINT16_MAX)
        return EW_NONE;
    for (size_t k = 0; k < s->count; k++)
        if (s->args[k] == EW_NONE || (s->maps && s->maps[k] == UINT16_MAX)) return EW_NONE;
    bool structure = op_is_structure(s->op);
    int type = structure ? structure_type(g, s) : type_of(g, s->op, s->args, s->count);
    ew_node soft = EW_NONE;
    if (!structure && all_known(g, s->args, s->count, false) && (type_is_soft(type) || type == TYPE_BOOL)) {
        soft = fold(g, s->op, s->args, s->count, type);
        if (soft == EW_NONE) return EW_NONE;
        if (type_is_soft(type)) type = g->nodes.at[soft].type;
        bool spread = s->op == OP_COPY && s->shape; /* a constant at each place, where a join needs it so */
        if (s->name == 0 && !spread && all_known(g, s->args, s->count, true)) return soft;
        if (type == TYPE_BOOL) soft = EW_NONE;
    }
    graph_node node = {(uint32_t)g->args.count, s->name,  s->place, (uint16_t)s->op,         (uint16_t)s->count,
                       (uint8_t)type,           s->flags, s->shape, {{s->domain, s->target}}};
    if (!args_push(g, s->args, s->maps, s->count, soft)) return EW_NONE;
    if (s->name == 0) return node_unique(g, node);
    if (!nodes_reserve(g)) return EW_NONE;
    ew_node n = node_push(g, node);
    g->names.at[s->name].node = n;
    return n;
}

/* ---- Types of recurrences ---------------------------------------------------------------------- */

/* A node's type anew; soft: states count as literals, whose types are those that they meet. */
static int retype_node(const ew_graph *g, ew_node n, bool soft)
{
    const graph_node *p = &g->nodes.at[n];
    const ew_node *args = g->args.at + p->args;
    node_spec s = {.op = (op)p->op, .args = args, .count = p->count};
    if (!op_is_structure(p->op) && !(soft && p->op == OP_IF)) return type_of(g, s.op, args, p->count);
    size_t first = p->op == OP_IF, values = p->op == OP_JOIN || p->op == OP_IF ? p->count : 1;
    int type = g->nodes.at[args[first]].type;
    for (size_t k = first + 1; k < values; k++)
        if (g->nodes.at[args[k]].type != type) type = type_join(g, type, g->nodes.at[args[k]].type);
    bool passes = p->op == OP_AT || p->op == OP_JOIN || p->op == OP_IF || p->op == OP_SCATTER || p->op == OP_SUM ||
                  p->op == OP_PROD || p->op == OP_LEAST || p->op == OP_GREATEST;
    if (soft && passes && type_is_soft(type)) return type;
    return p->op == OP_IF ? type_of(g, s.op, args, p->count) : structure_type(g, &s);
}

static bool retype_state(ew_graph *g, ew_node n, bool soft, bool whole)
{
    graph_node *p = &g->nodes.at[n];
    const graph_state *s = &g->states.at[p->extra];
    int type = p->op == OP_LOOP ? g->nodes.at[s->state].type : g->nodes.at[s->definition].type;
    if (p->op == OP_STATE && p->type == TYPE_BOOL) return false;
    if (!soft && type_is_soft(type)) type = whole && type == TYPE_WHOLE ? TYPE_INT : g->real;
    bool changed = p->type != type;
    p->type = (uint8_t)type;
    return changed;
}

/* One round over the nodes that hang on states; did a type change? */
static bool retype_round(ew_graph *g, ew_node from, const uint8_t *hangs, bool soft, bool whole)
{
    bool changed = false;
    for (ew_node n = from; n < g->nodes.count; n++) {
        graph_node *p = &g->nodes.at[n];
        if (!hangs[n - from] || p->op == OP_STATE) continue;
        if (p->op == OP_LOOP) {
            changed = retype_state(g, n, soft, whole) || changed;
            continue;
        }
        int type = retype_node(g, n, soft);
        changed = changed || type != p->type;
        p->type = (uint8_t)type;
    }
    for (ew_node n = from; n < g->nodes.count; n++)
        if (g->nodes.at[n].op == OP_STATE) changed = retype_state(g, n, soft, whole) || changed;
    return changed;
}

bool graph_retype(ew_graph *g, ew_node from, bool whole)
{
    size_t count = g->nodes.count - from;
    uint8_t *hangs = block_new(&g->memory, count + 1, 1);
    if (!hangs) return report_memory(&g->report);
    g->places = whole;
    for (ew_node n = from; n < g->nodes.count; n++) {
        const graph_node *p = &g->nodes.at[n];
        hangs[n - from] = p->op == OP_STATE;
        for (size_t k = 0; !op_is_leaf(p->op) && !hangs[n - from] && k < p->count; k++)
            hangs[n - from] = node_arg(g, n, k) >= from && hangs[node_arg(g, n, k) - from];
        if (p->op == OP_STATE && p->type != TYPE_BOOL) g->nodes.at[n].type = TYPE_WHOLE;
    }
    for (int round = 0; round < 8 && retype_round(g, from, hangs, true, whole); round++)
        ;
    for (ew_node n = from; n < g->nodes.count; n++)
        if (g->nodes.at[n].op == OP_STATE) retype_state(g, n, false, whole);
    for (int round = 0; round < 8 && retype_round(g, from, hangs, false, whole); round++)
        ;
    block_free(&g->memory, hangs, count + 1);
    g->places = false;
    return table_make(g, g->table_size); /* types are part of what nodes are found by */
}

ew_node graph_op(ew_graph *g, op o, const ew_node *args, size_t count, uint32_t place)
{
    node_spec s = {.op = o, .args = args, .count = count, .place = place};
    return graph_make(g, &s);
}

ew_node graph_define(ew_graph *g, uint32_t name, op o, const ew_node *args, size_t count, uint32_t place)
{
    node_spec s = {.op = o, .args = args, .count = count, .name = name, .place = place};
    return graph_make(g, &s);
}

/* A node without arguments and without an equal: an input, a state. */
ew_node graph_leaf(ew_graph *g, op o, uint32_t name, uint32_t number, int type, uint16_t shape, uint32_t place)
{
    if (!report_ok(&g->report) || shape == UINT16_MAX || !nodes_reserve(g)) return EW_NONE;
    bool input = o == OP_INPUT || o == OP_PARAM;
    graph_node node = {
        input ? number : (uint32_t)g->args.count, name, place, (uint16_t)o, 0, (uint8_t)type, 0, shape, {{0, 0}}};
    if (!input) node.extra = number;
    ew_node n = node_push(g, node);
    if (name) g->names.at[name].node = n;
    return n;
}

/* The same operation as an unnamed node, under a name. */
static ew_node name_again(ew_graph *g, uint32_t name, const graph_node *node, uint32_t place)
{
    ew_node few[8], *args = few, made = EW_NONE;
    uint16_t few_maps[8], *maps = few_maps;
    size_t count = node->count;
    if (count > 8) args = block_new(&g->memory, count, sizeof *args), maps = block_new(&g->memory, count, sizeof *maps);
    if (args && maps) {
        for (size_t k = 0; k < count; k++) {
            args[k] = g->args.at[node->args + k];
            maps[k] = node->args + k < g->maps.count ? g->maps.at[node->args + k] : 0;
        }
        node_spec s = {(op)node->op, args,         maps,         count,
                       node->shape,  node->domain, node->target, node->flags & (NODE_ZERO | NODE_WHEN),
                       name,         place};
        made = graph_make(g, &s);
    } else {
        report_memory(&g->report);
    }
    if (args != few) block_free(&g->memory, args, args ? count : 0);
    if (maps != few_maps) block_free(&g->memory, maps, maps ? count : 0);
    return made;
}

ew_node graph_name_node(ew_graph *g, uint32_t name, ew_node n, uint32_t place)
{
    if (!report_ok(&g->report) || n == EW_NONE || name == 0) return EW_NONE;
    graph_node node = g->nodes.at[n];
    if (node.op == OP_CONST && node.name == 0) { /* h = 0.1: a node without edges */
        if (!nodes_reserve(g)) return EW_NONE;
        node.name = name;
        node.place = place;
        node.flags = 0;
        ew_node made = node_push(g, node);
        g->names.at[name].node = made;
        return made;
    }
    bool once = op_is_leaf(node.op) || node.op == OP_LOOP; /* there is no second one of these */
    if (node.name == 0 && !once) return name_again(g, name, &node, place);
    node_spec copy = {.op = OP_COPY, .args = &n, .count = 1, .shape = node.shape, .name = name, .place = place};
    return graph_make(g, &copy);
}

ew_node graph_anonymous(ew_graph *g, ew_node n, uint32_t place)
{
    if (!report_ok(&g->report) || n == EW_NONE || !nodes_reserve(g)) return EW_NONE;
    graph_node node = g->nodes.at[n];
    if (node.name) {
        node = (graph_node){(uint32_t)g->args.count, 0, place, OP_COPY, 1, node.type, 0, node.shape, {{0, 0}}};
        bool soft = type_is_soft(node.type);
        ew_node value = EW_NONE;
        if (soft) {
            int type;
            constant c = node_constant(g, n, &type);
            value = const_node(g, c, (uint8_t)type);
            if (value == EW_NONE || !nodes_reserve(g)) return EW_NONE;
        }
        if (!args_push(g, &n, NULL, 1, value)) return EW_NONE;
    } else if (node.op != OP_CONST) {
        return n;
    }
    node.place = place;
    node.flags = 0;
    return node_push(g, node);
}

ew_node graph_add_input(ew_graph *g, uint32_t name, bool is_param, int type, uint16_t shape, uint32_t place)
{
    if (!report_ok(&g->report)) return EW_NONE;
    graph_input input = {.node = (ew_node)g->nodes.count};
    uint32_t number = (uint32_t)(is_param ? g->params.count : g->inputs.count);
    bool ok = is_param ? array_reserve(&g->memory, &g->params, 1) : array_reserve(&g->memory, &g->inputs, 1);
    if (!ok) {
        report_memory(&g->report);
        return EW_NONE;
    }
    ew_node n = graph_leaf(g, is_param ? OP_PARAM : OP_INPUT, name, number, type, shape, place);
    if (n == EW_NONE) return EW_NONE;
    if (is_param)
        g->params.at[g->params.count++] = input;
    else
        g->inputs.at[g->inputs.count++] = input;
    return n;
}

/* ---- Edges ------------------------------------------------------------------------------------ */

bool node_is_edge(const ew_graph *g, ew_node n, size_t k)
{
    const graph_node *p = &g->nodes.at[n];
    const op_row *row = ops_row((op)p->op);
    bool last = k >= 8; /* of joins and recurrences: all are edges */
    unsigned bit = op_is_structure(p->op) ? (row->edge >> (last ? 7 : k)) & 1u
                   : row->count == 0      ? 1
                                          : (row->edge >> k) & 1u;
    if (!bit || !type_is_real(p->type)) return false;
    ew_node a = node_arg(g, n, k);
    if (node_is_const(g, a) || !type_is_real(g->nodes.at[a].type)) return false;
    return !(p->op == OP_POW && k == 1 && type_is_soft(g->nodes.at[a].type)); /* x^p, p a name for a number */
}
