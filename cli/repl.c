/*
 * repl.c - the session: lines in, answers out, until the input ends. No error ends it.
 *
 * A line is a value (a = 2), a statement of the growing program, an expression, or a command with a
 * colon. Commands that are verbs run as on the command line, with the session's program and values
 * (session.c keeps them). Works the same through a pipe, without prompts.
 */
#include "cli.h"
#include "edit.h"
#include "session.h"
#include "table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct repl {
    struct cli *c;
    struct session session;
    struct edit *edit;
    char *pending; /* a line that was read too early */
    bool done;
};

/* Nothing of a line's failure stays. */
static void recover(struct cli *c)
{
    cli_flush(c);
    c->status = 0;
}

/* ---- Values of nodes ----------------------------------------------------------------------------------- */

/* By input: its value, from the session or its default; false: it has none. */
static bool input_value(struct repl *r, ew_graph *g, size_t i, double *value)
{
    ew_options options = cli_library(r->c);
    const char *text = session_value(&r->session, ew_node_name(g, ew_input_at(g, i).node));
    if (text) return ew_number_read(text, &options, value, NULL) == EW_OK;
    return ew_input_default(g, i, r->c->seed, 0, value) != 0;
}

/* The inputs that node n is computed from and that have no value: their names, separated by commas.
 * Arguments have smaller numbers, so one way down finds all. */
static bool find_missing(struct repl *r, ew_graph *g, ew_node n, double *in, char missing[400])
{
    unsigned char *needed = cli_room(r->c, (size_t)n + 1, 1);
    if (!needed) return false;
    memset(needed, 0, (size_t)n + 1);
    needed[n] = 1;
    for (size_t i = (size_t)n + 1; i-- > 0;)
        for (size_t k = 0; needed[i] && k < ew_node_arg_count(g, (ew_node)i); k++)
            needed[ew_node_arg(g, (ew_node)i, k)] = 1;
    missing[0] = '\0';
    for (size_t i = 0; i < ew_input_count(g); i++) {
        ew_node node = ew_input_at(g, i).node;
        in[i] = 0; /* for those that nobody asks for */
        if (input_value(r, g, i, &in[i]) || node > n || !needed[node]) continue;
        if (strlen(missing) + strlen(ew_node_name(g, node)) < 380)
            strcat(strcat(missing, missing[0] ? ", " : ""), ew_node_name(g, node));
    }
    free(needed);
    return true;
}

static void say_value(struct repl *r, ew_graph *g, ew_node n, const char *name, double value)
{
    char number[32];
    ew_number_text(value, 0, number);
    if (ew_node_type(g, n) == EW_BOOL) strcpy(number, value != 0 ? "true" : "false");
    cli_say(r->c, name ? "{1} = {2}\n" : "{2}\n", name, number, NULL);
}

/* "e = 6", or what it waits for. */
static void say_node(struct repl *r, ew_graph *g, ew_node n, const char *name, bool waits)
{
    char missing[400];
    double *in = cli_room(r->c, ew_input_count(g), sizeof *in);
    if (in && find_missing(r, g, n, in, missing)) {
        double *value = missing[0] ? NULL : cli_run(r->c, g, &n, 1, in);
        if (value) say_value(r, g, n, name, *value);
        if (missing[0] && waits) cli_say(r->c, "no value yet for {1}\n", missing, NULL, NULL);
        free(value);
    }
    free(in);
}

static ew_graph *parse(struct repl *r, bool tail)
{
    ew_error e;
    char *text = session_text(&r->session, tail);
    ew_options options = cli_library(r->c);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &options, &e) : NULL;
    if (text && !g) cli_fail_error(r->c, &e);
    free(text);
    return g;
}

/* ---- Lines that are no commands --------------------------------------------------------------------------- */

/* Only functions and declarations so far are no program yet: nothing is said about them. */
static bool defines_nothing(const struct session *s)
{
    for (size_t i = 0; i < s->now.lines.count; i++) {
        const char *key, *line = s->now.lines.at[i] + strspn(s->now.lines.at[i], " \t");
        size_t n = session_key(line, &key);
        if (key == line && n && key[n - 1] != '(' && strncmp(line, "output", 6) != 0) return false;
    }
    return true;
}

