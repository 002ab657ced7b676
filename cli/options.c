/*
 * options.c - the two tables: verbs and options.
 *
 * Parsing (arguments.c), --help, man pages and completions all come from these rows; a new verb or
 * option is a row here and, for a verb, its function.
 */
#include "cli.h"

#include <string.h>
#include <unistd.h>

#define PROGRAM_FORM "PROGRAM [NAME=VALUE…]"

const struct cli_verb cli_verbs[VERB_COUNT] = /* catalogue: 3 4 */ {
    [VERB_SHORT] = {"", PROGRAM_FORM, "one line a node, with value and derivative", "",
                    "edgewise '(a+b)*(b+1)' a=2 b=1", cli_short, true, false},
    [VERB_EVAL] = {"eval", PROGRAM_FORM, "the values of the outputs",
                   "With --all every named node, with --outputs any expressions over the program's names.",
                   "edgewise eval '(a+b)*(b+1)' a=2 b=1 --outputs 'e, diff(e, b)'", cli_eval, true, false},
    [VERB_GRAD] = {"grad", PROGRAM_FORM, "the value of one node and its derivatives",
                   "With --mode paths every path is multiplied on its own, up to 10^7 of them: the slow way "
                   "that shows why sweeps matter.",
                   "edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt b", cli_grad, true, false},
    [VERB_EXPLAIN] = {"explain", PROGRAM_FORM, "the whole worked derivation, step by step",
                      "Without values it works in symbols.", "edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge b=0.1",
                      cli_explain, true, false},
    [VERB_PATHS] = {"paths", PROGRAM_FORM, "every path from one node to another, and their sum",
                    "The paths are counted without listing them; the largest by absolute value are listed.",
                    "edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --to e", cli_paths, true, false},
    [VERB_DRAW] = {"draw", PROGRAM_FORM, "a picture of the graph",
                   "The ending of the file picks the format: svg, png, pdf, dot, mmd (Mermaid), tex (TikZ), md (a "
                   "note with formulas and picture), txt, html. Without values it is drawn in symbols.",
                   "edgewise draw '(a+b)*(b+1)' a=2 b=1 -o e.svg --show reverse=e,paths=b:e", cli_draw, true, false},
    [VERB_CHECK] = {"check", PROGRAM_FORM, "each derivative against differences of the program itself",
                    "Status 1 where one disagrees. A point at a kink is reported and does not count as a failure.",
                    "edgewise check 'tanh(a*b)' a=2 b=1", cli_check, true, false},
    [VERB_EMIT] = {"emit", "c " PROGRAM_FORM, "C source for a program and its derivatives",
                   "Writes BASE.c and BASE.h for -o BASE: self-contained C11 that needs libm and nothing else.",
                   "edgewise emit c '(a+b)*(b+1)' --outputs 'e, diff(e, b)' -o e", cli_emit, true, false},
    [VERB_MINIMIZE] = {"minimize", PROGRAM_FORM, "the lowest value, by gradient descent and its kin",
                       "Starts from the values given or their defaults.",
                       "edgewise minimize '(x-3)^2 + 1' x=0 --method gd --lr 0.1 --trace", cli_minimize, true, false},
    [VERB_FIT] = {"fit", PROGRAM_FORM, "parameters by least squares, with standard errors",
                  "The node of --of holds the residuals: what was measured less what the model says. Its sum of "
                  "squares is made small, beginning with the values given or their defaults.",
                  "edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' x=[0,1,2,3] y=[3.1,1.8,1.2,0.6] a=1 k=1", cli_fit, true,
                  false},
    [VERB_TRAIN] = {"train", "MODEL.ew --data NAME=FILE[:COLUMNS] … -o RUN",
                    "learns the params of a model from data, in batches",
                    "Makes the first output small by changing the params. RUN is a folder that will hold the weights, "
                    "what was measured, a curve and checkpoints. Ctrl-C finishes the step and saves everything; "
                    "edgewise train --resume RUN goes on from there as if nothing had happened.",
                    "edgewise train examples/train-digits/model.ew --data x=data/digits-train.csv:p00..p77 --data "
                    "label=data/digits-train.csv:digit --metric accuracy --optimizer adam --lr 0.003 --batch 32 "
                    "--epochs 10 -o digits",
                    cli_train, true, false},
    [VERB_PREDICT] = {"predict", "RUN NAME=@FILE…", "what a trained model says to new data",
                      "The weights, and the statistics by which data were standardized, are those of the run. With "
                      "--outputs any expressions over the model's names; data need only fill the inputs they use.",
                      "edgewise predict digits x=@data/digits-test.csv:p00..p77 --outputs 'argmax(k: z[n, k])' -o "
                      "digits.csv",
                      cli_predict, false, false},
    [VERB_SHOW] = {"show", "RUN [RUN…]", "runs of training side by side",
                   "A table of what each has reached and the curves of their losses: of the test data where there "
                   "are any. With -o FILE.svg the curves also as a picture.",
                   "edgewise show digits-adam digits-sgd", cli_show, false, false},
    [VERB_OPS] = {"ops", "[NAME]", "the operations and their derivative rules", "", "edgewise ops tanh", cli_ops, false,
                  false},
    [VERB_REPL] = {"repl", "[PROGRAM [NAME=VALUE…]]", "an interactive session",
                   "A program and values given here are what the session starts with.", "edgewise repl", cli_repl, true,
                   false},
    [VERB_HELP] = {"help", "[VERB]", "what a verb does and its options", "", "edgewise help grad", cli_help, false,
                   false},
    [VERB_MANUAL] = {"manual", "[VERB]", "a man page", "", "", cli_manual, false, true},
    [VERB_COMPLETION] = {"completion", "bash|zsh|fish", "a completion script for a shell", "", "", cli_completion,
                         false, true},
};

