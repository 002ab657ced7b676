/*
 * edgewise.h - computational graphs with a derivative on every edge.
 *
 * A complete program:
 *
 *     #include <edgewise.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         ew_error err;
 *         ew_program *p = ew_compile("e = (a + b) * (b + 1)", "e, diff(e, a), diff(e, b)", NULL, &err);
 *         if (!p) { fprintf(stderr, "%s\n", err.message); return 1; }
 *         double in[] = {2, 1}, out[3];
 *         ew_run(p, NULL, in, out);
 *         printf("e = %g, by a %g, by b %g\n", out[0], out[1], out[2]);     // 6, 2, 5
 *         ew_free(p);
 *     }
 *
 * Ownership. What a function with `new`, `parse`, `compile` or `prepare` in its name returns is
 * yours, to be given to the matching `_free`. Everything else (names, texts, arrays) belongs to
 * the object it was asked of and lives until that object is freed. Freeing NULL does nothing.
 *
 * Errors. A call that can fail returns NULL, EW_NONE or a status other than EW_OK, and fills the
 * `ew_error` it was given (which may be NULL). A graph built by hand keeps its first error: later
 * calls do nothing and one look at `ew_graph_error` at the end is enough. Numbers outside a
 * function's domain are numbers (nan, inf), not errors. A node or an index that is not there is
 * answered by EW_NONE, NULL, 0 or an error. Nothing here prints, exits or aborts.
 *
 * Memory. All memory comes through the one hook in `ew_options`; without it, realloc and free.
 * Running allocates nothing. Limits in `ew_options` bound nodes and bytes, so that a stranger's
 * program is safe to prepare.
 *
 * Threads. There is no global state. A prepared program may be run by many threads at once, each
 * with an `ew_work` of its own. Preparing and looking at derivatives add nodes to a graph: one
 * thread at a time for each graph.
 */
#ifndef EDGEWISE_H
#define EDGEWISE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && !defined(EW_API)
#define EW_API __attribute__((visibility("default")))
#elif !defined(EW_API)
#define EW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define EW_VERSION "0.3.0"
#define EW_VERSION_NUMBER 300 /* major * 10000 + minor * 100 + patch */

EW_API const char *ew_version(void); /* of the library that runs, to compare with EW_VERSION */

/* ---- Objects ------------------------------------------------------------------------------- */

typedef struct ew_graph ew_graph;     /* nodes, names, edges; grows as derivatives are asked for */
typedef struct ew_program ew_program; /* what was wanted of a graph, ready to run; never changes */
typedef struct ew_work ew_work;       /* memory for one run at a time */
typedef uint32_t ew_node;             /* a node of one graph; arguments have smaller numbers */

#define EW_NONE UINT32_MAX

typedef enum ew_type { EW_F64, EW_F32, EW_INT, EW_BOOL } ew_type;

typedef enum ew_status { /* the command's exit statuses are the same numbers */
                         EW_OK = 0,
                         EW_FAILED = 1,   /* a check failed: edgewise-train.h alone */
                         EW_USE = 2,      /* wrong use of a call: an unknown name, a missing value */
                         EW_TEXT = 3,     /* a fault in the program's text */
                         EW_FILE = 4,     /* a file or its contents */
                         EW_LIMIT = 5,    /* a limit was reached: memory, nodes, an int that overflows */
                         EW_NONFINITE = 6 /* not used by the library; the command's status for --finite */
} ew_status;

typedef struct ew_error {
    ew_status status;
    char code[8];      /* "E012": stable, for programs */
    char message[480]; /* a sentence, for people, in the language of the options */
    char hint[240];    /* how to mend it, or "" */
    char file[240];    /* as given in the options, or "" */
    int line, column;  /* from 1, columns in characters; 0 where there is no place */
    int width;         /* characters to underline */
    char source[240];  /* the line it happened in, or a stretch of it around the place */
    int source_column; /* where in `source` the caret goes, from 1 */
} ew_error;

/* The error as the command shows it, with the line and a caret (or the file that it is about), into buffer (always
 * ended by a NUL); returns the length it would need, like snprintf. */
EW_API size_t ew_error_text(const ew_error *error, char *buffer, size_t size);

/* The one allocator hook: old_size 0 allocates, new_size 0 frees (and returns NULL). */
typedef void *ew_resize(void *context, void *pointer, size_t old_size, size_t new_size);

