/*
 * array_crew.c - what array_crew.h says: the crew's memory, what is worth splitting, and the steps that are ranges of
 * places, in parts.
 *
 * A step is worth waking threads for from plan->least operations on (about 50 microseconds); a sleeping thread takes 20
 * to 40 to be there. One that still looks for work takes less than one, so then a step of an eighth of that is split.
 */
#include "exec/array_crew.h"

#include <string.h>

enum { CREW_PARTS = 16, CREW_MOST = 256, CREW_AWAKE = 8 };

/* ---- Work ------------------------------------------------------------------------------------------ */

static double sizes_work(const int64_t *size, uint32_t count, double rows)
{
    double n = 1;
    for (uint32_t d = 0; d < count; d++) n *= size[d] < 0 ? (double)-size[d] * rows : (double)size[d];
    return n;
}

double array_step_work(const plan *a, uint32_t step, double rows)
{
    const plan_step *s = &a->steps.at[step];
    if (s->kind == STEP_MAP) {
        const plan_map *m = &a->maps.at[s->at];
        return sizes_work(a->sizes.at + m->dims, m->dim_count, rows) * (double)(m->code_count + m->sink_count);
    }
    if (s->kind == STEP_PRODUCT) {
        const plan_product *p = &a->products.at[s->at];
        return sizes_work(a->sizes.at + p->dims, p->dim_count, rows) * array_product_share(a, p) / 8;
    }
    if (s->kind == STEP_FOLD) {
        const plan_fold *f = &a->folds.at[s->at];
        return sizes_work(a->sizes.at + f->dims, f->dim_count, rows) / 2;
    }
    if (s->kind == STEP_ARG) return sizes_work(a->sizes.at + a->args.at[s->at].dims, a->args.at[s->at].dim_count, rows);
    if (s->kind == STEP_POWER) return sizes_work(a->sizes.at + a->powers.at[s->at].dims, 2, rows) / 2;
    if (s->kind != STEP_BLOCK) return 0;
    const plan_block *b = &a->blocks.at[s->at];
    double all = 0;
    for (uint32_t i = step + 1; i < b->end; i++) all += array_step_work(a, i, (double)b->size);
    return b->chunks > 1 ? all : 0;
}

static bool crew_useful(const ew_program *p)
{
    const plan *a = p->arrays;
    double rows = 1; /* of a segment; blocks are split as a whole */
    for (size_t i = 0; i < a->blocks.count; i++)
        if (a->blocks.at[i].segments) rows = (double)a->blocks.at[i].rows;
    for (uint32_t i = 0; i < a->steps.count; i++)
        if (array_step_work(a, i, rows) >= a->least) return true;
    for (size_t i = 0; i < p->input_count; i++)
        if (p->inputs[i].type != TYPE_F64 && (double)p->inputs[i].count >= a->least) return true;
    for (size_t i = 0; i < p->output_count; i++)
        if (p->outputs[i].type != TYPE_F64 && (double)p->outputs[i].count >= a->least) return true;
    return false;
}

bool array_crew_worth(const array_work *w, double operations)
{
    if (!w->pool || w->busy || operations < w->plan->least / CREW_AWAKE || !array_pool_ready(w->pool)) return false;
    return operations >= w->plan->least || array_pool_awake(w->pool);
}

void array_crew_knock(const array_work *w)
{
    array_pool_knock(w->pool);
}

size_t array_crew_parts(const array_work *w, double operations, double most)
{
    double parts = operations / w->plan->part;
    if (parts > CREW_PARTS) parts = CREW_PARTS;
    if (parts > most) parts = most;
    return parts < 1 ? 1 : (size_t)parts;
}

/* ---- Memory ---------------------------------------------------------------------------------------- */

