/*
 * emit_array_help.c - what the steps of emitted C call, beside the kernels of src/math: joins of strips in the order
 * of array_kernels.c, products in the order of math/matrix.h, names of types in `work`.
 */
#include <stdio.h>
#include <string.h>

#include "exec/emit_array.h"
#include "math/matrix.h"

/* A text in which {x} stands for words[…].value. */
typedef struct help_word {
    const char *name, *value;
} help_word;

static void help_fill(text *t, const char *form, const help_word *words, size_t count)
{
    while (*form) {
        size_t k = 0;
        while (k < count && strncmp(form, words[k].name, strlen(words[k].name)) != 0) k++;
        if (k < count)
            text_add(t, words[k].value), form += strlen(words[k].name);
        else
            text_char(t, *form++);
    }
}

/* ---- Joins --------------------------------------------------------------------------------------------------- */

static const char help_join[] = "/* Sixteen chains side by side, then a tree: the order that every executor takes. */\n"
                                "static {real} k_join_{name}(int64_t n, const {real} *x)\n"
                                "{\n"
                                "    {real} lane[16];\n"
                                "    int64_t i = 0;\n"
                                "    for (int k = 0; k < 16; k++) lane[k] = {first};\n"
                                "    for (; i + 16 <= n; i += 16)\n"
                                "        for (int k = 0; k < 16; k++) {\n"
                                "            const {real} a = lane[k], b = x[i + k];\n"
                                "            lane[k] = {join};\n"
                                "        }\n"
                                "    for (int k = 0; k < 16 && i + k < n; k++) {\n"
                                "        const {real} a = lane[k], b = x[i + k];\n"
                                "        lane[k] = {join};\n"
                                "    }\n"
                                "    for (int step = 8; step > 0; step /= 2)\n"
                                "        for (int k = 0; k < step; k++) {\n"
                                "            const {real} a = lane[k], b = lane[k + step];\n"
                                "            lane[k] = {join};\n"
                                "        }\n"
                                "    return lane[0];\n"
                                "}\n\n";

static const char help_join_int[] = "static int64_t k_join_{name}(int64_t n, const int64_t *x, int *bad)\n"
                                    "{\n"
                                    "    int64_t a = {first};\n"
                                    "    (void)bad;\n"
                                    "    for (int64_t i = 0; i < n; i++) {\n"
                                    "        const int64_t b = x[i];\n"
                                    "        a = {join};\n"
                                    "    }\n"
                                    "    return a;\n"
                                    "}\n\n";

static const struct {
    const char *name, *first, *join, *first_int, *join_int;
} help_joins[6] = {
    {"sum", "0", "a + b", "0", "i_add(a, b, bad)"},
    {"prod", "1", "a * b", "1", "i_mul(a, b, bad)"},
    {"least", "({real})HUGE_VAL", "b < a ? b : b != b || a != a ? a + b : a", "INT64_MAX", "b < a ? b : a"},
    {"greatest", "-({real})HUGE_VAL", "b > a ? b : b != b || a != a ? a + b : a", "INT64_MIN", "b > a ? b : a"},
    {"all", "1", "a != 0 && b != 0 ? 1 : 0", "0", "i_add(a, b, bad)"},
    {"any", "0", "a != 0 || b != 0 ? 1 : 0", "0", "i_add(a, b, bad)"}};

static void help_joins_write(emitter *e)
{
    static const char *const ends[3] = {"", "_f32", "_int"};
    char name[32];
    for (unsigned type = 0; type < 3; type++)
        for (unsigned i = 0; i < 6; i++) {
            if (!(e->helpers & (unsigned)HELP_JOIN << (type * 6 + i))) continue;
            bool whole = type == ARRAY_INT;
            snprintf(name, sizeof name, "%s%s", help_joins[i].name, ends[type]);
            const help_word words[] = {{"{name}", name},
                                       {"{first}", whole ? help_joins[i].first_int : help_joins[i].first},
                                       {"{join}", whole ? help_joins[i].join_int : help_joins[i].join},
                                       {"{real}", type == ARRAY_F32 ? "float" : "double"}};
            text once;
            text_begin(&once, &e->m);
            help_fill(&once, whole ? help_join_int : help_join, words, 4);
            help_fill(&e->out, text_string(&once), words + 3, 1); /* {first} has a {real} itself */
            if (once.failed) e->out.failed = true;
            text_free(&once);
        }
}

/* ---- Products ------------------------------------------------------------------------------------------------- */

/* A product of a type: how it is called, its parameters, and what it does. */
typedef struct help_kind {
    const char *name, *comment, *parameters, *arguments, *body;
} help_kind;

