/*
 * array_tables.c - what a plan writes down once: the names that its faults say, and its constants.
 */
#include <string.h>

#include "exec/array_inside.h"

/* The array that a recurrence makes, for what defines its state; n itself for others. */
static ew_node label_node(const array_lowering *w, uint32_t v)
{
    ew_node n = value_at(w, v)->node;
    if (!value_at(w, v)->defines || node_at(w->g, n)->name) return n;
    for (size_t s = w->g->states.count; s-- > 0;) /* inner ones were made last */
        if (w->g->states.at[s].definition == n && w->g->states.at[s].loop != EW_NONE) {
            n = w->g->states.at[s].loop;
            if (node_at(w->g, n)->name) break;
            s = w->g->states.count;
        }
    return n;
}

static uint32_t label_of(array_lowering *w, ew_node n, bool words)
{
    text t;
    text_begin(&t, w->m);
    (words ? graph_print_words : graph_print_operand)(w->g, n, &t, 80);
    uint32_t at = (uint32_t)w->p->name_text.count;
    if (t.failed || !array_reserve(w->m, &w->p->name_text, t.count + 1)) {
        text_free(&t);
        array_no_memory(w);
        return 0;
    }
    memcpy(w->p->name_text.at + at, text_string(&t), t.count);
    w->p->name_text.at[at + t.count] = '\0';
    w->p->name_text.count += t.count + 1;
    text_free(&t);
    return at;
}

uint32_t array_label(array_lowering *w, uint32_t v)
{
    return label_of(w, label_node(w, v), false);
}

uint32_t array_words(array_lowering *w, uint32_t v)
{
    return label_of(w, label_node(w, v), true);
}

uint32_t array_words_of(array_lowering *w, ew_node n)
{
    return label_of(w, n, true);
}

bool array_constant(array_lowering *w, uint64_t bits, int type, uint32_t *at)
{
    plan *a = w->a;
    for (size_t i = a->constants.count; i-- > 0;) {
        if (a->constants.at[i] != bits || a->constant_types.at[i] != type) continue;
        *at = (uint32_t)i;
        return true;
    }
    *at = (uint32_t)a->constants.count;
    return array_push(w->m, &a->constants, bits) && array_push(w->m, &a->constant_types, (uint8_t)type);
}
