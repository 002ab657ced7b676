/*
 * print.c - graph → text. A node is written by its row's form; arguments by their names, unnamed
 * ones whole, in brackets where the form needs them.
 *
 * An explicit stack replaces recursion; `most` bounds the length, since unnamed parts shared many
 * times could write exponentially much.
 */
#include <string.h>

#include "graph/graph.h"

/* Forms open at once before a cut text gives up looking for its first letter: the derivative of a
 * chain of a million nodes is a product nested as deep, and a million labels would cost its square. */
enum { PRINT_DEPTH = 512 };

typedef struct print_frame {
    ew_node node;
    const char *form;
    uint16_t next; /* of a function's arguments, where `form` is NULL */
    bool bracket;
} print_frame;

typedef struct printer {
    const ew_graph *g;
    text *out;
    size_t end; /* out->count may not pass this */
    bool exact, full;
    ARRAY(print_frame) stack;
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

/* Helper operations and many arguments are written name(…); the rest by the form. */
static bool as_call(const printer *p, const graph_node *node)
{
    const op_row *row = ops_row((op)node->op);
    return (row->count == 0 && node->count != 2) || (p->exact && (row->flags & OP_HELP));
}

static void print_push(printer *p, ew_node n, int need)
{
    const graph_node *node = &p->g->nodes.at[n];
    const op_row *row = ops_row((op)node->op);
    bool call = as_call(p, node);
    if (node->op == OP_CONST) {
        print_constant(p, n, need);
        return;
    }
    print_frame f = {n, call ? NULL : row->form, 0, !call && row->level < need && node->op != OP_COPY};
    if (f.bracket) print_bytes(p, "(", 1);
    if (call) {
        const char *name = row->call ? row->call : row->name;
        print_bytes(p, name, strlen(name));
        print_bytes(p, "(", 1);
    }
    if (p->stack.count > PRINT_DEPTH && p->stack.count > p->end - p->out->count) {
        p->full = true; /* each open form writes something yet: it cannot fit */
        text_add(p->out, "…");
    }
    if (!p->full && !array_push(p->out->m, &p->stack, f)) p->out->failed = p->full = true;
}

static void print_operand(printer *p, ew_node n, int need)
{
    const graph_node *node = &p->g->nodes.at[n];
    if (node->name)
        print_bytes(p, graph_name_text(p->g, node->name), p->g->names.at[node->name].count);
    else
        print_push(p, n, need);
}

static void print_call_step(printer *p, print_frame *f)
{
    const graph_node *node = &p->g->nodes.at[f->node];
    if (f->next == node->count) {
        print_bytes(p, ")", 1);
        p->stack.count--;
        return;
    }
    if (f->next) print_bytes(p, ", ", 2);
    print_operand(p, node_arg(p->g, f->node, f->next++), 0);
}

static void print_step(printer *p)
{
    print_frame *f = &p->stack.at[p->stack.count - 1];
    if (!f->form) {
        print_call_step(p, f);
        return;
    }
    const op_row *row = ops_row((op)p->g->nodes.at[f->node].op);
    const char *piece;
    uint32_t count;
    int argument = ops_piece(&f->form, &piece, &count);
    if (argument == -2) {
        if (f->bracket) print_bytes(p, ")", 1);
        p->stack.count--;
    } else if (argument == -1) {
        print_bytes(p, piece, count);
    } else {
        bool last = !*f->form; /* nothing follows: the right end of an operator */
        print_operand(p, node_arg(p->g, f->node, (size_t)argument), last ? row->right : row->left);
    }
}

static bool print_run(printer *p)
{
    while (p->stack.count && !p->full) print_step(p);
    array_free(p->out->m, &p->stack);
    return !p->full;
}

bool graph_print(const ew_graph *g, ew_node n, text *out, size_t most, bool exact)
{
    size_t end = most > SIZE_MAX - out->count ? SIZE_MAX : out->count + most;
    printer p = {g, out, end, exact, false, {0}};
    const graph_node *node = &g->nodes.at[n];
    if (node->op == OP_INPUT || node->op == OP_PARAM)
        print_operand(&p, n, 0);
    else
        print_push(&p, n, 0);
    return print_run(&p);
}

bool graph_print_operand(const ew_graph *g, ew_node n, text *out, size_t most)
{
    size_t end = most > SIZE_MAX - out->count ? SIZE_MAX : out->count + most;
    printer p = {g, out, end, false, false, {0}};
    print_operand(&p, n, 0);
    return print_run(&p);
}
