/*
 * places.c - texts for the places of axes (places.h).
 */
#include "graph/places.h"
#include "graph/uses.h"

#include <string.h>

enum { INSIDE_DEPTH = 6, INSIDE_MOST = 60 };

const char *places_text(const places *p, size_t axes, size_t i)
{
    return axes + i < p->axes.count ? p->chars.at + p->axes.at[axes + i] : "?";
}

bool places_push(places *p, const char *s)
{
    char copy[INSIDE_MOST + 4]; /* s may lie in chars, which moves */
    size_t count = strlen(s);
    if (count > INSIDE_MOST) {
        for (count = INSIDE_MOST; count && ((unsigned char)s[count] & 0xC0) == 0x80;) count--;
        memcpy(copy, s, count);
        memcpy(copy + count, "…", 4);
        count += 4;
    } else {
        memcpy(copy, s, ++count);
    }
    if (!array_reserve(p->m, &p->chars, count) || !array_push(p->m, &p->axes, (uint32_t)p->chars.count)) {
        p->failed = true;
        return false;
    }
    memcpy(p->chars.at + p->chars.count, copy, count);
    p->chars.count += count;
    return true;
}

static bool places_taken(const places *p, const char *s)
{
    for (size_t i = 0; i < p->axes.count; i++)
        if (strcmp(p->chars.at + p->axes.at[i], s) == 0) return true;
    uint32_t name = graph_lookup(p->g, s, strlen(s));
    return name && p->g->names.at[name].node != EW_NONE;
}

/* Is s the name of one of n's first axes? */
static bool places_called(const places *p, ew_node n, size_t rank, const char *s)
{
    for (size_t q = 0; q < rank; q++) {
        uint32_t name = graph_index_name(p->g, n, q);
        if (name && strcmp(graph_name_text(p->g, name), s) == 0) return true;
    }
    return false;
}

/* A letter that is not taken, nor by an axis of n that comes later. */
static bool places_push_letter(places *p, ew_node n, size_t rank)
{
    static const char letters[] = "ijklmnpqrstuvw";
    char s[32] = "i";
    for (size_t i = 0; letters[i]; i++) {
        s[0] = letters[i];
        if (!places_taken(p, s) && !places_called(p, n, rank, s)) return places_push(p, s);
    }
    for (size_t i = 1; i < 1000; i++) {
        s[0] = 'i';
        s[1 + count_text(i, s + 1)] = '\0';
        if (!places_taken(p, s)) break;
    }
    return places_push(p, s);
}

static bool places_is_free(const places *p, const char *name)
{
    for (size_t i = 0; i < p->axes.count; i++)
        if (strcmp(p->chars.at + p->axes.at[i], name) == 0) return false;
    return true;
}

bool places_push_new(places *p, uint32_t given)
{
    const char *name = given ? graph_name_text(p->g, given) : "";
    return given && places_is_free(p, name) ? places_push(p, name) : places_push_letter(p, EW_NONE, 0);
}

bool places_push_node(places *p, ew_node n, bool domain)
{
    size_t rank = node_rank(p->g, n);
    if (domain && op_is_reduction(node_at(p->g, n)->op)) rank = shape_rank(p->g, node_at(p->g, n)->domain);
    ew_node called = graph_recurrence(p->g, n); /* a state is called as the recurrence is */
    if (called != EW_NONE) n = called;
    for (size_t q = 0; q < rank; q++) {
        uint32_t name = graph_index_name(p->g, n, q);
        if (!(name ? places_push_new(p, name) : places_push_letter(p, n, rank))) return false;
    }
    return true;
}

bool places_push_domain(places *p, ew_node scatter)
{
    bool ok = true;
    for (size_t q = 0; ok && q < shape_rank(p->g, node_at(p->g, scatter)->domain); q++) ok = places_push_new(p, 0);
    return ok;
}

