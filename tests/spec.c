/*
 * spec.c - runs tests/spec/<name>.spec: groups of three lines that anyone can add to.
 *
 *     program            \n in it is a new line
 *     inputs | outputs   a=2 v=[1,2] | e, diff(e, b)    (outputs may be left out: the program's own)
 *     result             6, [5, 5]  or an error: E012 1:9 nothing is called 'bb' (did you mean 'b'?)
 *                        or the words that an error must have: error bb line
 *
 * Numbers are compared bit for bit where the result has no ~, else (~0.333) to 1e-12 relative; a ~ before a
 * list holds for all of it. Arrays are nested lists; as inputs without spaces. A lone . stands for an empty
 * line. Blank lines and lines that begin with ## separate groups.
 */
#include <edgewise.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 70000, MOST = 1 << 13, AXES = 8, NAMES = 64 };

typedef struct group {
    char *program, *inputs, *result;
    int line;
} group;

typedef struct list { /* a number, or a nested list of them */
    size_t rank, size[AXES], count;
    double values[MOST];
    char near[MOST]; /* written with a ~ */
} list;

typedef struct value { /* NAME=list, of the inputs line */
    const char *name;
    list at;
} value;

static int passed, failed;
static const char *file_name;
static value given[NAMES];
static size_t given_count;
static double in[MOST], out[MOST];

static void complain(const group *g, const char *got)
{
    failed++;
    printf("%s:%d: %s\n  inputs   %s\n  expected %s\n  got      %s\n", file_name, g->line, g->program, g->inputs,
           g->result, got);
}

static char *unescape(const char *s)
{
    char *text = malloc(strlen(s) + 1), *o = text;
    for (; *s; s++) {
        if (s[0] == '\\' && s[1] == 'n')
            *o++ = '\n', s++;
        else
            *o++ = *s;
    }
    *o = '\0';
    return text;
}

/* ---- Lists -------------------------------------------------------------------------------------- */

/* One number at *s, up to a comma, a bracket that closes, or the end. */
static int number(list *l, const char **s, int near)
{
    char text[400];
    size_t n = strcspn(*s, ",]");
    if (l->count == MOST || n >= sizeof text) return 0;
    memcpy(text, *s, n);
    text[n] = '\0';
    *s += n;
    l->near[l->count] = (char)near;
    return ew_number_read(text, NULL, &l->values[l->count++], NULL) == EW_OK;
}

/* Counts an element that ends at this depth; a list whose rows differ is no list. */
static int row_ends(list *l, size_t depth, size_t *counts)
{
    if (l->size[depth] && l->size[depth] != counts[depth]) return 0;
    l->size[depth] = counts[depth];
    counts[depth] = 0;
    return 1;
}

/* The list or number at *s; afterwards *s is behind it. Every number stands at the same depth. */
static int list_read(list *l, const char **s)
{
    size_t depth = 0, counts[AXES] = {0};
    int near = 0, first = 1;
    memset(l, 0, sizeof *l);
    do {
        *s += strspn(*s, " ,");
        if (depth == 0 && !first) return 1;
        if (**s == '~') {
            near = 1 + (depth > 0);
            ++*s;
            continue;
        }
        first = 0;
        if (**s == '[') {
            if (depth == AXES || (l->rank && depth >= l->rank)) return 0;
            if (depth) counts[depth - 1]++;
            depth++;
            ++*s;
        } else if (**s == ']') {
            if (!row_ends(l, --depth, counts)) return 0;
            ++*s;
        } else {
            if (l->count && depth != l->rank) return 0;
            l->rank = depth;
            if (depth) counts[depth - 1]++;
            if (!number(l, s, near)) return 0;
            near = near == 1 && depth; /* a ~ inside a list holds for one number */
        }
    } while (**s && (depth || first));
    return depth == 0;
}

static void list_text(const ew_array_info *a, const double *v, char *text, size_t size)
{
    char one[32];
    for (size_t i = 0; i < a->count; i++) {
        size_t block = 1;
        for (size_t k = a->rank, open = 1; open && k-- > 0;) {
            block *= a->size[k];
            open = block && i % block == 0;
            if (open) snprintf(text + strlen(text), size - strlen(text), "[");
        }
        ew_number_text(v[i], 0, one);
        snprintf(text + strlen(text), size - strlen(text), "%s", one);
        block = 1;
        for (size_t k = a->rank, shut = 1; shut && k-- > 0;) {
            block *= a->size[k];
            shut = block && (i + 1) % block == 0;
            if (shut) snprintf(text + strlen(text), size - strlen(text), "]");
        }
        if (i + 1 < a->count) snprintf(text + strlen(text), size - strlen(text), ", ");
    }
}

/* ---- Results ------------------------------------------------------------------------------------ */

static int same(double got, double due, int near)
{
    if (isnan(due)) return isnan(got);
    if (near) return fabs(got - due) <= 1e-12 * fmax(fabs(due), 1);
    return got == due && (due != 0 || signbit(got) == signbit(due));
}

static int same_list(const ew_array_info *a, const double *got, const list *due)
{
    if (a->rank != due->rank || a->count != due->count) return 0;
    for (size_t k = 0; k < a->rank; k++)
        if (a->size[k] != due->size[k]) return 0;
    for (size_t i = 0; i < a->count; i++)
        if (!same(got[i], due->values[i], due->near[i])) return 0;
    return 1;
}

