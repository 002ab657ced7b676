/*
 * array_describe.c - a plan as text: one line a step, indented by loops, each with how many scalar operations it
 * takes in one run (all its places, all steps of the loops and blocks around it).
 */
#include <math.h>
#include <stdio.h>

#include "exec/array.h"

enum { DESCRIBE_DEPTH = 64 };

typedef struct describing {
    const ew_program *p;
    text *t;
    uint32_t around[DESCRIBE_DEPTH], depth; /* loops and blocks: steps */
} describing;

static const char *describe_word(const describing *d, const char *sentence)
{
    return translate(d->p->language, sentence);
}

static void describe_fill(const describing *d, const char *sentence, double a, double b, double c)
{
    char numbers[3][32];
    const char *const args[] = {numbers[0], numbers[1], numbers[2]};
    const double values[] = {a, b, c};
    for (int k = 0; k < 3; k++) snprintf(numbers[k], sizeof numbers[k], "%.0f", values[k]);
    text_fill(d->t, describe_word(d, sentence), args, 3);
}

/* ---- How many ------------------------------------------------------------------------------------------------- */

/* Steps of this loop in which the guarded step runs. */
static double describe_trips(const plan *a, const plan_loop *l, const plan_step *s)
{
    int64_t low = l->down ? l->last : l->first, high = l->down ? l->first : l->last;
    for (uint32_t i = s->guards; i < s->guards + s->guard_count; i++) {
        const plan_guard *g = &a->guards.at[i];
        if (g->counter != l->counter) continue;
        if (g->low > low) low = g->low;
        if (g->high < high) high = g->high;
    }
    return high < low ? 0 : (double)high - (double)low + 1;
}

/* Places of a step in one run; a dimension below 0 is the rows of a block. */
static double describe_places(const describing *d, const plan_step *s, uint32_t first, uint32_t count)
{
    const plan *a = d->p->arrays;
    double all = 1;
    bool rows = false;
    for (uint32_t i = first; i < first + count; i++) {
        rows = rows || a->sizes.at[i] < 0;
        all *= fabs((double)a->sizes.at[i]);
    }
    for (uint32_t k = 0; k < d->depth; k++) {
        const plan_step *around = &a->steps.at[d->around[k]];
        if (around->kind == STEP_LOOP) all *= describe_trips(a, &a->loops.at[around->at], s);
        if (around->kind != STEP_BLOCK) continue;
        const plan_block *l = &a->blocks.at[around->at];
        all *= rows ? (double)l->size : s->begins ? (double)l->chunks : ceil((double)l->size / (double)l->rows);
    }
    return all;
}

/* Operations at each place. */
static double describe_each(const plan *a, const plan_map *m)
{
    double each = 0;
    for (uint32_t i = m->code; i < m->code + m->code_count; i++) each += a->code.at[i].kind == CODE_EACH;
    for (uint32_t i = m->sinks; i < m->sinks + m->sink_count; i++) each += a->sinks.at[i].kind != SINK_STORE;
    return each;
}

static double describe_operations(const describing *d, const plan_step *s)
{
    const plan *a = d->p->arrays;
    switch (s->kind) {
    case STEP_MAP: {
        const plan_map *m = &a->maps.at[s->at];
        return describe_each(a, m) * describe_places(d, s, m->dims, m->dim_count);
    }
    case STEP_FOLD: {
        const plan_fold *f = &a->folds.at[s->at];
        return (f->square ? 3 : 2) * describe_places(d, s, f->dims, f->dim_count);
    }
    case STEP_POWER: return 3 * describe_places(d, s, a->powers.at[s->at].dims, 2);
    case STEP_PRODUCT: {
        const plan_product *m = &a->products.at[s->at];
        return 2 * describe_places(d, s, m->dims, m->dim_count) * array_product_share(a, m);
    }
    case STEP_ARG: return describe_places(d, s, a->args.at[s->at].dims, a->args.at[s->at].dim_count);
    default: return 0;
    }
}

/* ---- Steps ------------------------------------------------------------------------------------------------------ */

static void describe_sizes(const describing *d, uint32_t first, uint32_t count)
{
    bool any = false;
    for (uint32_t i = first; i < first + count; i++) {
        int64_t size = d->p->arrays->sizes.at[i];
        if (size == 1) continue;
        if (any) text_add(d->t, " x ");
        any = true;
        if (size == -1)
            text_add(d->t, describe_word(d, "rows"));
        else
            text_format(d->t, "%lld", (long long)(size < 0 ? -size : size));
        if (size < -1) text_format(d->t, " x %s", describe_word(d, "rows"));
    }
    if (!any) text_add(d->t, "1");
}

static void describe_map(const describing *d, const plan_map *m)
{
    const plan *a = d->p->arrays;
    text_add(d->t, describe_word(d, "map"));
    text_add(d->t, " ");
    describe_sizes(d, m->dims, m->dim_count);
    text_add(d->t, ":");
    for (uint32_t i = m->code; i < m->code + m->code_count; i++) {
        const plan_code *c = &a->code.at[i];
        if (c->kind == CODE_DIRECT) continue;
        text_add(d->t, " ");
        text_add(d->t, c->kind == CODE_AT     ? describe_word(d, "access")
                       : c->kind == CODE_LOAD ? describe_word(d, "load")
                       : c->kind == CODE_RAMP ? describe_word(d, "index")
                       : c->op == OP_INPUT    ? describe_word(d, "convert")
                                              : ops_row((op)c->op)->name);
    }
    for (uint32_t i = m->sinks; i < m->sinks + m->sink_count; i++) {
        const plan_sink *s = &a->sinks.at[i];
        text_format(d->t, " %s", describe_word(d, s->kind == SINK_STORE ? "store" : "into"));
        if (s->kind != SINK_STORE) text_format(d->t, " %s", ops_row((op)s->op)->name);
    }
}

