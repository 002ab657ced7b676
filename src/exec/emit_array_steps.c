/*
 * emit_array_steps.c - the calls of NAME_steps: the plan's steps in their order, with the loops, blocks, segments and
 * guards around them.
 *
 * Each step becomes a function (its writer in emit_array_map.c or emit_array_product.c) and a call. What holds other
 * steps is opened when it comes and closed when its last is done: what is due lies on a stack, not on that of C.
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_array.h"

/* ---- Calls ---------------------------------------------------------------------------------------------- */

static text *steps_line(steps_writer *w)
{
    text_repeat(&w->calls, "    ", w->depth);
    return &w->calls;
}

static void steps_call(steps_writer *w, const char *name)
{
    text_add(&w->calls, name);
    nest_pass(&w->calls, w->n.uses);
    w->uses |= w->n.uses;
}

/* A map that is part of another step: its function, and in *call how it is called. */
static bool steps_part(steps_writer *w, uint32_t map, const char *name, const char *part, const char *comment,
                       text *call)
{
    char whole[280];
    snprintf(whole, sizeof whole, "%s_%s", name, part);
    if (!emit_array_map(&w->n, &w->n.a->maps.at[map], whole, comment)) return false;
    text_add(call, whole);
    nest_pass(call, w->n.uses);
    text_add(call, "; ");
    w->uses |= w->n.uses;
    return true;
}

/* Onto what a scatter adds up: otherwise term by term through windows. */
static void steps_product_onto(steps_writer *w, const plan_product *p, const char *name, const char *comment)
{
    text calls;
    text_begin(&calls, &w->n.e->m);
    emit_array_product(&w->n, p, name, comment);
    unsigned uses = w->n.uses;
    bool ok = steps_part(w, p->set, name, "set", "where the product is not finite: nothing yet", &calls) &&
              steps_part(w, p->fallback, name, "exact", "its windows term by term", &calls) &&
              steps_part(w, p->scatter, name, "add", "added up", &calls);
    if (ok) {
        text_add(steps_line(w), w->careful ? "if (careful || !" : "if (!");
        w->n.uses = uses;
        steps_call(w, name);
        text_add(&w->calls, ") { ");
        text_add(&w->calls, text_string(&calls));
        text_add(&w->calls, "}\n");
    }
    text_free(&calls);
}

static void steps_product(steps_writer *w, const plan_product *p, const char *name, const char *comment)
{
    char exact[280];
    unsigned uses;
    if (product_adds_on(p)) {
        steps_product_onto(w, p, name, comment);
        return;
    }
    emit_array_product(&w->n, p, name, comment);
    uses = w->n.uses;
    snprintf(exact, sizeof exact, "%s_exact", name);
    if (!emit_array_map(&w->n, &w->n.a->maps.at[p->fallback], exact, "where the product is not finite: term by term"))
        return;
    unsigned careful = w->n.uses;
    text *t = steps_line(w);
    text_add(t, p->repeats ? "if (careful) " : w->careful ? "if (careful || !" : "if (!");
    w->n.uses = p->repeats ? careful : uses;
    steps_call(w, p->repeats ? exact : name);
    text_add(t, p->repeats ? ";\n" : ") ");
    if (p->repeats) text_add(steps_line(w), "else if (!");
    w->n.uses = p->repeats ? uses : careful;
    steps_call(w, p->repeats ? name : exact);
    text_add(t, p->repeats ? ") *suspect = 1;\n" : ";\n");
}

static bool steps_write(steps_writer *w, uint32_t at)
{
    const plan *a = w->n.a;
    const plan_step *s = &a->steps.at[at];
    char name[260];
    const char *comment = s->name ? program_name(w->n.e->p, s->name) : "";
    snprintf(name, sizeof name, "%s_%u", w->n.e->name, at + 1);
    if (s->kind == STEP_PRODUCT) {
        const plan_product *p = &a->products.at[s->at];
        for (uint32_t d = 0; d < p->dim_count; d++)
            if (a->sizes.at[p->dims + d] == 0) return true;
        steps_product(w, p, name, comment);
        return report_ok(&w->n.e->report);
    }
    if (s->kind == STEP_MAP && !emit_array_map(&w->n, &a->maps.at[s->at], name, comment)) return false;
    if (s->kind == STEP_FOLD) emit_array_fold(&w->n, &a->folds.at[s->at], name, comment);
    if (s->kind == STEP_POWER) emit_array_power(&w->n, &a->powers.at[s->at], name, comment);
    if (s->kind == STEP_ARG) emit_array_arg(&w->n, &a->args.at[s->at], name, comment);
    if (!w->n.body.count) return true;
    text *t = steps_line(w);
    steps_call(w, name);
    text_add(t, ";\n");
    return true;
}

/* ---- Loops ---------------------------------------------------------------------------------------------- */

