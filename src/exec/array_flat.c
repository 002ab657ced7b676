/*
 * array_flat.c - steps whose places all lie one after the other, in whatever they read and write: element i of the one
 * is element i of the other. Such a step, or a whole tile of such steps (array_tile.c), is FLAT: one list of operations
 * over a range of elements, a few at a time, without dimensions.
 *
 * What it is for: the update of a weight by Adam reads and writes three large arrays in three steps of ten passes. A
 * step of its own goes through one array as fast as memory gives it and through its roots and quotients as fast as
 * these are made, one after the other; in one list the processor does both at the same time. And what is known to be
 * a common chain of operations is one loop (array_chain.c).
 *
 * In a tile every element goes through all steps before the next strip of elements begins. So what a step writes others
 * may use at the same element alone, be it the same buffer, one that lies over it, or the caller's memory, where an
 * output may be an input. The values are the same to the bit: each operation is the kernel's of its row, over the same
 * arguments.
 */
#include <string.h>

#include "exec/array_inside.h"

enum {
    FLAT_REGISTERS = 64, /* of a step */
    FLAT_STRIP = 512     /* bytes of a stream in a strip, where there are several operations */
};

/* ---- Is it flat? --------------------------------------------------------------------------------------- */

static uint32_t flat_dim(const plan *a, const plan_map *m)
{
    uint32_t d = 0;
    while (d + 1 < m->dim_count && a->sizes.at[m->dims + d] == 1) d++;
    return d;
}

/* One number for all places from dimension `from` on? */
static bool flat_single(const plan *a, const plan_map *m, const plan_line *l, uint32_t from)
{
    if (l->buffer == BUFFER_CONSTANT) return true;
    for (uint32_t d = from; d < m->dim_count; d++)
        if (a->strides.at[l->strides + d] != 0) return false;
    return true;
}

/* One piece of memory, in the order of the places? */
static bool flat_piece(const plan *a, const plan_map *m, const plan_line *l, uint32_t from)
{
    const int64_t *stride = a->strides.at + l->strides, *size = a->sizes.at + m->dims;
    for (uint32_t d = from; d + 1 < m->dim_count; d++)
        if (size[d + 1] < 0 || stride[d] != stride[d + 1] * size[d + 1]) return false;
    return stride[m->dim_count - 1] == 1;
}

static bool flat_code(const plan_code *c)
{
    return c->type != ARRAY_INT && (c->kind == CODE_DIRECT || c->kind == CODE_EACH);
}

/* All it makes is what its last operation puts into memory. */
static bool flat_map(const plan *a, const plan_map *m)
{
    uint32_t from = flat_dim(a, m), stored = 0;
    const plan_code *code = a->code.at + m->code;
    if (m->skip != ARRAY_NONE || m->sink_count || m->single || m->registers > FLAT_REGISTERS || m->code_count == 0)
        return false;
    for (uint32_t i = 0; i < m->line_count; i++) {
        const plan_line *l = &a->lines.at[m->lines + i];
        if (l->buffer == ARRAY_NONE || l->type == ARRAY_INT) return false;
        if (!flat_single(a, m, l, from) && !flat_piece(a, m, l, from)) return false;
    }
    for (uint32_t k = 0; k < m->code_count; k++) {
        if (!flat_code(&code[k])) return false;
        for (uint32_t i = 0; i < k; i++) /* what is made where it goes */
            stored += code[k].kind == CODE_EACH && code[i].kind == CODE_DIRECT && code[i].out == code[k].out;
    }
    return stored == 1 && code[m->code_count - 1].kind == CODE_EACH;
}

/* ---- A list of operations ---------------------------------------------------------------------------------- */

static bool flat_operand_new(flat_draft *f, flat_operand o, uint16_t *at)
{
    if (f->operands == FLAT_OPERANDS) return false;
    f->operand[f->operands] = o;
    *at = (uint16_t)f->operands++;
    return true;
}

