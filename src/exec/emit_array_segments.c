/*
 * emit_array_segments.c - segments of recurrences (array_segments.c) in emitted C. It holds all arrays whole, so the
 * steps that run only where windows are stand nowhere.
 *
 *     for (int64_t segment = 0; segment < 9; segment++) {
 *         const int64_t a = segment * 32, b = a + 32;
 *         {
 *             const int64_t from = segment == 0 || a < 0 ? 0 : a, to = segment == 8 || b > 257 ? 257 : b;
 *             t[3] = from;
 *             t[5] = to - from;
 *             if (from < to) step7(…);
 *         }
 */
#include "exec/emit_array.h"

void emit_segments_open(text *t, const plan *a, const plan_block *b)
{
    long long last = (long long)a->segments - 1;
    if (b->down)
        text_format(t, "for (int64_t segment = %lld; segment >= 0; segment--)", last);
    else
        text_format(t, "for (int64_t segment = 0; segment <= %lld; segment++)", last);
}

void emit_segments_begin(text *t, const plan *a, const plan_block *b)
{
    text_format(t, "const int64_t a = segment * %lld, b = a + %lld;\n", (long long)b->rows, (long long)b->rows);
    (void)a;
}

static void segments_sum(text *t, const char *at, int64_t more)
{
    text_add(t, at);
    if (more) text_format(t, " %c %lld", more < 0 ? '-' : '+', (long long)(more < 0 ? -more : more));
}

/* Does the segment hold the one place? */
void emit_span_place(text *t, const plan *a, const plan_span *s)
{
    text_add(t, "if ((segment == 0 || ");
    segments_sum(t, "a", s->low);
    text_format(t, " <= %lld) && (segment == %lld || %lld < ", (long long)s->place, (long long)a->segments - 1,
                (long long)s->place);
    segments_sum(t, "b", s->high);
    text_add(t, "))");
}

void emit_span_range(text *t, const plan *a, const plan_span *s, bool down)
{
    int64_t low = down ? s->low : s->high, high = down ? s->low : s->high; /* each place once */
    text_add(t, "const int64_t from = segment == 0 || ");
    segments_sum(t, "a", low);
    text_format(t, " < %lld ? %lld : ", (long long)s->first, (long long)s->first);
    segments_sum(t, "a", low);
    text_format(t, ", to = segment == %lld || ", (long long)a->segments - 1);
    segments_sum(t, "b", high);
    text_format(t, " > %lld ? %lld : ", (long long)s->last + 1, (long long)s->last + 1);
    segments_sum(t, "b", high);
    text_add(t, ";\n");
}
