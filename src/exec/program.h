/*
 * program.h - a prepared program: flat instructions over one work array.
 *
 * The work array has one 8-byte slot for each constant, each input and each instruction, in this
 * order. Reals, f32 too, and bools lie there as doubles, ints as int64. An instruction's own slot
 * follows from its number, so it stores only where its operands are.
 *
 * Instructions are ordered by level (the longest way from the inputs) and, within a level, by
 * operation, and run as batches of equal operations: the choice of operation is made once a batch
 * (a plain switch costs about 12 ns a node, this 2 to 3). The order of a sum never changes by it.
 * A program nearly as deep as it is long gains nothing by that and keeps the order of its nodes.
 *
 * An f32 operation is the f64 kernel rounded once: for + - * / sqrt that is IEEE's own result
 * (53 >= 2·24 + 2), for the others it is the nearest f32 but for rare double roundings.
 */
#ifndef EXEC_PROGRAM_H
#define EXEC_PROGRAM_H

#include "graph/graph.h"

enum {                        /* instructions beyond the table of operations */
       I_INT_REAL = OP_COUNT, /* int → double */
       I_REAL_INT,            /* whole double, bool → int */
       I_ROUND                /* double → nearest f32 */
};

enum { CODE_REAL, CODE_SINGLE, CODE_INT }; /* CODE_SINGLE: rounded to f32 */

typedef struct instruction {
    uint32_t x, y, w; /* slots */
} instruction;

typedef struct batch {
    uint32_t first; /* instruction */
    uint16_t count;
    uint8_t op, code;
} batch;

typedef struct program_input {
    uint32_t name; /* in name_text */
    uint8_t type;
    size_t rank, sizes, offset, count; /* sizes: in p->sizes */
    /* For the main of emitted C: its default, of all elements or listed in p->starts; or how elements are drawn. */
    double start, spread;
    uint8_t draw; /* DRAW_: start + spread · what the stream has */
    uint64_t stream;
    size_t starts, starts_count;
} program_input;

typedef struct program_output {
    uint32_t name;
    uint32_t slot;
    bool is_int;
    uint8_t type;
    size_t rank, sizes, offset, count;
} program_output;

typedef struct program_spot {
    uint32_t name;  /* that a fault tells, in name_text */
    uint32_t place; /* byte in the text */
} program_spot;

struct ew_program {
    memory memory;
    char *language;

    size_t constant_count, input_count, output_count, code_count, batch_count;
    uint64_t *constants; /* bits of doubles and int64s */
    program_input *inputs;
    program_output *outputs;
    instruction *code;
    batch *batches;
    uint32_t *origin; /* by instruction: name of the node it computes, in name_text, or 0; NULL: a
                       * very large program without ints, whose names nobody reads */
    uint32_t formula; /* the program's text, or its beginning, in name_text; 0: none */
    bool has_ints;
    ARRAY(char) name_text;
    ARRAY(double) starts;
    ARRAY(program_spot) spots;  /* ascending by name: where in the text accesses stand */
    uint32_t source, file;      /* the whole text and its name, in name_text, where there are spots; or 0 */
    ARRAY(size_t) sizes;        /* of inputs and outputs */
    size_t in_count, out_count; /* doubles */
    struct plan *arrays;        /* a program with axes: then there is no code */
    size_t threads;             /* that one run may use */
    bool only_arrays;           /* run by ew_run_arrays alone */

    ew_work *work; /* for callers without one */
};

struct ew_work {
    memory memory;
    const ew_program *program; /* whose constants it holds */
    size_t slots, code;        /* how many of each */
    uint64_t *slot;
    struct array_work *arrays;
    uint8_t *needed; /* by instruction, only where ints are: to find whether a fault counts */
    ew_error error;
};

/* Allocates nothing, like all that runs. The status is the run's: a value that does not fit is no fault
 * of the text. */
/* Tells what keeps node n, by its text and its sizes, from being run; false. */
bool exec_refuse(ew_graph *g, ew_node n, error_code code);
ew_status exec_report(const ew_program *p, ew_work *w, ew_status status, error_code code, const char *a, const char *b,
                      const char *c);
/* The same for an access: a is the name at `name`, and the error has its place. */
ew_status exec_report_at(const ew_program *p, ew_work *w, error_code code, uint32_t name, const char *b, const char *c);
/* "9 * 8" */
void exec_formula(op o, int64_t x, int64_t y, char *out, size_t size);

static inline size_t program_slots(const ew_program *p)
{
    return p->constant_count + p->input_count + p->code_count;
}

static inline const char *program_name(const ew_program *p, uint32_t name)
{
    return p->name_text.at + name;
}

#endif
