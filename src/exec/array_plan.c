/*
 * array_plan.c - the steps of a program in the order in which they run: values, loops, blocks, passes.
 *
 * Units (values, or whole recurrences) come off a walk (array_order.c) when all they need is there. A recurrence
 * becomes a loop around the units of its body; what goes in blocks is emitted inside the block, pass by pass; outputs
 * that are not computed where they belong are copied at the end. Then buffers get their places (array_places.c).
 */
#include <string.h>

#include "exec/array_plan.h"

/* Where the sums of a scatter begin at 0. */
static uint32_t zero_context(const array_lowering *w, const array_value *v)
{
    uint32_t context = v->region;
    while (context != ARRAY_NONE) {
        const array_bind *b = value_bind(w, v, context);
        if (!b || b->axis < 0) break;
        context = w->regions[context].parent;
    }
    return context;
}

/* ---- Steps ---------------------------------------------------------------------------------------------- */

static bool emit_part(array_lowering *w, uint32_t v, size_t k)
{
    size_t from = w->a->steps.count;
    array_spans_of(w, v, k);
    bool ok = array_map_step(w, v, k);
    w->spans = 0;
    return ok && array_push_guards(w, from, v, k);
}

/* A value that goes along segments. */
static bool emit_along(array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    size_t from = w->a->steps.count, begin = from;
    bool ok = true;
    if (value->op == OP_SCATTER && !array_scatter_tiles(w, value)) {
        if (!array_set_step(w, v, 0, value->region)) return false;
        w->a->steps.at[from].begins = value->sums;
        if (!value->sums && !array_span_own(w, v, from, false)) return false;
        from = w->a->steps.count;
    }
    for (size_t k = 0; ok && value->op == OP_JOIN && k < value->count; k++) {
        from = w->a->steps.count;
        ok = array_map_step(w, v, k) && array_span_use(w, v, k, from, false);
    }
    if (value->op != OP_JOIN) {
        bool own = value->part.kind == PART_ALONG && value->op != OP_SCATTER;
        ok = value->product ? array_product_step(w, v) : array_map_step(w, v, 0);
        ok = ok && (own ? array_span_own(w, v, from, false) : array_span_use(w, v, 0, from, false));
    }
    for (; begin < w->a->steps.count; begin++) w->a->steps.at[begin].name = array_label(w, v);
    return ok && report_ok(&w->g->report);
}

static bool emit_member(array_lowering *w, uint32_t v)
{
    const array_value *value = value_at(w, v);
    size_t from = w->a->steps.count;
    if (value->part.kind != PART_NONE) return emit_along(w, v);
    if (value->op == OP_SCATTER && !array_scatter_tiles(w, value)) {
        if (!array_set_step(w, v, 0, value->region)) return false;
        w->a->steps.at[from].begins = value->sums;
    }
    if (value->op == OP_JOIN) {
        for (size_t k = 0; k < value->count; k++)
            if (!array_map_step(w, v, k)) return false;
    } else if (value->product ? !array_product_step(w, v) : !array_map_step(w, v, 0)) {
        return false;
    }
    for (; from < w->a->steps.count; from++) w->a->steps.at[from].name = array_label(w, v);
    return report_ok(&w->g->report);
}

static bool emit_value(array_lowering *w, uint32_t v, uint32_t context)
{
    const array_value *value = value_at(w, v);
    if (!value_is_computed(value) || (value->product && value->adds)) return true;
    if (value->adds) return array_spread_step(w, v);
    if (w->in_block && context == ARRAY_NONE) return emit_member(w, v);
    if (value->op == OP_JOIN) {
        for (size_t k = 0; k < value->count; k++)
            if (array_part_context(w, v, k) == context && array_runs_now(w, v, k) && !emit_part(w, v, k)) return false;
        return true;
    }
    size_t from = w->a->steps.count;
    if (!array_runs_now(w, v, 0)) return true;
    if (value->op == OP_SCATTER && zero_context(w, value) == context && !array_scatter_tiles(w, value) &&
        !array_set_step(w, v, 0, value->region))
        return false;
    if (value->op == OP_ARGMIN || value->op == OP_ARGMAX)
        return array_arg_step(w, v) && array_push_guards(w, from, v, 0);
    return value->product ? array_product_step(w, v) && array_push_guards(w, from, v, 0) : emit_part(w, v, 0);
}

