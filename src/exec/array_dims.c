/*
 * array_dims.c - the axes of a MAP step become its dimensions: which one runs innermost, which are one in memory;
 * how each line is read in a strip; registers get places in the scratch memory.
 */
#include <string.h>

#include "exec/array_build.h"

enum { SKIP_LEAST = 8 }; /* places of an axis that are worth a look whether they can be left out */

typedef struct dims {
    size_t count;
    size_t axis[AXES_STEP + 2];
    int64_t size[AXES_STEP + 2];
    int64_t *strides; /* count for each line */
} dims;

static int64_t stride_of(const array_builder *b, size_t line, size_t axis)
{
    return b->strides.at[line * AXES_STEP + axis];
}

/* How many lines are read with gaps when `axis` runs innermost; a short axis is worth little. */
static size_t axis_cost(const array_builder *b, size_t axis)
{
    size_t cost = 0;
    for (size_t i = 0; i < b->lines.count; i++) {
        int64_t s = stride_of(b, i, axis);
        cost += s != 0 && s != 1 && b->lines.at[i].buffer != ARRAY_NONE ? 4 : 0;
    }
    for (size_t i = 0; i < b->sinks.count; i++) { /* what is written with gaps costs more */
        int64_t s = b->sinks.at[i].kind == SINK_STORE ? stride_of(b, b->sinks.at[i].line, axis) : 0;
        cost += s != 0 && s != 1 ? 2 : 0;
    }
    int64_t size = b->sizes[axis] < 0 ? b->w->block_rows : b->sizes[axis];
    if (b->w->in_block && b->w->block_inner && b->sizes[axis] >= 0) cost++;
    return cost + (size < 8 ? 3 : b->sizes[axis] < 0 && size < 256 && !b->w->block_inner ? 3 : 0);
}

/* The code that makes register r. */
static const plan_code *code_by(const array_builder *b, uint32_t r)
{
    for (size_t i = 0; i < b->code.count; i++)
        if (b->code.at[i].out == r) return &b->code.at[i];
    return NULL;
}

/* A line that is mostly 0 and makes what is summed 0 wherever it is; ARRAY_NONE: there is none. */
static uint32_t skip_line(const array_builder *b)
{
    const plan_sink *s = b->sinks.at;
    if (b->sinks.count != 1 || s->kind != SINK_JOIN || s->op != OP_SUM || s->type != ARRAY_F64) return ARRAY_NONE;
    uint32_t r = s->value;
    for (size_t depth = 0; depth < b->code.count; depth++) {
        const plan_code *c = code_by(b, r), *x, *y;
        if (!c) return ARRAY_NONE;
        if (c->kind == CODE_LOAD) return b->lines.at[c->line].sparse ? c->line : ARRAY_NONE;
        if (c->kind != CODE_EACH || (c->op != OP_MUL0 && c->op != OP_NEG)) return ARRAY_NONE;
        x = code_by(b, c->x);
        y = code_by(b, c->y);
        bool second = y && y->kind == CODE_LOAD && b->lines.at[y->line].sparse;
        bool first = x && (x->kind != CODE_LOAD || b->lines.at[x->line].sparse);
        r = second || !first ? c->y : c->x;
    }
    return ARRAY_NONE;
}

/* The largest axis that the line does not go along; SIZE_MAX: none is long enough to be worth a look at each place. */
static size_t skip_axis(const array_builder *b, uint32_t line)
{
    size_t best = SIZE_MAX;
    if (b->w->g->passes_off & PASS_SKIPS) return SIZE_MAX;
    for (size_t a = 0; line != ARRAY_NONE && a < b->axes; a++)
        if (stride_of(b, line, a) == 0 && b->sizes[a] >= SKIP_LEAST && stride_of(b, b->sinks.at[0].line, a) != 0 &&
            (best == SIZE_MAX || b->sizes[a] > b->sizes[best]))
            best = a;
    return best;
}

