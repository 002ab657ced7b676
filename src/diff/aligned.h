/*
 * aligned.h - far axes that go with the axes of a recurrence.
 *
 * The derivative of a region has states over (own axes, far axes). Where c[p, t] uses c[p, t-1] and x[p] alone, its
 * derivative by x[q] is 0 but at q = p, and the axis q is one too many: it goes along, at the place p. Such an ALIGNED
 * far axis is found before the region is opened, by what is known of places alone: of each node in the region, at
 * which place of the far axis, said by the node's own axes, all of its terms are. That is handed over the edges like
 * terms, until nothing changes. Two that differ, a sum over the axis, an axis that the other end lacks: then the far
 * axis is as independent as ever. The place may be any that a spot can say: the axis, at a distance, gathered.
 *
 * So where an axis is aligned the derivative is 0 elsewhere, whatever form the sweep's terms take.
 */
#ifndef DIFF_ALIGNED_H
#define DIFF_ALIGNED_H

#include "diff/flow.h"

enum { PASS_ALIGNED = 1024 }; /* in graph.passes_off, beside those of exec/array.h: no axis is taken for aligned */

/* What is to be found out of one region. */
typedef struct aligned_ask {
    const flow *f;
    uint32_t region;
    const ew_node *nodes; /* all that the sweep visits, ascending, */
    size_t count;
    const ew_node *order; /* and those of the region in the order of the sweep, regions inside included */
    size_t order_count;
} aligned_ask;

/* *mask: the far axes that are aligned in all states that take part; far[k · rank of far + r]: at which place, over
 * the axes of state k. False: reported. */
bool aligned_find(ew_graph *g, const aligned_ask *ask, uint32_t *mask, spot *far);

#endif
