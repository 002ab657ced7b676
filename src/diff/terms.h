/*
 * terms.h - derivatives of arrays by arrays as sums of sparse terms.
 *
 * While a sweep runs, what it knows of a node is a function J[s, q] of the node's own places s and of the
 * places q of the far side (axes given by a seed; none for a gradient). It is a sum of terms
 *
 *     the sum over d of  value[d] · [s = own(d)] · [q = far(d)].
 *
 * A DENSE term has d = (s, q): an ordinary array. A diagonal has d = p, own = far = p; a compact block, a
 * band, a gather are terms too, and stay so along a path. Passing an edge joins its domain with the term's
 * and solves own(d) = place(e) for axes of either; where that cannot be done the term is made dense.
 *
 * A FULL term lacks some far axes, the aligned ones (aligned.h): d = (s, the other axes of q), and the places of those
 * it lacks are said by s. Within an aligned recurrence all terms are made full, as they are made dense elsewhere.
 */
#ifndef DIFF_TERMS_H
#define DIFF_TERMS_H

#include "diff/linear.h"

typedef struct terms_item {
    uint32_t next;   /* in terms->all; UINT32_MAX: the last */
    uint32_t places; /* in terms->places: own, then far; UINT32_MAX: dense */
    uint16_t domain;
    view value;
} terms_item;

typedef struct terms {
    ew_graph *g;
    uint16_t far;
    uint32_t aligned;    /* far axes that full terms lack; 0: none are made */
    deposit_order order; /* by which own axis a value on a diagonal is found */
    ARRAY(terms_item) all;
    ARRAY(spot) places;
} terms;

#define TERMS_NONE UINT32_MAX

void terms_begin(terms *t, ew_graph *g, uint16_t far);
void terms_free(terms *t);

/* Adds to a node's list a term over (own axes, far axes); a structural 0 adds nothing. */
bool terms_add_dense(terms *t, uint32_t *list, uint16_t own, view value);
/* The identity of `own` by itself: far has the same axes. */
bool terms_add_identity(terms *t, uint32_t *list, uint16_t own);
/* Hands the terms `from`, of a node with axes `from_own`, over an edge: with `places` of the node and `to` of the
 * other end, both over the edge's domain; forward and reverse differ in which is which. own: the axes of the
 * other end, whose list is added to. */
bool terms_push(terms *t, uint32_t from, uint16_t from_own, const linear *l, const spot *places, uint32_t *list,
                uint16_t own, const spot *to);
/* One dense value over (own axes, far axes); the list has it alone afterwards. A constant 0 where there is none. */
view terms_dense(terms *t, uint32_t *list, uint16_t own);
/* A full term: `far` has the places, over the axes `own`, of the far axes in `mask`; value over own, then the rest. */
bool terms_add_full(terms *t, uint32_t *list, uint16_t own, uint32_t mask, const spot *far, view value);
/* The axes `own`, then the far ones that are not in `mask`. */
uint16_t terms_shape(const terms *t, uint16_t own, uint32_t mask);
/* One full term, that lacks the axes in `mask`, instead of a list which has nothing but at `far`; mask 0: dense. */
view terms_full(terms *t, uint32_t *list, uint16_t own, uint32_t mask, const spot *far);
/* Is the list one full term? Which axes it lacks, where they are. */
bool terms_is_full(const terms *t, uint32_t list, uint16_t own, uint32_t *mask, spot *far, view *value);
/* Where term `i` of a node with axes `own` has far axis r, by those axes; false: they do not say it. */
bool terms_far(const terms *t, uint32_t i, uint16_t own, size_t r, spot *far);
/* The value at places own and far (over `shape`), over `shape`. */
view terms_at(terms *t, uint32_t list, uint16_t own_shape, uint16_t shape, const spot *own, const spot *far);

#endif