/* Then that axis runs innermost, and the line's own axis before it. */
static void order_skip(const array_builder *b, uint32_t line, size_t inner, dims *d)
{
    size_t row = SIZE_MAX;
    for (size_t a = 0; a < b->axes; a++)
        if (b->sizes[a] != 1 && a != inner && stride_of(b, line, a) == 1) row = a;
    for (size_t a = 0; a < b->axes; a++)
        if (b->sizes[a] != 1 && a != inner && a != row) d->axis[d->count++] = a;
    if (row != SIZE_MAX) d->axis[d->count++] = row;
    d->axis[d->count++] = inner;
}

/* The step goes over the places of what it stores as they lie: the axis with the largest stride first. */
static void order_places(const array_builder *b, dims *d)
{
    const plan_sink *s = b->sinks.count == 1 ? b->sinks.at : NULL;
    if (!s || s->kind == SINK_SCATTER) return;
    for (size_t i = 1; i < d->count; i++)
        for (size_t k = i; k > 0; k--) {
            size_t before = d->axis[k - 1], after = d->axis[k];
            int64_t x = stride_of(b, s->line, before), y = stride_of(b, s->line, after);
            if (x <= 0 || y <= 0 || x >= y) break;
            d->axis[k - 1] = after, d->axis[k] = before;
        }
}

static bool can_merge(const array_builder *b, size_t outer, size_t inner)
{
    if (b->sizes[inner] < 0) return false;
    for (size_t i = 0; i < b->lines.count; i++)
        if (stride_of(b, i, outer) != stride_of(b, i, inner) * b->sizes[inner]) return false;
    return true;
}

/* What is one with the innermost axis everywhere stands before it, also where a sum over others would come between. */
static void order_long(const array_builder *b, dims *d)
{
    const plan_sink *s = b->sinks.count == 1 ? b->sinks.at : NULL;
    if (!s || s->kind != SINK_JOIN || d->count < 3) return;
    size_t axis = d->axis[d->count - 2], inner = d->axis[d->count - 1];
    if (stride_of(b, s->line, axis) != 0 || stride_of(b, s->line, inner) == 0) return;
    for (size_t i = 0; i + 2 < d->count; i++) {
        size_t outer = d->axis[i];
        if (!can_merge(b, outer, inner)) continue;
        memmove(d->axis + i, d->axis + i + 1, (d->count - 2 - i) * sizeof *d->axis);
        d->axis[d->count - 2] = outer;
        return;
    }
}

static void order_axes(const array_builder *b, dims *d)
{
    size_t inner = 0, best = SIZE_MAX;
    bool any = false;
    for (size_t a = 0; a < b->axes; a++) {
        if (b->sizes[a] == 1) continue;
        size_t cost = axis_cost(b, a);
        if (cost <= best) best = cost, inner = a, any = true;
    }
    for (size_t a = 0; a < b->axes; a++)
        if (b->sizes[a] != 1 && a != inner) d->axis[d->count++] = a;
    order_places(b, d);
    if (any) d->axis[d->count++] = inner;
    order_long(b, d);
}

/* Axes that lie one after the other everywhere are one dimension: its stride is that of the inner one. */
static void merge_axes(const array_builder *b, dims *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->count; i++) {
        size_t axis = d->axis[i];
        int64_t size = b->sizes[axis];
        if (count && can_merge(b, d->axis[count - 1], axis)) size *= d->size[--count];
        d->axis[count] = axis;
        d->size[count++] = size;
    }
    d->count = count;
}

