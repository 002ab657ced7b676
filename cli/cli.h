/*
 * cli.h - what the parts of the command share. Include it first: it asks for POSIX.
 *
 * One call of the command is one `struct cli`: arguments.c fills it from the arguments by two tables
 * (options.c: verbs, options), main.c calls the verb's function, a verb asks for its program (cli_graph) and
 * values (cli_values), writes results with cli_put and its kin, and returns an exit status.
 * Results are buffered and go to standard output or, whole or not at all, to the file of -o;
 * everything else goes to standard error. The command is a client of edgewise.h alone.
 *
 * Sentences are English here and go through cli_tr; {1} {2} {3} in them are filled, so that
 * another language may order them differently.
 */
#ifndef CLI_H
#define CLI_H

#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edgewise.h"

/* Exit statuses beyond those of ew_status. */
enum { CLI_DISAGREES = 1, CLI_INTERRUPTED = 130 };

/* ---- The table of verbs (options.c) ------------------------------------------------------------ */

enum cli_verb_id {
    VERB_SHORT, /* no verb: the short form */
    VERB_EVAL,
    VERB_GRAD,
    VERB_EXPLAIN,
    VERB_PATHS,
    VERB_DRAW,
    VERB_CHECK,
    VERB_EMIT,
    VERB_MINIMIZE,
    VERB_FIT,
    VERB_TRAIN,
    VERB_PREDICT,
    VERB_SHOW,
    VERB_OPS,
    VERB_REPL,
    VERB_HELP,
    VERB_MANUAL,     /* hidden: man page of a verb, for the build */
    VERB_COMPLETION, /* hidden: completion script for a shell, for the build */
    VERB_COUNT
};

struct cli;

struct cli_verb {
    const char *name;    /* "" for the short form */
    const char *form;    /* what follows "edgewise NAME": "PROGRAM [NAME=VALUE…]" */
    const char *summary; /* one line, no full stop */
    const char *about;   /* a paragraph, or "" */
    const char *example; /* a command line, or "" */
    int (*run)(struct cli *c);
    bool has_program; /* its first word is a program, then come NAME=VALUE */
    bool hidden;      /* not in help, man pages and completions */
};

extern const struct cli_verb cli_verbs[VERB_COUNT];

int cli_short(struct cli *c);
int cli_eval(struct cli *c);
int cli_grad(struct cli *c);
int cli_explain(struct cli *c);
int cli_paths(struct cli *c);
int cli_draw(struct cli *c);
int cli_check(struct cli *c);
int cli_emit(struct cli *c);
int cli_minimize(struct cli *c);
int cli_train(struct cli *c);
int cli_predict(struct cli *c);
int cli_fit(struct cli *c);
int cli_show(struct cli *c);
int cli_ops(struct cli *c);
int cli_repl(struct cli *c);
int cli_help(struct cli *c);
int cli_manual(struct cli *c);     /* c->words[0]: the verb, or none: the page edgewise(1) */
int cli_completion(struct cli *c); /* c->words[0]: bash, zsh or fish */

/* ---- The table of options (options.c) ---------------------------------------------------------- */

enum cli_kind {
    KIND_FLAG,   /* bool */
    KIND_TEXT,   /* const char * */
    KIND_LIST,   /* struct cli_list: may be given several times */
    KIND_CHOICE, /* const char *, one of the words of `argument`, which are separated by | */
    KIND_COUNT,  /* uint64_t */
    KIND_SOME,   /* uint64_t, from 1 on */
    KIND_RATE,   /* double, above 0 */
    KIND_FINITE, /* double, above 0 and finite */
    KIND_AMOUNT, /* double, from 0 on and finite */
    KIND_PART,   /* double, above 0 and below 1 */
    KIND_LIMIT   /* nodes=N,memory=BYTES,seconds=S */
};

#define CLI_BIT(verb) (UINT32_C(1) << (verb))

/* The values of an option that was given several times. */
struct cli_list {
    const char **at;
    size_t count;
};

struct cli_option {
    const char *name;     /* without -- */
    char letter;          /* or 0 */
    const char *argument; /* placeholder or choices; NULL: takes none */
    uint32_t verbs;       /* CLI_BIT of each verb that has it */
    enum cli_kind kind;
    size_t offset;    /* where in struct cli it goes */
    const char *help; /* one line, no full stop */
};

/* One of the options everywhere: a session has some of them in its commands alone. */
#define CLI_EVERYWHERE(option) (((option)->verbs | CLI_BIT(VERB_REPL)) == UINT32_MAX)

extern const struct cli_option cli_options[];
extern const size_t cli_option_count;

/* ---- One call ------------------------------------------------------------------------------------ */

struct cli_output; /* output.c */

struct cli {
    enum cli_verb_id verb;
    int status; /* of the first failure, or 0 */

