/*
 * print.c - graph → text. A node is written by its row's form; arguments by their names, unnamed
 * ones whole, in brackets where the form needs them.
 *
 * A node with axes is written at a place: each open form knows a text for each axis of its domain ("n",
 * "t - 1"), and an argument's places follow from them by the map of its use. Where nothing gives a name to an
 * axis it is called i, j, k … whatever is free there.
 *
 * An explicit stack replaces recursion; `most` bounds the length, since unnamed parts shared many
 * times could write exponentially much. (Gathers inside brackets are printed by a printer of their own, at
 * most PRINT_INSIDE deep.)
 */
#include <string.h>

#include "graph/axes.h"

/* Forms open at once before a cut text gives up looking for its first letter: the derivative of a
 * chain of a million nodes is a product nested as deep, and a million labels would cost its square. */
enum { PRINT_DEPTH = 512, PRINT_INSIDE = 6 };

typedef enum print_kind { PRINT_FORM, PRINT_CALL, PRINT_REDUCE, PRINT_SCATTER, PRINT_JOIN, PRINT_THROUGH } print_kind;

typedef struct print_frame {
    ew_node node;
    const char *form;
    uint32_t axes;  /* the first of its domain's texts, in printer.axes */
    uint32_t chars; /* how much of printer.chars was there before it */
    uint16_t next;  /* of the arguments, where there is no form */
    uint8_t kind;
    bool bracket;
} print_frame;