static void compare(const group *g, const ew_program *p)
{
    static list due;
    static char got[LINE];
    const char *s = g->result;
    size_t count = ew_out_arrays(p);
    int good = 1;
    got[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        ew_array_info a = ew_out_array(p, i);
        good &= *s && list_read(&due, &s) && same_list(&a, out + a.offset, &due);
        s += strspn(s, " ,");
        list_text(&a, out + a.offset, got + strlen(got), sizeof got - strlen(got));
        if (i + 1 < count) snprintf(got + strlen(got), sizeof got - strlen(got), ", ");
    }
    if (good && *s == '\0')
        passed++;
    else
        complain(g, got);
}

static void error_line(const ew_error *e, char *text, size_t size)
{
    char place[40] = "";
    if (e->line) snprintf(place, sizeof place, " %d:%d", e->line, e->column);
    snprintf(text, size, "%s%s %s%s%s%s", e->code, place, e->message, e->hint[0] ? " (" : "", e->hint,
             e->hint[0] ? ")" : "");
}

/* An error came: is it the one that is due, or has it the words that are? */
static void judge(const group *g, const ew_error *e)
{
    char got[1200], words[1000];
    int good;
    error_line(e, got, sizeof got);
    snprintf(words, sizeof words, "%s", g->result);
    char *word = strtok(words, " ");
    good = strcmp(g->result, got) == 0 || (word && strcmp(word, "error") == 0);
    if (strcmp(g->result, got) != 0)
        while (good && (word = strtok(NULL, " "))) good = strstr(got, word) != NULL;
    if (good)
        passed++;
    else
        complain(g, got);
}

/* ---- Inputs ------------------------------------------------------------------------------------- */

static int read_inputs(char *line)
{
    given_count = 0;
    for (char *a = strtok(line, " "); a; a = strtok(NULL, " ")) {
        char *equals = strchr(a, '=');
        const char *s = equals ? equals + 1 : NULL;
        if (!equals || given_count == NAMES) return 0;
        *equals = '\0';
        given[given_count].name = a;
        if (!list_read(&given[given_count++].at, &s) || *s) return 0;
    }
    return 1;
}

static const list *find(const char *name)
{
    for (size_t i = 0; i < given_count; i++)
        if (strcmp(given[i].name, name) == 0) return &given[i].at;
    return NULL;
}

static int is_int(const ew_graph *graph, const char *name)
{
    for (size_t i = 0; i < ew_input_count(graph); i++) {
        ew_input_info info = ew_input_at(graph, i);
        const char *called = ew_node_name(graph, info.node);
        if (called && strcmp(called, name) == 0) return info.type == EW_INT;
    }
    return 0;
}

/* The text read for the sizes that the values have; it is read without them first, to know the ints. */
static ew_graph *parse(const char *text, ew_error *err)
{
    ew_size sizes[NAMES];
    ew_options options = {.sizes = sizes};
    ew_graph *graph = ew_parse(text, EW_WHOLE, NULL, err);
    for (size_t i = 0; graph && i < given_count; i++) {
        const list *l = &given[i].at;
        double x = l->values[0];
        int whole = l->rank == 0 && x == floor(x) && fabs(x) < 9e18 && is_int(graph, given[i].name);
        if (l->rank == 0 && !whole) continue;
        sizes[options.size_count++] = (ew_size){given[i].name, l->rank, l->size, whole ? (int64_t)x : 0};
    }
    if (!graph || !options.size_count) return graph;
    ew_graph_free(graph);
    return ew_parse(text, EW_WHOLE, &options, err);
}

/* Lays the values into `in`, defaults where there are none; 0 where a value has no place or another form. */
static int fill(const ew_graph *graph, const ew_program *p)
{
    size_t used = 0;
    for (size_t i = 0; i < ew_in_arrays(p); i++) {
        ew_array_info a = ew_in_array(p, i);
        const list *l = find(a.name);
        if (a.offset + a.count > MOST) return 0;
        if (!l) {
            ew_input_values(graph, i, 0, 0, in + a.offset);
            continue;
        }
        if (l->rank != a.rank || l->count != a.count) return 0;
        memcpy(in + a.offset, l->values, a.count * sizeof *in);
        used++;
    }
    return used == given_count;
}

static void run_group(const group *g)
{
    char inputs[4000];
    char *text = unescape(g->program), *outputs;
    ew_error err;
    memset(in, 0, sizeof in);
    snprintf(inputs, sizeof inputs, "%s", g->inputs);
    outputs = strchr(inputs, '|');
    if (outputs) *outputs++ = '\0';
    int ok = read_inputs(inputs);
    ew_graph *graph = parse(text, &err);
    ew_program *p = graph ? ew_prepare(graph, outputs, &err) : NULL;
    if (!p) {
        judge(g, &err);
    } else if (!ok || !fill(graph, p) || ew_out_count(p) > MOST) {
        complain(g, "the inputs line cannot be read, or the program wants others");
    } else if (ew_run(p, NULL, in, out) != EW_OK) {
        ew_run_error(p, NULL, &err);
        judge(g, &err);
    } else {
        compare(g, p);
    }
    ew_free(p);
    ew_graph_free(graph);
    free(text);
}

/* ---- Files -------------------------------------------------------------------------------------- */

static void run_file(const char *name)
{
    static char lines[3][LINE];
    static char line[LINE];
    int count = 0, row = 0;
    FILE *f = fopen(name, "r");
    file_name = name;
    if (!f) {
        printf("%s: cannot be read\n", name);
        failed++;
        return;
    }
    while (fgets(line, sizeof line, f)) {
        row++;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "##", 2) == 0 || (count == 0 && line[0] == '\0')) continue;
        snprintf(lines[count++], sizeof lines[0], "%s", strcmp(line, ".") == 0 ? "" : line);
        if (count == 3) {
            group g = {lines[0], lines[1], lines[2], row - 2};
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