/* At least two dimensions; those of one place have the strides that make a strip one piece. */
static bool make_strides(array_builder *b, dims *d)
{
    size_t extra = d->count < 2 ? 2 - d->count : 0;
    memmove(d->axis + extra, d->axis, d->count * sizeof *d->axis);
    memmove(d->size + extra, d->size, d->count * sizeof *d->size);
    for (size_t i = 0; i < extra; i++) d->axis[i] = SIZE_MAX, d->size[i] = 1;
    d->count += extra;
    d->strides = block_new(b->w->m, d->count * b->lines.count, sizeof *d->strides);
    if (!d->strides) return array_no_memory(b->w);
    for (size_t i = 0; i < b->lines.count; i++) {
        int64_t *s = d->strides + i * d->count;
        for (size_t k = 0; k < d->count; k++) s[k] = d->axis[k] == SIZE_MAX ? 0 : stride_of(b, i, d->axis[k]);
        if (d->axis[d->count - 1] == SIZE_MAX) s[d->count - 1] = 1;
        if (d->axis[d->count - 2] == SIZE_MAX) s[d->count - 2] = s[d->count - 1] * d->size[d->count - 1];
    }
    return true;
}

/* ---- Lines in a strip ------------------------------------------------------------------------------- */

typedef struct strip_way {
    bool piece; /* a strip of it is one piece of memory */
    bool once;  /* every strip is the same */
} strip_way;

static strip_way way_of(const array_builder *b, const dims *d, bool rows, uint32_t line)
{
    const int64_t *s = d->strides + line * d->count;
    int64_t row = s[d->count - 2], column = s[d->count - 1], columns = d->size[d->count - 1];
    strip_way way = {false, false};
    way.piece = column == 1 && (!rows || row == columns);
    way.once = row == 0 && (column == 0 || rows);
    if (b->lines.at[line].buffer == BUFFER_CONSTANT) way.piece = way.once = true;
    return way;
}

/* What is the same in all strips of one place of the outer dimensions goes to the front. */
static uint32_t code_order(array_builder *b, const dims *d, bool rows)
{
    size_t count = b->code.count, once = 0;
    for (size_t i = 0; i < count; i++) {
        plan_code c = b->code.at[i];
        if (c.kind != CODE_LOAD && c.kind != CODE_RAMP) continue;
        strip_way way = way_of(b, d, rows, c.line);
        if (c.kind == CODE_LOAD && way.piece) c.kind = CODE_DIRECT;
        b->code.at[i].kind = c.kind;
        if (!way.once) continue;
        memmove(b->code.at + once + 1, b->code.at + once, (i - once) * sizeof c);
        b->code.at[once++] = c;
    }
    return (uint32_t)once;
}

static bool uniform_way(const array_builder *b, const dims *d, bool rows, uint32_t line)
{
    const int64_t *s = d->strides + line * d->count;
    return b->lines.at[line].buffer != ARRAY_NONE && b->lines.at[line].buffer != BUFFER_CONSTANT &&
           s[d->count - 1] == 0 && (!rows || s[d->count - 2] == 0);
}

static bool is_two(const plan_code *c)
{
    return c->op == OP_ADD || c->op == OP_SUB || c->op == OP_MUL || c->op == OP_DIV || c->op == OP_MUL0 ||
           c->op == OP_EQ || c->op == OP_IF;
}

/* Do all users of register r take it as one number? As what: the kernel of each is *with, where asked to change. */
static bool uniform_users(array_builder *b, uint32_t r, bool change)
{
    bool any = false;
    for (size_t i = 0; i < b->sinks.count; i++)
        if (b->sinks.at[i].value == r) return false;
    for (size_t i = 0; i < b->access_axes.count; i++)
        if (b->access_axes.at[i].gather == r) return false;
    for (size_t i = 0; i < b->accesses.count; i++)
        if (b->accesses.at[i].when == r) return false;
    for (size_t i = 0; i < b->code.count; i++) {
        plan_code *c = &b->code.at[i];
        bool x = c->x == r, y = c->y == r, w = c->op == OP_IF && c->w == r;
        if (c->kind != CODE_EACH || !(x || y || w)) continue;
        if (c->op == OP_INPUT || !is_two(c) || (x && y) || w) return false;
        if (c->kernel != array_kernel_of((op)c->op, c->type)) return false;
        array_kernel *with = array_kernel_uniform((op)c->op, c->type, x);
        if (!with) return false;
        if (change) c->kernel = with;
        any = true;
    }
    return any;
}