static const help_kind help_product = {
    "k_product", "/* C = A B, or C + A B: each element one chain over k. Returns whether all of C is finite. */\n",
    "(int64_t m, int64_t n, int64_t k, const {real} *a, int64_t a_row, int64_t a_column,\n"
    "    const {real} *b, int64_t b_row, int64_t b_column, {real} *c, int64_t c_row, int64_t c_column, int add)\n",
    "(m, n, k, a, a_row, a_column, b, b_row, b_column, c, c_row, c_column, add)",
    "    for (int64_t i = 0; i < m; i++) {\n"
    "        {real} *to = c + i * c_row;\n"
    "        if (n == 1) {\n"
    "            {local} sum = add ? *to : 0;\n"
    "            for (int64_t p = 0; p < k; p++) sum = {one};\n"
    "            *to = sum;\n"
    "            continue;\n"
    "        }\n"
    "        for (int64_t j = 0; j < n && !add; j++) to[j * c_column] = 0;\n"
    "        for (int64_t p = 0; p < k; p++) {\n"
    "            const {local} x = a[i * a_row + p * a_column];\n"
    "            const {real} *from = b + p * b_row;\n"
    "            if (b_column == 1 && c_column == 1)\n"
    "                for (int64_t j = 0; j < n; j++) to[j] = {unit};\n"
    "            else\n"
    "                for (int64_t j = 0; j < n; j++) to[j * c_column] = {any};\n"
    "        }\n"
    "    }\n"};

static const help_kind help_lanes = {
    "k_lanes",
    "/* C = A B, each element {lanes} chains side by side over k, which is x times y times k, added up at the end, "
    "the\n"
    " * later half to the earlier. Returns whether all of C is finite. */\n",
    "(int64_t m, int64_t n, int64_t x_size, int64_t y_size, int64_t k, const {real} *a, int64_t a_row,\n"
    "    int64_t a_x, int64_t a_y, const {real} *b, int64_t b_column, int64_t b_x, int64_t b_y, {real} *c,\n"
    "    int64_t c_row, int64_t c_column)\n",
    "(m, n, x_size, y_size, k, a, a_row, a_x, a_y, b, b_column, b_x, b_y, c, c_row, c_column)",
    "    for (int64_t i = 0; i < m; i++)\n"
    "        for (int64_t j = 0; j < n; j++) {\n"
    "            {local} lane[{lanes}] = {0};\n"
    "            for (int64_t x = 0; x < x_size; x++)\n"
    "                for (int64_t y = 0; y < y_size; y++) {\n"
    "                    const {real} *u = a + i * a_row + x * a_x + y * a_y;\n"
    "                    const {real} *v = b + j * b_column + x * b_x + y * b_y;\n"
    "                    for (int64_t p = 0; p < k; p += {lanes})\n"
    "                        for (int l = 0; l < {lanes}; l++) lane[l] = {term};\n"
    "                }\n"
    "            for (int half = {lanes} / 2; half > 0; half /= 2)\n"
    "                for (int l = 0; l < half; l++) lane[l] += lane[l + half];\n"
    "            c[i * c_row + j * c_column] = lane[0];\n"
    "        }\n"};

static const char help_choice[] = "{comment}static int {kind}{end}{parameters}"
                                  "{\n"
                                  "    double sum = 0; /* z - z is 0, or nan */\n"
                                  "{run}"
                                  "    for (int64_t i = 0; i < m; i++)\n"
                                  "        for (int64_t j = 0; j < n; j++) {\n"
                                  "            const double z = {wide}c[i * c_row + j * c_column];\n"
                                  "            sum += z - z;\n"
                                  "        }\n"
                                  "    return sum == 0;\n"
                                  "}\n\n";

/* {real} and {lanes}, which other words have in them. */
static void help_typed(emitter *e, const char *form, int type)
{
    const help_word words[] = {{"{real}", nest_type(e, type)}, {"{lanes}", type == ARRAY_F32 ? "16" : "8"}};
    help_fill(&e->out, form, words, sizeof words / sizeof words[0]);
}

static void help_filled(emitter *e, const char *form, const help_word *words, size_t count, int type)
{
    text once;
    text_begin(&once, &e->m);
    help_fill(&once, form, words, count);
    help_typed(e, text_string(&once), type);
    if (once.failed) e->out.failed = true;
    text_free(&once);
}

static void help_product_one(emitter *e, const help_kind *kind, const char *name, const char *target, int type,
                             const char *fuse)
{
    char one[100], unit[60], any[80], term[60];
    if (fuse) {
        snprintf(one, sizeof one, "%s(a[i * a_row + p * a_column], b[p * b_row], sum)", fuse);
        snprintf(unit, sizeof unit, "%s(x, from[j], to[j])", fuse);
        snprintf(any, sizeof any, "%s(x, from[j * b_column], to[j * c_column])", fuse);
        snprintf(term, sizeof term, "%s(u[p + l], v[p + l], lane[l])", fuse);
    } else {
        snprintf(one, sizeof one, "a[i * a_row + p * a_column] * b[p * b_row] + sum");
        snprintf(unit, sizeof unit, "x * from[j] + to[j]");
        snprintf(any, sizeof any, "x * from[j * b_column] + to[j * c_column]");
        snprintf(term, sizeof term, "u[p + l] * v[p + l] + lane[l]");
    }
    const help_word words[] = {
        {"{target}", target}, {"{name}", name}, {"{local}", type == ARRAY_F32 ? "float" : "double"},
        {"{one}", one},       {"{unit}", unit}, {"{any}", any},
        {"{term}", term}};
    size_t count = sizeof words / sizeof words[0];
    help_filled(e, "{target}static void {name}", words, count, type);
    help_typed(e, kind->parameters, type);
    text_add(&e->out, "{\n");
    help_filled(e, kind->body, words, count, type);
    text_add(&e->out, "}\n\n");
}

