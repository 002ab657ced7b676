/*
 * train.h - what the files of one training share.
 *
 * The weights live once, in their own type, in arrays that the ew_train owns; so do the gradients and the
 * optimiser's states. Programs are run on them in place. A PASS is the model prepared for one number of rows,
 * with a buffer for each input that is fed: one for the batch, one for a last, shorter batch, others for
 * evaluating. A step is
 *
 *     rows of the batch → feed → gradient (a pass) → guard (finite? norm) → update (a program) → count
 *
 * and each part is a function of what stands before it alone, so that the gradients of several passes could be
 * joined before the guard. Nothing depends on the number of threads or on when it was saved and resumed.
 */
#ifndef TRAIN_TRAIN_H
#define TRAIN_TRAIN_H

#include "base/error.h"
#include "edgewise-train.h"
#include "io/io.h"

enum { TRAIN_AXES = 64, TRAIN_STATES = 2 };
enum { TRAIN_PARTS = 4, TRAIN_PARTS_MOST = 256 }; /* of a batch: with exact_ranks, and at most */

typedef struct train_kept { /* memory that lives as long as the ew_train */
    struct train_kept *next;
    size_t size;
} train_kept;

/* ---- Data ---- */

typedef struct train_source { /* what fills one input */
    const char *name, *path, *part;
    size_t input; /* its number among the model's */
    ew_data *file;
    const unsigned char *elements; /* of values, or of the file where they lie as this machine has them; or NULL */
    ew_rows *rows;
    void *context;
    ew_kind kind;
    size_t count, width; /* rows; elements of one */
    size_t rank, size[TRAIN_AXES];
    uint64_t hash; /* of the elements; 0 of a callback */
} train_source;

typedef struct train_set {
    train_source *at;
    size_t count;
    size_t rows; /* of all of them; 1 where there are none */
} train_set;

typedef struct train_scale { /* standardisation of one input, by column */
    const char *name;
    size_t width;
    double *mean, *factor; /* NULL: none */
} train_scale;

/* ---- The model ---- */

typedef enum train_part_kind { TRAIN_DATA, TRAIN_FIXED, TRAIN_RANDOM, TRAIN_PARAM } train_kind;

typedef struct train_input { /* in the order of the programs' `in` */
    const char *name;
    train_kind kind;
    ew_type type;
    size_t rank;
    size_t param; /* TRAIN_PARAM: its number among the weights */
    bool has_value;
    const ew_fixed *fixed; /* the caller's value, or NULL: the declared one */
    bool fed;              /* TRAIN_DATA: has data in the set that is looked at */
    train_scale scale;
    int64_t *classes; /* of an int, by element of a row: it is one of so many; 0: any. NULL: all are any */
} train_input;

typedef struct train_weight { /* sorted by name */
    const char *name;
    size_t input;
    ew_type type;
    size_t rank, size[TRAIN_AXES];
    size_t count; /* elements */
    void *value, *gradient;
    ew_type gradient_type; /* as the program gives it */
    void *own_gradient;    /* the same in the type of the weights */
    void *state[TRAIN_STATES];
    void *best;                   /* with validation: the best weights; else NULL */
    void *kept[1 + TRAIN_STATES]; /* with rollback: weights and states to go back to */
} train_weight;

typedef struct train_pass {
    size_t rows;
    ew_graph *graph; /* kept where inputs are random, or where it is wanted; else NULL */
    bool keep_graph;
    bool whole;   /* it holds all rows that are trained on */
    size_t extra; /* inputs before those of the model: of the rule (fused.c) */
    ew_program *program;
    const void **in; /* of all arrays, as ew_run_arrays takes them */
    void **out;
    void **feed; /* beside in: the pass's own buffers, or NULL */
    size_t *row; /* numbers of the rows that are fed */
    bool random; /* some inputs are drawn */
    train_kept *blocks;
} train_pass;

typedef struct train_pieces { /* rows that are evaluated, all at once or in pieces */
    size_t rows;              /* of one piece; 0: not known yet */
    ew_pieces *how;           /* by output: how it is joined; NULL: there is one piece */
    train_pass pass, last;    /* of so many rows; of what is left */
    train_kept *blocks;
} train_pieces;

typedef struct train_parts train_parts; /* ranks.c */
typedef struct train_quasi train_quasi; /* quasi.c */

/* ---- All of it ---- */

