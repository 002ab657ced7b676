/*
 * check_say.c - what check found: a table of derivatives and differences, or JSON.
 */
#include "check.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 40 }; /* of a program with arrays; beyond them only what disagrees */

static const char *const mode_names[] = /* catalogue */ {"forward", "reverse", "paths"};

/* "∂y[1]/∂x[3, 2]", or "∂f/∂x (2)": along the second direction. */
static void row_names(const struct checking *k, const struct checked *r, char of[128], char wrt[128])
{
    struct array y = cli_array_of(k->g, k->of, NULL), x = cli_array_of(k->g, r->wrt, NULL);
    char name[80];
    snprintf(name, sizeof name, "%.75s", ew_node_name(k->g, k->of));
    if (r->direction) y.rank = x.rank = 0;
    cli_array_place(&y, name, r->of_element, of, 128);
    snprintf(name, sizeof name, "%.75s", ew_node_name(k->g, r->wrt));
    cli_array_place(&x, name, r->wrt_element, wrt, 128);
}

static void say_json(struct checking *k)
{
    struct cli_json j = cli_json_begin(k->c);
    json_key_whole(&j, "checked", k->count);
    if (k->worst) {
        json_key(&j, "worst");
        json_begin_object(&j);
        char of[128], wrt[128];
        row_names(k, k->worst, of, wrt);
        json_key_text(&j, "of", of);
        json_key_text(&j, "wrt", wrt);
        json_key_number(&j, "error", k->worst->error);
        json_close(&j);
    }
    json_key_whole(&j, "kinks", k->verdicts[KINK]);
    if (k->verdicts[UNCLEAR]) json_key_whole(&j, "unclear", k->verdicts[UNCLEAR]);
    json_key_bool(&j, "passed", k->verdicts[DISAGREES] == 0);
    cli_json_end(&j);
}

static void slope_name(const struct checking *k, const struct checked *r, char name[300])
{
    char of[128], wrt[128];
    row_names(k, r, of, wrt);
    if (r->direction)
        snprintf(name, 300, "∂%s/∂%s (%u)", of, wrt, r->direction);
    else
        snprintf(name, 300, "∂%s/∂%s", of, wrt);
}

static void say_head(struct cli *c, size_t width)
{
    table_put(c, "", width, false);
    table_put(c, cli_tr(c, "derivative"), 20, true);
    table_put(c, cli_tr(c, "differences"), 20, true);
    table_put(c, cli_tr(c, "error"), 10, true);
    cli_put(c, "\n");
}

static void say_row(struct checking *k, const struct checked *r, size_t width)
{
    static const char *const verdicts[] = /* catalogue */ {"agrees", "kink", "unclear", "disagrees"};
    struct cli *c = k->c;
    char name[300];
    slope_name(k, r, name);
    table_put(c, name, width, false);
    table_put_number(c, r->mode[REVERSE], 12, 20);
    if (r->found.settled && r->verdict != KINK)
        table_put_number(c, r->found.slope, 12, 20);
    else
        table_put(c, "–", 20, true);
    bool counts = r->verdict == AGREES || r->verdict == DISAGREES;
    if (counts)
        table_put_number(c, r->error, 2, 10);
    else
        table_put(c, "", 10, true);
    cli_put(c, "  ");
    cli_put(c, cli_tr(c, verdicts[r->verdict]));
    cli_put(c, "\n");
}

