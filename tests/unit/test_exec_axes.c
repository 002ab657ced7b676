/*
 * test_exec_axes.c - programs with axes: the interpreter against the reference, one element at a time.
 *
 * Random graphs of every kind of node are made by the builders; each is run and compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/array.h"
#include "reference/evaluate.h"

/* ---- Random numbers -------------------------------------------------------------------------------- */

typedef struct maker {
    ew_graph *g;
    uint64_t seed;
    ew_node pool[64];
    size_t count;
    size_t inputs;
    bool large; /* sizes that the matrix kernel takes */
} maker;

static uint32_t below(maker *m, uint32_t n)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return n ? (uint32_t)(m->seed >> 33) % n : 0;
}

static ew_node pick(maker *m)
{
    return m->pool[below(m, (uint32_t)m->count)];
}

static void keep(maker *m, ew_node n)
{
    if (n == EW_NONE) return;
    if (m->count < 64)
        m->pool[m->count++] = n;
    else
        m->pool[below(m, 64)] = n;
}

static uint16_t random_shape(maker *m, size_t most)
{
    static const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 0, 3, 2, 4};
    int64_t s[3];
    size_t rank = below(m, (uint32_t)most + 1);
    if (m->large) rank = 2 + below(m, 2);
    for (size_t p = 0; p < rank; p++) s[p] = m->large ? 4 + below(m, 5) : sizes[below(m, 10)];
    return graph_shape_of(m->g, s, rank);
}

static void add_input(maker *m, int type)
{
    char name[16];
    snprintf(name, sizeof name, "x%zu", m->inputs++);
    uint32_t id = graph_intern(m->g, name, strlen(name));
    keep(m, graph_add_input(m->g, id, false, type, random_shape(m, 3), NO_PLACE));
}

/* A plain map from some `axes` onto n's; axes not yet there are added to the domain. */
static uint16_t plain_map(maker *m, ew_node n, int64_t *sizes, size_t *rank)
{
    uint16_t axis[AXES_MOST];
    bool used[AXES_MOST] = {false};
    size_t want = node_rank(m->g, n);
    for (size_t p = 0; p < want; p++) {
        int64_t size = node_size(m->g, n, p);
        size_t d = below(m, (uint32_t)*rank + 1), tries = 0;
        while (tries <= *rank && (d >= *rank || used[d] || sizes[d] != size)) d = (d + 1) % (*rank + 1), tries++;
        if (d >= *rank || used[d] || sizes[d] != size) {
            d = (*rank)++;
            sizes[d] = size;
        }
        used[d] = true;
        axis[p] = (uint16_t)d;
    }
    return graph_map_plain(m->g, axis, want);
}

static bool is_real(maker *m, ew_node n)
{
    int t = node_at(m->g, n)->type;
    return t == TYPE_F64 || t == TYPE_F32;
}

static ew_node pick_real(maker *m)
{
    for (;;) {
        ew_node n = pick(m);
        if (is_real(m, n)) return n;
    }
}

static size_t too_large(maker *m, const int64_t *sizes, size_t rank)
{
    size_t n = 1;
    for (size_t p = 0; p < rank; p++) n *= (size_t)(sizes[p] ? sizes[p] : 1);
    return rank > 5 || n > (m->large ? 6000 : 700);
}

static void add_each(maker *m)
{
    static const op ops[] = {OP_ADD, OP_SUB, OP_MUL,  OP_MUL0,    OP_MIN, OP_MAX, OP_TANH, OP_SIN,
                             OP_NEG, OP_IF,  OP_COPY, OP_SIGMOID, OP_LT,  OP_ABS, OP_DIV};
    op o = ops[below(m, 15)];
    ew_node args[4];
    uint16_t maps[4];
    int64_t sizes[32];
    size_t rank = 0, count = ops_row(o)->count ? ops_row(o)->count : 2 + below(m, 3);
    for (size_t k = 0; k < count; k++) {
        args[k] = o == OP_IF && k == 0 ? pick(m) : pick_real(m);
        if (o == OP_IF && k == 0 && node_at(m->g, args[0])->type != TYPE_BOOL) return;
        if (below(m, 8) == 0 && !(o == OP_IF && k == 0)) args[k] = graph_real(m->g, below(m, 2) ? 0.5 : 1.25);
        maps[k] = node_is_const(m->g, args[k]) ? 0 : plain_map(m, args[k], sizes, &rank);
    }
    if (too_large(m, sizes, rank)) return;
    uint16_t shape = graph_shape_of(m->g, sizes, rank);
    ew_node n = graph_each(m->g, o, args, maps, count, shape);
    if (n != EW_NONE && !node_is_const(m->g, n)) keep(m, n);
}

