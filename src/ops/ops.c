#include "ops/ops.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "math/integers.h"
#include "math/kernels.h"

#define INF HUGE_VAL
#define LOGIC OP_LOGIC
#define INTS OP_INTS
#define HELP OP_HELP
#define SAME OP_SAME

/* Which arguments are edges is told by the row's d1, d2, d3: NONE or something else. */
#define IS_EDGE(d) \
    (sizeof(#d) == sizeof("NONE") && (#d "...")[0] == 'N' && (#d "...")[1] == 'O' && (#d "...")[2] == 'N' ? 0 : 1)

static const op_row ops_table[OP_COUNT] = {
    {"input", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"param", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"constant", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"index", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"size", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"state", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"access", NULL, 0, 0, "", 10, 0, 0, "", {0}, 1, -INF, INF, "", ""},
    {"scatter", NULL, 0, 0, "", 10, 0, 0, "", {0}, 1, -INF, INF, "", ""},
    {"join", NULL, 0, 0, "", 10, 0, 0, "", {0}, 255, -INF, INF, "", ""},
    {"recurrence", NULL, 0, 0, "", 10, 0, 0, "", {0}, 255, -INF, INF, "", ""},
    {"diff", NULL, 0, 0, "", 10, 0, 0, "", {0}, 0, -INF, INF, "", ""},
    {"sum", NULL, 0, 0, "", 10, 0, 0, "\\sum", {0}, 1, -INF, INF, "", ""},
    {"prod", NULL, 0, 0, "", 10, 0, 0, "\\prod", {0}, 1, -INF, INF, "", ""},
    {"least", NULL, 0, 0, "", 10, 0, 0, "\\min", {0}, 1, -INF, INF, "", ""},
    {"greatest", NULL, 0, 0, "", 10, 0, 0, "\\max", {0}, 1, -INF, INF, "", ""},
    {"logsumexp", NULL, 0, 0, "", 10, 0, 0, "\\operatorname{logsumexp}", {0}, 1, -INF, INF, "", ""},
    {"argmin", NULL, 0, 0, "", 10, 0, 0, "\\operatorname{argmin}", {0}, 0, -INF, INF, "", ""},
    {"argmax", NULL, 0, 0, "", 10, 0, 0, "\\operatorname{argmax}", {0}, 0, -INF, INF, "", ""},
    {"all", NULL, 0, LOGIC, "", 10, 0, 0, "\\bigwedge", {0}, 0, -INF, INF, "", ""},
    {"any", NULL, 0, LOGIC, "", 10, 0, 0, "\\bigvee", {0}, 0, -INF, INF, "", ""},
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,    \
           awkward, manual)                                                                                       \
    {name,   call, count, flags, form,    level, left, right, latex, {s1, s2, NULL},                               \
     (unsigned char)(IS_EDGE(d1) | IS_EDGE(d2) << 1 | IS_EDGE(d3) << 2), low, high, awkward, manual},
#include "ops/ops.def"
#undef OP
};

const op_row *ops_row(op o)
{
    return &ops_table[o];
}

static bool same(const char *a, const char *b, uint32_t length)
{
    return a && strncmp(a, b, length) == 0 && a[length] == '\0';
}

op ops_find_call(const char *name, uint32_t length)
{
    for (int i = OP_FIRST; i < OP_COUNT; i++)
        if (same(ops_table[i].call, name, length)) return (op)i;
    return OP_NOT_FOUND;
}

op ops_find(const char *name, uint32_t length)
{
    for (int i = OP_FIRST; i < OP_COUNT; i++)
        if (same(ops_table[i].name, name, length)) return (op)i;
    return ops_find_call(name, length);
}

double ops_value(op o, double x, double y, double w)
{
    (void)y;
    (void)w;
    switch (o) {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high, \
           awkward, manual) \
    case OP_##E: return (value);
#include "ops/ops.def"
#undef OP
    default: return x;
    }
}

int64_t ops_int(op o, int64_t x, int64_t y, int64_t w, int *bad)
{
    switch (o) {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high, \
           awkward, manual)
#define INT(E, value) case OP_##E: return (value);
#include "ops/ops.def"
#undef INT
#undef OP
    default: *bad = 1; return 0;
    }
}

const char *ops_c(op o, bool ints)
{
    static const char *const real[OP_COUNT] = {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high, \
           awkward, manual) \
    [OP_##E] = #value,
#include "ops/ops.def"
#undef OP
    };
    static const char *const whole[OP_COUNT] = {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high, \
           awkward, manual)
#define INT(E, value) [OP_##E] = #value,
#include "ops/ops.def"
#undef INT
#undef OP
    };
    return ints ? whole[o] : real[o];
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

int ops_piece(const char **form, const char **piece, uint32_t *count)
{
    const char *s = *form, *end = s;
    if (!*s) return -2;
    if (*s == '\\') end++; /* a LaTeX command is one word */
    if (end != s || letter(*s))
        while (letter(*end)) end++;
    else
        while (*end && *end != '\\' && !letter(*end)) end++;
    if (end == s + 1 && *s == '\\' && *end) end++; /* "\\," */
    *form = end;
    *piece = s;
    *count = (uint32_t)(end - s);
    if (*count == 1 && (*s == 'x' || *s == 'y')) return *s - 'x';
    return *count == 1 && *s == 'w' ? 2 : -1;
}
