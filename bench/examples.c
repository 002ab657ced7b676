/*
 * examples.c - from text to runnable: how long it takes to read and prepare each program of examples/, with the
 * sizes of its data and just what its commands ask for.
 *
 *     bench-examples [NAME…]    the examples whose names begin so, or all; from the root of the repository
 *
 * Each line of examples/NAME/command is `edgewise eval|grad FILE NAME=VALUE … [--outputs LIST] [--of NAME]
 * [--wrt NAME,…]`. The table has, for each, the median and the least of five preparations, in processor time of this
 * process and by the clock. Status 1: the least processor time of one is over the 20 ms that are asked for.
 */
#define _POSIX_C_SOURCE 200809L
#include <edgewise-data.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES = 5, WORDS = 64, AXES = 8, LINE = 4096, TEXT = 1 << 16, NODES = 64 };

static const double most_ms = 20;

typedef struct command {
    char words[LINE];
    char *word[WORDS];
    size_t count;
    const char *outputs, *of, *wrt; /* NULL: not given */
    char text[TEXT];
    ew_size sizes[WORDS];
    size_t size[WORDS][AXES], size_count;
} command;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(2);
}

/* ---- A command line ----------------------------------------------------------------------------------------- */

/* Words as sh has them, as far as the examples need: blanks and single quotes. */
static void split(command *c, const char *line)
{
    char *to = c->words;
    int quoted = 0;
    c->count = 0;
    for (const char *s = line; *s && *s != '\n';) {
        while (*s == ' ') s++;
        if (!*s || *s == '\n' || c->count == WORDS) break;
        c->word[c->count++] = to;
        for (; *s && *s != '\n' && (quoted || *s != ' '); s++)
            if (*s == '\'')
                quoted = !quoted;
            else
                *to++ = *s;
        *to++ = '\0';
    }
}

static int is_option(const command *c, size_t i, const char *name, const char **value)
{
    if (strcmp(c->word[i], name) != 0 || i + 1 >= c->count) return 0;
    *value = c->word[i + 1];
    return 1;
}

static void read_text(command *c)
{
    FILE *f = c->count > 2 ? fopen(c->word[2], "r") : NULL;
    if (!f) fail(c->count > 2 ? c->word[2] : "command", "no program");
    c->text[fread(c->text, 1, TEXT - 1, f)] = '\0';
    fclose(f);
}

/* ---- Sizes of the data ---------------------------------------------------------------------------------------- */

/* [[1, 2], [3, 4]]: an entry more at each depth for a comma there. */
static size_t literal_sizes(const char *s, size_t *size)
{
    size_t depth = 0, rank = 0;
    for (; *s; s++) {
        if (*s == '[' && depth < AXES) size[depth++] = 1;
        if (depth > rank) rank = depth;
        if (*s == ']') depth--;
        if (*s == ',') size[depth - 1]++;
    }
    return rank;
}

static size_t file_sizes(const char *path, size_t rank, size_t *size)
{
    ew_error e;
    char name[LINE], *part;
    snprintf(name, sizeof name, "%s", path);
    if ((part = strchr(name, ':')) != NULL) *part++ = '\0';
    ew_data *d = ew_data_read(name, part, NULL, &e);
    if (!d) fail(path, e.message);
    size_t own = ew_data_axes(d);
    for (size_t k = 0; k < own && k < AXES; k++) size[k] = ew_data_size(d, k);
    if (rank == 1 && own == 2 && size[1] == 1) own = 1; /* a column */
    ew_data_free(d);
    return own;
}

static void bind(command *c, ew_graph *g, char *word)
{
    char *equals = strchr(word, '=');
    if (!equals || word[0] == '-') return;
    *equals = '\0';
    ew_node n = ew_find(g, word);
    size_t *size = c->size[c->size_count];
    ew_size *s = &c->sizes[c->size_count];
    *s = (ew_size){.name = word, .size = size};
    if (equals[1] == '[')
        s->rank = literal_sizes(equals + 1, size);
    else if (equals[1] == '@')
        s->rank = file_sizes(equals + 2, n == EW_NONE ? 0 : ew_node_rank(g, n), size);
    else if (n != EW_NONE && ew_node_type(g, n) != EW_INT)
        return; /* a number binds nothing */
    else
        s->value = strtoll(equals + 1, NULL, 10);
    c->size_count++;
}

