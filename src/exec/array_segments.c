/*
 * array_segments.c - recurrences in segments, so that a memory limit costs time and no bits.
 *
 * What reverse needs of a recurrence of T steps is an array over T. In segments of about √T places the value goes
 * forward, PASS 0, and the derivative backward, PASS 1. Each segment [a, b) of a pass runs all that goes along the
 * steps: the recurrences' own steps, what is pointwise in t between them, and sums over t, which are TOTALS: they
 * begin in the first segment that runs and are added to in the others. That is so with memory and without: sums are
 * split at the same places in the same order. Where all arrays do not fit (array_windows.c) each holds the places of
 * one segment, the first pass keeps the states at which segments begin, and the second computes again what it needs
 * of the first.
 *
 * A value ALONG the steps has one axis each place of which is used at fixed distances. Which places a segment must
 * compute follows from users to what they use: [a + low, b + high); what is used of an earlier step of the same
 * recurrence is not computed again but was there (`back` places). A value that is used otherwise (gathered, at all
 * places at once), or that is an output, is still computed along, and held whole. A PICK is one fixed place of a value
 * along.
 *
 * Not in segments: recurrences that stop early (`until`), that look back by gathers or far, that run within blocks of
 * something else (array_block.c), what would need a third pass (a derivative of a derivative), and short recurrences.
 */
#include <string.h>

#include "exec/array_build.h"

enum {
    SEGMENT_LEAST = 256, /* steps */
    SEGMENT_SLACK = 8,   /* by which sizes along the steps may differ */
    SEGMENT_ROUNDS = 64
};

/* ---- What goes along -------------------------------------------------------------------------------- */

static bool segment_region(const array_lowering *w, uint32_t r)
{
    const array_region *a = &w->regions[r];
    return a->needed && a->first != ARRAY_NONE && a->parent == ARRAY_NONE;
}

static int64_t region_steps(const array_lowering *w, uint32_t r)
{
    const graph_region *g = &w->g->regions.at[r];
    return g->high - g->low + 1;
}

static bool segment_near(int64_t x, int64_t y)
{
    return x - y <= SEGMENT_SLACK && y - x <= SEGMENT_SLACK;
}

/* Is v no memory or computation of its own? */
static bool segment_is_none(const array_value *v)
{
    return v->lies == LIES_AS || v->lies == LIES_NOWHERE || v->lies == LIES_CONST || v->lies == LIES_RAMP ||
           v->op == OP_INPUT || v->op == OP_PARAM;
}

/* The axis of argument k (`asked`, where that is not -1) that follows axis d of v's domain (JOIN, SCATTER: own axis d),
 * and by how much. */
static int segment_follows(const array_lowering *w, uint32_t v, size_t k, int d, int asked, int64_t *by)
{
    const array_value *value = value_at(w, v);
    if (value->op != OP_SCATTER || value->part.kind != PART_TOTAL) return array_follows(w, v, k, d, asked, by);
    array_use u = value_use(w, value, k);
    size_t rank = value_rank(w, value_at(w, u.value));
    *by = 0;
    for (size_t p = 0; p < rank; p++) {
        map_draft m = map_axis(w->g, u.map, p);
        if (m.terms != 1 || m.factor[0] != 1 || m.axis[0] != d || (asked >= 0 && (int)p != asked)) continue;
        *by = m.offset;
        return (int)p;
    }
    return -1;
}

static const array_value *segment_arg(const array_lowering *w, const array_value *v, size_t k, uint32_t *a)
{
    *a = value_root(w, value_use(w, v, k).value);
    return value_at(w, *a);
}

/* The bodies of the recurrences that go in segments; false: one is of another kind. */
static bool along_regions(array_lowering *w)
{
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        if (!w->regions[r].along) continue;
        if (array_may_peel(w, r)) return false;
        for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
            array_value *value = value_at(w, v);
            const array_bind *b = value_bind(w, value, r);
            if (!b || segment_is_none(value)) continue;
            if (value->op == OP_SCATTER && value->region != r) return false;
            if (!b->known || b->axis < 0 ||
                (value->op == OP_SCATTER && map_axis(w->g, value->target, (size_t)b->axis).gather))
                return false;
            if (!segment_near(value_sizes(w, value)[b->axis], region_steps(w, r))) return false;
            value->part = (array_part){.kind = PART_ALONG, .bound = true, .axis = b->axis};
        }
    }
    return true;
}

