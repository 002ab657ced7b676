/*
 * scene.c - from a graph to what a picture of it shows: nodes and edges with their texts.
 *
 * All texts stand in one pool; a text is its offset there. What is too long for a picture is cut;
 * tables ask for the whole again.
 */
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"
#include "graph/uses.h"

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

const int64_t *scene_whole(const scene *s, const scene_node *n)
{
    return s->options->whole ? s->options->whole + n->first : NULL;
}

void scene_operation(const scene *s, const scene_node *n, text *t)
{
    if (n->kind == SCENE_STATE)
        text_add(t, scene_text(s, n->operation));
    else if (n->kind != SCENE_INPUT && n->kind != SCENE_PARAM)
        graph_print(s->g, n->id, t, SCENE_WHOLE, false);
}

void scene_equation(const scene *s, const scene_node *n, text *t)
{
    if (!n->equations) text_add(t, scene_text(s, n->name));
    if (!n->equations && n->operation) text_add(t, n->kind == SCENE_STATE ? ": " : " = ");
    text_add(t, scene_text(s, n->operation));
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
    if (!scene_is_edge(e)) return;
    if (node_rank(s->g, e->user) || node_rank(s->g, s->nodes.at[e->from].id)) numbers = NULL;
    if (numbers && brief) {
        scene_number(t, numbers[e->edge]);
        return;
    }
    graph_print_at(s->g, e->partial, e->user, false, t, SCENE_WHOLE);
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
    graph_corner(s->g, n->id, s->options->derivatives + n->first, NULL, SCENE_DIGITS, t);
    if (name.failed) t->failed = true;
    text_free(&name);
    return scene_keep(s, text_string(t), n->shape ? SCENE_COLUMNS + SCENE_LABEL_COLUMNS : SIZE_MAX);
}

/* "h[t, i]", and what of the recurrence its steps find there. */
static void scene_state_texts(scene *s, scene_node *n)
{
    const graph_state *state = node_state(s->g, n->id);
    const graph_region *r = &s->g->regions.at[state->region];
    const char *steps = /* catalogue */ "earlier steps";
    text t;
    if (r->down) steps = /* catalogue */ "later steps";
    bool inside = state->definition != EW_NONE && node_at(s->g, state->definition)->op == OP_LOOP;
    if (r->count > 1 || inside) steps = /* catalogue */ "steps so far";
    text_begin(&t, s->m);
    graph_print_at(s->g, n->id, state->loop == EW_NONE ? n->id : state->loop, false, &t, SCENE_WHOLE);
    n->name = scene_keep(s, text_string(&t), SCENE_COLUMNS);
    n->operation = scene_keep(s, scene_say(s, steps), SCENE_COLUMNS);
    if (t.failed) s->pool.failed = true;
    text_free(&t);
}

/* "= 3", or the caller's own line. */
static void scene_value(scene *s, scene_node *n, text *t)
{
    const ew_draw_options *o = s->options;
    size_t i = o->notes ? ew_node_index(s->g, n->id) : SIZE_MAX;
    if (n->kind == SCENE_FIXED) return;
    if (i != SIZE_MAX && o->notes[i]) {
        text_add(t, o->notes[i]);
    } else if (o->values && !o->hide_values) {
        text_add(t, "= ");
        graph_corner(s->g, n->id, o->values + n->first, scene_whole(s, n), SCENE_DIGITS, t);
    }
    n->value = scene_keep(s, text_string(t), SCENE_COLUMNS);
    text_clear(t);
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
    n->operation = scene_keep(s, text_string(&t), n->equations ? 2 * SCENE_COLUMNS : SCENE_COLUMNS);
    text_clear(&t);
    graph_shape_text(s->g, n->id, &t);
    n->shape = scene_keep(s, text_string(&t), SCENE_COLUMNS);
    text_clear(&t);
    scene_value(s, n, &t);
    if (o->derivatives) n->slope = scene_slope(s, n, &t);
    if (t.failed) s->pool.failed = true;
    text_free(&t);
}