enum { STEP_STEPS, STEP_FILLED, STEP_LOOP_END, STEP_END };

typedef struct steps_due {
    uint8_t kind;
    uint32_t at, end, loop; /* STEP_STEPS: of loop's variable `stopped`, or ARRAY_NONE */
} steps_due;

typedef struct steps_stack {
    ARRAY(steps_due) todo;
} steps_stack;

static bool stack_push(steps_writer *w, steps_stack *s, steps_due x)
{
    return array_push(&w->n.e->m, &s->todo, x) || report_memory(&w->n.e->report);
}

static void steps_open(steps_writer *w)
{
    text_add(&w->calls, " {\n");
    w->depth++;
}

static void steps_close(steps_writer *w)
{
    w->depth--;
    text_add(steps_line(w), "}\n");
}

/* Opens what stands around the step: its guards. Returns whether there is any. */
static bool steps_guard(steps_writer *w, const plan_step *s, uint32_t loop)
{
    const plan *a = w->n.a;
    const char *and = "";
    bool stops = s->defines && loop != ARRAY_NONE && a->loops.at[loop].until != ARRAY_NONE;
    if (!s->begins && !s->guard_count && !stops) return false;
    text *t = steps_line(w);
    text_add(t, "if (");
    if (s->begins) text_format(t, "t[%u]", a->counters + 1), and = " && ";
    if (stops) text_format(t, "%s!stopped%u", and, loop), and = " && ";
    for (uint32_t i = 0; i < s->guard_count; i++) {
        const plan_guard *g = &a->guards.at[s->guards + i];
        text_format(t, "%st[%u] >= %lld && t[%u] <= %lld", and, g->counter, (long long)g->low, g->counter,
                    (long long)g->high);
        and = " && ";
    }
    w->counters = w->counters || s->begins || s->guard_count;
    text_char(t, ')');
    steps_open(w);
    return true;
}

/* Opens what a step does in the segment that runs; returns how many blocks. */
static int steps_span(steps_writer *w, const plan_step *s)
{
    const plan *a = w->n.a;
    if (!s->span) return 0;
    const plan_span *span = &a->spans.at[s->span - 1];
    text *t = steps_line(w);
    if (span->place >= 0) {
        emit_span_place(t, a, span);
        steps_open(w);
        return 1;
    }
    text_add(t, "{\n");
    w->depth++;
    emit_span_range(steps_line(w), a, span, w->down);
    if (s->kind == STEP_LOOP) return 1;
    w->counters = true;
    text_format(steps_line(w), "t[%u] = from;\n", w->along);
    text_format(steps_line(w), "t[%u] = to - from;\n", a->counters);
    text_add(steps_line(w), "if (from < to)");
    steps_open(w);
    return 2;
}

static bool steps_segments(steps_writer *w, steps_stack *s, uint32_t at, const plan_block *b)
{
    const plan *a = w->n.a;
    w->counters = true;
    w->along = b->counter;
    w->down = b->down;
    emit_segments_open(steps_line(w), a, b);
    steps_open(w);
    emit_segments_begin(steps_line(w), a, b);
    text_format(steps_line(w), "t[%u] = segment == %lld;\n", a->counters + 1,
                b->down ? (long long)a->segments - 1 : 0LL);
    return stack_push(w, s, (steps_due){STEP_END, 0, 0, 0}) &&
           stack_push(w, s, (steps_due){STEP_STEPS, at + 1, b->end, ARRAY_NONE});
}

static bool steps_loop(steps_writer *w, steps_stack *s, uint32_t at, uint32_t number)
{
    const plan_loop *l = &w->n.a->loops.at[number];
    bool until = l->until != ARRAY_NONE;
    w->counters = true;
    if (until) text_format(steps_line(w), "int stopped%u = 0;\n", number);
    text *t = steps_line(w);
    if (w->n.a->steps.at[at].span)
        text_format(t,
                    l->down ? "for (int64_t at%u = to - 1; at%u >= from; at%u--)"
                            : "for (int64_t at%u = from; at%u < to; at%u++)",
                    number, number, number);
    else
        text_format(t, "for (int64_t at%u = %lld; at%u %s %lld; at%u%s)", number, (long long)l->first, number,
                    l->down ? ">=" : "<=", (long long)l->last, number, l->down ? "--" : "++");
    steps_open(w);
    text_format(steps_line(w), "t[%u] = at%u;\n", l->counter, number);
    if (until && l->fill < l->end) {
        text_format(steps_line(w), "if (stopped%u)", number);
        steps_open(w);
    }
    return stack_push(w, s, (steps_due){STEP_LOOP_END, 0, 0, number}) &&
           stack_push(w, s, (steps_due){STEP_STEPS, at + 1, l->fill, number}) &&
           (!until || l->fill == l->end ||
            (stack_push(w, s, (steps_due){STEP_END, 0, 0, 0}) &&
             stack_push(w, s, (steps_due){STEP_STEPS, l->fill, l->end, ARRAY_NONE})));
}

