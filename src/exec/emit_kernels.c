/*
 * emit_kernels.c - the functions of src/math that emitted C carries along.
 *
 * Their texts come from kernels_text.inc, made by tools/embed-kernels. A function calls only itself
 * and those above it, so one pass from the last to the first finds all that are needed.
 */
#include <string.h>

#include "exec/emit.h"
#include "exec/kernels_text.inc"

static bool kernels_word(const char *s, size_t count, const char *word)
{
    return strlen(word) == count && memcmp(s, word, count) == 0;
}

/* Marks the kernels among rows [0, end) that a line of C names. */
static void kernels_mark(emitter *e, const char *line, size_t end)
{
    const char *s;
    uint32_t count;
    for (int k; (k = ops_piece(&line, &s, &count)) != -2;) {
        if (k >= 0) continue;
        e->pow = e->pow || kernels_word(s, count, "pow");
        for (size_t i = 0; (s[0] == 'k' || s[0] == 'i') && i < end; i++)
            if (kernels_word(s, count, kernel_rows[i].name)) e->kernels[i] = 1;
    }
}

bool emit_kernels_find(emitter *e)
{
    e->kernels = block_new(&e->m, KERNELS, 1);
    if (!e->kernels) return report_memory(&e->report);
    for (size_t i = 0; i < e->p->batch_count; i++)
        kernels_mark(e, emit_template(&e->rows[e->p->batches[i].first]), KERNELS);
    for (size_t i = 0; i < e->p->code_count; i++)
        if (e->rows[i].op == I_REAL_INT && e->rows[i].known & EMIT_FAULTS) kernels_mark(e, "i_whole(x)", KERNELS);
    for (size_t i = 0; i < e->p->input_count; i++)
        if (e->p->inputs[i].type == TYPE_INT) kernels_mark(e, "i_whole(x)", KERNELS);
    for (size_t i = KERNELS; i-- > 0;)
        for (size_t k = 0; e->kernels[i] && k < kernel_rows[i].count; k++)
            kernels_mark(e, kernel_lines[kernel_rows[i].first + k], i);
    return true;
}

void emit_kernels_free(emitter *e)
{
    block_free(&e->m, e->kernels, KERNELS);
}

/* A line of C; pow is libm's own. */
static void kernels_line(text *t, const char *line)
{
    const char *s;
    uint32_t count;
    for (int k; (k = ops_piece(&line, &s, &count)) != -2;) {
        if (k < 0 && kernels_word(s, count, "pow")) text_add(t, "libm_");
        text_addn(t, s, count);
    }
    text_char(t, '\n');
}

void emit_kernels(emitter *e)
{
    bool first = true;
    if (e->pow)
        text_add(&e->out, "/* Compilers put x * x for pow(x, 2), which can differ in the last bit: this is the library's. */\n"
                          "static double (*const volatile libm_pow)(double, double) = pow;\n\n");
    for (size_t i = 0; i < KERNELS; i++) {
        if (!e->kernels[i]) continue;
        if (first) text_add(&e->out, "/* Edgewise's own functions; src/math says where their formulas come from. */\n\n");
        for (size_t k = 0; k < kernel_rows[i].count; k++)
            kernels_line(&e->out, kernel_lines[kernel_rows[i].first + k]);
        text_char(&e->out, '\n');
        first = false;
    }
}