typedef struct train_config_set { /* sources as config.json has them */
    ew_source *at;
    uint64_t *hash;
    size_t count;
} train_config_set;

struct ew_train {
    memory m;
    report r;
    ew_options options; /* for parsing: memory, language, limits, threads */
    train_kept *blocks;
    const char *text;
    ew_train_options o; /* filled in; its texts and lists are copies */

    bool closed; /* data are known by their sizes alone: for looking and predicting */
    train_set data, test;
    train_input *input;
    size_t inputs;
    train_weight *weight;
    size_t weights;
    const char *loss_name;
    bool loss_made;                        /* its name was made for it: no equation can use it */
    const char *rows_name;                 /* the dimension of the rows, or NULL: it has no name */
    size_t training_rows, validation_rows; /* data.rows in all */
    const size_t *in_order;                /* the former, where they are not shuffled; NULL: as order.c says */

    train_pass batch, last;       /* of o.batch rows; of what is left, prepared when first met */
    train_pass fused, fused_last; /* the same with the update */
    train_quasi *quasi;           /* of lbfgs; else NULL */
    bool converged;
    bool fusing;        /* steps are made by these */
    int fused_lines;    /* of the text that stands before the model's in that program */
    bool committed;     /* the update of this step was let through */
    train_parts *parts; /* of several processes; else NULL */
    train_pieces validation_pieces, test_pieces;
    ew_program *update; /* all weights by the optimiser's rule, in place */
    const void **update_in;
    void **update_out;
    float *number_32; /* what the rule takes besides arrays */
    double *number_64;
    size_t updates, kept_updates; /* that led to the states; to those to go back to */
    double rate_factor;           /* halved at each rollback */

    /* Where training is. */
    size_t step, epoch; /* steps made; whole epochs among them */
    size_t epoch_steps; /* of one epoch */
    size_t steps;       /* at most */
    double loss, norm;  /* of the last step */
    double *metric;     /* of the last step: loss, then metrics */
    double *sum;        /* since the last report: of loss and metrics by rows */
    double sum_rows;
    double *reported, *validated, *tested; /* loss and metrics, as told in a report */
    size_t report_step, reports;
    double best;
    size_t best_step, best_epoch;
    size_t bad_steps;
    double seconds_before, began, rate_began; /* seconds of earlier sittings; clock */
    bool stopped, asked; /* asked: this process wishes to stop, which all agree on in the next step */
    ew_train_bad bad;

    /* The run's folder. */
    int lock, lines;      /* descriptors: the folder, held; metrics.jsonl; -1 */
    uint64_t lines_bytes; /* of metrics.jsonl */
    uint64_t model_hash, config_hash;
    train_config_set was_data, was_test; /* of a run that goes on */
    train_scale *scales;
    size_t scale_count;
    size_t saved_step; /* of the checkpoint */
    double save_clock;
    size_t ended;        /* 0: no; else 1 + why (ew_train_end) */
    train_kept *passing; /* what a call takes and gives back */
};

/* ---- Memory and errors (keep.c) ---- */

void *train_keep(ew_train *t, size_t count, size_t size); /* zeroed; NULL: reported */
void *train_keep_in(ew_train *t, train_kept **list, size_t count, size_t size);
const char *train_keep_text(ew_train *t, const char *s); /* NULL for NULL; *failed as above: t->r */
void train_release(ew_train *t, train_kept **list);
/* Reports an error of another room as the train's own. */
bool train_take(ew_train *t, const ew_error *err);
/* The report handed to the caller and forgotten: the ew_train can go on. */
ew_status train_done(ew_train *t, ew_error *err);
size_t train_type_bytes(ew_type type);
double train_element(ew_type type, const void *array, size_t i);
void train_set_element(ew_type type, void *array, size_t i, double value);
/* Doubles into an array of a type; f32 rounded. */
void train_narrow(ew_type type, void *to, const double *from, size_t count);

/* ---- Options (options.c) ---- */

bool train_options(ew_train *t, const ew_train_options *o);

/* ---- Data (source.c, feed.c, order.c) ---- */