void array_crew_new(ew_work *work, size_t threads)
{
    array_work *w = work->arrays;
    size_t helpers = threads > CREW_MOST ? CREW_MOST - 1 : threads - 1;
    if (threads < 2 || !crew_useful(work->program)) return;
    w->crew = block_new(&work->memory, helpers, sizeof *w->crew);
    if (!w->crew) return;
    w->crew_room = helpers;
    for (; w->crew_count < helpers; w->crew_count++) {
        ew_work *mine = &w->crew[w->crew_count];
        mine->memory = work->memory;
        mine->program = work->program;
        mine->arrays = array_work_new(&work->memory, work->program, w);
        if (!mine->arrays) break;
        mine->arrays->worker = (uint32_t)w->crew_count + 1;
    }
    w->pool = array_pool_new(&work->memory, w->crew_count);
}

void array_crew_free(ew_work *work)
{
    array_work *w = work->arrays;
    if (!w) return;
    array_pool_free(&work->memory, w->pool);
    for (size_t i = 0; i < w->crew_count; i++) array_work_free(&work->memory, w->crew[i].arrays);
    block_free(&work->memory, w->crew, w->crew_room);
}

/* ---- Running --------------------------------------------------------------------------------------- */

typedef struct crew_round {
    const ew_program *p;
    ew_work *work;
    array_crew_task *task;
    const void *context;
} crew_round;

static bool crew_part(void *context, size_t worker, size_t part)
{
    const crew_round *r = context;
    ew_work *mine = worker ? &r->work->arrays->crew[worker - 1] : r->work;
    bool ok = r->task(r->p, mine, r->context, part);
    if (!ok) mine->arrays->failed = part;
    return ok;
}

/* A helper finds what the caller's memory says: at which steps its loops are. */
static void crew_begin(const array_work *w)
{
    for (size_t i = 0; i < w->crew_count; i++) {
        array_work *mine = w->crew[i].arrays;
        memcpy(mine->counter, w->counter, w->plan->counters * sizeof *w->counter);
        for (size_t k = 0; w->plan->short_of && k < w->plan->windows.count; k++)
            mine->base[w->plan->windows.at[k].buffer] = w->base[w->plan->windows.at[k].buffer];
        mine->rows = w->rows;
        mine->begins = w->begins;
        mine->careful = w->careful;
        mine->suspect = false;
        mine->failed = SIZE_MAX;
    }
}

bool array_crew_run(const ew_program *p, ew_work *work, array_crew_task *task, const void *context, size_t parts)
{
    array_work *w = work->arrays;
    crew_round round = {p, work, task, context};
    w->failed = SIZE_MAX;
    crew_begin(w);
    w->busy = true;
    bool ok = array_pool_run(w->pool, crew_part, &round, parts);
    w->busy = false;
    for (size_t i = 0; i < w->crew_count; i++) {
        const array_work *mine = w->crew[i].arrays;
        w->suspect = w->suspect || mine->suspect;
        if (ok || mine->failed >= w->failed) continue;
        w->failed = mine->failed;
        work->error = w->crew[i].error;
    }
    return ok;
}

/* ---- Ranges of places ------------------------------------------------------------------------------ */

typedef struct crew_split {
    array_crew_range *run;
    const void *context;
    int64_t size, unit, parts;
} crew_split;

static bool crew_split_part(const ew_program *p, ew_work *work, const void *context, size_t part)
{
    const crew_split *c = context;
    int64_t units = (c->size + c->unit - 1) / c->unit;
    int64_t from = units * (int64_t)part / c->parts * c->unit, to = units * ((int64_t)part + 1) / c->parts * c->unit;
    return c->run(p, work, c->context, from, to < c->size ? to : c->size);
}

bool array_crew_split(const ew_program *p, ew_work *work, array_crew_range *run, const void *context, double operations,
                      int64_t size, int64_t unit)
{
    const array_work *w = work->arrays;
    crew_split c = {run, context, size, unit, 1};
    if (unit < size && array_crew_worth(w, operations))
        c.parts = (int64_t)array_crew_parts(w, operations, (double)((size + unit - 1) / unit));
    return c.parts < 2 ? run(p, work, context, 0, size) : array_crew_run(p, work, crew_split_part, &c, (size_t)c.parts);
}

