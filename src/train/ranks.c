/*
 * ranks.c - one model trained by several processes, and gradients in parts.
 *
 * A batch is split into PARTS of neighbouring rows. Each process computes the gradients of its own parts, they
 * are joined over all of them, and every process makes the same update: so all hold the same weights, and any of
 * them could save them. There is one part for each process; with exact_ranks there are always TRAIN_PARTS, and
 * they are joined as a binary tree whatever process has them: (0 + 1) + (2 + 3). So the weights are the same bits
 * for 1, 2 and 4 processes.
 *
 * A gradient can be joined only where the loss is a mean or a sum over the rows (with whatever does not depend
 * on rows). Which of them it is, is measured rather than read from the text: before the first step the whole batch
 * and its parts are computed, and loss, metrics and gradients must agree one way or the other. The gradients are
 * compared along one random direction for each param.
 *
 * The numbers go first: loss, metrics, whether someone wishes to stop, whether someone failed. So nobody waits for
 * the gradient of a process that has none.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "train.h"

enum { PARTS_LEVELS = 2 }; /* of the tree within one process: 2^PARTS_LEVELS == TRAIN_PARTS */

typedef struct parts_array { /* what is joined: the numbers, then each gradient */
    void *at;
    ew_type type;
    size_t count;
    void *stash[PARTS_LEVELS]; /* of the tree; [0] is also what a partner sends */
} parts_array;

struct train_parts {           /* declared in train.h */
    size_t count, first, mine; /* over all processes; this one's */
    train_pass pass[TRAIN_PARTS];
    ew_graph *whole, *whole_last; /* where random inputs are drawn for a whole batch, or NULL */
    double *drawn;
    double *number; /* loss, metrics, stop, failed */
    size_t numbers;
    unsigned char *is_sum; /* by loss and metric; else they are means */
    parts_array *array;
    size_t arrays;
};

static size_t ranks_count(const ew_train *t)
{
    return t->o.ranks && t->o.ranks->count > 1 ? t->o.ranks->count : 1;
}

bool train_leads(const ew_train *t)
{
    return ranks_count(t) == 1 || t->o.ranks->rank == 0;
}

/* ---- Between processes -------------------------------------------------------------------------------- */

static bool ranks_sum(ew_train *t, void *values, ew_type type, size_t count)
{
    ew_error err;
    const ew_ranks *r = t->o.ranks;
    return r->sum(r->context, values, type, count, &err) == EW_OK || train_take(t, &err);
}

/* The bits of an array are those of the sum, whatever the order of two terms is. */
static void parts_add(const parts_array *a, const void *more)
{
    if (a->type == EW_F32)
        for (size_t i = 0; i < a->count; i++) ((float *)a->at)[i] += ((const float *)more)[i];
    else
        for (size_t i = 0; i < a->count; i++) ((double *)a->at)[i] += ((const double *)more)[i];
}

/* Level by level with the partner whose number differs in one bit. */
static bool ranks_tree(ew_train *t, const parts_array *a)
{
    ew_error err;
    const ew_ranks *r = t->o.ranks;
    for (size_t bit = 1; bit < r->count; bit *= 2) {
        size_t bytes = a->count * train_type_bytes(a->type);
        if (r->exchange(r->context, r->rank ^ bit, a->at, a->stash[0], bytes, &err) != EW_OK)
            return train_take(t, &err);
        parts_add(a, a->stash[0]);
    }
    return true;
}

static bool ranks_join(ew_train *t, const parts_array *a)
{
    if (ranks_count(t) == 1 || a->count == 0) return true;
    return t->o.exact_ranks ? ranks_tree(t, a) : ranks_sum(t, a->at, a->type, a->count);
}

bool train_agree(ew_train *t, bool good)
{
    if (ranks_count(t) == 1) return good;
    double failed = good ? 0 : 1;
    if (!good) { /* what went wrong here is what is told here */
        ew_error err;
        t->o.ranks->sum(t->o.ranks->context, &failed, EW_F64, 1, &err);
        return false;
    }
    if (!ranks_sum(t, &failed, EW_F64, 1)) return false;
    return failed == 0 || report_plain(&t->r, E_TRAIN_RANK, NULL, NULL);
}

/* The leader's numbers for all. */
bool train_share(ew_train *t, double *values, size_t count)
{
    if (ranks_count(t) == 1) return true;
    if (!train_leads(t)) memset(values, 0, count * sizeof *values);
    return ranks_sum(t, values, EW_F64, count);
}

/* ---- One part ------------------------------------------------------------------------------------------- */