/* What the steps of a recurrence find there already. */
static bool emit_before(array_lowering *w, uint32_t region, uint32_t context)
{
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++) {
        const array_value *value = value_at(w, v);
        bool along = w->in_block && context == ARRAY_NONE && value->part.kind == PART_ALONG;
        if (!value_is_computed(value) || !value_bind(w, value, region)) continue;
        size_t from = w->a->steps.count;
        bool ahead = value_bind(w, value, region)->ahead && !value->defines;
        if (ahead || (value->op == OP_SCATTER && zero_context(w, value) == context)) {
            if (!array_set_step(w, v, 0, context)) return false;
            if (along && !array_span_own(w, v, from, false)) return false;
        }
        for (size_t k = 0; value->op == OP_JOIN && k < value->count; k++) {
            from = w->a->steps.count;
            if (array_part_context(w, v, k) != context || value->region == context) continue;
            if (!emit_part(w, v, k) || (along && !array_span_use(w, v, k, from, true))) return false;
        }
    }
    return true;
}

static bool emit_fill(array_lowering *w, uint32_t region)
{
    const graph_region *r = &w->g->regions.at[region];
    for (uint32_t s = r->first; s < r->first + r->count; s++) {
        size_t from = w->a->steps.count;
        uint32_t d = value_root(w, w->state[s]);
        const array_bind *b = value_bind(w, value_at(w, d), region);
        if (!b) continue;
        if (!array_fill_step(w, d, region)) return false;
        plan_guard g = {w->regions[region].counter, -b->offset,
                        value_sizes(w, value_at(w, d))[b->axis] - 1 - b->offset};
        for (; from < w->a->steps.count; from++) {
            w->a->steps.at[from].guards = (uint32_t)w->a->guards.count;
            w->a->steps.at[from].guard_count = 1;
        }
        if (!array_push(w->m, &w->a->guards, g)) return array_no_memory(w);
    }
    return true;
}

static bool emit_context(array_lowering *w, uint32_t context);

/* The steps `all` of a recurrence as one loop. */
static bool emit_steps(array_lowering *w, uint32_t region, uint32_t context, array_steps all)
{
    const graph_region *r = &w->g->regions.at[region];
    array_region *mine = &w->regions[region];
    mine->range_low = all.low;
    mine->range_high = all.high;
    plan_loop l = {.counter = mine->counter,
                   .frozen = mine->frozen,
                   .first = r->down ? all.high : all.low,
                   .last = r->down ? all.low : all.high,
                   .low = r->low,
                   .high = r->high,
                   .down = r->down,
                   .until = ARRAY_NONE,
                   .scan = ARRAY_NONE};
    plan_step step = {.kind = STEP_LOOP, .at = (uint32_t)w->a->loops.count};
    uint32_t at = step.at;
    if (!array_push(w->m, &w->a->loops, l) || !array_push(w->m, &w->a->steps, step)) return array_no_memory(w);
    bool along = w->in_block && context == ARRAY_NONE && mine->along;
    if (along && !array_span_loop(w, region, w->a->steps.count - 1, all.low, all.high)) return false;
    uint32_t first = (uint32_t)w->a->steps.count;
    if (!emit_context(w, region)) return false;
    uint32_t fill = (uint32_t)w->a->steps.count;
    if (mine->until != ARRAY_NONE && all.low <= r->high && all.high >= r->low) {
        if (!emit_fill(w, region)) return false;
        uint32_t line = array_until_line(w, mine->until);
        if (line == ARRAY_NONE) return false;
        w->a->loops.at[at].until = line;
    }
    w->a->loops.at[at].fill = fill;
    w->a->loops.at[at].end = (uint32_t)w->a->steps.count;
    return along || array_scan(w, at, first); /* a segment's steps are some of the loop's */
}

