/*
 * program.c - the words after a verb: a program from the command line, a file or standard input; its nodes
 * by name; running it. NAME=VALUE is values.c's.
 */
#include "arrays.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- The text ------------------------------------------------------------------------------------- */

static bool is_file(const char *word)
{
    size_t n = strlen(word);
    return strcmp(word, "-") == 0 || (n > 3 && strcmp(word + n - 3, ".ew") == 0);
}

static bool text_grow(struct cli *c, size_t *capacity)
{
    size_t more = *capacity ? *capacity * 2 : 1 << 16;
    bool over = c->limit_memory && *capacity >= c->limit_memory;
    char *p = over || more < *capacity ? NULL : realloc(c->text_own, more), limit[24];
    if (!p) {
        snprintf(limit, sizeof limit, "%llu", (unsigned long long)c->limit_memory);
        cli_fail(c, over ? FAULT_BYTES : FAULT_MEMORY, limit, NULL);
        return false;
    }
    c->text_own = p;
    *capacity = more;
    return true;
}

/* Stops after a NUL byte: it is a fault, and what follows may never end. */
static bool text_read(struct cli *c, int d, const char *name)
{
    size_t capacity = 0;
    for (c->text_length = 0;;) {
        if (c->text_length == capacity && !text_grow(c, &capacity)) return false;
        char *to = c->text_own + c->text_length;
        ssize_t n = read(d, to, capacity - c->text_length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            cli_fail(c, FAULT_READ, name, cli_reason(c, errno));
            return false;
        }
        c->text_length += (size_t)n;
        if (n == 0 || memchr(to, '\0', (size_t)n)) return true;
    }
}

static bool text_from_file(struct cli *c, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    int d = standard ? STDIN_FILENO : open(path, O_RDONLY | O_NOCTTY);
    c->file = path;
    if (d < 0) {
        cli_fail(c, FAULT_READ, path, cli_reason(c, errno));
        return false;
    }
    bool ok = text_read(c, d, standard ? cli_tr(c, "standard input") : path);
    if (!standard) close(d);
    c->text = ok ? c->text_own : NULL;
    return ok;
}

static bool take_text(struct cli *c)
{
    if (c->text) return true;
    if (!c->word_count) {
        cli_fail_hint(c, FAULT_NO_PROGRAM, NULL, NULL, "try edgewise '(a+b)*(b+1)' a=2 b=1, or edgewise help", NULL);
        return false;
    }
    if (is_file(c->words[0])) return text_from_file(c, c->words[0]);
    c->text = c->words[0];
    c->text_length = strlen(c->text);
    return true;
}

static void say_size(struct cli *c, ew_graph *g)
{
    char nodes[24], inputs[24];
    snprintf(nodes, sizeof nodes, "%zu", ew_node_count(g));
    snprintf(inputs, sizeof inputs, "%zu", ew_input_count(g));
    cli_note(c, "nodes: {1}, inputs and params: {2}", nodes, inputs, NULL);
}

bool cli_sizes_clash(const ew_error *e)
{
    static const char *const codes[] = {"E411", "E413", "E426", "E430"};
    bool clash = false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) clash = clash || strcmp(e->code, codes[i]) == 0;
    return clash;
}

/* Do they clash without those of files? */
static bool clash_typed(struct cli *c, ew_options options)
{
    ew_error e = {0};
    ew_size *typed = cli_room(c, c->values->size_count, sizeof *typed);
    size_t count = 0;
    for (size_t i = 0; typed && i < c->values->size_count; i++)
        if (!values_of_file(c->values, c->values->sizes[i].name)) typed[count++] = c->values->sizes[i];
    options.sizes = typed;
    options.size_count = count;
    ew_graph *g = typed ? ew_parse(c->text, c->text_length, &options, &e) : NULL;
    bool clash = typed && !g && cli_sizes_clash(&e);
    ew_graph_free(g);
    free(typed);
    return clash;
}

/* The text alone had no fault: sizes that clash are those of the values, which were typed or lie in files. */
static void fail_sizes(struct cli *c, const ew_options *options, ew_error *e)
{
    if (cli_sizes_clash(e)) e->status = clash_typed(c, *options) ? EW_USE : EW_FILE;
    cli_fail_error(c, e);
}

/* Axes have the sizes that the values give them: the text is read again with those. */
static ew_graph *graph_with_sizes(struct cli *c, ew_graph *g, ew_options *options)
{
    ew_error e;
    c->values = values_read(c, g);
    bool ok = c->values && values_bind(c, g, c->values);
    options->sizes = ok ? c->values->sizes : NULL;
    options->size_count = ok ? c->values->size_count : 0;
    ew_graph_free(g);
    g = ok ? ew_parse(c->text, c->text_length, options, &e) : NULL;
    if (ok && !g) fail_sizes(c, options, &e);
    return g;
}

