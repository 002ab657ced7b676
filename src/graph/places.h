/*
 * places.h - texts for the places of axes: "n", "t - 1", "2*r + u", "token[n, t]".
 *
 * A printer of formulas keeps a list of such texts, like a stack: one for each axis of each open form's domain.
 * An argument's places follow from its user's by the map of the use. Where nothing gives a name to an axis it is
 * called i, j, k … whatever is free in the list and no node's name.
 */
#ifndef GRAPH_PLACES_H
#define GRAPH_PLACES_H

#include "graph/axes.h"

typedef struct places {
    const ew_graph *g;
    memory *m;
    bool failed;          /* no memory */
    unsigned inside;      /* how many printers of gathers are around this one */
    ARRAY(uint32_t) axes; /* where each text begins in chars */
    ARRAY(char) chars;    /* ended by NULs */
} places;

/* The i-th text from the one with number `axes` on. */
const char *places_text(const places *p, size_t axes, size_t i);
bool places_push(places *p, const char *s); /* cut to 60 bytes */
bool places_push_new(places *p, uint32_t given);
/* Texts for the domain of a scatter; for side k of a DIFF, whose own begin at `axes`: those of both sides, in a row. */
bool places_push_domain(places *p, ew_node scatter);
bool places_push_side(places *p, ew_node diff, size_t k, size_t axes);
/* Names for the axes of n, and (domain) of what a reduction reduces. */
bool places_push_node(places *p, ew_node n, bool domain);
/* The place of target axis q of a map at node `user`, whose domain's texts begin at `axes`. */
bool places_axis(places *p, ew_node user, uint16_t map, size_t q, size_t axes, text *t);
/* Pushes a text for each axis of argument k of `user`. */
bool places_push_use(places *p, ew_node user, size_t k, size_t axes);
/* Back to `axes` texts of `chars` bytes. */
void places_pop(places *p, size_t axes, size_t chars);
void places_free(places *p);

/* print.c: an int that says a place, as text; `from` has the places of its axes. */
bool graph_print_inside(const ew_graph *g, ew_node n, places *at, text *t);

#endif
