/*
 * fit.h - what the files of one least-squares fit share.
 *
 *     fit.c          setting up, and ew_fit itself
 *     fit_run.c      the loop: which step is taken, when it ends
 *     fit_trust.c    steps inside a trust region (More 1978), far from the solution
 *     fit_point.c    residuals and Jacobian at a point, and what follows from them
 *     fit_factor.c   the orthogonal factorisation and its triangular systems
 *     fit_answer.c   errors, covariance, what is not determined
 *
 * With n numbers varied and m residuals, J is m by n. It is factored as J S^-1 P = Q R: S are powers of two near
 * the lengths of its columns (dividing by them is exact), P the order of pivots. Of Q only the first n
 * elements of Q' r are kept. What is said to be "in pivots" is in the order of P and in units of S; everything
 * else is in the caller's order and units. Matrices of n by n are row by row.
 */
#ifndef TRAIN_FIT_H
#define TRAIN_FIT_H

#include "over.h"

typedef struct fit_point {
    double sum, low; /* of squares of the residuals; sum + low is nearer to it than a double */
    double *x;
    double *residual; /* m */
    double *gradient; /* of the sum: 2 J' r */
    double *columns;  /* J S^-1, column by column */
    double *length;   /* of the columns of J */
    double *scale;    /* S */
    size_t *pivot;    /* P: the column that stands at place k */
    double *root;     /* R, in pivots */
    double *turned;   /* the first n elements of Q' r */
    double *move;     /* the full Gauss-Newton step; 0 in columns past the rank */
    double *spread;   /* lengths of the rows of the inverse of R; 0 past the rank */
    size_t rank;
    double measure; /* as edgewise-train.h says, without what is rounding */
    bool settled;   /* each move is within the tolerance, or rounding */
} fit_point;

typedef struct fitter {
    ew_minimize_options options; /* memory, language, callback, with the defaults filled in */
    ew_program *program;         /* the residuals */
    ew_program *jacobian;        /* the residuals, then their derivatives by each varied input */
    ew_program *curvature;       /* second derivatives, by pairs of inputs, lower ones; NULL: the program has none */
    size_t count, points;        /* n and m */
    const size_t *over;
    size_t inputs; /* in `over` */
    train_part *parts;
    double *in, *out;
    double *matrix, *right; /* J S^-1 and r, while they are factored; a second derivative */
    double epsilon;         /* of rounding: of double, or of float where anything is f32 */

    fit_point now, next;
    double *move;           /* from now to next */
    double *weight;         /* the diagonal that steps are measured with */
    double radius, damping; /* of the trust region; what belongs to it, from the last step */
    bool fresh;             /* no step was tried yet */
    double *start, *kept;   /* where it began; the best end of attempts that failed */
    double *upper, *row;    /* n by n, n: an extended factor, or the inverse of R */
    double *known, *solved; /* n, in pivots: right sides and solutions */
    double *bend, *blocks;  /* n by n: second derivatives; as their program gives them */

    size_t step, runs;
    ew_status status; /* not EW_OK: err is filled and all is over */
    ew_error *err;
} fitter;

/* Residuals at p->x; false: the program itself failed. p->sum may be inf or nan. */
bool train_fit_look(fitter *f, fit_point *p);
/* Residuals, derivatives and everything else in p; false: the program failed, or (status EW_OK) something is not
 * finite. */
bool train_fit_derive(fitter *f, fit_point *p);
/* Second derivatives at p, times the residuals, into bend; false: there are none, they are not finite, or status. */
bool train_fit_bend(fitter *f, const fit_point *p);
/* next.x = now.x + move, as the program will see it; false: that is the same place. */
bool train_fit_place(fitter *f);
/* sum(a) - sum(b), without the rounding of either. */
double train_fit_fall(const fit_point *a, const fit_point *b);
/* What residuals as a whole can be off by, by rounding alone. */
double train_fit_noise(const fitter *f, const fit_point *p);
double train_fit_length(const double *v, size_t count); /* Euclidean */
double train_fit_join(double a, double b);              /* sqrt(a^2 + b^2): hypot's bits are not everywhere the same */

/* Factors f->matrix and f->right (columns scaled by p->scale already) into p's root, pivot, turned, rank. */
void train_fit_factor(fitter *f, fit_point *p);
/* x with U x = b, and with U' x = b, for the leading `rank` rows of an upper triangle with rows of n; in place. */
void train_fit_back(const double *upper, size_t n, size_t rank, double *x);
void train_fit_forth(const double *upper, size_t n, size_t rank, double *x);
/* The inverse of the leading part of R into f->upper. */
void train_fit_invert(fitter *f, const fit_point *p);
/* f->solved: the least-squares solution, in pivots, of R z = -turned together with damping^(1/2) D z = 0; f->upper its
 * factor. `diagonal` is D in pivots. */
void train_fit_damp(fitter *f, const fit_point *p, const double *diagonal, double damping);

/* A step that lowers the sum, from now to next; false: there is none, or status. */
bool train_fit_trust(fitter *f);
/* From now on, with a first radius of so many lengths of D x. */
void train_fit_trust_begin(fitter *f, double first);

ew_reason train_fit_run(fitter *f);
/* Fills what the caller asked for. */
void train_fit_answer(fitter *f, ew_fit_result *result, ew_reason reason);

#endif
