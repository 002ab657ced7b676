/*
 * run.c - the loop: steps, epochs, reports, when to look at other data, when to end.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>
#include <time.h>

#include "train.h"

double train_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double train_seconds(const ew_train *t)
{
    return t->seconds_before + train_clock() - t->began;
}

/* ---- Reports -------------------------------------------------------------------------------------------- */

static ew_train_report run_report(const ew_train *t, ew_event event)
{
    ew_train_report r = {.event = event, .step = t->step, .steps = t->steps, .epoch_steps = t->epoch_steps};
    r.epoch = t->step ? (t->step - 1) / t->epoch_steps + 1 : 0;
    r.step_of_epoch = t->step ? (t->step - 1) % t->epoch_steps + 1 : 0;
    r.lr = train_rate(t, t->step ? t->step - 1 : 0);
    r.norm = t->norm;
    r.seconds = train_seconds(t);
    return r;
}

static void run_tell(ew_train *t, const ew_train_report *r)
{
    if (t->o.report && t->o.report(t->o.context, r) != 0) t->stopped = true;
    if (t->o.stop && *t->o.stop) t->stopped = true;
}

void train_tell_step(ew_train *t)
{
    ew_train_report r = run_report(t, EW_EVENT_STEP);
    r.loss = t->metric[0];
    r.metrics = t->metric + 1;
    run_tell(t, &r);
}

/* Means since the last report; nothing since: those of the last one stay. */
static void run_means(ew_train *t)
{
    for (size_t k = 0; t->sum_rows > 0 && k <= t->o.metric_count; k++) t->reported[k] = t->sum[k] / t->sum_rows;
    memset(t->sum, 0, (1 + t->o.metric_count) * sizeof *t->sum);
}

static bool run_look(ew_train *t, ew_train_report *r, bool end)
{
    t->reports++;
    if (t->validation_rows) {
        if (!train_measure(t, &t->validation_pass, &t->data, true, t->validated)) return false;
        r->validation = t->validated;
    }
    if (t->test.count && (end || t->reports % t->o.evaluate_every == 0)) {
        if (!train_measure(t, &t->test_pass, &t->test, false, t->tested)) return false;
        r->test = t->tested;
    }
    return true;
}

static bool run_tell_report(ew_train *t, ew_event event)
{
    ew_train_report r = run_report(t, event);
    double now = train_clock();
    r.rate = now > t->rate_began ? t->sum_rows / (now - t->rate_began) : 0;
    run_means(t);
    t->sum_rows = 0;
    r.loss = t->reported[0];
    r.metrics = t->reported + 1;
    if (!run_look(t, &r, event == EW_EVENT_END)) return false;
    t->report_step = t->step;
    run_tell(t, &r);
    t->rate_began = train_clock();
    return true;
}

/* ---- The loop --------------------------------------------------------------------------------------------- */

static bool run_due(const ew_train *t, size_t every)
{
    return t->step % (every ? every : t->epoch_steps) == 0;
}

static bool run_steps(ew_train *t)
{
    while (t->step < t->steps && !t->stopped) {
        if (!train_step(t)) return false;
        train_tell_step(t);
        if (run_due(t, t->o.report_every) && t->step < t->steps && !run_tell_report(t, EW_EVENT_REPORT)) return false;
    }
    return run_tell_report(t, EW_EVENT_END);
}

static void run_result(const ew_train *t, ew_train_result *result)
{
    *result = (ew_train_result){
        .end = t->stopped ? EW_END_STOPPED : EW_END_STEPS,
        .step = t->step,
        .loss = t->reported[0],
        .best_step = t->best_step,
        .best = t->best,
        .bad_steps = t->bad_steps,
        .seconds = train_seconds(t),
    };
}

ew_status ew_train_run(ew_train *t, ew_train_result *result, ew_error *err)
{
    t->stopped = false;
    if (run_steps(t) && result) run_result(t, result);
    return train_done(t, err);
}

ew_status ew_train_step(ew_train *t, ew_error *err)
{
    if (train_step(t)) train_tell_step(t);
    return train_done(t, err);
}
