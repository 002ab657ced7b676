/*
 * print.c - graph → text. A node is written by its row's form; arguments by their names, unnamed
 * ones whole, in brackets where the form needs them.
 *
 * A node with axes is written at a place: the texts of places stand in a list beside the open forms
 * (places.h).
 *
 * An explicit stack replaces recursion; `most` bounds the length, since unnamed parts shared many
 * times could write exponentially much. (Gathers inside brackets are printed by a printer of their own, at
 * most PRINT_INSIDE deep.)
 */
#include <string.h>

#include "graph/places.h"
#include "graph/uses.h"

/* Forms open at once before a cut text gives up looking for its first letter: the derivative of a
 * chain of a million nodes is a product nested as deep, and a million labels would cost its square. */
enum { PRINT_DEPTH = 512, PRINT_WORDS_DEPTH = 64 };
enum { PRINT_WHOLE = -1 }; /* the level of what is no operand */

typedef enum print_kind {
    PRINT_FORM,
    PRINT_CALL,
    PRINT_REDUCE,
    PRINT_SCATTER,
    PRINT_JOIN,
    PRINT_EQUATIONS,
    PRINT_THROUGH
} print_kind;

typedef struct print_frame {
    ew_node node;
    const char *form;
    uint32_t axes;                /* the first of its domain's texts among the places */
    uint32_t own_axes, own_chars; /* how many there were before its own */
    uint32_t name;                /* of the left sides of equations, or 0 */
    uint16_t next;                /* of the arguments, where there is no form */
    uint8_t kind;
    bool bracket;
} print_frame;

typedef struct printer {
    const ew_graph *g;
    text *out;
    size_t end; /* out->count may not pass this */
    bool exact, full;
    bool words; /* names that were made for parts are written out */
    ARRAY(print_frame) stack;
    places places; /* of the open forms */
} printer;

static void print_bytes(printer *p, const char *s, size_t count)
{
    if (p->full) return;
    if (p->out->count + count > p->end) {
        p->full = true;
        text_add(p->out, "…");
        return;
    }
    text_addn(p->out, s, count);
}

static void print_string(printer *p, const char *s)
{
    print_bytes(p, s, strlen(s));
}

static void print_failed(printer *p)
{
    p->out->failed = p->full = true;
}

static void print_constant(printer *p, ew_node n, int need)
{
    char buffer[32];
    int type;
    constant c = node_constant(p->g, n, &type);
    if (type == TYPE_BOOL) {
        print_bytes(p, c.real != 0 ? "true" : "false", c.real != 0 ? 4 : 5);
        return;
    }
    text whole;
    text_begin(&whole, p->out->m);
    if (type == TYPE_WHOLE)
        text_format(&whole, "%lld", (long long)c.whole);
    else
        text_addn(&whole, buffer, number_text(c.real, 0, buffer));
    bool bracket = text_string(&whole)[0] == '-' && need > LEVEL_NEG;
    if (bracket) print_bytes(p, "(", 1);
    print_bytes(p, text_string(&whole), whole.count);
    if (bracket) print_bytes(p, ")", 1);
    p->out->failed = p->out->failed || whole.failed;
    text_free(&whole);
}

static void print_places(printer *p, size_t axes, size_t rank)
{
    for (size_t q = 0; q < rank; q++) {
        print_bytes(p, q ? ", " : "[", q ? 2 : 1);
        print_string(p, places_text(&p->places, axes, q));
    }
    if (rank) print_bytes(p, "]", 1);
}

/* ---- Forms ------------------------------------------------------------------------------------- */

/* Helper operations and many arguments are written name(…); the rest by the form. */
static bool as_call(const printer *p, const graph_node *node)
{
    const op_row *row = ops_row((op)node->op);
    return (row->count == 0 && node->count != 2) || (p->exact && (row->flags & OP_HELP));
}

static print_kind print_kind_of(const printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    if (op_is_reduction(node->op) || node->op == OP_DIFF) return PRINT_REDUCE;
    if (node->op == OP_SCATTER) return PRINT_SCATTER;
    if (node->op == OP_JOIN) return graph_is_equations(p->g, n) ? PRINT_EQUATIONS : PRINT_JOIN;
    if (op_is_structure(node->op)) return PRINT_THROUGH;
    return as_call(p, node) ? PRINT_CALL : PRINT_FORM;
}