/* What follows a change: is the program still whole, and what is its value now? */
static void after_change(struct repl *r, const char *name, bool waits)
{
    if (defines_nothing(&r->session) && !r->session.now.tail) return;
    ew_graph *g = parse(r, true);
    if (!g) {
        session_undo(&r->session);
        return;
    }
    ew_node n = name ? ew_find(g, name) : ew_output_at(g, 0);
    if (n != EW_NONE && cli_input_index(g, n) == SIZE_MAX) say_node(r, g, n, ew_node_name(g, n), waits);
    ew_graph_free(g);
}

static void take_value(struct repl *r, const char *line)
{
    const char *key;
    size_t count = session_key(line, &key);
    if (session_mark(&r->session) && session_set(&r->session, key, count, strchr(key, '=') + 1))
        after_change(r, NULL, false);
}

/* The formula so far as an equation under the name it was shown with, to be freed; NULL: there is none. */
static char *formula_name(struct repl *r)
{
    const char *tail = r->session.now.tail;
    ew_graph *g = tail ? parse(r, true) : NULL;
    const char *name = g && !session_has_output(&r->session) ? ew_node_name(g, ew_output_at(g, 0)) : NULL;
    size_t size = name ? strlen(name) + strlen(tail) + 4 : 0;
    char *equation = name ? cli_room(r->c, size, 1) : NULL;
    if (equation) snprintf(equation, size, "%s = %s", name, tail);
    ew_graph_free(g);
    return equation;
}

static void take_statement(struct repl *r, const char *line)
{
    const char *key;
    char name[256];
    size_t count = session_key(line, &key);
    char *formula = formula_name(r);
    bool plain = count && count < sizeof name && key[count - 1] != '(' && strncmp(line, "output ", 7) != 0;
    bool kept = session_mark(&r->session) && (!formula || session_add(&r->session, formula));
    free(formula);
    if (!kept || !session_add(&r->session, line)) return;
    snprintf(name, sizeof name, "%.*s", plain ? (int)count : 0, key);
    after_change(r, plain ? name : NULL, plain);
}

/* Is every name in it an input, or new? Then, where no equation was typed, it is the formula that the
 * session is about. "diff(e, b)" asks about the one before. */
static bool is_formula(struct repl *r, ew_graph *now, const char *line)
{
    ew_error e;
    ew_options options = cli_library(r->c);
    ew_graph *g = ew_parse(line, EW_WHOLE, &options, &e);
    size_t count = g ? ew_input_count(g) : 0;
    bool formula = count > 0 && !session_is_name(line);
    for (size_t i = 0; now && formula && i < count; i++) {
        ew_node n = ew_find(now, ew_node_name(g, ew_input_at(g, i).node));
        formula = n == EW_NONE || cli_input_index(now, n) != SIZE_MAX;
    }
    ew_graph_free(g);
    return formula;
}

static void take_formula(struct repl *r, const char *line)
{
    if (!session_mark(&r->session) || !session_say(&r->session, line)) return;
    ew_graph *g = parse(r, true);
    if (g)
        say_node(r, g, ew_output_at(g, 0), ew_node_name(g, ew_output_at(g, 0)), true);
    else
        session_undo(&r->session);
    ew_graph_free(g);
}

static void take_expression(struct repl *r, const char *line)
{
    ew_error e;
    bool nothing = defines_nothing(&r->session);
    ew_graph *g = nothing && !r->session.now.tail ? NULL : parse(r, true);
    if (r->c->status) return;
    if (nothing && is_formula(r, g, line)) {
        take_formula(r, line);
    } else {
        if (!g) { /* "1 + 2", before anything else */
            ew_options options = cli_library(r->c);
            g = ew_parse(line, EW_WHOLE, &options, &e);
        }
        ew_node n = g ? ew_expression(g, line, &e) : EW_NONE;
        if (n != EW_NONE)
            say_node(r, g, n, NULL, true);
        else
            cli_fail_error(r->c, &e);
    }
    ew_graph_free(g);
}

/* ---- Verbs ------------------------------------------------------------------------------------------------- */

enum { CALL_WORDS = 256 };

struct call {
    char *argv[CALL_WORDS + 1];
    int argc;
    char own[8192]; /* where the words lie */
    size_t used;
    bool full;
};

