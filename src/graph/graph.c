/*
 * graph.c - nodes: their types, the folding of constants, the table in which equal unnamed nodes are
 * one, and the builders. A graph's life and error are in life.c, names in names.c, what derivatives
 * simplify in simple.c.
 */
#include "graph/graph.h"

#include <math.h>
#include <string.h>

/* ---- Types ------------------------------------------------------------------------------------ */

const char *type_name(int type)
{
    static const char *const names[] = {"f64", "f32", "int", "bool", "int", "f64"};
    return names[type];
}

static int type_join(int a, int b)
{
    if (a == TYPE_F64 || b == TYPE_F64) return TYPE_F64;
    if (a == TYPE_F32 || b == TYPE_F32) return TYPE_F32;
    if (a == TYPE_REAL || b == TYPE_REAL) return type_is_soft(a) && type_is_soft(b) ? TYPE_REAL : TYPE_F64;
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

static int type_of(const ew_graph *g, op o, const ew_node *args, size_t count)
{
    const op_row *row = ops_row(o);
    if (row->flags & OP_LOGIC) return TYPE_BOOL;
    size_t first = o == OP_IF;
    int type = type_operand(g, o, args[first]);
    for (size_t k = first + 1; k < count; k++) {
        int other = type_operand(g, o, args[k]);
        if (type != other || (type == TYPE_BOOL && o != OP_IF)) type = type_join(type, other);
    }
    if (type == TYPE_BOOL && o != OP_COPY && o != OP_IF && o != OP_STOP) type = TYPE_INT;
    if (o == OP_IF && type_is_soft(type) && g->nodes.at[args[0]].op != OP_CONST)
        return type == TYPE_WHOLE ? TYPE_INT : g->real; /* soft only where the value is known */
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
    return h;
}

static bool node_equal(const ew_graph *g, const graph_node *a, const graph_node *b)
{
    if (a->op != b->op || a->type != b->type || a->count != b->count) return false;
    if (a->op == OP_CONST) return memcmp(&g->consts.at[a->args], &g->consts.at[b->args], sizeof(constant)) == 0;
    return memcmp(&g->args.at[a->args], &g->args.at[b->args], a->count * sizeof(ew_node)) == 0;
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

static bool table_grow(ew_graph *g)
{
    size_t old_size = g->table_size, size = old_size ? old_size * 2 : 256;
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
            g->args.count = node.args;
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
    graph_node node = {(uint32_t)g->consts.count, 0, NO_PLACE, OP_CONST, 0, type, 0, 0};
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

static bool args_push(ew_graph *g, const ew_node *args, size_t count, ew_node soft)
{
    bool ok = g->args.count + count + 1 < UINT32_MAX && array_reserve(&g->memory, &g->args, count + 1);
    if (!ok) return report_memory(&g->report);
    memcpy(g->args.at + g->args.count, args, count * sizeof *args);
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

static ew_node make(ew_graph *g, uint32_t name, op o, const ew_node *args, size_t count, uint32_t place)
{
    if (!report_ok(&g->report)) return EW_NONE;
    for (size_t k = 0; k < count; k++)
        if (args[k] == EW_NONE) return EW_NONE;
    int type = type_of(g, o, args, count);
    ew_node soft = EW_NONE;
    if (all_known(g, args, count, false) && (type_is_soft(type) || type == TYPE_BOOL)) {
        soft = fold(g, o, args, count, type);
        if (soft == EW_NONE) return EW_NONE;
        if (type_is_soft(type)) type = g->nodes.at[soft].type;
        if (name == 0 && all_known(g, args, count, true)) return soft;
        if (type == TYPE_BOOL) soft = EW_NONE;
    }
    graph_node node = {(uint32_t)g->args.count, name, place, (uint16_t)o, (uint16_t)count, (uint8_t)type, 0, 0};
    if (!args_push(g, args, count, soft)) return EW_NONE;
    if (name == 0) return node_unique(g, node);
    if (!nodes_reserve(g)) return EW_NONE;
    ew_node n = node_push(g, node);
    g->names.at[name].node = n;
    return n;
}

ew_node graph_op(ew_graph *g, op o, const ew_node *args, size_t count, uint32_t place)
{
    return make(g, 0, o, args, count, place);
}

ew_node graph_define(ew_graph *g, uint32_t name, op o, const ew_node *args, size_t count, uint32_t place)
{
    return make(g, name, o, args, count, place);
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
    if (node.name == 0) {
        ew_node few[8], *args = few;
        if (node.count > 8 && !(args = block_new(&g->memory, node.count, sizeof *args))) {
            report_memory(&g->report);
            return EW_NONE;
        }
        memcpy(args, g->args.at + node.args, node.count * sizeof *args);
        ew_node made = graph_define(g, name, (op)node.op, args, node.count, place);
        if (args != few) block_free(&g->memory, args, node.count);
        return made;
    }
    return graph_define(g, name, OP_COPY, &n, 1, place);
}

ew_node graph_anonymous(ew_graph *g, ew_node n, uint32_t place)
{
    if (!report_ok(&g->report) || n == EW_NONE || !nodes_reserve(g)) return EW_NONE;
    graph_node node = g->nodes.at[n];
    if (node.name) {
        node = (graph_node){(uint32_t)g->args.count, 0, place, OP_COPY, 1, node.type, 0, node.shape};
        bool soft = type_is_soft(node.type);
        ew_node value = EW_NONE;
        if (soft) {
            int type;
            constant c = node_constant(g, n, &type);
            value = const_node(g, c, (uint8_t)type);
            if (value == EW_NONE || !nodes_reserve(g)) return EW_NONE;
        }
        if (!args_push(g, &n, 1, value)) return EW_NONE;
    } else if (node.op != OP_CONST) {
        return n;
    }
    node.place = place;
    node.flags = 0;
    return node_push(g, node);
}

ew_node graph_add_input(ew_graph *g, uint32_t name, bool is_param, int type, uint32_t place)
{
    if (!report_ok(&g->report) || !nodes_reserve(g)) return EW_NONE;
    graph_input input = {(ew_node)g->nodes.count, false, DRAW_NONE, 0, 0, 0};
    uint32_t number = (uint32_t)(is_param ? g->params.count : g->inputs.count);
    bool ok = is_param ? array_push(&g->memory, &g->params, input) : array_push(&g->memory, &g->inputs, input);
    if (!ok) {
        report_memory(&g->report);
        return EW_NONE;
    }
    graph_node node = {number, name, place, is_param ? OP_PARAM : OP_INPUT, 0, (uint8_t)type, 0, 0};
    g->names.at[name].node = input.node;
    return node_push(g, node);
}

/* ---- Edges ------------------------------------------------------------------------------------ */

bool node_is_edge(const ew_graph *g, ew_node n, size_t k)
{
    const graph_node *p = &g->nodes.at[n];
    const op_row *row = ops_row((op)p->op);
    unsigned bit = row->count == 0 ? 1 : (row->edge >> k) & 1u;
    if (!bit || !type_is_real(p->type)) return false;
    ew_node a = node_arg(g, n, k);
    if (node_is_const(g, a) || !type_is_real(g->nodes.at[a].type)) return false;
    return !(p->op == OP_POW && k == 1 && type_is_soft(g->nodes.at[a].type)); /* x^p, p a name for a number */
}
