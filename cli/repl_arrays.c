/*
 * repl_arrays.c - arrays in a session: its values bind the sizes, as the words of a command line do.
 */
#include "cli.h"
#include "repl.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The session's values that the program takes, as the words after a program. NULL: the error is out. */
static char **words_of(struct repl *r, const ew_graph *g, size_t *count)
{
    const struct session_list *pairs = &r->session.now.values;
    char **words = cli_room(r->c, pairs->count + 1, sizeof *words);
    *count = 1;
    for (size_t i = 0; words && i < pairs->count; i++) {
        char name[1024];
        snprintf(name, sizeof name, "%.*s", (int)(strchr(pairs->at[i], '=') - pairs->at[i]), pairs->at[i]);
        if (values_takes(g, name)) words[(*count)++] = pairs->at[i];
    }
    return words;
}

static struct values *values_now(struct repl *r, ew_graph *g)
{
    struct cli *c = r->c;
    char **before = c->words;
    size_t before_count = c->word_count, count;
    char **words = words_of(r, g, &count);
    if (!words) return NULL;
    words[0] = "";
    c->words = words;
    c->word_count = count;
    struct values *v = values_read(c, g);
    if (v && !values_bind(c, g, v)) {
        values_free(v);
        v = NULL;
    }
    c->words = before;
    c->word_count = before_count;
    free(words);
    return v;
}

ew_graph *repl_bind(struct repl *r, const char *text, ew_graph *g)
{
    ew_error e;
    ew_options options = cli_library(r->c);
    values_free(r->values);
    r->values = values_now(r, g);
    ew_graph_free(g);
    if (!r->values) return NULL;
    options.sizes = r->values->sizes;
    options.size_count = r->values->size_count;
    g = ew_parse(text, EW_WHOLE, &options, &e);
    if (!g) cli_fail_error(r->c, &e);
    return g;
}

void repl_show(struct repl *r, const char *name, struct array a)
{
    if (name || a.rank == 0) {
        cli_array_show(r->c, name, &a);
    } else {
        cli_array_corner(r->c, &a, 80);
        cli_put(r->c, "\n");
    }
}

void repl_show_array(struct repl *r, ew_graph *g, ew_node n, const char *name)
{
    int64_t *whole;
    double *in = r->values ? values_lay(r->c, g, r->values, false) : NULL;
    double *value = in ? cli_run_whole(r->c, g, &n, 1, in, &whole) : NULL;
    if (value) repl_show(r, name, cli_array_ran(g, n, value, whole, 0));
    free(value);
    free(in);
}