/* Where part k of so many begins among the rows. */
static size_t parts_edge(size_t rows, size_t k, size_t count)
{
    size_t rest = rows % count;
    return rows / count * k + (k < rest ? k : rest);
}

static train_pass *parts_pass(ew_train *t, size_t rows)
{
    train_parts *s = t->parts;
    size_t k = 0;
    while (k < TRAIN_PARTS && s->pass[k].program && s->pass[k].rows != rows) k++;
    if (k == TRAIN_PARTS) train_pass_free(t, &s->pass[k = TRAIN_PARTS - 1]);
    if (!s->pass[k].program && !train_pass_new(t, &s->pass[k], &t->data, rows, TRAIN_GRADIENTS)) return NULL;
    return &s->pass[k];
}

/* Random inputs are those of the whole batch: a part takes its own rows of them. */
static bool parts_draw(ew_train *t, train_pass *p, size_t rows, size_t first)
{
    train_parts *s = t->parts;
    if (!s->drawn) return true;
    ew_graph **whole = rows == t->o.batch ? &s->whole : &s->whole_last;
    if (!*whole) *whole = train_parse(t, &t->data, rows, true);
    if (!*whole) return false;
    for (size_t i = 0; i < t->inputs; i++) {
        if (t->input[i].kind != TRAIN_RANDOM) continue;
        size_t count = ew_in_array(p->program, i).count, all = train_elements(*whole, ew_input_at(*whole, i).node);
        size_t from = count == all ? 0 : first * (count / p->rows);
        if (!ew_input_values(*whole, i, t->o.seed, t->step, s->drawn)) return report_memory(&t->r);
        train_narrow(t->input[i].type, p->feed[i], s->drawn + from, count);
    }
    return true;
}

static void parts_scale(const parts_array *a, double factor)
{
    if (a->type == EW_F32)
        for (size_t i = 0; i < a->count; i++) ((float *)a->at)[i] *= (float)factor;
    else
        for (size_t i = 0; i < a->count; i++) ((double *)a->at)[i] *= factor;
}

/* Loss, metrics and gradients of part k of `count`, as its rows alone have them; false where it has none. */
static bool parts_run(ew_train *t, size_t k, size_t count, size_t *rows)
{
    size_t whole = train_step_rows(t), first = parts_edge(whole, k, count);
    *rows = parts_edge(whole, k + 1, count) - first;
    if (*rows == 0) return false;
    train_pass *p = parts_pass(t, *rows);
    if (!p) return false;
    size_t before = t->step % t->epoch_steps * t->o.batch + first;
    train_rows(t, t->step / t->epoch_steps, before, *rows, p->row);
    if (!train_pass_feed(t, p, &t->data, t->step) || !parts_draw(t, p, whole, first) || !train_pass_run(t, p))
        return false;
    for (size_t j = 0; j <= t->o.metric_count; j++) t->parts->number[j] = train_pass_number(p, j);
    return true;
}

/* The same as its share in the batch; zeros where it has no rows. */
static bool parts_share(ew_train *t, size_t k)
{
    train_parts *s = t->parts;
    size_t rows;
    bool ran = parts_run(t, k, s->count, &rows);
    if (!ran && rows) return false;
    double part = (double)rows / (double)train_step_rows(t);
    for (size_t j = 0; j < s->arrays && !ran; j++)
        memset(s->array[j].at, 0, s->array[j].count * train_type_bytes(s->array[j].type));
    for (size_t j = 0; j <= t->o.metric_count && ran; j++)
        if (!s->is_sum[j]) s->number[j] *= part;
    for (size_t j = 1; j < s->arrays && ran && !s->is_sum[0]; j++) parts_scale(&s->array[j], part);
    return true;
}

/* ---- A batch ----------------------------------------------------------------------------------------------- */

/* Part number `done` of this process, counted from 0, joined with what lies before it: as a binary counter carries. */
static void parts_carry(const train_parts *s, size_t done)
{
    size_t level = 0;
    for (size_t bits = done; bits & 1; bits >>= 1, level++)
        for (size_t j = 0; j < s->arrays; j++) parts_add(&s->array[j], s->array[j].stash[level]);
    if (done + 1 == s->mine) return;
    for (size_t j = 0; j < s->arrays; j++)
        if (s->array[j].count)
            memcpy(s->array[j].stash[level], s->array[j].at, s->array[j].count * train_type_bytes(s->array[j].type));
}

