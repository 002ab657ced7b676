/*
 * array_power.c - sums over the powers of a number: out[i] = sum j: x[j] t[i]^j, and turned out[j] = sum i: x[i]
 * t[i]^j. Which steps are such; how they run is in array_power_run.c.
 */
#include "exec/array_build.h"

enum { POWER_LEAST = 8, POWER_MOST = 512 };

/* ---- What is one ---------------------------------------------------------------------------------------- */

typedef struct power_shape {
    uint32_t x, t, ramp; /* lines */
    size_t place, power; /* axes */
    bool turned, zero_wins;
} power_shape;

static const plan_code *power_by(const array_builder *b, uint32_t r)
{
    for (size_t i = 0; i < b->code.count; i++)
        if (b->code.at[i].out == r) return &b->code.at[i];
    return NULL;
}

static bool power_loads(const array_builder *b, uint32_t r, uint32_t *line)
{
    const plan_code *c = power_by(b, r);
    if (!c || c->kind != CODE_LOAD || c->type != ARRAY_F64) return false;
    *line = c->line;
    return true;
}

/* x t^j: a load, a load, an index, its conversion, pow and a product. */
static bool power_terms(const array_builder *b, const plan_sink *s, power_shape *f)
{
    const plan_code *c = power_by(b, s->value);
    if (b->code.count != 6 || !c || c->kind != CODE_EACH || (c->op != OP_MUL && c->op != OP_MUL0)) return false;
    const plan_code *p = power_by(b, c->x);
    bool first = p && p->kind == CODE_EACH && p->op == OP_POW;
    if (!first) p = power_by(b, c->y);
    if (!p || p->kind != CODE_EACH || p->op != OP_POW || !power_loads(b, first ? c->y : c->x, &f->x)) return false;
    f->zero_wins = c->op == OP_MUL0;
    const plan_code *whole = power_by(b, p->y);
    if (!power_loads(b, p->x, &f->t) || !whole || whole->kind != CODE_EACH || whole->op != OP_INPUT) return false;
    whole = power_by(b, whole->x);
    if (!whole || whole->kind != CODE_RAMP) return false;
    f->ramp = whole->line;
    return b->lines.at[f->ramp].offset == 0 && b->lines.at[f->ramp].move_count == 0;
}

static int64_t power_stride(const array_builder *b, uint32_t line, size_t axis)
{
    return b->strides.at[line * AXES_STEP + axis];
}

static bool power_axes(const array_builder *b, uint32_t out, power_shape *f)
{
    f->place = f->power = SIZE_MAX;
    for (size_t a = 0; a < b->axes; a++) {
        if (b->sizes[a] == 1) continue;
        size_t *axis = power_stride(b, f->ramp, a) == 1 ? &f->power : &f->place;
        if (*axis != SIZE_MAX || (axis == &f->place && power_stride(b, f->ramp, a) != 0)) return false;
        *axis = a;
    }
    if (f->place == SIZE_MAX || f->power == SIZE_MAX) return false;
    f->turned = power_stride(b, out, f->place) == 0;
    size_t over = f->turned ? f->power : f->place; /* what x says nothing about */
    return b->sizes[f->power] >= POWER_LEAST && b->sizes[f->power] <= POWER_MOST &&
           power_stride(b, f->t, f->place) == 1 && power_stride(b, f->t, f->power) == 0 &&
           power_stride(b, f->x, over) == 0 && (!f->turned || power_stride(b, f->x, f->place) == 1) &&
           power_stride(b, out, f->turned ? f->place : f->power) == 0 &&
           (f->turned || power_stride(b, out, f->place) == 1);
}

static bool power_push(array_builder *b, const power_shape *f, const plan_sink *s)
{
    plan *a = b->w->a;
    size_t lines = b->lines.count;
    plan_power p = {.dims = (uint32_t)a->sizes.count,
                    .x = f->x,
                    .t = f->t,
                    .out = s->line,
                    .line_count = (uint32_t)lines,
                    .turned = f->turned,
                    .zero_wins = f->zero_wins,
                    .blocked = s->blocked,
                    .varies = b->sizes[f->place] < 0};
    int64_t *strides = block_new(b->w->m, lines * 2, sizeof *strides);
    if (!strides) return array_no_memory(b->w);
    for (size_t i = 0; i < lines; i++) {
        strides[2 * i] = power_stride(b, (uint32_t)i, f->place);
        strides[2 * i + 1] = power_stride(b, (uint32_t)i, f->power);
    }
    bool ok = array_push_lines(b, strides, 2, &p.lines);
    block_free(b->w->m, strides, lines * 2);
    plan_step step = {.kind = STEP_POWER, .at = (uint32_t)a->powers.count};
    ok = ok && array_reserve(b->w->m, &a->sizes, 2) && array_push(b->w->m, &a->powers, p) &&
         array_push(b->w->m, &a->steps, step);
    if (!ok) return array_no_memory(b->w);
    a->sizes.at[a->sizes.count++] = b->sizes[f->place];
    a->sizes.at[a->sizes.count++] = b->sizes[f->power];
    size_t bytes = (size_t)b->sizes[f->power] * POWER_WIDTH * sizeof(double);
    if (f->turned && bytes > a->scratch) a->scratch = bytes;
    a->count++;
    return true;
}

bool array_power_step(array_builder *b, bool *made)
{
    power_shape f;
    const plan_sink *s = b->sinks.at;
    *made = b->sinks.count == 1 && s->kind == SINK_JOIN && s->op == OP_SUM && s->type == ARRAY_F64 && s->first &&
            !(b->w->g->passes_off & PASS_POWERS) && power_terms(b, s, &f) && power_axes(b, s->line, &f) &&
            (f.turned || !s->blocked);
    return !*made || power_push(b, &f, s);
}
