/* edit.h - lines from a person (with history and completion, where libedit is) or from a pipe. */
#ifndef CLI_EDIT_H
#define CLI_EDIT_H

#include "cli.h"

struct edit;

/* Adds a word that could stand here; the context is edit_new's. `line` is what is typed so far. */
typedef void edit_offer(void *context, const char *word);
typedef void edit_words(void *context, const char *line, edit_offer *offer, void *to);

/* NULL: no memory, the error is out. */
struct edit *edit_new(struct cli *c, edit_words *words, void *context);
void edit_free(struct edit *e); /* keeps the history */
bool edit_is_person(const struct edit *e);
/* The next line without its end, valid until the next call; NULL: no more. "" after Ctrl-C. */
const char *edit_line(struct edit *e, const char *prompt);

#endif