/* Are nodes and edges to be looked at? */
static bool looks(const struct cli *c)
{
    bool explains = c->verb == VERB_SHORT || c->verb == VERB_EXPLAIN;
    return ((explains && !c->plan) || c->verb == VERB_DRAW || c->verb == VERB_PATHS) && !c->at;
}

ew_graph *cli_graph(struct cli *c)
{
    ew_error e;
    if (!take_text(c)) return NULL;
    ew_options options = cli_library(c);
    options.unfold = looks(c);
    ew_graph *g = ew_parse(c->text, c->text_length, &options, &e);
    if (!g) cli_fail_error(c, &e);
    bool any = c->word_count > 1 || (c->weights && c->verb != VERB_TRAIN);
    if (g && any && cli_array_any(g)) g = graph_with_sizes(c, g, &options);
    if (g && c->verbose) say_size(c, g);
    return g;
}

/* ---- Numbers ---------------------------------------------------------------------------------------- */

/* "1,5" */
static bool has_comma(const char *s)
{
    return s[strspn(s, "+-0123456789")] == ',' && !s[strspn(s, "+-0123456789,eE")];
}

bool cli_number(struct cli *c, const char *what, const char *s, double *value)
{
    ew_error e;
    ew_options options = cli_library(c);
    options.file = NULL;
    if (ew_number_read(s, &options, value, &e) == EW_OK) return true;
    char quoted[64];
    snprintf(quoted, sizeof quoted, "'%.40s'", s);
    if (has_comma(s))
        cli_fail_hint(c, FAULT_NO_NUMBER, what, quoted, "numbers have a decimal point, as in 1.5", NULL);
    else
        cli_fail_hint(c, FAULT_NO_NUMBER, what, quoted, *s ? "{1}" : "", e.message);
    return false;
}

/* "d[i] = log(x[i]) * 2", where what is told ("d", "d[1]", "∂d/∂x") begins with a name that the text does not have. */
static void made_name(const ew_graph *g, const char *told, char *to, size_t size)
{
    char name[128], label[200], words[300];
    if (strncmp(told, "∂", strlen("∂")) == 0) told += strlen("∂");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(told, "[/ "), told);
    ew_node n = g ? ew_find(g, name) : EW_NONE;
    *to = '\0';
    if (n == EW_NONE || !ew_node_generated(g, n)) return;
    ew_node_label(g, n, label, sizeof label);
    ew_node_words(g, n, words, sizeof words);
    snprintf(to, size, "%s = %s", label, words);
}

bool cli_finite(struct cli *c, const ew_graph *g, const char *name, double v)
{
    char number[32], made[600];
    if (!c->finite || isfinite(v)) return true;
    ew_number_text(v, 0, number);
    made_name(g, name, made, sizeof made);
    cli_fail_hint(c, FAULT_NONFINITE, name, number, *made ? "{1}" : "", made);
    return false;
}

bool cli_finite_slopes(struct cli *c, ew_graph *g, ew_node of, const ew_node *wrt, size_t count, const double *in)
{
    ew_error e;
    if (!c->finite) return true;
    ew_node *nodes = cli_room(c, count + 1, sizeof *nodes);
    for (size_t i = 0; nodes && i < count && !c->status; i++) {
        nodes[i + 1] = ew_diff(g, of, wrt[i], EW_REVERSE, &e);
        if (nodes[i + 1] == EW_NONE) cli_fail_error(c, &e);
    }
    if (nodes) nodes[0] = of;
    double *values = nodes && !c->status ? cli_run(c, g, nodes, count + 1, in) : NULL;
    for (size_t i = 0; values && i <= count && !c->status; i++) {
        char name[256];
        const char *by = i ? ew_node_name(g, wrt[i - 1]) : "";
        snprintf(name, sizeof name, i ? "∂%.100s/∂%.100s" : "%.100s%.100s", ew_node_name(g, of), by);
        cli_finite(c, g, name, values[i]);
    }
    free(values);
    free(nodes);
    return c->status == 0;
}

/* ---- Values -------------------------------------------------------------------------------------------- */

size_t cli_input_index(const ew_graph *g, ew_node n)
{
    for (size_t i = 0; i < ew_input_count(g); i++)
        if (ew_input_at(g, i).node == n) return i;
    return SIZE_MAX;
}

static double *values_of(struct cli *c, ew_graph *g, bool optional)
{
    if (!c->values) { /* no axes: nothing that values bind */
        c->values = values_read(c, g);
        if (!c->values || !values_bind(c, g, c->values)) return NULL;
    }
    return values_lay(c, g, c->values, optional);
}

double *cli_values(struct cli *c, ew_graph *g)
{
    return values_of(c, g, false);
}

double *cli_values_if_any(struct cli *c, ew_graph *g)
{
    return values_of(c, g, true);
}

/* ---- Nodes by name ---------------------------------------------------------------------------------------- */