/* What the data bind before a program is prepared: the sizes of an input's axes, or (rank 0) the value of
 * a dimension or of an int input that is used as one. */
typedef struct ew_size {
    const char *name;
    size_t rank;
    const size_t *size; /* `rank` of them */
    int64_t value;      /* rank 0 */
} ew_size;

typedef struct ew_options { /* all zero (or a NULL pointer) means the defaults */
    ew_resize *resize;
    void *context;        /* given to resize */
    const char *language; /* "en" (default) or "vi" */
    const char *file;     /* the name of the text, for errors */
    size_t max_nodes;     /* default 64 million */
    size_t max_bytes;     /* default: no limit but the machine's */
    int single;           /* not 0: the type of what declares none is f32 */
    int mode;             /* EW_AUTO, or how every diff in the text is computed */
    const ew_size *sizes; /* of inputs with axes, and of dimensions; read while the text is */
    size_t size_count;
    size_t threads;  /* that one run may use; 0: one */
    int training;    /* not 0: what `training` is in the text, true */
    int only_arrays; /* not 0: ew_run_arrays alone runs it, and no work has room for ew_run's conversions */
    int unfold;      /* not 0: a diff of a program with indices is, where that is short, the nodes it is made of, as in
                      * one of scalars: to be looked at, and slower to run */
} ew_options;

enum { EW_AUTO, EW_FORWARD, EW_REVERSE };

/* Where text and pictures go; returns 0 when all was written. A non-zero answer stops the writer. */
typedef int ew_write(void *context, const char *bytes, size_t count);

/* ---- Prepare once, run often ----------------------------------------------------------------- */

/* `outputs` is a list of expressions over the program's names, separated by commas; NULL stands
 * for the program's own outputs. NULL and `err` filled on failure. */
EW_API ew_program *ew_compile(const char *text, const char *outputs, const ew_options *options, ew_error *err);
EW_API void ew_free(ew_program *p);

/* `in` holds ew_in_count doubles, inputs then params, in order of declaration or, undeclared, of
 * first appearance; `out` gets ew_out_count doubles, in the order asked for. Every value is a
 * double at this door: an f32 is rounded on the way in, an int must be whole, a bool is 0 or 1.
 * With work NULL the program's own memory is used: one caller at a time. Returns EW_OK or
 * EW_LIMIT (an int overflowed or was divided by zero: see ew_run_error), or EW_USE for the work of
 * another program. */
EW_API ew_status ew_run(const ew_program *p, ew_work *work, const double *in, double *out);
EW_API void ew_run_error(const ew_program *p, const ew_work *work, ew_error *err);

/* The same, and outputs of type int as they are: in `out` one beyond 2^53 is the double nearest to it. `whole` is laid
 * out as `out`, ew_out_count of them; elements of other types are left alone. With whole NULL: ew_run. */
EW_API ew_status ew_run_whole(const ew_program *p, ew_work *work, const double *in, double *out, int64_t *whole);

/* The same over arrays in their own types, used where they lie: in[i] belongs to ew_in_array(p, i), out[i] to
 * ew_out_array(p, i), each row-major: double (f64), float (f32), int64_t (int), unsigned char (bool: 0 or 1). Nothing
 * is converted but bools. out[k] may be the very memory of one in[i] of its type and count: the run does as though all
 * inputs were read before an output is written (which needs no copy where a plan writes the output only once the input
 * is not read any more). After a run that failed, outputs and inputs so shared hold nothing to be relied on. Returns
 * EW_OK or EW_LIMIT as ew_run does, or EW_USE: the work of another program, no memory (NULL) for an array with
 * elements, or an output that overlaps an input otherwise. Outputs must not overlap each other. */
EW_API ew_status ew_run_arrays(const ew_program *p, ew_work *work, const void *const *in, void *const *out);

/* The same as a step of training, whose outputs may be inputs' memory. `commit` is called once, when all outputs are
 * complete but those in an input's memory (and the updates computed along with them), and just before the first of
 * these is written; not 0 ends the run there, which is no error, and no input is overwritten. An update is an output of
 * an input's type and count that is computed element by element from what nothing else needs, such as W[i, j] - rate *
 * diff(loss, W[i, j]); a matrix product that only updates need, and not smaller than its factors, is computed piece by
 * piece as it is used and never held. `finite` is not 0 where all products still to come are sure to be finite, from
 * max|a| * max|b| * length of their factors, and all that lies ready for the updates is; so 0 does not say that
 * something is not. With commit NULL: ew_run_arrays. */
