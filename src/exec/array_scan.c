/*
 * array_scan.c - a recurrence c = c·t + b, with one number carried for each of many places: Horner's rule, and its
 * adjoint with the sums of all that it makes.
 *
 * Step by step, each would read and write all places. Here some places at a time stay in registers while all steps
 * are gone through. The operations are those of the loop's steps in their order, the sums' too (the chains of
 * array_join.c, a strip at a time): the bits are the same, and emitted C has the loop itself.
 */
#include <math.h>
#include <string.h>

#include "exec/array_build.h"

#if defined __x86_64__ && defined __GNUC__
#define SCAN_WIDE 1
#else
#define SCAN_WIDE 0
#endif

enum { SCAN_LEAST = 4, SCAN_CHAINS = 16, SCAN_SOME = 16, SCAN_MANY = 64 };

/* ---- What is one ---------------------------------------------------------------------------------------- */

/* What makes register r: an operation if there is one, else a load. */
static const plan_code *scan_by(const plan *a, const plan_map *m, uint32_t r)
{
    const plan_code *found = NULL;
    for (uint32_t i = m->code; i < m->code + m->code_count; i++)
        if (a->code.at[i].out == r) found = &a->code.at[i];
    return found;
}

/* The line that register r is loaded from, or ARRAY_NONE. */
static uint32_t scan_line(const plan *a, const plan_map *m, uint32_t r)
{
    const plan_code *c = scan_by(a, m, r);
    bool loads = c && (c->kind == CODE_DIRECT || c->kind == CODE_LOAD) && c->type == ARRAY_F64;
    return loads ? m->lines + c->line : ARRAY_NONE;
}

static int64_t scan_step(const plan *a, uint32_t line, uint32_t counter)
{
    const plan_line *l = &a->lines.at[line];
    int64_t step = 0;
    for (uint32_t i = 0; i < l->move_count; i++)
        if (a->moves.at[l->moves + i].counter == counter) step += a->moves.at[l->moves + i].stride;
    return step;
}

static int64_t scan_column(const plan *a, uint32_t line)
{
    return a->lines.at[line].buffer == BUFFER_CONSTANT ? 0 : a->strides.at[a->lines.at[line].strides + 1];
}

static bool scan_equal(const plan *a, uint32_t x, uint32_t y)
{
    const plan_line *p = &a->lines.at[x], *q = &a->lines.at[y];
    bool same = p->buffer == q->buffer && p->type == q->type && p->offset == q->offset &&
                p->move_count == q->move_count && scan_column(a, x) == scan_column(a, y);
    for (uint32_t i = 0; same && i < p->move_count; i++)
        same = a->moves.at[p->moves + i].counter == a->moves.at[q->moves + i].counter &&
               a->moves.at[p->moves + i].stride == a->moves.at[q->moves + i].stride;
    return same;
}

/* Where the one result of a step goes, and what makes it. */
static const plan_code *scan_result(const plan *a, const plan_map *m, uint32_t *line)
{
    if (m->sink_count == 1 && a->sinks.at[m->sinks].kind == SINK_STORE) {
        *line = m->lines + a->sinks.at[m->sinks].line;
        return scan_by(a, m, a->sinks.at[m->sinks].value);
    }
    const plan_code *last = m->code_count ? &a->code.at[m->code + m->code_count - 1] : NULL;
    if (m->sink_count || !last || last->kind != CODE_EACH) return NULL;
    for (uint32_t i = m->code; i < m->code + m->code_count; i++) {
        const plan_code *c = &a->code.at[i];
        if (c->kind != CODE_DIRECT || c->out != last->out) continue;
        *line = m->lines + c->line;
        return last;
    }
    return NULL;
}

/* The product of a step's c·t + b, and b's line. */
static const plan_code *scan_sum(const plan *a, const plan_map *m, const plan_code *c, uint32_t *b)
{
    if (c->three) {
        *b = scan_line(a, m, c->w);
        return c;
    }
    if (c->op != OP_ADD) return NULL;
    const plan_code *x = scan_by(a, m, c->x), *y = scan_by(a, m, c->y);
    bool first = x && x->kind == CODE_EACH;
    const plan_code *product = first ? x : y;
    *b = scan_line(a, m, first ? c->y : c->x);
    bool fits = product && product->kind == CODE_EACH && (product->op == OP_MUL || product->op == OP_MUL0);
    return fits ? product : NULL;
}

