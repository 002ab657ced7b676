/*
 * operations-page.c - writes docs/operations.md, the reference page of all operations, from the table
 * itself: rows from src/ops/ops.def as compiled, the headings from the comments that stand between
 * them there. Same table, same bytes.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INF HUGE_VAL
#define LOGIC 1
#define INTS 2
#define HELP 4
#define SAME 8

typedef struct row {
    const char *name, *call, *form, *latex, *slope[2], *manual;
    unsigned count, flags;
    double low, high;
} row;

static const row rows[] = {
#define OP(E, name, call, count, flags, value, d1, d2, d3, form, level, left, right, latex, s1, s2, low, high,         \
           awkward, manual)                                                                                            \
    {name, call, form, latex, {s1, s2}, manual, count, flags, low, high},
#include "../src/ops/ops.def"
#undef OP
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char head[] =
    "# Operations\n\n"
    "What a program can call or write, from the table in `src/ops/ops.def`; this page is generated from it\n"
    "(`make generated`). `edgewise ops` prints the same table, `edgewise ops NAME` one row of it.\n\n"
    "- *Written*: how it stands in a program; x, y, w are the arguments, any expressions.\n"
    "- *Derivative*: by x, then by y, as a textbook writes it. Edgewise computes it in a form that does not\n"
    "  cancel, with the same value. Where it says —, the line on the right tells what there is to know.\n"
    "- *Domain*: of a function of one argument; outside it value and derivative are nan.\n"
    "- How exact they are: [decision 0003](decisions/0003-accuracy.md). What happens at kinks and edges:\n"
    "  [the language, section 8](language.md#8-kinks-and-edges).\n";

/* A bar would end the cell. */
static void cell(const char *s)
{
    for (; *s; s++) {
        if (*s == '|') putchar('\\');
        putchar(*s);
    }
}

static void written(const row *r)
{
    static const char *const lists[] = {"x, y, …", "x", "x, y", "x, y, w"};
    if (r->call)
        printf("`%s(%s)`", r->call, lists[r->count]);
    else
        printf("`%s`", r->form);
    if (strcmp(r->name, "pow") == 0) printf(" or `%s`", r->form);
}

static void derivative(const row *r)
{
    if (!r->slope[0] && !r->slope[1]) printf("—");
    for (int k = 0; k < 2; k++) {
        if (!r->slope[k]) continue;
        if (k) printf("%s", r->slope[0] ? ", " : "by y: ");
        putchar('`');
        cell(r->slope[k]);
        putchar('`');
    }
}

static void domain(const row *r)
{
    if (r->count != 1 || r->flags & LOGIC) return;
    if (isinf(r->low) && isinf(r->high))
        printf("all x");
    else if (isinf(r->high))
        printf("x ≥ %g", r->low);
    else
        printf("%g ≤ x ≤ %g", r->low, r->high);
}

static void line(const row *r)
{
    printf("| `%s` | ", r->name);
    written(r);
    printf(" | $");
    cell(r->latex);
    printf("$ | ");
    derivative(r);
    printf(" | ");
    domain(r);
    printf(" | ");
    cell(r->manual);
    printf(" |\n");
}

static void heading(const char *comment)
{
    size_t count = strlen(comment);
    printf("\n## %.*s\n\n", (int)(count - 7), comment + 3); /* without its marks and the line's end */
    printf("| name | written | formula | derivative | domain | what it is |\n");
    printf("|---|---|---|---|---|---|\n");
}

/* A heading is a comment of one line in column 0, from the first row's on. */
static int is_heading(const char *s)
{
    size_t count = strlen(s);
    return strncmp(s, "/* ", 3) == 0 && count > 8 && strcmp(s + count - 4, " */\n") == 0;
}

int main(int count, char **arguments)
{
    char text[4096];
    size_t next = 0;
    FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
    if (!file) {
        fprintf(stderr, "usage: operations-page src/ops/ops.def >docs/operations.md\n");
        return 2;
    }
    fputs(head, stdout);
    while (next < ROWS && fgets(text, sizeof text, file)) {
        if (is_heading(text))
            heading(text);
        else if (strncmp(text, "OP(", 3) == 0)
            line(&rows[next++]);
    }
    fclose(file);
    return next == ROWS && !ferror(stdout) ? 0 : 1;
}
