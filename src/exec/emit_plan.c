/*
 * emit_plan.c - in which order statements are written, in which function, and what goes through
 * `work`.
 *
 * The interpreter's order, by level, would keep every value alive for long. Here a value is
 * computed just before its first use: depth first from the outputs. That is easier to read, keeps
 * registers free and `work` small; the order of each sum, so every bit, is the same.
 *
 * A fault (an int overflows) counts only where the value is needed. Instructions that every run
 * needs share one flag, `bad`; the others, reached only through branches of `if`, `and`, `or`,
 * carry a flag of their own, which is taken over with the value.
 */
#include <string.h>

#include "exec/emit.h"

/* An int operation whose result may not fit, or a double that should be whole and need not be. */
static bool plan_may_fail(const emitter *e, size_t i)
{
    const emit_row *row = &e->rows[i];
    uint32_t slot = e->p->code[i].x;
    if (row->op != I_REAL_INT) return row->known & EMIT_INT && strstr(emit_template(row), "bad") != NULL;
    if (slot >= emit_base(e->p)) return !(e->rows[slot - emit_base(e->p)].known & EMIT_BOOL);
    return slot < e->p->constant_count || e->p->inputs[slot - e->p->constant_count].type != TYPE_BOOL;
}

static void plan_rows(emitter *e)
{
    const ew_program *p = e->p;
    for (size_t k = 0; k < p->batch_count; k++) {
        const batch *b = &p->batches[k];
        bool logic = b->op < OP_COUNT && (ops_row((op)b->op)->flags & OP_LOGIC);
        unsigned known = b->code == CODE_INT && !logic ? EMIT_INT : 0;
        if (logic) known |= EMIT_BOOL;
        if (logic || b->code == CODE_SINGLE || b->op == I_ROUND) known |= EMIT_SINGLE;
        for (size_t i = b->first; i < b->first + b->count; i++) {
            e->rows[i] = (emit_row){.op = b->op, .code = b->code, .known = (uint8_t)known, .work = EMIT_NOWHERE};
            if (plan_may_fail(e, i)) e->rows[i].known |= EMIT_FAULTS;
        }
    }
}

/* ---- Faults that count ------------------------------------------------------------------------ */

static void plan_sure(emitter *e)
{
    const ew_program *p = e->p;
    size_t base = emit_base(p);
    for (size_t i = 0; i < p->output_count; i++)
        if (p->outputs[i].slot >= base) e->rows[p->outputs[i].slot - base].known |= EMIT_SURE;
    for (size_t i = p->code_count; i-- > 0;) {
        if (!(e->rows[i].known & EMIT_SURE)) continue;
        for (unsigned k = 0; k < emit_operands(e->rows[i].op); k++) {
            uint32_t slot = emit_operand(&p->code[i], k);
            if (slot >= base && !emit_is_lazy(e->rows[i].op, k)) e->rows[slot - base].known |= EMIT_SURE;
        }
    }
}

static void plan_faults(emitter *e)
{
    const ew_program *p = e->p;
    size_t base = emit_base(p);
    for (size_t i = 0; i < p->input_count; i++) e->faults = e->faults || p->inputs[i].type == TYPE_INT;
    for (size_t i = 0; i < p->code_count; i++) {
        unsigned flag = e->rows[i].known & EMIT_FAULTS;
        e->faults = e->faults || flag;
        for (unsigned k = 0; k < emit_operands(e->rows[i].op); k++) {
            uint32_t slot = emit_operand(&p->code[i], k);
            if (slot >= base) flag |= e->rows[slot - base].known & EMIT_FLAG;
        }
        if (flag && !(e->rows[i].known & EMIT_SURE)) e->rows[i].known |= EMIT_FLAG;
    }
}

/* ---- Order ------------------------------------------------------------------------------------ */

typedef struct emit_walk {
    uint32_t *stack; /* instructions begun, none twice */
    uint8_t *next;   /* by instruction: operand to visit next */
    uint32_t number;
} emit_walk;

enum { PLAN_DONE = 255 };

/* The instruction and all it needs that no earlier one needed, operands first. */
static void plan_visit(emitter *e, emit_walk *w, uint32_t root)
{
    size_t depth = 0, base = emit_base(e->p);
    if (w->next[root] == PLAN_DONE) return;
    w->stack[depth++] = root;
    while (depth) {
        uint32_t i = w->stack[depth - 1];
        if (w->next[i] == emit_operands(e->rows[i].op)) {
            w->next[i] = PLAN_DONE;
            e->rows[i].number = w->number++;
            e->steps[e->step_count++] = i;
            depth--;
            continue;
        }
        uint32_t slot = emit_operand(&e->p->code[i], w->next[i]++);
        if (slot >= base && !w->next[slot - base]) w->stack[depth++] = (uint32_t)(slot - base);
    }
}