#define ALL UINT32_MAX
/* Of answers: a session has many, and each of its commands takes it. */
#define ALL_BUT_REPL (ALL & ~CLI_BIT(VERB_REPL))
#define B(verb) CLI_BIT(VERB_##verb)
#define AT(field) offsetof(struct cli, field)

const struct cli_option cli_options[] = /* catalogue: 7 */ {
    {"all", 0, NULL, B(EVAL), KIND_FLAG, AT(all), "every named node"},
    {"outputs", 0, "LIST", B(EVAL) | B(EMIT) | B(PREDICT), KIND_TEXT, AT(outputs),
     "expressions over the program's names, separated by commas"},
    {"of", 0, "NAME", B(SHORT) | B(GRAD) | B(EXPLAIN) | B(DRAW) | B(CHECK) | B(MINIMIZE) | B(FIT), KIND_TEXT, AT(of),
     "the node that is derived; the first output if not given"},
    {"wrt", 0, "NAME,…", B(SHORT) | B(GRAD) | B(EXPLAIN) | B(CHECK), KIND_TEXT, AT(wrt),
     "by which nodes; every real input and param if not given"},
    {"mode", 0, "auto|forward|reverse|paths", B(GRAD), KIND_CHOICE, AT(mode), "how derivatives are computed"},
    {"step", 0, NULL, B(EXPLAIN), KIND_FLAG, AT(step), "wait for a key after each step"},
    {"nudge", 0, "NAME=CHANGE,…", B(EXPLAIN), KIND_TEXT, AT(nudge), "what a small change does to every node"},
    {"plan", 0, NULL, B(EXPLAIN), KIND_FLAG, AT(plan), "how it would be computed, and at what cost"},
    {"from", 0, "NAME", B(PATHS), KIND_TEXT, AT(from), "where the paths begin"},
    {"to", 0, "NAME", B(PATHS), KIND_TEXT, AT(to), "where they end; the first output if not given"},
    {"most", 0, "K", B(PATHS) | B(EXPLAIN), KIND_COUNT, AT(most), "list at most so many paths (20)"},
    {"show", 0, "WHAT,…", B(DRAW), KIND_TEXT, AT(show), "values, edges, forward=NAME, reverse=NAME, paths=FROM:TO"},
    {"name", 0, "NAME", B(EMIT), KIND_TEXT, AT(name),
     "what the C function is called; the last part of BASE if not given"},
    {"main", 0, NULL, B(EMIT), KIND_FLAG, AT(main), "add a main that runs the function once"},
    {"float", 0, NULL, B(EMIT), KIND_FLAG, AT(use_float), "float instead of double"},
    {"over", 0, "NAME,…", B(MINIMIZE) | B(FIT), KIND_TEXT, AT(over),
     "the inputs to vary; if not given the params, without any every real input (fit: those without axes)"},
    {"method", 0, "gd|momentum|adam|lbfgs|newton|lm", B(MINIMIZE) | B(FIT), KIND_CHOICE, AT(method),
     "how the next point is found (lbfgs; gd with --trace; fit has lm alone)"},
    {"lr", 0, "RATE", B(MINIMIZE) | B(TRAIN), KIND_FINITE, AT(lr),
     "the learning rate: how far a step goes (0.01; of train with rmsprop, adam, adamw 0.001)"},
    {"steps", 0, "N", B(MINIMIZE) | B(FIT) | B(TRAIN), KIND_SOME, AT(steps),
     "at most so many steps (1000; 10000 for gd, momentum, adam)"},
    {"tolerance", 0, "R", B(MINIMIZE) | B(FIT), KIND_AMOUNT, AT(tolerance),
     "when the gradient counts as zero (1e-8); fit: when a full step does (1e-10)"},
    {"trace", 0, NULL, B(MINIMIZE) | B(FIT), KIND_FLAG, AT(trace), "a table of every step"},
    {"plot", 0, "FILE.svg", B(MINIMIZE) | B(FIT), KIND_TEXT, AT(plot),
     "a picture of how the value fell; fit: of the residuals"},
    {"data", 0, "NAME=FILE[:COLUMNS]", B(TRAIN), KIND_LIST, AT(data),
     "what fills an input, row by row; once for each input"},
    {"test", 0, "NAME=FILE[:COLUMNS]", B(TRAIN), KIND_LIST, AT(test),
     "data that are only measured, never learned from"},
    {"validate", 0, "PART", B(TRAIN), KIND_PART, AT(validate),
     "keep this part of the data apart to judge by; the best weights are kept"},
    {"metric", 0, "NAME", B(TRAIN), KIND_LIST, AT(metrics), "a node that is told beside the loss; several times"},
    {"standardize", 0, "NAME", B(TRAIN), KIND_LIST, AT(standardize),
     "each column of this data less its mean, over its deviation"},
    {"optimizer", 0, "sgd|momentum|nesterov|rmsprop|adam|adamw|lbfgs", B(TRAIN), KIND_CHOICE, AT(optimizer),
     "how a step follows from the gradient (sgd)"},
    {"schedule", 0, "constant|step|cosine", B(TRAIN), KIND_CHOICE, AT(schedule),
     "how the learning rate changes (constant)"},
    {"warmup", 0, "N", B(TRAIN), KIND_COUNT, AT(warmup), "steps in which the learning rate grows to its full size (0)"},
    {"weight-decay", 0, "R", B(TRAIN), KIND_AMOUNT, AT(weight_decay), "how fast weights shrink by themselves (0)"},
    {"clip", 0, "R", B(TRAIN), KIND_FINITE, AT(clip), "a longer gradient is shortened to this length"},
    {"batch", 0, "N", B(TRAIN), KIND_SOME, AT(batch), "rows of data in one step (32)"},
    {"epochs", 0, "N", B(TRAIN), KIND_SOME, AT(epochs), "how many times through the data (10)"},
    {"no-shuffle", 0, NULL, B(TRAIN), KIND_FLAG, AT(no_shuffle), "the rows in their own order"},
    {"patience", 0, "N", B(TRAIN), KIND_SOME, AT(patience),
     "stop after so many epochs whose validation loss is no better than the best"},
    {"save-every", 0, "N", B(TRAIN), KIND_SOME, AT(save_every), "steps between checkpoints; each epoch if not given"},
    {"on-nan", 0, "stop|skip|rollback", B(TRAIN), KIND_CHOICE, AT(on_nan),
     "what happens when a loss or gradient is not finite (stop)"},
    {"exact-ranks", 0, NULL, B(TRAIN), KIND_FLAG, AT(exact_ranks),
     "with mpirun: the same bits for 1, 2 and 4 processes"},
    {"rank-timeout", 0, "SECONDS", B(TRAIN), KIND_RATE, AT(rank_timeout),
     "with mpirun: give up after so long without an answer (300)"},
    {"check-gradients", 0, NULL, B(TRAIN), KIND_FLAG, AT(check_gradients),
     "compare the gradient with differences before the first step"},
    {"weights", 0, "FILE", B(TRAIN) | B(EVAL) | B(GRAD) | B(EXPLAIN) | B(DRAW) | B(CHECK) | B(EMIT), KIND_TEXT,
     AT(weights), "the params from a safetensors or npz file"},
    {"resume", 0, "RUN", B(TRAIN), KIND_TEXT, AT(resume), "go on with a run from its last checkpoint"},
    {"at", 0, "RUN", B(EXPLAIN) | B(DRAW) | B(EMIT), KIND_TEXT, AT(at), "a trained model, as its run has left it"},
    {"json", 0, NULL, ALL_BUT_REPL, KIND_FLAG, AT(json), "the answer, or what went wrong, as JSON"},
    {"output", 'o', "FILE", ALL_BUT_REPL, KIND_TEXT, AT(output),
     "write there, whole or not at all, instead of to standard output"},
    {"lang", 0, "en|vi", ALL, KIND_CHOICE, AT(lang), "the language; from LC_ALL, LC_MESSAGES, LANG if not given"},
    {"color", 0, "auto|always|never", ALL, KIND_CHOICE, AT(color_choice),
     "colours; auto: on a terminal without NO_COLOR"},
    {"threads", 0, "N", ALL, KIND_SOME, AT(threads), "at most so many threads; results do not depend on it"},
    {"seed", 0, "N", ALL, KIND_COUNT, AT(seed), "what random values are drawn from (0)"},
    {"limit", 0, "nodes=N,memory=BYTES,seconds=S", ALL, KIND_LIMIT, AT(limit_text), "stop with status 5 beyond these"},
    {"precision", 0, "f32|f64", ALL, KIND_CHOICE, AT(precision), "the type of what declares none (f64)"},
    {"finite", 0, NULL, ALL, KIND_FLAG, AT(finite), "status 6 where a result is not a finite number"},
    {"quiet", 'q', NULL, ALL, KIND_FLAG, AT(quiet), "no hints, no progress"},
    {"verbose", 'v', NULL, ALL, KIND_FLAG, AT(verbose), "say more on standard error"},
    {"help", 'h', NULL, ALL, KIND_FLAG, AT(help), "what a verb does and its options"},
    {"version", 0, NULL, ALL, KIND_FLAG, AT(version), "the version"},
};

const size_t cli_option_count = sizeof cli_options / sizeof cli_options[0];

_Static_assert(sizeof cli_options / sizeof cli_options[0] <= 64, "those given are bits of a uint64_t");

bool cli_given(const struct cli *c, const char *option)
{
    for (size_t i = 0; i < cli_option_count; i++)
        if (strcmp(cli_options[i].name, option) == 0) return c->given >> i & 1;
    return false;
}

static size_t processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 1 ? (size_t)n : 1;
}

ew_options cli_library(const struct cli *c)
{
    ew_options o = {0};
    o.language = c->language;
    o.file = c->file;
    o.max_nodes = (size_t)c->limit_nodes;
    o.max_bytes = (size_t)c->limit_memory;
    o.threads = c->threads ? (size_t)c->threads : processors();
    o.single = c->precision && strcmp(c->precision, "f32") == 0;
    return o;
}
