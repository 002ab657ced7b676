/*
 * emit_array.c - a plan as C: a function for each step, and one that calls them in the plan's order.
 *
 *     NAME_steps   the loops, blocks and guards around the calls
 *     NAME         inputs converted, NAME_steps, results that are nan where something failed
 *
 * Where a product over blocks is not finite, all steps run again, carefully, as the interpreter does.
 */
#include "exec/emit_array.h"

#include <stdio.h>
#include <string.h>

/* ---- Pieces -------------------------------------------------------------------------------------------- */

text *nest_line(emit_nest *n)
{
    text_repeat(&n->body, "    ", n->depth);
    return &n->body;
}

void nest_open(emit_nest *n)
{
    text_add(&n->body, " {\n");
    n->depth++;
}

void nest_close(emit_nest *n)
{
    n->depth--;
    text_add(nest_line(n), "}\n");
}

void nest_begin(emit_nest *n, uint32_t lines)
{
    text_clear(&n->body);
    n->uses = 0;
    n->depth = 1;
    n->lines = lines;
}

/* The type of doubles that lie in `work`: with float it is an array of another type. */
static const char *steps_real(const emitter *e)
{
    return e->is_float ? "k_double" : "double";
}

const char *nest_type(const emitter *e, int type)
{
    return type == ARRAY_F64 ? steps_real(e) : type == ARRAY_F32 ? "k_single" : "k_whole";
}

static const struct {
    unsigned use;
    const char *before, *type, *name;
} steps_parameters[] = {{USES_IN, "const ", NULL, "in"},
                        {USES_OUT, "", NULL, "out"},
                        {USES_WORK, "", NULL, "work"},
                        {USES_COUNTERS, "const ", "int64_t", "t"},
                        {USES_BAD, "", "int", "bad"}};

enum { STEPS_PARAMETERS = sizeof steps_parameters / sizeof steps_parameters[0] };

void nest_pass(text *t, unsigned uses)
{
    const char *comma = "";
    text_char(t, '(');
    for (size_t i = 0; i < STEPS_PARAMETERS; i++) {
        if (!(uses & steps_parameters[i].use)) continue;
        text_format(t, "%s%s", comma, steps_parameters[i].name);
        comma = ", ";
    }
    text_char(t, ')');
}

static void steps_declare(const emitter *e, text *t, unsigned uses)
{
    const char *comma = "";
    text_char(t, '(');
    for (size_t i = 0; i < STEPS_PARAMETERS; i++) {
        if (!(uses & steps_parameters[i].use)) continue;
        const char *type = steps_parameters[i].type ? steps_parameters[i].type : steps_real(e);
        text_format(t, "%s%s%s *%s", comma, steps_parameters[i].before, type, steps_parameters[i].name);
        comma = ", ";
    }
    text_add(t, *comma ? ")" : "void)");
}

void nest_end(emit_nest *n, const char *type, const char *name, const char *comment)
{
    text *t = &n->e->nests;
    if (*comment) {
        text_add(t, "/* ");
        emit_comment(t, comment, "   ");
        text_add(t, " */\n");
    }
    text_format(t, "%s_PART %s %s", text_string(&n->e->upper), type, name);
    steps_declare(n->e, t, n->uses);
    text_format(t, "\n{\n%s}\n\n", text_string(&n->body));
}

void nest_name(emit_nest *n, const int64_t *size, uint32_t count)
{
    for (uint32_t d = 0; d < count; d++) {
        n->var[d][0] = '\0';
        if (size[d] == 1) continue;
        if (d + 2 == count || d + 1 == count)
            strcpy(n->var[d], d + 1 == count ? "j" : "i");
        else
            n->var[d][0] = 'd', count_text(d, n->var[d] + 1);
    }
}

void nest_size(emit_nest *n, text *t, int64_t size)
{
    if (size >= 0) {
        text_format(t, "%lld", (long long)size);
        return;
    }
    n->uses |= USES_COUNTERS;
    if (size != -1) text_format(t, "%lld * ", -(long long)size);
    text_format(t, "t[%u]", n->a->counters);
}

void nest_for(emit_nest *n, const char *var, int64_t size)
{
    if (!*var) return;
    text *t = nest_line(n);
    text_format(t, "for (int64_t %s = 0; %s < ", var, var);
    nest_size(n, t, size);
    text_format(t, "; %s++)", var);
    nest_open(n);
}

