/*
 * emit_kernels.c - the functions of src/math that emitted C carries along.
 *
 * Their texts come from kernels_text.inc, made by tools/embed-kernels. A function calls only itself
 * and those above it, so one pass from the last to the first finds all that are needed.
 *
 * Functions of libm that do not round correctly are called through pointers that a compiler cannot
 * see through: it would compute calls with known arguments itself, correctly rounded, and pow(x, 2)
 * as x * x, where the library at run time may have another last bit.
 */
#include <string.h>

#include "exec/emit.h"
#include "exec/kernels_text.inc"

static bool kernels_word(const char *s, size_t count, const char *word)
{
    return strlen(word) == count && memcmp(s, word, count) == 0;
}

/* Functions of libm that are exact, or correctly rounded, need not stand here. */
static const struct libm_row {
    const char *name;
    int count;
} libm_rows[] = {
    {"acos", 1},  {"acosh", 1},  {"asin", 1}, {"asinh", 1}, {"atan", 1},   {"atan2", 2}, {"atanh", 1},
    {"cbrt", 1},  {"cos", 1},    {"cosh", 1}, {"erf", 1},   {"erfc", 1},   {"exp", 1},   {"expm1", 1},
    {"hypot", 2}, {"lgamma", 1}, {"log", 1},  {"log10", 1}, {"log1p", 1},  {"log2", 1},  {"pow", 2},
    {"sin", 1},   {"sinh", 1},   {"tan", 1},  {"tanh", 1},  {"tgamma", 1},
};

enum { LIBM = sizeof libm_rows / sizeof libm_rows[0] };

static size_t kernels_libm(const char *s, size_t count) /* LIBM: none */
{
    size_t i = 0;
    while (i < LIBM && !kernels_word(s, count, libm_rows[i].name)) i++;
    return i;
}

/* Marks what a line of C names: functions of libm, and kernels among rows [0, end). */
static void kernels_mark(emitter *e, const char *line, size_t end)
{
    const char *s;
    uint32_t count;
    for (int k; (k = ops_piece(&line, &s, &count)) != -2;) {
        if (k >= 0) continue;
        size_t libm = kernels_libm(s, count);
        if (libm < LIBM) e->libm[libm] = 1;
        for (size_t i = 0; (s[0] == 'k' || s[0] == 'i') && i < end; i++)
            if (kernels_word(s, count, kernel_rows[i].name)) e->kernels[i] = 1;
    }
}

void emit_kernels_use(emitter *e, const char *line)
{
    kernels_mark(e, line, KERNELS);
}

void emit_kernels_close(emitter *e)
{
    for (size_t i = KERNELS; i-- > 0;)
        for (size_t k = 0; e->kernels[i] && k < kernel_rows[i].count; k++)
            kernels_mark(e, kernel_lines[kernel_rows[i].first + k], i);
}

bool emit_kernels_find(emitter *e)
{
    e->kernels = block_new(&e->m, KERNELS, 1);
    e->libm = block_new(&e->m, LIBM, 1);
    if (!e->kernels || !e->libm) return report_memory(&e->report);
    for (size_t i = 0; i < e->p->batch_count; i++)
        kernels_mark(e, emit_template(&e->rows[e->p->batches[i].first]), KERNELS);
    for (size_t i = 0; i < e->p->code_count; i++)
        if (e->rows[i].op == I_REAL_INT && e->rows[i].known & EMIT_FAULTS) kernels_mark(e, "i_whole(x)", KERNELS);
    for (size_t i = 0; i < e->p->input_count && !e->p->arrays; i++)
        if (e->p->inputs[i].type == TYPE_INT) kernels_mark(e, "i_whole(x)", KERNELS);
    return true;
}

void emit_kernels_free(emitter *e)
{
    block_free(&e->m, e->kernels, KERNELS);
    block_free(&e->m, e->libm, LIBM);
}

void emit_word(text *t, const char *s, size_t count)
{
    if (kernels_libm(s, count) < LIBM) text_add(t, "libm_");
    text_addn(t, s, count);
}

static void kernels_line(text *t, const char *line)
{
    const char *s;
    uint32_t count;
    while (ops_piece(&line, &s, &count) != -2) emit_word(t, s, count);
    text_char(t, '\n');
}

static void kernels_pointers(emitter *e)
{
    bool first = true;
    for (size_t i = 0; i < LIBM; i++) {
        const char *name = libm_rows[i].name;
        if (!e->libm[i]) continue;
        if (first)
            text_add(
                &e->out,
                "/* libm's functions at run time: compilers would compute some calls themselves, pow(x, 2) as x * x,\n"
                " * and come to another last bit. */\n");
        text_format(&e->out, "static double (*const volatile libm_%s)(%s) = %s;\n", name,
                    libm_rows[i].count == 1 ? "double" : "double, double", name);
        first = false;
    }
    if (!first) text_char(&e->out, '\n');
}

void emit_kernels(emitter *e)
{
    bool first = true;
    kernels_pointers(e);
    for (size_t i = 0; i < KERNELS; i++) {
        if (!e->kernels[i]) continue;
        if (first)
            text_add(&e->out, "/* Edgewise's own functions; src/math says where their formulas come from. */\n\n");
        for (size_t k = 0; k < kernel_rows[i].count; k++) kernels_line(&e->out, kernel_lines[kernel_rows[i].first + k]);
        text_char(&e->out, '\n');
        first = false;
    }
}