typedef int ew_commit(void *context, int finite);
EW_API ew_status ew_run_commit(const ew_program *p, ew_work *work, const void *const *in, void *const *out,
                               ew_commit *commit, void *context);

EW_API ew_work *ew_work_new(const ew_program *p);
EW_API void ew_work_free(ew_work *work);

EW_API size_t ew_in_count(const ew_program *p);  /* doubles in all */
EW_API size_t ew_out_count(const ew_program *p); /* doubles in all */

typedef struct ew_array_info {
    const char *name; /* of outputs: the expression, single spaces */
    ew_type type;
    size_t rank;
    const size_t *size;   /* of each axis */
    size_t offset, count; /* doubles: where it begins in `in` or `out`, and how many they are */
} ew_array_info;

/* Input i, then param i: as many as ew_input_count of the graph. Without axes each is one double. */
EW_API size_t ew_in_arrays(const ew_program *p);
EW_API ew_array_info ew_in_array(const ew_program *p, size_t i);
EW_API size_t ew_out_arrays(const ew_program *p);
EW_API ew_array_info ew_out_array(const ew_program *p, size_t i);
EW_API const char *ew_in_name(const ew_program *p, size_t i);  /* of ew_in_array */
EW_API const char *ew_out_name(const ew_program *p, size_t i); /* of ew_out_array */
EW_API size_t ew_instruction_count(const ew_program *p);       /* operations of one run */
typedef struct ew_cost {                                       /* of one run */
    size_t instructions, batches; /* prepared; groups of equal ones that are run together, 0 where there are axes */
    double operations;            /* done: an instruction over n elements is n of them */
    size_t bytes;                 /* of work memory */
} ew_cost;
EW_API ew_cost ew_program_cost(const ew_program *p);
/* What a run does, step by step, as text: for people. The first line sums up; with axes a line follows for each step:
 * how many operations it takes (10 characters), then it, two spaces farther in for each loop around it. */
EW_API ew_status ew_plan(const ew_program *p, ew_write *write, void *context, ew_error *err);

/* ---- A graph from text ------------------------------------------------------------------------ */

/* `length` in bytes, or EW_WHOLE for a text that ends in a NUL. */
#define EW_WHOLE SIZE_MAX
EW_API ew_graph *ew_parse(const char *text, size_t length, const ew_options *options, ew_error *err);
EW_API void ew_graph_free(ew_graph *g);

/* Prepares expressions (as in ew_compile), or given nodes. The program does not need the graph
 * afterwards. */
EW_API ew_program *ew_prepare(ew_graph *g, const char *outputs, ew_error *err);
EW_API ew_program *ew_prepare_nodes(ew_graph *g, const ew_node *nodes, size_t count, ew_error *err);

/* The node of one expression over the graph's names, generated names too: "c", "diff(e, b)". */
EW_API ew_node ew_expression(ew_graph *g, const char *text, ew_error *err);

/* ---- A graph by hand --------------------------------------------------------------------------- */

/* The builders return EW_NONE once something has gone wrong; the first error is kept. Where there is
 * no memory even for a graph, ew_graph_new returns NULL, which they and ew_graph_error take too. */
EW_API ew_graph *ew_graph_new(const ew_options *options);
EW_API ew_node ew_input(ew_graph *g, const char *name);
EW_API ew_node ew_param(ew_graph *g, const char *name, double value);
EW_API ew_node ew_constant(ew_graph *g, double value);
EW_API ew_node ew_op(ew_graph *g, const char *op, const ew_node *args, size_t count); /* "mul" */
EW_API ew_node ew_name(ew_graph *g, const char *name, ew_node node);                  /* name = node */
EW_API void ew_output(ew_graph *g, ew_node node);
/* Gives the nodes that have no name yet theirs (c, d, …), as the parser does at the end of a text. What
 * is named or an output later is seen at once. */
EW_API void ew_finish(ew_graph *g);
EW_API ew_status ew_graph_error(const ew_graph *g, ew_error *err);

/* ---- Looking at nodes ------------------------------------------------------------------------- */

/* The nodes that a person sees: inputs, named equations and parts, arguments before users.
 * Constants are no nodes; what derivatives add later is not among them. */