/* ---- Lines --------------------------------------------------------------------------------------------- */

static void term_add(text *t, bool *any, int64_t factor, const char *var)
{
    if (factor == 0) return;
    text_add(t, !*any ? (factor < 0 ? "-" : "") : factor < 0 ? " - " : " + ");
    *any = true;
    long long size = factor < 0 ? -(long long)factor : (long long)factor;
    if (!var)
        text_format(t, "%lld", size);
    else if (size == 1)
        text_add(t, var);
    else
        text_format(t, "%lld * %s", size, var);
}

static void sum_moves(emit_nest *n, text *t, bool *any, const plan_line *l)
{
    for (uint32_t i = 0; i < l->move_count; i++) {
        const plan_move *m = &n->a->moves.at[l->moves + i];
        char var[32] = "t[";
        size_t k = 2 + count_text(m->counter, var + 2);
        strcpy(var + k, "]");
        if (m->stride) n->uses |= USES_COUNTERS;
        term_add(t, any, m->stride, var);
    }
}

static void sum_places(emit_nest *n, text *t, bool *any, const plan_line *l, uint32_t count)
{
    for (uint32_t d = 0; d < count; d++)
        if (n->var[d][0]) term_add(t, any, n->a->strides.at[l->strides + d], n->var[d]);
}

void nest_whole(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    const plan_line *l = &n->a->lines.at[line];
    bool any = false;
    sum_moves(n, t, &any, l);
    sum_places(n, t, &any, l, count);
    if (!any || l->offset) term_add(t, &any, l->offset, NULL);
    if (!any) text_char(t, '0');
}

void nest_index(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    bool any = false;
    sum_places(n, t, &any, &n->a->lines.at[line], count);
    if (!any) text_char(t, '0');
}

void nest_at(emit_nest *n, text *t, uint32_t line, uint32_t count)
{
    text_format(t, "p%u[", line - n->lines);
    nest_index(n, t, line, count);
    text_char(t, ']');
}

/* The double in `work` that a buffer begins at: all threads', the local ones, those of the door. */
static size_t steps_place(const emit_nest *n, uint32_t buffer)
{
    const plan *a = n->a;
    const plan_buffer *b = &a->buffers.at[buffer];
    size_t all = (a->bytes + 7) / 8, local = (a->lane + 7) / 8;
    if (b->door) return all + local + (b->door == DOOR_IN ? n->e->in_place : n->e->out_place)[b->port];
    return b->place / 8 + (b->local ? all : 0);
}

/* Does it lie at `in` or `out` itself? Then *at is where. */
static bool steps_at_door(const emit_nest *n, uint32_t buffer, size_t *at)
{
    const plan_buffer *b = &n->a->buffers.at[buffer];
    const ew_program *p = n->e->p;
    if (b->door == DOOR_NONE) return false;
    *at = b->door == DOOR_IN ? p->inputs[b->port].offset : p->outputs[b->port].offset;
    return b->door == DOOR_IN ? p->inputs[b->port].type == TYPE_F64 : !array_door_converts(p->outputs[b->port].type);
}

void nest_pointer(emit_nest *n, uint32_t line, bool written)
{
    const plan_line *l = &n->a->lines.at[line];
    const char *type = nest_type(n->e, l->type), *reads = written ? "" : "const ";
    if (l->buffer == ARRAY_NONE || l->buffer == BUFFER_CONSTANT) return;
    size_t place = 0;
    bool work = !steps_at_door(n, l->buffer, &place), plain = l->type == ARRAY_F64, any = true;
    bool in = n->a->buffers.at[l->buffer].door == DOOR_IN;
    size_t port = n->a->buffers.at[l->buffer].port;
    bool fixed = in && emit_is_fixed(n->e, port);
    if (work) place = steps_place(n, l->buffer);
    text *t = nest_line(n);
    if (!plain) n->e->helpers |= l->type == ARRAY_F32 ? HELP_SINGLE : HELP_WHOLE;
    if (fixed) place = 0;
    if (!fixed) n->uses |= work ? USES_WORK : in ? USES_IN : USES_OUT;
    text_format(t, "%s%s *p%u = ", reads, type, line - n->lines);
    if (!plain) text_format(t, "(%s%s *)(", reads, type);
    if (fixed)
        emit_fixed_name(n->e, t, port);
    else
        text_add(t, work ? "work" : in ? "in" : "out");
    if (plain) {
        term_add(t, &any, (int64_t)place + l->offset, NULL);
    } else {
        term_add(t, &any, (int64_t)place, NULL);
        text_char(t, ')');
        term_add(t, &any, l->offset, NULL);
    }
    sum_moves(n, t, &any, l);
    text_add(t, ";\n");
}

