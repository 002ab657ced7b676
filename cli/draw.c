/*
 * draw.c - a picture: the ending of the file picks the format, --show what is in it.
 *
 * png and pdf are our own svg through rsvg-convert, which is started without a shell.
 */
#include "look.h"
#include "pathwise.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define MOST_PIXELS 32000.0
#define MOST_NUMBERS 1e7

static const char *const endings[] = {"svg", "png", "pdf", "dot", "mmd", "tex", "md", "txt", "html", NULL};

/* What is to be seen; what ew_draw_options points to belongs to it. */
struct drawing {
    struct cli *c;
    ew_graph *g;
    const double *in;
    ew_draw_options o;
    double *values, *partials, *derivatives;
    unsigned char *highlight;
    char *derivative_of;
    bool named_values, named_edges; /* in --show */
};

static const char *ending_of(struct cli *c)
{
    const char *name = strrchr(c->output, '/') ? strrchr(c->output, '/') + 1 : c->output;
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && endings[i]; i++)
        if (strcmp(dot + 1, endings[i]) == 0) return endings[i];
    const char *near = dot ? cli_suggest(endings, dot + 1) : NULL;
    cli_fail_hint(c, FAULT_ENDING, c->output, "svg, png, pdf, dot, mmd, tex, md, txt, html",
                  near ? "did you mean '.{1}'?" : "", near);
    return NULL;
}

/* ---- Numbers, laid out as the library wants them ----------------------------------------------------------- */

/* The numbers of `from`, one node after another, laid out like the nodes of the graph; a single number (the
 * derivative by what has no influence) is repeated. To be freed. */
static double *lay_out(struct drawing *d, const ew_node *from, const double *values)
{
    size_t count = ew_node_count(d->g), sum = 0;
    size_t *offset = cli_array_offsets(d->c, d->g, from, count);
    for (size_t i = 0; i < count; i++) sum += cli_array_count_of(d->g, ew_node_at(d->g, i));
    double *laid = offset ? cli_room(d->c, sum, sizeof *laid) : NULL, *to = laid;
    for (size_t i = 0; laid && i < count; i++) {
        size_t wide = cli_array_count_of(d->g, ew_node_at(d->g, i)), have = offset[i + 1] - offset[i];
        for (size_t e = 0; e < wide; e++) *to++ = values[offset[i] + (have == wide ? e : 0)];
    }
    free(offset);
    return laid;
}

/* A picture shows corners; arrays that fill the memory are not computed for it. */
static bool too_many(struct drawing *d)
{
    double sum = 0;
    for (size_t i = 0; i < ew_node_count(d->g); i++) sum += (double)cli_array_count_of(d->g, ew_node_at(d->g, i));
    if (sum <= MOST_NUMBERS) return false;
    cli_note(d->c, "the numbers are too many for a picture: it is drawn in symbols", NULL, NULL, NULL);
    return true;
}

/* ---- --show -------------------------------------------------------------------------------------------- */

static void show_sweep(struct drawing *d, const char *name, bool forward)
{
    ew_error e;
    size_t count = ew_node_count(d->g);
    ew_node n = cli_node(d->c, d->g, name), *slopes = n == EW_NONE ? NULL : cli_room(d->c, count, sizeof *slopes);
    if (!slopes) return;
    if (ew_node_rank(d->g, n)) {
        cli_fail(d->c, FAULT_NOT_ONE, name, forward ? "--show forward=" : "--show reverse=");
        free(slopes);
        return;
    }
    ew_status status = forward ? ew_forward(d->g, n, slopes, &e) : ew_reverse(d->g, n, slopes, &e);
    free(d->derivatives);
    free(d->derivative_of);
    d->derivatives = NULL;
    d->derivative_of = malloc(strlen(name) + 16);
    if (status != EW_OK)
        cli_fail_error(d->c, &e);
    else if (!d->derivative_of)
        cli_fail(d->c, FAULT_MEMORY, NULL, NULL);
    else if (d->in) {
        double *numbers = cli_run(d->c, d->g, slopes, count, d->in);
        if (numbers) d->derivatives = lay_out(d, slopes, numbers);
        free(numbers);
    }
    if (d->derivative_of) snprintf(d->derivative_of, strlen(name) + 16, forward ? "∂/∂%s" : "∂%s/∂", name);
    free(slopes);
}

/* An edge lies on a path if it can be reached from the one end and leads to the other. */
static void show_paths(struct drawing *d, ew_node from, ew_node to)
{
    size_t nodes = ew_node_count(d->g), edges = ew_edge_count(d->g, NULL);
    unsigned char *mark = cli_room(d->c, nodes, 1); /* bit 0: reached, bit 1: leads */
    if (mark && !d->highlight) d->highlight = cli_room(d->c, edges, 1);
    if (!mark || !d->highlight) {
        free(mark);
        return;
    }
    memset(mark, 0, nodes);
    memset(d->highlight, 0, edges);
    mark[ew_node_index(d->g, from)] |= 1;
    mark[ew_node_index(d->g, to)] |= 2;
    for (size_t i = 0; i < edges; i++) {
        ew_edge e = ew_edge_at(d->g, i);
        if (mark[ew_node_index(d->g, e.from)] & 1) mark[ew_node_index(d->g, e.to)] |= 1;
    }
    for (size_t i = edges; i-- > 0;) {
        ew_edge e = ew_edge_at(d->g, i);
        size_t a = ew_node_index(d->g, e.from), b = ew_node_index(d->g, e.to);
        if (mark[b] & 2) mark[a] |= 2;
        d->highlight[i] = (mark[a] & 1) && (mark[b] & 2);
    }
    free(mark);
}

