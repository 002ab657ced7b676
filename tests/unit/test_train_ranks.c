/* Several processes as threads: each has an ew_train of its own, and the functions of ew_ranks move bytes between
 * them in memory. What holds here holds for any that move bytes: the same bits for 1, 2 and 4 with exact_ranks. */
#define _POSIX_C_SOURCE 200809L
#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edgewise-train.h"
#include "files.h"

enum { MOST = 4, ROWS = 37, WEIGHTS = 3 * 8 + 8 + 8 };

typedef struct meeting { /* of `count` threads */
    pthread_mutex_t lock;
    pthread_cond_t met;
    size_t count, here, round;
    const void *mine[MOST];
    void *sums[MOST];
} meeting;

typedef struct seat {
    meeting *m;
    size_t rank;
} seat;

static void meet(meeting *m)
{
    pthread_mutex_lock(&m->lock);
    size_t round = m->round;
    if (++m->here == m->count) {
        m->here = 0;
        m->round++;
        pthread_cond_broadcast(&m->met);
    }
    while (m->round == round) pthread_cond_wait(&m->met, &m->lock);
    pthread_mutex_unlock(&m->lock);
}

static ew_status exchange(void *context, size_t partner, const void *mine, void *theirs, size_t bytes, ew_error *err)
{
    seat *s = context;
    (void)err;
    s->m->mine[s->rank] = mine;
    meet(s->m);
    memcpy(theirs, s->m->mine[partner], bytes);
    meet(s->m);
    return EW_OK;
}

static ew_status sum(void *context, void *values, ew_type type, size_t count, ew_error *err)
{
    seat *s = context;
    size_t bytes = count * (type == EW_F32 ? sizeof(float) : sizeof(double));
    void *all = calloc(1, bytes);
    (void)err;
    s->m->mine[s->rank] = values;
    meet(s->m);
    for (size_t k = 0; k < s->m->count; k++)
        for (size_t i = 0; i < count; i++)
            if (type == EW_F32)
                ((float *)all)[i] += ((const float *)s->m->mine[k])[i];
            else
                ((double *)all)[i] += ((const double *)s->m->mine[k])[i];
    meet(s->m);
    memcpy(values, all, bytes);
    free(all);
    return EW_OK;
}

static const char network[] =
    "input x[N, 3] : f32\ninput y[N] : f32\ninput keep[N, 8] ~ uniform(0, 1)\n"
    "param W[3, 8] : f32 ~ normal(0, 1)\nparam b[8] : f32 = 0\nparam v[8] : f32 ~ normal(0, 1)\n"
    "h[n, j] = if training and keep[n, j] < 0.2 then 0 else tanh(sum(i: x[n, i] * W[i, j]) + b[j])\n"
    "loss = mean(n: (sum(j: h[n, j] * v[j]) - y[n])^2) + 0.01 * sum(j: v[j]^2)\n"
    "far = sum(n: if abs(y[n]) > 0.5 then 1 else 0)\noutput loss\noutput far\n";

typedef struct job {
    const char *text;
    ew_train_options options;
    size_t count;
    int fail_rank, stop_rank; /* -1: none */
    const char *run;
    bool resume;
    float weights[MOST][WEIGHTS]; /* what came out */
    ew_status status[MOST];
    char message[MOST][480];
    ew_train_result result[MOST];
    double far[MOST], loss[MOST];
} job;

typedef struct worker {
    job *j;
    seat s;
    size_t steps;
} worker;

static double number_at(size_t row, size_t column)
{
    return sin((double)(row * 7 + column * 3 + 1));
}

static int rows_of(void *context, const size_t *row, size_t count, void *out)
{
    worker *w = context;
    if ((int)w->s.rank == w->j->fail_rank && w->steps >= 2) return 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 3; k++) ((double *)out)[i * 3 + k] = number_at(row[i], k);
    return 0;
}

static int report(void *context, const ew_train_report *r)
{
    worker *w = context;
    if (r->event == EW_EVENT_STEP) w->steps++;
    if (r->event == EW_EVENT_END) w->j->far[w->s.rank] = r->metrics[0], w->j->loss[w->s.rank] = r->loss;
    return (int)w->s.rank == w->j->stop_rank && r->event == EW_EVENT_STEP && r->step == 5;
}