static void add_reduce(maker *m)
{
    static const op ops[] = {OP_SUM, OP_SUM, OP_PROD, OP_LEAST, OP_GREATEST, OP_LOGSUMEXP, OP_ARGMIN, OP_ARGMAX};
    op o = ops[below(m, 8)];
    ew_node n = pick_real(m);
    int64_t sizes[32], domain[32];
    size_t rank = node_rank(m->g, n), kept = 0, at = 0;
    uint16_t axis[AXES_MOST], place[AXES_MOST];
    bool keep_axis[AXES_MOST];
    if (!rank) return;
    for (size_t p = 0; p < rank; p++) keep_axis[p] = below(m, 2) != 0;
    if (o == OP_ARGMIN || o == OP_ARGMAX) {
        for (size_t p = 0; p < rank; p++) keep_axis[p] = true;
        keep_axis[below(m, (uint32_t)rank)] = false;
    }
    for (size_t p = 0; p < rank; p++)
        if (keep_axis[p]) sizes[kept] = domain[at] = node_size(m->g, n, p), place[p] = (uint16_t)at++, kept++;
    for (size_t p = 0; p < rank; p++)
        if (!keep_axis[p]) domain[at] = node_size(m->g, n, p), place[p] = (uint16_t)at++;
    for (size_t p = 0; p < rank; p++) axis[p] = place[p];
    for (size_t d = kept; d < at; d++)
        if ((o == OP_ARGMIN || o == OP_ARGMAX) && domain[d] == 0) return;
    keep(m, graph_reduce(m->g, o, n, graph_map_plain(m->g, axis, rank), graph_shape_of(m->g, sizes, kept),
                         graph_shape_of(m->g, domain, at)));
}

/* sum over k of a[…, k] b[…, k]: what the matrix kernel takes. */
static void add_product(maker *m)
{
    ew_node args[2] = {pick_real(m), pick_real(m)};
    uint16_t maps[2], axis[AXES_MOST];
    int64_t sizes[32], own[32], domain[32];
    size_t rank = 0, kept = 0, at = 0;
    for (size_t k = 0; k < 2; k++) maps[k] = plain_map(m, args[k], sizes, &rank);
    if (too_large(m, sizes, rank) || !rank) return;
    ew_node n = graph_each(m->g, below(m, 3) ? OP_MUL : OP_MUL0, args, maps, 2, graph_shape_of(m->g, sizes, rank));
    bool keep_axis[AXES_MOST];
    for (size_t p = 0; p < rank; p++) keep_axis[p] = below(m, 3) != 0;
    for (size_t p = 0; p < rank; p++)
        if (keep_axis[p]) own[kept++] = domain[at] = sizes[p], axis[p] = (uint16_t)at++;
    for (size_t p = 0; p < rank; p++)
        if (!keep_axis[p]) domain[at] = sizes[p], axis[p] = (uint16_t)at++;
    keep(m, graph_reduce(m->g, OP_SUM, n, graph_map_plain(m->g, axis, rank), graph_shape_of(m->g, own, kept),
                         graph_shape_of(m->g, domain, at)));
}

