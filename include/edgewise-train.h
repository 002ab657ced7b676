/*
 * edgewise-train.h - the second library: training on data in batches, and minimising.
 *
 * A complete program, which learns to read digits (a line of digits.csv: 64 pixels, then the digit):
 *
 *     #include <edgewise-train.h>
 *     #include <stdio.h>
 *
 *     static int report(void *context, const ew_train_report *r)
 *     {
 *         (void)context;
 *         if (r->event == EW_EVENT_REPORT || r->event == EW_EVENT_END)
 *             printf("epoch %zu  loss %.4f  accuracy %.3f\n", r->epoch, r->loss, r->metrics[0]);
 *         return 0;
 *     }
 *
 *     int main(void)
 *     {
 *         const char *text = "input x[N, 64] : f32; input y[N] : int\n"
 *                            "param W[64, 10] : f32 ~ normal(0, 0.01); param b[10] : f32 = 0\n"
 *                            "z[n, k] = sum(j: x[n, j] / 16 * W[j, k]) + b[k]\n"
 *                            "loss = mean(n: logsumexp(k: z[n, k]) - z[n, y[n]])\n"
 *                            "accuracy = mean(n: argmax(k: z[n, k]) == y[n])\n"
 *                            "output loss";
 *         const ew_source data[] = {{.name = "x", .path = "digits.csv", .part = "p00..p77"},
 *                                   {.name = "y", .path = "digits.csv", .part = "digit"}};
 *         const char *metrics[] = {"accuracy"};
 *         const ew_train_options options = {.data = data, .data_count = 2, .metrics = metrics, .metric_count = 1,
 *                                           .optimizer = EW_OPTIMIZER_ADAM, .lr = 0.01, .epochs = 10,
 *                                           .report = report};
 *         ew_error err;
 *         ew_train *t = ew_train_new(text, &options, &err);
 *         if (!t || ew_train_run(t, NULL, &err) != EW_OK) fprintf(stderr, "%s\n", err.message);
 *         ew_train_free(t);
 *     }
 *
 * It is a client of edgewise.h and edgewise-data.h alone. Ownership, errors, memory and threads are as
 * there: the library prints nothing, keeps no global state, and every failure ends in a status and an
 * ew_error. One thread at a time uses an ew_train, or a graph that is minimised.
 */
#ifndef EDGEWISE_TRAIN_H
#define EDGEWISE_TRAIN_H

#include <edgewise-data.h>
#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Training: data and options ---------------------------------------------------------------- */

typedef struct ew_train ew_train; /* a model, its weights, its data, and how far training is */

/* Writes the rows numbered row[0 .. count), one after the other, into `out`, as elements of the source's
 * kind. A function of the numbers alone: they are asked for in any order and more than once. Not 0: it
 * could not. */
typedef int ew_rows(void *context, const size_t *row, size_t count, void *out);

/* What fills one input, row by row: a file, an array in memory, or a callback. The first axis is that of the
 * rows; all inputs with data have the same number of them, and their first axis is one dimension of the
 * model: the batch. Where the number of axes differs from the input's, a row fills it in order. */
typedef struct ew_source {
    const char *name;        /* of the input */
    const char *path, *part; /* a file, as ew_data_read takes it, or NULL */
    const void *values;      /* or an array, row-major and aligned, which stays the caller's, or NULL */
    ew_rows *rows;           /* or a callback */
    void *context;           /* of the callback */
    ew_kind kind;            /* of values and rows: any but f16 and bf16 */
    size_t rank;             /* of values and rows, at least 1 */
    const size_t *size;      /* `rank` of them; size[0] rows */
} ew_source;

/* The value of an input that has no data: it stays the same in all steps. Rank 0 also binds a dimension. Of a param:
 * where it begins. */
typedef struct ew_fixed {
    const char *name;
    size_t rank;
    const size_t *size;
    const double *values;
} ew_fixed;

typedef enum ew_optimizer {
    EW_OPTIMIZER_SGD,      /* w - lr * g */
    EW_OPTIMIZER_MOMENTUM, /* v = momentum * v + g; w - lr * v */
    EW_OPTIMIZER_NESTEROV, /* v = momentum * v + g; w - lr * (g + momentum * v) */
    EW_OPTIMIZER_RMSPROP,  /* s = decay * s + (1 - decay) * g^2; w - lr * g / (sqrt(s) + epsilon) */
    EW_OPTIMIZER_ADAM,     /* Kingma and Ba 2015, bias corrected; weight decay is added to the gradient */
    EW_OPTIMIZER_ADAMW,    /* Loshchilov and Hutter 2019: weight decay shrinks the weights themselves */
    EW_OPTIMIZER_LBFGS     /* as ew_minimize, over all rows at once: a step is an iteration */
} ew_optimizer;