static void scene_edge_text(scene *s, scene_edge *e)
{
    text t;
    if (s->options->hide_edges || !scene_is_edge(e)) return;
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

/* Marks what `n` uses; true where a recurrence above it was not marked yet. */
static bool scene_reach_uses(scene *s, ew_node n, graph_uses *uses, bool *again)
{
    if (!graph_uses_of(s->g, s->m, n, uses)) return false;
    for (size_t k = 0; k < uses->list.count; k++) {
        size_t from = ew_node_index(s->g, uses->list.at[k].from);
        if (from == SIZE_MAX) continue;
        *again = *again || (s->place[from] == SCENE_USE && use_returns(&uses->list.at[k], n));
        s->place[from] = 0;
    }
    return true;
}

/* What is to be seen gets place 0, the rest SCENE_USE. */
static bool scene_reach(scene *s)
{
    ew_graph *g = s->g;
    size_t of = s->options->of == EW_NONE ? SIZE_MAX : ew_node_index(g, s->options->of);
    graph_uses uses = {0};
    bool again = of != SIZE_MAX, ok = true;
    for (size_t i = 0; i < s->seen; i++) s->place[i] = of == SIZE_MAX || i == of ? 0 : SCENE_USE;
    while (again && ok) {
        again = false;
        for (size_t i = s->seen; ok && i-- > 0;)
            if (s->place[i] == 0) ok = scene_reach_uses(s, ew_node_at(g, i), &uses, &again);
    }
    graph_uses_free(s->m, &uses);
    return ok;
}

static bool scene_add_node(scene *s, scene_node n)
{
    if (n.kind == SCENE_STATE)
        scene_state_texts(s, &n);
    else
        scene_node_texts(s, &n);
    return scene_ok(s) && array_push(s->m, &s->nodes, n);
}

/* The state of a recurrence that is shown. */
static bool scene_add_state(scene *s, size_t k)
{
    const graph_state *state = &s->g->states.at[k];
    size_t loop = state->loop == EW_NONE ? SIZE_MAX : ew_node_index(s->g, state->loop);
    s->state_place[k] = SCENE_USE;
    if (loop == SIZE_MAX || s->place[loop] == SCENE_USE) return true;
    s->state_place[k] = (uint32_t)s->nodes.count;
    return scene_add_node(s, (scene_node){.id = state->state, .kind = SCENE_STATE});
}

/* Nodes and states by id: what is used comes first. */
static bool scene_nodes(scene *s)
{
    size_t first = 0, state = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < s->seen; i++) {
        scene_node n = {.id = ew_node_at(s->g, i), .index = (uint32_t)i, .first = first};
        first += graph_elements(s->g, n.id);
        while (ok && state < s->states && s->g->states.at[state].state < n.id) ok = scene_add_state(s, state++);
        if (s->place[i] == SCENE_USE) continue;
        n.kind = scene_kind(s->g, n.id);
        n.equations = graph_is_equations(s->g, n.id);
        s->place[i] = (uint32_t)s->nodes.count;
        ok = ok && scene_add_node(s, n);
    }
    for (; state < s->states; state++) s->state_place[state] = SCENE_USE;
    for (size_t i = 0; ok && i < s->g->outputs.count; i++) {
        size_t k = ew_node_index(s->g, s->g->outputs.at[i]);
        if (k != SIZE_MAX && s->place[k] != SCENE_USE) s->nodes.at[s->place[k]].output = true;
    }
    s->roomy = s->nodes.count <= SCENE_ROOMY;
    return ok;
}

static bool scene_add_edge(scene *s, scene_edge e)
{
    scene_edge_text(s, &e);
    s->nodes.at[e.from].used = true;
    if (e.highlight) s->nodes.at[e.from].highlight = s->nodes.at[e.to].highlight = true;
    return scene_ok(s) && array_push(s->m, &s->edges, e);
}

/* The place of what a use is of; of a return: of the state. */
static uint32_t scene_from(const scene *s, const graph_use *u, ew_node n)
{
    size_t from = ew_node_index(s->g, u->from);
    if (from == SIZE_MAX) return SCENE_USE;
    bool loop = node_at(s->g, u->from)->op == OP_LOOP && use_returns(u, n);
    return loop ? s->state_place[node_at(s->g, u->from)->extra] : s->place[from];
}

/* From a recurrence back to its state. */
static bool scene_return(scene *s, uint32_t to)
{
    ew_node n = s->nodes.at[to].id;
    uint32_t from = node_at(s->g, n)->op == OP_LOOP ? s->state_place[node_at(s->g, n)->extra] : SCENE_USE;
    scene_edge e = {.from = from, .to = to, .edge = SCENE_RETURN, .partial = EW_NONE, .user = n};
    return from == SCENE_USE || from >= to || scene_add_edge(s, e);
}

