/*
 * array_hoist.c - a product that stands between steps which could run together, tile by tile, goes before them: the
 * values' product of an attention, which the order of values puts behind the scores that it waits for nothing of.
 *
 * It is one large matrix; those around it, since its last like, are maps and products of batches. It moves where none
 * of these makes anything that it reads, or touches what it makes, and where the step behind it reads both what it
 * makes and what they do. The same steps, so the same bits.
 */
#include "exec/array_inside.h"

static bool hoist_touches(const plan *a, const plan_step *s, uint32_t buffer, bool written)
{
    step_lines l = array_step_lines(a, s);
    const plan_map *m = s->kind == STEP_MAP ? &a->maps.at[s->at] : NULL;
    for (uint32_t i = l.first; i < l.first + l.count; i++) {
        bool writes = m ? array_line_written(a, m, i - m->lines) : i == l.first + 2;
        if (a->lines.at[i].buffer == buffer && (writes || !written)) return true;
    }
    for (uint32_t i = l.then; !written && i < l.then + l.more; i++)
        if (a->lines.at[i].buffer == buffer) return true;
    return false;
}

/* Does nothing of steps [from, at) keep step `at` from going before them? */
static bool hoist_free(const plan *a, uint32_t from, uint32_t at)
{
    const plan_step *p = &a->steps.at[at];
    step_lines l = array_step_lines(a, p);
    uint32_t made = a->lines.at[l.first + 2].buffer;
    for (uint32_t s = from; s < at; s++) {
        const plan_step *step = &a->steps.at[s];
        if (hoist_touches(a, step, made, false)) return false;
        for (uint32_t i = l.first; i < l.first + 2; i++)
            if (hoist_touches(a, step, a->lines.at[i].buffer, true)) return false;
        for (uint32_t i = l.then; i < l.then + l.more; i++)
            if (a->lines.at[i].buffer >= BUFFER_FIRST && hoist_touches(a, step, a->lines.at[i].buffer, true))
                return false;
    }
    return true;
}

static bool hoist_plain(const plan_step *s)
{
    bool map = s->kind == STEP_MAP, product = s->kind == STEP_PRODUCT;
    return (map || product) && !s->span && !s->again && !s->begins;
}

static bool hoist_single(const plan *a, const plan_step *s)
{
    return s->kind == STEP_PRODUCT && a->products.at[s->at].dim_count == 3;
}

/* Does the step behind `at` read what it makes, and something that steps [from, at) do? */
static bool hoist_joins(const plan *a, uint32_t from, uint32_t at)
{
    const plan_step *next = &a->steps.at[at + 1];
    step_lines l = array_step_lines(a, next);
    uint32_t made = a->lines.at[array_step_lines(a, &a->steps.at[at]).first + 2].buffer;
    bool other = false;
    if (!hoist_plain(next) || hoist_single(a, next) || !hoist_touches(a, next, made, false)) return false;
    for (uint32_t s = from; s < at; s++)
        for (uint32_t i = l.first; i < l.first + l.count; i++)
            other = other || hoist_touches(a, &a->steps.at[s], a->lines.at[i].buffer, true);
    return other;
}

/* The first of the steps before `at` that it could go before, all at one time and under the same guards. */
static uint32_t hoist_from(const plan *a, uint32_t at, const bool *begins)
{
    uint32_t from = at;
    while (from > 0 && !begins[from]) {
        const plan_step *s = &a->steps.at[from - 1];
        if (!hoist_plain(s) || hoist_single(a, s) || array_step_time(a, from - 1) != array_step_time(a, at) ||
            !array_guards_alike(a, s, &a->steps.at[at]))
            break;
        from--;
    }
    return from;
}

static void hoist_step(plan *a, uint32_t at, const bool *begins)
{
    const plan_step s = a->steps.at[at];
    if (!hoist_plain(&s) || !hoist_single(a, &s) || at + 1 == a->steps.count || begins[at + 1]) return;
    const plan_product *p = &a->products.at[s.at];
    if (product_adds_on(p) || p->blocked || p->repeats || p->lanes) return;
    uint32_t from = hoist_from(a, at, begins);
    if (from == at || !hoist_joins(a, from, at) || !hoist_free(a, from, at)) return;
    for (uint32_t i = at; i > from; i--) a->steps.at[i] = a->steps.at[i - 1];
    a->steps.at[from] = s;
}

/* Where loops, blocks and passes begin and end. */
static void hoist_limits(const plan *a, bool *begins)
{
    for (uint32_t i = 0; i < a->steps.count; i++) {
        const plan_step *s = &a->steps.at[i];
        if (s->kind == STEP_LOOP) begins[a->loops.at[s->at].end] = begins[a->loops.at[s->at].fill] = true;
        if (s->kind == STEP_BLOCK) begins[a->blocks.at[s->at].end] = true;
    }
    for (size_t f = 0; f < a->phases.count; f++) begins[a->phases.at[f]] = true;
}

bool array_hoist(array_lowering *w)
{
    plan *a = w->a;
    if (w->segment_rows || (w->g->passes_off & PASS_TILES)) return true;
    bool *begins = block_new(w->m, a->steps.count + 1, sizeof *begins);
    if (!begins) return array_no_memory(w);
    hoist_limits(a, begins);
    for (uint32_t i = 0; i < a->steps.count; i++) hoist_step(a, i, begins);
    block_free(w->m, begins, a->steps.count + 1);
    return true;
}
