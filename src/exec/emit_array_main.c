/*
 * emit_array_main.c - the main of emitted C whose inputs or results are arrays: x=[1,2,3], W=[[1,2],[3,4]].
 */
#include <string.h>

#include "exec/emit_array.h"

static void main_quoted(text *t, const char *s)
{
    text_char(t, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\' || *s == '?') text_char(t, '\\');
        text_char(t, *s);
    }
    text_char(t, '"');
}

/* What its elements begin with, where they are listed: what was given, or a declared list. */
static const double *main_listed(const emitter *e, size_t input, size_t *count)
{
    const program_input *x = &e->p->inputs[input];
    *count = emit_begins(e, input) ? x->count : x->starts_count;
    return emit_begins(e, input) ? e->begin + x->offset : e->p->starts.at + x->starts;
}

/* All in a row. */
static bool main_starts(emitter *e)
{
    size_t count, written = 0;
    for (size_t i = 0; i < e->inputs; i++) {
        const double *list = main_listed(e, i, &count);
        for (size_t k = 0; k < count; k++) {
            if (!written++) text_add(&e->out, "static const double starts[] = {");
            emit_start(&e->out, list[k]);
            text_add(&e->out, ", ");
            if (written % 1000 == 0 && !emit_flush(e)) return false;
        }
    }
    if (written) text_add(&e->out, "0};\n\n");
    return true;
}

/* "{"x", 0, 6, 2, sizes + 0, 0, NULL, 0, 0, 0}," for each; sizes[] itself stands before. */
static bool main_table(emitter *e, bool outputs)
{
    const ew_program *p = e->p;
    size_t count = outputs ? p->output_count : e->inputs, listed = 0, from = 0;
    text *t = &e->out;
    text_format(t, "static const array %s[] = {\n", outputs ? "results" : "inputs");
    for (size_t i = 0; i < count; i++) {
        const program_input *x = &p->inputs[outputs ? 0 : i];
        const program_output *y = &p->outputs[outputs ? i : 0];
        text_add(t, "    {");
        main_quoted(t, program_name(p, outputs ? y->name : x->name));
        text_format(t, ", %zu, %zu, %zu, sizes + %zu, ", outputs ? y->offset : x->offset, outputs ? y->count : x->count,
                    outputs ? y->rank : x->rank, outputs ? y->sizes : x->sizes);
        emit_start(t, outputs ? 0 : x->start);
        if (!outputs) main_listed(e, i, &listed);
        if (listed)
            text_format(t, ", starts + %zu", from);
        else
            text_add(t, ", NULL");
        from += listed;
        text_format(t, ", %d, ", outputs ? 0 : x->draw);
        emit_start(t, outputs || !x->draw ? 0 : x->spread);
        text_format(t, ", 0x%llxu},\n", outputs || !x->draw ? 0ull : (unsigned long long)x->stream);
        if (i % 1000 == 999 && !emit_flush(e)) return false;
    }
    text_add(t, "    {NULL, 0, 0, 0, sizes, 0, NULL, 0, 0, 0}};\n\n");
    return true;
}

/* src/base/random.c says where the numbers come from. */
static const char main_draws[] =
    "static uint64_t mix(uint64_t x)\n"
    "{\n"
    "    x += 0x9E3779B97F4A7C15u;\n"
    "    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;\n"
    "    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;\n"
    "    return x ^ (x >> 31);\n"
    "}\n\n"
    "static double uniform(uint64_t stream, uint64_t element)\n"
    "{\n"
    "    return (double)(mix(stream + 0xD1342543DE82EF95u * (element + 1)) >> 11) * 0x1p-53;\n"
    "}\n\n"
    "/* A default, or what is drawn with the seed 0. */\n"
    "static double begin(const array *a, size_t i)\n"
    "{\n"
    "    if (a->draw == 1) return a->start + a->spread * uniform(a->stream, i);\n"
    "    if (a->draw == 2)\n"
    "        return a->start + a->spread * (sqrt(-2 * log(1 - uniform(a->stream, 2 * i))) *\n"
    "                                       cos(6.283185307179586 * uniform(a->stream, 2 * i + 1)));\n"
    "    return a->start;\n"
    "}\n\n";

static const char main_none[] = "static double begin(const array *a, size_t i)\n"
                                "{\n"
                                "    (void)i;\n"
                                "    return a->start;\n"
                                "}\n\n";

static bool main_any_draw(const emitter *e)
{
    for (size_t i = 0; i < e->inputs; i++)
        if (e->p->inputs[i].draw) return true;
    return false;
}

