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

/* Alone, it ends after this step; among others, when all have heard of it. */
static void run_ask(ew_train *t)
{
    t->asked = true;
    if (!t->o.ranks || t->o.ranks->count < 2) t->stopped = true;
}

static void run_tell(ew_train *t, const ew_train_report *r)
{
    if (t->o.report && t->o.report(t->o.context, r) != 0) run_ask(t);
    if (t->o.stop && *t->o.stop) run_ask(t);
}

void train_tell_step(ew_train *t)
{
    ew_train_report r = run_report(t, EW_EVENT_STEP);
    r.loss = t->metric[0];
    r.metrics = t->metric + 1;
    run_tell(t, &r);
}

void train_tell_bad(ew_train *t)
{
    ew_train_report r = run_report(t, EW_EVENT_BAD);
    r.loss = t->metric[0];
    r.metrics = t->metric + 1;
    r.bad = &t->bad;
    run_tell(t, &r);
}

/* Means since the last report; nothing since: those of the last one stay. */
static void run_means(ew_train *t)
{
    for (size_t k = 0; t->sum_rows > 0 && k <= t->o.metric_count; k++) t->reported[k] = t->sum[k] / t->sum_rows;
    memset(t->sum, 0, (1 + t->o.metric_count) * sizeof *t->sum);
}

/* A nan is never better, and everything is better than a nan. */
static void run_best(ew_train *t)
{
    bool better = t->validated[0] < t->best || (t->best != t->best && t->validated[0] == t->validated[0]);
    if (t->best_step && !better) return;
    t->best = t->validated[0];
    t->best_step = t->step;
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        if (w->count) memcpy(w->best, w->value, w->count * train_type_bytes(w->type));
    }
}

/* The validation loss has not fallen for so many epochs. Steps since the last look at it say nothing yet. */
static bool run_out_of_patience(const ew_train *t)
{
    size_t since = t->report_step - t->best_step;
    return t->o.patience && t->validation_rows && t->reports && since / t->epoch_steps >= t->o.patience;
}

/* Is this the last step, as far as is known? */
static bool run_is_last(const ew_train *t)
{
    return t->step == t->steps || t->converged || run_out_of_patience(t);
}

static bool run_look(ew_train *t, ew_train_report *r, bool end)
{
    t->reports++;
    t->report_step = t->step;
    if (t->validation_rows) {
        if (!train_measure(t, &t->validation_pieces, &t->data, true, t->validated)) return false;
        if (!train_share(t, t->validated, 1 + t->o.metric_count)) return false; /* all decide alike */
        r->validation = t->validated;
        if (!end) run_best(t);
    }
    if (t->test.count && (end || (!run_is_last(t) && t->reports % t->o.evaluate_every == 0))) {
        if (!train_measure(t, &t->test_pieces, &t->test, false, t->tested)) return false;
        r->test = t->tested;
    }
    return true;
}

/* Each step is told once: where the last one is measured before it is known to be, only the end tells it. */
static bool run_tell_report(ew_train *t, ew_event event)
{
    ew_train_report r = run_report(t, event);
    double now = train_clock();
    r.rate = now > t->rate_began ? t->sum_rows / (now - t->rate_began) : 0;
    if (!run_look(t, &r, event == EW_EVENT_END)) return false;
    if (event == EW_EVENT_REPORT && run_is_last(t)) return true;
    run_means(t);
    t->sum_rows = 0;
    r.loss = t->reported[0];
    r.metrics = t->reported + 1;
    if (!train_metrics_add(t, &r)) return false;
    run_tell(t, &r);
    t->rate_began = train_clock();
    return true;
}

/* ---- The loop --------------------------------------------------------------------------------------------- */

enum { RUN_REPORTS = 1000 }; /* about as many at most, where nothing is asked for */
#define RUN_SAVE_SECONDS 2.0 /* nor is a checkpoint written more often */

static bool run_due(const ew_train *t)
{
    size_t epochs = t->steps / t->epoch_steps / RUN_REPORTS + 1;
    return t->step % (t->o.report_every ? t->o.report_every : epochs * t->epoch_steps) == 0;
}

