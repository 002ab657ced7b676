/*
 * edgewise-train.h - the second library: what one does with derivatives. So far: minimising.
 *
 *     ew_error err;
 *     ew_graph *g = ew_parse("f = (1 - x)^2 + 100 * (y - x^2)^2", EW_WHOLE, NULL, &err);
 *     size_t over[] = {0, 1};
 *     double in[] = {-1.2, 1};
 *     ew_minimize_result found;
 *     if (ew_minimize(g, ew_find(g, "f"), over, 2, in, NULL, &found, &err) == EW_OK)
 *         printf("%g at %g, %g: %s\n", found.value, in[0], in[1], ew_reason_text(found.reason, "en"));
 *
 * It is a client of edgewise.h alone. Ownership, errors, memory and threads are as there: the
 * library prints nothing, keeps no global state, and every failure ends in a status and an
 * ew_error. A graph is used by one thread at a time: minimising adds derivatives to it.
 */
#ifndef EDGEWISE_TRAIN_H
#define EDGEWISE_TRAIN_H

#include <edgewise.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ew_method {
    EW_LBFGS,    /* limited-memory BFGS, ten pairs, strong Wolfe line search */
    EW_NEWTON,   /* the Hessian, shifted until positive definite, and the same line search;
                    n numbers take 2 * n * n numbers of memory and n^3 / 6 products a step */
    EW_GD,       /* x - lr * gradient, nothing else: for learning, and where lr is known */
    EW_MOMENTUM, /* v = 0.9 * v - lr * gradient; x + v */
    EW_ADAM      /* Kingma and Ba 2015: decay 0.9 and 0.999, epsilon 1e-8, bias corrected */
} ew_method;

#define EW_DEFAULT_LR 0.01 /* of gd, momentum and adam */

typedef enum ew_reason {
    EW_REASON_GRADIENT,  /* converged: the gradient is nearly 0 */
    EW_REASON_STEPS,     /* all steps were made */
    EW_REASON_STALLED,   /* no step found a lower value (line searches), or steps round to nothing */
    EW_REASON_NONFINITE, /* the value or its gradient became nan or inf, or began so */
    EW_REASON_UNBOUNDED, /* the value fell below -1e300: there is no minimum */
    EW_REASON_STOPPED    /* the callback said so */
} ew_reason;

/* One point on the way. All arrays belong to the call and are valid during the callback. */
typedef struct ew_minimize_step {
    size_t step;  /* steps made so far; 0: the start */
    size_t count; /* how many numbers are varied: the length of the arrays */
    double value;
    double measure;   /* what is compared with the tolerance, see below */
    const double *at; /* the varied inputs, in the order of `over`, each row-major */
    const double *gradient;
    const double *move; /* the step taken from here; NULL at the last point */
} ew_minimize_step;

typedef struct ew_minimize_options { /* all zero (or a NULL pointer) means the defaults */
    ew_method method;
    double lr;        /* learning rate. gd, momentum, adam: default EW_DEFAULT_LR. lbfgs: the length of the
                         very first trial step, default min(1, 1 / |gradient|). newton: not used. */
    size_t steps;     /* at most; default 1000 for lbfgs and newton, 10000 for the others */
    double tolerance; /* default 1e-8, 1e-4 where one of the varied inputs is f32; negative: never
                         content, make all steps */
    int (*step)(void *context, const ew_minimize_step *step); /* non-zero stops */
    void *context;
    ew_resize *resize; /* the allocator hook, as in ew_options; the graph keeps its own */
    void *resize_context;
    const char *language; /* of error messages that are not the graph's own */
} ew_minimize_options;

typedef struct ew_minimize_result {
    double value;   /* at the point found; nan where not even the start was finite */
    double measure; /* how far the gradient is from 0 there, see below */
    size_t steps;   /* made */
    size_t best;    /* the step after which the point found was reached */
    size_t runs;    /* evaluations of value and gradient */
    int converged;  /* reason == EW_REASON_GRADIENT */
    ew_reason reason;
} ew_minimize_result;

/*
 * Varies the inputs over[0..count) (numbers of ew_input_at, each once, real-typed; arrays with all their
 * elements) to make node `of`, which is one number, small. `in` holds the values of all inputs (as for ew_run, so
 * the sizes must be known: ew_options.sizes); on EW_OK its varied places hold
 * the point found: where it converged, or fell without end, that point, else the one with the lowest
 * value met. On failure `in` is as it was.
 *
 * Converged means: the largest over i of
 *
 *     |gradient_i| * max(|x_i|, 1) / max(|value|, 1)
 *
 * is at most the tolerance: by how much, relatively, the value would change if an input changed by
 * its own size. It is a place where the value is flat, which a maximum or a saddle is too: start
 * elsewhere where that matters.
 *
 * lbfgs and newton never go uphill, and turn back from points where the value or gradient is not
 * finite, so they keep inside a domain that they started in. gd, momentum and adam go where their
 * rule leads and stop at the first point that is not finite.
 *
 * EW_OK also when it did not converge: look at `reason`. Otherwise EW_USE (an input that is no
 * number of one, stands twice or carries no derivative; `of` is an array; a size is not known), or EW_LIMIT (memory,
 * nodes, an int of the program that overflows).
 */
EW_API ew_status ew_minimize(ew_graph *g, ew_node of, const size_t *over, size_t count, double *in,
                             const ew_minimize_options *options, ew_minimize_result *result, ew_error *err);

/* For programs: "gradient", "steps", "stalled", "nonfinite", "unbounded", "stopped". NULL: no reason. */
EW_API const char *ew_reason_code(ew_reason reason);
/* For people: a sentence without its full stop. */
EW_API const char *ew_reason_text(ew_reason reason, const char *language);
/* "lbfgs", …; NULL past the last. And back: -1 where there is none of that name. */
EW_API const char *ew_method_name(int method);
EW_API int ew_method_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