EW_API size_t ew_node_count(const ew_graph *g);
EW_API ew_node ew_node_at(const ew_graph *g, size_t i);
EW_API size_t ew_node_index(const ew_graph *g, ew_node n);          /* the other way; SIZE_MAX: not seen */
EW_API ew_node ew_find(const ew_graph *g, const char *name);        /* EW_NONE if there is none */
EW_API const char *ew_suggest(const ew_graph *g, const char *name); /* a name much like it, or NULL */

EW_API size_t ew_output_count(const ew_graph *g); /* at least 1 in a parsed program */
EW_API ew_node ew_output_at(const ew_graph *g, size_t i);

EW_API const char *ew_node_name(const ew_graph *g, ew_node n); /* NULL: a constant or a later node */
EW_API int ew_node_generated(const ew_graph *g, ew_node n);    /* is the name a generated one? */
EW_API const char *ew_node_op(const ew_graph *g, ew_node n);   /* "input", "param", "constant", "copy", "mul" … */
EW_API ew_type ew_node_type(const ew_graph *g, ew_node n);
EW_API size_t ew_node_rank(const ew_graph *g, ew_node n);                        /* how many axes */
EW_API size_t ew_node_size(const ew_graph *g, ew_node n, size_t axis);           /* SIZE_MAX: not known yet */
EW_API const char *ew_node_size_name(const ew_graph *g, ew_node n, size_t axis); /* "N", or NULL */
EW_API const char *ew_node_axis(const ew_graph *g, ew_node n, size_t axis); /* the index it was written with, or NULL */
/* Dimensions, in the order of the text: what may be bound by ew_size besides the inputs. */
EW_API size_t ew_dimension_count(const ew_graph *g);
EW_API const char *ew_dimension_name(const ew_graph *g, size_t i); /* NULL: there is none */
EW_API size_t ew_node_arg_count(const ew_graph *g, ew_node n);
EW_API ew_node ew_node_arg(const ew_graph *g, ew_node n, size_t k);              /* EW_NONE: there is none */
EW_API int ew_node_is_constant(const ew_graph *g, ew_node n, double *value);     /* unnamed constants */
EW_API void ew_node_place(const ew_graph *g, ew_node n, int *line, int *column); /* 0, 0: none */

/* What a node is where the rows along one dimension are taken in pieces: how its value over all of them is made of
 * its values over each piece, every piece being the same program at its own number of rows. */
typedef enum ew_pieces_kind {
    EW_PIECES_WHOLE, /* it needs all rows at once, or it was not shown that it does not */
    EW_PIECES_FREE,  /* it is the same for any rows */
    EW_PIECES_EACH,  /* one after the other along `axis`: each place there is computed from its own row alone */
    EW_PIECES_SUM,   /* added up */
    EW_PIECES_MEAN,  /* their mean, in which each piece counts by its number of rows */
    EW_PIECES_LEAST, /* their least (greatest), nan where one is */
    EW_PIECES_GREATEST
} ew_pieces_kind;

typedef struct ew_pieces {
    ew_pieces_kind kind;
    size_t axis; /* EW_PIECES_EACH */
} ew_pieces;

/* Into how[i] what nodes[i] is, for a graph in which the dimension's size is not known (ew_options.sizes has sizes of
 * the others): nothing is known of a size that is computed from one that is not known. By the graph alone, never by
 * values. EW_PIECES_WHOLE everywhere where no size of the graph is that dimension. EW_LIMIT: no memory. */
EW_API ew_status ew_in_pieces(const ew_graph *g, const char *dimension, const ew_node *nodes, size_t count,
                              ew_pieces *how, ew_error *err);

typedef struct ew_input_info {
    ew_node node;
    int is_param;
    int has_value; /* a default was declared */
    int is_random; /* it is drawn from a distribution */
    ew_type type;
} ew_input_info;

EW_API size_t ew_input_count(const ew_graph *g); /* inputs, then params: the order of `in` */
EW_API ew_input_info ew_input_at(const ew_graph *g, size_t i);
/* The default of input i, or its draw for this seed and step: a function of seed, name and step
 * alone. Returns 0 if it has neither. */
EW_API int ew_input_default(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, double *value);
/* The same for all elements of an input with axes, row-major; its sizes must be known. */
EW_API int ew_input_values(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, double *values);
/* Only elements first .. first + count of them. */
EW_API int ew_input_part(const ew_graph *g, size_t i, uint64_t seed, uint64_t step, size_t first, size_t count,
                         double *values);

