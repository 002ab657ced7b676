/*
 * array_places.c - the places of buffers in the work memory, once all steps are there.
 *
 * A buffer is in use from the first step that touches it to the last; two that are never in use together may lie in
 * one place. First fit, in the order in which they were made. Twice where recurrences go in segments: with buffers
 * whole, and with windows in their stead, which one it is the run decides (array_windows.c).
 */
#include "exec/array_plan.h"

enum { PLACE_ALIGN = 64 };

static size_t buffer_bytes(const plan_buffer *b, bool windows)
{
    if (b->from == ARRAY_NONE) return 0;
    return windows && b->window ? b->window : b->windows ? 0 : b->bytes;
}

/* First fit, buffer by buffer: memory of what is used at other times is used again. */
bool array_place_buffers(array_lowering *w, bool windows)
{
    plan *a = w->a;
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++) {
        plan_buffer *b = &a->buffers.at[i];
        size_t place = 0, end, bytes = buffer_bytes(b, windows);
        if (b->over) continue;
        if (!windows && !b->windows) b->bytes = bytes;
        if (!bytes) continue;
        if (!size_add(bytes, PLACE_ALIGN - 1, &bytes)) return array_no_memory(w);
        bytes -= bytes % PLACE_ALIGN;
        *(windows && b->window ? &b->window : &b->bytes) = bytes;
        for (bool moved = true; moved;) {
            moved = false;
            for (size_t k = i > 2000 ? i - 2000 : BUFFER_FIRST; k < i; k++) {
                const plan_buffer *o = &a->buffers.at[k];
                if (o->over) continue;
                size_t at = windows ? o->window_place : o->place, more = buffer_bytes(o, windows);
                bool together = o->local == b->local && more && o->from <= b->to && o->to >= b->from;
                if (!together || at >= place + bytes || at + more <= place) continue;
                place = at + more;
                moved = true;
            }
        }
        size_t *total = b->local ? &a->lane : windows ? &a->windowed : &a->bytes;
        if (i > 2000 && place < *total) place = *total;
        if (!size_add(place, bytes, &end)) return array_no_memory(w);
        *(windows ? &b->window_place : &b->place) = place;
        if (end > *total) *total = end;
    }
    for (size_t i = BUFFER_FIRST; i < a->buffers.count; i++) {
        plan_buffer *b = &a->buffers.at[i], *under = &a->buffers.at[b->over];
        if (b->over) b->place = under->place, b->window_place = under->window_place, b->bytes = under->bytes;
    }
    return true;
}