static bool run_save_due(const ew_train *t)
{
    if (!t->o.run) return false;
    if (t->o.save_every) return t->step % t->o.save_every == 0;
    return t->step % t->epoch_steps == 0 && train_clock() - t->save_clock >= RUN_SAVE_SECONDS;
}

static bool run_save(ew_train *t)
{
    if (!t->o.run) return true;
    if (!train_save(t)) return false;
    ew_train_report r = run_report(t, EW_EVENT_SAVED);
    r.loss = t->reported[0];
    r.metrics = t->reported + 1;
    run_tell(t, &r);
    return true;
}

/* The best weights are the final ones; then all is told and saved once more. */
static bool run_end(ew_train *t, ew_train_end end)
{
    for (size_t k = 0; k < t->weights; k++) {
        const train_weight *w = &t->weight[k];
        size_t bytes = w->count * train_type_bytes(w->type);
        if (w->best && t->best_step && bytes) memcpy(w->value, w->best, bytes);
    }
    t->ended = 1 + (size_t)end;
    return run_tell_report(t, EW_EVENT_END) && train_curve(t) && run_save(t);
}

/* Before the first step of all. */
static bool run_check(ew_train *t)
{
    ew_train_check check;
    char worst[32];
    if (t->o.check_gradients == 0 || t->step) return true;
    if (!train_slopes(t, t->o.check_gradients, &check)) return false;
    number_text(check.worst, 3, worst);
    if (!check.passed) return report_plain(&t->r, E_TRAIN_SLOPE, worst, NULL);
    ew_train_report r = run_report(t, EW_EVENT_CHECKED);
    r.loss = t->metric[0];
    r.metrics = t->metric + 1;
    r.check = &check;
    run_tell(t, &r);
    return true;
}

/* After a step that was not finite, where training stops: what the steps before it made is saved; its error stays. */
static bool run_stopped_bad(ew_train *t)
{
    ew_error bad = t->r.error;
    if (bad.status == EW_NONFINITE && t->step && t->saved_step != t->step) {
        t->r.error = (ew_error){0};
        run_save(t);
        t->r.error = bad;
    }
    return false;
}

static bool run_steps(ew_train *t)
{
    if (!run_check(t)) return false;
    while (t->step < t->steps && !t->converged && !run_out_of_patience(t)) {
        if (t->o.stop && *t->o.stop) run_ask(t);
        if (t->stopped) return t->saved_step == t->step || run_save(t);
        if (!train_step(t)) return run_stopped_bad(t);
        train_tell_step(t);
        if (t->step % (t->o.save_every ? t->o.save_every : t->epoch_steps) == 0) train_keep_point(t);
        if (t->step == t->steps || t->converged) break;
        if (run_due(t) && !run_tell_report(t, EW_EVENT_REPORT)) return false;
        if (run_save_due(t) && !run_save(t)) return false;
    }
    ew_train_report last; /* are these the best weights? */
    if (t->validation_rows && t->report_step != t->step && !run_look(t, &last, false)) return false;
    return run_end(t, t->converged ? EW_END_CONVERGED : t->step < t->steps ? EW_END_PATIENCE : EW_END_STEPS);
}

static void run_result(const ew_train *t, ew_train_result *result)
{
    *result = (ew_train_result){
        .end = t->ended ? (ew_train_end)(t->ended - 1) : EW_END_STOPPED,
        .step = t->step,
        .loss = t->reported[0],
        .best_step = t->best_step,
        .best = t->best,
        .bad_steps = t->bad_steps,
        .seconds = train_seconds(t),
    };
}

/* What was opened has neither the optimiser's states nor a hold on its folder. */
bool train_goes_on(ew_train *t)
{
    return !t->closed || report_plain(&t->r, E_TRAIN_OPENED, NULL, NULL);
}

ew_status ew_train_run(ew_train *t, ew_train_result *result, ew_error *err)
{
    if (!train_goes_on(t)) return train_done(t, err);
    t->stopped = t->asked = false;
    t->rate_began = t->save_clock = train_clock();
    if ((t->ended || run_steps(t)) && result) run_result(t, result);
    return train_done(t, err);
}

ew_status ew_train_step(ew_train *t, ew_error *err)
{
    if (train_goes_on(t) && train_step(t)) train_tell_step(t);
    return train_done(t, err);
}
