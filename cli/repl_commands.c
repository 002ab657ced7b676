/*
 * repl_commands.c - what follows a colon: the session's own commands, or a verb; and completion.
 */
#include "cli.h"
#include "repl.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Commands ------------------------------------------------------------------------------ */

static void command_set(struct repl *r, char *line)
{
    if (!session_mark(&r->session)) return;
    for (char *word; (word = repl_word(&line)) != NULL;) {
        char *equals = strchr(word, '=');
        double value;
        if (!equals || equals == word) cli_fail(r->c, FAULT_PAIR, word, NULL);
        if (r->c->status) break;
        *equals = '\0';
        bool array = equals[1] == '[' || equals[1] == '@'; /* read with the program */
        if (array || cli_number(r->c, word, equals + 1, &value))
            session_set(&r->session, word, strlen(word), equals + 1);
    }
    if (r->c->status)
        session_undo(&r->session);
    else
        repl_after(r, NULL, true);
}

static void command_show(struct repl *r, char *line)
{
    (void)line;
    char *text = session_text(&r->session, true);
    if (text) cli_put(r->c, text);
    if (text && r->session.now.tail) cli_put(r->c, "\n");
    for (size_t i = 0; i < r->session.now.values.count; i++) {
        const char *pair = r->session.now.values.at[i], *equals = strchr(pair, '=');
        cli_putn(r->c, pair, (size_t)(equals - pair));
        cli_say(r->c, " = {1}\n", equals + 1, NULL, NULL);
    }
    free(text);
}

static void command_undo(struct repl *r, char *line)
{
    if (session_undo(&r->session))
        command_show(r, line);
    else
        cli_say(r->c, "there is nothing to take back\n", NULL, NULL, NULL);
}

static void command_clear(struct repl *r, char *line)
{
    (void)line;
    if (session_mark(&r->session)) session_clear(&r->session);
}

static void command_quit(struct repl *r, char *line)
{
    (void)line;
    r->done = true;
}

static void command_help(struct repl *r, char *line);

static const struct command {
    const char *name, *form, *help;
    void (*run)(struct repl *r, char *line);
} commands[] = /* catalogue: 3 */ {
    {"set", "a=2 b=1", "gives values", command_set},
    {"show", "", "the program and the values so far", command_show},
    {"undo", "", "takes the last change back", command_undo},
    {"clear", "", "begins anew", command_clear},
    {"help", "[VERB]", "this list, or what a verb does", command_help},
    {"quit", "", "ends the session, as Ctrl-D does", command_quit},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void help_row(struct cli *c, const char *left, const char *right)
{
    cli_put(c, "  ");
    table_put(c, left, 18, false);
    cli_put(c, cli_tr(c, right));
    cli_put(c, "\n");
}

static void command_help(struct repl *r, char *line)
{
    char cell[64];
    struct cli *c = r->c;
    if (*line) {
        repl_verb(r, VERB_HELP, line);
        return;
    }
    cli_say(c, "What can be typed:\n", NULL, NULL, NULL);
    help_row(c, "e = (a+b)*(b+1)", "an equation; typed again, it takes the old one's place");
    help_row(c, "a = 2", "a value for a");
    help_row(c, "diff(e, b)", "any expression shows its value");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        snprintf(cell, sizeof cell, ":%s %s", commands[i].name, commands[i].form);
        help_row(c, cell, commands[i].help);
    }
    help_row(c, ":", cli_verbs[VERB_SHORT].summary);
    help_row(c, ":grad e", cli_verbs[VERB_GRAD].summary);
    help_row(c, ":explain e", cli_verbs[VERB_EXPLAIN].summary);
    help_row(c, ":paths b e", cli_verbs[VERB_PATHS].summary);
    help_row(c, ":draw e.svg", cli_verbs[VERB_DRAW].summary);
    help_row(c, ":check e", cli_verbs[VERB_CHECK].summary);
    help_row(c, ":minimize e", cli_verbs[VERB_MINIMIZE].summary);
    help_row(c, ":fit r", cli_verbs[VERB_FIT].summary);
    help_row(c, ":emit e", cli_verbs[VERB_EMIT].summary);
    help_row(c, ":ops tanh", cli_verbs[VERB_OPS].summary);
}

static bool is_command_verb(int v)
{
    return !cli_verbs[v].hidden && v != VERB_REPL;
}

bool repl_is_command(const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, word) == 0) return true;
    for (int v = VERB_EVAL; v < VERB_COUNT; v++)
        if (is_command_verb(v) && strcmp(cli_verbs[v].name, word) == 0) return true;
    return false;
}

static void fail_command(struct repl *r, const char *name)
{
    const char *names[COMMAND_COUNT + VERB_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) names[count++] = commands[i].name;
    for (int v = VERB_EVAL; v < VERB_COUNT; v++)
        if (is_command_verb(v)) names[count++] = cli_verbs[v].name;
    names[count] = NULL;
    const char *near = cli_suggest(names, name);
    cli_fail_hint(r->c, FAULT_NO_VERB, name, NULL, near ? "did you mean ':{1}'?" : "':help' lists what there is", near);
}

void repl_command(struct repl *r, char *line)
{
    size_t n = strcspn(line, " \t");
    char *rest = line + n + strspn(line + n, " \t");
    line[n] = '\0';
    if (n == 0) { /* a colon alone */
        repl_verb(r, VERB_SHORT, rest);
        return;
    }
    if (strcmp(line, "q") == 0) line = "quit";
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, line) == 0) {
            commands[i].run(r, rest);
            return;
        }
    for (int v = VERB_EVAL; v < VERB_COUNT; v++)
        if (is_command_verb(v) && strcmp(cli_verbs[v].name, line) == 0) {
            repl_verb(r, (enum cli_verb_id)v, rest);
            return;
        }
    fail_command(r, line);
}

/* ---- Completion ---------------------------------------------------------------------------- */

static void offer_names(struct repl *r, edit_offer *offer, void *to)
{
    ew_error e;
    char *text = session_text(&r->session, true);
    ew_options options = cli_library(r->c);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &options, &e) : NULL;
    for (size_t i = 0; g && i < ew_node_count(g); i++) offer(to, ew_node_name(g, ew_node_at(g, i)));
    ew_graph_free(g);
    free(text);
}

void repl_offer(void *context, const char *line, edit_offer *offer, void *to)
{
    struct repl *r = context;
    char word[64];
    bool first = line[0] == ':' && !strpbrk(line, " \t");
    if (first) {
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            snprintf(word, sizeof word, ":%s", commands[i].name), offer(to, word);
        for (int v = VERB_EVAL; v < VERB_COUNT; v++) {
            if (!is_command_verb(v)) continue;
            snprintf(word, sizeof word, ":%s", cli_verbs[v].name);
            offer(to, word);
        }
        return;
    }
    offer_names(r, offer, to);
    for (size_t i = 0; i < ew_op_count() && line[0] != ':'; i++) {
        ew_op_info o = ew_op_at(i, "en");
        snprintf(word, sizeof word, "%.*s", (int)strcspn(o.form, "("), o.form);
        if (o.form[strlen(word)] == '(' && word[0]) offer(to, word);
    }
    if (line[0] != ':') offer(to, "diff");
}
