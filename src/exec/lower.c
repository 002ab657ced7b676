/*
 * lower.c - nodes → instructions.
 *
 * What is wanted, and all it needs, downward; copies and names fall away; a conversion is put where
 * a use's type differs from its value's; more than two arguments of min and max become a chain. The
 * result is sorted by level and operation (program.h).
 */
#include <string.h>

#include "exec/lower.h"

#define NOWHERE UINT32_MAX

typedef struct draft_name {
    uint32_t draft, name;
} draft_name;

/* Operands are encoded: constants count up from 0, inputs and drafts have a bit of their own. */
#define IS_INPUT (UINT32_C(1) << 30)
#define IS_DRAFT (UINT32_C(1) << 31)
#define INDEX (IS_INPUT - 1)

typedef struct lowering {
    ew_graph *g;
    ew_program *p;
    memory *m;
    uint32_t *at;            /* by node: operand, or NOWHERE */
    uint8_t *needed;         /* by node */
    ARRAY(instruction) code; /* operands instead of slots until lower_code */
    ARRAY(uint16_t) keys;    /* beside code: operation and kind of value, the batch it belongs to */
    ARRAY(uint32_t) levels;  /* beside code: the longest way from the inputs */
    ARRAY(draft_name) names; /* of instructions that compute a named node */
    uint32_t depth;          /* the highest level */
    ARRAY(uint64_t) constants;
    uint32_t *constant_table; /* hash of constants: index + 1 */
    size_t constant_table_size;
    uint64_t *casts; /* conversions made: (operand, kind) → operand, open addressing */
    uint32_t *cast_values;
    size_t cast_size, cast_count;
} lowering;

static bool lower_memory(lowering *w)
{
    return report_memory(&w->g->report);
}

/* ---- Constants -------------------------------------------------------------------------------- */

static uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, 8);
    return b;
}

static size_t lower_hash(uint64_t key, size_t size)
{
    key *= 0x9E3779B97F4A7C15u;
    return (size_t)(key >> 32) & (size - 1);
}

static bool constants_grow(lowering *w)
{
    size_t size = w->constant_table_size ? w->constant_table_size * 2 : 64;
    uint32_t *table = block_new(w->m, size, sizeof *table);
    if (!table) return lower_memory(w);
    for (size_t i = 0; i < w->constants.count; i++) {
        size_t h = lower_hash(w->constants.at[i], size);
        while (table[h]) h = (h + 1) & (size - 1);
        table[h] = (uint32_t)i + 1;
    }
    block_free(w->m, w->constant_table, w->constant_table_size);
    w->constant_table = table;
    w->constant_table_size = size;
    return true;
}

static uint32_t lower_constant(lowering *w, uint64_t bits)
{
    if (w->constants.count * 2 >= w->constant_table_size && !constants_grow(w)) return NOWHERE;
    size_t h = lower_hash(bits, w->constant_table_size);
    while (w->constant_table[h] && w->constants.at[w->constant_table[h] - 1] != bits)
        h = (h + 1) & (w->constant_table_size - 1);
    if (w->constant_table[h]) return w->constant_table[h] - 1;
    if (!array_push(w->m, &w->constants, bits)) {
        lower_memory(w);
        return NOWHERE;
    }
    w->constant_table[h] = (uint32_t)w->constants.count;
    return (uint32_t)w->constants.count - 1;
}

/* ---- Drafts: instructions that have no place yet ---------------------------------------------- */

static uint16_t batch_key(int o, int code)
{
    return (uint16_t)(o * 4 + code);
}

/* How deep an operand lies, and the instruction above it one deeper. */
static uint32_t lower_level(const lowering *w, uint32_t operand)
{
    return operand & IS_DRAFT ? w->levels.at[operand & INDEX] + 1 : 0;
}