    /* Options, with their defaults set by cli_parse. Texts are NULL where not given. */
    bool json, all, step, plan, main, use_float, finite, quiet, verbose, help, version, trace;
    const char *output, *lang, *color_choice, *precision, *limit_text;
    const char *of, *wrt, *mode, *outputs, *nudge, *from, *to, *show, *name, *over, *method, *plot;
    uint64_t threads, seed, most, steps;
    double lr, tolerance; /* nan where not given; steps: 0 */
    /* of training */
    struct cli_list data, test, metrics, standardize;
    const char *optimizer, *schedule, *on_nan, *weights, *resume, *at;
    double validate, weight_decay, clip; /* 0 where not given, as all these numbers */
    uint64_t warmup, batch, epochs, patience, save_every;
    bool no_shuffle, check_gradients, exact_ranks;
    double rank_timeout;
    uint64_t given;                     /* bit i: option i of the table was given */
    uint64_t limit_nodes, limit_memory; /* 0: none */
    double limit_seconds;               /* 0: none */
    bool color;                         /* results are coloured; decided from --color and the terminal */
    const char *language;               /* "en" or "vi" */

    /* The words that are no options. With has_program words[0] is the program as given. */
    char **words;
    size_t word_count;

    /* The program: set by cli_graph, or before it by whoever has a text already (the session). */
    const char *text;
    size_t text_length;
    const char *file; /* its name for errors, "-" for standard input, or NULL: from the command line */
    char *text_own;   /* freed by cli_end */
    char **words_own; /* of --at (trained.c): likewise */
    char *weights_own, *row_own;

    struct values *values; /* of the words after the program, once they are read (values.h) */

    struct cli_output *out;
};

/* Reads the arguments; decides language and colour. Answers a status; on failure the error is out. */
int cli_parse(struct cli *c, int argc, char **argv);
int cli_dispatch(struct cli *c);     /* calls the verb and finishes the output; the exit status */
void cli_end(struct cli *c);         /* frees; a result that was not finished leaves no file */
void cli_start_clock(struct cli *c); /* --limit seconds */

bool cli_given(const struct cli *c, const char *option); /* was it given? */

/* What the library is to be told. */
ew_options cli_library(const struct cli *c);

/* ---- Program and values (program.c) --------------------------------------------------------------- */

/* The graph of the program; NULL: the error is out, and c->status says which. */
ew_graph *cli_graph(struct cli *c);
/* Do the sizes of values clash with each other or with the text? */
bool cli_sizes_clash(const ew_error *e);

/* The values of all inputs, row-major, in the order of `in` (cli_array_input_offsets), to be freed: from NAME=VALUE,
 * defaults, draws. NULL: the error is out. (A program without inputs has room for one double all the same.) */
double *cli_values(struct cli *c, ew_graph *g);
/* The same for verbs that can do without: NULL and c->status 0 where values are missing and none is
 * given on the command line. */
double *cli_values_if_any(struct cli *c, ew_graph *g);

/* A node by its name: EW_NONE: the error, with a suggestion, is out. */
ew_node cli_node(struct cli *c, ew_graph *g, const char *name);
/* Whether one can derive by n; if not, the error is out. */
bool cli_is_real(struct cli *c, ew_graph *g, ew_node n);
ew_node cli_of(struct cli *c, ew_graph *g); /* --of, or the first output */
/* --wrt, or every real input, then every param; to be freed. NULL: the error is out. */
ew_node *cli_wrt(struct cli *c, ew_graph *g, size_t *count);
/* "a, b" as nodes, to be freed. */
ew_node *cli_nodes(struct cli *c, ew_graph *g, const char *list, size_t *count);
/* The index of the input that is this node, or SIZE_MAX. */
size_t cli_input_index(const ew_graph *g, ew_node n);

/* The values of nodes, one after another, to be freed; cli_array_offsets says where each begins. NULL: the error is
 * out. */
double *cli_run(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in);
/* The same, and in *whole the ints among them as ew_run_whole has them, laid out alike and part of the same memory;
 * NULL: there is none. */
double *cli_run_whole(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in,
                      int64_t **whole);
double *cli_run_program(struct cli *c, const ew_program *p, const double *in, int64_t **whole); /* of its outputs */
/* false, with the error out, if --finite was asked for and v is not. A name that g has made for a
 * part is explained (NULL: not). */
bool cli_finite(struct cli *c, const ew_graph *g, const char *name, double v);
/* The same for `of` and its derivatives by `wrt`; computes them only if it must. */
bool cli_finite_slopes(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in);

/* A number ("2", "pi/4"); false: the error is out, with `what` in it. */
bool cli_number(struct cli *c, const char *what, const char *text, double *value);

/* malloc that reports: NULL: the error is out. `count` 0 gives room for one. */
void *cli_room(struct cli *c, size_t count, size_t size);

/* ---- A trained model (trained.c) --------------------------------------------------------------------- */

/* For --at RUN: the words become the run's model and then those that were there, --weights its weights. false: the
 * error is out. */
bool cli_trained(struct cli *c);
/* The graph of that with one row of data, unless the words say how many; other sizes that only the data gave are those
 * of the run. */
