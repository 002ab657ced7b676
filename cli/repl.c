/*
 * repl.c - the session: lines in, answers out, until the input ends. No error ends it.
 *
 * A line is a value (a = 2), a statement of the growing program, an expression, or a command with a
 * colon. Commands that are verbs run as on the command line, with the session's program and values
 * (session.c keeps them). Works the same through a pipe, without prompts.
 */
#include "cli.h"
#include "repl.h"
#include "values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Nothing of a line's failure stays. */
static void recover(struct cli *c)
{
    cli_flush(c);
    c->status = 0;
}

/* ---- Lines --------------------------------------------------------------------------------- */

/* A statement that a bracket or an operator keeps open goes on in the next line. */
static char *read_statement(struct repl *r)
{
    char *whole = r->pending;
    r->pending = NULL;
    if (whole) return whole;
    const char *line = edit_line(r->edit, "> ");
    whole = line ? strndup(line, strcspn(line, "\r\n")) : NULL;
    while (whole && whole[strspn(whole, " \t")] != ':' && session_goes_on(whole)) {
        line = edit_line(r->edit, "… ");
        if (!line) break;
        if (line[strspn(line, " \t")] == ':') { /* a command never belongs to a statement */
            r->pending = strndup(line, strcspn(line, "\r\n"));
            break;
        }
        size_t n = strlen(whole), more = strcspn(line, "\r\n");
        if (!*line) whole[0] = '\0'; /* Ctrl-C */
        if (!*line) break;
        char *longer = realloc(whole, n + more + 2);
        if (!longer) break;
        whole = longer;
        whole[n] = '\n';
        memcpy(whole + n + 1, line, more);
        whole[n + 1 + more] = '\0';
    }
    for (size_t n = whole ? strlen(whole) : 0; n && isspace((unsigned char)whole[n - 1]);) whole[--n] = '\0';
    return whole;
}

static void take_piece(struct repl *r, char *line)
{
    line += strspn(line, " \t\r\n");
    if (strncmp(line, "let ", 4) == 0) line += 4 + strspn(line + 4, " \t");
    switch (session_kind_of(&r->session, line)) {
    case SESSION_COMMAND: repl_command(r, line + 1); break;
    case SESSION_VALUE: repl_value(r, line); break;
    case SESSION_STATEMENT: repl_statement(r, line); break;
    case SESSION_EXPRESSION: repl_expression(r, line); break;
    case SESSION_NOTHING: break;
    }
    recover(r->c);
}

/* One statement after another: they are separated by ; outside brackets. */
static void take_line(struct repl *r, char *line)
{
    int depth = 0;
    bool command = line[strspn(line, " \t")] == ':';
    for (char *at = line; !command && *at; at++) {
        if (*at == '#') at += strcspn(at, "\n");
        if (!*at) break;
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
        if (*at != ';' || depth > 0) continue;
        *at = '\0';
        take_piece(r, line);
        line = at + 1;
    }
    take_piece(r, line);
}

/* ---- The beginning ------------------------------------------------------------------------- */

/* The statements of a text, joined where they go on; nothing is looked at until all are there. */
static void load_text(struct repl *r, char *text)
{
    char *line = text;
    int depth = 0;
    for (char *at = text; !r->c->status; at++) {
        if (*at == '#') at += strcspn(at, "\n");
        if (*at == '(' || *at == '[') depth++;
        if (*at == ')' || *at == ']') depth--;
        if (*at && *at != '\n' && (*at != ';' || depth > 0)) continue;
        bool last = !*at, lines = *at == '\n';
        *at = '\0';
        if (lines && session_goes_on(line)) {
            *at = '\n';
            continue;
        }
        enum session_kind kind = session_kind_of(&r->session, line);
        if (kind == SESSION_EXPRESSION)
            session_say(&r->session, line);
        else if (kind != SESSION_NOTHING)
            session_append(&r->session, line);
        if (last) return;
        line = at + 1 + strspn(at + 1, " \t");
    }
}

/* The program and values of the command line. The program is read whole first, so that its faults are
 * told at their places. */
static void load(struct repl *r)
{
    struct cli *c = r->c;
    if (!c->word_count) return;
    ew_graph *g = cli_graph(c);
    double *in = g ? cli_values_if_any(c, g) : NULL;
    char *text = g && !c->status ? strndup(c->text, c->text_length) : NULL;
    if (text) load_text(r, text);
    for (size_t i = 1; text && !c->status && i < c->word_count; i++) {
        const char *equals = strchr(c->words[i], '=');
        session_set(&r->session, c->words[i], (size_t)(equals - c->words[i]), equals + 1);
    }
    if (text && !c->status) repl_after(r, NULL, false);
    free(text);
    free(in);
    ew_graph_free(g);
}

static void converse(struct repl *r)
{
    if (edit_is_person(r->edit) && !r->c->quiet)
        cli_say(r->c, "edgewise {1}. Type a formula; ':help' shows what else, ':quit' or Ctrl-D ends.\n", ew_version(),
                NULL, NULL);
    load(r);
    if (r->c->status) return;
    cli_flush(r->c);
    while (!r->done) {
        char *line = read_statement(r);
        if (!line) break;
        take_line(r, line);
        free(line);
    }
    if (edit_is_person(r->edit) && !r->done) cli_put(r->c, "\n");
}

int cli_repl(struct cli *c)
{
    struct repl r = {.c = c, .session = {.c = c}};
    r.edit = edit_new(c, repl_offer, &r);
    if (r.edit) converse(&r);
    free(r.pending);
    values_free(r.values);
    edit_free(r.edit);
    session_end(&r.session);
    return c->status;
}
