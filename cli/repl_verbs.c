/*
 * repl_verbs.c - verbs in a session: a command line is made of the session's values and the words of
 * the line, and run as any other, with the session's program as its text.
 */
#include "cli.h"
#include "repl.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *repl_word(char **line)
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
    else if (verb == VERB_MINIMIZE || verb == VERB_FIT)
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
    for (char *word; (word = repl_word(&line)) != NULL;) {
        if (word[0] != '-') {
            call_plain(a, verb, word, nth++);
            continue;
        }
        call_add(a, word);
        char *value = takes_argument(word) ? repl_word(&line) : NULL;
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
        if (values_takes(g, name)) call_add(a, pair);
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
    bool needs = verb == VERB_GRAD || verb == VERB_CHECK || verb == VERB_MINIMIZE || verb == VERB_FIT;
    for (size_t i = 0; needs && !strchr(line, '=') && i < ew_input_count(g); i++) {
        const char *name = ew_node_name(g, ew_input_at(g, i).node);
        if (repl_input(r, g, i, &value)) continue;
        cli_fail_hint(r->c, FAULT_MISSING, name, NULL, "give it one: {1} = 1", name);
        return false;
    }
    return true;
}

void repl_verb(struct repl *r, enum cli_verb_id verb, char *line)
{
    struct call a = {.argc = 0};
    const struct cli_verb *v = &cli_verbs[verb];
    char *text = NULL;
    call_add(&a, "edgewise");
    if (verb != VERB_SHORT) call_add(&a, v->name);
    call_shared(&a, r->c);
    if (verb == VERB_SHORT) call_add(&a, "--quiet"); /* its hint is for the shell */
    if (v->has_program && !strstr(line, "--help")) {
        ew_graph *g = repl_parse(r, true);
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
