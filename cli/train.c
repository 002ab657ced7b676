/*
 * train.c - the verb train: options to the library, what is seen on the way, Ctrl-C, the end.
 *
 * The work is the library's (edgewise-train.h), which also writes the folder of the run. Ctrl-C, a polite request to
 * end (SIGTERM) or the end of --limit seconds sets a flag that it looks at: the step is finished and all is saved. A
 * second one ends the command where it stands; the last checkpoint is whole all the same.
 */
#include "inside.h"
#include "progress.h"
#include "ranks.h"
#include "record.h"
#include "sources.h"
#include "values.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANK_TIMEOUT 300.0 /* seconds: longer than the slowest batch of any of them */

struct training {
    struct cli *c;
    const char *run;
    ew_train *t;
    ew_options library;
    struct progress progress;
    struct ranks ranks;
    struct sources data, test;
    ew_fixed *fixed;
    size_t fixed_count;
    const char **metrics, **standardize;
    size_t metric_count, standardize_count;
    char *metric_names, *standardize_names, *text; /* what those point into */
    double *values;                                /* the last report's loss and metrics, then of test data */
    bool told, tested;
};

/* ---- Ctrl-C --------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t train_interrupt, train_signalled; /* stop; not the clock of --limit said so */
static struct sigaction interrupt_before, terminate_before;

static void on_train_signal(int signal_number)
{
    train_interrupt = train_signalled = 1;
    /* the next one is as ever */
    sigaction(signal_number, signal_number == SIGINT ? &interrupt_before : &terminate_before, NULL);
}

static void catch_signal(int signal_number, struct sigaction *before)
{
    struct sigaction action = {0};
    action.sa_handler = on_train_signal;
    action.sa_flags = SA_RESTART;
    if (sigaction(signal_number, NULL, before) == 0 && before->sa_handler != SIG_IGN)
        sigaction(signal_number, &action, NULL);
}

static void catch_signals(void)
{
    train_interrupt = train_signalled = 0;
    catch_signal(SIGINT, &interrupt_before);
    catch_signal(SIGTERM, &terminate_before);
}

static void release_signals(void)
{
    sigaction(SIGINT, &interrupt_before, NULL);
    sigaction(SIGTERM, &terminate_before, NULL);
}

/* ---- What the library is told ------------------------------------------------------------------------------ */

/* "a,b" and "c" as a, b, c, in one text of their own. */
static const char **split_names(struct cli *c, const struct cli_list *list, char **own, size_t *count)
{
    size_t room = 1, most = 1;
    for (size_t i = 0; i < list->count; i++) room += strlen(list->at[i]) + 1;
    for (size_t i = 0; i < list->count; i++)
        for (const char *s = list->at[i]; s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL) most++;
    const char **names = cli_room(c, most, sizeof *names);
    char *save = NULL, *text = *own = cli_room(c, room, 1);
    *count = 0;
    if (!names || !text) return names;
    *text = '\0';
    for (size_t i = 0; i < list->count; i++) strcat(strcat(text, i ? "," : ""), list->at[i]);
    for (char *s = strtok_r(text, ", ", &save); s; s = strtok_r(NULL, ", ", &save)) names[(*count)++] = s;
    return names;
}

/* NAME=VALUE of the command line: the same in all steps. */
static bool take_fixed(struct training *w, ew_graph *g)
{
    struct cli *c = w->c;
    if (!c->values) c->values = values_read(c, g);
    if (!c->values) return false;
    w->fixed = cli_room(c, c->values->count, sizeof *w->fixed);
    for (size_t i = 0; w->fixed && i < c->values->count; i++) {
        struct given *v = &c->values->at[i];
        size_t count = 1;
        for (size_t k = 0; k < v->rank; k++) count *= v->size[k];
        if (v->data && !v->values) v->values = cli_room(c, count, sizeof *v->values);
        if (!v->values || (v->data && !given_copy(c, v, count, v->values))) return false;
        w->fixed[w->fixed_count++] = (ew_fixed){v->name, v->rank, v->size, v->values};
    }
    return w->fixed != NULL;
}

/* The model's text, for which the library wants an end. */
static bool take_model(struct training *w)
{
    struct cli *c = w->c;
    ew_graph *g = cli_graph(c);
    w->text = g ? strndup(c->text, c->text_length) : NULL;
    if (g && !w->text) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    bool ok = w->text && take_fixed(w, g);
    ew_graph_free(g);
    return ok;
}