/* What the body's steps are made of is emitted once more. */
static void emit_anew(array_lowering *w, uint32_t region)
{
    for (uint32_t v = w->regions[region].first; v <= w->regions[region].last; v++)
        if (value_bind(w, value_at(w, v), region)) w->mark[v] = 0;
    for (uint32_t q = 0; q < w->g->regions.count; q++)
        for (uint32_t in = w->regions[q].parent; in != ARRAY_NONE; in = w->regions[in].parent)
            if (in == region) w->regions[q].visited = 0;
}

static bool emit_loop(array_lowering *w, uint32_t region, uint32_t context)
{
    array_region *mine = &w->regions[region];
    array_steps all = array_loop_range(w, region), loop[PEEL_LOOPS];
    int64_t step[PEEL_MOST];
    size_t steps = 0;
    if (!emit_before(w, region, context)) return false;
    if (all.low > all.high) return true;
    bool ok = array_peels(w, region, all, step, &steps);
    size_t count = ok ? array_peel(w, region, all, step, steps, loop) : 0;
    mine->peeled = steps != 0;
    for (size_t i = 0; ok && i < count; i++) {
        if (i) emit_anew(w, region);
        ok = emit_steps(w, region, context, loop[i]);
    }
    mine->peeled = false;
    mine->range_low = all.low;
    mine->range_high = all.high;
    return ok;
}

static bool walk_from(array_lowering *w, plan_walk *walk, uint32_t unit, uint32_t context)
{
    bool ok = array_walk_push(w, walk, unit, context);
    while (ok && walk->stack.count) {
        uint32_t next = array_walk_next(w, walk, context);
        if (walk->failed) return false;
        if (next != ARRAY_NONE) {
            ok = array_walk_push(w, walk, next, context);
            continue;
        }
        uint32_t done = walk->stack.at[--walk->stack.count].unit;
        ok = done & ARRAY_REGION ? emit_loop(w, done & ~ARRAY_REGION, context) : emit_value(w, done, context);
        if (context == ARRAY_NONE) w->time++;
    }
    return ok;
}

/* All units of one context. Nesting is bounded by the axes that a state of an inner recurrence needs. */
static bool emit_context(array_lowering *w, uint32_t context)
{
    plan_walk walk;
    uint32_t first = 0, last = (uint32_t)w->values.count;
    if (context != ARRAY_NONE) first = w->regions[context].first, last = w->regions[context].last + 1;
    bool ok = array_walk_begin(w, &walk);
    for (uint32_t v = first; ok && v < last; v++) {
        uint32_t unit = value_at(w, v)->op == OP_LOOP ? ARRAY_NONE : array_unit_of(w, v, context);
        if (unit != ARRAY_NONE) ok = walk_from(w, &walk, unit, context);
    }
    array_walk_end(w, &walk);
    return ok;
}

/* ---- Blocks --------------------------------------------------------------------------------------------- */

/* What is no local memory is in use for the whole of the block. */
static void block_touch(array_lowering *w, uint32_t begin)
{
    for (size_t i = 0; i < w->a->buffers.count; i++) {
        plan_buffer *b = &w->a->buffers.at[i];
        if (b->local || b->windows || b->from == ARRAY_NONE || b->to < begin) continue;
        b->to = w->time;
        if (b->from > begin) b->from = begin;
    }
}

static bool block_any(const array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value_in_blocks(value) && value->pass == w->pass && value_is_computed(value)) return true;
    }
    return false;
}

/* What the second pass needs of the first, once more. */
static bool emit_again(array_lowering *w)
{
    size_t from = w->a->steps.count;
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->part.again) w->mark[v] = 0;
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        if (!w->regions[r].needed || !value_at(w, array_region_value(w, r))->part.again) continue;
        w->regions[r].visited = 0;
        w->regions[r].range_low = 0;
        w->regions[r].range_high = -1;
    }
    w->again = true;
    bool ok = emit_context(w, ARRAY_NONE);
    w->again = false;
    for (; from < w->a->steps.count; from++) w->a->steps.at[from].again = true;
    return ok;
}