/* ---- MAP steps ------------------------------------------------------------------------------------- */

typedef struct crew_map {
    const plan_map *m;
    uint32_t dim;
    int64_t size, unit; /* of the dimension; a part begins at a multiple of the unit */
} crew_map;

static bool crew_map_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    const crew_map *c = context;
    return array_map_part(p, work, c->m, c->dim, from, to);
}

static const int64_t *map_strides(const plan *a, const plan_map *m, uint32_t line)
{
    return a->strides.at + a->lines.at[m->lines + line].strides;
}

/* Of sums into places that several of the step may share: are those of two places along the dimension always
 * different? The strides of the others are multiples of all that it spans, or their places fit between two of its. */
static bool map_apart(const plan_map *m, const int64_t *size, const int64_t *stride, uint32_t dim)
{
    int64_t step = stride[dim] < 0 ? -stride[dim] : stride[dim], spans = step * size[dim], between = 0;
    if (step == 0) return false;
    for (uint32_t d = 0; d < m->dim_count; d++) {
        int64_t by = stride[d] < 0 ? -stride[d] : stride[d];
        if (d != dim && size[d] > 1 && by % spans != 0) between += by * (size[d] - 1);
    }
    return between < step;
}

/* Does the dimension alone say the place on some axis of what is scattered into? */
static bool map_scatters_apart(const plan *a, const plan_map *m, const int64_t *size, const plan_access *x,
                               uint32_t dim)
{
    for (uint32_t i = x->axes; i < x->axes + x->axis_count; i++) {
        if (a->access_axes.at[i].line == ARRAY_NONE) continue;
        const int64_t *stride = map_strides(a, m, a->access_axes.at[i].line);
        bool alone = stride[dim] != 0;
        for (uint32_t d = 0; d < m->dim_count; d++) alone = alone && (d == dim || size[d] == 1 || stride[d] == 0);
        if (alone) return true;
    }
    return false;
}

/* Places along the dimension put their results at different places. */
static bool map_splits(const plan *a, const plan_map *m, const int64_t *size, uint32_t dim)
{
    for (uint32_t i = m->sinks; i < m->sinks + m->sink_count; i++) {
        const plan_sink *s = &a->sinks.at[i];
        const int64_t *stride = s->kind == SINK_SCATTER ? NULL : map_strides(a, m, s->line);
        bool splits = s->kind == SINK_SCATTER ? map_scatters_apart(a, m, size, &a->accesses.at[s->line], dim)
                      : s->kind == SINK_JOIN && s->op == OP_SCATTER ? map_apart(m, size, stride, dim)
                                                                    : stride[dim] != 0;
        if (!splits) return false;
    }
    return true;
}

static bool map_can_fail(const plan *a, const plan_map *m)
{
    for (uint32_t i = m->code; i < m->code + m->code_count; i++)
        if (a->code.at[i].kind == CODE_AT || a->code.at[i].type == ARRAY_INT) return true;
    for (uint32_t i = m->sinks; i < m->sinks + m->sink_count; i++)
        if (a->sinks.at[i].type == ARRAY_INT) return true;
    return false;
}

/* Parts of a strip's dimension: whole strips, or halves where there are few. */
static int64_t map_unit(int64_t size)
{
    return size >= (int64_t)CREW_PARTS * STRIP || size < 3 * STRIP ? STRIP : STRIP / 2;
}

/* The dimension that is split: the outermost, so that the first fault is the same as without threads; where it
 * cannot be, that of strips. */
static bool map_choose(const plan *a, const plan_map *m, const int64_t *size, crew_map *c)
{
    uint32_t column = m->dim_count - 1, row = m->dim_count - 2;
    for (uint32_t d = 0; d < m->dim_count; d++) {
        if (size[d] < 2 || (d != 0 && d < row) || (d == column && m->rows) || !map_splits(a, m, size, d)) continue;
        *c = (crew_map){m, d, size[d],
                        d == column           ? map_unit(size[d])
                        : d == row && m->rows ? STRIP / size[column]
                                              : 1};
        if (c->unit < size[d]) return d == 0 || size[0] < 2 || !map_can_fail(a, m);
    }
    return false;
}