static bool take_lists(struct training *w)
{
    struct cli *c = w->c;
    if (!sources_read(c, &w->data, c->data.at, c->data.count, false)) return false;
    if (!sources_read(c, &w->test, c->test.at, c->test.count, false)) return false;
    w->metrics = split_names(c, &c->metrics, &w->metric_names, &w->metric_count);
    w->standardize = split_names(c, &c->standardize, &w->standardize_names, &w->standardize_count);
    return !c->status;
}

static int choice(int (*find)(const char *), const char *name)
{
    return name ? find(name) : 0;
}

static void fill_numbers(const struct cli *c, ew_train_options *o)
{
    o->optimizer = (ew_optimizer)choice(ew_optimizer_find, c->optimizer);
    o->schedule = (ew_schedule)choice(ew_schedule_find, c->schedule);
    o->on_nan = (ew_on_nan)choice(ew_on_nan_find, c->on_nan);
    o->lr = c->lr == c->lr ? c->lr : 0;
    o->warmup = (size_t)c->warmup;
    o->weight_decay = c->weight_decay;
    o->clip = c->clip;
    o->validate = c->validate;
    o->batch = (size_t)c->batch;
    o->epochs = (size_t)c->epochs;
    o->steps = (size_t)c->steps;
    o->no_shuffle = c->no_shuffle;
    o->patience = (size_t)c->patience;
    o->save_every = (size_t)c->save_every;
    o->exact_ranks = c->exact_ranks;
    o->check_gradients = c->check_gradients ? 4 : 0;
    o->seed = c->seed;
    o->weights = c->weights;
}

static void fill_lists(const struct training *w, ew_train_options *o)
{
    o->data = w->data.at;
    o->data_count = w->data.count;
    o->test = w->test.at;
    o->test_count = w->test.count;
    o->fixed = w->fixed;
    o->fixed_count = w->fixed_count;
    o->metrics = w->metrics;
    o->metric_count = w->metric_count;
    o->standardize = w->standardize;
    o->standardize_count = w->standardize_count;
    o->run = w->run;
}

/* ---- On the way -------------------------------------------------------------------------------------------- */

static void stream(struct training *w, const ew_train_report *r)
{
    struct cli *c = w->c;
    size_t n = ew_train_report_json(w->t, r, NULL, 0);
    char *line = cli_room(c, n + 2, 1);
    if (!line) return;
    ew_train_report_json(w->t, r, line, n + 1);
    strcpy(line + n, "\n");
    cli_put(c, line);
    cli_flush_line(c);
    free(line);
}

static void remember(struct training *w, const ew_train_report *r)
{
    size_t n = 1 + w->progress.metric_count;
    if (!w->values) w->values = cli_room(w->c, 2 * n, sizeof *w->values);
    if (!w->values) return;
    w->told = true;
    w->values[0] = r->loss;
    memcpy(w->values + 1, r->metrics, (n - 1) * sizeof *w->values);
    if (r->test) memcpy(w->values + n, r->test, n * sizeof *w->values);
    w->tested = w->tested || r->test;
}

static int see(void *context, const ew_train_report *r)
{
    struct training *w = context;
    if (w->ranks.ranks.rank) return 0; /* one process tells */
    progress_see(&w->progress, r);
    if (r->event == EW_EVENT_REPORT || r->event == EW_EVENT_END) {
        if (w->c->json) stream(w, r);
        remember(w, r);
    }
    return w->c->status != 0;
}

/* ---- The end ------------------------------------------------------------------------------------------------ */

static const char *const ends[] = /* catalogue */ {
    [EW_END_STEPS] = "all steps were made",
    [EW_END_PATIENCE] = "the validation loss grew no better",
    [EW_END_STOPPED] = "stopped",
    [EW_END_CONVERGED] = "converged: no step leads much lower",
};

static void say_value(struct training *w, const char *name, double value, const double *test)
{
    struct cli *c = w->c;
    char number[32], other[32];
    ew_number_text(value, 6, number);
    if (test) ew_number_text(*test, 6, other);
    cli_say(c, test ? "{1} = {2}, test {3}\n" : "{1} = {2}\n", name, number, other);
}