/* The domain axis (JOIN, SCATTER: own axis) along which v uses argument k at the argument's axis; -1: none. */
static int along_axis(const array_lowering *w, uint32_t v, size_t k, int32_t axis)
{
    const array_value *value = value_at(w, v);
    bool own = value->op == OP_JOIN || value->op == OP_SCATTER;
    size_t rank = own ? value_rank(w, value) : shape_rank(w->g, value_domain(value));
    int64_t by;
    for (size_t d = 0; d < rank; d++)
        if (array_follows(w, v, k, (int)d, axis, &by) == axis) return (int)d;
    return -1;
}

/* A scatter whose domain goes along, and own axes do not. */
static int along_scatter(const array_lowering *w, uint32_t v, size_t k, int32_t axis)
{
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, k);
    if (value->op != OP_SCATTER || k) return -1;
    map_draft m = map_axis(w->g, u.map, (size_t)axis);
    return m.terms == 1 && m.factor[0] == 1 && !m.offset ? m.axis[0] : -1;
}

/* v by what it uses; -1: it can be no part, 1: it became one. */
static int along_by_use(array_lowering *w, uint32_t v, int64_t steps)
{
    array_value *value = value_at(w, v);
    int found = -1, kind = PART_NONE;
    for (size_t k = 0; k < value->count; k++) {
        uint32_t at;
        const array_value *a = segment_arg(w, value, k, &at);
        if (a->part.kind != PART_ALONG) continue;
        int d = along_axis(w, v, k, a->part.axis), scatter = d < 0 ? along_scatter(w, v, k, a->part.axis) : -1;
        int is = d >= 0 ? (op_is_reduction(value->op) && d >= (int)value_rank(w, value) ? PART_TOTAL : PART_ALONG)
                 : scatter >= 0 ? PART_TOTAL
                                : PART_NONE;
        if (d < 0) d = scatter;
        if (is == PART_NONE && value->op == OP_JOIN) continue; /* a part at one place */
        if (is == PART_NONE || (kind != PART_NONE && (d != found || is != kind))) return -1;
        found = d;
        kind = is;
    }
    if (kind == PART_NONE) return 0;
    uint16_t shape = kind == PART_TOTAL ? value->domain : value->shape;
    if (!segment_near(shape_sizes(w->g, shape)[found], steps)) return -1;
    value->part = (array_part){.kind = (uint8_t)kind, .axis = found};
    return 1;
}

/* What v uses, by v: it needs nothing of a recurrence itself. */
static bool along_by_user(array_lowering *w, uint32_t v, int64_t steps)
{
    const array_value *value = value_at(w, v);
    bool news = false;
    for (size_t k = 0; k < value->count; k++) {
        int64_t by;
        int p = segment_follows(w, v, k, value->part.axis, -1, &by);
        array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
        if (p < 0 || a->part.kind != PART_NONE || segment_is_none(a) || a->own_blocks || a->region != ARRAY_NONE)
            continue;
        if ((!value_is_each(a) && a->op != OP_AT && !op_is_reduction(a->op)) || a->op == OP_ARGMIN ||
            a->op == OP_ARGMAX)
            continue;
        if (!segment_near(value_sizes(w, a)[p], steps)) continue;
        a->part = (array_part){.kind = PART_ALONG, .axis = p};
        news = true;
    }
    return news;
}

static bool along_can(const array_value *v)
{
    return !segment_is_none(v) && v->op != OP_LOOP && !v->own_blocks && v->region == ARRAY_NONE && v->op != OP_ARGMIN &&
           v->op != OP_ARGMAX;
}

static bool along_find(array_lowering *w, int64_t steps)
{
    bool news = along_regions(w);
    if (!news) return false;
    memset(w->mark, 0, w->values.count);
    for (int round = 0; news && round < SEGMENT_ROUNDS; round++) {
        news = false;
        for (uint32_t v = 0; v < w->values.count; v++) {
            if (w->mark[v] || !along_can(value_at(w, v)) || value_at(w, v)->part.kind != PART_NONE) continue;
            int by = along_by_use(w, v, steps);
            w->mark[v] = by < 0;
            news = news || by > 0;
        }
        for (uint32_t v = (uint32_t)w->values.count; v-- > 0;)
            if (value_at(w, v)->part.kind != PART_NONE) news |= along_by_user(w, v, steps);
    }
    return !news;
}