static uint32_t lower_draft(lowering *w, int o, int code, const uint32_t *args, size_t count, uint32_t name)
{
    uint32_t operand[3], level = 0, at = (uint32_t)w->code.count;
    for (size_t k = 0; k < 3; k++) {
        operand[k] = args[k < count ? k : 0];
        if (operand[k] == NOWHERE) return NOWHERE;
        if (lower_level(w, operand[k]) > level) level = lower_level(w, operand[k]);
    }
    instruction i = {operand[0], operand[1], operand[2]};
    draft_name named = {at, name};
    bool ok = at < INDEX && array_push(w->m, &w->code, i) && array_push(w->m, &w->keys, batch_key(o, code)) &&
              array_push(w->m, &w->levels, level) && (!name || array_push(w->m, &w->names, named));
    if (!ok) {
        lower_memory(w);
        return NOWHERE;
    }
    if (level > w->depth) w->depth = level;
    return at | IS_DRAFT;
}

static bool casts_grow(lowering *w)
{
    size_t size = w->cast_size ? w->cast_size * 2 : 64;
    uint64_t *keys = block_new(w->m, size, sizeof *keys);
    uint32_t *values = block_new(w->m, size, sizeof *values);
    if (!keys || !values) {
        block_free(w->m, keys, size);
        block_free(w->m, values, size);
        return lower_memory(w);
    }
    for (size_t i = 0; i < w->cast_size; i++) {
        if (!w->casts[i]) continue;
        size_t h = lower_hash(w->casts[i], size);
        while (keys[h]) h = (h + 1) & (size - 1);
        keys[h] = w->casts[i];
        values[h] = w->cast_values[i];
    }
    block_free(w->m, w->casts, w->cast_size);
    block_free(w->m, w->cast_values, w->cast_size);
    w->casts = keys;
    w->cast_values = values;
    w->cast_size = size;
    return true;
}

/* An operand in another form, made once. */
static uint32_t lower_cast(lowering *w, uint32_t operand, int o)
{
    if (operand == NOWHERE || (w->cast_count * 2 >= w->cast_size && !casts_grow(w))) return NOWHERE;
    uint64_t key = ((uint64_t)operand << 8 | (uint64_t)(o - OP_COUNT)) + 1;
    size_t h = lower_hash(key, w->cast_size);
    while (w->casts[h] && w->casts[h] != key) h = (h + 1) & (w->cast_size - 1);
    if (w->casts[h]) return w->cast_values[h];
    uint32_t made = lower_draft(w, o, o == I_REAL_INT ? CODE_INT : CODE_REAL, &operand, 1, 0);
    w->casts[h] = key;
    w->cast_values[h] = made;
    w->cast_count++;
    return made;
}

/* Node n as an int (type INT), an f32 or a double. */
static uint32_t lower_use(lowering *w, ew_node n, int type)
{
    int from = node_at(w->g, n)->type;
    if (type_is_soft(from) || node_at(w->g, n)->op == OP_CONST) {
        int t;
        constant c = node_constant(w->g, n, &t);
        double value = t == TYPE_WHOLE ? (double)c.whole : c.real;
        if (type == TYPE_INT) return lower_constant(w, t == TYPE_WHOLE ? (uint64_t)c.whole : (uint64_t)(int64_t)value);
        return lower_constant(w, bits_of(type == TYPE_F32 ? (double)(float)value : value));
    }
    uint32_t operand = w->at[n];
    if (type == TYPE_INT) return from == TYPE_INT ? operand : lower_cast(w, operand, I_REAL_INT);
    if (from == TYPE_INT) operand = lower_cast(w, operand, I_INT_REAL);
    return type == TYPE_F32 && from != TYPE_F32 && from != TYPE_BOOL ? lower_cast(w, operand, I_ROUND) : operand;
}

/* ---- Nodes ------------------------------------------------------------------------------------ */

/* The type in which an operation computes; comparisons use that of their arguments. */
static int lower_type(const lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    if (!(ops_row((op)node->op)->flags & OP_LOGIC)) return node->type;
    int type = TYPE_WHOLE;
    for (size_t k = 0; k < node->count; k++) {
        int t = node_at(w->g, node_arg(w->g, n, k))->type;
        if (t == TYPE_F64 || (t == TYPE_F32 && type != TYPE_F64))
            type = t;
        else if (t == TYPE_REAL && type != TYPE_F64 && type != TYPE_F32)
            type = TYPE_F64;
        else if (t == TYPE_INT && type == TYPE_WHOLE)
            type = TYPE_INT;
    }
    return type == TYPE_WHOLE ? TYPE_F64 : type;
}