/* A map from the domain to the axes of n: places by numbers, by gathers, inside or not. */
static uint16_t random_map(maker *m, const int64_t *sizes, size_t rank, const int64_t *target, size_t count,
                           ew_node *args, uint16_t *maps, size_t *gathers, bool inside)
{
    map_draft *d = calloc(count + 1, sizeof *d);
    for (size_t p = 0; p < count; p++) {
        uint32_t how = below(m, 5);
        if (how == 0 || !rank) {
            d[p].offset = below(m, (uint32_t)(target[p] ? target[p] : 1));
            continue;
        }
        size_t a = below(m, (uint32_t)rank);
        if (how == 4 && args && sizes[a] && target[p]) {
            ew_node index = graph_index(m->g, sizes[a], 0), both[2], limit = graph_whole(m->g, target[p]);
            both[0] = graph_op(m->g, OP_MUL, (ew_node[]){graph_whole(m->g, 3), index}, 0, NO_PLACE);
            uint16_t none[2] = {0, 0}, shape = graph_shape_of(m->g, &sizes[a], 1), axis = (uint16_t)a;
            both[0] = graph_each(m->g, OP_MUL, (ew_node[]){graph_whole(m->g, 3), index}, none, 2, shape);
            both[1] = limit;
            args[1 + *gathers] = graph_each(m->g, OP_MOD, both, none, 2, shape);
            maps[1 + *gathers] = graph_map_plain(m->g, &axis, 1);
            d[p].gather = (uint16_t)(1 + (*gathers)++);
            continue;
        }
        d[p].terms = 1;
        d[p].axis[0] = (uint16_t)a;
        d[p].factor[0] = how == 1 ? -1 : how == 2 ? 2 : 1;
        d[p].offset = how == 1 ? sizes[a] - 1 : (int64_t)below(m, 3) - 1;
        if (below(m, 4) == 0) d[p].terms = 2, d[p].axis[1] = (uint16_t)below(m, (uint32_t)rank), d[p].factor[1] = 1;
        if (inside) d[p].offset = 0;
    }
    uint16_t map = graph_map_of(m->g, d, count);
    free(d);
    return map;
}

static void add_at(maker *m)
{
    ew_node args[8] = {pick_real(m)};
    uint16_t maps[8] = {0};
    int64_t sizes[4], target[AXES_MOST];
    size_t rank = below(m, 4), count = node_rank(m->g, args[0]), gathers = 0;
    for (size_t p = 0; p < rank; p++) sizes[p] = 1 + below(m, 5);
    for (size_t p = 0; p < count; p++) target[p] = node_size(m->g, args[0], p);
    if (!count || count > 4) return;
    maps[0] = random_map(m, sizes, rank, target, count, args, maps, &gathers, false);
    node_spec s = {.op = OP_AT,
                   .args = args,
                   .maps = maps,
                   .count = 1 + gathers,
                   .shape = graph_shape_of(m->g, sizes, rank),
                   .flags = NODE_ZERO,
                   .place = NO_PLACE};
    keep(m, graph_make(m->g, &s));
}

static void add_scatter(maker *m)
{
    ew_node args[8] = {pick_real(m)};
    uint16_t maps[8] = {0};
    int64_t sizes[32], own[4];
    size_t rank = 0, count = below(m, 4), gathers = 0;
    maps[0] = plain_map(m, args[0], sizes, &rank);
    if (rank < 3 && below(m, 2)) sizes[rank++] = 3;
    for (size_t p = 0; p < count; p++) own[p] = 1 + below(m, 6);
    if (too_large(m, sizes, rank)) return;
    uint16_t target = random_map(m, sizes, rank, own, count, args, maps, &gathers, false);
    node_spec s = {.op = OP_SCATTER,
                   .args = args,
                   .maps = maps,
                   .count = 1 + gathers,
                   .shape = graph_shape_of(m->g, own, count),
                   .domain = graph_shape_of(m->g, sizes, rank),
                   .target = target,
                   .place = NO_PLACE};
    keep(m, graph_make(m->g, &s));
}

/* Two parts one after the other along an axis. */
static void add_join(maker *m)
{
    ew_node a = pick_real(m), args[2] = {a, a};
    size_t rank = node_rank(m->g, a), axis = below(m, (uint32_t)rank);
    int64_t sizes[AXES_MOST];
    map_draft d[AXES_MOST] = {{0}};
    uint16_t maps[2] = {0, 0};
    if (!rank) return;
    for (size_t p = 0; p < rank; p++) {
        sizes[p] = node_size(m->g, a, p);
        d[p].terms = 1;
        d[p].axis[0] = (uint16_t)p;
        d[p].factor[0] = 1;
    }
    for (int tries = 0; tries < 8; tries++) {
        ew_node b = pick_real(m);
        if (node_at(m->g, b)->shape == node_at(m->g, a)->shape) args[1] = b;
    }
    d[axis].offset = sizes[axis];
    sizes[axis] *= 2;
    if (too_large(m, sizes, rank)) return;
    maps[1] = graph_map_of(m->g, d, rank);
    node_spec s = {.op = OP_JOIN,
                   .args = args,
                   .maps = maps,
                   .count = 2,
                   .shape = graph_shape_of(m->g, sizes, rank),
                   .place = NO_PLACE};
    keep(m, graph_make(m->g, &s));
}