static bool flat_direct(const plan *a, flat_draft *f, const plan_map *m, const plan_code *c, uint16_t *of)
{
    uint32_t line = m->lines + c->line;
    bool single = flat_single(a, m, &a->lines.at[line], flat_dim(a, m));
    return flat_operand_new(f, (flat_operand){line, 0, single ? 0 : (uint32_t)array_type_bytes(c->type)}, &of[c->out]);
}

static bool flat_each(const plan *a, flat_draft *f, const plan_map *m, const plan_code *c, uint16_t *of)
{
    uint32_t slot = a->slots.at[m->slots + c->out];
    if (f->ops == FLAT_OPS) return false;
    flat_op o = {.kernel = c->kernel, .arg = {of[c->x], of[c->y], of[c->w]}};
    if (slot != ARRAY_NONE && !flat_operand_new(f, (flat_operand){ARRAY_NONE, slot, 0}, &of[c->out])) return false;
    o.out = of[c->out];
    f->code[f->ops] = *c;
    f->op[f->ops++] = o;
    return true;
}

/* Takes the operations of a map into the list; false: there are too many. */
static bool flat_take(const plan *a, flat_draft *f, const plan_map *m)
{
    uint16_t of[FLAT_REGISTERS] = {0};
    size_t first = f->ops;
    for (uint32_t k = m->code; k < m->code + m->code_count; k++) {
        const plan_code *c = &a->code.at[k];
        if (c->kind == CODE_DIRECT ? !flat_direct(a, f, m, c, of) : !flat_each(a, f, m, c, of)) return false;
    }
    array_flat_chains(f, first);
    return true;
}

static bool flat_push(array_lowering *w, const flat_draft *f, plan_flat made, uint32_t *index)
{
    plan *a = w->a;
    size_t widest = 4;
    made.operands = (uint32_t)a->flat_operands.count;
    made.operand_count = (uint32_t)f->operands;
    made.ops = (uint32_t)a->flat_ops.count;
    made.op_count = (uint32_t)f->ops;
    if (!array_reserve(w->m, &a->flat_operands, f->operands) || !array_reserve(w->m, &a->flat_ops, f->ops))
        return array_no_memory(w);
    for (size_t i = 0; i < f->operands; i++) {
        if (f->operand[i].bytes > widest) widest = f->operand[i].bytes;
        a->flat_operands.at[a->flat_operands.count++] = f->operand[i];
    }
    for (size_t i = 0; i < f->ops; i++) a->flat_ops.at[a->flat_ops.count++] = f->op[i];
    made.strip = f->ops == 1 ? STRIP : FLAT_STRIP / widest;
    if (!array_push(w->m, &a->flats, made)) return array_no_memory(w);
    *index = (uint32_t)a->flats.count;
    return true;
}

/* ---- Tiles ------------------------------------------------------------------------------------------------- */

static uint32_t flat_buffer(const plan *a, const plan_line *l)
{
    uint32_t over = a->buffers.at[l->buffer].over;
    return over ? over : l->buffer;
}

/* May they be in the same memory? */
static bool flat_meet(const plan *a, const plan_line *x, const plan_line *y)
{
    uint8_t p = a->buffers.at[x->buffer].door, q = a->buffers.at[y->buffer].door;
    return flat_buffer(a, x) == flat_buffer(a, y) || (p == DOOR_OUT && q == DOOR_IN) || (p == DOOR_IN && q == DOOR_OUT);
}

/* What one of the operations writes, all use at the same element. */
static bool flat_apart(const plan *a, const flat_draft *f)
{
    for (size_t i = 0; i < f->ops; i++) {
        const flat_operand *out = &f->operand[f->op[i].out];
        if (out->line == ARRAY_NONE) continue;
        for (size_t k = 0; k < f->operands; k++) {
            const flat_operand *o = &f->operand[k];
            if (o->line == ARRAY_NONE || o->line == out->line) continue;
            const plan_line *x = &a->lines.at[out->line], *y = &a->lines.at[o->line];
            if (y->buffer == BUFFER_CONSTANT || !flat_meet(a, x, y)) continue;
            bool number = o->bytes == 0 && flat_buffer(a, x) != flat_buffer(a, y); /* no output is as short as that */
            if (!number && (o->bytes != out->bytes || x->offset != y->offset || !array_line_moves_alike(a, x, y)))
                return false;
        }
    }
    return true;
}