/* Where the processor may have a fused multiply-add that compilers do not use unasked, a version with it. */
static void help_product_type(emitter *e, const help_kind *kind, int type, bool fused)
{
    bool single = type == ARRAY_F32;
    const char *end = single ? "_f32" : "";
    char run[500], fast[40], plain[40];
    text *t = &e->out;
    snprintf(fast, sizeof fast, "%s_fused%s", kind->name, end);
    snprintf(plain, sizeof plain, "%s_plain%s", kind->name, end);
    if (fused) {
        text_add(t, "#ifdef K_FUSES\n");
        help_product_one(e, kind, fast, "K_FUSES ", type, single ? "fmaf" : "fma");
        text_add(t, "#endif\n\n");
    }
    help_product_one(e, kind, plain, "", type, fused ? (single ? "fmaf" : "fma") : NULL);
    snprintf(run, sizeof run,
             fused ? "#ifdef K_FUSES\n    if (__builtin_cpu_supports(\"fma\") && __builtin_cpu_supports(\"avx2\"))\n"
                     "        %s%s;\n    else\n#endif\n        %s%s;\n"
                   : "%.0s%.0s    %s%s;\n",
             fast, kind->arguments, plain, kind->arguments);
    const help_word words[] = {{"{end}", end},
                               {"{run}", run},
                               {"{kind}", kind->name},
                               {"{comment}", kind->comment},
                               {"{parameters}", kind->parameters},
                               {"{wide}", single ? "(double)" : ""}};
    help_filled(e, help_choice, words, sizeof words / sizeof words[0], type);
}

static void help_products_write(emitter *e)
{
    bool fused = matrix_fuses(MATRIX_BEST);
    if (!(e->helpers & (HELP_PRODUCT | HELP_PRODUCT_F32 | HELP_LANES | HELP_LANES_F32))) return;
    if (fused)
        text_add(&e->out, "#if defined __clang__ && (defined __x86_64__ || defined __i386__)\n"
                          "#pragma clang attribute pop\n#endif\n"
                          "#if defined __GNUC__ && defined __x86_64__\n"
                          "#define K_FUSES __attribute__((target(\"avx2,fma\")))\n#endif\n\n");
    if (e->helpers & HELP_PRODUCT) help_product_type(e, &help_product, ARRAY_F64, fused);
    if (e->helpers & HELP_PRODUCT_F32) help_product_type(e, &help_product, ARRAY_F32, fused);
    if (e->helpers & HELP_LANES) help_product_type(e, &help_lanes, ARRAY_F64, fused);
    if (e->helpers & HELP_LANES_F32) help_product_type(e, &help_lanes, ARRAY_F32, fused);
    if (fused)
        text_add(&e->out, "#if defined __clang__ && (defined __x86_64__ || defined __i386__)\n"
                          "#pragma clang attribute push(__attribute__((target(\"no-fma\"))), apply_to = function)\n"
                          "#endif\n\n");
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

static void help_types(emitter *e)
{
    text *t = &e->out;
    if (!(e->helpers & (HELP_SINGLE | HELP_WHOLE)) && !e->is_float) return;
    text_add(t, "/* What lies in `work` beside the type it is an array of. */\n#if defined __GNUC__\n"
                "#define K_ANY __attribute__((may_alias))\n#else\n#define K_ANY\n#endif\n");
    if (e->is_float) text_add(t, "typedef double K_ANY k_double;\n");
    if (e->helpers & HELP_SINGLE) text_add(t, "typedef float K_ANY k_single;\n");
    if (e->helpers & HELP_WHOLE) text_add(t, "typedef int64_t K_ANY k_whole;\n");
    text_char(t, '\n');
}

void emit_array_helpers(emitter *e)
{
    const char *upper = text_string(&e->upper);
    help_types(e);
    if (e->helpers & HELP_SLOPE_F32)
        text_add(&e->out, "static float k_sigmoid1_f32(float x)\n{\n    double e = (double)k_exp_f32(-fabsf(x));\n"
                          "    return (float)(e / ((1.0 + e) * (1.0 + e)));\n}\n\n");
    help_joins_write(e);
    help_products_write(e);
    text_format(
        &e->out,
        "/* Steps are compiled one by one: in line they would take long, and gcc 12 loses stores of some when it\n"
        " * looks from one into the other (-fivopts, with -O3). */\n"
        "#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 8\n"
        "#define %s_PART static __attribute__((noipa))\n#elif defined __GNUC__\n"
        "#define %s_PART static __attribute__((noinline))\n#else\n#define %s_PART static\n#endif\n\n",
        upper, upper, upper);
}