static void describe_sized(const describing *d, const char *word, uint32_t dims, uint32_t count)
{
    text_add(d->t, describe_word(d, word));
    text_add(d->t, " ");
    describe_sizes(d, dims, count);
}

static void describe_around(const describing *d, const plan_step *s)
{
    const plan *a = d->p->arrays;
    if (s->kind == STEP_BLOCK) {
        const plan_block *l = &a->blocks.at[s->at];
        if (l->segments && l->down)
            describe_fill(d, "{1} segments of {2} steps, downward", (double)a->segments, (double)l->rows, 0);
        else if (l->segments)
            describe_fill(d, "{1} segments of {2} steps", (double)a->segments, (double)l->rows, 0);
        else
            describe_fill(d, "blocks of {1} of {2}, in {3} chunks", (double)l->rows, (double)l->size,
                          (double)l->chunks);
    } else {
        const plan_loop *l = &a->loops.at[s->at];
        if (l->scan == ARRAY_NONE)
            describe_fill(d, "loop from {1} to {2}", (double)l->first, (double)l->last, 0);
        else
            describe_fill(d, "loop from {1} to {2}, in registers", (double)l->first, (double)l->last, 0);
    }
}

static void describe_step(const describing *d, const plan_step *s)
{
    const plan *a = d->p->arrays;
    bool around = s->kind == STEP_LOOP || s->kind == STEP_BLOCK;
    if (around)
        text_add(d->t, "          ");
    else
        text_format(d->t, "%10.0f", describe_operations(d, s));
    for (uint32_t k = 0; k <= d->depth; k++) text_add(d->t, "  ");
    if (s->name && s->kind != STEP_LOOP) text_format(d->t, "%s = ", program_name(d->p, s->name));
    switch (s->kind) {
    case STEP_MAP: describe_map(d, &a->maps.at[s->at]); break;
    case STEP_FOLD:
        describe_sized(d, a->folds.at[s->at].square ? "sum of squares" : "sum of products", a->folds.at[s->at].dims,
                       a->folds.at[s->at].dim_count);
        break;
    case STEP_POWER: describe_sized(d, "sum of powers", a->powers.at[s->at].dims, 2); break;
    case STEP_PRODUCT: {
        const plan_product *p = &a->products.at[s->at];
        const char *word = product_adds_on(p) ? "added product" : "triangular product";
        describe_sized(d, p->band_x == p->band_y && !product_adds_on(p) ? "product" : word, p->dims, p->dim_count);
        break;
    }
    case STEP_ARG:
        describe_sized(d, a->args.at[s->at].most ? "argmax" : "argmin", a->args.at[s->at].dims,
                       a->args.at[s->at].dim_count);
        break;
    default: describe_around(d, s);
    }
    text_add(d->t, "\n");
}

/* Calls `tell` for each step, with the loops and blocks around it. */
static void describe_all(describing *d, void (*tell)(describing *d, const plan_step *s, void *context), void *context)
{
    const plan *a = d->p->arrays;
    uint32_t ends[DESCRIBE_DEPTH];
    d->depth = 0;
    for (uint32_t i = 0; i < a->steps.count; i++) {
        const plan_step *s = &a->steps.at[i];
        if (s->again && !a->short_of) continue;
        while (d->depth && ends[d->depth - 1] <= i) d->depth--;
        tell(d, s, context);
        bool around = s->kind == STEP_BLOCK || s->kind == STEP_LOOP;
        if (!around || d->depth == DESCRIBE_DEPTH) continue;
        ends[d->depth] = s->kind == STEP_BLOCK ? a->blocks.at[s->at].end : a->loops.at[s->at].end;
        d->around[d->depth++] = i;
    }
}

static void describe_add(describing *d, const plan_step *s, void *all)
{
    *(double *)all += describe_operations(d, s);
}

static void describe_line(describing *d, const plan_step *s, void *none)
{
    (void)none;
    describe_step(d, s);
}

ew_cost ew_program_cost(const ew_program *p)
{
    const plan *a = p->arrays;
    describing d = {.p = p};
    double all = 0;
    if (!a) return (ew_cost){p->code_count, p->batch_count, (double)p->code_count, program_slots(p) * sizeof(uint64_t)};
    describe_all(&d, describe_add, &all);
    return (ew_cost){a->count, 0, all,
                     (a->short_of ? a->windowed : a->bytes) + a->scratch_slots * STRIP * 8 + a->scratch};
}

bool array_describe(const ew_program *p, text *t)
{
    describing d = {.p = p, .t = t};
    ew_cost cost = ew_program_cost(p);
    describe_fill(&d, "{1} instructions, {2} operations in one run, {3} bytes of work", (double)cost.instructions,
                  cost.operations, (double)cost.bytes);
    text_add(t, "\n");
    describe_all(&d, describe_line, NULL);
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
        describing d = {.p = p, .t = &t};
        describe_fill(&d, "{1} operations in {2} batches of equal ones", (double)p->code_count, (double)p->batch_count,
                      0);
        text_add(&t, "\n");
    }
    if (t.failed)
        report_memory(&r);
    else if (write(context, text_string(&t), t.count) != 0)
        report_plain(&r, E_WRITE, NULL, NULL);
    text_free(&t);
    if (err) *err = r.error;
    return r.error.status;
}