static const char main_text[] =
    "/* How many brackets stand before element i, or after it. */\n"
    "static size_t brackets(const array *a, size_t i)\n"
    "{\n"
    "    size_t part = 1, count = 0;\n"
    "    for (size_t d = a->rank; d-- > 0;) {\n"
    "        part *= a->sizes[d];\n"
    "        if (i % part == 0) count++;\n"
    "    }\n"
    "    return count;\n"
    "}\n\n"
    "static int read_sign(char **at, char sign)\n"
    "{\n"
    "    *at += strspn(*at, \" \");\n"
    "    if (**at != sign) return 0;\n"
    "    ++*at;\n"
    "    return 1;\n"
    "}\n\n"
    "/* \"[[1, 2], [3, 4]]\"; 0: that is no such array. */\n"
    "static int read_array(const array *a, char *at, {real} *to)\n"
    "{\n"
    "    char *end;\n"
    "    for (size_t i = 0; i < a->count; i++) {\n"
    "        if (i > 0 && !read_sign(&at, ',')) return 0;\n"
    "        for (size_t k = brackets(a, i); k > 0; k--)\n"
    "            if (!read_sign(&at, '[')) return 0;\n"
    "        to[i] = {cast}strtod(at, &end);\n"
    "        if (end == at) return 0;\n"
    "        at = end;\n"
    "        for (size_t k = brackets(a, i + 1); k > 0; k--)\n"
    "            if (!read_sign(&at, ']')) return 0;\n"
    "    }\n"
    "    return a->count == 0 || at[strspn(at, \" \")] == '\\0';\n"
    "}\n\n"
    "static void write_array(const array *a, const {real} *from)\n"
    "{\n"
    "    printf(\"%s = %s\", a->name, a->count ? \"\" : \"[]\");\n"
    "    for (size_t i = 0; i < a->count; i++) {\n"
    "        if (i > 0) printf(\", \");\n"
    "        for (size_t k = brackets(a, i); k > 0; k--) putchar('[');\n"
    "        printf(\"%.17g\", {widen}from[i]);\n"
    "        for (size_t k = brackets(a, i + 1); k > 0; k--) putchar(']');\n"
    "    }\n"
    "    putchar('\\n');\n"
    "}\n\n"
    "/* Values as arguments: in order, or by name as in a=2 or x=[1,2]; what is not given has its default, or is 0. "
    "*/\n"
    "int main(int count, char **arguments)\n"
    "{\n"
    "    static {real} in[{NAME}_IN + 1], out[{NAME}_OUT + 1], work[{NAME}_WORK + 1];\n"
    "    for (const array *a = inputs; a->name; a++)\n"
    "        for (size_t i = 0; i < a->count; i++) in[a->at + i] = {cast}(a->list ? a->list[i] : begin(a, i));\n"
    "    for (int i = 1, at = 0; i < count; i++, at++) {\n"
    "        char *value = arguments[i], *equals = strchr(value, '=');\n"
    "        if (equals) {\n"
    "            *equals = '\\0';\n"
    "            for (at = 0; inputs[at].name && strcmp(inputs[at].name, value) != 0;) at++;\n"
    "            value = equals + 1;\n"
    "        }\n"
    "        if (at >= {inputs} || !inputs[at].name) {\n"
    "            fprintf(stderr, \"%s: there is no such input\\n\", arguments[i]);\n"
    "            return 2;\n"
    "        }\n"
    "        if (!read_array(&inputs[at], value, in + inputs[at].at)) {\n"
    "            fprintf(stderr, inputs[at].rank ? \"%s: this is no such array\\n\" : \"%s: this is not a "
    "number\\n\",\n"
    "                    value);\n"
    "            return 2;\n"
    "        }\n"
    "    }\n"
    "    {name}(in, out, work);\n"
    "    for (const array *a = results; a->name; a++) write_array(a, out + a->at);\n"
    "    return fflush(stdout) == 0 ? 0 : 4;\n"
    "}\n";

static void main_fill(emitter *e)
{
    char inputs[24];
    count_text(e->inputs, inputs);
    const char *const words[][2] = {{"{real}", e->is_float ? "float" : "double"},
                                    {"{NAME}", text_string(&e->upper)},
                                    {"{name}", e->name},
                                    {"{inputs}", inputs},
                                    {"{cast}", e->is_float ? "(float)" : ""},
                                    {"{widen}", e->is_float ? "(double)" : ""}};
    for (const char *s = main_text; *s;) {
        size_t k = 0, count = sizeof words / sizeof words[0];
        while (k < count && strncmp(s, words[k][0], strlen(words[k][0])) != 0) k++;
        if (k < count)
            text_add(&e->out, words[k][1]);
        else
            text_char(&e->out, *s);
        s += k < count ? strlen(words[k][0]) : 1;
    }
}

bool emit_array_main(emitter *e)
{
    text_add(&e->out, "\nstatic const size_t sizes[] = {");
    for (size_t i = 0; i < e->p->sizes.count; i++) text_format(&e->out, "%zu, ", e->p->sizes.at[i]);
    text_add(&e->out, "0};\n\ntypedef struct array {\n    const char *name;\n    size_t at, count, rank;\n"
                      "    const size_t *sizes;\n    double start;\n    const double *list;\n    int draw;\n"
                      "    double spread;\n    uint64_t stream;\n} array;\n\n");
    if (!main_starts(e) || !main_table(e, false) || !main_table(e, true)) return false;
    text_add(&e->out, main_any_draw(e) ? main_draws : main_none);
    main_fill(e);
    return true;
}
