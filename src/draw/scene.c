/*
 * scene.c - from a graph to what a picture of it shows: nodes and edges with their texts.
 *
 * All texts stand in one pool; a text is its offset there. What is too long for a picture is cut;
 * tables ask for the whole again.
 */
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"

enum { SCENE_DIGITS = 6, SCENE_TITLE_COLUMNS = 90, SCENE_WHOLE = 400 };

const char *scene_say(const scene *s, const char *sentence)
{
    return translate(s->language, sentence);
}

static bool scene_ok(const scene *s)
{
    return !s->pool.failed;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

/* Puts a text, cut to `most` columns, into the pool; 0 for an empty one. */
static size_t scene_keep(scene *s, const char *string, size_t most)
{
    size_t at = s->pool.count;
    if (!*string) return 0;
    draw_cut(&s->pool, string, most);
    text_addn(&s->pool, "", 1);
    return s->pool.failed ? 0 : at;
}

/* Without the sign of a zero, which means nothing to who looks. */
static void scene_number(text *t, double value)
{
    text_number(t, value != 0 ? value : 0, SCENE_DIGITS);
}

void scene_operation(const scene *s, const scene_node *n, text *t)
{
    if (n->kind != SCENE_INPUT && n->kind != SCENE_PARAM) graph_print(s->g, n->id, t, SCENE_WHOLE, false);
}

void scene_slope_name(const scene *s, text *t, const char *name)
{
    const char *of = s->options->derivative_of;
    const char *d = "∂";
    size_t n = of ? strlen(of) : 0, k = strlen(d);
    if (!of) {
        text_add(t, scene_say(s, "derivative"));
    } else if (n > k && strcmp(of + n - k, d) == 0) { /* ∂e/∂ */
        text_add(t, of);
        text_add(t, name);
    } else if (n > k && strncmp(of, "∂/", k + 1) == 0) { /* ∂/∂b */
        text_add(t, d);
        text_add(t, name);
        text_add(t, of + k);
    } else {
        text_add(t, of);
    }
}

void scene_partial(const scene *s, const scene_edge *e, text *t, bool brief)
{
    const double *numbers = s->options->partials;
    if (e->edge == SCENE_USE) return;
    if (node_rank(s->g, s->nodes.at[e->to].id) || node_rank(s->g, s->nodes.at[e->from].id)) numbers = NULL;
    if (numbers && brief) {
        scene_number(t, numbers[e->edge]);
        return;
    }
    graph_print_at(s->g, e->partial, s->nodes.at[e->to].id, t, SCENE_WHOLE);
    if (!numbers || node_is_const(s->g, e->partial)) return;
    text_add(t, " = ");
    scene_number(t, numbers[e->edge]);
}

/* "∂e/∂c = 2": a long name is cut, the number never. */
static size_t scene_slope(scene *s, const scene_node *n, text *t)
{
    text name;
    text_begin(&name, s->m);
    scene_slope_name(s, &name, scene_text(s, n->name));
    draw_cut(t, text_string(&name), SCENE_COLUMNS);
    text_add(t, " = ");
    graph_corner(s->g, n->id, s->options->derivatives + n->first, SCENE_DIGITS, t);
    if (name.failed) t->failed = true;
    text_free(&name);
    return scene_keep(s, text_string(t), SIZE_MAX);
}

static void scene_node_texts(scene *s, scene_node *n)
{
    const ew_draw_options *o = s->options;
    text t;
    text_begin(&t, s->m);
    graph_print_operand(s->g, n->id, &t, SCENE_WHOLE); /* its name, with its indices */
    n->name = scene_keep(s, text_string(&t), SCENE_COLUMNS);
    text_clear(&t);
    scene_operation(s, n, &t);
    n->operation = scene_keep(s, text_string(&t), SCENE_COLUMNS);
    text_clear(&t);
    if (o->values && !o->hide_values && n->kind != SCENE_FIXED) {
        text_add(&t, "= ");
        graph_corner(s->g, n->id, o->values + n->first, SCENE_DIGITS, &t);
        n->value = scene_keep(s, text_string(&t), SCENE_COLUMNS);
        text_clear(&t);
    }
    if (o->derivatives) n->slope = scene_slope(s, n, &t);
    if (t.failed) s->pool.failed = true;
    text_free(&t);
}

static void scene_edge_text(scene *s, scene_edge *e)
{
    text t;
    if (s->options->hide_edges || e->edge == SCENE_USE) return;
    text_begin(&t, s->m);
    scene_partial(s, e, &t, true);
    e->label = scene_keep(s, text_string(&t), SCENE_LABEL_COLUMNS);
    if (t.failed) s->pool.failed = true;
    text_free(&t);
}

/* ---- Nodes and edges ------------------------------------------------------------------------- */

static uint8_t scene_kind(const ew_graph *g, ew_node n)
{
    unsigned o = node_at(g, n)->op;
    return o == OP_INPUT ? SCENE_INPUT : o == OP_PARAM ? SCENE_PARAM : o == OP_CONST ? SCENE_FIXED : SCENE_STEP;
}

/* place[i] is the place in the scene of the i-th node that a person sees, or SCENE_USE. */
static void scene_reach(const scene *s, uint32_t *place, size_t count)
{
    ew_graph *g = s->g;
    size_t of = s->options->of == EW_NONE ? SIZE_MAX : ew_node_index(g, s->options->of);
    for (size_t i = 0; i < count; i++) place[i] = of == SIZE_MAX || i == of ? 0 : SCENE_USE;
    for (size_t i = count; i-- > 0;) {
        ew_node n = ew_node_at(g, i);
        if (place[i] == SCENE_USE) continue;
        for (size_t k = 0; k < node_at(g, n)->count; k++) {
            size_t from = ew_node_index(g, node_arg(g, n, k));
            if (from != SIZE_MAX) place[from] = 0;
        }
    }
}

static bool scene_nodes(scene *s, uint32_t *place, size_t count)
{
    size_t first = 0;
    for (size_t i = 0; i < count; i++) {
        scene_node n = {.id = ew_node_at(s->g, i), .index = (uint32_t)i, .first = first};
        first += graph_elements(s->g, n.id);
        if (place[i] == SCENE_USE) continue;
        n.kind = scene_kind(s->g, n.id);
        place[i] = (uint32_t)s->nodes.count;
        scene_node_texts(s, &n);
        if (!scene_ok(s) || !array_push(s->m, &s->nodes, n)) return false;
    }
    for (size_t i = 0; i < s->g->outputs.count; i++) {
        size_t k = ew_node_index(s->g, s->g->outputs.at[i]);
        if (k != SIZE_MAX && place[k] != SCENE_USE) s->nodes.at[place[k]].output = true;
    }
    s->roomy = s->nodes.count <= SCENE_ROOMY;
    return true;
}

static bool scene_add_edge(scene *s, scene_edge e)
{
    scene_edge_text(s, &e);
    s->nodes.at[e.from].used = true;
    if (e.highlight) s->nodes.at[e.from].highlight = s->nodes.at[e.to].highlight = true;
    return scene_ok(s) && array_push(s->m, &s->edges, e);
}

/* The graph's edges come by node, then by argument: walked along with the arguments. */
static bool scene_edges(scene *s, const uint32_t *place, size_t edge_count)
{
    const ew_graph *g = s->g;
    const unsigned char *marked = s->options->highlight;
    size_t next = 0;
    for (size_t i = 0; i < s->nodes.count; i++) {
        ew_node n = s->nodes.at[i].id;
        while (next < edge_count && ew_edge_at(g, next).to < n) next++;
        for (uint32_t k = 0; k < node_at(g, n)->count; k++) {
            size_t from = ew_node_index(g, node_arg(g, n, k));
            bool edge = next < edge_count && ew_edge_at(g, next).to == n && ew_edge_at(g, next).arg == k;
            uint32_t number = edge ? (uint32_t)next++ : SCENE_USE;
            if (from == SIZE_MAX) continue;
            scene_edge e = {place[from], (uint32_t)i, number, EW_NONE, 0, edge && marked && marked[number]};
            if (edge) e.partial = ew_edge_at(g, number).partial;
            if (!scene_add_edge(s, e)) return false;
        }
    }
    return true;
}

/* ---- The title ------------------------------------------------------------------------------- */

static bool scene_one_line(const ew_graph *g, size_t *from, size_t *to)
{
    *from = 0;
    *to = g->text_count;
    while (*from < *to && strchr(" \t\r\n", g->text[*from])) ++*from;
    while (*to > *from && strchr(" \t\r\n", g->text[*to - 1])) --*to;
    return *to > *from && !memchr(g->text + *from, '\n', *to - *from) &&
           utf8_width(g->text + *from, *to - *from) <= SCENE_TITLE_COLUMNS;
}

/* What no format could hold: control characters become spaces, bytes that are no UTF-8 U+FFFD. */
static void scene_clean(text *t, const char *s, size_t n)
{
    while (n) {
        uint32_t code;
        size_t k = utf8_decode(s, n, &code);
        if (k == 0)
            text_add(t, "\xEF\xBF\xBD");
        else if (code < 32 || code == 127)
            text_char(t, ' ');
        else
            text_addn(t, s, k);
        s += k ? k : 1;
        n -= k ? k : 1;
    }
}

/* The caller's; else the program if it is one short line; else the output's equation. */
static void scene_title(scene *s)
{
    size_t from, to;
    text t;
    text_begin(&t, s->m);
    if (s->options->title) {
        scene_clean(&t, s->options->title, strlen(s->options->title));
    } else if (s->options->of == EW_NONE && s->g->text && scene_one_line(s->g, &from, &to)) {
        scene_clean(&t, s->g->text + from, to - from);
    } else {
        for (size_t i = s->nodes.count; i-- > 0;) {
            if (s->options->of == EW_NONE ? !s->nodes.at[i].output : s->nodes.at[i].id != s->options->of) continue;
            text_add(&t, scene_text(s, s->nodes.at[i].name));
            if (s->nodes.at[i].operation) text_add(&t, " = ");
            scene_operation(s, &s->nodes.at[i], &t);
            break;
        }
    }
    s->title = scene_keep(s, text_string(&t), SCENE_TITLE_COLUMNS);
    if (t.failed) s->pool.failed = true;
    text_free(&t);
}

/* ---- Life ------------------------------------------------------------------------------------ */

bool scene_new(scene *s, ew_graph *g, const ew_draw_options *options, ew_error *err)
{
    *s = (scene){.g = g, .options = options, .m = &g->memory, .language = g->language};
    text_begin(&s->pool, s->m);
    text_addn(&s->pool, "", 1); /* offset 0: no text */
    ew_error inner = {0};
    size_t edges = ew_edge_count(g, &inner), count = ew_node_count(g);
    if (inner.status != EW_OK) {
        *err = inner;
        return false;
    }
    uint32_t *place = block_new(s->m, count, sizeof *place);
    bool ok = place && scene_ok(s);
    if (ok) {
        scene_reach(s, place, count);
        ok = scene_nodes(s, place, count) && scene_edges(s, place, edges);
    }
    if (ok) scene_title(s);
    block_free(s->m, place, count);
    return ok && scene_ok(s);
}

void scene_free(scene *s)
{
    array_free(s->m, &s->nodes);
    array_free(s->m, &s->edges);
    text_free(&s->pool);
}

const char *scene_kind_name(const scene *s, const scene_node *n)
{
    static const char *const kinds[SCENE_KINDS] = /* catalogue */ {"", "input", "parameter", "constant"};
    return n->kind == SCENE_STEP ? "" : scene_say(s, kinds[n->kind]);
}

const char *scene_value_text(const scene *s, const scene_node *n)
{
    return scene_text(s, n->value ? n->value + 2 : n->kind == SCENE_FIXED ? n->operation : 0);
}

/* ---- In words -------------------------------------------------------------------------------- */

void scene_summary(const scene *s, text *t)
{
    char nodes[32], edges[32];
    size_t count = 0;
    for (size_t i = 0; i < s->edges.count; i++) count += s->edges.at[i].edge != SCENE_USE;
    number_text((double)s->nodes.count, 0, nodes);
    number_text((double)count, 0, edges);
    if (s->title)
        draw_say(t, scene_say(s, "Computational graph of {1}."), scene_text(s, s->title), NULL, NULL);
    else
        text_add(t, scene_say(s, "Computational graph."));
    text_char(t, ' ');
    draw_say(t,
             scene_say(s, "Nodes: {1}, edges: {2}. Inputs are at the bottom, the output is on top; every edge "
                          "bears the derivative of its upper node by its lower node."),
             nodes, edges, NULL);
}

static void scene_sentence_edge(const scene *s, const scene_edge *e, text *t)
{
    text d;
    const char *from = scene_text(s, s->nodes.at[e->from].name);
    text_begin(&d, t->m);
    scene_partial(s, e, &d, s->options->partials != NULL);
    if (e->edge == SCENE_USE)
        draw_say(t, scene_say(s, "uses {1}"), from, NULL, NULL);
    else
        draw_say(t, scene_say(s, "from {1} with derivative {2}"), from, text_string(&d), NULL);
    if (e->highlight) text_add(t, scene_say(s, " (on the path)"));
    if (d.failed) t->failed = true;
    text_free(&d);
}

size_t scene_sentence(const scene *s, size_t node, size_t e, text *t)
{
    const scene_node *n = &s->nodes.at[node];
    text_add(t, scene_text(s, n->name));
    if (n->kind != SCENE_STEP) draw_say(t, " ({1})", scene_kind_name(s, n), NULL, NULL);
    if (n->operation) text_add(t, " = ");
    scene_operation(s, n, t);
    if (n->value) text_char(t, ' ');
    text_add(t, scene_text(s, n->value));
    if (n->slope) text_add(t, ", ");
    text_add(t, scene_text(s, n->slope));
    for (bool first = true; e < s->edges.count && s->edges.at[e].to == node; e++, first = false) {
        text_add(t, first ? "; " : ", ");
        scene_sentence_edge(s, &s->edges.at[e], t);
    }
    text_char(t, '.');
    return e;
}
