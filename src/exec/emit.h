/*
 * emit.h - what the files that write C share.
 *
 *     plan    emit_plan.c     an order of statements, parts of at most EMIT_PART, places in `work`
 *     names   emit_names.c    NAME_IN_a, NAME_OUT_de_db: macros for inputs and outputs
 *     code    emit_code.c     one statement for each instruction
 *     kernels emit_kernels.c  the functions of src/math that the program needs
 *     files   emit.c          the header, the source, its main
 *     fixed   emit_fixed.c    inputs whose values stand in the source
 *     arrays  emit_array.h    all of these for programs with axes
 */
#ifndef EXEC_EMIT_H
#define EXEC_EMIT_H

#include "base/text.h"
#include "exec/program.h"

/* Statements in one C function. Compilers take more than linear time over long ones. */
enum { EMIT_PART = 500 };

#define EMIT_NOWHERE UINT32_MAX
#define EMIT_OUTPUT (UINT32_C(1) << 31) /* a step that stores an output, not an instruction */

enum {                  /* what is known of an instruction */
       EMIT_INT = 1,    /* its value is an int64_t */
       EMIT_SINGLE = 2, /* its value is an f32, or 0 or 1 */
       EMIT_SURE = 4,   /* always needed: where it overflows, the run fails */
       EMIT_FAULTS = 8, /* may overflow itself */
       EMIT_BOOL = 32,  /* 0 or 1 */
       EMIT_FLAG = 16   /* not always needed, and it or what it needs may overflow: has a flag */
};

typedef struct emit_row { /* by instruction */
    uint16_t op;
    uint8_t code, known;
    uint32_t number; /* v0, v1, … in the order of the text */
    uint32_t part;   /* that computes it */
    uint32_t last;   /* part that uses it */
    uint32_t work;   /* its place in `work`, or EMIT_NOWHERE */
    uint32_t loaded; /* part + 1 that has it in a local already */
} emit_row;

typedef struct emitter {
    const ew_program *p;
    memory m;
    report report;
    const char *name;
    int flags;
    bool is_float;

    const double *begin; /* as in ew_emit_options */
    const unsigned char *begins;
    const ew_emit_scale *scales; /* emit_fixed.c */
    size_t scale_count;
    const double *fixed;                 /* values of the inputs from the double `fixed_from` on, or NULL */
    size_t fixed_from;                   /* (emit_fixed.c); the first of these may be idle ones without a value */
    size_t inputs, in_count;             /* that come in, and their doubles */
    size_t *in_place, *out_place, doors; /* of a program with axes: converted inputs and outputs in `work` */

    text upper, lines; /* NAME; statements of the part being written */
    text out;          /* what goes to `write` next */
    ew_write *write;
    void *context;

    emit_row *rows;
    uint32_t *steps; /* instructions and EMIT_OUTPUT | output, in the order of the text */
    size_t step_count, parts, work;
    uint32_t *input_loaded; /* by input: part + 1, as in emit_row */
    bool faults;            /* something may overflow, or an input must be whole */
    bool copies;            /* values go through `work` byte by byte */

    uint32_t *in_macro, *out_macro; /* what follows NAME_IN_ and NAME_OUT_, in macro_text */
    ARRAY(char) macro_text;

    uint8_t *kernels, *libm; /* which are needed */

    text nests;       /* of a program with axes: its functions */
    unsigned helpers; /* what they call, by emit_array.h */

    bool uses_in, uses_out, uses_work, uses_bad; /* of the part being written */
} emitter;

/* Each returns false with a report. */
bool emit_plan(emitter *e);
bool emit_names(emitter *e);
bool emit_kernels_find(emitter *e);
void emit_kernels_use(emitter *e, const char *line); /* what this line of C names */
void emit_kernels_close(emitter *e);                 /* and what that needs itself */
void emit_kernels_free(emitter *e);
bool emit_flush(emitter *e); /* writes `out` and empties it */

/* Inputs that stand in the source (emit_fixed.c). */
bool emit_is_fixed(const emitter *e, size_t input);
double emit_fixed_at(const emitter *e, size_t input, size_t element);
void emit_fixed_name(const emitter *e, text *t, size_t input);
bool emit_fixed_doors(emitter *e);
bool emit_fixed_tables(emitter *e);                                    /* into out */
void emit_scales(emitter *e, text *t, size_t words, const char *real); /* `in` becomes what lies from `words` on */

void emit_kernels(emitter *e);                        /* into out */
bool emit_function(emitter *e);                       /* the function and its parts */
bool emit_name_is_free(const char *name);             /* may a C function bear it? */
void emit_word(text *t, const char *s, size_t count); /* a word of C: exp becomes libm_exp */

/* A text within a comment: nothing in it ends the comment or means anything to a compiler; every
 * new line begins with `margin`. */
void emit_comment(text *t, const char *s, const char *margin);
bool emit_begins(const emitter *e, size_t input);
void emit_start(text *t, double start); /* as a constant of C */
/* A double or an int as C reads it back. */
void emit_real(text *t, double value);
void emit_whole(text *t, int64_t value);

static inline size_t emit_base(const ew_program *p) /* slot of the first instruction */
{
    return p->constant_count + p->input_count;
}

static inline unsigned emit_operands(unsigned o)
{
    unsigned count = o < OP_COUNT ? ops_row((op)o)->count : 1;
    return count ? count : 2;
}

/* A factor that is 0 decides: the other one, or what it is divided by, does not count. */
static inline bool emit_zero_wins(unsigned o)
{
    return o == OP_MUL0 || o == OP_DIV0;
}

/* Operand k counts only where the condition, the first operand or another factor says so. */
static inline bool emit_is_lazy(unsigned o, unsigned k)
{
    return (k > 0 && (o == OP_IF || o == OP_AND || o == OP_OR || o == OP_DIV0)) || o == OP_MUL0;
}

static inline uint32_t emit_operand(const instruction *c, unsigned k)
{
    return k == 0 ? c->x : k == 1 ? c->y : c->w;
}

/* The C of an instruction over x, y, w; ints: over int64_t. */
static inline const char *emit_template(const emit_row *row)
{
    const char *form = row->code == CODE_INT && row->op < OP_COUNT ? ops_c((op)row->op, true) : NULL;
    if (form || row->op < OP_COUNT) return form ? form : ops_c((op)row->op, false);
    if (row->op == I_REAL_INT) return row->known & EMIT_FAULTS ? "i_whole(x, bad)" : "(int64_t)x";
    return row->op == I_INT_REAL ? "(double)x" : "(float)x";
}

#endif
