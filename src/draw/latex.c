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
#include "graph/places.h"
#include "graph/uses.h"

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

/* w_11, w11, w0_1: the letters, and what follows them below. True where the brace below is still open. */
static bool latex_name_open(text *t, const char *name)
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
    return open;
}

void latex_name(text *t, const char *name)
{
    if (latex_name_open(t, name)) text_char(t, '}');
}

/* A name, or the digits of a number, in the text of a place. */
static size_t latex_place_word(text *t, const char *s)
{
    char word[64];
    size_t n = 0;
    while (n + 1 < sizeof word && (latex_ascii(s[n]) || strchr("0123456789_", s[n]) || (unsigned char)s[n] > 127)) {
        if (!s[n]) break;
        n++;
    }
    memcpy(word, s, n);
    word[n] = '\0';
    if (s[n] == '[') text_char(t, '{'); /* it gets an index below of its own */
    if (word[0] >= '0' && word[0] <= '9')
        text_add(t, word);
    else
        latex_name(t, word);
    if (s[n] == '[') text_char(t, '}');
    return n;
}

/* The text of a place, "2*t - 1" or "token[n, t]", as LaTeX. */
static void latex_place(text *t, const char *s)
{
    static const char dots[] = "…";
    while (*s) {
        if (strncmp(s, dots, sizeof dots - 1) == 0) {
            text_add(t, "\\dots ");
            s += sizeof dots - 1;
        } else if (latex_ascii(*s) || strchr("0123456789_", *s) || (unsigned char)*s > 127) {
            s += latex_place_word(t, s);
        } else {
            if (*s == '[')
                text_add(t, "_{");
            else if (*s == ']')
                text_char(t, '}');
            else if (*s == '*')
                text_char(t, ' ');
            else if (strchr("+-,.()/<>=", *s))
                text_char(t, *s);
            s++;
        }
    }
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

typedef enum latex_kind { LATEX_FORM, LATEX_MANY, LATEX_BODY, LATEX_EQUATIONS, LATEX_LIST, LATEX_SLOPE } latex_kind;

typedef struct latex_frame {
    ew_node node;
    const char *form;
    uint32_t axes, own_axes, own_chars; /* as in print.c: of its domain, before its own */
    uint32_t name;                      /* of the left sides of equations */
    uint16_t next;                      /* of the arguments, where there is no form */
    uint8_t kind;
    bool bracket;
    char before; /* the last character that is no space */
} latex_frame;

typedef struct latex_printer {
    const ew_graph *g;
    text *t;
    size_t end;
    bool full;
    ARRAY(latex_frame) stack;
    places places; /* of the open forms */
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

/* ---- Places ---------------------------------------------------------------------------------- */

static void latex_fail(latex_printer *p)
{
    p->t->failed = p->full = true;
}

/* "h_{n,j}" with the places from `axes` on. */
static void latex_indexed(latex_printer *p, uint32_t name, size_t axes, size_t rank)
{
    bool open = latex_name_open(p->t, graph_name_text(p->g, name));
    for (size_t q = 0; q < rank; q++) {
        text_add(p->t, q ? "," : open ? ";" : "_{");
        latex_place(p->t, places_text(&p->places, axes, q));
    }
    if (open || rank) text_char(p->t, '}');
}

/* "\sum_{j} " */
static void latex_open_reduction(latex_printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    const char *latex = ops_row((op)node->op)->latex;
    size_t own = node_rank(p->g, n), all = shape_rank(p->g, node->domain);
    bool named = strncmp(latex, "\\operatorname", 13) == 0;
    text_add(p->t, named ? "\\mathrm" : latex);
    if (named) text_add(p->t, latex + 13);
    text_add(p->t, "_{");
    for (size_t q = own; q < all; q++) {
        size_t at = p->places.axes.count;
        if (!places_push_new(&p->places, graph_index_name(p->g, n, q))) return;
        if (q > own) text_char(p->t, ',');
        latex_place(p->t, places_text(&p->places, at, 0));
    }
    text_add(p->t, "} ");
}

/* "\sum_{n: token_{n} = i} ": a scatter as the sum it is. Returns where its domain's texts begin. */
static size_t latex_open_scatter(latex_printer *p, ew_node n, size_t own)
{
    const graph_node *node = node_at(p->g, n);
    size_t axes = p->places.axes.count;
    text t;
    text_add(p->t, "\\sum_{");
    if (!places_push_domain(&p->places, n)) return axes;
    for (size_t q = 0; q < shape_rank(p->g, node->domain); q++) {
        if (q) text_char(p->t, ',');
        latex_place(p->t, places_text(&p->places, axes, q));
    }
    text_begin(&t, p->t->m);
    for (size_t q = 0; q < node_rank(p->g, n); q++) {
        text_clear(&t);
        if (!places_axis(&p->places, n, node->target, q, axes, &t)) break;
        text_add(p->t, q ? ", " : ": ");
        latex_place(p->t, text_string(&t));
        text_add(p->t, " = ");
        latex_place(p->t, places_text(&p->places, own, q));
    }
    text_add(p->t, "} ");
    text_free(&t);
    return axes;
}

/* ---- Forms ----------------------------------------------------------------------------------- */

static latex_kind latex_kind_of(const latex_printer *p, ew_node n)
{
    const graph_node *node = node_at(p->g, n);
    if (op_is_reduction(node->op) || node->op == OP_SCATTER) return LATEX_BODY;
    if (node->op == OP_JOIN) return graph_is_equations(p->g, n) ? LATEX_EQUATIONS : LATEX_LIST;
    if (node->op == OP_DIFF) return LATEX_SLOPE;
    if (op_is_structure(node->op)) return LATEX_BODY; /* seen through */
    return ops_row((op)node->op)->count == 0 && node->count != 2 ? LATEX_MANY : LATEX_FORM;
}

static bool latex_sums(unsigned o)
{
    return op_is_reduction(o) || o == OP_SCATTER;
}

static void latex_open(latex_printer *p, latex_frame *f, int need)
{
    unsigned o = node_at(p->g, f->node)->op;
    const op_row *row = ops_row((op)o);
    if (f->kind == LATEX_FORM) f->bracket = o != OP_COPY && latex_level(row) < need;
    if (latex_sums(o)) f->bracket = need > 0;
    if (f->bracket) text_char(p->t, '(');
    if (f->kind == LATEX_MANY) text_addn(p->t, row->latex, strcspn(row->latex, "(") + 1);
    if (f->kind == LATEX_EQUATIONS) places_pop(&p->places, f->own_axes, f->own_chars);
    if (f->kind == LATEX_SLOPE) text_add(p->t, "\\frac{\\partial ");
    if (op_is_reduction(o)) latex_open_reduction(p, f->node);
    if (o == OP_SCATTER) f->axes = (uint32_t)latex_open_scatter(p, f->node, f->own_axes);
}

/* What a recurrence computes, if that has no name: see print.c. */
static ew_node latex_meant(const latex_printer *p, ew_node n)
{
    ew_node d = graph_equation(p->g, n);
    const graph_node *node = node_at(p->g, d);
    return node->name || op_is_leaf(node->op) || graph_is_quiet(p->g, d) ? n : d;
}

/* Opens a form at the places pushed last, from `axes` on. */
static void latex_push(latex_printer *p, ew_node n, int need, size_t axes, size_t chars)
{
    uint32_t name = node_at(p->g, n)->name;
    n = latex_meant(p, n);
    if (node_at(p->g, n)->op == OP_CONST) {
        latex_constant(p, n, need);
        places_pop(&p->places, axes, chars);
        return;
    }
    latex_kind kind = latex_kind_of(p, n);
    const char *form = kind == LATEX_FORM ? ops_row((op)node_at(p->g, n)->op)->latex : NULL;
    latex_frame f = {.node = n,
                     .form = form,
                     .axes = (uint32_t)axes,
                     .own_axes = (uint32_t)axes,
                     .own_chars = (uint32_t)chars,
                     .name = name,
                     .kind = (uint8_t)kind,
                     .before = '{'};
    latex_open(p, &f, need);
    if (!array_push(p->t->m, &p->stack, f)) latex_fail(p);
}

static void latex_pop(latex_printer *p)
{
    const latex_frame *f = &p->stack.at[--p->stack.count];
    places_pop(&p->places, f->own_axes, f->own_chars);
}

static uint32_t latex_called(const latex_printer *p, ew_node n)
{
    ew_node loop = graph_recurrence(p->g, n);
    return loop == EW_NONE ? 0 : node_at(p->g, loop)->name;
}

/* An index, a dimension, a state that has no name yet. */
static bool latex_leaf(latex_printer *p, ew_node n, int need, size_t axes)
{
    const graph_node *node = node_at(p->g, n);
    if (node->op == OP_INDEX) {
        int64_t start = (int64_t)node_value(p->g, node_arg(p->g, n, 0));
        const char *s = places_text(&p->places, axes, 0);
        bool bracket = (start || strpbrk(s, "+- ")) && need > 6;
        if (bracket) text_char(p->t, '(');
        latex_place(p->t, s);
        if (start) text_format(p->t, start < 0 ? " - %lld" : " + %lld", (long long)(start < 0 ? -start : start));
        if (bracket) text_char(p->t, ')');
    } else if (node->op == OP_SIZE) {
        uint32_t name = p->g->unknown.at[node->extra];
        latex_name(p->t, name ? graph_name_text(p->g, name) : "n");
    } else if (node->op == OP_STATE) {
        text_add(p->t, "\\dots ");
    } else {
        return false;
    }
    return true;
}

static void latex_node(latex_printer *p, ew_node n, int need, size_t axes, size_t chars)
{
    uint32_t name = latex_called(p, n);
    if (name) {
        latex_indexed(p, name, axes, node_rank(p->g, n));
    } else if (!latex_leaf(p, n, need, axes)) {
        latex_push(p, n, need, axes, chars);
        return;
    }
    places_pop(&p->places, axes, chars);
}

/* Argument k of an open form. */
static void latex_operand(latex_printer *p, const latex_frame *f, size_t k, int need)
{
    ew_node n = node_arg(p->g, f->node, k);
    size_t axes = p->places.axes.count, chars = p->places.chars.count;
    unsigned o = node_at(p->g, f->node)->op;
    if (o == OP_JOIN   ? places_push_node(&p->places, n, false)
        : o == OP_DIFF ? places_push_side(&p->places, f->node, k, f->axes)
                       : places_push_use(&p->places, f->node, k, f->axes))
        latex_node(p, n, need, axes, chars);
    else
        latex_fail(p);
}

/* max(x, y, z) */
static void latex_many(latex_printer *p, latex_frame *f)
{
    const graph_node *node = node_at(p->g, f->node);
    latex_frame now = *f;
    if (f->next == node->count) {
        text_char(p->t, ')');
        latex_pop(p);
        return;
    }
    if (f->next) text_add(p->t, ", ");
    f->next++;
    latex_operand(p, &now, now.next, 0);
}

/* The body of a sum; what an access reads; a partial derivative's two ends. */
static void latex_body(latex_printer *p, latex_frame *f)
{
    const graph_node *node = node_at(p->g, f->node);
    latex_frame now = *f;
    bool sum = latex_sums(node->op), slope = f->kind == LATEX_SLOPE;
    bool product = node->op == OP_SUM || node->op == OP_SCATTER || node->op == OP_LOGSUMEXP;
    if (f->next == (slope ? 2 : 1) || f->next >= node->count) {
        if (slope) text_char(p->t, '}');
        if (f->bracket) text_char(p->t, ')');
        latex_pop(p);
        return;
    }
    if (slope && f->next) text_add(p->t, "}{\\partial ");
    f->next++;
    latex_operand(p, &now, now.next, slope || sum ? (product ? 7 : LATEX_APPLIED) : 0);
}

/* "h_{t+1,i}" */
static bool latex_left(latex_printer *p, const latex_frame *f, uint16_t map, size_t axes)
{
    bool open = f->name && latex_name_open(p->t, graph_name_text(p->g, f->name)), ok = true;
    text t;
    text_begin(&t, p->t->m);
    for (size_t q = 0; ok && q < node_rank(p->g, f->node); q++) {
        text_clear(&t);
        ok = places_axis(&p->places, f->node, map, q, axes, &t);
        text_add(p->t, q ? "," : open ? ";" : "_{");
        latex_place(p->t, text_string(&t));
    }
    if (node_rank(p->g, f->node)) text_char(p->t, '}');
    ok = ok && !t.failed;
    text_free(&t);
    return ok;
}

static void latex_join(latex_printer *p, latex_frame *f)
{
    const graph_node *node = node_at(p->g, f->node);
    latex_frame now = *f;
    bool list = f->kind == LATEX_LIST;
    if (f->next == node->count) {
        if (list) text_add(p->t, "\\right]");
        latex_pop(p);
        return;
    }
    f->next++;
    if (list) {
        text_add(p->t, now.next ? ", " : "\\left[");
        latex_operand(p, &now, now.next, 0);
        return;
    }
    size_t axes = p->places.axes.count, chars = p->places.chars.count;
    ew_node part = node_arg(p->g, now.node, now.next);
    if (now.next) text_add(p->t, ",\\quad ");
    bool ok = places_push_node(&p->places, part, false) && latex_left(p, &now, use_map(p->g, now.node, now.next), axes);
    text_add(p->t, " = ");
    if (ok)
        latex_node(p, part, 0, axes, chars);
    else
        latex_fail(p);
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

static void latex_form(latex_printer *p, latex_frame *f)
{
    const op_row *row = ops_row((op)node_at(p->g, f->node)->op);
    const char *piece;
    uint32_t count;
    int argument = ops_piece(&f->form, &piece, &count);
    if (argument == -2) {
        if (f->bracket) text_char(p->t, ')');
        latex_pop(p);
    } else if (argument == -1) {
        latex_literal(p, f, piece, count);
    } else {
        int need = latex_need(f, row, !*f->form);
        f->before = 'x';
        latex_frame now = *f;
        latex_operand(p, &now, (size_t)argument, need);
    }
}

static void latex_step(latex_printer *p)
{
    latex_frame *f = &p->stack.at[p->stack.count - 1];
    switch ((latex_kind)f->kind) {
    case LATEX_FORM: latex_form(p, f); break;
    case LATEX_MANY: latex_many(p, f); break;
    case LATEX_BODY:
    case LATEX_SLOPE: latex_body(p, f); break;
    case LATEX_EQUATIONS:
    case LATEX_LIST: latex_join(p, f); break;
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
    if (p->places.failed) p->t->failed = true;
    places_free(&p->places);
    return !p->full;
}

/* n with axes called as those of `of`; as an operand, or its form. */
static bool latex_all(const ew_graph *g, ew_node n, ew_node of, bool operand, text *t)
{
    latex_printer p = {.g = g, .t = t, .end = t->count + LATEX_MOST, .places = {.g = g, .m = t->m}};
    if (!places_push_node(&p.places, of, of != n))
        latex_fail(&p);
    else if (operand)
        latex_node(&p, n, 0, 0, 0);
    else
        latex_push(&p, n, 0, 0, 0);
    return latex_run(&p);
}

bool latex_operation(const ew_graph *g, ew_node n, text *t)
{
    unsigned o = node_at(g, n)->op;
    return o == OP_INPUT || o == OP_PARAM || latex_all(g, n, n, false, t);
}

bool latex_partial(const ew_graph *g, ew_node partial, ew_node user, text *t)
{
    return latex_all(g, partial, user, true, t);
}

void latex_lower(const ew_graph *g, ew_node user, size_t k, text *t)
{
    latex_printer p = {.g = g, .t = t, .end = t->count + LATEX_MOST, .places = {.g = g, .m = t->m}};
    latex_frame f = {.node = user};
    bool ok = node_at(g, user)->op == OP_JOIN || places_push_node(&p.places, user, true);
    if (ok && node_at(g, user)->op == OP_SCATTER) {
        f.axes = (uint32_t)p.places.axes.count;
        ok = places_push_domain(&p.places, user);
    }
    if (ok)
        latex_operand(&p, &f, k, 0);
    else
        latex_fail(&p);
    latex_run(&p);
}

void latex_upper(const ew_graph *g, ew_node to, ew_node user, size_t k, text *t)
{
    size_t part = graph_equation_of(g, to, user, k);
    latex_printer p = {.g = g, .t = t, .end = t->count + LATEX_MOST, .places = {.g = g, .m = t->m}};
    latex_frame f = {.node = graph_equation(g, to), .name = node_at(g, to)->name};
    bool scatter = node_at(g, user)->op == OP_SCATTER && user == f.node;
    bool ok = places_push_node(&p.places, part == SIZE_MAX ? user : node_arg(g, f.node, part), false);
    size_t own = p.places.axes.count;
    if (ok && scatter)
        ok = places_push_domain(&p.places, user) && latex_left(&p, &f, node_at(g, user)->target, own);
    else if (ok && part == SIZE_MAX)
        latex_node(&p, to, 0, 0, 0);
    else if (ok)
        ok = latex_left(&p, &f, use_map(g, f.node, part), 0);
    if (!ok) latex_fail(&p);
    latex_run(&p);
}

void latex_called_at(const ew_graph *g, ew_node n, ew_node of, text *t)
{
    latex_all(g, n, of, true, t);
}
