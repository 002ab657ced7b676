/*
 * array_segment_places.c - which places of a value a segment computes (array_segments.c), what must be held whole, and
 * what the second pass computes again.
 */
#include "exec/array_inside.h"

enum { PLACES_ROUNDS = 64 };

static bool part_needs(array_part *p, int64_t low, int64_t high)
{
    bool news = low < p->low || high > p->high;
    if (low < p->low) p->low = low;
    if (high > p->high) p->high = high;
    return news;
}

/* A recurrence makes whole steps: what one value of it needs all compute. */
static bool places_region(array_lowering *w, uint32_t r)
{
    array_region *region = &w->regions[r];
    bool news = false;
    for (uint32_t v = region->first; v <= region->last; v++) {
        const array_value *value = value_at(w, v);
        const array_bind *b = value_bind(w, value, r);
        if (!b || value->part.kind != PART_ALONG || value->part.low > value->part.high) continue;
        if (value->part.low - b->offset < region->low) region->low = value->part.low - b->offset, news = true;
        if (value->part.high - b->offset > region->high) region->high = value->part.high - b->offset, news = true;
    }
    for (uint32_t v = region->first; region->low <= region->high && v <= region->last; v++) {
        array_value *value = value_at(w, v);
        const array_bind *b = value_bind(w, value, r);
        if (b && value->part.kind == PART_ALONG)
            news |= part_needs(&value->part, region->low + b->offset, region->high + b->offset);
    }
    return news;
}

static uint32_t along_region(const array_lowering *w, const array_value *v)
{
    uint32_t r = v->region;
    while (r != ARRAY_NONE && w->regions[r].parent != ARRAY_NONE) r = w->regions[r].parent;
    return r;
}

/* What v needs of its argument k; false: it looks where nothing is yet. */
static bool places_use(array_lowering *w, uint32_t v, size_t k, bool *news)
{
    const array_value *value = value_at(w, v);
    array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
    int64_t by, low = value->part.low, high = value->part.high;
    if (a->part.kind != PART_ALONG || array_segment_use(w, v, k, &by) != 1) return true;
    if (value->part.kind == PART_TOTAL) low = high = 0;
    if (low > high) return true;
    uint32_t r = value->part.bound ? along_region(w, value) : ARRAY_NONE;
    if (!a->part.bound || r == ARRAY_NONE || along_region(w, a) != r) {
        *news |= part_needs(&a->part, low + by, high + by);
        return true;
    }
    int64_t far = value_bind(w, value, r)->offset + by - value_bind(w, a, r)->offset;
    if (w->g->regions.at[r].down) far = -far;
    if (far > 0) return false;
    if (value->op == OP_AT || value->op == OP_COPY || value->op == OP_STOP)
        far -= value->part.back; /* it may be a view */
    if (-far > a->part.back) a->part.back = -far, *news = true;
    return true;
}

/* Memory that holds all places: outputs, and what is read otherwise, through views of it too. */
static void whole_find(array_lowering *w)
{
    for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
        array_value *value = value_at(w, v);
        if (value->output) value->part.whole = true;
        if (value->lies == LIES_AS) continue;
        bool seen = value->part.whole && value->part.kind != PART_PICK &&
                    (value->op == OP_AT || value->op == OP_COPY || value->op == OP_STOP);
        for (size_t k = 0; k < value->count; k++) {
            int64_t by;
            array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
            if (a->part.kind != PART_ALONG) continue;
            if (seen || array_segment_use(w, v, k, &by) < 0 || (value->part.kind == PART_NONE)) a->part.whole = true;
        }
    }
}

static bool places_find(array_lowering *w)
{
    bool news = true;
    for (uint32_t v = 0; v < w->values.count; v++) {
        array_part *p = &value_at(w, v)->part;
        p->low = p->whole ? 0 : INT32_MAX;
        p->high = p->whole ? 0 : INT32_MIN;
    }
    for (uint32_t v = 0; v < w->values.count; v++)
        if (value_at(w, v)->part.kind == PART_PICK)
            part_needs(&value_at(w, value_root(w, value_use(w, value_at(w, v), 0).value))->part, 0, 0);
    for (uint32_t r = 0; r < w->g->regions.count; r++) w->regions[r].low = INT32_MAX, w->regions[r].high = INT32_MIN;
    for (int round = 0; news && round < PLACES_ROUNDS; round++) {
        news = false;
        for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
            const array_value *value = value_at(w, v);
            if (value->part.kind != PART_ALONG && value->part.kind != PART_TOTAL) continue;
            for (size_t k = 0; k < value->count; k++)
                if (!places_use(w, v, k, &news)) return false;
        }
        for (uint32_t r = 0; r < w->g->regions.count; r++)
            if (w->regions[r].along) news |= places_region(w, r);
    }
    return !news;
}

static bool places_small(const array_lowering *w)
{
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_part *p = &value_at(w, v)->part;
        if (p->kind != PART_ALONG || p->low > p->high) continue;
        if (p->low < -SEGMENT_FAR || p->high > SEGMENT_FAR || p->high < p->low - SEGMENT_FAR) return false;
        if (p->low > SEGMENT_FAR || p->high < -SEGMENT_FAR || p->back > SEGMENT_FAR) return false;
    }
    return true;
}

/* What the second pass needs of the first. */
static void again_find(array_lowering *w)
{
    for (bool news = true; news;) {
        news = false;
        for (uint32_t v = (uint32_t)w->values.count; v-- > 0;) {
            const array_value *value = value_at(w, v);
            if (value->part.kind == PART_NONE || value->lies == LIES_AS || !(value->pass == 1 || value->part.again))
                continue;
            for (size_t k = 0; k < value->count; k++) {
                array_value *a = value_at(w, value_root(w, value_use(w, value, k).value));
                if (a->part.kind != PART_ALONG || a->pass != 0 || a->part.again) continue;
                a->part.again = news = true;
            }
        }
        for (uint32_t r = 0; r < w->g->regions.count; r++) {
            bool any = false;
            for (uint32_t v = w->regions[r].first; w->regions[r].along && v <= w->regions[r].last; v++)
                any = any || (value_bind(w, value_at(w, v), r) && value_at(w, v)->part.again);
            for (uint32_t v = w->regions[r].first; any && v <= w->regions[r].last; v++) {
                array_value *value = value_at(w, v);
                if (!value_bind(w, value, r) || value->part.kind != PART_ALONG || value->part.again) continue;
                value->part.again = news = true;
            }
        }
    }
}

bool array_segment_places(array_lowering *w)
{
    whole_find(w);
    if (!places_find(w) || !places_small(w)) return false;
    again_find(w);
    return true;
}
