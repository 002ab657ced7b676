/*
 * minimize.c - the verb minimize: what is varied, from where, by which method; the answer.
 *
 * The work is ew_minimize's (edgewise-train.h); what is seen of it on the way (progress, the table of
 * --trace, the curve) is watch.c's.
 */
#include "cli.h"
#include "edgewise-train.h"
#include "vary.h"
#include "watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The answer ---------------------------------------------------------------------------- */

static struct array found_at(const struct watch *w, const double *in, size_t i)
{
    struct array a = w->shapes[i];
    a.values = in + w->offset[w->over[i]];
    return a;
}

static void say_json(struct watch *w, const double *in, const ew_minimize_result *found)
{
    struct cli_json *j = &w->json;
    json_key_number(j, "value", found->value);
    json_key(j, "at");
    json_begin_object(j);
    for (size_t i = 0; i < w->count; i++) {
        struct array a = found_at(w, in, i);
        json_key(j, w->names[i]);
        cli_array_json(j, &a);
    }
    json_close(j);
    json_key_whole(j, "steps", found->steps);
    json_key_bool(j, "converged", found->converged != 0);
    json_key_text(j, "reason", ew_reason_code(found->reason));
    cli_json_end(j);
}

static void say_lines(struct watch *w, const double *in, const ew_minimize_result *found)
{
    struct cli *c = w->c;
    char number[32];
    ew_number_text(found->value, 0, number);
    cli_say(c, "{1} = {2}\n", w->of, number, NULL);
    for (size_t i = 0; i < w->count; i++) {
        struct array a = found_at(w, in, i);
        cli_array_show(c, w->names[i], &a);
    }
    char method[64];
    ew_number_text(w->lr, 0, number);
    snprintf(method, sizeof method, w->lr > 0 ? "%s, lr %s" : "%s", w->method, number);
    ew_number_text((double)found->steps, 0, number);
    cli_say(c, found->steps == 1 ? "{1}, {2} step: {3}\n" : "{1}, {2} steps: {3}\n", method, number,
            ew_reason_text(found->reason, c->language));
    ew_number_text((double)found->best, 0, number);
    bool earlier = !found->converged && found->best != found->steps;
    if (earlier) cli_say(c, "the lowest value was met after step {1}\n", number, NULL, NULL);
}

/* What one could do about it. */
static void say_hint(struct watch *w, const ew_minimize_result *found)
{
    bool plain = strcmp(w->method, "lbfgs") != 0 && strcmp(w->method, "newton") != 0;
    const char *hint = NULL;
    if (found->reason == EW_REASON_NONFINITE && found->steps == 0)
        hint = "the start itself has no finite value or gradient: begin elsewhere";
    else if (found->reason == EW_REASON_NONFINITE && plain)
        hint = "the steps are too long: try a smaller --lr, or --method lbfgs";
    else if (found->reason == EW_REASON_STEPS)
        hint = plain ? "try more --steps, another --lr, or --method lbfgs" : "try more --steps";
    else if (found->reason == EW_REASON_STALLED)
        hint = "the value may have a kink there, or rounding hides what is left to gain";
    if (hint) cli_note(w->c, hint, NULL, NULL, NULL);
}

static void answer(struct watch *w, const double *in, const ew_minimize_result *found)
{
    struct cli *c = w->c;
    if (c->finite && found->reason == EW_REASON_NONFINITE) cli_finite(c, w->g, w->of, NAN);
    if (!cli_finite(c, w->g, w->of, found->value)) return;
    if (c->json) {
        say_json(w, in, found);
    } else {
        if (c->trace) cli_put(c, "\n");
        say_lines(w, in, found);
        watch_curve(w);
    }
    watch_plot(w);
    if (!c->status) cli_flush(c);
    if (!c->status && !c->json && !w->interrupted) say_hint(w, found);
}

/* ---- The verb ------------------------------------------------------------------------------ */

static const char *method_of(const struct cli *c)
{
    return c->method ? c->method : c->trace ? "gd" : "lbfgs";
}

static int minimize(struct cli *c, ew_graph *g, ew_node of, const size_t *over, size_t count, double *in)
{
    ew_error e;
    struct watch w;
    ew_minimize_result found;
    if (c->method && ew_method_find(c->method) < 0)
        return cli_fail_hint(c, FAULT_CHOICE, c->method, "method", "there are: {1}", "gd|momentum|adam|lbfgs|newton");
    if (ew_node_rank(g, of)) return cli_fail(c, FAULT_NOT_ONE, ew_node_name(g, of), "minimize");
    if (!watch_begin(&w, c, g, of, over, count, method_of(c))) return c->status;
    ew_minimize_options o = {.method = (ew_method)ew_method_find(w.method),
                             .step = watch_step,
                             .context = &w,
                             .language = c->language,
                             .steps = (size_t)c->steps};
    if (o.method != EW_LBFGS && o.method != EW_NEWTON) w.lr = EW_DEFAULT_LR;
    if (c->lr == c->lr) o.lr = w.lr = c->lr;
    if (c->tolerance == c->tolerance) o.tolerance = c->tolerance > 0 ? c->tolerance : -1;
    if (ew_minimize(g, of, over, count, in, &o, &found, &e) != EW_OK) {
        watch_clear(&w);
        cli_fail_error(c, &e);
    } else {
        watch_clear(&w);
        answer(&w, in, &found);
    }
    watch_end(&w);
    return c->status ? c->status : w.interrupted ? CLI_INTERRUPTED : EW_OK;
}

int cli_minimize(struct cli *c)
{
    int status = 0;
    size_t count = 0;
    ew_graph *g = cli_graph(c);
    ew_node of = g ? cli_of(c, g) : EW_NONE;
    size_t *over = of != EW_NONE ? vary_inputs(c, g, false, &count) : NULL;
    double *in = over ? cli_values(c, g) : NULL;
    if (in) status = minimize(c, g, of, over, count, in);
    free(in);
    free(over);
    ew_graph_free(g);
    return c->status ? c->status : status;
}