/* Which values the computation of the given nodes takes of input i, an int with axes whose sizes are known: into
 * most[e], for element e of a row (of its first axis; `count` of them), how many, so that it must be one of 0 to
 * most[e] - 1; 0: that is not known. Known are places of arrays that nothing guards, E[token[n, t], d], and classes of
 * cross-entropies that are added up as they stand, sum(n: xent(k: z[n, k], y[n])). EW_LIMIT: no memory. */
EW_API ew_status ew_input_classes(const ew_graph *g, size_t i, const ew_node *nodes, size_t node_count, int64_t *most,
                                  size_t count, ew_error *err);

/* ---- Edges, partials, sweeps ---------------------------------------------------------------- */

typedef struct ew_edge {
    ew_node from, to;
    uint32_t arg;    /* which argument of `to` (of `user`) */
    ew_node partial; /* the local derivative, as a node: constant, a name, or an expression */
    ew_node user;    /* `to` itself, or the one of its equations that uses `from` */
} ew_edge;

/* All edges between the nodes that a person sees, by `to`, then by argument. The first call makes
 * the partials; 0 edges and err filled on failure. Between nodes with axes an edge stands for one at
 * each place of its user (of a reduction: and of what it reduces); accesses are seen through. An edge
 * whose `from` is not before `to` returns: a recurrence uses another step of it. */
EW_API size_t ew_edge_count(ew_graph *g, ew_error *err);
EW_API ew_edge ew_edge_at(const ew_graph *g, size_t i);

/* Texts of edge i, its indices called as its user has them: the derivative ("if z[n, j] > 0 then 1 else
 * 0"), the upper end ("h[n, j]", "h[t + 1, j]") and the lower one. Buffers as in ew_node_text. */
EW_API size_t ew_edge_rule(const ew_graph *g, size_t i, char *buffer, size_t size);
EW_API size_t ew_edge_upper(const ew_graph *g, size_t i, char *buffer, size_t size);
EW_API size_t ew_edge_lower(const ew_graph *g, size_t i, char *buffer, size_t size);
EW_API size_t ew_edge_rule_words(const ew_graph *g, size_t i, char *buffer, size_t size); /* as ew_node_words */
EW_API size_t ew_edge_lower_words(const ew_graph *g, size_t i, char *buffer, size_t size);

/* The derivative of one node by another: the sum over all paths, as a node. */
EW_API ew_node ew_diff(ew_graph *g, ew_node of, ew_node wrt, int mode, ew_error *err);

/* The whole sweep: result[i] belongs to node ew_node_at(g, i). Reverse: the derivative of `of` by
 * each node. Forward: the derivative of each node by `wrt`. */
EW_API ew_status ew_reverse(ew_graph *g, ew_node of, ew_node *result, ew_error *err);
EW_API ew_status ew_forward(ew_graph *g, ew_node wrt, ew_node *result, ew_error *err);

/* The derivative of a named node along changes of all inputs, which lie as in `in`: its derivatives by their elements
 * times the changes, summed, in one forward sweep; with the node's axes, or with none where it is the same at all of
 * its places. Sizes must be known. EW_NONE with err->status EW_OK: it is 0, or the node is an int or a bool. */
EW_API ew_node ew_along(ew_graph *g, ew_node of, const double *change, ew_error *err);

/* A copy of the graph, to be freed, in which each stop(…) is an input after the other inputs, before the params:
 * the value given to it is held while others change, as derivatives have it. Nodes keep their numbers. */
EW_API ew_graph *ew_hold(const ew_graph *g, ew_error *err);

/* ---- Paths ------------------------------------------------------------------------------------ */

typedef struct ew_paths ew_paths;

/* The paths from one node to another. `partials[i]` is the value on edge i (ew_edge_at), or NULL
 * to list without numbers. If there are at most `most`, all are listed in the order of the text;
 * else the largest by absolute value of their product, largest first (without numbers the first
 * ones of the text). Paths do not need the graph afterwards; one thread at a time looks at them.
 *
 * Between nodes with axes an index sum is parallel paths, and those that differ in its indices alone are
 * listed as one. What is counted are the paths to one element of `to` from all elements of `from`: on
 * each listed one the product of the sizes of its index sums. Where several equations make an array, or a
 * guard or a gather decides by place, each way counts as though its place were read. Ways that go round a
 * recurrence, from one step to the next, are neither listed nor counted. */