/* What updates read or write is in use for all of them: which of them come first is left to the run. */
static void late_touch(array_lowering *w, uint32_t begin)
{
    for (size_t i = 0; i < w->a->buffers.count; i++) {
        plan_buffer *b = &w->a->buffers.at[i];
        if (b->from == ARRAY_NONE || b->to < begin) continue;
        b->to = w->time;
        if (b->from > begin && !b->local) b->from = begin;
    }
}

static bool emit_block(array_lowering *w)
{
    plan_block block = {
        w->block_counter, w->block_chunk, w->block_size, w->block_rows, w->block_chunks, 0, false, false, 0};
    plan_step step = {.kind = STEP_BLOCK, .at = (uint32_t)w->a->blocks.count};
    uint32_t begin = w->time;
    if (!block_any(w)) return true;
    block.segments = w->segment_rows != 0;
    block.down = w->segment_down != (w->pass == 1);
    block.pass = (uint8_t)w->pass;
    if (block.segments) block.rows = w->segment_rows;
    if (!array_push(w->m, &w->a->blocks, block) || !array_push(w->m, &w->a->steps, step)) return array_no_memory(w);
    w->in_block = true;
    bool ok = (!block.segments || w->pass != 1 || emit_again(w)) && emit_context(w, ARRAY_NONE);
    w->in_block = false;
    if (!ok) return false;
    w->a->blocks.at[step.at].end = (uint32_t)w->a->steps.count;
    block_touch(w, begin);
    w->time++;
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value->block < 0 || value->pass != w->pass || !value_is_computed(value) || value->partial == ARRAY_NONE)
            continue;
        if (!array_join_step(w, v)) return false;
        w->a->steps.at[w->a->steps.count - 1].name = array_label(w, v);
    }
    w->time++;
    return report_ok(&w->g->report);
}

/* Outputs that are not computed where they belong; late: those of updates. */
static bool emit_outputs(array_lowering *w, bool late)
{
    for (size_t i = 0; i < w->wanted_count; i++) {
        uint32_t v = value_root(w, w->of[w->wanted[i]]);
        const array_value *value = value_at(w, v);
        if ((value->pass >= w->late) != late) continue;
        if (value->direct && value->buffer == w->a->outs[i].buffer) continue;
        if (!array_out_step(w, v, w->wanted[i], i)) return false;
        w->time++;
    }
    return true;
}

static bool emit_passes(array_lowering *w)
{
    int32_t most = 0;
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->pass > most) most = value_at(w, v)->pass;
    for (w->pass = 0; w->pass <= most; w->pass++) {
        if (w->pass == w->late && !emit_outputs(w, false)) return false;
        if (w->pass == w->late) w->late_time = w->time;
        uint32_t begin = (uint32_t)w->a->steps.count;
        if (w->pass >= w->late && !array_push(w->m, &w->a->phases, begin)) return array_no_memory(w);
        array_group_use(w, w->pass);
        if (!emit_context(w, ARRAY_NONE) || !emit_block(w)) return false;
    }
    return most >= w->late || emit_outputs(w, false);
}

/* What shows an update a second time. */
static bool emit_last(array_lowering *w)
{
    uint32_t begin = (uint32_t)w->a->steps.count;
    if (!emit_outputs(w, true)) return false;
    if (w->late_time) late_touch(w, w->late_time);
    return w->a->steps.count == begin || array_push(w->m, &w->a->phases, begin) || array_no_memory(w);
}

bool array_plan(array_lowering *w)
{
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        w->regions[r].counter = w->a->counters++;
        w->regions[r].frozen = w->a->counters++;
        w->regions[r].range_high = -1;
    }
    memset(w->mark, 0, w->values.count);
    w->time = 1;
    return array_spreads(w) && emit_passes(w) && emit_last(w) && array_hoist(w) && array_tiles(w) && array_reuse(w) &&
           array_flats(w) && array_tracks(w) && array_place_buffers(w, false) && array_doors_plan(w) &&
           (!w->a->windows.count || array_place_buffers(w, true)) && array_windows(w);
}
