/*
 * emit.c - a prepared program as C: NAME.h and NAME.c, with its main where one is asked for.
 *
 * What is written for programs without axes has no loops, calls libm and the kernels it carries along and gives the
 * interpreter's bits. It is for one thread at a time only in that `work` is: everything else is
 * local.
 */
#include <string.h>

#include "base/unicode.h"
#include "exec/emit_array.h"

bool emit_flush(emitter *e)
{
    if (e->out.failed) return report_memory(&e->report);
    if (e->out.count && e->write(e->context, e->out.at, e->out.count) != 0)
        return report_plain(&e->report, E_WRITE, NULL, NULL);
    text_clear(&e->out);
    return true;
}

/* ---- Comments ----------------------------------------------------------------------------------- */

/* Marks that turn the direction of writing: in a source they hide what it says. */
static bool emit_is_hidden(uint32_t code)
{
    return code == 0x200E || code == 0x200F || code == 0x61C || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || (code < 32 && code != '\t') || code == 127;
}

void emit_comment(text *t, const char *s, const char *margin)
{
    char last = 0;
    const char *end = s + strlen(s);
    for (size_t k; s < end; s += k) {
        uint32_t code;
        k = utf8_decode(s, (size_t)(end - s), &code);
        if (!k) code = '?', k = 1;
        if (*s == '\n') {
            if (last == '\\') text_char(t, ' '); /* joins no lines */
            text_char(t, '\n');
            text_add(t, s[1] && s[1] != '\n' && s[1] != '\r' ? margin : " *");
        } else if (!emit_is_hidden(code)) {
            if ((last == '*' && *s == '/') || (last == '/' && *s == '*') || (last == '?' && *s == '?'))
                text_char(t, ' ');
            text_addn(t, s, k);
        }
        last = *s;
    }
}

/* The program's text without empty lines at its ends. */
static void emit_formula(emitter *e, text *t)
{
    const char *s = program_name(e->p, e->p->formula);
    text_clear(&e->lines);
    for (const char *line = s; *line == ' ' || *line == '\t' || *line == '\n' || *line == '\r'; line++)
        if (*line == '\n') s = line + 1;
    text_add(&e->lines, s);
    while (e->lines.count && strchr(" \t\r\n", e->lines.at[e->lines.count - 1])) e->lines.at[--e->lines.count] = '\0';
    if (!e->lines.count) return;
    text_add(t, " *\n *     ");
    emit_comment(t, e->lines.at, " *     ");
    text_char(t, '\n');
}

static bool emit_has_ints(const ew_program *p)
{
    bool ints = p->has_ints;
    for (size_t i = 0; i < p->input_count; i++) ints = ints || p->inputs[i].type == TYPE_INT;
    return ints;
}

/* ---- NAME.h --------------------------------------------------------------------------------------- */

/* The name where the macro does not say it, the sizes of an array: "W[3, 4]". */
static void emit_macro_comment(emitter *e, bool outputs, size_t i, bool other)
{
    const ew_program *p = e->p;
    size_t rank = outputs ? p->outputs[i].rank : p->inputs[i].rank;
    size_t first = outputs ? p->outputs[i].sizes : p->inputs[i].sizes;
    if (!other && !rank) return;
    text_add(&e->out, " /* ");
    emit_comment(&e->out, program_name(p, outputs ? p->outputs[i].name : p->inputs[i].name), "");
    for (size_t d = 0; d < rank; d++) text_format(&e->out, d ? ", %zu" : "[%zu", p->sizes.at[first + d]);
    text_add(&e->out, rank ? "] */" : " */");
}

/* "#define E_OUT_de_db 2 /" + "* diff(e, b) *" + "/", the comment only where the macro does not say it. */
static bool emit_macros(emitter *e, bool outputs, size_t count)
{
    const char *end = outputs ? "OUT" : "IN";
    for (size_t i = 0; i < count; i++) {
        const char *macro = e->macro_text.at + (outputs ? e->out_macro[i] : e->in_macro[i]);
        const char *name = program_name(e->p, outputs ? e->p->outputs[i].name : e->p->inputs[i].name);
        text_format(&e->out, "#define %s_%s_%s %zu", text_string(&e->upper), end, macro,
                    outputs ? e->p->outputs[i].offset : e->p->inputs[i].offset);
        emit_macro_comment(e, outputs, i, strcmp(macro, name) != 0);
        text_char(&e->out, '\n');
        if (i % 1000 == 999 && !emit_flush(e)) return false;
    }
    if (count) text_char(&e->out, '\n');
    return true;
}