static bool plan_order(emitter *e)
{
    const ew_program *p = e->p;
    emit_walk w = {block_new(&e->m, p->code_count, sizeof *w.stack), block_new(&e->m, p->code_count, 1), 0};
    bool ok = w.stack && w.next;
    for (size_t i = 0; ok && i < p->output_count; i++) {
        uint32_t slot = p->outputs[i].slot;
        if (slot >= emit_base(p)) plan_visit(e, &w, (uint32_t)(slot - emit_base(p)));
        e->steps[e->step_count++] = EMIT_OUTPUT | (uint32_t)i;
    }
    block_free(&e->m, w.stack, p->code_count);
    block_free(&e->m, w.next, p->code_count);
    return ok || report_memory(&e->report);
}

/* ---- Parts and places in `work` ----------------------------------------------------------------- */

static void plan_use(emitter *e, uint32_t slot, uint32_t part)
{
    if (slot >= emit_base(e->p)) e->rows[slot - emit_base(e->p)].last = part;
}

static void plan_parts(emitter *e)
{
    size_t size;
    e->parts = (e->step_count + EMIT_PART - 1) / EMIT_PART;
    if (e->parts == 0) e->parts = 1;
    size = (e->step_count + e->parts - 1) / e->parts;
    for (size_t s = 0; s < e->step_count; s++) {
        uint32_t step = e->steps[s], part = (uint32_t)(s / size);
        if (step & EMIT_OUTPUT) {
            plan_use(e, e->p->outputs[step & ~EMIT_OUTPUT].slot, part);
            continue;
        }
        e->rows[step].part = e->rows[step].last = part;
        for (unsigned k = 0; k < emit_operands(e->rows[step].op); k++)
            plan_use(e, emit_operand(&e->p->code[step], k), part);
    }
}

/* Places in `work` that a value takes: a double is two floats; a flag has one of its own. */
enum { PLAN_WIDEST = 3 };

static unsigned plan_width(const emitter *e, const emit_row *row)
{
    unsigned width = e->is_float && !(row->known & EMIT_SINGLE) ? 2 : 1;
    return width + (row->known & EMIT_FLAG ? 1 : 0);
}

typedef struct plan_places {
    uint32_t *ends;                 /* by part: the last instruction whose value it uses last, + 1 */
    uint32_t *chain;                /* by instruction: the one before it in that list, or in a list of free ones */
    uint32_t free[PLAN_WIDEST + 1]; /* by width: instruction whose place is free, + 1 */
} plan_places;

/* What was used last in the part before is free for what this part computes. */
static void plan_release(emitter *e, plan_places *w, size_t part)
{
    uint32_t next;
    for (uint32_t at = part ? w->ends[part - 1] : 0; at; at = next) {
        unsigned width = plan_width(e, &e->rows[at - 1]);
        next = w->chain[at - 1];
        w->chain[at - 1] = w->free[width];
        w->free[width] = at;
    }
}

static void plan_place(emitter *e, plan_places *w, uint32_t i)
{
    emit_row *row = &e->rows[i];
    unsigned width = plan_width(e, row);
    uint32_t old = w->free[width];
    row->work = (uint32_t)e->work;
    if (old) {
        row->work = e->rows[old - 1].work;
        w->free[width] = w->chain[old - 1];
    } else {
        e->work += width;
    }
    w->chain[i] = w->ends[row->last];
    w->ends[row->last] = i + 1;
    if (row->known & EMIT_INT || (e->is_float && !(row->known & EMIT_SINGLE))) e->copies = true;
}

static bool plan_work(emitter *e)
{
    size_t part = 0, count = e->p->code_count;
    plan_places w = {block_new(&e->m, e->parts, sizeof *w.ends), block_new(&e->m, count, sizeof *w.chain), {0}};
    bool ok = w.ends && w.chain;
    for (size_t s = 0; ok && s < e->step_count; s++) {
        uint32_t i = e->steps[s];
        if (i & EMIT_OUTPUT) continue;
        while (part < e->rows[i].part) plan_release(e, &w, ++part);
        if (e->rows[i].last > part) plan_place(e, &w, i);
    }
    block_free(&e->m, w.ends, e->parts);
    block_free(&e->m, w.chain, count);
    return ok || report_memory(&e->report);
}

bool emit_plan(emitter *e)
{
    size_t steps;
    if (!size_add(e->p->code_count, e->p->output_count, &steps)) return report_memory(&e->report);
    e->rows = block_new(&e->m, e->p->code_count, sizeof *e->rows);
    e->steps = block_new(&e->m, steps, sizeof *e->steps);
    e->input_loaded = block_new(&e->m, e->p->input_count, sizeof *e->input_loaded);
    if (!e->rows || !e->steps || !e->input_loaded) return report_memory(&e->report);
    plan_rows(e);
    plan_sure(e);
    plan_faults(e);
    if (!plan_order(e)) return false;
    plan_parts(e);
    return plan_work(e);
}