ew_graph *cli_trained_graph(struct cli *c);
/* Adds what the run had as values of its own, where the words say nothing else. */
void cli_trained_values(struct cli *c, const ew_graph *g, struct values *v);
/* What its data were standardised by: one block, to be freed; NULL: nothing was, or the error is out. */
ew_emit_scale *cli_trained_scales(struct cli *c, const ew_graph *g, size_t *count);
void cli_trained_free(struct cli *c);

/* ---- Faults (fault.c, faults.def) ------------------------------------------------------------------- */

enum cli_fault {
#define FAULT(number, status, name, sentence) FAULT_##name,
#include "faults.def"
#undef FAULT
    FAULT_COUNT
};

/* Shows the error (as JSON on standard output with --json), remembers its status and returns it. Only
 * the first is shown. */
int cli_fail(struct cli *c, enum cli_fault fault, const char *a, const char *b);
/* The same as an error that is not told yet. */
ew_error cli_fault(struct cli *c, enum cli_fault fault, const char *a, const char *b);
/* The same with a mend; `hint` is a sentence with {1}. */
int cli_fail_hint(struct cli *c, enum cli_fault fault, const char *a, const char *b, const char *hint,
                  const char *word);
int cli_fail_error(struct cli *c, const ew_error *error); /* one of the library's */
int cli_fail_listed(struct cli *c, ew_error *error);      /* the same about the list of --outputs */
/* For signal handlers: makes the error's bytes beforehand; returns how many. */
size_t cli_fault_bytes(struct cli *c, enum cli_fault fault, const char *a, char *buffer, size_t size);

/* A word of `words` (ended by NULL) much like this one, or NULL. */
const char *cli_suggest(const char *const *words, const char *word);

/* ---- Output (output.c) --------------------------------------------------------------------------------- */

const char *cli_tr(const struct cli *c, const char *sentence);
const char *cli_reason(const struct cli *c, int error); /* an errno as words */

/* Results. Failure sticks and is reported at the end by cli_finish. */
void cli_put(struct cli *c, const char *s);
void cli_putn(struct cli *c, const char *bytes, size_t count);
void cli_put_number(struct cli *c, double v); /* shortest that reads back */
void cli_say(struct cli *c, const char *sentence, const char *a, const char *b, const char *d); /* translated, filled */
/* The same into `to`, cut where it is longer; returns `to`. */
const char *cli_fill(const struct cli *c, char *to, size_t size, const char *sentence, const char *a, const char *b,
                     const char *d);
int cli_write(void *c, const char *bytes, size_t count); /* the same as an ew_write */
void cli_flush(struct cli *c);
/* The same where each line is whole by itself: an error as JSON can still follow, as a line of its own. */
void cli_flush_line(struct cli *c);
/* Everything is written: files get their names. Answers a status, with the error out. */
int cli_finish(struct cli *c);
/* Forgets what was not yet written; files that were begun go. */
void cli_drop(struct cli *c);

/* A file of its own, whole or not at all: NULL: the error is out. Several may be open; cli_finish
 * gives all of them their names, or none. */
struct cli_file;
struct cli_file *cli_file_new(struct cli *c, const char *path);
int cli_file_write(void *file, const char *bytes, size_t count); /* an ew_write */

/* Notes on standard error: progress, hints. Nothing with -q. */
void cli_note(struct cli *c, const char *sentence, const char *a, const char *b, const char *d);

/* ---- JSON (json.c) ----------------------------------------------------------------------------------------- */

/* A streaming writer: one line, ", " and ": " between things. */
struct cli_json {
    ew_write *write;
    void *context;
    size_t depth;
    bool first;      /* nothing yet in the innermost object or array */
    bool keyed;      /* a key was just written */
    uint64_t arrays; /* bit d: level d is an array */
};

struct cli_json cli_json_begin(struct cli *c); /* over cli_put; opens {"edgewise": 1 */
struct cli_json json_begin(ew_write *write, void *context);
void cli_json_end(struct cli_json *j); /* closes it, and the line */
void json_begin_object(struct cli_json *j);
void json_begin_array(struct cli_json *j);
void json_close(struct cli_json *j);
void json_key(struct cli_json *j, const char *key);
void json_text(struct cli_json *j, const char *s);
void json_number(struct cli_json *j, double v); /* nan, inf, -inf as strings */
void json_bool(struct cli_json *j, bool v);
void json_whole(struct cli_json *j, uint64_t n);
void json_int(struct cli_json *j, int64_t n);
void json_nothing(struct cli_json *j);
/* key and value at once */
void json_key_text(struct cli_json *j, const char *key, const char *s);
void json_key_number(struct cli_json *j, const char *key, double v);
void json_key_bool(struct cli_json *j, const char *key, bool v);
void json_key_whole(struct cli_json *j, const char *key, uint64_t n);
/* A value by its type: bools are true and false. */
void json_value(struct cli_json *j, ew_type type, double v);

#endif