static ew_node at_axis(maker *m, ew_node array, int64_t size, int64_t by, bool zero)
{
    size_t rank = node_rank(m->g, array);
    map_draft d[AXES_MOST] = {{0}};
    int64_t sizes[AXES_MOST];
    for (size_t p = 0; p < rank; p++) {
        d[p].terms = 1;
        d[p].axis[0] = (uint16_t)p;
        d[p].factor[0] = 1;
        sizes[p] = node_size(m->g, array, p);
    }
    d[0].offset = by;
    sizes[0] = size;
    return graph_at(m->g, array, graph_map_of(m->g, d, rank), graph_shape_of(m->g, sizes, rank), zero ? NODE_ZERO : 0);
}

static ew_node join_at(maker *m, ew_node first, ew_node second, int64_t by_first, int64_t by_second, uint16_t shape)
{
    size_t rank = node_rank(m->g, second);
    map_draft d[AXES_MOST] = {{0}};
    ew_node args[2] = {first, second};
    uint16_t maps[2];
    for (int k = 0; k < 2; k++) {
        for (size_t p = 0; p < rank; p++) {
            d[p] = (map_draft){.terms = 1, .axis = {(uint16_t)p}, .factor = {1}};
            if (p == 0) d[p].offset = k ? by_second : by_first;
        }
        maps[k] = graph_map_of(m->g, d, rank);
    }
    node_spec s = {.op = OP_JOIN, .args = args, .maps = maps, .count = 2, .shape = shape, .place = NO_PLACE};
    return graph_make(m->g, &s);
}

/* h[0, i] = h0[i]; h[t+1, i] = tanh(sum(j: U[i, j] h[t, j]) + x[t, i]), up or down, with a second state of the same
 * step and a value that is used from outside. */
