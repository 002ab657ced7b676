/*
 * emit_names.c - C identifiers for inputs and outputs: what follows NAME_IN_ and NAME_OUT_.
 *
 *     a                  a              θ, điểm        theta, diem
 *     diff(e, b)         de_db          x^2 / 2        x_pow_2_over_2
 *     diff(diff(e,a),b)  dde_da_db      exp(-a)        exp_minus_a
 *
 * Two that come out alike get numbers: x, x_2. Long ones are cut.
 */
#include <string.h>

#include "base/unicode.h"
#include "exec/emit.h"

enum { NAMES_MOST = 60, NAMES_DEPTH = 64 };

typedef struct name_writer {
    char at[NAMES_MOST + 32];
    size_t count;
    bool apart;             /* the next word needs a "_" before it, … */
    bool glued;             /* … but not this one: the d of a diff stands before it */
    bool diff[NAMES_DEPTH]; /* by open bracket: is it diff's? */
    size_t depth;
} name_writer;

static void names_put(name_writer *w, const char *word, size_t count)
{
    if (w->apart && !w->glued && w->count && w->count < NAMES_MOST) w->at[w->count++] = '_';
    w->apart = w->glued = false;
    for (size_t i = 0; i < count && w->count < NAMES_MOST; i++) w->at[w->count++] = word[i];
}

/* ---- Letters ---------------------------------------------------------------------------------- */