/* "sum(j: ", and the texts of the reduced axes */
static void print_open_reduction(printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    size_t own = node_rank(p->g, n), all = shape_rank(p->g, node->domain);
    const char *name = node->op == OP_LEAST ? "min" : node->op == OP_GREATEST ? "max" : ops_row((op)node->op)->name;
    print_string(p, name);
    print_bytes(p, "(", 1);
    if (node->op == OP_DIFF) return;
    for (size_t q = own; q < all; q++) {
        size_t at = p->places.axes.count;
        if (!places_push_new(&p->places, graph_index_name(p->g, n, q))) return;
        if (q > own) print_bytes(p, ", ", 2);
        print_string(p, places_text(&p->places, at, 0));
    }
    print_bytes(p, ": ", 2);
}

/* "sum(n, t: if token[n, t] == i then ": a scatter as the sum it is. Returns where the texts of its domain
 * begin; those of its own axes begin at `own`. */
static size_t print_open_scatter(printer *p, ew_node n, size_t own)
{
    const graph_node *node = node_at(p->g, n);
    size_t axes = p->places.axes.count;
    text t;
    print_string(p, "sum(");
    if (!places_push_domain(&p->places, n)) return axes;
    for (size_t q = 0; q < shape_rank(p->g, node->domain); q++) {
        print_string(p, q ? ", " : "");
        print_string(p, places_text(&p->places, axes, q));
    }
    print_string(p, ": if ");
    text_begin(&t, p->out->m);
    for (size_t q = 0; q < node_rank(p->g, n); q++) {
        text_clear(&t);
        if (!places_axis(&p->places, n, node->target, q, axes, &t)) break;
        print_string(p, q ? " and " : "");
        print_string(p, text_string(&t));
        print_string(p, " == ");
        print_string(p, places_text(&p->places, own, q));
    }
    text_free(&t);
    print_string(p, " then ");
    return axes;
}

/* What is written for a node: for a recurrence what it computes, if that has no name. */
static ew_node print_meant(const printer *p, ew_node n)
{
    ew_node d = graph_equation(p->g, n);
    const graph_node *node = node_at(p->g, d);
    return node->name || op_is_leaf(node->op) || graph_is_quiet(p->g, d) ? n : d;
}

/* Opens a node's form. The texts of its own axes are the last ones, from `axes` on; before them there were
 * `chars` bytes. */
static void print_push(printer *p, ew_node n, int need, size_t axes, size_t chars)
{
    uint32_t name = node_at(p->g, n)->name;
    n = print_meant(p, n);
    const graph_node *node = &p->g->nodes.at[n];
    const op_row *row = ops_row((op)node->op);
    print_kind kind = print_kind_of(p, n);
    if (node->op == OP_CONST) {
        print_constant(p, n, need);
        return;
    }
    print_frame f = {n, row->form, (uint32_t)axes, (uint32_t)axes, (uint32_t)chars, 0, 0, (uint8_t)kind, false};
    f.bracket = kind == PRINT_FORM && row->level < need && node->op != OP_COPY;
    f.name = name;
    if (f.bracket) print_bytes(p, "(", 1);
    if (kind == PRINT_CALL) {
        print_string(p, row->call ? row->call : row->name);
        print_bytes(p, "(", 1);
    }
    if (kind == PRINT_EQUATIONS && need >= 0) print_bytes(p, "{", 1);
    if (kind == PRINT_EQUATIONS) f.bracket = need >= 0;
    if (kind == PRINT_EQUATIONS) places_pop(&p->places, axes, chars); /* each has its own */
    if (kind == PRINT_REDUCE) print_open_reduction(p, n);
    if (kind == PRINT_SCATTER) f.axes = (uint32_t)print_open_scatter(p, n, axes);
    if (p->stack.count > (p->words ? PRINT_WORDS_DEPTH : PRINT_DEPTH) && p->stack.count > p->end - p->out->count) {
        p->full = true; /* each open form writes something yet: it cannot fit */
        text_add(p->out, "…");
    }
    if (!p->full && !array_push(p->out->m, &p->stack, f)) print_failed(p);
}