static bool scan_is_flat(const plan *a, const plan_map *m)
{
    for (uint32_t i = m->code; i < m->code + m->code_count; i++)
        if (a->code.at[i].kind > CODE_EACH || a->code.at[i].kind == CODE_RAMP || a->code.at[i].type != ARRAY_F64)
            return false;
    return m->dim_count == 2 && a->sizes.at[m->dims] == 1 && m->skip == ARRAY_NONE;
}

static bool scan_body(const plan *a, const plan_map *m, uint32_t counter, plan_scan *s)
{
    uint32_t each = 0;
    if (!scan_is_flat(a, m)) return false;
    for (uint32_t i = m->code; i < m->code + m->code_count; i++) each += a->code.at[i].kind == CODE_EACH;
    const plan_code *result = scan_result(a, m, &s->carry);
    if (!result || result->kind != CODE_EACH) return false;
    const plan_code *product = scan_sum(a, m, result, &s->b);
    if (!product || s->b == ARRAY_NONE || each != (product == result ? 1U : 2U)) return false;
    uint32_t x = scan_line(a, m, product->x), y = scan_line(a, m, product->y);
    if (x == ARRAY_NONE || y == ARRAY_NONE) return false;
    bool first = scan_equal(a, x, s->carry);
    if (!first && !scan_equal(a, y, s->carry)) return false;
    s->t = first ? y : x;
    s->dims = m->dims;
    s->varies = m->varies;
    s->zero_wins = product->op == OP_MUL0;
    s->b_step = scan_step(a, s->b, counter);
    return scan_column(a, s->b) == 0 && scan_column(a, s->t) == 1 && scan_column(a, s->carry) == 1 &&
           scan_step(a, s->t, counter) == 0 && scan_step(a, s->carry, counter) == 0 &&
           a->lines.at[s->t].buffer != a->lines.at[s->carry].buffer;
}

/* Is it the sum of all c? */
static bool scan_joins(const plan *a, const plan_map *m, uint32_t counter, plan_scan *s)
{
    const plan_sink *sink = &a->sinks.at[m->sinks];
    if (!scan_is_flat(a, m) || m->code_count != 1 || m->sink_count != 1 || s->sum != ARRAY_NONE) return false;
    if (sink->kind != SINK_JOIN || sink->op != OP_SUM || sink->type != ARRAY_F64 || !sink->first) return false;
    uint32_t from = scan_line(a, m, sink->value);
    s->sum = m->lines + sink->line;
    s->sum_step = scan_step(a, s->sum, counter);
    s->blocked = sink->blocked;
    return from != ARRAY_NONE && scan_equal(a, from, s->carry) && scan_column(a, s->sum) == 0 &&
           a->sizes.at[m->dims + 1] == a->sizes.at[s->dims + 1];
}

/* The steps of the loop that a plan step runs in; false: other counters say so too. */
static bool scan_range(const plan *a, const plan_step *step, const plan_loop *l, int64_t *low, int64_t *high)
{
    *low = l->down ? l->last : l->first;
    *high = l->down ? l->first : l->last;
    for (uint32_t i = 0; i < step->guard_count; i++) {
        const plan_guard *g = &a->guards.at[step->guards + i];
        if (g->counter != l->counter) return false;
        if (g->low > *low) *low = g->low;
        if (g->high < *high) *high = g->high;
    }
    return true;
}

/* Beside step `body` nothing runs in its range but a sum of what it makes; the range is where both run. */
static bool scan_alone(const plan *a, const plan_loop *l, uint32_t first, uint32_t body, plan_scan *s)
{
    int64_t low, high;
    for (uint32_t i = first; i < a->steps.count; i++) {
        const plan_step *step = &a->steps.at[i];
        if (i == body) continue;
        if (step->kind != STEP_MAP || !scan_range(a, step, l, &low, &high)) return false;
        if (low > s->high || high < s->low || low > high) continue;
        if (i < body || !scan_joins(a, &a->maps.at[step->at], l->counter, s)) return false;
        if (low > s->low) s->low = low;
        if (high < s->high) s->high = high;
    }
    return s->high - s->low >= SCAN_LEAST;
}