typedef enum ew_schedule {
    EW_SCHEDULE_CONSTANT,
    EW_SCHEDULE_STEP,  /* a tenth after half of the steps that follow the warm-up, a hundredth after three quarters */
    EW_SCHEDULE_COSINE /* lr * (1 + cos(pi * s)) / 2, with s from 0 to 1 over the steps after the warm-up */
} ew_schedule;

typedef enum ew_on_nan {
    EW_ON_NAN_STOP,    /* ends with EW_NONFINITE; the weights are those before the step */
    EW_ON_NAN_SKIP,    /* the step changes nothing, and training goes on */
    EW_ON_NAN_ROLLBACK /* back to the weights and states of the last save, with half the learning rate */
} ew_on_nan;

/* One of several processes that train one model together: each computes gradients of a part of every batch, and all
 * make the same update. What fills it moves bytes between them; all call the same functions in the same order. Process
 * 0 writes the folder of the run; all read the same files. */
typedef struct ew_ranks {
    size_t rank, count; /* this one, from 0, of how many */
    /* `bytes` of mine to the partner, who calls it at the same time, and of the partner's to me. */
    ew_status (*exchange)(void *context, size_t partner, const void *mine, void *theirs, size_t bytes, ew_error *err);
    /* Each of the numbers (EW_F32 or EW_F64) becomes its sum over all processes, the same bits in all of them. */
    ew_status (*sum)(void *context, void *values, ew_type type, size_t count, ew_error *err);
    void *context;
} ew_ranks;

struct ew_train_report;

typedef struct ew_train_options { /* all zero means the defaults */
    const ew_source *data;        /* for training; none: every step is the program as it stands */
    size_t data_count;
    const ew_source *test; /* for the same inputs */
    size_t test_count;
    double validate; /* this part of the rows of data (0 .. 1) is kept apart to watch progress by; fixed by the seed */
    const ew_fixed *fixed;
    size_t fixed_count;
    const char *const *metrics; /* names of nodes without axes, told beside the loss */
    size_t metric_count;
    const char *const *standardize; /* inputs with data: each column less its mean, over its deviation */
    size_t standardize_count;

    ew_optimizer optimizer;
    double lr; /* default 0.01; rmsprop, adam, adamw 0.001; lbfgs 1 */
    ew_schedule schedule;
    size_t warmup;       /* steps in which the learning rate grows to its full size */
    double momentum;     /* of momentum, nesterov; beta1 of adam. Default 0.9; negative: 0 */
    double decay;        /* of rmsprop: default 0.99; beta2 of adam: 0.999; negative: 0 */
    double epsilon;      /* default 1e-8 */
    double weight_decay; /* default 0 */
    double clip;         /* the gradient, over all params, is shortened to this length; 0: as it is */

    size_t batch;         /* default 32, all rows for lbfgs; at most all rows */
    size_t epochs, steps; /* what ends training; steps goes before. Default 10 epochs; 1000 steps without data */
    int no_shuffle;
    size_t patience; /* ends after so many epochs whose validation loss is no better than the best; 0: never */
    ew_on_nan on_nan;
    size_t check_gradients; /* so many random directions are compared with differences before the first step */
    uint64_t seed;
    const ew_ranks *ranks; /* of several processes, or NULL */
    int exact_ranks;       /* not 0: the same bits for 1, 2 and 4 processes: a batch is always 4 parts, joined alike */

    const char *run;     /* a folder for everything that outlives the run, or NULL: nothing is written */
    const char *weights; /* a safetensors or npz file to begin with, or NULL: as the model says */
    size_t save_every; /* steps between checkpoints; default: each epoch, two seconds apart. The end is always saved */
    size_t report_every;   /* steps between reports; default: each epoch, of more than 1000 epochs each few of them */
    size_t evaluate_every; /* reports between looks at the test data; default 1 */

    int (*report)(void *context, const struct ew_train_report *report); /* not 0: stop after this step */
    void *context;
    const volatile sig_atomic_t *stop; /* a signal handler may set it: the step is finished, then all is saved */
    const ew_options *options;         /* memory, language, limits, threads, precision; sizes are not read */
} ew_train_options;

/* ---- Training: running --------------------------------------------------------------------------- */

