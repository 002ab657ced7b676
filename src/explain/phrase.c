/*
 * phrase.c - nodes, numbers, derivatives and counts as words.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explain/explain.h"

void phrase_fill(const lesson *l, text *t, const char *sentence, const char *a, const char *b, const char *c)
{
    const char *args[] = {a, b, c};
    text_fill(t, explain_word(l, sentence), args, 3);
}

static void phrase_plain_name(const lesson *l, text *t, size_t i)
{
    text_add(t, ew_node_name(l->g, explain_node(l, i)));
}

void phrase_name(const lesson *l, text *t, size_t i)
{
    text_add(t, MARK_NAME);
    phrase_plain_name(l, t, i);
    text_add(t, MARK_END);
}

void phrase_called(const lesson *l, text *t, size_t i)
{
    text_add(t, MARK_NAME);
    graph_print_operand(l->g, explain_node(l, i), t, 200);
    text_add(t, MARK_END);
}

/* ---- Numbers ---------------------------------------------------------------------------------- */

/* Six significant digits; whole numbers, and the whole part of large ones, in full: 1234567.8 is no
 * 1234570. A zero has no sign. */
void phrase_number(text *t, double x)
{
    double size = fabs(x);
    int digits = 6;
    if (x == 0) x = 0;
    if (size < 1e15 && size == floor(size))
        digits = 0;
    else if (size < 1e15)
        for (double ten = 1e6; size >= ten; ten *= 10) digits++;
    if (x == 0)
        text_char(t, '0');
    else
        text_number(t, x, digits);
}

void phrase_value(const lesson *l, text *t, size_t i, double x)
{
    ew_type type = ew_node_type(l->g, explain_node(l, i));
    const int64_t *whole = explain_whole(l, i);
    if (type == EW_BOOL)
        text_add(t, x != 0 ? "true" : "false");
    else if (whole && (double)*whole == x) /* else it is one after a nudge */
        text_format(t, "%lld", (long long)*whole);
    else if (type == EW_INT)
        text_number(t, x == 0 ? 0 : x, 0);
    else
        phrase_number(t, x);
}

bool phrase_loose(const char *s)
{
    int depth = 0;
    if (*s == '-') return true;
    for (; *s; s++) {
        if (*s == '(' || *s == '[') depth++;
        if (*s == ')' || *s == ']') depth--;
        if (*s == ' ' && depth == 0) return true;
    }
    return false;
}

/* Is there a · outside brackets? */
static bool phrase_is_product(const char *s)
{
    int depth = 0;
    for (; *s; s++) {
        if (*s == '(') depth++;
        if (*s == ')') depth--;
        if (depth == 0 && strncmp(s, "·", 2) == 0) return true;
    }
    return false;
}

void phrase_factor(text *t, const char *s, bool first)
{
    bool bracket = *s == '-' && !strchr(s, ' ') ? !first : phrase_loose(s);
    bracket = bracket || phrase_is_product(s);
    if (bracket) text_char(t, '(');
    text_add(t, s);
    if (bracket) text_char(t, ')');
}

void phrase_factor_number(text *t, double x, bool first)
{
    bool bracket = !first && (x < 0);
    if (bracket) text_char(t, '(');
    phrase_number(t, x);
    if (bracket) text_char(t, ')');
}

/* ---- Counts ----------------------------------------------------------------------------------- */

void phrase_big(const lesson *l, text *t, double n)
{
    if (n < 9007199254740992.0) {
        text_number(t, n, 0);
    } else if (!isfinite(n)) {
        phrase_fill(l, t, "more than 10^308", NULL, NULL, NULL);
    } else {
        double power = floor(log10(n));
        text_add(t, "≈ ");
        text_number(t, n / pow(10, power), 2);
        text_add(t, "·10^");
        text_number(t, power, 0);
    }
}