static void emit_contract(emitter *e)
{
    const char *upper = text_string(&e->upper), *macros = e->macro_text.at;
    text_add(&e->out, " *\n * ");
    if (e->inputs) text_format(&e->out, "in[%s_IN_%s] and so on are the inputs, ", upper, macros + e->in_macro[0]);
    if (e->p->output_count)
        text_format(&e->out, "out[%s_OUT_%s] and so on the results; ", upper, macros + e->out_macro[0]);
    text_format(&e->out, "the two\n * may not overlap. work has room for %s_WORK %ss, for one call at a time", upper,
                e->is_float ? "float" : "double");
    text_add(&e->out, e->work ? ".\n" : ": none, it may be NULL.\n");
    if (e->faults)
        text_add(&e->out, " * Where an int overflows, is divided by zero or is given a value that is not whole,\n"
                          " * every result is nan.\n");
    if (e->faults && e->p->arrays) text_add(&e->out, " * So it is where a place lies outside of its array.\n");
    if (e->p->arrays) text_add(&e->out, " * Arrays lie row by row.\n");
}

static bool emit_header(emitter *e)
{
    const char *upper = text_string(&e->upper), *real = e->is_float ? "float" : "double";
    text *t = &e->out;
    text_format(t, "/*\n * %s.h - written by Edgewise %s.\n", e->name, EW_VERSION);
    emit_formula(e, t);
    emit_contract(e);
    text_format(t, " */\n#ifndef %s_H\n#define %s_H\n\n#define %s_IN %zu\n#define %s_OUT %zu\n#define %s_WORK %zu\n\n",
                upper, upper, upper, e->in_count, upper, e->p->out_count, upper, e->work);
    if (!emit_macros(e, false, e->inputs) || !emit_macros(e, true, e->p->output_count)) return false;
    text_add(t, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text_format(t, "void %s(const %s *in, %s *out, %s *work);\n\n", e->name, real, real, real);
    text_add(t, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return emit_flush(e);
}

/* ---- NAME.c --------------------------------------------------------------------------------------- */

static void emit_head(emitter *e)
{
    text *t = &e->out;
    bool has_main = (e->flags & EW_EMIT_MAIN) != 0;
    text_format(t, "/*\n * %s.c - written by Edgewise %s; %s.h says how it is called.\n", e->name, EW_VERSION, e->name);
    emit_formula(e, t);
    text_format(t, " */\n#include \"%s.h\"\n\n#include <math.h>\n", e->name);
    if (emit_has_ints(e->p) || e->p->arrays) text_add(t, "#include <stdint.h>\n");
    if (has_main) text_add(t, "#include <stdio.h>\n#include <stdlib.h>\n");
    if (has_main || e->copies) text_add(t, "#include <string.h>\n");
    text_format(t,
                "\n#if defined __FAST_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__ > 0) || \\\n"
                "    defined __ASSOCIATIVE_MATH__ || defined __RECIPROCAL_MATH__ || defined __NO_SIGNED_ZEROS__\n"
                "#error \"%s.c: -ffast-math changes what this computes; compile it without\"\n#endif\n\n",
                e->name);
    text_add(t, "/* Products and sums are rounded one by one, whatever the compiler's options. */\n"
                "#if defined __GNUC__ && !defined __clang__\n#pragma GCC optimize(\"fp-contract=off\")\n#else\n"
                "#pragma STDC FP_CONTRACT OFF\n#endif\n"
                "#if defined __clang__ && (defined __x86_64__ || defined __i386__)\n"
                "#pragma clang attribute push(__attribute__((target(\"no-fma\"))), apply_to = function)\n#endif\n\n");
}

static void emit_string(text *t, const char *s)
{
    text_char(t, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\' || *s == '?') text_char(t, '\\');
        text_char(t, *s);
    }
    text_char(t, '"');
}

static bool emit_list(emitter *e, const char *list, bool outputs, size_t count)
{
    text_format(&e->out, "static const char *const %s[] = {\n", list);
    for (size_t i = 0; i < count; i++) {
        text_add(&e->out, "    ");
        emit_string(&e->out, program_name(e->p, outputs ? e->p->outputs[i].name : e->p->inputs[i].name));
        text_add(&e->out, ",\n");
        if (i % 1000 == 999 && !emit_flush(e)) return false;
    }
    text_add(&e->out, "    NULL};\n\n");
    return true;
}

/* Does the main begin with a value of its caller's for the input? */
bool emit_begins(const emitter *e, size_t input)
{
    return e->begins && e->begins[input];
}

void emit_start(text *t, double start)
{
    if (start - start == 0)
        text_number(t, start, 0);
    else
        text_add(t, start != start ? "NAN" : start > 0 ? "INFINITY" : "-INFINITY");
}

/* What the inputs begin with; one more, since there may be none. */
static bool emit_starts(emitter *e)
{
    text_add(&e->out, "static const double in_starts[] = {\n");
    for (size_t i = 0; i < e->inputs; i++) {
        const program_input *x = &e->p->inputs[i];
        text_add(&e->out, "    ");
        emit_start(&e->out, emit_begins(e, i) ? e->begin[x->offset] : x->start);
        text_add(&e->out, ",\n");
        if (i % 1000 == 999 && !emit_flush(e)) return false;
    }
    text_add(&e->out, "    0};\n\n");
    return true;
}

static const char emit_main_text[] =
    "/* Values as arguments: in order, or by name as in a=2; what is not given has its default, or is 0. */\n"
    "int main(int count, char **arguments)\n"
    "{\n"
    "    static {real} in[{NAME}_IN + 1], out[{NAME}_OUT + 1], work[{NAME}_WORK + 1];\n"
    "    for (int i = 0; i < {NAME}_IN; i++) in[i] = {cast}in_starts[i];\n"
    "    for (int i = 1, at = 0; i < count; i++, at++) {\n"
    "        char *value = arguments[i], *equals = strchr(value, '='), *end;\n"
    "        if (equals) {\n"
    "            *equals = '\\0';\n"
    "            for (at = 0; in_names[at] && strcmp(in_names[at], value) != 0;) at++;\n"
    "            value = equals + 1;\n"
    "        }\n"
    "        if (at >= {NAME}_IN) {\n"
    "            fprintf(stderr, \"%s: there is no such input\\n\", arguments[i]);\n"
    "            return 2;\n"
    "        }\n"
    "        in[at] = {cast}strtod(value, &end);\n"
    "        if (end == value || *end) {\n"
    "            fprintf(stderr, \"%s: this is not a number\\n\", value);\n"
    "            return 2;\n"
    "        }\n"
    "    }\n"
    "    {name}(in, out, work);\n"
    "    for (int i = 0; i < {NAME}_OUT; i++) printf(\"%s = %.{digits}g\\n\", out_names[i], {widen}out[i]);\n"
    "    return fflush(stdout) == 0 ? 0 : 4;\n"
    "}\n";

static bool emit_main(emitter *e)
{
    const char *const words[][2] = {
        {"{real}", e->is_float ? "float" : "double"}, {"{NAME}", text_string(&e->upper)},         {"{name}", e->name},
        {"{cast}", e->is_float ? "(float)" : ""},     {"{widen}", e->is_float ? "(double)" : ""}, {"{digits}", "17"}};
    text_char(&e->out, '\n');
    if (!emit_list(e, "in_names", false, e->inputs)) return false;
    if (!emit_list(e, "out_names", true, e->p->output_count) || !emit_starts(e)) return false;
    for (const char *s = emit_main_text; *s;) {
        size_t k = 0, count = sizeof words / sizeof words[0];
        while (k < count && strncmp(s, words[k][0], strlen(words[k][0])) != 0) k++;
        if (k < count)
            text_add(&e->out, words[k][1]);
        else
            text_char(&e->out, *s);
        s += k < count ? strlen(words[k][0]) : 1;
    }
    return true;
}

static bool emit_source(emitter *e)
{
    emit_head(e);
    emit_kernels(e);
    if (e->p->arrays) {
        emit_array_helpers(e);
        if (!emit_fixed_tables(e)) return false;
        text_add(&e->out, text_string(&e->nests));
    } else if (!emit_function(e)) {
        return false;
    }
    if (e->flags & EW_EMIT_MAIN && !(e->p->arrays ? emit_array_main(e) : emit_main(e))) return false;
    text_add(
        &e->out,
        "\n#if defined __clang__ && (defined __x86_64__ || defined __i386__)\n#pragma clang attribute pop\n#endif\n");
    return emit_flush(e);
}

/* ---- All together ----------------------------------------------------------------------------------- */

static void emit_free(emitter *e)
{
    const ew_program *p = e->p;
    block_free(&e->m, e->rows, p->code_count);
    block_free(&e->m, e->steps, p->code_count + p->output_count);
    block_free(&e->m, e->input_loaded, p->input_count);
    block_free(&e->m, e->in_macro, p->input_count);
    block_free(&e->m, e->out_macro, p->output_count);
    if (p->arrays) block_free(&e->m, e->in_place, p->arrays->in_count);
    if (p->arrays) block_free(&e->m, e->out_place, p->arrays->out_count);
    array_free(&e->m, &e->macro_text);
    emit_kernels_free(e);
    text_free(&e->upper);
    text_free(&e->nests);
    text_free(&e->lines);
    text_free(&e->out);
}

static bool emit_prepare(emitter *e, const char *name)
{
    if (!emit_name_is_free(name)) return report_plain(&e->report, E_FUNCTION_NAME, name, NULL);
    for (const char *s = name; *s; s++) text_char(&e->upper, *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
    if (!e->p->arrays && !emit_plan(e)) return false;
    if (!emit_names(e) || !emit_kernels_find(e) || (e->p->arrays && !emit_array(e))) return false;
    emit_kernels_close(e);
    return true;
}

static bool emit_files(emitter *e, ew_write *to_source, void *source_context, ew_write *to_header, void *header_context)
{
    e->write = to_header;
    e->context = header_context;
    if (to_header && !emit_header(e)) return false;
    e->write = to_source;
    e->context = source_context;
    if (to_source && !emit_source(e)) return false;
    return !e->upper.failed || report_memory(&e->report);
}

/* Either writer may be NULL: that file is left out. */
ew_status ew_emit_c(const ew_program *p, const char *name, int flags, ew_write *to_source, void *source_context,
                    ew_write *to_header, void *header_context, ew_error *err)
{
    const ew_emit_options o = {.flags = flags};
    return ew_emit_c_with(p, name, &o, to_source, source_context, to_header, header_context, err);
}

/* Does nothing that comes out need the input, such as the label where a trained model's answer is asked for? */
static bool emit_is_idle(const ew_program *p, size_t input)
{
    return p->arrays && p->arrays->ins[input].buffer == ARRAY_NONE;
}

ew_status ew_emit_c_with(const ew_program *p, const char *name, const ew_emit_options *options, ew_write *to_source,
                         void *source_context, ew_write *to_header, void *header_context, ew_error *err)
{
    static const ew_emit_options none = {0};
    const ew_emit_options *o = options ? options : &none;
    int flags = o->flags;
    emitter e = {.p = p, .m = p->memory, .name = name, .flags = flags, .fixed = o->fixed};
    e.inputs = o->fixed && o->kept < p->input_count ? o->kept : p->input_count;
    e.fixed_from = e.inputs < p->input_count ? p->inputs[e.inputs].offset : 0;
    while (o->fixed && e.inputs && emit_is_idle(p, e.inputs - 1)) e.inputs--;
    e.begin = o->begin;
    e.begins = o->begin ? o->begins : NULL;
    e.scales = o->scales;
    e.scale_count = p->arrays ? o->scale_count : 0;
    e.in_count = e.inputs < p->input_count ? p->inputs[e.inputs].offset : p->in_count;
    e.m.used = 0;
    e.is_float = (flags & EW_EMIT_FLOAT) != 0;
    e.report = (report){&e.m, p->language, {NULL, 0, NULL}, {0}};
    text_begin(&e.upper, &e.m);
    text_begin(&e.nests, &e.m);
    text_begin(&e.lines, &e.m);
    text_begin(&e.out, &e.m);
    if (emit_prepare(&e, name)) emit_files(&e, to_source, source_context, to_header, header_context);
    emit_free(&e);
    if (err) *err = e.report.error;
    return e.report.error.status;
}