static void call_addn(struct call *a, const char *word, size_t count)
{
    a->full = a->full || a->argc == CALL_WORDS || sizeof a->own - a->used <= count;
    if (a->full) return;
    a->argv[a->argc++] = memcpy(a->own + a->used, word, count);
    a->argv[a->argc] = NULL;
    a->own[a->used + count] = '\0';
    a->used += count + 1;
}

static void call_add(struct call *a, const char *word)
{
    call_addn(a, word, strlen(word));
}

static void call_option(struct call *a, const char *name, const char *value)
{
    char word[300];
    if (!value) return;
    snprintf(word, sizeof word, "--%s=%.250s", name, value);
    call_add(a, word);
}

/* The next word of a line, quotes taken away; NULL: no more. */
static char *next_word(char **line)
{
    char *at = *line + strspn(*line, " \t"), *to = at, *word = at;
    char quote = '\0';
    if (!*at) return NULL;
    for (; *at && (quote || (*at != ' ' && *at != '\t')); at++) {
        if (quote ? *at == quote : *at == '\'' || *at == '"')
            quote = quote ? '\0' : *at;
        else
            *to++ = *at;
    }
    *line = *at ? at + 1 : at;
    *to = '\0';
    return word;
}

static bool takes_argument(const char *word)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        bool same = word[1] == '-' ? strcmp(o->name, word + 2) == 0 : o->letter && word[1] == o->letter && !word[2];
        if (same) return o->argument != NULL;
    }
    return false;
}

/* A word without an option's name means what is most often asked of that verb. */
static void call_plain(struct call *a, enum cli_verb_id verb, const char *word, size_t nth)
{
    bool by_name = verb == VERB_SHORT || verb == VERB_GRAD || verb == VERB_EXPLAIN || verb == VERB_CHECK;
    if (strchr(word, '='))
        call_add(a, word);
    else if (verb == VERB_PATHS)
        call_option(a, nth == 0 ? "from" : "to", word);
    else if (verb == VERB_DRAW || verb == VERB_EMIT)
        call_option(a, nth == 0 ? "output" : "of", word);
    else if (verb == VERB_MINIMIZE)
        call_option(a, nth == 0 ? "of" : "over", word);
    else if (by_name && nth < 2)
        call_option(a, nth == 0 ? "of" : "wrt", word);
    else
        call_add(a, word);
}

static void call_words(struct call *a, enum cli_verb_id verb, char *line)
{
    size_t nth = 0;
    if (verb == VERB_EVAL && *line && *line != '-') {
        call_add(a, "--outputs");
        call_add(a, line);
        return;
    }
    for (char *word; (word = next_word(&line)) != NULL;) {
        if (word[0] != '-') {
            call_plain(a, verb, word, nth++);
            continue;
        }
        call_add(a, word);
        char *value = takes_argument(word) ? next_word(&line) : NULL;
        if (value) call_add(a, value);
    }
}

/* The session's values for inputs that the program has. */
static void call_values(struct call *a, const struct session *s, ew_graph *g)
{
    for (size_t i = 0; i < s->now.values.count; i++) {
        char name[1024];
        const char *pair = s->now.values.at[i], *equals = strchr(pair, '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
        ew_node n = ew_find(g, name);
        if (n != EW_NONE && cli_input_index(g, n) != SIZE_MAX) call_add(a, pair);
    }
}

static void call_shared(struct call *a, const struct cli *c)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)c->seed);
    call_option(a, "lang", c->language);
    call_option(a, "color", c->color_choice);
    call_option(a, "precision", c->precision);
    call_option(a, "seed", seed);
    if (c->quiet) call_add(a, "--quiet");
}

static void call_run(struct call *a, char *text)
{
    struct cli c;
    if (!cli_parse(&c, a->argc, a->argv)) {
        if (text) {
            c.text = text;
            c.text_length = strlen(text);
        }
        cli_dispatch(&c);
    }
    cli_end(&c);
}

/* Said here in the words of the session; verbs that do without values are not asked. */
static bool has_values(struct repl *r, ew_graph *g, enum cli_verb_id verb, const char *line)
{
    double value;
    bool needs = verb == VERB_GRAD || verb == VERB_CHECK || verb == VERB_MINIMIZE;
    for (size_t i = 0; needs && !strchr(line, '=') && i < ew_input_count(g); i++) {
        const char *name = ew_node_name(g, ew_input_at(g, i).node);
        if (input_value(r, g, i, &value)) continue;
        cli_fail_hint(r->c, FAULT_MISSING, name, NULL, "give it one: {1} = 1", name);
        return false;
    }
    return true;
}