/* A scatter whose outer dimensions overlap, as windows that slide do: it is split by where it goes. What the last two
 * dimensions span lies between two places of the outer ones, which are multiples of c->unit; c->size of those. */
static bool map_slots(const plan *a, const plan_map *m, const int64_t *size, crew_map *c)
{
    const plan_sink *s = &a->sinks.at[m->sinks];
    if (m->sink_count != 1 || s->kind != SINK_JOIN || s->op != OP_SCATTER || map_can_fail(a, m)) return false;
    const int64_t *stride = map_strides(a, m, s->line);
    int64_t unit = 0, far = 0, span = 0;
    for (uint32_t d = 0; d < m->dim_count; d++) {
        bool outer = d + 2 < m->dim_count;
        if (stride[d] < 0) return false;
        *(outer ? &far : &span) += (size[d] - 1) * stride[d];
        for (int64_t x = outer && size[d] > 1 ? stride[d] : 0, rest; x; unit = x, x = rest) rest = unit % x; /* gcd */
    }
    if (unit == 0 || span >= unit) return false;
    *c = (crew_map){m, m->dim_count, far / unit + 1, unit};
    return true;
}

static bool crew_slots_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    const crew_map *c = context;
    return array_map_part(p, work, c->m, c->dim, from * c->unit, to * c->unit);
}

bool array_crew_map(const ew_program *p, ew_work *work, const plan_map *m)
{
    array_work *w = work->arrays;
    crew_map c;
    if (!w->pool || w->busy) return array_map_run(p, work, m);
    const int64_t *size = array_step_sizes(w, m->dims, m->dim_count, m->varies);
    double all = sizes_work(size, m->dim_count, 1) * (double)(m->code_count + m->sink_count);
    if (all == 0 || !array_crew_worth(w, all)) return array_map_run(p, work, m);
    if (map_choose(w->plan, m, size, &c)) return array_crew_split(p, work, crew_map_range, &c, all, c.size, c.unit);
    if (map_slots(w->plan, m, size, &c)) return array_crew_split(p, work, crew_slots_range, &c, all, c.size, 1);
    return array_map_run(p, work, m);
}

/* ---- FOLD and ARG steps ----------------------------------------------------------------------------- */

static bool crew_fold_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    (void)p;
    array_fold_part(work->arrays, context, from, to);
    return true;
}

static int64_t sizes_places(const int64_t *size, uint32_t count)
{
    int64_t n = 1;
    for (uint32_t d = 0; d < count; d++) n *= size[d];
    return n;
}

bool array_crew_fold(const ew_program *p, ew_work *work, const plan_fold *f)
{
    array_work *w = work->arrays;
    const int64_t *size = array_step_sizes(w, f->dims, f->dim_count, f->varies);
    double all = sizes_work(size, f->dim_count, 1) / 2;
    return array_crew_split(p, work, crew_fold_range, f, all, sizes_places(size, f->dim_count - 2), 1);
}

static bool crew_arg_range(const ew_program *p, ew_work *work, const void *context, int64_t from, int64_t to)
{
    (void)p;
    array_arg_part(work->arrays, context, from, to);
    return true;
}

bool array_crew_arg(const ew_program *p, ew_work *work, const plan_arg *s)
{
    const int64_t *size = work->arrays->plan->sizes.at + s->dims;
    double all = sizes_work(size, s->dim_count, 1);
    if (size[s->dim_count - 1] == 0 && sizes_places(size, s->dim_count - 1) > 0) {
        exec_report(p, work, EW_LIMIT, E_ARG_NOTHING, program_name(p, s->name), NULL, NULL);
        return false;
    }
    return array_crew_split(p, work, crew_arg_range, s, all, sizes_places(size, s->dim_count - 1), 1);
}
