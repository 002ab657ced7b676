/*
 * random_program.h - random scalar programs as text, from a seed: for differential tests and fuzzers.
 *
 * A program has 1 to 6 inputs (undeclared, or declared with types), up to three functions of its
 * own, some with local equations, then equations over everything before them, and a list of outputs:
 * values and derivatives, nested up to twice. Every call of ops.def occurs. A program is always a
 * valid one; only a diff by a name that came out as an int is not, and is left out by the caller.
 * The same seed gives the same program everywhere.
 *
 * random_value gives a value for an input: half of them awkward.
 */
#ifndef TESTS_RANDOM_PROGRAM_H
#define TESTS_RANDOM_PROGRAM_H

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { RANDOM_INPUTS = 6, RANDOM_OUTPUTS = 12, RANDOM_TEXT = 1 << 18 };
enum { RANDOM_REAL, RANDOM_F32, RANDOM_INT, RANDOM_BOOL };

typedef struct random_program {
    uint64_t state;
    char text[RANDOM_TEXT];
    size_t count;
    int input_count, equation_count, function_count;
    int input_type[RANDOM_INPUTS];
    unsigned char arguments[3]; /* of the program's functions */
    unsigned char kinds[4096];  /* of the equations: REAL, INT or BOOL */
    char outputs[RANDOM_OUTPUTS][160];
    int output_count;
    int locals; /* names x, y (and t) in place of the program's, inside a function */
} random_program;

static inline uint64_t random_bits(random_program *p)
{
    uint64_t z = (p->state += 0x9E3779B97F4A7C15u); /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline int random_below(random_program *p, int n)
{
    return (int)(random_bits(p) % (uint64_t)n);
}

static inline void random_put(random_program *p, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(p->text + p->count, sizeof p->text - p->count, format, list);
    va_end(list);
    if (n > 0 && p->count + (size_t)n < sizeof p->text) p->count += (size_t)n;
}

/* ---- Expressions ------------------------------------------------------------------------------- */

static void random_expression(random_program *p, int kind, int depth);

static inline void random_literal(random_program *p, int kind)
{
    static const char *const reals[] = {"0",  "1",    "2",    "3",     "0.5",    "0.1", "1.5", "10",
                                        "pi", "1e-3", "0.75", "1e300", "5e-324", "inf", "1e-9"};
    static const char *const wholes[] = {"0", "1", "2", "3", "7", "10", "3037000500", "9223372036854775807"};
    if (kind == RANDOM_BOOL)
        random_put(p, "%s", random_below(p, 2) ? "true" : "false");
    else if (kind == RANDOM_INT)
        random_put(p, "%s", wholes[random_below(p, random_below(p, 4) ? 6 : 8)]);
    else
        random_put(p, "%s", reals[random_below(p, random_below(p, 4) ? 11 : 15)]);
}

/* A name of the kind among inputs and earlier equations; a number where there is none. */
static inline void random_name(random_program *p, int kind)
{
    static const char *const parameters[] = {"x", "y", "t"};
    if (p->locals) {
        if (kind == RANDOM_REAL)
            random_put(p, "%s", parameters[random_below(p, p->locals)]);
        else
            random_literal(p, kind);
        return;
    }
    for (int tries = 0; tries < 12; tries++) {
        int i = random_below(p, p->input_count + p->equation_count);
        if (i >= p->input_count && random_below(p, 2)) /* rather a late one */
            i = p->input_count + p->equation_count - 1 - random_below(p, p->equation_count < 5 ? p->equation_count : 5);
        int is = i < p->input_count ? p->input_type[i] : p->kinds[i - p->input_count];
        if (is == RANDOM_F32) is = RANDOM_REAL;
        if (is != kind && !(kind == RANDOM_REAL && random_below(p, 8) == 0)) continue;
        if (i < p->input_count)
            random_put(p, "%c", 'a' + i);
        else
            random_put(p, "v%d_", i - p->input_count);
        return;
    }
    random_literal(p, kind);
}

typedef struct random_op {
    const char *call;
    int count;
    unsigned flags;
} random_op;

#define LOGIC 1
#define INTS 2
#define HELP 4
#define SAME 8
static const random_op random_ops[] = {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,         \
           awkward, manual)                                                                                            \
    {call, count, flags},
#include "ops/ops.def"
#undef OP
};
#undef LOGIC
#undef INTS
#undef HELP
#undef SAME