/* What is one number for all of a strip is not spread over a register, where its users can do without. */
static void code_uniform(array_builder *b, const dims *d, bool rows)
{
    for (size_t i = 0; i < b->code.count; i++) {
        plan_code *c = &b->code.at[i];
        if (c->kind != CODE_LOAD || !uniform_way(b, d, rows, c->line) || !uniform_users(b, c->out, false)) continue;
        uniform_users(b, c->out, true);
        c->kind = CODE_DIRECT;
    }
}

static size_t users_count(const array_builder *b, uint32_t r)
{
    size_t n = 0;
    for (size_t i = 0; i < b->sinks.count; i++) n += b->sinks.at[i].value == r;
    for (size_t i = 0; i < b->access_axes.count; i++) n += b->access_axes.at[i].gather == r;
    for (size_t i = 0; i < b->accesses.count; i++) n += b->accesses.at[i].when == r;
    for (size_t i = 0; i < b->code.count; i++) {
        const plan_code *c = &b->code.at[i];
        if (c->kind == CODE_EACH) n += c->x == r || c->y == r || c->w == r;
    }
    return n;
}

/* x·y, then + w: one pass over the strip. */
static void code_pairs(array_builder *b)
{
    for (size_t i = 0; i < b->code.count; i++) {
        plan_code *add = &b->code.at[i];
        if (add->kind != CODE_EACH || add->op != OP_ADD || add->type == ARRAY_INT || add->x == add->y) continue;
        bool plain = add->kernel == array_kernel_of(OP_ADD, add->type);
        bool last = add->kernel == array_kernel_uniform(OP_ADD, add->type, false);
        bool first = add->kernel == array_kernel_uniform(OP_ADD, add->type, true);
        for (int side = 0; side < 2 && (plain || last || first); side++) {
            uint32_t product = side ? add->y : add->x, other = side ? add->x : add->y;
            if ((last && side) || (first && !side)) continue; /* the product is no single number */
            size_t at = 0;
            while (at < i && b->code.at[at].out != product) at++;
            const plan_code *mul = &b->code.at[at];
            bool one = mul->kernel == array_kernel_uniform(OP_MUL, add->type, true);
            bool turned = mul->kernel == array_kernel_uniform(OP_MUL, add->type, false);
            if (at == i || mul->kind != CODE_EACH || mul->op != OP_MUL || users_count(b, product) != 1 ||
                (!one && !turned && mul->kernel != array_kernel_of(OP_MUL, add->type)))
                continue;
            plan_code pair = *add;
            pair.op = OP_MUL;
            pair.three = true;
            pair.x = turned ? mul->y : mul->x;
            pair.y = turned ? mul->x : mul->y;
            pair.w = other;
            pair.kernel = array_kernel_pair(add->type, one || turned, !plain);
            b->code.at[i] = pair;
            memmove(b->code.at + at, b->code.at + at + 1, (b->code.count - at - 1) * sizeof pair);
            b->code.count--;
            i--;
            break;
        }
    }
}

/* A result that is stored as one piece is computed where it goes. */
static bool sinks_direct(array_builder *b, const dims *d, bool rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->sinks.count; i++) {
        plan_sink s = b->sinks.at[i];
        size_t by = 0;
        while (by < b->code.count && b->code.at[by].out != s.value) by++;
        bool made = by < b->code.count && (b->code.at[by].kind == CODE_EACH || b->code.at[by].kind == CODE_AT);
        bool piece = s.kind == SINK_STORE && made && way_of(b, d, rows, s.line).piece;
        if (piece) {
            plan_code c = {.kind = CODE_DIRECT, .type = s.type, .out = s.value, .line = s.line};
            if (!array_reserve(b->w->m, &b->code, 1)) return array_no_memory(b->w);
            memmove(b->code.at + by + 1, b->code.at + by, (b->code.count - by) * sizeof c);
            b->code.at[by] = c;
            b->code.count++;
        } else {
            b->sinks.at[kept++] = s;
        }
    }
    b->sinks.count = kept;
    return true;
}

