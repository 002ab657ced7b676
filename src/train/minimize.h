/*
 * minimize.h - what the files of one minimisation share.
 *
 * A method looks at the current point (x, value, gradient) and fills in the next one and the move
 * that leads there; the loop in minimize.c does the rest. All numbers lie in one block, made at the
 * start: while it runs nothing is allocated.
 */
#ifndef TRAIN_MINIMIZE_H
#define TRAIN_MINIMIZE_H

#include <stdbool.h>

#include "over.h"

enum { TRAIN_PAIRS = 10 };    /* that lbfgs remembers */
#define TRAIN_BOTTOM (-1e300) /* what is lower falls without end */

typedef struct train_point {
    double value;
    double *x, *gradient; /* of the varied inputs */
} train_point;

typedef struct minimizer {
    ew_minimize_options options; /* with the defaults filled in */
    ew_program *program;         /* value, then the gradient */
    ew_program *hessian;         /* newton: by pairs of inputs, block by block, lower ones; else NULL */
    size_t count;                /* of numbers that are varied: all elements of the inputs in `over` */
    const size_t *over;
    size_t inputs;     /* in `over` */
    train_part *parts; /* of them */
    double *in, *out;  /* of the programs; x goes to the places that `parts` say */

    train_point now, next, best;
    double *move;

    double *first, *second; /* momentum: the velocity; adam: both moments */
    double *shift, *turn;   /* lbfgs: moves and changes of the gradient, TRAIN_PAIRS of each */
    double *curve, *factor; /* lbfgs: 1 / (s . y), and the first loop's factors */
    size_t pairs, latest;   /* lbfgs: how many are kept, where the newest is */
    double *matrix, *root;  /* newton: the Hessian's lower triangle and its Cholesky factor */
    double *blocks;         /* newton: the Hessian as its program gives it */

    bool (*evaluate)(struct minimizer *m, train_point *p); /* NULL: by `program` */
    void *context;                                         /* of it */
    size_t step, best_step, runs;
    ew_status status; /* not EW_OK: err is filled and all is over */
    ew_error *err;
} minimizer;

/* What an advance found: a next point, or why there is none. */
enum { TRAIN_MOVED, TRAIN_STUCK };

/* Value and gradient at p->x; false where the program itself failed. */
bool train_evaluate(minimizer *m, train_point *p);
/* The value and every part of the gradient, and the place too, are numbers. */
bool train_finite(const minimizer *m, const train_point *p);
double train_dot(const double *a, const double *b, size_t count);
/* The varied places of `in` from x. */
void train_scatter(const minimizer *m, const double *x, double *in);
/* next.x = now.x + factor * move, as the program will see it (f32 rounded). */
void train_place(minimizer *m, double factor);

/* Searches along `move`, which must lead downhill, for a point with the strong Wolfe conditions,
 * beginning with the whole of move; fills next and shortens or lengthens move to what was taken.
 * false: there is no lower point, or (status) the program failed. */
bool train_search(minimizer *m);

int train_gd(minimizer *m);
int train_momentum(minimizer *m);
int train_adam(minimizer *m);
int train_lbfgs(minimizer *m);
int train_newton(minimizer *m);

/* The programs: `nodes` has room for 1 + inputs, and for newton inputs * (inputs + 1) / 2 after them.
 * false: m->status and m->err are filled. */
bool train_prepare(minimizer *m, ew_graph *g, ew_node of, ew_node *nodes);
size_t train_triangle(size_t count); /* count * (count + 1) / 2 */

#endif