static void *work(void *context)
{
    worker *w = context;
    job *j = w->j;
    size_t k = w->s.rank;
    double target[ROWS];
    for (size_t i = 0; i < ROWS; i++) target[i] = number_at(i, 9);
    const size_t size[] = {ROWS, 3};
    const ew_source data[] = {
        {.name = "x", .rows = rows_of, .context = w, .kind = EW_KIND_F64, .rank = 2, .size = size},
        {.name = "y", .values = target, .kind = EW_KIND_F64, .rank = 1, .size = size}};
    const char *metrics[] = {"far"};
    const ew_ranks ranks = {k, j->count, exchange, sum, &w->s};
    ew_train_options o = j->options;
    o.data = data, o.data_count = 2, o.metrics = metrics, o.metric_count = 1;
    o.ranks = &ranks, o.report = report, o.context = w, o.run = j->run;
    ew_error err = {0};
    ew_train *t = j->resume ? ew_train_resume(j->run, &o, &err) : ew_train_new(j->text, &o, &err);
    j->status[k] = t ? ew_train_run(t, &j->result[k], &err) : err.status;
    memcpy(j->message[k], err.message, sizeof err.message);
    size_t place = 0;
    for (size_t i = 0; t && i < ew_train_weight_count(t); i++) {
        ew_data_array a = ew_train_weight(t, i);
        size_t count = 1;
        for (size_t q = 0; q < a.axes; q++) count *= a.sizes[q];
        memcpy(&j->weights[k][place], a.elements, count * sizeof(float));
        place += count;
    }
    if (t) assert(place == WEIGHTS);
    ew_train_free(t);
    return NULL;
}

/* One after the other would wait for ever: all at once. */
static void run(job *j, size_t count)
{
    meeting m = {.count = count};
    worker w[MOST];
    pthread_t thread[MOST];
    j->count = count;
    pthread_mutex_init(&m.lock, NULL);
    pthread_cond_init(&m.met, NULL);
    for (size_t k = 0; k < count; k++) {
        w[k] = (worker){.j = j, .s = {&m, k}};
        assert_int_equal(pthread_create(&thread[k], NULL, work, &w[k]), 0);
    }
    for (size_t k = 0; k < count; k++) pthread_join(thread[k], NULL);
    pthread_cond_destroy(&m.met);
    pthread_mutex_destroy(&m.lock);
}

static const ew_train_options plain = {.optimizer = EW_OPTIMIZER_ADAM, .lr = 0.01, .batch = 10, .epochs = 6};

static job job_of(const char *text, bool exact)
{
    job j = {.text = text, .options = plain, .fail_rank = -1, .stop_rank = -1};
    j.options.exact_ranks = exact;
    return j;
}

/* A last batch of 7 rows, random inputs, a metric that is a sum. */
static void test_exact(void **state)
{
    static job one, two, four;
    (void)state;
    one = two = four = job_of(network, true);
    run(&one, 1);
    run(&two, 2);
    run(&four, 4);
    assert_int_equal(one.status[0], EW_OK);
    for (size_t k = 0; k < 2; k++) assert_memory_equal(two.weights[k], one.weights[0], sizeof one.weights[0]);
    for (size_t k = 0; k < 4; k++) assert_memory_equal(four.weights[k], one.weights[0], sizeof one.weights[0]);
    for (size_t k = 0; k < 4; k++) assert_true(four.loss[k] == one.loss[0] && four.far[k] == one.far[0]);
    assert_true(four.far[0] >= 1); /* a mean would be below 1 */
}

static void test_default(void **state)
{
    static job one, many;
    (void)state;
    one = many = job_of(network, false);
    run(&one, 1);
    for (size_t count = 2; count <= 4; count++) {
        run(&many, count);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(many.status[k], EW_OK);
            assert_memory_equal(many.weights[k], many.weights[0], sizeof one.weights[0]);
            assert_true(fabs(many.loss[k] - one.loss[0]) < 1e-4 * one.loss[0]);
            assert_true(fabs(many.far[k] - one.far[0]) < 1e-9);
        }
        for (size_t i = 0; i < WEIGHTS; i++) assert_true(fabsf(many.weights[0][i] - one.weights[0][i]) < 1e-3F);
        assert_true(memcmp(many.weights[0], one.weights[0], sizeof one.weights[0]) != 0); /* it was split */
    }
}

