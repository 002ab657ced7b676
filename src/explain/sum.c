/*
 * sum.c - sums of products in symbols, as short as a person would write them: factors 1 and terms 0
 * go, signs come to the front, equal terms are counted (b + b is 2·b). No more algebra than that.
 */
#include <string.h>

#include "explain/explain.h"

void sum_begin(sum *s, lesson *l)
{
    memset(s, 0, sizeof *s);
    s->l = l;
    text_begin(&s->term, l->m);
    text_begin(&s->pool, l->m);
    text_begin(&s->plain, l->m);
}

void sum_free(sum *s)
{
    explain_drop(s->l, &s->term);
    explain_drop(s->l, &s->pool);
    explain_drop(s->l, &s->plain);
}

static void sum_plain(sum *s, const char *factor)
{
    if (s->plain_factors)
        text_add(&s->plain, "·");
    else if (s->terms)
        text_add(&s->plain, " + ");
    phrase_factor(&s->plain, factor, s->plain_factors + s->terms == 0);
    s->plain_factors++;
}

/* "-2", "-c", but not "-c / d", whose minus may bind less than it seems. */
static bool sum_is_negative(const char *factor)
{
    return *factor == '-' && !strchr(factor, ' ') && !strchr(factor, '(');
}

/* A product among factors needs no brackets. */
static void sum_join(text *t, const char *factor)
{
    if (phrase_loose(factor))
        phrase_factor(t, factor, false);
    else
        text_add(t, factor);
}

void sum_factor(sum *s, const char *factor)
{
    sum_plain(s, factor);
    if (sum_is_negative(factor)) {
        s->negative = !s->negative;
        factor++;
    }
    if (strcmp(factor, "1") == 0) return;
    if (strcmp(factor, "0") == 0) s->zero = true;
    if (s->factors == 1) { /* what stood alone gets its brackets now */
        text first;
        text_begin(&first, s->term.m);
        sum_join(&first, text_string(&s->term));
        text_clear(&s->term);
        text_add(&s->term, text_string(&first));
        explain_drop(s->l, &first);
    }
    if (s->factors) text_add(&s->term, "·");
    if (s->factors)
        sum_join(&s->term, factor);
    else
        text_add(&s->term, factor);
    s->factors++;
}

static void sum_keep(sum *s)
{
    const char *term = text_string(&s->term);
    for (size_t k = 0; k < s->count; k++)
        if (s->minus[k] == s->negative && strcmp(text_string(&s->pool) + s->start[k], term) == 0) {
            s->times[k]++;
            return;
        }
    if (s->count == LESSON_TERMS) return;
    s->start[s->count] = s->pool.count;
    s->times[s->count] = 1;
    s->minus[s->count++] = s->negative;
    text_addn(&s->pool, term, s->term.count + 1);
}

void sum_term(sum *s)
{
    if (!s->zero) sum_keep(s);
    text_clear(&s->term);
    s->terms++;
    s->factors = s->plain_factors = 0;
    s->zero = s->negative = false;
}

static void sum_text_term(const sum *s, text *t, size_t k)
{
    const char *term = text_string(&s->pool) + s->start[k];
    if (k)
        text_add(t, s->minus[k] ? " - " : " + ");
    else if (s->minus[k])
        text_add(t, "-");
    if (s->times[k] > 1 || !*term) text_count(t, s->times[k]);
    if (!*term) return;
    if (s->times[k] > 1) text_add(t, "·");
    bool bracket = s->times[k] > 1 || s->minus[k] || (k && *term == '-');
    if (bracket && !strstr(term, "·"))
        phrase_factor(t, term, false);
    else
        text_add(t, term);
}

void sum_text(const sum *s, text *t)
{
    for (size_t k = 0; k < s->count; k++) sum_text_term(s, t, k);
    if (!s->count) text_add(t, "0");
}