static bool parts_mine(ew_train *t)
{
    train_parts *s = t->parts;
    for (size_t k = 0; k < s->mine; k++) {
        if (!parts_share(t, s->first + k)) return false;
        s->number[s->numbers - 2] = s->number[s->numbers - 1] = 0;
        parts_carry(s, k);
    }
    return true;
}

/* Gradients of the whole batch in their places; the loss, the metrics and the norm. */
bool train_parts_gradient(ew_train *t)
{
    train_parts *s = t->parts;
    double *stop = &s->number[s->numbers - 2], *failed = &s->number[s->numbers - 1];
    bool good = parts_mine(t);
    if (!good) memset(s->number, 0, s->numbers * sizeof *s->number);
    *failed = good ? 0 : 1;
    *stop = t->asked ? 1 : 0;
    if (!good && ranks_count(t) > 1) { /* the others are told; the sentence stays that of this process */
        report mine = t->r;
        t->r = (report){.m = &t->m, .language = mine.language};
        ranks_join(t, &s->array[0]);
        t->r = mine;
    }
    if (!good || !ranks_join(t, &s->array[0])) return false;
    if (*failed > 0) return report_plain(&t->r, E_TRAIN_RANK, NULL, NULL);
    for (size_t j = 1; j < s->arrays; j++)
        if (!ranks_join(t, &s->array[j])) return false;
    if (*stop > 0) t->stopped = true;
    for (size_t k = 0; k <= t->o.metric_count; k++) t->metric[k] = s->number[k];
    t->norm = train_norm(t);
    return true;
}

/* ---- Can it be joined? ---------------------------------------------------------------------------------------- */

typedef struct parts_sight { /* a batch, or a part of it, in few numbers */
    double *number;          /* loss and metrics */
    double *along;           /* by weight: the gradient along a direction of random signs */
    double length;           /* of the gradient */
} parts_sight;

static void parts_look(const ew_train *t, const double *number, parts_sight *s)
{
    s->length = train_norm(t);
    memcpy(s->number, number, (1 + t->o.metric_count) * sizeof *number);
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        uint64_t stream = random_stream(t->o.seed, w->name, 0);
        s->along[k] = 0;
        for (size_t i = 0; i < w->count; i++) {
            double g = train_element(w->gradient_type, w->gradient, i);
            s->along[k] += random_bits(stream, i) & 1 ? g : -g;
        }
    }
}

/* Does the whole agree with its parts, each times its share (of a mean) or once (of a sum)? As far as rounding goes. */
static bool parts_agree(double whole, const double *part, const double *share, size_t count, bool sum, double size,
                        double rounding)
{
    double joined = 0, all = fabs(whole) + size;
    for (size_t k = 0; k < count; k++) {
        joined += sum ? part[k] : part[k] * share[k];
        all += fabs(part[k]);
    }
    return !(fabs(joined - whole) > rounding * all); /* what is not finite says nothing */
}

static bool parts_agree_gradient(const ew_train *t, const parts_sight *whole, const parts_sight *part,
                                 const double *share, size_t count, bool sum, double rounding)
{
    double at[TRAIN_PARTS_MOST], size = whole->length;
    for (size_t k = 0; k < count; k++) size += part[k].length;
    for (size_t w = 0; w < t->weights; w++) {
        for (size_t k = 0; k < count; k++) at[k] = part[k].along[w];
        if (!parts_agree(whole->along[w], at, share, count, sum, size, rounding)) return false;
    }
    return true;
}

static bool parts_decide(ew_train *t, const parts_sight *whole, const parts_sight *part, const double *share,
                         size_t count)
{
    double at[TRAIN_PARTS_MOST], rounding = 1e-9;
    for (size_t k = 0; k < t->weights; k++)
        if (t->weight[k].type == EW_F32) rounding = 1e-4;
    for (size_t j = 0; j <= t->o.metric_count; j++) {
        bool good = false;
        for (size_t k = 0; k < count; k++) at[k] = part[k].number[j];
        for (int sum = 0; sum < 2 && !good; sum++) {
            t->parts->is_sum[j] = (unsigned char)sum;
            good = parts_agree(whole->number[j], at, share, count, sum, 0, rounding) &&
                   (j > 0 || parts_agree_gradient(t, whole, part, share, count, sum, rounding));
        }
        if (!good) return report_plain(&t->r, E_TRAIN_PARTS, j ? t->o.metrics[j - 1] : t->loss_name, NULL);
    }
    return true;
}

static bool parts_sights(ew_train *t, train_kept **blocks, parts_sight *s, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        s[k].number = train_keep_in(t, blocks, 1 + t->o.metric_count, sizeof(double));
        s[k].along = train_keep_in(t, blocks, t->weights, sizeof(double));
        if (!s[k].number || !s[k].along) return false;
    }
    return true;
}