bool train_set_open(ew_train *t, train_set *s, const ew_source *sources, size_t count);
void train_set_close(train_set *s);
bool train_about(ew_train *t, const train_source *s); /* false */
bool train_set_hash(ew_train *t, train_set *s);
/* Rows row[0 .. count) of a source into an input's buffer, converted and standardised. */
bool train_feed(ew_train *t, const train_source *s, const size_t *row, size_t count, void *out);
/* Means and deviations of the columns of the inputs that are to be standardised, over the training rows. */
bool train_scales(ew_train *t);
/* Place i of a shuffled 0 .. count - 1, a function of the stream alone. */
size_t train_shuffled(uint64_t stream, size_t count, size_t i);
bool train_whole_batch(const ew_train *t); /* every step has all rows */
void train_rows(const ew_train *t, size_t epoch, size_t first, size_t count, size_t *row);
bool train_rows_in_order(ew_train *t);
size_t train_training_row(const ew_train *t, size_t i); /* row i of those that are trained on, in no order */
size_t train_validation_row(const ew_train *t, size_t i);

/* ---- The model (model.c, pass.c) ---- */

/* Inputs, params, loss and metrics: from the text without sizes. */
bool train_model(ew_train *t);
/* Which input each source fills. */
bool train_bind(ew_train *t, train_set *s);
/* Opens and binds data that the model was not trained on. */
bool train_set_other(ew_train *t, train_set *s, const ew_source *sources, size_t count);
/* Every input has data in the set, or a value. */
bool train_all_fed(ew_train *t, const train_set *s);
/* The text read for so many rows of the set. NULL: reported. */
ew_graph *train_parse(ew_train *t, const train_set *s, size_t rows, bool training);
/* The same of another text, which has so many inputs before those of the model. */
ew_graph *train_parse_more(ew_train *t, const train_set *s, size_t rows, bool training, const char *program,
                           size_t extra);
/* Which values the ints may have, by the text read for a batch. */
bool train_classes(ew_train *t, const ew_graph *g);
ew_node train_loss_node(const ew_train *t, const ew_graph *g);
/* Sizes and dimensions that fixed values bind, into room for all of them; how many. */
size_t train_fixed_sizes(const ew_train *t, ew_size *at);
size_t train_elements(const ew_graph *g, ew_node n); /* SIZE_MAX: a size is not known */

typedef enum train_aim { TRAIN_VALUES, TRAIN_GRADIENTS } train_aim;
/* Loss and metrics, and for training the gradients, of so many rows of the set. */
bool train_pass_new(ew_train *t, train_pass *p, const train_set *s, size_t rows, train_aim aim);
/* Given nodes of a graph, which the pass takes over whatever happens. `out` has an entry for each, NULL: a buffer
 * of the pass's own. */
bool train_pass_of(ew_train *t, train_pass *p, ew_graph *g, size_t rows, const ew_node *nodes, void *const *out,
                   size_t count);
bool train_pass_more(ew_train *t, train_pass *p, ew_graph *g, size_t rows, const ew_node *nodes, void *const *out,
                     size_t count, size_t extra);
/* The same of a list of expressions; the graph is kept. */
bool train_pass_text(ew_train *t, train_pass *p, const train_set *s, size_t rows, const char *outputs);
void train_pass_free(ew_train *t, train_pass *p);
bool train_draw(const ew_train *t, const ew_graph *g, size_t i, ew_type type, size_t step, void *to, size_t count);
/* Feeds the rows p->row[0 .. rows) and draws what is random for this step, then runs. */
bool train_pass_feed(ew_train *t, train_pass *p, const train_set *s, size_t step);
bool train_pass_run(ew_train *t, train_pass *p);
double train_pass_number(const train_pass *p, size_t output); /* an output without axes */
/* The params as the model begins: drawn, or their declared value. */
bool train_weights_new(ew_train *t);

/* ---- Steps (step.c, rules.c) ---- */

bool train_step(ew_train *t);
bool train_goes_on(ew_train *t);           /* false: reported */
size_t train_step_rows(const ew_train *t); /* of the next step's batch */
bool train_step_feed(ew_train *t, train_pass *p);
void train_step_places(const ew_train *t, train_pass *p); /* the rows that a pass is to be fed with */
train_pass *train_step_pass(ew_train *t);                 /* with the rows of the next step; NULL: reported */
bool train_gradient(ew_train *t, train_pass *p);
double train_norm(const ew_train *t); /* of the gradient; nan: it is not finite */
bool train_rule_new(ew_train *t);
bool train_has_rule(const ew_train *t);
/* Its equations for all weights: of flat arrays, or with a prefix as they go before the model's own text. */
void train_rule_text(const ew_train *t, text *out, const char *prefix);
size_t train_rule_inputs(const ew_train *t, const void **in, bool fused); /* how many; NULL: counted only */
void train_rule_numbers(ew_train *t);
/* Gradient and update in one program, where that can be; *done: the weights are those after the step. */
bool train_fused_new(ew_train *t);
bool train_fused_step(ew_train *t, bool *done);
void train_fused_free(ew_train *t);
bool train_update(ew_train *t);
size_t train_state_count(const ew_train *t);
const char *train_state_name(const ew_train *t, size_t k);
double train_rate(const ew_train *t, size_t step); /* the learning rate of step number `step`, from 0 */