static void add_recurrence(maker *m)
{
    bool down = below(m, 2), lag = below(m, 2), second = below(m, 2);
    int64_t T = 1 + below(m, 6), W = 1 + below(m, 4);
    int64_t states[2] = {T + 1, W}, steps[2] = {T, W}, one[2] = {1, W}, domain[3] = {T, W, W};
    uint16_t shape = graph_shape_of(m->g, states, 2), rows = graph_shape_of(m->g, steps, 2);
    uint16_t first = graph_shape_of(m->g, one, 2);
    ew_node seed = pick_real(m), total = seed;
    if (node_rank(m->g, seed)) {
        size_t rank = node_rank(m->g, seed);
        total = graph_reduce(m->g, OP_SUM, seed, 0, 0, node_at(m->g, seed)->shape);
        (void)rank;
    }
    ew_node h0 = graph_each(m->g, OP_TANH, &total, (uint16_t[]){0}, 1, first);
    ew_node idx = graph_index(m->g, W, 1), tidx = graph_index(m->g, T, 0);
    uint32_t region = graph_region_new(m->g, down, 0, T - 1);
    int64_t made = down ? 0 : 1, used = down ? 1 : 0;
    ew_node s = graph_state_add(m->g, region, TYPE_F64, shape, 0, made);
    ew_node s2 = second ? graph_state_add(m->g, region, TYPE_F64, shape, 0, made) : EW_NONE;
    ew_node before = at_axis(m, s, T, used, false);
    uint16_t axes_u[2] = {2, 0}, axes_h[2] = {0, 2};
    ew_node args[2] = {graph_each(m->g, OP_SIN, &idx, (uint16_t[]){0}, 1, graph_shape_of(m->g, &W, 1)), before};
    uint16_t maps[2] = {graph_map_plain(m->g, (uint16_t[]){2}, 1), graph_map_plain(m->g, axes_h, 2)};
    (void)axes_u;
    ew_node product = graph_each(m->g, OP_MUL, args, maps, 2, graph_shape_of(m->g, domain, 3));
    ew_node sum = graph_reduce(m->g, OP_SUM, product, 0, rows, graph_shape_of(m->g, domain, 3));
    ew_node wave[2] = {sum, graph_each(m->g, OP_COS, &tidx, (uint16_t[]){0}, 1, graph_shape_of(m->g, &T, 1))};
    ew_node z = graph_each(m->g, OP_ADD, wave, (uint16_t[]){0, graph_map_plain(m->g, (uint16_t[]){0}, 1)}, 2, rows);
    if (second) { /* reads the other state at the place that this step makes */
        ew_node same = at_axis(m, s, T, made, false), old = at_axis(m, s2, T, used, false);
        ew_node mix[2] = {same, old};
        ew_node d2 = graph_each(m->g, OP_ADD, mix, NULL, 2, rows);
        ew_node half[2] = {d2, graph_real(m->g, 0.5)};
        d2 = graph_each(m->g, OP_MUL, half, NULL, 2, rows);
        graph_state_define(m->g, s2, join_at(m, h0, d2, down ? T : 0, made, shape));
        ew_node more[2] = {z, old};
        z = graph_each(m->g, OP_ADD, more, NULL, 2, rows);
    }
    if (lag) { /* two steps back, 0 where there is none */
        ew_node far = at_axis(m, s, T, down ? 2 : -1, true);
        ew_node more[2] = {z, far};
        z = graph_each(m->g, OP_ADD, more, NULL, 2, rows);
    }
    ew_node d = graph_each(m->g, OP_TANH, &z, NULL, 1, rows);
    graph_state_define(m->g, s, join_at(m, h0, d, down ? T : 0, made, shape));
    ew_node until = EW_NONE;
    if (below(m, 3) == 0 && !lag) {
        ew_node flat = graph_reduce(m->g, OP_SUM, d, 0, graph_shape_of(m->g, &T, 1), rows);
        ew_node compare[2] = {flat, graph_real(m->g, 0.3)};
        until = graph_each(m->g, OP_LT, compare, NULL, 2, graph_shape_of(m->g, &T, 1));
    }
    if (until != EW_NONE) until = EW_NONE; /* the reference does not stop: test_exec_until has its own */
    if (!graph_region_close(m->g, region, until, NULL, NULL)) return;
    keep(m, node_state(m->g, s)->loop);
    if (second) keep(m, node_state(m->g, s2)->loop);
    if (below(m, 2)) keep(m, z);
}

/* ---- One graph ------------------------------------------------------------------------------------- */

static void make(maker *m, uint64_t seed, size_t steps, const ew_options *options)
{
    *m = (maker){.g = graph_new(options, NULL), .seed = seed * 77777 + 5};
    if (!m->g) return;
    m->large = seed % 5 == 0;
    bool single = below(m, 4) == 0;
    for (int i = 0; i < 4; i++) add_input(m, i == 3 && single ? TYPE_F32 : TYPE_F64);
    for (size_t i = 0; i < steps && ew_graph_error(m->g, NULL) == EW_OK; i++) {
        switch (m->large && below(m, 2) ? 2 : below(m, 12)) {
        case 0:
        case 1: add_reduce(m); break;
        case 2: add_product(m); break;
        case 3:
        case 4: add_at(m); break;
        case 5: add_scatter(m); break;
        case 6: add_join(m); break;
        case 7: add_recurrence(m); break;
        default: add_each(m);
        }
    }
}

static bool close_enough(double a, double b, bool single)
{
    if (!isfinite(a) && !isfinite(b)) return true; /* inf - inf depends on the order of a sum */
    if (isnan(a) || isnan(b)) return false;
    if (isinf(a) || isinf(b)) return a == b;
    double scale = fmax(1, fmax(fabs(a), fabs(b)));
    return fabs(a - b) <= (single ? 2e-4 : 1e-10) * scale;
}

