/*
 * run.c - the interpreter: batches of equal operations over the work array.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exec/array_crew.h"
#include "math/integers.h"
#include "math/kernels.h"

ew_work *ew_work_new(const ew_program *p)
{
    memory m = p->memory;
    m.used = 0;
    ew_work *w = memory_new(&m, sizeof *w);
    if (!w) return NULL;
    w->memory = m;
    w->program = p;
    if (p->arrays) {
        if (!(w->arrays = array_work_new(&w->memory, p, NULL))) {
            ew_work_free(w);
            return NULL;
        }
        array_crew_new(w, p->threads);
        return w;
    }
    w->slots = program_slots(p);
    w->code = p->code_count;
    w->slot = block_new(&w->memory, w->slots, sizeof *w->slot);
    if (w->slot && p->has_ints) w->needed = block_new(&w->memory, p->code_count, 1);
    if (!w->slot || (p->has_ints && !w->needed)) {
        ew_work_free(w);
        return NULL;
    }
    if (p->constant_count) memcpy(w->slot, p->constants, p->constant_count * sizeof *p->constants);
    return w;
}

void ew_work_free(ew_work *w)
{
    if (!w) return;
    memory last;
    array_crew_free(w);
    array_work_free(&w->memory, w->arrays);
    block_free(&w->memory, w->needed, w->code);
    block_free(&w->memory, w->slot, w->slots);
    last = w->memory;
    memory_free(&last, w, sizeof *w);
}

/* Doubles are read through this: the work array also holds ints. */
typedef union cell {
    uint64_t bits;
    double real;
    int64_t whole;
} cell;

static void run_real(const batch *b, const instruction *code, cell *s, cell *out)
{
    size_t n = b->count;
    switch (b->op) {
#define OP(E, name, call, argument_count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low,      \
           high, awkward, manual)                                                                                      \
    case OP_##E:                                                                                                       \
        for (size_t i = 0; i < n; i++) {                                                                               \
            double x = s[code[i].x].real, y = s[code[i].y].real, w = s[code[i].w].real;                                \
            (void)x;                                                                                                   \
            (void)y;                                                                                                   \
            (void)w;                                                                                                   \
            out[i].real = (value);                                                                                     \
        }                                                                                                              \
        break;
#include "ops/ops.def"
#undef OP
    case I_INT_REAL:
        for (size_t i = 0; i < n; i++) out[i].real = (double)s[code[i].x].whole;
        break;
    case I_ROUND:
        for (size_t i = 0; i < n; i++) out[i].real = (double)(float)s[code[i].x].real;
        break;
    default: break;
    }
}

/* Comparisons of ints give a bool, which lies as a double like all bools. */
static bool run_compare_ints(const batch *b, const instruction *code, cell *s, cell *out)
{
    for (size_t i = 0; i < b->count; i++) {
        int64_t x = s[code[i].x].whole, y = s[code[i].y].whole;
        switch (b->op) {
        case OP_EQ: out[i].real = x == y; break;
        case OP_NE: out[i].real = x != y; break;
        case OP_LT: out[i].real = x < y; break;
        case OP_LE: out[i].real = x <= y; break;
        case OP_GT: out[i].real = x > y; break;
        case OP_GE: out[i].real = x >= y; break;
        default: return false;
        }
    }
    return true;
}

/* Returns whether something did not fit; `bad` by instruction says where. */
static bool run_int(const batch *b, const instruction *code, cell *s, cell *out, uint8_t *bad)
{
    bool any = false;
    if (run_compare_ints(b, code, s, out)) return false;
    for (size_t i = 0; i < b->count; i++) {
        int fault = 0;
        cell *x = &s[code[i].x];
        if (b->op == I_REAL_INT) {
            out[i].whole = i_whole(x->real, &fault);
        } else {
            out[i].whole = ops_int((op)b->op, x->whole, s[code[i].y].whole, s[code[i].w].whole, &fault);
        }
        bad[i] = fault != 0;
        any = any || fault;
    }
    return any;
}

static bool run_batches(const ew_program *p, ew_work *w)
{
    cell *s = (cell *)w->slot, *out = s + p->constant_count + p->input_count;
    bool bad = false;
    if (w->needed) memset(w->needed, 0, p->code_count);
    for (size_t i = 0; i < p->batch_count; i++) {
        const batch *b = &p->batches[i];
        const instruction *code = p->code + b->first;
        if (b->code == CODE_INT) {
            bad |= run_int(b, code, s, out + b->first, w->needed + b->first);
            continue;
        }
        run_real(b, code, s, out + b->first);
        if (b->code == CODE_SINGLE)
            for (size_t k = 0; k < b->count; k++) out[b->first + k].real = (double)(float)out[b->first + k].real;
    }
    return !bad;
}

/* ---- Faults that count ------------------------------------------------------------------------- */

enum { SLOT_BAD = 1, SLOT_NEEDED = 2, SLOT_SPOILT = 4 /* computed from a bad one that counts */ };