void phrase_count(const lesson *l, text *t, double n, const char *one, const char *many)
{
    static const char *const words[] =
        /* catalogue */ {"0", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
    text number;
    text_begin(&number, t->m);
    if (n <= 10)
        text_add(&number, explain_word(l, words[(size_t)n]));
    else
        phrase_big(l, &number, n);
    phrase_fill(l, t, n == 1 ? one : many, text_string(&number), NULL, NULL);
    if (number.failed) t->failed = true;
    text_free(&number);
}

const char *phrase_kind(op o, bool many)
{
    static const struct {
        op op;
        const char *one, *many;
    } kinds[] = /* catalogue: 2 3 */ {
        {OP_ADD, "{1} sum", "{1} sums"},
        {OP_SUB, "{1} difference", "{1} differences"},
        {OP_MUL, "{1} product", "{1} products"},
        {OP_DIV, "{1} quotient", "{1} quotients"},
        {OP_NEG, "{1} negation", "{1} negations"},
        {OP_POW, "{1} power", "{1} powers"},
        {OP_IF, "{1} choice", "{1} choices"},
        {OP_COPY, "{1} copy", "{1} copies"},
        {OP_EXP, "{1} exponential", "{1} exponentials"},
        {OP_LOG, "{1} logarithm", "{1} logarithms"},
        {OP_SQRT, "{1} square root", "{1} square roots"},
        {OP_CBRT, "{1} cube root", "{1} cube roots"},
        {OP_ABS, "{1} absolute value", "{1} absolute values"},
        {OP_MIN, "{1} minimum", "{1} minima"},
        {OP_MAX, "{1} maximum", "{1} maxima"},
        {OP_SIN, "{1} sine", "{1} sines"},
        {OP_COS, "{1} cosine", "{1} cosines"},
        {OP_TAN, "{1} tangent", "{1} tangents"},
        {OP_TANH, "{1} hyperbolic tangent", "{1} hyperbolic tangents"},
        {OP_SIGMOID, "{1} sigmoid", "{1} sigmoids"},
        {OP_SUM, "{1} sum over indices", "{1} sums over indices"},
        {OP_PROD, "{1} product over indices", "{1} products over indices"},
        {OP_LEAST, "{1} minimum over indices", "{1} minima over indices"},
        {OP_GREATEST, "{1} maximum over indices", "{1} maxima over indices"},
        {OP_LOGSUMEXP, "{1} log-sum-exp over indices", "{1} log-sum-exps over indices"},
        {OP_JOIN, "{1} array of parts", "{1} arrays of parts"},
        {OP_LOOP, "{1} recurrence", "{1} recurrences"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].op == o) return many ? kinds[i].many : kinds[i].one;
    if (o == OP_AND || o == OP_OR || o == OP_NOT) return many ? "{1} logical operations" : "{1} logical operation";
    if (ops_row(o)->flags & OP_LOGIC) return many ? "{1} comparisons" : "{1} comparison";
    if (ops_row(o)->flags & OP_HELP) return many ? "{1} helpers of derivatives" : "{1} helper of derivatives";
    return NULL;
}

/* ---- Nodes ------------------------------------------------------------------------------------ */

void phrase_form(const lesson *l, text *t, size_t i, phrase_put *put, void *context)
{
    const graph_node *node = explain_row(l, i);
    const op_row *row = ops_row((op)node->op);
    const char *form = row->form, *at;
    uint32_t count;
    int k;
    if (row->count == 0 && node->count != 2) { /* min, max of many */
        text_add(t, row->call);
        for (size_t a = 0; a < node->count && a < LESSON_TERMS + 2; a++) {
            text_add(t, a ? ", " : "(");
            put(context, t, a);
        }
        text_add(t, node->count > LESSON_TERMS + 2 ? ", …)" : ")");
        return;
    }
    while ((k = ops_piece(&form, &at, &count)) != -2) {
        if (k < 0)
            text_addn(t, at, count);
        else
            put(context, t, (size_t)k);
    }
}

typedef struct phrase_at {
    const lesson *l;
    size_t i;
    int level; /* of the form: inside a call nothing needs brackets */
} phrase_at;

static void phrase_put_name(void *context, text *t, size_t k)
{
    const phrase_at *p = context;
    graph_print_operand(p->l->g, node_arg(p->l->g, explain_node(p->l, p->i), k), t, 200);
}

void phrase_formula(const lesson *l, text *t, size_t i)
{
    const graph_node *node = explain_row(l, i);
    const op_row *row = ops_row((op)node->op);
    phrase_at p = {l, i, 0};
    if (row->count == 0 && node->count > LESSON_TERMS + 2)
        phrase_form(l, t, i, phrase_put_name, &p);
    else
        graph_print(l->g, explain_node(l, i), t, 1500, false);
}

void phrase_equation(const lesson *l, text *t, size_t i)
{
    if (!graph_is_equations(l->g, explain_node(l, i))) {
        phrase_called(l, t, i);
        text_add(t, " = ");
    }
    phrase_formula(l, t, i);
}

void phrase_cell(lesson *l, table *t, size_t i)
{
    text_clear(&l->work);
    if (explain_is_leaf(l, i))
        phrase_name(l, &l->work, i);
    else
        phrase_equation(l, &l->work, i);
    explain_cell(t, text_string(&l->work));
}

static void phrase_put_value(void *context, text *t, size_t k)
{
    const phrase_at *p = context;
    ew_node a = node_arg(p->l->g, explain_node(p->l, p->i), k);
    size_t i = ew_node_index(p->l->g, a);
    size_t start = t->count;
    if (i == SIZE_MAX)
        graph_print_operand(p->l->g, a, t, 60);
    else
        phrase_value(p->l, t, i, p->l->value[i]);
    if (t->failed || t->at[start] != '-' || p->level >= LEVEL_ATOM || (k == 0 && p->level < LEVEL_NEG)) return;
    char digits[80];
    snprintf(digits, sizeof digits, "%s", t->at + start);
    t->count = start;
    text_char(t, '(');
    text_add(t, digits);
    text_char(t, ')');
}

void phrase_filled(const lesson *l, text *t, size_t i)
{
    const op_row *row = ops_row((op)explain_row(l, i)->op);
    phrase_at p = {l, i, row->count == 0 ? LEVEL_ATOM : row->level};
    phrase_form(l, t, i, phrase_put_value, &p);
}

/* ---- Derivatives ------------------------------------------------------------------------------ */

/* A name with its indices; none of them is called as those told before it. */
static void phrase_indexed(const lesson *l, text *t, size_t i, places *p)
{
    ew_node n = explain_node(l, i);
    size_t axes = p->axes.count;
    if (!places_push_node(p, n, false)) t->failed = true;
    phrase_plain_name(l, t, i);
    for (size_t q = 0; q < node_rank(l->g, n); q++) {
        text_add(t, q ? ", " : "[");
        text_add(t, places_text(p, axes, q));
    }
    if (node_rank(l->g, n)) text_char(t, ']');
}

void phrase_slope_of(const lesson *l, text *t, size_t of, size_t by)
{
    places p = {.g = l->g, .m = l->m};
    text_add(t, MARK_SLOPE "∂");
    phrase_indexed(l, t, of, &p);
    text_add(t, "/∂");
    phrase_indexed(l, t, by, &p);
    text_add(t, MARK_END);
    places_free(&p);
}

/* How many edges lead from `from` to `to`, and which of them is this (from 1)? */
static size_t phrase_parallel(const lesson *l, size_t edge, size_t *which)
{
    size_t count = 0, from = explain_from(l, edge), to = explain_to(l, edge);
    size_t first = l->into[to], end = l->into[to + 1];
    if (end - first > 1000) return 1;
    for (size_t e = first; e < end; e++) {
        if (explain_from(l, e) != from) continue;
        count++;
        if (e == edge) *which = count;
    }
    return count;
}

/* Is there a way from `from` to `to` besides the edge? A look at the nodes between, if few. */
static bool phrase_detour(const lesson *l, size_t edge)
{
    size_t from = explain_from(l, edge), to = explain_to(l, edge);
    uint8_t reached[256] = {0};
    if (to - from >= sizeof reached) return true;
    reached[0] = 1;
    for (size_t i = from + 1; i <= to; i++) {
        if (!l->told[i]) continue;
        for (size_t e = l->into[i]; e < l->into[i + 1]; e++) {
            size_t a = explain_from(l, e);
            if (e != edge && a >= from && a < to && reached[a - from]) reached[i - from] = 1;
        }
    }
    return reached[to - from];
}

bool phrase_edge_bracket(const lesson *l, size_t edge)
{
    size_t which = 0;
    return phrase_parallel(l, edge, &which) > 1 || phrase_detour(l, edge);
}

/* The derivative on an edge alone is written as the whole derivative is; where there are more
 * paths than the edge the two differ, and the edge's stands in brackets. */
void phrase_edge(const lesson *l, text *t, size_t edge)
{
    static const char *const small[] = {"", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
    size_t which = 0, parallel = phrase_parallel(l, edge, &which);
    bool bracket = parallel > 1 || phrase_detour(l, edge);
    if (bracket) text_char(t, '[');
    phrase_slope_of(l, t, explain_to(l, edge), explain_from(l, edge));
    if (bracket) text_char(t, ']');
    if (parallel > 1) text_add(t, which < 10 ? small[which] : "ₙ");
}

void phrase_dots(text *t, size_t start)
{
    static const char star[] = " * ", dot[] = "·";
    size_t to = start;
    for (size_t from = start; from < t->count; from++) {
        bool hit = t->count - from >= 3 && memcmp(t->at + from, star, 3) == 0;
        if (hit)
            memcpy(t->at + to, dot, sizeof dot - 1);
        else
            t->at[to] = t->at[from];
        to += hit ? sizeof dot - 1 : 1;
        from += hit ? 2 : 0;
    }
    if (t->count) t->at[t->count = to] = '\0';
}

const char *phrase_textbook(const lesson *l, size_t edge)
{
    ew_edge e = ew_edge_at(l->g, edge);
    const graph_node *node = node_at(l->g, e.user);
    const op_row *row = ops_row((op)node->op);
    bool power = node->op == OP_POW && ew_node_is_constant(l->g, node_arg(l->g, e.user, 1), NULL);
    return row->count == 0 || power ? NULL : row->slope[e.arg];
}

/* The textbook's derivative where the table has one; else what the rule made, which has taken out
 * what a constant exponent makes plain (2 * x, not 2 * x^(2 - 1)). */
static void phrase_slope(const lesson *l, text *t, size_t edge)
{
    ew_edge e = ew_edge_at(l->g, edge);
    const graph_node *node = node_at(l->g, e.to);
    const op_row *row = ops_row((op)node->op);
    const char *form = phrase_textbook(l, edge), *at;
    phrase_at p = {l, explain_to(l, edge), LEVEL_ATOM};
    uint32_t count;
    int k;
    if (row->count == 0 && node->count > 2) { /* a tie would be shared; the rule says so */
        text_add(t, "if ");
        graph_print_operand(l->g, node_arg(l->g, e.to, e.arg), t, 60);
        text_add(t, " == ");
        graph_print_operand(l->g, e.to, t, 60);
        text_add(t, " then 1 else 0");
        return;
    }
    if (!form) {
        graph_print_operand(l->g, e.partial, t, 200);
        return;
    }
    bool alone = strlen(form) == 1;
    while ((k = ops_piece(&form, &at, &count)) != -2) {
        if (k < 0) {
            text_addn(t, at, count);
            continue;
        }
        double x = 0;
        bool minus = !alone && ew_node_is_constant(l->g, node_arg(l->g, e.to, (size_t)k), &x) && x < 0;
        if (minus) text_char(t, '(');
        phrase_put_name(&p, t, (size_t)k);
        if (minus) text_char(t, ')');
    }
}

void phrase_partial(const lesson *l, text *t, size_t edge)
{
    size_t start = t->count;
    phrase_slope(l, t, edge);
    phrase_dots(t, start);
}