/* ---- Agreement: what is along must be used at the place that its users say ------------------------------ */

/* How v uses argument k that is along: 1 at a fixed distance, 0 at one fixed place (*by), -1 otherwise. */
int array_segment_use(const array_lowering *w, uint32_t v, size_t k, int64_t *by)
{
    const array_value *value = value_at(w, v);
    array_use u = value_use(w, value, k);
    const array_value *a = value_at(w, value_root(w, u.value));
    bool part = value->part.kind == PART_ALONG || value->part.kind == PART_TOTAL;
    if (part && segment_follows(w, v, k, value->part.axis, a->part.axis, by) == a->part.axis) return 1;
    if (value->op != OP_AT || k || value->part.kind == PART_ALONG) return -1;
    map_draft m = map_axis(w->g, u.map, (size_t)a->part.axis);
    *by = m.offset;
    return m.terms || m.gather || m.offset < 0 || m.offset >= value_sizes(w, a)[a->part.axis] ? -1 : 0;
}

static void picks_find(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        int64_t by;
        if (value->op != OP_AT || value->part.kind != PART_NONE || value->region != ARRAY_NONE) continue;
        const array_value *a = value_at(w, value_root(w, value_use(w, value, 0).value));
        if (a->part.kind == PART_ALONG && array_segment_use(w, v, 0, &by) == 0) value->part.kind = PART_PICK;
    }
}

/* ---- Passes ------------------------------------------------------------------------------------------- */

/* The pass that v's argument k asks for. */
static int32_t pass_needs(const array_lowering *w, uint32_t v, size_t k)
{
    uint32_t at;
    const array_value *value = value_at(w, v), *a = segment_arg(w, value, k, &at);
    int64_t by;
    if (a->part.kind == PART_NONE) return a->pass;
    if (a->part.kind != PART_ALONG) return a->pass + 1;
    bool with = value->part.kind != PART_NONE && array_segment_use(w, v, k, &by) >= 0;
    return a->pass + !with;
}

static bool pass_region(array_lowering *w, uint32_t r)
{
    int32_t most = 0;
    bool news = false;
    for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++)
        if (value_at(w, v)->lies != LIES_AS && value_bind(w, value_at(w, v), r) && value_at(w, v)->pass > most)
            most = value_at(w, v)->pass;
    if (w->regions[r].along && (w->g->regions.at[r].down == w->segment_down) == (most % 2 != 0)) most++;
    for (uint32_t v = w->regions[r].first; v <= w->regions[r].last; v++) {
        array_value *value = value_at(w, v);
        if (!value_bind(w, value, r) || value->pass == most) continue;
        value->pass = most;
        news = true;
    }
    return news;
}

static bool segment_passes(array_lowering *w)
{
    bool news = true;
    for (uint32_t v = 0; v < w->values.count; v++) value_at(w, v)->pass = 0;
    for (int round = 0; news && round < SEGMENT_ROUNDS; round++) {
        news = false;
        for (uint32_t v = 0; v < w->values.count; v++) {
            array_value *value = value_at(w, v);
            for (size_t k = 0; value->lies != LIES_AS && k < value->count; k++) {
                int32_t pass = pass_needs(w, v, k);
                if (pass > value->pass) value->pass = pass, news = true;
            }
        }
        for (uint32_t r = 0; r < w->g->regions.count; r++)
            if (segment_region(w, r)) news |= pass_region(w, r);
    }
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->part.kind != PART_NONE && value_at(w, v)->pass > 1) return false;
    return !news;
}

/* What the second pass alone uses is computed there. */
static void pass_later(array_lowering *w)
{
    memset(w->mark, 0, w->values.count);
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        bool can = value->part.kind == PART_ALONG && !value->part.bound && !value->output && !w->mark[v];
        if (can) value->pass = 1;
        for (size_t k = 0; value->lies != LIES_AS && k < value->count; k++) {
            int64_t by;
            array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
            if (a->part.kind != PART_ALONG || a->pass) continue;
            bool with = value->part.kind != PART_NONE && array_segment_use(w, v, k, &by) >= 0;
            if (value->pass < 2 - with) w->mark[value_root(w, value_use(w, value, k).value)] = 1;
        }
    }
}

static bool pass_is_second(const array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->part.kind != PART_NONE && value_at(w, v)->pass == 1) return true;
    return false;
}

/* ---- All together ----------------------------------------------------------------------------------------- */