/* What went bad, where first: in the order of the program, values before derivatives. */
typedef struct ew_train_bad {
    int found;      /* 0: every node is finite where it could be looked at, the others are not set */
    int backward;   /* not 0: it is a derivative of the loss by this node */
    char node[120]; /* "z[3, 7]", as the program calls it; a part without a name as it stands there: "x[3] - 3" */
    char text[240]; /* its operation, "log(p[n, k])" */
    size_t rank;
    size_t index[16]; /* of the element */
    double value;     /* nan, inf or -inf */
    size_t operand_count;
    struct {
        char name[120];
        double value;
    } operand[4]; /* forward: of the operation; backward: of its users' edges */
} ew_train_bad;

typedef enum ew_event {
    EW_EVENT_STEP,   /* after each step: loss is that of its batch, metrics too */
    EW_EVENT_REPORT, /* after each epoch, or report_every steps: loss and metrics are means since the last one */
    EW_EVENT_SAVED,  /* a checkpoint was written */
    EW_EVENT_BAD,    /* a loss or gradient is not finite; `bad` says where it began */
    EW_EVENT_END,    /* the last report, with test where there are test data; its step has no other */
    EW_EVENT_CHECKED /* check_gradients found no difference; before the first step */
} ew_event;

typedef struct ew_train_report {
    ew_event event;
    size_t step, steps; /* made, and at most */
    size_t epoch;       /* of the step, from 1; whole ones in reports of epochs */
    size_t step_of_epoch, epoch_steps;
    double loss;                        /* weighted by rows */
    const double *metrics;              /* as many as in the options */
    const double *validation, *test;    /* the loss, then the metrics; NULL: not looked at */
    double lr, norm;                    /* of this step; norm of the gradient before clipping, nan: not known,
                                           as where gradient and update are one program */
    double seconds;                     /* since the beginning, resumed or not */
    double rate;                        /* rows a second, since the last report */
    const ew_train_bad *bad;            /* or NULL */
    const struct ew_train_check *check; /* EW_EVENT_CHECKED */
} ew_train_report;

typedef enum ew_train_end {
    EW_END_STEPS,    /* all steps were made */
    EW_END_PATIENCE, /* the validation loss grew no better */
    EW_END_STOPPED,  /* the callback or `stop` said so; all is saved */
    EW_END_CONVERGED /* lbfgs: the gradient is almost 0, or no step leads lower */
} ew_train_end;

typedef struct ew_train_result {
    ew_train_end end;
    size_t step;
    double loss;      /* of the last report */
    size_t best_step; /* with validation: after which the weights were best; they are the final ones */
    double best;      /* its validation loss */
    size_t bad_steps; /* skipped or rolled back */
    double seconds;
} ew_train_result;

/* Reads the model and the first rows, prepares the programs, draws the weights; with `run` makes the folder
 * (EW_FILE where it holds a run already, or other files of the names that a run writes). The options' arrays and texts
 * need not outlive the call; `values`, `rows`, `context`, `stop` and what the ew_options hold must live as long as the
 * ew_train. */
EW_API ew_train *ew_train_new(const char *text, const ew_train_options *options, ew_error *err);
/* Goes on with a run from its last checkpoint, bit for bit. Of the options only report, context, stop and
 * options are read, and data and test where they were not files; all else is in the run. EW_FILE where
 * a file is damaged, of another model, or the data changed. */
EW_API ew_train *ew_train_resume(const char *run, const ew_train_options *options, ew_error *err);
/* The model of a run with its weights, for evaluate, predict and look: no data are opened. It does not go on: run, step
 * and save are EW_USE. */
EW_API ew_train *ew_train_open(const char *run, const ew_options *options, ew_error *err);
EW_API void ew_train_free(ew_train *t);

/* To the end. EW_NONFINITE: stopped by on_nan. EW_FAILED: check_gradients found a difference. */
EW_API ew_status ew_train_run(ew_train *t, ew_train_result *result, ew_error *err);
/* One step alone, with its events; nothing is reported, saved or evaluated by itself. */
EW_API ew_status ew_train_step(ew_train *t, ew_error *err);
EW_API double ew_train_loss(const ew_train *t); /* of the last step's batch; nan before the first */
/* Writes a checkpoint and the weights into the run's folder (EW_USE without one). */
EW_API ew_status ew_train_save(ew_train *t, ew_error *err);

/* The params, sorted by name; `elements` are the weights themselves, in their own type, and may be written to
 * between steps. */
EW_API size_t ew_train_weight_count(const ew_train *t);
EW_API ew_data_array ew_train_weight(const ew_train *t, size_t i);
EW_API ew_status ew_train_load(ew_train *t, const char *path, ew_error *err);  /* safetensors or npz */
EW_API ew_status ew_train_store(ew_train *t, const char *path, ew_error *err); /* the same */