bool nest_literal(emit_nest *n, uint32_t line)
{
    return n->a->lines.at[line].buffer == BUFFER_CONSTANT;
}

void nest_constant(emit_nest *n, text *t, uint32_t line)
{
    const plan_line *l = &n->a->lines.at[line];
    uint64_t bits = n->a->constants.at[(size_t)l->offset / (STRIP * 8 / array_type_bytes(l->type))];
    double real;
    float single;
    memcpy(&real, &bits, sizeof real);
    memcpy(&single, &bits, sizeof single);
    if (l->type == ARRAY_INT)
        emit_whole(t, (int64_t)bits);
    else
        emit_real(t, l->type == ARRAY_F32 ? (double)single : real);
}

/* ---- Calls ---------------------------------------------------------------------------------------------- */

typedef struct steps_writer {
    emit_nest n;
    text calls;
    size_t depth;
    uint32_t along; /* counter of segments */
    bool down;      /* they run from the last to the first */
    unsigned uses;
    bool careful, suspects, counters; /* what the steps' function needs */
} steps_writer;

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

static bool steps_all(steps_writer *w)
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

/* ---- The function ---------------------------------------------------------------------------------------- */

/* "((k_single *)(work + 12))[i]", or "work[12 + i]". */
static void steps_element(const emit_nest *n, text *t, const plan_door *d, const char *reads)
{
    size_t place = steps_place(n, d->buffer);
    if (d->type == ARRAY_F64)
        text_format(t, "work[%zu + i]", place);
    else
        text_format(t, "((%s%s *)(work + %zu))[i]", reads, nest_type(n->e, d->type), place);
}

static void steps_convert(emit_nest *n, size_t i)
{
    const program_input *input = &n->e->p->inputs[i];
    const plan_door *d = &n->a->ins[i];
    text *t = nest_line(n);
    text_format(t, "for (int64_t i = 0; i < %zu; i++) ", input->count);
    if (d->type == ARRAY_F32) n->e->helpers |= HELP_SINGLE;
    if (d->type == ARRAY_INT) n->e->helpers |= HELP_WHOLE, n->e->faults = true;
    n->uses |= USES_IN | USES_WORK;
    steps_element(n, t, d, "");
    text_format(t,
                d->type == ARRAY_F32   ? " = (float)in[%zu + i];\n"
                : d->type == ARRAY_F64 ? " = in[%zu + i] != 0;\n"
                                       : " = i_whole(in[%zu + i], &bad);\n",
                input->offset);
}

static void steps_conversions(emit_nest *n)
{
    for (size_t i = 0; i < n->a->in_count; i++) {
        const program_input *input = &n->e->p->inputs[i];
        bool read = input->count && n->a->ins[i].buffer != ARRAY_NONE;
        if (!read || input->type == TYPE_F64 || emit_is_fixed(n->e, i)) continue;
        if (input->type == TYPE_INT) emit_kernels_use(n->e, "i_whole(x)");
        steps_convert(n, i);
    }
}

/* Outputs that were computed in another type than the door's. */
static void steps_outputs(emit_nest *n, text *t)
{
    for (size_t k = 0; k < n->a->out_count; k++) {
        const program_output *x = &n->e->p->outputs[k];
        if (!x->count || !array_door_converts(x->type)) continue;
        n->e->helpers |= x->type == TYPE_F32 ? HELP_SINGLE : HELP_WHOLE;
        text_format(t, "    for (int64_t i = 0; i < %zu; i++) out[%zu + i] = (double)", x->count, x->offset);
        steps_element(n, t, &n->a->outs[k], "const ");
        text_add(t, ";\n");
    }
}