static size_t wanted_of(maker *m, ew_node *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < 6; i++) wanted[count++] = m->pool[m->count - 1 - i % m->count];
    return count;
}

static void dump(const ew_graph *g)
{
    for (size_t i = 0; i < g->nodes.count; i++) {
        const graph_node *n = node_at(g, (ew_node)i);
        fprintf(stderr, "%zu %s type %d [", i, ops_row((op)n->op)->name, n->type);
        for (size_t p = 0; p < node_rank(g, (ew_node)i); p++) fprintf(stderr, "%d ", (int)node_size(g, (ew_node)i, p));
        fprintf(stderr, "]");
        if (op_is_reduction(n->op) || n->op == OP_SCATTER) {
            fprintf(stderr, " domain [");
            for (size_t p = 0; p < shape_rank(g, n->domain); p++)
                fprintf(stderr, "%d ", (int)shape_sizes(g, n->domain)[p]);
            fprintf(stderr, "]");
        }
        for (size_t k = 0; n->op != OP_INPUT && k < n->count; k++) {
            fprintf(stderr, " %u(", node_arg(g, (ew_node)i, k));
            for (size_t p = 0;
                 p < (n->op == OP_JOIN ? node_rank(g, (ew_node)i) : node_rank(g, node_arg(g, (ew_node)i, k))); p++) {
                map_draft d = map_axis(g, use_map(g, (ew_node)i, k), p);
                fprintf(stderr, "%d", (int)d.offset);
                if (d.gather) fprintf(stderr, "@%d", d.gather);
                for (int t = 0; t < d.terms; t++) fprintf(stderr, "+%d*i%d", (int)d.factor[t], d.axis[t]);
                fprintf(stderr, " ");
            }
            fprintf(stderr, ")");
        }
        fprintf(stderr, "\n");
    }
}

/* Every step in as many parts as there can be, by three threads: the same bits, the same faults. */
static void compare_threads(const ew_program *p, const double *in, const double *out, ew_status status)
{
    ew_error one, more;
    ew_program many = *p;
    plan a = *p->arrays;
    double *other = calloc(ew_out_count(p) + 1, sizeof *other);
    many.threads = 3;
    many.arrays = &a;
    a.least = a.part = 1;
    ew_work *w = ew_work_new(&many);
    assert_non_null(w);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(ew_run(&many, w, in, other), status);
        ew_run_error(&many, w, &more);
        ew_run_error(p, NULL, &one);
        assert_string_equal(one.message, more.message);
        if (status == EW_OK) assert_memory_equal(other, out, ew_out_count(p) * sizeof *out);
    }
    ew_work_free(w);
    free(other);
}

static void compare(uint64_t seed, size_t steps)
{
    maker m;
    make(&m, seed, steps, NULL);
    if (getenv("DUMP")) dump(m.g);
    ew_error err = {0};
    ew_node wanted[8];
    size_t count = wanted_of(&m, wanted);
    assert_int_equal(ew_graph_error(m.g, &err), EW_OK);
    ew_program *p = ew_prepare_nodes(m.g, wanted, count, &err);
    if (!p) fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
    double *in = calloc(ew_in_count(p) + 1, sizeof *in), *out = calloc(ew_out_count(p) + 1, sizeof *out);
    bool single = false;
    for (size_t i = 0; i < ew_in_count(p); i++) in[i] = (double)((int)below(&m, 33) - 16) / 8.0;
    for (size_t i = 0; i < m.g->nodes.count; i++) single = single || node_at(m.g, (ew_node)i)->type == TYPE_F32;
    ew_status status = ew_run(p, NULL, in, out);
    if (status != EW_OK) ew_run_error(p, NULL, &err);
    if (p->arrays) compare_threads(p, in, out, status);
    for (size_t i = 0; i < count; i++) {
        ew_array_info info = ew_out_array(p, i);
        double *expected = calloc(info.count + 1, sizeof *expected);
        bool ok = reference_run(m.g, in, wanted[i], expected);
        if (status != EW_OK) {
            if (ok && i + 1 == count) fail_msg("seed %llu: %s", (unsigned long long)seed, err.message);
        } else if (ok) {
            for (size_t e = 0; e < info.count; e++)
                if (!close_enough(out[info.offset + e], expected[e], single))
                    fail_msg("seed %llu steps %zu: output %zu (%s, node %u), element %zu: %.17g, not %.17g",
                             (unsigned long long)seed, steps, i, ew_node_op(m.g, wanted[i]), wanted[i], e,
                             out[info.offset + e], expected[e]);
        }
        free(expected);
    }
    free(in);
    free(out);
    ew_free(p);
    ew_graph_free(m.g);
}