static void show_one(struct drawing *d, char *piece)
{
    char *colon = strchr(piece, ':');
    bool forward = strncmp(piece, "forward=", 8) == 0, reverse = strncmp(piece, "reverse=", 8) == 0;
    if (strcmp(piece, "values") == 0) {
        d->named_values = true;
    } else if (strcmp(piece, "edges") == 0) {
        d->named_edges = true;
    } else if ((forward || reverse) && piece[8]) {
        show_sweep(d, piece + 8, forward);
    } else if (strncmp(piece, "paths=", 6) == 0 && colon && colon > piece + 6 && colon[1]) {
        *colon = '\0';
        ew_node from = cli_node(d->c, d->g, piece + 6);
        ew_node to = from == EW_NONE ? EW_NONE : cli_node(d->c, d->g, colon + 1);
        if (to != EW_NONE) show_paths(d, from, to);
    } else {
        cli_fail(d->c, FAULT_SHOW, piece, NULL);
    }
}

static void show(struct drawing *d)
{
    char *copy = strdup(d->c->show), *save, *piece;
    for (piece = copy ? strtok_r(copy, ",", &save) : NULL; piece && !d->c->status; piece = strtok_r(NULL, ",", &save))
        show_one(d, piece);
    free(copy);
    if (!d->named_values && !d->named_edges) return; /* both, as ever */
    d->o.hide_values = !d->named_values;
    d->o.hide_edges = !d->named_edges;
}

static void gather(struct drawing *d)
{
    size_t count = ew_node_count(d->g), edges;
    ew_error e = {0};
    ew_node *nodes = cli_room(d->c, count, sizeof *nodes);
    for (size_t i = 0; nodes && i < count; i++) nodes[i] = ew_node_at(d->g, i);
    ew_edge_count(d->g, &e);
    if (e.status) cli_fail_error(d->c, &e);
    if (d->in && too_many(d)) d->in = NULL;
    int64_t *whole = NULL;
    if (nodes && d->in && !d->c->status) d->values = cli_run_whole(d->c, d->g, nodes, count, d->in, &whole);
    if (d->values) d->partials = cli_partials(d->c, d->g, d->in, &edges);
    free(nodes);
    if (d->c->show && !d->c->status) show(d);
    d->o.values = d->values;
    d->o.whole = d->values ? whole : NULL;
    d->o.partials = d->partials;
    d->o.derivatives = d->derivatives;
    d->o.derivative_of = d->derivative_of;
    d->o.highlight = d->highlight;
}

/* ---- Writing ----------------------------------------------------------------------------------------------- */

static int write_stream(void *stream, const char *bytes, size_t count)
{
    return fwrite(bytes, 1, count, stream) != count;
}

/* Pixels for a point of the drawing: two, so that text is crisp, or what keeps the longer side within the
 * 32,767 pixels that librsvg can. The size stands in the first tag. */
static void find_zoom(FILE *svg, char zoom[32])
{
    char head[400] = "";
    double longest = 0;
    ssize_t n = pread(fileno(svg), head, sizeof head - 1, 0); /* leaves the place for the child */
    if (n < 0) n = 0;
    head[n] = '\0';
    static const char *const sides[] = {" width=\"", " height=\""};
    for (size_t i = 0; i < 2; i++) {
        const char *at = strstr(head, sides[i]);
        double side = at ? strtod(at + strlen(sides[i]), NULL) : 0; /* no locale is set: a point */
        if (side > longest) longest = side;
    }
    ew_number_text(longest * 2 > MOST_PIXELS ? MOST_PIXELS / longest : 2, 4, zoom);
}

static pid_t start_converter(FILE *svg, int to, int other, char *format, char *zoom, int *error)
{
    char *words[] = {"rsvg-convert", "-f", format, "-z", zoom, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(svg), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, other);
    *error = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return *error ? -1 : child;
}

static void copy_from(struct cli *c, int from)
{
    char buffer[1 << 14];
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) cli_putn(c, buffer, (size_t)n);
}

static void convert(struct cli *c, FILE *svg, const char *format)
{
    int ends[2], status = 0, error;
    char name[8], zoom[32] = "1";
    snprintf(name, sizeof name, "%s", format);
    if (fflush(svg) != 0 || fseek(svg, 0, SEEK_SET) != 0 || pipe(ends) != 0) {
        cli_fail(c, FAULT_WRITE, c->output, cli_reason(c, errno));
        return;
    }
    if (strcmp(format, "png") == 0) find_zoom(svg, zoom);
    pid_t child = start_converter(svg, ends[1], ends[0], name, zoom, &error);
    close(ends[1]);
    if (child > 0) copy_from(c, ends[0]);
    close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child < 0 && error == ENOENT)
        cli_fail(c, FAULT_CONVERTER, NULL, NULL);
    else if (child < 0 || status != 0)
        cli_fail(c, FAULT_CONVERT, c->output, NULL);
}