/* Nothing was left to do: what the run had come to. */
static void say_last(struct training *w)
{
    struct record *r = w->told || w->c->json ? NULL : record_read(w->c, w->run);
    if (!r) return;
    for (size_t k = 0; r->line_count && k < r->name_count; k++) {
        double test = record_value(r, r->line_count - 1, RECORD_TEST, k);
        double value = record_value(r, r->line_count - 1, RECORD_TRAIN, k);
        say_value(w, k ? r->names[k] : ew_train_loss_name(w->t), value, test == test ? &test : NULL);
    }
    record_free(r);
}

/* With validation data: which weights were kept. */
static void say_best(struct training *w, const ew_train_result *found)
{
    char step[24], loss[32];
    if (!found->best_step || found->best != found->best || found->end == EW_END_STOPPED) return;
    snprintf(step, sizeof step, "%zu", found->best_step);
    ew_number_text(found->best, 6, loss);
    cli_say(w->c, "kept: the weights after step {1}, with the lowest validation loss, {2}\n", step, loss, NULL);
}

static void say_end(struct training *w, const ew_train_result *found)
{
    struct cli *c = w->c;
    char steps[24];
    size_t n = 1 + w->progress.metric_count;
    for (size_t i = 0; w->told && i < n; i++)
        say_value(w, i ? w->progress.metrics[i - 1] : ew_train_loss_name(w->t), w->values[i],
                  w->tested ? &w->values[n + i] : NULL);
    say_last(w);
    snprintf(steps, sizeof steps, "%zu", found->bad_steps);
    if (found->bad_steps) cli_say(c, "steps that were not finite: {1}\n", steps, NULL, NULL);
    snprintf(steps, sizeof steps, "%zu", found->step);
    cli_say(c, found->step == 1 ? "{1} step: {2}\n" : "{1} steps: {2}\n", steps, cli_tr(c, ends[found->end]), NULL);
    say_best(w, found);
}

static void say_curve(struct training *w)
{
    struct cli *c = w->c;
    struct record *r = c->quiet || c->json ? NULL : record_read(c, w->run);
    if (r && r->line_count > 1) {
        cli_put(c, "\n");
        curves_draw(c, &r, 1, "txt", cli_write, c);
    }
    record_free(r);
}

static void say_where(struct training *w, const ew_train_result *found)
{
    char seconds[32];
    ew_number_text(found->seconds, 3, seconds);
    cli_flush(w->c); /* what came before stands before it */
    cli_note(w->c,
             found->end == EW_END_STOPPED ? "all is saved; go on with edgewise train --resume {1}"
                                          : "{2} seconds; the weights are in {1}/weights.safetensors",
             w->run, seconds, NULL);
}

static int stopped(struct training *w)
{
    struct cli *c = w->c;
    char seconds[32];
    if (c->limit_seconds <= 0 || train_signalled) return CLI_INTERRUPTED;
    ew_number_text(c->limit_seconds, 0, seconds);
    return cli_fail(c, FAULT_SECONDS, seconds, NULL);
}

/* Other processes are gone, but here all is as after the last step. */
static void save_alone(struct training *w)
{
    ew_error e;
    if (w->ranks.ranks.count < 2 || w->ranks.ranks.rank || w->c->status != EW_LIMIT) return;
    if (ew_train_save(w->t, &e) == EW_OK)
        cli_note(w->c, "all is saved; go on with edgewise train --resume {1}", w->run, NULL, NULL);
}

static int run(struct training *w)
{
    ew_error e;
    ew_train_result found = {0};
    bool tells = w->ranks.ranks.rank == 0;
    progress_begin(&w->progress, w->c, w->t);
    cli_clock_asks(w->c, &train_interrupt);
    ew_status status = ew_train_run(w->t, &found, &e);
    cli_clock_asks(w->c, NULL);
    progress_clear(&w->progress);
    if (status != EW_OK) {
        if (strcmp(e.code, "E460") == 0) e.status = EW_FILE; /* a label or the like that leads out of an array */
        cli_fail_error(w->c, &e);
        save_alone(w);
        return w->c->status;
    }
    if (!tells) return EW_OK; /* a launcher ends the others when one has another status */
    if (!w->c->json) say_end(w, &found);
    say_curve(w);
    if (!w->c->status) say_where(w, &found);
    return w->c->status ? w->c->status : found.end == EW_END_STOPPED ? stopped(w) : EW_OK;
}