/* Of a larger program only ints keep names, since errors speak of them, and those that were made are not written out.
 */
enum { LOWER_NAMES_MOST = 200000, LOWER_WORDS_MOST = 20000 };

static uint32_t lower_text(lowering *w, const char *s, size_t count)
{
    uint32_t at = (uint32_t)w->p->name_text.count;
    if (!array_reserve(w->m, &w->p->name_text, count + 1)) return 0;
    memcpy(w->p->name_text.at + at, s, count);
    w->p->name_text.at[at + count] = '\0';
    w->p->name_text.count += count + 1;
    return at;
}

static uint32_t lower_name(lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    if (!node->name || (w->names.count >= LOWER_NAMES_MOST && node->type != TYPE_INT)) return 0;
    bool made = node->type == TYPE_INT && (node->flags & NODE_GENERATED) && w->names.count < LOWER_WORDS_MOST;
    const graph_name *name = &w->g->names.at[node->name];
    if (!made) return lower_text(w, w->g->name_text.at + name->at, name->count);
    text t;
    text_begin(&t, w->m);
    graph_print_words(w->g, n, &t, 80);
    uint32_t at = t.failed ? 0 : lower_text(w, text_string(&t), t.count);
    text_free(&t);
    return at;
}

static uint32_t lower_node(lowering *w, ew_node n)
{
    const graph_node *node = node_at(w->g, n);
    op o = (op)node->op;
    int type = lower_type(w, n);
    bool logic = (ops_row(o)->flags & OP_LOGIC) != 0;
    int code = type == TYPE_INT ? CODE_INT : type == TYPE_F32 && !logic ? CODE_SINGLE : CODE_REAL;
    if (logic && type == TYPE_INT && o != OP_AND && o != OP_OR && o != OP_NOT)
        code = CODE_INT;
    else if (logic)
        code = CODE_REAL;
    if (o == OP_COPY || o == OP_STOP) return lower_use(w, node_arg(w->g, n, 0), type);
    if (o == OP_IF) {
        uint32_t args[3]; /* filled one by one: a list of initializers has no order of its own */
        for (size_t k = 0; k < 3; k++)
            args[k] = lower_use(w, node_arg(w->g, n, k), k > 0 ? type : code == CODE_INT ? TYPE_INT : TYPE_F64);
        return lower_draft(w, (int)o, code == CODE_SINGLE ? CODE_REAL : code, args, 3, lower_name(w, n));
    }
    uint32_t args[3] = {0, 0, 0};
    for (size_t k = 0; k < node->count; k++) {
        size_t at = k < 3 && ops_row(o)->count ? k : k > 0;
        args[at] = lower_use(w, node_arg(w->g, n, k), type);
        if (!ops_row(o)->count && k > 0) args[0] = lower_draft(w, (int)o, code, args, 2, lower_name(w, n));
    }
    return ops_row(o)->count ? lower_draft(w, (int)o, code, args, node->count, lower_name(w, n)) : args[0];
}

static bool lower_all(lowering *w, const ew_node *wanted, size_t count)
{
    size_t nodes = w->g->nodes.count;
    w->at = block_new(w->m, nodes, sizeof *w->at);
    w->needed = block_new(w->m, nodes, 1);
    if (!w->at || !w->needed) return lower_memory(w);
    for (size_t i = 0; i < count; i++) w->needed[wanted[i]] = 1;
    for (size_t i = nodes; i-- > 0;) {
        const graph_node *node = node_at(w->g, (ew_node)i);
        if (!w->needed[i] || type_is_soft(node->type)) continue;
        for (size_t k = 0; k < node->count; k++) w->needed[node_arg(w->g, (ew_node)i, k)] = 1;
    }
    for (size_t i = 0; i < nodes; i++) {
        const graph_node *node = node_at(w->g, (ew_node)i);
        if (!w->needed[i] || node->op == OP_CONST || type_is_soft(node->type)) continue;
        if (node->op == OP_INPUT)
            w->at[i] = node->args | IS_INPUT;
        else if (node->op == OP_PARAM)
            w->at[i] = (node->args + (uint32_t)w->g->inputs.count) | IS_INPUT;
        else
            w->at[i] = lower_node(w, (ew_node)i);
        if (w->at[i] == NOWHERE) return false;
    }
    return true;
}