static void draw_converted(struct drawing *d, const char *format)
{
    ew_error e;
    FILE *svg = tmpfile();
    if (!svg) {
        cli_fail(d->c, FAULT_WRITE, d->c->output, cli_reason(d->c, errno));
        return;
    }
    d->o.format = "svg";
    if (ew_draw(d->g, &d->o, write_stream, svg, &e) != EW_OK)
        cli_fail_error(d->c, &e);
    else
        convert(d->c, svg, format);
    fclose(svg);
}

static void draw(struct drawing *d, const char *format)
{
    ew_error e;
    if (strcmp(format, "png") == 0 || strcmp(format, "pdf") == 0) {
        draw_converted(d, format);
        return;
    }
    d->o.format = format;
    if (ew_draw(d->g, &d->o, cli_write, d->c, &e) != EW_OK) cli_fail_error(d->c, &e);
}

/* Is something asked for that values alone have? */
static bool shows_values(const char *show)
{
    return show && (strstr(show, "forward=") || strstr(show, "reverse=") || strncmp(show, "values", 6) == 0 ||
                    strstr(show, ",values"));
}

static bool finite_output(struct drawing *d)
{
    size_t first = 0;
    ew_node n = ew_output_at(d->g, 0);
    for (size_t i = 0; i < ew_node_index(d->g, n); i++) first += cli_array_count_of(d->g, ew_node_at(d->g, i));
    struct array a = cli_array_of(d->g, n, d->values + first);
    return cli_array_finite(d->c, d->g, ew_node_name(d->g, n), &a);
}

static void draw_graph(struct cli *c, ew_graph *g, const char *format)
{
    double *in = shows_values(c->show) ? cli_values(c, g) : cli_values_if_any(c, g);
    struct drawing d = {.c = c, .g = g, .in = in, .o = {.of = EW_NONE}};
    if (c->of && !c->status) d.o.of = cli_node(c, g, c->of);
    if (!c->status) gather(&d);
    if (!c->status && (!d.values || finite_output(&d))) draw(&d, format);
    free(d.values);
    free(d.partials);
    free(d.derivatives);
    free(d.derivative_of);
    free(d.highlight);
    free(in);
}

/* ---- A trained model --------------------------------------------------------------------------------------- */

enum { NOTE_BYTES = 100 };

static void note_text(const struct look_node *n, char note[NOTE_BYTES])
{
    char value[32], adjoint[32];
    double slope = look_rms(n, n->adjoint_norm);
    ew_number_text(look_rms(n, n->norm), 3, value);
    ew_number_text(slope, 3, adjoint);
    snprintf(note, NOTE_BYTES, slope == slope ? "|%s|, ∂ |%s|" : "|%s|", value, adjoint);
}

/* By node: how large its values and the loss's derivatives by them are. */
static void draw_norms(struct cli *c, ew_graph *g, const struct look *l, const char *format)
{
    size_t count = ew_node_count(g);
    const char **notes = cli_room(c, count, sizeof *notes);
    char(*texts)[NOTE_BYTES] = cli_room(c, l->count, sizeof *texts);
    struct drawing d = {.c = c, .g = g, .o = {.of = EW_NONE, .notes = notes}};
    for (size_t i = 0; notes && i < count; i++) notes[i] = NULL;
    for (size_t k = 0; notes && texts && k < l->count; k++) {
        ew_node n = ew_find(g, l->nodes[k].name);
        size_t i = n == EW_NONE ? SIZE_MAX : ew_node_index(g, n);
        note_text(&l->nodes[k], texts[k]);
        if (i != SIZE_MAX) notes[i] = texts[k];
    }
    if (!c->status) draw(&d, format);
    free(texts);
    free(notes);
}

static void draw_at(struct cli *c, const char *format)
{
    struct look l;
    if (!cli_at_alone(c)) return;
    if (look_read(&l, c, (const char *const *)c->words, c->word_count)) {
        c->word_count = 0; /* they were the data */
        ew_graph *g = cli_trained(c) ? cli_graph(c) : NULL;
        if (g) draw_norms(c, g, &l, format);
        ew_graph_free(g);
    }
    look_free(&l);
}

int cli_draw(struct cli *c)
{
    if (!c->output || strcmp(c->output, "-") == 0) return cli_fail(c, FAULT_NEEDS_OPTION, "draw", "-o FILE.svg");
    const char *format = ending_of(c);
    if (format && c->at) draw_at(c, format);
    ew_graph *g = format && !c->at ? cli_graph(c) : NULL;
    if (g) draw_graph(c, g, format);
    ew_graph_free(g);
    return c->status;
}
