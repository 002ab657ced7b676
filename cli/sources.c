/*
 * sources.c - data for training and predicting: files that the library reads by rows, or literals.
 *
 * The names are checked by the library, which knows the model. Here a word is only taken apart.
 */
#include "sources.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

static bool source_name(struct cli *c, struct sources *s, const char *word, struct given *own)
{
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : 0;
    if (!n || !equals[1]) {
        cli_fail_hint(c, FAULT_PAIR, word, NULL, "data are given as NAME=FILE or NAME=FILE:COLUMNS", NULL);
        return false;
    }
    own->name = strndup(word, n);
    own->text = equals + 1;
    if (!own->name) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    for (size_t i = 0; own->name && i < s->count; i++)
        if (strcmp(s->at[i].name, own->name) == 0) cli_fail(c, FAULT_TWICE, own->name, NULL);
    return !c->status;
}

static bool source_file(struct cli *c, struct given *own, ew_source *to)
{
    own->text_own = strdup(own->text + (*own->text == '@'));
    if (!own->text_own) cli_fail(c, FAULT_MEMORY, NULL, NULL);
    if (!own->text_own) return false;
    const char *part = given_part(own->text_own);
    to->path = own->text_own;
    to->part = part && *part ? part : NULL;
    return true;
}

static bool source_literal(struct cli *c, struct given *own, ew_source *to)
{
    own->input = 0; /* a literal may be an array */
    if (!given_read(c, NULL, own)) return false;
    if (own->rank == 0) own->rank = 1, own->size[0] = 1; /* a number is one row */
    to->values = own->values;
    to->kind = EW_KIND_F64;
    to->rank = own->rank;
    to->size = own->size;
    return true;
}

bool sources_read(struct cli *c, struct sources *s, const char *const *words, size_t count, bool values)
{
    *s = (struct sources){.at = cli_room(c, count, sizeof *s->at)};
    s->own = s->at ? cli_room(c, count, sizeof *s->own) : NULL;
    for (size_t i = 0; s->own && i < count && !c->status; i++) {
        struct given *own = &s->own[i];
        ew_source *to = &s->at[i];
        *own = (struct given){0};
        *to = (ew_source){0};
        bool ok = source_name(c, s, words[i], own);
        to->name = own->name;
        s->count = i + 1; /* freed with the others */
        if (ok) (values && *own->text != '@' ? source_literal : source_file)(c, own, to);
    }
    return !c->status;
}

void sources_free(struct sources *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->own[i].name);
        free(s->own[i].values);
        free(s->own[i].text_own);
    }
    free(s->own);
    free(s->at);
    *s = (struct sources){0};
}