ew_node cli_node(struct cli *c, ew_graph *g, const char *name)
{
    ew_node n = ew_find(g, name);
    if (n != EW_NONE) return n;
    const char *near = ew_suggest(g, name);
    bool place = strchr(name, '[') != NULL;
    cli_fail_hint(c, FAULT_NO_NAME, name, NULL,
                  place  ? "names stand here without a place; of places: edgewise eval --outputs 'diff(y[0], x[1])'"
                  : near ? "did you mean '{1}'?"
                         : "",
                  near);
    return EW_NONE;
}

ew_node cli_of(struct cli *c, ew_graph *g)
{
    return c->of ? cli_node(c, g, c->of) : ew_output_at(g, 0);
}

static char *trimmed(char *s)
{
    s += strspn(s, " \t\n");
    for (size_t n = strlen(s); n && strchr(" \t\n", s[n - 1]);) s[--n] = '\0';
    return s;
}

/* Adds a name of a list, which may not stand there twice. */
static bool list_add(struct cli *c, ew_graph *g, ew_node *nodes, size_t *count, const char *name, const char *list)
{
    ew_node n = cli_node(c, g, name);
    if (n == EW_NONE) return false;
    for (size_t i = 0; i < *count; i++)
        if (nodes[i] == n) cli_fail(c, FAULT_NAME_TWICE, name, list);
    nodes[(*count)++] = n;
    return c->status == 0;
}

ew_node *cli_nodes(struct cli *c, ew_graph *g, const char *list, size_t *count)
{
    char *copy = strdup(list), *save, *piece;
    ew_node *nodes = cli_room(c, strlen(list) / 2 + 1, sizeof *nodes);
    bool ok = copy && nodes;
    *count = 0;
    for (piece = ok ? strtok_r(copy, ",", &save) : NULL; ok && piece; piece = strtok_r(NULL, ",", &save))
        ok = list_add(c, g, nodes, count, trimmed(piece), list);
    if (ok && *count == 0) cli_fail(c, FAULT_EMPTY_LIST, list, NULL);
    free(copy);
    if (ok && *count) return nodes;
    free(nodes);
    return NULL;
}

bool cli_is_real(struct cli *c, ew_graph *g, ew_node n)
{
    ew_type type = ew_node_type(g, n);
    if (type == EW_F64 || type == EW_F32) return true;
    cli_fail(c, FAULT_NOT_REAL, ew_node_name(g, n), type == EW_INT ? "int" : "bool");
    return false;
}

static ew_node *real_nodes(struct cli *c, ew_graph *g, const char *list, size_t *count)
{
    ew_node *nodes = cli_nodes(c, g, list, count);
    for (size_t i = 0; nodes && i < *count; i++) cli_is_real(c, g, nodes[i]);
    if (!c->status) return nodes;
    free(nodes);
    return NULL;
}

ew_node *cli_wrt(struct cli *c, ew_graph *g, size_t *count)
{
    if (c->wrt) return real_nodes(c, g, c->wrt, count);
    ew_node *nodes = cli_room(c, ew_input_count(g), sizeof *nodes);
    *count = 0;
    for (size_t i = 0; nodes && i < ew_input_count(g); i++) {
        ew_input_info info = ew_input_at(g, i);
        if (info.type == EW_F64 || info.type == EW_F32) nodes[(*count)++] = info.node;
    }
    return nodes;
}

/* ---- Running ------------------------------------------------------------------------------------------------- */

static void say_operations(struct cli *c, const ew_program *p)
{
    char operations[24];
    if (!c->verbose) return;
    snprintf(operations, sizeof operations, "%zu", ew_instruction_count(p));
    cli_note(c, "operations in one run: {1}", operations, NULL, NULL);
}

static bool has_ints(const ew_program *p)
{
    for (size_t i = 0; i < ew_out_arrays(p); i++)
        if (ew_out_array(p, i).type == EW_INT) return true;
    return false;
}

double *cli_run_program(struct cli *c, const ew_program *p, const double *in, int64_t **whole)
{
    ew_error e;
    size_t count = ew_out_count(p);
    bool ints = has_ints(p);
    double *result = cli_room(c, ints ? 2 * count : count, sizeof *result);
    *whole = result && ints ? (int64_t *)(result + count) : NULL;
    if (result) say_operations(c, p);
    if (result && ew_run_whole(p, NULL, in, result, *whole) != EW_OK) {
        ew_run_error(p, NULL, &e);
        cli_fail_error(c, &e);
    }
    if (!c->status) return result;
    free(result);
    return NULL;
}

double *cli_run_whole(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in, int64_t **whole)
{
    ew_error e;
    ew_program *p = ew_prepare_nodes(g, nodes, count, &e);
    if (!p) cli_fail_error(c, &e);
    double *result = p ? cli_run_program(c, p, in, whole) : NULL;
    ew_free(p);
    return result;
}

double *cli_run(struct cli *c, ew_graph *g, const ew_node *nodes, size_t count, const double *in)
{
    int64_t *whole;
    return cli_run_whole(c, g, nodes, count, in, &whole);
}
