/*
 * latex.c - names, numbers and expressions as LaTeX, by the table's LaTeX forms.
 *
 * What comes out is read by three different readers: LaTeX itself, KaTeX or MathJax in Obsidian,
 * and GitHub, which forbids \operatorname and lets Markdown eat a backslash before punctuation. So
 * upright names are \mathrm, and "\," is a plain space.
 *
 * As in graph/print.c a stack replaces recursion and the length is bounded.
 */
#include <math.h>
#include <string.h>

#include "base/unicode.h"
#include "draw/draw.h"

enum { LATEX_MOST = 2000, LATEX_APPLIED = 9 }; /* "\sin x" binds like a power: brackets under one */

/* ---- Names ----------------------------------------------------------------------------------- */

static const char *const latex_greek[] = {/* from U+03B1 on; "" has no letter of its own */
                                          "alpha", "beta", "gamma", "delta",    "epsilon", "zeta", "eta",
                                          "theta", "iota", "kappa", "lambda",   "mu",      "nu",   "xi",
                                          "",      "pi",   "rho",   "varsigma", "sigma",   "tau",  "upsilon",
                                          "phi",   "chi",  "psi",   "omega"};

static const char *const latex_capitals[] = {"Gamma", "Delta", "Theta", "Lambda", "Xi",
                                             "Pi",    "Sigma", "Phi",   "Psi",    "Omega"};
static const unsigned latex_capital_codes[] = {0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9};

enum {
    LATEX_GREEK = sizeof latex_greek / sizeof latex_greek[0],
    LATEX_CAPITALS = sizeof latex_capitals / sizeof latex_capitals[0]
};

static const char *latex_letter(uint32_t code) /* θ: "theta"; NULL: none */
{
    if (code >= 0x3B1 && code - 0x3B1 < LATEX_GREEK && *latex_greek[code - 0x3B1]) return latex_greek[code - 0x3B1];
    for (size_t i = 0; i < LATEX_CAPITALS; i++)
        if (latex_capital_codes[i] == code) return latex_capitals[i];
    return NULL;
}

static bool latex_is_greek(const char *s, size_t n)
{
    for (size_t i = 0; i < LATEX_GREEK; i++)
        if (n && strlen(latex_greek[i]) == n && memcmp(latex_greek[i], s, n) == 0) return true;
    for (size_t i = 0; i < LATEX_CAPITALS; i++)
        if (strlen(latex_capitals[i]) == n && memcmp(latex_capitals[i], s, n) == 0) return true;
    return false;
}