static void print_pop(printer *p)
{
    const print_frame *f = &p->stack.at[--p->stack.count];
    places_pop(&p->places, f->own_axes, f->own_chars);
}

/* What a state is called is what its recurrence is called. */
static uint32_t print_name(const printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    if (p->words && (node->flags & NODE_GENERATED)) return 0;
    ew_node loop = graph_recurrence(p->g, n);
    return loop == EW_NONE ? 0 : node_at(p->g, loop)->name;
}

static void print_index(printer *p, ew_node n, int need, size_t axes)
{
    const char *s = places_text(&p->places, axes, 0);
    int64_t start = (int64_t)node_value(p->g, node_arg(p->g, n, 0));
    char digits[24];
    bool bracket = (start || strpbrk(s, "+-* ")) && need > ops_row(OP_ADD)->level;
    if (bracket) print_bytes(p, "(", 1);
    print_string(p, s);
    if (start) {
        print_string(p, start < 0 ? " - " : " + ");
        print_bytes(p, digits, count_text((size_t)(start < 0 ? -start : start), digits));
    }
    if (bracket) print_bytes(p, ")", 1);
}

/* A leaf without a name: an index, a dimension, a state. */
static bool print_leaf(printer *p, ew_node n, int need, size_t axes)
{
    const graph_node *node = node_at(p->g, n);
    if (node->op == OP_INDEX) {
        print_index(p, n, need, axes);
    } else if (node->op == OP_SIZE) {
        uint32_t name = p->g->unknown.at[node->extra];
        print_string(p, name ? graph_name_text(p->g, name) : "?");
    } else if (node->op == OP_STATE) {
        print_string(p, "…");
        print_places(p, axes, node_rank(p->g, n));
    } else {
        return false;
    }
    return true;
}

/* A node at the places pushed last, from `axes` on. */
static void print_node(printer *p, ew_node n, int need, size_t axes, size_t chars)
{
    uint32_t name = print_name(p, n);
    if (name) {
        print_bytes(p, graph_name_text(p->g, name), p->g->names.at[name].count);
        print_places(p, axes, node_rank(p->g, n));
    } else if (!print_leaf(p, n, need, axes)) {
        print_push(p, n, need, axes, chars);
        if (node_at(p->g, n)->op != OP_CONST) return;
    }
    places_pop(&p->places, axes, chars);
}

/* Argument k of an open form; parts of a join have places of their own. */
static void print_operand(printer *p, const print_frame *f, size_t k, int need)
{
    ew_node n = node_arg(p->g, f->node, k), user = f->node;
    size_t axes = p->places.axes.count, chars = p->places.chars.count;
    unsigned o = node_at(p->g, user)->op;
    if (o == OP_JOIN   ? places_push_node(&p->places, n, false)
        : o == OP_DIFF ? places_push_side(&p->places, user, k, f->axes)
                       : places_push_use(&p->places, user, k, f->axes))
        print_node(p, n, need, axes, chars);
    else
        print_failed(p);
}

/* "h[t + 1, i]": where a part of a join goes by `map`; its own places begin at `axes`. */
static void print_left(printer *p, const print_frame *f, uint16_t map, size_t axes)
{
    text t;
    text_begin(&t, p->out->m);
    if (f->name) print_string(p, graph_name_text(p->g, f->name));
    for (size_t q = 0; q < node_rank(p->g, f->node); q++) {
        text_clear(&t);
        if (!places_axis(&p->places, f->node, map, q, axes, &t)) break;
        print_string(p, q ? ", " : "[");
        print_string(p, text_string(&t));
    }
    if (node_rank(p->g, f->node)) print_bytes(p, "]", 1);
    if (t.failed) print_failed(p);
    text_free(&t);
}

/* "h[t + 1, i] = " and what stands there, for part k of a join. */
static void print_equation(printer *p, const print_frame *f, size_t k)
{
    size_t axes = p->places.axes.count, chars = p->places.chars.count;
    ew_node part = node_arg(p->g, f->node, k);
    if (!places_push_node(&p->places, part, false)) {
        print_failed(p);
        return;
    }
    print_left(p, f, use_map(p->g, f->node, k), axes);
    print_string(p, " = ");
    print_node(p, part, 0, axes, chars);
}

