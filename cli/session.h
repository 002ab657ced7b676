/* session.h - what has been typed so far: statements, values, the last bare expression. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli.h"

struct session_list {
    char **at;
    size_t count;
};

struct session_state {
    struct session_list lines;  /* statements of the program */
    struct session_list values; /* "NAME=VALUE" */
    char *tail;                 /* the last bare expression, which commands are about; or NULL */
};

enum { SESSION_UNDO = 100 };

struct session {
    struct cli *c;
    struct session_state now, before[SESSION_UNDO];
    size_t undo_count;
};

void session_end(struct session *s);

/* What a line is, without its comment. */
enum session_kind { SESSION_NOTHING, SESSION_COMMAND, SESSION_VALUE, SESSION_STATEMENT, SESSION_EXPRESSION };
enum session_kind session_kind_of(const struct session *s, const char *line);
/* Does the statement go on in the next line? (an open bracket, an operator at the end) */
bool session_goes_on(const char *text);

/* Changes. false: no memory (the error is out). Each is one step of undo if `mark` came before. */
bool session_mark(struct session *s);
bool session_undo(struct session *s); /* false: there is nothing to take back */
bool session_clear(struct session *s);
bool session_set(struct session *s, const char *name, size_t count, const char *value);
/* In place of what stands for the same name; `beside`: other parts of the array stay, x[0] beside x[t in 1..9]. */
bool session_add(struct session *s, const char *statement, bool beside);
bool session_append(struct session *s, const char *statement); /* after all others */
bool session_say(struct session *s, const char *expression);   /* the tail; NULL: none */

/* The program, to be freed. */
char *session_text(const struct session *s, bool tail);
/* The name that a statement defines ("f(" for a function), as a stretch of it. */
size_t session_key(const char *statement, const char **key);
const char *session_value(const struct session *s, const char *name); /* its text, or NULL */
bool session_is_name(const char *line);                               /* a name and nothing else */
bool session_has_output(const struct session *s);

#endif
