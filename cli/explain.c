/*
 * explain.c - the short form and the lesson: options in, the library's explanation out.
 */
#include "explain.h"
#include "look.h"
#include "arrays.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* ---- One step a key press ------------------------------------------------------------------------- */

/* Without a terminal there is nobody to wait for. ^C works as ever: only lines and echo are off, and
 * they are off only while a key is awaited. */
static void wait_for_key(void *context)
{
    struct cli *c = context;
    struct termios usual, quiet;
    char key;
    cli_flush(c);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &usual) != 0) return;
    quiet = usual;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    cli_restore_terminal(&usual);
    tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    ssize_t n = read(STDIN_FILENO, &key, 1);
    tcsetattr(STDIN_FILENO, TCSANOW, &usual);
    cli_restore_terminal(NULL);
    if (n <= 0 || key == 'q' || key == 4) c->step = false; /* the rest in one go */
}

static void step(void *context)
{
    struct cli *c = context;
    if (c->step) wait_for_key(c);
}

/* ---- The verbs ---------------------------------------------------------------------------------------- */

static void explain_text(struct cli *c, ew_graph *g, ew_explain_options *o)
{
    ew_error e;
    if (cli_array_any(g) && o->brief) {
        explain_short(c, g, o);
        return;
    }
    o->plan = c->plan;
    o->color = c->color;
    o->step = c->step ? step : NULL;
    o->step_context = c;
    if (ew_explain(g, o, cli_write, c, &e) != EW_OK) cli_fail_error(c, &e);
}

static void explain_answer(struct cli *c, ew_graph *g, bool brief)
{
    bool strict = brief || c->nudge;
    double *in = strict ? cli_values(c, g) : cli_values_if_any(c, g);
    double *nudge = !c->status && c->nudge ? explain_changes(c, g) : NULL;
    ew_explain_options o = {
        .of = c->status ? EW_NONE : cli_of(c, g), .in = in, .nudge = nudge, .brief = brief + (brief && c->quiet)};
    ew_node *wrt = c->status ? NULL : cli_wrt(c, g, &o.wrt_count);
    o.wrt = wrt;
    if (wrt && (!in || cli_finite_slopes(c, g, o.of, wrt, o.wrt_count, in)))
        (c->json ? explain_json : explain_text)(c, g, &o);
    free(wrt);
    free(nudge);
    free(in);
}

static int explain_run(struct cli *c, bool brief)
{
    ew_graph *g = cli_graph(c);
    if (g) explain_answer(c, g, brief);
    ew_graph_free(g);
    return c->status;
}

int cli_short(struct cli *c)
{
    return explain_run(c, true);
}

int cli_explain(struct cli *c)
{
    return c->at ? cli_explain_at(c) : explain_run(c, false);
}