/* The load of a number for each row that IF c has as its condition; ARRAY_NONE: it has none. */
static uint32_t pick_load(const array_builder *b, const dims *d, uint32_t once, const plan_code *c)
{
    if (c->kind != CODE_EACH || c->op != OP_IF || c->type == ARRAY_INT || c->x == c->y || c->x == c->w)
        return ARRAY_NONE;
    if (c->kernel != array_kernel_of(OP_IF, c->type)) return ARRAY_NONE;
    for (uint32_t i = once; i < b->code.count; i++) {
        const plan_code *l = &b->code.at[i];
        bool own = l->kind == CODE_LOAD && l->out == c->x && l->type == c->type;
        if (own && d->strides[l->line * d->count + d->count - 1] == 0) return i;
    }
    return ARRAY_NONE;
}

/* Where strips hold rows, an IF by one number for each of them picks one of its branches as it is where they agree,
 * without going through the strip. The step writes nothing but what its last operation gives: so a branch that lies in
 * memory is there until then. */
static void code_picks(array_builder *b, const dims *d, uint32_t once)
{
    for (size_t i = 0; i < b->code.count; i++) {
        plan_code *c = &b->code.at[i];
        uint32_t load = pick_load(b, d, once, c);
        if (load == ARRAY_NONE || i < load) continue;
        c->picks = true;
        c->line = b->code.at[load].line;
    }
    for (size_t i = once; i < b->code.count; i++) {
        plan_code *l = &b->code.at[i];
        size_t uses = 0;
        for (size_t k = 0; k < b->code.count; k++) uses += b->code.at[k].picks && b->code.at[k].x == l->out;
        l->idle = l->kind == CODE_LOAD && uses && users_count(b, l->out) == uses;
    }
}

/* ---- Registers -------------------------------------------------------------------------------------- */

static bool uses_register(const array_builder *b, const plan_code *c, uint32_t r)
{
    if (c->kind == CODE_EACH) return c->x == r || c->y == r || c->w == r;
    if (c->kind != CODE_AT) return false;
    const plan_access *x = &b->accesses.at[c->line];
    if (x->when == r) return true;
    for (uint32_t i = 0; i < x->axis_count; i++)
        if (b->access_axes.at[x->axes + i].gather == r) return true;
    return false;
}

static size_t last_use(const array_builder *b, uint32_t r)
{
    for (size_t i = 0; i < b->sinks.count; i++) {
        const plan_sink *s = &b->sinks.at[i];
        if (s->value == r) return SIZE_MAX;
        const plan_access *x = s->kind == SINK_SCATTER ? &b->accesses.at[s->line] : NULL;
        for (uint32_t k = 0; x && k < x->axis_count; k++)
            if (b->access_axes.at[x->axes + k].gather == r) return SIZE_MAX;
    }
    for (size_t i = b->code.count; i-- > 0;)
        if (uses_register(b, &b->code.at[i], r)) return i;
    return 0;
}

/* By register: the last operation that reads it, also as what another has picked; in the order of the code those come
 * later. */
static void registers_last(const array_builder *b, size_t *last)
{
    for (size_t i = b->code.count; i-- > 0;) {
        uint32_t r = b->code.at[i].out;
        size_t l = last_use(b, r);
        for (size_t k = i + 1; k < b->code.count; k++) {
            const plan_code *c = &b->code.at[k];
            if (c->picks && (c->y == r || c->w == r) && last[c->out] > l) l = last[c->out];
        }
        last[r] = l;
    }
}