static void test_sum(void **state)
{
    static const char text[] = "input x[N, 3]\ninput y[N]\nparam W[3, 8] : f32 ~ normal(0, 1)\n"
                               "param b[8] : f32 = 0\nparam v[8] : f32 ~ normal(0, 1)\n"
                               "h[n, j] = tanh(sum(i: x[n, i] * W[i, j]) + b[j])\n"
                               "loss = sum(n: (sum(j: h[n, j] * v[j]) - y[n])^2)\n"
                               "far = mean(n: y[n])\noutput loss\noutput far\n";
    static job one, two;
    (void)state;
    one = two = job_of(text, false);
    run(&one, 1);
    run(&two, 2);
    assert_int_equal(two.status[0], EW_OK);
    assert_true(fabs(two.loss[0] - one.loss[0]) < 1e-4 * one.loss[0]);
}

/* The largest over the rows is no sum of parts. */
static void test_refused(void **state)
{
    static const char text[] = "input x[N, 3]\ninput y[N]\nparam W[3, 8] : f32 ~ normal(0, 1)\n"
                               "param b[8] : f32 = 0\nparam v[8] : f32 ~ normal(0, 1)\n"
                               "h[n, j] = tanh(sum(i: x[n, i] * W[i, j]) + b[j])\n"
                               "loss = max(n: (sum(j: h[n, j] * v[j]) - y[n])^2)\n"
                               "far = mean(n: y[n])\noutput loss\noutput far\n";
    static job j;
    (void)state;
    j = job_of(text, true);
    run(&j, 1);
    assert_int_equal(j.status[0], EW_USE);
    assert_string_equal(j.message[0], "'loss' is neither a mean nor a sum over the rows of the data, so it cannot be "
                                      "computed in parts");
    j = job_of(network, true);
    run(&j, 3);
    for (size_t k = 0; k < 3; k++) assert_int_equal(j.status[k], EW_USE);
    assert_string_equal(j.message[0],
                        "exact_ranks splits a batch into 4 parts: 1, 2 or 4 processes can share them, not 3");
    j = job_of(network, false);
    j.options.optimizer = EW_OPTIMIZER_LBFGS;
    j.options.batch = 0; /* which it would not take */
    run(&j, 2);
    assert_string_equal(j.message[1], "lbfgs looks at all rows at once and is not split over processes");
}

/* None waits for one that failed, and each says what it knows. */
static void test_failure(void **state)
{
    static job j;
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        j = job_of(network, exact);
        j.fail_rank = 1;
        run(&j, 2);
        assert_string_equal(j.message[1], "the callback gave no rows for 'x'");
        assert_string_equal(j.message[0], "another process of this training has failed");
        assert_int_equal(j.status[0], EW_LIMIT);
    }
}

/* One wishes to stop: all end after the same step; the run goes on from there, with another number of processes. */
static void test_stop(void **state)
{
    static job whole, part, rest;
    char folder[300], name[320], command[340];
    (void)state;
    assert_non_null(mkdtemp(in_build(folder, sizeof folder, "test-ranks-XXXXXX")));
    snprintf(name, sizeof name, "%s/run", folder);
    whole = part = rest = job_of(network, true);
    run(&whole, 1);
    part.run = rest.run = name;
    part.stop_rank = 1;
    run(&part, 2);
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(part.status[k], EW_OK);
        assert_int_equal(part.result[k].end, EW_END_STOPPED);
        assert_int_equal(part.result[k].step, 6);
    }
    rest.resume = true;
    run(&rest, 4);
    for (size_t k = 0; k < 4; k++) assert_int_equal(rest.status[k], EW_OK);
    assert_memory_equal(rest.weights[3], whole.weights[0], sizeof whole.weights[0]);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),   cmocka_unit_test(test_default), cmocka_unit_test(test_sum),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_failure), cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