/* ---- Order ------------------------------------------------------------------------------------ */

_Static_assert(I_ROUND < 256, "a batch keeps the operation in a byte");

enum { KEYS = (I_ROUND + 1) * 4 };

/* place[i]: where draft i goes. By level, then operation, equal ones as they were: two passes of
 * counting sort. */
static bool lower_sort(lowering *w, uint32_t *place)
{
    size_t n = w->code.count, levels = (size_t)w->depth + 1, buckets = (levels > KEYS ? levels : KEYS) + 1;
    uint32_t *count = block_new(w->m, buckets, sizeof *count), *first = block_new(w->m, n, sizeof *first);
    bool ok = count && first;
    if (ok) {
        for (size_t i = 0; i < n; i++) count[w->keys.at[i] + 1]++;
        for (size_t i = 1; i < buckets; i++) count[i] += count[i - 1];
        for (size_t i = 0; i < n; i++) first[count[w->keys.at[i]]++] = (uint32_t)i;
        memset(count, 0, buckets * sizeof *count);
        for (size_t i = 0; i < n; i++) count[w->levels.at[i] + 1]++;
        for (size_t i = 1; i < buckets; i++) count[i] += count[i - 1];
        for (size_t i = 0; i < n; i++) place[first[i]] = count[w->levels.at[first[i]]]++;
    }
    block_free(w->m, count, buckets);
    block_free(w->m, first, n);
    return ok || lower_memory(w);
}

/* Deep and narrow: the order of the nodes is as good. Then place is NULL. */
static bool lower_order(lowering *w, uint32_t **place)
{
    bool ok = true;
    if (w->depth < w->code.count / 4) {
        *place = block_new(w->m, w->code.count, sizeof **place);
        ok = *place ? lower_sort(w, *place) : lower_memory(w);
    }
    array_free(w->m, &w->levels);
    return ok;
}

static uint32_t lower_slot(const lowering *w, const uint32_t *place, uint32_t operand)
{
    uint32_t constants = (uint32_t)w->constants.count, index = operand & INDEX;
    if (operand & IS_DRAFT) return constants + (uint32_t)w->p->input_count + (place ? place[index] : index);
    return operand & IS_INPUT ? constants + index : operand;
}

/* Names by instruction; before the permutation, which uses place up. */
static bool lower_origins(lowering *w, const uint32_t *place)
{
    ew_program *p = w->p;
    for (size_t i = 0; i < w->keys.count && !p->has_ints; i++) p->has_ints = w->keys.at[i] % 4 == CODE_INT;
    if (w->code.count > LOWER_NAMES_MOST && !p->has_ints) return true;
    p->origin = block_new(w->m, w->code.count, sizeof *p->origin);
    if (!p->origin) return lower_memory(w);
    for (size_t i = 0; i < w->names.count; i++) {
        uint32_t draft = w->names.at[i].draft;
        p->origin[place ? place[draft] : draft] = w->names.at[i].name;
    }
    return true;
}

/* Operands become slots, and each instruction goes to its place, round by round of the permutation:
 * no second copy of the code. */
static void lower_permute(lowering *w, uint32_t *place)
{
    size_t n = w->code.count;
    for (size_t i = 0; i < n; i++) {
        instruction *c = &w->code.at[i];
        *c = (instruction){lower_slot(w, place, c->x), lower_slot(w, place, c->y), lower_slot(w, place, c->w)};
    }
    for (uint32_t i = 0; place && i < n; i++)
        while (place[i] != i) {
            uint32_t to = place[i];
            instruction c = w->code.at[to];
            uint16_t key = w->keys.at[to];
            w->code.at[to] = w->code.at[i];
            w->keys.at[to] = w->keys.at[i];
            w->code.at[i] = c;
            w->keys.at[i] = key;
            place[i] = place[to];
            place[to] = to;
        }
}