/* The loss, then the metrics, on other data: values[0 .. 1 + metrics), as over all its rows at once. Where each of them
 * is a mean, a sum, the least or the greatest over the rows (edgewise.h, ew_in_pieces), the rows come in pieces of as
 * many as a batch has, 32 at least; else memory grows with the data. So are test and validation data looked at. */
EW_API ew_status ew_train_evaluate(ew_train *t, const ew_source *data, size_t count, double *values, ew_error *err);
EW_API size_t ew_train_metric_count(const ew_train *t);
EW_API const char *ew_train_metric_name(const ew_train *t, size_t i); /* NULL past the last */
EW_API const char *ew_train_loss_name(const ew_train *t);

/* Expressions ("p, argmax(k: p[n, k])"; NULL: the program's outputs) at other data, which need only fill the
 * inputs that they use. The arrays are ready for ew_data_write and live until they are freed. The rows come in pieces
 * as in ew_train_evaluate, where each row's outputs are a matter of its own data alone. */
typedef struct ew_prediction ew_prediction;
EW_API ew_prediction *ew_train_predict(ew_train *t, const ew_source *data, size_t count, const char *outputs,
                                       ew_error *err);
EW_API const ew_data_array *ew_prediction_arrays(const ew_prediction *p, size_t *count);
EW_API void ew_prediction_free(ew_prediction *p);

/* ---- Training: looking -------------------------------------------------------------------------- */

/* One node, seen at a batch (the next one, or of `data` its first rows): how large its values and the derivatives
 * of the loss by them are. */
typedef struct ew_train_node {
    const char *name, *text; /* "h", "tanh(z[n, j])" */
    size_t rank;
    const size_t *size;
    double norm, largest;                 /* Euclidean, and by absolute value */
    double adjoint_norm, adjoint_largest; /* nan: the loss has no derivative by it */
} ew_train_node;
/* Each node that has a name, in the order of the graph; not 0 from `see` ends it. */
EW_API ew_status ew_train_look(ew_train *t, const ew_source *data, size_t count,
                               int (*see)(void *context, const ew_train_node *node), void *context, ew_error *err);

typedef struct ew_train_check {
    size_t directions;
    double worst; /* |by the gradient - by differences| over the larger of both, and what rounding explains */
    int passed;
} ew_train_check;
/* The gradient at the next batch, along random directions, against central differences of the loss. */
EW_API ew_status ew_train_check_gradients(ew_train *t, size_t directions, ew_train_check *result, ew_error *err);

/* The line of metrics.jsonl for a report, without its line end; length and buffer as snprintf has them. */
EW_API size_t ew_train_report_json(const ew_train *t, const ew_train_report *r, char *buffer, size_t size);
/* What went bad, as a sentence without its full stop; the same for buffer. */
EW_API size_t ew_train_bad_text(const ew_train_bad *bad, const char *language, char *buffer, size_t size);

/* Names of the enums ("adam", "cosine", "rollback"); NULL past the last. And back: -1 where there is none. */
EW_API const char *ew_optimizer_name(int optimizer);
EW_API int ew_optimizer_find(const char *name);
EW_API const char *ew_schedule_name(int schedule);
EW_API int ew_schedule_find(const char *name);
EW_API const char *ew_on_nan_name(int on_nan);
EW_API int ew_on_nan_find(const char *name);

/* ---- Minimising ---------------------------------------------------------------------------------- */

/*
 *     ew_error err;
 *     ew_graph *g = ew_parse("f = (1 - x)^2 + 100 * (y - x^2)^2", EW_WHOLE, NULL, &err);
 *     size_t over[] = {0, 1};
 *     double in[] = {-1.2, 1};
 *     ew_minimize_result found;
 *     if (ew_minimize(g, ew_find(g, "f"), over, 2, in, NULL, &found, &err) == EW_OK)
 *         printf("%g at %g, %g: %s\n", found.value, in[0], in[1], ew_reason_text(found.reason, "en"));
 *     ew_graph_free(g);
 */

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
    EW_REASON_GRADIENT,    /* converged: the gradient is nearly 0 */
    EW_REASON_STEPS,       /* all steps were made */
    EW_REASON_STALLED,     /* no step found a lower value (line searches), or steps round to nothing */
    EW_REASON_NONFINITE,   /* the value or its gradient became nan or inf, or began so */
    EW_REASON_UNBOUNDED,   /* the value fell below -1e300: there is no minimum */
    EW_REASON_STOPPED,     /* the callback said so */
    EW_REASON_SETTLED,     /* ew_fit: converged: no parameter would move any more */
    EW_REASON_UNDETERMINED /* ew_fit: the same, or no step helps, and some parameters could be anything there */
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