/* By the first batch; its pass is not needed afterwards. */
static bool parts_try(ew_train *t)
{
    train_parts *s = t->parts;
    train_kept *blocks = NULL;
    parts_sight sight[1 + TRAIN_PARTS_MOST];
    double share[TRAIN_PARTS_MOST];
    size_t rows, found = 0;
    bool good = parts_sights(t, &blocks, sight, 1 + s->count);
    train_pass *p = good ? train_step_pass(t) : NULL;
    good = p && train_gradient(t, p);
    if (good) parts_look(t, t->metric, &sight[0]);
    for (size_t k = 0; good && k < s->count; k++) {
        if (parts_run(t, k, s->count, &rows)) {
            share[found] = (double)rows / (double)train_step_rows(t);
            parts_look(t, s->number, &sight[1 + found++]);
        } else {
            good = rows == 0;
        }
    }
    good = good && parts_decide(t, &sight[0], sight + 1, share, found);
    train_release(t, &blocks);
    train_pass_free(t, &t->batch);
    t->metric[0] = t->loss = t->norm = NAN;
    return good;
}

/* ---- Making ----------------------------------------------------------------------------------------------- */

static bool parts_stash(ew_train *t, parts_array *a)
{
    size_t need = 0;
    for (size_t n = t->parts->mine; n > 1; n /= 2) need++;
    if (need == 0 && ranks_count(t) > 1 && t->o.exact_ranks) need = 1;
    for (size_t k = 0; k < need; k++)
        if (!(a->stash[k] = train_keep(t, a->count ? a->count : 1, train_type_bytes(a->type)))) return false;
    return true;
}

static bool parts_arrays(ew_train *t)
{
    train_parts *s = t->parts;
    s->numbers = 1 + t->o.metric_count + 2;
    s->arrays = 1 + t->weights;
    s->number = train_keep(t, s->numbers, sizeof *s->number);
    s->is_sum = train_keep(t, 1 + t->o.metric_count, 1);
    s->array = train_keep(t, s->arrays, sizeof *s->array);
    if (!s->number || !s->is_sum || !s->array) return false;
    s->array[0] = (parts_array){.at = s->number, .type = EW_F64, .count = s->numbers};
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        s->array[1 + k] = (parts_array){.at = w->gradient, .type = w->gradient_type, .count = w->count};
    }
    for (size_t j = 0; j < s->arrays; j++)
        if (!parts_stash(t, &s->array[j])) return false;
    return true;
}

/* Room for the largest random input of a whole batch. */
static bool parts_random(ew_train *t)
{
    size_t most = 0;
    for (size_t i = 0; i < t->inputs; i++)
        if (t->input[i].kind == TRAIN_RANDOM && ew_in_array(t->batch.program, i).count > most)
            most = ew_in_array(t->batch.program, i).count;
    if (most) t->parts->drawn = train_keep(t, most, sizeof(double));
    return !most || t->parts->drawn;
}

bool train_wants_parts(const ew_train *t)
{
    return ranks_count(t) > 1 || t->o.exact_ranks;
}

bool train_parts_new(ew_train *t)
{
    size_t ranks = ranks_count(t);
    if (!train_wants_parts(t)) return true;
    if (t->o.optimizer == EW_OPTIMIZER_LBFGS) return report_plain(&t->r, E_TRAIN_RANK_LBFGS, NULL, NULL);
    if ((t->o.exact_ranks && TRAIN_PARTS % ranks) || ranks > TRAIN_PARTS_MOST) {
        char number[24];
        snprintf(number, sizeof number, "%zu", ranks);
        return report_plain(&t->r, t->o.exact_ranks ? E_TRAIN_RANKS_EXACT : E_TRAIN_RANKS_MANY, number, NULL);
    }
    t->parts = train_keep(t, 1, sizeof *t->parts);
    if (!t->parts) return false;
    t->parts->count = t->o.exact_ranks ? TRAIN_PARTS : ranks;
    t->parts->mine = t->parts->count / ranks;
    t->parts->first = t->parts->mine * (t->o.ranks ? t->o.ranks->rank : 0);
    return parts_arrays(t) && parts_random(t) && parts_try(t);
}

void train_parts_free(ew_train *t)
{
    if (!t->parts) return;
    for (size_t k = 0; k < TRAIN_PARTS; k++) train_pass_free(t, &t->parts->pass[k]);
    ew_graph_free(t->parts->whole);
    ew_graph_free(t->parts->whole_last);
}
