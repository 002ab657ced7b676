/* repl.h - what the files of the session share: repl.c, repl_lines.c, repl_verbs.c, repl_commands.c. */
#ifndef CLI_REPL_H
#define CLI_REPL_H

#include "arrays.h"
#include "edit.h"
#include "session.h"

struct repl {
    struct cli *c;
    struct session session;
    struct edit *edit;
    struct values *values; /* of the program that was read last, if it has arrays */
    char *pending;         /* a line that was read too early */
    bool done;
};

/* Lines that are no commands (repl_lines.c). */
void repl_value(struct repl *r, const char *line);
void repl_statement(struct repl *r, const char *line);
void repl_expression(struct repl *r, const char *line);
/* What follows a change: the value of `name`, or of the output; a program that is none is taken back.
 * `waits`: say which values are missing. */
void repl_after(struct repl *r, const char *name, bool waits);
/* The session's program as a graph; NULL: the error is out. */
ew_graph *repl_parse(struct repl *r, bool tail);
/* By input: its value, from the session or its default; false: it has none. Of arrays only whether it is there. */
bool repl_input(struct repl *r, ew_graph *g, size_t i, double *value);

/* The text again, with the sizes that the session's values give its arrays (repl_arrays.c); g is freed. NULL: the
 * error is out. */
ew_graph *repl_bind(struct repl *r, const char *text, ew_graph *g);
/* A value: after its name, or (NULL) alone. */
void repl_show(struct repl *r, const char *name, struct array a);
/* The value of node n of a program with arrays. */
void repl_show_array(struct repl *r, ew_graph *g, ew_node n, const char *name);

/* A verb with the session's program and values, and the rest of the line as its words (repl_verbs.c). */
void repl_verb(struct repl *r, enum cli_verb_id verb, char *line);
/* The next word of a line, quotes taken away; NULL: no more. */
char *repl_word(char **line);

/* What follows a colon (repl_commands.c); and what could stand where, for completion. */
void repl_command(struct repl *r, char *line);
bool repl_is_command(const char *word);
edit_words repl_offer;

#endif