static void bind_all(command *c)
{
    ew_error e;
    ew_graph *g = ew_parse(c->text, EW_WHOLE, NULL, &e);
    if (!g) fail(c->word[2], e.message);
    for (size_t i = 3; i < c->count; i++) {
        int option = is_option(c, i, "--outputs", &c->outputs) || is_option(c, i, "--of", &c->of) ||
                     is_option(c, i, "--wrt", &c->wrt);
        if (option)
            i++;
        else
            bind(c, g, c->word[i]);
    }
    ew_graph_free(g);
}

/* ---- Preparing --------------------------------------------------------------------------------------------------- */

static double clock_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static ew_program *prepare_gradient(const command *c, ew_graph *g, ew_error *e)
{
    ew_node nodes[NODES] = {c->of ? ew_find(g, c->of) : ew_output_at(g, 0)};
    size_t count = 1;
    char list[LINE], *save = NULL;
    snprintf(list, sizeof list, "%s", c->wrt ? c->wrt : "");
    for (char *name = strtok_r(list, ",", &save); name && count < NODES; name = strtok_r(NULL, ",", &save))
        nodes[count++] = ew_diff(g, nodes[0], ew_find(g, name), EW_AUTO, e);
    for (size_t i = 0; !c->wrt && i < ew_input_count(g) && count < NODES; i++) {
        ew_input_info in = ew_input_at(g, i);
        if (in.type == EW_F64 || in.type == EW_F32) nodes[count++] = ew_diff(g, nodes[0], in.node, EW_AUTO, e);
    }
    for (size_t i = 0; i < count; i++)
        if (nodes[i] == EW_NONE) return NULL;
    return ew_prepare_nodes(g, nodes, count, e);
}

static void prepare(const command *c)
{
    ew_error e;
    ew_options o = {.sizes = c->sizes, .size_count = c->size_count};
    ew_graph *g = ew_parse(c->text, EW_WHOLE, &o, &e);
    int gradient = strcmp(c->word[1], "grad") == 0;
    ew_program *p = !g ? NULL : gradient ? prepare_gradient(c, g, &e) : ew_prepare(g, c->outputs, &e);
    if (!p) fail(c->word[2], e.message);
    ew_free(p);
    ew_graph_free(g);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The least processor time, in ms. */
static double measure(const char *name, const char *line)
{
    static command c;
    double cpu[TIMES], wall[TIMES];
    c = (command){.count = 0};
    split(&c, line);
    if (c.count < 3) fail(name, "no command");
    read_text(&c);
    bind_all(&c);
    for (int i = 0; i < TIMES; i++) {
        double begin = clock_ms(CLOCK_PROCESS_CPUTIME_ID), start = clock_ms(CLOCK_MONOTONIC);
        prepare(&c);
        cpu[i] = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - begin;
        wall[i] = clock_ms(CLOCK_MONOTONIC) - start;
    }
    qsort(cpu, TIMES, sizeof *cpu, ascending);
    qsort(wall, TIMES, sizeof *wall, ascending);
    const char *what = strcmp(c.word[1], "grad") == 0 ? c.wrt ? c.wrt : "all inputs" : c.outputs ? c.outputs : "";
    printf("| %s | %s | %.50s%s | %.2f | %.2f | %.2f |\n", name, c.word[1], what, strlen(what) > 50 ? "…" : "",
           cpu[TIMES / 2], cpu[0], wall[TIMES / 2]);
    fflush(stdout);
    return cpu[0];
}

/* ---- The table -----------------------------------------------------------------------------------------------------
 */

/* Lines that need what other commands have made (trained weights) are no matter of reading a program. */
static int asks(const char *line)
{
    int verb = strncmp(line, "edgewise eval ", 14) == 0 || strncmp(line, "edgewise grad ", 14) == 0;
    return verb && !strchr(line, '$');
}

static int example(const char *name)
{
    char path[300], line[LINE];
    int over = 0;
    snprintf(path, sizeof path, "examples/%s/command", name);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (asks(line)) over |= measure(name, line) > most_ms;
    if (f) fclose(f);
    return over;
}

static int wanted(const char *name, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0) return 1;
    return count == 0 && name[0] != '.';
}

int main(int count, char **arguments)
{
    struct dirent **entries;
    int over = 0, n = scandir("examples", &entries, NULL, alphasort);
    if (n < 0) fail("examples", "there is no such folder here");
    printf("| example | verb | asked for | median, ms | least, ms | median by the clock, ms |\n"
           "|---|---|---|---:|---:|---:|\n");
    for (int i = 0; i < n; i++) {
        if (wanted(entries[i]->d_name, count - 1, arguments + 1)) over |= example(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return over;
}