/* ---- lbfgs (quasi.c) ---- */

typedef struct train_numbers { /* what a checkpoint keeps besides arrays of the weights */
    const char *name;
    double *at;
    size_t count;
} train_numbers;

bool train_is_quasi(const ew_train *t);
bool train_quasi_new(ew_train *t); /* nothing for other optimisers */
bool train_quasi_step(ew_train *t, bool *done);
size_t train_quasi_arrays(ew_train *t, train_numbers *list); /* room for 4 */
void train_quasi_again(ew_train *t, bool forget);

/* ---- Several processes (ranks.c) ---- */

bool train_wants_parts(const ew_train *t);
bool train_parts_new(ew_train *t); /* nothing for one process without exact_ranks */
void train_parts_free(ew_train *t);
/* The gradient of the next batch, of all processes. */
bool train_parts_gradient(ew_train *t);
bool train_leads(const ew_train *t); /* the one process that writes and tells */
/* All could, or none goes on. */
bool train_agree(ew_train *t, bool good);
bool train_share(ew_train *t, double *values, size_t count);

/* What rollback goes back to: the point where training is. */
void train_keep_point(ew_train *t);
void train_go_back(ew_train *t);

/* ---- Rows in pieces (pieces.c) ---- */

/* How loss and metrics over so many rows of a set are split, once. */
bool train_pieces_begin(ew_train *t, train_pieces *p, const train_set *s, size_t rows);
/* The same of expressions, over all rows, with the first pass. Of one piece all are EW_PIECES_FREE. */
bool train_pieces_outputs(ew_train *t, train_pieces *p, const train_set *s, const char *outputs);
train_pass *train_pieces_pass(ew_train *t, train_pieces *p, const train_set *s, size_t rows);
/* The pass over as many rows as it has, from `first` on. */
bool train_pieces_run(ew_train *t, train_pass *p, const train_set *s, size_t first, bool validation);
void train_pieces_free(ew_train *t, train_pieces *p);
/* A number over all rows from those over pieces: what it begins as, a piece's value joined to it, what it then is. */
double train_join_first(ew_pieces_kind kind);
double train_join(ew_pieces_kind kind, double before, double value, size_t rows);
double train_join_last(ew_pieces_kind kind, ew_type type, double value, size_t rows);

/* ---- Around them (evaluate.c, run.c) ---- */

/* The loss, then the metrics, over rows of a set: of the validation part, or all. */
bool train_measure(ew_train *t, train_pieces *p, const train_set *s, bool validation, double *values);
void train_tell_step(ew_train *t);
void train_tell_bad(ew_train *t);
double train_clock(void);
double train_seconds(const ew_train *t);

/* ---- What outlives a run (folder.c, checkpoint.c, config.c, metrics.c) ---- */

bool train_folder_new(ew_train *t); /* nothing without o.run */
/* Reads config.json and model.ew into t; hold: for training, so that no other process does the same. */
bool train_folder_open(ew_train *t, const char *run, const ew_train_options *given, bool hold);
bool train_folder_go_on(ew_train *t); /* the same data? then from the checkpoint */
bool train_has_checkpoint(ew_train *t);
void train_folder_close(ew_train *t);
bool train_save(ew_train *t);
bool train_load(ew_train *t, const char *path);
bool train_store(ew_train *t, const char *path, bool best);
bool train_metrics_add(ew_train *t, const ew_train_report *r); /* nothing without o.run */
bool train_metrics_sync(ew_train *t);
bool train_curve(ew_train *t);

/* ---- Watching (watch.c) ---- */

bool train_find_bad(ew_train *t, const train_pass *p, ew_train_bad *bad);
bool train_slopes(ew_train *t, size_t directions, ew_train_check *result);
/* A loss or gradient is not finite: finds where, tells, and does what on_nan says; false: training ends. */
bool train_bad_step(ew_train *t, const train_pass *p);

#endif