EW_API ew_paths *ew_paths_new(ew_graph *g, ew_node from, ew_node to, const double *partials, size_t most,
                              ew_error *err);
EW_API void ew_paths_free(ew_paths *paths);
/* In decimals; "" past 10,000 digits, where a size is not known, and where a sum has no or over 2^33 terms. */
EW_API const char *ew_paths_count(const ew_paths *paths);
EW_API double ew_paths_log10(const ew_paths *paths); /* of the count; -inf if there is none; nan: a size is not known */
EW_API size_t ew_paths_listed(const ew_paths *paths);
EW_API size_t ew_path_length(const ew_paths *paths, size_t i);         /* edges */
EW_API size_t ew_path_edge(const ew_paths *paths, size_t i, size_t k); /* index of the k-th edge; SIZE_MAX: none */
EW_API double ew_path_product(const ew_paths *paths, size_t i);
EW_API double ew_path_times(const ew_paths *paths, size_t i); /* how many it stands for; nan: not known */
/* The same sum with common factors taken out where the graph has a bottleneck,
 * "(α + β + γ)·(δ + ε + ζ)": a list of groups; each group is the part of the graph between two
 * consecutive nodes that all paths share. Returns the number of such nodes, ends included, into
 * `nodes` (room for `capacity`). */
EW_API size_t ew_paths_waists(const ew_paths *paths, ew_node *nodes, size_t capacity);

/* The derivative of `of` by `wrt` for these values, as ew_diff gives it (the axes of both, row-major, into `out`), but
 * by every path between their elements, multiplied on its own. EW_LIMIT: there are more than `most` of them. */
EW_API ew_status ew_pathwise(ew_graph *g, ew_node of, ew_node wrt, const double *in, double most, double *out,
                             ew_error *err);

/* ---- Text, pictures, C ------------------------------------------------------------------------ */

/* A node's operation with the names of its arguments ("c * d"), an unnamed one whole; at most
 * `size` bytes with the NUL, cut with "…"; returns its length, or `size` where it was cut (how long the
 * whole is can be beyond counting). */
EW_API size_t ew_node_text(const ew_graph *g, ew_node n, char *buffer, size_t size);
/* The same as an operand: its name if it has one ("d"), else its text: for partials on edges. */
EW_API size_t ew_node_label(const ew_graph *g, ew_node n, char *buffer, size_t size);
/* The label in the program's own words: a part that the text gives no name is written whole ("x[n] - 3"), not by the
 * name that was made for it ("c[n]"): for messages. */
EW_API size_t ew_node_words(const ew_graph *g, ew_node n, char *buffer, size_t size);

/* The shortest decimal that reads back to the same double ("nan", "inf", "-inf"); digits > 0
 * rounds to that many. `buffer` has room for 32. Never uses a decimal comma. */
EW_API size_t ew_number_text(double value, int digits, char *buffer);
/* Reads a constant expression: "2", "pi/4", "-1e-3". */
EW_API ew_status ew_number_read(const char *text, const ew_options *options, double *value, ew_error *err);

/* The whole graph as a program: every node an equation. */
EW_API ew_status ew_print(const ew_graph *g, ew_write *write, void *context, ew_error *err);

enum { EW_EMIT_MAIN = 1, EW_EMIT_FLOAT = 2 };
/* C source and header for a prepared program; `name` is the function's. */
EW_API ew_status ew_emit_c(const ew_program *p, const char *name, int flags, ew_write *source, void *source_context,
                           ew_write *header, void *header_context, ew_error *err);

/* What a trained model carries along in the source. */
typedef struct ew_emit_scale { /* of an input with axes, which comes in as (in - mean) * factor, column by column */
    size_t input;              /* its number */
    size_t width;              /* columns: element i is of column i % width */
    const double *mean, *factor;
} ew_emit_scale;

typedef struct ew_emit_options {
    int flags;           /* EW_EMIT_MAIN, EW_EMIT_FLOAT */
    const double *fixed; /* values of the inputs (and params) from number `kept` on, one after the other as in `in`, */
    size_t kept;         /* which then has the others alone, without those at their end that no output of a program
                            with axes needs; NULL: all come in */
    const ew_emit_scale *scales;
    size_t scale_count;
    const double *begin;         /* values of all inputs, as in `in`, or NULL: with these the main begins, */
    const unsigned char *begins; /* where an input's own is not 0, else with what the text declares */
} ew_emit_options;
EW_API ew_status ew_emit_c_with(const ew_program *p, const char *name, const ew_emit_options *options, ew_write *source,
                                void *source_context, ew_write *header, void *header_context, ew_error *err);