/* Brackets of an array literal that open before its part k, or close after it. */
static void print_literal(printer *p, const print_frame *f, size_t k, bool open)
{
    ew_node n = f->node;
    for (size_t q = node_rank(p->g, n); q-- > 0;) {
        int64_t place = map_axis(p->g, use_map(p->g, n, k), q).offset;
        if (place != (open ? 0 : node_size(p->g, n, q) - 1)) return;
        print_bytes(p, open ? "[" : "]", 1);
    }
}

static void print_part(printer *p, const print_frame *f, size_t k)
{
    if (f->kind == PRINT_EQUATIONS) {
        if (k) print_bytes(p, "; ", 2);
        print_equation(p, f, k);
    } else {
        if (k) print_literal(p, f, k - 1, false);
        if (k) print_bytes(p, ", ", 2);
        print_literal(p, f, k, true);
        print_operand(p, f, k, 0);
    }
}

/* Equations and array literals. */
static void print_join_step(printer *p, print_frame *f)
{
    size_t count = node_at(p->g, f->node)->count;
    print_frame now = *f;
    if (f->next < count) {
        f->next++;
        print_part(p, &now, now.next);
        return;
    }
    if (f->kind == PRINT_JOIN && count) print_literal(p, &now, count - 1, false);
    if (f->bracket) print_bytes(p, "}", 1);
    print_pop(p);
}

/* f(x, y), sum(j: x): arguments one after another. */
static void print_list_step(printer *p)
{
    print_frame *f = &p->stack.at[p->stack.count - 1];
    const graph_node *node = &p->g->nodes.at[f->node];
    size_t count = f->kind == PRINT_CALL || node->op == OP_DIFF ? node->count : node->count ? 1 : 0;
    if (f->next == count) {
        if (f->kind == PRINT_SCATTER) print_string(p, " else 0");
        if (f->kind != PRINT_THROUGH) print_bytes(p, ")", 1);
        print_pop(p);
        return;
    }
    if (f->next) print_bytes(p, ", ", 2);
    size_t k = f->next++;
    if (node->op == OP_LOOP) k = node->extra - p->g->regions.at[node_state(p->g, f->node)->region].first;
    print_frame now = *f;
    print_operand(p, &now, k, 0);
}

static void print_step(printer *p)
{
    print_frame *f = &p->stack.at[p->stack.count - 1];
    if (f->kind == PRINT_EQUATIONS || f->kind == PRINT_JOIN) {
        print_join_step(p, f);
        return;
    }
    if (f->kind != PRINT_FORM) {
        print_list_step(p);
        return;
    }
    const op_row *row = ops_row((op)p->g->nodes.at[f->node].op);
    const char *piece;
    uint32_t count;
    int argument = ops_piece(&f->form, &piece, &count);
    if (argument == -2) {
        if (f->bracket) print_bytes(p, ")", 1);
        print_pop(p);
    } else if (argument == -1) {
        print_bytes(p, piece, count);
    } else {
        bool last = !*f->form; /* nothing follows: the right end of an operator */
        print_frame now = *f;
        print_operand(p, &now, (size_t)argument, last ? row->right : row->left);
    }
}

static bool print_run(printer *p)
{
    while (p->stack.count && !p->full) print_step(p);
    array_free(p->out->m, &p->stack);
    if (p->places.failed) p->out->failed = true;
    places_free(&p->places);
    return !p->full;
}

bool graph_print_inside(const ew_graph *g, ew_node n, places *at, text *t)
{
    printer p = {.g = g, .out = t, .end = t->count + 200, .places = *at};
    print_node(&p, n, 0, 0, 0);
    print_run(&p);
    *at = (places){.g = g, .m = at->m};
    return !t->failed;
}

/* ---- From outside ------------------------------------------------------------------------------ */