/* ---- The verb ------------------------------------------------------------------------------------------------- */

/* What cannot be given again to a run that goes on: all that is of train alone. */
static bool check_resumed(struct cli *c)
{
    if (c->word_count) cli_fail(c, FAULT_EXTRA, c->words[0], NULL);
    for (size_t i = 0; i < cli_option_count && !c->status; i++) {
        const struct cli_option *o = &cli_options[i];
        bool same = strcmp(o->name, "seed") == 0 || strcmp(o->name, "precision") == 0 || strcmp(o->name, "output") == 0;
        bool own = !CLI_EVERYWHERE(o) && strcmp(o->name, "resume") != 0 && strcmp(o->name, "rank-timeout") != 0;
        if ((c->given >> i & 1) && (own || same)) cli_fail(c, FAULT_RESUMED, o->name, NULL);
    }
    return !c->status;
}

/* A folder where the model is due is no formula of its names. */
static bool check_model(struct cli *c)
{
    struct stat s;
    char inside[400];
    if (!c->word_count) {
        cli_fail_hint(c, FAULT_NO_PROGRAM, NULL, NULL,
                      "try edgewise train model.ew --data x=points.csv:x -o run, or edgewise help train", NULL);
        return false;
    }
    if (stat(c->words[0], &s) != 0 || !S_ISDIR(s.st_mode)) return true;
    int n = snprintf(inside, sizeof inside, "%s%s", c->words[0], "/model.ew");
    bool there = n > 0 && (size_t)n < sizeof inside && access(inside, R_OK) == 0;
    cli_fail_hint(c, FAULT_MODEL_FOLDER, c->words[0], NULL, there ? "did you mean '{1}'?" : "", inside);
    return false;
}

static bool check_new(struct cli *c)
{
    if (!check_model(c)) return false;
    if (!c->output || strcmp(c->output, "-") == 0) cli_fail(c, FAULT_NEEDS_OPTION, "train", "-o RUN");
    if (c->epochs && c->steps) cli_fail(c, FAULT_EITHER, "--epochs", "--steps");
    return !c->status;
}

static bool has_checkpoint(const char *run)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/checkpoint/last.safetensors", run);
    return n < 0 || (size_t)n >= sizeof path || access(path, F_OK) == 0;
}

static void begin(struct training *w)
{
    ew_error e;
    struct cli *c = w->c;
    w->library = cli_library(c);
    if (w->ranks.link && !c->threads)
        w->library.threads = w->library.threads / w->ranks.link->local; /* they share its cores */
    ew_train_options o = {
        .report = see, .context = w, .stop = &train_interrupt, .options = &w->library, .ranks = &w->ranks.ranks};
    if (c->resume) {
        bool anew = !has_checkpoint(w->run);
        w->t = ew_train_resume(w->run, &o, &e);
        if (w->t && anew && !w->ranks.ranks.rank)
            cli_note(c, "{1} had no checkpoint yet: it begins anew", w->run, NULL, NULL);
    } else {
        fill_numbers(c, &o);
        fill_lists(w, &o);
        w->t = ew_train_new(w->text, &o, &e);
        if (!w->t && cli_sizes_clash(&e)) e.status = EW_FILE; /* of the data */
    }
    if (!w->t) cli_fail_error(c, &e);
}

static void training_free(struct training *w)
{
    ew_train_free(w->t);
    sources_free(&w->data);
    sources_free(&w->test);
    free(w->fixed);
    free(w->metrics);
    free(w->standardize);
    free(w->metric_names);
    free(w->standardize_names);
    free(w->text);
    free(w->values);
}

int cli_train(struct cli *c)
{
    int status = 0;
    struct training w = {.c = c, .run = c->resume ? c->resume : c->output};
    bool ok = c->resume ? check_resumed(c) : check_new(c) && take_model(&w) && take_lists(&w);
    c->output = NULL; /* results go to standard output */
    catch_signals();
    ok = ok && ranks_begin(c, &w.ranks, c->rank_timeout > 0 ? c->rank_timeout : RANK_TIMEOUT, &train_interrupt);
    if (ok) begin(&w);
    if (w.t) status = run(&w);
    release_signals();
    training_free(&w);
    status = c->status ? c->status : status;
    ranks_end(&w.ranks, status);
    return status;
}