static bool latex_ascii(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word of letters: one letter as it is, Greek by name, longer ones upright. */
static void latex_word(text *t, const char *s, size_t n)
{
    uint32_t code;
    const char *letter = utf8_decode(s, n, &code) == n ? latex_letter(code) : NULL;
    bool plain = true;
    for (size_t i = 0; i < n; i++) plain = plain && (unsigned char)s[i] < 128;
    if (letter)
        draw_say(t, "\\{1} ", letter, NULL, NULL);
    else if (latex_is_greek(s, n))
        text_char(t, '\\'), text_addn(t, s, n), text_char(t, ' ');
    else if (plain && n == 1)
        text_addn(t, s, n);
    else {
        text_add(t, plain ? "\\mathrm{" : "\\text{");
        text_addn(t, s, n);
        text_char(t, '}');
    }
}

/* w_11, w11, w0_1: the letters, and what follows them below. */
void latex_name(text *t, const char *name)
{
    size_t n = strlen(name), base = 0;
    while (base < n && (latex_ascii(name[base]) || (unsigned char)name[base] > 127)) base++;
    if (base == 0) base = name[0] == '_' ? 0 : n;
    if (base == 0)
        text_add(t, "\\_");
    else
        latex_word(t, name, base);
    bool open = false;
    for (size_t i = base; i < n;) {
        size_t end = i;
        while (end < n && name[end] != '_') end++;
        if (end > i) {
            text_add(t, open ? "," : "_{");
            open = true;
            bool digits = strspn(name + i, "0123456789") >= end - i;
            if (digits)
                text_addn(t, name + i, end - i);
            else
                latex_word(t, name + i, end - i);
        }
        i = end + 1;
    }
    if (open) text_char(t, '}');
}

void latex_number(text *t, double value, int digits)
{
    char buffer[32], *e;
    if (isnan(value) || isinf(value)) {
        text_add(t, isnan(value) ? "\\text{nan}" : value < 0 ? "-\\infty" : "\\infty");
        return;
    }
    number_text(value, digits, buffer);
    e = strchr(buffer, 'e');
    if (e) *e++ = '\0';
    text_add(t, buffer);
    if (e) draw_say(t, " \\cdot 10^{{1}}", e, NULL, NULL);
}

/* ---- Expressions ----------------------------------------------------------------------------- */

typedef struct latex_frame {
    ew_node node;
    const char *form;
    uint16_t next; /* of an operation with many arguments, where `form` is NULL */
    bool bracket;
    char before; /* the last character that is no space */
} latex_frame;

typedef struct latex_printer {
    const ew_graph *g;
    text *t;
    size_t end;
    bool full;
    ARRAY(latex_frame) stack;
} latex_printer;

/* How tightly the LaTeX form binds, which for calls is not what the text form says. */
static int latex_level(const op_row *row)
{
    int depth = 0, level = row->level;
    if (strncmp(row->latex, "\\frac", 5) == 0) return LATEX_APPLIED;
    if (level < LEVEL_ATOM) return level;
    for (const char *s = row->latex; *s; s++) {
        if (*s == '{' || *s == '(' || *s == '[') depth++;
        if (*s == '}' || *s == ')' || *s == ']') depth--;
        if (depth || strncmp(row->latex, "\\left", 5) == 0 || strncmp(row->latex, "\\lfloor", 7) == 0 ||
            strncmp(row->latex, "\\lceil", 6) == 0)
            continue;
        if (*s == '+' || (*s == '-' && s != row->latex)) return 6;
        if (strncmp(s, "\\,", 2) == 0 || strncmp(s, "\\bmod", 5) == 0) return 7;
        if (*s == ' ' && level > LATEX_APPLIED) level = LATEX_APPLIED;
    }
    return level;
}

static void latex_constant(latex_printer *p, ew_node n, int need)
{
    int type;
    constant c = node_constant(p->g, n, &type);
    double value = node_value(p->g, n);
    bool bracket = value < 0 && need > LEVEL_NEG;
    if (type == TYPE_BOOL) {
        text_add(p->t, c.real != 0 ? "\\text{true}" : "\\text{false}");
        return;
    }
    if (bracket) text_char(p->t, '(');
    if (type == TYPE_WHOLE)
        text_format(p->t, "%lld", (long long)c.whole);
    else
        latex_number(p->t, value, 0);
    if (bracket) text_char(p->t, ')');
}

static void latex_push(latex_printer *p, ew_node n, int need)
{
    const graph_node *node = node_at(p->g, n);
    const op_row *row = ops_row((op)node->op);
    if (node->op == OP_CONST) {
        latex_constant(p, n, need);
        return;
    }
    bool many = row->count == 0 && node->count != 2;
    latex_frame f = {n, many ? NULL : row->latex, 0, !many && node->op != OP_COPY && latex_level(row) < need, '{'};
    if (f.bracket) text_char(p->t, '(');
    if (many) text_addn(p->t, row->latex, strcspn(row->latex, "(") + 1);
    if (!array_push(p->t->m, &p->stack, f)) p->t->failed = p->full = true;
}

static void latex_operand(latex_printer *p, ew_node n, int need)
{
    const graph_node *node = node_at(p->g, n);
    if (node->name)
        latex_name(p->t, graph_name_text(p->g, node->name));
    else
        latex_push(p, n, need);
}

static void latex_many(latex_printer *p, latex_frame *f)
{
    const graph_node *node = node_at(p->g, f->node);
    if (f->next == node->count) {
        text_char(p->t, ')');
        p->stack.count--;
        return;
    }
    if (f->next) text_add(p->t, ", ");
    latex_operand(p, node_arg(p->g, f->node, f->next++), 0);
}

static void latex_literal(latex_printer *p, latex_frame *f, const char *piece, uint32_t count)
{
    bool named = count == 13 && memcmp(piece, "\\operatorname", 13) == 0;
    if (named)
        text_add(p->t, "\\mathrm");
    else if (count == 2 && piece[0] == '\\' && piece[1] == ',')
        text_char(p->t, ' ');
    else
        text_addn(p->t, piece, count);
    for (uint32_t i = 0; i < count; i++)
        if (piece[i] != ' ') f->before = piece[i];
}

/* An argument in braces, brackets or between commas needs none of its own. */
static int latex_need(const latex_frame *f, const op_row *row, bool last)
{
    const char *after = f->form + strspn(f->form, " ");
    bool open = strchr("{(|,", f->before), closed = *after && strchr("}),|", *after);
    if (open && (closed || strncmp(after, "\\right", 6) == 0)) return 0;
    if (row->level >= LEVEL_ATOM) return LEVEL_ATOM;
    return last ? row->right : row->left;
}

static void latex_step(latex_printer *p)
{
    latex_frame *f = &p->stack.at[p->stack.count - 1];
    if (!f->form) {
        latex_many(p, f);
        return;
    }
    const op_row *row = ops_row((op)node_at(p->g, f->node)->op);
    const char *piece;
    uint32_t count;
    int argument = ops_piece(&f->form, &piece, &count);
    if (argument == -2) {
        if (f->bracket) text_char(p->t, ')');
        p->stack.count--;
    } else if (argument == -1) {
        latex_literal(p, f, piece, count);
    } else {
        ew_node n = node_arg(p->g, f->node, (size_t)argument);
        int need = latex_need(f, row, !*f->form);
        f->before = 'x';
        latex_operand(p, n, need);
    }
}

/* false: too long, and what stands in t is not whole. */
static bool latex_run(latex_printer *p)
{
    while (p->stack.count && !p->full) {
        latex_step(p);
        if (p->t->count > p->end) p->full = true;
    }
    array_free(p->t->m, &p->stack);
    return !p->full;
}

bool latex_operation(const ew_graph *g, ew_node n, text *t)
{
    latex_printer p = {.g = g, .t = t, .end = t->count + LATEX_MOST};
    unsigned o = node_at(g, n)->op;
    if (o == OP_INPUT || o == OP_PARAM) return true;
    latex_push(&p, n, 0);
    return latex_run(&p);
}

bool latex_expression(const ew_graph *g, ew_node n, text *t)
{
    latex_printer p = {.g = g, .t = t, .end = t->count + LATEX_MOST};
    latex_operand(&p, n, 0);
    return latex_run(&p);
}