static inline void random_call(random_program *p, int kind, int depth)
{
    const random_op *o;
    do o = &random_ops[random_below(p, (int)(sizeof random_ops / sizeof random_ops[0]))];
    while (!o->call || (kind == RANDOM_INT && !(o->flags & 2)) || ((o->flags & 4) && random_below(p, 3)));
    if (strcmp(o->call, "pow") == 0 && kind == RANDOM_INT) o = NULL; /* of ints: only with a literal exponent */
    if (!o) {
        random_expression(p, kind, depth - 1);
        return;
    }
    int count = o->count ? o->count : 2 + random_below(p, 3);
    random_put(p, "%s(", o->call);
    for (int k = 0; k < count; k++) {
        if (k) random_put(p, ", ");
        random_expression(p, kind, depth - 1);
    }
    random_put(p, ")");
}

static inline void random_own_call(random_program *p, int depth)
{
    int f = random_below(p, p->function_count);
    random_put(p, "f%d(", f);
    for (int k = 0; k < p->arguments[f]; k++) {
        if (k) random_put(p, ", ");
        random_expression(p, RANDOM_REAL, depth - 1);
    }
    random_put(p, ")");
}

static inline void random_binary(random_program *p, int kind, const char *sign, int depth)
{
    random_put(p, "(");
    random_expression(p, kind, depth - 1);
    random_put(p, " %s ", sign);
    random_expression(p, kind, depth - 1);
    random_put(p, ")");
}

static inline void random_choice(random_program *p, int kind, int depth)
{
    random_put(p, "(if ");
    random_expression(p, RANDOM_BOOL, depth - 1);
    random_put(p, " then ");
    random_expression(p, kind, depth - 1);
    random_put(p, " else ");
    random_expression(p, kind, depth - 1);
    random_put(p, ")");
}

static inline void random_bool(random_program *p, int depth)
{
    static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">="};
    int way = random_below(p, 10);
    if (way < 5)
        random_binary(p, random_below(p, 3) ? RANDOM_REAL : RANDOM_INT, signs[random_below(p, 6)], depth);
    else if (way < 8)
        random_binary(p, RANDOM_BOOL, random_below(p, 2) ? "and" : "or", depth);
    else if (way < 9)
        random_put(p, "(not "), random_expression(p, RANDOM_BOOL, depth - 1), random_put(p, ")");
    else
        random_choice(p, RANDOM_BOOL, depth);
}

static inline void random_number(random_program *p, int kind, int depth)
{
    static const char *const signs[] = {"+", "-", "*", "/"};
    int way = random_below(p, 20);
    if (way < 9) {
        random_binary(p, kind, signs[random_below(p, kind == RANDOM_INT ? 3 : 4)], depth);
    } else if (way < 10) {
        random_put(p, "-");
        random_expression(p, kind, 0);
    } else if (way < 12) {
        random_put(p, "(");
        random_expression(p, kind, depth - 1);
        random_put(p, ")^%d", random_below(p, 5));
    } else if (way < 14) {
        random_choice(p, kind, depth);
    } else if (way < 15 && kind == RANDOM_REAL && p->function_count && !p->locals) {
        random_own_call(p, depth);
    } else {
        random_call(p, kind, depth);
    }
}

static void random_expression(random_program *p, int kind, int depth)
{
    if (depth <= 0 || p->count > sizeof p->text - 4096)
        random_below(p, 4) ? random_name(p, kind) : random_literal(p, kind);
    else if (kind == RANDOM_BOOL)
        random_bool(p, depth);
    else
        random_number(p, kind, depth);
}

/* ---- Programs ---------------------------------------------------------------------------------- */

static inline void random_inputs(random_program *p)
{
    static const char *const types[] = {"f64", "f32", "int", "bool"};
    int declared = random_below(p, 2);
    p->input_count = 1 + random_below(p, RANDOM_INPUTS);
    for (int i = 0; i < p->input_count; i++) {
        int way = random_below(p, 8);
        p->input_type[i] = !declared || i == 0 || way < 3 ? RANDOM_REAL
                           : way < 4                      ? RANDOM_F32
                           : way < 6                      ? RANDOM_INT
                                                          : RANDOM_BOOL;
        if (declared) random_put(p, "input %c : %s\n", 'a' + i, types[p->input_type[i]]);
    }
    if (declared) return;
    for (int i = 0; i < p->input_count; i++) random_put(p, i ? " - %c" : "u_ = %c", 'a' + i); /* each occurs */
    random_put(p, "\n");
}