static void run_verb(struct repl *r, enum cli_verb_id verb, char *line)
{
    struct call a = {.argc = 0};
    const struct cli_verb *v = &cli_verbs[verb];
    char *text = NULL;
    call_add(&a, "edgewise");
    if (verb != VERB_SHORT) call_add(&a, v->name);
    call_shared(&a, r->c);
    if (verb == VERB_SHORT) call_add(&a, "--quiet"); /* its hint is for the shell */
    if (v->has_program && !strstr(line, "--help")) {
        ew_graph *g = parse(r, true);
        if (!g || !has_values(r, g, verb, line)) {
            ew_graph_free(g);
            return;
        }
        if (verb == VERB_EMIT) call_add(&a, "c");
        call_add(&a, "(session)");
        call_values(&a, &r->session, g);
        ew_graph_free(g);
        text = session_text(&r->session, true);
        if (!text) return;
    }
    call_words(&a, verb, line);
    cli_flush(r->c);
    if (a.full)
        cli_fail(r->c, FAULT_EXTRA, "…", NULL);
    else
        call_run(&a, text);
    free(text);
}

/* ---- Commands ------------------------------------------------------------------------------------------------- */

static void command_set(struct repl *r, char *line)
{
    if (!session_mark(&r->session)) return;
    for (char *word; (word = next_word(&line)) != NULL;) {
        char *equals = strchr(word, '=');
        double value;
        if (!equals || equals == word) cli_fail(r->c, FAULT_PAIR, word, NULL);
        if (r->c->status) break;
        *equals = '\0';
        if (cli_number(r->c, word, equals + 1, &value)) session_set(&r->session, word, strlen(word), equals + 1);
    }
    if (r->c->status)
        session_undo(&r->session);
    else
        after_change(r, NULL, true);
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
        run_verb(r, VERB_HELP, line);
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
    help_row(c, ":emit e", cli_verbs[VERB_EMIT].summary);
    help_row(c, ":ops tanh", cli_verbs[VERB_OPS].summary);
}

static bool is_command_verb(int v)
{
    return !cli_verbs[v].hidden && v != VERB_REPL;
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

static void take_command(struct repl *r, char *line)
{
    size_t n = strcspn(line, " \t");
    char *rest = line + n + strspn(line + n, " \t");
    line[n] = '\0';
    if (n == 0) { /* a colon alone */
        run_verb(r, VERB_SHORT, rest);
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
            run_verb(r, (enum cli_verb_id)v, rest);
            return;
        }
    fail_command(r, line);
}

/* ---- Completion ------------------------------------------------------------------------------------------------- */

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

static void offer_words(void *context, const char *line, edit_offer *offer, void *to)
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

/* ---- Lines --------------------------------------------------------------------------------------------------------
 */

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
    case SESSION_COMMAND: take_command(r, line + 1); break;
    case SESSION_VALUE: take_value(r, line); break;
    case SESSION_STATEMENT: take_statement(r, line); break;
    case SESSION_EXPRESSION: take_expression(r, line); break;
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

/* ---- The beginning
 * --------------------------------------------------------------------------------------------------- */

/* The statements of a text, joined where they go on; nothing is looked at until all are there. */
static void load_text(struct repl *r, char *text)
{
    char *line = text;
    for (char *at = text; !r->c->status; at++) {
        if (*at && *at != '\n') continue;
        bool last = !*at;
        *at = '\0';
        if (!last && session_goes_on(line)) {
            *at = '\n';
            continue;
        }
        enum session_kind kind = session_kind_of(&r->session, line);
        if (kind == SESSION_EXPRESSION)
            session_say(&r->session, line);
        else if (kind != SESSION_NOTHING)
            session_add(&r->session, line);
        if (last) return;
        line = at + 1;
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
    if (text && !c->status) after_change(r, NULL, false);
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
    if (c->json) return c->json = false, cli_fail(c, FAULT_FOREIGN, "json", "repl");
    if (c->output) return cli_fail(c, FAULT_FOREIGN, "output", "repl");
    r.edit = edit_new(c, offer_words, &r);
    if (r.edit) converse(&r);
    free(r.pending);
    edit_free(r.edit);
    session_end(&r.session);
    return c->status;
}