/* Places of a unit of a step of a tile; 0: not flat. */
static int64_t flat_unit(const plan *a, const plan_step *s)
{
    const plan_map *m = s->kind == STEP_MAP ? &a->maps.at[s->at] : NULL;
    if (!m || s->guard_count || !flat_map(a, m) || s->dim > flat_dim(a, m)) return 0;
    int64_t count = s->unit;
    for (uint32_t d = s->dim + 1; d < m->dim_count; d++)
        if (a->sizes.at[m->dims + d] <= 0 || __builtin_mul_overflow(count, a->sizes.at[m->dims + d], &count)) return 0;
    return count;
}

static bool flat_tile(array_lowering *w, uint32_t first, plan_tile *t)
{
    const plan *a = w->a;
    flat_draft f = {.ops = 0};
    int64_t count = flat_unit(a, &a->steps.at[first]);
    for (uint32_t at = first; at < t->end; at++) {
        const plan_step *s = &a->steps.at[at];
        int64_t same = flat_unit(a, s);
        if (count == 0 || same != count || !flat_take(a, &f, &a->maps.at[s->at])) return true;
    }
    return !flat_apart(a, &f) || flat_push(w, &f, (plan_flat){.count = count}, &t->flat);
}

/* A step alone gains by chains only: else its strips are long ones. */
static bool flat_step(array_lowering *w, plan_map *m)
{
    flat_draft f = {.ops = 0};
    bool chains = false;
    if (!flat_map(w->a, m) || !flat_take(w->a, &f, m) || !flat_apart(w->a, &f)) return true;
    for (size_t i = 0; i < f.ops; i++) chains = chains || f.op[i].chain;
    return !chains || flat_push(w, &f, (plan_flat){.dim = flat_dim(w->a, m)}, &m->flat);
}

bool array_flats(array_lowering *w)
{
    plan *a = w->a;
    if (w->g->passes_off & PASS_FLAT) return true;
    for (uint32_t s = 0; s < a->steps.count; s++) {
        const plan_step *step = &a->steps.at[s];
        if (step->tile && !flat_tile(w, s, &a->tiles.at[step->tile - 1])) return false;
        if (step->kind == STEP_MAP && !flat_step(w, &a->maps.at[step->at])) return false;
    }
    return true;
}

/* ---- Running ------------------------------------------------------------------------------------------------ */

static void flat_strip(const plan_flat *f, const flat_op *ops, char *const *at, size_t count)
{
    for (uint32_t k = 0; k < f->op_count; k++) {
        const flat_op *o = &ops[k];
        if (o->kernel) {
            o->kernel(count, at[o->out], at[o->arg[0]], at[o->arg[1]], at[o->arg[2]]);
            continue;
        }
        const void *arg[CHAIN_ARGS];
        for (size_t i = 0; i < CHAIN_ARGS; i++) arg[i] = at[o->arg[i]];
        o->chain(count, at[o->out], arg);
    }
}

void array_flat_run(array_work *w, const plan_flat *f, int64_t from, int64_t to)
{
    const flat_operand *operand = w->plan->flat_operands.at + f->operands;
    const flat_op *ops = w->plan->flat_ops.at + f->ops;
    char *at[FLAT_OPERANDS];
    for (uint32_t i = 0; i < f->operand_count; i++)
        at[i] = operand[i].line == ARRAY_NONE ? w->strips + (size_t)operand[i].slot * STRIP * 8
                                              : w->line[operand[i].line] + from * (int64_t)operand[i].bytes;
    for (size_t left = (size_t)(to - from), count; left; left -= count) {
        count = left < f->strip ? left : f->strip;
        flat_strip(f, ops, at, count);
        for (uint32_t i = 0; i < f->operand_count; i++) at[i] += count * operand[i].bytes;
    }
}
