/*
 * emit.c - a program as C: BASE.c and BASE.h, both or neither.
 */
#include "look.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last part of a path. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The source includes NAME.h; where --name differs, the file is called BASE.h. The line stands in the
 * text once, so the source is gathered and that line put right. */
struct gathered {
    char *at;
    size_t count, capacity;
    bool failed;
};

static int gather(void *context, const char *bytes, size_t count)
{
    struct gathered *s = context;
    if (s->count + count + 1 > s->capacity) {
        size_t more = (s->count + count + 1) * 2;
        char *p = realloc(s->at, more);
        if (!p) s->failed = true;
        if (!p) return 1;
        s->at = p;
        s->capacity = more;
    }
    memcpy(s->at + s->count, bytes, count);
    s->at[s->count += count] = '\0';
    return 0;
}

static void write_source(struct cli_file *file, const struct gathered *s, const char *name, const char *base)
{
    char line[256];
    snprintf(line, sizeof line, "\n#include \"%.200s.h\"\n", name);
    char *at = s->at ? strstr(s->at, line) : NULL;
    size_t before = at ? (size_t)(at - s->at) + strlen("\n#include \"") : 0;
    size_t after = at ? before + strlen(name) : 0;
    cli_file_write(file, s->at, before);
    if (at) cli_file_write(file, base, strlen(base));
    cli_file_write(file, s->at + after, s->count - after);
}

static struct cli_file *open_with(struct cli *c, const char *base, const char *ending)
{
    size_t n = strlen(base);
    char *path = cli_room(c, n + 3, 1);
    if (!path) return NULL;
    memcpy(path, base, n);
    strcpy(path + n, ending);
    struct cli_file *file = cli_file_new(c, path);
    free(path);
    return file;
}

/* What a trained model carries along: the values of the params, which end `in`. */
static void carry_params(const ew_graph *g, const ew_program *p, const double *in, ew_emit_options *o)
{
    size_t count = ew_input_count(g);
    o->kept = count;
    while (o->kept && ew_input_at(g, o->kept - 1).is_param) o->kept--;
    if (o->kept < count) o->fixed = in + ew_in_array(p, o->kept).offset;
}

/* What is given, laid out as the inputs, and which of them it is of. */
struct emit_given {
    double *in;
    unsigned char *begins;
};

static void emit_files(struct cli *c, const ew_graph *g, const ew_program *p, const struct emit_given *given,
                       const char *base)
{
    ew_error e;
    struct gathered source = {0};
    const char *name = c->name ? c->name : last_part(base);
    ew_emit_options o = {.flags = (c->main ? EW_EMIT_MAIN : 0) | (c->use_float ? EW_EMIT_FLOAT : 0)};
    o.begin = given->in;
    o.begins = given->begins;
    if (c->weights) carry_params(g, p, given->in, &o);
    o.scales = c->at ? cli_trained_scales(c, g, &o.scale_count) : NULL;
    if (c->status) return;
    struct cli_file *body = open_with(c, base, ".c"), *header = body ? open_with(c, base, ".h") : NULL;
    if (!header) return;
    if (ew_emit_c_with(p, name, &o, gather, &source, cli_file_write, header, &e) != EW_OK) {
        if (source.failed)
            cli_fail(c, FAULT_MEMORY, NULL, NULL);
        else
            cli_fail_error(c, &e);
    } else {
        write_source(body, &source, name, last_part(base));
    }
    free(source.at);
    free((void *)(size_t)o.scales);
}

static void emit_given_free(struct emit_given *to)
{
    free(to->in);
    free(to->begins);
}

/* The values that are given, of the params above all: inputs need none. */
static bool emit_values(struct cli *c, ew_graph *g, struct emit_given *to)
{
    size_t count = ew_input_count(g), *offset = cli_array_input_offsets(c, g);
    to->in = offset ? cli_room(c, offset[count], sizeof *to->in) : NULL;
    to->begins = to->in ? cli_room(c, count, 1) : NULL;
    if (to->begins && !c->values) c->values = values_read(c, g);
    for (size_t i = 0; to->begins && c->values && i < offset[count]; i++) to->in[i] = 0;
    for (size_t i = 0; to->begins && i < count; i++) to->begins[i] = 0;
    for (size_t i = 0; to->begins && c->values && i < c->values->count && !c->status; i++) {
        const struct given *v = &c->values->at[i];
        if (v->input == SIZE_MAX) continue;
        double *at = to->in + offset[v->input];
        if (given_copy(c, v, offset[v->input + 1] - offset[v->input], at)) values_check(c, g, v, at);
        to->begins[v->input] = 1;
    }
    free(offset);
    return !c->status;
}

static void emit_program(struct cli *c, const char *base)
{
    ew_error e;
    struct emit_given given = {NULL, NULL};
    if (c->at && !cli_at_alone(c)) return;
    ew_graph *g = c->at ? cli_trained_graph(c) : cli_graph(c);
    if (g && (c->weights || c->word_count > 1)) emit_values(c, g, &given);
    ew_program *p = g && !c->status ? ew_prepare(g, c->outputs, &e) : NULL;
    if (g && !c->status && !p) c->outputs ? cli_fail_listed(c, &e) : cli_fail_error(c, &e);
    if (p) emit_files(c, g, p, &given, base);
    emit_given_free(&given);
    ew_free(p);
    ew_graph_free(g);
}

int cli_emit(struct cli *c)
{
    if (!c->word_count) return cli_fail(c, FAULT_NO_LANGUAGE, NULL, NULL);
    if (strcmp(c->words[0], "c") != 0) {
        bool word = !c->words[0][strspn(c->words[0], "abcdefghijklmnopqrstuvwxyz")]; /* else a program */
        const char *mend = word ? "" : "the language goes before the program: edgewise emit c PROGRAM -o BASE";
        return cli_fail_hint(c, FAULT_LANGUAGE_TO, c->words[0], NULL, mend, NULL);
    }
    if (!c->output || !*last_part(c->output)) return cli_fail(c, FAULT_NEEDS_OPTION, "emit", "-o BASE");
    c->words++;
    c->word_count--;
    char *base = strdup(c->output);
    size_t n = base ? strlen(base) : 0;
    if (n > 2 && base[n - 2] == '.' && (base[n - 1] == 'c' || base[n - 1] == 'h')) base[n - 2] = '\0';
    if (base)
        emit_program(c, base);
    else
        cli_fail(c, FAULT_MEMORY, NULL, NULL);
    free(base);
    return c->status;
}
