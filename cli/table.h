/* table.h - text in columns: how wide a word is, and words padded to a width. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli.h"

/* Columns on a terminal: combining marks take none, wide letters (CJK) two. */
size_t table_columns(const char *s);
/* Into buffer: s, cut with "…" where it is wider, padded to `width` columns: at its right end, or for
 * `right` at its left. Room for 4 * width + 8 bytes is always enough for names without marks; longer
 * ones are cut. */
const char *table_cell(char *buffer, size_t size, const char *s, size_t width, bool right);
void table_put(struct cli *c, const char *s, size_t width, bool right);
/* The number to `digits` significant digits. */
void table_put_number(struct cli *c, double v, int digits, size_t width);

/* Columns of the terminal at a descriptor; where it is none, what COLUMNS says; 0: not known. */
size_t table_terminal(int descriptor);
/* How wide a curve on standard output is to be, for ew_plot: the terminal's width, within reason; 0: as usual. */
int table_curve(void);

#endif
