/*
 * error.h - errors as data: one row of errors.def for each, one place where they are filled in.
 *
 * A `report` collects the first error of an object (a graph keeps one); later ones are dropped.
 * Places are byte offsets into the source; line, column and the caret line are found only when an
 * error happens.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/text.h"

typedef enum error_code {
    E_NONE,
#define ERROR(number, status, name, sentence) E_##name,
#include "base/errors.def"
#undef ERROR
} error_code;

#define NO_PLACE UINT32_MAX

typedef struct source {
    const char *at; /* not ended by a NUL necessarily */
    size_t count;
    const char *file;
} source;

typedef struct report {
    memory *m;
    const char *language;
    source source;
    ew_error error; /* status EW_OK: none so far */
} report;

/* Fills in error `code`: up to three strings for {1}, {2}, {3}, the place and how many bytes to
 * underline. Always returns false, so that it can end a function. */
bool report_at(report *r, error_code code, uint32_t place, size_t bytes, const char *a, const char *b, const char *c);
bool report_plain(report *r, error_code code, const char *a, const char *b);
/* A mend for the error just reported; the template is translated and filled with one string. */
void report_hint(report *r, const char *template_, const char *a);
/* "no memory", or the limit that the caller set. */
bool report_memory(report *r);
bool report_ok(const report *r);
/* After a look ahead: a fault of the text is met again where it counts, but refused memory stays told. */
void report_forget(report *r);

/* Line and column (in characters, from 1) of a byte offset. */
void source_place(const source *s, size_t offset, int *line, int *column);

/* At most 30 characters of s[0..n), then "…": for quoting a user's word. */
const char *quote(char buffer[160], const char *s, size_t n);

const char *translate(const char *language, const char *sentence);

#endif