/* An f32 result is rounded once its batch has run: what uses it must be in another one. */
static bool lower_waits(const lowering *w, size_t first, size_t i)
{
    const instruction *c = &w->code.at[i];
    size_t slot = w->constants.count + w->p->input_count + first;
    return w->keys.at[i] % 4 == CODE_SINGLE && (c->x >= slot || c->y >= slot || c->w >= slot);
}

/* Runs of equal operations; they may go across levels, since instructions run one after another. */
static bool lower_batches(lowering *w)
{
    size_t n = w->keys.count, count = 0;
    for (int fill = 0; fill < 2; fill++) {
        count = 0;
        for (size_t i = 0, end; i < n; i = end) {
            uint16_t key = w->keys.at[i];
            for (end = i + 1; end < n && end - i < UINT16_MAX && w->keys.at[end] == key && !lower_waits(w, i, end);)
                end++;
            if (fill) w->p->batches[count] = (batch){(uint32_t)i, (uint16_t)(end - i), (uint8_t)(key / 4), key % 4};
            count++;
        }
        if (!fill && !(w->p->batches = block_new(w->m, count, sizeof *w->p->batches))) return lower_memory(w);
        w->p->batch_count = count;
    }
    return true;
}

static bool lower_code(lowering *w)
{
    ew_program *p = w->p;
    uint32_t *place = NULL;
    size_t n = p->code_count = w->code.count; /* by which ew_free knows the sizes, of whatever is there */
    bool ok = lower_order(w, &place) && lower_origins(w, place);
    for (size_t i = 0; ok && i < p->output_count; i++) p->outputs[i].slot = lower_slot(w, place, p->outputs[i].slot);
    if (ok) lower_permute(w, place);
    block_free(w->m, place, n);
    if (!ok || !lower_batches(w)) return false;
    p->code = memory_resize(w->m, w->code.at, w->code.capacity * sizeof *p->code, n ? n * sizeof *p->code : 1);
    if (!p->code) return lower_memory(w);
    memset(&w->code, 0, sizeof w->code);
    return true;
}

/* What was kept by node is not needed any more once every operand is known: peak memory. */
static void lower_forget(lowering *w)
{
    block_free(w->m, w->at, w->g->nodes.count);
    block_free(w->m, w->needed, w->g->nodes.count);
    w->at = NULL;
    w->needed = NULL;
}

/* ---- All together ------------------------------------------------------------------------------ */

static bool lower_outputs(lowering *w, const ew_node *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) { /* may still add conversions */
        int type = node_at(w->g, wanted[i])->type;
        w->p->outputs[i].is_int = type == TYPE_INT;
        w->p->outputs[i].slot = lower_use(w, wanted[i], type_is_soft(type) ? w->g->real : type);
        if (w->p->outputs[i].slot == NOWHERE) return false;
    }
    return true;
}

static bool lower_constants(lowering *w)
{
    ew_program *p = w->p;
    p->constants = block_new(w->m, w->constants.count, sizeof *p->constants);
    if (!p->constants) return lower_memory(w);
    p->constant_count = w->constants.count;
    if (p->constant_count) memcpy(p->constants, w->constants.at, p->constant_count * sizeof *p->constants);
    return true;
}

bool lower_program(ew_graph *g, ew_program *p, const ew_node *wanted, size_t count)
{
    lowering w = {.g = g, .p = p, .m = &p->memory};
    bool ok = lower_all(&w, wanted, count) && lower_outputs(&w, wanted, count);
    lower_forget(&w);
    ok = ok && lower_code(&w) && lower_constants(&w);
    array_free(w.m, &w.code);
    array_free(w.m, &w.keys);
    array_free(w.m, &w.levels);
    array_free(w.m, &w.names);
    array_free(w.m, &w.constants);
    block_free(w.m, w.constant_table, w.constant_table_size);
    block_free(w.m, w.casts, w.cast_size);
    block_free(w.m, w.cast_values, w.cast_size);
    return ok && report_ok(&g->report);
}
