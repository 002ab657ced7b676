/*
 * text.h - a growing string with a sticky failure, and numbers as text.
 *
 * Writers add and look once at the end (`failed`). Text is UTF-8 and always ended by a NUL.
 * Numbers are written and read with a point whatever the process's locale says.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/memory.h"

typedef struct text {
    memory *m;
    char *at; /* "" is at == NULL: use text_string */
    size_t count, capacity;
    bool failed;
} text;

void text_begin(text *t, memory *m);
void text_free(text *t);
void text_clear(text *t);
const char *text_string(const text *t); /* never NULL */

void text_addn(text *t, const char *bytes, size_t count);
void text_add(text *t, const char *string);
void text_char(text *t, char c);
void text_repeat(text *t, const char *string, size_t times);
void text_format(text *t, const char *format, ...) /* printf; no %f, %g: the locale's comma */
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;
void text_count(text *t, size_t n);
size_t count_text(size_t n, char buffer[24]); /* decimals; bytes written */

/* Shortest decimal that reads back to the same double; digits > 0: rounded to so many. */
void text_number(text *t, double value, int digits);
size_t number_text(double value, int digits, char buffer[32]);

/* The double nearest to the decimal in s[0..n) (digits . digits e digits, as the lexer accepts
 * them). false: a letter that does not belong, or no memory for a very long one. */
bool number_read(memory *m, const char *s, size_t n, double *value);

/* "{1}" and "{2}" in a template stand for the strings given; "{{" is not needed anywhere. */
void text_fill(text *t, const char *template_, const char *const *args, size_t count);

#endif
