/*
 * array_spread.c - products whose windows a scatter alone adds up: the derivative by what slides in a convolution.
 *
 *     windows[r, p, s, q, …] = sum k: A[p, q, k] B[r, s, k]        target[r + p, s + q, …] += windows[r, p, s, q, …]
 *
 * Such windows are many times the target, and each number of them would be written and read once. Instead the product
 * adds to the target itself: each place of that is one chain, c = fma(a, b, c) from 0 on, over the windows that have it
 * in the order of the product's batch, and in each over k. Where that is not finite both steps are done apart: the
 * product term by term into its windows, these into the target.
 *
 * The product's step is planned where the scatter's would be, and takes it over if the target's places follow from the
 * windows' dimension by dimension.
 */
#include "exec/array_build.h"

static bool spread_apart(const array_value *v, int32_t pass)
{
    return v->lies == LIES_STORED && !v->output && !v->direct && !value_in_blocks(v) && v->region == ARRAY_NONE &&
           v->bind_count == 0 && v->partial == ARRAY_NONE && v->pass == pass;
}

/* Is v a scatter of a product at its own places, none of both in blocks or a recurrence? Of *from. */
static bool spread_fits(const array_lowering *w, uint32_t v, uint32_t *from)
{
    const array_value *to = value_at(w, v);
    bool gathers;
    if (to->op != OP_SCATTER || to->product || to->count != 1 || !spread_apart(to, to->pass)) return false;
    array_use u = value_use(w, to, 0);
    *from = u.value;
    const array_value *x = value_at(w, u.value);
    return u.map == 0 && x->product && x->op == OP_SUM && spread_apart(x, to->pass) && x->type == to->type &&
           (x->type == ARRAY_F32 || x->type == ARRAY_F64) && !array_scatter_tiles(w, to) &&
           array_inside(w, to->target, to->domain, to->shape, &gathers);
}

bool array_spreads(array_lowering *w)
{
    uint8_t *uses = block_new(w->m, w->values.count + 1, 1); /* 2: more than one */
    if (!uses) return array_no_memory(w);
    for (uint32_t v = 0; v < w->values.count; v++) {
        const array_value *value = value_at(w, v);
        for (size_t k = 0; value->lies != LIES_NOWHERE && k < value->count; k++) {
            uint32_t a = value_root(w, value_use(w, value, k).value);
            uses[a] = uses[a] ? 2 : 1;
        }
    }
    for (uint32_t v = 0; v < w->values.count && !(w->g->passes_off & PASS_LAYOUT); v++) {
        uint32_t from;
        if (!spread_fits(w, v, &from) || uses[from] != 1) continue;
        value_at(w, v)->adds = from + 1;
        value_at(w, from)->adds = v + 1;
    }
    block_free(w->m, uses, w->values.count + 1);
    return true;
}

/* ---- The step ------------------------------------------------------------------------------------------------- */

/* A scatter's step that only loads windows and adds them: its lines. */
static bool spread_lines(const plan *a, const plan_map *m, const plan_line **from, const plan_line **to)
{
    const plan_sink *s = &a->sinks.at[m->sinks];
    const plan_code *c = &a->code.at[m->code];
    if (m->sink_count != 1 || m->code_count != 1 || m->skip != ARRAY_NONE || m->varies) return false;
    if (s->kind != SINK_JOIN || s->op != OP_SCATTER || s->blocked || s->value != c->out) return false;
    if (c->kind != CODE_DIRECT && c->kind != CODE_LOAD) return false;
    *from = &a->lines.at[m->lines + c->line];
    *to = &a->lines.at[m->lines + s->line];
    return !(*from)->move_count && !(*to)->move_count;
}

/* The stride in the target of a dimension of the windows; -1: none. `left`: what each dimension of the scatter has. */
static int64_t spread_stride(const plan *a, const plan_map *m, const plan_line *from, const plan_line *to, int64_t size,
                             int64_t stride, int64_t *left)
{
    const int64_t *sizes = a->sizes.at + m->dims, *x = a->strides.at + from->strides, *y = a->strides.at + to->strides;
    for (uint32_t d = 0; d < m->dim_count; d++) {
        if (sizes[d] < 2 || x[d] < 1 || y[d] < 0 || stride % x[d] != 0 || stride / x[d] >= sizes[d]) continue;
        left[d] -= (size - 1) * (stride / x[d]);
        return left[d] < 0 ? -1 : stride / x[d] * y[d];
    }
    return -1;
}

/* The product writes to the target: its third line becomes one of that. false: it does not follow so; *ok false:
 * reported. */
static bool spread_join(array_lowering *w, const plan_product *p, const plan_map *m, bool *ok)
{
    plan *a = w->a;
    const plan_line *from, *to;
    int64_t stride[AXES_STEP], left[AXES_STEP];
    if (p->lanes || p->blocked || p->repeats || p->band_x != p->band_y || p->dim_count > AXES_STEP ||
        m->dim_count > AXES_STEP)
        return false;
    plan_line *c = &a->lines.at[p->lines + 2];
    if (!spread_lines(a, m, &from, &to) || from->buffer != c->buffer || from->offset != c->offset || c->move_count)
        return false;
    for (uint32_t d = 0; d < m->dim_count; d++) left[d] = a->sizes.at[m->dims + d] - 1;
    for (uint32_t d = 0; d < p->dim_count; d++) {
        int64_t size = a->sizes.at[p->dims + d], old = a->strides.at[c->strides + d];
        stride[d] = size < 2 || d + 1 == p->dim_count ? 0 : spread_stride(a, m, from, to, size, old, left);
        if (size < 1 || stride[d] < 0 || (old == 0 && size > 1 && d + 1 < p->dim_count)) return false;
    }
    if ((*ok = array_reserve(w->m, &a->strides, p->dim_count))) {
        c->buffer = to->buffer;
        c->offset = to->offset;
        c->strides = (uint32_t)a->strides.count;
        for (uint32_t d = 0; d < p->dim_count; d++) a->strides.at[a->strides.count++] = stride[d];
    } else {
        array_no_memory(w);
    }
    return *ok;
}

/* Steps of scatter v and of the product that it takes: places set to 0, then one step, or the two. */
bool array_spread_step(array_lowering *w, uint32_t v)
{
    plan *a = w->a;
    size_t from = a->steps.count;
    bool ok = true;
    if (!array_set_step(w, v, 0, value_at(w, v)->region) || !array_product_step(w, value_at(w, v)->adds - 1))
        return false;
    if (!array_map_step(w, v, 0)) return false;
    for (size_t s = from; s < a->steps.count; s++) a->steps.at[s].name = array_label(w, v);
    const plan_step *step = a->steps.at + from;
    if (a->steps.count != from + 3 || step[1].kind != STEP_PRODUCT) return true;
    plan_product *p = &a->products.at[step[1].at];
    if (!spread_join(w, p, &a->maps.at[step[2].at], &ok)) return ok;
    p->set = step[0].at;
    p->scatter = step[2].at;
    a->steps.count--;
    return true;
}