/* A node's edges; `next` is the number of its first. They come in the order of its uses. */
static bool scene_node_edges(scene *s, uint32_t to, graph_uses *uses, size_t *next)
{
    const unsigned char *marked = s->options->highlight;
    ew_node n = s->nodes.at[to].id;
    bool ok = graph_uses_of(s->g, s->m, n, uses);
    for (size_t k = 0; ok && k < uses->list.count; k++) {
        const graph_use *u = &uses->list.at[k];
        uint32_t from = scene_from(s, u, n), number = u->edge ? (uint32_t)(*next)++ : SCENE_USE;
        if (from == SCENE_USE || from >= to) continue;
        scene_edge e = {.from = from, .to = to, .edge = number, .partial = EW_NONE, .user = u->user};
        e.highlight = u->edge && marked && marked[number];
        if (u->edge) e.partial = ew_edge_at(s->g, number).partial;
        ok = scene_add_edge(s, e);
    }
    return ok && scene_return(s, to);
}

static bool scene_edges(scene *s, size_t edge_count)
{
    graph_uses uses = {0};
    size_t next = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < s->nodes.count; i++) {
        ew_node n = s->nodes.at[i].id;
        if (s->nodes.at[i].kind == SCENE_STATE) continue;
        while (next < edge_count && ew_edge_at(s->g, next).to < n) next++;
        ok = scene_node_edges(s, (uint32_t)i, &uses, &next);
    }
    graph_uses_free(s->m, &uses);
    return ok;
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

/* The node whose equation is the title: `of`, or the first output; SIZE_MAX: it is not seen. */
static size_t scene_head(const scene *s)
{
    ew_node of = s->options->of != EW_NONE ? s->options->of : ew_output_at(s->g, 0);
    for (size_t i = s->nodes.count; i-- > 0;)
        if (s->nodes.at[i].id == of) return i;
    return SIZE_MAX;
}

/* The caller's; else the program if it is one short line; else the output's equation. */
static void scene_title(scene *s)
{
    size_t from, to, head = scene_head(s);
    text t;
    text_begin(&t, s->m);
    if (s->options->title) {
        scene_clean(&t, s->options->title, strlen(s->options->title));
    } else if (s->options->of == EW_NONE && s->g->text && scene_one_line(s->g, &from, &to)) {
        scene_clean(&t, s->g->text + from, to - from);
    } else if (head != SIZE_MAX) {
        const scene_node *n = &s->nodes.at[head];
        if (!n->equations) text_add(&t, scene_text(s, n->name));
        if (!n->equations && n->operation) text_add(&t, " = ");
        scene_operation(s, n, &t);
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
    s->seen = count;
    s->states = g->states.count;
    s->place = block_new(s->m, s->seen, sizeof *s->place);
    s->state_place = block_new(s->m, s->states, sizeof *s->state_place);
    bool ok = s->place && s->state_place && scene_ok(s);
    ok = ok && scene_reach(s) && scene_nodes(s) && scene_edges(s, edges);
    if (ok) scene_title(s);
    return ok && scene_ok(s);
}

void scene_free(scene *s)
{
    array_free(s->m, &s->nodes);
    array_free(s->m, &s->edges);
    block_free(s->m, s->place, s->seen);
    block_free(s->m, s->state_place, s->states);
    text_free(&s->pool);
}

const char *scene_kind_name(const scene *s, const scene_node *n)
{
    static const char *const kinds[SCENE_KINDS] = /* catalogue */ {"", "input", "parameter", "constant", ""};
    return n->kind == SCENE_STEP || n->kind == SCENE_STATE ? "" : scene_say(s, kinds[n->kind]);
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
    for (size_t i = 0; i < s->edges.count; i++) count += scene_is_edge(&s->edges.at[i]);
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
    if (e->edge == SCENE_RETURN)
        draw_say(t, scene_say(s, "the next step finds it as {1}"), from, NULL, NULL);
    else if (e->edge == SCENE_USE)
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
    if (!n->equations) text_add(t, scene_text(s, n->name));
    if (*scene_kind_name(s, n)) draw_say(t, " ({1})", scene_kind_name(s, n), NULL, NULL);
    if (!n->equations && n->operation) text_add(t, n->kind == SCENE_STATE ? ": " : " = ");
    scene_operation(s, n, t);
    if (n->shape) draw_say(t, " ({1})", scene_text(s, n->shape), NULL, NULL);
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