/* By register: its slot in the scratch, reused once nothing reads it any more; ARRAY_NONE: memory itself. */
static bool registers_place(array_builder *b, uint32_t once, uint32_t *slot)
{
    size_t n = b->registers, slots = 0;
    size_t *until = block_new(b->w->m, 2 * n, sizeof *until), *lasts = until ? until + n : NULL;
    if (!until) return array_no_memory(b->w); /* by slot: free after this; then by register */
    registers_last(b, lasts);
    for (size_t r = 0; r < n; r++) slot[r] = ARRAY_NONE - 1;
    for (size_t i = 0; i < b->code.count; i++) {
        const plan_code *c = &b->code.at[i];
        if (c->kind == CODE_DIRECT) slot[c->out] = ARRAY_NONE;
        if (c->kind == CODE_DIRECT || slot[c->out] == ARRAY_NONE) continue;
        size_t last = i < once ? SIZE_MAX : lasts[c->out], s = 0;
        while (s < slots && until[s] > i) s++;       /* an operand's own slot may be taken: kernels allow it */
        if (c->kind == CODE_AT || c->op == OP_INPUT) /* a conversion changes how wide elements are */
            while (s < slots && until[s] >= i) s++;
        if (s == slots) slots++;
        until[s] = last;
        slot[c->out] = (uint32_t)s;
    }
    for (size_t r = 0; r < n; r++)
        if (slot[r] == ARRAY_NONE - 1) slot[r] = 0;
    if (slots > b->w->a->scratch_slots) b->w->a->scratch_slots = slots;
    block_free(b->w->m, until, 2 * n);
    return true;
}

/* ---- The step --------------------------------------------------------------------------------------- */

static void touch(array_lowering *w, uint32_t buffer)
{
    plan_buffer *b = buffer == ARRAY_NONE ? NULL : &w->a->buffers.at[buffer];
    if (!b) return;
    if (b->from == ARRAY_NONE) b->from = w->time;
    b->to = w->time;
}

bool array_push_lines(array_builder *b, const int64_t *strides, size_t count, uint32_t *first)
{
    plan *a = b->w->a;
    memory *m = b->w->m;
    size_t lines = b->lines.count;
    if (!array_reserve(m, &a->lines, lines) || !array_reserve(m, &a->strides, lines * count))
        return array_no_memory(b->w);
    *first = (uint32_t)a->lines.count;
    for (size_t i = 0; i < lines; i++) {
        plan_line l = b->lines.at[i];
        l.strides = (uint32_t)a->strides.count;
        for (size_t k = 0; k < count; k++) a->strides.at[a->strides.count++] = strides[i * count + k];
        a->lines.at[a->lines.count++] = l;
        touch(b->w, l.buffer);
    }
    if (lines > a->most_lines) a->most_lines = lines;
    return true;
}

static bool push_accesses(array_builder *b)
{
    plan *a = b->w->a;
    uint32_t axes = (uint32_t)a->access_axes.count, first = (uint32_t)a->accesses.count;
    if (!array_reserve(b->w->m, &a->access_axes, b->access_axes.count) ||
        !array_reserve(b->w->m, &a->accesses, b->accesses.count))
        return array_no_memory(b->w);
    for (size_t i = 0; i < b->access_axes.count; i++) a->access_axes.at[a->access_axes.count++] = b->access_axes.at[i];
    for (size_t i = 0; i < b->accesses.count; i++) {
        plan_access x = b->accesses.at[i];
        x.axes += axes;
        a->accesses.at[a->accesses.count++] = x;
    }
    for (size_t i = 0; i < b->code.count; i++)
        if (b->code.at[i].kind == CODE_AT) b->code.at[i].line += first;
    for (size_t i = 0; i < b->sinks.count; i++)
        if (b->sinks.at[i].kind == SINK_SCATTER) b->sinks.at[i].line += first;
    return true;
}