/* For programs: "gradient", "steps", "stalled", "nonfinite", "unbounded", "stopped", "settled",
 * "undetermined". NULL: no reason. */
EW_API const char *ew_reason_code(ew_reason reason);
/* For people: a sentence without its full stop. */
EW_API const char *ew_reason_text(ew_reason reason, const char *language);
/* "lbfgs", …; NULL past the last. And back: -1 where there is none of that name. */
EW_API const char *ew_method_name(int method);
EW_API int ew_method_find(const char *name);

/* ---- Fitting: nonlinear least squares ------------------------------------------------------------- */

/*
 *     ew_error err;
 *     size_t n[] = {5};
 *     ew_size sizes[] = {{"x", 1, n, 0}, {"y", 1, n, 0}};
 *     ew_options options = {.sizes = sizes, .size_count = 2};
 *     ew_graph *g = ew_parse("input a; input k; input x[N]; input y[N]; r[i] = y[i] - a * exp(-k * x[i])", EW_WHOLE,
 *                            &options, &err);
 *     double in[] = {1, 1, 0, 1, 2, 3, 4, 3.1, 1.8, 1.2, 0.6, 0.4}, errors[2];     // a, k, then x and y
 *     size_t over[] = {0, 1};
 *     ew_fit_result found = {.errors = errors};
 *     if (ew_fit(g, ew_find(g, "r"), over, 2, in, NULL, &found, &err) == EW_OK)
 *         printf("a = %g +- %g, k = %g +- %g\n", in[0], errors[0], in[1], errors[1]);
 *     ew_graph_free(g);
 */

typedef struct ew_fit_options { /* all zero (or a NULL pointer) means the defaults */
    size_t steps;               /* at most; default 1000 */
    double tolerance;           /* default 1e-10, 1e-5 where anything is f32; negative: never content */
    int (*step)(void *context, const ew_minimize_step *step); /* value: the sum of squares; non-zero stops */
    void *context;
    ew_resize *resize; /* the allocator hook, as in ew_options; the graph keeps its own */
    void *resize_context;
    const char *language; /* of error messages that are not the graph's own */
} ew_fit_options;

typedef struct ew_fit_result {
    /* The caller's, or NULL. n: how many numbers are varied; their order is that of `over`, each row-major. */
    double *errors;     /* n standard errors: square roots of the covariance's diagonal */
    double *covariance; /* n * n: deviation^2 times the inverse of J' J */
    double *residuals;  /* all elements of `of`, at the point found */

    double value;     /* the sum of the squares of the residuals */
    double deviation; /* their standard deviation: sqrt(value / freedom); nan where freedom is 0 */
    double measure;   /* how far the parameters would still move, see below */
    size_t count;     /* of residuals */
    size_t rank;      /* how many numbers the residuals determine at the point found; n where it is well */
    size_t freedom;   /* count - rank */
    size_t steps;     /* made */
    size_t runs;      /* evaluations of the residuals, with derivatives or without */
    int converged;    /* reason == EW_REASON_SETTLED */
    ew_reason reason;
} ew_fit_result;

/*
 * Varies the inputs over[0..count) (as for ew_minimize) to make the sum of squares of `of` small: a node of f64 or
 * f32 with any axes, whose elements are the residuals, for instance what was measured less what a model says, over
 * its standard deviation where points weigh differently. There must be as many of them as numbers that are varied.
 * On EW_OK the varied places of `in` hold the point found; on failure `in` is as it was.
 *
 * The method is that of Levenberg and Marquardt as More (1978) gives it, with the exact Jacobian, by orthogonal
 * transformations and never by normal equations. Near the end full steps go on, with second derivatives where the
 * program has them, until rounding hides what is left. Converged means: the full Gauss-Newton step from there would
 * move no parameter by more than the tolerance times the larger of its size and its standard error (or it is
 * rounding). `measure` is the largest of these ratios. It is a local minimum.
 *
 * Parameters that the residuals do not determine (a and b in a * b * x) have an infinite error, and so have their
 * places in the covariance; the reason is then EW_REASON_UNDETERMINED. With freedom 0 errors are nan.
 *
 * EW_OK also when it did not converge: look at `reason`. Otherwise EW_USE (as for ew_minimize; fewer residuals than
 * numbers that are varied; a residual or a derivative that is not finite at the start, named), or EW_LIMIT.
 */
EW_API ew_status ew_fit(ew_graph *g, ew_node of, const size_t *over, size_t count, double *in,
                        const ew_fit_options *options, ew_fit_result *result, ew_error *err);

#ifdef __cplusplus
}
#endif
#endif