static void segments_none(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        value_at(w, v)->part = (array_part){.kind = PART_NONE};
        value_at(w, v)->pass = 0;
    }
    for (uint32_t r = 0; r < w->g->regions.count; r++) w->regions[r].along = false;
    w->segment_rows = w->segment_count = 0;
}

/* The longest recurrence, and those of nearly as many steps. */
static bool segments_choose(array_lowering *w, int64_t *steps)
{
    bool first = true;
    *steps = 0;
    for (uint32_t r = 0; r < w->g->regions.count; r++)
        if (segment_region(w, r) && w->regions[r].until == ARRAY_NONE && region_steps(w, r) > *steps)
            *steps = region_steps(w, r);
    if (*steps < SEGMENT_LEAST) return false;
    for (uint32_t r = 0; r < w->g->regions.count; r++) {
        w->regions[r].along = segment_region(w, r) && segment_near(region_steps(w, r), *steps);
        if (!w->regions[r].along) continue;
        if (w->regions[r].until != ARRAY_NONE) return false;
        if (first) w->segment_down = w->g->regions.at[r].down;
        first = false;
    }
    return true;
}

/* The least size along the steps: every segment has a place of each. */
static int64_t segments_least(const array_lowering *w, int64_t steps)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        if (value->part.kind != PART_ALONG && value->part.kind != PART_TOTAL) continue;
        uint16_t shape = value->part.kind == PART_TOTAL ? value->domain : value->shape;
        int64_t size = shape_sizes(w->g, shape)[value->part.axis];
        if (size < steps) steps = size;
    }
    return steps;
}

/* The axes that a step's own coordinate goes along. */
static void along_block(array_lowering *w, uint32_t v)
{
    array_value *value = value_at(w, v);
    int64_t by;
    value->block = value->block_own = value->part.axis;
    if (value->op == OP_SCATTER) value->block = array_scatter_axis(w, value, value->part.axis, &by);
}

static void segments_sizes(array_lowering *w, int64_t steps)
{
    int64_t rows = 8, far = 0;
    while (rows * rows < steps) rows += 8;
    if (rows < 2 * SEGMENT_FAR) rows = 2 * SEGMENT_FAR;
    w->segment_rows = rows;
    w->segment_count = (steps + rows - 1) / rows;
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        if (value->part.kind == PART_ALONG && !value->part.bound) along_block(w, v);
        if (value->part.kind == PART_TOTAL) value->block = value->part.axis, value->sums = true;
        if (value->part.kind == PART_ALONG && value->part.high - value->part.low > far)
            far = value->part.high - value->part.low;
    }
    w->block_rows = rows + far + 2 * SEGMENT_SLACK;
    w->block_chunks = 1;
    w->block_counter = w->a->counters++;
    w->block_chunk = w->a->counters++;
}

/* Does a recurrence run within each block? */
static bool segments_blocked(const array_lowering *w)
{
    for (uint32_t v = 0; w->block_counter != ARRAY_NONE && v < w->values.count; v++)
        if (value_at(w, v)->block >= 0 && value_at(w, v)->region != ARRAY_NONE) return true;
    return false;
}

static void segments_unblock(array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_value *value = value_at(w, v);
        value->block = value->block_own = -1;
        value->sums = value->local = false;
        if (value->spreads) value->relaid = false;
    }
    w->block_counter = w->block_chunk = ARRAY_NONE;
    w->block_inner = false;
}

/* false: no memory; *made: there are segments. */
static bool segments_make(array_lowering *w, bool *made)
{
    int64_t steps;
    bool blocks = w->block_counter != ARRAY_NONE;
    if (w->no_blocks || (w->g->passes_off & PASS_SEGMENTS)) return true;
    if (segments_blocked(w) || !segments_choose(w, &steps)) return true;
    segments_unblock(w);
    bool ok = along_find(w, steps);
    if (ok) picks_find(w);
    ok = ok && segment_passes(w);
    if (ok && pass_is_second(w)) pass_later(w);
    *made = ok && array_segment_places(w) && segments_least(w, steps) >= SEGMENT_LEAST;
    if (*made) segments_sizes(w, segments_least(w, steps));
    if (*made) return true;
    segments_none(w);
    return !blocks || array_blocks(w);
}

bool array_segments(array_lowering *w)
{
    bool made = false;
    if (!segments_make(w, &made)) return false;
    array_update_passes(w);
    return true;
}
