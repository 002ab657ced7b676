/*
 * array_windows.h - segments of a recurrence as they run (array_windows.c).
 */
#ifndef EXEC_ARRAY_WINDOWS_H
#define EXEC_ARRAY_WINDOWS_H

#include "exec/array.h"

/* Segment k of `count`, of `rows` places each. */
void array_segment_begin(array_work *w, int64_t k, int64_t rows, int64_t count);
/* The places [*from, *to) of a step, and where the counter begins; false: none, or (of one place) not in this one. */
bool array_span_begin(array_work *w, const plan_span *s, int64_t *from, int64_t *to);
/* Windows come to the segment that begins. */
void array_windows_move(array_work *w, const plan_block *b);

int64_t array_window_begin(const array_work *w, const plan_window *x);
int64_t array_window_end(const array_work *w, const plan_window *x);

#endif
