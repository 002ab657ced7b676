/*
 * program.h - lists of expressions over a graph, for the rooms below.
 */
#ifndef LANG_PROGRAM_H
#define LANG_PROGRAM_H

#include "lang/lang.h"

typedef struct lang_list {
    size_t count;
    ew_node *nodes;
    uint32_t *places; /* where each expression begins in the text */
} lang_list;

/* "e, diff(e, b)" → nodes. On failure the report is filled and the list empty. */
bool program_list(ew_graph *g, const char *text, lang_list *list);
void program_list_free(ew_graph *g, lang_list *list);

#endif
