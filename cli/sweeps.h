/* sweeps.h - how many sweeps a derivative takes, one sweep along a direction, and how long it takes. */
#ifndef CLI_SWEEPS_H
#define CLI_SWEEPS_H

#include "arrays.h"

/* Forward sweeps for the derivatives by all elements of these nodes. */
size_t sweeps_forward(const ew_graph *g, const ew_node *wrt, size_t count);

/* The derivative of `of` along a direction in x, as one forward sweep: sum(j: diff(of[i], x[j]) * r(j)), where r is
 * what sweeps_direction gives for x with the same seed; it has the axes of `of`. EW_NONE: e is filled. */
ew_node sweeps_along(ew_graph *g, ew_node of, ew_node x, uint64_t seed, ew_error *e);
/* And by one reverse sweep, with r for `of`: sum(i: r(i) * diff(of[i], x[j])), which has the axes of x. */
ew_node sweeps_back(ew_graph *g, ew_node of, ew_node x, uint64_t seed, ew_error *e);
/* For each element of x between -1 and 1. */
void sweeps_direction(const ew_graph *g, ew_node x, uint64_t seed, double *to);

/* Before a forced forward mode of very many sweeps: says how many they are and how long they would take one by
 * one, beside one reverse sweep. false: the error is out. */
bool sweeps_forward_note(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in);

double sweeps_clock(void); /* seconds */

#endif