static const char *names_greek(uint32_t code)
{
    static const char *const words[] = {"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                        "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                        "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                                        "phi",     "chi",  "psi",   "omega"};
    return code >= 0x3B1 && code <= 0x3C9 ? words[code - 0x3B1] : NULL;
}

static void names_character(name_writer *w, uint32_t code)
{
    static const char digits[] = "0123456789abcdef";
    char hex[8], *s = hex + sizeof hex;
    uint32_t base = unicode_base(code);
    const char *greek = names_greek(base), *capital = names_greek(base + 0x20);
    if (greek) {
        names_put(w, greek, strlen(greek));
    } else if (capital && base < 0x3B0) { /* Δ: Delta */
        size_t start = w->count;
        names_put(w, capital, strlen(capital));
        if (start < w->count) w->at[w->count - strlen(capital)] = (char)(capital[0] - 'a' + 'A');
    } else if (base < 0x80) {
        char letter = (char)base;
        names_put(w, &letter, 1);
    } else {
        for (uint32_t c = base; c; c >>= 4) *--s = digits[c & 15];
        *--s = 'u';
        names_put(w, s, (size_t)(hex + sizeof hex - s));
    }
}

/* A name, a keyword or a number's digits; returns the bytes read, 0 if there is none. */
static size_t names_word(name_writer *w, const char *s, size_t count)
{
    size_t at = 0;
    uint32_t code;
    for (size_t k; at < count && (k = utf8_decode(s + at, count - at, &code)) && unicode_name_part(code); at += k)
        names_character(w, code);
    return at;
}

/* ---- Expressions ------------------------------------------------------------------------------ */

/* An operator's word; returns the operator's bytes. */
static size_t names_operator(name_writer *w, const char *s, size_t count)
{
    static const char *const words[][2] = {{"==", "eq"},   {"!=", "ne"},  {"<=", "le"},  {">=", "ge"},
                                           {"<", "lt"},    {">", "gt"},   {"+", "plus"}, {"-", "minus"},
                                           {"*", "times"}, {"/", "over"}, {"^", "pow"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t bytes = strlen(words[i][0]);
        if (bytes > count || memcmp(s, words[i][0], bytes) != 0) continue;
        names_put(w, words[i][1], strlen(words[i][1]));
        w->apart = true;
        return bytes;
    }
    return 0;
}

/* "diff (" with its bracket, or 0. */
static size_t names_diff(const char *s, size_t count)
{
    size_t at = 4;
    if (count < 5 || memcmp(s, "diff", 4) != 0) return 0;
    while (at < count && s[at] == ' ') at++;
    return at < count && s[at] == '(' ? at + 1 : 0;
}

static void names_open(name_writer *w, bool diff)
{
    if (w->depth < NAMES_DEPTH) w->diff[w->depth] = diff;
    w->depth++;
}

static bool names_in_diff(const name_writer *w)
{
    return w->depth > 0 && w->depth <= NAMES_DEPTH && w->diff[w->depth - 1];
}

static size_t names_sign(name_writer *w, const char *s, size_t count)
{
    size_t bytes = names_diff(s, count);
    if (bytes) names_open(w, true);
    if (*s == '(') names_open(w, false);
    if (bytes || (*s == ',' && names_in_diff(w))) {
        names_put(w, "d", 1);
        w->glued = true;
        return bytes ? bytes : 1;
    }
    if (*s == ')' && w->depth) w->depth--;
    return 1;
}

static void names_expression(name_writer *w, const char *s, size_t count)
{
    for (size_t at = 0, bytes; at < count; at += bytes) {
        bytes = names_diff(s + at, count - at) ? 0 : names_word(w, s + at, count - at);
        if (bytes) continue;
        w->apart = true;
        bytes = names_operator(w, s + at, count - at);
        if (!bytes) bytes = names_sign(w, s + at, count - at);
    }
    if (!w->count) names_put(w, "value", 5);
}

/* ---- No two alike ------------------------------------------------------------------------------- */

typedef struct name_set {
    uint32_t *slots; /* offset in macro_text, 0: free */
    size_t size;
} name_set;

static bool names_find(const emitter *e, const name_set *set, const char *name, size_t *slot)
{
    uint32_t hash = 2166136261u;
    for (const char *s = name; *s; s++) hash = (hash ^ (unsigned char)*s) * 16777619u;
    for (*slot = hash & (set->size - 1); set->slots[*slot]; *slot = (*slot + 1) & (set->size - 1))
        if (strcmp(e->macro_text.at + set->slots[*slot], name) == 0) return true;
    return false;
}

/* Many of one name: their places number them, so that no search is long. */
static bool names_add(emitter *e, name_set *set, name_writer *w, size_t place, uint32_t *macro)
{
    size_t slot, plain = w->count;
    w->at[w->count] = '\0';
    for (size_t n = 2; names_find(e, set, w->at, &slot); n = n == 100 ? 101 + place : n + 1) {
        char number[24];
        size_t count = count_text(n, number);
        w->at[plain] = '_';
        memcpy(w->at + plain + 1, number, count + 1);
        w->count = plain + 1 + count;
    }
    *macro = (uint32_t)e->macro_text.count;
    if (!array_reserve(&e->m, &e->macro_text, w->count + 1)) return report_memory(&e->report);
    memcpy(e->macro_text.at + *macro, w->at, w->count + 1);
    e->macro_text.count += w->count + 1;
    set->slots[slot] = *macro;
    return true;
}

static uint32_t names_text(const ew_program *p, bool outputs, size_t i)
{
    return outputs ? p->outputs[i].name : p->inputs[i].name;
}

/* Names as they stand go first, so that a mangled one never takes the place of a plain one. */
static bool names_all(emitter *e, bool outputs, uint32_t *macros, size_t count)
{
    name_set set = {NULL, 16};
    while (set.size < count * 2) set.size *= 2;
    set.slots = block_new(&e->m, set.size, sizeof *set.slots);
    bool ok = set.slots || report_memory(&e->report);
    for (int plain = 1; plain >= 0; plain--)
        for (size_t i = 0; ok && i < count; i++) {
            name_writer w = {.count = 0};
            const char *name = program_name(e->p, names_text(e->p, outputs, i));
            size_t slot;
            if (macros[i]) continue;
            names_expression(&w, name, strlen(name));
            w.at[w.count] = '\0';
            if (plain && (strcmp(w.at, name) != 0 || names_find(e, &set, name, &slot))) continue;
            ok = names_add(e, &set, &w, i, &macros[i]);
        }
    block_free(&e->m, set.slots, set.size);
    return ok;
}

bool emit_names(emitter *e)
{
    const ew_program *p = e->p;
    e->in_macro = block_new(&e->m, p->input_count, sizeof *e->in_macro);
    e->out_macro = block_new(&e->m, p->output_count, sizeof *e->out_macro);
    if (!e->in_macro || !e->out_macro || !array_push(&e->m, &e->macro_text, '\0')) return report_memory(&e->report);
    return names_all(e, false, e->in_macro, p->input_count) && names_all(e, true, e->out_macro, p->output_count);
}

/* ---- The function's name ------------------------------------------------------------------------ */

static bool names_listed(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(name, *words) == 0) return true;
    return false;
}

/* Words of C and C++, and what their headers that emitted C includes may declare beside <math.h>. */
static const char *const names_taken[] = {
    "alignas",  "alignof",  "and",     "and_eq",    "asm",       "auto",     "bitand",   "bitor",    "bool",
    "break",    "case",     "catch",   "char",      "class",     "compl",    "concept",  "const",    "constexpr",
    "continue", "decltype", "default", "delete",    "do",        "double",   "else",     "enum",     "explicit",
    "export",   "extern",   "false",   "float",     "for",       "friend",   "goto",     "if",       "inline",
    "int",      "long",     "mutable", "namespace", "new",       "noexcept", "not",      "not_eq",   "nullptr",
    "operator", "or",       "or_eq",   "private",   "protected", "public",   "register", "requires", "restrict",
    "return",   "short",    "signed",  "sizeof",    "static",    "struct",   "switch",   "template", "this",
    "throw",    "true",     "try",     "typedef",   "typeid",    "typename", "typeof",   "union",    "unsigned",
    "using",    "virtual",  "void",    "volatile",  "while",     "xor",      "xor_eq",   "linux",    "unix",
    "main",     "abort",    "abs",     "atexit",    "atof",      "atoi",     "atol",     "bcmp",     "bcopy",
    "bsearch",  "bzero",    "calloc",  "div",       "exit",      "fclose",   "feof",     "fflush",   "fgetc",
    "fgets",    "fopen",    "fprintf", "fputc",     "fputs",     "fread",    "free",     "fscanf",   "fseek",
    "ftell",    "fwrite",   "getc",    "getchar",   "getenv",    "getline",  "gets",     "index",    "labs",
    "malloc",   "memchr",   "memcmp",  "memcpy",    "memmove",   "memset",   "perror",   "printf",   "putc",
    "putchar",  "puts",     "qsort",   "rand",      "random",    "realloc",  "remove",   "rename",   "rewind",
    "rindex",   "scanf",    "select",  "snprintf",  "sprintf",   "srand",    "sscanf",   "stderr",   "stdin",
    "stdout",   "strcat",   "strchr",  "strcmp",    "strcpy",    "strlen",   "strtod",   "strtol",   "strtoul",
    "system",   "tmpfile",  "ungetc",  "EOF",       "NULL",      NULL};

/* <math.h>; with f and l at their ends too. */
static const char *const names_math[] = {"acos",
                                         "acosh",
                                         "asin",
                                         "asinh",
                                         "atan",
                                         "atan2",
                                         "atanh",
                                         "cbrt",
                                         "ceil",
                                         "copysign",
                                         "cos",
                                         "cosh",
                                         "drem",
                                         "erf",
                                         "erfc",
                                         "exp",
                                         "exp10",
                                         "exp2",
                                         "expm1",
                                         "fabs",
                                         "fdim",
                                         "finite",
                                         "floor",
                                         "fma",
                                         "fmax",
                                         "fmin",
                                         "fmod",
                                         "fpclassify",
                                         "frexp",
                                         "gamma",
                                         "hypot",
                                         "ilogb",
                                         "isfinite",
                                         "isgreater",
                                         "isgreaterequal",
                                         "isinf",
                                         "isless",
                                         "islessequal",
                                         "islessgreater",
                                         "isnan",
                                         "isnormal",
                                         "isunordered",
                                         "j0",
                                         "j1",
                                         "jn",
                                         "ldexp",
                                         "lgamma",
                                         "llrint",
                                         "llround",
                                         "log",
                                         "log10",
                                         "log1p",
                                         "log2",
                                         "logb",
                                         "lrint",
                                         "lround",
                                         "modf",
                                         "nan",
                                         "nearbyint",
                                         "nextafter",
                                         "nexttoward",
                                         "pow",
                                         "remainder",
                                         "remquo",
                                         "rint",
                                         "round",
                                         "scalb",
                                         "scalbln",
                                         "scalbn",
                                         "signbit",
                                         "signgam",
                                         "significand",
                                         "sin",
                                         "sincos",
                                         "sinh",
                                         "sqrt",
                                         "tan",
                                         "tanh",
                                         "tgamma",
                                         "trunc",
                                         "y0",
                                         "y1",
                                         "yn",
                                         "NAN",
                                         "INFINITY",
                                         "HUGE_VAL",
                                         "DOMAIN",
                                         "OVERFLOW",
                                         "UNDERFLOW",
                                         "SING",
                                         "PLOSS",
                                         "TLOSS",
                                         NULL};

static bool names_is_identifier(const char *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool alpha = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
        if (!alpha && (i == 0 || (name[i] != '_' && !(name[i] >= '0' && name[i] <= '9')))) return false;
    }
    return count > 0 && count <= 200;
}

bool emit_name_is_free(const char *name)
{
    size_t count = name ? strlen(name) : 0;
    char base[16];
    if (!names_is_identifier(name, count) || names_listed(name, names_taken) || names_listed(name, names_math))
        return false;
    if (((name[0] == 'k' || name[0] == 'i') && name[1] == '_') || strncmp(name, "libm_", 5) == 0) return false;
    if (count > 2 && strcmp(name + count - 2, "_t") == 0) return false; /* int64_t and its kin */
    if (count < 2 || count > sizeof base || (name[count - 1] != 'f' && name[count - 1] != 'l')) return true;
    memcpy(base, name, count - 1);
    base[count - 1] = '\0';
    return !names_listed(base, names_math); /* sinf, sinl */
}