/* A printer whose places are those of `user` (domain: of its domain). */
static printer print_begin(const ew_graph *g, ew_node user, bool domain, bool words, text *out, size_t most)
{
    size_t end = most > SIZE_MAX - out->count ? SIZE_MAX : out->count + most;
    printer p = {.g = g, .out = out, .end = end, .words = words, .places = {.g = g, .m = out->m}};
    if (!places_push_node(&p.places, user, domain)) print_failed(&p);
    return p;
}

static bool print_all(const ew_graph *g, ew_node n, bool operand, text *out, size_t most, bool exact)
{
    printer p = print_begin(g, n, false, false, out, most);
    const graph_node *node = &g->nodes.at[n];
    bool leaf = node->op == OP_INPUT || node->op == OP_PARAM;
    p.exact = exact;
    if (!p.full && (operand || leaf))
        print_node(&p, n, 0, 0, 0);
    else if (!p.full)
        print_push(&p, n, PRINT_WHOLE, 0, 0);
    return print_run(&p);
}

bool graph_print(const ew_graph *g, ew_node n, text *out, size_t most, bool exact)
{
    return print_all(g, n, false, out, most, exact);
}

bool graph_print_equation(const ew_graph *g, ew_node n, text *out, size_t most)
{
    size_t start = out->count;
    bool leaf = op_is_leaf(node_at(g, n)->op) && node_at(g, n)->op != OP_CONST;
    if (leaf || graph_is_equations(g, n)) return print_all(g, n, false, out, most, false);
    if (node_at(g, n)->op == OP_JOIN && node_at(g, n)->name) /* v = [a, 3] */
        text_add(out, graph_name_text(g, node_at(g, n)->name));
    else if (!print_all(g, n, true, out, most, false))
        return false;
    text_add(out, " = ");
    size_t used = out->count - start;
    return print_all(g, n, false, out, most > used ? most - used : 0, false);
}

bool graph_print_operand(const ew_graph *g, ew_node n, text *out, size_t most)
{
    return print_all(g, n, true, out, most, false);
}

bool graph_print_at(const ew_graph *g, ew_node n, ew_node of, bool words, text *out, size_t most)
{
    printer p = print_begin(g, of, of != n, words, out, most);
    if (!p.full) print_node(&p, n, 0, 0, 0);
    return print_run(&p);
}

bool graph_print_words(const ew_graph *g, ew_node n, text *out, size_t most)
{
    size_t start = out->count;
    if (graph_print_at(g, n, n, true, out, most)) return true;
    if (out->failed || out->count - start > strlen("…")) return false;
    out->count = start; /* too deep to begin with */
    return graph_print_operand(g, n, out, most);
}

bool graph_print_lower(const ew_graph *g, ew_node user, size_t k, bool words, text *out, size_t most)
{
    printer p = print_begin(g, user, true, words, out, most);
    print_frame f = {.node = user};
    if (node_at(g, user)->op == OP_JOIN) places_pop(&p.places, 0, 0);
    bool scatter = node_at(g, user)->op == OP_SCATTER;
    if (scatter) f.axes = (uint32_t)p.places.axes.count;
    if (scatter && !places_push_domain(&p.places, user)) print_failed(&p);
    if (!p.full) print_operand(&p, &f, k, 0);
    return print_run(&p);
}

bool graph_print_upper(const ew_graph *g, ew_node to, ew_node user, size_t k, bool words, text *out, size_t most)
{
    size_t part = graph_equation_of(g, to, user, k);
    ew_node of = part == SIZE_MAX ? user : node_arg(g, graph_equation(g, to), part);
    printer p = print_begin(g, of, false, words, out, most);
    print_frame f = {.node = graph_equation(g, to), .name = node_at(g, to)->name};
    size_t own = p.places.axes.count;
    bool scatter = node_at(g, user)->op == OP_SCATTER && user == f.node;
    if (scatter && !places_push_domain(&p.places, user)) print_failed(&p);
    if (!p.full && scatter)
        print_left(&p, &f, node_at(g, user)->target, own);
    else if (!p.full && part == SIZE_MAX)
        print_node(&p, to, 0, 0, 0);
    else if (!p.full)
        print_left(&p, &f, use_map(g, f.node, part), 0);
    return print_run(&p);
}