/* NAME_steps: its parameters are those of all it calls, and how it goes. */
static void steps_function(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    unsigned uses = w->uses & ~(unsigned)USES_COUNTERS;
    text_format(t, "%s_PART void %s_steps(", text_string(&e->upper), e->name);
    if (w->careful) text_add(t, "int careful, int *suspect, ");
    text_format(t, "const %s *in, %s *out, %s *work, int *bad)\n{\n", steps_real(e), steps_real(e), steps_real(e));
    if (!(uses & USES_IN)) text_add(t, "    (void)in;\n");
    if (!(uses & USES_OUT)) text_add(t, "    (void)out;\n");
    if (!(uses & USES_WORK)) text_add(t, "    (void)work;\n");
    if (!(uses & USES_BAD)) text_add(t, "    (void)bad;\n");
    if (w->counters || w->uses & USES_COUNTERS) text_format(t, "    int64_t t[%u] = {0};\n", w->n.a->counters + 2);
    text_add(t, text_string(&w->calls));
    text_add(t, "}\n\n");
}

static void steps_run(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    const char *careful = w->careful ? "0, &suspect, " : "";
    text_format(t, "    %s_steps(%sin, out, work, &bad);\n", e->name, careful);
    if (w->careful) text_format(t, "    if (suspect && !bad) %s_steps(1, &suspect, in, out, work, &bad);\n", e->name);
    steps_outputs(&w->n, t);
    if (e->faults || w->uses & USES_BAD)
        text_format(t, "    for (int64_t i = 0; bad && i < %zu; i++) out[i] = (double)NAN;\n", e->p->out_count);
}

/* With float: doubles lie in `work`, at the first place that suits them. */
static void steps_wrap(emitter *e, size_t words)
{
    text *t = &e->nests;
    text_format(t, "void %s(const float *in, float *out, float *work)\n{\n", e->name);
    text_add(t, "    k_double *doubles = (k_double *)(((uintptr_t)work + 7) / 8 * 8);\n");
    text_format(t, "    for (int64_t i = 0; i < %zu; i++) doubles[%zu + i] = (double)in[i];\n", e->in_count, words);
    text_format(t, "    %s_doubles(doubles + %zu, doubles + %zu, doubles);\n", e->name, words, words + e->in_count);
    text_format(t, "    for (int64_t i = 0; i < %zu; i++) out[i] = (float)doubles[%zu + i];\n}\n", e->p->out_count,
                words + e->in_count);
    e->work = 2 * (words + e->in_count + e->p->out_count) + 1;
}

static void steps_whole(steps_writer *w)
{
    emitter *e = w->n.e;
    text *t = &e->nests;
    size_t words = (w->n.a->bytes + 7) / 8 + (w->n.a->lane + 7) / 8 + e->doors;
    size_t scaled = words;
    if (e->scale_count) words += e->in_count;
    nest_begin(&w->n, 0);
    steps_conversions(&w->n);
    steps_function(w);
    e->work = words;
    text_format(t, "%svoid %s%s(const %s *in, %s *out, %s *work)\n{\n", e->is_float ? "static " : "", e->name,
                e->is_float ? "_doubles" : "", steps_real(e), steps_real(e), steps_real(e));
    text_add(t, "    int bad = 0;\n");
    if (e->scale_count) emit_scales(e, t, scaled, steps_real(e));
    if (w->careful) text_add(t, "    int suspect = 0; /* a product over blocks was not finite */\n");
    text_add(t, text_string(&w->n.body));
    steps_run(w);
    text_add(t, "}\n");
    e->faults = e->faults || w->uses & USES_BAD;
    if (e->is_float) text_add(t, "\n"), steps_wrap(e, words);
}

bool emit_array(emitter *e)
{
    steps_writer w = {.n = {.e = e, .a = e->p->arrays}, .depth = 1};
    text_begin(&w.n.body, &e->m);
    text_begin(&w.calls, &e->m);
    for (size_t i = 0; i < w.n.a->products.count; i++) w.careful = w.careful || w.n.a->products.at[i].repeats;
    bool ok = emit_fixed_doors(e) && steps_all(&w);
    if (ok) steps_whole(&w);
    ok = ok && ((!w.n.body.failed && !w.calls.failed && !e->nests.failed) || report_memory(&e->report));
    text_free(&w.n.body);
    text_free(&w.calls);
    return ok;
}
