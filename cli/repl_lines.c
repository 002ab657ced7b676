/*
 * repl_lines.c - the lines of a session that are no commands: values, statements, expressions.
 */
#include "arrays.h"
#include "repl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values of nodes ----------------------------------------------------------------------- */

bool repl_input(struct repl *r, ew_graph *g, size_t i, double *value)
{
    ew_options options = cli_library(r->c);
    ew_input_info info = ew_input_at(g, i);
    const char *text = session_value(&r->session, ew_node_name(g, info.node));
    *value = 0;
    if (ew_node_rank(g, info.node) || (text && *text == '@')) return text || info.has_value || info.is_random;
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
        if (repl_input(r, g, i, &in[i]) || node > n || !needed[node]) continue;
        if (strlen(missing) + strlen(ew_node_name(g, node)) < 380)
            strcat(strcat(missing, missing[0] ? ", " : ""), ew_node_name(g, node));
    }
    free(needed);
    return true;
}

/* "e = 6", or what it waits for. */
static void say_node(struct repl *r, ew_graph *g, ew_node n, const char *name, bool waits)
{
    char missing[400];
    double *in = cli_room(r->c, ew_input_count(g), sizeof *in);
    if (in && find_missing(r, g, n, in, missing)) {
        bool arrays = cli_array_any(g);
        int64_t *whole;
        double *value = missing[0] || arrays ? NULL : cli_run_whole(r->c, g, &n, 1, in, &whole);
        if (arrays && !missing[0]) repl_show_array(r, g, n, name);
        if (value) repl_show(r, name, cli_array_ran(g, n, value, whole, 0));
        if (missing[0] && waits) cli_say(r->c, "no value yet for {1}\n", missing, NULL, NULL);
        free(value);
    }
    free(in);
}

ew_graph *repl_parse(struct repl *r, bool tail)
{
    ew_error e;
    char *text = session_text(&r->session, tail);
    ew_options options = cli_library(r->c);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &options, &e) : NULL;
    if (text && !g) cli_fail_error(r->c, &e);
    if (g && cli_array_any(g)) g = repl_bind(r, text, g);
    free(text);
    return g;
}

/* ---- Lines that are no commands ------------------------------------------------------------ */

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

void repl_after(struct repl *r, const char *name, bool waits)
{
    if (defines_nothing(&r->session) && !r->session.now.tail) return;
    ew_graph *g = repl_parse(r, true);
    if (!g) {
        session_undo(&r->session);
        return;
    }
    ew_node n = name ? ew_find(g, name) : ew_output_at(g, 0);
    if (n != EW_NONE && cli_input_index(g, n) == SIZE_MAX) say_node(r, g, n, ew_node_name(g, n), waits);
    ew_graph_free(g);
}

void repl_value(struct repl *r, const char *line)
{
    const char *key;
    size_t count = session_key(line, &key);
    if (session_mark(&r->session) && session_set(&r->session, key, count, strchr(key, '=') + 1))
        repl_after(r, NULL, false);
}

/* The formula so far as an equation under the name it was shown with, to be freed; NULL: there is none. */
static char *formula_name(struct repl *r)
{
    const char *tail = r->session.now.tail;
    ew_graph *g = tail ? repl_parse(r, true) : NULL;
    const char *name = g && !session_has_output(&r->session) ? ew_node_name(g, ew_output_at(g, 0)) : NULL;
    size_t size = name ? strlen(name) + strlen(tail) + 4 : 0;
    char *equation = name ? cli_room(r->c, size, 1) : NULL;
    if (equation) snprintf(equation, size, "%s = %s", name, tail);
    ew_graph_free(g);
    return equation;
}

/* Do two equations of an array give the same place? */
static bool parts_overlap(struct repl *r)
{
    ew_error e = {0};
    char *text = session_text(&r->session, true);
    ew_options options = cli_library(r->c);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &options, &e) : NULL;
    bool overlap = text && !g && strcmp(e.code, "E415") == 0;
    ew_graph_free(g);
    free(text);
    return overlap;
}

void repl_statement(struct repl *r, const char *line)
{
    const char *key;
    char name[256];
    size_t count = session_key(line, &key);
    char *formula = formula_name(r);
    bool plain = count && count < sizeof name && key[count - 1] != '(' && strncmp(line, "output ", 7) != 0;
    bool kept = session_mark(&r->session) && (!formula || session_add(&r->session, formula, false));
    free(formula);
    if (!kept || !session_add(&r->session, line, true)) return;
    if (parts_overlap(r) && !session_add(&r->session, line, false)) return;
    snprintf(name, sizeof name, "%.*s", plain ? (int)count : 0, key);
    repl_after(r, plain ? name : NULL, plain);
}

/* The line, read with the functions that were defined; NULL: it is no program. */
static ew_graph *parse_line(struct repl *r, const char *line, ew_error *e)
{
    ew_options options = cli_library(r->c);
    const struct session_list *lines = &r->session.now.lines;
    size_t size = strlen(line) + 1, used = 0;
    for (size_t i = 0; i < lines->count; i++) size += strlen(lines->at[i]) + 1;
    char *text = cli_room(r->c, size, 1);
    for (size_t i = 0; text && i < lines->count; i++) {
        const char *key;
        size_t n = session_key(lines->at[i], &key);
        if (n && key[n - 1] == '(') used += (size_t)sprintf(text + used, "%s\n", lines->at[i]);
    }
    if (text) memcpy(text + used, line, strlen(line) + 1);
    ew_graph *g = text ? ew_parse(text, EW_WHOLE, &options, e) : NULL;
    free(text);
    return g;
}

/* Is every name in it an input, or new? Then, where no equation was typed, it is the formula that the
 * session is about. "diff(e, b)" asks about the one before. */
static bool is_formula(struct repl *r, ew_graph *now, const char *line)
{
    ew_error e;
    ew_graph *g = parse_line(r, line, &e);
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
    ew_graph *g = repl_parse(r, true);
    if (g)
        say_node(r, g, ew_output_at(g, 0), ew_node_name(g, ew_output_at(g, 0)), true);
    else
        session_undo(&r->session);
    ew_graph_free(g);
}

/* Nothing is called 'grad': a command begins with a colon. */
static void fail_expression(struct repl *r, const char *line, ew_error *e)
{
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(line, " \t"), line);
    if (strcmp(e->code, "E012") == 0 && session_is_name(line) && repl_is_command(word) && !e->hint[0])
        cli_fill(r->c, e->hint, sizeof e->hint, "did you mean ':{1}'?", word, NULL, NULL);
    cli_fail_error(r->c, e);
}

void repl_expression(struct repl *r, const char *line)
{
    ew_error e;
    bool nothing = defines_nothing(&r->session);
    ew_graph *g = nothing && !r->session.now.tail ? NULL : repl_parse(r, true);
    if (r->c->status) return;
    if (nothing && is_formula(r, g, line)) {
        take_formula(r, line);
    } else {
        if (!g) g = parse_line(r, line, &e); /* "1 + 2", before anything else */
        ew_node n = g ? ew_expression(g, line, &e) : EW_NONE;
        if (n != EW_NONE)
            say_node(r, g, n, NULL, true);
        else
            fail_expression(r, line, &e);
    }
    ew_graph_free(g);
}