static uint8_t *slot_mark(const ew_program *p, ew_work *w, uint32_t slot)
{
    size_t base = p->constant_count + p->input_count;
    return slot >= base ? &w->needed[slot - base] : NULL;
}

static bool slot_is_zero(const ew_program *p, ew_work *w, uint32_t slot)
{
    const uint8_t *mark = slot_mark(p, w, slot);
    return ((const cell *)w->slot)[slot].real == 0 && !(mark && *mark & SLOT_SPOILT);
}

/* The operands that count, as bits: `and`, `or` and `if` need only what decides; beside an exact 0 in a product along
 * a path the other factor does not count. */
static unsigned operands_needed(const ew_program *p, ew_work *w, const batch *b, size_t i)
{
    const cell *s = (const cell *)w->slot;
    const instruction *c = &p->code[i];
    unsigned count = b->op < OP_COUNT ? ops_row((op)b->op)->count : 1;
    bool holds = b->code == CODE_INT ? s[c->x].whole != 0 : s[c->x].real != 0;
    switch (b->op) {
    case OP_IF: return holds ? 3 : 5;
    case OP_AND: return holds ? 3 : 1;
    case OP_OR: return holds ? 1 : 3;
    case OP_MUL0: return slot_is_zero(p, w, c->x) ? 1 : slot_is_zero(p, w, c->y) ? 2 : 3;
    case OP_DIV0: return slot_is_zero(p, w, c->x) ? 1 : 3;
    default: return count == 1 ? 1 : count == 3 ? 7 : 3;
    }
}

/* Sets the mark on operands that count; were any so marked? */
static bool operands_mark(const ew_program *p, ew_work *w, const batch *b, size_t i, unsigned set, unsigned look)
{
    const uint32_t slots[3] = {p->code[i].x, p->code[i].y, p->code[i].w};
    unsigned wanted = operands_needed(p, w, b, i);
    bool found = false;
    for (size_t k = 0; k < 3; k++) {
        uint8_t *mark = wanted >> k & 1 ? slot_mark(p, w, slots[k]) : NULL;
        if (!mark) continue;
        found = found || *mark & look;
        *mark |= (uint8_t)set;
    }
    return found;
}

void exec_formula(op o, int64_t x, int64_t y, char *out, size_t size)
{
    const char *form = o < OP_COUNT ? ops_row(o)->form : "", *piece;
    const int64_t values[] = {x, y};
    uint32_t count;
    size_t used = 0;
    for (int k; (k = ops_piece(&form, &piece, &count)) != -2;) {
        char number[32];
        if (k > 1) continue;
        if (k >= 0) count = (uint32_t)snprintf(number, sizeof number, "%lld", (long long)values[k]);
        if (used + count >= size) break;
        memcpy(out + used, k >= 0 ? number : piece, count);
        used += count;
    }
    out[used] = '\0';
}

static ew_status run_fault(const ew_program *p, ew_work *w, const batch *b, size_t i)
{
    const cell *s = (const cell *)w->slot;
    bool zero = (b->op == OP_FLOORDIV || b->op == OP_MOD) && s[p->code[i].y].whole == 0;
    char formula[200];
    exec_formula((op)b->op, s[p->code[i].x].whole, s[p->code[i].y].whole, formula, sizeof formula);
    return exec_report(p, w, EW_LIMIT, zero ? E_ZERO_DIVISOR : E_OVERFLOW, program_name(p, p->origin[i]), formula,
                       NULL);
}

/* Something did not fit: was it needed? Walks up, for what is computed from it, then back from the outputs. */
static ew_status run_faults(const ew_program *p, ew_work *w)
{
    for (size_t k = 0; k < p->batch_count; k++) {
        const batch *b = &p->batches[k];
        for (size_t i = b->first; i < b->first + b->count; i++)
            if (w->needed[i] & SLOT_BAD || operands_mark(p, w, b, i, 0, SLOT_SPOILT)) w->needed[i] |= SLOT_SPOILT;
    }
    for (size_t i = 0; i < p->output_count; i++) {
        uint8_t *mark = slot_mark(p, w, p->outputs[i].slot);
        if (mark) *mark |= SLOT_NEEDED;
    }
    for (size_t k = p->batch_count; k-- > 0;) {
        const batch *b = &p->batches[k];
        for (size_t i = b->first + b->count; i-- > b->first;)
            if (w->needed[i] & SLOT_NEEDED) operands_mark(p, w, b, i, SLOT_NEEDED, 0);
    }
    for (size_t k = 0; k < p->batch_count; k++) {
        const batch *b = &p->batches[k];
        for (size_t i = b->first; i < b->first + b->count; i++)
            if (w->needed[i] & SLOT_BAD && w->needed[i] & SLOT_NEEDED) return run_fault(p, w, b, i);
    }
    return EW_OK;
}

/* ---- A run ------------------------------------------------------------------------------------- */

static void run_output(const program_output *o, const cell *x, void *to)
{
    switch (o->type) {
    case TYPE_F32: *(float *)to = (float)x->real; break;
    case TYPE_BOOL: *(unsigned char *)to = x->real != 0; break;
    case TYPE_INT: *(int64_t *)to = x->whole; break;
    default: *(double *)to = x->real;
    }
}