static void steps_loop_end(steps_writer *w, uint32_t number)
{
    const plan_loop *l = &w->n.a->loops.at[number];
    if (l->until != ARRAY_NONE) {
        emit_nest *n = &w->n;
        nest_begin(n, l->until);
        n->depth = w->depth + 1;
        nest_pointer(n, l->until, false);
        w->uses |= n->uses;
        text *t = steps_line(w);
        text_format(t, "if (!stopped%u && at%u >= %lld && at%u <= %lld)", number, number, (long long)l->low, number,
                    (long long)l->high);
        steps_open(w);
        text_add(t, text_string(&n->body));
        text_add(steps_line(w), "stopped");
        text_format(t, "%u = ", number);
        if (nest_literal(n, l->until))
            nest_constant(n, t, l->until);
        else
            text_add(t, "p0[0]");
        text_format(t, " != 0;\n");
        text_format(steps_line(w), "if (stopped%u) t[%u] = at%u;\n", number, l->frozen, number);
        steps_close(w);
    }
    steps_close(w);
}

static bool steps_block(steps_writer *w, steps_stack *s, uint32_t at, const plan_block *b)
{
    if (b->segments) return steps_segments(w, s, at, b);
    uint32_t rows = w->n.a->counters;
    int64_t blocks = (b->size + b->rows - 1) / b->rows;
    w->counters = true;
    text *t = steps_line(w);
    text_format(t, "for (int64_t chunk = 0; chunk < %lld; chunk++)", (long long)b->chunks);
    steps_open(w);
    text_format(steps_line(w), "const int64_t from = %lld * chunk / %lld, to = %lld * (chunk + 1) / %lld;\n",
                (long long)blocks, (long long)b->chunks, (long long)blocks, (long long)b->chunks);
    text_format(steps_line(w), "t[%u] = chunk;\n", b->chunk);
    text_add(steps_line(w), "for (int64_t block = from; block < to; block++)");
    steps_open(w);
    text_format(steps_line(w), "const int64_t left = %lld - block * %lld;\n", (long long)b->size, (long long)b->rows);
    text_format(steps_line(w), "t[%u] = block * %lld;\n", b->counter, (long long)b->rows);
    text_format(steps_line(w), "t[%u] = left < %lld ? left : %lld;\n", rows, (long long)b->rows, (long long)b->rows);
    text_format(steps_line(w), "t[%u] = block == from;\n", rows + 1);
    return stack_push(w, s, (steps_due){STEP_END, 0, 0, 0}) && stack_push(w, s, (steps_due){STEP_END, 0, 0, 0}) &&
           stack_push(w, s, (steps_due){STEP_STEPS, at + 1, b->end, ARRAY_NONE});
}

/* The steps [x.at, x.end): up to the first that holds others, which are done before the rest. */
static bool steps_some(steps_writer *w, steps_stack *s, steps_due x)
{
    const plan *a = w->n.a;
    while (x.at < x.end) {
        const plan_step *step = &a->steps.at[x.at];
        uint32_t at = x.at;
        bool holds = step->kind == STEP_LOOP || step->kind == STEP_BLOCK;
        if (step->again) {
            x.at = step->kind == STEP_LOOP ? a->loops.at[step->at].end : at + 1;
            continue;
        }
        bool guarded = steps_guard(w, step, x.loop);
        int spanned = steps_span(w, step);
        x.at = !holds ? at + 1 : step->kind == STEP_LOOP ? a->loops.at[step->at].end : a->blocks.at[step->at].end;
        if (!holds) {
            if (!steps_write(w, at)) return false;
            if (guarded) steps_close(w);
            for (; spanned; spanned--) steps_close(w);
            continue;
        }
        if (!stack_push(w, s, x)) return false;
        if (guarded && !stack_push(w, s, (steps_due){STEP_END, 0, 0, 0})) return false;
        if (spanned && !stack_push(w, s, (steps_due){STEP_END, 0, 0, 0})) return false;
        return step->kind == STEP_LOOP ? steps_loop(w, s, at, step->at)
                                       : steps_block(w, s, at, &a->blocks.at[step->at]);
    }
    return true;
}

bool emit_array_steps(steps_writer *w)
{
    steps_stack s = {0};
    bool ok = stack_push(w, &s, (steps_due){STEP_STEPS, 0, (uint32_t)w->n.a->steps.count, ARRAY_NONE});
    while (ok && s.todo.count) {
        steps_due x = s.todo.at[--s.todo.count];
        if (x.kind == STEP_STEPS)
            ok = steps_some(w, &s, x);
        else if (x.kind == STEP_LOOP_END)
            steps_loop_end(w, x.loop);
        else
            steps_close(w);
    }
    array_free(&w->n.e->m, &s.todo);
    return ok;
}
