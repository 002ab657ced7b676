/*
 * alike.h - the word that a mistyped one was probably meant to be, among those that are tried.
 */
#ifndef BASE_ALIKE_H
#define BASE_ALIKE_H

#include <stddef.h>

typedef struct alike { /* the likest so far */
    const char *word;  /* or NULL */
    size_t distance;   /* more than that of any that will do */
    size_t begins;     /* with so many letters alike: of those as far the one that begins alike longer, */
    size_t longer;     /* then the one whose length differs less, if it is not the other's beginning */
} alike;

/* For a word of so many bytes: one letter wrong in short ones (up to 3), a third of them in long ones. */
alike alike_begin(size_t count);
void alike_try(alike *best, const char *word, size_t count, const char *name, size_t name_count);

#endif