bool array_scan(array_lowering *w, uint32_t at, uint32_t first)
{
    plan *a = w->a;
    const plan_loop *l = &a->loops.at[at];
    for (uint32_t i = first; i < a->steps.count && l->until == ARRAY_NONE; i++) {
        plan_scan s = {.sum = ARRAY_NONE};
        const plan_step *step = &a->steps.at[i];
        if (step->kind != STEP_MAP || !scan_range(a, step, l, &s.low, &s.high)) continue;
        if (!scan_body(a, &a->maps.at[step->at], l->counter, &s) || !scan_alone(a, l, first, i, &s)) continue;
        size_t chains = 0;
        if (s.sum != ARRAY_NONE && !size_mul((size_t)(s.high - s.low + 1), SCAN_CHAINS * sizeof(double), &chains))
            continue;
        if (chains > a->scratch) a->scratch = chains;
        a->loops.at[at].scan = (uint32_t)a->scans.count;
        return array_push(w->m, &a->scans, s) || array_no_memory(w);
    }
    return true;
}

/* ---- Kernels -------------------------------------------------------------------------------------------- */

typedef double scan_reals __attribute__((vector_size(64)));
typedef int64_t scan_mask __attribute__((vector_size(64)));

typedef struct scan_steps {
    size_t count;
    const double *b;
    int64_t b_step;
    double *chains; /* SCAN_CHAINS for each step */
} scan_steps;

typedef void scan_kernel(const scan_steps *s, double *c, const double *t);

#define SCAN_PLAIN (c[g] * t[g])
#define SCAN_ZERO ((scan_reals)((scan_mask)(c[g] * t[g]) & ((c[g] != 0) & (t[g] != 0))))
#define SCAN_NONE
#define SCAN_SUM(vectors)                                                                                              \
    scan_reals sum[2];                                                                                                 \
    memcpy(sum, chains, sizeof sum);                                                                                   \
    for (int g = 0; g < (vectors); g += 2) {                                                                           \
        sum[0] += c[g];                                                                                                \
        sum[1] += c[g + 1];                                                                                            \
    }                                                                                                                  \
    memcpy(chains, sum, sizeof sum);                                                                                   \
    chains += SCAN_CHAINS;

/* 8·vectors places through all steps. */
#define SCAN_KERNEL(name, attribute, vectors, product, joins)                                                          \
    attribute static void name(const scan_steps *s, double *c_at, const double *t_at)                                  \
    {                                                                                                                  \
        scan_reals c[vectors], t[vectors];                                                                             \
        const double *b = s->b;                                                                                        \
        double *chains = s->chains;                                                                                    \
        (void)chains;                                                                                                  \
        memcpy(c, c_at, sizeof c);                                                                                     \
        memcpy(t, t_at, sizeof t);                                                                                     \
        for (size_t k = 0; k < s->count; k++, b += s->b_step) {                                                        \
            const double more = *b;                                                                                    \
            for (int g = 0; g < (vectors); g++) c[g] = product + more;                                                 \
            joins                                                                                                      \
        }                                                                                                              \
        memcpy(c_at, c, sizeof c);                                                                                     \
    }