static inline void random_functions(random_program *p)
{
    int count = random_below(p, 4);
    for (int f = 0; f < count; f++) {
        p->arguments[f] = (unsigned char)(1 + random_below(p, 2));
        bool where = random_below(p, 2) != 0;
        p->locals = p->arguments[f] + (where && p->arguments[f] == 2);
        random_put(p, p->arguments[f] == 1 ? "f%d(x) = " : "f%d(x, y) = ", f);
        random_expression(p, RANDOM_REAL, 2);
        p->locals = p->arguments[f];
        if (where) {
            random_put(p, " where (t = ");
            random_expression(p, RANDOM_REAL, 2);
            random_put(p, ")");
        }
        random_put(p, "\n");
    }
    p->locals = 0;
    p->function_count = count;
}

/* The name of a real input or, now and then, of an equation. */
static inline void random_wrt(random_program *p, char name[16])
{
    for (int tries = 0; tries < 20; tries++) {
        int i = random_below(p, p->input_count);
        if (p->input_type[i] > RANDOM_F32) continue;
        snprintf(name, 16, "%c", 'a' + i);
        if (random_below(p, 6)) return;
        int e = random_below(p, p->equation_count);
        if (p->kinds[e] == RANDOM_REAL) snprintf(name, 16, "v%d_", e);
        return;
    }
    snprintf(name, 16, "a");
}

static inline void random_outputs(random_program *p)
{
    char of[16], first[16], second[16];
    for (p->output_count = 0; p->output_count < RANDOM_OUTPUTS && p->output_count < 2 + p->equation_count;) {
        char *out = p->outputs[p->output_count];
        int depth = p->output_count % 3, e = p->equation_count - 1 - p->output_count % p->equation_count;
        if (depth && p->kinds[e] != RANDOM_REAL) depth = 0;
        snprintf(of, sizeof of, "v%d_", e);
        random_wrt(p, first);
        random_wrt(p, second);
        if (depth == 0)
            snprintf(out, sizeof p->outputs[0], "%s", of);
        else if (depth == 1)
            snprintf(out, sizeof p->outputs[0], "diff(%s, %s)", of, first);
        else
            snprintf(out, sizeof p->outputs[0], "diff(diff(%s, %s), %s)", of, first, second);
        p->output_count++;
    }
}

/* equations 0: 1 to 30 of them. */
static inline void random_program_make(random_program *p, uint64_t seed, int equations)
{
    memset(p, 0, sizeof *p);
    p->state = seed * 0xD1B54A32D192ED03u + 1;
    random_inputs(p);
    random_functions(p);
    if (equations == 0) equations = 1 + random_below(p, 30);
    if (equations > (int)sizeof p->kinds) equations = (int)sizeof p->kinds;
    for (int i = 0; i < equations && p->count < sizeof p->text - 8192; i++) {
        int way = random_below(p, 10), kind = way < 7 ? RANDOM_REAL : way < 9 ? RANDOM_INT : RANDOM_BOOL;
        random_put(p, "v%d_ = ", i);
        random_expression(p, kind, 1 + random_below(p, 3));
        random_put(p, "\n");
        p->kinds[i] = (unsigned char)kind;
        p->equation_count = i + 1;
    }
    random_outputs(p);
}

/* ---- Values ------------------------------------------------------------------------------------ */

static inline double random_real(random_program *p)
{
    static const double awkward[] = {0.0,    -0.0,   1.0,   -1.0,   INFINITY, -INFINITY, NAN,  1e308,
                                     -1e308, 5e-324, 0.5,   -0.5,   2.0,      1e-300,    2.5,  -3.0,
                                     40.0,   -40.0,  710.0, -745.0, 1e16,     0x1p-1022, 1e-8, 3.141592653589793};
    if (random_below(p, 2)) return awkward[random_below(p, (int)(sizeof awkward / sizeof awkward[0]))];
    double unit = (double)(int64_t)(random_bits(p) >> 11) * 0x1p-53;
    if (random_below(p, 2)) return 4 * unit - 2;
    return ldexp(2 * unit - 1, random_below(p, 40) - 20);
}

static inline double random_whole(random_program *p)
{
    static const double awkward[] = {0,
                                     1,
                                     -1,
                                     2,
                                     9007199254740992.0,
                                     9223372036854774784.0,
                                     -9223372036854775808.0,
                                     3037000500.0,
                                     -4294967296.0,
                                     0.5,
                                     1e19,
                                     NAN};
    if (random_below(p, 3) == 0) return awkward[random_below(p, random_below(p, 4) ? 9 : 12)];
    return (double)(random_below(p, 41) - 20);
}

static inline double random_value(random_program *p, int input)
{
    int type = p->input_type[input];
    return type == RANDOM_INT ? random_whole(p) : type == RANDOM_BOOL ? (double)random_below(p, 2) : random_real(p);
}

#endif
