/*
 * spec.c - runs tests/spec/<name>.spec: groups of three lines that anyone can add to.
 *
 *     program            \n in it is a new line
 *     inputs | outputs   a=2 b=1 | e, diff(e, b)    (outputs may be left out: the program's own)
 *     result             6, 5     or an error: E012 1:9 nothing is called 'bb' (did you mean 'b'?)
 *
 * Numbers are compared bit for bit where the result has no ~, else (~0.333) to 1e-12 relative.
 * Blank lines and lines that begin with ## separate groups.
 */
#include <edgewise.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct group {
    char *program, *inputs, *result;
    int line;
} group;

static int passed, failed;
static const char *file_name;

static void complain(const group *g, const char *got)
{
    failed++;
    printf("%s:%d: %s\n  expected %s\n  got      %s\n", file_name, g->line, g->program, g->result, got);
}

static char *unescape(const char *s)
{
    char *out = malloc(strlen(s) + 1), *o = out;
    for (; *s; s++) {
        if (s[0] == '\\' && s[1] == 'n')
            *o++ = '\n', s++;
        else
            *o++ = *s;
    }
    *o = '\0';
    return out;
}

static void error_line(const ew_error *e, char *out, size_t size)
{
    char place[40] = "";
    if (e->line) snprintf(place, sizeof place, " %d:%d", e->line, e->column);
    snprintf(out, size, "%s%s %s%s%s%s", e->code, place, e->message, e->hint[0] ? " (" : "", e->hint,
             e->hint[0] ? ")" : "");
}

static int same(double got, const char *due)
{
    double wanted = 0;
    int near = *due == '~';
    if (ew_number_read(due + near, NULL, &wanted, NULL) != EW_OK) return 0;
    if (isnan(wanted)) return isnan(got);
    if (near) return fabs(got - wanted) <= 1e-12 * fmax(fabs(wanted), 1);
    return got == wanted && (wanted != 0 || signbit(got) == signbit(wanted));
}

static void compare(const group *g, const double *out, size_t count)
{
    char copy[4000], got[4000] = "", number[32];
    size_t i = 0;
    int good = 1;
    snprintf(copy, sizeof copy, "%s", g->result);
    for (char *due = strtok(copy, ","); due; due = strtok(NULL, ","), i++) {
        while (*due == ' ') due++;
        if (i >= count || !same(out[i], due)) good = 0;
    }
    if (i != count) good = 0;
    for (i = 0; i < count; i++) {
        ew_number_text(out[i], 0, number);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? ", " : "", number);
    }
    if (good)
        passed++;
    else
        complain(g, got);
}

static int set_input(const ew_program *p, double *in, char *assignment, char *got, size_t size)
{
    char *equals = strchr(assignment, '=');
    ew_error err;
    if (!equals) return 0;
    *equals = '\0';
    for (size_t i = 0; i < ew_in_count(p); i++)
        if (strcmp(ew_in_name(p, i), assignment) == 0) {
            if (ew_number_read(equals + 1, NULL, &in[i], &err) == EW_OK) return 1;
            error_line(&err, got, size);
            return 0;
        }
    snprintf(got, size, "no input %s", assignment);
    return 0;
}

static void run_group(const group *g)
{
    char got[1200] = "", inputs[1000];
    char *text = unescape(g->program), *outputs;
    ew_error err;
    double in[64] = {0}, out[64];
    snprintf(inputs, sizeof inputs, "%s", g->inputs);
    outputs = strchr(inputs, '|');
    if (outputs) *outputs++ = '\0';
    ew_graph *graph = ew_parse(text, EW_WHOLE, NULL, &err);
    ew_program *p = graph ? ew_prepare(graph, outputs, &err) : NULL;
    if (!p) {
        error_line(&err, got, sizeof got);
        if (strcmp(got, g->result) == 0)
            passed++;
        else
            complain(g, got);
    } else {
        int ok = 1;
        for (size_t i = 0; i < ew_in_count(p) && i < 64; i++) ew_input_default(graph, i, 0, 0, &in[i]);
        for (char *a = strtok(inputs, " "); a && ok; a = strtok(NULL, " ")) ok = set_input(p, in, a, got, sizeof got);
        if (!ok) {
            complain(g, got);
        } else if (ew_run(p, NULL, in, out) != EW_OK) {
            ew_run_error(p, NULL, &err);
            error_line(&err, got, sizeof got);
            if (strcmp(got, g->result) == 0)
                passed++;
            else
                complain(g, got);
        } else {
            compare(g, out, ew_out_count(p));
        }
    }
    ew_free(p);
    ew_graph_free(graph);
    free(text);
}

static void run_file(const char *name)
{
    static char lines[3][70000];
    char line[70000];
    int count = 0, number = 0;
    FILE *f = fopen(name, "r");
    file_name = name;
    if (!f) {
        printf("%s: cannot be read\n", name);
        failed++;
        return;
    }
    while (fgets(line, sizeof line, f)) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "##", 2) == 0 || (count == 0 && line[0] == '\0')) continue;
        snprintf(lines[count++], sizeof lines[0], "%s", strcmp(line, ".") == 0 ? "" : line);
        if (count == 3) {
            group g = {lines[0], lines[1], lines[2], number - 2};
            run_group(&g);
            count = 0;
        }
    }
    if (count) printf("%s: the last group is not whole\n", name), failed++;
    fclose(f);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) run_file(argv[i]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
