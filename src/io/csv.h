/* csv.h - one reading of a csv file: csv.c has the rows, csv_columns.c the header and what is chosen. */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "base/unicode.h"
#include "io/io.h"

#define CSV_NOT_CHOSEN SIZE_MAX

typedef struct csv_column {
    size_t name, name_count; /* in csv.names, ended by a NUL */
    size_t place;            /* among the chosen ones */
    size_t field, width;     /* where the header has it */
} csv_column;

typedef struct csv {
    io_read *io;
    const char *s;
    size_t count, at;
    size_t row, line; /* where the row begins, and its line from 1 */
    text names;
    ARRAY(csv_column) columns;
    ARRAY(double) values;
    size_t chosen;
    bool vector; /* one column, asked for by name */
} csv;

typedef struct csv_field {
    size_t place;       /* with its quote */
    size_t from, count; /* without */
    bool quoted, doubled;
} csv_field;

typedef enum csv_number_result {
    CSV_A_NUMBER,
    CSV_EMPTY_FIELD,
    CSV_NO_NUMBER,
    CSV_TOO_LARGE,
    CSV_MEMORY
} csv_number_result;

/* The report with line and column; always false. */
bool io_csv_fail(csv *c, error_code code, size_t place, size_t bytes, const char *a, const char *b);
bool io_csv_next(csv *c, csv_field *f);
bool io_csv_more(csv *c); /* past a comma */
void io_csv_line(csv *c); /* past the end of the line */
csv_number_result io_csv_read_number(memory *m, const char *s, size_t n, double *value);

bool io_csv_header(csv *c);
bool io_csv_names(csv *c);
bool io_csv_choose(csv *c);

#endif