/* What else there is to say about a row: the sides of a kink, the modes where one disagrees. */
static void say_more(struct checking *k, const struct checked *r)
{
    struct cli *c = k->c;
    char left[32], right[32];
    ew_number_text(r->found.left, 6, left);
    ew_number_text(r->found.right, 6, right);
    bool both = isfinite(r->found.left) && isfinite(r->found.right);
    bool edge = isnan(r->found.left) || isnan(r->found.right);
    const char *why = /* catalogue */ !isfinite(r->found.value) ? "  there is no value here\n"
                      : !r->found.kink                          ? "  a value or a derivative on the way is not finite\n"
                      : both                                    ? "  from the left {1}, from the right {2}\n"
                      : edge                                    ? "  at the edge of where it is defined\n"
                                                                : "  it jumps there, or rises without limit\n";
    if (r->verdict == KINK) cli_say(c, why, left, right, NULL);
    for (int m = 0; r->verdict == DISAGREES && m < (k->by_paths ? MODES : PATHS); m++) {
        cli_put(c, "  ");
        table_put(c, cli_tr(c, mode_names[m]), 10, false);
        cli_put_number(c, r->mode[m]);
        cli_put(c, "\n");
    }
}

static void say_count(struct cli *c, size_t n, const char *one, const char *many)
{
    char number[32];
    ew_number_text((double)n, 0, number);
    if (n) cli_say(c, n == 1 ? one : many, number, NULL, NULL);
}

static void say_sum(struct checking *k)
{
    struct cli *c = k->c;
    char error[32], name[300];
    cli_put(c, "\n");
    const char *modes =
        /* catalogue */ k->indexed ? "modes: forward, reverse\n"
        : k->by_paths              ? "modes: forward, reverse, paths\n"
                                   : "modes: forward, reverse (too many paths)\n";
    cli_put(c, cli_tr(c, modes));
    say_count(c, k->verdicts[AGREES], "{1} derivative agrees\n", "{1} derivatives agree\n");
    say_count(c, k->verdicts[KINK], "{1} is at a kink, where differences say nothing\n",
              "{1} are at a kink, where differences say nothing\n");
    say_count(c, k->verdicts[UNCLEAR], "{1} is unclear: rounding or wild changes hide the differences\n",
              "{1} are unclear: rounding or wild changes hide the differences\n");
    say_count(c, k->verdicts[DISAGREES], "{1} derivative disagrees\n", "{1} derivatives disagree\n");
    if (!k->worst) return;
    ew_number_text(k->worst->error, 2, error);
    slope_name(k, k->worst, name);
    cli_say(c, "largest error: {1}, of {2}\n", error, name, NULL);
}

static void say_table(struct checking *k)
{
    if (k->count && k->row[0].direction)
        cli_say(k->c, "along random directions, three in each input\n\n", NULL, NULL, NULL);
    if (k->count == 0) {
        cli_say(k->c, "there is nothing to check: the program has no real input, or empty ones alone\n", NULL, NULL,
                NULL);
        return;
    }
    size_t width = 0, most = k->indexed ? 40 : 18; /* places tell elements apart: they are worth a longer line */
    char name[300];
    for (size_t i = 0; i < k->count; i++) {
        slope_name(k, &k->row[i], name);
        size_t columns = table_columns(name);
        if (columns > width) width = columns < most ? columns : most;
    }
    say_head(k->c, width);
    for (size_t i = 0; i < k->count; i++) {
        const struct checked *r = &k->row[i];
        if (k->indexed && i >= MOST_ROWS && r->verdict != DISAGREES) continue;
        say_row(k, r, width);
        say_more(k, r);
    }
    if (k->indexed && k->count > MOST_ROWS) cli_put(k->c, "…\n");
    say_sum(k);
}

/* --finite: the value, then its derivatives in each mode; differences are no result of the program. */
static bool all_finite(struct checking *k)
{
    char of[128], wrt[128], name[300];
    for (size_t i = 0; k->c->finite && i < k->count; i++) {
        const struct checked *r = &k->row[i];
        row_names(k, r, of, wrt);
        slope_name(k, r, name);
        if (!cli_finite(k->c, k->g, of, r->found.value)) return false;
        for (int m = 0; m < (k->by_paths ? MODES : PATHS); m++)
            if (!cli_finite(k->c, k->g, name, r->mode[m])) return false;
    }
    return true;
}

void check_say(struct checking *k)
{
    if (!all_finite(k)) return;
    (k->c->json ? say_json : say_table)(k);
}