#define SCAN_KERNELS(prefix, attribute, vectors)                                                                       \
    SCAN_KERNEL(prefix##_plain, attribute, vectors, SCAN_PLAIN, SCAN_NONE)                                             \
    SCAN_KERNEL(prefix##_zero, attribute, vectors, SCAN_ZERO, SCAN_NONE)                                               \
    SCAN_KERNEL(prefix##_plain_sum, attribute, vectors, SCAN_PLAIN, SCAN_SUM(vectors))                                 \
    SCAN_KERNEL(prefix##_zero_sum, attribute, vectors, SCAN_ZERO, SCAN_SUM(vectors))                                   \
    static scan_kernel *const prefix[2][2] = {{prefix##_plain, prefix##_zero}, {prefix##_plain_sum, prefix##_zero_sum}};

#if defined __GNUC__ && !defined __clang__
#define SCAN_FAST __attribute__((optimize("O3")))
#else
#define SCAN_FAST
#endif

SCAN_KERNELS(scan_some, SCAN_FAST, 2)
#if SCAN_WIDE
SCAN_KERNELS(scan_some_avx2, __attribute__((target("avx2"))) SCAN_FAST, 2)
SCAN_KERNELS(scan_some_avx512, __attribute__((target("avx512f,avx512dq"))) SCAN_FAST, 2)
SCAN_KERNELS(scan_many_avx512, __attribute__((target("avx512f,avx512dq"))) SCAN_FAST, 8)
#endif

/* For SCAN_SOME places; *many: for SCAN_MANY, or NULL. */
static scan_kernel *scan_kernel_of(bool sums, bool zero_wins, scan_kernel **many)
{
    *many = NULL;
#if SCAN_WIDE
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
        *many = scan_many_avx512[sums][zero_wins];
        return scan_some_avx512[sums][zero_wins];
    }
    if (__builtin_cpu_supports("avx2")) return scan_some_avx2[sums][zero_wins];
#endif
    return scan_some[sums][zero_wins];
}

/* ---- The run -------------------------------------------------------------------------------------------- */

/* With such t a factor c that is 0 needs no care: what is added to the product is no -0. */
static bool scan_is_tame(const double *t, size_t count)
{
    bool tame = true;
    for (size_t i = 0; i < count; i++) tame = tame & (t[i] != 0) & (fabs(t[i]) <= 0x1p1023);
    return tame;
}

static bool scan_adds_plainly(const scan_steps *s)
{
    for (size_t k = 0; k < s->count; k++) {
        double b = s->b[(int64_t)k * s->b_step];
        if (b == 0 && signbit(b)) return false;
        if (s->b_step == 0) break;
    }
    return true;
}

/* Fewer than SCAN_SOME places, step by step. */
static void scan_rest(const scan_steps *s, bool zero_wins, double *c, const double *t, size_t count)
{
    for (size_t k = 0; k < s->count; k++) {
        double more = s->b[(int64_t)k * s->b_step];
        for (size_t i = 0; i < count; i++) {
            double product = zero_wins && (c[i] == 0 || t[i] == 0) ? 0 : c[i] * t[i];
            c[i] = product + more;
            if (s->chains) s->chains[k * SCAN_CHAINS + i] += c[i];
        }
    }
}

static void scan_strip(const scan_steps *s, bool zero_wins, bool plainly, double *c, const double *t, size_t count)
{
    scan_kernel *many, *tame_many, *some = scan_kernel_of(s->chains != NULL, zero_wins, &many);
    scan_kernel *tame_some = scan_kernel_of(s->chains != NULL, false, &tame_many);
    size_t i = 0;
    for (; many && i + SCAN_MANY <= count; i += SCAN_MANY)
        (plainly && scan_is_tame(t + i, SCAN_MANY) ? tame_many : many)(s, c + i, t + i);
    for (; i + SCAN_SOME <= count; i += SCAN_SOME)
        (plainly && scan_is_tame(t + i, SCAN_SOME) ? tame_some : some)(s, c + i, t + i);
    if (i < count) scan_rest(s, zero_wins, c + i, t + i, count - i);
}

void array_scan_run(array_work *w, const plan_scan *p, uint32_t counter, bool down)
{
    int64_t count = p->high - p->low + 1, turn = down ? -1 : 1;
    size_t size = (size_t)array_step_sizes(w, p->dims, 2, p->varies)[1];
    w->counter[counter] = down ? p->high : p->low;
    array_lines_begin(w, p->carry, 1);
    array_lines_begin(w, p->t, 1);
    array_lines_begin(w, p->b, 1);
    if (p->sum != ARRAY_NONE) array_lines_begin(w, p->sum, 1);
    double *c = (double *)(void *)w->line[p->carry];
    const double *t = (const double *)(const void *)w->line[p->t];
    scan_steps s = {(size_t)count, (const double *)(const void *)w->line[p->b], turn * p->b_step, NULL};
    if (p->sum != ARRAY_NONE) s.chains = (double *)(void *)w->scratch;
    bool plainly = p->zero_wins && scan_adds_plainly(&s);
    for (size_t i = 0; i < size; i += STRIP) {
        if (s.chains) memset(s.chains, 0, s.count * SCAN_CHAINS * sizeof *s.chains);
        scan_strip(&s, p->zero_wins, plainly, c + i, t + i, size - i < STRIP ? size - i : STRIP);
        for (size_t k = 0; s.chains && k < s.count; k++) {
            double *sum = (double *)(void *)w->line[p->sum] + (int64_t)k * turn * p->sum_step;
            double more = array_join_f64(OP_SUM, SCAN_CHAINS, s.chains + k * SCAN_CHAINS);
            *sum = i == 0 && (!p->blocked || w->begins) ? more : *sum + more;
        }
    }
}