/* Begin with `ew_draw_options o = {.of = EW_NONE}`: 0 is a node. */
typedef struct ew_draw_options {
    const char *format;             /* "svg", "dot", "mmd", "tex", "md", "txt", "html" */
    const char *title;              /* or NULL: the formula */
    const double *values;           /* of all nodes (ew_node_at), each with all its elements, or NULL */
    const double *partials;         /* of edge i, or NULL: labels in symbols, as those between arrays always are */
    const double *derivatives;      /* shown at the nodes, laid out as `values`, or NULL */
    const char *derivative_of;      /* "∂e/∂" or "∂/∂b": what `derivatives` are, or NULL */
    const unsigned char *highlight; /* by edge: not 0 is drawn as part of the path, or NULL */
    int hide_values, hide_edges;    /* leave out the values in nodes, the labels on edges */
    ew_node of;                     /* draw only what this node needs; EW_NONE: everything */
    const char *const *notes;       /* of all nodes (ew_node_at): a line instead of the value, or NULL; or NULL */
    const int64_t *whole;           /* laid out as `values`: the ints among them in full (ew_run_whole), or NULL */
} ew_draw_options;

EW_API ew_status ew_draw(ew_graph *g, const ew_draw_options *options, ew_write *write, void *context, ew_error *err);

/* Begin with `ew_explain_options o = {.of = EW_NONE}`: 0 is a node. */
typedef struct ew_explain_options {
    ew_node of;         /* EW_NONE: the first output */
    const ew_node *wrt; /* NULL: every real input, then every param */
    size_t wrt_count;
    const double *in;            /* values (the order of `in`), or NULL: in symbols */
    const double *nudge;         /* beside `in`: a change to answer for, or NULL */
    int plan;                    /* not 0: how it would be computed, and at what cost */
    int brief;                   /* not 0: the short form, one line a node; 2: without the hint at its end */
    int color;                   /* not 0: with terminal colours */
    void (*step)(void *context); /* called after each step of the lesson, or NULL */
    void *step_context;
} ew_explain_options;

EW_API ew_status ew_explain(ew_graph *g, const ew_explain_options *options, ew_write *write, void *context,
                            ew_error *err);

/* One curve of a plot. Values that are not finite are gaps. */
typedef struct ew_plot_series {
    const double *x; /* or NULL: 1, 2, 3 … */
    const double *y;
    size_t count;
    const char *name; /* in the legend, or NULL */
} ew_plot_series;

typedef struct ew_plot_options {
    const char *format; /* "svg", or "txt": for a terminal, in UTF-8 */
    const ew_plot_series *series;
    size_t series_count;
    int log_x, log_y;                      /* not 0: a logarithmic axis; what is not positive is a gap */
    int width, height;                     /* pixels, or columns and lines; 0: a usual size */
    const char *title, *x_label, *y_label; /* or NULL */
    const ew_options *options;             /* the memory hook and the language, or NULL */
} ew_plot_options;

/* Curves over axes, for losses and measurements: the same bytes for the same numbers. */
EW_API ew_status ew_plot(const ew_plot_options *o, ew_write *write, void *context, ew_error *err);

/* ---- The table of operations ------------------------------------------------------------------ */

typedef struct ew_op_info {
    const char *name;     /* "mul" */
    const char *form;     /* "x * y" */
    size_t arg_count;     /* 0: any number from two on */
    const char *latex;    /* "x \\cdot y" */
    const char *slope[3]; /* the derivative by each argument, as text in the language, or NULL */
    const char *manual;   /* one line, in the language asked for */
    double low, high;     /* where it is defined (first argument) */
} ew_op_info;

EW_API size_t ew_op_count(void); /* those that a program can call or write */
EW_API ew_op_info ew_op_at(size_t i, const char *language);

/* The catalogue: the sentence in the language ("vi"), or the same pointer where there is none. */
EW_API const char *ew_translate(const char *language, const char *sentence);

#ifdef __cplusplus
}
#endif
#endif