bool places_push_side(places *p, ew_node diff, size_t k, size_t axes)
{
    size_t first = k ? axes + node_rank(p->g, node_arg(p->g, diff, 0)) : axes;
    size_t rank = node_rank(p->g, node_arg(p->g, diff, k));
    bool ok = true;
    for (size_t q = 0; ok && q < rank; q++) ok = places_push(p, places_text(p, first, q));
    return ok;
}

static bool places_compound(const char *s)
{
    return strpbrk(s, "+-* ") != NULL;
}

/* "2*(t - 1) + u" */
static void places_affine(const places *p, const map_draft *d, size_t axes, text *t)
{
    for (size_t i = 0; i < d->terms; i++) {
        int64_t f = d->factor[i], size = f < 0 ? -f : f;
        const char *s = places_text(p, axes, d->axis[i]);
        if (i)
            text_add(t, f < 0 ? " - " : " + ");
        else if (f < 0)
            text_add(t, "-");
        if (size != 1) text_format(t, "%lld*", (long long)size);
        text_format(t, places_compound(s) && (size != 1 || f < 0) ? "(%s)" : "%s", s);
    }
    if (d->terms == 0)
        text_format(t, "%lld", (long long)d->offset);
    else if (d->offset)
        text_format(t, d->offset < 0 ? " - %lld" : " + %lld", (long long)(d->offset < 0 ? -d->offset : d->offset));
}

/* Is it a place that is checked as it runs: if … then place else none (NO_WHOLE_PLACE, NO_CHOICE, NOT_MADE)? */
static bool places_is_checked(const ew_graph *g, ew_node n)
{
    if (node_at(g, n)->op != OP_IF || node_at(g, n)->name) return false;
    ew_node other = node_arg(g, n, 2);
    if (node_at(g, other)->op == OP_ADD) other = node_arg(g, other, 1);
    return node_is_const(g, other) && node_value(g, other) <= (double)NOT_MADE;
}

/* A gather: its node, printed at the places that it is used at. People see the place without its check. */
static bool places_gather(places *p, ew_node user, size_t k, size_t axes, text *t)
{
    ew_node n = node_arg(p->g, user, k), checked = n;
    if (places_is_checked(p->g, n)) n = node_arg(p->g, n, 1);
    places at = {.g = p->g, .m = p->m, .inside = p->inside + 1};
    text place;
    bool ok = true;
    if (at.inside > INSIDE_DEPTH) {
        text_add(t, "…");
        return true;
    }
    text_begin(&place, p->m);
    for (size_t q = 0; ok && q < node_rank(p->g, n); q++) {
        int axis = n == checked ? (int)q : map_plain_axis(p->g, use_map(p->g, checked, 1), q);
        map_draft d = map_axis(p->g, use_map(p->g, user, k), (size_t)axis);
        text_clear(&place);
        places_affine(p, &d, axes, &place);
        ok = !place.failed && places_push(&at, text_string(&place));
    }
    text_free(&place);
    ok = ok && graph_print_inside(p->g, n, &at, t);
    places_free(&at);
    return ok;
}

bool places_axis(places *p, ew_node user, uint16_t map, size_t q, size_t axes, text *t)
{
    map_draft d = map_axis(p->g, map, q);
    if (d.gather) return places_gather(p, user, d.gather, axes, t);
    places_affine(p, &d, axes, t);
    return !t->failed;
}

bool places_push_use(places *p, ew_node user, size_t k, size_t axes)
{
    text t;
    bool ok = true;
    size_t rank = node_rank(p->g, node_arg(p->g, user, k));
    if (!rank) return true;
    text_begin(&t, p->m);
    for (size_t q = 0; ok && q < rank; q++) {
        text_clear(&t);
        ok = places_axis(p, user, use_map(p->g, user, k), q, axes, &t) && !t.failed && places_push(p, text_string(&t));
    }
    text_free(&t);
    if (!ok) p->failed = true;
    return ok;
}

void places_pop(places *p, size_t axes, size_t chars)
{
    p->axes.count = axes;
    p->chars.count = chars;
}

void places_free(places *p)
{
    array_free(p->m, &p->axes);
    array_free(p->m, &p->chars);
}
