/*
 * array_describe.c - a plan as text: one line a step, indented by loops.
 */
#include <stdio.h>

#include "exec/array.h"

static void describe_sizes(const plan *a, text *t, uint32_t first, uint32_t count)
{
    char number[32];
    bool any = false;
    for (uint32_t d = first; d < first + count; d++) {
        int64_t size = a->sizes.at[d];
        if (size == 1) continue;
        snprintf(number, sizeof number, "%s%lld%s", any ? " x " : "", (long long)(size < 0 ? -size : size),
                 size < 0 ? " x rows" : "");
        text_add(t, number);
        any = true;
    }
    if (!any) text_add(t, "1");
}

static void describe_map(const plan *a, text *t, const plan_map *m)
{
    text_add(t, "map ");
    describe_sizes(a, t, m->dims, m->dim_count);
    text_add(t, ":");
    for (uint32_t i = m->code; i < m->code + m->code_count; i++) {
        const plan_code *c = &a->code.at[i];
        if (c->kind == CODE_DIRECT) continue;
        text_add(t, " ");
        text_add(t, c->kind == CODE_AT     ? "access"
                    : c->kind == CODE_LOAD ? "load"
                    : c->kind == CODE_RAMP ? "index"
                    : c->op == OP_INPUT    ? "convert"
                                           : ops_row((op)c->op)->name);
    }
    for (uint32_t i = m->sinks; i < m->sinks + m->sink_count; i++) {
        const plan_sink *s = &a->sinks.at[i];
        text_add(t, s->kind == SINK_STORE ? " store" : " into ");
        if (s->kind != SINK_STORE) text_add(t, ops_row((op)s->op)->name);
    }
}

static void describe_step(const ew_program *p, text *t, const plan_step *s)
{
    const plan *a = p->arrays;
    char line[120];
    if (s->name && s->kind != STEP_LOOP) {
        text_add(t, program_name(p, s->name));
        text_add(t, " = ");
    }
    switch (s->kind) {
    case STEP_MAP: describe_map(a, t, &a->maps.at[s->at]); break;
    case STEP_FOLD:
        text_add(t, a->folds.at[s->at].square ? "sum of squares " : "sum of products ");
        describe_sizes(a, t, a->folds.at[s->at].dims, a->folds.at[s->at].dim_count);
        break;
    case STEP_PRODUCT:
        text_add(t, "product ");
        describe_sizes(a, t, a->products.at[s->at].dims, a->products.at[s->at].dim_count);
        break;
    case STEP_ARG:
        text_add(t, a->args.at[s->at].most ? "argmax " : "argmin ");
        describe_sizes(a, t, a->args.at[s->at].dims, a->args.at[s->at].dim_count);
        break;
    case STEP_BLOCK: {
        const plan_block *l = &a->blocks.at[s->at];
        if (l->segments)
            snprintf(line, sizeof line, "%lld segments of %lld steps%s%s", (long long)a->segments, (long long)l->rows,
                     l->down ? ", downward" : "", a->short_of ? ", one in memory" : "");
        else
            snprintf(line, sizeof line, "blocks of %lld of %lld, in %lld chunks", (long long)l->rows,
                     (long long)l->size, (long long)l->chunks);
        text_add(t, line);
        break;
    }
    case STEP_LOOP: {
        const plan_loop *l = &a->loops.at[s->at];
        snprintf(line, sizeof line, "loop from %lld to %lld", (long long)l->first, (long long)l->last);
        text_add(t, line);
        break;
    }
    default: break;
    }
    text_add(t, "\n");
}

bool array_describe(const ew_program *p, text *t)
{
    const plan *a = p->arrays;
    char line[160];
    uint32_t ends[64], depth = 0;
    snprintf(line, sizeof line, "%zu operations, %zu bytes of work\n", a->count,
             (a->short_of ? a->windowed : a->bytes) + a->scratch_slots * STRIP * 8 + a->scratch);
    text_add(t, line);
    for (uint32_t i = 0; i < a->steps.count; i++) {
        if (a->steps.at[i].again && !a->short_of) continue;
        while (depth && ends[depth - 1] <= i) depth--;
        for (uint32_t k = 0; k < depth; k++) text_add(t, "  ");
        describe_step(p, t, &a->steps.at[i]);
        if (a->steps.at[i].kind == STEP_BLOCK && depth < 64) ends[depth++] = a->blocks.at[a->steps.at[i].at].end;
        if (a->steps.at[i].kind == STEP_LOOP && depth < 64) ends[depth++] = a->loops.at[a->steps.at[i].at].end;
    }
    return !t->failed;
}

ew_status ew_plan(const ew_program *p, ew_write *write, void *context, ew_error *err)
{
    memory m = p->memory;
    report r = {.m = &m, .language = p->language};
    text t;
    m.used = 0;
    text_begin(&t, &m);
    if (p->arrays) {
        array_describe(p, &t);
    } else {
        char line[120];
        snprintf(line, sizeof line, "%zu operations in %zu batches of equal ones\n", p->code_count, p->batch_count);
        text_add(&t, line);
    }
    if (t.failed)
        report_memory(&r);
    else if (write(context, text_string(&t), t.count) != 0)
        report_plain(&r, E_WRITE, NULL, NULL);
    text_free(&t);
    if (err) *err = r.error;
    return r.error.status;
}