static bool push_map(array_builder *b, const dims *d, bool rows, uint32_t once, uint32_t skip)
{
    plan *a = b->w->a;
    memory *m = b->w->m;
    plan_map map = {.dims = (uint32_t)a->sizes.count,
                    .dim_count = (uint32_t)d->count,
                    .line_count = (uint32_t)b->lines.count,
                    .code = (uint32_t)a->code.count,
                    .code_count = (uint32_t)b->code.count,
                    .once = once,
                    .sinks = (uint32_t)a->sinks.count,
                    .sink_count = (uint32_t)b->sinks.count,
                    .slots = (uint32_t)a->slots.count,
                    .registers = b->registers,
                    .skip = skip,
                    .rows = rows,
                    .time = b->w->time};
    for (size_t i = 0; i < d->count; i++) map.varies = map.varies || d->size[i] < 0;
    int64_t columns = d->size[d->count - 1], all = d->count == 2 && d->size[0] > 0 ? d->size[0] : STRIP + 1;
    map.high = rows && columns > 0 ? (uint32_t)(STRIP / columns) : 1;
    map.single = skip == ARRAY_NONE && columns > 0 && all <= map.high && columns <= STRIP;
    if (!array_reserve(m, &a->slots, b->registers)) return array_no_memory(b->w);
    if (!registers_place(b, once, a->slots.at + a->slots.count)) return false;
    a->slots.count += b->registers;
    if (!array_push_lines(b, d->strides, d->count, &map.lines) || !push_accesses(b)) return false;
    if (!array_reserve(m, &a->sizes, d->count) || !array_reserve(m, &a->code, b->code.count) ||
        !array_reserve(m, &a->sinks, b->sinks.count) || !array_push(m, &a->maps, map))
        return array_no_memory(b->w);
    for (size_t i = 0; i < d->count; i++) a->sizes.at[a->sizes.count++] = d->size[i];
    for (size_t i = 0; i < b->code.count; i++) a->code.at[a->code.count++] = b->code.at[i];
    for (size_t i = 0; i < b->sinks.count; i++) a->sinks.at[a->sinks.count++] = b->sinks.at[i];
    if (b->registers > a->registers) a->registers = b->registers;
    for (size_t i = 0; i < b->code.count; i++) a->count += b->code.at[i].kind == CODE_EACH;
    a->count += b->sinks.count;
    plan_step step = {.kind = STEP_MAP, .at = (uint32_t)a->maps.count - 1};
    return array_push(m, &a->steps, step) || array_no_memory(b->w);
}

bool array_build_finish(array_builder *b)
{
    dims d = {0};
    bool fold = false;
    if (!b->plain && (!array_fold_step(b, &fold) || fold)) return fold && report_ok(&b->w->g->report);
    if (!b->plain && (!array_power_step(b, &fold) || fold)) return fold && report_ok(&b->w->g->report);
    uint32_t skip = skip_line(b);
    size_t inner = skip_axis(b, skip);
    if (inner == SIZE_MAX) {
        skip = ARRAY_NONE;
        order_axes(b, &d);
    } else {
        order_skip(b, skip, inner, &d);
    }
    merge_axes(b, &d);
    bool ok = make_strides(b, &d);
    bool rows = ok && skip == ARRAY_NONE && d.size[d.count - 1] >= 0 && d.size[d.count - 1] <= STRIP / 2;
    if (ok) code_uniform(b, &d, rows), code_pairs(b);
    uint32_t once = ok ? code_order(b, &d, rows) : 0;
    bool picks = rows && b->sinks.count == 1;
    ok = ok && sinks_direct(b, &d, rows);
    if (ok && picks) code_picks(b, &d, once);
    ok = ok && push_map(b, &d, rows, once, skip);
    if (d.strides) block_free(b->w->m, d.strides, d.count * b->lines.count);
    return ok;
}
