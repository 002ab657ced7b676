/*
 * array_tile_run.c - runs the steps of a group tile by tile (array_tile.c), by several threads where that pays.
 */
#include "exec/array_crew.h"

typedef struct tile_run {
    const plan_tile *t;
    uint32_t at; /* its first step */
    int64_t units;
} tile_run;

/* Units [from, to) of step s; false: a product was not finite. */
static bool tile_run_step(const ew_program *p, ew_work *work, const plan_step *s, int64_t from, int64_t to)
{
    const plan *a = work->arrays->plan;
    if (s->kind == STEP_PRODUCT) return array_product_part(work->arrays, &a->products.at[s->at], s->dim, from, to);
    return array_map_part(p, work, &a->maps.at[s->at], s->dim, from * s->unit, to * s->unit);
}

/* What the group alone uses is made where the worker's own tile of it would be: `by` tiles from where it belongs. */
static void tile_move(array_work *w, const plan_tile *t, int64_t by)
{
    for (uint32_t i = t->owns; i < t->owns + t->own_count; i++) {
        const plan_own *o = &w->plan->owns.at[i];
        w->base[o->buffer] += by * t->each * o->bytes;
    }
}

/* Tiles [first, last) of steps that are one list of operations: one long range. */
static void tile_run_flat(array_work *w, const tile_run *r, int64_t first, int64_t last)
{
    const plan_flat *f = &w->plan->flats.at[r->t->flat - 1];
    int64_t from = first * r->t->each, to = last * r->t->each < r->units ? last * r->t->each : r->units;
    for (uint32_t at = r->at; at < r->t->end; at++) {
        const plan_map *m = &w->plan->maps.at[w->plan->steps.at[at].at];
        array_lines_begin(w, m->lines, m->line_count);
    }
    array_flat_run(w, f, from * f->count, to * f->count);
}

/* Tiles [first, last). */
static bool tile_run_range(const ew_program *p, ew_work *work, const void *context, int64_t first, int64_t last)
{
    const tile_run *r = context;
    array_work *w = work->arrays;
    if (r->t->flat) {
        tile_run_flat(w, r, first, last);
        return true;
    }
    for (int64_t i = first; i < last; i++) {
        int64_t from = i * r->t->each, to = from + r->t->each < r->units ? from + r->t->each : r->units;
        int64_t by = (w->worker + 1) * r->t->each <= r->units ? w->worker - i : 0;
        tile_move(w, r->t, by);
        for (uint32_t at = r->at; at < r->t->end; at++) {
            const plan_step *s = &w->plan->steps.at[at];
            if (s->guard_count && !array_step_wanted(w, s)) continue;
            if (!tile_run_step(p, work, s, from, to)) w->suspect = true;
        }
        tile_move(w, r->t, -by);
    }
    return true;
}

bool array_tile_run(const ew_program *p, ew_work *work, uint32_t at, const plan_tile *t)
{
    array_work *w = work->arrays;
    tile_run r = {t, at, t->units < 0 ? w->rows : t->units};
    double all = 0;
    bool before = w->suspect;
    for (uint32_t s = at; s < t->end; s++) all += array_step_work(w->plan, s, (double)w->rows);
    w->suspect = false;
    array_crew_split(p, work, tile_run_range, &r, all, (r.units + t->each - 1) / t->each, 1);
    bool finite = !w->suspect;
    w->suspect = before;
    return finite;
}