static bool run_shared(const ew_program *p, const array_door *door, size_t k)
{
    for (size_t i = 0; door->commit && i < p->input_count; i++)
        if (door->in[i] == door->out[k]) return true;
    return false;
}

/* Without axes: all inputs are read first, and outputs in their memory are written after the commit. */
static ew_status run_arrays(const ew_program *p, ew_work *w, const array_door *door)
{
    const void *const *in = door->in;
    cell *s = (cell *)w->slot + p->constant_count;
    for (size_t i = 0; i < p->input_count; i++) {
        switch (p->inputs[i].type) {
        case TYPE_F32: s[i].real = (double)*(const float *)in[i]; break;
        case TYPE_BOOL: s[i].real = *(const unsigned char *)in[i] != 0; break;
        case TYPE_INT: s[i].whole = *(const int64_t *)in[i]; break;
        default: s[i].real = *(const double *)in[i];
        }
    }
    ew_status status;
    if (!run_batches(p, w) && (status = run_faults(p, w)) != EW_OK) return status;
    s = (cell *)w->slot;
    for (int shared = 0; shared < 2; shared++) {
        if (shared && door->commit && door->commit(door->context, 1)) return EW_OK;
        for (size_t k = 0; k < p->output_count; k++)
            if (run_shared(p, door, k) == shared) run_output(&p->outputs[k], &s[p->outputs[k].slot], door->out[k]);
    }
    return EW_OK;
}

static ew_status run_inputs(const ew_program *p, ew_work *w, const double *in)
{
    cell *s = (cell *)w->slot + p->constant_count;
    for (size_t i = 0; i < p->input_count; i++) {
        double v = in[i];
        int fault = 0;
        switch (p->inputs[i].type) {
        case TYPE_F32: s[i].real = (double)(float)v; break;
        case TYPE_BOOL: s[i].real = v != 0; break;
        case TYPE_INT:
            s[i].whole = i_whole(v, &fault);
            if (fault) {
                char number[32];
                number_text(v, 0, number);
                return exec_report(p, w, EW_LIMIT, E_WHOLE, program_name(p, p->inputs[i].name), number, NULL);
            }
            break;
        default: s[i].real = v;
        }
    }
    return EW_OK;
}

/* The work of a run, with no error in it; NULL: it belongs to another program, which is told in *status. */
static ew_work *run_begin(const ew_program *p, ew_work *w, ew_status *status)
{
    if (!w) w = p->work;
    if (w->program != p) {
        *status = exec_report(p, w, EW_USE, E_WORK, NULL, NULL, NULL);
        return NULL;
    }
    if (w->error.status != EW_OK) w->error = (ew_error){0};
    return w;
}

ew_status ew_run(const ew_program *p, ew_work *w, const double *in, double *out)
{
    return ew_run_whole(p, w, in, out, NULL);
}

ew_status ew_run_whole(const ew_program *p, ew_work *w, const double *in, double *out, int64_t *whole)
{
    ew_status begun;
    if (!(w = run_begin(p, w, &begun))) return begun;
    if (p->only_arrays) return exec_report(p, w, EW_USE, E_DOOR_DOUBLES, NULL, NULL, NULL);
    if (p->arrays) return array_run(p, w, in, out, whole);
    const cell *s = (const cell *)w->slot;
    ew_status status = run_inputs(p, w, in);
    if (status != EW_OK) return status;
    if (!run_batches(p, w) && (status = run_faults(p, w)) != EW_OK) return status;
    for (size_t i = 0; i < p->output_count; i++) {
        const program_output *o = &p->outputs[i];
        out[i] = o->is_int ? (double)s[o->slot].whole : s[o->slot].real;
        if (whole && o->is_int) whole[i] = s[o->slot].whole;
    }
    return EW_OK;
}

ew_status ew_run_arrays(const ew_program *p, ew_work *w, const void *const *in, void *const *out)
{
    return ew_run_commit(p, w, in, out, NULL, NULL);
}

ew_status ew_run_commit(const ew_program *p, ew_work *w, const void *const *in, void *const *out, ew_commit *commit,
                        void *context)
{
    ew_status begun;
    if (!(w = run_begin(p, w, &begun))) return begun;
    for (size_t i = 0; i < p->input_count; i++)
        if (!in[i] && p->inputs[i].count)
            return exec_report(p, w, EW_USE, E_DOOR_MEMORY, program_name(p, p->inputs[i].name), NULL, NULL);
    for (size_t i = 0; i < p->output_count; i++)
        if (!out[i] && p->outputs[i].count)
            return exec_report(p, w, EW_USE, E_DOOR_MEMORY, program_name(p, p->outputs[i].name), NULL, NULL);
    array_door door = {in, out, commit, context};
    return p->arrays ? array_run_arrays(p, w, &door) : run_arrays(p, w, &door);
}

void ew_run_error(const ew_program *p, const ew_work *w, ew_error *err)
{
    if (err) *err = w ? w->error : p->work->error;
}