static void test_random(void **state)
{
    (void)state;
    const char *from = getenv("EDGEWISE_SEED");
    uint64_t first = from ? strtoull(from, NULL, 10) : 1;
    for (uint64_t seed = first; seed < (from ? first + 1 : 1500); seed++) compare(seed, 4 + seed % 23);
}

/* f = sum(i: (sum(j: x[i, j] w[j]) - y[i])^2) over enough places that they go in blocks. */
static void test_blocks(void **state)
{
    (void)state;
    enum { N = 9001, D = 5 };
    ew_graph *g = ew_parse(
        "input x[N, D]\ninput w[D]\ninput y[N]\n"
        "r[i] = tanh(sum(j: x[i, j] * w[j])) - y[i]\nf = sum(i: r[i]^2)\n"
        "m = max(i: r[i])\nq[j] = sum(i: r[i] * x[i, j])\noutput f\n",
        EW_WHOLE,
        &(ew_options){
            .sizes = (ew_size[]){{"x", 2, (size_t[]){N, D}, 0}, {"w", 1, (size_t[]){D}, 0}, {"y", 1, (size_t[]){N}, 0}},
            .size_count = 3},
        NULL);
    assert_non_null(g);
    ew_program *p = ew_prepare(g, "f, m, q[j in 5], r[i in 9001]", NULL);
    if (!p)
        p = ew_prepare_nodes(g, (ew_node[]){ew_find(g, "f"), ew_find(g, "m"), ew_find(g, "q"), ew_find(g, "r")}, 4,
                             NULL);
    assert_non_null(p);
    double *in = calloc(ew_in_count(p), sizeof *in), *out = calloc(ew_out_count(p), sizeof *out);
    double f = 0, m = -INFINITY, q[D] = {0};
    for (size_t i = 0; i < ew_in_count(p); i++) in[i] = (double)((i * 7919) % 101) / 50 - 1;
    assert_int_equal(ew_run(p, NULL, in, out), EW_OK);
    for (size_t i = 0; i < N; i++) {
        double s = 0, r;
        for (size_t j = 0; j < D; j++) s += in[i * D + j] * in[N * D + j];
        r = tanh(s) - in[N * D + D + i];
        f += r * r;
        m = fmax(m, r);
        for (size_t j = 0; j < D; j++) q[j] += r * in[i * D + j];
    }
    assert_true(close_enough(out[0], f, false));
    assert_true(close_enough(out[1], m, false));
    for (size_t j = 0; j < D; j++) assert_true(close_enough(out[2 + j], q[j], false));
    free(in);
    free(out);
    ew_free(p);
    ew_graph_free(g);
}

typedef struct miser { /* refuses allocation number `at`, and counts bytes that are out */
    size_t count, at, out;
} miser;

static void *miser_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    miser *m = context;
    if (new_size > old_size && m->count++ == m->at) return NULL;
    m->out += new_size - old_size;
    if (new_size) return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

/* Every allocation of preparing refused in turn: a clean error, and nothing is left behind. */
static void test_memory(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 7; seed++)
        for (size_t at = 0;; at += 1 + at / 64) {
            miser hook = {0, SIZE_MAX, 0};
            ew_error err = {0};
            ew_node wanted[8];
            maker m;
            make(&m, seed, 12, &(ew_options){.resize = miser_resize, .context = &hook});
            size_t count = wanted_of(&m, wanted);
            hook.count = 0;
            hook.at = at;
            ew_program *p = ew_prepare_nodes(m.g, wanted, count, &err);
            assert_int_equal(p != NULL, err.status == EW_OK);
            ew_free(p);
            ew_graph_free(m.g);
            assert_int_equal(hook.out, 0);
            if (p) break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_blocks),
                                       cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