typedef struct printer {
    const ew_graph *g;
    text *out;
    size_t end; /* out->count may not pass this */
    bool exact, full;
    unsigned inside; /* how many printers are around this one */
    ARRAY(print_frame) stack;
    ARRAY(uint32_t) axes; /* where each axis's text begins in chars */
    ARRAY(char) chars;    /* ended by NULs */
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

/* ---- Texts of axes ----------------------------------------------------------------------------- */

static const char *axis_text(const printer *p, uint32_t axes, size_t i)
{
    return axes + i < p->axes.count ? p->chars.at + p->axes.at[axes + i] : "?";
}

static bool axis_push(printer *p, const char *s)
{
    size_t count = strlen(s) + 1;
    char copy[64];
    if (count > sizeof copy) { /* s may lie in chars, which moves */
        count = sizeof copy;
        memcpy(copy, s, count - 4);
        memcpy(copy + count - 4, "…", 4);
    } else {
        memcpy(copy, s, count);
    }
    if (!array_reserve(p->out->m, &p->chars, count) || !array_push(p->out->m, &p->axes, (uint32_t)p->chars.count)) {
        print_failed(p);
        return false;
    }
    memcpy(p->chars.at + p->chars.count, copy, count);
    p->chars.count += count;
    return true;
}

static bool axis_is_taken(const printer *p, const char *s)
{
    for (size_t i = 0; i < p->axes.count; i++)
        if (strcmp(p->chars.at + p->axes.at[i], s) == 0) return true;
    uint32_t name = graph_lookup(p->g, s, strlen(s));
    return name && p->g->names.at[name].node != EW_NONE;
}

/* A name for an axis: the one it was written with, where that is free here, else a letter. */
static bool axis_push_new(printer *p, uint32_t given)
{
    static const char letters[] = "ijklmnpqrstuvw";
    char s[32] = "i";
    if (given && !axis_is_taken(p, graph_name_text(p->g, given))) return axis_push(p, graph_name_text(p->g, given));
    for (size_t i = 0; letters[i]; i++) {
        s[0] = letters[i];
        if (!axis_is_taken(p, s)) return axis_push(p, s);
    }
    for (size_t i = 1; i < 1000; i++) {
        s[0] = 'i';
        s[1 + count_text(i, s + 1)] = '\0';
        if (!axis_is_taken(p, s)) break;
    }
    return axis_push(p, s);
}

static bool text_is_compound(const char *s)
{
    return strpbrk(s, "+-* ") != NULL;
}

/* "2*(t - 1) + u" from a map's axis; its gather, if any, is printed by the caller. */
static void index_text(const printer *p, const map_draft *d, uint32_t axes, text *t)
{
    for (size_t i = 0; i < d->terms; i++) {
        int64_t f = d->factor[i], size = f < 0 ? -f : f;
        const char *s = axis_text(p, axes, d->axis[i]);
        if (i)
            text_add(t, f < 0 ? " - " : " + ");
        else if (f < 0)
            text_add(t, "-");
        if (size != 1) text_format(t, "%lld*", (long long)size);
        bool bracket = text_is_compound(s) && (size != 1 || f < 0);
        text_format(t, bracket ? "(%s)" : "%s", s);
    }
    if (d->terms == 0)
        text_format(t, "%lld", (long long)d->offset);
    else if (d->offset)
        text_format(t, d->offset < 0 ? " - %lld" : " + %lld", (long long)(d->offset < 0 ? -d->offset : d->offset));
}

static bool print_inside(printer *p, ew_node n, uint32_t from, uint16_t map, uint32_t axes, text *t);

/* The place of target axis q of a map used by node `user` (whose domain's texts begin at `axes`). */
static bool place_text(printer *p, ew_node user, uint16_t map, size_t q, uint32_t axes, text *t)
{
    map_draft d = map_axis(p->g, map, q);
    if (!d.gather) {
        index_text(p, &d, axes, t);
        return true;
    }
    ew_node n = node_arg(p->g, user, d.gather);
    return print_inside(p, n, user, use_map(p->g, user, d.gather), axes, t);
}

/* Pushes a text for each axis of an argument. */
static bool push_places(printer *p, ew_node user, uint16_t map, size_t rank, uint32_t axes)
{
    text t;
    bool ok = true;
    text_begin(&t, p->out->m);
    for (size_t q = 0; ok && q < rank; q++) {
        text_clear(&t);
        ok = place_text(p, user, map, q, axes, &t) && !t.failed && axis_push(p, text_string(&t));
    }
    text_free(&t);
    if (!ok) print_failed(p);
    return ok;
}

static void print_places(printer *p, uint32_t axes, size_t rank)
{
    for (size_t q = 0; q < rank; q++) {
        print_bytes(p, q ? ", " : "[", q ? 2 : 1);
        print_string(p, axis_text(p, axes, q));
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

static print_kind kind_of(const printer *p, const graph_node *node)
{
    if (op_is_reduction(node->op) || node->op == OP_DIFF) return PRINT_REDUCE;
    if (node->op == OP_SCATTER) return PRINT_SCATTER;
    if (node->op == OP_JOIN) return PRINT_JOIN;
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
    for (size_t q = own; q < all && node->op != OP_DIFF; q++) {
        size_t at = p->axes.count;
        if (!axis_push_new(p, graph_index_name(p->g, n, q))) return;
        if (q > own) print_bytes(p, ", ", 2);
        print_string(p, axis_text(p, (uint32_t)at, 0));
    }
    if (node->op != OP_DIFF) print_bytes(p, ": ", 2);
}

/* "sum(n, t: if token[n, t] == i then ": a scatter as the sum it is; its own axes come first among the
 * texts, then those of the domain. Returns where the latter begin. */
static uint32_t print_open_scatter(printer *p, ew_node n, uint32_t own)
{
    const graph_node *node = node_at(p->g, n);
    uint32_t axes = (uint32_t)p->axes.count;
    text t;
    print_string(p, "sum(");
    for (size_t q = 0; q < shape_rank(p->g, node->domain); q++) {
        if (!axis_push_new(p, 0)) return axes;
        print_string(p, q ? ", " : "");
        print_string(p, axis_text(p, axes, q));
    }
    print_string(p, ": if ");
    text_begin(&t, p->out->m);
    for (size_t q = 0; q < node_rank(p->g, n); q++) {
        text_clear(&t);
        if (!place_text(p, n, node->target, q, axes, &t)) break;
        if (q) print_string(p, " and ");
        print_string(p, text_string(&t));
        print_string(p, " == ");
        print_string(p, axis_text(p, own, q));
    }
    text_free(&t);
    print_string(p, " then ");
    return axes;
}

/* Opens a node's form; the texts of its own axes begin at `axes` (the last ones pushed), `chars` is where
 * theirs begin. */
static void print_push(printer *p, ew_node n, int need, uint32_t axes, uint32_t chars)
{
    const graph_node *node = &p->g->nodes.at[n];
    const op_row *row = ops_row((op)node->op);
    print_kind kind = kind_of(p, node);
    if (node->op == OP_CONST) {
        print_constant(p, n, need);
        return;
    }
    print_frame f = {n, row->form, axes, chars, 0, (uint8_t)kind, false};
    f.bracket = kind == PRINT_FORM && row->level < need && node->op != OP_COPY;
    if (f.bracket) print_bytes(p, "(", 1);
    if (kind == PRINT_CALL) {
        print_string(p, row->call ? row->call : row->name);
        print_bytes(p, "(", 1);
    }
    if (kind == PRINT_JOIN) print_bytes(p, "[", 1);
    if (kind == PRINT_REDUCE) print_open_reduction(p, n);
    if (kind == PRINT_SCATTER) f.axes = print_open_scatter(p, n, axes);
    if (p->stack.count > PRINT_DEPTH && p->stack.count > p->end - p->out->count) {
        p->full = true; /* each open form writes something yet: it cannot fit */
        text_add(p->out, "…");
    }
    if (!p->full && !array_push(p->out->m, &p->stack, f)) print_failed(p);
}

static void print_pop(printer *p)
{
    const print_frame *f = &p->stack.at[--p->stack.count];
    if (f->axes <= p->axes.count && p->stack.count == 0) return;
    if (!p->stack.count) return;
    while (p->axes.count && p->axes.at[p->axes.count - 1] >= f->chars) p->axes.count--;
    p->chars.count = f->chars;
}

/* What a state is called is what its recurrence is called. */
static uint32_t print_name(const printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    if (node->op != OP_STATE) return node->name;
    ew_node loop = node_state(p->g, n)->loop;
    return loop == EW_NONE ? 0 : node_at(p->g, loop)->name;
}

/* A leaf without a name: an index, a dimension, a state. */
static bool print_leaf(printer *p, ew_node n, int need, uint32_t axes)
{
    const graph_node *node = node_at(p->g, n);
    if (node->op == OP_INDEX) {
        int64_t start = (int64_t)node_value(p->g, node_arg(p->g, n, 0));
        char digits[32];
        bool bracket = (start || text_is_compound(axis_text(p, axes, 0))) && need > ops_row(OP_ADD)->level;
        if (bracket) print_bytes(p, "(", 1);
        print_string(p, axis_text(p, axes, 0));
        if (start) {
            print_string(p, start < 0 ? " - " : " + ");
            print_bytes(p, digits, count_text((size_t)(start < 0 ? -start : start), digits));
        }
        if (bracket) print_bytes(p, ")", 1);
        return true;
    }
    if (node->op == OP_SIZE) {
        uint32_t name = p->g->unknown.at[node->extra];
        print_string(p, name ? graph_name_text(p->g, name) : "?");
        return true;
    }
    if (node->op != OP_STATE) return false;
    print_string(p, "…");
    print_places(p, axes, node_rank(p->g, n));
    return true;
}

/* A node at the places pushed last, from `axes` on. */
static void print_node(printer *p, ew_node n, int need, uint32_t axes, uint32_t chars)
{
    uint32_t name = print_name(p, n);
    if (name) {
        print_bytes(p, graph_name_text(p->g, name), p->g->names.at[name].count);
        print_places(p, axes, node_rank(p->g, n));
    } else if (!print_leaf(p, n, need, axes)) {
        print_push(p, n, need, axes, chars);
        return;
    }
    p->axes.count = axes;
    p->chars.count = chars;
}

/* Argument k of an open form. */
static void print_operand(printer *p, const print_frame *f, size_t k, int need)
{
    ew_node n = node_arg(p->g, f->node, k);
    uint32_t axes = (uint32_t)p->axes.count, chars = (uint32_t)p->chars.count, from = f->axes;
    size_t rank = node_rank(p->g, n);
    ew_node user = f->node;
    if (kind_of(p, node_at(p->g, user)) == PRINT_JOIN || node_at(p->g, user)->op == OP_LOOP ||
        node_at(p->g, user)->op == OP_DIFF) {
        for (size_t q = 0; q < rank; q++)
            if (!axis_push_new(p, graph_index_name(p->g, n, q))) return;
    } else if (rank && !push_places(p, user, use_map(p->g, user, k), rank, from)) {
        return;
    }
    print_node(p, n, need, axes, chars);
}

/* f(x, y), sum(j: x), [x, y]: arguments one after another. */
static void print_list_step(printer *p)
{
    print_frame *f = &p->stack.at[p->stack.count - 1];
    const graph_node *node = &p->g->nodes.at[f->node];
    size_t count = f->kind == PRINT_CALL || f->kind == PRINT_JOIN || node->op == OP_DIFF ? node->count : 1;
    if (f->next == count) {
        if (f->kind == PRINT_SCATTER) print_string(p, " else 0");
        if (f->kind != PRINT_THROUGH) print_bytes(p, f->kind == PRINT_JOIN ? "]" : ")", 1);
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
    array_free(p->out->m, &p->axes);
    array_free(p->out->m, &p->chars);
    return !p->full;
}

/* An int that says a place, inside a bracket. */
static bool print_inside(printer *p, ew_node n, uint32_t user, uint16_t map, uint32_t axes, text *t)
{
    printer q = {.g = p->g, .out = t, .end = t->count + 200, .inside = p->inside + 1};
    bool ok = true;
    if (p->inside >= PRINT_INSIDE) {
        text_add(t, "…");
        return true;
    }
    for (size_t i = 0; ok && i < node_rank(p->g, n); i++) {
        text place;
        text_begin(&place, p->out->m);
        ok = place_text(p, user, map, i, axes, &place) && axis_push(&q, text_string(&place));
        text_free(&place);
    }
    if (ok) print_node(&q, n, 0, 0, 0);
    print_run(&q);
    return ok && !t->failed;
}

/* ---- From outside ------------------------------------------------------------------------------ */

/* A printer whose first texts are names for the axes of `of` (for a reduction: of its domain). */
static bool print_begin(printer *p, ew_node of)
{
    const graph_node *node = node_at(p->g, of);
    for (size_t q = 0; q < node_rank(p->g, of); q++)
        if (!axis_push_new(p, graph_index_name(p->g, of, q))) return false;
    return node->op != OP_NOT_FOUND;
}

static bool print_all(const ew_graph *g, ew_node n, ew_node of, bool operand, text *out, size_t most, bool exact)
{
    size_t end = most > SIZE_MAX - out->count ? SIZE_MAX : out->count + most;
    printer p = {.g = g, .out = out, .end = end, .exact = exact};
    const graph_node *node = &g->nodes.at[n];
    if (!print_begin(&p, of)) return print_run(&p);
    if (op_is_reduction(node_at(g, of)->op) && of != n)
        for (size_t q = node_rank(g, of); q < shape_rank(g, node_at(g, of)->domain); q++)
            axis_push_new(&p, graph_index_name(g, of, q));
    bool leaf = node->op == OP_INPUT || node->op == OP_PARAM;
    if (operand || leaf)
        print_node(&p, n, 0, 0, 0);
    else
        print_push(&p, n, 0, 0, 0);
    return print_run(&p);
}

bool graph_print(const ew_graph *g, ew_node n, text *out, size_t most, bool exact)
{
    return print_all(g, n, n, false, out, most, exact);
}

bool graph_print_operand(const ew_graph *g, ew_node n, text *out, size_t most)
{
    return print_all(g, n, n, true, out, most, false);
}

bool graph_print_at(const ew_graph *g, ew_node n, ew_node of, text *out, size_t most)
{
    return print_all(g, n, of, true, out, most, false);
}
